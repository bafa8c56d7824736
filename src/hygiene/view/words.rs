//! The slice's vocabularies in the reader's language.

use crate::{
    format,
    hygiene::{
        api::{Hygiene, OfReason},
        rules::{Behind, Finding, Hollow, Suggestion},
    },
    i18n::t_string,
    ids::ReasonId,
    losses::view::words::{I18n, language},
};

/// Why a comment says nothing.
pub fn hollow(i18n: I18n, hollow: Hollow) -> String {
    match hollow {
        Hollow::TooShort => t_string!(i18n, hygiene.too_short).to_string(),
        Hollow::NoSubstance => t_string!(i18n, hygiene.no_substance).to_string(),
        Hollow::Copied => t_string!(i18n, hygiene.copied).to_string(),
    }
}

/// What stands out about a reason.
pub fn finding(i18n: I18n, finding: Finding, of: &OfReason) -> String {
    match finding {
        Finding::Never => t_string!(i18n, hygiene.never).to_string(),
        Finding::Hardly => t_string!(i18n, hygiene.hardly).to_string(),
        Finding::OnePerson => {
            t_string!(i18n, hygiene.one_person, name = of.only_by.clone().unwrap_or_default()).to_string()
        }
    }
}

/// What a reason is called.
pub fn reason(i18n: I18n, report: &Hygiene, id: ReasonId) -> String {
    let found = report.reasons.iter().find(|of| of.usage.reason == id);
    found.map(|of| of.setting.name.pick(language(i18n)).to_owned()).unwrap_or_default()
}

/// What to do with a reason, and why.
pub fn suggestion(i18n: I18n, report: &Hygiene, suggestion: &Suggestion) -> String {
    let number = |value| format::number(i18n.get_locale(), value);
    let name = reason(i18n, report, suggestion.reason);
    let (uses, of) = (number(suggestion.uses), number(suggestion.of));
    match suggestion.into {
        Some(into) => {
            let (into, into_uses) = (reason(i18n, report, into), number(suggestion.into_uses));
            t_string!(i18n, hygiene.why_merge, name = name, uses = uses, of = of, into = into, into_uses = into_uses)
                .to_string()
        }
        None if suggestion.uses == 0 => t_string!(i18n, hygiene.why_never, name = name, of = of).to_string(),
        None => t_string!(i18n, hygiene.why_hardly, name = name, uses = uses, of = of).to_string(),
    }
}

/// What the listed losses are.
pub fn behind(i18n: I18n, report: &Hygiene, behind: Behind) -> String {
    match behind {
        Behind::Reason(id) => reason(i18n, report, id),
        Behind::Other => t_string!(i18n, hygiene.other).to_string(),
        Behind::Hollow(kind) => hollow(i18n, kind),
        Behind::Override(None) => t_string!(i18n, hygiene.overrides).to_string(),
        Behind::Override(Some(by)) => {
            let name = report.overrides.iter().find(|one| one.by == by).map(|one| one.name.clone()).unwrap_or_default();
            t_string!(i18n, hygiene.overrides_of, name = name).to_string()
        }
    }
}
