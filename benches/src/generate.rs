//! Articles made up from the statistics of given ones, as many as wanted.
//!
//! A Markov chain of order one over syllables: the successor of a syllable,
//! with the space or punctuation before it, is drawn from its successors in the
//! given articles. This preserves the frequencies of syllables and bigrams. A
//! longer text also has new bigrams. By Good's estimate (Biometrika 40, 1953)
//! the share of unseen bigrams in running text equals the share of bigrams seen
//! once; with this probability the chain jumps to a random syllable.

use std::collections::HashMap;

use serde::Serialize;
use timbao_articles::Article;
use timbao_tokenizer::scan;

use crate::queries::Random;

/// An article made up.
#[derive(Debug, Serialize)]
pub struct Generated {
    /// A number.
    pub id: String,
    /// The headline.
    pub title: String,
    /// The summary.
    pub summary: String,
    /// The running text.
    pub body: String,
}

/// Start and length of a chain, in syllables.
#[derive(Default)]
struct Part {
    first: Vec<u32>,
    lengths: Vec<u32>,
}

/// The statistics of articles, and a generator of more.
pub struct Generator {
    /// Each syllable as spelled, after its separator from the one before.
    units: Vec<Box<str>>,
    /// All units in the order of the articles: the unigram distribution.
    all: Vec<u32>,
    /// The successors of each unit, with repetitions, by unit.
    followers: Vec<u32>,
    /// Start of the successors of each unit; one more at the end.
    starts: Vec<usize>,
    /// Number of steps to an unseen bigram, per million.
    unseen_per_million: usize,
    parts: [Part; 3],
    random: Random,
    made: usize,
}

impl Generator {
    /// Learns from articles; the same articles and seed make the same texts.
    pub fn learn<'a>(articles: impl Iterator<Item = &'a Article>, seed: u64) -> Self {
        let mut numbers: HashMap<Box<str>, u32> = HashMap::new();
        let mut units: Vec<Box<str>> = Vec::new();
        let mut all = Vec::new();
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        let mut parts: [Part; 3] = Default::default();
        for article in articles {
            let texts = [
                &article.title,
                &article.summary,
                &Some(article.body.clone()),
            ]
            .map(|text| text.as_deref().unwrap_or_default().to_owned());
            for (part, text) in parts.iter_mut().zip(&texts) {
                let (mut end, mut last, mut length) = (0, None, 0);
                for token in scan(text) {
                    let unit = &text[end..token.end];
                    let unit = if last.is_none() {
                        unit.trim_start()
                    } else {
                        unit
                    };
                    let number = *numbers.entry(unit.into()).or_insert_with(|| {
                        units.push(unit.into());
                        (units.len() - 1) as u32
                    });
                    match last {
                        None => part.first.push(number),
                        Some(last) => {
                            pairs.push((last, number));
                            all.push(number);
                        }
                    }
                    (end, last, length) = (token.end, Some(number), length + 1);
                }
                part.lengths.push(length);
            }
        }
        pairs.sort_unstable();
        let once = pairs
            .chunk_by(|a, b| a == b)
            .filter(|run| run.len() == 1)
            .count();
        let starts = (0..=units.len())
            .map(|unit| pairs.partition_point(|&(last, _)| (last as usize) < unit))
            .collect();
        Self {
            unseen_per_million: 1_000_000 * once / pairs.len().max(1),
            followers: pairs.into_iter().map(|(_, next)| next).collect(),
            units,
            all,
            starts,
            parts,
            random: Random::new(seed),
            made: 0,
        }
    }

    /// The share of steps that are to a pair never seen.
    pub fn unseen(&self) -> f64 {
        self.unseen_per_million as f64 / 1e6
    }

    fn text(&mut self, part: usize) -> String {
        let mut text = String::new();
        let lengths = &self.parts[part].lengths;
        let Some(&length) = lengths.get(self.random.below(lengths.len())) else {
            return text;
        };
        let mut last = None;
        for _ in 0..length {
            let followers = match last {
                None => &self.parts[part].first[..],
                Some(last) => &self.followers[self.starts[last]..self.starts[last + 1]],
            };
            let jump = last.is_some() && self.random.below(1_000_000) < self.unseen_per_million;
            // A text's last syllable may be followed by nothing.
            let from = if jump || followers.is_empty() {
                &self.all[..]
            } else {
                followers
            };
            let Some(&next) = from.get(self.random.below(from.len())) else {
                break;
            };
            text.push_str(&self.units[next as usize]);
            last = Some(next as usize);
        }
        if part > 0 && !text.is_empty() {
            text.push('.');
        }
        text
    }
}

impl Iterator for Generator {
    type Item = Generated;

    /// The next article; there is always one.
    fn next(&mut self) -> Option<Generated> {
        self.made += 1;
        Some(Generated {
            id: format!("generated-{:07}", self.made),
            title: self.text(0),
            summary: self.text(1),
            body: self.text(2),
        })
    }
}
