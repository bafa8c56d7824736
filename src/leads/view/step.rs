//! The next step: what happens next, and two presses to change it.

use super::{
    field::Ground,
    words::{channel_name, next_step_text},
};
use crate::{
    clock::Moment,
    format,
    i18n::{t, t_string},
    leads::{
        api::step::{PlannedStep, StepAnswer, StepChange, StepWish, change_next_step},
        rules::step::{QuickDue, StepProblem},
    },
    losses::view::words::{I18n, trouble},
    pipeline::{
        api::{Channel, NextStep},
        rules::StageKind,
    },
    ui::{field::RadioChips, key::fresh_key},
};
use chrono::{DateTime, NaiveDateTime, TimeDelta};
use leptos::{prelude::*, task::spawn_local};

/// What is being planned. Copies share everything.
#[derive(Clone, Copy)]
struct Planner {
    ground: Ground,
    is_open: RwSignal<bool>,
    channel: RwSignal<Option<Channel>>,
    what: RwSignal<String>,
    due: RwSignal<String>,
    sending: RwSignal<bool>,
    message: RwSignal<Option<String>>,
    /// What was sent last, to be sent again with the same key where it did not arrive.
    last: StoredValue<Option<StepChange>>,
    may_retry: RwSignal<bool>,
}

impl Planner {
    fn step(self) -> Option<NextStep> {
        self.ground.lead.with_untracked(|lead| lead.next_step.clone())
    }

    fn open(self) {
        let step = self.step();
        if let Some(step) = step {
            self.channel.set(Some(step.channel));
            self.what.set(step.what.unwrap_or_default());
            self.due.set(step.due.local().format(LOCAL).to_string());
        }
        self.is_open.set(true);
    }

    fn plan(self, due: NaiveDateTime) {
        let Some(channel) = self.channel.get_untracked() else { return };
        self.send(StepWish::Plan(PlannedStep { channel, what: self.what.get_untracked(), due }));
    }

    fn send(self, wanted: StepWish) {
        self.put(StepChange { lead: self.ground.id, seen: self.step(), wanted, key: fresh_key() });
    }

    fn put(self, change: StepChange) {
        if self.sending.get_untracked() {
            return;
        }
        self.last.set_value(Some(change.clone()));
        self.sending.set(true);
        self.message.set(None);
        self.may_retry.set(false);
        spawn_local(async move {
            let answer = self.ground.connection.persistently(async || change_next_step(change.clone()).await).await;
            if self.sending.try_set(false).is_none() {
                self.settle(&change, answer);
            }
        });
    }

    fn settle(self, change: &StepChange, answer: Result<StepAnswer, crate::error::AppError>) {
        let i18n = self.ground.i18n;
        match answer {
            Ok(StepAnswer::Done { step }) => {
                self.ground.lead.update(|lead| lead.next_step = step);
                self.what.set(String::new());
                self.due.set(String::new());
                // Whoever did a step is asked for the one that follows.
                self.is_open.set(change.wanted == StepWish::Done);
            }
            Ok(StepAnswer::Refused { problem }) => self.message.set(Some(problem_text(i18n, &problem))),
            Ok(StepAnswer::Conflict { theirs, by, at }) => {
                self.message.set(Some(conflict_text(i18n, theirs.as_ref(), by, at)));
                self.ground.lead.update(|lead| lead.next_step = theirs);
            }
            Err(error) => {
                self.message.set(Some(trouble(i18n, error)));
                self.may_retry.set(true);
            }
        }
    }
}

/// Who planned another step meanwhile, and which.
pub(super) fn conflict_text(i18n: I18n, theirs: Option<&NextStep>, by: Option<String>, at: Option<Moment>) -> String {
    let who = by.unwrap_or_else(|| t_string!(i18n, leads.somebody).to_string());
    let step = next_step_text(i18n, theirs);
    let time = at.map(|at| format::date_time(i18n.get_locale(), at)).unwrap_or_default();
    t_string!(i18n, leads.step_conflict, who = who, step = step, time = time).to_string()
}

/// How an input of type `datetime-local` writes a moment.
const LOCAL: &str = "%Y-%m-%dT%H:%M";

/// What the viewer's wall clock shows. Call it in event handlers only: while rendering it would differ between server
/// and browser.
fn wall_clock(ground: Ground) -> NaiveDateTime {
    let read = ground.lead.with_untracked(|lead| lead.now);
    // A browser's milliseconds fit by far.
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970")]
    let utc = DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or(read.utc);
    utc.naive_utc() + TimeDelta::minutes(i64::from(read.offset_minutes))
}

/// The panel of the next step.
#[component]
pub(super) fn NextStepPanel(ground: Ground) -> impl IntoView {
    let i18n = ground.i18n;
    let step = Memo::new(move |_| ground.lead.with(|lead| lead.next_step.clone()));
    let is_lost = Memo::new(move |_| ground.lead.with(|lead| lead.standing_loss().is_some()));
    let is_open = Memo::new(move |_| {
        ground.lead.with(|lead| {
            let is_customer = lead
                .place
                .as_ref()
                .is_some_and(|place| matches!(place.kind, StageKind::Customer | StageKind::Inactive));
            lead.standing_loss().is_none() && !is_customer
        })
    });
    let do_not = Memo::new(move |_| ground.lead.with(|lead| lead.do_not));
    let planner = Planner {
        ground,
        is_open: RwSignal::new(false),
        channel: RwSignal::new(Some(if do_not.get_untracked().call { Channel::Task } else { Channel::Call })),
        what: RwSignal::new(String::new()),
        due: RwSignal::new(String::new()),
        sending: RwSignal::new(false),
        message: RwSignal::new(None),
        last: StoredValue::new(None),
        may_retry: RwSignal::new(false),
    };
    let is_late =
        move || ground.lead.with(|lead| lead.next_step.as_ref().is_some_and(|step| step.due.utc < lead.now.utc));
    let present = move || match step.get() {
        Some(step) => view! {
            <p class="step" class:late=is_late><bdi>{move || next_step_text(i18n, Some(&step))}</bdi></p>
            <Show when=move || ground.may_write.get() && !planner.is_open.get()>
                <div class="step-actions">
                    <button
                        type="button"
                        class="primary"
                        aria-disabled=move || planner.sending.get().to_string()
                        on:click=move |_| planner.send(StepWish::Done)
                    >
                        {t!(i18n, leads.step_done)}
                    </button>
                    <button type="button" on:click=move |_| planner.open()>{t!(i18n, leads.step_change)}</button>
                </div>
            </Show>
        }
        .into_any(),
        None if is_open.get() => view! { <p class="flag">{t!(i18n, leads.no_next_step)}</p> }.into_any(),
        None => view! { <p class="muted">{t!(i18n, leads.no_next_step)}</p> }.into_any(),
    };
    let asks =
        move || ground.may_write.get() && (planner.is_open.get() || (is_open.get() && step.with(Option::is_none)));
    view! {
        <section class="panel next-step" aria-labelledby="next-step" hidden=move || is_lost.get()>
            <h2 id="next-step">{t!(i18n, leads.next_step)}</h2>
            {present}
            <Show when=asks><Form planner step/></Show>
            <p role="status" class="problem" hidden=move || planner.message.with(Option::is_none)>
                {move || planner.message.get()}
                <Show when=move || planner.may_retry.get()>
                    " "
                    <button type="button" on:click=move |_| {
                        if let Some(change) = planner.last.get_value() {
                            planner.put(change);
                        }
                    }>{t!(i18n, leads.try_again)}</button>
                </Show>
            </p>
        </section>
    }
}

#[component]
fn Form(planner: Planner, step: Memo<Option<NextStep>>) -> impl IntoView {
    let ground = planner.ground;
    let i18n = ground.i18n;
    let channels = move || {
        let do_not = ground.lead.with(|lead| lead.do_not);
        let may = move |channel: &Channel| match channel {
            Channel::Call => !do_not.call,
            Channel::Email => !do_not.email,
            _ => true,
        };
        Channel::ALL
            .iter()
            .copied()
            .filter(may)
            .map(|channel| (channel, channel_name(i18n, channel)))
            .collect::<Vec<_>>()
    };
    let quick = QuickDue::ALL
        .iter()
        .map(|quick| {
            view! {
                <button
                    type="button"
                    aria-disabled=move || planner.sending.get().to_string()
                    on:click=move |_| planner.plan(quick.from(wall_clock(ground)))
                >
                    {move || quick_name(i18n, *quick)}
                </button>
            }
        })
        .collect_view();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        match NaiveDateTime::parse_from_str(&planner.due.get_untracked(), LOCAL) {
            Ok(due) => planner.plan(due),
            Err(_) => planner.message.set(Some(untrack(|| t_string!(i18n, leads.step_when_missing).to_string()))),
        }
    };
    let drop = move || {
        step.with(Option::is_some).then(|| {
            view! {
                <button type="button" class="quiet" on:click=move |_| planner.send(StepWish::Drop)>{t!(i18n, leads.step_drop)}</button>
                <button type="button" class="quiet" on:click=move |_| planner.is_open.set(false)>{t!(i18n, shell.cancel)}</button>
            }
        })
    };
    view! {
        <form class="step-form" novalidate on:submit=submit>
            <RadioChips
                name="step-channel"
                legend=Signal::derive(move || t_string!(i18n, leads.step_how).to_string())
                options=Signal::derive(channels)
                chosen=planner.channel
            />
            <div class="field">
                <label for="step-what">{t!(i18n, leads.step_what)}</label>
                <input
                    id="step-what"
                    class="input"
                    maxlength="200"
                    dir="auto"
                    prop:value=move || planner.what.get()
                    on:input=move |event| planner.what.set(event_target_value(&event))
                />
            </div>
            <div class="field">
                <span id="step-quick">{t!(i18n, leads.step_when)}</span>
                <div class="options" role="group" aria-labelledby="step-quick">{quick}</div>
            </div>
            <div class="step-exact">
                <input
                    class="input"
                    type="datetime-local"
                    aria-label=move || t_string!(i18n, leads.step_exactly)
                    prop:value=move || planner.due.get()
                    on:input=move |event| planner.due.set(event_target_value(&event))
                />
                <button aria-disabled=move || planner.sending.get().to_string()>{t!(i18n, leads.step_plan)}</button>
            </div>
            <div class="step-actions">{drop}</div>
        </form>
    }
}

pub(super) fn quick_name(i18n: I18n, quick: QuickDue) -> String {
    match quick {
        QuickDue::Tomorrow => t_string!(i18n, leads.quick_tomorrow).to_string(),
        QuickDue::InThreeDays => t_string!(i18n, leads.quick_in_three_days).to_string(),
        QuickDue::NextWeek => t_string!(i18n, leads.quick_next_week).to_string(),
    }
}

/// Why a step is not planned, and what to do.
pub(super) fn problem_text(i18n: I18n, problem: &StepProblem) -> String {
    match problem {
        StepProblem::NotYours => t_string!(i18n, leads.problem_not_yours).to_string(),
        StepProblem::IsLost => t_string!(i18n, leads.step_is_lost).to_string(),
        StepProblem::InThePast => t_string!(i18n, leads.step_in_the_past).to_string(),
        StepProblem::TooLong { longest } => {
            let longest = format::number(i18n.get_locale(), i64::try_from(*longest).unwrap_or(i64::MAX));
            t_string!(i18n, leads.problem_too_long, longest = longest).to_string()
        }
        StepProblem::DoNot => t_string!(i18n, leads.step_do_not).to_string(),
        StepProblem::NothingPlanned => t_string!(i18n, leads.step_nothing).to_string(),
    }
}
