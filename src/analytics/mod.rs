//! The manager's Losses and everybody's own figures: what runs came to, counted by one definition, and the leads behind
//! each figure.

pub mod api;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
