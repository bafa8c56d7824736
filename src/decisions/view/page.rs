//! All meetings and decisions: what is to be judged first.

use super::{dialogs::MeetingDialog, words};
use crate::{
    analytics::view::LossesTabs,
    app::trouble::Trouble,
    decisions::api::{Decision, MeetingRow, Overview, read_overview},
    format,
    i18n::{t, t_string, use_i18n},
    ids::MeetingId,
    ui::title::PageTitle,
};
use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// The page.
#[component]
pub fn DecisionsPage() -> impl IntoView {
    let i18n = use_i18n();
    let overview = Resource::new_blocking(|| (), |()| read_overview());
    let making = RwSignal::new(None::<NaiveDate>);
    let navigate = use_navigate();
    let done = Callback::new(move |meeting: Option<MeetingId>| {
        making.set(None);
        if let Some(meeting) = meeting {
            navigate(&format!("/losses/decisions/{meeting}"), NavigateOptions::default());
        }
    });
    view! {
        <PageTitle text=move || t_string!(i18n, decisions.title).to_string()/>
        <Transition>
            {move || Suspend::new(async move {
                match overview.await {
                    Ok(overview) => view! { <OverviewView overview making/> }.into_any(),
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
        {move || making.get().map(|today| view! { <MeetingDialog before=None today on_done=done/> })}
    }
}

#[component]
fn OverviewView(overview: Overview, making: RwSignal<Option<NaiveDate>>) -> impl IntoView {
    let i18n = use_i18n();
    let Overview { meetings, decisions, may_decide, today } = overview;
    let (no_decisions, no_meetings) = (decisions.is_empty(), meetings.is_empty());
    view! {
        <header class="bar">
            <h1>{t!(i18n, decisions.title)}</h1>
            {may_decide.then(|| view! {
                <button type="button" class="primary" on:click=move |_| making.set(Some(today))>{t!(i18n, decisions.new_meeting)}</button>
            })}
        </header>
        <LossesTabs/>
        <div class="decisions">
            <section class="panel" aria-labelledby="decisions-list">
                <h2 id="decisions-list">{t!(i18n, decisions.decisions)}</h2>
                <ul class="decision-list">{decisions.into_iter().map(|decision| view! { <Line decision/> }).collect_view()}</ul>
                {no_decisions.then(|| view! { <p class="muted">{t!(i18n, decisions.no_decisions)}</p> })}
            </section>
            <section class="panel" aria-labelledby="decisions-meetings">
                <h2 id="decisions-meetings">{t!(i18n, decisions.meetings)}</h2>
                <ul class="decision-list">{meetings.into_iter().map(|meeting| view! { <Meeting meeting/> }).collect_view()}</ul>
                {no_meetings.then(|| view! { <p class="muted">{t!(i18n, decisions.no_meetings)}</p> })}
            </section>
        </div>
    }
}

#[component]
fn Line(decision: Decision) -> impl IntoView {
    let i18n = use_i18n();
    let is_due = decision.is_over && decision.judged.is_none();
    let address = format!("/losses/decisions/{}#decision-{}", decision.meeting, decision.id);
    let (what, owner, kind) = (decision.draft.what.clone(), decision.owner.clone(), decision.draft.kind);
    view! {
        <li class="decision-line">
            <a href=address><bdi>{what}</bdi></a>
            <span class="small muted">{move || words::kind(i18n, kind)} " · " <bdi>{owner}</bdi></span>
            <span class="chip" class:due=is_due>{move || words::state(i18n, &decision)}</span>
        </li>
    }
}

#[component]
fn Meeting(meeting: MeetingRow) -> impl IntoView {
    let i18n = use_i18n();
    let MeetingRow { id, title, held_on, pins, decisions } = meeting;
    let holds = move || {
        let pins = t_string!(i18n, decisions.pins_count, count = pins).to_string();
        format!("{} · {pins}", t_string!(i18n, decisions.decisions_count, count = decisions))
    };
    view! {
        <li class="decision-line">
            <a href=format!("/losses/decisions/{id}")><bdi>{title}</bdi></a>
            <span class="small muted">{holds}</span>
            <span class="num">{move || format::date(i18n.get_locale(), held_on)}</span>
        </li>
    }
}
