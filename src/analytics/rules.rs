//! What figures are asked for and what follows from them: periods, weeks and months, rates. Pure and without a clock:
//! today comes from the organisation's calendar.

use crate::{
    clock::is_of_our_time,
    ids::{QueueId, ReasonId, SourceId, StageId, TeamId, UserId},
    losses::{api::StageAtLoss, rules::Outcome},
    people::rules::{Holder, words},
};
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

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
}

impl Period {
    /// Whether its days can be counted with.
    pub fn is_sound(self) -> bool {
        match self {
            Self::Preset(_) => true,
            Self::Between { from, to } => from.is_none_or(is_of_our_time) && to.is_none_or(is_of_our_time),
        }
    }

    /// Its days, when today is `today` and the fiscal year begins in month `fiscal_start` (1 is January).
    pub fn span(self, today: NaiveDate, fiscal_start: u32) -> Span {
        let month = Step::Month.start(today);
        let last_day = |first: NaiveDate, months| first.checked_add_months(Months::new(months))?.pred_opt();
        match self {
            Self::Between { from, to } => Span { from, to },
            Self::Preset(Preset::All) => Span::default(),
            Self::Preset(Preset::ThisMonth) => Span { from: Some(month), to: last_day(month, 1) },
            Self::Preset(Preset::LastMonth) => {
                Span { from: month.checked_sub_months(Months::new(1)), to: month.pred_opt() }
            }
            Self::Preset(Preset::ThisQuarter) => {
                let into_quarter = (month.month() + 12 - fiscal_start.clamp(1, 12)) % 3;
                let from = month.checked_sub_months(Months::new(into_quarter));
                Span { from, to: from.and_then(|from| last_day(from, 3)) }
            }
            Self::Preset(Preset::Last90Days) => Span { from: today.checked_sub_days(Days::new(89)), to: Some(today) },
            Self::Preset(Preset::ThisYear) => Span {
                from: NaiveDate::from_ymd_opt(today.year(), 1, 1),
                to: NaiveDate::from_ymd_opt(today.year(), 12, 31),
            },
        }
    }
}

/// A trend has no more steps: a hundred years by month, twenty-three by week.
const MOST_STEPS: u32 = 1200;

words! {
    /// What a trend steps by.
    Step {
        /// Calendar months.
        Month = "month",
        /// ISO weeks: they begin on Monday.
        Week = "week",
    }
}

impl Step {
    /// The first day of the step that `day` is in.
    pub fn start(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Month => day.with_day(1).unwrap_or(day),
            Self::Week => {
                day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday()))).unwrap_or(day)
            }
        }
    }

    /// The first day of the step after the one that begins on `start`.
    pub fn next(self, start: NaiveDate) -> NaiveDate {
        match self {
            Self::Month => start.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX),
            Self::Week => start.checked_add_days(Days::new(7)).unwrap_or(NaiveDate::MAX),
        }
    }

    /// The first days of all steps from the one of `first` to the one of `last`.
    pub fn steps(self, first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
        let next = |start: &NaiveDate| Some(self.next(*start)).filter(|next| next > start);
        std::iter::successors(Some(self.start(first)), next).take_while(|start| *start <= last).collect()
    }

    /// The steps of a trend whose first and last figures are at `first` and `last`. It shows the whole period up to
    /// today, but for more than three years only what lies between its figures.
    pub fn trend(
        self,
        span: Span,
        first: Option<NaiveDate>,
        last: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Vec<NaiveDate> {
        let end = span.to.map_or(today, |to| to.min(today)).max(last.unwrap_or(NaiveDate::MIN));
        let start = match (span.from, first) {
            (Some(from), _) if end.checked_sub_months(Months::new(36)).is_some_and(|early| from >= early) => Some(from),
            (_, first) => first,
        };
        start.map(|start| self.steps(start.max(self.earliest(end)), end)).unwrap_or_default()
    }

    /// From where on a trend that ends on `end` can be shown: one day of long ago must not make a picture of thousands of
    /// empty steps.
    fn earliest(self, end: NaiveDate) -> NaiveDate {
        let earliest = match self {
            Self::Month => end.checked_sub_months(Months::new(MOST_STEPS - 1)),
            Self::Week => end.checked_sub_days(Days::new(7 * u64::from(MOST_STEPS - 1))),
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

/// What the figures are narrowed to. Reason and outcome narrow losses only; the rest narrows everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// The days.
    pub period: Period,
    /// Only runs of this team's people and queues.
    pub team: Option<TeamId>,
    /// Only runs of this person or queue.
    pub rep: Option<Holder>,
    /// Only leads that came through this channel.
    pub source: Option<SourceId>,
    /// Only losses for this reason.
    pub reason: Option<ReasonId>,
    /// Only losses of this kind.
    pub outcome: Option<Outcome>,
}

impl Selection {
    /// Whether its days can be counted with.
    pub fn is_sound(&self) -> bool {
        self.period.is_sound()
    }
}

impl Default for Selection {
    fn default() -> Self {
        Self { period: Period::Preset(Preset::All), team: None, rep: None, source: None, reason: None, outcome: None }
    }
}

words! {
    /// A figure whose leads can be listed.
    Figure {
        /// Lost and unqualified.
        Losses = "losses",
        /// Lost.
        Lost = "lost",
        /// Unqualified.
        Unqualified = "unqualified",
        /// Won.
        Won = "won",
        /// Won or lost, whatever the reason: what a win rate stands on.
        Decided = "decided",
        /// Begun in the period: what a conversion stands on.
        Created = "created",
        /// Begun in the period, and won.
        Converted = "converted",
        /// Lost or unqualified nobody knows when.
        UndatedLosses = "undated_losses",
        /// Won nobody knows when.
        UndatedWins = "undated_wins",
    }
}

impl Figure {
    /// Whether reason and outcome narrow it.
    pub fn is_of_losses(self) -> bool {
        matches!(self, Self::Losses | Self::Lost | Self::Unqualified | Self::UndatedLosses)
    }
}

/// One bar of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slice {
    /// Of this reason.
    Reason(ReasonId),
    /// At this stage.
    Stage(StageAtLoss),
    /// Of this person or queue.
    Holder(Holder),
    /// Of the month that begins on this day.
    Month(NaiveDate),
    /// Of the week that begins on this day.
    Week(NaiveDate),
}

/// A figure on the page: of everything that is selected, or of one bar. In addresses it is written `lost.reason-3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which figure.
    pub figure: Figure,
    /// Of which bar.
    pub of: Option<Slice>,
}

impl Part {
    /// The figure of everything that is selected.
    pub fn whole(figure: Figure) -> Self {
        Self { figure, of: None }
    }

    /// Whether its day can be counted with.
    pub fn is_sound(self) -> bool {
        !matches!(self.of, Some(Slice::Month(day) | Slice::Week(day)) if !is_of_our_time(day))
    }

    /// The figure of one bar.
    pub fn of(figure: Figure, slice: Slice) -> Self {
        Self { figure, of: Some(slice) }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figure = self.figure;
        match self.of {
            None => write!(f, "{figure}"),
            Some(Slice::Reason(id)) => write!(f, "{figure}.reason-{id}"),
            Some(Slice::Stage(StageAtLoss::Unknown)) => write!(f, "{figure}.stage-unknown"),
            Some(Slice::Stage(StageAtLoss::Known(id))) => write!(f, "{figure}.stage-{id}"),
            Some(Slice::Holder(Holder::Person(id))) => write!(f, "{figure}.rep-{id}"),
            Some(Slice::Holder(Holder::Queue(id))) => write!(f, "{figure}.queue-{id}"),
            Some(Slice::Month(day)) => write!(f, "{figure}.month-{day}"),
            Some(Slice::Week(day)) => write!(f, "{figure}.week-{day}"),
        }
    }
}

/// The text names no figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a figure")]
pub struct NotAPart;

impl FromStr for Part {
    type Err = NotAPart;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (figure, slice) = text.split_once('.').map_or((text, None), |(figure, slice)| (figure, Some(slice)));
        let figure = figure.parse().map_err(|_| NotAPart)?;
        Ok(Self { figure, of: slice.map(slice_of).transpose()? })
    }
}

fn slice_of(text: &str) -> Result<Slice, NotAPart> {
    let (kind, value) = text.split_once('-').ok_or(NotAPart)?;
    let id = || value.parse::<i64>().map_err(|_| NotAPart);
    let day = || value.parse::<NaiveDate>().map_err(|_| NotAPart);
    match kind {
        "reason" => Ok(Slice::Reason(ReasonId(id()?))),
        "stage" if value == "unknown" => Ok(Slice::Stage(StageAtLoss::Unknown)),
        "stage" => Ok(Slice::Stage(StageAtLoss::Known(StageId(id()?)))),
        "rep" => Ok(Slice::Holder(Holder::Person(UserId(id()?)))),
        "queue" => Ok(Slice::Holder(Holder::Queue(QueueId(id()?)))),
        "month" => Ok(Slice::Month(day()?)),
        "week" => Ok(Slice::Week(day()?)),
        _ => Err(NotAPart),
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
        assert_eq!((Step::Week.start(sunday), Step::Week.start(monday)), (monday, monday));
        assert_eq!(Step::Week.steps(day("2025-12-31"), day("2026-01-05")), [day("2025-12-29"), day("2026-01-05")]);
        assert_eq!(
            Step::Month.steps(day("2025-12-31"), day("2026-02-01")),
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
    fn trends_show_the_period_and_long_ones_their_figures() {
        let today = day("2026-03-02");
        let january = Span { from: Some(day("2026-01-01")), to: Some(day("2026-12-31")) };
        assert_eq!(Step::Month.trend(january, None, None, today).len(), 3);
        assert_eq!(Step::Month.trend(Span::default(), None, None, today), []);
        let from_1970 = Span { from: Some(day("1970-01-01")), to: None };
        assert_eq!(Step::Month.trend(from_1970, Some(day("2025-12-01")), Some(day("2026-01-01")), today).len(), 4);
        assert_eq!(Step::Month.trend(from_1970, None, None, today), []);
    }

    #[test]
    fn a_day_of_long_ago_makes_no_picture_of_thousands_of_steps() {
        let (today, slip) = (day("2026-03-02"), day("0202-03-01"));
        for step in [Step::Month, Step::Week] {
            let steps = step.trend(Span::default(), Some(slip), Some(today), today);
            assert!(steps.len() <= MOST_STEPS as usize && steps.last() == Some(&step.start(today)), "{step}");
        }
    }

    #[test]
    fn rates_stand_on_something() {
        assert_eq!((win_rate(1, 3), win_rate(0, 0), rate(0, 4)), (Some(0.25), None, Some(0.0)));
    }

    #[test]
    fn what_names_no_figure_is_refused() {
        for text in ["", "lost.", "lost.reason", "lost.reason-x", "lost.month-2026-13-01", "loss", "lost.colour-1"] {
            assert_eq!(text.parse::<Part>(), Err(NotAPart), "{text}");
        }
    }

    fn slices() -> impl Strategy<Value = Option<Slice>> {
        let days = (0..40_000u64).prop_map(|days| day("1970-01-01").checked_add_days(Days::new(days)).expect("a day"));
        prop_oneof![
            Just(None),
            any::<i64>().prop_map(|id| Some(Slice::Reason(ReasonId(id)))),
            any::<i64>().prop_map(|id| Some(Slice::Stage(StageAtLoss::Known(StageId(id))))),
            Just(Some(Slice::Stage(StageAtLoss::Unknown))),
            any::<i64>().prop_map(|id| Some(Slice::Holder(Holder::Person(UserId(id))))),
            any::<i64>().prop_map(|id| Some(Slice::Holder(Holder::Queue(QueueId(id))))),
            days.clone().prop_map(|day| Some(Slice::Month(day))),
            days.prop_map(|day| Some(Slice::Week(day))),
        ]
    }

    proptest! {
        #[test]
        fn figures_survive_their_address(which in 0..Figure::ALL.len(), of in slices()) {
            let part = Part { figure: Figure::ALL[which], of };
            prop_assert_eq!(part.to_string().parse(), Ok(part));
        }

        #[test]
        fn every_day_is_in_its_step(days in 0..80_000u64) {
            let day = day("1950-01-01").checked_add_days(Days::new(days)).expect("a day");
            for step in Step::ALL {
                let start = step.start(day);
                prop_assert!(start <= day && day < step.next(start));
                prop_assert_eq!(step.start(start), start);
                prop_assert_eq!(step.steps(day, day), [start]);
            }
        }
    }
}
