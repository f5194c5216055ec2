//! `timbao similar`.

use std::fs;
use std::io::Write;
use std::path::Path;

use timbao_articles::{Article, FoundFile, Limits, RecordBatch, open};
use timbao_views::csv::{SIMILAR_HEADER, similar_row};
use timbao_views::{Citation, Engine, Similar, SimilarOptions};

use crate::cli::SimilarArgs;
use crate::error::{Failure, Result};
use crate::exit::Outcome;
use crate::output::date::vietnamese_text;
use crate::output::line::Piece;
use crate::output::listing::{Listing, View, write_lines};
use crate::output::rows::Rows;
use crate::output::sanitize::escape;
use crate::output::style::Role;
use crate::output::terminal::Terminal;
use crate::output::text::paragraph;
use crate::output::width::width;

use super::cite;
use super::context::{Context, read_text};
use super::engine;

/// Prints articles like a given one.
pub(crate) fn run(args: &SimilarArgs, context: &Context) -> Result<Outcome> {
    let engine = engine::open(context)?;
    let engine = &*engine;
    let options = SimilarOptions {
        limit: args.limit,
        terms: args.terms,
        without_reprints: !args.reprints,
    };
    let found = similar(engine, &args.id, &options)?;
    let citation = cite::citation(args.cite.wanted(args.list.format), engine, [])?;
    let answer = View {
        request: None,
        view: &found,
        citation,
    };
    context.list(args.list.format, &answer)?;
    Ok(Outcome::of(!found.articles.is_empty()))
}

fn similar(engine: &dyn Engine, id: &str, options: &SimilarOptions) -> Result<Similar> {
    let path = Path::new(id);
    if id == "-" {
        let article = Article {
            body: read_text(path)?,
            ..Article::default()
        };
        return Ok(engine.similar_to_article(&article, options)?);
    }
    if let Some(&article) = engine.find(id)?.first() {
        return Ok(engine.similar(article, options)?);
    }
    if !fs::exists(path).unwrap_or(false) {
        return Err(Failure::new(format!("{id}: no such article or file"))
            .hint("`timbao search` prints the id or path of every hit"));
    }
    Ok(engine.similar_to_article(&first_article(path)?, options)?)
}

/// The first article of a file.
fn first_article(path: &Path) -> Result<Article> {
    let failed = |problem: timbao_articles::Problem| Failure::new(problem.to_string());
    let file = FoundFile::new(path).map_err(failed)?;
    let mut reader = open(&file, &Limits::default()).map_err(failed)?;
    let mut batch = RecordBatch::new();
    while reader.next_batch(&mut batch) {
        if let Some(record) = batch.records().next() {
            return Ok(record.parse().map_err(failed)?.article);
        }
    }
    Err(Failure::new(format!(
        "{}: no article in this file",
        path.display()
    )))
}

impl Listing for View<'_, Similar> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let found = self.view;
        let terms: Vec<&str> = found.terms.iter().map(|t| t.term.as_str()).collect();
        let words = terminal.language.words();
        let label = Piece::new(Role::Dim, format!("{}  ", words.terms));
        let list = vec![Piece::new(Role::Dim, escape(&terms.join(", ")))];
        paragraph(out, terminal, &label, width(words.terms) + 2, list)?;
        let blank = Piece::new(Role::Plain, "");
        for article in &found.articles {
            writeln!(out)?;
            let score = Piece::new(Role::Dim, format!("{:>4.0} %  ", article.score * 100.0));
            let title = article.title.as_deref().unwrap_or(words.untitled);
            let title = vec![Piece::new(Role::Title, escape(title))];
            paragraph(out, terminal, &score, 8, title)?;
            let date = article.date.as_deref().map(vietnamese_text);
            let about = [&date, &article.section, &article.source];
            let mut about: Vec<&str> = about.into_iter().filter_map(|a| a.as_deref()).collect();
            about.push(&article.id);
            let about = vec![Piece::new(Role::Dim, escape(&about.join(" · ")))];
            paragraph(out, terminal, &blank, 8, about)?;
            let shared = vec![Piece::new(Role::Plain, escape(&article.terms.join(", ")))];
            paragraph(out, terminal, &blank, 8, shared)?;
        }
        Ok(())
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        self.write_json(out)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, &self.view.articles)
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        rows.header(&SIMILAR_HEADER)?;
        for article in &self.view.articles {
            rows.row(similar_row(article))?;
        }
        Ok(())
    }

    fn citation(&self) -> Option<&Citation> {
        self.citation.as_ref()
    }
}
