//! What is shown of hits and articles, as data: the same from the command line and from the
//! server.

pub mod chart;
pub mod csv;
pub mod json;
pub mod research;

use std::ops::Range;

use timbao_articles::Article;
use timbao_query::plan::{Plan, TextField};

use crate::error::Result;
use crate::search::{
    Hit, MatchReader, ScoreExplanation, Searcher, Snippet, SnippetOptions, snippets as cut,
};

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

/// Hits that are read at a time, in the order in which their articles lie.
const BATCH: usize = 1000;

impl ShownHit {
    /// Reads what is shown of hits, with at most so many passages each; the first has the rank
    /// `first`. They are given as they are read, in batches.
    ///
    /// # Errors
    ///
    /// A hit is an error when the time is over or the index is damaged.
    pub fn load<'s>(
        searcher: &'s Searcher,
        plan: &'s Plan,
        hits: &'s [Hit],
        first: u64,
        snippets: usize,
    ) -> impl Iterator<Item = Result<Self>> + 's {
        let mut reader = MatchReader::new(searcher, plan);
        let ranks = (first..).step_by(BATCH);
        hits.chunks(BATCH)
            .zip(ranks)
            .flat_map(move |(hits, first)| {
                let mut order: Vec<usize> = (0..hits.len()).collect();
                order.sort_unstable_by_key(|&place| hits.get(place).map(|hit| hit.address));
                let mut read: Vec<Option<Result<Self>>> = hits.iter().map(|_| None).collect();
                for place in order {
                    if let (Some(hit), Some(slot)) = (hits.get(place), read.get_mut(place)) {
                        let rank = first + place as u64;
                        *slot = Some(Self::read(searcher, &mut reader, hit, rank, snippets));
                    }
                }
                read.into_iter().flatten()
            })
    }

    fn read(
        searcher: &Searcher,
        reader: &mut MatchReader<'_>,
        hit: &Hit,
        rank: u64,
        snippets: usize,
    ) -> Result<Self> {
        let mut article = searcher.record(hit.address)?;
        let mut read = match snippets {
            0 => reader.title(hit.address)?,
            _ => reader.read(hit.address)?,
        };
        let options = SnippetOptions {
            max_snippets: snippets,
            ..SnippetOptions::default()
        };
        let snippets = match snippets {
            0 => Vec::new(),
            _ => cut(&read, &options),
        };
        let [title, ..] = &mut read.text.fields;
        article.title = Some(std::mem::take(title)).filter(|title| !title.is_empty());
        let title_matches = read
            .matches
            .into_iter()
            .filter(|m| m.range.field == TextField::Title)
            .map(|m| m.range.bytes)
            .collect();
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

#[cfg(test)]
mod tests {
    use timbao_articles::Article;

    use super::{BATCH, ShownHit};
    use crate::SearchOptions;
    use crate::testing::indexed;
    use timbao_query::plan::Plan;

    #[test]
    fn hits_keep_their_order_over_batches() {
        let articles = (0..BATCH + 50).map(|number| {
            let article = Article {
                id: number.to_string(),
                title: Some(format!("Họp {number}")),
                body: "bàn việc".to_owned(),
                ..Article::default()
            };
            (number.to_string(), article)
        });
        let (_dir, searcher) = indexed([articles.collect()]);
        let plan = Plan::Everything;
        let all = SearchOptions {
            limit: usize::MAX,
            ..SearchOptions::default()
        };
        let hits = searcher.search(&plan, &all).unwrap().hits;
        assert_eq!(hits.len(), BATCH + 50);
        for snippets in [0, 1] {
            let shown = ShownHit::load(&searcher, &plan, &hits, 7, snippets);
            let shown: Vec<ShownHit> = shown.map(Result::unwrap).collect();
            assert_eq!(shown.len(), hits.len());
            for ((hit, shown), rank) in hits.iter().zip(&shown).zip(7..) {
                assert_eq!(shown.rank, rank);
                assert_eq!(shown.article.id, searcher.record(hit.address).unwrap().id);
                let title = format!("Họp {}", shown.article.id);
                assert_eq!(shown.article.title, Some(title));
                assert_eq!(shown.snippets.len(), snippets);
            }
        }
    }
}
