//! One insight: its sentence, its two bars, and what can be done with it.

use super::{page::Shown, query, words};
use crate::{
    analytics::{selection::Selection, view::words::rate},
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
    // Where its runs are, so that a decision over it can be measured on them.
    let address = {
        let before = shown.report.with_value(|report| report.before);
        let [own, _] = insight.with_value(|one| one.selections(shown.period, before));
        query::cockpit(&own)
    };
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
    let [mine, theirs] = names;
    let [here, there] = insight.selections(shown.period, before);
    let bar = |key: &str, side: Side, name: String, detail: String, selection: &Selection| Bar {
        key: key.to_owned(),
        name,
        length: side.share,
        figure: rate(i18n, Some(side.share)),
        detail,
        href: query::cockpit(selection),
        ..Bar::default()
    };
    let of_runs = t_string!(i18n, insights.of_runs, part = part, runs = of, likely = likely(&insight.own)).to_string();
    let of_others =
        t_string!(i18n, insights.of_other_runs, runs = others, likely = likely(&insight.others)).to_string();
    vec![bar("own", insight.own, mine, of_runs, &here), bar("others", insight.others, theirs, of_others, &there)]
}
