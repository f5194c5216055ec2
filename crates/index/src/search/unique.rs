//! Searches that return every text once.

use rustc_hash::{FxHashMap, FxHashSet};
use timbao_query::plan::Plan;
use timbao_views::reprints::groups;

use crate::error::Result;

use super::boolean::evaluate;
use super::{Address, Hit, SearchOptions, Searcher, lives};

/// Number of hits searched for in excess of the limit.
const SPARE: usize = 32;

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
        let groups = groups(self)?;
        // Texts with several copies: the earliest matching one, and the number
        // of them.
        let mut folded: FxHashMap<u32, (Address, u64)> = FxHashMap::default();
        let (mut total, mut texts) = (0, 0);
        for (segment, found) in (0..).zip(evaluate(self, plan, None)?) {
            let alive = self
                .segments
                .get(segment as usize)
                .and_then(|view| view.reader.alive_bitset());
            for article in found.articles.into_iter().filter(|&a| lives(alive, a)) {
                total += 1;
                let address = self.address(segment, article);
                let Some(number) = groups.number_of(self.id_of(address)) else {
                    texts += 1;
                    continue;
                };
                let rank = |of: Address| {
                    let id = self.id_of(of);
                    groups.of(id).iter().position(|&other| other == id)
                };
                let (earliest, publications) = folded.entry(number).or_insert((address, 0));
                *publications += 1;
                if rank(address) < rank(*earliest) {
                    *earliest = address;
                }
            }
        }
        texts += folded.len() as u64;
        let end = options.offset.saturating_add(options.limit);
        let mut hits: Vec<UniqueHit> = Vec::new();
        // More than the limit, as the best may contain reprints.
        let mut k = end.saturating_add(SPARE);
        while hits.len() < end {
            let best = SearchOptions {
                limit: k,
                offset: 0,
                ..*options
            };
            let found = self.search(plan, &best)?;
            hits.clear();
            let mut seen: FxHashSet<u32> = FxHashSet::default();
            for hit in &found.hits {
                let number = groups.number_of(self.id_of(hit.address));
                if number.is_none_or(|number| seen.insert(number)) {
                    let of = number.and_then(|number| folded.get(&number));
                    let (address, publications) = of.copied().unwrap_or((hit.address, 1));
                    hits.push(UniqueHit {
                        hit: Hit { address, ..*hit },
                        reprints: publications.saturating_sub(1),
                    });
                }
            }
            if found.hits.len() < k {
                break;
            }
            k = k.saturating_mul(4);
        }
        hits.truncate(end);
        hits.drain(..options.offset.min(hits.len()));
        self.whole(UniqueFound { total, texts, hits })
    }
}
