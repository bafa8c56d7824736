//! From the bytes of a file to rows of cells. Spreadsheet programs disagree about encoding, delimiter and where the table
//! begins, so all three are found by looking, unless somebody says so; what is no table at all is refused with a sentence
//! that says what to do. Nothing here knows leads.

use super::{
    preset::Layout,
    problems::{LARGEST_FILE, LONGEST_ROW, MOST_COLUMNS, OtherFormat, RowProblem, Unreadable},
    workbook::{self, MOST_CELLS},
};
use crate::fold::fold;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::collections::{BTreeMap, BTreeSet};

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// No column has a longer name.
const LONGEST_NAME: usize = 400;
/// The header is looked for among so many rows.
const TOP: usize = 40;

/// A file that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The header's names, each once.
    pub columns: Vec<String>,
    /// The rows below it, without those that are wholly blank.
    pub rows: Vec<Row>,
    /// How the file turned out to be laid out.
    pub layout: Layout,
    /// The visible sheets of a workbook.
    pub sheets: Vec<String>,
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
    /// Its number as a spreadsheet counts: the file's first row is row 1.
    pub number: i64,
    /// Its cells; formulas are texts like any other.
    pub cells: Vec<String>,
    /// Why it cannot be used, whatever its cells say.
    pub defect: Option<RowProblem>,
}

/// A row before it is known what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRow {
    /// Its number.
    pub number: i64,
    /// Its cells, trimmed.
    pub cells: Vec<String>,
    /// How long all of them are together.
    pub bytes: usize,
    /// Whether a cell runs over several lines.
    pub spans_lines: bool,
}

impl RawRow {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(String::is_empty)
    }

    /// How far its cells reach.
    fn width(&self) -> usize {
        self.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1)
    }

    fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.is_empty()).count()
    }

    /// How many of its cells are words rather than numbers.
    fn words(&self) -> usize {
        let is_word = |cell: &&String| cell.chars().any(char::is_alphabetic) && !cell.contains('@');
        self.cells.iter().filter(is_word).count()
    }
}

/// Reads a table that has the `needed` columns, laid out as `layout` says, or else as it looks.
///
/// # Errors
/// [`Unreadable`], with nothing read at all.
pub fn read(bytes: &[u8], needed: &[&str], layout: &Layout) -> Result<Table, Unreadable> {
    if bytes.len() > LARGEST_FILE {
        return Err(Unreadable::TooLarge(bytes.len()));
    }
    let table = if is_workbook(bytes) {
        let book = workbook::read(bytes, layout.sheet.as_deref())?;
        let found = Layout { sheet: Some(book.sheet), ..Layout::default() };
        table(book.rows, needed, layout.header_row, found, book.sheets, Shape::Workbook)?
    } else {
        read_text(bytes, needed, layout)?
    };
    check_columns(&table, needed)?;
    if table.rows.is_empty() { Err(Unreadable::NoRows) } else { Ok(table) }
}

/// A workbook has no rows that are too short: programs leave out blank cells at the end.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Text,
    Workbook,
}

fn read_text(bytes: &[u8], needed: &[&str], layout: &Layout) -> Result<Table, Unreadable> {
    let (text, encoding) = decode(bytes, layout.encoding.as_deref())?;
    if text.trim().is_empty() {
        return Err(Unreadable::Empty);
    }
    let given = layout.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok()).filter(u8::is_ascii);
    let delimiter = given.unwrap_or_else(|| delimiter(&text, needed));
    if let Some(line) = line_of_open_quote(&text, delimiter) {
        return Err(Unreadable::OpenQuote(line));
    }
    let found = Layout {
        encoding: Some(encoding.name().to_ascii_lowercase()),
        delimiter: Some(char::from(delimiter)),
        ..Layout::default()
    };
    let rows = records(&text, delimiter, usize::MAX)?;
    table(rows, needed, layout.header_row, found, Vec::new(), Shape::Text)
}

/// The header, and the rows below it.
fn table(
    rows: Vec<RawRow>,
    needed: &[&str],
    header_row: Option<i64>,
    found: Layout,
    sheets: Vec<String>,
    shape: Shape,
) -> Result<Table, Unreadable> {
    let given = header_row.and_then(|number| rows.iter().position(|row| row.number == number));
    let place = given.unwrap_or_else(|| header_place(&rows[..rows.len().min(TOP)], needed));
    let mut rows = rows.into_iter().skip(place);
    let header = rows.next().ok_or(Unreadable::Empty)?;
    if header.bytes > LONGEST_ROW {
        return Err(Unreadable::HeaderTooLong(header.bytes));
    }
    let layout = Layout { header_row: Some(header.number), ..found };
    let columns = named(header, shape)?;
    let width = columns.len();
    if shape == Shape::Workbook && rows.len().saturating_mul(width) > MOST_CELLS {
        return Err(Unreadable::Bomb);
    }
    let rows = rows.filter(|row| !row.is_blank()).map(|row| sound_row(row, width, shape)).collect();
    Ok(Table { columns, rows, layout, sheets })
}

fn sound_row(mut row: RawRow, width: usize, shape: Shape) -> Row {
    if shape == Shape::Workbook && row.width() <= width {
        row.cells.resize(width, String::new());
    }
    Row { number: row.number, defect: defect(&row, width), cells: row.cells }
}

fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") && bytes.windows(3).any(|window| window == b"xl/")
}

fn decode(bytes: &[u8], wanted: Option<&str>) -> Result<(String, &'static Encoding), Unreadable> {
    if let Some(format) = other_format(bytes) {
        return Err(Unreadable::OtherFormat(format));
    }
    let (encoding, mark) = match wanted {
        Some(name) => {
            let encoding =
                Encoding::for_label(name.as_bytes()).ok_or_else(|| Unreadable::NoEncoding(name.to_owned()))?;
            let mark = Encoding::for_bom(bytes).filter(|(marked, _)| *marked == encoding).map_or(0, |(_, mark)| mark);
            (encoding, mark)
        }
        None => encoding(bytes),
    };
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(&bytes[mark..])
        .ok_or_else(|| Unreadable::Garbled(encoding.name().to_owned()))?;
    if text.contains('\0') { Err(Unreadable::Binary) } else { Ok((text.into_owned(), encoding)) }
}

/// Formats that are met under the name of a CSV file, by their first bytes.
fn other_format(bytes: &[u8]) -> Option<OtherFormat> {
    match bytes {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Some(OtherFormat::Zip),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Some(OtherFormat::OldExcel),
        [b'%', b'P', b'D', b'F', ..] => Some(OtherFormat::Pdf),
        [0x1F, 0x8B, ..] => Some(OtherFormat::Gzip),
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

/// The delimiter under which a row has the most needed columns; between equals, the one that makes the best table.
fn delimiter(text: &str, needed: &[&str]) -> u8 {
    let worth = |delimiter: u8| {
        let rows = records(text, delimiter, TOP).unwrap_or_default();
        let found = rows.iter().map(|row| found_in(row, needed)).max().unwrap_or_default();
        (found, evenness(&rows))
    };
    // The last of equals wins in `max_by`: turned round, the comma does.
    let candidates = DELIMITERS.into_iter().rev().map(|delimiter| (worth(delimiter), delimiter));
    let better = |a: &((usize, f64), u8), b: &((usize, f64), u8)| a.0.0.cmp(&b.0.0).then(a.0.1.total_cmp(&b.0.1));
    candidates.max_by(better).map_or(b',', |(_, delimiter)| delimiter)
}

/// How much these rows look like a table: a header of many words, and rows below it as wide as it is.
fn evenness(rows: &[RawRow]) -> f64 {
    let Some(header) = rows.get(header_place(rows, &[])) else { return 0.0 };
    let width = header.width();
    if width < 2 {
        return 0.0;
    }
    let below = rows.iter().filter(|row| row.number > header.number).count();
    if below == 0 {
        // Perhaps a header, perhaps the last line of something else.
        return 0.5;
    }
    let even = rows.iter().filter(|row| row.number > header.number && row.cells.len() == header.cells.len()).count();
    let share = |part: usize, whole: usize| (part as f64 + 1.0) / (whole as f64 + 1.0);
    width as f64 * share(even, below) * share(header.words(), header.filled())
}

fn found_in(row: &RawRow, needed: &[&str]) -> usize {
    if needed.is_empty() {
        return 0;
    }
    // What is longer is no name, and folding it would take its time.
    let names: BTreeSet<String> =
        row.cells.iter().filter(|cell| cell.len() <= LONGEST_NAME).map(|cell| fold(cell)).collect();
    needed.iter().filter(|name| names.contains(&fold(name))).count()
}

/// Where the header stands: the row with the most needed columns; where none is needed, the first one that is nearly as
/// wide as most rows and made of words. Titles above a table fill a cell or two.
fn header_place(rows: &[RawRow], needed: &[&str]) -> usize {
    let found: Vec<usize> = rows.iter().map(|row| found_in(row, needed)).collect();
    if let Some(most) = found.iter().max().filter(|most| **most > 0) {
        return found.iter().position(|found| found == most).unwrap_or_default();
    }
    let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.is_blank()) {
        *widths.entry(row.width()).or_default() += 1;
    }
    let usual = widths.into_iter().max_by_key(|(width, rows)| (*rows, *width)).map_or(1, |(width, _)| width);
    let is_wide = |row: &RawRow| row.filled() * 2 > usual || row.filled() >= usual;
    let is_header = |row: &&RawRow| is_wide(row) && row.words() * 2 > row.filled();
    let place = |wanted: &dyn Fn(&&RawRow) -> bool| rows.iter().position(|row| wanted(&row));
    place(&is_header).or_else(|| place(&|row| is_wide(row))).unwrap_or_default()
}

fn parser(delimiter: u8) -> csv::ReaderBuilder {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter);
    builder
}

fn position(columns: &[String], name: &str) -> Option<usize> {
    let name = fold(name);
    columns.iter().position(|column| column.len() <= LONGEST_NAME && fold(column) == name)
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

/// The first `most` rows; blank lines are none, but count as a spreadsheet counts them.
fn records(text: &str, delimiter: u8, most: usize) -> Result<Vec<RawRow>, Unreadable> {
    let mut reader = parser(delimiter).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let (mut rows, mut number) = (Vec::new(), 0);
    while rows.len() < most {
        let begins = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        let is_there = reader.read_record(&mut record).map_err(|error| Unreadable::Malformed(error.to_string()))?;
        if !is_there {
            break;
        }
        number += 1 + blank_lines(text, begins);
        rows.push(RawRow {
            number,
            bytes: record.as_slice().len(),
            spans_lines: record.iter().any(|cell| cell.contains('\n')),
            cells: record.iter().map(|cell| cell.trim().to_owned()).collect(),
        });
    }
    Ok(rows)
}

/// How many lines at `place` hold nothing at all: the parser passes over them. Of a line that ended in CR LF it may have
/// left the LF behind.
fn blank_lines(text: &str, place: usize) -> i64 {
    let bytes = text.as_bytes();
    let mut rest = bytes.get(place..).unwrap_or_default();
    if place > 0 && bytes.get(place - 1) == Some(&b'\r') && rest.first() == Some(&b'\n') {
        rest = &rest[1..];
    }
    let mut lines = 0;
    loop {
        rest = match rest {
            [b'\r', b'\n', rest @ ..] | [b'\r' | b'\n', rest @ ..] => rest,
            _ => return lines,
        };
        lines += 1;
    }
}

/// Columns without a name get their number for one.
fn named(header: RawRow, shape: Shape) -> Result<Vec<String>, Unreadable> {
    let width = if shape == Shape::Workbook { header.width() } else { header.cells.len() };
    if width > MOST_COLUMNS {
        return Err(Unreadable::TooManyColumns(width));
    }
    let mut columns: Vec<String> = Vec::with_capacity(width);
    for (number, name) in (1..).zip(header.cells.into_iter().take(width)) {
        let name = if name.is_empty() { format!("Column {number}") } else { name };
        if position(&columns, &name).is_some() {
            return Err(Unreadable::TwiceNamed(name));
        }
        columns.push(name);
    }
    Ok(columns)
}

fn defect(row: &RawRow, expected: usize) -> Option<RowProblem> {
    if row.bytes > LONGEST_ROW {
        return Some(RowProblem::TooLong(row.bytes));
    }
    let found = row.cells.len();
    (found != expected).then_some(RowProblem::Cells { found, expected, spans_lines: row.spans_lines })
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
        look(bytes, needed).expect("readable").rows.into_iter().map(|row| row.cells).collect()
    }

    fn look(bytes: &[u8], needed: &[&str]) -> Result<Table, Unreadable> {
        read(bytes, needed, &Layout::default())
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
    fn without_needed_columns_the_evenest_table_wins() {
        let delimiter_of = |text: &str| look(text.as_bytes(), &[]).expect("readable").layout.delimiter;
        assert_eq!(delimiter_of("Ad;Fiyat;Puan\nAli, Veli;1,5;2,5\nAyşe;3,5;4,5\n"), Some(';'));
        assert_eq!(delimiter_of("Name,Note\nAli,a; b; c\nVeli,d\n"), Some(','));
        assert_eq!(delimiter_of("Name\tNote\nAli, Veli\ta\n"), Some('\t'));
        assert_eq!(delimiter_of("Name\nAli\n"), Some(','));
    }

    #[test]
    fn the_header_is_found_below_titles_and_blank_lines() {
        let text = "Lead report;;\r\nFrom 2026-01-01;;\r\n\r\n\r\nName;E-mail;City\r\nAli;ali@x.com;İzmir\r\n\r\n;;\r\nCan;can@x.com;\r\n";
        let table = look(text.as_bytes(), &[]).expect("readable");
        assert_eq!((table.columns.join(" "), table.layout.header_row), ("Name E-mail City".to_owned(), Some(5)));
        assert_eq!(table.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [6, 9]);
        let by_hand = Layout { header_row: Some(6), ..Layout::default() };
        assert_eq!(read(text.as_bytes(), &[], &by_hand).expect("readable").columns[0], "Ali");
        let by_hand = Layout { encoding: Some("windows-1251".into()), delimiter: Some('|'), ..Layout::default() };
        assert_eq!(read("Имя|Город\n".as_bytes(), &[], &by_hand), Err(Unreadable::NoRows));
        let unknown = Layout { encoding: Some("klingon".into()), ..Layout::default() };
        assert_eq!(read(text.as_bytes(), &[], &unknown), Err(Unreadable::NoEncoding("klingon".into())));
    }

    #[test]
    fn russian_letters_are_made_out() {
        let text = "Имя;Город;Телефон\nИван Петров;Москва;+7 495 000-00-00\nМария Сидорова;Казань;+7 843 000-00-00\n";
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(text);
        assert_eq!(cells_of(&bytes, &["Город"])[1][1], "Казань");
    }

    #[test]
    fn needed_columns_decide_between_delimiters() {
        assert_eq!(cells_of(b"a;b, c, d, e\n1;2, 3", &["a"]), [["1", "2, 3"]]);
    }

    #[test]
    fn other_formats_are_refused_by_what_they_are() {
        assert_eq!(look(b"PK\x03\x04....xl/workbook.xml", &[]), Err(Unreadable::BrokenWorkbook));
        assert_eq!(look(b"PK\x03\x04....word/", &[]), Err(Unreadable::OtherFormat(OtherFormat::Zip)));
        assert_eq!(look(b"a,b\n1,\x002", &[]), Err(Unreadable::Binary));
        assert_eq!(look(b"", &[]), Err(Unreadable::Empty));
        assert_eq!(look(b"\xEF\xBB\xBF \n\n", &[]), Err(Unreadable::Empty));
        assert_eq!(look(b"a,b\n,\n", &[]), Err(Unreadable::NoRows));
    }

    #[test]
    fn a_quote_that_is_never_closed_refuses_the_file_with_its_line() {
        assert_eq!(look(b"a,b\n1,\"x\ny\"\n2,\"open\n3,4\n", &["a"]), Err(Unreadable::OpenQuote(4)));
        assert!(look(b"a,b\n1,5\" screen\n2,\"say \"\"hi\"\"\"\n", &["a"]).is_ok());
    }

    #[test]
    fn missing_and_double_columns_refuse_the_file() {
        let error = look(b"a,b\n1,2\n", &["a", "c"]).expect_err("incomplete");
        assert!(error.to_string().contains("missing: “c”. The file has: “a”, “b”"), "{error}");
        assert_eq!(look(b"a,A \n1,2\n", &["a"]), Err(Unreadable::TwiceNamed("A".into())));
    }

    #[test]
    fn a_row_of_another_length_is_a_defect_of_that_row() {
        let table = look(b"a,b\n1,2\n3\n4,5,6\n7,8\n", &["a"]).expect("readable");
        let defects: Vec<_> = table.rows.iter().map(|row| (row.number, row.defect.is_some())).collect();
        assert_eq!(defects, [(2, false), (3, true), (4, true), (5, false)]);
    }

    #[test]
    fn an_endless_row_is_rejected_and_an_endless_header_refused() {
        let long = "x".repeat(10 * 1024 * 1024);
        let table = look(format!("a,b\n1,{long}\n2,y\n").as_bytes(), &["a"]).expect("readable");
        assert!(matches!(table.rows[0].defect, Some(RowProblem::TooLong(_))));
        assert_eq!(table.rows[1].defect, None);
        assert!(matches!(look(long.as_bytes(), &["a"]), Err(Unreadable::HeaderTooLong(_))));
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_the_reader_answers(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = look(&bytes, &["a"]);
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
