//! The page of insights.

mod insight;
mod page;
mod query;
mod words;

pub use page::InsightsPage;
