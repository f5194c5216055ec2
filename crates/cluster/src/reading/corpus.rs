//! The cluster as a corpus of the views.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use timbao_articles::Article;
use timbao_query::plan::{Facet, Key, Phrase, Plan, Slot, TextField};
use timbao_views::reprints::{Groups, sample_size, shingles};
use timbao_views::score::{MAX_FREQUENCY, Saturation, length_code};
use timbao_views::{
    ArticleId, BigramVariants, Corpus, CorpusSize, Extent, FIRST_WORD, FacetColumn, Lexicon,
    MatchedText, Memo, NgramCount, Occurrence, OnMatches, OnText, OnTokens, Result, Sketches,
    StepPositions, Time, Workers,
};

use crate::error::Error;
use crate::feed::WordKey;

use super::analysed::{Analysed, Vocabulary};
use super::engine::Archive;
use super::matcher::{PlanMatcher, StepMatcher};

/// Rows of words up to this number are asked for; for more, every article is read.
const FEW: usize = 64;

impl Archive {
    /// Reads the articles that contain any of some phrases, or all if there are many.
    fn with_phrases(&self, phrases: Vec<Phrase>) -> Result<Vec<ArticleId>> {
        let plan = match phrases.len() {
            0 => return Ok(Vec::new()),
            1..=FEW => Plan::Or(phrases.into_iter().map(Plan::Phrase).collect()),
            _ => Plan::Everything,
        };
        Ok(self.matching(&plan)?)
    }

    /// The tokens of an article with the numbers of a lexicon.
    fn numbered(&self, article: &Analysed, lexicon: &mut Lexicon) -> Vec<u32> {
        let vocabulary = self.store.vocabulary();
        let mut part = lexicon.part(0, vocabulary.len());
        let exact = |number| {
            vocabulary
                .word(number)
                .map_or("", |word| word.exact.as_str())
        };
        let tokens = article.tokens.iter();
        let tokens = tokens.map(|&token| match token.checked_sub(FIRST_WORD) {
            Some(number) => part.number(number, || exact(number)) + FIRST_WORD,
            None => token,
        });
        tokens.collect()
    }

    /// Calls `f` with every pair of adjacent words of articles that contain bigrams.
    fn each_bigram(
        &self,
        phrases: Vec<Phrase>,
        mut f: impl FnMut(&Vocabulary, u32, u32),
    ) -> Result<()> {
        let articles = self.with_phrases(phrases)?;
        self.store.each(&articles, |_, article| {
            let vocabulary = self.store.vocabulary();
            let numbers: Vec<Option<u32>> = article.numbers().collect();
            for two in numbers.windows(2) {
                if let [Some(first), Some(second)] = two {
                    f(&vocabulary, *first, *second);
                }
            }
            Ok(())
        })
    }

    /// Calls `f` with every occurrence of rows of exact keys: the number of the row and its first
    /// token. Articles are in order.
    fn each_ngram(
        &self,
        ngrams: &[&[String]],
        mut f: impl FnMut(ArticleId, &Analysed, usize, usize),
    ) -> Result<()> {
        let phrases = ngrams.iter().map(|keys| {
            let slots = keys.iter();
            Phrase::exact(slots.map(|key| Slot::new(Key::Exact(key.as_str().into()))))
        });
        let articles = self.with_phrases(phrases.collect())?;
        self.store.each(&articles, |id, article| {
            let numbers: Vec<Option<u32>> = article.numbers().collect();
            let by_first = self.by_first(ngrams);
            for at in 0..numbers.len() {
                let starting = numbers[at].and_then(|first| by_first.get(&first));
                for (number, row) in starting.into_iter().flatten() {
                    if numbers.get(at..at + row.len()) == Some(row.as_slice()) {
                        f(id, article, *number, at);
                    }
                }
            }
            Ok(())
        })
    }

    /// Rows of exact keys as words, by their first word. Rows with a word that no article has are
    /// omitted.
    fn by_first(&self, ngrams: &[&[String]]) -> FxHashMap<u32, Vec<(usize, Vec<Option<u32>>)>> {
        let vocabulary = self.store.vocabulary();
        let mut by_first: FxHashMap<u32, Vec<_>> = FxHashMap::default();
        for (number, keys) in ngrams.iter().enumerate() {
            let row = keys.iter().map(|key| vocabulary.number_of(key));
            let row: Vec<Option<u32>> = row.collect();
            if let (Some(Some(first)), true) = (row.first(), row.iter().all(Option::is_some)) {
                by_first.entry(*first).or_default().push((number, row));
            }
        }
        by_first
    }

    fn average_length(&self) -> f32 {
        self.size.words as f32 / self.size.articles.max(1) as f32
    }
}

// Most of the time of a view is spent waiting for the nodes.
impl Workers for Archive {}

impl Corpus for Archive {
    fn candidates(&self, plan: &Plan) -> Result<Vec<ArticleId>> {
        Ok(self.matching(plan)?)
    }

    fn count(&self, plans: &[Plan]) -> Result<Vec<u64>> {
        Ok(self.counts_of(plans)?)
    }

    fn occurrences(&self, plan: &Plan) -> Result<Vec<Occurrence>> {
        let articles = self.matching(plan)?;
        let mut matcher = PlanMatcher::new(plan);
        let mut found = Vec::new();
        self.store.each(&articles, |id, article| {
            let vocabulary = self.store.vocabulary();
            let here = matcher.positions(article, usize::MAX, &vocabulary);
            let mut here: Vec<(u32, u32)> = here
                .into_iter()
                .map(|(range, _)| (range.start as u32, range.end as u32))
                .collect();
            here.dedup();
            found.extend(here.iter().map(|&(start, end)| Occurrence {
                article: id,
                start,
                end,
            }));
            Ok::<(), Error>(())
        })?;
        Ok(found)
    }

    fn step_positions(
        &self,
        plan: &Plan,
        phrase: &Phrase,
        field: Option<TextField>,
    ) -> Result<Vec<StepPositions>> {
        let articles = self.matching(plan)?;
        let mut matcher = StepMatcher::new(phrase);
        let mut found = Vec::new();
        self.store.each(&articles, |id, article| {
            matcher.for_each(article, &self.store.vocabulary(), |places| {
                let start = places.first().map(|&start| article.field_at(start));
                if field.is_none() || field == start {
                    found.push(StepPositions {
                        article: id,
                        tokens: places.iter().map(|&place| place as u32).collect(),
                    });
                }
            });
            Ok::<(), Error>(())
        })?;
        Ok(found)
    }

    fn size(&self) -> CorpusSize {
        CorpusSize {
            articles: self.size.articles,
            tokens: self.size.words,
        }
    }

    fn records(&self, articles: &[ArticleId]) -> Result<Vec<Article>> {
        let mut records = Vec::with_capacity(articles.len());
        self.store.each(articles, |_, article| {
            records.push(self.store.shown(article.record.clone()));
            Ok::<(), Error>(())
        })?;
        Ok(records)
    }

    fn titles(&self, articles: &[ArticleId]) -> Result<Vec<String>> {
        let mut titles = Vec::with_capacity(articles.len());
        self.store.each(articles, |_, article| {
            let [title, ..] = &article.text.fields;
            titles.push(title.clone());
            Ok::<(), Error>(())
        })?;
        Ok(titles)
    }

    fn times(&self, articles: &[ArticleId]) -> Result<Vec<Time>> {
        Ok(self.store.known(articles, |known| Time {
            day: known.day,
            tie_key: known.tie,
        })?)
    }

    fn minutes(&self, articles: &[ArticleId]) -> Result<Vec<u16>> {
        Ok(self.store.known(articles, |known| known.minute)?)
    }

    fn token_counts(&self, articles: &[ArticleId]) -> Result<Vec<u32>> {
        Ok(self.store.known(articles, |known| known.words)?)
    }

    fn facet_values(&self, facet: Facet, articles: &[ArticleId]) -> Result<FacetColumn> {
        let mut column = FacetColumn::default();
        if facet.is_period() {
            column.values = vec![None; articles.len()];
            return Ok(column);
        }
        let mut values = self.store.facet_values(facet, articles)?;
        let mut numbers: FxHashMap<String, u32> = FxHashMap::default();
        for article in articles {
            let number = values.remove(article).map(|value| {
                let next = column.spellings.len() as u32;
                let number = *numbers.entry(value.clone()).or_insert(next);
                if number == next {
                    column.spellings.push(value);
                }
                number
            });
            column.values.push(number);
        }
        Ok(column)
    }

    fn read_tokens(
        &self,
        articles: &[ArticleId],
        lexicon: &mut Lexicon,
        f: OnTokens<'_>,
    ) -> Result<()> {
        self.store.each(articles, |id, article| {
            f(id, &self.numbered(article, lexicon))
        })
    }

    fn read_texts(
        &self,
        articles: &[ArticleId],
        lexicon: &mut Lexicon,
        f: OnText<'_>,
    ) -> Result<()> {
        self.store.each(articles, |id, article| {
            f(id, &self.numbered(article, lexicon), article.text.clone())
        })
    }

    fn read_matches(
        &self,
        plan: &Plan,
        articles: &[ArticleId],
        extent: Extent,
        f: OnMatches<'_>,
    ) -> Result<()> {
        let mut matcher = PlanMatcher::new(plan);
        self.store.each(articles, |id, article| {
            let (text, tokens) = match extent {
                Extent::Whole => (article.text.clone(), article.tokens.len()),
                Extent::Title => {
                    let (text, tokens) = article.title();
                    (text, tokens.len())
                }
            };
            let matches = matcher.matches(article, tokens, &self.store.vocabulary());
            f(id, MatchedText { text, matches })
        })
    }

    fn exact_counts(&self, keys: &[&str]) -> Result<Vec<u64>> {
        let counts = self.counts()?;
        let vocabulary = self.store.vocabulary();
        let of = |key: &&str| {
            let number = vocabulary.number_of(key);
            number.map_or(0, |number| counts.word(number).tokens)
        };
        Ok(keys.iter().map(of).collect())
    }

    fn folded_counts(&self, keys: &[&str]) -> Result<Vec<u64>> {
        let counts = self.counts()?;
        let vocabulary = self.store.vocabulary();
        let of = |key: &&str| {
            let number = vocabulary.fold_of(key);
            number.map_or(0, |number| counts.folded(number))
        };
        Ok(keys.iter().map(of).collect())
    }

    fn variants(&self, folded: &[&str]) -> Result<Vec<Vec<(String, u64)>>> {
        let counts = self.counts()?;
        let vocabulary = self.store.vocabulary();
        let mut variants: FxHashMap<&str, Vec<(String, u64)>> = FxHashMap::default();
        for (number, WordKey { exact, folded: of }) in (0..).zip(vocabulary.words()) {
            let tokens = counts.word(number).tokens;
            if folded.contains(&of.as_str()) && tokens > 0 {
                variants
                    .entry(of)
                    .or_default()
                    .push((exact.clone(), tokens));
            }
        }
        let of = |key: &&str| variants.get(key).cloned().unwrap_or_default();
        Ok(folded.iter().map(of).collect())
    }

    fn bigram_counts(&self, folded: &[(&str, &str)]) -> Result<Vec<u64>> {
        let variants = self.bigram_variants(folded)?.into_iter();
        Ok(variants
            .map(|spelled| spelled.iter().map(|(_, count)| count).sum())
            .collect())
    }

    fn bigram_variants(&self, folded: &[(&str, &str)]) -> Result<Vec<BigramVariants>> {
        let phrases = folded.iter().map(|&(first, second)| {
            Phrase::exact([first, second].map(|key| Slot::new(Key::Folded(key.into()))))
        });
        let mut counts: FxHashMap<(u32, u32), u64> = FxHashMap::default();
        self.each_bigram(phrases.collect(), |_, first, second| {
            *counts.entry((first, second)).or_default() += 1;
        })?;
        let vocabulary = self.store.vocabulary();
        let mut wanted: FxHashMap<(u32, u32), BigramVariants> = FxHashMap::default();
        let folds = |&(first, second): &(&str, &str)| {
            Some((vocabulary.fold_of(first)?, vocabulary.fold_of(second)?))
        };
        for pair in folded.iter().filter_map(folds) {
            wanted.entry(pair).or_default();
        }
        for ((first, second), count) in counts {
            let pair = (vocabulary.fold(first), vocabulary.fold(second));
            let words = vocabulary.word(first).zip(vocabulary.word(second));
            if let (Some(found), Some((first, second))) = (wanted.get_mut(&pair), words) {
                found.push(((first.exact.clone(), second.exact.clone()), count));
            }
        }
        let of = |pair: &(&str, &str)| {
            let found = folds(pair).and_then(|pair| wanted.get(&pair));
            found.cloned().unwrap_or_default()
        };
        Ok(folded.iter().map(of).collect())
    }

    fn each_folded_key(&self, f: &mut dyn FnMut(&str, u64)) -> Result<()> {
        let counts = self.counts()?;
        let vocabulary = self.store.vocabulary();
        for (number, word) in (0..).zip(vocabulary.words()) {
            let tokens = counts.word(number).tokens;
            if tokens > 0 {
                f(&word.folded, tokens);
            }
        }
        Ok(())
    }

    fn each_follower(&self, folded: &str, f: &mut dyn FnMut(&str, u64)) -> Result<()> {
        let phrase = Phrase::exact([Slot::new(Key::Folded(folded.into()))]);
        let mut counts: FxHashMap<u32, u64> = FxHashMap::default();
        self.each_bigram(vec![phrase], |vocabulary, first, second| {
            if vocabulary
                .word(first)
                .is_some_and(|word| word.folded == folded)
            {
                *counts.entry(second).or_default() += 1;
            }
        })?;
        let vocabulary = self.store.vocabulary();
        for (second, count) in counts {
            if let Some(word) = vocabulary.word(second) {
                f(&word.folded, count);
            }
        }
        Ok(())
    }

    fn ngram_counts(&self, ngrams: &[&[String]]) -> Result<Vec<NgramCount>> {
        let mut counts = vec![NgramCount::default(); ngrams.len()];
        let mut last: Vec<Option<ArticleId>> = vec![None; ngrams.len()];
        self.each_ngram(ngrams, |article, _, number, _| {
            if let (Some(count), Some(last)) = (counts.get_mut(number), last.get_mut(number)) {
                count.positions += 1;
                count.articles += u64::from(*last != Some(article));
                *last = Some(article);
            }
        })?;
        Ok(counts)
    }

    fn ngram_weights(&self, ngrams: &[&[String]]) -> Result<Vec<Vec<(ArticleId, f64)>>> {
        let saturation = Saturation::new(self.average_length());
        // By row: the articles with weighted frequencies and lengths.
        let mut found: Vec<Vec<(ArticleId, u32, u8)>> = vec![Vec::new(); ngrams.len()];
        self.each_ngram(ngrams, |id, article, number, at| {
            let Some(found) = found.get_mut(number) else {
                return;
            };
            let weight = article.weight(at as u32);
            match found.last_mut() {
                Some((last, frequency, _)) if *last == id => *frequency += weight,
                _ => found.push((id, weight, length_code(article.words))),
            }
        })?;
        let weights = ngrams.iter().zip(found).map(|(keys, found)| {
            // The local engine stores frequencies of single words up to a limit.
            let most = if keys.len() == 1 {
                MAX_FREQUENCY
            } else {
                u32::MAX
            };
            let weights = found.into_iter().map(|(article, frequency, length)| {
                let share = saturation.share(frequency.min(most), length);
                (article, f64::from(share))
            });
            weights.collect()
        });
        Ok(weights.collect())
    }

    fn sketches(&self, articles: &[ArticleId]) -> Result<Sketches> {
        let mut sketches = Sketches::default();
        for hashes in self.shingles(articles)? {
            let sample = hashes.iter().take(sample_size(hashes.len()));
            sketches
                .hashes
                .extend(sample.map(|hash| (hash >> 32) as u32));
            sketches.shingles.push(hashes.len() as u32);
            sketches.ends.push(sketches.hashes.len());
        }
        Ok(sketches)
    }

    fn shingles(&self, articles: &[ArticleId]) -> Result<Vec<Vec<u64>>> {
        let mut all = Vec::with_capacity(articles.len());
        self.store.each(articles, |_, article| {
            let vocabulary = self.store.vocabulary();
            let mut out = Vec::new();
            let hash_of = |number: u32| vocabulary.hash(number);
            shingles(article.tokens.iter().copied(), hash_of, &mut out);
            all.push(out);
            Ok::<(), Error>(())
        })?;
        Ok(all)
    }

    fn reprint_groups(&self) -> &OnceLock<Groups> {
        &self.groups
    }

    fn memo(&self) -> &Memo {
        &self.memo
    }

    fn check_deadline(&self) -> Result<()> {
        Ok(self.store.snapshot.check_deadline()?)
    }
}
