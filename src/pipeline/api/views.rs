//! Boards as people like to see them, kept under a name.

use crate::error::AppError;
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// The longest name of a view, in characters.
pub const LONGEST_NAME: usize = 60;
/// The longest address of a view, in bytes.
pub const LONGEST_QUERY: usize = 1000;
/// So many views one person keeps.
pub const MOST_VIEWS: i64 = 50;
/// So many are listed: all of one's own, and the first of those that others share.
pub const MOST_LISTED: i64 = 200;

/// A kept view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Which.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// The part of its address after the question mark.
    pub query: String,
    /// Whether everybody may use it.
    pub is_shared: bool,
    /// Whose it is; `None` for one's own.
    pub owner: Option<String>,
}

/// A view to be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewView {
    /// What it is called.
    pub name: String,
    /// The part of its address after the question mark.
    pub query: String,
    /// Whether everybody may use it.
    pub is_shared: bool,
    /// Whether it takes the place of one's own view with the same name.
    pub replaces: bool,
}

/// What became of keeping a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SaveAnswer {
    /// It is kept.
    Saved,
    /// It has no name, or too long a one.
    NameMissing,
    /// One of the person's own views is called so already.
    NameTaken,
    /// They keep as many as one person may: one has to go first.
    TooMany,
}

/// One's own views and those that others share, by name. What somebody shared goes with their account.
#[server(prefix = "/api", endpoint = "pipeline/views", input = Json, output = Json)]
pub async fn read_views() -> Result<Vec<View>, AppError> {
    crate::pipeline::store::views::all(&crate::people::guard::permit()?).await
}

/// Keeps a view. Sent twice, it is kept once.
#[server(prefix = "/api", endpoint = "pipeline/save_view", input = Json, output = Json)]
pub async fn save_view(view: NewView) -> Result<SaveAnswer, AppError> {
    let is_query = view.query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    if view.query.len() > LONGEST_QUERY || !is_query {
        return Err(AppError::NotUnderstood);
    }
    crate::pipeline::store::views::save(&crate::people::guard::permit()?, &view).await
}

/// Forgets one of one's own views.
#[server(prefix = "/api", endpoint = "pipeline/delete_view", input = Json, output = Json)]
pub async fn delete_view(id: i64) -> Result<(), AppError> {
    crate::pipeline::store::views::delete(&crate::people::guard::permit()?, id).await
}
