//! Complete answers as files: CSV, workbooks of Excel, JSON Lines.
//!
//! An export has every row of an answer. It is sent while it is computed: memory does not grow with
//! the rows, and a client that stops reading stops the work.

mod exported;
mod measured;
mod output;
mod related;
mod sources;
mod stream;
mod views;

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use timbao_export::CsvOptions;
use timbao_views::language::Language;

use crate::app::App;
use crate::options::{Limits, ROWS};
use crate::params::Params;
use crate::problem::Problem;
use crate::site::requested;
use crate::view::View;

use super::batch::BatchRequest;
use super::collocates::CollocatesRequest;
use super::compare::CompareRequest;
use super::description::is_parameter;
use super::dispersion::DispersionRequest;
use super::fillers::FillersRequest;
use super::keywords::KeywordsRequest;
use super::kwic::KwicRequest;
use super::search::SearchRequest;
use super::trends::TrendsRequest;
use super::wordlist::WordListRequest;

pub(super) use related::{ReprintsExport, SimilarExport};

use exported::{Addressed, Export};
use output::{Format, Output};
use related::{ReprintGroupsExport, SimilarToTextExport};
use sources::SourcesExport;

/// The routes of all exports.
pub(super) fn routes(router: Router<Arc<App>>) -> Router<Arc<App>> {
    let router = of::<SearchRequest>(router, "/search");
    let router = of::<KwicRequest>(router, "/kwic");
    let router = of::<TrendsRequest>(router, "/trends");
    let router = of::<CollocatesRequest>(router, "/collocates");
    let router = of::<KeywordsRequest>(router, "/keywords");
    let router = of::<FillersRequest>(router, "/fillers");
    let router = of::<WordListRequest>(router, "/wordlist");
    let router = of::<DispersionRequest>(router, "/dispersion");
    let router = of::<CompareRequest>(router, "/compare");
    let router = of::<BatchRequest>(router, "/batch");
    let router = of::<ReprintGroupsExport>(router, "/reprints");
    let router = of::<SimilarToTextExport>(router, "/similar");
    ["csv", "xlsx", "jsonl"]
        .into_iter()
        .fold(router, |router, extension| {
            let answer = move |app, raw| sources(extension, app, raw);
            router.route(&format!("/sources.{extension}"), get(answer))
        })
}

/// The routes of an export, one for each format.
fn of<E: Addressed>(router: Router<Arc<App>>, path: &str) -> Router<Arc<App>> {
    router
        .route(&format!("{path}.csv"), get(csv::<E>))
        .route(&format!("{path}.xlsx"), get(xlsx::<E>))
        .route(&format!("{path}.jsonl"), get(jsonl::<E>))
}

async fn sources(
    extension: &'static str,
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let of = Arc::clone(&app);
    let take = |_: &mut Params, _: &Limits| Ok(SourcesExport(of));
    one(&app, raw.as_deref(), extension, take).await
}

async fn csv<E: Addressed>(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    one(&app, raw.as_deref(), "csv", E::take).await
}

async fn xlsx<E: Addressed>(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    one(&app, raw.as_deref(), "xlsx", E::take).await
}

async fn jsonl<E: Addressed>(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    one(&app, raw.as_deref(), "jsonl", E::take).await
}

/// Sends an export that `take` takes from the parameters, in the format of an extension.
///
/// # Errors
///
/// When a parameter is invalid or unknown, and when the export fails before its first part.
pub(super) async fn one<E: Export>(
    app: &Arc<App>,
    raw: Option<&str>,
    extension: &str,
    take: impl FnOnce(&mut Params, &Limits) -> Result<E, Problem>,
) -> Result<Response, Problem> {
    let mut params = Params::new(raw);
    let format = match extension {
        "csv" => Format::Csv {
            options: csv_options(&mut params)?,
            language: language(&mut params)?,
        },
        "jsonl" => Format::Jsonl,
        _ => Format::Xlsx(language(&mut params)?),
    };
    // A workbook has room for it on a sheet of its own.
    let is_cited = params.flag("cite")? || matches!(format, Format::Xlsx(_));
    let link = is_cited.then(|| requested().link);
    let searcher = params.named_view(app.views()?)?;
    let limits = Limits {
        page: ROWS,
        offset: ROWS,
        ..app.options.limits
    };
    let export = take(&mut params, &limits);
    let export = export.map_err(|problem| params.misspelt(is_parameter).unwrap_or(problem))?;
    params.finish()?;
    send(app, &searcher, export, format, link).await
}

fn language(params: &mut Params) -> Result<Language, Problem> {
    let languages: Vec<(&str, Language)> = Language::ALL
        .iter()
        .map(|&language| (language.words().code, language))
        .collect();
    params.choice("lang", &languages, Language::default())
}

/// Takes how CSV is written. Several values count as one, as a form with boxes sends them.
fn csv_options(params: &mut Params) -> Result<CsvOptions, Problem> {
    let words = params.texts("csv", 100, 10)?;
    if words.is_empty() {
        // Harmless in any spreadsheet.
        return Ok(CsvOptions {
            bom: true,
            guard: true,
            ..CsvOptions::default()
        });
    }
    let options = words.join(",").parse();
    options.map_err(|error: timbao_export::UnknownOption| {
        Problem::parameter("csv", format!("csv: {error}"))
    })
}

/// Sends an export as a file, cited by a link if there is one.
async fn send<E: Export>(
    app: &Arc<App>,
    searcher: &View,
    export: E,
    format: Format,
    link: Option<String>,
) -> Result<Response, Problem> {
    let kind = HeaderValue::from_static(format.media_type());
    let name = format!(
        "attachment; filename=\"{}.{}\"",
        E::NAME,
        format.extension()
    );
    let body = stream::run(app, searcher, move |searcher, out| {
        Output::new(format, link, out).write(&export, searcher)
    });
    let mut response = body.await?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
