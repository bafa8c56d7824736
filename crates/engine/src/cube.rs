//! Views over facts, kept while clauses change.

use crate::{
    clause::{Clause, admitted},
    facts::{Column, Facts},
    tile::{Axis, Group, Pour, mark, pour},
};
use std::sync::Arc;

/// What one chart shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The dimensions that it groups by, the slowest first; a chart ignores their clauses.
    pub by: Vec<usize>,
    /// A bit per dimension whose clause it obeys.
    pub obeys: u32,
    /// Whether it wants sums of money beside counts.
    pub sums: bool,
}

impl View {
    /// A bit per dimension whose clause changes this view.
    fn heeds(&self) -> u32 {
        self.obeys & !only(&self.by)
    }
}

/// The bits of these dimensions.
pub fn only(dimensions: &[usize]) -> u32 {
    dimensions.iter().fold(0, |bits, dimension| bits | 1 << dimension)
}

/// Coarser steps in which a dimension is shown, such as months for days.
#[derive(Clone)]
struct Binning {
    of: Arc<dyn Fn(u16) -> u16 + Send + Sync>,
    bins: usize,
}

/// A larger tile would cost more memory than it saves time; its view is counted at each change.
const MOST_CELLS: usize = 1 << 20;

/// Bins that a clause admits; `None` where it admits a part of one, which no tile can tell.
type Picked = Option<Vec<usize>>;

/// Facts with a clause per dimension and the groups of all views. Up to 32 dimensions.
#[derive(Clone)]
pub struct Cube {
    facts: Facts,
    views: Vec<View>,
    binnings: Vec<Option<Binning>>,
    /// Each dimension's codes as views group by them.
    shown: Vec<Column>,
    clauses: Vec<Option<Clause>>,
    /// A bit per dimension whose clause a record fails; the bit of the dimension in hand may be behind.
    fails: Vec<u32>,
    is_behind: bool,
    /// What is known; what is not is counted when it is asked for.
    groups: Vec<Option<Group>>,
    in_hand: Option<usize>,
    /// The bins that the clause of the dimension in hand admits, while they are known.
    picked: Option<Picked>,
    /// Per view its bins for each bin of the dimension in hand.
    tiles: Vec<Option<Group>>,
}

impl Cube {
    /// All records of `facts`, without a clause.
    pub fn new(facts: Facts, views: Vec<View>) -> Self {
        let dimensions = facts.dimensions();
        let mut cube = Self {
            binnings: vec![None; dimensions],
            shown: Vec::new(),
            clauses: vec![None; dimensions],
            fails: Vec::new(),
            is_behind: false,
            groups: vec![None; views.len()],
            in_hand: None,
            picked: None,
            tiles: vec![None; views.len()],
            views,
            facts,
        };
        cube.take_in();
        cube
    }

    /// The records.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The clause of a dimension.
    pub fn clause(&self, dimension: usize) -> Option<&Clause> {
        self.clauses[dimension].as_ref()
    }

    /// Shows a dimension in coarser steps from now on: `of(code)` lies below `bins` for every code.
    pub fn bin(&mut self, dimension: usize, bins: usize, of: impl Fn(u16) -> u16 + Send + Sync + 'static) {
        let binning = Binning { of: Arc::new(of), bins };
        self.shown[dimension] = self.facts.column(dimension).mapped(&*binning.of, bins);
        self.binnings[dimension] = Some(binning);
        self.picked = None;
        for view in 0..self.views.len() {
            let is_by = self.views[view].by.contains(&dimension);
            if is_by {
                self.groups[view] = None;
            }
            if is_by || self.in_hand == Some(dimension) {
                self.tiles[view] = None;
            }
        }
    }

    /// Other records under the same clauses.
    pub fn replace(&mut self, facts: Facts) {
        self.facts = facts;
        self.take_in();
    }

    fn take_in(&mut self) {
        let facts = &self.facts;
        let shown = |(dimension, binning): (usize, &Option<Binning>)| match binning {
            None => facts.column(dimension).clone(),
            Some(Binning { of, bins }) => facts.column(dimension).mapped(&**of, *bins),
        };
        self.shown = self.binnings.iter().enumerate().map(shown).collect();
        self.fails = vec![0; facts.rows()];
        for dimension in 0..facts.dimensions() {
            if self.clauses[dimension].is_some() {
                self.mark(dimension);
            }
        }
        self.is_behind = false;
        self.picked = None;
        self.groups.fill(None);
        self.tiles.fill(None);
    }

    /// Takes a dimension up: its clause is about to change, again and again. One pass over the records now saves one for
    /// each change.
    pub fn take_up(&mut self, dimension: usize) {
        if self.in_hand == Some(dimension) {
            return;
        }
        self.catch_up();
        self.in_hand = Some(dimension);
        self.picked = None;
        self.tiles.fill(None);
        let heeding = (0..self.views.len()).filter(|view| self.heeds(*view, dimension));
        let heeding: Vec<_> = heeding.filter(|view| self.fits(*view, dimension)).collect();
        self.build_tiles(&heeding, dimension);
    }

    /// Sets or lifts a dimension's clause. Groups are brought up to date when they are asked for.
    pub fn set(&mut self, dimension: usize, clause: Option<Clause>) {
        if self.clauses[dimension] == clause {
            return;
        }
        self.clauses[dimension] = clause;
        let is_in_hand = self.in_hand == Some(dimension);
        for view in (0..self.views.len()).filter(|view| self.heeds(*view, dimension)).collect::<Vec<_>>() {
            self.groups[view] = None;
            if !is_in_hand {
                self.tiles[view] = None;
            }
        }
        if is_in_hand {
            self.is_behind = true;
            self.picked = None;
        } else {
            self.mark(dimension);
        }
    }

    /// A view's group.
    pub fn group(&mut self, view: usize) -> &Group {
        if self.groups[view].is_none() {
            let group = self.regroup(view);
            self.groups[view] = Some(group);
        }
        self.groups[view].get_or_insert_default()
    }

    /// The records that the clauses of all dimensions in `obeys` let through.
    pub fn rows(&mut self, obeys: u32) -> impl Iterator<Item = usize> {
        self.catch_up();
        self.fails.iter().enumerate().filter(move |(_, fails)| **fails & obeys == 0).map(|(row, _)| row)
    }

    /// How many bins a dimension shows.
    pub fn bins(&self, dimension: usize) -> usize {
        self.binnings[dimension].as_ref().map_or_else(|| self.facts.size(dimension), |binning| binning.bins)
    }

    fn heeds(&self, view: usize, dimension: usize) -> bool {
        self.views[view].heeds() >> dimension & 1 == 1
    }

    /// Whether a view's tile for `dimension` is small enough to be kept.
    fn fits(&self, view: usize, dimension: usize) -> bool {
        self.bins(dimension).saturating_mul(self.width(view)) <= MOST_CELLS
    }

    /// Brings the failures of the dimension in hand up to date.
    fn catch_up(&mut self) {
        if let (true, Some(dimension)) = (std::mem::take(&mut self.is_behind), self.in_hand) {
            self.mark(dimension);
        }
    }

    fn mark(&mut self, dimension: usize) {
        let admitted = admitted(self.clauses[dimension].as_ref(), self.facts.size(dimension).max(256));
        mark(&mut self.fails, self.facts.column(dimension), 1 << dimension, &admitted);
    }

    fn regroup(&mut self, view: usize) -> Group {
        let in_hand = self.in_hand.filter(|dimension| self.heeds(view, *dimension) && self.fits(view, *dimension));
        let Some(dimension) = in_hand else {
            return self.counted(view);
        };
        let picked = self.picked.take().unwrap_or_else(|| self.admitted_bins(dimension));
        let group = picked.as_ref().map(|picked| self.added(view, dimension, picked));
        self.picked = Some(picked);
        group.unwrap_or_else(|| self.counted(view))
    }

    /// A view's group from its tile.
    fn added(&mut self, view: usize, dimension: usize, picked: &[usize]) -> Group {
        if self.tiles[view].is_none() {
            self.catch_up();
            self.build_tiles(&[view], dimension);
        }
        let mut group = Group::empty(self.width(view), self.views[view].sums);
        if let Some(tile) = &self.tiles[view] {
            group.add_rows(tile, picked.iter().copied());
        }
        group
    }

    fn admitted_bins(&self, dimension: usize) -> Picked {
        let admitted = admitted(self.clauses[dimension].as_ref(), self.facts.size(dimension));
        let Some(Binning { of, bins }) = &self.binnings[dimension] else {
            return Some((0..admitted.len()).filter(|bin| admitted[*bin]).collect());
        };
        let mut said: Vec<Option<bool>> = vec![None; *bins];
        for (code, admits) in (0..=u16::MAX).zip(admitted) {
            let said = &mut said[usize::from(of(code))];
            if said.is_some_and(|said| said != admits) {
                return None;
            }
            *said = Some(admits);
        }
        Some((0..*bins).filter(|bin| said[*bin] == Some(true)).collect())
    }

    /// How many bins a view has.
    fn width(&self, view: usize) -> usize {
        self.views[view].by.iter().fold(1, |width, dimension| width.saturating_mul(self.bins(*dimension)))
    }

    /// A view counted without tiles.
    fn counted(&mut self, view: usize) -> Group {
        self.catch_up();
        let mut group = Group::empty(self.width(view), self.views[view].sums);
        let pour_into =
            Pour { axes: self.axes(&self.views[view].by), heeds: self.heeded(view, None), into: &mut group };
        pour(&mut [pour_into], &self.fails, self.facts.amounts());
        group
    }

    fn build_tiles(&mut self, views: &[usize], dimension: usize) {
        let rows = self.bins(dimension);
        let mut tiles: Vec<_> =
            views.iter().map(|view| Group::empty(rows * self.width(*view), self.views[*view].sums)).collect();
        let mut pours = Vec::with_capacity(views.len());
        for (view, into) in views.iter().zip(&mut tiles) {
            let by: Vec<_> = std::iter::once(dimension).chain(self.views[*view].by.iter().copied()).collect();
            pours.push(Pour { axes: self.axes(&by), heeds: self.heeded(*view, Some(dimension)), into });
        }
        pour(&mut pours, &self.fails, self.facts.amounts());
        drop(pours);
        for (view, tile) in views.iter().zip(tiles) {
            self.tiles[*view] = Some(tile);
        }
    }

    /// The bits that decide whether a record counts for a view: only of dimensions that have a clause.
    fn heeded(&self, view: usize, in_hand: Option<usize>) -> u32 {
        let with_clause = (0..self.clauses.len())
            .filter(|one| self.clauses[*one].is_some() && in_hand != Some(*one))
            .collect::<Vec<_>>();
        self.views[view].heeds() & only(&with_clause)
    }

    fn axes(&self, by: &[usize]) -> Vec<Axis<'_>> {
        let mut stride = 1u32;
        let mut axes = Vec::with_capacity(by.len());
        for dimension in by.iter().rev() {
            axes.push(Axis { column: &self.shown[*dimension], stride });
            stride = stride.saturating_mul(u32::try_from(self.bins(*dimension)).unwrap_or(u32::MAX));
        }
        axes
    }
}
