//! The worker: takes one job after the other, for as long as the process lives.

use super::store::{self, Job};
use crate::{error::AppError, server::state::App};
use chrono::TimeDelta;
use serde_json::Value;
use std::time::Duration;

/// An idle worker looks for work this often.
const LOOK: Duration = Duration::from_millis(500);
/// A job that failed for passing reasons this often has failed.
const TRIES: i32 = 5;

/// How a run of a job ended badly.
#[derive(Debug)]
pub enum Setback {
    /// A passing trouble: run it again later.
    Retry(AppError),
    /// It can never succeed; the text is for people.
    Fail(String),
    /// Somebody wanted it to stop; what came of it until then.
    Stopped(Value),
}

impl From<AppError> for Setback {
    fn from(error: AppError) -> Self {
        Self::Retry(error)
    }
}

/// Works for ever.
pub async fn work(app: App) {
    let mut looked_at = None;
    loop {
        let hour = app.clock.now().timestamp() / 3600;
        // What comes every day is put into the queue once; any node may do it, and any node may work it.
        if looked_at != Some(hour) {
            match store::enqueue_daily(&app.pool, crate::wins::jobs::INACTIVITY, app.clock.now()).await {
                Ok(()) => looked_at = Some(hour),
                Err(error) => tracing::warn!(%error, "the day's work could not be put into the queue"),
            }
        }
        match work_once(&app).await {
            Ok(true) => {}
            Ok(false) => tokio::time::sleep(LOOK).await,
            Err(error) => {
                tracing::warn!(%error, "a worker could not take or finish a job");
                tokio::time::sleep(LOOK).await;
            }
        }
    }
}

/// Takes and runs one due job; false when there was none.
pub async fn work_once(app: &App) -> Result<bool, AppError> {
    let Some(job) = store::take(&app.pool, app.clock.now()).await? else { return Ok(false) };
    let outcome = run(app, &job).await;
    let now = app.clock.now();
    match outcome {
        Ok(result) => store::finish(&app.pool, &job, result, now).await?,
        Err(Setback::Retry(error)) if job.attempts < TRIES => {
            tracing::warn!(%error, job = job.id, "a job will be tried again");
            store::retry(&app.pool, &job, now + TimeDelta::seconds(1 << job.attempts)).await?;
        }
        Err(Setback::Retry(error)) => store::fail(&app.pool, &job, &error.to_string(), now).await?,
        Err(Setback::Stopped(result)) => store::stopped(&app.pool, &job, result, now).await?,
        Err(Setback::Fail(why)) => store::fail(&app.pool, &job, &why, now).await?,
    }
    Ok(true)
}

async fn run(app: &App, job: &Job) -> Result<Value, Setback> {
    match job.kind.as_str() {
        crate::capture::jobs::IMPORT => crate::capture::jobs::import(app, job).await,
        crate::wins::jobs::INACTIVITY => crate::wins::jobs::rest_silent_customers(app).await,
        crate::capture::withdrawal::WITHDRAWAL => crate::capture::withdrawal::withdraw(app, job).await,
        other => Err(Setback::Fail(format!("no worker knows the job {other}"))),
    }
}
