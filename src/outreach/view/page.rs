//! Today: one list by the clock.

use super::actions::{StepActions, Worked};
use crate::{
    app::trouble::Trouble,
    clock::Moment,
    format,
    i18n::{t, t_string, use_i18n},
    ids::LeadId,
    live::{browser::follow, wire::Message},
    losses::{
        rules::DoNot,
        view::{
            AttemptDialog,
            words::{I18n, language, lead_name},
        },
    },
    outreach::{
        api::{Colleague, Row, Task, Today, read_today},
        rules,
    },
    pipeline::api::Channel,
    recontacts::view::PlanDialog,
    ui::{
        icon::{Drawn, Icon},
        wait::{gathered, when_free},
    },
};
use chrono::NaiveDateTime;
use leptos::{ev, leptos_dom::helpers::TimeoutHandle, prelude::*};
use leptos_meta::Title;
use std::{collections::BTreeSet, time::Duration};

/// Changes are shown this long after the first of them.
const SETTLE: Duration = Duration::from_millis(400);
/// What others do concerns this page hardly ever: however much they work, it is read anew once in so long.
const SELDOM: Duration = Duration::from_secs(60);

/// What a dialog over the page is about.
#[derive(Clone, PartialEq)]
enum Open {
    Logging(LeadId, String, DoNot),
    Planning(LeadId),
}

/// The page.
#[component]
pub fn TodayPage() -> impl IntoView {
    let i18n = use_i18n();
    let today = Resource::new_blocking(|| (), |()| read_today());
    let open = RwSignal::new(None::<Open>);
    let reload = when_free(Signal::derive(move || open.with(Option::is_some)), move || today.refetch());
    // A phone that slept over midnight shows the day that it is.
    Effect::new(move |_| {
        let heard = window_event_listener(ev::focus, move |_| reload.run(()));
        on_cleanup(move || heard.remove());
    });
    let dialog = move || {
        let done = Callback::new(move |is_changed: bool| {
            open.set(None);
            if is_changed {
                reload.run(());
            }
        });
        open.get().map(|open| match open {
            Open::Logging(lead, name, do_not) => view! { <AttemptDialog lead name do_not on_done=done/> }.into_any(),
            Open::Planning(lead) => view! { <PlanDialog lead on_done=done/> }.into_any(),
        })
    };
    view! {
        <Title text=move || t_string!(i18n, outreach.today).to_string()/>
        <Transition>
            {move || Suspend::new(async move {
                match today.await {
                    Ok(today) => view! { <TodayView today open reload/> }.into_any(),
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
        {dialog}
    }
}

#[component]
fn TodayView(today: Today, open: RwSignal<Option<Open>>, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    follow_changes(&today, Callback::new(move |()| when_out_of_hand(reload)));
    wake_at(today.now, today.ends, reload);
    let Today { day, now, rows, total, without, without_total, team, .. } = today;
    let local = now.local();
    let shown = rows.len() as i64;
    let (overdue, due): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| is_overdue(row, now));
    let lines =
        move |rows: Vec<Row>| rows.into_iter().map(|row| view! { <Line row now=local open reload/> }).collect_view();
    let is_free = shown == 0;
    let more = total - shown;
    let overdue = (!overdue.is_empty()).then(|| {
        view! {
            <h2 class="late">{t!(i18n, outreach.overdue)}</h2>
            <ul class="today-list">{lines(overdue)}</ul>
        }
    });
    let due = (!due.is_empty()).then(|| {
        view! {
            <h2>{t!(i18n, outreach.due_today)}</h2>
            <ul class="today-list">{lines(due)}</ul>
        }
    });
    let without_more = without_total - without.len() as i64;
    let without = (!without.is_empty()).then(|| {
        let count = move || format::number(i18n.get_locale(), without_total);
        view! {
            <h2>{t!(i18n, outreach.without)} " " <span class="num faint">{count}</span></h2>
            <p class="small muted">{t!(i18n, outreach.without_advice)}</p>
            <ul class="today-list">{lines(without)}</ul>
            {(without_more > 0).then(|| {
                let count = move || format::number(i18n.get_locale(), without_more);
                view! { <p class="small muted">{move || t_string!(i18n, outreach.more, count = count()).to_string()}</p> }
            })}
        }
    });
    let team = (!team.is_empty()).then(|| {
        view! {
            <section class="panel today-team">
                <h2>{t!(i18n, outreach.team)}</h2>
                <p class="small muted">{t!(i18n, outreach.team_advice)}</p>
                {team.into_iter().map(|colleague| view! { <ColleagueView colleague now open reload/> }).collect_view()}
            </section>
        }
    });
    view! {
        <header class="bar today-head">
            <h1>{t!(i18n, outreach.today)}</h1>
            <span class="muted num">{move || format::date(i18n.get_locale(), day)}</span>
            <a class="button quiet" href="/me/figures">{t!(i18n, shell.own_figures)}</a>
        </header>
        <div class="today">
            <section class="panel">
                {is_free.then(|| view! { <p class="today-free">{t!(i18n, outreach.nothing_due)}</p> })}
                {overdue}
                {due}
                {(more > 0).then(|| {
                    let count = move || format::number(i18n.get_locale(), more);
                    view! { <p class="small muted">{move || t_string!(i18n, outreach.more, count = count()).to_string()}</p> }
                })}
                {without}
            </section>
            {team}
        </div>
    }
}

/// Runs `reload` as soon as no row is in somebody's hand, by an open menu or under the keyboard: another lead must not slip
/// into its place.
fn when_out_of_hand(reload: Callback<()>) {
    let in_hand = document().query_selector(".today :popover-open, .today-list :focus-visible");
    if in_hand.ok().flatten().is_some() {
        set_timeout(move || when_out_of_hand(reload), SETTLE);
    } else {
        // The page may be gone by now.
        let _ = reload.try_run(());
    }
}

/// Reads the page again soon after a change of what is on it, the viewer's or their team's; now and then while others work.
fn follow_changes(today: &Today, reload: Callback<()>) {
    let (soon, seldom) = (gathered(SETTLE, reload), gathered(SELDOM, reload));
    let of_team = today.team.iter().flat_map(|colleague| &colleague.rows);
    let shown: BTreeSet<_> = today.rows.iter().chain(&today.without).chain(of_team).map(|row| row.lead).collect();
    follow(today.seen, move |message| match &message {
        Message::SignedOut => {}
        Message::Changes { changes, .. } if changes.is_empty() => {}
        Message::Changes { changes, .. } if changes.iter().any(|change| shown.contains(&change.lead)) => soon.run(()),
        message if message.is_ours() => soon.run(()),
        _ => seldom.run(()),
    });
}

/// Reads the page again when the day ends.
fn wake_at(now: Moment, ends: Moment, reload: Callback<()>) {
    let timer = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        let wait = (ends.utc - now.utc).num_milliseconds().max(0).unsigned_abs() + 500;
        timer.set_value(set_timeout_with_handle(move || reload.run(()), Duration::from_millis(wait)).ok());
    });
    on_cleanup(move || {
        if let Some(handle) = timer.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    });
}

/// Whether its time has passed: a step's moment, a plan's day.
fn is_overdue(row: &Row, now: Moment) -> bool {
    match &row.task {
        Task::Step(step) => step.due.utc < now.utc,
        Task::Recontact(plan) => plan.due_on < now.local().date(),
        Task::Nothing => false,
    }
}

#[component]
fn ColleagueView(
    colleague: Colleague,
    now: Moment,
    open: RwSignal<Option<Open>>,
    reload: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let local = now.local();
    let (total, more) = (colleague.total, colleague.total - colleague.rows.len() as i64);
    let figure = move || format::number(i18n.get_locale(), total);
    view! {
        <details>
            <summary><bdi>{colleague.name}</bdi> " " <span class="num late">{figure}</span></summary>
            <ul class="today-list">
                {colleague.rows.into_iter().map(|row| view! { <Line row now=local open reload/> }).collect_view()}
            </ul>
            {(more > 0).then(|| {
                let count = move || format::number(i18n.get_locale(), more);
                view! { <p class="small muted">{move || t_string!(i18n, outreach.more, count = count()).to_string()}</p> }
            })}
        </details>
    }
}

fn icon(channel: Channel) -> Icon {
    match channel {
        Channel::Call => Icon::Phone,
        Channel::Email => Icon::Mail,
        Channel::Whatsapp | Channel::Sms => Icon::Message,
        Channel::Meeting => Icon::Calendar,
        Channel::Task => Icon::Task,
    }
}

fn channel_name(i18n: I18n, channel: Channel) -> String {
    match channel {
        Channel::Call => t_string!(i18n, losses.channel_call).to_string(),
        Channel::Email => t_string!(i18n, losses.channel_email).to_string(),
        Channel::Whatsapp => t_string!(i18n, losses.channel_whatsapp).to_string(),
        Channel::Sms => t_string!(i18n, losses.channel_sms).to_string(),
        Channel::Meeting => t_string!(i18n, losses.channel_meeting).to_string(),
        Channel::Task => t_string!(i18n, leads.channel_task).to_string(),
    }
}

/// When: the time of today, else the day.
fn when(i18n: I18n, row: &Row, now: NaiveDateTime) -> String {
    let Some(due) = row.due else { return String::new() };
    let (is_today, is_day) = (due.local().date() == now.date(), matches!(row.task, Task::Recontact(_)));
    match (is_today, is_day) {
        (true, true) => t_string!(i18n, outreach.all_day).to_string(),
        (true, false) => format::time(due),
        (false, _) => format::date(i18n.get_locale(), due.local().date()),
    }
}

/// What is to be done, in a line.
fn what(i18n: I18n, row: &Row) -> String {
    let channel = row.channel().map(|channel| channel_name(i18n, channel));
    let words = match &row.task {
        Task::Step(step) => step.what.clone(),
        Task::Recontact(plan) => {
            let again = t_string!(i18n, outreach.ask_again).to_string();
            Some(plan.note.clone().map_or(again.clone(), |note| format!("{again}: {note}")))
        }
        Task::Nothing => Some(t_string!(i18n, pipeline.no_next_step).to_string()),
    };
    let product = row.details.as_ref().and_then(|details| details.product.clone());
    let stage = row.stage.as_ref().map(|stage| stage.pick(language(i18n)).to_owned());
    let stage = stage.filter(|_| !matches!(row.task, Task::Recontact(_)));
    [channel, words, product, stage]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// The way to reach them in one press, where it is allowed.
#[component]
fn Reach(row: Row) -> impl IntoView {
    let i18n = use_i18n();
    let details = row.details.clone()?;
    // Without a plan, whatever reaches them first.
    let channels = match row.channel() {
        Some(channel) => vec![channel],
        None => vec![Channel::Call, Channel::Whatsapp, Channel::Email],
    };
    let reach = |channel: &Channel| {
        let link = rules::link(*channel, details.phone.as_deref(), details.email.as_deref(), details.do_not)?;
        Some((*channel, link))
    };
    let (channel, link) = channels.iter().find_map(reach)?;
    let label = move || match channel {
        Channel::Call => t_string!(i18n, outreach.call).to_string(),
        _ => t_string!(i18n, outreach.write).to_string(),
    };
    Some(view! {
        <a class="button primary" href=link target=(channel == Channel::Whatsapp).then_some("_blank") rel="noopener">
            <Drawn icon=icon(channel)/>
            {label}
        </a>
    })
}

#[component]
fn Line(row: Row, now: NaiveDateTime, open: RwSignal<Option<Open>>, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let lead = row.lead;
    let (time, text) = (row.clone(), row.clone());
    let details = row.details.clone();
    let holder = row.holder.clone();
    let name = Signal::derive(move || match &details {
        Some(details) => lead_name(i18n, details.name.as_deref(), details.external_id.as_deref(), lead),
        None => t_string!(i18n, pipeline.masked, owner = holder.as_str()).to_string(),
    });
    let do_not = row.details.as_ref().map(|details| details.do_not).unwrap_or_default();
    let is_plan = matches!(row.task, Task::Recontact(_));
    let is_planned = !matches!(row.task, Task::Nothing);
    let drawn = row.channel().map(|channel| view! { <Drawn icon=icon(channel)/> });
    let worked = Worked::new(row.clone(), now, reload);
    let actions = row.may_write.then(|| {
        view! {
            <button on:click=move |_| open.set(Some(Open::Logging(lead, name.get_untracked(), do_not)))>
                {t!(i18n, outreach.log)}
            </button>
            {is_planned.then(|| view! { <StepActions worked/> })}
            {is_plan.then(|| {
                view! {
                    <button on:click=move |_| open.set(Some(Open::Planning(lead)))>{t!(i18n, losses.plan_action)}</button>
                }
            })}
        }
    });
    view! {
        <li class="today-line" data-lead=lead.to_string()>
            <span class="today-when num">{move || when(i18n, &time, now)}</span>
            <div class="today-what">
                <a href=format!("/leads/{lead}")><bdi>{name}</bdi></a>
                <span class="muted small">{drawn} " " {move || what(i18n, &text)}</span>
            </div>
            <div class="today-actions"><Reach row/>{actions}</div>
        </li>
    }
}
