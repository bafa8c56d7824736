//! The next step of a lead.

use crate::{
    clock::Moment,
    error::AppError,
    ids::{LeadId, RequestKey},
    leads::rules::step::StepProblem,
    pipeline::api::{Channel, NextStep},
};
use chrono::NaiveDateTime;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// A step as it is planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// By which channel.
    pub channel: Channel,
    /// What, in the rep's words; may be left empty.
    pub what: String,
    /// When, on the viewer's wall clock.
    pub due: NaiveDateTime,
}

/// A change of the next step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepChange {
    /// Whose.
    pub lead: LeadId,
    /// The step that they saw: one that a colleague planned meanwhile is not overwritten unseen. Nothing where they restore
    /// one.
    pub seen: Option<NextStep>,
    /// What becomes of it.
    pub wanted: StepWish,
    /// Made once per intent, repeated on a retry.
    pub key: RequestKey,
}

/// What becomes of a next step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepWish {
    /// This is next.
    Plan(PlannedStep),
    /// It is done.
    Done,
    /// It is not to be done.
    Drop,
    /// Back to what stood there before this request of theirs, if nobody has changed the step since.
    Restore(RequestKey),
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepAnswer {
    /// It is so now.
    Done {
        /// The step that is next.
        step: Option<NextStep>,
    },
    /// Nothing was changed.
    Refused {
        /// Why.
        problem: StepProblem,
    },
    /// Somebody else changed the next step meanwhile.
    Conflict {
        /// The present one.
        theirs: Option<NextStep>,
        /// Who.
        by: Option<String>,
        /// When.
        at: Option<Moment>,
    },
}

/// Plans next steps of several leads. Each ends for itself, by an answer or by why there is none; only what may pass ends all
/// of it, to be sent again.
#[server(prefix = "/api", endpoint = "leads/next_steps", input = Json, output = Json)]
pub async fn change_next_steps(changes: Vec<StepChange>) -> Result<Vec<Result<StepAnswer, AppError>>, AppError> {
    if changes.len() > crate::pipeline::api::MOST_AT_ONCE {
        return Err(AppError::NotUnderstood);
    }
    let permit = crate::people::guard::permit()?;
    let mut ends = Vec::with_capacity(changes.len());
    for change in &changes {
        match crate::leads::store::step::change(&permit, change).await {
            Err(error) if error.is_passing() => return Err(error),
            end => ends.push(end),
        }
    }
    Ok(ends)
}

/// Plans a lead's next step, or says that it is done.
#[server(prefix = "/api", endpoint = "leads/next_step", input = Json, output = Json)]
pub async fn change_next_step(change: StepChange) -> Result<StepAnswer, AppError> {
    crate::leads::store::step::change(&crate::people::guard::permit()?, &change).await
}
