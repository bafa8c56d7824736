//! The rules in force.

use crate::{
    error::AppError,
    routing::rules::rule_set::{RuleSet, first},
};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};

/// The rules in force as whoever only reads finds them.
pub async fn to_read(connection: &mut PgConnection) -> Result<RuleSet, AppError> {
    Ok(published(connection).await?.map_or_else(first, |(_, rules)| rules))
}

/// The rules in force and their number. A new installation begins with those that come with the program.
pub async fn in_force(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<(i64, RuleSet), AppError> {
    loop {
        if let Some(published) = published(&mut *connection).await? {
            return Ok(published);
        }
        sqlx::query!(
            "insert into rule_set (rules, made_at, published_at) values ($1, $2, $2) on conflict do nothing",
            Json(first()) as _,
            now
        )
        .execute(&mut *connection)
        .await?;
    }
}

async fn published(connection: &mut PgConnection) -> Result<Option<(i64, RuleSet)>, AppError> {
    let row = sqlx::query!(
        r#"select id, rules as "rules: Json<RuleSet>" from rule_set where published_at is not null and retired_at is null"#
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.id, row.rules.0)))
}
