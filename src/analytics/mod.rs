//! The manager's loss cockpit and everybody's own figures: what runs came to, counted by one definition, and the leads
//! behind each figure.

pub mod api;
pub mod cockpit;
pub mod facts;
#[cfg(feature = "ssr")]
pub mod routes;
pub mod rules;
pub mod selection;
#[cfg(feature = "ssr")]
pub mod shelf;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
