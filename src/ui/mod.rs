//! Primitives that every slice's screens are made of. No business words in here.

pub mod chart;
pub mod dialog;
pub mod drag;
pub mod explain;
pub mod fetch;
pub mod field;
pub mod form;
pub mod icon;
pub mod key;
pub mod standing;
pub mod title;
pub mod toast;
pub mod unsent;
pub mod upload;
pub mod wait;
