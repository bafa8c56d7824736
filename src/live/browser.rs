//! The browser's end of the live stream. HTTP/1.1 allows six connections to a server, so one tab of a browser holds the
//! EventSource (whoever gets a Web Lock) and passes messages on through a BroadcastChannel; where the browser has no
//! locks (plain http in an office), each tab holds its own. Everything here runs in effects only, never on the server.

use super::{
    api::read_since,
    connection::{Connection, use_connection},
    wire::{Cursor, Message, News},
};
use crate::{app::frame::Me, error::AppError};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, EventSource, MessageEvent};

/// Names the channel and the lock; the viewer's id follows, so that tabs of two people never share a stream.
const NAME: &str = "winback-live";
/// A stream that the browser gave up is opened again after this long.
const REOPEN: Duration = Duration::from_secs(2);
/// The server breaks its silence every 15 seconds: one that lasts this long (after sleep, in a tunnel) means that the
/// connection is dead, even though nobody closed it.
const LONGEST_SILENCE: Duration = Duration::from_secs(40);
/// How often the silence is measured.
const LISTEN_EVERY: Duration = Duration::from_secs(5);

/// Hears every message after `from` for as long as the current component lives.
pub fn follow(from: Cursor, hear: impl Fn(Message) + Send + Sync + 'static) {
    let connection = use_connection();
    let hear = Callback::new(hear);
    let Me(viewer) = expect_context();
    // All of it inside the effect: effects never run on the server, and what belongs to this thread must stay on it.
    Effect::new(move |_| {
        let Some(Ok(viewer)) = viewer.get() else { return };
        let name = format!("{NAME}-{}", viewer.id);
        let follower = Follower {
            seen: StoredValue::new(from),
            hear,
            connection,
            stream: StoredValue::new_local(None),
            heard_at: StoredValue::new(js_sys::Date::now()),
            channel: BroadcastChannel::new(&name).ok(),
            name,
            leave: StoredValue::new_local(None),
            ended: StoredValue::new(false),
        };
        follower.start();
        let watched = follower.clone();
        let watch = set_interval_with_handle(move || watched.mind_silence(), LISTEN_EVERY).ok();
        let follower = StoredValue::new_local(follower);
        on_cleanup(move || {
            if let Some(watch) = watch {
                watch.clear();
            }
            follower.try_update_value(|follower| follower.stop());
        });
    });
}

#[derive(Clone)]
struct Follower {
    name: String,
    seen: StoredValue<Cursor>,
    hear: Callback<Message>,
    connection: Connection,
    stream: StoredValue<Option<EventSource>, LocalStorage>,
    /// When the stream was last heard, in milliseconds of the browser's clock.
    heard_at: StoredValue<f64>,
    channel: Option<BroadcastChannel>,
    /// Resolves the promise that holds the lock.
    leave: StoredValue<Option<js_sys::Function>, LocalStorage>,
    ended: StoredValue<bool>,
}

impl Follower {
    fn start(&self) {
        let locks = js_sys::Reflect::get(&window().navigator(), &"locks".into()).unwrap_or(JsValue::UNDEFINED);
        let Some(channel) = self.channel.as_ref().filter(|_| locks.is_object()) else {
            return self.open_stream();
        };
        let follower = self.clone();
        let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| follower.take(&event, false));
        channel.set_onmessage(Some(listen.into_js_value().unchecked_ref()));
        self.catch_up();
        let follower = self.clone();
        let lead = Closure::once_into_js(move || {
            // Its page has gone while it waited: the next one's turn.
            if follower.is_over() {
                return js_sys::Promise::resolve(&JsValue::UNDEFINED);
            }
            follower.open_stream();
            js_sys::Promise::new(&mut |resolve, _| follower.leave.set_value(Some(resolve)))
        });
        let requested = js_sys::Reflect::get(&locks, &"request".into())
            .ok()
            .and_then(|request| request.dyn_into::<js_sys::Function>().ok())
            .map(|request| request.call2(&locks, &self.name.as_str().into(), &lead));
        if !matches!(requested, Some(Ok(_))) {
            self.open_stream();
        }
    }

    fn stop(&self) {
        self.ended.set_value(true);
        if let Some(stream) = self.stream.try_update_value(Option::take).flatten() {
            stream.close();
        }
        if let Some(channel) = &self.channel {
            channel.close();
        }
        if let Some(leave) = self.leave.try_update_value(Option::take).flatten() {
            // Resolving a promise cannot fail.
            let _ = leave.call0(&JsValue::UNDEFINED);
        }
    }

    fn is_over(&self) -> bool {
        self.ended.try_get_value().unwrap_or(true)
    }

    /// What happened since the last message; nothing when the page goes while the answer is on its way.
    async fn missed(&self) -> Option<Result<Vec<Message>, AppError>> {
        let answer = read_since(self.seen.try_get_value()?).await;
        (!self.is_over()).then_some(answer)
    }

    /// Asks once for what happened since the page was read: another tab's stream does not bring the past.
    fn catch_up(&self) {
        let follower = self.clone();
        spawn_local(async move {
            let Some(answer) = follower.missed().await else { return };
            match answer {
                Ok(messages) => messages.into_iter().for_each(|message| follower.tell(message)),
                Err(error) => leptos::logging::warn!("could not catch up: {error}"),
            }
        });
    }

    fn open_stream(&self) {
        let Some(seen) = self.seen.try_get_value() else { return };
        let Ok(stream) = EventSource::new(&format!("/live?after={seen}")) else { return };
        let follower = self.clone();
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| follower.take(&event, true));
        stream.set_onmessage(Some(message.into_js_value().unchecked_ref()));
        let follower = self.clone();
        let opened = Closure::<dyn FnMut()>::new(move || follower.is_connected(true)).into_js_value();
        stream.set_onopen(Some(opened.unchecked_ref()));
        // Only fails for an event without a name.
        let _ = stream.add_event_listener_with_callback("ping", opened.unchecked_ref());
        self.heard_at.set_value(js_sys::Date::now());
        let follower = self.clone();
        let source = stream.clone();
        let failed = Closure::<dyn FnMut()>::new(move || follower.failed(&source));
        stream.set_onerror(Some(failed.into_js_value().unchecked_ref()));
        self.stream.set_value(Some(stream));
    }

    /// The browser reconnects by itself, unless the server answered with an error: then it is on us.
    fn failed(&self, stream: &EventSource) {
        if self.is_over() {
            return;
        }
        self.is_connected(false);
        if stream.ready_state() == EventSource::CLOSED {
            let follower = self.clone();
            set_timeout(move || follower.reopen(), REOPEN);
        }
    }

    /// The server refused the stream: because the session has ended, or for a passing reason.
    fn reopen(&self) {
        let follower = self.clone();
        spawn_local(async move {
            let Some(answer) = follower.missed().await else { return };
            match answer {
                Err(AppError::SignedOut) => follower.tell(Message::SignedOut),
                _ => follower.open_stream(),
            }
        });
    }

    /// A stream that has been silent for too long is closed and opened anew.
    fn mind_silence(&self) {
        let silence = js_sys::Date::now() - self.heard_at.try_get_value().unwrap_or(f64::INFINITY);
        if self.is_over() || silence < LONGEST_SILENCE.as_millis() as f64 {
            return;
        }
        // Without a stream of its own, this tab listens to another one.
        if let Some(stream) = self.stream.try_update_value(Option::take).flatten() {
            stream.close();
            self.is_connected(false);
            self.open_stream();
        }
    }

    /// Shows it here, and in the tabs that listen through this one.
    fn is_connected(&self, is_up: bool) {
        self.heard(is_up);
        if let Some(channel) = &self.channel {
            // A tab that misses this learns it from the next message.
            let _ = channel.post_message(&JsValue::from_bool(is_up));
        }
    }

    fn heard(&self, is_up: bool) {
        if is_up {
            self.heard_at.set_value(js_sys::Date::now());
        }
        if is_up { self.connection.is_back() } else { self.connection.is_lost() }
    }

    fn take(&self, event: &MessageEvent, pass_on: bool) {
        if self.is_over() {
            return;
        }
        if let Some(is_up) = event.data().as_bool() {
            return self.heard(is_up);
        }
        let Some(text) = event.data().as_string() else { return };
        self.heard_at.set_value(js_sys::Date::now());
        if let (true, Some(channel)) = (pass_on, &self.channel) {
            // The other tabs catch up by themselves if this one fails.
            let _ = channel.post_message(&JsValue::from_str(&text));
        }
        match serde_json::from_str(&text) {
            Ok(News::Message(message)) => self.tell(message),
            Ok(News::Presence(presence)) => self.connection.sees(presence),
            Err(error) => leptos::logging::warn!("a live message was not understood: {error}"),
        }
    }

    fn tell(&self, message: Message) {
        match &message {
            Message::Changes { seen, .. } => {
                let known = self.seen.get_value();
                if known.epoch == seen.epoch && seen.position() < known.position() {
                    // A slow answer about the past: what came since is newer.
                    return;
                }
                self.seen.set_value(*seen);
            }
            Message::SignedOut => {
                // Only fails while the page is going away anyway.
                let _ = window().location().assign("/sign-in");
                return;
            }
            Message::Reset => {}
        }
        let is_ours = message.is_ours();
        self.hear.run(message);
        self.connection.hears(is_ours);
    }
}
