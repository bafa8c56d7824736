//! What a team sets for itself: who may, what is refused, and that nothing is lost when two set the same.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, eventually, fresh_key, heard, spawn_app},
};
use chrono::TimeDelta;
use futures::future::join_all;
use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use winback::{
    ids::{Names, RequestKey},
    leads::api::{ActivityKind, Timeline},
    losses::rules::Scope,
    settings::{
        api::{AccountAnswer, Change, Entry, Invited, Item, Overview, Saved, Sheet, Standing, Wanted},
        model::{
            Absence, Holiday, Order, Ordered, Organisation, Person, Profile, Queue, Rate, ReasonSetting, Section,
            Setting, Spend, StageSetting, Team, Word, WordKind,
        },
        rules::Why,
    },
};

const ADMIN: &str = "admin@demo.winback";
const SELIN: &str = "selin@demo.winback";
const MERT: &str = "mert@demo.winback";
const AYSE: &str = "ayse@demo.winback";
const BURAK: &str = "burak@demo.winback";

async fn sheet(client: &Client, section: Section) -> Sheet {
    heard(client.ask("/api/settings/sheet", json!({ "section": section })).await)
}

async fn items(client: &Client, section: Section) -> Vec<Setting> {
    sheet(client, section).await.items.into_iter().map(|item| item.setting).collect()
}

/// The first entry of a section that is called so.
async fn called(client: &Client, section: Section, name: &str) -> Setting {
    let found = items(client, section).await.into_iter().find(|setting| setting.title("en") == name);
    found.unwrap_or_else(|| panic!("{name} is not among the {section}"))
}

async fn person(client: &Client, name: &str) -> Person {
    match called(client, Section::People, name).await {
        Setting::Person(person) => person,
        other => panic!("{other:?} is nobody"),
    }
}

async fn send(client: &Client, wanted: &Wanted) -> Saved {
    heard(client.ask("/api/settings/save", json!({ "wanted": wanted })).await)
}

async fn change(client: &Client, seen: Setting, wanted: Setting) -> Saved {
    send(client, &Wanted { seen: Some(seen), wanted: Some(wanted), key: fresh_key() }).await
}

async fn add(client: &Client, wanted: Setting) -> Saved {
    send(client, &Wanted { seen: None, wanted: Some(wanted), key: fresh_key() }).await
}

async fn remove(client: &Client, seen: Setting) -> Saved {
    send(client, &Wanted { seen: Some(seen), wanted: None, key: fresh_key() }).await
}

fn done(saved: Saved) -> Setting {
    match saved {
        Saved::Done { setting: Some(setting) } => setting,
        other => panic!("it should have been saved: {other:?}"),
    }
}

fn refusals(saved: Saved) -> Vec<(String, Why)> {
    match saved {
        Saved::Refused { why } => why.into_iter().map(|refusal| (refusal.field, refusal.why)).collect(),
        other => panic!("it should have been refused: {other:?}"),
    }
}

fn refused(saved: Saved, field: &str, why: Why) {
    assert_eq!(refusals(saved), [(field.to_owned(), why)]);
}

fn word(kind: WordKind, name: &str) -> Word {
    Word {
        id: None,
        kind,
        name: Names([("en".to_owned(), name.to_owned())].into()),
        retired: false,
        owner: None,
        source: None,
        starts_on: None,
        ends_on: None,
        spend: Vec::new(),
    }
}

async fn count(app: &TestApp, what: &str) -> i64 {
    let sql = format!("select count(*) from {what}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&app.pool).await.expect("a count")
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().expect("a day")
}

// Who may what.

#[tokio::test]
async fn who_may_not_set_something_changes_nothing() {
    let app = spawn_app().await;
    let (admin, selin, mert, ayse) =
        (app.sign_in(ADMIN).await, app.sign_in(SELIN).await, app.sign_in(MERT).await, app.sign_in(AYSE).await);
    let ankara = called(&admin, Section::Teams, "Ankara").await;
    let burak = person(&admin, "Burak Şahin").await;
    let own = person(&admin, "Ayşe Yılmaz").await;
    let organisation = items(&admin, Section::Organisation).await.remove(0);
    let reason = items(&admin, Section::Reasons).await.remove(0);
    let Setting::Reason(other_reason) = reason.clone() else { panic!("a reason") };
    let before = app.everything().await;
    let renamed = |person: &Person| Setting::Person(Person { name: "Somebody Else".into(), ..person.clone() });
    let promoted =
        |person: &Person| Setting::Person(Person { role: winback::people::rules::Role::Admin, ..person.clone() });
    let limited = |person: &Person| Setting::Person(Person { capacity: Some(5), ..person.clone() });
    let holiday = Setting::Holiday(Holiday { id: None, on_day: day("2026-04-23"), name: "Day".into(), team: None });
    let tries = [
        (&ayse, Some(Setting::Person(burak.clone())), renamed(&burak)),
        (&ayse, Some(Setting::Person(own.clone())), promoted(&own)),
        (&ayse, Some(Setting::Person(own.clone())), limited(&own)),
        (&ayse, None, Setting::Word(word(WordKind::Product, "Mine"))),
        (&selin, Some(Setting::Person(burak.clone())), promoted(&burak)),
        (&selin, Some(organisation.clone()), organisation.clone()),
        (&selin, Some(reason.clone()), Setting::Reason(ReasonSetting { retired: true, ..other_reason })),
        (&selin, None, holiday),
        (&mert, Some(Setting::Person(burak.clone())), limited(&burak)),
        (
            &mert,
            Some(ankara.clone()),
            match ankara.clone() {
                Setting::Team(team) => Setting::Team(Team { hours: Vec::new(), time_zone: Some("UTC".into()), ..team }),
                other => other,
            },
        ),
    ];
    for (number, (client, seen, wanted)) in tries.into_iter().enumerate() {
        let answer = send(client, &Wanted { seen, wanted: Some(wanted), key: fresh_key() }).await;
        assert_eq!(refusals(answer), [(String::new(), Why::NotAllowed)], "try {number}");
    }
    // Another's language is not even an admin's to choose.
    let profile = |id| Setting::Profile(Profile { id, language: None, time_zone: None });
    let id = own.id.expect("an id");
    let turkish = Setting::Profile(Profile { id, language: Some("tr".into()), time_zone: None });
    refused(change(&admin, profile(id), turkish).await, "", Why::NotAllowed);
    for (client, path, arguments) in [
        (&ayse, "/api/people/invite", json!({ "person": id })),
        (&selin, "/api/people/close", json!({ "person": id, "hand_to": null, "key": fresh_key() })),
        (&selin, "/api/people/reopen", json!({ "person": id, "key": fresh_key() })),
    ] {
        let answer = client.ask(path, arguments).await;
        assert_eq!(answer["refused"]["why"]["why"], "not_allowed", "{path}: {answer}");
    }
    assert_eq!(ayse.call("/api/people/farewell", json!({ "person": id })).await.0, StatusCode::FORBIDDEN);
    for section in [Section::People, Section::Teams, Section::Currencies] {
        assert_eq!(ayse.call("/api/settings/sheet", json!({ "section": section })).await.0, StatusCode::FORBIDDEN);
    }
    assert_eq!(
        app.stranger().call("/api/settings/sheet", json!({ "section": "stages" })).await.0,
        StatusCode::UNAUTHORIZED
    );
    app.expect_unchanged(&before, "what nobody was allowed").await;
}

#[tokio::test]
async fn everybody_sets_what_is_theirs() {
    let app = spawn_app().await;
    let (selin, ayse) = (app.sign_in(SELIN).await, app.sign_in(AYSE).await);
    // A rep: absence, language, time zone.
    let mine = items(&ayse, Section::Me).await;
    let [Setting::Profile(profile), Setting::Person(own)] = mine.as_slice() else { panic!("{mine:?}") };
    let away = Absence { first_day: day("2026-05-01"), last_day: day("2026-05-09") };
    done(
        change(&ayse, Setting::Person(own.clone()), Setting::Person(Person { absences: vec![away], ..own.clone() }))
            .await,
    );
    let zoned = Profile { time_zone: Some("Asia/Tokyo".into()), language: Some("tr".into()), ..profile.clone() };
    done(change(&ayse, Setting::Profile(profile.clone()), Setting::Profile(zoned.clone())).await);
    assert_eq!(items(&ayse, Section::Me).await[0], Setting::Profile(zoned));
    let bad = Profile { time_zone: Some("Moon/Crater".into()), ..profile.clone() };
    let present = items(&ayse, Section::Me).await.remove(0);
    refused(change(&ayse, present.clone(), Setting::Profile(bad)).await, "time_zone", Why::UnknownZone);
    // It would stand in a cookie of whoever signs in.
    let bad = Profile { language: Some("\n".into()), ..profile.clone() };
    refused(change(&ayse, present, Setting::Profile(bad)).await, "language", Why::UnknownLanguage);
    // A manager: capacity and hours of the own team.
    let burak = person(&selin, "Burak Şahin").await;
    let limited = Person { capacity: Some(30), ..burak.clone() };
    done(change(&selin, Setting::Person(burak), Setting::Person(limited)).await);
    let Setting::Team(team) = called(&selin, Section::Teams, "Ankara").await else { panic!("a team") };
    let holiday = Holiday { id: None, on_day: day("2026-04-23"), name: "Children's Day".into(), team: team.id };
    done(add(&selin, Setting::Holiday(holiday.clone())).await);
    refused(add(&selin, Setting::Holiday(holiday)).await, "on_day", Why::Taken);
    let zoned = Team { time_zone: Some("UTC".into()), ..team.clone() };
    done(change(&selin, Setting::Team(team), Setting::Team(zoned)).await);
}

// Saving.

#[tokio::test]
async fn two_at_once_both_learn_what_stands() {
    let app = spawn_app().await;
    let (admin, other) = (app.sign_in(ADMIN).await, app.sign_in(ADMIN).await);
    let Setting::Organisation(seen) = items(&admin, Section::Organisation).await.remove(0) else { panic!("one") };
    let named = |name: &str| Setting::Organisation(Organisation { name: name.into(), ..seen.clone() });
    let wanted = [named("First"), named("Second")];
    let answers = join_all([
        change(&admin, Setting::Organisation(seen.clone()), wanted[0].clone()),
        change(&other, Setting::Organisation(seen.clone()), wanted[1].clone()),
    ])
    .await;
    let won: Vec<_> = answers.iter().filter(|answer| matches!(answer, Saved::Done { .. })).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    let conflict = answers.iter().find_map(|answer| match answer {
        Saved::Conflict { present, by, at } => Some((present.clone(), by.clone(), at.is_some())),
        _ => None,
    });
    let stands = items(&admin, Section::Organisation).await.remove(0);
    assert_eq!(conflict, Some((Some(stands), Some("Deniz Aydın".to_owned()), true)));
    assert_eq!(count(&app, "setting_change").await, 1);
}

#[tokio::test]
async fn a_repeated_request_sets_nothing_twice_and_everything_is_logged() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let wanted = Wanted {
        seen: None,
        wanted: Some(Setting::Word(word(WordKind::Product, "Hair transplant"))),
        key: fresh_key(),
    };
    let first = done(send(&admin, &wanted).await);
    assert_eq!(done(send(&admin, &wanted).await), first);
    assert_eq!((count(&app, "product").await, count(&app, "setting_change").await), (1, 1));
    let Setting::Word(product) = first.clone() else { panic!("a word") };
    let renamed = Word { name: Names([("en".into(), "Implant".into())].into()), ..product };
    done(change(&admin, first, Setting::Word(renamed)).await);
    let overview: Overview = heard(admin.ask("/api/settings/overview", json!({})).await);
    let Change { by, title, act, fields, .. } = &overview.changes[0];
    assert_eq!((by.as_deref(), title.as_str(), act.as_str()), (Some("Deniz Aydın"), "Implant", "changed"));
    assert_eq!(fields, &[("name_en".to_owned(), "Hair transplant".to_owned(), "Implant".to_owned())]);
    assert_eq!(overview.progress.map(|it| (it.people, it.products, it.leads)), Some((true, true, false)));
    let ayse: Overview = heard(app.sign_in(AYSE).await.ask("/api/settings/overview", json!({})).await);
    assert!(ayse.changes.is_empty() && ayse.progress.is_none());
}

#[tokio::test]
async fn words_are_unique_in_any_spelling_retired_when_used_and_never_lost() {
    let app = spawn_app().await;
    let (admin, ayse) = (app.sign_in(ADMIN).await, app.sign_in(AYSE).await);
    given::lead(&app, Given { product: Some("Diş"), source: Some("Instagram"), ..Given::default() }).await;
    refused(add(&admin, Setting::Word(word(WordKind::Product, " DIS "))).await, "name", Why::Taken);
    refused(add(&admin, Setting::Word(word(WordKind::Product, "  "))).await, "name", Why::Missing);
    let used = called(&admin, Section::Products, "Diş").await;
    refused(remove(&admin, used.clone()).await, "", Why::InUse);
    let retired = done(change(&admin, used.clone(), used.with_retired(true).expect("a word")).await);
    assert!(retired.is_retired());
    let uses = sheet(&admin, Section::Products).await.items[0].uses;
    assert_eq!(uses, 1);
    // Still a choice of the board, as long as a lead carries it; a retired one without leads is none.
    let unused = done(add(&admin, Setting::Word(word(WordKind::Product, "Eye"))).await);
    let unused = done(change(&admin, unused.clone(), unused.with_retired(true).expect("a word")).await);
    let choices = ayse.ask("/api/pipeline/choices", json!({})).await;
    assert_eq!(choices["products"].as_array().map(Vec::len), Some(1), "{choices}");
    assert_eq!(remove(&admin, unused).await, Saved::Done { setting: None });
    assert_eq!(count(&app, "product").await, 1);
}

#[tokio::test]
async fn what_was_spent_keeps_its_rate_and_past_rates_stay() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let spend = |minor| Spend { month: day("2026-02-01"), minor, currency: "USD".into() };
    let campaign = Word { spend: vec![spend(10_000)], ..word(WordKind::Campaign, "Spring") };
    refused(add(&admin, Setting::Word(campaign.clone())).await, "spend", Why::NoRate);
    let Setting::Currency(dollar) = called(&admin, Section::Currencies, "USD").await else { panic!("a currency") };
    let rate = |from: &str, rate: &str| Rate { from_day: day(from), rate: rate.into() };
    let known = winback::settings::model::Currency { rates: vec![rate("2026-01-01", "0.5")], ..dollar.clone() };
    done(change(&admin, Setting::Currency(dollar), Setting::Currency(known.clone())).await);
    let campaign = done(add(&admin, Setting::Word(campaign)).await);
    assert_eq!(count(&app, "campaign_spend where amount_base_minor = 5000").await, 1);
    let rewritten = winback::settings::model::Currency { rates: vec![rate("2026-01-01", "0.9")], ..known.clone() };
    refused(
        change(&admin, Setting::Currency(known.clone()), Setting::Currency(rewritten)).await,
        "rates",
        Why::RateIsHistory,
    );
    let later = winback::settings::model::Currency {
        rates: vec![rate("2026-01-01", "0.5"), rate("2026-03-02", "0.9")],
        ..known.clone()
    };
    done(change(&admin, Setting::Currency(known), Setting::Currency(later)).await);
    let Setting::Word(spring) = campaign.clone() else { panic!("a word") };
    let march = Spend { month: day("2026-04-01"), ..spend(10_000) };
    let more = Word { spend: vec![spend(10_000), march], ..spring };
    done(change(&admin, campaign, Setting::Word(more)).await);
    assert_eq!(count(&app, "campaign_spend where amount_base_minor = 5000").await, 1);
    assert_eq!(count(&app, "campaign_spend where amount_base_minor = 9000").await, 1);
    // Money is stored now: the base currency stays.
    let Setting::Organisation(seen) = items(&admin, Section::Organisation).await.remove(0) else { panic!("one") };
    let dollars = Organisation { base_currency: "USD".into(), ..seen.clone() };
    let answer = change(&admin, Setting::Organisation(seen), Setting::Organisation(dollars)).await;
    refused(answer, "base_currency", Why::MoneyIsStored);
}

#[tokio::test]
async fn stages_keep_their_kinds_and_the_order_that_the_rules_need() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let stages = items(&admin, Section::Stages).await;
    let ids: Vec<_> = stages.iter().filter_map(Setting::id).collect();
    let order = |ids: &[i64]| Setting::Order(Order { of: Ordered::Stages, ids: ids.to_vec() });
    let mut swapped = ids.clone();
    swapped.swap(1, 2);
    done(change(&admin, order(&ids), order(&swapped)).await);
    let after: Vec<_> = items(&admin, Section::Stages).await.iter().filter_map(Setting::id).collect();
    assert_eq!(after, swapped);
    let mut wrong = swapped.clone();
    wrong.swap(0, 5);
    refused(change(&admin, order(&swapped), order(&wrong)).await, "", Why::OrderOfKinds);
    assert!(matches!(change(&admin, order(&ids), order(&wrong)).await, Saved::Conflict { present: Some(_), .. }));
    let Setting::Stage(customer) = called(&admin, Section::Stages, "Customer").await else { panic!("a stage") };
    let doubtful = StageSetting { win_probability: Some(90), ..customer.clone() };
    refused(
        change(&admin, Setting::Stage(customer.clone()), Setting::Stage(doubtful)).await,
        "win_probability",
        Why::FixedByKind,
    );
    let new = Setting::Stage(StageSetting { id: None, ..customer });
    let wanted = Wanted { seen: None, wanted: Some(new), key: fresh_key() };
    assert_eq!(admin.call("/api/settings/save", json!({ "wanted": wanted })).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_reason_in_use_keeps_its_outcome_and_is_retired_not_deleted() {
    let app = spawn_app().await;
    let (admin, ayse) = (app.sign_in(ADMIN).await, app.sign_in(AYSE).await);
    let lead = given::can(&app).await;
    let Setting::Reason(price) = called(&admin, Section::Reasons, "Price too high").await else { panic!("a reason") };
    let draft = json!({
        "outcome": "lost", "reason": price.id, "attempt": { "excepted": "unreachable" }, "same_again_because": "",
        "customer": "nothing", "note": "Gone.", "retry_potential": "low", "evidence": {}, "recontact_on": null,
        "override_because": ""
    });
    let wanted = json!({ "lead": lead, "draft": draft, "seen_version": 0, "key": fresh_key() });
    let lost = ayse.ask("/api/losses/lose", json!({ "wanted": wanted })).await;
    assert!(lost["done"].is_object(), "{lost}");
    let seen = Setting::Reason(price.clone());
    let turned = ReasonSetting { outcome: winback::losses::rules::Outcome::Unqualified, ..price.clone() };
    refused(change(&admin, seen.clone(), Setting::Reason(turned)).await, "outcome", Why::OutcomeInUse);
    refused(remove(&admin, seen.clone()).await, "", Why::InUse);
    done(change(&admin, seen.clone(), seen.with_retired(true).expect("a reason")).await);
    let other = given::lead(&app, Given { name: "Ece", rank: "W", ..Given::default() }).await;
    let preparation = ayse.ask("/api/losses/preparation", json!({ "lead": other })).await;
    let offered = preparation["reasons"].as_array().expect("reasons");
    assert!(!offered.is_empty() && offered.iter().all(|reason| reason["id"] != json!(price.id)), "{offered:?}");
    // A new one is offered at once, in every language that it has.
    let name = Names([("en".into(), "Bought a house".into()), ("tr".into(), "Ev aldı".into())].into());
    let scopes = vec![Scope { direction: None, party: None, business_line: None }];
    let new = ReasonSetting { id: None, name, scopes, retired: false, ..price.clone() };
    done(add(&admin, Setting::Reason(new.clone())).await);
    let preparation = ayse.ask("/api/losses/preparation", json!({ "lead": other })).await;
    assert!(preparation["reasons"].to_string().contains("Ev aldı"));
    let nowhere =
        ReasonSetting { name: Names([("en".into(), "Other thing".into())].into()), scopes: Vec::new(), ..new };
    refused(add(&admin, Setting::Reason(nowhere)).await, "scopes", Why::NoScope);
}

// People.

#[tokio::test]
async fn somebody_must_remain_who_may_set_everything() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let deniz = person(&admin, "Deniz Aydın").await;
    let demoted = Person { role: winback::people::rules::Role::Manager, ..deniz.clone() };
    refused(
        change(&admin, Setting::Person(deniz.clone()), Setting::Person(demoted.clone())).await,
        "role",
        Why::LastAdmin,
    );
    let close = json!({ "person": deniz.id, "hand_to": null, "key": fresh_key() });
    let answer: AccountAnswer = heard(admin.ask("/api/people/close", close).await);
    assert!(matches!(answer, AccountAnswer::Refused { why } if why.why == Why::LastAdmin));
    // Two admins who demote each other at once: one of them stays.
    let selin = person(&admin, "Selin Yıldız").await;
    let promoted = Person { role: winback::people::rules::Role::Admin, ..selin.clone() };
    done(change(&admin, Setting::Person(selin), Setting::Person(promoted.clone())).await);
    let other = app.sign_in(SELIN).await;
    let demoted_selin = Person { role: winback::people::rules::Role::Manager, ..promoted.clone() };
    let answers = join_all([
        change(&admin, Setting::Person(promoted), Setting::Person(demoted_selin)),
        change(&other, Setting::Person(deniz), Setting::Person(demoted)),
    ])
    .await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Saved::Done { .. })).count(), 1, "{answers:?}");
    assert_eq!(count(&app, "app_user where role = 'admin' and closed_at is null").await, 1);
}

#[tokio::test]
async fn an_account_is_closed_when_its_leads_have_found_somebody() {
    let app = spawn_app().await;
    let (admin, ayse) = (app.sign_in(ADMIN).await, app.sign_in(AYSE).await);
    let lead = given::can(&app).await;
    let (own, burak) = (given::user(&app, AYSE).await, given::user(&app, BURAK).await);
    let before = app.everything().await;
    let close = |hand_to: Value, key: &RequestKey| json!({ "person": own, "hand_to": hand_to, "key": key });
    for hand_to in [Value::Null, json!({ "person": own }), json!({ "queue": 99_999 })] {
        let answer: AccountAnswer = heard(admin.ask("/api/people/close", close(hand_to, &fresh_key())).await);
        assert!(matches!(&answer, AccountAnswer::Refused { why } if why.field == "hand_to"), "{answer:?}");
    }
    app.expect_unchanged(&before, "a refused closing").await;
    let key = fresh_key();
    for handed in [1, 0] {
        let answer: AccountAnswer =
            heard(admin.ask("/api/people/close", close(json!({ "person": burak }), &key)).await);
        assert_eq!(answer, AccountAnswer::Done { handed });
    }
    assert_eq!(count(&app, &format!("lead where id = {lead} and owner_id = {burak}")).await, 1);
    assert_eq!(count(&app, "activity where kind = 'assignment'").await, 1);
    assert_eq!(ayse.call("/api/people/me", json!({})).await.0, StatusCode::UNAUTHORIZED, "out at once");
    assert_eq!(count(&app, "setting_change where detail ->> 'act' = 'closed'").await, 1);
    let item =
        |items: Vec<Item>| items.into_iter().find(|item| item.setting.id() == Some(own)).expect("the name stays");
    assert_eq!(item(sheet(&admin, Section::People).await.items).standing, Some(Standing::Closed));
    heard::<AccountAnswer>(admin.ask("/api/people/reopen", json!({ "person": own, "key": fresh_key() })).await);
    app.sign_in(AYSE).await;
    // Whoever answers for a queue is not closed before somebody else does.
    let selin = given::user(&app, SELIN).await;
    let answer: AccountAnswer =
        heard(admin.ask("/api/people/close", json!({ "person": selin, "hand_to": null, "key": fresh_key() })).await);
    assert!(matches!(answer, AccountAnswer::Refused { why } if why.why == Why::ManagesQueue));
}

#[tokio::test]
async fn whoever_is_invited_sets_their_password_once() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let burak = person(&admin, "Burak Şahin").await;
    let new = Person { id: None, name: "Nil Ak".into(), email: "nil@acme.test".into(), ..burak.clone() };
    let added = done(add(&admin, Setting::Person(new.clone())).await);
    let again = Person { name: "Another".into(), email: "NIL@acme.test".into(), ..new };
    refused(add(&admin, Setting::Person(again)).await, "email", Why::EmailTaken);
    let invite = || async {
        match heard(admin.ask("/api/people/invite", json!({ "person": added.id() })).await) {
            Invited::Done { link, .. } => link.rsplit('/').next().expect("a secret").to_owned(),
            other => panic!("{other:?}"),
        }
    };
    let (old, secret) = (invite().await, invite().await);
    let stranger = app.stranger();
    let accept = |secret: String, password: &'static str| {
        let stranger = stranger.clone();
        async move {
            stranger
                .request(reqwest::Method::POST, "/api/people/accept")
                .json(&json!({ "secret": secret, "password": password }))
                .send()
                .await
                .expect("an answer")
        }
    };
    let page = stranger.get(&format!("/invitation/{secret}")).await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.expect("a page").contains("Nil Ak"));
    assert_eq!(accept(old, "long enough").await.json::<Entry>().await.expect("an entry"), Entry::Dead, "replaced");
    assert!(matches!(accept(secret.clone(), "short").await.json::<Entry>().await, Ok(Entry::Refused { .. })));
    let everything = app.everything().await;
    assert!(everything.values().all(|rows| !rows.contains(&secret)), "only its hash is kept");
    let answers = join_all([accept(secret.clone(), "long enough"), accept(secret.clone(), "long enough")]).await;
    let mut entered = Vec::new();
    for answer in answers {
        let cookie = answer.headers().get(header::SET_COOKIE).is_some();
        entered.push((answer.json::<Entry>().await.expect("an entry"), cookie));
    }
    entered.sort_by_key(|(_, cookie)| *cookie);
    assert_eq!(entered, [(Entry::Dead, false), (Entry::Done, true)], "one of two at once");
    let form = "email=nil@acme.test&password=long%20enough&next=/board";
    let answer = stranger.post_form("/sign-in", form).await;
    assert!(answer.headers().get(header::SET_COOKIE).is_some());
    // A link that nobody used in time is dead.
    let late = invite().await;
    app.clock.advance(TimeDelta::days(7));
    assert_eq!(accept(late, "long enough").await.json::<Entry>().await.expect("an entry"), Entry::Dead);
}

#[tokio::test]
async fn guessing_links_is_throttled() {
    let app = spawn_app().await;
    let stranger = app.stranger();
    let mut answers = Vec::new();
    for _ in 0..10 {
        let arguments = json!({ "secret": "guess", "password": "long enough" });
        answers.push(heard::<Entry>(stranger.ask("/api/people/accept", arguments).await));
    }
    assert_eq!((&answers[7], &answers[8]), (&Entry::Dead, &Entry::Wait));
}

#[tokio::test]
async fn dead_links_close_no_door() {
    let app = spawn_app().await;
    let stranger = app.stranger();
    for _ in 0..45 {
        stranger.get("/invitation/i").await;
    }
    for _ in 0..10 {
        let arguments = json!({ "secret": "guess", "password": "long enough" });
        stranger.ask("/api/people/accept", arguments).await;
    }
    assert_eq!(
        count(&app, "sign_in_failure").await,
        8,
        "looking writes nothing, and trying is counted at its own door"
    );
    assert_eq!(count(&app, "sign_in_failure where client = email_key").await, 8);
    let answer = stranger.post_form("/sign-in", format!("email={AYSE}&password=winback-demo&next=/board")).await;
    assert!(answer.headers().get(header::SET_COOKIE).is_some(), "the office signs in");
}

#[tokio::test]
async fn whoever_comes_in_by_a_link_ends_the_session_of_whoever_sat_there() {
    let app = spawn_app().await;
    let (admin, ayse) = (app.sign_in(ADMIN).await, app.sign_in(AYSE).await);
    let burak = person(&admin, "Burak Şahin").await;
    let invited: Invited = heard(admin.ask("/api/people/invite", json!({ "person": burak.id })).await);
    let Invited::Done { link, .. } = invited else { panic!("{invited:?}") };
    let secret = link.rsplit('/').next().expect("a secret");
    let arguments = json!({ "secret": secret, "password": "long enough" });
    assert_eq!(heard::<Entry>(ayse.ask("/api/people/accept", arguments).await), Entry::Done);
    assert_eq!(ayse.call("/api/people/me", json!({})).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(count(&app, "event where kind = 'session_ended'").await, 1, "her open pages hear of it");
}

#[tokio::test]
async fn every_zone_that_is_offered_is_one_that_the_database_reckons_with() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let zones = sheet(&admin, Section::Organisation).await.around.zones;
    assert!(zones.len() > 300 && zones.contains(&"Europe/Istanbul".to_owned()));
    let unknown: Vec<String> =
        sqlx::query_scalar("select zone from unnest($1::text[]) as zone except select name from pg_timezone_names")
            .bind(&zones)
            .fetch_all(&app.pool)
            .await
            .expect("zones");
    assert!(unknown.is_empty(), "{unknown:?}");
    // The database knows more than we reckon with: those are refused as well.
    let organisation = items(&admin, Section::Organisation).await.remove(0);
    let Setting::Organisation(before) = organisation.clone() else { panic!("{organisation:?}") };
    let odd = Organisation { time_zone: "posixrules".into(), ..before };
    refused(change(&admin, organisation, Setting::Organisation(odd)).await, "time_zone", Why::UnknownZone);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let app = spawn_app().await;
    let (desk, phone) = (app.sign_in(AYSE).await, app.sign_in(AYSE).await);
    let change = |present: &str, new: &str| json!({ "present": present, "new": new });
    let wrong: Entry = heard(desk.ask("/api/people/change_password", change("wrong", "another one")).await);
    assert!(matches!(wrong, Entry::Refused { why } if why[0].why == Why::PasswordWrong));
    let right: Entry = heard(desk.ask("/api/people/change_password", change("winback-demo", "another one")).await);
    assert_eq!(right, Entry::Done);
    assert_eq!(desk.call("/api/people/me", json!({})).await.0, StatusCode::OK);
    assert_eq!(phone.call("/api/people/me", json!({})).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn whoever_becomes_a_rep_manages_nothing_any_more() {
    let app = spawn_app().await;
    let (admin, selin) = (app.sign_in(ADMIN).await, app.sign_in(SELIN).await);
    let lead = given::can(&app).await;
    assert_eq!(selin.ask("/api/losses/preparation", json!({ "lead": lead })).await["may_write"], true);
    let seen = person(&admin, "Selin Yıldız").await;
    let tier = Some(winback::people::rules::Tier::Senior);
    let rep = Person { role: winback::people::rules::Role::Rep, tier, ..seen.clone() };
    refused(
        change(&admin, Setting::Person(seen.clone()), Setting::Person(rep.clone())).await,
        "role",
        Why::ManagesQueue,
    );
    let Some(Setting::Queue(queue)) = items(&admin, Section::Teams)
        .await
        .into_iter()
        .find(|it| matches!(it, Setting::Queue(queue) if Some(queue.manager) == seen.id))
    else {
        panic!("a queue of hers")
    };
    let other = Queue { manager: given::user(&app, ADMIN).await, ..queue.clone() };
    done(change(&admin, Setting::Queue(queue), Setting::Queue(other)).await);
    done(change(&admin, Setting::Person(seen), Setting::Person(rep)).await);
    assert_eq!(count(&app, "team_manager m join app_user u on u.id = m.user_id where u.role = 'rep'").await, 0);
    assert_eq!(selin.call("/api/losses/preparation", json!({ "lead": lead })).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn teams_and_queues_in_use_are_not_deleted() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    for setting in items(&admin, Section::Teams).await {
        if let Setting::Team(_) = setting {
            refused(remove(&admin, setting).await, "", Why::InUse);
        }
    }
    let team =
        Team { id: None, name: "Bursa".into(), managers: Vec::new(), backup: None, time_zone: None, hours: Vec::new() };
    let added = done(add(&admin, Setting::Team(team)).await);
    assert_eq!(remove(&admin, added).await, Saved::Done { setting: None });
    // People are never deleted, whoever asks.
    let burak = Setting::Person(person(&admin, "Burak Şahin").await);
    let wanted = Wanted { seen: Some(burak), wanted: None, key: fresh_key() };
    assert_eq!(admin.call("/api/settings/save", json!({ "wanted": wanted })).await.0, StatusCode::BAD_REQUEST);
}

// The first run.

/// An installation without anybody, and the token that its log shows.
async fn empty_app() -> (TestApp, String) {
    let app = spawn_app().await;
    sqlx::query("truncate app_user, team cascade").execute(&app.pool).await.expect("nobody");
    let token = winback::people::store::entry::setup_token(&app.pool, app.clock.now()).await.expect("a token");
    (app, token)
}

fn first_run(name: &str) -> Value {
    json!({
        "organisation": "Acme", "currency": "TRY", "time_zone": "Europe/Istanbul", "language": "tr", "name": name,
        "email": format!("{}@acme.test", name.to_lowercase()), "password": "long enough"
    })
}

#[tokio::test]
async fn every_page_of_an_empty_installation_leads_to_the_first_run() {
    let (app, token) = empty_app().await;
    let stranger = app.stranger();
    for path in ["/", "/board", "/lost", "/sign-in", "/settings/people"] {
        let answer = stranger.get(path).await;
        assert_eq!(answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()), Some("/setup"), "{path}");
    }
    let page = |path: String| {
        let stranger = stranger.clone();
        async move { stranger.get(&path).await.text().await.expect("a page") }
    };
    assert!(!page("/setup".into()).await.contains("organisation"), "without the link there is nothing to fill in");
    assert!(page(format!("/setup?token={token}")).await.contains("organisation"));
    let broken = json!({ "organisation": "", "currency": "XXX", "time_zone": "x", "language": "tr", "name": "D", "email": "d", "password": "1" });
    let answer: Entry = heard(stranger.ask("/api/settings/set_up", json!({ "token": token, "first": broken })).await);
    assert!(matches!(answer, Entry::Refused { why } if why.len() == 5));
    let answer: Entry =
        heard(stranger.ask("/api/settings/set_up", json!({ "token": "wrong", "first": first_run("Deniz") })).await);
    assert_eq!((answer, count(&app, "app_user").await), (Entry::Dead, 0));
}

#[tokio::test]
async fn of_two_who_set_up_at_once_one_does_and_the_token_is_dead_afterwards() {
    let (app, token) = empty_app().await;
    let stranger = app.stranger();
    let everything = app.everything().await;
    assert!(everything.values().all(|rows| !rows.contains(&token)), "only its hash is kept");
    let try_it = |name: &'static str| {
        let (stranger, token) = (stranger.clone(), token.clone());
        async move {
            let answer: Entry =
                heard(stranger.ask("/api/settings/set_up", json!({ "token": token, "first": first_run(name) })).await);
            answer
        }
    };
    let answers = join_all([try_it("Deniz"), try_it("Derya")]).await;
    assert_eq!(answers.iter().filter(|answer| **answer == Entry::Done).count(), 1, "{answers:?}");
    assert_eq!((count(&app, "app_user").await, count(&app, "setup_token").await), (1, 0));
    assert_eq!(count(&app, "organisation where name = 'Acme' and base_currency = 'TRY'").await, 1);
    assert_eq!(try_it("Third").await, Entry::Dead);
    let page = stranger.get(&format!("/setup?token={token}")).await;
    assert_eq!(page.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()), Some("/"));
    eventually("the sign-in page", || async {
        (stranger.get("/sign-in").await.status() == StatusCode::OK).then_some(())
    })
    .await;
}

#[tokio::test]
async fn guessing_the_token_is_throttled() {
    let (app, token) = empty_app().await;
    let stranger = app.stranger();
    for _ in 0..8 {
        let arguments = json!({ "token": "guess", "first": first_run("Deniz") });
        assert_eq!(heard::<Entry>(stranger.ask("/api/settings/set_up", arguments).await), Entry::Dead);
    }
    let right = json!({ "token": token, "first": first_run("Deniz") });
    assert_eq!(heard::<Entry>(stranger.ask("/api/settings/set_up", right.clone()).await), Entry::Wait);
    app.clock.advance(TimeDelta::minutes(15));
    assert_eq!(heard::<Entry>(stranger.ask("/api/settings/set_up", right).await), Entry::Done);
}

#[tokio::test]
async fn a_lead_that_was_handed_over_says_from_whom_to_whom_and_why() {
    let app = spawn_app().await;
    let (admin, selin) = (app.sign_in(ADMIN).await, app.sign_in(SELIN).await);
    let lead = given::can(&app).await;
    let (own, burak) = (given::user(&app, AYSE).await, given::user(&app, BURAK).await);
    let close = json!({ "person": own, "hand_to": { "person": burak }, "key": fresh_key() });
    assert_eq!(heard::<AccountAnswer>(admin.ask("/api/people/close", close).await), AccountAnswer::Done { handed: 1 });
    let asked = json!({ "lead": lead, "group": "course", "before": null });
    let page: Timeline = heard(selin.ask("/api/leads/timeline", asked).await);
    let entry = page.entries.iter().find(|entry| entry.kind == ActivityKind::Assignment).expect("an assignment");
    let names: Vec<String> = sqlx::query_scalar("select name from app_user where id = any($1) order by id <> $2")
        .bind([own, burak])
        .bind(own)
        .fetch_all(&app.pool)
        .await
        .expect("two people");
    assert_eq!([entry.old.clone(), entry.new.clone()].map(Option::unwrap_or_default).to_vec(), names);
    assert_eq!(entry.detail.get("because").map(String::as_str), Some("account_closed"));
}
