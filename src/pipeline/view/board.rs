//! The board page: reads the board, follows the live stream, and ties dragging to it.

use super::{
    carry::{Carried, Hands, Target},
    column::ColumnView,
    filter::{self, FilterBar},
    menu::MoveMenu,
    state::BoardState,
};
use crate::{
    app::{frame::Me, is_right_to_left, trouble::Trouble},
    i18n::{t, t_string, use_i18n},
    ids::{LeadId, StageId},
    live::{browser::follow, connection::use_connection, wire::Message},
    losses::{api::Lost, view::LossDialog},
    people::{api::read_holders, rules::Viewer},
    pipeline::api::{Board, Card, Filter, read_board, read_choices, read_counts},
    ui::{
        drag::{Area, Drag, DragEnds, Point, place_in_list, use_drag},
        toast::use_toaster,
        wait::when_free,
    },
    wins::view::WinDialog,
};
use futures::future::join;
use leptos::{html, prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use std::time::Duration;
use web_sys::{Element, KeyboardEvent};

/// Many changes at once are followed by one recount, this long after the first.
const RECOUNT_AFTER: Duration = Duration::from_millis(400);
/// Within this many pixels of an edge a carried card scrolls the board.
const EDGE: f64 = 48.0;
/// How far it scrolls per frame.
const EDGE_STEP: f64 = 14.0;
const FRAME: Duration = Duration::from_millis(16);

/// The page at `/board`.
#[component]
pub fn BoardPage() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(filter::from_query));
    let reload = RwSignal::new(0u32);
    let Me(viewer) = expect_context();
    let choices = Resource::new_blocking(|| (), |()| join(read_choices(), read_holders()));
    let board = Resource::new_blocking(
        move || (filter.get(), reload.get()),
        async |(filter, _)| (filter.clone(), read_board(filter).await),
    );
    view! {
        <Title text=move || t_string!(i18n, shell.pipeline)/>
        <Suspense>
            {move || Suspend::new(async move {
                let (choices, holders) = choices.await;
                view! { <FilterBar filter choices=choices.unwrap_or_default() holders=holders.unwrap_or_default()/> }
            })}
        </Suspense>
        <Transition>
            {move || Suspend::new(async move {
                let (filter, board) = board.await;
                match (board, viewer.await) {
                    (Ok(board), Ok(viewer)) => view! { <Loaded board filter viewer reload/> }.into_any(),
                    (Err(error), _) | (_, Err(error)) => view! { <Trouble error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// How cards are gripped. Copies share everything.
#[derive(Clone, Copy)]
pub struct Grip {
    /// The pointer's drag.
    pub drag: Drag<LeadId>,
    /// What it does.
    pub ends: DragEnds<LeadId>,
    is_mirrored: Signal<bool>,
}

impl Grip {
    /// Keys on a focused card: blank picks up and drops, arrows carry, Escape lets go.
    pub fn key(self, event: &KeyboardEvent, lead: LeadId, hands: Hands) {
        if event.target() != event.current_target() {
            return;
        }
        let onward = if self.is_mirrored.get_untracked() { -1 } else { 1 };
        let is_carried = hands.carried.with_untracked(|carried| carried.is_some_and(|carried| carried.lead == lead));
        match (event.key().as_str(), is_carried) {
            (" " | "Enter", true) => hands.drop_carried(),
            (" ", false) => hands.pick_up(lead),
            ("Escape", true) => hands.let_go(),
            ("ArrowRight", true) => hands.carry(onward, 0),
            ("ArrowLeft", true) => hands.carry(-onward, 0),
            ("ArrowDown", true) => hands.carry(0, 1),
            ("ArrowUp", true) => hands.carry(0, -1),
            _ => return,
        }
        event.prevent_default();
        keep_focus(lead);
    }
}

#[component]
fn Loaded(board: Board, filter: Filter, viewer: Viewer, reload: RwSignal<u32>) -> impl IntoView {
    let i18n = use_i18n();
    let state = BoardState::new(&board, filter, viewer);
    let hands = Hands {
        board: state,
        carried: RwSignal::new(None),
        losing: RwSignal::new(None),
        winning: RwSignal::new(None),
        menu: RwSignal::new(None),
        spoken: RwSignal::new(String::new()),
        toaster: use_toaster(),
        connection: use_connection(),
        i18n,
    };
    let surface = NodeRef::<html::Div>::new();
    let ends = DragEnds {
        start: Callback::new(move |lead| hands.carried.set(Some(Carried { lead, over: None, by_keyboard: false }))),
        over: Callback::new(move |(lead, at)| aim(hands, lead, at)),
        drop: Callback::new(move |(lead, at)| {
            aim(hands, lead, at);
            hands.drop_carried();
        }),
        cancel: Callback::new(move |_| hands.let_go()),
    };
    let drag = use_drag(ends);
    let grip = Grip { drag, ends, is_mirrored: Signal::derive(move || is_right_to_left(i18n.get_locale())) };
    scroll_at_edges(hands, drag, surface);
    let is_asking = move || hands.losing.get().is_some() || hands.winning.get().is_some();
    let is_busy = move || is_asking() || hands.menu.get().is_some() || hands.carried.get().is_some();
    let read_anew = when_free(Signal::derive(is_busy), move || reload.update(|count| *count += 1));
    follow_changes(board.seen, state, read_anew);

    let currency = StoredValue::new(board.currency);
    let now = board.now;
    let ghost = move || {
        drag.dragging().map(|(lead, at)| {
            view! {
                <div class="card ghost" aria-hidden="true" style:translate=format!("{}px {}px", at.x, at.y)>
                    <strong><bdi>{hands.name_of(lead)}</bdi></strong>
                </div>
            }
        })
    };
    let is_over_lost =
        move || hands.carried.with(|carried| carried.is_some_and(|carried| carried.over == Some(Target::Lost)));
    let is_empty = move || state.columns.with_value(|columns| columns.iter().all(|column| column.leads.get() == 0));
    let columns = state.columns.get_value();
    view! {
        <p id="board-help" class="sr">{t!(i18n, pipeline.help)}</p>
        <p class="sr" role="status" aria-live="assertive">{hands.spoken}</p>
        <Show when=is_empty>
            <p class="banner">{t!(i18n, pipeline.empty_board)}</p>
        </Show>
        <div
            class="board"
            node_ref=surface
            class:carrying=move || hands.carried.with(Option::is_some)
            on:click:capture=move |event| {
                if drag.swallows_click() {
                    event.prevent_default();
                    event.stop_propagation();
                }
            }
        >
            {columns.into_iter().map(|column| view! { <ColumnView column hands grip currency now/> }).collect_view()}
        </div>
        <div class="lost-zone" class:over=is_over_lost data-lost="">
            {t!(i18n, pipeline.lost_zone)}
        </div>
        {ghost}
        {move || hands.menu.get().map(|lead| view! { <MoveMenu lead hands/> })}
        {move || {
            hands.losing.get().map(|lead| {
                let on_done = Callback::new(move |lost: Option<Lost>| {
                    hands.losing.set(None);
                    if lost.is_some() {
                        state.settle(lead, None);
                    }
                });
                view! { <LossDialog lead on_done/> }
            })
        }}
        {move || {
            hands.winning.get().map(|lead| {
                let on_done = Callback::new(move |won: Option<Card>| {
                    hands.winning.set(None);
                    if won.is_some() {
                        state.settle(lead, won);
                    }
                    keep_focus(lead);
                });
                view! { <WinDialog lead on_done/> }
            })
        }}
    }
}

/// Takes over what the live stream tells; asks for the heads of the columns once things have settled.
fn follow_changes(from: crate::live::wire::Cursor, state: BoardState, read_anew: Callback<()>) {
    let is_recount_due = StoredValue::new(false);
    let recount = move || {
        if is_recount_due.get_value() {
            return;
        }
        is_recount_due.set_value(true);
        set_timeout(
            move || {
                if is_recount_due.try_update_value(|due| *due = false).is_none() {
                    return;
                }
                spawn_local(async move {
                    if let Ok(counts) = read_counts(state.filter()).await
                        && state.is_on_screen()
                    {
                        state.recount(&counts);
                    }
                });
            },
            RECOUNT_AFTER,
        );
    };
    follow(from, move |message| match message {
        Message::Changes { changes, .. } if changes.is_empty() => {}
        Message::Changes { changes, .. } => {
            changes.into_iter().for_each(|change| state.apply(change));
            recount();
        }
        Message::Reset => read_anew.run(()),
        Message::SignedOut => {}
    });
}

/// A carried card is drawn in another place of the page: the focus goes with it.
pub fn keep_focus(lead: LeadId) {
    request_animation_frame(move || {
        use wasm_bindgen::JsCast;
        let card = document().query_selector(&format!("[data-lead='{lead}']")).ok().flatten();
        if let Some(card) = card.and_then(|card| card.dyn_into::<web_sys::HtmlElement>().ok()) {
            // A card behind a dialog cannot take the focus, and must not.
            let _ = card.focus();
        }
    });
}

/// What lies under the pointer: measured anew each time, so that scrolling and live changes never mislead.
fn aim(hands: Hands, lead: LeadId, at: Point) {
    let over = target_at(lead, at);
    let is_news = hands.carried.with_untracked(|carried| carried.is_none_or(|carried| carried.over != over));
    if is_news {
        hands.carried.set(Some(Carried { lead, over, by_keyboard: false }));
    }
}

fn target_at(lead: LeadId, at: Point) -> Option<Target> {
    if elements(&document().into(), "[data-lost]").iter().any(|zone| Area::of(zone).holds(at)) {
        return Some(Target::Lost);
    }
    let column = elements(&document().into(), "[data-stage]").into_iter().find(|column| Area::of(column).holds(at))?;
    let stage = column.get_attribute("data-stage")?.parse::<StageId>().ok()?;
    let own = lead.to_string();
    let others: Vec<_> = elements(&column.into(), "[data-lead]")
        .iter()
        .filter(|card| card.get_attribute("data-lead").as_deref() != Some(&own))
        .map(Area::of)
        .collect();
    Some(Target::Place { stage, place: place_in_list(&others, at.y) })
}

fn elements(within: &web_sys::Node, selector: &str) -> Vec<Element> {
    use wasm_bindgen::JsCast;
    let found = match (within.dyn_ref::<web_sys::Document>(), within.dyn_ref::<Element>()) {
        (Some(document), _) => document.query_selector_all(selector),
        (None, Some(element)) => element.query_selector_all(selector),
        (None, None) => return Vec::new(),
    };
    let Ok(found) = found else { return Vec::new() };
    (0..found.length()).filter_map(|place| found.item(place)?.dyn_into().ok()).collect()
}

/// A card carried to an edge of the board brings the rest of it into view.
fn scroll_at_edges(hands: Hands, drag: Drag<LeadId>, surface: NodeRef<html::Div>) {
    let is_dragging = Memo::new(move |_| drag.dragging().is_some());
    let timer = StoredValue::new(None::<IntervalHandle>);
    let stop = move || {
        if let Some(handle) = timer.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    Effect::new(move |_| {
        stop();
        if is_dragging.get() {
            let tick = move || {
                if let (Some((lead, at)), Some(surface)) = (drag.dragging_untracked(), surface.get_untracked()) {
                    scroll_towards(&surface, at);
                    aim(hands, lead, at);
                }
            };
            timer.set_value(set_interval_with_handle(tick, FRAME).ok());
        }
    });
    on_cleanup(stop);
}

fn scroll_towards(surface: &Element, at: Point) {
    let area = Area::of(surface);
    surface.scroll_by_with_x_and_y(pull(at.x, area.x, area.x + area.width), 0.0);
    let column = elements(&surface.clone().into(), ".cards").into_iter().find(|list| Area::of(list).holds(at));
    if let Some(list) = column {
        let area = Area::of(&list);
        list.scroll_by_with_x_and_y(0.0, pull(at.y, area.y, area.y + area.height));
    }
}

/// How far a point near one of two edges pulls.
fn pull(at: f64, low: f64, high: f64) -> f64 {
    if at < low + EDGE {
        -EDGE_STEP
    } else if at > high - EDGE {
        EDGE_STEP
    } else {
        0.0
    }
}
