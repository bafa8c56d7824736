//! Loss signals: what raises them, what answers them, and that the database and the rules say the same.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, fresh_key, heard, spawn_app},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use winback::{
    ids::LeadId,
    outreach::api::{Task, Today},
    pipeline::api::{Board, Card},
    risks::{
        api::{ReplyAnswer, RiskList},
        rules::{Signal, SignalKind},
    },
};

const ADMIN: &str = "admin@demo.winback";
const AYSE: &str = "ayse@demo.winback";
const BURAK: &str = "burak@demo.winback";
const MERT: &str = "mert@demo.winback";
const SELIN: &str = "selin@demo.winback";

async fn run(app: &TestApp, sql: &str) {
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&app.pool).await.expect(sql);
}

async fn tried(client: &Client, lead: LeadId, result: &str) {
    let attempt = json!({ "channel": "whatsapp", "approach": "reminder", "result": result, "at": null, "note": "" });
    let answer =
        client.ask("/api/losses/log_attempt", json!({ "lead": lead, "attempt": attempt, "key": fresh_key() })).await;
    assert!(answer["done"].is_object(), "{answer}");
}

async fn heard_from(client: &Client, lead: LeadId) {
    let entry = json!({ "kind": "whatsapp", "direction": "inbound", "result": null, "approach": null, "at": null, "text": "Hello" });
    let answer = client.ask("/api/leads/log", json!({ "lead": lead, "entry": entry, "key": fresh_key() })).await;
    assert_eq!(answer, "done");
}

async fn card(client: &Client, lead: LeadId) -> Card {
    let board: Board = heard(client.ask("/api/pipeline/board", json!({ "filter": everyone() })).await);
    let cards = board.columns.into_iter().flat_map(|column| column.cards);
    cards.into_iter().find(|card| card.id == lead).expect("on the board")
}

fn everyone() -> Value {
    json!({ "whose": "everyone", "source": null, "product": null, "text": "" })
}

async fn signals(app: &TestApp, client: &Client, lead: LeadId) -> Vec<Signal> {
    card(client, lead).await.details.expect("in sight").risks.at(app.clock.now())
}

async fn kinds(app: &TestApp, client: &Client, lead: LeadId) -> Vec<SignalKind> {
    signals(app, client, lead).await.into_iter().map(|signal| signal.kind).collect()
}

async fn answer(client: &Client, lead: LeadId, reply: Value, note: &str, seen: &[Signal]) -> ReplyAnswer {
    let wanted =
        json!({ "lead": lead, "reply": reply, "note": note, "seen": seen, "seen_due": null, "key": fresh_key() });
    heard(client.ask("/api/risks/answer", json!({ "wanted": wanted })).await)
}

async fn list(client: &Client) -> RiskList {
    heard(
        client
            .ask(
                "/api/risks/list",
                json!({ "filter": { "signal": null, "stage": null, "holder": null }, "after": null }),
            )
            .await,
    )
}

/// The lead's row of facts, as text.
async fn facts(app: &TestApp, lead: LeadId) -> Option<String> {
    sqlx::query_scalar("select c::text from lead_contact c where lead_id = $1")
        .bind(lead.0)
        .fetch_optional(&app.pool)
        .await
        .expect("facts")
}

#[tokio::test]
async fn every_signal_marks_the_card_with_its_reason() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let lead = given::can(&app).await;
    assert_eq!(kinds(&app, &ayse, lead).await, []);
    // Contacted: seven days without an answer, at most four attempts in vain.
    tried(&ayse, lead, "no_answer").await;
    app.clock.advance(TimeDelta::days(7) - TimeDelta::seconds(1));
    assert_eq!(kinds(&app, &ayse, lead).await, []);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(kinds(&app, &ayse, lead).await, [SignalKind::Unanswered]);
    for _ in 0..3 {
        tried(&ayse, lead, "wrong_number").await;
    }
    assert_eq!(kinds(&app, &ayse, lead).await, [SignalKind::Unanswered]);
    tried(&ayse, lead, "no_answer").await;
    assert_eq!(kinds(&app, &ayse, lead).await, [SignalKind::Unanswered, SignalKind::Attempts]);
    assert_eq!(card(&ayse, lead).await.details.map(|details| details.attempts), Some(5));
    // They call: that answers silence and attempts, and says nothing of a refusal.
    app.clock.advance(TimeDelta::hours(1));
    heard_from(&ayse, lead).await;
    assert_eq!(kinds(&app, &ayse, lead).await, []);
    tried(&ayse, lead, "refused").await;
    tried(&ayse, lead, "competitor").await;
    assert_eq!(kinds(&app, &ayse, lead).await, [SignalKind::Refused, SignalKind::Competitor]);
    run(
        &app,
        &format!("update lead set next_step_channel = 'call', next_step_due = '{}' where id = {lead}", app.clock.now()),
    )
    .await;
    assert_eq!(kinds(&app, &ayse, lead).await, [SignalKind::Refused, SignalKind::Competitor, SignalKind::Overdue]);
    // A colleague sees a masked card without any mark.
    let umit = app.sign_in(BURAK).await;
    assert!(card(&umit, lead).await.details.is_none());
    // The history says it in words of a closed vocabulary.
    let page = ayse.ask("/api/leads/lead", json!({ "lead": lead })).await;
    assert_eq!(page["full"]["risks"]["signals"].as_array().map(Vec::len), Some(3), "{}", page["full"]["risks"]);
    assert_eq!(page["full"]["attempts"], 7);
}

#[tokio::test]
async fn limits_belong_to_the_stage_and_none_means_never() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let lead = given::can(&app).await;
    tried(&ayse, lead, "no_answer").await;
    app.clock.advance(TimeDelta::days(30));
    // Nobody stays signed in for as long as that.
    let ayse = app.sign_in(AYSE).await;
    run(&app, "update stage set unanswered_days = null where kind = 'contacted'").await;
    assert_eq!(kinds(&app, &ayse, lead).await, []);
    run(&app, "update stage set unanswered_days = 31 where kind = 'contacted'").await;
    assert_eq!(kinds(&app, &ayse, lead).await, []);
    run(&app, "update stage set unanswered_days = 30 where kind = 'contacted'").await;
    assert_eq!(kinds(&app, &ayse, lead).await, [SignalKind::Unanswered]);
    run(&app, "update stage set attempts_limit = 1 where kind = 'contacted'").await;
    tried(&ayse, lead, "no_answer").await;
    assert_eq!(kinds(&app, &ayse, lead).await, [SignalKind::Unanswered, SignalKind::Attempts]);
    run(&app, "update stage set attempts_limit = null, unanswered_days = null where kind = 'contacted'").await;
    assert_eq!(kinds(&app, &ayse, lead).await, []);
}

#[tokio::test]
async fn an_answer_stands_until_something_new_happens() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let lead = given::can(&app).await;
    tried(&ayse, lead, "refused").await;
    let seen = signals(&app, &ayse, lead).await;
    let refused: ReplyAnswer = answer(&ayse, lead, json!("alive"), "  ", &seen).await;
    assert!(matches!(refused, ReplyAnswer::Refused { .. }), "{refused:?}");
    let stranger: ReplyAnswer = answer(&app.sign_in(MERT).await, lead, json!("alive"), "Mine", &seen).await;
    assert!(matches!(stranger, ReplyAnswer::Refused { .. }), "{stranger:?}");
    assert_eq!(answer(&ayse, lead, json!("alive"), "They meant the old price", &seen).await, ReplyAnswer::Done);
    assert_eq!(kinds(&app, &ayse, lead).await, []);
    // However much time passes.
    app.clock.advance(TimeDelta::days(300));
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    assert_eq!(kinds(&app, &ayse, lead).await, []);
    // A colleague with the old page is told who was quicker.
    match answer(&selin, lead, json!("alive"), "Late", &seen).await {
        ReplyAnswer::Changed { by, .. } => assert_eq!(by.as_deref(), Some("Ayşe Yılmaz")),
        other => panic!("{other:?}"),
    }
    // The same again is something new.
    tried(&ayse, lead, "refused").await;
    assert_eq!(kinds(&app, &ayse, lead).await, [SignalKind::Refused]);
    let history = ayse.ask("/api/leads/timeline", json!({ "lead": lead, "group": "notes", "before": null })).await;
    let entry = &history["entries"][0];
    assert_eq!(
        (&entry["kind"], &entry["detail"]["answer"], &entry["detail"]["signals"]),
        (&json!("risk"), &json!("alive"), &json!("refused"))
    );
    assert_eq!(entry["body"], "They meant the old price");
}

#[tokio::test]
async fn a_win_back_is_a_next_step_and_a_signal_that_was_not_seen_is_not_answered() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let lead = given::can(&app).await;
    tried(&ayse, lead, "competitor").await;
    let seen = signals(&app, &ayse, lead).await;
    tried(&ayse, lead, "refused").await;
    let reply =
        json!({ "win_back": { "channel": "meeting", "what": "Show the new model", "due": "2026-03-09T10:00:00" } });
    let blind = answer(&ayse, lead, reply.clone(), "", &seen).await;
    assert!(matches!(blind, ReplyAnswer::Changed { ref risks, .. } if risks.signals.len() == 2), "{blind:?}");
    let seen = signals(&app, &ayse, lead).await;
    let past = json!({ "win_back": { "channel": "meeting", "what": "", "due": "2026-02-01T10:00:00" } });
    assert!(matches!(answer(&ayse, lead, past, "", &seen).await, ReplyAnswer::Refused { .. }));
    assert_eq!(answer(&ayse, lead, reply.clone(), "", &seen).await, ReplyAnswer::Done);
    let card = card(&ayse, lead).await;
    assert_eq!(card.next_step.and_then(|step| step.what).as_deref(), Some("Show the new model"));
    // A step that a colleague planned meanwhile is not overwritten unseen.
    app.clock.advance(TimeDelta::seconds(1));
    tried(&ayse, lead, "refused").await;
    let seen = signals(&app, &ayse, lead).await;
    assert!(matches!(answer(&ayse, lead, reply, "", &seen).await, ReplyAnswer::Changed { .. }));
}

#[tokio::test]
async fn a_repeated_answer_does_nothing_twice_and_of_two_at_once_one_counts() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let lead = given::can(&app).await;
    tried(&ayse, lead, "refused").await;
    let seen = signals(&app, &ayse, lead).await;
    let wanted =
        json!({ "lead": lead, "reply": "alive", "note": "Once", "seen": seen, "seen_due": null, "key": fresh_key() });
    for _ in 0..3 {
        let done: ReplyAnswer = heard(ayse.ask("/api/risks/answer", json!({ "wanted": wanted })).await);
        assert_eq!(done, ReplyAnswer::Done);
    }
    tried(&ayse, lead, "refused").await;
    let seen = signals(&app, &ayse, lead).await;
    let (one, other) = tokio::join!(
        answer(&ayse, lead, json!("alive"), "I", &seen),
        answer(&selin, lead, json!("alive"), "No, I", &seen)
    );
    let done = [&one, &other].iter().filter(|answer| ***answer == ReplyAnswer::Done).count();
    assert_eq!(done, 1, "{one:?} {other:?}");
    let answers: i64 = sqlx::query_scalar("select count(*) from activity where lead_id = $1 and kind = 'risk'")
        .bind(lead.0)
        .fetch_one(&app.pool)
        .await
        .expect("a count");
    assert_eq!(answers, 2);
}

#[tokio::test]
async fn a_new_run_begins_without_signals_and_what_left_the_board_has_none() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let lead = given::can(&app).await;
    tried(&ayse, lead, "refused").await;
    let draft = json!({
        "outcome": "lost", "reason": given::reason(&app, "price_too_high").await, "attempt": { "excepted": "unreachable" },
        "same_again_because": "", "customer": "nothing", "note": "Gone.", "retry_potential": "high", "evidence": {},
        "recontact_on": null, "override_because": "",
    });
    let loss = json!({ "lead": lead, "draft": draft, "seen_version": 0, "key": fresh_key() });
    let lost = ayse.ask("/api/losses/lose", json!({ "wanted": loss })).await;
    assert_eq!(list(&ayse).await.leads, 0);
    app.clock.advance(TimeDelta::days(1));
    let wanted = json!({
        "loss": lost["done"]["lost"]["loss"], "closure": "reactivated", "cause": "customer_returned", "note": "",
        "to": null, "key": fresh_key(),
    });
    let (_, back) = ayse.call("/api/losses/reopen", json!({ "wanted": wanted })).await;
    assert!(back["done"].is_object(), "{back}");
    assert_eq!(kinds(&app, &ayse, lead).await, [], "what was said in an earlier run is not said of this one");
    assert_eq!(card(&ayse, lead).await.details.map(|details| details.attempts), Some(0));
}

#[tokio::test]
async fn managers_see_what_is_at_risk_with_its_value() {
    let app = spawn_app().await;
    let [ayse, selin, mert, admin] =
        [app.sign_in(AYSE).await, app.sign_in(SELIN).await, app.sign_in(MERT).await, app.sign_in(ADMIN).await];
    let small = given::lead(&app, Given { name: "Small", value: 1_000, ..Given::default() }).await;
    let large =
        given::lead(&app, Given { name: "Large", value: 9_000, stage: "negotiation", ..Given::default() }).await;
    given::lead(&app, Given { name: "Quiet", value: 70_000, ..Given::default() }).await;
    tried(&ayse, small, "refused").await;
    tried(&ayse, large, "competitor").await;
    tried(&ayse, large, "refused").await;
    for manager in [&selin, &admin, &ayse] {
        let found = list(manager).await;
        assert_eq!((found.leads, found.value_base_minor), (2, 10_000));
        assert_eq!(found.rows.iter().map(|row| row.lead).collect::<Vec<_>>(), [large, small]);
        let by_signal: BTreeMap<_, _> =
            found.signals.iter().map(|share| (share.of, (share.leads, share.value_base_minor))).collect();
        assert_eq!(by_signal[&SignalKind::Refused], (2, 10_000));
        assert_eq!(by_signal[&SignalKind::Competitor], (1, 9_000));
        assert_eq!((found.stages.len(), found.holders.len()), (2, 1));
    }
    assert_eq!(list(&mert).await.leads, 0, "another team's manager sees none of it");
    let narrow = json!({ "filter": { "signal": "competitor", "stage": null, "holder": null }, "after": null });
    let narrow: RiskList = heard(selin.ask("/api/risks/list", narrow).await);
    assert_eq!((narrow.leads, narrow.value_base_minor, narrow.rows.len()), (1, 9_000, 1));
    assert_eq!(narrow.signals.len(), 2, "a filter does not narrow its own choices");
    let after = json!({ "filter": { "signal": null, "stage": null, "holder": null }, "after": { "value": 9_000, "lead": large } });
    let after: RiskList = heard(selin.ask("/api/risks/list", after).await);
    assert_eq!(after.rows.iter().map(|row| row.lead).collect::<Vec<_>>(), [small]);
    assert!(after.signals.is_empty() && after.stages.is_empty() && after.holders.is_empty(), "the first page says it");
}

#[tokio::test]
async fn leads_at_risk_stand_in_the_day_once() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let lead = given::lead(&app, Given { name: "At risk", ..Given::default() }).await;
    let due = given::lead(&app, Given { name: "At risk and due", next_step: Some("Call"), ..Given::default() }).await;
    tried(&ayse, lead, "refused").await;
    tried(&ayse, due, "refused").await;
    run(&app, &format!("update lead set next_step_due = '2026-03-02T08:00:00Z' where id = {due}")).await;
    let today: Today = heard(ayse.ask("/api/outreach/today", json!({})).await);
    let rows: Vec<_> = today.rows.iter().map(|row| (row.lead, matches!(row.task, Task::Risk(_)))).collect();
    assert_eq!(rows, [(due, false), (lead, true)]);
    assert!(today.rows.iter().all(|row| row.risks.signals.iter().any(|signal| signal.kind == SignalKind::Refused)));
    assert!(today.without.is_empty(), "its row says that nothing is planned");
    let count = ayse.ask("/api/outreach/due", json!({})).await;
    assert_eq!(count["count"], 2);
}

/// A small generator of its own: the same walk every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).expect("small")]
    }
}

#[tokio::test]
async fn the_database_and_the_rules_say_the_same_after_any_walk() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let mut dice = Dice(7);
    let mut leads = Vec::new();
    for (number, stage) in
        ["open", "contacted", "nurturing", "qualified", "negotiation"].iter().cycle().take(10).enumerate()
    {
        leads.push(given::lead(&app, Given { name: &format!("Walker {number}"), stage, ..Given::default() }).await);
    }
    for _ in 0..220 {
        let lead = dice.of(&leads);
        match dice.below(10) {
            0..4 => {
                let result = dice.of(&[
                    "no_answer",
                    "no_answer",
                    "wrong_number",
                    "reached",
                    "refused",
                    "competitor",
                    "thinking",
                ]);
                tried(&ayse, lead, result).await;
            }
            4 => heard_from(&ayse, lead).await,
            5 => {
                let seen = signals(&app, &ayse, lead).await;
                answer(&ayse, lead, json!("alive"), "Still here", &seen).await;
            }
            6 => {
                let due = app.clock.now() + TimeDelta::hours(i64::try_from(dice.below(72)).expect("small"));
                run(
                    &app,
                    &format!("update lead set next_step_channel = 'call', next_step_due = '{due}' where id = {lead}"),
                )
                .await;
            }
            7 => {
                let (days, limit) = (1 + dice.below(6), 1 + dice.below(4));
                let kind = dice.of(&["open", "contacted", "nurturing"]);
                run(
                    &app,
                    &format!(
                        "update stage set unanswered_days = {days}, attempts_limit = {limit} where kind = '{kind}'"
                    ),
                )
                .await;
            }
            _ => app.clock.advance(TimeDelta::minutes(i64::try_from(dice.below(400)).expect("small"))),
        }
    }
    // The trigger has kept what a recount finds.
    for lead in &leads {
        let kept = facts(&app, *lead).await;
        if kept.is_some() {
            run(&app, &format!("select recount_lead_contact({lead})")).await;
            assert_eq!(facts(&app, *lead).await, kept);
        }
    }
    let now = app.clock.now();
    let found: Vec<(i64, String, DateTime<Utc>)> =
        sqlx::query_as("select lead_id, signal, since from risk where since <= $1 order by 1, 2, 3")
            .bind(now)
            .fetch_all(&app.pool)
            .await
            .expect("the view");
    let mut ruled = Vec::new();
    for lead in &leads {
        for signal in signals(&app, &selin, *lead).await {
            ruled.push((lead.0, signal.kind.word().to_owned(), signal.since));
        }
    }
    ruled.sort();
    assert_eq!(found, ruled);
    let at_risk: std::collections::BTreeSet<_> = found.iter().map(|(lead, ..)| *lead).collect();
    assert!(at_risk.len() > 2 && at_risk.len() <= leads.len(), "the walk shows something: {at_risk:?}");
    assert_eq!(list(&selin).await.leads, i64::try_from(at_risk.len()).expect("small"));
}
