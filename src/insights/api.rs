//! What the browser asks about insights.

use super::rules::Found;
use crate::{
    analytics::rules::{Period, Span},
    error::AppError,
    live::wire::Cursor,
};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// What was found in a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Insights {
    /// The period's days.
    pub span: Span,
    /// The days that it is held against; there are none before all time.
    pub before: Option<Span>,
    /// What was found.
    pub found: Found,
    /// The organisation's currency.
    pub currency: String,
    /// From where on the live stream continues this picture.
    pub seen: Cursor,
}

/// What is found in a period, of leads that the viewer may read.
#[server(prefix = "/api", endpoint = "insights/read", input = Json, output = Json)]
pub async fn read_insights(period: Period) -> Result<Insights, AppError> {
    if !period.is_sound() {
        return Err(AppError::NotUnderstood);
    }
    let (app, permit) = crate::people::guard::app_and_permit()?;
    crate::analytics::shelf::over(&app, &permit, move |book| {
        let head = &book.head;
        Insights {
            span: period.span(head.today, head.fiscal_start),
            before: period.before(head.today, head.fiscal_start),
            found: super::rules::find(book, period),
            currency: head.currency.clone(),
            seen: head.seen,
        }
    })
    .await
}
