//! Chance that repeats itself: the same seed gives the same numbers, on every machine and in every version.

use rand::{Rng, SeedableRng, rngs::ChaCha8Rng};

/// A stream of seeded random decisions.
#[derive(Debug)]
pub struct Chance {
    seed: u64,
    stream: u64,
    generator: ChaCha8Rng,
}

impl Chance {
    /// Stream `stream` of `seed`: whatever one stream draws, the others stay as they are.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self { seed, stream, generator }
    }

    /// The same stream from its beginning.
    pub fn anew(&self) -> Self {
        Self::new(self.seed, self.stream)
    }

    /// A number from 0 up to, but not including, 1.
    pub fn unit(&mut self) -> f64 {
        (self.generator.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Whether something of this probability happens.
    pub fn hits(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A place in something of this length.
    pub fn below(&mut self, length: usize) -> usize {
        ((self.unit() * length as f64) as usize).min(length.saturating_sub(1))
    }

    /// A whole number, both ends included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(usize::try_from(high - low + 1).unwrap_or(1)) as i64
    }

    /// One of them.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// One of them, each as likely as its weight says.
    pub fn weighted<T: Copy>(&mut self, from: &[(T, f64)]) -> T {
        let total: f64 = from.iter().map(|(_, weight)| weight).sum();
        let mut left = self.unit() * total;
        for (choice, weight) in from {
            left -= weight;
            if left < 0.0 {
                return *choice;
            }
        }
        from[from.len() - 1].0
    }

    /// A positive amount: half of them lie below `median`, few far above. `spread` is about what two of three stay within,
    /// as a factor.
    pub fn around(&mut self, median: f64, spread: f64) -> f64 {
        // Three uniform numbers add up to something close enough to a bell, and no rare draw runs away.
        let bell = (self.unit() + self.unit() + self.unit() - 1.5) * 2.0;
        median * spread.powf(bell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn weights_are_kept() {
        let mut chance = Chance::new(7, 0);
        let heads = (0..10_000).filter(|_| chance.weighted(&[(true, 3.0), (false, 1.0)])).count();
        assert!((7_300..7_700).contains(&heads), "{heads}");
    }

    #[test]
    fn half_lie_below_the_median() {
        let mut chance = Chance::new(7, 1);
        let below = (0..10_000).filter(|_| chance.around(100.0, 2.0) < 100.0).count();
        assert!((4_800..5_200).contains(&below), "{below}");
    }

    proptest! {
        #[test]
        fn the_same_seed_repeats_itself(seed: u64, stream: u64) {
            let (mut one, mut other) = (Chance::new(seed, stream), Chance::new(seed, stream));
            for _ in 0..20 {
                prop_assert_eq!(one.between(-5, 900), other.between(-5, 900));
            }
        }

        #[test]
        fn numbers_stay_between_their_ends(seed: u64, low in -50i64..50, more in 0i64..50) {
            let mut chance = Chance::new(seed, 3);
            for _ in 0..50 {
                prop_assert!((low..=low + more).contains(&chance.between(low, low + more)));
            }
        }
    }
}
