//! When a team works, and how its time runs. Everything is reckoned over whole openings, never by stepping through
//! seconds; between the wall's time and the moment stands the zone, so that a clock that is put forward or back changes
//! no deadline by an hour.

use super::rules::sla::{Span, Unit};
use crate::settings::model::Hours;
use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use std::collections::BTreeSet;

/// A deadline further away than so many days of a calendar is none that anybody set.
const FURTHEST: usize = 4_000;

/// When a team works. One without hours works always: nobody said otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    zone: Tz,
    /// Per weekday, Monday first, from when until when; in order, and none touching the next.
    hours: [Vec<(NaiveTime, NaiveTime)>; 7],
    closed: BTreeSet<NaiveDate>,
}

impl Calendar {
    /// A team's calendar: its zone, its hours in any order, overlapping or not, and the days on which nobody works.
    pub fn new(zone: Tz, hours: &[Hours], closed: impl IntoIterator<Item = NaiveDate>) -> Self {
        let mut week: [Vec<_>; 7] = Default::default();
        for hours in hours {
            let weekday = usize::try_from(hours.weekday - 1).ok().and_then(|weekday| week.get_mut(weekday));
            if let Some(day) = weekday.filter(|_| hours.opens < hours.closes) {
                day.push((hours.opens, hours.closes));
            }
        }
        Self { zone, hours: week.map(joined), closed: closed.into_iter().collect() }
    }

    /// Whether somebody works at that moment.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.works_always() || self.openings(self.day_of(at)).iter().any(|(opens, closes)| *opens <= at && at < *closes)
    }

    /// The first moment from `at` on at which somebody works; `None` where nobody does for years.
    pub fn next_open(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.works_always() {
            return Some(at);
        }
        self.openings_from(at).map(|(opens, _)| opens.max(at)).next()
    }

    /// The moment at which `length` of working time has passed since `from`; the closing of the opening that ends it
    /// where it ends just then. `None` where so much is not worked for years.
    pub fn after(&self, from: DateTime<Utc>, length: TimeDelta) -> Option<DateTime<Utc>> {
        if self.works_always() {
            return from.checked_add_signed(length);
        }
        let mut left = length;
        for (opens, closes) in self.openings_from(from) {
            let begins = opens.max(from);
            if closes - begins >= left {
                return Some(begins + left);
            }
            left -= closes - begins;
        }
        None
    }

    /// The same local time on the `days`-th day after `from` on which somebody works; where the clock skips that time,
    /// the moment at which it goes on. `None` where so many days are not worked for years.
    pub fn after_days(&self, from: DateTime<Utc>, days: u16) -> Option<DateTime<Utc>> {
        let start = from.with_timezone(&self.zone).naive_local();
        if days == 0 {
            return Some(from);
        }
        let working = self.days_from(start.date()).skip(1).filter(|day| self.is_working_day(*day));
        let day = working.take(usize::from(days)).enumerate().last().filter(|(at, _)| at + 1 == usize::from(days))?.1;
        Some(self.earliest(day.and_time(start.time())))
    }

    /// When a span ends that begins at `from`. `None` where so much is not worked for years.
    pub fn ends(&self, from: DateTime<Utc>, span: Span) -> Option<DateTime<Utc>> {
        match span.unit {
            Unit::BusinessMinutes => self.after(from, TimeDelta::minutes(i64::from(span.amount))),
            Unit::BusinessDays => self.after_days(from, span.amount),
            Unit::Minutes => from.checked_add_signed(TimeDelta::minutes(i64::from(span.amount))),
            Unit::Days => {
                let start = from.with_timezone(&self.zone).naive_local();
                let day = start.date().checked_add_days(Days::new(u64::from(span.amount)))?;
                Some(self.earliest(day.and_time(start.time())))
            }
        }
    }

    /// How much working time lies between two moments; none where `to` is before `from`.
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        if to <= from {
            return TimeDelta::zero();
        }
        if self.works_always() {
            return to - from;
        }
        self.openings_from(from)
            .take_while(|(opens, _)| *opens < to)
            .fold(TimeDelta::zero(), |sum, (opens, closes)| sum + (closes.min(to) - opens.max(from)))
    }

    fn works_always(&self) -> bool {
        self.hours.iter().all(Vec::is_empty)
    }

    fn is_working_day(&self, day: NaiveDate) -> bool {
        let weekday = usize::try_from(day.weekday().num_days_from_monday()).unwrap_or_default();
        !self.closed.contains(&day) && (self.works_always() || !self.hours[weekday].is_empty())
    }

    fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    fn days_from(&self, day: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        day.iter_days().take(FURTHEST)
    }

    /// All openings that are not over at `from`, the next first.
    fn openings_from(&self, from: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
        // An opening of the day before may reach over midnight where the clock was put back.
        let first = self.day_of(from).checked_sub_days(Days::new(1)).unwrap_or(NaiveDate::MIN);
        self.days_from(first).flat_map(|day| self.openings(day)).filter(move |(_, closes)| *closes > from)
    }

    /// A day's openings as moments. An hour that comes twice is worked twice; one that the clock skips is not.
    fn openings(&self, day: NaiveDate) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        if self.closed.contains(&day) {
            return Vec::new();
        }
        let weekday = usize::try_from(day.weekday().num_days_from_monday()).unwrap_or_default();
        let moments = self.hours[weekday]
            .iter()
            .map(|(opens, closes)| (self.earliest(day.and_time(*opens)), self.latest(day.and_time(*closes))));
        moments.filter(|(opens, closes)| opens < closes).collect()
    }

    fn earliest(&self, local: NaiveDateTime) -> DateTime<Utc> {
        match self.zone.from_local_datetime(&local) {
            LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => moment.with_timezone(&Utc),
            LocalResult::None => self.after_gap(local),
        }
    }

    fn latest(&self, local: NaiveDateTime) -> DateTime<Utc> {
        match self.zone.from_local_datetime(&local) {
            LocalResult::Single(moment) | LocalResult::Ambiguous(_, moment) => moment.with_timezone(&Utc),
            LocalResult::None => self.after_gap(local),
        }
    }

    /// The moment at which the clock goes on after skipping `local`. Gaps begin and end on whole minutes and are shorter
    /// than a day and a half, even where a country changed over the date line.
    fn after_gap(&self, local: NaiveDateTime) -> DateTime<Utc> {
        let exists = |minutes: i64| {
            self.zone.from_local_datetime(&(whole_minute(local) + TimeDelta::minutes(minutes))).earliest()
        };
        let (mut none, mut some) = (0i64, 36 * 60);
        while some - none > 1 {
            let middle = none + (some - none) / 2;
            if exists(middle).is_some() {
                some = middle;
            } else {
                none = middle;
            }
        }
        exists(some).map_or_else(|| Utc.from_utc_datetime(&local), |moment| moment.with_timezone(&Utc))
    }
}

fn whole_minute(local: NaiveDateTime) -> NaiveDateTime {
    use chrono::Timelike;
    local.with_second(0).and_then(|local| local.with_nanosecond(0)).unwrap_or(local)
}

/// The same hours in order; what overlaps or touches is one.
fn joined(mut hours: Vec<(NaiveTime, NaiveTime)>) -> Vec<(NaiveTime, NaiveTime)> {
    hours.sort_unstable();
    let mut joined: Vec<(NaiveTime, NaiveTime)> = Vec::with_capacity(hours.len());
    for (opens, closes) in hours {
        match joined.last_mut() {
            Some((_, end)) if opens <= *end => *end = (*end).max(closes),
            _ => joined.push((opens, closes)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn time(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).expect("a time")
    }

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a day")
    }

    fn weekdays(opens: NaiveTime, closes: NaiveTime) -> Vec<Hours> {
        (1..=5).map(|weekday| Hours { weekday, opens, closes }).collect()
    }

    /// Nine to six, Monday to Friday.
    fn office(zone: Tz, closed: &[NaiveDate]) -> Calendar {
        Calendar::new(zone, &weekdays(time(9, 0), time(18, 0)), closed.iter().copied())
    }

    fn at(zone: Tz, day: NaiveDate, hour: u32, minute: u32) -> DateTime<Utc> {
        zone.from_local_datetime(&day.and_time(time(hour, minute))).earliest().expect("it exists").with_timezone(&Utc)
    }

    const ISTANBUL: Tz = chrono_tz::Europe::Istanbul;
    const BERLIN: Tz = chrono_tz::Europe::Berlin;

    #[test]
    fn working_time_stands_still_over_night_and_weekend() {
        let calendar = office(ISTANBUL, &[]);
        let friday = day(2026, 3, 6);
        let late = at(ISTANBUL, friday, 17, 50);
        assert_eq!(calendar.after(late, TimeDelta::minutes(10)), Some(at(ISTANBUL, friday, 18, 0)));
        assert_eq!(calendar.after(late, TimeDelta::minutes(15)), Some(at(ISTANBUL, day(2026, 3, 9), 9, 5)));
        let night = at(ISTANBUL, friday, 23, 0);
        assert_eq!(calendar.after(night, TimeDelta::minutes(15)), Some(at(ISTANBUL, day(2026, 3, 9), 9, 15)));
        assert_eq!(calendar.between(late, at(ISTANBUL, day(2026, 3, 9), 9, 5)), TimeDelta::minutes(15));
        assert_eq!(calendar.next_open(night), Some(at(ISTANBUL, day(2026, 3, 9), 9, 0)));
        assert!(!calendar.is_open(night) && calendar.is_open(late));
    }

    #[test]
    fn a_holiday_is_not_worked() {
        let calendar = office(ISTANBUL, &[day(2026, 4, 23)]);
        let before = at(ISTANBUL, day(2026, 4, 22), 17, 0);
        assert_eq!(calendar.after(before, TimeDelta::hours(2)), Some(at(ISTANBUL, day(2026, 4, 24), 10, 0)));
        assert_eq!(calendar.after_days(before, 1), Some(at(ISTANBUL, day(2026, 4, 24), 17, 0)));
    }

    #[test]
    fn so_many_business_days_end_at_the_same_local_time() {
        let calendar = office(BERLIN, &[]);
        // Clocks go forward in the night to Sunday, 29 March 2026.
        let friday = at(BERLIN, day(2026, 3, 27), 15, 30);
        assert_eq!(calendar.after_days(friday, 1), Some(at(BERLIN, day(2026, 3, 30), 15, 30)));
        assert_eq!(calendar.after_days(friday, 5), Some(at(BERLIN, day(2026, 4, 3), 15, 30)));
        assert_eq!(
            calendar.after_days(at(BERLIN, day(2026, 3, 28), 11, 0), 1),
            Some(at(BERLIN, day(2026, 3, 30), 11, 0))
        );
        assert_eq!(calendar.after_days(friday, 0), Some(friday));
    }

    #[test]
    fn an_hour_that_the_clock_skips_is_not_worked_and_one_that_comes_twice_is_worked_twice() {
        let always = |weekday| Hours { weekday, opens: time(0, 0), closes: time(6, 0) };
        let calendar = Calendar::new(BERLIN, &(1..=7).map(always).collect::<Vec<_>>(), []);
        let of = |day: NaiveDate| calendar.between(at(BERLIN, day, 0, 0), at(BERLIN, day, 12, 0));
        assert_eq!(of(day(2026, 3, 28)), TimeDelta::hours(6));
        assert_eq!(of(day(2026, 3, 29)), TimeDelta::hours(5));
        assert_eq!(of(day(2026, 10, 25)), TimeDelta::hours(7));
        // Half past two does not exist on 29 March: the deadline is the moment at which it is three.
        let before = at(BERLIN, day(2026, 3, 28), 2, 30);
        assert_eq!(calendar.after_days(before, 1), Some(at(BERLIN, day(2026, 3, 29), 3, 0)));
    }

    #[test]
    fn every_unit_ends_where_it_says() {
        let calendar = office(BERLIN, &[]);
        let friday = at(BERLIN, day(2026, 3, 27), 17, 30);
        let ends = |amount, unit| calendar.ends(friday, Span { amount, unit });
        assert_eq!(ends(60, Unit::BusinessMinutes), Some(at(BERLIN, day(2026, 3, 30), 9, 30)));
        assert_eq!(ends(5, Unit::BusinessDays), Some(at(BERLIN, day(2026, 4, 3), 17, 30)));
        assert_eq!(ends(60, Unit::Minutes), Some(at(BERLIN, day(2026, 3, 27), 18, 30)));
        // Ten days of the calendar, although the clocks went forward on the second of them.
        assert_eq!(ends(10, Unit::Days), Some(at(BERLIN, day(2026, 4, 6), 17, 30)));
    }

    #[test]
    fn hours_in_two_halves_and_overlapping_ones_are_what_they_say() {
        let halves = [
            Hours { weekday: 1, opens: time(13, 0), closes: time(17, 0) },
            Hours { weekday: 1, opens: time(9, 0), closes: time(12, 0) },
            Hours { weekday: 1, opens: time(11, 0), closes: time(12, 30) },
        ];
        let calendar = Calendar::new(ISTANBUL, &halves, []);
        let monday = day(2026, 3, 2);
        assert_eq!(calendar.between(at(ISTANBUL, monday, 0, 0), at(ISTANBUL, monday, 23, 0)), TimeDelta::minutes(450));
        assert_eq!(
            calendar.after(at(ISTANBUL, monday, 12, 0), TimeDelta::hours(1)),
            Some(at(ISTANBUL, monday, 13, 30))
        );
    }

    #[test]
    fn who_never_opens_has_no_deadline_and_who_says_nothing_works_always() {
        let closed: Vec<_> = day(2026, 1, 1).iter_days().take(5_000).collect();
        let never = Calendar::new(ISTANBUL, &weekdays(time(9, 0), time(18, 0)), closed);
        let now = at(ISTANBUL, day(2026, 3, 2), 10, 0);
        assert_eq!((never.after(now, TimeDelta::minutes(1)), never.next_open(now)), (None, None));
        assert_eq!(never.after_days(now, 1), None);
        let always = Calendar::new(ISTANBUL, &[], []);
        assert_eq!(always.after(now, TimeDelta::minutes(90)), Some(now + TimeDelta::minutes(90)));
        assert!(always.is_open(now));
    }

    fn calendar() -> impl Strategy<Value = Calendar> {
        let zone = prop_oneof![
            Just(ISTANBUL),
            Just(BERLIN),
            Just(chrono_tz::America::New_York),
            Just(chrono_tz::Asia::Tehran),
            Just(chrono_tz::Australia::Lord_Howe),
            Just(chrono_tz::America::Santiago),
        ];
        let hours = proptest::collection::vec((1i16..=7, 0u32..1439, 1u32..1440), 1..12).prop_map(|all| {
            let hour = |minutes: u32| time(minutes / 60, minutes % 60);
            let one = |(weekday, a, b): (i16, u32, u32)| Hours {
                weekday,
                opens: hour(a.min(b)),
                closes: hour(if a == b { b + 1 } else { a.max(b) }.min(1439)),
            };
            all.into_iter().map(one).collect::<Vec<_>>()
        });
        let closed = proptest::collection::vec(0u64..800, 0..30)
            .prop_map(|days| days.into_iter().map(|add| day(2025, 1, 1) + Days::new(add)).collect::<Vec<_>>());
        (zone, hours, closed).prop_map(|(zone, hours, closed)| Calendar::new(zone, &hours, closed))
    }

    fn moment() -> impl Strategy<Value = DateTime<Utc>> {
        (0i64..800 * 86_400)
            .prop_map(|seconds| Utc.timestamp_opt(1_735_689_600 + seconds, 0).single().expect("a moment"))
    }

    proptest! {
        /// What is added is what lies between.
        #[test]
        fn time_added_is_time_between(calendar in calendar(), from in moment(), minutes in 0i64..20_000) {
            let length = TimeDelta::minutes(minutes);
            if let Some(to) = calendar.after(from, length) {
                prop_assert!(to >= from);
                prop_assert_eq!(calendar.between(from, to), length);
            }
        }

        /// Working time adds up, wherever it is cut.
        #[test]
        fn time_between_adds_up(calendar in calendar(), mut moments in proptest::array::uniform3(moment())) {
            moments.sort_unstable();
            let [a, b, c] = moments;
            prop_assert_eq!(calendar.between(a, b) + calendar.between(b, c), calendar.between(a, c));
            prop_assert!(calendar.between(a, c) <= c - a);
        }

        /// Reckoned over whole openings or minute by minute, it is the same.
        #[test]
        fn minute_by_minute_it_is_the_same(calendar in calendar(), from in moment(), minutes in 0i64..3_000) {
            let from = DateTime::from_timestamp(from.timestamp() / 60 * 60, 0).expect("a moment");
            let open = (0..minutes).filter(|minute| calendar.is_open(from + TimeDelta::minutes(*minute))).count();
            let between = calendar.between(from, from + TimeDelta::minutes(minutes));
            prop_assert_eq!(between, TimeDelta::minutes(i64::try_from(open).expect("few")));
        }

        /// A later start never has an earlier deadline.
        #[test]
        fn later_starts_end_later(calendar in calendar(), from in moment(), later in 0i64..200_000, days in 0u16..30) {
            let next = from + TimeDelta::seconds(later);
            let length = TimeDelta::hours(i64::from(days));
            if let (Some(one), Some(two)) = (calendar.after(from, length), calendar.after(next, length)) {
                prop_assert!(one <= two);
            }
            // Of two days off before the same working day, the earlier may end later in that day.
            let are_worked = [from, next].into_iter().all(|at| calendar.is_working_day(calendar.day_of(at)));
            if let (true, Some(one), Some(two)) =
                (are_worked, calendar.after_days(from, days), calendar.after_days(next, days))
            {
                // An hour that comes twice has one deadline, its first.
                prop_assert!(one <= two + TimeDelta::hours(1), "{one} {two}");
            }
        }
    }
}
