//! From what was typed to what is run: the query, the filters of flags, the problems.

use std::borrow::Cow;
use std::io::{self, Write};

use timbao_index::{SearchOptions, Sort};
use timbao_query::plan::Plan;
use timbao_query::{
    Accents as QueryAccents, Field, FilterError, Filters, LowerOptions, Lowered, Node, NodeKind,
    Parsed, Problem, lower, parse,
};

use crate::cli::{Accents, FilterArgs, Order};
use crate::error::{Failure, Result, say, warn};
use crate::output::number::counted;
use crate::output::style::Role;

use super::Context;

/// A query that can be run, and how it was understood.
pub(crate) struct Prepared {
    /// The query as it was typed.
    pub text: String,
    /// Its tree, the filters of flags among it.
    pub ast: Node,
    /// What it means.
    pub lowered: Lowered,
    /// What in it could not be read as it stands.
    pub problems: Vec<Problem>,
    /// How accents are compared where the query does not say.
    accents: Accents,
}

impl Prepared {
    /// Reads a query and narrows it by the filters of flags, as if they had been typed.
    ///
    /// # Errors
    ///
    /// When the value of a filter is none; the query itself is always read.
    pub(crate) fn new(text: &str, filters: &FilterArgs, context: &Context) -> Result<Self> {
        let Parsed {
            ast, mut problems, ..
        } = parse(text);
        let beside = filters.filters();
        let ast = beside.narrow(ast)?;
        let accents = filters.accents.unwrap_or(context.settings.accents);
        let mut lowered = lower(&ast, &options(accents));
        if !beside.is_empty() && text.trim().is_empty() {
            problems.clear();
        }
        problems.append(&mut lowered.problems);
        Ok(Self {
            text: text.to_owned(),
            ast,
            lowered,
            problems,
            accents,
        })
    }

    /// What is run.
    pub(crate) fn plan(&self) -> &Plan {
        &self.lowered.plan
    }

    /// How it was lowered.
    pub(crate) fn options(&self) -> LowerOptions<'static> {
        options(self.accents)
    }

    /// Says on standard error what could not be read as it stands.
    pub(crate) fn warn(&self, context: &Context) {
        let palette = context.terminal.error_palette;
        if self.problems.is_empty() && *self.plan() == Plan::Nothing {
            warn(palette, &"the query is empty");
        }
        for problem in &self.problems {
            let shown = problem.display(&self.text).to_string();
            // The label is the first word of what is shown; it gets its colour here.
            let shown = shown.strip_prefix("warning:").unwrap_or(&shown);
            let _ = write!(
                io::stderr(),
                "{}{shown}",
                palette.paint(Role::Warning, "warning:")
            );
        }
    }
}

impl From<FilterError> for Failure {
    fn from(error: FilterError) -> Self {
        let failure = Self::new(format!("--{error}"));
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl FilterArgs {
    fn filters(&self) -> Filters {
        Filters {
            after: self.after.clone(),
            before: self.before.clone(),
            date: self.date.clone(),
            section: self.section.clone(),
            place: self.place.clone(),
            agency: self.agency.clone(),
            author: self.author.clone(),
            source: self.source.clone(),
        }
    }
}

fn options(accents: Accents) -> LowerOptions<'static> {
    LowerOptions {
        accents: query_accents(accents),
        ..LowerOptions::default()
    }
}

fn query_accents(accents: Accents) -> QueryAccents {
    match accents {
        Accents::Auto => QueryAccents::Auto,
        Accents::Strict => QueryAccents::Strict,
        Accents::Loose => QueryAccents::Loose,
    }
}

/// The engine's name of an order.
pub(crate) fn sort(order: Order) -> Sort {
    match order {
        Order::Relevance => Sort::Relevance,
        Order::Date => Sort::Oldest,
        Order::DateDescending => Sort::Latest,
    }
}

/// Exports of more hits are announced.
const LARGE: usize = 10_000;

/// Says on standard error how many hits of a query are to be written, before many are.
pub(crate) fn announce(query: &str, hits: usize, context: &Context) {
    if hits > LARGE {
        let message = format!("{} to write of {query}", counted(hits as u64, "hit"));
        say(context.terminal.error_palette, Role::Hint, "note", &message);
    }
}

/// Asks for the first hits.
pub(crate) fn top(limit: usize) -> SearchOptions {
    SearchOptions {
        limit,
        ..SearchOptions::default()
    }
}

/// The queries of a file, one a line; blank lines are none.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_start_matches('\u{FEFF}')
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
}

/// What a part of a tree is, in a few words.
pub(crate) fn node_label(node: &Node) -> Cow<'static, str> {
    match &node.kind {
        NodeKind::Empty => "nothing".into(),
        NodeKind::Word(_) => format!("word {node}").into(),
        NodeKind::Phrase(_) => format!("phrase {node}").into(),
        NodeKind::Sequence(_) => "side by side".into(),
        NodeKind::And(_) => "AND".into(),
        NodeKind::Or(_) => "OR".into(),
        NodeKind::Not(_) | NodeKind::Excluded(_) => "NOT".into(),
        NodeKind::Required(_) => "required".into(),
        NodeKind::Near { distance, .. } => format!("NEAR/{distance}").into(),
        NodeKind::Group(_) => "group".into(),
        NodeKind::Scoped { scope, .. } => format!("in {}", Field::Scope(*scope).name()).into(),
        NodeKind::Is { .. } | NodeKind::Id(_) | NodeKind::Date(_) => node.to_string().into(),
    }
}
