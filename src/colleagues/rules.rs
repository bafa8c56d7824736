//! Who can be mentioned and asked. Pure.

use crate::{
    ids::UserId,
    losses::rules::{is_sound_text, written},
    people::rules::words,
    pipeline::api::Money,
};
use serde::{Deserialize, Serialize};

/// So many people are mentioned in one text at most: more is a circular, not a mention.
pub const MOST_MENTIONS: usize = 20;

words! {
    /// What a rep asks for.
    QuestionKind {
        /// A hand, or a word.
        Help = "help",
        /// To go below the price.
        Discount = "discount",
    }
}

words! {
    /// What a manager says to it.
    Verdict {
        /// Yes.
        Agreed = "agreed",
        /// No.
        Declined = "declined",
        /// Neither: something to know.
        Comment = "comment",
    }
}

/// How much below the price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Discount {
    /// In hundredths of a percent.
    Percent(i64),
    /// So much.
    Amount(Money),
}

impl Discount {
    /// Whether it can be one: more than nothing, not more than everything.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Percent(hundredths) => (1..=10_000).contains(hundredths),
            Self::Amount(money) => {
                (1..=crate::format::LARGEST_AMOUNT).contains(&money.minor)
                    && money.currency.len() == 3
                    && money.currency.bytes().all(|byte| byte.is_ascii_uppercase())
            }
        }
    }
}

/// A question as it is being asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// What is asked for.
    pub kind: QuestionKind,
    /// How much, for a discount.
    pub discount: Option<Discount>,
    /// Whom.
    pub of: UserId,
    /// In their words.
    pub text: String,
}

impl Draft {
    /// Whether it can be kept: anything else was not written in our dialog.
    pub fn is_sound(&self) -> bool {
        is_sound_text(&self.text) && self.discount.as_ref().is_none_or(Discount::is_sound)
    }
}

/// Why a question is not asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskProblem {
    /// Somebody else's lead.
    NotYours,
    /// What is it about?
    TextMissing,
    /// How much?
    AmountMissing,
    /// They do not manage the lead, or it is whoever asks.
    NotAManager,
    /// The same was asked, and the answer is still to come.
    AlreadyAsked {
        /// From whom.
        name: String,
    },
}

/// What a question says, if it may be asked.
///
/// # Errors
/// The first thing that stands against it.
pub fn plan_question<'a>(draft: &'a Draft, may_write: bool, managers: &[UserId]) -> Result<&'a str, AskProblem> {
    let Some(text) = written(&draft.text) else { return Err(AskProblem::TextMissing) };
    match draft.kind {
        _ if !may_write => Err(AskProblem::NotYours),
        QuestionKind::Discount if draft.discount.is_none() => Err(AskProblem::AmountMissing),
        _ if !managers.contains(&draft.of) => Err(AskProblem::NotAManager),
        _ => Ok(text),
    }
}

/// Why a question is not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerProblem {
    /// Only a manager of the lead answers.
    NotYours,
    /// Nobody answers themselves.
    OwnQuestion,
    /// A comment without words says nothing.
    TextMissing,
}

/// What an answer says, if it may be given.
///
/// # Errors
/// The first thing that stands against it.
pub fn plan_answer(verdict: Verdict, text: &str, may: bool, is_own: bool) -> Result<Option<&str>, AnswerProblem> {
    match (verdict, written(text)) {
        _ if is_own => Err(AnswerProblem::OwnQuestion),
        _ if !may => Err(AnswerProblem::NotYours),
        (Verdict::Comment, None) => Err(AnswerProblem::TextMissing),
        (_, text) => Ok(text),
    }
}

/// Where somebody is just being mentioned: what stands between the last `@` and the end of `before`, the text before the
/// caret. An `@` inside a word is an address, no mention.
pub fn mention_begun(before: &str) -> Option<&str> {
    const LONGEST_NAME: usize = 40;
    let at = before.rfind('@')?;
    let begins = before[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '"' | '/'));
    let typed = &before[at + 1..];
    let goes_on = !typed.contains('\n') && typed.chars().count() <= LONGEST_NAME && !typed.starts_with(' ');
    (begins && goes_on).then_some(typed)
}

/// Whom `text` mentions, of the people who can be: at every `@` that begins a word the one whose name follows, the longest
/// where several do. Of two with one name the first is meant.
pub fn mentioned(text: &str, people: &[(UserId, &str)]) -> Vec<UserId> {
    let named = |(place, _): (usize, &str)| {
        mention_begun(&text[..=place])?;
        let rest = &text[place + 1..];
        let longest = people
            .iter()
            .filter(|(_, name)| !name.is_empty() && rest.starts_with(name))
            .map(|(_, name)| name.len())
            .max()?;
        people.iter().find(|(_, name)| name.len() == longest && rest.starts_with(name)).map(|(id, _)| *id)
    };
    let mut found: Vec<UserId> = text.match_indices('@').filter_map(named).collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn draft(kind: QuestionKind, discount: Option<Discount>, text: &str) -> Draft {
        Draft { kind, discount, of: UserId(2), text: text.to_owned() }
    }

    #[test]
    fn a_question_says_what_and_how_much_and_goes_to_a_manager() {
        let managers = [UserId(2)];
        let help = draft(QuestionKind::Help, None, " How? ");
        assert_eq!(plan_question(&help, true, &managers), Ok("How?"));
        assert_eq!(plan_question(&help, false, &managers), Err(AskProblem::NotYours));
        assert_eq!(plan_question(&help, true, &[UserId(3)]), Err(AskProblem::NotAManager));
        assert_eq!(plan_question(&draft(QuestionKind::Help, None, " "), true, &managers), Err(AskProblem::TextMissing));
        let discount = draft(QuestionKind::Discount, None, "They would sign today");
        assert_eq!(plan_question(&discount, true, &managers), Err(AskProblem::AmountMissing));
    }

    #[test]
    fn nobody_answers_themselves_and_a_comment_has_words() {
        assert_eq!(plan_answer(Verdict::Agreed, "", true, false), Ok(None));
        assert_eq!(plan_answer(Verdict::Agreed, "", true, true), Err(AnswerProblem::OwnQuestion));
        assert_eq!(plan_answer(Verdict::Declined, "No", false, false), Err(AnswerProblem::NotYours));
        assert_eq!(plan_answer(Verdict::Comment, " ", true, false), Err(AnswerProblem::TextMissing));
    }

    #[test]
    fn a_mention_begins_at_an_at_sign_that_begins_a_word() {
        assert_eq!(mention_begun("Please ask @Sel"), Some("Sel"));
        assert_eq!(mention_begun("@"), Some(""));
        assert_eq!(mention_begun("@Selin Ka"), Some("Selin Ka"));
        assert_eq!(mention_begun("write to can@exa"), None);
        assert_eq!(mention_begun("@Selin\nnext"), None);
        assert_eq!(mention_begun("at 5 @ noon"), None);
    }

    #[test]
    fn names_after_an_at_sign_are_mentions_the_longest_first() {
        let people =
            [(UserId(1), "Ali"), (UserId(2), "Ali Veli"), (UserId(3), "Selin Kaya"), (UserId(4), "Selin Kaya")];
        assert_eq!(mentioned("@Ali, please tell @Selin Kaya and @Ali", &people), [UserId(1), UserId(3)]);
        assert_eq!(mentioned("@Ali Veli", &people), [UserId(2)]);
        assert_eq!(mentioned("@Selin", &people), []);
        assert_eq!(mentioned("mail@Ali", &people), []);
    }

    #[test]
    fn discounts_are_more_than_nothing_and_not_more_than_all() {
        let euros = |minor| Discount::Amount(Money { minor, currency: "EUR".into() });
        assert!(Discount::Percent(1).is_sound() && Discount::Percent(10_000).is_sound() && euros(1).is_sound());
        assert!(!Discount::Percent(0).is_sound() && !Discount::Percent(10_001).is_sound() && !euros(0).is_sound());
    }

    proptest! {
        #[test]
        fn what_is_begun_ends_the_text(before in "[a-z@ \nğ(]{0,60}") {
            if let Some(typed) = mention_begun(&before) {
                let ending = format!("@{typed}");
                prop_assert!(before.ends_with(&ending));
            }
        }
    }
}
