//! What the browser asks about asking again.

use super::rules::{Draft, Facts, Objection, Person};
use crate::{
    error::AppError,
    ids::{LeadId, LossId, RecontactId, RequestKey, UserId},
    losses::rules::{AttemptChannel, DoNot},
};
use chrono::NaiveDate;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// A plan that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Which.
    pub id: RecontactId,
    /// On which day.
    pub due_on: NaiveDate,
    /// By which channel.
    pub channel: AttemptChannel,
    /// By whom.
    pub person: UserId,
    /// Their name.
    pub person_name: String,
    /// What to begin with.
    pub note: Option<String>,
}

/// Everything that the dialog needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preparation {
    /// The lead.
    pub lead: LeadId,
    /// The standing loss; `None` where the lead is back on the board.
    pub loss: Option<LossId>,
    /// Its name.
    pub name: Option<String>,
    /// The number under which another system knows it.
    pub external_id: Option<String>,
    /// The plan that is open.
    pub plan: Option<Planned>,
    /// Whether the viewer may change the lead.
    pub may_write: bool,
    /// What they asked us not to do.
    pub do_not: DoNot,
    /// Who may ask again: the owner first, then the viewer.
    pub persons: Vec<Person>,
    /// Today on the viewer's calendar.
    pub today: NaiveDate,
}

impl Preparation {
    /// The same for the rules.
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            may_write: self.may_write,
            is_lost: self.loss.is_some(),
            do_not: self.do_not,
            persons: &self.persons,
            today: self.today,
        }
    }
}

/// A plan that is to be made, in the place of the one that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPlan {
    /// For which lead.
    pub lead: LeadId,
    /// When, how and by whom; `None` drops the plan.
    pub draft: Option<Draft>,
    /// The plan that the viewer saw, if there was one.
    pub seen: Option<RecontactId>,
    /// Made once per intent; repeated on a retry.
    pub key: RequestKey,
}

/// How planning ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanAnswer {
    /// So it is now.
    Done {
        /// The plan that is open.
        plan: Option<Planned>,
    },
    /// Rules say no.
    Objections {
        /// All that apply.
        objections: Vec<Objection>,
    },
    /// Somebody else has changed the plan meanwhile.
    Conflict {
        /// The plan that is open.
        plan: Option<Planned>,
    },
}

/// What the dialog needs.
#[server(prefix = "/api", endpoint = "recontacts/preparation", input = Json, output = Json)]
pub async fn read_preparation(lead: LeadId) -> Result<Preparation, AppError> {
    super::store::preparation(&crate::people::guard::permit()?, lead).await
}

/// Plans when a lost lead is asked again, changes that, or drops it.
#[server(prefix = "/api", endpoint = "recontacts/plan", input = Json, output = Json)]
pub async fn plan(wanted: NewPlan) -> Result<PlanAnswer, AppError> {
    if !wanted.key.is_sound() || !wanted.draft.as_ref().is_none_or(Draft::is_sound) {
        return Err(AppError::NotUnderstood);
    }
    super::store::change(&crate::people::guard::permit()?, &wanted).await
}
