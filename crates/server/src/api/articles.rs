//! `/articles/{id}`: the articles with an id.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use timbao_articles::Article;
use timbao_index::output::json::ArticlesAnswer;

use crate::app::App;
use crate::params::Params;
use crate::problem::Problem;

use super::{OfView, json, sent, view};

/// Answers with whole articles.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::new(raw.as_deref());
    let view = view(&app, &mut params)?;
    params.finish()?;
    let work = app.work.run(&view, move |view, searcher| {
        let found = searcher.find_id(&id)?;
        let articles = found
            .into_iter()
            .map(|address| searcher.article(address))
            .collect::<Result<Vec<Article>, _>>()?;
        if articles.is_empty() {
            return Err(Problem::not_found("there is no article of that id"));
        }
        json(&OfView {
            answer: ArticlesAnswer::new(&id, &articles),
            view: &view.id,
        })
    });
    work.await.map(sent)
}
