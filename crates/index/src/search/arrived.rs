//! The articles of a view with their arrivals.

use std::sync::Arc;

use timbao_query::plan::Plan;
use timbao_views::{ArrivalLog, Arrived, Mark, Novelty, Result as ViewResult, Since};

use crate::arrivals::Arrivals;
use crate::error::{Error, Result};

use super::boolean::evaluate;
use super::{Searcher, lives};

impl Searcher {
    /// The arrivals of the articles of this view.
    ///
    /// # Errors
    ///
    /// If the journal of arrivals is missing or damaged.
    pub(crate) fn arrivals(&self) -> Result<Arc<Arrivals>> {
        self.journal.read()
    }

    /// The articles that match a plan. Those that arrived at an order of `after` or before are known.
    fn arrived_after(
        &self,
        plan: &Plan,
        arrivals: &Arrivals,
        after: Option<u64>,
    ) -> Result<Vec<Arrived>> {
        let mut matching = Vec::new();
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
                let arrival = arrivals.of(fingerprints.first(article).unwrap_or(0));
                let address = self.address(segment, article);
                matching.push(Arrived {
                    article: self.id_of(address),
                    arrival,
                    novelty: match after.is_none_or(|after| arrival.order > after) {
                        true => Novelty::New,
                        false => Novelty::Known,
                    },
                    tie: self.tie(address),
                });
            }
        }
        self.whole(matching)
    }
}

impl ArrivalLog for Searcher {
    fn arrived(&self, plan: &Plan, since: Since<'_>) -> ViewResult<Vec<Arrived>> {
        let arrivals = self.arrivals()?;
        let after = match since {
            Since::Ever => None,
            Since::Time(time) => Some(arrivals.before_time(time)),
            Since::Mark(Mark::Commits(commits)) => Some(arrivals.before(commits)),
            // A mark of an index in a cluster includes no commit of this one.
            Since::Mark(Mark::Updates(_)) => Some(0),
        };
        Ok(self.arrived_after(plan, &arrivals, after)?)
    }

    fn last_arrival(&self) -> ViewResult<i64> {
        Ok(self.arrivals()?.last())
    }

    fn mark(&self) -> ViewResult<Mark> {
        Ok(Mark::Commits(self.arrivals()?.mark()))
    }
}
