//! The routes.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;

use crate::app::App;
use crate::{api, assets, guard, nest, page};

/// All routes of the page and the API.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(page::search))
        .route("/article", get(page::article))
        .route("/kwic", get(page::kwic))
        .route("/trends", get(page::trends))
        .route("/collocates", get(page::collocates))
        .route("/keywords", get(page::keywords))
        .route("/fillers", get(page::fillers))
        .nest("/api/v1", api::routes())
        .route("/healthz", get(api::health))
        .route("/metrics", get(api::metrics))
        .route("/assets/{name}", get(assets::serve))
        .fallback(guard::not_found)
        .method_not_allowed_fallback(guard::wrong_method)
        .layer(from_fn_with_state(Arc::clone(&app), guard::admit))
        .layer(from_fn(nest::relocate))
        .layer(from_fn(guard::protect))
        .layer(from_fn_with_state(Arc::clone(&app), guard::watch))
        .with_state(app)
}
