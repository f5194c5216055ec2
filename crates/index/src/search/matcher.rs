//! Matches in the tokens of one article.
//!
//! Here a phrase is what its definition says, token by token. Searching uses
//! this for phrases with gaps and slop; marking matches, concordances and the
//! tests of the quicker ways use it for all.

use std::ops::Range;

use timbao_query::plan::{LeafKind, Near, Phrase, Plan, TextField};
use timbao_views::{ArticleText, Match, TEXT_FIELDS, TextRange};

use crate::error::Result;
use crate::text::TextSegment;
use crate::text::tokens::FIRST_KEY;

use super::deadline::Deadline;
use super::slots::{SlotIds, TokenMasks};

/// Finds one phrase.
pub(crate) struct PhraseMatcher<'a> {
    phrase: &'a Phrase,
    masks: Vec<TokenMasks>,
    /// Slots can share tokens, so that one token must not fill two of them.
    overlapping: bool,
}

impl<'a> PhraseMatcher<'a> {
    /// Prepares for one segment.
    pub(crate) fn new(phrase: &'a Phrase, slots: &[SlotIds], segment: &TextSegment) -> Self {
        let masks: Vec<_> = slots
            .chunks(TokenMasks::SLOTS)
            .map(|chunk| TokenMasks::new(chunk.iter(), segment))
            .collect();
        let overlapping = slots.iter().enumerate().any(|(i, a)| {
            slots[..i].iter().any(|b| {
                a.groups
                    .iter()
                    .any(|x| b.groups.iter().any(|y| x.folded == y.folded))
            })
        });
        Self {
            phrase,
            masks,
            overlapping,
        }
    }

    fn fits(&self, slot: usize, token: u32) -> bool {
        self.masks
            .get(slot / TokenMasks::SLOTS)
            .is_some_and(|m| m.of(token) >> (slot % TokenMasks::SLOTS) & 1 == 1)
    }

    /// Calls back with the places of every occurrence, in order.
    pub(crate) fn for_each(&self, tokens: &[u32], mut f: impl FnMut(Range<usize>)) {
        if self.phrase.steps.is_empty() {
            return;
        }
        if self.phrase.slop > 0 {
            return self.for_each_sloppy(tokens, &mut f);
        }
        for (start, &token) in tokens.iter().enumerate() {
            if self.fits(0, token)
                && let Some(end) = self.end_of(tokens, start)
            {
                f(start..end);
            }
        }
    }

    /// Where the phrase that starts at `start` ends first.
    fn end_of(&self, tokens: &[u32], start: usize) -> Option<usize> {
        let mut reached = vec![start];
        for number in 1..self.phrase.steps.len() {
            reached = self.places_behind(tokens, number, &reached);
        }
        reached.first().map(|end| end + 1)
    }

    /// The places of the slots of the occurrence that begins at `start` and ends first, for a
    /// phrase without slop. Of several, gaps further to the left are as wide as possible.
    pub(crate) fn places(&self, tokens: &[u32], start: usize) -> Option<Vec<usize>> {
        if !tokens.get(start).is_some_and(|&token| self.fits(0, token)) {
            return None;
        }
        let mut reached = vec![vec![start]];
        for number in 1..self.phrase.steps.len() {
            reached.push(self.places_behind(tokens, number, reached.last()?));
        }
        let mut place = *reached.last()?.first()?;
        let mut places = vec![place];
        // From the end, so that each place has a way back to the start.
        for (before, step) in reached.iter().zip(self.phrase.steps.iter().skip(1)).rev() {
            let leads_here = |before: &&usize| {
                let gap = place.checked_sub(*before + 1);
                gap.is_some_and(|gap| (step.gap_min..=step.gap_max).contains(&(gap as u32)))
            };
            place = *before.iter().rev().find(leads_here)?;
            places.push(place);
        }
        places.reverse();
        Some(places)
    }

    /// The places that slot `number` can have behind those of the slot before, in order.
    fn places_behind(&self, tokens: &[u32], number: usize, before: &[usize]) -> Vec<usize> {
        let mut behind = Vec::new();
        let Some(step) = self.phrase.steps.get(number) else {
            return behind;
        };
        for &at in before {
            let first = at + 1;
            let last = first + step.gap_max as usize;
            for place in first..=last {
                let Some(&token) = tokens.get(place).filter(|&&t| t >= FIRST_KEY) else {
                    break;
                };
                if place >= first + step.gap_min as usize && self.fits(number, token) {
                    behind.push(place);
                }
            }
        }
        behind.sort_unstable();
        behind.dedup();
        behind
    }

    /// Occurrences with slop: places `p_i` of the slots such that
    /// `p_i - i` differ by at most the slop, each found by its smallest.
    fn for_each_sloppy(&self, tokens: &[u32], f: &mut impl FnMut(Range<usize>)) {
        let mut offset = 0i64;
        let offsets: Vec<i64> = self
            .phrase
            .steps
            .iter()
            .enumerate()
            .map(|(i, step)| {
                if i > 0 {
                    offset += 1 + i64::from(step.gap_min);
                }
                offset
            })
            .collect();
        let mut from = 0;
        for paragraph in tokens.split(|&t| t < FIRST_KEY) {
            let mut events = Vec::new();
            for (i, &token) in paragraph.iter().enumerate() {
                for (slot, offset) in offsets.iter().enumerate() {
                    if self.fits(slot, token) {
                        events.push(Event {
                            adjusted: i as i64 - offset,
                            slot,
                            place: i,
                        });
                    }
                }
            }
            events.sort_unstable();
            for (i, first) in events.iter().enumerate() {
                let limit = first.adjusted + i64::from(self.phrase.slop);
                let window = &events[i..i + events[i..].partition_point(|e| e.adjusted <= limit)];
                if let Some(places) = self.assign(window, *first) {
                    let low = places.iter().min().copied().unwrap_or(0);
                    let high = places.iter().max().copied().unwrap_or(0);
                    f(from + low..from + high + 1);
                }
            }
            from += paragraph.len() + 1;
        }
    }

    /// Chooses a place for each slot out of a window; `first` fills its own.
    fn assign(&self, window: &[Event], first: Event) -> Option<Vec<usize>> {
        let slots = self.phrase.steps.len();
        let mut choices = vec![Vec::new(); slots];
        choices[first.slot].push(first.place);
        for event in window {
            if event.slot != first.slot && (!self.overlapping || event.place != first.place) {
                choices[event.slot].push(event.place);
            }
        }
        if choices.iter().any(Vec::is_empty) {
            return None;
        }
        if !self.overlapping {
            return Some(choices.iter().map(|c| c[0]).collect());
        }
        distinct(&choices)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    adjusted: i64,
    slot: usize,
    place: usize,
}

/// Chooses a place of each slot's own, by augmenting paths (Kuhn).
fn distinct(choices: &[Vec<usize>]) -> Option<Vec<usize>> {
    use std::collections::HashMap;

    fn place(
        slot: usize,
        choices: &[Vec<usize>],
        owner: &mut HashMap<usize, usize>,
        tried: &mut Vec<usize>,
    ) -> bool {
        for &choice in &choices[slot] {
            if tried.contains(&choice) {
                continue;
            }
            tried.push(choice);
            let free = match owner.get(&choice).copied() {
                None => true,
                Some(other) => place(other, choices, owner, tried),
            };
            if free {
                owner.insert(choice, slot);
                return true;
            }
        }
        false
    }

    let mut owner = HashMap::new();
    for slot in 0..choices.len() {
        if !place(slot, choices, &mut owner, &mut Vec::new()) {
            return None;
        }
    }
    let mut places = vec![0; choices.len()];
    for (choice, slot) in owner {
        places[slot] = choice;
    }
    Some(places)
}

/// Finds words or phrases near each other.
pub(crate) struct NearMatcher<'a> {
    near: &'a Near,
    operands: Vec<PhraseMatcher<'a>>,
}

/// More operands than that are not told apart.
const MOST_OPERANDS: usize = 16;

impl<'a> NearMatcher<'a> {
    /// Prepares for one segment.
    pub(crate) fn new(near: &'a Near, segment: &TextSegment) -> Self {
        let operands = near
            .phrases
            .iter()
            .take(MOST_OPERANDS)
            .map(|phrase| {
                let slots: Vec<_> = phrase
                    .steps
                    .iter()
                    .map(|s| SlotIds::resolve(&s.slot, segment))
                    .collect();
                PhraseMatcher::new(phrase, &slots, segment)
            })
            .collect();
        Self { near, operands }
    }

    /// Calls back with the places of every operand that takes part.
    pub(crate) fn for_each(&self, tokens: &[u32], mut f: impl FnMut(Range<usize>)) {
        let mut found: Vec<(Range<usize>, usize)> = Vec::new();
        for (number, operand) in self.operands.iter().enumerate() {
            operand.for_each(tokens, |range| found.push((range, number)));
        }
        found.sort_unstable_by_key(|(range, number)| (range.start, range.end, *number));
        let all = (1u32 << self.operands.len()) - 1;
        // Chains of operands from left to right: which sets of operands a
        // chain that ends here can hold, and which it can go on to.
        let forward = self.reachable(&found, tokens, all, false);
        let backward = self.reachable(&found, tokens, all, true);
        for (i, (range, number)) in found.iter().enumerate() {
            let own = 1 << number;
            let part = forward[i]
                .iter()
                .any(|a| backward[i].iter().any(|b| a | b == all && a & b == own));
            if part {
                f(range.clone());
            }
        }
    }

    fn reachable(
        &self,
        found: &[(Range<usize>, usize)],
        tokens: &[u32],
        all: u32,
        back: bool,
    ) -> Vec<Vec<u32>> {
        let mut sets: Vec<Vec<u32>> = vec![Vec::new(); found.len()];
        let order: Vec<usize> = if back {
            (0..found.len()).rev().collect()
        } else {
            (0..found.len()).collect()
        };
        for &i in &order {
            let own = 1u32 << found[i].1;
            let mut mine = vec![own];
            for &j in &order {
                if i == j {
                    break;
                }
                let (left, right) = if back {
                    (&found[i].0, &found[j].0)
                } else {
                    (&found[j].0, &found[i].0)
                };
                let near = left.end <= right.start
                    && right.start - left.end <= self.near.distance as usize
                    && tokens[left.end..right.start]
                        .iter()
                        .all(|&t| t >= FIRST_KEY);
                if near {
                    mine.extend(
                        sets[j]
                            .iter()
                            .filter(|&&s| s & own == 0 && s | own <= all)
                            .map(|s| s | own),
                    );
                }
            }
            mine.sort_unstable();
            mine.dedup();
            sets[i] = mine;
        }
        sets
    }
}

/// The words and phrases of a plan, ready to be found in the articles of one segment.
pub(crate) struct PlanMatcher<'a> {
    /// Each word or phrase, and the only part of the text in which it counts, if any.
    leaves: Vec<(LeafMatcher<'a>, Option<TextField>)>,
    deadline: Deadline,
}

/// Finds a word, a phrase or words near each other in the tokens of an article.
pub(crate) enum LeafMatcher<'a> {
    Word(TokenMasks),
    Phrase(PhraseMatcher<'a>),
    Near(NearMatcher<'a>),
}

impl<'a> LeafMatcher<'a> {
    /// Prepares for one segment.
    pub(crate) fn new(leaf: LeafKind<'a>, segment: &TextSegment) -> Self {
        let word = |slot| TokenMasks::new([&SlotIds::resolve(slot, segment)].into_iter(), segment);
        match leaf {
            LeafKind::Word(slot) => Self::Word(word(slot)),
            LeafKind::Phrase(phrase) => match phrase.steps.as_slice() {
                [step] => Self::Word(word(&step.slot)),
                steps => {
                    let steps = steps.iter();
                    let slots: Vec<_> = steps.map(|s| SlotIds::resolve(&s.slot, segment)).collect();
                    Self::Phrase(PhraseMatcher::new(phrase, &slots, segment))
                }
            },
            LeafKind::Near(near) => Self::Near(NearMatcher::new(near, segment)),
        }
    }

    /// Calls `f` with the token range of each match.
    pub(crate) fn for_each(&self, tokens: &[u32], mut f: impl FnMut(Range<usize>)) {
        match self {
            Self::Word(masks) => {
                for (place, &token) in tokens.iter().enumerate() {
                    if masks.of(token) != 0 {
                        f(place..place + 1);
                    }
                }
            }
            Self::Phrase(phrase) => phrase.for_each(tokens, f),
            Self::Near(near) => near.for_each(tokens, f),
        }
    }
}

impl<'a> PlanMatcher<'a> {
    /// Prepares for one segment.
    pub(crate) fn new(plan: &'a Plan, segment: &TextSegment, deadline: Deadline) -> Self {
        let leaves = plan.leaves().into_iter();
        let leaves = leaves.take_while(|_| !deadline.has_passed());
        Self {
            leaves: leaves
                .map(|leaf| (LeafMatcher::new(leaf.kind, segment), leaf.field))
                .collect(),
            deadline,
        }
    }

    /// Where they stand in an article, in the order of its text.
    ///
    /// # Errors
    ///
    /// When the time is over.
    pub(crate) fn find(&self, tokens: &[u32], text: &ArticleText) -> Result<Vec<Match>> {
        let mut found: Vec<(Range<usize>, u32)> = Vec::new();
        for (number, (matcher, _)) in (0..).zip(&self.leaves) {
            self.deadline.check()?;
            matcher.for_each(tokens, |range| found.push((range, number)));
        }
        self.deadline.check()?;
        found.sort_unstable_by_key(|(range, leaf)| (range.start, range.end, *leaf));
        found.dedup();
        let is_wanted = |leaf: u32, field: TextField| {
            let wanted = self.leaves.get(leaf as usize).and_then(|leaf| leaf.1);
            wanted.is_none_or(|wanted| wanted == field)
        };
        Ok(found
            .into_iter()
            .filter_map(|(range, leaf)| {
                let field = *TEXT_FIELDS.get(text.field_at(range.start)?)?;
                let start = text.spans.get(range.start)?.0 as usize;
                let end = text.spans.get(range.end - 1)?.1 as usize;
                is_wanted(leaf, field).then_some(Match {
                    range: TextRange {
                        field,
                        bytes: start..end,
                    },
                    tokens: range.start as u32..range.end as u32,
                    leaf,
                })
            })
            .collect())
    }
}
