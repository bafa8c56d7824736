//! Bars to choose from, and charts that are crossed.

use super::{
    panel::{Head, OwnFilter, TakeAlong, prepare},
    state::Shown,
    words,
};
use crate::{
    analytics::{
        cockpit::{Bar, Cell, Cross, Hand},
        facts::UNKNOWN,
        rules::{FEW, rate},
        selection::{Dim, Selection, Touch},
    },
    i18n::{t, t_string},
    statistics::{Fourfold, fisher},
    ui::chart::{Heat, HeatCell, HeatRow, HeatTable, PickBar, PickBars, length, picture::Drawing},
};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// How probable it may be that any training need is told where there is none.
const NEEDS_BY_CHANCE: f64 = 0.05;

/// Whether a chart's bars have an order of their own, such as stages; else the longest comes first.
fn is_ordered(dim: Dim) -> bool {
    matches!(
        dim,
        Dim::Stage
            | Dim::Tier
            | Dim::Size
            | Dim::Discount
            | Dim::Lasted
            | Dim::Stood
            | Dim::Answer
            | Dim::Tries
            | Dim::Kind
            | Dim::Retry
            | Dim::Fate
    )
}

/// The bars of one chart with their names.
fn bars(shown: Shown, dim: Dim) -> Vec<PickBar> {
    let i18n = shown.i18n;
    let (mut bars, has_other) =
        shown.answer.with(|answer| (answer.bars.get(&dim).cloned().unwrap_or_default(), answer.other.is_some()));
    bars.retain(|bar| bar.sums.iter().any(|sum| sum.runs > 0));
    if !is_ordered(dim) {
        bars.sort_by_key(|bar| std::cmp::Reverse(shown.measured(bar.sums[0])));
    }
    let top = bars.iter().flat_map(|bar| bar.sums).map(|sum| shown.measured(sum)).max().unwrap_or(0);
    let whole: i64 = bars.iter().map(|bar| bar.sums[0].runs).sum();
    let pick = shown.look.with(|look| look.selection.picks.get(&dim).cloned());
    let bar = |bar: &Bar| {
        let word = shown.head.with(|head| {
            let word = head.words.of(dim).get(usize::from(bar.code)).cloned()?;
            Some((words::bar(i18n, dim, &word, &head.currency), word.key))
        });
        let (name, key) = word?;
        let (number, money) = (shown.number(bar.sums[0].runs), shown.money(bar.sums[0].minor));
        let share = words::rate(i18n, rate(bar.sums[0].runs, whole));
        let (figure, aside) =
            if shown.by_value() { (money.clone(), number.clone()) } else { (number.clone(), money.clone()) };
        let of = bar.shares[0];
        let win_rate = (of.decided > 0).then(|| words::rate(i18n, rate(of.won, of.decided)));
        let other = has_other.then(|| shown.number(bar.sums[1].runs));
        let cells = [Some(name.clone()), Some(number), Some(share.clone()), Some(money), other, win_rate];
        Some(PickBar {
            is_in: pick.as_ref().map(|pick| pick.keys.contains(&key) != pick.except),
            key,
            name,
            mark: String::new(),
            length: length(shown.measured(bar.sums[0]), top),
            other: has_other.then(|| length(shown.measured(bar.sums[1]), top)),
            figure,
            detail: format!("{share} · {aside}"),
            cells: cells.into_iter().flatten().collect(),
        })
    };
    bars.iter().filter_map(bar).collect()
}

/// A chart of bars that filters all others.
#[component]
pub fn BarChart(shown: Shown, dim: Dim, most: usize) -> impl IntoView {
    let i18n = shown.i18n;
    let title = Signal::derive(move || words::dim(i18n, dim));
    let bars = Memo::new(move |_| bars(shown, dim));
    let is_empty = move || bars.with(Vec::is_empty);
    let more = Callback::new(move |hidden: usize| match i64::try_from(hidden) {
        Ok(0) => t_string!(i18n, analytics.fewer_bars).to_string(),
        hidden => t_string!(i18n, analytics.more_bars, count = shown.number(hidden.unwrap_or(i64::MAX))).to_string(),
    });
    let table = Signal::derive(move || {
        let rows: Vec<_> = bars.with(|bars| bars.iter().map(|bar| bar.cells.clone()).collect());
        let heads = [
            words::dim(i18n, dim),
            if dim == Dim::Fate {
                t_string!(i18n, analytics.runs).to_string()
            } else {
                t_string!(i18n, analytics.losses).to_string()
            },
            t_string!(i18n, analytics.share).to_string(),
            t_string!(i18n, analytics.measure_value).to_string(),
        ];
        let other = shown.answer.with(|answer| answer.other.is_some());
        let other = other.then(|| t_string!(i18n, analytics.held_against).to_string());
        let rated = rows.iter().any(|row| row.len() > 4 + usize::from(other.is_some()));
        let rate = rated.then(|| t_string!(i18n, analytics.win_rate).to_string());
        (heads.into_iter().chain(other).chain(rate).collect(), rows)
    });
    let ready = prepare(shown, Hand::Of(dim));
    view! {
        <section
            class=format!("panel losses-chart losses-{dim}")
            on:pointerenter=move |_| ready()
            on:focusin=move |_| ready()
        >
            <Head shown title text=Signal::derive(move || words::explain(i18n, dim))/>
            <OwnFilter shown dims=vec![dim]/>
            <PickBars
                label=title
                bars
                most
                more
                press=Callback::new(move |(key, press): (String, _)| shown.press(dim, &key, press))
            />
            <p class="muted" hidden=move || !is_empty()>{t!(i18n, analytics.no_losses)}</p>
            <TakeAlong shown title table drawing=Callback::new(move |()| Drawing::Bars(bars.get()))/>
        </section>
    }
}

/// How many columns a crossed chart shows; the others are the fewest.
const MOST_COLUMNS: usize = 14;

/// The crossed figures by place, the columns with the most losses first where they have no order.
fn heat(shown: Shown, cross: Cross) -> Heat {
    let i18n = shown.i18n;
    let (row_dim, column_dim) = cross.dims();
    let cells = shown.answer.with(|answer| answer.crossed.get(&cross).cloned().unwrap_or_default());
    let word =
        |dim: Dim, code: u16| {
            shown.head.with(|head| {
                let word = head.words.of(dim).get(usize::from(code)).cloned().unwrap_or_else(|| {
                    crate::analytics::facts::Word { key: UNKNOWN.to_owned(), name: Default::default() }
                });
                (words::bar(i18n, dim, &word, &head.currency), word.key)
            })
        };
    let totals = |of: fn(&Cell) -> u16, dim: Dim, most: usize| {
        let mut totals = BTreeMap::<u16, i64>::new();
        for cell in &cells {
            *totals.entry(of(cell)).or_default() += shown.measured(cell.losses);
        }
        let mut codes: Vec<_> = totals.into_iter().collect();
        codes.sort_by_key(|(_, total)| std::cmp::Reverse(*total));
        codes.truncate(most);
        if is_ordered(dim) {
            codes.sort_by_key(|(code, _)| *code);
        }
        codes
    };
    let columns = totals(|cell| cell.column, column_dim, MOST_COLUMNS);
    let rows = totals(|cell| cell.row, row_dim, usize::MAX);
    let figures: BTreeMap<_, _> = cells.iter().map(|cell| ((cell.row, cell.column), cell.losses)).collect();
    // Of people each row has its own scale: training is about where somebody loses, not about how many leads they had.
    let top = |row: u16| {
        let own = |cell: &&Cell| row_dim != Dim::Rep || cell.row == row;
        cells.iter().filter(own).map(|cell| shown.measured(cell.losses)).max().unwrap_or(0)
    };
    let selection = shown.look.with(|look| look.selection.clone());
    let is_only =
        |dim: Dim, key: &str| selection.picks.get(&dim).is_some_and(|pick| !pick.except && pick.keys == [key]);
    let row = |(code, total): &(u16, i64)| {
        let (name, key) = word(row_dim, *code);
        let top = top(*code);
        let cell = |(column, _): &(u16, i64)| {
            let (column_name, column_key) = word(column_dim, *column);
            let losses = figures.get(&(*code, *column)).copied().unwrap_or_default();
            let measured = shown.measured(losses);
            let text = if shown.by_value() { shown.money(measured) } else { shown.number(measured) };
            let share = words::rate(i18n, rate(measured, *total));
            HeatCell {
                heat: length(measured, top),
                said: format!("{name} × {column_name}: {text} ({share})"),
                figure: if losses.runs > 0 { text } else { String::new() },
                is_on: is_only(row_dim, &key) && is_only(column_dim, &column_key),
            }
        };
        HeatRow { cells: columns.iter().map(cell).collect(), key, name: name.clone() }
    };
    Heat {
        corner: words::dim(i18n, row_dim),
        rows: rows.iter().map(row).collect(),
        columns: columns.iter().map(|(code, _)| word(column_dim, *code)).map(|(name, key)| (key, name)).collect(),
    }
}

/// The selection after a cell was chosen: both its bars alone, or neither.
fn crossed(selection: &Selection, cross: Cross, row: &str, column: &str) -> Selection {
    let (row_dim, column_dim) = cross.dims();
    let chosen = selection.cleared(row_dim).cleared(column_dim).touched(row_dim, row, Touch::Alone).touched(
        column_dim,
        column,
        Touch::Alone,
    );
    if chosen == *selection { selection.cleared(row_dim).cleared(column_dim) } else { chosen }
}

/// What training a team needs: the reason or stage that takes the largest part of somebody's losses, compared with
/// everybody's, where there are enough of them.
fn training(shown: Shown, cross: Cross) -> Vec<String> {
    let (cells, dims) =
        (shown.answer.with(|answer| answer.crossed.get(&cross).cloned().unwrap_or_default()), cross.dims());
    let all: i64 = cells.iter().map(|cell| cell.losses.runs).sum();
    let mut reps = BTreeMap::<u16, i64>::new();
    let mut columns = BTreeMap::<u16, i64>::new();
    for cell in &cells {
        *reps.entry(cell.row).or_default() += cell.losses.runs;
        *columns.entry(cell.column).or_default() += cell.losses.runs;
    }
    let name = |dim: Dim, code: u16| {
        shown.head.with(|head| {
            head.words.of(dim).get(usize::from(code)).map(|word| words::bar(shown.i18n, dim, word, &head.currency))
        })
    };
    let fourfold = |cell: &Cell| Fourfold {
        both: cell.losses.runs,
        first: reps.get(&cell.row).copied().unwrap_or(0),
        second: columns.get(&cell.column).copied().unwrap_or(0),
        all,
    };
    let asked: Vec<_> = cells.iter().filter(|cell| cell.losses.runs >= 5 && fourfold(cell).first >= FEW).collect();
    let stands_out = |cell: &&Cell| {
        let table = fourfold(cell);
        // Nobody is named by chance, however many are looked at (Bonferroni).
        table.both as f64 > table.expected()[0] && fisher(&[table]) <= NEEDS_BY_CHANCE / asked.len() as f64
    };
    let mut found: Vec<_> = asked.iter().copied().filter(stands_out).collect();
    found.sort_by_key(|cell| std::cmp::Reverse(cell.losses.runs));
    let say = |cell: &&Cell| {
        let own = reps.get(&cell.row).copied().unwrap_or(0);
        let usual = rate(columns.get(&cell.column).copied().unwrap_or(0), all);
        Some(
            t_string!(
                shown.i18n,
                analytics.training,
                rep = name(dims.0, cell.row)?,
                what = name(dims.1, cell.column)?,
                share = words::rate(shown.i18n, rate(cell.losses.runs, own)),
                usual = words::rate(shown.i18n, usual),
                count = shown.number(cell.losses.runs),
                of = shown.number(own)
            )
            .to_string(),
        )
    };
    found.iter().filter_map(say).take(5).collect()
}

/// Two charts crossed.
#[component]
pub fn Crossed(shown: Shown, cross: Cross) -> impl IntoView {
    let i18n = shown.i18n;
    let title = Signal::derive(move || words::cross(i18n, cross));
    let heat = Memo::new(move |_| heat(shown, cross));
    let (row_dim, column_dim) = cross.dims();
    let press = Callback::new(move |(row, column): (String, String)| {
        shown.select(shown.look.with_untracked(|look| crossed(&look.selection, cross, &row, &column)));
    });
    let of_reps = row_dim == Dim::Rep;
    let text = Signal::derive(move || match of_reps {
        true => t_string!(i18n, analytics.explain_training).to_string(),
        false => t_string!(i18n, analytics.explain_crossed).to_string(),
    });
    let names = move || {
        let names = if of_reps { training(shown, cross) } else { Vec::new() };
        names.into_iter().map(|name| view! { <li>{name}</li> }).collect_view()
    };
    let ready = prepare(shown, Hand::Of(column_dim));
    view! {
        <section
            class=format!("panel losses-crossed losses-{cross}")
            on:pointerenter=move |_| ready()
            on:focusin=move |_| ready()
        >
            <Head shown title text/>
            <OwnFilter shown dims=vec![row_dim, column_dim]/>
            <HeatTable label=title heat press/>
            <p class="muted" hidden=move || heat.with(|heat| !heat.rows.is_empty())>{t!(i18n, analytics.no_losses)}</p>
            <ul class="losses-training small">{names}</ul>
            <TakeAlong shown title drawing=Callback::new(move |()| Drawing::Heat(heat.get()))/>
        </section>
    }
}
