//! SQL of mentions.

use super::{About, LONGEST};
use crate::{
    colleagues::{
        api::{Colleague, ForMe, News},
        rules::MOST_MENTIONS,
    },
    error::AppError,
    ids::{ActivityId, LeadId, UserId},
    people::{
        guard::Permit,
        rules::{Sight, sight},
    },
    pipeline::store::holder,
};
use sqlx::PgConnection;

/// Everybody else who works here, and whether they may read the lead; for those who may read it themselves.
pub async fn colleagues(permit: &Permit, lead: LeadId) -> Result<Vec<Colleague>, AppError> {
    let row = sqlx::query!("select owner_id, queue_id from lead where id = $1 and withdrawn_at is null", lead.0)
        .fetch_optional(permit.pool())
        .await?
        .ok_or(AppError::NotFound)?;
    if sight(permit.viewer(), holder(row.owner_id, row.queue_id)) == Sight::Masked {
        return Err(AppError::Forbidden);
    }
    let rows = sqlx::query_as!(
        Colleague,
        r#"select u.id as "id: UserId", u.name,
                  (o.everyone_reads_all or writes_lead(u.id, $2, $3)) as "may_read!"
           from app_user u cross join organisation o
           where u.closed_at is null and u.id <> $1
           order by u.name collate "und-x-icu", u.id"#,
        permit.viewer().id.0,
        row.owner_id,
        row.queue_id
    )
    .fetch_all(permit.pool())
    .await?;
    Ok(rows)
}

/// Of those who are to be mentioned the first whom it would not reach: who may not read the lead, or has gone.
pub async fn unreached(
    connection: &mut PgConnection,
    lead: LeadId,
    people: &[UserId],
) -> Result<Option<String>, AppError> {
    if people.is_empty() {
        return Ok(None);
    }
    if people.len() > MOST_MENTIONS {
        return Err(AppError::NotUnderstood);
    }
    let ids: Vec<i64> = people.iter().map(|person| person.0).collect();
    let name = sqlx::query_scalar!(
        r#"select coalesce(u.name, '?') as "name!"
           from unnest($1::bigint[]) as wanted (id) cross join organisation o join lead l on l.id = $2
           left join app_user u on u.id = wanted.id
           where u.id is null or u.closed_at is not null
              or not (o.everyone_reads_all or writes_lead(u.id, l.owner_id, l.queue_id))
           order by u.name limit 1"#,
        &ids,
        lead.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(name)
}

/// Keeps who is mentioned in an entry of the history; whoever writes does not mention themselves.
pub async fn keep(
    connection: &mut PgConnection,
    permit: &Permit,
    lead: LeadId,
    entry: ActivityId,
    people: &[UserId],
) -> Result<(), sqlx::Error> {
    if people.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = people.iter().map(|person| person.0).collect();
    sqlx::query!(
        "insert into mention (lead_id, activity_id, user_id, by_id, at)
         select distinct $1::bigint, $2::bigint, wanted.id, $3::bigint, $4::timestamptz
         from unnest($5::bigint[]) as wanted (id) where wanted.id <> $3",
        lead.0,
        entry.0,
        permit.viewer().id.0,
        permit.now(),
        &ids
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What mentions the viewer and was not seen.
pub(super) async fn unseen(permit: &Permit) -> Result<Vec<ForMe>, AppError> {
    let rows = sqlx::query!(
        r#"select m.activity_id, m.lead_id, m.at, u.name as by, a.body, l.owner_id, l.queue_id,
                  coalesce(l.name, l.company) as name, l.external_id
           from mention m join activity a on a.id = m.activity_id join lead l on l.id = m.lead_id
           join app_user u on u.id = m.by_id
           where m.user_id = $1 and m.seen_at is null and l.withdrawn_at is null order by m.at limit $2"#,
        permit.viewer().id.0,
        LONGEST
    )
    .fetch_all(permit.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let (activity, by, body) = (ActivityId(row.activity_id), row.by, row.body);
            About {
                lead_id: row.lead_id,
                owner_id: row.owner_id,
                queue_id: row.queue_id,
                name: row.name,
                external_id: row.external_id,
            }
            .with(permit, row.at, |may_read| News::Mention {
                activity,
                by,
                text: body.filter(|_| may_read),
            })
        })
        .collect())
}
