//! `/kwic`: every match in the middle of its line.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde::Serialize;
use timbao_index::Searcher;
use timbao_index::output::json::{ProblemShape, RANGE_UNIT, VERSION};
use timbao_index::research::{KwicLine, KwicOptions, Sample, SortKey, as_phrases};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::Query;

use super::{OfView, json, sent, view};

/// Lines where nothing else is asked for.
const LIMIT: usize = 50;
/// Tokens of context on one side, at most.
const CONTEXT: u32 = 50;
/// Keys that lines are sorted by, at most.
const KEYS: usize = 4;

/// What is asked for.
pub(crate) struct KwicRequest {
    pub query: Query,
    pub options: KwicOptions,
    pub limit: usize,
    pub offset: usize,
}

/// What was found.
pub(crate) struct KwicResult {
    pub matches: u64,
    pub articles: u64,
    pub lines: Vec<KwicLine>,
}

/// A concordance.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    query: &'a str,
    matches: u64,
    articles: u64,
    offset: usize,
    range_unit: &'static str,
    problems: Vec<ProblemShape>,
    lines: &'a [KwicLine],
}

/// Answers with lines.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::new(raw.as_deref());
    let view = view(&app, &mut params)?;
    let request = KwicRequest::take(&mut params, &app.options.limits)?;
    params.finish()?;
    let work = app.work.run(&view, move |view, searcher| {
        let result = request.run(&searcher)?;
        json(&OfView {
            answer: Answer {
                version: VERSION,
                query: &request.query.text,
                matches: result.matches,
                articles: result.articles,
                offset: request.offset,
                range_unit: RANGE_UNIT,
                problems: request.query.problem_shapes(),
                lines: &result.lines,
            },
            view: &view.id,
        })
    });
    work.await.map(sent)
}

impl KwicRequest {
    /// Takes a concordance from the parameters of a request.
    ///
    /// # Errors
    ///
    /// When a value cannot be read, or there is nothing to search for.
    pub(super) fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        let query = Query::take(params, limits)?;
        let standard = KwicOptions::default();
        let sample = params.number("sample", 1..=1_000_000, 0)?;
        let seed = params.number("seed", 0..=u64::MAX, 0)?;
        let options = KwicOptions {
            left: params.number("left", 0..=CONTEXT, standard.left)?,
            right: params.number("right", 0..=CONTEXT, standard.right)?,
            sort: keys(params)?,
            sample: (sample > 0).then_some(Sample { size: sample, seed }),
        };
        Ok(Self {
            query,
            options,
            limit: params.number("limit", 0..=limits.page, LIMIT)?,
            offset: params.number("offset", 0..=limits.offset, 0)?,
        })
    }

    /// Finds the matches, and reads what is shown of them.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(crate) fn run(&self, searcher: &Searcher) -> Result<KwicResult, Problem> {
        let plan = as_phrases(self.query.plan());
        let concordance = searcher.concordance(&plan, &self.options)?;
        Ok(KwicResult {
            matches: concordance.matches(),
            articles: concordance.articles(),
            lines: concordance.lines(self.offset..self.offset.saturating_add(self.limit))?,
        })
    }
}

/// Takes what lines are sorted by: keys, separated by commas.
///
/// # Errors
///
/// When one of them is none, or there are too many.
pub(crate) fn keys(params: &mut Params) -> Result<Vec<SortKey>, Problem> {
    let Some(text) = params.text("sort", 200)? else {
        return Ok(Vec::new());
    };
    let keys = text
        .split(',')
        .map(|key| {
            key.parse::<SortKey>()
                .map_err(|error| Problem::parameter("sort", format!("sort: {error}")))
        })
        .collect::<Result<Vec<_>, _>>()?;
    if keys.len() > KEYS {
        let detail = format!("sort has more than {KEYS} keys");
        return Err(Problem::parameter("sort", detail));
    }
    Ok(keys)
}
