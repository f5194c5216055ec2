//! Searches: their options and results.

use serde::Serialize;

use crate::corpus::ArticleId;

/// The order of hits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Highest score first; ties go to the newer article.
    #[default]
    Relevance,
    /// Oldest first; undated ones last.
    Oldest,
    /// Newest first; undated ones last.
    Latest,
}

/// Options of a search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SearchOptions {
    /// Hits to return, after `offset`.
    pub limit: usize,
    /// Number of hits to skip.
    pub offset: usize,
    /// The order of hits.
    pub sort: Sort,
    /// Half-life of the recency boost, in days.
    pub recency_half_life: Option<f32>,
}

impl Default for SearchOptions {
    /// Ten hits, best first.
    fn default() -> Self {
        Self {
            limit: 10,
            offset: 0,
            sort: Sort::Relevance,
            recency_half_life: None,
        }
    }
}

/// The result of a search of an [`Engine`](crate::Engine).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FoundArticles {
    /// Number of matching articles; exact.
    pub total: u64,
    /// The hits, in order.
    pub hits: Vec<ScoredArticle>,
}

/// One article that matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredArticle {
    /// The article.
    pub article: ArticleId,
    /// Score, comparable within one search only.
    pub score: f32,
}

/// The result of a search that returns every text once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FoundTexts {
    /// Number of matching articles.
    pub total: u64,
    /// Number of distinct texts among them.
    pub texts: u64,
    /// The hits, one per text, in order.
    pub hits: Vec<ScoredText>,
}

/// A text that matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredText {
    /// The earliest matching copy, with the score of the best one.
    pub hit: ScoredArticle,
    /// Number of other matching copies.
    pub reprints: u64,
}
