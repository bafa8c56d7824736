//! Taking the demo data out, as somebody asked for it in the browser: longer work than a request may be.

use super::removal;
use crate::{
    error::AppError,
    jobs::{
        problems::Problem,
        store::{self as queue, Job},
        worker::{Setback, acting},
    },
    people::rules::Role,
    server::state::App,
};
use serde_json::{Value, json};
use std::{pin::pin, time::Duration};

/// How often the lease is renewed.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// The kind of job.
pub const REMOVAL: &str = "demo_removal";

/// Takes them out, if whoever asked may still do so.
///
/// # Errors
/// [`Setback::Fail`] when they may not; then nothing was changed.
pub async fn remove(app: &App, job: &Job) -> Result<Value, Setback> {
    let permit = acting(app, job, |viewer| viewer.role == Role::Admin).await?;
    if removal::is_made_up(permit.pool(), permit.viewer().id).await? {
        return Err(Setback::Fail(Problem::NoLongerAllowed));
    }
    let mut removal = pin!(removal::remove(&app.pool, app.clock.now()));
    let removed = loop {
        tokio::select! {
            removed = &mut removal => break removed.map_err(AppError::from)?,
            // One transaction that may take longer than a lease: nobody takes it for dead meanwhile.
            () = tokio::time::sleep(HEARTBEAT) => { queue::report(&app.pool, job, 0, 1, app.clock.now()).await?; }
        }
    };
    app.nudge.now();
    Ok(json!({ "leads": removed.leads, "people": removed.people, "closed": removed.closed }))
}
