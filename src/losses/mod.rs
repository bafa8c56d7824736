//! Losses: a lead is lost with its reason, found in the lost pool, and won back.

pub mod api;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
