//! Mentioning a colleague while writing, asking a manager, answering, and what is for oneself.

mod answer;
mod ask;
mod field;
mod panel;
pub mod words;

pub use answer::AnswerDialog;
pub use ask::AskDialog;
pub use field::{MentionField, Mentions};
pub use panel::{ForMeList, QuestionPanel, SeenButton};
