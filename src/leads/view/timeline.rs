//! Everything that happened with the lead, the newest first.

use super::words::attempt_text;
use crate::{
    format,
    i18n::{t, t_string, use_i18n},
    ids::Names,
    leads::api::{ActivityKind, Entry},
    losses::{
        api::Episode,
        view::words::{self, I18n, language},
    },
};
use leptos::prelude::*;

#[component]
pub(super) fn History(entries: Vec<Entry>, episodes: Vec<Episode>) -> impl IntoView {
    let i18n = use_i18n();
    let lines = entries
        .into_iter()
        .map(|entry| {
            let reason =
                episodes.iter().find(|episode| Some(episode.id) == entry.loss).map(|episode| episode.reason.clone());
            view! { <EntryLine entry reason/> }
        })
        .collect_view();
    view! {
        <section class="panel">
            <h2>{t!(i18n, leads.history)}</h2>
            <ol class="history">{lines}</ol>
        </section>
    }
}

/// What happened, in the reader's language.
fn entry_text(i18n: I18n, entry: &Entry, reason: Option<&Names>) -> String {
    let name = |stage: &Option<Names>| stage.as_ref().map(|stage| stage.pick(language(i18n)).to_owned());
    let (from, to) = (name(&entry.from), name(&entry.to));
    let what = match (entry.kind, &entry.attempt) {
        (_, Some(attempt)) => attempt_text(i18n, attempt),
        (ActivityKind::Created, _) => t_string!(i18n, leads.kind_created).to_string(),
        (ActivityKind::Imported, _) => t_string!(i18n, leads.kind_imported).to_string(),
        (ActivityKind::Move, _) => {
            let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
            t_string!(i18n, leads.kind_move, from = from, to = to).to_string()
        }
        (ActivityKind::Loss, _) => match from {
            Some(stage) => t_string!(i18n, leads.kind_loss_at, stage = stage).to_string(),
            None => t_string!(i18n, leads.kind_loss).to_string(),
        },
        (ActivityKind::Reopened, _) => match to {
            Some(stage) => t_string!(i18n, leads.kind_reopened_at, stage = stage).to_string(),
            None => t_string!(i18n, leads.kind_reopened).to_string(),
        },
        (ActivityKind::Note, _) => t_string!(i18n, leads.kind_note).to_string(),
        (ActivityKind::Call, _) => t_string!(i18n, losses.channel_call).to_string(),
        (ActivityKind::Email, _) => t_string!(i18n, losses.channel_email).to_string(),
        (ActivityKind::Whatsapp, _) => t_string!(i18n, losses.channel_whatsapp).to_string(),
        (ActivityKind::Sms, _) => t_string!(i18n, losses.channel_sms).to_string(),
        (ActivityKind::Meeting, _) => t_string!(i18n, losses.channel_meeting).to_string(),
        (ActivityKind::Edit, _) => t_string!(i18n, leads.kind_edit).to_string(),
        (ActivityKind::NextStep, _) => t_string!(i18n, leads.kind_next_step).to_string(),
        (ActivityKind::Account, _) => t_string!(i18n, leads.kind_account).to_string(),
        (ActivityKind::Assignment, _) => t_string!(i18n, leads.kind_assignment).to_string(),
    };
    let reason =
        reason.filter(|_| entry.kind == ActivityKind::Loss).map(|reason| reason.pick(language(i18n)).to_owned());
    let closure = entry.closure.map(|closure| words::closure(i18n, closure));
    let cause = entry.cause.map(|cause| words::cause(i18n, cause));
    [Some(what), reason, closure, cause].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

#[component]
fn EntryLine(entry: Entry, reason: Option<Names>) -> impl IntoView {
    let i18n = use_i18n();
    let (at, by, body) = (entry.at, entry.by.clone(), entry.body.clone());
    view! {
        <li>
            <time class="num small faint" datetime=at.utc.to_rfc3339()>{move || format::date_time(i18n.get_locale(), at)}</time>
            <div>
                <strong>{move || entry_text(i18n, &entry, reason.as_ref())}</strong>
                <span class="small muted">
                    " "
                    {move || by.clone().unwrap_or_else(|| t_string!(i18n, leads.winback).to_string())}
                </span>
                {body.map(|body| view! { <p dir="auto">{body}</p> })}
            </div>
        </li>
    }
}
