//! `/kwic`: every match in the middle of its line.

use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::json::{KwicAnswer, KwicGroupsAnswer};
use timbao_views::{Concordance, GroupKey, KwicOptions, Sample, UnknownKey};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{count, take};
use crate::view::View;

use super::answer::{Cite, json, respond};

/// Default number of lines.
const LIMIT: usize = 50;
/// Largest number of tokens of context on one side.
const CONTEXT: u32 = 50;
/// Largest number of sort or group keys.
const KEYS: usize = 4;

/// A request for a concordance.
pub(crate) struct KwicRequest {
    pub query: Request,
    /// The plan of the query as a view reads it.
    pub plan: Plan,
    pub options: KwicOptions,
    /// Keys by which lines are counted, instead of being listed.
    pub group: Vec<GroupKey>,
    pub limit: usize,
    pub offset: usize,
}

/// Answers with lines, or with groups of them.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let answer = respond(
        &app,
        raw.as_deref(),
        KwicRequest::take,
        |cite, request, searcher| {
            let concordance = request.run(searcher)?;
            let query = &request.query;
            let cited = [(query, &request.plan)];
            let (text, problems) = (query.text(), query.problems());
            if !request.group.is_empty() {
                let groups = concordance.groups(&**searcher, &request.group)?;
                let shown = part(&groups, request.range());
                let cite = request.listed(cite, shown.len(), groups.len());
                let answer = KwicGroupsAnswer::new(
                    text,
                    problems,
                    &concordance,
                    request.options.sample,
                    &request.group,
                    shown,
                );
                return json(&cite.answer(answer, searcher, cited)?);
            }
            let lines = concordance.lines(&**searcher, request.range())?;
            let cite = request.listed(cite, lines.len(), concordance.len());
            let (sample, offset) = (request.options.sample, request.offset);
            let answer = KwicAnswer::new(text, problems, &concordance, sample, offset, &lines);
            json(&cite.answer(answer, searcher, cited)?)
        },
    );
    answer.await
}

impl KwicRequest {
    /// Takes a concordance from the parameters of a request.
    ///
    /// # Errors
    ///
    /// When a value cannot be read, or there is nothing to search for.
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        Self::take_lines(params, limits, LIMIT)
    }

    /// The same with `limit` lines unless the request says otherwise.
    ///
    /// # Errors
    ///
    /// Those of [`take`](Self::take).
    pub(super) fn take_lines(
        params: &mut Params,
        limits: &Limits,
        limit: usize,
    ) -> Result<Self, Problem> {
        let query = take(params, limits)?;
        let standard = KwicOptions::default();
        let sample = params.number("sample", 1..=1_000_000, 0)?;
        let seed = params.number("seed", 0..=u64::MAX, 0)?;
        let options = KwicOptions {
            left: params.number("left", 0..=CONTEXT, standard.left)?,
            right: params.number("right", 0..=CONTEXT, standard.right)?,
            sort: keys(params, "sort")?,
            sample: (sample > 0).then_some(Sample { size: sample, seed }),
            shuffle: params.flag("shuffle")?.then_some(seed),
            count: count(params)?,
        };
        Ok(Self {
            plan: query.view_plan(),
            query,
            options,
            group: keys(params, "group")?,
            limit: params.number("limit", 0..=limits.page, limit)?,
            offset: params.offset(limits.offset)?,
        })
    }

    /// Finds the matches.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(crate) fn run(&self, searcher: &View) -> Result<Concordance, Problem> {
        Ok(searcher.concordance(&self.plan, &self.options)?)
    }

    /// The parts of an answer with some of `total` rows.
    fn listed(&self, cite: Cite, shown: usize, total: usize) -> Cite {
        let end = self.offset.saturating_add(shown);
        cite.list(end, shown > 0 && end < total)
    }

    /// The positions of the requested lines in the order.
    pub(crate) fn range(&self) -> Range<usize> {
        self.offset..self.offset.saturating_add(self.limit)
    }
}

/// The elements of a list within a range.
pub(crate) fn part<T>(list: &[T], range: Range<usize>) -> &[T] {
    let end = range.end.min(list.len());
    list.get(range.start.min(end)..end).unwrap_or_default()
}

/// Parses keys of lines, separated by commas.
///
/// # Errors
///
/// If one of them is invalid, or there are too many.
pub(crate) fn keys<K>(params: &mut Params, name: &'static str) -> Result<Vec<K>, Problem>
where
    K: FromStr<Err = UnknownKey>,
{
    let Some(text) = params.text(name, 200)? else {
        return Ok(Vec::new());
    };
    let keys = text
        .split(',')
        .map(|key| {
            key.parse::<K>()
                .map_err(|error| Problem::parameter(name, format!("{name}: {error}")))
        })
        .collect::<Result<Vec<_>, _>>()?;
    if keys.len() > KEYS {
        let detail = format!("{name} has more than {KEYS} keys");
        return Err(Problem::parameter(name, detail));
    }
    Ok(keys)
}
