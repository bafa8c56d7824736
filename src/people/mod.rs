//! People: users, teams and roles; who is signed in; who may see and do what.
//!
//! * [`rules`]: pure decisions about sight and writing, on both targets.
//! * `access`: the one table of every route and server function with its access rule, and its enforcement.
//! * `guard`: the permit without which no store function can be called.
//! * `session`: sign-in, sign-out and the cookie.
//! * `entry`: the other ways in: the first run, an invitation, a new password.

#[cfg(feature = "ssr")]
pub mod access;
pub mod api;
#[cfg(feature = "ssr")]
pub mod entry;
#[cfg(feature = "ssr")]
pub mod guard;
#[cfg(feature = "ssr")]
pub mod password;
pub mod rules;
#[cfg(feature = "ssr")]
pub mod session;
#[cfg(feature = "ssr")]
pub mod store;
pub mod view;
