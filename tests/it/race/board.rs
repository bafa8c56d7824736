//! A board as a browser keeps it: read once, followed over a live stream of its own whose line breaks, with the answers to
//! its own changes taken over as they come.

use super::dice::Dice;
use crate::harness::{Client, heard, next_event};
use reqwest::{Method, Response};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle};
use winback::{
    ids::{LeadId, StageId},
    live::wire::{Change, Cursor, Message},
    pipeline::api::{self, Card, Filter, Whose},
};

/// How long a board may take to show what the database holds, once nobody changes anything any more.
/// A long transaction of another test in the same cluster holds its events back.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where each lead on the board stands: stage, rank, version.
pub type Places = BTreeMap<LeadId, (StageId, String, i64)>;

/// A followed board. Its stream ends when it is dropped.
pub struct Board {
    known: Arc<Mutex<Known>>,
    awake: watch::Sender<bool>,
    follower: JoinHandle<()>,
}

/// What the board knows.
#[derive(Default)]
struct Known {
    cards: HashMap<LeadId, Card>,
    /// Leads of which a change is on its way, with what was told about them meanwhile.
    on_their_way: HashMap<LeadId, Option<Change>>,
    seen: Cursor,
    /// How often the line broke, and how often the board was read anew.
    breaks: usize,
    readings: usize,
}

impl Known {
    fn take(&mut self, change: Change) {
        if let Some(told) = self.on_their_way.get_mut(&change.lead) {
            *told = Some(change);
            return;
        }
        match change.card {
            Some(card) => self.show(card),
            None => {
                self.cards.remove(&change.lead);
            }
        }
    }

    /// Something older than what is known is never shown.
    fn show(&mut self, card: Card) {
        if self.cards.get(&card.id).is_none_or(|known| known.move_version <= card.move_version) {
            self.cards.insert(card.id, card);
        }
    }

    fn begin_anew(&mut self, board: api::Board) {
        self.readings += 1;
        self.seen = board.seen;
        let cards: HashMap<_, _> = board
            .columns
            .into_iter()
            .flat_map(|column| {
                assert!(!column.more, "all leads of the race fit on first pages");
                column.cards
            })
            .map(|card| (card.id, card))
            .collect();
        for (lead, told) in &mut self.on_their_way {
            *told = Some(Change { lead: *lead, card: cards.get(lead).cloned(), is_ours: false });
        }
        self.cards = cards;
    }
}

impl Board {
    /// Reads everybody's board through either door, and follows it from there.
    pub async fn read(doors: &[Client; 2], dice: Dice) -> Self {
        let mut known = Known::default();
        known.begin_anew(everything(&doors[0]).await);
        let known = Arc::new(Mutex::new(known));
        let (awake, is_awake) = watch::channel(true);
        let follower = tokio::spawn(follow(doors.clone(), dice, known.clone(), is_awake));
        Self { known, awake, follower }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        lock(&self.known)
    }

    /// The version of a lead's card, if it is on the board.
    pub fn version(&self, lead: LeadId) -> Option<i64> {
        self.known().cards.get(&lead).map(|card| card.move_version)
    }

    /// Some card of a column.
    pub fn some_card(&self, stage: StageId, dice: &mut Dice) -> Option<LeadId> {
        let known = self.known();
        let mut there: Vec<_> = known.cards.values().filter(|card| card.stage == stage).map(|card| card.id).collect();
        there.sort();
        (!there.is_empty()).then(|| there[dice.below(there.len())])
    }

    /// The card as it is known now.
    pub fn before(&self, lead: LeadId) -> Option<Box<Card>> {
        self.known().cards.get(&lead).cloned().map(Box::new)
    }

    /// A change of this lead goes out.
    pub fn sends(&self, lead: LeadId) {
        self.known().on_their_way.insert(lead, None);
    }

    /// The change was answered with this card, or with none. What the stream has told meanwhile counts unless it is older:
    /// then the rest is still to come.
    pub fn answered(&self, lead: LeadId, card: Option<Card>) {
        let mut known = self.known();
        let told = known.on_their_way.remove(&lead).flatten();
        match card {
            Some(card) => known.show(card),
            None => {
                known.cards.remove(&lead);
            }
        }
        if let Some(change) = told {
            known.take(change);
        }
    }

    /// Hears nothing until it wakes.
    pub fn sleeps(&self) {
        self.awake.send_replace(false);
    }

    /// Goes on from where it fell asleep.
    pub fn wakes(&self) {
        self.awake.send_replace(true);
    }

    /// Waits until the board shows exactly this; fails, saying what differs, when it never does.
    pub async fn comes_to(self, truth: &Places, whose: &str) {
        let shows = || -> Places {
            let place = |card: &Card| (card.id, (card.stage, card.rank.clone(), card.move_version));
            self.known().cards.values().map(place).collect()
        };
        let begun = tokio::time::Instant::now();
        while shows() != *truth {
            if begun.elapsed() > PATIENCE {
                let shown = shows();
                let leads: BTreeSet<_> = shown.keys().chain(truth.keys()).collect();
                let wrong: Vec<_> = leads
                    .into_iter()
                    .filter(|lead| shown.get(lead) != truth.get(lead))
                    .map(|lead| format!("{lead:?}: shown {:?}, in truth {:?}", shown.get(lead), truth.get(lead)))
                    .collect();
                panic!("the board of {whose} differs from the database for ever:\n{}", wrong.join("\n"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let known = self.known();
        println!("{whose}: the line broke {} times, the board was read {} times", known.breaks, known.readings);
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

async fn everything(door: &Client) -> api::Board {
    let filter = Filter { whose: Whose::Everyone, ..Filter::default() };
    heard(door.ask("/api/pipeline/board", json!({ "filter": filter })).await)
}

/// Opens a stream after what was seen last, through one door or the other; listens for a while; loses the line.
async fn follow(doors: [Client; 2], mut dice: Dice, known: Arc<Mutex<Known>>, mut is_awake: watch::Receiver<bool>) {
    loop {
        if is_awake.wait_for(|awake| *awake).await.is_err() {
            return;
        }
        let door = &doors[dice.below(doors.len())];
        let seen = lock(&known).seen;
        let request = door.request(Method::GET, "/live").header("last-event-id", seen.to_string());
        if let Ok(answer) = request.send().await
            && answer.status().is_success()
        {
            let words = 5 + dice.below(60);
            let is_reset = tokio::select! {
                is_reset = listen(answer, words, &known) => is_reset,
                _ = is_awake.wait_for(|awake| !*awake) => false,
            };
            // Some reload the page instead.
            if is_reset || dice.chance(10) {
                let board = everything(door).await;
                lock(&known).begin_anew(board);
            }
        }
        lock(&known).breaks += 1;
        tokio::time::sleep(Duration::from_millis(dice.below(200) as u64)).await;
    }
}

/// Takes over so many messages of a stream, or as many as come; true when everything has to be read again.
async fn listen(mut answer: Response, words: usize, known: &Mutex<Known>) -> bool {
    let (mut unread, mut heard) = (Vec::new(), 0);
    while heard < words {
        // A line that breaks is what this is about.
        let Ok(Some(chunk)) = answer.chunk().await else { return false };
        unread.extend_from_slice(&chunk);
        while let Some(event) = next_event(&mut unread) {
            let data = event.lines().find_map(|line| line.strip_prefix("data: "));
            let message = data.map(|data| serde_json::from_str(data).expect("a message of this shape"));
            heard += 1;
            match message {
                Some(Message::Changes { seen, changes }) => {
                    let mut known = lock(known);
                    known.seen = seen;
                    changes.into_iter().for_each(|change| known.take(change));
                }
                Some(Message::Reset) => return true,
                Some(Message::SignedOut) => panic!("nobody has signed out"),
                None => {}
            }
        }
    }
    false
}
