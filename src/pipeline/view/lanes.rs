//! A board that is divided: a lane for each holder or product, each with columns of its own. What is folded is not read.

use super::{board::Loaded, filter::Look};
use crate::{
    app::{frame::Me, trouble::Trouble},
    format,
    i18n::{t, t_string, use_i18n},
    pipeline::{
        api::{Filter, Lane, read_board, read_lanes},
        rules::Lanes,
    },
};
use leptos::prelude::*;

/// So many lanes are open at most: all of them together stay below 150 cards.
const MOST_OPEN: usize = 3;
/// So many are open at first.
const OPEN_AT_FIRST: usize = 2;

/// All lanes.
#[component]
pub fn LanesView(filter: Filter, by: Lanes, look: Memo<Look>) -> impl IntoView {
    let wanted = StoredValue::new(filter);
    let lanes = Resource::new_blocking(move || by, move |by| read_lanes(wanted.get_value(), by));
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match lanes.await {
                    Ok(lanes) => view! { <Listed lanes look/> }.into_any(),
                    Err(error) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Listed(lanes: Vec<Lane>, look: Memo<Look>) -> impl IntoView {
    let i18n = use_i18n();
    // Which are open, the one that was opened last at the end.
    let open = RwSignal::new((0..lanes.len().min(OPEN_AT_FIRST)).collect::<Vec<_>>());
    let toggle = move |number: usize| {
        open.update(|open| match open.iter().position(|other| *other == number) {
            Some(place) => {
                open.remove(place);
            }
            None => {
                open.push(number);
                let surplus = open.len().saturating_sub(MOST_OPEN);
                open.drain(..surplus);
            }
        });
    };
    let is_empty = lanes.is_empty();
    let one = move |(number, lane): (usize, Lane)| {
        let is_open = Memo::new(move |_| open.with(|open| open.contains(&number)));
        let Lane { filter, name, leads } = lane;
        let heading = format!("lane-{number}");
        let labelled_by = heading.clone();
        let filter = StoredValue::new(filter);
        view! {
            <section class="lane" aria-labelledby=labelled_by>
                <h2 id=heading>
                    <button type="button" class="quiet" aria-expanded=move || is_open.get().to_string() on:click=move |_| toggle(number)>
                        <bdi>{move || name.clone().unwrap_or_else(|| t_string!(i18n, pipeline.lane_without).to_owned())}</bdi>
                        <span class="faint num">{move || format::number(i18n.get_locale(), leads)}</span>
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
            {lanes.into_iter().enumerate().map(one).collect_view()}
            {is_empty.then(|| view! { <p class="banner">{t!(i18n, pipeline.empty_board)}</p> })}
        </div>
    }
}

#[component]
fn LaneBoard(filter: Filter, look: Memo<Look>) -> impl IntoView {
    let Me(viewer) = expect_context();
    let reload = RwSignal::new(0u32);
    let filter = StoredValue::new(filter);
    let board = Resource::new_blocking(move || reload.get(), move |_| read_board(filter.get_value()));
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
