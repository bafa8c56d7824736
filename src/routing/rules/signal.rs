//! What people do shows how much they want something: signals, and the intent that they add up to.

use crate::{ids::Names, people::rules::words};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

words! {
    /// How much somebody wants something, the least first.
    Intent { Low = "low", Medium = "medium", High = "high" }
}

/// What a kind of signal says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalKind {
    /// Names it in rules and in the database.
    pub key: String,
    /// As people read it.
    pub name: Names,
    /// What one of it says.
    pub intent: Intent,
    /// So many within the days that it counts say more.
    pub several: Option<Several>,
    /// For so many days it counts.
    pub days: u16,
}

/// What several signals of a kind say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Several {
    /// From so many on …
    pub from: u16,
    /// … they say this.
    pub intent: Intent,
}

/// A signal that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Of which kind.
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Signals of one kind that count now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Of which kind.
    pub kind: String,
    /// How many.
    pub count: u16,
    /// The latest of them.
    pub latest: DateTime<Utc>,
    /// What they say together.
    pub intent: Intent,
}

/// The signals that count at `now`, by kind: the strongest first, of equals the latest. Kinds that nobody defined say
/// nothing, and neither does what has not happened yet.
pub fn heard(kinds: &[SignalKind], signals: &[Signal], now: DateTime<Utc>) -> Vec<Heard> {
    let of_kind = |kind: &SignalKind| {
        let counts = |signal: &&Signal| {
            signal.kind == kind.key && signal.at <= now && now - signal.at < TimeDelta::days(i64::from(kind.days))
        };
        let latest = signals.iter().filter(counts).map(|signal| signal.at).max()?;
        let count = u16::try_from(signals.iter().filter(counts).count()).unwrap_or(u16::MAX);
        let together = kind.several.filter(|several| count >= several.from).map(|several| several.intent);
        let intent = together.map_or(kind.intent, |together| together.max(kind.intent));
        Some(Heard { kind: kind.key.clone(), count, latest, intent })
    };
    let mut heard: Vec<_> = kinds.iter().filter_map(of_kind).collect();
    heard.sort_by_key(|heard| std::cmp::Reverse((heard.intent, heard.latest)));
    heard
}

/// How much they want something: what the strongest signals say. Who showed nothing shows little.
pub fn intent(heard: &[Heard]) -> Intent {
    heard.iter().map(|heard| heard.intent).max().unwrap_or(Intent::Low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;
    use proptest::prelude::*;

    fn kind(key: &str, intent: Intent, several: Option<Several>) -> SignalKind {
        SignalKind { key: key.into(), name: Names::default(), intent, several, days: 30 }
    }

    fn kinds() -> Vec<SignalKind> {
        vec![
            kind("demo", Intent::High, None),
            kind("webinar", Intent::Medium, None),
            kind("download", Intent::Low, Some(Several { from: 3, intent: Intent::Medium })),
        ]
    }

    fn at(day: i64) -> DateTime<Utc> {
        Utc.timestamp_opt(1_770_000_000 + day * 86_400, 0).single().expect("a moment")
    }

    fn signal(kind: &str, day: i64) -> Signal {
        Signal { kind: kind.into(), at: at(day) }
    }

    #[test]
    fn the_strongest_signal_says_it_and_several_downloads_say_more_than_one() {
        let says = |signals: &[Signal]| intent(&heard(&kinds(), signals, at(40)));
        assert_eq!(says(&[]), Intent::Low);
        assert_eq!(says(&[signal("download", 39)]), Intent::Low);
        assert_eq!(says(&[signal("download", 20), signal("download", 30), signal("download", 39)]), Intent::Medium);
        assert_eq!(says(&[signal("webinar", 39), signal("demo", 38)]), Intent::High);
    }

    #[test]
    fn what_is_too_old_or_yet_to_come_or_unheard_of_says_nothing() {
        let says = |signals: &[Signal]| heard(&kinds(), signals, at(40));
        assert_eq!(says(&[signal("demo", 10), signal("demo", 41), signal("horoscope", 39)]), []);
        assert_eq!(says(&[signal("demo", 11)]).len(), 1);
    }

    proptest! {
        /// One signal more never lowers the intent, and their order is no matter.
        #[test]
        fn one_more_never_lowers_it(
            days in proptest::collection::vec((0usize..3, 0i64..45), 0..12),
            more in (0usize..3, 0i64..45),
        ) {
            let one = |(kind, day): &(usize, i64)| signal(&kinds()[*kind].key, *day);
            let mut signals: Vec<_> = days.iter().map(one).collect();
            let before = heard(&kinds(), &signals, at(40));
            signals.reverse();
            prop_assert_eq!(&heard(&kinds(), &signals, at(40)), &before);
            signals.push(one(&more));
            prop_assert!(intent(&heard(&kinds(), &signals, at(40))) >= intent(&before));
        }
    }
}
