//! Loss reasons as they are set.

use super::{ScopeRow, word};
use crate::{
    error::AppError,
    ids::{Names, ReasonId},
    losses::rules::EvidenceField,
    settings::{
        model::ReasonSetting,
        rules::{code_of, free_code},
    },
};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};

/// All reasons in their order, the retired ones, too.
pub async fn all(connection: &mut PgConnection) -> Result<Vec<ReasonSetting>, AppError> {
    let rows = sqlx::query!(
        r#"select r.id, r.outcome, r.name as "name: Json<Names>", r.excuse, r.informs, r.non_target,
                  r.evidence as "evidence: Json<Vec<EvidenceField>>", r.attempts_needed, r.channels_needed,
                  r.offers_recontact, r.retired_at is not null as "retired!", r.merged_into_id,
                  coalesce((select jsonb_agg(to_jsonb(s) order by s.direction nulls first, s.party nulls first,
                                                                  s.business_line_id nulls first)
                            from loss_reason_scope s where s.reason_id = r.id), '[]') as "scopes!: Json<Vec<ScopeRow>>"
           from loss_reason r order by r.outcome, r.position, r.id"#
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ReasonSetting {
                id: Some(row.id),
                name: row.name.0,
                outcome: word(&row.outcome)?,
                excuse: row.excuse,
                informs: word(&row.informs)?,
                non_target: row.non_target,
                evidence: row.evidence.0,
                attempts_needed: row.attempts_needed,
                channels_needed: row.channels_needed,
                offers_recontact: row.offers_recontact,
                retired: row.retired,
                merged_into: row.merged_into_id,
                scopes: row.scopes.0.into_iter().map(ScopeRow::into_scope).collect::<Result<_, _>>()?,
            })
        })
        .collect()
}

/// How many losses each reason was given for, reversed ones too: they stand on it all the same.
pub async fn losses_per_reason(connection: &mut PgConnection) -> Result<Vec<(i64, i64)>, AppError> {
    let rows = sqlx::query!(r#"select reason_id, count(*) as "losses!" from loss group by reason_id"#)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.reason_id, row.losses)).collect())
}

/// Which reason takes the place of one that was merged.
pub async fn merged_into(connection: &mut PgConnection, reason: ReasonId) -> Result<Option<Names>, AppError> {
    let name = sqlx::query_scalar!(
        r#"select t.name as "name: Json<Names>" from loss_reason r join loss_reason t on t.id = r.merged_into_id
           where r.id = $1"#,
        reason.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(name.map(|name| name.0))
}

/// Writes a reason down, anew or as changed.
pub async fn write(
    connection: &mut PgConnection,
    reason: &ReasonSetting,
    now: DateTime<Utc>,
) -> Result<i64, sqlx::Error> {
    let id = match reason.id {
        Some(id) => update(&mut *connection, id, reason, now).await?,
        None => insert(&mut *connection, reason).await?,
    };
    sqlx::query!("delete from loss_reason_scope where reason_id = $1", id).execute(&mut *connection).await?;
    sqlx::query!(
        "insert into loss_reason_scope (reason_id, direction, party, business_line_id)
         select $1, * from unnest($2::text[], $3::text[], $4::bigint[]) on conflict do nothing",
        id,
        &reason.scopes.iter().map(|scope| scope.direction.map(|word| word.to_string())).collect::<Vec<_>>() as _,
        &reason.scopes.iter().map(|scope| scope.party.map(|word| word.to_string())).collect::<Vec<_>>() as _,
        &reason.scopes.iter().map(|scope| scope.business_line.map(|line| line.0)).collect::<Vec<_>>() as _
    )
    .execute(connection)
    .await?;
    Ok(id)
}

async fn update(
    connection: &mut PgConnection,
    id: i64,
    reason: &ReasonSetting,
    now: DateTime<Utc>,
) -> Result<i64, sqlx::Error> {
    sqlx::query!(
        "update loss_reason set outcome = $2, name = $3, excuse = $4, informs = $5, non_target = $6, evidence = $7,
                attempts_needed = $8, channels_needed = $9, offers_recontact = $10,
                retired_at = case when $11 then coalesce(retired_at, $12) end, merged_into_id = $13
         where id = $1",
        id,
        reason.outcome.word(),
        Json(&reason.name) as _,
        reason.excuse,
        reason.informs.word(),
        reason.non_target,
        Json(&reason.evidence) as _,
        reason.attempts_needed,
        reason.channels_needed,
        reason.offers_recontact,
        reason.retired,
        now,
        reason.merged_into
    )
    .execute(connection)
    .await?;
    Ok(id)
}

async fn insert(connection: &mut PgConnection, reason: &ReasonSetting) -> Result<i64, sqlx::Error> {
    let taken = sqlx::query_scalar!("select code from loss_reason").fetch_all(&mut *connection).await?;
    let code = free_code(&code_of(reason.name.pick("en")), &taken.into_iter().collect());
    sqlx::query_scalar!(
        "insert into loss_reason (code, outcome, position, name, excuse, informs, non_target, evidence, attempts_needed,
                                  channels_needed, offers_recontact)
         values ($1, $2, (select coalesce(max(position), 0) + 1 from loss_reason where outcome = $2), $3, $4, $5, $6, $7, $8,
                 $9, $10)
         returning id",
        code,
        reason.outcome.word(),
        Json(&reason.name) as _,
        reason.excuse,
        reason.informs.word(),
        reason.non_target,
        Json(&reason.evidence) as _,
        reason.attempts_needed,
        reason.channels_needed,
        reason.offers_recontact
    )
    .fetch_one(connection)
    .await
}

/// Removes a reason that no loss stands on; the foreign key refuses every other.
pub async fn remove(connection: &mut PgConnection, id: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from loss_reason_scope where reason_id = $1", id).execute(&mut *connection).await?;
    sqlx::query!("delete from loss_reason where id = $1", id).execute(connection).await?;
    Ok(())
}

/// Puts the reasons into this order.
pub async fn order(connection: &mut PgConnection, ids: &[i64]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update loss_reason set position = place.number::integer
         from unnest($1::bigint[]) with ordinality as place (id, number) where loss_reason.id = place.id",
        ids
    )
    .execute(connection)
    .await?;
    Ok(())
}
