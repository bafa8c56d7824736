//! One stream of changes from PostgreSQL to every open browser.
//!
//! A change writes its `event` row in its own transaction. After the commit a [`hub::Nudge`] wakes one task per process,
//! which sends one coalesced NOTIFY; every process then reads the events that it has not seen, below the oldest running
//! transaction and in (xid, id) order, reads the cards once, and hands each open stream what its viewer may see.

pub mod api;
pub mod browser;
#[cfg(feature = "ssr")]
mod chatter;
pub mod connection;
#[cfg(feature = "ssr")]
pub mod hub;
pub mod later;
pub mod presence;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod stream;
pub mod wire;
