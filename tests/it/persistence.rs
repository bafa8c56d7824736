//! Follow-ups: each figure against SQL over the base tables that was written apart from the code, on the demo data and on
//! histories made by hand.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, beginning, fresh_key, heard, spawn_app},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;
use winback::{
    analytics::rules::{Period, Preset},
    ids::{LeadId, QueueId, TeamId, UserId},
    people::rules::Holder,
    persistence::{
        api::{ListPage, Listing, Persistence},
        rules::{Behind, Ending, STEPS, Spread, Spreads, Whose},
    },
};

const ADMIN: &str = "admin@demo.winback";
const AYSE: &str = "ayse@demo.winback";
const BURAK: &str = "burak@demo.winback";
const SELIN: &str = "selin@demo.winback";
const ALL: Period = Period::Preset(Preset::All);

async fn report(client: &Client, period: Period, list: Option<ListPage>) -> Persistence {
    heard(client.ask("/api/persistence/report", json!({ "period": period, "list": list })).await)
}

async fn list(client: &Client, period: Period, behind: Behind, page: u32) -> Listing {
    report(client, period, Some(ListPage { behind, page })).await.listing.expect("a list")
}

async fn rows(app: &TestApp, sql: &str) -> Vec<(String, Option<i64>, Option<i64>, Option<i64>, i64, i64)> {
    let rows = sqlx::query_as(AssertSqlSafe(sql.to_owned())).fetch_all(&app.pool).await;
    rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// Every ended run of the base tables with its attempts, counted by their place among all that happened to the lead.
fn by_hand(sight: &str, days: &str) -> String {
    format!(
        "with ended as (
             select s.lead_id, 'lost' as how, s.owner_id, s.queue_id, s.at as until, null::date as until_day,
                    (s.at at time zone 'Europe/Istanbul')::date as day, s.id as loss
             from loss s where s.outcome = 'lost' and coalesce(s.closure, '-') <> 'reversed' and s.import_batch_id is null
             union all
             select w.lead_id, 'won', w.owner_id, w.queue_id, null, w.won_on, w.won_on, null
             from win w where w.undone_at is null and w.import_batch_id is null
         ), begun as (
             select e.*, coalesce(
                 (select p.closed_at from loss p where p.lead_id = e.lead_id and p.closure in ('reactivated', 'recovered')
                    and (e.until is null or p.closed_at <= e.until) order by p.closed_at desc limit 1),
                 l.arose_at, case when l.import_batch_id is null then l.recorded_at end, '-infinity') as since
             from ended e join lead l on l.id = e.lead_id
             where l.withdrawn_at is null and ({sight}) and ({days})
         ), counted as (
             select b.how, b.owner_id, b.queue_id, count(t.activity_id) as attempts
             from begun b left join attempt t on t.lead_id = b.lead_id and t.at between b.since and
                 coalesce(b.until, (b.until_day + 1)::timestamp at time zone 'Europe/Istanbul' - interval '1 microsecond')
             group by b.lead_id, b.how, b.owner_id, b.queue_id, b.loss, b.since
         )
         select c.how, c.owner_id, c.queue_id, coalesce(u.team_id, q.team_id),
                case when c.attempts <= 1 then 0 when c.attempts > 5 then 5 else c.attempts - 1 end, count(*)
         from counted c left join app_user u on u.id = c.owner_id left join queue q on q.id = c.queue_id
         group by 1, 2, 3, 4, 5"
    )
}

async fn compare(app: &TestApp, client: &Client, period: Period, sight: &str, days: &str) -> Persistence {
    let found = report(client, period, None).await;
    let mut whole = Spreads::default();
    let (mut teams, mut holders) = (BTreeMap::<_, Spreads>::new(), BTreeMap::<_, Spreads>::new());
    for (how, owner, queue, team, step, runs) in rows(app, &by_hand(sight, days)).await {
        let ending: Ending = how.parse().expect("an ending");
        let holder = match (owner, queue) {
            (Some(owner), _) => Holder::Person(UserId(owner)),
            (_, queue) => Holder::Queue(QueueId(queue.expect("one of both"))),
        };
        let of_team = team.map(|team| teams.entry(TeamId(team)).or_default());
        for spreads in [Some(&mut whole), Some(holders.entry(holder).or_default()), of_team].into_iter().flatten() {
            spreads.of_mut(ending).add(step, runs);
        }
    }
    assert_eq!(found.whole, whole);
    assert_eq!(found.teams.iter().map(|of| (of.team, of.spreads)).collect::<BTreeMap<_, _>>(), teams);
    assert_eq!(found.holders.iter().map(|of| (of.holder, of.spreads)).collect::<BTreeMap<_, _>>(), holders);
    found
}

#[tokio::test]
async fn every_figure_is_what_plain_sql_says() {
    let app = spawn_app().await;
    let now = beginning();
    winback::demo::store::fill(&app.pool, 1, now.date_naive(), now).await.expect("demo data");
    let admin = app.sign_in(ADMIN).await;
    let found = compare(&app, &admin, ALL, "true", "true").await;
    for ending in [Ending::Lost, Ending::Won] {
        assert!(found.whole.of(ending).runs() > 300, "{found:?}");
    }
    let spring = Period::Between { from: "2025-03-10".parse().ok(), to: "2025-06-02".parse().ok() };
    compare(&app, &admin, spring, "true", "e.day between '2025-03-10' and '2025-06-02'").await;
    let since = Period::Between { from: "2025-12-01".parse().ok(), to: None };
    compare(&app, &admin, since, "true", "e.day >= '2025-12-01'").await;
    let (selin, ayse) = (given::user(&app, SELIN).await, given::user(&app, AYSE).await);
    let teams = format!("select team_id from team_manager where user_id = {selin}");
    let sight = format!(
        "l.owner_id = {selin} or l.owner_id in (select id from app_user where team_id in ({teams}))
         or l.queue_id in (select id from queue where team_id in ({teams}))"
    );
    compare(&app, &app.sign_in(SELIN).await, ALL, &sight, "true").await;
    let sight = format!(
        "l.owner_id = {ayse} or l.queue_id in
            (select q.id from queue q join app_user u on u.team_id = q.team_id where u.id = {ayse})"
    );
    compare(&app, &app.sign_in(AYSE).await, ALL, &sight, "true").await;
    lists_hold_what_figures_say(&admin, &found).await;
}

async fn lists_hold_what_figures_say(client: &Client, found: &Persistence) {
    let of_teams = found.teams.iter().map(|of| (Some(Whose::Team(of.team)), of.spreads));
    let of_holders = found.holders.iter().take(1).map(|of| (Some(Whose::Holder(of.holder)), of.spreads));
    for (of, spreads) in of_teams.chain(of_holders).chain([(None, found.whole)]) {
        for ending in [Ending::Lost, Ending::Won] {
            let spread = spreads.of(ending);
            let steps = (0..STEPS).map(|step| (Some(step), spread.0[step]));
            for (step, runs) in steps.chain([(None, spread.runs())]) {
                let listing = list(client, ALL, Behind { ending, step, of }, 0).await;
                assert_eq!((listing.total, listing.rows.len() as i64), (runs, runs.min(listing.page_size)));
                let fits = |row: &winback::persistence::api::ListRow| {
                    step.is_none_or(|step| Spread::step(row.follow_ups.into()) == step)
                };
                assert!(listing.rows.iter().all(fits), "{listing:?}");
            }
        }
    }
    let behind = Behind { ending: Ending::Lost, step: None, of: None };
    let last = list(client, ALL, behind, (found.whole.lost.runs() / 25) as u32).await;
    assert_eq!(last.rows.len() as i64, found.whole.lost.runs() % 25);
}

/// Somebody's lead with a history made by hand, through the doors that people use.
struct Story<'a> {
    app: &'a TestApp,
    client: &'a Client,
    lead: LeadId,
    approaches: usize,
}

impl<'a> Story<'a> {
    async fn begin(app: &'a TestApp, client: &'a Client, owner: &'a str) -> Self {
        let lead = given::lead(app, Given { owner, ..Given::default() }).await;
        app.clock.advance(TimeDelta::minutes(1));
        Self { app, client, lead, approaches: 0 }
    }

    /// Tries so often, a minute apart.
    async fn tried(&mut self, times: usize) {
        for _ in 0..times {
            self.tried_at(None).await;
            self.app.clock.advance(TimeDelta::minutes(1));
        }
    }

    async fn tried_at(&mut self, at: Option<&str>) {
        self.approaches += 1;
        let approach = ["reminder", "offer", "argument"][self.approaches % 3];
        let attempt = json!({ "channel": "call", "approach": approach, "result": "no_answer", "at": at, "note": "" });
        let wanted = json!({ "lead": self.lead, "attempt": attempt, "key": fresh_key() });
        let answer = self.client.ask("/api/losses/log_attempt", wanted).await;
        assert!(answer["done"].is_object(), "{answer}");
    }

    async fn version(&self) -> i64 {
        let version = sqlx::query_scalar("select move_version from lead where id = $1").bind(self.lead.0);
        version.fetch_one(&self.app.pool).await.expect("a lead")
    }

    async fn ended(&self, outcome: &str, code: &str) -> i64 {
        let draft = json!({
            "outcome": outcome, "reason": given::reason(self.app, code).await, "attempt": { "excepted": "unreachable" },
            "same_again_because": "", "customer": "nothing", "note": "Gone.", "retry_potential": "low", "evidence": {},
            "recontact_on": null, "override_because": ""
        });
        let wanted =
            json!({ "lead": self.lead, "draft": draft, "seen_version": self.version().await, "key": fresh_key() });
        let lost = self.client.ask("/api/losses/lose", json!({ "wanted": wanted })).await;
        lost["done"]["lost"]["loss"].as_i64().unwrap_or_else(|| panic!("{lost}"))
    }

    async fn lost(&self) -> i64 {
        self.ended("lost", "price_too_high").await
    }

    async fn back(&self, loss: i64, closure: &str, cause: Value) {
        self.app.clock.advance(TimeDelta::minutes(1));
        let wanted =
            json!({ "loss": loss, "closure": closure, "cause": cause, "note": "", "to": null, "key": fresh_key() });
        let answer = self.client.ask("/api/losses/reopen", json!({ "wanted": wanted })).await;
        assert!(answer["done"].is_object(), "{answer}");
        self.app.clock.advance(TimeDelta::minutes(1));
    }

    async fn won(&self, on: NaiveDate) {
        let draft = json!({ "amount": "100", "currency": "EUR", "product": null, "won_on": on });
        let wanted =
            json!({ "lead": self.lead, "draft": draft, "seen_version": self.version().await, "key": fresh_key() });
        let answer = self.client.ask("/api/wins/win", json!({ "wanted": wanted })).await;
        assert!(answer["done"].is_object(), "{answer}");
    }
}

async fn spreads(client: &Client) -> ([i64; STEPS], [i64; STEPS]) {
    let whole = report(client, ALL, None).await.whole;
    (whole.lost.0, whole.won.0)
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 2).expect("a day")
}

#[tokio::test]
async fn follow_ups_are_attempts_after_the_first_within_the_run() {
    let app = spawn_app().await;
    let (admin, ayse) = (app.sign_in(ADMIN).await, app.sign_in(AYSE).await);
    let mut story = Story::begin(&app, &ayse, AYSE).await;
    let first = story.lost().await;
    assert_eq!(spreads(&admin).await, ([1, 0, 0, 0, 0, 0], [0; STEPS]), "nobody tried");
    // A mistake: the run goes on, and so does the count.
    story.back(first, "reversed", Value::Null).await;
    assert_eq!(spreads(&admin).await, ([0; STEPS], [0; STEPS]));
    story.tried(2).await;
    let loss = story.lost().await;
    assert_eq!(spreads(&admin).await.0, [0, 1, 0, 0, 0, 0], "the first attempt is no follow-up");
    // Whatever is tried while it is lost belongs to no run; a new try begins to count anew.
    app.clock.advance(TimeDelta::minutes(1));
    story.tried(3).await;
    story.back(loss, "reactivated", json!("rep_saw_chance")).await;
    story.tried(7).await;
    assert_eq!(spreads(&admin).await, ([0, 1, 0, 0, 0, 0], [0; STEPS]), "an open run has not ended");
    story.won(today()).await;
    assert_eq!(spreads(&admin).await, ([0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1]));
    // What happened with the customer after the day of the win is no follow-up.
    let mut sold = Story::begin(&app, &ayse, AYSE).await;
    sold.tried(1).await;
    sold.won(today()).await;
    app.clock.advance(TimeDelta::days(1));
    let ayse_later = app.sign_in(AYSE).await;
    sold.client = &ayse_later;
    sold.tried(4).await;
    let admin = app.sign_in(ADMIN).await;
    assert_eq!(spreads(&admin).await.1, [1, 0, 0, 0, 0, 1]);
    // Unqualified leads could not be won: they stay out.
    let mut unfit = Story::begin(&app, &ayse_later, AYSE).await;
    unfit.tried(2).await;
    unfit.ended("unqualified", "needs_dont_match").await;
    assert_eq!(spreads(&admin).await.0, [0, 1, 0, 0, 0, 0]);
    compare(&app, &admin, ALL, "true", "true").await;
    let listed = list(&admin, ALL, Behind { ending: Ending::Won, step: Some(5), of: None }, 0).await;
    assert_eq!(listed.rows.iter().map(|row| (row.lead, row.follow_ups)).collect::<Vec<_>>(), [(story.lead, 6)]);
    withdrawn_and_imported_are_nowhere(&app, &admin, &[story.lead, sold.lead]).await;
}

async fn withdrawn_and_imported_are_nowhere(app: &TestApp, admin: &Client, leads: &[LeadId]) {
    let at: DateTime<Utc> = app.clock.now();
    for lead in leads {
        sqlx::query("update lead set withdrawn_at = $2 where id = $1")
            .bind(lead.0)
            .bind(at)
            .execute(&app.pool)
            .await
            .expect("gone");
    }
    assert_eq!(spreads(admin).await, ([0; STEPS], [0; STEPS]));
}

#[tokio::test]
async fn only_leads_in_sight_are_counted_for_whoever_ended_them() {
    let app = spawn_app().await;
    let (admin, ayse, burak) = (app.sign_in(ADMIN).await, app.sign_in(AYSE).await, app.sign_in(BURAK).await);
    let mut one = Story::begin(&app, &ayse, AYSE).await;
    one.tried(3).await;
    one.lost().await;
    let mut other = Story::begin(&app, &burak, BURAK).await;
    other.tried(1).await;
    other.lost().await;
    assert_eq!(spreads(&admin).await.0, [1, 0, 1, 0, 0, 0]);
    assert_eq!(spreads(&ayse).await.0, [0, 0, 1, 0, 0, 0]);
    assert_eq!(spreads(&burak).await.0, [1, 0, 0, 0, 0, 0]);
    // Nobody lists what they may not read.
    let of = Some(Whose::Holder(Holder::Person(UserId(given::user(&app, AYSE).await))));
    let behind = Behind { ending: Ending::Lost, step: None, of };
    assert_eq!((list(&burak, ALL, behind, 0).await.total, list(&ayse, ALL, behind, 0).await.total), (0, 1));
    // A lead that was handed over is read by whoever has it now, and counts for who lost it.
    let burak_id = given::user(&app, BURAK).await;
    sqlx::query("update lead set owner_id = $2 where id = $1")
        .bind(one.lead.0)
        .bind(burak_id)
        .execute(&app.pool)
        .await
        .expect("handed over");
    assert_eq!(spreads(&ayse).await.0, [0; STEPS]);
    assert_eq!((spreads(&burak).await.0, list(&burak, ALL, behind, 0).await.total), ([1, 0, 1, 0, 0, 0], 1));
    let asked = json!({ "period": ALL, "list": null });
    assert_eq!(app.stranger().call("/api/persistence/report", asked).await.0, StatusCode::UNAUTHORIZED);
    let nonsense =
        json!({ "period": ALL, "list": { "behind": { "ending": "lost", "step": 6, "of": null }, "page": 0 } });
    assert_eq!(admin.call("/api/persistence/report", nonsense).await.0, StatusCode::BAD_REQUEST);
}
