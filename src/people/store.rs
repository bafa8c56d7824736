//! All SQL about people. Sign-in and session lookup come before there can be a permit; everything else takes one.

use super::{
    guard::{Permit, SignedIn},
    rules::{Email, Holder, Role, Tier, Viewer},
};
use crate::{
    error::{AppError, word},
    ids::{QueueId, TeamId, UserId},
    recontacts::rules::Person,
};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use sqlx::{PgConnection, PgPool};

pub mod closing;
pub mod entry;
pub mod invitations;
pub mod team;

/// A session ends this long after sign-in.
pub const SESSION_LENGTH: TimeDelta = TimeDelta::days(14);
/// Failed sign-ins count for this long …
const THROTTLE_WINDOW: TimeDelta = TimeDelta::minutes(15);
/// … and this many per address …
const FAILURES_PER_EMAIL: i64 = 8;
/// … or this many from one client close the door until the window has passed.
const FAILURES_PER_CLIENT: i64 = 40;

/// Who is signed in with this session secret's hash, and what they may see: one read per request.
pub async fn signed_in(pool: &PgPool, secret_hash: [u8; 32], now: DateTime<Utc>) -> Result<Option<SignedIn>, AppError> {
    let row = sqlx::query!(
        r#"select u.id, u.name, u.role, u.team_id,
                  coalesce(u.time_zone, o.time_zone) as "zone!", o.everyone_reads_all, s.expires_at,
                  array(select m.id from app_user m join team_manager t on t.team_id = m.team_id where t.user_id = u.id
                        union select u.id) as "owners!",
                  array(select q.id from queue q
                        where q.manager_id = u.id or q.team_id = u.team_id
                           or q.team_id in (select team_id from team_manager where user_id = u.id)) as "queues!"
           from session s join app_user u on u.id = s.user_id cross join organisation o
           where s.secret_hash = $1 and s.expires_at > $2 and u.closed_at is null"#,
        &secret_hash[..],
        now
    )
    .fetch_optional(pool)
    .await?;
    row.map(|row| {
        Ok(SignedIn {
            viewer: Viewer {
                id: UserId(row.id),
                name: row.name,
                role: word(&row.role)?,
                team_id: row.team_id.map(TeamId),
                owners: row.owners.into_iter().map(UserId).collect(),
                queues: row.queues.into_iter().map(QueueId).collect(),
                everyone_reads_all: row.everyone_reads_all,
            },
            zone: row.zone.parse().unwrap_or(Tz::UTC),
            session: secret_hash,
            expires_at: row.expires_at,
        })
    })
    .transpose()
}

/// What sign-in needs to know about an address.
pub struct Account {
    /// The user.
    pub id: UserId,
    /// Their password's hash; `None` while they have not set one.
    pub password_hash: Option<String>,
    /// The language that they chose.
    pub language: Option<String>,
}

/// The open account with this address.
pub async fn account(pool: &PgPool, email_key: &str) -> Result<Option<Account>, AppError> {
    let row = sqlx::query!(
        "select id, password_hash, language from app_user where email_key = $1 and closed_at is null",
        email_key
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Account { id: UserId(row.id), password_hash: row.password_hash, language: row.language }))
}

/// Whether too many sign-ins failed lately for this address or from this client.
pub async fn is_throttled(pool: &PgPool, email_key: &str, client: &str, now: DateTime<Utc>) -> Result<bool, AppError> {
    let since = now - THROTTLE_WINDOW;
    let counts = sqlx::query!(
        r#"select (select count(*) from sign_in_failure where email_key = $1 and at > $3) as "email!",
                  (select count(*) from sign_in_failure where client = $2 and at > $3) as "client!""#,
        email_key,
        client,
        since
    )
    .fetch_one(pool)
    .await?;
    Ok(counts.email >= FAILURES_PER_EMAIL || counts.client >= FAILURES_PER_CLIENT)
}

/// Remembers a failed sign-in and forgets those that no longer count.
pub async fn record_failure(pool: &PgPool, email_key: &str, client: &str, now: DateTime<Utc>) -> Result<(), AppError> {
    sqlx::query!(
        "with swept as (delete from sign_in_failure where at <= $4)
         insert into sign_in_failure (email_key, client, at) values ($1, $2, $3)",
        email_key,
        client,
        now,
        now - THROTTLE_WINDOW
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Opens a session and sweeps ended ones.
pub async fn open_session(
    pool: &PgPool,
    user: UserId,
    secret_hash: [u8; 32],
    agent: &str,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    sqlx::query!(
        "with swept as (delete from session where expires_at <= $3)
         insert into session (secret_hash, user_id, created_at, expires_at, agent) values ($1, $2, $3, $4, $5)",
        &secret_hash[..],
        user.0,
        now,
        now + SESSION_LENGTH,
        agent
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Ends this session, or with `everywhere` all sessions of its user, and tells open browsers.
pub async fn end_session(
    pool: &PgPool,
    signed_in: &SignedIn,
    everywhere: bool,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    sqlx::query!(
        "with ended as (delete from session where secret_hash = $1 or ($2 and user_id = $3) returning 1)
         insert into event (at, kind, user_id) select $4, 'session_ended', $3 where exists (select from ended)",
        &signed_in.session[..],
        everywhere,
        signed_in.viewer.id.0,
        now
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// A new user, as the command line and the demo describe one.
pub struct NewUser<'a> {
    /// Where they sign in with.
    pub email: &'a Email,
    /// Their name.
    pub name: &'a str,
    /// What they may do.
    pub role: Role,
    /// For reps.
    pub tier: Option<Tier>,
    /// The team's name; it is created when it does not exist.
    pub team: Option<&'a str>,
    /// Already hashed.
    pub password_hash: &'a str,
}

/// Why a user could not be added.
#[derive(Debug, thiserror::Error)]
pub enum AddUserError {
    /// Somebody has this address already.
    #[error("somebody already signs in with {0}: choose another address")]
    Taken(String),
    /// A rep lacks tier or team.
    #[error("a rep needs a tier and a team: add --tier and --team")]
    RepNeedsTierAndTeam,
    /// The database said no.
    #[error("the database did not answer as expected: {0}")]
    Database(#[from] sqlx::Error),
}

/// Adds a user. A manager manages the named team; a rep works in it; the team gets its queue with its first manager.
pub async fn add_user(pool: &PgPool, user: NewUser<'_>, now: DateTime<Utc>) -> Result<UserId, AddUserError> {
    if user.role == Role::Rep && (user.tier.is_none() || user.team.is_none()) {
        return Err(AddUserError::RepNeedsTierAndTeam);
    }
    let mut transaction = pool.begin().await?;
    let team = match user.team {
        Some(name) => Some(
            sqlx::query_scalar!(
                "insert into team (name) values ($1) on conflict (name) do update set name = excluded.name returning id",
                name
            )
            .fetch_one(&mut *transaction)
            .await?,
        ),
        None => None,
    };
    let added = sqlx::query_scalar!(
        "insert into app_user (email, email_key, name, role, tier, team_id, password_hash, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (email_key) do nothing returning id",
        user.email.as_str(),
        user.email.key(),
        user.name,
        user.role.word(),
        user.tier.map(Tier::word),
        team,
        user.password_hash,
        now
    )
    .fetch_optional(&mut *transaction)
    .await?
    .ok_or_else(|| AddUserError::Taken(user.email.to_string()))?;
    if let (Role::Manager, Some(team), Some(name)) = (user.role, team, user.team) {
        sqlx::query!("insert into team_manager (team_id, user_id) values ($1, $2)", team, added)
            .execute(&mut *transaction)
            .await?;
        sqlx::query!(
            "insert into queue (name, team_id, manager_id) values ($1, $2, $3) on conflict (name) do nothing",
            name,
            team,
            added
        )
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(UserId(added))
}

/// Whether nobody can sign in yet.
pub async fn is_empty(pool: &PgPool) -> Result<bool, sqlx::Error> {
    let found = sqlx::query_scalar!(r#"select exists (select from app_user) as "found!""#).fetch_one(pool).await?;
    Ok(!found)
}

/// The zone of the organisation's days.
pub async fn time_zone(pool: &PgPool) -> Result<Tz, sqlx::Error> {
    let zone = sqlx::query_scalar!("select time_zone from organisation").fetch_one(pool).await?;
    Ok(zone.parse().unwrap_or(Tz::UTC))
}

/// The first open admin, in whose name the command line acts when it is not told otherwise.
pub async fn first_admin(pool: &PgPool) -> Result<Option<(Viewer, Tz)>, AppError> {
    let row = sqlx::query!(
        r#"select u.id, u.name, coalesce(u.time_zone, o.time_zone) as "zone!"
           from app_user u cross join organisation o
           where u.role = 'admin' and u.closed_at is null order by u.id limit 1"#
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| {
        let viewer = Viewer {
            id: UserId(row.id),
            name: row.name,
            role: Role::Admin,
            team_id: None,
            owners: vec![UserId(row.id)],
            queues: Vec::new(),
            everyone_reads_all: false,
        };
        (viewer, row.zone.parse().unwrap_or(Tz::UTC))
    }))
}

/// An open account and what it may do now: for jobs that somebody asked for.
pub async fn acting(pool: &PgPool, user: UserId) -> Result<Option<(Viewer, Tz)>, AppError> {
    let row = sqlx::query!(
        r#"select u.id, u.name, u.role, u.team_id,
                  coalesce(u.time_zone, o.time_zone) as "zone!", o.everyone_reads_all,
                  array(select m.id from app_user m join team_manager t on t.team_id = m.team_id where t.user_id = u.id
                        union select u.id) as "owners!",
                  array(select q.id from queue q
                        where q.manager_id = u.id or q.team_id = u.team_id
                           or q.team_id in (select team_id from team_manager where user_id = u.id)) as "queues!"
           from app_user u cross join organisation o where u.id = $1 and u.closed_at is null"#,
        user.0
    )
    .fetch_optional(pool)
    .await?;
    row.map(|row| {
        let viewer = Viewer {
            id: UserId(row.id),
            name: row.name,
            role: word(&row.role)?,
            team_id: row.team_id.map(TeamId),
            owners: row.owners.into_iter().map(UserId).collect(),
            queues: row.queues.into_iter().map(QueueId).collect(),
            everyone_reads_all: row.everyone_reads_all,
        };
        Ok((viewer, row.zone.parse().unwrap_or(Tz::UTC)))
    })
    .transpose()
}

/// Somebody whom leads can be given to.
#[derive(Debug, Clone)]
pub struct Receiver {
    /// Who.
    pub id: UserId,
    /// Where they sign in with, as typed.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Whether they work leads: over them leads are spread.
    pub is_rep: bool,
    /// Their team.
    pub team: Option<String>,
}

/// Every open rep and manager to whom the viewer may give leads, in the order in which they joined.
pub async fn receivers(permit: &Permit) -> Result<Vec<Receiver>, AppError> {
    let edits = permit.edits();
    let receivers = sqlx::query_as!(
        Receiver,
        r#"select u.id as "id: UserId", u.email, u.name, u.role = 'rep' as "is_rep!", t.name as "team?"
           from app_user u left join team t on t.id = u.team_id
           where u.role in ('rep', 'manager') and u.closed_at is null and ($1 or u.id = any($2)) order by u.id"#,
        edits.everything,
        &edits.owners
    )
    .fetch_all(permit.pool())
    .await?;
    Ok(receivers)
}

/// Every queue into which the viewer may put leads.
pub async fn queues(permit: &Permit) -> Result<Vec<(QueueId, String)>, AppError> {
    let edits = permit.edits();
    let rows = sqlx::query!(
        r#"select id as "id: QueueId", name from queue where $1 or id = any($2) order by name collate "und-x-icu""#,
        edits.everything,
        &edits.queues
    )
    .fetch_all(permit.pool())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Everybody who can own leads, and every queue, in the order of their names.
pub async fn holders(permit: &Permit) -> Result<Vec<super::api::HolderName>, AppError> {
    let rows = sqlx::query!(
        r#"select id as "id!", name as "name!", team as "team!", is_queue as "is_queue!" from (
             select u.id, u.name, coalesce(t.name, '') as team, false as is_queue
             from app_user u left join team t on t.id = u.team_id
             where u.closed_at is null and u.role = 'rep'
             union all
             select q.id, q.name, t.name, true from queue q join team t on t.id = q.team_id) as holders
           order by is_queue, name collate "und-x-icu""#
    )
    .fetch_all(permit.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| super::api::HolderName {
            holder: if row.is_queue {
                super::rules::Holder::Queue(QueueId(row.id))
            } else {
                super::rules::Holder::Person(UserId(row.id))
            },
            name: row.name,
            team: row.team,
        })
        .collect())
}

/// Everybody who may change a lead of this holder: whoever is responsible first, then the viewer, then by name. The same
/// conditions as in [`super::rules::may_write`].
pub async fn who_may_write(
    connection: &mut PgConnection,
    permit: &Permit,
    holder: Holder,
) -> Result<Vec<Person>, AppError> {
    let (owner, queue) = holder.columns();
    let rows = sqlx::query!(
        r#"select u.id, u.name from app_user u
           where u.closed_at is null
             and (u.role = 'admin' or u.id = $1
                  or exists (select from app_user m join team_manager t on t.team_id = m.team_id
                             where m.id = $1 and t.user_id = u.id)
                  or exists (select from queue q
                             where q.id = $2
                               and (q.manager_id = u.id or q.team_id = u.team_id
                                    or q.team_id in (select team_id from team_manager where user_id = u.id))))
           order by coalesce(u.id <> $1, true), u.id <> $3, u.role = 'admin', u.name collate "und-x-icu""#,
        owner,
        queue,
        permit.viewer().id.0
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| Person { id: UserId(row.id), name: row.name }).collect())
}
