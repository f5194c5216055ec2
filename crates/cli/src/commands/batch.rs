//! `timbao batch`.

use std::borrow::Cow;
use std::io::Write;

use serde::Serialize;
use timbao_index::{Index, SearchOptions, Searcher};

use crate::cli::{BatchArgs, RowFormat};
use crate::error::{Failure, Result, say};
use crate::exit::Outcome;
use crate::output::csv::CsvWriter;
use crate::output::json::write_line;
use crate::output::number::count;
use crate::output::pager::Sink;
use crate::output::style::Role;
use timbao_index::output::json::{HitShape, VERSION};
use timbao_index::output::{ShownHit, csv as columns};

use super::Context;
use super::queries::Queries;
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
        .map(|(hit, rank)| Ok(ShownHit::load(searcher, prepared.plan(), hit, rank, 1)?));
    writer.write(&prepared.text, total, (!args.totals).then_some(hits))?;
    Ok(total)
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
