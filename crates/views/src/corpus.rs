//! The interface between the views and an engine.

use std::ops::Range;
use std::sync::OnceLock;

use rustc_hash::FxHashSet;
use serde::Serialize;
use timbao_articles::Article;
use timbao_query::plan::{Facet, Phrase, Plan, TextField};

pub use crate::article_id::ArticleId;
use crate::lexicon::Lexicon;
use crate::memo::Memo;
use crate::reprints::Groups;
use crate::workers::Workers;

/// The error of a view.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The data of the corpus contradict each other.
    #[error("the index is damaged: {0}")]
    Damaged(&'static str),
    /// The engine stopped, because a query has no time or no work left.
    #[error(transparent)]
    Limit(Box<dyn std::error::Error + Send + Sync>),
    /// Another error of the engine.
    #[error(transparent)]
    Engine(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Takes the error of an engine out.
    ///
    /// # Errors
    ///
    /// This error, if it is none of type `E`.
    pub fn downcast<E: std::error::Error + 'static>(self) -> Result<E> {
        let (error, is_limit) = match self {
            Self::Limit(error) => (error, true),
            Self::Engine(error) => (error, false),
            other => return Err(other),
        };
        match error.downcast() {
            Ok(error) => Ok(*error),
            Err(error) if is_limit => Err(Self::Limit(error)),
            Err(error) => Err(Self::Engine(error)),
        }
    }
}

/// A result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A match of a word or phrase: tokens of an article, where the end of each paragraph and of each
/// part counts as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// The article.
    pub article: ArticleId,
    /// The first token.
    pub start: u32,
    /// The token after its last.
    pub end: u32,
}

/// The tokens of a match of a phrase, one for each of its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepPositions {
    /// The article.
    pub article: ArticleId,
    /// The token of each step.
    pub tokens: Vec<u32>,
}

/// The day of publication, and the order of articles by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// Days since 1970-01-01, or `None` for undated articles.
    pub day: Option<i32>,
    /// The tie-breaker of the engine: newer articles have smaller ones, undated articles the
    /// largest. Its lower half is a hash of the article's id.
    pub tie_key: u64,
}

impl Time {
    /// A sort key that orders articles by time, oldest first, undated ones last, and within a day
    /// by a hash of the id.
    pub fn order(&self) -> (u32, u32) {
        let day = self
            .day
            .map_or(u32::MAX, |day| day.wrapping_sub(i32::MIN) as u32);
        (day, self.tie_key as u32)
    }
}

/// The values of a facet for some articles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FacetColumn {
    /// The values as articles spell them; values that differ only in spelling are separate.
    pub spellings: Vec<String>,
    /// For each article the index of its value, if it has one.
    pub values: Vec<Option<u32>>,
}

/// The size of a corpus.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CorpusSize {
    /// Articles, deleted ones included until they are merged away.
    pub articles: u64,
    /// Tokens of these articles.
    pub tokens: u64,
}

/// The number of positions and of articles with a row of words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NgramCount {
    /// Positions.
    pub positions: u64,
    /// Articles, deleted ones included.
    pub articles: u64,
}

/// The end of a paragraph, among tokens.
pub const PARAGRAPH: u32 = 0;
/// The end of a part of the text, among tokens.
pub const FIELD: u32 = 1;
/// The token of word 0 of a [`Lexicon`].
pub const FIRST_WORD: u32 = 2;

/// Number of parts of an article's text.
pub const FIELDS: usize = 4;

/// The parts of an article's text in their order.
pub const TEXT_FIELDS: [TextField; FIELDS] = [
    TextField::Title,
    TextField::Summary,
    TextField::Body,
    TextField::Caption,
];

/// An article's text and the positions of its tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArticleText {
    /// Title, summary, body and captions.
    pub fields: [String; FIELDS],
    /// The bytes of each token in its part of the text; empty for ends.
    pub spans: Vec<(u32, u32)>,
    /// The token after the last of each part.
    pub field_ends: [u32; FIELDS],
}

impl ArticleText {
    /// The part of the text with a token.
    pub fn field_at(&self, token: usize) -> Option<usize> {
        self.field_ends.iter().position(|&end| token < end as usize)
    }
}

/// Bytes of a part of an article's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextRange {
    /// The part.
    pub field: TextField,
    /// Bytes of its UTF-8 text.
    pub bytes: Range<usize>,
}

/// A word or phrase of a plan, found in an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Match {
    /// The position in the text.
    pub range: TextRange,
    /// The tokens, counted from the start of the article; the end of each paragraph and each part
    /// counts as one.
    pub tokens: Range<u32>,
    /// The number of the word or phrase among the [leaves](Plan::leaves) of the plan.
    pub leaf: u32,
}

/// An article's text, and the matches of a plan in it in the order of the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatchedText {
    /// The text.
    pub text: ArticleText,
    /// The matches.
    pub matches: Vec<Match>,
}

/// The part of an article's text that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The title; other parts stay empty.
    Title,
    /// All parts.
    Whole,
}

/// The text between a token and the one before it in the same part of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// White space, a hyphen or nothing. Ends of paragraphs and parts have it too.
    Space,
    /// A comma.
    Comma,
    /// Any other punctuation.
    Other,
}

impl Separator {
    /// The kind of a text without letters and digits.
    #[inline]
    pub fn of(text: &str) -> Self {
        match text {
            " " => Self::Space,
            ", " => Self::Comma,
            text => match text.trim() {
                "" | "-" => Self::Space,
                "," => Self::Comma,
                _ => Self::Other,
            },
        }
    }
}

/// Samples of the shingles of some articles; see [`reprints`](crate::reprints).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sketches {
    /// The number of distinct shingles of each article.
    pub shingles: Vec<u32>,
    /// For each article the end of its hashes in `hashes`.
    pub ends: Vec<usize>,
    /// The sampled hashes, in ascending order for each article.
    pub hashes: Vec<u32>,
}

impl Sketches {
    /// The sampled hashes of the article with that index.
    pub fn sample(&self, index: usize) -> &[u32] {
        let end_of = |index: usize| self.ends.get(index).copied().unwrap_or(0);
        let start = index.checked_sub(1).map_or(0, end_of);
        self.hashes.get(start..end_of(index)).unwrap_or_default()
    }
}

/// Receives the tokens of an article, numbered by a [`Lexicon`].
pub type OnTokens<'f> = &'f mut dyn FnMut(ArticleId, &[u32]) -> Result<()>;
/// Receives the tokens and the text of an article.
pub type OnText<'f> = &'f mut dyn FnMut(ArticleId, &[u32], ArticleText) -> Result<()>;
/// Receives the tokens of an article, and for each token the text before it.
pub type OnSeparators<'f> = &'f mut dyn FnMut(ArticleId, &[u32], &[Separator]) -> Result<()>;
/// Receives the text of an article and the matches of a plan.
pub type OnMatches<'f> = &'f mut dyn FnMut(ArticleId, MatchedText) -> Result<()>;

/// One state of a collection of articles, as an engine serves it.
///
/// The views are functions over this trait. Its methods take and return
/// batches, so that an engine behind a network needs few round trips, and
/// results are owned. Lists of articles are in ascending order unless they are
/// parallel to an argument. [`candidates`](Self::candidates) and
/// [`occurrences`](Self::occurrences) never return deleted articles.
///
/// All methods fail with [`Error::Engine`] if the engine fails, in particular if the caller's
/// deadline has passed.
pub trait Corpus: Workers {
    /// The articles that match a plan.
    fn candidates(&self, plan: &Plan) -> Result<Vec<ArticleId>>;

    /// The number of articles that match each plan.
    fn count(&self, plans: &[Plan]) -> Result<Vec<u64>>;

    /// All matches of the words and phrases of a plan, in the articles that match it, in the order
    /// of articles and text. Two words or phrases that match the same tokens are one match.
    fn occurrences(&self, plan: &Plan) -> Result<Vec<Occurrence>>;

    /// The matches of a phrase, limited to a part of the text, in the articles that match a plan.
    /// A match starts at every position where the phrase starts and ends as early as it can.
    fn step_positions(
        &self,
        plan: &Plan,
        phrase: &Phrase,
        field: Option<TextField>,
    ) -> Result<Vec<StepPositions>>;

    /// The number of articles and tokens.
    fn size(&self) -> CorpusSize;

    /// The metadata of articles, without their text.
    fn records(&self, articles: &[ArticleId]) -> Result<Vec<Article>>;

    /// The titles of articles, empty for articles without one.
    fn titles(&self, articles: &[ArticleId]) -> Result<Vec<String>>;

    /// The days of publication.
    fn times(&self, articles: &[ArticleId]) -> Result<Vec<Time>>;

    /// The minutes of publication since midnight, 0 if unknown.
    fn minutes(&self, articles: &[ArticleId]) -> Result<Vec<u16>>;

    /// The numbers of tokens.
    fn token_counts(&self, articles: &[ArticleId]) -> Result<Vec<u32>>;

    /// The values of a facet that is not a period.
    fn facet_values(&self, facet: Facet, articles: &[ArticleId]) -> Result<FacetColumn>;

    /// Reads the tokens of articles, in their order.
    fn read_tokens(
        &self,
        articles: &[ArticleId],
        lexicon: &mut Lexicon,
        f: OnTokens<'_>,
    ) -> Result<()>;

    /// Reads the tokens and the text of articles, in their order.
    fn read_texts(
        &self,
        articles: &[ArticleId],
        lexicon: &mut Lexicon,
        f: OnText<'_>,
    ) -> Result<()>;

    /// Reads the tokens of articles and the kinds of text between them, in their order.
    fn read_separators(
        &self,
        articles: &[ArticleId],
        lexicon: &mut Lexicon,
        f: OnSeparators<'_>,
    ) -> Result<()> {
        let mut separators = Vec::new();
        self.read_texts(articles, lexicon, &mut |article, tokens, text| {
            separators.clear();
            let (mut field, mut end) = (0, 0);
            for (&token, &(start, next)) in tokens.iter().zip(&text.spans) {
                if token < FIRST_WORD {
                    separators.push(Separator::Space);
                    if token == FIELD {
                        (field, end) = (field + 1, 0);
                    }
                    continue;
                }
                let source = text.fields.get(field).map_or("", String::as_str);
                let between = source.get(end..start as usize).unwrap_or_default();
                separators.push(Separator::of(between));
                end = next as usize;
            }
            f(article, tokens, &separators)
        })
    }

    /// Reads the text of articles and finds the words and phrases of a plan in it.
    fn read_matches(
        &self,
        plan: &Plan,
        articles: &[ArticleId],
        extent: Extent,
        f: OnMatches<'_>,
    ) -> Result<()>;

    /// The numbers of tokens with exact keys.
    fn exact_counts(&self, keys: &[&str]) -> Result<Vec<u64>>;

    /// The numbers of tokens with folded keys.
    fn folded_counts(&self, keys: &[&str]) -> Result<Vec<u64>>;

    /// The exact keys of folded keys, with their numbers of tokens.
    fn variants(&self, folded: &[&str]) -> Result<Vec<Vec<(String, u64)>>>;

    /// The numbers of positions of bigrams of folded keys.
    fn bigram_counts(&self, folded: &[(&str, &str)]) -> Result<Vec<u64>>;

    /// The bigrams of exact keys that bigrams of folded keys stand for, with their numbers of
    /// positions. Counts of frequent bigrams may be estimates.
    fn bigram_variants(&self, folded: &[(&str, &str)]) -> Result<Vec<BigramVariants>>;

    /// Calls `f` with every folded key and its number of tokens. A key may be passed several
    /// times, with a part of its tokens each.
    fn each_folded_key(&self, f: &mut dyn FnMut(&str, u64)) -> Result<()>;

    /// Calls `f` with every exact key and its numbers of tokens and articles, each key once.
    fn each_exact_key(&self, f: &mut dyn FnMut(&str, NgramCount)) -> Result<()> {
        let mut folded: FxHashSet<String> = FxHashSet::default();
        self.each_folded_key(&mut |key, _| {
            if !folded.contains(key) {
                folded.insert(key.to_owned());
            }
        })?;
        let folded: Vec<&str> = folded.iter().map(String::as_str).collect();
        let keys = self.variants(&folded)?.into_iter().flatten();
        let keys: Vec<[String; 1]> = keys.map(|(key, _)| [key]).collect();
        let ngrams: Vec<&[String]> = keys.iter().map(<[String; 1]>::as_slice).collect();
        for ([key], count) in keys.iter().zip(self.ngram_counts(&ngrams)?) {
            f(key, count);
        }
        Ok(())
    }

    /// Calls `f` with every folded key that follows one, and the number of positions where it
    /// does. A key may be passed several times, with a part of its positions each.
    fn each_follower(&self, folded: &str, f: &mut dyn FnMut(&str, u64)) -> Result<()>;

    /// Returns `true` if [`ngram_counts`](Self::ngram_counts) and the other counts of keys are
    /// computed without reading articles, and no article that they include is deleted.
    fn keeps_counts(&self) -> bool {
        false
    }

    /// The numbers of positions and articles of rows of exact keys.
    fn ngram_counts(&self, ngrams: &[&[String]]) -> Result<Vec<NgramCount>>;

    /// For each row of exact keys the articles that contain it, with the saturated term frequency
    /// (between 0 and 1).
    fn ngram_weights(&self, ngrams: &[&[String]]) -> Result<Vec<Vec<(ArticleId, f64)>>>;

    /// The samples of shingles that the engine stores.
    fn sketches(&self, articles: &[ArticleId]) -> Result<Sketches>;

    /// The hashes of all distinct shingles of articles, in ascending order.
    fn shingles(&self, articles: &[ArticleId]) -> Result<Vec<Vec<u64>>>;

    /// The place where the groups of reprints of this state are kept once they are known.
    fn reprint_groups(&self) -> &OnceLock<Groups>;

    /// The results of views that are kept for this state.
    fn memo(&self) -> &Memo;

    /// Fails if the caller's deadline has passed.
    fn check_deadline(&self) -> Result<()>;
}

/// Bigrams of exact keys with their numbers of positions.
pub type BigramVariants = Vec<((String, String), u64)>;

/// The articles of some occurrences, each once.
pub(crate) fn articles_of(occurrences: &[Occurrence]) -> Vec<ArticleId> {
    let mut articles: Vec<ArticleId> = occurrences.iter().map(|o| o.article).collect();
    articles.dedup();
    articles
}
