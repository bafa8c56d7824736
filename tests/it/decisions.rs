//! Meetings and decisions: who makes and judges them, what stands once it is judged, and that the figures are those of plain
//! SQL over the leads in sight.

use crate::{
    analytics::{
        Dice,
        history::generate,
        plain::{self, LOSSES, Plain},
    },
    given,
    harness::{Client, TestApp, fresh_key, heard, spawn_app},
};
use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};
use winback::{
    analytics::selection::Dim,
    decisions::{
        api::{DecisionAnswer, MeetingAnswer, Minutes, Overview},
        rules::{Gauge, Problem, Reach, Verdict, during, selection_of},
    },
    ids::{DecisionId, MeetingId},
    people::rules::Viewer,
};

const ADMIN: &str = "admin@demo.winback";
const SELIN: &str = "selin@demo.winback";
const MERT: &str = "mert@demo.winback";
const AYSE: &str = "ayse@demo.winback";

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

async fn save_meeting(client: &Client, before: Value, title: &str, notes: &str) -> MeetingAnswer {
    let draft = json!({ "title": title, "held_on": "2026-03-02", "notes": notes });
    let wanted = json!({ "before": before, "draft": draft, "key": fresh_key() });
    heard(client.ask("/api/decisions/save_meeting", json!({ "wanted": wanted })).await)
}

async fn meeting(client: &Client) -> MeetingId {
    match save_meeting(client, Value::Null, "Losses of February", "Prices").await {
        MeetingAnswer::Done { meeting } => meeting,
        other => panic!("{other:?}"),
    }
}

async fn draft(app: &TestApp) -> Value {
    let owner = given::user(app, AYSE).await;
    json!({
        "kind": "price_policy", "what": "Two prices instead of five", "owner": owner, "starts_on": "2025-09-01",
        "gauge": "losses", "selection": "", "expected": -10, "check_on": "2026-02-28",
    })
}

/// The same with other words.
fn with(draft: &Value, changes: Value) -> Value {
    let mut draft = draft.clone();
    let fields = draft.as_object_mut().expect("a draft");
    fields.extend(changes.as_object().expect("changes").clone());
    draft
}

async fn decide(client: &Client, meeting: MeetingId, before: Value, draft: &Value) -> DecisionAnswer {
    let wanted = json!({ "meeting": meeting, "before": before, "draft": draft, "key": fresh_key() });
    heard(client.ask("/api/decisions/decide", json!({ "wanted": wanted })).await)
}

async fn decided(client: &Client, meeting: MeetingId, draft: &Value) -> DecisionId {
    match decide(client, meeting, Value::Null, draft).await {
        DecisionAnswer::Done { decision } => decision,
        other => panic!("{other:?}"),
    }
}

fn judgement(decision: DecisionId, seen: &Value, verdict: &str, because: &str, replacement: Value) -> Value {
    json!({ "wanted": {
        "decision": decision, "seen": seen, "verdict": verdict, "because": because, "replacement": replacement,
        "key": fresh_key(),
    } })
}

async fn judge(client: &Client, wanted: Value) -> DecisionAnswer {
    heard(client.ask("/api/decisions/judge", wanted).await)
}

async fn minutes(client: &Client, meeting: MeetingId) -> Minutes {
    heard(client.ask("/api/decisions/minutes", json!({ "meeting": meeting })).await)
}

async fn pin(client: &Client, meeting: Value, address: &str) -> Value {
    let wanted = json!({
        "meeting": meeting, "kind": "chart", "title": "Reasons", "address": address, "words": "Price again",
        "key": fresh_key(),
    });
    client.ask("/api/decisions/pin", json!({ "wanted": wanted })).await
}

/// Whether the database refuses this.
async fn is_refused(app: &TestApp, sql: &str) -> bool {
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&app.pool).await.is_err()
}

async fn count(app: &TestApp, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&app.pool).await.expect("a count")
}

#[tokio::test]
async fn managers_decide_and_everybody_reads_what_was_decided() {
    let app = spawn_app().await;
    let (selin, ayse) = (app.sign_in(SELIN).await, app.sign_in(AYSE).await);
    let meeting = meeting(&selin).await;
    let draft = draft(&app).await;
    let decision = decided(&selin, meeting, &draft).await;
    pin(&selin, json!({ "known": meeting }), "/losses?reason=3").await;
    // A rep makes, changes, pins, takes off and judges nothing.
    let before = app.everything().await;
    let refused = MeetingAnswer::Refused { problem: Problem::NotYours };
    assert_eq!(save_meeting(&ayse, Value::Null, "Mine", "").await, refused);
    assert_eq!(heard::<MeetingAnswer>(pin(&ayse, json!({ "known": meeting }), "/losses").await), refused);
    let refused = DecisionAnswer::Refused { problem: Problem::NotYours };
    assert_eq!(decide(&ayse, meeting, Value::Null, &draft).await, refused);
    assert_eq!(judge(&ayse, judgement(decision, &draft, "kept", "Good", Value::Null)).await, refused);
    let known = minutes(&selin, meeting).await.spoken.expect("what was said");
    let (status, _) = ayse.call("/api/decisions/take_off", json!({ "pin": known.pins[0].id })).await;
    assert_eq!(status, 403);
    assert_eq!(ayse.call("/api/decisions/choices", json!({})).await.0, 403);
    app.expect_unchanged(&before, "a rep").await;
    // They read what was decided, and nothing of what was said about leads.
    let read = minutes(&ayse, meeting).await;
    assert_eq!((read.spoken, read.decisions.len()), (None, 1));
    judge(&selin, judgement(decision, &draft, "kept", "Burak's deal shows it", Value::Null)).await;
    let judged = minutes(&ayse, meeting).await.decisions[0].decision.judged.clone().expect("judged");
    assert_eq!((judged.verdict, judged.because), (Verdict::Kept, None));
    let overview: Overview = heard(ayse.ask("/api/decisions/overview", json!({})).await);
    assert_eq!((overview.decisions.len(), overview.meetings.len(), overview.may_decide), (1, 1, false));
    let stranger = app.stranger();
    for path in ["/api/decisions/overview", "/api/decisions/choices"] {
        assert_eq!(stranger.call(path, json!({})).await.0, 401, "{path}");
    }
    for path in ["/losses/decisions".to_owned(), format!("/losses/decisions/{meeting}")] {
        assert_eq!(selin.get(&path).await.status(), 200, "{path}");
        assert_eq!(stranger.get(&path).await.status(), 303, "{path}");
    }
    let page = ayse.get(&format!("/losses/decisions/{meeting}")).await.text().await.expect("a page");
    assert!(page.contains("Two prices instead of five") && !page.contains("Price again"), "{page}");
    let (status, _) = selin.call("/api/decisions/minutes", json!({ "meeting": 99_999 })).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn only_our_own_pages_can_be_pinned() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let meeting = meeting(&selin).await;
    for address in
        ["https://elsewhere.test/losses", "//elsewhere.test", "/settings", "/losses/../settings", "javascript:1"]
    {
        let answer: MeetingAnswer = heard(pin(&selin, json!({ "known": meeting }), address).await);
        assert_eq!(answer, MeetingAnswer::Refused { problem: Problem::Address }, "{address}");
        let sql = format!(
            "insert into pin (meeting_id, kind, title, address, words, by_id, at, request_key)
             select {meeting}, 'chart', 'x', '{address}', '', made_by, made_at, 'some-other-key' from meeting"
        );
        assert!(is_refused(&app, &sql).await, "{address}");
    }
    // A meeting is made with its first pin, once however often it is sent.
    let fresh = json!({ "new": { "title": "With a pin", "held_on": "2026-03-02", "notes": "" } });
    let wanted = json!({
        "meeting": fresh, "kind": "list", "title": "Leads", "address": "/losses?list=losses&reason=3~4!%C3%A7", "words": "",
        "key": fresh_key(),
    });
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(selin.ask("/api/decisions/pin", json!({ "wanted": wanted })).await);
    }
    assert!(answers.windows(2).all(|two| two[0] == two[1]), "{answers:?}");
    assert_eq!((count(&app, "meeting").await, count(&app, "pin").await), (2, 1));
    let MeetingAnswer::Done { meeting } = heard(answers[0].clone()) else { panic!("{answers:?}") };
    let pinned = minutes(&selin, meeting).await.spoken.expect("what was said").pins;
    // Taken off it is not seen any more, and still there.
    for _ in 0..2 {
        selin.ask("/api/decisions/take_off", json!({ "pin": pinned[0].id })).await;
    }
    assert!(minutes(&selin, meeting).await.spoken.expect("what was said").pins.is_empty());
    assert_eq!(count(&app, "pin").await, 1);
    assert!(is_refused(&app, "delete from pin").await);
    assert!(is_refused(&app, "update pin set taken_off_at = null, taken_off_by = null").await);
}

#[tokio::test]
async fn whoever_writes_over_a_colleague_sees_their_words_first() {
    let app = spawn_app().await;
    let (selin, mert) = (app.sign_in(SELIN).await, app.sign_in(MERT).await);
    let meeting = meeting(&selin).await;
    let seen = json!([meeting, { "title": "Losses of February", "held_on": "2026-03-02", "notes": "Prices" }]);
    let done = MeetingAnswer::Done { meeting };
    assert_eq!(save_meeting(&mert, seen.clone(), "Losses of February", "Mert's words").await, done);
    match save_meeting(&selin, seen, "Losses of February", "Selin's words").await {
        MeetingAnswer::Changed { now, by, .. } => {
            assert_eq!(now.notes, "Mert's words");
            assert!(by.starts_with("Mert"), "{by}");
            let seen = json!([meeting, now]);
            assert_eq!(save_meeting(&selin, seen, "Losses of February", "Selin's words").await, done);
        }
        other => panic!("{other:?}"),
    }
    // The same again, sent by a page that has not heard the answer, changes nothing.
    assert_eq!(count(&app, "meeting_before").await, 2);
    let draft = with(&draft(&app).await, json!({ "check_on": "2026-04-30" }));
    let decision = decided(&selin, meeting, &draft).await;
    let (one, other) = (with(&draft, json!({ "what": "One price" })), with(&draft, json!({ "expected": -20 })));
    let before = json!([decision, draft]);
    let (first, second) =
        tokio::join!(decide(&selin, meeting, before.clone(), &one), decide(&mert, meeting, before.clone(), &other));
    let changed: Vec<_> =
        [first, second].into_iter().filter(|answer| matches!(answer, DecisionAnswer::Changed { .. })).collect();
    assert_eq!(changed.len(), 1, "one of two is shown the other's words");
    assert_eq!(count(&app, "decision_before").await, 1);
    assert!(is_refused(&app, "delete from decision_before").await && is_refused(&app, "delete from meeting").await);
    // What no decision can say is not written.
    for (changes, problem) in [
        (json!({ "what": " " }), Problem::What),
        (json!({ "expected": 0 }), Problem::Expected),
        (json!({ "check_on": "2025-08-31" }), Problem::CheckOn),
        (json!({ "owner": 99_999 }), Problem::Owner),
    ] {
        let answer = decide(&selin, meeting, Value::Null, &with(&draft, changes)).await;
        assert_eq!(answer, DecisionAnswer::Refused { problem });
    }
    for what in ["expected = 0", "check_on = starts_on", "judged = 'kept'", "gauge = 'win_rate', expected = 101"] {
        assert!(is_refused(&app, &format!("update decision set {what}")).await, "{what}");
    }
}

#[tokio::test]
async fn of_two_who_judge_at_once_one_is_told_what_the_other_said() {
    let app = spawn_app().await;
    let (selin, mert) = (app.sign_in(SELIN).await, app.sign_in(MERT).await);
    let meeting = meeting(&selin).await;
    let draft = draft(&app).await;
    let decision = decided(&selin, meeting, &draft).await;
    let no_reason = judge(&selin, judgement(decision, &draft, "kept", " ", Value::Null)).await;
    assert_eq!(no_reason, DecisionAnswer::Refused { problem: Problem::BecauseMissing });
    let no_next = judge(&selin, judgement(decision, &draft, "changed", "Too strict", Value::Null)).await;
    assert_eq!(no_next, DecisionAnswer::Refused { problem: Problem::ReplacementMissing });
    let wanted = judgement(decision, &draft, "kept", "It works", Value::Null);
    let (one, other) = tokio::join!(
        judge(&selin, wanted.clone()),
        judge(&mert, judgement(decision, &draft, "dropped", "It does not", Value::Null))
    );
    let told = match (&one, &other) {
        (DecisionAnswer::Done { .. }, DecisionAnswer::Changed { now }) => (now.clone(), Verdict::Kept, "It works"),
        (DecisionAnswer::Changed { now }, DecisionAnswer::Done { .. }) => {
            (now.clone(), Verdict::Dropped, "It does not")
        }
        _ => panic!("{one:?} {other:?}"),
    };
    let judged = told.0.judged.expect("judged");
    assert_eq!((judged.verdict, judged.because.as_deref()), (told.1, Some(told.2)));
    // It stands, whoever tries.
    let rewritten = decide(&selin, meeting, json!([decision, draft]), &with(&draft, json!({ "what": "Other" }))).await;
    assert!(matches!(rewritten, DecisionAnswer::Changed { .. }), "{rewritten:?}");
    assert!(is_refused(&app, "update decision set what = 'Other'").await);
    assert!(is_refused(&app, "update decision set judged = null").await);
    assert!(is_refused(&app, "delete from decision").await);
    // A changed one has what takes its place, once however often it is sent.
    let second = decided(&selin, meeting, &draft).await;
    let next = with(&draft, json!({ "what": "Three prices", "starts_on": "2026-03-02", "check_on": "2026-05-31" }));
    let wanted = judgement(second, &draft, "changed", "Too strict", next);
    for _ in 0..3 {
        assert_eq!(judge(&selin, wanted.clone()).await, DecisionAnswer::Done { decision: second });
    }
    let read = minutes(&mert, meeting).await;
    assert_eq!(read.decisions.len(), 3);
    let replaced_by = read.decisions[1].decision.judged.as_ref().and_then(|judged| judged.replaced_by);
    assert_eq!(replaced_by, Some(read.decisions[2].decision.id));
    assert_eq!(read.decisions[2].decision.draft.what, "Three prices");
}

#[tokio::test]
async fn a_decision_that_was_changed_meanwhile_is_not_judged_unseen() {
    let app = spawn_app().await;
    let (selin, mert) = (app.sign_in(SELIN).await, app.sign_in(MERT).await);
    let meeting = meeting(&selin).await;
    let draft = with(&draft(&app).await, json!({ "check_on": "2026-04-30" }));
    let decision = decided(&selin, meeting, &draft).await;
    let rewritten = with(&draft, json!({ "expected": -30 }));
    decide(&mert, meeting, json!([decision, draft]), &rewritten).await;
    match judge(&selin, judgement(decision, &draft, "kept", "Ten per cent", Value::Null)).await {
        DecisionAnswer::Changed { now } => assert_eq!((now.draft.expected, now.judged), (-30, None)),
        other => panic!("{other:?}"),
    }
    let answer = judge(&selin, judgement(decision, &rewritten, "kept", "Thirty", Value::Null)).await;
    assert_eq!(answer, DecisionAnswer::Done { decision });
}

#[tokio::test]
async fn nobody_moves_a_goal_once_its_time_is_over() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let meeting = meeting(&selin).await;
    let draft = draft(&app).await;
    let decision = decided(&selin, meeting, &draft).await;
    for changes in [
        json!({ "expected": -5 }),
        json!({ "check_on": "2026-06-30" }),
        json!({ "starts_on": "2025-10-01" }),
        json!({ "gauge": "lost_value" }),
        json!({ "selection": "tries=1" }),
    ] {
        let answer = decide(&selin, meeting, json!([decision, draft]), &with(&draft, changes)).await;
        assert_eq!(answer, DecisionAnswer::Refused { problem: Problem::Settled });
    }
    let said = with(&draft, json!({ "what": "Two prices, not five" }));
    assert_eq!(decide(&selin, meeting, json!([decision, draft]), &said).await, DecisionAnswer::Done { decision });
    // Nor does anybody by judging it, whichever door they come through.
    let judged = "judged = 'kept', judged_by = made_by, judged_at = made_at, judged_because = 'x', judged_key = 'a-key-of-judging'";
    assert!(is_refused(&app, &format!("update decision set {judged}, expected = -5")).await);
    let replaced = judged.replace("'kept'", "'changed'");
    assert!(is_refused(&app, &format!("update decision set {replaced}, replaced_by = id")).await);
    assert!(!is_refused(&app, &format!("update decision set {judged}")).await);
}

#[tokio::test]
async fn figures_are_what_plain_sql_says_of_the_leads_in_sight() {
    let app = spawn_app().await;
    let mut dice = Dice(1998);
    generate(&app, &mut dice, 300).await;
    plain::lay_out(&app).await;
    let selin = app.sign_in(SELIN).await;
    let meeting = meeting(&selin).await;
    let draft = draft(&app).await;
    let reason = given::reason(&app, "price_too_high").await;
    for gauge in Gauge::ALL {
        for selection in [String::new(), format!("reason={reason}&period=this_month"), "tries=!0".to_owned()] {
            if *gauge == Gauge::WinRate && selection.starts_with("reason") {
                let draft = with(&draft, json!({ "gauge": gauge, "selection": selection }));
                let answer = decide(&selin, meeting, Value::Null, &draft).await;
                assert_eq!(answer, DecisionAnswer::Refused { problem: Problem::OfLosses });
                continue;
            }
            decided(&selin, meeting, &with(&draft, json!({ "gauge": gauge, "selection": selection }))).await;
        }
    }
    let mut losses = 0;
    for email in [ADMIN, SELIN, MERT, AYSE] {
        let client = app.sign_in(email).await;
        let viewer: Viewer = heard(client.ask("/api/people/me", json!({})).await);
        for minuted in minutes(&client, meeting).await.decisions {
            let draft = &minuted.decision.draft;
            let measured = minuted.measured.expect("it has begun");
            // 181 days: as many before as after.
            let ends = [("2025-03-04", "2025-08-31"), ("2025-09-01", "2026-02-28")];
            for (figure, (from, to)) in [measured.before, measured.after].into_iter().zip(ends) {
                let what = format!("{email} {draft:?} {from}");
                assert_eq!((figure.span.from, figure.span.to), (Some(day(from)), Some(day(to))), "{what}");
                let selection = during(&selection_of(&draft.selection), figure.span);
                let plain = Plain::of(&app, &viewer, &selection, (figure.span.from, figure.span.to));
                let (lost, minor) = plain.whole(LOSSES, Some("ended"), &[]).await;
                let of_losses: Vec<_> = Dim::ALL.iter().copied().filter(|dim| dim.is_of_losses()).collect();
                let won = plain.whole("outcome = 'won'", Some("ended"), &of_losses).await.0;
                let decided = plain.whole("outcome in ('won', 'lost')", Some("ended"), &of_losses).await.0;
                losses += lost;
                let dated = plain.whole(&format!("{LOSSES} and days is not null"), Some("ended"), &[]).await.0;
                let (value, runs) = match draft.gauge {
                    Gauge::Losses => (Some(lost as f64), lost),
                    Gauge::LostValue => (Some(minor as f64), lost),
                    Gauge::WinRate => ((decided > 0).then(|| won as f64 / decided as f64), decided),
                    Gauge::MedianDays => (plain.median().await, dated),
                };
                // A share may lose its last bit on the way.
                let is_said = match (figure.value, value) {
                    (Some(said), Some(plain)) => (said - plain).abs() <= plain.abs() * 1e-12,
                    (said, plain) => said == plain,
                };
                assert!(is_said, "{what}: {:?} said, {value:?} counted", figure.value);
                assert_eq!(figure.runs, runs, "{what}");
            }
            assert!(minuted.decision.is_over && measured.reach != Reach::Early);
        }
    }
    assert!(losses > 500, "the decisions were not all of nothing: {losses}");
}

#[tokio::test]
async fn nothing_is_told_before_the_time_is_over() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let meeting = meeting(&selin).await;
    let draft = draft(&app).await;
    let later = with(&draft, json!({ "starts_on": "2026-03-03", "check_on": "2026-03-05" }));
    decided(&selin, meeting, &later).await;
    assert_eq!(minutes(&selin, meeting).await.decisions[0].measured, None, "it starts tomorrow");
    app.clock.advance(TimeDelta::days(1));
    let selin = app.sign_in(SELIN).await;
    let measured = minutes(&selin, meeting).await.decisions[0].measured.expect("it has begun");
    assert_eq!(
        (measured.before.span.from, measured.before.span.to),
        (Some(day("2026-03-02")), Some(day("2026-03-02")))
    );
    assert_eq!(measured.reach, Reach::Early);
    app.clock.advance(TimeDelta::days(3));
    let selin = app.sign_in(SELIN).await;
    let minuted = minutes(&selin, meeting).await.decisions.remove(0);
    let measured = minuted.measured.expect("it has begun");
    assert_eq!((measured.after.span.to, measured.reach), (Some(day("2026-03-05")), Reach::Few));
    assert!(minuted.decision.is_over);
    let overview: Overview = heard(selin.ask("/api/decisions/overview", json!({})).await);
    assert!(overview.decisions[0].is_over, "what is to be judged stands first");
}
