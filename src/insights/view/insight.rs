//! One insight: its sentence, its two bars, and what can be done with it.

use super::{page::Shown, query, words};
use crate::{
    analytics::{selection::Selection, view::words::rate},
    decisions::{rules::PinKind, view::PinButton},
    format,
    i18n::t_string,
    insights::rules::{Arrivals, Insight, Pace, Side},
    ui::chart::{Bar, Bars},
};
use leptos::prelude::*;

/// A difference of shares.
#[component]
pub fn OneInsight(shown: Shown, insight: Insight) -> impl IntoView {
    let i18n = shown.i18n;
    let before = shown.report.with_value(|report| report.before);
    let [own, _] = insight.selections(shown.period, before);
    let insight = StoredValue::new(insight);
    let sentence = Signal::derive(move || {
        shown.report.with_value(|report| insight.with_value(|one| words::sentence(i18n, one, &report.currency)))
    });
    let effect = Signal::derive(move || insight.with_value(|one| words::effect(i18n, one)));
    let bars = Memo::new(move |_| insight.with_value(|one| shares(shown, one)));
    view! { <Told sentence effect bars own/> }
}

/// More or fewer leads than before.
#[component]
pub fn OnePace(shown: Shown, arrivals: Arrivals) -> impl IntoView {
    let i18n = shown.i18n;
    let before = shown.report.with_value(|report| report.before);
    let [own, _] = arrivals.selections(shown.period, before);
    let arrivals = StoredValue::new(arrivals);
    let sentence = Signal::derive(move || {
        shown.report.with_value(|report| arrivals.with_value(|one| words::arrived(i18n, one, &report.currency)))
    });
    let effect = Signal::derive(move || arrivals.with_value(|one| words::pace(i18n, one)));
    let bars = Memo::new(move |_| arrivals.with_value(|one| paces(shown, one)));
    view! { <Told sentence effect bars own/> }
}

/// What was found, in words and bars; `own` is where its runs are, so that a decision over it can be measured on them.
#[component]
fn Told(sentence: Signal<String>, effect: Signal<String>, bars: Memo<Vec<Bar>>, own: Selection) -> impl IntoView {
    let title = Signal::derive(move || words::plain(&sentence.get()));
    view! {
        <li class="insight">
            <h3>{sentence}</h3>
            <Bars label=title bars/>
            <p class="insight-foot small">
                <span class="num muted">{effect}</span>
                <PinButton kind=PinKind::Insight title address=Signal::stored(query::cockpit(&own))/>
            </p>
        </li>
    }
}

/// Both sides; each leads to its losses in the cockpit.
fn shares(shown: Shown, insight: &Insight) -> Vec<Bar> {
    let i18n = shown.i18n;
    let (before, names) =
        shown.report.with_value(|report| (report.before, words::sides(i18n, insight, &report.currency)));
    let likely = |side: &Side| likely(shown, rate(i18n, Some(side.low)), rate(i18n, Some(side.high)));
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

/// Both periods; each leads to what was lost in it.
fn paces(shown: Shown, arrivals: &Arrivals) -> Vec<Bar> {
    let i18n = shown.i18n;
    let before = shown.report.with_value(|report| report.before);
    let decimal = |value: f64| format::decimal(i18n.get_locale(), value);
    let most = arrivals.now.per_day.max(arrivals.before.per_day);
    let bar = |key: &str, pace: Pace, name: String, selection: Selection| {
        let likely = likely(shown, decimal(pace.low), decimal(pace.high));
        let days = i64::try_from(pace.days).unwrap_or(i64::MAX);
        let (runs, shown_days) = (shown.number(pace.runs), shown.number(days));
        Bar {
            key: key.to_owned(),
            name,
            length: pace.per_day / most,
            figure: decimal(pace.per_day),
            detail: t_string!(i18n, insights.in_days, runs = runs, days = shown_days, likely = likely).to_string(),
            href: query::cockpit(&selection),
            ..Bar::default()
        }
    };
    let [here, there] = arrivals.selections(shown.period, before);
    let [now, former] = [t_string!(i18n, insights.now).to_string(), t_string!(i18n, insights.before).to_string()];
    vec![bar("own", arrivals.now, now, here), bar("others", arrivals.before, former, there)]
}

fn likely(shown: Shown, low: String, high: String) -> String {
    t_string!(shown.i18n, analytics.likely, low = low, high = high).to_string()
}
