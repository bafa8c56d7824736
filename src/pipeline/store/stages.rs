//! Stages as they are set. Their kinds are fixed.

use crate::{
    error::{AppError, word},
    ids::Names,
    settings::model::StageSetting,
};
use sqlx::{PgConnection, types::Json};

/// All stages in their order.
pub async fn stages(connection: &mut PgConnection) -> Result<Vec<StageSetting>, AppError> {
    let rows = sqlx::query!(
        r#"select id, kind, name as "name: Json<Names>", meaning as "meaning: Json<Names>", win_probability, stale_days,
                  unanswered_days, attempts_limit
           from stage order by position"#
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(StageSetting {
                id: Some(row.id),
                kind: word(&row.kind)?,
                name: row.name.0,
                meaning: row.meaning.0,
                win_probability: row.win_probability,
                stale_days: row.stale_days,
                unanswered_days: row.unanswered_days,
                attempts_limit: row.attempts_limit,
            })
        })
        .collect()
}

/// How many leads stand in each stage, on the board or lost there.
pub async fn leads_per_stage(connection: &mut PgConnection) -> Result<Vec<(i64, i64)>, AppError> {
    let rows = sqlx::query!(
        r#"select stage_id as "stage!", count(*) as "leads!" from lead
           where stage_id is not null and withdrawn_at is null group by stage_id"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.stage, row.leads)).collect())
}

/// Writes a stage down as changed.
pub async fn write(connection: &mut PgConnection, id: i64, stage: &StageSetting) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update stage set name = $2, meaning = $3, win_probability = $4, stale_days = $5,
                          unanswered_days = $6, attempts_limit = $7
         where id = $1",
        id,
        Json(&stage.name) as _,
        Json(&stage.meaning) as _,
        stage.win_probability,
        stage.stale_days,
        stage.unanswered_days,
        stage.attempts_limit
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts the stages into this order.
pub async fn order(connection: &mut PgConnection, ids: &[i64]) -> Result<(), sqlx::Error> {
    // Positions are unique at every moment: out of each other's way first.
    sqlx::query!("update stage set position = position + 1000").execute(&mut *connection).await?;
    sqlx::query!(
        "update stage set position = place.number::integer
         from unnest($1::bigint[]) with ordinality as place (id, number) where stage.id = place.id",
        ids
    )
    .execute(connection)
    .await?;
    Ok(())
}
