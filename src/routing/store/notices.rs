//! What somebody is told about a lead, written in the transaction of what happened, until they have seen or answered it.

use crate::{
    error::{AppError, word},
    ids::{LeadId, NoticeId, UserId},
    people::{
        guard::Permit,
        rules::{Sight, sight},
    },
    pipeline::store::holder,
    routing::{api::Notice, rules::sla::NoticeKind},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// A lead is somebody's now.
pub(super) async fn assigned(
    connection: &mut PgConnection,
    lead: LeadId,
    person: UserId,
    at: DateTime<Utc>,
) -> Result<(), AppError> {
    sqlx::query!(
        "insert into notice (user_id, lead_id, kind, at) values ($1, $2, 'assigned', $3)",
        person.0,
        lead.0,
        at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A clock says something to somebody; it says each thing once.
pub(super) async fn of_clock(
    connection: &mut PgConnection,
    clock: i64,
    kind: NoticeKind,
    people: &[i64],
    at: DateTime<Utc>,
) -> Result<(), AppError> {
    sqlx::query!(
        "insert into notice (user_id, lead_id, kind, clock_id, at)
         select p.id, c.lead_id, $2, c.id, $4 from sla_clock c cross join unnest($3::bigint[]) as p (id) where c.id = $1
         on conflict (clock_id, kind, user_id) do update set at = excluded.at, seen_at = null, is_over = false",
        clock,
        kind.word(),
        people,
        at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The managers of whoever has a lead; where a team has none, those who manage everything.
pub(super) async fn managers(connection: &mut PgConnection, lead: LeadId) -> Result<Vec<i64>, AppError> {
    let managers = sqlx::query_scalar!(
        r#"with near as (
               select m.user_id from lead l join app_user u on u.id = l.owner_id join team_manager m on m.team_id = u.team_id
               where l.id = $1
               union select q.manager_id from lead l join queue q on q.id = l.queue_id where l.id = $1),
           open as (select u.id from app_user u join near n on n.user_id = u.id where u.closed_at is null)
           select id as "id!" from open
           union select id from app_user
                 where role = 'admin' and closed_at is null and not exists (select from open)
           order by 1"#,
        lead.0
    )
    .fetch_all(connection)
    .await?;
    Ok(managers)
}

/// So much is shown at once; what was seen makes room for the next.
const LONGEST: i64 = 50;

/// What the viewer is told: of each lead the last thing, the oldest first.
pub async fn unseen(permit: &Permit) -> Result<Vec<Notice>, AppError> {
    let rows = sqlx::query!(
        r#"select n.id as "id: NoticeId", n.kind, n.at, n.lead_id as "lead: LeadId", l.owner_id, l.queue_id,
                  coalesce(l.name, l.company) as name, l.external_id, coalesce(o.name, q.name) as "holder!",
                  e.clock as "clock?", w.due_at as "due?", coalesce(w.accepts, false) as "accepts!"
           from (select distinct on (lead_id) id, kind, at, lead_id, clock_id from notice
                 where user_id = $1 and seen_at is null and not is_over order by lead_id, id desc) n
           join lead l on l.id = n.lead_id and l.withdrawn_at is null
           left join app_user o on o.id = l.owner_id left join queue q on q.id = l.queue_id
           left join sla_clock e on e.id = n.clock_id and e.ended = 'escalated'
           left join lateral (select min(c.due_at) as due_at, bool_or(c.clock = 'accepted') as accepts
                              from sla_clock c where c.lead_id = l.id and c.owner_id = $1 and c.ended is null) w on true
           order by n.at, n.id limit $2"#,
        permit.viewer().id.0,
        LONGEST
    )
    .fetch_all(permit.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            let is_read = sight(permit.viewer(), holder(row.owner_id, row.queue_id)) == Sight::Full;
            Ok(Notice {
                id: row.id,
                kind: word(&row.kind)?,
                lead: row.lead,
                name: row.name.filter(|_| is_read),
                external_id: row.external_id.filter(|_| is_read),
                at: permit.moment(row.at),
                holder: row.holder,
                clock: row.clock.as_deref().map(word).transpose()?,
                due: row.due.map(|due| permit.moment(due)),
                accepts: row.accepts,
            })
        })
        .collect()
}

/// How much that is: the same conditions as [`unseen`].
pub async fn count_unseen(permit: &Permit) -> Result<i64, AppError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select distinct n.lead_id from notice n join lead l on l.id = n.lead_id and l.withdrawn_at is null
                 where n.user_id = $1 and n.seen_at is null and not n.is_over limit $2) as told"#,
        permit.viewer().id.0,
        LONGEST
    )
    .fetch_one(permit.pool())
    .await?;
    Ok(count)
}

/// The viewer has seen what they were told, and what was told of the same lead before.
pub async fn seen(permit: &Permit, notice: NoticeId) -> Result<(), AppError> {
    sqlx::query!(
        "with seen as (
             update notice n set seen_at = greatest($3, n.at) from notice last
             where last.id = $1 and last.user_id = $2 and n.user_id = $2 and n.lead_id = last.lead_id and n.id <= last.id
               and n.seen_at is null
             returning n.lead_id
         )
         -- Whoever has it open in another tab sees that it is seen.
         insert into event (at, kind, lead_ids)
         select $3, 'leads', array_agg(distinct lead_id) from seen having count(*) > 0",
        notice.0,
        permit.viewer().id.0,
        permit.now()
    )
    .execute(permit.pool())
    .await?;
    permit.committed();
    Ok(())
}
