//! Ranking by words, of which a minimum should match, and by their proximity.
//!
//! The score of an article is the sum of the BM25 scores of its words and of
//! the adjacent words of the query that are adjacent in it (see
//! [`crate::text::score`]). A bigram counts [`PAIR_WEIGHT`] times. Saturated
//! frequencies are rounded to impacts, which [`super::sums`] accumulates.

use std::cell::RefCell;
use std::sync::Arc;

use smallvec::SmallVec;
use tantivy::fastfield::AliveBitSet;
use timbao_query::plan::{Plan, Slot};

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

/// Weight of a bigram, relative to a word with the same idf.
pub(crate) const PAIR_WEIGHT: f32 = 0.6;

/// Maximum number of clauses with impact columns, which count clauses in a
/// byte.
const MOST_ITEMS: usize = u8::MAX as usize;

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
    /// Whether the term counts as a matched clause.
    is_item: bool,
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
                sparse.add(article, score.max(f32::MIN_POSITIVE), self.is_item);
            }
        }
        let weight = self.weight * IMPACT;
        self.for_each(segment, |article, frequency| {
            let impact = saturation.impact(frequency, segment.length(article));
            sparse.add(article, weight * f32::from(impact), self.is_item);
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

impl<'a> RankedQuery<'a> {
    /// Resolves the clauses, of which an article must match at least
    /// `required`. `evaluate` executes those that are not words. With
    /// `bigrams`, adjacent words of the clauses contribute to the score as
    /// bigrams too.
    ///
    /// # Errors
    ///
    /// When a file is damaged, or the deadline has passed.
    pub(crate) fn new(
        searcher: &'a Searcher,
        items: &[&Plan],
        required: usize,
        bigrams: bool,
        evaluate: Evaluate<'_>,
    ) -> Result<Self> {
        let mut query = Self {
            required: required.clamp(1, items.len().max(1)),
            items: items.len(),
            lists: searcher.segments.iter().map(|_| Vec::new()).collect(),
        };
        let mut before: Option<(&Slot, Vec<SlotIds>)> = None;
        for &item in items {
            searcher.deadline.check()?;
            let Plan::Word(slot) = item else {
                let scored = evaluate(searcher, item)?.into_iter();
                let sources = scored.map(|scored| Some((Source::Scored(scored), None)));
                query.push(sources, true, |_| 1.0);
                before = None;
                continue;
            };
            let texts = || searcher.segments.iter().map(|view| &view.text);
            let ids: Vec<_> = texts().map(|text| SlotIds::resolve(slot, text)).collect();
            let words = texts().zip(&ids).map(|(text, ids)| {
                let key = KeyId::of(ids).map(|key| (key, None));
                Some((Source::Slot(slot_articles(text, ids)), key))
            });
            query.push(words, true, |holding| rarity(searcher.articles, holding));
            if let Some((first, firsts)) = before.as_ref().filter(|_| bigrams) {
                let pairs = texts().zip(firsts.iter().zip(&ids)).map(|(text, (a, b))| {
                    let pair = bigram(text, a, b, [first, slot])?;
                    let key = KeyId::of(a).zip(KeyId::of(b)).map(|(a, b)| (a, Some(b)));
                    Some((Source::Pair(pair), key))
                });
                query.push(pairs, false, |places| {
                    PAIR_WEIGHT * rarity(searcher.articles, places)
                });
            }
            before = Some((slot, ids));
        }
        Ok(query)
    }

    /// Adds a term by segment. Its weight depends on the document frequency
    /// over all segments, or the number of positions of a bigram.
    fn push(
        &mut self,
        sources: impl Iterator<Item = Option<(Source<'a>, Option<RowKey>)>>,
        is_item: bool,
        weight: impl Fn(u64) -> f32,
    ) {
        let sources: SmallVec<[_; 1]> = sources.collect();
        let holding = sources
            .iter()
            .flatten()
            .map(|(source, _)| source.len() as u64);
        let weight = weight(holding.sum());
        for (lists, source) in self.lists.iter_mut().zip(sources) {
            lists.extend(source.map(|(source, key)| List {
                source,
                key,
                weight,
                is_item,
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
        let saturation = &searcher.saturation;
        SPARSE.with_borrow_mut(|sparse| {
            sparse.prepare(view.text.articles());
            let mut rows = Vec::new();
            for list in &self.lists[segment] {
                if searcher.deadline.has_passed() {
                    break;
                }
                match self.row(list, view, saturation) {
                    Some(row) => rows.push(Frequent {
                        row,
                        weight: list.weight,
                        is_item: list.is_item,
                    }),
                    None => list.add_to(sparse, &view.text, saturation),
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

    /// The impact column of a term, if it is frequent.
    fn row(
        &self,
        list: &List<'_>,
        view: &SegmentView,
        saturation: &Saturation,
    ) -> Option<Arc<Row>> {
        let text = &view.text;
        if self.items > MOST_ITEMS || !list.is_frequent(text.articles()) {
            return None;
        }
        let make = || {
            Row::new(text.articles(), |add| {
                list.for_each(text, |article, frequency| {
                    add(article, saturation.impact(frequency, text.length(article)));
                });
            })
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
            let plan = Plan::Ranked { items, required };
            let found = searcher.search(&plan, &SearchOptions::default()).unwrap();
            assert_eq!((found.total, found.hits.len()), (total, total as usize));
        }
    }
}
