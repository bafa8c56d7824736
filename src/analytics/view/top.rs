//! The head of the page: the period, what it is held against, what bars show, and every filter with the way out of it.

use super::{
    panel::FilterChip,
    period::{Days, PeriodChoice, Select},
    query::Look,
    state::{Counting, Shown},
    tabs::LossesTabs,
    words,
};
use crate::{
    analytics::{
        rules::{Measure, Period, Preset},
        selection::{Against, Selection},
    },
    i18n::{t, t_string},
};
use leptos::prelude::*;

/// The head of the page.
#[component]
pub fn Top(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let is_wide_open = move || shown.look.with(|look| look.selection == Selection::default());
    view! {
        <header class="bar losses-bar">
            <h1>{t!(i18n, analytics.title)}</h1>
            <div class="losses-filters" role="group" aria-label=move || t_string!(i18n, analytics.filters)>
                <PeriodChoice
                    period=Signal::derive(move || shown.look.with(|look| look.selection.period))
                    span=Signal::derive(move || shown.answer.with(|answer| answer.span))
                    undated=true
                    on_choose=Callback::new(move |period| shown.draw(period, true))
                />
                <AgainstFilter shown/>
                <span class="losses-measure" role="group" aria-label=move || t_string!(i18n, analytics.measure)>
                    <MeasureChoice shown measure=Measure::Count/>
                    <MeasureChoice shown measure=Measure::Value/>
                </span>
                <button
                    type="button"
                    class="chip"
                    class:on=move || shown.several.get()
                    aria-pressed=move || shown.several.get().to_string()
                    title=move || t_string!(i18n, analytics.several_hint)
                    on:click=move |_| shown.several.update(|several| *several = !*several)
                >
                    {t!(i18n, analytics.several)}
                </button>
                <button
                    type="button"
                    class="quiet"
                    hidden=is_wide_open
                    on:click=move |_| shown.select(Selection::default())
                >
                    {t!(i18n, analytics.clear_all)}
                </button>
            </div>
        </header>
        <LossesTabs/>
        <Notes shown/>
    }
}

/// What the figures are held against, for the tiles.
pub fn held_against(shown: Shown) -> String {
    let i18n = shown.i18n;
    let (against, other) = shown.answer.with(|answer| (answer.selection.against, answer.other));
    match (against, other) {
        (Against::Rest, _) => t_string!(i18n, analytics.against_rest).to_string(),
        (_, Some(span)) => t_string!(i18n, analytics.than, span = words::span(i18n, span)).to_string(),
        (_, None) => String::new(),
    }
}

#[component]
fn AgainstFilter(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let against = Memo::new(move |_| shown.look.with(|look| look.selection.against));
    let set = move |against| {
        let selection = shown.look.with_untracked(|look| look.selection.clone());
        shown.select(Selection { against, ..selection });
    };
    let value = move || {
        match against.get() {
            Against::Before => "before",
            Against::YearBefore => "year_before",
            Against::Days { .. } => "days",
            Against::Rest => "rest",
            Against::Nothing => "nothing",
        }
        .to_owned()
    };
    let options = move || {
        let words = [
            ("before", t_string!(i18n, analytics.against_before).to_string()),
            ("year_before", t_string!(i18n, analytics.against_year_before).to_string()),
            ("days", t_string!(i18n, analytics.against_days).to_string()),
            ("rest", t_string!(i18n, analytics.against_rest).to_string()),
            ("nothing", t_string!(i18n, analytics.against_nothing).to_string()),
        ];
        words.map(|(key, text)| (key.to_owned(), text)).to_vec()
    };
    let choose = Callback::new(move |word: String| {
        let other = shown.answer.with_untracked(|answer| answer.other).unwrap_or_default();
        set(match word.as_str() {
            "year_before" => Against::YearBefore,
            "days" => Against::Days { from: other.from, to: other.to },
            "rest" => Against::Rest,
            "nothing" => Against::Nothing,
            _ => Against::Before,
        });
    });
    let held = Signal::derive(move || t_string!(i18n, analytics.held_against).to_string());
    let ends = Signal::derive(move || match against.get() {
        Against::Days { from, to } => Some((from, to)),
        _ => None,
    });
    view! {
        <Select
            label=held
            value=Signal::derive(value)
            options=Signal::derive(options)
            on_choose=choose
        />
        <Days of=held ends on_choose=Callback::new(move |(from, to)| set(Against::Days { from, to }))/>
    }
}

#[component]
fn MeasureChoice(shown: Shown, measure: Measure) -> impl IntoView {
    let i18n = shown.i18n;
    let text = move || match measure {
        Measure::Count => t_string!(i18n, analytics.measure_count).to_string(),
        Measure::Value => t_string!(i18n, analytics.measure_value).to_string(),
    };
    let is_on = move || shown.look.with(|look| look.measure == measure);
    view! {
        <button
            type="button"
            class="chip"
            class:on=is_on
            aria-pressed=move || is_on().to_string()
            on:click=move |_| shown.go(Look { measure, ..shown.look.get_untracked() })
        >
            {text}
        </button>
    }
}

/// What the figures are of, and who counts them.
#[component]
fn Notes(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let chips = move || {
        let picks = shown.look.with(|look| look.selection.picks.clone());
        picks.into_iter().map(|(dim, pick)| view! { <FilterChip shown dim pick/> }).collect_view()
    };
    let undated = Memo::new(move |_| shown.answer.with(|answer| answer.undated[0]));
    let undated_text = move || {
        let count = undated.get();
        t_string!(i18n, analytics.undated_losses, count = count, shown = shown.number(count)).to_string()
    };
    let is_of_losses = move || shown.look.with(|look| look.selection.picks.keys().any(|dim| dim.is_of_losses()));
    let needs_reps =
        move || shown.look.with(|look| look.selection.against == Against::Rest && look.selection.rest().is_none());
    // Nobody can press anything before; only then it may be said who counts.
    let counting = move || match shown.counting.get() {
        Counting::Coming(percent) => Some(percent),
        _ => None,
    };
    let who = move || match shown.counting.get() {
        Counting::Here => "browser",
        Counting::Coming(_) => "coming",
        Counting::Server => "server",
    };
    view! {
        <div class="losses-notes" data-counted-by=who>
            <strong class="num">{move || words::span(i18n, shown.answer.with(|answer| answer.span))}</strong>
            {chips}
            <button
                type="button"
                class="quiet small"
                hidden=move || undated.get() == 0
                on:click=move |_| shown.draw(Period::Preset(Preset::Undated), true)
            >
                {undated_text}
            </button>
            <span class="faint small" hidden=move || !is_of_losses()>{t!(i18n, analytics.narrowed_note)}</span>
            <span class="small" role="status" hidden=move || !needs_reps()>{t!(i18n, analytics.rest_needs_reps)}</span>
            <span class="faint small losses-coming" hidden=move || counting().is_none()>
                {t!(i18n, analytics.facts_coming)}
                " "
                <progress
                    max="100"
                    aria-label=move || t_string!(i18n, analytics.facts_coming)
                    prop:value=move || counting().unwrap_or(100)
                ></progress>
            </span>
        </div>
    }
}
