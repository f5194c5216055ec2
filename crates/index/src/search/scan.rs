//! Parts of a plan that are matched against the tokens of articles, all in one pass.
//!
//! Gaps, slop, case, NEAR, ATLEAST and some parts of the text need the tokens of every article that
//! contains the words. A query can have many such parts. Before it is executed they are matched
//! together, so that each article is read once and a word repeated in a query is searched for once.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use timbao_query::plan::{Key, LeafKind, NearOrder, Phrase, Plan, Slot, Step, TextField};
use timbao_views::by_ranges;
use timbao_views::matching::Span;

use crate::error::Result;
use crate::text::TextSegment;

use super::Searcher;
use super::deadline::Deadline;
use super::matcher::{LeafMatcher, Needs, Room, SegmentArticle, Slots};
use super::phrase::{MOST_COMBINATIONS, MOST_LISTS, SegmentPhrase};
use super::positions::{FieldEnds, group_by_article};
use super::scans::Scans;
use super::scored::{Scored, weigh};
use super::slot_articles::slot_lists;
use super::slots::{SharedIds, SlotIds};

/// A part of a plan, and the only part of the text in which it counts.
type Part<'p> = (&'p Plan, Option<TextField>);

/// The work of a query, in comparisons of occurrences of words: this many for each
/// [`TOKENS_OF_QUERY`] tokens of the index. `timbao bench worst` measures how long that takes.
const WORK_OF_QUERY: i64 = 2;
/// See [`WORK_OF_QUERY`].
const TOKENS_OF_QUERY: i64 = 3;
/// Tokens whose reading is as much work as a comparison.
const TOKENS_OF_WORK: usize = 4;
/// The work that a query may do in a small index.
const LEAST_WORK: i64 = 7_000_000;

/// The work of all searches for the advice on a query, as a multiple of that of one query. Most of
/// it goes into reading tokens: it is enough to count eight frequent words in a field.
const QUERIES_FOR_ADVICE: i64 = 3;

/// Fewer articles are read before another thread has started.
const LEAST_ARTICLES: usize = 64;

impl Searcher {
    /// A searcher whose searches together may do three times the work of a query.
    pub(crate) fn for_advice(&self) -> Self {
        Self {
            deadline: self
                .deadline
                .with_work(self.work_of_query().saturating_mul(QUERIES_FOR_ADVICE)),
            ..self.clone()
        }
    }

    fn work_of_query(&self) -> i64 {
        let tokens = self.segments.iter().map(|view| view.text.words());
        let tokens: i64 = tokens.map(i64::from).sum();
        (tokens.saturating_mul(WORK_OF_QUERY) / TOKENS_OF_QUERY).max(LEAST_WORK)
    }
}

/// A searcher that knows the matches of all parts of a plan that need tokens; the same one if there
/// are none or they are known.
///
/// # Errors
///
/// When a file is damaged, the deadline has passed, or the words occur too often.
pub(crate) fn prepared<'s>(
    searcher: &'s Searcher,
    plan: &Plan,
    field: Option<TextField>,
) -> Result<Cow<'s, Searcher>> {
    if searcher.scans.is_some() {
        return Ok(Cow::Borrowed(searcher));
    }
    let mut parts = Vec::new();
    collect(searcher, plan, field, &mut parts);
    if parts.is_empty() {
        return Ok(Cow::Borrowed(searcher));
    }
    let mut scans = Scans::default();
    for ((plan, field), found) in parts.iter().zip(scan(searcher, &parts)?) {
        scans.add(plan, *field, found);
    }
    Ok(Cow::Owned(Searcher {
        scans: Some(Arc::new(scans)),
        ..searcher.clone()
    }))
}

/// The articles that match a part, by segment; `None` if it needs no tokens. ATLEAST has no scores.
///
/// # Errors
///
/// When a file is damaged, the deadline has passed, or the words occur too often.
pub(crate) fn scanned(
    searcher: &Searcher,
    plan: &Plan,
    field: Option<TextField>,
) -> Result<Option<Vec<Scored>>> {
    let scans = searcher.scans.as_ref();
    match scans.and_then(|scans| scans.get(plan, field)) {
        Some(found) => Ok(Some(found.to_vec())),
        None if needs_tokens(searcher, plan, field) => Ok(scan(searcher, &[(plan, field)])?.pop()),
        None => Ok(None),
    }
}

/// Returns `true` if bigrams and the lists of words cannot tell which articles match.
pub(super) fn needs_tokens(searcher: &Searcher, plan: &Plan, field: Option<TextField>) -> bool {
    match plan {
        Plan::Near(_) | Plan::AtLeast { .. } => true,
        Plan::Word(_) => field.is_some(),
        Plan::Phrase(phrase) => match field {
            None if phrase.steps.len() == 1 => phrase.has_case(),
            // Positions tell these parts of the text apart from the rest.
            None | Some(TextField::Title | TextField::Summary) => {
                !phrase.is_rigid() || !has_pairs(searcher, phrase)
            }
            Some(TextField::Body | TextField::Caption) => true,
        },
        _ => false,
    }
}

/// Returns `true` if bigrams tell in every segment where the phrase is.
fn has_pairs(searcher: &Searcher, phrase: &Phrase) -> bool {
    // Without a pattern, a slot has at most as many keys in a segment.
    let most = |step: &Step| {
        let keys = &step.slot.keys;
        let is_plain = |key: &Key| matches!(key, Key::Exact(_) | Key::Folded(_));
        keys.iter().all(is_plain).then_some(keys.len())
    };
    let is_narrow = |pair: &[Step]| {
        let lists = most(&pair[0]).zip(most(&pair[1]));
        lists.is_some_and(|(a, b)| a * b <= MOST_COMBINATIONS)
    };
    phrase.steps.windows(2).any(is_narrow)
        || searcher
            .segments
            .iter()
            .all(|view| SegmentPhrase::new(phrase, &view.text).has_pairs())
}

fn collect<'p>(
    searcher: &Searcher,
    plan: &'p Plan,
    field: Option<TextField>,
    parts: &mut Vec<Part<'p>>,
) {
    if !parts.contains(&(plan, field)) && needs_tokens(searcher, plan, field) {
        parts.push((plan, field));
    }
    let field = match plan {
        Plan::In { field: inner, .. } => {
            if field.is_some_and(|outer| outer != *inner) {
                return;
            }
            Some(*inner)
        }
        _ => field,
    };
    for child in plan.children() {
        collect(searcher, child, field, parts);
    }
}

/// The articles that match each part, by segment.
fn scan(searcher: &Searcher, parts: &[Part<'_>]) -> Result<Vec<Vec<Scored>>> {
    let mut found: Vec<Vec<Scored>> = parts.iter().map(|_| Vec::new()).collect();
    let deadline = searcher
        .deadline
        .with_work_of_query(searcher.work_of_query());
    for view in searcher.segments.iter() {
        let scan = SegmentScan::new(&deadline, &view.text, parts)?;
        for (all, scored) in found.iter_mut().zip(scan.run(searcher)?) {
            all.push(scored);
        }
    }
    let weighed = found
        .into_iter()
        .map(|found| weigh(searcher.articles, found));
    Ok(weighed.collect())
}

/// Parts, prepared for one segment.
struct SegmentScan<'a> {
    segment: &'a TextSegment,
    deadline: &'a Deadline,
    slots: Slots,
    parts: Vec<PartScan>,
}

struct PartScan {
    /// Words, phrases and NEAR, of which any may match.
    leaves: Vec<(LeafMatcher, Option<TextField>)>,
    /// What these need.
    needs: Needs,
    /// Least number of matches, where these count instead of a score.
    least: Option<u32>,
    /// The articles that contain the words.
    candidates: ArticleSet,
}

impl<'a> SegmentScan<'a> {
    fn new(deadline: &'a Deadline, segment: &'a TextSegment, parts: &[Part<'_>]) -> Result<Self> {
        let mut words = Words::new(segment);
        let mut slots = Slots::default();
        let mut scans = Vec::with_capacity(parts.len());
        for &(plan, field) in parts {
            deadline.check()?;
            let least = match plan {
                Plan::AtLeast { count, .. } => Some(*count),
                _ => None,
            };
            let mut candidates = ArticleSet::none(segment);
            let mut leaves = Vec::new();
            let mut needs = Needs::default();
            for leaf in plan.leaves() {
                let inner = leaf.field;
                if field.is_some() && inner.is_some() && inner != field {
                    continue;
                }
                candidates.add_all(&words.candidates(leaf.kind));
                let matcher = LeafMatcher::new(leaf.kind, &mut slots, segment, |slot| {
                    words.word(slot).ids.clone()
                });
                needs.add(matcher.needs(&slots));
                leaves.push((matcher, field.or(inner)));
            }
            scans.push(PartScan {
                leaves,
                needs,
                least,
                candidates,
            });
        }
        Ok(Self {
            segment,
            deadline,
            slots,
            parts: scans,
        })
    }

    /// The articles that match each part; many are read on the cores that are free.
    fn run(&self, searcher: &Searcher) -> Result<Vec<Scored>> {
        let mut all = ArticleSet::none(self.segment);
        for part in &self.parts {
            all.add_all(&part.candidates);
        }
        let articles: Vec<u32> = all.iter().collect();
        let ranges = by_ranges(searcher, &articles, LEAST_ARTICLES, |articles| {
            let deadline = self.deadline.part();
            let found = self.read(searcher, articles, &deadline);
            deadline.end_part();
            found
        });
        let mut whole = vec![Scored::default(); self.parts.len()];
        for found in ranges {
            for (whole, found) in whole.iter_mut().zip(found?) {
                whole.append(found);
            }
        }
        self.deadline.check()?;
        Ok(whole)
    }

    /// Those of some articles, in order, that match each part.
    fn read(
        &self,
        searcher: &Searcher,
        articles: &[u32],
        deadline: &Deadline,
    ) -> Result<Vec<Scored>> {
        let mut found = vec![Scored::default(); self.parts.len()];
        let mut room = Room::default();
        let mut tokens = Vec::new();
        let mut spans = Vec::new();
        let mut ranges = Vec::new();
        for &article in articles {
            deadline.check()?;
            tokens.clear();
            self.segment.tokens_of(article).read_into(&mut tokens);
            let row = self.segment.rows().row(article);
            let fields = FieldEnds::of(&tokens);
            let here = SegmentArticle {
                segment: self.segment,
                article,
                tokens: &tokens,
            };
            let mut needs = Needs::default();
            let parts = self.parts.iter().zip(&mut found);
            let candidates: SmallVec<[_; 8]> = parts
                .filter(|(part, _)| part.candidates.has(article))
                .inspect(|(part, _)| needs.add(part.needs))
                .collect();
            self.slots.find(&here, needs, &mut room, |places| {
                let read = tokens.len() * self.slots.passes(needs) / TOKENS_OF_WORK;
                deadline.spend(read + places.count());
                for (part, found) in candidates {
                    ranges.clear();
                    for (leaf, field) in &part.leaves {
                        spans.clear();
                        leaf.spans(places, deadline, &mut spans);
                        let positions = spans.iter().copied().map(Span::positions);
                        ranges.extend(positions.filter(|range| {
                            field.is_none_or(|field| fields.at(range.start) == field)
                        }));
                    }
                    match part.least {
                        None => {
                            let starts = ranges.iter().map(|range: &Range<usize>| range.start);
                            let weights = starts.map(|at| row.weight(row.start + at as u32));
                            let frequency: u32 = weights.sum();
                            if frequency > 0 {
                                let share = searcher.saturation.share(frequency, row.length);
                                found.push(article, share);
                            }
                        }
                        Some(least) => {
                            // A place that several alternatives match counts once.
                            ranges.sort_unstable_by_key(|range| (range.start, range.end));
                            ranges.dedup();
                            if ranges.len() as u64 >= u64::from(least) {
                                found.push(article, 0.0);
                            }
                        }
                    }
                }
            });
        }
        deadline.check()?;
        Ok(found)
    }
}

/// The articles of words and phrases in one segment.
struct Words<'a> {
    segment: &'a TextSegment,
    known: FxHashMap<Slot, Rc<Word>>,
}

/// A slot in one segment.
struct Word {
    ids: SharedIds,
    articles: OnceCell<ArticleSet>,
}

impl Word {
    /// The articles that contain it.
    fn articles(&self, segment: &TextSegment) -> &ArticleSet {
        self.articles.get_or_init(|| {
            let mut articles = ArticleSet::none(segment);
            let lists = slot_lists(segment, &self.ids);
            lists.iter().for_each(|list| list.mark(&mut articles.0));
            articles
        })
    }
}

impl<'a> Words<'a> {
    fn new(segment: &'a TextSegment) -> Self {
        Self {
            segment,
            known: FxHashMap::default(),
        }
    }

    /// The articles that contain the words of a leaf.
    fn candidates(&mut self, leaf: LeafKind<'_>) -> ArticleSet {
        match leaf {
            LeafKind::Word(slot) => self.word(slot).articles(self.segment).clone(),
            LeafKind::Phrase(phrase) => self.phrase(phrase),
            LeafKind::Near(near) => {
                // NOTNEAR needs no other operand than the first.
                let needed = match near.order {
                    NearOrder::Apart => 1,
                    NearOrder::Any | NearOrder::Typed => near.operands.len(),
                };
                let mut all = ArticleSet::every(self.segment);
                for phrases in near.operands.iter().take(needed) {
                    let mut any = ArticleSet::none(self.segment);
                    for phrase in phrases {
                        any.add_all(&self.phrase(phrase));
                    }
                    all.keep(&any);
                }
                all
            }
        }
    }

    fn phrase(&mut self, phrase: &Phrase) -> ArticleSet {
        if phrase.steps.is_empty() {
            return ArticleSet::none(self.segment);
        }
        let mut all = ArticleSet::every(self.segment);
        let mut rest = phrase.steps.as_slice();
        while let [_, others @ ..] = rest {
            let is_next = |step: &&Step| phrase.slop == 0 && step.gap_max == 0;
            let row = 1 + others.iter().take_while(is_next).count();
            let (row, after) = rest.split_at(row);
            let together = match row {
                [_, _, ..] => self.row(row),
                _ => None,
            };
            match together {
                Some(together) => all.keep(&together),
                None => row
                    .iter()
                    .for_each(|step| all.keep(self.word(&step.slot).articles(self.segment))),
            }
            rest = after;
        }
        all
    }

    /// The articles that contain words in a row, in any case; `None` if they have too many
    /// spellings. They are far fewer than those that contain all of the words.
    fn row(&mut self, steps: &[Step]) -> Option<ArticleSet> {
        let words: Vec<Rc<Word>> = steps.iter().map(|step| self.word(&step.slot)).collect();
        if words.iter().any(|word| word.ids.groups.len() > MOST_LISTS) {
            return None;
        }
        let ids = words.iter().map(|word| SlotIds::clone(&word.ids));
        let phrase = Phrase::exact(steps.iter().map(|step| step.slot.clone()));
        let starts =
            SegmentPhrase::resolved(&phrase, ids.collect(), self.segment).rigid_starts()?;
        let mut articles = ArticleSet::none(self.segment);
        group_by_article(self.segment, &starts, None, |article, _| {
            articles.add(article)
        });
        Some(articles)
    }

    /// Resolves a slot, once for all of its occurrences in a query.
    fn word(&mut self, slot: &Slot) -> Rc<Word> {
        if let Some(known) = self.known.get(slot) {
            return Rc::clone(known);
        }
        let word = Rc::new(Word {
            ids: SharedIds::new(SlotIds::resolve(slot, self.segment)),
            articles: OnceCell::new(),
        });
        self.known.insert(slot.clone(), Rc::clone(&word));
        word
    }
}

/// A set of articles of one segment.
#[derive(Clone)]
struct ArticleSet(Vec<u64>);

impl ArticleSet {
    fn none(segment: &TextSegment) -> Self {
        Self(vec![0; (segment.articles() as usize).div_ceil(64)])
    }

    /// All articles, and numbers after the last one.
    fn every(segment: &TextSegment) -> Self {
        Self(vec![u64::MAX; (segment.articles() as usize).div_ceil(64)])
    }

    fn add(&mut self, article: u32) {
        if let Some(word) = self.0.get_mut(article as usize / 64) {
            *word |= 1 << (article % 64);
        }
    }

    fn add_all(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }

    fn keep(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= b);
    }

    #[inline]
    fn has(&self, article: u32) -> bool {
        let word = self.0.get(article as usize / 64);
        word.is_some_and(|word| word >> (article % 64) & 1 == 1)
    }

    fn iter(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.0).flat_map(|(number, &word)| {
            (0..64).filter_map(move |bit| (word >> bit & 1 == 1).then_some(number * 64 + bit))
        })
    }
}
