//! Lost money: every figure against SQL over the base tables that was written apart from the code, who may write what, two
//! who write at once, and a product that is offered now.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, beginning, fresh_key, heard, spawn_app},
};
use chrono::{NaiveDate, TimeDelta};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;
use winback::{
    analytics::rules::{Period, Preset},
    ids::{CampaignId, LeadId, ProductId, RequestKey},
    money::{
        api::{Answering, Askers, MoneyReport, NewHour, NewOffering, NewSpend, OfferAnswer, WriteAnswer},
        rules::{MoneyProblem, OfferProblem, Skip},
    },
    pipeline::api::Money,
};

const ADMIN: &str = "admin@demo.winback";
const SELIN: &str = "selin@demo.winback";
const MERT: &str = "mert@demo.winback";
const AYSE: &str = "ayse@demo.winback";
const BURAK: &str = "burak@demo.winback";
const ISIL: &str = "isil@demo.winback";

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn euro(minor: i64) -> Money {
    Money { minor, currency: "EUR".into() }
}

async fn run(app: &TestApp, sql: &str) {
    let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&app.pool).await;
    assert!(done.is_ok(), "{sql}: {done:?}");
}

async fn count(app: &TestApp, what: &str) -> i64 {
    let sql = format!("select count(*) from {what}");
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&app.pool).await.unwrap_or_else(|error| panic!("{what}: {error}"))
}

async fn report(client: &Client, period: Period) -> MoneyReport {
    heard(client.ask("/api/money/report", json!({ "period": period })).await)
}

async fn ever(client: &Client) -> MoneyReport {
    report(client, Period::Preset(Preset::All)).await
}

async fn spend(client: &Client, wanted: &NewSpend) -> WriteAnswer {
    heard(client.ask("/api/money/spend", json!({ "wanted": wanted })).await)
}

async fn hour(client: &Client, amount: Option<Money>, seen: Option<Money>) -> WriteAnswer {
    let wanted = NewHour { amount, seen, key: fresh_key() };
    heard(client.ask("/api/money/rate", json!({ "wanted": wanted })).await)
}

async fn askers(client: &Client, request: &str) -> Askers {
    heard(client.ask("/api/money/asked", json!({ "request": request })).await)
}

async fn offer(client: &Client, wanted: &NewOffering) -> OfferAnswer {
    heard(client.ask("/api/money/offer", json!({ "wanted": wanted })).await)
}

async fn campaign(app: &TestApp, name: &str) -> CampaignId {
    let id: i64 = sqlx::query_scalar("insert into campaign (name, key) values ($1, lower($1)) returning id")
        .bind(name)
        .fetch_one(&app.pool)
        .await
        .expect("a campaign");
    CampaignId(id)
}

fn march(campaign: CampaignId, amount: Option<Money>, seen: Option<Money>) -> NewSpend {
    NewSpend { campaign, month: day("2026-03-01"), amount, seen, key: fresh_key() }
}

fn refused(why: MoneyProblem) -> WriteAnswer {
    WriteAnswer::Refused { why }
}

/// Whose leads somebody of the demo team reads, as a condition on `l`.
fn sight(email: &str) -> String {
    let me = format!("(select id from app_user where email = '{email}')");
    let team = format!("(select team_id from app_user where id = {me})");
    match email {
        ADMIN => "true".to_owned(),
        SELIN => format!(
            "(l.owner_id = {me} or l.owner_id in (select u.id from app_user u join team_manager m on m.team_id = u.team_id where m.user_id = {me})
              or l.queue_id in (select q.id from queue q where q.manager_id = {me} or q.team_id = {team}
                                or q.team_id in (select team_id from team_manager where user_id = {me})))"
        ),
        _ => format!("(l.owner_id = {me} or l.queue_id in (select id from queue where team_id = {team}))"),
    }
}

const ZONE: &str = "(select time_zone from organisation)";

/// Whether the expression is one of these days; what has none is in all time only.
fn within(expression: &str, days: Option<(&str, &str)>) -> String {
    days.map_or("true".to_owned(), |(from, to)| format!("{expression} between date '{from}' and date '{to}'"))
}

/// Rows of numbers under a name.
async fn plain(app: &TestApp, sql: &str) -> BTreeMap<String, Vec<Option<i64>>> {
    let rows: Vec<(String, Vec<Option<i64>>)> = sqlx::query_as(AssertSqlSafe(sql.to_owned()))
        .fetch_all(&app.pool)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.into_iter().collect()
}

/// Losses that were not taken back, with their lead.
fn losses(email: &str, days: Option<(&str, &str)>) -> String {
    let (sight, within) = (sight(email), within(&format!("(s.at at time zone {ZONE})::date"), days));
    format!(
        "loss s join lead l on l.id = s.lead_id and l.withdrawn_at is null
         where (s.closure is null or s.closure <> 'reversed') and {sight} and {within}"
    )
}

async fn reasons_are_those_of_the_losses(app: &TestApp, email: &str, days: Option<(&str, &str)>, found: &MoneyReport) {
    let losses = losses(email, days);
    let sql = format!(
        "select r.id::text, array[count(*), coalesce(sum(l.value_base_minor), 0)::bigint, count(*) - count(l.value_base_minor)]
         from loss_reason r join (select s.reason_id, l.value_base_minor from {losses}) l on l.reason_id = r.id group by 1"
    );
    let shown = found
        .reasons
        .iter()
        .map(|row| (row.reason.to_string(), [row.losses, row.minor, row.unvalued].map(Some).to_vec()));
    assert_eq!(shown.collect::<BTreeMap<_, _>>(), plain(app, &sql).await, "reasons of {email} {days:?}");
    assert!(found.reasons.windows(2).all(|pair| pair[0].minor >= pair[1].minor), "the most valuable first");
}

async fn campaigns_are_those_of_the_leads(
    app: &TestApp,
    email: &str,
    months: Option<(&str, &str)>,
    found: &MoneyReport,
) {
    let sight = sight(email);
    let began = format!(
        "(coalesce(l.arose_at, case when l.import_batch_id is null then l.recorded_at end) at time zone {ZONE})::date"
    );
    let (begun, spent) = (within(&began, months), within("p.month", months));
    let ready = "('qualified', 'negotiation')";
    let sql = format!(
        "select c.id::text, array[
            (select sum(amount_base_minor)::bigint from campaign_spend p where p.campaign_id = c.id and {spent}),
            count(l.id), count(l.id) filter (where ready or won), count(l.id) filter (where won), count(l.id) filter (where missed),
            count(l.id) filter (where paid), count(l.id) filter (where paid and (ready or won)),
            count(l.id) filter (where paid and won), count(l.id) filter (where paid and missed)]
         from campaign c left join (
            select l.id, l.campaign_id,
                   l.id in (select lead_id from win where undone_at is null) as won,
                   l.id in (select s.lead_id from loss s join loss_reason r on r.id = s.reason_id
                            where r.non_target and s.closed_at is null) as missed,
                   l.stage_kind in {ready} is true
                     or l.id in (select a.lead_id from activity a join stage t on t.id = a.to_stage_id where t.kind in {ready})
                     or l.id in (select a.lead_id from activity a join stage t on t.id = a.from_stage_id where t.kind in {ready})
                     or l.id in (select s.lead_id from loss s join stage t on t.id = s.stage_id where t.kind in {ready}) as ready,
                   (l.campaign_id, to_char({began}, 'YYYY-MM')) in
                       (select campaign_id, to_char(month, 'YYYY-MM') from campaign_spend) is true as paid
            from lead l where l.withdrawn_at is null and {sight} and {begun}) l on l.campaign_id = c.id
         group by c.id"
    );
    let numbers = plain(app, &sql).await;
    for row in &found.campaigns {
        let (effect, all, paid) = (row.effect, row.effect.all, row.effect.paid);
        let counts = [
            all.leads,
            all.qualified,
            all.customers,
            all.non_target,
            paid.leads,
            paid.qualified,
            paid.customers,
            paid.non_target,
        ];
        let shown: Vec<_> = [effect.spend].into_iter().chain(counts.map(Some)).collect();
        assert_eq!(Some(&shown), numbers.get(&row.id.to_string()), "{} of {email} {months:?}", row.name);
    }
    let missing = numbers.iter().filter(|(id, row)| {
        row.iter().any(|value| value.unwrap_or(0) > 0) && !found.campaigns.iter().any(|row| row.id.to_string() == **id)
    });
    assert_eq!(missing.count(), 0, "no campaign that did something is missing");
    costs_are_quotients(app, found).await;
}

/// PostgreSQL divides and rounds apart from the code.
async fn costs_are_quotients(app: &TestApp, found: &MoneyReport) {
    for row in &found.campaigns {
        let effect = row.effect;
        let (spend, paid) = (effect.spend, effect.paid);
        let by_hand: (Option<i64>, Option<i64>, Option<i64>) = sqlx::query_as(
            "select round($1::numeric / nullif($2, 0))::bigint, round($1::numeric / nullif($3, 0))::bigint,
                    round($1::numeric * $4 / nullif($5, 0))::bigint",
        )
        .bind(spend)
        .bind(paid.qualified)
        .bind(paid.customers)
        .bind(paid.non_target)
        .bind(paid.leads)
        .fetch_one(&app.pool)
        .await
        .expect("a division");
        assert_eq!((effect.per_qualified(), effect.per_customer(), effect.on_non_target()), by_hand, "{}", row.name);
    }
}

async fn estimates_are_those_of_lost_leads(
    app: &TestApp,
    email: &str,
    days: Option<(&str, &str)>,
    found: &MoneyReport,
) {
    let losses = losses(email, days);
    let sql = format!(
        "select party || ' ' || coalesce(segment, '-'),
                array[count(hours), coalesce(sum(hours) * 100, 0)::bigint,
                      coalesce(sum(case when hours is not null and paid_on is not null then fee_base_minor end), 0)::bigint,
                      count(*) - count(hours)]
         from (select l.party, (select name from segment where id = l.segment_id) as segment, e.*
               from estimate e join lead l on l.id = e.lead_id
               where l.id in (select s.lead_id from {losses} and s.closed_at is null)) as e group by 1"
    );
    let shown = found.clients.iter().map(|row| {
        let name = format!("{} {}", row.party, row.segment.as_deref().unwrap_or("-"));
        let one = row.estimates;
        (name, [one.count, one.hundredths, one.paid, one.without_hours].map(Some).to_vec())
    });
    assert_eq!(shown.collect::<BTreeMap<_, _>>(), plain(app, &sql).await, "estimates of {email} {days:?}");
    let hour = found.hour.as_ref().map(|hour| hour.base_minor);
    for row in &found.clients {
        let by_hand: Option<i64> = sqlx::query_scalar("select round($1::numeric * $2 / 100)::bigint - $3")
            .bind(row.estimates.hundredths)
            .bind(hour)
            .bind(row.estimates.paid)
            .fetch_one(&app.pool)
            .await
            .expect("a product");
        assert_eq!(row.estimates.net(hour), by_hand);
    }
}

async fn requests_are_those_of_the_losses(app: &TestApp, email: &str, days: Option<(&str, &str)>, found: &MoneyReport) {
    let (all, chosen) = (losses(email, None), within("lost_on", days));
    // The demo's fiscal year begins in January: these are quarters of the calendar.
    let quarter = |back: i32| {
        format!("count(*) filter (where date_trunc('quarter', lost_on) = date '2026-01-01' - interval '{back} months')")
    };
    let sql = format!(
        "select asked, array[count(*) filter (where {chosen}), coalesce(sum(value_base_minor) filter (where {chosen}), 0)::bigint,
                             {}, {}, {}, {}]
         from (select translate(lower(translate(btrim(s.evidence ->> 'product_asked'), 'İIıŞşÜüÇç', 'iiissuucc')), '', '') as asked,
                      (s.at at time zone {ZONE})::date as lost_on, l.value_base_minor
               from {all} and s.evidence ->> 'product_asked' is not null) as one
         group by 1 having count(*) filter (where {chosen}) > 0",
        quarter(9),
        quarter(6),
        quarter(3),
        quarter(0)
    );
    let shown = found.requests.iter().map(|row| {
        let one = &row.request;
        let numbers = [one.requests, one.minor].into_iter().chain(one.quarters.iter().copied());
        (one.key.clone(), numbers.map(Some).collect())
    });
    assert_eq!(shown.collect::<BTreeMap<_, _>>(), plain(app, &sql).await, "requests of {email} {days:?}");
}

#[tokio::test]
async fn every_figure_of_the_demo_is_what_plain_sql_says() {
    let app = spawn_app().await;
    winback::demo::store::fill(&app.pool, 1, beginning().date_naive(), beginning()).await.expect("demo data");
    let admin = app.sign_in(ADMIN).await;
    assert!(matches!(hour(&admin, Some(euro(4_550)), None).await, WriteAnswer::Done { .. }));
    run(&app, "insert into campaign (name, key) values ('Nobody', 'nobody')").await;
    let between = |from, to| Period::Between { from: Some(day(from)), to: Some(day(to)) };
    type Days = Option<(&'static str, &'static str)>;
    let periods: [(Period, Days, Days); 4] = [
        (Period::Preset(Preset::All), None, None),
        (Period::Preset(Preset::ThisYear), Some(("2026-01-01", "2026-12-31")), Some(("2026-01-01", "2026-12-31"))),
        (Period::Preset(Preset::LastMonth), Some(("2026-02-01", "2026-02-28")), Some(("2026-02-01", "2026-02-28"))),
        (between("2025-08-17", "2025-11-03"), Some(("2025-08-17", "2025-11-03")), Some(("2025-08-01", "2025-11-30"))),
    ];
    for email in [ADMIN, SELIN, AYSE] {
        let client = app.sign_in(email).await;
        for (period, days, months) in periods {
            let found = report(&client, period).await;
            reasons_are_those_of_the_losses(&app, email, days, &found).await;
            campaigns_are_those_of_the_leads(&app, email, months, &found).await;
            estimates_are_those_of_lost_leads(&app, email, days, &found).await;
            requests_are_those_of_the_losses(&app, email, days, &found).await;
        }
    }
    let all = ever(&admin).await;
    let whole = all.campaigns.iter().fold(winback::money::rules::Effect::default(), |sum, row| sum + row.effect);
    assert!(
        whole.paid.customers > 0 && whole.paid.non_target > 0 && whole.paid.qualified < whole.paid.leads,
        "{whole:?}"
    );
    assert!(all.campaigns.iter().any(|row| row.effect.spend.is_none() && row.effect.per_customer().is_none()));
    assert!(!all.clients.is_empty() && all.requests.len() > 3 && all.reasons.len() > 5, "there is something to see");
    assert!(all.reads_everything && !ever(&app.sign_in(SELIN).await).await.reads_everything);
}

#[tokio::test]
async fn leads_that_somebody_may_not_read_are_in_no_figure() {
    let app = spawn_app().await;
    let (ayse, isil, selin) = (app.sign_in(AYSE).await, app.sign_in(ISIL).await, app.sign_in(SELIN).await);
    let figures = |report: MoneyReport| MoneyReport { seen: Default::default(), ..report };
    let spring = campaign(&app, "Spring").await;
    let before = (figures(ever(&ayse).await), figures(ever(&selin).await));
    // Of İzmir's team, with everything that a figure could count.
    let lead = given::lead(&app, Given { owner: ISIL, ..Given::default() }).await;
    run(&app, &format!("update lead set campaign_id = {spring} where id = {lead}")).await;
    estimated(&app, &isil, lead, 300).await;
    asked(&app, &isil, lead, "Solar panel").await;
    assert_eq!((figures(ever(&ayse).await), figures(ever(&selin).await)), before);
    let own = ever(&isil).await;
    assert_eq!(
        (own.campaigns[0].effect.all.leads, own.clients.len(), own.requests.len(), own.reasons.len()),
        (1, 1, 1, 1)
    );
    // Nor is anybody listed who is not theirs to read.
    assert_eq!(askers(&selin, "solar panel").await.proposable, 0);
    assert_eq!(askers(&app.sign_in(MERT).await, "solar panel").await.proposable, 1);
}

/// Logs an estimate of so many hundredths of an hour.
async fn estimated(app: &TestApp, client: &Client, lead: LeadId, hundredths: i64) {
    let before = count(app, "estimate").await;
    let estimate = json!({ "hours_hundredths": hundredths, "by": null, "fee": null, "paid_on": null,
                           "credited_on_winning": false, "text": "", "mentions": [] });
    let answer =
        client.ask("/api/leads/estimate", json!({ "lead": lead, "estimate": estimate, "key": fresh_key() })).await;
    assert_eq!(count(app, "estimate").await, before + 1, "{answer}");
}

/// Loses a lead because we do not sell what they asked for.
async fn asked(app: &TestApp, client: &Client, lead: LeadId, product: &str) {
    asked_with(app, client, lead, product, json!({ "excepted": "unreachable" })).await;
}

async fn asked_with(app: &TestApp, client: &Client, lead: LeadId, product: &str, attempt: Value) {
    let draft = json!({
        "outcome": "unqualified", "reason": given::reason(app, "not_in_our_range").await, "attempt": attempt,
        "same_again_because": "", "customer": "nothing", "note": "We do not sell it.", "retry_potential": "high",
        "evidence": { "product_asked": product }, "recontact_on": null, "override_because": "",
    });
    let loss = json!({ "lead": lead, "draft": draft, "seen_version": 0, "key": fresh_key() });
    let answer = client.ask("/api/losses/lose", json!({ "wanted": loss })).await;
    assert!(answer["done"].is_object(), "{answer}");
}

#[tokio::test]
async fn whoever_manages_writes_spend_and_everybody_reads_it() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let spring = campaign(&app, "Spring").await;
    let wanted = march(spring, Some(euro(120_000)), None);
    let before = app.everything().await;
    assert_eq!(spend(&ayse, &wanted).await, refused(MoneyProblem::NotYours));
    assert_eq!(hour(&ayse, Some(euro(5_000)), None).await, refused(MoneyProblem::NotYours));
    let stranger = app.stranger().call("/api/money/spend", json!({ "wanted": wanted })).await;
    assert_eq!(stranger.0, StatusCode::UNAUTHORIZED);
    app.expect_unchanged(&before, "what a rep may not write").await;
    assert_eq!(spend(&selin, &wanted).await, WriteAnswer::Done { present: Some(euro(120_000)) });
    let read = ever(&ayse).await;
    assert_eq!((read.may_write, read.campaigns[0].effect.spend), (false, Some(120_000)));
    assert_eq!(read.campaigns[0].months[0].amount, euro(120_000));
    // The settings know who entered it.
    assert_eq!(count(&app, "setting_change where subject = 'campaign' and detail -> 'fields' ? 'spend'").await, 1);
    // A repeated key does nothing twice, whatever it brings; with another campaign it is none of ours.
    let before = app.everything().await;
    assert_eq!(spend(&selin, &wanted).await, WriteAnswer::Done { present: Some(euro(120_000)) });
    app.expect_unchanged(&before, "a repeated request").await;
    let summer = campaign(&app, "Summer").await;
    let stolen = NewSpend { campaign: summer, ..wanted.clone() };
    assert_eq!(selin.call("/api/money/spend", json!({ "wanted": stolen })).await.0, StatusCode::BAD_REQUEST);
    // Unknown again: no zero.
    let gone = march(spring, None, Some(euro(120_000)));
    assert_eq!(spend(&selin, &gone).await, WriteAnswer::Done { present: None });
    assert_eq!(ever(&ayse).await.campaigns[0].effect.spend, None);
    let page = ayse.get("/losses/money?period=this_year").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.expect("a page").contains("Spring"));
    assert_eq!(app.stranger().get("/losses/money").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_reason() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let spring = campaign(&app, "Spring").await;
    let before = app.everything().await;
    let dollars = |minor| Some(Money { minor, currency: "USD".into() });
    let month = |text| NewSpend { month: day(text), ..march(spring, Some(euro(1)), None) };
    let wrong = [
        (month("2026-03-02"), MoneyProblem::NotAMonth),
        (month("1900-03-01"), MoneyProblem::NotAMonth),
        (march(CampaignId(999_999), Some(euro(1)), None), MoneyProblem::NoCampaign),
        (march(spring, Some(euro(-1)), None), MoneyProblem::NotAnAmount),
        (march(spring, Some(euro(i64::MAX)), None), MoneyProblem::NotAnAmount),
        (march(spring, Some(Money { minor: 1, currency: "ABC".into() }), None), MoneyProblem::UnknownCurrency),
        (march(spring, dollars(1), None), MoneyProblem::NoRate),
    ];
    for (wanted, why) in wrong {
        assert_eq!(spend(&selin, &wanted).await, refused(why), "{wanted:?}");
    }
    assert_eq!(hour(&selin, Some(euro(-5)), None).await, refused(MoneyProblem::NotAnAmount));
    assert_eq!(hour(&selin, dollars(5), None).await, refused(MoneyProblem::NoRate));
    let short = NewSpend { key: RequestKey("short".into()), ..march(spring, Some(euro(1)), None) };
    assert_eq!(selin.call("/api/money/spend", json!({ "wanted": short })).await.0, StatusCode::BAD_REQUEST);
    let long_ago = Period::Between { from: Some(day("0001-01-01")), to: None };
    assert_eq!(selin.call("/api/money/report", json!({ "period": long_ago })).await.0, StatusCode::BAD_REQUEST);
    app.expect_unchanged(&before, "what was refused").await;
    // The rate of the month counts, and stays as it was.
    run(&app, "insert into currency_rate (currency, from_day, rate) values ('USD', '2026-03-01', 0.9)").await;
    assert!(matches!(spend(&selin, &march(spring, dollars(10_000), None)).await, WriteAnswer::Done { .. }));
    run(&app, "update currency_rate set rate = 0.5").await;
    assert_eq!(ever(&selin).await.campaigns[0].effect.spend, Some(9_000));
    // The database itself keeps an hour's cost whole.
    let broken = sqlx::query("update organisation set estimate_hour_minor = 1").execute(&app.pool).await;
    assert!(broken.is_err());
}

#[tokio::test]
async fn of_two_managers_who_write_at_once_one_is_told_what_the_other_wrote() {
    let app = spawn_app().await;
    let (selin, mert) = (app.sign_in(SELIN).await, app.sign_in(MERT).await);
    let spring = campaign(&app, "Spring").await;
    let (hers, his) = (march(spring, Some(euro(100)), None), march(spring, Some(euro(200)), None));
    let (one, other) = futures::join!(spend(&selin, &hers), spend(&mert, &his));
    let (told, winner, name) = match (&one, &other) {
        (WriteAnswer::Done { .. }, told) => (told, euro(100), "Selin Yıldız"),
        (told, _) => (told, euro(200), "Mert Kaya"),
    };
    match told {
        WriteAnswer::Conflict { present, by, at } => {
            assert_eq!((present.as_ref(), by.as_deref(), at.is_some()), (Some(&winner), Some(name), true));
        }
        told => panic!("{told:?}"),
    }
    assert_eq!(count(&app, &format!("campaign_spend where amount_minor = {}", winner.minor)).await, 1);
    // Another month, written by somebody else since, is not the amount that they are told about.
    let april = NewSpend { month: day("2026-04-01"), ..march(spring, Some(euro(7)), None) };
    let later = if name == "Selin Yıldız" { &mert } else { &selin };
    assert!(matches!(spend(later, &april).await, WriteAnswer::Done { .. }));
    match spend(later, &march(spring, Some(euro(300)), None)).await {
        WriteAnswer::Conflict { by, .. } => assert_eq!(by.as_deref(), Some(name)),
        told => panic!("{told:?}"),
    }
    assert!(matches!(spend(later, &march(spring, Some(euro(300)), Some(winner))).await, WriteAnswer::Done { .. }));
    // The same for an hour.
    assert!(matches!(hour(&mert, Some(euro(4_000)), None).await, WriteAnswer::Done { .. }));
    match hour(&selin, Some(euro(5_000)), None).await {
        WriteAnswer::Conflict { present, by, .. } => {
            assert_eq!((present, by.as_deref()), (Some(euro(4_000)), Some("Mert Kaya")));
        }
        told => panic!("{told:?}"),
    }
}

fn offering(product: Answering, leads: &[LeadId]) -> NewOffering {
    NewOffering {
        request: "celik kapi".into(),
        product,
        seen: None,
        leads: leads.to_vec(),
        due_on: Some(day("2026-03-09")),
        key: fresh_key(),
    }
}

/// Leads that asked for steel doors in several spellings: two to be asked again, and one of each kind that is not.
async fn door_seekers(app: &TestApp, ayse: &Client) -> ([LeadId; 2], [LeadId; 4]) {
    let lead = |name, value, do_not_call| given::lead(app, Given { name, value, do_not_call, ..Given::default() });
    let free = [lead("Rich", 900_000, true).await, lead("Poor", 1_000, false).await];
    let [silent, barred, planned, back] = [
        lead("Silent", 5, true).await,
        lead("Barred", 5, false).await,
        lead("Planned", 5, false).await,
        lead("Back", 5, false).await,
    ];
    run(app, &format!("update lead set do_not_email = true where id = {silent}")).await;
    for (lead, product) in
        [(free[0], "Çelik kapı"), (free[1], " ÇELİK KAPI "), (silent, "celik kapi"), (planned, "Çelik kapı")]
    {
        asked(app, ayse, lead, product).await;
    }
    asked_with(app, ayse, barred, "Çelik kapı", json!({ "excepted": "do_not_contact" })).await;
    asked(app, ayse, back, "Çelik kapı").await;
    let draft =
        json!({ "due_on": "2026-05-01", "channel": "call", "person": given::user(app, AYSE).await, "note": "" });
    let plan = json!({ "lead": planned, "draft": draft, "seen": null, "key": fresh_key() });
    let answer = ayse.ask("/api/recontacts/plan", json!({ "wanted": plan })).await;
    assert!(answer["done"].is_object(), "{answer}");
    reactivate(app, ayse, back).await;
    (free, [silent, barred, planned, back])
}

async fn reactivate(app: &TestApp, client: &Client, lead: LeadId) {
    let loss: i64 = sqlx::query_scalar("select standing_loss_id from lead where id = $1")
        .bind(lead.0)
        .fetch_one(&app.pool)
        .await
        .expect("its loss");
    let wanted = json!({ "loss": loss, "closure": "reactivated", "cause": "customer_returned", "note": "", "key": fresh_key(),
                         "to": null });
    let answer = client.ask("/api/losses/reopen", json!({ "wanted": wanted })).await;
    assert_eq!(count(app, &format!("lead where id = {lead} and standing_loss_id is null")).await, 1, "{answer}");
}

#[tokio::test]
async fn a_product_that_is_offered_now_brings_back_who_asked_for_it() {
    let app = spawn_app().await;
    let (ayse, selin, mert) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await, app.sign_in(MERT).await);
    let admin = app.sign_in(ADMIN).await;
    let (free, skipped) = door_seekers(&app, &ayse).await;
    let found = ever(&selin).await;
    let row = &found.requests[0];
    assert_eq!((found.requests.len(), row.request.key.as_str(), row.request.requests), (1, "celik kapi", 6));
    assert_eq!(row.request.name, "Çelik kapı");
    let who = askers(&selin, "celik kapi").await;
    assert_eq!(who.proposed.iter().map(|one| one.lead).collect::<Vec<_>>(), free, "the most valuable first");
    assert_eq!(who.proposed[0].channel.word(), "email", "not by the channel that they asked us to leave alone");
    assert_eq!(who.skipped, [(Skip::NotLost, 1), (Skip::AskedNotTo, 2), (Skip::HasPlan, 1)]);
    // Everybody chosen, even those who must not be: they are left out again.
    let all: Vec<_> = free.iter().chain(&skipped).copied().collect();
    let wanted = offering(Answering::New(" Steel door ".into()), &all);
    assert_eq!(offer(&ayse, &wanted).await, OfferAnswer::Refused { why: OfferProblem::NotYours });
    let done = OfferAnswer::Done { planned: 2, left_out: 4 };
    assert_eq!(offer(&selin, &wanted).await, done);
    let plans = format!(
        "recontact r join app_user u on u.id = r.user_id where r.ended_at is null and r.due_on = '2026-03-09' and u.email = '{AYSE}'"
    );
    assert_eq!(count(&app, &plans).await, 2);
    assert_eq!(count(&app, "activity where kind = 'recontact'").await, 3);
    assert_eq!(count(&app, "product where name = 'Steel door'").await, 1);
    let offered = ever(&selin).await.requests[0].offered.clone().expect("offered");
    assert_eq!(offered.name, "Steel door");
    // The same request again does nothing new, and says the same.
    let before = app.everything().await;
    assert_eq!(offer(&selin, &wanted).await, done);
    app.expect_unchanged(&before, "a repeated offering").await;
    // A colleague who looked before is told, and nothing is planned in their name.
    let late = offering(Answering::New("Door of steel".into()), &[]);
    for late_one in [&admin, &mert] {
        match offer(late_one, &late).await {
            OfferAnswer::Conflict { offered: Some(present), by, at } => {
                assert_eq!((&present, by.as_deref(), at.is_some()), (&offered, Some("Selin Yıldız"), true));
            }
            other => panic!("{other:?}"),
        }
    }
    app.expect_unchanged(&before, "a late offering").await;
}

#[tokio::test]
async fn an_offering_that_cannot_be_changes_nothing() {
    let app = spawn_app().await;
    let (ayse, selin, mert) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await, app.sign_in(MERT).await);
    let (free, _) = door_seekers(&app, &ayse).await;
    run(&app, "insert into product (name, key, retired_at) values ('Old door', 'old door', now())").await;
    let old: i64 = sqlx::query_scalar("select id from product").fetch_one(&app.pool).await.expect("a product");
    let new = |name: &str| offering(Answering::New(name.into()), &free);
    let many: Vec<_> = (1..=201).map(LeadId).collect();
    let wrong = [
        (new("  "), OfferProblem::NameMissing),
        (new(&"x".repeat(200)), OfferProblem::NameTooLong),
        (new("OLD  DOOR"), OfferProblem::NameTaken),
        (offering(Answering::Known(ProductId(old)), &free), OfferProblem::NoProduct),
        (NewOffering { request: "unheard of".into(), ..new("Door") }, OfferProblem::NobodyAsked),
        (NewOffering { due_on: None, ..new("Door") }, OfferProblem::DateMissing),
        (NewOffering { due_on: Some(day("2026-03-01")), ..new("Door") }, OfferProblem::DateInPast),
        (NewOffering { due_on: Some(day("2046-03-01")), ..new("Door") }, OfferProblem::DateTooFar),
        (NewOffering { leads: many, ..new("Door") }, OfferProblem::TooMany),
    ];
    let before = app.everything().await;
    for (wanted, why) in wrong {
        assert_eq!(offer(&selin, &wanted).await, OfferAnswer::Refused { why }, "{wanted:?}");
    }
    // Another team's manager reads none of them.
    let unread = OfferAnswer::Refused { why: OfferProblem::NobodyAsked };
    assert_eq!(offer(&mert, &new("Door")).await, unread);
    app.expect_unchanged(&before, "an offering that was refused").await;
    // Without anybody to ask no day is needed; asking again later plans for whoever is left.
    assert_eq!(
        offer(&selin, &NewOffering { leads: Vec::new(), due_on: None, ..new("Door") }).await,
        OfferAnswer::Done { planned: 0, left_out: 0 }
    );
    let door = ever(&selin).await.requests[0].offered.clone().expect("offered").product;
    app.clock.advance(TimeDelta::hours(1));
    let again = NewOffering { seen: Some(door), ..offering(Answering::Known(door), &free[..1]) };
    assert_eq!(offer(&selin, &again).await, OfferAnswer::Done { planned: 1, left_out: 0 });
    assert_eq!(askers(&selin, "celik kapi").await.proposable, 1);
    // What somebody asked for stays what it is: a product that answers it is not removed.
    let removed = sqlx::query("delete from product where id = $1").bind(door.0).execute(&app.pool).await;
    assert!(removed.is_err());
    let umut = app.sign_in(BURAK).await;
    assert_eq!(askers(&umut, "celik kapi").await.proposable, 0, "a colleague's leads are not theirs to read");
}
