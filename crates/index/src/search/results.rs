//! Options and results of a search.

use serde::Serialize;

use super::address::Address;

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

/// The result of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Number of matching articles; exact.
    pub total: u64,
    /// The hits, in order.
    pub hits: Vec<Hit>,
}

/// One article that matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Address of the article.
    pub address: Address,
    /// Score, comparable within one search only.
    pub score: f32,
}
