//! Files that wait while their columns are mapped.

use crate::{error::AppError, people::guard::Permit};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

/// An upload that nobody used is swept after this long.
const KEPT: TimeDelta = TimeDelta::days(1);
/// So many files of one person wait at once; an older one gives way.
const MOST: i64 = 5;

/// Keeps a file, and sweeps old ones: its id.
pub async fn keep(permit: &Permit, name: &str, body: &[u8]) -> Result<i64, AppError> {
    let id = sqlx::query_scalar!(
        "with swept as (
             delete from upload where at <= $4
                or id in (select id from upload where user_id = $1 order by id desc offset $5))
         insert into upload (user_id, name, body, at) values ($1, $2, $3, $6) returning id",
        permit.viewer().id.0,
        name,
        body,
        permit.now() - KEPT,
        MOST - 1,
        permit.now()
    )
    .fetch_one(permit.pool())
    .await?;
    Ok(id)
}

/// Forgets files that nobody used in time.
pub async fn sweep(pool: &PgPool, now: DateTime<Utc>) -> Result<(), AppError> {
    sqlx::query!("delete from upload where at <= $1", now - KEPT).execute(pool).await?;
    Ok(())
}

/// A file of the viewer's own.
pub struct Upload {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// The viewer's upload; nobody else's.
pub async fn upload(permit: &Permit, id: i64) -> Result<Upload, AppError> {
    sqlx::query_as!(
        Upload,
        "select name, body from upload where id = $1 and user_id = $2 and at > $3",
        id,
        permit.viewer().id.0,
        permit.now() - KEPT
    )
    .fetch_optional(permit.pool())
    .await?
    .ok_or(AppError::NotFound)
}
