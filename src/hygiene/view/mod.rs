//! The page of reason hygiene.

mod action;
mod list;
mod page;
mod panels;
mod query;
mod words;

pub use page::HygienePage;
