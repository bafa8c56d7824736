//! Loss signals: what says that a lead may be lost soon, the answers to it, and the list of leads at risk.

pub mod api;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
