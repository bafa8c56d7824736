//! Today's page, and the number beside the way there.

mod actions;
mod badge;
mod outcome;
mod page;

pub use badge::DueBadge;
pub use outcome::{AskOutcome, WayOut};
pub use page::TodayPage;
