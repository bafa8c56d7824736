//! What runs when its time comes. A worker takes one job with `for update skip locked` under a lease; a job whose worker
//! died is taken again when its lease has run out, so every job must be idempotent. Each run says done, retry or fail.

pub mod store;
pub mod worker;

pub use worker::work;
