//! winback: lead management that learns from every loss. One crate for both targets: components compiled to Wasm
//! (feature `hydrate`), and the same components rendered by an axum server over PostgreSQL (feature `ssr`).
//!
//! Vertical slices: one folder per thing a user does, the same file names in each. `docs/ARCHITECTURE.md` walks through.

#![recursion_limit = "512"]

/// The words of every language, compiled in by build.rs.
mod words {
    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}
pub use words::i18n;

pub mod analytics;
pub mod app;
pub mod capture;
pub mod clock;
pub mod colleagues;
#[cfg(feature = "ssr")]
pub mod command;
pub mod decisions;
pub mod demo;
pub mod error;
pub mod fold;
pub mod format;
pub mod hygiene;
pub mod ids;
pub mod insights;
pub mod jobs;
pub mod leads;
pub mod live;
pub mod losses;
pub mod money;
pub mod outreach;
pub mod people;
pub mod persistence;
pub mod pipeline;
pub mod recontacts;
pub mod risks;
pub mod routing;
pub mod search;
#[cfg(feature = "ssr")]
pub mod server;
pub mod settings;
pub mod statistics;
pub mod ui;
pub mod wins;

#[cfg(feature = "hydrate")]
mod hydrate;
