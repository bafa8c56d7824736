//! Figures: each of them against SQL over the base tables that was written apart from the code, on generated histories,
//! on the demo's company and on the real leads; who may read what; and the edges of days, months and weeks.

pub mod history;
pub mod plain;

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, beginning, heard, spawn_app, spawn_app_with},
};
use chrono::{DateTime, Days, TimeDelta, Utc};
use history::{History, generate};
use plain::{LOSSES, Pair, Plain};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Cursor,
    path::Path,
    process::Command,
};
use winback::{
    analytics::{
        api::{Changes, Counted, ListPage, ListSort, Listing, Opening, OwnFigures},
        cockpit::{Answer, Bar, Behind, Cockpit, Cross, Hand, Sum},
        facts::{Book, RunOutcome},
        rules::{Period, Preset, Step},
        selection::{Against, Dim, Pick, Selection, Touch},
    },
    ids::{LeadId, UserId},
    losses::api::StageAtLoss,
    people::rules::{Holder, Viewer},
};

const ADMIN: &str = "admin@demo.winback";
const SELIN: &str = "selin@demo.winback";
const MERT: &str = "mert@demo.winback";
const AYSE: &str = "ayse@demo.winback";
const ISIL: &str = "isil@demo.winback";

/// The same numbers in every run: what fails once fails again.
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).expect("small")]
    }
}

async fn answer(client: &Client, selection: &Selection, step: Step) -> Answer {
    let counted: Counted =
        heard(client.ask("/api/analytics/answer", json!({ "selection": selection, "step": step })).await);
    counted.answer
}

async fn opening(client: &Client) -> Opening {
    let arguments = json!({ "selection": Selection::default(), "step": "month" });
    heard(client.ask("/api/analytics/open", arguments).await)
}

async fn everything(client: &Client) -> Answer {
    answer(client, &Selection::default(), Step::Month).await
}

/// The facts as a browser fetches them, with their tag.
async fn facts(client: &Client) -> (Book, String) {
    let response = client.get("/facts").await;
    assert_eq!(response.status(), 200);
    let tag = response.headers()["etag"].to_str().expect("a tag").to_owned();
    let size: usize = response.headers()["x-facts-size"].to_str().expect("a size").parse().expect("a number");
    let bytes = response.bytes().await.expect("facts");
    assert_eq!(bytes.len(), size);
    (Book::decode(&bytes).expect("our own bytes"), tag)
}

fn newest(behind: Behind) -> ListPage {
    ListPage { behind, sort: ListSort::Date, descending: true, page: 0 }
}

async fn list(client: &Client, selection: &Selection, page: ListPage) -> Listing {
    heard(client.ask("/api/analytics/list", json!({ "selection": selection, "page": page, "language": "tr" })).await)
}

async fn own(client: &Client) -> OwnFigures {
    heard(client.ask("/api/analytics/own", json!({})).await)
}

async fn me(client: &Client) -> Viewer {
    heard(client.ask("/api/people/me", json!({})).await)
}

async fn scalar(app: &TestApp, sql: &str) -> i64 {
    let value: Option<i64> =
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&app.pool).await.expect("a number");
    value.unwrap_or(0)
}

/// Says that everything may have changed: what a test writes past the code leaves no event behind.
async fn tell(app: &TestApp) {
    sqlx::query("insert into event (at, kind) values ($1, 'bulk')")
        .bind(beginning())
        .execute(&app.pool)
        .await
        .expect("told");
}

fn pair(sum: Sum) -> Pair {
    (sum.runs, sum.minor)
}

fn some(figures: impl Iterator<Item = (String, Sum)>) -> BTreeMap<String, Pair> {
    figures.filter(|(_, sum)| sum.runs > 0).map(|(key, sum)| (key, pair(sum))).collect()
}

/// Picks that only losses have do not narrow what wins are compared with.
fn of_losses() -> Vec<Dim> {
    Dim::ALL.iter().copied().filter(|dim| dim.is_of_losses()).collect()
}

/// Holds every figure of an answer against plain SQL.
async fn compare(app: &TestApp, viewer: &Viewer, book: &Book, found: &Answer, fiscal_start: u32) {
    let (words, today) = (&book.head.words, book.head.today);
    let what = format!("{} {:?}", viewer.name, found.selection);
    let ends = plain::days(found.selection.period, today, fiscal_start);
    assert_eq!((found.span.from, found.span.to), ends, "{what}");
    let plain = Plain::of(app, viewer, &found.selection, ends);
    let rest = found.selection.rest();
    let other = found.other.map(|span| Plain {
        ends: (span.from, span.to),
        is_undated: plain.is_undated && found.selection.against == Against::Rest,
        picks: rest.as_ref().filter(|_| found.selection.against == Against::Rest).unwrap_or(plain.picks),
        ..Plain::of(app, viewer, &found.selection, ends)
    });
    for (side, plain) in [Some(&plain), other.as_ref()].into_iter().enumerate() {
        let Some(plain) = plain else { continue };
        totals_agree(plain, found, side, &what).await;
        for dim in Dim::ALL {
            let key = |bar: &Bar| words.of(*dim)[usize::from(bar.code)].key.clone();
            let which = if *dim == Dim::Fate { "true" } else { LOSSES };
            let expected = plain.grouped(&format!("\"{dim}\""), which, Some("ended"), &[*dim]).await;
            let bars = &found.bars[dim];
            assert_eq!(
                some(bars.iter().map(|bar| (key(bar), bar.sums[side]))),
                expected,
                "{dim} of side {side}, {what}"
            );
            if matches!(dim, Dim::Rep | Dim::Source) {
                let without = [of_losses(), vec![*dim]].concat();
                let won = plain.grouped(&format!("\"{dim}\""), "outcome = 'won'", Some("ended"), &without).await;
                let shares = bars.iter().filter(|bar| bar.shares[side].won > 0);
                let found: BTreeMap<_, _> = shares.map(|bar| (key(bar), bar.shares[side].won)).collect();
                assert_eq!(found, won.into_iter().map(|(key, (runs, _))| (key, runs)).collect(), "{dim} won, {what}");
            }
        }
    }
    for cross in Cross::ALL {
        let (row, column) = cross.dims();
        let name = |dim: Dim, code: u16| words.of(dim)[usize::from(code)].key.clone();
        let key = format!("\"{row}\" || '|' || \"{column}\"");
        let cells = found.crossed[cross].iter();
        let cells = cells.map(|cell| (format!("{}|{}", name(row, cell.row), name(column, cell.column)), cell.losses));
        assert_eq!(some(cells), plain.grouped(&key, LOSSES, Some("ended"), &[row, column]).await, "{cross}, {what}");
    }
    trend_agrees(&plain, found, fiscal_start, &what).await;
}

async fn totals_agree(plain: &Plain<'_>, found: &Answer, side: usize, what: &str) {
    let totals = found.totals[side];
    for (outcome, sum) in [("lost", totals.lost), ("unqualified", totals.unqualified), ("won", totals.won)] {
        let without = if outcome == "won" { of_losses() } else { Vec::new() };
        let expected = plain.whole(&format!("outcome = '{outcome}'"), Some("ended"), &without).await;
        assert_eq!(pair(sum), expected, "{outcome} of side {side}, {what}");
    }
    let recovered = plain.whole("fate = 'recovered'", Some("ended"), &[]).await;
    assert_eq!(pair(totals.recovered), recovered, "recovered of side {side}, {what}");
    let decided = "outcome in ('won', 'lost')";
    let won = plain.whole("outcome = 'won'", Some("ended"), &of_losses()).await.0;
    let decided = plain.whole(decided, Some("ended"), &of_losses()).await.0;
    assert_eq!((totals.share.won, totals.share.decided), (won, decided), "win rate of side {side}, {what}");
    let begun = plain.whole("true", Some("began"), &of_losses()).await.0;
    let converted = plain.whole("outcome = 'won'", Some("began"), &of_losses()).await.0;
    assert_eq!((totals.begun.decided, totals.begun.won), (begun, converted), "conversion of side {side}, {what}");
    assert_eq!(totals.median_days, plain.median().await, "median of side {side}, {what}");
}

async fn trend_agrees(plain: &Plain<'_>, found: &Answer, fiscal_start: u32, what: &str) {
    let step = match found.step {
        Step::Day => "ended".to_owned(),
        Step::Week => "(ended - (extract(isodow from ended)::int - 1))".to_owned(),
        Step::Month => "to_char(ended, 'YYYY-MM-01')".to_owned(),
        // Months since the fiscal year began, down to a multiple of three.
        Step::Quarter => format!(
            "to_char(date_trunc('month', ended) - (((extract(month from ended)::int + 12 - {fiscal_start}) % 3) || ' months')::interval,
                     'YYYY-MM-DD')"
        ),
    };
    for (outcome, sum) in [
        ("lost", (|of| of.lost) as fn(&winback::analytics::cockpit::StepFigures) -> Sum),
        ("unqualified", |of| of.unqualified),
        ("won", |of| of.won),
    ] {
        let without = if outcome == "won" { of_losses() } else { Vec::new() };
        let mut expected = plain.grouped(&step, &format!("outcome = '{outcome}'"), None, &without).await;
        expected.remove("");
        // Of too many steps the oldest are left out.
        let first = found.trend.first().map(|of| of.start.to_string()).unwrap_or_default();
        expected.retain(|start, _| *start >= first);
        let steps = some(found.trend.iter().map(|of| (of.start.to_string(), sum(of))));
        assert_eq!(steps, expected, "{outcome} by {}, {what}", found.step);
    }
    for two in found.trend.windows(2) {
        assert_eq!(found.step.next(two[0].start), two[1].start, "the trend has no gaps, {what}");
    }
    let undated = plain.whole(&format!("{LOSSES} and ended is null"), None, &[]).await.0;
    assert_eq!(found.undated[0], undated, "without a date, {what}");
}

async fn random_selection(dice: &mut Dice, book: &Book) -> Selection {
    let today = book.head.today;
    let mut day = |most: u64| today - Days::new(dice.below(most));
    let (one, other) = (day(700), day(700));
    let period = match dice.below(4) {
        0 => Period::Preset(dice.of(Preset::ALL)),
        1 => Period::Preset(Preset::All),
        2 => Period::Between { from: Some(one.min(other)), to: Some(one.max(other)) },
        _ if dice.one_in(2) => Period::Between { from: Some(one), to: None },
        _ => Period::Between { from: None, to: Some(other) },
    };
    let against = match dice.below(5) {
        0 => Against::YearBefore,
        1 => Against::Rest,
        2 => Against::Nothing,
        3 => Against::Days { from: Some(one.min(other) - Days::new(200)), to: Some(one) },
        _ => Against::Before,
    };
    let mut picks = BTreeMap::new();
    for _ in 0..dice.below(4) {
        let dim = dice.of(Dim::ALL);
        let words = book.head.words.of(dim);
        let keys: BTreeSet<_> = (0..=dice.below(3))
            .map(|_| words[usize::try_from(dice.below(words.len() as u64)).expect("small")].key.clone())
            .collect();
        picks.insert(dim, Pick { except: dice.one_in(3), keys: keys.into_iter().collect() });
    }
    Selection { period, against, picks }
}

/// So many filters of `client`'s: the server's figures and the browser's are the same, and what plain SQL says.
async fn compare_some(app: &TestApp, client: &Client, dice: &mut Dice, rounds: usize, fiscal_start: u32) -> i64 {
    let viewer = me(client).await;
    let (book, _) = facts(client).await;
    let mut browser = Cockpit::new(book.clone());
    let mut losses = 0;
    for round in 0..rounds {
        let selection = if round == 0 { Selection::default() } else { random_selection(dice, &book).await };
        let step = dice.of(Step::ALL);
        if dice.one_in(2) {
            // What was taken up beforehand counts the same.
            let hand = if dice.one_in(3) { Hand::Days } else { Hand::Of(dice.of(Dim::ALL)) };
            browser.take_up(hand);
        }
        let found = browser.answer(&selection, step);
        if round % 4 == 0 {
            assert_eq!(answer(client, &selection, step).await, found, "the server counts the same, {selection:?}");
        }
        compare(app, &viewer, &book, &found, fiscal_start).await;
        losses += found.totals[0].losses().runs;
        if round % 8 == 0 {
            open_lists(client, &found).await;
        }
    }
    losses
}

/// Opens the lists: as many leads are listed as the figures say.
async fn open_lists(client: &Client, found: &Answer) {
    for (behind, figure) in [(Behind::Losses, found.totals[0].losses().runs), (Behind::Won, found.totals[0].won.runs)] {
        let listed = list(client, &found.selection, newest(behind)).await;
        assert_eq!(listed.total, figure, "{behind} of {:?}", found.selection);
        assert_eq!(listed.rows.len() as i64, figure.min(listed.page_size), "{behind}");
        assert!(listed.rows.is_sorted_by(|a, b| a.ended_on >= b.ended_on), "{behind}: the latest first");
    }
}

#[tokio::test]
async fn every_figure_is_what_plain_sql_says() {
    let app = spawn_app().await;
    let mut dice = Dice(20_260_302);
    sqlx::query("update organisation set time_zone = 'Europe/Berlin', fiscal_year_starts_in = 2")
        .execute(&app.pool)
        .await
        .expect("settings");
    generate(&app, &mut dice, 300).await;
    plain::lay_out(&app).await;
    let mut losses = 0;
    for (email, rounds) in [(ADMIN, 30), (SELIN, 15), (MERT, 10), (AYSE, 5)] {
        losses += compare_some(&app, &app.sign_in(email).await, &mut dice, rounds, 2).await;
    }
    assert!(losses > 1000, "the filters were not all empty: {losses}");
    own_figures_agree(&app).await;
}

#[tokio::test]
async fn two_hundred_filters_of_the_demo_give_what_plain_sql_gives() {
    let app = spawn_app().await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_winback"));
    command.arg("demo").env("DATABASE_URL", app.database_url());
    let done = command.output().expect("the program runs");
    assert!(done.status.success(), "{done:?}");
    plain::lay_out(&app).await;
    let admin = app.sign_in(ADMIN).await;
    let losses = compare_some(&app, &admin, &mut Dice(6050), 200, 1).await;
    assert!(losses > 10_000, "the filters were not all empty: {losses}");
}

async fn own_figures_agree(app: &TestApp) {
    let people: Vec<(i64, String)> =
        sqlx::query_as("select id, email from app_user where role = 'rep'").fetch_all(&app.pool).await.expect("people");
    for (id, email) in people {
        let found = own(&app.sign_in(&email).await).await;
        let live = "join lead l on l.id = x.lead_id and l.withdrawn_at is null";
        let losses = |outcome: &str| {
            format!(
                "select count(*) from loss x {live} where x.owner_id = {id} and x.outcome = '{outcome}'
                 and coalesce(x.closure, '') <> 'reversed'"
            )
        };
        let wins = format!("select count(*) from win x {live} where x.owner_id = {id} and x.undone_at is null");
        let open = format!(
            "select count(*) from lead where owner_id = {id} and withdrawn_at is null and standing_loss_id is null
             and stage_kind not in ('customer', 'inactive')"
        );
        assert_eq!(found.total.lost, scalar(app, &losses("lost")).await, "{email}");
        assert_eq!(found.total.unqualified, scalar(app, &losses("unqualified")).await, "{email}");
        assert_eq!(found.total.won, scalar(app, &wins).await, "{email}");
        assert_eq!(found.open, scalar(app, &open).await, "{email}");
        for (stage, _, here) in &found.stages {
            let StageAtLoss::Known(stage) = stage else { continue };
            let sql = format!("{} and coalesce(x.stage_id, 0) = {stage}", losses("lost"));
            assert_eq!(here.lost, scalar(app, &sql).await, "{email} at {stage}");
        }
    }
}

/// The real leads, beside the project; a clone elsewhere may not have them.
#[tokio::test]
async fn two_hundred_filters_of_the_real_leads_give_what_plain_sql_gives() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/leads_xeducation.csv");
    if !path.is_file() {
        println!("skipped: {} is not here", path.display());
        return;
    }
    let app = spawn_app().await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_winback"));
    command.arg("import").arg(&path).args(["--preset", "x-education"]).env("DATABASE_URL", app.database_url());
    assert!(command.output().expect("the program runs").status.success());
    plain::lay_out(&app).await;
    let (admin, selin) = (app.sign_in(ADMIN).await, app.sign_in(SELIN).await);
    let whole = everything(&admin).await;
    let totals = whole.totals[0];
    assert_eq!((totals.lost.runs, totals.unqualified.runs, totals.begun.decided), (1801, 1294, 9240));
    assert_eq!(
        (whole.undated[0], whole.trend.iter().map(|of| of.lost.runs).sum::<i64>()),
        (3095, 0),
        "nobody knows when"
    );
    let mut dice = Dice(9240);
    compare_some(&app, &admin, &mut dice, 160, 1).await;
    compare_some(&app, &selin, &mut dice, 40, 1).await;
    own_figures_agree(&app).await;
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

async fn person(app: &TestApp, email: &str) -> Holder {
    Holder::Person(UserId(given::user(app, email).await))
}

fn key_of(holder: Holder) -> String {
    match holder {
        Holder::Person(id) => id.to_string(),
        Holder::Queue(id) => format!("q{id}"),
    }
}

/// Losses per rep, by key.
fn by_rep(book: &Book, found: &Answer) -> BTreeMap<String, i64> {
    let key = |bar: &Bar| book.head.words.of(Dim::Rep)[usize::from(bar.code)].key.clone();
    found.bars[&Dim::Rep].iter().filter(|bar| bar.sums[0].runs > 0).map(|bar| (key(bar), bar.sums[0].runs)).collect()
}

#[tokio::test]
async fn what_one_may_not_read_is_in_no_figure() {
    let app = spawn_app().await;
    let (ayse, isil) = (person(&app, AYSE).await, person(&app, ISIL).await);
    let mut transaction = app.pool.begin().await.expect("a transaction");
    for (holder, country) in [(ayse, "Türkiye"), (ayse, "Türkiye"), (isil, "Malta")] {
        let mut lead = History::begin(&mut transaction, holder, beginning(), Some(100)).await;
        lead.set(&format!("country = '{country}'")).await;
        lead.lost(beginning(), "trust").await;
    }
    transaction.commit().await.expect("written");
    for (email, losses, reps) in [(ADMIN, 3, 2), (SELIN, 2, 1), (MERT, 1, 1), (AYSE, 2, 1), (ISIL, 1, 1)] {
        let client = app.sign_in(email).await;
        let (book, found) = (facts(&client).await.0, everything(&client).await);
        assert_eq!(pair(found.totals[0].losses()), (losses, losses * 100), "{email}");
        assert_eq!((by_rep(&book, &found).len(), book.facts.rows() as i64), (reps, losses), "{email}");
        let says_malta = String::from_utf8_lossy(&book.encode()).contains("Malta");
        assert_eq!(says_malta, matches!(email, ADMIN | MERT | ISIL), "{email}: no word of a foreign lead");
        // Not by naming somebody else's team, person or bar either.
        let of_isil = Selection::default().touched(Dim::Rep, &key_of(isil), Touch::Alone);
        let listed = list(&client, &of_isil, newest(Behind::Losses)).await;
        let narrowed = answer(&client, &of_isil, Step::Month).await.totals[0].losses().runs;
        let expected = i64::from(matches!(email, ADMIN | MERT | ISIL));
        assert_eq!((listed.total, listed.rows.len() as i64, narrowed), (expected, expected, expected), "{email}");
    }
    // Who gets the lead gets its history; the loss stays the one's who lost it.
    sqlx::query("update lead set owner_id = $1 where owner_id = $2")
        .bind(given::user(&app, AYSE).await)
        .bind(given::user(&app, ISIL).await)
        .execute(&app.pool)
        .await
        .expect("handed over");
    tell(&app).await;
    let (mert, selin) = (app.sign_in(MERT).await, app.sign_in(SELIN).await);
    assert_eq!(everything(&mert).await.totals[0].losses().runs, 0);
    let reps = by_rep(&facts(&selin).await.0, &everything(&selin).await);
    assert_eq!(reps, BTreeMap::from([(key_of(ayse), 2), (key_of(isil), 1)]));
    let nobody = app.stranger();
    for path in ["open", "answer", "changes", "list", "own"] {
        let (status, _) = nobody.call(&format!("/api/analytics/{path}"), json!({})).await;
        assert_eq!(status, 401, "{path}");
    }
    for path in ["/facts", "/losses/export/csv"] {
        assert_ne!(nobody.get(path).await.status(), 200, "{path}");
    }
}

/// A draft of a loss for reason `trust`, by phone.
async fn trust(app: &TestApp) -> Value {
    json!({
        "outcome": "lost", "reason": given::reason(app, "trust").await,
        "attempt": { "new": { "channel": "call", "approach": "offer", "result": "refused", "at": null, "note": "" } },
        "same_again_because": "", "customer": "nothing", "note": "No.", "retry_potential": "low", "evidence": {},
        "recontact_on": null, "override_because": "" })
}

#[tokio::test]
async fn a_browser_that_counts_itself_takes_in_what_changes() {
    let app = spawn_app().await;
    let (staying, going) =
        (given::can(&app).await, given::lead(&app, Given { name: "Gül", rank: "W", ..Given::default() }).await);
    let (ayse, selin, admin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await, app.sign_in(ADMIN).await);
    let (book, tag) = facts(&selin).await;
    let mut browser = Cockpit::new(book);
    assert_eq!((browser.rows(), browser.answer(&Selection::default(), Step::Month).totals[0].losses().runs), (2, 0));
    let unchanged = selin.request(reqwest::Method::GET, "/facts").header("if-none-match", format!("W/{tag}"));
    assert_eq!(selin.execute(unchanged.build().expect("a request")).await.status(), 304);

    let wanted = json!({ "lead": staying, "draft": trust(&app).await, "seen_version": 0, "key": "browser-counts-1" });
    ayse.ask("/api/losses/lose", json!({ "wanted": wanted })).await;
    // Into another team's hands: out of Selin's sight.
    let (from, to) = (person(&app, AYSE).await, person(&app, ISIL).await);
    let wanted = json!([{ "lead": going, "from": from, "to": to, "key": "browser-counts-2" }]);
    let answer =
        admin.ask("/api/routing/assign", json!({ "wanted": wanted, "reason": "She knows the industry." })).await;
    assert!(answer[0]["Ok"]["done"].is_object(), "{answer}");
    let since = browser.head().holds.clone();
    let told: Changes = heard(selin.ask("/api/analytics/changes", json!({ "since": since })).await);
    let Changes::Leads { leads, facts: changed, head } = told else { panic!("too much changed") };
    assert_eq!(leads.iter().collect::<BTreeSet<_>>(), BTreeSet::from([&staying, &going]));
    browser.change(&leads, &changed, &head);
    let found = browser.answer(&Selection::default(), Step::Month);
    assert_eq!((browser.rows(), found.totals[0].losses().runs), (1, 1), "one is lost, the other out of sight");
    assert_eq!(found, everything(&selin).await, "the server has seen the same");
    let (book, new_tag) = facts(&selin).await;
    assert_ne!(tag, new_tag);
    assert_eq!(Cockpit::new(book).answer(&Selection::default(), Step::Month), found, "and so has whoever comes now");

    // Another epoch, or too much at once: the browser begins anew.
    let (status, told) =
        selin.call("/api/analytics/changes", json!({ "since": { "epoch": 1, "text": "10:10:" } })).await;
    assert_eq!((status.as_u16(), told), (200, json!("everything")));
    let since = opening(&selin).await.counted.head.holds;
    tell(&app).await;
    assert_eq!(selin.ask("/api/analytics/changes", json!({ "since": since })).await, json!("everything"));
    // Whoever begins anew is not sent back to the beginning, though a transaction that began before is still running.
    let mut running = app.pool.begin().await.expect("a transaction");
    sqlx::query("select pg_current_xact_id()")
        .execute(&mut *running)
        .await
        .expect("a transaction that holds others back");
    tell(&app).await;
    let since = facts(&selin).await.0.head.holds;
    let told: Changes = heard(selin.ask("/api/analytics/changes", json!({ "since": since })).await);
    assert!(matches!(told, Changes::Leads { leads, .. } if leads.is_empty()));
    running.commit().await.expect("committed");
    let (status, _) = selin.call("/api/analytics/changes", json!({ "since": { "epoch": 1, "text": "1; drop" } })).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn above_a_size_that_is_set_the_server_counts() {
    let app = spawn_app_with(|config| config.facts_in_browser = 1).await;
    given::can(&app).await;
    let admin = app.sign_in(ADMIN).await;
    let opened = opening(&admin).await;
    assert_eq!((opened.rows, opened.in_browser), (1, true));
    given::lead(&app, Given { rank: "W", ..Given::default() }).await;
    tell(&app).await;
    let opened = opening(&admin).await;
    assert_eq!((opened.rows, opened.in_browser), (2, false));
}

#[tokio::test]
async fn mistakes_do_not_count_and_new_tries_are_new_runs() {
    let app = spawn_app().await;
    let (ayse, admin) = (person(&app, AYSE).await, app.sign_in(ADMIN).await);
    let day = |days: i64| beginning() - TimeDelta::days(100 - days);
    let mut transaction = app.pool.begin().await.expect("a transaction");
    let mut lead = History::begin(&mut transaction, ayse, day(0), Some(1000)).await;
    lead.lost(day(1), "trust").await;
    lead.back(day(2), "reversed").await;
    lead.lost(day(3), "price_too_high").await;
    lead.back(day(4), "reactivated").await;
    lead.won(day(5), day(5).date_naive(), 700).await;
    let lead = lead.lead;
    transaction.commit().await.expect("written");
    let found = everything(&admin).await.totals[0];
    assert_eq!((pair(found.lost), pair(found.won), pair(found.recovered)), ((1, 1000), (1, 700), (1, 1000)));
    assert_eq!((found.begun.decided, found.begun.won), (2, 1), "a run from the beginning, one from the reactivation");
    assert_eq!(found.median_days, Some(3.0));
    let on = |days: i64| Some(day(days).date_naive());
    for (behind, outcome, from, to) in [(Behind::Won, RunOutcome::Won, 4, 5), (Behind::Losses, RunOutcome::Lost, 0, 3)]
    {
        let listed = list(&admin, &Selection::default(), newest(behind)).await;
        let rows: Vec<_> =
            listed.rows.iter().map(|row| (row.lead, row.outcome, row.started_on, row.ended_on)).collect();
        assert_eq!(rows, [(LeadId(lead), outcome, on(from), on(to))]);
    }
    assert_eq!(own(&app.sign_in(AYSE).await).await.created(), 2);

    let mut transaction = app.pool.begin().await.expect("a transaction");
    let mut history = History::of_customer(&mut transaction, lead, 5);
    history.not_won_after_all(day(6)).await;
    transaction.commit().await.expect("written");
    tell(&app).await;
    let found = everything(&admin).await.totals[0];
    assert_eq!((found.won.runs, found.begun.decided, found.begun.won), (0, 2, 0));
    sqlx::query("update lead set withdrawn_at = $1").bind(beginning()).execute(&app.pool).await.expect("withdrawn");
    tell(&app).await;
    let found = everything(&admin).await;
    assert_eq!((found.totals[0], found.bars[&Dim::Rep].len()), (Default::default(), 0));
    assert_eq!(own(&app.sign_in(AYSE).await).await.created(), 0);
}

#[tokio::test]
async fn days_are_those_of_the_organisation() {
    let app = spawn_app().await;
    let ayse = person(&app, AYSE).await;
    // Summer time begins in Berlin on 29 March 2026 and ends on 25 October 2026.
    let moments = [
        "2025-12-31T22:59:59Z", // the last second of 2025 in Berlin
        "2025-12-31T23:00:00Z", // the first of 2026
        "2026-03-29T21:59:59Z", // a Sunday still, though 23 hours after it began
        "2026-03-29T22:00:00Z", // Monday
        "2026-03-31T21:59:59Z", // March
        "2026-03-31T22:00:00Z", // April
        "2026-10-25T22:59:59Z", // Sunday, 25 hours long
        "2026-10-25T23:00:00Z", // Monday
    ];
    let mut transaction = app.pool.begin().await.expect("a transaction");
    for at in moments {
        let mut lead = History::begin(&mut transaction, ayse, moment(at) - TimeDelta::hours(1), None).await;
        lead.lost(moment(at), "trust").await;
    }
    transaction.commit().await.expect("written");
    sqlx::query("update organisation set time_zone = 'Europe/Berlin'").execute(&app.pool).await.expect("settings");
    app.clock.advance(moment("2026-11-01T12:00:00Z") - beginning());
    let admin = app.sign_in(ADMIN).await;
    let trend = |answer: Answer| {
        let some = answer.trend.into_iter().filter(|of| of.lost.runs > 0);
        some.map(|of| (of.start.to_string(), of.lost.runs)).collect::<Vec<_>>()
    };
    let expected =
        |pairs: &[(&str, i64)]| pairs.iter().map(|(day, runs)| ((*day).to_owned(), *runs)).collect::<Vec<_>>();
    assert_eq!(
        trend(answer(&admin, &Selection::default(), Step::Month).await),
        expected(&[("2025-12-01", 1), ("2026-01-01", 1), ("2026-03-01", 3), ("2026-04-01", 1), ("2026-10-01", 2)])
    );
    assert_eq!(
        trend(answer(&admin, &Selection::default(), Step::Week).await),
        expected(&[("2025-12-29", 2), ("2026-03-23", 1), ("2026-03-30", 3), ("2026-10-19", 1), ("2026-10-26", 1)])
    );
    // Half past eleven in the evening in Berlin is the same month still; the viewer's own zone does not matter.
    app.clock.advance(moment("2026-11-30T22:30:00Z") - moment("2026-11-01T12:00:00Z"));
    let admin = app.sign_in(ADMIN).await;
    let this_month = Selection { period: Period::Preset(Preset::ThisMonth), ..Selection::default() };
    let found = answer(&admin, &this_month, Step::Month).await;
    assert_eq!(found.span.from.map(|day| day.to_string()).as_deref(), Some("2026-11-01"));
    app.clock.advance(TimeDelta::minutes(30));
    let found = answer(&admin, &this_month, Step::Month).await;
    assert_eq!(found.span.from.map(|day| day.to_string()).as_deref(), Some("2026-12-01"));
}

#[tokio::test]
async fn own_figures_are_right_at_once() {
    let app = spawn_app().await;
    let (lead, ayse) =
        (given::lead(&app, Given { stage: "qualified", ..Given::default() }).await, app.sign_in(AYSE).await);
    let stage = given::stage(&app, "qualified").await;
    let before = own(&ayse).await;
    assert_eq!((before.total.lost, before.open, before.created()), (0, 1, 1));
    let draft = json!({
        "outcome": "lost", "reason": given::reason(&app, "trust").await,
        "attempt": { "new": { "channel": "call", "approach": "offer", "result": "refused", "at": null, "note": "" } },
        "same_again_because": "", "customer": "nothing", "note": "No.", "retry_potential": "low", "evidence": {},
        "recontact_on": null, "override_because": "" });
    let wanted = json!({ "lead": lead, "draft": draft, "seen_version": 0, "key": "own-figures-1" });
    let answer = ayse.ask("/api/losses/lose", json!({ "wanted": wanted })).await;
    let after = own(&ayse).await;
    assert_eq!((after.total.lost, after.open, after.created()), (1, 0, 1), "{answer}");
    assert_eq!(after.stages.iter().map(|(at, ..)| *at).collect::<Vec<_>>(), [StageAtLoss::Known(stage)]);
    let wanted = json!({ "loss": answer["done"]["lost"]["loss"], "closure": "reversed", "cause": null, "to": null,
                         "note": "", "key": "own-figures-2" });
    ayse.ask("/api/losses/reopen", json!({ "wanted": wanted })).await;
    let back = own(&ayse).await;
    assert_eq!((back.total, back.open, back.stages), (before.total, 1, before.stages));
    let selin = own(&app.sign_in(SELIN).await).await;
    assert_eq!(selin.created(), 0, "a manager's own figures are not the team's");
}

#[tokio::test]
async fn lists_are_paged_and_sorted() {
    let app = spawn_app().await;
    let (ayse, admin) = (person(&app, AYSE).await, app.sign_in(ADMIN).await);
    let mut transaction = app.pool.begin().await.expect("a transaction");
    for (place, name) in ["Çınar", "Ada", "Zeki", "İpek", "Cem"].into_iter().cycle().take(60).enumerate() {
        let at = beginning() - TimeDelta::days(i64::try_from(place).expect("small"));
        let mut lead = History::begin(&mut transaction, ayse, at, Some(place as i64)).await;
        lead.set(&format!("name = '{name}'")).await;
        lead.lost(at, "trust").await;
    }
    transaction.commit().await.expect("written");
    let page = |sort, descending, page| ListPage { behind: Behind::Losses, sort, descending, page };
    let mut seen = BTreeSet::new();
    for number in 0..4 {
        let listed = list(&admin, &Selection::default(), page(ListSort::Date, true, number)).await;
        assert_eq!((listed.total, listed.rows.len()), (60, [25, 25, 10, 0][number as usize]));
        assert!(listed.rows.is_sorted_by(|a, b| a.ended_on >= b.ended_on));
        seen.extend(listed.rows.iter().map(|row| row.lead));
    }
    assert_eq!(seen.len(), 60, "every lead stands on one page");
    let by_name = list(&admin, &Selection::default(), page(ListSort::Name, false, 0)).await;
    let mut names: Vec<_> = by_name.rows.iter().filter_map(|row| row.name.as_deref()).collect();
    names.dedup();
    assert_eq!(names, ["Ada", "Cem", "Çınar"], "as Turkish orders them");
    let by_value = list(&admin, &Selection::default(), page(ListSort::Value, true, 0)).await;
    assert_eq!(by_value.rows.first().and_then(|row| row.minor), Some(59));
}

#[tokio::test]
async fn what_is_filtered_can_be_taken_along() {
    use calamine::{Data, Reader, Xlsx};
    let app = spawn_app().await;
    let (ayse, admin) = (person(&app, AYSE).await, app.sign_in(ADMIN).await);
    let mut transaction = app.pool.begin().await.expect("a transaction");
    for (name, reason) in
        [("=HYPERLINK(1)", "trust"), ("Çınar, \"A.Ş.\"", "trust"), ("Not asked for", "price_too_high")]
    {
        let mut lead = History::begin(&mut transaction, ayse, beginning(), Some(123_450)).await;
        lead.set(&format!("name = '{name}'")).await;
        lead.lost(beginning(), reason).await;
    }
    transaction.commit().await.expect("written");
    let query = format!("reason={}&list=losses&lang=tr", given::reason(&app, "trust").await);
    let csv = admin.get(&format!("/losses/export/csv?{query}")).await;
    assert!(csv.headers()["content-disposition"].to_str().is_ok_and(|told| told.contains("losses.csv")));
    let text = csv.text().await.expect("text");
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
    let names: BTreeSet<_> = rows.iter().map(|row| row[1].to_owned()).collect();
    assert_eq!(names, BTreeSet::from(["'=HYPERLINK(1)".to_owned(), "Çınar, \"A.Ş.\"".to_owned()]));
    assert_eq!((&rows[0][4], &rows[0][8], &rows[0][9]), ("Güven", "2026-03-02", "1234.50"));

    let xlsx = admin.get(&format!("/losses/export/xlsx?{query}")).await.bytes().await.expect("a workbook");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(xlsx.to_vec())).expect("a workbook");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("a range");
    assert_eq!(sheet.height(), 3);
    let texts: BTreeSet<_> = sheet.rows().skip(1).map(|row| row[1].to_string()).collect();
    assert_eq!(texts, BTreeSet::from(["=HYPERLINK(1)".to_owned(), "Çınar, \"A.Ş.\"".to_owned()]), "texts, no formulas");
    assert!(sheet.rows().skip(1).all(|row| row[9] == Data::Float(1234.5)), "amounts are numbers");
    assert_eq!(admin.get("/losses/export/pdf").await.status(), 404);
}

#[tokio::test]
async fn days_that_nobody_means_are_not_understood() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let page = json!({ "behind": "losses", "sort": "date", "descending": true, "page": 0 });
    let selection =
        |from: &str| json!({ "period": { "between": { "from": from, "to": null } }, "against": "before", "picks": {} });
    let (sound, unsound) = (selection("2026-01-01"), selection("0001-01-01"));
    for (path, arguments, is_sound) in [
        ("answer", json!({ "selection": sound, "step": "week" }), true),
        ("answer", json!({ "selection": unsound, "step": "week" }), false),
        ("open", json!({ "selection": unsound, "step": "week" }), false),
        ("list", json!({ "selection": sound, "page": page, "language": "en" }), true),
        ("list", json!({ "selection": unsound, "page": page, "language": "en" }), false),
    ] {
        let (status, answer) = admin.call(&format!("/api/analytics/{path}"), arguments.clone()).await;
        assert_eq!(status.is_success(), is_sound, "{path} {arguments}: {answer}");
    }
}
