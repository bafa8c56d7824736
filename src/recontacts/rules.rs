//! When a lost lead may be asked again. Pure: the dialog objects with the same functions before it sends, the server decides
//! with them.

use crate::{
    ids::UserId,
    losses::rules::{AttemptChannel, DoNot, is_sound_text},
};
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// Nobody plans further ahead, in months.
const FARTHEST: u32 = 120;

/// Somebody who may ask again: whoever may change the lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// Their name.
    pub name: String,
}

/// A plan as a dialog holds it: whatever is still missing is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Draft {
    /// On which day.
    pub due_on: Option<NaiveDate>,
    /// By which channel.
    pub channel: Option<AttemptChannel>,
    /// By whom.
    pub person: Option<UserId>,
    /// What to begin with.
    pub note: String,
}

impl Draft {
    /// Whether the text can be kept: anything else was not written in our dialog.
    pub fn is_sound(&self) -> bool {
        is_sound_text(&self.note)
    }
}

/// What has to be known before a lost lead is asked again.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Whether the viewer may change the lead.
    pub may_write: bool,
    /// Whether the loss still stands.
    pub is_lost: bool,
    /// What they asked us not to do.
    pub do_not: DoNot,
    /// Who may ask again.
    pub persons: &'a [Person],
    /// Today on the viewer's calendar.
    pub today: NaiveDate,
}

/// A plan with nothing missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// On which day.
    pub due_on: NaiveDate,
    /// By which channel.
    pub channel: AttemptChannel,
    /// By whom.
    pub person: UserId,
}

/// Where in the dialog something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The lead itself.
    Lead,
    /// The date.
    Date,
    /// The channel.
    Channel,
    /// The person.
    Person,
}

/// What stands against a plan. All that apply are given at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objection {
    /// Somebody else is responsible for the lead.
    NotYours,
    /// The lead is back on the board: its next step says what comes.
    NotLost,
    /// When?
    DateMissing,
    /// The day has passed.
    DateInPast,
    /// Nobody plans so far ahead.
    DateTooFar,
    /// How?
    ChannelMissing,
    /// They asked not to be contacted this way.
    ChannelForbidden,
    /// Who?
    PersonMissing,
    /// They cannot work this lead.
    PersonCannot,
}

impl Objection {
    /// Where in the dialog it belongs.
    pub fn field(self) -> Field {
        match self {
            Self::NotYours | Self::NotLost => Field::Lead,
            Self::DateMissing | Self::DateInPast | Self::DateTooFar => Field::Date,
            Self::ChannelMissing | Self::ChannelForbidden => Field::Channel,
            Self::PersonMissing | Self::PersonCannot => Field::Person,
        }
    }
}

/// Whether a lost lead may be asked again as `draft` says.
///
/// # Errors
/// Everything that stands against it, in the dialog's order.
pub fn plan(facts: Facts<'_>, draft: &Draft) -> Result<Plan, Vec<Objection>> {
    let about_lead = match (facts.may_write, facts.is_lost) {
        (false, _) => Some(Objection::NotYours),
        (true, false) => Some(Objection::NotLost),
        (true, true) => None,
    };
    let due_on = date_of(facts, draft.due_on);
    let channel = match draft.channel {
        None => Err(Objection::ChannelMissing),
        Some(channel) if facts.do_not.forbids(channel) => Err(Objection::ChannelForbidden),
        Some(channel) => Ok(channel),
    };
    let person = match draft.person {
        None => Err(Objection::PersonMissing),
        Some(person) if facts.persons.iter().any(|known| known.id == person) => Ok(person),
        Some(_) => Err(Objection::PersonCannot),
    };
    match (about_lead, due_on, channel, person) {
        (None, Ok(due_on), Ok(channel), Ok(person)) => Ok(Plan { due_on, channel, person }),
        (lead, due_on, channel, person) => {
            Err([lead, due_on.err(), channel.err(), person.err()].into_iter().flatten().collect())
        }
    }
}

fn date_of(facts: Facts<'_>, due_on: Option<NaiveDate>) -> Result<NaiveDate, Objection> {
    let due_on = due_on.ok_or(Objection::DateMissing)?;
    let farthest = facts.today.checked_add_months(Months::new(FARTHEST));
    if due_on < facts.today {
        Err(Objection::DateInPast)
    } else if farthest.is_none_or(|farthest| due_on > farthest) {
        Err(Objection::DateTooFar)
    } else {
        Ok(due_on)
    }
}

/// The channel that is offered first: the first one that they did not ask us to leave alone.
pub fn first_channel(do_not: DoNot) -> Option<AttemptChannel> {
    AttemptChannel::ALL.iter().copied().find(|channel| !do_not.forbids(*channel))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).expect("a day")
    }

    fn persons() -> Vec<Person> {
        vec![Person { id: UserId(7), name: "Ayşe".into() }]
    }

    fn facts(persons: &[Person]) -> Facts<'_> {
        Facts { may_write: true, is_lost: true, do_not: DoNot::default(), persons, today: day(3, 2) }
    }

    fn draft() -> Draft {
        Draft {
            due_on: Some(day(3, 2)),
            channel: Some(AttemptChannel::Call),
            person: Some(UserId(7)),
            note: String::new(),
        }
    }

    #[test]
    fn a_whole_plan_is_made_from_today_on() {
        let persons = persons();
        let expected = Plan { due_on: day(3, 2), channel: AttemptChannel::Call, person: UserId(7) };
        assert_eq!(plan(facts(&persons), &draft()), Ok(expected));
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let persons = persons();
        let all = plan(facts(&persons), &Draft::default());
        assert_eq!(all, Err(vec![Objection::DateMissing, Objection::ChannelMissing, Objection::PersonMissing]));
        let strange = Draft { due_on: Some(day(3, 1)), person: Some(UserId(8)), ..draft() };
        let silent = Facts { do_not: DoNot { call: true, email: false }, ..facts(&persons) };
        assert_eq!(
            plan(silent, &strange),
            Err(vec![Objection::DateInPast, Objection::ChannelForbidden, Objection::PersonCannot])
        );
    }

    #[test]
    fn only_standing_losses_of_ones_own_are_planned_for() {
        let persons = persons();
        let about = |facts| plan(facts, &draft());
        assert_eq!(about(Facts { may_write: false, ..facts(&persons) }), Err(vec![Objection::NotYours]));
        assert_eq!(about(Facts { is_lost: false, ..facts(&persons) }), Err(vec![Objection::NotLost]));
        let far = Draft { due_on: NaiveDate::from_ymd_opt(2036, 3, 3), ..draft() };
        assert_eq!(plan(facts(&persons), &far), Err(vec![Objection::DateTooFar]));
    }

    #[test]
    fn the_first_channel_is_one_that_is_allowed() {
        assert_eq!(first_channel(DoNot::default()), Some(AttemptChannel::Call));
        assert_eq!(first_channel(DoNot { call: true, email: true }), Some(AttemptChannel::Whatsapp));
    }
}
