//! How leads are won: with amount, product and date; how a win is taken back; how customers become inactive, and how they
//! are won again.

pub mod api;
#[cfg(feature = "ssr")]
pub mod jobs;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
