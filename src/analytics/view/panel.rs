//! What every chart stands in: its title with an explanation, its own filter with the way out of it, and the chart to take
//! along.

use super::{query, state::Shown, words};
use crate::{
    analytics::{
        cockpit::Hand,
        facts::Word,
        selection::{Dim, Pick},
    },
    decisions::{rules::PinKind, view::PinButton},
    i18n::{t, t_string},
    ui::{
        chart::picture::{Drawing, Picture, save_png, save_svg},
        explain::Explain,
    },
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A panel's title with its explanation.
#[component]
pub fn Head(#[prop(into)] title: Signal<String>, #[prop(into)] text: Signal<String>, shown: Shown) -> impl IntoView {
    let label = Signal::derive(move || t_string!(shown.i18n, analytics.explain, what = title.get()).to_string());
    view! { <header class="panel-head"><h2>{move || title.get()}</h2><Explain label text/></header> }
}

/// What a pick says: its bars by name, or all but them.
pub fn said(shown: Shown, dim: Dim, pick: &Pick) -> String {
    let names = shown.head.with(|head| {
        let name = |key: &String| {
            let word = head.words.of(dim).iter().find(|word| word.key == *key);
            let word = word.cloned().unwrap_or_else(|| Word { key: key.clone(), name: Default::default() });
            words::bar(shown.i18n, dim, &word, &head.currency)
        };
        pick.keys.iter().map(name).collect::<Vec<_>>().join(", ")
    });
    match pick.except {
        true => t_string!(shown.i18n, analytics.all_but, names = names).to_string(),
        false => names,
    }
}

/// The filter that a chart set, with the way out of it.
#[component]
pub fn OwnFilter(shown: Shown, dims: Vec<Dim>) -> impl IntoView {
    let chips = move || {
        let picks = shown.look.with(|look| look.selection.picks.clone());
        let own = dims.iter().filter_map(|dim| picks.get(dim).map(|pick| (*dim, pick.clone())));
        own.map(|(dim, pick)| view! { <FilterChip shown dim pick/> }).collect_view()
    };
    view! { <p class="losses-own">{chips}</p> }
}

/// One filter, that goes when it is pressed.
#[component]
pub fn FilterChip(shown: Shown, dim: Dim, pick: Pick) -> impl IntoView {
    let is_except = pick.except;
    let text = move || said(shown, dim, &pick);
    let name = move || words::dim(shown.i18n, dim);
    let clear = move |event: leptos::ev::MouseEvent| {
        let place = event_target::<web_sys::Element>(&event).closest(".losses-own, .losses-notes").ok().flatten();
        shown.select(shown.look.with_untracked(|look| look.selection.cleared(dim)));
        request_animation_frame(move || keep_focus(place));
    };
    let turn = move |_| shown.select(shown.look.with_untracked(|look| look.selection.turned(dim)));
    let turned = if is_except {
        Signal::derive(move || t_string!(shown.i18n, analytics.turn_back).to_string())
    } else {
        Signal::derive(move || t_string!(shown.i18n, analytics.turn).to_string())
    };
    view! {
        <button
            type="button"
            class="chip on"
            title=move || t_string!(shown.i18n, analytics.clear_one, what = name()).to_string()
            on:click=clear
        >
            <span class="faint">{name}": "</span>
            <bdi>{text}</bdi>
            <span aria-hidden="true">" ×"</span>
            <span class="sr">{t!(shown.i18n, analytics.clear_one, what = name)}</span>
        </button>
        <button type="button" class="chip" on:click=turn>{move || turned.get()}</button>
    }
}

/// Where a filter went with the focus on it, the focus goes on to what is next: another filter of the row, the chart that
/// it was of, or the choice of the period.
fn keep_focus(row: Option<web_sys::Element>) {
    let Some(row) = row else { return };
    let next = |place: &web_sys::Element, what: &str| place.query_selector(what).ok().flatten();
    let panel = || row.closest("section.panel").ok().flatten();
    let chart = || panel().and_then(|panel| next(&panel, ".chart-pick, .chart-heat button, summary"));
    let period = || document().query_selector(".losses-filters select").ok().flatten();
    let place = next(&row, ".chip.on").or_else(chart).or_else(period);
    if let Some(place) = place.and_then(|place| place.dyn_into::<web_sys::HtmlElement>().ok()) {
        // What cannot take the focus leaves it where it is.
        let _ = place.focus();
    }
}

/// A table's heads and rows.
pub type Table = (Vec<String>, Vec<Vec<String>>);

/// The chart as a table and as a picture.
#[component]
pub fn TakeAlong(
    shown: Shown,
    #[prop(into)] title: Signal<String>,
    /// Heads and rows of the table; none where the chart is one.
    #[prop(optional, into)]
    table: Option<Signal<Table>>,
    /// The chart as it is drawn.
    drawing: Callback<(), Drawing>,
) -> impl IntoView {
    let i18n = shown.i18n;
    let is_open = RwSignal::new(false);
    let picture = move || {
        let mut note = vec![words::span(i18n, shown.answer.with_untracked(|answer| answer.span))];
        let picks = shown.look.with_untracked(|look| look.selection.picks.clone());
        note.extend(picks.iter().map(|(dim, pick)| format!("{}: {}", words::dim(i18n, *dim), said(shown, *dim, pick))));
        Picture { title: title.get_untracked(), note: note.join(" · "), drawing: drawing.run(()) }
    };
    let rows = move || {
        let (heads, rows) = table?.get();
        let row = |cells: Vec<String>| {
            let mut cells = cells.into_iter();
            let first = cells.next();
            let rest = cells.map(|cell| view! { <td class="num">{cell}</td> }).collect_view();
            view! { <tr><th scope="row">{first}</th>{rest}</tr> }
        };
        let heads = heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view();
        Some(view! {
            <div class="chart-rows" tabindex="0" role="region" aria-label=move || title.get()>
                <table>
                    <thead><tr>{heads}</tr></thead>
                    <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        })
    };
    let name = move || {
        if table.is_some() {
            t_string!(i18n, analytics.table_and_picture).to_string()
        } else {
            t_string!(i18n, analytics.as_picture).to_string()
        }
    };
    let toggled =
        move |event: leptos::ev::Event| is_open.set(event_target::<web_sys::HtmlDetailsElement>(&event).open());
    view! {
        <details class="chart-table" on:toggle=toggled>
            <summary class="small" aria-label=move || format!("{}: {}", title.get(), name())>{name}</summary>
            <Show when=move || is_open.get()>
                <span class="options">
                    <button type="button" class="quiet small" on:click=move |_| untrack(|| save_svg(&picture()))>"SVG"</button>
                    <button type="button" class="quiet small" on:click=move |_| untrack(|| save_png(&picture()))>"PNG"</button>
                    <PinButton kind=PinKind::Chart title address=Signal::derive(move || shown.look.with(query::address))/>
                </span>
                {rows}
            </Show>
        </details>
    }
}

/// Prepares a chart as soon as pointer or focus shows that somebody is going there.
pub fn prepare(shown: Shown, hand: Hand) -> impl Fn() + Copy + 'static {
    move || shown.take_up(hand)
}
