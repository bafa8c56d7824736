//! The win dialog, the way back, and what a lead's page says about wins.

mod dialog;
mod panel;
mod undo;
mod words;

pub use dialog::WinDialog;
pub use panel::{CustomerActions, Wins};
