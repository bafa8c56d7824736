//! What figures of few can say. Pure; each formula names its source.

/// The normal quantile of a two-sided interval of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Between what the true share lies with 95 % confidence, when `part` of `whole` were counted; `None` of nothing.
///
/// The score interval of Wilson ("Probable Inference, the Law of Succession, and Statistical Inference", Journal of the
/// American Statistical Association 22, 1927), which holds for few and for shares near 0 and 1, too.
pub fn wilson(part: i64, whole: i64) -> Option<(f64, f64)> {
    if whole <= 0 {
        return None;
    }
    let (n, share) = (whole as f64, part as f64 / whole as f64);
    let middle = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    Some((((middle - spread) / scale).max(0.0), ((middle + spread) / scale).min(1.0)))
}

/// Between what the difference of two independent shares, the second less the first, lies with 95 % confidence; `None` where
/// one of them is of nothing. Each is what was counted and of how many.
///
/// Method 10 of Newcombe ("Interval estimation for the difference between independent proportions", Statistics in Medicine
/// 17, 1998, pages 873–890): the score intervals of both, put together.
pub fn newcombe(first: (i64, i64), second: (i64, i64)) -> Option<(f64, f64)> {
    let (first_low, first_high) = wilson(first.0, first.1)?;
    let (second_low, second_high) = wilson(second.0, second.1)?;
    let (before, after) = (first.0 as f64 / first.1 as f64, second.0 as f64 / second.1 as f64);
    let difference = after - before;
    let below = (after - second_low).hypot(first_high - before);
    let above = (second_high - after).hypot(before - first_low);
    Some((difference - below, difference + above))
}

/// Between what the ratio of two rates, the second by the first, lies with 95 % confidence, when so many events were counted
/// in equally long times; the upper end is open where the first time had none. `None` where neither had any.
///
/// Of two Poisson counts the second is, given their sum, binomial with the share r ÷ (1 + r) (Przyborowski and Wilenski,
/// "Homogeneity of results in testing samples from Poisson series", Biometrika 31, 1940, pages 313–323); the share's
/// interval is Wilson's.
pub fn rate_ratio(first: i64, second: i64) -> Option<(f64, Option<f64>)> {
    let (low, high) = wilson(second, first + second)?;
    let odds = |share: f64| share / (1.0 - share);
    Some((odds(low), (first > 0).then(|| odds(high))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn newcombes_interval_is_that_of_his_table() {
        // Newcombe, Statistics in Medicine 17 (1998), table II, method 10: the first share less the second.
        for (one, other, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((10, 10), (0, 20), 0.6791, 1.0),
            ((10, 10), (0, 10), 0.6075, 1.0),
        ] {
            let (found_low, found_high) = newcombe(other, one).expect("an interval");
            assert!((found_low - low).abs() < 5e-5 && (found_high - high).abs() < 5e-5, "{one:?} {other:?}");
        }
        assert_eq!(newcombe((0, 0), (1, 2)), None);
    }

    #[test]
    fn rates_that_are_the_same_have_a_ratio_around_one() {
        let (low, high) = rate_ratio(100, 100).expect("an interval");
        // Wilson's interval of 100 of 200 is 0.4314 to 0.5686.
        assert!((low - 0.7586).abs() < 5e-4 && (high.expect("closed") - 1.3182).abs() < 5e-4, "{low} {high:?}");
        assert_eq!(rate_ratio(0, 0), None);
        assert_eq!(rate_ratio(0, 5).map(|(_, high)| high), Some(None));
        assert_eq!(rate_ratio(5, 0).map(|(low, _)| low), Some(0.0));
    }

    proptest! {
        #[test]
        fn intervals_hold_what_was_counted(a in 0i64..500, b in 0i64..500, c in 0i64..500, d in 0i64..500) {
            let (first, second) = ((a, a + b + 1), (c, c + d + 1));
            let (low, high) = newcombe(first, second).expect("an interval");
            let difference = second.0 as f64 / second.1 as f64 - first.0 as f64 / first.1 as f64;
            prop_assert!(low <= difference + 1e-9 && difference <= high + 1e-9);
            prop_assert!(low >= -1.0 - 1e-9 && high <= 1.0 + 1e-9);
            let (back_low, back_high) = newcombe(second, first).expect("an interval");
            prop_assert!((back_low + high).abs() < 1e-9 && (back_high + low).abs() < 1e-9);
            if let (Some((low, high)), true) = (rate_ratio(a, c), a > 0) {
                let ratio = c as f64 / a as f64;
                prop_assert!(low <= ratio + 1e-9 && high.is_some_and(|high| ratio <= high + 1e-9));
            }
        }
    }

    #[test]
    fn wilsons_interval_is_that_of_the_books() {
        let close = |interval: Option<(f64, f64)>, low: f64, high: f64| {
            interval.is_some_and(|(a, b)| (a - low).abs() < 5e-4 && (b - high).abs() < 5e-4)
        };
        // Newcombe, Statistics in Medicine 17 (1998), table I: 81/263, 15/148, 0/20, 1/29.
        assert!(close(wilson(81, 263), 0.2553, 0.3662));
        assert!(close(wilson(15, 148), 0.0624, 0.1605));
        assert!(close(wilson(0, 20), 0.0, 0.1611));
        assert!(close(wilson(1, 29), 0.0061, 0.1718));
        assert_eq!(wilson(0, 0), None);
    }
}
