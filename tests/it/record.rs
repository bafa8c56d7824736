//! A lead's record: one field at a time, its account, its tags and its next step.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, fresh_key, heard, spawn_app},
};
use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use winback::{
    error::AppError,
    ids::{AccountId, LeadId, RequestKey},
    leads::{
        api::{
            ActivityKind, Lead, LeadInSight,
            account::{AccountAnswer, AccountProblem, FoundAccount},
            record::{EditAnswer, TagAnswer},
            step::{StepAnswer, StepChange, StepWish},
        },
        rules::{
            fields::{Field, Problem},
            step::StepProblem,
        },
    },
    pipeline::api::NextStep,
};

const AYSE: &str = "ayse@demo.winback";
/// Ayşe's manager.
const SELIN: &str = "selin@demo.winback";
const BURAK: &str = "burak@demo.winback";

fn key() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("record-key-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

async fn page(client: &Client, lead: LeadId) -> Lead {
    let answer = client.ask("/api/leads/lead", json!({ "lead": lead })).await;
    match serde_json::from_value(answer).expect("a lead") {
        LeadInSight::Full(lead) => *lead,
        other => panic!("the lead is in sight: {other:?}"),
    }
}

async fn value(client: &Client, lead: LeadId, field: &str) -> String {
    let field: Field = field.parse().expect("a field");
    page(client, lead).await.record.get(&field).to_owned()
}

fn an_edit(lead: LeadId, field: &str, seen: &str, typed: &str) -> Value {
    json!({ "edit": { "lead": lead, "field": field, "seen": seen, "typed": typed, "key": key() } })
}

async fn send(client: &Client, edit: &Value) -> EditAnswer {
    serde_json::from_value(client.ask("/api/leads/edit", edit.clone()).await).expect("an answer to an edit")
}

async fn edit(client: &Client, lead: LeadId, field: &str, seen: &str, typed: &str) -> EditAnswer {
    send(client, &an_edit(lead, field, seen, typed)).await
}

async fn saved(client: &Client, lead: LeadId, field: &str, seen: &str, typed: &str) -> String {
    match edit(client, lead, field, seen, typed).await {
        EditAnswer::Done { value } => value,
        other => panic!("{field} should be saved: {other:?}"),
    }
}

async fn refused(client: &Client, lead: LeadId, field: &str, seen: &str, typed: &str) -> Problem {
    match edit(client, lead, field, seen, typed).await {
        EditAnswer::Refused { problem } => problem,
        other => panic!("{field} should be refused: {other:?}"),
    }
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&app.pool).await.expect("a count")
}

#[tokio::test]
async fn every_field_is_saved_and_read_back() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let source: i64 = sqlx::query_scalar("insert into source (name, key) values ('Fair', 'fair') returning id")
        .fetch_one(&app.pool)
        .await
        .expect("a source");
    sqlx::query("insert into custom_field (key, name, kind, choices) values ('level', '{\"en\": \"Level\"}', 'choice', '[\"A1\", \"B2\"]')")
        .execute(&app.pool)
        .await
        .expect("a field of the team's own");
    let source = source.to_string();
    let cases = [
        ("request", "", "Price list?\nSoon, please.", "Price list?\nSoon, please."),
        ("name", "Can Demir", " Can  Demirel ", "Can  Demirel"),
        ("company", "", "Demirel Ltd.", "Demirel Ltd."),
        ("email", "", "Can@Demirel.example", "Can@Demirel.example"),
        ("phone", "", "+90 532 000 11 22", "+90 532 000 11 22"),
        ("country", "", "Türkiye", "Türkiye"),
        ("city", "", "İzmir", "İzmir"),
        ("address", "", "Kordon 1", "Kordon 1"),
        ("language", "", "Türkçe", "Türkçe"),
        ("source", "", source.as_str(), source.as_str()),
        ("do_not_call", "", "yes", "yes"),
        ("do_not_email", "", "yes", "yes"),
        ("value", "3400 EUR", "62.000,50 EUR", "62000.50 EUR"),
        ("temperature", "", "hot", "hot"),
        ("industry", "", "Textiles", "Textiles"),
        ("employees", "", "1.200", "1200"),
        ("occupation", "", "Buyer", "Buyer"),
        ("direction", "inbound", "outbound", "outbound"),
        ("party", "person", "company", "company"),
        ("website", "", "demirel.example", "https://demirel.example"),
        ("birth_date", "", "1980-02-29", "1980-02-29"),
        ("external_number", "", "N-7", "N-7"),
        ("custom.level", "", "B2", "B2"),
        ("social.linkedin", "", "candemirel", "candemirel"),
    ];
    for (field, seen, typed, expected) in cases {
        assert_eq!(saved(&ayse, lead, field, seen, typed).await, expected, "{field}");
        assert_eq!(value(&ayse, lead, field).await, expected, "{field} is read back");
    }
    let keys: (String, Option<String>, Option<String>, Option<i64>) =
        sqlx::query_as("select search_key, phone_key, email_key, value_base_minor from lead where id = $1")
            .bind(lead.0)
            .fetch_one(&app.pool)
            .await
            .expect("the lead");
    assert_eq!(keys.0, "can demirel\ndemirel ltd.\ncan@demirel.example\nn-7\n905320001122");
    assert_eq!((keys.1.as_deref(), keys.2.as_deref()), (Some("320001122"), Some("can@demirel.example")));
    assert_eq!(keys.3, Some(6_200_050));
    let edits = count(&app, "select count(*) from activity where kind = 'edit'").await;
    assert_eq!(edits, i64::try_from(cases.len()).expect("few"));
    let (old, new): (Option<String>, Option<String>) =
        sqlx::query_as("select old_value, new_value from activity where detail ->> 'field' = 'source'")
            .fetch_one(&app.pool)
            .await
            .expect("the edit of the source");
    assert_eq!((old, new.as_deref()), (None, Some("Fair")), "the history keeps words, not numbers");
    for (field, _, _, written) in cases.iter().filter(|(field, ..)| !["direction", "party", "name"].contains(field)) {
        assert_eq!(saved(&ayse, lead, field, written, "").await, "", "{field} is emptied");
    }
    let page = page(&ayse, lead).await;
    assert_eq!(page.record.0.len(), 3, "{:?}", page.record);
    assert_eq!(page.history.entries[0].kind, ActivityKind::Edit);
}

#[tokio::test]
async fn two_fields_at_once_are_both_kept() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    for _ in 0..5 {
        let lead = given::can(&app).await;
        let to = given::stage(&app, "qualified").await;
        let moving = json!({ "wanted": { "lead": lead, "to": to, "above": null, "below": null, "seen_version": 0, "key": key() } });
        let answers = tokio::join!(
            edit(&ayse, lead, "city", "", "Bursa"),
            edit(&selin, lead, "country", "", "Türkiye"),
            edit(&selin, lead, "phone", "", "0532 000 11 22"),
            ayse.ask("/api/pipeline/move_lead", moving)
        );
        assert!(matches!(answers.0, EditAnswer::Done { .. }), "{answers:?}");
        assert!(matches!(answers.1, EditAnswer::Done { .. }), "{answers:?}");
        assert!(matches!(answers.2, EditAnswer::Done { .. }), "{answers:?}");
        assert!(answers.3.get("done").is_some(), "a move and an edit at the same moment are both kept: {answers:?}");
        let page = page(&ayse, lead).await;
        let known = |field: &str| page.record.get(&field.parse().expect("a field")).to_owned();
        assert_eq!(
            (known("city"), known("country"), known("phone")),
            ("Bursa".into(), "Türkiye".into(), "0532 000 11 22".into())
        );
        assert_eq!(page.place.map(|place| place.id), Some(to));
    }
}

#[tokio::test]
async fn of_two_who_edit_the_same_field_the_second_is_asked() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    for _ in 0..5 {
        let lead = given::can(&app).await;
        let answers = tokio::join!(edit(&ayse, lead, "city", "", "Bursa"), edit(&selin, lead, "city", "", "Muğla"));
        let (theirs, by) = match answers {
            (EditAnswer::Done { .. }, EditAnswer::Conflict { theirs, by, at: Some(_) })
            | (EditAnswer::Conflict { theirs, by, at: Some(_) }, EditAnswer::Done { .. }) => (theirs, by),
            other => panic!("one is saved, the other is asked: {other:?}"),
        };
        let expected = if theirs == "Bursa" { "Ayşe Yılmaz" } else { "Selin Yıldız" };
        assert_eq!(by.as_deref(), Some(expected));
        assert_eq!(value(&ayse, lead, "city").await, theirs);
        assert_eq!(saved(&selin, lead, "city", &theirs, "Aydın").await, "Aydın", "who has seen it may overwrite it");
    }
    let lead = given::can(&app).await;
    saved(&ayse, lead, "city", "", "Bursa").await;
    assert_eq!(saved(&selin, lead, "city", "", "Bursa").await, "Bursa", "two who agree are in no conflict");
}

#[tokio::test]
async fn a_repeated_edit_happens_once() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    let once = an_edit(lead, "city", "", "Bursa");
    assert_eq!(send(&ayse, &once).await, EditAnswer::Done { value: "Bursa".into() });
    assert_eq!(send(&ayse, &once).await, EditAnswer::Done { value: "Bursa".into() });
    saved(&ayse, lead, "city", "Bursa", "İzmir").await;
    assert_eq!(send(&ayse, &once).await, EditAnswer::Done { value: "İzmir".into() }, "late repeats change nothing");
    assert_eq!(count(&app, "select count(*) from activity where kind = 'edit'").await, 2);
    let other = given::can(&app).await;
    let mut elsewhere = once.clone();
    elsewhere["edit"]["lead"] = json!(other);
    let (status, _) = ayse.call("/api/leads/edit", elsewhere).await;
    assert_ne!(status, StatusCode::OK, "a key belongs to one intent");
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_nothing_changes() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    given::lead(&app, Given { external_id: Some("T-1"), name: "Other", ..Given::default() }).await;
    sqlx::query("update lead set external_system = 'winback' where external_id = 'T-1'")
        .execute(&app.pool)
        .await
        .expect("a number of ours");
    let retired: i64 =
        sqlx::query_scalar("insert into product (name, key, retired_at) values ('Old', 'old', $1) returning id")
            .bind(app.clock.now())
            .fetch_one(&app.pool)
            .await
            .expect("a retired product");
    let retired = retired.to_string();
    let before = app.everything().await;
    let cases = [
        ("email", "", "ayse@", Problem::NotAnEmail),
        ("phone", "", "ask Can", Problem::NotAPhone),
        ("website", "", "javascript:alert(1)", Problem::NotAWebAddress),
        ("birth_date", "", "2026-03-03", Problem::NotABirthDate),
        ("employees", "", "-1", Problem::NotACount),
        ("value", "3400 EUR", "-1 EUR", Problem::NotAnAmount),
        ("value", "3400 EUR", "12", Problem::NotACurrency),
        ("value", "3400 EUR", "12 GBP", Problem::NoRate { currency: "GBP".into() }),
        ("value", "3400 EUR", "12 XXX", Problem::NoRate { currency: "XXX".into() }),
        ("party", "person", "", Problem::Needed),
        ("temperature", "", "boiling", Problem::NotInList),
        ("product", "", &retired, Problem::NotInList),
        ("product", "", "999999", Problem::NotInList),
        ("external_number", "", "T-1", Problem::NumberTaken),
        ("custom.nothing", "", "x", Problem::NoSuchField),
        ("social.nowhere", "", "x", Problem::NoSuchField),
        ("account.name", "", "Acme", Problem::NoSuchField),
        ("contact.1.name", "", "Acme", Problem::NoSuchField),
    ];
    for (field, seen, typed, problem) in cases {
        assert_eq!(refused(&ayse, lead, field, seen, typed).await, problem, "{field}: {typed}");
    }
    for broken in [json!("price"), json!("contact.x.name"), json!(7)] {
        let edit = json!({ "edit": { "lead": lead, "field": broken, "seen": "", "typed": "x", "key": key() } });
        assert_ne!(ayse.call("/api/leads/edit", edit).await.0, StatusCode::OK);
    }
    app.expect_unchanged(&before, "refused edits").await;
}

#[tokio::test]
async fn an_amount_is_worth_what_the_days_rate_says() {
    let app = spawn_app().await;
    let (lead, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    sqlx::query("insert into currency_rate (currency, from_day, rate) values ('TRY', '2026-01-01', 0.02), ('TRY', '2026-04-01', 0.01)")
        .execute(&app.pool)
        .await
        .expect("rates");
    saved(&ayse, lead, "value", "3400 EUR", "1000 TRY").await;
    let worth = count(&app, "select value_base_minor from lead").await;
    assert_eq!(worth, 2_000);
    assert_eq!(
        count(&app, "select sum(value_base_minor)::bigint from stage_count").await,
        2_000,
        "the board's sums follow"
    );
    saved(&ayse, lead, "city", "", "Bursa").await;
    assert_eq!(
        count(&app, "select value_base_minor from lead").await,
        2_000,
        "another edit leaves the worth as it was"
    );
}

#[tokio::test]
async fn nobody_changes_what_is_not_theirs() {
    let app = spawn_app().await;
    let lead = given::can(&app).await;
    let ayse = app.sign_in(AYSE).await;
    ayse.ask("/api/leads/account", json!({ "lead": lead, "seen": null, "change": "create", "key": key() })).await;
    let plan = json!({ "plan": { "channel": "call", "what": "", "due": "2026-03-04T09:00:00" } });
    for who in [BURAK, "mert@demo.winback", "sule@demo.winback"] {
        let stranger = app.sign_in(who).await;
        let before = app.everything().await;
        assert_eq!(refused(&stranger, lead, "city", "", "Bursa").await, Problem::NotYours, "{who}");
        assert_eq!(refused(&stranger, lead, "account.name", "Can Demir", "Acme").await, Problem::NotYours, "{who}");
        let asked = [
            ("/api/leads/tag", json!({ "lead": lead, "change": { "add": { "name": "VIP" } }, "key": key() })),
            ("/api/leads/account", json!({ "lead": lead, "seen": null, "change": "unlink", "key": key() })),
            (
                "/api/leads/contact",
                json!({ "lead": lead, "change": { "add": { "name": "X", "email": "", "phone": "" } }, "key": key() }),
            ),
            ("/api/leads/next_step", json!({ "change": { "lead": lead, "seen": null, "wanted": plan, "key": key() } })),
        ];
        for (path, arguments) in asked {
            let answer = stranger.ask(path, arguments).await;
            assert!(answer["refused"]["problem"] == "not_yours", "{who} {path}: {answer}");
            assert!(!answer.to_string().contains("Can"), "{who} {path}: {answer}");
        }
        app.expect_unchanged(&before, who).await;
    }
    for path in ["edit", "tag", "account", "contact", "next_step", "lists", "accounts"] {
        let (status, _) = app.stranger().call(&format!("/api/leads/{path}"), json!({})).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

async fn account_of(client: &Client, lead: LeadId) -> Option<AccountId> {
    page(client, lead).await.account.map(|account| account.id)
}

async fn change_account(client: &Client, lead: LeadId, seen: Option<AccountId>, change: Value) -> AccountAnswer {
    let arguments = json!({ "lead": lead, "seen": seen, "change": change, "key": key() });
    serde_json::from_value(client.ask("/api/leads/account", arguments).await).expect("an answer")
}

async fn change_contact(client: &Client, lead: LeadId, change: Value) -> AccountAnswer {
    let arguments = json!({ "lead": lead, "change": change, "key": key() });
    serde_json::from_value(client.ask("/api/leads/contact", arguments).await).expect("an answer")
}

async fn found(client: &Client, text: &str) -> Vec<FoundAccount> {
    serde_json::from_value(client.ask("/api/leads/accounts", json!({ "text": text })).await).expect("accounts")
}

#[tokio::test]
async fn an_account_is_made_of_what_the_lead_knows_and_linked_to_others() {
    let app = spawn_app().await;
    let (first, ayse) = (given::can(&app).await, app.sign_in(AYSE).await);
    for (field, typed) in [("company", "Şişe A.Ş."), ("email", "can@sise.example"), ("phone", "0532 000 11 22")] {
        saved(&ayse, first, field, "", typed).await;
    }
    assert_eq!(change_account(&ayse, first, None, json!("create")).await, AccountAnswer::Done);
    let page_of_first = page(&ayse, first).await;
    let account = page_of_first.account.expect("an account");
    assert_eq!(account.domains, ["sise.example"]);
    let contact = account.contacts[0];
    let known = |field: &str| page_of_first.record.get(&field.parse().expect("a field")).to_owned();
    assert_eq!(
        (known("account.name"), known(&format!("contact.{contact}.email"))),
        ("Şişe A.Ş.".into(), "can@sise.example".into())
    );

    let second = given::lead(&app, Given { name: "Ece Su", ..Given::default() }).await;
    for text in ["SISE", "şişe a.ş.", "ece@sise.example", "www.sise.example"] {
        let hits = found(&ayse, text).await;
        assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [Some(account.id)], "{text}");
        assert_eq!((hits[0].owner.as_deref(), hits[0].leads), (Some("Ayşe Yılmaz"), 1));
    }
    assert_eq!(
        change_account(&ayse, second, None, json!({ "link": { "account": account.id } })).await,
        AccountAnswer::Done
    );
    let siblings = page(&ayse, second).await.account.expect("an account").leads;
    assert_eq!(siblings.iter().map(|sibling| sibling.lead).collect::<Vec<_>>(), [first]);

    let stale = change_account(&ayse, second, None, json!("unlink")).await;
    assert_eq!(stale, AccountAnswer::Conflict { theirs: Some("Şişe A.Ş.".into()) });
    let role = format!("contact.{contact}.decides");
    saved(&ayse, second, &role, "", "yes").await;
    assert_eq!(value(&ayse, first, &role).await, "yes", "a contact is the same through every lead");
    assert_eq!(change_contact(&ayse, second, json!({ "remove": { "contact": contact } })).await, AccountAnswer::Done);
    assert!(page(&ayse, first).await.account.expect("an account").contacts.is_empty());
    assert_eq!(count(&app, "select count(*) from contact where removed_at is not null").await, 1, "kept");
    assert_eq!(change_contact(&ayse, first, json!({ "restore": { "contact": contact } })).await, AccountAnswer::Done);
    let broken = change_contact(&ayse, first, json!({ "add": { "name": "X", "email": "no", "phone": "" } })).await;
    assert_eq!(broken, AccountAnswer::Refused { problem: AccountProblem::Field(Problem::NotAnEmail) });
    assert_eq!(change_account(&ayse, second, Some(account.id), json!("unlink")).await, AccountAnswer::Done);
    assert_eq!(account_of(&ayse, second).await, None);
}

#[tokio::test]
async fn a_masked_lead_leaks_nothing_through_its_account() {
    let app = spawn_app().await;
    let hers = given::lead(&app, Given { name: "Leyla Gizli", ..Given::default() }).await;
    let (ayse, burak, selin) = (app.sign_in(AYSE).await, app.sign_in(BURAK).await, app.sign_in(SELIN).await);
    saved(&ayse, hers, "company", "", "Gizli Holding").await;
    assert_eq!(change_account(&ayse, hers, None, json!("create")).await, AccountAnswer::Done);
    let account = account_of(&ayse, hers).await.expect("an account");

    assert_eq!(found(&burak, "gizli").await, [], "a part of the name finds nothing that is not in sight");
    let exact = found(&burak, "GİZLİ holding").await;
    assert_eq!(exact.len(), 1, "who knows the name learns whom to ask");
    assert_eq!(
        (exact[0].id, exact[0].name.as_str(), exact[0].owner.as_deref()),
        (None, "GİZLİ holding", Some("Ayşe Yılmaz"))
    );
    let his = given::lead(&app, Given { name: "Ece Su", owner: BURAK, ..Given::default() }).await;
    let before = app.everything().await;
    let linked = change_account(&burak, his, None, json!({ "link": { "account": account } })).await;
    assert_eq!(linked, AccountAnswer::Refused { problem: AccountProblem::NotYourAccount });
    app.expect_unchanged(&before, "a link to an account out of sight").await;

    assert_eq!(change_account(&selin, his, None, json!({ "link": { "account": account } })).await, AccountAnswer::Done);
    let answer = burak.ask("/api/leads/lead", json!({ "lead": his })).await;
    assert!(!answer["full"]["account"].to_string().contains("Leyla"), "{answer}");
    let LeadInSight::Full(page) = serde_json::from_value(answer).expect("a lead") else { panic!("it is his") };
    let siblings = page.account.expect("an account").leads;
    assert_eq!(siblings[0].holder, "Ayşe Yılmaz");
    assert_eq!(siblings[0].details, None);
}

#[tokio::test]
async fn tags_of_two_people_are_both_there() {
    let app = spawn_app().await;
    let lead = given::can(&app).await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let add = |name: &str| json!({ "lead": lead, "change": { "add": { "name": name } }, "key": key() });
    tokio::join!(
        ayse.ask("/api/leads/tag", add("Önemli")),
        selin.ask("/api/leads/tag", add("VIP")),
        selin.ask("/api/leads/tag", add("ONEMLI"))
    );
    let tags = page(&ayse, lead).await.tags;
    assert_eq!(tags.len(), 2, "one word in two spellings is one tag: {tags:?}");
    let remove = json!({ "lead": lead, "change": { "remove": { "tag": tags[0].id } }, "key": key() });
    let answer: TagAnswer = serde_json::from_value(ayse.ask("/api/leads/tag", remove).await).expect("an answer");
    assert!(matches!(answer, TagAnswer::Done { tags } if tags.len() == 1));
    let empty: TagAnswer = serde_json::from_value(ayse.ask("/api/leads/tag", add("  ")).await).expect("an answer");
    assert_eq!(empty, TagAnswer::Refused { problem: Problem::Needed });
}

async fn step(client: &Client, lead: LeadId, seen: Value, wanted: Value) -> StepAnswer {
    let change = json!({ "change": { "lead": lead, "seen": seen, "wanted": wanted, "key": key() } });
    serde_json::from_value(client.ask("/api/leads/next_step", change).await).expect("an answer")
}

fn call_at(due: &str) -> Value {
    json!({ "plan": { "channel": "call", "what": "Ask for the budget", "due": due } })
}

#[tokio::test]
async fn a_next_step_is_planned_done_and_never_overwritten_unseen() {
    let app = spawn_app().await;
    let lead = given::can(&app).await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let StepAnswer::Done { step: Some(planned) } = step(&ayse, lead, Value::Null, call_at("2026-03-03T09:00:00")).await
    else {
        panic!("it can be planned")
    };
    assert_eq!(planned.due.utc.to_rfc3339(), "2026-03-03T06:00:00+00:00", "nine o'clock in Istanbul");
    let board = ayse
        .ask(
            "/api/pipeline/board",
            json!({ "filter": { "whose": "mine", "source": null, "product": null, "text": "" } }),
        )
        .await;
    assert!(board.to_string().contains("Ask for the budget"), "the card shows it");
    let unseen = step(&selin, lead, Value::Null, call_at("2026-03-05T09:00:00")).await;
    assert!(
        matches!(unseen, StepAnswer::Conflict { theirs: Some(_), by: Some(ref by), .. } if by == "Ayşe Yılmaz"),
        "{unseen:?}"
    );
    let seen = json!(planned);
    assert_eq!(
        step(&ayse, lead, seen.clone(), call_at("2026-03-02T09:00:00")).await,
        StepAnswer::Refused { problem: StepProblem::InThePast }
    );
    assert_eq!(step(&ayse, lead, seen, json!("done")).await, StepAnswer::Done { step: None });
    assert_eq!(
        step(&ayse, lead, Value::Null, json!("done")).await,
        StepAnswer::Refused { problem: StepProblem::NothingPlanned }
    );
    let history = page(&ayse, lead).await.history.entries;
    assert_eq!(history.iter().filter(|entry| entry.kind == ActivityKind::NextStep).count(), 2);
    saved(&ayse, lead, "do_not_call", "", "yes").await;
    assert_eq!(
        step(&ayse, lead, Value::Null, call_at("2026-03-05T09:00:00")).await,
        StepAnswer::Refused { problem: StepProblem::DoNot }
    );
}

#[tokio::test]
async fn of_two_who_plan_at_once_one_is_told() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    for _ in 0..5 {
        let lead = given::can(&app).await;
        let answers = tokio::join!(
            step(&ayse, lead, Value::Null, call_at("2026-03-03T09:00:00")),
            step(&selin, lead, Value::Null, call_at("2026-03-04T09:00:00"))
        );
        assert!(
            matches!(
                answers,
                (StepAnswer::Done { .. }, StepAnswer::Conflict { .. })
                    | (StepAnswer::Conflict { .. }, StepAnswer::Done { .. })
            ),
            "{answers:?}"
        );
    }
}

async fn step_of(client: &Client, lead: LeadId) -> Option<NextStep> {
    page(client, lead).await.next_step
}

async fn steps(client: &Client, changes: &[StepChange]) -> Vec<Result<StepAnswer, AppError>> {
    heard(client.ask("/api/leads/next_steps", json!({ "changes": changes })).await)
}

/// A call at nine on another day, instead of the step that is there.
async fn postponed(client: &Client, lead: LeadId, day: &str) -> StepChange {
    let planned = json!({ "channel": "call", "what": "Try again", "due": format!("{day}T09:00:00") });
    let wanted = StepWish::Plan(heard(planned));
    StepChange { lead, seen: step_of(client, lead).await, wanted, key: fresh_key() }
}

fn taken_back(lead: LeadId, request: &RequestKey) -> StepChange {
    StepChange { lead, seen: None, wanted: StepWish::Restore(request.clone()), key: fresh_key() }
}

fn done(end: &Result<StepAnswer, AppError>) -> Option<NextStep> {
    match end {
        Ok(StepAnswer::Done { step }) => step.clone(),
        other => panic!("it should be done: {other:?}"),
    }
}

#[tokio::test]
async fn a_step_that_is_overdue_or_forbidden_by_now_stands_again_when_its_change_is_taken_back() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let worded = given::lead(&app, Given { next_step: Some("Ask for the budget"), ..Given::default() }).await;
    let same = given::lead(&app, Given { next_step: Some("Try again"), ..Given::default() }).await;
    let empty = given::can(&app).await;
    app.clock.advance(TimeDelta::days(3));
    let leads = [worded, same, empty];
    let mut before = Vec::new();
    let mut changes = Vec::new();
    for lead in leads {
        before.push(step_of(&ayse, lead).await);
        changes.push(postponed(&ayse, lead, "2026-03-06").await);
    }
    for end in steps(&ayse, &changes).await {
        assert_eq!(done(&end).and_then(|step| step.what).as_deref(), Some("Try again"));
    }
    saved(&ayse, worded, "do_not_call", "", "yes").await;
    let back: Vec<_> = changes.iter().map(|change| taken_back(change.lead, &change.key)).collect();
    let ends = steps(&ayse, &back).await;
    assert_eq!(ends.iter().map(done).collect::<Vec<_>>(), before);
    for (lead, step) in leads.into_iter().zip(&before) {
        assert_eq!(step_of(&ayse, lead).await, *step, "to the second, with its words");
    }
    let unchanged = app.everything().await;
    assert_eq!(steps(&ayse, &back).await, ends, "sent twice");
    let again = taken_back(worded, &changes[0].key);
    assert!(matches!(&steps(&ayse, &[again]).await[0], Ok(StepAnswer::Conflict { .. })), "it was taken back already");
    app.expect_unchanged(&unchanged, "taking back twice").await;
}

#[tokio::test]
async fn what_a_colleague_planned_since_is_not_taken_back() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let lead = given::can(&app).await;
    let hers = postponed(&ayse, lead, "2026-03-05").await;
    done(&steps(&ayse, std::slice::from_ref(&hers)).await[0]);
    let foreign = steps(&selin, &[taken_back(lead, &hers.key)]).await;
    assert!(matches!(&foreign[0], Ok(StepAnswer::Conflict { .. })), "it is not hers: {foreign:?}");
    let theirs = postponed(&selin, lead, "2026-03-09").await;
    let planned = done(&steps(&selin, &[theirs]).await[0]);
    let before = app.everything().await;
    // The answer to the first request was lost: asked again, it says how it is now, and opens no way over that.
    assert_eq!(done(&steps(&ayse, std::slice::from_ref(&hers)).await[0]), planned);
    let ends = steps(&ayse, &[taken_back(lead, &hers.key)]).await;
    assert!(
        matches!(&ends[0], Ok(StepAnswer::Conflict { theirs, by: Some(by), at: Some(_) })
            if *theirs == planned && by == "Selin Yıldız"),
        "{ends:?}"
    );
    app.expect_unchanged(&before, "a retry and a refused way back").await;
}

#[tokio::test]
async fn one_lead_that_is_gone_holds_up_no_other() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let lead = given::can(&app).await;
    let planned = postponed(&ayse, lead, "2026-03-05").await;
    let gone = StepChange { lead: LeadId(9_999_999), key: fresh_key(), ..planned.clone() };
    let ends = steps(&ayse, &[gone, planned]).await;
    assert!(matches!(&ends[..], [Err(AppError::NotFound), Ok(StepAnswer::Done { step: Some(_) })]), "{ends:?}");
}

#[tokio::test]
async fn whoever_reads_everything_links_only_accounts_that_are_theirs_to_work() {
    let app = spawn_app().await;
    let hers = given::lead(&app, Given { name: "Leyla Su", ..Given::default() }).await;
    let his = given::lead(&app, Given { name: "Ece Su", owner: BURAK, ..Given::default() }).await;
    let (ayse, burak) = (app.sign_in(AYSE).await, app.sign_in(BURAK).await);
    assert_eq!(change_account(&ayse, hers, None, json!("create")).await, AccountAnswer::Done);
    let account = account_of(&ayse, hers).await.expect("an account");
    sqlx::query("update organisation set everyone_reads_all = true").execute(&app.pool).await.expect("the setting");
    assert_eq!(found(&burak, "leyla").await[0].id, Some(account), "read by everybody");
    let before = app.everything().await;
    let linked = change_account(&burak, his, None, json!({ "link": { "account": account } })).await;
    assert_eq!(linked, AccountAnswer::Refused { problem: AccountProblem::NotYourAccount });
    app.expect_unchanged(&before, "a link to a colleague's account").await;
}
