//! The statements that the server sends for a request, heard in PostgreSQL's own log, and made into a script for pgbench: so
//! what is replayed is always what the server does.

use crate::Trouble;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::PathBuf,
    time::Duration,
};

/// What happens beside every request: the live stream reads for everybody, jobs look whether something is due, the pool asks
/// whether a connection is still there.
const BESIDE: [&str; 6] =
    ["pg_notify", "e.trimmed_xid", "where c.id = any($1)", "from job", "alter system", "pg_reload_conf"];
/// Until the log is written.
const A_MOMENT: Duration = Duration::from_millis(400);

/// A statement with the values that it was sent with.
#[derive(Debug, Clone)]
pub struct Statement {
    /// With `$1`, `$2`, …
    pub text: String,
    /// In their order; `None` for null.
    pub values: Vec<Option<String>>,
}

/// Listens to a cluster's log.
pub struct Ear<'a> {
    /// Somebody who may set what is logged.
    pub pool: &'a PgPool,
    /// Where the log is.
    pub log: PathBuf,
}

impl Ear<'_> {
    /// The statements that the server sends while `request` is answered.
    pub async fn hear(&self, request: impl FnOnce() -> Result<(), Trouble>) -> Result<Vec<Statement>, Trouble> {
        self.set("alter system set log_statement = 'all'").await?;
        let mut log = File::open(&self.log)?;
        log.seek(SeekFrom::End(0))?;
        let answered = request();
        tokio::time::sleep(A_MOMENT).await;
        self.set("alter system reset log_statement").await?;
        answered?;
        let mut text = String::new();
        log.read_to_string(&mut text)?;
        Ok(statements(&text).into_iter().filter(|one| !BESIDE.iter().any(|word| one.text.contains(word))).collect())
    }

    async fn set(&self, what: &'static str) -> Result<(), Trouble> {
        for statement in [what, "select pg_reload_conf()"] {
            sqlx::query(statement).execute(self.pool).await?;
        }
        tokio::time::sleep(A_MOMENT).await;
        Ok(())
    }
}

/// The statements of a log. A line that goes on begins with a tab.
fn statements(log: &str) -> Vec<Statement> {
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        match (line.strip_prefix('\t'), entries.last_mut()) {
            (Some(more), Some(entry)) => {
                entry.push('\n');
                entry.push_str(more);
            }
            _ => entries.push(line.to_owned()),
        }
    }
    let mut statements: Vec<Statement> = Vec::new();
    for entry in entries {
        let said = |mark: &str| entry.split_once(mark).map(|(_, rest)| rest);
        if let Some((_, text)) = said("LOG:  execute ").and_then(|rest| rest.split_once(": ")) {
            statements.push(Statement { text: text.to_owned(), values: Vec::new() });
        } else if let Some(text) = said("LOG:  statement: ") {
            statements.push(Statement { text: text.to_owned(), values: Vec::new() });
        } else if let (Some(values), Some(last)) = (said("DETAIL:  parameters: "), statements.last_mut()) {
            last.values = values_of(values);
        }
    }
    statements
}

/// `$1 = 'a', $2 = NULL`: what is quoted may hold anything, quotes doubled.
fn values_of(mut text: &str) -> Vec<Option<String>> {
    let mut values = Vec::new();
    while let Some((_, rest)) = text.split_once(" = ") {
        let Some(quoted) = rest.strip_prefix('\'') else {
            values.push(None);
            text = rest;
            continue;
        };
        let (mut value, mut characters, mut end) = (String::new(), quoted.char_indices().peekable(), quoted.len());
        while let Some((at, character)) = characters.next() {
            if character != '\'' {
                value.push(character);
            } else if characters.next_if(|(_, next)| *next == '\'').is_some() {
                value.push('\'');
            } else {
                end = at + 1;
                break;
            }
        }
        values.push(Some(value));
        text = &quoted[end.min(quoted.len())..];
    }
    values
}

/// The statements as a script for pgbench: values that `names` knows become its variables, the others stay as they are.
pub async fn script(
    pool: &PgPool,
    statements: &[Statement],
    names: &BTreeMap<String, &str>,
) -> Result<String, Trouble> {
    let mut script = String::new();
    let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
    for (number, statement) in statements.iter().enumerate() {
        let text = without_comments(&statement.text);
        sqlx::raw_sql(AssertSqlSafe(format!("prepare heard_{number} as {text}"))).execute(&mut connection).await?;
        let types: Vec<String> =
            sqlx::query_scalar("select parameter_types::text[] from pg_prepared_statements where name = $1")
                .bind(format!("heard_{number}"))
                .fetch_one(&mut connection)
                .await?;
        script.push_str(&filled_in(&text, statement, &types, names)?);
        script.push_str(";\n");
    }
    connection.close().await?;
    Ok(script)
}

fn filled_in(
    text: &str,
    statement: &Statement,
    types: &[String],
    names: &BTreeMap<String, &str>,
) -> Result<String, Trouble> {
    let mut parts = text.split('$');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let place: usize = part[..digits].parse().map_err(|_| format!("a dollar that is no parameter in {text}"))?;
        let value = statement.values.get(place - 1).ok_or_else(|| format!("no value for ${place} in {text}"))?;
        let kind = &types[place - 1];
        match value {
            None => filled.push_str(&format!("null::{kind}")),
            Some(value) => match names.get(value) {
                Some(name) => filled.push_str(&format!(":{name}::{kind}")),
                None => filled.push_str(&format!("'{}'::{kind}", value.replace('\'', "''"))),
            },
        }
        filled.push_str(&part[digits..]);
    }
    Ok(filled)
}

/// A comment may hold what pgbench would take for a variable or an end.
fn without_comments(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_once("--").map_or(line, |(code, _)| code).trim());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
