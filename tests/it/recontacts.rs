//! When lost leads are asked again: planned in the loss dialog or later, due on their day, ended by what happens.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, fresh_key, heard, spawn_app},
};
use chrono::{NaiveDate, TimeDelta};
use reqwest::StatusCode;
use serde_json::{Value, json};
use winback::{
    ids::{LeadId, RequestKey, UserId},
    losses::{
        api::{Pool, PoolFilter},
        rules::AttemptChannel,
    },
    recontacts::{
        api::{NewPlan, PlanAnswer, Planned, Preparation},
        rules::{Draft, Objection},
    },
};

const AYSE: &str = "ayse@demo.winback";
const BURAK: &str = "burak@demo.winback";
const MERT: &str = "mert@demo.winback";
const SELIN: &str = "selin@demo.winback";

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

async fn count(app: &TestApp, what: &str) -> i64 {
    let sql = format!("select count(*) from {what}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&app.pool).await.expect("a count")
}

/// Loses a lead that still thinks about it, with what the dialog says about asking again.
async fn lose(app: &TestApp, client: &Client, lead: LeadId, again: Value) -> Value {
    let mut draft = json!({
        "outcome": "lost", "reason": given::reason(app, "timing_not_suitable").await, "attempt": { "excepted": "unreachable" },
        "same_again_because": "", "customer": "nothing", "note": "After the summer.", "retry_potential": "high",
        "evidence": {}, "recontact_on": null, "override_because": "",
    });
    let (Value::Object(draft_fields), Value::Object(again)) = (&mut draft, again) else { panic!("objects") };
    draft_fields.extend(again);
    let loss = json!({ "lead": lead, "draft": draft, "seen_version": 0, "key": fresh_key() });
    client.ask("/api/losses/lose", json!({ "wanted": loss })).await
}

async fn lost(app: &TestApp, client: &Client, lead: LeadId, again: Value) -> i64 {
    let answer = lose(app, client, lead, again).await;
    answer["done"]["lost"]["loss"].as_i64().unwrap_or_else(|| panic!("it should have been lost: {answer}"))
}

async fn preparation(client: &Client, lead: LeadId) -> Preparation {
    heard(client.ask("/api/recontacts/preparation", json!({ "lead": lead })).await)
}

async fn plan(client: &Client, wanted: &NewPlan) -> PlanAnswer {
    heard(client.ask("/api/recontacts/plan", json!({ "wanted": wanted })).await)
}

async fn planned(client: &Client, wanted: &NewPlan) -> Planned {
    match plan(client, wanted).await {
        PlanAnswer::Done { plan: Some(plan) } => plan,
        other => panic!("it should have been planned: {other:?}"),
    }
}

fn on(lead: LeadId, due_on: &str, person: i64, seen: Option<&Planned>) -> NewPlan {
    let draft = Draft {
        due_on: Some(day(due_on)),
        channel: Some(AttemptChannel::Whatsapp),
        person: Some(UserId(person)),
        note: " The brother decides. ".to_owned(),
    };
    NewPlan { lead, draft: Some(draft), seen: seen.map(|plan| plan.id), key: fresh_key() }
}

async fn pool(client: &Client, due: bool) -> Pool {
    let filter = PoolFilter { due, ..PoolFilter::default() };
    heard(client.ask("/api/losses/pool", json!({ "filter": filter, "language": "en" })).await)
}

#[tokio::test]
async fn the_loss_dialog_plans_with_channel_and_person() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let (simple, whole) =
        (given::lead(&app, Given { do_not_call: true, ..Given::default() }).await, given::can(&app).await);
    let selin = given::user(&app, SELIN).await;
    // Without more being said: the first channel that is allowed, and whoever is responsible.
    lost(&app, &ayse, simple, json!({ "recontact_on": "2026-03-02" })).await;
    let again = json!({ "recontact_on": "2026-06-01", "recontact_channel": "meeting", "recontact_by": selin });
    lost(&app, &ayse, whole, again).await;
    let plans =
        "recontact r join app_user u on u.id = r.user_id join loss s on s.id = r.loss_id and s.recontact_on = r.due_on";
    assert_eq!(
        count(&app, &format!("{plans} where due_on = '2026-03-02' and channel = 'email' and u.email = '{AYSE}'")).await,
        1
    );
    assert_eq!(
        count(&app, &format!("{plans} where due_on = '2026-06-01' and channel = 'meeting' and u.email = '{SELIN}'"))
            .await,
        1
    );
    let (all, due) = (pool(&ayse, false).await, pool(&ayse, true).await);
    assert_eq!((all.total, all.due, due.total, due.due), (2, 1, 1, 1));
    assert_eq!(due.rows[0].plan.as_ref().map(|plan| plan.person_name.as_str()), Some("Ayşe Yılmaz"));
    // What the rules refuse, with the lead left as it is.
    let third = given::lead(&app, Given { do_not_call: true, ..Given::default() }).await;
    let before = app.everything().await;
    let burak = given::user(&app, BURAK).await;
    for (again, expected) in [
        (json!({ "recontact_on": "2026-03-01" }), json!("recontact_in_past")),
        (json!({ "recontact_on": "2036-03-03" }), json!({ "recontact": "date_too_far" })),
        (
            json!({ "recontact_on": "2026-06-01", "recontact_channel": "call" }),
            json!({ "recontact": "channel_forbidden" }),
        ),
        (json!({ "recontact_on": "2026-06-01", "recontact_by": burak }), json!({ "recontact": "person_cannot" })),
    ] {
        let answer = lose(&app, &ayse, third, again).await;
        assert_eq!(answer["objections"]["objections"], json!([expected]));
    }
    app.expect_unchanged(&before, "the refused losses").await;
}

#[tokio::test]
async fn a_plan_is_made_moved_and_dropped_and_every_one_is_kept() {
    let app = spawn_app().await;
    let (lead, ayse, selin) = (given::can(&app).await, app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let me = given::user(&app, AYSE).await;
    lost(&app, &ayse, lead, json!({})).await;
    let about = preparation(&ayse, lead).await;
    assert!(about.plan.is_none() && about.may_write && about.today == day("2026-03-02"));
    assert_eq!(about.persons.first().map(|person| person.id), Some(UserId(me)));
    assert!(about.persons.iter().any(|person| person.name.contains("Selin")));
    let wanted = on(lead, "2026-04-01", me, None);
    let first = planned(&ayse, &wanted).await;
    assert_eq!((first.due_on, first.note.as_deref()), (day("2026-04-01"), Some("The brother decides.")));
    let before = app.everything().await;
    assert_eq!(planned(&ayse, &wanted).await, first);
    app.expect_unchanged(&before, "the repeated request").await;
    // Somebody who saw another plan than the present one is told so.
    let stale = on(lead, "2026-05-01", me, None);
    assert_eq!(plan(&selin, &stale).await, PlanAnswer::Conflict { plan: Some(first.clone()) });
    app.expect_unchanged(&before, "the stale plan").await;
    let second = planned(&selin, &on(lead, "2026-05-01", me, Some(&first))).await;
    let drop_it = NewPlan { lead, draft: None, seen: Some(second.id), key: fresh_key() };
    assert_eq!(plan(&ayse, &drop_it).await, PlanAnswer::Done { plan: None });
    let endings: Vec<String> =
        sqlx::query_scalar("select ending from recontact order by id").fetch_all(&app.pool).await.expect("plans");
    assert_eq!(endings, ["moved", "dropped"]);
    assert_eq!(count(&app, "activity where kind = 'recontact'").await, 3);
}

#[tokio::test]
async fn nobody_plans_for_anothers_lead() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let open = given::can(&app).await;
    lost(&app, &ayse, lead, json!({})).await;
    let me = given::user(&app, AYSE).await;
    let strangers = [app.sign_in(BURAK).await, app.sign_in(MERT).await];
    let before = app.everything().await;
    for stranger in &strangers {
        let (status, answer) = stranger.call("/api/recontacts/preparation", json!({ "lead": lead })).await;
        assert!(status == StatusCode::FORBIDDEN && !answer.to_string().contains("Can"), "{status} {answer}");
        let answer = plan(stranger, &on(lead, "2026-04-01", me, None)).await;
        assert_eq!(answer, PlanAnswer::Objections { objections: vec![Objection::NotYours] });
    }
    let answer = plan(&ayse, &on(open, "2026-04-01", me, None)).await;
    assert_eq!(answer, PlanAnswer::Objections { objections: vec![Objection::NotLost] });
    let mut broken = on(lead, "2026-04-01", me, None);
    broken.key = RequestKey("short".into());
    let (status, _) = ayse.call("/api/recontacts/plan", json!({ "wanted": broken })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    app.expect_unchanged(&before, "what strangers tried").await;
    assert_eq!(count(&app, "recontact").await, 0);
}

#[tokio::test]
async fn a_plan_ends_by_what_happens() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let (tried, reopened) = (given::can(&app).await, given::can(&app).await);
    lost(&app, &ayse, tried, json!({ "recontact_on": "2026-03-10" })).await;
    let loss = lost(&app, &ayse, reopened, json!({ "recontact_on": "2026-03-10" })).await;
    let log = async |at: Value| {
        let attempt = json!({ "channel": "call", "approach": "reminder", "result": "no_answer", "at": at, "note": "" });
        ayse.ask("/api/losses/log_attempt", json!({ "lead": tried, "attempt": attempt, "key": fresh_key() })).await
    };
    app.clock.advance(TimeDelta::days(9));
    // What happened before the plan was made does not end it.
    log(json!("2026-03-01T10:00:00")).await;
    assert_eq!(count(&app, "recontact where ended_at is null").await, 2);
    log(Value::Null).await;
    assert_eq!(
        count(&app, &format!("recontact where lead_id = {tried} and ending = 'tried' and ended_by is not null")).await,
        1
    );
    let back = json!({ "loss": loss, "closure": "reactivated", "cause": "rep_saw_chance", "note": "", "to": null, "key": fresh_key() });
    ayse.ask("/api/losses/reopen", json!({ "wanted": back })).await;
    assert_eq!(count(&app, &format!("recontact where lead_id = {reopened} and ending = 'reopened'")).await, 1);
    let pool = pool(&ayse, false).await;
    assert_eq!((pool.total, pool.due), (1, 0));
}

#[tokio::test]
async fn plans_come_due_on_the_viewers_calendar() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    lost(&app, &ayse, lead, json!({ "recontact_on": "2026-03-04" })).await;
    let due = async || pool(&ayse, false).await.due;
    assert_eq!(due().await, 0);
    // 23:30 in Istanbul, then half past midnight.
    app.clock
        .advance("2026-03-03T20:30:00Z".parse::<chrono::DateTime<chrono::Utc>>().expect("a moment") - app.clock.now());
    assert_eq!(due().await, 0);
    app.clock.advance(TimeDelta::hours(1));
    assert_eq!(due().await, 1);
}
