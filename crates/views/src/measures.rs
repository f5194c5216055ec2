//! Measures of how strongly counts speak.

/// Counts of something in two texts, and how many places each text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Contingency {
    /// Occurrences in the first text.
    pub(crate) here: u64,
    /// Positions of the first text.
    pub(crate) of_here: u64,
    /// Occurrences in the second text.
    pub(crate) there: u64,
    /// Positions of the second text.
    pub(crate) of_there: u64,
}

impl Contingency {
    /// Expected occurrences in the first text if the rates were equal.
    pub(crate) fn expected(&self) -> f64 {
        let all = (self.of_here + self.of_there).max(1);
        (self.here + self.there) as f64 * self.of_here as f64 / all as f64
    }

    /// Log-likelihood G² (Dunning 1993) of the table of two by two; negative where it is rarer in
    /// the one than in the other.
    pub(crate) fn log_likelihood(&self) -> f64 {
        let [a, b] = [self.here as f64, self.there as f64];
        let [c, d] = [
            self.of_here.saturating_sub(self.here) as f64,
            self.of_there.saturating_sub(self.there) as f64,
        ];
        let all = a + b + c + d;
        let term = |observed: f64, row: f64, column: f64| {
            if observed > 0.0 {
                observed * (observed * all / (row * column)).ln()
            } else {
                0.0
            }
        };
        let sum = term(a, a + b, a + c)
            + term(b, a + b, b + d)
            + term(c, c + d, a + c)
            + term(d, c + d, b + d);
        let sign = if a < self.expected() { -1.0 } else { 1.0 };
        sign * 2.0 * sum.max(0.0)
    }

    /// Log Ratio (Hardie 2014): the binary logarithm of how many times as frequent it is in the
    /// one. Half a place stands for none.
    pub(crate) fn log_ratio(&self) -> f64 {
        let rate = |count: u64, of: u64| (count as f64).max(0.5) / of.max(1) as f64;
        (rate(self.here, self.of_here) / rate(self.there, self.of_there)).log2()
    }

    /// Mutual information (Church & Hanks 1990): the binary logarithm of how many times as often
    /// it is in the one as expected.
    pub(crate) fn mutual_information(&self) -> f64 {
        (self.here as f64 / self.expected().max(f64::MIN_POSITIVE)).log2()
    }
}

/// logDice (Rychlý 2008) of two units with `together` joint occurrences and `first` and `second`
/// occurrences in all. The maximum is 14, for units that always occur together, once each.
pub(crate) fn log_dice(together: u64, first: u64, second: u64) -> f64 {
    14.0 + (2.0 * together as f64 / (first + second).max(1) as f64).log2()
}

/// Normalised pointwise mutual information (Bouma 2009): 1 for parts that occur together only, and
/// 0 for independent parts.
pub(crate) fn normalised_information(together: u64, first: u64, second: u64, all: u64) -> f64 {
    let all = all.max(1) as f64;
    let share = together as f64 / all;
    if share <= 0.0 {
        return -1.0;
    }
    if share >= 1.0 {
        return 1.0;
    }
    let attraction = (together as f64 * all / (first.max(1) as f64 * second.max(1) as f64)).ln();
    attraction / -share.ln()
}

/// Deviation of proportions DP (Gries 2008) of parts, each with its matches and its size, and DP
/// divided by its largest possible value (Lijffijt & Gries 2012), which a single part does not
/// have. `None` without matches.
pub(crate) fn deviation_of_proportions(parts: &[(u64, u64)]) -> Option<(f64, Option<f64>)> {
    let matches: u64 = parts.iter().map(|part| part.0).sum();
    let size: u64 = parts.iter().map(|part| part.1).sum();
    if matches == 0 || size == 0 {
        return None;
    }
    let share = |part: u64, of: u64| part as f64 / of as f64;
    let differences = parts
        .iter()
        .map(|&(m, s)| (share(m, matches) - share(s, size)).abs());
    let dp = differences.sum::<f64>() / 2.0;
    let smallest = parts.iter().map(|part| part.1).min().unwrap_or(size);
    let most = 1.0 - share(smallest, size);
    Some((dp, (most > 0.0).then(|| dp / most)))
}

/// D of Juilland & Chang-Rodríguez (1964): one less the variation of the rates in the parts,
/// divided by its largest possible value. `None` for fewer than two parts or without matches.
pub(crate) fn juilland(parts: &[(u64, u64)]) -> Option<f64> {
    let count = parts.len() as f64;
    let rates = || parts.iter().map(|&(m, size)| m as f64 / size.max(1) as f64);
    let mean = rates().sum::<f64>() / count;
    if parts.len() < 2 || mean == 0.0 {
        return None;
    }
    let variance = rates().map(|rate| (rate - mean).powi(2)).sum::<f64>() / count;
    Some(1.0 - variance.sqrt() / mean / (count - 1.0).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 0.005, "{a} is not {b}");
    }

    #[test]
    fn dispersion_is_that_of_its_sources() {
        // Gries 2008: the letter a in five parts of a corpus of fifty letters.
        let parts = [(1, 9), (2, 10), (3, 10), (4, 10), (5, 11)];
        let (dp, norm) = deviation_of_proportions(&parts).unwrap();
        near(dp, 0.18);
        near(norm.unwrap(), 0.18 / 0.82);
        near(juilland(&parts).unwrap(), 0.785);
        let even = [(3, 10), (3, 10), (6, 20)];
        near(deviation_of_proportions(&even).unwrap().0, 0.0);
        near(juilland(&even).unwrap(), 1.0);
        let one = [(7, 10), (0, 10), (0, 10)];
        near(deviation_of_proportions(&one).unwrap().1.unwrap(), 1.0);
        near(juilland(&one).unwrap(), 0.0);
        assert_eq!(deviation_of_proportions(&[(0, 10), (0, 5)]), None);
        assert_eq!(deviation_of_proportions(&[(2, 10)]), Some((0.0, None)));
        assert_eq!(
            (juilland(&[(2, 10)]), juilland(&[(0, 1), (0, 1)])),
            (None, None)
        );
    }

    #[test]
    fn measures_are_those_of_their_sources() {
        // Dunning 1993, table 2 of his example "the swiss": 110, 2442, 111, 29114.
        let swiss = Contingency {
            here: 110,
            of_here: 110 + 111,
            there: 2442,
            of_there: 2442 + 29_114,
        };
        near(swiss.log_likelihood(), 270.72);
        let even = Contingency {
            here: 10,
            of_here: 1_000,
            there: 20,
            of_there: 2_000,
        };
        near(even.log_likelihood(), 0.0);
        near(even.log_ratio(), 0.0);
        near(even.mutual_information(), 0.0);
        let twice = Contingency { here: 40, ..even };
        near(twice.log_ratio(), 2.0);
        let missing = Contingency { here: 0, ..even };
        assert!(missing.log_likelihood() < 0.0 && missing.log_ratio() < 0.0);
        near(log_dice(5, 5, 5), 14.0);
        near(log_dice(5, 10, 10), 13.0);
        near(normalised_information(5, 5, 5, 1_000), 1.0);
        near(normalised_information(1, 10, 100, 1_000), 0.0);
        let empty = Contingency {
            here: 0,
            of_here: 0,
            there: 0,
            of_there: 0,
        };
        assert!(empty.log_likelihood() == 0.0 && empty.log_ratio().is_finite());
    }
}
