//! What somebody looks for: a question is read into terms, each term into the forms in which the index may know it.

use letters::{bone, has_cyrillic, in_latin, passport, words};

pub mod letters;
pub mod marks;
pub mod rank;
pub mod shortcuts;

/// Questions are no longer than this, in letters.
pub const LONGEST_QUESTION: usize = 120;
/// The index cuts words to this many letters, and keys (numbers, addresses, names written as one) to so many.
const LONGEST_WORD: usize = 48;
/// A question's first terms decide; nobody types more words to find one lead.
const MOST_TERMS: usize = 6;
/// Fewer digits are no phone number but a word like another.
const FEWEST_DIGITS: usize = 4;
/// Fewer letters, of the wrong keyboard for instance, are the beginning of anything.
const FEWEST_MISTYPED: usize = 3;
/// As many digits at the end are the same in every spelling of a phone number.
const NATIONAL_DIGITS: usize = 10;

/// One thing that has to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// How the index may know it, whole or by its beginning. The first is what was typed.
    pub forms: Vec<String>,
    /// Words of the dictionary that are one slip of the fingers away from a form.
    pub near: Vec<String>,
    /// Whether it can be misspelt: words can, numbers and addresses cannot.
    pub is_word: bool,
}

impl Term {
    fn word(word: &str) -> Self {
        let word = cut(word);
        let mut forms = vec![word.clone()];
        if has_cyrillic(&word) {
            let whole = letters::without_lookalikes(&word);
            forms.extend([in_latin(&whole), whole.clone()]);
            forms.extend(passport(&whole));
        } else {
            forms.push(bone(&word));
            // Fyodor is Фёдор, and ё is a kind of е.
            if word.contains("yo") {
                forms.push(bone(&word.replace("yo", "e")));
            }
        }
        // Of a run of one letter nothing is left but what half of all names begin with.
        let is_telling = |form: &String| form.chars().count() > 1 || word.chars().count() < FEWEST_MISTYPED;
        forms.retain(is_telling);
        Self::of(forms, !word.chars().any(|c| c.is_ascii_digit()))
    }

    /// A number: a whole one by what all its spellings end in, a part of one by its beginning, with or without what may stand
    /// before it, or by its end.
    fn number(digits: &str, is_international: bool) -> Self {
        let known = digits.trim_start_matches('0');
        if let Some(surplus) = known.len().checked_sub(NATIONAL_DIGITS) {
            return Self::of(vec![digits.to_owned(), known[surplus..].to_owned()], false);
        }
        let mut forms = vec![digits.to_owned(), known.to_owned()];
        if is_international {
            forms.extend((1..=3).filter_map(|code| known.get(code..)).map(str::to_owned));
        }
        forms.retain(|form| form.len() >= FEWEST_DIGITS);
        forms.push(format!("~{}", known.chars().rev().collect::<String>()));
        Self::of(forms, false)
    }

    fn of(forms: Vec<String>, is_word: bool) -> Self {
        let mut distinct = Vec::with_capacity(forms.len());
        for form in forms {
            if !form.is_empty() && !distinct.contains(&form) {
                distinct.push(form);
            }
        }
        Self { forms: distinct, near: Vec::new(), is_word }
    }

    /// Whether a word is meant, whole or by its beginning.
    pub fn begins(&self, word: &str) -> bool {
        self.forms.iter().any(|form| word.starts_with(form.as_str())) || self.near.iter().any(|near| near == word)
    }
}

fn cut(word: &str) -> String {
    word.chars().take(LONGEST_WORD).collect()
}

/// A question in the ways in which it may be meant, the likeliest first.
pub fn readings(question: &str) -> Vec<Vec<Term>> {
    let question: String = question.chars().take(LONGEST_QUESTION).collect();
    let plain = |text: &str| words(text).iter().map(|word| Term::word(word)).take(MOST_TERMS).collect::<Vec<_>>();
    let mut readings = vec![as_typed(&question), plain(&question)];
    if question.chars().count() >= FEWEST_MISTYPED {
        readings.extend(letters::on_the_other_keyboard(&question).iter().map(|text| plain(text)));
    }
    let mut distinct: Vec<Vec<Term>> = Vec::new();
    for reading in readings {
        if !reading.is_empty() && !distinct.contains(&reading) {
            distinct.push(reading);
        }
    }
    distinct
}

/// Numbers and addresses as such, everything else word by word.
fn as_typed(question: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut number = String::new();
    let finish = |number: &mut String, terms: &mut Vec<Term>| {
        let digits: String = letters::digits(number);
        if digits.len() >= FEWEST_DIGITS {
            let is_international = number.starts_with('+') || digits.starts_with("00");
            terms.push(Term::number(&digits, is_international));
        } else {
            terms.extend(words(number).iter().map(|word| Term::word(word)));
        }
        number.clear();
    };
    for chunk in question.split_whitespace() {
        if letters::is_part_of_number(chunk) {
            number.push_str(chunk);
            number.push(' ');
            continue;
        }
        finish(&mut number, &mut terms);
        if chunk.find('@').is_some_and(|at| at > 0) {
            terms.push(Term::of(vec![letters::folded(chunk)], false));
        } else {
            terms.extend(words(chunk).iter().map(|word| Term::word(word)));
        }
    }
    finish(&mut number, &mut terms);
    terms.truncate(MOST_TERMS);
    terms
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn forms(question: &str) -> Vec<String> {
        readings(question)[0].iter().flat_map(|term| term.forms.clone()).collect()
    }

    #[test]
    fn a_phone_number_is_meant_in_every_spelling() {
        for spelling in ["+90 532 123 45 67", "0090 (532) 123-45-67", "0532 1234567", "532 123 45 67", "۰۵۳۲ ۱۲۳ ۴۵ ۶۷"]
        {
            let forms = forms(spelling);
            assert!(forms.contains(&"5321234567".to_owned()), "{spelling}: {forms:?}");
        }
        assert!(forms("+90 532 12").contains(&"53212".to_owned()));
        assert!(forms("45 67").contains(&"~7654".to_owned()));
        assert_eq!(forms("12"), ["12"]);
    }

    #[test]
    fn an_address_is_meant_as_a_whole_first_then_by_its_words() {
        let readings = readings("Ayşe.Yılmaz@Example.com");
        assert_eq!(readings[0][0].forms, ["ayse.yilmaz@example.com"]);
        assert_eq!(readings[1].len(), 4);
    }

    #[test]
    fn both_scripts_of_a_name_meet() {
        for (cyrillic, latin) in [
            ("Хрущёв", "Khrushchev"),
            ("Иванов", "Ivanov"),
            ("Юрий", "Yuriy"),
            ("Алексей", "Alexey"),
            ("Щербаков", "Shcherbakov"),
            ("Цветаева", "Tsvetayeva"),
            ("Жуков", "Zhukov"),
            ("Татьяна", "Tatyana"),
        ] {
            let known = in_latin(&words(cyrillic)[0]);
            let near = |form: &String| *form == known || letters::is_one_slip(form, &known);
            assert!(forms(latin).iter().any(near), "{latin} {:?} should mean {cyrillic} ({known})", forms(latin));
            let typed = words(latin)[0].clone();
            let near = |form: &String| typed.starts_with(form.as_str()) || letters::is_one_slip(form, &typed);
            assert!(forms(cyrillic).iter().any(near), "{cyrillic} {:?} should mean {latin}", forms(cyrillic));
        }
    }

    #[test]
    fn a_run_of_one_letter_is_not_everybody_whose_name_begins_so() {
        assert_eq!(forms("qqqqqq"), ["qqqqqq"]);
        assert!(readings("qqqqqq").iter().flatten().flat_map(|term| &term.forms).all(|form| form.chars().count() > 1));
        assert_eq!(forms("kh"), ["kh", "k"]);
    }

    #[test]
    fn a_letter_that_is_written_as_two_means_the_one() {
        assert!(forms("Fyodor").contains(&in_latin("федор")));
    }

    #[test]
    fn what_was_typed_on_the_other_keyboard_is_read_too() {
        let meant = |question: &str, word: &str| {
            readings(question).iter().flatten().any(|term| term.forms.contains(&word.to_owned()))
        };
        assert!(meant("bdfyjd", "иванов"));
        assert!(meant("ыьшер", "smith"));
    }

    proptest! {
        #[test]
        fn every_question_is_read_within_bounds(question in ".{0,300}") {
            for reading in readings(&question) {
                prop_assert!(!reading.is_empty() && reading.len() <= MOST_TERMS);
                prop_assert!(reading.iter().all(|term| !term.forms.is_empty()));
            }
        }

        #[test]
        fn a_word_begins_with_each_of_its_beginnings(word in "[a-zçğışöü]{1,12}", end in 1usize..12) {
            let whole = words(&word);
            let typed: String = word.chars().take(end).collect();
            for (typed, whole) in words(&typed).iter().zip(&whole) {
                prop_assert!(Term::word(typed).begins(whole));
            }
        }
    }
}
