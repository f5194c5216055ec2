//! Articles like a given one, and the terms that make them so.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use timbao_articles::Article;
use timbao_query::plan::Plan;
use timbao_tokenizer::{Gap, Keys, scan, write_out};

use crate::corpus::{ArticleId, Corpus, CorpusSize, Extent, FIELD, FIRST_WORD, NgramCount, Result};
use crate::measures::normalised_information;
use crate::reprints::{groups, is_same, key_hash, shingles};
use crate::units::{LONGEST, segment, weight};

/// Single syllables are terms if at most one in this many articles contains them.
const RARE: u64 = 50;
/// Terms that are shown of each article.
const SHOWN_TERMS: usize = 8;

/// How similar articles are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimilarOptions {
    /// Maximum number of articles.
    pub limit: usize,
    /// Maximum number of terms, most characteristic first.
    pub terms: usize,
    /// Whether other publications of the same text are omitted.
    pub without_reprints: bool,
}

impl Default for SimilarOptions {
    /// Ten articles by thirty terms, without reprints.
    fn default() -> Self {
        Self {
            limit: 10,
            terms: 30,
            without_reprints: true,
        }
    }
}

/// Articles like a given one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Similar {
    /// The terms of the comparison, most characteristic first.
    pub terms: Vec<SimilarTerm>,
    /// The articles, the most similar first.
    pub articles: Vec<SimilarArticle>,
}

/// A characteristic term of an article.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SimilarTerm {
    /// The syllable, or the word of several syllables.
    pub term: String,
    /// Occurrences in the article.
    pub count: u64,
    /// Document frequency; deleted articles count until they are merged away.
    pub articles: u64,
    /// The weight of the term.
    pub weight: f64,
}

/// An article like the given one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SimilarArticle {
    /// The article's id.
    pub id: String,
    /// The file it is in.
    pub path: String,
    /// The position in the file, if it contains several articles.
    pub member: Option<String>,
    /// The headline.
    pub title: Option<String>,
    /// Date of publication as far as it is known, ISO 8601.
    pub date: Option<String>,
    /// The section it ran in.
    pub section: Option<String>,
    /// The publication or site.
    pub source: Option<String>,
    /// How similar it is: 1 has every term as often as can count.
    pub score: f64,
    /// The terms they have in common, those that count most first.
    pub terms: Vec<String>,
}

/// Finds articles like one of the corpus.
///
/// # Errors
///
/// If the engine fails.
pub fn similar(
    corpus: &dyn Corpus,
    article: ArticleId,
    options: &SimilarOptions,
) -> Result<Similar> {
    let mut runs = Vec::new();
    let everything = Plan::Everything;
    corpus.read_matches(&everything, &[article], Extent::Whole, &mut |_, read| {
        let [title, summary, body, _] = &read.text.fields;
        runs = passages([title, summary, body]);
        Ok(())
    })?;
    let mut left_out: FxHashSet<ArticleId> = [article].into_iter().collect();
    if options.without_reprints {
        left_out.extend(groups(corpus)?.of(article));
    }
    similar_to(corpus, &runs, &left_out, None, options)
}

/// Finds articles like one that need not be in the corpus. Publications of the same text are
/// omitted as they are for an article of the corpus.
///
/// # Errors
///
/// If the engine fails.
pub fn similar_to_article(
    corpus: &dyn Corpus,
    article: &Article,
    options: &SimilarOptions,
) -> Result<Similar> {
    let runs = passages([
        article.title.as_deref().unwrap_or_default(),
        article.summary.as_deref().unwrap_or_default(),
        &article.body,
    ]);
    let own = options.without_reprints.then(|| shingles_of(article));
    similar_to(
        corpus,
        &runs,
        &FxHashSet::default(),
        own.as_deref(),
        options,
    )
}

/// The shingles of an article outside the corpus.
fn shingles_of(article: &Article) -> Vec<u64> {
    let summary = article.summary.as_deref().unwrap_or_default();
    let (mut tokens, mut hashes) = (vec![FIELD], Vec::new());
    let mut keys = Keys::new();
    for text in [summary, &article.body] {
        for token in scan(text) {
            keys.set(text.get(token.start..token.end).unwrap_or_default());
            tokens.push(FIRST_WORD + hashes.len() as u32);
            hashes.push(key_hash(keys.exact()));
        }
        tokens.push(FIELD);
    }
    let mut own = Vec::new();
    let hash_of = |number: u32| hashes.get(number as usize).copied().unwrap_or(0);
    shingles(tokens.into_iter(), hash_of, &mut own);
    own
}

fn similar_to(
    corpus: &dyn Corpus,
    runs: &[Vec<String>],
    left_out: &FxHashSet<ArticleId>,
    own: Option<&[u64]>,
    options: &SimilarOptions,
) -> Result<Similar> {
    let terms = terms(corpus, runs, options.terms)?;
    let mut parts = score_parts(corpus, &terms, left_out)?;
    let most: f64 = terms.iter().map(|term| term.weight).sum();
    let mut order = ranked(corpus, &parts, most)?;
    if let Some(own) = own {
        order = without_publications(corpus, own, order, options.limit)?;
    }
    order.truncate(options.limit);
    let shown: Vec<ArticleId> = order.iter().map(|&(_, _, article)| article).collect();
    let records = corpus.records(&shown)?.into_iter();
    let titles = corpus.titles(&shown)?;
    let articles = order.iter().zip(records).zip(titles);
    let articles = articles.map(|((&(score, _, article), record), title)| SimilarArticle {
        id: record.id,
        path: record.path,
        member: record.member,
        title: Some(title).filter(|title| !title.is_empty()),
        date: record.published.map(|date| date.to_string()),
        section: record.section,
        source: record.source,
        score,
        terms: common_terms(&terms, parts.remove(&article).unwrap_or_default()),
    });
    Ok(Similar {
        articles: articles.collect(),
        terms: terms
            .iter()
            .map(|term| SimilarTerm {
                term: term.written(),
                count: term.count,
                articles: term.articles,
                weight: term.weight,
            })
            .collect(),
    })
}

/// What each term adds to the score of an article: the term's number, and its part.
type Parts = Vec<(u32, f64)>;

fn score_parts(
    corpus: &dyn Corpus,
    terms: &[Term],
    left_out: &FxHashSet<ArticleId>,
) -> Result<FxHashMap<ArticleId, Parts>> {
    let mut parts: FxHashMap<ArticleId, Parts> = FxHashMap::default();
    let ngrams: Vec<&[String]> = terms.iter().map(|term| term.keys.as_slice()).collect();
    let weights = corpus.ngram_weights(&ngrams)?;
    for ((number, term), articles) in (0..).zip(terms).zip(weights) {
        for (article, frequency) in articles {
            if !left_out.contains(&article) {
                let part = (number, term.weight * frequency);
                parts.entry(article).or_default().push(part);
            }
        }
    }
    Ok(parts)
}

/// Score, tie-breaker and id of each article, the most similar first.
fn ranked(
    corpus: &dyn Corpus,
    parts: &FxHashMap<ArticleId, Parts>,
    most: f64,
) -> Result<Vec<(f64, u64, ArticleId)>> {
    let mut found: Vec<ArticleId> = parts.keys().copied().collect();
    found.sort_unstable();
    let times = corpus.times(&found)?.into_iter();
    let scored = found.iter().zip(times).map(|(&article, time)| {
        let parts = parts.get(&article).into_iter().flatten();
        let sum: f64 = parts.map(|(_, part)| part).sum();
        (sum / most.max(f64::MIN_POSITIVE), time.tie_key, article)
    });
    let mut order: Vec<_> = scored.collect();
    order.sort_by(|a, b| {
        b.0.total_cmp(&a.0)
            .then_with(|| (a.1, a.2).cmp(&(b.1, b.2)))
    });
    Ok(order)
}

/// The first articles of an order that are not publications of the text with the shingles `own`.
fn without_publications(
    corpus: &dyn Corpus,
    own: &[u64],
    order: Vec<(f64, u64, ArticleId)>,
    limit: usize,
) -> Result<Vec<(f64, u64, ArticleId)>> {
    let mut kept = Vec::new();
    for entry in order {
        if kept.len() == limit {
            break;
        }
        corpus.check_deadline()?;
        let other = corpus.shingles(&[entry.2])?.pop().unwrap_or_default();
        if !is_same(own, &other) {
            kept.push(entry);
        }
    }
    Ok(kept)
}

/// The terms that an article has in common, those that count most first.
fn common_terms(terms: &[Term], mut parts: Parts) -> Vec<String> {
    parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let common = parts
        .iter()
        .filter_map(|(number, _)| terms.get(*number as usize));
    common.take(SHOWN_TERMS).map(Term::written).collect()
}

/// The cohesion of the rows of a run: by start and length.
type Weights = Vec<[f64; LONGEST + 1]>;

/// Selects the most characteristic terms of a text: rare syllables, and
/// cohesive words of several syllables.
fn terms(corpus: &dyn Corpus, runs: &[Vec<String>], most: usize) -> Result<Vec<Term>> {
    let CorpusSize {
        articles: all_articles,
        tokens,
    } = corpus.size();
    let mut known: FxHashMap<&[String], NgramCount> = FxHashMap::default();
    let weights = cohesion(corpus, runs, tokens, &mut known)?;
    let mut counts: FxHashMap<&[String], u64> = FxHashMap::default();
    for (run, weights) in runs.iter().zip(&weights) {
        let parts = segment(run.len(), |at, size| weights.get(at)?.get(size).copied());
        for part in parts.into_iter().filter_map(|part| run.get(part)) {
            *counts.entry(part).or_default() += 1;
        }
    }
    let mut terms: Vec<Term> = counts
        .into_iter()
        .filter_map(|(keys, count)| {
            let articles = known.get(keys)?.articles;
            let is_telling = keys.len() > 1 || articles * RARE <= all_articles;
            // A term of this article alone finds no other.
            (is_telling && articles > 1).then(|| Term {
                keys: keys.to_vec(),
                count,
                articles,
                weight: (1.0 + all_articles as f64 / articles as f64).ln()
                    * (count as f64 / (count as f64 + 1.0)),
            })
        })
        .collect();
    terms.sort_by(|a, b| {
        b.weight
            .total_cmp(&a.weight)
            .then_with(|| a.keys.cmp(&b.keys))
    });
    terms.truncate(most);
    Ok(terms)
}

/// Weighs all rows of words, shorter ones first, with one call to the engine for each length.
fn cohesion<'r>(
    corpus: &dyn Corpus,
    runs: &'r [Vec<String>],
    tokens: u64,
    known: &mut FxHashMap<&'r [String], NgramCount>,
) -> Result<Vec<Weights>> {
    let mut weights: Vec<Weights> = runs
        .iter()
        .map(|run| vec![[-1.0; LONGEST + 1]; run.len()])
        .collect();
    for size in 1..=LONGEST {
        // A row coheres only if its parts of one less do.
        let is_hopeful = |weights: &Weights, at: usize| {
            size <= 2 || (weights[at][size - 1] > 0.0 && weights[at + 1][size - 1] > 0.0)
        };
        let mut unknown: Vec<&[String]> = Vec::new();
        for (run, weights) in runs.iter().zip(&weights) {
            let rows = run.windows(size).enumerate();
            let rows = rows.filter(|(at, _)| is_hopeful(weights, *at));
            unknown.extend(rows.map(|(_, row)| row));
        }
        unknown.sort_unstable();
        unknown.dedup();
        known.extend(unknown.iter().copied().zip(corpus.ngram_counts(&unknown)?));
        let positions = |row: &[String]| known.get(row).map_or(0, |count| count.positions);
        for (run, weights) in runs.iter().zip(&mut weights) {
            for (at, row) in run.windows(size).enumerate() {
                if is_hopeful(weights, at) {
                    let cohesion = (1..size).map(|cut| {
                        let (first, second) = row.split_at(cut);
                        let parts = (positions(first), positions(second));
                        normalised_information(positions(row), parts.0, parts.1, tokens)
                    });
                    weights[at][size] = weight(size, cohesion.fold(1.0, f64::min));
                }
            }
        }
    }
    Ok(weights)
}

/// The passages of headline, summary and body between punctuation, as exact keys.
fn passages(texts: [&str; 3]) -> Vec<Vec<String>> {
    let mut keys = Keys::new();
    let mut runs = Vec::new();
    for text in texts {
        let mut run = Vec::new();
        for token in scan(text) {
            if !matches!(token.gap, Gap::None | Gap::Space) {
                runs.push(std::mem::take(&mut run));
            }
            keys.set(text.get(token.start..token.end).unwrap_or_default());
            run.push(keys.exact().to_owned());
        }
        runs.push(run);
    }
    runs
}

struct Term {
    keys: Vec<String>,
    count: u64,
    articles: u64,
    weight: f64,
}

impl Term {
    fn written(&self) -> String {
        let words: Vec<String> = self.keys.iter().map(|key| write_out(key)).collect();
        words.join(" ")
    }
}
