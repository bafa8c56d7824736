//! Coming back from a call or a message: the app asks what came of it.

use crate::{
    ids::LeadId,
    losses::{
        rules::{AttemptChannel, DoNot},
        view::{AttemptDialog, Begun},
    },
    pipeline::api::Channel,
    ui::unsent::Typist,
};
use chrono::{DateTime, TimeDelta};
use leptos::{ev, prelude::*};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Under which name the tab remembers whom somebody has gone to reach.
const PLACE: &str = "reached";
/// After a reload the tab's person is known by then.
const SETTLED: Duration = Duration::from_millis(600);
/// Nobody remembers what came of a call on the day before.
const LONGEST: f64 = 24.0 * 60.0 * 60.0 * 1000.0;

/// Whom somebody has gone to reach.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Gone {
    lead: LeadId,
    name: String,
    do_not: DoNot,
    begun: Begun,
    /// In the browser's milliseconds.
    at: f64,
}

/// The way out of the app by a link that reaches somebody, and back. Copies share everything.
#[derive(Debug, Clone, Copy)]
pub struct WayOut {
    typist: Option<Typist>,
    /// Minutes east of UTC on the viewer's clock.
    offset_minutes: i32,
}

impl WayOut {
    /// For a viewer whose clock is so far east of UTC.
    pub fn new(offset_minutes: i32) -> Self {
        Self { typist: use_context(), offset_minutes }
    }

    /// Somebody pressed a link that reaches a lead. The tab remembers it: a phone may throw the page away meanwhile.
    pub fn leave(self, lead: LeadId, name: String, do_not: DoNot, channel: Channel) {
        let Ok(channel) = channel.word().parse::<AttemptChannel>() else { return };
        let at = js_sys::Date::now();
        // A browser's milliseconds fit by far.
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970")]
        let Some(utc) = DateTime::from_timestamp_millis(at as i64) else { return };
        let local = utc.naive_utc() + TimeDelta::minutes(i64::from(self.offset_minutes));
        if let Some(typist) = self.typist {
            typist.keep(PLACE, &Gone { lead, name, do_not, begun: Begun { channel, at: local }, at });
        }
    }
}

/// Asks for the outcome of the call or message that somebody has just come back from, also where the phone has loaded the
/// page anew meanwhile.
#[component]
pub fn AskOutcome(
    /// Hears that an outcome was written down.
    #[prop(into)]
    on_logged: Callback<()>,
    /// Whether another dialog is open: it goes first.
    #[prop(into)]
    is_busy: Signal<bool>,
) -> impl IntoView {
    let typist = use_context::<Typist>();
    let asked = RwSignal::new(None::<Gone>);
    let look = move || {
        let is_visible = !document().hidden();
        let Some(typist) = typist.filter(|_| is_visible && asked.try_with_untracked(Option::is_none) == Some(true))
        else {
            return;
        };
        let Some(gone) = typist.kept::<Gone>(PLACE) else { return };
        if js_sys::Date::now() - gone.at > LONGEST {
            typist.drop_kept(PLACE);
        } else {
            asked.try_set(Some(gone));
        }
    };
    Effect::new(move |_| {
        let shown = window_event_listener(ev::pageshow, move |_| look());
        let focused = window_event_listener(ev::focus, move |_| look());
        let seen = window_event_listener(ev::Custom::<web_sys::Event>::new("visibilitychange"), move |_| look());
        // Back on a page that was thrown away meanwhile.
        set_timeout(look, SETTLED);
        on_cleanup(move || {
            shown.remove();
            focused.remove();
            seen.remove();
        });
    });
    move || {
        asked.get().filter(|_| !is_busy.get()).map(|Gone { lead, name, do_not, begun, .. }| {
            let on_done = Callback::new(move |is_logged: bool| {
                if let Some(typist) = typist {
                    typist.drop_kept(PLACE);
                }
                asked.set(None);
                if is_logged {
                    on_logged.run(());
                }
            });
            view! { <AttemptDialog lead name do_not begun on_done/> }
        })
    }
}
