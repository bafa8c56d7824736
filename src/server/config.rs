//! What a running server is told from outside: command line first, environment second, defaults last.

use std::{net::SocketAddr, path::PathBuf};

/// Settings shared by every command that needs the database.
#[derive(Debug, Clone, clap::Args)]
pub struct DatabaseConfig {
    /// An existing PostgreSQL (15 or later), as postgres://user:password@host/database. Without it winback keeps a
    /// private one in the data folder.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Where the private database lives.
    #[arg(long, env = "WINBACK_DATA", default_value = "data")]
    pub data: PathBuf,
    /// Connections kept to the database, and as many again for what is asked most often.
    #[arg(long, env = "WINBACK_CONNECTIONS", default_value_t = 16)]
    pub connections: u32,
}

/// Settings of the web server.
#[derive(Debug, Clone, clap::Args)]
pub struct Config {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseConfig,
    /// The address to listen on; 0.0.0.0 lets the office in.
    #[arg(long, env = "WINBACK_LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// The address that people type; without it http://localhost and the port. Cookies are marked Secure when it starts
    /// with https.
    #[arg(long, env = "WINBACK_PUBLIC_URL", default_value = "")]
    pub public_url: String,
    /// Add the demo team and its made-up leads when the private database is empty. Never done to a database of your own.
    #[arg(long)]
    pub demo: bool,
    /// Where the browser's files are (JavaScript, Wasm, CSS, fonts).
    #[arg(long, env = "LEPTOS_SITE_ROOT", default_value = "target/site")]
    pub site_root: PathBuf,
    /// How many reverse proxies stand in front; the caller's address is taken from X-Forwarded-For accordingly.
    #[arg(long, env = "WINBACK_PROXIES", default_value_t = 0)]
    pub proxies: usize,
    /// Up to so many runs the browser counts the loss cockpit itself; above that, and on small phones, the server does.
    #[arg(long, env = "WINBACK_FACTS_IN_BROWSER", default_value_t = FACTS_IN_BROWSER)]
    pub facts_in_browser: usize,
}

/// A million runs are some twenty megabytes on the way and a hundred in the browser's memory.
const FACTS_IN_BROWSER: usize = 1_000_000;

impl Config {
    /// For commands that work like a server without being one: no address, no pages.
    pub fn without_server(database: DatabaseConfig) -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            database,
            listen,
            public_url: String::new(),
            demo: false,
            site_root: PathBuf::new(),
            proxies: 0,
            facts_in_browser: FACTS_IN_BROWSER,
        }
    }
}
