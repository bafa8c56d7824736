//! Capture: how leads come in. For now from files.

pub mod command;
pub mod jobs;
