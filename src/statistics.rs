//! What figures of few can say. Pure; each formula names its source.

/// The normal quantile of a two-sided interval of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Between what the true share lies with 95 % confidence, when `part` of `whole` were counted; `None` of nothing.
///
/// The score interval of Wilson ("Probable Inference, the Law of Succession, and Statistical Inference", Journal of the
/// American Statistical Association 22, 1927), which holds for few and for shares near 0 and 1, too.
pub fn wilson(part: i64, whole: i64) -> Option<(f64, f64)> {
    (whole > 0).then(|| wilson_of(part as f64 / whole as f64, whole as f64)).flatten()
}

/// The same of a share that stands on a size that need not be whole, such as that of a weighted mean; `None` of nothing.
pub fn wilson_of(share: f64, n: f64) -> Option<(f64, f64)> {
    if n <= 0.0 {
        return None;
    }
    let middle = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    // The share is always between them, rounded or not.
    let (low, high) = ((middle - spread) / scale, (middle + spread) / scale);
    Some((low.max(0.0).min(share), high.min(1.0).max(share)))
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

/// What was counted of two marks in one group of cases that are alike otherwise: a table of two by two by its margins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fourfold {
    /// Cases with both marks.
    pub both: i64,
    /// Cases with the first.
    pub first: i64,
    /// Cases with the second.
    pub second: i64,
    /// All cases.
    pub all: i64,
}

impl Fourfold {
    /// Whether it can say anything: both marks are there, and both are lacking.
    pub fn varies(&self) -> bool {
        0 < self.first && self.first < self.all && 0 < self.second && self.second < self.all
    }

    /// The four cells as they would be if the marks had nothing to do with each other: both, first alone, second alone, none.
    pub fn expected(&self) -> [f64; 4] {
        let (first, second, all) = (self.first as f64, self.second as f64, (self.all as f64).max(1.0));
        let (not_first, not_second) = (all - first, all - second);
        [first * second, first * not_second, not_first * second, not_first * not_second].map(|cell| cell / all)
    }

    /// The variance of `both` with these margins, when the marks have nothing to do with each other.
    fn variance(&self) -> f64 {
        let (first, second, all) = (self.first as f64, self.second as f64, self.all as f64);
        if self.all < 2 { 0.0 } else { first * second * (all - first) * (all - second) / (all * all * (all - 1.0)) }
    }

    /// How probable each count of `both` is with these margins, from the first that is not negligible on: the hypergeometric
    /// distribution, by its ratios from the mode.
    fn distribution(&self) -> (i64, Vec<f64>) {
        let (lowest, highest) = ((self.first + self.second - self.all).max(0), self.first.min(self.second));
        let mode = ((self.first + 1) * (self.second + 1) / (self.all + 2)).clamp(lowest, highest);
        let up = |count: i64| {
            let chances = (self.first - count) as f64 * (self.second - count) as f64;
            chances / ((count + 1) as f64 * (self.all - self.first - self.second + count + 1) as f64)
        };
        let grow = |ends: i64, step: i64, ratio: &dyn Fn(i64) -> f64| {
            let (mut count, mut weight, mut weights) = (mode, 1.0, Vec::new());
            while count != ends {
                weight *= ratio(count);
                if weight < NEGLIGIBLE {
                    break;
                }
                weights.push(weight);
                count += step;
            }
            weights
        };
        let below = grow(lowest, -1, &|count| 1.0 / up(count - 1));
        let above = grow(highest, 1, &up);
        let start = mode - i64::try_from(below.len()).unwrap_or(0);
        let weights: Vec<_> = below.into_iter().rev().chain([1.0]).chain(above).collect();
        let total: f64 = weights.iter().sum();
        (start, weights.into_iter().map(|weight| weight / total).collect())
    }
}

/// What is less probable than this beside the most probable is left out of distributions, and no p is smaller.
pub const NEGLIGIBLE: f64 = 1e-30;

/// The probability of what was counted, or of anything no more probable, if within each group the two marks had nothing to
/// do with each other: two-sided.
///
/// Of one group this is Fisher's exact test (R. A. Fisher, "Statistical Methods for Research Workers", 5th edition, 1934,
/// § 21.02). Of several it is the exact conditional test of their common odds ratio (M. Zelen, "The analysis of several 2 × 2
/// contingency tables", Biometrika 58, 1971, pages 129–137): the counts' distributions, given all margins, folded together.
pub fn fisher(tables: &[Fourfold]) -> f64 {
    let (mut start, mut whole) = (0, vec![1.0]);
    for table in tables.iter().filter(|table| table.varies()) {
        let (first, part) = table.distribution();
        start += first;
        whole = folded(&whole, &part);
    }
    let both: i64 = tables.iter().filter(|table| table.varies()).map(|table| table.both).sum();
    let seen = usize::try_from(both - start).ok().and_then(|place| whole.get(place)).copied().unwrap_or(0.0);
    // Equal probabilities come out a little unequal.
    let limit = seen * (1.0 + 1e-7);
    whole.iter().filter(|one| **one <= limit).sum::<f64>().clamp(NEGLIGIBLE, 1.0)
}

/// The distribution of the sum of two independent counts.
fn folded(one: &[f64], other: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; one.len() + other.len() - 1];
    for (place, weight) in one.iter().enumerate().filter(|(_, weight)| **weight > NEGLIGIBLE) {
        for (to, more) in sum[place..].iter_mut().zip(other) {
            *to += weight * more;
        }
    }
    sum
}

/// The variance of the count of both marks over all groups, given all margins.
pub fn variance(tables: &[Fourfold]) -> f64 {
    tables.iter().map(Fourfold::variance).sum()
}

/// The same as [`fisher`] for many cases: the statistic of Cochran, Mantel and Haenszel with its correction for continuity
/// (W. G. Cochran, "Some methods for strengthening the common χ² tests", Biometrics 10, 1954, pages 417–451; N. Mantel and
/// W. Haenszel, "Statistical aspects of the analysis of data from retrospective studies of disease", Journal of the National
/// Cancer Institute 22, 1959, pages 719–748).
pub fn cochran_mantel_haenszel(tables: &[Fourfold]) -> f64 {
    let variance = variance(tables);
    if variance <= 0.0 {
        return 1.0;
    }
    let difference: f64 = tables.iter().map(|table| table.both as f64 - table.expected()[0]).sum();
    let z = (difference.abs() - 0.5).max(0.0) / variance.sqrt();
    two_tails(z).clamp(NEGLIGIBLE, 1.0)
}

/// The probability that a normal deviate is at least as far from its mean as `z` standard deviations.
///
/// By the continued fraction of the tail from 3 on (M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions",
/// 1964, 26.2.14), by the series of the middle below (26.2.11).
fn two_tails(z: f64) -> f64 {
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if z < 3.0 {
        let (mut term, mut sum) = (z, z);
        for odd in (3..120).step_by(2) {
            term *= z * z / f64::from(odd);
            sum += term;
        }
        return 1.0 - 2.0 * density * sum;
    }
    let fraction = (1..60).rev().fold(z, |below, step| z + f64::from(step) / below);
    2.0 * density / fraction
}

/// The probability that the values of two samples are told apart by their ranks within each group at least as clearly as they
/// are, if in each group both come from the same source: two-sided, by the normal distribution, corrected for ties.
///
/// The test of P. van Elteren ("On the combination of independent two-sample tests of Wilcoxon", Bulletin of the International
/// Statistical Institute 37, 1960, pages 351–361): rank sums of H. B. Mann and D. R. Whitney (Annals of Mathematical
/// Statistics 18, 1947, pages 50–60), each by the size of its group and one; the variance for ties of E. L. Lehmann
/// ("Nonparametrics", 1975, § 1.4).
pub fn van_elteren(groups: &[[Vec<u32>; 2]]) -> f64 {
    let (mut difference, mut variance) = (0.0, 0.0);
    for group in groups {
        let (over, spread, all) = rank_sum(group);
        difference += over / (all + 1.0);
        variance += spread / ((all + 1.0) * (all + 1.0));
    }
    if variance <= 0.0 { 1.0 } else { two_tails(difference.abs() / variance.sqrt()).clamp(NEGLIGIBLE, 1.0) }
}

/// How far the first sample's ranks lie above what they would sum up to by chance, the variance of that, and how many values
/// there are.
fn rank_sum([first, second]: &[Vec<u32>; 2]) -> (f64, f64, f64) {
    let of = |values: &[u32], is_first: bool| values.iter().map(|value| (*value, is_first)).collect::<Vec<_>>();
    let mut values = [of(first, true), of(second, false)].concat();
    values.sort_unstable();
    let (mut ranks, mut ties, mut place) = (0.0, 0.0, 0.0);
    for same in values.chunk_by(|one, other| one.0 == other.0) {
        let size = same.len() as f64;
        let of_first = same.iter().filter(|(_, is_first)| *is_first).count() as f64;
        ranks += of_first * (place + (size + 1.0) / 2.0);
        ties += size * (size * size - 1.0);
        place += size;
    }
    let (n, m, all) = (first.len() as f64, second.len() as f64, place);
    let spread = n * m / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)).max(1.0));
    (ranks - n * (all + 1.0) / 2.0, spread, all)
}

/// The mean of daily counts, and between what it lies with 95 % confidence if days are independent: the normal interval of a
/// mean, by the counts' own spread. Of fewer than two days it is not known, and the ends are the mean.
pub fn mean_between(counts: &[u32]) -> (f64, f64, f64) {
    let days = counts.len() as f64;
    let mean = counts.iter().map(|count| f64::from(*count)).sum::<f64>() / days.max(1.0);
    let squares: f64 = counts.iter().map(|count| (f64::from(*count) - mean).powi(2)).sum();
    let spread = if days < 2.0 { 0.0 } else { Z * (squares / (days - 1.0) / days).sqrt() };
    (mean, (mean - spread).max(0.0), mean + spread)
}

/// The largest p that still counts as found when all these were looked at and at most the share `rate` of what is found may be
/// expected to be chance, however the tests depend on each other; `None` where nothing is found.
///
/// The step-up procedure of Y. Benjamini and D. Yekutieli ("The control of the false discovery rate in multiple testing under
/// dependency", Annals of Statistics 29, 2001, pages 1165–1188, theorem 1.3).
pub fn benjamini_yekutieli(all: &[f64], rate: f64) -> Option<f64> {
    let mut sorted = all.to_vec();
    sorted.sort_by(f64::total_cmp);
    let tests = sorted.len() as f64;
    let harmonic: f64 = (1..=sorted.len()).map(|place| 1.0 / place as f64).sum();
    let is_found = |(place, p): &(usize, &f64)| **p <= rate * (place + 1) as f64 / (tests * harmonic);
    sorted.iter().enumerate().rev().find(is_found).map(|(_, p)| *p)
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
    fn ranks_are_tested_as_elsewhere() {
        // Of one group by scipy.stats.mannwhitneyu 1.17 (asymptotic, without continuity).
        let few = vec![4, 5, 7, 3, 6, 6, 8, 2, 5, 4, 6, 7, 5, 3];
        let many = vec![9, 8, 7, 10, 6, 11, 9, 12, 8, 7, 10, 9, 6, 8];
        assert!((van_elteren(&[[few.clone(), many.clone()]]) - 0.00011168722886331642).abs() < 1e-12);
        let (one, other) = (vec![1, 1, 0, 2, 1, 0, 3, 1], vec![1, 2, 1, 0, 2, 4, 1, 1, 0]);
        assert!((van_elteren(&[[one, other]]) - 0.758275712738193).abs() < 1e-12);
        // The level of a group says nothing: what differs between groups only differs by no group.
        let apart = [[vec![1, 2, 3], vec![1, 2, 3]], [vec![100, 200, 300], vec![100, 200, 300]]];
        assert_eq!(van_elteren(&apart), 1.0);
        for groups in [vec![], vec![[vec![3; 20], vec![3; 20]]], vec![[vec![], few]], vec![[vec![1], vec![]]]] {
            assert_eq!(van_elteren(&groups), 1.0);
        }
    }

    #[test]
    fn a_mean_of_days_has_the_spread_of_its_days() {
        let (mean, low, high) = mean_between(&[2, 4, 4, 4, 5, 5, 7, 9]);
        assert!((mean - 5.0).abs() < 1e-12 && (high - 5.0 - 1.959_964 * (32.0f64 / 7.0 / 8.0).sqrt()).abs() < 1e-6);
        assert!((mean - low - (high - mean)).abs() < 1e-12);
        assert_eq!((mean_between(&[]), mean_between(&[3])), ((0.0, 0.0, 0.0), (3.0, 3.0, 3.0)));
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

    fn table(both: i64, first: i64, second: i64, all: i64) -> Fourfold {
        Fourfold { both, first, second, all }
    }

    #[test]
    fn exact_tests_are_those_of_the_books() {
        let close = |p: f64, known: f64, within: f64| assert!((p - known).abs() < within, "{p} {known}");
        // Fisher's lady who tastes tea, and his twins of criminals (Statistical Methods for Research Workers, § 21.02).
        close(fisher(&[table(3, 4, 4, 8)]), 34.0 / 70.0, 1e-9);
        close(fisher(&[table(2, 17, 12, 30)]), 5.367e-4, 5e-8);
        // Mantel's rabbits, as C. R. Mehta, N. R. Patel and R. Gray tell them (JASA 80, 1985, pages 969–973).
        let rabbits =
            [table(0, 6, 0, 11), table(3, 6, 3, 12), table(6, 6, 8, 12), table(5, 6, 11, 12), table(2, 2, 7, 7)];
        close(fisher(&rabbits), 0.03994, 5e-6);
        close(cochran_mantel_haenszel(&rabbits), 0.04747, 5e-6);
        // Admissions to Berkeley by department (P. J. Bickel, E. A. Hammel and J. W. O'Connell, Science 187, 1975): χ² = 1.4269.
        let admissions = [
            table(512, 825, 601, 933),
            table(353, 560, 370, 585),
            table(120, 325, 322, 918),
            table(138, 417, 269, 792),
            table(53, 191, 147, 584),
            table(22, 373, 46, 714),
        ];
        close(cochran_mantel_haenszel(&admissions), 0.2323, 5e-5);
        assert_eq!((fisher(&[]), cochran_mantel_haenszel(&[])), (1.0, 1.0));
    }

    #[test]
    fn tails_are_those_of_the_normal_distribution() {
        for (z, both) in [(0.0, 1.0), (Z, 0.05), (2.999, 0.002_708_673), (3.001, 0.002_690_946), (6.0, 1.973_175e-9)] {
            assert!((two_tails(z) / both - 1.0).abs() < 2e-5, "{z} {}", two_tails(z));
        }
    }

    #[test]
    fn what_is_found_among_many_is_what_the_procedure_says() {
        // The fifteen of Y. Benjamini and Y. Hochberg (Journal of the Royal Statistical Society B 57, 1995, pages 289–300): three are
        // found when the tests may depend on each other, whose harmonic sum is 3.318.
        let all = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0,
        ];
        assert_eq!(benjamini_yekutieli(&all, 0.05), Some(0.0019));
        assert_eq!((benjamini_yekutieli(&[], 0.05), benjamini_yekutieli(&[0.06], 0.05)), (None, None));
        assert_eq!(benjamini_yekutieli(&[0.05], 0.05), Some(0.05));
    }

    fn tables() -> impl Strategy<Value = Vec<Fourfold>> {
        let one = (0i64..30, 0i64..30, 0i64..30, 0i64..30);
        let table = one.prop_map(|(a, b, c, d)| Fourfold { both: a, first: a + b, second: a + c, all: a + b + c + d });
        proptest::collection::vec(table, 1..4)
    }

    proptest! {
        #[test]
        fn tests_do_not_care_which_mark_comes_first_or_is_lacking(tables in tables()) {
            let p = fisher(&tables);
            prop_assert!(p > 0.0 && p <= 1.0);
            let turned: Vec<_> = tables.iter().map(|t| Fourfold { first: t.second, second: t.first, ..*t }).collect();
            let lacking: Vec<_> = tables
                .iter()
                .map(|t| Fourfold { both: t.second - t.both, first: t.all - t.first, ..*t })
                .collect();
            for other in [&turned, &lacking] {
                prop_assert!((fisher(other) - p).abs() < 1e-9);
                prop_assert!((cochran_mantel_haenszel(other) - cochran_mantel_haenszel(&tables)).abs() < 1e-9);
            }
        }

        #[test]
        fn the_farther_from_what_is_expected_the_less_probable(first in 1i64..40, second in 1i64..40, more in 1i64..40) {
            let all = first.max(second) + more;
            let p = |both| fisher(&[Fourfold { both, first, second, all }]);
            let expected = first as f64 * second as f64 / all as f64;
            let (lowest, highest) = ((first + second - all).max(0), first.min(second));
            for both in lowest..highest {
                if both as f64 >= expected {
                    prop_assert!(p(both + 1) <= p(both) + 1e-9);
                } else if (both + 1) as f64 <= expected {
                    prop_assert!(p(both) <= p(both + 1) + 1e-9);
                }
            }
        }

        #[test]
        fn the_more_was_looked_at_the_less_is_found(all in proptest::collection::vec(0.0f64..1.0, 1..60)) {
            let few = benjamini_yekutieli(&all, 0.05);
            let more: Vec<_> = all.iter().copied().chain(std::iter::repeat_n(1.0, all.len())).collect();
            let found = |limit: Option<f64>| limit.map_or(0, |limit| all.iter().filter(|p| **p <= limit).count());
            prop_assert!(found(benjamini_yekutieli(&more, 0.05)) <= found(few));
            prop_assert!(few.is_none_or(|limit| limit <= 0.05));
        }
    }
}
