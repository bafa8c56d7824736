//! From the bytes of a file to rows of cells. Spreadsheet programs disagree about encoding and delimiter, so both are
//! found by looking; what is no table at all is refused with a sentence that says what to do. Nothing here knows leads.

use crate::fold::fold;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Larger files are refused.
pub const LARGEST_FILE: usize = 25 * 1024 * 1024;
/// A longer row is rejected, a longer header refuses the file.
pub const LONGEST_ROW: usize = 1024 * 1024;
/// More columns than any spreadsheet of leads has.
const MOST_COLUMNS: usize = 1000;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A file that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The header's names, each once.
    pub columns: Vec<String>,
    /// The rows below it, without those that are wholly blank.
    pub rows: Vec<Row>,
}

impl Table {
    /// Where the column `name` stands; case and runs of blanks do not matter.
    pub fn position(&self, name: &str) -> Option<usize> {
        position(&self.columns, name)
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number as a spreadsheet counts: the header is row 1.
    pub number: i64,
    /// Its cells; formulas are texts like any other.
    pub cells: Vec<String>,
    /// Why it cannot be used, whatever its cells say.
    pub defect: Option<String>,
}

/// Why a file cannot be read. Every message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Too large.
    #[error("the file has {} MB, more than {} MB: split it into smaller ones", .0 / (1024 * 1024), LARGEST_FILE / (1024 * 1024))]
    TooLarge(usize),
    /// Nothing in it.
    #[error("the file is empty: export it again")]
    Empty,
    /// A header and nothing else.
    #[error("the file holds no rows below its header: export it again")]
    NoRows,
    /// Another format under the name of a CSV file.
    #[error("the file is {0}, whatever its name says: open it in its program and save it as “CSV UTF-8”")]
    OtherFormat(&'static str),
    /// Bytes that are no text.
    #[error("the file is no text: save the table as “CSV UTF-8”")]
    Binary,
    /// The encoding could not be found out.
    #[error("the letters of the file cannot be made out (tried {0}): save it as “CSV UTF-8”")]
    Garbled(&'static str),
    /// A quote that never ends would swallow all that follows.
    #[error("a quote that opens in line {0} is never closed: close it, or double it if it belongs to the text")]
    OpenQuote(usize),
    /// The first row is no header.
    #[error("the first row has {0} bytes and cannot be a header: the first row must hold the names of the columns")]
    HeaderTooLong(usize),
    /// Too many columns.
    #[error("the header names {0} columns, more than {MOST_COLUMNS}: remove those that are not needed")]
    TooManyColumns(usize),
    /// Needed columns are not there.
    #[error("these columns are missing: {}. The file has: {}. Choose another preset, or name the columns as it expects", quoted(.missing), quoted(.found))]
    MissingColumns {
        /// The needed ones that are not there.
        missing: Vec<String>,
        /// What is there.
        found: Vec<String>,
    },
    /// Two columns share a name.
    #[error("two columns are called “{0}”: rename one of them")]
    TwiceNamed(String),
    /// The parser gave up.
    #[error("the table cannot be read: {0}")]
    Malformed(String),
}

fn quoted(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let mut text =
        names.iter().take(SHOWN).map(|name| format!("“{}”", shortened(name, 40))).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}

/// The first `length` characters, with an ellipsis where something was cut off.
pub fn shortened(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Reads a table that has the `needed` columns.
///
/// # Errors
/// [`Unreadable`], with nothing read at all.
pub fn read(bytes: &[u8], needed: &[&str]) -> Result<Table, Unreadable> {
    if bytes.len() > LARGEST_FILE {
        return Err(Unreadable::TooLarge(bytes.len()));
    }
    let text = decode(bytes)?;
    if text.trim().is_empty() {
        return Err(Unreadable::Empty);
    }
    let header_end = text.find('\n').unwrap_or(text.len());
    if header_end > LONGEST_ROW {
        return Err(Unreadable::HeaderTooLong(header_end));
    }
    let delimiter = delimiter(&text, needed);
    if let Some(line) = line_of_open_quote(&text, delimiter) {
        return Err(Unreadable::OpenQuote(line));
    }
    let table = parse(&text, delimiter)?;
    check_columns(&table, needed)?;
    if table.rows.is_empty() { Err(Unreadable::NoRows) } else { Ok(table) }
}

fn decode(bytes: &[u8]) -> Result<String, Unreadable> {
    if let Some(format) = other_format(bytes) {
        return Err(Unreadable::OtherFormat(format));
    }
    let (encoding, mark) = encoding(bytes);
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(&bytes[mark..])
        .ok_or(Unreadable::Garbled(encoding.name()))?;
    if text.contains('\0') { Err(Unreadable::Binary) } else { Ok(text.into_owned()) }
}

/// Formats that are met under the name of a CSV file, by their first bytes.
fn other_format(bytes: &[u8]) -> Option<&'static str> {
    let is_workbook = || bytes.windows(3).any(|window| window == b"xl/");
    match bytes {
        [b'P', b'K', 3, 4, ..] if is_workbook() => Some("an Excel workbook (XLSX)"),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Some("a ZIP archive"),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Some("an old Excel workbook (XLS)"),
        [b'%', b'P', b'D', b'F', ..] => Some("a PDF document"),
        [0x1F, 0x8B, ..] => Some("compressed (gzip)"),
        _ => None,
    }
}

/// The encoding and the length of its mark: told by the mark, by valid UTF-8, by the zero bytes of UTF-16, else guessed.
fn encoding(bytes: &[u8]) -> (&'static Encoding, usize) {
    if let Some(marked) = Encoding::for_bom(bytes) {
        return marked;
    }
    if let Some(encoding) = unmarked_utf_16(bytes) {
        return (encoding, 0);
    }
    if std::str::from_utf8(bytes).is_ok() {
        return (UTF_8, 0);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    (detector.guess(None, Utf8Detection::Deny), 0)
}

/// A header is mostly Latin letters, digits and delimiters, of which UTF-16 makes every other byte a zero.
fn unmarked_utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(256) & !1];
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let most = head.len() * 2 / 5;
    match (zeros(0), zeros(1)) {
        (0, odd) if odd > most => Some(UTF_16LE),
        (even, 0) if even > most => Some(UTF_16BE),
        _ => None,
    }
}

/// The delimiter under which the header has the most needed columns; between equals, the most columns.
fn delimiter(text: &str, needed: &[&str]) -> u8 {
    let worth = |delimiter: u8| {
        let header = header(text, delimiter);
        let found = needed.iter().filter(|name| position(&header, name).is_some()).count();
        (found, header.len())
    };
    // The last of equals wins in `max_by_key`: turned round, the comma does.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| worth(*delimiter)).unwrap_or(b',')
}

fn header(text: &str, delimiter: u8) -> Vec<String> {
    let mut reader = parser(delimiter).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => record.iter().map(|name| name.trim().to_owned()).collect(),
        _ => Vec::new(),
    }
}

fn parser(delimiter: u8) -> csv::ReaderBuilder {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter);
    builder
}

fn position(columns: &[String], name: &str) -> Option<usize> {
    let name = fold(name);
    columns.iter().position(|column| fold(column) == name)
}

/// The line in which a quote opens that the end of the file finds still open. A quote opens a cell only at its start, and
/// a doubled one inside belongs to the text, just as the parser sees it.
fn line_of_open_quote(text: &str, delimiter: u8) -> Option<usize> {
    let (mut line, mut opened, mut at_start) = (1, None, true);
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b'\n' {
            line += 1;
        }
        if opened.is_some() {
            if byte == b'"' && bytes.next_if_eq(&b'"').is_none() {
                opened = None;
            }
        } else if byte == b'"' && at_start {
            opened = Some(line);
        }
        at_start = opened.is_none() && (byte == delimiter || byte == b'\n' || byte == b'\r');
    }
    opened
}

fn parse(text: &str, delimiter: u8) -> Result<Table, Unreadable> {
    let mut reader = parser(delimiter).from_reader(text.as_bytes());
    let mut records = reader.records();
    let malformed = |error: csv::Error| Unreadable::Malformed(error.to_string());
    let header = records.next().transpose().map_err(malformed)?.ok_or(Unreadable::Empty)?;
    let columns = named(&header)?;
    let mut rows = Vec::new();
    for (number, record) in (2..).zip(records) {
        let record = record.map_err(malformed)?;
        if record.iter().any(|cell| !cell.trim().is_empty()) {
            rows.push(Row { number, defect: defect(&record, columns.len()), cells: cells(&record) });
        }
    }
    Ok(Table { columns, rows })
}

/// Columns without a name get their number for one.
fn named(header: &csv::StringRecord) -> Result<Vec<String>, Unreadable> {
    if header.len() > MOST_COLUMNS {
        return Err(Unreadable::TooManyColumns(header.len()));
    }
    let mut columns: Vec<String> = Vec::with_capacity(header.len());
    for (number, name) in (1..).zip(header.iter()) {
        let name = name.trim();
        let name = if name.is_empty() { format!("Column {number}") } else { name.to_owned() };
        if position(&columns, &name).is_some() {
            return Err(Unreadable::TwiceNamed(name));
        }
        columns.push(name);
    }
    Ok(columns)
}

fn defect(record: &csv::StringRecord, columns: usize) -> Option<String> {
    let length = record.as_slice().len();
    if length > LONGEST_ROW {
        return Some(format!("the row has {length} bytes, more than {LONGEST_ROW}"));
    }
    if record.len() == columns {
        return None;
    }
    let mut why = format!("the row has {} cells, the header {columns}", record.len());
    if record.iter().any(|cell| cell.contains('\n')) {
        why.push_str("; it runs over several lines, so a quote may lack its partner");
    }
    Some(why)
}

fn cells(record: &csv::StringRecord) -> Vec<String> {
    record.iter().map(|cell| cell.trim().to_owned()).collect()
}

fn check_columns(table: &Table, needed: &[&str]) -> Result<(), Unreadable> {
    let missing: Vec<String> =
        needed.iter().filter(|name| table.position(name).is_none()).map(|name| (*name).to_owned()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Unreadable::MissingColumns { missing, found: table.columns.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::WINDOWS_1254;
    use proptest::prelude::*;

    const TURKISH: &str =
        "Numara,Şehir,Meslek\n1,Iğdır,Öğretmen\n2,Muğla,Çiftçi\n3,Şanlıurfa,İşçi emeklisi\n4,Balıkesir,Öğrenci değil\n";

    fn cells_of(bytes: &[u8], needed: &[&str]) -> Vec<Vec<String>> {
        read(bytes, needed).expect("readable").rows.into_iter().map(|row| row.cells).collect()
    }

    fn utf_16(text: &str, marked: bool) -> Vec<u8> {
        let mark = marked.then_some(0xFEFF);
        mark.into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn the_encoding_is_found_by_looking() {
        let plain = cells_of(TURKISH.as_bytes(), &["Şehir"]);
        assert_eq!(plain[0], ["1", "Iğdır", "Öğretmen"]);
        let (windows, _, _) = WINDOWS_1254.encode(TURKISH);
        assert_eq!(cells_of(&windows, &["Şehir"]), plain);
        assert_eq!(cells_of(&utf_16(TURKISH, true), &["Şehir"]), plain);
        assert_eq!(cells_of(&utf_16(TURKISH, false), &["Şehir"]), plain);
        let marked: Vec<u8> = [b"\xEF\xBB\xBF", TURKISH.as_bytes()].concat();
        assert_eq!(cells_of(&marked, &["Numara"]), plain);
    }

    #[test]
    fn the_delimiter_is_found_by_looking() {
        for delimiter in [",", ";", "\t", "|"] {
            let text = TURKISH.replace(',', delimiter);
            assert_eq!(cells_of(text.as_bytes(), &["Şehir", "Meslek"])[0], ["1", "Iğdır", "Öğretmen"], "{delimiter:?}");
        }
    }

    #[test]
    fn needed_columns_decide_between_delimiters() {
        assert_eq!(cells_of(b"a;b, c, d, e\n1;2, 3", &["a"]), [["1", "2, 3"]]);
    }

    #[test]
    fn other_formats_are_refused_by_what_they_are() {
        assert_eq!(
            read(b"PK\x03\x04....xl/workbook.xml", &[]),
            Err(Unreadable::OtherFormat("an Excel workbook (XLSX)"))
        );
        assert_eq!(read(b"PK\x03\x04....word/", &[]), Err(Unreadable::OtherFormat("a ZIP archive")));
        assert_eq!(read(b"a,b\n1,\x002", &[]), Err(Unreadable::Binary));
        assert_eq!(read(b"", &[]), Err(Unreadable::Empty));
        assert_eq!(read(b"\xEF\xBB\xBF \n\n", &[]), Err(Unreadable::Empty));
        assert_eq!(read(b"a,b\n,\n", &[]), Err(Unreadable::NoRows));
    }

    #[test]
    fn a_quote_that_is_never_closed_refuses_the_file_with_its_line() {
        assert_eq!(read(b"a,b\n1,\"x\ny\"\n2,\"open\n3,4\n", &["a"]), Err(Unreadable::OpenQuote(4)));
        assert!(read(b"a,b\n1,5\" screen\n2,\"say \"\"hi\"\"\"\n", &["a"]).is_ok());
    }

    #[test]
    fn missing_and_double_columns_refuse_the_file() {
        let error = read(b"a,b\n1,2\n", &["a", "c"]).expect_err("incomplete");
        assert!(error.to_string().contains("missing: “c”. The file has: “a”, “b”"), "{error}");
        assert_eq!(read(b"a,A \n1,2\n", &["a"]), Err(Unreadable::TwiceNamed("A".into())));
    }

    #[test]
    fn a_row_of_another_length_is_a_defect_of_that_row() {
        let table = read(b"a,b\n1,2\n3\n4,5,6\n7,8\n", &["a"]).expect("readable");
        let defects: Vec<_> = table.rows.iter().map(|row| (row.number, row.defect.is_some())).collect();
        assert_eq!(defects, [(2, false), (3, true), (4, true), (5, false)]);
    }

    #[test]
    fn an_endless_row_is_rejected_and_an_endless_header_refused() {
        let long = "x".repeat(10 * 1024 * 1024);
        let table = read(format!("a,b\n1,{long}\n2,y\n").as_bytes(), &["a"]).expect("readable");
        assert!(table.rows[0].defect.as_ref().is_some_and(|why| why.contains("bytes")));
        assert_eq!(table.rows[1].defect, None);
        assert!(matches!(read(long.as_bytes(), &["a"]), Err(Unreadable::HeaderTooLong(_))));
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_the_reader_answers(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes, &["a"]);
        }

        #[test]
        fn what_was_written_is_read(cells in prop::collection::vec("[ -~ğüşıöç\n]{0,12}", 1..30)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["number", "text"]).expect("memory");
            for cell in &cells {
                writer.write_record(["1", cell.as_str()]).expect("memory");
            }
            let bytes = writer.into_inner().expect("memory");
            let expected: Vec<_> = cells.iter().map(|cell| vec!["1".to_owned(), cell.trim().to_owned()]).collect();
            prop_assert_eq!(cells_of(&bytes, &["number", "text"]), expected);
        }
    }
}
