//! The cross-filter engine of the loss cockpit.
//!
//! Facts stand here as columns (small integer codes per dimension, days, money); every chart sets one clause and sees the
//! groups of all facts that the *other* charts' clauses let through. It is a package of its own, without Leptos, so that
//! it can be compiled at `opt-level = 3` with Wasm SIMD for it alone, and be fuzzed and measured natively.
//!
//! The room is empty until the cockpit moves in: nothing here is used yet.
