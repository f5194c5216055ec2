//! Hits with the parts of their articles that are shown.

use std::ops::Range;

use timbao_articles::Article;
use timbao_query::plan::{Plan, TextField};

use crate::corpus::{ArticleId, Corpus, Extent, Result};
use crate::explain::ScoreExplanation;
use crate::snippet::{Snippet, SnippetOptions, snippets as cut};

/// A hit and the parts of its article that are shown.
#[derive(Debug, Clone, PartialEq)]
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
    /// The explanation of the score, on request.
    pub explanation: Option<ScoreExplanation>,
    /// Number of other publications that match, if every text is shown once.
    pub reprints: Option<u64>,
}

/// Hits that are read at a time, in the order of their articles.
const BATCH: usize = 1000;

impl ShownHit {
    /// Reads the shown parts of hits, each an article and its score, with at most `snippets`
    /// passages; the first has the rank `first`. Hits are read in batches.
    ///
    /// # Errors
    ///
    /// Each batch is an error if the engine fails.
    pub fn load<'s>(
        corpus: &'s dyn Corpus,
        plan: &'s Plan,
        hits: Vec<(ArticleId, f32)>,
        first: u64,
        snippets: usize,
    ) -> impl Iterator<Item = Result<Self>> + 's {
        let mut rank = first;
        let mut hits = hits.into_iter();
        std::iter::from_fn(move || {
            let batch: Vec<(ArticleId, f32)> = hits.by_ref().take(BATCH).collect();
            let from = rank;
            rank += batch.len() as u64;
            (!batch.is_empty()).then(|| Self::batch(corpus, plan, &batch, from, snippets))
        })
        .flat_map(|batch| match batch {
            Ok(shown) => shown.into_iter().map(Ok).collect::<Vec<_>>(),
            Err(error) => vec![Err(error)],
        })
    }

    fn batch(
        corpus: &dyn Corpus,
        plan: &Plan,
        hits: &[(ArticleId, f32)],
        first: u64,
        snippets: usize,
    ) -> Result<Vec<Self>> {
        let mut order: Vec<usize> = (0..hits.len()).collect();
        order.sort_unstable_by_key(|&place| hits[place].0);
        let articles: Vec<ArticleId> = order.iter().map(|&place| hits[place].0).collect();
        let mut records = corpus.records(&articles)?.into_iter();
        let extent = match snippets {
            0 => Extent::Title,
            _ => Extent::Whole,
        };
        let options = SnippetOptions {
            max_snippets: snippets,
            ..SnippetOptions::default()
        };
        let mut shown: Vec<Option<Self>> = hits.iter().map(|_| None).collect();
        let mut order = order.into_iter();
        corpus.read_matches(plan, &articles, extent, &mut |_, mut read| {
            let Some(place) = order.next() else {
                return Ok(());
            };
            let snippets = match extent {
                Extent::Title => Vec::new(),
                Extent::Whole => cut(&read, &options),
            };
            let mut article = records.next().unwrap_or_default();
            let [title, ..] = &mut read.text.fields;
            article.title = Some(std::mem::take(title)).filter(|title| !title.is_empty());
            let in_title = read.matches.into_iter().map(|m| m.range);
            let in_title = in_title.filter(|range| range.field == TextField::Title);
            shown[place] = Some(Self {
                rank: first + place as u64,
                score: hits[place].1,
                article,
                title_matches: in_title.map(|range| range.bytes).collect(),
                snippets,
                explanation: None,
                reprints: None,
            });
            Ok(())
        })?;
        Ok(shown.into_iter().flatten().collect())
    }
}
