//! When people of the demo company work, on the wall clock of Istanbul.

use super::{chance::Chance, company::Line};
use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc, Weekday,
};
use chrono_tz::Europe::Istanbul;
use std::collections::BTreeSet;

/// The public holidays of Türkiye that fall on the same day every year.
pub const HOLIDAYS: [(u32, u32, &str); 7] = [
    (1, 1, "Yılbaşı"),
    (4, 23, "Ulusal Egemenlik ve Çocuk Bayramı"),
    (5, 1, "Emek ve Dayanışma Günü"),
    (5, 19, "Gençlik ve Spor Bayramı"),
    (7, 15, "Demokrasi ve Millî Birlik Günü"),
    (8, 30, "Zafer Bayramı"),
    (10, 29, "Cumhuriyet Bayramı"),
];

/// Somebody was away, both days included.
#[derive(Debug, Clone, Copy)]
pub struct Absence {
    /// Who, by the place in the team.
    pub member: usize,
    /// From.
    pub first: NaiveDate,
    /// To.
    pub last: NaiveDate,
}

/// The company's days.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// The day on which the data end, before it begins.
    pub today: NaiveDate,
    /// The first day.
    pub start: NaiveDate,
    holidays: BTreeSet<NaiveDate>,
    /// Who was away when.
    pub absences: Vec<Absence>,
}

/// The moment of a wall clock in Istanbul.
pub fn utc(local: NaiveDateTime) -> DateTime<Utc> {
    Istanbul.from_local_datetime(&local).earliest().map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc))
}

impl Calendar {
    /// From `start` to the end of the day before `today`.
    pub fn new(start: NaiveDate, today: NaiveDate, absences: Vec<Absence>) -> Self {
        let holidays = (start.year()..=today.year() + 1)
            .flat_map(|year| HOLIDAYS.map(|(month, day, _)| NaiveDate::from_ymd_opt(year, month, day)))
            .flatten()
            .collect();
        Self { today, start, holidays, absences }
    }

    /// The holidays with their names, in order.
    pub fn holidays(&self) -> impl Iterator<Item = (NaiveDate, &'static str)> {
        self.holidays.iter().filter_map(|day| {
            let known = HOLIDAYS.iter().find(|(month, date, _)| (*month, *date) == (day.month(), day.day()));
            known.map(|(_, _, name)| (*day, *name))
        })
    }

    /// When the line is open on this day.
    fn hours(&self, line: Line, day: NaiveDate) -> Option<(NaiveTime, NaiveTime)> {
        let (opens, closes) = match (line, day.weekday()) {
            _ if self.holidays.contains(&day) => return None,
            (_, Weekday::Sun) | (Line::Supply, Weekday::Sat) => return None,
            (Line::Clinic, Weekday::Sat) => (10, 15),
            (Line::Clinic, _) => (9, 19),
            (Line::Supply, _) => (9, 18),
        };
        NaiveTime::from_hms_opt(opens, 0, 0).zip(NaiveTime::from_hms_opt(closes, 0, 0))
    }

    /// Whether this member of the team works on this day.
    pub fn is_there(&self, member: usize, day: NaiveDate) -> bool {
        !self.absences.iter().any(|away| away.member == member && (away.first..=away.last).contains(&day))
    }

    /// Whether the line answers at this moment.
    pub fn is_open(&self, line: Line, at: NaiveDateTime) -> bool {
        self.hours(line, at.date()).is_some_and(|(opens, closes)| (opens..closes).contains(&at.time()))
    }

    /// `at`, or a moment of the day on which the member is next at work.
    pub fn at_work(&self, line: Line, member: usize, at: NaiveDateTime, chance: &mut Chance) -> NaiveDateTime {
        let mut day = at.date();
        loop {
            if let Some((opens, closes)) = self.hours(line, day).filter(|_| self.is_there(member, day)) {
                if day > at.date() || at.time() < opens {
                    let open = (closes - opens).num_seconds();
                    return day.and_time(opens) + TimeDelta::seconds(chance.between(120, open * 4 / 5));
                }
                if at.time() < closes {
                    return at;
                }
            }
            day = day + Days::new(1);
        }
    }

    /// A moment at which somebody outside may write or call: by day, less at night, on any day.
    pub fn any_hour(&self, day: NaiveDate, chance: &mut Chance) -> NaiveDateTime {
        let hour =
            chance.weighted(&[(1, 0.2), (7, 0.5), (9, 2.0), (11, 2.4), (14, 2.4), (16, 2.2), (19, 2.2), (21, 1.8)]);
        at_minute(day, hour * 60 + chance.between(0, 119), chance)
    }

    /// A moment at which the line answers its telephone; none on a day off.
    pub fn opening_hour(&self, line: Line, day: NaiveDate, chance: &mut Chance) -> Option<NaiveDateTime> {
        let (opens, closes) = self.hours(line, day)?;
        let (opens, closes) = (i64::from(opens.hour()) * 60, i64::from(closes.hour()) * 60);
        Some(at_minute(day, chance.between(opens, closes - 20), chance))
    }
}

fn at_minute(day: NaiveDate, minute: i64, chance: &mut Chance) -> NaiveDateTime {
    day.and_time(NaiveTime::MIN) + TimeDelta::seconds(minute * 60 + chance.between(0, 59))
}
