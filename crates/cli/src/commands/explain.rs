//! `timbao explain`.

use std::io::Write;

use serde::Serialize;
use timbao_index::{Index, Searcher};
use timbao_query::plan::{Filter, Key, Phrase, Plan, Slot};
use timbao_query::{Node, Reading, Request, Why};

use crate::cli::{ExplainArgs, RecordFormat};
use crate::error::Result;
use crate::exit::Outcome;
use crate::output::json::write_pretty;
use crate::output::line::Piece;
use crate::output::number::{count, counted};
use crate::output::sanitize::escape;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;
use crate::output::text::paragraph;
use timbao_views::json::{ProblemShape, RANGE_UNIT, RangeShape, VERSION, range_shape};

use super::Context;
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
    why: &'static str,
}

/// A key, phrase or filter of the plan, and its document frequency.
#[derive(Serialize)]
struct Term {
    kind: &'static str,
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
        RecordFormat::Text => write_text(&mut out, &context.terminal, &answer)?,
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
        why: why(added.why),
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
        label: node_label(node).into_owned(),
        parts: node.children().iter().map(tree).collect(),
    }
}

/// The leaves of a plan, each as a plan of its own.
fn collect_terms(plan: &Plan, terms: &mut Vec<(&'static str, Plan)>) {
    match plan {
        Plan::Word(slot) => collect_keys(slot, terms),
        Plan::Phrase(phrase) => {
            terms.push(("phrase", plan.clone()));
            phrase
                .steps
                .iter()
                .for_each(|step| collect_keys(&step.slot, terms));
        }
        Plan::Near(near) => {
            terms.push(("near", plan.clone()));
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
                Filter::Date { .. } => "date",
                Filter::Facet { .. } | Filter::Is { .. } => "metadata",
                Filter::Id(_) => "id",
            };
            terms.push((kind, plan.clone()));
        }
        _ => {
            let children = plan.children().iter();
            children.for_each(|plan| collect_terms(plan, terms));
        }
    }
}

fn collect_keys(slot: &Slot, terms: &mut Vec<(&'static str, Plan)>) {
    for key in &slot.keys {
        let kind = match key {
            Key::Exact(_) => "exact",
            Key::Folded(_) => "folded",
            Key::Prefix { .. } => "prefix",
            Key::Fuzzy { .. } => "fuzzy",
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

fn why(why: Why) -> &'static str {
    match why {
        Why::WrittenOut => "written out",
        Why::Abbreviated => "abbreviated",
        Why::OtherVowel => "i for y",
        Why::LeadingZero => "leading zero",
    }
}

fn write_text(out: &mut dyn Write, terminal: &Terminal, answer: &Answer) -> Result<()> {
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
    line(out, "query    ", 9, &answer.query)?;
    line(out, "read as  ", 9, &answer.standard_form)?;
    line(out, "matches  ", 9, &counted(answer.total, "article"))?;

    heading(out, "Tree")?;
    write_tree(out, terminal, &answer.tree, 1)?;

    if !answer.words.is_empty() {
        heading(out, "Words")?;
        let mut words = Table::new(&[("", Side::Left), ("", Side::Left), ("", Side::Left)]);
        for word in &answer.words {
            words.row([
                "",
                &word.text,
                if word.strict {
                    "accents as typed"
                } else {
                    "any accents"
                },
            ]);
        }
        words.write(out, terminal)?;
    }
    if !answer.expansions.is_empty() {
        heading(out, "Searched for too")?;
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
                expansion.why,
            ]);
        }
        added.write(out, terminal)?;
    }
    if !answer.terms.is_empty() {
        heading(out, "Terms")?;
        let mut terms = Table::new(&[
            ("", Side::Left),
            ("", Side::Left),
            ("", Side::Right),
            ("", Side::Left),
        ]);
        for term in &answer.terms {
            terms.row(["", term.kind, &count(term.articles), &term.term]);
        }
        terms.write(out, terminal)?;
    }
    heading(out, "Plan")?;
    line(out, "  ", 2, &answer.plan)?;
    Ok(())
}

fn write_tree(
    out: &mut dyn Write,
    terminal: &Terminal,
    tree: &Tree,
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
        vec![Piece::new(Role::Plain, escape(&tree.label))],
    )?;
    tree.parts
        .iter()
        .try_for_each(|part| write_tree(out, terminal, part, depth + 1))
}
