//! What can be done with a row in one press.

use crate::{
    error::AppError,
    i18n::{t_string, tu_string, use_i18n},
    leads::{
        api::step::{PlannedStep, StepAnswer, StepChange, StepWish, change_next_step},
        rules::step::QuickDue,
    },
    live::connection::{Connection, use_connection},
    losses::view::words::{I18n, trouble},
    outreach::api::{Row, Task},
    recontacts::{
        api::{NewPlan, PlanAnswer, plan},
        rules::Draft,
    },
    ui::{
        key::fresh_key,
        toast::{Toaster, use_toaster},
    },
};
use chrono::NaiveDateTime;
use leptos::{prelude::*, task::spawn_local};

/// A row that is being worked. Copies share everything.
#[derive(Clone, Copy)]
pub struct Worked {
    row: StoredValue<Row>,
    now: NaiveDateTime,
    i18n: I18n,
    toaster: Toaster,
    connection: Connection,
    /// While an answer is awaited, a second press does nothing.
    is_sending: RwSignal<bool>,
    reload: Callback<()>,
}

impl Worked {
    /// A row as it is shown.
    pub fn new(row: Row, now: NaiveDateTime, reload: Callback<()>) -> Self {
        Self {
            row: StoredValue::new(row),
            now,
            i18n: use_i18n(),
            toaster: use_toaster(),
            connection: use_connection(),
            is_sending: RwSignal::new(false),
            reload,
        }
    }

    fn done(self) {
        let row = self.row.get_value();
        if let Task::Step(step) = row.task {
            self.send_step(StepChange { lead: row.lead, seen: Some(step), wanted: StepWish::Done, key: fresh_key() });
        }
    }

    /// Later: the same thing, at nine on another day.
    fn snooze(self, until: QuickDue) {
        let row = self.row.get_value();
        let due = until.from(self.now);
        match row.task {
            Task::Step(step) => {
                let what = step.what.clone().unwrap_or_default();
                let wanted = StepWish::Plan(PlannedStep { channel: step.channel, what, due });
                self.send_step(StepChange { lead: row.lead, seen: Some(step), wanted, key: fresh_key() });
            }
            Task::Recontact(present) => {
                let draft = Draft {
                    due_on: Some(due.date()),
                    channel: Some(present.channel),
                    person: Some(present.person),
                    note: present.note.unwrap_or_default(),
                };
                self.send_plan(NewPlan {
                    lead: row.lead,
                    draft: Some(draft),
                    seen: Some(present.id),
                    key: fresh_key(),
                });
            }
            Task::Nothing => {}
        }
    }

    fn send_step(self, change: StepChange) {
        if self.is_sending.get_untracked() {
            return;
        }
        self.is_sending.set(true);
        spawn_local(async move {
            let answer = self.connection.persistently(|| change_next_step(change.clone())).await;
            let is_refused = match answer {
                Ok(StepAnswer::Done { .. }) => Ok(false),
                Ok(_) => Ok(true),
                Err(error) => Err(error),
            };
            self.settle(is_refused);
        });
    }

    fn send_plan(self, wanted: NewPlan) {
        if self.is_sending.get_untracked() {
            return;
        }
        self.is_sending.set(true);
        spawn_local(async move {
            let answer = self.connection.persistently(|| plan(wanted.clone())).await;
            let is_refused = match answer {
                Ok(PlanAnswer::Done { .. }) => Ok(false),
                Ok(_) => Ok(true),
                Err(error) => Err(error),
            };
            self.settle(is_refused);
        });
    }

    fn settle(self, is_refused: Result<bool, AppError>) {
        match is_refused {
            Ok(false) => {}
            // A colleague was quicker, or the lead has moved on: the list is read anew and says how it is now.
            Ok(true) => self.toaster.trouble(tu_string!(self.i18n, outreach.changed_meanwhile).to_string()),
            Err(error) => self.toaster.trouble(untrack(|| trouble(self.i18n, error))),
        }
        if self.is_sending.try_set(false).is_none() {
            self.reload.run(());
        }
    }
}

/// Done, and later.
#[component]
pub fn StepActions(worked: Worked) -> impl IntoView {
    let i18n = worked.i18n;
    let is_step = worked.row.with_value(|row| matches!(row.task, Task::Step(_)));
    let is_sending = move || worked.is_sending.get().to_string();
    let menu = worked.row.with_value(|row| format!("later-{}", row.lead));
    let later = [
        (QuickDue::Tomorrow, Signal::derive(move || t_string!(i18n, outreach.tomorrow).to_string())),
        (QuickDue::InThreeDays, Signal::derive(move || t_string!(i18n, outreach.in_three_days).to_string())),
        (QuickDue::NextWeek, Signal::derive(move || t_string!(i18n, outreach.next_week).to_string())),
    ]
    .map(|(due, text)| {
        view! {
            <button
                popovertarget=menu.clone()
                popovertargetaction="hide"
                aria-disabled=is_sending
                on:click=move |_| worked.snooze(due)
            >
                {text}
            </button>
        }
    });
    view! {
        {is_step.then(|| {
            view! {
                <button aria-disabled=is_sending on:click=move |_| worked.done()>
                    {move || t_string!(i18n, outreach.done)}
                </button>
            }
        })}
        <button popovertarget=menu.clone()>{move || t_string!(i18n, outreach.later)}</button>
        <div id=menu popover="auto" class="menu later" role="group" aria-label=move || t_string!(i18n, outreach.later_label)>
            {later}
        </div>
    }
}
