//! All charts of the cockpit over the same runs, on either side of the wire: in the browser, where a filter is answered
//! within a frame, and on the server, which answers where the facts would be too many for the device.

use super::{
    facts::{BEGAN, Book, COLUMNS, DAYS, ENDED, Fact, Head, OUTCOME, RECOVERED, RunOutcome, Words, day_code, day_of},
    rules::{Period, Preset, Span, Step},
    selection::{Dim, Pick, Selection},
};
use crate::{ids::LeadId, people::rules::words};
use chrono::NaiveDate;
use engine::{Clause, Cube, Group, View, only};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many runs, and what they were worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sum {
    /// How many.
    pub runs: i64,
    /// Minor units of the organisation's currency; a run without a value adds nothing.
    pub minor: i64,
}

impl Sum {
    fn and(self, other: Self) -> Self {
        Self { runs: self.runs + other.runs, minor: self.minor.saturating_add(other.minor) }
    }
}

/// Won, and won or lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Share {
    /// Won.
    pub won: i64,
    /// Won or lost: what a win rate stands on.
    pub decided: i64,
}

/// The figures of everything that is selected.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Lost.
    pub lost: Sum,
    /// Unqualified.
    pub unqualified: Sum,
    /// Won.
    pub won: Sum,
    /// Lost, and won afterwards.
    pub recovered: Sum,
    /// What the win rate stands on: picks that only losses have do not narrow it.
    pub share: Share,
    /// Begun in the period, and how many of those are won.
    pub begun: Share,
    /// The median of days from beginning to loss; half of the losses took no longer.
    pub median_days: Option<f64>,
    /// How many losses that stands on: both their days are known.
    pub dated: i64,
}

impl Totals {
    /// Lost and unqualified together.
    pub fn losses(&self) -> Sum {
        self.lost.and(self.unqualified)
    }
}

/// One bar: what it is, and its figures on this side and the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    /// Which, as a place in the chart's [`Words`].
    pub code: u16,
    /// Losses; of fates, all runs.
    pub sums: [Sum; 2],
    /// Wins and decided runs, where the chart compares them.
    pub shares: [Share; 2],
}

/// One cell of two charts crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The row's code.
    pub row: u16,
    /// The column's code.
    pub column: u16,
    /// Losses.
    pub losses: Sum,
}

/// The figures of a day, week, month or quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepFigures {
    /// Its first day.
    pub start: NaiveDate,
    /// Lost.
    pub lost: Sum,
    /// Unqualified.
    pub unqualified: Sum,
    /// Won.
    pub won: Sum,
}

words! {
    /// Two charts crossed.
    Cross {
        /// Where which reasons strike.
        StageReason = "stage_reason",
        /// Who loses for which reasons.
        RepReason = "rep_reason",
        /// Who loses where.
        RepStage = "rep_stage",
    }
}

impl Cross {
    /// Rows and columns.
    pub fn dims(self) -> (Dim, Dim) {
        match self {
            Self::StageReason => (Dim::Stage, Dim::Reason),
            Self::RepReason => (Dim::Rep, Dim::Reason),
            Self::RepStage => (Dim::Rep, Dim::Stage),
        }
    }
}

/// The figures of all charts for one selection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What was asked.
    pub selection: Selection,
    /// What the trend steps by.
    pub step: Step,
    /// The period's days.
    pub span: Span,
    /// The days of the other side, where there is one.
    pub other: Option<Span>,
    /// This side and the other.
    pub totals: [Totals; 2],
    /// The bars of each chart that have figures on either side.
    pub bars: BTreeMap<Dim, Vec<Bar>>,
    /// The cells that have losses.
    pub crossed: BTreeMap<Cross, Vec<Cell>>,
    /// Every step, whatever the period: the trend shows what the period is a part of.
    pub trend: Vec<StepFigures>,
    /// Losses and wins that nobody knows the day of, whatever the period.
    pub undated: [i64; 2],
}

words! {
    /// Which runs a list is of.
    Behind { Losses = "losses", Won = "won", Open = "open" }
}

/// A run as lists order it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Whose.
    pub lead: LeadId,
    /// The loss (positive), the win (negative), or zero.
    pub mark: i64,
    /// The day on which it ended.
    pub ended: Option<NaiveDate>,
    /// What it was worth.
    pub minor: i64,
}

/// What somebody is about to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// What a chart lets through.
    Of(Dim),
    /// The period.
    Days,
}

/// Charts that compare win rates.
const RATED: [Dim; 7] = [Dim::Rep, Dim::Team, Dim::Source, Dim::Campaign, Dim::Product, Dim::Segment, Dim::Country];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Totals,
    Shares,
    Begun,
    Days,
    Trend,
    TrendOfWins,
    Bars(Dim),
    SharesBy(Dim),
    Crossed(Cross),
}

impl What {
    fn all() -> Vec<Self> {
        let mut all = vec![Self::Totals, Self::Shares, Self::Begun, Self::Days, Self::Trend, Self::TrendOfWins];
        all.extend(Dim::ALL.iter().map(|dim| Self::Bars(*dim)));
        all.extend(RATED.map(Self::SharesBy));
        all.extend(Cross::ALL.iter().map(|cross| Self::Crossed(*cross)));
        all
    }

    fn view(self) -> View {
        let (every, of_runs) = (every(), of_runs());
        let (by, obeys, sums) = match self {
            Self::Totals => (vec![OUTCOME, RECOVERED], every, true),
            Self::Shares => (vec![OUTCOME], of_runs, true),
            Self::Begun => (vec![OUTCOME], of_runs & !only(&[ENDED]) | only(&[BEGAN]), false),
            Self::Days => (vec![DAYS], every, false),
            Self::Trend => (vec![ENDED, OUTCOME], every, true),
            Self::TrendOfWins => (vec![ENDED, OUTCOME], of_runs, true),
            Self::Bars(dim) => (vec![OUTCOME, dim.place()], every, true),
            Self::SharesBy(dim) => (vec![OUTCOME, dim.place()], of_runs, false),
            Self::Crossed(cross) => {
                let (row, column) = cross.dims();
                (vec![OUTCOME, row.place(), column.place()], every, true)
            }
        };
        View { by, obeys, sums }
    }
}

/// Everything narrows a chart of losses.
fn every() -> u32 {
    only(&(0..COLUMNS).collect::<Vec<_>>()) & !only(&[BEGAN])
}

/// What only losses have narrows no wins.
fn of_runs() -> u32 {
    let of_losses: Vec<_> = Dim::ALL.iter().filter(|dim| dim.is_of_losses()).map(|dim| dim.place()).collect();
    every() & !only(&of_losses)
}

const OPEN: usize = 0;
const WON: usize = 1;
const LOST: usize = 2;
const UNQUALIFIED: usize = 3;

/// Reads one cell of a group that is crossed by outcome first.
fn cell(group: &Group, outcome: usize, bin: usize) -> Sum {
    let place = outcome * (group.counts.len() / RunOutcome::ALL.len()) + bin;
    Sum {
        runs: group.counts.get(place).copied().map_or(0, i64::from),
        minor: group.sums.get(place).copied().unwrap_or(0),
    }
}

fn losses(group: &Group, bin: usize) -> Sum {
    cell(group, LOST, bin).and(cell(group, UNQUALIFIED, bin))
}

fn share(group: &Group, bin: usize) -> Share {
    let won = cell(group, WON, bin).runs;
    Share { won, decided: won + cell(group, LOST, bin).runs }
}

/// The median of a histogram of days, whose first bin is of what is not known.
fn median(group: &Group) -> Option<f64> {
    let known = &group.counts[1..];
    let total: u64 = known.iter().map(|count| u64::from(*count)).sum();
    let at = |place: u64| {
        let mut passed = 0;
        let reached = |count: &u32| {
            passed += u64::from(*count);
            passed > place
        };
        known.iter().position(reached).map(|days| days as f64)
    };
    let (low, high) = (at(total.checked_sub(1)? / 2)?, at(total / 2)?);
    Some((low + high) / 2.0)
}

/// All runs that somebody may read, and the charts over them.
#[derive(Clone)]
pub struct Cockpit {
    book: Book,
    /// What is looked at, and what it is held against.
    sides: [Cube; 2],
    /// Whether it is held against anything.
    has_other: bool,
    step: Step,
    steps: Vec<NaiveDate>,
}

impl Cockpit {
    /// Charts over `book`, by month, without a filter.
    pub fn new(book: Book) -> Self {
        let views: Vec<_> = What::all().into_iter().map(What::view).collect();
        let cube = Cube::new(book.facts.clone(), views);
        let mut cockpit =
            Self { book, sides: [cube.clone(), cube], has_other: false, step: Step::Month, steps: Vec::new() };
        cockpit.step_by(Step::Month);
        cockpit
    }

    /// What the facts say beside the runs.
    pub fn head(&self) -> &Head {
        &self.book.head
    }

    /// The runs with what their codes mean.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// How many runs there are.
    pub fn rows(&self) -> usize {
        self.book.facts.rows()
    }

    /// Somebody is about to change this: one pass now, so that every change is free.
    pub fn take_up(&mut self, hand: Hand) {
        let sides = if self.has_other { 2 } else { 1 };
        for side in &mut self.sides[..sides] {
            side.take_up(match hand {
                Hand::Of(dim) => dim.place(),
                Hand::Days => ENDED,
            });
        }
    }

    /// Puts the runs of some leads in the place of what was known of them.
    pub fn change(&mut self, leads: &[LeadId], facts: &[Fact], head: &Head) {
        let mut words = std::mem::take(&mut self.book.head.words);
        words.grow(&head.words);
        let was_today = std::mem::replace(&mut self.book.head, Head { words, ..head.clone() }).today;
        if leads.is_empty() && was_today == self.book.head.today {
            return;
        }
        self.book.change(leads, facts);
        for side in &mut self.sides {
            side.replace(self.book.facts.clone());
        }
        self.step_by(self.step);
    }

    fn step_by(&mut self, step: Step) {
        let head = &self.book.head;
        let ended = self.book.facts.column(ENDED);
        let days = (0..ended.rows()).map(|row| ended.code(row)).filter(|code| *code > 0);
        let (first, last) = days.fold((u16::MAX, 0), |(first, last), code| (code.min(first), code.max(last)));
        let last = day_of(last).map_or(head.today, |last| last.max(head.today));
        let first = day_of(first).unwrap_or(last).min(last);
        self.steps = step.steps(first, last, head.fiscal_start);
        self.step = step;
        let starts: Vec<_> = self.steps.iter().map(|start| day_code(Some(*start))).collect();
        for side in &mut self.sides {
            let starts = starts.clone();
            side.bin(ENDED, starts.len() + 2, move |code| match code {
                0 => 0,
                _ => u16::try_from(starts.partition_point(|start| *start <= code) + 1).unwrap_or(u16::MAX),
            });
        }
    }

    /// All figures of a selection.
    pub fn answer(&mut self, selection: &Selection, step: Step) -> Answer {
        if step != self.step {
            self.step_by(step);
        }
        let (span, other) = self.narrow(selection);
        let sides = if other.is_some() { 2 } else { 1 };
        let mut totals = [Totals::default(); 2];
        for (side, totals) in totals.iter_mut().enumerate().take(sides) {
            *totals = self.totals(side);
        }
        let (trend, undated) = self.trend();
        Answer {
            selection: selection.clone(),
            step,
            span,
            other,
            totals,
            bars: Dim::ALL.iter().map(|dim| (*dim, self.bars(*dim, sides))).collect(),
            crossed: Cross::ALL.iter().map(|cross| (*cross, self.crossed(*cross))).collect(),
            trend,
            undated,
        }
    }

    /// What a selection comes to, without its charts.
    pub fn whole(&mut self, selection: &Selection) -> Totals {
        self.narrow(&Selection { against: super::selection::Against::Nothing, ..selection.clone() });
        self.totals(0)
    }

    /// The runs that a selection lets through, in no order.
    pub fn runs(&mut self, selection: &Selection, behind: Behind) -> Vec<Run> {
        self.narrow(selection);
        let (outcomes, obeys): (&[usize], _) = match behind {
            Behind::Losses => (&[LOST, UNQUALIFIED], every()),
            Behind::Won => (&[WON], of_runs()),
            Behind::Open => (&[OPEN], of_runs()),
        };
        let facts = self.book.facts.clone();
        let wanted = |row: &usize| outcomes.contains(&usize::from(facts.column(OUTCOME).code(*row)));
        let run = |row: usize| Run {
            lead: LeadId(facts.subjects().get(row)),
            mark: facts.marks().get(row),
            ended: day_of(facts.column(ENDED).code(row)),
            minor: facts.amounts().get(row),
        };
        self.sides[0].rows(obeys).filter(wanted).map(run).collect()
    }

    /// Sets the clauses of both sides; the days of each.
    fn narrow(&mut self, selection: &Selection) -> (Span, Option<Span>) {
        let head = &self.book.head;
        let span = selection.period.span(head.today, head.fiscal_start);
        let other = selection.other_days(head.today, head.fiscal_start);
        set(&mut self.sides[0], &head.words, &selection.picks, days(selection.period, span));
        self.has_other = other.is_some();
        if let Some(other) = other {
            let rest = matches!(selection.against, super::selection::Against::Rest).then(|| selection.rest()).flatten();
            let clause = if rest.is_some() { days(selection.period, span) } else { between(other) };
            set(&mut self.sides[1], &head.words, rest.as_ref().unwrap_or(&selection.picks), clause);
        }
        (span, other)
    }

    fn group(&mut self, side: usize, what: What) -> &Group {
        let place = What::all().iter().position(|one| *one == what).unwrap_or(0);
        self.sides[side].group(place)
    }

    fn totals(&mut self, side: usize) -> Totals {
        let all = self.group(side, What::Totals);
        let of = |outcome| cell(all, outcome, 0).and(cell(all, outcome, 1));
        let recovered = losses(all, 1);
        let (lost, unqualified) = (of(LOST), of(UNQUALIFIED));
        let begun = self.group(side, What::Begun);
        let begun = Share {
            won: cell(begun, WON, 0).runs,
            decided: (0..RunOutcome::ALL.len()).map(|one| cell(begun, one, 0).runs).sum(),
        };
        let shares = self.group(side, What::Shares);
        let (won, share) = (cell(shares, WON, 0), share(shares, 0));
        let days = self.group(side, What::Days);
        let (median_days, dated) = (median(days), days.counts[1..].iter().map(|count| i64::from(*count)).sum());
        Totals { lost, unqualified, won, recovered, share, begun, median_days, dated }
    }

    fn bars(&mut self, dim: Dim, sides: usize) -> Vec<Bar> {
        let words = self.book.head.words.of(dim).len();
        let mut bars: Vec<_> = (0..=u16::MAX)
            .take(words)
            .map(|code| Bar { code, sums: Default::default(), shares: Default::default() })
            .collect();
        for side in 0..sides {
            let group = self.group(side, What::Bars(dim));
            let width = group.counts.len() / RunOutcome::ALL.len();
            for (bin, bar) in bars.iter_mut().enumerate().take(width) {
                bar.sums[side] = losses(group, bin);
                if dim == Dim::Fate {
                    bar.sums[side] = bar.sums[side].and(cell(group, WON, bin)).and(cell(group, OPEN, bin));
                }
            }
            if RATED.contains(&dim) {
                let group = self.group(side, What::SharesBy(dim));
                for (bin, bar) in bars.iter_mut().enumerate().take(width) {
                    bar.shares[side] = share(group, bin);
                }
            }
        }
        bars.retain(|bar| bar.sums.iter().any(|sum| sum.runs > 0) || bar.shares.iter().any(|share| share.decided > 0));
        bars
    }

    fn crossed(&mut self, cross: Cross) -> Vec<Cell> {
        let columns = self.book.facts.size(cross.dims().1.place());
        let group = self.group(0, What::Crossed(cross));
        let width = group.counts.len() / RunOutcome::ALL.len();
        let code = |place: usize| u16::try_from(place).unwrap_or(u16::MAX);
        let cells = (0..width).map(|bin| Cell {
            row: code(bin / columns),
            column: code(bin % columns),
            losses: losses(group, bin),
        });
        cells.filter(|cell| cell.losses.runs > 0).collect()
    }

    fn trend(&mut self) -> (Vec<StepFigures>, [i64; 2]) {
        let steps = self.steps.clone();
        let wins = self.group(0, What::TrendOfWins).clone();
        let group = self.group(0, What::Trend);
        let of = |bin: usize, outcome: usize| {
            let (group, place) = (if outcome == WON { &wins } else { group }, bin * RunOutcome::ALL.len() + outcome);
            Sum { runs: i64::from(group.counts[place]), minor: group.sums[place] }
        };
        let figures = |(place, start): (usize, &NaiveDate)| StepFigures {
            start: *start,
            lost: of(place + 2, LOST),
            unqualified: of(place + 2, UNQUALIFIED),
            won: of(place + 2, WON),
        };
        let undated = [of(0, LOST).runs + of(0, UNQUALIFIED).runs, of(0, WON).runs];
        (steps.iter().enumerate().map(figures).collect(), undated)
    }
}

/// The clause of a period.
fn days(period: Period, span: Span) -> Option<Clause> {
    match period {
        Period::Preset(Preset::All) => None,
        Period::Preset(Preset::Undated) => Some(Clause::Only(vec![0])),
        _ => between(span),
    }
}

fn between(span: Span) -> Option<Clause> {
    if span.is_all() {
        return None;
    }
    let first = span.from.map_or(1, |from| day_code(Some(from)));
    let last = span.to.map_or(u16::MAX, |to| day_code(Some(to)));
    Some(Clause::Between(first, last))
}

fn set(cube: &mut Cube, words: &Words, picks: &BTreeMap<Dim, Pick>, days: Option<Clause>) {
    for dim in Dim::ALL {
        let clause = picks.get(dim).map(|pick| {
            let codes = pick.keys.iter().filter_map(|key| words.code(*dim, key)).collect();
            if pick.except { Clause::Except(codes) } else { Clause::Only(codes) }
        });
        cube.set(dim.place(), clause);
    }
    cube.set(BEGAN, days.clone());
    cube.set(ENDED, days);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_of_what_is_known() {
        let of = |counts: &[u32]| median(&Group { counts: counts.to_vec(), sums: Vec::new() });
        assert_eq!(of(&[9, 0, 0]), None);
        assert_eq!(of(&[9, 0, 1]), Some(1.0));
        assert_eq!(of(&[0, 1, 0, 1]), Some(1.0));
        assert_eq!(of(&[0, 2, 0, 1]), Some(0.0));
        assert_eq!(of(&[0, 1, 1]), Some(0.5));
    }
}
