//! Time is passed in. Slices never ask the system what time it is: they are handed a moment by the guard's permit or by
//! a job, which took it from a [`Clock`]; tests move a fixed clock instead of sleeping.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex};

/// The system's clock, or one that only moves when told to.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's own time.
    #[default]
    System,
    /// Stands still until [`Clock::advance`] moves it.
    Fixed(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// A clock that stands at `moment`.
    pub fn fixed(moment: DateTime<Utc>) -> Self {
        Self::Fixed(Arc::new(Mutex::new(moment)))
    }

    /// The present moment, in whole microseconds: what PostgreSQL keeps, so that what was written compares equal.
    #[expect(clippy::disallowed_methods, reason = "the one place where time is taken from the system")]
    pub fn now(&self) -> DateTime<Utc> {
        let now = match self {
            Self::System => Utc::now(),
            Self::Fixed(moment) => *moment.lock().unwrap_or_else(|poisoned| poisoned.into_inner()),
        };
        chrono::SubsecRound::trunc_subsecs(now, 6)
    }

    /// Moves a fixed clock; the system's clock cannot be moved and stays as it is.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Fixed(moment) = self {
            *moment.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) += by;
        }
    }
}

/// A moment as it travels to the browser: UTC and the offset of the viewer's time zone at that moment, so that no
/// time-zone data is needed in Wasm and both targets print the same text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The moment itself.
    pub utc: DateTime<Utc>,
    /// Minutes east of UTC in the viewer's zone at this moment.
    pub offset_minutes: i32,
}

impl Moment {
    /// What a clock on the viewer's wall shows.
    pub fn local(&self) -> NaiveDateTime {
        self.utc.naive_utc() + TimeDelta::minutes(i64::from(self.offset_minutes))
    }
}
