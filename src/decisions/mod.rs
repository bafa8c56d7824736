//! Decisions: views of the figures that are pinned to a meeting, what the meeting decided, what that was to bring, and what
//! came of it.

pub mod api;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
