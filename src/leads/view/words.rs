//! What the lead's page says in more than one of its parts.

use crate::{
    format,
    i18n::t_string,
    ids::Names,
    losses::{
        api::Episode,
        rules::Attempt,
        view::words::{self, I18n, language},
    },
    pipeline::api::{Channel, NextStep},
};
use leptos::prelude::*;

pub(super) fn stage_name(i18n: I18n, stage: Option<&Names>) -> String {
    match stage {
        Some(stage) => stage.pick(language(i18n)).to_owned(),
        None => t_string!(i18n, shell.unknown).to_string(),
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

pub(super) fn next_step_text(i18n: I18n, step: Option<&NextStep>) -> String {
    match step {
        None => t_string!(i18n, leads.no_next_step).to_string(),
        Some(step) => {
            let due = format::date_time(i18n.get_locale(), step.due);
            let due = t_string!(i18n, leads.due, time = due).to_string();
            let parts = [Some(channel_name(i18n, step.channel)), step.what.clone(), Some(due)];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }
    }
}

/// Lost on 2 Mar 2026; or that the date is not known.
pub(super) fn lost_text(i18n: I18n, loss: &Episode) -> String {
    let outcome = words::outcome(i18n, loss.outcome);
    match loss.at {
        Some(at) => {
            let date = format::date(i18n.get_locale(), at.local().date());
            t_string!(i18n, leads.lost_on, outcome = outcome, date = date).to_string()
        }
        None => t_string!(i18n, leads.lost_unknown, outcome = outcome).to_string(),
    }
}

/// A logged attempt in a line: call, better offer, no answer.
pub(super) fn attempt_text(i18n: I18n, attempt: &Attempt) -> String {
    let parts = [
        words::channel(i18n, attempt.channel),
        words::approach(i18n, attempt.approach),
        words::result(i18n, attempt.result),
    ];
    parts.join(" · ")
}

/// A label and a text that follow the language; nothing where the text is not known.
pub(super) fn spoken(
    label: impl Fn() -> String + Send + 'static,
    text: Option<impl Fn() -> String + Send + 'static>,
) -> AnyView {
    text.map(|text| {
        view! {
            <dt>{label}</dt>
            <dd dir="auto">{text}</dd>
        }
    })
    .into_any()
}

/// One fact with its label; nothing where it is not known.
#[component]
pub(super) fn Fact(#[prop(into)] label: Signal<String>, value: Option<String>) -> impl IntoView {
    value.map(|value| {
        view! {
            <dt>{move || label.get()}</dt>
            <dd dir="auto">{value}</dd>
        }
    })
}
