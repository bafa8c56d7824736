//! Bars beside each other's names, the longest where the caller puts it.

use super::percent;
use leptos::prelude::*;

/// One bar. Texts are in the reader's language already.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bar {
    /// What tells it from the others, whatever its figure.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// A mark beside the name, where it has one.
    pub mark: String,
    /// From 0 to 1.
    pub length: f64,
    /// Its figure.
    pub figure: String,
    /// What else is to be said of it, smaller.
    pub detail: String,
    /// What is behind it.
    pub href: String,
    /// Whether what is behind it is shown.
    pub is_on: bool,
}

/// A list of bars, each a link to what is behind it.
#[component]
pub fn Bars(
    /// What the chart shows.
    #[prop(into)]
    label: Signal<String>,
    /// The bars from first to last.
    #[prop(into)]
    bars: Signal<Vec<Bar>>,
) -> impl IntoView {
    let keys = Memo::new(move |_| bars.with(|bars| bars.iter().map(|bar| bar.key.clone()).collect::<Vec<_>>()));
    view! {
        <ul class="chart-bars" aria-label=move || label.get()>
            <For each=move || keys.get() key=String::clone let:key>
                <One bars key/>
            </For>
        </ul>
    }
}

#[component]
fn One(bars: Signal<Vec<Bar>>, key: String) -> impl IntoView {
    let bar = Memo::new(move |_| bars.with(|bars| bars.iter().find(|bar| bar.key == key).cloned()).unwrap_or_default());
    view! {
        <li>
            <a data-noscroll="" href=move || bar.get().href aria-current=move || bar.with(|bar| bar.is_on.then_some("true"))>
                <span class="chart-name">
                    {move || bar.get().name}
                    <small class="chart-mark" hidden=move || bar.with(|bar| bar.mark.is_empty())>{move || bar.get().mark}</small>
                </span>
                <span class="chart-track" aria-hidden="true">
                    <i style:inline-size=move || bar.with(|bar| percent(bar.length))></i>
                </span>
                <span class="num">{move || bar.get().figure}</span>
                <span class="num faint small">{move || bar.get().detail}</span>
            </a>
        </li>
    }
}
