//! Sums of what the terms of a query earn, article by article.
//!
//! Frequent terms come as rows of impacts and are summed block by block, in
//! small integers that are at most [`Scale::slack`] below the sums they stand
//! for; others are few and are added one by one beforehand. Only articles
//! whose sums can be among the best are then worked out to the last bit.

use std::sync::Arc;

use multiversion::multiversion;

use super::impacts::{LANES, Row};
use super::top::TopScores;

/// What one impact stands for.
pub(crate) const IMPACT: f32 = 1.0 / 255.0;

/// The largest sum.
const MOST: f32 = i16::MAX as f32;

/// What infrequent terms earn, by article; kept from search to search.
#[derive(Default)]
pub(crate) struct Sparse {
    /// By article, what was added. In double precision, so that the order of
    /// adding does not show in the score.
    sums: Vec<f64>,
    /// By article, how many items were found.
    items: Vec<u16>,
    /// The articles with a sum, in any order.
    touched: Vec<u32>,
    /// Whether any items were found.
    has_items: bool,
    /// What goes into the sums of blocks beforehand.
    first_sums: Vec<[i16; LANES]>,
    first_items: Vec<[u8; LANES]>,
    /// How many articles the segment has; a larger one may have left more room.
    articles: u32,
}

impl Sparse {
    /// Makes room for so many articles.
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

    /// Adds what a term earns in an article, which is more than nothing.
    #[inline]
    pub(crate) fn add(&mut self, article: u32, earned: f32, is_item: bool) {
        // A damaged file may name others.
        if article >= self.articles {
            return;
        }
        let sum = &mut self.sums[article as usize];
        if *sum == 0.0 {
            self.touched.push(article);
        }
        *sum += f64::from(earned);
        if is_item {
            self.has_items = true;
            let items = &mut self.items[article as usize];
            *items = items.saturating_add(1);
        }
    }

    /// Forgets everything.
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
    /// What a share is multiplied with.
    pub(crate) weight: f32,
    /// Whether it counts as an item found.
    pub(crate) is_item: bool,
}

/// The terms of a query in one segment, of which an article must hold some.
pub(crate) struct Sums<'a> {
    pub(crate) sparse: &'a mut Sparse,
    pub(crate) rows: Vec<Frequent>,
    /// How many items an article must hold.
    pub(crate) required: usize,
    /// By article, all ones or nothing: whether it counts. None if all do.
    pub(crate) allowed: Option<Vec<[u8; LANES]>>,
}

impl Sums<'_> {
    /// Calls back with the articles that hold enough, in any order, and their
    /// scores; of `best`, a number and a score, those may be left out that are
    /// surely not among so many best or have a lower score. Gives the number of
    /// all that hold enough.
    pub(crate) fn for_each(
        &mut self,
        best: Option<(usize, f32)>,
        mut f: impl FnMut(u32, f32),
    ) -> u64 {
        let items = self.rows.iter().filter(|row| row.is_item).count();
        if items < self.required {
            // None holds enough without an infrequent item.
            return self.for_each_touched(items, f);
        }
        let scale = Scale::new(self.sparse, &self.rows);
        self.fill_first(&scale);
        let sparse = &*self.sparse;
        let count = sparse.blocks();
        let blocks = Blocks {
            rows: self
                .rows
                .iter()
                .map(|row| (row.row.blocks(), scale.weight(row.weight), row.is_item))
                .collect(),
            sums: (!sparse.touched.is_empty()).then(|| &sparse.first_sums[..count]),
            items: sparse.has_items.then(|| &sparse.first_items[..count]),
            allowed: self.allowed.as_deref(),
            required: self.required.try_into().unwrap_or(u8::MAX),
        };
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
        // Each of `k` blocks has an article with so much, so that no article
        // with less is among the best.
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
            let others = self.rows.iter().filter(|row| row.is_item);
            let others = others.filter(|row| row.row.of(article) > 0).count();
            if found + others >= self.required {
                total += 1;
                f(article, self.score(article));
            }
        }
        total
    }

    /// Puts what was added one by one into the sums of blocks.
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

    /// What an article earns.
    fn score(&self, article: u32) -> f32 {
        let sparse = self.sparse.sums.get(article as usize).copied();
        let earned =
            |row: &Frequent| f64::from(row.weight * IMPACT * f32::from(row.row.of(article)));
        (sparse.unwrap_or(0.0) + self.rows.iter().map(earned).sum::<f64>()) as f32
    }
}

/// How sums are written as small integers.
struct Scale {
    /// What a sum is multiplied with.
    factor: f32,
    /// How much lower than the sum an integer may be.
    slack: f32,
}

impl Scale {
    /// For sums that fit.
    fn new(sparse: &Sparse, rows: &[Frequent]) -> Self {
        let touched = sparse.touched.iter();
        let added = touched
            .map(|&article| sparse.sums[article as usize])
            .fold(0.0, f64::max);
        let most = added as f32 + rows.iter().map(|row| row.weight).sum::<f32>();
        Self {
            factor: (MOST - 1.0) / most.max(f32::MIN_POSITIVE),
            // A weight, its product and what was added are rounded down, and
            // 255 times 257 is one less than the product is divided by.
            slack: 3.0 * rows.len() as f32 + 3.0,
        }
    }

    fn weight(&self, weight: f32) -> u16 {
        (weight * self.factor) as u16
    }
}

/// What is summed up block by block.
struct Blocks<'a> {
    rows: Vec<(&'a [[u8; LANES]], u16, bool)>,
    /// What was added before, if there is anything.
    sums: Option<&'a [[i16; LANES]]>,
    items: Option<&'a [[u8; LANES]]>,
    allowed: Option<&'a [[u8; LANES]]>,
    required: u8,
}

impl Blocks<'_> {
    /// The sums of a block's articles, -1 for those that do not hold enough,
    /// and how many do. Loops are over all lanes and without branches, so that
    /// they become vector instructions.
    #[inline(always)]
    fn sum(&self, block: usize) -> ([i16; LANES], u32) {
        let mut sums = self.sums.map_or([0; LANES], |sums| sums[block]);
        let mut items = self.items.map_or([0; LANES], |items| items[block]);
        for &(row, weight, is_item) in &self.rows {
            let impacts = &row[block];
            // By lane, as there is an instruction for the upper halves of
            // products of numbers of 16 bits.
            let weights = [weight; LANES];
            for ((sum, &impact), weight) in sums.iter_mut().zip(impacts).zip(weights) {
                let wide = u16::from(impact) << 8 | u16::from(impact);
                *sum += ((u32::from(wide) * u32::from(weight)) >> 16) as i16;
            }
            if is_item {
                for (items, &impact) in items.iter_mut().zip(impacts) {
                    *items = items.saturating_add(u8::from(impact > 0));
                }
            }
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

/// Gives the highest sum of each block to `highest`, and how many articles
/// hold enough. Compiled for newer processors as well, whose vectors are wider.
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

/// The highest of some sums, found by halves, which are compared many at a
/// time.
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
        /// By article; 0 where it does not stand.
        impacts: Vec<u8>,
        weight: f32,
        is_item: bool,
        is_frequent: bool,
    }

    fn terms(articles: usize) -> impl Strategy<Value = Vec<Term>> {
        let impact = prop_oneof![2 => Just(0), 1 => 1u8..=255];
        let term = (
            vec(impact, articles),
            0.01f32..3.0,
            any::<bool>(),
            any::<bool>(),
        );
        let term = term.prop_map(|(impacts, weight, is_item, is_frequent)| Term {
            impacts,
            weight,
            is_item,
            is_frequent,
        });
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
                rows.push(Frequent {
                    row: Arc::new(Row::new(articles, |add| held.for_each(|(a, &i)| add(a, i)))),
                    weight: term.weight,
                    is_item: term.is_item,
                });
            } else {
                for (article, &impact) in held {
                    let earned = term.weight * IMPACT * f32::from(impact);
                    sparse.add(article, earned, term.is_item);
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
            required in 1usize..4,
            filtered in any::<bool>(),
            k in 0usize..30,
            threshold in prop_oneof![Just(f32::NEG_INFINITY), 0.0f32..4.0],
        ) {
            let mut expected: Vec<(u32, f32)> = (0..terms[0].impacts.len())
                .filter(|&article| {
                    let holding = terms.iter().filter(|t| t.is_item && t.impacts[article] > 0);
                    holding.count() >= required && (!filtered || allowed[article])
                })
                .map(|article| {
                    let earned = |t: &Term| f64::from(t.weight * IMPACT * f32::from(t.impacts[article]));
                    (article as u32, terms.iter().map(earned).sum::<f64>() as f32)
                })
                .collect();
            let mut sparse = Sparse::default();
            // What a search leaves behind must not show in the next.
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
