//! How dates, numbers and money look in each language. Pure and the same on both targets, so that what the server
//! renders is what the browser hydrates; no locale data of the system is asked.

use crate::{clock::Moment, i18n::Locale, pipeline::api::Money};
use chrono::{Datelike, NaiveDate, Timelike};

const ENGLISH_MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const TURKISH_MONTHS: [&str; 12] = ["Oca", "Şub", "Mar", "Nis", "May", "Haz", "Tem", "Ağu", "Eyl", "Eki", "Kas", "Ara"];
/// Keeps a number and its unit on one line.
const NO_BREAK_SPACE: char = '\u{a0}';

/// A whole number with its thousands grouped: 9,240 or 9.240.
pub fn number(locale: Locale, value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        text.push('−');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(if locale == Locale::tr { '.' } else { ',' });
        }
        text.push(digit);
    }
    text
}

/// An amount without cents unless it has some: €62,000 or 62.000 €.
pub fn money(locale: Locale, amount: &Money) -> String {
    let digits = minor_digits(&amount.currency);
    let unit = 10i64.pow(digits);
    let mut text = number(locale, amount.minor / unit);
    let cents = (amount.minor % unit).unsigned_abs();
    if cents > 0 {
        let point = if locale == Locale::tr { ',' } else { '.' };
        text = format!("{text}{point}{cents:0width$}", width = digits as usize);
    }
    with_currency(locale, &text, &amount.currency)
}

/// An amount short enough for a column's head: €1.2 M.
pub fn short_money(locale: Locale, minor: i64, currency: &str) -> String {
    let whole = minor / 10i64.pow(minor_digits(currency));
    let (value, unit) = match whole.abs() {
        0..=9_999 => return with_currency(locale, &number(locale, whole), currency),
        // From 999,500 on it would round to 1000 k.
        10_000..=999_499 => (whole as f64 / 1e3, if locale == Locale::tr { "B" } else { "k" }),
        _ => (whole as f64 / 1e6, if locale == Locale::tr { "Mn" } else { "M" }),
    };
    let rounded = if value.abs() < 100.0 { format!("{value:.1}") } else { format!("{value:.0}") };
    let rounded = rounded.strip_suffix(".0").map_or(rounded.clone(), str::to_owned);
    let rounded = if locale == Locale::tr { rounded.replace('.', ",") } else { rounded };
    with_currency(locale, &format!("{rounded}{NO_BREAK_SPACE}{unit}"), currency)
}

fn with_currency(locale: Locale, number: &str, currency: &str) -> String {
    let symbol = match currency {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "TRY" => "₺",
        "RUB" => "₽",
        other => return format!("{number}{NO_BREAK_SPACE}{other}"),
    };
    if locale == Locale::tr { format!("{number}{NO_BREAK_SPACE}{symbol}") } else { format!("{symbol}{number}") }
}

/// The largest amount of money that is taken, in minor units: sums of many of them still fit the database.
pub const LARGEST_AMOUNT: i64 = 100_000_000_000_000;

/// Decimal places of a currency's minor unit, after ISO 4217.
pub fn minor_digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND" | "VUV"
        | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// 22 Nov 2026.
pub fn date(locale: Locale, date: NaiveDate) -> String {
    let months = if locale == Locale::tr { &TURKISH_MONTHS } else { &ENGLISH_MONTHS };
    format!("{}{NO_BREAK_SPACE}{} {}", date.day(), months[date.month0() as usize], date.year())
}

/// 22 Nov; with its year where that is not the present one.
pub fn near_date(locale: Locale, day: NaiveDate, today: NaiveDate) -> String {
    if day.year() == today.year() {
        format!("{}{NO_BREAK_SPACE}{}", day.day(), month(locale, day))
    } else {
        date(locale, day)
    }
}

/// Nov.
pub fn month(locale: Locale, date: NaiveDate) -> &'static str {
    let months = if locale == Locale::tr { &TURKISH_MONTHS } else { &ENGLISH_MONTHS };
    months[date.month0() as usize]
}

/// A number with one decimal, without it where it is whole: 12.5 or 12,5.
pub fn decimal(locale: Locale, value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").map_or(text.clone(), str::to_owned);
    if locale == Locale::tr { text.replace('.', ",") } else { text }
}

/// A share with one decimal: 23.4 % or %23,4.
pub fn percent(locale: Locale, share: f64) -> String {
    let text = format!("{:.1}", share * 100.0);
    match locale {
        Locale::tr => format!("%{}", text.replace('.', ",")),
        _ => format!("{text}{NO_BREAK_SPACE}%"),
    }
}

/// 22 Nov 2026, 09:12 on the viewer's clock.
pub fn date_time(locale: Locale, moment: Moment) -> String {
    let local = moment.local();
    format!("{}, {}", date(locale, local.date()), time(moment))
}

/// 09:12 on the viewer's clock.
pub fn time(moment: Moment) -> String {
    let local = moment.local();
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// Whole days from one moment to another on the viewer's calendar.
pub fn days_between(from: Moment, to: Moment) -> i64 {
    (to.local().date() - from.local().date()).num_days()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn euro(minor: i64) -> Money {
        Money { minor, currency: "EUR".into() }
    }

    #[test]
    fn numbers_and_money_follow_the_language() {
        assert_eq!(number(Locale::en, 1_234_567), "1,234,567");
        assert_eq!(number(Locale::tr, -9_240), "−9.240");
        assert_eq!(money(Locale::en, &euro(6_200_000)), "€62,000");
        assert_eq!(money(Locale::tr, &euro(6_200_050)), "62.000,50\u{a0}€");
        assert_eq!(money(Locale::en, &Money { minor: 500, currency: "JPY".into() }), "500\u{a0}JPY");
        assert_eq!(short_money(Locale::en, 120_000_000, "EUR"), "€1.2\u{a0}M");
        assert_eq!(short_money(Locale::tr, 74_050_000, "EUR"), "740\u{a0}B\u{a0}€");
        assert_eq!(short_money(Locale::en, 999_900, "EUR"), "€9,999");
        assert_eq!(short_money(Locale::en, 99_999_900, "EUR"), "€1\u{a0}M");
    }

    #[test]
    fn shares_have_one_decimal() {
        assert_eq!(percent(Locale::en, 0.2344), "23.4\u{a0}%");
        assert_eq!(percent(Locale::tr, 1.0), "%100,0");
        assert_eq!(
            (decimal(Locale::en, 12.5), decimal(Locale::tr, 0.25), decimal(Locale::tr, 7.0)),
            ("12.5".into(), "0,2".into(), "7".into())
        );
        assert_eq!(month(Locale::tr, NaiveDate::MIN), "Oca");
    }

    #[test]
    fn dates_are_those_of_the_viewers_wall() {
        let utc = DateTime::from_timestamp(1_795_300_000, 0).expect("in range");
        let istanbul = Moment { utc, offset_minutes: 180 };
        assert_eq!(date_time(Locale::en, istanbul), "22\u{a0}Nov 2026, 01:26");
        assert_eq!(date_time(Locale::tr, Moment { offset_minutes: 0, ..istanbul }), "21\u{a0}Kas 2026, 22:26");
    }
}
