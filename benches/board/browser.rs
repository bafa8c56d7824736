//! The browser's part, in Node: `browser.mjs` beside this.

use crate::Trouble;
use serde::Deserialize;
use std::{
    path::Path,
    process::{Command, Stdio},
};

/// One figure that the browser's part has measured.
#[derive(Debug, Deserialize)]
pub struct Figure {
    /// Its name.
    pub name: String,
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: String,
    /// What the reference had.
    pub reference: f64,
}

/// Watches these boards (cards, and where they are served) in a headless Chromium.
pub fn measure(boards: &[(i64, &str)]) -> Result<Vec<Figure>, Trouble> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/board/browser.mjs");
    let boards: Vec<_> = boards
        .iter()
        .map(|(cards, host)| serde_json::json!({ "cards": cards, "url": format!("http://{host}") }))
        .collect();
    let answer = Command::new("node")
        .arg(script)
        .arg(serde_json::to_string(&boards)?)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| {
            format!("Node is needed for the browser's part: {error}. `scripts/toolchain test` prepares it.")
        })?;
    if !answer.status.success() {
        return Err("the browser's part failed".into());
    }
    Ok(serde_json::from_slice(&answer.stdout)?)
}
