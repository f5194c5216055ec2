//! From what was asked for to what is run.

use timbao_index::output::json::ProblemShape;
use timbao_index::suggest::Advice;
use timbao_index::{Searcher, Sort};
use timbao_query::plan::{Facet, Plan};
use timbao_query::{
    Accents, Filters, LowerOptions, Lowered, Node, NodeKind, Phrase, PhrasePart,
    Problem as QueryProblem, lower, parse,
};

use crate::options::Limits;
use crate::params::{Params, pick};
use crate::problem::Problem;

/// A query with its filters, ready to run.
pub(crate) struct Query {
    /// The query as it was typed.
    pub text: String,
    /// How accents are compared.
    pub accents: Accents,
    /// Its tree, the conditions among it.
    pub ast: Node,
    /// What it means.
    pub lowered: Lowered,
    /// What in it could not be read as it stands.
    pub problems: Vec<QueryProblem>,
}

impl Query {
    /// Reads a query and the conditions beside it.
    ///
    /// # Errors
    ///
    /// When a condition is none. The query itself is always read.
    pub(crate) fn new(text: String, filters: Filters, accents: Accents) -> Result<Self, Problem> {
        let parsed = parse(&text);
        let ast = filters
            .narrow(parsed.ast)
            .map_err(|error| Problem::filter(&error))?;
        let mut lowered = lower(&ast, &options(accents));
        let mut problems = parsed.problems;
        if text.trim().is_empty() {
            problems.clear();
        }
        problems.append(&mut lowered.problems);
        Ok(Self {
            text,
            accents,
            ast,
            lowered,
            problems,
        })
    }

    /// Takes query and conditions from the parameters of a request.
    ///
    /// # Errors
    ///
    /// When a value cannot be read or there is nothing to search for.
    pub(crate) fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        let text = params.text("q", limits.text)?.unwrap_or_default();
        let filters = filters(params, limits)?;
        Self::new(text, filters, accents(params)?)?.required()
    }

    /// The query, if there is anything to search for.
    ///
    /// # Errors
    ///
    /// When there is nothing.
    pub(crate) fn required(self) -> Result<Self, Problem> {
        if *self.plan() == Plan::Nothing {
            Err(Problem::query(&self.text, &self.problems))
        } else {
            Ok(self)
        }
    }

    /// What in it could not be read as it stands, as JSON says it.
    pub(crate) fn problem_shapes(&self) -> Vec<ProblemShape> {
        let problems = self.problems.iter();
        problems.map(|p| ProblemShape::new(p, &self.text)).collect()
    }

    /// Why it finds nothing, if it does, and what else could be asked.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(crate) fn advice(&self, searcher: &Searcher, total: u64) -> Result<Advice, Problem> {
        Ok(Advice::new(
            searcher,
            &self.ast,
            &options(self.accents),
            total,
        )?)
    }

    /// The query with its bare words as a phrase, which is how a concordance reads them.
    pub(crate) fn in_a_row(&self) -> Self {
        let mut ast = self.ast.clone();
        if let NodeKind::Sequence(nodes) = &mut ast.kind {
            let is_word = |node: &Node| matches!(node.kind, NodeKind::Word(_));
            let parts: Vec<PhrasePart> = nodes
                .iter()
                .filter_map(|node| match &node.kind {
                    NodeKind::Word(word) => Some(PhrasePart::Word(word.clone())),
                    _ => None,
                })
                .collect();
            let first = nodes.iter().position(is_word);
            if let Some(first) = first.filter(|_| parts.len() > 1) {
                let span = nodes.get(first).map(|node| node.span).unwrap_or_default();
                let phrase = Phrase {
                    parts,
                    slop: 0,
                    accents: None,
                };
                nodes.retain(|node| !is_word(node));
                nodes.insert(first, Node::new(NodeKind::Phrase(phrase), span));
            }
            if nodes.len() == 1
                && let Some(only) = nodes.pop()
            {
                ast = only;
            }
        }
        Self {
            text: self.text.clone(),
            accents: self.accents,
            lowered: lower(&ast, &options(self.accents)),
            problems: Vec::new(),
            ast,
        }
    }

    /// What is run.
    pub(crate) fn plan(&self) -> &Plan {
        &self.lowered.plan
    }
}

fn options(accents: Accents) -> LowerOptions<'static> {
    LowerOptions {
        accents,
        ..LowerOptions::default()
    }
}

/// Takes the conditions on metadata.
///
/// # Errors
///
/// When one is given twice or is too long.
pub(crate) fn filters(params: &mut Params, limits: &Limits) -> Result<Filters, Problem> {
    let mut text = |name| params.text(name, limits.text);
    Ok(Filters {
        after: text("after")?,
        before: text("before")?,
        date: text("date")?,
        section: text("section")?,
        place: text("place")?,
        agency: text("agency")?,
        author: text("author")?,
        source: text("source")?,
    })
}

/// Takes how accents are compared.
///
/// # Errors
///
/// When it is no way to do so.
pub(crate) fn accents(params: &mut Params) -> Result<Accents, Problem> {
    let choices = [
        ("auto", Accents::Auto),
        ("strict", Accents::Strict),
        ("loose", Accents::Loose),
    ];
    params.choice("accents", &choices, Accents::Auto)
}

/// Takes the order of hits.
///
/// # Errors
///
/// When it is none.
pub(crate) fn sort(params: &mut Params) -> Result<Sort, Problem> {
    let choices = [
        ("relevance", Sort::Relevance),
        ("date", Sort::Oldest),
        ("-date", Sort::Latest),
    ];
    params.choice("sort", &choices, Sort::Relevance)
}

/// The names of facets.
pub(crate) const FACETS: [(&str, Facet); 7] = [
    ("section", Facet::Section),
    ("year", Facet::Year),
    ("month", Facet::Month),
    ("place", Facet::Place),
    ("agency", Facet::Agency),
    ("author", Facet::Author),
    ("source", Facet::Source),
];

/// Takes a list of facets, separated by commas.
///
/// # Errors
///
/// When one of them is none.
pub(crate) fn facets(params: &mut Params) -> Result<Vec<Facet>, Problem> {
    let Some(text) = params.text("facet", 200)? else {
        return Ok(Vec::new());
    };
    let mut facets = Vec::new();
    for name in text.split(',') {
        let facet = pick("facet", name, &FACETS)?;
        if !facets.contains(&facet) {
            facets.push(facet);
        }
    }
    Ok(facets)
}
