//! Where phrases stand.
//!
//! A phrase of neighbours is covered by pairs; the rarest pair gives
//! candidates, and each further pair that covers a syllable not yet covered
//! keeps those it agrees with. Nothing else of the index is read. Phrases
//! with gaps, slop or slots of too many keys are looked for in the tokens of
//! the articles that hold all their slots.

use smallvec::{SmallVec, smallvec};

use crate::plan::{Phrase, TextField};
use crate::text::pairs::{Accepted, PairList};
use crate::text::tokens::FIRST_KEY;
use crate::text::{ArticleRow, Rows, TextSegment};

use super::deadline::Deadline;
use super::matcher::PhraseMatcher;
use super::pair::PairSource;
use super::ranked::slot_articles;
use super::slots::SlotIds;

/// A pair of slots with more combinations of keys is not looked up.
const MOST_LISTS: usize = 64;
/// A list is skipped through, and not read, if it is so many times longer
/// than the candidates are many.
const SKIP_RATIO: u32 = 6;

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
        let pairs = self.slots.len().checked_sub(1).filter(|&n| n > 0)?;
        if self.slots.iter().all(|slot| slot.single().is_some()) {
            let mut lists = SimplePairs::new();
            let found = self.find_pairs(&mut lists);
            return Some(found.map_or_else(Vec::new, |()| self.intersect_simple(&lists)));
        }
        let mut lists = Vec::with_capacity(pairs);
        for i in 0..pairs {
            let (a, b) = (&self.slots[i], &self.slots[i + 1]);
            if a.groups.len() * b.groups.len() > MOST_LISTS {
                return None;
            }
            lists.push((i as u32, self.merged_pair(i as u32, a, b)));
        }
        Some(intersect_merged(lists, self.slots.len()))
    }

    /// Looks up the pairs of a phrase whose slots have one folded key each;
    /// none if one of them never occurs.
    fn find_pairs(&self, lists: &mut SimplePairs<'a>) -> Option<()> {
        for (offset, pair) in (0..).zip(self.slots.windows(2)) {
            let (a, b) = (pair[0].single()?, pair[1].single()?);
            let list = self.segment.pair(a.folded, b.folded)?;
            let accepted = a.accept(b, &list);
            if accepted.is_none() {
                return None;
            }
            lists.push(SimplePair {
                offset,
                list,
                accepted,
            });
        }
        Some(())
    }

    fn intersect_simple(&self, lists: &[SimplePair<'a>]) -> Vec<u32> {
        let mut order: SmallVec<[&SimplePair<'a>; 8]> = lists.iter().collect();
        order.sort_unstable_by_key(|pair| pair.list.len());
        let mut covered = Covered::new(self.slots.len());
        let mut starts: Vec<u32> = Vec::new();
        let mut doubtful: Vec<u32> = Vec::new();
        for (n, pair) in order.into_iter().enumerate() {
            if !covered.add(pair.offset) {
                continue;
            }
            if n == 0 {
                pair.list
                    .read_into(pair.accepted, pair.offset, &mut starts, &mut doubtful);
            } else if starts.is_empty() {
                return starts;
            } else {
                pair.keep(&mut starts, &mut doubtful);
            }
        }
        if !doubtful.is_empty() {
            doubtful.sort_unstable();
            doubtful.dedup();
            let rows = self.segment.rows();
            starts.retain(|&start| {
                doubtful.binary_search(&start).is_err()
                    || self.stands_at(rows.article_of(start), start)
            });
        }
        starts
    }

    /// Asks the article's own tokens whether the phrase stands there.
    fn stands_at(&self, article: u32, start: u32) -> bool {
        let skip = start.saturating_sub(self.segment.start(article)) as usize;
        let mut tokens = self.segment.tokens(article).skip(skip);
        self.slots.iter().all(|slot| {
            tokens
                .next()
                .and_then(|t| t.checked_sub(FIRST_KEY))
                .is_some_and(|exact| {
                    let folded = self.segment.folded_of(exact);
                    slot.groups.iter().any(|g| {
                        g.folded == folded
                            && g.only
                                .as_ref()
                                .is_none_or(|only| only.iter().any(|s| s.exact == exact))
                    })
                })
        })
    }

    /// All positions at which any pair of two slots starts.
    fn merged_pair(&self, offset: u32, a: &SlotIds, b: &SlotIds) -> Vec<u32> {
        let mut positions = Vec::new();
        for first in &a.groups {
            for second in &b.groups {
                let Some(list) = self.segment.pair(first.folded, second.folded) else {
                    continue;
                };
                let accepted = first.accept(second, &list);
                let wanted = |exact: u32, group: &super::slots::Group| {
                    group
                        .only
                        .as_ref()
                        .is_none_or(|only| only.iter().any(|s| s.exact == exact))
                };
                let rows = self.segment.rows();
                list.for_each(accepted, |position, ask| {
                    if ask {
                        let article = rows.article_of(position);
                        let skip = (position - self.segment.start(article)) as usize;
                        let mut tokens = self.segment.tokens(article).skip(skip);
                        let mut exact = || tokens.next().and_then(|t| t.checked_sub(FIRST_KEY));
                        let (Some(x), Some(y)) = (exact(), exact()) else {
                            return;
                        };
                        if !wanted(x, first) || !wanted(y, second) {
                            return;
                        }
                    }
                    if let Some(start) = position.checked_sub(offset) {
                        positions.push(start);
                    }
                });
            }
        }
        positions.sort_unstable();
        positions
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
            tokens.extend(self.segment.tokens(article));
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

/// Which slots of a phrase are covered by pairs already.
struct Covered {
    slots: SmallVec<[bool; 16]>,
}

impl Covered {
    fn new(slots: usize) -> Self {
        Self {
            slots: smallvec![false; slots],
        }
    }

    /// Covers a pair's slots; whether one of them was not covered before.
    fn add(&mut self, offset: u32) -> bool {
        let pair = &mut self.slots[offset as usize..offset as usize + 2];
        let new = !pair[0] || !pair[1];
        pair.fill(true);
        new
    }
}

/// The pairs of a phrase, of slots with one folded key each.
type SimplePairs<'a> = SmallVec<[SimplePair<'a>; 8]>;

struct SimplePair<'a> {
    offset: u32,
    list: PairList<'a>,
    accepted: Accepted,
}

impl SimplePair<'_> {
    /// Keeps the starts at whose offset the pair stands.
    fn keep(&self, starts: &mut Vec<u32>, doubtful: &mut Vec<u32>) {
        let mut kept = 0;
        if self.list.len() / SKIP_RATIO > starts.len() as u32 {
            let mut cursor = self.list.positions.cursor();
            for i in 0..starts.len() {
                let start = starts[i];
                match cursor.seek(start + self.offset) {
                    None => break,
                    Some((index, position)) if position == start + self.offset => {
                        let verdict = if self.accepted.is_all() {
                            Some(true)
                        } else {
                            self.accepted.check(self.list.code(index))
                        };
                        if verdict == Some(false) {
                            continue;
                        }
                        if verdict.is_none() {
                            doubtful.push(start);
                        }
                        starts[kept] = start;
                        kept += 1;
                    }
                    Some(_) => {}
                }
            }
        } else {
            kept = self.merge(starts, doubtful);
        }
        starts.truncate(kept);
    }
}

impl SimplePair<'_> {
    /// Moves the starts at whose offset the pair stands to the front; gives
    /// their number. Both lists are walked in step.
    fn merge(&self, starts: &mut [u32], doubtful: &mut Vec<u32>) -> usize {
        let len = starts.len();
        let (mut at, mut kept) = (0, 0);
        let wanted = self.accepted.wanted();
        self.list.positions.for_each_chunk(|index, chunk| {
            let mut i = 0;
            while at < len && i < chunk.len() {
                let start = starts[at];
                let (wanted_here, here) = (start.saturating_add(self.offset), chunk[i]);
                if wanted_here == here {
                    let code = self.list.code((index + i) as u32);
                    starts[kept] = start;
                    kept += (wanted >> code & 1) as usize;
                    if self.accepted.check(code).is_none() {
                        doubtful.push(start);
                    }
                }
                at += usize::from(wanted_here <= here);
                i += usize::from(here <= wanted_here);
            }
        });
        kept
    }
}

/// Intersects lists of starts, each from the pair at an offset.
fn intersect_merged(mut lists: Vec<(u32, Vec<u32>)>, slots: usize) -> Vec<u32> {
    lists.sort_unstable_by_key(|(_, starts)| starts.len());
    let mut covered = Covered {
        slots: smallvec![false; slots],
    };
    let mut result: Option<Vec<u32>> = None;
    for (offset, starts) in lists {
        if !covered.add(offset) {
            continue;
        }
        result = Some(match result {
            None => starts,
            Some(mut kept) => {
                let mut at = 0;
                kept.retain(|start| {
                    while starts.get(at).is_some_and(|s| s < start) {
                        at += 1;
                    }
                    starts.get(at) == Some(start)
                });
                kept
            }
        });
    }
    result.unwrap_or_default()
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
