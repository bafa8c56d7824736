//! All SQL of the jobs.

use super::problems::Problem;
use crate::{error::AppError, ids::UserId};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sqlx::{PgExecutor, PgPool, types::Json};

/// A worker that has not renewed its lease for this long is taken for dead.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);
/// A job that was begun this often and did not end has failed.
pub const TRIES: i32 = 5;

/// A job that a worker holds.
#[derive(Debug)]
pub struct Job {
    /// Which.
    pub id: i64,
    /// What kind of work.
    pub kind: String,
    payload: Value,
    /// A file to work on.
    pub body: Option<Vec<u8>>,
    /// How often it was begun, this time included.
    pub attempts: i32,
    /// Who asked for it; `None` for winback itself and for the command line.
    pub requested_by: Option<UserId>,
}

impl Job {
    /// The work's description.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, AppError> {
        serde_json::from_value(self.payload.clone()).map_err(|_| AppError::Internal)
    }
}

/// How far a job has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// queued, running, done, failed or cancelled.
    pub state: String,
    /// Units done.
    pub done: i64,
    /// Units in all, once known.
    pub total: Option<i64>,
    /// What came out.
    pub result: Option<Value>,
    /// Why it failed, in an English sentence.
    pub error: Option<String>,
}

/// Puts a job into the queue, to run at `now` or later.
pub async fn enqueue<T: Serialize>(
    executor: impl PgExecutor<'_>,
    kind: &str,
    payload: &T,
    body: Option<&[u8]>,
    now: DateTime<Utc>,
) -> Result<i64, AppError> {
    let payload = serde_json::to_value(payload).map_err(|_| AppError::Internal)?;
    let id = sqlx::query_scalar!(
        "insert into job (kind, payload, body, run_at, created_at) values ($1, $2, $3, $4, $4) returning id",
        kind,
        payload,
        body,
        now
    )
    .fetch_one(executor)
    .await?;
    Ok(id)
}

/// Puts the day's job for silent customers into the queue, once per day of the organisation's calendar; nothing while no
/// limit is set.
pub async fn enqueue_daily(pool: &PgPool, kind: &str, now: DateTime<Utc>) -> Result<(), AppError> {
    sqlx::query!(
        "insert into job (kind, payload, run_at, created_at)
         select $1, jsonb_build_object('day', ($2::timestamptz at time zone time_zone)::date), $2, $2
         from organisation where inactive_after_months is not null
         on conflict do nothing",
        kind,
        now
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Takes the next due job, or one whose worker died. One whose workers died each time may be what kills them: it has
/// failed, and is not begun again.
pub async fn take(pool: &PgPool, now: DateTime<Utc>) -> Result<Option<Job>, AppError> {
    let given_up = Problem::NeverEnded { times: TRIES };
    let row = sqlx::query!(
        "with given_up as (
             update job set state = 'failed', leased_until = null, body = null, error = $4, problem = $5, finished_at = $1
             where id in (select id from job
                          where state = 'running' and leased_until <= $1 and attempts >= $3
                          order by id for update skip locked))
         update job set state = 'running', attempts = attempts + 1, leased_until = $2
         where id = (select id from job
                     where (state = 'queued' and run_at <= $1)
                        or (state = 'running' and leased_until <= $1 and attempts < $3)
                     order by run_at, id limit 1 for update skip locked)
         returning id, kind, payload, body, attempts, requested_by",
        now,
        now + LEASE,
        TRIES,
        given_up.to_string(),
        Json(&given_up) as _
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Job {
        id: row.id,
        kind: row.kind,
        payload: row.payload,
        body: row.body,
        attempts: row.attempts,
        requested_by: row.requested_by.map(UserId),
    }))
}

/// Says how far the job is and keeps the lease: whether somebody wants it to stop.
pub async fn report(pool: &PgPool, job: &Job, done: i64, total: i64, now: DateTime<Utc>) -> Result<bool, AppError> {
    let stop = sqlx::query_scalar!(
        r#"update job set done_count = $3, total_count = $4, leased_until = $5
           where id = $1 and attempts = $2 and state = 'running' returning cancel_requested_at is not null as "stop!""#,
        job.id,
        job.attempts,
        done,
        total,
        now + LEASE
    )
    .fetch_optional(pool)
    .await?;
    Ok(stop.unwrap_or_default())
}

/// The job stopped because somebody wanted it to.
pub async fn stopped(pool: &PgPool, job: &Job, result: Value, now: DateTime<Utc>) -> Result<(), AppError> {
    sqlx::query!(
        "update job set state = 'cancelled', leased_until = null, body = null, result = $3, finished_at = $4
         where id = $1 and attempts = $2 and state = 'running'",
        job.id,
        job.attempts,
        result,
        now
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Asks a job to stop. One that was never begun is over at once; one that runs stops between two transactions.
pub async fn ask_to_stop(pool: &PgPool, id: i64, now: DateTime<Utc>) -> Result<(), AppError> {
    sqlx::query!(
        "update job set cancel_requested_at = coalesce(cancel_requested_at, $2),
             run_at = case when state = 'queued' then $2 else run_at end,
             body = case when state = 'queued' and attempts = 0 then null else body end,
             finished_at = case when state = 'queued' and attempts = 0 then $2 end,
             state = case when state = 'queued' and attempts = 0 then 'cancelled' else state end
         where id = $1 and state in ('queued', 'running')",
        id,
        now
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The job is done; its file is no longer needed.
pub async fn finish(pool: &PgPool, job: &Job, result: Value, now: DateTime<Utc>) -> Result<(), AppError> {
    sqlx::query!(
        "update job set state = 'done', leased_until = null, body = null, result = $3, finished_at = $4
         where id = $1 and attempts = $2 and state = 'running'",
        job.id,
        job.attempts,
        result,
        now
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The job cannot succeed.
pub async fn fail(pool: &PgPool, job: &Job, why: &Problem, now: DateTime<Utc>) -> Result<(), AppError> {
    sqlx::query!(
        "update job set state = 'failed', leased_until = null, body = null, error = $3, problem = $5, finished_at = $4
         where id = $1 and attempts = $2 and state = 'running'",
        job.id,
        job.attempts,
        why.to_string(),
        now,
        Json(why) as _
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The job failed for a passing reason: again at `run_at`.
pub async fn retry(pool: &PgPool, job: &Job, run_at: DateTime<Utc>) -> Result<(), AppError> {
    sqlx::query!(
        "update job set state = 'queued', leased_until = null, run_at = $3
         where id = $1 and attempts = $2 and state = 'running'",
        job.id,
        job.attempts,
        run_at
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// How far job `id` is.
pub async fn progress(pool: &PgPool, id: i64) -> Result<Progress, AppError> {
    let row = sqlx::query!("select state, done_count, total_count, result, error from job where id = $1", id)
        .fetch_optional(pool)
        .await?
        .ok_or(AppError::NotFound)?;
    Ok(Progress {
        state: row.state,
        done: row.done_count,
        total: row.total_count,
        result: row.result,
        error: row.error,
    })
}
