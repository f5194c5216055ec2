//! Searches that return every text once.

use timbao_query::plan::Plan;
use timbao_views::reprints::groups;
use timbao_views::{ArticleId, Engine};

use crate::error::Result;

use super::{Address, Hit, SearchOptions, Searcher};

/// The result of a search that returns every text once.
#[derive(Debug, Clone, PartialEq)]
pub struct UniqueFound {
    /// Number of matching articles.
    pub total: u64,
    /// Number of distinct texts among them.
    pub texts: u64,
    /// The hits, one per text, in order.
    pub hits: Vec<UniqueHit>,
}

/// A text that matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UniqueHit {
    /// The earliest matching copy, with the score of the best one.
    pub hit: Hit,
    /// Number of other matching copies.
    pub reprints: u64,
}

impl Searcher {
    /// The numbers of the groups of reprints that some articles belong to, in this view; `None` for
    /// an article without reprints.
    ///
    /// # Errors
    ///
    /// When a file is damaged, or an address is of another view.
    pub fn reprint_groups_of(&self, addresses: &[Address]) -> Result<Vec<Option<u32>>> {
        let groups = groups(self)?;
        let numbers = addresses.iter().map(|&address| {
            self.check(address)?;
            Ok(groups.number_of(self.id_of(address)))
        });
        self.whole(numbers.collect::<Result<_>>()?)
    }

    /// Runs a plan and returns every text once: at the rank of its best copy,
    /// represented by the earliest matching one.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn search_unique(&self, plan: &Plan, options: &SearchOptions) -> Result<UniqueFound> {
        let engine: &dyn Engine = self;
        let found = engine.search_unique(plan, options)?;
        let articles: Vec<ArticleId> = found.hits.iter().map(|text| text.hit.article).collect();
        let addresses = self.addresses(&articles);
        let hits = found.hits.iter().zip(addresses).map(|(text, address)| {
            Ok(UniqueHit {
                hit: Hit {
                    address: address?,
                    score: text.hit.score,
                },
                reprints: text.reprints,
            })
        });
        let hits = hits.collect::<Result<_>>()?;
        self.whole(UniqueFound {
            total: found.total,
            texts: found.texts,
            hits,
        })
    }
}
