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
    /// People of the demo team.
    pub people: i64,
    /// Leads that people added.
    pub stay: i64,
}

/// Demo data, as an admin meets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demo {
    /// They are here, and the viewer may take them out.
    Here(DemoSummary),
    /// They are here, and the viewer is one of the demo team: who goes with them cannot take them out.
    ViewerIsMadeUp,
    /// They are being taken out.
    Leaving,
}

/// How asking for their removal ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    /// They are being taken out, or will be soon.
    Begun,
    /// Whoever asks is one of the demo team, whose password everybody knows: if they stayed, the door would be open.
    AskerIsMadeUp,
    /// There are none.
    Gone,
}

/// The demo data in this database, for admins; nothing for everybody else.
#[server(prefix = "/api", endpoint = "demo/summary", input = Json, output = Json)]
pub async fn read_demo() -> Result<Option<Demo>, AppError> {
    let permit = crate::people::guard::permit()?;
    if permit.viewer().role != crate::people::rules::Role::Admin {
        return Ok(None);
    }
    super::removal::seen(&permit).await
}

/// Has the demo data taken out, with the demo team. Asking twice is the same.
#[server(prefix = "/api", endpoint = "demo/remove", input = Json, output = Json)]
pub async fn remove_demo() -> Result<Removal, AppError> {
    let permit = crate::people::guard::permit()?;
    if permit.viewer().role != crate::people::rules::Role::Admin {
        return Err(AppError::Forbidden);
    }
    super::removal::ask(&permit).await
}
