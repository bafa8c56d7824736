//! What the browser asks of the figures.

use super::rules::{Part, Selection, Span, Step};
use crate::{
    error::AppError,
    ids::{LeadId, Names, ReasonId, SourceId, TeamId},
    live::wire::Cursor,
    losses::{api::StageAtLoss, rules::Outcome},
    people::rules::{Holder, words},
};
use chrono::NaiveDate;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// How many runs, and what they were worth together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sum {
    /// How many.
    pub runs: i64,
    /// Minor units of the organisation's currency; a lead without a value adds nothing.
    pub minor: i64,
}

/// The figures of everything that is selected, or of one person or queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Lost, narrowed by reason and outcome.
    pub lost: Sum,
    /// Unqualified, narrowed by reason and outcome.
    pub unqualified: Sum,
    /// Won.
    pub won: Sum,
    /// Lost for whatever reason: with `won`, what the win rate stands on.
    pub lost_at_all: i64,
    /// Begun in the period.
    pub created: i64,
    /// Begun in the period, and won.
    pub converted: i64,
}

impl Tally {
    /// Lost and unqualified together.
    pub fn losses(&self) -> Sum {
        Sum {
            runs: self.lost.runs + self.unqualified.runs,
            minor: self.lost.minor.saturating_add(self.unqualified.minor),
        }
    }
}

/// Losses for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfReason {
    /// Which.
    pub reason: ReasonId,
    /// What it is called, per language.
    pub name: Names,
    /// Lost or unqualified.
    pub outcome: Outcome,
    /// What people say instead of the reason.
    pub excuse: bool,
    /// How many and how much.
    pub losses: Sum,
}

/// Losses at one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfStage {
    /// Which; unknown for imports.
    pub stage: StageAtLoss,
    /// What it is called, per language.
    pub name: Names,
    /// How many and how much.
    pub losses: Sum,
}

/// The figures of one person or queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfHolder {
    /// Who.
    pub holder: Holder,
    /// Their name.
    pub name: String,
    /// What they came to.
    pub tally: Tally,
}

/// The figures of a week or month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfStep {
    /// Its first day.
    pub start: NaiveDate,
    /// Cut by the period's ends, or not over yet.
    pub is_partial: bool,
    /// Lost.
    pub lost: Sum,
    /// Unqualified.
    pub unqualified: Sum,
    /// Won.
    pub won: Sum,
}

/// All figures of a selection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What they are of.
    pub selection: Selection,
    /// What the trend steps by.
    pub step: Step,
    /// The period's days.
    pub span: Span,
    /// The organisation's currency.
    pub currency: String,
    /// All that is selected.
    pub total: Tally,
    /// Losses per reason, the most first.
    pub reasons: Vec<OfReason>,
    /// Losses per stage, in the pipeline's order.
    pub stages: Vec<OfStage>,
    /// Figures per person or queue, the most losses first.
    pub holders: Vec<OfHolder>,
    /// Figures per week or month, without gaps.
    pub trend: Vec<OfStep>,
    /// Losses that nobody knows the day of, whatever the period: in no trend, and in figures of all time only.
    pub undated_losses: i64,
    /// The same for wins.
    pub undated_wins: i64,
    /// From where on the live stream continues this picture.
    pub seen: Cursor,
}

/// What the page can be narrowed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Teams by name.
    pub teams: Vec<(TeamId, String)>,
    /// People and queues by name, with those who have left.
    pub holders: Vec<(Holder, String)>,
    /// Channels by name.
    pub sources: Vec<(SourceId, String)>,
    /// Reasons in their order, with retired ones.
    pub reasons: Vec<(ReasonId, Names, Outcome)>,
}

words! {
    /// What listed leads are ordered by.
    ListSort { Date = "date", Name = "name", Value = "value" }
}

/// Which page of the leads behind a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListPage {
    /// Behind which figure.
    pub part: Part,
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

words! {
    /// What a run came to.
    RunOutcome { Lost = "lost", Unqualified = "unqualified", Won = "won", Open = "open" }
}

/// One page of the leads behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Behind which figure, in which order.
    pub page: ListPage,
    /// What the figure's bar is called, where it is one.
    pub of: Option<Names>,
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

/// All figures of a selection, of leads that the viewer may read.
#[server(prefix = "/api", endpoint = "analytics/report", input = Json, output = Json)]
pub async fn read_report(selection: Selection, step: Step) -> Result<Report, AppError> {
    if !selection.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    super::store::report(&crate::people::guard::permit()?, &selection, step).await
}

/// The leads behind a figure; names are ordered as `language` orders them.
#[server(prefix = "/api", endpoint = "analytics/list", input = Json, output = Json)]
pub async fn read_list(selection: Selection, page: ListPage, language: String) -> Result<Listing, AppError> {
    if !selection.is_sound() || !page.part.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    super::store::list(&crate::people::guard::permit()?, &selection, &page, &language).await
}

/// What the page can be narrowed to.
#[server(prefix = "/api", endpoint = "analytics/choices", input = Json, output = Json)]
pub async fn read_choices() -> Result<Choices, AppError> {
    super::store::choices(&crate::people::guard::permit()?).await
}

/// One's own figures.
#[server(prefix = "/api", endpoint = "analytics/own", input = Json, output = Json)]
pub async fn read_own_figures() -> Result<OwnFigures, AppError> {
    super::store::own(&crate::people::guard::permit()?).await
}
