//! Articles that hold all items of a query.
//!
//! Done list by list and not article by article: first the candidates, from
//! bitmaps, of which common words have one, or from the shortest list; then
//! what each list adds to all of them. Each step is a short loop without
//! branches that cannot be foreseen.

use crate::text::bytes::load_u64;
use crate::text::postings::{BLOCK, Postings};
use crate::text::score::Saturation;

use super::ranked::{List, ROUNDING, SlotArticles, Source};
use super::top::TopScores;

/// A list so many times longer than the candidates are many is skipped through.
const SKIP_RATIO: usize = 32;

/// So many times as many articles as are asked for are scored ahead of others.
const AHEAD: usize = 4;

/// The items of a query, looked up in one segment.
pub(crate) struct Conjunction<'a, 'l> {
    /// The shortest first.
    items: Vec<(&'l List<'a>, Holder<'a, 'l>)>,
    lengths: &'a [u8],
    saturation: &'l Saturation,
}

impl<'a, 'l> Conjunction<'a, 'l> {
    /// Looks the items up.
    pub(crate) fn new(
        items: &[&'l List<'a>],
        lengths: &'a [u8],
        saturation: &'l Saturation,
    ) -> Self {
        let mut items = items.to_vec();
        items.sort_by_key(|list| list.len());
        let shortest = items.first().map_or(0, |list| list.len());
        let held = |list: &'l List<'a>| (list, Holder::new(list, shortest));
        Self {
            items: items.into_iter().map(held).collect(),
            lengths,
            saturation,
        }
    }

    /// The articles that hold all items, in order.
    pub(crate) fn articles(&self) -> Vec<u32> {
        candidates(&self.items)
    }

    /// Adds what the items earn to the scores of some of these articles, and
    /// leaves out those that cannot be among the `k` best.
    pub(crate) fn score(&self, articles: &mut Vec<u32>, scores: &mut Vec<f32>, k: usize) {
        let mut items: Vec<_> = self.items.iter().collect();
        items.sort_by(|a, b| b.0.bound.total_cmp(&a.0.bound));
        let mut rest: f32 = items.iter().map(|(list, _)| list.bound).sum();
        for (n, item) in items.iter().enumerate() {
            rest -= item.0.bound;
            self.add(item, articles, scores);
            let ahead = AHEAD * k;
            if n + 1 == items.len() || k == 0 || articles.len() < 4 * ahead {
                continue;
            }
            let mut leaders = TopScores::new(ahead);
            for &score in scores.iter() {
                if score > leaders.least {
                    leaders.add(score);
                }
            }
            let least = leaders.kth();
            let both = articles.iter().copied().zip(scores.iter().copied());
            let leaders = both.filter(|&(_, score)| score >= least).take(2 * ahead);
            let (few, mut sums): (Vec<u32>, Vec<f32>) = leaders.unzip();
            for item in &items[n + 1..] {
                self.add(item, &few, &mut sums);
            }
            let mut best = TopScores::new(k);
            sums.into_iter().for_each(|score| best.add(score));
            let least = best.kth() - rest - ROUNDING;
            let mut kept = 0;
            for at in 0..articles.len() {
                (articles[kept], scores[kept]) = (articles[at], scores[at]);
                kept += usize::from(scores[at] >= least);
            }
            articles.truncate(kept);
            scores.truncate(kept);
        }
    }

    /// Adds what an item that holds all of some articles says of them.
    fn add(
        &self,
        (list, holder): &(&List<'_>, Holder<'_, '_>),
        articles: &[u32],
        scores: &mut [f32],
    ) {
        let add = |(article, score): (u32, &mut f32), frequency| {
            let length = self.lengths.get(article as usize).copied().unwrap_or(0);
            *score += list.weight * self.saturation.share(frequency, length);
        };
        let mut both = articles.iter().copied().zip(scores);
        match holder {
            Holder::Bits(postings, _) => for_each_held(postings, articles, |_, frequency| {
                if let Some(both) = both.next() {
                    add(both, frequency);
                }
            }),
            Holder::Skipped(postings) => {
                let mut cursor = postings.cursor();
                for (article, score) in both {
                    if cursor.seek(article) == Some(article) {
                        add((article, score), cursor.frequency());
                    }
                }
            }
            Holder::Listed(others, frequencies) => {
                let mut at = 0;
                for (article, score) in both {
                    at += steps_to(&others[at..], article);
                    add((article, score), frequencies.get(at).copied().unwrap_or(0));
                }
            }
            Holder::Scored(others, earned) => {
                let mut at = 0;
                for (article, score) in both {
                    at += steps_to(&others[at..], article);
                    *score += list.weight * earned.get(at).copied().unwrap_or(0.0);
                }
            }
        }
    }
}

/// Calls back with those of some articles, in order, that a list with a bitmap
/// holds, and their frequencies.
#[inline]
pub(crate) fn for_each_held(
    postings: &Postings<'_>,
    articles: &[u32],
    mut f: impl FnMut(u32, u32),
) {
    let Some(bits) = postings.bitmap() else {
        return;
    };
    let mut frequencies = [0; BLOCK];
    let mut block = usize::MAX;
    // Where the ones were counted to, and how many there were.
    let (mut word, mut ones) = (0, 0);
    for &article in articles {
        while word < article as usize >> 6 {
            ones += load_u64(bits, word * 8).count_ones();
            word += 1;
        }
        let here = load_u64(bits, word * 8);
        if here >> (article & 63) & 1 == 0 {
            continue;
        }
        let rank = (ones + (here & ((1 << (article & 63)) - 1)).count_ones()) as usize;
        if block != rank / BLOCK {
            block = rank / BLOCK;
            postings.frequencies_of(block, &mut frequencies);
        }
        f(article, frequencies[rank % BLOCK]);
    }
}

/// One item's articles, ready to be looked up.
enum Holder<'a, 'l> {
    Bits(Postings<'a>, &'a [u8]),
    Skipped(Postings<'a>),
    Listed(Vec<u32>, Vec<u32>),
    Scored(&'l [u32], &'l [f32]),
}

impl<'a, 'l> Holder<'a, 'l> {
    fn new(list: &'l List<'a>, shortest: usize) -> Self {
        match &list.source {
            Source::Slot(SlotArticles::One(postings)) => {
                let len = postings.len() as usize;
                if let Some(bits) = postings.bitmap() {
                    return Self::Bits(*postings, bits);
                }
                if len / SKIP_RATIO > shortest {
                    return Self::Skipped(*postings);
                }
                let mut articles = Vec::with_capacity(len);
                let mut frequencies = Vec::with_capacity(len);
                postings.for_each(|article, frequency| {
                    articles.push(article);
                    frequencies.push(frequency);
                });
                Self::Listed(articles, frequencies)
            }
            Source::Slot(SlotArticles::Many(merged)) => {
                let (articles, frequencies) = merged.iter().copied().unzip();
                Self::Listed(articles, frequencies)
            }
            Source::Scored(scored) => Self::Scored(&scored.articles, &scored.scores),
            Source::Pair(_) => Self::Scored(&[], &[]),
        }
    }

    fn bits(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bits(_, bits) => Some(bits),
            _ => None,
        }
    }

    /// Removes the articles that the item does not hold.
    fn filter(&self, articles: &mut Vec<u32>) {
        match self {
            Self::Bits(_, bits) => keep(articles, |article| {
                bits.get(article as usize >> 3).copied().unwrap_or(0) >> (article & 7) & 1 == 1
            }),
            Self::Skipped(postings) => {
                let mut cursor = postings.cursor();
                keep(articles, |article| cursor.seek(article) == Some(article));
            }
            Self::Listed(others, _) => keep_common(articles, others),
            Self::Scored(others, _) => keep_common(articles, others),
        }
    }
}

/// The articles that all items hold; the shortest one comes first.
fn candidates(items: &[(&List<'_>, Holder<'_, '_>)]) -> Vec<u32> {
    let holders: Vec<_> = items.iter().map(|(_, holder)| holder).collect();
    let bitmaps: Vec<&[u8]> = holders.iter().filter_map(|h| h.bits()).collect();
    let mut articles = Vec::new();
    let Some(listed) = holders.iter().position(|h| h.bits().is_none()) else {
        let Some((first, others)) = bitmaps.split_first() else {
            return articles;
        };
        for at in (0..first.len()).step_by(8) {
            let mut word = load_u64(first, at);
            for other in others {
                word &= load_u64(other, at);
            }
            while word != 0 {
                articles.push(8 * at as u32 + word.trailing_zeros());
                word &= word - 1;
            }
        }
        return articles;
    };
    match holders[listed] {
        Holder::Listed(all, _) => articles.extend_from_slice(all),
        Holder::Scored(all, _) => articles.extend_from_slice(all),
        Holder::Skipped(all) => all.for_each(|article, _| articles.push(article)),
        Holder::Bits(..) => {}
    }
    for (i, holder) in holders.iter().enumerate() {
        if i != listed {
            holder.filter(&mut articles);
        }
    }
    articles
}

/// Keeps some articles; each is written first and counted after, which takes
/// no branch.
#[inline]
fn keep(articles: &mut Vec<u32>, mut wanted: impl FnMut(u32) -> bool) {
    let mut kept = 0;
    for i in 0..articles.len() {
        let article = articles[i];
        articles[kept] = article;
        kept += usize::from(wanted(article));
    }
    articles.truncate(kept);
}

/// Keeps what two ordered lists have in common.
fn keep_common(articles: &mut Vec<u32>, others: &[u32]) {
    let (mut i, mut j, mut kept) = (0, 0, 0);
    while i < articles.len() && j < others.len() {
        let (a, b) = (articles[i], others[j]);
        articles[kept] = a;
        kept += usize::from(a == b);
        i += usize::from(a <= b);
        j += usize::from(b <= a);
    }
    articles.truncate(kept);
}

/// How many numbers of an ordered list are below `article`.
#[inline]
fn steps_to(list: &[u32], article: u32) -> usize {
    // The next one is near, as a rule.
    let near = list.iter().take(16).take_while(|&&a| a < article).count();
    if near < 16 {
        near
    } else {
        list.partition_point(|&a| a < article)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn common_numbers_are_those_of_both(
            a in proptest::collection::btree_set(0u32..400, 0..200),
            b in proptest::collection::btree_set(0u32..400, 0..200),
        ) {
            let mut kept: Vec<u32> = a.iter().copied().collect();
            let others: Vec<u32> = b.iter().copied().collect();
            keep_common(&mut kept, &others);
            prop_assert_eq!(kept, a.intersection(&b).copied().collect::<Vec<_>>());
            for target in [0, 7, 100, 399] {
                let expected = others.partition_point(|&o| o < target);
                prop_assert_eq!(steps_to(&others, target), expected);
            }
        }
    }
}
