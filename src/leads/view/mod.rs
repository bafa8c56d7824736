//! The lead's page: what is known, every loss, and everything that ever happened.

mod account;
mod facts;
mod field;
mod head;
mod input;
mod losses;
mod page;
mod step;
mod tags;
mod timeline;
mod words;

pub use page::LeadPage;
