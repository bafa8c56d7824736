//! Bars that are chosen: each filters everything else on the page, alone, together with others, or by being left out.

use super::percent;
use leptos::prelude::*;
use web_sys::MouseEvent;

/// One bar. Texts are in the reader's language already.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PickBar {
    /// What tells it from the others, whatever its figure.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// A mark beside the name, where it has one.
    pub mark: String,
    /// From 0 to 1.
    pub length: f64,
    /// What it is held against, from 0 to 1.
    pub other: Option<f64>,
    /// Its figure.
    pub figure: String,
    /// What else is to be said of it, smaller.
    pub detail: String,
    /// Whether it is let through, where anything is chosen.
    pub is_in: Option<bool>,
    /// Its row in the table.
    pub cells: Vec<String>,
}

/// How a bar was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Press {
    /// Together with what is chosen already.
    pub too: bool,
    /// All but this one.
    pub not: bool,
}

impl Press {
    /// What the keys say that were held: Shift, Ctrl and Cmd add, Alt leaves out.
    pub fn of(event: &MouseEvent) -> Self {
        Self { too: event.shift_key() || event.ctrl_key() || event.meta_key(), not: event.alt_key() }
    }
}

/// A list of bars to choose from. More than `most` wait behind a button.
#[component]
pub fn PickBars(
    /// What the chart shows.
    #[prop(into)]
    label: Signal<String>,
    /// The bars from first to last.
    #[prop(into)]
    bars: Signal<Vec<PickBar>>,
    /// So many are shown at first.
    most: usize,
    /// What the button to the rest says, for so many bars.
    more: Callback<usize, String>,
    /// A bar was chosen.
    press: Callback<(String, Press)>,
) -> impl IntoView {
    let all = RwSignal::new(false);
    let keys = Memo::new(move |_| {
        let most = if all.get() { usize::MAX } else { most };
        bars.with(|bars| {
            let chosen = |bar: &PickBar| bar.is_in == Some(true) && bars.iter().any(|other| other.is_in == Some(false));
            let shown = bars.iter().enumerate().filter(|(place, bar)| *place < most || chosen(bar));
            shown.map(|(_, bar)| bar.key.clone()).collect::<Vec<_>>()
        })
    });
    let hidden = move || bars.with(Vec::len).saturating_sub(keys.with(Vec::len));
    view! {
        <ul class="chart-picks" aria-label=move || label.get()>
            <For each=move || keys.get() key=String::clone let:key>
                <One bars key press/>
            </For>
        </ul>
        <button
            type="button"
            class="quiet small"
            hidden=move || hidden() == 0 && !all.get()
            aria-expanded=move || all.get().to_string()
            on:click=move |_| all.update(|all| *all = !*all)
        >
            {move || more.run(hidden())}
        </button>
    }
}

#[component]
fn One(bars: Signal<Vec<PickBar>>, key: String, press: Callback<(String, Press)>) -> impl IntoView {
    let own = key.clone();
    let bar = Memo::new(move |_| bars.with(|bars| bars.iter().find(|bar| bar.key == own).cloned()).unwrap_or_default());
    let is = move |wanted: bool| bar.with(|bar| bar.is_in == Some(wanted));
    view! {
        <li>
            <button
                type="button"
                class="chart-pick"
                class:on=move || is(true)
                class:off=move || is(false)
                aria-pressed=move || is(true).to_string()
                on:click=move |event| press.run((key.clone(), Press::of(&event)))
            >
                <span class="chart-name">
                    {move || bar.get().name}
                    <small class="chart-mark" hidden=move || bar.with(|bar| bar.mark.is_empty())>{move || bar.get().mark}</small>
                </span>
                <span class="chart-track" aria-hidden="true">
                    <i style:inline-size=move || bar.with(|bar| percent(bar.length))></i>
                    <b
                        hidden=move || bar.with(|bar| bar.other.is_none())
                        style:inset-inline-start=move || bar.with(|bar| percent(bar.other.unwrap_or(0.0)))
                    ></b>
                </span>
                <span class="num chart-figure">{move || bar.get().figure}</span>
                <span class="num faint small chart-detail">{move || bar.get().detail}</span>
            </button>
        </li>
    }
}
