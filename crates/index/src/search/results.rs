//! Results of a search.

use super::address::Address;

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
