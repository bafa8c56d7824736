//! A lead's page: everything for those who may read it, hardly anything for others.

use crate::{
    given::{self, Given},
    harness::spawn_app,
};
use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::json;
use winback::leads::api::{ActivityKind, LeadInSight};

const AYSE: &str = "ayse@demo.winback";

fn in_sight(value: serde_json::Value) -> LeadInSight {
    serde_json::from_value(value).expect("a lead")
}

#[tokio::test]
async fn the_whole_history_is_there_newest_first() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let minute = || app.clock.advance(TimeDelta::minutes(1));
    minute();
    let to = given::stage(&app, "qualified").await;
    let moving =
        json!({ "lead": lead, "to": to, "above": null, "below": null, "seen_version": 0, "key": "page-move-1" });
    ayse.ask("/api/pipeline/move_lead", json!({ "wanted": moving })).await;
    minute();
    let attempt =
        json!({ "channel": "email", "approach": "offer", "result": "thinking", "at": null, "note": "Sent the list." });
    ayse.ask("/api/losses/log_attempt", json!({ "lead": lead, "attempt": attempt, "key": "page-log-1" })).await;
    minute();
    let draft = json!({
        "outcome": "lost", "reason": given::reason(&app, "still_thinking").await, "attempt": { "new":
            { "channel": "call", "approach": "listening", "result": "reached", "at": null, "note": "" } },
        "same_again_because": "", "customer": { "words": "My brother decides." }, "note": "Talk to the brother.",
        "retry_potential": "high", "evidence": {}, "recontact_on": "2026-06-01", "override_because": "",
    });
    let loss = json!({ "lead": lead, "draft": draft, "seen_version": 1, "key": "page-lose-1" });
    let lost = ayse.ask("/api/losses/lose", json!({ "wanted": loss })).await;
    let loss = lost["done"]["lost"]["loss"].clone();
    assert!(loss.is_number(), "{lost}");
    minute();
    let back = json!({ "loss": loss, "closure": "reactivated", "cause": "rep_saw_chance", "note": "Brother called.", "to": null,
                       "key": "page-back-1" });
    ayse.ask("/api/losses/reopen", json!({ "wanted": back })).await;

    let LeadInSight::Full(page) = in_sight(ayse.ask("/api/leads/lead", json!({ "lead": lead })).await) else {
        panic!("Ayşe may read her own lead")
    };
    let kinds: Vec<_> = page.history.entries.iter().map(|entry| entry.kind).collect();
    use ActivityKind::{Call, Created, Email, Loss, Move, Reopened};
    assert_eq!(kinds, [Reopened, Loss, Call, Email, Move, Created]);
    assert_eq!(page.history.entries[0].by.as_deref(), Some("Ayşe Yılmaz"));
    assert_eq!(page.history.entries[0].body.as_deref(), Some("Brother called."));
    assert_eq!(page.history.entries[4].to.as_ref().map(|stage| stage.pick("en")), Some("Qualified"));
    assert_eq!(page.history.entries[3].body.as_deref(), Some("Sent the list."));
    assert!(page.history.entries[3].attempt.is_some() && page.standing_loss().is_none());
    let episode = &page.episodes[0];
    assert_eq!(episode.customer_words.as_deref(), Some("My brother decides."));
    assert_eq!(episode.closed.as_ref().map(|closed| closed.closure.word()), Some("reactivated"));
    assert_eq!(page.place.as_ref().map(|place| place.name.pick("tr")), Some("Nitelikli"));

    let html = ayse.get(&format!("/leads/{lead}")).await.text().await.expect("the page");
    for text in ["Can Demir", "My brother decides.", "Talk to the brother.", "Still thinking", "Brother called."] {
        assert!(html.contains(text), "{text} is on the page");
    }
}

#[tokio::test]
async fn a_colleague_sees_owner_stage_and_next_step_only() {
    let app = spawn_app().await;
    let lead = given::lead(&app, Given { name: "Leyla Gizli", ..Given::default() }).await;
    sqlx::query("update lead set next_step = 'Secret plan', next_step_channel = 'call', next_step_due = $1")
        .bind(app.clock.now())
        .execute(&app.pool)
        .await
        .expect("a next step");
    let burak = app.sign_in("burak@demo.winback").await;
    let answer = burak.ask("/api/leads/lead", json!({ "lead": lead })).await;
    assert!(!answer.to_string().contains("Leyla") && !answer.to_string().contains("Secret"), "{answer}");
    let LeadInSight::Masked(masked) = in_sight(answer) else { panic!("it is not Burak's to read") };
    assert_eq!(masked.holder, "Ayşe Yılmaz");
    assert_eq!(masked.stage.as_ref().map(|stage| stage.pick("en")), Some("Contacted"));
    assert!(masked.next_step.is_some_and(|step| step.what.is_none()));
    let page = burak.get(&format!("/leads/{lead}")).await;
    assert_eq!(page.status(), StatusCode::OK);
    let html = page.text().await.expect("the page");
    assert!(html.contains("Ayşe Yılmaz") && !html.contains("Leyla") && !html.contains("Secret"));
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    for path in ["/leads/999999", "/leads/abc"] {
        assert_eq!(ayse.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let (status, _) = ayse.call("/api/leads/lead", json!({ "lead": 999_999 })).await;
    assert_ne!(status, StatusCode::OK);
    assert_eq!(app.stranger().get("/leads/1").await.status(), StatusCode::SEE_OTHER);
}
