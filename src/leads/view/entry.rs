//! One entry of the history, in the reader's language.

use super::{
    field::Ground,
    words::{attempt_text, field_name, shown},
};
use crate::{
    colleagues, format,
    i18n::{t, t_string, tu_string, use_i18n},
    ids::Names,
    leads::{
        api::{
            ActivityKind, Entry,
            documents::Document,
            logging::{Estimate, Offer, PaidAnswer, mark_paid},
            timeline::Won,
        },
        rules::fields::Field,
    },
    losses::view::words::{self, I18n, language},
    pipeline::api::{Channel, Direction},
    risks,
    ui::{key::IntentKey, toast::use_toaster},
};
use chrono::NaiveDate;
use leptos::{prelude::*, task::spawn_local};

impl Entry {
    /// Tells an entry from what it was before: all that ever changes about one is that its estimate is paid or its win is
    /// taken back.
    pub(super) fn version(&self) -> (crate::ids::ActivityId, bool, bool) {
        let is_paid = self.estimate.as_ref().is_some_and(|estimate| estimate.paid_on.is_some());
        (self.id, is_paid, self.win.as_ref().is_some_and(|win| win.is_undone))
    }
}

/// What passed between people: who reached out, and how.
fn talk_text(i18n: I18n, channel: Channel, direction: Option<Direction>) -> String {
    let channel = super::words::channel_name(i18n, channel);
    match direction {
        Some(Direction::Inbound) => t_string!(i18n, leads.talk_inbound, channel = channel).to_string(),
        Some(Direction::Outbound) => t_string!(i18n, leads.talk_outbound, channel = channel).to_string(),
        None => channel,
    }
}

fn hundredths(i18n: I18n, value: i64) -> String {
    let whole = format::number(i18n.get_locale(), value / 100);
    match value % 100 {
        0 => whole,
        part => {
            let mark = if i18n.get_locale() == crate::i18n::Locale::tr { ',' } else { '.' };
            format!("{whole}{mark}{part:02}").trim_end_matches('0').to_owned()
        }
    }
}

fn estimate_text(i18n: I18n, estimate: &Estimate) -> Vec<String> {
    let locale = i18n.get_locale();
    let hours = estimate
        .hours_hundredths
        .map(|hours| t_string!(i18n, leads.estimate_hours_figure, hours = hundredths(i18n, hours)).to_string());
    let by = estimate.by.clone().map(|who| t_string!(i18n, leads.estimate_by_figure, who = who).to_string());
    let fee = estimate.fee.as_ref().map(|fee| format::money(locale, fee));
    let paid = estimate.fee.as_ref().map(|_| match estimate.paid_on {
        Some(on) => t_string!(i18n, leads.estimate_paid_on, date = format::date(locale, on)).to_string(),
        None => t_string!(i18n, leads.estimate_unpaid).to_string(),
    });
    let credited = estimate.credited_on_winning.then(|| t_string!(i18n, leads.estimate_credited_figure).to_string());
    [Some(t_string!(i18n, leads.kind_estimate).to_string()), hours, by, fee, paid, credited]
        .into_iter()
        .flatten()
        .collect()
}

fn offer_text(i18n: I18n, offer: &Offer) -> Vec<String> {
    let locale = i18n.get_locale();
    let discount = offer
        .discount_hundredths
        .filter(|discount| *discount > 0)
        .map(|discount| t_string!(i18n, leads.offer_discount_figure, percent = hundredths(i18n, discount)).to_string());
    let until = offer
        .expires_on
        .map(|on| t_string!(i18n, leads.offer_until_figure, date = format::date(locale, on)).to_string());
    let head = t_string!(i18n, leads.kind_offer).to_string();
    [Some(head), Some(format::money(locale, &offer.amount)), discount, until].into_iter().flatten().collect()
}

fn win_text(i18n: I18n, win: &Won) -> Vec<String> {
    let locale = i18n.get_locale();
    let head = match win.is_undone {
        false => t_string!(i18n, leads.kind_won).to_string(),
        true => t_string!(i18n, leads.kind_won_undone).to_string(),
    };
    let amount = win.amount.as_ref().map(|amount| format::money(locale, amount));
    let on = win.on.map(|on| format::date(locale, on));
    [Some(head), amount, win.product.clone(), on].into_iter().flatten().collect()
}

/// A planned step or re-contact: by which channel, due when.
fn plan_text(i18n: I18n, entry: &Entry) -> Vec<String> {
    let coded = |key: &str| entry.detail.get(key).map(String::as_str);
    let head = match (entry.kind, coded("ending").or(coded("step"))) {
        (ActivityKind::Recontact, Some("tried" | "reopened")) => t_string!(i18n, leads.kind_recontact_done),
        (ActivityKind::Recontact, Some("dropped")) => t_string!(i18n, leads.kind_recontact_dropped),
        (ActivityKind::Recontact, _) => t_string!(i18n, leads.kind_recontact),
        (_, Some("done")) => t_string!(i18n, leads.kind_next_step_done),
        (_, Some("dropped")) => t_string!(i18n, leads.kind_next_step_dropped),
        (_, _) => t_string!(i18n, leads.kind_next_step),
    };
    let channel =
        coded("channel").and_then(|word| word.parse().ok()).map(|channel| super::words::channel_name(i18n, channel));
    let due = match entry.due {
        Some(due) => Some(format::date_time(i18n.get_locale(), due)),
        None => coded("due")
            .or(coded("due_on"))
            .and_then(|day| day.parse::<NaiveDate>().ok())
            .map(|day| format::date(i18n.get_locale(), day)),
    };
    let due = due.map(|due| t_string!(i18n, leads.due, time = due).to_string());
    [Some(head.to_string()), channel, due].into_iter().flatten().collect()
}

/// What happened.
fn entry_text(ground: Ground, entry: &Entry, reason: Option<&Names>) -> String {
    let i18n = ground.i18n;
    let name = |stage: &Option<Names>| stage.as_ref().map(|stage| stage.pick(language(i18n)).to_owned());
    let (from, to) = (name(&entry.from), name(&entry.to));
    let coded = |key: &str| entry.detail.get(key).map(String::as_str);
    let mut parts = match (entry.kind, &entry.attempt) {
        (_, Some(attempt)) => vec![attempt_text(i18n, attempt)],
        (ActivityKind::Created, _) => vec![t_string!(i18n, leads.kind_created).to_string()],
        (ActivityKind::Imported, _) => vec![t_string!(i18n, leads.kind_imported).to_string()],
        (ActivityKind::Move, _) => {
            let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
            let moved = t_string!(i18n, leads.kind_move, from = from, to = to).to_string();
            entry.win.iter().flat_map(|win| win_text(i18n, win)).chain([moved]).collect()
        }
        (ActivityKind::Loss, _) => vec![match from {
            Some(stage) => t_string!(i18n, leads.kind_loss_at, stage = stage).to_string(),
            None => t_string!(i18n, leads.kind_loss).to_string(),
        }],
        (ActivityKind::Reopened, _) => vec![match to {
            Some(stage) => t_string!(i18n, leads.kind_reopened_at, stage = stage).to_string(),
            None => t_string!(i18n, leads.kind_reopened).to_string(),
        }],
        (ActivityKind::Note, _) => vec![t_string!(i18n, leads.kind_note).to_string()],
        (ActivityKind::Call, _) => vec![talk_text(i18n, Channel::Call, entry.direction)],
        (ActivityKind::Email, _) => vec![talk_text(i18n, Channel::Email, entry.direction)],
        (ActivityKind::Whatsapp, _) => vec![talk_text(i18n, Channel::Whatsapp, entry.direction)],
        (ActivityKind::Sms, _) => vec![talk_text(i18n, Channel::Sms, entry.direction)],
        (ActivityKind::Meeting, _) => vec![talk_text(i18n, Channel::Meeting, entry.direction)],
        (ActivityKind::Edit, _) => edit_text(ground, entry),
        (ActivityKind::NextStep | ActivityKind::Recontact, _) => plan_text(i18n, entry),
        (ActivityKind::Assignment, _) => {
            let because = match coded("because") {
                Some("account_closed") => Some(t_string!(i18n, leads.assigned_account_closed).to_string()),
                Some("rules") => Some(t_string!(i18n, leads.assigned_by_rules).to_string()),
                Some("passed") => Some(t_string!(i18n, leads.assigned_passed).to_string()),
                Some("not_accepted") => Some(t_string!(i18n, leads.assigned_not_accepted).to_string()),
                Some("not_answered") => Some(t_string!(i18n, leads.assigned_not_answered).to_string()),
                Some("untouched") => Some(t_string!(i18n, leads.assigned_untouched).to_string()),
                _ => None,
            };
            [Some(t_string!(i18n, leads.kind_assignment).to_string()), because].into_iter().flatten().collect()
        }
        (ActivityKind::Estimate, _) => match (&entry.estimate, coded("on").and_then(|on| on.parse().ok())) {
            (Some(estimate), _) => estimate_text(i18n, estimate),
            (None, Some(on)) => {
                vec![t_string!(i18n, leads.kind_estimate_paid, date = format::date(i18n.get_locale(), on)).to_string()]
            }
            (None, None) => vec![t_string!(i18n, leads.kind_estimate).to_string()],
        },
        (ActivityKind::Offer, _) => match &entry.offer {
            Some(offer) => offer_text(i18n, offer),
            None => vec![t_string!(i18n, leads.kind_offer).to_string()],
        },
        (ActivityKind::Document, _) => vec![t_string!(i18n, leads.kind_document).to_string()],
        (ActivityKind::Account, _) => vec![account_text(i18n, entry)],
        (ActivityKind::Risk, _) => risk_text(i18n, entry),
        (ActivityKind::Question | ActivityKind::Answer, _) => vec![colleagues::view::words::entry(i18n, entry)],
        (ActivityKind::Accepted, _) => vec![t_string!(i18n, leads.kind_accepted).to_string()],
        (ActivityKind::Signal, _) => {
            let called = entry.signal.as_ref().map(|name| name.pick(language(i18n)).to_owned());
            let called = called.or_else(|| coded("signal").map(str::to_owned));
            [Some(t_string!(i18n, leads.kind_signal).to_string()), called].into_iter().flatten().collect()
        }
        (ActivityKind::Withdrawn, _) => vec![t_string!(i18n, leads.kind_withdrawn).to_string()],
        (ActivityKind::Revived, _) => vec![t_string!(i18n, leads.kind_revived).to_string()],
    };
    parts.extend(reason.map(|reason| reason.pick(language(i18n)).to_owned()));
    parts.extend(entry.closure.map(|closure| words::closure(i18n, closure)));
    parts.extend(entry.cause.map(|cause| words::cause(i18n, cause)));
    parts.join(" · ")
}

/// An answer to the signals of a lead at risk: what was said, and to which.
fn risk_text(i18n: I18n, entry: &Entry) -> Vec<String> {
    let coded = |key: &str| entry.detail.get(key).map(String::as_str);
    let head = match coded("answer") {
        Some("win_back") => t_string!(i18n, leads.kind_risk_win_back).to_string(),
        _ => t_string!(i18n, leads.kind_risk_alive).to_string(),
    };
    let signals = coded("signals").unwrap_or_default().split(' ').filter_map(|word| word.parse().ok());
    std::iter::once(head).chain(signals.map(|signal| risks::view::words::signal(i18n, signal))).collect()
}

/// The field that was edited, if the page knows it: others are called by their code.
fn edited(entry: &Entry) -> Option<Field> {
    entry.detail.get("field").and_then(|field| field.parse().ok())
}

fn edit_text(ground: Ground, entry: &Entry) -> Vec<String> {
    let name = match (edited(entry), entry.detail.get("field")) {
        (Some(field), _) => Some(field_name(ground.i18n, ground.lists, &field)),
        (None, code) => code.cloned(),
    };
    [Some(t_string!(ground.i18n, leads.kind_edit).to_string()), name].into_iter().flatten().collect()
}

fn account_text(i18n: I18n, entry: &Entry) -> String {
    match entry.detail.get("what").map(String::as_str) {
        Some("linked") => t_string!(i18n, leads.kind_account_linked).to_string(),
        Some("unlinked") => t_string!(i18n, leads.kind_account_unlinked).to_string(),
        Some("contact_added") => t_string!(i18n, leads.kind_contact_added).to_string(),
        Some("contact_removed") => t_string!(i18n, leads.kind_contact_removed).to_string(),
        _ => t_string!(i18n, leads.kind_account).to_string(),
    }
}

/// A value before and after, each in its own direction of writing.
fn change(ground: Ground, entry: &Entry) -> Option<AnyView> {
    let (old, new) = (entry.old.clone(), entry.new.clone());
    if old.is_none() && new.is_none() {
        return None;
    }
    let field = edited(entry);
    let value = move |value: &Option<String>| {
        let value = value.as_deref().unwrap_or_default();
        let text = match &field {
            Some(field) => shown(ground, field, value),
            None => value.to_owned(),
        };
        if text.is_empty() { "–".to_owned() } else { text }
    };
    let other = value.clone();
    Some(
        view! { <p class="change"><bdi>{move || value(&old)}</bdi>" → "<bdi>{move || other(&new)}</bdi></p> }
            .into_any(),
    )
}

/// A file's size: 640 kB, 2.4 MB.
pub(super) fn size_text(i18n: I18n, bytes: i64) -> String {
    match bytes {
        0..1_000_000 => format!("{}\u{a0}kB", (bytes / 1000).max(1)),
        _ => format!("{}\u{a0}MB", hundredths(i18n, bytes / 100_000 * 10)),
    }
}

/// A link that keeps a file.
#[component]
pub(super) fn DocumentLink(document: Document) -> impl IntoView {
    let i18n = use_i18n();
    let Document { id, name, bytes } = document;
    view! {
        <a class="document" href=format!("/attachments/{id}") download=name.clone() rel="external" dir="auto">{name.clone()}</a>
        " "
        <span class="small muted num">{move || size_text(i18n, bytes)}</span>
    }
}

#[component]
pub(super) fn EntryLine(ground: Ground, entry: Entry) -> impl IntoView {
    let i18n = ground.i18n;
    let (at, by, body, document) = (entry.at, entry.by.clone(), entry.body.clone(), entry.document.clone());
    let change = change(ground, &entry);
    let names = entry.mentioned.join(", ");
    let is_owed = entry.estimate.as_ref().is_some_and(|estimate| estimate.fee.is_some() && estimate.paid_on.is_none());
    let id = entry.id;
    let reason = entry.loss.filter(|_| entry.kind == ActivityKind::Loss).and_then(|loss| {
        let of_it = |lead: &crate::leads::api::Lead| {
            lead.episodes.iter().find(|episode| episode.id == loss).map(|episode| episode.reason.clone())
        };
        ground.lead.with_untracked(of_it)
    });
    view! {
        <li>
            <time class="num small faint" datetime=at.utc.to_rfc3339()>{move || format::date_time(i18n.get_locale(), at)}</time>
            <div>
                <strong>{move || entry_text(ground, &entry, reason.as_ref())}</strong>
                <span class="small muted">
                    " "
                    {move || by.clone().unwrap_or_else(|| t_string!(i18n, leads.winback).to_string())}
                </span>
                {change}
                {body.map(|body| view! { <p dir="auto">{body}</p> })}
                {(!names.is_empty()).then(|| view! {
                    <p class="small muted">{move || t_string!(i18n, colleagues.mentioned, names = names.clone()).to_string()}</p>
                })}
                {document.map(|document| view! { <p><DocumentLink document/></p> })}
                {is_owed.then(|| view! { <MarkPaid ground estimate=id/> })}
            </div>
        </li>
    }
}

/// The fee of an estimate has come.
#[component]
fn MarkPaid(ground: Ground, estimate: crate::ids::ActivityId) -> impl IntoView {
    let (i18n, lead) = (ground.i18n, ground.id);
    let toaster = use_toaster();
    let key = IntentKey::new();
    let sending = RwSignal::new(false);
    let pay = move |_| {
        if sending.get_untracked() {
            return;
        }
        let key = key.of(&estimate);
        sending.set(true);
        spawn_local(async move {
            let answer =
                ground.connection.persistently(async || mark_paid(lead, estimate, None, key.clone()).await).await;
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(PaidAnswer::Done) => toaster.say(tu_string!(i18n, leads.estimate_paid_toast).to_string()),
                Ok(PaidAnswer::Already { on }) => {
                    let date = format::date(untrack(|| i18n.get_locale()), on);
                    toaster.say(tu_string!(i18n, leads.estimate_paid_already, date = date).to_string());
                }
                Ok(PaidAnswer::Refused { why }) => {
                    return toaster.trouble(untrack(|| super::logging::objection(i18n, &why)));
                }
                Err(error) => return toaster.trouble(untrack(|| words::trouble(i18n, error))),
            }
            ground.reload.run(());
        });
    };
    view! {
        <Show when=move || ground.may_write.get()>
            <button type="button" class="small" aria-disabled=move || sending.get().to_string() on:click=pay>
                {t!(i18n, leads.mark_paid)}
            </button>
        </Show>
    }
}
