//! Who works what, as people see it: giving leads to somebody by hand, what a lead shows, and why somebody got it.

mod assign;
mod clocks;
mod notices;
mod panel;
mod reviews;
mod signal;
mod why;
pub mod words;

pub use assign::{AssignDialog, Given};
pub use clocks::ClocksPanel;
pub use notices::NoticeList;
pub use panel::AssessmentPanel;
pub use reviews::ReviewList;
pub use signal::SignalDialog;
pub use why::WhyDialog;
