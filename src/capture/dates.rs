//! Dates as tables write them. The order of day and month is never guessed: where a column fits both, somebody says which.

use super::preset::DateFormat;
use crate::{clock::is_of_our_time, fold::fold};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

/// No date is longer; texts that are would take their time.
const LONGEST: usize = 80;

/// Months by the beginning of their folded names, in English, Turkish, Russian.
const MONTHS: [&[&str]; 12] = [
    &["jan", "oca", "янв"],
    &["feb", "sub", "фев"],
    &["mar", "мар"],
    &["apr", "nis", "апр"],
    &["may", "май", "мая"],
    &["jun", "haz", "июн"],
    &["jul", "tem", "июл"],
    &["aug", "agu", "авг"],
    &["sep", "eyl", "сен"],
    &["oct", "eki", "окт"],
    &["nov", "kas", "ноя"],
    &["dec", "ara", "дек"],
];

/// A moment as a cell writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The day.
    pub date: NaiveDate,
    /// The time of day, where there is one.
    pub time: Option<NaiveTime>,
    /// How far the clock that it was read from was ahead of UTC, in minutes, where the cell says so.
    pub offset_minutes: Option<i32>,
}

/// Reads `text` in `format`.
pub fn parse(text: &str, format: DateFormat) -> Option<Written> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    if format == DateFormat::Serial {
        return serial(text);
    }
    let (day_part, time_part) = split_time(text);
    let date = date(day_part, format)?;
    let (time, offset_minutes) = match time_part {
        None => (None, None),
        Some(time) => time_of_day(time).map(|(time, offset)| (Some(time), offset))?,
    };
    is_of_our_time(date).then_some(Written { date, time, offset_minutes })
}

/// The formats in which all of `samples` are dates; more than one where day and month cannot be told apart.
pub fn formats<'a>(samples: impl Iterator<Item = &'a str> + Clone) -> Vec<DateFormat> {
    let fits = |format: &DateFormat| {
        let mut any = false;
        samples.clone().all(|sample| {
            any = true;
            parse(sample, *format).is_some()
        }) && any
    };
    DateFormat::ALL.iter().copied().filter(fits).collect()
}

/// Where a column fits no format but the count of days, it is a number like any other.
pub fn is_surely_dates(formats: &[DateFormat]) -> bool {
    formats.iter().any(|format| !matches!(format, DateFormat::Serial | DateFormat::Compact))
}

/// The part before the time of day, and the time.
fn split_time(text: &str) -> (&str, Option<&str>) {
    let Some(colon) = text.find(':') else { return (text.trim_end_matches(['Z', 'z']), None) };
    let before = &text[..colon];
    match before.rfind(|character: char| !character.is_ascii_digit()) {
        Some(place) => {
            let width = before[place..].chars().next().map_or(1, char::len_utf8);
            (before[..place].trim_end_matches([',', ' ']), Some(text[place + width..].trim()))
        }
        None => (text, None),
    }
}

fn date(text: &str, format: DateFormat) -> Option<NaiveDate> {
    match format {
        DateFormat::Compact => {
            (text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(())?;
            NaiveDate::from_ymd_opt(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?)
        }
        DateFormat::Named => named(text),
        DateFormat::Serial => None,
        DateFormat::Iso | DateFormat::DayFirst | DateFormat::MonthFirst => {
            let parts: Vec<&str> = text.split(['-', '/', '.']).map(str::trim).collect();
            let [first, second, third] = parts[..] else { return None };
            match format {
                DateFormat::Iso => day(year(first, true)?, second, third),
                DateFormat::MonthFirst => day(year(third, false)?, first, second),
                _ => day(year(third, false)?, second, first),
            }
        }
    }
}

fn day(year: i32, month: &str, day: &str) -> Option<NaiveDate> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| (1..=2).contains(&text.len()));
    NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)
}

/// Two digits are of this century.
fn year(text: &str, four_only: bool) -> Option<i32> {
    let year: i32 = text.parse().ok()?;
    match text.len() {
        4 => Some(year),
        2 if !four_only => Some(2000 + year),
        _ => None,
    }
}

/// 2 Mar 2026, March 2, 2026, 2-Mar-26, 2 марта 2026 г.
fn named(text: &str) -> Option<NaiveDate> {
    let folded = fold(text);
    let mut parts = folded.split([' ', ',', '-', '.', '/']).filter(|part| !part.is_empty());
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.any(|part| part.starts_with(|character: char| character.is_ascii_digit())) {
        return None;
    }
    match (month(first), month(second)) {
        (None, Some(month)) => day(year(third, false)?, month, first),
        (Some(month), None) => day(year(third, false)?, month, second),
        _ => None,
    }
}

fn month(text: &str) -> Option<&'static str> {
    const NUMBERS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"];
    let place = MONTHS.iter().position(|names| names.iter().any(|name| text.starts_with(name)))?;
    Some(NUMBERS[place])
}

/// 14:05, 14:05:09.250, 2:05 PM, 14:05Z, 14:05+03:00.
fn time_of_day(text: &str) -> Option<(NaiveTime, Option<i32>)> {
    let upper = text.to_ascii_uppercase();
    let (rest, afternoon) = match (upper.strip_suffix("PM"), upper.strip_suffix("AM")) {
        (Some(rest), _) => (rest.trim_end(), Some(true)),
        (_, Some(rest)) => (rest.trim_end(), Some(false)),
        _ => (upper.as_str(), None),
    };
    let (clock, offset) = match rest.find(['Z', '+', '-']) {
        Some(place) => (rest[..place].trim_end(), Some(offset_minutes(&rest[place..])?)),
        None => (rest, None),
    };
    let clock = clock.split_once('.').map_or(clock, |(whole, _)| whole);
    let mut parts = clock.split(':').map(|part| part.parse::<u32>().ok());
    let (mut hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    match afternoon {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(true) => hour = hour % 12 + 12,
        Some(false) => hour %= 12,
        None => {}
    }
    parts.next().is_none().then_some(())?;
    Some((NaiveTime::from_hms_opt(hour, minute, second)?, offset))
}

fn offset_minutes(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, digits) = text.split_at_checked(1)?;
    let digits: String = digits.chars().filter(|character| *character != ':').collect();
    let (hours, minutes) = match digits.len() {
        2 => (digits.as_str(), "0"),
        4 => digits.split_at(2),
        _ => return None,
    };
    let minutes = hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?;
    Some(if sign == "-" { -minutes } else { minutes })
}

/// Days since the end of 1899, as spreadsheets count them.
fn serial(text: &str) -> Option<Written> {
    let days: f64 = text.parse().ok().filter(|days| (25_569.0..110_000.0).contains(days))?;
    let seconds = ((days - 25_569.0) * 86_400.0).round() as i64;
    let moment: NaiveDateTime = DateTime::from_timestamp(seconds, 0)?.naive_utc();
    let time = Some(moment.time()).filter(|_| days.fract() != 0.0);
    Some(Written { date: moment.date(), time, offset_minutes: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str, format: DateFormat) -> Option<String> {
        parse(text, format).map(|written| {
            let time = written.time.map(|time| time.format(" %H:%M:%S").to_string()).unwrap_or_default();
            let offset = written.offset_minutes.map(|minutes| format!(" {minutes:+}")).unwrap_or_default();
            format!("{}{time}{offset}", written.date)
        })
    }

    #[test]
    fn dates_are_read_as_the_column_writes_them() {
        for (text, format, expected) in [
            ("2026-03-02", DateFormat::Iso, "2026-03-02"),
            ("2026/3/2 14:05", DateFormat::Iso, "2026-03-02 14:05:00"),
            ("2026-03-02T14:05:09.123Z", DateFormat::Iso, "2026-03-02 14:05:09 +0"),
            ("2026-03-02T14:05+03:00", DateFormat::Iso, "2026-03-02 14:05:00 +180"),
            ("02.03.2026", DateFormat::DayFirst, "2026-03-02"),
            ("2/3/26, 9:30", DateFormat::DayFirst, "2026-03-02 09:30:00"),
            ("3/2/2026 2:05 PM", DateFormat::MonthFirst, "2026-03-02 14:05:00"),
            ("3/2/2026 12:05 AM", DateFormat::MonthFirst, "2026-03-02 00:05:00"),
            ("20260302", DateFormat::Compact, "2026-03-02"),
            ("2 Mart 2026", DateFormat::Named, "2026-03-02"),
            ("12 Ağustos 2026 Çarşamba", DateFormat::Named, "2026-08-12"),
            ("March 2, 2026", DateFormat::Named, "2026-03-02"),
            ("2 марта 2026 г.", DateFormat::Named, "2026-03-02"),
            ("2-Mar-26 08:00", DateFormat::Named, "2026-03-02 08:00:00"),
            ("46083", DateFormat::Serial, "2026-03-02"),
            ("46083.5", DateFormat::Serial, "2026-03-02 12:00:00"),
        ] {
            assert_eq!(written(text, format).as_deref(), Some(expected), "{text}");
        }
        for (text, format) in [
            ("31.02.2026", DateFormat::DayFirst),
            ("13/25/2026", DateFormat::MonthFirst),
            ("1402-05-12", DateFormat::Iso),
            ("2026-03-02 25:00", DateFormat::Iso),
            ("yesterday", DateFormat::Named),
            ("12", DateFormat::Serial),
            ("", DateFormat::Iso),
        ] {
            assert_eq!(parse(text, format), None, "{text}");
        }
    }

    #[test]
    fn a_column_that_fits_both_orders_says_so() {
        let both = formats(["03/02/2026", "04/05/2026"].into_iter());
        assert_eq!(both, [DateFormat::DayFirst, DateFormat::MonthFirst]);
        assert_eq!(formats(["03/02/2026", "25/02/2026"].into_iter()), [DateFormat::DayFirst]);
        assert!(formats(["x"].into_iter()).is_empty() && formats([].into_iter()).is_empty());
        assert!(!is_surely_dates(&formats(["46083", "40000"].into_iter())));
    }

    proptest! {
        #[test]
        fn every_day_is_read_back_in_every_order(days in 0i32..73_000, mark in prop::sample::select(vec!['.', '/', '-'])) {
            let date = NaiveDate::from_ymd_opt(1990, 1, 1).expect("a day") + chrono::Days::new(days.unsigned_abs().into());
            for (format, pattern) in [
                (DateFormat::Iso, format!("%Y{mark}%m{mark}%d")),
                (DateFormat::DayFirst, format!("%d{mark}%m{mark}%Y")),
                (DateFormat::MonthFirst, format!("%m{mark}%d{mark}%Y")),
                (DateFormat::Compact, "%Y%m%d".to_owned()),
                (DateFormat::Named, "%d %B %Y".to_owned()),
            ] {
                let text = date.format(&pattern).to_string();
                prop_assert_eq!(parse(&text, format).map(|written| written.date), Some(date), "{}", text);
                prop_assert!(formats([text.as_str()].into_iter()).contains(&format));
            }
        }

        #[test]
        fn whatever_stands_there_is_a_date_or_none(text in ".{0,24}") {
            for format in DateFormat::ALL {
                let _ = parse(&text, *format);
            }
        }
    }
}
