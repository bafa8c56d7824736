//! How the board carries a whole team: durable moves beside pgbench, pages and searches at growing sizes, and in a browser
//! beside a plain windowed board. Every figure that is held against something is a ratio of two that were measured in this
//! run, on one private cluster, durable as a user's is. Prints tables and writes `target/bench/board.json`.
//!
//! docs/BENCH.md says what each figure means. Shorter or longer: `BOARD_SIZES=10000,100000 BOARD_SECONDS=3`, one part only:
//! `BOARD_PARTS=moves,reads,browser`.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use std::{
    env,
    error::Error,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Instant,
};
use winback::{
    clock::Clock,
    demo::team,
    server::{
        cluster::Cluster,
        database::{self, MIGRATIONS},
    },
};

mod browser;
mod data;
mod line;
mod moves;
mod pgbench;
mod reads;
mod server;
mod statements;

use data::Amount;
use line::Line;
use pgbench::Pgbench;
use reads::Growth;
use server::Server;
use statements::Ear;

type Trouble = Box<dyn Error + Send + Sync>;

/// One in so many leads is open, as after some years of work.
const ONE_OPEN_IN: i64 = 20;
/// Rounds of moves; the median counts.
const ROUNDS: usize = 3;
/// How often each page and each search is asked for at each size.
const READINGS: usize = 40;
/// On boards of so many cards the browser is watched; the second is the reference's size.
const BROWSER_BOARDS: [i64; 3] = [1_000, 5_000, 20_000];

fn setting(name: &str, usual: &str) -> String {
    env::var(name).ok().filter(|text| !text.is_empty()).unwrap_or_else(|| usual.to_owned())
}

#[tokio::main]
async fn main() -> Result<(), Trouble> {
    let folder = tempfile::tempdir()?;
    // As root the cluster runs as another account, which has to reach it.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    let cluster = Cluster::start(folder.path(), |_| ()).await?;
    let bench = Bench { cluster, folder: folder.path().to_owned(), figures: Vec::new() };
    let (cluster, measured) = bench.run().await;
    cluster.stop().await?;
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    fs::create_dir_all(&target)?;
    fs::write(target.join("board.json"), serde_json::to_string_pretty(&json!({ "figures": measured? }))?)?;
    Ok(())
}

struct Bench {
    cluster: Cluster,
    folder: PathBuf,
    figures: Vec<Value>,
}

/// What a figure is held against.
#[derive(Debug, Clone, Copy)]
enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// Told for whoever wants to know.
    None {
        better: &'static str,
    },
}

/// How much longer a request may take with the most leads than with the fewest, by the worst of its kind.
const GROWTHS: [(Growth, &str, Target); 5] = [
    (Growth::Board, "board_growth", Target::AtMost(1.5)),
    (Growth::Text, "text_growth", Target::None { better: "lower" }),
    (Growth::Sorted, "sorted_growth", Target::None { better: "lower" }),
    (Growth::Search, "search_growth", Target::AtMost(1.5)),
    (Growth::Fuzzy, "fuzzy_growth", Target::None { better: "lower" }),
];

impl Bench {
    async fn run(mut self) -> (Cluster, Result<Vec<Value>, Trouble>) {
        let measured = self.measure().await;
        (self.cluster, measured.map(|()| self.figures))
    }

    async fn measure(&mut self) -> Result<(), Trouble> {
        let parts = setting("BOARD_PARTS", "moves,reads,browser");
        let seconds: u64 = setting("BOARD_SECONDS", "8").parse()?;
        let sizes: Vec<i64> =
            setting("BOARD_SIZES", "10000,100000,1000000").split(',').map(str::parse).collect::<Result<_, _>>()?;
        let template = database::connect(&self.cluster.url(), 1).await?;
        MIGRATIONS.run(&template).await?;
        team::add(&template, &Clock::System).await?;
        template.close().await;

        let mut pools = Vec::new();
        for size in &sizes {
            pools.push(self.database(*size, ONE_OPEN_IN).await?);
        }
        let middle = sizes.len() / 2;
        if parts.contains("moves") {
            self.moves(&pools[middle], sizes[middle], seconds).await?;
        }
        if parts.contains("reads") {
            self.reads(&pools, &sizes, seconds).await?;
        }
        if parts.contains("browser") {
            self.browser(&sizes).await?;
        }
        Ok(())
    }

    fn url(&self, name: &str) -> String {
        self.cluster.url().replacen("/winback?", &format!("/{name}?"), 1)
    }

    /// A database with so many leads.
    async fn database(&self, leads: i64, one_open_in: i64) -> Result<PgPool, Trouble> {
        let name = name_of(leads, one_open_in);
        let admin = database::connect(&self.cluster.url().replacen("/winback?", "/postgres?", 1), 1).await?;
        sqlx::query(AssertSqlSafe(format!("create database {name} template winback"))).execute(&admin).await?;
        admin.close().await;
        let pool = database::connect(&self.url(&name), 4).await?;
        let begun = Instant::now();
        data::fill(&pool, Amount { leads, one_open_in }).await?;
        let size: String =
            sqlx::query_scalar("select pg_size_pretty(pg_database_size(current_database()))").fetch_one(&pool).await?;
        let open = leads / one_open_in;
        println!("{leads} leads, {open} of them open: made in {:.0} s, {size}", begun.elapsed().as_secs_f64());
        Ok(pool)
    }

    async fn moves(&mut self, pool: &PgPool, size: i64, seconds: u64) -> Result<(), Trouble> {
        let url = self.url(&name_of(size, ONE_OPEN_IN));
        let server = Server::start(&url)?;
        let ear = Ear { pool, log: self.log() };
        let pgbench = Pgbench::find(&url, self.folder.clone())?;
        println!("\ndurable moves among {size} leads");
        let mut ground = moves::Ground::lay(pool, pgbench, &ear, &server.host).await?;
        for clients in [1, 8] {
            let mut rounds: [Vec<f64>; 3] = Default::default();
            let mut ratios: [Vec<f64>; 2] = Default::default();
            for _ in 0..ROUNDS {
                let rates = ground.run(clients, seconds).await?;
                for (rounds, rate) in rounds.iter_mut().zip([rates.app, rates.own_sql, rates.bare_sql]) {
                    rounds.push(rate);
                }
                ratios[0].push(rates.app / rates.bare_sql);
                ratios[1].push(rates.app / rates.own_sql);
            }
            let [app, own, bare] = rounds.map(median);
            println!(
                "  {clients} at once: {app:.0} per second over HTTP, {own:.0} by the server's own statements in pgbench, {bare:.0} bare"
            );
            let [beside_bare, beside_own] = ratios.map(median);
            let told = Target::None { better: "higher" };
            self.tell(&format!("moves_c{clients}"), app, "moves/s", told, bare);
            let enough = if clients == 1 { 0.5 } else { 0.35 };
            self.tell(&format!("moves_vs_pgbench_c{clients}"), beside_bare, "ratio", Target::AtLeast(enough), bare);
            let enough = if clients == 1 { told } else { Target::AtLeast(0.5) };
            self.tell(&format!("moves_vs_own_sql_c{clients}"), beside_own, "ratio", enough, own);
        }
        Ok(())
    }

    async fn reads(&mut self, pools: &[PgPool], sizes: &[i64], seconds: u64) -> Result<(), Trouble> {
        let (mut servers, mut places) = (Vec::new(), Vec::new());
        for (pool, size) in pools.iter().zip(sizes) {
            let server = Server::start(&self.url(&name_of(*size, ONE_OPEN_IN)))?;
            places.push(reads::Place::new(pool, *size, &server.host).await?);
            servers.push(server);
        }
        let took = reads::time_all(&mut places, READINGS)?;
        print!("\nmilliseconds per request{:>18}", "");
        for place in &places {
            print!("{:>11} leads", place.leads);
        }
        println!("{:>9}", "growth");
        for (asked, took) in places[0].asked().iter().zip(&took) {
            let growth = took[took.len() - 1] / took[0];
            print!("  {:<40}", asked.name);
            for one in took {
                print!("{one:>17.2}");
            }
            println!("{growth:>9.2}");
            let told = Target::None { better: "lower" };
            self.tell(
                &format!("{}: milliseconds at {} leads", asked.name, sizes[sizes.len() - 1]),
                took[took.len() - 1],
                "ms",
                told,
                took[0],
            );
        }
        println!();
        for (growth, name, target) in GROWTHS {
            let counted = places[0].asked().iter().zip(&took).filter(|(asked, _)| asked.growth == growth);
            let worst = counted.map(|(_, took)| took[took.len() - 1] / took[0]).fold(1.0, f64::max);
            self.tell(name, worst, "ratio", target, 1.0);
        }
        let last = sizes.len() - 1;
        let url = self.url(&name_of(sizes[last], ONE_OPEN_IN));
        let pgbench = Pgbench::find(&url, self.folder.clone())?;
        let mut ratios = Vec::new();
        for _ in 0..ROUNDS {
            let (app, bare) = reads::eight_at_once(&servers[last].host, &pgbench, seconds.div_ceil(2))?;
            println!("  first page, 8 at once: {app:.0} per second over HTTP, {bare:.0} by bare SQL");
            ratios.push(app / bare);
        }
        self.tell("board_vs_sql_c8", median(ratios), "ratio", Target::AtLeast(0.5), 1.0);
        let mut line = Line::sign_in(&servers[last].host, "admin@demo.winback")?;
        reads::first_page(&mut line)?;
        let ear = Ear { pool: &pools[last], log: self.log() };
        let heard = ear.hear(|| reads::first_page(&mut line)).await?;
        for statement in &heard {
            let line = statement.text.split_whitespace().collect::<Vec<_>>().join(" ");
            println!("  the board asks: {}", line.chars().take(100).collect::<String>());
        }
        self.tell("board_statements", heard.len() as f64, "statements", Target::AtMost(5.0), 5.0);
        Ok(())
    }

    /// Boards of growing size, and the open leads of the largest database, in a browser.
    async fn browser(&mut self, sizes: &[i64]) -> Result<(), Trouble> {
        let mut names: Vec<(i64, String)> = Vec::new();
        for cards in BROWSER_BOARDS {
            self.database(cards, 1).await?.close().await;
            names.push((cards, name_of(cards, 1)));
        }
        let largest = sizes[sizes.len() - 1];
        names.push((largest / ONE_OPEN_IN, name_of(largest, ONE_OPEN_IN)));
        let mut servers = Vec::new();
        for (cards, name) in &names {
            servers.push((*cards, Server::start(&self.url(name))?));
        }
        let boards: Vec<_> = servers.iter().map(|(cards, server)| (*cards, server.host.as_str())).collect();
        for figure in browser::measure(&boards)? {
            let target = match figure.name.as_str() {
                "drag_vs_windowed" => Target::AtMost(1.3),
                "mount_vs_windowed" => Target::AtMost(2.0),
                "cards_growth" => Target::AtMost(1.2),
                "drag_long_frames" => Target::AtMost(figure.reference + 2.0),
                "live_vs_roundtrip" => Target::AtMost(3.0),
                "mounted_cards" => Target::AtMost(150.0),
                _ => Target::None { better: "lower" },
            };
            self.tell(&figure.name, figure.value, &figure.unit, target, figure.reference);
        }
        Ok(())
    }

    /// PostgreSQL's log, which lies where the cluster does.
    fn log(&self) -> PathBuf {
        let elsewhere = fs::read_to_string(self.folder.join("postgres.location"));
        let home = elsewhere.map_or_else(|_| self.folder.join("postgres"), |home| PathBuf::from(home.trim_end()));
        home.join("postgres.log")
    }

    fn tell(&mut self, name: &str, value: f64, unit: &str, target: Target, reference: f64) {
        let (better, wanted, is_reached) = match target {
            Target::AtLeast(least) => ("higher", format!("at least {least}"), value >= least),
            Target::AtMost(most) => ("lower", format!("at most {most}"), value <= most),
            Target::None { better } => (better, String::new(), true),
        };
        if !wanted.is_empty() {
            let reached = if is_reached { "reached" } else { "MISSED" };
            println!("  {name:<28}{value:>10.2} {unit:<12} {wanted}, {reached}");
        }
        self.figures
            .push(json!({ "name": name, "value": value, "unit": unit, "better": better, "reference": reference,
                                  "target": Some(wanted).filter(|wanted| !wanted.is_empty()) }));
    }
}

fn name_of(leads: i64, one_open_in: i64) -> String {
    format!("board_{leads}_{one_open_in}")
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
