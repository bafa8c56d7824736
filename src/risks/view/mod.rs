//! Leads at risk: the mark on a card, the signals of a lead with the ways to answer them, and the list of all of them.

mod dialog;
mod page;
mod panel;
mod query;
pub mod words;

pub use dialog::{AtRisk, RiskDialog};
pub use page::AtRiskPage;
pub use panel::RiskPanel;
