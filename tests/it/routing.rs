//! Who works what.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, eventually, fresh_key, heard, spawn_app},
};
use reqwest::StatusCode;
use serde_json::json;
use std::collections::BTreeMap;
use winback::{
    error::AppError,
    ids::{LeadId, QueueId, UserId},
    outreach::api::Today,
    people::rules::Holder,
    routing::{
        api::{Assigned, Assignment, Explanation, Noted, Review},
        rules::{
            Objection, SignalObjection,
            choice::PassedOver,
            plan::{Decided, To},
            rule_set::Path,
            signal::Intent,
        },
    },
    settings::{api::AccountAnswer, rules::Why},
};

const AYSE: &str = "ayse@demo.winback";
const BURAK: &str = "burak@demo.winback";
const JAN: &str = "jan@demo.winback";
const SELIN: &str = "selin@demo.winback";

async fn person(app: &TestApp, email: &str) -> Holder {
    Holder::Person(UserId(given::user(app, email).await))
}

async fn queue(app: &TestApp, name: &str) -> Holder {
    let id = sqlx::query_scalar("select id from queue where name = $1").bind(name).fetch_one(&app.pool).await;
    Holder::Queue(QueueId(id.expect("a queue")))
}

fn wanted(lead: LeadId, from: Holder, to: Holder) -> Assignment {
    Assignment { lead, from, to, key: fresh_key() }
}

async fn ends(client: &Client, wanted: &[Assignment], reason: &str) -> Vec<Result<Assigned, AppError>> {
    heard(client.ask("/api/routing/assign", json!({ "wanted": wanted, "reason": reason })).await)
}

async fn assign(client: &Client, wanted: &[Assignment], reason: &str) -> Vec<Assigned> {
    ends(client, wanted, reason).await.into_iter().map(|end| end.expect("a lead that is there")).collect()
}

/// Waits until somebody waits for a lock.
async fn somebody_waits(app: &TestApp) {
    let sql =
        "select true from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' limit 1";
    eventually("somebody who waits", || async {
        sqlx::query_scalar::<_, bool>(sql).fetch_optional(&app.pool).await.expect("what the others do")
    })
    .await;
}

async fn owner(app: &TestApp, lead: LeadId) -> Option<String> {
    let sql = "select u.email from lead l left join app_user u on u.id = l.owner_id where l.id = $1";
    sqlx::query_scalar(sql).bind(lead.0).fetch_one(&app.pool).await.expect("a lead")
}

#[tokio::test]
async fn a_manager_gives_several_leads_to_somebody_for_one_reason() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let (ayse, burak) = (person(&app, AYSE).await, person(&app, BURAK).await);
    let (one, other) = (given::lead(&app, Given::default()).await, given::lead(&app, Given::default()).await);
    let foreign = given::lead(&app, Given { owner: JAN, ..Given::default() }).await;
    let all = [wanted(one, ayse, burak), wanted(foreign, person(&app, JAN).await, burak), wanted(other, ayse, burak)];
    let ends = assign(&selin, &all, " Ayşe is on holiday ").await;
    assert!(
        matches!(
            &ends[..],
            [Assigned::Done { card: Some(_) }, Assigned::Refused { why: Objection::NotYours }, Assigned::Done { .. }]
        ),
        "{ends:?}"
    );
    assert_eq!(owner(&app, one).await.as_deref(), Some(BURAK));
    assert_eq!(owner(&app, foreign).await.as_deref(), Some(JAN));
    let written: Vec<String> =
        sqlx::query_scalar("select body from activity where kind = 'assignment' and detail ->> 'because' = 'by_hand'")
            .fetch_all(&app.pool)
            .await
            .expect("the history");
    assert_eq!(written, ["Ayşe is on holiday", "Ayşe is on holiday"]);
    // The same request again, and one that comes too late.
    let before = app.everything().await;
    assert!(matches!(&assign(&selin, &all[..1], "Ayşe is on holiday").await[0], Assigned::Done { .. }));
    let late = assign(&selin, &[wanted(one, ayse, person(&app, JAN).await)], "She speaks Czech").await;
    assert!(
        matches!(&late[0], Assigned::Conflict { holder, by: Some(by), at: Some(_), .. }
            if holder == "Burak Şahin" && by == "Selin Yıldız"),
        "{late:?}"
    );
    app.expect_unchanged(&before, "a retry and a conflict").await;
}

#[tokio::test]
async fn a_rep_takes_a_lead_from_the_queue_and_gives_it_back_but_to_nobody_else() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let (herself, ankara) = (person(&app, AYSE).await, queue(&app, "Ankara").await);
    let lead = given::lead(&app, Given { queue: Some("Ankara"), ..Given::default() }).await;
    assert!(matches!(
        &assign(&ayse, &[wanted(lead, ankara, herself)], "mine").await[0],
        Assigned::Done { card: Some(_) }
    ));
    let to_burak = wanted(lead, herself, person(&app, BURAK).await);
    let refused = assign(&ayse, std::slice::from_ref(&to_burak), "his").await;
    assert_eq!(refused, [Assigned::Refused { why: Objection::OnlyToOneself }]);
    let unreasoned = assign(&ayse, &[wanted(lead, herself, ankara)], "  ").await;
    assert_eq!(unreasoned, [Assigned::Refused { why: Objection::ReasonMissing }]);
    assert!(matches!(&assign(&ayse, &[wanted(lead, herself, ankara)], "ill").await[0], Assigned::Done { .. }));
    assert_eq!(owner(&app, lead).await, None);
}

#[tokio::test]
async fn whoever_gives_a_lead_out_of_their_sight_is_told_the_same_when_they_ask_again() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let lead = given::lead(&app, Given::default()).await;
    let away = [wanted(lead, person(&app, AYSE).await, person(&app, JAN).await)];
    let first = assign(&selin, &away, "He speaks Czech").await;
    let again = assign(&selin, &away, "He speaks Czech").await;
    assert!(matches!(&first[0], Assigned::Done { card: Some(card) } if card.details.is_none()), "masked: {first:?}");
    assert_eq!(first, again);
}

#[tokio::test]
async fn whoever_gave_a_lead_to_another_team_takes_it_back_as_long_as_it_stays_there() {
    let app = spawn_app().await;
    let (selin, mert) = (app.sign_in(SELIN).await, app.sign_in("mert@demo.winback").await);
    let (ayse, burak, jan) = (person(&app, AYSE).await, person(&app, BURAK).await, person(&app, JAN).await);
    let lead = given::lead(&app, Given::default()).await;
    let done = |ends: Vec<Assigned>| matches!(&ends[..], [Assigned::Done { .. }]);
    assert!(done(assign(&selin, &[wanted(lead, ayse, jan)], "He speaks Czech").await));
    let before = app.everything().await;
    let elsewhere = assign(&selin, &[wanted(lead, jan, burak)], "on to him").await;
    assert_eq!(elsewhere, [Assigned::Refused { why: Objection::NotYours }], "back only to whom it came from");
    app.expect_unchanged(&before, "a refused assignment").await;
    let back = [wanted(lead, jan, ayse)];
    for _ in 0..2 {
        assert!(done(assign(&selin, &back, "Taken back").await));
    }
    assert_eq!(owner(&app, lead).await.as_deref(), Some(AYSE));
    // Once his manager has given it on, it is hers no more.
    assert!(done(assign(&selin, &[wanted(lead, ayse, jan)], "He speaks Czech").await));
    let queue = queue(&app, "İzmir").await;
    assert!(done(assign(&mert, &[wanted(lead, jan, queue)], "He is ill").await));
    assert!(done(assign(&mert, &[wanted(lead, queue, jan)], "He is well").await));
    let late = assign(&selin, &[wanted(lead, jan, ayse)], "Taken back").await;
    assert_eq!(late, [Assigned::Refused { why: Objection::NotYours }]);
}

#[tokio::test]
async fn to_give_a_lead_to_whom_it_belongs_leaves_no_trace() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let ayse = person(&app, AYSE).await;
    let lead = given::lead(&app, Given::default()).await;
    let before = app.everything().await;
    let ends = assign(&selin, &[wanted(lead, ayse, ayse)], "She knows them").await;
    assert!(matches!(&ends[..], [Assigned::Done { card: Some(_) }]), "{ends:?}");
    app.expect_unchanged(&before, "an assignment to the present holder").await;
}

#[tokio::test]
async fn one_lead_that_is_gone_holds_up_no_other() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let (ayse, burak) = (person(&app, AYSE).await, person(&app, BURAK).await);
    let lead = given::lead(&app, Given::default()).await;
    let all = [wanted(LeadId(9_999_999), ayse, burak), wanted(lead, ayse, burak)];
    let ends = ends(&selin, &all, "Ayşe is on holiday").await;
    assert!(matches!(&ends[..], [Err(AppError::NotFound), Ok(Assigned::Done { .. })]), "{ends:?}");
}

#[tokio::test]
async fn nobody_is_given_a_lead_while_their_account_is_being_closed() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let (ayse, burak) = (person(&app, AYSE).await, person(&app, BURAK).await);
    let lead = given::lead(&app, Given::default()).await;
    let mut closing = app.pool.begin().await.expect("a transaction");
    sqlx::query("update app_user set closed_at = $1 where email = $2")
        .bind(app.clock.now())
        .bind(BURAK)
        .execute(&mut *closing)
        .await
        .expect("an account that is being closed");
    let to_burak = [wanted(lead, ayse, burak)];
    let (ends, ()) = tokio::join!(assign(&selin, &to_burak, "his"), async {
        somebody_waits(&app).await;
        closing.commit().await.expect("a closed account");
    });
    assert_eq!(ends, [Assigned::Refused { why: Objection::NobodyThere }]);
}

#[tokio::test]
async fn no_account_is_closed_while_it_is_being_given_a_lead() {
    let app = spawn_app().await;
    let admin = app.sign_in("admin@demo.winback").await;
    let burak = given::user(&app, BURAK).await;
    let lead = given::lead(&app, Given::default()).await;
    let mut giving = app.pool.begin().await.expect("a transaction");
    sqlx::query("select from app_user where id = $1 for share")
        .bind(burak)
        .execute(&mut *giving)
        .await
        .expect("his row");
    let close = json!({ "person": burak, "hand_to": null, "key": fresh_key() });
    let (answer, ()) = tokio::join!(admin.ask("/api/people/close", close), async {
        somebody_waits(&app).await;
        let sql = "update lead set owner_id = $1 where id = $2";
        sqlx::query(sql).bind(burak).bind(lead.0).execute(&mut *giving).await.expect("his lead");
        giving.commit().await.expect("a lead that was given");
    });
    let answer: AccountAnswer = heard(answer);
    assert!(matches!(&answer, AccountAnswer::Refused { why } if why.why == Why::HasLeads), "{answer:?}");
}

#[tokio::test]
async fn nobody_is_given_a_lead_whose_account_is_closed() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let lead = given::lead(&app, Given::default()).await;
    let nobody = Holder::Person(UserId(9_999_999));
    let refused = assign(&selin, &[wanted(lead, person(&app, AYSE).await, nobody)], "why not").await;
    assert_eq!(refused, [Assigned::Refused { why: Objection::NobodyThere }]);
    let (status, _) = selin.call("/api/routing/assign", json!({ "wanted": [], "reason": "x".repeat(100_000) })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn two_managers_who_give_one_lead_away_at_once_do_not_both_succeed() {
    let app = spawn_app().await;
    let (selin, admin) = (app.sign_in(SELIN).await, app.sign_in("admin@demo.winback").await);
    let (ayse, burak, jan) = (person(&app, AYSE).await, person(&app, BURAK).await, person(&app, JAN).await);
    for _ in 0..20 {
        let lead = given::lead(&app, Given::default()).await;
        let (to_burak, to_jan) = ([wanted(lead, ayse, burak)], [wanted(lead, ayse, jan)]);
        let (one, other) = tokio::join!(assign(&selin, &to_burak, "first"), assign(&admin, &to_jan, "second"));
        let done = [&one[0], &other[0]].into_iter().filter(|end| matches!(end, Assigned::Done { .. })).count();
        assert_eq!(done, 1, "{one:?} {other:?}");
    }
}

async fn note(client: &Client, lead: LeadId, kind: &str) -> Noted {
    heard(
        client
            .ask("/api/routing/note_signal", json!({ "wanted": { "lead": lead, "kind": kind, "key": fresh_key() } }))
            .await,
    )
}

async fn by_rules(client: &Client, lead: LeadId) -> Assigned {
    heard(client.ask("/api/routing/route", json!({ "lead": lead, "key": fresh_key() })).await)
}

async fn why(client: &Client, lead: LeadId) -> Vec<Explanation> {
    heard(client.ask("/api/routing/why", json!({ "lead": lead })).await)
}

/// A lead that waits in a queue, of a size that nobody knows.
async fn waiting(app: &TestApp) -> LeadId {
    let lead = given::lead(app, Given { queue: Some("Ankara"), stage: "open", ..Given::default() }).await;
    sqlx::query("update lead set value_minor = null, currency = null, value_base_minor = null where id = $1")
        .bind(lead.0)
        .execute(&app.pool)
        .await
        .expect("a lead without a value");
    lead
}

#[tokio::test]
async fn a_signal_makes_a_score_with_its_parts_and_the_history_of_scores_is_kept() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let lead = waiting(&app).await;
    assert_eq!(note(&selin, lead, "newsletter").await, Noted::Done);
    assert_eq!(note(&selin, lead, "demo_request").await, Noted::Done);
    assert_eq!(note(&selin, lead, "horoscope").await, Noted::Refused { why: SignalObjection::NoSuchSignal });
    let jan = app.sign_in(JAN).await;
    assert_eq!(note(&jan, lead, "webinar").await, Noted::Refused { why: SignalObjection::NotYours });
    let scores: Vec<(String, i16, String)> =
        sqlx::query_as("select intent, score, temperature from lead_score where lead_id = $1 order by id")
            .bind(lead.0)
            .fetch_all(&app.pool)
            .await
            .expect("the history of scores");
    let (first, last) = (scores.first().expect("a score"), scores.last().expect("a score"));
    assert_eq!((first.0.as_str(), last.0.as_str(), scores.len()), ("low", "high", 2));
    assert_eq!(last.1 - first.1, 40, "the whole weight of intent: {scores:?}");
    let now: (String, i16) = sqlx::query_as("select intent, score from lead where id = $1")
        .bind(lead.0)
        .fetch_one(&app.pool)
        .await
        .expect("a lead");
    assert_eq!((now.0, now.1), (last.0.clone(), last.1));
}

#[tokio::test]
async fn the_rules_give_a_lead_to_the_right_tier_and_say_why() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let lead = waiting(&app).await;
    note(&selin, lead, "demo_request").await;
    assert!(matches!(by_rules(&selin, lead).await, Assigned::Done { .. }));
    let told = why(&selin, lead).await;
    let [told] = &told[..] else { panic!("one time: {told:?}") };
    assert_eq!((told.route.assessment.intent, told.route.path), (Intent::High, Path::QualifyFirst));
    assert_eq!((told.route.decided.clone(), told.by.as_deref()), (Decided::Matrix, Some("Selin Yıldız")));
    let owner = owner(&app, lead).await.expect("somebody has it");
    assert!([AYSE, "isil@demo.winback"].contains(&owner.as_str()), "an SDR: {owner}");
    assert_eq!(told.route.to, To::Person(UserId(given::user(&app, &owner).await)));
    // A demo request is answered within a quarter of an hour in which the team works.
    let due: chrono::DateTime<chrono::Utc> =
        sqlx::query_scalar("select next_step_due from lead where id = $1 and next_step_channel = 'task'")
            .bind(lead.0)
            .fetch_one(&app.pool)
            .await
            .expect("a first step");
    assert_eq!(due, app.clock.now() + chrono::TimeDelta::minutes(15));
    let tiers = told.route.choice.passed.iter().filter(|(_, why)| matches!(why, PassedOver::Tier(_))).count();
    assert_eq!((tiers, told.route.choice.passed.len()), (8, 9), "all ten reps are named");
    assert_eq!(told.people[&UserId(given::user(&app, JAN).await)], "Jan Novák");
    assert_eq!(told.signals["demo_request"].pick("tr"), "Demo istedi");
    // Companies' traits stood beside what was found of a person.
    assert_eq!(told.traits.iter().map(|one| one.pick("en")).collect::<Vec<_>>()[0], "Says what they need");
}

#[tokio::test]
async fn who_may_not_read_a_lead_does_not_hear_why_and_gives_it_to_nobody() {
    let app = spawn_app().await;
    let jan = app.sign_in(JAN).await;
    let lead = given::lead(&app, Given::default()).await;
    assert_eq!(by_rules(&jan, lead).await, Assigned::Refused { why: Objection::NotYours });
    assert_eq!(jan.call("/api/routing/why", json!({ "lead": lead })).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_introduction_by_an_executive_waits_in_a_queue_with_a_proposal() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let lead = given::lead(&app, Given { value: 9_000_000, ..Given::default() }).await;
    note(&selin, lead, "executive_introduction").await;
    by_rules(&selin, lead).await;
    assert_eq!(owner(&app, lead).await, None);
    let proposed: String = sqlx::query_scalar(
        "select u.tier from review r join app_user u on u.id = r.proposal_id where r.lead_id = $1 and r.decided_at is null",
    )
    .bind(lead.0)
    .fetch_one(&app.pool)
    .await
    .expect("an open review");
    assert!(["senior", "account_director"].contains(&proposed.as_str()), "{proposed}");
}

async fn to_decide(client: &Client) -> Vec<Review> {
    heard::<Today>(client.ask("/api/outreach/today", json!({})).await).reviews
}

#[tokio::test]
async fn who_manages_the_queue_gives_a_lead_as_proposed_and_that_decides() {
    let app = spawn_app().await;
    let managers = [app.sign_in(SELIN).await, app.sign_in("mert@demo.winback").await];
    let lead = given::lead(&app, Given { value: 9_000_000, ..Given::default() }).await;
    note(&managers[0], lead, "executive_introduction").await;
    by_rules(&managers[0], lead).await;
    let asked = [to_decide(&managers[0]).await, to_decide(&managers[1]).await];
    assert_eq!(asked.iter().map(Vec::len).sum::<usize>(), 1, "one of them decides: {asked:?}");
    let decider = &managers[asked.iter().position(|asked| !asked.is_empty()).expect("one")];
    let review = asked.into_iter().flatten().next().expect("one");
    let admin = app.sign_in("admin@demo.winback").await;
    assert_eq!(to_decide(&admin).await, std::slice::from_ref(&review));
    let (person, _) = review.proposal.clone().expect("a proposal");
    let email: String = sqlx::query_scalar("select email from app_user where id = $1")
        .bind(person.0)
        .fetch_one(&app.pool)
        .await
        .expect("somebody");
    let rep = app.sign_in(&email).await;
    assert_eq!(to_decide(&rep).await, []);
    let wanted = wanted(lead, review.from, Holder::Person(person));
    assert!(matches!(&assign(decider, &[wanted], "As the rules proposed").await[0], Assigned::Done { .. }));
    assert_eq!(owner(&app, lead).await, Some(email));
    assert_eq!(to_decide(&admin).await, []);
    let decided: bool = sqlx::query_scalar("select decided_by is not null from review where id = $1")
        .bind(review.id.0)
        .fetch_one(&app.pool)
        .await
        .expect("a review");
    assert!(decided);
    let told = heard::<Today>(rep.ask("/api/outreach/today", json!({})).await).notices;
    assert!(told.iter().any(|notice| notice.lead == lead), "{told:?}");
}

#[tokio::test]
async fn of_leads_that_are_routed_at_once_nobody_gets_two_more_than_another() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let mut leads = Vec::new();
    for _ in 0..40 {
        leads.push(waiting(&app).await);
    }
    let routed = futures::future::join_all(leads.iter().map(|lead| by_rules(&selin, *lead))).await;
    assert!(routed.iter().all(|end| matches!(end, Assigned::Done { .. })), "{routed:?}");
    let mut got: BTreeMap<String, u32> = BTreeMap::new();
    for lead in &leads {
        *got.entry(owner(&app, *lead).await.expect("somebody has it")).or_default() += 1;
    }
    assert_eq!(got.values().copied().collect::<Vec<_>>(), [10; 4], "two SDRs and two juniors in turn: {got:?}");
}

#[tokio::test]
async fn published_rules_and_why_a_lead_went_where_it_went_stand() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let lead = waiting(&app).await;
    by_rules(&selin, lead).await;
    for wrong in [
        "update rule_set set note = 'never said'",
        "delete from rule_set",
        "insert into rule_set (rules, made_at, published_at) select rules, made_at, published_at from rule_set",
        "update assignment set outcome = 'nobody', person_id = null",
        "delete from assignment",
        "update lead_score set score = 100",
        "update lead set score = 100, fit = null",
        "insert into review (lead_id, why, activity_id, opened_at)
         select lead_id, 'rule', activity_id, at from assignment union all select lead_id, 'rule', activity_id, at from assignment",
    ] {
        assert!(sqlx::query(wrong).execute(&app.pool).await.is_err(), "{wrong}");
    }
}
