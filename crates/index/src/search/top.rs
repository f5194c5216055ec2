//! The best hits of a search.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::{Address, Hit};

/// Keeps the `k` best hits it is shown.
pub(crate) struct TopHits {
    k: usize,
    heap: BinaryHeap<Ranked>,
    threshold: f32,
}

/// A hit ordered so that the worst one is the greatest.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Ranked {
    pub(crate) score: f32,
    pub(crate) tie: u64,
    pub(crate) address: Address,
}

impl Eq for Ranked {}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .score
            .total_cmp(&self.score)
            .then(self.tie.cmp(&other.tie))
            .then(self.address.cmp(&other.address))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl TopHits {
    /// Keeps the `k` best.
    pub(crate) fn new(k: usize) -> Self {
        Self {
            k,
            heap: BinaryHeap::with_capacity(k.min(1024) + 1),
            threshold: if k == 0 {
                f32::INFINITY
            } else {
                f32::NEG_INFINITY
            },
        }
    }

    /// Hits with a lower score cannot enter any more.
    #[inline]
    pub(crate) fn threshold(&self) -> f32 {
        self.threshold
    }

    /// Shows a hit; its tie is asked for only if it can enter.
    #[inline]
    pub(crate) fn push(&mut self, score: f32, address: Address, tie: impl FnOnce() -> u64) {
        if score >= self.threshold {
            self.insert(Ranked {
                score,
                tie: tie(),
                address,
            });
        }
    }

    #[inline(never)]
    fn insert(&mut self, hit: Ranked) {
        if self.heap.len() < self.k {
            self.heap.push(hit);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && hit < *worst
        {
            *worst = hit;
        }
        if self.heap.len() == self.k
            && let Some(worst) = self.heap.peek()
        {
            self.threshold = worst.score;
        }
    }

    /// The hits, the best first, without the first `offset`.
    pub(crate) fn into_hits(self, offset: usize, factor: f32) -> Vec<Hit> {
        self.heap
            .into_sorted_vec()
            .into_iter()
            .skip(offset)
            .map(|ranked| Hit {
                address: ranked.address,
                score: ranked.score * factor,
            })
            .collect()
    }
}

/// The `k` highest of the scores it is shown.
pub(crate) struct TopScores {
    k: usize,
    scores: Vec<f32>,
    /// The lowest of `k`; none has to be shown that is not above it.
    pub(crate) least: f32,
}

impl TopScores {
    /// Keeps the `k` highest.
    pub(crate) fn new(k: usize) -> Self {
        Self {
            k,
            scores: Vec::with_capacity(2 * k),
            least: f32::NEG_INFINITY,
        }
    }

    /// Shows a score.
    pub(crate) fn add(&mut self, score: f32) {
        self.scores.push(score);
        if self.scores.len() >= 2 * self.k {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let (_, kth, _) = self
            .scores
            .select_nth_unstable_by(self.k - 1, |a, b| b.total_cmp(a));
        self.least = *kth;
        self.scores.truncate(self.k);
    }

    /// The `k`th, or negative infinity if there are fewer.
    pub(crate) fn kth(mut self) -> f32 {
        if self.scores.len() >= self.k {
            self.cut();
        }
        self.least
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_best_and_breaks_ties_by_the_smaller_number() {
        let mut top = TopHits::new(3);
        let at = |article| Address {
            segment: 0,
            article,
        };
        for (article, score, tie) in [
            (0, 1.0, 9),
            (1, 2.0, 5),
            (2, 1.0, 3),
            (3, 3.0, 1),
            (4, 1.0, 4),
        ] {
            top.push(score, at(article), || tie);
        }
        let hits: Vec<_> = top
            .into_hits(0, 1.0)
            .iter()
            .map(|h| h.address.article)
            .collect();
        assert_eq!(hits, [3, 1, 2]);
        let mut none = TopHits::new(0);
        none.push(1.0, at(0), || 0);
        assert!(none.into_hits(0, 1.0).is_empty());
    }
}
