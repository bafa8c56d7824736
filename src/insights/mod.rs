//! Insights: what the system finds by itself in the facts of the loss cockpit. What changed against the period before, what
//! stands out, what goes together; only what holds when it is known how much was looked at.

pub mod api;
pub mod rules;
pub mod view;
