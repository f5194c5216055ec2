//! Plans whose score is the sum of what their clauses contribute.

use timbao_query::plan::Plan;

use crate::error::Result;

use super::Searcher;
use super::ranked::{Evaluate, RankedQuery};

/// The clauses of a plan that [`RankedQuery`] sums up, and its filters.
pub(super) struct Clauses<'p> {
    /// The clauses that contribute to the score.
    pub(super) scoring: Vec<&'p Plan>,
    /// The clauses that restrict the articles and contribute nothing.
    pub(super) filters: Vec<&'p Plan>,
    /// The minimum number of scoring clauses that an article matches.
    minimum_should_match: usize,
    /// Whether adjacent words also contribute as bigrams.
    bigrams: bool,
}

impl<'p> Clauses<'p> {
    /// Returns `None` for a plan whose score is not such a sum.
    pub(super) fn of(plan: &'p Plan) -> Option<Self> {
        match plan {
            Plan::Ranked { items, required } => Some(Self {
                scoring: items.iter().collect(),
                filters: Vec::new(),
                minimum_should_match: *required,
                bigrams: true,
            }),
            Plan::And(parts) => {
                let (filters, scoring): (Vec<_>, Vec<_>) =
                    parts.iter().partition(|p| p.is_condition());
                match scoring[..] {
                    [] => None,
                    [ranked @ Plan::Ranked { .. }] => Some(Self {
                        filters,
                        ..Self::of(ranked)?
                    }),
                    _ => Some(Self {
                        minimum_should_match: scoring.len(),
                        scoring,
                        filters,
                        bigrams: false,
                    }),
                }
            }
            // A filter inside OR adds articles instead of restricting them.
            Plan::Or(parts) if !parts.is_empty() && !parts.iter().any(Plan::is_condition) => {
                Some(Self {
                    scoring: parts.iter().collect(),
                    filters: Vec::new(),
                    minimum_should_match: 1,
                    bigrams: false,
                })
            }
            _ => None,
        }
    }

    /// Resolves the scoring clauses in all segments. `evaluate` executes those
    /// that are not words.
    pub(super) fn query<'a>(
        &self,
        searcher: &'a Searcher,
        evaluate: Evaluate<'_>,
    ) -> Result<RankedQuery<'a>> {
        let required = self.minimum_should_match;
        RankedQuery::new(searcher, &self.scoring, required, self.bigrams, evaluate)
    }
}
