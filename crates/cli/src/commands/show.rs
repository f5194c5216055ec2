//! `timbao show`.

use std::io::{self, Write};
use std::ops::Range;

use timbao_articles::{Article, Caption};
use timbao_query::plan::TextField;
use timbao_views::Match;

use crate::cli::{FilterArgs, RecordFormat, ShowArgs};
use crate::error::{Result, say};
use crate::exit::Outcome;
use crate::hits::text;
use crate::output::highlight::highlighted;
use crate::output::json::write_pretty;
use crate::output::line::Piece;
use crate::output::link::web_address;
use crate::output::pager::Sink;
use crate::output::sanitize::escape;
use crate::output::style::Role;
use crate::output::terminal::Terminal;
use crate::output::text::paragraph;
use timbao_views::json::ArticlesAnswer;
use timbao_views::language::fill;

use super::context::Context;
use super::engine;
use super::query::{prepare, warn_of};

/// Prints an article.
pub(crate) fn run(args: &ShowArgs, context: &Context) -> Result<Outcome> {
    let engine = engine::open(context)?;
    let engine = &*engine;
    let query = match &args.query {
        Some(query) => {
            let filters = FilterArgs {
                accents: args.accents,
                ..FilterArgs::default()
            };
            let request = prepare(query, &filters, context)?;
            warn_of(&request, context);
            Some(request)
        }
        None => None,
    };
    let found = engine.find(&args.id)?;
    if found.is_empty() {
        tell_of_nothing(&args.id, context);
        return Ok(Outcome::Nothing);
    }
    let articles = engine.articles(&found)?;
    match args.format {
        RecordFormat::Json => {
            let mut out = Sink::stdout();
            write_pretty(&mut out, &ArticlesAnswer::new(&args.id, &articles))?;
            out.flush()?;
        }
        RecordFormat::Text => {
            let mut out = context.paged();
            for (i, (article, &number)) in articles.iter().zip(&found).enumerate() {
                if i > 0 {
                    writeln!(
                        out,
                        "\n{}\n",
                        context.terminal.palette.paint(Role::Dim, "―――")
                    )?;
                }
                let matches = match &query {
                    Some(query) => engine.matches(query.plan(), number)?,
                    None => Vec::new(),
                };
                write_article(&mut out, &context.terminal, article, &matches)?;
            }
            out.flush()?;
        }
    }
    Ok(Outcome::Found)
}

fn tell_of_nothing(id: &str, context: &Context) {
    let palette = context.terminal.error_palette;
    let words = context.terminal.language.words();
    let message = fill(words.no_such_article, &[&id]);
    say(palette, Role::Warning, words.label_not_found, &message);
    say(
        palette,
        Role::Hint,
        words.label_hint,
        &words.names_of_articles,
    );
}

fn write_article(
    out: &mut dyn Write,
    terminal: &Terminal,
    article: &Article,
    matches: &[Match],
) -> io::Result<()> {
    let blank = Piece::new(Role::Plain, "");
    let ranges = |field: TextField| -> Vec<Range<usize>> {
        matches
            .iter()
            .filter(|m| m.range.field == field)
            .map(|m| m.range.bytes.clone())
            .collect()
    };
    let mut write = |pieces: Vec<Piece>| paragraph(out, terminal, &blank, 0, pieces);
    write(match &article.title {
        Some(title) => highlighted(title, &ranges(TextField::Title), Role::Title),
        None => vec![Piece::new(Role::Title, terminal.language.words().untitled)],
    })?;
    let mut about = text::metadata(article);
    about.extend(
        article
            .author
            .as_deref()
            .map(|author| escape(author).into_owned()),
    );
    if !about.is_empty() {
        write(vec![Piece::new(Role::Dim, about.join(" · "))])?;
    }
    write(text::location(article, terminal))?;
    if let Some(url) = &article.url {
        let mut piece = Piece::new(Role::Dim, escape(url));
        piece.link = web_address(url).map(Into::into);
        write(vec![piece])?;
    }
    if let Some(summary) = &article.summary {
        writeln!(out)?;
        paragraph(
            out,
            terminal,
            &blank,
            0,
            highlighted(summary, &ranges(TextField::Summary), Role::Title),
        )?;
    }
    write_body(out, terminal, &article.body, &ranges(TextField::Body))?;
    write_captions(out, terminal, &article.captions)
}

fn write_body(
    out: &mut dyn Write,
    terminal: &Terminal,
    body: &str,
    matches: &[Range<usize>],
) -> io::Result<()> {
    let blank = Piece::new(Role::Plain, "");
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        let here = at..at + line.len();
        at = here.end;
        let line = line.trim_end();
        if line.is_empty() {
            continue;
        }
        let within: Vec<_> = matches
            .iter()
            .filter(|r| r.start >= here.start && r.start < here.end)
            .map(|r| r.start - here.start..r.end.saturating_sub(here.start).min(line.len()))
            .collect();
        writeln!(out)?;
        paragraph(
            out,
            terminal,
            &blank,
            0,
            highlighted(line, &within, Role::Plain),
        )?;
    }
    Ok(())
}

fn write_captions(
    out: &mut dyn Write,
    terminal: &Terminal,
    captions: &[Caption],
) -> io::Result<()> {
    for caption in captions {
        writeln!(out)?;
        let credit = caption
            .credit
            .as_ref()
            .map(|credit| format!(" ({})", escape(credit)))
            .unwrap_or_default();
        let shown = format!("{}{credit}", escape(&caption.text));
        let head = Piece::new(Role::Label, "▣ ");
        paragraph(out, terminal, &head, 2, vec![Piece::new(Role::Dim, shown)])?;
    }
    Ok(())
}
