//! The minutes of a meeting: what was looked at and said, what was decided, and what came of it. They can be printed.

use super::{
    dialogs::{DecisionDialog, JudgeDialog, MeetingDialog},
    fields::narrowings,
    words,
};
use crate::{
    analytics::view::words as charts,
    app::trouble::Trouble,
    decisions::{
        api::{Decision, Judged, Minuted, Minutes, Pinned, Spoken, read_minutes, take_off},
        rules::{DecisionDraft, Figure, Gauge, Measured, MeetingDraft, Reach},
    },
    error::AppError,
    format,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::{MeetingId, PinId},
    live::connection::use_connection,
    losses::view::words::trouble,
    ui::{title::PageTitle, toast::use_toaster},
};
use chrono::NaiveDate;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_params_map;

/// What a dialog over the page is about.
#[derive(Clone, PartialEq)]
enum Open {
    Meeting(MeetingId, MeetingDraft, NaiveDate),
    Deciding(MeetingId, Option<Decision>),
    Judging(Decision),
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Hands {
    open: RwSignal<Option<Open>>,
    reload: Callback<()>,
    /// What figures may be narrowed to.
    narrowings: StoredValue<Vec<(String, String)>>,
}

/// The page.
#[component]
pub fn MinutesPage() -> impl IntoView {
    let i18n = use_i18n();
    let params = use_params_map();
    let meeting = Memo::new(move |_| params.with(|params| params.get("meeting").and_then(|id| id.parse().ok())));
    let minutes = Resource::new_blocking(
        move || meeting.get(),
        |meeting: Option<MeetingId>| async move {
            match meeting {
                Some(meeting) => read_minutes(meeting).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    let open = RwSignal::new(None::<Open>);
    let reload = Callback::new(move |()| minutes.refetch());
    let hands = Hands { open, reload, narrowings: StoredValue::new(Vec::new()) };
    let done = Callback::new(move |is_changed: bool| {
        open.set(None);
        if is_changed {
            reload.run(());
        }
    });
    let dialog = move || {
        open.get().map(|open| match open {
            Open::Meeting(meeting, draft, today) => {
                let on_done = move |kept: Option<MeetingId>| done.run(kept.is_some());
                view! { <MeetingDialog before=Some((meeting, draft)) today on_done/> }.into_any()
            }
            Open::Deciding(meeting, before) => {
                view! { <DecisionDialog meeting before narrowings=hands.narrowings.get_value() on_done=done/> }
                    .into_any()
            }
            Open::Judging(about) => {
                view! { <JudgeDialog about narrowings=hands.narrowings.get_value() on_done=done/> }.into_any()
            }
        })
    };
    view! {
        <PageTitle text=move || t_string!(i18n, decisions.minutes).to_string()/>
        <Transition>
            {move || Suspend::new(async move {
                match minutes.await {
                    Ok(minutes) => view! { <MinutesView minutes hands/> }.into_any(),
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
        {dialog}
    }
}

#[component]
fn MinutesView(minutes: Minutes, hands: Hands) -> impl IntoView {
    let i18n = use_i18n();
    let Minutes { id, title, held_on, changed_by, changed_at, spoken, decisions, currency, today } = minutes;
    let may_decide = spoken.is_some();
    let Spoken { notes, pins } = spoken.unwrap_or_else(|| Spoken { notes: String::new(), pins: Vec::new() });
    hands.narrowings.set_value(narrowings(&pins));
    let draft = MeetingDraft { title: title.clone(), held_on, notes: notes.clone() };
    let edit = move |_| hands.open.set(Some(Open::Meeting(id, draft.clone(), today)));
    let print = move |_| {
        if let Some(window) = web_sys::window() {
            // Without a printer nothing happens.
            let _ = window.print();
        }
    };
    let written = move || {
        let time = format::date_time(i18n.get_locale(), changed_at);
        t_string!(i18n, decisions.written_by, who = changed_by.clone(), time = time).to_string()
    };
    let (no_pins, no_decisions) = (pins.is_empty(), decisions.is_empty());
    let has_notes = !notes.is_empty();
    let decisions = decisions
        .into_iter()
        .map(|minuted| view! { <DecisionView minuted may_decide currency=currency.clone() hands/> })
        .collect_view();
    view! {
        <header class="bar">
            <h1><bdi>{title}</bdi></h1>
            <span class="num">{move || format::date(i18n.get_locale(), held_on)}</span>
            <span class="options minutes-tools">
                <a class="button quiet" href="/losses/decisions">{t!(i18n, decisions.all)}</a>
                <button type="button" class="quiet" on:click=print>{t!(i18n, decisions.print)}</button>
                {may_decide.then(|| view! {
                    <button type="button" class="quiet" on:click=edit>{t!(i18n, decisions.edit)}</button>
                    <button type="button" class="primary" on:click=move |_| hands.open.set(Some(Open::Deciding(id, None)))>
                        {t!(i18n, decisions.new_decision)}
                    </button>
                })}
            </span>
        </header>
        <div class="minutes">
            {has_notes.then(|| view! {
                <section class="panel" aria-labelledby="minutes-notes">
                    <h2 id="minutes-notes">{t!(i18n, decisions.notes)}</h2>
                    <p class="minutes-words"><bdi>{notes}</bdi></p>
                </section>
            })}
            {may_decide.then(|| view! {
                <section class="panel" aria-labelledby="minutes-pins">
                    <h2 id="minutes-pins">{t!(i18n, decisions.pins)}</h2>
                    <ul class="pin-list">{pins.into_iter().map(|pin| view! { <PinView pin hands/> }).collect_view()}</ul>
                    {no_pins.then(|| view! { <p class="muted">{t!(i18n, decisions.no_pins)}</p> })}
                </section>
            })}
            <section class="minutes-decisions" aria-labelledby="minutes-decisions">
                <h2 id="minutes-decisions">{t!(i18n, decisions.decisions)}</h2>
                {decisions}
                {no_decisions.then(|| view! { <p class="muted">{t!(i18n, decisions.no_decisions)}</p> })}
            </section>
            <p class="small muted">{written} " · " {t!(i18n, decisions.in_sight)}</p>
        </div>
    }
}

#[component]
fn PinView(pin: Pinned, hands: Hands) -> impl IntoView {
    let i18n = use_i18n();
    let (toaster, connection) = (use_toaster(), use_connection());
    let Pinned { id, kind, title, address, words: said, by } = pin;
    let named = title.clone();
    // The list closes up when it is read anew: a second press must not meet the next pin.
    let is_going = RwSignal::new(false);
    let take = move |id: PinId| {
        is_going.set(true);
        spawn_local(async move {
            match connection.persistently(async || take_off(id).await).await {
                Ok(()) => {
                    toaster.say(tu_string!(i18n, decisions.taken_off).to_string());
                    hands.reload.try_run(());
                }
                Err(error) => {
                    toaster.trouble(untrack(|| trouble(i18n, error)));
                    is_going.try_set(false);
                }
            }
        });
    };
    view! {
        <li class="pin">
            <a href=address><bdi>{title}</bdi></a>
            <span class="small muted">{move || words::pin(i18n, kind)} " · " <bdi>{by}</bdi></span>
            {(!said.is_empty()).then(|| view! { <p class="minutes-words"><bdi>{said}</bdi></p> })}
            <button
                type="button"
                class="quiet small"
                aria-label=move || t_string!(i18n, decisions.take_off_of, title = named.clone()).to_string()
                disabled=move || is_going.get()
                on:click=move |_| take(id)
            >
                {t!(i18n, decisions.take_off)}
            </button>
        </li>
    }
}

#[component]
fn DecisionView(minuted: Minuted, may_decide: bool, currency: String, hands: Hands) -> impl IntoView {
    let i18n = use_i18n();
    let Minuted { decision, measured, narrowed } = minuted;
    let DecisionDraft { kind, gauge, starts_on, check_on, expected, ref what, .. } = decision.draft;
    let (what, owner, stated) = (what.clone(), decision.owner.clone(), decision.clone());
    let is_due = decision.is_over && decision.judged.is_none();
    let about = {
        let currency = currency.clone();
        move || words::narrowed(i18n, &narrowed, &currency)
    };
    let wanted = move || {
        let change = words::change(i18n, gauge, f64::from(expected));
        format!("{}: {change}", words::gauge(i18n, gauge))
    };
    let day = move |day: NaiveDate| format::date(i18n.get_locale(), day);
    let tools = (may_decide && decision.judged.is_none()).then(|| {
        let (edited, judged) = (decision.clone(), decision.clone());
        view! {
            <div class="options minutes-tools">
                <button
                    type="button"
                    class="quiet"
                    on:click=move |_| hands.open.set(Some(Open::Deciding(edited.meeting, Some(edited.clone()))))
                >
                    {t!(i18n, decisions.edit)}
                </button>
                <button type="button" class:primary=is_due on:click=move |_| hands.open.set(Some(Open::Judging(judged.clone())))>
                    {t!(i18n, decisions.judge)}
                </button>
            </div>
        }
    });
    let judged = decision.judged.clone();
    view! {
        <article class="panel decision" id=format!("decision-{}", decision.id)>
            <h3><bdi>{what}</bdi> " " <span class="chip" class:due=is_due>{move || words::state(i18n, &stated)}</span></h3>
            <dl class="decision-facts">
                <div><dt>{t!(i18n, decisions.kind)}</dt><dd>{move || words::kind(i18n, kind)}</dd></div>
                <div><dt>{t!(i18n, decisions.owner)}</dt><dd><bdi>{owner}</bdi></dd></div>
                <div><dt>{t!(i18n, decisions.starts_on)}</dt><dd class="num">{move || day(starts_on)}</dd></div>
                <div><dt>{t!(i18n, decisions.check_on)}</dt><dd class="num">{move || day(check_on)}</dd></div>
                <div><dt>{t!(i18n, decisions.expected)}</dt><dd class="num">{wanted}</dd></div>
                <div><dt>{t!(i18n, decisions.narrowed_to)}</dt><dd><bdi>{about}</bdi></dd></div>
            </dl>
            {match measured {
                Some(measured) => view! { <BeforeAndAfter measured gauge currency/> }.into_any(),
                None => view! { <p class="muted">{t!(i18n, decisions.not_begun)}</p> }.into_any(),
            }}
            {judged.map(|judged| view! { <JudgedView judged meeting=decision.meeting/> })}
            {tools}
        </article>
    }
}

/// The figure before and after.
#[component]
fn BeforeAndAfter(measured: Measured, gauge: Gauge, currency: String) -> impl IntoView {
    let i18n = use_i18n();
    let Measured { before, after, change, reach, .. } = measured;
    let side = move |figure: Figure, currency: String| {
        view! {
            <td class="num">
                <strong>{move || words::figure(i18n, gauge, &figure, &currency)}</strong>
                <span class="small muted">{move || words::stands_on(i18n, gauge, figure.runs)}</span>
                <span class="small muted">{move || charts::span(i18n, figure.span)}</span>
            </td>
        }
    };
    let moved = move || change.map_or_else(|| "–".to_owned(), |change| words::change(i18n, gauge, change));
    view! {
        <table class="decision-effect">
            <thead>
                <tr>
                    <th scope="col">{t!(i18n, decisions.before)}</th>
                    <th scope="col">{t!(i18n, decisions.after)}</th>
                    <th scope="col">{t!(i18n, decisions.change)}</th>
                </tr>
            </thead>
            <tbody>
                <tr>
                    {side(before, currency.clone())}
                    {side(after, currency)}
                    <td class="num">
                        <strong>{moved}</strong>
                        <span class="small muted">{move || words::likely(i18n, gauge, &measured)}</span>
                    </td>
                </tr>
            </tbody>
        </table>
        <p class="decision-reach" class:good=reach == Reach::Reached class:late=reach == Reach::Missed data-reach=reach.word()>
            {move || words::reach(i18n, reach)}
        </p>
    }
}

#[component]
fn JudgedView(judged: Judged, meeting: MeetingId) -> impl IntoView {
    let i18n = use_i18n();
    let Judged { verdict, by, at, because, replaced_by } = judged;
    let said = move || {
        let time = format::date_time(i18n.get_locale(), at);
        let verdict = words::verdict(i18n, verdict);
        t_string!(i18n, decisions.judged_by, verdict = verdict, who = by.clone(), time = time).to_string()
    };
    view! {
        <p><strong>{said}</strong></p>
        {because.map(|because| view! { <p class="minutes-words"><bdi>{because}</bdi></p> })}
        {replaced_by.map(|next| view! {
            <p><a href=format!("/losses/decisions/{meeting}#decision-{next}")>{t!(i18n, decisions.replaced_by)}</a></p>
        })}
    }
}
