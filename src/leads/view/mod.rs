//! The lead's page: what is known, every loss, and everything that ever happened.

mod facts;
mod head;
mod losses;
mod page;
mod timeline;
mod words;

pub use page::LeadPage;
