//! What the figures of lost money are made of, and what may be written down. Pure: the server counts and decides with these
//! functions, the page shows and objects with the same.

use crate::{
    analytics::rules::{Period, Preset, Span, Step},
    clock::is_of_our_time,
    fold::fold,
    format::LARGEST_AMOUNT,
    losses::rules::DoNot,
    people::rules::words,
    pipeline::api::Money,
    recontacts::rules::Objection,
    settings::rules::LONGEST_NAME,
};
use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many fiscal quarters stand beside what was asked for, the running one last.
pub const QUARTERS: u32 = 4;
/// Nobody plans more re-contacts than this at one press.
pub const MOST_AT_ONCE: usize = 200;

/// A period that this page can show: what nobody can date is in all time.
pub fn shown(period: Period) -> Period {
    match period {
        Period::Preset(Preset::Undated) => Period::Preset(Preset::All),
        period => period,
    }
}

/// The whole calendar months that a span touches: spend is known by month.
pub fn whole_months(span: Span) -> Span {
    let first = |day: NaiveDate| day.with_day(1);
    let last = |day: NaiveDate| first(day)?.checked_add_months(Months::new(1))?.pred_opt();
    Span { from: span.from.and_then(first).or(span.from), to: span.to.and_then(last).or(span.to) }
}

/// The first days of the fiscal quarters that stand beside what was asked for.
pub fn quarters(today: NaiveDate, fiscal_start: u32) -> Vec<NaiveDate> {
    let running = Step::Quarter.start(today, fiscal_start);
    (0..QUARTERS).rev().filter_map(|back| running.checked_sub_months(Months::new(3 * back))).collect()
}

/// How many of a campaign's leads came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Begun.
    pub leads: i64,
    /// Of them, ever ready to buy.
    pub qualified: i64,
    /// Of them, customers.
    pub customers: i64,
    /// Of them, lost for a reason that marks who was no target.
    pub non_target: i64,
}

impl std::ops::Add for Counts {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            leads: self.leads + other.leads,
            qualified: self.qualified + other.qualified,
            customers: self.customers + other.customers,
            non_target: self.non_target + other.non_target,
        }
    }
}

/// What a campaign cost and brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Effect {
    /// What it cost in the base currency, minor units; unknown where nobody wrote it down.
    pub spend: Option<i64>,
    /// Every lead that it began in those months.
    pub all: Counts,
    /// Those that it began in months whose spend is known: costs stand on them.
    pub paid: Counts,
}

impl Effect {
    /// What a lead cost that was ready to buy.
    pub fn per_qualified(&self) -> Option<i64> {
        share(self.spend?, 1, self.paid.qualified)
    }

    /// What a customer cost.
    pub fn per_customer(&self) -> Option<i64> {
        share(self.spend?, 1, self.paid.customers)
    }

    /// What was spent on leads that were no target.
    pub fn on_non_target(&self) -> Option<i64> {
        share(self.spend?, self.paid.non_target, self.paid.leads)
    }
}

impl std::ops::Add for Effect {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let spend = match (self.spend, other.spend) {
            (Some(one), Some(two)) => Some(one + two),
            (one, two) => one.or(two),
        };
        Self { spend, all: self.all + other.all, paid: self.paid + other.paid }
    }
}

/// `minor × part ÷ whole`, rounded half up; unknown where there is no whole.
fn share(minor: i64, part: i64, whole: i64) -> Option<i64> {
    let (minor, part, whole) = (i128::from(minor), i128::from(part), i128::from(whole));
    if whole <= 0 { None } else { i64::try_from((2 * minor * part + whole).div_euclid(2 * whole)).ok() }
}

/// Estimates that never became deals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Estimates {
    /// How many of known hours.
    pub count: i64,
    /// Their hours, in hundredths.
    pub hundredths: i64,
    /// Fees that were paid for them, in the base currency, minor units.
    pub paid: i64,
    /// How many more of which nobody knows the hours: they are in no other figure.
    pub without_hours: i64,
}

impl Estimates {
    /// What they cost, at so much an hour; unknown where nobody set that.
    pub fn cost(&self, hour: Option<i64>) -> Option<i64> {
        share(hour?, self.hundredths, 100)
    }

    /// What they cost less the fees that were paid; below zero where they earned something.
    pub fn net(&self, hour: Option<i64>) -> Option<i64> {
        self.cost(hour).map(|cost| cost - self.paid)
    }
}

impl std::ops::Add for Estimates {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            hundredths: self.hundredths + other.hundredths,
            paid: self.paid + other.paid,
            without_hours: self.without_hours + other.without_hours,
        }
    }
}

words! {
    /// Why an amount is not written down.
    MoneyProblem {
        /// Managers and admins do.
        NotYours = "not_yours",
        /// There is no such campaign.
        NoCampaign = "no_campaign",
        /// It is no month.
        NotAMonth = "not_a_month",
        /// It is below zero, or larger than any amount that is kept.
        NotAnAmount = "not_an_amount",
        /// There is no such currency.
        UnknownCurrency = "unknown_currency",
        /// No rate is known for that time.
        NoRate = "no_rate",
    }
}

/// Whether a day stands for a month.
///
/// # Errors
/// It is not the first of a month of our time.
pub fn check_month(month: NaiveDate) -> Result<(), MoneyProblem> {
    if month.day() == 1 && is_of_our_time(month) { Ok(()) } else { Err(MoneyProblem::NotAMonth) }
}

/// Whether an amount can be kept, in one of the currencies that there are.
///
/// # Errors
/// What is wrong with it.
pub fn check_amount(amount: &Money, currencies: &BTreeSet<String>) -> Result<(), MoneyProblem> {
    if !(0..=LARGEST_AMOUNT).contains(&amount.minor) {
        Err(MoneyProblem::NotAnAmount)
    } else if !currencies.contains(&amount.currency) {
        Err(MoneyProblem::UnknownCurrency)
    } else {
        Ok(())
    }
}

/// One way in which a product was asked for on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// As somebody wrote it.
    pub text: String,
    /// When the lead was lost over it; unknown for some imports.
    pub day: Option<NaiveDate>,
    /// How often.
    pub requests: i64,
    /// What those leads were worth in the base currency, minor units.
    pub minor: i64,
}

/// A product that was asked for in vain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Folded: what spellings share.
    pub key: String,
    /// The spelling that was used most.
    pub name: String,
    /// How often in the period.
    pub requests: i64,
    /// What those leads were worth in the base currency, minor units.
    pub minor: i64,
    /// How often in each of the quarters, whatever the period.
    pub quarters: Vec<i64>,
}

words! {
    /// What requests are ranked by.
    Rank {
        /// How often.
        Requests = "requests",
        /// What those leads were worth.
        Value = "value",
    }
}

fn is_in(span: Span, day: Option<NaiveDate>) -> bool {
    match day {
        None => span.is_all(),
        Some(day) => span.from.is_none_or(|from| day >= from) && span.to.is_none_or(|to| day <= to),
    }
}

/// What was asked for in the period, however it was spelt; `quarters` are first days, the oldest first.
pub fn requests(asked: &[Asked], span: Span, quarters: &[NaiveDate]) -> Vec<Request> {
    let mut spellings: BTreeMap<String, BTreeMap<&str, i64>> = BTreeMap::new();
    let mut found: BTreeMap<String, Request> = BTreeMap::new();
    for one in asked {
        let key = fold(&one.text);
        if key.is_empty() {
            continue;
        }
        *spellings.entry(key.clone()).or_default().entry(one.text.trim()).or_default() += one.requests;
        let request = found.entry(key.clone()).or_insert_with(|| Request {
            key,
            name: String::new(),
            requests: 0,
            minor: 0,
            quarters: vec![0; quarters.len()],
        });
        if is_in(span, one.day) {
            request.requests += one.requests;
            request.minor += one.minor;
        }
        let quarter = one.day.and_then(|day| quarters.iter().rposition(|first| day >= *first));
        let is_over = |place: usize| one.day.is_some_and(|day| day >= Step::Quarter.next(quarters[place]));
        if let Some(place) = quarter.filter(|place| !is_over(*place)) {
            request.quarters[place] += one.requests;
        }
    }
    let named = |mut request: Request| {
        let used = spellings.remove(&request.key).unwrap_or_default();
        let most = used.into_iter().max_by(|one, other| one.1.cmp(&other.1).then(other.0.cmp(one.0)));
        request.name = most.map(|(text, _)| text.to_owned()).unwrap_or_default();
        request
    };
    found.into_values().filter(|request| request.requests > 0).map(named).collect()
}

/// The first is asked for most, or is worth most; what is alike in one is ranked by the other.
pub fn rank(requests: &mut [Request], by: Rank) {
    requests.sort_by(|one, other| {
        let place = |request: &Request| match by {
            Rank::Requests => (request.requests, request.minor),
            Rank::Value => (request.minor, request.requests),
        };
        place(other).cmp(&place(one)).then_with(|| one.key.cmp(&other.key))
    });
}

words! {
    /// Why somebody who asked for a product is not proposed for a re-contact.
    Skip {
        /// They are back on the board, or customers.
        NotLost = "not_lost",
        /// They asked not to be contacted.
        AskedNotTo = "asked_not_to",
        /// A re-contact is planned already.
        HasPlan = "has_plan",
        /// Somebody else works the lead.
        NotYours = "not_yours",
    }
}

/// What has to be known of somebody who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskerFacts {
    /// Whether their loss stands.
    pub is_lost: bool,
    /// What they asked us not to do.
    pub do_not: DoNot,
    /// Whether they were lost because they asked not to be contacted.
    pub said_do_not_contact: bool,
    /// Whether a re-contact is planned.
    pub has_plan: bool,
    /// Whether the viewer may change the lead.
    pub may_write: bool,
}

/// Why they are not proposed, if they are not. Nobody is proposed who wants neither calls nor e-mails: what is left would
/// only be a way around that.
pub fn skip(facts: AskerFacts) -> Option<Skip> {
    let AskerFacts { is_lost, do_not, said_do_not_contact, has_plan, may_write } = facts;
    if !is_lost {
        Some(Skip::NotLost)
    } else if said_do_not_contact || (do_not.call && do_not.email) {
        Some(Skip::AskedNotTo)
    } else if has_plan {
        Some(Skip::HasPlan)
    } else if !may_write {
        Some(Skip::NotYours)
    } else {
        None
    }
}

words! {
    /// Why a product is not offered for what was asked.
    OfferProblem {
        /// Managers and admins do.
        NotYours = "not_yours",
        /// The new product has no name.
        NameMissing = "name_missing",
        /// Its name is too long.
        NameTooLong = "name_too_long",
        /// There is a product of this name.
        NameTaken = "name_taken",
        /// There is no such product, or it is retired.
        NoProduct = "no_product",
        /// Nobody whom the viewer may read asked for it.
        NobodyAsked = "nobody_asked",
        /// So many re-contacts are not planned at once.
        TooMany = "too_many",
        /// When?
        DateMissing = "date_missing",
        /// The day has passed.
        DateInPast = "date_in_past",
        /// Nobody plans so far ahead.
        DateTooFar = "date_too_far",
    }
}

impl OfferProblem {
    /// The same of an objection to the day of a plan.
    pub fn of_date(objection: Objection) -> Option<Self> {
        match objection {
            Objection::DateMissing => Some(Self::DateMissing),
            Objection::DateInPast => Some(Self::DateInPast),
            Objection::DateTooFar => Some(Self::DateTooFar),
            _ => None,
        }
    }
}

/// The name of a new product, without blanks around it.
///
/// # Errors
/// It is missing, or too long.
pub fn product_name(name: &str) -> Result<&str, OfferProblem> {
    let name = name.trim();
    if name.is_empty() {
        Err(OfferProblem::NameMissing)
    } else if name.chars().count() > LONGEST_NAME {
        Err(OfferProblem::NameTooLong)
    } else {
        Ok(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn asked(text: &str, on: Option<&str>, minor: i64) -> Asked {
        Asked { text: text.into(), day: on.map(day), requests: 1, minor }
    }

    #[test]
    fn what_is_divided_by_nothing_is_unknown() {
        let counts = Counts { leads: 8, qualified: 3, customers: 0, non_target: 2 };
        let known = Effect { spend: Some(1_000), all: counts, paid: counts };
        assert_eq!((known.per_qualified(), known.per_customer(), known.on_non_target()), (Some(333), None, Some(250)));
        let unknown = Effect { spend: None, ..known };
        assert_eq!((unknown.per_qualified(), unknown.on_non_target()), (None, None));
        let before = Effect { paid: Counts::default(), ..known };
        assert_eq!((before.per_qualified(), before.on_non_target()), (None, None), "no lead of a month that is known");
        assert_eq!((known + unknown).spend, Some(1_000));
        assert_eq!((unknown + unknown).spend, None);
    }

    #[test]
    fn fees_are_taken_off_what_hours_cost() {
        let made = Estimates { count: 2, hundredths: 350, paid: 10_000, without_hours: 1 };
        assert_eq!((made.cost(Some(4_000)), made.net(Some(4_000))), (Some(14_000), Some(4_000)));
        assert_eq!(made.net(Some(1_000)), Some(-6_500), "they earned something");
        assert_eq!(made.cost(None), None);
    }

    #[test]
    fn months_are_whole_and_quarters_are_fiscal() {
        let span = Span { from: Some(day("2026-01-15")), to: Some(day("2026-02-02")) };
        assert_eq!(whole_months(span), Span { from: Some(day("2026-01-01")), to: Some(day("2026-02-28")) });
        assert_eq!(whole_months(Span::default()), Span::default());
        let expected = ["2025-05-01", "2025-08-01", "2025-11-01", "2026-02-01"].map(day);
        assert_eq!(quarters(day("2026-03-02"), 2), expected);
    }

    #[test]
    fn spellings_meet_and_the_most_used_one_names_them() {
        let all = [
            asked("Çelik kapı", Some("2026-01-10"), 100),
            asked(" ÇELİK KAPI", Some("2026-02-10"), 50),
            asked("Çelik kapı", Some("2024-02-10"), 7),
            asked("Solar panel", None, 9),
            asked(" ", Some("2026-02-10"), 1),
        ];
        let quarters = quarters(day("2026-03-02"), 1);
        let this_year = Span { from: Some(day("2026-01-01")), to: None };
        let found = requests(&all, this_year, &quarters);
        assert_eq!(found.len(), 1, "what nobody dated is in all time only: {found:?}");
        assert_eq!((found[0].name.as_str(), found[0].requests, found[0].minor), ("Çelik kapı", 2, 150));
        assert_eq!(found[0].quarters, [0, 0, 0, 2]);
        let mut ever = requests(&all, Span::default(), &quarters);
        rank(&mut ever, Rank::Requests);
        assert_eq!(ever.iter().map(|one| one.requests).collect::<Vec<_>>(), [3, 1]);
    }

    #[test]
    fn a_quarter_ends_where_the_next_one_begins() {
        let quarters = vec![day("2025-10-01"), day("2026-01-01")];
        let days = ["2025-09-30", "2025-10-01", "2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01"];
        let all: Vec<_> = days.iter().map(|on| asked("x", Some(on), 0)).collect();
        assert_eq!(requests(&all, Span::default(), &quarters)[0].quarters, [2, 2]);
    }

    #[test]
    fn whoever_wants_no_contact_is_left_alone_before_anything_else() {
        let free = AskerFacts {
            is_lost: true,
            do_not: DoNot::default(),
            said_do_not_contact: false,
            has_plan: false,
            may_write: true,
        };
        assert_eq!(skip(free), None);
        assert_eq!(skip(AskerFacts { do_not: DoNot { call: true, email: false }, ..free }), None);
        let silent = AskerFacts { do_not: DoNot { call: true, email: true }, has_plan: true, ..free };
        assert_eq!(skip(silent), Some(Skip::AskedNotTo));
        assert_eq!(skip(AskerFacts { said_do_not_contact: true, ..free }), Some(Skip::AskedNotTo));
        assert_eq!(skip(AskerFacts { has_plan: true, may_write: false, ..free }), Some(Skip::HasPlan));
        assert_eq!(skip(AskerFacts { may_write: false, ..free }), Some(Skip::NotYours));
        assert_eq!(skip(AskerFacts { is_lost: false, ..silent }), Some(Skip::NotLost));
    }

    #[test]
    fn amounts_and_months_are_checked() {
        let known = BTreeSet::from(["EUR".to_owned()]);
        let check = |minor, currency: &str| check_amount(&Money { minor, currency: currency.into() }, &known);
        assert_eq!(check(0, "EUR"), Ok(()));
        assert_eq!(check(-1, "EUR"), Err(MoneyProblem::NotAnAmount));
        assert_eq!(check(LARGEST_AMOUNT + 1, "EUR"), Err(MoneyProblem::NotAnAmount));
        assert_eq!(check(1, "XYZ"), Err(MoneyProblem::UnknownCurrency));
        assert_eq!(check_month(day("2026-03-01")), Ok(()));
        assert_eq!(check_month(day("2026-03-02")), Err(MoneyProblem::NotAMonth));
        assert_eq!(check_month(day("1900-03-01")), Err(MoneyProblem::NotAMonth));
        assert_eq!(product_name("  Solar "), Ok("Solar"));
        assert_eq!(product_name(" \n"), Err(OfferProblem::NameMissing));
        assert_eq!(product_name(&"x".repeat(LONGEST_NAME + 1)), Err(OfferProblem::NameTooLong));
    }

    proptest! {
        #[test]
        fn a_share_lies_between_nothing_and_all(minor in 0..LARGEST_AMOUNT, part in 0i64..1_000, more in 0i64..1_000) {
            let whole = part + more;
            match share(minor, part, whole) {
                None => prop_assert_eq!(whole, 0),
                Some(found) => {
                    prop_assert!((0..=minor).contains(&found));
                    let rest = share(minor, more, whole).expect("there is a whole");
                    prop_assert!((found + rest - minor).abs() <= 1, "both parts make the whole");
                }
            }
        }

        #[test]
        fn no_request_is_lost_or_counted_twice(
            picks in proptest::collection::vec((0usize..4, proptest::option::of(0i64..900), 0i64..1_000), 0..40),
        ) {
            let texts = ["Kapı", "kapi", "KAPI ", "Pano"];
            let first = day("2024-01-01");
            let all: Vec<_> = picks
                .iter()
                .map(|(text, after, minor)| Asked {
                    text: texts[*text].into(),
                    day: after.map(|days| first + chrono::TimeDelta::days(days)),
                    requests: 1,
                    minor: *minor,
                })
                .collect();
            let found = requests(&all, Span::default(), &quarters(day("2026-03-02"), 1));
            prop_assert_eq!(found.iter().map(|one| one.requests).sum::<i64>(), i64::try_from(all.len()).expect("few"));
            prop_assert_eq!(found.iter().map(|one| one.minor).sum::<i64>(), all.iter().map(|one| one.minor).sum::<i64>());
            prop_assert!(found.len() <= 2);
            prop_assert!(found.iter().all(|one| one.quarters.iter().sum::<i64>() <= one.requests));
        }
    }
}
