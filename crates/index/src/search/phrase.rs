//! Positions of phrases.
//!
//! The candidates of a phrase of adjacent slots are the positions of its rarest
//! bigram. If there are many, the lists of other bigrams reduce them first; the
//! tokens next to each remaining candidate decide. Phrases with gaps, slop or
//! slots of too many keys are matched against the tokens of the articles that
//! contain all their slots.

use smallvec::{SmallVec, smallvec};
use timbao_query::plan::{Phrase, Slot, TextField};

use crate::text::TextSegment;
use crate::text::pairs::{Accepted, PairList};
use crate::text::tokens::{FIRST_KEY, TokenSet, first_byte, has_overflow};

use super::deadline::Deadline;
use super::matcher::{PhraseMatcher, SegmentArticle};
use super::pair::PairSource;
use super::positions::{FieldEnds, group_by_article};
use super::slot_articles::slot_articles;
use super::slots::{Group, SlotIds};

/// Maximum number of key combinations for which bigrams are used.
pub(super) const MOST_LISTS: usize = 64;
/// With at most this many candidates, no other bigram is read.
const FEW: u32 = 128;
/// Cost of reading a random token, in positions of a list.
const CHECK_COST: u32 = 3;
/// The same for a token with overflow bytes, which are stored elsewhere.
const CHECK_COST_OVERFLOW: u32 = 20;

/// A phrase with its slots resolved in one segment.
pub(crate) struct SegmentPhrase<'a> {
    phrase: &'a Phrase,
    segment: &'a TextSegment,
    slots: SmallVec<[SlotIds; 8]>,
    deadline: Deadline,
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
            deadline: Deadline::default(),
        }
    }

    /// Stops at a deadline.
    pub(crate) fn until(self, deadline: Deadline) -> Self {
        Self { deadline, ..self }
    }

    /// Calls `f` with every article that contains the phrase and the weighted
    /// frequency, in order.
    #[inline]
    pub(crate) fn for_each_article(&self, field: Option<TextField>, mut f: impl FnMut(u32, u32)) {
        if self.slots.is_empty() || self.slots.iter().any(|s| s.groups.is_empty()) {
            return;
        }
        if self.slots.len() == 1 && field.is_none() && !self.phrase.has_case() {
            return slot_articles(self.segment, &self.slots[0]).for_each(f);
        }
        if field.is_none()
            && let Some(pair) = self.pair()
        {
            return pair.for_each(self.segment, f);
        }
        let starts = if self.phrase.is_rigid() {
            self.rigid_starts()
        } else {
            None
        };
        match starts {
            Some(starts) if !matches!(field, Some(TextField::Body | TextField::Caption)) => {
                group_by_article(self.segment, &starts, field, f);
            }
            _ => self.search_tokens(field, &mut f),
        }
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
            if pair.len <= looks.saturating_mul(starts.len() as u32) && pair.tell(&mut told) {
                list.keep(accepted, pair.offset, &mut starts);
            }
        }
        if starts.is_empty() {
            return Some(starts);
        }
        let tokens = self.segment.tokens();
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
        let mut order: SmallVec<[(u64, u32); 8]> = (0..)
            .zip(self.slots.windows(2))
            .filter(|(_, pair)| pair[0].groups.len() * pair[1].groups.len() <= MOST_LISTS)
            .map(|(offset, pair)| (rarity(&pair[0]) * rarity(&pair[1]), offset))
            .collect();
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

    /// Matches the phrase against the tokens of the articles that contain all
    /// its slots.
    fn search_tokens(&self, field: Option<TextField>, f: &mut impl FnMut(u32, u32)) {
        let mut slots: Vec<_> = self
            .slots
            .iter()
            .map(|s| slot_articles(self.segment, s))
            .collect();
        slots.sort_unstable_by_key(|list| list.len());
        let Some((rarest, others)) = slots.split_first() else {
            return;
        };
        let mut cursors: Vec<_> = others.iter().map(|list| list.cursor()).collect();
        let matcher =
            PhraseMatcher::new(self.phrase, &self.slots, self.segment).until(self.deadline.clone());
        let mut tokens = Vec::new();
        rarest.for_each(|article, _| {
            if !cursors.iter_mut().all(|c| c.seek(article) == Some(article))
                || self.deadline.has_passed()
            {
                return;
            }
            tokens.clear();
            tokens.extend(self.segment.tokens_of(article));
            let row = self.segment.rows().row(article);
            let fields = FieldEnds::of(&tokens);
            let mut frequency = 0;
            let found = SegmentArticle {
                segment: self.segment,
                article,
                tokens: &tokens,
            };
            matcher.for_each(&found, |range| {
                if field.is_none_or(|field| fields.at(range.start) == field) {
                    frequency += row.weight(row.start + range.start as u32);
                }
            });
            if frequency > 0 {
                f(article, frequency);
            }
        });
    }
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
    let phrase = Phrase::exact(slots.map(Clone::clone));
    let starts = SegmentPhrase::new(&phrase, segment).rigid_starts()?;
    (!starts.is_empty()).then_some(PairSource::Merged(starts))
}
