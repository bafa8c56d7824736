//! How follow-ups are counted and what they are held against. Pure.

use crate::{
    analytics::rules::rate,
    ids::{QueueId, TeamId, UserId},
    people::rules::{Holder, words},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Steps of a distribution: none, one, two, three, four, five or more follow-ups.
pub const STEPS: usize = 6;
/// So many sellers of a hundred stop after the first, second, third and fourth refusal, or go on after the fifth, as it is
/// told everywhere; nobody tells of those who never follow up.
pub const KNOWN: [Option<i64>; STEPS] = [None, Some(45), Some(22), Some(14), Some(12), Some(8)];
/// So many sales of a hundred are said to need five follow-ups.
pub const KNOWN_SALES: i64 = 80;

words! {
    /// How a run ended; unqualified ones could not be won, however often they were followed up.
    Ending {
        /// Given up.
        Lost = "lost",
        /// Won.
        Won = "won",
    }
}

/// How many runs had how many follow-ups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spread(pub [i64; STEPS]);

impl Spread {
    /// The step of so many follow-ups.
    pub fn step(follow_ups: i64) -> usize {
        usize::try_from(follow_ups.max(0)).unwrap_or(STEPS).min(STEPS - 1)
    }

    /// Adds so many runs with so many follow-ups.
    pub fn add(&mut self, follow_ups: i64, runs: i64) {
        self.0[Self::step(follow_ups)] += runs;
    }

    /// All runs.
    pub fn runs(&self) -> i64 {
        self.0.iter().sum()
    }

    /// The share of the runs at a step, where there are any.
    pub fn share(&self, step: usize) -> Option<f64> {
        rate(self.0.get(step).copied().unwrap_or(0), self.runs())
    }
}

/// The two distributions of somebody, of a team or of everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spreads {
    /// Of what was given up.
    pub lost: Spread,
    /// Of what was won.
    pub won: Spread,
}

impl Spreads {
    /// The one of this ending.
    pub fn of(&self, ending: Ending) -> &Spread {
        match ending {
            Ending::Lost => &self.lost,
            Ending::Won => &self.won,
        }
    }

    /// The same, to be added to.
    pub fn of_mut(&mut self, ending: Ending) -> &mut Spread {
        match ending {
            Ending::Lost => &mut self.lost,
            Ending::Won => &mut self.won,
        }
    }
}

/// Whose runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// A team's people's and queues'.
    Team(TeamId),
    /// One person's or queue's.
    Holder(Holder),
}

/// Which runs are listed. In addresses it is written `lost`, `lost-3`, `won-5.rep-7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behind {
    /// How they ended.
    pub ending: Ending,
    /// With how many follow-ups; the last step is of five or more.
    pub step: Option<usize>,
    /// Whose.
    pub of: Option<Whose>,
}

impl Behind {
    /// Whether it is a step that there is.
    pub fn is_sound(self) -> bool {
        self.step.is_none_or(|step| step < STEPS)
    }
}

impl fmt::Display for Behind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ending)?;
        if let Some(step) = self.step {
            write!(f, "-{step}")?;
        }
        match self.of {
            None => Ok(()),
            Some(Whose::Team(id)) => write!(f, ".team-{id}"),
            Some(Whose::Holder(Holder::Person(id))) => write!(f, ".rep-{id}"),
            Some(Whose::Holder(Holder::Queue(id))) => write!(f, ".queue-{id}"),
        }
    }
}

/// The text names no list of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a list of runs")]
pub struct NotAList;

impl FromStr for Behind {
    type Err = NotAList;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (what, of) = text.split_once('.').map_or((text, None), |(what, of)| (what, Some(of)));
        let (ending, step) = what.split_once('-').map_or((what, None), |(ending, step)| (ending, Some(step)));
        let behind = Self {
            ending: ending.parse().map_err(|_| NotAList)?,
            step: step.map(str::parse).transpose().map_err(|_| NotAList)?,
            of: of.map(whose).transpose()?,
        };
        if behind.is_sound() { Ok(behind) } else { Err(NotAList) }
    }
}

fn whose(text: &str) -> Result<Whose, NotAList> {
    let (kind, id) = text.split_once('-').ok_or(NotAList)?;
    let id = id.parse::<i64>().map_err(|_| NotAList)?;
    match kind {
        "team" => Ok(Whose::Team(TeamId(id))),
        "rep" => Ok(Whose::Holder(Holder::Person(UserId(id)))),
        "queue" => Ok(Whose::Holder(Holder::Queue(QueueId(id)))),
        _ => Err(NotAList),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn five_and_more_are_one_step() {
        let mut spread = Spread::default();
        for follow_ups in [-1, 0, 1, 4, 5, 6, i64::MAX] {
            spread.add(follow_ups, 1);
        }
        assert_eq!(spread, Spread([2, 1, 0, 0, 1, 3]));
        assert_eq!((spread.runs(), spread.share(5)), (7, Some(3.0 / 7.0)));
        assert_eq!(Spread::default().share(0), None);
    }

    #[test]
    fn what_names_no_list_is_refused() {
        for text in ["", "lost-6", "lost-x", "open", "won.team", "won.team-x", "won-1.colour-1"] {
            assert_eq!(text.parse::<Behind>(), Err(NotAList), "{text}");
        }
    }

    proptest! {
        #[test]
        fn lists_survive_their_address(won in any::<bool>(), step in proptest::option::of(0..STEPS), id in any::<i64>(), whose in 0..4) {
            let of = match whose {
                0 => None,
                1 => Some(Whose::Team(TeamId(id))),
                2 => Some(Whose::Holder(Holder::Person(UserId(id)))),
                _ => Some(Whose::Holder(Holder::Queue(QueueId(id)))),
            };
            let behind = Behind { ending: if won { Ending::Won } else { Ending::Lost }, step, of };
            prop_assert_eq!(behind.to_string().parse(), Ok(behind));
        }

        #[test]
        fn shares_come_to_one(runs in proptest::array::uniform6(0i64..1000)) {
            let spread = Spread(runs);
            let shares: Option<Vec<f64>> = (0..STEPS).map(|step| spread.share(step)).collect();
            match shares {
                Some(shares) => prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9),
                None => prop_assert_eq!(spread.runs(), 0),
            }
        }
    }
}
