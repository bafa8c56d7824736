//! Colleagues: mentions reach who may read the lead, and a question to a manager gets one answer.

use crate::{
    given,
    harness::{Client, TestApp, eventually, fresh_key, heard, spawn_app},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use winback::{
    colleagues::{
        api::{Answered, Asked, ForMe, News},
        rules::{AnswerProblem, AskProblem},
    },
    ids::LeadId,
    leads::{api::logging::LoggedAnswer, rules::logging::LogObjection},
    outreach::api::Today,
};

const ADMIN: &str = "admin@demo.winback";
const AYSE: &str = "ayse@demo.winback";
const BURAK: &str = "burak@demo.winback";
const MERT: &str = "mert@demo.winback";
const SELIN: &str = "selin@demo.winback";

async fn for_me(client: &Client) -> Vec<ForMe> {
    let today: Today = heard(client.ask("/api/outreach/today", json!({})).await);
    let due = client.ask("/api/outreach/due", json!({})).await;
    assert_eq!(due["count"], json!(today.total + today.for_me.len() as i64));
    today.for_me
}

async fn note(client: &Client, lead: LeadId, text: &str, mentions: &[i64]) -> LoggedAnswer {
    let entry = json!({
        "kind": "note", "direction": "outbound", "result": null, "approach": null, "at": null, "text": text, "mentions": mentions
    });
    heard(client.ask("/api/leads/log", json!({ "lead": lead, "entry": entry, "key": fresh_key() })).await)
}

async fn ask(client: &Client, lead: LeadId, draft: Value) -> Asked {
    heard(client.ask("/api/colleagues/ask", json!({ "lead": lead, "draft": draft, "key": fresh_key() })).await)
}

async fn reply(client: &Client, question: i64, verdict: &str, text: &str) -> Answered {
    let wanted = json!({ "question": question, "verdict": verdict, "text": text, "key": fresh_key() });
    heard(client.ask("/api/colleagues/answer", json!({ "wanted": wanted })).await)
}

async fn question_of(app: &TestApp, lead: LeadId) -> i64 {
    sqlx::query_scalar("select id from question where lead_id = $1 order by id desc limit 1")
        .bind(lead.0)
        .fetch_one(&app.pool)
        .await
        .expect("a question")
}

#[tokio::test]
async fn a_mention_stands_in_the_day_until_it_is_seen() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let (lead, of_selin) = (given::can(&app).await, given::user(&app, SELIN).await);
    assert_eq!(note(&ayse, lead, "@Selin please look", &[of_selin, of_selin]).await, LoggedAnswer::Done);
    let found = for_me(&selin).await;
    assert_eq!(found.len(), 1);
    let News::Mention { activity, by, text } = &found[0].news else { panic!("{found:?}") };
    assert_eq!((by.as_str(), text.as_deref()), ("Ayşe Yılmaz", Some("@Selin please look")));
    assert_eq!(found[0].name.as_deref(), Some("Can Demir"));
    let page = ayse.ask("/api/leads/lead", json!({ "lead": lead })).await;
    assert_eq!(page["full"]["history"]["entries"][0]["mentioned"].as_array().map(Vec::len), Some(1));
    for _ in 0..2 {
        selin.ask("/api/colleagues/seen", json!({ "entry": activity })).await;
    }
    assert!(for_me(&selin).await.is_empty());
    assert!(for_me(&ayse).await.is_empty(), "it was never hers");
}

#[tokio::test]
async fn attempts_estimates_and_offers_mention_too() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let (lead, of_selin) = (given::can(&app).await, given::user(&app, SELIN).await);
    let attempt = json!({ "channel": "whatsapp", "approach": "offer", "result": "thinking", "at": null, "note": "@Selin", "mentions": [of_selin] });
    ayse.ask("/api/losses/log_attempt", json!({ "lead": lead, "attempt": attempt, "key": fresh_key() })).await;
    let offer = json!({
        "amount": { "minor": 5000, "currency": "EUR" }, "discount_hundredths": null, "expires_on": null, "text": "@Selin",
        "mentions": [of_selin]
    });
    ayse.ask("/api/leads/offer", json!({ "lead": lead, "offer": offer, "key": fresh_key() })).await;
    let estimate = json!({
        "hours_hundredths": 100, "by": null, "fee": null, "paid_on": null, "credited_on_winning": false, "text": "@Selin",
        "mentions": [of_selin]
    });
    ayse.ask("/api/leads/estimate", json!({ "lead": lead, "estimate": estimate, "key": fresh_key() })).await;
    assert_eq!(for_me(&selin).await.len(), 3);
}

#[tokio::test]
async fn a_mention_opens_nothing() {
    let app = spawn_app().await;
    let (ayse, burak) = (app.sign_in(AYSE).await, app.sign_in(BURAK).await);
    let (lead, of_burak, of_selin) =
        (given::can(&app).await, given::user(&app, BURAK).await, given::user(&app, SELIN).await);
    let before = app.everything().await;
    let refused = note(&ayse, lead, "@Burak", &[of_burak]).await;
    assert!(matches!(refused, LoggedAnswer::Refused { why: LogObjection::MentionUnread { .. } }), "{refused:?}");
    app.expect_unchanged(&before, "a mention of somebody who may not read").await;
    let people = ayse.ask("/api/colleagues/list", json!({ "lead": lead })).await;
    let of = |id: i64| people.as_array().and_then(|all| all.iter().find(|one| one["id"] == id)).cloned();
    assert_eq!(of(of_burak).map(|one| one["may_read"].clone()), Some(json!(false)));
    assert_eq!(of(of_selin).map(|one| one["may_read"].clone()), Some(json!(true)));
    assert_eq!(burak.call("/api/colleagues/list", json!({ "lead": lead })).await.0, StatusCode::FORBIDDEN);
    // Who could read it then and cannot now hears of the mention, and nothing of the lead.
    let selin = app.sign_in(SELIN).await;
    assert_eq!(note(&ayse, lead, "@Selin the secret", &[of_selin]).await, LoggedAnswer::Done);
    sqlx::query("update lead set owner_id = (select id from app_user where email = $2) where id = $1")
        .bind(lead.0)
        .bind("jan@demo.winback")
        .execute(&app.pool)
        .await
        .expect("handed over");
    let today = selin.ask("/api/outreach/today", json!({})).await;
    let of_team_of_mert = !today.to_string().contains("the secret");
    assert!(of_team_of_mert && !today.to_string().contains("Can Demir"), "{today}");
    let after: winback::outreach::api::Today = heard(today);
    assert!(!after.for_me[0].may_read);
}

#[tokio::test]
async fn a_rep_asks_for_a_discount_and_gets_the_answer_on_the_lead() {
    let app = spawn_app().await;
    let [ayse, selin, burak, mert] =
        [app.sign_in(AYSE).await, app.sign_in(SELIN).await, app.sign_in(BURAK).await, app.sign_in(MERT).await];
    let (lead, of_selin, of_mert) =
        (given::can(&app).await, given::user(&app, SELIN).await, given::user(&app, MERT).await);
    let choices = ayse.ask("/api/colleagues/ask_choices", json!({ "lead": lead })).await;
    assert_eq!(choices["managers"][0][0], of_selin, "one's own manager first: {choices}");
    assert_eq!(burak.call("/api/colleagues/ask_choices", json!({ "lead": lead })).await.0, StatusCode::FORBIDDEN);
    let draft = |of: i64, discount: Value, text: &str| json!({ "kind": "discount", "discount": discount, "of": of, "text": text });
    let ten = json!({ "percent": 1_000 });
    let problems = [
        (ask(&burak, lead, draft(of_selin, ten.clone(), "Mine?")).await, AskProblem::NotYours),
        (ask(&ayse, lead, draft(of_selin, ten.clone(), " ")).await, AskProblem::TextMissing),
        (ask(&ayse, lead, draft(of_selin, json!(null), "Please")).await, AskProblem::AmountMissing),
        (ask(&ayse, lead, draft(of_mert, ten.clone(), "Please")).await, AskProblem::NotAManager),
    ];
    for (answer, expected) in problems {
        assert_eq!(answer, Asked::Refused { problem: expected });
    }
    assert_eq!(ask(&ayse, lead, draft(of_selin, ten.clone(), "They would sign today")).await, Asked::Done);
    let again = ask(&ayse, lead, draft(of_selin, ten, "And?")).await;
    assert!(matches!(again, Asked::Refused { problem: AskProblem::AlreadyAsked { .. } }), "{again:?}");
    let found = for_me(&selin).await;
    assert!(
        matches!(&found[0].news, News::Asked(question) if question.may_answer && question.text.as_deref() == Some("They would sign today"))
    );
    let question = question_of(&app, lead).await;
    assert_eq!(reply(&mert, question, "agreed", "").await, Answered::Refused { problem: AnswerProblem::NotYours });
    assert_eq!(reply(&ayse, question, "agreed", "").await, Answered::Refused { problem: AnswerProblem::OwnQuestion });
    assert_eq!(reply(&selin, question, "comment", "").await, Answered::Refused { problem: AnswerProblem::TextMissing });
    assert_eq!(reply(&selin, question, "agreed", "Ten, not more").await, Answered::Done);
    assert!(for_me(&selin).await.is_empty());
    let found = for_me(&ayse).await;
    let News::Answered(answered) = &found[0].news else { panic!("{found:?}") };
    assert_eq!(answered.answer.as_ref().and_then(|answer| answer.text.as_deref()), Some("Ten, not more"));
    ayse.ask("/api/colleagues/seen", json!({ "entry": question })).await;
    assert!(for_me(&ayse).await.is_empty());
    let page = ayse.ask("/api/leads/lead", json!({ "lead": lead })).await;
    assert_eq!(page["full"]["questions"][0]["answer"]["verdict"], "agreed");
    let entries = page["full"]["history"]["entries"].as_array().expect("a history").clone();
    let bodies: Vec<_> = entries.iter().filter_map(|entry| entry["body"].as_str()).collect();
    assert!(bodies.contains(&"They would sign today") && bodies.contains(&"Ten, not more"), "{bodies:?}");
}

#[tokio::test]
async fn a_server_whose_clock_is_behind_takes_the_answer_all_the_same() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let (lead, of) = (given::can(&app).await, given::user(&app, SELIN).await);
    app.clock.advance(chrono::TimeDelta::seconds(5));
    let asked = ask(&ayse, lead, json!({ "kind": "help", "discount": null, "of": of, "text": "How?" })).await;
    assert_eq!(asked, Asked::Done);
    let question = question_of(&app, lead).await;
    app.clock.advance(-chrono::TimeDelta::seconds(2));
    assert_eq!(reply(&selin, question, "comment", "So").await, Answered::Done);
}

#[tokio::test]
async fn of_two_managers_who_answer_at_once_one_is_told_what_the_other_said() {
    let app = spawn_app().await;
    let [ayse, selin, admin] = [app.sign_in(AYSE).await, app.sign_in(SELIN).await, app.sign_in(ADMIN).await];
    let (lead, of_selin) = (given::can(&app).await, given::user(&app, SELIN).await);
    let draft = json!({ "kind": "help", "discount": null, "of": of_selin, "text": "How do I go on?" });
    let key = fresh_key();
    for _ in 0..2 {
        let asked: Asked =
            heard(ayse.ask("/api/colleagues/ask", json!({ "lead": lead, "draft": draft, "key": key })).await);
        assert_eq!(asked, Asked::Done);
    }
    let question = question_of(&app, lead).await;
    let (one, other) =
        tokio::join!(reply(&selin, question, "agreed", "Yes"), reply(&admin, question, "declined", "No"));
    let answers = [one, other];
    assert_eq!(answers.iter().filter(|answer| **answer == Answered::Done).count(), 1, "{answers:?}");
    assert!(answers.iter().any(|answer| matches!(answer, Answered::Already { .. })), "{answers:?}");
    let said: i64 = sqlx::query_scalar("select count(*) from activity where kind = 'answer'")
        .fetch_one(&app.pool)
        .await
        .expect("a count");
    assert_eq!(said, 1);
}

#[tokio::test]
async fn a_question_to_somebody_who_left_comes_to_every_manager_of_the_lead() {
    let app = spawn_app().await;
    let [ayse, admin] = [app.sign_in(AYSE).await, app.sign_in(ADMIN).await];
    let (lead, of_selin) = (given::can(&app).await, given::user(&app, SELIN).await);
    let draft = json!({ "kind": "help", "discount": null, "of": of_selin, "text": "Please" });
    assert_eq!(ask(&ayse, lead, draft).await, Asked::Done);
    assert!(for_me(&admin).await.is_empty());
    sqlx::query("update app_user set closed_at = $2 where id = $1")
        .bind(of_selin)
        .bind(app.clock.now())
        .execute(&app.pool)
        .await
        .expect("closed");
    assert_eq!(for_me(&admin).await.len(), 1);
}

#[tokio::test]
async fn the_database_keeps_questions_and_mentions_as_they_were() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let (lead, of_selin) = (given::can(&app).await, given::user(&app, SELIN).await);
    note(&ayse, lead, "@Selin", &[of_selin]).await;
    ask(&ayse, lead, json!({ "kind": "help", "discount": null, "of": of_selin, "text": "Please" })).await;
    for sql in [
        "update mention set by_id = user_id",
        "update question set kind = 'discount', percent = 5",
        "update question set answered_at = asked_at",
        "update question set asked_by = asked_of",
        "insert into question (id, lead_id, kind, asked_by, asked_of, asked_at)
         select id, lead_id, 'help', asked_by, asked_of, asked_at from question",
    ] {
        let refused = sqlx::query(sql).execute(&app.pool).await;
        assert!(refused.is_err(), "{sql}");
    }
    // What is written reaches the manager's open page without a reload.
    let selin = app.sign_in(SELIN).await;
    eventually("the question in the manager's day", || async {
        let found = for_me(&selin).await;
        (found.len() == 2).then_some(())
    })
    .await;
}
