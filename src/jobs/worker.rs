//! The worker: takes one job after the other, for as long as the process lives.

use super::{
    problems::Problem,
    store::{self, Job, TRIES},
};
use crate::{
    error::AppError,
    people::{self, guard::Permit, rules::Viewer},
    server::state::App,
};
use chrono::TimeDelta;
use futures::FutureExt;
use serde_json::Value;
use std::{panic::AssertUnwindSafe, time::Duration};

/// An idle worker looks for work this often.
const LOOK: Duration = Duration::from_millis(500);

/// How a run of a job ended badly.
#[derive(Debug)]
pub enum Setback {
    /// A passing trouble: run it again later.
    Retry(AppError),
    /// It can never succeed.
    Fail(Problem),
    /// Somebody wanted it to stop; what came of it until then.
    Stopped(Value),
}

impl From<AppError> for Setback {
    fn from(error: AppError) -> Self {
        Self::Retry(error)
    }
}

/// The permit of whoever asked for a job, with what they may do now.
///
/// # Errors
/// [`Setback::Fail`] when nobody asked, or when `may` does not hold of them any more.
pub async fn acting(app: &App, job: &Job, may: fn(&Viewer) -> bool) -> Result<Permit, Setback> {
    let gone = || Setback::Fail(Problem::NoLongerAllowed);
    let user = job.requested_by.ok_or_else(gone)?;
    let asker = people::store::acting(&app.pool, user).await?.filter(|(viewer, _)| may(viewer));
    let (viewer, zone) = asker.ok_or_else(gone)?;
    Ok(Permit::on_behalf_of(app, viewer, zone))
}

/// Works for ever.
pub async fn work(app: App) {
    let mut looked_at = None;
    loop {
        let hour = app.clock.now().timestamp() / 3600;
        // What comes every day is put into the queue once; any node may do it, and any node may work it.
        if looked_at != Some(hour) {
            match every_hour(&app).await {
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

/// What has to be looked after whoever asks for what.
async fn every_hour(app: &App) -> Result<(), AppError> {
    let now = app.clock.now();
    store::enqueue_daily(&app.pool, crate::wins::jobs::INACTIVITY, now).await?;
    crate::capture::store::uploads::sweep(&app.pool, now).await
}

/// Takes and runs one due job; false when there was none.
pub async fn work_once(app: &App) -> Result<bool, AppError> {
    let Some(job) = store::take(&app.pool, app.clock.now()).await? else { return Ok(false) };
    let outcome = caught(run(app, &job)).await;
    let now = app.clock.now();
    match outcome {
        Ok(result) => store::finish(&app.pool, &job, result, now).await?,
        Err(Setback::Retry(error)) if job.attempts < TRIES => {
            tracing::warn!(%error, job = job.id, "a job will be tried again");
            store::retry(&app.pool, &job, now + TimeDelta::seconds(1 << job.attempts)).await?;
        }
        Err(Setback::Retry(error)) => {
            tracing::error!(%error, job = job.id, "a job has failed");
            store::fail(&app.pool, &job, &Problem::NotAnswered { times: job.attempts }, now).await?;
        }
        Err(Setback::Stopped(result)) => store::stopped(&app.pool, &job, result, now).await?,
        Err(Setback::Fail(why)) => store::fail(&app.pool, &job, &why, now).await?,
    }
    Ok(true)
}

/// A panic is a setback of its job, not the end of the worker.
async fn caught(work: impl Future<Output = Result<Value, Setback>>) -> Result<Value, Setback> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or(Err(Setback::Retry(AppError::Internal)))
}

async fn run(app: &App, job: &Job) -> Result<Value, Setback> {
    match job.kind.as_str() {
        crate::capture::jobs::IMPORT => crate::capture::jobs::import(app, job).await,
        crate::wins::jobs::INACTIVITY => crate::wins::jobs::rest_silent_customers(app).await,
        crate::capture::withdrawal::WITHDRAWAL => crate::capture::withdrawal::withdraw(app, job).await,
        crate::routing::jobs::DEADLINES => crate::routing::jobs::reckon_deadlines(app).await,
        crate::demo::jobs::REMOVAL => crate::demo::jobs::remove(app, job).await,
        other => Err(Setback::Fail(Problem::UnknownKind(other.to_owned()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_in_a_job_is_tried_again_and_ends_no_worker() {
        let breaks = async {
            tokio::task::yield_now().await;
            Ok(Value::Array(Vec::new())[0].take())
        };
        assert!(matches!(caught(breaks).await, Err(Setback::Retry(AppError::Internal))));
        assert!(caught(async { Ok(Value::Null) }).await.is_ok());
    }
}
