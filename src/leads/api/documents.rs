//! Files attached to a lead. They are sent and fetched over routes of their own; see `leads::files`.

use crate::ids::AttachmentId;
use serde::{Deserialize, Serialize};

/// A file of a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Which.
    pub id: AttachmentId,
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: i64,
}

/// How attaching a file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachAnswer {
    /// It is kept.
    Done,
    /// A rule says no.
    Refused {
        /// Which.
        why: AttachRefusal,
    },
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachRefusal {
    /// Somebody else is responsible for the lead.
    NotYours,
    /// There is nothing in it.
    Empty,
    /// It is larger than a file may be.
    TooLarge,
}
