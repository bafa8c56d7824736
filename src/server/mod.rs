//! The server: configuration, database, HTTP. No business words in here.

pub mod answers;
pub mod client;
pub mod cluster;
pub mod config;
pub mod database;
pub mod download;
pub mod forgery;
pub mod headers;
pub mod router;
pub mod serve;
pub mod state;
