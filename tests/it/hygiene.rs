//! Hygiene of reasons: each figure against SQL over the base tables that was written apart from the code; who may see and
//! change what; and that merging and retiring are whole, whoever else does something at that moment.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, beginning, fresh_key, heard, spawn_app},
};
use chrono::TimeDelta;
use futures::future::{join, join_all};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::AssertSqlSafe;
use std::time::Duration;
use winback::{
    analytics::rules::{Period, Preset},
    hygiene::{
        api::{Hygiene, ListPage},
        rules::{Behind, Finding, Hollow},
    },
    ids::{LeadId, ReasonId, RequestKey},
    losses::{
        api::{LoseAnswer, NewLoss, Preparation},
        rules::{
            Approach, AttemptChannel, AttemptResult, CustomerSaid, Draft, LastAttempt, NewAttempt, Objection, Outcome,
            RetryPotential,
        },
    },
    settings::{
        api::{Saved, Sheet, Wanted},
        model::{ReasonSetting, Section, Setting},
        rules::Why,
    },
};

const ADMIN: &str = "admin@demo.winback";
const AYSE: &str = "ayse@demo.winback";
const BURAK: &str = "burak@demo.winback";
const SELIN: &str = "selin@demo.winback";

async fn report(client: &Client, period: Period, list: Option<ListPage>) -> Hygiene {
    heard(client.ask("/api/hygiene/report", json!({ "period": period, "list": list })).await)
}

async fn all(client: &Client) -> Hygiene {
    report(client, Period::Preset(Preset::All), None).await
}

async fn number(app: &TestApp, sql: &str) -> i64 {
    let value: Result<Option<i64>, _> = sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&app.pool).await;
    value.unwrap_or_else(|error| panic!("{sql}: {error}")).unwrap_or(0)
}

async fn setting(client: &Client, id: ReasonId) -> ReasonSetting {
    let sheet: Sheet = heard(client.ask("/api/settings/sheet", json!({ "section": Section::Reasons })).await);
    let found = sheet.items.into_iter().find_map(|item| match item.setting {
        Setting::Reason(reason) if reason.id == Some(id.0) => Some(reason),
        _ => None,
    });
    found.expect("the reason")
}

async fn coded(app: &TestApp, client: &Client, code: &str) -> ReasonSetting {
    setting(client, given::reason(app, code).await).await
}

async fn set_with(client: &Client, seen: &ReasonSetting, after: &ReasonSetting, key: &RequestKey) -> Saved {
    let wanted = Wanted {
        seen: Some(Setting::Reason(seen.clone())),
        wanted: Some(Setting::Reason(after.clone())),
        key: key.clone(),
    };
    heard(client.ask("/api/settings/save", json!({ "wanted": wanted })).await)
}

async fn set(client: &Client, seen: &ReasonSetting, after: &ReasonSetting) -> Saved {
    set_with(client, seen, after, &fresh_key()).await
}

fn retired(reason: &ReasonSetting) -> ReasonSetting {
    ReasonSetting { retired: true, ..reason.clone() }
}

fn merged(reason: &ReasonSetting, into: &ReasonSetting) -> ReasonSetting {
    ReasonSetting { merged_into: into.id, ..retired(reason) }
}

fn done(saved: Saved) -> ReasonSetting {
    match saved {
        Saved::Done { setting: Some(Setting::Reason(reason)) } => reason,
        other => panic!("it should have been set: {other:?}"),
    }
}

fn refusals(saved: Saved) -> Vec<Why> {
    match saved {
        Saved::Refused { why } => why.into_iter().map(|it| it.why).collect(),
        other => panic!("it should have been refused: {other:?}"),
    }
}

fn loss(lead: LeadId, reason: ReasonId, note: &str) -> NewLoss {
    let attempt = NewAttempt {
        channel: AttemptChannel::Call,
        approach: Approach::Offer,
        result: AttemptResult::NoAnswer,
        at: None,
        note: String::new(),
        mentions: Vec::new(),
    };
    let draft = Draft {
        outcome: Some(Outcome::Lost),
        reason: Some(reason),
        attempt: Some(LastAttempt::New(attempt)),
        customer: Some(CustomerSaid::Nothing),
        note: note.to_owned(),
        retry_potential: Some(RetryPotential::Low),
        ..Draft::default()
    };
    NewLoss { lead, draft, seen_version: 0, shared_by: 1, key: fresh_key() }
}

async fn lose(client: &Client, wanted: &NewLoss) -> LoseAnswer {
    heard(client.ask("/api/losses/lose", json!({ "wanted": wanted })).await)
}

/// A lead of somebody, lost for the reason with this code.
async fn lost(app: &TestApp, client: &Client, owner: &str, code: &str, note: &str) -> LeadId {
    let lead = given::lead(app, Given { owner, ..Given::default() }).await;
    let reason = given::reason(app, code).await;
    let answer = lose(client, &loss(lead, reason, note)).await;
    assert!(matches!(answer, LoseAnswer::Done { .. }), "{answer:?}");
    lead
}

async fn offered(client: &Client, lead: LeadId) -> Vec<ReasonId> {
    let preparation: Preparation = heard(client.ask("/api/losses/preparation", json!({ "lead": lead })).await);
    preparation.reasons.into_iter().map(|reason| reason.id).collect()
}

// Figures.

/// Losses that count, of leads in sight, in the period: the base tables alone.
fn base(sight: &str, days: &str) -> String {
    format!(
        "(select s.*, (s.at at time zone 'Europe/Istanbul')::date as day, row_number() over (partition by s.note order by s.id) as turn
          from loss s join lead l on l.id = s.lead_id
          where l.withdrawn_at is null and coalesce(s.closure, '') <> 'reversed' and ({sight})) as found where ({days})"
    )
}

/// All figures of a viewer against SQL.
async fn compare(app: &TestApp, client: &Client, period: Period, sight: &str, days: &str) -> Hygiene {
    let (report, base) = (report(client, period, None).await, base(sight, days));
    let count = async |what: &str| number(app, &format!("select count(*) from {base} and ({what})")).await;
    assert_eq!(report.losses, count("true").await);
    assert!(report.losses > 50, "{report:?}");
    for of in &report.reasons {
        let is_it = format!("reason_id = {}", of.usage.reason);
        assert_eq!(of.usage.uses, count(&is_it).await, "{of:?}");
        let people = number(app, &format!("select count(distinct by_id) from {base} and {is_it}")).await;
        assert_eq!(of.usage.people, people, "{of:?}");
        assert_eq!(of.of, count(&format!("outcome = '{}'", of.setting.outcome)).await);
        let writers =
            number(app, &format!("select count(distinct by_id) from {base} and outcome = '{}'", of.setting.outcome))
                .await;
        let alone = of.usage.uses >= 5 && people == 1 && writers > 1;
        assert_eq!(of.usage.findings.contains(&Finding::OnePerson), alone, "{of:?}");
        assert_eq!(of.usage.findings.contains(&Finding::Never), of.of >= 50 && of.usage.uses == 0, "{of:?}");
        let hardly = of.of >= 50 && of.usage.uses > 0 && of.usage.uses * 50 < of.of;
        assert_eq!(of.usage.findings.contains(&Finding::Hardly), hardly, "{of:?}");
    }
    assert_eq!(report.other, count("reason_id in (select id from loss_reason where code = 'other')").await);
    assert_eq!(report.commented, count("import_batch_id is null").await);
    let letters = "length(regexp_replace(note, '[^[:alnum:]]', '', 'g'))";
    let hollow = |kind: Hollow| report.hollow.iter().find(|(of, _)| *of == kind).map_or(0, |(_, losses)| *losses);
    assert_eq!(hollow(Hollow::TooShort), count(&format!("{letters} < 8")).await);
    // What the demo team writes has always a word of substance.
    assert_eq!(hollow(Hollow::NoSubstance), 0);
    assert_eq!(hollow(Hollow::Copied), count(&format!("{letters} >= 8 and turn > 1")).await);
    let asks = "reason_id in (select id from loss_reason where attempts_needed > 0) or override_by is not null";
    assert_eq!(report.attempts_asked, count(asks).await);
    for one in &report.overrides {
        assert_eq!(one.losses, count(&format!("override_by = {}", one.by)).await);
    }
    let overridden: i64 = report.overrides.iter().map(|one| one.losses).sum();
    assert_eq!(overridden, count("override_by is not null").await);
    report
}

/// Every figure opens as many losses as it says, none of them twice.
async fn lists_hold_what_figures_say(client: &Client, period: Period, figures: &Hygiene) {
    let reasons = figures.reasons.iter().map(|of| (Behind::Reason(of.usage.reason), of.usage.uses));
    let hollow = figures.hollow.iter().map(|(kind, losses)| (Behind::Hollow(*kind), *losses));
    let overrides = figures.overrides.iter().map(|one| (Behind::Override(Some(one.by)), one.losses));
    let overridden = figures.overrides.iter().map(|one| one.losses).sum();
    let others = [(Behind::Other, figures.other), (Behind::Override(None), overridden)];
    for (behind, figure) in reasons.chain(hollow).chain(overrides).chain(others) {
        let listing = report(client, period, Some(ListPage { behind, page: 0 })).await.listing.expect("a list");
        assert_eq!(listing.total, figure, "{behind}");
        assert_eq!(listing.rows.len() as i64, figure.min(listing.page_size), "{behind}");
        assert!(listing.rows.is_sorted_by_key(|row| std::cmp::Reverse((row.day, row.loss))), "{behind}");
    }
    let last = (figures.other / 25) as u32;
    let page = ListPage { behind: Behind::Other, page: last };
    let rows = report(client, period, Some(page)).await.listing.expect("a list").rows;
    assert_eq!(rows.len() as i64, figures.other % 25);
}

#[tokio::test]
async fn every_figure_is_what_plain_sql_says() {
    let app = spawn_app().await;
    let now = beginning();
    winback::demo::store::fill(&app.pool, 1, now.date_naive(), now).await.expect("demo data");
    let admin = app.sign_in(ADMIN).await;
    let everything = Period::Preset(Preset::All);
    let spring = Period::Between { from: "2025-03-10".parse().ok(), to: "2025-06-02".parse().ok() };
    compare(&app, &admin, everything, "true", "true").await;
    let found = compare(&app, &admin, spring, "true", "day between '2025-03-10' and '2025-06-02'").await;
    lists_hold_what_figures_say(&admin, spring, &found).await;
    let selin = given::user(&app, SELIN).await;
    let teams = format!("select team_id from team_manager where user_id = {selin}");
    let sight = format!(
        "l.owner_id = {selin} or l.owner_id in (select id from app_user where team_id in ({teams}))
         or l.queue_id in (select id from queue where team_id in ({teams}))"
    );
    compare(&app, &app.sign_in(SELIN).await, everything, &sight, "true").await;
    assert!(all(&app.sign_in(SELIN).await).await.losses < all(&admin).await.losses);
}

#[tokio::test]
async fn comments_that_say_nothing_are_found_with_their_leads() {
    let app = spawn_app().await;
    let (admin, ayse, selin) = (app.sign_in(ADMIN).await, app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    lost(&app, &ayse, AYSE, "price_too_high", "Taksit istedi, veremedik.").await;
    let copied = lost(&app, &ayse, AYSE, "other", "TAKSİT istedi,  veremedik.").await;
    let short = lost(&app, &ayse, AYSE, "price_too_high", "pahalı").await;
    let empty = lost(&app, &ayse, AYSE, "price_too_high", "Müşteri ilgilenmiyor: fiyat yüksek").await;
    // A manager does without the attempts.
    let waived = given::lead(&app, Given::default()).await;
    let mut wanted = loss(waived, given::reason(&app, "contact_lost").await, "Moved to another country");
    wanted.draft.override_because = "The whole family emigrated".to_owned();
    assert!(matches!(lose(&selin, &wanted).await, LoseAnswer::Done { .. }));
    // A mistake counts nowhere.
    let mistaken = given::lead(&app, Given::default()).await;
    let LoseAnswer::Done { lost } = lose(&ayse, &loss(mistaken, given::reason(&app, "other").await, "x")).await else {
        panic!("lost")
    };
    let back =
        json!({ "loss": lost.loss, "closure": "reversed", "cause": null, "note": "", "to": null, "key": fresh_key() });
    ayse.ask("/api/losses/reopen", json!({ "wanted": back })).await;
    let report = all(&admin).await;
    assert_eq!((report.losses, report.commented, report.other, report.attempts_asked), (5, 5, 1, 1));
    assert_eq!(report.hollow, [(Hollow::TooShort, 1), (Hollow::NoSubstance, 1), (Hollow::Copied, 1)]);
    let names: Vec<_> = report.overrides.iter().map(|one| (one.name.as_str(), one.losses)).collect();
    assert_eq!(names, [("Selin Yıldız", 1)]);
    for (behind, lead) in [
        (Behind::Hollow(Hollow::TooShort), short),
        (Behind::Hollow(Hollow::NoSubstance), empty),
        (Behind::Hollow(Hollow::Copied), copied),
        (Behind::Override(None), waived),
        (Behind::Other, copied),
    ] {
        let listing =
            self::report(&admin, Period::Preset(Preset::All), Some(ListPage { behind, page: 0 })).await.listing;
        let rows = listing.expect("a list").rows;
        assert_eq!(rows.iter().map(|row| row.lead).collect::<Vec<_>>(), [lead], "{behind}");
    }
    assert!(report.suggestions.is_empty(), "so few losses say nothing about reasons");
}

// Who may.

#[tokio::test]
async fn managers_see_it_admins_change_it_and_reps_do_neither() {
    let app = spawn_app().await;
    let (admin, selin, ayse) = (app.sign_in(ADMIN).await, app.sign_in(SELIN).await, app.sign_in(AYSE).await);
    lost(&app, &ayse, AYSE, "other", "Moved to another country").await;
    let asked = json!({ "period": Period::Preset(Preset::All), "list": null });
    assert_eq!(ayse.call("/api/hygiene/report", asked.clone()).await.0, StatusCode::FORBIDDEN);
    assert_eq!(app.stranger().call("/api/hygiene/report", asked).await.0, StatusCode::UNAUTHORIZED);
    let far = Period::Between { from: "0001-01-01".parse().ok(), to: None };
    assert_eq!(
        admin.call("/api/hygiene/report", json!({ "period": far, "list": null })).await.0,
        StatusCode::BAD_REQUEST
    );
    assert!(all(&admin).await.may_change);
    let of_selin = all(&selin).await;
    assert!(!of_selin.may_change && of_selin.losses == 1);
    // Burak's team is another one's.
    let burak = app.sign_in(BURAK).await;
    lost(&app, &burak, BURAK, "other", "Bought a house instead").await;
    let sees = (all(&selin).await.losses, all(&admin).await.losses);
    let same_team = number(
        &app,
        &format!("select count(*) from app_user a join app_user b using (team_id) where a.email = '{AYSE}' and b.email = '{BURAK}'"),
    )
    .await;
    assert_eq!(sees, (1 + same_team, 2));
    let (price, trust) = (coded(&app, &admin, "price_too_high").await, coded(&app, &admin, "trust").await);
    let before = app.everything().await;
    for client in [&selin, &ayse] {
        for after in [retired(&price), merged(&price, &trust)] {
            assert_eq!(refusals(set(client, &price, &after).await), [Why::NotAllowed]);
        }
    }
    app.expect_unchanged(&before, "what only an admin may").await;
}

// Merging.

#[tokio::test]
async fn a_merged_reason_keeps_its_losses_and_the_dialog_offers_only_the_other() {
    let app = spawn_app().await;
    let (admin, ayse) = (app.sign_in(ADMIN).await, app.sign_in(AYSE).await);
    let (price, trust) = (coded(&app, &admin, "price_too_high").await, coded(&app, &admin, "trust").await);
    let (price_id, trust_id) = (given::reason(&app, "price_too_high").await, given::reason(&app, "trust").await);
    lost(&app, &ayse, AYSE, "trust", "Wanted to see the doctor first").await;
    lost(&app, &ayse, AYSE, "price_too_high", "Wanted instalments").await;
    let open = given::lead(&app, Given::default()).await;
    let stands = done(set(&admin, &trust, &merged(&trust, &price)).await);
    assert_eq!((stands.retired, stands.merged_into), (true, price.id));
    let now = offered(&ayse, open).await;
    assert!(now.contains(&price_id) && !now.contains(&trust_id));
    // Who had the dialog open is told what takes its place; nothing is written.
    let before = app.everything().await;
    let answer = lose(&ayse, &loss(open, trust_id, "Wanted to see the doctor first")).await;
    let told = vec![Objection::ReasonMerged { into: price.name.clone() }];
    assert_eq!(answer, LoseAnswer::Objections { objections: told });
    app.expect_unchanged(&before, "a refused loss").await;
    let report = all(&admin).await;
    let usage = |id| report.reasons.iter().find(|of| of.usage.reason == id).expect("listed").usage.clone();
    assert_eq!((usage(price_id).uses, usage(price_id).merged), (1, 1));
    assert_eq!((usage(trust_id).uses, usage(trust_id).merged), (1, 0));
    assert_eq!(number(&app, &format!("select count(*) from loss where reason_id = {trust_id}")).await, 1);
    // The log says it, and the way back is the same setting turned round.
    let log = "select count(*) from setting_change where detail -> 'fields' ? 'merged_into'";
    assert_eq!(number(&app, log).await, 1);
    assert_eq!(done(set(&admin, &stands, &trust).await), trust);
    assert!(offered(&ayse, open).await.contains(&trust_id));
    assert!(matches!(lose(&ayse, &loss(open, trust_id, "Not convinced of us")).await, LoseAnswer::Done { .. }));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_the_rules_and_by_the_database() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let (price, trust) = (coded(&app, &admin, "price_too_high").await, coded(&app, &admin, "trust").await);
    let (other, unqualified) = (coded(&app, &admin, "other").await, coded(&app, &admin, "needs_dont_match").await);
    let narrow = coded(&app, &admin, "closed_down").await;
    let gone = done(set(&admin, &other, &retired(&other)).await);
    for target in [&trust, &gone, &unqualified] {
        assert_eq!(refusals(set(&admin, &trust, &merged(&trust, target)).await), [Why::NoReplacement]);
    }
    // Only companies close down: persons would be left without it.
    assert_eq!(refusals(set(&admin, &unqualified, &merged(&unqualified, &narrow)).await), [Why::NoReplacement]);
    let in_use = ReasonSetting { merged_into: price.id, ..trust.clone() };
    assert_eq!(refusals(set(&admin, &trust, &in_use).await), [Why::NoReplacement]);
    let stands = done(set(&admin, &trust, &merged(&trust, &price)).await);
    assert_eq!(refusals(set(&admin, &price, &retired(&price)).await), [Why::StandsForOthers], "no chains");
    let competitor = coded(&app, &admin, "competitor_preferred").await;
    assert_eq!(refusals(set(&admin, &price, &merged(&price, &competitor)).await), [Why::StandsForOthers]);
    assert_eq!(refusals(set(&admin, &competitor, &merged(&competitor, &stands)).await), [Why::NoReplacement]);
    // Offered again it stands for itself.
    let back = Setting::Reason(stands.clone()).with_retired(false).expect("a reason");
    let Setting::Reason(back) = back else { panic!("a reason") };
    assert_eq!(done(set(&admin, &stands, &back).await), trust);
    done(set(&admin, &trust, &merged(&trust, &price)).await);
    for (change, constraint) in [
        ("merged_into_id = id, retired_at = now() where code = 'price_too_high'", "reason_is_not_merged_into_itself"),
        ("retired_at = null where code = 'trust'", "merged_reason_is_retired"),
        ("retired_at = now() where code = 'price_too_high'", "replacing_reason_stays_in_use"),
        (
            "retired_at = now(), merged_into_id = (select id from loss_reason where code = 'trust') where code = 'competitor_preferred'",
            "merged_reason_has_one_in_use",
        ),
        (
            "retired_at = now(), merged_into_id = (select id from loss_reason where code = 'closed_down') where code = 'competitor_preferred'",
            "merged_reason_keeps_its_outcome",
        ),
    ] {
        let sql = AssertSqlSafe(format!("update loss_reason set {change}"));
        let refused = sqlx::query(sql).execute(&app.pool).await.expect_err(constraint);
        let name = refused.as_database_error().and_then(|error| error.constraint().map(str::to_owned));
        assert_eq!(name.as_deref(), Some(constraint), "{change}");
    }
    let answer = heard::<Saved>(
        admin
            .ask(
                "/api/settings/save",
                json!({ "wanted": Wanted { seen: Some(Setting::Reason(price)), wanted: None, key: fresh_key() } }),
            )
            .await,
    );
    assert_eq!(refusals(answer), [Why::InUse]);
}

#[tokio::test]
async fn of_two_admins_at_once_one_does_and_no_chain_arises() {
    let app = spawn_app().await;
    let (one, two) = (app.sign_in(ADMIN).await, app.sign_in(ADMIN).await);
    for round in 0..6 {
        let (price, trust) = (coded(&app, &one, "price_too_high").await, coded(&app, &one, "trust").await);
        let against = if round % 2 == 0 { merged(&price, &trust) } else { retired(&price) };
        let merging = merged(&trust, &price);
        let answers = join(set(&one, &trust, &merging), set(&two, &price, &against)).await;
        let answers = [answers.0, answers.1];
        assert_eq!(answers.iter().filter(|answer| matches!(answer, Saved::Done { .. })).count(), 1, "{answers:?}");
        let refused: Vec<_> = answers
            .into_iter()
            .filter_map(|answer| match answer {
                Saved::Refused { why } => Some(why[0].why),
                _ => None,
            })
            .collect();
        assert!(matches!(refused[..], [Why::NoReplacement | Why::StandsForOthers]), "{refused:?}");
        for (code, before) in [("trust", &trust), ("price_too_high", &price)] {
            let now = coded(&app, &one, code).await;
            if now != *before {
                done(set(&one, &now, before).await);
            }
        }
    }
    // Both want the same at once: one does it, the other learns that it is done.
    let (price, trust) = (coded(&app, &one, "price_too_high").await, coded(&app, &one, "trust").await);
    let merging = merged(&trust, &price);
    let (first, second) = join(set(&one, &trust, &merging), set(&two, &trust, &merging)).await;
    let conflicts = [&first, &second].into_iter().filter(|answer| matches!(answer, Saved::Conflict { .. })).count();
    assert_eq!(conflicts, 1, "{first:?} {second:?}");
    // Whoever undoes after somebody else has changed it is told so.
    let stands = coded(&app, &one, "trust").await;
    done(set(&two, &stands, &trust).await);
    assert!(matches!(set(&one, &stands, &trust).await, Saved::Conflict { .. }));
}

#[tokio::test]
async fn past_the_code_two_at_once_make_no_chain_either() {
    let app = spawn_app().await;
    let (price, trust) = (given::reason(&app, "price_too_high").await, given::reason(&app, "trust").await);
    let merge =
        format!("update loss_reason set retired_at = '2026-03-02', merged_into_id = {price} where id = {trust}");
    let retire = format!("update loss_reason set retired_at = '2026-03-02' where id = {price}");
    for (first, second, constraint) in
        [(&merge, &retire, "replacing_reason_stays_in_use"), (&retire, &merge, "merged_reason_has_one_in_use")]
    {
        let mut begun = app.pool.begin().await.expect("a transaction");
        sqlx::query(AssertSqlSafe(first.clone())).execute(&mut *begun).await.expect("the first");
        let (pool, sql) = (app.pool.clone(), second.clone());
        let waiting = tokio::spawn(async move { sqlx::query(AssertSqlSafe(sql)).execute(&pool).await });
        tokio::time::sleep(Duration::from_millis(150)).await;
        assert!(!waiting.is_finished(), "the second waits for the first");
        begun.commit().await.expect("the first stands");
        let refused = waiting.await.expect("it ended").expect_err("the second is refused");
        let name = refused.as_database_error().and_then(|error| error.constraint().map(str::to_owned));
        assert_eq!(name.as_deref(), Some(constraint));
        let undo = format!("update loss_reason set retired_at = null, merged_into_id = null where id = {trust}");
        sqlx::query(AssertSqlSafe(undo)).execute(&app.pool).await.expect("undone");
        let undo = format!("update loss_reason set retired_at = null where id = {price}");
        sqlx::query(AssertSqlSafe(undo)).execute(&app.pool).await.expect("undone");
    }
}

#[tokio::test]
async fn a_loss_that_is_written_while_its_reason_is_merged_stands_whole_or_not_at_all() {
    let app = spawn_app().await;
    let (admin, ayse) = (app.sign_in(ADMIN).await, app.sign_in(AYSE).await);
    let (price, trust) = (coded(&app, &admin, "price_too_high").await, coded(&app, &admin, "trust").await);
    let reason = given::reason(&app, "trust").await;
    let mut leads = Vec::new();
    for _ in 0..12 {
        leads.push(given::lead(&app, Given::default()).await);
    }
    let losing = leads.iter().enumerate().map(|(place, lead)| {
        let (ayse, wanted) = (&ayse, loss(*lead, reason, "Not convinced of us"));
        async move {
            tokio::time::sleep(Duration::from_millis(8 * place as u64)).await;
            (wanted.lead, lose(ayse, &wanted).await)
        }
    });
    let merging = async {
        tokio::time::sleep(Duration::from_millis(40)).await;
        set(&admin, &trust, &merged(&trust, &price)).await
    };
    let (saved, answers) = join(merging, join_all(losing)).await;
    done(saved);
    for (lead, answer) in answers {
        let stands = match answer {
            LoseAnswer::Done { .. } => 1,
            LoseAnswer::Objections { objections } => {
                let fits = [Objection::ReasonDoesNotFit, Objection::ReasonMerged { into: price.name.clone() }];
                assert!(objections.len() == 1 && fits.contains(&objections[0]), "{objections:?}");
                0
            }
            other => panic!("{other:?}"),
        };
        for (what, condition) in [
            ("loss", format!("lead_id = {lead} and reason_id = {reason}")),
            ("loss", format!("lead_id = {lead}")),
            ("attempt", format!("lead_id = {lead}")),
            ("activity", format!("lead_id = {lead} and kind = 'loss'")),
            ("lead", format!("id = {lead} and standing_loss_id is not null")),
        ] {
            let count = number(&app, &format!("select count(*) from {what} where {condition}")).await;
            assert_eq!(count, stands, "{what} {condition}");
        }
    }
}

#[tokio::test]
async fn a_loss_does_not_wait_for_a_merge_that_is_not_done_yet() {
    let app = spawn_app().await;
    let (ayse, lead) = (app.sign_in(AYSE).await, given::can(&app).await);
    let (price, trust) = (given::reason(&app, "price_too_high").await, given::reason(&app, "trust").await);
    let mut merging = app.pool.begin().await.expect("a transaction");
    let sql = format!("update loss_reason set retired_at = '2026-03-02', merged_into_id = {price} where id = {trust}");
    sqlx::query(AssertSqlSafe(sql)).execute(&mut *merging).await.expect("begun");
    let answer = lose(&ayse, &loss(lead, trust, "Not convinced of us")).await;
    assert!(matches!(answer, LoseAnswer::Done { .. }), "{answer:?}");
    merging.commit().await.expect("merged");
    assert_eq!(number(&app, &format!("select count(*) from loss where reason_id = {trust}")).await, 1);
}

#[tokio::test]
async fn a_repeated_request_merges_once() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let (price, trust) = (coded(&app, &admin, "price_too_high").await, coded(&app, &admin, "trust").await);
    let (key, merging) = (fresh_key(), merged(&trust, &price));
    let answers = join_all((0..4).map(|_| set_with(&admin, &trust, &merging, &key))).await;
    let stands: Vec<_> = answers.into_iter().map(done).collect();
    assert!(stands.iter().all(|reason| *reason == stands[0] && reason.merged_into == price.id));
    assert_eq!(number(&app, "select count(*) from setting_change").await, 1);
    // It was undone; the same request again does not do it again.
    done(set(&admin, &stands[0], &trust).await);
    assert_eq!(done(set_with(&admin, &trust, &merging, &key).await), trust);
    assert_eq!(number(&app, "select count(*) from setting_change").await, 2);
}

#[tokio::test]
async fn a_reason_that_nobody_gives_is_suggested_to_go_and_goes() {
    let app = spawn_app().await;
    let now = beginning();
    winback::demo::store::fill(&app.pool, 1, now.date_naive(), now).await.expect("demo data");
    let admin = app.sign_in(ADMIN).await;
    let price = coded(&app, &admin, "price_too_high").await;
    let name = winback::ids::Names([("en".to_owned(), "Bought a boat".to_owned())].into());
    let new = ReasonSetting { id: None, name, ..price.clone() };
    let wanted = Wanted { seen: None, wanted: Some(Setting::Reason(new)), key: fresh_key() };
    let new = done(heard(admin.ask("/api/settings/save", json!({ "wanted": wanted })).await));
    let id = ReasonId(new.id.expect("an id"));
    let suggested = |report: &Hygiene| report.suggestions.iter().find(|one| one.reason == id).cloned();
    assert_eq!(suggested(&all(&admin).await), None, "it had no chance yet");
    app.clock.advance(TimeDelta::days(91));
    // Nobody stays signed in for as long as that.
    let admin = app.sign_in(ADMIN).await;
    let report = all(&admin).await;
    let suggestion = suggested(&report).expect("nobody gave it");
    assert_eq!(
        (suggestion.uses, suggestion.of),
        (
            0,
            number(
                &app,
                "select count(*) from loss s join lead l on l.id = s.lead_id
        where s.outcome = 'lost' and s.closure is distinct from 'reversed' and l.withdrawn_at is null"
            )
            .await
        )
    );
    assert_eq!(suggestion.into, None, "there is nothing to merge");
    done(set(&admin, &new, &retired(&new)).await);
    assert_eq!(suggested(&all(&admin).await), None);
}
