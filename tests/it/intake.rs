//! Leads entered by hand, and the warning that one is here already.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, fresh_key, heard, spawn_app},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use winback::{
    ids::LeadId,
    leads::{
        api::{
            ActivityKind, LeadInSight,
            intake::{CreateAnswer, Likeness, Twin},
        },
        rules::{
            fields::{Field, LeadField},
            intake::IntakeObjection,
        },
    },
    pipeline::api::{Board, Filter},
};

const AYSE: &str = "ayse@demo.winback";
const BURAK: &str = "burak@demo.winback";
const MERT: &str = "mert@demo.winback";
const SELIN: &str = "selin@demo.winback";

/// A lead of which only the name is known.
fn named(name: &str) -> Value {
    json!({ "name": name, "company": "", "phone": "", "email": "", "direction": "inbound", "source": null, "product": null,
            "request": "", "holder": null, "step": null })
}

/// The same with other values here and there.
fn with(mut lead: Value, changes: Value) -> Value {
    for (field, value) in changes.as_object().expect("fields") {
        lead[field] = value.clone();
    }
    lead
}

async fn create(client: &Client, lead: &Value, key: &str) -> CreateAnswer {
    heard(client.ask("/api/leads/create", json!({ "wanted": lead, "key": key })).await)
}

async fn created(client: &Client, lead: Value) -> LeadId {
    match create(client, &lead, &fresh_key().0).await {
        CreateAnswer::Done { lead } => lead,
        CreateAnswer::Refused { objections } => panic!("it should have been created: {objections:?}"),
    }
}

async fn twins(client: &Client, name: &str, phone: &str, email: &str) -> Vec<Twin> {
    heard(client.ask("/api/leads/twins", json!({ "name": name, "company": "", "phone": phone, "email": email })).await)
}

async fn count(app: &TestApp, what: &str) -> i64 {
    let sql = format!("select count(*) from {what}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&app.pool).await.expect("a count")
}

#[tokio::test]
async fn a_new_lead_stands_on_top_of_the_first_column_with_all_that_was_said() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    given::lead(&app, Given { stage: "open", name: "Earlier", ..Given::default() }).await;
    let lead = created(
        &ayse,
        with(
            named("Şule Iğdır"),
            json!({ "phone": "+90 532 000 11 22", "email": "Sule@Example.com", "request": "A quote for ten seats, please.",
                    "step": { "channel": "call", "what": "Ask for the budget", "due": "2026-03-03T09:00:00" } }),
        ),
    )
    .await;
    let board: Board = heard(ayse.ask("/api/pipeline/board", json!({ "filter": Filter::default() })).await);
    let open = &board.columns[0];
    assert_eq!((open.leads, open.cards[0].id), (2, lead));
    let step = open.cards[0].next_step.clone().expect("a next step");
    assert_eq!(
        (step.what.as_deref(), step.due.utc.to_rfc3339()),
        (Some("Ask for the budget"), "2026-03-03T06:00:00+00:00".into())
    );
    let LeadInSight::Full(page) = heard(ayse.ask("/api/leads/lead", json!({ "lead": lead })).await) else {
        panic!("Ayşe may read her own lead")
    };
    assert_eq!(page.record.get(&Field::Lead(LeadField::Request)), "A quote for ten seats, please.");
    assert_eq!(page.arose_at.map(|at| at.utc), Some(app.clock.now()));
    let kinds: Vec<_> = page.history.entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [ActivityKind::NextStep, ActivityKind::Created]);
    assert_eq!(count(&app, "lead where phone_key = '320001122' and email_key = 'sule@example.com'").await, 1);
    assert_eq!(count(&app, "stage_count where leads = 2").await, 1);
}

#[tokio::test]
async fn what_is_missing_is_said_and_nothing_is_written() {
    let app = spawn_app().await;
    let (ayse, mert) = (app.sign_in(AYSE).await, app.sign_in(MERT).await);
    let burak = given::user(&app, BURAK).await;
    let before = app.everything().await;
    let nobody = named("  ");
    let CreateAnswer::Refused { objections } = create(&ayse, &nobody, &fresh_key().0).await else {
        panic!("nobody is named")
    };
    assert_eq!(objections, [IntakeObjection::NobodyNamed]);
    let foreign = with(named("Can"), json!({ "holder": { "person": burak } }));
    // Burak is neither Ayşe's to give to, nor of Mert's team.
    for client in [&ayse, &mert] {
        let CreateAnswer::Refused { objections } = create(client, &foreign, &fresh_key().0).await else {
            panic!("not theirs")
        };
        assert_eq!(objections, [IntakeObjection::HolderNotYours]);
    }
    let late = with(named("Can"), json!({ "step": { "channel": "call", "what": "", "due": "2026-03-01T09:00:00" } }));
    assert!(matches!(create(&ayse, &late, &fresh_key().0).await, CreateAnswer::Refused { .. }));
    for odd in [with(named("Can"), json!({ "request": "a\0b" })), named(&"x".repeat(201))] {
        let (status, _) = ayse.call("/api/leads/create", json!({ "wanted": odd, "key": fresh_key().0 })).await;
        assert_ne!(status, StatusCode::OK);
    }
    let (status, _) =
        app.stranger().call("/api/leads/create", json!({ "wanted": named("Can"), "key": fresh_key().0 })).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    app.expect_unchanged(&before, "a refused lead").await;
}

#[tokio::test]
async fn a_manager_gives_a_lead_to_their_reps_and_a_rep_to_their_queue() {
    let app = spawn_app().await;
    let burak = given::user(&app, BURAK).await;
    let selin = app.sign_in(SELIN).await;
    let lead = created(&selin, with(named("Can"), json!({ "holder": { "person": burak } }))).await;
    assert_eq!(count(&app, &format!("lead where id = {lead} and owner_id = {burak}")).await, 1);
    let queue: i64 =
        sqlx::query_scalar("select q.id from queue q join app_user u on u.team_id = q.team_id where u.email = $1")
            .bind(AYSE)
            .fetch_one(&app.pool)
            .await
            .expect("a queue of her team");
    let ayse = app.sign_in(AYSE).await;
    let lead = created(&ayse, with(named("Can"), json!({ "holder": { "queue": queue } }))).await;
    assert_eq!(count(&app, &format!("lead where id = {lead} and queue_id = {queue}")).await, 1);
}

#[tokio::test]
async fn the_same_request_makes_one_lead_however_often_and_at_once() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let (lead, key) = (named("Can Demir"), fresh_key().0);
    let at_once = (0..8).map(|_| create(&ayse, &lead, &key));
    let answers = futures::future::join_all(at_once).await;
    assert!(
        answers.iter().all(|answer| *answer == answers[0] && matches!(answer, CreateAnswer::Done { .. })),
        "{answers:?}"
    );
    assert_eq!(create(&ayse, &lead, &key).await, answers[0]);
    assert_eq!((count(&app, "lead").await, count(&app, "activity").await, count(&app, "event").await), (1, 1, 1));
    // Different people, or different intents, make different leads; all of them on top of one another.
    let others: Vec<_> = (0..8).map(|_| fresh_key().0).collect();
    futures::future::join_all(others.iter().map(|key| create(&ayse, &lead, key))).await;
    assert_eq!((count(&app, "lead").await, count(&app, "stage_count where leads = 9").await), (9, 1));
}

#[tokio::test]
async fn a_lead_that_is_here_already_is_recognised_in_any_spelling() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let known = with(named("Şule Iğdır"), json!({ "phone": "0532 000 11 22", "email": "sule@example.com" }));
    let lead = created(&ayse, known).await;
    for (name, phone, email, likeness) in [
        ("", "+90 (532) 000 11 22", "", Likeness::Phone),
        ("", "", "SULE@example.com ", Likeness::Email),
        ("sule igdir", "", "", Likeness::Name),
        ("Şule Iğdir Hanım", "", "", Likeness::Similar),
        ("Sule Igdir", "05320001122", "", Likeness::Phone),
    ] {
        let found = twins(&ayse, name, phone, email).await;
        assert_eq!(found.len(), 1, "{name}{phone}{email}");
        let details = found[0].details.as_ref().expect("her own lead");
        assert_eq!((found[0].lead, details.likeness), (lead, likeness), "{name}{phone}{email}");
    }
    for (name, phone, email) in [("Ali Veli", "", ""), ("", "0532", ""), ("", "", "sule@"), ("", "0533 000 11 23", "")]
    {
        assert_eq!(twins(&ayse, name, phone, email).await, [], "{name}{phone}{email}");
    }
}

#[tokio::test]
async fn a_colleagues_lead_answers_may_i_contact_and_no_more() {
    let app = spawn_app().await;
    let (ayse, mert) = (app.sign_in(AYSE).await, app.sign_in(MERT).await);
    let step = json!({ "channel": "call", "what": "Secret plan", "due": "2026-03-03T09:00:00" });
    created(
        &ayse,
        with(named("Leyla Gizli"), json!({ "phone": "0532 000 11 22", "step": step, "request": "Secret wish" })),
    )
    .await;
    for (name, phone) in [("", "0532 000 11 22"), ("leyla gizli", "")] {
        let asked = json!({ "name": name, "company": "", "phone": phone, "email": "" });
        let answer = mert.ask("/api/leads/twins", asked).await;
        let text = answer.to_string();
        assert!(!text.contains("Gizli") && !text.contains("Secret"), "{text}");
        let found: Vec<Twin> = heard(answer);
        assert_eq!((found.len(), found[0].holder.as_str()), (1, "Ayşe Yılmaz"));
        assert!(found[0].details.is_none() && found[0].next_step.is_some());
    }
    // A name that is merely similar tells nothing about leads that are not theirs to read.
    assert_eq!(twins(&mert, "Leyla Gizlice", "", "").await, []);
}

#[tokio::test]
async fn a_lost_lead_is_offered_to_those_who_may_bring_it_back() {
    let app = spawn_app().await;
    let (ayse, burak) = (app.sign_in(AYSE).await, app.sign_in(BURAK).await);
    let lead = created(&ayse, with(named("Can Demir"), json!({ "phone": "0532 000 11 22" }))).await;
    let draft = json!({
        "outcome": "lost", "reason": given::reason(&app, "price_too_high").await, "attempt": { "new":
            { "channel": "call", "approach": "listening", "result": "reached", "at": null, "note": "" } },
        "same_again_because": "", "customer": "nothing", "note": "Too dear.", "retry_potential": "high", "evidence": {},
        "recontact_on": null, "override_because": "",
    });
    let loss = json!({ "lead": lead, "draft": draft, "seen_version": 0, "key": fresh_key().0 });
    let lost = ayse.ask("/api/losses/lose", json!({ "wanted": loss })).await;
    let id = lost["done"]["lost"]["loss"].as_i64();
    assert!(id.is_some(), "{lost}");
    let found = twins(&ayse, "", "0532 000 11 22", "").await;
    assert!(found[0].is_lost);
    assert_eq!(found[0].details.as_ref().and_then(|details| details.lost).map(|loss| loss.0), id);
    let found = twins(&burak, "", "0532 000 11 22", "").await;
    assert!(found[0].is_lost && found[0].details.is_none());
}
