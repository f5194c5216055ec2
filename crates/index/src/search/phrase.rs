//! Where phrases stand.
//!
//! The rarest pair of a phrase of neighbours gives candidates, and the tokens
//! beside them tell which of these are the phrase. Nothing else of the index
//! is read. Phrases with gaps, slop or slots of too many keys are looked for
//! in the tokens of the articles that hold all their slots.

use smallvec::SmallVec;

use crate::plan::{Phrase, TextField};
use crate::text::pairs::{Accepted, PairList};
use crate::text::{ArticleRow, Rows, TextSegment};

use super::deadline::Deadline;
use super::matcher::PhraseMatcher;
use super::pair::PairSource;
use super::ranked::slot_articles;
use super::slots::SlotIds;

/// A pair of slots with more combinations of keys is not looked up.
const MOST_LISTS: usize = 64;
/// Where a pair stands in fewer places, no rarer one is looked for.
const FEW: u32 = 64;

/// A phrase with its slots looked up in one segment.
pub(crate) struct SegmentPhrase<'a> {
    phrase: &'a Phrase,
    segment: &'a TextSegment,
    slots: SmallVec<[SlotIds; 8]>,
    deadline: Deadline,
}

impl<'a> SegmentPhrase<'a> {
    /// Looks the phrase's keys up.
    pub(crate) fn new(phrase: &'a Phrase, segment: &'a TextSegment) -> Self {
        let slots = phrase
            .steps
            .iter()
            .map(|s| SlotIds::resolve(&s.slot, segment))
            .collect();
        Self {
            phrase,
            segment,
            slots,
            deadline: Deadline::default(),
        }
    }

    /// Finds no more articles once a deadline has passed.
    pub(crate) fn until(self, deadline: Deadline) -> Self {
        Self { deadline, ..self }
    }

    /// Calls back for every article that holds the phrase with the weighted
    /// number of times, in order.
    #[inline]
    pub(crate) fn for_each_article(&self, field: Option<TextField>, mut f: impl FnMut(u32, u32)) {
        if self.slots.is_empty() || self.slots.iter().any(|s| s.groups.is_empty()) {
            return;
        }
        if self.slots.len() == 1 && field.is_none() {
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

    /// The pair that the phrase is, if it is just one of two known keys.
    pub(crate) fn pair(&self) -> Option<PairSource<'a>> {
        let ([a, b], true) = (self.slots.as_slice(), self.phrase.is_rigid()) else {
            return None;
        };
        PairSource::simple(self.segment, a.single()?, b.single()?)
    }

    /// The first positions of all occurrences of a phrase of neighbours; none
    /// if it has to be looked for in the tokens.
    pub(crate) fn rigid_starts(&self) -> Option<Vec<u32>> {
        let rarest = self.rarest_pair()?;
        let mut starts = Vec::new();
        let asks = rarest.read_into(&mut starts);
        let tokens = self.segment.tokens();
        for (offset, slot) in (0..).zip(&self.slots) {
            if starts.is_empty() {
                break;
            }
            let told = !asks && (offset == rarest.offset || offset == rarest.offset + 1);
            if !told {
                slot.tokens(self.segment).keep(tokens, offset, &mut starts);
            }
        }
        Some(starts)
    }

    /// The pair of slots that stands in the fewest places; none if there is
    /// none that can be looked up.
    fn rarest_pair(&self) -> Option<SlotPair<'a>> {
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
        let mut rarest: Option<SlotPair<'a>> = None;
        for (_, offset) in order {
            let at = offset as usize;
            let pair = SlotPair::new(self.segment, offset, &self.slots[at], &self.slots[at + 1]);
            if rarest.as_ref().is_none_or(|r| pair.len < r.len) {
                rarest = Some(pair);
            }
            if rarest.as_ref().is_some_and(|r| r.len < FEW) {
                break;
            }
        }
        rarest
    }

    /// Looks for the phrase in the articles that hold all its slots.
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
        let matcher = PhraseMatcher::new(self.phrase, &self.slots, self.segment);
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
            let mut frequency = 0;
            matcher.for_each(&tokens, |range| {
                if field.is_none_or(|field| field_at(&tokens, range.start) == field) {
                    frequency += row.weight(row.start + range.start as u32);
                }
            });
            if frequency > 0 {
                f(article, frequency);
            }
        });
    }
}

/// The part of the text that a place among an article's tokens lies in.
pub(crate) fn field_at(tokens: &[u32], place: usize) -> TextField {
    let ends = tokens[..place.min(tokens.len())]
        .iter()
        .filter(|&&t| t == crate::text::tokens::FIELD)
        .count();
    match ends {
        0 => TextField::Title,
        1 => TextField::Summary,
        2 => TextField::Body,
        _ => TextField::Caption,
    }
}

/// Two neighbouring slots of a phrase and the lists of their pairs of keys.
struct SlotPair<'a> {
    /// Which slot of the phrase is the first.
    offset: u32,
    /// How many positions the lists have.
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

    /// Appends where the phrase would start, in order; whether there may be
    /// occurrences of other spellings among them.
    fn read_into(&self, starts: &mut Vec<u32>) -> bool {
        for (list, accepted) in &self.lists {
            list.read_into(*accepted, self.offset, starts);
        }
        if self.lists.len() > 1 {
            starts.sort_unstable();
        }
        self.lists.iter().any(|(_, accepted)| accepted.asks())
    }
}

/// Counts sorted positions by the articles they lie in.
#[inline]
pub(crate) fn group_by_article(
    segment: &TextSegment,
    starts: &[u32],
    field: Option<TextField>,
    f: impl FnMut(u32, u32),
) {
    let mut grouped = ByArticle::new(segment.rows(), f);
    grouped.field = field;
    for &position in starts {
        grouped.add(position);
    }
    grouped.finish();
}

/// Counts positions, which come in order, by the articles they lie in.
pub(crate) struct ByArticle<'a, F> {
    rows: Rows<'a>,
    field: Option<TextField>,
    article: u32,
    row: ArticleRow,
    /// Where the article ends; 0 before the first.
    end: u32,
    frequency: u32,
    f: F,
}

impl<'a, F: FnMut(u32, u32)> ByArticle<'a, F> {
    /// Calls `f` with each article and the weighted number of positions.
    #[inline]
    pub(crate) fn new(rows: Rows<'a>, f: F) -> Self {
        Self {
            rows,
            field: None,
            article: 0,
            row: rows.row(0),
            end: 0,
            frequency: 0,
            f,
        }
    }

    /// Adds a position.
    #[inline]
    pub(crate) fn add(&mut self, position: u32) {
        if position >= self.end {
            self.flush();
            (self.article, self.row, self.end) = self.rows.at(position);
        }
        let counts = match self.field {
            None => true,
            Some(TextField::Title) => position < self.row.title_end,
            Some(_) => position >= self.row.title_end && position < self.row.summary_end,
        };
        if counts {
            self.frequency += self.row.weight(position);
        }
    }

    #[inline]
    fn flush(&mut self) {
        if self.frequency > 0 {
            (self.f)(self.article, self.frequency);
            self.frequency = 0;
        }
    }

    /// Calls back for the last article.
    pub(crate) fn finish(mut self) {
        self.flush();
    }
}
