//! The tasks of one process: one that announces commits, one that reads events and hands them to the open streams.

use super::{
    chatter::Chatter,
    store::{self, Told},
    wire::{Cursor, Doing, Presence},
};
use crate::{
    error::AppError,
    ids::{LeadId, UserId},
    people::rules::Holder,
    pipeline::{self, store::CardRow},
    server::state::App,
};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgListener;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    sync::{Notify, broadcast},
    time::{Instant, MissedTickBehavior},
};

/// A NOTIFY that got lost costs at most this long.
const POLL: Duration = Duration::from_secs(1);
/// Committed events behind a running transaction are asked for again after this long.
const SOON: Duration = Duration::from_millis(20);
/// Commits are announced and read no oftener than this: a single change is told at once, and a thousand in a second cost
/// fifty reads, not a thousand.
const PACE: Duration = Duration::from_millis(20);
/// Old events are trimmed about this often, counted in polls.
const TRIM_EVERY: u32 = 600;
/// A stream that falls behind by this many deliveries is told to read the board again.
const BEHIND: usize = 256;
/// A stream that falls behind by so many words about who is where misses some.
const PRESENCE_BEHIND: usize = 256;

/// Says, after a commit, that there is something to deliver. Never blocks.
#[derive(Debug, Clone, Default)]
pub struct Nudge(Arc<Notify>);

impl Nudge {
    /// There is something to deliver.
    pub fn now(&self) {
        self.0.notify_one();
    }
}

/// A lead that changed.
#[derive(Debug, Default)]
pub struct Changed {
    /// Who is responsible; unknown for a lead that is not there any more.
    pub holder: Option<Holder>,
    /// Its card, masked for nobody yet; `None` when it is not on the board any more.
    pub card: Option<CardRow>,
}

/// What happened up to a place in the stream: cards as they are, masked for nobody yet.
#[derive(Debug)]
pub struct Delivery {
    /// The place after this delivery.
    pub seen: Cursor,
    /// The leads that changed.
    pub leads: BTreeMap<LeadId, Changed>,
    /// Everything has to be read again.
    pub reset: bool,
    /// Whose sessions or roles changed.
    pub people: Vec<i64>,
}

/// What an open stream of this process is handed: chatter in a channel of its own, so that it never crowds out a change.
pub struct Handed {
    /// What happened.
    pub deliveries: broadcast::Receiver<Arc<Delivery>>,
    /// Who is where.
    pub presence: broadcast::Receiver<Arc<Presence>>,
}

#[derive(Clone)]
struct Senders {
    deliveries: broadcast::Sender<Arc<Delivery>>,
    presence: broadcast::Sender<Arc<Presence>>,
}

/// Where the open streams of this process get what they are handed.
#[derive(Clone)]
pub struct Hub {
    senders: Arc<Mutex<Option<Senders>>>,
    chatter: Arc<Chatter>,
}

impl Default for Hub {
    fn default() -> Self {
        let senders =
            Senders { deliveries: broadcast::channel(BEHIND).0, presence: broadcast::channel(PRESENCE_BEHIND).0 };
        Self { senders: Arc::new(Mutex::new(Some(senders))), chatter: Arc::default() }
    }
}

impl Hub {
    /// What is handed out from now on; `None` once the server is stopping.
    pub fn subscribe(&self) -> Option<Handed> {
        let Senders { deliveries, presence } = self.senders()?;
        Some(Handed { deliveries: deliveries.subscribe(), presence: presence.subscribe() })
    }

    /// Ends all streams.
    pub fn close(&self) {
        self.senders.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
    }

    /// Whether what somebody does is worth telling all processes.
    pub fn is_news(&self, who: UserId, lead: LeadId, doing: Doing, now: DateTime<Utc>) -> bool {
        self.chatter.is_news(who, lead, doing, now)
    }

    fn senders(&self) -> Option<Senders> {
        self.senders.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    fn deliver(&self, delivery: Delivery) {
        if let Some(senders) = self.senders() {
            // Nobody listening is no failure.
            let _ = senders.deliveries.send(Arc::new(delivery));
        }
    }

    fn show(&self, presence: Presence) {
        if let Some(senders) = self.senders() {
            // Nobody listening is no failure.
            let _ = senders.presence.send(Arc::new(presence));
        }
    }
}

/// Sends one NOTIFY for all commits since the last one.
pub async fn announce(app: App) {
    let mut pace = tokio::time::interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pace.tick().await;
        app.nudge.0.notified().await;
        if let Err(error) = store::notify(&app.pool).await {
            tracing::warn!(%error, "could not announce a commit; the poll will find it");
        }
    }
}

/// Reads new events for ever and hands them to the open streams.
pub async fn deliver(app: App) {
    let mut cursor = None;
    let mut listener = None;
    let mut polls = 0u32;
    loop {
        let read_at = Instant::now();
        let wait = match follow(&app, &mut cursor).await {
            Ok(true) => SOON,
            Ok(false) => POLL,
            Err(error) => {
                tracing::warn!(%error, "the live stream could not read its events");
                listener = None;
                POLL
            }
        };
        polls = polls.wrapping_add(1);
        if polls.is_multiple_of(TRIM_EVERY)
            && let Err(error) = tidy_up(&app).await
        {
            tracing::warn!(%error, "could not trim delivered events and empty counts");
        }
        if listener.is_none() {
            listener = listen(&app).await;
        }
        await_news(&app.hub, &mut listener, read_at + PACE, Instant::now() + wait).await;
    }
}

/// Waits until something may have happened, until `latest` at most; once it has, until `earliest`. Who is where is handed
/// on meanwhile: nothing of it has to be read.
///
/// It listens to the end, and all calls of that time are one: calls that nobody takes fill the connection, and a server
/// process of PostgreSQL that cannot write holds up whoever waits for all of them.
async fn await_news(hub: &Hub, listener: &mut Option<PgListener>, earliest: Instant, latest: Instant) {
    let Some(ear) = listener else { return tokio::time::sleep_until(latest).await };
    let mut end = latest;
    loop {
        match tokio::time::timeout_at(end, ear.try_recv()).await {
            Ok(Ok(Some(notification))) if notification.channel() == store::PRESENCE => {
                // Another version of winback may say it otherwise; it is only about now.
                if let Ok(presence) = serde_json::from_str(notification.payload()) {
                    hub.show(presence);
                }
            }
            Ok(Ok(Some(_))) => end = earliest,
            Ok(lost) => {
                tracing::warn!(error = ?lost.err(), "lost the notification channel; polling until it is back");
                *listener = None;
                return tokio::time::sleep_until(earliest).await;
            }
            Err(_) => return,
        }
    }
}

async fn tidy_up(app: &App) -> Result<(), AppError> {
    store::trim(&app.pool, app.clock.now()).await?;
    pipeline::store::forget_empty_counts(&app.pool).await
}

async fn listen(app: &App) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(&app.pool).await.ok()?;
    // Reconnecting is ours to do: a wait that ends in the middle of it would leave a connection that listens in the pool.
    listener.eager_reconnect(false);
    listener.listen_all([store::CHANNEL, store::PRESENCE]).await.ok()?;
    Some(listener)
}

/// Delivers all that is new; true when more is known to be on its way.
async fn follow(app: &App, cursor: &mut Option<Cursor>) -> Result<bool, AppError> {
    let Some(from) = *cursor else {
        *cursor = Some(store::here(&app.pool).await?);
        return Ok(true);
    };
    match read(app, from).await? {
        Some(Caught { delivery: Some(delivery), more }) => {
            *cursor = Some(delivery.seen);
            app.hub.deliver(delivery);
            Ok(more)
        }
        Some(Caught { delivery: None, more }) => Ok(more),
        None => {
            let seen = store::here(&app.pool).await?;
            *cursor = Some(seen);
            let reset = Delivery { seen, leads: BTreeMap::new(), reset: true, people: Vec::new() };
            app.hub.deliver(reset);
            Ok(true)
        }
    }
}

/// What was read after a cursor.
pub struct Caught {
    /// What to tell, if anything happened.
    pub delivery: Option<Delivery>,
    /// Ask again soon.
    pub more: bool,
}

/// Reads what happened after `from`, cards included; `None` when that is not known any more.
pub async fn read(app: &App, from: Cursor) -> Result<Option<Caught>, AppError> {
    let Some(read) = store::after(&app.pool, from).await? else { return Ok(None) };
    let full = read.events.len() == store::AT_ONCE as usize;
    let Some(seen) = read.events.last().map(|(place, _)| *place) else {
        return Ok(Some(Caught { delivery: None, more: read.more_behind }));
    };
    let mut leads = Vec::new();
    let mut people = Vec::new();
    let mut reset = false;
    for (_, told) in read.events {
        match told {
            Told::Leads(ids) => leads.extend(ids),
            Told::Bulk => reset = true,
            Told::Person(id) => people.push(id),
        }
    }
    leads.sort_unstable();
    leads.dedup();
    let leads = if reset { BTreeMap::new() } else { changed(app, &leads).await? };
    let delivery = Delivery { seen, leads, reset, people };
    Ok(Some(Caught { delivery: Some(delivery), more: read.more_behind || full }))
}

/// These leads as they are now.
async fn changed(app: &App, ids: &[i64]) -> Result<BTreeMap<LeadId, Changed>, AppError> {
    let mut leads: BTreeMap<_, _> = ids.iter().map(|id| (LeadId(*id), Changed::default())).collect();
    if leads.is_empty() {
        return Ok(leads);
    }
    for card in pipeline::store::cards_on_board(&app.steady, ids).await? {
        leads.insert(card.id, Changed { holder: Some(card.holder()), card: Some(card) });
    }
    let off_board: Vec<_> = leads.iter().filter(|(_, lead)| lead.card.is_none()).map(|(id, _)| id.0).collect();
    if !off_board.is_empty() {
        for (id, holder) in pipeline::store::holders_of(&app.pool, &off_board).await? {
            leads.insert(id, Changed { holder: Some(holder), card: None });
        }
    }
    Ok(leads)
}
