//! Ranking by words, of which a minimum should match, and by their proximity.
//!
//! The score of an article is the sum of the BM25 scores of its words and of
//! the adjacent words of the query that are adjacent in it (see
//! [`crate::text::score`]), by the weights of [`timbao_views::weights`]. Saturated
//! frequencies are rounded to impacts, which [`super::sums`] accumulates.

use std::cell::RefCell;
use std::sync::Arc;

use smallvec::SmallVec;
use tantivy::fastfield::AliveBitSet;
use timbao_query::plan::{MinimumMatch, Plan, Slot};
use timbao_views::score::Required;
use timbao_views::weights::{NEVER, TermWeights, association};

use crate::error::Result;
use crate::text::TextSegment;
use crate::text::score::{Saturation, rarity};

use super::impacts::{KeyId, LANES, ROW_SHARE, Row, RowKey};
use super::pair::PairSource;
use super::phrase::bigram;
use super::scored::Scored;
use super::slot_articles::{SlotArticles, slot_articles};
use super::slots::SlotIds;
use super::sums::{Frequent, IMPACT, Sparse, Sums};
use super::top::TopHits;
use super::{Searcher, SegmentView, lives};

/// Maximum number of clauses with impact columns, which count clauses in a
/// byte.
const MOST_ITEMS: usize = u8::MAX as usize;

/// An index with this many articles has packed columns: plain ones of all its frequent terms take more
/// than their cache.
const LARGE: u64 = if cfg!(test) { 100 } else { 1 << 18 };

/// The document filter of a search.
pub(crate) struct Allowed<'a> {
    pub(crate) alive: Option<&'a AliveBitSet>,
    /// Articles that pass the filters, by number; `None` if all do.
    pub(crate) passing: Option<&'a [bool]>,
}

impl Allowed<'_> {
    /// Returns `true` if every article passes.
    fn has_all(&self) -> bool {
        self.alive.is_none() && self.passing.is_none()
    }

    /// Returns `true` if an article passes.
    #[inline]
    fn has(&self, article: u32) -> bool {
        lives(self.alive, article)
            && self
                .passing
                .is_none_or(|p| p.get(article as usize) == Some(&true))
    }

    /// The document mask, all ones or zeros by article; `None` if all pass.
    fn lanes(&self, articles: u32) -> Option<Vec<[u8; LANES]>> {
        if self.has_all() {
            return None;
        }
        let mut lanes = vec![[0; LANES]; (articles as usize).div_ceil(LANES)];
        for (article, lane) in (0..articles).zip(lanes.as_flattened_mut()) {
            *lane = if self.has(article) { u8::MAX } else { 0 };
        }
        Some(lanes)
    }
}

/// A term of the query in one segment.
struct List<'a> {
    source: Source<'a>,
    /// Key of its impact column.
    key: Option<RowKey>,
    /// Factor of the saturated tf.
    weight: f32,
    /// How much the term counts as a matched clause.
    item_weight: u16,
}

#[allow(
    clippy::large_enum_variant,
    reason = "there are few, and each is used at once"
)]
enum Source<'a> {
    Slot(SlotArticles<'a>),
    Pair(PairSource<'a>),
    Scored(Scored),
}

impl Source<'_> {
    fn saturation<'s>(&self, searcher: &'s Searcher) -> &'s Saturation {
        match self {
            Self::Pair(_) => &searcher.bigram_saturation,
            Self::Slot(_) | Self::Scored(_) => &searcher.saturation,
        }
    }

    /// Number of articles with the term, or of positions for a bigram.
    fn len(&self) -> usize {
        match self {
            Self::Slot(articles) => articles.len(),
            Self::Pair(pair) => pair.len(),
            Self::Scored(scored) => scored.articles.len(),
        }
    }
}

impl List<'_> {
    /// Calls back with every article and the weighted frequency there.
    #[inline]
    fn for_each(&self, segment: &TextSegment, f: impl FnMut(u32, u32)) {
        match &self.source {
            Source::Slot(articles) => articles.for_each(f),
            Source::Pair(pair) => pair.for_each(segment, f),
            Source::Scored(_) => {}
        }
    }

    /// Adds the scores of the term to the accumulators.
    fn add_to(&self, sparse: &mut Sparse, segment: &TextSegment, saturation: &Saturation) {
        if let Source::Scored(scored) = &self.source {
            for (&article, &score) in scored.articles.iter().zip(&scored.scores) {
                let score = self.weight * score;
                sparse.add(article, score.max(f32::MIN_POSITIVE), self.item_weight);
            }
        }
        let weight = self.weight * IMPACT;
        self.for_each(segment, |article, frequency| {
            let impact = saturation.impact(frequency, segment.length(article));
            sparse.add(article, weight * f32::from(impact), self.item_weight);
        });
    }

    /// Returns `true` if the term is frequent enough for an impact column.
    fn is_frequent(&self, articles: u32) -> bool {
        let holding = match &self.source {
            Source::Slot(articles) => articles.len(),
            // Most articles with a frequent bigram contain it more than once.
            Source::Pair(pair) => pair.len() / 2,
            Source::Scored(_) => 0,
        };
        holding * ROW_SHARE >= articles as usize
    }
}

/// The clauses of a ranked query.
pub(crate) struct Scoring<'p> {
    /// Words, or any other plans.
    pub(crate) items: Vec<&'p Plan>,
    /// How many of them, or which weight, an article must match.
    pub(crate) minimum: MinimumMatch,
    /// The numbers of those that are not required and count less.
    pub(crate) optional: &'p [usize],
    /// Whether adjacent words contribute to the score as bigrams too.
    pub(crate) bigrams: bool,
}

/// A ranked query, resolved in all segments.
pub(crate) struct RankedQuery<'a> {
    required: usize,
    items: usize,
    /// By segment.
    lists: Vec<Vec<List<'a>>>,
}

thread_local! {
    static SPARSE: RefCell<Sparse> = RefCell::default();
}

/// Executes a plan: the articles of each segment with their scores.
pub(crate) type Evaluate<'f> = &'f dyn Fn(&Searcher, &Plan) -> Result<Vec<Scored>>;

/// A term by segment.
type Sources<'a> = SmallVec<[Option<(Source<'a>, Option<RowKey>)>; 1]>;

/// A bare word as typed, resolved in all segments.
struct Word<'p> {
    slot: &'p Slot,
    /// Whether the clause has no other forms of the word, as an abbreviation is one.
    is_whole_clause: bool,
    ids: Vec<SlotIds>,
}

/// Two adjacent words, resolved in all segments.
struct Bigram<'a> {
    sources: Sources<'a>,
    association: f32,
}

impl<'p> Word<'p> {
    /// `None` for any other plan.
    fn new(searcher: &Searcher, item: &'p Plan) -> Option<Self> {
        let slot = item.typed_word()?;
        let resolve = |view: &SegmentView| SlotIds::resolve(slot, &view.text);
        let ids = searcher.segments.iter().map(resolve).collect();
        Some(Self {
            slot,
            is_whole_clause: matches!(item, Plan::Word(_)),
            ids,
        })
    }

    fn sources<'a>(&self, searcher: &'a Searcher) -> Sources<'a> {
        let segments = searcher.segments.iter().zip(&self.ids);
        let source = |(view, ids): (&'a SegmentView, &SlotIds)| {
            let key = KeyId::of(ids).map(|key| (key, None));
            Some((Source::Slot(slot_articles(&view.text, ids)), key))
        };
        segments.map(source).collect()
    }

    /// Number of its occurrences.
    fn tokens(&self) -> f64 {
        let groups = self.ids.iter().flat_map(|ids| &ids.groups);
        groups.map(|group| f64::from(group.tokens)).sum()
    }
}

impl<'a> Bigram<'a> {
    fn new(searcher: &'a Searcher, first: &Word<'_>, second: &Word<'_>) -> Self {
        let slots = [first.slot, second.slot];
        let mut occurrences = 0;
        let ids = first.ids.iter().zip(&second.ids);
        let source = |(view, (a, b)): (&'a SegmentView, (&SlotIds, &SlotIds))| {
            let pair = bigram(&view.text, a, b, slots)?;
            occurrences += pair.estimate();
            let key = KeyId::of(a).zip(KeyId::of(b)).map(|(a, b)| (a, Some(b)));
            Some((Source::Pair(pair), key))
        };
        let sources = searcher.segments.iter().zip(ids).map(source).collect();
        let tokens = searcher.segments.iter().map(|view| view.text.words());
        let association = association(
            occurrences as f64,
            first.tokens(),
            second.tokens(),
            tokens.map(f64::from).sum(),
        );
        Self {
            sources,
            association,
        }
    }
}

/// Resolves the bigrams of adjacent words; `None` where a clause is not a word.
fn bigrams<'a>(searcher: &'a Searcher, words: &[Option<Word<'_>>]) -> Vec<Option<Bigram<'a>>> {
    let pairs = words.windows(2);
    let pair = |two: &[Option<Word<'_>>]| match two {
        [Some(first), Some(second)] => Some(Bigram::new(searcher, first, second)),
        _ => None,
    };
    pairs.map(pair).collect()
}

fn weights(bigrams: &[Option<Bigram<'_>>], optional: &[usize]) -> TermWeights {
    let association =
        |bigram: &Option<Bigram<'_>>| bigram.as_ref().map_or(NEVER, |b| b.association);
    let associations: Vec<f32> = bigrams.iter().map(association).collect();
    TermWeights::of_units(&associations, optional)
}

/// Returns the weights of a row of clauses and its bigrams, as a search computes them.
pub(crate) fn term_weights(searcher: &Searcher, items: &[Plan], optional: &[usize]) -> TermWeights {
    let words: Vec<_> = items.iter().map(|item| Word::new(searcher, item)).collect();
    weights(&bigrams(searcher, &words), optional)
}

impl<'a> RankedQuery<'a> {
    /// Resolves the clauses. `evaluate` executes those that are not words.
    ///
    /// # Errors
    ///
    /// When a file is damaged, or the deadline has passed.
    pub(crate) fn new(
        searcher: &'a Searcher,
        scoring: &Scoring<'_>,
        evaluate: Evaluate<'_>,
    ) -> Result<Self> {
        let mut words = Vec::with_capacity(scoring.items.len());
        let mut sources: Vec<Sources<'a>> = Vec::with_capacity(scoring.items.len());
        for &item in &scoring.items {
            searcher.deadline.check()?;
            let word = Word::new(searcher, item);
            sources.push(match &word {
                Some(word) if word.is_whole_clause => word.sources(searcher),
                _ => {
                    let scored = evaluate(searcher, item)?.into_iter();
                    let source = |scored| Some((Source::Scored(scored), None));
                    scored.map(source).collect()
                }
            });
            words.push(word);
        }
        let (bigrams, weights) = if scoring.bigrams {
            let bigrams = bigrams(searcher, &words);
            let weights = weights(&bigrams, scoring.optional);
            (bigrams, weights)
        } else {
            (Vec::new(), TermWeights::equal(words.len()))
        };
        searcher.deadline.check()?;
        let idf = |sources: &Sources<'_>| {
            let lengths = sources
                .iter()
                .flatten()
                .map(|(source, _)| source.len() as u64);
            rarity(searcher.articles, lengths.sum())
        };
        let idfs: Vec<f32> = sources.iter().map(idf).collect();
        let required = Required::new(scoring.minimum, scoring.optional, &idfs);
        let mut query = Self {
            required: required.minimum,
            items: words.len(),
            lists: searcher.segments.iter().map(|_| Vec::new()).collect(),
        };
        for (item, sources) in sources.into_iter().enumerate() {
            // The scores of other plans contain their idf.
            let idf = match &words[item] {
                Some(word) if word.is_whole_clause => idfs[item],
                _ => 1.0,
            };
            let weight = weights.words[item] * idf;
            query.push(sources, required.weights[item], weight);
        }
        for (bigram, weight) in bigrams.into_iter().zip(weights.bigrams) {
            if let Some(Bigram { sources, .. }) = bigram {
                let weight = weight * idf(&sources);
                query.push(sources, 0, weight);
            }
        }
        Ok(query)
    }

    /// Adds a term by segment.
    fn push(&mut self, sources: Sources<'a>, item_weight: u16, weight: f32) {
        for (lists, source) in self.lists.iter_mut().zip(sources) {
            lists.extend(source.map(|(source, key)| List {
                source,
                key,
                weight,
                item_weight,
            }));
        }
    }

    /// Offers the best articles to `top` and counts all.
    pub(crate) fn search(
        &self,
        searcher: &Searcher,
        allowed: &[Allowed<'_>],
        top: &mut TopHits,
        k: usize,
    ) -> u64 {
        let mut total = 0;
        for ((segment, view), allowed) in (0..).zip(searcher.segments.iter()).zip(allowed) {
            let allowed = allowed.lanes(view.text.articles());
            let best = Some((k, top.threshold()));
            total += self.for_each(searcher, segment, allowed, best, |article, score| {
                top.push(score, searcher.address(segment as u32, article));
            });
        }
        total
    }

    /// Every article that matches enough clauses, with its score.
    pub(crate) fn evaluate(&self, searcher: &Searcher) -> Vec<Scored> {
        let scored = (0..searcher.segments.len()).map(|segment| {
            let mut found = Vec::new();
            self.for_each(searcher, segment, None, None, |article, score| {
                found.push((article, score));
            });
            found.sort_unstable_by_key(|&(article, _)| article);
            let (articles, scores) = found.into_iter().unzip();
            Scored { articles, scores }
        });
        scored.collect()
    }

    /// Calls back with the articles of a segment as [`Sums::for_each`] does.
    fn for_each(
        &self,
        searcher: &Searcher,
        segment: usize,
        allowed: Option<Vec<[u8; LANES]>>,
        best: Option<(usize, f32)>,
        f: impl FnMut(u32, f32),
    ) -> u64 {
        let view = &searcher.segments[segment];
        SPARSE.with_borrow_mut(|sparse| {
            sparse.prepare(view.text.articles());
            let mut rows = Vec::new();
            for list in &self.lists[segment] {
                if searcher.deadline.has_passed() {
                    break;
                }
                match self.row(list, searcher, view) {
                    Some(row) => rows.push(Frequent {
                        row,
                        weight: list.weight,
                        item_weight: list.item_weight.min(u8::MAX.into()) as u8,
                    }),
                    None => list.add_to(sparse, &view.text, list.source.saturation(searcher)),
                }
            }
            let mut sums = Sums {
                sparse,
                rows,
                required: self.required,
                allowed,
            };
            let total = sums.for_each(best, f);
            sparse.clear();
            total
        })
    }

    /// The impact column of a term, if it is frequent; packed in a large index.
    fn row(&self, list: &List<'_>, searcher: &Searcher, view: &SegmentView) -> Option<Arc<Row>> {
        let text = &view.text;
        if self.items > MOST_ITEMS || !list.is_frequent(text.articles()) {
            return None;
        }
        let saturation = list.source.saturation(searcher);
        let make = || {
            let row = Row::new(text.articles(), |add| {
                list.for_each(text, |article, frequency| {
                    add(article, saturation.impact(frequency, text.length(article)));
                });
            });
            match searcher.articles >= LARGE {
                true => row.packed(),
                false => row,
            }
        };
        Some(match list.key {
            Some(key) => view.rows.get(key, make),
            None => Arc::new(make()),
        })
    }
}

#[cfg(test)]
mod tests {
    use timbao_articles::Article;

    use super::*;
    use crate::SearchOptions;
    use crate::testing::indexed;
    use timbao_query::plan::Key;

    #[test]
    fn words_of_a_large_index_are_counted() {
        let articles = (0..2 * LARGE).map(|number| {
            let article = Article {
                id: number.to_string(),
                body: ["mot hai", "mot"][usize::from(number % 8 > 0)].to_owned(),
                ..Article::default()
            };
            (number.to_string(), article)
        });
        let (_dir, searcher) = indexed([articles.collect()]);
        for (required, total) in [(1, 2 * LARGE), (2, LARGE / 4)] {
            let word = |word: &str| Plan::Word(Slot::new(Key::Exact(word.into())));
            let plan = Plan::Ranked {
                items: vec![word("mot"), word("hai")],
                minimum: MinimumMatch::Count(required),
                optional: Vec::new(),
            };
            let found = searcher.search(&plan, &SearchOptions::default()).unwrap();
            assert_eq!(found.total, total);
            let best = found.hits.iter().map(|hit| hit.address.article % 8);
            assert!(best.eq([0; 10]), "both words are best");
        }
    }

    #[test]
    fn more_items_than_a_byte_counts_are_counted() {
        let words: Vec<String> = (0..300).map(|n| format!("w{n}")).collect();
        let articles = [("all", 300), ("some", 280), ("few", 20)].map(|(id, length)| {
            let article = Article {
                id: id.into(),
                body: words[..length].join(" "),
                ..Article::default()
            };
            (id, article)
        });
        let (_dir, searcher) = indexed([articles.into()]);
        let word = |word: &String| Plan::Word(Slot::new(Key::Exact(word.into())));
        for (asked, required, total) in [(300, 300, 1), (300, 256, 2), (300, 20, 3), (255, 255, 2)]
        {
            let items = words[..asked].iter().map(word).collect();
            let plan = Plan::Ranked {
                items,
                minimum: MinimumMatch::Count(required),
                optional: Vec::new(),
            };
            let found = searcher.search(&plan, &SearchOptions::default()).unwrap();
            assert_eq!((found.total, found.hits.len()), (total, total as usize));
        }
    }
}
