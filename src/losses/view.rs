<<<<<<< HEAD
//! The loss dialog, the lost pool, and the way back to the board.

mod attempt;
mod dialog;
mod pool;
mod reopen;
pub mod words;

pub use attempt::AttemptDialog;
pub use dialog::LossDialog;
pub use pool::LostPoolPage;
pub use reopen::ReopenDialog;
=======
//! The lost pool.
use leptos::prelude::*;
/// Coming.
#[component]
pub fn LostPoolPage() -> impl IntoView {}

/// Coming.
#[component]
pub fn LossDialog(lead: crate::ids::LeadId, on_done: Callback<Option<()>>) -> impl IntoView {
    let _ = (lead, on_done);
}
>>>>>>> main
