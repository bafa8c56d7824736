//! Which files a lead takes, and under which name.

/// The largest file, in bytes; the database refuses a larger one too.
pub const LARGEST_FILE: usize = 25 * 1024 * 1024;
/// No file name is longer, in characters.
const LONGEST_NAME: usize = 150;

/// A file's name without what could mislead people or machines: no folders, no control characters, nothing that turns the
/// direction of writing (`exe.txt` that is a `txt.exe`). The ending survives where a long name is cut.
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|c| !c.is_control() && !turns_direction(*c)).collect();
    let kept = kept.trim_end().trim_start_matches(|c: char| c == '.' || c.is_whitespace());
    let (stem, ending) = match kept.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.chars().count() <= 10 => (stem, format!(".{ending}")),
        _ => (kept, String::new()),
    };
    let room = LONGEST_NAME - ending.chars().count();
    let stem: String = stem.chars().take(room).collect();
    let name = format!("{stem}{ending}").trim_end().to_owned();
    if name.is_empty() { "document".to_owned() } else { name }
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The header that makes a browser keep a file under `name` instead of showing it (RFC 6266, RFC 5987): a plain name for
/// old ones, the true one in UTF-8.
pub fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || " .-_()".contains(c) { c } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// A file's type as its browser said, where it looks like one; else the type of any bytes.
pub fn media_type(said: &str) -> &str {
    let kind = said.split(';').next().unwrap_or_default().trim();
    let is_word = |part: &str| {
        !part.is_empty() && part.len() <= 60 && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"+.-".contains(&b))
    };
    let is_sound = kind.split_once('/').is_some_and(|(class, sort)| is_word(class) && is_word(sort));
    if is_sound { kind } else { "application/octet-stream" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_mislead_nobody() {
        assert_eq!(safe_name("../../etc/passwd"), "passwd");
        assert_eq!(safe_name("C:\\offers\\Teklif Şubat.pdf"), "Teklif Şubat.pdf");
        assert_eq!(safe_name("a\r\nSet-Cookie: x=1.txt"), "aSet-Cookie: x=1.txt");
        assert_eq!(safe_name("photo\u{202e}gpj.exe"), "photogpj.exe");
        assert_eq!(safe_name(" .. "), "document");
        assert_eq!(safe_name(""), "document");
        let long = format!("{}.pdf", "ş".repeat(500));
        assert!(safe_name(&long).ends_with(".pdf") && safe_name(&long).chars().count() == LONGEST_NAME);
    }

    #[test]
    fn a_name_behind_dots_or_cut_at_a_blank_keeps_no_blank_at_its_ends() {
        assert_eq!(safe_name(". offer"), "offer");
        assert_eq!(safe_name("..\t. .offer.pdf"), "offer.pdf");
        assert_eq!(
            safe_name(&format!("{} {}", "a".repeat(LONGEST_NAME - 1), "b".repeat(20))),
            "a".repeat(LONGEST_NAME - 1)
        );
    }

    #[test]
    fn the_header_carries_any_name() {
        assert_eq!(
            disposition("Teklif \"Şubat\".pdf"),
            "attachment; filename=\"Teklif __ubat_.pdf\"; filename*=UTF-8''Teklif%20%22%C5%9Eubat%22.pdf"
        );
    }

    #[test]
    fn a_type_that_is_none_is_not_passed_on() {
        assert_eq!(media_type("application/pdf; charset=x"), "application/pdf");
        for odd in ["", "pdf", "text/html\r\nX: y", "a/b/c", "/"] {
            assert_eq!(media_type(odd), "application/octet-stream", "{odd}");
        }
    }

    proptest! {
        #[test]
        fn no_name_breaks_out_of_the_header(name in ".*") {
            let header = disposition(&safe_name(&name));
            prop_assert!(header.is_ascii() && !header.chars().any(char::is_control));
            prop_assert_eq!(header.matches('"').count(), 2);
        }

        #[test]
        fn a_safe_name_is_safe_already(name in prop_oneof![".*", "[. \t/ab\u{202e}\u{a0}ş]{0,400}", "[ab]{130,150}[. ab]{0,30}"]) {
            let once = safe_name(&name);
            prop_assert!(!once.trim().is_empty() && once.chars().count() <= LONGEST_NAME);
            prop_assert_eq!(safe_name(&once), once);
        }
    }
}
