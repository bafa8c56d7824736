//! One next step for all chosen leads. Its code comes when it is opened first.

use super::carry::{Hands, many_leads};
use crate::{
    clock::Moment,
    i18n::{t_string, tu_string},
    ids::LeadId,
    leads::{
        api::step::{PlannedStep, StepAnswer, StepChange, StepWish, change_next_steps},
        view::{StepFields, StepForm, step_problem},
    },
    live::later::Later,
    losses::{rules::DoNot, view::words::trouble},
    pipeline::api::NextStep,
    ui::{
        form::{FormDialog, FormState},
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
    let form = StepForm::new(None, DoNot::default());
    let now = hands.now.get_untracked().local();
    let state = FormState::new();
    let plan = move |()| {
        let Some(planned) = form.planned() else {
            return state.object(tu_string!(i18n, leads.step_when_missing).to_string());
        };
        let wanted = StepWish::Plan(planned);
        let changes =
            leads.with_value(|leads| leads.iter().filter_map(|lead| change(hands, *lead, wanted.clone())).collect());
        hands.planning.set(None);
        send(hands, changes, true);
    };
    view! {
        <FormDialog
            id="plan-together"
            title=Signal::derive(move || t_string!(i18n, pipeline.plan_title, leads = many_leads(i18n, count)))
            send=Signal::derive(move || t_string!(i18n, risks.save).to_string())
            state
            on_send=plan
            on_leave=move |()| hands.planning.set(None)
            on_cancel=move |()| hands.planning.set(None)
        >
            <StepFields form now/>
        </FormDialog>
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
                StepAnswer::Refused { problem } => stay.push(untrack(|| step_problem(i18n, &problem))),
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
