//! How long the import of the real leads takes, beside a bare `COPY` of the same rows into tables without anything: the
//! least that PostgreSQL can do. All on one private cluster, durable as a user's is. Prints a table and writes
//! `target/bench/import.json`.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use std::{
    error::Error,
    path::{Path, PathBuf},
    time::Instant,
};
use tokio_stream::StreamExt;
use winback::{
    capture::{
        jobs::{IMPORT, Order},
        preset::Preset,
        rules,
    },
    clock::Clock,
    demo::team,
    jobs::{store as queue, worker},
    server::{
        cluster::Cluster,
        config::{Config, DatabaseConfig},
        database::{self, MIGRATIONS},
        serve,
    },
};

type Trouble = Box<dyn Error + Send + Sync>;

const ROUNDS: usize = 3;

#[tokio::main]
async fn main() -> Result<(), Trouble> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = here.join("../shared/data/leads_xeducation.csv");
    let bytes = std::fs::read(&file).map_err(|error| format!("{} is needed for this: {error}", file.display()))?;
    let data = tempfile::tempdir()?;
    let cluster = Cluster::start(data.path(), |_| ()).await?;
    let measured = measure(&cluster, &bytes).await;
    cluster.stop().await?;
    report(&measured?, here.join("target/bench"))
}

/// Seconds, each the median of its rounds.
struct Measured {
    leads: i64,
    reading: f64,
    import: f64,
    rerun: f64,
    copy_file: f64,
    copy_plain: f64,
    copy_indexed: f64,
}

async fn measure(cluster: &Cluster, bytes: &[u8]) -> Result<Measured, Trouble> {
    let mut rounds: [Vec<f64>; 6] = Default::default();
    let mut leads = 0;
    for round in 0..ROUNDS {
        let pool = fresh_database(cluster, round).await?;
        let preset = Preset::load("x-education")?;
        let begun = Instant::now();
        let setting = rules::Setting::spread_over(vec![winback::ids::UserId(1)], Clock::System.now());
        rules::plan(&preset, &rules::read(&preset, bytes)?, &setting);
        let reading = begun.elapsed().as_secs_f64();
        let import_once = import(&pool, bytes).await?;
        let rerun = import(&pool, bytes).await?;
        leads = sqlx::query_scalar("select count(*) from lead").fetch_one(&pool).await?;
        let [file, plain, indexed] = copies(&pool, bytes).await?;
        for (figures, seconds) in rounds.iter_mut().zip([reading, import_once, rerun, file, plain, indexed]) {
            figures.push(seconds);
        }
        pool.close().await;
    }
    let [reading, import, rerun, copy_file, copy_plain, copy_indexed] = rounds.map(median);
    Ok(Measured { leads, reading, import, rerun, copy_file, copy_plain, copy_indexed })
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

async fn fresh_database(cluster: &Cluster, round: usize) -> Result<PgPool, Trouble> {
    let name = format!("bench_{round}");
    let pool = database::connect(&cluster.url(), 1).await?;
    sqlx::query(AssertSqlSafe(format!("create database {name}"))).execute(&pool).await?;
    pool.close().await;
    let pool = database::connect(&cluster.url().replacen("/winback?", &format!("/{name}?"), 1), 4).await?;
    MIGRATIONS.run(&pool).await?;
    team::add(&pool, &Clock::System).await?;
    Ok(pool)
}

/// One import as a job: taken from the queue, read, checked, written, with history, losses, counters and events.
async fn import(pool: &PgPool, bytes: &[u8]) -> Result<f64, Trouble> {
    let database = DatabaseConfig { database_url: None, data: PathBuf::new(), connections: 4 };
    let app = serve::app(pool.clone(), Clock::System, Config::without_server(database));
    let order = Order { file: "leads.csv".to_owned(), preset: Preset::load("x-education")? };
    let job = queue::enqueue(pool, IMPORT, &order, Some(bytes), app.clock.now()).await?;
    let begun = Instant::now();
    worker::work_once(&app).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let progress = queue::progress(pool, job).await?;
    if progress.state == "done" { Ok(seconds) } else { Err(progress.error.unwrap_or_default().into()) }
}

/// `COPY` of the file as it is into texts; of the lead rows into a bare table; of the lead rows into one with all the
/// constraints and indexes of `lead`, but no foreign keys and triggers.
async fn copies(pool: &PgPool, bytes: &[u8]) -> Result<[f64; 3], Trouble> {
    let width =
        bytes.split(|byte| *byte == b'\n').next().map_or(0, |header| header.split(|byte| *byte == b',').count());
    let texts: Vec<String> = (0..width).map(|column| format!("c{column} text")).collect();
    sqlx::query(AssertSqlSafe(format!("create table file_copy ({})", texts.join(", ")))).execute(pool).await?;
    let file = copy_in(pool, "copy file_copy from stdin (format csv, header)", bytes).await?;

    let columns: String = sqlx::query_scalar(
        "select string_agg(quote_ident(column_name), ', ' order by ordinal_position) from information_schema.columns
         where table_name = 'lead' and is_generated = 'NEVER'",
    )
    .fetch_one(pool)
    .await?;
    let rows = copy_out(pool, &format!("copy (select {columns} from lead order by id) to stdout")).await?;
    sqlx::query("create table plain_copy (like lead including generated)").execute(pool).await?;
    sqlx::query("create table indexed_copy (like lead including generated including constraints including indexes)")
        .execute(pool)
        .await?;
    let plain = copy_in(pool, &format!("copy plain_copy ({columns}) from stdin"), &rows).await?;
    let indexed = copy_in(pool, &format!("copy indexed_copy ({columns}) from stdin"), &rows).await?;
    Ok([file, plain, indexed])
}

async fn copy_in(pool: &PgPool, sql: &str, bytes: &[u8]) -> Result<f64, Trouble> {
    let mut connection = pool.acquire().await?;
    let begun = Instant::now();
    let mut copy = connection.copy_in_raw(sql).await?;
    copy.send(bytes).await?;
    copy.finish().await?;
    Ok(begun.elapsed().as_secs_f64())
}

async fn copy_out(pool: &PgPool, sql: &str) -> Result<Vec<u8>, Trouble> {
    let mut connection = pool.acquire().await?;
    let mut stream = connection.copy_out_raw(sql).await?;
    let mut bytes = Vec::new();
    while let Some(part) = stream.next().await {
        bytes.extend_from_slice(&part?);
    }
    Ok(bytes)
}

fn report(measured: &Measured, folder: PathBuf) -> Result<(), Trouble> {
    println!("\nimport of {} leads, seconds (median of {ROUNDS} rounds)", measured.leads);
    for (what, seconds) in [
        ("reading and understanding the file", measured.reading),
        ("the import as a job", measured.import),
        ("the same file once more (adds nothing)", measured.rerun),
        ("bare COPY of the file into texts", measured.copy_file),
        ("bare COPY of the lead rows, no index", measured.copy_plain),
        ("bare COPY of the lead rows, same indexes", measured.copy_indexed),
    ] {
        println!("  {what:<44}{seconds:>8.3}");
    }
    let figures = json!({"figures": [
        figure("import of the real leads", measured.import, measured.copy_indexed),
        figure("the same import once more", measured.rerun, measured.copy_indexed),
        figure("reading and understanding the file", measured.reading, measured.copy_file),
        figure("bare COPY without index", measured.copy_plain, measured.copy_plain),
    ]});
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("import.json"), serde_json::to_string_pretty(&figures)?)?;
    Ok(())
}

fn figure(name: &str, value: f64, reference: f64) -> Value {
    json!({"name": name, "value": value, "unit": "s", "better": "lower", "reference": reference})
}
