//! What the browser asks about losses.

use super::rules::{
    Attempt, AttemptException, Closure, ClosureCause, DoNot, Draft, Facts, NewAttempt, Objection, Outcome, Reason,
    ReopenRefusal, RetryPotential, Subject,
};
use crate::{
    clock::Moment,
    error::AppError,
    ids::{LeadId, LossId, Names, ReasonId, RequestKey, StageId},
    live::wire::Cursor,
    people::rules::{Holder, words},
    pipeline::{
        api::{Card, MOST_AT_ONCE, Money},
        rules::StageKind,
    },
    recontacts::{api::Planned, rules::Person},
};
use chrono::NaiveDate;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// Everything that the loss dialog needs to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preparation {
    /// The lead.
    pub lead: LeadId,
    /// Its name.
    pub name: Option<String>,
    /// The number under which another system knows it.
    pub external_id: Option<String>,
    /// What they want to buy.
    pub product: Option<String>,
    /// What it is worth.
    pub value: Option<Money>,
    /// Where it stands; unknown only for leads that are lost already.
    pub stage: Option<StageKind>,
    /// What the team calls that stage.
    pub stage_name: Option<Names>,
    /// Since when.
    pub in_stage_since: Option<Moment>,
    /// Sent back with the loss.
    pub move_version: i64,
    /// Whether a loss stands already.
    pub is_lost: bool,
    /// Whether the viewer may change the lead.
    pub may_write: bool,
    /// Whether the viewer may do without required attempts.
    pub manages: bool,
    /// What it is.
    pub subject: Subject,
    /// What they asked us not to do.
    pub do_not: DoNot,
    /// When its run began, where known.
    pub run_started: Option<Moment>,
    /// All reasons in use.
    pub reasons: Vec<Reason>,
    /// All attempts ever, the newest first.
    pub attempts: Vec<Attempt>,
    /// Who may try again: whoever is responsible first.
    pub persons: Vec<Person>,
    /// The present moment.
    pub now: Moment,
}

impl Preparation {
    /// The same for the rules.
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            may_write: self.may_write,
            manages: self.manages,
            is_lost: self.is_lost,
            stage: self.stage,
            subject: self.subject,
            do_not: self.do_not,
            run_started: self.run_started,
            reasons: &self.reasons,
            attempts: &self.attempts,
            persons: &self.persons,
            now: self.now,
        }
    }
}

/// How writing down an attempt ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogAnswer {
    /// It stands in the history; all attempts, the newest first.
    Done {
        /// The attempts.
        attempts: Vec<Attempt>,
    },
    /// A rule says no.
    Refused {
        /// Which.
        why: Objection,
    },
}

/// A lead that is to be lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewLoss {
    /// Which lead.
    pub lead: LeadId,
    /// Why, and what there is to know.
    pub draft: Draft,
    /// The version that the rep saw.
    pub seen_version: i64,
    /// For how many leads, this one included, the draft was written at once. In one for several, a logged attempt means
    /// each lead's own last one.
    #[serde(default = "for_itself")]
    pub shared_by: u8,
    /// Made once per intent; repeated on a retry.
    pub key: RequestKey,
}

impl NewLoss {
    /// Whether our own pages could have sent it.
    pub fn is_sound(&self) -> bool {
        let is_for_so_many = (1..=MOST_AT_ONCE).contains(&usize::from(self.shared_by));
        self.key.is_sound() && self.draft.is_sound() && is_for_so_many
    }
}

fn for_itself() -> u8 {
    1
}

/// A loss that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// The episode.
    pub loss: LossId,
    /// The lead.
    pub lead: LeadId,
    /// Lost or unqualified.
    pub outcome: Outcome,
}

/// How losing ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoseAnswer {
    /// The lead is in the lost pool.
    Done {
        /// The loss.
        lost: Lost,
    },
    /// Rules say no.
    Objections {
        /// All that apply, in the dialog's order.
        objections: Vec<Objection>,
    },
    /// Somebody else changed where the lead stands.
    Conflict {
        /// Where the lead is; `None` when it has left the board.
        card: Option<Box<Card>>,
        /// Who did it.
        by: Option<String>,
        /// And when.
        at: Option<Moment>,
    },
}

/// A loss that is to be closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewReopening {
    /// Which loss.
    pub loss: LossId,
    /// A mistake, or a new try.
    pub closure: Closure,
    /// What brought the lead back.
    pub cause: Option<ClosureCause>,
    /// What else there is to say.
    pub note: String,
    /// To which stage; `None` for the one it left.
    pub to: Option<StageId>,
    /// Made once per intent; repeated on a retry.
    pub key: RequestKey,
}

/// How closing a loss ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReopenAnswer {
    /// The lead is back on the board.
    Done {
        /// Its card; `None` when it has left the board again.
        card: Option<Box<Card>>,
    },
    /// A rule says no.
    Refused {
        /// Which.
        why: ReopenRefusal,
    },
    /// Somebody else had closed it.
    Conflict {
        /// Where the lead is; `None` when it has left the board again.
        card: Option<Box<Card>>,
        /// Who did it.
        by: Option<String>,
        /// And when.
        at: Option<Moment>,
    },
}

words! {
    /// What the lost pool is ordered by.
    PoolSort { Date = "date", Name = "name", Reason = "reason", Stage = "stage", Rep = "rep", Value = "value", Recontact = "recontact" }
}

/// A stage at which leads were lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageAtLoss {
    /// Not known: imports lack it.
    Unknown,
    /// This one.
    Known(StageId),
}

/// What the lost pool is narrowed to and ordered by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolFilter {
    /// Only where the lead's names, numbers or what was said and observed contain this text, in any spelling.
    pub text: String,
    /// Only for this reason.
    pub reason: Option<ReasonId>,
    /// Only lost at this stage.
    pub stage: Option<StageAtLoss>,
    /// Only losses of this rep or queue.
    pub rep: Option<Holder>,
    /// Only where the day of asking again has come.
    #[serde(default)]
    pub due: bool,
    /// Ordered by this.
    pub sort: PoolSort,
    /// From the highest down.
    pub descending: bool,
    /// Which page, from zero.
    pub page: u32,
}

impl Default for PoolFilter {
    fn default() -> Self {
        Self {
            text: String::new(),
            reason: None,
            stage: None,
            rep: None,
            due: false,
            sort: PoolSort::Date,
            descending: true,
            page: 0,
        }
    }
}

impl PoolFilter {
    /// Whether it shows every lost lead.
    pub fn is_wide_open(&self) -> bool {
        self.text.trim().is_empty() && self.reason.is_none() && self.stage.is_none() && self.rep.is_none() && !self.due
    }
}

/// A lost lead in the pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PoolRow {
    /// The standing loss.
    pub loss: LossId,
    /// The lead.
    pub lead: LeadId,
    /// Its name.
    pub name: Option<String>,
    /// The number under which another system knows it.
    pub external_id: Option<String>,
    /// Lost or unqualified.
    pub outcome: Outcome,
    /// Why, per language.
    pub reason: Names,
    /// Where it stood; unknown for imports.
    pub stage: Option<(StageId, Names)>,
    /// Whose loss it is.
    pub rep: String,
    /// When; unknown for imports.
    pub at: Option<Moment>,
    /// Observations.
    pub note: String,
    /// What the customer said.
    pub customer_words: Option<String>,
    /// What the lead was worth.
    pub value: Option<Money>,
    /// Whether it is worth trying again; unknown for imports.
    pub retry_potential: Option<RetryPotential>,
    /// When to try again, as it was said at the loss.
    pub recontact_on: Option<NaiveDate>,
    /// When to try again, how and by whom, as it is planned now.
    pub plan: Option<Planned>,
    /// Whether the viewer may bring it back.
    pub may_write: bool,
}

/// One bar of a facet: how many leads there would be with this choice and all other filters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bar<T> {
    /// The choice.
    pub choice: T,
    /// What it is called, per language; a rep's name is the same in all.
    pub name: Names,
    /// How many leads.
    pub leads: i64,
}

/// One page of the lost pool, with what it can be narrowed to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pool {
    /// The page's leads.
    pub rows: Vec<PoolRow>,
    /// How many leads there are on all pages.
    pub total: i64,
    /// Leads per page.
    pub page_size: i64,
    /// Leads per reason.
    pub reasons: Vec<Bar<(ReasonId, Outcome)>>,
    /// Leads per stage at loss.
    pub stages: Vec<Bar<StageAtLoss>>,
    /// Leads per rep or queue.
    pub reps: Vec<Bar<Holder>>,
    /// Leads whose day of asking again has come.
    pub due: i64,
    /// Today on the viewer's calendar.
    pub today: NaiveDate,
    /// From where on the live stream continues this picture.
    pub seen: Cursor,
}

/// One loss of a lead, standing or closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Episode {
    /// Which.
    pub id: LossId,
    /// Lost or unqualified.
    pub outcome: Outcome,
    /// Why, per language.
    pub reason: Names,
    /// When; unknown for imports.
    pub at: Option<Moment>,
    /// Who pressed the button; unknown for imports.
    pub by: Option<String>,
    /// Whose loss it is.
    pub rep: String,
    /// Where the lead stood; unknown for imports.
    pub stage: Option<(StageId, Names)>,
    /// Observations.
    pub note: String,
    /// For how many leads that were lost together the note was written.
    pub note_shared_by: i32,
    /// What the customer said.
    pub customer_words: Option<String>,
    /// Whether it is worth trying again; unknown for imports.
    pub retry_potential: Option<RetryPotential>,
    /// What the reason was shown with: label and value.
    pub evidence: Vec<(Names, String)>,
    /// The last attempt to win them back.
    pub attempt: Option<Attempt>,
    /// Or why there was none.
    pub exception: Option<AttemptException>,
    /// Why the last attempt took the same way again.
    pub same_again_because: Option<String>,
    /// Who did without required attempts, and why.
    pub overridden: Option<(String, String)>,
    /// When to try again.
    pub recontact_on: Option<NaiveDate>,
    /// How it ended; `None` while it stands.
    pub closed: Option<Closed>,
}

/// How a loss episode ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    /// A mistake, a new try, or won.
    pub closure: Closure,
    /// What brought the lead back.
    pub cause: Option<ClosureCause>,
    /// When.
    pub at: Moment,
    /// Who.
    pub by: Option<String>,
    /// What else was said.
    pub note: Option<String>,
}

/// What the loss dialog needs.
#[server(prefix = "/api", endpoint = "losses/preparation", input = Json, output = Json)]
pub async fn read_preparation(lead: LeadId) -> Result<Preparation, AppError> {
    super::store::preparation(&crate::people::guard::permit()?, lead).await
}

/// Writes an attempt to win somebody into the lead's history.
#[server(prefix = "/api", endpoint = "losses/log_attempt", input = Json, output = Json)]
pub async fn log_attempt(lead: LeadId, attempt: NewAttempt, key: RequestKey) -> Result<LogAnswer, AppError> {
    if !key.is_sound() || !super::rules::is_sound_text(&attempt.note) {
        return Err(AppError::NotUnderstood);
    }
    super::store::log_attempt(&crate::people::guard::permit()?, lead, &attempt, &key).await
}

/// Takes a lead off the board, with its reason.
#[server(prefix = "/api", endpoint = "losses/lose", input = Json, output = Json)]
pub async fn lose(wanted: NewLoss) -> Result<LoseAnswer, AppError> {
    if !wanted.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    super::store::lose(&crate::people::guard::permit()?, &wanted).await
}

/// Puts a lost lead back on the board: as a mistake, or as a new try.
#[server(prefix = "/api", endpoint = "losses/reopen", input = Json, output = Json)]
pub async fn reopen(wanted: NewReopening) -> Result<ReopenAnswer, AppError> {
    if !wanted.key.is_sound() || !super::rules::is_sound_text(&wanted.note) {
        return Err(AppError::NotUnderstood);
    }
    super::store::reopen(&crate::people::guard::permit()?, &wanted).await
}

/// One page of the lost pool; names are ordered as `language` orders them.
#[server(prefix = "/api", endpoint = "losses/pool", input = Json, output = Json)]
pub async fn read_pool(filter: PoolFilter, language: String) -> Result<Pool, AppError> {
    if !super::rules::is_sound_text(&filter.text) {
        return Err(AppError::NotUnderstood);
    }
    super::store::pool(&crate::people::guard::permit()?, &filter, &language).await
}
