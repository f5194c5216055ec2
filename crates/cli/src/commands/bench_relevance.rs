//! `timbao bench relevance`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Write;

use serde::Serialize;
use timbao_index::{Index, Searcher};

use crate::arguments::command_line;
use crate::cli::{FilterArgs, RecordFormat, RelevanceArgs};
use crate::error::{Failure, Result, warn};
use crate::exit::Outcome;
use crate::output::json::write_pretty;
use crate::output::number::{count, counted};
use crate::output::pager::Sink;
use crate::output::table::{Side, Table};
use timbao_query::Request;
use timbao_tokenizer::scan;
use timbao_views::json::VERSION;

use super::context::{Context, read_text};
use super::query::{prepare, top};

/// Hits of each query that are evaluated.
const DEPTH: usize = 10;

/// The figures, in JSON.
#[derive(Serialize)]
struct Answer {
    version: u32,
    timbao: &'static str,
    command: Vec<String>,
    index: String,
    articles: u64,
    /// Lines whose id no article has: their queries cannot be answered, and count as not
    /// found.
    missing_ids: usize,
    sets: Vec<Set>,
}

/// The figures of one column of queries.
#[derive(Serialize)]
struct Set {
    /// The column's number in the file, from 1.
    column: usize,
    name: &'static str,
    queries: usize,
    mrr_at_10: f64,
    recall_at_10: f64,
}

/// How the queries of a column are typed.
#[derive(Clone, Copy)]
enum Typed {
    /// With their punctuation, as in the file.
    Pasted,
    /// Their words, separated by spaces.
    Words,
}

impl Typed {
    fn query(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Pasted => text.into(),
            Self::Words => {
                let words = scan(text).map(|token| &text[token.start..token.end]);
                words.collect::<Vec<_>>().join(" ").into()
            }
        }
    }
}

/// An article and the queries that should find it.
struct Pair<'t> {
    id: &'t str,
    queries: Vec<&'t str>,
}

/// Measures whether known articles are found.
pub(crate) fn run(args: &RelevanceArgs, context: &Context) -> Result<Outcome> {
    let text = read_text(&args.pairs)?;
    let pairs = pairs(&text).map_err(|(line, reason)| {
        Failure::new(format!("{}:{line}: {reason}", args.pairs.display()))
            .hint("a line is: article id, a tab, a query, and optionally a tab and the query without accents")
    })?;
    if pairs.is_empty() {
        return Err(Failure::new(format!("{}: no pairs", args.pairs.display())));
    }
    let searcher = Index::open(&context.settings.index)?.searcher()?;
    let filters = FilterArgs {
        accents: args.accents,
        ..FilterArgs::default()
    };
    let mut found_ids = HashSet::new();
    let mut sets = Vec::new();
    for (column, typed, name) in [
        (2, Typed::Pasted, "as typed"),
        (2, Typed::Words, "as typed, words only"),
        (3, Typed::Pasted, "without accents"),
        (3, Typed::Words, "without accents, words only"),
    ] {
        let asked: Vec<_> = pairs
            .iter()
            .filter_map(|pair| Some((pair.id, typed.query(pair.queries.get(column - 2)?))))
            .collect();
        if asked.is_empty() {
            continue;
        }
        let mut ranks = Vec::new();
        for (id, query) in &asked {
            let request = prepare(query.as_ref(), &filters, context)?;
            if let Some(rank) = rank(&searcher, &request, id)? {
                ranks.push(rank);
                found_ids.insert(*id);
            }
        }
        sets.push(Set::new((column, name), asked.len(), &ranks));
    }
    let mut missing = 0;
    for pair in pairs.iter().filter(|pair| !found_ids.contains(pair.id)) {
        missing += usize::from(searcher.find_id(pair.id)?.is_empty());
    }
    warn_of_missing(missing, context);
    let answer = Answer {
        version: VERSION,
        timbao: env!("CARGO_PKG_VERSION"),
        command: command_line(),
        index: context.settings.index.display().to_string(),
        articles: searcher.article_count(),
        missing_ids: missing,
        sets,
    };
    let mut out = Sink::stdout();
    match args.format {
        RecordFormat::Json => write_pretty(&mut out, &answer)?,
        RecordFormat::Text => table(&answer).write(&mut out, &context.terminal)?,
    }
    out.flush()?;
    Ok(Outcome::of(
        answer.sets.iter().any(|set| set.recall_at_10 > 0.0),
    ))
}

impl Set {
    fn new((column, name): (usize, &'static str), queries: usize, ranks: &[usize]) -> Self {
        let reciprocal: f64 = ranks.iter().map(|&rank| 1.0 / rank as f64).sum();
        Self {
            column,
            name,
            queries,
            mrr_at_10: reciprocal / queries as f64,
            recall_at_10: ranks.len() as f64 / queries as f64,
        }
    }
}

fn warn_of_missing(missing: usize, context: &Context) {
    if missing > 0 {
        let lines = counted(missing as u64, "line");
        let message = format!("{lines} with an id that is not in the index, counted as not found");
        warn(context.terminal.error_palette, &message);
    }
}

/// The place of the article among the first hits, from 1.
fn rank(searcher: &Searcher, request: &Request, id: &str) -> Result<Option<usize>> {
    let found = searcher.search(request.plan(), &top(DEPTH))?;
    for (hit, rank) in found.hits.iter().zip(1..) {
        let article = searcher.record(hit.address)?;
        if article.id == id || article.location() == id {
            return Ok(Some(rank));
        }
    }
    Ok(None)
}

/// Reads the pairs; an error is the line's number and its defect.
fn pairs(text: &str) -> Result<Vec<Pair<'_>>, (usize, &'static str)> {
    let mut pairs = Vec::new();
    for (line, number) in text.trim_start_matches('\u{FEFF}').lines().zip(1..) {
        if line.trim().is_empty() {
            continue;
        }
        let mut columns = line.split('\t').map(str::trim);
        let id = columns
            .next()
            .filter(|id| !id.is_empty())
            .ok_or((number, "no article id"))?;
        let queries: Vec<&str> = columns
            .take(2)
            .take_while(|query| !query.is_empty())
            .collect();
        if queries.is_empty() {
            return Err((number, "no query"));
        }
        pairs.push(Pair { id, queries });
    }
    Ok(pairs)
}

fn table(answer: &Answer) -> Table {
    let mut table = Table::new(&[
        ("queries", Side::Left),
        ("count", Side::Right),
        ("mrr_at_10", Side::Right),
        ("recall_at_10", Side::Right),
    ]);
    for set in &answer.sets {
        table.row([
            set.name,
            &count(set.queries as u64),
            &format!("{:.3}", set.mrr_at_10),
            &format!("{:.3}", set.recall_at_10),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_have_one_or_two_queries() {
        let read = pairs("a1\tcử tri\tcu tri\n\nb/2.txt#3\tđại hội\n").unwrap();
        let read: Vec<_> = read
            .iter()
            .map(|pair| (pair.id, pair.queries.join("|")))
            .collect();
        assert_eq!(
            read,
            [
                ("a1", "cử tri|cu tri".to_owned()),
                ("b/2.txt#3", "đại hội".to_owned())
            ]
        );
        assert_eq!(pairs("a1\tx\na2\n").err(), Some((2, "no query")));
        assert_eq!(pairs("\tx\n").err(), Some((1, "no article id")));
    }
}
