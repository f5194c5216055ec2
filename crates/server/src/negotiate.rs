//! Problems in the format that the client accepts: a page for browsers, JSON for programs.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::page::problem_page;
use crate::problem::{Problem, ProblemPage};

/// Sends a problem as a page if the client prefers HTML.
pub(crate) async fn negotiate(request: Request, next: Next) -> Response {
    let wants_page = prefers_page(request.headers());
    let is_browser = wants_page || request.headers().contains_key("sec-fetch-mode");
    let raw = request.uri().query().map(str::to_owned);
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Arc<Problem>>().cloned() else {
        return response;
    };
    let own = response.extensions_mut().remove::<ProblemPage>();
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("accept"));
    // A browser would ask for a password in a window of its own.
    if is_browser && headers.contains_key(header::WWW_AUTHENTICATE) {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if !wants_page {
        return response;
    }
    let page = match own {
        Some(page) => page.0,
        None => problem_page(&problem, raw.as_deref()).into_string(),
    };
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, html);
    headers.remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(page);
    response
}

/// Returns `true` if the client names HTML, and does not name JSON with a higher weight. A program
/// that accepts anything receives JSON.
pub(crate) fn prefers_page(headers: &HeaderMap) -> bool {
    let (mut html, mut json) = (0.0_f32, 0.0_f32);
    let values = headers.get_all(header::ACCEPT).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    for range in values.flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        let weight: f32 = weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
        match kind.as_str() {
            "text/html" | "application/xhtml+xml" => html = weight.max(html),
            "application/json" | "application/problem+json" => json = weight.max(json),
            _ => {}
        }
    }
    html > 0.0 && html >= json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_prefer_pages_and_programs_do_not() {
        for (accept, is_page) in [
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                true,
            ),
            ("TEXT/HTML ; q=0.5", true),
            ("application/json, text/html", true),
            ("application/json, text/html;q=0.9", false),
            ("text/html;q=0", false),
            ("text/html;q=x", false),
            ("*/*", false),
            ("", false),
        ] {
            let value = HeaderValue::from_static(accept);
            let headers = HeaderMap::from_iter([(header::ACCEPT, value)]);
            assert_eq!(prefers_page(&headers), is_page, "{accept}");
        }
        assert!(!prefers_page(&HeaderMap::new()));
    }
}
