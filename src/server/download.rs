//! Files that people take with them.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::header;

/// Tells spreadsheet programs that letters are UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A file that the browser keeps under `name`.
pub fn as_download(name: &str, media_type: &'static str, body: Body) -> Response {
    let plain: String = name
        .chars()
        .map(|letter| if letter.is_ascii_graphic() && !"\"\\/".contains(letter) { letter } else { '_' })
        .collect();
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", percent_encoded(name));
    ([(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)], body).into_response()
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// One line of a CSV file.
pub fn line(cells: impl Iterator<Item = String>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    // Writing into memory cannot fail.
    let _ = writer.write_record(cells.map(harmless));
    writer.into_inner().unwrap_or_default()
}

/// A cell that no spreadsheet program takes for a formula. Numbers and phone numbers stay as they are.
fn harmless(cell: String) -> String {
    let is_number = |text: &str| text.chars().all(|letter| letter.is_ascii_digit() || " +-().,/".contains(letter));
    match cell.trim_start().chars().next() {
        Some('=' | '@' | '\t' | '\r' | '|') => format!("'{cell}"),
        Some('+' | '-') if !is_number(&cell) => format!("'{cell}"),
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            (" =cmd|' /C calc'!A0", "' =cmd|' /C calc'!A0"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+A1", "'+A1"),
            ("-2+HYPERLINK(1)", "'-2+HYPERLINK(1)"),
            ("+90 (532) 000-11-22", "+90 (532) 000-11-22"),
            ("-12.5", "-12.5"),
            ("plain", "plain"),
        ] {
            assert_eq!(harmless(cell.to_owned()), written);
        }
        assert_eq!(line(["a,b", "c\"d", ""].map(str::to_owned).into_iter()), b"\"a,b\",\"c\"\"d\",\n");
    }
}
