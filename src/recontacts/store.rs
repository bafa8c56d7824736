//! All SQL about asking again.

use super::{
    api::{NewPlan, PlanAnswer, Planned, Preparation},
    rules::{self, Objection, Plan},
};
use crate::{
    error::{AppError, word},
    ids::{LeadId, LossId, RecontactId, UserId},
    losses::{
        rules::{DoNot, written},
        store::{done_already, lock},
    },
    people::{
        self,
        guard::Permit,
        rules::{Sight, may_write, sight},
    },
    pipeline::store::holder,
};
use serde_json::json;
use sqlx::PgConnection;

/// The plan that is open for a lead.
pub async fn open_plan(connection: &mut PgConnection, lead: LeadId) -> Result<Option<Planned>, AppError> {
    let row = sqlx::query!(
        "select r.id, r.due_on, r.channel, r.user_id, u.name, r.note
         from recontact r join app_user u on u.id = r.user_id where r.lead_id = $1 and r.ended_at is null",
        lead.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Planned {
            id: RecontactId(row.id),
            due_on: row.due_on,
            channel: word(&row.channel)?,
            person: UserId(row.user_id),
            person_name: row.name,
            note: row.note,
        })
    })
    .transpose()
}

/// A lead as planning knows it.
struct Known {
    preparation: Preparation,
    sight: Sight,
    move_version: i64,
}

async fn know(connection: &mut PgConnection, permit: &Permit, lead: LeadId) -> Result<Known, AppError> {
    let row = sqlx::query!(
        "select owner_id, queue_id, coalesce(name, company) as name, external_id, standing_loss_id, do_not_call, do_not_email,
                move_version
         from lead where id = $1 and withdrawn_at is null",
        lead.0
    )
    .fetch_optional(&mut *connection)
    .await?
    .ok_or(AppError::NotFound)?;
    let holder = holder(row.owner_id, row.queue_id);
    let preparation = Preparation {
        lead,
        loss: row.standing_loss_id.map(LossId),
        name: row.name,
        external_id: row.external_id,
        plan: open_plan(&mut *connection, lead).await?,
        may_write: may_write(permit.viewer(), holder),
        do_not: DoNot { call: row.do_not_call, email: row.do_not_email },
        persons: people::store::who_may_write(&mut *connection, permit, holder).await?,
        today: permit.today(),
    };
    Ok(Known { preparation, sight: sight(permit.viewer(), holder), move_version: row.move_version })
}

/// What the dialog needs; only for those who may read the lead.
pub async fn preparation(permit: &Permit, lead: LeadId) -> Result<Preparation, AppError> {
    let mut connection = permit.pool().acquire().await?;
    let known = know(&mut connection, permit, lead).await?;
    match known.sight {
        Sight::Full => Ok(known.preparation),
        Sight::Masked => Err(AppError::Forbidden),
    }
}

/// Makes a plan, puts another in its place, or drops it.
pub async fn change(permit: &Permit, wanted: &NewPlan) -> Result<PlanAnswer, AppError> {
    let mut transaction = permit.pool().begin().await?;
    lock(&mut transaction, wanted.lead).await?;
    let known = know(&mut transaction, permit, wanted.lead).await?;
    let Preparation { may_write, loss, plan: present, .. } = &known.preparation;
    if !may_write {
        return Ok(PlanAnswer::Objections { objections: vec![Objection::NotYours] });
    }
    if done_already(&mut transaction, permit, wanted.lead, &wanted.key).await?.is_some() {
        return Ok(PlanAnswer::Done { plan: present.clone() });
    }
    if present.as_ref().map(|plan| plan.id) != wanted.seen {
        return Ok(PlanAnswer::Conflict { plan: present.clone() });
    }
    let plan = match wanted.draft.as_ref().map(|draft| rules::plan(known.preparation.facts(), draft)).transpose() {
        Ok(plan) => plan,
        Err(objections) => return Ok(PlanAnswer::Objections { objections }),
    };
    if let Some(present) = present {
        end(&mut transaction, permit, present.id, if plan.is_some() { "moved" } else { "dropped" }).await?;
    }
    if let (Some(plan), Some(loss), Some(draft)) = (plan, *loss, &wanted.draft) {
        write_plan(&mut transaction, permit, wanted.lead, loss, plan, written(&draft.note)).await?;
    }
    let detail = match plan {
        Some(plan) => json!({ "due_on": plan.due_on, "channel": plan.channel, "user_id": plan.person }),
        None => json!({ "ending": "dropped" }),
    };
    write_history(&mut transaction, permit, wanted, &known, detail).await?;
    let plan = open_plan(&mut transaction, wanted.lead).await?;
    transaction.commit().await?;
    permit.committed();
    Ok(PlanAnswer::Done { plan })
}

/// Writes a plan. The caller holds the lead's lock and has ended the plan before it.
pub async fn write_plan(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    loss: LossId,
    plan: Plan,
    note: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into recontact (loss_id, lead_id, due_on, channel, user_id, note, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        loss.0,
        lead.0,
        plan.due_on,
        plan.channel.word(),
        plan.person.0,
        note,
        permit.viewer().id.0,
        permit.now()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes a plan and its history as part of a bigger change, which carries the request's key and tells everybody. The caller
/// holds the lead's lock, and there is no open plan.
pub async fn plan_beside(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    loss: LossId,
    plan: Plan,
    note: Option<&str>,
) -> Result<(), AppError> {
    write_plan(&mut *connection, permit, lead, loss, plan, note).await?;
    sqlx::query!(
        "insert into activity (lead_id, kind, actor_id, at, detail) values ($1, 'recontact', $2, $3, $4)",
        lead.0,
        permit.viewer().id.0,
        permit.now(),
        json!({ "due_on": plan.due_on, "channel": plan.channel, "user_id": plan.person })
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn end(connection: &mut PgConnection, permit: &Permit, plan: RecontactId, ending: &str) -> Result<(), AppError> {
    sqlx::query!(
        "update recontact set ended_at = $2, ended_by = $3, ending = $4 where id = $1 and ended_at is null",
        plan.0,
        permit.now(),
        permit.viewer().id.0,
        ending
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_history(
    connection: &mut PgConnection,
    permit: &Permit,
    wanted: &NewPlan,
    known: &Known,
    detail: serde_json::Value,
) -> Result<(), AppError> {
    sqlx::query!(
        "with history as (
             insert into activity (lead_id, kind, actor_id, at, detail) values ($1, 'recontact', $2, $3, $4)
         ), key as (
             insert into request_key (user_id, key, at, lead_id, move_version) values ($2, $5, $3, $1, $6)
         )
         insert into event (at, kind, lead_ids) values ($3, 'leads', array[$1::bigint])",
        wanted.lead.0,
        permit.viewer().id.0,
        permit.now(),
        detail,
        wanted.key.0,
        known.move_version
    )
    .execute(connection)
    .await?;
    Ok(())
}
