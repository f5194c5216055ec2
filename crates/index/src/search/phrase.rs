//! Positions of phrases.
//!
//! The candidates of a phrase of adjacent slots are the positions of its rarest
//! bigram. If there are many, the lists of other bigrams reduce them first; the
//! tokens next to each remaining candidate decide. Phrases with gaps, slop or
//! slots of too many keys are [scanned](super::scan) for.

use smallvec::{SmallVec, smallvec};
use timbao_query::plan::{Phrase, Slot, TextField};

use crate::text::TextSegment;
use crate::text::pairs::{Accepted, PairList};
use crate::text::tokens::{FIRST_KEY, TokenSet, first_byte, has_overflow};

use super::pair::PairSource;
use super::positions::group_by_article;
use super::slot_articles::slot_articles;
use super::slots::{Group, SlotIds};

/// With at most this many key combinations, bigrams are read before tokens.
pub(super) const MOST_LISTS: usize = 64;
/// Maximum number of key combinations for which bigrams are used where a phrase has no fewer, in a
/// small segment. One takes about 0.3 µs.
pub(super) const MOST_COMBINATIONS: usize = 1 << 16;
/// In a large segment, tokens for each combination: reading these is the alternative.
const TOKENS_OF_COMBINATION: usize = 256;
/// With at most this many candidates, no other bigram is read.
const FEW: u32 = 128;
/// Cost of reading a random token, in positions of a list.
const CHECK_COST: u32 = 3;
/// The same for a token with overflow bytes, which are stored elsewhere.
const CHECK_COST_OVERFLOW: u32 = 20;
/// Cost of the first token of a block whose checksum must be computed and whose page must be
/// mapped, in positions of a list: about a microsecond.
const CHECK_COST_BLOCK: u32 = 800;

/// A phrase with its slots resolved in one segment.
pub(crate) struct SegmentPhrase<'a> {
    phrase: &'a Phrase,
    segment: &'a TextSegment,
    slots: SmallVec<[SlotIds; 8]>,
}

impl<'a> SegmentPhrase<'a> {
    /// Resolves the keys of the phrase.
    pub(crate) fn new(phrase: &'a Phrase, segment: &'a TextSegment) -> Self {
        let steps = phrase.steps.iter();
        let slots = steps.map(|step| SlotIds::resolve(&step.slot, segment));
        Self::resolved(phrase, slots.collect(), segment)
    }

    /// A phrase of which the keys of each slot are known.
    pub(crate) fn resolved(
        phrase: &'a Phrase,
        slots: SmallVec<[SlotIds; 8]>,
        segment: &'a TextSegment,
    ) -> Self {
        Self {
            phrase,
            segment,
            slots,
        }
    }

    /// Calls `f` with every article that contains the phrase and the weighted
    /// frequency, in order. The phrase is one slot anywhere in the text, or a
    /// row of slots that [has pairs](Self::has_pairs).
    #[inline]
    pub(crate) fn for_each_article(&self, field: Option<TextField>, f: impl FnMut(u32, u32)) {
        if self.slots.is_empty() || self.slots.iter().any(|s| s.groups.is_empty()) {
            return;
        }
        if let [slot] = &self.slots[..] {
            return slot_articles(self.segment, slot).for_each(f);
        }
        if field.is_none()
            && let Some(pair) = self.pair()
        {
            return pair.for_each(self.segment, f);
        }
        if let Some(starts) = self.rigid_starts() {
            group_by_article(self.segment, &starts, field, f);
        }
    }

    /// Returns `true` if bigrams tell where the phrase is.
    pub(super) fn has_pairs(&self) -> bool {
        let most = most_combinations(self.segment);
        let mut pairs = self.slots.windows(2);
        pairs.any(|pair| combinations(pair) <= most)
    }

    /// The bigram that equals the phrase, if it is one of two known keys.
    pub(crate) fn pair(&self) -> Option<PairSource<'a>> {
        let ([a, b], true) = (self.slots.as_slice(), self.phrase.is_rigid()) else {
            return None;
        };
        PairSource::simple(self.segment, a.single()?, b.single()?)
    }

    /// The first positions of all occurrences of a phrase of adjacent slots;
    /// `None` if it must be matched against tokens.
    pub(crate) fn rigid_starts(&self) -> Option<Vec<u32>> {
        let pairs = self.pairs();
        let (rarest, others) = pairs.split_first()?;
        let mut starts = Vec::new();
        rarest.read_into(&mut starts);
        let tokens = self.segment.tokens();
        let mut told: SmallVec<[bool; 16]> = smallvec![false; self.slots.len()];
        rarest.tell(&mut told);
        for pair in others {
            if starts.len() < FEW as usize {
                break;
            }
            let [(list, accepted)] = pair.lists[..] else {
                continue;
            };
            let at = pair.offset as usize;
            let untold = (at..at + 2).filter(|&slot| !told[slot]);
            let looks: u32 = untold
                .map(|slot| look(&self.slots[slot], self.segment))
                .sum();
            let cost = looks.saturating_mul(starts.len() as u32);
            let blocks = || CHECK_COST_BLOCK.saturating_mul(tokens.unread_blocks(&starts));
            if (pair.len <= cost || pair.len - cost <= blocks()) && pair.tell(&mut told) {
                list.keep(accepted, pair.offset, &mut starts);
            }
        }
        if starts.is_empty() {
            return Some(starts);
        }
        let untold = (0..).zip(&self.slots).zip(told).filter(|(_, told)| !told);
        let sets: SmallVec<[(u32, TokenSet); 4]> = untold
            .map(|((offset, slot), _)| (offset, slot.tokens(self.segment)))
            .collect();
        // First bytes of adjacent tokens share a cache line; overflow bytes do
        // not.
        for (offset, set) in &sets {
            set.keep_by_first_bytes(tokens, *offset, &mut starts);
        }
        for (offset, set) in &sets {
            set.keep_by_overflow(tokens, *offset, &mut starts);
        }
        Some(starts)
    }

    /// The bigrams that can be read, rarest first. If the bigram that seems
    /// rare is rare indeed, the others are omitted.
    fn pairs(&self) -> SmallVec<[SlotPair<'a>; 4]> {
        let rarity = |slot: &SlotIds| -> u64 {
            let tokens = slot.groups.iter().map(|g| u64::from(g.tokens));
            tokens.sum()
        };
        let windows = || (0..).zip(self.slots.windows(2));
        let mut order: SmallVec<[(u64, u32); 8]> = windows()
            .filter(|(_, pair)| combinations(pair) <= MOST_LISTS)
            .map(|(offset, pair)| (rarity(&pair[0]) * rarity(&pair[1]), offset))
            .collect();
        if order.is_empty() {
            let narrowest = windows().min_by_key(|(_, pair)| combinations(pair));
            let most = most_combinations(self.segment);
            let narrowest = narrowest.filter(|(_, pair)| combinations(pair) <= most);
            order.extend(narrowest.map(|(offset, _)| (0, offset)));
        }
        order.sort_unstable();
        let mut pairs: SmallVec<[SlotPair<'a>; 4]> = SmallVec::new();
        for (_, offset) in order {
            let at = offset as usize;
            let pair = SlotPair::new(self.segment, offset, &self.slots[at], &self.slots[at + 1]);
            if pair.len < FEW {
                pairs.clear();
                pairs.push(pair);
                break;
            }
            let before = pairs.partition_point(|p| p.len <= pair.len);
            pairs.insert(before, pair);
        }
        pairs
    }
}

fn most_combinations(segment: &TextSegment) -> usize {
    MOST_COMBINATIONS.max(segment.words() as usize / TOKENS_OF_COMBINATION)
}

/// The number of bigrams that two slots may have.
fn combinations(slots: &[SlotIds]) -> usize {
    slots.iter().map(|slot| slot.groups.len()).product()
}

/// Cost of checking that a token fills a slot.
fn look(slot: &SlotIds, segment: &TextSegment) -> u32 {
    let commonest = |group: &Group| match &group.only {
        Some(only) => only.iter().map(|s| s.exact).min(),
        None => segment.variants(group.folded).next(),
    };
    let mut tokens = slot.groups.iter().filter_map(commonest);
    if tokens.any(|exact| has_overflow(first_byte(exact + FIRST_KEY))) {
        CHECK_COST_OVERFLOW
    } else {
        CHECK_COST
    }
}

/// Two adjacent slots of a phrase and the lists of their bigrams.
struct SlotPair<'a> {
    /// Number of the first slot.
    offset: u32,
    /// Number of positions in the lists.
    len: u32,
    lists: SmallVec<[(PairList<'a>, Accepted); 1]>,
}

impl<'a> SlotPair<'a> {
    fn new(segment: &'a TextSegment, offset: u32, a: &SlotIds, b: &SlotIds) -> Self {
        let mut pair = Self {
            offset,
            len: 0,
            lists: SmallVec::new(),
        };
        for first in &a.groups {
            for second in &b.groups {
                let Some(list) = segment.pair(first.folded, second.folded) else {
                    continue;
                };
                let accepted = first.accept(second, &list);
                if !accepted.is_none() {
                    pair.len += list.len();
                    pair.lists.push((list, accepted));
                }
            }
        }
        pair
    }

    /// Marks the slots that need no check of tokens once the lists are read.
    /// Returns `true` if there are any.
    fn tell(&self, told: &mut [bool]) -> bool {
        let at = self.offset as usize;
        let asks = self.lists.iter().any(|(_, accepted)| accepted.asks());
        if !asks {
            told[at..at + 2].fill(true);
        }
        !asks
    }

    /// Appends the starts of the phrase, in order.
    fn read_into(&self, starts: &mut Vec<u32>) {
        for (list, accepted) in &self.lists {
            list.read_into(*accepted, self.offset, starts);
        }
        if self.lists.len() > 1 {
            starts.sort_unstable();
        }
    }
}

/// The positions of a bigram of two slots in one segment; `None` if there are none.
pub(crate) fn bigram<'a>(
    segment: &'a TextSegment,
    a: &SlotIds,
    b: &SlotIds,
    slots: [&Slot; 2],
) -> Option<PairSource<'a>> {
    if let (Some(x), Some(y)) = (a.single(), b.single()) {
        return PairSource::simple(segment, x, y);
    }
    if a.groups.len() * b.groups.len() > MOST_LISTS {
        return None;
    }
    let phrase = Phrase::exact(slots.map(Clone::clone));
    let starts = SegmentPhrase::new(&phrase, segment).rigid_starts()?;
    (!starts.is_empty()).then_some(PairSource::Merged(starts))
}
