//! Passwords and the first run, as the database keeps them. All of it comes before there can be a permit.

use crate::{
    error::AppError,
    people::{guard::SignedIn, session},
    settings::api::FirstRun,
};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

/// So long the link of a first run holds.
const HOLDS_FOR: TimeDelta = TimeDelta::days(7);

/// The signed-in person's password hash.
pub async fn password_hash(pool: &PgPool, signed_in: &SignedIn) -> Result<Option<String>, AppError> {
    Ok(sqlx::query_scalar!("select password_hash from app_user where id = $1", signed_in.viewer.id.0)
        .fetch_one(pool)
        .await?)
}

/// Sets the signed-in person's password; their other sessions end.
pub async fn set_password(
    pool: &PgPool,
    signed_in: &SignedIn,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    sqlx::query!(
        "with changed as (update app_user set password_hash = $2 where id = $1 returning id),
              ended as (delete from session where user_id = $1 and secret_hash <> $3 returning 1),
              told as (insert into event (at, kind, user_id) select $4, 'session_ended', $1 where exists (select from ended))
         insert into setting_change (at, actor_id, subject, subject_id, detail)
         select $4, $1, 'profile', $1, '{\"act\": \"password_changed\"}' from changed",
        signed_in.viewer.id.0,
        password_hash,
        &signed_in.session[..],
        now
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// A fresh token for setting winback up; those that nobody used in time are forgotten.
pub async fn setup_token(pool: &PgPool, now: DateTime<Utc>) -> Result<String, AppError> {
    let token = session::fresh_secret();
    sqlx::query!(
        "with forgotten as (delete from setup_token where created_at <= $3)
         insert into setup_token (secret_hash, created_at) values ($1, $2)",
        &session::sha256(&token)[..],
        now,
        now - HOLDS_FOR
    )
    .execute(pool)
    .await?;
    Ok(token)
}

/// Whether a token for setting winback up holds. All of them are looked at, each in the same time.
pub async fn setup_token_holds(
    connection: &mut sqlx::PgConnection,
    token: &str,
    now: DateTime<Utc>,
) -> Result<bool, AppError> {
    let wanted = session::sha256(token);
    let hashes = sqlx::query_scalar!("select secret_hash from setup_token where created_at > $1", now - HOLDS_FOR)
        .fetch_all(connection)
        .await?;
    let differs = |hash: &[u8]| hash.iter().zip(wanted).fold(0, |sum, (one, other)| sum | (one ^ other)) != 0;
    Ok(hashes.iter().fold(false, |holds, hash| holds | !differs(hash)))
}

/// The codes of all currencies.
pub async fn currencies(pool: &PgPool) -> Result<Vec<String>, AppError> {
    Ok(sqlx::query_scalar!("select code from currency order by not in_use, code").fetch_all(pool).await?)
}

/// Sets an empty installation up: the organisation and its first admin. Of two who try at once one succeeds; `None` when
/// the token does not hold or somebody is there already.
pub async fn set_up(
    pool: &PgPool,
    token: &str,
    first: &FirstRun,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<i64>, AppError> {
    let mut transaction = pool.begin().await?;
    crate::settings::store::one_at_a_time(&mut transaction).await?;
    let is_empty = sqlx::query_scalar!(r#"select not exists (select from app_user) as "empty!""#)
        .fetch_one(&mut *transaction)
        .await?;
    if !is_empty || !setup_token_holds(&mut transaction, token, now).await? {
        return Ok(None);
    }
    sqlx::query!("delete from setup_token").execute(&mut *transaction).await?;
    sqlx::query!(
        "update organisation set name = $1, base_currency = $2, time_zone = $3",
        first.organisation.trim(),
        first.currency,
        first.time_zone
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!("update currency set in_use = true where code = $1", first.currency)
        .execute(&mut *transaction)
        .await?;
    let email = first.email.trim();
    let admin = sqlx::query_scalar!(
        "insert into app_user (email, email_key, name, role, language, password_hash, created_at)
         values ($1, $2, $3, 'admin', $4, $5, $6) returning id",
        email,
        crate::fold::fold(email),
        first.name.trim(),
        first.language,
        password_hash,
        now
    )
    .fetch_one(&mut *transaction)
    .await?;
    sqlx::query!(
        "insert into setting_change (at, actor_id, subject, detail) values ($1, $2, 'organisation', '{\"act\": \"set_up\"}')",
        now,
        admin
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(Some(admin))
}
