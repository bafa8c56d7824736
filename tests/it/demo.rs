//! The demo data: whole, right to the last counter, with every planted effect to be found, and gone without a trace.

use crate::{
    given,
    harness::{Client, Everything, TestApp, app_without_server, beginning, eventually, fresh_key, spawn_app, within},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use std::time::Duration;
use winback::demo::{
    removal,
    store::{self, FillError},
};

/// The seed and the day of all tests: what they find is the same every time.
const SEED: u64 = 1;

async fn fill(app: &TestApp) {
    let now = beginning();
    let written = store::fill(&app.pool, SEED, now.date_naive(), now).await.expect("demo data");
    assert!(written.leads >= 5_000, "{written:?}");
}

async fn count(app: &TestApp, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
        .fetch_one(&app.pool)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
}

async fn expect_none(app: &TestApp, what: &str, sql: &str) {
    assert_eq!(count(app, &format!("select count(*) from ({sql}) as found")).await, 0, "{what}");
}

#[tokio::test]
async fn the_demo_data_are_whole_and_hold_what_was_planted() {
    let app = app_without_server().await;
    fill(&app).await;
    counters_are_those_of_the_leads(&app).await;
    histories_fit_together(&app).await;
    everything_occurs(&app).await;
    every_effect_is_there(&app).await;
    let again = store::fill(&app.pool, SEED, beginning().date_naive(), beginning()).await;
    assert!(matches!(again, Err(FillError::HereAlready)), "{again:?}");
}

/// Recounted by plain SQL over the leads, losses and wins themselves.
async fn counters_are_those_of_the_leads(app: &TestApp) {
    let by_hand = "select coalesce(owner_id, 0), coalesce(queue_id, 0), stage_id, coalesce(source_id, 0), coalesce(product_id, 0),
                          count(*), coalesce(sum(value_base_minor), 0)::bigint
                   from lead where standing_loss_id is null group by 1, 2, 3, 4, 5";
    let kept = "select owner_id, queue_id, stage_id, source_id, product_id, leads, value_base_minor from stage_count
                where leads <> 0 or value_base_minor <> 0";
    expect_same(app, "columns", by_hand, kept).await;
    let by_hand = "select coalesce(owner_id, 0), coalesce(queue_id, 0), coalesce(stage_id, 0),
                          count(*) filter (where what = 'won'), count(*) filter (where what = 'lost'),
                          count(*) filter (where what = 'unqualified')
                   from (select owner_id, queue_id, stage_id, outcome as what from loss
                         where closure is null or closure <> 'reversed'
                         union all
                         select owner_id, queue_id, from_stage_id, 'won' from win where undone_at is null) as result
                   group by 1, 2, 3";
    let kept = "select owner_id, queue_id, stage_id, won, lost, unqualified from result_count
                where won <> 0 or lost <> 0 or unqualified <> 0";
    expect_same(app, "results", by_hand, kept).await;
}

async fn expect_same(app: &TestApp, what: &str, one: &str, other: &str) {
    expect_none(app, what, &format!("({one} except {other}) union all ({other} except {one})")).await;
    assert!(count(app, &format!("select count(*) from ({one}) as found")).await > 10, "{what}");
}

async fn histories_fit_together(app: &TestApp) {
    let now = "timestamptz '2026-03-02 00:00+03'";
    expect_none(app, "nothing happens in the future", &format!("select id from activity where at >= {now}")).await;
    expect_none(
        app,
        "every version has its activity, in the order of time",
        "select l.id from lead l join activity a on a.lead_id = l.id and a.move_version is not null
         group by l.id having count(*) <> max(l.move_version) + 1
             or array_agg(a.move_version order by a.at, a.id) <> array_agg(a.move_version order by a.move_version)",
    )
    .await;
    expect_none(
        app,
        "each move begins where the one before ended",
        "select * from (
             select kind, from_stage_id, lag(to_stage_id) over (partition by lead_id order by move_version) as was,
                    lag(kind) over (partition by lead_id order by move_version) as before
             from activity where move_version is not null) as step
         where kind in ('move', 'loss') and before <> 'loss' and from_stage_id <> was",
    )
    .await;
    expect_none(
        app,
        "a lead stands where its last move put it, since then",
        "select l.id from lead l
         join activity a on a.lead_id = l.id and a.move_version = l.move_version
         where l.stage_kind <> 'unqualified' and a.kind in ('created', 'move', 'reopened')
           and (l.stage_id <> a.to_stage_id or l.stage_entered_at <> a.at)",
    )
    .await;
    expect_none(
        app,
        "a run began with the enquiry or with the last reactivation",
        "select l.id from lead l where l.run_started_at <> coalesce(
             (select max(closed_at) from loss s where s.lead_id = l.id and s.closure in ('reactivated', 'recovered')),
             l.arose_at)",
    )
    .await;
    expect_none(
        app,
        "each run's losses were worked as their reason asks, or a manager waived it",
        "select s.id from loss s join loss_reason r on r.id = s.reason_id
         where s.override_by is null and r.attempts_needed >
             (select count(*) from attempt t where t.lead_id = s.lead_id and t.at <= s.at)",
    )
    .await;
    expect_none(
        app,
        "recovered is what was reactivated and won",
        "select s.id from loss s join lead l on l.id = s.lead_id
         where s.closure in ('reactivated', 'recovered')
           and (s.closure = 'recovered') <> (l.stage_kind in ('customer', 'inactive'))",
    )
    .await;
    money_is_that_of_the_day(app).await;
    nobody_works_at_night(app).await;
}

async fn money_is_that_of_the_day(app: &TestApp) {
    for (table, amount, day) in [
        ("win", "amount", "x.won_on"),
        ("offer", "amount", "(a.at at time zone 'Europe/Istanbul')::date"),
        ("estimate", "fee", "(a.at at time zone 'Europe/Istanbul')::date"),
        ("campaign_spend", "amount", "x.month"),
    ] {
        let join = if table == "offer" || table == "estimate" { "join activity a on a.id = x.activity_id" } else { "" };
        let sql = format!(
            "select 1 from {table} x {join}
             where x.{amount}_base_minor is distinct from base_amount(x.{amount}_minor, x.currency, {day})"
        );
        expect_none(app, table, &sql).await;
    }
}

async fn nobody_works_at_night(app: &TestApp) {
    expect_none(
        app,
        "calls are made by day, and not on Sundays",
        "select 1 from attempt t join activity a on a.id = t.activity_id
         where t.channel = 'call' and t.at - (select arose_at from lead where id = t.lead_id) > interval '1 hour'
           and (extract(isodow from t.at at time zone 'Europe/Istanbul') = 7
                or extract(hour from t.at at time zone 'Europe/Istanbul') not between 9 and 20)",
    )
    .await;
    expect_none(
        app,
        "nobody reaches out while away",
        "select 1 from activity a join absence b on b.user_id = a.actor_id
         where a.kind in ('call', 'meeting') and a.direction = 'outbound'
           and (a.at at time zone 'Europe/Istanbul')::date between b.first_day and b.last_day
           and a.at - (select arose_at from lead where id = a.lead_id) > interval '1 hour'",
    )
    .await;
}

/// Whatever a page may have to show is somewhere in the data.
async fn everything_occurs(app: &TestApp) {
    for (what, at_least) in [
        ("lead where stage_kind = 'inactive'", 20),
        ("lead where queue_id is not null", 1),
        ("lead where standing_loss_id is null and next_step_due < timestamptz '2026-03-02 00:00+03'", 10),
        ("lead where standing_loss_id is null and next_step_due is null and stage_kind = 'nurturing'", 1),
        ("lead where direction = 'outbound'", 1_000),
        ("lead where campaign_id is not null", 1_500),
        ("loss where closure = 'reversed'", 20),
        ("loss where closure = 'reactivated'", 60),
        ("loss where closure = 'recovered'", 50),
        ("loss where override_by is not null", 50),
        ("loss where attempt_exception = 'do_not_contact'", 3),
        ("loss where same_again_because is not null", 20),
        ("win where undone_at is not null", 3),
        ("recontact where ended_at is null and due_on = date '2026-03-02'", 1),
        ("recontact where ended_at is null and due_on > date '2026-03-02'", 20),
        ("recontact where ending = 'reopened'", 20),
        ("recontact where ending = 'tried'", 20),
        ("estimate where paid_on is not null and credited_on_winning", 50),
        ("estimate where paid_on is null", 50),
        ("offer where discount_percent > 20", 50),
        ("attachment", 30),
        ("account where party = 'company'", 1_000),
        ("contact where blocks", 50),
        ("lead_tag", 500),
        ("skill", 20),
        ("absence", 20),
        ("source where retired_at is not null", 1),
        ("product where retired_at is not null", 1),
        ("tag where retired_at is not null", 1),
        ("campaign_spend", 80),
        ("lead where value_minor is not null and currency = 'TRY'", 500),
        ("lead where name ~ '[а-я]'", 100),
        ("lead where name ~ '[ا-ی]'", 100),
    ] {
        let found = count(app, &format!("select count(*) from {what}")).await;
        assert!(found >= at_least, "{what}: {found}");
    }
    for kind in ["open", "contacted", "nurturing", "qualified", "negotiation"] {
        let found =
            count(app, &format!("select count(*) from lead where stage_kind = '{kind}' and standing_loss_id is null"))
                .await;
        assert!(found >= 15, "{kind}: {found}");
    }
    let doubles =
        "select phone_key from lead where phone_key is not null group by 1 having count(distinct search_key) > 1";
    assert!(count(app, &format!("select count(*) from ({doubles}) as found")).await >= 60, "double contacts");
    let reasons = count(app, "select count(distinct reason_id) from loss").await;
    assert_eq!(reasons, count(app, "select count(*) from loss_reason").await, "every reason occurs");
}

/// Two shares: hits among cases, twice.
#[derive(Debug, sqlx::FromRow)]
struct Shares {
    hits: i64,
    cases: i64,
    other_hits: i64,
    other_cases: i64,
}

impl Shares {
    async fn of(app: &TestApp, facts: &str) -> Self {
        let sql = format!(
            "select count(*) filter (where hit and here) as hits, count(*) filter (where here) as cases,
                    count(*) filter (where hit and not here) as other_hits, count(*) filter (where not here) as other_cases
             from ({facts}) as fact where here is not null"
        );
        sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&app.pool).await.unwrap_or_else(|error| panic!("{facts}: {error}"))
    }

    fn share(&self) -> f64 {
        self.hits as f64 / self.cases as f64
    }

    fn other(&self) -> f64 {
        self.other_hits as f64 / self.other_cases as f64
    }

    /// How many standard deviations lie between the two shares.
    fn z(&self) -> f64 {
        let (n, m) = (self.cases as f64, self.other_cases as f64);
        let pooled = (self.hits + self.other_hits) as f64 / (n + m);
        (self.share() - self.other()) / (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt()
    }

    /// Chance alone would do this in less than one of a hundred cases, and the ratio is about what was planted.
    fn expect(&self, effect: &str, ratio: std::ops::Range<f64>) {
        let found = self.share() / self.other();
        println!(
            "{effect}: {:.3} against {:.3}, ratio {found:.2}, z {:.1}, {self:?}",
            self.share(),
            self.other(),
            self.z()
        );
        assert!(self.z().abs() > 2.58, "{effect} cannot be told from chance: z {:.2}, {self:?}", self.z());
        assert!(ratio.contains(&found), "{effect}: ratio {found:.2}, {self:?}");
    }
}

/// Leads that have ended: won is what stands as won.
const ENDED: &str = "(select l.*, l.stage_kind in ('customer', 'inactive') as won from lead l
                      where l.standing_loss_id is not null or l.stage_kind in ('customer', 'inactive')) l";

async fn every_effect_is_there(app: &TestApp) {
    answers_and_hands(app).await;
    reasons(app).await;
    channels(app).await;
    negotiations_and_patience(app).await;
    august_is_quiet(app).await;
}

async fn answers_and_hands(app: &TestApp) {
    let quick = format!(
        "select won as hit, (select min(t.at) from attempt t where t.lead_id = l.id) - arose_at <= interval '1 hour' as here
         from {ENDED} where direction = 'inbound'"
    );
    Shares::of(app, &quick).await.expect("1 quick answers win", 1.6..2.6);
    let junior = format!(
        "select won as hit, u.tier = 'junior' as here
         from {ENDED} join app_user u on u.id = l.owner_id join business_line b on b.id = l.business_line_id
         where direction = 'inbound' and value_base_minor >= case b.code when 'clinic' then 500000 else 1000000 end"
    );
    Shares::of(app, &junior).await.expect("9 juniors lose big deals", 0.1..0.7);
    let segment = format!(
        "select won as hit, s.name = 'Gulf patients' as here
         from {ENDED} join segment s on s.id = l.segment_id join business_line b on b.id = l.business_line_id
         where b.code = 'clinic'"
    );
    Shares::of(app, &segment).await.expect("13 the Gulf wins", 1.3..2.3);
}

async fn reasons(app: &TestApp) {
    let price = "select r.code = 'price_too_high' as hit, u.email = 'cigdem@demo.winback' as here
                 from loss s join loss_reason r on r.id = s.reason_id join app_user u on u.id = s.owner_id
                 join team t on t.id = u.team_id
                 where s.outcome = 'lost' and t.name = 'Ankara' and s.closure is distinct from 'reversed'";
    Shares::of(app, price).await.expect("2 Çiğdem loses on price", 1.5..2.5);
    let rival = "select r.code = 'competitor_preferred' as hit, s.at >= timestamptz '2025-09-01 00:00+03' as here
                 from loss s join loss_reason r on r.id = s.reason_id join lead l on l.id = s.lead_id
                 join product p on p.id = l.product_id
                 where s.outcome = 'lost' and p.name = 'Dental implants'";
    Shares::of(app, rival).await.expect("3 the dental rival", 1.6..4.0);
    let timing = "select s.closure = 'recovered' as hit, r.code = 'timing_not_suitable' as here
                  from loss s join loss_reason r on r.id = s.reason_id join lead l on l.id = s.lead_id
                  where s.closure = 'recovered' or (s.closure = 'reactivated' and l.standing_loss_id is not null)";
    Shares::of(app, timing).await.expect("7 timing comes back", 1.8..6.0);
    let single = "select (select count(distinct t.channel) from attempt t where t.lead_id = s.lead_id and t.at <= s.at) = 1 as hit,
                         r.code = 'contact_lost' as here
                  from loss s join loss_reason r on r.id = s.reason_id where s.outcome = 'lost'";
    Shares::of(app, single).await.expect("8 contact lost after one channel", 1.8..20.0);
}

async fn channels(app: &TestApp) {
    let instagram = format!(
        "select won as hit, o.name = 'Instagram' as here
         from {ENDED} join source o on o.id = l.source_id join business_line b on b.id = l.business_line_id
         where b.code = 'clinic'"
    );
    Shares::of(app, &instagram).await.expect("4 Instagram wins little", 0.2..0.6);
    let curious = "select r.code = 'estimate_only' as hit, o.name = 'Instagram' as here
                   from loss s join loss_reason r on r.id = s.reason_id join lead l on l.id = s.lead_id
                   join source o on o.id = l.source_id join business_line b on b.id = l.business_line_id
                   where b.code = 'clinic'";
    Shares::of(app, curious).await.expect("4 Instagram asks for the price", 3.0..12.0);
    let brings = "select o.name from lead l join source o on o.id = l.source_id
                  join business_line b on b.id = l.business_line_id where b.code = 'clinic'
                  group by 1 order by count(*) desc limit 1";
    let most: String = sqlx::query_scalar(brings).fetch_one(&app.pool).await.expect("a source");
    assert_eq!(most, "Instagram", "4 Instagram brings most leads");
    let list = format!(
        "select coalesce(r.non_target, false) as hit, g.name = 'Textile mills' as here
         from {ENDED} join segment g on g.id = l.segment_id left join loss s on s.id = l.standing_loss_id
         left join loss_reason r on r.id = s.reason_id where direction = 'outbound'"
    );
    Shares::of(app, &list).await.expect("5 textile mills are no target", 2.0..8.0);
    let prices: Vec<(String, f64)> = sqlx::query_as(
        "select o.name, spent.base::float8 / nullif(won.n, 0) from source o
         join (select c.source_id, sum(p.amount_base_minor) as base from campaign_spend p
               join campaign c on c.id = p.campaign_id group by 1) as spent on spent.source_id = o.id
         join (select l.source_id, count(*) as n from win w join lead l on l.id = w.lead_id
               where w.undone_at is null and l.campaign_id is not null group by 1) as won on won.source_id = o.id",
    )
    .fetch_all(&app.pool)
    .await
    .expect("what a win costs");
    let price = |source: &str| prices.iter().find(|(name, _)| name == source).map_or(f64::NAN, |(_, price)| *price);
    println!("6 a win costs: {prices:?}");
    assert!(price("Google Ads") > 3.0 * price("Instagram"), "6 Google Ads is expensive: {prices:?}");
    assert!(price("Google Ads") > 3.0 * price("Cold list"), "6 Google Ads is expensive: {prices:?}");
}

async fn negotiations_and_patience(app: &TestApp) {
    let discount = |bands: &str| {
        format!(
            "select won as hit, {bands} as here
             from {ENDED} join (select lead_id, max(discount_percent) as most from offer group by 1) o on o.lead_id = l.id"
        )
    };
    let helps = discount("case when most > 10 and most <= 20 then true when most = 0 then false end");
    Shares::of(app, &helps).await.expect("10 discounts to 20 % help", 1.1..1.8);
    let too_much = discount("case when most > 20 then true when most > 10 then false end");
    Shares::of(app, &too_much).await.expect("10 discounts above 20 % do not", 0.3..0.9);
    let stale = "with stay as (
                     select a.lead_id, a.move_version, a.at, lead(a.at) over (partition by a.lead_id order by a.move_version) as left_at,
                            t.kind
                     from activity a left join stage t on t.id = a.to_stage_id where a.move_version is not null),
                 nurtured as (select lead_id, max(left_at - at) > interval '30 days' as stale
                              from stay where kind = 'nurturing' group by 1)";
    let stale = format!("{stale} select won as hit, n.stale as here from {ENDED} join nurtured n on n.lead_id = l.id");
    Shares::of(app, &stale).await.expect("12 stale in Nurturing", 0.05..0.45);
}

async fn august_is_quiet(app: &TestApp) {
    let (inside, days): (i64, i64) = sqlx::query_as(
        "select count(l.id), count(distinct d.day)
         from generate_series(date '2025-08-01', date '2025-08-31', interval '1 day') as d (day)
         left join lead l on (l.arose_at at time zone 'Europe/Istanbul')::date = d.day and l.direction = 'inbound'",
    )
    .fetch_one(&app.pool)
    .await
    .expect("August");
    let (around, other_days): (i64, i64) = sqlx::query_as(
        "select count(l.id), count(distinct d.day)
         from generate_series(date '2025-06-01', date '2025-10-31', interval '1 day') as d (day)
         left join lead l on (l.arose_at at time zone 'Europe/Istanbul')::date = d.day and l.direction = 'inbound'
         where extract(month from d.day) <> 8",
    )
    .fetch_one(&app.pool)
    .await
    .expect("the months around it");
    let expected = around as f64 / other_days as f64 * days as f64;
    let z = (expected - inside as f64) / expected.sqrt();
    println!("11 August: {inside} where {expected:.0} would be usual, z {z:.1}");
    assert!(z > 2.58 && (inside as f64) < 0.75 * expected, "11 August is quiet: {inside} of {expected}, z {z:.1}");
}

// Taking it out again.

/// The tables of an installation in which nobody has begun: the team of the template is not in it.
const OF_THE_TEAM: [&str; 4] = ["app_user", "team", "team_manager", "queue"];

#[tokio::test]
async fn taking_the_demo_data_out_leaves_an_empty_database() {
    let app = app_without_server().await;
    let before = app.everything().await;
    fill(&app).await;
    let began = std::time::Instant::now();
    let removed = removal::remove(&app.pool, app.clock.now()).await.expect("they go");
    println!("{} leads went in {:.1} s", removed.leads, began.elapsed().as_secs_f64());
    assert!(removed.leads >= 5_000 && removed.people == 13 && removed.closed == 0, "{removed:?}");
    expect_as_before(&before, &app.everything().await);
    let disabled = "select tgname from pg_trigger where tgenabled <> 'O' and not tgisinternal";
    expect_none(&app, "history is kept again", disabled).await;
    let nothing = removal::remove(&app.pool, app.clock.now()).await.expect("twice is the same");
    assert_eq!((nothing.leads, nothing.people), (0, 0));
}

fn expect_as_before(before: &Everything, after: &Everything) {
    for (table, rows) in before.iter().filter(|(table, _)| *table != "event") {
        let expected = if OF_THE_TEAM.contains(&table.as_str()) { "" } else { rows };
        let left: String = after[table].chars().take(300).collect();
        assert!(after[table] == *expected, "{table} holds {left}");
    }
}

#[tokio::test]
async fn made_up_leads_that_the_rules_gave_to_somebody_go_too() {
    let app = spawn_app().await;
    fill(&app).await;
    let admin = app.sign_in("admin@demo.winback").await;
    let lead: i64 =
        sqlx::query_scalar("select min(id) from lead where stage_kind = 'open' and standing_loss_id is null")
            .fetch_one(&app.pool)
            .await
            .expect("an open lead");
    for kind in ["demo_request", "executive_introduction"] {
        let wanted = json!({ "lead": lead, "kind": kind, "key": fresh_key() });
        admin.ask("/api/routing/note_signal", json!({ "wanted": wanted })).await;
        admin.ask("/api/routing/route", json!({ "lead": lead, "key": fresh_key() })).await;
    }
    let removed = removal::remove(&app.pool, app.clock.now()).await.expect("they go");
    assert_eq!((removed.people, removed.closed), (13, 0));
    for table in ["signal", "lead_score", "assignment", "turn", "review", "sla_clock", "notice", "lead"] {
        expect_none(&app, table, &format!("select 1 from {table}")).await;
    }
}

#[tokio::test]
async fn what_real_people_added_stays() {
    let app = spawn_app().await;
    fill(&app).await;
    let ayse = app.sign_in("ayse@demo.winback").await;
    let lead = given::can(&app).await;
    run(&app, "update lead set source_id = (select id from source where name = 'Instagram'),
                      account_id = (select max(id) from account) where external_id is null and name = 'Can Demir' and request is null and campaign_id is null and segment_id is null").await;
    let zeki = add_zeki(&app).await;

    let (status, _) = ayse.call("/api/demo/remove", json!({})).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "reps do not take data out");
    assert_eq!(ayse.ask("/api/demo/summary", json!({})).await, Value::Null, "nor are they asked");
    let summary = zeki.ask("/api/demo/summary", json!({})).await["here"].take();
    assert_eq!((summary["stay"].as_i64(), summary["people"].as_i64()), (Some(1), Some(13)), "{summary}");

    take_out(&app, &zeki).await;
    let (status, _) = ayse.call("/api/people/me", json!({})).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "Ayşe is not");
    for (what, expected) in [
        ("lead", 1),
        ("lead where owner_id is not null", 1),
        ("source", 1),
        ("account", 1),
        ("product", 0),
        ("loss", 0),
        ("activity", 1),
        ("stage_count", 1),
        ("result_count", 0),
        // Zeki; Ayşe, whose lead stays, and the manager of her team's queue cannot sign in.
        ("app_user where closed_at is null", 1),
        ("app_user where closed_at is not null", 2),
    ] {
        assert_eq!(count(&app, &format!("select count(*) from {what}")).await, expected, "{what}");
    }
    let left = count(&app, "select id from lead").await;
    assert_eq!(left, lead.0, "the lead that was added by hand");
}

/// A real person who may do everything, signed in.
async fn add_zeki(app: &TestApp) -> Client {
    run(
        app,
        "insert into app_user (email, email_key, name, role, password_hash, created_at)
         select 'zeki@firma.example', 'zeki@firma.example', 'Zeki', 'admin', password_hash, timestamptz '2026-03-01 00:00Z'
         from app_user where role = 'admin'",
    )
    .await;
    app.sign_in("zeki@firma.example").await
}

/// Takes the demo data out as the page does: asks, and looks until they are gone.
async fn take_out(app: &TestApp, admin: &Client) {
    assert_eq!(admin.ask("/api/demo/remove", json!({})).await, "begun");
    assert!(["begun", "gone"].contains(&admin.ask("/api/demo/remove", json!({})).await.as_str().expect("a word")));
    // Longer than anything else: thousands of leads, while other tests run.
    within(Duration::from_secs(120), "the demo data to be gone", || async {
        let seen = admin.ask("/api/demo/summary", json!({})).await;
        assert!(seen == "leaving" || seen.is_null(), "{seen}");
        seen.is_null().then_some(())
    })
    .await;
    let done = "select count(*) from job where kind = 'demo_removal' and state = 'done'";
    eventually("the end of the job", || async { (count(app, done).await == 1).then_some(()) }).await;
}

#[tokio::test]
async fn nobody_stays_who_signs_in_with_the_published_password() {
    let app = spawn_app().await;
    fill(&app).await;
    let admin = app.sign_in("admin@demo.winback").await;
    let before = app.everything().await;
    assert_eq!(admin.ask("/api/demo/summary", json!({})).await, "viewer_is_made_up");
    assert_eq!(admin.ask("/api/demo/remove", json!({})).await, "asker_is_made_up");
    app.expect_unchanged(&before, "a demo admin who wants the demo data out").await;
    let board = admin.get("/board").await.text().await.expect("a page");
    assert!(
        board.contains("How to remove it") && !board.contains("Remove it…"),
        "what to do stands where the button was"
    );
    // Under another name, the password is the same.
    run(&app, "update app_user set email = 'boss@firma.example', email_key = email where email = 'admin@demo.winback'")
        .await;
    assert_eq!(admin.ask("/api/demo/remove", json!({})).await, "asker_is_made_up");

    let zeki = add_zeki(&app).await;
    let board = zeki.get("/board").await.text().await.expect("a page");
    assert!(board.contains("Remove it…") && !board.contains("How to remove it"), "he may do it");
    take_out(&app, &zeki).await;
    assert_eq!(count(&app, "select count(*) from app_user").await, 1, "Zeki, and nobody of the team");
    assert_eq!(zeki.ask("/api/demo/remove", json!({})).await, "gone");
    assert_eq!(admin.call("/api/people/me", json!({})).await.0, StatusCode::UNAUTHORIZED);
    for email in ["admin@demo.winback", "boss@firma.example"] {
        let form = format!("email={email}&password=winback-demo&next=/board");
        let answer = app.stranger().post_form("/sign-in", form).await;
        assert!(answer.headers().get("set-cookie").is_none(), "{email} is in");
    }
}

#[tokio::test]
async fn rates_holidays_and_currencies_that_people_set_stay() {
    let app = app_without_server().await;
    run(&app, "update currency set in_use = true where code in ('GBP', 'CHF')").await;
    run(&app, "insert into holiday (on_day, name) values ('2026-01-01', 'New Year at ours')").await;
    fill(&app).await;
    run(&app, "insert into currency_rate (currency, from_day, rate) values ('USD', '2026-01-17', 0.93)").await;
    run(
        &app,
        "update currency_rate set rate = 0.5 where (currency, from_day) in
                   (select currency, max(from_day) from currency_rate where currency = 'GBP' group by 1)",
    )
    .await;
    run(&app, "update holiday set name = 'Our own day' where id = (select max(id) from holiday)").await;
    removal::remove(&app.pool, app.clock.now()).await.expect("they go");
    for (what, expected) in [
        ("currency_rate", 2),
        ("currency_rate where currency = 'USD' and rate = 0.93", 1),
        ("currency_rate where currency = 'GBP' and rate = 0.5", 1),
        ("holiday", 2),
        ("holiday where name in ('New Year at ours', 'Our own day')", 2),
        ("currency where code in ('GBP', 'CHF') and in_use", 2),
    ] {
        assert_eq!(count(&app, &format!("select count(*) from {what}")).await, expected, "{what}");
    }
}

async fn run(app: &TestApp, sql: &str) {
    sqlx::query(AssertSqlSafe(sql.to_owned()))
        .execute(&app.pool)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

#[tokio::test]
async fn a_database_in_use_is_left_alone() {
    let app = app_without_server().await;
    given::can(&app).await;
    let before = app.everything().await;
    let refused = store::fill(&app.pool, SEED, beginning().date_naive(), beginning()).await;
    let Err(why @ FillError::InUse(_)) = refused else { panic!("{refused:?}") };
    assert!(why.to_string().contains("1 leads"), "{why}");
    app.expect_unchanged(&before, "refused demo data").await;
}
