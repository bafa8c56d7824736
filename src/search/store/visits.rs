//! The leads that somebody looked at last.

use super::shown::show;
use crate::{error::AppError, ids::LeadId, people::guard::Permit, search::api::Hit};

/// So many are offered.
const PAGE: i64 = 8;
/// So many are remembered: some of them may be somebody else's to read tomorrow.
const KEPT: i64 = 30;

/// The latest first, without those that the viewer may no longer read.
pub async fn recent(permit: &Permit) -> Result<Vec<Hit>, AppError> {
    let reads = permit.reads();
    let leads = sqlx::query_scalar!(
        r#"select v.lead_id as "lead: LeadId" from lead_visit v join lead l on l.id = v.lead_id
           where v.user_id = $1 and l.withdrawn_at is null and ($2 or l.owner_id = any($3) or l.queue_id = any($4))
           order by v.at desc, v.lead_id desc limit $5"#,
        permit.viewer().id.0,
        reads.everything,
        &reads.owners,
        &reads.queues,
        PAGE
    )
    .fetch_all(permit.pool())
    .await?;
    show(permit, &leads, &[]).await
}

/// Remembers a visit and forgets those before the last thirty. Of what the viewer may not read nothing is remembered.
pub async fn visit(permit: &Permit, lead: LeadId) -> Result<(), AppError> {
    let reads = permit.reads();
    sqlx::query!(
        "with forgotten as (
             delete from lead_visit
             where user_id = $1 and lead_id <> $2 and lead_id in
                 (select lead_id from lead_visit where user_id = $1 and lead_id <> $2 order by at desc offset $7))
         insert into lead_visit (user_id, lead_id, at)
         select $1, id, $3 from lead
         where id = $2 and withdrawn_at is null and ($4 or owner_id = any($5) or queue_id = any($6))
         on conflict (user_id, lead_id) do update set at = excluded.at",
        permit.viewer().id.0,
        lead.0,
        permit.now(),
        reads.everything,
        &reads.owners,
        &reads.queues,
        KEPT - 1
    )
    .execute(permit.pool())
    .await?;
    Ok(())
}
