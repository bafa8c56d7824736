//! What is wrong with a file or a row, said in every language. Stored and sent as data: who reads it chooses the words.

use super::preset::{DateFormat, LossOutcome};
use crate::i18n::{Locale, td_string};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Larger files are refused.
pub const LARGEST_FILE: usize = 25 * 1024 * 1024;
/// A longer row is rejected, a longer header refuses the file.
pub const LONGEST_ROW: usize = 1024 * 1024;
/// More columns than any spreadsheet of leads has.
pub const MOST_COLUMNS: usize = 1000;
/// A mapped field holds this many characters at most: longer ones are pasted text, and no index could take them.
pub const LONGEST_FIELD: usize = 500;
const MEGABYTE: usize = 1024 * 1024;

/// Another format under the name of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OtherFormat {
    Zip,
    OldExcel,
    Pdf,
    Gzip,
}

/// Why a file cannot be read. Every message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreadable {
    /// Too large: so many bytes.
    TooLarge(usize),
    /// Nothing in it.
    Empty,
    /// A header and nothing else.
    NoRows,
    /// Another format under the name of a CSV file.
    OtherFormat(OtherFormat),
    /// A workbook that cannot be opened.
    BrokenWorkbook,
    /// A workbook that is larger inside than anybody's leads: a bomb, or a mistake.
    Bomb,
    /// The workbook has no such sheet.
    NoSheet(String),
    /// Bytes that are no text.
    Binary,
    /// No encoding has this name.
    NoEncoding(String),
    /// The letters cannot be made out in this encoding.
    Garbled(String),
    /// A quote that never ends would swallow all that follows.
    OpenQuote(usize),
    /// The first row is no header.
    HeaderTooLong(usize),
    /// Too many columns.
    TooManyColumns(usize),
    /// Needed columns are not there.
    MissingColumns {
        /// The needed ones that are not there.
        missing: Vec<String>,
        /// What is there.
        found: Vec<String>,
    },
    /// Two columns share a name.
    TwiceNamed(String),
    /// The parser gave up.
    Malformed(String),
}

impl Unreadable {
    /// The sentence.
    pub fn say(&self, locale: Locale) -> String {
        match self {
            Self::TooLarge(bytes) => td_string!(
                locale,
                capture.file_too_large,
                size = (bytes / MEGABYTE).to_string(),
                limit = (LARGEST_FILE / MEGABYTE).to_string()
            )
            .to_string(),
            Self::Empty => td_string!(locale, capture.file_empty).to_string(),
            Self::NoRows => td_string!(locale, capture.file_no_rows).to_string(),
            Self::OtherFormat(format) => {
                let format = match format {
                    OtherFormat::Zip => td_string!(locale, capture.format_zip),
                    OtherFormat::OldExcel => td_string!(locale, capture.format_old_excel),
                    OtherFormat::Pdf => td_string!(locale, capture.format_pdf),
                    OtherFormat::Gzip => td_string!(locale, capture.format_gzip),
                };
                td_string!(locale, capture.file_other_format, format = format.to_string()).to_string()
            }
            Self::BrokenWorkbook => td_string!(locale, capture.file_broken_workbook).to_string(),
            Self::Bomb => td_string!(locale, capture.file_bomb).to_string(),
            Self::NoSheet(sheet) => td_string!(locale, capture.file_no_sheet, sheet = sheet.clone()).to_string(),
            Self::Binary => td_string!(locale, capture.file_binary).to_string(),
            Self::NoEncoding(name) => td_string!(locale, capture.file_no_encoding, name = name.clone()).to_string(),
            Self::Garbled(encoding) => {
                td_string!(locale, capture.file_garbled, encoding = encoding.clone()).to_string()
            }
            Self::OpenQuote(line) => td_string!(locale, capture.file_open_quote, line = line.to_string()).to_string(),
            Self::HeaderTooLong(bytes) => {
                td_string!(locale, capture.file_header_too_long, bytes = bytes.to_string()).to_string()
            }
            Self::TooManyColumns(columns) => td_string!(
                locale,
                capture.file_too_many_columns,
                columns = columns.to_string(),
                limit = MOST_COLUMNS.to_string()
            )
            .to_string(),
            Self::MissingColumns { missing, found } => td_string!(
                locale,
                capture.file_missing_columns,
                missing = quoted(locale, missing),
                found = quoted(locale, found)
            )
            .to_string(),
            Self::TwiceNamed(name) => td_string!(locale, capture.file_twice_named, name = name.clone()).to_string(),
            Self::Malformed(why) => td_string!(locale, capture.file_malformed, why = why.clone()).to_string(),
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Locale::en))
    }
}

impl std::error::Error for Unreadable {}

/// Why a row cannot become a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowProblem {
    /// More or fewer cells than the header.
    Cells { found: usize, expected: usize, spans_lines: bool },
    /// So many bytes.
    TooLong(usize),
    /// More characters than a field takes.
    FieldTooLong { column: String },
    /// The column by which leads are recognised is blank.
    NoIdentity { column: String },
    /// Neither e-mail nor phone to recognise them by.
    NoContact,
    /// A spreadsheet cut the last digits off.
    Rounded { column: String, value: String },
    /// The same lead stands in an earlier row.
    Twice { column: String, value: String, row: i64 },
    /// No rule knows the value.
    UnknownValue { column: String, value: String, known: String },
    /// A rule rejects the value.
    RejectedValue { column: String, value: String },
    /// Neither yes nor no.
    NeitherYesNorNo { column: String, value: String },
    /// No date in the column's format.
    NoDate { column: String, value: String, format: DateFormat },
    /// A date that has not come yet.
    Future { column: String, value: String },
    /// Won or lost before it arose.
    ClosedTooEarly { column: String, value: String },
    /// No amount.
    NoAmount { column: String, value: String },
    /// No rate is known for the currency.
    NoRate { currency: String },
    /// Nobody who may own leads is called so.
    UnknownOwner { column: String, value: String },
}

impl RowProblem {
    /// The sentence.
    pub fn say(&self, locale: Locale) -> String {
        match self.clone() {
            Self::Cells { found, expected, spans_lines } => {
                let (found, expected) = (found.to_string(), expected.to_string());
                if spans_lines {
                    td_string!(locale, capture.row_cells_over_lines, found = found, expected = expected).to_string()
                } else {
                    td_string!(locale, capture.row_cells, found = found, expected = expected).to_string()
                }
            }
            Self::TooLong(bytes) => {
                td_string!(locale, capture.row_too_long, bytes = bytes.to_string(), limit = LONGEST_ROW.to_string())
                    .to_string()
            }
            Self::FieldTooLong { column } => {
                td_string!(locale, capture.row_field_too_long, column = column, limit = LONGEST_FIELD.to_string())
                    .to_string()
            }
            Self::NoIdentity { column } => td_string!(locale, capture.row_no_identity, column = column).to_string(),
            Self::NoContact => td_string!(locale, capture.row_no_contact).to_string(),
            Self::Rounded { column, value } => {
                td_string!(locale, capture.row_rounded, column = column, value = value).to_string()
            }
            Self::Twice { column, value, row } => {
                td_string!(locale, capture.row_twice, column = column, value = value, row = row.to_string()).to_string()
            }
            Self::UnknownValue { column, value, known } => {
                td_string!(locale, capture.row_unknown_value, column = column, value = value, known = known).to_string()
            }
            Self::RejectedValue { column, value } => {
                td_string!(locale, capture.row_rejected_value, column = column, value = value).to_string()
            }
            Self::NeitherYesNorNo { column, value } => {
                td_string!(locale, capture.row_yes_no, column = column, value = value).to_string()
            }
            Self::NoDate { column, value, format } => td_string!(
                locale,
                capture.row_no_date,
                column = column,
                value = value,
                format = date_format(locale, format)
            )
            .to_string(),
            Self::Future { column, value } => {
                td_string!(locale, capture.row_future, column = column, value = value).to_string()
            }
            Self::ClosedTooEarly { column, value } => {
                td_string!(locale, capture.row_closed_too_early, column = column, value = value).to_string()
            }
            Self::NoAmount { column, value } => {
                td_string!(locale, capture.row_no_amount, column = column, value = value).to_string()
            }
            Self::NoRate { currency } => td_string!(locale, capture.row_no_rate, currency = currency).to_string(),
            Self::UnknownOwner { column, value } => {
                td_string!(locale, capture.row_unknown_owner, column = column, value = value).to_string()
            }
        }
    }
}

impl fmt::Display for RowProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Locale::en))
    }
}

/// What an import lacks besides a sound file. Without it nothing is begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotReady {
    /// Nobody to act for.
    NoAdmin,
    /// Nobody to give the leads to.
    NoReps,
    /// Reasons that do not exist here.
    UnknownReasons(Vec<(LossOutcome, String)>),
    /// No person who may own leads has this address.
    NoPerson(String),
    /// No queue within reach has this name.
    NoQueue(String),
    /// No team within reach has this name, or it has no reps.
    NoTeam(String),
    /// A currency that is not known here or has no rate.
    NoCurrency(String),
}

impl NotReady {
    /// The sentence.
    pub fn say(&self, locale: Locale) -> String {
        match self.clone() {
            Self::NoAdmin => td_string!(locale, capture.needs_admin).to_string(),
            Self::NoReps => td_string!(locale, capture.needs_reps).to_string(),
            Self::UnknownReasons(reasons) => {
                let reasons: Vec<_> = reasons.iter().map(|(outcome, code)| format!("{outcome}: {code}")).collect();
                td_string!(locale, capture.needs_reasons, reasons = reasons.join(", ")).to_string()
            }
            Self::NoPerson(email) => td_string!(locale, capture.needs_person, email = email).to_string(),
            Self::NoQueue(name) => td_string!(locale, capture.needs_queue, name = name).to_string(),
            Self::NoTeam(name) => td_string!(locale, capture.needs_team, name = name).to_string(),
            Self::NoCurrency(code) => td_string!(locale, capture.needs_currency, code = code).to_string(),
        }
    }
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Locale::en))
    }
}

/// How a column writes its dates, by an example that cannot be mistaken.
pub fn date_format(locale: Locale, format: DateFormat) -> String {
    match format {
        DateFormat::Iso => td_string!(locale, capture.date_iso),
        DateFormat::DayFirst => td_string!(locale, capture.date_day_first),
        DateFormat::MonthFirst => td_string!(locale, capture.date_month_first),
        DateFormat::Compact => td_string!(locale, capture.date_compact),
        DateFormat::Named => td_string!(locale, capture.date_named),
        DateFormat::Serial => td_string!(locale, capture.date_serial),
    }
    .to_string()
}

fn quoted(locale: Locale, names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown = names.iter().take(SHOWN).map(|name| format!("“{}”", shortened(name, 40)));
    let text = shown.collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        Some(more) => td_string!(locale, capture.and_more, list = text, more = more.to_string()).to_string(),
        None => text,
    }
}

/// The first `length` characters, with an ellipsis where something was cut off.
pub fn shortened(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
