//! Who works which lead: today by hand, with the reason that stands in the lead's history.

pub mod api;
#[cfg(feature = "ssr")]
pub mod calendar;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
