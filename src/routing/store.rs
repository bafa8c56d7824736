//! All SQL of who works what.

use super::{
    api::{Assigned, Assignment},
    rules::{Objection, plan_assignment},
};
use crate::{
    error::AppError,
    leads::store::change::{Trace, Turn, trace, turn},
    people::{guard::Permit, rules::Holder},
    pipeline::store::{card, holder},
};
use serde_json::json;
use sqlx::PgConnection;

/// Whose a lead is, by id and by name.
async fn present(connection: &mut PgConnection, lead: i64) -> Result<(Holder, String), AppError> {
    let row = sqlx::query!(
        r#"select l.owner_id, l.queue_id, coalesce(u.name, q.name) as "name!"
           from lead l left join app_user u on u.id = l.owner_id left join queue q on q.id = l.queue_id where l.id = $1"#,
        lead
    )
    .fetch_one(connection)
    .await?;
    Ok((holder(row.owner_id, row.queue_id), row.name))
}

/// Gives a lead to somebody, if it is still whose the person saw it to be.
pub async fn assign(permit: &Permit, wanted: &Assignment, reason: &str) -> Result<Assigned, AppError> {
    let mut transaction = permit.pool().begin().await?;
    match turn(&mut transaction, permit, wanted.lead, &wanted.key).await? {
        // Whoever gave a lead away may not read it any more, and is told all the same that it was done.
        Turn::DoneAlready => return done(permit, wanted).await,
        Turn::NotYours if given_already(&mut transaction, permit, wanted).await? => return done(permit, wanted).await,
        Turn::NotYours => return Ok(Assigned::Refused { why: Objection::NotYours }),
        Turn::Ours => {}
    }
    let (from, name) = present(&mut transaction, wanted.lead.0).await?;
    if let Err(why) = plan_assignment(permit.viewer(), from, wanted.to, reason) {
        return Ok(Assigned::Refused { why });
    }
    if from != wanted.from {
        transaction.rollback().await?;
        return Ok(Assigned::Conflict { holder: name, card: card(permit, wanted.lead).await?.map(Box::new) });
    }
    let (owner, queue) = wanted.to.columns();
    let given = sqlx::query!(
        "update lead set owner_id = $2, queue_id = $3
         where id = $1 and ($2::bigint is null or exists (select from app_user where id = $2 and closed_at is null))
           and ($3::bigint is null or exists (select from queue where id = $3))",
        wanted.lead.0,
        owner,
        queue
    )
    .execute(&mut *transaction)
    .await?;
    if given.rows_affected() == 0 {
        return Ok(Assigned::Refused { why: Objection::NobodyThere });
    }
    let (from_owner, from_queue) = from.columns();
    let mut detail = json!({ "because": "by_hand" });
    for (name, id) in [("from_owner", from_owner), ("from_queue", from_queue), ("to_owner", owner), ("to_queue", queue)]
    {
        if let Some(id) = id {
            detail[name] = id.into();
        }
    }
    let of = Trace { kind: "assignment", detail, body: Some(reason.trim()), ..Trace::default() };
    trace(&mut transaction, permit, wanted.lead, of, &wanted.key).await?;
    transaction.commit().await?;
    permit.committed();
    done(permit, wanted).await
}

async fn done(permit: &Permit, wanted: &Assignment) -> Result<Assigned, AppError> {
    Ok(Assigned::Done { card: card(permit, wanted.lead).await?.map(Box::new) })
}

/// Whether this very request gave the lead away.
async fn given_already(connection: &mut PgConnection, permit: &Permit, wanted: &Assignment) -> Result<bool, AppError> {
    let given = sqlx::query_scalar!(
        r#"select exists (select from request_key where user_id = $1 and key = $2 and lead_id = $3) as "given!""#,
        permit.viewer().id.0,
        wanted.key.0,
        wanted.lead.0
    )
    .fetch_one(connection)
    .await?;
    Ok(given)
}
