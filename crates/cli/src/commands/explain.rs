//! `timbao explain`.

use std::io::Write;

use timbao_query::{Node, Request};
use timbao_views::language::{Language, Words};
use timbao_views::{Interpretation, node_label};

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

use super::context::Context;
use super::engine;
use super::query::{prepare, warn_of};

/// Shows how a query is understood.
pub(crate) fn run(args: &ExplainArgs, context: &Context) -> Result<Outcome> {
    let engine = engine::open(context)?;
    let engine = &*engine;
    let request = prepare(args.query.join(" "), &args.filters, context)?;
    let answer = engine.interpret(&request)?;
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

fn write_text(
    out: &mut dyn Write,
    terminal: &Terminal,
    request: &Request,
    answer: &Interpretation,
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
    let read_as = request.ast().written(words.names).to_string();
    let head = [
        (words.explain_query, answer.query.as_str()),
        (words.explain_read_as, &read_as),
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
        typed_words(answer, words).write(out, terminal)?;
    }
    if !answer.expansions.is_empty() {
        heading(out, words.explain_also)?;
        expansions(answer, language).write(out, terminal)?;
    }
    if !answer.terms.is_empty() {
        heading(out, words.explain_terms)?;
        terms(answer, language).write(out, terminal)?;
    }
    heading(out, words.explain_plan)?;
    line(
        out,
        "  ",
        2,
        &answer.plan_tree.written(words.names).to_string(),
    )?;
    Ok(())
}

fn typed_words(answer: &Interpretation, words: &Words) -> Table {
    let mut table = Table::new(&[("", Side::Left); 3]);
    for word in &answer.words {
        let accents = match word.strict {
            true => words.accents_as_typed,
            false => words.any_accents,
        };
        table.row(["", &word.text, accents]);
    }
    table
}

fn expansions(answer: &Interpretation, language: Language) -> Table {
    let mut table = Table::new(&[("", Side::Left); 4]);
    for expansion in &answer.expansions {
        let to = format!("→ {}", expansion.to);
        table.row(["", &expansion.text, &to, language.why(expansion.why)]);
    }
    table
}

fn terms(answer: &Interpretation, language: Language) -> Table {
    let sides = [Side::Left, Side::Left, Side::Right, Side::Left];
    let mut table = Table::new(&sides.map(|side| ("", side)));
    for term in &answer.terms {
        let articles = language.count(term.articles);
        let written = term.plan.written(language.words().names).to_string();
        table.row(["", term.kind.name(language.words()), &articles, &written]);
    }
    table
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
