//! The matches of parts of a plan that were matched against tokens before it is executed.

use timbao_query::plan::{Plan, TextField};

use super::scored::Scored;

/// The parts of a query that were matched.
#[derive(Default)]
pub(crate) struct Scans(Vec<Scanned>);

struct Scanned {
    plan: Plan,
    field: Option<TextField>,
    /// By segment.
    found: Vec<Scored>,
}

impl Scans {
    /// Adds the articles that match a part, by segment.
    pub(crate) fn add(&mut self, plan: &Plan, field: Option<TextField>, found: Vec<Scored>) {
        let plan = plan.clone();
        self.0.push(Scanned { plan, field, found });
    }

    /// The articles that match a part, if it is known.
    pub(crate) fn get(&self, plan: &Plan, field: Option<TextField>) -> Option<&[Scored]> {
        let mut scanned = self.0.iter();
        let found = scanned.find(|scanned| scanned.field == field && scanned.plan == *plan)?;
        Some(&found.found)
    }
}
