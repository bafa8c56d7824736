//! The live stream: what each open browser hears, in which form, and that nobody ever misses a change.

use crate::{
    given::{self, Given},
    harness::{Client, TestApp, eventually, fresh_key, next_event, spawn_app},
};
use chrono::TimeDelta;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use std::{collections::BTreeMap, time::Duration};
use winback::{
    ids::{LeadId, StageId, UserId},
    live::{
        store,
        wire::{Change, Cursor, Doing, Message, Presence},
    },
    pipeline::api::Card,
};

const AYSE: &str = "ayse@demo.winback";
const JAN: &str = "jan@demo.winback";
const SELIN: &str = "selin@demo.winback";

/// An open live stream, read message by message.
struct Stream {
    answer: Response,
    unread: Vec<u8>,
    /// All that has come so far, as it came.
    raw: String,
}

impl Stream {
    /// Opens a stream that begins now, or after `last`, and waits for nothing yet.
    async fn open_after(client: &Client, last: Option<Cursor>) -> Self {
        let request = client.request(Method::GET, "/live");
        let request = match last {
            Some(cursor) => request.header("last-event-id", cursor.to_string()),
            None => request,
        };
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        Self { answer, unread: Vec::new(), raw: String::new() }
    }

    /// Opens a stream that begins now; answers its first word, too: the place to hold on to.
    async fn open(client: &Client) -> (Self, Cursor) {
        let mut stream = Self::open_after(client, None).await;
        let (id, hello) = stream.next().await.expect("a first word");
        assert_eq!(hello, Message::Changes { seen: id, changes: Vec::new() }, "the hello");
        (stream, id)
    }

    /// The next event as it came; `None` once the stream has ended.
    async fn event(&mut self) -> Option<String> {
        loop {
            if let Some(event) = next_event(&mut self.unread) {
                self.raw.push_str(&event);
                return Some(event);
            }
            let chunk = self.answer.chunk().await.expect("the stream goes on or ends cleanly")?;
            self.unread.extend_from_slice(&chunk);
        }
    }

    /// The next message with its id; `None` once the stream has ended.
    async fn next(&mut self) -> Option<(Cursor, Message)> {
        loop {
            let event = self.event().await?;
            if let (Some(id), Some(data)) = (line_of(&event, "id: "), line_of(&event, "data: ")) {
                let message = serde_json::from_str(data).expect("a message of this shape");
                return Some((id.parse().expect("a cursor"), message));
            }
        }
    }

    /// Who is where, the next time that it is said.
    async fn presence(&mut self) -> Presence {
        loop {
            let event = self.event().await.expect("the stream goes on");
            let said = line_of(&event, "data: ").and_then(|data| serde_json::from_str(data).ok());
            if let (Some(presence), None) = (said, line_of(&event, "id: ")) {
                return presence;
            }
        }
    }

    /// The next message that says something about leads.
    async fn changes(&mut self) -> (Cursor, Vec<Change>) {
        loop {
            match self.next().await {
                Some((id, Message::Changes { seen, changes })) => {
                    assert_eq!(id, seen, "the id is the place after the message");
                    if !changes.is_empty() {
                        return (seen, changes);
                    }
                }
                other => panic!("changes were awaited: {other:?}"),
            }
        }
    }

    /// Follows until something was said about each of these leads; answers the last word about every lead.
    async fn follow(&mut self, leads: &[LeadId]) -> (Cursor, BTreeMap<LeadId, Option<Card>>) {
        let mut heard = BTreeMap::new();
        loop {
            let (seen, changes) = self.changes().await;
            heard.extend(changes.into_iter().map(|change| (change.lead, change.card)));
            if leads.iter().all(|lead| heard.contains_key(lead)) {
                return (seen, heard);
            }
        }
    }

    /// Everything that was missed, up to the hello; whether a reset was among it.
    async fn caught_up(&mut self) -> (Cursor, BTreeMap<LeadId, Option<Card>>, bool) {
        let (mut heard, mut reset) = (BTreeMap::new(), false);
        loop {
            match self.next().await {
                Some((_, Message::Reset)) => reset = true,
                Some((_, Message::Changes { seen, changes })) if changes.is_empty() => return (seen, heard, reset),
                Some((_, Message::Changes { changes, .. })) => {
                    heard.extend(changes.into_iter().map(|change| (change.lead, change.card)));
                }
                other => panic!("the stream should have caught up: {other:?}"),
            }
        }
    }
}

fn line_of<'a>(event: &'a str, name: &str) -> Option<&'a str> {
    event.lines().find_map(|line| line.strip_prefix(name))
}

async fn move_to(client: &Client, lead: LeadId, to: StageId, seen_version: i64) {
    let wanted = json!({ "lead": lead, "to": to, "above": null, "below": null, "seen_version": seen_version,
                         "key": fresh_key().0 });
    let answer = client.ask("/api/pipeline/move_lead", json!({ "wanted": wanted })).await;
    assert!(answer.get("done").is_some(), "{answer}");
}

/// Loses a lead; answers the episode.
async fn lose(app: &TestApp, client: &Client, lead: LeadId, seen_version: i64) -> Value {
    let draft = json!({
        "outcome": "lost", "reason": given::reason(app, "trust").await,
        "attempt": { "new": { "channel": "call", "approach": "offer", "result": "reached", "at": null, "note": "" } },
        "same_again_because": "", "customer": { "words": "No." }, "note": "Heard bad things.",
        "retry_potential": "low", "evidence": {}, "recontact_on": null, "override_because": "",
    });
    let wanted = json!({ "lead": lead, "draft": draft, "seen_version": seen_version, "key": fresh_key().0 });
    let answer = client.ask("/api/losses/lose", json!({ "wanted": wanted })).await;
    answer["done"]["lost"]["loss"].clone()
}

async fn since(client: &Client, cursor: Cursor) -> Vec<Message> {
    let answer = client.ask("/api/live/since", json!({ "cursor": cursor })).await;
    serde_json::from_value(answer).expect("messages")
}

/// Whether who stands there is told to read everything again, and where to go on.
async fn is_reset(client: &Client, cursor: Cursor) -> bool {
    let told = since(client, cursor).await;
    matches!(&told[..], [Message::Reset, Message::Changes { changes, .. }] if changes.is_empty())
}

/// Waits until there is something to tell about so many leads after `cursor`; answers the last word about each. What is
/// told waits for whatever transaction runs at that moment, those of other tests included.
async fn told_about(client: &Client, cursor: Cursor, leads: usize) -> (Cursor, BTreeMap<LeadId, Option<Card>>) {
    eventually("the last word", async || {
        let (mut told, mut seen) = (BTreeMap::new(), cursor);
        for message in since(client, cursor).await {
            let Message::Changes { seen: place, changes } = message else { panic!("no reset: {message:?}") };
            told.extend(changes.into_iter().map(|change| (change.lead, change.card)));
            seen = place;
        }
        (told.len() == leads).then_some((seen, told))
    })
    .await
}

async fn write_event(app: &TestApp, kind: &str, lead: Option<LeadId>) {
    sqlx::query("insert into event (at, kind, lead_ids) values ($1, $2, $3)")
        .bind(app.clock.now())
        .bind(kind)
        .bind(lead.map(|lead| lead.0).into_iter().collect::<Vec<_>>())
        .execute(&app.pool)
        .await
        .expect("an event");
    app.app.nudge.now();
}

#[tokio::test]
async fn each_viewer_hears_of_a_change_in_the_form_that_is_theirs() {
    let app = spawn_app().await;
    let secret =
        Given { name: "Gizli Şirket", next_step: Some("Gizli adım"), value: 987_654_321, ..Given::default() };
    let lead = given::lead(&app, secret).await;
    let (ayse, jan, selin) = (app.sign_in(AYSE).await, app.sign_in(JAN).await, app.sign_in(SELIN).await);
    let ((mut hers, _), (mut his, _)) = (Stream::open(&ayse).await, Stream::open(&jan).await);
    let to = given::stage(&app, "qualified").await;
    move_to(&selin, lead, to, 0).await;

    let (_, changes) = hers.changes().await;
    let [Change { lead: changed, card: Some(card), is_ours: true }] = &changes[..] else {
        panic!("one card: {changes:?}")
    };
    assert_eq!((*changed, card.id, card.stage, card.move_version, card.may_write), (lead, lead, to, 1, true));
    let details = card.details.as_ref().expect("her own card is full");
    assert_eq!((details.name.as_deref(), details.value_base_minor), (Some("Gizli Şirket"), Some(987_654_321)));

    let (_, changes) = his.changes().await;
    let [Change { card: Some(card), .. }] = &changes[..] else { panic!("one card: {changes:?}") };
    assert_eq!((card.id, card.stage, card.move_version, card.may_write), (lead, to, 1, false));
    assert!(card.details.is_none() && card.next_step.as_ref().is_some_and(|step| step.what.is_none()));
    for secret in ["Gizli", "987654321"] {
        assert!(hers.raw.contains(secret) && !his.raw.contains(secret), "{secret} is for the owner: {}", his.raw);
    }
}

#[tokio::test]
async fn a_lost_lead_leaves_every_board_and_comes_back() {
    let app = spawn_app().await;
    let (ayse, jan) = (app.sign_in(AYSE).await, app.sign_in(JAN).await);
    let lead = given::can(&app).await;
    let ((mut hers, _), (mut his, _)) = (Stream::open(&ayse).await, Stream::open(&jan).await);
    let loss = lose(&app, &ayse, lead, 0).await;
    for (stream, is_hers) in [(&mut hers, true), (&mut his, false)] {
        assert_eq!(stream.changes().await.1, [Change { lead, card: None, is_ours: is_hers }]);
    }
    let back =
        json!({ "loss": loss, "closure": "reversed", "cause": null, "note": "", "to": null, "key": fresh_key().0 });
    ayse.ask("/api/losses/reopen", json!({ "wanted": back })).await;
    for stream in [&mut hers, &mut his] {
        let (_, changes) = stream.changes().await;
        assert_eq!(changes[0].card.as_ref().map(|card| (card.id, card.move_version)), Some((lead, 2)));
    }
}

#[tokio::test]
async fn a_lead_that_changes_hands_is_masked_for_whom_it_left() {
    let app = spawn_app().await;
    let (ayse, jan, lead) = (app.sign_in(AYSE).await, app.sign_in(JAN).await, given::can(&app).await);
    let ((mut hers, _), (mut his, _)) = (Stream::open(&ayse).await, Stream::open(&jan).await);
    sqlx::query("update lead set owner_id = $1 where id = $2")
        .bind(given::user(&app, JAN).await)
        .bind(lead.0)
        .execute(&app.pool)
        .await
        .expect("another owner");
    write_event(&app, "leads", Some(lead)).await;
    assert!(hers.changes().await.1[0].card.as_ref().is_some_and(|card| card.details.is_none()));
    assert!(his.changes().await.1[0].card.as_ref().is_some_and(|card| card.details.is_some()));
}

#[tokio::test]
async fn who_reconnects_hears_exactly_what_was_missed() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let [a, b, c, d] = [given::can(&app).await, given::can(&app).await, given::can(&app).await, given::can(&app).await];
    let to = given::stage(&app, "qualified").await;
    let (mut stream, _) = Stream::open(&ayse).await;
    move_to(&selin, a, to, 0).await;
    let (place, _) = stream.follow(&[a]).await;
    drop(stream);
    move_to(&selin, b, to, 0).await;
    move_to(&selin, b, given::stage(&app, "open").await, 1).await;
    move_to(&selin, c, to, 0).await;
    lose(&app, &selin, d, 0).await;
    told_about(&ayse, place, 3).await;

    let mut stream = Stream::open_after(&ayse, Some(place)).await;
    let (place, missed, reset) = stream.caught_up().await;
    assert!(!reset);
    assert_eq!(missed.keys().copied().collect::<Vec<_>>(), [b, c, d]);
    assert_eq!(missed[&b].as_ref().map(|card| card.move_version), Some(2));
    assert_eq!(missed[&d], None);
    // From there, nothing was missed; a place told in the address counts like the header.
    let (again, missed, reset) = Stream::open_after(&ayse, Some(place)).await.caught_up().await;
    assert_eq!((again, missed.len(), reset), (place, 0, false));
    let answer = ayse.get(&format!("/live?after={place}")).await;
    let (again, ..) = Stream { answer, unread: Vec::new(), raw: String::new() }.caught_up().await;
    assert_eq!(again, place);
    // And the stream goes on.
    move_to(&selin, a, given::stage(&app, "open").await, 1).await;
    let heard = stream.follow(&[a]).await.1;
    assert_eq!(heard[&a].as_ref().map(|card| card.move_version), Some(2));
}

#[tokio::test]
async fn a_place_that_is_not_known_any_more_is_answered_with_a_reset() {
    let app = spawn_app().await;
    let (ayse, lead, to) = (app.sign_in(AYSE).await, given::can(&app).await, given::stage(&app, "qualified").await);
    let (mut stream, old) = Stream::open(&ayse).await;
    move_to(&ayse, lead, to, 0).await;
    let (current, _) = stream.follow(&[lead]).await;
    let of_another_life = Cursor { epoch: current.epoch + 1, ..current };
    let (place, missed, reset) = Stream::open_after(&ayse, Some(of_another_life)).await.caught_up().await;
    assert!(reset && missed.is_empty() && place.epoch == current.epoch);
    assert!(is_reset(&ayse, of_another_life).await);

    app.clock.advance(TimeDelta::minutes(121));
    store::trim(&app.pool, app.clock.now()).await.expect("a trimmed buffer");
    assert!(Stream::open_after(&ayse, Some(old)).await.caught_up().await.2, "what was missed is gone");
    assert!(is_reset(&ayse, old).await);
    // Who had heard everything has missed nothing.
    assert!(!Stream::open_after(&ayse, Some(current)).await.caught_up().await.2);
    assert_eq!(since(&ayse, current).await, []);
}

#[tokio::test]
async fn a_place_inside_the_last_trimmed_transaction_is_answered_with_a_reset() {
    let app = spawn_app().await;
    let (ayse, lead) = (app.sign_in(AYSE).await, given::can(&app).await);
    let mut slow = app.pool.begin().await.expect("a transaction");
    sqlx::query("insert into event (at, kind, lead_ids) values ($1, 'leads', array[$2])")
        .bind(app.clock.now())
        .bind(lead.0)
        .execute(&mut *slow)
        .await
        .expect("an event");
    let (stream, place) = Stream::open(&ayse).await;
    drop(stream);
    slow.commit().await.expect("a commit");
    app.clock.advance(TimeDelta::minutes(121));
    store::trim(&app.pool, app.clock.now()).await.expect("a trimmed buffer");
    assert!(is_reset(&ayse, place).await, "the event after this place was trimmed away");
}

#[tokio::test]
async fn a_transaction_that_commits_late_is_not_skipped() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let (slow_lead, quick_lead) = (given::can(&app).await, given::can(&app).await);
    let to = given::stage(&app, "qualified").await;
    let (mut stream, hello) = Stream::open(&ayse).await;
    let mut slow = app.pool.begin().await.expect("a transaction");
    sqlx::query("insert into event (at, kind, lead_ids) values ($1, 'leads', array[$2])")
        .bind(app.clock.now())
        .bind(slow_lead.0)
        .execute(&mut *slow)
        .await
        .expect("an event");
    move_to(&selin, quick_lead, to, 0).await;
    assert_eq!(since(&ayse, hello).await, [], "nobody is told what a running transaction may still come before");
    // Who arrives in between stands before the running transaction, not behind it.
    let (mut newcomer, _) = Stream::open(&ayse).await;
    slow.commit().await.expect("a commit");
    app.app.nudge.now();
    let (_, heard) = stream.follow(&[slow_lead, quick_lead]).await;
    assert_eq!(heard.len(), 2);
    newcomer.follow(&[slow_lead]).await;
    let leads: Vec<_> = since(&ayse, hello)
        .await
        .into_iter()
        .flat_map(|message| match message {
            Message::Changes { changes, .. } => changes.into_iter().map(|change| change.lead).collect::<Vec<_>>(),
            other => panic!("changes: {other:?}"),
        })
        .collect();
    assert_eq!(leads, [slow_lead, quick_lead]);
}

#[tokio::test]
async fn signing_out_ends_the_stream_of_that_session_only() {
    let app = spawn_app().await;
    let (desk, phone, lead) = (app.sign_in(AYSE).await, app.sign_in(AYSE).await, given::can(&app).await);
    let ((mut at_desk, _), (mut on_phone, _)) = (Stream::open(&desk).await, Stream::open(&phone).await);
    desk.post_form("/sign-out", "").await;
    let end = tokio::time::timeout(Duration::from_secs(5), async { (at_desk.next().await, at_desk.next().await) });
    match end.await.expect("the end comes within five seconds") {
        (Some((_, Message::SignedOut)), None) => {}
        other => panic!("the end was awaited: {other:?}"),
    }
    assert_eq!(desk.get("/live").await.status(), StatusCode::UNAUTHORIZED);
    move_to(&phone, lead, given::stage(&app, "open").await, 0).await;
    on_phone.follow(&[lead]).await;
    // Everywhere means everywhere.
    let third = app.sign_in(AYSE).await;
    let (mut third_stream, _) = Stream::open(&third).await;
    third.post_form("/sign-out", "everywhere=true").await;
    for stream in [&mut on_phone, &mut third_stream] {
        assert!(matches!(stream.next().await, Some((_, Message::SignedOut))));
        assert_eq!(stream.next().await, None);
    }
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let app = spawn_app().await;
    let (ayse, lead) = (app.sign_in(AYSE).await, given::can(&app).await);
    let (mut stream, _) = Stream::open(&ayse).await;
    app.clock.advance(TimeDelta::days(10));
    let selin = app.sign_in(SELIN).await;
    app.clock.advance(TimeDelta::days(5));
    move_to(&selin, lead, given::stage(&app, "open").await, 0).await;
    let (_, message) = stream.next().await.expect("a last word");
    assert_eq!(message, Message::SignedOut, "nothing more is told to a session that has run out");
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn a_new_role_shows_at_once() {
    let app = spawn_app().await;
    let ayse = app.sign_in(AYSE).await;
    let lead = given::lead(&app, Given { owner: JAN, ..Given::default() }).await;
    let (mut stream, _) = Stream::open(&ayse).await;
    let id = given::user(&app, AYSE).await;
    sqlx::query(
        "with changed as (update app_user set role = 'admin' where id = $1)
         insert into event (at, kind, user_id) values ($2, 'role_changed', $1)",
    )
    .bind(id)
    .bind(app.clock.now())
    .execute(&app.pool)
    .await
    .expect("a new role");
    app.app.nudge.now();
    assert!(matches!(stream.next().await, Some((_, Message::Reset))), "all that was masked may look different now");
    write_event(&app, "leads", Some(lead)).await;
    assert!(stream.changes().await.1[0].card.as_ref().is_some_and(|card| card.details.is_some() && card.may_write));
}

#[tokio::test]
async fn a_bulk_change_resets_every_board() {
    let app = spawn_app().await;
    let (ayse, jan) = (app.sign_in(AYSE).await, app.sign_in(JAN).await);
    let ((mut hers, before), (mut his, _)) = (Stream::open(&ayse).await, Stream::open(&jan).await);
    write_event(&app, "bulk", None).await;
    for stream in [&mut hers, &mut his] {
        assert!(matches!(stream.next().await, Some((_, Message::Reset))));
    }
    assert!(is_reset(&ayse, before).await);
    let (_, missed, reset) = Stream::open_after(&jan, Some(before)).await.caught_up().await;
    assert!(reset && missed.is_empty());
}

#[tokio::test]
async fn a_restored_database_resets_every_board() {
    let app = spawn_app().await;
    let (ayse, lead) = (app.sign_in(AYSE).await, given::can(&app).await);
    let (mut stream, before) = Stream::open(&ayse).await;
    // What a restore does: the buffer is empty, the epoch another.
    sqlx::query("with gone as (delete from event) update event_epoch set epoch = epoch + 1")
        .execute(&app.pool)
        .await
        .expect("a new life");
    app.app.nudge.now();
    let (place, message) = stream.next().await.expect("a word");
    assert_eq!((message, place.epoch), (Message::Reset, before.epoch + 1));
    move_to(&ayse, lead, given::stage(&app, "open").await, 0).await;
    stream.follow(&[lead]).await;
}

#[tokio::test]
async fn two_servers_on_one_database_tell_the_same() {
    let app = spawn_app().await;
    let node = app.node_beside().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let ((mut here, _), (mut there, _)) = (Stream::open(&ayse).await, Stream::open(&ayse.at(&node)).await);
    let (qualified, open) = (given::stage(&app, "qualified").await, given::stage(&app, "open").await);
    let lead = given::can(&app).await;
    for (version, (mover, to)) in [(&selin, qualified), (&selin.at(&node), open)].into_iter().enumerate() {
        move_to(mover, lead, to, version as i64).await;
        for stream in [&mut here, &mut there] {
            let heard = stream.follow(&[lead]).await.1;
            let place = heard[&lead].as_ref().map(|card| (card.stage, card.move_version));
            assert_eq!(place, Some((to, version as i64 + 1)));
        }
    }
    // Signing out at one ends the streams of both.
    ayse.at(&node).post_form("/sign-out", "").await;
    for stream in [&mut here, &mut there] {
        assert!(matches!(stream.next().await, Some((_, Message::SignedOut))));
    }
}

#[tokio::test]
async fn who_is_at_a_lead_is_shown_to_the_others_on_both_servers_and_to_nobody_of_themselves() {
    let app = spawn_app().await;
    let node = app.node_beside().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let ((mut here, _), (mut there, _)) = (Stream::open(&selin).await, Stream::open(&selin.at(&node)).await);
    let (mut own, _) = Stream::open(&ayse).await;
    let lead = given::can(&app).await;
    for doing in [Doing::Carrying, Doing::Gone] {
        ayse.ask("/api/live/presence", json!({ "lead": lead, "doing": doing })).await;
        for stream in [&mut here, &mut there] {
            let Presence { lead: at, name, doing: does, .. } = stream.presence().await;
            assert_eq!((at, name.as_str(), does), (lead, "Ayşe Yılmaz", doing));
        }
    }
    move_to(&ayse, lead, given::stage(&app, "qualified").await, 0).await;
    own.follow(&[lead]).await;
    assert!(!own.raw.contains("carrying"), "{}", own.raw);
}

#[tokio::test]
async fn the_same_is_said_once_a_second_and_of_leads_that_there_are() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let (mut hers, _) = Stream::open(&selin).await;
    let (lead, last) = (given::can(&app).await, given::can(&app).await);
    let say = async |lead: LeadId, doing: Doing| {
        ayse.ask("/api/live/presence", json!({ "lead": lead, "doing": doing })).await;
    };
    use Doing::{Carrying, Gone, Looking};
    say(LeadId(i64::MAX), Looking).await;
    for doing in [Looking, Looking, Looking, Carrying, Carrying, Gone, Gone, Looking, Looking] {
        say(lead, doing).await;
    }
    app.clock.advance(TimeDelta::seconds(1));
    say(lead, Looking).await;
    say(last, Looking).await;
    let mut heard = Vec::new();
    loop {
        let Presence { lead: at, doing, .. } = hers.presence().await;
        if at == last {
            break;
        }
        assert_eq!(at, lead);
        heard.push(doing);
    }
    assert_eq!(heard, [Looking, Carrying, Gone, Gone, Looking, Looking]);
}

#[tokio::test]
async fn no_chatter_crowds_out_a_change() {
    let app = spawn_app().await;
    let (ayse, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await);
    let (lead, to) = (given::can(&app).await, given::stage(&app, "qualified").await);
    let (mut hers, _) = Stream::open(&ayse).await;
    let said = |person: i64| Presence { lead, person: UserId(-person), name: "Ada".to_owned(), doing: Doing::Looking };
    let said: Vec<_> = (1..=2_000).map(|person| json!(said(person)).to_string()).collect();
    sqlx::query("select pg_notify($1, said) from unnest($2::text[]) said")
        .bind(store::PRESENCE)
        .bind(said)
        .execute(&app.pool)
        .await
        .expect("chatter");
    move_to(&selin, lead, to, 0).await;
    // A reset would end this.
    hers.follow(&[lead]).await;
}

/// A server took one call every twenty milliseconds: of busy colleagues its connection filled up, and PostgreSQL let nobody
/// drop a database, for a while or for ever.
#[tokio::test]
async fn calls_from_busy_servers_hold_up_nobody() {
    let app = spawn_app().await;
    eventually("the server to listen", || async {
        let ears = "select 1 from pg_stat_activity where datname = current_database() and query ilike 'listen %'";
        sqlx::query(ears).fetch_optional(&app.pool).await.expect("an answer")
    })
    .await;
    let calls = "select pg_notify($1, repeat('x', 7000) || n) from generate_series(1, 4000) n";
    sqlx::query(calls).bind(store::CHANNEL).execute(&app.pool).await.expect("calls");
    // Whoever drops a database waits for every process of the cluster.
    tokio::time::timeout(Duration::from_secs(20), another_database_comes_and_goes(&app)).await.expect("no waiting");
}

async fn another_database_comes_and_goes(app: &TestApp) {
    let options = app.pool.connect_options();
    let name = format!("{}_beside", options.get_database().expect("a database of its own"));
    for statement in [format!("create database {name} template template0"), format!("drop database {name}")] {
        sqlx::query(AssertSqlSafe(statement)).execute(&app.pool).await.expect("done");
    }
}

#[tokio::test]
async fn asking_once_gives_what_the_stream_gave_and_the_counts_agree() {
    let app = spawn_app().await;
    let (ayse, jan) = (app.sign_in(AYSE).await, app.sign_in(JAN).await);
    let (to, mut leads) = (given::stage(&app, "qualified").await, Vec::new());
    for owner in [AYSE, JAN, AYSE, JAN, AYSE] {
        leads.push(given::lead(&app, Given { owner, ..Given::default() }).await);
    }
    let (mut stream, hello) = Stream::open(&ayse).await;
    for (turn, lead) in leads.iter().enumerate() {
        move_to([&ayse, &jan][turn % 2], *lead, to, 0).await;
    }
    lose(&app, &ayse, leads[0], 1).await;
    lose(&app, &jan, leads[1], 1).await;
    move_to(&ayse, leads[2], given::stage(&app, "open").await, 1).await;
    let expected = eventually("the last move on the stream", async || {
        let told = told_about(&ayse, hello, 5).await;
        let last = told.1[&leads[2]].as_ref().is_some_and(|card| card.move_version == 2);
        last.then_some(told)
    })
    .await;
    let mut heard = BTreeMap::new();
    // Cards may be newer than the place up to which they are told: the stream may say the same in more words.
    let mut place = hello;
    while place.position() < expected.0.position() || heard != expected.1 {
        let (seen, changes) = stream.changes().await;
        heard.extend(changes.into_iter().map(|change| (change.lead, change.card)));
        place = seen;
    }
    assert_eq!(heard.values().filter(|card| card.is_none()).count(), 2);

    let filter = json!({ "filter": { "whose": "everyone", "source": null, "product": null, "text": "" } });
    let counts = ayse.ask("/api/pipeline/counts", filter).await;
    let mut counted: BTreeMap<i64, i64> = BTreeMap::new();
    for card in heard.values().flatten() {
        *counted.entry(card.stage.0).or_default() += 1;
    }
    let told: BTreeMap<i64, i64> = counts
        .as_array()
        .expect("a list")
        .iter()
        .filter(|count| count["leads"] != 0)
        .filter_map(|count| Some((count["stage"].as_i64()?, count["leads"].as_i64()?)))
        .collect();
    assert_eq!(told, counted);
}

#[tokio::test]
async fn a_change_says_whether_one_answers_for_it() {
    let app = spawn_app().await;
    let lead = given::can(&app).await;
    let (ayse, jan, selin) = (app.sign_in(AYSE).await, app.sign_in(JAN).await, app.sign_in(SELIN).await);
    let admin = app.sign_in("admin@demo.winback").await;
    let mut streams = Vec::new();
    for (client, is_theirs) in [(&ayse, true), (&selin, true), (&jan, false), (&admin, false)] {
        streams.push((Stream::open(client).await.0, is_theirs));
    }
    move_to(&ayse, lead, given::stage(&app, "qualified").await, 0).await;
    for (stream, is_theirs) in &mut streams {
        let (_, changes) = stream.changes().await;
        assert_eq!(changes.iter().map(|change| change.is_ours).collect::<Vec<_>>(), [*is_theirs]);
    }
    lose(&app, &ayse, lead, 1).await;
    for (stream, is_theirs) in &mut streams {
        let (_, changes) = stream.changes().await;
        assert!(changes.iter().all(|change| change.card.is_none() && change.is_ours == *is_theirs), "{changes:?}");
    }
}
