//! What the browser asks about demo data.

use crate::error::AppError;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// What would go if the demo data were taken out, and what would stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoSummary {
    /// Leads that were made up.
    pub leads: i64,
    /// Entries of their histories, with those that people added.
    pub entries: i64,
    /// Accounts that only those leads have.
    pub accounts: i64,
    /// People of the demo team, whoever asks among them.
    pub people: i64,
    /// Leads that people added.
    pub stay: i64,
}

/// The demo data in this database, for those who may take them out; nothing for everybody else.
#[server(prefix = "/api", endpoint = "demo/summary", input = Json, output = Json)]
pub async fn read_demo() -> Result<Option<DemoSummary>, AppError> {
    let permit = crate::people::guard::permit()?;
    if permit.viewer().role != crate::people::rules::Role::Admin {
        return Ok(None);
    }
    Ok(super::removal::summary(permit.pool()).await?)
}

/// Takes the demo data out. Doing it twice is the same.
#[server(prefix = "/api", endpoint = "demo/remove", input = Json, output = Json)]
pub async fn remove_demo() -> Result<(), AppError> {
    let permit = crate::people::guard::permit()?;
    if permit.viewer().role != crate::people::rules::Role::Admin {
        return Err(AppError::Forbidden);
    }
    super::removal::remove(permit.pool(), Some(permit.viewer().id.0), permit.now()).await?;
    permit.committed();
    Ok(())
}
