//! How well files are read, in numbers.

use std::collections::HashMap;

use serde::Serialize;
use timbao_tokenizer::{Kind, is_syllable, scan};

use crate::record::RecordBatch;
use crate::{Article, FoundFile, Limits, Problem, Repeats, open};

/// Fields of an article that a [`FileCheck`] counts.
pub const CHECKED_FIELDS: [&str; 7] = [
    "title",
    "summary",
    "body",
    "section",
    "author",
    "source",
    "published",
];

/// How well one file, or several, were read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileCheck {
    /// Articles in the files.
    pub articles: u64,
    /// Articles that have a value, for each of [`CHECKED_FIELDS`].
    pub filled: [u64; CHECKED_FIELDS.len()],
    /// Tokens of letters in titles, summaries and bodies.
    pub words: u64,
    /// Words that are spelled as Vietnamese syllables.
    pub syllables: u64,
    /// Problems that were reported.
    pub problems: u64,
}

impl FileCheck {
    /// Adds the counts of another check.
    pub fn add(&mut self, other: &Self) {
        self.articles += other.articles;
        for (sum, count) in self.filled.iter_mut().zip(other.filled) {
            *sum += count;
        }
        self.words += other.words;
        self.syllables += other.syllables;
        self.problems += other.problems;
    }

    /// The share of [`CHECKED_FIELDS`] that have a value, from 0 to 1; `None`
    /// without articles.
    pub fn filled_share(&self) -> Option<f64> {
        let filled: u64 = self.filled.iter().sum();
        share(filled, self.articles * CHECKED_FIELDS.len() as u64)
    }

    /// The share of words that are Vietnamese syllables, from 0 to 1; `None`
    /// without words.
    pub fn syllable_share(&self) -> Option<f64> {
        share(self.syllables, self.words)
    }

    /// How well the file was read, from 0 to 1: the product of both shares.
    pub fn quality(&self) -> f64 {
        self.filled_share().unwrap_or(0.0) * self.syllable_share().unwrap_or(0.0)
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Reads files and measures how well they are read.
#[derive(Debug, Default)]
pub struct Checker {
    batch: RecordBatch,
    /// Words that were looked up before.
    known: HashMap<Box<str>, bool>,
}

/// Words that are remembered.
const MOST_KNOWN: usize = 100_000;

impl Checker {
    /// Reads a file; each problem goes to `report`.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn check(
        &mut self,
        file: &FoundFile,
        limits: &Limits,
        report: &mut dyn FnMut(Problem),
    ) -> Result<FileCheck, Problem> {
        let mut check = FileCheck::default();
        let mut repeats = Repeats::default();
        let mut reader = open(file, limits)?;
        let mut batch = std::mem::take(&mut self.batch);
        while reader.next_batch(&mut batch) {
            let mut problems = batch.take_problems();
            for record in batch.records() {
                match record.parse() {
                    Ok(parsed) => {
                        self.count(&parsed.article, &mut check);
                        problems.extend(parsed.problems);
                    }
                    Err(problem) => problems.push(problem),
                }
            }
            for problem in problems {
                if !repeats.has(&problem) {
                    check.problems += 1;
                    report(problem);
                }
            }
        }
        self.batch = batch;
        Ok(check)
    }

    fn count(&mut self, article: &Article, check: &mut FileCheck) {
        check.articles += 1;
        let has = [
            article.title.is_some(),
            article.summary.is_some(),
            !article.body.is_empty(),
            article.section.is_some(),
            article.author.is_some(),
            article.source.is_some(),
            article.published.is_some(),
        ];
        for (count, has) in check.filled.iter_mut().zip(has) {
            *count += u64::from(has);
        }
        let texts = [
            article.title.as_deref(),
            article.summary.as_deref(),
            Some(&article.body),
        ];
        for text in texts.into_iter().flatten() {
            for token in scan(text).filter(|token| token.kind == Kind::Word) {
                let word = text.get(token.start..token.end).unwrap_or_default();
                check.words += 1;
                check.syllables += u64::from(self.is_syllable(word));
            }
        }
    }

    fn is_syllable(&mut self, word: &str) -> bool {
        if let Some(known) = self.known.get(word) {
            return *known;
        }
        let is_one = is_syllable(word);
        if self.known.len() < MOST_KNOWN {
            self.known.insert(word.into(), is_one);
        }
        is_one
    }
}
