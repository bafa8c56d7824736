//! The SSE endpoint: catches up from the browser's cursor, then follows this process's deliveries, masked for its viewer.

use super::{
    hub::{self, Delivery},
    store,
    wire::{Change, Cursor, Message, Presence},
};
use crate::{
    error::AppError,
    people::{
        guard::{self, SignedIn},
        rules::answers_for,
        session,
    },
    server::state::App,
};
use axum::{
    Extension,
    extract::{Query, State},
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
};
use http::HeaderMap;
use std::{convert::Infallible, time::Duration};
use tokio::sync::{broadcast::error::RecvError, mpsc};
use tokio_stream::wrappers::ReceiverStream;

/// Silence is broken this often, so that a dead connection is noticed and proxies keep it open.
const PING: Duration = Duration::from_secs(15);
/// So many messages wait for a browser at most; who is where only waits while half of them are free.
const ROOM: usize = 64;

/// Opens the stream. A reconnecting browser tells its place by `Last-Event-ID`, a fresh page by `after`.
pub async fn stream(
    State(app): State<App>,
    Extension(signed_in): Extension<SignedIn>,
    headers: HeaderMap,
    Query(place): Query<Vec<(String, String)>>,
) -> Result<impl IntoResponse, AppError> {
    let from = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .or_else(|| place.iter().find(|(name, _)| name == "after").map(|(_, value)| value.as_str()))
        .and_then(|text| text.parse::<Cursor>().ok());
    let secret_hash = session::secret_hash(&headers).ok_or(AppError::SignedOut)?;
    let (sender, receiver) = mpsc::channel(ROOM);
    tokio::spawn(async move {
        let mut listener = Listener { app, signed_in, secret_hash, sender };
        // An error here means that the browser has gone or the session has ended: the stream just closes.
        if let Err(error) = listener.run(from).await {
            tracing::debug!(?error, "a live stream ended");
        }
    });
    let ping = KeepAlive::new().interval(PING).event(Event::default().event("ping").data(""));
    Ok(Sse::new(ReceiverStream::new(receiver)).keep_alive(ping))
}

/// Why a stream ends.
#[derive(Debug)]
enum End {
    BrowserLeft,
    SessionEnded,
    ServerStops,
    Trouble,
}

impl From<AppError> for End {
    fn from(_: AppError) -> Self {
        Self::Trouble
    }
}

struct Listener {
    app: App,
    signed_in: SignedIn,
    secret_hash: [u8; 32],
    sender: mpsc::Sender<Result<Event, Infallible>>,
}

impl Listener {
    async fn run(&mut self, from: Option<Cursor>) -> Result<(), End> {
        // Listen first, catch up second: what happens in between comes twice, and twice is harmless.
        let hub::Handed { mut deliveries, mut presence } = self.app.hub.subscribe().ok_or(End::ServerStops)?;
        let mut seen = match from {
            Some(cursor) => cursor,
            None => store::here(&self.app.pool).await?,
        };
        // The session may have ended between the request's check and this place in the stream.
        self.look_again(seen).await?;
        loop {
            match hub::read(&self.app, seen).await? {
                Some(hub::Caught { delivery: Some(delivery), more }) => {
                    seen = delivery.seen;
                    self.tell(&delivery).await?;
                    if !more {
                        break;
                    }
                }
                Some(hub::Caught { delivery: None, .. }) => break,
                None => {
                    seen = store::here(&self.app.pool).await?;
                    self.send(seen, &Message::Reset).await?;
                }
            }
        }
        // Something to hold on to: a browser that loses us before the first change still knows its place.
        self.send(seen, &Message::Changes { seen, changes: Vec::new() }).await?;
        loop {
            let handed = tokio::select! {
                handed = deliveries.recv() => handed,
                shown = presence.recv() => {
                    // Who lags behind misses what is over, and whoever closes this closes the deliveries, too.
                    if let Ok(presence) = shown {
                        self.show(&presence)?;
                    }
                    continue;
                }
                () = self.sender.closed() => return Err(End::BrowserLeft),
            };
            match handed.as_deref() {
                Ok(delivery) if delivery.seen.epoch == seen.epoch && delivery.seen.position() <= seen.position() => {}
                Ok(delivery) => {
                    seen = delivery.seen;
                    self.tell(delivery).await?;
                }
                Err(RecvError::Lagged(_)) => {
                    seen = store::here(&self.app.pool).await?;
                    self.send(seen, &Message::Reset).await?;
                }
                Err(RecvError::Closed) => return Err(End::ServerStops),
            }
        }
    }

    /// Who is where; nobody has to be told of themselves. A slow browser's room is for what changed.
    fn show(&self, presence: &Presence) -> Result<(), End> {
        if presence.person == self.signed_in.viewer.id || self.sender.capacity() <= ROOM / 2 {
            return Ok(());
        }
        let data = serde_json::to_string(presence).map_err(|_| End::Trouble)?;
        // Without an id: it is no place in the stream.
        self.sender.try_send(Ok(Event::default().data(data))).map_err(|_| End::BrowserLeft)
    }

    async fn tell(&mut self, delivery: &Delivery) -> Result<(), End> {
        if delivery.people.contains(&self.signed_in.viewer.id.0) || self.signed_in.expires_at <= self.app.clock.now() {
            self.look_again(delivery.seen).await?;
        }
        match message(delivery, &self.signed_in) {
            Some(message) => self.send(delivery.seen, &message).await,
            None => Ok(()),
        }
    }

    /// A session ended, ran out, or a role changed: does this stream's session still stand, and as whom?
    async fn look_again(&mut self, seen: Cursor) -> Result<(), End> {
        let now = self.app.clock.now();
        match crate::people::store::signed_in(&self.app.pool, self.secret_hash, now).await? {
            Some(signed_in) => {
                let changed = signed_in.viewer != self.signed_in.viewer;
                self.signed_in = signed_in;
                if changed { self.send(seen, &Message::Reset).await } else { Ok(()) }
            }
            None => {
                self.send(seen, &Message::SignedOut).await?;
                Err(End::SessionEnded)
            }
        }
    }

    async fn send(&self, seen: Cursor, message: &Message) -> Result<(), End> {
        let data = serde_json::to_string(message).map_err(|_| End::Trouble)?;
        let event = Event::default().id(seen.to_string()).data(data);
        self.sender.send(Ok(event)).await.map_err(|_| End::BrowserLeft)
    }
}

/// What a delivery says to somebody: the cards as they may see them. Nothing when it does not concern the board.
fn message(delivery: &Delivery, to: &SignedIn) -> Option<Message> {
    if delivery.reset {
        return Some(Message::Reset);
    }
    let changes: Vec<_> = delivery
        .leads
        .iter()
        .map(|(lead, changed)| Change {
            lead: *lead,
            card: changed.card.clone().map(|card| card.seen_by(&to.viewer, to.zone)),
            is_ours: changed.holder.is_some_and(|holder| answers_for(&to.viewer, holder)),
        })
        .collect();
    (!changes.is_empty()).then_some(Message::Changes { seen: delivery.seen, changes })
}

/// The messages that a stream would have brought since `cursor`. After a reset comes the place to go on from.
pub async fn since(cursor: Cursor) -> Result<Vec<Message>, AppError> {
    let (app, signed_in) = guard::request()?;
    let mut messages = Vec::new();
    let mut seen = cursor;
    loop {
        match hub::read(&app, seen).await? {
            Some(hub::Caught { delivery: Some(delivery), more }) => {
                seen = delivery.seen;
                messages.extend(message(&delivery, &signed_in));
                if !more {
                    break;
                }
            }
            Some(hub::Caught { delivery: None, .. }) => break,
            None => {
                seen = store::here(&app.pool).await?;
                messages = vec![Message::Reset];
                break;
            }
        }
    }
    if messages.contains(&Message::Reset) {
        messages = vec![Message::Reset, Message::Changes { seen, changes: Vec::new() }];
    }
    Ok(messages)
}
