//! The slice's vocabularies in the reader's language.

use crate::{
    clock::Moment,
    format,
    i18n::t_string,
    losses::view::words::I18n,
    money::rules::{MoneyProblem, OfferProblem, Skip},
    pipeline::api::{Money, Party},
};
use chrono::{Datelike, NaiveDate};

/// What stands where nobody knows.
pub const UNKNOWN: &str = "–";

/// An amount in the base currency, or a dash.
pub fn amount(i18n: I18n, minor: Option<i64>, currency: &str) -> String {
    let money = |minor| format::money(i18n.get_locale(), &Money { minor, currency: currency.to_owned() });
    minor.map_or_else(|| UNKNOWN.to_owned(), money)
}

/// An amount as it was entered, or that there is none.
pub fn entered(i18n: I18n, amount: Option<&Money>) -> String {
    match amount {
        Some(amount) => format::money(i18n.get_locale(), amount),
        None => t_string!(i18n, money.no_amount).to_string(),
    }
}

/// Mar 2026.
pub fn month(i18n: I18n, day: NaiveDate) -> String {
    format!("{} {}", format::month(i18n.get_locale(), day), day.year())
}

/// A person or a company.
pub fn party(i18n: I18n, party: Party) -> String {
    match party {
        Party::Person => t_string!(i18n, money.persons).to_string(),
        Party::Company => t_string!(i18n, money.companies).to_string(),
    }
}

/// What stands against an amount.
pub fn problem(i18n: I18n, problem: MoneyProblem) -> String {
    match problem {
        MoneyProblem::NotYours => t_string!(i18n, money.not_yours).to_string(),
        MoneyProblem::NoCampaign => t_string!(i18n, money.no_campaign).to_string(),
        MoneyProblem::NotAMonth => t_string!(i18n, money.not_a_month).to_string(),
        MoneyProblem::NotAnAmount => t_string!(i18n, money.not_an_amount).to_string(),
        MoneyProblem::UnknownCurrency => t_string!(i18n, money.unknown_currency).to_string(),
        MoneyProblem::NoRate => t_string!(i18n, money.no_rate).to_string(),
    }
}

/// What stands against an offering.
pub fn offer_problem(i18n: I18n, problem: OfferProblem) -> String {
    match problem {
        OfferProblem::NotYours => t_string!(i18n, money.not_yours).to_string(),
        OfferProblem::NameMissing => t_string!(i18n, money.name_missing).to_string(),
        OfferProblem::NameTooLong => t_string!(i18n, money.name_too_long).to_string(),
        OfferProblem::NameTaken => t_string!(i18n, money.name_taken).to_string(),
        OfferProblem::NoProduct => t_string!(i18n, money.no_product).to_string(),
        OfferProblem::NobodyAsked => t_string!(i18n, money.nobody_asked).to_string(),
        OfferProblem::TooMany => t_string!(i18n, money.too_many).to_string(),
        OfferProblem::DateMissing => t_string!(i18n, money.date_missing).to_string(),
        OfferProblem::DateInPast => t_string!(i18n, money.date_in_past).to_string(),
        OfferProblem::DateTooFar => t_string!(i18n, money.date_too_far).to_string(),
    }
}

/// Why so many are not proposed.
pub fn skipped(i18n: I18n, skip: Skip, count: usize) -> String {
    match skip {
        Skip::NotLost => t_string!(i18n, money.skip_not_lost, count = count).to_string(),
        Skip::AskedNotTo => t_string!(i18n, money.skip_asked_not_to, count = count).to_string(),
        Skip::HasPlan => t_string!(i18n, money.skip_has_plan, count = count).to_string(),
        Skip::NotYours => t_string!(i18n, money.skip_not_yours, count = count).to_string(),
    }
}

/// What somebody else did meanwhile, `what` being how it is now.
pub fn conflict(i18n: I18n, what: String, by: Option<String>, at: Option<Moment>) -> String {
    match by.zip(at) {
        Some((who, at)) => {
            let time = format::date_time(i18n.get_locale(), at);
            t_string!(i18n, money.conflict_by, who = who, time = time, what = what).to_string()
        }
        None => t_string!(i18n, money.conflict, what = what).to_string(),
    }
}
