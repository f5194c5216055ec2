//! What is characteristic of some articles, or of the surroundings of a query, beside others.

use serde::Serialize;
use timbao_query::plan::Plan;
use timbao_tokenizer::write_out;

use crate::error::Result;
use crate::search::{Searcher, damaged, evaluate};
use crate::text::tokens::{FIELD, FIRST_KEY};

use super::columns::Words;
use super::measures::Contingency;
use super::occurrences::Occurrence;
use super::units::{Counter, Passages, Unit};

/// How keywords are chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeywordOptions {
    /// How often a unit stands in the articles, at least.
    pub least: u64,
    /// In how many articles it stands, at least.
    pub least_articles: u64,
    /// Log-likelihood, at least.
    pub least_likelihood: f64,
    /// How many to give, at most.
    pub most: usize,
}

impl Default for KeywordOptions {
    /// Fifty units that stand five times in two articles and for which chance is less likely than
    /// one in ten thousand (15.13; Rayson, Berridge & Francis 2004).
    fn default() -> Self {
        Self {
            least: 5,
            least_articles: 2,
            least_likelihood: 15.13,
            most: 50,
        }
    }
}

/// Units that are characteristic of some text beside other text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Keywords {
    /// The text they are characteristic of.
    pub of: Portion,
    /// The text beside it.
    pub against: Portion,
    /// How many units were compared.
    pub compared: u64,
    /// The most characteristic first.
    pub keywords: Vec<Keyword>,
}

/// How much text there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Portion {
    /// Articles.
    pub articles: u64,
    /// Tokens, of the whole articles or of the windows around matches.
    pub tokens: u64,
}

/// A unit that is more frequent in some text than in other text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Keyword {
    /// The syllable, or the word of several syllables.
    pub unit: String,
    /// How many syllables it has.
    pub syllables: usize,
    /// How often it stands there.
    pub count: u64,
    /// In how many articles.
    pub articles: u64,
    /// How often it stands in the text beside.
    pub against_count: u64,
    /// In how many articles of these.
    pub against_articles: u64,
    /// How often of a million tokens.
    pub per_million: f64,
    /// How often of a million tokens of the text beside.
    pub against_per_million: f64,
    /// Log-likelihood G²: how little chance explains the difference.
    pub log_likelihood: f64,
    /// Log Ratio: how large the difference is; 1 is twice as frequent.
    pub log_ratio: f64,
}

impl Searcher {
    /// Finds what is characteristic of the articles that `of` matches, beside those that
    /// `against` matches; these are all others if it is none. Articles that both match count for
    /// `of` only.
    ///
    /// # Errors
    ///
    /// When a file is damaged, or there is no time left.
    pub fn keywords(
        &self,
        of: &Plan,
        against: Option<&Plan>,
        options: &KeywordOptions,
    ) -> Result<Keywords> {
        let of = members(self, of)?;
        let mut against = match against {
            Some(plan) => members(self, plan)?,
            None => members(self, &Plan::Everything)?,
        };
        for (out, of) in against.iter_mut().zip(&of) {
            out.retain(|article| of.binary_search(article).is_err());
        }
        let mut words = Words::new(self);
        let units = discover(&mut words, &of, &[], options.least)?;
        compare(
            &mut words,
            &units,
            |words, f| each_article(words, &of, f),
            |words, f| each_article(words, &against, f),
            options,
        )
    }
}

/// The articles of each segment that match and are not deleted.
pub(super) fn members(searcher: &Searcher, plan: &Plan) -> Result<Vec<Vec<u32>>> {
    let mut members = Vec::with_capacity(searcher.segments.len());
    for (view, scored) in searcher
        .segments
        .iter()
        .zip(evaluate(searcher, plan, None)?)
    {
        let mut articles = scored.articles;
        if let Some(alive) = view.reader.alive_bitset() {
            articles.retain(|&article| alive.is_alive(article));
        }
        members.push(articles);
    }
    Ok(members)
}

/// Hears runs of words, each with the number of its article, from 1.
pub(super) type Hear<'f> = &'f mut dyn FnMut(&[u32], u64);

/// Calls back with every paragraph of some articles.
pub(super) fn each_article(words: &mut Words<'_>, members: &[Vec<u32>], f: Hear<'_>) -> Result<()> {
    let searcher = words.searcher();
    let mut run = Vec::new();
    let mut number = 0;
    for (segment, (view, articles)) in (0..).zip(searcher.segments.iter().zip(members)) {
        for &article in articles {
            searcher.deadline.check()?;
            number += 1;
            for token in view.text.tokens_of(article) {
                match words.of(segment, token) {
                    Some(word) => run.push(word),
                    None => {
                        debug_assert!(token < FIRST_KEY);
                        if !run.is_empty() {
                            f(&run, number);
                            run.clear();
                        }
                    }
                }
            }
            // The end of a part follows the last token; a damaged file may lack it.
            if !run.is_empty() {
                f(&run, number);
                run.clear();
            }
        }
    }
    Ok(())
}

/// Compares two texts, each given as runs of words, by units.
pub(super) fn compare<'s>(
    names: &mut Words<'s>,
    units: &[Unit],
    mut of: impl FnMut(&mut Words<'s>, Hear<'_>) -> Result<()>,
    mut against: impl FnMut(&mut Words<'s>, Hear<'_>) -> Result<()>,
    options: &KeywordOptions,
) -> Result<Keywords> {
    let here = portion(|f| of(names, f))?;
    let known = names.keys.len();
    let mut in_of = Counter::new(units, known);
    of(names, &mut |run, article| in_of.add(run, article))?;
    let mut in_against = Counter::new(units, known);
    let mut there = Portion::default();
    let mut last = 0;
    against(names, &mut |run, article| {
        in_against.add(run, article);
        there.tokens += run.len() as u64;
        there.articles += u64::from(article != last);
        last = article;
    })?;
    let mut keywords: Vec<Keyword> = Vec::new();
    let both = in_of.counts().zip(in_against.counts());
    for (unit, ((count, articles), (against_count, against_articles))) in units.iter().zip(both) {
        let table = Contingency {
            here: count,
            of_here: here.tokens,
            there: against_count,
            of_there: there.tokens,
        };
        let log_likelihood = table.log_likelihood();
        if count < options.least
            || articles < options.least_articles
            || log_likelihood < options.least_likelihood
        {
            continue;
        }
        let rate = |count: u64, of: u64| count as f64 * 1e6 / of.max(1) as f64;
        keywords.push(Keyword {
            unit: written(names, unit),
            syllables: unit.len(),
            count,
            articles,
            against_count,
            against_articles,
            per_million: rate(count, here.tokens),
            against_per_million: rate(against_count, there.tokens),
            log_likelihood,
            log_ratio: table.log_ratio(),
        });
    }
    keywords.sort_by(|a, b| {
        b.log_likelihood
            .total_cmp(&a.log_likelihood)
            .then_with(|| a.unit.cmp(&b.unit))
    });
    keywords.truncate(options.most);
    Ok(Keywords {
        of: here,
        against: there,
        compared: units.len() as u64,
        keywords,
    })
}

fn portion(mut each: impl FnMut(Hear<'_>) -> Result<()>) -> Result<Portion> {
    let mut portion = Portion::default();
    let mut last = 0;
    each(&mut |run, article| {
        portion.tokens += run.len() as u64;
        portion.articles += u64::from(article != last);
        last = article;
    })?;
    Ok(portion)
}

/// Articles in which units are looked for, at most.
const MOST_SOURCES: usize = 3_000;

/// The units of some articles, of every n-th if there are many. Their passages end at
/// punctuation other than commas, and at the places `apart`, which are in the order of segments,
/// articles and text: what stands there is no part of a unit.
pub(super) fn discover(
    names: &mut Words<'_>,
    articles: &[Vec<u32>],
    apart: &[Occurrence],
    least: u64,
) -> Result<Vec<Unit>> {
    let searcher = names.searcher();
    let all: usize = articles.iter().map(Vec::len).sum();
    let each = all.div_ceil(MOST_SOURCES).max(1);
    let mut passages = Passages::default();
    let mut number = 0;
    for (segment, (view, articles)) in (0..).zip(searcher.segments.iter().zip(articles)) {
        for &article in articles {
            number += 1;
            if number % each > 0 {
                continue;
            }
            searcher.deadline.check()?;
            let text = view.text.text(article).map_err(damaged)?;
            let mut field = 0;
            let mut end = 0;
            let before = |place: &Occurrence| (place.segment, place.article) < (segment, article);
            let mut apart = apart
                .get(apart.partition_point(before)..)
                .unwrap_or_default()
                .iter()
                .take_while(|place| (place.segment, place.article) == (segment, article))
                .peekable();
            for (at, (token, &(start, next))) in
                (0..).zip(view.text.tokens_of(article).zip(&text.spans))
            {
                while apart.next_if(|place| place.end <= at).is_some() {}
                match names.of(segment, token) {
                    Some(_) if apart.peek().is_some_and(|place| place.start <= at) => {
                        passages.end();
                        end = next as usize;
                    }
                    Some(word) => {
                        let source = text.fields.get(field).map_or("", String::as_str);
                        let between = source.get(end..start as usize).unwrap_or_default();
                        match between.trim() {
                            "" | "-" => {}
                            "," => passages.comma(),
                            _ => passages.end(),
                        }
                        passages.push(word);
                        end = next as usize;
                    }
                    None => {
                        passages.end();
                        if token == FIELD {
                            (field, end) = (field + 1, 0);
                        }
                    }
                }
            }
            passages.end();
        }
    }
    // Of every n-th article, an n-th of the places.
    let least = if each > 1 {
        least.div_ceil(each as u64).max(2)
    } else {
        least
    };
    Ok(passages.units(least))
}

/// A unit as it is spelled most plainly.
pub(super) fn written(names: &Words<'_>, unit: &[u32]) -> String {
    let words: Vec<String> = unit
        .iter()
        .filter_map(|&word| names.keys.get(word as usize))
        .map(|key| write_out(key))
        .collect();
    words.join(" ")
}
