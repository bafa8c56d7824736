//! Chance that can be had again: SplitMix64 (Steele, Lea, Flood, 2014).

use std::hash::{BuildHasher, RandomState};

/// A stream of chance.
#[derive(Debug, Clone)]
pub struct Dice(u64);

/// A seed for a run that repeats no other one.
pub fn any_seed() -> u64 {
    RandomState::new().hash_one(0) >> 32
}

impl Dice {
    /// The stream of one of those who take part.
    pub fn new(seed: u64, who: u64) -> Self {
        let mut dice = Self(seed ^ who.wrapping_mul(0xD1B5_4A32_D192_ED03));
        dice.next();
        dice
    }

    /// Another stream, so that what happens beside does not change what comes here.
    pub fn apart(&self) -> Self {
        Self(self.0 ^ 0xA5A5_A5A5_A5A5_A5A5)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `sides`.
    pub fn below(&mut self, sides: usize) -> usize {
        (self.next() % sides as u64) as usize
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}
