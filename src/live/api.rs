//! Catching up without a stream of one's own: a tab that listens through another tab's stream asks once for what
//! happened between reading its page and starting to listen.

use super::wire::{Cursor, Message};
use crate::error::AppError;
use leptos::{prelude::*, server_fn::codec::Json};

/// What happened after `cursor`, as this viewer may see it.
#[server(prefix = "/api", endpoint = "live/since", input = Json, output = Json)]
pub async fn read_since(cursor: Cursor) -> Result<Vec<Message>, AppError> {
    super::stream::since(cursor).await
}
