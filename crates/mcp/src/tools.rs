//! The tools, one function each.

use std::fmt;
use std::sync::OnceLock;

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde::Serialize;
use serde_json::{Value, json};
use timbao_query::plan::{Facet, Plan};
use timbao_query::{Filters, Request, iso_day};
use timbao_views::json::{AdviceShape, ProblemShape};
use timbao_views::{
    By, Count, Engine, Facets, FoundArticles, KwicOptions, Sample, SearchOptions, ShownHit,
    SimilarOptions, Sort, SortKey, TrendsOptions, TrendsQuery, concordance as concordance_of,
    trends as trends_of,
};

use crate::answers::{
    Answer, Articles, Collection, Counts, FacetValues, Hit, Hits, Like, Likes, Line, Lines, NOTICE,
    Series, Whole,
};
use crate::arguments::{Arguments, Invalid, empty, pick, request, write_error};

/// Names, descriptions and arguments of the tools. The arguments that filter are added to those
/// that have a query.
const TOOLS: &str = include_str!("tools.json");

/// Most rows of trends. More would fill the context of an assistant.
const MOST_ROWS: usize = 1_000;

/// The reason why a call failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An argument is invalid.
    Invalid(Invalid),
    /// The index or the cluster cannot be read.
    Unread {
        message: String,
        hint: Option<String>,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(invalid) => invalid.fmt(f),
            Self::Unread { message, hint } => write_error(f, message, hint.as_deref()),
        }
    }
}

impl From<Invalid> for Failure {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<timbao_index::Error> for Failure {
    fn from(error: timbao_index::Error) -> Self {
        Self::Unread {
            message: error.to_string(),
            hint: error.hint().map(str::to_owned),
        }
    }
}

impl From<timbao_cluster::Error> for Failure {
    fn from(error: timbao_cluster::Error) -> Self {
        Self::Unread {
            message: error.to_string(),
            hint: error.hint(),
        }
    }
}

impl From<timbao_views::Error> for Failure {
    fn from(error: timbao_views::Error) -> Self {
        match error.downcast::<timbao_cluster::Error>() {
            Ok(error) => error.into(),
            Err(error) => timbao_index::Error::from(error).into(),
        }
    }
}

/// An answer, as text and as data.
#[derive(Debug)]
pub(crate) struct Written {
    pub text: String,
    pub structure: Value,
}

/// The tools that clients see.
///
/// # Errors
///
/// If the table of tools is malformed, which a test excludes.
pub(crate) fn list() -> Result<Vec<Tool>, String> {
    static LIST: OnceLock<Result<Vec<Tool>, String>> = OnceLock::new();
    LIST.get_or_init(|| {
        let mut tools: Vec<Value> = serde_json::from_str(TOOLS).map_err(|e| e.to_string())?;
        for tool in &mut tools {
            let properties = &mut tool["inputSchema"]["properties"];
            let has_query = properties
                .get("query")
                .or(properties.get("queries"))
                .is_some();
            if let (true, Value::Object(properties)) = (has_query, properties) {
                properties.extend(filters());
            }
            let properties = &mut tool["inputSchema"]["properties"];
            if let Some(split) = properties.get_mut("split") {
                split["enum"] = Facet::stated().map(Facet::name).collect();
            }
            if let Some(items) = properties.get_mut("by").and_then(|by| by.get_mut("items")) {
                items["enum"] = Facet::ALL.iter().map(|facet| facet.name()).collect();
            }
            tool["inputSchema"]["additionalProperties"] = json!(false);
        }
        let tools: Vec<Tool> = serde_json::from_value(tools.into()).map_err(|e| e.to_string())?;
        let annotations = ToolAnnotations::new()
            .read_only(true)
            .destructive(false)
            .idempotent(true)
            .open_world(false);
        let annotated = tools
            .into_iter()
            .map(|tool| tool.annotate(annotations.clone()));
        Ok(annotated.collect())
    })
    .clone()
}

/// The arguments that filter.
fn filters() -> JsonObject {
    let mut filters = JsonObject::new();
    let mut add = |name: &str, description: &str| {
        let schema = json!({"type": "string", "description": description});
        filters.insert(name.to_owned(), schema);
    };
    add(
        "after",
        "Published after this day, month or year (25/3/2026, 2026-03, 2026)",
    );
    add("before", "Published before this day, month or year");
    add(
        "date",
        "Published within this day, month, year or range (2025..3/2026)",
    );
    for facet in Facet::stated() {
        let name = facet.name();
        add(
            name,
            &format!("The {name} contains these words, or with = before them is just these"),
        );
    }
    let accents = json!({
        "type": "string",
        "enum": ["auto", "strict", "loose"],
        "default": "auto",
        "description": "Accents of the query: strict compares them as typed, loose ignores them, auto does the one for a query with accents and the other for one without",
    });
    filters.insert("accents".to_owned(), accents);
    filters
}

/// Calls a tool.
///
/// # Errors
///
/// If there is no such tool, an argument is invalid, or the index or the cluster cannot be read.
pub(crate) fn call(
    tool: &str,
    arguments: JsonObject,
    engine: &dyn Engine,
) -> Result<Written, Failure> {
    let arguments = Arguments::new(arguments);
    match tool {
        "search" => search(arguments, engine),
        "article" => article(arguments, engine),
        "concordance" => concordance(arguments, engine),
        "trends" => trends(arguments, engine),
        "facets" => facets(arguments, engine),
        "similar" => similar(arguments, engine),
        "sources" => sources(arguments, engine),
        _ => Err(Invalid::new(format!("there is no tool {tool:?}")).into()),
    }
}

fn search(mut arguments: Arguments, engine: &dyn Engine) -> Result<Written, Failure> {
    let query = arguments.text("query")?.unwrap_or_default();
    let request = arguments.request(query)?;
    let orders = [
        ("relevance", Sort::Relevance),
        ("date", Sort::Oldest),
        ("-date", Sort::Latest),
    ];
    let offset = arguments.number("offset", 0..=10_000, 0)?;
    let options = SearchOptions {
        limit: arguments.number("limit", 0..=50, 10)? as usize,
        offset: offset as usize,
        sort: arguments.choice("sort", &orders, Sort::Relevance)?,
        recency_half_life: None,
    };
    let passages = arguments.number("passages", 0..=5, 1)? as usize;
    let unique = arguments.flag("unique", false)?;
    arguments.finish()?;
    let plan = request.plan();
    let unique = match unique {
        true => Some(engine.search_unique(plan, &options)?),
        false => None,
    };
    let found = match &unique {
        Some(unique) => FoundArticles {
            total: unique.total,
            hits: unique.hits.iter().map(|text| text.hit).collect(),
        },
        None => engine.search(plan, &options)?,
    };
    let mut shown = engine
        .shown(plan, &found.hits, offset + 1, passages)
        .collect::<Result<Vec<ShownHit>, _>>()?;
    if let Some(unique) = &unique {
        for (hit, text) in shown.iter_mut().zip(&unique.hits) {
            hit.reprints = Some(text.reprints);
        }
    }
    let advice = match found.total {
        0 => Some(engine.advice(request.ast(), request.options(), 0)?),
        _ => None,
    };
    let view = Hits {
        total: found.total,
        texts: unique.as_ref().map(|unique| unique.texts),
        offset,
        advice: advice.as_ref().map(AdviceShape::new),
        hits: shown.iter().map(Hit::new).collect(),
    };
    write(view, true, engine, &[(&request, plan)])
}

fn article(mut arguments: Arguments, engine: &dyn Engine) -> Result<Written, Failure> {
    let id = arguments.required("id")?;
    let start = arguments.number("start", 0..=u64::from(u32::MAX), 0)? as usize;
    let length = arguments.number("length", 1..=50_000, 10_000)? as usize;
    arguments.finish()?;
    let found = engine.find_id(&id)?;
    if found.is_empty() {
        return Err(no_article(&id).into());
    }
    let articles = engine.articles(&found)?;
    let view = Articles {
        articles: articles
            .iter()
            .map(|article| Whole::new(article, start..start + length))
            .collect(),
    };
    write(view, true, engine, &[])
}

fn concordance(mut arguments: Arguments, engine: &dyn Engine) -> Result<Written, Failure> {
    let query = arguments.required("query")?;
    let request = arguments.request(query)?;
    let context = arguments.number("context", 1..=50, 12)? as u32;
    let sort = arguments.text("sort")?.unwrap_or_default();
    let sort = sort.split(',').map(str::trim).filter(|key| !key.is_empty());
    let sort = sort.map(|key| {
        key.parse::<SortKey>()
            .map_err(|error| Invalid::new(format!("sort {key:?}: {error}")))
    });
    let sort = sort.collect::<Result<Vec<_>, _>>()?;
    let limit = arguments.number("limit", 0..=100, 30)?;
    let offset = arguments.number("offset", 0..=1_000_000, 0)?;
    let sample = arguments.number("sample", 0..=1_000_000, 0)? as usize;
    let seed = arguments.number("seed", 0..=u64::MAX, 1)?;
    arguments.finish()?;
    let options = KwicOptions {
        left: context,
        right: context,
        sort,
        sample: (sample > 0).then_some(Sample { size: sample, seed }),
        ..KwicOptions::default()
    };
    let plan = request.view_plan();
    let concordance = concordance_of(engine, &plan, &options)?;
    let lines = concordance.lines(engine, offset as usize..(offset + limit) as usize)?;
    let view = Lines {
        matches: concordance.matches(),
        articles: concordance.articles(),
        sample: options.sample.map(|_| concordance.len()),
        offset,
        lines: lines.iter().map(Line::new).collect(),
    };
    write(view, true, engine, &[(&request, &plan)])
}

fn trends(mut arguments: Arguments, engine: &dyn Engine) -> Result<Written, Failure> {
    let texts = arguments.texts("queries", 10)?;
    let filters = arguments.filters()?;
    let accents = arguments.accents()?;
    let periods =
        [By::Day, By::Week, By::Month, By::Quarter, By::Year].map(|by| (by.to_string(), by));
    let periods: Vec<(&str, By)> = periods
        .iter()
        .map(|(name, by)| (name.as_str(), *by))
        .collect();
    let splits: Vec<(&str, Option<Facet>)> = Facet::stated()
        .map(|facet| (facet.name(), Some(facet)))
        .collect();
    let counts = [
        ("publications", Count::Publications),
        ("texts", Count::Texts),
    ];
    let options = TrendsOptions {
        by: Some(arguments.choice("by", &periods, By::Year)?),
        split: arguments.choice("split", &splits, None)?,
        count: arguments.choice("count", &counts, Count::Publications)?,
        ..TrendsOptions::default()
    };
    arguments.finish()?;
    let requests = texts
        .into_iter()
        .map(|text| match request(text, &filters, accents) {
            Ok(request) if request.is_empty() => Err(empty(&request)),
            request => request,
        });
    let requests = requests.collect::<Result<Vec<Request>, _>>()?;
    let queries = requests.iter().map(|request| TrendsQuery {
        name: request.text().to_owned(),
        plan: request.view_plan(),
    });
    let queries: Vec<TrendsQuery> = queries.collect();
    let trends = trends_of(engine, &queries, &base(&filters)?, &options)?;
    let rows: usize = trends.series.iter().map(|one| one.points.len()).sum();
    if rows > MOST_ROWS {
        let message = format!("{rows} periods are more than the {MOST_ROWS} of an answer");
        let hint = "count by a longer period, or fewer queries, or narrow the dates";
        return Err(Invalid::new(message).hint(hint).into());
    }
    let cited = requests.iter().zip(queries.iter().map(|query| &query.plan));
    let cited: Vec<(&Request, &Plan)> = cited.collect();
    write(
        Series::new(&trends),
        options.split.is_some(),
        engine,
        &cited,
    )
}

/// The articles among which is counted: those that the filters accept.
fn base(filters: &Filters) -> Result<Plan, Invalid> {
    Ok(request(String::new(), filters, Default::default())?.plan_or_everything())
}

fn facets(mut arguments: Arguments, engine: &dyn Engine) -> Result<Written, Failure> {
    let query = arguments.text("query")?.unwrap_or_default();
    let by = arguments.texts("by", Facet::ALL.len())?;
    let names: Vec<(&str, Facet)> = Facet::ALL.iter().map(|f| (f.name(), *f)).collect();
    let by = by.iter().map(|name| pick("by", name, &names));
    let by = by.collect::<Result<Vec<_>, _>>()?;
    let filters = arguments.filters()?;
    let accents = arguments.accents()?;
    let limit = arguments.number("limit", 1..=500, 50)? as usize;
    arguments.finish()?;
    let request = request(query, &filters, accents)?;
    let plan = match request.text().trim() {
        "" => request.plan_or_everything(),
        _ if request.is_empty() => return Err(empty(&request).into()),
        _ => request.plan().clone(),
    };
    let found = engine.facets_of(&plan, &by, Count::Publications)?;
    let facets = found.facets.iter();
    let view = Counts {
        total: found.total,
        facets: facets
            .map(|counts| FacetValues::new(counts, limit))
            .collect(),
    };
    write(view, true, engine, &[(&request, &plan)])
}

fn similar(mut arguments: Arguments, engine: &dyn Engine) -> Result<Written, Failure> {
    let id = arguments.required("id")?;
    let options = SimilarOptions {
        limit: arguments.number("limit", 1..=50, 10)? as usize,
        without_reprints: !arguments.flag("reprints", false)?,
        ..SimilarOptions::default()
    };
    arguments.finish()?;
    let Some(&address) = engine.find_id(&id)?.first() else {
        return Err(no_article(&id).into());
    };
    let found = engine.similar(address, &options)?;
    let view = Likes {
        articles: found.articles.iter().map(Like::new).collect(),
    };
    write(view, true, engine, &[])
}

fn sources(mut arguments: Arguments, engine: &dyn Engine) -> Result<Written, Failure> {
    let limit = arguments.number("limit", 1..=500, 30)? as usize;
    arguments.finish()?;
    let stats = engine.stats()?;
    let by = [Facet::Source, Facet::Agency, Facet::Section];
    let Facets { facets, .. } = engine.facets_of(&Plan::Everything, &by, Count::Publications)?;
    let [sources, agencies, sections] = facets.as_slice() else {
        return Err(Invalid::new("the collection cannot be counted").into());
    };
    let view = Collection {
        first_date: stats.first_day.map(iso_day),
        last_date: stats.last_day.map(iso_day),
        sources: FacetValues::new(sources, limit),
        agencies: FacetValues::new(agencies, limit),
        sections: FacetValues::new(sections, limit),
    };
    write(view, true, engine, &[])
}

fn no_article(id: &str) -> Invalid {
    Invalid::new(format!("there is no article {id}")).hint("`search` returns the id of every hit")
}

/// Writes a view with the problems of its queries and its citation.
fn write(
    view: impl Serialize,
    quotes: bool,
    engine: &dyn Engine,
    queries: &[(&Request, &Plan)],
) -> Result<Written, Failure> {
    let answer = Answer {
        notice: quotes.then_some(NOTICE),
        problems: queries
            .iter()
            .flat_map(|(request, _)| ProblemShape::list(request))
            .collect(),
        view,
        citation: engine.cite(queries.iter().copied())?,
    };
    let failed = |error: serde_json::Error| Failure::Invalid(Invalid::new(error.to_string()));
    Ok(Written {
        text: serde_json::to_string(&answer).map_err(failed)?,
        structure: serde_json::to_value(&answer).map_err(failed)?,
    })
}
