//! The lead record: its page with the whole history.

pub mod api;
#[cfg(feature = "ssr")]
pub mod files;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
