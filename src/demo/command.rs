//! `winback demo`: fills an empty database with a company to look around in, and takes it out again.

use super::{removal, store, team};
use crate::{clock::Clock, command::with_database, people, server::config::DatabaseConfig};
use chrono::NaiveDate;
use sqlx::PgPool;

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// The seed of the data that `make run` offers.
pub const USUAL_SEED: u64 = 1;

/// What `winback demo` is told.
#[derive(Debug, clap::Args)]
pub struct Demo {
    #[command(flatten)]
    database: DatabaseConfig,
    /// Other seeds make up other people and other days, with the same effects planted in them.
    #[arg(long, default_value_t = USUAL_SEED)]
    seed: u64,
    /// The day on which the data end, such as 2026-03-02; today by default.
    #[arg(long)]
    today: Option<NaiveDate>,
    /// Only the thirteen people who sign in, without leads.
    #[arg(long, conflicts_with_all = ["seed", "today"])]
    team_only: bool,
    /// Take the demo data out again, with the demo team. What real people added stays.
    #[arg(long, conflicts_with_all = ["seed", "today", "team_only"])]
    remove: bool,
    /// Only print how the team signs in.
    #[arg(long, conflicts_with_all = ["seed", "today", "team_only", "remove"])]
    list: bool,
}

/// Does what the command line says.
pub async fn run(demo: Demo) -> Outcome {
    if demo.list {
        team::list();
        return Ok(());
    }
    with_database(&demo.database, async |database| {
        let (pool, clock) = (&database.pool, &Clock::System);
        if demo.remove {
            println!("{}", removal::report(removal::remove(pool, clock.now()).await?));
            return Ok(());
        }
        if demo.team_only {
            team::add(pool, clock).await?;
        } else {
            add(pool, clock, demo.seed, demo.today).await?;
        }
        team::list();
        Ok(())
    })
    .await
}

/// Adds team and data to an empty database, and says how much.
pub async fn add(pool: &PgPool, clock: &Clock, seed: u64, today: Option<NaiveDate>) -> Outcome {
    let began = clock.now();
    let today = match today {
        Some(today) => today,
        None => began.with_timezone(&people::store::time_zone(pool).await?).date_naive(),
    };
    team::add(pool, clock).await?;
    println!("· making up eighteen months of a company");
    let written = store::fill(pool, seed, today, began).await?;
    let seconds = (clock.now() - began).as_seconds_f64();
    println!("· {} leads with {} entries in {seconds:.1} s", written.leads, written.activities);
    Ok(())
}
