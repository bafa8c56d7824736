//! Excel workbooks (XLSX), cell by cell: only what is there takes memory, however large a sheet says it is. Values are
//! what the last calculation left, dates and numbers as people see them.

use super::{
    problems::{LONGEST_ROW, MOST_COLUMNS, Unreadable},
    reader::RawRow,
};
use calamine::{CellErrorType, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use std::{
    io::{self, Cursor, Read},
    panic::{AssertUnwindSafe, catch_unwind},
};
use zip::ZipArchive;

/// What a workbook may hold once it is unpacked; a file of the largest size holds less.
const MOST_UNPACKED: u64 = 384 * 1024 * 1024;
/// What one sheet's texts may add up to.
const MOST_TEXT: usize = 128 * 1024 * 1024;
/// Rows that any spreadsheet program writes at most.
const MOST_ROWS: usize = 1_048_576;
/// Cells, blank ones between filled ones included: a few distant cells make a small file a huge table.
pub const MOST_CELLS: usize = 10_000_000;

/// One sheet, and which others there are.
pub struct Workbook {
    /// The visible sheets.
    pub sheets: Vec<String>,
    /// The one that was read.
    pub sheet: String,
    /// Its rows that hold something.
    pub rows: Vec<RawRow>,
}

/// Reads the sheet `wanted`, or the first visible one that holds something.
///
/// # Errors
/// [`Unreadable`] when it is no workbook, or larger inside than anybody's leads.
pub fn read(bytes: &[u8], wanted: Option<&str>) -> Result<Workbook, Unreadable> {
    unpacks_to_a_sound_size(bytes)?;
    // A file that was tampered with may stumble over what its parser takes for granted.
    catch_unwind(AssertUnwindSafe(|| open(bytes, wanted))).unwrap_or(Err(Unreadable::BrokenWorkbook))
}

/// Unpacks everything once, into nothing: what the archive says about sizes is only what it says.
fn unpacks_to_a_sound_size(bytes: &[u8]) -> Result<(), Unreadable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::BrokenWorkbook)?;
    let mut left = MOST_UNPACKED;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| Unreadable::BrokenWorkbook)?;
        if part.size() > left {
            return Err(Unreadable::Bomb);
        }
        let unpacked = io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(|_| Unreadable::BrokenWorkbook)?;
        left = left.checked_sub(unpacked).ok_or(Unreadable::Bomb)?;
    }
    Ok(())
}

fn open(bytes: &[u8], wanted: Option<&str>) -> Result<Workbook, Unreadable> {
    let broken = |_: XlsxError| Unreadable::BrokenWorkbook;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let is_shown =
        |sheet: &&calamine::Sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet;
    let sheets: Vec<String> = book.sheets_metadata().iter().filter(is_shown).map(|sheet| sheet.name.clone()).collect();
    if let Some(wanted) = wanted {
        if !sheets.iter().any(|sheet| sheet == wanted) {
            return Err(Unreadable::NoSheet(wanted.to_owned()));
        }
        let rows = rows(&mut book, wanted)?;
        return Ok(Workbook { sheet: wanted.to_owned(), sheets, rows });
    }
    for sheet in &sheets {
        let rows = rows(&mut book, sheet)?;
        if !rows.is_empty() {
            return Ok(Workbook { sheet: sheet.clone(), sheets, rows });
        }
    }
    Err(Unreadable::Empty)
}

fn rows(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Result<Vec<RawRow>, Unreadable> {
    let broken = |_: XlsxError| Unreadable::BrokenWorkbook;
    let mut reader = book.worksheet_cells_reader(sheet).map_err(broken)?;
    let mut rows: Vec<RawRow> = Vec::new();
    let (mut text_in_all, mut cells_in_all) = (0, 0);
    while let Some(cell) = reader.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let text = shown(cell.get_value());
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        let column = column as usize;
        if column >= MOST_COLUMNS {
            return Err(Unreadable::TooManyColumns(column + 1));
        }
        text_in_all += text.len();
        let number = i64::from(row) + 1;
        if rows.last().is_none_or(|last| last.number < number) {
            rows.push(RawRow { number, cells: Vec::new(), bytes: 0, spans_lines: false });
        }
        // Rows stand in their order; a file in which they do not was not written by a spreadsheet program.
        let Some(last) = rows.last_mut().filter(|last| last.number == number) else {
            return Err(Unreadable::BrokenWorkbook);
        };
        if text_in_all > MOST_TEXT || rows_are_too_many(number) {
            return Err(Unreadable::Bomb);
        }
        if last.cells.len() <= column {
            cells_in_all += column + 1 - last.cells.len();
            if cells_in_all > MOST_CELLS {
                return Err(Unreadable::Bomb);
            }
            last.cells.resize(column + 1, String::new());
        }
        last.bytes += text.len();
        // What is too long is not kept: its row is rejected anyway.
        if last.bytes <= LONGEST_ROW {
            text.clone_into(&mut last.cells[column]);
        } else {
            "…".clone_into(&mut last.cells[column]);
        }
    }
    Ok(rows)
}

fn rows_are_too_many(number: i64) -> bool {
    usize::try_from(number).is_ok_and(|number| number > MOST_ROWS)
}

/// A cell as people see it.
fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => shown_number(*number),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(moment) => shown_moment(moment),
        DataRef::Error(error) => shown_error(error).to_owned(),
    }
}

fn shown_error(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        _ => "#ERROR",
    }
}

/// Fifteen digits, as spreadsheet programs show; beyond them the number was rounded, and shows it.
fn shown_number(number: f64) -> String {
    const EXACT: f64 = 1e15;
    if number.abs() >= EXACT {
        return format!("{number:E}").replace('E', "E+");
    }
    if number == number.trunc() {
        return format!("{number:.0}");
    }
    let whole_digits = (number.abs().log10().floor() as i32 + 1).max(0);
    let decimals = usize::try_from(15 - whole_digits).unwrap_or_default();
    let text = format!("{number:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn shown_moment(moment: &ExcelDateTime) -> String {
    if moment.is_duration() {
        let seconds = (moment.as_f64() * 86_400.0).round() as i64;
        return format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let Some(at) = moment.as_datetime() else { return shown_number(moment.as_f64()) };
    let has_day = moment.as_f64() >= 1.0;
    let has_time = moment.as_f64().fract() != 0.0;
    match (has_day, has_time) {
        (true, false) => at.format("%Y-%m-%d").to_string(),
        (false, _) => at.format("%H:%M:%S").to_string(),
        (true, true) => at.format("%Y-%m-%d %H:%M:%S").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_in_the_program() {
        for (number, text) in [
            (660_737.0, "660737"),
            (0.1 + 0.2, "0.3"),
            (905_321_234_567.0, "905321234567"),
            (-12.5, "-12.5"),
            (1234.56, "1234.56"),
            (0.000_012, "0.000012"),
            (1.234_567_890_123_456_8e17, "1.2345678901234568E+17"),
        ] {
            assert_eq!(shown_number(number), text);
        }
    }

    #[test]
    fn what_is_no_workbook_is_refused() {
        for bytes in [&b"PK\x03\x04xl/"[..], b"", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"] {
            assert!(read(bytes, None).is_err());
        }
    }
}
