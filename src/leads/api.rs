//! What the browser asks about one lead.

use crate::{
    clock::Moment,
    colleagues::api::Question,
    error::AppError,
    ids::{LeadId, Names, StageId},
    live::wire::Cursor,
    losses::{api::Episode, rules::DoNot},
    pipeline::{
        api::{Direction, Money, NextStep, Party},
        rules::StageKind,
    },
    recontacts::api::Planned,
    risks::rules::Risks,
    routing::{api::ClockFace, rules::plan::Assessment},
    wins::api::Won,
};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

pub mod account;
pub mod documents;
pub mod intake;
pub mod lists;
pub mod logging;
pub mod record;
pub mod step;
pub mod timeline;

use account::Account;
use record::{Record, Tag};
pub use timeline::{ActivityKind, Entry, Timeline};

/// Where a lead stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The stage.
    pub id: StageId,
    /// What it means to the rules.
    pub kind: StageKind,
    /// What the team calls it.
    pub name: Names,
    /// Since when; unknown for imports that lack it.
    pub since: Option<Moment>,
}

/// Everything about one lead, for those who may read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lead {
    /// Which.
    pub id: LeadId,
    /// The person's name.
    pub name: Option<String>,
    /// The company's name.
    pub company: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// Inbound or outbound.
    pub direction: Direction,
    /// Person or company.
    pub party: Party,
    /// What they want to buy.
    pub product: Option<String>,
    /// The system that it was imported from, and its number there.
    pub external: Option<(String, String)>,
    /// What they asked us not to do.
    pub do_not: DoNot,
    /// What it is worth.
    pub value: Option<Money>,
    /// Every field that can be edited in place.
    pub record: Record,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// The account behind it.
    pub account: Option<Account>,
    /// Who is responsible.
    pub holder: String,
    /// What it shows, as it was reckoned last; `None` where it never was.
    pub assessment: Option<Assessment>,
    /// What is waited for, and how what was waited for last has ended.
    pub clocks: Vec<ClockFace>,
    /// What happens next.
    pub next_step: Option<NextStep>,
    /// Where it stands; unknown only for leads that were lost before winback knew them.
    pub place: Option<Place>,
    /// When the enquiry arose, where known.
    pub arose_at: Option<Moment>,
    /// When winback heard of it.
    pub recorded_at: Moment,
    /// Every win, the newest first; only the first can stand.
    pub wins: Vec<Won>,
    /// What says that it may be lost soon, now or as time goes by.
    pub risks: Risks,
    /// How often we tried to reach them in this run.
    pub attempts: i32,
    /// What a manager was asked about it, the newest first.
    pub questions: Vec<Question>,
    /// When a lost lead is asked again.
    pub recontact: Option<Planned>,
    /// Grows with every change of place; sent back with a move.
    pub move_version: i64,
    /// Every loss, the newest first; only the first can stand.
    pub episodes: Vec<Episode>,
    /// What happened lately.
    pub history: Timeline,
    /// The files, the newest first.
    pub documents: Vec<documents::Document>,
    /// Whether the viewer may change the lead.
    pub may_write: bool,
    /// The present moment.
    pub now: Moment,
    /// From where on the live stream continues this picture.
    pub seen: Cursor,
}

impl Lead {
    /// The win that stands, if one does.
    pub fn standing_win(&self) -> Option<&Won> {
        self.wins.iter().find(|win| win.undone.is_none())
    }

    /// The loss that stands, if one does.
    pub fn standing_loss(&self) -> Option<&Episode> {
        self.episodes.iter().find(|episode| episode.closed.is_none())
    }
}

/// What everybody who is signed in may know about any lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MaskedLead {
    /// Who is responsible.
    pub holder: String,
    /// What the team calls its stage.
    pub stage: Option<Names>,
    /// What happens next: channel and due time only.
    pub next_step: Option<NextStep>,
}

/// A lead as its viewer may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadInSight {
    /// All of it.
    Full(Box<Lead>),
    /// Owner, stage and next step.
    Masked(MaskedLead),
    /// Its import was taken back; for those who could read it.
    Withdrawn {
        /// When.
        at: Moment,
    },
}

/// One lead with its whole history.
#[server(prefix = "/api", endpoint = "leads/lead", input = Json, output = Json)]
pub async fn read_lead(lead: LeadId) -> Result<LeadInSight, AppError> {
    super::store::lead(&crate::people::guard::permit()?, lead).await
}
