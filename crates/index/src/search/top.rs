//! The best hits of a search.

use super::{Address, Hit};

/// Fewer hits are not cut down.
const MOST_COLLECTED: usize = 32;

/// Keeps the `k` best hits it is shown.
///
/// What may be among them is collected and cut down to `k` from time to time,
/// which takes fewer steps than keeping it in order all along.
pub(crate) struct TopHits {
    k: usize,
    hits: Vec<Ranked>,
    /// So many are cut down.
    room: usize,
    threshold: f32,
}

/// A hit and its place among others.
#[derive(Clone, Copy)]
struct Ranked {
    place: Place,
    address: Address,
    score: f32,
}

/// By score, the highest first, and then by tie: one whole number, which is
/// compared in fewer steps than the two.
type Place = u128;

impl Ranked {
    fn new(score: f32, tie: u64, address: Address) -> Self {
        // Ascends as `f32::total_cmp` has it.
        let bits = score.to_bits() as i32;
        let ascending = bits ^ ((bits >> 31) as u32 >> 1) as i32;
        let descending = !(ascending ^ i32::MIN) as u32;
        Self {
            place: Place::from(descending) << 64 | Place::from(tie),
            address,
            score,
        }
    }

    fn place(&self) -> (Place, Address) {
        (self.place, self.address)
    }
}

impl TopHits {
    /// Keeps the `k` best.
    pub(crate) fn new(k: usize) -> Self {
        let room = k.saturating_mul(2).max(MOST_COLLECTED);
        Self {
            k,
            hits: Vec::with_capacity(room.min(1024)),
            room,
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
            self.hits.push(Ranked::new(score, tie(), address));
            if self.hits.len() == self.room {
                self.cut();
            }
        }
    }

    #[inline(never)]
    fn cut(&mut self) {
        if self.k == 0 {
            self.hits.clear();
        } else if self.hits.len() > self.k {
            let (_, worst, _) = self
                .hits
                .select_nth_unstable_by_key(self.k - 1, Ranked::place);
            self.threshold = worst.score;
            self.hits.truncate(self.k);
        }
    }

    /// The hits, the best first, without the first `offset`.
    pub(crate) fn into_hits(mut self, offset: usize, factor: f32) -> Vec<Hit> {
        self.cut();
        self.hits.sort_unstable_by_key(Ranked::place);
        let hits = self.hits.into_iter().skip(offset);
        hits.map(|ranked| Hit {
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
