//! How leads are lost, found in the pool and brought back, and how every door refuses what is incomplete.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, fresh_key, heard, spawn_app},
};
use chrono::{Days, TimeDelta};
use reqwest::StatusCode;
use serde_json::json;
use winback::{
    ids::{ActivityId, LeadId, LossId, ReasonId, RequestKey, StageId},
    losses::{
        api::{
            LogAnswer, LoseAnswer, NewLoss, NewReopening, Pool, PoolFilter, PoolSort, Preparation, ReopenAnswer,
            StageAtLoss,
        },
        rules::{
            Approach, AttemptChannel, AttemptException, AttemptResult, Closure, ClosureCause, CustomerSaid, Draft,
            LastAttempt, NewAttempt, Objection, Outcome, ReopenRefusal, RetryPotential,
        },
    },
};

const AYSE: &str = "ayse@demo.winback";
const SELIN: &str = "selin@demo.winback";

fn attempt(channel: AttemptChannel, approach: Approach) -> NewAttempt {
    NewAttempt {
        channel,
        approach,
        result: AttemptResult::NoAnswer,
        at: None,
        note: String::new(),
        mentions: Vec::new(),
    }
}

fn whole_draft(reason: ReasonId) -> Draft {
    Draft {
        outcome: Some(Outcome::Lost),
        reason: Some(reason),
        attempt: Some(LastAttempt::New(attempt(AttemptChannel::Call, Approach::Offer))),
        customer: Some(CustomerSaid::Words("Found it cheaper in İzmir.".to_owned())),
        note: "Wanted instalments.".to_owned(),
        retry_potential: Some(RetryPotential::Medium),
        ..Draft::default()
    }
}

fn loss(lead: LeadId, draft: Draft) -> NewLoss {
    NewLoss { lead, draft, seen_version: 0, shared_by: 1, key: fresh_key() }
}

async fn lose(client: &Client, wanted: &NewLoss) -> LoseAnswer {
    heard(client.ask("/api/losses/lose", json!({ "wanted": wanted })).await)
}

/// Loses a lead for its price and says which episode it is.
async fn lost(app: &TestApp, client: &Client, lead: LeadId, version: i64) -> LossId {
    let draft = whole_draft(given::reason(app, "price_too_high").await);
    match lose(client, &NewLoss { seen_version: version, ..loss(lead, draft) }).await {
        LoseAnswer::Done { lost } => lost.loss,
        other => panic!("it should have been lost: {other:?}"),
    }
}

async fn objections(client: &Client, wanted: &NewLoss) -> Vec<Objection> {
    match lose(client, wanted).await {
        LoseAnswer::Objections { objections } => objections,
        other => panic!("there should have been objections: {other:?}"),
    }
}

async fn log(client: &Client, lead: LeadId, attempt: &NewAttempt, key: &RequestKey) -> LogAnswer {
    heard(client.ask("/api/losses/log_attempt", json!({ "lead": lead, "attempt": attempt, "key": key })).await)
}

fn reopening(loss: LossId, closure: Closure) -> NewReopening {
    let cause = (closure == Closure::Reactivated).then_some(ClosureCause::CustomerReturned);
    NewReopening { loss, closure, cause, note: String::new(), to: None, key: fresh_key() }
}

async fn reopen(client: &Client, wanted: &NewReopening) -> ReopenAnswer {
    heard(client.ask("/api/losses/reopen", json!({ "wanted": wanted })).await)
}

async fn back(client: &Client, wanted: &NewReopening) -> winback::pipeline::api::Card {
    match reopen(client, wanted).await {
        ReopenAnswer::Done { card: Some(card) } => *card,
        other => panic!("it should have come back: {other:?}"),
    }
}

async fn pool(client: &Client, filter: &PoolFilter, language: &str) -> Pool {
    heard(client.ask("/api/losses/pool", json!({ "filter": filter, "language": language })).await)
}

fn names(pool: &Pool) -> Vec<&str> {
    pool.rows.iter().filter_map(|row| row.name.as_deref()).collect()
}

async fn count(app: &TestApp, what: &str) -> i64 {
    let sql = format!("select count(*) from {what}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&app.pool).await.expect("a count")
}

#[tokio::test]
async fn a_whole_loss_leaves_the_board_and_stands_in_the_pool() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let before: Preparation = heard(ayse.ask("/api/losses/preparation", json!({ "lead": lead })).await);
    assert!(before.may_write && !before.manages && before.attempts.is_empty());
    lost(&app, &ayse, lead, before.move_version).await;
    let pool = pool(&ayse, &PoolFilter::default(), "en").await;
    assert_eq!((pool.total, names(&pool)), (1, vec!["Can Demir"]));
    let row = &pool.rows[0];
    assert_eq!((row.rep.as_str(), row.note.as_str()), ("Ayşe Yılmaz", "Wanted instalments."));
    assert_eq!(row.customer_words.as_deref(), Some("Found it cheaper in İzmir."));
    assert_eq!(row.stage.as_ref().map(|(_, name)| name.pick("tr")), Some("Görüşüldü"));
    assert_eq!(row.at.map(|at| at.utc), Some(app.clock.now()));
    assert_eq!(count(&app, "stage_count where leads <> 0").await, 0);
    assert_eq!(count(&app, "attempt").await, 1);
    let after: Preparation = heard(ayse.ask("/api/losses/preparation", json!({ "lead": lead })).await);
    assert!(after.is_lost);
}

#[tokio::test]
async fn everything_that_is_missing_is_said_at_once() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    assert_eq!(
        objections(&ayse, &loss(lead, Draft::default())).await,
        [
            Objection::OutcomeMissing,
            Objection::ReasonMissing,
            Objection::AttemptMissing,
            Objection::CustomerMissing,
            Objection::NoteMissing,
            Objection::RetryPotentialMissing,
        ]
    );
    assert_eq!((count(&app, "loss").await, count(&app, "attempt").await, count(&app, "request_key").await), (0, 0, 0));
}

#[tokio::test]
async fn malformed_requests_are_not_understood() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let reason = given::reason(&app, "trust").await;
    let endless = Draft { note: "a".repeat(4001), ..whole_draft(reason) };
    let with_nul = Draft { note: "a\0b".to_owned(), ..whole_draft(reason) };
    let keyless = NewLoss { key: RequestKey("short".into()), ..loss(lead, whole_draft(reason)) };
    for wanted in [loss(lead, endless), loss(lead, with_nul), keyless] {
        let (status, _) = ayse.call("/api/losses/lose", json!({ "wanted": wanted })).await;
        assert_ne!(status, StatusCode::OK);
    }
    let (status, answer) = ayse.call("/api/losses/preparation", json!({ "lead": 999_999 })).await;
    assert_ne!(status, StatusCode::OK, "{answer}");
    assert_eq!(count(&app, "loss").await, 0);
}

/// Inserts a loss past all Rust, with the given values in place of sound ones; answers the constraint that refused.
async fn refused_by(app: &TestApp, lead: LeadId, changes: &[(&str, &str)]) -> String {
    let mut values = vec![
        ("lead_id", lead.to_string()),
        ("outcome", "'lost'".to_owned()),
        ("reason_id", "(select id from loss_reason where code = 'price_too_high')".to_owned()),
        ("at", "'2026-03-02T08:30:00Z'".to_owned()),
        ("recorded_at", "'2026-03-02T08:30:00Z'".to_owned()),
        ("by_id", format!("(select id from app_user where email = '{AYSE}')")),
        ("owner_id", format!("(select id from app_user where email = '{AYSE}')")),
        ("stage_id", "(select id from stage where kind = 'contacted')".to_owned()),
        ("note", "'note'".to_owned()),
        ("retry_potential", "'low'".to_owned()),
        ("attempt_exception", "'unreachable'".to_owned()),
    ];
    for (column, value) in changes {
        values.retain(|(name, _)| name != column);
        values.push((column, (*value).to_owned()));
    }
    let (columns, values): (Vec<_>, Vec<_>) = values.into_iter().unzip();
    let sql = format!("insert into loss ({}) values ({})", columns.join(", "), values.join(", "));
    let error = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&app.pool).await.expect_err("the database refuses it");
    let refusal = error.as_database_error().expect("a refusal, not a broken connection");
    refusal.constraint().map_or_else(|| refusal.message().to_owned(), str::to_owned)
}

#[tokio::test]
async fn the_database_refuses_every_incomplete_loss() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let other = given::can(&app).await;
    log(&ayse, other, &attempt(AttemptChannel::Call, Approach::Offer), &fresh_key()).await;
    let reason = |code: &str| format!("(select id from loss_reason where code = '{code}')");
    let unqualified = ("outcome", "'unqualified'");
    let rep = format!("(select id from app_user where email = '{AYSE}')");
    let (contact_lost, closed_down, range) =
        (reason("contact_lost"), reason("closed_down"), reason("not_in_our_range"));
    let cases: [(&[(&str, &str)], &str); 12] = [
        (&[("reason_id", "null")], "reason_fits_lead"),
        (&[("note", "E' \\n\\t'")], "note_is_written"),
        (&[("attempt_exception", "null")], "attempt_or_exception"),
        (
            &[("attempt_exception", "null"), ("attempt_id", "(select min(activity_id) from attempt)")],
            "loss_attempt_id_lead_id_fkey",
        ),
        (&[("retry_potential", "null")], "only_imports_lack_circumstances"),
        (&[("attempt_exception", "'imported'")], "imports_name_their_batch"),
        (&[unqualified], "loss_reason_id_outcome_fkey"),
        (&[unqualified, ("reason_id", &closed_down)], "reason_fits_lead"),
        (&[unqualified, ("reason_id", &range)], "evidence_is_shown"),
        (&[("reason_id", &contact_lost)], "excuse_is_worked_first"),
        (&[("reason_id", &contact_lost), ("override_by", &rep), ("override_because", "'why'")], "managers_override"),
        // Whole, but the lead would stay on the board.
        (&[], "standing_loss_takes_lead_off_board"),
    ];
    for (changes, expected) in cases {
        assert_eq!(refused_by(&app, lead, changes).await, expected, "{changes:?}");
    }
    assert_eq!(count(&app, "loss").await, 0);
}

#[tokio::test]
async fn history_is_neither_changed_nor_deleted() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    lost(&app, &ayse, lead, 0).await;
    for sql in [
        "update loss set note = 'other'",
        "update loss set retry_potential = 'high'",
        "delete from loss",
        "update activity set body = 'other'",
        "delete from attempt",
        "delete from lead",
    ] {
        assert!(sqlx::query(sql).execute(&app.pool).await.is_err(), "{sql}");
    }
    // Back on the board without closing the episode, or without a move: neither is possible.
    for sql in [
        "update lead set standing_loss_id = null, standing_outcome = null",
        "update lead set standing_loss_id = null, standing_outcome = null, move_version = move_version + 1",
    ] {
        assert!(sqlx::query(sql).execute(&app.pool).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn two_who_lose_the_same_lead_at_once_lose_it_once() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let reason = given::reason(&app, "price_too_high").await;
    for _ in 0..10 {
        let lead = given::can(&app).await;
        let (hers, theirs) = (loss(lead, whole_draft(reason)), loss(lead, whole_draft(reason)));
        let answers = tokio::join!(lose(&ayse, &hers), lose(&selin, &theirs));
        match answers {
            (LoseAnswer::Done { .. }, LoseAnswer::Conflict { card: None, by, .. }) => {
                assert_eq!(by.as_deref(), Some("Ayşe Yılmaz"));
            }
            (LoseAnswer::Conflict { card: None, by, .. }, LoseAnswer::Done { .. }) => {
                assert_eq!(by.as_deref(), Some("Selin Yıldız"));
            }
            other => panic!("exactly one should have lost it: {other:?}"),
        }
    }
    assert_eq!((count(&app, "loss").await, count(&app, "attempt").await), (10, 10));
}

#[tokio::test]
async fn losing_and_moving_at_once_is_one_of_both() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let (reason, to) = (given::reason(&app, "trust").await, given::stage(&app, "nurturing").await);
    for _ in 0..10 {
        let lead = given::can(&app).await;
        let wanted = loss(lead, whole_draft(reason));
        let moving = json!({ "wanted": { "lead": lead, "to": to, "above": null, "below": null, "seen_version": 0,
                                         "key": fresh_key() } });
        let (lost, moved) = tokio::join!(lose(&ayse, &wanted), selin.ask("/api/pipeline/move_lead", moving));
        match (lost, moved.get("done").is_some()) {
            (LoseAnswer::Done { .. }, false) => {}
            (LoseAnswer::Conflict { card: Some(card), by, .. }, true) => {
                assert_eq!((card.stage, by.as_deref()), (to, Some("Selin Yıldız")));
                // With the version that the conflict brought along, it is lost on the next try.
                let again = NewLoss { seen_version: card.move_version, ..wanted };
                assert!(matches!(lose(&ayse, &again).await, LoseAnswer::Done { .. }));
            }
            other => panic!("exactly one should have come through: {other:?}"),
        }
    }
    assert_eq!(count(&app, "loss where closed_at is null").await, 10);
}

#[tokio::test]
async fn a_repeated_request_does_nothing_twice() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let first_attempt = (attempt(AttemptChannel::Email, Approach::Reminder), fresh_key());
    for _ in 0..2 {
        let LogAnswer::Done { attempts } = log(&ayse, lead, &first_attempt.0, &first_attempt.1).await else {
            panic!("it should have been logged")
        };
        assert_eq!(attempts.len(), 1);
    }
    let wanted = loss(lead, whole_draft(given::reason(&app, "price_too_high").await));
    let both = tokio::join!(lose(&ayse, &wanted), lose(&ayse, &wanted));
    let later = lose(&ayse, &wanted).await;
    let LoseAnswer::Done { lost } = later else { panic!("it was lost: {later:?}") };
    assert_eq!(both, (LoseAnswer::Done { lost }, LoseAnswer::Done { lost }));
    let wanted = reopening(lost.loss, Closure::Reversed);
    assert_eq!(back(&ayse, &wanted).await, back(&ayse, &wanted).await);
    assert_eq!((count(&app, "loss").await, count(&app, "attempt").await, count(&app, "activity").await), (1, 2, 5));
    // A key belongs to one intent.
    let other = given::can(&app).await;
    let (status, _) = ayse
        .call("/api/losses/lose", json!({ "wanted": NewLoss { lead: other, ..loss(other, Draft::default()) }}))
        .await;
    assert_eq!(status, StatusCode::OK);
    let reused = NewLoss { key: wanted.key, ..loss(other, whole_draft(given::reason(&app, "trust").await)) };
    let (status, _) = ayse.call("/api/losses/lose", json!({ "wanted": reused })).await;
    assert_ne!(status, StatusCode::OK);
}

#[tokio::test]
async fn an_excuse_is_worked_first_and_only_a_manager_does_without() {
    let app = spawn_app().await;
    let (lead, ayse, selin) = (given::can(&app).await, app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let draft = whole_draft(given::reason(&app, "contact_lost").await);
    assert_eq!(
        objections(&ayse, &loss(lead, draft.clone())).await,
        [Objection::AttemptsNeeded { attempts: 2, channels: 1 }]
    );
    let overriding = Draft { override_because: "They emigrated.".to_owned(), ..draft.clone() };
    assert_eq!(objections(&ayse, &loss(lead, overriding.clone())).await, [Objection::OnlyManagersOverride]);
    for channel in [AttemptChannel::Email, AttemptChannel::Sms] {
        app.clock.advance(TimeDelta::hours(1));
        log(&ayse, lead, &attempt(channel, Approach::Reminder), &fresh_key()).await;
    }
    assert!(matches!(lose(&ayse, &loss(lead, draft)).await, LoseAnswer::Done { .. }));
    // The manager loses another one without attempts: it counts for its owner.
    let other = given::can(&app).await;
    assert!(matches!(lose(&selin, &loss(other, overriding)).await, LoseAnswer::Done { .. }));
    let (owner, by, overrider): (i64, i64, Option<i64>) =
        sqlx::query_as("select owner_id, by_id, override_by from loss where lead_id = $1")
            .bind(other.0)
            .fetch_one(&app.pool)
            .await
            .expect("the loss");
    let (ayse_id, selin_id) = (given::user(&app, AYSE).await, given::user(&app, SELIN).await);
    assert_eq!((owner, by, overrider), (ayse_id, selin_id, Some(selin_id)));
}

#[tokio::test]
async fn the_same_way_again_needs_a_reason() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    log(&ayse, lead, &attempt(AttemptChannel::Call, Approach::Offer), &fresh_key()).await;
    app.clock.advance(TimeDelta::hours(1));
    let draft = whole_draft(given::reason(&app, "trust").await);
    assert_eq!(objections(&ayse, &loss(lead, draft.clone())).await, [Objection::SayWhySameAgain]);
    let said = Draft { same_again_because: "They asked me to call back.".to_owned(), ..draft };
    assert!(matches!(lose(&ayse, &loss(lead, said)).await, LoseAnswer::Done { .. }));
}

#[tokio::test]
async fn evidence_dates_and_exceptions_are_kept() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let company = given::lead(&app, Given { party: "company", name: "Atlas A.Ş.", ..Given::default() }).await;
    let size = Draft {
        outcome: Some(Outcome::Unqualified),
        attempt: Some(LastAttempt::Excepted(AttemptException::DoNotContact)),
        customer: Some(CustomerSaid::Nothing),
        ..whole_draft(given::reason(&app, "too_small_or_too_big").await)
    };
    let missing = |key: &str| Objection::EvidenceMissing { key: key.to_owned() };
    assert_eq!(objections(&ayse, &loss(company, size.clone())).await, [missing("turnover"), missing("basis")]);
    let evidence = [("turnover", "1.250.000"), ("basis", "annual report")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    let shown = Draft { evidence: evidence.into(), ..size };
    assert!(matches!(lose(&ayse, &loss(company, shown)).await, LoseAnswer::Done { .. }));
    assert_eq!(count(&app, "loss where evidence ->> 'turnover' = '1250000' and customer_words is null").await, 1);
    assert_eq!(count(&app, "lead where stage_kind = 'unqualified' and standing_outcome = 'unqualified'").await, 1);

    let later = given::can(&app).await;
    let yesterday = app.clock.now().date_naive() - Days::new(1);
    let timing = whole_draft(given::reason(&app, "timing_not_suitable").await);
    let past = Draft { recontact_on: Some(yesterday), ..timing.clone() };
    assert_eq!(objections(&ayse, &loss(later, past)).await, [Objection::RecontactInPast]);
    let ahead = Draft { recontact_on: Some(yesterday + Days::new(90)), ..timing };
    assert!(matches!(lose(&ayse, &loss(later, ahead)).await, LoseAnswer::Done { .. }));
}

#[tokio::test]
async fn who_asked_not_to_be_called_is_not_called() {
    let app = spawn_app().await;
    let lead = given::lead(&app, Given { do_not_call: true, ..Given::default() }).await;
    let ayse = app.sign_in(AYSE).await;
    let forbidden = Objection::ChannelForbidden { channel: AttemptChannel::Call };
    let call = attempt(AttemptChannel::Call, Approach::Listening);
    assert_eq!(log(&ayse, lead, &call, &fresh_key()).await, LogAnswer::Refused { why: forbidden.clone() });
    let draft = whole_draft(given::reason(&app, "trust").await);
    assert_eq!(objections(&ayse, &loss(lead, draft)).await, [forbidden]);
    let mail = attempt(AttemptChannel::Email, Approach::Listening);
    assert!(matches!(log(&ayse, lead, &mail, &fresh_key()).await, LogAnswer::Done { .. }));
}

#[tokio::test]
async fn customers_are_not_lost() {
    let app = spawn_app().await;
    let lead = given::lead(&app, Given { stage: "customer", ..Given::default() }).await;
    let ayse = app.sign_in(AYSE).await;
    let draft = whole_draft(given::reason(&app, "trust").await);
    assert_eq!(objections(&ayse, &loss(lead, draft)).await, [Objection::CustomersAreNotLost]);
}

#[tokio::test]
async fn a_colleague_neither_loses_nor_sees_a_masked_lead() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let (burak, mert, admin) = (
        app.sign_in("burak@demo.winback").await,
        app.sign_in("mert@demo.winback").await,
        app.sign_in("admin@demo.winback").await,
    );
    let wanted = loss(lead, whole_draft(given::reason(&app, "trust").await));
    for stranger in [&burak, &mert] {
        let (status, answer) = stranger.call("/api/losses/preparation", json!({ "lead": lead })).await;
        assert!(status != StatusCode::OK && !answer.to_string().contains("Can"), "{status} {answer}");
        assert_eq!(objections(stranger, &wanted).await, [Objection::NotYours]);
        let call = attempt(AttemptChannel::Call, Approach::Offer);
        let answer = log(stranger, lead, &call, &fresh_key()).await;
        assert_eq!(answer, LogAnswer::Refused { why: Objection::NotYours });
    }
    let loss = lost(&app, &ayse, lead, 0).await;
    for stranger in [&burak, &mert] {
        for filter in [PoolFilter::default(), PoolFilter { text: "Can".to_owned(), ..PoolFilter::default() }] {
            let seen = pool(stranger, &filter, "en").await;
            assert_eq!((seen.total, seen.rows.len(), seen.reasons.len(), seen.reps.len()), (0, 0, 0, 0));
        }
        let answer = reopen(stranger, &reopening(loss, Closure::Reversed)).await;
        assert_eq!(answer, ReopenAnswer::Refused { why: ReopenRefusal::NotYours });
    }
    assert_eq!(pool(&admin, &PoolFilter::default(), "en").await.total, 1);
    let (status, _) =
        app.stranger().call("/api/losses/pool", json!({ "filter": PoolFilter::default(), "language": "en" })).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

/// An unqualified lead stands in a stage of its own: back by mistake it began its days in the old one anew.
#[tokio::test]
async fn who_takes_back_a_mistake_finds_the_days_in_the_stage_as_they_were() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let place = async || -> (i64, Option<chrono::DateTime<chrono::Utc>>) {
        sqlx::query_as("select stage_id, stage_entered_at from lead where id = $1")
            .bind(lead.0)
            .fetch_one(&app.pool)
            .await
            .expect("the lead")
    };
    // As an import leaves it, the second time: nobody knows since when.
    for (version, forget) in [(0, false), (2, true)] {
        if forget {
            let unknown = "update lead set stage_entered_at = null where id = $1";
            sqlx::query(unknown).bind(lead.0).execute(&app.pool).await.expect("forgotten");
        }
        let before = place().await;
        assert_eq!(before.1.is_none(), forget);
        app.clock.advance(TimeDelta::days(3));
        let reason = given::reason(&app, "needs_dont_match").await;
        let approach = if forget { Approach::Alternative } else { Approach::Offer };
        let attempt = LastAttempt::New(attempt(AttemptChannel::Email, approach));
        let draft = Draft { outcome: Some(Outcome::Unqualified), attempt: Some(attempt), ..whole_draft(reason) };
        let unqualified = NewLoss { seen_version: version, ..loss(lead, draft) };
        let LoseAnswer::Done { lost: mistake } = lose(&ayse, &unqualified).await else { panic!("it fits") };
        assert_ne!(place().await, before);
        app.clock.advance(TimeDelta::days(1));
        back(&ayse, &reopening(mistake.loss, Closure::Reversed)).await;
        assert_eq!(place().await, before);
    }
}

#[tokio::test]
async fn a_lead_comes_back_and_may_be_lost_again() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let run = || async {
        let started: Option<chrono::DateTime<chrono::Utc>> =
            sqlx::query_scalar("select run_started_at from lead where id = $1")
                .bind(lead.0)
                .fetch_one(&app.pool)
                .await
                .expect("the run");
        started.expect("known")
    };
    let begun = run().await;
    app.clock.advance(TimeDelta::days(1));
    let mistake = lost(&app, &ayse, lead, 0).await;
    let card = back(&ayse, &reopening(mistake, Closure::Reversed)).await;
    assert_eq!((card.stage, card.move_version), (given::stage(&app, "contacted").await, 2));
    assert_eq!(run().await, begun, "a mistake does not begin a new run");

    app.clock.advance(TimeDelta::days(1));
    let reason = given::reason(&app, "price_too_high").await;
    let other_way = LastAttempt::New(attempt(AttemptChannel::Email, Approach::Alternative));
    let draft = Draft { attempt: Some(other_way), ..whole_draft(reason) };
    let LoseAnswer::Done { lost: real } = lose(&ayse, &NewLoss { seen_version: 2, ..loss(lead, draft) }).await else {
        panic!("it may be lost again")
    };
    app.clock.advance(TimeDelta::days(5));
    let nurturing = given::stage(&app, "nurturing").await;
    let causeless = NewReopening { cause: None, ..reopening(real.loss, Closure::Reactivated) };
    assert_eq!(reopen(&ayse, &causeless).await, ReopenAnswer::Refused { why: ReopenRefusal::CauseMissing });
    let customer =
        NewReopening { to: Some(given::stage(&app, "customer").await), ..reopening(real.loss, Closure::Reactivated) };
    assert_eq!(reopen(&ayse, &customer).await, ReopenAnswer::Refused { why: ReopenRefusal::NotAPipelineStage });
    let chosen = NewReopening { to: Some(nurturing), ..reopening(real.loss, Closure::Reactivated) };
    assert_eq!(back(&ayse, &chosen).await.stage, nurturing);
    assert_eq!(run().await, app.clock.now(), "a new try is a new run");
    assert_eq!(count(&app, "loss where closure = 'reversed'").await, 1);
    assert_eq!(count(&app, "loss where closure = 'reactivated' and closure_cause = 'customer_returned'").await, 1);

    // Attempts of the run before count no more.
    let excuse = Draft {
        attempt: Some(LastAttempt::New(attempt(AttemptChannel::Sms, Approach::Listening))),
        ..whole_draft(given::reason(&app, "contact_lost").await)
    };
    assert_eq!(
        objections(&ayse, &NewLoss { seen_version: 4, ..loss(lead, excuse) }).await,
        [Objection::AttemptsNeeded { attempts: 2, channels: 1 }]
    );
    lost(&app, &ayse, lead, 4).await;
    assert_eq!((count(&app, "loss").await, count(&app, "loss where closed_at is null").await), (3, 1));
}

#[tokio::test]
async fn two_who_bring_a_lead_back_at_once_bring_it_back_once() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    for _ in 0..5 {
        let lead = given::can(&app).await;
        let loss = lost(&app, &ayse, lead, 0).await;
        let (one, two) = (reopening(loss, Closure::Reversed), reopening(loss, Closure::Reactivated));
        match tokio::join!(reopen(&ayse, &one), reopen(&selin, &two)) {
            (ReopenAnswer::Done { .. }, ReopenAnswer::Conflict { card: Some(_), by: Some(_), .. })
            | (ReopenAnswer::Conflict { card: Some(_), by: Some(_), .. }, ReopenAnswer::Done { .. }) => {}
            other => panic!("exactly one should have brought it back: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_second_standing_loss_is_impossible() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    lost(&app, &ayse, lead, 0).await;
    let again = whole_draft(given::reason(&app, "trust").await);
    let current = NewLoss { seen_version: 1, ..loss(lead, again.clone()) };
    assert!(objections(&ayse, &current).await.contains(&Objection::AlreadyLost));
    assert!(matches!(lose(&ayse, &loss(lead, again)).await, LoseAnswer::Conflict { card: None, .. }));
    assert_eq!(refused_by(&app, lead, &[]).await, "one_standing_loss");
}

#[tokio::test]
async fn the_pool_is_searched_filtered_and_sorted_in_the_readers_language() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let leads = [
        ("Zeynep Ak", 100, AYSE),
        ("Çağla Er", 400, AYSE),
        ("Cem Su", 200, AYSE),
        ("Işıl Koç", 500, AYSE),
        ("İpek Can", 300, "burak@demo.winback"),
        ("Şule Iğdır", 600, "burak@demo.winback"),
    ];
    for (name, value, owner) in leads {
        let lead = given::lead(&app, Given { name, value, owner, ..Given::default() }).await;
        app.clock.advance(TimeDelta::minutes(1));
        let code = if value > 300 { "trust" } else { "price_too_high" };
        let note = format!("Konuştuk: {name} ödeme güçlüğü çekiyor.");
        let draft = Draft { note, ..whole_draft(given::reason(&app, code).await) };
        assert!(matches!(lose(&selin, &loss(lead, draft)).await, LoseAnswer::Done { .. }));
    }
    let sorted = |sort, descending| PoolFilter { sort, descending, ..PoolFilter::default() };
    let turkish = pool(&selin, &sorted(PoolSort::Name, false), "tr").await;
    assert_eq!(names(&turkish), ["Cem Su", "Çağla Er", "Işıl Koç", "İpek Can", "Şule Iğdır", "Zeynep Ak"]);
    let backwards = pool(&selin, &sorted(PoolSort::Name, true), "tr").await;
    assert_eq!(names(&backwards).first(), Some(&"Zeynep Ak"));
    let english = pool(&selin, &sorted(PoolSort::Name, false), "en").await;
    assert_eq!(names(&english)[..2], ["Çağla Er", "Cem Su"]);
    let dearest = pool(&selin, &sorted(PoolSort::Value, true), "en").await;
    assert_eq!(names(&dearest)[..2], ["Şule Iğdır", "Işıl Koç"]);
    let latest = pool(&selin, &PoolFilter::default(), "en").await;
    assert_eq!(names(&latest).first(), Some(&"Şule Iğdır"));

    let find = |text: &str| PoolFilter { text: text.to_owned(), ..PoolFilter::default() };
    for spelling in ["sule", "ŞULE IĞDIR", "igdir", "Şule ığdır ödeme"] {
        let found = pool(&selin, &find(spelling.split(" ödeme").next().unwrap_or(spelling)), "tr").await;
        assert_eq!(names(&found), ["Şule Iğdır"], "{spelling}");
    }
    assert_eq!(pool(&selin, &find("ODEME GUCLUGU"), "tr").await.total, 6, "notes are searched too");
    assert_eq!(pool(&selin, &find("cheaper in izmir"), "tr").await.total, 6, "and what they said");
    assert_eq!(pool(&selin, &find("100%"), "tr").await.total, 0, "pattern characters are only characters");

    let trust = given::reason(&app, "trust").await;
    let of_trust = pool(&selin, &PoolFilter { reason: Some(trust), ..PoolFilter::default() }, "en").await;
    assert_eq!(of_trust.total, 3);
    let counts: Vec<_> = of_trust.reasons.iter().map(|bar| (bar.name.pick("en"), bar.leads)).collect();
    assert_eq!(counts, [("Price too high", 3), ("Trust", 3)], "a filter does not narrow its own choices");
    let reps: Vec<_> = of_trust.reps.iter().map(|bar| (bar.name.pick("en"), bar.leads)).collect();
    assert_eq!(reps, [("Ayşe Yılmaz", 2), ("Burak Şahin", 1)]);
    let burak = of_trust.reps[1].choice;
    assert_eq!(pool(&selin, &PoolFilter { rep: Some(burak), ..PoolFilter::default() }, "en").await.total, 2);
    let stage = |kind: StageId| PoolFilter { stage: Some(StageAtLoss::Known(kind)), ..PoolFilter::default() };
    assert_eq!(pool(&selin, &stage(given::stage(&app, "contacted").await), "en").await.total, 6);
    assert_eq!(pool(&selin, &stage(given::stage(&app, "open").await), "en").await.total, 0);
    let unknown = PoolFilter { stage: Some(StageAtLoss::Unknown), ..PoolFilter::default() };
    assert_eq!(pool(&selin, &unknown, "en").await.total, 0);
    assert_eq!(pool(&ayse, &PoolFilter::default(), "en").await.total, 4, "a rep's pool is what a rep may read");
    assert_eq!(pool(&selin, &PoolFilter { page: 1, ..PoolFilter::default() }, "en").await.rows.len(), 0);

    let page = selin.get("/lost?sort=name&order=up&q=igdir").await;
    assert_eq!(page.status(), StatusCode::OK);
    let html = page.text().await.expect("the page");
    assert!(html.contains("Şule Iğdır") && !html.contains("Zeynep Ak"), "the server renders what the address asks for");
}

#[tokio::test]
async fn one_draft_for_several_leads_names_each_leads_own_last_attempt() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let mut leads = Vec::new();
    for channel in [AttemptChannel::Call, AttemptChannel::Email] {
        let lead = given::lead(&app, Given::default()).await;
        let tried = log(&ayse, lead, &attempt(channel, Approach::Offer), &fresh_key()).await;
        assert!(matches!(tried, LogAnswer::Done { .. }), "{tried:?}");
        leads.push(lead);
    }
    let untried = given::lead(&app, Given::default()).await;
    let first: i64 = sqlx::query_scalar("select activity_id from attempt where lead_id = $1")
        .bind(leads[0].0)
        .fetch_one(&app.pool)
        .await
        .expect("an attempt");
    let shared = Draft {
        attempt: Some(LastAttempt::Logged(ActivityId(first))),
        ..whole_draft(given::reason(&app, "price_too_high").await)
    };
    for lead in &leads {
        let answer = lose(&ayse, &NewLoss { shared_by: 3, ..loss(*lead, shared.clone()) }).await;
        assert!(matches!(answer, LoseAnswer::Done { .. }), "{answer:?}");
    }
    let refused = objections(&ayse, &NewLoss { shared_by: 3, ..loss(untried, shared.clone()) }).await;
    assert_eq!(refused, [Objection::AttemptMissing], "nobody's attempt stands for another's");
    let own =
        "loss s join attempt a on a.activity_id = s.attempt_id and a.lead_id = s.lead_id where s.note_shared_by = 3";
    assert_eq!(count(&app, own).await, 2);
    let (status, _) =
        ayse.call("/api/losses/lose", json!({ "wanted": NewLoss { shared_by: 0, ..loss(untried, shared) } })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}
