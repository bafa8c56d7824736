//! What the browser asks of the search.

use super::rules::marks::Piece;
use crate::{
    error::AppError,
    ids::{LeadId, Names},
    losses::rules::Outcome,
    people::rules::words,
};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

words! {
    /// How closely what is found has to be what was typed.
    Closeness {
        /// Word for word, or by the beginnings of words.
        AsTyped = "as_typed",
        /// With a slip of the fingers in a word: a letter wrong, missing or too many, or two that changed places. What is
        /// there as it was typed is not among it.
        Similar = "similar",
    }
}

words! {
    /// Where an answer stands when it is neither in the name nor in the company.
    Place {
        /// The e-mail address.
        Email = "email",
        /// The phone number.
        Phone = "phone",
        /// The number in another system.
        Number = "number",
        /// What they asked for.
        Request = "request",
        /// A note, a call, a message.
        Note = "note",
        /// What was written about a loss.
        Loss = "loss",
    }
}

/// Where a lead stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// In this stage, per language.
    Stage(Names),
    /// Off the board.
    Lost(Outcome),
}

/// A lead that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Which.
    pub lead: LeadId,
    /// Its name, or its company's.
    pub name: Vec<Piece>,
    /// The company beside a name.
    pub company: Vec<Piece>,
    /// The number under which another system knows it; it stands in for a name where there is none.
    pub external_id: Option<String>,
    /// What else answers the question.
    pub why: Option<(Place, Vec<Piece>)>,
    /// Who is responsible.
    pub holder: String,
    /// Whether that is the viewer.
    pub is_own: bool,
    /// Where it stands.
    pub standing: Standing,
}

/// The leads that the viewer may read and that answer `question`, the best first, ten at most.
#[server(prefix = "/api", endpoint = "search/find", input = Json, output = Json)]
pub async fn find(question: String, closeness: Closeness) -> Result<Vec<Hit>, AppError> {
    let permit = crate::people::guard::permit()?;
    super::store::find(&permit, &question, closeness).await
}

/// The leads that the viewer looked at last and may still read, the latest first.
#[server(prefix = "/api", endpoint = "search/recent", input = Json, output = Json)]
pub async fn read_recent() -> Result<Vec<Hit>, AppError> {
    super::store::visits::recent(&crate::people::guard::permit()?).await
}

/// Remembers that the viewer looked at a lead. Doing it twice is the same.
#[server(prefix = "/api", endpoint = "search/visit", input = Json, output = Json)]
pub async fn visit(lead: LeadId) -> Result<(), AppError> {
    super::store::visits::visit(&crate::people::guard::permit()?, lead).await
}
