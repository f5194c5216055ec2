//! Access checks, common headers, and the log of requests.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;

use crate::app::App;
use crate::log::Value;
use crate::options::Options;
use crate::params::Params;
use crate::problem::{Cause, Problem};

/// The headers of every response. Pages load only the style sheet and the script of this server.
const HEADERS: [(HeaderName, &str); 6] = [
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
    if !query.is_empty() {
        fields.push(("query", Value::Text(&query)));
    }
    let cause = response.extensions().get::<Cause>();
    if let Some(Cause(cause)) = cause {
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

/// Admits requests without a body that name this server and present the token.
pub(crate) async fn admit(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let has_body = headers.contains_key(header::TRANSFER_ENCODING)
        || headers
            .get(header::CONTENT_LENGTH)
            .is_some_and(|length| length != "0");
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Problem::method().into_response();
    }
    if has_body {
        return Problem::body().into_response();
    }
    if let Some(detail) = malformed(&request) {
        return Problem::malformed(detail).into_response();
    }
    match &app.options.token {
        // Health checks do without the token; the response has no other information.
        Some(_) if request.uri().path() == "/healthz" => {}
        Some(token) => {
            if !shown(headers).is_some_and(|given| token.admits(&given)) {
                return Problem::unauthorized().into_response();
            }
        }
        None => {
            if !is_named(&app.options, headers) {
                return Problem::misdirected().into_response();
            }
        }
    }
    next.run(request).await
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

/// The token of a request: a bearer token, or the password of basic authentication.
fn shown(headers: &HeaderMap) -> Option<Vec<u8>> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.as_bytes().to_vec());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = BASE64_STANDARD.decode(rest).ok()?;
    let colon = pair.iter().position(|&byte| byte == b':')?;
    pair.get(colon + 1..).map(<[u8]>::to_vec)
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
