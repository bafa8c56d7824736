//! Answering the signals of a lead at risk.

use super::words;
use crate::{
    clock::Moment,
    format,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::LeadId,
    leads::view::{StepFields, StepForm, step_problem},
    live::connection::use_connection,
    losses::{
        rules::{DoNot, LONGEST_TEXT},
        view::words::{I18n, trouble},
    },
    pipeline::api::NextStep,
    risks::{
        api::{NewReply, ReplyAnswer, answer_risks},
        rules::{Reply, ReplyProblem, Risks},
    },
    ui::{
        field::{RadioChips, TextField},
        form::{FormDialog, FormState},
        key::IntentKey,
        toast::use_toaster,
        unsent::Unsent,
    },
};
use leptos::{prelude::*, task::spawn_local};

/// A lead whose signals are answered.
#[derive(Debug, Clone, PartialEq)]
pub struct AtRisk {
    /// Which.
    pub lead: LeadId,
    /// What it is called.
    pub name: String,
    /// What says that it may be lost.
    pub risks: Risks,
    /// What happens next with it.
    pub next_step: Option<NextStep>,
    /// What they asked us not to do.
    pub do_not: DoNot,
}

/// Which of the two answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
enum Way {
    Alive,
    WinBack,
}

fn problem(i18n: I18n, problem: &ReplyProblem) -> String {
    match problem {
        ReplyProblem::NotYours => t_string!(i18n, risks.not_yours).to_string(),
        ReplyProblem::NotWatched => t_string!(i18n, risks.not_watched).to_string(),
        ReplyProblem::NoteMissing => t_string!(i18n, risks.note_missing).to_string(),
        ReplyProblem::Step { problem } => step_problem(i18n, problem),
    }
}

/// Answers the signals of a lead. `on_done` hears whether something changed, `on_lose` that it is to be lost; unmount the
/// dialog in both.
#[component]
pub fn RiskDialog(
    /// Which lead, and why.
    about: AtRisk,
    /// The present moment, as the page was read.
    now: Moment,
    /// Where to go on.
    #[prop(into)]
    on_done: Callback<bool>,
    /// Opens the loss dialog.
    #[prop(into)]
    on_lose: Callback<LeadId>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (toaster, connection) = (use_toaster(), use_connection());
    let state = FormState::new();
    let AtRisk { lead, name, risks, next_step, do_not } = about;
    let unsent = Unsent::of(format_args!("risk-{lead}"));
    let key = IntentKey::beside(unsent);
    let way = RwSignal::new(None::<Way>);
    let note = RwSignal::new(String::new());
    unsent.keep(
        move || (way.get(), note.get()),
        move |(kept_way, kept_note)| {
            way.set(kept_way);
            note.set(kept_note);
        },
    );
    let form = StepForm::new(next_step.as_ref(), do_not);
    let seen_due = next_step.map(|step| step.due.utc);
    let seen = risks.at(now.utc);
    let is_won_back = move || way.get() == Some(Way::WinBack);
    let send = move |()| {
        let reply = match (way.get_untracked(), form.planned()) {
            (Some(Way::Alive), _) => Reply::Alive,
            (Some(Way::WinBack), Some(step)) => Reply::WinBack(step),
            (Some(Way::WinBack), None) => return state.object(tu_string!(i18n, leads.step_when_missing).to_string()),
            (None, _) => return state.object(tu_string!(i18n, risks.how).to_string()),
        };
        let (note, seen) = (note.get_untracked(), seen.clone());
        if let Err(missing) = crate::risks::rules::noted(&reply, &note) {
            return state.object(untrack(|| problem(i18n, &missing)));
        }
        let key = key.of(&(&reply, &note, &seen));
        let wanted = NewReply { lead, reply, note, seen, seen_due, key };
        state.is_sent();
        spawn_local(async move {
            let answer = connection.persistently(async || answer_risks(wanted.clone()).await).await;
            if matches!(answer, Ok(ReplyAnswer::Done)) {
                unsent.forget();
            }
            if !state.is_answered() {
                return;
            }
            match answer {
                Ok(ReplyAnswer::Done) => {
                    toaster.say(tu_string!(i18n, risks.answered).to_string());
                    on_done.run(true);
                }
                Ok(ReplyAnswer::Refused { problem: why }) => state.object(untrack(|| problem(i18n, &why))),
                // The page is read again and shows how it is now.
                Ok(ReplyAnswer::Changed { risks, by, at }) => {
                    toaster.trouble(untrack(|| changed(i18n, &risks, now, by, at)));
                    on_done.run(true);
                }
                Err(error) => state.object(untrack(|| trouble(i18n, error))),
            }
        });
    };
    let ways = move || {
        vec![
            (Way::Alive, t_string!(i18n, risks.alive).to_string()),
            (Way::WinBack, t_string!(i18n, risks.win_back).to_string()),
        ]
    };
    view! {
        <FormDialog
            id="risk-title"
            title=Signal::derive(move || t_string!(i18n, risks.answer_title, name = name.clone()).to_string())
            send=Signal::derive(move || t_string!(i18n, risks.save).to_string())
            state
            on_send=send
            on_leave=move |()| on_done.run(false)
            on_cancel=move |()| {
                unsent.forget();
                on_done.run(false);
            }
        >
            <p class="risk">{move || words::reasons(i18n, &risks, now.utc)}</p>
            <RadioChips
                name="risk-way"
                legend=Signal::derive(move || t_string!(i18n, risks.how).to_string())
                options=Signal::derive(ways)
                chosen=way
            >
                <button type="button" class="chip danger" on:click=move |_| on_lose.run(lead)>{t!(i18n, risks.lose)}</button>
            </RadioChips>
            <Show when=is_won_back><StepFields form now=now.local()/></Show>
            <TextField
                id="risk-note"
                label=Signal::derive(move || match is_won_back() {
                    true => t_string!(i18n, risks.note_win_back).to_string(),
                    false => t_string!(i18n, risks.note_alive).to_string(),
                })
                value=note
                longest=LONGEST_TEXT
            />
        </FormDialog>
    }
}

/// What to say where the lead is not as it was seen.
fn changed(i18n: I18n, risks: &Risks, now: Moment, by: Option<String>, at: Option<Moment>) -> String {
    match (by.zip(at), risks.at(now.utc).is_empty()) {
        (Some((who, at)), _) => {
            let time = format::date_time(i18n.get_locale(), at);
            t_string!(i18n, risks.changed_by, who = who, time = time).to_string()
        }
        (None, true) => t_string!(i18n, risks.gone).to_string(),
        (None, false) => t_string!(i18n, risks.changed).to_string(),
    }
}
