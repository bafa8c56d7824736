//! Compiles the words of every language into the crate, with a check of every key, and notices changed migrations.
//!
//! leptos_i18n_build would do the first part, but brings ICU's whole data tooling along; the parser and the code
//! generator under it are already there for its macros.

use leptos_i18n_codegen::gen_code;
use leptos_i18n_parser::parse_locales::{
    options::{Config, ParseOptions},
    parse_locales,
};
use std::{env, error::Error, fs, path::Path};

/// English first: what a language lacks is shown in it. en-XB is the pseudo-language of `scripts/pseudo-locale.mjs`.
const LANGUAGES: [&str; 2] = ["tr", "en-XB"];
/// A namespace per slice.
const NAMESPACES: [&str; 20] = [
    "analytics",
    "capture",
    "colleagues",
    "decisions",
    "demo",
    "hygiene",
    "insights",
    "leads",
    "losses",
    "money",
    "outreach",
    "people",
    "persistence",
    "pipeline",
    "routing",
    "search",
    "risks",
    "settings",
    "shell",
    "wins",
];

fn main() -> Result<(), Box<dyn Error>> {
    // Queries are checked against the migrations: a change there is a change of the code.
    for input in ["build.rs", "migrations", ".sqlx", "locales"] {
        println!("cargo::rerun-if-changed={input}");
    }
    let mut config = Config::new("en")?.add_locales(LANGUAGES)?.add_namespaces(NAMESPACES)?;
    config.options = ParseOptions::new().interpolate_display(true);
    let words = parse_locales(None, config)?;
    for missing in words.diag.warnings().iter() {
        println!("cargo::warning={missing}");
    }
    for error in words.diag.errors().iter() {
        println!("cargo::error={error}");
    }
    let module = gen_code(&words, None, false, None, false)?.to_string();
    fs::write(Path::new(&env::var("OUT_DIR")?).join("words.rs"), module)?;
    Ok(())
}
