//! The manager's losses and one's own figures.

mod figures;
mod filter;
mod list;
mod own;
mod page;
mod query;
mod trend;
mod words;

pub use own::{OwnFiguresPage, OwnFiguresPanel};
pub use page::LossesPage;
