//! Matches in the tokens of one article.
//!
//! Used for phrases with gaps and slop, for NEAR, for highlighting and
//! concordances, and in tests of the fast paths.

use std::cell::RefCell;
use std::ops::Range;

use rustc_hash::FxHashMap;
use timbao_query::MAX_NEAR;
use timbao_query::plan::{Capitals, LeafKind, Near, Phrase, Plan, Reach, Slot, TextField};
use timbao_views::matching::{
    Places, SlotSet, SlotTable, Span, SpanNear, SpanPhrase, SpanStep, keep_first,
};
use timbao_views::{ArticleText, Match, TEXT_FIELDS, TextRange};

use crate::error::Result;
use crate::text::tokens::{FIELD, FIRST_KEY, PARAGRAPH};
use crate::text::{CaseForm, ResidueBlock, TextSegment};

use super::deadline::Deadline;
use super::positions::FieldEnds;
use super::sentences::SentenceStarts;
use super::slots::{Resolved, SharedIds, SlotIds};

/// An article of a segment and its tokens. Its text is read where case or sentences count, which
/// tokens lack.
pub(crate) struct SegmentArticle<'a> {
    pub(crate) segment: &'a TextSegment,
    pub(crate) article: u32,
    pub(crate) tokens: &'a [u32],
}

/// The slots of some words and phrases.
#[derive(Default)]
pub(super) struct Slots {
    table: SlotTable<SharedIds>,
}

/// The places of slots in the article that was read last, and memory for the next one.
#[derive(Default)]
pub(super) struct Room {
    places: Places,
    /// The capitals of words whose case counts, by position.
    capitals: Vec<(u32, Capitals)>,
    /// The capitals of tokens in a case that is not written out.
    usual: FxHashMap<(u32, CaseForm), Capitals>,
    unpacked: ResidueBlock,
}

/// What words and phrases need to know of an article.
#[derive(Clone, Copy, Default)]
pub(super) struct Needs {
    slots: SlotSet,
    /// Whether a sentence counts.
    sentences: bool,
}

impl Needs {
    /// Adds what others need.
    pub(super) fn add(&mut self, other: Self) {
        self.slots.add(other.slots);
        self.sentences |= other.sentences;
    }
}

impl Slots {
    fn phrase(
        &mut self,
        phrase: &Phrase,
        slots: &[SharedIds],
        segment: &TextSegment,
    ) -> SpanPhrase {
        let shares_tokens = phrase.slop > 0 && SharedIds::share_key(slots);
        let end = segment.exact_keys() + FIRST_KEY;
        let steps = phrase.steps.iter().zip(slots).map(|(step, slot)| SpanStep {
            gap_min: step.gap_min,
            gap_max: step.gap_max,
            slot: self.table.add(slot.clone(), step.capitals, end, || {
                let ids = slot.exact_ids(segment).into_iter();
                ids.map(|id| id + FIRST_KEY).collect()
            }),
        });
        SpanPhrase {
            steps: steps.collect(),
            slop: phrase.slop,
            shares_tokens,
        }
    }

    fn near(
        &mut self,
        near: &Near,
        segment: &TextSegment,
        ids: &mut impl FnMut(&Slot) -> SharedIds,
    ) -> SpanNear {
        let operands = near.operands.iter().take(MAX_NEAR);
        let operands = operands.map(|phrases| {
            let phrases = phrases.iter().map(|phrase| {
                let slots: Vec<SharedIds> = phrase.steps.iter().map(|s| ids(&s.slot)).collect();
                self.phrase(phrase, &slots, segment)
            });
            phrases.collect()
        });
        SpanNear {
            operands: operands.collect(),
            reach: near.reach,
            order: near.order,
        }
    }

    fn phrase_needs(&self, phrase: &SpanPhrase) -> Needs {
        Needs {
            slots: self.table.set(phrase.slots()),
            sentences: false,
        }
    }

    fn near_needs(&self, near: &SpanNear) -> Needs {
        let phrases = near.operands.iter().flatten();
        Needs {
            slots: self.table.set(phrases.flat_map(SpanPhrase::slots)),
            sentences: near.reach == Reach::Sentence,
        }
    }

    /// How often all tokens of an article are read for what some words and phrases need.
    pub(super) fn passes(&self, needs: Needs) -> usize {
        1 + usize::from(needs.sentences || self.table.has_case(needs.slots))
    }

    /// Finds what some words and phrases need in an article.
    pub(super) fn find<R>(
        &self,
        article: &SegmentArticle<'_>,
        needs: Needs,
        room: &mut Room,
        f: impl FnOnce(&Places) -> R,
    ) -> R {
        self.table
            .find(article.tokens, needs.slots, &mut room.places);
        let reads_text = self.passes(needs) > 1;
        if reads_text && room.places.end() > 0 && self.read_text(article, needs, room).is_err() {
            // A damaged text has no occurrences; `verify` finds the damage.
            room.places.clear(0);
        }
        f(&room.places)
    }

    /// Reads where sentences begin and the case of words, as needed, and keeps the places of words in
    /// the case that is wanted.
    fn read_text(
        &self,
        article: &SegmentArticle<'_>,
        needs: Needs,
        room: &mut Room,
    ) -> std::result::Result<(), String> {
        let segment = article.segment;
        let mut residue = segment.residue(article.article, &mut room.unpacked)?;
        let mut sentences = needs.sentences.then(|| SentenceStarts::new(segment));
        let has_case = self.table.has_case(needs.slots);
        room.capitals.clear();
        for (at, &token) in (0..).zip(article.tokens) {
            match token {
                PARAGRAPH => continue,
                FIELD => {
                    residue.end_field();
                    if let Some(sentences) = &mut sentences {
                        sentences.end_part(at);
                    }
                    continue;
                }
                _ => {}
            }
            let is_cased = has_case && self.table.is_cased(token);
            if !is_cased {
                let Some(sentences) = &mut sentences else {
                    residue.skip();
                    continue;
                };
                if let Some(word) = residue.plain() {
                    sentences.pass(token, word);
                    continue;
                }
            }
            let written = residue.written();
            if is_cased {
                let of = || written.capitals(segment.surface(token - FIRST_KEY));
                let found = match written.case() {
                    CaseForm::Other => of(),
                    case => *room.usual.entry((token, case)).or_insert_with(of),
                };
                room.capitals.push((at, found));
            }
            if let Some(sentences) = &mut sentences {
                sentences.push(at, token, written);
            }
        }
        if let Some(sentences) = sentences {
            room.places.sentences = sentences.into_starts();
        }
        if has_case {
            self.table.keep_cased(&room.capitals, &mut room.places);
        }
        Ok(())
    }
}

/// Finds one phrase.
pub(crate) struct PhraseMatcher {
    slots: Slots,
    room: RefCell<Room>,
    needs: Needs,
    phrase: SpanPhrase,
    deadline: Deadline,
}

impl PhraseMatcher {
    /// Prepares for one segment.
    pub(crate) fn new(phrase: &Phrase, ids: &[SlotIds], segment: &TextSegment) -> Self {
        let mut slots = Slots::default();
        let ids: Vec<SharedIds> = ids.iter().cloned().map(SharedIds::new).collect();
        let phrase = slots.phrase(phrase, &ids, segment);
        Self {
            needs: slots.phrase_needs(&phrase),
            phrase,
            slots,
            room: RefCell::default(),
            deadline: Deadline::default(),
        }
    }

    /// Stops at a deadline.
    pub(crate) fn until(self, deadline: Deadline) -> Self {
        Self { deadline, ..self }
    }

    /// Calls back with the positions of every occurrence, in order.
    pub(crate) fn for_each(&self, article: &SegmentArticle<'_>, f: impl FnMut(Range<usize>)) {
        let mut spans = Vec::new();
        let room = &mut self.room.borrow_mut();
        self.slots.find(article, self.needs, room, |places| {
            self.phrase
                .spans(places, &|work| self.deadline.spend(work), &mut spans);
        });
        spans.into_iter().map(Span::positions).for_each(f);
    }

    /// Calls back with the positions of all slots of every occurrence, for a phrase without slop.
    /// An occurrence ends as soon as it can; of its gaps each is as wide as the later ones allow.
    pub(crate) fn for_each_path(&self, article: &SegmentArticle<'_>, f: impl FnMut(&[usize])) {
        let room = &mut self.room.borrow_mut();
        self.slots.find(article, self.needs, room, |places| {
            self.phrase
                .for_each_path(places, &|work| self.deadline.spend(work), f);
        });
    }
}

/// Finds words or phrases near each other.
pub(crate) struct NearMatcher {
    slots: Slots,
    room: RefCell<Room>,
    needs: Needs,
    near: SpanNear,
    deadline: Deadline,
}

impl NearMatcher {
    /// Prepares for one segment.
    pub(crate) fn new(near: &Near, segment: &TextSegment) -> Self {
        let mut slots = Slots::default();
        let mut known = Resolved::new(segment);
        let near = slots.near(near, segment, &mut |slot| known.ids(slot));
        Self {
            needs: slots.near_needs(&near),
            near,
            slots,
            room: RefCell::default(),
            deadline: Deadline::default(),
        }
    }

    /// Calls back with the positions of every occurrence of an operand that takes part.
    pub(crate) fn for_each(&self, article: &SegmentArticle<'_>, f: impl FnMut(Range<usize>)) {
        let mut spans = Vec::new();
        let room = &mut self.room.borrow_mut();
        self.slots.find(article, self.needs, room, |places| {
            self.near
                .spans(places, &|work| self.deadline.spend(work), &mut spans);
        });
        spans.into_iter().map(Span::positions).for_each(f);
    }
}

/// The words and phrases of a plan, ready to be found in the articles of one segment.
pub(crate) struct PlanMatcher {
    slots: Slots,
    room: RefCell<Room>,
    needs: Needs,
    leaves: Vec<Leaf>,
    deadline: Deadline,
}

/// A word or a phrase of a plan, and the only part of the text it counts in, if there is one.
struct Leaf {
    matcher: LeafMatcher,
    field: Option<TextField>,
}

pub(super) enum LeafMatcher {
    Phrase(SpanPhrase),
    Near(SpanNear),
}

impl LeafMatcher {
    /// Prepares for one segment, with slots of the table that it adds to. `ids` resolves a slot.
    pub(super) fn new(
        leaf: LeafKind<'_>,
        slots: &mut Slots,
        segment: &TextSegment,
        mut ids: impl FnMut(&Slot) -> SharedIds,
    ) -> Self {
        match leaf {
            LeafKind::Word(slot) => {
                let phrase = Phrase::exact([slot.clone()]);
                Self::Phrase(slots.phrase(&phrase, &[ids(slot)], segment))
            }
            LeafKind::Phrase(phrase) => {
                let ids: Vec<SharedIds> = phrase.steps.iter().map(|s| ids(&s.slot)).collect();
                Self::Phrase(slots.phrase(phrase, &ids, segment))
            }
            LeafKind::Near(near) => Self::Near(slots.near(near, segment, &mut ids)),
        }
    }

    /// What it needs to know of an article; its slots are of this table.
    pub(super) fn needs(&self, slots: &Slots) -> Needs {
        match self {
            Self::Phrase(phrase) => slots.phrase_needs(phrase),
            Self::Near(near) => slots.near_needs(near),
        }
    }

    /// Appends the occurrences in an article, in order.
    ///
    /// Stops early once the deadline has passed.
    pub(super) fn spans(&self, places: &Places, deadline: &Deadline, out: &mut Vec<Span>) {
        match self {
            Self::Phrase(phrase) => phrase.spans(places, &|work| deadline.spend(work), out),
            Self::Near(near) => near.spans(places, &|work| deadline.spend(work), out),
        }
    }
}

impl PlanMatcher {
    /// Prepares for one segment.
    pub(crate) fn new(plan: &Plan, segment: &TextSegment, deadline: Deadline) -> Self {
        let mut slots = Slots::default();
        let mut known = Resolved::new(segment);
        let mut needs = Needs::default();
        let mut leaves = Vec::new();
        for leaf in plan.distinct_leaves() {
            if deadline.has_passed() {
                break;
            }
            let matcher = LeafMatcher::new(leaf.kind, &mut slots, segment, |slot| known.ids(slot));
            needs.add(matcher.needs(&slots));
            leaves.push(Leaf {
                matcher,
                field: leaf.field,
            });
        }
        Self {
            slots,
            room: RefCell::default(),
            needs,
            leaves,
            // Bounds what one article takes, as the search did.
            deadline: deadline.with_work(i64::MAX),
        }
    }

    /// The positions of every occurrence in an article with the number of its word or phrase, the
    /// first if it matches several, in order.
    ///
    /// # Errors
    ///
    /// When the time is over, or the words occur too often.
    pub(crate) fn positions(
        &self,
        article: &SegmentArticle<'_>,
    ) -> Result<Vec<(Range<usize>, u32)>> {
        let mut found: Vec<(Range<usize>, u32)> = Vec::new();
        let has_field = self.leaves.iter().any(|leaf| leaf.field.is_some());
        let fields = has_field.then(|| FieldEnds::of(article.tokens));
        let mut spans = Vec::new();
        // Words that match at the same places must not make the list long.
        let mut room_for = ROOM;
        let room = &mut self.room.borrow_mut();
        self.slots.find(article, self.needs, room, |places| {
            for (number, leaf) in (0..).zip(&self.leaves) {
                self.deadline.check()?;
                spans.clear();
                leaf.matcher.spans(places, &self.deadline, &mut spans);
                let positions = spans.iter().map(|span| span.positions());
                let wanted = positions.filter(|range| match (leaf.field, &fields) {
                    (Some(field), Some(fields)) => fields.at(range.start) == field,
                    _ => true,
                });
                found.extend(wanted.map(|range| (range, number)));
                if found.len() > room_for {
                    keep_first(&mut found);
                    room_for = 2 * found.len() + ROOM;
                }
            }
            self.deadline.check()
        })?;
        keep_first(&mut found);
        Ok(found)
    }

    /// The occurrences in an article, in the order of its text.
    ///
    /// # Errors
    ///
    /// When the time is over.
    pub(crate) fn find(
        &self,
        article: &SegmentArticle<'_>,
        text: &ArticleText,
    ) -> Result<Vec<Match>> {
        let found = self.positions(article)?;
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

/// Occurrences between two removals of those that several words or phrases have.
const ROOM: usize = 1 << 16;
