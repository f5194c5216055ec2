//! Plans with the minimum of their bare words resolved for one state of an index.

use timbao_query::plan::{Filter, Leaf, LeafKind, MinimumMatch, Plan, TextField};
use timbao_views::score::{Required, rarity};

use crate::error::Result;

use super::lookup::Lookup;

/// The condition that an article must meet.
#[derive(Debug)]
pub(crate) enum Condition<'p> {
    /// Every article.
    Everything,
    /// No article.
    Nothing,
    /// A word, phrase or NEAR, by its number among the leaves.
    Leaf(usize),
    /// Parts with weights, of which those that match must reach a sum.
    Enough {
        /// The parts.
        parts: Vec<(u16, Self)>,
        /// The least sum.
        minimum: usize,
    },
    /// All parts.
    All(Vec<Self>),
    /// Not this part.
    Not(Box<Self>),
    /// A condition, and a number of occurrences of some leaves.
    AtLeast {
        /// Minimum number of occurrences.
        count: u32,
        /// Numbers of the leaves.
        leaves: Vec<usize>,
        /// The condition.
        condition: Box<Self>,
    },
    /// A condition on metadata.
    Filter(&'p Filter),
}

/// A plan that is ready to be translated and to be checked against articles.
#[derive(Debug)]
pub(crate) struct Resolved<'p> {
    /// The condition of a match.
    pub(crate) condition: Condition<'p>,
    /// The words, phrases and NEARs that it refers to.
    pub(crate) leaves: Vec<Leaf<'p>>,
}

impl<'p> Resolved<'p> {
    /// Resolves a plan.
    pub(crate) fn new(plan: &'p Plan, lookup: &dyn Lookup) -> Result<Self> {
        let mut resolver = Resolver {
            lookup,
            leaves: Vec::new(),
        };
        let condition = resolver.condition(plan, None)?;
        Ok(Self {
            condition,
            leaves: resolver.leaves,
        })
    }
}

struct Resolver<'p, 'l> {
    lookup: &'l dyn Lookup,
    leaves: Vec<Leaf<'p>>,
}

impl<'p> Resolver<'p, '_> {
    fn condition(&mut self, plan: &'p Plan, field: Option<TextField>) -> Result<Condition<'p>> {
        Ok(match plan {
            Plan::Everything => Condition::Everything,
            Plan::Nothing => Condition::Nothing,
            Plan::Word(slot) => self.leaf(LeafKind::Word(slot), field),
            Plan::Phrase(phrase) => self.leaf(LeafKind::Phrase(phrase), field),
            Plan::Near(near) => self.leaf(LeafKind::Near(near), field),
            Plan::Ranked {
                items,
                minimum,
                optional,
            } => {
                let rarities = match minimum {
                    MinimumMatch::Count(_) => vec![0.0; items.len()],
                    MinimumMatch::Weight(_) => self.rarities(items, field)?,
                };
                self.enough(items, &Required::new(*minimum, optional, &rarities), field)?
            }
            Plan::Or(parts) => {
                let zeros = vec![0.0; parts.len()];
                let required = Required::new(MinimumMatch::Count(1), &[], &zeros);
                self.enough(parts, &required, field)?
            }
            Plan::And(parts) => {
                let parts = parts.iter().map(|part| self.condition(part, field));
                Condition::All(parts.collect::<Result<_>>()?)
            }
            Plan::Not(part) => Condition::Not(Box::new(self.condition(part, field)?)),
            Plan::AtLeast { count, plan: inner } => {
                let mut leaves = Vec::new();
                for leaf in plan.leaves() {
                    if field.is_some() && leaf.field.is_some() && leaf.field != field {
                        continue;
                    }
                    leaves.push(self.leaves.len());
                    let field = field.or(leaf.field);
                    self.leaves.push(Leaf { field, ..leaf });
                }
                Condition::AtLeast {
                    count: *count,
                    leaves,
                    condition: Box::new(self.condition(inner, field)?),
                }
            }
            Plan::In { field: inner, plan } => match field {
                Some(outer) if outer != *inner => Condition::Nothing,
                _ => self.condition(plan, Some(*inner))?,
            },
            Plan::Filter(filter) => Condition::Filter(filter),
        })
    }

    fn leaf(&mut self, kind: LeafKind<'p>, field: Option<TextField>) -> Condition<'p> {
        self.leaves.push(Leaf { kind, field });
        Condition::Leaf(self.leaves.len() - 1)
    }

    fn enough(
        &mut self,
        parts: &'p [Plan],
        required: &Required,
        field: Option<TextField>,
    ) -> Result<Condition<'p>> {
        let weights = required.weights.iter();
        let parts = weights.zip(parts);
        let parts = parts.map(|(&weight, part)| Ok((weight, self.condition(part, field)?)));
        Ok(Condition::Enough {
            parts: parts.collect::<Result<_>>()?,
            minimum: required.minimum,
        })
    }

    /// The idf of some plans within a part of the text.
    fn rarities(&self, plans: &[Plan], field: Option<TextField>) -> Result<Vec<f32>> {
        let articles = self.lookup.articles()?;
        let within = |plan: &Plan| match field {
            None => plan.clone(),
            Some(field) => Plan::In {
                field,
                plan: Box::new(plan.clone()),
            },
        };
        let plans: Vec<Plan> = plans.iter().map(within).collect();
        let counts = self.lookup.counts(&plans)?.into_iter();
        Ok(counts.map(|count| rarity(articles, count)).collect())
    }
}
