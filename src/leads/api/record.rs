//! The record's fields and their editing, one at a time.

use crate::{
    clock::Moment,
    error::AppError,
    ids::{LeadId, RequestKey, TagId},
    leads::rules::fields::{Field, Problem},
};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is known, each value as [`crate::leads::rules::fields::written`] writes it; what is not known is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Record(pub BTreeMap<Field, String>);

impl Record {
    /// The value of a field; empty where it is not known.
    pub fn get(&self, field: &Field) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }
}

/// A tag of a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Which.
    pub id: TagId,
    /// The word.
    pub name: String,
}

/// One field changed by somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// Whose field; an account's and its contacts' are reached through one of its leads.
    pub lead: LeadId,
    /// Which.
    pub field: Field,
    /// The value that they saw when they began.
    pub seen: String,
    /// What they typed.
    pub typed: String,
    /// Made once per intent, repeated on a retry.
    pub key: RequestKey,
}

/// What became of an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditAnswer {
    /// It is saved.
    Done {
        /// The field's present value.
        value: String,
    },
    /// It cannot be.
    Refused {
        /// Why.
        problem: Problem,
    },
    /// Somebody else changed this field meanwhile: nothing was written.
    Conflict {
        /// The field's present value.
        theirs: String,
        /// Who wrote it; unknown where it came with an import.
        by: Option<String>,
        /// When.
        at: Option<Moment>,
    },
}

/// Changes one field of a lead, of its account or of one of that account's contacts.
#[server(prefix = "/api", endpoint = "leads/edit", input = Json, output = Json)]
pub async fn edit_field(edit: Edit) -> Result<EditAnswer, AppError> {
    crate::leads::store::edit::edit(&crate::people::guard::permit()?, &edit).await
}

/// A tag put on a lead or taken off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagChange {
    /// This word; it is added to the list where nobody used it yet.
    Add {
        /// The word.
        name: String,
    },
    /// This one.
    Remove {
        /// Which.
        tag: TagId,
    },
}

/// What became of a change of tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagAnswer {
    /// The lead has these now.
    Done {
        /// All of its tags.
        tags: Vec<Tag>,
    },
    /// Nothing was changed.
    Refused {
        /// Why.
        problem: Problem,
    },
}

/// Puts a tag on a lead or takes it off. Two people who do so at once both get what they want.
#[server(prefix = "/api", endpoint = "leads/tag", input = Json, output = Json)]
pub async fn change_tag(lead: LeadId, change: TagChange, key: RequestKey) -> Result<TagAnswer, AppError> {
    crate::leads::store::tags::change(&crate::people::guard::permit()?, lead, &change, &key).await
}
