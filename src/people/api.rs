//! What the browser asks about people.

use super::rules::{Holder, Viewer};
use crate::error::AppError;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// Somebody or something that can be responsible for leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolderName {
    /// Who.
    pub holder: Holder,
    /// Their name.
    pub name: String,
    /// Their team's name.
    pub team: String,
}

/// Who I am, for the shell.
#[server(prefix = "/api", endpoint = "people/me", input = Json, output = Json)]
pub async fn read_me() -> Result<Viewer, AppError> {
    Ok(super::guard::permit()?.viewer().clone())
}

/// Everybody who can be responsible for leads: everyone may know who owns what.
#[server(prefix = "/api", endpoint = "people/holders", input = Json, output = Json)]
pub async fn read_holders() -> Result<Vec<HolderName>, AppError> {
    let permit = super::guard::permit()?;
    super::store::holders(&permit).await
}
