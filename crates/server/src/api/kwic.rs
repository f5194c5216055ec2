//! `/kwic`: every match in the middle of its line.

use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use timbao_index::Searcher;
use timbao_query::Request;
use timbao_views::json::{KwicAnswer, KwicGroupsAnswer};
use timbao_views::{Concordance, GroupKey, KwicOptions, Sample, UnknownKey};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::take;

use super::answer::{Cite, json, sent, view};

/// Default number of lines.
const LIMIT: usize = 50;
/// Largest number of tokens of context on one side.
const CONTEXT: u32 = 50;
/// Largest number of sort or group keys.
const KEYS: usize = 4;

/// A request for a concordance.
pub(crate) struct KwicRequest {
    pub query: Request,
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
    let mut params = Params::new(raw.as_deref());
    let view = view(&app, &mut params)?;
    let cite = Cite::take(&mut params)?;
    let request = KwicRequest::take(&mut params, &app.options.limits)?;
    params.finish()?;
    let work = app.work.run(&view, move |searcher| {
        let concordance = request.run(&searcher)?;
        let query = &request.query;
        let plan = query.view_plan();
        let cited = [(query, &plan)];
        let (text, problems) = (query.text(), query.problems());
        if !request.group.is_empty() {
            let groups = concordance.groups(&searcher, &request.group)?;
            let answer = KwicGroupsAnswer::new(
                text,
                problems,
                &concordance,
                request.options.sample,
                &request.group,
                part(&groups, request.range()),
            );
            return json(&cite.answer(answer, &searcher, cited)?);
        }
        let lines = concordance.lines(&searcher, request.range())?;
        let (sample, offset) = (request.options.sample, request.offset);
        let answer = KwicAnswer::new(text, problems, &concordance, sample, offset, &lines);
        json(&cite.answer(answer, &searcher, cited)?)
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
        let query = take(params, limits)?;
        let standard = KwicOptions::default();
        let sample = params.number("sample", 1..=1_000_000, 0)?;
        let seed = params.number("seed", 0..=u64::MAX, 0)?;
        let options = KwicOptions {
            left: params.number("left", 0..=CONTEXT, standard.left)?,
            right: params.number("right", 0..=CONTEXT, standard.right)?,
            sort: keys(params, "sort")?,
            sample: (sample > 0).then_some(Sample { size: sample, seed }),
        };
        Ok(Self {
            query,
            options,
            group: keys(params, "group")?,
            limit: params.number("limit", 0..=limits.page, LIMIT)?,
            offset: params.number("offset", 0..=limits.offset, 0)?,
        })
    }

    /// Finds the matches.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(crate) fn run(&self, searcher: &Searcher) -> Result<Concordance, Problem> {
        let plan = self.query.view_plan();
        Ok(searcher.concordance(&plan, &self.options)?)
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
