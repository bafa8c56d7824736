//! What a team sets for itself: people and teams, working hours, the words of every list, currencies, own fields, stages
//! and loss reasons; and the first run, which sets an empty installation up.
//!
//! * [`model`]: everything that can be set, as it travels and as the log of changes keeps it.
//! * [`rules`]: who may set what, and what is sound. Pure, on both targets.
//! * `store`: the one way of saving (compare, check, write, log) and the lists that belong to no other slice. People and
//!   teams are written by `people::store`, stages by `pipeline::store`, reasons by `losses::store`.

pub mod api;
pub mod model;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
