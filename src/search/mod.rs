//! Finding anything: the index of every word of every lead, the palette that asks it, and the keys that lead everywhere.

pub mod api;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
