//! Why a job failed, said in every language. Stored and sent as data: who reads it chooses the words.

use crate::{
    capture::problems::{NotReady, Unreadable},
    i18n::{Locale, td_string},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// It was begun so often, and its worker died each time.
    NeverEnded {
        /// How often.
        times: i32,
    },
    /// The database did not answer, however often it was tried.
    NotAnswered {
        /// How often.
        times: i32,
    },
    /// No worker of this version knows such work.
    UnknownKind(String),
    /// Whoever asked for it may no longer do so.
    NoLongerAllowed,
    /// The file that it should work on is gone.
    FileLost,
    /// The file cannot be read.
    Unreadable(Unreadable),
    /// Something is missing that people can add.
    NotReady(NotReady),
    /// What an earlier version said, in English.
    Said(String),
}

impl Problem {
    /// The sentence.
    pub fn say(&self, locale: Locale) -> String {
        match self {
            Self::NeverEnded { times } => {
                td_string!(locale, shell.job_never_ended, times = times.to_string()).to_string()
            }
            Self::NotAnswered { times } => {
                td_string!(locale, shell.job_not_answered, times = times.to_string()).to_string()
            }
            Self::UnknownKind(kind) => td_string!(locale, shell.job_unknown_kind, kind = kind.clone()).to_string(),
            Self::NoLongerAllowed => td_string!(locale, shell.job_no_longer_allowed).to_string(),
            Self::FileLost => td_string!(locale, shell.job_file_lost).to_string(),
            Self::Unreadable(why) => why.say(locale),
            Self::NotReady(why) => why.say(locale),
            Self::Said(sentence) => sentence.clone(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Locale::en))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_says_why_in_its_own_words() {
        let problems = [
            Problem::NeverEnded { times: 5 },
            Problem::NotAnswered { times: 5 },
            Problem::UnknownKind("x".to_owned()),
            Problem::NoLongerAllowed,
            Problem::FileLost,
            Problem::Unreadable(Unreadable::Empty),
            Problem::NotReady(NotReady::NoReps),
        ];
        for problem in problems {
            assert_ne!(problem.say(Locale::en), problem.say(Locale::tr), "{problem:?}");
            let kept = serde_json::to_value(&problem).expect("data");
            assert_eq!(serde_json::from_value::<Problem>(kept).expect("the same again"), problem);
        }
    }
}
