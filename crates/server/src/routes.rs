//! The routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::RawQuery;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Redirect;
use axum::routing::{get, post};
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};

use crate::app::App;
use crate::conditional::conditional;
use crate::{api, assets, cors, feed, guard, negotiate, nest, page, site};

/// The routes of an index, and below `/kho/NAME` those of the others of the same server.
pub(crate) fn all(app: Arc<App>, others: &[Arc<App>]) -> Router {
    let others = others
        .iter()
        .filter_map(|other| Some((other.name.as_ref()?, other)));
    others.fold(router(app), |all, (name, other)| {
        let path = format!("/kho/{name}");
        let nested = all.nest(&path, router(Arc::clone(other)));
        // The root of a nested router does not have a slash at its end.
        nested.route(&format!("{path}/"), get(move |query| root(path, query)))
    })
}

/// Redirects to the same address without the slash at its end.
async fn root(path: String, RawQuery(query): RawQuery) -> Redirect {
    match query {
        Some(query) => Redirect::permanent(&format!("{path}?{query}")),
        None => Redirect::permanent(&path),
    }
}

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
        .route("/wordlist", get(page::wordlist))
        .route("/dispersion", get(page::dispersion))
        .route("/compare", get(page::compare))
        .route("/batch", get(page::batch))
        .route("/reprints", get(page::reprints))
        .route("/status", get(page::status))
        .route("/similar", get(page::similar))
        .route("/searches", get(page::searches).post(page::save_search))
        .route(feed::PATH, get(feed::answer))
        .route("/help", get(page::help))
        .route("/login", get(page::login).post(page::enter))
        .route("/logout", post(page::leave))
        .route("/form", get(page::form))
        .nest(
            "/api/v1",
            api::routes().layer(from_fn_with_state(Arc::clone(&app), conditional)),
        )
        .route("/healthz", get(api::health))
        .route("/metrics", get(api::metrics))
        .route("/assets/{name}", get(assets::serve))
        .fallback(guard::not_found)
        .method_not_allowed_fallback(guard::wrong_method)
        .layer(from_fn_with_state(Arc::clone(&app), guard::admit))
        .layer(from_fn(negotiate::negotiate))
        .layer(from_fn(nest::relocate))
        .layer(from_fn_with_state(Arc::clone(&app), site::remember))
        .layer(from_fn(guard::protect))
        .layer(compression())
        .layer(from_fn_with_state(Arc::clone(&app), cors::share))
        .layer(from_fn_with_state(Arc::clone(&app), guard::watch))
        .with_state(app)
}

/// Compresses answers for clients that accept gzip, except workbooks, which are compressed already.
fn compression() -> CompressionLayer<impl Predicate> {
    let workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let is_text = SizeAbove::new(1_000).and(NotForContentType::const_new(workbook));
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(is_text)
}
