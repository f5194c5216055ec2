//! The hits of a query, read when they are looked at.

use pyo3::prelude::*;
use timbao_query::Request;
use timbao_views::json::{AdviceShape, SearchAnswer};
use timbao_views::{Citation, FoundArticles, FoundTexts, ShownHit};

use crate::archive::Archive;
use crate::errors::Result;
use crate::table::{Columns, Table};

/// The hits of a query: the search is done, titles and passages are read on demand.
#[pyclass(frozen, module = "timbao._timbao")]
#[derive(Debug)]
pub(crate) struct Hits {
    pub(crate) archive: Archive,
    pub(crate) request: Request,
    pub(crate) found: FoundArticles,
    pub(crate) unique: Option<FoundTexts>,
    pub(crate) offset: usize,
    pub(crate) snippets: usize,
}

impl Hits {
    fn shown(&self) -> Result<Vec<ShownHit>> {
        let first = self.offset as u64 + 1;
        let plan = self.request.plan();
        let engine = self.archive.engine();
        let shown = engine.shown(plan, &self.found.hits, first, self.snippets);
        let mut shown = shown.collect::<timbao_views::Result<Vec<_>>>()?;
        if let Some(unique) = &self.unique {
            for (hit, text) in shown.iter_mut().zip(&unique.hits) {
                hit.reprints = Some(text.reprints);
            }
        }
        Ok(shown)
    }

    fn answer(&self, shown: &[ShownHit], citation: Option<&Citation>) -> Result<String> {
        let engine = self.archive.engine();
        let (ast, options) = (self.request.ast(), self.request.options());
        let advice = engine.advice(ast, options, self.found.total)?;
        let mut answer = SearchAnswer::new(
            self.request.text(),
            self.request.problems(),
            self.found.total,
            self.offset,
            shown,
        );
        answer.texts = self.unique.as_ref().map(|unique| unique.texts);
        answer.citation = citation;
        answer.advice = Some(AdviceShape::new(&advice));
        Ok(serde_json::to_string(&answer)?)
    }
}

#[pymethods]
impl Hits {
    /// Number of hits that were asked for and found.
    fn __len__(&self) -> usize {
        self.found.hits.len()
    }

    /// Number of articles that match.
    #[getter]
    fn total(&self) -> u64 {
        self.found.total
    }

    /// Number of distinct texts, if every text is shown once.
    #[getter]
    fn texts(&self) -> Option<u64> {
        self.unique.as_ref().map(|unique| unique.texts)
    }

    /// The query as typed.
    #[getter]
    fn query(&self) -> &str {
        self.request.text()
    }

    /// The hits as a table.
    fn table(&self, py: Python<'_>) -> PyResult<Table> {
        Ok(py.detach(|| table(&self.shown()?, self.unique.is_some())?.table())?)
    }

    /// The answer without the hits, as JSON.
    fn meta(&self, py: Python<'_>) -> PyResult<String> {
        Ok(py.detach(|| {
            let plan = self.request.plan();
            let citation = self.archive.engine().cite([(&self.request, plan)])?;
            self.answer(&[], Some(&citation))
        })?)
    }

    /// The answer as JSON.
    fn json(&self, py: Python<'_>) -> PyResult<String> {
        Ok(py.detach(|| self.answer(&self.shown()?, None))?)
    }
}

/// The columns of hits.
pub(crate) fn table(shown: &[ShownHit], is_unique: bool) -> Result<Columns> {
    let article = || shown.iter().map(|hit| &hit.article);
    let dates: Vec<Option<i32>> = article()
        .map(|article| article.published.and_then(|date| date.day_number()))
        .collect();
    let snippets: Vec<String> = shown
        .iter()
        .map(|hit| {
            let snippets = hit.snippets.iter().map(|snippet| snippet.text.as_str());
            snippets.collect::<Vec<&str>>().join(" … ")
        })
        .collect();
    let columns = Columns::default()
        .count("rank", shown.iter().map(|hit| hit.rank))
        .text("id", article().map(|article| article.id.as_str()))
        .text("path", article().map(|article| article.path.as_str()))
        .maybe("member", article().map(|article| article.member.as_deref()))
        .maybe("title", article().map(|article| article.title.as_deref()))
        .day("date", dates.into_iter())
        .maybe(
            "section",
            article().map(|article| article.section.as_deref()),
        )
        .maybe("place", article().map(|article| article.place.as_deref()))
        .maybe("agency", article().map(|article| article.agency.as_deref()))
        .maybe("author", article().map(|article| article.author.as_deref()))
        .maybe("source", article().map(|article| article.source.as_deref()))
        .maybe(
            "collection",
            article().map(|article| article.collection.as_deref()),
        )
        .maybe("url", article().map(|article| article.url.as_deref()))
        .real("score", shown.iter().map(|hit| f64::from(hit.score)))
        .text("snippet", snippets.iter().map(String::as_str));
    Ok(match is_unique {
        true => columns.count(
            "reprints",
            shown.iter().map(|hit| hit.reprints.unwrap_or(0)),
        ),
        false => columns,
    })
}
