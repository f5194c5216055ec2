//! `timbao batch`.

use std::borrow::Cow;
use std::io::Write;

use serde::Serialize;
use timbao_export::CsvTable;
use timbao_query::Request;
use timbao_query::plan::{Facet, Plan};
use timbao_views::json::{CitationLine, HitShape, VERSION};
use timbao_views::{
    Cell, Citation, CitedQuery, Count, Engine, FacetCounts, FacetMatrix, FoundArticles,
    SearchOptions, ShownHit, csv as columns,
};

use crate::cli::{BatchArgs, RowFormat};
use crate::error::{Result, say};
use crate::exit::Outcome;
use crate::output::json::{write_line, write_part};
use crate::output::number::count;
use crate::output::pager::Sink;
use crate::output::rows::Rows;
use crate::output::style::Role;
use crate::output::terminal::Terminal;

use super::cite;
use super::context::Context;
use super::engine;
use super::queries::Queries;
use super::query::{announce, base, prepare, sort, warn_of};

/// The total of one query, in JSON Lines; other fields follow.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    query: &'a str,
    total: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a FacetCounts>,
}

/// Hits of the first search; a query with more hits is searched again for all of them.
const PAGE: usize = 1000;

/// Runs a file of queries and writes their hits, their totals or a matrix.
pub(crate) fn run(args: &BatchArgs, context: &Context) -> Result<Outcome> {
    let engine = engine::open(context)?;
    let engine = &*engine;
    let mut queries = Queries::open(&args.queries, args.column.as_deref())?;
    let batch = Batch {
        engine,
        args,
        context,
    };
    let mut writer = batch.writer()?;
    let (mut asked, mut cut, mut any) = (0_u64, 0_u64, false);
    let mut cited = Vec::new();
    while let Some(query) = queries.next_query()? {
        let request = prepare(&query, &args.filters, context)?;
        warn_of(&request, context);
        let total = batch.answer(&request, &mut writer)?;
        if args.cite.requested() {
            cited.push(CitedQuery::new(&request, request.plan()));
        }
        asked += 1;
        any |= total > 0;
        cut += u64::from(args.limit.is_some_and(|limit| total > limit as u64));
    }
    let citation = match args.cite.requested() {
        true => Some(Citation::new(engine.state()?, cited)),
        false => None,
    };
    writer.finish(citation.as_ref())?;
    if cut > 0 {
        let message = format!(
            "--limit cut the hits of {} of {} queries",
            count(cut),
            count(asked)
        );
        say(context.terminal.error_palette, Role::Hint, "note", &message);
    }
    Ok(Outcome::of(any))
}

struct Batch<'a> {
    engine: &'a dyn Engine,
    args: &'a BatchArgs,
    context: &'a Context,
}

impl Batch<'_> {
    fn writer(&self) -> Result<Writer<'_>> {
        if self.args.format == RowFormat::Jsonl {
            return Ok(Writer::Jsonl(Sink::stdout()));
        }
        let mut header = vec![Cow::from("query"), Cow::from("total")];
        let mut matrix = None;
        if let Some(by) = self.args.by {
            // A query without words matches all articles that pass the filters.
            let all = base(&self.args.filters, self.context)?;
            let facets = self
                .engine
                .facets_of(&all, &[by.into()], self.args.count.into())?
                .facets;
            matrix = facets.first().map(FacetMatrix::new);
            let values = matrix.iter().flat_map(FacetMatrix::values);
            header.extend(values.map(|value| value.clone().into()));
            header.push("(none)".into());
        } else if !self.args.totals {
            header.extend(columns::header().into_iter().map(Cow::from));
        }
        let header: Vec<&str> = header.iter().map(AsRef::as_ref).collect();
        let terminal = &self.context.terminal;
        let is_cited = self.args.cite.requested();
        let mut table = CsvTable::begin(Sink::stdout(), self.context.settings.csv, is_cited)?;
        Rows::new(&mut table, terminal).header(&header)?;
        Ok(Writer::Csv {
            rows: Box::new(table),
            terminal,
            columns: header.len(),
            matrix,
        })
    }

    /// Writes the answer to a query; returns the number of matching articles.
    fn answer(&self, request: &Request, writer: &mut Writer<'_>) -> Result<u64> {
        if let Some(by) = self.args.by {
            let facets: [Facet; 1] = [by.into()];
            let counts = self
                .engine
                .facets_of(request.plan(), &facets, self.args.count.into())?;
            if let [by] = counts.facets.as_slice() {
                writer.counts(request.text(), counts.total, by)?;
            }
            return Ok(counts.total);
        }
        let wanted = if self.args.totals {
            0
        } else {
            self.args.limit.unwrap_or(usize::MAX)
        };
        let options = SearchOptions {
            limit: wanted.min(PAGE),
            offset: 0,
            sort: sort(self.args.sort.unwrap_or(self.context.settings.sort)),
            recency_half_life: self.context.settings.recency,
        };
        let plan = request.plan();
        let mut found = self.search(plan, &options)?;
        let total = found.total;
        let wanted = wanted.min(usize::try_from(total).unwrap_or(usize::MAX));
        announce(request.text(), wanted, self.context);
        if wanted > PAGE {
            // The order is settled by one search for all of them; their addresses are small.
            let options = SearchOptions {
                limit: wanted,
                ..options
            };
            found = self.search(plan, &options)?;
        }
        if self.args.totals {
            writer.total(request.text(), total)?;
        } else {
            let hits = self.engine.shown(plan, &found.hits, 1, 1);
            let hits = hits.map(|hit| Ok(hit?));
            writer.hits(request.text(), total, hits)?;
        }
        Ok(total)
    }
}

impl Batch<'_> {
    /// Searches for articles, or for texts at their first publications.
    fn search(&self, plan: &Plan, options: &SearchOptions) -> Result<FoundArticles> {
        if Count::from(self.args.count) == Count::Publications {
            return Ok(self.engine.search(plan, options)?);
        }
        let found = self.engine.search_unique(plan, options)?;
        Ok(FoundArticles {
            total: found.texts,
            hits: found.hits.into_iter().map(|text| text.hit).collect(),
        })
    }
}

/// Writes answers in one of the formats, each at once.
enum Writer<'a> {
    Csv {
        rows: Box<CsvTable<Sink>>,
        terminal: &'a Terminal,
        columns: usize,
        /// The columns of a matrix.
        matrix: Option<FacetMatrix>,
    },
    Jsonl(Sink),
}

impl Writer<'_> {
    /// Writes how many articles match.
    fn total(&mut self, query: &str, total: u64) -> Result<()> {
        match self {
            Self::Csv { rows, terminal, .. } => {
                Rows::new(&mut **rows, terminal).row([Cell::from(query), total.into()])?;
                Ok(rows.flush()?)
            }
            Self::Jsonl(out) => {
                write_line(out, &Answer::new(query, total))?;
                Ok(out.flush()?)
            }
        }
    }

    /// Writes a row of a matrix.
    fn counts(&mut self, query: &str, total: u64, by: &FacetCounts) -> Result<()> {
        match self {
            Self::Csv {
                rows,
                terminal,
                matrix,
                ..
            } => {
                let cells = matrix.as_ref().map(|matrix| matrix.row(by));
                let cells = cells.unwrap_or_default();
                let head = [Cell::from(query), total.into()];
                let cells = cells.into_iter().chain([by.unknown]);
                let row = head.into_iter().chain(cells.map(Cell::from));
                Rows::new(&mut **rows, terminal).row(row)?;
                Ok(rows.flush()?)
            }
            Self::Jsonl(out) => {
                let answer = Answer {
                    by: Some(by),
                    ..Answer::new(query, total)
                };
                write_line(out, &answer)?;
                Ok(out.flush()?)
            }
        }
    }

    /// Writes hits, each as soon as it is read. In CSV a query without hits has a row with
    /// its total.
    fn hits(
        &mut self,
        query: &str,
        total: u64,
        hits: impl Iterator<Item = Result<ShownHit>>,
    ) -> Result<()> {
        match self {
            Self::Csv {
                rows: table,
                terminal,
                columns,
                ..
            } => {
                let head = [Cell::from(query), Cell::from(total)];
                let mut rows = Rows::new(&mut **table, terminal);
                let mut is_empty = true;
                for hit in hits {
                    let hit = hit?;
                    rows.row(head.iter().cloned().chain(columns::row(&hit)))?;
                    is_empty = false;
                }
                if is_empty {
                    let missing = columns.saturating_sub(head.len());
                    rows.row(
                        head.into_iter()
                            .chain(std::iter::repeat_n(Cell::Empty, missing)),
                    )?;
                }
                Ok(table.flush()?)
            }
            Self::Jsonl(out) => {
                let mut head = Vec::new();
                write_part(&mut head, &Answer::new(query, total))?;
                // The object continues with a list of hits.
                head.pop();
                out.write_all(&head)?;
                out.write_all(b",\"hits\":[")?;
                for (number, hit) in hits.enumerate() {
                    if number > 0 {
                        out.write_all(b",")?;
                    }
                    write_part(out, &HitShape::new(&hit?))?;
                }
                out.write_all(b"]}\n")?;
                Ok(out.flush()?)
            }
        }
    }

    /// Writes the citation after all answers.
    fn finish(self, citation: Option<&Citation>) -> Result<()> {
        match self {
            Self::Csv { rows, terminal, .. } => {
                let about = citation.map(|of| cite::about(of, terminal));
                Ok(rows.finish(about.as_ref())?.flush()?)
            }
            Self::Jsonl(mut out) => {
                if let Some(citation) = citation {
                    write_line(&mut out, &CitationLine { citation })?;
                }
                Ok(out.flush()?)
            }
        }
    }
}

impl<'a> Answer<'a> {
    fn new(query: &'a str, total: u64) -> Self {
        Self {
            version: VERSION,
            query,
            total,
            by: None,
        }
    }
}
