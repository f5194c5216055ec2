//! `timbao batch`.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use serde::Serialize;
use timbao_index::{Index, SearchOptions, Searcher};

use crate::cli::{BatchArgs, RowFormat};
use crate::error::{Failure, Result, plain_words, say};
use crate::exit::Outcome;
use crate::hits::json::{HitShape, VERSION};
use crate::hits::{ShownHit, csv as columns};
use crate::output::csv::CsvWriter;
use crate::output::json::write_line;
use crate::output::number::count;
use crate::output::pager::Sink;
use crate::output::style::Role;

use super::Context;
use super::query::{Prepared, sort};

/// The hits of one query, in JSON Lines.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    query: &'a str,
    total: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    hits: Option<Vec<HitShape<'a>>>,
}

/// Hits that are asked for at first; a query with more is asked again for all of them.
const PAGE: usize = 1000;

/// Runs a file of queries and writes their hits.
pub(crate) fn run(args: &BatchArgs, context: &Context) -> Result<Outcome> {
    let searcher = Index::open(&context.settings.index)?.searcher()?;
    let mut queries = Queries::open(&args.queries, args.column.as_deref())?;
    let mut writer = Writer::new(args, context)?;
    let (mut asked, mut cut, mut any) = (0_u64, 0_u64, false);
    while let Some(query) = queries.next_query()? {
        let prepared = Prepared::new(&query, &args.filters, context)?;
        prepared.warn(context);
        let total = write_answer(&searcher, &prepared, args, context, &mut writer)?;
        asked += 1;
        any |= total > 0;
        cut += u64::from(!args.totals && args.limit.is_some_and(|limit| total > limit as u64));
    }
    writer.finish()?;
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

/// Writes the total and the hits of a query.
fn write_answer(
    searcher: &Searcher,
    prepared: &Prepared,
    args: &BatchArgs,
    context: &Context,
    writer: &mut Writer,
) -> Result<u64> {
    let wanted = if args.totals {
        0
    } else {
        args.limit.unwrap_or(usize::MAX)
    };
    let options = SearchOptions {
        limit: wanted.min(PAGE),
        offset: 0,
        sort: sort(args.sort.unwrap_or(context.settings.sort)),
        total: true,
        recency_half_life: context.settings.recency,
    };
    let mut found = searcher.search(prepared.plan(), &options)?;
    let total = found
        .total
        .ok_or_else(|| Failure::new("the engine did not count the matches"))?;
    if total > PAGE as u64 && wanted > PAGE {
        // The order is settled by one search for all of them; their addresses are small.
        let limit = wanted.min(usize::try_from(total).unwrap_or(usize::MAX));
        found = searcher.search(prepared.plan(), &SearchOptions { limit, ..options })?;
    }
    let hits = found
        .hits
        .iter()
        .zip(1..)
        .map(|(hit, rank)| ShownHit::load(searcher, prepared.plan(), hit, rank, 1));
    writer.write(&prepared.text, total, (!args.totals).then_some(hits))?;
    Ok(total)
}

/// The queries of a file, one after the other.
struct Queries {
    rows: csv::Reader<Box<dyn Read>>,
    name: String,
    column: usize,
    /// The first row, when it was read to look for a header and is none.
    held: Option<String>,
    row: csv::StringRecord,
}

impl Queries {
    fn open(path: &Path, column: Option<&str>) -> Result<Self> {
        let (name, input): (String, Box<dyn Read>) = if path.as_os_str() == "-" {
            ("standard input".to_owned(), Box::new(io::stdin()))
        } else {
            let file = File::open(path).map_err(|error| Failure::file(path, &error))?;
            (path.display().to_string(), Box::new(file))
        };
        let rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(input);
        let mut queries = Self {
            rows,
            name,
            column: 0,
            held: None,
            row: csv::StringRecord::new(),
        };
        queries.find_column(column)?;
        Ok(queries)
    }

    /// Settles which column holds the queries, and whether the first row is a header.
    fn find_column(&mut self, column: Option<&str>) -> Result<()> {
        let is_there = self.read_row()?;
        let named = |name: &str| {
            self.row
                .iter()
                .position(|cell| clean(cell).eq_ignore_ascii_case(name))
        };
        let header = named(column.unwrap_or("query"));
        let number = column
            .and_then(|column| column.parse::<usize>().ok())
            .and_then(|n| n.checked_sub(1));
        match (header, column, number) {
            (Some(at), _, _) => self.column = at,
            (None, Some(column), None) => {
                let names: Vec<_> = self.row.iter().map(clean).collect();
                return Err(
                    Failure::new(format!("{}: there is no column `{column}`", self.name))
                        .hint(format!("its columns are: {}", names.join(", "))),
                );
            }
            (None, _, number) => {
                self.column = number.unwrap_or(0);
                if named("query").is_none() && is_there {
                    self.held = self.cell();
                }
            }
        }
        Ok(())
    }

    fn next_query(&mut self) -> Result<Option<String>> {
        if let Some(query) = self.held.take() {
            return Ok(Some(query));
        }
        while self.read_row()? {
            if let Some(query) = self.cell() {
                return Ok(Some(query));
            }
        }
        Ok(None)
    }

    fn cell(&self) -> Option<String> {
        self.row
            .get(self.column)
            .map(clean)
            .filter(|cell| !cell.is_empty())
            .map(str::to_owned)
    }

    fn read_row(&mut self) -> Result<bool> {
        self.rows.read_record(&mut self.row).map_err(|error| {
            let line = error
                .position()
                .map_or(String::new(), |position| format!(":{}", position.line()));
            let reason = match error.kind() {
                csv::ErrorKind::Io(error) => plain_words(error),
                csv::ErrorKind::Utf8 { .. } => "is not UTF-8 text".to_owned(),
                _ => error.to_string(),
            };
            Failure::new(format!("{}{line}: {reason}", self.name))
        })
    }
}

/// A cell without the white space around it, and the mark that some programs begin files with.
fn clean(cell: &str) -> &str {
    cell.trim_start_matches('\u{FEFF}').trim()
}

/// Writes answers in one of the formats.
enum Writer {
    Csv {
        rows: Box<CsvWriter<Sink>>,
        totals: bool,
    },
    Jsonl {
        out: Sink,
    },
}

impl Writer {
    fn new(args: &BatchArgs, context: &Context) -> Result<Self> {
        Ok(match args.format {
            RowFormat::Jsonl => Self::Jsonl {
                out: Sink::stdout(),
            },
            RowFormat::Csv => {
                let mut header = vec!["query", "total"];
                if !args.totals {
                    header.extend(columns::HEADER);
                }
                Self::Csv {
                    rows: Box::new(CsvWriter::new(Sink::stdout(), &context.terminal, &header)?),
                    totals: args.totals,
                }
            }
        })
    }

    /// Writes the answer to a query. In CSV a query without hits has a row with its total.
    fn write(
        &mut self,
        query: &str,
        total: u64,
        hits: Option<impl Iterator<Item = Result<ShownHit>>>,
    ) -> Result<()> {
        match self {
            Self::Jsonl { out, .. } => {
                let hits = hits
                    .map(|hits| hits.collect::<Result<Vec<_>>>())
                    .transpose()?;
                let hits = hits
                    .as_ref()
                    .map(|hits| hits.iter().map(HitShape::new).collect());
                write_line(
                    out,
                    &Answer {
                        version: VERSION,
                        query,
                        total,
                        hits,
                    },
                )?;
                out.flush()?;
            }
            Self::Csv { rows, totals } => {
                let total = total.to_string();
                let head = [Cow::Borrowed(query), Cow::Borrowed(total.as_str())];
                let mut is_empty = true;
                for hit in hits.into_iter().flatten() {
                    let hit = hit?;
                    rows.row(head.iter().cloned().chain(columns::row(&hit)))?;
                    is_empty = false;
                }
                if is_empty {
                    let missing = if *totals { 0 } else { columns::HEADER.len() };
                    rows.row(
                        head.into_iter()
                            .chain(std::iter::repeat_n(Cow::Borrowed(""), missing)),
                    )?;
                }
                rows.flush()?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::Csv { mut rows, .. } => rows.flush(),
            Self::Jsonl { mut out, .. } => Ok(out.flush()?),
        }
    }
}
