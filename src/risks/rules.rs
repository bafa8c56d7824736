//! When a lead is at risk, and how that is answered. Pure: signals follow from what happened, the stage's limits and the
//! moment; nothing is ever marked. The view `risk` says the same of each lead.

use crate::{
    leads::{api::step::PlannedStep, rules::step::StepProblem},
    losses::rules::written,
    people::rules::words,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

words! {
    /// What says that a lead may be lost soon.
    SignalKind {
        /// We reached out and have heard nothing for so many days.
        Unanswered = "unanswered",
        /// They said no.
        Refused = "refused",
        /// They named a competitor.
        Competitor = "competitor",
        /// What was to be done is not done.
        Overdue = "overdue",
        /// So many attempts in a row reached nobody.
        Attempts = "attempts",
    }
}

/// A signal with the moment from which on it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signal {
    /// What it says.
    pub kind: SignalKind,
    /// Since when, or from when on.
    pub since: DateTime<Utc>,
}

/// What passed between a lead and us in its present run. The times count what was written down after the signals were
/// answered last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// Attempts since we heard from them last.
    pub in_vain: i32,
    /// When the signals were answered last.
    pub answered_at: Option<DateTime<Utc>>,
    /// The last attempt that reached nobody.
    pub vain_at: Option<DateTime<Utc>>,
    /// The first time we reached out and have heard nothing since.
    pub unanswered_since: Option<DateTime<Utc>>,
    /// When they said no.
    pub refused_at: Option<DateTime<Utc>>,
    /// When they named a competitor.
    pub competitor_at: Option<DateTime<Utc>>,
    /// When the next step is due.
    pub next_step_due: Option<DateTime<Utc>>,
}

/// What a stage allows; nothing set means no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Days without an answer.
    pub unanswered_days: Option<i32>,
    /// Attempts in a row that reach nobody.
    pub attempts: Option<i32>,
}

/// Every signal of a lead, also those that begin later: so a page knows them as time goes by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Risks {
    /// Attempts since we heard from them last.
    pub in_vain: i32,
    /// The first time we reached out and have heard nothing since.
    pub unanswered_since: Option<DateTime<Utc>>,
    /// The signals, in the order of [`SignalKind`].
    pub signals: Vec<Signal>,
}

impl SignalKind {
    /// Whether it comes with the clock. The others come with what somebody wrote down, which never lies ahead: a page that
    /// was read a while ago shows them as soon as it hears of them.
    pub fn comes_with_time(self) -> bool {
        matches!(self, Self::Unanswered | Self::Overdue)
    }
}

impl Risks {
    /// What holds at `now`.
    pub fn at(&self, now: DateTime<Utc>) -> Vec<Signal> {
        let holds = |signal: &Signal| !signal.kind.comes_with_time() || signal.since <= now;
        self.signals.iter().copied().filter(holds).collect()
    }
}

/// Every signal of a lead that is being worked on the board: a customer is not at risk.
pub fn risks(facts: Facts, limits: Limits) -> Risks {
    let is_new = |due: &DateTime<Utc>| facts.answered_at.is_none_or(|answered| *due > answered);
    let too_many = limits.attempts.is_some_and(|limit| facts.in_vain > limit);
    let unanswered = facts
        .unanswered_since
        .zip(limits.unanswered_days)
        .map(|(since, days)| since + TimeDelta::days(i64::from(days)));
    let found = [
        (SignalKind::Unanswered, unanswered),
        (SignalKind::Refused, facts.refused_at),
        (SignalKind::Competitor, facts.competitor_at),
        (SignalKind::Overdue, facts.next_step_due.filter(is_new)),
        (SignalKind::Attempts, facts.vain_at.filter(|_| too_many)),
    ];
    let signals = found.into_iter().filter_map(|(kind, since)| since.map(|since| Signal { kind, since })).collect();
    Risks { in_vain: facts.in_vain, unanswered_since: facts.unanswered_since, signals }
}

/// How somebody answers the signals of a lead. Losing it is the third way: the loss dialog asks all there is to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// It is still alive, and the note says why.
    Alive,
    /// It will be won back: this is the next step.
    WinBack(PlannedStep),
}

impl Reply {
    /// The word that the history keeps.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::WinBack(_) => "win_back",
        }
    }
}

/// Why an answer is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyProblem {
    /// Somebody else's lead.
    NotYours,
    /// It is off the board, or a customer: nothing is at risk.
    NotWatched,
    /// Why is it still alive?
    NoteMissing,
    /// The step cannot be planned.
    Step {
        /// Why.
        problem: StepProblem,
    },
}

/// What the note of an answer says, if it may be kept as it is.
///
/// # Errors
/// A lead that is said to be alive needs a word why.
pub fn noted<'a>(reply: &Reply, note: &'a str) -> Result<Option<&'a str>, ReplyProblem> {
    match (reply, written(note)) {
        (Reply::Alive, None) => Err(ReplyProblem::NoteMissing),
        (_, note) => Ok(note),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_770_000_000 + hour * 3600, 0).expect("in range")
    }

    fn kinds(risks: &Risks, now: DateTime<Utc>) -> Vec<SignalKind> {
        risks.at(now).into_iter().map(|signal| signal.kind).collect()
    }

    const LIMITS: Limits = Limits { unanswered_days: Some(2), attempts: Some(3) };

    #[test]
    fn nothing_that_happened_is_no_risk() {
        assert_eq!(risks(Facts::default(), LIMITS), Risks::default());
    }

    #[test]
    fn silence_counts_from_the_first_time_that_we_reached_out() {
        let quiet = risks(Facts { unanswered_since: Some(at(0)), ..Facts::default() }, LIMITS);
        assert_eq!(kinds(&quiet, at(47)), []);
        assert_eq!(kinds(&quiet, at(48)), [SignalKind::Unanswered]);
        let never = risks(Facts { unanswered_since: Some(at(0)), ..Facts::default() }, Limits::default());
        assert_eq!(kinds(&never, at(10_000)), []);
    }

    #[test]
    fn more_attempts_than_the_stage_allows() {
        let tried = |in_vain| risks(Facts { in_vain, vain_at: Some(at(5)), ..Facts::default() }, LIMITS);
        assert_eq!(kinds(&tried(3), at(9)), []);
        assert_eq!(kinds(&tried(4), at(9)), [SignalKind::Attempts]);
        let answered = Facts { in_vain: 9, vain_at: None, ..Facts::default() };
        assert_eq!(kinds(&risks(answered, LIMITS), at(9)), [], "none of them came after the answer");
    }

    #[test]
    fn a_step_is_overdue_once_and_answered_until_another_one_is() {
        let step = |due, answered| {
            let facts = Facts { next_step_due: Some(at(due)), answered_at: answered, ..Facts::default() };
            risks(facts, LIMITS)
        };
        assert_eq!(kinds(&step(5, None), at(4)), []);
        assert_eq!(kinds(&step(5, None), at(5)), [SignalKind::Overdue]);
        assert_eq!(kinds(&step(5, Some(at(6))), at(99)), []);
        assert_eq!(kinds(&step(8, Some(at(6))), at(9)), [SignalKind::Overdue]);
    }

    #[test]
    fn alive_needs_a_word_why() {
        assert_eq!(noted(&Reply::Alive, " \n"), Err(ReplyProblem::NoteMissing));
        assert_eq!(noted(&Reply::Alive, " On holiday "), Ok(Some("On holiday")));
    }

    #[test]
    fn what_was_said_after_a_page_was_read_is_shown_at_once() {
        let refused = risks(Facts { refused_at: Some(at(5)), next_step_due: Some(at(5)), ..Facts::default() }, LIMITS);
        assert_eq!(kinds(&refused, at(4)), [SignalKind::Refused]);
        assert_eq!(kinds(&refused, at(5)), [SignalKind::Refused, SignalKind::Overdue]);
    }

    fn moment() -> impl Strategy<Value = Option<DateTime<Utc>>> {
        proptest::option::of((0i64..2000).prop_map(at))
    }

    prop_compose! {
        fn facts()(
            in_vain in 0i32..12, answered_at in moment(), vain_at in moment(), unanswered_since in moment(),
            refused_at in moment(), competitor_at in moment(), next_step_due in moment(),
        ) -> Facts {
            Facts { in_vain, answered_at, vain_at, unanswered_since, refused_at, competitor_at, next_step_due }
        }
    }

    proptest! {
        #[test]
        fn what_holds_goes_on_holding(facts in facts(), days in 1i32..30, limit in 1i32..9, now in 0i64..2000, later in 0i64..500) {
            let risks = risks(facts, Limits { unanswered_days: Some(days), attempts: Some(limit) });
            let (before, after) = (risks.at(at(now)), risks.at(at(now + later)));
            prop_assert!(before.iter().all(|signal| after.contains(signal)));
        }

        #[test]
        fn a_stricter_stage_sees_no_less(facts in facts(), days in 2i32..30, limit in 2i32..9, now in 0i64..2000) {
            let lenient = risks(facts, Limits { unanswered_days: Some(days), attempts: Some(limit) });
            let strict = risks(facts, Limits { unanswered_days: Some(days - 1), attempts: Some(limit - 1) });
            let strict = kinds(&strict, at(now));
            prop_assert!(kinds(&lenient, at(now)).iter().all(|kind| strict.contains(kind)));
        }
    }
}
