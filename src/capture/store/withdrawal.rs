//! Taking an import back.

use crate::{error::AppError, people::guard::Permit};
use sqlx::PgConnection;

/// How many leads of a batch are there to be withdrawn.
pub async fn standing(permit: &Permit, batch: i64) -> Result<i64, AppError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from lead where import_batch_id = $1 and withdrawn_at is null"#,
        batch
    )
    .fetch_one(permit.pool())
    .await?;
    Ok(count)
}

/// What one step of a withdrawal did.
pub struct Step {
    /// The last lead that it looked at; the next step begins after it. `None` when there was none left.
    pub last: Option<i64>,
    /// How many it looked at.
    pub seen: usize,
}

/// Withdraws up to `most` leads of a batch whose ids come after `after`, but for those that were worked since.
pub async fn step(permit: &Permit, batch: i64, after: i64, most: i64) -> Result<Step, AppError> {
    let edits = permit.edits();
    let mut transaction = permit.pool().begin().await?;
    // Locked first: whoever works one of them now is waited for, and then seen.
    let leads = sqlx::query_scalar!(
        "select id from lead where import_batch_id = $1 and withdrawn_at is null and id > $2
           and ($4 or owner_id = any($5) or queue_id = any($6))
         order by id limit $3 for update",
        batch,
        after,
        most,
        edits.everything,
        &edits.owners,
        &edits.queues
    )
    .fetch_all(&mut *transaction)
    .await?;
    withdraw(&mut transaction, permit, &leads).await?;
    transaction.commit().await?;
    Ok(Step { last: leads.last().copied(), seen: leads.len() })
}

async fn withdraw(connection: &mut PgConnection, permit: &Permit, leads: &[i64]) -> Result<(), AppError> {
    sqlx::query!(
        "with withdrawn as (
             update lead l set withdrawn_at = $2 where l.id = any($1) and not exists
                 (select from activity a where a.lead_id = l.id
                    and a.kind not in ('created', 'imported', 'withdrawn', 'revived')
                    and not (a.kind = 'assignment' and a.actor_id is null))
             returning l.id)
         insert into activity (lead_id, kind, actor_id, at) select id, 'withdrawn', $3, $2 from withdrawn",
        leads,
        permit.now(),
        permit.viewer().id.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The batch is taken back, with the words that only it brought; open boards count again.
pub async fn finish(permit: &Permit, batch: i64) -> Result<(), AppError> {
    let mut transaction = permit.pool().begin().await?;
    sqlx::query!(
        "with told as (insert into event (at, kind) values ($2, 'bulk'))
         update import_batch set withdrawn_at = $2, withdrawn_by = $3 where id = $1",
        batch,
        permit.now(),
        permit.viewer().id.0
    )
    .execute(&mut *transaction)
    .await?;
    super::words::retire_unused(&mut transaction, permit.now()).await?;
    transaction.commit().await?;
    permit.committed();
    Ok(())
}

/// How many leads of a batch are withdrawn.
pub async fn withdrawn(permit: &Permit, batch: i64) -> Result<i64, AppError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from lead where import_batch_id = $1 and withdrawn_at is not null"#,
        batch
    )
    .fetch_one(permit.pool())
    .await?;
    Ok(count)
}
