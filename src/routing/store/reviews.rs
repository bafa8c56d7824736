//! Leads about which a person decides: where they wait, and whom the rules would choose.

use crate::{
    error::{AppError, word},
    ids::{LeadId, ReviewId, UserId},
    people::{guard::Permit, rules::Role},
    pipeline::store::holder,
    routing::api::Review,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// So many are shown at once; what was decided makes room for the next.
const LONGEST: i64 = 50;

/// What waits for the viewer's decision, the longest first. Reps decide about nothing.
pub async fn open(permit: &Permit) -> Result<Vec<Review>, AppError> {
    let Some(reach) = Reach::of(permit) else { return Ok(Vec::new()) };
    let rows = sqlx::query!(
        r#"select r.id as "id: ReviewId", r.why, r.opened_at, l.id as "lead: LeadId", l.owner_id, l.queue_id,
                  coalesce(l.name, l.company) as name, l.external_id, coalesce(o.name, q.name) as "holder!",
                  p.id as "proposal?: UserId", p.name as "proposed?"
           from review r join lead l on l.id = r.lead_id
           left join app_user o on o.id = l.owner_id left join queue q on q.id = l.queue_id
           left join app_user p on p.id = r.proposal_id and p.closed_at is null
           where r.decided_at is null and l.withdrawn_at is null and l.standing_loss_id is null
             and ($1 or l.owner_id = any($2) or l.queue_id = any($3))
           order by r.opened_at, r.id limit $4"#,
        reach.is_everywhere,
        &reach.owners,
        &reach.queues,
        LONGEST
    )
    .fetch_all(permit.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Review {
                id: row.id,
                why: word(&row.why)?,
                lead: row.lead,
                name: row.name,
                external_id: row.external_id,
                at: permit.moment(row.opened_at),
                from: holder(row.owner_id, row.queue_id),
                holder: row.holder,
                proposal: row.proposal.zip(row.proposed),
            })
        })
        .collect()
}

/// How much that is: the same conditions as [`open`].
pub async fn count_open(permit: &Permit) -> Result<i64, AppError> {
    let Some(reach) = Reach::of(permit) else { return Ok(0) };
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select from review r join lead l on l.id = r.lead_id
                 where r.decided_at is null and l.withdrawn_at is null and l.standing_loss_id is null
                   and ($1 or l.owner_id = any($2) or l.queue_id = any($3)) limit $4) as open"#,
        reach.is_everywhere,
        &reach.owners,
        &reach.queues,
        LONGEST
    )
    .fetch_one(permit.pool())
    .await?;
    Ok(count)
}

/// About which leads somebody decides.
struct Reach {
    is_everywhere: bool,
    owners: Vec<i64>,
    queues: Vec<i64>,
}

impl Reach {
    fn of(permit: &Permit) -> Option<Self> {
        let viewer = permit.viewer();
        viewer.manages().then(|| Self {
            is_everywhere: viewer.role == Role::Admin,
            owners: viewer.owners.iter().map(|owner| owner.0).collect(),
            queues: viewer.queues.iter().map(|queue| queue.0).collect(),
        })
    }
}

/// Somebody gave the lead to somebody: that decides.
pub(super) async fn decided(
    connection: &mut PgConnection,
    lead: LeadId,
    by: UserId,
    at: DateTime<Utc>,
) -> Result<(), AppError> {
    sqlx::query!(
        "update review set decided_at = $2, decided_by = $3 where lead_id = $1 and decided_at is null",
        lead.0,
        at,
        by.0
    )
    .execute(connection)
    .await?;
    Ok(())
}
