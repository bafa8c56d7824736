//! One insight: its sentence, its two bars, and what can be done with it.

use super::{page::Shown, query, words};
use crate::{
    analytics::view::words::rate,
    decisions::{rules::PinKind, view::PinButton},
    i18n::t_string,
    insights::rules::{Insight, Side},
    ui::chart::{Bar, Bars},
};
use leptos::prelude::*;

/// One insight.
#[component]
pub fn OneInsight(shown: Shown, insight: Insight) -> impl IntoView {
    let i18n = shown.i18n;
    let insight = StoredValue::new(insight);
    let sentence = Signal::derive(move || {
        shown.report.with_value(|report| insight.with_value(|one| words::sentence(i18n, one, &report.currency)))
    });
    let title = Signal::derive(move || words::plain(&sentence.get()));
    let effect = move || insight.with_value(|one| words::effect(i18n, one));
    let bars = Memo::new(move |_| insight.with_value(|one| bars(shown, one)));
    let address = query::address(shown.period);
    view! {
        <li class="insight">
            <h3>{move || sentence.get()}</h3>
            <Bars label=title bars/>
            <p class="insight-foot small">
                <span class="num muted">{effect}</span>
                <PinButton kind=PinKind::Insight title address=Signal::stored(address)/>
            </p>
        </li>
    }
}

/// Both sides; each leads to its losses in the cockpit.
fn bars(shown: Shown, insight: &Insight) -> Vec<Bar> {
    let i18n = shown.i18n;
    let (before, names) =
        shown.report.with_value(|report| (report.before, words::sides(i18n, insight, &report.currency)));
    let likely = |side: &Side| {
        let (low, high) = (rate(i18n, Some(side.low)), rate(i18n, Some(side.high)));
        t_string!(i18n, analytics.likely, low = low, high = high).to_string()
    };
    let (part, of) = (shown.number(insight.part), shown.number(insight.own.runs));
    let others = shown.number(insight.others.runs);
    let details = [
        t_string!(i18n, insights.of_runs, part = part, runs = of, likely = likely(&insight.own)).to_string(),
        t_string!(i18n, insights.of_other_runs, runs = others, likely = likely(&insight.others)).to_string(),
    ];
    let selections = insight.selections(shown.period, before);
    let sides = [insight.own, insight.others].into_iter().zip(names).zip(details).zip(selections).enumerate();
    let bar = |(place, (((side, name), detail), selection)): (usize, (((Side, String), String), _))| Bar {
        key: place.to_string(),
        name,
        length: side.share,
        figure: rate(i18n, Some(side.share)),
        detail,
        href: query::cockpit(&selection),
        ..Bar::default()
    };
    sides.map(bar).collect()
}
