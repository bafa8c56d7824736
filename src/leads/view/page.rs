//! The page: reads the lead, follows the live stream, and puts its parts together.

use super::{
    facts::Facts,
    head::Head,
    losses::Losses,
    timeline::History,
    words::{Fact, next_step_text, stage_name},
};
use crate::{
    app::trouble::Trouble,
    error::AppError,
    i18n::{t, t_string, use_i18n},
    ids::{LeadId, LossId, Names},
    leads::api::{Lead, LeadInSight, MaskedLead, read_lead},
    live::{browser::follow, wire::Message},
    losses::view::{AttemptDialog, LossDialog, ReopenDialog, words},
    ui::wait::when_free,
    wins::view::{WinDialog, Wins},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn LeadPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<LeadId>().ok())));
    let lead = Resource::new_blocking(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => read_lead(id).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    let reload = Callback::new(move |()| lead.refetch());
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match lead.await {
                    Ok(LeadInSight::Full(lead)) => view! { <LeadView lead=*lead reload/> }.into_any(),
                    Ok(LeadInSight::Masked(lead)) => view! { <MaskedView lead/> }.into_any(),
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// What everybody may know: who to ask.
#[component]
fn MaskedView(lead: MaskedLead) -> impl IntoView {
    let i18n = use_i18n();
    let MaskedLead { holder, stage, next_step } = lead;
    view! {
        <Title text=move || t_string!(i18n, leads.masked_title).to_string()/>
        <header class="bar"><h1>{t!(i18n, leads.masked_title)}</h1></header>
        <div class="lead-page">
            <section class="panel">
                <p class="muted">{t!(i18n, leads.masked_advice)}</p>
                <dl class="facts">
                    <Fact label=Signal::derive(move || t_string!(i18n, leads.holder).to_string()) value=Some(holder)/>
                    <dt>{t!(i18n, leads.stage)}</dt>
                    <dd>{move || stage_name(i18n, stage.as_ref())}</dd>
                    <dt>{t!(i18n, leads.next_step)}</dt>
                    <dd>{move || next_step_text(i18n, next_step.as_ref())}</dd>
                </dl>
            </section>
        </div>
    }
}

/// What a dialog over the page is about.
#[derive(Clone, PartialEq)]
pub(super) enum Open {
    Losing,
    Winning,
    Logging,
    Reopening(LossId, Option<Names>),
}

#[component]
fn LeadView(lead: Lead, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let id = lead.id;
    let open = RwSignal::new(None::<Open>);
    let reload = when_free(Signal::derive(move || open.with(Option::is_some)), move || reload.run(()));
    follow(lead.seen, move |message| {
        let concerns = match &message {
            Message::Changes { changes, .. } => changes.iter().any(|change| change.lead == id),
            Message::Reset => true,
            Message::SignedOut => false,
        };
        if concerns {
            reload.run(());
        }
    });
    let title = {
        let (name, number) =
            (lead.name.clone().or(lead.company.clone()), lead.external.clone().map(|(_, number)| number));
        Signal::derive(move || words::lead_name(i18n, name.as_deref(), number.as_deref(), id))
    };
    let do_not = lead.do_not;
    let dialog = move || {
        let done = Callback::new(move |is_changed: bool| {
            open.set(None);
            if is_changed {
                reload.run(());
            }
        });
        let name = title.get_untracked();
        open.get().map(|open| match open {
            Open::Losing => {
                let on_done = Callback::new(move |lost: Option<_>| done.run(lost.is_some()));
                view! { <LossDialog lead=id on_done/> }.into_any()
            }
            Open::Winning => {
                let on_done = Callback::new(move |won: Option<_>| done.run(won.is_some()));
                view! { <WinDialog lead=id on_done/> }.into_any()
            }
            Open::Logging => view! { <AttemptDialog lead=id name do_not on_done=done/> }.into_any(),
            Open::Reopening(loss, stage_left) => view! { <ReopenDialog loss name stage_left on_done=done/> }.into_any(),
        })
    };
    view! {
        <Title text=title/>
        <Head lead=lead.clone() title open reload/>
        <div class="lead-page">
            <div class="lead-main">
                <Wins wins=lead.wins.clone()/>
                <Losses episodes=lead.episodes.clone()/>
                <History entries=lead.history.clone() episodes=lead.episodes.clone()/>
            </div>
            <Facts lead/>
        </div>
        {dialog}
    }
}
