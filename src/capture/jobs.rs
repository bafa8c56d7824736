//! The import job.

use crate::{
    jobs::{store::Job, worker::Setback},
    server::state::App,
};
use serde_json::Value;

/// The job's kind.
pub const IMPORT: &str = "import";

/// Coming.
pub async fn import(_: &App, _: &Job) -> Result<Value, Setback> {
    Ok(Value::Null)
}
