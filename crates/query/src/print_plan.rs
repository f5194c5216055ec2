//! Writes a plan out on one line.

use std::fmt::{self, Display, Formatter};

use crate::ast::Scope;
use crate::calendar::iso_day;
use crate::fields::{Field, Names};
use crate::plan::{Facet, Filter, Plan, Stated};

/// A plan with the names of fields of a language.
#[derive(Debug, Clone, Copy)]
pub struct WrittenPlan<'p> {
    plan: &'p Plan,
    names: Names,
}

impl Plan {
    /// Prints the plan for readers of a language; otherwise as `Display` does.
    pub fn written(&self, names: Names) -> WrittenPlan<'_> {
        WrittenPlan { plan: self, names }
    }
}

/// Writes the plan on one line, for explanations: `=` marks exact keys, `~` folded ones,
/// `{a|b}` alternatives, `_` a gap, `2 of […]` a list of which two must match, `20% of […]` one of
/// which this weight must match, and `?` an item that need not match.
impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.written(Names::English).fmt(f)
    }
}

impl Display for WrittenPlan<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names = self.names;
        let inner = |plan| WrittenPlan { plan, names };
        match self.plan {
            Plan::Everything => f.write_str("everything"),
            Plan::Nothing => f.write_str("nothing"),
            Plan::Word(slot) => slot.fmt(f),
            Plan::Phrase(phrase) => phrase.fmt(f),
            Plan::Near(near) => near.fmt(f),
            Plan::AtLeast { count, plan } => write!(f, "atleast/{count}({})", inner(plan)),
            Plan::Ranked {
                items,
                minimum,
                optional,
            } => {
                write!(f, "{minimum} of [")?;
                for (number, item) in items.iter().enumerate() {
                    let before = if number > 0 { " " } else { "" };
                    let after = if optional.contains(&number) { "?" } else { "" };
                    write!(f, "{before}{}{after}", inner(item))?;
                }
                f.write_str("]")
            }
            Plan::And(plans) => write_list(f, "all", plans.iter().map(inner)),
            Plan::Or(plans) => write_list(f, "any", plans.iter().map(inner)),
            Plan::Not(plan) => write!(f, "not({})", inner(plan)),
            Plan::In { field, plan } => {
                let field = Field::Scope(Scope::Text(*field)).name_in(names);
                write!(f, "{field}({})", inner(plan))
            }
            Plan::Filter(filter) => write_filter(f, filter, names),
        }
    }
}

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_filter(f, self, Names::English)
    }
}

fn write_list<'p>(
    f: &mut Formatter<'_>,
    name: &str,
    plans: impl Iterator<Item = WrittenPlan<'p>>,
) -> fmt::Result {
    write!(f, "{name}(")?;
    for (number, plan) in plans.enumerate() {
        let before = if number > 0 { ", " } else { "" };
        write!(f, "{before}{plan}")?;
    }
    f.write_str(")")
}

fn write_filter(f: &mut Formatter<'_>, filter: &Filter, names: Names) -> fmt::Result {
    let name = |facet: Facet| Field::Scope(Scope::Facet(facet)).name_in(names);
    match filter {
        Filter::Date { from, to } => {
            let day = |day: &Option<i32>| day.map(iso_day).unwrap_or_default();
            let field = Field::Date.name_in(names);
            write!(f, "{field}({}..{})", day(from), day(to))
        }
        Filter::Facet { facet, slots } => {
            write!(f, "{}(", name(*facet))?;
            for (number, slot) in slots.iter().enumerate() {
                let before = if number > 0 { " " } else { "" };
                write!(f, "{before}{slot}")?;
            }
            f.write_str(")")
        }
        Filter::Is { facet, value } => write!(f, "{}({value:?})", name(*facet)),
        Filter::Id(id) => write!(f, "{}({id})", Field::Id.name_in(names)),
        Filter::Has(Stated::Date) => write!(f, "has({})", Field::Date.name_in(names)),
        Filter::Has(Stated::Facet(facet)) => write!(f, "has({})", name(*facet)),
    }
}
