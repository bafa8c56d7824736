//! Capture: how leads come in. For now from files.
//!
//! * [`preset`]: which column becomes which field, which value means what: a file in `presets/`.
//! * [`reader`]: the bytes of a file → rows of cells, or a sentence that says why it cannot be read.
//! * [`rules`]: a row → a lead or a rejection; the plan of a whole file; what its summary says.
//! * `jobs`: the import itself, in the background and with progress; `command`: `winback import`.

pub mod command;
pub mod jobs;
pub mod preset;
pub mod reader;
pub mod rules;
pub mod store;
