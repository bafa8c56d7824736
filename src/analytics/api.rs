//! What the browser asks of the figures.

use super::{
    cockpit::{Answer, Behind},
    facts::{Fact, Head, RunOutcome},
    rules::Step,
    selection::Selection,
};
use crate::{
    error::AppError,
    ids::{LeadId, Names},
    live::wire::{Cursor, Snapshot},
    losses::api::StageAtLoss,
    people::rules::words,
};
use chrono::NaiveDate;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// Figures with what their bars are called: codes mean nothing without the words that they were counted with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// The figures.
    pub answer: Answer,
    /// What the bars are called, and the organisation's calendar.
    pub head: Head,
}

/// The cockpit as a page begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// Its figures.
    pub counted: Counted,
    /// How many runs there are to count.
    pub rows: usize,
    /// Whether the browser may count them itself; more than that the server counts.
    pub in_browser: bool,
}

/// What changed since a snapshot was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Changes {
    /// The runs of these leads are now those; a lead without any is out of sight.
    Leads {
        /// Which leads.
        leads: Vec<LeadId>,
        /// Their runs that the viewer may read.
        facts: Vec<Fact>,
        /// Names that may be new, the calendar, and the place in the stream after these changes.
        head: Box<Head>,
    },
    /// So much changed, or the viewer's reach, that the facts have to be fetched again.
    Everything,
}

words! {
    /// What listed leads are ordered by.
    ListSort { Date = "date", Name = "name", Value = "value" }
}

/// Which page of the leads behind the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListPage {
    /// Which runs.
    pub behind: Behind,
    /// Ordered by this.
    pub sort: ListSort,
    /// From the highest down.
    pub descending: bool,
    /// Which page, from zero.
    pub page: u32,
}

/// A run with its lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRow {
    /// The lead.
    pub lead: LeadId,
    /// Its name.
    pub name: Option<String>,
    /// The number under which another system knows it.
    pub external_id: Option<String>,
    /// What it came to.
    pub outcome: RunOutcome,
    /// Why it was lost, per language.
    pub reason: Option<Names>,
    /// Where it stood; unknown for imports.
    pub stage: Option<Names>,
    /// Who was responsible.
    pub holder: String,
    /// When it began; unknown for imports.
    pub started_on: Option<NaiveDate>,
    /// When it ended; unknown for imports.
    pub ended_on: Option<NaiveDate>,
    /// What it was worth, in the organisation's currency.
    pub minor: Option<i64>,
}

/// One page of the leads behind the figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Which runs, in which order.
    pub page: ListPage,
    /// The page's runs.
    pub rows: Vec<ListRow>,
    /// How many there are on all pages: the figure.
    pub total: i64,
    /// Rows per page.
    pub page_size: i64,
}

/// What somebody achieved, at one stage or in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Achieved {
    /// Won.
    pub won: i64,
    /// Lost.
    pub lost: i64,
    /// Unqualified.
    pub unqualified: i64,
}

/// One's own figures, of all time, from the counters that every change keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnFigures {
    /// In all.
    pub total: Achieved,
    /// Runs that are open in one's hands now.
    pub open: i64,
    /// By the stage that runs ended in, in the pipeline's order; unknown for imports.
    pub stages: Vec<(StageAtLoss, Names, Achieved)>,
    /// From where on the live stream continues this picture.
    pub seen: Cursor,
}

impl OwnFigures {
    /// Every run that was ever theirs to the end, or is now.
    pub fn created(&self) -> i64 {
        self.total.won + self.total.lost + self.total.unqualified + self.open
    }
}

/// The figures of a selection with all that a page needs to begin, of leads that the viewer may read.
#[server(prefix = "/api", endpoint = "analytics/open", input = Json, output = Json)]
pub async fn read_opening(selection: Selection, step: Step) -> Result<Opening, AppError> {
    let (app, permit) = crate::people::guard::app_and_permit()?;
    super::shelf::open(&app, &permit, &sound(selection)?, step).await
}

/// The figures of a selection, counted by the server.
#[server(prefix = "/api", endpoint = "analytics/answer", input = Json, output = Json)]
pub async fn read_answer(selection: Selection, step: Step) -> Result<Counted, AppError> {
    let (app, permit) = crate::people::guard::app_and_permit()?;
    super::shelf::answer(&app, &permit, &sound(selection)?, step).await
}

/// What changed in the viewer's facts since `since` was taken.
#[server(prefix = "/api", endpoint = "analytics/changes", input = Json, output = Json)]
pub async fn read_changes(since: Snapshot) -> Result<Changes, AppError> {
    if !since.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    super::shelf::changes(&crate::people::guard::permit()?, &since).await
}

/// The leads behind the figures; names are ordered as `language` orders them.
#[server(prefix = "/api", endpoint = "analytics/list", input = Json, output = Json)]
pub async fn read_list(selection: Selection, page: ListPage, language: String) -> Result<Listing, AppError> {
    let (app, permit) = crate::people::guard::app_and_permit()?;
    super::shelf::list(&app, &permit, &sound(selection)?, &page, &language).await
}

#[cfg(feature = "ssr")]
fn sound(selection: Selection) -> Result<Selection, AppError> {
    if selection.is_sound() { Ok(selection) } else { Err(AppError::NotUnderstood) }
}

/// One's own figures.
#[server(prefix = "/api", endpoint = "analytics/own", input = Json, output = Json)]
pub async fn read_own_figures() -> Result<OwnFigures, AppError> {
    super::store::own(&crate::people::guard::permit()?).await
}
