//! Small parts that all steps are made of.

use crate::i18n::{t, t_string, use_i18n};
use leptos::prelude::*;

/// A value and its words in a list of choices.
pub type Item = (String, String);

/// One choice among many, with its label.
#[component]
pub fn Choice(
    /// What is asked.
    #[prop(into)]
    label: Signal<String>,
    /// Values with their words.
    #[prop(into)]
    options: Signal<Vec<Item>>,
    /// The chosen value.
    #[prop(into)]
    chosen: Signal<String>,
    /// What choosing does.
    #[prop(into)]
    on_choose: Callback<String>,
    /// Whether the label is only spoken.
    #[prop(optional)]
    is_bare: bool,
) -> impl IntoView {
    let options = move || {
        let initial = chosen.get_untracked();
        let option = |(value, text): Item| {
            let same = value.clone();
            let is_initial = value == initial;
            view! { <option value=value selected=is_initial prop:selected=move || chosen.get() == same>{text}</option> }
        };
        options.get().into_iter().map(option).collect_view()
    };
    view! {
        <label class="field">
            <span class:sr=is_bare>{move || label.get()}</span>
            <select on:change=move |event| on_choose.run(event_target_value(&event))>{options}</select>
        </label>
    }
}

/// The way through a long list.
#[component]
pub fn Pager(
    /// The page, from zero.
    page: RwSignal<u32>,
    /// Entries in all.
    #[prop(into)]
    total: Signal<i64>,
    /// Entries on a page.
    page_size: i64,
) -> impl IntoView {
    let i18n = use_i18n();
    let last = move || u32::try_from((total.get() - 1).max(0) / page_size.max(1)).unwrap_or_default();
    let place = move || {
        t_string!(i18n, capture.page_of, page = (page.get() + 1).to_string(), pages = (last() + 1).to_string())
            .to_string()
    };
    let buttons = move || {
        view! {
            <nav class="pool-pages" aria-label=move || t_string!(i18n, capture.pages)>
                <button type="button" disabled=move || page.get() == 0 on:click=move |_| page.update(|page| *page -= 1)>
                    {t!(i18n, capture.previous)}
                </button>
                <span class="num muted">{place}</span>
                <button type="button" disabled=move || page.get() >= last() on:click=move |_| page.update(|page| *page += 1)>
                    {t!(i18n, capture.next)}
                </button>
            </nav>
        }
    };
    view! { <Show when=move || { last() > 0 }>{buttons}</Show> }
}

/// How far a long work is.
#[component]
pub fn Progress(
    /// What is going on.
    #[prop(into)]
    label: Signal<String>,
    /// Done and all, once known.
    #[prop(into)]
    part: Signal<(i64, Option<i64>)>,
) -> impl IntoView {
    let share = move || {
        let (done, total) = part.get();
        total.filter(|total| *total > 0).map(|total| (done * 100 / total).to_string())
    };
    view! {
        <div class="import-progress">
            <span>{move || label.get()}</span>
            <progress max="100" value=share aria-label=move || label.get()></progress>
        </div>
    }
}
