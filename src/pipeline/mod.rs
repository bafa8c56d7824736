//! The pipeline: the board with a column per stage, moves of cards between stages and within them.

pub mod api;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
