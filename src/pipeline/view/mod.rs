//! The board on screen.

mod board;
mod card;
mod carry;
mod column;
mod filter;
mod menu;
mod state;

pub use board::BoardPage;
