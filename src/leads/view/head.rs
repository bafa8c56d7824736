//! The page's head: who it is, where it stands, what can be done.

use super::{
    field::Ground,
    logging::Form,
    page::Open,
    words::{lost_text, stage_name},
};
use crate::{i18n::t, pipeline::rules::StageKind, recontacts, wins::view::CustomerActions};
use leptos::prelude::*;

/// The lead's name, where it stands, and what can be done with it.
#[component]
pub(super) fn Head(ground: Ground, title: Memo<String>, open: RwSignal<Option<Open>>) -> impl IntoView {
    let i18n = ground.i18n;
    let standing = Memo::new(move |_| ground.lead.with(|lead| lead.standing_loss().cloned()));
    let place = Memo::new(move |_| ground.lead.with(|lead| lead.place.clone()));
    let do_not = Memo::new(move |_| ground.lead.with(|lead| lead.do_not));
    let badge = move || match standing.get() {
        Some(loss) => view! { <span class="badge lost">{move || lost_text(i18n, &loss)}</span> }.into_any(),
        None => {
            let name = move || place.with(|place| stage_name(i18n, place.as_ref().map(|place| &place.name)));
            view! { <span class="badge">{name}</span> }.into_any()
        }
    };
    let recontact = Memo::new(move |_| ground.lead.with(|lead| lead.recontact.clone()));
    let plan = move || {
        recontact
            .get()
            .map(|plan| view! { <span class="badge">{move || recontacts::view::words::plan(i18n, &plan)}</span> })
    };
    let main_action = move || match standing.get() {
        Some(loss) => {
            let reopening = Open::Reopening(loss.id, loss.stage.map(|(_, name)| name));
            view! {
                <button on:click=move |_| open.set(Some(Open::Planning))>{t!(i18n, losses.plan_action)}</button>
                <button class="primary" on:click=move |_| open.set(Some(reopening.clone()))>{t!(i18n, leads.bring_back)}</button>
            }
            .into_any()
        }
        None if may_be_lost(place) => view! {
            <button on:click=move |_| open.set(Some(Open::Losing))>{t!(i18n, leads.lose)}</button>
            <button class="primary" on:click=move |_| open.set(Some(Open::Winning))>{t!(i18n, wins.won_action)}</button>
        }
        .into_any(),
        None => view! { <Customer ground title/> }.into_any(),
    };
    let way_back = move || match standing.with(Option::is_some) {
        true => view! { <a class="button quiet" href="/lost">{t!(i18n, leads.to_the_pool)}</a> }.into_any(),
        false => view! { <a class="button quiet" href="/board">{t!(i18n, leads.to_the_board)}</a> }.into_any(),
    };
    view! {
        <header class="bar lead-head">
            <h1>{title}</h1>
            {badge}
            {plan}
            {move || do_not.get().call.then(|| view! { <span class="badge warn">{t!(i18n, leads.do_not_call)}</span> })}
            {move || do_not.get().email.then(|| view! { <span class="badge warn">{t!(i18n, leads.do_not_email)}</span> })}
            <div class="lead-actions">
                {way_back}
                <Show when=move || ground.may_write.get()>
                    <button on:click=move |_| open.set(Some(Open::Writing(Form::Attempt)))>{t!(i18n, leads.log_attempt)}</button>
                    <button on:click=move |_| open.set(Some(Open::Asking))>{t!(i18n, colleagues.ask)}</button>
                    {main_action}
                </Show>
            </div>
        </header>
    }
}

fn may_be_lost(place: Memo<Option<crate::leads::api::Place>>) -> bool {
    place.with(|place| {
        place.as_ref().is_some_and(|place| !matches!(place.kind, StageKind::Customer | StageKind::Inactive))
    })
}

/// What can be done with a customer.
#[component]
fn Customer(ground: Ground, title: Memo<String>) -> impl IntoView {
    let facts = Memo::new(move |_| {
        ground.lead.with(|lead| {
            let (place, win) = (lead.place.as_ref()?, lead.standing_win()?);
            Some((place.kind, win.back_to, lead.move_version))
        })
    });
    move || {
        facts.get().map(|(kind, back_to, seen_version)| {
            view! {
                <CustomerActions lead=ground.id name=Signal::from(title) kind back_to seen_version on_done=ground.reload/>
            }
        })
    }
}
