//! Today's page, and the number beside the way there.

mod actions;
mod badge;
mod page;

pub use badge::DueBadge;
pub use page::TodayPage;
