//! Builds and queries a Tantivy index of Vietnamese news articles.

mod document;
mod durable;
mod error;
pub mod maintain;
pub mod output;
pub mod research;
mod schema;
mod search;
mod store;
pub mod suggest;
mod text;
pub mod update;
pub mod watch;

// Tests inside the crate share this with those outside, where it has a name.
#[cfg(test)]
extern crate self as timbao_index;
#[cfg(test)]
#[path = "../tests/newsroom/mod.rs"]
mod newsroom;
#[cfg(test)]
mod testing;

pub use error::{Error, Result};
pub use schema::{ANALYZER_VERSION, INDEX_VERSION};
pub use search::{
    Address, FacetCount, FacetCounts, Facets, Found, Hit, Match, Occurrences, ScoreExplanation,
    ScoreKind, ScorePart, SearchOptions, Searcher, Snippet, SnippetOptions, Sort, Stats, TextRange,
};
pub use store::{ArticleWriter, Index, WriterOptions};
