//! Columns along time, each of two parts, with a line over them; and the same as a table. A brush drawn over them chooses
//! a range, with pointer or keyboard.

use super::percent;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, PointerEvent};

/// One step in time. Texts are in the reader's language already.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Column {
    /// What tells it from the others, whatever its figures.
    pub key: String,
    /// Below it; empty where it would not fit.
    pub tick: String,
    /// Below that, where a new era begins.
    pub era: String,
    /// All of it in words.
    pub said: String,
    /// Its lower part, from 0 to 1.
    pub lower: f64,
    /// What stands on the lower part, from 0 to 1.
    pub upper: f64,
    /// Where the line passes, from 0 to 1.
    pub line: f64,
    /// Not whole: drawn so.
    pub is_partial: bool,
    /// Whether it lies in what is chosen, where anything is.
    pub is_in: Option<bool>,
    /// Whether it lies in what that is held against.
    pub is_other: bool,
    /// Its row in the table, after the first cell.
    pub cells: Vec<String>,
}

/// What the columns are measured by.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scale {
    /// The top's figure.
    pub top: String,
    /// The middle's figure.
    pub middle: String,
    /// What the parts are: lower, upper, line, and what is not whole.
    pub parts: [String; 4],
    /// The table's heads.
    pub heads: Vec<String>,
    /// What opens the table.
    pub as_table: String,
}

/// A range of columns that somebody draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brush {
    /// The place of the first column.
    pub first: usize,
    /// The place of the last column.
    pub last: usize,
    /// Whether it is drawn to its end.
    pub is_done: bool,
    /// Whether one column was pressed, and nothing drawn.
    pub is_press: bool,
}

impl Brush {
    fn between(one: usize, other: usize, is_done: bool) -> Self {
        Self { first: one.min(other), last: one.max(other), is_done, is_press: false }
    }
}

/// Columns along time, the newest at the end. The keyboard comes to the newest and goes on with the arrows.
#[component]
pub fn Columns(
    /// What the chart shows.
    #[prop(into)]
    label: Signal<String>,
    /// The columns from the oldest to the newest.
    #[prop(into)]
    columns: Signal<Vec<Column>>,
    /// What they are measured by.
    #[prop(into)]
    scale: Signal<Scale>,
    /// A range was chosen, or is being drawn.
    brush: Callback<Brush>,
) -> impl IntoView {
    let keys =
        Memo::new(move |_| columns.with(|columns| columns.iter().map(|one| one.key.clone()).collect::<Vec<_>>()));
    let last = Memo::new(move |_| keys.with(|keys| keys.last().cloned().unwrap_or_default()));
    let plot = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        keys.track();
        request_animation_frame(move || {
            if let Some(plot) = plot.try_get_untracked().flatten() {
                let end = plot.scroll_width();
                plot.set_scroll_left(if is_mirrored() { -end } else { end });
            }
        });
    });
    // Where a brush began, by pointer or by keyboard; where it is, while it is drawn; whether its end is still to be told.
    let (anchor, drawn) = (StoredValue::new(None::<usize>), StoredValue::new(None::<usize>));
    let is_down = StoredValue::new(false);
    let begin = move |event: PointerEvent| {
        let place = place_of(event.target()).filter(|_| event.button() == 0 && event.pointer_type() != "touch");
        is_down.set_value(place.is_some());
        drawn.set_value(None);
        // With Shift the range that is there goes on to here.
        if let Some(place) = place.filter(|_| !event.shift_key()) {
            anchor.set_value(Some(place));
        }
    };
    let draw = move |event: PointerEvent| {
        let (Some(from), true) = (anchor.get_value(), is_down.get_value() && event.buttons() == 1) else { return };
        let under = document().element_from_point(event.client_x() as f32, event.client_y() as f32);
        let Some(to) = under.and_then(|under| place_of(Some(under.into()))) else { return };
        if to != drawn.get_value().unwrap_or(from) {
            drawn.set_value(Some(to));
            // It may end anywhere: its end is told here.
            if let Some(room) = event.current_target().and_then(|room| room.dyn_into::<Element>().ok()) {
                let _ = room.set_pointer_capture(event.pointer_id());
            }
            brush.run(Brush::between(from, to, false));
        }
    };
    let end = move |_: PointerEvent| {
        is_down.set_value(false);
        if let (Some(from), Some(to)) = (anchor.get_value(), drawn.get_value()) {
            brush.run(Brush::between(from, to, true));
        }
    };
    // Whatever presses a button: mouse, thumb, Enter, a screen reader.
    let press = move |event: web_sys::MouseEvent| {
        let Some(here) = place_of(event.target()) else { return };
        if drawn.try_update_value(Option::take).flatten().is_some() {
            return;
        }
        match anchor.get_value().filter(|_| event.shift_key()) {
            Some(from) => brush.run(Brush::between(from, here, true)),
            None => {
                anchor.set_value(Some(here));
                brush.run(Brush { is_press: true, ..Brush::between(here, here, true) });
            }
        }
    };
    let keys_pressed = move |event: KeyboardEvent| {
        let Some(here) = place_of(event.target()) else { return };
        if let Some(there) = walk(&event) {
            if event.shift_key() {
                let from = anchor.get_value().unwrap_or(here);
                anchor.set_value(Some(from));
                brush.run(Brush::between(from, there, true));
            } else {
                anchor.set_value(None);
            }
        }
    };
    let part = move |which: usize| move || scale.with(|scale| scale.parts[which].clone());
    view! {
        <figure class="chart-columns">
            <figcaption class="chart-legend small">
                <span class="chart-lower">{part(0)}</span>
                <span class="chart-upper">{part(1)}</span>
                <span class="chart-line">{part(2)}</span>
                <span class="chart-partial">{part(3)}</span>
            </figcaption>
            <div class="chart-frame">
                <div class="chart-scale small faint num" aria-hidden="true">
                    <span>{move || scale.with(|scale| scale.top.clone())}</span>
                    <span>{move || scale.with(|scale| scale.middle.clone())}</span>
                    <span>"0"</span>
                </div>
                <div class="chart-plot" node_ref=plot>
                    <div
                        class="chart-room"
                        role="group"
                        aria-label=move || label.get()
                        on:pointerdown=begin
                        on:pointermove=draw
                        on:pointerup=end
                        on:pointercancel=end
                        on:click=press
                        on:keydown=keys_pressed
                    >
                        <Line columns/>
                        <For each=move || keys.get() key=String::clone let:key>
                            <One columns key last/>
                        </For>
                    </div>
                </div>
            </div>
            <Table columns scale/>
        </figure>
    }
}

/// A column's `max-inline-size` in style/charts.css: of few columns the line ends where they end.
const WIDEST_COLUMN: usize = 64;

#[component]
fn Line(columns: Signal<Vec<Column>>) -> impl IntoView {
    let count = move || columns.with(|columns| columns.len().max(1));
    let points = move || {
        columns.with(|columns| {
            let point = |(place, one): (usize, &Column)| format!("{},{:.2}", place * 10 + 5, 100.0 - one.line * 100.0);
            columns.iter().enumerate().map(point).collect::<Vec<_>>().join(" ")
        })
    };
    view! {
        <svg
            class="chart-over"
            viewBox=move || format!("0 0 {} 100", count() * 10)
            preserveAspectRatio="none"
            style:max-inline-size=move || format!("{}px", count() * WIDEST_COLUMN)
            aria-hidden="true"
        >
            <polyline points=points vector-effect="non-scaling-stroke"/>
        </svg>
    }
}

#[component]
fn One(columns: Signal<Vec<Column>>, key: String, last: Memo<String>) -> impl IntoView {
    let own = key.clone();
    let column = Memo::new(move |_| {
        columns.with(|columns| columns.iter().find(|one| one.key == own).cloned()).unwrap_or_default()
    });
    let own = key.clone();
    let place = move || columns.with(|columns| columns.iter().position(|one| one.key == own).unwrap_or(0));
    let is = move |wanted: bool| column.with(|one| one.is_in == Some(wanted));
    view! {
        <button
            type="button"
            class="chart-column"
            class:partial=move || column.with(|one| one.is_partial)
            class:on=move || is(true)
            class:off=move || is(false)
            class:other=move || column.with(|one| one.is_other)
            data-place=move || place().to_string()
            tabindex=move || if last.with(|last| *last == key) { "0" } else { "-1" }
            title=move || column.get().said
            aria-pressed=move || is(true).to_string()
        >
            <span class="chart-stack">
                <i class="chart-upper" style:block-size=move || column.with(|one| percent(one.upper))></i>
                <i class="chart-lower" style:block-size=move || column.with(|one| percent(one.lower))></i>
            </span>
            <span class="sr">{move || column.get().said}</span>
            <span class="chart-tick small faint" aria-hidden="true">
                {move || column.get().tick}
                <b>{move || column.get().era}</b>
            </span>
        </button>
    }
}

#[component]
fn Table(columns: Signal<Vec<Column>>, scale: Signal<Scale>) -> impl IntoView {
    let heads = move || {
        let heads = scale.with(|scale| scale.heads.clone());
        heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view()
    };
    let rows = move || {
        let row = |one: &Column| {
            let cells =
                one.cells.iter().skip(1).map(|cell| view! { <td class="num">{cell.clone()}</td> }).collect_view();
            view! { <tr><th scope="row">{one.cells.first().cloned()}</th>{cells}</tr> }
        };
        columns.with(|columns| columns.iter().rev().map(row).collect_view())
    };
    view! {
        <details class="chart-table">
            <summary>{move || scale.with(|scale| scale.as_table.clone())}</summary>
            <div class="chart-rows" tabindex="0" role="region" aria-label=move || scale.with(|scale| scale.as_table.clone())>
                <table>
                    <thead><tr>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

fn is_mirrored() -> bool {
    document().document_element().and_then(|root| root.get_attribute("dir")).is_some_and(|dir| dir == "rtl")
}

/// The place of the column that something happened in.
fn place_of(target: Option<web_sys::EventTarget>) -> Option<usize> {
    let column = target?.dyn_into::<Element>().ok()?.closest(".chart-column").ok()??;
    column.get_attribute("data-place")?.parse().ok()
}

/// Arrows go from column to column, Home and End to the oldest and the newest; the place that was gone to.
fn walk(event: &KeyboardEvent) -> Option<usize> {
    let here = event.target()?.dyn_into::<Element>().ok()?;
    let onward = if is_mirrored() { "ArrowLeft" } else { "ArrowRight" };
    let there = match event.key().as_str() {
        "Home" => here.parent_element().and_then(|room| room.query_selector(".chart-column").ok().flatten()),
        "End" => here.parent_element().and_then(|room| room.last_element_child()),
        key if key == onward => here.next_element_sibling(),
        "ArrowLeft" | "ArrowRight" => here.previous_element_sibling(),
        _ => return None,
    };
    event.prevent_default();
    let there = there?.dyn_into::<HtmlElement>().ok()?;
    // What cannot take the focus is left where it is.
    let _ = there.focus();
    place_of(Some(there.into()))
}
