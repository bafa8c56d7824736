//! Today: what is due for whom, in the order of the clock, and correct at midnight of the viewer's zone.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, fresh_key, heard, spawn_app},
};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use serde_json::json;
use winback::{
    ids::LeadId,
    outreach::api::{Due, Row, Task, Today},
};

const ADMIN: &str = "admin@demo.winback";
const AYSE: &str = "ayse@demo.winback";
const BURAK: &str = "burak@demo.winback";
const MERT: &str = "mert@demo.winback";
const SELIN: &str = "selin@demo.winback";

async fn today(client: &Client) -> Today {
    let today: Today = heard(client.ask("/api/outreach/today", json!({})).await);
    let due: Due = heard(client.ask("/api/outreach/due", json!({})).await);
    assert_eq!(due.count, today.total, "the number beside the way there is that of the list");
    today
}

fn name(row: &Row) -> &str {
    row.details.as_ref().and_then(|details| details.name.as_deref()).unwrap_or("masked")
}

fn names(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(name).collect()
}

async fn run(app: &TestApp, sql: &str) {
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&app.pool).await.expect(sql);
}

/// A lead of Ayşe's whose next step is due at this moment.
async fn due(app: &TestApp, name: &str, at: &str) -> LeadId {
    let lead = given::lead(app, Given { name, next_step: Some("Call back"), ..Given::default() }).await;
    run(app, &format!("update lead set next_step_due = '{at}' where id = {lead}")).await;
    lead
}

async fn lost(app: &TestApp, client: &Client, name: &str, again_on: &str) -> LeadId {
    let lead = given::lead(app, Given { name, ..Given::default() }).await;
    let draft = json!({
        "outcome": "lost", "reason": given::reason(app, "timing_not_suitable").await, "attempt": { "excepted": "unreachable" },
        "same_again_because": "", "customer": "nothing", "note": "After the summer.", "retry_potential": "high",
        "evidence": {}, "recontact_on": again_on, "override_because": "",
    });
    let loss = json!({ "lead": lead, "draft": draft, "seen_version": 0, "key": fresh_key() });
    let answer = client.ask("/api/losses/lose", json!({ "wanted": loss })).await;
    assert!(answer["done"].is_object(), "{answer}");
    lead
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

#[tokio::test]
async fn the_day_is_one_list_by_the_clock() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    // It is half past eleven in Istanbul on the 2nd of March.
    due(&app, "Evening", "2026-03-02T20:59:00Z").await;
    due(&app, "Yesterday", "2026-03-01T09:00:00Z").await;
    due(&app, "After midnight", "2026-03-02T21:00:00Z").await;
    lost(&app, &ayse, "Asked again", "2026-03-02").await;
    lost(&app, &ayse, "In June", "2026-06-01").await;
    given::lead(&app, Given { name: "Forgotten", stage: "qualified", ..Given::default() }).await;
    given::lead(&app, Given { name: "Customer", stage: "customer", ..Given::default() }).await;
    given::lead(&app, Given { name: "Of a colleague", owner: BURAK, next_step: None, ..Given::default() }).await;
    let list = today(&ayse).await;
    assert_eq!(names(&list.rows), ["Yesterday", "Asked again", "Evening"]);
    assert_eq!(list.total, 3);
    assert!(matches!(list.rows[1].task, Task::Recontact(_)) && matches!(list.rows[2].task, Task::Step(_)));
    assert_eq!((names(&list.without), list.without_total), (vec!["Forgotten"], 1));
    assert!(list.team.is_empty(), "a rep manages nobody");
    // Midnight in the viewer's zone, not in UTC.
    assert_eq!(list.ends.utc, at("2026-03-02T21:00:00Z"));
    app.clock.advance(at("2026-03-02T20:59:59Z") - app.clock.now());
    assert_eq!(today(&ayse).await.total, 3);
    app.clock.advance(TimeDelta::seconds(1));
    let next = today(&ayse).await;
    assert_eq!(names(&next.rows), ["Yesterday", "Asked again", "Evening", "After midnight"]);
    assert_eq!(next.day.to_string(), "2026-03-03");
}

#[tokio::test]
async fn managers_see_what_their_teams_left_undone() {
    let app = spawn_app().await;
    let [ayse, selin, mert, admin] =
        [app.sign_in(AYSE).await, app.sign_in(SELIN).await, app.sign_in(MERT).await, app.sign_in(ADMIN).await];
    lost(&app, &ayse, "Nobody asked", "2026-03-03").await;
    due(&app, "Nobody called", "2026-03-03T08:00:00Z").await;
    for manager in [&selin, &mert, &admin] {
        assert!(today(manager).await.team.is_empty());
    }
    // On the day itself the re-contact is the rep's; from the next one on it is the manager's, too.
    app.clock.advance(at("2026-03-03T09:00:00Z") - app.clock.now());
    assert_eq!(names(&today(&selin).await.team[0].rows), ["Nobody called"]);
    app.clock.advance(at("2026-03-04T06:00:00Z") - app.clock.now());
    for manager in [&selin, &admin] {
        let list = today(manager).await;
        assert_eq!((list.team.len(), list.team[0].name.as_str()), (1, "Ayşe Yılmaz"));
        assert_eq!(names(&list.team[0].rows), ["Nobody asked", "Nobody called"]);
        assert_eq!(list.total, 0, "it is not their own day");
    }
    assert!(today(&mert).await.team.is_empty(), "another team's manager sees none of it");
    // Somebody acts.
    let plan =
        today(&ayse).await.rows.iter().find(|row| name(row) == "Nobody asked").map(|row| row.lead).expect("hers");
    let attempt = json!({ "channel": "call", "approach": "reminder", "result": "reached", "at": null, "note": "" });
    ayse.ask("/api/losses/log_attempt", json!({ "lead": plan, "attempt": attempt, "key": fresh_key() })).await;
    assert_eq!(names(&today(&selin).await.team[0].rows), ["Nobody called"]);
    assert_eq!(names(&today(&ayse).await.rows), ["Nobody called"]);
}

#[tokio::test]
async fn what_is_planned_for_somebody_who_may_no_longer_read_it_is_masked() {
    let app = spawn_app().await;
    let (ayse, burak) = (app.sign_in(AYSE).await, given::user(&app, BURAK).await);
    let lead = lost(&app, &ayse, "Given away", "2026-03-02").await;
    run(&app, &format!("update lead set owner_id = {burak} where id = {lead}")).await;
    let answer = ayse.ask("/api/outreach/today", json!({})).await;
    assert!(!answer.to_string().contains("Given away"), "{answer}");
    let list: Today = heard(answer);
    assert!(list.rows[0].details.is_none() && !list.rows[0].may_write);
}

#[tokio::test]
async fn withdrawn_and_finished_leads_are_not_due_and_strangers_see_nothing() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let lead = due(&app, "Withdrawn", "2026-03-02T08:00:00Z").await;
    let asked = lost(&app, &ayse, "Withdrawn, too", "2026-03-02").await;
    run(&app, &format!("update lead set withdrawn_at = '2026-03-02' where id in ({lead}, {asked})")).await;
    let list = today(&ayse).await;
    assert_eq!((list.total, list.rows.len(), list.without.len()), (0, 0, 0));
    for path in ["/api/outreach/today", "/api/outreach/due"] {
        let (status, _) = app.stranger().call(path, json!({})).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn what_a_team_left_undone_is_counted_whole_for_each_of_them() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    for number in 0..60 {
        due(&app, &format!("Old {number}"), "2026-03-01T08:00:00Z").await;
    }
    let newer = due(&app, "Newer", "2026-03-02T06:00:00Z").await;
    let burak = given::user(&app, BURAK).await;
    run(&app, &format!("update lead set owner_id = {burak} where id = {newer}")).await;
    let team = today(&selin).await.team;
    let figures: Vec<_> = team.iter().map(|colleague| (colleague.total, colleague.rows.len())).collect();
    assert_eq!(figures, [(60, 50), (1, 1)]);
}
