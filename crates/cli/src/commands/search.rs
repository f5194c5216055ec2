//! `timbao search`.

use std::io::Write;
use std::time::Instant;

use timbao_index::{Found, Index, SearchOptions, Sort};
use timbao_query::plan::Facet;
use timbao_views::csv;
use timbao_views::json::{AdviceShape, HitShape, SearchAnswer};
use timbao_views::suggest::Advice;

use crate::cli::{FilterArgs, ListFormat, SearchArgs};
use crate::error::{Failure, Result, say};
use crate::exit::Outcome;
use crate::hits::{self, facets};
use crate::output::csv::CsvWriter;
use crate::output::json::{write_line, write_pretty};
use crate::output::number::{count, counted, duration};
use crate::output::style::Role;

use super::cite;
use super::query::{announce, prepare, sort, warn_of};
use super::{Context, suggestions};

/// Prints ranked hits.
pub(crate) fn run(args: &SearchArgs, context: &Context) -> Result<Outcome> {
    search(args, &args.query.join(" "), context)
}

/// Prints the hits of a query with every option at its default.
pub(crate) fn plain(query: &str, context: &Context) -> Result<Outcome> {
    let args = SearchArgs {
        query: Vec::new(),
        filters: FilterArgs::default(),
        limit: None,
        offset: 0,
        sort: None,
        recency: None,
        facet: Vec::new(),
        unique: false,
        cite: false,
        snippets: 1,
        explain: false,
        format: ListFormat::Text,
    };
    search(&args, query, context)
}

fn search(args: &SearchArgs, query: &str, context: &Context) -> Result<Outcome> {
    let settings = &context.settings;
    let searcher = Index::open(&settings.index)?.searcher()?;
    let start = Instant::now();
    let request = prepare(query, &args.filters, context)?;
    let options = SearchOptions {
        limit: args.limit.unwrap_or(settings.limit),
        offset: args.offset,
        sort: sort(args.sort.unwrap_or(settings.sort)),
        recency_half_life: args.recency.or(settings.recency),
    };
    if args.explain && (args.format == ListFormat::Csv || options.sort != Sort::Relevance) {
        return Err(
            Failure::new("--explain is for hits by relevance, in text or JSON")
                .hint("leave out --sort, or write --sort relevance and --format json"),
        );
    }
    let unique = if args.unique {
        Some(searcher.search_unique(request.plan(), &options)?)
    } else {
        None
    };
    let found = match &unique {
        Some(unique) => Found {
            total: unique.total,
            hits: unique.hits.iter().map(|text| text.hit).collect(),
        },
        None => searcher.search(request.plan(), &options)?,
    };
    let time = start.elapsed();
    let total = found.total;
    let by: Vec<Facet> = args.facet.iter().map(|&name| name.into()).collect();
    let counts = match by.as_slice() {
        [] => None,
        by => Some(searcher.facets(request.plan(), by)?),
    };
    let advice = match args.format {
        ListFormat::Text | ListFormat::Json => {
            searcher.advice(request.ast(), request.options(), total)?
        }
        ListFormat::Jsonl | ListFormat::Csv => Advice::default(),
    };
    warn_of(&request, context);
    announce(request.text(), found.hits.len(), context);
    let first = args.offset as u64 + 1;
    let mut explanations = if args.explain {
        let addresses: Vec<_> = found.hits.iter().map(|hit| hit.address).collect();
        searcher.explain_scores(request.plan(), options.recency_half_life, &addresses)?
    } else {
        Vec::new()
    }
    .into_iter();
    let shown = searcher.shown(request.plan(), &found.hits, first, args.snippets);
    let shown = shown.map(|shown| {
        let mut shown = shown?;
        shown.explanation = explanations.next();
        let text = unique.as_ref().and_then(|unique| {
            let number = usize::try_from(shown.rank - first).ok()?;
            unique.hits.get(number)
        });
        shown.reprints = text.map(|text| text.reprints);
        Ok(shown)
    });
    let rows = unique.as_ref().map_or(total, |unique| unique.texts);
    let is_part = (found.hits.len() as u64) < rows;
    let citation = cite::citation(args.cite, &searcher, [(&request, request.plan())])?;
    if is_part && counts.is_none() && matches!(args.format, ListFormat::Jsonl | ListFormat::Csv) {
        let shown = count(found.hits.len() as u64);
        let message = format!("{shown} of {} written; see --limit", counted(rows, "hit"));
        say(context.terminal.error_palette, Role::Hint, "note", &message);
    }
    let mut out = context.paged_for(args.format);
    let terminal = &context.terminal;
    match args.format {
        ListFormat::Text => {
            let time = if terminal.is_terminal {
                format!(" · {}", duration(time))
            } else {
                String::new()
            };
            let part = if options.limit > 0 && is_part {
                format!(", {} shown", count(found.hits.len() as u64))
            } else {
                String::new()
            };
            let texts = unique.as_ref().map_or_else(String::new, |unique| {
                format!(", {}", counted(unique.texts, "text"))
            });
            let summary = format!("{}{texts}{part}{time}", counted(total, "article"));
            writeln!(out, "{}", terminal.palette.paint(Role::Dim, &summary))?;
            if let Some(counts) = &counts {
                facets::write_text(&mut out, terminal, counts)?;
            }
            hits::text::write(&mut out, terminal, &shown.collect::<Result<Vec<_>>>()?)?;
        }
        ListFormat::Json => {
            let shown = shown.collect::<Result<Vec<_>>>()?;
            let mut answer = SearchAnswer::new(
                request.text(),
                request.problems(),
                total,
                args.offset,
                &shown,
            );
            answer.texts = unique.as_ref().map(|unique| unique.texts);
            answer.citation = citation.as_ref();
            answer.facets = counts.as_ref().map(|counts| counts.facets.as_slice());
            answer.advice = Some(AdviceShape::new(&advice));
            write_pretty(&mut out, &answer)?;
        }
        ListFormat::Jsonl => match &counts {
            Some(counts) => facets::write_jsonl(&mut out, counts)?,
            None => {
                for hit in shown {
                    write_line(&mut out, &HitShape::new(&hit?))?;
                }
            }
        },
        ListFormat::Csv => match &counts {
            Some(counts) => facets::write_csv(&mut out, terminal, counts)?,
            None => {
                let mut rows = CsvWriter::new(&mut out, terminal, &csv::HEADER)?;
                for hit in shown {
                    rows.row(csv::row(&hit?))?;
                }
                rows.flush()?;
            }
        },
    }
    cite::write(&mut out, citation.as_ref(), args.format, context)?;
    out.flush()?;
    drop(out);
    if args.format == ListFormat::Text {
        suggestions::tell(&advice, total, args, context);
    }
    Ok(Outcome::of(total > 0))
}
