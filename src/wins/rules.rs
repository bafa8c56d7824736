//! When a lead is won. Pure: the dialog objects with the same functions before it sends, the server decides with them.

use crate::{
    clock::is_of_our_time,
    format::LARGEST_AMOUNT,
    ids::{ProductId, StageId},
    pipeline::{api::Money, rules::StageKind},
};
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// No amount is longer, in characters.
pub const LONGEST_AMOUNT: usize = 30;

/// A currency that amounts may be in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Currency {
    /// ISO 4217 code.
    pub code: String,
    /// How many digits its minor unit has.
    pub digits: u32,
}

/// A win as the dialog holds it: whatever is still missing is `None` or empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Draft {
    /// What they pay, as typed.
    pub amount: String,
    /// In which currency.
    pub currency: String,
    /// What they bought.
    pub product: Option<ProductId>,
    /// When, on the organisation's calendar.
    pub won_on: Option<NaiveDate>,
}

impl Draft {
    /// Whether the texts can be understood at all: anything else was not written in our dialog.
    pub fn is_sound(&self) -> bool {
        self.amount.chars().count() <= LONGEST_AMOUNT && !self.amount.contains('\0') && self.currency.len() <= 3
    }
}

/// What has to be known about a lead before it is won.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Whether the person may change the lead.
    pub may_write: bool,
    /// Whether a loss stands.
    pub is_lost: bool,
    /// Where the lead stands.
    pub stage: Option<StageKind>,
    /// Currencies to choose from.
    pub currencies: &'a [Currency],
    /// Products to choose from; where there are none, none is asked for.
    pub products: &'a [ProductId],
    /// Today on the organisation's calendar.
    pub today: NaiveDate,
    /// The day on which the run began, where known.
    pub began: Option<NaiveDate>,
}

/// A win with nothing missing, ready to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What they pay.
    pub amount: Money,
    /// What they bought.
    pub product: Option<ProductId>,
    /// When.
    pub won_on: NaiveDate,
}

/// Where in the dialog something is wrong, in the dialog's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The lead itself.
    Lead,
    /// The amount.
    Amount,
    /// The product.
    Product,
    /// The date.
    Date,
}

/// What stands against a win. All that apply are given at once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objection {
    /// Somebody else is responsible for the lead.
    NotYours,
    /// It is in the lost pool: reactivate it first.
    OffBoard,
    /// It is a customer already.
    AlreadyWon,
    /// How much?
    AmountMissing,
    /// The amount is no number, or beyond what can be kept.
    AmountNotANumber,
    /// The currency is not in use.
    CurrencyUnknown,
    /// No rate says what the currency is worth on that day.
    NoRate {
        /// Which currency.
        currency: String,
    },
    /// What did they buy?
    ProductMissing,
    /// The product is not in use.
    ProductUnknown,
    /// When?
    DateMissing,
    /// It has not happened yet.
    DateInFuture,
    /// Nothing that we keep is from then: a slip of the keyboard.
    DateTooEarly,
    /// The lead was not there yet.
    DateBeforeRun {
        /// The first day that is possible.
        began: NaiveDate,
    },
}

impl Objection {
    /// Where in the dialog it belongs.
    pub fn field(&self) -> Field {
        match self {
            Self::NotYours | Self::OffBoard | Self::AlreadyWon => Field::Lead,
            Self::AmountMissing | Self::AmountNotANumber | Self::CurrencyUnknown | Self::NoRate { .. } => Field::Amount,
            Self::ProductMissing | Self::ProductUnknown => Field::Product,
            Self::DateMissing | Self::DateInFuture | Self::DateTooEarly | Self::DateBeforeRun { .. } => Field::Date,
        }
    }
}

/// Whether a lead may be won as `draft` says.
///
/// # Errors
/// Everything that stands against it, in the dialog's order.
pub fn plan_win(facts: Facts<'_>, draft: &Draft) -> Result<Plan, Vec<Objection>> {
    let mut objections: Vec<_> = about_the_lead(facts).into_iter().collect();
    let amount = amount_of(facts, draft).map_err(|objection| objections.push(objection)).ok();
    let product = product_of(facts, draft).map_err(|objection| objections.push(objection)).ok();
    let won_on = date_of(facts, draft).map_err(|objection| objections.push(objection)).ok();
    match (amount, product, won_on) {
        (Some(amount), Some(product), Some(won_on)) if objections.is_empty() => Ok(Plan { amount, product, won_on }),
        _ => Err(objections),
    }
}

fn about_the_lead(facts: Facts<'_>) -> Option<Objection> {
    match facts.stage {
        _ if !facts.may_write => Some(Objection::NotYours),
        _ if facts.is_lost => Some(Objection::OffBoard),
        Some(stage) if stage.is_won() => Some(Objection::AlreadyWon),
        _ => None,
    }
}

fn amount_of(facts: Facts<'_>, draft: &Draft) -> Result<Money, Objection> {
    if draft.amount.trim().is_empty() {
        return Err(Objection::AmountMissing);
    }
    let currency =
        facts.currencies.iter().find(|currency| currency.code == draft.currency).ok_or(Objection::CurrencyUnknown)?;
    let minor = minor_units(&draft.amount, currency.digits).ok_or(Objection::AmountNotANumber)?;
    Ok(Money { minor, currency: currency.code.clone() })
}

fn product_of(facts: Facts<'_>, draft: &Draft) -> Result<Option<ProductId>, Objection> {
    match draft.product {
        None if facts.products.is_empty() => Ok(None),
        None => Err(Objection::ProductMissing),
        Some(product) if facts.products.contains(&product) => Ok(Some(product)),
        Some(_) => Err(Objection::ProductUnknown),
    }
}

fn date_of(facts: Facts<'_>, draft: &Draft) -> Result<NaiveDate, Objection> {
    let won_on = draft.won_on.ok_or(Objection::DateMissing)?;
    match facts.began {
        _ if won_on > facts.today => Err(Objection::DateInFuture),
        Some(began) if won_on < began => Err(Objection::DateBeforeRun { began }),
        None if !is_of_our_time(won_on) => Err(Objection::DateTooEarly),
        _ => Ok(won_on),
    }
}

/// An amount as people type it (`1250`, `1.250,50`, `1,250.50`, `1 250`) in minor units of a currency with `digits`
/// decimal places. The last mark is the decimal one when at most two digits follow it; marks before three digits group
/// thousands.
pub fn minor_units(text: &str, digits: u32) -> Option<i64> {
    let text: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’')).collect();
    let last_mark = text.rfind(['.', ',']);
    let (whole, cents) = match last_mark {
        Some(at) if text.len() - at - 1 != 3 => (&text[..at], &text[at + 1..]),
        _ => (text.as_str(), ""),
    };
    let is_number = |part: &str| part.bytes().all(|c| c.is_ascii_digit());
    let mut groups = whole.split(['.', ',']);
    let first = groups.next()?;
    let rest: Vec<_> = groups.collect();
    let grouped = rest.is_empty() || (first.len() <= 3 && rest.iter().all(|group| group.len() == 3));
    let sound = !first.is_empty() && grouped && is_number(first) && rest.iter().all(|group| is_number(group));
    if !sound
        || !is_number(cents)
        || cents.len() > digits as usize
        || (last_mark.is_some_and(|at| at + 1 == text.len()))
    {
        return None;
    }
    let padded = format!("{first}{}{cents:0<width$}", rest.concat(), width = digits as usize);
    padded.parse().ok().filter(|minor| *minor <= LARGEST_AMOUNT)
}

/// An amount as it stands in the field, ready to be changed: plain digits and `mark` before the cents.
pub fn as_typed(minor: i64, digits: u32, mark: char) -> String {
    let unit = 10i64.pow(digits);
    match minor % unit {
        0 => (minor / unit).to_string(),
        cents => format!("{}{mark}{cents:0width$}", minor / unit, width = digits as usize),
    }
}

/// Where a win is taken back to: the stage that it came from, else the first one.
pub fn stage_before(from: Option<(StageId, StageKind)>, first: StageId) -> StageId {
    from.filter(|(_, kind)| kind.is_on_board() && !kind.is_won()).map_or(first, |(stage, _)| stage)
}

/// The day up to which a customer must have been silent to become inactive on `today`.
pub fn silent_since(today: NaiveDate, months: u32) -> Option<NaiveDate> {
    today.checked_sub_months(Months::new(months))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).expect("a day")
    }

    fn currencies() -> Vec<Currency> {
        vec![Currency { code: "EUR".into(), digits: 2 }, Currency { code: "JPY".into(), digits: 0 }]
    }

    fn facts<'a>(currencies: &'a [Currency], products: &'a [ProductId]) -> Facts<'a> {
        Facts {
            may_write: true,
            is_lost: false,
            stage: Some(StageKind::Negotiation),
            currencies,
            products,
            today: day(20),
            began: Some(day(2)),
        }
    }

    fn draft() -> Draft {
        Draft { amount: "3.400,50".into(), currency: "EUR".into(), product: Some(ProductId(1)), won_on: Some(day(20)) }
    }

    #[test]
    fn a_whole_win_is_kept_as_typed() {
        let currencies = currencies();
        let plan = plan_win(facts(&currencies, &[ProductId(1)]), &draft()).expect("nothing is missing");
        assert_eq!(plan.amount, Money { minor: 340_050, currency: "EUR".into() });
        assert_eq!((plan.product, plan.won_on), (Some(ProductId(1)), day(20)));
    }

    #[test]
    fn everything_that_is_missing_is_said_at_once() {
        let currencies = currencies();
        let objections = plan_win(facts(&currencies, &[ProductId(1)]), &Draft::default()).expect_err("all is missing");
        assert_eq!(objections, [Objection::AmountMissing, Objection::ProductMissing, Objection::DateMissing]);
    }

    #[test]
    fn the_date_lies_between_the_runs_beginning_and_today() {
        let currencies = currencies();
        let on = |won_on| {
            plan_win(facts(&currencies, &[]), &Draft { won_on: Some(won_on), product: None, ..draft() }).map(drop)
        };
        assert_eq!(on(day(21)), Err(vec![Objection::DateInFuture]));
        assert_eq!(on(day(1)), Err(vec![Objection::DateBeforeRun { began: day(2) }]));
        assert_eq!((on(day(2)), on(day(20))), (Ok(()), Ok(())));
    }

    #[test]
    fn a_year_mistyped_is_refused_where_nobody_knows_when_the_run_began() {
        let currencies = currencies();
        let facts = Facts { began: None, ..facts(&currencies, &[]) };
        let on = |year| {
            let won_on = NaiveDate::from_ymd_opt(year, 3, 1);
            plan_win(facts, &Draft { won_on, product: None, ..draft() }).map(drop)
        };
        assert_eq!(on(202), Err(vec![Objection::DateTooEarly]));
        assert_eq!(on(1969), Err(vec![Objection::DateTooEarly]));
        assert_eq!(on(1970), Ok(()));
    }

    #[test]
    fn only_open_leads_of_ones_own_are_won() {
        let currencies = currencies();
        let open = facts(&currencies, &[ProductId(1)]);
        let about = |facts| plan_win(facts, &draft()).map(drop);
        assert_eq!(about(Facts { may_write: false, ..open }), Err(vec![Objection::NotYours]));
        assert_eq!(about(Facts { is_lost: true, ..open }), Err(vec![Objection::OffBoard]));
        assert_eq!(about(Facts { stage: Some(StageKind::Inactive), ..open }), Err(vec![Objection::AlreadyWon]));
    }

    #[test]
    fn amounts_are_read_however_they_are_grouped() {
        for (text, minor) in [
            ("1250", 125_000),
            ("1.250", 125_000),
            ("1,250", 125_000),
            ("1 250,5", 125_050),
            ("1.250,50", 125_050),
            ("1,250.50", 125_050),
            ("1.250.000", 125_000_000),
            ("0", 0),
            ("0,99", 99),
        ] {
            assert_eq!(minor_units(text, 2), Some(minor), "{text}");
        }
        for text in
            ["", "-1", "1e5", "12.34.5", "1,2,3", ".5", "5.", "abc", "1.25.00", "1,2345", "999999999999999999999"]
        {
            assert_eq!(minor_units(text, 2), None, "{text}");
        }
        assert_eq!((minor_units("500", 0), minor_units("500,5", 0)), (Some(500), None));
    }

    #[test]
    fn a_win_goes_back_to_a_stage_of_the_pipeline_only() {
        assert_eq!(stage_before(Some((StageId(4), StageKind::Qualified)), StageId(1)), StageId(4));
        assert_eq!(stage_before(Some((StageId(7), StageKind::Inactive)), StageId(1)), StageId(1));
        assert_eq!(stage_before(None, StageId(1)), StageId(1));
    }

    proptest! {
        #[test]
        fn what_stands_in_the_field_is_read_again(minor in 0i64..=LARGEST_AMOUNT, digits in prop::sample::select(vec![0u32, 2]), mark in prop::sample::select(vec!['.', ','])) {
            prop_assert_eq!(minor_units(&as_typed(minor, digits, mark), digits), Some(minor));
        }

        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,40}", digits in 0u32..4) {
            prop_assert!(minor_units(&text, digits).is_none_or(|minor| (0..=LARGEST_AMOUNT).contains(&minor)));
        }
    }
}
