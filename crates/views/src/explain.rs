//! Explanations of scores.

use serde::Serialize;

/// How the score of an article came about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreExplanation {
    /// The score: the sum of the parts, times the bonus for recent articles.
    pub score: f32,
    /// The bonus: 1 for none, up to 2 for the newest article.
    pub recency: f32,
    /// How long the article is in tokens, as it is kept: to within 5 %.
    pub length: f32,
    /// How long articles are on average, in tokens.
    pub average_length: f32,
    /// What each word, phrase and pair of neighbours earned. What is not in the article, and
    /// filters, earn nothing and are left out.
    pub parts: Vec<ScorePart>,
}

/// What one word, phrase or pair of neighbours earned.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScorePart {
    /// What it is.
    pub kind: ScoreKind,
    /// The term, as plans are written.
    pub term: String,
    /// How often it stands in title, summary, lead, body and captions.
    pub occurrences: FieldFrequencies,
    /// These weighted: title, summary and lead count more.
    pub frequency: u32,
    /// In how many articles it stands; of a pair, at how many places its words stand side by
    /// side in any accents.
    pub holding: u64,
    /// How much that makes it count; of a pair, with its weight.
    pub rarity: f32,
    /// The share of it that so many occurrences earn in an article of this length; below 1.
    pub share: f32,
    /// What it earned: `rarity · share`.
    pub score: f32,
}

/// What a part of a score is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
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

/// How often something stands in each part of an article.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FieldFrequencies {
    /// In the headline.
    pub title: u32,
    /// In the sapo.
    pub summary: u32,
    /// In the lead: the first 50 words behind the summary.
    pub lead: u32,
    /// In the running text, behind the lead.
    pub body: u32,
    /// Under photographs, behind the lead.
    pub caption: u32,
}
