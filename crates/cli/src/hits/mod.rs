//! Hits and their counts, in the formats they are written in.

mod explain;
pub(crate) mod facets;
pub(crate) mod text;

use timbao_articles::Article;

/// The location of an article: its path, with `#member` inside a container.
pub(crate) fn place(article: &Article) -> String {
    match &article.member {
        Some(member) => format!("{}#{member}", article.path),
        None => article.path.clone(),
    }
}
