//! What somebody is told about leads, above the day's list: what waits for them, and what nobody did in time.

use super::{clocks::use_answer, words::w};
use crate::{
    colleagues::view::SeenButton,
    format,
    i18n::{t, t_string, use_i18n},
    ids::LeadId,
    losses::view::words::{I18n, lead_name},
    routing::{
        api::{Notice, see_notice},
        rules::sla::{Clock, NoticeKind},
    },
};
use leptos::prelude::*;

/// What one is told until one has seen or answered it.
#[component]
pub fn NoticeList(
    /// What there is, the oldest first.
    items: Vec<Notice>,
    /// Reads the page again.
    reload: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let line = move |notice: Notice| {
        let (lead, at, kind, accepts, id) = (notice.lead, notice.at, notice.kind, notice.accepts, notice.id);
        let named = notice.clone();
        let action = match accepts {
            true => view! { <Answers lead reload/> }.into_any(),
            false => view! { <SeenButton mark=async move || see_notice(id).await reload/> }.into_any(),
        };
        view! {
            <li class="today-line" data-lead=lead.to_string()>
                <span class="today-when num">{move || format::date_time(i18n.get_locale(), at)}</span>
                <div class="today-what">
                    <a href=format!("/leads/{lead}")>
                        <bdi>{move || lead_name(i18n, named.name.as_deref(), named.external_id.as_deref(), lead)}</bdi>
                    </a>
                    <span class=tone(kind)>{move || said(i18n, &notice)}</span>
                </div>
                <div class="today-actions">{action}</div>
            </li>
        }
    };
    (!items.is_empty()).then(|| {
        view! {
            <h2>{t!(i18n, routing.notices_title)}</h2>
            <ul class="today-list notices">{items.into_iter().map(line).collect_view()}</ul>
        }
    })
}

fn tone(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Assigned => "",
        NoticeKind::Amber => "amber",
        NoticeKind::Late | NoticeKind::Gone | NoticeKind::Escalated => "late",
    }
}

/// What is said, in words.
fn said(i18n: I18n, notice: &Notice) -> String {
    let due = notice.due.map(|due| format::date_time(i18n.get_locale(), due)).unwrap_or_default();
    let holder = notice.holder.clone();
    match (notice.kind, notice.clock) {
        (NoticeKind::Assigned, _) if notice.due.is_none() => w!(i18n, notice_yours),
        (NoticeKind::Assigned, _) if notice.accepts => w!(i18n, notice_assigned_accept, at = due),
        (NoticeKind::Assigned, _) => w!(i18n, notice_assigned, at = due),
        (NoticeKind::Amber, _) => w!(i18n, clock_urgent, at = due),
        (NoticeKind::Late, _) => w!(i18n, clock_late, at = due),
        (NoticeKind::Gone, _) => w!(i18n, notice_gone, holder = holder),
        (NoticeKind::Escalated, Some(Clock::Accepted)) => w!(i18n, notice_not_accepted, holder = holder),
        (NoticeKind::Escalated, Some(Clock::Untouched)) => w!(i18n, notice_untouched, holder = holder),
        (NoticeKind::Escalated, Some(Clock::Responded) | None) => w!(i18n, notice_not_answered, holder = holder),
    }
}

#[component]
fn Answers(lead: LeadId, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let answer = use_answer(lead, reload);
    view! {
        <button class="primary" on:click=move |_| answer.run(true)>{t!(i18n, routing.accept)}</button>
        <button on:click=move |_| answer.run(false)>{t!(i18n, routing.pass)}</button>
    }
}
