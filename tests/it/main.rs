//! Black-box tests: the running router over real HTTP and a real PostgreSQL, one module per slice.

mod activities;
mod analytics;
mod capture;
mod colleagues;
mod demo;
mod given;
mod harness;
mod hygiene;
mod imports;
mod intake;
mod leads;
mod live;
mod losses;
mod money;
mod outreach;
mod people;
mod persistence;
mod pipeline;
mod race;
mod recontacts;
mod record;
mod risks;
mod routing;
mod search;
mod settings;
mod wins;
