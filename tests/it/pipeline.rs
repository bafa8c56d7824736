//! The board and its moves: what each viewer sees, what a move changes, and what nothing may change.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, eventually, fresh_key, heard, spawn_app},
};
use chrono::TimeDelta;
use futures::future::join_all;
use reqwest::StatusCode;
use serde_json::json;
use std::collections::BTreeSet;
use winback::{
    ids::{LeadId, QueueId, RequestKey, SourceId, StageId, UserId},
    people::rules::Holder,
    pipeline::{
        api::views::{MOST_VIEWS, NewView, SaveAnswer, View},
        api::{After, Board, Card, Choices, Column, Count, Filter, Lane, Move, Moved, Page, Whose},
        rules::{Lanes, Refusal, Sort},
        store::{FIRST_PAGE, NEXT_PAGE},
    },
};

const ADMIN: &str = "admin@demo.winback";
const AYSE: &str = "ayse@demo.winback";
const BURAK: &str = "burak@demo.winback";
const JAN: &str = "jan@demo.winback";
const MERT: &str = "mert@demo.winback";
const SELIN: &str = "selin@demo.winback";

fn wanted(lead: LeadId, to: StageId, seen_version: i64) -> Move {
    Move { lead, to, above: None, below: None, seen_version, undoes: false, key: fresh_key() }
}

async fn make(client: &Client, wanted: &Move) -> Moved {
    heard(client.ask("/api/pipeline/move_lead", json!({ "wanted": wanted })).await)
}

/// Makes a move that must succeed.
async fn done(client: &Client, wanted: &Move) -> Card {
    match make(client, wanted).await {
        Moved::Done { card } => *card,
        other => panic!("it should have moved: {other:?}"),
    }
}

fn whose(whose: Whose) -> Filter {
    Filter { whose, ..Filter::default() }
}

fn searching(text: &str) -> Filter {
    Filter { whose: Whose::Everyone, text: text.to_owned(), ..Filter::default() }
}

async fn board(client: &Client, filter: &Filter) -> Board {
    heard(client.ask("/api/pipeline/board", json!({ "filter": filter })).await)
}

async fn column(client: &Client, filter: &Filter, stage: StageId) -> Column {
    let board = board(client, filter).await;
    board.columns.into_iter().find(|column| column.stage.id == stage).expect("a column of this stage")
}

/// What each column that is not empty says in its head; the endpoint for heads alone must say the same.
async fn heads(client: &Client, filter: &Filter) -> Vec<(StageId, i64, i64)> {
    let counts: Vec<Count> = heard(client.ask("/api/pipeline/counts", json!({ "filter": filter })).await);
    let mut counts: Vec<_> = counts.iter().map(|count| (count.stage, count.leads, count.value_base_minor)).collect();
    let mut heads: Vec<_> = board(client, filter)
        .await
        .columns
        .iter()
        .map(|column| (column.stage.id, column.leads, column.value_base_minor))
        .collect();
    for list in [&mut counts, &mut heads] {
        list.retain(|(_, leads, value)| (*leads, *value) != (0, 0));
        list.sort_unstable();
    }
    assert_eq!(counts, heads, "both endpoints count alike: {filter:?}");
    heads
}

fn ids(cards: &[Card]) -> Vec<LeadId> {
    cards.iter().map(|card| card.id).collect()
}

async fn order(app: &TestApp, stage: StageId) -> Vec<LeadId> {
    let order: Vec<i64> = sqlx::query_scalar(
        r#"select id from lead where stage_id = $1 and standing_loss_id is null order by rank collate "C", id"#,
    )
    .bind(stage.0)
    .fetch_all(&app.pool)
    .await
    .expect("the column");
    order.into_iter().map(LeadId).collect()
}

async fn count(app: &TestApp, what: &str) -> i64 {
    let sql = format!("select count(*) from {what}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&app.pool).await.expect("a count")
}

/// Loses a lead with all that this needs.
async fn lose(app: &TestApp, client: &Client, lead: LeadId, seen_version: i64) {
    let draft = json!({
        "outcome": "lost", "reason": given::reason(app, "trust").await,
        "attempt": { "new": { "channel": "call", "approach": "offer", "result": "reached", "at": null, "note": "" } },
        "same_again_because": "", "customer": { "words": "No." }, "note": "Heard bad things.",
        "retry_potential": "low", "evidence": {}, "recontact_on": null, "override_because": "",
    });
    let wanted = json!({ "lead": lead, "draft": draft, "seen_version": seen_version, "key": fresh_key() });
    let answer = client.ask("/api/losses/lose", json!({ "wanted": wanted })).await;
    assert!(answer.get("done").is_some(), "{answer}");
}

async fn queue_of_ankara(app: &TestApp) -> QueueId {
    let id = sqlx::query_scalar("select id from queue where name = 'Ankara'").fetch_one(&app.pool).await;
    QueueId(id.expect("the queue of the team in Ankara"))
}

// What the board shows.

#[tokio::test]
async fn the_first_page_is_short_and_its_heads_are_exact() {
    let app = spawn_app().await;
    let (ayse, open) = (app.sign_in(AYSE).await, given::stage(&app, "open").await);
    for number in 0..FIRST_PAGE + 5 {
        let rank = format!("{}V", 9 - number % 9);
        given::lead(&app, Given { stage: "open", rank: &rank, value: 100 + number, ..Given::default() }).await;
    }
    let waiting = given::lead(&app, Given { queue: Some("Ankara"), value: 7, ..Given::default() }).await;
    given::lead(&app, Given { stage: "open", owner: BURAK, value: 50_000, ..Given::default() }).await;
    let gone = given::lead(&app, Given { stage: "open", value: 9_000_000, ..Given::default() }).await;
    lose(&app, &ayse, gone, 0).await;

    let mine = column(&ayse, &whose(Whose::Mine), open).await;
    let value: i64 = (0..FIRST_PAGE + 5).map(|number| 100 + number).sum();
    assert_eq!(
        (mine.cards.len() as i64, mine.more, mine.leads, mine.value_base_minor),
        (FIRST_PAGE, true, FIRST_PAGE + 5, value)
    );
    let hers: Vec<_> = order(&app, open).await.into_iter().take(FIRST_PAGE as usize).collect();
    assert_eq!(ids(&mine.cards), hers, "in the order of rank and id");
    let contacted = column(&ayse, &whose(Whose::Mine), given::stage(&app, "contacted").await).await;
    assert_eq!((ids(&contacted.cards), contacted.leads, contacted.more), (vec![waiting], 1, false));

    // Everybody's count is everybody's to see; what they are worth is not.
    let all = column(&ayse, &whose(Whose::Everyone), open).await;
    assert_eq!((all.leads, all.value_base_minor), (FIRST_PAGE + 6, value));
    let (selin, mert, admin) = (app.sign_in(SELIN).await, app.sign_in(MERT).await, app.sign_in(ADMIN).await);
    let managed = column(&selin, &whose(Whose::Mine), open).await;
    assert_eq!((managed.leads, managed.value_base_minor), (FIRST_PAGE + 6, value + 50_000));
    let administered = column(&admin, &whose(Whose::Mine), open).await;
    assert_eq!((administered.leads, administered.value_base_minor), (FIRST_PAGE + 6, value + 50_000));
    let elsewhere = column(&mert, &whose(Whose::Mine), open).await;
    assert_eq!((elsewhere.leads, elsewhere.value_base_minor, elsewhere.cards.len()), (0, 0, 0));
}

#[tokio::test]
async fn a_column_for_every_stage_but_unqualified() {
    let app = spawn_app().await;
    let board = board(&app.sign_in(AYSE).await, &Filter::default()).await;
    let kinds: Vec<_> = board.columns.iter().map(|column| column.stage.kind.word()).collect();
    assert_eq!(kinds, ["open", "contacted", "nurturing", "qualified", "negotiation", "customer", "inactive"]);
    assert_eq!((board.currency.as_str(), board.now.utc, board.now.offset_minutes), ("EUR", app.clock.now(), 180));
}

/// What must not reach those who may not read the lead.
const SECRETS: [&str; 6] = ["Gizli Şirket", "gizli sirket", "Gizli Kanal", "Gizli Ürün", "Gizli adım", "GZL-4711"];
/// The same for its value, a number that nothing else in these tests has.
const SECRET_VALUE: i64 = 987_654_321;

async fn secret_lead(app: &TestApp) -> LeadId {
    let secret = Given {
        owner: JAN,
        stage: "open",
        name: "Gizli Şirket",
        source: Some("Gizli Kanal"),
        product: Some("Gizli Ürün"),
        next_step: Some("Gizli adım"),
        external_id: Some("GZL-4711"),
        value: SECRET_VALUE,
        ..Given::default()
    };
    given::lead(app, secret).await
}

fn secrets_in(raw: &str) -> Vec<String> {
    let value = SECRET_VALUE.to_string();
    SECRETS.into_iter().chain([value.as_str()]).filter(|secret| raw.contains(secret)).map(str::to_owned).collect()
}

#[tokio::test]
async fn no_answer_about_a_foreign_lead_holds_anything_personal() {
    let app = spawn_app().await;
    let (lead, ayse, mert) = (secret_lead(&app).await, app.sign_in(AYSE).await, app.sign_in(MERT).await);
    let open = given::stage(&app, "open").await;
    let everyone = whose(Whose::Everyone);
    let from_the_top = After { figure: 0, rank: "0".to_owned(), id: LeadId(0) };
    let seen = board(&ayse, &everyone).await.seen;
    // Something on the stream, for the answer to what happened meanwhile.
    done(&app.sign_in(JAN).await, &Move { below: Some(lead), ..wanted(lead, open, 0) }).await;
    // What is told waits for whatever transaction runs at that moment, those of other tests included.
    eventually("the change on the stream", async || {
        let told = ayse.ask("/api/live/since", json!({ "cursor": seen })).await;
        told.as_array().is_some_and(|told| !told.is_empty()).then_some(())
    })
    .await;
    let refused = wanted(lead, given::stage(&app, "contacted").await, 0);
    let asked = [
        ("/api/pipeline/board", json!({ "filter": everyone })),
        (
            "/api/pipeline/board",
            json!({ "filter": whose(Whose::One(Holder::Person(UserId(given::user(&app, JAN).await)))) }),
        ),
        ("/api/pipeline/column", json!({ "stage": open, "filter": everyone, "after": from_the_top })),
        ("/api/pipeline/move_lead", json!({ "wanted": refused })),
        ("/api/live/since", json!({ "cursor": seen })),
    ];
    for (path, arguments) in asked {
        let (hidden, shown) = (ayse.ask(path, arguments.clone()).await, mert.ask(path, arguments).await.to_string());
        assert_eq!(secrets_in(&hidden.to_string()), [""; 0], "{path} tells a foreign rep: {hidden}");
        assert!(hidden.to_string().contains("\"details\":null"), "{path} shows the card, masked: {hidden}");
        // All but the folded name, which nobody is shown: the search above would find what is there.
        assert_eq!(secrets_in(&shown).len(), 6, "{path} tells the manager: {shown}");
    }
    // Mert's call has moved it by now.
    let card = column(&ayse, &everyone, given::stage(&app, "contacted").await).await.cards.remove(0);
    assert_eq!((card.id, card.holder_name.as_str(), card.may_write), (lead, "Jan Novák", false));
    let next = card.next_step.expect("everybody may know when and how");
    assert_eq!((next.channel.word(), next.due.utc, next.what), ("call", app.clock.now() + TimeDelta::days(1), None));
}

#[tokio::test]
async fn a_team_that_shares_everything_still_edits_its_own_only() {
    let app = spawn_app().await;
    let lead = secret_lead(&app).await;
    sqlx::query("update organisation set everyone_reads_all = true").execute(&app.pool).await.expect("the setting");
    let ayse = app.sign_in(AYSE).await;
    let open = column(&ayse, &whose(Whose::Everyone), given::stage(&app, "open").await).await;
    assert_eq!(open.value_base_minor, SECRET_VALUE);
    assert!(open.cards[0].details.is_some() && !open.cards[0].may_write);
    let to = given::stage(&app, "contacted").await;
    assert!(matches!(make(&ayse, &wanted(lead, to, 0)).await, Moved::Refused { why: Refusal::NotYours, .. }));
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_double() {
    let app = spawn_app().await;
    let (ayse, open) = (app.sign_in(AYSE).await, given::stage(&app, "open").await);
    // Many cards share a rank: pages end in the middle of them. Capitals come before small letters, whatever the locale.
    for number in 0..3 * NEXT_PAGE + 7 {
        let rank = ["a", "B", "Bz", "b", "Z"][(number % 5) as usize];
        given::lead(&app, Given { stage: "open", rank, ..Given::default() }).await;
    }
    let filter = whose(Whose::Mine);
    let first = column(&ayse, &filter, open).await;
    let (mut cards, mut more) = (first.cards, first.more);
    while more {
        let last = cards.last().expect("a page is not empty");
        let after = After { figure: 0, rank: last.rank.clone(), id: last.id };
        let arguments = json!({ "stage": open, "filter": filter, "after": after });
        let page: Page = heard(ayse.ask("/api/pipeline/column", arguments).await);
        assert!(page.cards.len() as i64 == NEXT_PAGE || !page.more, "only the last page is short");
        cards.extend(page.cards);
        more = page.more;
    }
    assert_eq!(ids(&cards), order(&app, open).await);
    assert_eq!(cards.len() as i64, 3 * NEXT_PAGE + 7);
}

#[tokio::test]
async fn every_order_goes_on_where_its_page_ended_and_is_the_browsers() {
    let app = spawn_app().await;
    let (ayse, open) = (app.sign_in(AYSE).await, given::stage(&app, "open").await);
    for number in 0..NEXT_PAGE + FIRST_PAGE + 9 {
        let step = (number % 3 > 0).then_some("Call back");
        given::lead(&app, Given { stage: "open", value: number % 7 * 100, next_step: step, ..Given::default() }).await;
    }
    // Few figures for many cards: pages end among equals.
    sqlx::query(
        "update lead set temperature = (array['hot', 'warm', 'cold', null])[1 + id % 4],
             next_step_due = next_step_due + (id % 5) * interval '1 hour',
             stage_entered_at = stage_entered_at - (id % 6) * interval '1 day'",
    )
    .execute(&app.pool)
    .await
    .expect("figures");
    for sort in Sort::ALL {
        let filter = Filter { sort: *sort, ..whose(Whose::Mine) };
        let first = column(&ayse, &filter, open).await;
        let (mut cards, mut more) = (first.cards, first.more);
        while more {
            let last = cards.last().expect("a page is not empty");
            let after = After { figure: last.figure(*sort), rank: last.rank.clone(), id: last.id };
            let arguments = json!({ "stage": open, "filter": filter, "after": after });
            let page: Page = heard(ayse.ask("/api/pipeline/column", arguments).await);
            cards.extend(page.cards);
            more = page.more;
        }
        assert_eq!(cards.len() as i64, NEXT_PAGE + FIRST_PAGE + 9, "{sort}");
        let mut sorted = cards.clone();
        sorted.sort_by_key(|card| (card.figure(*sort), card.rank.clone(), card.id));
        assert_eq!(ids(&cards), ids(&sorted), "{sort}");
    }
}

#[tokio::test]
async fn an_order_by_value_does_not_tell_what_masked_leads_are_worth() {
    let app = spawn_app().await;
    let (ayse, open) = (app.sign_in(AYSE).await, given::stage(&app, "open").await);
    let cheap = given::lead(&app, Given { stage: "open", owner: JAN, value: 1, rank: "A", ..Given::default() }).await;
    let dear =
        given::lead(&app, Given { stage: "open", owner: JAN, value: 9_000_000, rank: "B", ..Given::default() }).await;
    let own = given::lead(&app, Given { stage: "open", value: 5, rank: "C", ..Given::default() }).await;
    let filter = Filter { sort: Sort::Value, ..whose(Whose::Everyone) };
    assert_eq!(ids(&column(&ayse, &filter, open).await.cards), [own, cheap, dear], "her own, then by rank");
}

#[tokio::test]
async fn a_filtered_boards_heads_count_what_its_columns_hold() {
    let app = spawn_app().await;
    let (ayse, open) = (app.sign_in(AYSE).await, given::stage(&app, "open").await);
    let given_leads = [("Web", "Course", 100), ("Web", "Books", 20), ("Fair", "Course", 3)];
    for (source, product, value) in given_leads {
        let lead = Given { stage: "open", source: Some(source), product: Some(product), value, ..Given::default() };
        given::lead(&app, lead).await;
    }
    let choices: Choices = heard(ayse.ask("/api/pipeline/choices", json!({})).await);
    let named = |list: &[winback::pipeline::api::Choice], name: &str| {
        list.iter().find(|choice| choice.name == name).map(|choice| choice.id).expect("a choice")
    };
    let (web, course) = (named(&choices.sources, "Web"), named(&choices.products, "Course"));
    let by = |source: Option<i64>, product: Option<i64>| Filter {
        source: source.map(SourceId),
        product: product.map(winback::ids::ProductId),
        ..whose(Whose::Mine)
    };
    for (filter, leads, value) in [
        (by(None, None), 3, 123),
        (by(Some(web), None), 2, 120),
        (by(None, Some(course)), 2, 103),
        (by(Some(web), Some(course)), 1, 100),
    ] {
        let column = column(&ayse, &filter, open).await;
        assert_eq!(
            (column.leads, column.value_base_minor, column.cards.len() as i64),
            (leads, value, leads),
            "{filter:?}"
        );
    }
}

#[tokio::test]
async fn several_cards_go_together_and_one_that_cannot_holds_up_no_other() {
    let app = spawn_app().await;
    let (ayse, to) = (app.sign_in(AYSE).await, given::stage(&app, "qualified").await);
    let (one, other) = (given::lead(&app, Given::default()).await, given::lead(&app, Given::default()).await);
    let foreign = given::lead(&app, Given { owner: JAN, ..Given::default() }).await;
    let moved_since = given::lead(&app, Given::default()).await;
    done(&ayse, &wanted(moved_since, given::stage(&app, "nurturing").await, 0)).await;
    let below = |lead, above| Move { above, ..wanted(lead, to, 0) };
    let wanted = [below(one, None), below(foreign, Some(one)), below(moved_since, Some(one)), below(other, Some(one))];
    let arguments = json!({ "wanted": wanted });
    let ends: Vec<Moved> = heard(ayse.ask("/api/pipeline/move_leads", arguments.clone()).await);
    assert!(
        matches!(
            &ends[..],
            [
                Moved::Done { .. },
                Moved::Refused { why: Refusal::NotYours, .. },
                Moved::Conflict { by: Some(_), at: Some(_), .. },
                Moved::Done { .. }
            ]
        ),
        "{ends:?}"
    );
    assert_eq!(order(&app, to).await, [one, other]);
    let before = app.everything().await;
    let again: Vec<Moved> = heard(ayse.ask("/api/pipeline/move_leads", arguments).await);
    assert!(matches!((&again[0], &again[3]), (Moved::Done { .. }, Moved::Done { .. })), "{again:?}");
    app.expect_unchanged(&before, "the same request again").await;
    let many: Vec<_> = (0..=winback::pipeline::api::MOST_AT_ONCE).map(|_| below(one, None)).collect();
    let (status, _) = ayse.call("/api/pipeline/move_leads", json!({ "wanted": many })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "too many at once");
}

#[tokio::test]
async fn views_are_kept_shared_replaced_and_forgotten() {
    let app = spawn_app().await;
    let (ayse, burak) = (app.sign_in(AYSE).await, app.sign_in(BURAK).await);
    let save = async |client: &Client, name: &str, query: &str, is_shared: bool, replaces: bool| -> SaveAnswer {
        let view = NewView { name: name.into(), query: query.into(), is_shared, replaces };
        heard(client.ask("/api/pipeline/save_view", json!({ "view": view })).await)
    };
    let names = async |client: &Client| -> Vec<(String, String, Option<String>)> {
        let views: Vec<View> = heard(client.ask("/api/pipeline/views", json!({})).await);
        views.into_iter().map(|view| (view.name, view.query, view.owner)).collect()
    };
    assert_eq!(save(&ayse, "  ", "", false, false).await, SaveAnswer::NameMissing);
    assert_eq!(save(&ayse, "Sıcak olanlar", "sort=warmth", true, false).await, SaveAnswer::Saved);
    assert_eq!(save(&ayse, "Sıcak olanlar", "sort=warmth", true, false).await, SaveAnswer::Saved, "sent twice");
    assert_eq!(save(&ayse, "SICAK OLANLAR", "sort=clock", true, false).await, SaveAnswer::NameTaken);
    assert_eq!(save(&ayse, "Benim", "whose=everyone", false, false).await, SaveAnswer::Saved);
    let owner = || Some("Ayşe Yılmaz".to_owned());
    assert_eq!(names(&burak).await, [("Sıcak olanlar".to_owned(), "sort=warmth".to_owned(), owner())]);
    assert_eq!(save(&ayse, "Sıcak olanlar", "sort=clock", false, true).await, SaveAnswer::Saved);
    assert_eq!(names(&burak).await, [], "not shared any more");
    let own: Vec<View> = heard(ayse.ask("/api/pipeline/views", json!({})).await);
    burak.ask("/api/pipeline/delete_view", json!({ "id": own[0].id })).await;
    assert_eq!(names(&ayse).await.len(), 2, "nobody forgets for others");
    ayse.ask("/api/pipeline/delete_view", json!({ "id": own[0].id })).await;
    assert_eq!(names(&ayse).await, [("Sıcak olanlar".to_owned(), "sort=clock".to_owned(), None)]);
    let (status, _) = ayse
        .call(
            "/api/pipeline/save_view",
            json!({ "view": NewView { name: "x".into(), query: "a#b".into(), is_shared: false, replaces: false } }),
        )
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn nobody_keeps_views_without_end_and_what_was_shared_goes_with_its_account() {
    let app = spawn_app().await;
    let (ayse, burak) = (app.sign_in(AYSE).await, app.sign_in(BURAK).await);
    sqlx::query(
        "insert into board_view (user_id, name, name_key, query, is_shared, created_at)
         select u.id, 'View ' || n, 'view ' || n, '', true, $1 from app_user u cross join generate_series(1, $2) as n
         where u.email = $3",
    )
    .bind(app.clock.now())
    .bind(MOST_VIEWS)
    .bind(AYSE)
    .execute(&app.pool)
    .await
    .expect("as many as one may keep");
    let save = async |name: &str| -> SaveAnswer {
        let view = NewView { name: name.into(), query: "sort=clock".into(), is_shared: true, replaces: true };
        heard(ayse.ask("/api/pipeline/save_view", json!({ "view": view })).await)
    };
    assert_eq!(save("One more").await, SaveAnswer::TooMany);
    assert_eq!(save("View 1").await, SaveAnswer::Saved, "in the place of another");
    let listed = async || -> Vec<View> { heard(burak.ask("/api/pipeline/views", json!({})).await) };
    assert_eq!(i64::try_from(listed().await.len()), Ok(MOST_VIEWS));
    sqlx::query("update app_user set closed_at = $1 where email = $2")
        .bind(app.clock.now())
        .bind(AYSE)
        .execute(&app.pool)
        .await
        .expect("a closed account");
    assert_eq!(listed().await, []);
}

#[tokio::test]
async fn filters_narrow_to_one_holder() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let contacted = given::stage(&app, "contacted").await;
    let hers = given::lead(&app, Given { value: 100, ..Given::default() }).await;
    let jans = given::lead(&app, Given { owner: JAN, value: 200, ..Given::default() }).await;
    let waiting = given::lead(&app, Given { queue: Some("Ankara"), value: 300, ..Given::default() }).await;
    let person = |id| whose(Whose::One(Holder::Person(UserId(id))));
    let cases = [
        (whose(Whose::Mine), vec![hers, waiting], 400),
        (whose(Whose::Everyone), vec![hers, jans, waiting], 400),
        (person(given::user(&app, AYSE).await), vec![hers], 100),
        // Jan's leads are there, masked; what they are worth stays his.
        (person(given::user(&app, JAN).await), vec![jans], 0),
        (whose(Whose::One(Holder::Queue(queue_of_ankara(&app).await))), vec![waiting], 300),
        (person(given::user(&app, BURAK).await), vec![], 0),
    ];
    for (filter, expected, value) in cases {
        assert_eq!(ids(&column(&ayse, &filter, contacted).await.cards), expected, "{filter:?}");
        let head: Vec<_> =
            (!expected.is_empty()).then_some((contacted, expected.len() as i64, value)).into_iter().collect();
        assert_eq!(heads(&ayse, &filter).await, head, "{filter:?}");
    }
}

#[tokio::test]
async fn text_finds_every_spelling_but_no_masked_lead() {
    let app = spawn_app().await;
    let (ayse, contacted) = (app.sign_in(AYSE).await, given::stage(&app, "contacted").await);
    let hers = given::lead(&app, Given { name: "Işıl Şener Öğüt", value: 11, ..Given::default() }).await;
    given::lead(&app, Given { owner: JAN, name: "Işıl Şener Öğüt", value: 500, ..Given::default() }).await;
    given::lead(&app, Given { name: "Somebody Else", value: 1_000, ..Given::default() }).await;
    for spelling in ["Işıl Şener", "ISIL SENER", "ışıl şener", "isil", "İŞİL", "IŞIL", "ogut", "ÖĞÜT", "  öğüt "]
    {
        let found = column(&ayse, &searching(spelling), contacted).await;
        assert_eq!((ids(&found.cards), found.more), (vec![hers], false), "{spelling}");
        assert_eq!(heads(&ayse, &searching(spelling)).await, [(contacted, 1, 11)], "{spelling}");
    }
    // Signs that mean something to the database are letters like any other.
    for sign in ["%", "_", "\\", "I_il", "'", "\0%"] {
        assert_eq!(heads(&ayse, &searching(sign)).await, [], "{sign}");
    }
    let mert = app.sign_in(MERT).await;
    assert_eq!(heads(&mert, &searching("isil")).await, [(contacted, 1, 500)], "his team's is found by its manager");
}

#[tokio::test]
async fn source_and_product_find_no_masked_lead() {
    let app = spawn_app().await;
    let (ayse, contacted) = (app.sign_in(AYSE).await, given::stage(&app, "contacted").await);
    let add = async |owner, source, product, value| {
        given::lead(&app, Given { owner, source, product, value, ..Given::default() }).await
    };
    let both = add(AYSE, Some("Google"), Some("MBA"), 1).await;
    let google = add(AYSE, Some("Google"), None, 10).await;
    let mba = add(AYSE, Some("Reference"), Some("MBA"), 100).await;
    add(JAN, Some("Google"), Some("MBA"), 1_000).await;
    let choices: Choices = heard(ayse.ask("/api/pipeline/choices", json!({})).await);
    assert_eq!(choices.sources.iter().map(|choice| choice.name.as_str()).collect::<Vec<_>>(), ["Google", "Reference"]);
    let source = Some(SourceId(choices.sources[0].id));
    let product = Some(choices.products[0].id.into());
    let everyone = whose(Whose::Everyone);
    let cases = [
        (Filter { source, ..everyone.clone() }, vec![both, google], 11),
        (Filter { product, ..everyone.clone() }, vec![both, mba], 101),
        (Filter { source, product, ..everyone.clone() }, vec![both], 1),
        (Filter { source, text: "can".to_owned(), ..everyone.clone() }, vec![both, google], 11),
    ];
    for (filter, expected, value) in cases {
        assert_eq!(ids(&column(&ayse, &filter, contacted).await.cards), expected, "{filter:?}");
        assert_eq!(heads(&ayse, &filter).await, [(contacted, expected.len() as i64, value)], "{filter:?}");
    }
}

#[tokio::test]
async fn lanes_do_not_tell_what_masked_leads_are_about() {
    let app = spawn_app().await;
    let (ayse, jan) = (app.sign_in(AYSE).await, app.sign_in(JAN).await);
    for (owner, product) in [(AYSE, "MBA"), (AYSE, "MBA"), (JAN, "Secret")] {
        given::lead(&app, Given { owner, product: Some(product), ..Given::default() }).await;
    }
    let lanes = async |client: &Client, whose_leads, by: Lanes| -> Vec<(Option<String>, i64)> {
        let answer = client.ask("/api/pipeline/lanes", json!({ "filter": whose(whose_leads), "by": by })).await;
        heard::<Vec<Lane>>(answer).into_iter().map(|lane| (lane.name, lane.leads)).collect()
    };
    let named = |name: &str, leads| (Some(name.to_owned()), leads);
    assert_eq!(lanes(&ayse, Whose::Everyone, Lanes::Product).await, [named("MBA", 2)]);
    assert_eq!(lanes(&jan, Whose::Everyone, Lanes::Product).await, [named("Secret", 1)]);
    assert_eq!(lanes(&ayse, Whose::Everyone, Lanes::Holder).await, [named("Ayşe Yılmaz", 2), named("Jan Novák", 1)]);
}

#[tokio::test]
async fn one_lead_that_is_gone_does_not_take_the_answer_of_the_others() {
    let app = spawn_app().await;
    let (ayse, qualified) = (app.sign_in(AYSE).await, given::stage(&app, "qualified").await);
    let (gone, there) = (given::can(&app).await, given::can(&app).await);
    sqlx::query("update lead set withdrawn_at = recorded_at where id = $1")
        .bind(gone.0)
        .execute(&app.pool)
        .await
        .expect("gone");
    let both = [wanted(gone, qualified, 0), wanted(there, qualified, 0)];
    let ends: Vec<Moved> = heard(ayse.ask("/api/pipeline/move_leads", json!({ "wanted": both })).await);
    assert!(matches!(&ends[..], [Moved::Conflict { card: None, .. }, Moved::Done { .. }]), "{ends:?}");
}

// What a move does.

#[tokio::test]
async fn a_move_is_one_activity_one_version_one_event() {
    let app = spawn_app().await;
    let (lead, ayse, to) = (given::can(&app).await, app.sign_in(AYSE).await, given::stage(&app, "qualified").await);
    app.clock.advance(TimeDelta::hours(5));
    let events = count(&app, "event").await;
    let card = done(&ayse, &wanted(lead, to, 0)).await;
    assert_eq!((card.stage, card.move_version, card.id), (to, 1, lead));
    assert_eq!(card.in_stage_since.map(|since| since.utc), Some(app.clock.now()));
    let moves: Vec<(i64, i64, i64, String, i64)> = sqlx::query_as(
        "select a.move_version, a.from_stage_id, a.to_stage_id, u.email, a.lead_id
         from activity a join app_user u on u.id = a.actor_id where a.kind = 'move' and a.at = $1",
    )
    .bind(app.clock.now())
    .fetch_all(&app.pool)
    .await
    .expect("the moves");
    let from = given::stage(&app, "contacted").await;
    assert_eq!(moves, [(1, from.0, to.0, AYSE.to_owned(), lead.0)]);
    assert_eq!((count(&app, "activity").await, count(&app, "event").await), (2, events + 1));
    let told: Vec<i64> = sqlx::query_scalar("select lead_ids from event where kind = 'leads' order by id desc limit 1")
        .fetch_one(&app.pool)
        .await
        .expect("the event");
    assert_eq!(told, [lead.0]);
    assert_eq!(heads(&ayse, &Filter::default()).await, [(to, 1, 340_000)]);
}

#[tokio::test]
async fn a_retried_move_happens_once() {
    let app = spawn_app().await;
    let (lead, ayse, selin) = (given::can(&app).await, app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let first = wanted(lead, given::stage(&app, "qualified").await, 0);
    let card = done(&ayse, &first).await;
    let before = app.everything().await;
    assert_eq!(done(&ayse, &first).await, card);
    app.expect_unchanged(&before, "the retry").await;
    // Even when somebody has moved the card on meanwhile, the late retry does not move it back.
    let further = given::stage(&app, "negotiation").await;
    done(&selin, &wanted(lead, further, 1)).await;
    let before = app.everything().await;
    assert_eq!(done(&ayse, &first).await.stage, further);
    app.expect_unchanged(&before, "the late retry").await;
    // A key belongs to whoever made it.
    let same_key = Move { key: first.key, ..wanted(lead, first.to, 2) };
    assert_eq!(done(&selin, &same_key).await.move_version, 3);
}

#[tokio::test]
async fn a_key_used_twice_at_once_moves_once() {
    let app = spawn_app().await;
    let (ayse, to) = (app.sign_in(AYSE).await, given::stage(&app, "qualified").await);
    for _ in 0..10 {
        let wanted = wanted(given::can(&app).await, to, 0);
        let answers = join_all((0..4).map(|_| make(&ayse, &wanted))).await;
        for answer in answers {
            assert!(matches!(&answer, Moved::Done { card } if card.move_version == 1), "{answer:?}");
        }
    }
    assert_eq!((count(&app, "activity where kind = 'move'").await, count(&app, "request_key").await), (10, 10));
}

#[tokio::test]
async fn of_two_who_move_a_card_at_once_the_second_hears_of_the_first() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let (qualified, nurturing) = (given::stage(&app, "qualified").await, given::stage(&app, "nurturing").await);
    for round in 0..12 {
        let lead = given::can(&app).await;
        // Also when both want the same.
        let (hers, theirs) = (wanted(lead, qualified, 0), wanted(lead, [qualified, nurturing][round % 2], 0));
        let (winner, target, loser) = match tokio::join!(make(&ayse, &hers), make(&selin, &theirs)) {
            (Moved::Done { card }, other) => ("Ayşe Yılmaz", card, other),
            (other, Moved::Done { card }) => ("Selin Yıldız", card, other),
            neither => panic!("one of them should have come through: {neither:?}"),
        };
        let Moved::Conflict { card: Some(card), by, at } = loser else {
            panic!("the second should have heard of a conflict: {loser:?}")
        };
        assert_eq!((card.stage, card.move_version, by.as_deref()), (target.stage, 1, Some(winner)));
        assert_eq!(at.map(|at| at.utc), Some(app.clock.now()));
    }
    assert_eq!(count(&app, "activity where kind = 'move'").await, 12);
}

#[tokio::test]
async fn a_stale_version_conflicts_and_changes_nothing() {
    let app = spawn_app().await;
    let (lead, ayse, selin) = (given::can(&app).await, app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let (to, elsewhere) = (given::stage(&app, "qualified").await, given::stage(&app, "open").await);
    done(&selin, &wanted(lead, to, 0)).await;
    let before = app.everything().await;
    // To another stage, and to the very one that it is in by now.
    for target in [elsewhere, to] {
        match make(&ayse, &wanted(lead, target, 0)).await {
            Moved::Conflict { card: Some(card), by: Some(by), at: Some(_) } => {
                assert_eq!((card.stage, by.as_str()), (to, "Selin Yıldız"));
            }
            other => panic!("it moved meanwhile: {other:?}"),
        }
    }
    app.expect_unchanged(&before, "the stale move").await;
}

#[tokio::test]
async fn a_refused_move_changes_nothing_anywhere() {
    let app = spawn_app().await;
    let (ayse, mert) = (app.sign_in(AYSE).await, app.sign_in(MERT).await);
    let [open, contacted, customer, inactive, unqualified] = {
        let stage = async |kind| given::stage(&app, kind).await;
        [
            stage("open").await,
            stage("contacted").await,
            stage("customer").await,
            stage("inactive").await,
            stage("unqualified").await,
        ]
    };
    let (hers, lost) = (given::can(&app).await, given::can(&app).await);
    lose(&app, &ayse, lost, 0).await;
    let won = given::lead(&app, Given { stage: "customer", ..Given::default() }).await;
    let dormant = given::lead(&app, Given { stage: "inactive", ..Given::default() }).await;
    let cases = [
        (&mert, hers, open, 0, Refusal::NotYours),
        (&mert, hers, contacted, 0, Refusal::NotYours),
        (&ayse, lost, open, 1, Refusal::OffBoard),
        (&ayse, lost, contacted, 1, Refusal::OffBoard),
        (&ayse, hers, unqualified, 0, Refusal::UnqualifiedIsALoss),
        (&ayse, won, unqualified, 0, Refusal::UnqualifiedIsALoss),
        (&ayse, hers, customer, 0, Refusal::WinNeedsAmount),
        (&ayse, hers, inactive, 0, Refusal::OnlyCustomersBecomeInactive),
        (&ayse, dormant, open, 0, Refusal::InactiveStaysOutOfThePipeline),
    ];
    let before = app.everything().await;
    for (client, lead, to, version, expected) in cases {
        match make(client, &wanted(lead, to, version)).await {
            Moved::Refused { why, card } => {
                assert_eq!((why, card.is_some()), (expected, lead != lost), "{lead} to {to}");
            }
            other => panic!("{expected:?} was expected: {other:?}"),
        }
    }
    for impossible in [wanted(LeadId(999_999), open, 0), wanted(hers, StageId(999_999), 0)] {
        let (status, answer) = ayse.call("/api/pipeline/move_lead", json!({ "wanted": impossible })).await;
        assert_eq!((status, answer), (StatusCode::NOT_FOUND, json!("not_found")));
    }
    for key in ["short", "a-key-with-\0-in-it", "a key with blanks", &"k".repeat(65)] {
        let unsound = Move { key: RequestKey(key.to_owned()), ..wanted(hers, open, 0) };
        let (status, answer) = ayse.call("/api/pipeline/move_lead", json!({ "wanted": unsound })).await;
        assert_eq!((status, answer), (StatusCode::BAD_REQUEST, json!("not_understood")), "{key:?}");
    }
    app.expect_unchanged(&before, "the refused moves").await;
    // The way between customer and inactive is open.
    assert_eq!(done(&ayse, &wanted(won, inactive, 0)).await.stage, inactive);
    assert_eq!(done(&ayse, &wanted(dormant, customer, 0)).await.stage, customer);
}

#[tokio::test]
async fn what_else_a_payload_holds_is_ignored() {
    let app = spawn_app().await;
    let (lead, ayse, to) = (given::can(&app).await, app.sign_in(AYSE).await, given::stage(&app, "qualified").await);
    let jan = given::user(&app, JAN).await;
    let mut wanted = json!(wanted(lead, to, 0));
    let extras = json!({
        "owner": jan, "owner_id": jan, "holder": { "person": jan }, "rank": "zzzzzzzzzz", "version": 40,
        "move_version": 40, "stage_id": 1, "value_base_minor": 1, "actor_id": jan, "may_write": true,
    });
    for (name, value) in extras.as_object().expect("fields") {
        wanted[name] = value.clone();
    }
    let answer = ayse.ask("/api/pipeline/move_lead", json!({ "wanted": wanted, "viewer": jan, "permit": "all" })).await;
    let Moved::Done { card } = heard(answer) else { panic!("it should have moved") };
    assert_eq!((card.stage, card.move_version), (to, 1));
    assert_eq!(card.holder, Holder::Person(UserId(given::user(&app, AYSE).await)));
    assert_ne!(card.rank, "zzzzzzzzzz");
    assert_eq!(card.details.and_then(|details| details.value_base_minor), Some(340_000));
    assert_eq!(count(&app, &format!("activity where actor_id = {jan}")).await, 0);
}

// Where a card stands.

/// A column with these ranks.
async fn given_column(app: &TestApp, stage: &str, ranks: &[&str]) -> Vec<LeadId> {
    let mut leads = Vec::new();
    for rank in ranks {
        leads.push(given::lead(app, Given { stage, rank, ..Given::default() }).await);
    }
    leads
}

#[tokio::test]
async fn a_card_stands_where_it_was_dropped() {
    let app = spawn_app().await;
    let (ayse, open) = (app.sign_in(AYSE).await, given::stage(&app, "open").await);
    let [a, b, c] = given_column(&app, "open", &["B", "C", "D"]).await[..] else { panic!("three") };
    let drop_card = async |above, below| {
        let lead = given::can(&app).await;
        done(&ayse, &Move { above, below, ..wanted(lead, open, 0) }).await.id
    };
    let between = drop_card(Some(a), Some(b)).await;
    let top = drop_card(None, Some(a)).await;
    let bottom = drop_card(Some(c), None).await;
    let first = drop_card(None, None).await;
    let between_again = drop_card(Some(a), Some(between)).await;
    assert_eq!(order(&app, open).await, [first, top, a, between_again, between, b, c, bottom]);
    // A neighbour that has left the column meanwhile does not count, and neither does one that stands elsewhere by now.
    done(&ayse, &wanted(b, given::stage(&app, "nurturing").await, 0)).await;
    let beside_the_gone = drop_card(Some(b), Some(c)).await;
    let crossed = drop_card(Some(c), Some(a)).await;
    assert_eq!(order(&app, open).await, [first, top, a, between_again, between, beside_the_gone, c, crossed, bottom]);
}

#[tokio::test]
async fn a_card_dropped_below_the_last_loaded_one_stays_there() {
    let app = spawn_app().await;
    let (ayse, open) = (app.sign_in(AYSE).await, given::stage(&app, "open").await);
    let column = given_column(&app, "open", &["B", "C", "D", "E"]).await;
    // The browser has loaded two of the four.
    let lead = given::can(&app).await;
    done(&ayse, &Move { above: Some(column[1]), ..wanted(lead, open, 0) }).await;
    assert_eq!(order(&app, open).await, [column[0], column[1], lead, column[2], column[3]]);
}

#[tokio::test]
async fn neighbours_that_share_a_rank_do_not_send_a_card_far_away() {
    let app = spawn_app().await;
    let (ayse, open) = (app.sign_in(AYSE).await, given::stage(&app, "open").await);
    let column = given_column(&app, "open", &["B", "B", "C", "D"]).await;
    let lead = given::can(&app).await;
    done(&ayse, &Move { above: Some(column[0]), below: Some(column[1]), ..wanted(lead, open, 0) }).await;
    assert_eq!(order(&app, open).await, [column[0], column[1], lead, column[2], column[3]], "right below both");
}

#[tokio::test]
async fn many_may_drop_into_the_same_gap_at_once() {
    let app = spawn_app().await;
    let (ayse, selin, open) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await, given::stage(&app, "open").await);
    let [a, b] = given_column(&app, "open", &["B", "C"]).await[..] else { panic!("two") };
    let dropped = given_column(&app, "contacted", &["V"; 10]).await;
    let moves: Vec<_> =
        dropped.iter().map(|lead| Move { above: Some(a), below: Some(b), ..wanted(*lead, open, 0) }).collect();
    join_all(moves.iter().enumerate().map(|(turn, wanted)| done([&ayse, &selin][turn % 2], wanted))).await;
    let column = order(&app, open).await;
    assert_eq!((column.first(), column.last(), column.len()), (Some(&a), Some(&b), 12));
    assert_eq!(column[1..11].iter().copied().collect::<BTreeSet<_>>(), dropped.into_iter().collect());
    // However the ranks turned out, a card still finds its place between any two of them.
    for place in [2, 5, 9] {
        let column = order(&app, open).await;
        let lead = given::can(&app).await;
        done(&ayse, &Move { above: Some(column[place - 1]), below: Some(column[place]), ..wanted(lead, open, 0) })
            .await;
        let at = order(&app, open).await.iter().position(|other| *other == lead).expect("in the column");
        let shared = count(&app, &format!("lead where stage_id = {open} group by rank order by 1 desc limit 1")).await;
        assert!(at >= place && at as i64 <= place as i64 + shared, "{at} instead of {place}, {shared} share a rank");
    }
}

#[tokio::test]
async fn a_new_place_in_the_column_is_no_move() {
    let app = spawn_app().await;
    let (ayse, selin, open) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await, given::stage(&app, "open").await);
    let [a, b, c] = given_column(&app, "open", &["B", "C", "D"]).await[..] else { panic!("three") };
    app.clock.advance(TimeDelta::days(1));
    let (history, events) = (count(&app, "activity").await, count(&app, "event").await);
    let up = Move { below: Some(a), ..wanted(c, open, 0) };
    let card = done(&ayse, &up).await;
    assert_eq!(order(&app, open).await, [c, a, b]);
    assert_eq!(
        (card.move_version, card.in_stage_since.map(|at| at.utc)),
        (0, Some(app.clock.now() - TimeDelta::days(1)))
    );
    assert_eq!((count(&app, "activity").await, count(&app, "event").await), (history, events + 1));
    // A late retry does not undo what somebody has done since.
    done(&selin, &Move { above: Some(b), ..wanted(c, open, 0) }).await;
    let before = app.everything().await;
    done(&ayse, &up).await;
    app.expect_unchanged(&before, "the late retry").await;
    assert_eq!(order(&app, open).await, [a, b, c]);
}

#[tokio::test]
async fn a_move_that_is_taken_back_leaves_the_days_in_the_stage_as_they_were() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let (open, to) = (given::stage(&app, "open").await, given::stage(&app, "contacted").await);
    let [lead] = given_column(&app, "open", &["B"]).await[..] else { panic!("one") };
    let since = async |client: &Client, wanted| done(client, &wanted).await.in_stage_since.map(|at| at.utc);
    let arrived = Some(app.clock.now());
    app.clock.advance(TimeDelta::days(3));
    assert_eq!(since(&ayse, wanted(lead, to, 0)).await, Some(app.clock.now()));
    app.clock.advance(TimeDelta::minutes(1));
    let back = |version| Move { undoes: true, ..wanted(lead, open, version) };
    assert_eq!(since(&ayse, back(1)).await, arrived);
    // And once more: the way back of a way back knows its days, too.
    let there = Some(app.clock.now());
    assert_eq!(since(&ayse, wanted(lead, to, 2)).await, there);
    assert_eq!(since(&ayse, back(3)).await, arrived);
    // Who moves back what somebody else has moved takes nothing back; the days begin anew.
    done(&ayse, &wanted(lead, to, 4)).await;
    app.clock.advance(TimeDelta::minutes(1));
    assert_eq!(since(&selin, back(5)).await, Some(app.clock.now()));
}

#[tokio::test]
async fn counters_equal_a_recount_after_many_moves_at_once() {
    let app = spawn_app().await;
    let mut leads = Vec::new();
    for number in 0..24 {
        let queue = (number % 3 == 2).then_some("Ankara");
        let owner = [AYSE, BURAK][number % 2];
        let (source, product) =
            ([None, Some("Fair")][number / 2 % 2], [Some("Implant"), None, Some("Veneer")][number % 3]);
        leads.push(
            given::lead(&app, Given { owner, queue, source, product, value: 1 << number, ..Given::default() }).await,
        );
    }
    let mut stages = Vec::new();
    for kind in ["open", "contacted", "nurturing", "qualified", "negotiation", "customer", "inactive"] {
        stages.push(given::stage(&app, kind).await);
    }
    let mut clients = Vec::new();
    for email in [AYSE, BURAK, SELIN, ADMIN] {
        clients.push(app.sign_in(email).await);
    }
    // The same moves in every run; how they meet differs.
    let work = |seed: usize| {
        let (client, leads, stages, pool) = (&clients[seed], &leads, &stages, &app.pool);
        async move {
            let (mut dice, mut came_through) = (seed * 7919 + 1, 0);
            let mut throw = |sides: usize| {
                dice = (dice * 1_103_515_245 + 12_345) % (1 << 31);
                (dice >> 8) % sides
            };
            for _ in 0..50 {
                let (lead, to) = (leads[throw(leads.len())], stages[throw(stages.len())]);
                let neighbour = Some(leads[throw(leads.len())]);
                let version = sqlx::query_scalar("select move_version from lead where id = $1").bind(lead.0);
                let version = version.fetch_one(pool).await.expect("a version");
                let answer = make(client, &Move { above: neighbour, ..wanted(lead, to, version) }).await;
                came_through += i32::from(matches!(answer, Moved::Done { .. }));
            }
            came_through
        }
    };
    let came_through: i32 = join_all((0..4).map(work)).await.into_iter().sum();
    assert!(came_through > 50, "most of the work is allowed: {came_through}");
    let recount =
        "select coalesce(owner_id, 0), coalesce(queue_id, 0), stage_id, coalesce(source_id, 0), coalesce(product_id, 0),
                          count(*), sum(value_base_minor)::bigint
                   from lead where standing_loss_id is null group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5";
    let kept = "select owner_id, queue_id, stage_id, source_id, product_id, leads, value_base_minor from stage_count
                where (leads, value_base_minor) <> (0, 0) order by 1, 2, 3, 4, 5";
    let [recount, kept] = {
        let rows = async |sql: &'static str| -> Vec<(i64, i64, i64, i64, i64, i64, i64)> {
            sqlx::query_as(sql).fetch_all(&app.pool).await.expect("counts")
        };
        [rows(recount).await, rows(kept).await]
    };
    assert_eq!(kept, recount);
    assert_eq!(
        count(&app, "activity where kind = 'move'").await,
        sqlx::query_scalar::<_, i64>("select sum(move_version)::bigint from lead")
            .fetch_one(&app.pool)
            .await
            .expect("moves"),
        "one activity per version"
    );
}

// What the database refuses, whichever door it comes through.

/// Runs one statement in a transaction of its own; answers the constraint that refused it.
async fn refused_by(app: &TestApp, sql: &str) -> String {
    match sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&app.pool).await {
        Ok(done) => panic!("the database let {} rows through: {sql}", done.rows_affected()),
        Err(error) => {
            let refusal = error.as_database_error().unwrap_or_else(|| panic!("{error}: {sql}"));
            refusal.constraint().map_or_else(|| refusal.message().to_owned(), str::to_owned)
        }
    }
}

#[tokio::test]
async fn the_database_itself_keeps_the_rules() {
    let app = spawn_app().await;
    let (ayse, lead, lost) = (app.sign_in(AYSE).await, given::can(&app).await, given::can(&app).await);
    lose(&app, &ayse, lost, 0).await;
    let to = |kind: &str| format!("(stage_id, stage_kind) = (select id, kind from stage where kind = '{kind}')");
    let of_lead = format!("where id = {lead}");
    let (move_on, unqualified) = (to("qualified"), to("unqualified"));
    let cases = [
        // A move without its activity, or without its version.
        (format!("update lead set {move_on}, move_version = 1 {of_lead}"), "standing_has_its_activity"),
        (format!("update lead set {move_on} {of_lead}"), "lead_changes_place_by_one_version"),
        (format!("update lead set {move_on}, move_version = 2 {of_lead}"), "lead_changes_place_by_one_version"),
        (format!("update lead set move_version = 1 {of_lead}"), "lead_changes_place_by_one_version"),
        (
            format!(
                "update lead set stage_id = (select id from stage where kind = 'open'), move_version = 1 {of_lead}"
            ),
            "lead_stage_id_stage_kind_fkey",
        ),
        (format!("update lead set {unqualified}, move_version = 1 {of_lead}"), "unqualified_is_a_loss"),
        // Two activities that made the same version; a move from nowhere.
        (
            format!("insert into activity (lead_id, kind, at, move_version) values ({lead}, 'created', now(), 0)"),
            "activity_lead_id_move_version_key",
        ),
        (
            format!("insert into activity (lead_id, kind, at, move_version) values ({lead}, 'move', now(), 1)"),
            "moves_say_from_where_to_where",
        ),
        // History.
        ("delete from lead".to_owned(), "history_is_append_only"),
        ("delete from activity".to_owned(), "history_is_append_only"),
        ("delete from attempt".to_owned(), "history_is_append_only"),
        ("delete from loss".to_owned(), "history_is_append_only"),
        ("update activity set at = at + interval '1 day'".to_owned(), "history_is_append_only"),
        ("update attempt set result = 'refused'".to_owned(), "history_is_append_only"),
        ("update loss set note = 'Never mind.'".to_owned(), "history_is_append_only"),
        // Exactly one is responsible, and exists.
        (format!("update lead set owner_id = 999999 {of_lead}"), "lead_owner_id_fkey"),
        (format!("update lead set owner_id = null {of_lead}"), "one_is_responsible"),
        (format!("update lead set queue_id = (select min(id) from queue) {of_lead}"), "one_is_responsible"),
        // Money is an amount, its currency and the amount in ours, or nothing.
        (format!("update lead set currency = null {of_lead}"), "money_is_whole"),
        (format!("update lead set value_minor = null {of_lead}"), "money_is_whole"),
        (format!("update lead set value_base_minor = null {of_lead}"), "money_is_whole"),
        (format!("update lead set value_minor = -1 {of_lead}"), "lead_value_minor_check"),
        (format!("update lead set currency = 'euro' {of_lead}"), "lead_currency_check"),
        // A next step is by some channel at some time.
        (format!("update lead set next_step_channel = 'call' {of_lead}"), "next_step_is_whole"),
        // A rank that no neighbour could be compared with.
        (format!("update lead set rank = 'ç' {of_lead}"), "lead_rank_check"),
    ];
    let before = app.everything().await;
    for (sql, expected) in cases {
        assert_eq!(refused_by(&app, &sql).await, expected, "{sql}");
    }
    app.expect_unchanged(&before, "the refused statements").await;
}
