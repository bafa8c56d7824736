//! Black-box tests: the running router over real HTTP and a real PostgreSQL, one module per slice.

mod activities;
mod analytics;
mod capture;
mod colleagues;
mod decisions;
mod demo;
mod given;
mod harness;
mod imports;
mod intake;
mod leads;
mod live;
mod losses;
mod outreach;
mod people;
mod pipeline;
mod race;
mod recontacts;
mod record;
mod risks;
mod routing;
mod search;
mod settings;
mod wins;
