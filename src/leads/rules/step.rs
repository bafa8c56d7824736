//! The next step: when it is offered to be due, and what cannot be planned.

use crate::people::rules::words;
use chrono::{Datelike, Days, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

words! {
    /// A due time that is offered to be chosen by one press.
    QuickDue { Tomorrow = "tomorrow", InThreeDays = "in_three_days", NextWeek = "next_week" }
}

/// When a quick choice begins the working day.
const MORNING: NaiveTime = match NaiveTime::from_hms_opt(9, 0, 0) {
    Some(nine) => nine,
    None => NaiveTime::MIN,
};

impl QuickDue {
    /// The moment on the viewer's wall clock: always at nine, next week on Monday.
    pub fn from(self, now: NaiveDateTime) -> NaiveDateTime {
        let days = match self {
            Self::Tomorrow => 1,
            Self::InThreeDays => 3,
            Self::NextWeek => 7 - u64::from(now.weekday().num_days_from_monday()),
        };
        let day = now.date().checked_add_days(Days::new(days)).unwrap_or(now.date());
        day.and_time(MORNING)
    }
}

/// Why a next step is not planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepProblem {
    /// Somebody else's lead.
    NotYours,
    /// A lost lead is brought back first.
    IsLost,
    /// A plan lies ahead.
    InThePast,
    /// More characters than fit.
    TooLong {
        /// How many fit.
        longest: usize,
    },
    /// They asked not to be reached this way.
    DoNot,
    /// There is no step to be done.
    NothingPlanned,
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use proptest::prelude::*;

    fn at(day: u32, hour: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, 3, day).and_then(|day| day.and_hms_opt(hour, 0, 0)).expect("a moment")
    }

    #[test]
    fn quick_choices_are_mornings_ahead() {
        // The 2nd is a Monday, the 8th a Sunday.
        assert_eq!(QuickDue::Tomorrow.from(at(2, 23)), at(3, 9));
        assert_eq!(QuickDue::InThreeDays.from(at(2, 5)), at(5, 9));
        assert_eq!(QuickDue::NextWeek.from(at(2, 12)), at(9, 9));
        assert_eq!(QuickDue::NextWeek.from(at(8, 12)), at(9, 9));
    }

    proptest! {
        #[test]
        fn what_is_offered_lies_ahead(day in 1u32..=31, hour in 0u32..24, choice in 0usize..3) {
            let now = at(day, hour);
            prop_assert!(QuickDue::ALL[choice].from(now) > now);
        }
    }
}
