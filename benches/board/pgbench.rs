//! PostgreSQL's own load generator: the reference, without HTTP and without us.

use crate::Trouble;
use std::{fs, path::PathBuf, process::Command};

/// pgbench of this machine against one database.
pub struct Pgbench {
    program: PathBuf,
    url: String,
    folder: PathBuf,
}

/// What a run has done.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Transactions per second.
    pub per_second: f64,
    /// Transactions in all.
    pub transactions: i64,
}

impl Pgbench {
    /// Finds pgbench beside PostgreSQL's server programs, or on the path.
    pub fn find(url: &str, folder: PathBuf) -> Result<Self, Trouble> {
        let beside = std::env::var("WINBACK_POSTGRES_BIN").ok().map(|bin| PathBuf::from(bin).join("pgbench"));
        let candidates = beside.into_iter().chain([
            PathBuf::from("/usr/lib/postgresql/17/bin/pgbench"),
            PathBuf::from("/usr/lib/postgresql/16/bin/pgbench"),
            PathBuf::from("/usr/lib/postgresql/15/bin/pgbench"),
            PathBuf::from("pgbench"),
        ]);
        let program = candidates.into_iter().find(|program| {
            Command::new(program).arg("--version").output().is_ok_and(|answer| answer.status.success())
        });
        let program = program.ok_or(
            "pgbench is needed for this. It comes with PostgreSQL's server or contrib package (Debian: postgresql, Fedora: \
             postgresql-contrib); put its folder on the PATH or into WINBACK_POSTGRES_BIN.",
        )?;
        Ok(Self { program, url: url.to_owned(), folder })
    }

    /// Runs a script for so many seconds; `variables` are known to it.
    pub fn run(
        &self,
        name: &str,
        script: &str,
        clients: usize,
        seconds: u64,
        variables: &[(&str, i64)],
    ) -> Result<Run, Trouble> {
        let file = self.folder.join(format!("{name}.sql"));
        fs::write(&file, script)?;
        let mut command = Command::new(&self.program);
        command.args(["--no-vacuum", "--protocol=prepared", "--jobs=1"]);
        command.arg(format!("--client={clients}")).arg(format!("--time={seconds}"));
        for (variable, value) in variables {
            command.arg(format!("--define={variable}={value}"));
        }
        let answer = command.arg("--file").arg(&file).arg(&self.url).output()?;
        let said = String::from_utf8_lossy(&answer.stdout);
        let complained = String::from_utf8_lossy(&answer.stderr);
        let figure = |mark: &str| {
            let rest = said.lines().find_map(|line| line.strip_prefix(mark))?;
            rest.trim().split([' ', '/']).next()?.parse::<f64>().ok()
        };
        match (answer.status.success(), figure("tps = "), figure("number of transactions actually processed: ")) {
            (true, Some(per_second), Some(transactions)) => Ok(Run { per_second, transactions: transactions as i64 }),
            _ => Err(format!("pgbench {name}: {said}\n{complained}").into()),
        }
    }
}
