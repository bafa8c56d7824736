//! What a lead's fields can be chosen from.

use crate::{error::AppError, ids::Names, people::rules::words};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

words! {
    /// A list that a field chooses from.
    List {
        Source = "source",
        Campaign = "campaign",
        Product = "product",
        Segment = "segment",
        BusinessLine = "business_line",
        Tag = "tag",
        Person = "person",
    }
}

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// Of which list.
    pub list: List,
    /// Its id there.
    pub id: i64,
    /// What it is called.
    pub name: Names,
    /// No longer offered; it stays where it is in use.
    pub retired: bool,
}

words! {
    /// What one of the team's own fields takes.
    CustomKind { Text = "text", Number = "number", Date = "date", Choice = "choice", YesNo = "yes_no" }
}

/// One of the team's own fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomField {
    /// Under which its values are kept.
    pub key: String,
    /// What it is called.
    pub name: Names,
    /// What it takes.
    pub kind: CustomKind,
    /// What there is to choose from.
    pub choices: Vec<String>,
    /// No longer offered; leads that have it keep it.
    pub retired: bool,
}

/// Everything that a lead's fields choose from, in the order in which it is offered.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Lists {
    /// All lists' entries, those that are retired included: something may still use them.
    pub listed: Vec<Listed>,
    /// The team's own fields.
    pub custom: Vec<CustomField>,
    /// The currencies that are offered; the organisation's own comes first.
    pub currencies: Vec<String>,
}

impl Lists {
    /// The entry of a list with this id, as it is written in a record.
    pub fn find(&self, list: List, id: &str) -> Option<&Listed> {
        let id: i64 = id.parse().ok()?;
        self.listed.iter().find(|entry| entry.list == list && entry.id == id)
    }

    /// What is offered from a list where `used` is in use.
    pub fn offered<'a>(&'a self, list: List, used: &'a str) -> impl Iterator<Item = &'a Listed> {
        let is_offered = move |entry: &&Listed| entry.list == list && (!entry.retired || entry.id.to_string() == used);
        self.listed.iter().filter(is_offered)
    }
}

/// Everything that a lead's fields choose from.
#[server(prefix = "/api", endpoint = "leads/lists", input = Json, output = Json)]
pub async fn read_lists() -> Result<Lists, AppError> {
    crate::leads::store::lists::lists(&crate::people::guard::permit()?).await
}
