//! Losses and wins along time.

use super::{
    figures::Head,
    page::Shown,
    query::{self, Look},
    words,
};
use crate::{
    analytics::{
        api::{OfStep, Sum},
        rules::{Figure, Part, Slice, Step},
    },
    format,
    i18n::{t, t_string},
    ui::chart::{Column, Columns, Scale, length, round_top},
};
use chrono::Datelike;
use leptos::prelude::*;

/// More months than this have no room for a name each.
const NAMED_MONTHS: usize = 18;

/// The trend by month or week.
#[component]
pub fn Trend(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let title = Signal::derive(move || t_string!(i18n, analytics.trend_title).to_string());
    let columns = Memo::new(move |_| columns(shown));
    view! {
        <section class="panel losses-trend">
            <div class="panel-row">
                <Head shown title text=Signal::derive(move || t_string!(i18n, analytics.explain_trend).to_string())/>
                <span class="options" role="group" aria-label=move || t_string!(i18n, analytics.step)>
                    <StepChoice shown step=Step::Month/>
                    <StepChoice shown step=Step::Week/>
                </span>
            </div>
            <Show
                when=move || columns.with(|columns| !columns.is_empty())
                fallback=move || view! { <p class="muted">{t!(i18n, analytics.no_trend)}</p> }
            >
                <Columns label=title columns scale=Signal::derive(move || scale(shown))/>
            </Show>
        </section>
    }
}

#[component]
fn StepChoice(shown: Shown, step: Step) -> impl IntoView {
    let i18n = shown.i18n;
    let is_on = move || shown.look.get().step == step;
    let text = move || match step {
        Step::Month => t_string!(i18n, analytics.by_month).to_string(),
        Step::Week => t_string!(i18n, analytics.by_week).to_string(),
    };
    view! {
        <a
            class="chip"
            class:on=is_on
            data-noscroll=""
            aria-current=move || is_on().then_some("true")
            href=move || query::address(&Look { step, ..shown.look.get() })
        >
            {text}
        </a>
    }
}

/// What a part of a column is long by.
fn measured(shown: Shown, sum: Sum) -> i64 {
    if shown.by_value() { sum.minor } else { sum.runs }
}

/// Where the scale ends: above the highest column and the line.
fn top(shown: Shown) -> i64 {
    let high = |of: &OfStep| {
        let losses = measured(shown, of.lost).saturating_add(measured(shown, of.unqualified));
        losses.max(measured(shown, of.won))
    };
    round_top(shown.report.with(|report| report.trend.iter().map(high).max().unwrap_or(0)))
}

fn scale(shown: Shown) -> Scale {
    let i18n = shown.i18n;
    let text = |value| if shown.by_value() { shown.money(value) } else { shown.number(value) };
    let top = top(shown);
    let first = match shown.report.with(|report| report.step) {
        Step::Month => t_string!(i18n, analytics.month_head).to_string(),
        Step::Week => t_string!(i18n, analytics.week_head).to_string(),
    };
    Scale {
        top: text(top),
        middle: text(top / 2),
        parts: [
            words::figure(i18n, Figure::Lost),
            words::figure(i18n, Figure::Unqualified),
            words::figure(i18n, Figure::Won),
            t_string!(i18n, analytics.partial).to_string(),
        ],
        heads: vec![
            first,
            words::figure(i18n, Figure::Lost),
            words::figure(i18n, Figure::Unqualified),
            words::figure(i18n, Figure::Won),
            t_string!(i18n, analytics.lost_value).to_string(),
            t_string!(i18n, analytics.won_value).to_string(),
        ],
        as_table: t_string!(i18n, analytics.as_table).to_string(),
    }
}

fn columns(shown: Shown) -> Vec<Column> {
    let (trend, step) = shown.report.with(|report| (report.trend.clone(), report.step));
    let top = top(shown);
    let named = trend.len() <= NAMED_MONTHS;
    let column = |(place, of): (usize, &OfStep)| {
        let has_tick = match step {
            Step::Month => named || of.start.month0().is_multiple_of(3),
            // The first week that begins in a month.
            Step::Week => of.start.day() <= 7,
        };
        let is_new_era = has_tick && (of.start.month() == 1 || place == 0);
        Column {
            tick: if has_tick { format::month(shown.i18n.get_locale(), of.start).to_owned() } else { String::new() },
            era: if is_new_era { of.start.year().to_string() } else { String::new() },
            lower: length(measured(shown, of.lost), top),
            upper: length(measured(shown, of.unqualified), top),
            line: length(measured(shown, of.won), top),
            ..described(shown, step, of)
        }
    };
    trend.iter().enumerate().map(column).collect()
}

/// A step in words, with the way to what is behind it.
fn described(shown: Shown, step: Step, of: &OfStep) -> Column {
    let i18n = shown.i18n;
    let slice = match step {
        Step::Month => Slice::Month(of.start),
        Step::Week => Slice::Week(of.start),
    };
    let part = Part::of(Figure::Losses, slice);
    let when = words::slice(i18n, slice, None);
    let [lost, unqualified, won] = [of.lost, of.unqualified, of.won].map(|sum| shown.number(sum.runs));
    let (lost_value, won_value) =
        (shown.money(of.lost.minor.saturating_add(of.unqualified.minor)), shown.money(of.won.minor));
    let said = t_string!(
        i18n,
        analytics.said_step,
        when = when.clone(),
        lost = lost.clone(),
        unqualified = unqualified.clone(),
        won = won.clone(),
        lost_value = lost_value.clone(),
        won_value = won_value.clone()
    )
    .to_string();
    let (when, said) = if of.is_partial {
        let partial = t_string!(i18n, analytics.partial).to_string();
        (format!("{when} ({partial})"), t_string!(i18n, analytics.said_partial, said = said).to_string())
    } else {
        (when, said)
    };
    Column {
        key: part.to_string(),
        said,
        is_partial: of.is_partial,
        href: shown.behind(part),
        is_on: shown.look.get().lists(part),
        cells: vec![when, lost, unqualified, won, lost_value, won_value],
        ..Column::default()
    }
}
