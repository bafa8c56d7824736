//! A board that is divided: a lane for each holder or product, each with columns of its own. What is folded is not read.

use super::{
    board::Loaded,
    filter::{Look, address},
};
use crate::{
    app::{frame::Me, trouble::Trouble},
    format,
    i18n::{t, t_string, use_i18n},
    live::connection::use_connection,
    pipeline::{
        api::{Filter, Lane, read_board, read_lanes},
        rules::Lanes,
    },
    ui::wait::gathered,
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// So many lanes are open at most, and at first: even with every column unfolded they stay below 150 cards.
const MOST_OPEN: usize = 2;
/// Who holds how many leads is asked again so long after it may have changed.
const RECOUNT_AFTER: Duration = Duration::from_secs(2);

/// All lanes.
#[component]
pub fn LanesView(filter: Filter, by: Lanes, look: Memo<Look>) -> impl IntoView {
    let wanted = StoredValue::new(filter);
    let lanes = Resource::new_blocking(move || by, move |by| read_lanes(wanted.get_value(), by));
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match lanes.await {
                    Ok(lanes) => view! { <Listed lanes filter=wanted.get_value() by look/> }.into_any(),
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// What tells one lane from the others.
fn key(lane: &Lane) -> String {
    address(&Look { filter: lane.filter.clone(), ..Look::default() })
}

#[component]
fn Listed(lanes: Vec<Lane>, filter: Filter, by: Lanes, look: Memo<Look>) -> impl IntoView {
    let i18n = use_i18n();
    // Which are open, the one that was opened last at the end. Their boards are read once the page is there.
    let open = RwSignal::new(Vec::new());
    let first: Vec<_> = lanes.iter().take(MOST_OPEN).map(key).collect();
    Effect::new(move |_| open.set(first.clone()));
    let lanes = RwSignal::new(lanes);
    follow_counts(lanes, filter, by);
    let toggle = move |lane: &str| {
        open.update(|open| match open.iter().position(|other| other == lane) {
            Some(place) => {
                open.remove(place);
            }
            None => {
                open.push(lane.to_owned());
                let surplus = open.len().saturating_sub(MOST_OPEN);
                open.drain(..surplus);
            }
        });
    };
    let one = move |lane: Lane| {
        let key = StoredValue::new(key(&lane));
        let is_open = Memo::new(move |_| open.with(|open| key.with_value(|key| open.contains(key))));
        let leads = move || {
            lanes.with(|lanes| {
                lanes.iter().find(|lane| key.with_value(|key| *key == self::key(lane))).map_or(0, |lane| lane.leads)
            })
        };
        let name = StoredValue::new(lane.name);
        let name = move || name.get_value().unwrap_or_else(|| t_string!(i18n, pipeline.lane_without).to_owned());
        let filter = StoredValue::new(lane.filter);
        view! {
            <section class="lane" aria-label=name>
                <h2>
                    <button
                        type="button"
                        class="quiet"
                        aria-expanded=move || is_open.get().to_string()
                        on:click=move |_| key.with_value(|key| toggle(key))
                    >
                        <bdi>{name}</bdi>
                        <span class="faint num">{move || format::number(i18n.get_locale(), leads())}</span>
                    </button>
                </h2>
                <Show when=move || is_open.get()>
                    <LaneBoard filter=filter.get_value() look/>
                </Show>
            </section>
        }
    };
    view! {
        <div class="lanes">
            <For each=move || lanes.get() key=key children=one/>
            <Show when=move || lanes.with(Vec::is_empty)>
                <p class="banner">{t!(i18n, pipeline.empty_board)}</p>
            </Show>
        </div>
    }
}

/// Counts and lanes follow what happens; a lane that somebody works in stays, even when it is empty.
fn follow_counts(lanes: RwSignal<Vec<Lane>>, filter: Filter, by: Lanes) {
    let connection = use_connection();
    let filter = StoredValue::new(filter);
    let recount = Callback::new(move |()| {
        let Some(filter) = filter.try_get_value() else { return };
        spawn_local(async move {
            if let Ok(mut now) = connection.ask(async || read_lanes(filter.clone(), by).await).await {
                lanes.try_update(|lanes| {
                    let is_gone = |lane: &&Lane| now.iter().all(|other| key(other) != key(lane));
                    let empty: Vec<_> =
                        lanes.iter().filter(is_gone).map(|lane| Lane { leads: 0, ..lane.clone() }).collect();
                    now.extend(empty);
                    *lanes = now;
                });
            }
        });
    });
    let soon = gathered(RECOUNT_AFTER, recount);
    Effect::new(move |before: Option<()>| {
        connection.heard();
        if before.is_some() {
            soon.run(());
        }
    });
}

#[component]
fn LaneBoard(filter: Filter, look: Memo<Look>) -> impl IntoView {
    let Me(viewer) = expect_context();
    let reload = RwSignal::new(0u32);
    let filter = StoredValue::new(filter);
    let connection = use_connection();
    let board = LocalResource::new(move || {
        reload.track();
        connection.ask(move || read_board(filter.get_value()))
    });
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match (board.await, viewer.await) {
                    (Ok(board), Ok(viewer)) => view! { <Loaded board filter=filter.get_value() look viewer reload/> }.into_any(),
                    (Err(error), _) | (_, Err(error)) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
    }
}
