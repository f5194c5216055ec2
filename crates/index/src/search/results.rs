//! Results of a search.

use super::address::Address;

/// The result of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Number of matching articles; exact.
    pub total: u64,
    /// The hits, in order.
    pub hits: Vec<Hit>,
    /// Number of hits left out before the first: the offset of the search.
    pub offset: usize,
}

/// One article that matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Address of the article.
    pub address: Address,
    /// Score, comparable within one search only.
    pub score: f32,
}
