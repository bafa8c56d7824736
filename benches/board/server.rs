//! The real program as a process of its own, on a database of the bench.

use crate::Trouble;
use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a server may take to listen.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; it ends with this.
pub struct Server {
    process: Child,
    /// Where it listens: address and port.
    pub host: String,
}

impl Server {
    /// Starts `winback serve` on a database and waits until it listens.
    pub fn start(database: &str) -> Result<Self, Trouble> {
        // The one that `make` built knows the browser's files beside it.
        let program =
            std::env::var_os("WINBACK_BIN").map_or_else(|| env!("CARGO_BIN_EXE_winback").into(), PathBuf::from);
        let address: SocketAddr = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut process = Command::new(program)
            .args(["serve", "--listen", &address.to_string()])
            .env("DATABASE_URL", database)
            .env("LEPTOS_OUTPUT_NAME", "winback")
            .env("LEPTOS_SITE_PKG_DIR", "pkg")
            .env("LEPTOS_ENV", "PROD")
            .env("WINBACK_LOG", "error")
            .stdout(Stdio::null())
            .spawn()?;
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if begun.elapsed() > PATIENCE || process.try_wait()?.is_some() {
                // Nothing more can be done for it.
                let _ = process.kill();
                return Err("the server did not start".into());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(Self { process, host: address.to_string() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
