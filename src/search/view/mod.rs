//! The palette, the help sheet, and who listens to the keyboard.

mod help;
mod keyboard;
mod option;
mod palette;
mod words;

pub use keyboard::{SearchButton, SearchDialogs, SearchState, use_search};
