//! The request for a page.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::Markup;
use timbao_query::plan::Facet;
use timbao_query::{Accents, Filters, Request};
use timbao_views::Count;
use timbao_views::language::Language;

use crate::app::App;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{accents, count, facet_filters, request};
use crate::view::View;

use super::address::Address;

/// The parameters of all pages that narrow a search.
pub(super) fn narrowing() -> impl Iterator<Item = &'static str> {
    ["accents", "from", "to", "date", "after", "before"]
        .into_iter()
        .chain(Facet::stated().map(Facet::name))
}

/// A request for a page.
pub(super) struct Asked {
    pub(super) language: Language,
    /// The URL of the page, without unknown parameters.
    pub(super) address: Address,
    pub(super) params: Params,
}

impl Asked {
    /// Parses the URL of a page, which has parameters of its own and those of all pages.
    pub(super) fn new(path: &'static str, raw: Option<&str>, own: &[&str]) -> Self {
        let mut names: Vec<&str> = vec!["q", "lang", "count", "unique"];
        narrowing().for_each(|name| names.push(name));
        names.extend(own);
        let mut address = Address::new(path, raw, &names);
        // An earlier name of the same choice.
        if address.get("unique") == Some("true") {
            address = address.with("count", "texts");
        }
        address = address.without("unique");
        Self {
            language: address
                .get("lang")
                .and_then(Language::named)
                .unwrap_or_default(),
            params: Params::of_form(raw),
            address,
        }
    }

    /// Makes one list of two parameters that a form sends.
    pub(super) fn join(&mut self, name: &str, more: &str) {
        let (first, then) = (self.address.get(name), self.address.get(more));
        let Some(then) = then else { return };
        let list = format!("{},{then}", first.unwrap_or("date"));
        let (_, _) = (self.params.all(name), self.params.all(more));
        self.params.add(name, &list);
        self.address = self.address.with(name, &list).without(more);
    }

    /// The filters. A date is the period from `from` to `to`.
    pub(super) fn filters(&mut self, most: usize) -> Result<Filters, Problem> {
        let mut text = |name| -> Result<Option<String>, Problem> {
            let text = self.params.text(name, most)?;
            Ok(text
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty()))
        };
        // The names of the API are understood too.
        let (from, to, date) = (text("from")?, text("to")?, text("date")?);
        let date = match (from, to) {
            (None, None) => date,
            (from, to) => Some(format!(
                "{}..{}",
                from.unwrap_or_default(),
                to.unwrap_or_default()
            )),
        };
        let mut filters = Filters {
            after: text("after")?,
            before: text("before")?,
            date,
            ..Filters::default()
        };
        facet_filters(&mut filters, &mut self.params, most)?;
        Ok(filters)
    }

    /// The query with the filters; `None` if both are empty.
    pub(super) fn query(&mut self, most: usize) -> Result<Option<Request>, Problem> {
        let filters = self.filters(most)?;
        self.query_with(most, &filters)
    }

    /// The query with filters that were taken already; `None` if both are empty.
    pub(super) fn query_with(
        &mut self,
        most: usize,
        filters: &Filters,
    ) -> Result<Option<Request>, Problem> {
        let text = self.params.text("q", most)?.unwrap_or_default();
        let accents = self.accents()?;
        if text.trim().is_empty() && filters.is_empty() {
            return Ok(None);
        }
        request(text, filters, accents).map(Some)
    }

    /// The unit that is counted.
    pub(super) fn count(&mut self) -> Result<Count, Problem> {
        let unique = self.params.flag("unique")?;
        let count = count(&mut self.params)?;
        Ok(if unique { Count::Texts } else { count })
    }

    pub(super) fn accents(&mut self) -> Result<Accents, Problem> {
        accents(&mut self.params)
    }

    /// The view to answer from: the one that the address names while it is kept, or the latest;
    /// and whether the named one is no longer kept.
    pub(super) fn view(&mut self, app: &App) -> Result<(View, bool), Problem> {
        let views = app.views()?;
        let Some(id) = self.params.text("view", 64)? else {
            return Ok((views.latest(), false));
        };
        let named = id.parse().ok().and_then(|id| views.find(id));
        let is_gone = named.is_none();
        Ok((named.unwrap_or_else(|| views.latest()), is_gone))
    }
}

/// Sends a page.
pub(super) fn sent(page: Markup) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (kind, page.into_string()).into_response()
}
