//! Access checks, common headers, and the log of requests.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;

use crate::access::{Reader, client};
use crate::app::App;
use crate::log::Value;
use crate::options::Options;
use crate::page;
use crate::params::Params;
use crate::peer::Peer;
use crate::problem::Problem;

/// The headers of every response. Pages load only the style sheet and the script of this server.
pub(crate) const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

/// Counts a request and writes it to the log.
pub(crate) async fn watch(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    app.follow();
    let begun = Instant::now();
    let _under_way = app.metrics.begin();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let query = if app.options.log_queries {
        Params::new(request.uri().query()).all("q").join(" | ")
    } else {
        String::new()
    };
    let response = next.run(request).await;
    let status = response.status();
    let time = begun.elapsed();
    app.metrics.answered(&route, status.as_u16(), time);
    let mut fields = vec![
        ("method", Value::Text(method.as_str())),
        ("route", Value::Text(&route)),
        ("status", Value::Whole(status.as_u16().into())),
        ("ms", Value::Milliseconds(time.as_secs_f64() * 1000.0)),
    ];
    let reader = response.extensions().get::<Reader>();
    if let Some(reader) = reader {
        fields.push(("who", Value::Text(&reader.name)));
    }
    if !query.is_empty() {
        fields.push(("query", Value::Text(&query)));
    }
    let problem = response.extensions().get::<Arc<Problem>>();
    if let Some(cause) = problem.and_then(|problem| problem.more.cause.as_deref()) {
        fields.push(("cause", Value::Text(cause)));
    }
    if status.is_server_error() {
        app.log.warn("request", &fields);
    } else {
        app.log.info("request", &fields);
    }
    response
}

/// Adds the headers for the security of browsers.
pub(crate) async fn protect(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        let value = HeaderValue::from_static("private, no-cache");
        headers.insert(header::CACHE_CONTROL, value);
    }
    response
}

/// Admits requests without a body that name this server, or present a token that has the right.
pub(crate) async fn admit(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(problem) = ill_formed(&request) {
        return problem.into_response();
    }
    let headers = request.headers();
    if app.access.is_open() {
        if !is_named(&app.options, headers) {
            return Problem::misdirected().into_response();
        }
        return next.run(request).await;
    }
    let path = request.uri().path();
    // The answer to health checks has no other information, and the login page needs its style.
    let is_public =
        matches!(path, "/healthz" | "/login" | "/logout") || path.starts_with("/assets/");
    let peer = request.extensions().get::<Peer>();
    let peer = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0);
    let reader = match app.access.reader(headers, client(peer, headers)) {
        Ok(Some(reader)) => reader,
        Ok(None) | Err(_) if is_public => return next.run(request).await,
        Ok(None) => return page::login_required(Problem::unauthorized(), &request),
        Err(problem) => return page::login_required(problem, &request),
    };
    let needed = if is_export(path) { "export" } else { "read" };
    let has_right = match needed {
        "export" => reader.rights.export,
        _ => reader.rights.read || is_public,
    };
    request.extensions_mut().insert(reader.clone());
    let mut response = match has_right {
        true => next.run(request).await,
        false => Problem::no_right(needed).into_response(),
    };
    response.extensions_mut().insert(reader);
    response
}

/// The problem of a request that is refused whoever sends it.
fn ill_formed(request: &Request) -> Option<Problem> {
    let headers = request.headers();
    let path = request.uri().path();
    let is_form =
        *request.method() == Method::POST && matches!(path, "/login" | "/logout" | "/searches");
    if !is_form && !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Some(Problem::method());
    }
    let has_body = headers.contains_key(header::TRANSFER_ENCODING)
        || headers
            .get(header::CONTENT_LENGTH)
            .is_some_and(|length| length != "0");
    if has_body && !is_form {
        return Some(Problem::body());
    }
    malformed(request).map(Problem::malformed)
}

/// Returns `true` if the answer at a path is a complete file.
fn is_export(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("/api/v1/") else {
        return false;
    };
    // An id of an article may end like a file.
    let last = match rest.strip_prefix("articles/") {
        Some(id) => id.rsplit_once('/').map_or("", |(_, last)| last),
        None => rest,
    };
    matches!(last.rsplit_once('.'), Some((_, "csv" | "xlsx" | "jsonl")))
}

/// The reason for which a request is malformed, if it is.
fn malformed(request: &Request) -> Option<&'static str> {
    // RFC 9112, section 3.2: proxies may route by one of them and servers by the other.
    if request.headers().get_all(header::HOST).iter().count() > 1 {
        return Some("more than one Host header");
    }
    // The routes take text.
    percent_decode_str(request.uri().path())
        .decode_utf8()
        .is_err()
        .then_some("the path is not UTF-8")
}

/// Whether a request names this server in its Host header. Another site can let a name of its
/// own resolve to this address, but cannot change the Host header of the browser.
fn is_named(options: &Options, headers: &HeaderMap) -> bool {
    if !options.listen.ip().is_loopback() {
        return true;
    }
    let Some(host) = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
    else {
        return false;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let own = options.listen.ip().to_string();
    ["localhost", "127.0.0.1", "[::1]", own.as_str()]
        .into_iter()
        .chain(options.hosts.iter().map(String::as_str))
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// The response for unknown paths.
pub(crate) async fn not_found() -> Problem {
    Problem::not_found("unknown path; /api/v1/openapi.json lists all paths")
}

/// The response for other methods.
pub(crate) async fn wrong_method() -> Problem {
    Problem::method()
}
