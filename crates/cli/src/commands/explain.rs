//! `timbao explain`.

use std::io::Write;

use serde::{Serialize, Serializer};
use timbao_index::{Index, Searcher};
use timbao_query::plan::{Filter, Key, Phrase, Plan, Slot};
use timbao_query::{Node, Reading, Request, Why};

use crate::cli::{ExplainArgs, RecordFormat};
use crate::error::Result;
use crate::exit::Outcome;
use crate::output::json::write_pretty;
use crate::output::line::Piece;
use crate::output::sanitize::escape;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;
use crate::output::text::paragraph;
use crate::output::width::width;
use timbao_views::json::{ProblemShape, RANGE_UNIT, RangeShape, VERSION, range_shape};
use timbao_views::language::{Language, Words};

use super::context::Context;
use super::query::{node_label, prepare, top, warn_of};

/// How a query is understood, in JSON.
#[derive(Serialize)]
struct Answer {
    version: u32,
    query: String,
    range_unit: &'static str,
    /// The tree in the standard form of the query language.
    standard_form: String,
    tree: Tree,
    reading: &'static str,
    words: Vec<Word>,
    expansions: Vec<Added>,
    terms: Vec<Term>,
    /// The plan on one line.
    plan: String,
    /// The plan as data.
    plan_tree: Plan,
    total: u64,
    problems: Vec<ProblemShape>,
}

/// A part of the tree.
#[derive(Serialize)]
struct Tree {
    label: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Tree>,
}

/// A word of the query and how its accents are compared.
#[derive(Serialize)]
struct Word {
    text: String,
    range: RangeShape,
    strict: bool,
}

/// An expansion of a word.
#[derive(Serialize)]
struct Added {
    text: String,
    range: RangeShape,
    to: String,
    #[serde(serialize_with = "why")]
    why: Why,
}

/// The kinds of terms.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum TermKind {
    Exact,
    Folded,
    Prefix,
    Fuzzy,
    Phrase,
    Near,
    Date,
    Metadata,
    Id,
}

impl TermKind {
    fn name(self, words: &Words) -> &'static str {
        match self {
            Self::Exact => words.term_exact,
            Self::Folded => words.term_folded,
            Self::Prefix => words.term_prefix,
            Self::Fuzzy => words.term_fuzzy,
            Self::Phrase => words.term_phrase,
            Self::Near => words.term_near,
            Self::Date => words.term_date,
            Self::Metadata => words.term_metadata,
            Self::Id => words.term_id,
        }
    }
}

/// A key, phrase or filter of the plan, and its document frequency.
#[derive(Serialize)]
struct Term {
    kind: TermKind,
    term: String,
    articles: u64,
}

/// Shows how a query is understood.
pub(crate) fn run(args: &ExplainArgs, context: &Context) -> Result<Outcome> {
    let searcher = Index::open(&context.settings.index)?.searcher()?;
    let request = prepare(args.query.join(" "), &args.filters, context)?;
    let answer = explain(&searcher, &request)?;
    let total = answer.total;
    warn_of(&request, context);
    let mut out = match args.format {
        RecordFormat::Text => context.paged(),
        RecordFormat::Json => crate::output::pager::Sink::stdout(),
    };
    match args.format {
        RecordFormat::Json => write_pretty(&mut out, &answer)?,
        RecordFormat::Text => write_text(&mut out, &context.terminal, &request, &answer)?,
    }
    out.flush()?;
    Ok(Outcome::of(total > 0))
}

fn explain(searcher: &Searcher, request: &Request) -> Result<Answer> {
    let (text, lowered) = (request.text(), request.lowered());
    let total = count_articles(searcher, &lowered.plan)?;
    let mut plans = Vec::new();
    collect_terms(&lowered.plan, &mut plans);
    let mut terms: Vec<Term> = Vec::new();
    for (kind, plan) in plans {
        let term = plan.to_string();
        if !terms
            .iter()
            .any(|known| known.kind == kind && known.term == term)
        {
            terms.push(Term {
                kind,
                term,
                articles: count_articles(searcher, &plan)?,
            });
        }
    }
    let words = lowered.words.iter().map(|word| Word {
        text: word.span.of(text).to_owned(),
        range: range_shape(text, &(word.span.start..word.span.end)),
        strict: word.strict,
    });
    let expansions = lowered.expansions.iter().map(|added| Added {
        text: added.span.of(text).to_owned(),
        range: range_shape(text, &(added.span.start..added.span.end)),
        to: added.to.clone(),
        why: added.why,
    });
    Ok(Answer {
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

fn count_articles(searcher: &Searcher, plan: &Plan) -> Result<u64> {
    Ok(searcher.search(plan, &top(0))?.total)
}

fn tree(node: &Node) -> Tree {
    Tree {
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
            near.phrases.iter().for_each(|phrase| match phrase {
                Phrase { steps, .. } if steps.len() == 1 => {
                    steps
                        .iter()
                        .for_each(|step| collect_keys(&step.slot, terms));
                }
                _ => collect_terms(&Plan::Phrase(phrase.clone()), terms),
            });
        }
        Plan::Filter(filter) => {
            let kind = match filter {
                Filter::Date { .. } => TermKind::Date,
                Filter::Facet { .. } | Filter::Is { .. } => TermKind::Metadata,
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
            Key::Prefix { .. } => TermKind::Prefix,
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

fn write_text(
    out: &mut dyn Write,
    terminal: &Terminal,
    request: &Request,
    answer: &Answer,
) -> Result<()> {
    let (language, words) = (terminal.language, terminal.language.words());
    let heading = |out: &mut dyn Write, name: &str| {
        writeln!(out, "\n{}", terminal.palette.paint(Role::Title, name))
    };
    let line = |out: &mut dyn Write, head: &str, indent: usize, text: &str| {
        let head = Piece::new(Role::Label, head);
        paragraph(
            out,
            terminal,
            &head,
            indent,
            vec![Piece::new(Role::Plain, escape(text))],
        )
    };
    let found = language.articles(answer.total);
    let head = [
        (words.explain_query, answer.query.as_str()),
        (words.explain_read_as, &answer.standard_form),
        (words.explain_matches, &found),
    ];
    let wide = head.iter().map(|(label, _)| width(label)).max();
    let wide = wide.unwrap_or(0) + 2;
    for (label, text) in head {
        let label = format!("{label}{}", " ".repeat(wide - width(label)));
        line(out, &label, wide, text)?;
    }

    heading(out, words.explain_tree)?;
    write_tree(out, terminal, request.ast(), 1)?;

    if !answer.words.is_empty() {
        heading(out, words.explain_words)?;
        let mut typed = Table::new(&[("", Side::Left), ("", Side::Left), ("", Side::Left)]);
        for word in &answer.words {
            typed.row([
                "",
                &word.text,
                if word.strict {
                    words.accents_as_typed
                } else {
                    words.any_accents
                },
            ]);
        }
        typed.write(out, terminal)?;
    }
    if !answer.expansions.is_empty() {
        heading(out, words.explain_also)?;
        let mut added = Table::new(&[
            ("", Side::Left),
            ("", Side::Left),
            ("", Side::Left),
            ("", Side::Left),
        ]);
        for expansion in &answer.expansions {
            added.row([
                "",
                &expansion.text,
                &format!("→ {}", expansion.to),
                language.why(expansion.why),
            ]);
        }
        added.write(out, terminal)?;
    }
    if !answer.terms.is_empty() {
        heading(out, words.explain_terms)?;
        let mut terms = Table::new(&[
            ("", Side::Left),
            ("", Side::Left),
            ("", Side::Right),
            ("", Side::Left),
        ]);
        for term in &answer.terms {
            let articles = language.count(term.articles);
            terms.row(["", term.kind.name(words), &articles, &term.term]);
        }
        terms.write(out, terminal)?;
    }
    heading(out, words.explain_plan)?;
    line(out, "  ", 2, &answer.plan)?;
    Ok(())
}

fn write_tree(
    out: &mut dyn Write,
    terminal: &Terminal,
    node: &Node,
    depth: usize,
) -> std::io::Result<()> {
    // Deep trees would leave no room for the labels.
    let indent = 2 * depth.min(12);
    let blank = Piece::new(Role::Plain, "");
    paragraph(
        out,
        terminal,
        &blank,
        indent,
        vec![Piece::new(
            Role::Plain,
            escape(&node_label(node, terminal.language.words())),
        )],
    )?;
    node.children()
        .iter()
        .try_for_each(|part| write_tree(out, terminal, part, depth + 1))
}
