//! SQL of the next step.

use super::{
    change::{By, Trace, Turn, trace, trace_aside, trace_by, turn},
    word,
};
use crate::{
    error::AppError,
    ids::{LeadId, RequestKey},
    leads::{
        api::step::{PlannedStep, StepAnswer, StepChange, StepWish},
        rules::{
            fields::{Kind, Problem, written},
            step::StepProblem,
        },
    },
    people::guard::Permit,
    pipeline::api::{Channel, NextStep},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{PgConnection, types::Json};

/// A lead's step as the database holds it.
struct Present {
    what: Option<String>,
    channel: Option<String>,
    due: Option<DateTime<Utc>>,
    is_lost: bool,
    do_not_call: bool,
    do_not_email: bool,
}

impl Present {
    fn step(&self, permit: &Permit) -> Result<Option<NextStep>, AppError> {
        let planned = self.channel.as_deref().map(word).transpose()?.zip(self.due);
        Ok(planned.map(|(channel, due)| NextStep { channel, due: permit.moment(due), what: self.what.clone() }))
    }
}

async fn present(connection: &mut PgConnection, lead: LeadId) -> Result<Present, AppError> {
    let row = sqlx::query_as!(
        Present,
        r#"select next_step as what, next_step_channel as channel, next_step_due as due,
                  standing_loss_id is not null as "is_lost!", do_not_call, do_not_email
           from lead where id = $1"#,
        lead.0
    )
    .fetch_one(connection)
    .await?;
    Ok(row)
}

/// What the history keeps of a step that gave way to another one, for the way back. Its words are personal: they stand
/// beside it, as all words of the history do.
#[derive(Debug, Serialize, Deserialize)]
struct Replaced {
    /// The request that replaced it.
    by: RequestKey,
    channel: Option<Channel>,
    due: Option<DateTime<Utc>>,
    has_words: bool,
}

impl Replaced {
    fn new(step: Option<&NextStep>, by: &RequestKey) -> Self {
        Self {
            by: by.clone(),
            channel: step.map(|step| step.channel),
            due: step.map(|step| step.due.utc),
            has_words: words(step).is_some(),
        }
    }
}

fn words(step: Option<&NextStep>) -> Option<&str> {
    step.and_then(|step| step.what.as_deref())
}

/// The last entry of a lead's history about its step.
struct Last {
    actor_id: Option<i64>,
    by: Option<String>,
    at: DateTime<Utc>,
    old_value: Option<String>,
    body: Option<String>,
    replaced: Option<Json<Replaced>>,
}

impl Last {
    /// Whether this very request of the viewer's wrote it.
    fn is_of(&self, permit: &Permit, request: &RequestKey) -> bool {
        let replaced = self.replaced.as_ref();
        self.actor_id == Some(permit.viewer().id.0) && replaced.is_some_and(|replaced| replaced.by == *request)
    }

    /// The step that it replaced.
    fn replaced(self, permit: &Permit) -> Option<NextStep> {
        let Json(Replaced { channel, due, has_words, .. }) = self.replaced?;
        // Words that stayed the same were written once.
        let what = self.old_value.or(self.body).filter(|_| has_words);
        Some(NextStep { channel: channel?, due: permit.moment(due?), what })
    }
}

async fn last(connection: &mut PgConnection, lead: LeadId) -> Result<Option<Last>, AppError> {
    let last = sqlx::query_as!(
        Last,
        r#"select a.actor_id, u.name as "by?", a.at, a.old_value, a.body, a.detail -> 'replaced' as "replaced?: Json<Replaced>"
           from activity a left join app_user u on u.id = a.actor_id
           where a.lead_id = $1 and a.kind = 'next_step' order by a.id desc limit 1"#,
        lead.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(last)
}

/// Plans a lead's next step, says that it is done, or drops it, if it is still the one that the person saw; or takes back
/// what they did to it, if nobody has done anything since.
pub async fn change(permit: &Permit, change: &StepChange) -> Result<StepAnswer, AppError> {
    let mut transaction = permit.pool().begin().await?;
    let is_ours = match turn(&mut transaction, permit, change.lead, &change.key).await? {
        Turn::NotYours => return Ok(StepAnswer::Refused { problem: StepProblem::NotYours }),
        Turn::DoneAlready => false,
        Turn::Ours => true,
    };
    let present = present(&mut transaction, change.lead).await?;
    let step = present.step(permit)?;
    if !is_ours {
        return Ok(StepAnswer::Done { step });
    }
    let last = last(&mut transaction, change.lead).await?;
    let is_as_seen = match &change.wanted {
        StepWish::Restore(request) => last.as_ref().is_some_and(|last| last.is_of(permit, request)),
        _ => is_same(step.as_ref(), change.seen.as_ref()),
    };
    if !is_as_seen {
        return Ok(conflict(permit, step, last));
    }
    let next = match &change.wanted {
        StepWish::Plan(wanted) => plan(permit, &present, wanted).map(Some),
        StepWish::Done | StepWish::Drop if step.is_none() => Err(StepProblem::NothingPlanned),
        StepWish::Done | StepWish::Drop => Ok(None),
        StepWish::Restore(_) => restored(permit, &present, last),
    };
    let next = match next {
        Ok(next) => next,
        Err(problem) => return Ok(StepAnswer::Refused { problem }),
    };
    write(&mut transaction, change.lead, next.as_ref()).await?;
    let of = told(change, step.as_ref(), next.as_ref());
    trace(&mut transaction, permit, change.lead, of, &change.key).await?;
    transaction.commit().await?;
    permit.committed();
    Ok(StepAnswer::Done { step: next })
}

/// A viewer whose zone has changed meanwhile saw the same moment all the same.
fn is_same(one: Option<&NextStep>, other: Option<&NextStep>) -> bool {
    let key = |step: &NextStep| (step.channel, step.due.utc, step.what.clone());
    one.map(key) == other.map(key)
}

/// What stood there before. It was planned once: neither that its time has passed nor what they have forbidden since keeps
/// it from standing there again.
fn restored(permit: &Permit, present: &Present, last: Option<Last>) -> Result<Option<NextStep>, StepProblem> {
    match last.and_then(|last| last.replaced(permit)) {
        Some(_) if present.is_lost => Err(StepProblem::IsLost),
        step => Ok(step),
    }
}

/// What the history says of a change.
fn told<'a>(change: &StepChange, before: Option<&'a NextStep>, next: Option<&'a NextStep>) -> Trace<'a> {
    let outcome = match (next, &change.wanted) {
        (Some(_), _) => "planned",
        (None, StepWish::Done) => "done",
        (None, _) => "dropped",
    };
    let about = next.or(before);
    let (was, is) = (words(before), words(about));
    let is_reworded = was.is_some() && was != is;
    Trace {
        kind: "next_step",
        detail: json!({
            "step": outcome,
            "channel": about.map(|step| step.channel),
            "due": about.map(|step| step.due.utc),
            "replaced": Replaced::new(before, &change.key),
        }),
        old: was.filter(|_| is_reworded),
        new: is.filter(|_| is_reworded),
        body: is,
        ..Trace::default()
    }
}

/// Plans the first step of a lead that has none, as part of another change: by phone where they have one and may be
/// called, else by e-mail, else as a task.
pub(crate) async fn begin(
    connection: &mut PgConnection,
    by: By<'_>,
    lead: LeadId,
    due: DateTime<Utc>,
) -> Result<(), AppError> {
    let channel = sqlx::query_scalar!(
        r#"update lead set next_step = null, next_step_due = $2,
                  next_step_channel = case when phone is not null and not do_not_call then 'call'
                                           when email is not null and not do_not_email then 'email' else 'task' end
           where id = $1 and next_step_due is null and standing_loss_id is null
           returning next_step_channel as "channel!""#,
        lead.0,
        due
    )
    .fetch_optional(&mut *connection)
    .await?;
    if let Some(channel) = channel {
        let detail = json!({ "step": "planned", "channel": channel, "due": due });
        trace_by(connection, By { key: None, ..by }, lead, Trace { kind: "next_step", detail, ..Trace::default() })
            .await?;
    }
    Ok(())
}

/// Plans a next step as part of another change, which has locked the lead and keeps the request's key.
pub async fn plan_beside(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    wanted: &PlannedStep,
) -> Result<Result<NextStep, StepProblem>, AppError> {
    let present = present(&mut *connection, lead).await?;
    let planned = match plan(permit, &present, wanted) {
        Ok(planned) => planned,
        Err(problem) => return Ok(Err(problem)),
    };
    write(&mut *connection, lead, Some(&planned)).await?;
    let detail = json!({ "channel": planned.channel, "due": planned.due.utc, "step": "planned" });
    let of = Trace { kind: "next_step", detail, body: planned.what.as_deref(), ..Trace::default() };
    trace_aside(connection, permit, lead, of).await?;
    Ok(Ok(planned))
}

/// The step that is wanted, or why it cannot be.
fn plan(permit: &Permit, present: &Present, wanted: &PlannedStep) -> Result<NextStep, StepProblem> {
    if present.is_lost {
        return Err(StepProblem::IsLost);
    }
    let forbidden = match wanted.channel {
        Channel::Call => present.do_not_call,
        Channel::Email => present.do_not_email,
        Channel::Whatsapp | Channel::Sms | Channel::Meeting | Channel::Task => false,
    };
    if forbidden {
        return Err(StepProblem::DoNot);
    }
    let what = match written(&Kind::Line, &wanted.what, permit.today()) {
        Ok(what) => Some(what).filter(|what| !what.is_empty()),
        Err(Problem::TooLong { longest }) => return Err(StepProblem::TooLong { longest }),
        Err(_) => None,
    };
    let due = permit.on_the_clock(wanted.due);
    if due < permit.now() {
        return Err(StepProblem::InThePast);
    }
    Ok(NextStep { channel: wanted.channel, due: permit.moment(due), what })
}

async fn write(connection: &mut PgConnection, lead: LeadId, step: Option<&NextStep>) -> Result<(), AppError> {
    sqlx::query!(
        "update lead set next_step = $2, next_step_channel = $3, next_step_due = $4 where id = $1",
        lead.0,
        step.and_then(|step| step.what.as_deref()),
        step.map(|step| step.channel.word()),
        step.map(|step| step.due.utc)
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn conflict(permit: &Permit, theirs: Option<NextStep>, last: Option<Last>) -> StepAnswer {
    let (by, at) = last.map_or((None, None), |last| (last.by, Some(permit.moment(last.at))));
    StepAnswer::Conflict { theirs, by, at }
}
