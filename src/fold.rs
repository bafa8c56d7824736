//! Search keys. Names, e-mails and phones are folded by this one function wherever they enter and whenever they are
//! searched, in the browser and on the server alike, so that `Şule`, `SULE` and `sule` find each other.

/// Folds `text` for searching: lower case, Turkish dotless and dotted i made one, diacritics of Latin letters dropped,
/// Cyrillic ё as е, Arabic yeh and kaf as the Persian ones, joiners and control characters removed, runs of blanks made
/// one space.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            c if c.is_whitespace() => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            // Combining marks (İ lower-cases to i + U+0307), zero-width joiners and direction marks carry no letter.
            '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}' => {}
            c if c.is_control() => {}
            'ı' => folded.push('i'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'à'..='å' | 'ā' | 'ă' | 'ą' => folded.push('a'),
            'ç' | 'ć' | 'č' => folded.push('c'),
            'ď' | 'đ' => folded.push('d'),
            'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => folded.push('e'),
            'ğ' => folded.push('g'),
            'ì'..='ï' | 'ī' | 'į' => folded.push('i'),
            'ł' => folded.push('l'),
            'ñ' | 'ń' | 'ň' => folded.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => folded.push('o'),
            'ř' => folded.push('r'),
            'ş' | 'ș' | 'ś' | 'š' => folded.push('s'),
            'ţ' | 'ț' | 'ť' => folded.push('t'),
            'ù'..='ü' | 'ū' | 'ů' | 'ű' => folded.push('u'),
            'ý' | 'ÿ' => folded.push('y'),
            'ź' | 'ż' | 'ž' => folded.push('z'),
            'ё' => folded.push('е'),
            'ي' | 'ى' => folded.push('ی'),
            'ك' => folded.push('ک'),
            c => folded.push(c),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The digits of a phone number, the only part that spellings share.
pub fn fold_phone(text: &str) -> String {
    text.chars().filter_map(|c| c.to_digit(10)).filter_map(|d| char::from_digit(d, 10)).collect()
}

/// The LIKE pattern that finds `text` anywhere in a search key: folded, with `%`, `_` and `\` taken literally. A text that
/// can only be a phone number is looked for by its digits, as it is stored.
pub fn like_pattern(text: &str) -> String {
    let digits = fold_phone(text);
    let is_phone = digits.len() >= 7 && text.chars().all(|c| c.is_ascii_digit() || " +-()".contains(c));
    let wanted = if is_phone { digits } else { fold(text) };
    let mut pattern = String::from("%");
    for character in wanted.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn turkish_letters_meet_their_plain_spellings() {
        for spelling in ["Şule Iğdır", "SULE IGDIR", "şule ığdır", "  şule\u{200d}  İĞDİR "] {
            assert_eq!(fold(spelling), "sule igdir");
        }
    }

    #[test]
    fn persian_and_russian_variants_meet() {
        assert_eq!(fold("علي كريم"), fold("علی کریم"));
        assert_eq!(fold("Фёдор"), fold("ФЕДОР"));
    }

    #[test]
    fn pattern_characters_are_taken_literally() {
        assert_eq!(like_pattern("50%_a\\"), "%50\\%\\_a\\\\%");
    }

    #[test]
    fn phones_are_found_in_any_spelling() {
        assert_eq!(like_pattern("+90 (532) 123-45"), "%9053212345%");
        assert_eq!(like_pattern("12.05.2024"), "%12.05.2024%");
        assert_eq!(like_pattern("660-737"), "%660-737%");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in ".*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
