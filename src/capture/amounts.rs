//! Amounts as tables write them.

use super::preset::DecimalMark;

/// Signs and words by which a cell names its currency.
const SIGNS: [(&str, &str); 9] = [
    ("€", "EUR"),
    ("$", "USD"),
    ("£", "GBP"),
    ("₺", "TRY"),
    ("TL", "TRY"),
    ("₽", "RUB"),
    ("РУБ", "RUB"),
    ("¥", "JPY"),
    ("﷼", "IRR"),
];

/// The currency that `text` names, by sign or code.
pub fn currency(text: &str) -> Option<String> {
    let upper = text.to_uppercase();
    let code: String = upper.chars().filter(char::is_ascii_uppercase).collect();
    let sign = SIGNS.iter().find(|(sign, _)| match sign.is_ascii() && sign.len() > 1 {
        true => code == *sign,
        false => upper.contains(sign),
    });
    sign.map(|(_, code)| (*code).to_owned()).or_else(|| Some(code).filter(|code| code.len() == 3))
}

/// `text` in minor units of a currency with so many digits; nothing where it is no amount, or below zero.
pub fn parse(text: &str, mark: DecimalMark, digits: u32) -> Option<i64> {
    let (point, group) = match mark {
        DecimalMark::Point => ('.', ','),
        DecimalMark::Comma => (',', '.'),
    };
    if text.chars().any(char::is_alphabetic) && currency(text).is_none() {
        return None;
    }
    let number: String = text
        .chars()
        .filter(|character| character.is_ascii_digit() || matches!(character, '.' | ',' | '-' | '−' | '('))
        .filter(|character| *character != group)
        .collect();
    let number = number.trim_end_matches(['.', ',']);
    let (whole, fraction) = number.split_once(point).unwrap_or((number, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) || whole.len() > 13 {
        return None;
    }
    let digits = usize::try_from(digits).ok()?;
    let kept = &fraction[..fraction.len().min(digits)];
    let minor: i64 = format!("{whole}{kept}{}0", "0".repeat(digits - kept.len())).parse::<i64>().ok()? / 10;
    let rounds_up = fraction.as_bytes().get(digits).is_some_and(|digit| *digit >= b'5');
    Some(minor + i64::from(rounds_up))
}

/// What stands before the fraction in these cells: found by a cell that cannot be read otherwise; 1.234 alone is taken for
/// a thousand.
pub fn decimal_mark<'a>(cells: impl Iterator<Item = &'a str>) -> DecimalMark {
    let mut grouping_point = false;
    for cell in cells {
        let digits = cell.trim_end_matches(|character: char| !character.is_ascii_digit());
        let Some(place) = digits.rfind(['.', ',']) else { continue };
        let last = digits.as_bytes()[place];
        let other = if last == b'.' { ',' } else { '.' };
        let same = digits.bytes().filter(|byte| *byte == last).count();
        let is_fraction = digits.len() - place - 1 != 3 || digits[..place].contains(other);
        match (same == 1 && is_fraction, last) {
            (true, b'.') => return DecimalMark::Point,
            (true, _) => return DecimalMark::Comma,
            (false, b'.') => grouping_point = true,
            (false, _) => {}
        }
    }
    if grouping_point { DecimalMark::Comma } else { DecimalMark::Point }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_as_their_column_writes_them() {
        for (text, mark, minor) in [
            ("1.234,56 TL", DecimalMark::Comma, Some(123_456)),
            ("€1,234.5", DecimalMark::Point, Some(123_450)),
            ("1 200", DecimalMark::Point, Some(120_000)),
            ("0,005", DecimalMark::Comma, Some(1)),
            ("12.999", DecimalMark::Point, Some(1300)),
            ("-5", DecimalMark::Point, None),
            ("about 5k?", DecimalMark::Point, None),
            ("on request", DecimalMark::Point, None),
            ("1.2.3", DecimalMark::Point, None),
            ("99999999999999999999", DecimalMark::Point, None),
        ] {
            assert_eq!(parse(text, mark, 2), minor, "{text}");
        }
        assert_eq!(parse("1500", DecimalMark::Point, 0), Some(1500));
    }

    #[test]
    fn the_mark_is_found_by_the_cells() {
        for (cells, mark) in [
            (vec!["1.234", "1.234,5"], DecimalMark::Comma),
            (vec!["1,234", "12.50"], DecimalMark::Point),
            (vec!["1.234", "5.000"], DecimalMark::Comma),
            (vec!["1,234", "5,000"], DecimalMark::Point),
            (vec!["1.234.567"], DecimalMark::Comma),
            (vec!["1500"], DecimalMark::Point),
        ] {
            assert_eq!(decimal_mark(cells.iter().copied()), mark, "{cells:?}");
        }
    }

    #[test]
    fn a_currency_is_known_by_sign_or_code() {
        for (text, code) in
            [("€ 5", Some("EUR")), ("5 TL", Some("TRY")), ("usd", Some("USD")), ("5", None), ("5 руб.", Some("RUB"))]
        {
            assert_eq!(currency(text).as_deref(), code, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(minor in 0i64..1_000_000_000_000) {
            let (whole, fraction) = (minor / 100, minor % 100);
            prop_assert_eq!(parse(&format!("{whole}.{fraction:02}"), DecimalMark::Point, 2), Some(minor));
            prop_assert_eq!(parse(&format!("{whole},{fraction:02} €"), DecimalMark::Comma, 2), Some(minor));
        }

        #[test]
        fn whatever_stands_there_is_an_amount_or_none(text in ".{0,24}") {
            let _ = (parse(&text, DecimalMark::Point, 2), decimal_mark([text.as_str()].into_iter()), currency(&text));
        }
    }
}
