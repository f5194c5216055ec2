//! Builds and queries a Tantivy index of Vietnamese news articles.

pub mod plan;
mod text;
