//! Capture: how leads come in. For now from files, by the import page and by the command line.
//!
//! * [`preset`]: which column becomes which field, which value means what. On the page as in a file in `presets/`; `shelf`
//!   is where presets are kept.
//! * `reader`, `workbook`: the bytes of a file → rows of cells, or [`problems`] that say why it cannot be read.
//! * `guess`, `dates`, `amounts`: what columns and cells probably mean.
//! * `rules`: a row → a lead or a rejection; the plan of a whole file. [`summary`]: what came of it.
//! * `jobs`: the import itself, in the background and with progress; `withdrawal`: taking it back.
//! * `desk`: what the page asks while an import is prepared; `routes`: files up and down; `command`: `winback import`.

#[cfg(feature = "ssr")]
pub mod amounts;
pub mod api;
#[cfg(feature = "ssr")]
pub mod command;
#[cfg(feature = "ssr")]
pub mod dates;
#[cfg(feature = "ssr")]
pub mod desk;
#[cfg(feature = "ssr")]
pub mod guess;
#[cfg(feature = "ssr")]
pub mod jobs;
pub mod preset;
pub mod problems;
#[cfg(feature = "ssr")]
pub mod reader;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod rules;
#[cfg(feature = "ssr")]
pub mod shelf;
#[cfg(feature = "ssr")]
pub mod store;
pub mod summary;
pub mod view;
#[cfg(feature = "ssr")]
pub mod withdrawal;
#[cfg(feature = "ssr")]
pub mod workbook;
