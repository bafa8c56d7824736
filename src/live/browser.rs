//! The browser's end of the live stream. HTTP/1.1 allows six connections to a server, so one tab of a browser holds the
//! EventSource (whoever gets a Web Lock) and passes messages on through a BroadcastChannel; where the browser has no
//! locks (plain http in an office), each tab holds its own. All parts of a page share one source. Everything here runs in
//! effects only, never on the server.

use super::{
    api::read_since,
    connection::{Connection, use_connection, within_patience},
    wire::{Cursor, Message, News},
};
use crate::{app::frame::Me, error::AppError, ui::wait};
use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*, task::spawn_local};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, EventSource, MessageEvent};

/// Names the channel and the lock; the viewer's id follows, so that tabs of two people never share a stream.
const NAME: &str = "winback-live";
/// A stream that the browser gave up is opened again after this long.
const REOPEN: Duration = Duration::from_secs(2);
/// The first pause before what was missed is asked for again; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// The server breaks its silence every 15 seconds, and who leads passes that on: one that lasts this long (after sleep, in
/// a tunnel, behind a tab that the browser froze) means that the connection is dead, even though nobody closed it.
const LONGEST_SILENCE: Duration = Duration::from_secs(40);
/// A page that goes leaves its source to the next one for so long: opening one for each page would cost each of them a
/// request, and closing one costs it half a frame.
const LINGERS: Duration = Duration::from_secs(3);
/// How often the silence is measured.
const LISTEN_EVERY: Duration = Duration::from_secs(5);

thread_local! {
    /// What this page listens to, or did last.
    static OF_PAGE: RefCell<Option<Rc<Source>>> = const { RefCell::new(None) };
}

/// Hears every message after `from` for as long as the current component lives.
pub fn follow(from: Cursor, hear: impl Fn(Message) + Send + Sync + 'static) {
    let connection = use_connection();
    let hear = Callback::new(hear);
    let Me(viewer) = expect_context();
    // All of it inside the effect: effects never run on the server, and what belongs to this thread must stay on it.
    Effect::new(move |_| {
        let Some(Ok(viewer)) = viewer.get() else { return };
        let source = Source::of_page(format!("{NAME}-{}", viewer.id), connection);
        let listener = source.join(from, hear);
        let joined = StoredValue::new_local((source, listener));
        on_cleanup(move || {
            joined.try_update_value(|(source, listener)| source.leave(listener));
        });
    });
}

/// One part of a page that listens.
struct Listener {
    seen: Cell<Cursor>,
    hear: Callback<Message>,
    connection: Connection,
    /// What comes while the part asks for what it missed: that is older, and is told first.
    queue: RefCell<Option<Vec<Message>>>,
    /// What it missed has to be asked for, or asked for again.
    is_behind: Cell<bool>,
    has_left: Cell<bool>,
}

impl Listener {
    /// Asks for what happened since the last message, until it is answered: another tab's stream does not bring the past.
    fn catch_up(self: &Rc<Self>) {
        self.is_behind.set(true);
        if self.queue.borrow().is_some() {
            // It is asking already, and asks once more.
            return;
        }
        *self.queue.borrow_mut() = Some(Vec::new());
        spawn_local(self.clone().ask());
    }

    async fn ask(self: Rc<Self>) {
        let mut pause = FIRST_PAUSE;
        while self.is_behind.take() {
            let answer = within_patience(read_since(self.seen.get())).await;
            if self.has_left.get() {
                return;
            }
            match answer {
                Ok(messages) => {
                    self.connection.is_back();
                    messages.into_iter().for_each(|message| self.tell(message));
                }
                Err(AppError::SignedOut) => return sign_in(),
                Err(error) => {
                    if error == AppError::Unreachable {
                        self.connection.is_lost();
                    }
                    self.is_behind.set(true);
                    wait::pause(pause).await;
                    pause = LONGEST_PAUSE.min(pause * 2);
                }
            }
            if self.has_left.get() {
                return;
            }
        }
        self.queue.take().into_iter().flatten().for_each(|message| self.tell(message));
    }

    fn hears(&self, message: Message) {
        if let Some(queue) = self.queue.borrow_mut().as_mut() {
            return queue.push(message);
        }
        self.tell(message);
    }

    fn tell(&self, message: Message) {
        if let Message::Changes { seen, .. } = &message {
            let known = self.seen.get();
            if known.epoch == seen.epoch && seen.position() < known.position() {
                // The past: what is known is newer.
                return;
            }
            self.seen.set(*seen);
        }
        let is_ours = message.is_ours();
        if self.hear.try_run(message).is_some() {
            self.connection.hears(is_ours);
        }
    }
}

/// What all parts of a page listen to: a stream of its own, or what the leading tab passes on.
struct Source {
    name: String,
    connection: Connection,
    listeners: RefCell<Vec<Rc<Listener>>>,
    /// Where the one stood who left last.
    left_at: Cell<Option<Cursor>>,
    is_begun: Cell<bool>,
    is_over: Cell<bool>,
    stream: RefCell<Option<EventSource>>,
    channel: Option<BroadcastChannel>,
    /// Resolves the promise that holds the lock.
    release: RefCell<Option<js_sys::Function>>,
    /// When anything was last heard, in milliseconds of the browser's clock.
    heard_at: Cell<f64>,
    watch: Cell<Option<IntervalHandle>>,
}

impl Source {
    /// The one that the page listens to, or a new one.
    fn of_page(name: String, connection: Connection) -> Rc<Self> {
        let known = OF_PAGE.with_borrow(Clone::clone).filter(|source| source.name == name && !source.is_over.get());
        known.unwrap_or_else(|| {
            let source = Rc::new(Self {
                connection,
                listeners: RefCell::default(),
                left_at: Cell::default(),
                is_begun: Cell::default(),
                is_over: Cell::default(),
                stream: RefCell::default(),
                channel: BroadcastChannel::new(&name).ok(),
                release: RefCell::default(),
                heard_at: Cell::new(js_sys::Date::now()),
                watch: Cell::default(),
                name,
            });
            OF_PAGE.set(Some(source.clone()));
            source
        })
    }

    /// Listens from now on, and asks for what happened after `from`. The first one opens the source.
    fn join(self: &Rc<Self>, from: Cursor, hear: Callback<Message>) -> Rc<Listener> {
        let listener = Rc::new(Listener {
            seen: Cell::new(from),
            hear,
            connection: self.connection,
            queue: RefCell::default(),
            is_behind: Cell::new(false),
            has_left: Cell::new(false),
        });
        self.listeners.borrow_mut().push(listener.clone());
        if !self.is_begun.replace(true) {
            self.start();
        }
        listener.catch_up();
        listener
    }

    /// Listens no more. When nobody has come after the last one, the source is closed.
    fn leave(self: &Rc<Self>, listener: &Rc<Listener>) {
        listener.has_left.set(true);
        self.left_at.set(Some(listener.seen.get()));
        self.listeners.borrow_mut().retain(|other| !Rc::ptr_eq(other, listener));
        let source = self.clone();
        set_timeout(move || source.close_unheard(), LINGERS);
    }

    fn close_unheard(&self) {
        if self.listeners.borrow().is_empty() && !self.is_over.replace(true) {
            self.close();
        }
    }

    fn start(self: &Rc<Self>) {
        let source = self.clone();
        self.watch.set(set_interval_with_handle(move || source.mind_silence(), LISTEN_EVERY).ok());
        let locks = js_sys::Reflect::get(&window().navigator(), &"locks".into()).unwrap_or(JsValue::UNDEFINED);
        let Some(channel) = self.channel.as_ref().filter(|_| locks.is_object()) else {
            return self.open_stream();
        };
        let source = self.clone();
        let told = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| source.is_told(&event.data()));
        channel.set_onmessage(Some(told.into_js_value().unchecked_ref()));
        if !self.asks_to_lead(&locks) {
            self.open_stream();
        }
    }

    /// Opens a stream as soon as no other tab leads. False where that cannot be asked.
    fn asks_to_lead(self: &Rc<Self>, locks: &JsValue) -> bool {
        let source = self.clone();
        let lead = Closure::once_into_js(move || {
            // Its page has gone while it waited: the next one's turn.
            if source.is_over.get() {
                return js_sys::Promise::resolve(&JsValue::UNDEFINED);
            }
            source.open_stream();
            js_sys::Promise::new(&mut |resolve, _| {
                *source.release.borrow_mut() = Some(resolve);
            })
        });
        let requested = js_sys::Reflect::get(locks, &"request".into())
            .ok()
            .and_then(|request| request.dyn_into::<js_sys::Function>().ok())
            .map(|request| request.call2(locks, &self.name.as_str().into(), &lead));
        matches!(requested, Some(Ok(_)))
    }

    fn close(&self) {
        if let Some(watch) = self.watch.take() {
            watch.clear();
        }
        if let Some(stream) = self.stream.take() {
            stream.close();
        }
        if let Some(channel) = &self.channel {
            channel.close();
        }
        if let Some(release) = self.release.take() {
            // Resolving a promise cannot fail.
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }

    /// The place of whoever knows the least; `None` once the source is closed.
    fn earliest(&self) -> Option<Cursor> {
        let listeners = self.listeners.borrow();
        let seen = listeners.iter().map(|listener| listener.seen.get());
        let earliest = seen.min_by_key(|seen| (seen.epoch, seen.position())).or(self.left_at.get());
        earliest.filter(|_| !self.is_over.get())
    }

    fn catch_up(&self) {
        self.listeners.borrow().iter().for_each(Listener::catch_up);
    }

    fn open_stream(self: &Rc<Self>) {
        let Some(seen) = self.earliest() else { return };
        let Ok(stream) = EventSource::new(&format!("/live?after={seen}")) else { return };
        let source = self.clone();
        let said = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            source.pass_on(&event.data());
            source.is_told(&event.data());
        });
        stream.set_onmessage(Some(said.into_js_value().unchecked_ref()));
        let source = self.clone();
        let opened = Closure::<dyn FnMut()>::new(move || {
            source.is_heard();
            // It begins where this tab stands: the others may stand elsewhere.
            source.pass_on(&JsValue::NULL);
        });
        stream.set_onopen(Some(opened.into_js_value().unchecked_ref()));
        let source = self.clone();
        let ping = Closure::<dyn FnMut()>::new(move || {
            source.is_heard();
            source.pass_on(&JsValue::TRUE);
        });
        // Only fails for an event without a name.
        let _ = stream.add_event_listener_with_callback("ping", ping.into_js_value().unchecked_ref());
        let source = self.clone();
        let of_failed = stream.clone();
        let failed = Closure::<dyn FnMut()>::new(move || source.failed(&of_failed));
        stream.set_onerror(Some(failed.into_js_value().unchecked_ref()));
        self.heard_at.set(js_sys::Date::now());
        if let Some(former) = self.stream.replace(Some(stream)) {
            former.close();
        }
    }

    /// The browser reconnects by itself, unless the server answered with an error: then it is on us.
    fn failed(self: &Rc<Self>, stream: &EventSource) {
        if self.is_over.get() {
            return;
        }
        self.is_down();
        if stream.ready_state() == EventSource::CLOSED {
            let source = self.clone();
            set_timeout(move || source.reopen(), REOPEN);
        }
    }

    /// The server refused the stream: because the session has ended, or for a passing reason.
    fn reopen(self: &Rc<Self>) {
        let Some(seen) = self.earliest() else { return };
        let source = self.clone();
        spawn_local(async move {
            match within_patience(read_since(seen)).await {
                Err(AppError::SignedOut) => sign_in(),
                _ => source.open_stream(),
            }
        });
    }

    fn is_silent(&self) -> bool {
        js_sys::Date::now() - self.heard_at.get() >= LONGEST_SILENCE.as_millis() as f64
    }

    /// A stream that has been silent for too long is opened anew; who listens to a silent tab asks the server itself.
    fn mind_silence(self: &Rc<Self>) {
        if !self.is_silent() {
            return;
        }
        if self.stream.borrow().is_some() {
            self.is_down();
            self.open_stream();
        } else {
            self.heard_at.set(js_sys::Date::now());
            self.catch_up();
        }
    }

    /// The server was heard, here or by the leading tab.
    fn is_heard(&self) {
        let was_silent = self.is_silent();
        self.heard_at.set(js_sys::Date::now());
        self.connection.is_back();
        // A tab that slept may have lost some of what was passed on meanwhile.
        if was_silent && self.stream.borrow().is_none() {
            self.catch_up();
        }
    }

    /// The stream is interrupted: shows it here, and in the tabs that listen through this one.
    fn is_down(&self) {
        self.connection.is_lost();
        self.pass_on(&JsValue::FALSE);
    }

    /// Tells the tabs that listen through this one: news as text, whether the connection stands, or, by `null`, that a
    /// stream begins.
    fn pass_on(&self, said: &JsValue) {
        if let Some(channel) = &self.channel {
            // Who hears nothing from here asks the server itself.
            let _ = channel.post_message(said);
        }
    }

    /// Takes what the own stream says, or what the leading tab passes on.
    fn is_told(&self, said: &JsValue) {
        if self.is_over.get() {
            return;
        }
        if said.as_bool() == Some(false) {
            return self.connection.is_lost();
        }
        self.is_heard();
        if said.is_null() {
            self.catch_up();
        } else if let Some(text) = said.as_string() {
            self.understand(&text);
        }
    }

    fn understand(&self, text: &str) {
        match serde_json::from_str(text) {
            Ok(News::Message(Message::SignedOut)) => sign_in(),
            Ok(News::Message(message)) => {
                // Whoever hears it may leave.
                let listeners = self.listeners.borrow().clone();
                listeners.iter().for_each(|listener| listener.hears(message.clone()));
            }
            Ok(News::Presence(presence)) => self.connection.sees(presence),
            Err(error) => leptos::logging::warn!("a live message was not understood: {error}"),
        }
    }
}

/// The session has ended.
fn sign_in() {
    // Only fails while the page is going away anyway.
    let _ = window().location().assign("/sign-in");
}
