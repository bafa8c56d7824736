//! `winback import`: puts the file into the queue, works it unless a running server is quicker, shows how far it is.

use super::{
    jobs::{self, Ground, IMPORT, Order},
    preset::Preset,
    reader::LARGEST_FILE,
    rules::{self, Plan, Summary},
    store,
};
use crate::{
    clock::Clock,
    command::with_database,
    jobs::{
        store::{self as queue, Progress},
        worker,
    },
    server::{
        config::{Config, DatabaseConfig},
        serve,
        state::App,
    },
};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Bring leads in from a CSV file.
#[derive(clap::Args)]
pub struct Import {
    /// The file.
    file: PathBuf,
    /// How to understand it: the name of a built-in preset (x-education), or the path of your own.
    #[arg(long)]
    preset: String,
    /// Only say what would happen.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    database: DatabaseConfig,
}

type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// How often the queue is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// The whole of `winback import`: progress on stderr, one JSON summary on stdout.
///
/// # Errors
/// A sentence that says why nothing was imported.
pub async fn run(import: Import) -> Result<(), Trouble> {
    let begun = Instant::now();
    let preset = Preset::load(&import.preset)?;
    let bytes = bytes(&import.file)?;
    let name = import.file.file_name().unwrap_or(import.file.as_os_str()).to_string_lossy().into_owned();
    // An unreadable file is refused before anything is started or written.
    let plan = rules::plan(&preset, &bytes).map_err(|reason| format!("{name}: {reason}. Nothing was imported"))?;
    eprintln!("· {name}: {} leads, {} rows rejected", plan.leads.len(), plan.rejections.len());
    with_database(&import.database, async |database| {
        let app = serve::app(database.pool.clone(), Clock::System, Config::without_server(import.database.clone()));
        let ground = jobs::ground(&app, &preset).await?;
        let mut summary = if import.dry_run {
            foresee(&ground, &name, &preset, &plan).await?
        } else {
            do_it(&app, &Order { file: name, preset }, &bytes).await?
        };
        summary.seconds = jobs::seconds_since(begun);
        println!("{}", serde_json::to_string_pretty(&summary)?);
        Ok(())
    })
    .await
}

fn bytes(file: &Path) -> Result<Vec<u8>, Trouble> {
    let unreadable = |error: std::io::Error| format!("{} cannot be read: {error}", file.display());
    let length = std::fs::metadata(file).map_err(unreadable)?.len();
    if length > LARGEST_FILE as u64 {
        let mb = 1024 * 1024;
        let limit = LARGEST_FILE as u64 / mb;
        return Err(format!(
            "{} has {} MB, more than {limit} MB: split it into smaller ones",
            file.display(),
            length / mb
        )
        .into());
    }
    Ok(std::fs::read(file).map_err(unreadable)?)
}

/// What an import would do now.
async fn foresee(ground: &Ground, file: &str, preset: &Preset, plan: &Plan) -> Result<Summary, Trouble> {
    let there = store::already_there(&ground.permit, &preset.name, &jobs::external_ids(plan), None).await?;
    let mut summary = Summary::new(file, &preset.name, plan, &there);
    summary.dry_run = true;
    Ok(summary)
}

async fn do_it(app: &App, order: &Order, bytes: &[u8]) -> Result<Summary, Trouble> {
    let job = queue::enqueue(&app.pool, IMPORT, order, Some(bytes), app.clock.now()).await?;
    let (_, result) = tokio::try_join!(work_until_over(app, job), watch(app, job))?;
    Ok(serde_json::from_value(result)?)
}

/// Takes what is due, until the job is over, whoever did it.
async fn work_until_over(app: &App, job: i64) -> Result<(), Trouble> {
    while !is_over(&queue::progress(&app.pool, job).await?) {
        if !worker::work_once(app).await? {
            tokio::time::sleep(LOOK).await;
        }
    }
    Ok(())
}

/// Shows how far the job is, until it is over: what came out of it.
async fn watch(app: &App, job: i64) -> Result<Value, Trouble> {
    let mut shown = 0;
    loop {
        let progress = queue::progress(&app.pool, job).await?;
        if let Some(total) = progress.total.filter(|_| progress.done > shown) {
            eprintln!("· {} of {total} rows", progress.done);
            shown = progress.done;
        }
        match (is_over(&progress), progress.result, progress.error) {
            (true, Some(result), _) => return Ok(result),
            (true, None, why) => return Err(format!("the import failed: {}", why.unwrap_or_default()).into()),
            (false, ..) => tokio::time::sleep(LOOK).await,
        }
    }
}

fn is_over(progress: &Progress) -> bool {
    matches!(progress.state.as_str(), "done" | "failed")
}
