//! The pages. What is set is shown as lists and edited in one dialog, whose fields follow from what is edited:
//! `fields` turns a setting into answers and back, `form` draws them.

mod account;
mod editor;
mod fields;
mod form;
mod page;
mod reasons;
mod setup;
pub mod words;

pub use page::{SectionPage, SettingsPage};
pub use setup::{InvitationPage, SetupPage};
