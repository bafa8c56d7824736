//! Losses and wins along time, and the brush that chooses the period.

use super::{
    panel::{Head, TakeAlong, prepare},
    state::Shown,
    words,
};
use crate::{
    analytics::{
        cockpit::{Hand, StepFigures},
        rules::{Period, Preset, Span, Step},
    },
    i18n::{t, t_string},
    ui::chart::{Brush, Column, Columns, Scale, length, picture::Drawing, round_top},
};
use chrono::Datelike;
use leptos::prelude::*;

/// More steps than this have no room for a name each.
const NAMED: usize = 18;

/// The trend.
#[component]
pub fn Trend(shown: Shown) -> impl IntoView {
    let i18n = shown.i18n;
    let title = Signal::derive(move || t_string!(i18n, analytics.trend_title).to_string());
    let columns = Memo::new(move |_| columns(shown));
    let is_narrowed = move || shown.look.with(|look| look.selection.period != Period::Preset(Preset::All));
    let period = move || words::span(i18n, shown.answer.with(|answer| answer.span));
    let clear = move |_| shown.draw(Period::Preset(Preset::All), true);
    let brush = Callback::new(move |Brush { first, last, is_done, is_press }: Brush| {
        let days = shown.answer.with_untracked(|answer| {
            let end = answer.step.next(answer.trend.get(last)?.start).pred_opt()?;
            Some((answer.trend.get(first)?.start, end))
        });
        let Some((from, to)) = days else { return };
        let drawn = Period::Between { from: Some(from), to: Some(to) };
        let is_there = shown.look.with_untracked(|look| look.selection.period == drawn);
        // What is pressed again is let go; a brush that ends where it was drawn stays.
        let period = if is_press && is_there { Period::Preset(Preset::All) } else { drawn };
        shown.draw(period, is_done);
    });
    let ready = prepare(shown, Hand::Days);
    view! {
        <section class="panel losses-trend" on:pointerenter=move |_| ready() on:focusin=move |_| ready()>
            <div class="panel-row">
                <Head shown title text=Signal::derive(move || t_string!(i18n, analytics.explain_trend).to_string())/>
                <span class="options" role="group" aria-label=move || t_string!(i18n, analytics.step)>
                    {Step::ALL.iter().map(|step| view! { <StepChoice shown step=*step/> }).collect_view()}
                </span>
            </div>
            <p class="losses-own">
                <button type="button" class="chip on" hidden=move || !is_narrowed() on:click=clear>
                    <span class="faint">{t!(i18n, analytics.period)}": "</span>
                    <bdi>{period}</bdi>
                    <span aria-hidden="true">" ×"</span>
                    <span class="sr">{move || t_string!(i18n, analytics.clear_one, what = t_string!(i18n, analytics.period).to_string()).to_string()}</span>
                </button>
            </p>
            <Show
                when=move || columns.with(|columns| !columns.is_empty())
                fallback=move || view! { <p class="muted">{t!(i18n, analytics.no_trend)}</p> }
            >
                <Columns label=title columns scale=Signal::derive(move || scale(shown)) brush/>
            </Show>
            <TakeAlong shown title drawing=Callback::new(move |()| Drawing::Columns(columns.get()))/>
        </section>
    }
}

#[component]
fn StepChoice(shown: Shown, step: Step) -> impl IntoView {
    let is_on = move || shown.look.with(|look| look.step == step);
    view! {
        <button
            type="button"
            class="chip"
            class:on=is_on
            aria-pressed=move || is_on().to_string()
            on:click=move |_| shown.go(super::query::Look { step, ..shown.look.get_untracked() })
        >
            {move || words::steps(shown.i18n, step)}
        </button>
    }
}

/// Where the scale ends: above the highest column and the line.
fn top(shown: Shown) -> i64 {
    let high = |of: &StepFigures| {
        let losses = shown.measured(of.lost).saturating_add(shown.measured(of.unqualified));
        losses.max(shown.measured(of.won))
    };
    round_top(shown.answer.with(|answer| answer.trend.iter().map(high).max().unwrap_or(0)))
}

fn scale(shown: Shown) -> Scale {
    let i18n = shown.i18n;
    let text = |value| if shown.by_value() { shown.money(value) } else { shown.number(value) };
    let top = top(shown);
    let [lost, unqualified, won] = [
        t_string!(i18n, analytics.lost).to_string(),
        t_string!(i18n, analytics.unqualified).to_string(),
        t_string!(i18n, analytics.won).to_string(),
    ];
    Scale {
        top: text(top),
        middle: text(top / 2),
        parts: [lost.clone(), unqualified.clone(), won.clone(), t_string!(i18n, analytics.partial).to_string()],
        heads: vec![
            t_string!(i18n, analytics.period).to_string(),
            lost,
            unqualified,
            won,
            t_string!(i18n, analytics.lost_value).to_string(),
            t_string!(i18n, analytics.won_value).to_string(),
        ],
        as_table: t_string!(i18n, analytics.as_table).to_string(),
    }
}

fn columns(shown: Shown) -> Vec<Column> {
    let (trend, step) = shown.answer.with(|answer| (answer.trend.clone(), answer.step));
    let top = top(shown);
    let named = trend.len() <= NAMED;
    let column = |(place, of): (usize, &StepFigures)| {
        let has_tick = match step {
            Step::Day => of.start.day() == 1 || named,
            // The first week that begins in a month.
            Step::Week => of.start.day() <= 7 || named,
            Step::Month => named || of.start.month0().is_multiple_of(3),
            Step::Quarter => true,
        };
        let is_new_era = match step {
            Step::Quarter => of.start.month() <= 3 || place == 0,
            Step::Week | Step::Day => has_tick && of.start.month() == 1 && of.start.day() <= 7 || place == 0,
            Step::Month => has_tick && of.start.month() == 1 || place == 0,
        };
        Column {
            tick: if has_tick { words::tick(shown.i18n, step, of.start) } else { String::new() },
            era: if is_new_era { of.start.year().to_string() } else { String::new() },
            lower: length(shown.measured(of.lost), top),
            upper: length(shown.measured(of.unqualified), top),
            line: length(shown.measured(of.won), top),
            ..described(shown, step, of)
        }
    };
    trend.iter().enumerate().map(column).collect()
}

/// Whether any day of the step that begins on `start` lies within `span`.
fn touches(step: Step, start: chrono::NaiveDate, span: Span) -> bool {
    span.from.is_none_or(|from| step.next(start) > from) && span.to.is_none_or(|to| start <= to)
}

/// A step in words.
fn described(shown: Shown, step: Step, of: &StepFigures) -> Column {
    let i18n = shown.i18n;
    let when = words::step(i18n, step, of.start);
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
    let is_partial = shown.head.with(|head| step.is_partial(of.start, Span::default(), head.today));
    let (when, said) = if is_partial {
        let partial = t_string!(i18n, analytics.partial).to_string();
        (format!("{when} ({partial})"), t_string!(i18n, analytics.said_partial, said = said).to_string())
    } else {
        (when, said)
    };
    let (span, other) = shown.answer.with(|answer| (answer.span, answer.other));
    Column {
        key: of.start.to_string(),
        said,
        is_partial,
        is_in: (!span.is_all()).then(|| touches(step, of.start, span)),
        is_other: other.is_some_and(|other| other != span && touches(step, of.start, other)),
        cells: vec![when, lost, unqualified, won, lost_value, won_value],
        ..Column::default()
    }
}
