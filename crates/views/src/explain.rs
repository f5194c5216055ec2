//! Explanations of scores.

use serde::Serialize;

/// How the score of an article came about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreExplanation {
    /// The score: the sum of the parts, times the bonus for recent articles.
    pub score: f32,
    /// The bonus: 1 for none, up to 2 for the newest article.
    pub recency: f32,
    /// Length of the article in tokens as stored, to within 5 %.
    pub length: f32,
    /// Average length of articles, in tokens.
    pub average_length: f32,
    /// The contribution of each word, phrase and bigram. Terms that the article lacks and filters
    /// contribute nothing and are omitted.
    pub parts: Vec<ScorePart>,
}

/// The contribution of one word, phrase or bigram.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScorePart {
    /// The kind of the term.
    pub kind: ScoreKind,
    /// The term, as plans are written.
    pub term: String,
    /// Occurrences in title, summary, lead, body and captions.
    pub occurrences: FieldFrequencies,
    /// The weighted sum of the occurrences: title, summary and lead count more.
    pub frequency: u32,
    /// Document frequency, or the number of positions of a bigram in any
    /// accents.
    pub holding: u64,
    /// Weight of the kind of term: below 1 for bigrams, else 1.
    pub weight: f32,
    /// Square root of the inverse document frequency.
    pub rarity: f32,
    /// Saturated term frequency for the length of the article; below 1.
    pub share: f32,
    /// The contribution to the score: `weight · rarity · share`.
    pub score: f32,
}

/// The kinds of terms of a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ScoreKind {
    /// A word.
    Word,
    /// A phrase.
    Phrase,
    /// Words or phrases near each other.
    Near,
    /// Two bare words of the query that are neighbours, and neighbours in the article.
    Pair,
}

/// Occurrences in each part of an article.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FieldFrequencies {
    /// In the headline.
    pub title: u32,
    /// In the sapo.
    pub summary: u32,
    /// In the lead: the first 50 words after the summary.
    pub lead: u32,
    /// In the running text, after the lead.
    pub body: u32,
    /// In captions, after the lead.
    pub caption: u32,
}
