//! The articles that contain one of the keys of a slot.

use crate::text::TextSegment;
use crate::text::postings::Postings;

use super::slots::SlotIds;

/// The articles that contain one of a slot's keys.
pub(crate) enum SlotArticles<'a> {
    /// One key: its posting list.
    One(Postings<'a>),
    /// Several keys: the merged lists.
    Many(Vec<(u32, u32)>),
}

/// The lists of a slot's keys.
pub(crate) fn slot_lists<'a>(segment: &'a TextSegment, slot: &SlotIds) -> Vec<Postings<'a>> {
    let mut lists = Vec::new();
    for group in &slot.groups {
        match &group.only {
            None => lists.push(segment.postings(&segment.folded_info(group.folded))),
            Some(only) => lists.extend(
                only.iter()
                    .map(|s| segment.postings(&segment.exact_info(s.exact))),
            ),
        }
    }
    lists
}

/// Resolves the articles of a slot.
pub(crate) fn slot_articles<'a>(segment: &'a TextSegment, slot: &SlotIds) -> SlotArticles<'a> {
    let lists = slot_lists(segment, slot);
    if let [only] = lists[..] {
        return SlotArticles::One(only);
    }
    let total: usize = lists.iter().map(|list| list.len() as usize).sum();
    if total >= segment.articles() as usize / 4 {
        return SlotArticles::Many(summed(segment, &lists));
    }
    let mut merged: Vec<(u32, u32)> = Vec::new();
    for list in lists {
        list.for_each(|article, frequency| merged.push((article, frequency)));
    }
    merged.sort_unstable();
    merged.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    SlotArticles::Many(merged)
}

/// Adds up the frequencies of several lists by article. The memory is bounded
/// by the number of articles, however many keys there are.
fn summed(segment: &TextSegment, lists: &[Postings<'_>]) -> Vec<(u32, u32)> {
    let mut frequencies = vec![0u32; segment.articles() as usize];
    for list in lists {
        list.for_each(|article, frequency| {
            if let Some(sum) = frequencies.get_mut(article as usize) {
                *sum += frequency;
            }
        });
    }
    let held = (0..).zip(frequencies);
    held.filter(|&(_, frequency)| frequency > 0).collect()
}

impl<'a> SlotArticles<'a> {
    /// Number of articles.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::One(list) => list.len() as usize,
            Self::Many(list) => list.len(),
        }
    }

    /// Calls `f` with every article and its weighted frequency, in order.
    #[inline]
    pub(crate) fn for_each(&self, mut f: impl FnMut(u32, u32)) {
        match self {
            Self::One(list) => list.for_each(f),
            Self::Many(list) => list
                .iter()
                .for_each(|&(article, frequency)| f(article, frequency)),
        }
    }
}
