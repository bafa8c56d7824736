//! The command line: `winback serve`, `demo`, `user`, `import` …

use crate::{
    capture,
    clock::Clock,
    demo,
    people::{
        password,
        rules::{Email, Role, Tier},
        store,
    },
    server::{
        config::{Config, DatabaseConfig},
        database::Database,
        serve,
    },
};
use clap::{Parser, Subcommand};
use std::{
    io::{BufRead, Read},
    process::ExitCode,
};
use tracing_subscriber::EnvFilter;

/// Lead management that learns from every loss.
#[derive(Parser)]
#[command(version, about, propagate_version = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run winback until Ctrl-C: database, web server, jobs.
    Serve(Config),
    /// Fill an empty database with a made-up company to look around in (a team of thirteen, eighteen months of leads), or
    /// take it out again.
    Demo(demo::command::Demo),
    /// Manage the people who sign in.
    #[command(subcommand)]
    User(User),
    /// Bring leads in from a CSV file, as one background job with progress.
    Import(capture::command::Import),
}

#[derive(Subcommand)]
enum User {
    /// Add somebody. The password is asked for, or read from the first line of standard input.
    Add {
        /// The address they sign in with.
        email: Email,
        /// Their name.
        #[arg(long)]
        name: String,
        /// rep, manager or admin.
        #[arg(long)]
        role: Role,
        /// For reps: sdr, junior, mid, senior or account_director.
        #[arg(long)]
        tier: Option<Tier>,
        /// The team a rep works in or a manager manages; created when it does not exist.
        #[arg(long)]
        team: Option<String>,
        #[command(flatten)]
        database: DatabaseConfig,
    },
}

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Does what the command line says.
pub async fn run() -> ExitCode {
    let CommandLine { command } = CommandLine::parse();
    let filter = EnvFilter::try_from_env("WINBACK_LOG").unwrap_or_else(|_| EnvFilter::new("warn,winback=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let outcome = match command {
        Command::Serve(config) => serve::serve(config).await,
        Command::Demo(demo) => demo::command::run(demo).await,
        Command::User(User::Add { email, name, role, tier, team, database }) => {
            let user = (email, name, role, tier, team);
            with_database(&database, async |database| add_user(database, user).await).await
        }
        Command::Import(import) => capture::command::run(import).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("winback: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Opens the database (beside a running server, if there is one), does the work, and stops the private cluster again if
/// it was started for this.
pub async fn with_database(config: &DatabaseConfig, work: impl AsyncFnOnce(&Database) -> Outcome) -> Outcome {
    let database = Database::open_beside(config, |step| eprintln!("· {step}")).await?;
    let outcome = work(&database).await;
    database.close().await?;
    outcome
}

async fn add_user(
    database: &Database,
    (email, name, role, tier, team): (Email, String, Role, Option<Tier>, Option<String>),
) -> Outcome {
    let password = read_password()?;
    let password_hash = password::hash(&password)?;
    let user =
        store::NewUser { email: &email, name: &name, role, tier, team: team.as_deref(), password_hash: &password_hash };
    store::add_user(&database.pool, user, Clock::System.now()).await?;
    println!("{name} can sign in as {email}.");
    Ok(())
}

fn read_password() -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    eprintln!("Password (at least {} characters, then Enter):", password::SHORTEST);
    let mut line = String::new();
    std::io::stdin().lock().take(4096).read_line(&mut line)?;
    let password = line.trim_end_matches(['\n', '\r']).to_owned();
    if password.chars().count() < password::SHORTEST {
        return Err(format!("the password needs at least {} characters", password::SHORTEST).into());
    }
    Ok(password)
}
