//! Hits, lines and counts as CSV, for spreadsheets.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use timbao_index::SearchOptions;
use timbao_views::csv::{
    KWIC_HEADER, TRENDS_HEADER, group_row, header as columns, kwic_row, row, trends_rows,
};

use crate::app::App;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{sort, take};

use super::answer::view;
use super::kwic::{KwicRequest, part};
use super::trends::TrendsRequest;

/// Answers with hits, as many as an export may have.
pub(super) async fn hits(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::new(raw.as_deref());
    let view = view(&app, &mut params)?;
    let limits = app.options.limits;
    let query = take(&mut params, &limits)?;
    let options = SearchOptions {
        limit: params.number("limit", 0..=limits.export, limits.export)?,
        sort: sort(&mut params)?,
        ..SearchOptions::default()
    };
    params.finish()?;
    let work = app.work.run(&view, move |searcher| {
        let found = searcher.search(query.plan(), &options)?;
        let mut sheet = Sheet::new(&columns())?;
        for hit in searcher.shown(query.plan(), &found.hits, 1, 1) {
            sheet.row(row(&hit?))?;
        }
        sheet.finish()
    });
    Ok(download("timbao-hits.csv", work.await?))
}

/// Answers with the lines of a concordance, as many as an export may have.
pub(super) async fn lines(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::new(raw.as_deref());
    let view = view(&app, &mut params)?;
    let mut limits = app.options.limits;
    let limit = params.number("limit", 0..=limits.export, limits.export)?;
    limits.offset = 0;
    let mut request = KwicRequest::take(&mut params, &limits)?;
    request.limit = limit;
    params.finish()?;
    let work = app.work.run(&view, move |searcher| {
        let concordance = request.run(&searcher)?;
        if !request.group.is_empty() {
            let names: Vec<String> = request.group.iter().map(ToString::to_string).collect();
            let mut header: Vec<&str> = names.iter().map(String::as_str).collect();
            header.extend(["matches", "articles"]);
            let groups = concordance.groups(&searcher, &request.group)?;
            let shown = part(&groups, request.range());
            return Sheet::of(&header, shown.iter().map(group_row));
        }
        let lines = concordance.lines(&searcher, request.range())?;
        Sheet::of(&KWIC_HEADER, lines.iter().map(kwic_row))
    });
    Ok(download("timbao-concordance.csv", work.await?))
}

/// Answers with the counts of trends.
pub(super) async fn points(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::new(raw.as_deref());
    let view = view(&app, &mut params)?;
    let request = TrendsRequest::take(&mut params, &app.options.limits)?;
    params.finish()?;
    let work = app.work.run(&view, move |searcher| {
        let trends = request.run(&searcher)?;
        Sheet::of(&TRENDS_HEADER, trends_rows(&trends))
    });
    Ok(download("timbao-trends.csv", work.await?))
}

/// Rows of CSV that a spreadsheet opens as text in UTF-8.
pub(super) struct Sheet {
    rows: csv::Writer<Vec<u8>>,
}

impl Sheet {
    /// A header and rows.
    ///
    /// # Errors
    ///
    /// If writing fails, which it does not in memory.
    pub(super) fn of<'a, R>(
        header: &[&str],
        rows: impl IntoIterator<Item = R>,
    ) -> Result<Vec<u8>, Problem>
    where
        R: IntoIterator<Item = Cow<'a, str>>,
    {
        let mut sheet = Self::new(header)?;
        for row in rows {
            sheet.row(row)?;
        }
        sheet.finish()
    }

    fn new(header: &[&str]) -> Result<Self, Problem> {
        // Without this mark spreadsheets take UTF-8 for something else.
        let mut rows = csv::Writer::from_writer("\u{FEFF}".as_bytes().to_vec());
        rows.write_record(header).map_err(failed)?;
        Ok(Self { rows })
    }

    fn row<'a>(&mut self, values: impl IntoIterator<Item = Cow<'a, str>>) -> Result<(), Problem> {
        for value in values {
            let value = harmless(&value);
            self.rows.write_field(value.as_bytes()).map_err(failed)?;
        }
        self.rows.write_record(None::<&[u8]>).map_err(failed)
    }

    fn finish(self) -> Result<Vec<u8>, Problem> {
        self.rows
            .into_inner()
            .map_err(|error| Problem::internal(error.to_string()))
    }
}

fn failed(error: csv::Error) -> Problem {
    Problem::internal(error.to_string())
}

/// A value that no spreadsheet takes for a formula: an apostrophe makes it text, as OWASP
/// advises.
fn harmless(value: &str) -> Cow<'_, str> {
    let is_number = value.parse::<f64>().is_ok();
    if value.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number {
        Cow::Owned(format!("'{value}"))
    } else {
        Cow::Borrowed(value)
    }
}

/// Sends CSV as a file.
pub(super) fn download(name: &str, csv: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, csv).into_response()
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn formulas_become_text() {
        for (value, written) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("-1.5", "-1.5"),
            ("-a", "'-a"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("tự = chuyển", "tự = chuyển"),
            ("", ""),
        ] {
            assert_eq!(harmless(value), written);
        }
    }
}
