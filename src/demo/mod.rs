//! Demo data: a company with a clinic and an industrial supplier, made up by a seeded generator, so that winback can be
//! looked at while it is full of work. `docs/DEMO.md` says what was planted in it.
//!
//! * `plan`: seed and day → every row, pure. `company`, `names` and `phrases` are what it draws from, `fate` decides how a
//!   lead ends, `story` tells how it got there, `effects` says how strongly.
//! * `store` writes a plan, `removal` takes it out again and leaves what real people added; `jobs` does so for the browser.
//! * `team`: the thirteen people of the demo team.

pub mod api;
#[cfg(feature = "ssr")]
mod calendar;
#[cfg(feature = "ssr")]
mod chance;
#[cfg(feature = "ssr")]
pub mod command;
#[cfg(feature = "ssr")]
mod company;
#[cfg(feature = "ssr")]
mod effects;
#[cfg(feature = "ssr")]
mod fate;
#[cfg(feature = "ssr")]
pub mod jobs;
#[cfg(feature = "ssr")]
mod names;
#[cfg(feature = "ssr")]
mod phrases;
#[cfg(feature = "ssr")]
pub mod plan;
#[cfg(feature = "ssr")]
pub mod removal;
#[cfg(feature = "ssr")]
mod rows;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
mod story;
#[cfg(feature = "ssr")]
pub mod team;
pub mod view;
