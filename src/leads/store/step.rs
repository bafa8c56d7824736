//! SQL of the next step.

use super::{
    change::{Trace, Turn, trace, trace_aside, turn},
    word,
};
use crate::{
    error::AppError,
    ids::LeadId,
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
use serde_json::json;
use sqlx::PgConnection;

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

/// Plans a lead's next step, says that it is done, or drops it, if it is still the one that the person saw.
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
    // A viewer whose zone has changed meanwhile saw the same moment all the same.
    let key = |step: &NextStep| (step.channel, step.due.utc, step.what.clone());
    if step.as_ref().map(key) != change.seen.as_ref().map(key) {
        return conflict(&mut transaction, permit, change.lead, step).await;
    }
    let (planned, trace_of) = match &change.wanted {
        StepWish::Plan(wanted) => match plan(permit, &present, wanted) {
            Ok(planned) => {
                let detail = json!({ "channel": planned.channel, "due": planned.due.utc });
                (Some(planned), ("planned", detail))
            }
            Err(problem) => return Ok(StepAnswer::Refused { problem }),
        },
        StepWish::Done | StepWish::Drop if step.is_none() => {
            return Ok(StepAnswer::Refused { problem: StepProblem::NothingPlanned });
        }
        StepWish::Done => (None, ("done", json!({ "channel": present.channel, "due": present.due }))),
        StepWish::Drop => (None, ("dropped", json!({ "channel": present.channel, "due": present.due }))),
    };
    write(&mut transaction, change.lead, planned.as_ref()).await?;
    let (outcome, mut detail) = trace_of;
    detail["step"] = outcome.into();
    let body = planned.as_ref().map_or(present.what.as_deref(), |planned| planned.what.as_deref());
    let of = Trace { kind: "next_step", detail, body, ..Trace::default() };
    trace(&mut transaction, permit, change.lead, of, &change.key).await?;
    transaction.commit().await?;
    permit.committed();
    Ok(StepAnswer::Done { step: planned })
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

async fn conflict(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    theirs: Option<NextStep>,
) -> Result<StepAnswer, AppError> {
    let last = sqlx::query!(
        r#"select u.name as "name?", a.at from activity a left join app_user u on u.id = a.actor_id
           where a.lead_id = $1 and a.kind = 'next_step' order by a.id desc limit 1"#,
        lead.0
    )
    .fetch_optional(connection)
    .await?;
    let (by, at) = last.map_or((None, None), |last| (last.name, Some(permit.moment(last.at))));
    Ok(StepAnswer::Conflict { theirs, by, at })
}
