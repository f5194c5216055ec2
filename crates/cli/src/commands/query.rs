//! From what was typed to what is run: the query, the filters of flags, the problems.

use std::borrow::Cow;
use std::io::{self, Write};

use timbao_index::plan::Plan;
use timbao_index::query::{
    Accents as QueryAccents, DateCondition, DateError, Field, LowerOptions, Lowered, Node,
    NodeKind, Parsed, Period, Problem, Span, lower, parse,
};
use timbao_index::{SearchOptions, Sort};

use crate::cli::{Accents, FilterArgs, Order};
use crate::error::{Failure, Result, warn};
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
        let nodes = filter_nodes(filters)?;
        let ast = if nodes.is_empty() {
            ast
        } else {
            beside(ast, nodes)
        };
        let accents = filters.accents.unwrap_or(context.settings.accents);
        let options = LowerOptions {
            accents: query_accents(accents),
            ..LowerOptions::default()
        };
        let mut lowered = lower(&ast, &options);
        if !filters_are_empty(filters) && text.trim().is_empty() {
            problems.clear();
        }
        problems.append(&mut lowered.problems);
        Ok(Self {
            text: text.to_owned(),
            ast,
            lowered,
            problems,
        })
    }

    /// What is run.
    pub(crate) fn plan(&self) -> &Plan {
        &self.lowered.plan
    }

    /// The same query with any accents, if that is something else.
    pub(crate) fn loosened(&self) -> Option<Plan> {
        let options = LowerOptions {
            accents: QueryAccents::Loose,
            ..LowerOptions::default()
        };
        Some(lower(&self.ast, &options).plan).filter(|plan| plan != self.plan())
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

/// The tree with more parts side by side with it: bare words stay bare words.
fn beside(ast: Node, nodes: Vec<Node>) -> Node {
    let span = ast.span;
    let mut parts = match ast.kind {
        NodeKind::Empty => Vec::new(),
        NodeKind::Sequence(parts) => parts,
        NodeKind::And(_) | NodeKind::Or(_) | NodeKind::Not(_) | NodeKind::Near { .. } => {
            vec![Node::new(NodeKind::Group(Box::new(ast)), span)]
        }
        _ => vec![ast],
    };
    parts.extend(nodes);
    match parts.len() {
        1 => parts.remove(0),
        _ => Node::new(NodeKind::Sequence(parts), span),
    }
}

fn filters_are_empty(filters: &FilterArgs) -> bool {
    filters.words().iter().all(|(_, words)| words.is_none())
        && filters.after.is_none()
        && filters.before.is_none()
        && filters.date.is_none()
}

fn filter_nodes(filters: &FilterArgs) -> Result<Vec<Node>> {
    let mut nodes = Vec::new();
    let date = |flag: &str, text: &str, condition: Result<DateCondition, DateError>| {
        condition
            .map(|condition| Node::new(NodeKind::Date(condition), Span::default()))
            .map_err(|error| {
                let reason = match error {
                    DateError::Form => "this is not a date",
                    DateError::NoYear => "this date lacks a year",
                    DateError::NoSuchDay => "there is no such date",
                    DateError::Backwards => "this range ends before it begins",
                };
                let forms = if flag == "--date" {
                    "2026 or 2025..3/2026"
                } else {
                    "or 2026"
                };
                Failure::new(format!("{flag} {text}: {reason}"))
                    .hint(format!("write 25/3/2026, 2026-03-25, 3/2026, {forms}"))
            })
    };
    if let Some(text) = &filters.after {
        nodes.push(date(
            "--after",
            text,
            Period::parse(text.trim()).map(DateCondition::After),
        )?);
    }
    if let Some(text) = &filters.before {
        nodes.push(date(
            "--before",
            text,
            Period::parse(text.trim()).map(DateCondition::Before),
        )?);
    }
    if let Some(text) = &filters.date {
        nodes.push(date("--date", text, DateCondition::parse(text.trim()))?);
    }
    for (field, words) in filters.words() {
        let Some(words) = words else { continue };
        // Quotation marks would end the phrase that the words are put in.
        let plain: String = words
            .chars()
            .map(|c| if is_quote(c) { ' ' } else { c })
            .collect();
        let scoped = parse(&format!("{field}:\"{plain}\"")).ast.without_spans();
        match scoped.kind {
            NodeKind::Scoped { .. } => nodes.push(scoped),
            _ => {
                return Err(Failure::new(format!(
                    "--{field}: there is no word in {words:?} to look for"
                )));
            }
        }
    }
    Ok(nodes)
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '＂' | '“' | '”' | '„' | '‟' | '«' | '»')
}

impl FilterArgs {
    /// The filters by words, each with the name of its field.
    fn words(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("section", self.section.as_deref()),
            ("place", self.place.as_deref()),
            ("agency", self.agency.as_deref()),
            ("author", self.author.as_deref()),
            ("source", self.source.as_deref()),
        ]
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

/// Asks for the first hits, without a count.
pub(crate) fn top(limit: usize) -> SearchOptions {
    SearchOptions {
        limit,
        total: false,
        ..SearchOptions::default()
    }
}

/// Asks for the count only.
pub(crate) fn total_only() -> SearchOptions {
    SearchOptions {
        limit: 0,
        total: true,
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
        NodeKind::Id(_) | NodeKind::Date(_) => node.to_string().into(),
    }
}
