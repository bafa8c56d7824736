//! The engine with a door for JavaScript: one view per dimension, counts only, as the peers keep them.

use engine::{Clause, Cube, View, only, wire};
use wasm_bindgen::prelude::wasm_bindgen;

/// Facts with one view per dimension.
#[wasm_bindgen]
pub struct Charts {
    cube: Cube,
}

#[wasm_bindgen]
impl Charts {
    /// From the bytes on the wire to the first answer.
    pub fn open(bytes: &[u8]) -> Option<Charts> {
        let facts = wire::decode(bytes).ok()?;
        let all = only(&(0..facts.dimensions()).collect::<Vec<_>>());
        let view = |dimension| View { by: vec![dimension], obeys: all, sums: false };
        let views = (0..facts.dimensions()).map(view).collect();
        let mut charts = Charts { cube: Cube::new(facts, views) };
        charts.count();
        Some(charts)
    }

    /// Takes a dimension up.
    pub fn take_up(&mut self, dimension: usize) {
        self.cube.take_up(dimension);
    }

    /// Lets only these codes through; none of them lifts the clause.
    pub fn only(&mut self, dimension: usize, codes: Vec<u16>) {
        self.cube.set(dimension, (!codes.is_empty()).then_some(Clause::Only(codes)));
    }

    /// Lets a range of codes through.
    pub fn between(&mut self, dimension: usize, first: u16, last: u16) {
        self.cube.set(dimension, Some(Clause::Between(first, last)));
    }

    /// Brings all groups up to date; a sum that no compiler leaves out.
    pub fn count(&mut self) -> u32 {
        (0..self.cube.facts().dimensions()).fold(0, |sum, view| sum ^ self.cube.group(view).counts[0])
    }

    /// One dimension's group.
    pub fn group(&mut self, dimension: usize) -> Vec<u32> {
        self.cube.group(dimension).counts.clone()
    }

    /// `times` changes of a range in the dimension in hand, each counted to the end: one is too quick for the clock.
    pub fn brush(&mut self, dimension: usize, bins: u16, times: u16) -> u32 {
        (0..times).fold(0, |sum, time| {
            self.between(dimension, 0, time % bins);
            sum ^ self.count()
        })
    }

    /// The same with one code after the other let through, alone or together with the next.
    pub fn toggle(&mut self, dimension: usize, bins: u16, times: u16) -> u32 {
        (0..times).fold(0, |sum, time| {
            let code = time % bins;
            self.only(dimension, if time % 2 == 0 { vec![code] } else { vec![code, (code + 1) % bins] });
            sum ^ self.count()
        })
    }
}
