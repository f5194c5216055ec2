//! The groups of reprints of a corpus.

use rustc_hash::FxHashMap;

use crate::article_id::ArticleId;

/// The groups of reprints of a corpus, without those of one article.
#[derive(Debug, Default)]
pub struct Groups {
    /// The members of each group in order of time.
    pub(super) groups: Vec<Vec<ArticleId>>,
    pub(super) by_article: FxHashMap<ArticleId, u32>,
}

impl Groups {
    /// The members of all groups, each group in order of time.
    pub fn all(&self) -> &[Vec<ArticleId>] {
        &self.groups
    }

    /// The number of an article's group.
    pub fn number_of(&self, article: ArticleId) -> Option<u32> {
        self.by_article.get(&article).copied()
    }

    /// The members of an article's group in order of time; empty without a reprint.
    pub fn of(&self, article: ArticleId) -> &[ArticleId] {
        self.number_of(article)
            .and_then(|number| self.groups.get(number as usize))
            .map_or(&[], Vec::as_slice)
    }
}
