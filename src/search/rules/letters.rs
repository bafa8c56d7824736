//! Letters as they are compared, in four scripts. What stands here about words stands in the database, too, for the index
//! (`search_fold`, `search_split`, `search_latin`); a test compares the two letter by letter.

use crate::fold::fold;
use std::ops::RangeInclusive;

/// What separates words, besides every other blank. Everything else is a letter or a digit, in whatever script.
const SEPARATORS: [RangeInclusive<char>; 19] = [
    '\u{1}'..='\u{2f}',
    '\u{3a}'..='\u{60}',
    '\u{7b}'..='\u{a9}',
    '\u{ab}'..='\u{b4}',
    '\u{b6}'..='\u{b9}',
    '\u{bb}'..='\u{bf}',
    '\u{d7}'..='\u{d7}',
    '\u{f7}'..='\u{f7}',
    '\u{2c2}'..='\u{2df}',
    '\u{60c}'..='\u{60c}',
    '\u{61b}'..='\u{61f}',
    '\u{66a}'..='\u{66d}',
    '\u{6d4}'..='\u{6d4}',
    '\u{1680}'..='\u{1680}',
    '\u{2000}'..='\u{2bff}',
    '\u{3000}'..='\u{303f}',
    '\u{fe30}'..='\u{fe4f}',
    '\u{ff00}'..='\u{ff0f}',
    '\u{fffc}'..='\u{fffd}',
];

/// What is written inside a word and carries no letter: apostrophes, accents and vowel marks that combine, joiners.
const MUTE: [RangeInclusive<char>; 13] = [
    '\u{27}'..='\u{27}',
    '\u{60}'..='\u{60}',
    '\u{b4}'..='\u{b4}',
    '\u{2bc}'..='\u{2bc}',
    '\u{300}'..='\u{36f}',
    '\u{640}'..='\u{640}',
    '\u{64b}'..='\u{65f}',
    '\u{670}'..='\u{670}',
    '\u{2018}'..='\u{2019}',
    '\u{200b}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{feff}'..='\u{feff}',
    '\u{0}'..='\u{0}',
];

fn is_among(ranges: &[RangeInclusive<char>], character: char) -> bool {
    ranges.iter().any(|range| range.contains(&character))
}

/// Whether no word goes on over this (lower-case) character.
pub fn is_separator(character: char) -> bool {
    !is_among(&MUTE, character) && is_among(&SEPARATORS, character)
}

/// Beyond what [`fold`] makes one: spellings of Arabic script, digits, й, the Greek final sigma.
fn alike(character: char) -> char {
    match character {
        'й' => 'и',
        'ς' => 'σ',
        'ئ' => 'ی',
        'ة' | 'ۀ' => 'ه',
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ؤ' => 'و',
        '۰'..='۹' => western(character, '۰'),
        '٠'..='٩' => western(character, '٠'),
        c => c,
    }
}

fn western(digit: char, zero: char) -> char {
    char::from_digit(u32::from(digit) - u32::from(zero), 10).unwrap_or(digit)
}

/// A text as it is compared, blanks and punctuation kept.
pub fn folded(text: &str) -> String {
    let spoken: String = text.chars().flat_map(char::to_lowercase).filter(|c| !is_among(&MUTE, *c)).collect();
    fold(&spoken).chars().map(alike).collect()
}

/// The words of a text in their order.
pub fn words(text: &str) -> Vec<String> {
    let spaced: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|c| !is_among(&MUTE, *c))
        .map(|c| if is_separator(c) { ' ' } else { c })
        .collect();
    fold(&spaced).split(' ').filter(|word| !word.is_empty()).map(|word| word.chars().map(alike).collect()).collect()
}

/// The digits of a number, in whatever digits it was written.
pub fn digits(text: &str) -> String {
    text.chars().map(alike).filter(char::is_ascii_digit).collect()
}

/// Whether a phone number could be written so, or a part of one.
pub fn is_part_of_number(chunk: &str) -> bool {
    chunk.chars().map(alike).all(|c| c.is_ascii_digit() || "+-()./".contains(c))
}

/// Whether a word has a Cyrillic letter.
pub fn has_cyrillic(word: &str) -> bool {
    word.chars().any(|c| ('\u{400}'..='\u{52f}').contains(&c))
}

/// Latin letters that look like Cyrillic ones, typed into a Cyrillic word without anybody seeing it.
pub fn without_lookalikes(word: &str) -> String {
    word.chars()
        .map(|c| match c {
            'a' => 'а',
            'b' => 'в',
            'c' => 'с',
            'e' => 'е',
            'h' => 'н',
            'k' => 'к',
            'm' => 'м',
            'o' => 'о',
            'p' => 'р',
            't' => 'т',
            'x' => 'х',
            'y' => 'у',
            c => c,
        })
        .collect()
}

/// A Cyrillic word in Latin letters, as far as its many spellings agree.
pub fn in_latin(word: &str) -> String {
    if !has_cyrillic(word) {
        return word.to_owned();
    }
    let mut latin = String::with_capacity(word.len());
    for character in word.chars() {
        let letters = match character {
            'а' | 'ә' => "a",
            'б' => "b",
            'в' => "v",
            'г' | 'ґ' | 'ғ' => "g",
            'д' => "d",
            'е' | 'э' | 'є' => "e",
            'ж' | 'з' => "z",
            'и' | 'ы' | 'і' | 'ї' => "i",
            'к' | 'х' | 'қ' => "k",
            'л' => "l",
            'м' => "m",
            'н' | 'ң' => "n",
            'о' | 'ө' => "o",
            'п' => "p",
            'р' => "r",
            'с' | 'ш' => "s",
            'т' | 'ц' => "t",
            'у' | 'ү' | 'ұ' | 'ў' => "u",
            'ф' => "f",
            'ч' => "c",
            'щ' => "sc",
            'ю' => "iu",
            'я' => "ia",
            'һ' | 'ҳ' => "h",
            'ь' | 'ъ' => "",
            other => {
                latin.push(other);
                continue;
            }
        };
        latin.push_str(letters);
    }
    undoubled(&latin.replace("ts", "t"))
}

/// What is typed in Latin letters, brought to the form that [`in_latin`] gives: y and i are one, so are kh and х, sh and ш …
/// It only drops and exchanges letters one by one, so that the bone of a beginning is the beginning of the bone.
pub fn bone(word: &str) -> String {
    let mut bone = String::with_capacity(word.len() + 2);
    for character in word.chars() {
        match character {
            'h' if bone.ends_with(['c', 'g', 'k', 's', 't', 'z']) => {}
            's' if bone.ends_with('t') => {}
            'y' => bone.push('i'),
            'w' => bone.push('v'),
            'q' => bone.push('k'),
            'x' => bone.push_str("ks"),
            other => bone.push(other),
        }
    }
    undoubled(&bone)
}

/// Latin letters that stand twice stand once.
fn undoubled(word: &str) -> String {
    let mut single = String::with_capacity(word.len());
    for character in word.chars() {
        if !(character.is_ascii_lowercase() && single.ends_with(character)) {
            single.push(character);
        }
    }
    single
}

/// How a Cyrillic name may be written in Latin letters where leads are kept in them: as in passports, and as in Turkish.
pub fn passport(word: &str) -> Vec<String> {
    let spelt = |table: fn(char) -> Option<&'static str>| {
        let mut latin = String::with_capacity(word.len());
        for character in word.chars() {
            match table(character) {
                Some(letters) => latin.push_str(letters),
                None => latin.push_str(&in_latin(&character.to_string())),
            }
        }
        latin
    };
    let english = spelt(|character| {
        Some(match character {
            'ж' => "zh",
            'х' => "kh",
            'ц' => "ts",
            'ч' => "ch",
            'ш' => "sh",
            'щ' => "shch",
            'ы' => "y",
            'ю' => "yu",
            'я' => "ya",
            _ => return None,
        })
    });
    let turkish = spelt(|character| {
        Some(match character {
            'ж' => "j",
            'х' => "h",
            'ц' => "ts",
            'щ' => "s",
            'ю' => "yu",
            'я' => "ya",
            _ => return None,
        })
    });
    let mut spellings = Vec::new();
    for spelling in [english, turkish] {
        // й at the end is written y.
        if let Some(stem) = spelling.strip_suffix('i').filter(|stem| stem.ends_with(['a', 'e', 'i', 'o', 'u', 'y'])) {
            spellings.push(format!("{stem}y"));
            spellings.extend(stem.strip_suffix('i').map(|shorter| format!("{shorter}y")));
        }
        spellings.push(spelling);
    }
    // Алексей is Alexey in one country and Aleksey in the next.
    let with_x =
        spellings.iter().filter(|spelling| spelling.contains("ks")).map(|spelling| spelling.replace("ks", "x"));
    let with_x: Vec<_> = with_x.collect();
    spellings.extend(with_x);
    spellings
}

/// The keys of the two keyboards that stand at the same place.
const KEYS: [(&str, &str); 2] = [
    ("qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюё"),
    ("QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~", "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ"),
];

/// What was meant where somebody forgot to change between the Latin and the Russian keyboard.
pub fn on_the_other_keyboard(text: &str) -> Option<String> {
    let is_latin = text.chars().any(|c| c.is_ascii_alphabetic());
    let is_cyrillic = has_cyrillic(text);
    if is_latin == is_cyrillic {
        return None;
    }
    let exchange = |character: char| {
        KEYS.iter()
            .flat_map(|(latin, cyrillic)| latin.chars().zip(cyrillic.chars()))
            .find_map(|(l, c)| match is_latin {
                true => (l == character).then_some(c),
                false => (c == character).then_some(l),
            })
            .unwrap_or(character)
    };
    Some(text.chars().map(exchange).collect())
}

/// Whether two words differ by exactly one slip: a letter that is wrong, missing or too many, or two neighbours that changed
/// places.
pub fn is_one_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([], []) => false,
        ([_, rest @ ..], other) if rest == other => true,
        (other, [_, rest @ ..]) if rest == other => true,
        ([_, a_rest @ ..], [_, b_rest @ ..]) if a_rest == b_rest => true,
        ([a1, a2, a_rest @ ..], [b1, b2, b_rest @ ..]) => a1 == b2 && a2 == b1 && a_rest == b_rest,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Everything that a word becomes when one of its letters goes, as the dictionary's index has it.
    fn deletions(word: &str) -> Vec<String> {
        let letters: Vec<char> = word.chars().collect();
        let without = |place: usize| letters.iter().enumerate().filter(|(i, _)| *i != place).map(|(_, c)| c).collect();
        (0..letters.len()).map(without).chain([word.to_owned()]).collect()
    }

    #[test]
    fn words_are_what_stands_between_separators() {
        assert_eq!(words("Ayşe'nin  AK-TEL (İzmir), №5"), ["aysenin", "ak", "tel", "izmir", "5"]);
        assert_eq!(words("علي\u{200c}رضا كريمي؛ ۱۲"), ["علیرضا", "کریمی", "12"]);
        assert_eq!(words("Фёдор Толстой"), ["федор", "толстои"]);
        assert!(words(" — ,;  ").is_empty());
    }

    #[test]
    fn a_slip_is_one_letter() {
        for (a, b) in
            [("yilmaz", "yilmas"), ("yilmaz", "ylmaz"), ("yilmaz", "yilmazz"), ("yilmaz", "yilamz"), ("an", "na")]
        {
            assert!(is_one_slip(a, b) && is_one_slip(b, a), "{a} {b}");
        }
        for (a, b) in [("yilmaz", "yilmaz"), ("yilmaz", "ylmas"), ("abc", "cab"), ("", "ab")] {
            assert!(!is_one_slip(a, b) && !is_one_slip(b, a), "{a} {b}");
        }
    }

    /// One slip, made to a word.
    fn slipped(word: &str, place: usize, letter: char, kind: u8) -> String {
        let mut letters: Vec<char> = word.chars().collect();
        let place = place % letters.len();
        match kind % 4 {
            0 => letters[place] = letter,
            1 => drop(letters.remove(place)),
            2 => letters.insert(place, letter),
            _ => letters.swap(place, (place + 1) % word.chars().count()),
        }
        letters.into_iter().collect()
    }

    proptest! {
        #[test]
        fn words_of_words_are_themselves(text in ".*") {
            for word in words(&text) {
                prop_assert_eq!(words(&word), vec![word]);
            }
        }

        #[test]
        fn every_slip_shares_a_deletion(word in "[a-zа-яآ-ی]{2,12}", place in 0usize..12, letter in "[a-zа-яآ-ی]", kind: u8) {
            let typed = slipped(&word, place, letter.chars().next().unwrap_or('x'), kind);
            prop_assume!(is_one_slip(&word, &typed));
            let known = deletions(&word);
            prop_assert!(deletions(&typed).iter().any(|deletion| known.contains(deletion)));
        }

        #[test]
        fn a_slip_goes_both_ways(a in "[abc]{0,5}", b in "[abc]{0,5}") {
            prop_assert_eq!(is_one_slip(&a, &b), is_one_slip(&b, &a));
        }

        #[test]
        fn the_bone_of_a_beginning_is_the_beginning_of_the_bone(word in "[a-z]{0,12}", end in 0usize..12) {
            let beginning: String = word.chars().take(end).collect();
            prop_assert!(bone(&word).starts_with(&bone(&beginning)));
        }
    }
}
