//! What the browser asks about imports. Reps are refused; a manager gives leads to their own people only.

use super::{
    preset::{DateFormat, Layout, LossOutcome, Preset, PresetProblem},
    problems::{NotReady, RowProblem, Unreadable},
    summary::Summary,
};
use crate::{
    clock::Moment,
    error::AppError,
    ids::{LeadId, Names, RequestKey},
    jobs::problems::Problem,
    people::rules::words,
    pipeline::rules::StageKind,
};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// What can be seen of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnFacts {
    /// Its name.
    pub name: String,
    /// How many cells hold something.
    pub filled: usize,
    /// Some of what they hold.
    pub examples: Vec<String>,
    /// Its different values with their counts, the most frequent first; none where there are too many.
    pub values: Vec<(String, usize)>,
    /// The formats in which all of it are dates.
    pub dates: Vec<DateFormat>,
}

/// A file that could be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Its name.
    pub name: String,
    /// How it is laid out.
    pub layout: Layout,
    /// The sheets to choose from, of a workbook.
    pub sheets: Vec<String>,
    /// Its columns.
    pub columns: Vec<ColumnFacts>,
    /// How many rows it has.
    pub rows: usize,
    /// The first of them, with their numbers.
    pub first: Vec<(i64, Vec<String>)>,
    /// What it probably means.
    pub guess: Preset,
}

/// How looking at a file ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookAnswer {
    /// It is a table.
    Readable(Box<Look>),
    /// It is none.
    Unreadable {
        /// The file's name.
        name: String,
        /// Why.
        why: Unreadable,
    },
}

/// A loss reason to choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReasonChoice {
    /// Lost or unqualified.
    pub outcome: LossOutcome,
    /// Its code.
    pub code: String,
    /// Its name in every language.
    pub name: Names,
}

/// A person to choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonChoice {
    /// Where they sign in with.
    pub email: String,
    /// Their name.
    pub name: String,
}

/// What there is to choose from while mapping.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choices {
    /// Loss reasons in use.
    pub reasons: Vec<ReasonChoice>,
    /// The open stages with their names.
    pub stages: Vec<(StageKind, Names)>,
    /// People to whom the viewer may give leads.
    pub people: Vec<PersonChoice>,
    /// Teams with reps among them.
    pub teams: Vec<String>,
    /// Queues into which the viewer may put leads.
    pub queues: Vec<String>,
    /// Currencies that have a rate.
    pub currencies: Vec<String>,
    /// Mappings to begin with: those that winback brings along, and those that were kept.
    pub presets: Vec<PresetChoice>,
}

/// A mapping to begin with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PresetChoice {
    /// The mapping.
    pub preset: Preset,
    /// Whether winback brings it along.
    pub is_built_in: bool,
}

/// Why nothing can be imported yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The file is no table with these columns.
    Unreadable(Unreadable),
    /// The mapping is not whole.
    Preset(PresetProblem),
    /// Something else is missing.
    NotReady(NotReady),
}

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// The figures.
    pub summary: Summary,
    /// How many leads each would be responsible for, the most first.
    pub holders: Vec<(String, usize)>,
    /// How many open leads would stand in each stage.
    pub stages: Vec<(StageKind, usize)>,
    /// Leads here that have the same phone or e-mail and came in another way.
    pub alike: i64,
    /// A page of the rows that would be rejected.
    pub problems: Vec<(i64, RowProblem)>,
    /// How many there are on a page.
    pub page_size: usize,
}

/// How a rehearsal ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RehearseAnswer {
    /// Nothing was written: this would happen.
    Done(Box<Rehearsal>),
    /// It cannot be imported like this.
    Refused(Refusal),
}

/// How beginning an import ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BeginAnswer {
    /// It runs.
    Begun {
        /// Which.
        run: i64,
    },
    /// It cannot be imported like this.
    Refused(Refusal),
}

/// How keeping a mapping ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SaveAnswer {
    /// It is kept.
    Saved,
    /// There is one of that name already.
    NameTaken,
    /// It is not whole.
    Refused(PresetProblem),
}

words! {
    /// How far a job has come.
    JobState { Queued = "queued", Running = "running", Done = "done", Failed = "failed", Cancelled = "cancelled" }
}

impl JobState {
    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// The taking back of an import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// How far it is.
    pub state: JobState,
    /// Leads that were looked at.
    pub done: i64,
    /// Leads in all, once known.
    pub total: Option<i64>,
    /// Leads that are hidden now, once it is over.
    pub withdrawn: Option<i64>,
    /// Leads that stay, because somebody worked them.
    pub kept: Option<i64>,
    /// Why it failed.
    pub problem: Option<Problem>,
}

/// An import, queued, running or over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Which.
    pub id: i64,
    /// The file's name.
    pub file: String,
    /// The mapping's name.
    pub preset: String,
    /// Who began it.
    pub by: Option<String>,
    /// When.
    pub at: Moment,
    /// When it was over.
    pub finished_at: Option<Moment>,
    /// How far it is.
    pub state: JobState,
    /// Whether somebody wants it to stop.
    pub is_stopping: bool,
    /// Rows done.
    pub done: i64,
    /// Rows in all, once known.
    pub total: Option<i64>,
    /// Why it failed.
    pub problem: Option<Problem>,
    /// Whether it came as far as writing.
    pub has_leads: bool,
    /// What it did, once it is over.
    pub summary: Option<Summary>,
    /// Its taking back, if somebody wants that.
    pub withdrawal: Option<Withdrawal>,
}

impl Run {
    /// Whether anything still moves.
    pub fn is_moving(&self) -> bool {
        !self.state.is_over() || self.withdrawal.as_ref().is_some_and(|withdrawal| !withdrawal.state.is_over())
    }
}

/// A rejected row of an import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRejection {
    /// Its number.
    pub row: i64,
    /// Why, as data; imports of earlier versions lack it.
    pub problem: Option<RowProblem>,
    /// Why, in an English sentence.
    pub reason: String,
}

/// A page of rejected rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRejections {
    /// The page.
    pub rows: Vec<RunRejection>,
    /// All there are.
    pub total: i64,
    /// How many are on a page.
    pub page_size: i64,
}

/// A lead that an import brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BroughtLead {
    /// Which.
    pub lead: LeadId,
    /// Its name, for those who may read it.
    pub name: Option<String>,
    /// Its number in the other system, for those who may read it.
    pub external_id: Option<String>,
    /// Who is responsible.
    pub holder: String,
    /// Its stage.
    pub stage: Option<Names>,
    /// Whether it is in the lost pool.
    pub is_lost: bool,
}

/// A page of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BroughtPage {
    /// The page.
    pub leads: Vec<BroughtLead>,
    /// All there are.
    pub total: i64,
    /// How many are on a page.
    pub page_size: i64,
}

/// Looks at an uploaded file, laid out as `layout` says or else as it looks.
#[server(prefix = "/api", endpoint = "capture/look", input = Json, output = Json)]
pub async fn look_at(upload: i64, layout: Layout) -> Result<LookAnswer, AppError> {
    super::desk::look(&super::desk::permit()?, upload, layout).await
}

/// What there is to choose from.
#[server(prefix = "/api", endpoint = "capture/choices", input = Json, output = Json)]
pub async fn read_choices() -> Result<Choices, AppError> {
    super::desk::choices(&super::desk::permit()?).await
}

/// What importing would do; nothing is written.
#[server(prefix = "/api", endpoint = "capture/rehearse", input = Json, output = Json)]
pub async fn rehearse(upload: i64, preset: Preset, page: u32) -> Result<RehearseAnswer, AppError> {
    super::desk::rehearse(&super::desk::permit()?, upload, preset, page).await
}

/// Begins an import.
#[server(prefix = "/api", endpoint = "capture/begin", input = Json, output = Json)]
pub async fn begin(upload: i64, preset: Preset, key: RequestKey) -> Result<BeginAnswer, AppError> {
    super::desk::begin(&super::desk::permit()?, upload, preset, key).await
}

/// Keeps a mapping under its name.
#[server(prefix = "/api", endpoint = "capture/save_preset", input = Json, output = Json)]
pub async fn save_preset(preset: Preset, replace: bool) -> Result<SaveAnswer, AppError> {
    super::desk::save_preset(&super::desk::permit()?, preset, replace).await
}

/// Forgets a kept mapping.
#[server(prefix = "/api", endpoint = "capture/forget_preset", input = Json, output = Json)]
pub async fn forget_preset(name: String) -> Result<(), AppError> {
    super::store::presets::forget(&super::desk::permit()?, &name).await
}

/// The imports so far, the newest first.
#[server(prefix = "/api", endpoint = "capture/runs", input = Json, output = Json)]
pub async fn read_runs() -> Result<Vec<Run>, AppError> {
    super::store::runs::list(&super::desk::permit()?).await
}

/// One import.
#[server(prefix = "/api", endpoint = "capture/run", input = Json, output = Json)]
pub async fn read_run(run: i64) -> Result<Run, AppError> {
    super::store::runs::run(&super::desk::permit()?, run).await
}

/// A page of an import's rejected rows.
#[server(prefix = "/api", endpoint = "capture/rejections", input = Json, output = Json)]
pub async fn read_rejections(run: i64, page: u32) -> Result<RunRejections, AppError> {
    let permit = super::desk::permit_for(run).await?;
    super::store::runs::rejections(&permit, run, page).await
}

/// A page of the leads that an import brought and that are still here.
#[server(prefix = "/api", endpoint = "capture/brought", input = Json, output = Json)]
pub async fn read_brought(run: i64, page: u32) -> Result<BroughtPage, AppError> {
    let permit = super::desk::permit_for(run).await?;
    super::store::runs::brought(&permit, run, page).await
}

/// Asks an import to stop; what it brought stays. The import as it is now.
#[server(prefix = "/api", endpoint = "capture/stop", input = Json, output = Json)]
pub async fn stop_run(run: i64) -> Result<Run, AppError> {
    let permit = super::desk::permit_for(run).await?;
    crate::jobs::store::ask_to_stop(permit.pool(), run, permit.now()).await?;
    super::store::runs::run(&permit, run).await
}

/// Takes an import back. The import as it is now: without a withdrawal while it still runs.
#[server(prefix = "/api", endpoint = "capture/withdraw", input = Json, output = Json)]
pub async fn withdraw_run(run: i64, key: RequestKey) -> Result<Run, AppError> {
    let permit = super::desk::permit_for(run).await?;
    super::store::runs::withdraw(&permit, run, &key).await?;
    super::store::runs::run(&permit, run).await
}
