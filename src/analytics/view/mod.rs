//! The loss cockpit and one's own figures.

mod charts;
mod list;
mod own;
mod page;
mod panel;
mod query;
mod reps;
mod state;
mod tiles;
mod top;
mod trend;
pub mod words;

pub use own::{OwnFiguresPage, OwnFiguresPanel};
pub use page::LossesPage;
