//! Catching up without a stream of one's own: a tab that listens through another tab's stream asks once for what
//! happened between reading its page and starting to listen.

use super::wire::{Cursor, Doing, Message};
use crate::{error::AppError, ids::LeadId};
use leptos::{prelude::*, server_fn::codec::Json};

/// What happened after `cursor`, as this viewer may see it.
#[server(prefix = "/api", endpoint = "live/since", input = Json, output = Json)]
pub async fn read_since(cursor: Cursor) -> Result<Vec<Message>, AppError> {
    super::stream::since(cursor).await
}

/// Tells everybody's open pages what the viewer does with a lead at this moment.
#[server(prefix = "/api", endpoint = "live/presence", input = Json, output = Json)]
pub async fn show_presence(lead: LeadId, doing: Doing) -> Result<(), AppError> {
    let ((app, _), permit) = (crate::people::guard::request()?, crate::people::guard::permit()?);
    if !app.hub.is_news(permit.viewer().id, lead, doing, permit.now()) {
        return Ok(());
    }
    super::store::show_presence(&permit, lead, doing).await
}
