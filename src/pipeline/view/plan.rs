//! One next step for all chosen leads. Its code comes when it is opened first.

use super::carry::{Hands, many_leads};
use crate::{
    clock::Moment,
    error::AppError,
    i18n::{t_string, tu_string},
    ids::LeadId,
    leads::{
        api::step::{StepAnswer, StepChange, StepWish, change_next_steps},
        view::{StepFields, StepForm, step_problem},
    },
    live::later::Later,
    losses::{rules::DoNot, view::words::trouble},
    ui::{
        form::{FormDialog, FormState},
        key::fresh_key,
        toast::{Offer, Toast},
    },
};
use leptos::{prelude::*, task::spawn_local, wasm_split::wasm_split};
use std::collections::BTreeSet;

/// Asks what comes next for these leads.
#[component]
pub fn PlanTogether(leads: Vec<LeadId>, hands: Hands) -> impl IntoView {
    view! { <Later>{Suspend::new(plan_dialog(leads.clone(), hands))}</Later> }
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split)]
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

/// The way back from a change that was made.
fn back(made: &StepChange) -> StepChange {
    StepChange { lead: made.lead, seen: None, wanted: StepWish::Restore(made.key.clone()), key: fresh_key() }
}

fn send(hands: Hands, changes: Vec<StepChange>, offers_undo: bool) {
    let (i18n, toaster) = (hands.i18n, hands.toaster);
    spawn_local(async move {
        let answer = hands.connection.persistently(async || change_next_steps(changes.clone()).await).await;
        let ends = match answer {
            Ok(ends) => ends,
            Err(error) => return toaster.trouble(untrack(|| trouble(i18n, error))),
        };
        // The board may be gone by now, and with it whom the answer is for.
        if hands.board.is_on_screen() {
            untrack(|| settle(hands, &changes, ends, offers_undo));
        }
    });
}

fn settle(hands: Hands, changes: &[StepChange], ends: Vec<Result<StepAnswer, AppError>>, offers_undo: bool) {
    let (i18n, toaster) = (hands.i18n, hands.toaster);
    let (mut made, mut stay) = (Vec::new(), Vec::new());
    for (one, end) in changes.iter().zip(ends) {
        match end {
            Ok(StepAnswer::Done { step }) => {
                hands.board.plan(one.lead, step);
                made.push(back(one));
            }
            Ok(StepAnswer::Refused { problem }) => stay.push(step_problem(i18n, &problem)),
            Ok(StepAnswer::Conflict { by, at, .. }) => stay.push(conflict(hands, by, at)),
            Err(AppError::NotFound) => stay.push(tu_string!(i18n, pipeline.lead_gone).to_string()),
            Err(error) => stay.push(trouble(i18n, error)),
        }
    }
    if let Some(why) = stay.first() {
        let (kept, of) = (stay.len().to_string(), changes.len().to_string());
        toaster.trouble(tu_string!(i18n, pipeline.some_stay, count = kept, of = of, why = why.clone()));
    }
    if made.is_empty() {
        return;
    }
    hands.chosen.try_update(BTreeSet::clear);
    if !offers_undo {
        return toaster.say(tu_string!(i18n, pipeline.step_undone_toast, count = made.len()).to_string());
    }
    let text = tu_string!(i18n, pipeline.planned_toast, count = made.len()).to_string();
    let take = Callback::new(move |()| {
        // The toast may outlive the board that it speaks of.
        if hands.board.is_on_screen() {
            send(hands, made.clone(), false);
        }
    });
    let offer = Offer { label: tu_string!(i18n, shell.undo).to_string(), take };
    toaster.show(Toast { text, is_trouble: false, offer: Some(offer) });
}

fn conflict(hands: Hands, by: Option<String>, at: Option<Moment>) -> String {
    let i18n = hands.i18n;
    let by = by.unwrap_or_else(|| tu_string!(i18n, pipeline.somebody).to_string());
    let at = at.map(|at| hands.when(at)).unwrap_or_default();
    tu_string!(i18n, pipeline.step_conflict, by = by, at = at)
}
