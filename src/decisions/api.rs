//! What the browser asks about meetings and decisions.

use super::rules::{DecisionDraft, Measured, MeetingDraft, PinKind, Problem, Verdict};
use crate::{
    analytics::{facts::Word, selection::Dim},
    clock::Moment,
    error::AppError,
    ids::{DecisionId, MeetingId, PinId, RequestKey, UserId},
};
use chrono::NaiveDate;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// A meeting on the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingRow {
    /// Which.
    pub id: MeetingId,
    /// What it is called.
    pub title: String,
    /// Its day.
    pub held_on: NaiveDate,
    /// What is pinned to it.
    pub pins: i64,
    /// What it decided.
    pub decisions: i64,
}

/// How a decision was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// Kept, changed, dropped.
    pub verdict: Verdict,
    /// Who says so.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Why; managers and admins read it.
    pub because: Option<String>,
    /// What takes its place.
    pub replaced_by: Option<DecisionId>,
}

/// A decision with its state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Which.
    pub id: DecisionId,
    /// Of which meeting.
    pub meeting: MeetingId,
    /// What it says.
    pub draft: DecisionDraft,
    /// Who sees to it.
    pub owner: String,
    /// Who wrote it last.
    pub changed_by: String,
    /// When.
    pub changed_at: Moment,
    /// Whether its time is over.
    pub is_over: bool,
    /// How it was judged.
    pub judged: Option<Judged>,
}

/// All meetings and decisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// The meetings, the latest first.
    pub meetings: Vec<MeetingRow>,
    /// The decisions: what is to be judged first, then what runs, then what is judged.
    pub decisions: Vec<Decision>,
    /// Whether the viewer makes and judges them.
    pub may_decide: bool,
    /// Today on the organisation's calendar.
    pub today: NaiveDate,
}

/// Something pinned to a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    /// Which.
    pub id: PinId,
    /// What it shows.
    pub kind: PinKind,
    /// What it is called.
    pub title: String,
    /// Where it is seen.
    pub address: String,
    /// What was said about it.
    pub words: String,
    /// Who pinned it.
    pub by: String,
}

/// What only those read who decide: the meeting may have spoken of leads that others do not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// What was said.
    pub notes: String,
    /// What was looked at.
    pub pins: Vec<Pinned>,
}

/// A decision with what became of its figure, over the leads that the viewer may read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Minuted {
    /// What it says.
    pub decision: Decision,
    /// Its figure before and after; none before it starts.
    pub measured: Option<Measured>,
    /// What the figure is narrowed to, chart by chart.
    pub narrowed: Vec<Narrowed>,
}

/// What a chart is narrowed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Narrowed {
    /// Which chart.
    pub dim: Dim,
    /// All but these.
    pub except: bool,
    /// Its bars.
    pub bars: Vec<Word>,
}

/// The minutes of a meeting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Minutes {
    /// Which.
    pub id: MeetingId,
    /// What it is called.
    pub title: String,
    /// Its day.
    pub held_on: NaiveDate,
    /// Who wrote them last.
    pub changed_by: String,
    /// When.
    pub changed_at: Moment,
    /// What was said and looked at; nothing for those who do not decide.
    pub spoken: Option<Spoken>,
    /// What was decided.
    pub decisions: Vec<Minuted>,
    /// The organisation's currency.
    pub currency: String,
    /// Today on the organisation's calendar.
    pub today: NaiveDate,
}

/// Somebody who may see to a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// Who.
    pub id: UserId,
    /// Their name.
    pub name: String,
}

/// What dialogs choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Who may see to a decision.
    pub colleagues: Vec<Colleague>,
    /// The latest meetings.
    pub meetings: Vec<MeetingRow>,
    /// Today on the organisation's calendar.
    pub today: NaiveDate,
}

/// A meeting to be written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedMeeting {
    /// Which, and what they saw of it; a new one without.
    pub before: Option<(MeetingId, MeetingDraft)>,
    /// What it shall say.
    pub draft: MeetingDraft,
    /// Made once per intent, repeated on a retry.
    pub key: RequestKey,
}

/// What became of minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeetingAnswer {
    /// They are kept.
    Done {
        /// Which.
        meeting: MeetingId,
    },
    /// A rule says no.
    Refused {
        /// Why.
        problem: Problem,
    },
    /// A colleague wrote something else meanwhile.
    Changed {
        /// What they say now.
        now: MeetingDraft,
        /// Who.
        by: String,
        /// When.
        at: Moment,
    },
}

/// The meeting that something is pinned to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Where {
    /// One that there is.
    Known(MeetingId),
    /// One to be made with it.
    New(MeetingDraft),
}

/// Something to be pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPin {
    /// To which meeting.
    pub meeting: Where,
    /// What it shows.
    pub kind: PinKind,
    /// What it is called.
    pub title: String,
    /// Where it is seen.
    pub address: String,
    /// What is said about it.
    pub words: String,
    /// Made once per intent, repeated on a retry.
    pub key: RequestKey,
}

/// A decision to be written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedDecision {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// Which, and what they saw of it; a new one without.
    pub before: Option<(DecisionId, DecisionDraft)>,
    /// What it shall say.
    pub draft: DecisionDraft,
    /// Made once per intent, repeated on a retry.
    pub key: RequestKey,
}

/// How a decision shall be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// Which.
    pub decision: DecisionId,
    /// What they saw of it.
    pub seen: DecisionDraft,
    /// Kept, changed, dropped.
    pub verdict: Verdict,
    /// Why.
    pub because: String,
    /// What takes the place of a changed one.
    pub replacement: Option<DecisionDraft>,
    /// Made once per intent, repeated on a retry.
    pub key: RequestKey,
}

/// What became of a decision that was written, or judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionAnswer {
    /// It stands.
    Done {
        /// Which.
        decision: DecisionId,
    },
    /// A rule says no.
    Refused {
        /// Why.
        problem: Problem,
    },
    /// A colleague wrote something else meanwhile, or judged it.
    Changed {
        /// How it is now.
        now: Box<Decision>,
    },
}

/// All meetings and decisions, by title.
#[server(prefix = "/api", endpoint = "decisions/overview", input = Json, output = Json)]
pub async fn read_overview() -> Result<Overview, AppError> {
    super::store::overview(&crate::people::guard::permit()?).await
}

/// The minutes of a meeting, with figures over the leads that the viewer may read.
#[server(prefix = "/api", endpoint = "decisions/minutes", input = Json, output = Json)]
pub async fn read_minutes(meeting: MeetingId) -> Result<Minutes, AppError> {
    let (app, permit) = crate::people::guard::app_and_permit()?;
    super::store::minutes(&app, &permit, meeting).await
}

/// What dialogs choose from.
#[server(prefix = "/api", endpoint = "decisions/choices", input = Json, output = Json)]
pub async fn read_choices() -> Result<Choices, AppError> {
    super::store::choices(&crate::people::guard::permit()?).await
}

/// Writes down a meeting, or writes over what it said.
#[server(prefix = "/api", endpoint = "decisions/save_meeting", input = Json, output = Json)]
pub async fn save_meeting(wanted: WantedMeeting) -> Result<MeetingAnswer, AppError> {
    sound(&wanted.key)?;
    super::store::save_meeting(&crate::people::guard::permit()?, &wanted).await
}

/// Pins a view of the figures to a meeting.
#[server(prefix = "/api", endpoint = "decisions/pin", input = Json, output = Json)]
pub async fn pin(wanted: NewPin) -> Result<MeetingAnswer, AppError> {
    sound(&wanted.key)?;
    super::store::pin(&crate::people::guard::permit()?, &wanted).await
}

/// Takes a pin off its meeting. Sent twice, it is taken off once.
#[server(prefix = "/api", endpoint = "decisions/take_off", input = Json, output = Json)]
pub async fn take_off(pin: PinId) -> Result<(), AppError> {
    super::store::take_off(&crate::people::guard::permit()?, pin).await
}

/// Writes down a decision, or writes over one that is not judged.
#[server(prefix = "/api", endpoint = "decisions/decide", input = Json, output = Json)]
pub async fn decide(wanted: WantedDecision) -> Result<DecisionAnswer, AppError> {
    sound(&wanted.key)?;
    super::store::decide(&crate::people::guard::permit()?, &wanted).await
}

/// Judges a decision, once.
#[server(prefix = "/api", endpoint = "decisions/judge", input = Json, output = Json)]
pub async fn judge(wanted: Judgement) -> Result<DecisionAnswer, AppError> {
    sound(&wanted.key)?;
    super::store::judge(&crate::people::guard::permit()?, &wanted).await
}

#[cfg(feature = "ssr")]
fn sound(key: &RequestKey) -> Result<(), AppError> {
    if key.is_sound() { Ok(()) } else { Err(AppError::NotUnderstood) }
}
