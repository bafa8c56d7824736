//! What runs when its time comes. A worker takes one job with `for update skip locked` under a lease; a job whose worker
//! died is taken again when its lease has run out, so every job must be idempotent. Each run says done, retry or fail. A
//! job that was begun [`store::TRIES`] times and never ended is given up: it may be what kills its workers.

pub mod problems;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod worker;

#[cfg(feature = "ssr")]
pub use worker::work;
