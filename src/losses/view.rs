//! The loss dialog, the lost pool, and the way back to the board.

mod attempt;
mod dialog;
mod pool;
mod query;
mod reopen;
pub mod words;

pub use attempt::{AttemptDialog, Begun};
pub use dialog::LossDialog;
pub use pool::LostPoolPage;
pub use reopen::ReopenDialog;
