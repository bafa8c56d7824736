//! Asking a lost lead again: when, how and by whom. Plans are made in the loss dialog, from the pool and on the lead's page;
//! they end by an attempt, by the lead's return, by a new date, or dropped.

pub mod api;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
