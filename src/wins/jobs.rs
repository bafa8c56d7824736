//! Once a day: customers who have been silent for long become inactive. Cut off anywhere, it goes on where it was.

use super::store;
use crate::{jobs::worker::Setback, server::state::App};
use serde_json::{Value, json};

/// The kind of job.
pub const INACTIVITY: &str = "inactivity";

/// Makes silent customers inactive, chunk by chunk.
///
/// # Errors
/// A passing trouble with the database.
pub async fn rest_silent_customers(app: &App) -> Result<Value, Setback> {
    let mut rested = 0;
    loop {
        let chunk = store::rest_silent_customers(&app.pool, app.clock.now()).await?;
        if chunk == 0 {
            return Ok(json!({ "became_inactive": rested }));
        }
        rested += chunk;
        app.nudge.now();
    }
}
