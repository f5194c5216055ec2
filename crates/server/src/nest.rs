//! Links of a router that is nested below a path of another one.
//!
//! Pages and the description of the API are written for the root. Below another path, their links
//! are moved there when they are sent: text of articles and queries is escaped, so that only an
//! attribute of ours can begin as [`LINKS`] do.

use axum::body::{Body, to_bytes};
use axum::extract::{OriginalUri, Request};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// The beginnings of links to the root, in HTML.
const LINKS: [&str; 3] = ["href=\"/", "action=\"/", "src=\"/"];
/// The address of the API in its description.
const API: &str = "\"url\": \"/api/v1\"";

/// Moves the links of an answer below the path that the router is nested at, if it is.
pub(crate) async fn relocate(request: Request, next: Next) -> Response {
    let base = base(&request);
    let is_description = request.uri().path().ends_with("/openapi.json");
    let response = next.run(request).await;
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    match base {
        Some(base) if is_page || is_description => rewrite(response, &base).await,
        _ => response,
    }
}

/// The path that the router is nested at.
pub(crate) fn base(request: &Request) -> Option<String> {
    let whole = request.extensions().get::<OriginalUri>()?.0.path();
    let inner = request.uri().path();
    let base = match whole.strip_suffix(inner) {
        Some(base) => base,
        // The root of a nested router has no slash at its end.
        None if inner == "/" => whole,
        None => return None,
    };
    let base = base.trim_end_matches('/');
    (!base.is_empty()).then(|| base.to_owned())
}

async fn rewrite(response: Response, base: &str) -> Response {
    let (mut parts, body) = response.into_parts();
    let text = match to_bytes(body, usize::MAX).await {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => return Problem::internal(error.to_string()).into_response(),
    };
    let moved = LINKS.iter().fold(text, |text, link| {
        let moved = format!("{}{base}", link.trim_end_matches('/'));
        // The root of a nested router does not have a slash at its end.
        text.replace(link, &format!("{moved}/"))
            .replace(&format!("{moved}/\""), &format!("{moved}\""))
            .replace(&format!("{moved}/?"), &format!("{moved}?"))
    });
    let moved = moved.replace(API, &format!("\"url\": \"{base}/api/v1\""));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(moved))
}
