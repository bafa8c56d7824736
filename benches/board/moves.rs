//! Durable moves: over HTTP as a browser sends them, and in pgbench.
//!
//! Everybody moves leads of their own, a hundred of them in turn, to and fro between two stages, so that whoever replays it
//! knows each lead's version without asking. Each run has leads that no run has touched.

use crate::{
    Trouble,
    line::Line,
    pgbench::Pgbench,
    statements::{self, Ear},
};
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Leads of each client and run.
const TURNS: i64 = 100;
/// Where the leads of the runs begin, far from all others.
const FIRST_LEAD: i64 = 4_242_000_000;
/// The lead and the person whose move is listened to: numbers that are no stage's and no version's.
const PROBE: i64 = 4_141_000_000;
const PROBE_PERSON: i64 = 7_000_001;
const PROBE_ADDRESS: &str = "probe@demo.winback";
const PROBE_VERSION: i64 = 4_242;

/// The reps of the demo team whose leads are moved, one per client.
pub const MOVERS: [&str; 8] = ["ayse", "burak", "cigdem", "emre", "irem", "isil", "jan", "omer"];

/// Moves per second of the one and of the others.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// Over HTTP.
    pub app: f64,
    /// The server's own statements in pgbench.
    pub own_sql: f64,
    /// A bare update and an insert in pgbench.
    pub bare_sql: f64,
}

/// Everything that the runs need.
pub struct Ground<'a> {
    pool: &'a PgPool,
    pgbench: Pgbench,
    lines: Vec<Line>,
    own: String,
    stages: [i64; 3],
    first_rep: i64,
    runs: i64,
}

impl<'a> Ground<'a> {
    /// Signs everybody in, listens to one move, and makes the bare tables.
    pub async fn lay(pool: &'a PgPool, pgbench: Pgbench, ear: &Ear<'_>, host: &str) -> Result<Self, Trouble> {
        let mut stages = [0; 3];
        for (stage, kind) in stages.iter_mut().zip(["open", "contacted", "nurturing"]) {
            *stage = sqlx::query_scalar("select id from stage where kind = $1").bind(kind).fetch_one(pool).await?;
        }
        let reps: Vec<i64> = sqlx::query_scalar("select id from app_user where email = any($1) order by id")
            .bind(MOVERS.map(|name| format!("{name}@demo.winback")).to_vec())
            .fetch_all(pool)
            .await?;
        let first_rep = reps[0];
        if reps != (first_rep..first_rep + MOVERS.len() as i64).collect::<Vec<_>>() {
            return Err("the demo team's numbers are expected to follow each other".into());
        }
        let mut lines = Vec::new();
        for name in MOVERS {
            lines.push(Line::sign_in(host, &format!("{name}@demo.winback"))?);
        }
        bare_tables(pool).await?;
        let own = own_script(pool, ear, host, stages).await?;
        Ok(Self { pool, pgbench, lines, own, stages, first_rep, runs: 0 })
    }

    /// One run of each, one after the other.
    pub async fn run(&mut self, clients: usize, seconds: u64) -> Result<Rates, Trouble> {
        let app = self.over_http(clients, seconds).await?;
        let block = self.block(clients).await?;
        let own_sql = self.pgbench.run("own", &scripted(&self.own), clients, seconds, &self.variables(block))?;
        self.expect_moves(block, own_sql.transactions).await?;
        let bare = "begin;
            update bare_lead set stage_id = :to, stage_entered_at = current_timestamp, rank = :rank::text,
                                 move_version = move_version + 1 where id = :lead and move_version = :version;
            insert into bare_activity (lead_id, kind, actor_id, at, move_version, from_stage_id, to_stage_id)
            values (:lead, 'move', :owner, current_timestamp, :version + 1, :from, :to);
            end;";
        let block = self.block(clients).await?;
        let bare_sql = self.pgbench.run("bare", &scripted(bare), clients, seconds, &self.variables(block))?;
        Ok(Rates { app, own_sql: own_sql.per_second, bare_sql: bare_sql.per_second })
    }

    async fn over_http(&mut self, clients: usize, seconds: u64) -> Result<f64, Trouble> {
        let block = self.block(clients).await?;
        let (stages, run) = (self.stages, self.runs);
        let is_over = AtomicBool::new(false);
        let begun = Instant::now();
        let counts: Vec<Result<i64, String>> = thread::scope(|scope| {
            let lines = self.lines[..clients].iter_mut().enumerate();
            let movers: Vec<_> = lines
                .map(|(client, line)| {
                    let is_over = &is_over;
                    let first = block + client as i64 * 1000;
                    let keys = format!("bench-{run}-{client}-");
                    scope.spawn(move || moving(line, first, stages, &keys, is_over).map_err(|error| error.to_string()))
                })
                .collect();
            thread::sleep(Duration::from_secs(seconds));
            is_over.store(true, Ordering::Relaxed);
            movers.into_iter().map(|mover| mover.join().unwrap_or_else(|_| Err("a mover fell".to_owned()))).collect()
        });
        let took = begun.elapsed().as_secs_f64();
        let moves = counts.into_iter().sum::<Result<i64, String>>()?;
        self.expect_moves(block, moves).await?;
        Ok(moves as f64 / took)
    }

    /// Fresh leads for a run: they begin at the number that is given back.
    async fn block(&mut self, clients: usize) -> Result<i64, Trouble> {
        self.runs += 1;
        let block = FIRST_LEAD + self.runs * 100_000;
        for client in 0..clients as i64 {
            let first = block + client * 1000;
            leads(self.pool, first, TURNS, self.first_rep + client, 0).await?;
        }
        sqlx::query(AssertSqlSafe(copied("id between $1 and $1 + 99999"))).bind(block).execute(self.pool).await?;
        Ok(block)
    }

    fn variables(&self, block: i64) -> Vec<(&'static str, i64)> {
        let [open, here, there] = self.stages;
        let (rep, run) = (self.first_rep, self.runs);
        vec![("i", -1), ("block", block), ("rep", rep), ("run", run), ("open", open), ("here", here), ("there", there)]
    }

    /// What was counted has happened.
    async fn expect_moves(&self, block: i64, moves: i64) -> Result<(), Trouble> {
        let made: i64 = sqlx::query_scalar(
            "select count(*) from activity where kind = 'move' and lead_id between $1 and $1 + 99999",
        )
        .bind(block)
        .fetch_one(self.pool)
        .await?;
        if made == moves { Ok(()) } else { Err(format!("{moves} moves were counted, {made} have happened").into()) }
    }
}

/// Moves a hundred leads in turn until it is over; how often.
fn moving(line: &mut Line, first: i64, stages: [i64; 3], keys: &str, is_over: &AtomicBool) -> Result<i64, Trouble> {
    let mut turn = 0;
    while !is_over.load(Ordering::Relaxed) {
        let (lead, version) = (first + turn % TURNS, turn / TURNS);
        let to = if version % 2 == 0 { stages[1] } else { stages[2] };
        let body = format!(
            r#"{{"wanted":{{"lead":{lead},"to":{to},"above":null,"below":null,"seen_version":{version},"key":"{keys}{turn}"}}}}"#
        );
        let answer = line.ask("/api/pipeline/move_lead", &body)?;
        if !answer.starts_with(r#"{"done""#) {
            return Err(format!("a move was not made: {answer}").into());
        }
        turn += 1;
    }
    Ok(turn)
}

/// What each of pgbench's clients knows before each move.
fn scripted(statements: &str) -> String {
    format!(
        "\\set i :i + 1
\\set lead :block + :client_id * 1000 + mod(:i, {TURNS})
\\set version :i / {TURNS}
\\set owner :rep + :client_id
\\set to case when mod(:version, 2) = 0 then :here else :there end
\\set from case when :version = 0 then :open when mod(:version, 2) = 0 then :there else :here end
\\set key 100000000000000 + :run * 1000000000000 + :client_id * 100000000000 + :i
\\set rank 1000000000 + :i
{statements}
"
    )
}

/// Plain leads with their beginning, all in Open.
async fn leads(pool: &PgPool, first: i64, count: i64, owner: i64, version: i64) -> Result<(), Trouble> {
    let mut transaction = pool.begin().await?;
    sqlx::query(
        "insert into lead (id, direction, party, name, search_key, owner_id, stage_id, stage_kind, stage_entered_at, rank,
                           move_version, run_started_at, recorded_at, source_id, product_id, value_minor, currency, value_base_minor)
         overriding system value
         select n, 'inbound', 'person', 'Moved ' || n, 'moved ' || n, $3, s.id, s.kind, now(), 'zz' || n || 'V', $4, now(), now(),
                1 + n % 8, 1 + n % 6, 100000, 'EUR', 100000
         from generate_series($1::bigint, $1 + $2 - 1) n cross join stage s where s.kind = 'open'",
    )
    .bind(first)
    .bind(count)
    .bind(owner)
    .bind(version)
    .execute(&mut *transaction)
    .await?;
    sqlx::query(
        "insert into activity (lead_id, kind, at, move_version)
         select n, 'created', now(), $3 from generate_series($1::bigint, $1 + $2 - 1) n",
    )
    .bind(first)
    .bind(count)
    .bind(version)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}

/// Tables with the same rows and nothing else: no index but the key, no foreign key, no trigger.
async fn bare_tables(pool: &PgPool) -> Result<(), Trouble> {
    for statement in [
        "create table bare_lead (like lead)".to_owned(),
        copied("true"),
        "alter table bare_lead add primary key (id)".to_owned(),
        "create table bare_activity (like activity)".to_owned(),
        "alter table bare_activity add primary key (id)".to_owned(),
        "alter table bare_activity alter id add generated always as identity (start 1000000000)".to_owned(),
        "alter table bare_activity alter detail set default '{}'".to_owned(),
        "vacuum analyze bare_lead".to_owned(),
    ] {
        sqlx::query(AssertSqlSafe(statement)).execute(pool).await?;
    }
    Ok(())
}

fn copied(which: &str) -> String {
    format!("insert into bare_lead select * from lead where {which}")
}

/// Listens to one move and makes a script of it.
async fn own_script(pool: &PgPool, ear: &Ear<'_>, host: &str, stages: [i64; 3]) -> Result<String, Trouble> {
    sqlx::query(
        "insert into app_user (id, email, email_key, name, role, tier, team_id, password_hash, created_at)
         overriding system value
         select $1, $2, $2, 'Probe', role, tier, team_id, password_hash, created_at
         from app_user where email = 'ayse@demo.winback'",
    )
    .bind(PROBE_PERSON)
    .bind(PROBE_ADDRESS)
    .execute(pool)
    .await?;
    let mut line = Line::sign_in(host, PROBE_ADDRESS)?;
    // The first one is for whatever is done once per connection.
    let mut heard = Vec::new();
    let mut rank = String::new();
    for lead in PROBE..PROBE + 3 {
        leads(pool, lead, 1, PROBE_PERSON, PROBE_VERSION).await?;
        let wanted = json!({ "wanted": { "lead": lead, "to": stages[1], "above": null, "below": null,
                                         "seen_version": PROBE_VERSION, "key": format!("probe-key-{lead}") } });
        heard = ear
            .hear(|| {
                let answer: serde_json::Value =
                    serde_json::from_str(&line.ask("/api/pipeline/move_lead", &wanted.to_string())?)?;
                rank = answer["done"]["card"]["rank"].as_str().ok_or("the probe was not moved")?.to_owned();
                Ok(())
            })
            .await?;
    }
    let lead = PROBE + 2;
    let names = BTreeMap::from([
        (lead.to_string(), "lead"),
        (PROBE_PERSON.to_string(), "owner"),
        (PROBE_VERSION.to_string(), "version"),
        (stages[0].to_string(), "from"),
        (stages[1].to_string(), "to"),
        (format!("probe-key-{lead}"), "key"),
        (rank, "rank"),
    ]);
    println!("a move sends {} statements:", heard.len());
    for statement in &heard {
        let line = statement.text.split_whitespace().collect::<Vec<_>>().join(" ");
        println!("  {}", line.chars().take(110).collect::<String>());
    }
    statements::script(pool, &heard, &names).await
}
