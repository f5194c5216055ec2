//! `timbao search`.

use std::io::Write;
use std::time::{Duration, Instant};

use timbao_query::Request;
use timbao_query::plan::Facet;
use timbao_views::csv;
use timbao_views::json::{AdviceShape, HitShape, SearchAnswer};
use timbao_views::language::{Noun, fill};
use timbao_views::suggest::Advice;
use timbao_views::{
    Citation, Count, Engine, Facets, FoundArticles, FoundTexts, ScoreExplanation, SearchOptions,
    ShownHit, Sort,
};

use crate::cli::{CiteArgs, CountArgs, FilterArgs, ListArgs, ListFormat, SearchArgs};
use crate::error::{Failure, Result};
use crate::exit::Outcome;
use crate::hits::{self, facets};
use crate::output::json::{write_line, write_pretty};
use crate::output::listing::Listing;
use crate::output::rows::Rows;
use crate::output::style::Role;
use crate::output::terminal::Terminal;

use super::cite;
use super::context::Context;
use super::engine;
use super::query::{announce, prepare, sort, top, warn_of};
use super::suggestions;

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
        count: CountArgs::default(),
        cite: CiteArgs::default(),
        snippets: 1,
        explain: false,
        list: ListArgs::default(),
    };
    search(&args, query, context)
}

fn search(args: &SearchArgs, query: &str, context: &Context) -> Result<Outcome> {
    let settings = &context.settings;
    let engine = engine::open(context)?;
    let engine = &*engine;
    let start = Instant::now();
    let request = prepare(query, &args.filters, context)?;
    let options = SearchOptions {
        limit: args.limit.unwrap_or(settings.limit),
        offset: args.offset,
        sort: sort(args.sort.unwrap_or(settings.sort)),
        recency_half_life: args.recency.or(settings.recency),
    };
    if args.explain {
        check_explain(args, &options)?;
    }
    let count = args.count.into();
    let is_unique = args.unique || count == Count::Texts;
    let (found, unique) = find(engine, &request, &options, is_unique)?;
    let time = start.elapsed();
    let total = found.total;
    let by: Vec<Facet> = args.facet.iter().map(|&name| name.into()).collect();
    let counts = match by.as_slice() {
        [] => None,
        by => Some(engine.facets_of(request.plan(), by, count)?),
    };
    let advice = match args.list.format {
        ListFormat::Text | ListFormat::Json => {
            engine.advice(request.ast(), request.options(), total)?
        }
        ListFormat::Jsonl | ListFormat::Csv | ListFormat::Xlsx => Advice::default(),
    };
    warn_of(&request, context);
    announce(request.text(), found.hits.len(), context);
    let explanations = match args.explain {
        true => explanations(engine, &request, &found, options.recency_half_life)?,
        false => Vec::new(),
    };
    let rows = unique.as_ref().map_or(total, |unique| unique.texts);
    let is_part = (found.hits.len() as u64) < rows;
    let citation = cite::citation(
        args.cite.wanted(args.list.format),
        engine,
        [(&request, request.plan())],
    )?;
    let is_data = !matches!(args.list.format, ListFormat::Text | ListFormat::Json);
    if is_part && counts.is_none() && is_data {
        note_part(found.hits.len() as u64, rows, context);
    }
    let answer = Hits {
        engine,
        args,
        request: &request,
        found: &found,
        unique: unique.as_ref(),
        explanations,
        counts,
        advice: &advice,
        citation,
        is_part: options.limit > 0 && is_part,
        time,
    };
    context.list(args.list.format, &answer)?;
    if args.list.format == ListFormat::Text {
        suggestions::tell(&advice, total, args, context);
        suggest_quotes(engine, args, total, context)?;
    }
    Ok(Outcome::of(total > 0))
}

/// The hits of a query, and their texts if each text is to be a hit once.
fn find(
    engine: &dyn Engine,
    request: &Request,
    options: &SearchOptions,
    is_unique: bool,
) -> Result<(FoundArticles, Option<FoundTexts>)> {
    if !is_unique {
        return Ok((engine.search(request.plan(), options)?, None));
    }
    let unique = engine.search_unique(request.plan(), options)?;
    let found = FoundArticles {
        total: unique.total,
        hits: unique.hits.iter().map(|text| text.hit).collect(),
    };
    Ok((found, Some(unique)))
}

/// Tells that a table has fewer rows than there are hits.
fn note_part(shown: u64, all: u64, context: &Context) {
    let language = context.terminal.language;
    let shown = language.count(shown);
    let all = language.counted(all, Noun::Hit);
    context.note(&fill(language.words().written, &[&shown, &all]));
}

fn check_explain(args: &SearchArgs, options: &SearchOptions) -> Result<()> {
    let is_table = matches!(args.list.format, ListFormat::Csv | ListFormat::Xlsx);
    if is_table || options.sort != Sort::Relevance {
        let failure = Failure::new("--explain is for hits by relevance, in text or JSON");
        return Err(failure.hint("omit --sort, or write --sort relevance and --format json"));
    }
    Ok(())
}

fn explanations(
    engine: &dyn Engine,
    request: &Request,
    found: &FoundArticles,
    recency_half_life: Option<f32>,
) -> Result<Vec<ScoreExplanation>> {
    let articles: Vec<_> = found.hits.iter().map(|hit| hit.article).collect();
    let explained = engine.explain_scores(request.plan(), recency_half_life, &articles)?;
    explained.ok_or_else(|| {
        Failure::new("--explain does not work with a cluster, which computes scores itself")
            .hint("omit --explain; docs/cluster.md describes the scores of a cluster")
    })
}

/// Suggests the query in quotation marks, if that narrows the result.
fn suggest_quotes(
    engine: &dyn Engine,
    args: &SearchArgs,
    total: u64,
    context: &Context,
) -> Result<()> {
    if let Some(phrase) = suggestions::as_phrase(args) {
        let request = prepare(phrase.as_str(), &args.filters, context)?;
        let with = engine.search(request.plan(), &top(0))?.total;
        if with > 0 && with < total {
            suggestions::tell_of_quotes(&phrase, with, args, context);
        }
    }
    Ok(())
}

/// The hits of a query.
struct Hits<'a> {
    engine: &'a dyn Engine,
    args: &'a SearchArgs,
    request: &'a Request,
    found: &'a FoundArticles,
    unique: Option<&'a FoundTexts>,
    /// One for each hit, or none.
    explanations: Vec<ScoreExplanation>,
    counts: Option<Facets>,
    advice: &'a Advice,
    citation: Option<Citation>,
    /// Whether there are more hits.
    is_part: bool,
    time: Duration,
}

impl Hits<'_> {
    /// Reads the hits, some at a time.
    fn shown(&self) -> impl Iterator<Item = Result<ShownHit>> {
        let first = self.args.offset as u64 + 1;
        let plan = self.request.plan();
        let hits = &self.found.hits;
        let shown = self.engine.shown(plan, hits, first, self.args.snippets);
        shown.enumerate().map(|(number, shown)| {
            let mut shown = shown?;
            shown.explanation = self.explanations.get(number).cloned();
            let text = self.unique.and_then(|unique| unique.hits.get(number));
            shown.reprints = text.map(|text| text.reprints);
            Ok(shown)
        })
    }
}

impl Listing for Hits<'_> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let language = terminal.language;
        let mut summary = vec![language.articles(self.found.total)];
        summary.extend(self.unique.map(|unique| language.texts(unique.texts)));
        if self.is_part {
            let shown = language.count(self.found.hits.len() as u64);
            summary.push(fill(language.words().shown, &[&shown]));
        }
        let mut summary = summary.join(", ");
        if terminal.is_terminal {
            summary.push_str(&format!(" · {}", language.duration(self.time)));
        }
        writeln!(out, "{}", terminal.palette.paint(Role::Dim, &summary))?;
        if let Some(counts) = &self.counts {
            facets::write_text(out, terminal, counts)?;
        }
        let shown = self.shown().collect::<Result<Vec<_>>>()?;
        Ok(hits::text::write(out, terminal, &shown)?)
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        let shown = self.shown().collect::<Result<Vec<_>>>()?;
        let mut answer = SearchAnswer::new(
            self.request.text(),
            self.request.problems(),
            self.found.total,
            self.args.offset,
            &shown,
        );
        answer.texts = self.unique.map(|unique| unique.texts);
        answer.citation = self.citation.as_ref();
        answer.facets = self.counts.as_ref().map(|counts| counts.facets.as_slice());
        answer.advice = Some(AdviceShape::new(self.advice));
        Ok(write_pretty(out, &answer)?)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        if let Some(counts) = &self.counts {
            return Ok(facets::write_jsonl(out, counts)?);
        }
        for hit in self.shown() {
            write_line(out, &HitShape::new(&hit?))?;
        }
        Ok(())
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        if let Some(counts) = &self.counts {
            return facets::write_table(rows, counts);
        }
        rows.header(&csv::header())?;
        for hit in self.shown() {
            rows.row(csv::row(&hit?))?;
        }
        Ok(())
    }

    fn citation(&self) -> Option<&Citation> {
        self.citation.as_ref()
    }
}
