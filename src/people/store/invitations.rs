//! Invitations: a link with a one-time secret, of which the database knows only the hash.

use crate::{
    error::AppError,
    people::{guard::Permit, rules::Role, session},
    settings::{
        api::{Guest, Invited},
        rules::{Why, refusal},
        store::log,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

/// So long an invitation holds.
const HOLDS_FOR: TimeDelta = TimeDelta::days(7);

/// Makes the link by which somebody sets their password. An older one stops working.
pub async fn invite(permit: &Permit, person: i64, public_url: &str) -> Result<Invited, AppError> {
    if permit.viewer().role != Role::Admin {
        return Ok(Invited::Refused { why: refusal("", Why::NotAllowed) });
    }
    let secret = session::fresh_secret();
    let until = permit.now() + HOLDS_FOR;
    let mut transaction = permit.pool().begin().await?;
    let name = sqlx::query_scalar!(
        "update app_user set invited_at = $2 where id = $1 and closed_at is null returning name",
        person,
        permit.now()
    )
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(name) = name else { return Ok(Invited::Refused { why: refusal("", Why::AccountIsClosed) }) };
    sqlx::query!(
        "insert into invitation (user_id, secret_hash, created_by, created_at, expires_at) values ($1, $2, $3, $4, $5)
         on conflict (user_id) do update
             set secret_hash = excluded.secret_hash, created_by = excluded.created_by, created_at = excluded.created_at,
                 expires_at = excluded.expires_at",
        person,
        &session::sha256(&secret)[..],
        permit.viewer().id.0,
        permit.now(),
        until
    )
    .execute(&mut *transaction)
    .await?;
    log::write(&mut transaction, permit, log::act("person", Some(person), &name, "invited"), None).await?;
    transaction.commit().await?;
    let link = format!("{}/invitation/{secret}", public_url.trim_end_matches('/'));
    Ok(Invited::Done { link, until: permit.moment(until) })
}

/// Whom an invitation is for; `None` when it does not hold.
pub async fn guest(pool: &PgPool, secret: &str, now: DateTime<Utc>) -> Result<Option<Guest>, AppError> {
    let row = sqlx::query!(
        "select u.name, u.email, o.name as organisation
         from invitation i join app_user u on u.id = i.user_id cross join organisation o
         where i.secret_hash = $1 and i.expires_at > $2 and u.closed_at is null",
        &session::sha256(secret)[..],
        now
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Guest { name: row.name, email: row.email, organisation: row.organisation }))
}

/// Uses an invitation up and sets the password; earlier sessions end. `None` when it does not hold.
pub async fn accept(
    pool: &PgPool,
    secret: &str,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<i64>, AppError> {
    let person = sqlx::query_scalar!(
        r#"with used as (delete from invitation where secret_hash = $1 and expires_at > $2 returning user_id),
                joined as (update app_user set password_hash = $3 from used
                           where id = used.user_id and closed_at is null returning id),
                ended as (delete from session where user_id in (select id from joined) returning user_id),
                told as (insert into event (at, kind, user_id) select distinct $2::timestamptz, 'session_ended', user_id from ended)
           select id from joined"#,
        &session::sha256(secret)[..],
        now,
        password_hash
    )
    .fetch_optional(pool)
    .await?;
    Ok(person)
}
