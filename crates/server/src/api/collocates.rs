//! `/collocates`: words near the matches of a query.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::json::ViewAnswer;
use timbao_views::{CollocateOptions, CollocateSort, Collocates, KeywordOptions, Keywords};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{accents, base, count, filters, request, required};
use crate::view::View;

use super::answer::{json, respond, skip};

/// Largest window on one side, in tokens.
pub(super) const WINDOW: u32 = 50;
/// Largest number of collocates in a response.
pub(crate) const COLLOCATES: usize = 1_000;

/// The orders, by their names on the command line.
pub(crate) const ORDERS: [(&str, CollocateSort); 4] = [
    ("likelihood", CollocateSort::LogLikelihood),
    ("dice", CollocateSort::LogDice),
    ("mi", CollocateSort::MutualInformation),
    ("count", CollocateSort::Count),
];

/// A request for collocates.
pub(crate) struct CollocatesRequest {
    pub query: Request,
    /// The plan of the query as a view reads it.
    pub plan: Plan,
    /// The articles among which is counted: those that the filters let pass.
    pub base: Plan,
    pub options: CollocateOptions,
    /// Number of collocates to skip.
    pub offset: usize,
    /// Two sets of articles whose collocates are compared.
    pub compared: Option<[Request; 2]>,
}

/// Collocates, or collocates that two sets of articles differ in.
pub(super) enum Answer {
    One(Collocates),
    Two(Keywords),
}

/// Answers with collocates.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let answer = respond(
        &app,
        raw.as_deref(),
        CollocatesRequest::take,
        |cite, mut request, searcher| {
            // One more row says whether there are more.
            request.options.most += 1;
            let end = request.options.most - 1;
            let limit = end - request.offset;
            let query = &request.query;
            let compared = request.compared.iter().flatten();
            let cited =
                std::iter::once((query, &request.plan)).chain(compared.map(|q| (q, q.plan())));
            let (text, problems) = (query.text(), query.problems());
            match request.answer(searcher)? {
                Answer::One(mut found) => {
                    let has_more = found.collocates.len() > limit;
                    found.collocates.truncate(limit);
                    let cite = cite.list(end, has_more);
                    json(&cite.answer(ViewAnswer::new(text, problems, &found), searcher, cited)?)
                }
                Answer::Two(mut found) => {
                    let has_more = found.keywords.len() > limit;
                    found.keywords.truncate(limit);
                    let cite = cite.list(end, has_more);
                    json(&cite.answer(ViewAnswer::new(text, problems, &found), searcher, cited)?)
                }
            }
        },
    );
    answer.await
}

impl CollocatesRequest {
    /// Takes collocates from the parameters of a request.
    ///
    /// # Errors
    ///
    /// When a value cannot be read, or there is nothing to search for.
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        let standard = CollocateOptions::default();
        Self::take_most(params, limits, standard.most, COLLOCATES)
    }

    /// The same with `limit` collocates unless the request says otherwise, at most `most`.
    ///
    /// # Errors
    ///
    /// Those of [`take`](Self::take).
    pub(super) fn take_most(
        params: &mut Params,
        limits: &Limits,
        limit: usize,
        most: usize,
    ) -> Result<Self, Problem> {
        let standard = CollocateOptions::default();
        let window = params.number("window", 0..=WINDOW, standard.left)?;
        let offset = params.offset(limits.offset)?;
        let options = CollocateOptions {
            left: params.number("left", 0..=WINDOW, window)?,
            right: params.number("right", 0..=WINDOW, window)?,
            least: params.number("min", 1..=1_000_000, standard.least)?,
            sort: params.choice("by", &ORDERS, standard.sort)?,
            most: offset.saturating_add(params.number("limit", 1..=most, limit)?),
            count: count(params)?,
        };
        let compared = (
            params.text("of", limits.text)?,
            params.text("against", limits.text)?,
        );
        let (Some(of), Some(against)) = compared else {
            if compared != (None, None) {
                let detail = "of and against are given together";
                return Err(Problem::parameter("of", detail));
            }
            let (query, base) = taken(params, limits)?;
            return Ok(Self {
                plan: query.view_plan(),
                query,
                base,
                options,
                offset,
                compared: None,
            });
        };
        let accents = accents(params)?;
        let none = timbao_query::Filters::default();
        let set = |text: String| required(request(text, &none, accents)?);
        let text = params.text("q", limits.text)?.unwrap_or_default();
        let query = set(text)?;
        Ok(Self {
            plan: query.view_plan(),
            query,
            base: Plan::Everything,
            options,
            offset,
            compared: Some([set(of)?, set(against)?]),
        })
    }

    /// Finds collocates among the articles that the filters let pass.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(crate) fn run(&self, searcher: &View) -> Result<Collocates, Problem> {
        let mut found = searcher.collocates(&self.plan, &self.base, &self.options)?;
        skip(&mut found.collocates, self.offset);
        Ok(found)
    }

    /// Finds collocates, or those that two sets of articles differ in.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(super) fn answer(&self, searcher: &View) -> Result<Answer, Problem> {
        let Some([of, against]) = &self.compared else {
            return Ok(Answer::One(self.run(searcher)?));
        };
        let chosen = KeywordOptions {
            least: self.options.least,
            most: self.options.most,
            count: self.options.count,
            ..KeywordOptions::default()
        };
        let (of, against) = (of.plan(), against.plan());
        let mut found =
            searcher.compare_collocates(&self.plan, [of, against], &self.options, &chosen)?;
        skip(&mut found.keywords, self.offset);
        Ok(Answer::Two(found))
    }
}

/// Takes a query and the articles among which is counted.
fn taken(params: &mut Params, limits: &Limits) -> Result<(Request, Plan), Problem> {
    let accents = accents(params)?;
    let filters = filters(params, limits)?;
    let text = params.text("q", limits.text)?.unwrap_or_default();
    let query = required(request(text, &filters, accents)?)?;
    Ok((query, base(&filters)?))
}
