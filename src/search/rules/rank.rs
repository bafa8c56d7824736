//! Which of the leads that were found comes first.

use super::{Term, letters::has_cyrillic};

/// What the index knows of a lead.
#[derive(Debug, Clone, Copy)]
pub struct Doc<'a> {
    /// The words of its name, company and address.
    pub words: &'a [String],
    /// Numbers, addresses, names written as one.
    pub keys: &'a [String],
    /// The words of everything that was written about it.
    pub notes: &'a [String],
}

/// How well a lead answers a question: the less the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score {
    /// Terms that had to be taken for misspelt.
    pub slips: u32,
    /// How far the rest is from being word for word what was typed.
    pub distance: u32,
}

impl Score {
    /// Whether every term is a whole word of the lead's own, as it was typed.
    pub fn is_exact(self) -> bool {
        self == Self { slips: 0, distance: 0 }
    }

    /// The same, but for one term of which only the beginning was typed.
    pub fn is_exact_as_far_as_typed(self) -> bool {
        self.slips == 0 && self.distance <= PREFIX
    }
}

const PREFIX: u32 = 2;
const OTHER_FORM: u32 = 1;
const IN_NOTE: u32 = 6;

/// How well `doc` answers `terms`; nothing where a term is missing.
pub fn score(terms: &[Term], doc: Doc<'_>) -> Option<Score> {
    let mut total = Score { slips: 0, distance: 0 };
    for (place, term) in terms.iter().enumerate() {
        let found = of_term(term, doc).or_else(|| joined(terms, place, doc))?;
        total.slips += found.slips;
        total.distance += found.distance;
    }
    Some(total)
}

fn of_term(term: &Term, doc: Doc<'_>) -> Option<Score> {
    let own = || doc.words.iter().chain(doc.keys);
    let written = |distance: u32| Score { slips: 0, distance };
    let slip = |distance: u32| Score { slips: 1, distance };
    let by_form = own().filter_map(|word| form_distance(term, word)).min().map(written);
    let by_slip = || own().any(|word| term.near.contains(word)).then(|| slip(0));
    let in_note = || {
        let found = doc.notes.iter().filter_map(|word| form_distance(term, word)).min();
        found.map(|distance| written(IN_NOTE + distance))
    };
    let slip_in_note = || doc.notes.iter().any(|word| term.near.contains(word)).then(|| slip(IN_NOTE));
    by_form.or_else(in_note).or_else(by_slip).or_else(slip_in_note)
}

fn form_distance(term: &Term, word: &str) -> Option<u32> {
    let of_form = |(place, form): (usize, &String)| {
        let rest = word.strip_prefix(form.as_str())?;
        Some(if rest.is_empty() { 0 } else { PREFIX } + if place == 0 { 0 } else { OTHER_FORM })
    };
    term.forms.iter().enumerate().filter_map(of_form).min()
}

/// A term that is only there together with its neighbour: a blank stands where none belongs, or the other way round.
fn joined(terms: &[Term], place: usize, doc: Doc<'_>) -> Option<Score> {
    let pairs = [place.checked_sub(1).map(|before| (before, place)), Some((place, place + 1))];
    let pairs = pairs.into_iter().flatten().filter_map(|(a, b)| Some((terms.get(a)?, terms.get(b)?)));
    for (first, second) in pairs {
        for (whole, slips) in together(first, second) {
            if doc.words.iter().chain(doc.keys).any(|word| word.starts_with(&whole)) {
                return Some(Score { slips, distance: PREFIX });
            }
        }
    }
    None
}

/// How well a name that is written as one word answers two terms.
pub fn score_of_pair(first: &Term, second: &Term, word: &str) -> Option<Score> {
    let of_whole = |(whole, slips): (String, u32)| {
        let rest = word.strip_prefix(whole.as_str())?;
        let is_typed = whole.strip_prefix(first.forms[0].as_str()) == Some(second.forms[0].as_str());
        let distance = if rest.is_empty() { 0 } else { PREFIX } + if is_typed || slips > 0 { 0 } else { OTHER_FORM };
        Some(Score { slips, distance })
    };
    together(first, second).into_iter().filter_map(of_whole).min()
}

/// Two terms written as one, with the slips in it.
pub fn together(first: &Term, second: &Term) -> Vec<(String, u32)> {
    let mut wholes = Vec::new();
    for (place, form) in first.forms.iter().enumerate() {
        // Forms of the same kind belong together: both in Cyrillic, both in Latin letters.
        let partner = second.forms.get(place.min(second.forms.len() - 1)).unwrap_or(&second.forms[0]);
        wholes.push((format!("{form}{partner}"), 0));
    }
    for (place, form) in second.forms.iter().enumerate() {
        let partner = first.forms.get(place.min(first.forms.len() - 1)).unwrap_or(&first.forms[0]);
        wholes.push((format!("{partner}{form}"), 0));
    }
    wholes
        .extend(first.near.iter().flat_map(|near| beside(near, second).map(move |form| (format!("{near}{form}"), 1))));
    wholes
        .extend(second.near.iter().flat_map(|near| beside(near, first).map(move |form| (format!("{form}{near}"), 1))));
    wholes.sort();
    wholes.dedup();
    wholes
}

/// The first two forms of a term in the script of its neighbour.
fn beside<'a>(neighbour: &str, term: &'a Term) -> impl Iterator<Item = &'a String> {
    let is_cyrillic = has_cyrillic(neighbour);
    term.forms.iter().filter(move |form| has_cyrillic(form) == is_cyrillic).take(2)
}

#[cfg(test)]
mod tests {
    use super::{super::readings, *};

    fn list(text: &str) -> Vec<String> {
        text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    fn scored(question: &str, words: &str, keys: &str, notes: &str) -> Option<Score> {
        let (words, keys, notes) = (list(words), list(keys), list(notes));
        score(&readings(question)[0], Doc { words: &words, keys: &keys, notes: &notes })
    }

    #[test]
    fn whole_words_come_before_beginnings_before_notes() {
        let whole = scored("Ali", "ali kaya", "", "").expect("found");
        let beginning = scored("Ali", "alican kaya", "", "").expect("found");
        let note = scored("Ali", "veli", "", "ali").expect("found");
        assert!(whole.is_exact() && whole < beginning && beginning < note);
        assert!(beginning.is_exact_as_far_as_typed() && !note.is_exact_as_far_as_typed());
        let both = scored("Ali Ka", "alican kaya", "", "").expect("found");
        assert!(!both.is_exact_as_far_as_typed());
        assert_eq!(scored("Ali Veli", "ali kaya", "", ""), None);
    }

    #[test]
    fn a_blank_too_many_or_too_few_is_no_matter() {
        assert!(scored("yil maz", "yilmaz ali", "", "").is_some());
        assert!(scored("aliyilmaz", "ali yilmaz", "aliyilmaz yilmazali", "").is_some());
    }

    #[test]
    fn two_names_written_as_one_answer_two_terms() {
        let terms = readings("ali yil").remove(0);
        let scored = |word: &str| score_of_pair(&terms[0], &terms[1], word);
        assert!(scored("aliyil").is_some_and(Score::is_exact));
        assert!(scored("aliyilmaz") > scored("aliyil"));
        assert_eq!(scored("yilmazali"), None);
    }

    #[test]
    fn a_slip_comes_after_everything_that_was_typed() {
        let mut terms = readings("Yilmas").remove(0);
        terms[0].near = vec!["yilmaz".to_owned()];
        let doc = |words: &[String], notes: &[String]| score(&terms, Doc { words, keys: &[], notes });
        let slip = doc(&list("yilmaz"), &[]).expect("found");
        let note = doc(&[], &list("yilmas")).expect("found");
        assert!(note < slip && slip.slips == 1);
    }
}
