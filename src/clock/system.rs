//! Where time comes from, on the server.

use chrono::{DateTime, TimeDelta, Utc};
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
