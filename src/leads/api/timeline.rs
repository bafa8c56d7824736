//! What happened with a lead.

use crate::{
    clock::Moment,
    ids::{ActivityId, LossId, Names},
    losses::rules::{Attempt, Closure, ClosureCause},
    people::rules::words,
};
use serde::{Deserialize, Serialize};

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
        Account = "account",
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
}
