//! How fast leads are worked: what is waited for, and what happens when nobody comes. Time is moved, never waited for.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, eventually, fresh_key, heard, spawn_app},
};
use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use reqwest::StatusCode;
use serde_json::json;
use std::collections::BTreeMap;
use winback::{
    ids::{LeadId, UserId},
    losses::{
        api::{LoseAnswer, NewLoss},
        rules::{AttemptException, CustomerSaid, Draft, LastAttempt, Outcome, RetryPotential},
    },
    outreach::api::{Due, Today},
    people::rules::Holder,
    routing::{
        api::{Assigned, Assignment, Explanation, Noted},
        rules::{Objection, plan::Decided, sla::NoticeKind},
        store::escalation::strike,
    },
    settings::{
        api::{Saved, Wanted},
        model::{Holiday, Setting},
    },
};

const AYSE: &str = "ayse@demo.winback";
const BURAK: &str = "burak@demo.winback";
const ISIL: &str = "isil@demo.winback";
const SELIN: &str = "selin@demo.winback";

/// A lead of which nobody knows how large it is, with a demo request: it is for SDRs, of whom there are two.
async fn asked_for_a_demo(app: &TestApp, manager: &Client) -> LeadId {
    let lead = given::lead(app, Given { queue: Some("Ankara"), stage: "open", ..Given::default() }).await;
    sqlx::query("update lead set value_minor = null, currency = null, value_base_minor = null where id = $1")
        .bind(lead.0)
        .execute(&app.pool)
        .await
        .expect("a lead without a value");
    let signal = json!({ "wanted": { "lead": lead, "kind": "demo_request", "key": fresh_key() } });
    assert_eq!(heard::<Noted>(manager.ask("/api/routing/note_signal", signal).await), Noted::Done);
    lead
}

async fn by_rules(client: &Client, lead: LeadId) {
    let end: Assigned = heard(client.ask("/api/routing/route", json!({ "lead": lead, "key": fresh_key() })).await);
    assert!(matches!(end, Assigned::Done { .. }), "{end:?}");
}

async fn accept(client: &Client, lead: LeadId) -> Assigned {
    heard(client.ask("/api/routing/accept", json!({ "lead": lead, "key": fresh_key() })).await)
}

async fn pass(client: &Client, lead: LeadId) -> Assigned {
    let wanted = json!({ "lead": lead, "reason": "", "key": fresh_key() });
    heard(client.ask("/api/routing/pass", wanted).await)
}

async fn owner(app: &TestApp, lead: LeadId) -> Option<String> {
    let sql = "select u.email from lead l left join app_user u on u.id = l.owner_id where l.id = $1";
    sqlx::query_scalar(sql).bind(lead.0).fetch_one(&app.pool).await.expect("a lead")
}

fn other(owner: &str) -> &'static str {
    if owner == AYSE { ISIL } else { AYSE }
}

/// The lead's clocks in the order in which they began: what for, and how they ended.
async fn clocks(app: &TestApp, lead: LeadId) -> Vec<(String, Option<String>)> {
    sqlx::query_as("select clock, ended from sla_clock where lead_id = $1 order by id")
        .bind(lead.0)
        .fetch_all(&app.pool)
        .await
        .expect("clocks")
}

async fn notices(app: &TestApp, lead: LeadId) -> Vec<(String, String)> {
    sqlx::query_as(
        "select n.kind, u.email from notice n join app_user u on u.id = n.user_id where n.lead_id = $1 order by n.kind, u.email",
    )
    .bind(lead.0)
    .fetch_all(&app.pool)
    .await
    .expect("notices")
}

/// Moves the clock, and waits until nothing that has struck is left, here or on the server.
async fn pass_time(app: &TestApp, by: TimeDelta) {
    app.clock.advance(by);
    let now = app.clock.now();
    eventually("all clocks to be looked at", || async {
        while strike(&app.app).await.expect("a look at the clocks") {}
        let left: i64 = sqlx::query_scalar("select count(*) from sla_clock where next_at <= $1")
            .bind(now)
            .fetch_one(&app.pool)
            .await
            .expect("clocks");
        (left == 0).then_some(())
    })
    .await;
}

async fn lose(app: &TestApp, lead: LeadId) {
    let owner = owner(app, lead).await.expect("somebody has it");
    let draft = Draft {
        outcome: Some(Outcome::Unqualified),
        reason: Some(given::reason(app, "needs_dont_match").await),
        attempt: Some(LastAttempt::Excepted(AttemptException::Unreachable)),
        customer: Some(CustomerSaid::Nothing),
        note: "They look for something else.".to_owned(),
        retry_potential: Some(RetryPotential::Low),
        ..Draft::default()
    };
    let wanted = NewLoss { lead, draft, seen_version: 0, shared_by: 1, key: fresh_key() };
    let client = app.sign_in(&owner).await;
    let answer: LoseAnswer = heard(client.ask("/api/losses/lose", json!({ "wanted": wanted })).await);
    assert!(matches!(answer, LoseAnswer::Done { .. }), "{answer:?}");
}

async fn stands_in(app: &TestApp, of: &str, stand_in: Option<&str>) {
    sqlx::query("update app_user set backup_id = (select id from app_user where email = $2) where email = $1")
        .bind(of)
        .bind(stand_in)
        .execute(&app.pool)
        .await
        .expect("a stand-in");
}

#[tokio::test]
async fn a_lead_that_nobody_accepts_goes_to_whoever_stands_in_and_the_manager_hears_of_it() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    for sdr in [AYSE, ISIL] {
        stands_in(&app, sdr, Some(BURAK)).await;
    }
    let lead = asked_for_a_demo(&app, &selin).await;
    by_rules(&selin, lead).await;
    let first = owner(&app, lead).await.expect("somebody has it");
    pass_time(&app, TimeDelta::minutes(14)).await;
    assert_eq!(owner(&app, lead).await.as_deref(), Some(first.as_str()), "there is time");
    pass_time(&app, TimeDelta::minutes(2)).await;
    let told = notices(&app, lead).await;
    let of = |kind: &str| told.iter().filter(|(told, _)| told == kind).count();
    assert_eq!((of("assigned"), of("amber"), of("late")), (1, 1, 1), "accepting is urgent, answering late: {told:?}");
    pass_time(&app, TimeDelta::minutes(14)).await;
    assert_eq!(owner(&app, lead).await.as_deref(), Some(BURAK));
    let told = notices(&app, lead).await;
    assert!(told.contains(&("assigned".into(), BURAK.into())), "{told:?}");
    assert!(told.contains(&("gone".into(), first.clone())), "{told:?}");
    assert_eq!(told.iter().filter(|(kind, _)| kind == "escalated").count(), 1, "one manager, once: {told:?}");
    let why: Vec<Explanation> = heard(selin.ask("/api/routing/why", json!({ "lead": lead })).await);
    assert_eq!(why[0].route.decided, Decided::Backup(UserId(given::user(&app, &first).await)));
    assert_eq!((why[0].by.as_deref(), why.len()), (None, 2));
    let because: String = sqlx::query_scalar(
        "select detail ->> 'because' from activity where lead_id = $1 and kind = 'assignment' order by id desc limit 1",
    )
    .bind(lead.0)
    .fetch_one(&app.pool)
    .await
    .expect("the history");
    assert_eq!(because, "not_accepted");
}

#[tokio::test]
async fn where_whoever_stands_in_is_away_the_rules_choose_somebody_else() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    for sdr in [AYSE, ISIL] {
        stands_in(&app, sdr, Some(BURAK)).await;
    }
    sqlx::query("insert into absence (user_id, first_day, last_day) values ($1, '2026-03-01', '2026-03-09')")
        .bind(given::user(&app, BURAK).await)
        .execute(&app.pool)
        .await
        .expect("an absence");
    let lead = asked_for_a_demo(&app, &selin).await;
    by_rules(&selin, lead).await;
    let first = owner(&app, lead).await.expect("somebody has it");
    pass_time(&app, TimeDelta::minutes(31)).await;
    assert_eq!(owner(&app, lead).await.as_deref(), Some(other(&first)));
    // The team names somebody, too.
    stands_in(&app, AYSE, None).await;
    stands_in(&app, ISIL, None).await;
    sqlx::query("update team set backup_id = (select id from app_user where email = 'jan@demo.winback')")
        .execute(&app.pool)
        .await
        .expect("a stand-in of the team");
    pass_time(&app, TimeDelta::minutes(31)).await;
    assert_eq!(owner(&app, lead).await.as_deref(), Some("jan@demo.winback"));
}

#[tokio::test]
async fn what_is_accepted_and_not_answered_goes_to_somebody_else_and_at_last_to_the_managers_queue() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let lead = asked_for_a_demo(&app, &selin).await;
    by_rules(&selin, lead).await;
    let first = owner(&app, lead).await.expect("somebody has it");
    for sdr in [first.as_str(), other(&first)] {
        stands_in(&app, sdr, None).await;
        app.clock.advance(TimeDelta::minutes(1));
        assert_eq!(owner(&app, lead).await.as_deref(), Some(sdr));
        assert!(matches!(accept(&app.sign_in(sdr).await, lead).await, Assigned::Done { .. }));
        pass_time(&app, TimeDelta::minutes(30)).await;
    }
    assert_eq!(owner(&app, lead).await, None, "nobody is left");
    let why: String = sqlx::query_scalar("select why from review where lead_id = $1 and decided_at is null")
        .bind(lead.0)
        .fetch_one(&app.pool)
        .await
        .expect("a manager decides");
    assert_eq!(why, "nobody");
    // It waits there, and whoever manages the queue is told once; nothing goes round in circles.
    pass_time(&app, TimeDelta::days(3)).await;
    let before = app.everything().await;
    pass_time(&app, TimeDelta::days(30)).await;
    app.expect_unchanged(&before, "a lead that waits for a manager").await;
}

#[tokio::test]
async fn whoever_lets_a_lead_pass_does_not_get_it_again_and_only_whoever_has_it_answers() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let lead = asked_for_a_demo(&app, &selin).await;
    by_rules(&selin, lead).await;
    let first = owner(&app, lead).await.expect("somebody has it");
    let second = app.sign_in(other(&first)).await;
    assert_eq!(accept(&second, lead).await, Assigned::Refused { why: Objection::NotYours });
    assert_eq!(pass(&second, lead).await, Assigned::Refused { why: Objection::NotYours });
    app.clock.advance(TimeDelta::minutes(1));
    assert!(matches!(pass(&app.sign_in(&first).await, lead).await, Assigned::Done { .. }));
    assert_eq!(owner(&app, lead).await.as_deref(), Some(other(&first)));
    app.clock.advance(TimeDelta::minutes(1));
    assert!(matches!(pass(&second, lead).await, Assigned::Done { .. }));
    assert_eq!(owner(&app, lead).await, None);
}

async fn today(client: &Client) -> Today {
    heard(client.ask("/api/outreach/today", json!({})).await)
}

#[tokio::test]
async fn what_waits_for_somebody_stands_above_their_day_until_they_answer() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let lead = asked_for_a_demo(&app, &selin).await;
    by_rules(&selin, lead).await;
    let first = owner(&app, lead).await.expect("somebody has it");
    let (rep, colleague) = (app.sign_in(&first).await, app.sign_in(other(&first)).await);
    let told = today(&rep).await.notices;
    let [notice] = &told[..] else { panic!("one: {told:?}") };
    assert_eq!((notice.kind, notice.accepts), (NoticeKind::Assigned, true));
    assert_eq!(notice.due.map(|due| due.utc), Some(app.clock.now() + TimeDelta::minutes(15)));
    assert_eq!(today(&colleague).await.notices, []);
    // It is late: of one lead the last thing is told.
    pass_time(&app, TimeDelta::minutes(16)).await;
    let late = today(&rep).await.notices;
    assert_eq!((late.len(), late[0].kind), (1, NoticeKind::Late));
    let due: Due = heard(rep.ask("/api/outreach/due", json!({})).await);
    // The lead's first step is due, too.
    assert_eq!(due.count, 2);
    assert!(matches!(accept(&rep, lead).await, Assigned::Done { .. }));
    assert_eq!(today(&rep).await.notices, []);
    // Nobody answers: it goes, and both the one who had it and the manager hear of it until they say that they have.
    pass_time(&app, TimeDelta::minutes(15)).await;
    for (client, kind) in [(&rep, NoticeKind::Gone), (&selin, NoticeKind::Escalated)] {
        let told = today(client).await.notices;
        let [notice] = &told[..] else { panic!("one: {told:?}") };
        assert_eq!((notice.kind, notice.accepts), (kind, false));
        client.ask("/api/routing/seen", json!({ "notice": notice.id })).await;
        assert_eq!(today(client).await.notices, []);
    }
    // Nobody says for somebody else that they have seen something.
    let told = today(&colleague).await.notices;
    let [notice] = &told[..] else { panic!("one: {told:?}") };
    rep.ask("/api/routing/seen", json!({ "notice": notice.id })).await;
    assert_eq!(today(&colleague).await.notices, told);
}

#[tokio::test]
async fn what_one_has_answered_does_not_pass_any_more() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let lead = asked_for_a_demo(&app, &selin).await;
    by_rules(&selin, lead).await;
    let first = owner(&app, lead).await.expect("somebody has it");
    let rep = app.sign_in(&first).await;
    app.clock.advance(TimeDelta::minutes(1));
    let call = json!({ "channel": "call", "approach": "reminder", "result": "no_answer", "at": null, "note": "", "mentions": [] });
    let wanted = json!({ "lead": lead, "attempt": call, "key": fresh_key() });
    assert_eq!(rep.call("/api/losses/log_attempt", wanted).await.0, StatusCode::OK);
    let ended: Vec<_> = clocks(&app, lead).await.into_iter().map(|(_, ended)| ended).collect();
    assert_eq!(ended, [Some("met".to_owned()), Some("met".to_owned())]);
    assert_eq!(pass(&rep, lead).await, Assigned::Refused { why: Objection::TakenUp });
    pass_time(&app, TimeDelta::days(30)).await;
    assert_eq!(owner(&app, lead).await.as_deref(), Some(first.as_str()));
}

#[tokio::test]
async fn several_servers_take_each_lead_away_once() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let _beside = app.node_beside().await;
    let mut leads = Vec::new();
    for _ in 0..20 {
        let lead = asked_for_a_demo(&app, &selin).await;
        by_rules(&selin, lead).await;
        leads.push(lead);
    }
    app.clock.advance(TimeDelta::minutes(31));
    let look = || async { while strike(&app.app).await.expect("a look at the clocks") {} };
    futures::future::join_all((0..6).map(|_| look())).await;
    pass_time(&app, TimeDelta::zero()).await;
    let (assignments, told): (i64, i64) =
        sqlx::query_as("select (select count(*) from assignment), (select count(*) from notice where kind = 'gone')")
            .fetch_one(&app.pool)
            .await
            .expect("counts");
    assert_eq!((assignments, told), (40, 20), "each lead went to somebody twice, and was taken from somebody once");
}

#[tokio::test]
async fn a_lead_that_is_given_by_hand_is_waited_for_anew_in_the_time_of_whoever_got_it() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let lead = asked_for_a_demo(&app, &selin).await;
    by_rules(&selin, lead).await;
    let first = owner(&app, lead).await.expect("somebody has it");
    app.clock.advance(TimeDelta::minutes(10));
    let at = |email: &str| {
        let (app, email) = (&app, email.to_owned());
        async move { Holder::Person(UserId(given::user(app, &email).await)) }
    };
    let wanted = Assignment { lead, from: at(&first).await, to: at(BURAK).await, key: fresh_key() };
    selin.ask("/api/routing/assign", json!({ "wanted": [wanted], "reason": "He knows them" })).await;
    let open: Vec<(String, DateTime<Utc>)> = sqlx::query_as(
        "select clock, due_at from sla_clock c join app_user u on u.id = c.owner_id
         where c.lead_id = $1 and c.ended is null and u.email = $2 order by clock",
    )
    .bind(lead.0)
    .bind(BURAK)
    .fetch_all(&app.pool)
    .await
    .expect("clocks");
    let now = app.clock.now();
    assert_eq!(
        open,
        [("accepted".to_owned(), now + TimeDelta::minutes(30)), ("responded".to_owned(), now + TimeDelta::minutes(15))]
    );
}

#[tokio::test]
async fn deadlines_are_reckoned_anew_when_a_holiday_comes() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let admin = app.sign_in("admin@demo.winback").await;
    let lead = asked_for_a_demo(&app, &selin).await;
    by_rules(&selin, lead).await;
    let due = || async {
        let sql = "select due_at from sla_clock where lead_id = $1 and clock = 'responded' and ended is null";
        sqlx::query_scalar::<_, DateTime<Utc>>(sql).bind(lead.0).fetch_one(&app.pool).await.expect("a clock")
    };
    assert_eq!(due().await, app.clock.now() + TimeDelta::minutes(15));
    let on_day = app.clock.now().date_naive();
    let holiday = Setting::Holiday(Holiday { id: None, on_day, name: "Snow".into(), team: None });
    let wanted = Wanted { seen: None, wanted: Some(holiday), key: fresh_key() };
    let saved: Saved = heard(admin.ask("/api/settings/save", json!({ "wanted": wanted })).await);
    assert!(matches!(saved, Saved::Done { .. }), "{saved:?}");
    eventually("a quarter past nine the next day", || async {
        (due().await.to_rfc3339() == "2026-03-03T06:15:00+00:00").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_lead_that_left_the_board_is_waited_for_no_more_and_what_has_ended_stands() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let lead = asked_for_a_demo(&app, &selin).await;
    by_rules(&selin, lead).await;
    lose(&app, lead).await;
    assert!(clocks(&app, lead).await.iter().all(|(_, ended)| ended.is_some()));
    for wrong in [
        "update sla_clock set ended = null, met_at = null",
        "update sla_clock set due_at = due_at + interval '1 day'",
        "update sla_clock set ended = 'met'",
    ] {
        assert!(sqlx::query(wrong).execute(&app.pool).await.is_err(), "{wrong}");
    }
}

/// The key of a request was made while the server wrote the page, which it cannot do.
#[tokio::test]
async fn the_page_of_a_lead_with_clocks_is_written_on_the_server() {
    let app = spawn_app().await;
    let selin = app.sign_in(SELIN).await;
    let lead = asked_for_a_demo(&app, &selin).await;
    by_rules(&selin, lead).await;
    let owner = owner(&app, lead).await.expect("somebody has it");
    let page = app.sign_in(&owner).await.get(&format!("/leads/{}", lead.0)).await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.expect("a page");
    assert!(page.contains(">Accept<") && page.contains(">Let pass<"), "{page}");
}

/// Weeks of a team's work at random: leads come, are accepted, answered, let pass or left lying, on two servers.
/// `WINBACK_SIMULATED_LEADS` says how many.
#[tokio::test]
async fn in_weeks_of_work_on_two_servers_each_lead_is_somebodys_and_each_escalation_happens_once() {
    let count = std::env::var("WINBACK_SIMULATED_LEADS").ok().and_then(|count| count.parse().ok()).unwrap_or(120u32);
    let app = spawn_app().await;
    let _beside = app.node_beside().await;
    let mut random = ChaCha8Rng::seed_from_u64(20_260_302);
    let selin = app.sign_in(SELIN).await;
    let reps: Vec<(i64, String)> = sqlx::query_as("select id, email from app_user where role = 'rep' order by id")
        .fetch_all(&app.pool)
        .await
        .expect("reps");
    let mut clients = BTreeMap::new();
    for (id, email) in &reps {
        clients.insert(*id, app.sign_in(email).await);
    }
    // From half past eleven on a Monday to Sunday after next, in ticks of ten minutes.
    let (tick, a_day) = (TimeDelta::minutes(10), 6 * 24);
    let ticks = 13 * a_day;
    let mut comes: Vec<u32> = (0..count).map(|_| random.random_range(0..ticks - 3 * a_day)).collect();
    comes.sort_unstable();
    let mut comes = comes.into_iter().peekable();
    let (mut deeds, mut heard_of) = (Vec::<(u32, i64, i64, u32)>::new(), 0i64);
    for now in 0..ticks {
        app.clock.advance(tick);
        while strike(&app.app).await.expect("a look at the clocks") {}
        while comes.next_if(|at| *at <= now).is_some() {
            let lead = asked_for_a_demo(&app, &selin).await;
            by_rules(&selin, lead).await;
        }
        let assigned: Vec<(i64, i64, i64)> = sqlx::query_as(
            "select activity_id, lead_id, person_id from assignment where activity_id > $1 and outcome = 'person' order by 1",
        )
        .bind(heard_of)
        .fetch_all(&app.pool)
        .await
        .expect("assignments");
        for (entry, lead, person) in assigned {
            heard_of = entry;
            deeds.push((now + random.random_range(1..4), lead, person, random.random_range(0..10)));
        }
        let (due, later) = deeds.into_iter().partition(|(at, ..)| *at <= now);
        deeds = later;
        for (_, lead, person, deed) in due {
            let (lead, client) = (LeadId(lead), &clients[&person]);
            // It may be gone by now: that is said, and harms nothing.
            match deed {
                0..4 => {
                    let call = json!({ "channel": "call", "approach": "reminder", "result": "no_answer", "at": null, "note": "", "mentions": [] });
                    client
                        .call("/api/losses/log_attempt", json!({ "lead": lead, "attempt": call, "key": fresh_key() }))
                        .await;
                }
                4..6 => drop(accept(client, lead).await),
                6 => drop(pass(client, lead).await),
                _ => {}
            }
        }
    }
    pass_time(&app, TimeDelta::zero()).await;
    let (leads, escalated, taken, twice, untold): (i64, i64, i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from lead where num_nonnulls(owner_id, queue_id) = 1),
                (select count(*) from sla_clock where ended = 'escalated' and owner_id is not null),
                (select count(*) from activity where kind = 'assignment'
                 and detail ->> 'because' in ('not_accepted', 'not_answered', 'untouched')),
                (select count(*) from assignment a
                 where a.outcome = 'person' and exists (
                     select from sla_clock c where c.lead_id = a.lead_id and c.owner_id = a.person_id
                                               and c.ended in ('escalated', 'passed') and c.started_at < a.at)),
                (select count(*) from sla_clock c where c.ended = 'escalated' and not exists (
                     select from notice n where n.clock_id = c.id and n.kind = 'escalated'))",
    )
    .fetch_one(&app.pool)
    .await
    .expect("counts");
    assert_eq!(leads, i64::from(count), "each is somebody's");
    assert_eq!(escalated, taken, "each escalation took a lead away once");
    assert_eq!((twice, untold), (0, 0), "nobody got twice what they let pass, and managers heard of all");
    assert!(escalated > i64::from(count) / 10, "something happened: {escalated}");
    let clocks: Vec<(DateTime<Utc>, DateTime<Utc>, i64)> = sqlx::query_as(
        "select c.started_at, c.due_at, (t.target -> 'due' ->> 'amount')::bigint
         from sla_clock c join rule_set r on r.id = c.rule_set_id
         cross join lateral (select one as target from jsonb_array_elements(r.rules -> 'targets') one
                             where one ->> 'key' = c.target) t
         where t.target -> 'due' ->> 'unit' = 'business_minutes' order by c.id desc limit 300",
    )
    .fetch_all(&app.pool)
    .await
    .expect("deadlines");
    assert!(clocks.len() > 100, "{}", clocks.len());
    for (started, due, minutes) in clocks {
        assert_eq!(due, minute_by_minute(started, minutes), "{minutes} from {started}");
    }
}

/// When so many minutes between nine and six on weekdays in Istanbul have passed, counted one by one.
fn minute_by_minute(from: DateTime<Utc>, minutes: i64) -> DateTime<Utc> {
    let (mut at, mut left) = (from, minutes);
    while left > 0 {
        let local = at.with_timezone(&chrono_tz::Europe::Istanbul);
        let is_open = local.weekday().num_days_from_monday() < 5 && (9..18).contains(&local.hour());
        left -= i64::from(is_open);
        at += TimeDelta::minutes(1);
    }
    at
}
