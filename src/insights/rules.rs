//! What an insight is, and when a difference is one. Pure.
//!
//! * `looks`: what is compared with what.
//! * `runs`: the facts as small codes, `table`: their counts.
//! * `arrivals`: how many come in, by days.
//! * `find`: all comparisons, the test for so many of them, and what is left.

mod arrivals;
mod find;
mod looks;
mod runs;
mod table;

use crate::{
    analytics::{
        facts::{RunOutcome, Word},
        rules::{Period, Span},
        selection::{Dim, Pick, Selection},
    },
    people::rules::words,
};
pub use find::find;
use serde::{Deserialize, Serialize};

/// Of all that is found, at most this share may be expected to be chance; what says the same is then told once.
pub const FALSE_DISCOVERIES: f64 = 0.05;
/// Each side of a comparison has at least so many runs.
pub const LEAST_RUNS: i64 = 30;
/// Each of its four cells holds at least so many runs if nothing is behind it.
pub const LEAST_EXPECTED: f64 = 5.0;
/// So many bars of a chart are compared at most, the largest.
pub const MOST_BINS: usize = 40;
/// A difference of shares that matters, whatever the shares are.
pub const LEAST_POINTS: f64 = 0.05;
/// One that matters where one share is [`LEAST_RATIO`] times the other.
pub const LEAST_POINTS_OF_FEW: f64 = 0.02;
/// See [`LEAST_POINTS_OF_FEW`].
pub const LEAST_RATIO: f64 = 1.5;
/// A pace that matters is so many times the other.
pub const LEAST_PACE: f64 = 1.25;
/// Of two charts crossed so many cells of a row, and of a column, are shown at most: the others mostly say the same.
pub const MOST_OF_A_LINE: usize = 2;
/// Two groups that share so much of the smaller one are told of once.
pub const SAME_RUNS: f64 = 0.8;

words! {
    /// What kind of insight it is.
    Family {
        /// This period against the one before.
        Changed = "changed",
        /// A bar whose runs end otherwise than comparable others.
        StandsOut = "stands_out",
        /// Two marks that losses have together more often, or more seldom, than chance would make them.
        Together = "together",
    }
}

/// One bar of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bin {
    /// Of which chart.
    pub dim: Dim,
    /// Which.
    pub word: Word,
}

/// Whose share is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// The period's runs, against those of the period before.
    Now,
    /// The runs of a bar, against comparable others.
    Of(Bin),
}

/// The share of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Lost, of what was won or lost.
    Lost,
    /// Unqualified, of all that ended.
    Unqualified,
    /// Won, of the losses that were tried again.
    WonBack,
    /// With this mark, of losses with the same outcome.
    Is(Bin),
}

/// One side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// The share.
    pub share: f64,
    /// The runs that it stands on.
    pub runs: i64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Insight {
    /// Looked at within this bar only.
    pub within: Option<Bin>,
    /// Whose share.
    pub group: Group,
    /// The share of what.
    pub event: Event,
    /// What the losses came to of which it is a share, where a reason is told: reasons belong to one outcome.
    pub of: Option<RunOutcome>,
    /// How many of the group's runs it happened to.
    pub part: i64,
    /// The group's share.
    pub own: Side,
    /// That of comparable others, as it would be with the group's mix of business lines and sources.
    pub others: Side,
    /// How probable such a difference is if nothing is behind it.
    pub p: f64,
}

impl Insight {
    /// What kind it is.
    pub fn family(&self) -> Family {
        match (&self.group, &self.event) {
            (Group::Now, _) => Family::Changed,
            (_, Event::Is(_)) => Family::Together,
            _ => Family::StandsOut,
        }
    }

    /// How far the group's share lies above the others', from −1 to 1.
    pub fn difference(&self) -> f64 {
        self.own.share - self.others.share
    }

    /// How many times the others' share the group's is; unknown where theirs is nothing.
    pub fn ratio(&self) -> Option<f64> {
        (self.others.share > 0.0).then(|| self.own.share / self.others.share)
    }

    /// Where the cockpit shows the group's runs, and the others'.
    pub fn selections(&self, period: Period, before: Option<Span>) -> [Selection; 2] {
        let mut own = Selection::default().during(period);
        let mark = match &self.event {
            Event::Is(bin) => Some(bin),
            _ => None,
        };
        for bin in self.within.iter().chain(mark) {
            own.picks.insert(bin.dim, Pick::only(&bin.word.key));
        }
        let mut others = own.clone();
        match &self.group {
            Group::Now => {
                let Span { from, to } = before.unwrap_or_default();
                others = others.during(Period::Between { from, to });
            }
            Group::Of(bin) => {
                let pick = Pick::only(&bin.word.key);
                others.picks.insert(bin.dim, Pick { except: true, ..pick.clone() });
                own.picks.insert(bin.dim, pick);
            }
        }
        [own, others]
    }
}

/// How many runs began on the days of a period that are over.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// Runs.
    pub runs: i64,
    /// Days.
    pub days: usize,
    /// Runs per day.
    pub per_day: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// More or fewer leads than before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arrivals {
    /// Of this bar's runs only.
    pub within: Option<Bin>,
    /// In the period.
    pub now: Pace,
    /// In the period before.
    pub before: Pace,
    /// How probable such a difference is if nothing is behind it.
    pub p: f64,
}

impl Arrivals {
    /// How many times the former pace it is; unknown where nothing came.
    pub fn ratio(&self) -> Option<f64> {
        (self.before.per_day > 0.0).then(|| self.now.per_day / self.before.per_day)
    }

    /// Where the cockpit shows these runs in the period, and in the one before.
    pub fn selections(&self, period: Period, before: Option<Span>) -> [Selection; 2] {
        let mut own = Selection::default().during(period);
        own.picks.extend(self.within.iter().map(|bin| (bin.dim, Pick::only(&bin.word.key))));
        let Span { from, to } = before.unwrap_or_default();
        [own.clone(), own.during(Period::Between { from, to })]
    }
}

/// What was found, and among how much.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// What was found, the surest first.
    pub insights: Vec<Insight>,
    /// Where more or fewer leads came in, the surest first.
    pub arrivals: Vec<Arrivals>,
    /// How many comparisons were tested.
    pub looked_at: usize,
    /// How many runs ended in the period.
    pub runs: usize,
}

impl Found {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.insights.is_empty() && self.arrivals.is_empty()
    }
}

/// Whether a difference is large enough to matter to anybody.
fn matters(own: f64, others: f64) -> bool {
    let (low, high) = (own.min(others), own.max(others));
    let points = high - low;
    points >= LEAST_POINTS || points >= LEAST_POINTS_OF_FEW && high >= LEAST_RATIO * low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::rules::Preset;

    #[test]
    fn small_differences_do_not_matter_unless_they_are_large_for_what_they_are() {
        for (own, others, expected) in
            [(0.50, 0.54, false), (0.50, 0.56, true), (0.02, 0.05, true), (0.01, 0.025, false), (0.0, 0.03, true)]
        {
            assert_eq!((matters(own, others), matters(others, own)), (expected, expected), "{own} {others}");
        }
    }

    #[test]
    fn an_insight_leads_to_the_losses_that_it_is_about() {
        let bin = |dim, key: &str| Bin { dim, word: Word { key: key.to_owned(), name: Default::default() } };
        let side = Side { share: 0.4, runs: 50, low: 0.3, high: 0.5 };
        let insight = Insight {
            within: Some(bin(Dim::Line, "1")),
            group: Group::Of(bin(Dim::Rep, "7")),
            event: Event::Is(bin(Dim::Reason, "3")),
            of: Some(RunOutcome::Lost),
            part: 20,
            own: side,
            others: Side { share: 0.2, ..side },
            p: 1e-6,
        };
        assert_eq!((insight.family(), insight.ratio()), (Family::Together, Some(2.0)));
        let told = |selection: &Selection| {
            selection.words().into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        };
        let period = Period::Preset(Preset::ThisYear);
        let [own, others] = insight.selections(period, None);
        assert_eq!(told(&own), "period=this_year reason=3 rep=7 line=1");
        assert_eq!(told(&others), "period=this_year reason=3 rep=!7 line=1");
        let changed = Insight { within: None, group: Group::Now, event: Event::Lost, ..insight };
        let before = Span { from: "2025-01-01".parse().ok(), to: "2025-12-31".parse().ok() };
        let [own, others] = changed.selections(period, Some(before));
        assert_eq!(changed.family(), Family::Changed);
        assert_eq!(told(&own), "period=this_year");
        assert_eq!(told(&others), "period=between from=2025-01-01 to=2025-12-31");
    }
}
