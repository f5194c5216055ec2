//! `/collocates`: words near the matches of a query.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use timbao_index::Searcher;
use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::csv::{COLLOCATES_HEADER, KEYWORDS_HEADER, collocate_row, keyword_row};
use timbao_views::json::ViewAnswer;
use timbao_views::{CollocateOptions, CollocateSort, Collocates, KeywordOptions, Keywords};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{accents, base, filters, request, required};

use super::answer::{Cite, json, sent, view};
use super::export::{Sheet, download};

/// Largest window on one side, in tokens.
const WINDOW: u32 = 50;
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
    /// The articles among which is counted: those that the filters let pass.
    pub base: Plan,
    pub options: CollocateOptions,
    /// Two sets of articles whose collocates are compared.
    pub compared: Option<[Request; 2]>,
}

/// Collocates, or collocates that two sets of articles differ in.
enum Answer {
    One(Collocates),
    Two(Keywords),
}

/// Answers with collocates.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::new(raw.as_deref());
    let view = view(&app, &mut params)?;
    let cite = Cite::take(&mut params)?;
    let request = CollocatesRequest::take(&mut params, &app.options.limits)?;
    params.finish()?;
    let work = app.work.run(&view, move |searcher| {
        let query = &request.query;
        let plan = query.view_plan();
        let compared = request.compared.iter().flatten();
        let cited = std::iter::once((query, &plan)).chain(compared.map(|q| (q, q.plan())));
        let (text, problems) = (query.text(), query.problems());
        match &request.answer(&searcher)? {
            Answer::One(found) => {
                json(&cite.answer(ViewAnswer::new(text, problems, found), &searcher, cited)?)
            }
            Answer::Two(found) => {
                json(&cite.answer(ViewAnswer::new(text, problems, found), &searcher, cited)?)
            }
        }
    });
    work.await.map(sent)
}

/// Answers with collocates as CSV.
pub(super) async fn rows(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::new(raw.as_deref());
    let view = view(&app, &mut params)?;
    let request = CollocatesRequest::take(&mut params, &app.options.limits)?;
    params.finish()?;
    let work = app
        .work
        .run(&view, move |searcher| match request.answer(&searcher)? {
            Answer::One(found) => Sheet::of(
                &COLLOCATES_HEADER,
                found.collocates.iter().map(collocate_row),
            ),
            Answer::Two(found) => {
                Sheet::of(&KEYWORDS_HEADER, found.keywords.iter().map(keyword_row))
            }
        });
    Ok(download("timbao-collocates.csv", work.await?))
}

impl CollocatesRequest {
    /// Takes collocates from the parameters of a request.
    ///
    /// # Errors
    ///
    /// When a value cannot be read, or there is nothing to search for.
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        let standard = CollocateOptions::default();
        let window = params.number("window", 0..=WINDOW, standard.left)?;
        let options = CollocateOptions {
            left: params.number("left", 0..=WINDOW, window)?,
            right: params.number("right", 0..=WINDOW, window)?,
            least: params.number("min", 1..=1_000_000, standard.least)?,
            sort: params.choice("by", &ORDERS, standard.sort)?,
            most: params.number("limit", 1..=COLLOCATES, standard.most)?,
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
                query,
                base,
                options,
                compared: None,
            });
        };
        let accents = accents(params)?;
        let none = timbao_query::Filters::default();
        let set = |text: String| required(request(text, &none, accents)?);
        let text = params.text("q", limits.text)?.unwrap_or_default();
        Ok(Self {
            query: set(text)?,
            base: Plan::Everything,
            options,
            compared: Some([set(of)?, set(against)?]),
        })
    }

    /// Finds collocates among the articles that the filters let pass.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(crate) fn run(&self, searcher: &Searcher) -> Result<Collocates, Problem> {
        let plan = self.query.view_plan();
        Ok(searcher.collocates(&plan, &self.base, &self.options)?)
    }

    fn answer(&self, searcher: &Searcher) -> Result<Answer, Problem> {
        let Some([of, against]) = &self.compared else {
            return Ok(Answer::One(self.run(searcher)?));
        };
        let chosen = KeywordOptions {
            least: self.options.least,
            most: self.options.most,
            ..KeywordOptions::default()
        };
        let plan = self.query.view_plan();
        let (of, against) = (of.plan(), against.plan());
        let found = searcher.compare_collocates(&plan, of, against, &self.options, &chosen)?;
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
