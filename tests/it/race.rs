//! Nothing is lost in a race: many people change the same leads at once, over two servers on one database, with lines that
//! break; afterwards every acknowledged change is in the history exactly once, every board shows what the database
//! holds, and the counters equal a recount.
//!
//! What each client wants follows from one seed; how the clients meet differs from run to run. A longer soak:
//! `WINBACK_RACE_CHANGES=20000 cargo test --features ssr --test it -- race`, the same wishes again: `WINBACK_RACE_SEED=…`.

use crate::{
    given::{self, Given},
    harness::{Client, Node, TestApp, fresh_key, heard, spawn_app},
};
use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value, json};
use std::{env, str::FromStr, time::Duration};
use winback::{
    ids::{LeadId, LossId, ReasonId, StageId},
    leads::api::record::EditAnswer,
    live,
    losses::api::{LoseAnswer, ReopenAnswer},
    pipeline::api::Moved,
};

mod board;
mod dice;
mod reckoning;

use board::Board;
use dice::Dice;
use reckoning::{Asked, Reckoning, Wish};

/// Who takes part: two reps who answer for half of the leads each, their manager and an admin on three devices each.
const CLIENTS: [&str; 8] = [AYSE, BURAK, SELIN, SELIN, SELIN, ADMIN, ADMIN, ADMIN];
/// What each of them tries to change.
const CHANGES: usize = 1_250;
/// The leads that all of them work on.
const LEADS: usize = 50;
/// The races between a move and an edit.
const PAIRS: usize = 100;

const AYSE: &str = "ayse@demo.winback";
const BURAK: &str = "burak@demo.winback";
const SELIN: &str = "selin@demo.winback";
const ADMIN: &str = "admin@demo.winback";
const PIPELINE: [&str; 5] = ["open", "contacted", "nurturing", "qualified", "negotiation"];
const FIELDS: [&str; 2] = ["city", "occupation"];
/// A request that got no answer is sent again this often at most.
const TRIES: usize = 50;

fn setting<T: FromStr>(name: &str, usual: T) -> T {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// What everybody in the race knows from the beginning.
struct Ground {
    leads: Vec<LeadId>,
    stages: Vec<StageId>,
    /// Where each lead begins.
    beginnings: Vec<(LeadId, StageId)>,
    /// One of a loss, one of unqualified leads.
    reasons: [ReasonId; 2],
}

impl Ground {
    async fn lay(app: &TestApp) -> Self {
        let mut stages = Vec::new();
        for kind in PIPELINE {
            stages.push(given::stage(app, kind).await);
        }
        let (mut leads, mut beginnings) = (Vec::new(), Vec::new());
        for number in 0..LEADS {
            let (owner, place) = ([AYSE, BURAK][number % 2], number % PIPELINE.len());
            let name = format!("Lead {number}");
            let (source, product) =
                ([None, Some("Fair")][number / 2 % 2], [Some("Implant"), None, Some("Veneer")][number % 3]);
            let given = Given { owner, stage: PIPELINE[place], name: &name, source, product, ..Given::default() };
            let lead = given::lead(app, given).await;
            leads.push(lead);
            beginnings.push((lead, stages[place]));
        }
        let reasons = [given::reason(app, "trust").await, given::reason(app, "needs_dont_match").await];
        Self { leads, stages, beginnings, reasons }
    }
}

/// One person at one device, with two servers to choose from.
struct Racer<'a> {
    number: usize,
    doors: [Client; 2],
    dice: Dice,
    board: Board,
    ground: &'a Ground,
    /// What this one believes to stand in the fields, from its own edits' answers.
    fields: Vec<[String; FIELDS.len()]>,
    /// The losses that this one has made and nobody is known to have closed.
    losses: Vec<(LeadId, LossId)>,
    asked: Vec<Asked>,
}

impl<'a> Racer<'a> {
    async fn new(app: &TestApp, node: &Node, ground: &'a Ground, number: usize, seed: u64) -> Self {
        let client = app.sign_in(CLIENTS[number]).await;
        let doors = [client.clone(), client.at(node)];
        let dice = Dice::new(seed, number as u64);
        let board = Board::read(&doors, dice.apart()).await;
        let fields = vec![Default::default(); LEADS];
        Self { number, doors, dice, board, ground, fields, losses: Vec::new(), asked: Vec::new() }
    }

    async fn run(mut self, changes: usize) -> (Vec<Asked>, Board) {
        for turn in 0..changes {
            self.change(turn).await;
        }
        (self.asked, self.board)
    }

    async fn change(&mut self, turn: usize) {
        let place = self.dice.below(LEADS);
        let lead = self.ground.leads[place];
        let key = format!("race-{}-{turn}", self.number);
        let on_board = self.board.version(lead);
        match (on_board, self.dice.below(100)) {
            (Some(_), 0..14) => self.edit(place, &key, turn).await,
            (Some(version), 14..26) => self.lose(lead, version, &key).await,
            // Somebody with an old picture.
            (Some(version), 26..29) => self.move_card(lead, version - 1, &key).await,
            (Some(version), _) => self.move_card(lead, version, &key).await,
            (None, 0..70) => self.reopen(&key).await,
            (None, 70..85) => self.edit(place, &key, turn).await,
            (None, _) => self.move_card(lead, 0, &key).await,
        }
    }

    /// To another stage, or to another place of its own, below a card that stands there.
    async fn move_card(&mut self, lead: LeadId, seen: i64, key: &str) {
        let to = self.ground.stages[self.dice.below(PIPELINE.len())];
        let above = self.dice.chance(50).then(|| self.board.some_card(to, &mut self.dice)).flatten();
        let wanted = json!({ "lead": lead, "to": to, "above": above, "below": null, "seen_version": seen, "key": key });
        self.board.sends(lead);
        let (answer, is_plain) = self.insist("/api/pipeline/move_lead", json!({ "wanted": wanted })).await;
        let (is_done, card) = match heard(answer) {
            Moved::Done { card } => (true, Some(card)),
            Moved::Refused { card, .. } | Moved::Conflict { card, .. } => (false, card),
        };
        self.note(lead, key, Wish::Move { to, seen }, is_done, is_plain);
        self.board.answered(lead, card.map(|card| *card));
    }

    async fn lose(&mut self, lead: LeadId, seen: i64, key: &str) {
        let unqualified = self.dice.chance(25);
        let [trust, no_match] = self.ground.reasons;
        let (outcome, reason) = if unqualified { ("unqualified", no_match) } else { ("lost", trust) };
        let draft = json!({
            "outcome": outcome, "reason": reason,
            "attempt": { "new": { "channel": "call", "approach": "offer", "result": "reached", "at": null, "note": "" } },
            "same_again_because": "They asked us to.", "customer": { "words": "No." }, "note": "Heard bad things.",
            "retry_potential": "low", "evidence": {}, "recontact_on": null, "override_because": "",
        });
        let wanted = json!({ "lead": lead, "draft": draft, "seen_version": seen, "key": key });
        self.board.sends(lead);
        let (answer, is_plain) = self.insist("/api/losses/lose", json!({ "wanted": wanted })).await;
        let (loss, card) = match heard(answer) {
            LoseAnswer::Done { lost } => (Some(lost.loss), None),
            LoseAnswer::Conflict { card, .. } => (None, card),
            LoseAnswer::Objections { .. } => (None, self.board.before(lead)),
        };
        self.losses.extend(loss.map(|loss| (lead, loss)));
        let wish = Wish::Lose { loss, unqualified, seen };
        self.note(lead, key, wish, loss.is_some(), is_plain);
        self.board.answered(lead, card.map(|card| *card));
    }

    /// The oldest of one's own losses.
    async fn reopen(&mut self, key: &str) {
        if self.losses.is_empty() {
            return;
        }
        let (lead, loss) = self.losses.remove(0);
        let is_new_try = self.dice.chance(50);
        let to = is_new_try.then(|| self.ground.stages[self.dice.below(PIPELINE.len())]);
        let (closure, cause) = if is_new_try { ("reactivated", Some("rep_saw_chance")) } else { ("reversed", None) };
        let wanted = json!({ "loss": loss, "closure": closure, "cause": cause, "note": "", "to": to, "key": key });
        self.board.sends(lead);
        let (answer, is_plain) = self.insist("/api/losses/reopen", json!({ "wanted": wanted })).await;
        let (is_done, card) = match heard(answer) {
            ReopenAnswer::Done { card } => (true, card),
            ReopenAnswer::Conflict { card, .. } => (false, card),
            ReopenAnswer::Refused { .. } => (false, self.board.before(lead)),
        };
        self.note(lead, key, Wish::Reopen { loss, to }, is_done, is_plain);
        self.board.answered(lead, card.map(|card| *card));
    }

    /// Another value for a field; who is told that somebody was quicker knows better the next time.
    async fn edit(&mut self, place: usize, key: &str, turn: usize) {
        let (lead, field) = (self.ground.leads[place], self.dice.below(FIELDS.len()));
        let typed = format!("Value {}-{turn}", self.number);
        let edit = json!({ "lead": lead, "field": FIELDS[field], "seen": self.fields[place][field], "typed": typed,
                           "key": key });
        let (answer, is_plain) = self.insist("/api/leads/edit", json!({ "edit": edit })).await;
        let (is_done, now) = match heard(answer) {
            EditAnswer::Done { value } => (true, value),
            EditAnswer::Conflict { theirs, .. } => (false, theirs),
            EditAnswer::Refused { .. } => (false, self.fields[place][field].clone()),
        };
        self.fields[place][field] = now;
        self.note(lead, key, Wish::Edit { field: FIELDS[field], typed }, is_done, is_plain);
    }

    fn note(&mut self, lead: LeadId, key: &str, wish: Wish, is_done: bool, is_plain: bool) {
        self.asked.push(Asked { lead, by: CLIENTS[self.number], key: key.to_owned(), wish, is_done, is_plain });
    }

    /// Sends a request until it is answered, as the browser does: some lose their line on the way, some go out twice at
    /// once, and each may meet another server. Says whether it went out once only.
    async fn insist(&mut self, path: &str, body: Value) -> (Value, bool) {
        let [here, there] = if self.dice.chance(50) { [0, 1] } else { [1, 0] };
        let is_plain = match self.dice.below(100) {
            0..4 => {
                let cut = Duration::from_micros(self.dice.below(25_000) as u64);
                // Whether it arrived is what nobody knows.
                let _ = tokio::time::timeout(cut, self.doors[there].call(path, body.clone())).await;
                false
            }
            4..8 => {
                tokio::join!(self.patiently(here, path, &body), self.patiently(there, path, &body));
                false
            }
            _ => true,
        };
        (self.patiently(here, path, &body).await, is_plain)
    }

    async fn patiently(&self, door: usize, path: &str, body: &Value) -> Value {
        for _ in 0..TRIES {
            let (status, answer) = self.doors[door].call(path, body.clone()).await;
            if status.is_success() {
                return answer;
            }
            assert_eq!(status.as_u16(), 503, "{path} with {body}: {answer}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path} with {body} was never answered");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_all_that_many_do_at_once_nothing_is_lost_and_nothing_happens_twice() {
    let seed = setting("WINBACK_RACE_SEED", dice::any_seed());
    println!("this race again: WINBACK_RACE_SEED={seed}");
    let app = spawn_app().await;
    let node = app.node_beside().await;
    let ground = Ground::lay(&app).await;
    let mut racers = Vec::new();
    for number in 0..CLIENTS.len() {
        racers.push(Racer::new(&app, &node, &ground, number, seed).await);
    }
    let changes = setting("WINBACK_RACE_CHANGES", CHANGES);
    let (asked, boards): (Vec<_>, Vec<_>) =
        join_all(racers.into_iter().map(|racer| racer.run(changes))).await.into_iter().unzip();
    let reckoning = Reckoning::of(&app, &ground.beginnings, asked.concat()).await;
    println!("{}", reckoning.summary());
    reckoning.every_acknowledged_change_is_in_the_history_once();
    reckoning.history_leads_to_where_the_leads_are();
    reckoning.nothing_else_is_in_the_history();
    reckoning::counters_equal_a_recount(&app).await;
    for (number, board) in boards.into_iter().enumerate() {
        board.comes_to(&reckoning.on_board(), &format!("client {number}")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_and_an_edit_of_the_same_lead_at_the_same_moment_are_both_kept() {
    let seed = setting("WINBACK_RACE_SEED", dice::any_seed());
    println!("this race again: WINBACK_RACE_SEED={seed}");
    let app = spawn_app().await;
    let node = app.node_beside().await;
    let (mover, editor) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await.at(&node));
    let to = given::stage(&app, "qualified").await;
    let mut dice = Dice::new(seed, 0);
    let mut kept = 0;
    for number in 0..PAIRS {
        let lead = given::can(&app).await;
        let city = format!("City {number}");
        let wanted =
            json!({ "lead": lead, "to": to, "above": null, "below": null, "seen_version": 0, "key": fresh_key() });
        let edit = json!({ "lead": lead, "field": "city", "seen": "", "typed": city, "key": fresh_key() });
        // An edit takes longer: whoever begins a little later meets it in the middle.
        let (first, second) = (dice.below(4_000) as u64, dice.below(4_000) as u64);
        let (moved, edited) = tokio::join!(
            async {
                tokio::time::sleep(Duration::from_micros(first)).await;
                mover.ask("/api/pipeline/move_lead", json!({ "wanted": wanted })).await
            },
            async {
                tokio::time::sleep(Duration::from_micros(second)).await;
                editor.ask("/api/leads/edit", json!({ "edit": edit })).await
            }
        );
        assert!(moved.get("done").is_some() && edited.get("done").is_some(), "both are done: {moved} {edited}");
        let (stage, in_city, history): (i64, Option<String>, i64) = sqlx::query_as(
            "select stage_id, city,
                    (select count(*) from activity where lead_id = l.id and kind in ('move', 'edit'))
             from lead l where id = $1",
        )
        .bind(lead.0)
        .fetch_one(&app.pool)
        .await
        .expect("the lead");
        kept += usize::from((stage, in_city.as_deref(), history) == (to.0, Some(city.as_str()), 2));
    }
    assert_eq!(kept, PAIRS, "of {PAIRS} pairs");
}

#[tokio::test]
async fn who_slept_for_a_day_writes_nothing_of_what_they_had_seen() {
    let app = spawn_app().await;
    let node = app.node_beside().await;
    let [moved, edited, lost] = [given::can(&app).await, given::can(&app).await, given::can(&app).await];
    let (sleeper, selin) = (app.sign_in(AYSE).await, app.sign_in(SELIN).await.at(&node));
    let doors = [sleeper.clone(), sleeper.at(&node)];
    let board = Board::read(&doors, Dice::new(0, 0)).await;
    board.sleeps();
    let (to, elsewhere) = (given::stage(&app, "qualified").await, given::stage(&app, "open").await);
    let draft = json!({
        "outcome": "lost", "reason": given::reason(&app, "trust").await,
        "attempt": { "new": { "channel": "call", "approach": "offer", "result": "reached", "at": null, "note": "" } },
        "same_again_because": "", "customer": { "words": "No." }, "note": "Heard bad things.",
        "retry_potential": "low", "evidence": {}, "recontact_on": null, "override_because": "",
    });
    let moving = |lead, to| json!({ "wanted": { "lead": lead, "to": to, "above": null, "below": null, "seen_version": 0, "key": fresh_key() } });
    let losing = |lead| json!({ "wanted": { "lead": lead, "draft": draft, "seen_version": 0, "key": fresh_key() } });
    let editing =
        |typed| json!({ "edit": { "lead": edited, "field": "city", "seen": "", "typed": typed, "key": fresh_key() } });
    for (path, body) in [
        ("/api/pipeline/move_lead", moving(moved, to)),
        ("/api/leads/edit", editing("Ankara")),
        ("/api/losses/lose", losing(lost)),
    ] {
        let answer = selin.ask(path, body).await;
        assert!(answer.get("done").is_some(), "{answer}");
    }
    app.clock.advance(TimeDelta::hours(25));
    live::store::trim(&app.pool, app.clock.now()).await.expect("a trimmed buffer");

    let before = app.everything().await;
    for (path, body) in [
        ("/api/pipeline/move_lead", moving(moved, elsewhere)),
        ("/api/losses/lose", losing(moved)),
        ("/api/leads/edit", editing("İzmir")),
        ("/api/losses/lose", losing(lost)),
    ] {
        let answer = sleeper.ask(path, body.clone()).await;
        assert!(answer.get("conflict").is_some(), "{path} with {body}: {answer}");
    }
    let answer = sleeper.ask("/api/pipeline/move_lead", moving(lost, to)).await;
    assert!(answer["refused"]["why"] == "off_board", "{answer}");
    app.expect_unchanged(&before, "what somebody had wanted a day ago").await;
    board.wakes();
    board.comes_to(&reckoning::on_board(&app).await, "who slept").await;
}
