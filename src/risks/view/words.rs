//! The slice's vocabularies in the reader's language.

use crate::{
    i18n::t_string,
    losses::view::words::I18n,
    risks::rules::{Risks, SignalKind},
    ui::icon::{Drawn, Icon},
};
use chrono::{DateTime, Utc};
use leptos::prelude::*;

/// What a signal is called where it stands for many leads.
pub fn signal(i18n: I18n, kind: SignalKind) -> String {
    match kind {
        SignalKind::Unanswered => t_string!(i18n, risks.unanswered).to_string(),
        SignalKind::Refused => t_string!(i18n, risks.refused).to_string(),
        SignalKind::Competitor => t_string!(i18n, risks.competitor).to_string(),
        SignalKind::Overdue => t_string!(i18n, risks.overdue).to_string(),
        SignalKind::Attempts => t_string!(i18n, risks.in_vain).to_string(),
    }
}

/// What a signal says of one lead.
pub fn reason(i18n: I18n, kind: SignalKind, risks: &Risks, now: DateTime<Utc>) -> String {
    match (kind, risks.unanswered_since) {
        (SignalKind::Unanswered, Some(since)) => {
            let days = (now - since).num_days();
            t_string!(i18n, risks.unanswered_for, count = days).to_string()
        }
        (SignalKind::Attempts, _) => t_string!(i18n, risks.tried, count = risks.in_vain).to_string(),
        (kind, _) => signal(i18n, kind),
    }
}

/// Everything that says at `now` that a lead may be lost; empty where nothing does.
pub fn reasons(i18n: I18n, risks: &Risks, now: DateTime<Utc>) -> String {
    let reasons: Vec<_> = risks.at(now).iter().map(|signal| reason(i18n, signal.kind, risks, now)).collect();
    reasons.join(" · ")
}

/// The mark of a lead at risk, with its reasons.
pub fn risk_mark(i18n: I18n, risks: &Risks, now: DateTime<Utc>) -> Option<impl IntoView + use<>> {
    let reasons = reasons(i18n, risks, now);
    (!reasons.is_empty()).then(|| {
        view! {
            <div class="risk small">
                <Drawn icon=Icon::Alert/>
                <span class="sr">{t_string!(i18n, risks.at_risk).to_string()} ": "</span>
                <span>{reasons}</span>
            </div>
        }
    })
}
