//! What the browser asks about the hygiene of reasons.

use super::rules::{Behind, Hollow, Suggestion, Usage};
use crate::{
    analytics::rules::{Period, Span},
    error::AppError,
    ids::{LeadId, LossId, Names, UserId},
    live::wire::Cursor,
    settings::model::ReasonSetting,
};
use chrono::NaiveDate;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// A reason with its use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfReason {
    /// As it is set.
    pub setting: ReasonSetting,
    /// How it is used.
    pub usage: Usage,
    /// The only one who gave it, where that stands out.
    pub only_by: Option<String>,
    /// How many losses have its outcome.
    pub of: i64,
}

/// Somebody who did without the attempts that reasons ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Who.
    pub by: UserId,
    /// Their name.
    pub name: String,
    /// How often.
    pub losses: i64,
}

/// Which page of which losses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListPage {
    /// Which losses.
    pub behind: Behind,
    /// Which page, from zero.
    pub page: u32,
}

/// A loss behind a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRow {
    /// Which.
    pub loss: LossId,
    /// Of which lead.
    pub lead: LeadId,
    /// Its name.
    pub name: Option<String>,
    /// The number under which another system knows it.
    pub external_id: Option<String>,
    /// When; unknown for imports that do not say.
    pub day: Option<NaiveDate>,
    /// Why, per language.
    pub reason: Names,
    /// Who wrote it; nobody for imports.
    pub by: Option<String>,
    /// What they wrote.
    pub note: String,
    /// Why that says nothing, if so.
    pub hollow: Option<Hollow>,
    /// Why the attempts were done without.
    pub override_because: Option<String>,
}

/// One page of the losses behind a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Which.
    pub page: ListPage,
    /// The page's losses, the newest first.
    pub rows: Vec<ListRow>,
    /// How many there are on all pages: the figure.
    pub total: i64,
    /// Rows per page.
    pub page_size: i64,
}

/// Everything about the reasons in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hygiene {
    /// The period's days.
    pub span: Span,
    /// Whether the viewer may retire and merge.
    pub may_change: bool,
    /// Losses in the period.
    pub losses: i64,
    /// All reasons, in their order.
    pub reasons: Vec<OfReason>,
    /// What to do.
    pub suggestions: Vec<Suggestion>,
    /// Losses whose reason stands for everything else.
    pub other: i64,
    /// Losses with a comment that somebody wrote here.
    pub commented: i64,
    /// How many of these say nothing, and why.
    pub hollow: Vec<(Hollow, i64)>,
    /// Losses whose reason asks for attempts first.
    pub attempts_asked: i64,
    /// Who did without them, the most often first.
    pub overrides: Vec<Override>,
    /// The losses behind a finding, where they were asked for.
    pub listing: Option<Listing>,
    /// From where on the live stream continues this picture.
    pub seen: Cursor,
}

/// Everything about the reasons in a period, for managers and admins, of leads that they may read.
#[server(prefix = "/api", endpoint = "hygiene/report", input = Json, output = Json)]
pub async fn read_hygiene(period: Period, list: Option<ListPage>) -> Result<Hygiene, AppError> {
    if !period.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    super::store::report(&crate::people::guard::permit()?, period, list).await
}
