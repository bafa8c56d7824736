//! What the browser asks about follow-ups.

use super::rules::{Behind, Spreads};
use crate::{
    analytics::rules::{Period, Span},
    error::AppError,
    ids::{LeadId, TeamId},
    live::wire::Cursor,
    people::rules::Holder,
};
use chrono::NaiveDate;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// The follow-ups of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfTeam {
    /// Which.
    pub team: TeamId,
    /// Its name.
    pub name: String,
    /// How its runs ended after how many.
    pub spreads: Spreads,
}

/// The follow-ups of a person or queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfHolder {
    /// Who.
    pub holder: Holder,
    /// Their name.
    pub name: String,
    /// How their runs ended after how many.
    pub spreads: Spreads,
}

/// Which page of which runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListPage {
    /// Which runs.
    pub behind: Behind,
    /// Which page, from zero.
    pub page: u32,
}

/// A run behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRow {
    /// Of which lead.
    pub lead: LeadId,
    /// Its name.
    pub name: Option<String>,
    /// The number under which another system knows it.
    pub external_id: Option<String>,
    /// When it ended.
    pub ended_on: Option<NaiveDate>,
    /// Who was responsible.
    pub holder: String,
    /// How often it was followed up.
    pub follow_ups: i32,
}

/// One page of the runs behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Which.
    pub page: ListPage,
    /// The page's runs, the newest first.
    pub rows: Vec<ListRow>,
    /// How many there are on all pages: the figure.
    pub total: i64,
    /// Rows per page.
    pub page_size: i64,
}

/// All follow-ups of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Persistence {
    /// The period's days.
    pub span: Span,
    /// Of everybody.
    pub whole: Spreads,
    /// Of each team, by name.
    pub teams: Vec<OfTeam>,
    /// Of each person and queue, the most runs first.
    pub holders: Vec<OfHolder>,
    /// The runs behind a figure, where they were asked for.
    pub listing: Option<Listing>,
    /// From where on the live stream continues this picture.
    pub seen: Cursor,
}

/// All follow-ups of a period, of leads that the viewer may read.
#[server(prefix = "/api", endpoint = "persistence/report", input = Json, output = Json)]
pub async fn read_persistence(period: Period, list: Option<ListPage>) -> Result<Persistence, AppError> {
    if !period.is_sound() || list.is_some_and(|list| !list.behind.is_sound()) {
        return Err(AppError::NotUnderstood);
    }
    super::store::report(&crate::people::guard::permit()?, period, list).await
}
