//! What a rule asks of a lead. A rule is data that everybody may read: a fact, a test, and the values to hold it against.

use crate::{fold::fold, leads::rules::fields::Field, people::rules::words};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

words! {
    /// What is known of a lead besides its fields.
    Circumstance {
        /// Its account has an owner.
        NamedAccount = "named_account",
        /// Its account has bought before.
        Customer = "customer",
        /// Somebody worked an earlier lead of the same person or company.
        KnownBefore = "known_before",
        /// A rep entered it by hand.
        EnteredByRep = "entered_by_rep",
        /// What it is worth in the organisation's currency, in whole units.
        Size = "size",
        /// How much it wants something: high, medium, low.
        Intent = "intent",
        /// How well it suits us: strong, weak.
        Fit = "fit",
        /// Its score.
        Score = "score",
    }
}

/// Something that may be known of a lead. Its text (`industry`, `custom.technology`, `is.customer`, `signal.webinar`) names
/// it in rules.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Fact {
    /// A field of its record.
    Field(Field),
    /// Something else.
    Is(Circumstance),
    /// Whether a signal of that kind came.
    Signal(String),
}

/// The text names nothing that could be known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing that is known of leads is called {0}")]
pub struct NoSuchFact(String);

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => field.fmt(f),
            Self::Is(circumstance) => write!(f, "is.{circumstance}"),
            Self::Signal(key) => write!(f, "signal.{key}"),
        }
    }
}

impl FromStr for Fact {
    type Err = NoSuchFact;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let none = || NoSuchFact(text.to_owned());
        match text.split_once('.') {
            Some(("is", word)) => word.parse().map(Self::Is).map_err(|_| none()),
            Some(("signal", "")) => Err(none()),
            Some(("signal", key)) => Ok(Self::Signal(key.to_owned())),
            _ => text.parse().map(Self::Field).map_err(|_| none()),
        }
    }
}

impl From<Fact> for String {
    fn from(fact: Fact) -> Self {
        fact.to_string()
    }
}

impl TryFrom<String> for Fact {
    type Error = NoSuchFact;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// What is known of one lead: each fact as it is written. What is not in here is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known(BTreeMap<Fact, String>);

impl Known {
    /// Takes note of a fact; one without anything written is not known.
    pub fn learn(&mut self, fact: Fact, written: &str) {
        if !written.trim().is_empty() {
            self.0.insert(fact, written.trim().to_owned());
        }
    }

    /// Takes note of a circumstance that holds or does not.
    pub fn is(&mut self, circumstance: Circumstance, holds: bool) {
        self.learn(Fact::Is(circumstance), if holds { YES } else { NO });
    }

    /// A fact as it is written.
    pub fn get(&self, fact: &Fact) -> Option<&str> {
        self.0.get(fact).map(String::as_str)
    }

    /// Everything that is known.
    pub fn iter(&self) -> impl Iterator<Item = (&Fact, &str)> {
        self.0.iter().map(|(fact, written)| (fact, written.as_str()))
    }
}

/// Written where a circumstance holds …
pub const YES: &str = crate::leads::rules::fields::YES;
/// … and where it does not.
pub const NO: &str = "no";

/// How a fact is tested. Texts meet in any spelling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// It is one of these.
    OneOf(Vec<String>),
    /// It is none of these.
    NoneOf(Vec<String>),
    /// It contains one of these.
    Contains(Vec<String>),
    /// It is a number from this on.
    AtLeast(f64),
    /// It is a number below this.
    Below(f64),
    /// It is known.
    Known,
    /// It is not known.
    Unknown,
}

/// One thing that a rule asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// Of what.
    pub fact: Fact,
    /// What.
    pub test: Test,
}

/// What became of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Met,
    /// It does not.
    NotMet,
    /// Nobody knows: what it asks of is not known, or is no number where one is asked for.
    Unknown,
}

impl Condition {
    /// Whether it holds of what is known.
    pub fn verdict(&self, known: &Known) -> Verdict {
        let Some(written) = known.get(&self.fact) else {
            return match self.test {
                Test::Unknown => Verdict::Met,
                Test::Known => Verdict::NotMet,
                // A signal that did not come is known not to have come.
                _ if matches!(self.fact, Fact::Signal(_)) => self.test.holds_of(NO),
                _ => Verdict::Unknown,
            };
        };
        self.test.holds_of(written)
    }
}

impl Test {
    fn holds_of(&self, written: &str) -> Verdict {
        let said = |holds| if holds { Verdict::Met } else { Verdict::NotMet };
        let folded = fold(written);
        let number = |holds: &dyn Fn(f64) -> bool| match written.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => said(holds(number)),
            _ => Verdict::Unknown,
        };
        match self {
            Self::OneOf(values) => said(values.iter().any(|value| fold(value) == folded)),
            Self::NoneOf(values) => said(values.iter().all(|value| fold(value) != folded)),
            Self::Contains(values) => {
                said(values.iter().map(|value| fold(value)).any(|value| !value.is_empty() && folded.contains(&value)))
            }
            Self::AtLeast(least) => number(&|number| number >= *least),
            Self::Below(limit) => number(&|number| number < *limit),
            Self::Known => Verdict::Met,
            Self::Unknown => Verdict::NotMet,
        }
    }

    /// Whether it asks for something: a list of values has one, a limit is a number.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::OneOf(values) | Self::NoneOf(values) | Self::Contains(values) => {
                !values.is_empty() && values.iter().all(|value| !fold(value).is_empty())
            }
            Self::AtLeast(limit) | Self::Below(limit) => limit.is_finite(),
            Self::Known | Self::Unknown => true,
        }
    }
}

/// Whether all of `conditions` hold; what nobody knows does not.
pub fn all_met(conditions: &[Condition], known: &Known) -> bool {
    conditions.iter().all(|condition| condition.verdict(known) == Verdict::Met)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leads::rules::fields::LeadField;
    use proptest::prelude::*;

    const INDUSTRY: Fact = Fact::Field(Field::Lead(LeadField::Industry));
    const EMPLOYEES: Fact = Fact::Field(Field::Lead(LeadField::Employees));

    fn known(facts: &[(Fact, &str)]) -> Known {
        let mut known = Known::default();
        facts.iter().for_each(|(fact, written)| known.learn(fact.clone(), written));
        known
    }

    fn of(fact: Fact, test: Test) -> Condition {
        Condition { fact, test }
    }

    #[test]
    fn texts_meet_in_any_spelling() {
        let lead = known(&[(INDUSTRY, "SAĞLIK Hizmetleri")]);
        let asks = |test| of(INDUSTRY, test).verdict(&lead);
        assert_eq!(asks(Test::OneOf(vec!["saglik hizmetleri".into()])), Verdict::Met);
        assert_eq!(asks(Test::Contains(vec!["Eğitim".into(), "sağlık".into()])), Verdict::Met);
        assert_eq!(asks(Test::NoneOf(vec!["Sağlık Hizmetleri".into()])), Verdict::NotMet);
        assert_eq!(asks(Test::AtLeast(1.0)), Verdict::Unknown);
    }

    #[test]
    fn what_nobody_knows_is_neither_met_nor_not() {
        let nothing = Known::default();
        for test in
            [Test::OneOf(vec!["x".into()]), Test::NoneOf(vec!["x".into()]), Test::AtLeast(5.0), Test::Below(5.0)]
        {
            assert_eq!(of(EMPLOYEES, test).verdict(&nothing), Verdict::Unknown);
        }
        assert_eq!(of(EMPLOYEES, Test::Unknown).verdict(&nothing), Verdict::Met);
        assert_eq!(of(EMPLOYEES, Test::Known).verdict(&nothing), Verdict::NotMet);
        assert!(!all_met(&[of(EMPLOYEES, Test::Below(5.0))], &nothing));
    }

    #[test]
    fn a_signal_that_did_not_come_is_known_not_to_have_come() {
        let webinar = |test| of(Fact::Signal("webinar".into()), test).verdict(&Known::default());
        assert_eq!(webinar(Test::OneOf(vec![YES.into()])), Verdict::NotMet);
        assert_eq!(webinar(Test::OneOf(vec![NO.into()])), Verdict::Met);
    }

    #[test]
    fn limits_say_from_where_on() {
        let lead = known(&[(EMPLOYEES, "50")]);
        let asks = |test| of(EMPLOYEES, test).verdict(&lead);
        assert_eq!((asks(Test::AtLeast(50.0)), asks(Test::AtLeast(50.5))), (Verdict::Met, Verdict::NotMet));
        assert_eq!((asks(Test::Below(50.0)), asks(Test::Below(50.5))), (Verdict::NotMet, Verdict::Met));
    }

    #[test]
    fn every_fact_is_found_by_its_own_text() {
        let facts = ["industry", "custom.technology", "is.customer", "signal.webinar", "account.owner"];
        for text in facts {
            assert_eq!(text.parse::<Fact>().map(|fact| fact.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "is.", "is.rich", "signal.", "weather"] {
            assert!(text.parse::<Fact>().is_err(), "{text}");
        }
    }

    proptest! {
        /// A test and its opposite never both hold, and of what is known one of them does.
        #[test]
        fn a_test_and_its_opposite_part_the_known(written in ".{0,12}", value in "[a-zı ş]{1,4}", limit in -50f64..50.0) {
            let lead = known(&[(INDUSTRY, &written)]);
            let opposites = [
                (Test::OneOf(vec![value.clone()]), Test::NoneOf(vec![value])),
                (Test::AtLeast(limit), Test::Below(limit)),
                (Test::Known, Test::Unknown),
            ];
            for (one, other) in opposites {
                let verdicts = (of(INDUSTRY, one).verdict(&lead), of(INDUSTRY, other).verdict(&lead));
                prop_assert!(
                    matches!(verdicts, (Verdict::Met, Verdict::NotMet) | (Verdict::NotMet, Verdict::Met) | (Verdict::Unknown, Verdict::Unknown)),
                    "{verdicts:?}"
                );
            }
        }
    }
}
