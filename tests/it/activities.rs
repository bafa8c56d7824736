//! What is written down about a lead: talks, notes, estimates, offers and files, and how the history shows them.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, fresh_key, heard, spawn_app},
};
use chrono::{NaiveDate, TimeDelta};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use winback::{
    ids::{ActivityId, AttachmentId, LeadId},
    leads::{
        api::{
            ActivityKind, LeadInSight, Timeline,
            documents::{AttachAnswer, AttachRefusal},
            logging::{LoggedAnswer, PaidAnswer},
            timeline::{Before, Group},
        },
        rules::{documents::LARGEST_FILE, logging::LogObjection},
    },
    losses::{api::Preparation, rules::AttemptChannel},
};

const AYSE: &str = "ayse@demo.winback";
const BURAK: &str = "burak@demo.winback";
const MERT: &str = "mert@demo.winback";
const SELIN: &str = "selin@demo.winback";

fn talk(kind: &str, direction: &str, text: &str) -> Value {
    json!({ "kind": kind, "direction": direction, "result": null, "approach": null, "at": null, "text": text })
}

async fn log(client: &Client, lead: LeadId, entry: Value, key: &str) -> LoggedAnswer {
    heard(client.ask("/api/leads/log", json!({ "lead": lead, "entry": entry, "key": key })).await)
}

async fn timeline(client: &Client, lead: LeadId, group: Option<Group>, before: Option<Before>) -> Timeline {
    heard(client.ask("/api/leads/timeline", json!({ "lead": lead, "group": group, "before": before })).await)
}

fn estimate(fee: Option<(i64, &str)>) -> Value {
    let fee = fee.map(|(minor, currency)| json!({ "minor": minor, "currency": currency }));
    json!({ "hours_hundredths": 350, "by": null, "fee": fee, "paid_on": null, "credited_on_winning": true, "text": "On site." })
}

fn offer(minor: i64, currency: &str) -> Value {
    json!({ "amount": { "minor": minor, "currency": currency }, "discount_hundredths": 1250, "expires_on": "2026-03-31",
            "text": "With training." })
}

async fn count(app: &TestApp, what: &str) -> i64 {
    let sql = format!("select count(*) from {what}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&app.pool).await.expect("a count")
}

fn refused(answer: LoggedAnswer) -> LogObjection {
    match answer {
        LoggedAnswer::Refused { why } => why,
        LoggedAnswer::Done => panic!("it should have been refused"),
    }
}

#[tokio::test]
async fn talks_and_notes_stand_in_the_history_with_who_and_when() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    for entry in [
        talk("call", "outbound", "Asked for the programme."),
        talk("whatsapp", "inbound", "Can I pay by card?"),
        talk("note", "outbound", "Prefers mornings."),
    ] {
        app.clock.advance(TimeDelta::minutes(1));
        assert_eq!(log(&ayse, lead, entry, &fresh_key().0).await, LoggedAnswer::Done);
    }
    let page = timeline(&ayse, lead, None, None).await;
    let kinds: Vec<_> = page.entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [ActivityKind::Note, ActivityKind::Whatsapp, ActivityKind::Call, ActivityKind::Created]);
    let message = &page.entries[1];
    assert_eq!(message.direction.map(|direction| direction.word()), Some("inbound"));
    assert_eq!((message.body.as_deref(), message.by.as_deref()), (Some("Can I pay by card?"), Some("Ayşe Yılmaz")));
    assert_eq!(page.entries[0].direction, None);
    assert_eq!(count(&app, "attempt").await, 0);
    assert_eq!(count(&app, "event where kind = 'leads'").await, 3);
}

#[tokio::test]
async fn an_outbound_talk_with_a_result_counts_as_an_attempt() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let mut call = talk("call", "outbound", "Nobody there.");
    call["result"] = json!("no_answer");
    assert_eq!(refused(log(&ayse, lead, call.clone(), &fresh_key().0).await), LogObjection::ApproachMissing);
    call["approach"] = json!("reminder");
    assert_eq!(log(&ayse, lead, call, &fresh_key().0).await, LoggedAnswer::Done);
    let preparation: Preparation = heard(ayse.ask("/api/losses/preparation", json!({ "lead": lead })).await);
    assert_eq!(preparation.attempts.len(), 1);
    let page = timeline(&ayse, lead, Some(Group::Talks), None).await;
    assert!(page.entries[0].attempt.is_some());
    assert_eq!(page.entries[0].direction.map(|direction| direction.word()), Some("outbound"));
}

#[tokio::test]
async fn what_they_asked_us_not_to_do_is_refused_and_what_came_in_is_not() {
    let app = spawn_app().await;
    let lead = given::lead(&app, Given { do_not_call: true, ..Given::default() }).await;
    let ayse = app.sign_in(AYSE).await;
    let why = refused(log(&ayse, lead, talk("call", "outbound", ""), &fresh_key().0).await);
    assert_eq!(why, LogObjection::ChannelForbidden { channel: AttemptChannel::Call });
    assert_eq!(log(&ayse, lead, talk("call", "inbound", ""), &fresh_key().0).await, LoggedAnswer::Done);
    let mut later = talk("meeting", "inbound", "");
    later["at"] = json!("2026-03-02T23:00:00");
    assert_eq!(refused(log(&ayse, lead, later, &fresh_key().0).await), LogObjection::InFuture);
    assert_eq!(
        refused(log(&ayse, lead, talk("note", "outbound", " "), &fresh_key().0).await),
        LogObjection::TextMissing
    );
}

#[tokio::test]
async fn a_colleague_logs_what_came_in_for_the_owner_and_nothing_else() {
    let app = spawn_app().await;
    let (lead, burak) = (given::can(&app).await, app.sign_in(BURAK).await);
    let before = app.everything().await;
    for entry in [talk("call", "outbound", "x"), talk("note", "inbound", "x"), talk("meeting", "inbound", "x")] {
        assert_eq!(refused(log(&burak, lead, entry, &fresh_key().0).await), LogObjection::OnlyIncoming);
    }
    let sent = json!({ "lead": lead, "estimate": estimate(None), "key": fresh_key().0 });
    assert_eq!(refused(heard(burak.ask("/api/leads/estimate", sent).await)), LogObjection::NotYours);
    let sent = json!({ "lead": lead, "offer": offer(1, "EUR"), "key": fresh_key().0 });
    assert_eq!(refused(heard(burak.ask("/api/leads/offer", sent).await)), LogObjection::NotYours);
    let (status, _) = burak.call("/api/leads/timeline", json!({ "lead": lead, "group": null, "before": null })).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, _) = app
        .stranger()
        .call("/api/leads/log", json!({ "lead": lead, "entry": talk("call", "inbound", ""), "key": "no-session" }))
        .await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    app.expect_unchanged(&before, "a refused entry").await;

    assert_eq!(
        log(&burak, lead, talk("call", "inbound", "Wants to be called back."), &fresh_key().0).await,
        LoggedAnswer::Done
    );
    let page = timeline(&app.sign_in(AYSE).await, lead, Some(Group::Talks), None).await;
    assert_eq!(page.entries[0].by.as_deref(), Some("Burak Şahin"));
    assert_eq!(page.entries[0].body.as_deref(), Some("Wants to be called back."));
}

#[tokio::test]
async fn a_repeated_request_writes_nothing_twice() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let keys = [fresh_key().0, fresh_key().0, fresh_key().0];
    for _ in 0..3 {
        assert_eq!(log(&ayse, lead, talk("email", "outbound", "Hello"), &keys[0]).await, LoggedAnswer::Done);
        ayse.ask("/api/leads/estimate", json!({ "lead": lead, "estimate": estimate(None), "key": keys[1] })).await;
        ayse.ask("/api/leads/offer", json!({ "lead": lead, "offer": offer(90_000, "EUR"), "key": keys[2] })).await;
    }
    assert_eq!((count(&app, "activity").await, count(&app, "estimate").await, count(&app, "offer").await), (4, 1, 1));
    let entry = || talk("call", "inbound", "At once");
    let key = fresh_key().0;
    let both = futures::future::join(log(&ayse, lead, entry(), &key), log(&ayse, lead, entry(), &key)).await;
    assert_eq!(both, (LoggedAnswer::Done, LoggedAnswer::Done));
    assert_eq!(count(&app, "activity where body = 'At once'").await, 1);
}

#[tokio::test]
async fn an_estimate_is_paid_once_and_the_history_says_so() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let sent = json!({ "lead": lead, "estimate": estimate(Some((5_000, "EUR"))), "key": fresh_key().0 });
    assert_eq!(heard::<LoggedAnswer>(ayse.ask("/api/leads/estimate", sent).await), LoggedAnswer::Done);
    let page = timeline(&ayse, lead, Some(Group::Money), None).await;
    let (id, made) = (page.entries[0].id, page.entries[0].estimate.clone().expect("an estimate"));
    assert_eq!((made.hours_hundredths, made.paid_on, made.credited_on_winning), (Some(350), None, true));
    app.clock.advance(TimeDelta::days(2));
    let pay = |on: Option<&str>, estimate: ActivityId| json!({ "lead": lead, "estimate": estimate, "on": on, "key": fresh_key().0 });
    let early = ayse.ask("/api/leads/estimate_paid", pay(Some("2026-03-05"), id)).await;
    assert_eq!(heard::<PaidAnswer>(early), PaidAnswer::Refused { why: LogObjection::InFuture });
    let none = ayse.ask("/api/leads/estimate_paid", pay(None, ActivityId(id.0 + 1000))).await;
    assert_eq!(heard::<PaidAnswer>(none), PaidAnswer::Refused { why: LogObjection::NothingToPay });
    let foreign = app.sign_in(BURAK).await.ask("/api/leads/estimate_paid", pay(None, id)).await;
    assert_eq!(heard::<PaidAnswer>(foreign), PaidAnswer::Refused { why: LogObjection::NotYours });
    assert_eq!(heard::<PaidAnswer>(ayse.ask("/api/leads/estimate_paid", pay(None, id)).await), PaidAnswer::Done);
    let on = NaiveDate::from_ymd_opt(2026, 3, 4).expect("a day");
    assert_eq!(
        heard::<PaidAnswer>(ayse.ask("/api/leads/estimate_paid", pay(None, id)).await),
        PaidAnswer::Already { on }
    );
    let page = timeline(&ayse, lead, Some(Group::Money), None).await;
    assert_eq!(page.entries.len(), 2);
    assert_eq!(page.entries[0].detail.get("on").map(String::as_str), Some("2026-03-04"));
    assert_eq!(page.entries[1].estimate.as_ref().and_then(|estimate| estimate.paid_on), Some(on));
}

#[tokio::test]
async fn amounts_are_kept_at_the_days_rate_and_unknown_rates_are_refused() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let send = |currency: &str| json!({ "lead": lead, "offer": offer(100_000, currency), "key": fresh_key().0 });
    let before = app.everything().await;
    let why = refused(heard(ayse.ask("/api/leads/offer", send("USD")).await));
    assert_eq!(why, LogObjection::NoRate { currency: "USD".into() });
    app.expect_unchanged(&before, "an offer without a rate").await;
    sqlx::query("insert into currency_rate (currency, from_day, rate) values ('USD', '2026-01-01', 0.9)")
        .execute(&app.pool)
        .await
        .expect("a rate");
    assert_eq!(heard::<LoggedAnswer>(ayse.ask("/api/leads/offer", send("USD")).await), LoggedAnswer::Done);
    let base: i64 =
        sqlx::query_scalar("select amount_base_minor from offer").fetch_one(&app.pool).await.expect("an offer");
    assert_eq!(base, 90_000);
    let page = timeline(&ayse, lead, Some(Group::Money), None).await;
    let made = page.entries[0].offer.clone().expect("an offer");
    assert_eq!((made.amount.minor, made.discount_hundredths), (100_000, Some(1_250)));
    for odd in [json!(-5), json!(i64::MAX)] {
        let mut sent = send("EUR");
        sent["offer"]["amount"]["minor"] = odd;
        assert_ne!(ayse.call("/api/leads/offer", sent).await.0, StatusCode::OK);
    }
    let choices = ayse.ask("/api/leads/log_choices", json!({})).await;
    assert_eq!(choices["currencies"][0]["code"], "EUR");
}

#[tokio::test]
async fn a_long_history_comes_in_pages_without_gaps_or_doubles() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    // Three at the same moment each: pages must not break between them.
    sqlx::query(
        "insert into activity (lead_id, kind, at, body)
         select $1, case n % 2 when 0 then 'note' else 'call' end, $2 + (n / 3) * interval '1 minute', n::text
         from generate_series(1, 230) as n",
    )
    .bind(lead.0)
    .bind(app.clock.now())
    .execute(&app.pool)
    .await
    .expect("a long history");
    for (group, expected) in [(None, 231), (Some(Group::Notes), 115), (Some(Group::Documents), 0)] {
        let mut seen = Vec::new();
        let mut before = None;
        loop {
            let page = timeline(&ayse, lead, group, before).await;
            before = page.entries.last().map(|last| Before { at: last.at.utc, id: last.id });
            seen.extend(page.entries);
            if !page.more {
                break;
            }
        }
        let mut ids: Vec<_> = seen.iter().map(|entry| entry.id).collect();
        ids.dedup();
        assert_eq!((ids.len(), seen.len()), (expected, expected));
        assert!(seen.windows(2).all(|pair| (pair[0].at.utc, pair[0].id) > (pair[1].at.utc, pair[1].id)));
    }
    let page: LeadInSight = heard(ayse.ask("/api/leads/lead", json!({ "lead": lead })).await);
    let LeadInSight::Full(page) = page else { panic!("Ayşe may read her own lead") };
    assert!(page.history.more && page.history.entries.len() < 231);
}

/// Sends a file the way the page does.
async fn attach(client: &Client, lead: LeadId, name: &str, body: Vec<u8>, key: &str) -> reqwest::Response {
    let name: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let request = client
        .request(Method::POST, &format!("/attachments?lead={lead}&key={key}&name={name}"))
        .header(header::CONTENT_TYPE, "application/pdf")
        .body(body)
        .build()
        .expect("a request");
    client.execute(request).await
}

async fn attached(answer: reqwest::Response) -> AttachAnswer {
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.expect("an answer of this shape")
}

async fn only_file(app: &TestApp) -> AttachmentId {
    AttachmentId(sqlx::query_scalar("select id from attachment").fetch_one(&app.pool).await.expect("one file"))
}

#[tokio::test]
async fn a_file_comes_back_byte_for_byte_and_is_never_shown_as_a_page() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let body: Vec<u8> = (0..300_000u32).map(|n| (n % 251) as u8).collect();
    let name = "Teklif \"Şubat\"\r\nX-Evil: 1.pdf";
    assert_eq!(attached(attach(&ayse, lead, name, body.clone(), &fresh_key().0).await).await, AttachAnswer::Done);
    let answer = ayse.get(&format!("/attachments/{}", only_file(&app).await)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let header =
        |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!(header("content-type"), "application/pdf");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(header("cache-control"), "no-store");
    let disposition = header("content-disposition");
    assert!(disposition.starts_with("attachment; filename=\""), "{disposition}");
    assert!(disposition.contains("filename*=UTF-8''Teklif%20%22%C5%9Eubat%22X-Evil%3A%201.pdf"), "{disposition}");
    assert!(!answer.headers().contains_key("x-evil"));
    assert_eq!(answer.bytes().await.expect("the file").to_vec(), body);
    let page = timeline(&ayse, lead, Some(Group::Documents), None).await;
    assert_eq!(page.entries[0].document.as_ref().map(|document| document.bytes), Some(300_000));
}

#[tokio::test]
async fn files_of_a_foreign_lead_neither_come_in_nor_go_out() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    assert_eq!(
        attached(attach(&ayse, lead, "own.pdf", b"own".to_vec(), &fresh_key().0).await).await,
        AttachAnswer::Done
    );
    let address = format!("/attachments/{}", only_file(&app).await);
    let before = app.everything().await;
    for who in [BURAK, MERT] {
        let other = app.sign_in(who).await;
        let refusal = attached(attach(&other, lead, "x.pdf", b"x".to_vec(), &fresh_key().0).await).await;
        assert_eq!(refusal, AttachAnswer::Refused { why: AttachRefusal::NotYours });
        assert_eq!(other.get(&address).await.status(), StatusCode::NOT_FOUND);
    }
    let stranger = app.stranger();
    assert_eq!(
        attach(&stranger, lead, "x.pdf", b"x".to_vec(), &fresh_key().0).await.status(),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(stranger.get(&address).await.status(), StatusCode::SEE_OTHER);
    let forged = ayse
        .request(Method::POST, &format!("/attachments?lead={lead}&name=x.pdf&key={}", fresh_key().0))
        .header("sec-fetch-site", "cross-site")
        .body("x")
        .build()
        .expect("a request");
    assert_eq!(ayse.execute(forged).await.status(), StatusCode::FORBIDDEN);
    // Sessions were opened since; everything else is as it was.
    let mut after = app.everything().await;
    let mut before = before;
    for table in ["session", "sign_in_failure"] {
        before.remove(table);
        after.remove(table);
    }
    assert!(before == after, "a refused file changed something");
    assert_eq!(app.sign_in("selin@demo.winback").await.get(&address).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_file_is_kept_once_and_only_up_to_its_limit() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let key = fresh_key().0;
    let (first, second) = futures::future::join(
        attach(&ayse, lead, "a.txt", b"once".to_vec(), &key),
        attach(&ayse, lead, "a.txt", b"once".to_vec(), &key),
    )
    .await;
    assert_eq!((attached(first).await, attached(second).await), (AttachAnswer::Done, AttachAnswer::Done));
    assert_eq!(attached(attach(&ayse, lead, "a.txt", b"once".to_vec(), &key).await).await, AttachAnswer::Done);
    assert_eq!(count(&app, "attachment").await, 1);
    let empty = attached(attach(&ayse, lead, "a.txt", Vec::new(), &fresh_key().0).await).await;
    assert_eq!(empty, AttachAnswer::Refused { why: AttachRefusal::Empty });
    let large = attach(&ayse, lead, "large.bin", vec![7; LARGEST_FILE], &fresh_key().0).await;
    assert_eq!(attached(large).await, AttachAnswer::Done);
    let request = ayse
        .request(Method::POST, &format!("/attachments?lead={lead}&name=x.bin&key={}", fresh_key().0))
        .body(vec![7; LARGEST_FILE + 1]);
    // The server may hang up while we still send: either way nothing is kept.
    if let Ok(answer) = request.send().await {
        assert_eq!(attached(answer).await, AttachAnswer::Refused { why: AttachRefusal::TooLarge });
    }
    assert_eq!(count(&app, "attachment").await, 2);
    let (status, _) = ayse.call("/api/leads/log", json!({ "padding": "x".repeat(2 * 1024 * 1024) })).await;
    assert_ne!(status, StatusCode::OK, "other paths keep their limit");
}

#[tokio::test]
async fn two_who_write_the_same_offer_at_one_moment_get_the_same_rate() {
    let app = spawn_app().await;
    let (lead, ayse, selin) = (given::can(&app).await, app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    for sql in [
        "insert into currency_rate (currency, from_day, rate) values ('USD', '2026-01-01', 0.9), ('USD', '2026-03-03', 2)",
        "update app_user set time_zone = 'Pacific/Kiritimati' where email = 'selin@demo.winback'",
    ] {
        sqlx::query(sql).execute(&app.pool).await.expect(sql);
    }
    // There it is tomorrow already; in the organisation it is not.
    app.clock.advance(TimeDelta::hours(6));
    for client in [&ayse, &selin] {
        let mut offer = offer(100_000, "USD");
        offer["expires_on"] = Value::Null;
        let sent = json!({ "lead": lead, "offer": offer, "key": fresh_key().0 });
        assert_eq!(heard::<LoggedAnswer>(client.ask("/api/leads/offer", sent).await), LoggedAnswer::Done);
    }
    assert_eq!(count(&app, "offer where amount_base_minor = 90000").await, 2);
}

#[tokio::test]
async fn an_entry_of_the_year_202_is_refused_and_breaks_nothing() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let before = app.everything().await;
    for at in ["0202-03-01T09:00:00", "-200000-03-01T09:00:00"] {
        let mut entry = talk("call", "inbound", "Long ago.");
        entry["at"] = json!(at);
        assert_eq!(refused(log(&ayse, lead, entry, &fresh_key().0).await), LogObjection::TooLongAgo, "{at}");
        let attempt = json!({ "channel": "call", "approach": "reminder", "result": "reached", "at": at, "note": "" });
        let answer = ayse
            .ask("/api/losses/log_attempt", json!({ "lead": lead, "attempt": attempt, "key": fresh_key().0 }))
            .await;
        assert_eq!(answer["refused"]["why"], "attempt_too_long_ago", "{at}: {answer}");
        let mut paid = estimate(Some((5_000, "EUR")));
        paid["paid_on"] = json!(&at[..at.len() - 9]);
        let sent = json!({ "lead": lead, "estimate": paid, "key": fresh_key().0 });
        assert_eq!(refused(heard(ayse.ask("/api/leads/estimate", sent).await)), LogObjection::TooLongAgo, "{at}");
    }
    app.expect_unchanged(&before, "what was mistyped").await;
}

#[tokio::test]
async fn minor_digits_of_currencies_are_said_once() {
    let app = spawn_app().await;
    sqlx::query("insert into currency (code) values ('KWD'), ('TND'), ('KRW'), ('XPF'), ('CLP'), ('BRL')")
        .execute(&app.pool)
        .await
        .expect("currencies");
    let all: Vec<(String, i16)> =
        sqlx::query_as("select code, digits from currency").fetch_all(&app.pool).await.expect("currencies");
    for (code, digits) in all {
        assert_eq!(u32::from(digits.unsigned_abs()), winback::format::minor_digits(&code), "{code}");
    }
    let other = sqlx::query("update currency set digits = 4 where code = 'EUR'").execute(&app.pool).await;
    assert!(other.is_err(), "nobody says it a second time");
}
