//! Planning a next step without the lead's page: the fields, for other dialogs, and a dialog of its own.

use super::{step, words::channel_name};
use crate::{
    i18n::{t, t_string, tu_string, use_i18n},
    ids::LeadId,
    leads::{
        api::step::{PlannedStep, StepAnswer, StepChange, StepWish, change_next_step},
        rules::step::QuickDue,
    },
    live::connection::use_connection,
    losses::{
        rules::DoNot,
        view::words::{I18n, trouble},
    },
    pipeline::api::{Channel, NextStep},
    ui::{
        field::RadioChips,
        form::{FormDialog, FormState},
        key::IntentKey,
        toast::use_toaster,
    },
};
use chrono::NaiveDateTime;
use leptos::{prelude::*, task::spawn_local};

/// How an input of type `datetime-local` writes a moment.
const LOCAL: &str = "%Y-%m-%dT%H:%M";

/// A step as it is being planned. Copies share everything.
#[derive(Clone, Copy)]
pub struct StepForm {
    channel: RwSignal<Option<Channel>>,
    what: RwSignal<String>,
    due: RwSignal<String>,
    do_not: DoNot,
}

impl StepForm {
    /// What was planned before, or the likeliest way that they have not forbidden.
    pub fn new(present: Option<&NextStep>, do_not: DoNot) -> Self {
        let likeliest = if do_not.call { Channel::Task } else { Channel::Call };
        let channel = present.map(|step| step.channel).filter(|channel| may(do_not, *channel)).unwrap_or(likeliest);
        Self {
            channel: RwSignal::new(Some(channel)),
            what: RwSignal::new(present.and_then(|step| step.what.clone()).unwrap_or_default()),
            due: RwSignal::new(String::new()),
            do_not,
        }
    }

    /// The step, once it is said how and when. Call it in event handlers only.
    pub fn planned(self) -> Option<PlannedStep> {
        Some(PlannedStep {
            channel: self.channel.get_untracked()?,
            what: self.what.get_untracked(),
            due: NaiveDateTime::parse_from_str(&self.due.get_untracked(), LOCAL).ok()?,
        })
    }
}

fn may(do_not: DoNot, channel: Channel) -> bool {
    match channel {
        Channel::Call => !do_not.call,
        Channel::Email => !do_not.email,
        Channel::Whatsapp | Channel::Sms | Channel::Meeting | Channel::Task => true,
    }
}

/// How, what and when.
#[component]
pub fn StepFields(
    /// What is being planned.
    form: StepForm,
    /// The present moment on the viewer's clock, as the page was read.
    now: NaiveDateTime,
) -> impl IntoView {
    let i18n = use_i18n();
    let channels = move || {
        let allowed = Channel::ALL.iter().copied().filter(|channel| may(form.do_not, *channel));
        allowed.map(|channel| (channel, channel_name(i18n, channel))).collect::<Vec<_>>()
    };
    let quick = QuickDue::ALL
        .iter()
        .map(|quick| {
            let due = quick.from(now).format(LOCAL).to_string();
            let same = due.clone();
            view! {
                <button
                    type="button"
                    class="chip"
                    class:on=move || form.due.with(|due| *due == same)
                    on:click=move |_| form.due.set(due.clone())
                >
                    {move || step::quick_name(i18n, *quick)}
                </button>
            }
        })
        .collect_view();
    view! {
        <RadioChips
            name="plan-step-channel"
            legend=Signal::derive(move || t_string!(i18n, leads.step_how).to_string())
            options=Signal::derive(channels)
            chosen=form.channel
        />
        <div class="field">
            <label for="plan-step-what">{t!(i18n, leads.step_what)}</label>
            <input
                id="plan-step-what"
                class="input"
                maxlength="200"
                dir="auto"
                prop:value=move || form.what.get()
                on:input=move |event| form.what.set(event_target_value(&event))
            />
        </div>
        <div class="field">
            <label for="plan-step-due">{t!(i18n, leads.step_when)}</label>
            <div class="options">{quick}</div>
            <input
                id="plan-step-due"
                class="input"
                type="datetime-local"
                prop:value=move || form.due.get()
                on:input=move |event| form.due.set(event_target_value(&event))
            />
        </div>
    }
}

/// Why a step is not planned, and what to do.
pub fn step_problem(i18n: I18n, problem: &crate::leads::rules::step::StepProblem) -> String {
    step::problem_text(i18n, problem)
}

/// Plans the next step of a lead. `on_done` hears whether it is another one now; unmount the dialog there.
#[component]
pub fn StepDialog(
    /// Which lead.
    lead: LeadId,
    /// What it is called.
    name: String,
    /// What they asked us not to do.
    do_not: DoNot,
    /// The step that stands there.
    present: Option<NextStep>,
    /// The present moment on the viewer's clock, as the page was read.
    now: NaiveDateTime,
    /// Where to go on.
    #[prop(into)]
    on_done: Callback<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (toaster, connection) = (use_toaster(), use_connection());
    let state = FormState::new();
    let form = StepForm::new(present.as_ref(), do_not);
    let seen = StoredValue::new(present);
    let key = IntentKey::new();
    let send = move |()| {
        let Some(planned) = form.planned() else {
            return state.object(tu_string!(i18n, leads.step_when_missing).to_string());
        };
        let wanted = StepWish::Plan(planned);
        let change = StepChange { lead, seen: seen.get_value(), key: key.of(&wanted), wanted };
        state.is_sent();
        spawn_local(async move {
            let answer = connection.persistently(async || change_next_step(change.clone()).await).await;
            if !state.is_answered() {
                return;
            }
            match answer {
                Ok(StepAnswer::Done { .. }) => {
                    toaster.say(tu_string!(i18n, outreach.step_saved).to_string());
                    on_done.run(true);
                }
                Ok(StepAnswer::Refused { problem }) => state.object(untrack(|| step_problem(i18n, &problem))),
                // A colleague planned another one: it is shown, and the next press is meant.
                Ok(StepAnswer::Conflict { theirs, by, at }) => {
                    state.object(untrack(|| step::conflict_text(i18n, theirs.as_ref(), by, at)));
                    seen.set_value(theirs);
                    key.answered();
                }
                Err(error) => state.object(untrack(|| trouble(i18n, error))),
            }
        });
    };
    view! {
        <FormDialog
            id="step-title"
            title=Signal::derive(move || t_string!(i18n, outreach.step_title, name = name.clone()).to_string())
            send=Signal::derive(move || t_string!(i18n, risks.save).to_string())
            state
            on_send=send
            on_leave=move |()| on_done.run(false)
            on_cancel=move |()| on_done.run(false)
        >
            <StepFields form now/>
        </FormDialog>
    }
}
