//! The page of follow-ups.

mod list;
mod page;
mod query;
mod spreads;
mod words;

pub use page::FollowUpsPage;
