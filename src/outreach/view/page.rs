//! Today: one list by the clock.

use super::{
    actions::{MainAction, RowMenu, Worked, icon},
    outcome::{AskOutcome, WayOut},
};
use crate::{
    app::trouble::Trouble,
    clock::Moment,
    colleagues::{
        api::Question,
        view::{AnswerDialog, AskDialog, ForMeList},
    },
    format,
    i18n::{t, t_string, use_i18n},
    ids::{LeadId, UserId},
    leads::view::StepDialog,
    live::{browser::follow, wire::Message},
    losses::{
        rules::DoNot,
        view::{
            AttemptDialog, LossDialog,
            words::{I18n, language, lead_name},
        },
    },
    outreach::api::{Colleague, Row, Task, Today, read_today},
    people::rules::Holder,
    pipeline::api::{Channel, NextStep},
    recontacts::view::PlanDialog,
    risks::view::{AtRisk, RiskDialog, words::risk_mark},
    routing::view::{AssignDialog, NoticeList, ReviewList},
    ui::{
        icon::Drawn,
        title::PageTitle,
        wait::{gathered, when_free},
    },
};
use chrono::NaiveDateTime;
use leptos::{ev, html, leptos_dom::helpers::TimeoutHandle, prelude::*};
use std::{collections::BTreeSet, time::Duration};

/// Changes are shown this long after the first of them.
const SETTLE: Duration = Duration::from_millis(400);
/// What others do concerns this page hardly ever: however much they work, it is read anew once in so long.
const SELDOM: Duration = Duration::from_secs(60);

/// What a dialog over the page is about.
#[derive(Clone, PartialEq)]
pub(super) enum Open {
    Logging(LeadId, String, DoNot),
    Planning(LeadId),
    Stepping(LeadId, String, DoNot, Option<NextStep>),
    Answering(AtRisk),
    Losing(LeadId),
    Asking(LeadId, String),
    Replying(Question),
    Giving(LeadId, Holder),
}

/// The page.
#[component]
pub fn TodayPage() -> impl IntoView {
    let i18n = use_i18n();
    let today = Resource::new_blocking(|| (), |()| read_today());
    let open = RwSignal::new(None::<Open>);
    // Whose lists are unfolded; they stay so when the page is read again.
    let unfolded = RwSignal::new(BTreeSet::new());
    let reload = when_free(Signal::derive(move || open.with(Option::is_some)), move || today.refetch());
    // A phone that slept over midnight shows the day that it is.
    Effect::new(move |_| {
        let heard = window_event_listener(ev::focus, move |_| reload.run(()));
        on_cleanup(move || heard.remove());
    });
    // The moment at which the page was read, for its dialogs.
    let now = RwSignal::new(None::<Moment>);
    let dialog = move || {
        let done = Callback::new(move |is_changed: bool| {
            open.set(None);
            if is_changed {
                reload.run(());
            }
        });
        open.get().zip(now.get_untracked()).map(|(shown, now)| match shown {
            Open::Stepping(lead, name, do_not, present) => {
                view! { <StepDialog lead name do_not present now=now.local() on_done=done/> }.into_any()
            }
            Open::Answering(about) => {
                let on_lose = Callback::new(move |lead| open.set(Some(Open::Losing(lead))));
                view! { <RiskDialog about now on_done=done on_lose/> }.into_any()
            }
            Open::Losing(lead) => {
                let on_done = Callback::new(move |lost: Vec<_>| done.run(!lost.is_empty()));
                view! { <LossDialog lead on_done/> }.into_any()
            }
            Open::Asking(lead, name) => view! { <AskDialog lead name on_done=done/> }.into_any(),
            Open::Replying(question) => view! { <AnswerDialog question on_done=done/> }.into_any(),
            Open::Giving(lead, from) => {
                let on_change = Callback::new(move |_| reload.run(()));
                view! { <AssignDialog leads=vec![(lead, from)] on_change on_done=move |()| open.set(None)/> }.into_any()
            }
            Open::Logging(lead, name, do_not) => view! { <AttemptDialog lead name do_not on_done=done/> }.into_any(),
            Open::Planning(lead) => view! { <PlanDialog lead on_done=done/> }.into_any(),
        })
    };
    view! {
        <PageTitle text=move || t_string!(i18n, outreach.today).to_string()/>
        <Transition>
            {move || Suspend::new(async move {
                match today.await {
                    Ok(today) => view! { <TodayView today open unfolded now_of_page=now reload/> }.into_any(),
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
        {dialog}
        <AskOutcome on_logged=reload is_busy=Signal::derive(move || open.with(Option::is_some))/>
    }
}

#[component]
fn TodayView(
    today: Today,
    open: RwSignal<Option<Open>>,
    unfolded: RwSignal<BTreeSet<UserId>>,
    now_of_page: RwSignal<Option<Moment>>,
    reload: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    follow_changes(&today, when_out_of_hand(reload));
    wake_at(today.now, today.ends, reload);
    let Today { day, now, reviews, notices, for_me, rows, total, without, without_total, team, .. } = today;
    now_of_page.set(Some(now));
    let way = WayOut::new(now.offset_minutes);
    let shown = rows.len() as i64;
    let (overdue, due): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| is_overdue(row, now));
    let lines =
        move |rows: Vec<Row>| rows.into_iter().map(|row| view! { <Line row now open way reload/> }).collect_view();
    let is_free = shown == 0 && for_me.is_empty() && notices.is_empty() && reviews.is_empty();
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
                {team.into_iter().map(|colleague| view! { <ColleagueView colleague now open unfolded way reload/> }).collect_view()}
            </section>
        }
    });
    view! {
        <header class="bar today-head">
            <h1>{t!(i18n, outreach.today)}</h1>
            <span class="muted num">{move || format::date(i18n.get_locale(), day)}</span>
            <a class="button quiet" href="/at-risk">{t!(i18n, outreach.at_risk_link)}</a>
            <a class="button quiet" href="/me/figures">{t!(i18n, shell.own_figures)}</a>
        </header>
        <div class="today">
            <section class="panel">
                <NoticeList items=notices reload/>
                <ReviewList
                    items=reviews
                    on_give=Callback::new(move |(lead, from)| open.set(Some(Open::Giving(lead, from))))
                    reload
                />
                <ForMeList
                    items=for_me
                    on_answer=Callback::new(move |question| open.set(Some(Open::Replying(question))))
                    reload
                />
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

/// Runs `reload`, once for all askings, as soon as no row is in somebody's hand, by an open menu or under the keyboard:
/// another lead must not slip into its place.
fn when_out_of_hand(reload: Callback<()>) -> Callback<()> {
    let is_waiting = StoredValue::new(false);
    Callback::new(move |()| {
        if !is_waiting.get_value() {
            is_waiting.set_value(true);
            wait_out_of_hand(reload, is_waiting);
        }
    })
}

fn wait_out_of_hand(reload: Callback<()>, is_waiting: StoredValue<bool>) {
    if is_waiting.is_disposed() {
        return;
    }
    let in_hand = document().query_selector(".today :popover-open, .today-list :focus-visible");
    if in_hand.ok().flatten().is_some() {
        set_timeout(move || wait_out_of_hand(reload, is_waiting), SETTLE);
    } else {
        is_waiting.set_value(false);
        reload.run(());
    }
}

/// Reads the page again soon after a change of what is on it, the viewer's or their team's; now and then while others work.
fn follow_changes(today: &Today, reload: Callback<()>) {
    let (soon, seldom) = (gathered(SETTLE, reload), gathered(SELDOM, reload));
    let for_me = today.for_me.iter().map(|item| item.lead).chain(today.notices.iter().map(|notice| notice.lead));
    let for_me = for_me.chain(today.reviews.iter().map(|review| review.lead));
    let of_team = today.team.iter().flat_map(|colleague| &colleague.rows);
    let shown: BTreeSet<_> =
        today.rows.iter().chain(&today.without).chain(of_team).map(|row| row.lead).chain(for_me).collect();
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
        Task::Risk(_) => true,
        Task::Nothing => false,
    }
}

#[component]
fn ColleagueView(
    colleague: Colleague,
    now: Moment,
    open: RwSignal<Option<Open>>,
    unfolded: RwSignal<BTreeSet<UserId>>,
    way: WayOut,
    reload: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (total, more) = (colleague.total, colleague.total - colleague.rows.len() as i64);
    let figure = move || format::number(i18n.get_locale(), total);
    let person = colleague.person;
    let is_unfolded = Memo::new(move |_| unfolded.with(|unfolded| unfolded.contains(&person)));
    // A team's rows are hundreds: those that nobody looks at are not made.
    let rows = move || {
        let rows = if is_unfolded.get() { colleague.rows.clone() } else { Vec::new() };
        rows.into_iter().map(|row| view! { <Line row now open way reload/> }).collect_view()
    };
    let turn = move |event: ev::Event| {
        let is_open = event_target::<web_sys::HtmlDetailsElement>(&event).open();
        if is_open != is_unfolded.get_untracked() {
            unfolded.update(|unfolded| {
                if is_open {
                    unfolded.insert(person)
                } else {
                    unfolded.remove(&person)
                };
            });
        }
    };
    // Who was quicker than the page's code is not left with an empty list.
    let element = NodeRef::<html::Details>::new();
    Effect::new(move |_| {
        let is_open = element.get().is_some_and(|details| details.open());
        if is_open && !is_unfolded.get_untracked() {
            unfolded.update(|unfolded| unfolded.extend([person]));
        }
    });
    view! {
        <details node_ref=element open=is_unfolded on:toggle=turn>
            <summary><bdi>{colleague.name}</bdi> " " <span class="num late">{figure}</span></summary>
            <ul class="today-list">{rows}</ul>
            {(more > 0).then(|| {
                let count = move || format::number(i18n.get_locale(), more);
                view! { <p class="small muted">{move || t_string!(i18n, outreach.more, count = count()).to_string()}</p> }
            })}
        </details>
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
        Task::Risk(Some(step)) => step.what.clone(),
        Task::Risk(None) | Task::Nothing => Some(t_string!(i18n, pipeline.no_next_step).to_string()),
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

#[component]
fn Line(row: Row, now: Moment, open: RwSignal<Option<Open>>, way: WayOut, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let local = now.local();
    let lead = row.lead;
    let (time, text) = (row.clone(), row.clone());
    let details = row.details.clone();
    let holder = row.holder.clone();
    let name = Signal::derive(move || match &details {
        Some(details) => lead_name(i18n, details.name.as_deref(), details.external_id.as_deref(), lead),
        None => t_string!(i18n, pipeline.masked, owner = holder.as_str()).to_string(),
    });
    let drawn = row.channel().map(|channel| view! { <Drawn icon=icon(channel)/> });
    let worked = Worked::new(row.clone(), local, reload);
    let why = row.risks.clone();
    let risk = move || risk_mark(i18n, &why, now.utc);
    let has_menu = row.may_write || row.details.is_some();
    view! {
        <li class="today-line" data-lead=lead.to_string()>
            <span class="today-when num">{move || when(i18n, &time, local)}</span>
            <div class="today-what">
                <a href=format!("/leads/{lead}")><bdi>{name}</bdi></a>
                <span class="muted small">{drawn} " " {move || what(i18n, &text)}</span>
                {risk}
            </div>
            <div class="today-actions">
                <MainAction worked name open way/>
                {has_menu.then(|| view! { <RowMenu worked name open way/> })}
            </div>
        </li>
    }
}
