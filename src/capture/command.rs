//! `winback import`: puts the file into the queue, works it unless a running server is quicker, shows how far it is.

use super::{
    jobs::{self, IMPORT, Order},
    preset::Preset,
    problems::{LARGEST_FILE, Unreadable},
    reader::Table,
    rules::{self, Plan},
    store,
    summary::Summary,
};
use crate::{
    clock::Clock,
    command::with_database,
    jobs::{
        store::{self as queue, Progress},
        worker,
    },
    people::guard::Permit,
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

/// Bring leads in from a CSV file or an Excel workbook (XLSX).
#[derive(clap::Args)]
pub struct Import {
    /// The file.
    #[arg(required_unless_present_any = ["list_presets", "export_preset"])]
    file: Option<PathBuf>,
    /// How to understand it: the name of a preset, built in (x-education) or kept on the import page, or the path of your
    /// own.
    #[arg(long, required_unless_present_any = ["list_presets", "export_preset"])]
    preset: Option<String>,
    /// Only say which presets there are.
    #[arg(long)]
    list_presets: bool,
    /// Only write this preset as a file, to standard output.
    #[arg(long, value_name = "NAME")]
    export_preset: Option<String>,
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
    match (&import.file, &import.preset) {
        (Some(file), Some(preset)) => bring_in(&import, file, preset).await,
        _ => show_presets(&import).await,
    }
}

async fn bring_in(import: &Import, file: &Path, preset: &str) -> Result<(), Trouble> {
    let begun = Instant::now();
    let bytes = bytes(file)?;
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
    // A file that a preset at hand cannot read is refused before anything is started or written.
    let at_hand = Preset::load(preset);
    if let Ok(preset) = &at_hand {
        table(preset, &name, &bytes)?;
    }
    with_database(&import.database, async |database| {
        let preset = match at_hand {
            Ok(preset) => preset,
            Err(error) => kept_preset(&database.pool, preset).await?.ok_or(error)?,
        };
        let table = table(&preset, &name, &bytes)?;
        let app = serve::app(database.pool.clone(), Clock::System, Config::without_server(import.database.clone()));
        let permit = jobs::first_admin(&app).await?;
        let ground = jobs::setting(&permit, &preset).await?;
        let plan = rules::plan(&preset, &table, &ground.setting);
        eprintln!("· {name}: {} leads, {} rows rejected", plan.leads.len(), plan.rejections.len());
        let mut summary = if import.dry_run {
            foresee(&permit, &name, &preset, &plan).await?
        } else {
            do_it(&app, &Order { file: name, preset }, &bytes).await?
        };
        summary.seconds = jobs::seconds_since(begun);
        println!("{}", serde_json::to_string_pretty(&summary)?);
        Ok(())
    })
    .await
}

fn table(preset: &Preset, name: &str, bytes: &[u8]) -> Result<Table, Trouble> {
    Ok(rules::read(preset, bytes).map_err(|why: Unreadable| format!("{name}: {why}. Nothing was imported"))?)
}

async fn kept_preset(pool: &sqlx::PgPool, name: &str) -> Result<Option<Preset>, Trouble> {
    Ok(store::presets::kept(pool).await?.into_iter().find(|preset| preset.name == name))
}

/// `--list-presets` and `--export-preset`.
async fn show_presets(import: &Import) -> Result<(), Trouble> {
    with_database(&import.database, async |database| {
        let built_in = Preset::built_in().into_iter().map(|preset| (preset, "built in"));
        let kept = store::presets::kept(&database.pool).await?.into_iter().map(|preset| (preset, "kept"));
        let presets: Vec<_> = built_in.chain(kept).collect();
        let Some(wanted) = &import.export_preset else {
            for (preset, from) in presets {
                println!("{}  ({from})", preset.name);
            }
            return Ok(());
        };
        let found = presets.into_iter().find(|(preset, _)| preset.name == *wanted);
        let (preset, _) = found.ok_or_else(|| format!("there is no preset {wanted}: see --list-presets"))?;
        println!("{}", preset.to_toml().ok_or("the preset cannot be written as a file")?);
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
async fn foresee(permit: &Permit, file: &str, preset: &Preset, plan: &Plan) -> Result<Summary, Trouble> {
    let there = store::already_there(permit, &preset.name, &jobs::external_ids(plan), None).await?;
    let mut summary = Summary::new(file, &preset.name, plan, &there);
    summary.dry_run = true;
    summary.revived =
        usize::try_from(store::resting(permit, &preset.name, &jobs::external_ids(plan)).await?).unwrap_or_default();
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
    matches!(progress.state.as_str(), "done" | "failed" | "cancelled")
}
