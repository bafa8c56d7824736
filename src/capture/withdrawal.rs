//! Taking an import back, as a job: its leads are withdrawn (hidden, uncounted, not deleted) but for those that were
//! worked since. It may be cut off anywhere and taken up again.

use super::store::withdrawal as store;
use crate::{
    error::AppError,
    jobs::{
        store::{self as queue, Job},
        worker::{Setback, acting},
    },
    people::rules::Viewer,
    server::state::App,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The job's kind.
pub const WITHDRAWAL: &str = "withdrawal";
/// Leads per transaction: each well under a second.
const STEP: i64 = 500;

/// Which import is to be taken back.
#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    /// Its batch.
    pub batch: i64,
}

/// What a withdrawal did.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Done {
    /// Leads that are hidden now.
    pub withdrawn: i64,
    /// Leads that stay, because somebody worked them.
    pub kept: i64,
}

/// Does the withdrawal, or what is left of it.
///
/// # Errors
/// [`Setback::Fail`] when whoever asked for it may no longer do so; then nothing more was changed.
pub async fn withdraw(app: &App, job: &Job) -> Result<Value, Setback> {
    let order: Order = job.payload()?;
    let permit = acting(app, job, Viewer::manages).await?;
    let total = store::standing(&permit, order.batch).await?;
    let (mut after, mut seen) = (0, 0);
    loop {
        let step = store::step(&permit, order.batch, after, STEP).await?;
        let Some(last) = step.last else { break };
        after = last;
        seen += i64::try_from(step.seen).map_err(|_| AppError::Internal)?;
        queue::report(&app.pool, job, seen, total.max(seen), app.clock.now()).await?;
    }
    store::finish(&permit, order.batch).await?;
    let kept = store::standing(&permit, order.batch).await?;
    // Counted in the end: an earlier run of this job may have done some.
    let done = Done { withdrawn: store::withdrawn(&permit, order.batch).await?, kept };
    serde_json::to_value(done).map_err(|_| AppError::Internal.into())
}
