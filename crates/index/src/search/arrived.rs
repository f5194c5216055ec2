//! Texts in the order in which they arrived.

use std::cmp::Reverse;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use timbao_query::plan::Plan;
use timbao_views::reprints::groups;

use crate::arrivals::{Arrival, Arrivals};
use crate::error::{Error, Result};

use super::boolean::evaluate;
use super::{Address, Searcher, lives};

/// A text that matches, with all of its matching copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivedText {
    /// The earliest matching copy by its date of publication.
    pub address: Address,
    /// The arrival of the copy that was indexed first.
    pub arrival: Arrival,
    /// The [keys](Arrival::key) of all matching copies.
    pub keys: Vec<u64>,
}

impl Searcher {
    /// The arrivals of the articles of this view.
    ///
    /// # Errors
    ///
    /// If the journal of arrivals is missing or damaged.
    pub fn arrivals(&self) -> Result<Arc<Arrivals>> {
        self.journal.read()
    }

    /// The texts that match a plan and none of whose matching copies arrived at an
    /// [order](Arrival::order) of `after` or before, the newest first; with `None`, all
    /// texts that match. Of those that arrived together, the later published comes
    /// first.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn arrived(&self, plan: &Plan, after: Option<u64>) -> Result<Vec<ArrivedText>> {
        let arrivals = self.arrivals()?;
        let is_new = |arrival: &Arrival| after.is_none_or(|after| arrival.order > after);
        let mut matching: Vec<(Address, Arrival)> = Vec::new();
        for (segment, found) in (0..).zip(evaluate(self, plan, None)?) {
            let Some(view) = self.segments.get(segment as usize) else {
                continue;
            };
            let alive = view.reader.alive_bitset();
            let fingerprints = view
                .reader
                .fast_fields()
                .u64("fingerprint")
                .map_err(Error::engine)?;
            for article in found.articles.into_iter().filter(|&a| lives(alive, a)) {
                let fingerprint = fingerprints.first(article).unwrap_or(0);
                let address = self.address(segment, article);
                matching.push((address, arrivals.of(fingerprint)));
            }
        }
        // Groups of reprints are expensive, and usually nothing is new.
        if !matching.iter().any(|(_, arrival)| is_new(arrival)) {
            return self.whole(Vec::new());
        }
        let mut texts = self.joined(matching)?;
        texts.retain(|text| is_new(&text.arrival));
        texts.sort_by_key(|text| (Reverse(text.arrival.order), self.tie(text.address)));
        self.whole(texts)
    }

    /// Joins the copies of each text.
    fn joined(&self, articles: Vec<(Address, Arrival)>) -> Result<Vec<ArrivedText>> {
        let groups = groups(self)?;
        let rank = |of: Address| {
            let id = self.id_of(of);
            groups.of(id).iter().position(|&other| other == id)
        };
        let mut texts: Vec<ArrivedText> = Vec::new();
        let mut of_group: FxHashMap<u32, usize> = FxHashMap::default();
        for (address, arrival) in articles {
            let group = groups.number_of(self.id_of(address));
            let known = group.and_then(|group| of_group.get(&group));
            if let Some(text) = known.and_then(|&at| texts.get_mut(at)) {
                if rank(address) < rank(text.address) {
                    text.address = address;
                }
                // The key decides between copies that arrived together, whatever their order.
                let first = |arrival: &Arrival| (arrival.order, arrival.key);
                if first(&arrival) < first(&text.arrival) {
                    text.arrival = arrival;
                }
                text.keys.push(arrival.key);
                continue;
            }
            if let Some(group) = group {
                of_group.insert(group, texts.len());
            }
            texts.push(ArrivedText {
                address,
                arrival,
                keys: vec![arrival.key],
            });
        }
        Ok(texts)
    }
}
