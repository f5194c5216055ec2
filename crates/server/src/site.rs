//! The address of a request as its client knows it, for citations and feeds.

use std::sync::Arc;

use axum::extract::{OriginalUri, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;
use crate::nest::base;

/// The address of the request that a task answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Requested {
    /// The server up to the path that the router is nested at, such as
    /// `https://bao.example/kho/tapchi`; only that path if the client does not name the server.
    site: String,
    /// Whether the router is nested below another path than the root.
    is_nested: bool,
    /// The name of the index, if the server has several and this is not the main one.
    index: Option<String>,
    /// The whole address, as it was sent.
    pub(crate) link: String,
}

impl Requested {
    /// The address of a path of the router, with its query.
    pub(crate) fn at(&self, path: &str) -> String {
        // The root of a nested router does not have a slash at its end.
        let is_root = path == "/" || path.starts_with("/?");
        let path = match path.strip_prefix('/') {
            Some(rest) if self.is_nested && is_root => rest,
            _ => path,
        };
        format!("{}{path}", self.site)
    }

    /// The name of the program, and that of the index if it has one.
    pub(crate) fn name(&self) -> String {
        match &self.index {
            Some(index) => format!("Timbao · {index}"),
            None => "Timbao".to_owned(),
        }
    }
}

tokio::task_local! {
    static REQUESTED: Requested;
}

/// Makes the address of a request known to its handler.
pub(crate) async fn remember(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let base = base(&request).unwrap_or_default();
    let original = request.extensions().get::<OriginalUri>();
    let uri = original.map_or_else(|| request.uri(), |original| &original.0);
    let origin = origin(request.headers()).unwrap_or_default();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let requested = Requested {
        site: format!("{origin}{base}"),
        link: format!("{origin}{path}"),
        is_nested: !base.is_empty(),
        index: app.name.clone(),
    };
    REQUESTED.scope(requested, next.run(request)).await
}

/// The address of the request. It is known to the task of the handler only, not to threads that it
/// hands work to.
pub(crate) fn requested() -> Requested {
    REQUESTED.try_with(Clone::clone).unwrap_or_default()
}

/// The scheme and the host that the client names.
fn origin(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_host = |host: &&str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
        !host.is_empty() && host.chars().all(is_plain)
    };
    let host = text("host").filter(is_host)?;
    // A proxy with TLS in front says so.
    let scheme = match text("x-forwarded-proto") {
        Some("https") => "https",
        _ => "http",
    };
    Some(format!("{scheme}://{host}"))
}
