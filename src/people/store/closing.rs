//! Closing an account: the leads go to somebody else first, and whoever was signed in is out at once.

use crate::{
    error::AppError,
    ids::RequestKey,
    people::{
        guard::Permit,
        rules::{Holder, Role},
    },
    routing::store::clocks,
    settings::{
        api::{AccountAnswer, Farewell},
        rules::{Refusal, Why, refusal},
        store::{log, one_at_a_time},
    },
};
use serde_json::json;
use sqlx::PgConnection;

/// So many leads change hands in one transaction.
const CHUNK: i64 = 500;

/// What somebody would leave behind; for admins.
pub async fn farewell(permit: &Permit, person: i64) -> Result<Farewell, AppError> {
    if permit.viewer().role != Role::Admin {
        return Err(AppError::Forbidden);
    }
    left(&mut *permit.pool().acquire().await?, person).await
}

async fn left(connection: &mut PgConnection, person: i64) -> Result<Farewell, AppError> {
    let row = sqlx::query!(
        r#"select (select count(*) from lead where owner_id = $1 and withdrawn_at is null) as "leads!",
                  (select count(*) from recontact where user_id = $1 and ended_at is null) as "recontacts!",
                  array(select name from queue where manager_id = $1 order by name) as "queues!""#,
        person
    )
    .fetch_one(connection)
    .await?;
    Ok(Farewell { leads: row.leads, recontacts: row.recontacts, queues: row.queues })
}

/// Hands somebody's leads on, in transactions of a few hundred each, and closes their account. Interrupted, it goes on
/// where it stopped when it is asked for again.
pub async fn close(
    permit: &Permit,
    person: i64,
    hand_to: Option<Holder>,
    key: &RequestKey,
) -> Result<AccountAnswer, AppError> {
    let mut connection = permit.pool().acquire().await?;
    if let Some(why) = objection(&mut connection, permit, person, hand_to).await? {
        return Ok(AccountAnswer::Refused { why });
    }
    let mut handed = 0;
    if let Some(to) = hand_to {
        loop {
            let moved = hand_over(permit, person, to).await?;
            handed += moved;
            if moved < CHUNK {
                break;
            }
        }
        hand_over_recontacts(&mut connection, permit, person, to).await?;
    }
    drop(connection);
    let mut transaction = permit.pool().begin().await?;
    one_at_a_time(&mut transaction).await?;
    if log::done_already(&mut transaction, permit, key).await?.is_some() {
        return Ok(AccountAnswer::Done { handed });
    }
    // Looked at again: meanwhile another admin may have gone, or a lead may have come. Whoever gives them one at this very
    // moment holds the person's row, or waits for it and finds the account closed.
    sqlx::query!("select from app_user where id = $1 for update", person).execute(&mut *transaction).await?;
    if let Some(why) = objection(&mut transaction, permit, person, hand_to).await? {
        return Ok(AccountAnswer::Refused { why });
    }
    let left = left(&mut transaction, person).await?;
    if left.leads + left.recontacts > 0 {
        return Ok(AccountAnswer::Refused { why: refusal("hand_to", Why::HasLeads) });
    }
    if let Some(name) = end(&mut transaction, permit, person).await? {
        let entry = log::act("person", Some(person), &name, "closed").with("leads", json!(handed));
        log::write(&mut transaction, permit, entry, Some(key)).await?;
    }
    transaction.commit().await?;
    permit.committed();
    Ok(AccountAnswer::Done { handed })
}

async fn objection(
    connection: &mut PgConnection,
    permit: &Permit,
    person: i64,
    hand_to: Option<Holder>,
) -> Result<Option<Refusal>, AppError> {
    if permit.viewer().role != Role::Admin {
        return Ok(Some(refusal("", Why::NotAllowed)));
    }
    let (to_person, to_queue) = Holder::columns_of(hand_to);
    let row = sqlx::query!(
        r#"select u.role = 'admin' and not exists (select from app_user a
                                                   where a.role = 'admin' and a.closed_at is null and a.id <> u.id)
                      as "is_last_admin!",
                  exists (select from queue where manager_id = u.id) as "manages_queue!",
                  ($2::bigint is null or exists (select from app_user t where t.id = $2 and t.closed_at is null and t.id <> u.id))
                      and ($3::bigint is null or exists (select from queue where id = $3)) as "can_hand!"
           from app_user u where u.id = $1"#,
        person,
        to_person,
        to_queue
    )
    .fetch_optional(connection)
    .await?
    .ok_or(AppError::NotFound)?;
    Ok(match row {
        row if row.is_last_admin => Some(refusal("", Why::LastAdmin)),
        row if row.manages_queue => Some(refusal("", Why::ManagesQueue)),
        row if !row.can_hand => Some(refusal("hand_to", Why::NobodyThere)),
        _ => None,
    })
}

/// One transaction: so many leads get their new holder, each with its entry in the history, and what was waited for is
/// waited for from there.
async fn hand_over(permit: &Permit, person: i64, to: Holder) -> Result<i64, AppError> {
    let (owner, queue) = to.columns();
    let mut transaction = permit.pool().begin().await?;
    let moved = sqlx::query_scalar!(
        r#"with chunk as (select id from lead where owner_id = $1 and withdrawn_at is null order by id limit $2 for update),
                moved as (update lead l set owner_id = $3, queue_id = $4 from chunk where l.id = chunk.id returning l.id),
                history as (insert into activity (lead_id, kind, actor_id, at, detail)
                            select id, 'assignment', $5, $6,
                                   jsonb_strip_nulls(jsonb_build_object('because', 'account_closed', 'from_owner', $1::bigint,
                                                                        'to_owner', $3::bigint, 'to_queue', $4::bigint))
                            from moved),
                told as (insert into event (at, kind) select $6, 'bulk' where exists (select from moved))
           select id as "id!" from moved"#,
        person,
        CHUNK,
        owner,
        queue,
        permit.viewer().id.0,
        permit.now()
    )
    .fetch_all(&mut *transaction)
    .await?;
    clocks::hand_on(&mut transaction, &moved, None, permit.now()).await?;
    transaction.commit().await?;
    permit.committed();
    Ok(i64::try_from(moved.len()).unwrap_or(CHUNK))
}

/// Open plans to ask a lost lead again go to the same person, or to the queue's manager. A plan is history: it ends, and
/// another one takes its place.
async fn hand_over_recontacts(
    connection: &mut PgConnection,
    permit: &Permit,
    person: i64,
    to: Holder,
) -> Result<(), AppError> {
    let (owner, queue) = to.columns();
    let plans = sqlx::query!(
        "select loss_id, lead_id, due_on, channel, note from recontact
         where user_id = $1 and ended_at is null order by id for update",
        person
    )
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query!(
        "update recontact set ended_at = $2, ended_by = $3, ending = 'moved' where user_id = $1 and ended_at is null",
        person,
        permit.now(),
        permit.viewer().id.0
    )
    .execute(&mut *connection)
    .await?;
    for plan in plans {
        sqlx::query!(
            "insert into recontact (loss_id, lead_id, due_on, channel, note, user_id, created_by, created_at)
             values ($1, $2, $3, $4, $5, coalesce($6::bigint, (select manager_id from queue where id = $7)), $8, $9)",
            plan.loss_id,
            plan.lead_id,
            plan.due_on,
            plan.channel,
            plan.note,
            owner,
            queue,
            permit.viewer().id.0,
            permit.now()
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Closes the account and ends its sessions; the name, when it was open.
async fn end(connection: &mut PgConnection, permit: &Permit, person: i64) -> Result<Option<String>, AppError> {
    let name = sqlx::query_scalar!(
        "with closed as (update app_user set closed_at = $2 where id = $1 and closed_at is null returning id, name),
              ended as (delete from session where user_id in (select id from closed)),
              uninvited as (delete from invitation where user_id in (select id from closed)),
              told as (insert into event (at, kind, user_id) select $2, 'session_ended', id from closed)
         select name from closed",
        person,
        permit.now()
    )
    .fetch_optional(connection)
    .await?;
    Ok(name)
}

/// Opens somebody's account again: they sign in as before.
pub async fn reopen(permit: &Permit, person: i64, key: &RequestKey) -> Result<AccountAnswer, AppError> {
    if permit.viewer().role != Role::Admin {
        return Ok(AccountAnswer::Refused { why: refusal("", Why::NotAllowed) });
    }
    let mut transaction = permit.pool().begin().await?;
    one_at_a_time(&mut transaction).await?;
    let name = sqlx::query_scalar!(
        "update app_user set closed_at = null where id = $1 and closed_at is not null returning name",
        person
    )
    .fetch_optional(&mut *transaction)
    .await?;
    // Open already: then there is nothing to do, and nothing to log.
    if let Some(name) = name {
        log::write(&mut transaction, permit, log::act("person", Some(person), &name, "reopened"), Some(key)).await?;
    }
    transaction.commit().await?;
    permit.committed();
    Ok(AccountAnswer::Done { handed: 0 })
}
