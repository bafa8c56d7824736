//! Insights: what is planted in the demo data is found, with figures as plain SQL gives them; in the same data with their
//! marks shuffled nothing is.

use crate::harness::{Client, TestApp, beginning, heard, spawn_app};
use chrono::NaiveDate;
use engine::{Facts, Record};
use rand::{Rng, SeedableRng, rngs::ChaCha8Rng};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::AssertSqlSafe;
use std::collections::{BTreeMap, HashSet};
use winback::{
    analytics::{
        facts::{BEGAN, Book, COLUMNS, DAYS, ENDED, OUTCOME, RECOVERED, RunOutcome},
        rules::{Period, Preset, Span},
        selection::Dim,
    },
    insights::{
        api::Insights,
        rules::{Arrivals, Bin, Event, FALSE_DISCOVERIES, Group, Insight, LEAST_PACE, find},
    },
};

const ADMIN: &str = "admin@demo.winback";
const AYSE: &str = "ayse@demo.winback";
const SELIN: &str = "selin@demo.winback";
const ALL: Period = Period::Preset(Preset::All);

async fn demo() -> TestApp {
    let app = spawn_app().await;
    let now = beginning();
    winback::demo::store::fill(&app.pool, 1, now.date_naive(), now).await.expect("demo data");
    app
}

async fn read(client: &Client, period: Period) -> Insights {
    heard(client.ask("/api/insights/read", json!({ "period": period })).await)
}

fn day(text: &str) -> Option<NaiveDate> {
    Some(text.parse().expect("a day"))
}

/// The months since the rival came, to be held against as many days before.
fn since_the_rival() -> Period {
    Period::Between { from: day("2025-09-01"), to: day("2026-03-01") }
}

/// Held against July.
fn august() -> Period {
    Period::Between { from: day("2025-08-01"), to: day("2025-08-31") }
}

fn is(bin: &Bin, dim: Dim, name: &str) -> bool {
    bin.dim == dim && (bin.word.name.pick("en") == name || bin.word.key == name)
}

fn group_is(insight: &Insight, dim: Dim, name: &str) -> bool {
    matches!(&insight.group, Group::Of(bin) if is(bin, dim, name))
}

fn event_is(insight: &Insight, dim: Dim, name: &str) -> bool {
    matches!(&insight.event, Event::Is(bin) if is(bin, dim, name))
}

fn told(insight: &Insight) -> String {
    let name = |bin: &Bin| match bin.word.name.pick("en") {
        "" => format!("{}={}", bin.dim, bin.word.key),
        name => format!("{}={name}", bin.dim),
    };
    let group = match &insight.group {
        Group::Now => "now".to_owned(),
        Group::Of(bin) => name(bin),
    };
    let event = match &insight.event {
        Event::Is(bin) => name(bin),
        event => format!("{event:?}"),
    };
    let within = insight.within.as_ref().map(name).unwrap_or_default();
    let (own, others) = (insight.own, insight.others);
    format!(
        "{:.1e} {within} {group} {event}: {:.3} of {} against {:.3} of {}",
        insight.p, own.share, own.runs, others.share, others.runs
    )
}

/// Whether there is one, and it says *more* where more was planted.
fn expect(found: &Insights, what: &str, more: bool, is: impl Fn(&Insight) -> bool) {
    let all: Vec<_> = found.found.insights.iter().map(told).collect();
    let fits = |insight: &&Insight| is(insight) && (insight.difference() > 0.0) == more;
    assert!(found.found.insights.iter().any(|insight| fits(&insight)), "{what}:\n{}", all.join("\n"));
}

#[tokio::test]
async fn what_is_planted_is_found_with_the_figures_of_plain_sql() {
    let app = demo().await;
    let admin = app.sign_in(ADMIN).await;
    let all = read(&admin, ALL).await;
    // The numbers are those of docs/DEMO.md.
    expect(&all, "1: an answer within the hour", false, |one| {
        group_is(one, Dim::Answer, "0") && one.event == Event::Lost
    });
    expect(&all, "2: one rep loses on price", true, |one| {
        group_is(one, Dim::Rep, "Çiğdem Arslan") && event_is(one, Dim::Reason, "Price too high")
    });
    expect(&all, "4: Instagram does not qualify", true, |one| {
        group_is(one, Dim::Source, "Instagram") && one.event == Event::Unqualified
    });
    expect(&all, "4: Instagram loses", true, |one| group_is(one, Dim::Source, "Instagram") && one.event == Event::Lost);
    expect(&all, "4: most wanted to know the price only", true, |one| {
        group_is(one, Dim::Source, "Instagram") && event_is(one, Dim::Reason, "Estimate only")
    });
    expect(&all, "5: a poor cold list", true, |one| {
        group_is(one, Dim::Segment, "Textile mills") && one.event == Event::Unqualified
    });
    expect(&all, "6: Google Ads loses", true, |one| {
        group_is(one, Dim::Source, "Google Ads") && one.event == Event::Lost
    });
    expect(&all, "7: bad timing comes back", true, |one| {
        group_is(one, Dim::Reason, "Timing not suitable") && one.event == Event::WonBack
    });
    expect(&all, "8: given up after two or three attempts", true, |one| {
        (group_is(one, Dim::Tries, "2") || group_is(one, Dim::Tries, "3")) && event_is(one, Dim::Reason, "Contact lost")
    });
    expect(&all, "9: juniors lose big deals", true, |one| {
        // Jan Novák is the only junior of the supplier: it is told of one of them.
        let junior = group_is(one, Dim::Tier, "junior") || group_is(one, Dim::Rep, "Jan Novák");
        junior && one.within.as_ref().is_some_and(|within| is(within, Dim::Size, "3")) && one.event == Event::Lost
    });
    expect(&all, "10: discounts to 20 % help", false, |one| {
        group_is(one, Dim::Discount, "2") && one.event == Event::Lost
    });
    expect(&all, "12: stale in Nurturing", true, |one| {
        let is_long = ["3", "4"].iter().any(|step| group_is(one, Dim::Stood, step));
        is_long && one.within.as_ref().is_some_and(|within| within.dim == Dim::Lasted) && one.event == Event::Lost
    });
    expect(&all, "13: a good segment", false, |one| {
        group_is(one, Dim::Segment, "Gulf patients") && one.event == Event::Lost
    });
    let since = read(&admin, since_the_rival()).await;
    expect(&since, "3: a new competitor", true, |one| {
        let within = one.within.as_ref().is_some_and(|within| is(within, Dim::Product, "Dental implants"));
        within && one.group == Group::Now && event_is(one, Dim::Reason, "Competitor preferred")
    });
    let quiet = read(&admin, august()).await;
    let slow = |one: &Arrivals| one.within.is_none() && one.ratio().is_some_and(|ratio| ratio < 0.8);
    assert!(quiet.found.arrivals.iter().any(slow), "11: August is quiet: {:?}", quiet.found.arrivals);
    compare(&app, &quiet, august(), "true").await;
    compare(&app, &all, ALL, "true").await;
    compare(&app, &since, since_the_rival(), "true").await;
    let of_team = "f.lead_owner_id in (select u.id from app_user u join team_manager m on m.team_id = u.team_id
                                       join app_user s on s.id = m.user_id where s.email = 'selin@demo.winback')
        or f.lead_owner_id = (select id from app_user where email = 'selin@demo.winback')
        or f.lead_queue_id in (select q.id from queue q join team_manager m on m.team_id = q.team_id
                               join app_user s on s.id = m.user_id where s.email = 'selin@demo.winback')";
    let team = read(&app.sign_in(SELIN).await, ALL).await;
    assert!(!team.found.insights.is_empty());
    compare(&app, &team, ALL, of_team).await;
    let own = "f.lead_owner_id = (select id from app_user where email = 'ayse@demo.winback')
        or f.lead_queue_id in (select q.id from queue q join app_user u on u.team_id = q.team_id
                               where u.email = 'ayse@demo.winback')";
    let ayse = app.sign_in(AYSE).await;
    let hers = read(&ayse, ALL).await;
    assert!(hers.found.runs < team.found.runs && team.found.runs < all.found.runs);
    compare(&app, &hers, ALL, own).await;
    let page = admin.get("/losses/insights").await.text().await.expect("a page");
    assert!(page.contains("Instagram") && page.contains("Benjamini"), "{page}");
    let page = ayse.get("/losses/insights?period=this_month").await;
    assert_eq!(page.status(), StatusCode::OK);
}

/// What tells the runs of a chart apart, over the view of runs.
fn column(dim: Dim) -> String {
    match dim {
        Dim::Reason => "f.reason_id::text".to_owned(),
        Dim::Rep => "coalesce(f.owner_id::text, 'q' || f.queue_id)".to_owned(),
        Dim::Line => "f.business_line_id::text".to_owned(),
        Dim::Country => "f.country".to_owned(),
        Dim::Tries => "least(f.attempts, 6)::text".to_owned(),
        Dim::Tier => "f.tier".to_owned(),
        Dim::Answer => {
            "width_bucket(f.answered_after_minutes, array[60, 240, 1440, 4320, 10080]::bigint[])::text".to_owned()
        }
        Dim::Lasted => {
            "width_bucket(greatest(f.ended_on - f.started_on, 0), array[7, 14, 30, 60, 90, 180])::text".to_owned()
        }
        Dim::Stood => "width_bucket(f.stood_days, array[7, 14, 30, 60, 90, 180]::bigint[])::text".to_owned(),
        Dim::Discount => "case when f.discount_percent > 20 then '3' when f.discount_percent > 10 then '2'
                  when f.discount_percent > 0 then '1' when f.discount_percent = 0 then '0' end"
            .to_owned(),
        Dim::Kind => "case when f.excuse then 'excuse' when not f.excuse then 'real' end".to_owned(),
        Dim::Size => {
            let ends = "array[100000, 500000, 1000000, 5000000, 10000000, 50000000]::bigint[]";
            format!("width_bucket(f.value_base_minor, {ends})::text")
        }
        dim => format!("f.{dim}_id::text"),
    }
}

fn in_days(span: Span) -> String {
    match (span.from, span.to) {
        (Some(from), Some(to)) => format!("f.ended_on between '{from}' and '{to}'"),
        _ => "true".to_owned(),
    }
}

/// Every insight's figures, counted by SQL that was written apart from the code.
async fn compare(app: &TestApp, found: &Insights, period: Period, sight: &str) {
    let today = beginning().date_naive();
    let span = period.span(today, 1);
    assert_eq!((found.span, found.before), (span, period.before(today, 1)));
    let runs = format!("select count(*) from fact f where f.outcome <> 'open' and ({sight}) and {}", in_days(span));
    let runs: i64 = sqlx::query_scalar(AssertSqlSafe(runs)).fetch_one(&app.pool).await.expect("a count");
    assert_eq!(found.found.runs as i64, runs);
    for arrivals in &found.found.arrivals {
        compare_days(app, arrivals, [span, period.before(today, 1).expect("days before")], sight).await;
    }
    for insight in &found.found.insights {
        let sql = by_hand(insight, span, found.before, sight);
        let row: (i64, i64, i64, f64) = sqlx::query_as(AssertSqlSafe(sql.clone()))
            .fetch_one(&app.pool)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        let told = told(insight);
        assert_eq!((insight.part, insight.own.runs, insight.others.runs), (row.0, row.1, row.2), "{told}\n{sql}");
        assert!((insight.others.share - row.3).abs() < 1e-9, "{told} {}\n{sql}", row.3);
        assert!((insight.own.share - row.0 as f64 / row.1 as f64).abs() < 1e-9, "{told}");
        assert!(insight.own.low <= insight.own.share && insight.own.share <= insight.own.high, "{told}");
        assert!(insight.p <= FALSE_DISCOVERIES, "{told}");
    }
}

async fn compare_days(app: &TestApp, arrivals: &Arrivals, spans: [Span; 2], sight: &str) {
    let within = arrivals.within.as_ref().map_or_else(|| "true".to_owned(), with);
    for (span, pace) in spans.into_iter().zip([arrivals.now, arrivals.before]) {
        let (from, to) =
            (span.from.expect("a first day"), span.to.expect("a last day").min(day("2026-03-01").expect("a day")));
        let sql = format!(
            "select count(f.lead_id), count(distinct d.day)
             from generate_series(date '{from}', date '{to}', interval '1 day') as d (day)
             left join fact f on f.started_on = d.day and ({sight}) and {within}"
        );
        let (runs, days): (i64, i64) =
            sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&app.pool).await.expect("counts of days");
        assert_eq!((pace.runs, pace.days as i64), (runs, days), "{arrivals:?}");
        assert!(
            (pace.per_day - runs as f64 / days as f64).abs() < 1e-9
                && pace.low <= pace.per_day
                && pace.per_day <= pace.high
        );
    }
    let [low, high] =
        [arrivals.now.per_day.min(arrivals.before.per_day), arrivals.now.per_day.max(arrivals.before.per_day)];
    assert!(arrivals.p <= FALSE_DISCOVERIES && high >= LEAST_PACE * low, "{arrivals:?}");
}

/// The condition that a bar is.
fn with(bin: &Bin) -> String {
    format!("{} = '{}'", column(bin.dim), bin.word.key.replace('\'', "''"))
}

fn by_hand(insight: &Insight, span: Span, before: Option<Span>, sight: &str) -> String {
    let (event, among) = match &insight.event {
        Event::Lost => ("f.outcome = 'lost'".to_owned(), "f.outcome in ('won', 'lost')"),
        Event::Unqualified => ("f.outcome = 'unqualified'".to_owned(), "f.outcome <> 'open'"),
        Event::WonBack => ("f.fate = 'recovered'".to_owned(), "f.fate in ('reactivated', 'recovered')"),
        Event::Is(bin) => match insight.of {
            Some(RunOutcome::Lost) => (with(bin), "f.outcome = 'lost'"),
            Some(RunOutcome::Unqualified) => (with(bin), "f.outcome = 'unqualified'"),
            _ => (with(bin), "f.outcome in ('lost', 'unqualified')"),
        },
    };
    let (group, days) = match &insight.group {
        Group::Now => (in_days(span), format!("({} or {})", in_days(span), in_days(before.expect("days before")))),
        Group::Of(bin) => (with(bin), in_days(span)),
    };
    let within = insight.within.as_ref().map_or_else(|| "true".to_owned(), with);
    let mut looked_at: Vec<Dim> = insight.within.iter().map(|bin| bin.dim).collect();
    looked_at.extend(if let Group::Of(bin) = &insight.group { Some(bin.dim) } else { None });
    looked_at.extend(if let Event::Is(bin) = &insight.event { Some(bin.dim) } else { None });
    let mut alike: Vec<_> =
        [Dim::Line, Dim::Source].into_iter().filter(|dim| !looked_at.contains(dim)).map(column).collect();
    if !matches!(insight.event, Event::Lost | Event::Unqualified) {
        alike.push("f.outcome".to_owned());
    }
    alike.push("true".to_owned());
    format!(
        "with run_of as (
             select array[{}]::text[] as alike, {group} as is_group, {event} as is_event
             from fact f where {among} and ({sight}) and {days} and {within}
         ), counted as (
             select count(*) as n, count(*) filter (where is_group) as own, count(*) filter (where is_event) as hit,
                    count(*) filter (where is_group and is_event) as part
             from run_of where is_group is not null and is_event is not null group by alike
         )
         select coalesce(sum(part), 0)::bigint, coalesce(sum(own), 0)::bigint, coalesce(sum(n - own), 0)::bigint,
                (sum(own * (hit - part)::float8 / (n - own)) / sum(own))::float8
         from counted where own > 0 and own < n and hit > 0 and hit < n",
        alike.iter().map(|column| format!("({column})::text")).collect::<Vec<_>>().join(", ")
    )
}

/// The same runs with what is told of them drawn anew from each column for itself: what a lead is known by over all runs,
/// what only losses have over those with the same outcome, the day of its beginning over all days. Nothing goes with anything any more.
fn shuffled(book: &Book, chance: &mut ChaCha8Rng) -> Book {
    let facts = &book.facts;
    let rows = facts.rows();
    let mut columns: Vec<Vec<u16>> =
        (0..COLUMNS).map(|column| (0..rows).map(|row| facts.column(column).code(row)).collect()).collect();
    let ended: Vec<usize> = (0..rows).filter(|row| columns[OUTCOME][*row] != 0).collect();
    let mut of_outcomes = BTreeMap::<u16, Vec<usize>>::new();
    for row in &ended {
        of_outcomes.entry(columns[OUTCOME][*row]).or_default().push(*row);
    }
    let is_of_losses = |column: usize| {
        [Dim::Fate, Dim::Reason, Dim::Stage, Dim::Tries, Dim::Kind, Dim::Retry].iter().any(|dim| dim.place() == column)
    };
    let known = (0..COLUMNS).filter(|column| ![OUTCOME, BEGAN, DAYS, RECOVERED].contains(column));
    for column in known {
        if is_of_losses(column) {
            of_outcomes.values().for_each(|rows| shuffle(&mut columns[column], rows, chance));
        } else {
            shuffle(&mut columns[column], &ended, chance);
        }
    }
    // As many began on any day as on any other.
    let known_days: Vec<u16> = columns[BEGAN].iter().copied().filter(|day| *day > 0).collect();
    let (first, last) = (known_days.iter().min().expect("a day"), known_days.iter().max().expect("a day"));
    for day in columns[BEGAN].iter_mut().filter(|day| **day > 0) {
        *day = first + (chance.next_u64() % u64::from(last - first + 1)) as u16;
    }
    let records: Vec<_> = (0..rows)
        .map(|row| Record {
            subject: facts.subjects().get(row),
            mark: facts.marks().get(row),
            amount: facts.amounts().get(row),
            codes: columns.iter().map(|column| column[row]).collect(),
        })
        .collect();
    let mut shuffled = Facts::empty(&(0..COLUMNS).map(|column| facts.size(column)).collect::<Vec<_>>());
    shuffled.replace(&HashSet::new(), &records).expect("the same codes");
    Book { head: book.head.clone(), facts: shuffled }
}

/// Puts the codes of some rows into another order (Fisher and Yates).
fn shuffle(codes: &mut [u16], rows: &[usize], chance: &mut ChaCha8Rng) {
    for last in (1..rows.len()).rev() {
        let other = (chance.next_u64() % (last as u64 + 1)) as usize;
        codes.swap(rows[last], rows[other]);
    }
}

/// Shuffles of each kind.
const SHUFFLES: usize = 30;

#[tokio::test]
async fn in_shuffled_data_almost_nothing_is_found() {
    let app = demo().await;
    let admin = app.sign_in(ADMIN).await;
    let response = admin.get("/facts").await;
    assert_eq!(response.status(), StatusCode::OK);
    let book = Book::decode(&response.bytes().await.expect("facts")).expect("our own bytes");
    let all_told = |insights: &[Insight]| insights.iter().map(told).collect::<Vec<_>>();
    assert_eq!(all_told(&find(&book, ALL).insights), all_told(&read(&admin, ALL).await.found.insights));
    let open = RunOutcome::ALL.iter().position(|outcome| *outcome == RunOutcome::Open);
    assert_eq!((open, book.facts.column(ENDED).rows()), (Some(0), book.facts.rows()));
    let mut chance = ChaCha8Rng::seed_from_u64(20_260_302);
    let (mut with_any, mut insights) = (0, 0);
    for _ in 0..SHUFFLES {
        let shuffled = shuffled(&book, &mut chance);
        for period in [ALL, since_the_rival()] {
            let found = find(&shuffled, period);
            assert!(found.looked_at > 500, "{}", found.looked_at);
            with_any += usize::from(!found.is_empty());
            insights += found.insights.len() + found.arrivals.len();
        }
    }
    // Where nothing is behind anything, the rate of false discoveries is the probability of any: at most one data set in
    // twenty shows something. Of sixty that is three; the procedure holds under any dependence, so that it finds fewer.
    let most = (2.0 * SHUFFLES as f64 * FALSE_DISCOVERIES) as usize;
    assert!(with_any <= most && insights <= 2 * most, "{insights} insights in {with_any} data sets");
}

#[tokio::test]
async fn strangers_and_nonsense_are_refused() {
    let app = spawn_app().await;
    let asked = json!({ "period": ALL });
    assert_eq!(app.stranger().call("/api/insights/read", asked).await.0, StatusCode::UNAUTHORIZED);
    let nonsense = json!({ "period": { "between": { "from": "0001-01-01", "to": null } } });
    let admin = app.sign_in(ADMIN).await;
    assert_eq!(admin.call("/api/insights/read", nonsense).await.0, StatusCode::BAD_REQUEST);
    let nothing = read(&admin, ALL).await.found;
    assert_eq!((nothing.insights.len(), nothing.looked_at, nothing.runs), (0, 0, 0));
    let page = admin.get("/losses/insights").await.text().await.expect("a page");
    assert!(page.contains("Nothing stands out"), "{page}");
}
