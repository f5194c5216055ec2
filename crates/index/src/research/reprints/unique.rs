//! Searches that show every text once.

use rustc_hash::FxHashMap;

use crate::error::Result;
use crate::plan::Plan;
use crate::search::{Address, Hit, SearchOptions, Searcher};

/// The result of a search that shows every text once.
#[derive(Debug, Clone, PartialEq)]
pub struct UniqueFound {
    /// How many articles match.
    pub total: u64,
    /// How many texts they are.
    pub texts: u64,
    /// The hits, one a text, in order.
    pub hits: Vec<UniqueHit>,
}

/// A text that matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UniqueHit {
    /// Its earliest publication that matches, with the score of its best one.
    pub hit: Hit,
    /// How many other publications of it match.
    pub reprints: u64,
}

impl Searcher {
    /// Runs a plan and shows every text once: in the place of its best publication, by its
    /// earliest one of those that match.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn search_unique(&self, plan: &Plan, options: &SearchOptions) -> Result<UniqueFound> {
        let groups = self.groups()?;
        let all = SearchOptions {
            limit: usize::MAX,
            offset: 0,
            total: true,
            ..*options
        };
        let found = self.search(plan, &all)?;
        let mut at: FxHashMap<u32, usize> = FxHashMap::default();
        let mut texts: Vec<UniqueHit> = Vec::new();
        let rank = |address: Address| {
            groups
                .of((address.segment, address.article))
                .iter()
                .position(|&place| place == (address.segment, address.article))
        };
        for hit in found.hits {
            let place = (hit.address.segment, hit.address.article);
            let number = groups.number_of(place);
            if let Some(text) = number
                .and_then(|n| at.get(&n))
                .and_then(|&i| texts.get_mut(i))
            {
                text.reprints += 1;
                if rank(hit.address) < rank(text.hit.address) {
                    text.hit.address = hit.address;
                }
                continue;
            }
            if let Some(number) = number {
                at.insert(number, texts.len());
            }
            texts.push(UniqueHit { hit, reprints: 0 });
        }
        let end = options
            .offset
            .saturating_add(options.limit)
            .min(texts.len());
        let start = options.offset.min(end);
        Ok(UniqueFound {
            total: found.total.unwrap_or_default(),
            texts: texts.len() as u64,
            hits: texts.get(start..end).unwrap_or_default().to_vec(),
        })
    }
}
