//! Articles like a given one, and the terms that make them so.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use timbao_articles::Article;
use timbao_query::plan::{Key, Phrase, Slot};
use timbao_tokenizer::{Gap, Keys, scan, write_out};

use crate::error::Result;
use crate::search::{Address, Searcher, SegmentPhrase};

use super::measures::normalised_information;
use super::units::{LONGEST, segment, weight};

/// Single syllables are terms if at most one of so many articles holds them.
const RARE: u64 = 50;
/// Terms that are shown of each article.
const SHOWN_TERMS: usize = 8;

/// How similar articles are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimilarOptions {
    /// How many articles to give, at most.
    pub limit: usize,
    /// How many terms of the article to look for, the most telling ones.
    pub terms: usize,
    /// Whether other publications of the same text are left out.
    pub without_reprints: bool,
}

impl Default for SimilarOptions {
    /// Ten articles by thirty terms, reprints left out.
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
    /// The terms that were looked for, the most telling first.
    pub terms: Vec<SimilarTerm>,
    /// The articles, the most similar first.
    pub articles: Vec<SimilarArticle>,
}

/// A term that is telling of an article.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SimilarTerm {
    /// The syllable, or the word of several syllables.
    pub term: String,
    /// How often it stands in the article.
    pub count: u64,
    /// How many articles of the index hold it; deleted ones count until they are merged away.
    pub articles: u64,
    /// What it weighs.
    pub weight: f64,
}

/// An article like the given one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SimilarArticle {
    /// The article's id.
    pub id: String,
    /// The file it is in.
    pub path: String,
    /// The place in the file, if it holds several articles.
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

impl Searcher {
    /// Finds articles like one of the index.
    ///
    /// # Errors
    ///
    /// When a file is damaged, or there is no time left.
    pub fn similar(&self, address: Address, options: &SimilarOptions) -> Result<Similar> {
        let runs = runs(&self.article(address)?);
        let place = (address.segment, address.article);
        let mut left_out: FxHashSet<(u32, u32)> = [place].into_iter().collect();
        if options.without_reprints {
            left_out.extend(self.groups()?.of(place));
        }
        self.similar_to(&runs, &left_out, options)
    }

    /// Finds articles like one that need not be in the index.
    ///
    /// # Errors
    ///
    /// When a file is damaged, or there is no time left.
    pub fn similar_to_article(
        &self,
        article: &Article,
        options: &SimilarOptions,
    ) -> Result<Similar> {
        self.similar_to(&runs(article), &FxHashSet::default(), options)
    }

    fn similar_to(
        &self,
        runs: &[Vec<String>],
        left_out: &FxHashSet<(u32, u32)>,
        options: &SimilarOptions,
    ) -> Result<Similar> {
        let terms = self.terms(runs, options.terms)?;
        let most: f64 = terms.iter().map(|term| term.weight).sum();
        // By article: the score, and what each term adds to it.
        let mut scores: FxHashMap<(u32, u32), Vec<(u32, f64)>> = FxHashMap::default();
        for (number, term) in (0..).zip(&terms) {
            for (segment, view) in (0..).zip(self.segments.iter()) {
                self.deadline.check()?;
                let alive = view.reader.alive_bitset();
                let phrase = exact(&term.keys);
                let phrase = SegmentPhrase::new(&phrase, &view.text).until(self.deadline);
                phrase.for_each_article(None, |article, frequency| {
                    let place = (segment, article);
                    if alive.is_none_or(|alive| alive.is_alive(article))
                        && !left_out.contains(&place)
                    {
                        let length = view.text.length(article);
                        let share = f64::from(self.saturation.share(frequency, length));
                        let part = (number, term.weight * share);
                        scores.entry(place).or_default().push(part);
                    }
                });
            }
        }
        self.deadline.check()?;
        let mut order: Vec<(f64, u64, (u32, u32))> = scores
            .iter()
            .filter_map(|(&place, parts)| {
                let view = self.segments.get(place.0 as usize)?;
                let sum: f64 = parts.iter().map(|(_, part)| part).sum();
                Some((
                    sum / most.max(f64::MIN_POSITIVE),
                    view.text.tie(place.1),
                    place,
                ))
            })
            .collect();
        order.sort_by(|a, b| {
            b.0.total_cmp(&a.0)
                .then_with(|| (a.1, a.2).cmp(&(b.1, b.2)))
        });
        order.truncate(options.limit);
        let mut articles = Vec::with_capacity(order.len());
        for (score, _, (segment, article)) in order {
            let address = Address { segment, article };
            let record = self.record(address)?;
            let title = self.title(address)?;
            let mut parts = scores.remove(&(segment, article)).unwrap_or_default();
            parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            let shown = parts
                .iter()
                .filter_map(|(number, _)| terms.get(*number as usize))
                .take(SHOWN_TERMS);
            articles.push(SimilarArticle {
                id: record.id,
                path: record.path,
                member: record.member,
                title: Some(title).filter(|title| !title.is_empty()),
                date: record.published.map(|date| date.to_string()),
                section: record.section,
                source: record.source,
                score,
                terms: shown.map(Term::written).collect(),
            });
        }
        Ok(Similar {
            terms: terms
                .iter()
                .map(|term| SimilarTerm {
                    term: term.written(),
                    count: term.count,
                    articles: term.articles,
                    weight: term.weight,
                })
                .collect(),
            articles,
        })
    }

    /// The most telling terms of a text: syllables that few articles hold, and words of several
    /// syllables that cohere in the index.
    fn terms(&self, runs: &[Vec<String>], most: usize) -> Result<Vec<Term>> {
        let all: u64 = self
            .segments
            .iter()
            .map(|s| u64::from(s.text.words()))
            .sum();
        let mut known: FxHashMap<&[String], Frequency> = FxHashMap::default();
        let mut counts: FxHashMap<&[String], u64> = FxHashMap::default();
        for run in runs {
            self.deadline.check()?;
            let mut weights: Vec<[f64; LONGEST + 1]> = vec![[-1.0; LONGEST + 1]; run.len()];
            for size in 1..=LONGEST {
                for (at, words) in run.windows(size).enumerate() {
                    // A row coheres only if its parts of one less do.
                    let is_hopeful = size <= 2
                        || (weights[at][size - 1] > 0.0 && weights[at + 1][size - 1] > 0.0);
                    if !is_hopeful {
                        continue;
                    }
                    let frequency = *known.entry(words).or_insert_with(|| self.frequency(words));
                    let cohesion = (1..size).map(|cut| {
                        let (first, second) = words.split_at(cut);
                        let places = |part| known.get(part).map_or(0, |f: &Frequency| f.places);
                        let (first, second) = (places(first), places(second));
                        normalised_information(frequency.places, first, second, all)
                    });
                    weights[at][size] = weight(size, cohesion.fold(1.0, f64::min));
                }
            }
            let parts = segment(run.len(), |at, size| weights.get(at)?.get(size).copied());
            for part in parts.into_iter().filter_map(|part| run.get(part)) {
                *counts.entry(part).or_default() += 1;
            }
        }
        let mut terms: Vec<Term> = counts
            .into_iter()
            .filter_map(|(keys, count)| {
                let articles = known.get(keys)?.articles;
                let is_telling = keys.len() > 1 || articles * RARE <= self.articles;
                // What only this article has finds no other.
                (is_telling && articles > 1).then(|| Term {
                    keys: keys.to_vec(),
                    count,
                    articles,
                    weight: (1.0 + self.articles as f64 / articles as f64).ln()
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

    fn frequency(&self, keys: &[String]) -> Frequency {
        let mut frequency = Frequency::default();
        let phrase = exact(keys);
        for view in self.segments.iter() {
            if let [key] = keys {
                if let Some(id) = view.text.exact_id(key) {
                    let info = view.text.exact_info(id);
                    frequency.places += u64::from(info.tokens);
                    frequency.articles += u64::from(info.articles);
                }
            } else if let Some(starts) = SegmentPhrase::new(&phrase, &view.text).rigid_starts() {
                let rows = view.text.rows();
                frequency.places += starts.len() as u64;
                let mut end = 0;
                for start in starts {
                    if start >= end {
                        end = rows.start(rows.article_of(start) + 1);
                        frequency.articles += 1;
                    }
                }
            }
        }
        frequency
    }
}

/// The passages of headline, summary and body between punctuation, as exact keys.
fn runs(article: &Article) -> Vec<Vec<String>> {
    let mut keys = Keys::new();
    let mut runs = Vec::new();
    let texts = [
        article.title.as_deref().unwrap_or_default(),
        article.summary.as_deref().unwrap_or_default(),
        &article.body,
    ];
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

#[derive(Debug, Clone, Copy, Default)]
struct Frequency {
    places: u64,
    articles: u64,
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

fn exact(keys: &[String]) -> Phrase {
    Phrase::exact(keys.iter().map(|key| Slot::new(Key::Exact(key.into()))))
}
