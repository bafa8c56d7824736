//! Coming.

/// Coming.
pub fn provide_live() {}
