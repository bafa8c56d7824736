//! What the browser asks about who works what.

use super::rules::{
    Objection, ReviewWhy, SignalObjection,
    plan::Route,
    signal::Intent,
    sla::{Clock, Ending, Level, NoticeKind},
};
use crate::{
    clock::Moment,
    error::AppError,
    ids::{LeadId, Names, NoticeId, RequestKey, ReviewId, UserId},
    people::rules::Holder,
    pipeline::api::Card,
};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A lead that is given to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Which.
    pub lead: LeadId,
    /// Whose it was as the person saw it.
    pub from: Holder,
    /// Whose it is to be.
    pub to: Holder,
    /// Made once per intent; repeated on a retry.
    pub key: RequestKey,
}

/// What became of an assignment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assigned {
    /// It is theirs now.
    Done {
        /// The card as the viewer may see it now; `None` off the board.
        card: Option<Box<Card>>,
    },
    /// Rules say no.
    Refused {
        /// Which.
        why: Objection,
    },
    /// Somebody gave it to somebody else meanwhile.
    Conflict {
        /// Whose it is.
        holder: String,
        /// Who gave it to them.
        by: Option<String>,
        /// When.
        at: Option<Moment>,
        /// The card; `None` off the board.
        card: Option<Box<Card>>,
    },
}

/// Gives leads to somebody, all for one reason. Each ends for itself, by an answer or by why there is none; only what may
/// pass ends all of it, to be sent again.
#[server(prefix = "/api", endpoint = "routing/assign", input = Json, output = Json)]
pub async fn assign(wanted: Vec<Assignment>, reason: String) -> Result<Vec<Result<Assigned, AppError>>, AppError> {
    let is_sound = wanted.len() <= crate::pipeline::api::MOST_AT_ONCE && wanted.iter().all(|one| one.key.is_sound());
    // Longer than any character makes it: nobody wrote that.
    if !is_sound || reason.len() > super::rules::LONGEST_REASON * 8 {
        return Err(AppError::NotUnderstood);
    }
    let permit = crate::people::guard::permit()?;
    let mut ends = Vec::with_capacity(wanted.len());
    for one in &wanted {
        match super::store::assign(&permit, one, &reason).await {
            Err(error) if error.is_passing() => return Err(error),
            end => ends.push(end),
        }
    }
    Ok(ends)
}

/// Lets the rules decide who gets a lead.
#[server(prefix = "/api", endpoint = "routing/route", input = Json, output = Json)]
pub async fn route_by_rules(lead: LeadId, key: RequestKey) -> Result<Assigned, AppError> {
    super::store::route::by_rules(&crate::people::guard::permit()?, lead, &key).await
}

/// A kind of signal as it is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalKindName {
    /// Names it.
    pub key: String,
    /// As people read it.
    pub name: Names,
    /// What one of it says.
    pub intent: Intent,
}

/// Which kinds of signals there are.
#[server(prefix = "/api", endpoint = "routing/signal_kinds", input = Json, output = Json)]
pub async fn read_signal_kinds() -> Result<Vec<SignalKindName>, AppError> {
    super::store::signals::kinds(&crate::people::guard::permit()?).await
}

/// Something that somebody did which shows how much they want something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSignal {
    /// Which lead showed it.
    pub lead: LeadId,
    /// Of which kind.
    pub kind: String,
    /// Made once per intent; repeated on a retry.
    pub key: RequestKey,
}

/// What became of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Noted {
    /// It is written down, and the lead's score says so.
    Done,
    /// Rules say no.
    Refused {
        /// Which.
        why: SignalObjection,
    },
}

/// Writes a signal down.
#[server(prefix = "/api", endpoint = "routing/note_signal", input = Json, output = Json)]
pub async fn note_signal(wanted: NewSignal) -> Result<Noted, AppError> {
    super::store::signals::note(&crate::people::guard::permit()?, &wanted).await
}

/// One time that the rules gave a lead to somebody, with every name that its explanation needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// When.
    pub at: Moment,
    /// By which version of the rules.
    pub rule_set: i64,
    /// Who asked the rules; `None` for winback itself.
    pub by: Option<String>,
    /// Who got it, or was proposed.
    pub person: Option<String>,
    /// Where it waits instead.
    pub queue: Option<String>,
    /// The way that it took.
    pub route: Route,
    /// The names of people.
    pub people: BTreeMap<UserId, String>,
    /// The names of kinds of signals.
    pub signals: BTreeMap<String, Names>,
    /// The names of rules.
    pub rules: BTreeMap<String, Names>,
    /// The names of the profile's traits, in its order.
    pub traits: Vec<Names>,
    /// The names of territories.
    pub territories: BTreeMap<String, Names>,
}

/// Why somebody got a lead: each time, the latest first.
#[server(prefix = "/api", endpoint = "routing/why", input = Json, output = Json)]
pub async fn read_why(lead: LeadId) -> Result<Vec<Explanation>, AppError> {
    super::store::why::why(&crate::people::guard::permit()?, lead).await
}

/// A clock of a lead as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockFace {
    /// What it waits for.
    pub clock: Clock,
    /// The target, as people read it.
    pub name: Names,
    /// Whether it waits for the viewer.
    pub is_mine: bool,
    /// How near its end it was when it was read.
    pub level: Level,
    /// When it is late.
    pub due: Moment,
    /// When somebody else must do it.
    pub escalate: Option<Moment>,
    /// How it ended; `None` while it runs.
    pub ended: Option<Ending>,
    /// When it was done.
    pub met: Option<Moment>,
}

/// Something that one is told until one has seen or answered it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// Which.
    pub id: NoticeId,
    /// What is said.
    pub kind: NoticeKind,
    /// About which lead.
    pub lead: LeadId,
    /// Its name, or its company's; `None` where the viewer may not read it.
    pub name: Option<String>,
    /// The number under which another system knows it; `None` where the viewer may not read it.
    pub external_id: Option<String>,
    /// When it was said.
    pub at: Moment,
    /// Whose the lead is now.
    pub holder: String,
    /// What nobody did in time; only for what is past.
    pub clock: Option<Clock>,
    /// Until when something is waited for from the viewer.
    pub due: Option<Moment>,
    /// Whether it waits for the viewer to accept it or to let it pass.
    pub accepts: bool,
}

/// A lead about which a person decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Which.
    pub id: ReviewId,
    /// Why a person does.
    pub why: ReviewWhy,
    /// About which lead.
    pub lead: LeadId,
    /// Its name, or its company's.
    pub name: Option<String>,
    /// The number under which another system knows it.
    pub external_id: Option<String>,
    /// Since when it waits.
    pub at: Moment,
    /// Whose it is meanwhile.
    pub from: Holder,
    /// The same by name.
    pub holder: String,
    /// Whom the rules would choose.
    pub proposal: Option<(UserId, String)>,
}

/// Says that one has seen what one was told.
#[server(prefix = "/api", endpoint = "routing/seen", input = Json, output = Json)]
pub async fn see_notice(notice: NoticeId) -> Result<(), AppError> {
    super::store::notices::seen(&crate::people::guard::permit()?, notice).await
}

/// Says that one works a lead that one got.
#[server(prefix = "/api", endpoint = "routing/accept", input = Json, output = Json)]
pub async fn accept_lead(lead: LeadId, key: RequestKey) -> Result<Assigned, AppError> {
    super::store::escalation::accept(&crate::people::guard::permit()?, lead, &key).await
}

/// Lets a lead pass that one got: the rules choose somebody else. The reason may be empty.
#[server(prefix = "/api", endpoint = "routing/pass", input = Json, output = Json)]
pub async fn pass_lead(lead: LeadId, reason: String, key: RequestKey) -> Result<Assigned, AppError> {
    // Longer than any character makes it: nobody wrote that.
    if reason.len() > super::rules::LONGEST_REASON * 8 {
        return Err(AppError::NotUnderstood);
    }
    super::store::escalation::pass(&crate::people::guard::permit()?, lead, &reason, &key).await
}
