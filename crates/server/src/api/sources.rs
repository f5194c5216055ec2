//! `/sources`: the folders and archives that articles came from.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde::Serialize;
use timbao_cluster::source_list;
use timbao_index::update::{SourceStatus, status};
use timbao_views::json::VERSION;

use crate::app::App;
use crate::problem::Problem;
use crate::view::Place;

use super::answer::{json, respond};

/// The sources of the index.
#[derive(Serialize)]
struct Answer {
    version: u32,
    sources: Vec<SourceStatus>,
}

/// Answers with the sources.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let shared = Arc::clone(&app);
    let answer = respond(
        &app,
        raw.as_deref(),
        |_, _| Ok(()),
        move |cite, (), searcher| {
            let answer = Answer {
                version: VERSION,
                sources: of(&shared)?,
            };
            json(&cite.answer(answer, searcher, [])?)
        },
    );
    answer.await
}

/// The sources at the last update of the index; without directories of the machine unless they
/// are shown.
///
/// # Errors
///
/// If the index is damaged, or the cluster fails.
pub(crate) fn of(app: &App) -> Result<Vec<SourceStatus>, Problem> {
    let mut sources = match &app.place {
        Place::Index(index) => status(index)?,
        Place::Cluster { client, .. } => source_list(client)?,
    };
    if !app.options.show_paths {
        sources.iter_mut().for_each(|source| source.source = None);
    }
    Ok(sources)
}
