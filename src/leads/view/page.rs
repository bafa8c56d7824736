//! The page: reads the lead, follows the live stream, and puts its parts together.

use super::{
    account::AccountPanel,
    documents::{Documents, Uploads},
    facts::{Facts, Request},
    field::Ground,
    head::Head,
    logging::{Form, LogBar, LogDialog},
    losses::Losses,
    step::NextStepPanel,
    timeline::History,
    withdrawn::WithdrawnView,
    words::{Fact, next_step_text, stage_name},
};
use crate::{
    app::trouble::Trouble,
    colleagues::view::{AskDialog, QuestionPanel},
    error::AppError,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::{LeadId, LossId, Names},
    leads::{
        api::{
            Lead, LeadInSight, MaskedLead,
            lists::{Lists, read_lists},
            read_lead,
        },
        rules::fields::{Field, Kind, LeadField},
    },
    live::{
        browser::follow,
        connection::use_connection,
        presence::announce,
        wire::{Doing, Message},
    },
    losses::{
        rules::DoNot,
        view::{LossDialog, ReopenDialog, words},
    },
    outreach::view::{AskOutcome, WayOut},
    recontacts::view::PlanDialog,
    risks::view::{AtRisk, RiskDialog, RiskPanel},
    routing::{
        api::{Assigned, route_by_rules},
        view::{AssessmentPanel, ClocksPanel, SignalDialog, WhyDialog},
    },
    search::api::visit,
    ui::{key::IntentKey, title::PageTitle, toast::use_toaster},
    wins::view::{WinDialog, Wins},
};
use futures::future::join;
use leptos::{prelude::*, task::spawn_local};
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
                Some(id) => join(read_lead(id), read_lists()).await,
                None => (Err(AppError::NotFound), Ok(Lists::default())),
            }
        },
    );
    let read_anew = Callback::new(move |()| lead.refetch());
    provide_context(Uploads::new());
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match lead.await {
                    (Ok(LeadInSight::Full(lead)), Ok(lists)) => {
                        view! { <LeadView lead=*lead lists read_anew/> }.into_any()
                    }
                    (Ok(LeadInSight::Masked(lead)), _) => {
                        id.get_untracked().map(|id| view! { <MaskedView id lead/> }).into_any()
                    }
                    (Ok(LeadInSight::Withdrawn { at }), _) => view! { <WithdrawnView at/> }.into_any(),
                    (Err(error), _) | (_, Err(error)) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// What everybody may know: who to ask.
#[component]
fn MaskedView(id: LeadId, lead: MaskedLead) -> impl IntoView {
    let i18n = use_i18n();
    let is_open = RwSignal::new(false);
    let dialog = move || {
        is_open.get().then(|| {
            let name = t_string!(i18n, leads.masked_title).to_string();
            let on_done = move |_| is_open.set(false);
            view! { <LogDialog lead=id name form=Form::ForColleague do_not=DoNot::default() on_done/> }
        })
    };
    let MaskedLead { holder, stage, next_step } = lead;
    view! {
        <PageTitle text=move || t_string!(i18n, leads.masked_title).to_string()/>
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
                <p><button type="button" on:click=move |_| is_open.set(true)>{t!(i18n, leads.log_for_owner)}</button></p>
            </section>
        </div>
        {dialog}
    }
}

/// What a dialog over the page is about.
#[derive(Clone, PartialEq)]
pub(super) enum Open {
    Losing,
    Winning,
    Planning,
    Writing(Form),
    Answering(AtRisk),
    Asking,
    Showing,
    Explaining,
    Reopening(LossId, Option<Names>),
}

/// The page stays as it is while it is open: what changes is put into it, so that nothing that is being typed is disturbed.
#[component]
fn LeadView(lead: Lead, lists: Lists, read_anew: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let (id, seen) = (lead.id, lead.seen);
    let lead = RwSignal::new(lead);
    let lists = RwSignal::new(lists);
    let reload = keep_fresh(id, lead, lists, read_anew);
    let may_write = Memo::new(move |_| lead.with(|lead| lead.may_write));
    let connection = use_connection();
    let ground = Ground { i18n, id, lead, lists, reload, may_write, connection };
    let open = RwSignal::new(None::<Open>);
    follow(seen, move |message| {
        let concerns = match &message {
            Message::Changes { changes, .. } => changes.iter().any(|change| change.lead == id),
            Message::Reset => true,
            Message::SignedOut => false,
        };
        if concerns {
            reload.run(());
        }
    });
    let title = Memo::new(move |_| {
        lead.with(|lead| {
            let name = lead.record.get(&Field::Lead(LeadField::Name));
            let company = lead.record.get(&Field::Lead(LeadField::Company));
            let name = [name, company].into_iter().find(|text| !text.is_empty());
            let number = lead.record.get(&Field::Lead(LeadField::ExternalNumber));
            words::lead_name(i18n, name, Some(number).filter(|number| !number.is_empty()), id)
        })
    });
    let episodes = Memo::new(move |_| lead.with(|lead| lead.episodes.clone()));
    let wins = Memo::new(move |_| lead.with(|lead| lead.wins.clone()));
    reload_on_arrival(reload);
    announce(move || Some((id, Doing::Looking)));
    Effect::new(move |_| remember(id));
    let way = WayOut::new(lead.with_untracked(|lead| lead.now.offset_minutes));
    let leave = Callback::new(move |channel| {
        let do_not = lead.with_untracked(|lead| lead.do_not);
        way.leave(id, title.get_untracked(), do_not, channel);
    });
    let on_open = Callback::new(move |form| open.set(Some(Open::Writing(form))));
    let is_losing = Callback::new(move |()| open.set(Some(Open::Losing)));
    let on_answer = Callback::new(move |()| {
        let about = lead.with_untracked(|lead| AtRisk {
            lead: id,
            name: title.get_untracked(),
            risks: lead.risks.clone(),
            next_step: lead.next_step.clone(),
            do_not: lead.do_not,
        });
        open.set(Some(Open::Answering(about)));
    });
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
                let on_done = Callback::new(move |lost: Vec<_>| done.run(!lost.is_empty()));
                view! { <LossDialog lead=id on_done/> }.into_any()
            }
            Open::Winning => {
                let on_done = Callback::new(move |won: Option<_>| done.run(won.is_some()));
                view! { <WinDialog lead=id on_done/> }.into_any()
            }
            Open::Planning => view! { <PlanDialog lead=id on_done=done/> }.into_any(),
            Open::Answering(about) => {
                let now = lead.with_untracked(|lead| lead.now);
                let on_lose = Callback::new(move |_| is_losing.run(()));
                view! { <RiskDialog about now on_done=done on_lose/> }.into_any()
            }
            Open::Asking => view! { <AskDialog lead=id name on_done=done/> }.into_any(),
            Open::Showing => view! { <SignalDialog lead=id on_done=done/> }.into_any(),
            Open::Explaining => view! { <WhyDialog lead=id on_done=move |()| done.run(false)/> }.into_any(),
            Open::Writing(form) => {
                let do_not = lead.with_untracked(|lead| lead.do_not);
                view! { <LogDialog lead=id name form do_not on_done=done/> }.into_any()
            }
            Open::Reopening(loss, stage_left) => view! { <ReopenDialog loss name stage_left on_done=done/> }.into_any(),
        })
    };
    view! {
        <PageTitle text=title/>
        <Head ground title open/>
        <div class="lead-page">
            <div class="lead-main">
                <Show when=move || may_write.get()>
                    <LogBar ground on_open leave/>
                </Show>
                <RiskPanel
                    known=Signal::derive(move || lead.with(|lead| (lead.risks.clone(), lead.now)))
                    attempts=Signal::derive(move || lead.with(|lead| lead.attempts))
                    may_answer=may_write
                    on_answer
                />
                <NextStepPanel ground/>
                <QuestionPanel questions=Signal::derive(move || lead.with(|lead| lead.questions.clone())) reload/>
                <Request ground/>
            </div>
            <aside class="lead-facts" aria-label=move || t_string!(i18n, leads.details)>
                <ClocksPanel lead=id clocks=Signal::derive(move || lead.with(|lead| lead.clocks.clone())) reload=ground.reload/>
                <AssessmentPanel
                    assessment=Signal::derive(move || lead.with(|lead| lead.assessment.clone()))
                    may_write
                    on_why=move |()| open.set(Some(Open::Explaining))
                    on_signal=move |()| open.set(Some(Open::Showing))
                    on_route=let_rules_decide(ground)
                />
                <Facts ground/>
                <AccountPanel ground/>
            </aside>
            <div class="lead-story">
                {move || view! { <Wins wins=wins.get()/> }}
                {move || view! { <Losses episodes=episodes.get()/> }}
                <Documents ground/>
                <History ground/>
            </div>
        </div>
        {dialog}
        <AskOutcome on_logged=reload is_busy=Signal::derive(move || open.with(Option::is_some))/>
    }
}

/// The way back to this lead is short from now on; without an answer it is not.
fn remember(lead: LeadId) {
    spawn_local(async move {
        let _ = visit(lead).await;
    });
}

/// Gives the lead to whomever the rules choose. Whoever asked may not read it any more then, and is told what is left.
fn let_rules_decide(ground: Ground) -> Callback<()> {
    let (toaster, i18n) = (use_toaster(), ground.i18n);
    let key = IntentKey::new();
    Callback::new(move |()| {
        let intent = key.of(&ground.id);
        spawn_local(async move {
            match ground.connection.persistently(async || route_by_rules(ground.id, intent.clone()).await).await {
                Ok(Assigned::Done { .. }) => toaster.say(tu_string!(i18n, routing.routed_toast).to_string()),
                Ok(Assigned::Refused { .. } | Assigned::Conflict { .. }) => {
                    toaster.trouble(tu_string!(i18n, routing.not_yours).to_string());
                }
                Err(error) => return toaster.trouble(untrack(|| words::trouble(i18n, error))),
            }
            key.answered();
            ground.reload.try_run(());
        });
    })
}

/// A file that has arrived stands in the history.
fn reload_on_arrival(reload: Callback<()>) {
    let arrived = expect_context::<Uploads>().arrived;
    Effect::new(move |before: Option<u32>| {
        let now = arrived.get();
        if before.is_some_and(|before| before != now) {
            reload.run(());
        }
        now
    });
}

/// Reads the lead again when asked to, and puts what it finds into the page. Where the page cannot go on (the lead is
/// somebody else's now) all of it is read anew.
fn keep_fresh(id: LeadId, lead: RwSignal<Lead>, lists: RwSignal<Lists>, read_anew: Callback<()>) -> Callback<()> {
    let newest = StoredValue::new(0u32);
    let connection = use_connection();
    Callback::new(move |()| {
        let turn = newest.get_value() + 1;
        newest.set_value(turn);
        spawn_local(async move {
            let answer = connection.ask(async || read_lead(id).await).await;
            // A later question has a later answer; a page that has gone needs none.
            if newest.try_get_value() != Some(turn) {
                return;
            }
            match answer {
                Ok(LeadInSight::Full(fresh)) => {
                    if lists.with_untracked(|lists| lacks(lists, &fresh)) {
                        learn(lists);
                    }
                    lead.set(*fresh);
                }
                // The stream says when the server can be reached again, and then the lead is read again.
                Err(error) if error.is_passing() => {}
                _ => read_anew.run(()),
            }
        });
    })
}

/// Whether the lead uses a word that came into the lists after they were read.
fn lacks(lists: &Lists, lead: &Lead) -> bool {
    lead.record.0.iter().any(|(field, value)| match field.kind(&lists.custom) {
        Kind::Listed(list) => lists.find(list, value).is_none(),
        _ => false,
    })
}

fn learn(lists: RwSignal<Lists>) {
    spawn_local(async move {
        if let Ok(fresh) = read_lists().await {
            lists.try_set(fresh);
        }
    });
}
