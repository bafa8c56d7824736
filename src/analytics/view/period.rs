//! The choice of a period, and how the address says it, for every page of figures.

use super::words;
use crate::{
    analytics::rules::{Period, Preset, Span},
    i18n::{t_string, use_i18n},
};
use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

/// Options of a select: the value and what is shown.
pub type Options = Vec<(String, String)>;

const BETWEEN: &str = "between";

/// The period that an address asks for. What has no date is no period of its own here.
pub fn read(query: &ParamsMap) -> Period {
    let period = Period::read(|name| query.get(name).filter(|text| !text.is_empty()));
    if period == Period::Preset(Preset::Undated) { Period::Preset(Preset::All) } else { period }
}

/// Says a period in an address.
pub fn write(query: &mut ParamsMap, period: Period) {
    for (name, value) in period.words() {
        query.insert(name, value);
    }
}

/// A list of choices; the chosen one is the address's.
#[component]
pub fn Select(
    /// What is chosen.
    #[prop(into)]
    label: Signal<String>,
    /// The chosen one.
    #[prop(into)]
    value: Signal<String>,
    /// What there is to choose from.
    #[prop(into)]
    options: Signal<Options>,
    /// Hears of a choice.
    on_choose: Callback<String>,
) -> impl IntoView {
    let option = move |(key, text): (String, String)| {
        let own = key.clone();
        let is_on = Memo::new(move |_| value.with(|value| *value == own));
        view! { <option value=key selected=move || is_on.get() prop:selected=move || is_on.get()>{text}</option> }
    };
    view! {
        <select aria-label=move || label.get() on:change=move |event| on_choose.run(event_target_value(&event))>
            {move || options.get().into_iter().map(option).collect_view()}
        </select>
    }
}

/// The first and the last day, where days are chosen one by one.
#[component]
pub fn Days(
    /// What they are the days of, where it is not the period.
    #[prop(optional, into)]
    of: Option<Signal<String>>,
    /// The chosen ones; hidden where none are.
    ends: Signal<Option<(Option<NaiveDate>, Option<NaiveDate>)>>,
    /// Hears of another choice.
    on_choose: Callback<(Option<NaiveDate>, Option<NaiveDate>)>,
) -> impl IntoView {
    let i18n = use_i18n();
    let text = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let day = |event: &leptos::ev::Event| event_target_value(event).parse().ok();
    let from = move || ends.get().map(|(from, _)| text(from)).unwrap_or_default();
    let to = move || ends.get().map(|(_, to)| text(to)).unwrap_or_default();
    let label = move |end: String| of.map_or(end.clone(), |of| format!("{}: {end}", of.get()));
    view! {
        <span class="losses-days" hidden=move || ends.get().is_none()>
            <input
                type="date"
                min="1970-01-01"
                max="2199-12-31"
                aria-label=move || label(t_string!(i18n, analytics.from).to_string())
                value=from
                prop:value=from
                on:change=move |event| on_choose.run((day(&event), ends.get_untracked().unwrap_or_default().1))
            />
            <span aria-hidden="true">"–"</span>
            <input
                type="date"
                min="1970-01-01"
                max="2199-12-31"
                aria-label=move || label(t_string!(i18n, analytics.to).to_string())
                value=to
                prop:value=to
                on:change=move |event| on_choose.run((ends.get_untracked().unwrap_or_default().0, day(&event)))
            />
        </span>
    }
}

/// A preset, or the days from and to.
#[component]
pub fn PeriodChoice(
    /// The chosen period.
    #[prop(into)]
    period: Signal<Period>,
    /// Its days.
    #[prop(into)]
    span: Signal<Span>,
    /// Whether what has no date can be chosen, too.
    #[prop(optional)]
    undated: bool,
    /// Hears of another choice.
    on_choose: Callback<Period>,
) -> impl IntoView {
    let i18n = use_i18n();
    let value = move || match period.get() {
        Period::Preset(preset) => preset.to_string(),
        Period::Between { .. } => BETWEEN.to_owned(),
    };
    let options = move || {
        let presets = Preset::ALL.iter().filter(|preset| undated || **preset != Preset::Undated);
        let presets = presets.map(|preset| (preset.to_string(), words::preset(i18n, *preset)));
        presets.chain([(BETWEEN.to_owned(), t_string!(i18n, analytics.period_between).to_string())]).collect::<Vec<_>>()
    };
    // From a preset to dates: the same days, to be changed.
    let choose = Callback::new(move |word: String| {
        let span = span.get_untracked();
        let between = Period::Between { from: span.from, to: span.to };
        on_choose.run(word.parse().map_or(between, Period::Preset));
    });
    let ends = Signal::derive(move || match period.get() {
        Period::Between { from, to } => Some((from, to)),
        Period::Preset(_) => None,
    });
    view! {
        <Select
            label=Signal::derive(move || t_string!(i18n, analytics.period).to_string())
            value=Signal::derive(value)
            options=Signal::derive(options)
            on_choose=choose
        />
        <Days ends on_choose=Callback::new(move |(from, to)| on_choose.run(Period::Between { from, to }))/>
    }
}
