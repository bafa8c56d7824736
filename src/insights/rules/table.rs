//! Counts of runs by what they are alike in, whose they are, and what happened to them: one pass for a whole table.

use super::{
    looks::{By, Look, What},
    runs::{Runs, UNKNOWN},
};
use crate::{analytics::facts::RunOutcome, statistics::Fourfold};
use std::collections::HashMap;

/// The counts of one look, within one bar where it looks within.
#[derive(Debug, Clone)]
pub struct Table {
    strata: usize,
    groups: usize,
    events: usize,
    cells: Vec<i64>,
    of_groups: Vec<i64>,
    of_events: Vec<i64>,
    of_strata: Vec<i64>,
}

/// The code of this period among the groups of what changed.
pub const NOW: u8 = 1;

/// Whose run it is in this look.
fn group(runs: &Runs, by: By, row: usize) -> Option<u8> {
    match by {
        By::Now => Some(if runs.is_now[row] { NOW } else { 0 }),
        By::Of(dim) => {
            let code = runs.codes(dim).of(row);
            (runs.is_now[row] && code != UNKNOWN).then_some(code)
        }
    }
}

/// Whether a run is among those of a bar, or of the period.
pub fn is_of(runs: &Runs, look: Look, within: u8, group: u8, row: usize) -> bool {
    let is_within = look.within.is_none_or(|dim| runs.codes(dim).of(row) == within);
    is_within && runs.is_now[row] && self::group(runs, look.by, row) == Some(group)
}

/// The tables of one look: one, or one for each bar that it looks within.
pub fn tables(runs: &Runs, look: Look) -> Vec<(u8, Table)> {
    let groups = if let By::Of(dim) = look.by { runs.codes(dim).size() } else { usize::from(NOW) + 1 };
    let events = if let What::Bars(dim) = look.what { runs.codes(dim).size() } else { 3 };
    let (of_rows, strata) = strata(runs, look);
    let within: Vec<u8> = look.within.map_or_else(|| vec![UNKNOWN], |dim| runs.codes(dim).bins().collect());
    let mut tables: Vec<_> = within.iter().map(|_| vec![0i64; strata * groups * events]).collect();
    for row in 0..runs.rows() {
        let place = match look.within {
            None => Some(0),
            Some(dim) => within.iter().position(|code| *code == runs.codes(dim).of(row)),
        };
        let (Some(place), Some(group), Some(event)) = (place, group(runs, look.by, row), runs.event(look.what, row))
        else {
            continue;
        };
        tables[place][(of_rows[row] * groups + usize::from(group)) * events + usize::from(event)] += 1;
    }
    within.into_iter().zip(tables).map(|(code, cells)| (code, Table::new(cells, strata, groups, events))).collect()
}

/// Each run's group of runs that are alike, and how many of these there are. Losses are compared with losses of the same
/// outcome: a lost lead has no reason of an unqualified one.
fn strata(runs: &Runs, look: Look) -> (Vec<usize>, usize) {
    let alike: Vec<_> = look.alike().collect();
    let of_losses = matches!(look.what, What::WonBack | What::Bars(_));
    let mut places = HashMap::new();
    let of_rows = (0..runs.rows())
        .map(|row| {
            let mut key = [UNKNOWN; 3];
            for (part, dim) in key.iter_mut().zip(&alike) {
                *part = runs.codes(*dim).of(row);
            }
            key[2] = u8::from(of_losses && runs.outcome(row) == RunOutcome::Unqualified);
            let next = places.len();
            *places.entry(key).or_insert(next)
        })
        .collect();
    (of_rows, places.len())
}

impl Table {
    fn new(cells: Vec<i64>, strata: usize, groups: usize, events: usize) -> Self {
        let (mut of_groups, mut of_events) = (vec![0; strata * groups], vec![0; strata * events]);
        let mut of_strata = vec![0; strata];
        for (place, count) in cells.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (stratum, event) = (place / events / groups, place % events);
            of_groups[place / events] += count;
            of_events[stratum * events + event] += count;
            of_strata[stratum] += count;
        }
        Self { strata, groups, events, cells, of_groups, of_events, of_strata }
    }

    /// One group against all others, one event against all others, for each kind of runs that are alike and in which either
    /// differs at all.
    pub fn fourfolds(&self, group: u8, event: u8) -> Vec<Fourfold> {
        let (group, event) = (usize::from(group), usize::from(event));
        let of = |stratum: usize| Fourfold {
            both: self.cells[(stratum * self.groups + group) * self.events + event],
            first: self.of_groups[stratum * self.groups + group],
            second: self.of_events[stratum * self.events + event],
            all: self.of_strata[stratum],
        };
        (0..self.strata).map(of).filter(Fourfold::varies).collect()
    }

    /// The same without the runs of some groups and with some events.
    pub fn without(&self, groups: &[u8], events: &[u8]) -> Self {
        let is_out = |place: usize| {
            let is = |codes: &[u8], code: usize| codes.iter().any(|one| usize::from(*one) == code);
            is(groups, place / self.events % self.groups) || is(events, place % self.events)
        };
        let cells = self.cells.iter().enumerate().map(|(place, count)| if is_out(place) { 0 } else { *count });
        Self::new(cells.collect(), self.strata, self.groups, self.events)
    }
}
