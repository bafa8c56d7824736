//! What the browser asks about who works what.

use super::rules::Objection;
use crate::{
    clock::Moment,
    error::AppError,
    ids::{LeadId, RequestKey},
    people::rules::Holder,
    pipeline::api::Card,
};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// A lead that is given to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Which.
    pub lead: LeadId,
    /// Whose it was as the person saw it.
    pub from: Holder,
    /// Whose it is to be.
    pub to: Holder,
    /// Made once per intent; repeated on a retry.
    pub key: RequestKey,
}

/// What became of an assignment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assigned {
    /// It is theirs now.
    Done {
        /// The card as the viewer may see it now; `None` off the board.
        card: Option<Box<Card>>,
    },
    /// Rules say no.
    Refused {
        /// Which.
        why: Objection,
    },
    /// Somebody gave it to somebody else meanwhile.
    Conflict {
        /// Whose it is.
        holder: String,
        /// Who gave it to them.
        by: Option<String>,
        /// When.
        at: Option<Moment>,
        /// The card; `None` off the board.
        card: Option<Box<Card>>,
    },
}

/// Gives leads to somebody, all for one reason. Each ends for itself, by an answer or by why there is none; only what may
/// pass ends all of it, to be sent again.
#[server(prefix = "/api", endpoint = "routing/assign", input = Json, output = Json)]
pub async fn assign(wanted: Vec<Assignment>, reason: String) -> Result<Vec<Result<Assigned, AppError>>, AppError> {
    let is_sound = wanted.len() <= crate::pipeline::api::MOST_AT_ONCE && wanted.iter().all(|one| one.key.is_sound());
    // Longer than any character makes it: nobody wrote that.
    if !is_sound || reason.len() > super::rules::LONGEST_REASON * 8 {
        return Err(AppError::NotUnderstood);
    }
    let permit = crate::people::guard::permit()?;
    let mut ends = Vec::with_capacity(wanted.len());
    for one in &wanted {
        match super::store::assign(&permit, one, &reason).await {
            Err(error) if error.is_passing() => return Err(error),
            end => ends.push(end),
        }
    }
    Ok(ends)
}
