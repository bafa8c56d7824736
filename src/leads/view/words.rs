//! What the lead's page says in more than one of its parts.

use super::field::Ground;
use crate::{
    format,
    i18n::t_string,
    ids::Names,
    leads::{
        api::lists::Lists,
        rules::fields::{AccountField, ContactField, Field, Kind, LeadField, Problem, amount},
    },
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

pub(super) fn channel_name(i18n: I18n, channel: Channel) -> String {
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

/// What a field is called.
pub(super) fn field_name(i18n: I18n, lists: RwSignal<Lists>, field: &Field) -> String {
    match field {
        Field::Lead(field) => lead_field_name(i18n, *field).to_owned(),
        Field::Custom(key) => lists.with(|lists| {
            let defined = lists.custom.iter().find(|field| field.key == *key);
            defined.map_or_else(|| key.clone(), |field| field.name.pick(language(i18n)).to_owned())
        }),
        Field::Social(network) => network_name(network),
        Field::Account(field) => match field {
            AccountField::Name => t_string!(i18n, leads.account_name).to_string(),
            AccountField::Website => t_string!(i18n, leads.website).to_string(),
            AccountField::Owner => t_string!(i18n, leads.account_owner).to_string(),
            AccountField::RelationshipOwner => t_string!(i18n, leads.relationship_owner).to_string(),
        },
        Field::Contact(_, field) => match field {
            ContactField::Name => t_string!(i18n, leads.name).to_string(),
            ContactField::Email => t_string!(i18n, leads.email).to_string(),
            ContactField::Phone => t_string!(i18n, leads.phone).to_string(),
            ContactField::Decides => t_string!(i18n, leads.role_decides).to_string(),
            ContactField::Pays => t_string!(i18n, leads.role_pays).to_string(),
            ContactField::Uses => t_string!(i18n, leads.role_uses).to_string(),
            ContactField::Blocks => t_string!(i18n, leads.role_blocks).to_string(),
        },
    }
}

fn lead_field_name(i18n: I18n, field: LeadField) -> &'static str {
    match field {
        LeadField::Request => t_string!(i18n, leads.request),
        LeadField::Name => t_string!(i18n, leads.name),
        LeadField::Company => t_string!(i18n, leads.company),
        LeadField::Email => t_string!(i18n, leads.email),
        LeadField::Phone => t_string!(i18n, leads.phone),
        LeadField::Country => t_string!(i18n, leads.country),
        LeadField::City => t_string!(i18n, leads.city),
        LeadField::Address => t_string!(i18n, leads.address),
        LeadField::Language => t_string!(i18n, leads.language),
        LeadField::Source => t_string!(i18n, leads.source),
        LeadField::Campaign => t_string!(i18n, leads.campaign),
        LeadField::DoNotCall => t_string!(i18n, leads.do_not_call),
        LeadField::DoNotEmail => t_string!(i18n, leads.do_not_email),
        LeadField::BusinessLine => t_string!(i18n, leads.business_line),
        LeadField::Product => t_string!(i18n, leads.product),
        LeadField::Segment => t_string!(i18n, leads.segment),
        LeadField::Value => t_string!(i18n, leads.value),
        LeadField::Temperature => t_string!(i18n, leads.temperature),
        LeadField::Industry => t_string!(i18n, leads.industry),
        LeadField::Employees => t_string!(i18n, leads.employees),
        LeadField::Occupation => t_string!(i18n, leads.occupation),
        LeadField::Direction => t_string!(i18n, leads.direction),
        LeadField::Party => t_string!(i18n, leads.party),
        LeadField::Website => t_string!(i18n, leads.website),
        LeadField::BirthDate => t_string!(i18n, leads.birth_date),
        LeadField::ExternalNumber => t_string!(i18n, leads.external_number),
    }
}

fn network_name(network: &str) -> String {
    match network {
        "linkedin" => "LinkedIn".to_owned(),
        "instagram" => "Instagram".to_owned(),
        "facebook" => "Facebook".to_owned(),
        "x" => "X".to_owned(),
        "youtube" => "YouTube".to_owned(),
        "tiktok" => "TikTok".to_owned(),
        "telegram" => "Telegram".to_owned(),
        other => other.to_owned(),
    }
}

/// A word of the record in the reader's language.
pub(super) fn word_text(i18n: I18n, word: &str) -> String {
    match word {
        "hot" => t_string!(i18n, leads.temperature_hot).to_string(),
        "warm" => t_string!(i18n, leads.temperature_warm).to_string(),
        "cold" => t_string!(i18n, leads.temperature_cold).to_string(),
        "inbound" => t_string!(i18n, leads.direction_inbound).to_string(),
        "outbound" => t_string!(i18n, leads.direction_outbound).to_string(),
        "person" => t_string!(i18n, leads.party_person).to_string(),
        "company" => t_string!(i18n, leads.party_company).to_string(),
        "yes" => t_string!(i18n, leads.yes).to_string(),
        "no" => t_string!(i18n, leads.no).to_string(),
        other => other.to_owned(),
    }
}

/// A value as it stands in the record, in the reader's words; empty for nothing.
pub(super) fn shown(ground: Ground, field: &Field, value: &str) -> String {
    let i18n = ground.i18n;
    if value.is_empty() {
        return String::new();
    }
    match ground.kind(field) {
        Kind::Listed(list) => ground.lists.with(|lists| {
            let entry = lists.find(list, value);
            entry.map_or_else(|| "…".to_owned(), |entry| entry.name.pick(language(i18n)).to_owned())
        }),
        Kind::Words(_) | Kind::Tick => word_text(i18n, value),
        Kind::Amount => {
            amount(value).map_or_else(|_| value.to_owned(), |money| format::money(i18n.get_locale(), &money))
        }
        Kind::Date | Kind::PastDate => {
            value.parse().map_or_else(|_| value.to_owned(), |day| format::date(i18n.get_locale(), day))
        }
        Kind::Count => {
            value.parse().map_or_else(|_| value.to_owned(), |count| format::number(i18n.get_locale(), count))
        }
        _ => value.to_owned(),
    }
}

/// Why a value is not taken, and what to do.
pub(super) fn problem_text(i18n: I18n, problem: &Problem) -> String {
    match problem {
        Problem::NotYours => t_string!(i18n, leads.problem_not_yours).to_string(),
        Problem::Needed => t_string!(i18n, leads.problem_needed).to_string(),
        Problem::TooLong { longest } => {
            let longest = format::number(i18n.get_locale(), i64::try_from(*longest).unwrap_or(i64::MAX));
            t_string!(i18n, leads.problem_too_long, longest = longest).to_string()
        }
        Problem::NotAnEmail => t_string!(i18n, leads.problem_email).to_string(),
        Problem::NotAPhone => t_string!(i18n, leads.problem_phone).to_string(),
        Problem::NotAWebAddress => t_string!(i18n, leads.problem_web).to_string(),
        Problem::NotADate => t_string!(i18n, leads.problem_date).to_string(),
        Problem::NotABirthDate => t_string!(i18n, leads.problem_birth_date).to_string(),
        Problem::NotANumber => t_string!(i18n, leads.problem_number).to_string(),
        Problem::NotACount => t_string!(i18n, leads.problem_count).to_string(),
        Problem::NotAnAmount => t_string!(i18n, leads.problem_amount).to_string(),
        Problem::NotACurrency => t_string!(i18n, leads.problem_currency).to_string(),
        Problem::NoRate { currency } => t_string!(i18n, leads.problem_no_rate, currency = currency.clone()).to_string(),
        Problem::NotInList => t_string!(i18n, leads.problem_not_in_list).to_string(),
        Problem::NumberTaken => t_string!(i18n, leads.problem_number_taken).to_string(),
        Problem::NoSuchField => t_string!(i18n, leads.problem_no_such_field).to_string(),
    }
}
