//! The import page: a file goes up, its columns are mapped, a rehearsal says what would happen, the import runs, and what
//! came of it can be seen and taken back.

mod columns;
mod draft;
mod file;
mod history;
mod leads;
mod outcomes;
mod owners;
mod page;
mod parts;
mod rehearsal;
mod run;
mod upload;
mod words;

pub use page::ImportPage;
