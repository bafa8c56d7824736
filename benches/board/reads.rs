//! What is read from the board, timed one request after the other at several sizes, and by eight at once.

use crate::{Trouble, line::Line, median, pgbench::Pgbench};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::{
    sync::atomic::{AtomicBool, AtomicI64, Ordering},
    thread,
    time::{Duration, Instant},
};
use winback::pipeline::store::FIRST_PAGE;

/// Which growth a request counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// The board: pages and filters.
    Board,
    /// The board narrowed to a text, which is looked for in all leads, those off the board included.
    Text,
    /// The board in another order than that of its ranks, for which all its cards are read.
    Sorted,
    /// Finding a lead by something that is spelt rightly.
    Search,
    /// With typing errors.
    Fuzzy,
}

/// A request that is timed.
pub struct Asked {
    /// What it is.
    pub name: &'static str,
    /// What it counts for.
    pub growth: Growth,
    path: &'static str,
    body: Value,
    who: usize,
}

/// A database of some size with somebody who asks.
pub struct Place {
    /// How many leads it has.
    pub leads: i64,
    lines: Vec<Line>,
    asked: Vec<Asked>,
}

const BOARD: &str = "/api/pipeline/board";
const FIND: &str = "/api/search/find";

/// A rep with a full board, and an admin, whose board is everybody's.
const WHO: [&str; 2] = ["ayse@demo.winback", "admin@demo.winback"];
const REP: usize = 0;
const ADMIN: usize = 1;

fn filter(source: Option<i64>, product: Option<i64>, text: &str, sort: &str) -> Value {
    json!({ "filter": { "whose": "mine", "source": source, "product": product, "text": text, "sort": sort } })
}

/// The board as people open it.
fn everything() -> Value {
    filter(None, None, "", "manual")
}

impl Place {
    /// Signs in and chooses what is asked for.
    pub async fn new(pool: &PgPool, leads: i64, host: &str) -> Result<Self, Trouble> {
        let mut lines = Vec::new();
        for email in WHO {
            lines.push(Line::sign_in(host, email)?);
        }
        let board: Value = serde_json::from_str(&lines[ADMIN].ask(BOARD, &everything().to_string())?)?;
        let stage = board["columns"][0]["stage"]["id"].as_i64().ok_or("an empty board")?;
        // From the middle of a column: a page that read its way there would show it.
        let (rank, id): (String, i64) = sqlx::query_as(
            "select rank, id from lead where stage_id = $1 and standing_loss_id is null order by rank, id
             offset (select count(*) / 2 from lead where stage_id = $1 and standing_loss_id is null) limit 1",
        )
        .bind(stage)
        .fetch_one(pool)
        .await?;
        let mut next = everything();
        next["stage"] = stage.into();
        next["after"] = json!({ "figure": 0, "rank": rank, "id": id });
        let page = |name, growth, who, body| Asked { name, growth, path: BOARD, body, who };
        let mut asked = vec![
            page("first page, a rep's own", Growth::Board, REP, everything()),
            page("first page, everybody's", Growth::Board, ADMIN, everything()),
            Asked { name: "next page", growth: Growth::Board, path: "/api/pipeline/column", body: next, who: ADMIN },
            page("filter by source", Growth::Board, ADMIN, filter(Some(1), None, "", "manual")),
            page("filter by product", Growth::Board, REP, filter(None, Some(1), "", "manual")),
            page("by clock, a rep's own", Growth::Sorted, REP, filter(None, None, "", "clock")),
            page("by clock, everybody's", Growth::Sorted, ADMIN, filter(None, None, "", "clock")),
        ];
        asked.extend(searches(pool).await?);
        Ok(Self { leads, lines, asked })
    }

    /// The requests.
    pub fn asked(&self) -> &[Asked] {
        &self.asked
    }

    /// Milliseconds that one request takes.
    pub fn time(&mut self, which: usize) -> Result<f64, Trouble> {
        let asked = &self.asked[which];
        let body = asked.body.to_string();
        let begun = Instant::now();
        let answer = self.lines[asked.who].ask(asked.path, &body)?;
        let took = begun.elapsed().as_secs_f64() * 1000.0;
        let anything = if asked.path == FIND { "\"lead\":" } else { "\"move_version\":" };
        if !answer.contains(anything) {
            return Err(format!("{} found nothing with {body}: {answer}", asked.name).into());
        }
        Ok(took)
    }
}

/// Everything that is searched for: this is the one place where it is asked. Each search is for a lead that is open, so that
/// the board's filter finds it, too.
async fn searches(pool: &PgPool) -> Result<Vec<Asked>, Trouble> {
    let (name, phone, email): (String, String, String) = sqlx::query_as(
        "select name, phone, email from lead
         where standing_loss_id is null and stage_kind <> 'customer' and phone is not null and company is not null
           and name ~ '^[A-Za-z]+ [A-Za-z]+ [A-Za-z]+$'
         order by id limit 1",
    )
    .fetch_one(pool)
    .await?;
    let words: Vec<&str> = name.split(' ').collect();
    let [first, middle, last] = words[..] else { return Err(format!("{name} has not three words").into()) };
    let prefix: String = name.chars().take(name.chars().count() - 2).collect();
    let spelt = phone.replace("+90 ", "0");
    let find = |name, growth, question: &str, closeness: &str| {
        let body = json!({ "question": question, "closeness": closeness });
        Asked { name, growth, path: FIND, body, who: ADMIN }
    };
    let exact = |name, question: &str| find(name, Growth::Search, question, "as_typed");
    let fuzzy = |name, question: &str| find(name, Growth::Fuzzy, question, "similar");
    Ok(vec![
        exact("search: exact name", &name),
        exact("search: prefix", &prefix),
        exact("search: phone", &spelt),
        exact("search: e-mail", &email),
        fuzzy("mistyped: one word, two letters swapped", &swapped(last)),
        fuzzy("mistyped: a letter missing", &format!("{first} {}", missing(last))),
        fuzzy("mistyped: both words", &format!("{} {}", swapped(first), wrong(last))),
        fuzzy("mistyped: one of three words", &format!("{first} {} {last}", wrong(middle))),
        Asked {
            name: "filter by text: exact name",
            growth: Growth::Text,
            path: BOARD,
            body: filter(None, None, &name, "manual"),
            who: ADMIN,
        },
    ])
}

/// A word without its second letter.
fn missing(word: &str) -> String {
    word.chars().take(1).chain(word.chars().skip(2)).collect()
}

/// A word with its second and third letters in each other's place.
fn swapped(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    letters.swap(1, 2);
    letters.into_iter().collect()
}

/// A word with a third letter that is another one.
fn wrong(word: &str) -> String {
    word.chars().take(2).chain(['q']).chain(word.chars().skip(3)).collect()
}

/// Medians per request and place, asked in turn so that a passing disturbance meets all of them.
pub fn time_all(places: &mut [Place], rounds: usize) -> Result<Vec<Vec<f64>>, Trouble> {
    let requests = places[0].asked.len();
    let mut took = vec![vec![Vec::new(); places.len()]; requests];
    for round in 0..rounds + 2 {
        for (which, took) in took.iter_mut().enumerate() {
            for (place, took) in places.iter_mut().zip(took) {
                let one = place.time(which)?;
                // The first two are for caches and plans.
                if round >= 2 {
                    took.push(one);
                }
            }
        }
    }
    Ok(took.into_iter().map(|places| places.into_iter().map(median).collect()).collect())
}

/// First pages per second: of the server for eight who ask at once, and of the same rows by bare SQL.
pub fn eight_at_once(host: &str, pgbench: &Pgbench, seconds: u64) -> Result<(f64, f64), Trouble> {
    let line = Line::sign_in(host, WHO[ADMIN])?;
    let (is_over, pages) = (AtomicBool::new(false), AtomicI64::new(0));
    let body = everything().to_string();
    let begun = Instant::now();
    let ends: Vec<Result<(), String>> = thread::scope(|scope| {
        let readers: Vec<_> = (0..8)
            .map(|_| {
                let (line, body, is_over, pages) = (&line, &body, &is_over, &pages);
                scope.spawn(move || {
                    let mut line = line.beside().map_err(|error| error.to_string())?;
                    while !is_over.load(Ordering::Relaxed) {
                        line.ask(BOARD, body).map_err(|error| error.to_string())?;
                        pages.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                })
            })
            .collect();
        thread::sleep(Duration::from_secs(seconds));
        is_over.store(true, Ordering::Relaxed);
        readers.into_iter().map(|reader| reader.join().unwrap_or_else(|_| Err("a reader fell".to_owned()))).collect()
    });
    let app = pages.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64();
    ends.into_iter().collect::<Result<Vec<()>, String>>()?;
    let rows = format!(
        "select c.* from stage s cross join lateral
             (select * from card c where c.stage_id = s.id and c.standing_loss_id is null order by c.rank, c.id limit {}) c
         where s.kind <> 'unqualified';",
        FIRST_PAGE + 1
    );
    let bare = pgbench.run("page", &rows, 8, seconds, &[])?;
    Ok((app, bare.per_second))
}

/// One first page, for whoever listens to the statements.
pub fn first_page(line: &mut Line) -> Result<(), Trouble> {
    line.ask(BOARD, &everything().to_string()).map(drop)
}
