//! `timbao reprints`.

use std::borrow::Cow;
use std::io::Write;

use timbao_index::{Index, Searcher};
use timbao_views::Citation;
use timbao_views::reprints::{DiffKind, DiffPart, Reprint, ReprintGroups, ReprintHistory};

use crate::cli::ReprintsArgs;
use crate::error::{Failure, Result};
use crate::exit::Outcome;
use crate::output::csv::CsvWriter;
use crate::output::date::vietnamese_text;
use crate::output::line::Piece;
use crate::output::listing::{Listing, View, write_lines};
use crate::output::sanitize::escape;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;
use crate::output::text::paragraph;
use timbao_views::language::{Language, Noun, fill};

use super::cite;
use super::context::Context;

const HEADER: [&str; 11] = [
    "id", "path", "member", "title", "date", "source", "agency", "tokens", "shared", "added",
    "removed",
];
const GROUP_HEADER: [&str; 7] = [
    "publications",
    "id",
    "path",
    "member",
    "title",
    "date",
    "source",
];
/// Words of an unchanged passage that are shown on each side of a change.
const AROUND: usize = 6;

/// Lists the publications of a text.
pub(crate) fn run(args: &ReprintsArgs, context: &Context) -> Result<Outcome> {
    let searcher = Index::open(&context.settings.index)?.searcher()?;
    let citation = cite::citation(args.cite, &searcher, [])?;
    match &args.id {
        Some(id) => history(args, id, &searcher, citation, context),
        None => groups(args, &searcher, citation, context),
    }
}

fn history(
    args: &ReprintsArgs,
    id: &str,
    searcher: &Searcher,
    citation: Option<Citation>,
    context: &Context,
) -> Result<Outcome> {
    let Some(&address) = searcher.find(id)?.first() else {
        return Err(Failure::new(format!("no article {id}"))
            .hint("`timbao search` prints the id or path of every hit"));
    };
    let found = searcher.reprints(address)?;
    let answer = View {
        request: None,
        view: &found,
        citation,
    };
    context.list(args.format, &answer)?;
    Ok(Outcome::of(found.publications.len() > 1))
}

fn row(publication: &Reprint) -> [Cow<'_, str>; HEADER.len()] {
    [
        Cow::from(&publication.id),
        Cow::from(&publication.path),
        optional(&publication.member),
        optional(&publication.title),
        optional(&publication.date),
        optional(&publication.source),
        optional(&publication.agency),
        publication.tokens.to_string().into(),
        format!("{:.4}", publication.shared).into(),
        publication.added.to_string().into(),
        publication.removed.to_string().into(),
    ]
}

fn optional(value: &Option<String>) -> Cow<'_, str> {
    Cow::from(value.as_deref().unwrap_or_default())
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

    fn csv(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let mut rows = CsvWriter::new(out, terminal, &HEADER)?;
        for publication in &self.view.publications {
            rows.row(row(publication))?;
        }
        rows.flush()
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
                let text = if words.len() > before + behind + AROUND {
                    let left = words.len() - before - behind;
                    let start = words.get(..before).unwrap_or_default().join(" ");
                    let end = words
                        .get(words.len() - behind..)
                        .unwrap_or_default()
                        .join(" ");
                    let left = language.count(left as u64);
                    let elided = fill(language.words().elided, &[&left]);
                    format!("{start} … {elided} … {end}")
                } else {
                    words.join(" ")
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
    searcher: &Searcher,
    citation: Option<Citation>,
    context: &Context,
) -> Result<Outcome> {
    let found = searcher.reprint_groups(args.limit)?;
    let answer = View {
        request: None,
        view: &found,
        citation,
    };
    context.list(args.format, &answer)?;
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

    fn csv(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let mut rows = CsvWriter::new(out, terminal, &GROUP_HEADER)?;
        for group in &self.view.groups {
            rows.row([
                group.publications.to_string().into(),
                Cow::from(&group.id),
                Cow::from(&group.path),
                optional(&group.member),
                optional(&group.title),
                optional(&group.date),
                optional(&group.source),
            ])?;
        }
        rows.flush()
    }
}
