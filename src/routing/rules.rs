//! Which lead goes to whom, how fast, and who may give it to somebody else. Pure: the server decides, the browser mirrors.

pub mod choice;
pub mod condition;
pub mod plan;
pub mod rule_set;
pub mod score;
pub mod signal;
pub mod sla;

use crate::{
    ids::UserId,
    people::rules::{Holder, Viewer, answers_for, may_write, words},
};
use serde::{Deserialize, Serialize};

/// The longest reason, in characters.
pub const LONGEST_REASON: usize = 300;

/// Why a lead is not given to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objection {
    /// Somebody else answers for it.
    NotYours,
    /// Giving leads to others is for managers: a rep takes them from a queue or gives them back to one.
    OnlyToOneself,
    /// Nobody of that name works here any more.
    NobodyThere,
    /// It needs a reason.
    ReasonMissing,
    /// The reason is too long.
    ReasonTooLong,
    /// They have taken it up: it does not pass by itself any more.
    TakenUp,
}

words! {
    /// Why a person decides about a lead.
    ReviewWhy {
        /// A rule leaves it to a person, or whom it names is away.
        Rule = "rule",
        /// Nobody may have it.
        Nobody = "nobody",
    }
}

/// Why a signal is not written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalObjection {
    /// Somebody else answers for the lead.
    NotYours,
    /// The rules know no such kind of signal any more.
    NoSuchSignal,
}

/// The assignment that stands last in a lead's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latest {
    /// Who gave it.
    pub by: Option<UserId>,
    /// Whose it was.
    pub from: Holder,
    /// To whom they gave it.
    pub to: Holder,
}

impl Latest {
    /// Whether `viewer` takes this assignment back by giving the lead, which `holder` has now, to `to`. Nobody has touched
    /// it since, so that it is theirs to take back wherever they gave it.
    fn is_turned_back(self, viewer: &Viewer, holder: Holder, to: Holder) -> bool {
        self == Self { by: Some(viewer.id), from: to, to: holder }
    }
}

/// Whether `viewer` may give a lead of `from` to `to`, and whether the reason will do.
///
/// # Errors
/// The [`Objection`] that the person should read.
pub fn plan_assignment(
    viewer: &Viewer,
    from: Holder,
    to: Holder,
    latest: Option<Latest>,
    reason: &str,
) -> Result<(), Objection> {
    if !latest.is_some_and(|latest| latest.is_turned_back(viewer, from, to)) {
        if !may_write(viewer, from) {
            return Err(Objection::NotYours);
        }
        if !viewer.manages() && !answers_for(viewer, to) {
            return Err(Objection::OnlyToOneself);
        }
    }
    match reason.trim().chars().count() {
        0 => Err(Objection::ReasonMissing),
        1..=LONGEST_REASON => Ok(()),
        _ => Err(Objection::ReasonTooLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::{QueueId, TeamId, UserId},
        people::rules::Role,
    };

    fn viewer(role: Role) -> Viewer {
        Viewer {
            id: UserId(1),
            name: "Ada".into(),
            role,
            team_id: Some(TeamId(1)),
            owners: vec![UserId(1)],
            queues: vec![QueueId(1)],
            everyone_reads_all: false,
        }
    }

    const OWN: Holder = Holder::Person(UserId(1));
    const COLLEAGUE: Holder = Holder::Person(UserId(2));
    const QUEUE: Holder = Holder::Queue(QueueId(1));

    #[test]
    fn a_rep_takes_from_the_queue_and_gives_back_to_it_but_to_nobody_else() {
        let rep = viewer(Role::Rep);
        assert_eq!(plan_assignment(&rep, QUEUE, OWN, None, "mine"), Ok(()));
        assert_eq!(plan_assignment(&rep, OWN, QUEUE, None, "ill"), Ok(()));
        assert_eq!(plan_assignment(&rep, OWN, COLLEAGUE, None, "speaks Russian"), Err(Objection::OnlyToOneself));
        assert_eq!(plan_assignment(&rep, COLLEAGUE, OWN, None, "I know them"), Err(Objection::NotYours));
    }

    #[test]
    fn a_manager_gives_what_they_answer_for_to_anybody() {
        let manager = viewer(Role::Manager);
        assert_eq!(plan_assignment(&manager, OWN, COLLEAGUE, None, "speaks Russian"), Ok(()));
        assert_eq!(plan_assignment(&manager, COLLEAGUE, OWN, None, "mine"), Err(Objection::NotYours));
        assert_eq!(plan_assignment(&viewer(Role::Admin), COLLEAGUE, OWN, None, "mine"), Ok(()));
    }

    #[test]
    fn whoever_gave_a_lead_away_takes_it_back_as_long_as_it_stays_there() {
        let manager = viewer(Role::Manager);
        let given = |by: i64| Some(Latest { by: Some(UserId(by)), from: OWN, to: COLLEAGUE });
        assert_eq!(plan_assignment(&manager, COLLEAGUE, OWN, given(1), "taken back"), Ok(()));
        for latest in [given(2), None] {
            assert_eq!(plan_assignment(&manager, COLLEAGUE, OWN, latest, "taken back"), Err(Objection::NotYours));
        }
        let third = Holder::Person(UserId(3));
        assert_eq!(plan_assignment(&manager, COLLEAGUE, third, given(1), "on to her"), Err(Objection::NotYours));
        assert_eq!(plan_assignment(&manager, third, OWN, given(1), "too late"), Err(Objection::NotYours));
        assert_eq!(plan_assignment(&manager, COLLEAGUE, OWN, given(1), " "), Err(Objection::ReasonMissing));
    }

    #[test]
    fn nobody_gives_without_a_reason() {
        let manager = viewer(Role::Manager);
        assert_eq!(plan_assignment(&manager, OWN, COLLEAGUE, None, "  "), Err(Objection::ReasonMissing));
        let long = "x".repeat(LONGEST_REASON + 1);
        assert_eq!(plan_assignment(&manager, OWN, COLLEAGUE, None, &long), Err(Objection::ReasonTooLong));
    }
}
