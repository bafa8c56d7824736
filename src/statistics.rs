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

#[cfg(test)]
mod tests {
    use super::*;

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
