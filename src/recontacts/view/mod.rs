//! Planning when a lost lead is asked again: the fields, for the loss dialog too, and a dialog of its own.

mod dialog;
mod fields;
pub mod words;

pub use dialog::PlanDialog;
pub use fields::{PlanFields, PlanForm};
