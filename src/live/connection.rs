//! A connection that comes and goes. What somebody sends waits until the server can be reached and then goes out with
//! the same request key, so that it happens once; the frame says that it waits.

use super::wire::{Doing, Presence};
use crate::{error::AppError, ids::LeadId, people::api::read_me, ui::wait};
use futures::future::{Either, select};
use leptos::{ev, prelude::*, task::spawn_local};
use std::{collections::BTreeMap, pin::pin, time::Duration};

/// No answer after this long is none: the request is sent again with its key.
const PATIENCE: Duration = Duration::from_secs(20);
/// The first pause before a request is sent again; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(400);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// Who comes back later than this is asked to look first: the server remembers keys for two days.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);
/// Who says nothing for so long (in milliseconds) is not at a lead any more.
const PRESENT_FOR: f64 = 40_000.0;
/// How often that is looked after.
const SWEEP: Duration = Duration::from_secs(10);
/// How often a server that answers "busy" is asked again.
const TRIES_WHEN_BUSY: u32 = 5;

/// Whether the server can be reached, and what waits for it. One for the whole app.
#[derive(Clone, Copy)]
pub struct Connection {
    is_up: RwSignal<bool>,
    waiting: RwSignal<usize>,
    heard: RwSignal<(u32, u32)>,
    /// Who is at which lead, and when that was said, on the browser's clock.
    present: RwSignal<BTreeMap<(LeadId, i64), (Presence, f64)>>,
    is_probing: StoredValue<bool>,
}

/// Makes [`use_connection`] work below.
pub fn provide_connection() {
    let connection = Connection {
        is_up: RwSignal::new(true),
        waiting: RwSignal::new(0),
        heard: RwSignal::new((0, 0)),
        present: RwSignal::new(BTreeMap::new()),
        is_probing: StoredValue::new(false),
    };
    provide_context(connection);
    Effect::new(move |_| connection.watch());
}

/// Whether the server can be reached, and the way to send persistently.
pub fn use_connection() -> Connection {
    expect_context()
}

impl Connection {
    /// False while the server cannot be reached.
    pub fn is_up(self) -> bool {
        self.is_up.get()
    }

    /// How many changes are on their way or wait to be sent.
    pub fn waiting(self) -> usize {
        self.waiting.get()
    }

    /// Two counts that grow with what any part of this page hears of: changes of what the viewer or their team answers for,
    /// and everybody else's. For what stands beside all pages and wants no stream of its own.
    pub fn heard(self) -> (u32, u32) {
        self.heard.get()
    }

    /// A change was heard of, or the day has ended.
    pub fn hears(self, is_ours: bool) {
        self.heard.update(|(ours, others)| *if is_ours { ours } else { others } += 1);
    }

    /// Somebody is at a lead, or has left it.
    pub fn sees(self, presence: Presence) {
        let place = (presence.lead, presence.person.0);
        self.present.update(|present| match presence.doing {
            Doing::Gone => {
                present.remove(&place);
            }
            _ => {
                present.insert(place, (presence, js_sys::Date::now()));
            }
        });
    }

    /// Who else is at a lead.
    pub fn present_at(self, lead: LeadId) -> Vec<Presence> {
        let here = (lead, i64::MIN)..=(lead, i64::MAX);
        self.present.with(|present| present.range(here).map(|(_, (presence, _))| presence.clone()).collect())
    }

    fn sweep(self) {
        let is_over = |said: f64| js_sys::Date::now() - said > PRESENT_FOR;
        if self.present.with_untracked(|present| present.values().any(|(_, said)| is_over(*said))) {
            self.present.update(|present| present.retain(|_, (_, said)| !is_over(*said)));
        }
    }

    /// The server was heard.
    pub fn is_back(self) {
        if !self.is_up.get_untracked() {
            self.is_up.set(true);
        }
    }

    /// The server could not be reached: says so, and asks until it answers.
    pub fn is_lost(self) {
        if self.is_up.get_untracked() {
            self.is_up.set(false);
        }
        if self.is_probing.get_value() {
            return;
        }
        self.is_probing.set_value(true);
        spawn_local(async move {
            let mut tries = 0;
            while !self.is_up.get_untracked() {
                self.pause(tries).await;
                tries += 1;
                if within_patience(read_me()).await != Err(AppError::Unreachable) {
                    self.is_back();
                }
            }
            self.is_probing.set_value(false);
        });
    }

    /// Sends until the server answers. `send` repeats one request with one key, so repeating is harmless. Only what the
    /// server itself says comes back; [`AppError::Unreachable`] only after a day.
    pub async fn persistently<T>(self, send: impl AsyncFn() -> Result<T, AppError>) -> Result<T, AppError> {
        self.waiting.update(|waiting| *waiting += 1);
        let answer = self.ask(send).await;
        self.waiting.update(|waiting| *waiting -= 1);
        answer
    }

    /// Asks until the server answers; for questions that change nothing.
    pub async fn ask<T>(self, send: impl AsyncFn() -> Result<T, AppError>) -> Result<T, AppError> {
        let begun = js_sys::Date::now();
        let mut tries = 0;
        loop {
            if js_sys::Date::now() - begun > LONGEST_WAIT.as_millis() as f64 {
                return Err(AppError::Unreachable);
            }
            match within_patience(send()).await {
                Err(AppError::Unreachable) => self.is_lost(),
                Err(AppError::Busy) if tries < TRIES_WHEN_BUSY => {}
                answer => {
                    self.is_back();
                    return answer;
                }
            }
            self.pause(tries).await;
            tries += 1;
        }
    }

    /// Waits before the next try; less when the connection comes back meanwhile.
    async fn pause(self, tries: u32) {
        const STEP: Duration = Duration::from_millis(200);
        let was_up = self.is_up.get_untracked();
        let mut left = LONGEST_PAUSE.min(FIRST_PAUSE * 2u32.saturating_pow(tries.min(8)));
        while !left.is_zero() && (was_up || !self.is_up.get_untracked()) {
            wait::pause(STEP.min(left)).await;
            left = left.saturating_sub(STEP);
        }
    }

    /// The browser knows first when the network goes; and whoever closes a page with something unsent is asked.
    fn watch(self) {
        let offline = window_event_listener(ev::offline, move |_| self.is_lost());
        let closing = window_event_listener(ev::beforeunload, move |event| {
            if self.waiting.get_untracked() > 0 {
                event.prevent_default();
            }
        });
        let sweep = set_interval_with_handle(move || self.sweep(), SWEEP).ok();
        on_cleanup(move || {
            offline.remove();
            closing.remove();
            if let Some(sweep) = sweep {
                sweep.clear();
            }
        });
    }
}

/// The answer, or [`AppError::Unreachable`] when it takes too long.
pub(super) async fn within_patience<T>(answer: impl Future<Output = Result<T, AppError>>) -> Result<T, AppError> {
    match select(pin!(answer), pin!(wait::pause(PATIENCE))).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(AppError::Unreachable),
    }
}
