//! What the browser asks about leads at risk.

use super::rules::{Reply, ReplyProblem, Risks, Signal, SignalKind};
use crate::{
    clock::Moment,
    error::AppError,
    ids::{LeadId, Names, RequestKey, StageId},
    live::wire::Cursor,
    losses::rules::DoNot,
    people::rules::Holder,
    pipeline::api::{Money, NextStep},
};
use chrono::{DateTime, Utc};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// An answer to the signals of a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewReply {
    /// Which lead.
    pub lead: LeadId,
    /// How.
    pub reply: Reply,
    /// Why.
    pub note: String,
    /// The signals that they saw: one that came meanwhile is not answered unseen.
    pub seen: Vec<Signal>,
    /// When the next step that they saw is due: one that a colleague planned meanwhile is not overwritten unseen.
    pub seen_due: Option<DateTime<Utc>>,
    /// Made once per intent, repeated on a retry.
    pub key: RequestKey,
}

/// What became of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyAnswer {
    /// It stands: the lead is not at risk until something new happens.
    Done,
    /// A rule says no.
    Refused {
        /// Which.
        problem: ReplyProblem,
    },
    /// The lead is not as they saw it: a colleague answered, or something new happened.
    Changed {
        /// What says now that it may be lost.
        risks: Risks,
        /// Who answered last.
        by: Option<String>,
        /// When.
        at: Option<Moment>,
    },
}

/// What the list is narrowed to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RiskFilter {
    /// Only with this signal.
    pub signal: Option<SignalKind>,
    /// Only in this stage.
    pub stage: Option<StageId>,
    /// Only of this holder.
    pub holder: Option<Holder>,
}

/// The last lead of a page: the next one begins after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AfterRisk {
    /// What it is worth in the organisation's currency; minus one where nobody knows.
    pub value: i64,
    /// Which.
    pub lead: LeadId,
}

/// A lead at risk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskRow {
    /// Which.
    pub lead: LeadId,
    /// Its name, or its company's.
    pub name: Option<String>,
    /// The number under which another system knows it.
    pub external_id: Option<String>,
    /// Who is responsible.
    pub holder: String,
    /// Where it stands.
    pub stage: Names,
    /// What it is worth.
    pub value: Option<Money>,
    /// Why it is at risk.
    pub risks: Risks,
    /// How often we tried to reach them in this run.
    pub attempts: i32,
    /// What happens next.
    pub next_step: Option<NextStep>,
    /// What they asked us not to do.
    pub do_not: DoNot,
    /// Since when it is at risk.
    pub since: Moment,
    /// For the next page.
    pub place: AfterRisk,
}

/// One choice of a filter, with what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share<T> {
    /// Which.
    pub of: T,
    /// What it is called, where the team has named it.
    pub name: Names,
    /// How many leads.
    pub leads: i64,
    /// What they are worth in the organisation's currency, minor units.
    pub value_base_minor: i64,
}

/// Leads at risk that the viewer answers for, the most valuable first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskList {
    /// A page of them.
    pub rows: Vec<RiskRow>,
    /// Whether there are more.
    pub more: bool,
    /// How many there are.
    pub leads: i64,
    /// What they are worth in the organisation's currency, minor units.
    pub value_base_minor: i64,
    /// The organisation's currency.
    pub currency: String,
    /// By what they signal; a lead may signal several things.
    pub signals: Vec<Share<SignalKind>>,
    /// By stage.
    pub stages: Vec<Share<StageId>>,
    /// By who is responsible.
    pub holders: Vec<Share<Holder>>,
    /// The moment at which it was read.
    pub now: Moment,
    /// From where on the live stream continues this picture.
    pub seen: Cursor,
}

/// Answers the signals of a lead: it is still alive, or how it will be won back.
#[server(prefix = "/api", endpoint = "risks/answer", input = Json, output = Json)]
pub async fn answer_risks(wanted: NewReply) -> Result<ReplyAnswer, AppError> {
    if !wanted.key.is_sound() || !crate::losses::rules::is_sound_text(&wanted.note) {
        return Err(AppError::NotUnderstood);
    }
    super::store::answer(&crate::people::guard::permit()?, &wanted).await
}

/// Leads at risk that the viewer answers for, one page after another.
#[server(prefix = "/api", endpoint = "risks/list", input = Json, output = Json)]
pub async fn read_risks(filter: RiskFilter, after: Option<AfterRisk>) -> Result<RiskList, AppError> {
    super::store::list(&crate::people::guard::permit()?, &filter, after).await
}
