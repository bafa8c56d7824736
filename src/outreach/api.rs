//! What the browser asks about today.

use crate::{
    clock::Moment,
    colleagues::api::ForMe,
    error::AppError,
    ids::{LeadId, Names, UserId},
    live::wire::Cursor,
    losses::rules::DoNot,
    pipeline::api::{Channel, NextStep},
    recontacts::api::Planned,
    risks::rules::Risks,
    routing::api::{Notice, Review},
};
use chrono::NaiveDate;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// What is to be done with a lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Its next step is due.
    Step(NextStep),
    /// It was lost, and the day of asking again has come.
    Recontact(Planned),
    /// It may be lost soon; this is what happens next, on a later day.
    Risk(Option<NextStep>),
    /// Nobody has said what comes next.
    Nothing,
}

/// What only those see who may read the lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Details {
    /// Its name, or its company's.
    pub name: Option<String>,
    /// The number under which another system knows it.
    pub external_id: Option<String>,
    /// What they want to buy.
    pub product: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// What they asked us not to do.
    pub do_not: DoNot,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// With which lead.
    pub lead: LeadId,
    /// What.
    pub task: Task,
    /// Due when; `None` where nothing is planned.
    pub due: Option<Moment>,
    /// Who is responsible for the lead.
    pub holder: String,
    /// Where it stands, per language.
    pub stage: Option<Names>,
    /// What says now that it may be lost; nothing where the viewer may not read the lead.
    pub risks: Risks,
    /// `None` where the viewer may not read the lead.
    pub details: Option<Details>,
    /// Whether the viewer may change the lead.
    pub may_write: bool,
}

impl Row {
    /// By which channel it is to be done.
    pub fn channel(&self) -> Option<Channel> {
        match &self.task {
            Task::Step(step) => Some(step.channel),
            Task::Recontact(plan) => plan.channel.word().parse().ok(),
            Task::Risk(step) => step.as_ref().map(|step| step.channel),
            Task::Nothing => None,
        }
    }

    /// What happens next with it.
    pub fn next_step(&self) -> Option<&NextStep> {
        match &self.task {
            Task::Step(step) => Some(step),
            Task::Risk(step) => step.as_ref(),
            Task::Recontact(_) | Task::Nothing => None,
        }
    }
}

/// What a colleague of one's teams has left undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Colleague {
    /// Who.
    pub person: UserId,
    /// Their name.
    pub name: String,
    /// What, the oldest first; the beginning of it.
    pub rows: Vec<Row>,
    /// How much there is in all.
    pub total: i64,
}

/// Everything that is due today.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Today {
    /// Today on the viewer's calendar.
    pub day: NaiveDate,
    /// The moment at which it was read.
    pub now: Moment,
    /// When the day ends: then all of it is read anew.
    pub ends: Moment,
    /// Leads about which the viewer decides.
    pub reviews: Vec<Review>,
    /// Leads that wait for the viewer, or that nobody answered in time.
    pub notices: Vec<Notice>,
    /// What is for the viewer until they have seen or answered it.
    pub for_me: Vec<ForMe>,
    /// Overdue, due today and at risk, by the clock.
    pub rows: Vec<Row>,
    /// How many of these there are.
    pub total: i64,
    /// Leads without next step, the most advanced first.
    pub without: Vec<Row>,
    /// How many of these there are.
    pub without_total: i64,
    /// For a manager: what their teams have left undone.
    pub team: Vec<Colleague>,
    /// From where on the live stream continues this picture.
    pub seen: Cursor,
}

/// How much is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// What is for the viewer, overdue, due today and at risk.
    pub count: i64,
    /// Milliseconds until the day ends.
    pub ends_in: i64,
}

/// What is due today.
#[server(prefix = "/api", endpoint = "outreach/today", input = Json, output = Json)]
pub async fn read_today() -> Result<Today, AppError> {
    super::store::today(&crate::people::guard::permit()?).await
}

/// How much is due today: cheap, for the number beside the way there.
#[server(prefix = "/api", endpoint = "outreach/due", input = Json, output = Json)]
pub async fn read_due() -> Result<Due, AppError> {
    super::store::due(&crate::people::guard::permit()?).await
}
