//! The board on screen.

mod board;
mod card;
mod carry;
mod chosen;
mod column;
mod filter;
mod lanes;
mod menu;
mod plan;
mod state;
mod views;
mod window;

pub use board::BoardPage;
