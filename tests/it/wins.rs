//! How leads are won, how wins are taken back, how customers rest and are won again, and that what people achieved is
//! counted right whatever happens in between.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, app_without_server, fresh_key, heard, spawn_app},
};
use chrono::{Days, NaiveDate, TimeDelta};
use futures::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};
use winback::{
    ids::{LeadId, ProductId, RequestKey, StageId},
    jobs::{store::enqueue_daily, worker::work_once},
    leads::api::LeadInSight,
    pipeline::{
        api::{Card, Move, Moved},
        rules::Refusal,
    },
    wins::{
        api::{AgainAnswer, NewWin, Preparation, WinAnswer},
        jobs::INACTIVITY,
        rules::{Draft, Objection},
    },
};

const ADMIN: &str = "admin@demo.winback";
const AYSE: &str = "ayse@demo.winback";
const BURAK: &str = "burak@demo.winback";
const MERT: &str = "mert@demo.winback";
const SELIN: &str = "selin@demo.winback";

/// The day on which every test begins.
fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 2).expect("a day")
}

fn draft() -> Draft {
    Draft { amount: "5.800,50".into(), currency: "EUR".into(), product: None, won_on: Some(today()) }
}

fn wanted(lead: LeadId, seen_version: i64) -> NewWin {
    NewWin { lead, draft: draft(), seen_version, key: fresh_key() }
}

async fn win(client: &Client, wanted: &NewWin) -> WinAnswer {
    heard(client.ask("/api/wins/win", json!({ "wanted": wanted })).await)
}

async fn won(client: &Client, wanted: &NewWin) -> (Card, StageId) {
    match win(client, wanted).await {
        WinAnswer::Done { card: Some(card), from } => (*card, from),
        other => panic!("it should have been won: {other:?}"),
    }
}

async fn objections(client: &Client, wanted: &NewWin) -> Vec<Objection> {
    match win(client, wanted).await {
        WinAnswer::Objections { objections } => objections,
        other => panic!("there should have been objections: {other:?}"),
    }
}

async fn preparation(client: &Client, lead: LeadId) -> Preparation {
    heard(client.ask("/api/wins/preparation", json!({ "lead": lead })).await)
}

async fn move_to(client: &Client, lead: LeadId, to: StageId, seen_version: i64) -> Moved {
    let wanted = Move { lead, to, above: None, below: None, seen_version, undoes: false, key: fresh_key() };
    heard(client.ask("/api/pipeline/move_lead", json!({ "wanted": wanted })).await)
}

async fn moved(client: &Client, lead: LeadId, to: StageId, seen_version: i64) -> Card {
    match move_to(client, lead, to, seen_version).await {
        Moved::Done { card } => *card,
        other => panic!("it should have moved: {other:?}"),
    }
}

async fn count(app: &TestApp, what: &str) -> i64 {
    let sql = format!("select count(*) from {what}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&app.pool).await.expect("a count")
}

async fn run(app: &TestApp, sql: &str) {
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&app.pool).await.expect(sql);
}

/// Loses a lead for its price through the dialog's door; the episode, or nothing where somebody was quicker.
async fn lose(app: &TestApp, client: &Client, lead: LeadId, version: i64, outcome: &str) -> Option<i64> {
    let code = if outcome == "lost" { "price_too_high" } else { "needs_dont_match" };
    let draft = json!({
        "outcome": outcome, "reason": given::reason(app, code).await, "attempt": { "excepted": "unreachable" },
        "same_again_because": "", "customer": { "words": "No." }, "note": "Too dear.", "retry_potential": "low",
        "evidence": {}, "recontact_on": null, "override_because": "",
    });
    let loss = json!({ "lead": lead, "draft": draft, "seen_version": version, "key": fresh_key() });
    let (_, answer) = client.call("/api/losses/lose", json!({ "wanted": loss })).await;
    answer["done"]["lost"]["loss"].as_i64()
}

async fn reopen(client: &Client, loss: i64, closure: &str) -> Value {
    let cause = (closure == "reactivated").then_some("customer_returned");
    let back = json!({ "loss": loss, "closure": closure, "cause": cause, "note": "", "to": null, "key": fresh_key() });
    client.ask("/api/losses/reopen", json!({ "wanted": back })).await
}

/// What the counters of results say, and what plain SQL over the episodes says.
async fn results(app: &TestApp) -> [Vec<(i64, i64, i64, i64, i64, i64)>; 2] {
    let kept = "select owner_id, queue_id, stage_id, won, lost, unqualified from result_count
                where (won, lost, unqualified) <> (0, 0, 0) order by 1, 2, 3";
    let recount = "select coalesce(r.owner_id, 0), coalesce(r.queue_id, 0), coalesce(r.stage_id, 0),
                          count(*) filter (where what = 'won'), count(*) filter (where what = 'lost'),
                          count(*) filter (where what = 'unqualified')
                   from (select lead_id, owner_id, queue_id, stage_id, outcome as what from loss
                         where closure is null or closure in ('reactivated', 'recovered')
                         union all
                         select lead_id, owner_id, queue_id, from_stage_id, 'won' from win where undone_at is null) r
                   join lead l on l.id = r.lead_id where l.withdrawn_at is null
                   group by 1, 2, 3 order by 1, 2, 3";
    let rows = async |sql: &'static str| sqlx::query_as(sql).fetch_all(&app.pool).await.expect("counts");
    [rows(kept).await, rows(recount).await]
}

#[tokio::test]
async fn a_win_is_written_whole() {
    let app = spawn_app().await;
    let (ayse, customer) = (app.sign_in(AYSE).await, given::stage(&app, "customer").await);
    let lead = given::lead(&app, Given { product: Some("Saç ekimi"), ..Given::default() }).await;
    let about = preparation(&ayse, lead).await;
    assert_eq!((about.today, about.move_version, about.may_write), (today(), 0, true));
    assert_eq!(about.suggestion().map(|value| value.minor), Some(340_000));
    let product = about.product.expect("the lead's product");
    let wanted = NewWin { draft: Draft { product: Some(product), ..draft() }, ..wanted(lead, 0) };
    let (card, from) = won(&ayse, &wanted).await;
    assert_eq!((card.stage, card.move_version), (customer, 1));
    assert_eq!(from, given::stage(&app, "contacted").await);
    let value = card.details.and_then(|details| details.value).expect("its value");
    assert_eq!((value.minor, value.currency.as_str()), (580_050, "EUR"));
    assert_eq!(
        count(
            &app,
            "win w join app_user u on u.id = w.owner_id and u.id = w.by_id where u.email = 'ayse@demo.winback'
        and won_on = '2026-03-02' and amount_minor = 580050 and amount_base_minor = 580050 and product_id is not null
        and undone_at is null and move_version = 1"
        )
        .await,
        1
    );
    assert_eq!(count(&app, "activity where kind = 'move' and move_version = 1").await, 1);
    assert_eq!(count(&app, "event where kind = 'leads'").await, 2, "the win's, and its new account's");
    assert_eq!(
        count(
            &app,
            "lead l join account a on a.id = l.account_id where a.name = 'Can Demir' and a.name_key = 'can demir'
        and a.party = 'person' and a.owner_id = l.owner_id"
        )
        .await,
        1
    );
    assert_eq!(count(&app, "result_count where won = 1").await, 1);
    let LeadInSight::Full(page) = heard(ayse.ask("/api/leads/lead", json!({ "lead": lead })).await) else {
        panic!("her own lead")
    };
    assert_eq!(page.standing_win().and_then(|win| win.product.as_deref()), Some("Saç ekimi"));
    // The same request again is answered with what it did.
    let before = app.everything().await;
    assert_eq!(won(&ayse, &wanted).await.0.move_version, 1);
    app.expect_unchanged(&before, "the repeated win").await;
}

#[tokio::test]
async fn a_win_that_is_refused_changes_nothing() {
    let app = spawn_app().await;
    let [ayse, burak, mert] = [app.sign_in(AYSE).await, app.sign_in(BURAK).await, app.sign_in(MERT).await];
    let lead = given::can(&app).await;
    let customer = given::lead(&app, Given { stage: "customer", ..Given::default() }).await;
    let lost = given::can(&app).await;
    lose(&app, &ayse, lost, 0, "lost").await.expect("a loss");
    run(&app, "insert into product (name, key, retired_at) values ('Alt', 'alt', now())").await;
    let offered: i64 = sqlx::query_scalar("insert into product (name, key) values ('Neu', 'neu') returning id")
        .fetch_one(&app.pool)
        .await
        .expect("a product");
    let good = Draft { product: Some(ProductId(offered)), ..draft() };
    let with = |change: fn(&mut Draft)| {
        let mut changed = good.clone();
        change(&mut changed);
        NewWin { draft: changed, ..wanted(lead, 0) }
    };
    let yesterday = today() - Days::new(1);
    let before = app.everything().await;
    for (change, expected) in [
        ((|d| d.amount = "  ".into()) as fn(&mut Draft), Objection::AmountMissing),
        (|d| d.amount = "viel".into(), Objection::AmountNotANumber),
        (|d| d.amount = "-5".into(), Objection::AmountNotANumber),
        (|d| d.currency = "XXX".into(), Objection::CurrencyUnknown),
        (|d| d.currency = "USD".into(), Objection::NoRate { currency: "USD".into() }),
        (|d| d.product = None, Objection::ProductMissing),
        (|d| d.product = Some(ProductId(999)), Objection::ProductUnknown),
        (|d| d.won_on = None, Objection::DateMissing),
        (|d| d.won_on = Some(today() + Days::new(1)), Objection::DateInFuture),
        (|d| d.won_on = Some(today() - Days::new(1)), Objection::DateBeforeRun { began: today() }),
    ] {
        assert_eq!(objections(&ayse, &with(change)).await, [expected], "before {yesterday}");
    }
    let good = |lead, version| NewWin { draft: good.clone(), ..wanted(lead, version) };
    assert_eq!(objections(&ayse, &good(customer, 0)).await, [Objection::AlreadyWon]);
    assert_eq!(objections(&ayse, &good(lost, 1)).await, [Objection::OffBoard]);
    for stranger in [&burak, &mert] {
        assert_eq!(objections(stranger, &good(lead, 0)).await, [Objection::NotYours]);
        let (status, answer) = stranger.call("/api/wins/preparation", json!({ "lead": lead })).await;
        assert!(status == StatusCode::FORBIDDEN && !answer.to_string().contains("Can"), "{status} {answer}");
        let again = stranger.ask("/api/wins/again", json!({ "lead": customer, "key": fresh_key() })).await;
        assert_eq!(heard::<AgainAnswer>(again), AgainAnswer::NotYours);
    }
    assert!(matches!(win(&ayse, &good(lead, 7)).await, WinAnswer::Conflict { card: Some(_), .. }));
    for unsound in [
        NewWin { key: RequestKey("short".into()), ..good(lead, 0) },
        NewWin { draft: Draft { amount: "9".repeat(31), ..draft() }, ..wanted(lead, 0) },
        NewWin { draft: Draft { currency: "EURO".into(), ..draft() }, ..wanted(lead, 0) },
    ] {
        let (status, _) = ayse.call("/api/wins/win", json!({ "wanted": unsound })).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
    let (status, _) = ayse.call("/api/wins/win", json!({ "wanted": good(LeadId(999_999), 0) })).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = app.stranger().call("/api/wins/win", json!({ "wanted": good(lead, 0) })).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    app.expect_unchanged(&before, "the refused wins").await;
}

#[tokio::test]
async fn the_rate_of_the_day_is_frozen() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    run(&app, "insert into currency_rate values ('USD', '2026-02-01', 0.5), ('USD', '2026-03-01', 0.9), ('USD', '2026-03-03', 2)")
        .await;
    let draft = Draft { amount: "100".into(), currency: "USD".into(), ..draft() };
    won(&ayse, &NewWin { draft, ..wanted(lead, 0) }).await;
    run(&app, "update currency_rate set rate = 3").await;
    assert_eq!(
        count(&app, "win where amount_minor = 10000 and currency = 'USD' and amount_base_minor = 9000").await,
        1
    );
    assert_eq!(count(&app, "lead where value_base_minor = 9000").await, 1);
}

#[tokio::test]
async fn offers_and_estimates_are_known_to_the_dialog() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    for (kind, rest) in [
        ("offer", "insert into offer select id, lead_id, 500000, 'EUR', 500000 from e"),
        ("offer", "insert into offer select id, lead_id, 480000, 'EUR', 480000 from e"),
        (
            "estimate",
            "insert into estimate select id, lead_id, 2, null, 20000, 'EUR', 20000, '2026-03-01', true from e",
        ),
        ("estimate", "insert into estimate select id, lead_id, 2, null, 5000, 'EUR', 5000, null, true from e"),
        ("estimate", "insert into estimate select id, lead_id, 2, null, 7000, 'EUR', 7000, null, false from e"),
    ] {
        run(&app, &format!("with e as (insert into activity (lead_id, kind, at) values ({lead}, '{kind}', now()) returning id, lead_id) {rest}")).await;
    }
    let about = preparation(&ayse, lead).await;
    assert_eq!(about.suggestion().map(|offer| offer.minor), Some(480_000));
    let credits: Vec<_> = about.credits.iter().map(|credit| (credit.fee.minor, credit.is_paid)).collect();
    assert_eq!(credits, [(20_000, true), (5_000, false)]);
}

#[tokio::test]
async fn moving_a_customer_back_takes_the_win_back_and_keeps_its_history() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let contacted = given::stage(&app, "contacted").await;
    // A lead that was lost and came back is recovered while it is won.
    let loss = lose(&app, &ayse, lead, 0, "lost").await.expect("a loss");
    reopen(&ayse, loss, "reactivated").await;
    let (card, from) = won(&ayse, &wanted(lead, 2)).await;
    assert_eq!((card.move_version, from), (3, contacted));
    assert_eq!(count(&app, "loss where closure = 'recovered'").await, 1);
    let refused = move_to(&ayse, lead, given::stage(&app, "unqualified").await, 3).await;
    assert!(matches!(refused, Moved::Refused { why: Refusal::UnqualifiedIsALoss, .. }));
    app.clock.advance(TimeDelta::minutes(5));
    let card = moved(&ayse, lead, from, 3).await;
    assert_eq!((card.stage, card.move_version), (contacted, 4));
    let value = card.details.and_then(|details| details.value).expect("the value of before");
    assert_eq!(value.minor, 340_000);
    assert_eq!(
        count(
            &app,
            "win w join app_user u on u.id = w.undone_by where undone_at is not null and amount_minor = 580050"
        )
        .await,
        1
    );
    assert_eq!(count(&app, "loss where closure = 'reactivated'").await, 1);
    assert_eq!(count(&app, "activity where kind = 'move'").await, 2);
    let [kept, recount] = results(&app).await;
    assert_eq!(kept, recount);
    // Won once more, with another amount that is corrected afterwards: what was written since is not undone.
    won(&ayse, &wanted(lead, 4)).await;
    run(&app, "update lead set value_minor = 1, value_base_minor = 1").await;
    let card = moved(&ayse, lead, from, 5).await;
    assert_eq!(card.details.and_then(|details| details.value).map(|value| value.minor), Some(1));
    assert_eq!(count(&app, "win where undone_at is not null").await, 2);
}

#[tokio::test]
async fn the_database_knows_customers_by_their_win() {
    let app = spawn_app().await;
    let (lead, won) =
        (given::can(&app).await, given::lead(&app, Given { stage: "customer", ..Given::default() }).await);
    let attempt = async |sql: String| {
        let mut transaction = app.pool.begin().await.expect("a transaction");
        for statement in sql.split(';') {
            let done = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut *transaction).await;
            if let Err(error) = done {
                return constraint(error);
            }
        }
        transaction.commit().await.map_or_else(constraint, |()| "let through".to_owned())
    };
    fn constraint(error: sqlx::Error) -> String {
        let refusal = error.as_database_error().expect("a refusal, not a broken connection");
        refusal.constraint().map_or_else(|| refusal.message().to_owned(), str::to_owned)
    }
    let move_by_hand = |lead: LeadId, kind: &str| {
        format!(
            "insert into activity (lead_id, kind, at, move_version, from_stage_id, to_stage_id)
             select l.id, 'move', now(), 1, l.stage_id, s.id from lead l, stage s where l.id = {lead} and s.kind = '{kind}';
             update lead l set stage_id = s.id, stage_kind = s.kind, move_version = 1 from stage s where l.id = {lead} and s.kind = '{kind}'"
        )
    };
    let win_by_hand = format!(
        "insert into win (lead_id, move_version, won_on, recorded_at, by_id, owner_id, amount_minor, currency, amount_base_minor)
         select id, 0, '2026-03-02', '2026-03-02', owner_id, owner_id, 1, 'EUR', 1 from lead where id = {lead}"
    );
    let before = app.everything().await;
    assert_eq!(attempt(move_by_hand(lead, "customer")).await, "customers_have_their_win");
    assert_eq!(attempt(move_by_hand(won, "qualified")).await, "customers_have_their_win");
    assert_eq!(attempt(win_by_hand.clone()).await, "customers_have_their_win");
    let undone = format!("update win set undone_at = now(), undone_by = by_id where lead_id = {won}");
    assert_eq!(attempt(undone).await, "customers_have_their_win");
    assert_eq!(
        attempt(win_by_hand.replace("'2026-03-02', '2026-03-02'", "'2026-03-09', '2026-03-02'")).await,
        "won_on_has_come"
    );
    assert_eq!(
        attempt(
            win_by_hand
                .replace("owner_id, owner_id, 1,", "owner_id, owner_id, null,")
                .replace("'EUR', 1 from", "null, null from")
        )
        .await,
        "only_imported_wins_lack_circumstances"
    );
    assert_eq!(attempt("delete from win".into()).await, "history_is_append_only");
    assert_eq!(attempt("update win set amount_minor = 1".into()).await, "history_is_append_only");
    app.expect_unchanged(&before, "what the database refused").await;
}

#[tokio::test]
async fn winning_losing_and_moving_at_once_is_one_of_them() {
    let app = spawn_app().await;
    let clients = [app.sign_in(AYSE).await, app.sign_in(SELIN).await, app.sign_in(ADMIN).await];
    let qualified = given::stage(&app, "qualified").await;
    for round in 0..12 {
        let lead = given::can(&app).await;
        let wins = async |client: &Client| matches!(win(client, &wanted(lead, 0)).await, WinAnswer::Done { .. });
        let loses = async |client: &Client| lose(&app, client, lead, 0, "lost").await.is_some();
        let moves = async |client: &Client| matches!(move_to(client, lead, qualified, 0).await, Moved::Done { .. });
        let [a, b, c] = [&clients[round % 3], &clients[(round + 1) % 3], &clients[(round + 2) % 3]];
        let (one, two, three, four) = futures::join!(wins(a), loses(b), moves(c), wins(b));
        let came_through = [one, two, three, four].into_iter().filter(|through| *through).count();
        assert_eq!(came_through, 1, "round {round}: {one} {two} {three} {four}");
    }
    let [kept, recount] = results(&app).await;
    assert_eq!(kept, recount);
    // Two take the same win back at once.
    let lead = given::can(&app).await;
    won(&clients[0], &wanted(lead, 0)).await;
    let back = async |client: &Client| matches!(move_to(client, lead, qualified, 1).await, Moved::Done { .. });
    let (one, two) = futures::join!(back(&clients[0]), back(&clients[1]));
    assert!(one != two, "exactly one takes it back: {one} {two}");
    assert_eq!(count(&app, &format!("win where lead_id = {lead} and undone_at is not null")).await, 1);
}

#[tokio::test]
async fn a_customer_is_won_again_as_a_new_lead_of_the_same_account() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let old =
        given::lead(&app, Given { stage: "inactive", product: Some("Diş"), source: Some("Web"), ..Given::default() })
            .await;
    let key = fresh_key();
    let again = async || heard::<AgainAnswer>(ayse.ask("/api/wins/again", json!({ "lead": old, "key": key })).await);
    let AgainAnswer::Done { lead } = again().await else { panic!("a new lead") };
    let before = app.everything().await;
    assert_eq!(again().await, AgainAnswer::Done { lead });
    app.expect_unchanged(&before, "the repeated click").await;
    assert_eq!(
        count(
            &app,
            &format!(
                "lead n join lead o on o.account_id = n.account_id and o.id = {old}
        where n.id = {lead} and n.name = o.name and n.owner_id = o.owner_id and n.product_id = o.product_id
          and n.stage_kind = 'open' and n.value_minor is null and n.source_id is null and o.stage_kind = 'inactive'"
            )
        )
        .await,
        1
    );
    let open = heard::<AgainAnswer>(ayse.ask("/api/wins/again", json!({ "lead": lead, "key": fresh_key() })).await);
    assert_eq!(open, AgainAnswer::NotACustomer);
}

#[tokio::test]
async fn silent_customers_become_inactive_on_their_day() {
    let app = app_without_server().await;
    let (silent, spoken_to) = (
        given::lead(&app, Given { stage: "customer", name: "Silent", ..Given::default() }).await,
        given::lead(&app, Given { stage: "customer", name: "Spoken to", ..Given::default() }).await,
    );
    given::lead(&app, Given { stage: "contacted", ..Given::default() }).await;
    let work = async || {
        enqueue_daily(&app.pool, INACTIVITY, app.clock.now()).await.expect("a queue");
        let mut runs = 0;
        while work_once(&app.app).await.expect("a worker") {
            runs += 1;
        }
        runs
    };
    let inactive = async || {
        sqlx::query_scalar::<_, i64>("select id from lead where stage_kind = 'inactive' order by id")
            .fetch_all(&app.pool)
            .await
            .expect("leads")
    };
    // Nothing is set: nothing runs.
    assert_eq!((work().await, inactive().await.len()), (0, 0));
    run(&app, "update organisation set inactive_after_months = 6").await;
    assert_eq!((work().await, inactive().await.len()), (1, 0));
    // Once a day, however often somebody looks.
    assert_eq!(work().await, 0);
    app.clock.advance(TimeDelta::days(60));
    run(&app, &format!("insert into activity (lead_id, kind, at) values ({spoken_to}, 'call', '2026-05-01')")).await;
    // The day before six months are over, in the organisation's zone; then the day itself.
    app.clock
        .advance("2026-09-01T20:30:00Z".parse::<chrono::DateTime<chrono::Utc>>().expect("a moment") - app.clock.now());
    work().await;
    assert!(inactive().await.is_empty());
    app.clock.advance(TimeDelta::hours(1));
    work().await;
    assert_eq!(inactive().await, [silent.0]);
    assert_eq!(
        count(&app, &format!("activity where lead_id = {silent} and kind = 'move' and actor_id is null")).await,
        1
    );
    assert_eq!(count(&app, "event where kind = 'leads'").await, 1);
    assert_eq!(count(&app, "win where undone_at is null").await, 2);
    // Once more on the same day: nothing is left to do.
    let before = app.everything().await;
    work().await;
    app.expect_unchanged(&before, "the second look of the day").await;
}

#[tokio::test]
async fn what_people_achieved_is_counted_right_after_whatever_happens() {
    let app = spawn_app().await;
    let mut leads = Vec::new();
    for number in 0..10 {
        let queue = (number % 5 == 4).then_some("Ankara");
        let owner = [AYSE, BURAK][number % 2];
        let stage = ["open", "qualified", "customer"][number % 3];
        leads.push(given::lead(&app, Given { owner, queue, stage, ..Given::default() }).await);
    }
    let mut clients = Vec::new();
    for email in [AYSE, SELIN, ADMIN] {
        clients.push(app.sign_in(email).await);
    }
    let mut stages = Vec::new();
    for kind in ["open", "negotiation", "inactive", "customer"] {
        stages.push(given::stage(&app, kind).await);
    }
    let walk = |seed: usize| {
        let (app, client, leads, stages) = (&app, &clients[seed], &leads, &stages);
        async move {
            let mut dice = seed * 7919 + 11;
            let mut throw = |sides: usize| {
                dice = (dice * 1_103_515_245 + 12_345) % (1 << 31);
                (dice >> 8) % sides
            };
            for _ in 0..90 {
                let (lead, deed, stage) = (leads[throw(leads.len())], throw(9), stages[throw(stages.len())]);
                let (version, loss): (i64, Option<i64>) =
                    sqlx::query_as("select move_version, standing_loss_id from lead where id = $1")
                        .bind(lead.0)
                        .fetch_one(&app.pool)
                        .await
                        .expect("a lead");
                match (deed, loss) {
                    (0 | 1, None) => {
                        drop(client.call("/api/wins/win", json!({ "wanted": wanted(lead, version) })).await)
                    }
                    (2 | 3, None) => {
                        let wanted = Move {
                            lead,
                            to: stage,
                            above: None,
                            below: None,
                            seen_version: version,
                            undoes: false,
                            key: fresh_key(),
                        };
                        drop(client.call("/api/pipeline/move_lead", json!({ "wanted": wanted })).await);
                    }
                    (4, None) => drop(lose(app, client, lead, version, "unqualified").await),
                    (5 | 6, None) => drop(lose(app, client, lead, version, "lost").await),
                    (7, _) => {
                        let sql = "update lead set withdrawn_at = case when withdrawn_at is null then now() end where id = $1";
                        // Somebody may be just there: then it is not withdrawn this time.
                        let _ = sqlx::query(sql).bind(lead.0).execute(&app.pool).await;
                    }
                    (_, Some(loss)) => {
                        let closure = if deed % 2 == 0 { "reversed" } else { "reactivated" };
                        let wanted = json!({ "loss": loss, "closure": closure, "cause": "rep_saw_chance", "note": "",
                                             "to": null, "key": fresh_key() });
                        drop(client.call("/api/losses/reopen", json!({ "wanted": wanted })).await);
                    }
                    _ => {}
                }
            }
        }
    };
    join_all((0..clients.len()).map(walk)).await;
    let [kept, recount] = results(&app).await;
    assert_eq!(kept, recount);
    assert!(
        count(&app, "win").await > 5 && count(&app, "loss where closure is not null").await > 5,
        "much has happened"
    );
    assert!(count(&app, "win where undone_at is not null").await > 0, "wins were taken back");
}

#[tokio::test]
async fn a_customer_won_again_is_found_like_every_other_lead() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let old = given::lead(&app, Given { stage: "inactive", name: "Şule Iğdır", ..Given::default() }).await;
    run(&app, &format!("update lead set phone = '+90 (532) 000-11-22' where id = {old}")).await;
    let again = ayse.ask("/api/wins/again", json!({ "lead": old, "key": fresh_key() })).await;
    let AgainAnswer::Done { lead } = heard(again) else { panic!("a new lead") };
    let key: String = sqlx::query_scalar("select search_key from lead where id = $1")
        .bind(lead.0)
        .fetch_one(&app.pool)
        .await
        .expect("a lead");
    assert_eq!(key, "sule igdir\n905320001122");
}

#[tokio::test]
async fn an_account_that_a_win_links_or_makes_stands_in_the_history_and_its_leads_are_told() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let first = given::lead(&app, Given { name: "Ece Su", ..Given::default() }).await;
    let second = given::lead(&app, Given { name: "Can Su", rank: "W", ..Given::default() }).await;
    run(&app, "update lead set party = 'company', company = 'Su A.Ş.', email = name || '@su.example'").await;
    run(&app, "update lead set email = replace(lower(email), ' ', '.')").await;
    for (lead, told) in [(first, vec![first.0]), (second, vec![first.0, second.0])] {
        won(&ayse, &wanted(lead, 0)).await;
        let entry = format!(
            "activity where lead_id = {lead} and kind = 'account' and detail ->> 'what' = 'linked' and new_value = 'Su A.Ş.'"
        );
        assert_eq!(count(&app, &entry).await, 1);
        let event =
            format!("event where lead_ids @> array{told:?}::bigint[] and cardinality(lead_ids) = {}", told.len());
        assert!(count(&app, &event).await > 0, "{event}");
    }
    assert_eq!(count(&app, "account").await, 1);
    let LeadInSight::Full(page) = heard(ayse.ask("/api/leads/lead", json!({ "lead": first })).await) else {
        panic!("it is hers")
    };
    assert_eq!(page.account.expect("an account").leads[0].lead, second);
}

#[tokio::test]
async fn a_win_of_the_year_202_is_refused() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let lead = given::can(&app).await;
    run(&app, &format!("update lead set run_started_at = null where id = {lead}")).await;
    let won_on = NaiveDate::from_ymd_opt(202, 3, 1);
    let mistyped = NewWin { draft: Draft { won_on, ..draft() }, ..wanted(lead, 0) };
    assert_eq!(objections(&ayse, &mistyped).await, [Objection::DateTooEarly]);
}
