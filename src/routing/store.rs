//! All SQL of who works what.

use super::{
    api::{Assigned, Assignment},
    rules::{Latest, Objection, plan_assignment},
};
use crate::{
    error::AppError,
    ids::UserId,
    leads::store::change::{Trace, Turn, trace, turn},
    losses::store::done_already,
    people::{guard::Permit, rules::Holder},
    pipeline::store::{card, holder},
};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

pub mod clocks;
pub mod desk;
pub mod escalation;
pub mod lead;
pub mod notices;
pub mod reviews;
pub mod route;
pub mod rules;
pub mod signals;
pub mod why;

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

/// The last time that a lead was given to somebody.
struct Last {
    latest: Latest,
    by: Option<String>,
    at: DateTime<Utc>,
}

async fn last(connection: &mut PgConnection, lead: i64) -> Result<Option<Last>, AppError> {
    let row = sqlx::query!(
        r#"select a.actor_id, u.name as "by?", a.at,
                  (a.detail ->> 'from_owner')::bigint as from_owner, (a.detail ->> 'from_queue')::bigint as from_queue,
                  (a.detail ->> 'to_owner')::bigint as to_owner, (a.detail ->> 'to_queue')::bigint as to_queue
           from activity a left join app_user u on u.id = a.actor_id
           where a.lead_id = $1 and a.kind = 'assignment' order by a.id desc limit 1"#,
        lead
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Last {
        latest: Latest {
            by: row.actor_id.map(UserId),
            from: holder(row.from_owner, row.from_queue),
            to: holder(row.to_owner, row.to_queue),
        },
        by: row.by,
        at: row.at,
    }))
}

/// Gives a lead to somebody, if it is still whose the person saw it to be.
pub async fn assign(permit: &Permit, wanted: &Assignment, reason: &str) -> Result<Assigned, AppError> {
    let (lead, mut transaction) = (wanted.lead, permit.pool().begin().await?);
    let is_done = match turn(&mut transaction, permit, lead, &wanted.key).await? {
        Turn::Ours => false,
        Turn::DoneAlready => true,
        // Whoever gave a lead away may not change it any more, and is told all the same that it was done.
        Turn::NotYours => done_already(&mut transaction, permit, lead, &wanted.key).await?.is_some(),
    };
    if is_done {
        return done(permit, wanted).await;
    }
    let (from, name) = present(&mut transaction, lead.0).await?;
    let last = last(&mut transaction, lead.0).await?;
    let latest = last.as_ref().map(|last| last.latest);
    if let Err(why) = plan_assignment(permit.viewer(), from, wanted.to, latest, reason) {
        return Ok(Assigned::Refused { why });
    }
    if from != wanted.from {
        transaction.rollback().await?;
        let (by, at) = last.map_or((None, None), |last| (last.by, Some(permit.moment(last.at))));
        return Ok(Assigned::Conflict { holder: name, by, at, card: card(permit, lead).await?.map(Box::new) });
    }
    // It is theirs already: nothing happens, and nothing is to be told.
    if from == wanted.to {
        return done(permit, wanted).await;
    }
    if !is_there(&mut transaction, wanted.to).await? {
        return Ok(Assigned::Refused { why: Objection::NobodyThere });
    }
    give(&mut transaction, permit, wanted, from, reason).await?;
    transaction.commit().await?;
    permit.committed();
    done(permit, wanted).await
}

/// Whether somebody can be given a lead. Whoever closes their account at this moment waits until the lead has come, and
/// finds it; or we wait, and find the account closed.
async fn is_there(connection: &mut PgConnection, to: Holder) -> Result<bool, AppError> {
    let found = match to {
        Holder::Person(person) => {
            sqlx::query_scalar!("select id from app_user where id = $1 and closed_at is null for share", person.0)
                .fetch_optional(connection)
                .await?
        }
        Holder::Queue(queue) => {
            sqlx::query_scalar!("select id from queue where id = $1", queue.0).fetch_optional(connection).await?
        }
    };
    Ok(found.is_some())
}

/// Writes down whose the lead is now, and why.
async fn give(
    connection: &mut PgConnection,
    permit: &Permit,
    wanted: &Assignment,
    from: Holder,
    reason: &str,
) -> Result<(), AppError> {
    let ((from_owner, from_queue), (owner, queue)) = (from.columns(), wanted.to.columns());
    sqlx::query!("update lead set owner_id = $2, queue_id = $3 where id = $1", wanted.lead.0, owner, queue)
        .execute(&mut *connection)
        .await?;
    let mut detail = json!({ "because": "by_hand" });
    for (name, id) in [("from_owner", from_owner), ("from_queue", from_queue), ("to_owner", owner), ("to_queue", queue)]
    {
        if let Some(id) = id {
            detail[name] = id.into();
        }
    }
    let of = Trace { kind: "assignment", detail, body: Some(reason.trim()), ..Trace::default() };
    trace(&mut *connection, permit, wanted.lead, of, &wanted.key).await?;
    let by = permit.viewer().id;
    reviews::decided(&mut *connection, wanted.lead, by, permit.now()).await?;
    if let Some(person) = wanted.to.person().filter(|person| *person != by) {
        notices::assigned(&mut *connection, wanted.lead, person, permit.now()).await?;
    }
    clocks::hand_on(connection, &[wanted.lead.0], Some(by), permit.now()).await
}

async fn done(permit: &Permit, wanted: &Assignment) -> Result<Assigned, AppError> {
    Ok(Assigned::Done { card: card(permit, wanted.lead).await?.map(Box::new) })
}
