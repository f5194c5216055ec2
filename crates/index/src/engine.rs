//! The index as an engine of programs.

use timbao_articles::Article;
use timbao_query::plan::{Facet, Plan};
use timbao_query::{LowerOptions, Node};
use timbao_views::suggest::Advice;
use timbao_views::{
    ArticleId, Count, Engine, Facets, FoundArticles, IndexState, Result, ScoreExplanation,
    ScoredArticle, SearchOptions, Stats,
};

use crate::search::Searcher;

impl Engine for Searcher {
    fn search(&self, plan: &Plan, options: &SearchOptions) -> Result<FoundArticles> {
        let found = Self::search(self, plan, options)?;
        let hits = found.hits.iter().map(|hit| ScoredArticle {
            article: self.id_of(hit.address),
            score: hit.score,
        });
        Ok(FoundArticles {
            total: found.total,
            hits: hits.collect(),
        })
    }

    fn facets_of(&self, plan: &Plan, facets: &[Facet], count: Count) -> Result<Facets> {
        Ok(Self::facets_of(self, plan, facets, count)?)
    }

    fn find_id(&self, id: &str) -> Result<Vec<ArticleId>> {
        let found = Self::find_id(self, id)?.into_iter();
        Ok(found.map(|address| self.id_of(address)).collect())
    }

    fn articles(&self, articles: &[ArticleId]) -> Result<Vec<Article>> {
        let addresses = self.addresses(articles);
        addresses
            .map(|address| Ok(self.article(address?)?))
            .collect()
    }

    fn stats(&self) -> Result<Stats> {
        Ok(Self::stats(self)?)
    }

    fn state(&self) -> Result<IndexState> {
        Ok(Self::state(self)?)
    }

    fn explain_scores(
        &self,
        plan: &Plan,
        recency_half_life: Option<f32>,
        articles: &[ArticleId],
    ) -> Result<Option<Vec<ScoreExplanation>>> {
        let addresses = self.addresses(articles).collect::<Result<Vec<_>>>()?;
        let explained = Self::explain_scores(self, plan, recency_half_life, &addresses)?;
        Ok(Some(explained))
    }

    fn advice(&self, ast: &Node, options: &LowerOptions<'_>, total: u64) -> Result<Advice> {
        Ok(Self::advice(self, ast, options, total)?)
    }
}
