//! What is shown of hits and articles, as data: the same from the command line and from the
//! server.

pub mod chart;
pub mod csv;
pub mod json;
pub mod research;

use std::ops::Range;

use timbao_articles::Article;

use crate::error::Result;
use crate::plan::{Plan, TextField};
use crate::search::{Hit, ScoreExplanation, Searcher, Snippet, SnippetOptions};

/// A hit and what is shown of its article.
pub struct ShownHit {
    /// Place in the whole list, from 1.
    pub rank: u64,
    /// The engine's score.
    pub score: f32,
    /// The article's metadata; without its text, but with the title.
    pub article: Article,
    /// Matches in the title, in bytes.
    pub title_matches: Vec<Range<usize>>,
    /// Passages that match.
    pub snippets: Vec<Snippet>,
    /// How the score came about, where that was asked for.
    pub explanation: Option<ScoreExplanation>,
    /// How many other publications of the text match, where every text is shown once.
    pub reprints: Option<u64>,
}

impl ShownHit {
    /// Reads what is shown of a hit, with at most so many passages.
    ///
    /// # Errors
    ///
    /// When the index is damaged.
    pub fn load(
        searcher: &Searcher,
        plan: &Plan,
        hit: &Hit,
        rank: u64,
        snippets: usize,
    ) -> Result<Self> {
        let mut article = searcher.record(hit.address)?;
        article.title = Some(searcher.title(hit.address)?).filter(|title| !title.is_empty());
        let title_matches = field_matches(searcher, plan, hit, TextField::Title)?;
        let snippets = match snippets {
            0 => Vec::new(),
            _ => {
                let options = SnippetOptions {
                    max_snippets: snippets,
                    ..SnippetOptions::default()
                };
                searcher.snippets(plan, hit.address, &options)?
            }
        };
        Ok(Self {
            rank,
            score: hit.score,
            article,
            title_matches,
            snippets,
            explanation: None,
            reprints: None,
        })
    }
}

fn field_matches(
    searcher: &Searcher,
    plan: &Plan,
    hit: &Hit,
    field: TextField,
) -> Result<Vec<Range<usize>>> {
    let matches = searcher.matches(plan, hit.address)?;
    Ok(matches
        .into_iter()
        .filter(|m| m.range.field == field)
        .map(|m| m.range.bytes)
        .collect())
}
