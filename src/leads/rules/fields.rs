//! The fields of a lead's record: which there are, what each takes, and how what was typed is written down. One written
//! form per value travels, is compared and is kept: the browser refuses with the same functions as the server.

use super::super::api::lists::{CustomField, CustomKind, List};
use crate::{
    format::{LARGEST_AMOUNT, minor_digits},
    ids::ContactId,
    people::rules::Email,
    people::rules::words,
    pipeline::api::Money,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

words! {
    /// What is known of a lead itself.
    LeadField {
        Request = "request",
        Name = "name",
        Company = "company",
        Email = "email",
        Phone = "phone",
        Country = "country",
        City = "city",
        Address = "address",
        Language = "language",
        Source = "source",
        Campaign = "campaign",
        DoNotCall = "do_not_call",
        DoNotEmail = "do_not_email",
        BusinessLine = "business_line",
        Product = "product",
        Segment = "segment",
        Value = "value",
        Temperature = "temperature",
        Industry = "industry",
        Employees = "employees",
        Occupation = "occupation",
        Direction = "direction",
        Party = "party",
        Website = "website",
        BirthDate = "birth_date",
        ExternalNumber = "external_number",
    }
}

words! {
    /// What is known of the account behind a lead.
    AccountField {
        Name = "name",
        Website = "website",
        Owner = "owner",
        RelationshipOwner = "relationship_owner",
    }
}

words! {
    /// What is known of one of an account's contacts.
    ContactField {
        Name = "name",
        Email = "email",
        Phone = "phone",
        Decides = "decides",
        Pays = "pays",
        Uses = "uses",
        Blocks = "blocks",
    }
}

/// One field that can be edited in place. Its text (`city`, `custom.level`, `contact.7.email`) names it on the wire and in
/// the history.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Field {
    /// Of the lead itself.
    Lead(LeadField),
    /// One of the team's own fields, or one that an import brought along.
    Custom(String),
    /// An account in a social network.
    Social(String),
    /// Of the account.
    Account(AccountField),
    /// Of one of its contacts.
    Contact(ContactId, ContactField),
}

/// The text names no field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no field is called {0}")]
pub struct NoSuchField(String);

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lead(field) => write!(f, "{field}"),
            Self::Custom(key) => write!(f, "custom.{key}"),
            Self::Social(network) => write!(f, "social.{network}"),
            Self::Account(field) => write!(f, "account.{field}"),
            Self::Contact(contact, field) => write!(f, "contact.{contact}.{field}"),
        }
    }
}

impl FromStr for Field {
    type Err = NoSuchField;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let none = || NoSuchField(text.to_owned());
        match text.split_once('.') {
            None => text.parse().map(Self::Lead).map_err(|_| none()),
            Some((_, "")) => Err(none()),
            Some(("custom", key)) => Ok(Self::Custom(key.to_owned())),
            Some(("social", network)) => Ok(Self::Social(network.to_owned())),
            Some(("account", field)) => field.parse().map(Self::Account).map_err(|_| none()),
            Some(("contact", rest)) => {
                let (contact, field) = rest.split_once('.').ok_or_else(none)?;
                Ok(Self::Contact(contact.parse().map_err(|_| none())?, field.parse().map_err(|_| none())?))
            }
            Some(_) => Err(none()),
        }
    }
}

impl From<Field> for String {
    fn from(field: Field) -> Self {
        field.to_string()
    }
}

impl TryFrom<String> for Field {
    type Error = NoSuchField;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// The networks that are offered; others are kept where a lead has them.
pub const NETWORKS: [&str; 7] = ["linkedin", "instagram", "facebook", "x", "youtube", "tiktok", "telegram"];

/// The longest line that fits a field.
pub const LONGEST_LINE: usize = 200;
/// The longest text.
pub const LONGEST_TEXT: usize = 10_000;

/// What a field takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One line.
    Line,
    /// Several lines.
    Text,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A web address.
    Web,
    /// A day that has been.
    PastDate,
    /// Any day.
    Date,
    /// How many.
    Count,
    /// A number.
    Number,
    /// Money with its currency.
    Amount,
    /// Yes or not.
    Tick,
    /// One of these words.
    Words(&'static [&'static str]),
    /// One of these texts.
    Choice(Vec<String>),
    /// One of a list, by its id.
    Listed(List),
}

/// Written for yes; no is nothing.
pub const YES: &str = "yes";

impl LeadField {
    fn kind(self) -> Kind {
        match self {
            Self::Request => Kind::Text,
            Self::Name
            | Self::Company
            | Self::Country
            | Self::City
            | Self::Address
            | Self::Language
            | Self::Industry
            | Self::Occupation
            | Self::ExternalNumber => Kind::Line,
            Self::Email => Kind::Email,
            Self::Phone => Kind::Phone,
            Self::Website => Kind::Web,
            Self::BirthDate => Kind::PastDate,
            Self::Employees => Kind::Count,
            Self::Value => Kind::Amount,
            Self::DoNotCall | Self::DoNotEmail => Kind::Tick,
            Self::Temperature => Kind::Words(&["hot", "warm", "cold"]),
            Self::Direction => Kind::Words(&["inbound", "outbound"]),
            Self::Party => Kind::Words(&["person", "company"]),
            Self::Source => Kind::Listed(List::Source),
            Self::Campaign => Kind::Listed(List::Campaign),
            Self::BusinessLine => Kind::Listed(List::BusinessLine),
            Self::Product => Kind::Listed(List::Product),
            Self::Segment => Kind::Listed(List::Segment),
        }
    }
}

impl Field {
    /// What the field takes; `custom` defines the team's own fields, and one without a definition is a line.
    pub fn kind(&self, custom: &[CustomField]) -> Kind {
        match self {
            Self::Lead(field) => field.kind(),
            Self::Custom(key) => match custom.iter().find(|field| field.key == *key) {
                None => Kind::Line,
                Some(field) => match field.kind {
                    CustomKind::Text => Kind::Line,
                    CustomKind::Number => Kind::Number,
                    CustomKind::Date => Kind::Date,
                    CustomKind::Choice => Kind::Choice(field.choices.clone()),
                    CustomKind::YesNo => Kind::Words(&[YES, "no"]),
                },
            },
            Self::Social(_) => Kind::Line,
            Self::Account(field) => match field {
                AccountField::Name => Kind::Line,
                AccountField::Website => Kind::Web,
                AccountField::Owner | AccountField::RelationshipOwner => Kind::Listed(List::Person),
            },
            Self::Contact(_, field) => match field {
                ContactField::Name => Kind::Line,
                ContactField::Email => Kind::Email,
                ContactField::Phone => Kind::Phone,
                ContactField::Decides | ContactField::Pays | ContactField::Uses | ContactField::Blocks => Kind::Tick,
            },
        }
    }

    /// Whether it may not be left empty.
    pub fn is_needed(&self) -> bool {
        matches!(
            self,
            Self::Lead(LeadField::Direction | LeadField::Party)
                | Self::Account(AccountField::Name)
                | Self::Contact(_, ContactField::Name)
        )
    }
}

/// Why a value is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// Somebody else's lead.
    NotYours,
    /// It may not be left empty.
    Needed,
    /// More characters than fit.
    TooLong {
        /// How many fit.
        longest: usize,
    },
    /// No e-mail address.
    NotAnEmail,
    /// No phone number.
    NotAPhone,
    /// No web address.
    NotAWebAddress,
    /// No day of the calendar.
    NotADate,
    /// Nobody was born then.
    NotABirthDate,
    /// No number.
    NotANumber,
    /// No whole number, or fewer than none.
    NotACount,
    /// No amount of money, or less than none.
    NotAnAmount,
    /// The amount has no currency that the team uses.
    NotACurrency,
    /// Nobody has said what this currency is worth.
    NoRate {
        /// Its code.
        currency: String,
    },
    /// It is not in the list, or no longer.
    NotInList,
    /// Another lead has this number.
    NumberTaken,
    /// The lead or its account has no such field.
    NoSuchField,
}

/// How `text` is written down in a field that takes `kind`; empty for nothing. Writing what is written changes nothing.
///
/// # Errors
/// Why it is not taken.
pub fn written(kind: &Kind, text: &str, today: NaiveDate) -> Result<String, Problem> {
    let longest = if *kind == Kind::Text { LONGEST_TEXT } else { LONGEST_LINE };
    let text = without_controls(text, *kind == Kind::Text);
    if text.is_empty() {
        return Ok(String::new());
    }
    if text.chars().count() > longest {
        return Err(Problem::TooLong { longest });
    }
    match kind {
        Kind::Line | Kind::Text => Ok(text),
        Kind::Email => text.parse::<Email>().map(|email| email.as_str().to_owned()).map_err(|_| Problem::NotAnEmail),
        Kind::Phone => is_phone(&text).then_some(text).ok_or(Problem::NotAPhone),
        Kind::Web => web_address(&text).ok_or(Problem::NotAWebAddress),
        Kind::Date => day(&text).map(|day| day.to_string()),
        Kind::PastDate => match day(&text)? {
            day if day <= today && day >= FIRST_BIRTH => Ok(day.to_string()),
            _ => Err(Problem::NotABirthDate),
        },
        Kind::Count => count(&text).map(|count| count.to_string()),
        Kind::Number => decimal(&text, None).ok_or(Problem::NotANumber),
        Kind::Amount => amount(&text).map(|money| amount_text(&money)),
        Kind::Tick => (text == YES).then_some(text).ok_or(Problem::NotInList),
        Kind::Words(words) => words.contains(&text.as_str()).then_some(text).ok_or(Problem::NotInList),
        Kind::Choice(choices) => choices.contains(&text).then_some(text).ok_or(Problem::NotInList),
        Kind::Listed(_) => text.parse::<i64>().map(|id| id.to_string()).map_err(|_| Problem::NotInList),
    }
}

const FIRST_BIRTH: NaiveDate = match NaiveDate::from_ymd_opt(1890, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

fn without_controls(text: &str, keep_lines: bool) -> String {
    let text = text.replace("\r\n", "\n");
    let kept: String = text.chars().filter(|c| !c.is_control() || (keep_lines && *c == '\n')).collect();
    kept.trim().to_owned()
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (5..=20).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c))
}

fn web_address(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    let host = rest.unwrap_or(&lower).split(['/', '?', '#']).next().unwrap_or_default();
    let is_sound = !text.contains(char::is_whitespace)
        && (rest.is_some() || !host.contains(':'))
        && !host.contains('@')
        && host.split('.').count() > 1
        && host.split('.').all(|part| !part.is_empty());
    is_sound.then(|| if rest.is_some() { text.to_owned() } else { format!("https://{text}") })
}

fn day(text: &str) -> Result<NaiveDate, Problem> {
    text.parse().map_err(|_| Problem::NotADate)
}

fn count(text: &str) -> Result<i32, Problem> {
    let digits: String = text.chars().filter(|c| !" .,'\u{a0}\u{202f}".contains(*c)).collect();
    digits.parse().ok().filter(|count| *count >= 0).ok_or(Problem::NotACount)
}

/// A number as people write it in either language, with a point before its decimals. The last point or comma parts the
/// decimals, unless it stands before exactly three digits where `decimals` says that there are fewer: then it groups.
fn decimal(text: &str, decimals: Option<u32>) -> Option<String> {
    let (sign, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let digits: String = digits.chars().filter(|c| !" '\u{a0}\u{202f}".contains(*c)).collect();
    let groups: Vec<&str> = digits.split(['.', ',']).collect();
    let marks: Vec<char> = digits.chars().filter(|c| ".,".contains(*c)).collect();
    if groups.iter().any(|group| group.is_empty() || !group.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let last = groups.last().copied().unwrap_or_default();
    // The same mark twice can only group; where a currency has fewer decimals, three digits are a group.
    let repeats = marks.len() > 1 && marks.first() == marks.last();
    let is_group = last.len() == 3 && decimals.is_some_and(|decimals| decimals < 3);
    let (whole, fraction) = match groups.split_last() {
        Some((fraction, whole)) if !whole.is_empty() && !repeats && !is_group => (whole, Some(*fraction)),
        _ => (groups.as_slice(), None),
    };
    let is_grouped = whole.len() == 1 || whole.iter().skip(1).all(|group| group.len() == 3);
    let whole = whole.concat();
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.map(|fraction| fraction.trim_end_matches('0')).filter(|fraction| !fraction.is_empty());
    is_grouped.then(|| match fraction {
        Some(fraction) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{whole}"),
    })
}

/// `62.000,50 EUR` and `62,000.5 EUR` as money.
///
/// # Errors
/// Where there is no amount, or no currency.
pub fn amount(text: &str) -> Result<Money, Problem> {
    let (number, currency) = text.rsplit_once(' ').ok_or(Problem::NotACurrency)?;
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Problem::NotACurrency);
    }
    let digits = minor_digits(currency);
    let number = decimal(number.trim(), Some(digits)).ok_or(Problem::NotAnAmount)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    let width = digits as usize;
    if number.starts_with('-') || fraction.len() > width {
        return Err(Problem::NotAnAmount);
    }
    let minor = format!("{whole}{fraction:0<width$}").parse().ok().filter(|minor| *minor <= LARGEST_AMOUNT);
    let minor = minor.ok_or(Problem::NotAnAmount)?;
    Ok(Money { minor, currency: currency.to_owned() })
}

/// Money as [`amount`] reads it.
pub fn amount_text(money: &Money) -> String {
    let digits = minor_digits(&money.currency);
    let unit = 10i64.pow(digits);
    let (whole, rest, currency) = (money.minor / unit, money.minor % unit, &money.currency);
    match rest {
        0 => format!("{whole} {currency}"),
        _ => format!("{whole}.{rest:0width$} {currency}", width = digits as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 2).expect("a day")
    }

    fn write(kind: &Kind, text: &str) -> Result<String, Problem> {
        written(kind, text, today())
    }

    #[test]
    fn every_field_is_found_by_its_own_text() {
        let fields = LeadField::ALL.iter().map(|field| Field::Lead(*field));
        let others = [
            Field::Custom("lead.quality".into()),
            Field::Social("linkedin".into()),
            Field::Account(AccountField::RelationshipOwner),
            Field::Contact(ContactId(7), ContactField::Blocks),
        ];
        for field in fields.chain(others) {
            assert_eq!(field.to_string().parse(), Ok(field));
        }
        for nothing in ["", "price", "custom.", "contact.x.email", "contact.7", "account.phone", "move.on"] {
            assert!(nothing.parse::<Field>().is_err(), "{nothing}");
        }
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let minor = |text: &str| amount(text).map(|money| money.minor);
        for text in ["62000.5 EUR", "62.000,50 EUR", "62,000.50 EUR", "62 000,5 EUR", "062000,50 EUR"] {
            assert_eq!(minor(text), Ok(6_200_050), "{text}");
        }
        assert_eq!(minor("1.200 TRY"), Ok(120_000), "three digits after a point are thousands where cents are two");
        assert_eq!(minor("1.200.300 EUR"), Ok(120_030_000));
        assert_eq!(minor("1,200 JPY"), Ok(1_200));
        assert_eq!(minor("0 EUR"), Ok(0));
        for text in ["-1 EUR", "1,2,3 EUR", "x EUR", " EUR", "1.2345 EUR", "12.5 JPY", "99999999999999999999 EUR"] {
            assert_eq!(minor(text), Err(Problem::NotAnAmount), "{text}");
        }
        for text in ["12", "12 eur", "12 EURO"] {
            assert_eq!(minor(text), Err(Problem::NotACurrency), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_with_why() {
        assert_eq!(write(&Kind::Email, "ayse@"), Err(Problem::NotAnEmail));
        assert_eq!(write(&Kind::Phone, "call me"), Err(Problem::NotAPhone));
        assert_eq!(write(&Kind::Phone, "112"), Err(Problem::NotAPhone));
        assert_eq!(write(&Kind::PastDate, "2026-03-03"), Err(Problem::NotABirthDate));
        assert_eq!(write(&Kind::PastDate, "1790-03-03"), Err(Problem::NotABirthDate));
        assert_eq!(write(&Kind::Date, "2026-02-30"), Err(Problem::NotADate));
        assert_eq!(write(&Kind::Count, "-3"), Err(Problem::NotACount));
        assert_eq!(write(&Kind::Number, "12a"), Err(Problem::NotANumber));
        assert_eq!(write(&Kind::Words(&["hot"]), "boiling"), Err(Problem::NotInList));
        assert_eq!(write(&Kind::Line, &"x".repeat(201)), Err(Problem::TooLong { longest: LONGEST_LINE }));
        for text in
            ["javascript:alert(1)", "acme", "http://", "https://a b.com", "user@acme.com", "https://.com", "data:x.y"]
        {
            assert_eq!(write(&Kind::Web, text), Err(Problem::NotAWebAddress), "{text}");
        }
    }

    #[test]
    fn what_was_typed_is_written_in_one_form() {
        let cases = [
            (Kind::Line, "  Ay\u{0}şe ", "Ayşe"),
            (Kind::Text, "one\r\ntwo", "one\ntwo"),
            (Kind::Line, "one\ntwo", "onetwo"),
            (Kind::Web, "Acme.com/Prices", "https://Acme.com/Prices"),
            (Kind::Web, "http://localhost.test:8080", "http://localhost.test:8080"),
            (Kind::Count, "1.200", "1200"),
            (Kind::Number, "-12,50", "-12.5"),
            (Kind::Number, "0,125", "0.125"),
            (Kind::Amount, "62.000,50 EUR", "62000.50 EUR"),
            (Kind::Amount, "62000 EUR", "62000 EUR"),
            (Kind::Tick, "", ""),
        ];
        for (kind, typed, expected) in cases {
            assert_eq!(write(&kind, typed).as_deref(), Ok(expected), "{typed}");
        }
    }

    fn kinds() -> impl Strategy<Value = Kind> {
        prop::sample::select(vec![
            Kind::Line,
            Kind::Text,
            Kind::Email,
            Kind::Phone,
            Kind::Web,
            Kind::PastDate,
            Kind::Count,
            Kind::Number,
            Kind::Amount,
            Kind::Listed(List::Source),
        ])
    }

    proptest! {
        #[test]
        fn writing_what_is_written_changes_nothing(kind in kinds(), text in "[-0-9a-z@.,/: +'−]{0,24}( EUR| JPY| KWD)?") {
            if let Ok(once) = write(&kind, &text) {
                prop_assert_eq!(write(&kind, &once), Ok(once));
            }
        }

        #[test]
        fn money_survives_being_written(minor in 0..=LARGEST_AMOUNT, currency in prop::sample::select(vec!["EUR", "JPY", "KWD"])) {
            let money = Money { minor, currency: currency.to_owned() };
            prop_assert_eq!(amount(&amount_text(&money)), Ok(money));
        }
    }
}
