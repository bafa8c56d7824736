//! What can be done with a row in one press.

use super::{outcome::WayOut, page::Open};
use crate::{
    clock::Moment,
    error::AppError,
    format,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::LeadId,
    leads::{
        api::step::{PlannedStep, StepAnswer, StepChange, StepWish, change_next_step},
        rules::step::QuickDue,
        view::step_problem,
    },
    live::connection::{Connection, use_connection},
    losses::{
        rules::DoNot,
        view::words::{I18n, trouble},
    },
    outreach::{
        api::{Row, Task},
        rules::{Main, main_action, other_ways},
    },
    pipeline::api::Channel,
    recontacts::{
        api::{NewPlan, PlanAnswer, plan},
        rules::Draft,
    },
    risks::view::AtRisk,
    ui::{
        icon::{Drawn, Icon},
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
            Task::Risk(_) | Task::Nothing => {}
        }
    }

    fn open_step(self, open: RwSignal<Option<Open>>, name: Signal<String>) {
        let row = self.row.get_value();
        let do_not = row.details.as_ref().map(|details| details.do_not).unwrap_or_default();
        open.set(Some(Open::Stepping(row.lead, name.get_untracked(), do_not, row.next_step().cloned())));
    }

    fn open_risk(self, open: RwSignal<Option<Open>>, name: Signal<String>) {
        let row = self.row.get_value();
        open.set(Some(Open::Answering(AtRisk {
            lead: row.lead,
            name: name.get_untracked(),
            next_step: row.next_step().cloned(),
            do_not: row.details.as_ref().map(|details| details.do_not).unwrap_or_default(),
            risks: row.risks,
        })));
    }

    fn send_step(self, change: StepChange) {
        if self.is_sending.get_untracked() {
            return;
        }
        self.is_sending.set(true);
        spawn_local(async move {
            let answer = self.connection.persistently(|| change_next_step(change.clone())).await;
            self.settle(answer.map(|end| match end {
                StepAnswer::Done { .. } => None,
                StepAnswer::Refused { problem } => Some(untrack(|| step_problem(self.i18n, &problem))),
                StepAnswer::Conflict { by, at, .. } => Some(self.conflict(by, at)),
            }));
        });
    }

    fn send_plan(self, wanted: NewPlan) {
        if self.is_sending.get_untracked() {
            return;
        }
        self.is_sending.set(true);
        spawn_local(async move {
            let answer = self.connection.persistently(|| plan(wanted.clone())).await;
            self.settle(answer.map(|end| match end {
                PlanAnswer::Done { .. } => None,
                PlanAnswer::Objections { .. } | PlanAnswer::Conflict { .. } => {
                    Some(tu_string!(self.i18n, outreach.changed_meanwhile).to_string())
                }
            }));
        });
    }

    fn conflict(self, by: Option<String>, at: Option<Moment>) -> String {
        let i18n = self.i18n;
        let by = by.unwrap_or_else(|| tu_string!(i18n, pipeline.somebody).to_string());
        let at = at.map(|at| format::date_time(i18n.get_locale_untracked(), at)).unwrap_or_default();
        tu_string!(i18n, pipeline.step_conflict, by = by, at = at)
    }

    /// Says what kept it from being done, if anything did: a colleague was quicker, or the lead has moved on. The list is
    /// read anew and says how it is now.
    fn settle(self, refusal: Result<Option<String>, AppError>) {
        match refusal {
            Ok(None) => {}
            Ok(Some(why)) => self.toaster.trouble(why),
            Err(error) => self.toaster.trouble(untrack(|| trouble(self.i18n, error))),
        }
        if self.is_sending.try_set(false).is_none() {
            self.reload.run(());
        }
    }
}

/// What a row's menu offers besides its main action.
#[component]
pub fn RowMenu(worked: Worked, name: Signal<String>, open: RwSignal<Option<Open>>, way: WayOut) -> impl IntoView {
    let i18n = worked.i18n;
    let row = worked.row.get_value();
    let lead = row.lead;
    let main = main_action(&row);
    let kind = match row.task {
        Task::Step(_) => "step",
        Task::Recontact(_) => "recontact",
        Task::Risk(_) => "risk",
        Task::Nothing => "nothing",
    };
    let menu = format!("more-{kind}-{lead}");
    let is_sending = move || worked.is_sending.get().to_string();
    let item = |text: Signal<String>, press: Callback<()>| {
        view! {
            <button
                popovertarget=menu.clone()
                popovertargetaction="hide"
                aria-disabled=is_sending
                on:click=move |_| press.run(())
            >
                {move || text.get()}
            </button>
        }
    };
    let opens = move |what: Open| Callback::new(move |()| open.set(Some(what.clone())));
    let do_not = row.details.as_ref().map(|details| details.do_not).unwrap_or_default();
    let ways = other_ways(&row)
        .into_iter()
        .map(|(channel, link)| view! { <ReachLink channel link lead name do_not way is_main=false/> })
        .collect_view();
    let work = row.may_write.then(|| {
        let is_step = matches!(row.task, Task::Step(_));
        let is_planned = is_step || matches!(row.task, Task::Recontact(_));
        let done = (is_step && main != Some(Main::Done)).then(|| {
            let text = Signal::derive(move || t_string!(i18n, outreach.done).to_string());
            item(text, Callback::new(move |()| worked.done()))
        });
        let log = (main != Some(Main::Log)).then(|| {
            let text = Signal::derive(move || t_string!(i18n, outreach.result).to_string());
            let press = Callback::new(move |()| open.set(Some(Open::Logging(lead, name.get_untracked(), do_not))));
            item(text, press)
        });
        let next = match row.task {
            Task::Recontact(_) => {
                let text = Signal::derive(move || t_string!(i18n, losses.plan_action).to_string());
                Some(item(text, opens(Open::Planning(lead))))
            }
            _ if main == Some(Main::Plan) => None,
            _ => {
                let text = Signal::derive(move || t_string!(i18n, outreach.plan_step).to_string());
                Some(item(text, Callback::new(move |()| worked.open_step(open, name))))
            }
        };
        let answer = (main != Some(Main::Answer) && !row.risks.signals.is_empty()).then(|| {
            let text = Signal::derive(move || t_string!(i18n, risks.answer).to_string());
            item(text, Callback::new(move |()| worked.open_risk(open, name)))
        });
        let ask = {
            let text = Signal::derive(move || t_string!(i18n, colleagues.ask).to_string());
            item(text, Callback::new(move |()| open.set(Some(Open::Asking(lead, name.get_untracked())))))
        };
        let later = is_planned.then(|| {
            [
                (QuickDue::Tomorrow, Signal::derive(move || t_string!(i18n, outreach.tomorrow).to_string())),
                (QuickDue::InThreeDays, Signal::derive(move || t_string!(i18n, outreach.in_three_days).to_string())),
                (QuickDue::NextWeek, Signal::derive(move || t_string!(i18n, outreach.next_week).to_string())),
            ]
            .map(|(due, text)| item(text, Callback::new(move |()| worked.snooze(due))))
        });
        let later = later.map(|later| {
            view! {
                <div class="menu" role="group" aria-label=move || t_string!(i18n, outreach.later_label)>
                    <span class="small muted" aria-hidden="true">{t!(i18n, outreach.later_heading)}</span>
                    {later}
                </div>
            }
        });
        view! {
            {done}
            {log}
            {next}
            {answer}
            {ask}
            {later}
        }
    });
    view! {
        <button
            class="icon-button"
            popovertarget=menu.clone()
            aria-label=move || t_string!(i18n, outreach.more_of, name = name.get()).to_string()
        >
            <Drawn icon=Icon::More/>
        </button>
        <div
            id=menu.clone()
            popover="auto"
            class="menu later"
            role="group"
            aria-label=move || t_string!(i18n, outreach.more_of, name = name.get()).to_string()
        >
            {ways}
            {work}
            <a class="button quiet" href=format!("/leads/{lead}")>{t!(i18n, outreach.open)}</a>
        </div>
    }
}

/// A link that calls or writes. Whoever comes back is asked what came of it.
#[component]
pub fn ReachLink(
    channel: Channel,
    link: String,
    lead: LeadId,
    name: Signal<String>,
    do_not: DoNot,
    way: WayOut,
    is_main: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let label = move || match channel {
        Channel::Call => t_string!(i18n, outreach.call).to_string(),
        _ if is_main => t_string!(i18n, outreach.write).to_string(),
        Channel::Whatsapp => t_string!(i18n, outreach.whatsapp).to_string(),
        Channel::Sms => t_string!(i18n, outreach.sms).to_string(),
        _ => t_string!(i18n, outreach.email).to_string(),
    };
    view! {
        <a
            class=if is_main { "button primary main" } else { "button quiet" }
            href=link
            target=(channel == Channel::Whatsapp).then_some("_blank")
            rel="noopener"
            on:click=move |_| way.leave(lead, name.get_untracked(), do_not, channel)
        >
            <Drawn icon=icon(channel)/>
            {label}
        </a>
    }
}

/// The one button that does what is to be done with a row.
#[component]
pub fn MainAction(worked: Worked, name: Signal<String>, open: RwSignal<Option<Open>>, way: WayOut) -> impl IntoView {
    let i18n = worked.i18n;
    let row = worked.row.get_value();
    let lead = row.lead;
    let do_not = row.details.as_ref().map(|details| details.do_not).unwrap_or_default();
    let button = move |text: Signal<String>, press: Callback<()>| {
        view! {
            <button
                class="primary main"
                aria-disabled=move || worked.is_sending.get().to_string()
                on:click=move |_| press.run(())
            >
                {move || text.get()}
            </button>
        }
        .into_any()
    };
    main_action(&row).map(|main| match main {
        Main::Reach(channel, link) => view! { <ReachLink channel link lead name do_not way is_main=true/> }.into_any(),
        Main::Done => button(
            Signal::derive(move || t_string!(i18n, outreach.done).to_string()),
            Callback::new(move |()| worked.done()),
        ),
        Main::Log => button(
            Signal::derive(move || t_string!(i18n, outreach.log).to_string()),
            Callback::new(move |()| open.set(Some(Open::Logging(lead, name.get_untracked(), do_not)))),
        ),
        Main::Answer => button(
            Signal::derive(move || t_string!(i18n, risks.answer).to_string()),
            Callback::new(move |()| worked.open_risk(open, name)),
        ),
        Main::Plan => button(
            Signal::derive(move || t_string!(i18n, outreach.plan_step).to_string()),
            Callback::new(move |()| worked.open_step(open, name)),
        ),
    })
}

/// What a channel looks like.
pub fn icon(channel: Channel) -> Icon {
    match channel {
        Channel::Call => Icon::Phone,
        Channel::Email => Icon::Mail,
        Channel::Whatsapp | Channel::Sms => Icon::Message,
        Channel::Meeting => Icon::Calendar,
        Channel::Task => Icon::Task,
    }
}
