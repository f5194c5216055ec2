//! The interpretation of a query.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use timbao_query::plan::{Filter, Key, Phrase, Plan, Side, Slot, Stated};
use timbao_query::{Field, Node, NodeKind, Reading, Request, Why};

use crate::json::{ProblemShape, RANGE_UNIT, RangeShape, VERSION, range_shape};
use crate::language::{Language, Words, fill};

/// How a query is understood: its tree, words, expansions, terms and plan.
#[derive(Debug, Serialize)]
pub struct Interpretation {
    version: u32,
    /// The query as typed.
    pub query: String,
    range_unit: &'static str,
    /// The tree in the standard form of the query language.
    pub standard_form: String,
    /// The tree.
    pub tree: QueryTree,
    /// Whether the query is typed with accents: `accented`, `unaccented` or `mixed`.
    pub reading: &'static str,
    /// The words.
    pub words: Vec<QueryWord>,
    /// Other words that are searched for as well.
    pub expansions: Vec<QueryExpansion>,
    /// The leaves of the plan with their document frequencies.
    pub terms: Vec<QueryTerm>,
    /// The plan on one line.
    pub plan: String,
    /// The plan as data.
    pub plan_tree: Plan,
    /// Number of articles that match.
    pub total: u64,
    problems: Vec<ProblemShape>,
}

/// A part of the tree.
#[derive(Debug, Serialize)]
pub struct QueryTree {
    /// A few words that describe the node.
    pub label: String,
    /// The children.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<QueryTree>,
}

/// A word of the query and how its accents are compared.
#[derive(Debug, Serialize)]
pub struct QueryWord {
    /// The word as typed.
    pub text: String,
    range: RangeShape,
    /// Whether the accents are compared as typed.
    pub strict: bool,
}

/// An expansion of a word.
#[derive(Debug, Serialize)]
pub struct QueryExpansion {
    /// The word as typed.
    pub text: String,
    range: RangeShape,
    /// The words that are searched for as well.
    pub to: String,
    /// The reason.
    #[serde(serialize_with = "why")]
    pub why: Why,
}

/// A key, phrase or filter of the plan, and its document frequency.
#[derive(Debug, Serialize)]
pub struct QueryTerm {
    /// The kind of the term.
    pub kind: TermKind,
    /// The term as plans are written.
    pub term: String,
    /// Document frequency.
    pub articles: u64,
    /// The term itself.
    #[serde(skip)]
    pub plan: Plan,
}

/// The kinds of terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TermKind {
    /// A key with accents.
    Exact,
    /// A key without accents.
    Folded,
    /// A prefix.
    Prefix,
    /// The end or the inside of a word.
    Wildcard,
    /// A regular expression.
    Regex,
    /// A number of occurrences.
    AtLeast,
    /// A fuzzy word.
    Fuzzy,
    /// A phrase.
    Phrase,
    /// Words or phrases near each other.
    Near,
    /// A condition on the date.
    Date,
    /// A condition on metadata.
    Metadata,
    /// An id.
    Id,
}

impl TermKind {
    /// The name of the kind.
    pub fn name(self, words: &Words) -> &'static str {
        match self {
            Self::Exact => words.term_exact,
            Self::Folded => words.term_folded,
            Self::Prefix => words.term_prefix,
            Self::Wildcard => words.term_wildcard,
            Self::Regex => words.term_regex,
            Self::AtLeast => words.term_at_least,
            Self::Fuzzy => words.term_fuzzy,
            Self::Phrase => words.term_phrase,
            Self::Near => words.term_near,
            Self::Date => words.term_date,
            Self::Metadata => words.term_metadata,
            Self::Id => words.term_id,
        }
    }
}

impl Interpretation {
    /// Interprets a request; `count` returns the number of articles that match a plan.
    ///
    /// # Errors
    ///
    /// If `count` fails.
    pub fn new<E>(
        request: &Request,
        mut count: impl FnMut(&Plan) -> Result<u64, E>,
    ) -> Result<Self, E> {
        let (text, lowered) = (request.text(), request.lowered());
        let total = count(&lowered.plan)?;
        let mut plans = Vec::new();
        collect_terms(&lowered.plan, &mut plans);
        let mut terms: Vec<QueryTerm> = Vec::new();
        for (kind, plan) in plans {
            let term = plan.to_string();
            if !terms
                .iter()
                .any(|known| known.kind == kind && known.term == term)
            {
                terms.push(QueryTerm {
                    kind,
                    term,
                    articles: count(&plan)?,
                    plan,
                });
            }
        }
        let words = lowered.words.iter().map(|word| QueryWord {
            text: word.span.of(text).to_owned(),
            range: range_shape(text, &(word.span.start..word.span.end)),
            strict: word.strict,
        });
        let expansions = lowered.expansions.iter().map(|added| QueryExpansion {
            text: added.span.of(text).to_owned(),
            range: range_shape(text, &(added.span.start..added.span.end)),
            to: added.to.clone(),
            why: added.why,
        });
        Ok(Self {
            version: VERSION,
            query: text.to_owned(),
            range_unit: RANGE_UNIT,
            standard_form: request.ast().to_string(),
            tree: tree(request.ast()),
            reading: reading(lowered.reading),
            words: words.filter(|word| !word.text.is_empty()).collect(),
            expansions: expansions.collect(),
            terms,
            plan: lowered.plan.to_string(),
            plan_tree: lowered.plan.clone(),
            total,
            problems: ProblemShape::list(request),
        })
    }
}

fn tree(node: &Node) -> QueryTree {
    QueryTree {
        label: node_label(node, Language::English.words()).into_owned(),
        parts: node.children().iter().map(tree).collect(),
    }
}

/// The leaves of a plan, each as a plan of its own.
fn collect_terms(plan: &Plan, terms: &mut Vec<(TermKind, Plan)>) {
    match plan {
        Plan::Word(slot) => collect_keys(slot, terms),
        Plan::Phrase(phrase) => {
            terms.push((TermKind::Phrase, plan.clone()));
            phrase
                .steps
                .iter()
                .for_each(|step| collect_keys(&step.slot, terms));
        }
        Plan::Near(near) => {
            terms.push((TermKind::Near, plan.clone()));
            near.operands
                .iter()
                .flatten()
                .for_each(|phrase| match phrase {
                    Phrase { steps, .. } if steps.len() == 1 && !phrase.has_case() => {
                        steps
                            .iter()
                            .for_each(|step| collect_keys(&step.slot, terms));
                    }
                    _ => collect_terms(&Plan::Phrase(phrase.clone()), terms),
                });
        }
        Plan::AtLeast { plan: inner, .. } => {
            terms.push((TermKind::AtLeast, plan.clone()));
            collect_terms(inner, terms);
        }
        Plan::Filter(filter) => {
            let kind = match filter {
                Filter::Date { .. } | Filter::Has(Stated::Date) => TermKind::Date,
                Filter::Facet { .. } | Filter::Is { .. } | Filter::Has(Stated::Facet(_)) => {
                    TermKind::Metadata
                }
                Filter::Id(_) => TermKind::Id,
            };
            terms.push((kind, plan.clone()));
        }
        _ => {
            let children = plan.children().iter();
            children.for_each(|plan| collect_terms(plan, terms));
        }
    }
}

fn collect_keys(slot: &Slot, terms: &mut Vec<(TermKind, Plan)>) {
    for key in &slot.keys {
        let kind = match key {
            Key::Exact(_) => TermKind::Exact,
            Key::Folded(_) => TermKind::Folded,
            Key::Wildcard {
                side: Side::Start, ..
            } => TermKind::Prefix,
            Key::Wildcard { .. } => TermKind::Wildcard,
            Key::Regex { .. } => TermKind::Regex,
            Key::Fuzzy { .. } => TermKind::Fuzzy,
        };
        terms.push((kind, Plan::Word(Slot::new(key.clone()))));
    }
}

fn reading(reading: Reading) -> &'static str {
    match reading {
        Reading::Accented => "accented",
        Reading::Unaccented => "unaccented",
        Reading::Mixed => "mixed",
    }
}

fn why<S: Serializer>(why: &Why, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match why {
        Why::WrittenOut => "written out",
        Why::Abbreviated => "abbreviated",
        Why::OtherVowel => "i for y",
        Why::LeadingZero => "leading zero",
    })
}

/// A few words that describe a node of a syntax tree.
pub fn node_label(node: &Node, words: &Words) -> Cow<'static, str> {
    match &node.kind {
        NodeKind::Empty => words.node_nothing.into(),
        NodeKind::Word(_) => fill(words.node_word, &[node]).into(),
        NodeKind::Phrase(_) => fill(words.node_phrase, &[node]).into(),
        NodeKind::Sequence(_) => words.node_sequence.into(),
        NodeKind::And(_) => "AND".into(),
        NodeKind::Or(_) => "OR".into(),
        NodeKind::Not(_) | NodeKind::Excluded(_) => "NOT".into(),
        NodeKind::Required(_) => words.node_required.into(),
        NodeKind::Near { reach, order, .. } => format!("{}/{reach}", order.name()).into(),
        NodeKind::AtLeast { count, .. } => format!("ATLEAST/{count}").into(),
        NodeKind::Group(_) => words.node_group.into(),
        NodeKind::Scoped { scope, .. } => {
            let field = Field::Scope(*scope).name_in(words.names);
            fill(words.node_in, &[&field]).into()
        }
        _ => node.written(words.names).to_string().into(),
    }
}
