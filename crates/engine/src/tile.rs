//! The one pass over all records: which bin each falls into, and whether it counts.

use crate::facts::Column;

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

/// Counts all records into all of `pours`: one way through memory, piece by piece.
pub(crate) fn pour(pours: &mut [Pour<'_>], fails: &[u32], amounts: &[i64]) {
    let mut bins = [0u32; PIECE];
    for first in (0..fails.len()).step_by(PIECE) {
        let end = (first + PIECE).min(fails.len());
        let (bins, fails) = (&mut bins[..end - first], &fails[first..end]);
        for pour in &mut *pours {
            place(bins, &pour.axes, first);
            count(&mut pour.into.counts, bins, fails, pour.heeds);
            if !pour.into.sums.is_empty() {
                sum(&mut pour.into.sums, bins, fails, pour.heeds, &amounts[first..end]);
            }
        }
    }
}

/// The bin of each record from `first` on.
fn place(bins: &mut [u32], axes: &[Axis<'_>], first: usize) {
    let end = first + bins.len();
    let mut axes = axes.iter();
    match axes.next() {
        None => bins.fill(0),
        Some(Axis { column: Column::Narrow(codes), stride }) => place_narrow(bins, &codes[first..end], *stride),
        Some(Axis { column: Column::Wide(codes), stride }) => place_wide(bins, &codes[first..end], *stride),
    }
    for axis in axes {
        match axis.column {
            Column::Narrow(codes) => shift_narrow(bins, &codes[first..end], axis.stride),
            Column::Wide(codes) => shift_wide(bins, &codes[first..end], axis.stride),
        }
    }
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn place_narrow(bins: &mut [u32], codes: &[u8], stride: u32) {
    for (bin, code) in bins.iter_mut().zip(codes) {
        *bin = u32::from(*code) * stride;
    }
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn place_wide(bins: &mut [u32], codes: &[u16], stride: u32) {
    for (bin, code) in bins.iter_mut().zip(codes) {
        *bin = u32::from(*code) * stride;
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

/// Without a branch per record: which ones count cannot be foreseen.
fn count(counts: &mut [u32], bins: &[u32], fails: &[u32], heeds: u32) {
    if heeds == 0 {
        for bin in bins {
            counts[*bin as usize] += 1;
        }
        return;
    }
    for (bin, fails) in bins.iter().zip(fails) {
        counts[*bin as usize] += u32::from(fails & heeds == 0);
    }
}

fn sum(sums: &mut [i64], bins: &[u32], fails: &[u32], heeds: u32, amounts: &[i64]) {
    for ((bin, fails), amount) in bins.iter().zip(fails).zip(amounts) {
        let counted = i64::from(fails & heeds == 0);
        let sum = &mut sums[*bin as usize];
        *sum = sum.wrapping_add(amount.wrapping_mul(counted));
    }
}

/// Sets or clears `bit` in each record's failures, as its code is admitted or not.
pub(crate) fn mark(fails: &mut [u32], column: &Column, bit: u32, admitted: &[bool]) {
    let table: Vec<u32> = admitted.iter().map(|admitted| if *admitted { 0 } else { bit }).collect();
    match column {
        Column::Narrow(codes) => {
            for (fails, code) in fails.iter_mut().zip(codes.iter()) {
                *fails = *fails & !bit | table[usize::from(*code)];
            }
        }
        Column::Wide(codes) => {
            for (fails, code) in fails.iter_mut().zip(codes.iter()) {
                *fails = *fails & !bit | table[usize::from(*code)];
            }
        }
    }
}
