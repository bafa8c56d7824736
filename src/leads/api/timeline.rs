//! What happened with a lead.

use super::{
    documents::Document,
    logging::{Estimate, Offer},
};
use crate::{
    clock::Moment,
    error::AppError,
    ids::{ActivityId, LeadId, LossId, Names},
    losses::rules::{Attempt, Closure, ClosureCause},
    people::rules::words,
    pipeline::api::{Direction, Money},
};
use chrono::{DateTime, NaiveDate, Utc};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words! {
    /// What can happen with a lead.
    ActivityKind {
        Created = "created",
        Imported = "imported",
        Move = "move",
        Loss = "loss",
        Reopened = "reopened",
        Note = "note",
        Call = "call",
        Email = "email",
        Whatsapp = "whatsapp",
        Sms = "sms",
        Meeting = "meeting",
        Edit = "edit",
        NextStep = "next_step",
        Assignment = "assignment",
        Estimate = "estimate",
        Offer = "offer",
        Document = "document",
        Account = "account",
        Recontact = "recontact",
        Withdrawn = "withdrawn",
        Revived = "revived",
        Risk = "risk",
        Question = "question",
        Answer = "answer",
        Signal = "signal",
        Accepted = "accepted",
    }
}

words! {
    /// What somebody may look for in a long history.
    Group {
        /// What passed between people.
        Talks = "talks",
        /// What was written down.
        Notes = "notes",
        /// What was planned.
        Steps = "steps",
        /// Where the lead stood, and with whom.
        Course = "course",
        /// Estimates, offers and wins.
        Money = "money",
        /// Files.
        Documents = "documents",
        /// What was corrected.
        Edits = "edits",
    }
}

impl Group {
    /// What belongs to it. A win is a move.
    pub fn kinds(self) -> &'static [ActivityKind] {
        use ActivityKind::{
            Accepted, Account, Answer, Assignment, Call, Created, Document, Edit, Email, Estimate, Imported, Loss,
            Meeting, Move, NextStep, Note, Offer, Question, Recontact, Reopened, Revived, Risk, Signal, Sms, Whatsapp,
            Withdrawn,
        };
        match self {
            Self::Talks => &[Call, Email, Whatsapp, Sms, Meeting, Signal],
            Self::Notes => &[Note, Risk, Question, Answer],
            Self::Steps => &[NextStep, Recontact],
            Self::Course => &[Created, Imported, Move, Loss, Reopened, Assignment, Accepted, Withdrawn, Revived],
            Self::Money => &[Estimate, Offer],
            Self::Documents => &[Document],
            Self::Edits => &[Edit, Account],
        }
    }
}

/// One entry of a lead's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Which.
    pub id: ActivityId,
    /// What happened.
    pub kind: ActivityKind,
    /// When.
    pub at: Moment,
    /// Who did it; `None` for winback itself.
    pub by: Option<String>,
    /// The stage that the lead left.
    pub from: Option<Names>,
    /// The stage that it came to.
    pub to: Option<Names>,
    /// What was written.
    pub body: Option<String>,
    /// The attempt that it was.
    pub attempt: Option<Attempt>,
    /// The loss episode that it opened or closed.
    pub loss: Option<LossId>,
    /// How it closed the episode.
    pub closure: Option<Closure>,
    /// What brought the lead back.
    pub cause: Option<ClosureCause>,
    /// Who reached out, where something passed between people.
    pub direction: Option<Direction>,
    /// Codes and numbers: which field was edited, which channel was planned.
    pub detail: BTreeMap<String, String>,
    /// What is due when, where something was planned.
    pub due: Option<Moment>,
    /// An edited field's value before.
    pub old: Option<String>,
    /// And after.
    pub new: Option<String>,
    /// The estimate that was made.
    pub estimate: Option<Estimate>,
    /// The offer that was made.
    pub offer: Option<Offer>,
    /// The file that was attached.
    pub document: Option<Document>,
    /// The win that the move made.
    pub win: Option<Won>,
    /// What the signal is called; `None` where the rules know it no more.
    pub signal: Option<Names>,
    /// The colleagues who are mentioned in it.
    #[serde(default)]
    pub mentioned: Vec<String>,
}

/// A win as the history shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Won {
    /// For how much; unknown for imports that lack it.
    pub amount: Option<Money>,
    /// What they bought.
    pub product: Option<String>,
    /// On which day.
    pub on: Option<NaiveDate>,
    /// Whether it was taken back.
    pub is_undone: bool,
}

/// The oldest entry that is known: a further page begins before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// When it was.
    pub at: DateTime<Utc>,
    /// Which.
    pub id: ActivityId,
}

/// A page of a history.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Timeline {
    /// The entries, the newest first.
    pub entries: Vec<Entry>,
    /// Whether there are older ones.
    pub more: bool,
}

/// A page of a lead's history: all of it or one group, the newest or what came before an entry.
#[server(prefix = "/api", endpoint = "leads/timeline", input = Json, output = Json)]
pub async fn read_timeline(lead: LeadId, group: Option<Group>, before: Option<Before>) -> Result<Timeline, AppError> {
    crate::leads::store::timeline::timeline(&crate::people::guard::permit()?, lead, group, before).await
}
