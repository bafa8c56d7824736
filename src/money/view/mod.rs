//! The page of lost money.

mod amount;
mod campaigns;
mod clients;
mod offering;
mod page;
mod query;
mod requests;
mod words;

pub use page::MoneyPage;
