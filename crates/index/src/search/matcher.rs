//! Matches in the tokens of one article.
//!
//! Used for phrases with gaps and slop, for NEAR, for highlighting and
//! concordances, and in tests of the fast paths.

use std::cell::RefCell;
use std::ops::Range;

use timbao_query::MAX_NEAR;
use timbao_query::plan::{LeafKind, Near, Phrase, Plan, TextField};
use timbao_views::{ArticleText, Match, TEXT_FIELDS, TextRange};

use crate::error::Result;
use crate::text::TextSegment;

use super::deadline::Deadline;
use super::near::SpanNear;
use super::places::{Places, SlotTable};
use super::positions::FieldEnds;
use super::slots::SlotIds;
use super::spans::{Span, SpanPhrase, SpanStep};

/// The slots of some words and phrases, and where they occurred last.
#[derive(Default)]
struct Slots {
    table: SlotTable,
    places: RefCell<Places>,
}

impl Slots {
    fn phrase(&mut self, phrase: &Phrase, slots: &[SlotIds], segment: &TextSegment) -> SpanPhrase {
        let shares_tokens = phrase.slop > 0
            && slots.iter().enumerate().any(|(number, slot)| {
                let before = slots.get(..number).unwrap_or_default();
                before.iter().any(|other| slot.shares_key(other))
            });
        let steps = phrase.steps.iter().zip(slots).map(|(step, slot)| SpanStep {
            gap_min: step.gap_min,
            gap_max: step.gap_max,
            slot: self.table.add(slot, segment),
        });
        SpanPhrase {
            steps: steps.collect(),
            slop: phrase.slop,
            shares_tokens,
        }
    }

    fn near(&mut self, near: &Near, segment: &TextSegment) -> SpanNear {
        let operands = near.phrases.iter().take(MAX_NEAR);
        let operands = operands.map(|phrase| {
            let slots = resolve(phrase, segment);
            self.phrase(phrase, &slots, segment)
        });
        SpanNear {
            operands: operands.collect(),
            distance: near.distance,
        }
    }

    fn find<R>(&self, tokens: &[u32], f: impl FnOnce(&Places) -> R) -> R {
        let places = &mut *self.places.borrow_mut();
        self.table.find(tokens, places);
        f(places)
    }
}

fn resolve(phrase: &Phrase, segment: &TextSegment) -> Vec<SlotIds> {
    let steps = phrase.steps.iter();
    steps.map(|s| SlotIds::resolve(&s.slot, segment)).collect()
}

/// Finds one phrase.
pub(crate) struct PhraseMatcher {
    slots: Slots,
    phrase: SpanPhrase,
    deadline: Deadline,
}

impl PhraseMatcher {
    /// Prepares for one segment.
    pub(crate) fn new(phrase: &Phrase, ids: &[SlotIds], segment: &TextSegment) -> Self {
        let mut slots = Slots::default();
        Self {
            phrase: slots.phrase(phrase, ids, segment),
            slots,
            deadline: Deadline::default(),
        }
    }

    /// Stops at a deadline.
    pub(crate) fn until(self, deadline: Deadline) -> Self {
        Self { deadline, ..self }
    }

    /// Calls back with the positions of every occurrence, in order.
    pub(crate) fn for_each(&self, tokens: &[u32], f: impl FnMut(Range<usize>)) {
        let mut spans = Vec::new();
        self.slots.find(tokens, |places| {
            self.phrase.spans(places, &self.deadline, &mut spans);
        });
        spans.into_iter().map(Span::positions).for_each(f);
    }

    /// Calls back with the positions of all slots of every occurrence, for a phrase without slop.
    /// An occurrence ends as soon as it can; of its gaps each is as wide as the later ones allow.
    pub(crate) fn for_each_path(&self, tokens: &[u32], f: impl FnMut(&[usize])) {
        self.slots.find(tokens, |places| {
            self.phrase.for_each_path(places, &self.deadline, f);
        });
    }
}

/// Finds words or phrases near each other.
pub(crate) struct NearMatcher {
    slots: Slots,
    near: SpanNear,
    deadline: Deadline,
}

impl NearMatcher {
    /// Prepares for one segment.
    pub(crate) fn new(near: &Near, segment: &TextSegment) -> Self {
        let mut slots = Slots::default();
        Self {
            near: slots.near(near, segment),
            slots,
            deadline: Deadline::default(),
        }
    }

    /// Stops at a deadline.
    pub(crate) fn until(self, deadline: Deadline) -> Self {
        Self { deadline, ..self }
    }

    /// Calls back with the positions of every occurrence of an operand that takes part.
    pub(crate) fn for_each(&self, tokens: &[u32], f: impl FnMut(Range<usize>)) {
        let mut spans = Vec::new();
        self.slots.find(tokens, |places| {
            self.near.spans(places, &self.deadline, &mut spans);
        });
        spans.into_iter().map(Span::positions).for_each(f);
    }
}

/// The words and phrases of a plan, ready to be found in the articles of one segment.
pub(crate) struct PlanMatcher {
    slots: Slots,
    leaves: Vec<Leaf>,
    deadline: Deadline,
}

/// A word or a phrase of a plan, and the only part of the text it counts in, if there is one.
struct Leaf {
    matcher: LeafMatcher,
    field: Option<TextField>,
}

enum LeafMatcher {
    Phrase(SpanPhrase),
    Near(SpanNear),
}

impl PlanMatcher {
    /// Prepares for one segment.
    pub(crate) fn new(plan: &Plan, segment: &TextSegment, deadline: Deadline) -> Self {
        let mut slots = Slots::default();
        let mut leaves = Vec::new();
        for leaf in plan.leaves() {
            if deadline.has_passed() {
                break;
            }
            let matcher = match leaf.kind {
                LeafKind::Word(slot) => {
                    let phrase = Phrase::exact([slot.clone()]);
                    let ids = resolve(&phrase, segment);
                    LeafMatcher::Phrase(slots.phrase(&phrase, &ids, segment))
                }
                LeafKind::Phrase(phrase) => {
                    let ids = resolve(phrase, segment);
                    LeafMatcher::Phrase(slots.phrase(phrase, &ids, segment))
                }
                LeafKind::Near(near) => LeafMatcher::Near(slots.near(near, segment)),
            };
            leaves.push(Leaf {
                matcher,
                field: leaf.field,
            });
        }
        Self {
            slots,
            leaves,
            deadline,
        }
    }

    /// The positions of every occurrence in an article with the number of its word or phrase, in
    /// order.
    ///
    /// # Errors
    ///
    /// When the time is over.
    pub(crate) fn positions(&self, tokens: &[u32]) -> Result<Vec<(Range<usize>, u32)>> {
        let mut found: Vec<(Range<usize>, u32)> = Vec::new();
        let has_field = self.leaves.iter().any(|leaf| leaf.field.is_some());
        let fields = has_field.then(|| FieldEnds::of(tokens));
        let mut spans = Vec::new();
        self.slots.find(tokens, |places| {
            for (number, leaf) in (0..).zip(&self.leaves) {
                self.deadline.check()?;
                spans.clear();
                match &leaf.matcher {
                    LeafMatcher::Phrase(phrase) => phrase.spans(places, &self.deadline, &mut spans),
                    LeafMatcher::Near(near) => near.spans(places, &self.deadline, &mut spans),
                }
                let positions = spans.iter().map(|span| span.positions());
                let wanted = positions.filter(|range| match (leaf.field, &fields) {
                    (Some(field), Some(fields)) => fields.at(range.start) == field,
                    _ => true,
                });
                found.extend(wanted.map(|range| (range, number)));
            }
            self.deadline.check()
        })?;
        found.sort_unstable_by_key(|(range, leaf)| (range.start, range.end, *leaf));
        found.dedup();
        Ok(found)
    }

    /// The occurrences in an article, in the order of its text.
    ///
    /// # Errors
    ///
    /// When the time is over.
    pub(crate) fn find(&self, tokens: &[u32], text: &ArticleText) -> Result<Vec<Match>> {
        let found = self.positions(tokens)?;
        Ok(found
            .into_iter()
            .filter_map(|(range, leaf)| {
                let field = *TEXT_FIELDS.get(text.field_at(range.start)?)?;
                let start = text.spans.get(range.start)?.0 as usize;
                let end = text.spans.get(range.end - 1)?.1 as usize;
                Some(Match {
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
