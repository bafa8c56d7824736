//! What every handler of one process shares.

use super::config::Config;
use crate::{
    analytics::shelf::Shelf,
    clock::Clock,
    live::hub::{Hub, Nudge},
};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use sqlx::PgPool;
use std::sync::Arc;

/// The running application. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Connections to PostgreSQL.
    pub pool: PgPool,
    /// Connections that plan each statement once ([`super::database::steady`]).
    pub steady: PgPool,
    /// Where time comes from.
    pub clock: Clock,
    /// How it was started.
    pub config: Arc<Config>,
    /// Tells other browsers, after a commit, that something changed.
    pub nudge: Nudge,
    /// The live stream of this process.
    pub hub: Hub,
    /// The facts of the cockpit that this process keeps at hand.
    pub shelf: Shelf,
    /// What Leptos needs to know about its files.
    pub leptos: LeptosOptions,
}

impl FromRef<App> for LeptosOptions {
    fn from_ref(app: &App) -> Self {
        app.leptos.clone()
    }
}
