//! Accumulators: scores of the articles, term by term.
//!
//! Frequent terms are impact columns and are summed block by block in small
//! integers, at most [`Scale::slack`] below the exact sums. Infrequent terms
//! are added one by one before that. Only competitive articles are then scored
//! exactly.

use std::sync::Arc;

use multiversion::multiversion;

use super::impacts::{LANES, Packed, Row};
use super::top::TopScores;

/// The score of one impact unit.
pub(crate) const IMPACT: f32 = 1.0 / 255.0;

/// The largest integer sum.
const MOST: f32 = i16::MAX as f32;

/// Scores of infrequent terms, by article; reused from search to search.
#[derive(Default)]
pub(crate) struct Sparse {
    /// Sum by article. Double precision, so that the order of addition does not
    /// change the score.
    sums: Vec<f64>,
    /// Sum of the weights of matched clauses by article.
    items: Vec<u16>,
    /// The articles with a sum, in any order.
    touched: Vec<u32>,
    /// Whether any clauses matched.
    has_items: bool,
    /// Initial values of the block sums.
    first_sums: Vec<[i16; LANES]>,
    first_items: Vec<[u8; LANES]>,
    /// Number of articles in the segment. The buffers may be longer after a
    /// larger segment.
    articles: u32,
}

impl Sparse {
    /// Makes room for this many articles.
    pub(crate) fn prepare(&mut self, articles: u32) {
        self.articles = articles;
        let blocks = self.blocks();
        if self.first_sums.len() < blocks {
            self.sums.resize(blocks * LANES, 0.0);
            self.items.resize(blocks * LANES, 0);
            self.first_sums.resize(blocks, [0; LANES]);
            self.first_items.resize(blocks, [0; LANES]);
        }
    }

    fn blocks(&self) -> usize {
        (self.articles as usize).div_ceil(LANES)
    }

    /// Adds the contribution of a term, which is positive, to an article.
    #[inline]
    pub(crate) fn add(&mut self, article: u32, earned: f32, item_weight: u16) {
        // A damaged file may contain other articles.
        if article >= self.articles {
            return;
        }
        let sum = &mut self.sums[article as usize];
        if *sum == 0.0 {
            self.touched.push(article);
        }
        *sum += f64::from(earned);
        if item_weight > 0 {
            self.has_items = true;
            let items = &mut self.items[article as usize];
            *items = items.saturating_add(item_weight);
        }
    }

    /// Clears all sums.
    pub(crate) fn clear(&mut self) {
        for &article in &self.touched {
            self.sums[article as usize] = 0.0;
            self.items[article as usize] = 0;
            self.first_sums.as_flattened_mut()[article as usize] = 0;
            self.first_items.as_flattened_mut()[article as usize] = 0;
        }
        self.touched.clear();
        self.has_items = false;
    }
}

/// A frequent term.
pub(crate) struct Frequent {
    pub(crate) row: Arc<Row>,
    /// Factor of the saturated tf.
    pub(crate) weight: f32,
    /// How much the term counts as a matched clause; the weights of all are at most 255.
    pub(crate) item_weight: u8,
}

/// The terms of a query in one segment. An article must contain at least one.
pub(crate) struct Sums<'a> {
    pub(crate) sparse: &'a mut Sparse,
    pub(crate) rows: Vec<Frequent>,
    /// Minimum sum of the weights of the clauses that an article matches.
    pub(crate) required: usize,
    /// Document mask: all ones or zeros by article. `None` accepts all.
    pub(crate) allowed: Option<Vec<[u8; LANES]>>,
}

impl Sums<'_> {
    /// Calls `f` with the matching articles and their scores, in any order.
    /// With `best` (a number `k` and a score), articles that cannot be among
    /// the `k` best or score below it may be skipped. Returns the number of
    /// matching articles, skipped ones included.
    pub(crate) fn for_each(
        &mut self,
        best: Option<(usize, f32)>,
        mut f: impl FnMut(u32, f32),
    ) -> u64 {
        let items = self.rows.iter().map(|row| usize::from(row.item_weight));
        let items: usize = items.sum();
        if items < self.required {
            // No article can match enough clauses without an infrequent one.
            return self.for_each_touched(items, f);
        }
        let scale = Scale::new(self.sparse, &self.rows);
        self.fill_first(&scale);
        let sparse = &*self.sparse;
        let count = sparse.blocks();
        let mut blocks = Blocks {
            plain: Vec::with_capacity(self.rows.len()),
            packed: Vec::new(),
            sums: (!sparse.touched.is_empty()).then(|| &sparse.first_sums[..count]),
            items: sparse.has_items.then(|| &sparse.first_items[..count]),
            allowed: self.allowed.as_deref(),
            required: self.required.try_into().unwrap_or(u8::MAX),
        };
        for frequent in &self.rows {
            let weights = (scale.weight(frequent.weight), frequent.item_weight);
            match &*frequent.row {
                Row::Plain(row) => blocks.plain.push((row, weights)),
                Row::Packed(row) => blocks.packed.push((row, weights)),
            }
        }
        let mut show = |block: usize, sums: &[i16; LANES], least: i16| {
            for (lane, &sum) in sums.iter().enumerate() {
                if sum >= least {
                    let article = (block * LANES + lane) as u32;
                    f(article, self.score(article));
                }
            }
        };
        let Some((k, threshold)) = best else {
            let mut total = 0;
            for block in 0..count {
                let (sums, enough) = blocks.sum(block);
                total += u64::from(enough);
                show(block, &sums, 0);
            }
            return total;
        };
        let mut highest = vec![-1; count];
        let total = sum_all(&blocks, &mut highest);
        if k == 0 {
            return total;
        }
        let mut leaders = TopScores::new(k);
        for &here in &highest {
            if here >= 0 && f32::from(here) > leaders.least {
                leaders.add(f32::from(here));
            }
        }
        // Each of `k` blocks has an article with at least this score, so
        // articles below it are not competitive.
        let least = leaders.kth().max(threshold * scale.factor) - scale.slack;
        let least = least.clamp(0.0, MOST) as i16;
        for (block, here) in highest.into_iter().enumerate() {
            if here >= least {
                show(block, &blocks.sum(block).0, least);
            }
        }
        total
    }

    fn for_each_touched(&self, items: usize, mut f: impl FnMut(u32, f32)) -> u64 {
        let mut total = 0;
        for &article in &self.sparse.touched {
            let found = usize::from(self.sparse.items[article as usize]);
            if found + items < self.required || !self.allows(article) {
                continue;
            }
            let others = self.rows.iter().filter(|row| row.row.of(article) > 0);
            let others: usize = others.map(|row| usize::from(row.item_weight)).sum();
            if found + others >= self.required {
                total += 1;
                f(article, self.score(article));
            }
        }
        total
    }

    /// Copies the sums of infrequent terms into the block sums.
    fn fill_first(&mut self, scale: &Scale) {
        let sparse = &mut *self.sparse;
        let sums = sparse.first_sums.as_flattened_mut();
        let items = sparse.first_items.as_flattened_mut();
        for &article in &sparse.touched {
            let article = article as usize;
            sums[article] = (sparse.sums[article] as f32 * scale.factor) as i16;
            items[article] = sparse.items[article].try_into().unwrap_or(u8::MAX);
        }
    }

    fn allows(&self, article: u32) -> bool {
        let allowed = self.allowed.as_ref();
        allowed.is_none_or(|all| all.as_flattened().get(article as usize) == Some(&u8::MAX))
    }

    /// The exact score of an article.
    fn score(&self, article: u32) -> f32 {
        let sparse = self.sparse.sums.get(article as usize).copied();
        let earned =
            |row: &Frequent| f64::from(row.weight * IMPACT * f32::from(row.row.of(article)));
        (sparse.unwrap_or(0.0) + self.rows.iter().map(earned).sum::<f64>()) as f32
    }
}

/// Quantisation of scores to small integers.
struct Scale {
    /// Factor of a score.
    factor: f32,
    /// Maximum difference between a score and its integer.
    slack: f32,
}

impl Scale {
    /// Chooses the scale for which all sums fit.
    fn new(sparse: &Sparse, rows: &[Frequent]) -> Self {
        let touched = sparse.touched.iter();
        let added = touched
            .map(|&article| sparse.sums[article as usize])
            .fold(0.0, f64::max);
        let most = added as f32 + rows.iter().map(|row| row.weight).sum::<f32>();
        Self {
            factor: (MOST - 1.0) / most.max(f32::MIN_POSITIVE),
            // Each weight, product and initial value is rounded down, and 255 ×
            // 257 is one less than the divisor of the product.
            slack: 3.0 * rows.len() as f32 + 3.0,
        }
    }

    fn weight(&self, weight: f32) -> u16 {
        (weight * self.factor) as u16
    }
}

/// Input of the block sums.
struct Blocks<'a> {
    /// Columns, each with the weights of its impacts and of its clause.
    plain: Vec<(&'a [[u8; LANES]], (u16, u8))>,
    packed: Vec<(&'a Packed, (u16, u8))>,
    /// Initial values, if there are any.
    sums: Option<&'a [[i16; LANES]]>,
    items: Option<&'a [[u8; LANES]]>,
    allowed: Option<&'a [[u8; LANES]]>,
    required: u8,
}

impl Blocks<'_> {
    /// The sums of the articles of a block (-1 for those that match too few
    /// clauses) and the number of the others. The loops cover all lanes without
    /// branches, so that they compile to vector instructions.
    #[inline(always)]
    fn sum(&self, block: usize) -> ([i16; LANES], u32) {
        let mut sums = self.sums.map_or([0; LANES], |sums| sums[block]);
        let mut items = self.items.map_or([0; LANES], |items| items[block]);
        for &(row, weights) in &self.plain {
            add(&row[block], weights, &mut sums, &mut items);
        }
        for &(row, weights) in &self.packed {
            add(&row.block(block), weights, &mut sums, &mut items);
        }
        if let Some(allowed) = self.allowed {
            for (items, &allowed) in items.iter_mut().zip(&allowed[block]) {
                *items &= allowed;
            }
        }
        let mut enough = 0;
        for (sum, &items) in sums.iter_mut().zip(&items) {
            enough += u8::from(items >= self.required);
            *sum |= -i16::from(items < self.required);
        }
        (sums, enough.into())
    }
}

/// Adds the impacts of a term in a block to the sums, and its clause to the items.
#[inline(always)]
fn add(
    impacts: &[u8; LANES],
    (weight, item_weight): (u16, u8),
    sums: &mut [i16; LANES],
    items: &mut [u8; LANES],
) {
    // Per lane: the instruction that multiplies 16-bit numbers and keeps the upper halves.
    let weights = [weight; LANES];
    for ((sum, &impact), weight) in sums.iter_mut().zip(impacts).zip(weights) {
        let wide = u16::from(impact) << 8 | u16::from(impact);
        *sum += ((u32::from(wide) * u32::from(weight)) >> 16) as i16;
    }
    if item_weight > 0 {
        for (items, &impact) in items.iter_mut().zip(impacts) {
            *items = items.saturating_add(if impact > 0 { item_weight } else { 0 });
        }
    }
}

/// Writes the maximum of each block to `highest` and returns the number of
/// matching articles. Also compiled for processors with wider vectors.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2"))]
fn sum_all(blocks: &Blocks<'_>, highest: &mut [i16]) -> u64 {
    let mut total = 0;
    for (block, highest) in highest.iter_mut().enumerate() {
        let (sums, enough) = blocks.sum(block);
        total += u64::from(enough);
        *highest = highest_of(sums);
    }
    total
}

/// The maximum, found by comparing halves, many lanes at a time.
#[inline(always)]
fn highest_of(mut sums: [i16; LANES]) -> i16 {
    let mut half = LANES;
    while half > 1 {
        half /= 2;
        let (low, high) = sums.split_at_mut(half);
        for (low, &high) in low.iter_mut().zip(&*high) {
            *low = high.max(*low);
        }
    }
    sums[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    struct Term {
        /// By article; 0 if it lacks the term.
        impacts: Vec<u8>,
        weight: f32,
        item_weight: u8,
        is_frequent: bool,
        is_packed: bool,
    }

    fn terms(articles: usize) -> impl Strategy<Value = Vec<Term>> {
        let impacts = |zeros: u32| {
            let impact = prop_oneof![zeros => Just(0), 1 => 1u8..=255];
            vec(impact, articles)
        };
        let term = (
            // Columns of rare terms are packed.
            prop_oneof![impacts(2), impacts(9)],
            0.01f32..3.0,
            prop_oneof![Just(0u8), Just(1), 2u8..30],
            any::<bool>(),
            any::<bool>(),
        );
        let term = term.prop_map(
            |(impacts, weight, item_weight, is_frequent, is_packed)| Term {
                impacts,
                weight,
                item_weight,
                is_frequent,
                is_packed,
            },
        );
        vec(term, 1..8)
    }

    fn cases() -> impl Strategy<Value = (Vec<Term>, Vec<bool>)> {
        (1usize..400).prop_flat_map(|articles| (terms(articles), vec(any::<bool>(), articles)))
    }

    fn sums<'a>(terms: &[Term], sparse: &'a mut Sparse, required: usize) -> Sums<'a> {
        let articles = terms[0].impacts.len() as u32;
        sparse.prepare(articles);
        let mut rows = Vec::new();
        for term in terms {
            let held = (0..).zip(&term.impacts).filter(|&(_, &impact)| impact > 0);
            if term.is_frequent {
                let row = Row::new(articles, |add| held.for_each(|(a, &i)| add(a, i)));
                rows.push(Frequent {
                    row: Arc::new(if term.is_packed { row.packed() } else { row }),
                    weight: term.weight,
                    item_weight: term.item_weight,
                });
            } else {
                for (article, &impact) in held {
                    let earned = term.weight * IMPACT * f32::from(impact);
                    sparse.add(article, earned, term.item_weight.into());
                }
            }
        }
        Sums {
            sparse,
            rows,
            required,
            allowed: None,
        }
    }

    proptest! {
        #[test]
        fn the_best_are_those_of_sums_taken_one_by_one(
            (terms, allowed) in cases(),
            required in prop_oneof![1usize..4, 4usize..60],
            filtered in any::<bool>(),
            k in 0usize..30,
            threshold in prop_oneof![Just(f32::NEG_INFINITY), 0.0f32..4.0],
        ) {
            let mut expected: Vec<(u32, f32)> = (0..terms[0].impacts.len())
                .filter(|&article| {
                    let holding = terms.iter().filter(|t| t.impacts[article] > 0);
                    let weight: usize = holding.map(|t| usize::from(t.item_weight)).sum();
                    weight >= required && (!filtered || allowed[article])
                })
                .map(|article| {
                    let earned = |t: &Term| f64::from(t.weight * IMPACT * f32::from(t.impacts[article]));
                    (article as u32, terms.iter().map(earned).sum::<f64>() as f32)
                })
                .collect();
            let mut sparse = Sparse::default();
            // A search must not affect the next one.
            sums(&terms, &mut sparse, 1).for_each(None, |_, _| {});
            sparse.clear();
            let mut sums = sums(&terms, &mut sparse, required);
            if filtered {
                let mut lanes = vec![[0; LANES]; allowed.len().div_ceil(LANES)];
                for (lane, &allowed) in lanes.as_flattened_mut().iter_mut().zip(&allowed) {
                    *lane = if allowed { u8::MAX } else { 0 };
                }
                sums.allowed = Some(lanes);
            }
            let mut all = Vec::new();
            let total = sums.for_each(None, |article, score| all.push((article, score)));
            all.sort_by_key(|&(article, _)| article);
            prop_assert_eq!(total, expected.len() as u64);
            prop_assert_eq!(&all, &expected);

            let mut best = Vec::new();
            let total = sums.for_each(Some((k, threshold)), |article, score| best.push((article, score)));
            prop_assert_eq!(total, expected.len() as u64);
            expected.sort_by(|a, b| b.1.total_cmp(&a.1));
            if let Some(kth) = k.checked_sub(1) {
                let least = expected.get(kth).map_or(f32::NEG_INFINITY, |&(_, score)| score);
                for hit in expected.iter().filter(|hit| hit.1 >= least.max(threshold)) {
                    prop_assert!(best.contains(hit), "{:?} is missing", hit);
                }
            }
        }
    }
}
