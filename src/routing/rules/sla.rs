//! How fast a lead must be accepted, answered and worked. Three clocks; each target says in whose time it runs.

use super::condition::{Condition, Known, all_met};
use crate::{ids::Names, people::rules::words};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

words! {
    /// What a clock waits for.
    Clock {
        /// The owner pressed Accept, or acted.
        Accepted = "accepted",
        /// The first attempt to reach them.
        Responded = "responded",
        /// Anything that a person did.
        Untouched = "untouched",
    }
}

words! {
    /// In what a span is measured.
    Unit {
        /// Minutes in which the owner's team works.
        BusinessMinutes = "business_minutes",
        /// Days on which it works, at the same local time.
        BusinessDays = "business_days",
        /// Minutes.
        Minutes = "minutes",
        /// Days of the calendar, at the same local time.
        Days = "days",
    }
}

/// How long something may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// How many.
    pub amount: u16,
    /// Of what.
    pub unit: Unit,
}

/// How fast some leads must be worked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Names it for good, whatever it is called.
    pub key: String,
    /// As people read it.
    pub name: Names,
    /// What it waits for.
    pub clock: Clock,
    /// Which leads it is for; none asked: all of them.
    pub when: Vec<Condition>,
    /// From when on it is urgent.
    pub amber: Option<Span>,
    /// When it is late.
    pub due: Span,
    /// When somebody else must do it.
    pub escalate: Option<Span>,
}

words! {
    /// How near its end a clock is.
    Level {
        /// There is time.
        Calm = "calm",
        /// It is urgent.
        Amber = "amber",
        /// It is late.
        Late = "late",
        /// Somebody else has to do it.
        Over = "over",
    }
}

impl Level {
    /// Where a clock with these deadlines stands at `now`.
    pub fn at(
        now: DateTime<Utc>,
        amber: Option<DateTime<Utc>>,
        due: DateTime<Utc>,
        escalate: Option<DateTime<Utc>>,
    ) -> Self {
        let is_past = |deadline: Option<DateTime<Utc>>| deadline.is_some_and(|deadline| deadline <= now);
        match () {
            () if is_past(escalate) => Self::Over,
            () if due <= now => Self::Late,
            () if is_past(amber) => Self::Amber,
            () => Self::Calm,
        }
    }
}

words! {
    /// What somebody is told about a lead.
    NoticeKind {
        /// It is theirs now.
        Assigned = "assigned",
        /// It becomes urgent.
        Amber = "amber",
        /// It is late.
        Late = "late",
        /// It was theirs, and went to somebody else because they did not come.
        Gone = "gone",
        /// Nobody did in time what was waited for.
        Escalated = "escalated",
    }
}

words! {
    /// How a clock ended.
    Ending {
        /// It was done.
        Met = "met",
        /// Whoever it was for let the lead pass.
        Passed = "passed",
        /// Its last deadline went by: somebody else has to do it.
        Escalated = "escalated",
        /// The lead went to somebody else.
        GivenAway = "given_away",
        /// The lead left the board.
        Closed = "closed",
    }
}

/// The moments of a target for one lead.
#[cfg(feature = "ssr")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// When it becomes urgent.
    pub amber: Option<DateTime<Utc>>,
    /// When it is late.
    pub due: DateTime<Utc>,
    /// When somebody else must do it.
    pub escalate: Option<DateTime<Utc>>,
}

/// The moments of a target that begins to count at `from`, in a team's time; `None` where that team does not work for years.
#[cfg(feature = "ssr")]
pub fn deadlines(
    target: &Target,
    calendar: &crate::routing::calendar::Calendar,
    from: DateTime<Utc>,
) -> Option<Deadlines> {
    let ends = |span: Span| calendar.ends(from, span);
    Some(Deadlines {
        amber: target.amber.and_then(ends),
        due: ends(target.due)?,
        escalate: target.escalate.and_then(ends),
    })
}

/// The target of each clock for a lead: the first that is for it. A clock without one does not run.
pub fn targets<'a>(all: &'a [Target], known: &Known) -> Vec<&'a Target> {
    let first = |clock: &Clock| all.iter().find(|target| target.clock == *clock && all_met(&target.when, known));
    Clock::ALL.iter().filter_map(first).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::condition::{Circumstance, Fact, Test},
        *,
    };

    fn target(key: &str, clock: Clock, when: Vec<Condition>) -> Target {
        let due = Span { amount: 15, unit: Unit::BusinessMinutes };
        Target { key: key.into(), name: Names::default(), clock, when, amber: None, due, escalate: None }
    }

    #[test]
    fn the_first_target_of_a_clock_that_is_for_a_lead_counts() {
        let high = Condition { fact: Fact::Is(Circumstance::Intent), test: Test::OneOf(vec!["high".into()]) };
        let all = [
            target("hot", Clock::Responded, vec![high]),
            target("all", Clock::Responded, Vec::new()),
            target("seen", Clock::Accepted, Vec::new()),
        ];
        let keys =
            |known: &Known| targets(&all, known).into_iter().map(|target| target.key.clone()).collect::<Vec<_>>();
        let mut lead = Known::default();
        assert_eq!(keys(&lead), ["seen", "all"]);
        lead.learn(Fact::Is(Circumstance::Intent), "high");
        assert_eq!(keys(&lead), ["seen", "hot"]);
    }
}
