//! Meetings and decisions: the list of them, the minutes of one, and the button that pins what is seen.

mod dialogs;
mod fields;
mod minutes;
mod page;
mod pin;
mod words;

pub use minutes::MinutesPage;
pub use page::DecisionsPage;
pub use pin::{PinButton, PinDialog, provide_pinning};
