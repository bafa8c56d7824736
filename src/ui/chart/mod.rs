//! Charts of HTML and a little SVG: every bar is a link or a button, so that keyboard and thumb reach it; every chart says
//! its figures in words too. Lengths change in place, so that only what moved is animated.

mod bars;
mod columns;
mod heat;
mod picks;
pub mod picture;

pub use bars::{Bar, Bars};
pub use columns::{Brush, Column, Columns, Scale};
pub use heat::{Heat, HeatCell, HeatRow, HeatTable};
pub use picks::{PickBar, PickBars, Press};

/// The length of `value` on a scale that ends at `top`, from 0 to 1.
pub fn length(value: i64, top: i64) -> f64 {
    if top <= 0 { 0.0 } else { (value as f64 / top as f64).clamp(0.0, 1.0) }
}

/// The smallest of 2, 4, 6, 8, 10, 20, 40 … that is not below `most`: scales end on round numbers, with a round middle.
pub fn round_top(most: i64) -> i64 {
    let mut unit = 1i64;
    loop {
        for step in [2, 4, 6, 8, 10] {
            match unit.checked_mul(step) {
                Some(top) if top >= most => return top,
                Some(_) => {}
                None => return i64::MAX,
            }
        }
        unit = unit.saturating_mul(10);
    }
}

fn percent(length: f64) -> String {
    format!("{:.2}%", length * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_on_round_numbers() {
        for (most, top) in [(0, 2), (1, 2), (3, 4), (7, 8), (9, 10), (11, 20), (412, 600), (9_999, 10_000)] {
            assert_eq!(round_top(most), top, "{most}");
        }
        assert!(round_top(i64::MAX) == i64::MAX);
        assert_eq!((length(5, 10), length(5, 0), length(20, 10)), (0.5, 0.0, 1.0));
    }
}
