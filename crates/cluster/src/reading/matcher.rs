//! The matches of plans in analysed articles, as the local engine finds them.

use std::ops::Range;

use rustc_hash::FxHashMap;
use timbao_query::MAX_NEAR;
use timbao_query::iso_day;
use timbao_query::plan::{
    Capitals, Facet, Filter, Key, Leaf, LeafKind, Phrase, Plan, Reach, Slot, Stated, TextField,
};
use timbao_views::matching::{
    Fits, Place, Places, SlotNumber, Span, SpanNear, SpanPhrase, SpanStep, contains_phrase,
    ends_sentence, keep_first, may_end_sentence,
};
use timbao_views::{
    FIELD, FIRST_WORD, Match, PARAGRAPH, TEXT_FIELDS, TextRange, facet_key, facet_value,
};

use crate::query::{Condition, Resolved};

use super::analysed::{Analysed, Vocabulary};

/// The distinct slots of some words and phrases, and the words that fill them.
#[derive(Default)]
struct SlotSet {
    numbers: FxHashMap<(Slot, Option<Capitals>), SlotNumber>,
    tests: Vec<(Fits, Option<Capitals>)>,
    /// By number of a word: the slots it fills, once it was tested.
    by_word: Vec<Option<Box<[SlotNumber]>>>,
    has_sentences: bool,
    places: Places,
}

impl SlotSet {
    fn add(&mut self, slot: &Slot, capitals: Option<Capitals>) -> SlotNumber {
        let next = SlotNumber::try_from(self.tests.len()).unwrap_or(SlotNumber::MAX);
        let number = *self.numbers.entry((slot.clone(), capitals)).or_insert(next);
        if number == next {
            self.tests.push((Fits::new(slot), capitals));
        }
        number
    }

    fn phrase(&mut self, phrase: &Phrase) -> SpanPhrase {
        let slots: Vec<&Slot> = phrase.steps.iter().map(|step| &step.slot).collect();
        let shares_tokens = phrase.slop > 0
            && slots.iter().enumerate().any(|(number, slot)| {
                let before = slots.get(..number).unwrap_or_default();
                before.iter().any(|other| may_share(slot, other))
            });
        let steps = phrase.steps.iter().map(|step| SpanStep {
            gap_min: step.gap_min,
            gap_max: step.gap_max,
            slot: self.add(&step.slot, step.capitals),
        });
        SpanPhrase {
            steps: steps.collect(),
            slop: phrase.slop,
            shares_tokens,
        }
    }

    /// Finds the places of all slots among the first tokens of an article.
    fn find(&mut self, article: &Analysed, tokens: usize, vocabulary: &Vocabulary) -> &Places {
        self.places.clear(self.tests.len());
        if self.by_word.len() < vocabulary.len() {
            self.by_word.resize(vocabulary.len(), None);
        }
        let mut paragraph = 0;
        for (at, &token) in article.tokens.iter().enumerate().take(tokens) {
            let Some(number) = token.checked_sub(FIRST_WORD) else {
                paragraph += 1;
                continue;
            };
            let place = paragraph << 32 | at as Place;
            for &slot in slots_of(&mut self.by_word, &mut self.tests, number, vocabulary) {
                let wanted = self.tests.get(usize::from(slot)).and_then(|(_, c)| *c);
                if wanted.is_none_or(|wanted| Capitals::of(article.written(at)) == wanted) {
                    self.places.push(slot, place);
                }
            }
        }
        if self.has_sentences && self.places.end() > 0 {
            self.places.sentences = sentences(article, tokens);
        }
        &self.places
    }
}

/// The slots that a word fills.
fn slots_of<'s>(
    by_word: &'s mut [Option<Box<[SlotNumber]>>],
    tests: &mut [(Fits, Option<Capitals>)],
    number: u32,
    vocabulary: &Vocabulary,
) -> &'s [SlotNumber] {
    let (Some(known), Some(word)) = (by_word.get_mut(number as usize), vocabulary.word(number))
    else {
        return &[];
    };
    known.get_or_insert_with(|| {
        let tests = (0..).zip(tests.iter_mut());
        let fits = tests.filter_map(|(number, (fits, _))| {
            fits.accepts(&word.exact, &word.folded).then_some(number)
        });
        fits.collect()
    })
}

/// Whether one token may fill two slots. Families of keys may.
fn may_share(a: &Slot, b: &Slot) -> bool {
    let folded = |slot: &Slot| {
        let keys = slot.keys.iter().map(|key| match key {
            Key::Exact(key) => Some(timbao_tokenizer::fold(key)),
            Key::Folded(key) => Some(key.to_string()),
            Key::Wildcard { .. } | Key::Regex { .. } | Key::Fuzzy { .. } => None,
        });
        keys.collect::<Option<Vec<String>>>()
    };
    match (folded(a), folded(b)) {
        (Some(a), Some(b)) => a.iter().any(|key| b.contains(key)),
        _ => true,
    }
}

/// The first tokens of the sentences of an article, except for the first sentence.
fn sentences(article: &Analysed, tokens: usize) -> Vec<u32> {
    let mut starts = Vec::new();
    let mut last: Option<usize> = None;
    for (at, &token) in article.tokens.iter().enumerate().take(tokens) {
        match token {
            PARAGRAPH => {}
            FIELD => {
                starts.push(at as u32);
                last = None;
            }
            _ => {
                if let Some(last) = last.replace(at) {
                    let between = article.between(last..at);
                    let is_end = may_end_sentence(between)
                        && ends_sentence(article.written(last), between, article.written(at));
                    starts.extend(is_end.then_some(at as u32));
                }
            }
        }
    }
    starts
}

enum LeafMatcher {
    Phrase(SpanPhrase),
    Near(SpanNear),
}

impl LeafMatcher {
    fn new(leaf: LeafKind<'_>, slots: &mut SlotSet) -> Self {
        match leaf {
            LeafKind::Word(slot) => Self::Phrase(slots.phrase(&Phrase::exact([slot.clone()]))),
            LeafKind::Phrase(phrase) => Self::Phrase(slots.phrase(phrase)),
            LeafKind::Near(near) => {
                let operands = near.operands.iter().take(MAX_NEAR);
                let operands = operands.map(|o| o.iter().map(|p| slots.phrase(p)).collect());
                let operands = operands.collect();
                slots.has_sentences |= near.reach == Reach::Sentence;
                Self::Near(SpanNear {
                    operands,
                    reach: near.reach,
                    order: near.order,
                })
            }
        }
    }

    /// Appends the occurrences, in order.
    fn spans(&self, places: &Places, out: &mut Vec<Span>) {
        match self {
            Self::Phrase(phrase) => phrase.spans(places, &|_| false, out),
            Self::Near(near) => near.spans(places, &|_| false, out),
        }
    }
}

/// Finds the words and phrases of a plan.
pub(crate) struct PlanMatcher {
    slots: SlotSet,
    leaves: Vec<(LeafMatcher, Option<TextField>)>,
}

/// The tokens of an occurrence and the number of its word or phrase.
type Found = (Range<usize>, u32);

impl PlanMatcher {
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut slots = SlotSet::default();
        let leaves = plan.distinct_leaves().into_iter();
        let leaves = leaves.map(|leaf| (LeafMatcher::new(leaf.kind, &mut slots), leaf.field));
        Self {
            leaves: leaves.collect(),
            slots,
        }
    }

    /// The occurrences among the first tokens of an article, in order, each for the first word or
    /// phrase that it matches.
    pub(crate) fn positions(
        &mut self,
        article: &Analysed,
        tokens: usize,
        vocabulary: &Vocabulary,
    ) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        let mut spans = Vec::new();
        let places = self.slots.find(article, tokens, vocabulary);
        for (number, (matcher, field)) in (0..).zip(&self.leaves) {
            spans.clear();
            matcher.spans(places, &mut spans);
            let ranges = spans.iter().map(|span| span.positions());
            let wanted = ranges.filter(|r| field.is_none_or(|f| article.field_at(r.start) == f));
            found.extend(wanted.map(|range| (range, number)));
        }
        keep_first(&mut found);
        found
    }

    /// The occurrences with the bytes of their text.
    pub(crate) fn matches(
        &mut self,
        article: &Analysed,
        tokens: usize,
        vocabulary: &Vocabulary,
    ) -> Vec<Match> {
        let text = &article.text;
        let found = self.positions(article, tokens, vocabulary).into_iter();
        let matches = found.filter_map(|(range, leaf)| {
            let field = *TEXT_FIELDS.get(text.field_at(range.start)?)?;
            let start = text.spans.get(range.start)?.0 as usize;
            let end = text.spans.get(range.end.checked_sub(1)?)?.1 as usize;
            Some(Match {
                range: TextRange {
                    field,
                    bytes: start..end,
                },
                tokens: range.start as u32..range.end as u32,
                leaf,
            })
        });
        matches.collect()
    }
}

/// Finds the tokens of all steps of a phrase.
pub(crate) struct StepMatcher {
    slots: SlotSet,
    phrase: SpanPhrase,
}

impl StepMatcher {
    pub(crate) fn new(phrase: &Phrase) -> Self {
        let mut slots = SlotSet::default();
        let phrase = slots.phrase(phrase);
        Self { slots, phrase }
    }

    /// Calls back with the tokens of the steps of each occurrence.
    pub(crate) fn for_each(
        &mut self,
        article: &Analysed,
        vocabulary: &Vocabulary,
        f: impl FnMut(&[usize]),
    ) {
        let places = self.slots.find(article, usize::MAX, vocabulary);
        self.phrase.for_each_path(places, &|_| false, f);
    }
}

/// Checks whether articles match a plan.
pub(crate) struct Checker<'r> {
    resolved: &'r Resolved<'r>,
    slots: SlotSet,
    leaves: Vec<LeafMatcher>,
}

impl<'r> Checker<'r> {
    pub(crate) fn new(resolved: &'r Resolved<'r>) -> Self {
        let mut slots = SlotSet::default();
        let leaves = resolved.leaves.iter();
        let leaves = leaves.map(|leaf| LeafMatcher::new(leaf.kind, &mut slots));
        Self {
            leaves: leaves.collect(),
            slots,
            resolved,
        }
    }

    /// Returns `true` if an article matches.
    pub(crate) fn accepts(&mut self, article: &Analysed, vocabulary: &Vocabulary) -> bool {
        let places = self.slots.find(article, usize::MAX, vocabulary);
        let mut spans = Vec::new();
        let leaves = self.leaves.iter().zip(&self.resolved.leaves);
        let found = leaves.map(|(matcher, Leaf { field, .. })| {
            spans.clear();
            matcher.spans(places, &mut spans);
            let ranges = spans.iter().map(|span| span.positions());
            let wanted = ranges.filter(|r| field.is_none_or(|f| article.field_at(r.start) == f));
            wanted.collect()
        });
        let found: Vec<Vec<Range<usize>>> = found.collect();
        meets(&self.resolved.condition, &found, article)
    }
}

/// Returns `true` if an article with these occurrences of leaves meets a condition.
fn meets(condition: &Condition<'_>, found: &[Vec<Range<usize>>], article: &Analysed) -> bool {
    match condition {
        Condition::Everything => true,
        Condition::Nothing => false,
        Condition::Leaf(number) => found.get(*number).is_some_and(|found| !found.is_empty()),
        Condition::Enough { parts, minimum } => {
            let parts = parts.iter().filter(|(_, part)| meets(part, found, article));
            let sum: usize = parts.map(|(weight, _)| usize::from(*weight)).sum();
            sum >= *minimum
        }
        Condition::All(parts) => parts.iter().all(|part| meets(part, found, article)),
        Condition::Not(part) => !meets(part, found, article),
        Condition::AtLeast {
            count,
            leaves,
            condition,
        } => {
            let ranges = leaves.iter().filter_map(|&leaf| found.get(leaf)).flatten();
            let mut ranges: Vec<(usize, usize)> = ranges.map(|r| (r.start, r.end)).collect();
            // A place that several alternatives match counts once.
            ranges.sort_unstable();
            ranges.dedup();
            ranges.len() as u64 >= u64::from(*count) && meets(condition, found, article)
        }
        Condition::Filter(filter) => passes(filter, article),
    }
}

/// Returns `true` if the metadata of an article meet a condition.
fn passes(filter: &Filter, article: &Analysed) -> bool {
    let record = &article.record;
    let day = || {
        record
            .published
            .and_then(|published| published.day_number())
    };
    let value = |facet: Facet| match facet {
        Facet::Year => day().and_then(|day| iso_day(day).get(..4).map(str::to_owned)),
        Facet::Month => day().and_then(|day| iso_day(day).get(..7).map(str::to_owned)),
        facet => facet_value(record, facet).map(str::to_owned),
    };
    match filter {
        Filter::Id(id) => record.id == *id,
        Filter::Date { from, to } => day().is_some_and(|day| {
            from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
        }),
        Filter::Has(Stated::Date) => day().is_some(),
        Filter::Has(Stated::Facet(facet)) => value(*facet).is_some(),
        Filter::Facet { facet, slots } => {
            value(*facet).is_some_and(|value| contains_phrase(&value, slots))
        }
        Filter::Is { facet, value: is } if facet.is_period() => {
            value(*facet).is_some_and(|value| value == is.trim())
        }
        Filter::Is { facet, value: is } => {
            value(*facet).is_some_and(|value| facet_key(&value) == facet_key(is))
        }
    }
}
