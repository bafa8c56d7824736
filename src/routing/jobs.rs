//! What routing does in the background when somebody changes when people work.

use super::store::clocks;
use crate::{
    error::AppError,
    jobs::{store::enqueue, worker::Setback},
    server::state::App,
};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;

/// The kind of job. Whoever holds clocks must hold nothing else, and whoever changes a calendar does: so it is one.
pub const DEADLINES: &str = "deadlines";

/// Somebody changes when people work: the deadlines of all open clocks are reckoned anew once that is committed.
pub async fn hours_changed(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<(), AppError> {
    if clocks::any_runs(&mut *connection).await? {
        enqueue(connection, DEADLINES, &(), None, now).await?;
    }
    Ok(())
}

/// Runs the job.
///
/// # Errors
/// A passing trouble with the database.
pub async fn reckon_deadlines(app: &App) -> Result<Value, Setback> {
    clocks::reckon_all(&app.pool, app.clock.now()).await?;
    Ok(Value::Null)
}
