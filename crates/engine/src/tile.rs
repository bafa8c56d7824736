//! The one pass over all records: which bin each falls into, and whether it counts.

use crate::facts::{Column, Numbers};

/// Records are worked on in pieces that stay in the processor's nearest memory.
const PIECE: usize = 4096;

/// How many records fell into each bin, and what they were worth together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// Records per bin.
    pub counts: Vec<u32>,
    /// Minor units per bin; empty where the view wants none.
    pub sums: Vec<i64>,
}

impl Group {
    pub(crate) fn empty(bins: usize, with_sums: bool) -> Self {
        Self { counts: vec![0; bins], sums: if with_sums { vec![0; bins] } else { Vec::new() } }
    }

    /// Adds the rows of `tile` (each as wide as this group) that are picked.
    pub(crate) fn add_rows(&mut self, tile: &Self, picked: impl Iterator<Item = usize>) {
        let width = self.counts.len();
        for row in picked {
            let cells = row * width..(row + 1) * width;
            add_counts(&mut self.counts, &tile.counts[cells.clone()]);
            if !self.sums.is_empty() {
                add_sums(&mut self.sums, &tile.sums[cells]);
            }
        }
    }
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn add_counts(to: &mut [u32], row: &[u32]) {
    for (to, cell) in to.iter_mut().zip(row) {
        *to += cell;
    }
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn add_sums(to: &mut [i64], row: &[i64]) {
    for (to, cell) in to.iter_mut().zip(row) {
        *to = to.wrapping_add(*cell);
    }
}

/// A dimension that a pass groups by: its codes and how many bins one step of it skips.
pub(crate) struct Axis<'a> {
    pub(crate) column: &'a Column,
    pub(crate) stride: u32,
}

/// What a pass counts into.
pub(crate) struct Pour<'a> {
    /// What it groups by.
    pub(crate) axes: Vec<Axis<'a>>,
    /// A record counts where none of these bits is set in its failures.
    pub(crate) heeds: u32,
    /// What is counted into.
    pub(crate) into: &'a mut Group,
}

/// Counts all records into all of `pours`: one way through memory, piece by piece. Those that heed the same share the work
/// of finding out which records count.
pub(crate) fn pour(pours: &mut [Pour<'_>], fails: &[u32], amounts: &Numbers) {
    pours.sort_by_key(|pour| pour.heeds);
    let mut rooms: Vec<_> = pours.iter().map(|pour| Room::new(pour.into)).collect();
    let (mut bins, mut passing) = ([0u32; PIECE], [0u32; PIECE]);
    for first in (0..fails.len()).step_by(PIECE) {
        let fails = &fails[first..(first + PIECE).min(fails.len())];
        let mut known = None;
        let mut count = 0;
        for (pour, room) in pours.iter_mut().zip(&mut rooms) {
            if known != Some(pour.heeds) {
                known = Some(pour.heeds);
                count = if pour.heeds == 0 { fails.len() } else { pass(&mut passing, fails, pour.heeds) };
            }
            let (bins, passing) = (&mut bins[..count], &passing[..count]);
            if pour.heeds == 0 {
                place(bins, &pour.axes, first);
            } else {
                place_some(bins, &pour.axes, first, passing);
            }
            room.count(bins);
            if !pour.into.sums.is_empty() {
                let whole = pour.heeds == 0;
                let amount = |place: usize| amounts.get(first + if whole { place } else { passing[place] as usize });
                for (place, bin) in bins.iter().enumerate() {
                    let sum = &mut pour.into.sums[*bin as usize];
                    *sum = sum.wrapping_add(amount(place));
                }
            }
        }
    }
    for (pour, room) in pours.iter_mut().zip(rooms) {
        room.empty_into(&mut pour.into.counts);
    }
}

/// Two counters per bin, for every other record each: where one bin follows itself, as frequent ones do, the second need
/// not wait for the first to be written.
struct Room(Vec<[u32; 2]>);

impl Room {
    fn new(group: &Group) -> Self {
        Self(vec![[0; 2]; group.counts.len()])
    }

    /// Called for each piece, so that browsers come to run its optimised form.
    #[inline(never)]
    fn count(&mut self, bins: &[u32]) {
        let mut pairs = bins.chunks_exact(2);
        for pair in &mut pairs {
            self.0[pair[0] as usize][0] += 1;
            self.0[pair[1] as usize][1] += 1;
        }
        for bin in pairs.remainder() {
            self.0[*bin as usize][0] += 1;
        }
    }

    fn empty_into(self, counts: &mut [u32]) {
        for (count, [even, odd]) in counts.iter_mut().zip(self.0) {
            *count += even + odd;
        }
    }
}

/// Which records of a piece count: how many, and their places. Without a branch per record: it could not be foreseen.
fn pass(passing: &mut [u32; PIECE], fails: &[u32], heeds: u32) -> usize {
    let mut count = 0;
    for (place, fails) in (0..).zip(fails) {
        passing[count] = place;
        count += usize::from(fails & heeds == 0);
    }
    count
}

/// The bin of each record from `first` on.
fn place(bins: &mut [u32], axes: &[Axis<'_>], first: usize) {
    let end = first + bins.len();
    bins.fill(0);
    for axis in axes {
        match axis.column {
            Column::Narrow(codes) => shift_narrow(bins, &codes[first..end], axis.stride),
            Column::Wide(codes) => shift_wide(bins, &codes[first..end], axis.stride),
        }
    }
}

/// The bin of each record that passes.
fn place_some(bins: &mut [u32], axes: &[Axis<'_>], first: usize, passing: &[u32]) {
    bins.fill(0);
    for axis in axes {
        match axis.column {
            Column::Narrow(codes) => shift_some(bins, &codes[first..], passing, axis.stride),
            Column::Wide(codes) => shift_some(bins, &codes[first..], passing, axis.stride),
        }
    }
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn shift_narrow(bins: &mut [u32], codes: &[u8], stride: u32) {
    for (bin, code) in bins.iter_mut().zip(codes) {
        *bin += u32::from(*code) * stride;
    }
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn shift_wide(bins: &mut [u32], codes: &[u16], stride: u32) {
    for (bin, code) in bins.iter_mut().zip(codes) {
        *bin += u32::from(*code) * stride;
    }
}

fn shift_some<C: Copy + Into<u32>>(bins: &mut [u32], codes: &[C], passing: &[u32], stride: u32) {
    for (bin, place) in bins.iter_mut().zip(passing) {
        *bin += codes[*place as usize].into() * stride;
    }
}

/// Sets or clears `bit` in each record's failures, as its code is admitted or not.
pub(crate) fn mark(fails: &mut [u32], column: &Column, bit: u32, admitted: &[bool]) {
    if let Some((first, last)) = run(admitted) {
        return match column {
            Column::Narrow(codes) => mark_run_narrow(fails, codes, bit, first, last),
            Column::Wide(codes) => mark_run_wide(fails, codes, bit, first, last),
        };
    }
    let table: Vec<u32> = admitted.iter().map(|admitted| if *admitted { 0 } else { bit }).collect();
    match column {
        Column::Narrow(codes) => mark_by(fails, codes, bit, &table),
        Column::Wide(codes) => mark_by(fails, codes, bit, &table),
    }
}

/// The first and the last admitted code, where none between them is refused: a range is compared, many records at once.
fn run(admitted: &[bool]) -> Option<(u16, u16)> {
    let first = admitted.iter().position(|admitted| *admitted)?;
    let last = admitted.iter().rposition(|admitted| *admitted)?;
    let is_whole = admitted[first..=last].iter().all(|admitted| *admitted);
    is_whole.then_some((u16::try_from(first).ok()?, u16::try_from(last).ok()?))
}

fn mark_by<C: Copy + Into<usize>>(fails: &mut [u32], codes: &[C], bit: u32, table: &[u32]) {
    for (fails, code) in fails.iter_mut().zip(codes) {
        *fails = (*fails & !bit) | table[(*code).into()];
    }
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn mark_run_narrow(fails: &mut [u32], codes: &[u8], bit: u32, first: u16, last: u16) {
    for (fails, code) in fails.iter_mut().zip(codes) {
        let refused = u32::from(u16::from(*code) < first) | u32::from(u16::from(*code) > last);
        *fails = (*fails & !bit) | (refused * bit);
    }
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn mark_run_wide(fails: &mut [u32], codes: &[u16], bit: u32, first: u16, last: u16) {
    for (fails, code) in fails.iter_mut().zip(codes) {
        let refused = u32::from(*code < first) | u32::from(*code > last);
        *fails = (*fails & !bit) | (refused * bit);
    }
}
