//! Colleagues: who is mentioned in what was written about a lead, what a rep asks a manager, and what they answer.

pub mod api;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
