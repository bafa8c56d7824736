//! Today: what is due, in the order of the clock, with the way to do it in one press.

pub mod api;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
