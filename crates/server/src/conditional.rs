//! Conditional requests: an answer of the API has an entity tag that changes with the state of the
//! index, and a client that has the answer already receives 304.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use timbao_query::iso_day;
use timbao_views::today;

use crate::app::App;
use crate::params::Params;

/// Paths whose answers change without the index.
const CHANGING: [&str; 3] = ["/healthz", "/metrics", "/sources"];

/// Adds an entity tag to successful answers, and answers requests that name it with 304.
pub(crate) async fn conditional(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    // The tag is taken before the answer: if a commit comes between them, the answer is newer than
    // its tag, and the next request receives it once more.
    let Some(tag) = tag(&app, &request) else {
        return next.run(request).await;
    };
    if names(request.headers(), &tag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let mut response = next.run(request).await;
    if response.status() == StatusCode::OK {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The tag of the state of the index that a request is answered from. Answers also depend on the
/// program with its options and synonyms, which another start may change, and, in citations and the last
/// period of trends, on the day.
fn tag(app: &App, request: &Request) -> Option<HeaderValue> {
    let path = request.uri().path();
    let stem = path.split('.').next().unwrap_or(path);
    if CHANGING.contains(&stem) {
        return None;
    }
    let mut params = Params::new(request.uri().query());
    let view = params.view(app.views().ok()?).ok()?.view();
    let text = format!("{view} {:?} {}", app.since, iso_day(today()));
    let hash = blake3::hash(text.as_bytes()).to_hex();
    // Weak: the same answer may be compressed or not.
    HeaderValue::try_from(format!("W/\"{}\"", &hash[..16])).ok()
}

/// Returns `true` if `If-None-Match` names a tag.
fn names(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let own = tag.to_str().map(opaque).unwrap_or_default();
    tags.any(|tag| tag.trim() == "*" || opaque(tag) == own)
}
