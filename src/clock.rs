//! Time is passed in. Slices never ask the system what time it is: they are handed a moment by the guard's permit or by
//! a job, which took it from a [`Clock`]; tests move a fixed clock instead of sleeping.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
mod system;
#[cfg(feature = "ssr")]
pub use system::Clock;

/// Days before this year, and after the last one, are slips of the keyboard: nothing that we keep is from then.
pub const YEARS: std::ops::RangeInclusive<i32> = 1970..=2199;

/// Whether something that we keep can be from that day.
pub fn is_of_our_time(day: NaiveDate) -> bool {
    YEARS.contains(&day.year())
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
