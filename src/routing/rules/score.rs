//! How well a lead suits us, what it scores, and how warm it is.

use super::{
    condition::{Condition, Fact, Known, Verdict},
    signal::{Heard, Intent, intent},
};
use crate::{
    ids::Names,
    people::rules::words,
    pipeline::api::{Party, Temperature},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

words! {
    /// How well a lead suits us, the least first.
    Fit { Weak = "weak", Strong = "strong" }
}

/// One trait of the customer whom we want.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trait {
    /// As people read it.
    pub name: Names,
    /// What it asks.
    pub when: Condition,
    /// What it is worth where it is met; less than nothing where we would rather not have it.
    pub points: i32,
}

/// The customer whom we want: a company's traits, a person's, and from how many points on one fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Of companies.
    pub company: Vec<Trait>,
    /// Of people.
    pub person: Vec<Trait>,
    /// From so many points on the fit is strong.
    pub strong_from: i32,
}

impl Profile {
    /// The traits that are asked of a lead.
    pub fn of(&self, party: Party) -> &[Trait] {
        match party {
            Party::Company => &self.company,
            Party::Person => &self.person,
        }
    }
}

/// How well a lead suits the profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suits {
    /// Whose traits were asked: people's or companies'.
    pub party: Party,
    /// In a word.
    pub fit: Fit,
    /// What its traits are worth together.
    pub points: i32,
    /// What they could be worth.
    pub most: i32,
    /// What became of each trait, in the profile's order.
    pub verdicts: Vec<Verdict>,
}

/// How well what is known of a lead suits the profile. What is not known earns nothing and costs nothing.
pub fn suits(profile: &Profile, party: Party, known: &Known) -> Suits {
    let traits = profile.of(party);
    let verdicts: Vec<_> = traits.iter().map(|one| one.when.verdict(known)).collect();
    let met = traits.iter().zip(&verdicts).filter(|(_, verdict)| **verdict == Verdict::Met);
    let points = met.map(|(one, _)| one.points).fold(0, i32::saturating_add);
    let most = traits.iter().map(|one| one.points.max(0)).fold(0, i32::saturating_add);
    let fit = if !traits.is_empty() && points >= profile.strong_from { Fit::Strong } else { Fit::Weak };
    Suits { party, fit, points, most, verdicts }
}

/// What the parts of a score are worth at most; together 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    /// How much they want something.
    pub intent: u8,
    /// How well they suit us.
    pub fit: u8,
    /// How much is known of them.
    pub completeness: u8,
    /// How lately they showed something.
    pub recency: u8,
}

impl Weights {
    /// Whether they come to 100.
    pub fn are_whole(self) -> bool {
        [self.intent, self.fit, self.completeness, self.recency].into_iter().map(u16::from).sum::<u16>() == 100
    }
}

/// How a score comes about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scoring {
    /// What the parts are worth.
    pub weights: Weights,
    /// What ought to be known of a lead.
    pub wanted: Vec<Fact>,
    /// After so many days a signal is worth half as much for recency.
    pub half_life_days: u16,
    /// Hot is who scores so much …
    pub hot_from: u8,
    /// … and showed something within so many days.
    pub hot_days: u16,
    /// Warm is who scores so much …
    pub warm_from: u8,
    /// … and showed something within so many days.
    pub warm_days: u16,
}

/// A score with its parts, each in points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// How much they want something.
    pub intent: u8,
    /// How well they suit us.
    pub fit: u8,
    /// How much is known of them.
    pub completeness: u8,
    /// How lately they showed something.
    pub recency: u8,
}

impl Score {
    /// All parts together, 0 to 100.
    pub fn total(self) -> u8 {
        [self.intent, self.fit, self.completeness, self.recency].into_iter().fold(0, u8::saturating_add).min(100)
    }
}

/// What a lead scores. Intent counts nothing, half or all of its weight as it is low, medium or high, and nothing where
/// nobody showed anything; fit counts as its points to the most possible; completeness as what is known to what is wanted;
/// recency halves every `half_life_days` since the latest signal that counts.
pub fn score(scoring: &Scoring, suits: &Suits, heard: &[Heard], known: &Known, now: DateTime<Utc>) -> Score {
    let weights = scoring.weights;
    let share = |weight: u8, part: f64| -> u8 {
        let points = (f64::from(weight) * part.clamp(0.0, 1.0)).round();
        // Between nothing and the weight.
        points as u8
    };
    let ratio = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let wants = match intent(heard) {
        Intent::High => 1.0,
        Intent::Medium => 0.5,
        Intent::Low => 0.0,
    };
    let known_of = scoring.wanted.iter().filter(|fact| known.get(fact).is_some()).count();
    let recency = latest(heard).map_or(0.0, |latest| {
        let days = (now - latest).num_seconds().max(0) as f64 / 86_400.0;
        0.5f64.powf(days / f64::from(scoring.half_life_days.max(1)))
    });
    Score {
        intent: share(weights.intent, wants),
        fit: share(weights.fit, ratio(f64::from(suits.points), f64::from(suits.most))),
        completeness: share(weights.completeness, ratio(known_of as f64, scoring.wanted.len() as f64)),
        recency: share(weights.recency, recency),
    }
}

/// The latest of the signals that count.
pub fn latest(heard: &[Heard]) -> Option<DateTime<Utc>> {
    heard.iter().map(|heard| heard.latest).max()
}

/// How warm a lead is, by its score and by how long ago it showed something.
pub fn temperature(scoring: &Scoring, score: Score, heard: &[Heard], now: DateTime<Utc>) -> Temperature {
    let within = |days: u16| latest(heard).is_some_and(|latest| (now - latest).num_days() < i64::from(days));
    if score.total() >= scoring.hot_from && within(scoring.hot_days) {
        Temperature::Hot
    } else if score.total() >= scoring.warm_from && within(scoring.warm_days) {
        Temperature::Warm
    } else {
        Temperature::Cold
    }
}

#[cfg(test)]
mod tests {
    use super::{super::condition::Test, *};
    use crate::leads::rules::fields::{Field, LeadField};
    use chrono::{TimeDelta, TimeZone};
    use proptest::prelude::*;

    const INDUSTRY: Fact = Fact::Field(Field::Lead(LeadField::Industry));
    const COUNTRY: Fact = Fact::Field(Field::Lead(LeadField::Country));

    fn is(fact: Fact, value: &str, points: i32) -> Trait {
        let when = Condition { fact, test: Test::OneOf(vec![value.into()]) };
        Trait { name: Names::default(), when, points }
    }

    fn profile() -> Profile {
        Profile {
            company: vec![is(INDUSTRY, "Health", 60), is(COUNTRY, "TR", 40), is(COUNTRY, "AQ", -50)],
            person: Vec::new(),
            strong_from: 50,
        }
    }

    fn scoring() -> Scoring {
        Scoring {
            weights: Weights { intent: 40, fit: 35, completeness: 10, recency: 15 },
            wanted: vec![INDUSTRY, COUNTRY],
            half_life_days: 7,
            hot_from: 70,
            hot_days: 7,
            warm_from: 40,
            warm_days: 30,
        }
    }

    fn known(facts: &[(Fact, &str)]) -> Known {
        let mut known = Known::default();
        facts.iter().for_each(|(fact, written)| known.learn(fact.clone(), written));
        known
    }

    fn now() -> DateTime<Utc> {
        Utc.timestamp_opt(1_770_000_000, 0).single().expect("a moment")
    }

    fn one(intent: Intent, days_ago: i64) -> Vec<Heard> {
        vec![Heard { kind: "x".into(), count: 1, latest: now() - TimeDelta::days(days_ago), intent }]
    }

    #[test]
    fn what_is_not_known_earns_nothing_and_costs_nothing() {
        let of = |facts: &[(Fact, &str)]| suits(&profile(), Party::Company, &known(facts));
        let nothing = of(&[]);
        assert_eq!((nothing.fit, nothing.points, nothing.most), (Fit::Weak, 0, 100));
        assert_eq!(nothing.verdicts, [Verdict::Unknown; 3]);
        assert_eq!(of(&[(INDUSTRY, "health")]).fit, Fit::Strong);
        assert_eq!(of(&[(INDUSTRY, "health"), (COUNTRY, "AQ")]).points, 10);
        assert_eq!(suits(&profile(), Party::Person, &known(&[(INDUSTRY, "health")])).fit, Fit::Weak);
    }

    #[test]
    fn the_parts_make_the_score() {
        let lead = known(&[(INDUSTRY, "Health"), (COUNTRY, "TR")]);
        let suits = suits(&profile(), Party::Company, &lead);
        let all = score(&scoring(), &suits, &one(Intent::High, 0), &lead, now());
        assert_eq!(all, Score { intent: 40, fit: 35, completeness: 10, recency: 15 });
        assert_eq!((all.total(), temperature(&scoring(), all, &one(Intent::High, 0), now())), (100, Temperature::Hot));
        let later = score(&scoring(), &suits, &one(Intent::High, 7), &lead, now());
        assert_eq!(later.recency, 8);
        assert_eq!(temperature(&scoring(), later, &one(Intent::High, 7), now()), Temperature::Warm);
        assert_eq!(temperature(&scoring(), later, &one(Intent::High, 30), now()), Temperature::Cold);
    }

    #[test]
    fn who_is_not_known_and_showed_nothing_scores_nothing() {
        let nothing = Known::default();
        let suits = suits(&profile(), Party::Company, &nothing);
        let score = score(&scoring(), &suits, &[], &nothing, now());
        assert_eq!((score.total(), temperature(&scoring(), score, &[], now())), (0, Temperature::Cold));
    }

    proptest! {
        /// Whatever the weights, points and days: no part is more than its weight, and all of them no more than 100.
        #[test]
        fn no_part_is_worth_more_than_its_weight(
            cut in proptest::array::uniform3(0u8..=100), points in -200i32..400, most in 0i32..400, days in 0i64..4000, half in 0u16..90,
        ) {
            let mut cut = cut;
            cut.sort_unstable();
            let weights = Weights { intent: cut[0], fit: cut[1] - cut[0], completeness: cut[2] - cut[1], recency: 100 - cut[2] };
            prop_assert!(weights.are_whole());
            let scoring = Scoring { weights, half_life_days: half, ..scoring() };
            let suits = Suits { party: Party::Person, fit: Fit::Weak, points, most, verdicts: Vec::new() };
            let score = score(&scoring, &suits, &one(Intent::High, days), &known(&[(INDUSTRY, "x")]), now());
            prop_assert!(score.intent <= weights.intent && score.fit <= weights.fit);
            prop_assert!(score.completeness <= weights.completeness && score.recency <= weights.recency);
            prop_assert!(score.total() <= 100);
        }
    }
}
