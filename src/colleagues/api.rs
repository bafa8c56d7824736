//! What the browser asks about colleagues.

use super::rules::{AnswerProblem, AskProblem, Discount, Draft, QuestionKind, Verdict};
use crate::{
    clock::Moment,
    error::AppError,
    ids::{ActivityId, LeadId, RequestKey, UserId},
};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// Somebody who can be mentioned in what is written about a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// Who.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Whether they may read the lead: a mention opens nothing.
    pub may_read: bool,
}

/// What can be asked about a lead, and from whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskChoices {
    /// The lead's managers, those of the asker's own team first.
    pub managers: Vec<(UserId, String)>,
    /// Currencies in use with the digits of their minor units, the organisation's first.
    pub currencies: Vec<(String, u32)>,
}

/// A question about a lead, and what was said to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Which.
    pub id: ActivityId,
    /// What was asked for.
    pub kind: QuestionKind,
    /// How much.
    pub discount: Option<Discount>,
    /// In their words; `None` where they were erased.
    pub text: Option<String>,
    /// Who asked.
    pub by: UserId,
    /// Their name.
    pub by_name: String,
    /// From whom.
    pub of_name: String,
    /// When.
    pub at: Moment,
    /// What was said to it.
    pub answer: Option<Answer>,
    /// Whether the viewer may answer it.
    pub may_answer: bool,
}

/// What was said to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Yes, no, or something to know.
    pub verdict: Verdict,
    /// In their words.
    pub text: Option<String>,
    /// Who said it.
    pub by: String,
    /// When.
    pub at: Moment,
}

/// What is for somebody until they have seen or answered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// A colleague mentioned them.
    Mention {
        /// In which entry.
        activity: ActivityId,
        /// Who.
        by: String,
        /// In these words; `None` where they may no longer read the lead.
        text: Option<String>,
    },
    /// They are asked.
    Asked(Question),
    /// What they asked was answered.
    Answered(Question),
}

/// Something for the viewer, about a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForMe {
    /// Which lead.
    pub lead: LeadId,
    /// Its name, or its company's; `None` where it has none or the viewer may no longer read it.
    pub name: Option<String>,
    /// The number under which another system knows it.
    pub external_id: Option<String>,
    /// Whether the viewer may read the lead.
    pub may_read: bool,
    /// Since when.
    pub at: Moment,
    /// What.
    pub news: News,
}

/// How asking ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// It is asked.
    Done,
    /// A rule says no.
    Refused {
        /// Which.
        problem: AskProblem,
    },
}

/// How answering ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// It is answered.
    Done,
    /// A rule says no.
    Refused {
        /// Which.
        problem: AnswerProblem,
    },
    /// Somebody was quicker.
    Already {
        /// What they said.
        answer: Answer,
    },
}

/// An answer as it is being given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAnswer {
    /// To which question.
    pub question: ActivityId,
    /// Yes, no, or something to know.
    pub verdict: Verdict,
    /// In their words.
    pub text: String,
    /// Made once per intent, repeated on a retry.
    pub key: RequestKey,
}

/// Who can be mentioned in what is written about a lead, and who of them may read it.
#[server(prefix = "/api", endpoint = "colleagues/list", input = Json, output = Json)]
pub async fn read_colleagues(lead: LeadId) -> Result<Vec<Colleague>, AppError> {
    super::store::mentions::colleagues(&crate::people::guard::permit()?, lead).await
}

/// Who can be asked about a lead.
#[server(prefix = "/api", endpoint = "colleagues/ask_choices", input = Json, output = Json)]
pub async fn read_ask_choices(lead: LeadId) -> Result<AskChoices, AppError> {
    super::store::questions::choices(&crate::people::guard::permit()?, lead).await
}

/// Asks a manager about a lead.
#[server(prefix = "/api", endpoint = "colleagues/ask", input = Json, output = Json)]
pub async fn ask_manager(lead: LeadId, draft: Draft, key: RequestKey) -> Result<Asked, AppError> {
    if !key.is_sound() || !draft.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    super::store::questions::ask(&crate::people::guard::permit()?, lead, &draft, &key).await
}

/// Answers what was asked.
#[server(prefix = "/api", endpoint = "colleagues/answer", input = Json, output = Json)]
pub async fn answer_question(wanted: NewAnswer) -> Result<Answered, AppError> {
    if !wanted.key.is_sound() || !crate::losses::rules::is_sound_text(&wanted.text) {
        return Err(AppError::NotUnderstood);
    }
    super::store::questions::answer(&crate::people::guard::permit()?, &wanted).await
}

/// The viewer has seen what mentions them, or the answer to what they asked. Seeing it twice is the same.
#[server(prefix = "/api", endpoint = "colleagues/seen", input = Json, output = Json)]
pub async fn mark_seen(entry: ActivityId) -> Result<(), AppError> {
    super::store::seen(&crate::people::guard::permit()?, entry).await
}
