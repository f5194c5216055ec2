//! The login page, which exchanges a token for a cookie.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Extension;
use axum::body::to_bytes;
use axum::extract::{OriginalUri, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use timbao_views::language::{Language, Words, fill};
use tokio::time::timeout;

use crate::access::{LIFETIME, Reader, client};
use crate::app::App;
use crate::log::Value;
use crate::params::Params;
use crate::peer::Peer;
use crate::problem::Problem;

use super::answer::refused;
use super::asked::{Asked, sent};
use super::layout::{Page, Tab, shell};

/// Largest form, in bytes. It has the address to return to.
const FORM: usize = 32 * 1024;
/// Largest length of an address to return to, in characters.
const ADDRESS: usize = 8_000;

/// Shows the form, or who is logged in.
pub(crate) async fn page(
    State(app): State<Arc<App>>,
    reader: Option<Extension<Reader>>,
    RawQuery(raw): RawQuery,
) -> Response {
    let asked = Asked::new("/login", raw.as_deref(), &[]);
    if app.access.is_open() {
        let problem = no_tokens();
        return asked
            .answer(Tab::None, |_| std::future::ready(Err(problem)))
            .await;
    }
    let words = asked.language.words();
    let content = match &reader {
        Some(Extension(reader)) if reader.is_session => logged_in(reader, asked.language),
        _ => form(words, "/", None),
    };
    sent(whole(&asked, content))
}

/// Logs in, and returns to the page that required it.
pub(crate) async fn enter(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    request: Request,
) -> Response {
    if app.access.is_open() {
        return no_tokens().into_response();
    }
    let peer = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |Extension(peer)| peer.0);
    let client = client(peer, request.headers());
    let is_foreign = is_foreign(request.headers());
    let is_secure = is_secure(request.headers());
    let body = timeout(
        app.options.limits.patience,
        to_bytes(request.into_body(), FORM),
    )
    .await;
    let Ok(Ok(body)) = body else {
        return Problem::body().into_response();
    };
    let text = String::from_utf8_lossy(&body);
    let asked = Asked::new("/login", Some(&text), &[]);
    let mut params = Params::of_form(Some(&text));
    let taken = params.text("token", 1_000).and_then(|token| {
        let to = params.text("to", ADDRESS)?.filter(|to| is_local(to));
        Ok((
            token.unwrap_or_default(),
            to.unwrap_or_else(|| "/".to_owned()),
        ))
    });
    let (token, to) = match taken {
        Ok(taken) => taken,
        Err(problem) => return problem.into_response(),
    };
    let entered = match is_foreign {
        true => Err(Problem::foreign_form()),
        false => app.access.log_in(&token, client),
    };
    match entered {
        Ok((reader, cookie)) => {
            app.log.info("login", &[("who", Value::Text(&reader.name))]);
            let secure = if is_secure { "; Secure" } else { "" };
            let cookie = format!(
                "timbao={cookie}; Path=/; HttpOnly; SameSite=Lax; Max-Age={LIFETIME}{secure}"
            );
            let mut response = redirect(&to, &cookie);
            response.extensions_mut().insert(reader);
            response
        }
        Err(problem) => failed(&app, problem, &asked, &to, client),
    }
}

fn no_tokens() -> Problem {
    Problem::not_found("this server requires no tokens")
}

/// Logs out.
pub(crate) async fn leave() -> Response {
    redirect(
        "login",
        "timbao=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0",
    )
}

/// The problem of a request without a token; browsers see the login page.
pub(crate) fn required(problem: Problem, request: &Request) -> Response {
    let raw = request.uri().query();
    let asked = Asked::new("/login", raw, &[]);
    let address = request.extensions().get::<OriginalUri>();
    let to = address.and_then(|address| address.0.path_and_query());
    let to = to.map_or("/", |to| to.as_str());
    let words = asked.language.words();
    let content = form(words, to, told(&problem, words).as_deref());
    refused(problem, whole(&asked, content))
}

/// The login page again, after a wrong token.
fn failed(app: &App, problem: Problem, asked: &Asked, to: &str, client: IpAddr) -> Response {
    let client = client.to_string();
    app.log
        .warn("login failed", &[("client", Value::Text(&client))]);
    let words = asked.language.words();
    let content = form(words, to, told(&problem, words).as_deref());
    refused(problem, whole(asked, content))
}

/// What a reader is told about a token that was not accepted.
fn told(problem: &Problem, words: &Words) -> Option<String> {
    match problem.more.retry {
        Some(wait) => Some(fill(words.throttled, &[&wait])),
        None if problem.is_wrong_token() => Some(words.wrong_token.to_owned()),
        None => None,
    }
}

fn whole(asked: &Asked, content: Markup) -> Markup {
    let words = asked.language.words();
    shell(&Page {
        language: asked.language,
        address: &asked.address,
        tab: Tab::None,
        title: words.log_in,
        status: words.log_in,
        content,
    })
}

fn form(words: &Words, to: &str, failure: Option<&str>) -> Markup {
    html! {
        h1 { (words.log_in) }
        p { (words.log_in_note) }
        @if let Some(failure) = failure { div.message role="alert" { p { (failure) } } }
        form.fields method="post" action="/login" {
            label for="token" { (words.token) }
            input #token type="password" name="token" required autocomplete="current-password"
                autocapitalize="off" spellcheck="false" maxlength="1000";
            input type="hidden" name="to" value=(to);
            input type="hidden" name="lang" value=(words.code);
            button { (words.log_in) }
        }
    }
}

fn logged_in(reader: &Reader, language: Language) -> Markup {
    let words = language.words();
    html! {
        h1 { (words.log_in) }
        (session(reader, language))
    }
}

/// Who is logged in, with a button that ends it.
pub(super) fn session(reader: &Reader, language: Language) -> Markup {
    let words = language.words();
    html! {
        p { (words.logged_in) ": " strong { (reader.name) } }
        @if !reader.rights.export { p { (words.no_export) } }
        form method="post" action="/logout" { button.quiet { (words.log_out) } }
    }
}

fn redirect(to: &str, cookie: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    if let (Ok(to), Ok(cookie)) = (HeaderValue::from_str(to), HeaderValue::from_str(cookie)) {
        headers.insert(header::LOCATION, to);
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Returns `true` if an address is a path of this server.
fn is_local(to: &str) -> bool {
    to.starts_with('/')
        && !to.starts_with("//")
        && to.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

/// Returns `true` if a browser says that another site sent the form.
fn is_foreign(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_some_and(|site| site != "same-origin" && site != "none")
}

/// Returns `true` if a proxy says that it was reached by TLS.
fn is_secure(headers: &HeaderMap) -> bool {
    headers
        .get("x-forwarded-proto")
        .is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_returns_only_to_paths_of_this_server() {
        for to in ["/", "/?q=t%E1%BB%B1&lang=en", "/kho/b/kwic?q=a"] {
            assert!(is_local(to), "{to}");
        }
        for to in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb",
            "/ự",
        ] {
            assert!(!is_local(to), "{to}");
        }
    }
}
