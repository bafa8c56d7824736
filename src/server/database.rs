//! The way to PostgreSQL: the user's own, or the private cluster in the data folder.

use super::{
    cluster::{Cluster, ClusterError},
    config::DatabaseConfig,
};
use sqlx::{
    Connection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::Duration;

/// The schema's history, built into the binary.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// An open database, with the private cluster that has to be stopped at the end if we started one.
pub struct Database {
    /// Connections.
    pub pool: PgPool,
    cluster: Option<Cluster>,
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The private cluster did not start.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// Nobody answered, or not as expected.
    #[error("PostgreSQL did not let us in: {0}. Check DATABASE_URL (postgres://user:password@host/database)")]
    Connect(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database could not be brought up to this version of winback: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

impl Database {
    /// Opens the configured database and brings its schema up to date; `tell` hears what takes long.
    pub async fn open(config: &DatabaseConfig, tell: impl Fn(&str)) -> Result<Self, DatabaseError> {
        let (url, cluster) = match &config.database_url {
            Some(url) => (url.clone(), None),
            None => {
                let cluster = Cluster::start(&config.data, &tell).await?;
                (cluster.url(), Some(cluster))
            }
        };
        let pool = connect(&url, config.connections).await?;
        tell("bringing the database schema up to date");
        bring_up_to_date(&pool).await?;
        Ok(Self { pool, cluster })
    }

    /// The same for a short command, which works beside a running server if there is one. That server has brought the
    /// schema up to date.
    pub async fn open_beside(config: &DatabaseConfig, tell: impl Fn(&str)) -> Result<Self, DatabaseError> {
        if config.database_url.is_some() {
            return Self::open(config, tell).await;
        }
        match Cluster::running(&config.data).await? {
            Some(url) => Ok(Self { pool: connect(&url, config.connections).await?, cluster: None }),
            None => Self::open(config, tell).await,
        }
    }

    /// Closes the connections and stops the private cluster.
    pub async fn close(self) -> Result<(), DatabaseError> {
        self.pool.close().await;
        if let Some(cluster) = self.cluster {
            cluster.stop().await?;
        }
        Ok(())
    }
}

/// A large database takes longer than any request may.
async fn bring_up_to_date(pool: &PgPool) -> Result<(), DatabaseError> {
    let mut connection = pool.acquire().await?.detach();
    sqlx::query("set statement_timeout = 0").execute(&mut connection).await?;
    MIGRATIONS.run(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Connections beside those of `pool`, as many again, that plan a statement once and keep the plan whatever it is asked with.
///
/// PostgreSQL plans a statement anew for each set of arguments where it reckons that their plan is cheaper to carry out; it
/// reckons little for the planning. A page of cards joins nine tables, and planning that took twice as long as reading it.
/// For statements whose best plan does not depend on their arguments.
pub fn steady(pool: &PgPool) -> PgPool {
    let options = PgConnectOptions::clone(&pool.connect_options()).options([("plan_cache_mode", "force_generic_plan")]);
    pool.options().clone().connect_lazy_with(options)
}

/// A connection that was used this lately needs no question whether it is still there: asking costs as much as a query.
const LATELY: Duration = Duration::from_secs(5);

/// Connections that wait ten seconds at most for their turn, and never hold a transaction open for long.
pub async fn connect(url: &str, connections: u32) -> Result<PgPool, sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    let options = options.options([
        ("statement_timeout", "20s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("timezone", "UTC"),
        ("search_path", "public"),
    ]);
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .before_acquire(|connection, used| {
            Box::pin(async move {
                if used.idle_for > LATELY {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await
}
