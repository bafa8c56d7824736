//! The board page: reads the board, follows the live stream, and ties dragging to it.

use super::{
    carry::{Carried, Hands, Target},
    chosen::ChosenBar,
    column::ColumnView,
    filter::{self, FilterBar, Look, use_looks},
    lanes::LanesView,
    menu::MoveMenu,
    plan::PlanTogether,
    state::BoardState,
    window::row_height,
};
use crate::{
    app::{frame::Me, is_right_to_left, trouble::Trouble},
    clock::Moment,
    i18n::{t, t_string, use_i18n},
    ids::{LeadId, StageId},
    live::{
        browser::follow,
        connection::use_connection,
        presence::announce,
        wire::{Doing, Message},
    },
    losses::{api::Lost, view::LossDialog},
    people::{api::read_holders, rules::Viewer},
    pipeline::api::{Board, Card, Filter, read_board, read_choices, read_counts},
    routing::view::{AssignDialog, Given},
    search::rules::shortcuts::letter,
    ui::{
        drag::{Area, Drag, DragEnds, Point, place_in_rows, use_drag},
        title::PageTitle,
        toast::use_toaster,
        wait::{gathered, when_free},
    },
    wins::view::WinDialog,
};
use chrono::TimeDelta;
use futures::future::join;
use leptos::{html, prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;
use leptos_use::{use_event_listener, use_window};
use std::{collections::BTreeSet, time::Duration};
use web_sys::{Element, KeyboardEvent};

/// Many changes at once are followed by one recount, this long after the first.
const RECOUNT_AFTER: Duration = Duration::from_millis(400);
/// Within this many pixels of an edge a carried card scrolls the board.
const EDGE: f64 = 48.0;
/// How far it scrolls per frame.
const EDGE_STEP: f64 = 14.0;
const FRAME: Duration = Duration::from_millis(16);
/// How often the board looks at the clock.
const TICK: Duration = Duration::from_secs(20);

/// The page at `/board`.
#[component]
pub fn BoardPage() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let look = Memo::new(move |_| query.with(filter::from_query));
    let filter = Memo::new(move |_| look.get().filter);
    let reload = RwSignal::new(0u32);
    let Me(viewer) = expect_context();
    let lanes = Memo::new(move |_| look.get().lanes);
    // A divided board reads each lane for itself.
    let board = Resource::new_blocking(
        move || (filter.get(), lanes.get(), reload.get()),
        async |(filter, lanes, _)| match lanes {
            Some(by) => (filter, Err(by)),
            None => (filter.clone(), Ok(read_board(filter).await)),
        },
    );
    // After the board, which somebody waits for.
    let choices = Resource::new_blocking(|| (), |()| join(read_choices(), read_holders()));
    view! {
        <PageTitle text=move || t_string!(i18n, shell.pipeline)/>
        <p id="board-help" class="sr">{t!(i18n, pipeline.help)}</p>
        <Suspense>
            {move || Suspend::new(async move {
                let (choices, holders) = choices.await;
                view! { <FilterBar look choices=choices.unwrap_or_default() holders=holders.unwrap_or_default()/> }
            })}
        </Suspense>
        <Transition>
            {move || Suspend::new(async move {
                let (filter, board) = board.await;
                let board = match board {
                    Ok(board) => board,
                    Err(by) => return view! { <LanesView filter by look/> }.into_any(),
                };
                match (board, viewer.await) {
                    (Ok(board), Ok(viewer)) => view! { <Loaded board filter look viewer reload/> }.into_any(),
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
    /// Keys on a focused card: blank picks up and drops, arrows carry it or go to the next card, Escape lets go, `x`
    /// chooses, `m` opens the menu. On the card's name they are the same, but for Enter, which follows it.
    pub fn key(self, event: &KeyboardEvent, lead: LeadId, hands: Hands) {
        use wasm_bindgen::JsCast;
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let is_name = target.as_ref().is_some_and(|target| target.tag_name() == "A");
        let is_carrying = hands.carried.with_untracked(Option::is_some);
        if event.target() == event.current_target() || (is_name && (is_carrying || event.key() != "Enter")) {
            self.act(event, lead, hands);
        }
    }

    /// The keys of a card that is carried, although the focus has left it: its column was scrolled, or somebody moved it. And
    /// Escape, wherever the focus is on the board, for what is chosen.
    fn key_elsewhere(self, event: &KeyboardEvent, hands: Hands) {
        let Some(carried) = hands.carried.try_get_untracked().filter(|_| !event.default_prevented()) else { return };
        match carried {
            Some(Carried { lead, by_keyboard: true, .. }) if !is_in(event, "[data-lead], dialog") => {
                self.act(event, lead, hands);
            }
            None if event.key() == "Escape" && !is_in(event, "input:not([type=checkbox]), select") && !is_covered() => {
                hands.choose_none();
            }
            _ => {}
        }
    }

    fn act(self, event: &KeyboardEvent, lead: LeadId, hands: Hands) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let onward = if self.is_mirrored.get_untracked() { -1 } else { 1 };
        let is_carried = hands.carried.with_untracked(|carried| carried.is_some_and(|carried| carried.lead == lead));
        let arrow = match event.key().as_str() {
            "ArrowRight" => Some((onward, 0)),
            "ArrowLeft" => Some((-onward, 0)),
            "ArrowDown" => Some((0, 1)),
            "ArrowUp" => Some((0, -1)),
            _ => None,
        };
        let mut focused = lead;
        match (event.key().as_str(), is_carried, arrow) {
            (_, true, Some((columns, places))) => hands.carry(columns, places),
            (_, false, Some((columns, places))) => focused = hands.board.beside(lead, columns, places).unwrap_or(lead),
            (" " | "Enter", true, _) => hands.drop_carried(),
            (" ", false, _) => hands.pick_up(lead),
            ("Escape", true, _) => hands.let_go(),
            (key, false, _) => match letter(key) {
                Some('x') => hands.choose(lead),
                Some('m') => hands.menu.set(Some(hands.company_of(lead))),
                _ => return,
            },
            _ => return,
        }
        event.prevent_default();
        hands.focused.set(Some(focused));
        if hands.carried.with_untracked(Option::is_some) { show_landing() } else { keep_focus(focused) }
    }
}

/// Whether a dialog or a menu lies over the page: Escape is for that, then.
fn is_covered() -> bool {
    document().query_selector("dialog[open], :popover-open").is_ok_and(|over| over.is_some())
}

/// Whether a key was pressed inside of an element that `selector` names.
fn is_in(event: &KeyboardEvent, selector: &str) -> bool {
    use wasm_bindgen::JsCast;
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.closest(selector).ok().flatten().is_some())
}

/// A board that was read, or one lane of it.
#[component]
pub fn Loaded(board: Board, filter: Filter, look: Memo<Look>, viewer: Viewer, reload: RwSignal<u32>) -> impl IntoView {
    let i18n = use_i18n();
    let state = BoardState::new(&board, filter, viewer);
    fold_as_said(state, look);
    let hands = Hands {
        board: state,
        look,
        go: use_looks(),
        carried: RwSignal::new(None),
        dropped_into: StoredValue::new(None),
        chosen: RwSignal::new(BTreeSet::new()),
        focused: RwSignal::new(None),
        now: RwSignal::new(board.now),
        losing: RwSignal::new(None),
        winning: RwSignal::new(None),
        menu: RwSignal::new(None),
        planning: RwSignal::new(None),
        assigning: RwSignal::new(None),
        spoken: RwSignal::new(String::new()),
        toaster: use_toaster(),
        connection: use_connection(),
        i18n,
    };
    let surface = NodeRef::<html::Div>::new();
    let ends = DragEnds {
        start: Callback::new(move |lead| hands.lift(lead)),
        over: Callback::new(move |(lead, at)| aim(hands, surface, lead, at)),
        drop: Callback::new(move |(lead, at)| {
            aim(hands, surface, lead, at);
            hands.drop_carried();
        }),
        cancel: Callback::new(move |_| hands.let_go()),
    };
    let drag = use_drag(ends);
    let grip = Grip { drag, ends, is_mirrored: Signal::derive(move || is_right_to_left(i18n.get_locale())) };
    scroll_at_edges(hands, drag, surface);
    keep_time(hands.now);
    let _ = use_event_listener(use_window(), leptos::ev::keydown, move |event| grip.key_elsewhere(&event, hands));
    watch_carried(hands);
    watch_focused(hands);
    announce(move || {
        let carried = hands.carried.get().map(|carried| (carried.lead, Doing::Carrying));
        let asked = hands.winning.get().or_else(|| hands.losing.get()?.first().copied());
        carried.or(asked.map(|lead| (lead, Doing::Looking)))
    });
    let is_asking = move || hands.losing.get().is_some() || hands.winning.get().is_some();
    let is_arranging =
        move || hands.menu.get().is_some() || hands.planning.get().is_some() || hands.assigning.get().is_some();
    let is_moving = move || hands.carried.get().is_some() || hands.connection.waiting() > 0;
    // What is chosen would be forgotten.
    let is_choosing = move || hands.chosen.with(|chosen| !chosen.is_empty());
    let is_busy = move || is_asking() || is_arranging() || is_moving() || is_choosing();
    let read_anew = when_free(Signal::derive(is_busy), move || reload.update(|count| *count += 1));
    follow_changes(board.seen, state, read_anew);

    let currency = StoredValue::new(board.currency);
    let lifted = Memo::new(move |_| drag.dragging().map(|(lead, _)| lead));
    let at = move || drag.dragging().map_or_else(String::new, |(_, at)| format!("{}px {}px", at.x, at.y));
    let ghost = move || {
        lifted.get().map(|lead| {
            view! {
                <div class="card ghost" aria-hidden="true" style:translate=at>
                    <strong><bdi>{hands.name_of_all(&hands.company_of(lead))}</bdi></strong>
                </div>
            }
        })
    };
    let is_over_lost =
        move || hands.carried.with(|carried| carried.is_some_and(|carried| carried.over == Some(Target::Lost)));
    let is_empty = move || state.columns.with_value(|columns| columns.iter().all(|column| column.leads.get() == 0));
    let columns = state.columns.get_value();
    view! {
        <p class="sr" role="status" aria-live="assertive">{hands.spoken}</p>
        <Show when=is_empty>
            <p class="banner">{t!(i18n, pipeline.empty_board)}</p>
        </Show>
        <div
            class="board"
            node_ref=surface
            class:carrying=move || hands.carried.with(Option::is_some)
            class:some-folded=move || state.columns.with_value(|columns| columns.iter().any(|column| !column.is_open.get()))
            class:choosing=move || hands.chosen.with(|chosen| !chosen.is_empty())
            on:click:capture=move |event| {
                if drag.swallows_click() {
                    event.prevent_default();
                    event.stop_propagation();
                }
            }
        >
            {columns.into_iter().map(|column| view! { <ColumnView column hands grip currency/> }).collect_view()}
        </div>
        <div class="lost-zone" class:over=is_over_lost data-lost="">
            {t!(i18n, pipeline.lost_zone)}
        </div>
        {ghost}
        <ChosenBar hands/>
        {move || hands.menu.get().map(|leads| view! { <MoveMenu leads hands/> })}
        {move || hands.planning.get().map(|leads| view! { <PlanTogether leads hands/> })}
        {move || hands.assigning.get().map(|leads| {
            let on_change = Callback::new(move |given: Given| {
                given.into_iter().for_each(|(lead, card)| state.take_over(lead, card));
                hands.chosen.update(BTreeSet::clear);
            });
            let leads = hands.holders_of(&leads);
            view! { <AssignDialog leads on_change on_done=move |()| hands.assigning.set(None)/> }
        })}
        {move || {
            hands.losing.get().map(|leads| {
                let on_done = Callback::new(move |lost: Vec<Lost>| {
                    hands.losing.set(None);
                    lost.iter().for_each(|lost| state.settle(lost.lead, None));
                    hands.chosen.update(|chosen| chosen.retain(|lead| lost.iter().all(|lost| lost.lead != *lead)));
                });
                let (lead, also) = (leads[0], hands.versions_of(&leads[1..]));
                view! { <LossDialog lead also on_done/> }
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

/// Columns are folded as the address says.
fn fold_as_said(board: BoardState, look: Memo<Look>) {
    let fold = move || {
        let toggled = look.get().toggled;
        for column in board.columns.get_value() {
            let is_open = column.stage.with_value(|stage| !stage.kind.is_folded()) != toggled.contains(&column.id());
            if column.is_open.get_untracked() != is_open {
                column.is_open.set(is_open);
            }
        }
    };
    untrack(fold);
    Effect::new(move |_| fold());
}

/// Takes over what the live stream tells; asks for the heads of the columns once things have settled.
fn follow_changes(from: crate::live::wire::Cursor, state: BoardState, read_anew: Callback<()>) {
    let connection = use_connection();
    let is_sending = Signal::derive(move || connection.waiting() > 0);
    let again = StoredValue::new(None::<Callback<()>>);
    let recount = move || {
        spawn_local(async move {
            let Ok(counts) = read_counts(state.filter()).await else { return };
            if !state.is_on_screen() {
                return;
            }
            if is_sending.get_untracked() {
                // Counted before or after what is on its way: nobody knows.
                return again.get_value().into_iter().for_each(|again| again.run(()));
            }
            state.recount(&counts);
            if state.lacks_cards() {
                read_anew.run(());
            }
        });
    };
    let recount = gathered(RECOUNT_AFTER, when_free(is_sending, recount));
    again.set_value(Some(recount));
    follow(from, move |message| match message {
        Message::Changes { changes, .. } if changes.is_empty() => {}
        Message::Changes { changes, .. } => {
            changes.into_iter().for_each(|change| state.apply(change));
            recount.run(());
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

/// Where a card would land by keyboard comes into sight.
fn show_landing() {
    request_animation_frame(move || {
        if let Ok(Some(landing)) = document().query_selector(".landing") {
            let nearest = web_sys::ScrollIntoViewOptions::new();
            nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
            nearest.set_inline(web_sys::ScrollLogicalPosition::Nearest);
            landing.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
    });
}

/// A card that is carried by keyboard and leaves the board is carried no more; one that somebody moves keeps the focus.
fn watch_carried(hands: Hands) {
    Effect::new(move |before: Option<Option<(LeadId, StageId)>>| {
        let Carried { lead, .. } = hands.carried.get().filter(|carried| carried.by_keyboard)?;
        let Some((stage, _)) = hands.board.place_of(lead) else {
            hands.let_go();
            return None;
        };
        if before.flatten().is_some_and(|(other, was)| other == lead && was != stage) {
            keep_focus(lead);
        }
        Some((lead, stage))
    });
}

/// When the card that has the focus leaves the board, the one that takes its place gets it.
fn watch_focused(hands: Hands) {
    Effect::new(move |before: Option<Option<(StageId, usize)>>| {
        let place = hands.board.place_of(hands.focused.get()?);
        let left = before.flatten().filter(|_| place.is_none());
        let is_nowhere = || document().active_element().is_none_or(|element| element.tag_name() == "BODY");
        if let Some((stage, place)) = left.filter(|_| is_nowhere()) {
            hands.focused.set(hands.board.nearest_to(stage, place));
            hands.focused.get_untracked().into_iter().for_each(keep_focus);
        }
        place
    });
}

/// The moment on the server's clock goes on, so that what becomes due looks due.
fn keep_time(now: RwSignal<Moment>) {
    Effect::new(move |_| {
        let (read, begun) = (now.get_untracked(), js_sys::Date::now());
        let tick = move || {
            let since = TimeDelta::milliseconds((js_sys::Date::now() - begun) as i64);
            now.try_set(Moment { utc: read.utc + since, ..read });
        };
        let timer = set_interval_with_handle(tick, TICK).ok();
        on_cleanup(move || {
            if let Some(timer) = timer {
                timer.clear();
            }
        });
    });
}

/// What lies under the pointer: measured anew each time, so that scrolling and live changes never mislead.
fn aim(hands: Hands, surface: NodeRef<html::Div>, lead: LeadId, at: Point) {
    let over = surface.get_untracked().and_then(|surface| target_at(hands, &surface, lead, at));
    let is_news = hands.carried.with_untracked(|carried| carried.is_none_or(|carried| carried.over != over));
    if is_news {
        hands.hover(lead, over);
    }
}

fn target_at(hands: Hands, surface: &Element, lead: LeadId, at: Point) -> Option<Target> {
    let lost = surface.next_element_sibling();
    if lost.is_some_and(|zone| Area::of(&zone).holds(at)) {
        return Some(Target::Lost);
    }
    let column = elements(surface, "[data-stage]").into_iter().find(|column| Area::of(column).holds(at))?;
    let stage = column.get_attribute("data-stage")?.parse::<StageId>().ok()?;
    let cards = hands.board.column(stage)?.order.get_untracked();
    let row = elements(&column, ".cards").first().map_or(0, |list| {
        let top = list.first_element_child().map_or(0.0, |rows| Area::of(&rows).y);
        place_in_rows(at.y - top, row_height(list, cards.len()), cards.len())
    });
    // A place is counted without the card that is carried.
    let is_below_itself = cards.iter().position(|other| *other == lead).is_some_and(|own| own < row);
    Some(Target::Place { stage, place: if is_below_itself { row - 1 } else { row } })
}

fn elements(within: &Element, selector: &str) -> Vec<Element> {
    use wasm_bindgen::JsCast;
    let Ok(found) = within.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|place| found.item(place)?.dyn_into().ok()).collect()
}

/// A card carried to an edge of the board brings the rest of it into view.
fn scroll_at_edges(hands: Hands, drag: Drag<LeadId>, board: NodeRef<html::Div>) {
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
            // First what is measured, then what moves: no frame lays the board out twice.
            let tick = move || {
                if let (Some((lead, at)), Some(surface)) = (drag.dragging_untracked(), board.get_untracked()) {
                    aim(hands, board, lead, at);
                    scroll_towards(&surface, at);
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
    let column = elements(surface, ".cards").into_iter().find(|list| Area::of(list).holds(at));
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
