//! What figures are asked for and what follows from them: periods, weeks and months, rates. Pure and without a clock:
//! today comes from the organisation's calendar.

use crate::{clock::is_of_our_time, people::rules::words};
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// A rate that stands on fewer runs than this says little.
pub const FEW: i64 = 20;

words! {
    /// Periods that need no dates.
    Preset {
        /// The calendar month that is running.
        ThisMonth = "this_month",
        /// The calendar month before.
        LastMonth = "last_month",
        /// The fiscal quarter that is running.
        ThisQuarter = "this_quarter",
        /// Today and the 89 days before.
        Last90Days = "last_90_days",
        /// The calendar year that is running.
        ThisYear = "this_year",
        /// All time, with what has no date.
        All = "all",
        /// Only what has no date.
        Undated = "undated",
    }
}

/// The days that figures are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// One that moves with the calendar.
    Preset(Preset),
    /// From this day to that, both included; an open end has no limit.
    Between {
        /// The first day.
        from: Option<NaiveDate>,
        /// The last day.
        to: Option<NaiveDate>,
    },
}

/// A period's first and last day; without both it is all time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Span {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
}

impl Span {
    /// Whether it has no limits; only then what has no date is in it.
    pub fn is_all(self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// Whether `day` is in it; an unknown one only where it has no limits.
    pub fn holds(self, day: Option<NaiveDate>) -> bool {
        match day {
            Some(day) => self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to),
            None => self.is_all(),
        }
    }

    /// As many days, right before these.
    fn days_before(self) -> Option<Self> {
        let (from, to) = (self.from?, self.to?);
        let days = u64::try_from((to - from).num_days()).ok()?;
        let last = from.pred_opt()?;
        Some(Self { from: last.checked_sub_days(Days::new(days)), to: Some(last) })
    }

    /// The same days, so many months earlier; whole months stay whole.
    fn months_before(self, months: u32) -> Option<Self> {
        let back = |day: NaiveDate| day.checked_sub_months(Months::new(months));
        let to = match self.to {
            // The day after stays the first of a month where it is one.
            Some(to) => Some(back(to.succ_opt()?)?.pred_opt()?),
            None => None,
        };
        Some(Self { from: Some(back(self.from?)?), to })
    }
}

impl Period {
    /// Its days, when today is `today` and the fiscal year begins in month `fiscal_start` (1 is January).
    pub fn span(self, today: NaiveDate, fiscal_start: u32) -> Span {
        let month = Step::Month.start(today, fiscal_start);
        let last_day = |first: NaiveDate, months| first.checked_add_months(Months::new(months))?.pred_opt();
        match self {
            Self::Between { from, to } => Span { from, to },
            Self::Preset(Preset::All | Preset::Undated) => Span::default(),
            Self::Preset(Preset::ThisMonth) => Span { from: Some(month), to: last_day(month, 1) },
            Self::Preset(Preset::LastMonth) => {
                Span { from: month.checked_sub_months(Months::new(1)), to: month.pred_opt() }
            }
            Self::Preset(Preset::ThisQuarter) => {
                let from = Step::Quarter.start(today, fiscal_start);
                Span { from: Some(from), to: last_day(from, 3) }
            }
            Self::Preset(Preset::Last90Days) => Span { from: today.checked_sub_days(Days::new(89)), to: Some(today) },
            Self::Preset(Preset::ThisYear) => Span {
                from: NaiveDate::from_ymd_opt(today.year(), 1, 1),
                to: NaiveDate::from_ymd_opt(today.year(), 12, 31),
            },
        }
    }
}

impl Period {
    /// The days before, that this period is held against: the month before a month, as many days before any days. There is
    /// none before all time.
    pub fn before(self, today: NaiveDate, fiscal_start: u32) -> Option<Span> {
        let span = self.span(today, fiscal_start);
        match self {
            Self::Preset(Preset::ThisMonth | Preset::LastMonth) => span.months_before(1),
            Self::Preset(Preset::ThisQuarter) => span.months_before(3),
            Self::Preset(Preset::ThisYear) => span.months_before(12),
            _ => span.days_before(),
        }
    }

    /// The same days a year earlier.
    pub fn year_before(self, today: NaiveDate, fiscal_start: u32) -> Option<Span> {
        self.span(today, fiscal_start).months_before(12)
    }

    /// Whether its days can be counted with.
    pub fn is_sound(self) -> bool {
        match self {
            Self::Preset(_) => true,
            Self::Between { from, to } => from.is_none_or(is_of_our_time) && to.is_none_or(is_of_our_time),
        }
    }
}

impl Period {
    /// The words that an address says it with; all time says nothing.
    pub fn words(self) -> Vec<(&'static str, String)> {
        match self {
            Self::Preset(Preset::All) => Vec::new(),
            Self::Preset(preset) => vec![("period", preset.to_string())],
            Self::Between { from, to } => {
                let day = |name, day: Option<NaiveDate>| day.map(|day| (name, day.to_string()));
                let ends = day("from", from).into_iter().chain(day("to", to));
                std::iter::once(("period", BETWEEN.to_owned())).chain(ends).collect()
            }
        }
    }

    /// What the words of an address ask for; days that nobody means are none.
    pub fn read(word: impl Fn(&str) -> Option<String>) -> Self {
        let day = |name: &str| word(name).and_then(|text| text.parse::<NaiveDate>().ok());
        let period = match word("period").as_deref() {
            Some(BETWEEN) => Self::Between { from: day("from"), to: day("to") },
            Some(preset) => Self::Preset(preset.parse().unwrap_or(Preset::All)),
            None => Self::Preset(Preset::All),
        };
        if period.is_sound() { period } else { Self::Preset(Preset::All) }
    }
}

/// In addresses: from one day to another.
const BETWEEN: &str = "between";

/// A trend has no more steps: more than a year by day, forty years by month.
const MOST_STEPS: u32 = 480;

words! {
    /// What a trend steps by.
    Step {
        /// Days.
        Day = "day",
        /// ISO weeks: they begin on Monday.
        Week = "week",
        /// Calendar months.
        Month = "month",
        /// Quarters of the fiscal year.
        Quarter = "quarter",
    }
}

impl Step {
    /// The first day of the step that `day` is in, when the fiscal year begins in month `fiscal_start`.
    pub fn start(self, day: NaiveDate, fiscal_start: u32) -> NaiveDate {
        let month = day.with_day(1).unwrap_or(day);
        let back = |days| day.checked_sub_days(Days::new(days)).unwrap_or(day);
        match self {
            Self::Day => day,
            Self::Week => back(u64::from(day.weekday().num_days_from_monday())),
            Self::Month => month,
            Self::Quarter => {
                let into_quarter = (month.month() + 12 - fiscal_start.clamp(1, 12)) % 3;
                month.checked_sub_months(Months::new(into_quarter)).unwrap_or(month)
            }
        }
    }

    /// The first day of the step after the one that begins on `start`.
    pub fn next(self, start: NaiveDate) -> NaiveDate {
        let next = match self {
            Self::Day => start.succ_opt(),
            Self::Week => start.checked_add_days(Days::new(7)),
            Self::Month => start.checked_add_months(Months::new(1)),
            Self::Quarter => start.checked_add_months(Months::new(3)),
        };
        next.unwrap_or(NaiveDate::MAX)
    }

    /// The first days of all steps from the one of `first` to the one of `last`, the newest if there are too many.
    pub fn steps(self, first: NaiveDate, last: NaiveDate, fiscal_start: u32) -> Vec<NaiveDate> {
        let next = |start: &NaiveDate| Some(self.next(*start)).filter(|next| next > start);
        let first = self.start(first.max(self.earliest(last)), fiscal_start);
        std::iter::successors(Some(first), next).take_while(|start| *start <= last).collect()
    }

    /// From where on a trend that ends on `end` can be shown: one day of long ago must not make a picture of thousands of
    /// empty steps.
    fn earliest(self, end: NaiveDate) -> NaiveDate {
        let earliest = match self {
            Self::Day => end.checked_sub_days(Days::new(u64::from(MOST_STEPS - 1))),
            Self::Week => end.checked_sub_days(Days::new(7 * u64::from(MOST_STEPS - 1))),
            Self::Month => end.checked_sub_months(Months::new(MOST_STEPS - 1)),
            Self::Quarter => end.checked_sub_months(Months::new(3 * (MOST_STEPS - 1))),
        };
        earliest.unwrap_or(NaiveDate::MIN)
    }

    /// Whether the step that begins on `start` is cut by the period's ends or not over yet.
    pub fn is_partial(self, start: NaiveDate, span: Span, today: NaiveDate) -> bool {
        let end = self.next(start);
        span.from.is_some_and(|from| from > start)
            || span.to.is_some_and(|to| to < end && to.succ_opt() != Some(end))
            || today < end
    }
}

words! {
    /// What bars are long by.
    Measure {
        /// How many.
        Count = "count",
        /// What they were worth.
        Value = "value",
    }
}

/// `part` of `whole`, where there is a whole.
pub fn rate(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Won of what was won or lost; unqualified leads could not be won and stay out.
pub fn win_rate(won: i64, lost: i64) -> Option<f64> {
    rate(won, won + lost)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn span(preset: Preset, today: &str, fiscal_start: u32) -> (String, String) {
        let span = Period::Preset(preset).span(day(today), fiscal_start);
        let text = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        (text(span.from), text(span.to))
    }

    #[test]
    fn presets_follow_the_calendar() {
        for (preset, today, fiscal_start, from, to) in [
            (Preset::ThisMonth, "2024-02-29", 1, "2024-02-01", "2024-02-29"),
            (Preset::LastMonth, "2026-01-31", 1, "2025-12-01", "2025-12-31"),
            (Preset::LastMonth, "2026-03-31", 1, "2026-02-01", "2026-02-28"),
            (Preset::ThisQuarter, "2026-03-02", 1, "2026-01-01", "2026-03-31"),
            (Preset::ThisQuarter, "2026-01-15", 2, "2025-11-01", "2026-01-31"),
            (Preset::ThisQuarter, "2026-12-31", 6, "2026-12-01", "2027-02-28"),
            (Preset::ThisQuarter, "2026-05-31", 12, "2026-03-01", "2026-05-31"),
            (Preset::Last90Days, "2026-03-02", 1, "2025-12-03", "2026-03-02"),
            (Preset::ThisYear, "2026-03-02", 4, "2026-01-01", "2026-12-31"),
            (Preset::All, "2026-03-02", 1, "", ""),
        ] {
            assert_eq!(span(preset, today, fiscal_start), (from.to_owned(), to.to_owned()), "{preset} {today}");
        }
    }

    #[test]
    fn steps_have_no_gaps_and_say_which_are_partial() {
        let (monday, sunday) = (day("2026-03-02"), day("2026-03-08"));
        assert_eq!((Step::Week.start(sunday, 1), Step::Week.start(monday, 1)), (monday, monday));
        assert_eq!(Step::Quarter.start(monday, 2), day("2026-02-01"));
        assert_eq!(Step::Week.steps(day("2025-12-31"), day("2026-01-05"), 1), [day("2025-12-29"), day("2026-01-05")]);
        assert_eq!(
            Step::Month.steps(day("2025-12-31"), day("2026-02-01"), 1),
            [day("2025-12-01"), day("2026-01-01"), day("2026-02-01")]
        );
        let february = Span { from: Some(day("2026-02-01")), to: Some(day("2026-02-28")) };
        assert!(!Step::Month.is_partial(day("2026-02-01"), february, day("2026-03-01")));
        assert!(Step::Month.is_partial(day("2026-02-01"), february, day("2026-02-28")));
        assert!(Step::Week.is_partial(day("2026-02-23"), february, day("2026-03-10")));
        assert!(Step::Week.is_partial(day("2026-01-26"), february, day("2026-03-10")));
        assert!(!Step::Week.is_partial(day("2026-02-16"), february, day("2026-03-10")));
    }

    #[test]
    fn periods_are_held_against_the_days_before() {
        let before = |period: Period, today| {
            let span = period.before(day(today), 1);
            span.map(|span| (span.from.map(|day| day.to_string()), span.to.map(|day| day.to_string())))
        };
        let days = |from: &str, to: &str| Some((Some(from.to_owned()), Some(to.to_owned())));
        assert_eq!(before(Period::Preset(Preset::ThisMonth), "2026-03-31"), days("2026-02-01", "2026-02-28"));
        assert_eq!(before(Period::Preset(Preset::ThisQuarter), "2026-03-31"), days("2025-10-01", "2025-12-31"));
        assert_eq!(before(Period::Preset(Preset::ThisYear), "2026-03-31"), days("2025-01-01", "2025-12-31"));
        let week = Period::Between { from: Some(day("2026-03-09")), to: Some(day("2026-03-15")) };
        assert_eq!(before(week, "2026-03-31"), days("2026-03-02", "2026-03-08"));
        assert_eq!(before(Period::Preset(Preset::All), "2026-03-31"), None);
        let open = Period::Between { from: Some(day("2026-03-09")), to: None };
        assert_eq!(
            (before(open, "2026-03-31"), open.year_before(day("2026-03-31"), 1).and_then(|span| span.to)),
            (None, None)
        );
    }

    #[test]
    fn a_day_of_long_ago_makes_no_picture_of_thousands_of_steps() {
        let (today, slip) = (day("2026-03-02"), day("0202-03-01"));
        for step in Step::ALL {
            let steps = step.steps(slip, today, 1);
            assert!(steps.len() <= MOST_STEPS as usize && steps.last() == Some(&step.start(today, 1)), "{step}");
        }
    }

    #[test]
    fn rates_stand_on_something() {
        assert_eq!((win_rate(1, 3), win_rate(0, 0), rate(0, 4)), (Some(0.25), None, Some(0.0)));
    }

    proptest! {
        #[test]
        fn every_day_is_in_its_step(days in 0..80_000u64, fiscal_start in 1..13u32) {
            let day = day("1950-01-01").checked_add_days(Days::new(days)).expect("a day");
            for step in Step::ALL {
                let start = step.start(day, fiscal_start);
                prop_assert!(start <= day && day < step.next(start));
                prop_assert_eq!(step.start(start, fiscal_start), start);
                prop_assert_eq!(step.steps(day, day, fiscal_start), [start]);
            }
        }
    }
}
