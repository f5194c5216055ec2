//! Views as tables, each with the rest of its answer as JSON.

use pyo3::FromPyObject;
use serde::Serialize;
use timbao_articles::Article;
use timbao_index::Searcher;
use timbao_query::Request;
use timbao_query::plan::{Facet, Plan};
use timbao_views::csv::dispersion_parts;
use timbao_views::json::{CompareAnswer, KwicAnswer, KwicGroupsAnswer, TrendsAnswer, ViewAnswer};
use timbao_views::{
    By, CollocateOptions, CollocateSort, CompareOptions, Count, DispersionBy, DispersionOptions,
    Engine, FacetCounts, FacetMatrix, Facets, FoundArticles, Gapped, GroupKey, KeywordOptions,
    Keywords, KwicOptions, MOST_AVERAGED, MOST_SYLLABLES, Prefix, SLICES_OF_ARCHIVE,
    SLICES_OF_ARTICLE, Sample, SearchOptions, Similar, SimilarOptions, Sort, SortKey, Trend,
    TrendPoint, Trends, TrendsOptions, TrendsQuery, WordListOptions, WordListSort, gapped_phrase,
    today,
};

use crate::argument::{maybe_text, texts};
use crate::errors::{Failure, Result};
use crate::hits;
use crate::lines;
use crate::query::{Conditions, facet, pick};
use crate::table::{Columns, Table};

type Answer = (Table, String);

/// A number of tokens on one side; of larger numbers the largest, as no text has more.
fn tokens(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Writes an answer as JSON.
///
/// # Errors
///
/// If serialization fails, which does not happen for plain data.
pub(crate) fn json(answer: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(answer)?)
}

/// Number of articles or of texts that match.
///
/// # Errors
///
/// If the index is damaged.
pub(crate) fn count(engine: &dyn Engine, plan: &Plan, count: Count) -> Result<u64> {
    let options = SearchOptions {
        limit: 0,
        ..SearchOptions::default()
    };
    Ok(search(engine, plan, &options, count)?.total)
}

/// Searches for articles, or for texts at their first publications.
fn search(
    engine: &dyn Engine,
    plan: &Plan,
    options: &SearchOptions,
    count: Count,
) -> Result<FoundArticles> {
    if count == Count::Publications {
        return Ok(engine.search(plan, options)?);
    }
    let found = engine.search_unique(plan, options)?;
    Ok(FoundArticles {
        total: found.texts,
        hits: found.hits.into_iter().map(|text| text.hit).collect(),
    })
}

/// Arguments of a concordance.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Kwic {
    left: u64,
    right: u64,
    #[pyo3(from_py_with = texts)]
    sort: Vec<String>,
    #[pyo3(from_py_with = texts)]
    group: Vec<String>,
    sample: Option<usize>,
    shuffle: bool,
    seed: u64,
    limit: Option<usize>,
    offset: usize,
}

pub(crate) fn kwic(
    engine: &dyn Engine,
    query: &str,
    arguments: &Kwic,
    conditions: &Conditions,
) -> Result<Answer> {
    let request = &conditions.request(query)?;
    let key = |argument: &str, key: &str, error: &dyn std::fmt::Display| {
        Failure::argument(format!("{argument} {key:?}: {error}"))
    };
    let sort = arguments.sort.iter();
    let sort = sort.map(|text| text.parse::<SortKey>().map_err(|e| key("sort", text, &e)));
    let group = arguments.group.iter();
    let group = group.map(|text| text.parse::<GroupKey>().map_err(|e| key("group", text, &e)));
    let group = group.collect::<Result<Vec<_>>>()?;
    let seed = arguments.seed;
    let options = KwicOptions {
        left: tokens(arguments.left),
        right: tokens(arguments.right),
        sort: sort.collect::<Result<_>>()?,
        sample: arguments.sample.map(|size| Sample { size, seed }),
        shuffle: arguments.shuffle.then_some(seed),
        count: conditions.count,
    };
    let plan = request.view_plan();
    let concordance = engine.concordance(&plan, &options)?;
    let (query, problems) = (request.text(), request.problems());
    let limit = arguments.limit.unwrap_or(usize::MAX);
    if !group.is_empty() {
        let groups = concordance.groups(engine, &group)?;
        let citation = engine.cite([(request, &plan)])?;
        let mut columns = Columns::default();
        let shown = || groups.iter().skip(arguments.offset).take(limit);
        for (number, key) in group.iter().enumerate() {
            let values = shown().map(|group| group.values.get(number)?.as_deref());
            columns = columns.maybe(&key.to_string(), values);
        }
        let columns = columns
            .count("matches", shown().map(|group| group.matches))
            .count("articles", shown().map(|group| group.articles));
        let sample = options.sample;
        let mut answer = KwicGroupsAnswer::new(query, problems, &concordance, sample, &group, &[]);
        answer.citation = Some(&citation);
        return Ok((columns.table()?, json(&answer)?));
    }
    let end = arguments.offset.saturating_add(limit);
    let range = arguments.offset..end.min(concordance.len());
    let batches = lines::batches(engine, &concordance, range, &options)?;
    // Last, because it fails if the lines come from a damaged file.
    let citation = engine.cite([(request, &plan)])?;
    let sample = options.sample;
    let mut answer = KwicAnswer::new(query, problems, &concordance, sample, arguments.offset, &[]);
    answer.citation = Some(&citation);
    Ok((Table::new(batches), json(&answer)?))
}

/// Arguments of trends.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct TrendsArguments {
    by: Option<String>,
    split: Option<String>,
    values: usize,
    average: usize,
    thin: u64,
}

pub(crate) fn trends(
    engine: &dyn Engine,
    queries: &[String],
    arguments: &TrendsArguments,
    conditions: &Conditions,
) -> Result<Answer> {
    let periods = [By::Day, By::Week, By::Month, By::Quarter, By::Year];
    let periods = periods.map(|by| (by.to_string(), by));
    let periods: Vec<(&str, By)> = periods
        .iter()
        .map(|(name, by)| (name.as_str(), *by))
        .collect();
    if !(1..=MOST_AVERAGED).contains(&arguments.average) {
        return Err(Failure::argument(format!(
            "average is {}: expected a number of periods from 1 to {MOST_AVERAGED}",
            arguments.average
        )));
    }
    let by = arguments.by.as_deref();
    let by = by.map(|name| pick("by", name, &periods));
    let split = arguments.split.as_deref().map(|name| facet("split", name));
    let options = TrendsOptions {
        by: by.transpose()?,
        split: split.transpose()?,
        most_values: arguments.values,
        average_over: arguments.average,
        count: conditions.count,
        thin: arguments.thin,
        today: Some(today()),
    };
    let requests = queries.iter().map(|query| conditions.request(query));
    let requests = requests.collect::<Result<Vec<Request>>>()?;
    let queries = requests.iter().map(|request| TrendsQuery {
        name: request.text().to_owned(),
        plan: request.view_plan(),
    });
    let queries: Vec<TrendsQuery> = queries.collect();
    let mut trends = engine.trends(&queries, &conditions.base()?, &options)?;
    let cited = requests.iter().zip(queries.iter().map(|query| &query.plan));
    let citation = engine.cite(cited)?;
    let table = trend_columns(&trends).table()?;
    trends.series = Vec::new();
    trends.periods = Vec::new();
    let problems = requests
        .iter()
        .map(|request| (request.text(), request.problems()));
    let mut answer = TrendsAnswer::new(&trends, problems);
    answer.citation = Some(&citation);
    Ok((table, json(&answer)?))
}

/// A row for each period of each series, and one for the articles without a date if there are any.
fn trend_columns(trends: &Trends) -> Columns {
    let rows = trends.series.iter().flat_map(|series| {
        let dated = trends.periods.iter().map(Some).zip(&series.points);
        let undated = (series.undated.of_articles > 0).then_some((None, &series.undated));
        dated
            .chain(undated)
            .map(move |(period, point)| (series, period, point))
    });
    let rows: Vec<(&Trend, Option<_>, &TrendPoint)> = rows.collect();
    let points = || rows.iter().map(|(_, _, point)| *point);
    let periods = || rows.iter().map(|(_, period, _)| *period);
    let values = rows.iter().map(|(series, _, _)| match series.other {
        true => Some("(other)"),
        false => series.value.as_deref(),
    });
    let columns = Columns::default()
        .text(
            "query",
            rows.iter().map(|(series, _, _)| series.query.as_str()),
        )
        .maybe("value", values)
        .text(
            "period",
            periods().map(|period| period.map_or("undated", |p| p.period.as_str())),
        )
        .day("from", periods().map(|period| Some(period?.first_day)))
        .day("to", periods().map(|period| Some(period?.last_day)))
        .count("matches", points().map(|point| point.matches))
        .count("articles", points().map(|point| point.articles))
        .count("of_articles", points().map(|point| point.of_articles))
        .count("of_tokens", points().map(|point| point.of_tokens))
        .maybe_real(
            "per_million_tokens",
            points().map(|point| point.per_million_tokens),
        )
        .maybe_real(
            "per_thousand_articles",
            points().map(|point| point.per_thousand_articles),
        )
        .flag("thin", points().map(|point| point.thin));
    if trends.average_over == 1 {
        return columns;
    }
    let averages = || points().map(|point| point.average);
    columns
        .maybe_real(
            "average_matches",
            averages().map(|mean| Some(mean?.matches)),
        )
        .maybe_real(
            "average_articles",
            averages().map(|mean| Some(mean?.articles)),
        )
        .maybe_real(
            "average_per_million_tokens",
            averages().map(|mean| mean?.per_million_tokens),
        )
        .maybe_real(
            "average_per_thousand_articles",
            averages().map(|mean| mean?.per_thousand_articles),
        )
}

/// Arguments of collocates.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct CollocateArguments {
    left: u64,
    right: u64,
    min: u64,
    by: String,
    #[pyo3(from_py_with = maybe_text)]
    of: Option<String>,
    #[pyo3(from_py_with = maybe_text)]
    against: Option<String>,
    limit: usize,
}

pub(crate) fn collocates(
    engine: &dyn Engine,
    query: &str,
    arguments: &CollocateArguments,
    conditions: &Conditions,
) -> Result<Answer> {
    let orders = [
        ("likelihood", CollocateSort::LogLikelihood),
        ("dice", CollocateSort::LogDice),
        ("mi", CollocateSort::MutualInformation),
        ("count", CollocateSort::Count),
    ];
    let request = conditions.request(query)?;
    let plan = request.view_plan();
    let options = CollocateOptions {
        left: tokens(arguments.left),
        right: tokens(arguments.right),
        least: arguments.min,
        sort: pick("by", &arguments.by, &orders)?,
        most: arguments.limit,
        count: conditions.count,
    };
    let (of, against) = match (&arguments.of, &arguments.against) {
        (None, None) => {
            let found = engine.collocates(&plan, &conditions.base()?, &options)?;
            return collocate_answer(engine, (&request, &plan), found);
        }
        (Some(of), Some(against)) => (conditions.unfiltered(of)?, conditions.unfiltered(against)?),
        _ => return Err(Failure::argument("of and against go together")),
    };
    let chosen = KeywordOptions {
        least: options.least,
        most: options.most,
        count: conditions.count,
        ..KeywordOptions::default()
    };
    let sets = [of.plan(), against.plan()];
    let found = engine.compare_collocates(&plan, sets, &options, &chosen)?;
    let cited = [
        (&request, &plan),
        (&of, of.plan()),
        (&against, against.plan()),
    ];
    keyword_answer(engine, Some(&request), &cited, found)
}

fn collocate_answer(
    engine: &dyn Engine,
    (request, plan): (&Request, &Plan),
    mut found: timbao_views::Collocates,
) -> Result<Answer> {
    let rows = std::mem::take(&mut found.collocates);
    let all = || rows.iter();
    let columns = Columns::default()
        .text("unit", all().map(|row| row.unit.as_str()))
        .count("syllables", all().map(|row| row.syllables as u64))
        .count("near", all().map(|row| row.near))
        .count("articles", all().map(|row| row.articles))
        .count("count", all().map(|row| row.count))
        .real("expected", all().map(|row| row.expected))
        .real("log_likelihood", all().map(|row| row.log_likelihood))
        .real("log_dice", all().map(|row| row.log_dice))
        .real(
            "mutual_information",
            all().map(|row| row.mutual_information),
        );
    answer(engine, Some(request), &[(request, plan)], columns, &found)
}

pub(crate) fn keywords(
    engine: &dyn Engine,
    of: &str,
    against: Option<&str>,
    least: u64,
    least_articles: u64,
    most: usize,
    conditions: &Conditions,
) -> Result<Answer> {
    let of = conditions.request(of)?;
    let against = against.map(|query| conditions.request(query)).transpose()?;
    let options = KeywordOptions {
        least,
        least_articles,
        most,
        count: conditions.count,
        ..KeywordOptions::default()
    };
    let found = engine.keywords(of.plan(), against.as_ref().map(Request::plan), &options)?;
    let cited = std::iter::once(&of).chain(&against);
    let cited: Vec<(&Request, &Plan)> = cited.map(|query| (query, query.plan())).collect();
    keyword_answer(engine, None, &cited, found)
}

fn keyword_answer(
    engine: &dyn Engine,
    request: Option<&Request>,
    cited: &[(&Request, &Plan)],
    mut found: Keywords,
) -> Result<Answer> {
    let rows = std::mem::take(&mut found.keywords);
    let all = || rows.iter();
    let columns = Columns::default()
        .text("unit", all().map(|row| row.unit.as_str()))
        .count("syllables", all().map(|row| row.syllables as u64))
        .count("count", all().map(|row| row.count))
        .count("articles", all().map(|row| row.articles))
        .count("against_count", all().map(|row| row.against_count))
        .count("against_articles", all().map(|row| row.against_articles))
        .real("per_million", all().map(|row| row.per_million))
        .real(
            "against_per_million",
            all().map(|row| row.against_per_million),
        )
        .real("log_likelihood", all().map(|row| row.log_likelihood))
        .real("log_ratio", all().map(|row| row.log_ratio));
    answer(engine, request, cited, columns, &found)
}

/// Arguments of a word list.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct WordListArguments {
    size: usize,
    min: u64,
    min_articles: u64,
    #[pyo3(from_py_with = maybe_text)]
    prefix: Option<String>,
    sort: String,
    limit: Option<usize>,
}

pub(crate) fn wordlist(
    engine: &dyn Engine,
    query: &str,
    arguments: &WordListArguments,
    conditions: &Conditions,
) -> Result<Answer> {
    if !(1..=MOST_SYLLABLES).contains(&arguments.size) {
        let size = arguments.size;
        return Err(Failure::argument(format!(
            "size is {size}: expected a number from 1 to {MOST_SYLLABLES}"
        )));
    }
    let prefix = arguments.prefix.as_deref().map(|text| {
        Prefix::new(text)
            .ok_or_else(|| Failure::argument(format!("prefix {text:?} has no letter and no digit")))
    });
    let sorts = [
        ("count", WordListSort::Count),
        ("articles", WordListSort::Articles),
        ("alphabet", WordListSort::Alphabet),
    ];
    let options = WordListOptions {
        size: arguments.size,
        least: arguments.min,
        least_articles: arguments.min_articles,
        prefix: prefix.transpose()?,
        sort: pick("sort", &arguments.sort, &sorts)?,
        most: arguments.limit.unwrap_or(usize::MAX),
        count: conditions.count,
        ..WordListOptions::default()
    };
    let request = conditions.request(query)?;
    let plan = request.plan_or_everything();
    let mut found = engine.word_list(&plan, &options)?;
    let rows = std::mem::take(&mut found.units);
    let all = || rows.iter();
    let columns = Columns::default()
        .text("unit", all().map(|row| row.unit.as_str()))
        .count("count", all().map(|row| row.count))
        .count("articles", all().map(|row| row.articles))
        .real("per_million", all().map(|row| row.per_million))
        .real("per_thousand", all().map(|row| row.per_thousand));
    answer(
        engine,
        Some(&request),
        &[(&request, &plan)],
        columns,
        &found,
    )
}

pub(crate) fn dispersion(
    engine: &dyn Engine,
    query: &str,
    id: Option<&str>,
    by: &str,
    slices: Option<usize>,
    conditions: &Conditions,
) -> Result<Answer> {
    let request = conditions.request(query)?;
    let plan = request.view_plan();
    if slices.is_some_and(|slices| !(1..=10_000).contains(&slices)) {
        return Err(Failure::argument(
            "slices: expected a number from 1 to 10000",
        ));
    }
    let mut found = match id {
        Some(id) => {
            let Some(&address) = engine.find(id)?.first() else {
                return Err(Failure::no_article(id));
            };
            let slices = slices.unwrap_or(SLICES_OF_ARTICLE);
            engine.dispersion_in_article(&plan, address, slices)?
        }
        None => {
            let parts = by.parse::<DispersionBy>();
            let by = parts.map_err(|error| Failure::argument(format!("by {by:?}: {error}")))?;
            let options = DispersionOptions {
                by,
                slices: slices.unwrap_or(SLICES_OF_ARCHIVE),
                most: usize::MAX,
                count: conditions.count,
            };
            engine.dispersion(&plan, &conditions.base()?, &options)?
        }
    };
    let rows = dispersion_parts(&found).to_vec();
    let all = || rows.iter();
    let columns = Columns::default()
        .maybe("part", all().map(|row| row.part.as_deref()))
        .maybe("from", all().map(|row| row.from.as_deref()))
        .maybe("to", all().map(|row| row.to.as_deref()))
        .count("matches", all().map(|row| row.matches))
        .count("of_tokens", all().map(|row| row.of_tokens))
        .maybe_real(
            "per_million_tokens",
            all().map(|row| row.per_million_tokens),
        );
    found.parts = Vec::new();
    answer(
        engine,
        Some(&request),
        &[(&request, &plan)],
        columns,
        &found,
    )
}

/// Arguments of a comparison.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct CompareArguments {
    by: String,
    left: u64,
    right: u64,
    min: u64,
    limit: usize,
}

pub(crate) fn compare(
    engine: &dyn Engine,
    first: &str,
    second: &str,
    arguments: &CompareArguments,
    conditions: &Conditions,
) -> Result<Answer> {
    let requests = [conditions.request(first)?, conditions.request(second)?];
    let queries = requests.each_ref().map(|request| TrendsQuery {
        name: request.text().to_owned(),
        plan: request.view_plan(),
    });
    let periods = [By::Day, By::Week, By::Month, By::Quarter, By::Year];
    let periods = periods.map(|by| (by.to_string(), by));
    let periods = periods.each_ref().map(|(name, by)| (name.as_str(), *by));
    let options = CompareOptions {
        by: pick("by", &arguments.by, &periods)?,
        windows: CollocateOptions {
            left: tokens(arguments.left),
            right: tokens(arguments.right),
            ..CollocateOptions::default()
        },
        collocates: KeywordOptions {
            least: arguments.min,
            most: arguments.limit,
            ..KeywordOptions::default()
        },
        count: conditions.count,
        today: Some(today()),
    };
    let found = engine.compare(&queries, &conditions.base()?, &options)?;
    let citation = engine.cite(requests.iter().zip(queries.iter().map(|query| &query.plan)))?;
    let rows: Vec<_> = found
        .queries
        .iter()
        .zip(&found.collocates)
        .flat_map(|(query, keywords)| keywords.iter().map(move |keyword| (query, keyword)))
        .collect();
    let all = || rows.iter();
    let columns = Columns::default()
        .text("query", all().map(|row| row.0.query.as_str()))
        .text("unit", all().map(|row| row.1.unit.as_str()))
        .count("count", all().map(|row| row.1.count))
        .count("against_count", all().map(|row| row.1.against_count))
        .real("log_likelihood", all().map(|row| row.1.log_likelihood))
        .real("log_ratio", all().map(|row| row.1.log_ratio));
    let problems = requests
        .iter()
        .map(|request| (request.text(), request.problems()));
    let mut answer = CompareAnswer::new(&found, problems);
    answer.citation = Some(&citation);
    Ok((columns.table()?, json(&answer)?))
}

pub(crate) fn fillers(
    engine: &dyn Engine,
    query: &str,
    limit: Option<usize>,
    conditions: &Conditions,
) -> Result<Answer> {
    let request = conditions.request(gapped_phrase(query))?;
    let gapped = Gapped::of(request.plan()).map_err(|why| {
        Failure::argument(why.to_string())
            .hint("write one phrase with * for a word, as in 'tự * hóa'")
    })?;
    let mut found = engine.fillers(request.plan(), gapped.counting(conditions.count))?;
    let mut rows = std::mem::take(&mut found.fillers);
    rows.truncate(limit.unwrap_or(usize::MAX));
    let joined: Vec<String> = rows.iter().map(ToString::to_string).collect();
    let columns = Columns::default()
        .text("filler", joined.iter().map(String::as_str))
        .texts("words", rows.iter().map(|row| row.words.as_slice()))
        .count("matches", rows.iter().map(|row| row.matches))
        .count("articles", rows.iter().map(|row| row.articles));
    let cited = [(&request, request.plan())];
    answer(engine, Some(&request), &cited, columns, &found)
}

pub(crate) fn similar(
    engine: &dyn Engine,
    id: Option<&str>,
    text: Option<&str>,
    limit: usize,
    terms: usize,
    reprints: bool,
) -> Result<Answer> {
    let options = SimilarOptions {
        limit,
        terms,
        without_reprints: !reprints,
    };
    let mut found = match (id, text) {
        (Some(id), None) => match engine.find(id)?.first() {
            Some(&address) => engine.similar(address, &options)?,
            None => return Err(Failure::no_article(id)),
        },
        (None, Some(text)) => {
            let article = Article {
                body: text.to_owned(),
                ..Article::default()
            };
            engine.similar_to_article(&article, &options)?
        }
        _ => {
            return Err(Failure::argument(
                "give either the id of an article or a text",
            ));
        }
    };
    let rows = std::mem::take(&mut found.articles);
    let all = || rows.iter();
    let columns = Columns::default()
        .real("score", all().map(|row| row.score))
        .text("id", all().map(|row| row.id.as_str()))
        .text("path", all().map(|row| row.path.as_str()))
        .maybe("member", all().map(|row| row.member.as_deref()))
        .maybe("title", all().map(|row| row.title.as_deref()))
        .date(all().map(|row| row.date.as_deref()))
        .maybe("section", all().map(|row| row.section.as_deref()))
        .maybe("source", all().map(|row| row.source.as_deref()))
        .texts("terms", all().map(|row| row.terms.as_slice()));
    answer::<Similar>(engine, None, &[], columns, &found)
}

pub(crate) fn reprints(engine: &dyn Engine, id: Option<&str>, limit: usize) -> Result<Answer> {
    let Some(id) = id else {
        let mut found = engine.most_published(limit)?;
        let rows = std::mem::take(&mut found.groups);
        let all = || rows.iter();
        let columns = Columns::default()
            .count("publications", all().map(|row| row.publications))
            .text("id", all().map(|row| row.id.as_str()))
            .text("path", all().map(|row| row.path.as_str()))
            .maybe("member", all().map(|row| row.member.as_deref()))
            .maybe("title", all().map(|row| row.title.as_deref()))
            .date(all().map(|row| row.date.as_deref()))
            .maybe("source", all().map(|row| row.source.as_deref()));
        return answer(engine, None, &[], columns, &found);
    };
    let Some(&address) = engine.find(id)?.first() else {
        return Err(Failure::no_article(id));
    };
    let found = engine.reprints(address)?;
    let all = || found.publications.iter();
    let columns = Columns::default()
        .text("id", all().map(|row| row.id.as_str()))
        .text("path", all().map(|row| row.path.as_str()))
        .maybe("member", all().map(|row| row.member.as_deref()))
        .maybe("title", all().map(|row| row.title.as_deref()))
        .date(all().map(|row| row.date.as_deref()))
        .maybe("source", all().map(|row| row.source.as_deref()))
        .maybe("agency", all().map(|row| row.agency.as_deref()))
        .count("tokens", all().map(|row| row.tokens))
        .real("shared", all().map(|row| row.shared))
        .count("added", all().map(|row| row.added))
        .count("removed", all().map(|row| row.removed));
    answer(engine, None, &[], columns, &())
}

pub(crate) fn facets(
    engine: &dyn Engine,
    query: &str,
    by: &[Facet],
    conditions: &Conditions,
) -> Result<Answer> {
    let request = &conditions.request(query)?;
    let plan = match request.text().trim() {
        "" => request.plan_or_everything(),
        _ => request.plan().clone(),
    };
    let mut found: Facets = engine.facets_of(&plan, by, conditions.count)?;
    let counts = std::mem::take(&mut found.facets);
    let rows = counts.iter().flat_map(|counts: &FacetCounts| {
        let name = counts.facet.name();
        let values = counts.values.iter();
        let values = values.map(move |value| (name, Some(value.value.as_str()), value.articles));
        values.chain((counts.unknown > 0).then_some((name, None, counts.unknown)))
    });
    let rows: Vec<(&str, Option<&str>, u64)> = rows.collect();
    let columns = Columns::default()
        .text("facet", rows.iter().map(|row| row.0))
        .maybe("value", rows.iter().map(|row| row.1))
        .count("articles", rows.iter().map(|row| row.2));
    answer(engine, Some(request), &[(request, &plan)], columns, &found)
}

/// One row a query, and its articles by the values of a facet.
pub(crate) fn matrix(
    engine: &dyn Engine,
    queries: &[String],
    by: Facet,
    conditions: &Conditions,
) -> Result<Answer> {
    let facets = |plan: &Plan| engine.facets_of(plan, &[by], conditions.count);
    let all = facets(&conditions.base()?)?.facets;
    let Some(matrix) = all.first().map(FacetMatrix::new) else {
        return Err(Failure::internal("the facet has no counts"));
    };
    let requests = requests(queries, conditions)?;
    let mut totals = Vec::with_capacity(requests.len());
    let mut cells: Vec<Vec<u64>> = Vec::with_capacity(requests.len());
    for request in &requests {
        let counts = facets(request.plan())?;
        totals.push(counts.total);
        let row = counts.facets.first().map(|counts| {
            let mut row = matrix.row(counts);
            row.push(counts.unknown);
            row
        });
        cells.push(row.unwrap_or_default());
    }
    let mut columns = Columns::default()
        .text("query", queries.iter().map(String::as_str))
        .count("total", totals.into_iter());
    let names = matrix.values().iter().map(String::as_str).chain(["(none)"]);
    for (number, name) in names.enumerate() {
        let column = cells
            .iter()
            .map(|row| row.get(number).copied().unwrap_or(0));
        columns = columns.count(name, column);
    }
    batch_answer(engine, &requests, columns)
}

/// One row a query: its total.
pub(crate) fn totals(
    engine: &dyn Engine,
    queries: &[String],
    conditions: &Conditions,
) -> Result<Answer> {
    let requests = requests(queries, conditions)?;
    let totals = requests
        .iter()
        .map(|request| count(engine, request.plan(), conditions.count));
    let totals = totals.collect::<Result<Vec<u64>>>()?;
    let columns = Columns::default()
        .text("query", queries.iter().map(String::as_str))
        .count("total", totals.into_iter());
    batch_answer(engine, &requests, columns)
}

/// One row a hit of each query.
pub(crate) fn batch(
    engine: &dyn Engine,
    queries: &[String],
    limit: Option<usize>,
    sort: Sort,
    conditions: &Conditions,
) -> Result<Answer> {
    let requests = requests(queries, conditions)?;
    let mut batches = Vec::new();
    for request in &requests {
        let plan = request.plan();
        let total = count(engine, plan, conditions.count)?;
        let options = SearchOptions {
            limit: limit
                .unwrap_or(usize::MAX)
                .min(usize::try_from(total).unwrap_or(usize::MAX)),
            sort,
            ..SearchOptions::default()
        };
        let found = search(engine, plan, &options, conditions.count)?;
        let shown = engine.shown(plan, &found.hits, 1, 1);
        let shown = shown.collect::<timbao_views::Result<Vec<_>>>()?;
        let columns = hits::table(&shown, false)?;
        let query = std::iter::repeat_n(request.text(), shown.len());
        let total = std::iter::repeat_n(total, shown.len());
        batches.push(columns.text("query", query).count("total", total).batch()?);
    }
    if batches.is_empty() {
        let none = hits::table(&[], false)?;
        let none = none
            .text("query", std::iter::empty())
            .count("total", std::iter::empty());
        batches.push(none.batch()?);
    }
    let (_, meta) = batch_answer(
        engine,
        &requests,
        Columns::default().text("", std::iter::empty()),
    )?;
    Ok((Table::new(batches), meta))
}

fn requests(queries: &[String], conditions: &Conditions) -> Result<Vec<Request>> {
    queries
        .iter()
        .map(|query| conditions.request(query))
        .collect()
}

fn batch_answer(engine: &dyn Engine, requests: &[Request], columns: Columns) -> Result<Answer> {
    let cited = requests.iter().map(|request| (request, request.plan()));
    let cited: Vec<(&Request, &Plan)> = cited.collect();
    answer(engine, None, &cited, columns, &())
}

pub(crate) fn complete(searcher: &Searcher, text: &str, limit: usize) -> Result<Answer> {
    let rows = searcher.complete(text, limit)?;
    let starts = rows
        .iter()
        .map(|row| text.get(..row.start).map_or(0, |t| t.chars().count()));
    let columns = Columns::default()
        .text("text", rows.iter().map(|row| row.text.as_str()))
        .count("start", starts.map(|start| start as u64))
        .count("articles", rows.iter().map(|row| row.articles));
    answer(searcher, None, &[], columns, &())
}

/// A table with what an answer of the command line has beside its rows.
fn answer<T: Serialize>(
    engine: &dyn Engine,
    request: Option<&Request>,
    cited: &[(&Request, &Plan)],
    columns: Columns,
    view: &T,
) -> Result<Answer> {
    let citation = engine.cite(cited.iter().copied())?;
    let mut answer = match request {
        Some(request) => ViewAnswer::new(request.text(), request.problems(), view),
        None => ViewAnswer::of(view),
    };
    answer.citation = Some(&citation);
    Ok((columns.table()?, json(&answer)?))
}
