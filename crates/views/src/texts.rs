//! Counting each text once, whatever the number of its publications.

use rustc_hash::FxHashSet;
use serde::Serialize;

use crate::corpus::{ArticleId, Corpus, Occurrence, Result, StepPositions, articles_of};
use crate::reprints::groups;

/// The units that are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// Every publication, reprints too.
    #[default]
    Publications,
    /// Every text once, at its first publication among the counted articles.
    Texts,
}

impl Count {
    /// The names on the command line and in the API, with their values.
    pub const NAMED: [(&'static str, Self); 2] =
        [("publications", Self::Publications), ("texts", Self::Texts)];

    /// Those of some articles that are counted; the articles are in ascending order.
    ///
    /// # Errors
    ///
    /// If the engine fails.
    pub fn articles(
        self,
        corpus: &dyn Corpus,
        mut articles: Vec<ArticleId>,
    ) -> Result<Vec<ArticleId>> {
        let repeated = self.repeated(corpus, &articles)?;
        articles.retain(|article| !repeated.contains(article));
        Ok(articles)
    }

    /// The occurrences in the articles that are counted.
    pub(crate) fn places(
        self,
        corpus: &dyn Corpus,
        mut places: Vec<Occurrence>,
    ) -> Result<Vec<Occurrence>> {
        let repeated = self.repeated(corpus, &articles_of(&places))?;
        places.retain(|place| !repeated.contains(&place.article));
        Ok(places)
    }

    /// The matches of a phrase in the articles that are counted.
    pub(crate) fn steps(
        self,
        corpus: &dyn Corpus,
        mut places: Vec<StepPositions>,
    ) -> Result<Vec<StepPositions>> {
        let mut articles: Vec<ArticleId> = places.iter().map(|place| place.article).collect();
        articles.dedup();
        let repeated = self.repeated(corpus, &articles)?;
        places.retain(|place| !repeated.contains(&place.article));
        Ok(places)
    }

    /// The articles that repeat an earlier one among some.
    fn repeated(self, corpus: &dyn Corpus, articles: &[ArticleId]) -> Result<FxHashSet<ArticleId>> {
        let mut repeated = FxHashSet::default();
        if self == Self::Texts {
            for group in groups(corpus)?.all() {
                let is_counted = |article: &&ArticleId| articles.binary_search(article).is_ok();
                repeated.extend(group.iter().filter(is_counted).skip(1));
            }
        }
        Ok(repeated)
    }
}
