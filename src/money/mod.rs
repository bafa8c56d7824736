//! Money lost: what losses were worth, what campaigns paid for leads that nobody could win, what estimates cost that came to
//! nothing, and the products that were asked for in vain.

pub mod api;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
