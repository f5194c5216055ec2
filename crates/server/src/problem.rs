//! Error responses: `application/problem+json`, RFC 9457.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use timbao_index::Error;
use timbao_query::{FilterError, Request};
use timbao_views::NoGap;
use timbao_views::json::{ProblemShape, RANGE_UNIT};

/// The detail of a problem with a token that is not known.
const WRONG_TOKEN: &str = "the token is wrong or revoked";

/// An error response. The response has it as an extension, in an [`Arc`].
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    /// The kind of problem, as a URN.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub title: &'static str,
    #[serde(serialize_with = "code")]
    pub status: StatusCode,
    #[serde(flatten)]
    pub more: Box<More>,
}

/// Details of a problem.
#[derive(Debug, Default, Serialize)]
pub(crate) struct More {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The invalid parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The invalid parts of the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problems: Option<Vec<ProblemShape>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range_unit: Option<&'static str>,
    /// What is wrong with the value of the parameter, if a reader can be told so.
    #[serde(skip)]
    pub value: Option<InvalidValue>,
    /// Seconds after which the request can be repeated.
    #[serde(skip)]
    pub retry: Option<u64>,
    /// The cause of an internal error, for the log.
    #[serde(skip)]
    pub cause: Option<String>,
}

/// Why the value of a parameter is invalid.
#[derive(Debug)]
pub(crate) enum InvalidValue {
    /// It is too long.
    TooLong,
    /// It is none of these, separated by commas.
    NotAmong(String),
    /// It is not a number from the first to the second.
    NotBetween(String, String),
}

fn code<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

/// The page of a problem, as an extension of its response. Other problems have a plain page.
#[derive(Clone)]
pub(crate) struct ProblemPage(pub String);

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str) -> Self {
        Self {
            kind,
            title,
            status,
            more: Box::default(),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut More)) -> Self {
        change(&mut self.more);
        self
    }

    /// Says what is wrong with the value of the parameter.
    pub(crate) fn value(self, value: InvalidValue) -> Self {
        self.with(|more| more.value = Some(value))
    }

    fn detail(self, detail: impl Into<String>) -> Self {
        self.with(|more| more.detail = Some(detail.into()))
    }

    /// A parameter has a value it cannot have.
    pub(crate) fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "urn:timbao:problem:parameter",
            "Invalid parameter",
        )
        .detail(detail)
        .with(|more| more.parameter = Some(name.to_owned()))
    }

    /// A filter has a value it cannot have.
    pub(crate) fn filter(error: &FilterError) -> Self {
        Self::parameter(error.name(), error.to_string()).with(|more| more.hint = error.hint())
    }

    /// There is nothing to search for in the query.
    pub(crate) fn query(request: &Request) -> Self {
        let shapes = ProblemShape::list(request);
        Self::new(
            StatusCode::BAD_REQUEST,
            "urn:timbao:problem:query",
            "Nothing to search for",
        )
        .detail(if request.text().trim().is_empty() {
            "the query is empty, and there is no filter"
        } else {
            "the query has neither a word nor a valid condition"
        })
        .with(|more| {
            more.parameter = Some("q".to_owned());
            more.problems = Some(shapes);
            more.range_unit = Some(RANGE_UNIT);
        })
    }

    /// No phrase of the query, or more than one, has a gap.
    pub(crate) fn no_gap(why: NoGap) -> Self {
        Self::parameter("q", why.to_string()).with(|more| {
            more.hint = Some("write one phrase with * for a word, as in tự * hóa".to_owned());
        })
    }

    /// No article has the id.
    pub(crate) fn no_article() -> Self {
        Self::not_found("no article has this id").with(|more| more.parameter = Some("id".into()))
    }

    /// The path does not exist.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "urn:timbao:problem:not-found",
            "Not found",
        )
        .detail(detail)
    }

    /// The view is no longer kept.
    pub(crate) fn gone(parameter: &str) -> Self {
        Self::new(
            StatusCode::GONE,
            "urn:timbao:problem:view-gone",
            "View of the index expired",
        )
        .detail(format!(
            "start again without `{parameter}`, from the first page"
        ))
        .with(|more| more.parameter = Some(parameter.to_owned()))
    }

    /// The request breaks the rules of HTTP, or its address is not text.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "urn:timbao:problem:request",
            "Malformed request",
        )
        .detail(detail)
    }

    /// The method is neither GET nor HEAD, or POST where that is allowed.
    pub(crate) fn method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "urn:timbao:problem:method",
            "Method not allowed",
        )
        .detail("the API is read-only: use GET or HEAD")
    }

    /// The request has a body.
    pub(crate) fn body() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "urn:timbao:problem:body",
            "Request body not allowed",
        )
    }

    /// The token is missing or wrong.
    pub(crate) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "urn:timbao:problem:token",
            "Authentication required",
        )
        .detail("send the token as a bearer token, or as the password of basic authentication")
    }

    /// The token is wrong.
    pub(crate) fn wrong_token() -> Self {
        Self::unauthorized().detail(WRONG_TOKEN)
    }

    /// Returns `true` if the token is wrong, not missing.
    pub(crate) fn is_wrong_token(&self) -> bool {
        self.more.detail.as_deref() == Some(WRONG_TOKEN)
    }

    /// Too many wrong tokens came from the client.
    pub(crate) fn throttled(wait: Duration) -> Self {
        let seconds = wait.as_secs_f64().ceil() as u64;
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "urn:timbao:problem:wrong-tokens",
            "Too many wrong tokens",
        )
        .detail(format!("try again in {seconds} s"))
        .with(|more| more.retry = Some(seconds))
    }

    /// The token does not have the right to export.
    pub(crate) fn no_right(right: &'static str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "urn:timbao:problem:right",
            "Not allowed with this token",
        )
        .detail(format!("the token does not have the right `{right}`"))
        .with(|more| {
            more.hint = Some("the operator gives rights with `timbao token add`".to_owned())
        })
    }

    /// A browser sent the form from a page of another site.
    pub(crate) fn foreign_form() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "urn:timbao:problem:foreign-form",
            "Form of another site",
        )
        .detail("forms are accepted from pages of this server only")
    }

    /// The request is for another host.
    pub(crate) fn misdirected() -> Self {
        Self::new(
            StatusCode::MISDIRECTED_REQUEST,
            "urn:timbao:problem:host",
            "Unknown host name",
        )
        .detail("additional host names of this server are set with --host")
    }

    /// Too many searches wait.
    pub(crate) fn busy() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "urn:timbao:problem:busy",
            "Too many concurrent searches",
        )
        .detail("try again in a moment")
        .with(|more| more.retry = Some(1))
    }

    /// The search timed out.
    pub(crate) fn too_slow() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "urn:timbao:problem:too-slow",
            "The search timed out",
        )
        .detail("search for fewer or rarer words")
        .with(|more| more.retry = Some(1))
    }

    /// Returns `true` if the search timed out.
    pub(crate) fn is_too_slow(&self) -> bool {
        self.kind == "urn:timbao:problem:too-slow"
    }

    /// The words of the query occur too often.
    pub(crate) fn too_broad(error: &Error) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "urn:timbao:problem:too-broad",
            "The query is too broad",
        )
        .detail(error.to_string())
        .with(|more| {
            more.parameter = Some("q".to_owned());
            more.hint = error.hint().map(str::to_owned);
        })
    }

    /// The cluster does not answer.
    fn unavailable(error: &timbao_cluster::Error) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "urn:timbao:problem:unavailable",
            "The cluster does not answer",
        )
        .detail("the server's log has the cause")
        .with(|more| {
            more.retry = Some(5);
            more.cause = Some(error.to_string());
        })
    }

    /// Address and headers are too long.
    pub(crate) fn head() -> Self {
        Self::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "urn:timbao:problem:head",
            "Request head too large",
        )
        .detail("URL and headers together must not exceed 16 KiB and 64 headers")
        .with(|more| more.hint = Some("shorten the query, or use fewer filters".to_owned()))
    }

    /// An internal error.
    pub(crate) fn internal(cause: impl Into<String>) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "urn:timbao:problem:internal",
            "Internal server error",
        )
        .detail("the server's log has the cause")
        .with(|more| more.cause = Some(cause.into()))
    }
}

impl From<timbao_views::Error> for Problem {
    fn from(error: timbao_views::Error) -> Self {
        match error.downcast::<timbao_cluster::Error>() {
            Ok(error) => error.into(),
            Err(error) => Error::from(error).into(),
        }
    }
}

impl From<timbao_cluster::Error> for Problem {
    fn from(error: timbao_cluster::Error) -> Self {
        use timbao_cluster::Error::{
            Expired, Incomplete, OutOfTime, Overloaded, Timeout, Unreachable,
        };
        match error {
            OutOfTime => Self::too_slow(),
            Unreachable { .. }
            | Timeout { .. }
            | Overloaded { .. }
            | Incomplete { .. }
            | Expired { .. } => Self::unavailable(&error),
            // Details of the cluster are for the operator only.
            _ => Self::internal(error.to_string()),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::OutOfTime => Self::too_slow(),
            Error::TooBroad => Self::too_broad(&error),
            // Details of the index are for the operator only.
            _ => Self::internal(error.to_string()),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let json = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.status, json).into_response();
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, json);
        match self.status {
            StatusCode::METHOD_NOT_ALLOWED => {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            }
            StatusCode::PAYLOAD_TOO_LARGE => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            StatusCode::UNAUTHORIZED => {
                let basic = "Basic realm=\"timbao\", charset=\"UTF-8\"";
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(basic));
                headers.append(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        if let Some(seconds) = self.more.retry {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
