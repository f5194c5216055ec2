//! `timbao inspect`.

mod check;

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use timbao_articles::{
    Article, FoundFile, Limits, Parsed, Problem, Published, RecordBatch, Repeats, open,
};

use crate::cli::InspectArgs;
use crate::error::{Failure, Result, say, warn};
use crate::exit::Outcome;
use crate::output::date::vietnamese;
use crate::output::json::write_pretty;
use crate::output::line::Piece;
use crate::output::listing::{Listing, write_lines};
use crate::output::number::{count, counted};
use crate::output::rows::Rows;
use crate::output::sanitize::escape;
use crate::output::style::Role;
use crate::output::terminal::Terminal;
use crate::output::text::paragraph;
use crate::output::width::width;
use timbao_query::plan::Facet;
use timbao_views::Cell;
use timbao_views::facet_value;
use timbao_views::json::VERSION;

use super::context::Context;

/// Articles that are shown by default.
const SHOWN: usize = 3;

/// The articles of a file, as far as they are shown.
#[derive(Debug, Default)]
struct Reading {
    shown: Vec<Parsed>,
    articles: u64,
    problems: Vec<Problem>,
}

/// How a file is read, in JSON.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    path: String,
    articles: u64,
    shown: &'a [Parsed],
    problems: &'a [Problem],
}

/// Shows how a file is read.
pub(crate) fn run(args: &InspectArgs, context: &Context) -> Result<Outcome> {
    if args.check {
        return check::run(args, context);
    }
    let file = FoundFile::new(&args.file).map_err(|problem| {
        let failure = Failure::new(problem.to_string());
        if args.file.is_dir() {
            failure.hint("give one of its files, or add --check to measure how well all are read")
        } else {
            failure
        }
    })?;
    let reading = read(&file, args)?;
    let answer = Inspected {
        file: &file,
        reading: &reading,
    };
    context.list(args.list.format, &answer)?;
    for problem in &reading.problems {
        warn(context.terminal.error_palette, problem);
    }
    let hidden = reading.articles - reading.shown.len() as u64;
    if hidden > 0 && args.member.is_none() {
        let message = format!(
            "{} more not shown; --all shows them, --member one of them",
            count(hidden)
        );
        say(context.terminal.error_palette, Role::Hint, "note", &message);
    }
    match &args.member {
        Some(member) if reading.shown.is_empty() => Err(Failure::new(format!(
            "{}: no article `{member}` among its {}",
            args.file.display(),
            counted(reading.articles, "article"),
        ))),
        _ => {
            let is_incomplete = reading.problems.iter().any(|p| p.kind.is_failure());
            Ok(Outcome::of_reading(reading.articles > 0, is_incomplete))
        }
    }
}

/// A file and its articles.
struct Inspected<'a> {
    file: &'a FoundFile,
    reading: &'a Reading,
}

impl Listing for Inspected<'_> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        Ok(write_text(out, terminal, self.reading)?)
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        let answer = Answer {
            version: VERSION,
            path: self.file.path.display().to_string(),
            articles: self.reading.articles,
            shown: &self.reading.shown,
            problems: &self.reading.problems,
        };
        Ok(write_pretty(out, &answer)?)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, &self.reading.shown)
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        write_table(rows, self.reading)
    }
}

fn read(file: &FoundFile, args: &InspectArgs) -> Result<Reading> {
    let mut reader =
        open(file, &Limits::default()).map_err(|problem| Failure::new(problem.to_string()))?;
    let mut reading = Reading::default();
    let mut batch = RecordBatch::new();
    let mut repeats = Repeats::default();
    while reader.next_batch(&mut batch) {
        reading.problems.append(&mut batch.take_problems());
        for record in batch.records() {
            let is_wanted = match &args.member {
                Some(member) => record.member().as_ref() == Some(member),
                None => args.all || reading.shown.len() < args.limit.unwrap_or(SHOWN),
            };
            let parsed = if is_wanted {
                record.parse_explained()
            } else {
                record.parse()
            };
            match parsed {
                Ok(parsed) => {
                    reading.articles += 1;
                    let problems = parsed.problems.iter();
                    let fresh = problems.filter(|problem| !repeats.has(problem));
                    reading.problems.extend(fresh.cloned());
                    reading.shown.extend(is_wanted.then_some(parsed));
                }
                Err(problem) if repeats.has(&problem) => {}
                Err(problem) => reading.problems.push(problem),
            }
        }
    }
    Ok(reading)
}

/// The fields of an article that are shown, each with its name in [`Article`].
fn fields(
    article: &Article,
    date: impl Fn(&Published) -> String,
) -> Vec<(&'static str, Cow<'_, str>)> {
    let mut fields: Vec<(&'static str, Cow<'_, str>)> = vec![("id", Cow::from(&article.id))];
    let mut add = |name, value: Option<&'_ str>| {
        fields.extend(value.map(|value| (name, Cow::Owned(value.to_owned()))));
    };
    add("title", article.title.as_deref());
    add("summary", article.summary.as_deref());
    add("published", article.published.as_ref().map(date).as_deref());
    for facet in Facet::stated() {
        add(facet.name(), facet_value(article, facet));
    }
    add("url", article.url.as_deref());
    for caption in &article.captions {
        let credit = caption
            .credit
            .as_ref()
            .map(|credit| format!(" ({credit})"))
            .unwrap_or_default();
        add("captions", Some(&format!("{}{credit}", caption.text)));
    }
    add(
        "body",
        Some(&article.body)
            .filter(|body| !body.is_empty())
            .map(String::as_str),
    );
    fields
}

fn write_text(out: &mut dyn Write, terminal: &Terminal, reading: &Reading) -> io::Result<()> {
    for (i, parsed) in reading.shown.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        write_parsed(out, terminal, parsed)?;
    }
    Ok(())
}

fn write_parsed(out: &mut dyn Write, terminal: &Terminal, parsed: &Parsed) -> io::Result<()> {
    let article = &parsed.article;
    let place = match &article.member {
        Some(member) => format!("{}#{member}", article.path),
        None => article.path.clone(),
    };
    let provenance = parsed.provenance.as_ref();
    let format = provenance.map_or("", |provenance| provenance.format.name());
    let head = vec![
        Piece::new(Role::Title, escape(&place)),
        Piece::new(Role::Dim, format!(" · {format} · {}", parsed.encoding)),
    ];
    paragraph(out, terminal, &Piece::new(Role::Plain, ""), 0, head)?;
    let origins = provenance.map_or(&[][..], |provenance| &provenance.fields);
    for (name, value) in fields(article, vietnamese) {
        let mut pieces = vec![Piece::new(Role::Plain, escape(&shortened(name, &value)))];
        if let Some(origin) = origins.iter().find(|origin| origin.field == name) {
            let from = format!(" ← {}", escape(&origin.from));
            pieces.push(Piece::new(Role::Dim, from));
        }
        labelled(out, terminal, name, pieces)?;
    }
    let Some(provenance) = provenance else {
        return Ok(());
    };
    for dropped in &provenance.dropped {
        let text = shortened("dropped", dropped);
        let pieces = vec![Piece::new(Role::Dim, escape(&text))];
        labelled(out, terminal, "dropped", pieces)?;
    }
    for note in &provenance.notes {
        let pieces = vec![Piece::new(Role::Plain, escape(note))];
        labelled(out, terminal, "note", pieces)?;
    }
    Ok(())
}

/// Columns before a value.
const LABEL: usize = 13;

fn labelled(
    out: &mut dyn Write,
    terminal: &Terminal,
    label: &str,
    pieces: Vec<Piece>,
) -> io::Result<()> {
    let pad = " ".repeat(LABEL.saturating_sub(width(label) + 2));
    paragraph(
        out,
        terminal,
        &Piece::new(Role::Label, format!("  {label}{pad}")),
        LABEL,
        pieces,
    )
}

/// A long text is shown by its start and its size.
fn shortened(name: &str, value: &str) -> String {
    const SHOWN: usize = 200;
    let characters = value.chars().count();
    if characters <= SHOWN || !matches!(name, "body" | "dropped") {
        return value.to_owned();
    }
    let start: String = value.chars().take(SHOWN).collect();
    let start = start
        .rsplit_once(' ')
        .map_or(start.as_str(), |(whole_words, _)| whole_words);
    let paragraphs = value.lines().filter(|line| !line.trim().is_empty()).count() as u64;
    format!(
        "{start}… ({} characters, {})",
        count(characters as u64),
        counted(paragraphs, "paragraph")
    )
}

fn write_table(rows: &mut Rows<'_>, reading: &Reading) -> Result<()> {
    rows.header(&["path", "member", "field", "value", "from"])?;
    for parsed in &reading.shown {
        let article = &parsed.article;
        let origins = parsed
            .provenance
            .as_ref()
            .map(|p| p.fields.as_slice())
            .unwrap_or_default();
        let member = article.member.as_deref().unwrap_or_default();
        for (name, value) in fields(article, Published::to_string) {
            let from = origins
                .iter()
                .find(|o| o.field == name)
                .map_or("", |origin| origin.from.as_str());
            rows.row([article.path.as_str(), member, name, &value, from].map(Cell::from))?;
        }
        let dropped = parsed.provenance.iter().flat_map(|p| &p.dropped);
        for text in dropped {
            rows.row([article.path.as_str(), member, "dropped", text, ""].map(Cell::from))?;
        }
    }
    Ok(())
}
