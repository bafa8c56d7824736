//! What of a text answers the question, for marking it.

use super::{
    Term,
    letters::{in_latin, is_separator, words},
};
use serde::{Deserialize, Serialize};

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// As it is written.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

/// Around a hit in a longer text so many letters are shown before it, and so many from it on.
const BEFORE: usize = 40;
const AFTER: usize = 110;

/// The text in pieces, the words that answer a term marked.
pub fn marked(text: &str, terms: &[Term]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (chunk, is_word) in chunks(text) {
        let hit = is_word && answers(chunk, terms);
        match pieces.last_mut() {
            Some(last) if last.hit == hit => last.text.push_str(chunk),
            _ => pieces.push(Piece { text: chunk.to_owned(), hit }),
        }
    }
    pieces
}

/// A text that is shown as it is, hit or not.
pub fn whole(text: &str, hit: bool) -> Vec<Piece> {
    vec![Piece { text: text.to_owned(), hit }]
}

/// The part of a longer text around its first hit; nothing where there is none.
pub fn excerpt(text: &str, terms: &[Term]) -> Option<Vec<Piece>> {
    let pieces = marked(text, terms);
    let first = pieces.iter().position(|piece| piece.hit)?;
    let ahead: String = pieces[..first].iter().map(|piece| piece.text.as_str()).collect();
    let mut shown = Vec::new();
    if first > 0 {
        shown.push(Piece { text: ending(&ahead, BEFORE), hit: false });
    }
    let mut room = AFTER;
    for piece in &pieces[first..] {
        let length = piece.text.chars().count();
        if length > room {
            shown.push(Piece { text: beginning(&piece.text, room), hit: piece.hit });
            break;
        }
        room -= length;
        shown.push(piece.clone());
    }
    for piece in &mut shown {
        piece.text = piece.text.replace(['\n', '\r', '\t'], " ");
    }
    Some(shown)
}

fn beginning(text: &str, letters: usize) -> String {
    let cut: String = text.chars().take(letters).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole))
}

fn ending(text: &str, letters: usize) -> String {
    let surplus = text.chars().count().saturating_sub(letters);
    if surplus == 0 {
        return text.to_owned();
    }
    let cut: String = text.chars().skip(surplus).collect();
    format!("…{}", cut.split_once(' ').map_or(cut.as_str(), |(_, whole)| whole))
}

/// Words and what stands between them, in turn.
fn chunks(text: &str) -> Vec<(&str, bool)> {
    let is_letter = |c: char| c.is_ascii_uppercase() || !is_separator(c);
    let mut chunks = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = is_letter(first);
        let end = rest.find(|c| is_letter(c) != is_word).unwrap_or(rest.len());
        let (chunk, after) = rest.split_at(end);
        chunks.push((chunk, is_word));
        rest = after;
    }
    chunks
}

fn answers(chunk: &str, terms: &[Term]) -> bool {
    words(chunk).iter().any(|word| {
        let latin = in_latin(word);
        terms.iter().any(|term| term.begins(word) || term.begins(&latin))
    })
}

#[cfg(test)]
mod tests {
    use super::{super::readings, *};
    use proptest::prelude::*;

    fn hits(text: &str, question: &str) -> Vec<String> {
        let pieces = marked(text, &readings(question)[0]);
        pieces.into_iter().filter(|piece| piece.hit).map(|piece| piece.text).collect()
    }

    #[test]
    fn words_are_marked_as_they_are_written() {
        assert_eq!(hits("Ayşe Yılmaz-Kaya", "yilmaz"), ["Yılmaz"]);
        assert_eq!(hits("Иван Хрущёв", "khrushchev"), ["Хрущёв"]);
        assert!(hits("Ayşe", "fatma").is_empty());
    }

    #[test]
    fn a_long_note_is_shown_around_the_hit() {
        let note = format!("{} the discount was refused {}", "before ".repeat(30), "after ".repeat(60));
        let shown = excerpt(&note, &readings("discount")[0]).expect("found");
        assert!(shown[0].text.starts_with('…') && shown[0].text.len() < 60);
        assert_eq!(shown[1], Piece { text: "discount".into(), hit: true });
        assert!(shown[2].text.ends_with('…') && shown[2].text.len() < 130);
        assert_eq!(excerpt("nothing", &readings("discount")[0]), None);
    }

    proptest! {
        #[test]
        fn marking_changes_no_text(text in ".*", question in "[a-z ]{1,8}") {
            let terms = readings(&question).into_iter().next().unwrap_or_default();
            let all: String = marked(&text, &terms).into_iter().map(|piece| piece.text).collect();
            prop_assert_eq!(all, text);
        }
    }
}
