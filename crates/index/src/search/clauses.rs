//! Plans whose score is the sum of what their clauses contribute.

use timbao_query::plan::{MinimumMatch, Plan};

use crate::error::Result;

use super::Searcher;
use super::ranked::{Evaluate, RankedQuery, Scoring};

/// Maximum number of AND's or OR's operands other than words. Their articles are all in memory at
/// once; those of more operands are added up one after the other.
const MOST_PLANS: usize = 64;

/// The clauses of a plan that [`RankedQuery`] sums up, and its filters.
pub(super) struct Clauses<'p> {
    /// The clauses that contribute to the score.
    pub(super) scoring: Scoring<'p>,
    /// The clauses that restrict the articles and contribute nothing.
    pub(super) filters: Vec<&'p Plan>,
}

impl<'p> Clauses<'p> {
    /// Returns `None` for a plan whose score is not such a sum.
    pub(super) fn of(plan: &'p Plan) -> Option<Self> {
        match plan {
            Plan::Ranked {
                items,
                minimum,
                optional,
            } => Some(Self {
                scoring: Scoring {
                    items: items.iter().collect(),
                    minimum: *minimum,
                    optional,
                    bigrams: true,
                },
                filters: Vec::new(),
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
                    _ if is_long(parts) => None,
                    _ => Some(Self {
                        scoring: operands(scoring.len(), scoring),
                        filters,
                    }),
                }
            }
            // A filter inside OR adds articles instead of restricting them.
            Plan::Or(parts)
                if !parts.is_empty()
                    && !parts.iter().any(Plan::is_condition)
                    && !is_long(parts) =>
            {
                Some(Self {
                    scoring: operands(1, parts.iter().collect()),
                    filters: Vec::new(),
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
        RankedQuery::new(searcher, &self.scoring, evaluate)
    }
}

fn is_long(parts: &[Plan]) -> bool {
    let others = parts.iter().filter(|part| !matches!(part, Plan::Word(_)));
    others.count() > MOST_PLANS
}

/// The operands of AND or OR, of which `count` must match.
fn operands(count: usize, items: Vec<&Plan>) -> Scoring<'_> {
    Scoring {
        items,
        minimum: MinimumMatch::Count(count),
        optional: &[],
        bigrams: false,
    }
}
