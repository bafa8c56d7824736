//! The search comes to a database in which people have worked already.

use super::{AYSE, count, found, index_is_whole, letter, log, run, shown};
use crate::{
    given::{self, Given},
    harness::{Client, Node, TestApp, app_without_server},
};
use winback::{demo::team, ids::LeadId, server::database::MIGRATIONS};

/// The last version without the search.
const BEFORE: i64 = 28;

/// Back to the schema before the search, with nobody and nothing in it but the demo team.
async fn without_search() -> TestApp {
    let app = app_without_server().await;
    run(&app, "drop schema public cascade").await;
    run(&app, "create schema public").await;
    MIGRATIONS.run_to(BEFORE, &app.pool).await.expect("the schema before the search");
    team::add(&app.pool, &app.clock).await.expect("the demo team");
    app
}

/// What was written about a lead, long before anybody could search for it: more than one text holds.
async fn write_history(app: &TestApp, lead: LeadId) {
    sqlx::query(
        "with noted as (
             insert into activity (lead_id, kind, at, body)
             select $1, 'note', $2, repeat('uzun uzadıya ', 100) || word from unnest($3::text[]) as word),
         called as (
             insert into activity (lead_id, kind, at, direction, body) values ($1, 'call', $2, 'outbound', 'Açmadı')
             returning id)
         insert into attempt (activity_id, lead_id, channel, approach, result, at)
         select id, $1, 'call', 'reminder', 'no_answer', $2 from called",
    )
    .bind(lead.0)
    .bind(app.clock.now())
    .bind((0..20).map(marker).collect::<Vec<_>>())
    .execute(&app.pool)
    .await
    .expect("a history");
}

fn marker(note: usize) -> String {
    format!("işaret{}", letter(note))
}

async fn lose(app: &TestApp, lead: LeadId) {
    let reason = given::reason(app, "timing_not_suitable").await;
    sqlx::query(
        "with lost as (
             insert into loss (lead_id, outcome, reason_id, at, recorded_at, by_id, owner_id, stage_id, note, customer_words,
                               retry_potential, attempt_exception)
             select id, 'lost', $2, $3, $3, owner_id, owner_id, stage_id, 'Bütçe kesildi', 'Seneye bakarız', 'high', 'unreachable'
             from lead where id = $1 returning id, lead_id),
         gone as (
             update lead l set standing_loss_id = lost.id, standing_outcome = 'lost', move_version = l.move_version + 1
             from lost where l.id = lost.lead_id returning l.id, l.move_version, lost.id as loss_id)
         insert into activity (lead_id, kind, at, move_version, loss_id) select id, 'loss', $3, move_version, loss_id from gone",
    )
    .bind(lead.0)
    .bind(reason.0)
    .bind(app.clock.now())
    .execute(&app.pool)
    .await
    .expect("a loss");
}

/// Ayşe at a server that was started after the migrations.
async fn ayse_at(app: &TestApp, node: &Node) -> Client {
    let mut ayse = app.stranger().at(node);
    let form = format!("email={AYSE}&password=winback-demo&next=/board");
    let answer = ayse.post_form("/sign-in", form).await;
    ayse.keep_cookie(&answer);
    ayse
}

/// The counters are those of the leads, losses and wins themselves.
async fn counters_agree(app: &TestApp) {
    let columns =
        "select owner_id, queue_id, stage_id, source_id, product_id, leads, value_base_minor from stage_count";
    let by_hand = "select coalesce(owner_id, 0), coalesce(queue_id, 0), stage_id, coalesce(source_id, 0), coalesce(product_id, 0),
                          count(*), sum(value_base_minor)
                   from lead where standing_loss_id is null group by 1, 2, 3, 4, 5";
    expect_same(app, columns, by_hand).await;
    let results = "select owner_id, stage_id, won, lost from result_count";
    let by_hand = "select owner_id, coalesce(stage_id, 0), count(*) filter (where what = 'won'), count(*) filter (where what = 'lost')
                   from (select owner_id, stage_id, 'lost' as what from loss
                         union all select owner_id, from_stage_id, 'won' from win) as result
                   group by 1, 2";
    expect_same(app, results, by_hand).await;
}

async fn expect_same(app: &TestApp, kept: &str, by_hand: &str) {
    let wrong = format!("(({kept} except {by_hand}) union all ({by_hand} except {kept})) as wrong");
    assert_eq!(count(app, &wrong).await, 0, "{kept}");
    assert!(count(app, &format!("({kept}) as kept")).await > 0, "{kept}");
}

#[tokio::test]
async fn a_database_in_use_survives_the_migrations_and_is_searched() {
    let app = without_search().await;
    let open = given::lead(&app, Given { name: "Önceden Vardı", source: Some("Fuar"), ..Given::default() }).await;
    run(&app, &format!("update lead set request = 'eskiden beri' where id = {open}")).await;
    write_history(&app, open).await;
    let lost = given::lead(&app, Given { name: "Giden Yolcu", ..Given::default() }).await;
    lose(&app, lost).await;
    let won = given::lead(&app, Given { name: "Kalan Müşteri", stage: "customer", ..Given::default() }).await;

    MIGRATIONS.run(&app.pool).await.expect("the later migrations");

    index_is_whole(&app).await;
    counters_agree(&app).await;
    let vain = format!("lead_contact where lead_id = {open} and attempts = 1 and in_vain = 1");
    assert_eq!(count(&app, &vain).await, 1, "what was tried in vain before counts");
    let node = app.node_beside().await;
    let ayse = ayse_at(&app, &node).await;
    for (question, lead) in [
        ("vardı", open),
        ("eskiden", open),
        ("açmadı", open),
        ("giden yolcu", lost),
        ("bütçe", lost),
        ("seneye", lost),
        ("müşteri", won),
    ] {
        assert_eq!(found(&ayse, question).await, [lead], "{question}");
    }
    for note in 0..20 {
        assert_eq!(found(&ayse, &marker(note)).await, [open], "note {note}");
    }
    let mistyped = shown(&ayse, "öncedne vardı").await;
    assert_eq!(mistyped.first().map(|hit| hit.lead), Some(open), "the dictionary knows what was there");
    log(&ayse, open, "sonradan").await;
    assert_eq!(found(&ayse, "sonradan").await, [open], "and goes on from there");
    index_is_whole(&app).await;
}
