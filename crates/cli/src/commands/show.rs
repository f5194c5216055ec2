//! `timbao show`.

use std::io::{self, Write};
use std::ops::Range;

use timbao_articles::{Article, Caption};
use timbao_query::Request;
use timbao_query::plan::TextField;
use timbao_views::{ArticleId, Citation, Engine, Match, MatchShape};

use crate::cli::{FilterArgs, ListFormat, RecordFormat, ShowArgs};
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

use super::cite;
use super::context::Context;
use super::engine;
use super::query::{prepare, warn_of};

/// Prints an article.
pub(crate) fn run(args: &ShowArgs, context: &Context) -> Result<Outcome> {
    let engine = engine::open(context)?;
    let engine = &*engine;
    let query = query(args, context)?;
    let found = engine.find(&args.id)?;
    if found.is_empty() {
        tell_of_nothing(&args.id, context);
        return Ok(Outcome::Nothing);
    }
    let queries = query.iter().map(|query| (query, query.plan()));
    let shown = Shown {
        id: &args.id,
        articles: engine.articles(&found)?,
        matches: matches(engine, query.as_ref(), &found)?,
        citation: cite::citation(args.cite.requested(), engine, queries)?,
    };
    match args.format {
        RecordFormat::Json => shown.json(&mut Sink::stdout())?,
        RecordFormat::Text => shown.text(&mut context.paged(), &context.terminal)?,
    }
    Ok(Outcome::Found)
}

/// The query whose matches are marked.
fn query(args: &ShowArgs, context: &Context) -> Result<Option<Request>> {
    let Some(query) = &args.query else {
        return Ok(None);
    };
    let filters = FilterArgs {
        accents: args.accents,
        ..FilterArgs::default()
    };
    let request = prepare(query, &filters, context)?;
    warn_of(&request, context);
    Ok(Some(request))
}

/// The matches of a query in each of some articles.
fn matches(
    engine: &dyn Engine,
    query: Option<&Request>,
    articles: &[ArticleId],
) -> Result<Option<Vec<Vec<Match>>>> {
    let Some(query) = query else {
        return Ok(None);
    };
    let matches = articles
        .iter()
        .map(|&article| Ok(engine.matches(query.plan(), article)?));
    matches.collect::<Result<_>>().map(Some)
}

/// The articles with an id.
struct Shown<'a> {
    id: &'a str,
    articles: Vec<Article>,
    /// The matches in each of them, if there is a query.
    matches: Option<Vec<Vec<Match>>>,
    citation: Option<Citation>,
}

impl Shown<'_> {
    fn json(&self, out: &mut dyn Write) -> Result<()> {
        let mut answer = ArticlesAnswer::new(self.id, &self.articles);
        if let Some(matches) = &self.matches {
            let matches = self.articles.iter().zip(matches);
            let shapes = matches.map(|(article, matches)| MatchShape::list(article, matches));
            answer = answer.with_matches(shapes.collect());
        }
        answer.citation = self.citation.as_ref();
        write_pretty(out, &answer)?;
        Ok(out.flush()?)
    }

    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        for (number, article) in self.articles.iter().enumerate() {
            if number > 0 {
                writeln!(out, "\n{}\n", terminal.palette.paint(Role::Dim, "―――"))?;
            }
            let matches = self.matches.as_ref().and_then(|all| all.get(number));
            let matches = matches.map(Vec::as_slice).unwrap_or_default();
            write_article(out, terminal, article, matches)?;
        }
        cite::write(out, self.citation.as_ref(), ListFormat::Text, terminal)?;
        Ok(out.flush()?)
    }
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
