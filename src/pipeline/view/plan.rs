//! One next step for all chosen leads. Its code comes when it is opened first.

use super::carry::{Hands, many_leads};
use crate::{
    clock::Moment,
    i18n::{t, t_string, tu_string},
    ids::LeadId,
    leads::{
        api::step::{PlannedStep, StepAnswer, StepChange, StepWish, change_next_steps},
        rules::step::QuickDue,
        view::step::{problem_text, quick_name},
        view::words::channel_name,
    },
    live::later::Later,
    losses::view::words::trouble,
    pipeline::api::{Channel, NextStep},
    ui::{
        dialog::Dialog,
        field::RadioChips,
        key::fresh_key,
        toast::{Offer, Toast},
    },
};
use leptos::{prelude::*, task::spawn_local};

/// Asks what comes next for these leads.
#[component]
pub fn PlanTogether(leads: Vec<LeadId>, hands: Hands) -> impl IntoView {
    view! { <Later name="plan-together">{Suspend::new(plan_dialog(leads.clone(), hands))}</Later> }
}

#[lazy]
fn plan_dialog(leads: Vec<LeadId>, hands: Hands) -> AnyView {
    view! { <Opened leads hands/> }.into_any()
}

#[component]
fn Opened(leads: Vec<LeadId>, hands: Hands) -> impl IntoView {
    let i18n = hands.i18n;
    let count = leads.len();
    let leads = StoredValue::new(leads);
    let (channel, what) = (RwSignal::new(Some(Channel::Call)), RwSignal::new(String::new()));
    let channels =
        move || Channel::ALL.iter().map(|channel| (*channel, channel_name(i18n, *channel))).collect::<Vec<_>>();
    let plan = move |quick: QuickDue| {
        let Some(channel) = channel.get_untracked() else { return };
        let due = quick.from(hands.now.get_untracked().local());
        let wanted = StepWish::Plan(PlannedStep { channel, what: what.get_untracked(), due });
        let changes =
            leads.with_value(|leads| leads.iter().filter_map(|lead| change(hands, *lead, wanted.clone())).collect());
        hands.planning.set(None);
        send(hands, changes, true);
    };
    let quick = QuickDue::ALL
        .iter()
        .map(|quick| view! { <button type="button" class="primary" on:click=move |_| plan(*quick)>{move || quick_name(i18n, *quick)}</button> })
        .collect_view();
    view! {
        <Dialog labelled_by="plan-together" on_close=move |()| hands.planning.set(None)>
            <h1 id="plan-together">{move || t_string!(i18n, pipeline.plan_title, leads = many_leads(i18n, count))}</h1>
            <RadioChips
                name="plan-channel"
                legend=Signal::derive(move || t_string!(i18n, leads.step_how).to_string())
                options=Signal::derive(channels)
                chosen=channel
            />
            <label class="field">
                {t!(i18n, leads.step_what)}
                <input class="input" maxlength="200" dir="auto" prop:value=what on:input=move |event| what.set(event_target_value(&event))/>
            </label>
            <div class="options" role="group" aria-label=move || t_string!(i18n, leads.step_when)>{quick}</div>
            <div class="dialog-foot">
                <button type="button" on:click=move |_| hands.planning.set(None)>{t!(i18n, shell.cancel)}</button>
            </div>
        </Dialog>
    }
}

/// A change of the step that is on screen.
fn change(hands: Hands, lead: LeadId, wanted: StepWish) -> Option<StepChange> {
    let seen = hands.board.card(lead)?.with_untracked(|card| card.next_step.clone());
    Some(StepChange { lead, seen, wanted, key: fresh_key() })
}

/// What stands before is what an undo goes back to.
fn back(one: &StepChange, now: Option<NextStep>) -> StepChange {
    let plan = |NextStep { channel, due, what }: NextStep| PlannedStep {
        channel,
        what: what.unwrap_or_default(),
        due: due.local(),
    };
    let wanted = one.seen.clone().map_or(StepWish::Drop, |step| StepWish::Plan(plan(step)));
    StepChange { lead: one.lead, seen: now, wanted, key: fresh_key() }
}

fn send(hands: Hands, changes: Vec<StepChange>, offers_undo: bool) {
    let (i18n, toaster) = (hands.i18n, hands.toaster);
    spawn_local(async move {
        let answer = hands.connection.persistently(async || change_next_steps(changes.clone()).await).await;
        let ends = match answer {
            Ok(ends) => ends,
            Err(error) => return toaster.trouble(untrack(|| trouble(i18n, error))),
        };
        let (mut done, mut stay) = (Vec::new(), Vec::new());
        for (one, end) in changes.iter().zip(ends) {
            match end {
                StepAnswer::Done { step } => {
                    hands.board.plan(one.lead, step.clone());
                    done.push(back(one, step));
                }
                StepAnswer::Refused { problem } => stay.push(untrack(|| problem_text(i18n, &problem))),
                StepAnswer::Conflict { by, at, .. } => stay.push(conflict(hands, by, at)),
            }
        }
        let (kept, count) = (stay.len().to_string(), changes.len().to_string());
        if let Some(why) = stay.first() {
            toaster.trouble(tu_string!(i18n, pipeline.some_stay, count = kept, of = count, why = why.clone()));
        }
        if done.is_empty() {
            return;
        }
        hands.chosen.try_update(std::collections::BTreeSet::clear);
        let text = tu_string!(i18n, pipeline.planned_toast, count = done.len().to_string());
        let offer = offers_undo.then(|| Offer {
            label: tu_string!(i18n, shell.undo).to_string(),
            take: Callback::new(move |()| send(hands, done.clone(), false)),
        });
        toaster.show(Toast { text, is_trouble: false, offer });
    });
}

fn conflict(hands: Hands, by: Option<String>, at: Option<Moment>) -> String {
    let i18n = hands.i18n;
    let by = by.unwrap_or_else(|| tu_string!(i18n, pipeline.somebody).to_string());
    let at = at.map(|at| hands.when(at)).unwrap_or_default();
    tu_string!(i18n, pipeline.step_conflict, by = by, at = at)
}
