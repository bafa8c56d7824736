//! Follow-up persistence: how often leads were followed up before they were given up or won.

pub mod api;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
