//! The index as a corpus of the views.

use std::ops::Range;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use timbao_articles::Article;
use timbao_query::plan::{Facet, Key, Phrase, Plan, Slot, TextField};
use timbao_views::reprints::{Groups, key_hash, shingles};
use timbao_views::{
    ArticleId, BigramVariants, Corpus, CorpusSize, Error, Extent, FIELD as END_OF_FIELD,
    FIRST_WORD, FacetColumn, Lexicon, LexiconPart, Memo, NgramCount, Occurrence, OnMatches,
    OnSeparators, OnText, OnTokens, Result, Sketches, StepPositions, Task, Time, Workers,
    by_ranges, split_tie_key,
};

use crate::error;
use crate::text::tokens::{FIELD, FIRST_KEY};
use crate::text::{FIELDS, ResidueBlock, Strings, TextSegment};

use super::boolean::evaluate;
use super::matcher::{PhraseMatcher, SegmentArticle};
use super::occurrences::occurrences;
use super::phrase::SegmentPhrase;
use super::positions::FieldEnds;
use super::reading::MatchReader;
use super::slots::SlotIds;
use super::{Address, SearchOptions, Searcher, SegmentView, damaged, lives};

// Tokens pass between segments and views with the same ends.
const _: () = assert!(FIRST_KEY == FIRST_WORD && FIELD == END_OF_FIELD);

/// Minimum number of n-grams that are worth a thread, and that are counted between two looks at the
/// deadline.
const LEAST_NGRAMS: usize = 32;

/// Occurrences of a bigram with undecided spelling that are checked; if there
/// are more, these are a sample.
const ASKED: u64 = 500;

impl Searcher {
    /// The number of an article in the views.
    pub(crate) fn id_of(&self, address: Address) -> ArticleId {
        let before = self.segments.iter().take(address.segment as usize);
        let base: u32 = before.map(|view| view.text.articles()).sum();
        ArticleId::new(base + address.article, address.view)
    }

    /// The addresses of articles of the views.
    pub(crate) fn addresses(&self, ids: &[ArticleId]) -> impl Iterator<Item = Result<Address>> {
        let mut starts: Vec<u32> = vec![0];
        for view in self.segments.iter() {
            starts.push(starts.last().copied().unwrap_or(0) + view.text.articles());
        }
        ids.iter().map(move |id| {
            let number = id.number(self.view).ok_or_else(foreign)?;
            let segment = starts.partition_point(|&start| start <= number);
            let segment = segment.checked_sub(1).filter(|s| s + 1 < starts.len());
            let segment = segment.ok_or_else(foreign)?;
            Ok(self.address(segment as u32, number - starts[segment]))
        })
    }

    /// The number of an article's segment, and the ids of all articles of that segment.
    fn segment_of(&self, id: ArticleId) -> Option<(usize, Range<u32>)> {
        let (mut start, article) = (0, id.number(self.view)?);
        self.segments.iter().enumerate().find_map(|(number, view)| {
            let articles = start..start + view.text.articles();
            start = articles.end;
            articles.contains(&article).then_some((number, articles))
        })
    }

    /// Calls `f` with the segment of each article and its number there.
    fn each<T>(
        &self,
        ids: &[ArticleId],
        mut f: impl FnMut(&SegmentView, Address) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut values = Vec::with_capacity(ids.len());
        // Neighbours in a list are mostly of one segment.
        let (mut number, mut articles) = (0, 0..0);
        for id in ids {
            let article = id.number(self.view).ok_or_else(foreign)?;
            if !articles.contains(&article) {
                (number, articles) = self.segment_of(*id).ok_or_else(foreign)?;
            }
            let view = self.segments.get(number).ok_or_else(foreign)?;
            let address = self.address(number as u32, article - articles.start);
            values.push(f(view, address)?);
        }
        Ok(values)
    }

    fn texts(&self) -> impl Iterator<Item = &TextSegment> {
        self.segments.iter().map(|view| &view.text)
    }

    /// The articles that match and are not deleted, by segment.
    fn matching(&self, plan: &Plan) -> error::Result<Vec<Vec<u32>>> {
        let found = self.segments.iter().zip(evaluate(self, plan, None)?);
        let found = found.map(|(view, scored)| {
            let mut articles = scored.articles;
            if let Some(alive) = view.reader.alive_bitset() {
                articles.retain(|&article| lives(Some(alive), article));
            }
            articles
        });
        Ok(found.collect())
    }
}

fn foreign() -> Error {
    error::Error::OtherView.into()
}

/// The engine's error, from the words of a segment.
fn broken(reason: String) -> Error {
    damaged(reason).into()
}

impl Workers for Searcher {
    fn threads(&self) -> usize {
        self.helpers.threads()
    }

    fn run(&self, tasks: Vec<Task<'_>>) {
        self.helpers.run(tasks);
    }
}

impl Corpus for Searcher {
    fn candidates(&self, plan: &Plan) -> Result<Vec<ArticleId>> {
        let mut base = 0;
        let mut candidates = Vec::new();
        for (text, articles) in self.texts().zip(self.matching(plan)?) {
            candidates.extend(
                articles
                    .into_iter()
                    .map(|article| ArticleId::new(base + article, self.view)),
            );
            base += text.articles();
        }
        Ok(candidates)
    }

    fn count(&self, plans: &[Plan]) -> Result<Vec<u64>> {
        let options = SearchOptions {
            limit: 0,
            ..SearchOptions::default()
        };
        let plans = plans.iter();
        plans
            .map(|plan| Ok(self.search(plan, &options)?.total))
            .collect()
    }

    fn occurrences(&self, plan: &Plan) -> Result<Vec<Occurrence>> {
        Ok(occurrences(self, plan)?)
    }

    fn step_positions(
        &self,
        plan: &Plan,
        phrase: &Phrase,
        field: Option<TextField>,
    ) -> Result<Vec<StepPositions>> {
        let mut found = Vec::new();
        let mut base = 0;
        let mut tokens = Vec::new();
        for (segment, articles) in self.texts().zip(self.matching(plan)?) {
            let steps = phrase.steps.iter();
            let slots: Vec<SlotIds> = steps
                .map(|step| SlotIds::resolve(&step.slot, segment))
                .collect();
            let matcher = PhraseMatcher::new(phrase, &slots, segment).until(self.deadline.clone());
            for article in articles {
                self.deadline.check()?;
                tokens.clear();
                tokens.extend(segment.tokens_of(article));
                let fields = FieldEnds::of(&tokens);
                let here = SegmentArticle {
                    segment,
                    article,
                    tokens: &tokens,
                };
                matcher.for_each_path(&here, |places| {
                    let start = places.first().map(|&start| fields.at(start));
                    if field.is_none() || field == start {
                        found.push(StepPositions {
                            article: ArticleId::new(base + article, self.view),
                            tokens: places.iter().map(|&place| place as u32).collect(),
                        });
                    }
                });
            }
            self.deadline.check()?;
            base += segment.articles();
        }
        Ok(found)
    }

    fn size(&self) -> CorpusSize {
        CorpusSize {
            articles: self.articles,
            tokens: self.texts().map(|text| u64::from(text.words())).sum(),
        }
    }

    fn records(&self, articles: &[ArticleId]) -> Result<Vec<Article>> {
        self.each(articles, |_, address| Ok(self.record(address)?))
    }

    fn titles(&self, articles: &[ArticleId]) -> Result<Vec<String>> {
        self.each(articles, |_, address| Ok(self.title(address)?))
    }

    fn times(&self, articles: &[ArticleId]) -> Result<Vec<Time>> {
        self.each(articles, |view, address| {
            let tie_key = view.text.tie(address.article);
            let (day, _) = split_tie_key(tie_key);
            Ok(Time { day, tie_key })
        })
    }

    fn minutes(&self, articles: &[ArticleId]) -> Result<Vec<u16>> {
        let minutes = self.segments.iter();
        let minutes = minutes.map(|view| view.reader.fast_fields().u64("minute"));
        let minutes = minutes
            .collect::<tantivy::Result<Vec<_>>>()
            .map_err(error::Error::engine)?;
        self.each(articles, |_, address| {
            let minutes = minutes.get(address.segment as usize);
            let minute = minutes.and_then(|minutes| minutes.first(address.article));
            Ok(minute.unwrap_or(0) as u16)
        })
    }

    fn token_counts(&self, articles: &[ArticleId]) -> Result<Vec<u32>> {
        self.each(articles, |view, address| {
            Ok(view.sketches()?.tokens(address.article))
        })
    }

    fn facet_values(&self, facet: Facet, articles: &[ArticleId]) -> Result<FacetColumn> {
        let mut column = FacetColumn::default();
        let mut known: FxHashMap<&str, u32> = FxHashMap::default();
        let mut columns = Vec::with_capacity(self.segments.len());
        for view in self.segments.iter() {
            let values = view.values(facet)?;
            columns.push(values.map(|(values, ordinals)| {
                let numbers: Vec<u32> = values
                    .iter()
                    .map(|value| {
                        *known.entry(&value.text).or_insert_with(|| {
                            column.spellings.push(value.text.clone());
                            column.spellings.len() as u32 - 1
                        })
                    })
                    .collect();
                (numbers, ordinals)
            }));
        }
        column.values = self.each(articles, |_, address| {
            let column = columns.get(address.segment as usize);
            Ok(column
                .and_then(Option::as_ref)
                .and_then(|(numbers, ordinals)| {
                    let ordinal = ordinals.term_ords(address.article).next()?;
                    numbers.get(ordinal as usize).copied()
                }))
        })?;
        Ok(column)
    }

    fn read_tokens(
        &self,
        articles: &[ArticleId],
        lexicon: &mut Lexicon,
        f: OnTokens<'_>,
    ) -> Result<()> {
        self.each_numbered(articles, lexicon, |_, id, _, tokens| f(id, tokens))
    }

    fn read_texts(
        &self,
        articles: &[ArticleId],
        lexicon: &mut Lexicon,
        f: OnText<'_>,
    ) -> Result<()> {
        self.each_numbered(articles, lexicon, |part, id, article, tokens| {
            let surfaces = part.surfaces();
            let text = (part.segment).parts_with(article, FIELDS, &surfaces, &mut part.unpacked);
            f(id, tokens, text.map_err(broken)?)
        })
    }

    fn read_separators(
        &self,
        articles: &[ArticleId],
        lexicon: &mut Lexicon,
        f: OnSeparators<'_>,
    ) -> Result<()> {
        let mut separators = Vec::new();
        self.each_numbered(articles, lexicon, |part, id, article, tokens| {
            let unpacked = &mut part.unpacked;
            let read = (part.segment).separators(article, tokens, unpacked, &mut separators);
            read.map_err(broken)?;
            f(id, tokens, &separators)
        })
    }

    fn read_matches(
        &self,
        plan: &Plan,
        articles: &[ArticleId],
        extent: Extent,
        f: OnMatches<'_>,
    ) -> Result<()> {
        let mut reader = MatchReader::new(self, plan);
        for (&id, address) in articles.iter().zip(self.addresses(articles)) {
            f(
                id,
                match extent {
                    Extent::Title => reader.title(address?)?,
                    Extent::Whole => reader.read(address?)?,
                },
            )?;
        }
        Ok(())
    }

    fn exact_counts(&self, keys: &[&str]) -> Result<Vec<u64>> {
        let of = |key: &str| {
            let counts = self.texts().filter_map(|text| {
                let id = text.exact_id(key)?;
                Some(u64::from(text.exact_info(id).tokens))
            });
            counts.sum()
        };
        Ok(keys.iter().map(|key| of(key)).collect())
    }

    fn folded_counts(&self, keys: &[&str]) -> Result<Vec<u64>> {
        let of = |key: &str| {
            let counts = self.texts().filter_map(|text| {
                let id = text.folded_id(key)?;
                Some(u64::from(text.folded_info(id).tokens))
            });
            counts.sum()
        };
        Ok(keys.iter().map(|key| of(key)).collect())
    }

    fn variants(&self, folded: &[&str]) -> Result<Vec<Vec<(String, u64)>>> {
        let of = |folded: &str| {
            let mut variants: FxHashMap<&str, u64> = FxHashMap::default();
            for text in self.texts() {
                let ids = text.folded_id(folded).into_iter();
                for id in ids.flat_map(|id| text.variants(id)) {
                    let tokens = u64::from(text.exact_info(id).tokens);
                    *variants.entry(text.exact_key(id)).or_default() += tokens;
                }
            }
            let variants = variants.into_iter();
            variants.map(|(key, n)| (key.to_owned(), n)).collect()
        };
        Ok(folded.iter().map(|key| of(key)).collect())
    }

    fn bigram_counts(&self, folded: &[(&str, &str)]) -> Result<Vec<u64>> {
        let of = |first: &str, second: &str| {
            let counts = self.texts().filter_map(|text| {
                let (a, b) = (text.folded_id(first)?, text.folded_id(second)?);
                Some(u64::from(text.pair(a, b)?.len()))
            });
            counts.sum()
        };
        Ok(folded.iter().map(|(a, b)| of(a, b)).collect())
    }

    fn bigram_variants(&self, folded: &[(&str, &str)]) -> Result<Vec<BigramVariants>> {
        let of = |&(first, second): &(&str, &str)| {
            let mut counts = BigramCounts::default();
            for text in self.texts() {
                add_spellings(text, first, second, &mut counts);
            }
            counts.into_iter().collect()
        };
        Ok(folded.iter().map(of).collect())
    }

    fn each_folded_key(&self, f: &mut dyn FnMut(&str, u64)) -> Result<()> {
        for text in self.texts() {
            for id in 0..text.folded_keys() {
                f(text.folded_key(id), u64::from(text.folded_info(id).tokens));
            }
        }
        Ok(())
    }

    fn each_exact_key(&self, f: &mut dyn FnMut(&str, NgramCount)) -> Result<()> {
        let mut texts = self.texts();
        let (Some(text), None) = (texts.next(), texts.next()) else {
            return each_key_of_several(self, f);
        };
        for id in 0..text.exact_keys() {
            f(text.exact_key(id), key_count(text, id));
        }
        Ok(())
    }

    fn each_follower(&self, folded: &str, f: &mut dyn FnMut(&str, u64)) -> Result<()> {
        for text in self.texts() {
            let Some(id) = text.folded_id(folded) else {
                continue;
            };
            text.pairs_of(id, |second, list| {
                f(text.folded_key(second), u64::from(list.len()));
            });
        }
        Ok(())
    }

    fn keeps_counts(&self) -> bool {
        let mut views = self.segments.iter();
        views.all(|view| view.reader.num_deleted_docs() == 0)
    }

    fn ngram_counts(&self, ngrams: &[&[String]]) -> Result<Vec<NgramCount>> {
        let counts = by_ranges(self, ngrams, LEAST_NGRAMS, |ngrams| {
            let counts = ngrams.chunks(LEAST_NGRAMS).map(|ngrams| {
                self.deadline.check()?;
                let counts = ngrams.iter().map(|keys| ngram_count(self, keys));
                Ok(counts.collect::<Vec<NgramCount>>())
            });
            counts.collect::<Result<Vec<_>>>()
        });
        let counts = counts.into_iter().collect::<Result<Vec<_>>>()?;
        Ok(counts.into_iter().flatten().flatten().collect())
    }

    fn ngram_weights(&self, ngrams: &[&[String]]) -> Result<Vec<Vec<(ArticleId, f64)>>> {
        let mut weights = Vec::with_capacity(ngrams.len());
        for keys in ngrams {
            let phrase = exact(keys);
            let mut articles = Vec::new();
            let mut base = 0;
            for view in self.segments.iter() {
                self.deadline.check()?;
                let alive = view.reader.alive_bitset();
                let phrase = SegmentPhrase::new(&phrase, &view.text);
                phrase.for_each_article(None, |article, frequency| {
                    if lives(alive, article) {
                        let length = view.text.length(article);
                        let share = self.saturation.share(frequency, length);
                        articles
                            .push((ArticleId::new(base + article, self.view), f64::from(share)));
                    }
                });
                base += view.text.articles();
            }
            weights.push(articles);
        }
        self.deadline.check()?;
        Ok(weights)
    }

    fn sketches(&self, articles: &[ArticleId]) -> Result<Sketches> {
        let mut sketches = Sketches::default();
        self.each(articles, |view, address| {
            let stored = view.sketches()?;
            sketches
                .shingles
                .push(stored.shingles(address.article) as u32);
            sketches.hashes.extend(stored.sample(address.article));
            sketches.ends.push(sketches.hashes.len());
            Ok(())
        })?;
        Ok(sketches)
    }

    fn shingles(&self, articles: &[ArticleId]) -> Result<Vec<Vec<u64>>> {
        self.each(articles, |view, address| {
            let text = &view.text;
            let hashes = view.key_hashes.get_or_init(|| {
                let keys = (0..text.exact_keys()).map(|id| text.exact_key(id));
                keys.map(key_hash).collect()
            });
            let hash_of = |key: u32| hashes.get(key as usize).copied().unwrap_or(0);
            let mut out = Vec::new();
            shingles(text.tokens_of(address.article), hash_of, &mut out);
            Ok(out)
        })
    }

    fn reprint_groups(&self) -> &OnceLock<Groups> {
        &self.groups
    }

    fn memo(&self) -> &Memo {
        &self.memo
    }

    fn check_deadline(&self) -> Result<()> {
        Ok(self.deadline.check()?)
    }
}

impl Searcher {
    /// Calls `f` with the segment of each article, the article's number there, and its tokens,
    /// numbered by a lexicon.
    fn each_numbered<'s>(
        &'s self,
        ids: &[ArticleId],
        lexicon: &mut Lexicon,
        mut f: impl FnMut(&mut Part<'s>, ArticleId, u32, &[u32]) -> Result<()>,
    ) -> Result<()> {
        let mut tokens = Vec::new();
        let addresses = self.addresses(ids).collect::<Result<Vec<_>>>()?;
        let mut ids = ids.iter();
        for same in addresses.chunk_by(|a, b| a.segment == b.segment) {
            let number = same.first().map_or(0, |address| address.segment as usize);
            let segment = &self.segments.get(number).ok_or_else(foreign)?.text;
            let mut words = lexicon.part(number, segment.exact_keys() as usize);
            let mut part = Part {
                segment,
                articles: same.len(),
                surfaces: None,
                unpacked: ResidueBlock::default(),
            };
            for (address, &id) in same.iter().zip(ids.by_ref()) {
                self.deadline.check()?;
                number_tokens(segment, address.article, &mut words, &mut tokens);
                f(&mut part, id, address.article, &tokens)?;
            }
        }
        Ok(())
    }
}

/// Reads the tokens of an article with the numbers of a lexicon.
fn number_tokens(
    segment: &TextSegment,
    article: u32,
    words: &mut LexiconPart<'_>,
    tokens: &mut Vec<u32>,
) {
    tokens.clear();
    segment.tokens_of(article).read_into(tokens);
    for token in tokens {
        if let Some(id) = token.checked_sub(FIRST_KEY) {
            *token = words.number(id, || segment.exact_key(id)) + FIRST_WORD;
        }
    }
}

/// A segment of which several articles are read.
struct Part<'s> {
    segment: &'s TextSegment,
    /// The number of these.
    articles: usize,
    surfaces: Option<Strings<'s>>,
    unpacked: ResidueBlock,
}

impl<'s> Part<'s> {
    fn surfaces(&mut self) -> Strings<'s> {
        let Self {
            segment, articles, ..
        } = *self;
        let surfaces = &mut self.surfaces;
        *surfaces.get_or_insert_with(|| segment.surfaces(articles))
    }
}

/// Calls `f` with every exact key of several segments and its numbers of tokens and articles.
fn each_key_of_several(searcher: &Searcher, f: &mut dyn FnMut(&str, NgramCount)) -> Result<()> {
    let mut counts: FxHashMap<&str, NgramCount> = FxHashMap::default();
    for text in searcher.texts() {
        for id in 0..text.exact_keys() {
            let count = counts.entry(text.exact_key(id)).or_default();
            let here = key_count(text, id);
            count.positions += here.positions;
            count.articles += here.articles;
        }
        searcher.deadline.check()?;
    }
    counts.into_iter().for_each(|(key, count)| f(key, count));
    Ok(())
}

/// The positions and articles of an exact key of a segment.
fn key_count(text: &TextSegment, id: u32) -> NgramCount {
    let info = text.exact_info(id);
    NgramCount {
        positions: u64::from(info.tokens),
        articles: u64::from(info.articles),
    }
}

/// The positions and articles of a row of exact keys.
fn ngram_count(searcher: &Searcher, keys: &[String]) -> NgramCount {
    let mut count = NgramCount::default();
    let phrase = exact(keys);
    for text in searcher.texts() {
        if let [key] = keys {
            if let Some(id) = text.exact_id(key) {
                let here = key_count(text, id);
                count.positions += here.positions;
                count.articles += here.articles;
            }
        } else if let Some(starts) = SegmentPhrase::new(&phrase, text).rigid_starts() {
            let rows = text.rows();
            count.positions += starts.len() as u64;
            let mut end = 0;
            for start in starts {
                if start >= end {
                    end = rows.start(rows.article_of(start) + 1);
                    count.articles += 1;
                }
            }
        }
    }
    count
}

fn exact(keys: &[String]) -> Phrase {
    Phrase::exact(keys.iter().map(|key| Slot::new(Key::Exact(key.into()))))
}

/// Bigrams of exact keys with their numbers of positions.
type BigramCounts = FxHashMap<(String, String), u64>;

/// Counts the spellings of a bigram in one segment: by the codes of its
/// positions and, where a code leaves the spelling undecided, by the tokens of
/// the articles.
fn add_spellings(segment: &TextSegment, first: &str, second: &str, spellings: &mut BigramCounts) {
    let (Some(a), Some(b)) = (segment.folded_id(first), segment.folded_id(second)) else {
        return;
    };
    let Some(list) = segment.pair(a, b) else {
        return;
    };
    let mut add = |x: u32, y: u32, count: u64| {
        let pair = (
            segment.exact_key(x).to_owned(),
            segment.exact_key(y).to_owned(),
        );
        *spellings.entry(pair).or_default() += count;
    };
    let (first, second) = (segment.folded_info(a), segment.folded_info(b));
    let listed: Vec<_> = list.spellings().collect();
    let mut counts = vec![0u64; listed.len()];
    let mut open = 0u64;
    let mut asked: FxHashMap<(u32, u32), u64> = FxHashMap::default();
    let mut index = 0;
    list.positions.for_each(|position| {
        match counts.get_mut(list.code(index) as usize) {
            Some(count) => *count += 1,
            None => {
                open += 1;
                if let Some(pair) = (open <= ASKED)
                    .then(|| spelled(segment, position))
                    .flatten()
                {
                    *asked.entry(pair).or_default() += 1;
                }
            }
        }
        index += 1;
    });
    for ((i, j), count) in listed.into_iter().zip(counts) {
        add(
            segment.variant_at(&first, i),
            segment.variant_at(&second, j),
            count,
        );
    }
    for ((x, y), count) in asked {
        add(x, y, count * open / open.clamp(1, ASKED));
    }
}

/// The exact keys of the two tokens from a position on.
fn spelled(segment: &TextSegment, position: u32) -> Option<(u32, u32)> {
    let mut tokens = segment.tokens().range(position, position.checked_add(2)?);
    let mut key = || tokens.next()?.checked_sub(FIRST_KEY);
    Some((key()?, key()?))
}
