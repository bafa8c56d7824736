//! The lead's page: what is known, every loss, and everything that ever happened.

mod account;
mod documents;
mod entry;
mod facts;
mod field;
mod head;
mod input;
pub mod intake;
mod logging;
mod losses;
mod page;
mod plan;
mod step;
mod tags;
mod timeline;
mod withdrawn;
mod words;

pub use page::LeadPage;
pub use plan::{StepDialog, StepFields, StepForm, step_problem};
