//! `timbao sources`.

use std::io::Write;

use serde::Serialize;
use timbao_cluster::source_list;
use timbao_index::Index;
use timbao_index::update::{SourceStatus, status};
use timbao_views::Citation;
use timbao_views::json::VERSION;

use crate::cli::SourcesArgs;
use crate::error::Result;
use crate::exit::Outcome;
use crate::output::json::write_pretty;
use crate::output::line::Piece;
use crate::output::listing::{Listing, write_lines};
use crate::output::rows::Rows;
use crate::output::sanitize::escape;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;
use crate::output::text::paragraph;

use super::context::{Context, cluster_client};
use super::engine;

/// All sources, in JSON.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    sources: &'a [SourceStatus],
    #[serde(skip_serializing_if = "Option::is_none")]
    citation: Option<&'a Citation>,
}

/// Lists the sources of the index.
pub(crate) fn run(args: &SourcesArgs, context: &Context) -> Result<Outcome> {
    let sources = match cluster_client(context)? {
        Some(client) => source_list(&client)?,
        None => status(&Index::open(&context.settings.index)?)?,
    };
    let citation = match args.cite.wanted(args.list.format) {
        true => Some(engine::open(context)?.cite([])?),
        false => None,
    };
    let answer = Listed {
        sources: &sources,
        with_problems: args.problems,
        citation,
    };
    context.list(args.list.format, &answer)?;
    Ok(Outcome::of(!sources.is_empty()))
}

/// Sources.
struct Listed<'a> {
    sources: &'a [SourceStatus],
    /// Whether people see each problem.
    with_problems: bool,
    citation: Option<Citation>,
}

impl Listing for Listed<'_> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let (language, words) = (terminal.language, terminal.language.words());
        if self.sources.is_empty() {
            writeln!(out, "{}", words.no_sources)?;
            return Ok(());
        }
        let mut table = Table::new(&[
            (words.col_collection, Side::Left),
            (words.col_articles, Side::Right),
            (words.col_files, Side::Right),
            (words.col_last_change, Side::Left),
            (words.col_problems, Side::Right),
        ]);
        for source in self.sources {
            let changed = source.changed_in_vietnam();
            table.row([
                source.collection.clone(),
                language.count(source.articles),
                language.count(source.files),
                changed.map_or_else(|| "–".to_owned(), |changed| language.date(&changed)),
                language.count(source.problems.len() as u64),
            ]);
        }
        table.write(out, terminal)?;
        if self.with_problems {
            for problem in self.sources.iter().flat_map(|source| &source.problems) {
                let place = match &problem.member {
                    Some(member) => format!("{}#{member}: ", problem.path),
                    None => format!("{}: ", problem.path),
                };
                let text = format!("{}{}", escape(&place), escape(&problem.message));
                let blank = Piece::new(Role::Plain, "");
                paragraph(
                    out,
                    terminal,
                    &blank,
                    0,
                    vec![Piece::new(Role::Plain, text)],
                )?;
            }
        }
        Ok(())
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        let answer = Answer {
            version: VERSION,
            sources: self.sources,
            citation: self.citation.as_ref(),
        };
        Ok(write_pretty(out, &answer)?)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, self.sources)
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        rows.header(&SourceStatus::COLUMNS)?;
        for source in self.sources {
            rows.row(source.row())?;
        }
        Ok(())
    }

    fn citation(&self) -> Option<&Citation> {
        self.citation.as_ref()
    }
}
