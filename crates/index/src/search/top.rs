//! The best hits of a search.

use smallvec::SmallVec;
use timbao_views::ViewId;

use super::{Address, Hit};

/// Fewer hits are not pruned.
const MOST_COLLECTED: usize = 32;

/// Keeps the `k` best hits it is shown.
///
/// Competitive hits are collected and pruned from time to time, which is faster
/// than a heap. Tie-breakers are computed at the end, for the remaining hits
/// only.
pub(crate) struct TopHits {
    k: usize,
    hits: SmallVec<[Candidate; MOST_COLLECTED]>,
    /// Number of candidates that triggers pruning.
    room: usize,
    threshold: f32,
}

/// A competitive hit, in 16 bytes, which are moved at once: its address without the view, which
/// all share.
#[derive(Clone, Copy)]
#[repr(align(16))]
struct Candidate {
    /// The higher the score, the smaller.
    place: u32,
    segment: u32,
    article: u32,
}

impl Candidate {
    fn new(score: f32, address: Address) -> Self {
        let place = !(flip(score.to_bits() as i32) ^ i32::MIN) as u32;
        Self {
            place,
            segment: address.segment,
            article: address.article,
        }
    }

    fn address(&self, view: ViewId) -> Address {
        Address {
            view,
            segment: self.segment,
            article: self.article,
        }
    }

    fn score(&self) -> f32 {
        f32::from_bits(flip(!(self.place as i32) ^ i32::MIN) as u32)
    }
}

/// Makes of the bits of a number one that ascends as `f32::total_cmp` has it,
/// and of that the bits.
fn flip(bits: i32) -> i32 {
    bits ^ ((bits >> 31) as u32 >> 1) as i32
}

impl TopHits {
    /// Keeps the `k` best.
    pub(crate) fn new(k: usize) -> Self {
        let room = k.saturating_mul(2).max(MOST_COLLECTED);
        Self {
            k,
            hits: SmallVec::new(),
            room,
            threshold: if k == 0 {
                f32::INFINITY
            } else {
                f32::NEG_INFINITY
            },
        }
    }

    /// Hits with a lower score are not competitive any more.
    #[inline]
    pub(crate) fn threshold(&self) -> f32 {
        self.threshold
    }

    /// Offers a hit.
    #[inline]
    pub(crate) fn push(&mut self, score: f32, address: Address) {
        if score >= self.threshold {
            self.hits.push(Candidate::new(score, address));
            if self.hits.len() >= self.room {
                self.cut();
                // Any number of hits may have the same score.
                self.room = self.room.max(self.hits.len().saturating_mul(2));
            }
        }
    }

    /// Drops the hits that are not competitive, whatever their tie-breakers
    /// are.
    #[inline(never)]
    fn cut(&mut self) {
        if self.k == 0 {
            self.hits.clear();
        } else if self.hits.len() > self.k {
            let by_place = |hit: &Candidate| hit.place;
            let (_, worst, _) = self.hits.select_nth_unstable_by_key(self.k - 1, by_place);
            let worst = *worst;
            self.threshold = worst.score();
            let mut kept = self.k;
            for i in self.k..self.hits.len() {
                // Branch-free: always write, advance only if kept.
                self.hits[kept] = self.hits[i];
                kept += usize::from(self.hits[i].place == worst.place);
            }
            self.hits.truncate(kept);
        }
    }

    /// Returns the hits by descending score without the first `offset`, scores
    /// multiplied by `factor`. Ties go to the smaller tie-breaker.
    pub(crate) fn into_hits(
        mut self,
        view: ViewId,
        offset: usize,
        factor: f32,
        tie: impl Fn(Address) -> u64,
    ) -> Vec<Hit> {
        self.cut();
        let order = |a: &Candidate, b: &Candidate| {
            let ties = || tie(a.address(view)).cmp(&tie(b.address(view)));
            let equal = || ties().then((a.segment, a.article).cmp(&(b.segment, b.article)));
            a.place.cmp(&b.place).then_with(equal)
        };
        if self.hits.len() > self.k {
            self.hits.select_nth_unstable_by(self.k, order);
            self.hits.truncate(self.k);
        }
        self.hits.sort_unstable_by(order);
        let hits = self.hits.iter().skip(offset);
        hits.map(|hit| Hit {
            address: hit.address(view),
            score: hit.score() * factor,
        })
        .collect()
    }
}

/// The `k` highest of the scores it is shown.
pub(crate) struct TopScores {
    k: usize,
    scores: Vec<f32>,
    /// The lowest of the `k` scores; only higher scores need to be added.
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

    /// Offers a score.
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
        let mut ties = Vec::new();
        let view = ViewId(0);
        let at = |article| Address {
            view,
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
            top.push(score, at(article));
            ties.push(tie);
        }
        let hits: Vec<_> = top
            .into_hits(view, 0, 1.0, |at| ties[at.article as usize])
            .iter()
            .map(|h| h.address.article)
            .collect();
        assert_eq!(hits, [3, 1, 2]);
        let mut none = TopHits::new(0);
        none.push(1.0, at(0));
        assert!(none.into_hits(view, 0, 1.0, |_| 0).is_empty());
    }
}
