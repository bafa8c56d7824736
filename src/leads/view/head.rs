//! The page's head: who it is, where it stands, what can be done.

use super::{
    page::Open,
    words::{lost_text, stage_name},
};
use crate::{
    i18n::{t, use_i18n},
    leads::api::Lead,
    pipeline::rules::StageKind,
    wins::view::CustomerActions,
};
use leptos::{either::Either, prelude::*};

/// The lead's name, where it stands, and what can be done with it.
#[component]
pub(super) fn Head(
    lead: Lead,
    title: Signal<String>,
    open: RwSignal<Option<Open>>,
    reload: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let standing = lead.standing_loss().cloned();
    let may_lose =
        lead.place.as_ref().is_some_and(|place| !matches!(place.kind, StageKind::Customer | StageKind::Inactive));
    let is_lost = standing.is_some();
    let place = lead.place.clone();
    let badge = match standing.clone() {
        Some(loss) => Either::Left(view! { <span class="badge lost">{move || lost_text(i18n, &loss)}</span> }),
        None => Either::Right(view! {
            <span class="badge">{move || stage_name(i18n, place.as_ref().map(|place| &place.name))}</span>
        }),
    };
    let main_action = match standing {
        Some(loss) => {
            let reopening = Open::Reopening(loss.id, loss.stage.map(|(_, name)| name));
            view! {
                <button class="primary" on:click=move |_| open.set(Some(reopening.clone()))>{t!(i18n, leads.bring_back)}</button>
            }
            .into_any()
        }
        None if may_lose => view! {
            <button on:click=move |_| open.set(Some(Open::Losing))>{t!(i18n, leads.lose)}</button>
            <button class="primary" on:click=move |_| open.set(Some(Open::Winning))>{t!(i18n, wins.won_action)}</button>
        }
        .into_any(),
        None => customer_actions(&lead, title, reload),
    };
    let actions = lead.may_write.then(|| {
        view! {
            <button on:click=move |_| open.set(Some(Open::Logging))>{t!(i18n, leads.log_attempt)}</button>
            {main_action}
        }
    });
    let way_back = match is_lost {
        true => Either::Left(view! { <a class="button quiet" href="/lost">{t!(i18n, leads.to_the_pool)}</a> }),
        false => Either::Right(view! { <a class="button quiet" href="/board">{t!(i18n, leads.to_the_board)}</a> }),
    };
    view! {
        <header class="bar lead-head">
            <h1>{title}</h1>
            {badge}
            <DoNots lead/>
            <div class="lead-actions">{way_back}{actions}</div>
        </header>
    }
}

/// What can be done with a customer.
fn customer_actions(lead: &Lead, title: Signal<String>, reload: Callback<()>) -> AnyView {
    let (Some(place), Some(win)) = (&lead.place, lead.standing_win()) else { return ().into_any() };
    view! {
        <CustomerActions lead=lead.id name=title kind=place.kind back_to=win.back_to seen_version=lead.move_version on_done=reload/>
    }
    .into_any()
}

#[component]
fn DoNots(lead: Lead) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        {lead.do_not.call.then(|| view! { <span class="badge warn">{t!(i18n, leads.do_not_call)}</span> })}
        {lead.do_not.email.then(|| view! { <span class="badge warn">{t!(i18n, leads.do_not_email)}</span> })}
    }
}
