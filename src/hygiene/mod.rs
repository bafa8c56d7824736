//! Reason hygiene: which loss reasons are used and by whom, which comments say nothing, who did without the attempts that a
//! reason asks for; and what to do about it.
//!
//! Reasons are retired and merged by the one way of saving of [`crate::settings`]: this slice only reads.

pub mod api;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
