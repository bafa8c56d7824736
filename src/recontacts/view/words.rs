//! The slice's vocabulary in the reader's language.

use crate::{
    format,
    i18n::t_string,
    losses::view::words::{self, I18n},
    recontacts::{api::Planned, rules::Objection},
};

/// What to tell about an objection.
pub fn objection(i18n: I18n, objection: Objection) -> String {
    match objection {
        Objection::NotYours => t_string!(i18n, losses.objection_not_yours).to_string(),
        Objection::NotLost => t_string!(i18n, losses.plan_not_lost).to_string(),
        Objection::DateMissing => t_string!(i18n, losses.plan_date_missing).to_string(),
        Objection::DateInPast => t_string!(i18n, losses.objection_recontact_past).to_string(),
        Objection::DateTooFar => t_string!(i18n, losses.plan_too_far).to_string(),
        Objection::ChannelMissing => t_string!(i18n, losses.plan_channel_missing).to_string(),
        Objection::ChannelForbidden => t_string!(i18n, losses.plan_channel_forbidden).to_string(),
        Objection::PersonMissing => t_string!(i18n, losses.plan_person_missing).to_string(),
        Objection::PersonCannot => t_string!(i18n, losses.plan_person_cannot).to_string(),
    }
}

/// A plan in a line: 1 Jun 2026 · Call · Ayşe Yılmaz.
pub fn plan(i18n: I18n, plan: &Planned) -> String {
    let date = format::date(i18n.get_locale(), plan.due_on);
    format!("{date} · {} · {}", words::channel(i18n, plan.channel), plan.person_name)
}
