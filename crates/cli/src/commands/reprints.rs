//! `timbao reprints`.

use std::io::Write;

use timbao_views::csv::{REPRINT_GROUPS_HEADER, REPRINTS_HEADER, reprint_group_row, reprint_row};
use timbao_views::reprints::{DiffKind, DiffPart, ReprintGroups, ReprintHistory};
use timbao_views::{Citation, Engine};

use crate::cli::ReprintsArgs;
use crate::error::{Failure, Result};
use crate::exit::Outcome;
use crate::output::date::vietnamese_text;
use crate::output::line::Piece;
use crate::output::listing::{Listing, View, write_lines};
use crate::output::rows::Rows;
use crate::output::sanitize::escape;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;
use crate::output::text::paragraph;
use timbao_views::language::{Language, Noun, fill};

use super::cite;
use super::context::Context;
use super::engine;

/// Words of an unchanged passage that are shown on each side of a change.
const AROUND: usize = 6;

/// Lists the publications of a text.
pub(crate) fn run(args: &ReprintsArgs, context: &Context) -> Result<Outcome> {
    let engine = engine::open(context)?;
    let engine = &*engine;
    let citation = cite::citation(args.cite.wanted(args.list.format), engine, [])?;
    match &args.id {
        Some(id) => history(args, id, engine, citation, context),
        None => groups(args, engine, citation, context),
    }
}

fn history(
    args: &ReprintsArgs,
    id: &str,
    engine: &dyn Engine,
    citation: Option<Citation>,
    context: &Context,
) -> Result<Outcome> {
    let Some(&article) = engine.find(id)?.first() else {
        return Err(Failure::new(format!("no article {id}"))
            .hint("`timbao search` prints the id or path of every hit"));
    };
    let found = engine.reprints(article)?;
    let answer = View {
        request: None,
        view: &found,
        citation,
    };
    context.list(args.list.format, &answer)?;
    Ok(Outcome::of(found.publications.len() > 1))
}

fn day(date: &Option<String>, language: Language) -> String {
    let date = date.as_deref().map(vietnamese_text);
    date.unwrap_or_else(|| language.words().no_date.to_owned())
}

impl Listing for View<'_, ReprintHistory> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let found = self.view;
        let (language, words) = (terminal.language, terminal.language.words());
        let summary = language.counted(found.publications.len() as u64, Noun::Publication);
        writeln!(out, "{}", terminal.palette.paint(Role::Dim, &summary))?;
        let blank = Piece::new(Role::Plain, "");
        for (number, publication) in found.publications.iter().enumerate() {
            writeln!(out)?;
            let head = Piece::new(Role::Dim, format!("{:>3}  ", number + 1));
            let title = publication.title.as_deref().unwrap_or(words.untitled);
            let title = vec![Piece::new(Role::Title, escape(title))];
            paragraph(out, terminal, &head, 5, title)?;
            let mut about = vec![day(&publication.date, language)];
            about.extend(
                [&publication.source, &publication.agency]
                    .into_iter()
                    .flatten()
                    .cloned(),
            );
            about.push(publication.id.clone());
            about.push(language.counted(publication.tokens, Noun::Word));
            if number > 0 {
                let shared = language.decimal(publication.shared * 100.0, 0);
                about.push(fill(words.shares, &[&shared]));
                about.push(format!(
                    "+{} −{}",
                    language.count(publication.added),
                    language.count(publication.removed)
                ));
            }
            let about = vec![Piece::new(Role::Dim, escape(&about.join(" · ")))];
            paragraph(out, terminal, &blank, 5, about)?;
            if publication.added + publication.removed > 0 {
                paragraph(
                    out,
                    terminal,
                    &blank,
                    5,
                    changes(&publication.diff, language),
                )?;
            }
        }
        Ok(())
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        self.write_json(out)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, &self.view.publications)
    }

    fn citation(&self) -> Option<&Citation> {
        self.citation.as_ref()
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        rows.header(&REPRINTS_HEADER)?;
        for publication in &self.view.publications {
            rows.row(reprint_row(publication))?;
        }
        Ok(())
    }
}

/// The changes with some words around them: `[-removed-]`, `{+added+}`.
fn changes(diff: &[DiffPart], language: Language) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (number, part) in diff.iter().enumerate() {
        let words: Vec<&str> = part.text.split_whitespace().collect();
        let piece = match part.kind {
            DiffKind::Removed => {
                Piece::new(Role::Error, format!("[-{}-]", escape(&words.join(" "))))
            }
            DiffKind::Added => {
                Piece::new(Role::Hint, format!("{{+{}+}}", escape(&words.join(" "))))
            }
            DiffKind::Same => {
                let before = if number > 0 { AROUND } else { 0 };
                let behind = if number + 1 < diff.len() { AROUND } else { 0 };
                let excerpt = part.excerpt(before, behind);
                let text = if excerpt.omitted > 0 {
                    let left = language.count(excerpt.omitted as u64);
                    let elided = fill(language.words().elided, &[&left]);
                    format!("{} … {elided} … {}", excerpt.start, excerpt.end)
                } else {
                    excerpt.start
                };
                Piece::new(Role::Plain, escape(text.trim()).into_owned())
            }
        };
        if number > 0 {
            pieces.push(Piece::new(Role::Plain, " "));
        }
        pieces.push(piece);
    }
    pieces
}

fn groups(
    args: &ReprintsArgs,
    engine: &dyn Engine,
    citation: Option<Citation>,
    context: &Context,
) -> Result<Outcome> {
    let found = engine.most_published(args.limit)?;
    let answer = View {
        request: None,
        view: &found,
        citation,
    };
    context.list(args.list.format, &answer)?;
    Ok(Outcome::of(found.texts > 0))
}

impl Listing for View<'_, ReprintGroups> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let found = self.view;
        let (language, words) = (terminal.language, terminal.language.words());
        let texts = language.counted(found.texts, Noun::Text);
        let publications = language.counted(found.publications, Noun::Publication);
        let summary = fill(words.several_times, &[&texts, &publications]);
        writeln!(out, "{}", terminal.palette.paint(Role::Dim, &summary))?;
        if found.groups.is_empty() {
            return Ok(());
        }
        let mut table = Table::new(&[
            (words.col_publications, Side::Right),
            (words.col_first, Side::Left),
            (words.col_id, Side::Left),
            (words.col_title, Side::Left),
        ]);
        for group in &found.groups {
            table.row([
                language.count(group.publications),
                day(&group.date, language),
                group.id.clone(),
                group.title.clone().unwrap_or_default(),
            ]);
        }
        Ok(table.write(out, terminal)?)
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        self.write_json(out)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, &self.view.groups)
    }

    fn citation(&self) -> Option<&Citation> {
        self.citation.as_ref()
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        rows.header(&REPRINT_GROUPS_HEADER)?;
        for group in &self.view.groups {
            rows.row(reprint_group_row(group))?;
        }
        Ok(())
    }
}
