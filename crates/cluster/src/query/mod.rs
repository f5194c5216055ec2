//! Plans as queries of OpenSearch.
//!
//! The set of matching articles and the scores are separate parts of a query:
//! filters accept the articles of the plan, and `should` clauses rank them. Where
//! stock OpenSearch cannot decide whether an article matches, as with the ends
//! of sentences, the case of words or too many arrangements of a phrase, the
//! query has two filters: articles that match for certain, and others that have
//! to be checked with the matcher of the local engine.

mod clauses;
mod condition;
mod filters;
mod lookup;
mod near;
mod phrases;
mod scores;
mod slots;
mod words;

use serde_json::Value;
use timbao_query::plan::{LeafKind, Plan};

use crate::error::Result;

use clauses::MOST_TERMS;
pub(crate) use clauses::{Query, any, without};
pub(crate) use condition::{Condition, Resolved};
pub(crate) use lookup::Lookup;
use slots::Slots;

/// The query of a resolved plan.
///
/// If it has more terms than the cluster takes, the phrases and NEARs with most terms are asked for
/// by their words, and their articles have to be checked.
pub(crate) fn translate(resolved: &Resolved<'_>, lookup: &dyn Lookup) -> Result<Query> {
    let mut slots = Slots::new(lookup);
    loop {
        let translator = Translator {
            resolved,
            slots: &slots,
        };
        let query = translator.condition(&resolved.condition)?;
        if slots.most_terms == 0 || query.term_count() <= MOST_TERMS {
            return Ok(query);
        }
        slots.most_terms /= 2;
    }
}

/// The plans whose numbers of articles are needed to translate and to rank a plan.
pub(crate) fn counted(plan: &Plan) -> Vec<Plan> {
    scores::counted(plan)
}

/// The clauses that rank the matches of a plan.
pub(crate) fn rank(plan: &Plan, lookup: &dyn Lookup) -> Result<Vec<Value>> {
    scores::clauses(plan, lookup)
}

struct Translator<'t> {
    resolved: &'t Resolved<'t>,
    slots: &'t Slots<'t>,
}

impl Translator<'_> {
    fn condition(&self, condition: &Condition<'_>) -> Result<Query> {
        Ok(match condition {
            Condition::Everything => Query::everything(),
            Condition::Nothing => Query::nothing(),
            Condition::Leaf(number) => self.leaf(*number)?,
            Condition::Enough { parts, minimum } => self.enough(parts, *minimum)?,
            Condition::All(parts) => {
                let parts = parts.iter().map(|part| self.condition(part));
                Query::all(parts.collect::<Result<_>>()?)
            }
            Condition::Not(part) => Query::not(self.condition(part)?),
            Condition::AtLeast {
                count, condition, ..
            } => {
                let query = self.condition(condition)?;
                if *count > 1 { query.inexact() } else { query }
            }
            Condition::Filter(filter) => filters::query(filter, self.slots)?,
        })
    }

    fn leaf(&self, number: usize) -> Result<Query> {
        let Some(leaf) = self.resolved.leaves.get(number) else {
            return Ok(Query::nothing());
        };
        match leaf.kind {
            LeafKind::Word(slot) => words::query(slot, leaf.field, self.slots),
            LeafKind::Phrase(phrase) => phrases::query(phrase, leaf.field, self.slots),
            LeafKind::Near(near) => near::query(near, leaf.field, self.slots),
        }
    }

    /// Parts of which enough must match, by weight.
    fn enough(&self, parts: &[(u16, Condition<'_>)], minimum: usize) -> Result<Query> {
        // Parts without weight are not required.
        let counted = parts.iter().filter(|(weight, _)| *weight > 0);
        let mut queries = Vec::new();
        for (weight, part) in counted {
            queries.push((*weight, self.condition(part)?));
        }
        Ok(Query::enough(queries, minimum))
    }
}

#[cfg(test)]
mod tests;
