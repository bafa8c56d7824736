//! How leads come to people and are answered in time: by hand with a reason, or by rules that everybody may read, with why;
//! what is waited for, and what happens when nobody comes.

pub mod api;
#[cfg(feature = "ssr")]
pub mod calendar;
#[cfg(feature = "ssr")]
pub mod jobs;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
