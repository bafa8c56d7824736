//! The manager's losses and one's own figures.

mod figures;
mod filter;
mod list;
mod own;
mod page;
pub mod period;
mod query;
mod trend;
pub mod words;

pub use own::{OwnFiguresPage, OwnFiguresPanel};
pub use page::LossesPage;
