//! The slice's vocabulary in the reader's language.

use crate::{format, i18n::t_string, losses::view::words::I18n, wins::rules::Objection};

/// What to tell about an objection.
pub fn objection(i18n: I18n, objection: &Objection) -> String {
    match objection {
        Objection::NotYours => t_string!(i18n, wins.objection_not_yours).to_string(),
        Objection::OffBoard => t_string!(i18n, wins.objection_off_board).to_string(),
        Objection::AlreadyWon => t_string!(i18n, wins.objection_already_won).to_string(),
        Objection::AmountMissing => t_string!(i18n, wins.objection_amount).to_string(),
        Objection::AmountNotANumber => t_string!(i18n, wins.objection_not_a_number).to_string(),
        Objection::CurrencyUnknown => t_string!(i18n, wins.objection_currency).to_string(),
        Objection::NoRate { currency } => {
            t_string!(i18n, wins.objection_no_rate, currency = currency.clone()).to_string()
        }
        Objection::ProductMissing => t_string!(i18n, wins.objection_product).to_string(),
        Objection::ProductUnknown => t_string!(i18n, wins.objection_product_unknown).to_string(),
        Objection::DateMissing => t_string!(i18n, wins.objection_date).to_string(),
        Objection::DateInFuture => t_string!(i18n, wins.objection_future).to_string(),
        Objection::DateTooEarly => t_string!(i18n, wins.objection_too_early).to_string(),
        Objection::DateBeforeRun { began } => {
            t_string!(i18n, wins.objection_before, date = format::date(i18n.get_locale(), *began)).to_string()
        }
    }
}
