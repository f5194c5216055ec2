//! An index, open for reading.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use timbao_views::json::{ArticlesAnswer, StatsAnswer};
use timbao_views::{Count, FoundArticles, SearchOptions, Sort};

use crate::archive::{Archive, ClusterLogin, Place};
use crate::argument::{Text, texts};
use crate::errors::{Failure, Result};
use crate::hits::Hits;
use crate::query::{Conditions, facet, pick};
use crate::table::Table;
use crate::views;

/// A table, and the rest of the answer as JSON.
type Answer = (Table, String);

/// An index, open for reading at one of its commits. It is never changed, so that threads share it.
#[pyclass(frozen, module = "timbao._timbao")]
#[derive(Debug)]
pub(crate) struct Index {
    place: Place,
    archive: Archive,
}

#[pymethods]
impl Index {
    #[new]
    fn new(
        py: Python<'_>,
        path: PathBuf,
        preload: bool,
        cluster_auth: Option<PathBuf>,
        cluster_ca: Option<PathBuf>,
    ) -> PyResult<Self> {
        let login = ClusterLogin {
            auth: cluster_auth,
            ca: cluster_ca,
        };
        Ok(py.detach(|| -> Result<Self> {
            let place = Place::new(path, preload, login)?;
            let archive = place.open()?;
            Ok(Self { place, archive })
        })?)
    }

    /// The index at its latest commit, or `None` if this is the latest.
    fn refresh(&self, py: Python<'_>) -> PyResult<Option<Self>> {
        Ok(py.detach(|| -> Result<Option<Self>> {
            let fresh = self.place.refresh(&self.archive)?;
            Ok(fresh.map(|archive| Self {
                place: self.place.clone(),
                archive,
            }))
        })?)
    }

    fn __len__(&self) -> usize {
        usize::try_from(self.archive.article_count()).unwrap_or(usize::MAX)
    }

    fn stats(&self, py: Python<'_>) -> PyResult<String> {
        Ok(py.detach(|| -> Result<String> {
            let stats = self.archive.engine().stats()?;
            views::json(&StatsAnswer::new(self.place.to_string(), &stats))
        })?)
    }

    fn state(&self, py: Python<'_>) -> PyResult<String> {
        Ok(py.detach(|| -> Result<String> { views::json(&self.archive.engine().state()?) })?)
    }

    #[pyo3(signature = (query, limit, offset, sort, recency, unique, snippets, filters))]
    #[expect(clippy::too_many_arguments, reason = "the keyword arguments of Python")]
    fn search(
        &self,
        py: Python<'_>,
        query: Text<'_>,
        limit: usize,
        offset: usize,
        sort: &str,
        recency: Option<f32>,
        unique: bool,
        snippets: usize,
        filters: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Hits> {
        let conditions = Conditions::read(filters)?;
        let request = conditions.request(&*query)?;
        let unique = unique || conditions.count == Count::Texts;
        let options = SearchOptions {
            limit,
            offset,
            sort: order(sort)?,
            recency_half_life: recency,
        };
        Ok(py.detach(|| -> Result<Hits> {
            let (plan, engine) = (request.plan(), self.archive.engine());
            let unique = match unique {
                true => Some(engine.search_unique(plan, &options)?),
                false => None,
            };
            let found = match &unique {
                Some(unique) => FoundArticles {
                    total: unique.total,
                    hits: unique.hits.iter().map(|text| text.hit).collect(),
                },
                None => engine.search(plan, &options)?,
            };
            Ok(Hits {
                archive: self.archive.clone(),
                request,
                found,
                unique,
                offset,
                snippets,
            })
        })?)
    }

    fn count(
        &self,
        py: Python<'_>,
        query: Text<'_>,
        filters: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<u64> {
        let conditions = Conditions::read(filters)?;
        let request = conditions.request(&*query)?;
        Ok(py.detach(|| views::count(self.archive.engine(), request.plan(), conditions.count))?)
    }

    fn article(&self, py: Python<'_>, id: Text<'_>) -> PyResult<String> {
        Ok(py.detach(|| -> Result<String> {
            let engine = self.archive.engine();
            let found = engine.find(&id)?;
            if found.is_empty() {
                return Err(Failure::no_article(&id));
            }
            let articles = engine.articles(&found)?;
            views::json(&ArticlesAnswer::new(&id, &articles))
        })?)
    }

    fn kwic(
        &self,
        py: Python<'_>,
        query: Text<'_>,
        options: views::Kwic,
        filters: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Answer> {
        let conditions = Conditions::read(filters)?;
        Ok(py.detach(|| views::kwic(self.archive.engine(), &query, &options, &conditions))?)
    }

    fn trends(
        &self,
        py: Python<'_>,
        queries: &Bound<'_, PyAny>,
        options: views::TrendsArguments,
        filters: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Answer> {
        let conditions = Conditions::read(filters)?;
        let queries = texts(queries)?;
        Ok(py.detach(|| views::trends(self.archive.engine(), &queries, &options, &conditions))?)
    }

    fn collocates(
        &self,
        py: Python<'_>,
        query: Text<'_>,
        options: views::CollocateArguments,
        filters: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Answer> {
        let conditions = Conditions::read(filters)?;
        Ok(py.detach(|| views::collocates(self.archive.engine(), &query, &options, &conditions))?)
    }

    #[expect(clippy::too_many_arguments, reason = "the keyword arguments of Python")]
    fn keywords(
        &self,
        py: Python<'_>,
        of: Text<'_>,
        against: Option<Text<'_>>,
        min: u64,
        min_articles: u64,
        limit: usize,
        filters: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Answer> {
        let conditions = Conditions::read(filters)?;
        let keywords = || {
            let engine = self.archive.engine();
            views::keywords(
                engine,
                &of,
                against.as_deref(),
                min,
                min_articles,
                limit,
                &conditions,
            )
        };
        Ok(py.detach(keywords)?)
    }

    fn wordlist(
        &self,
        py: Python<'_>,
        query: Text<'_>,
        options: views::WordListArguments,
        filters: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Answer> {
        let conditions = Conditions::read(filters)?;
        Ok(py.detach(|| views::wordlist(self.archive.engine(), &query, &options, &conditions))?)
    }

    fn dispersion(
        &self,
        py: Python<'_>,
        query: Text<'_>,
        id: Option<Text<'_>>,
        by: &str,
        slices: Option<usize>,
        filters: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Answer> {
        let conditions = Conditions::read(filters)?;
        Ok(py.detach(|| {
            views::dispersion(
                self.archive.engine(),
                &query,
                id.as_deref(),
                by,
                slices,
                &conditions,
            )
        })?)
    }

    fn compare(
        &self,
        py: Python<'_>,
        first: Text<'_>,
        second: Text<'_>,
        options: views::CompareArguments,
        filters: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Answer> {
        let conditions = Conditions::read(filters)?;
        Ok(py.detach(|| {
            views::compare(
                self.archive.engine(),
                &first,
                &second,
                &options,
                &conditions,
            )
        })?)
    }

    fn fillers(
        &self,
        py: Python<'_>,
        query: Text<'_>,
        limit: Option<usize>,
        filters: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Answer> {
        let conditions = Conditions::read(filters)?;
        Ok(py.detach(|| views::fillers(self.archive.engine(), &query, limit, &conditions))?)
    }

    fn similar(
        &self,
        py: Python<'_>,
        id: Option<Text<'_>>,
        text: Option<Text<'_>>,
        limit: usize,
        terms: usize,
        reprints: bool,
    ) -> PyResult<Answer> {
        Ok(py.detach(|| {
            views::similar(
                self.archive.engine(),
                id.as_deref(),
                text.as_deref(),
                limit,
                terms,
                reprints,
            )
        })?)
    }

    fn reprints(&self, py: Python<'_>, id: Option<Text<'_>>, limit: usize) -> PyResult<Answer> {
        Ok(py.detach(|| views::reprints(self.archive.engine(), id.as_deref(), limit))?)
    }

    fn facets(
        &self,
        py: Python<'_>,
        query: Text<'_>,
        by: &Bound<'_, PyAny>,
        filters: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Answer> {
        let conditions = Conditions::read(filters)?;
        let by = texts(by)?;
        let by = by.iter().map(|name| facet("by", name));
        let by = by.collect::<Result<Vec<_>>>()?;
        Ok(py.detach(|| views::facets(self.archive.engine(), &query, &by, &conditions))?)
    }

    fn matrix(
        &self,
        py: Python<'_>,
        queries: &Bound<'_, PyAny>,
        by: &str,
        filters: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Answer> {
        let conditions = Conditions::read(filters)?;
        let (queries, by) = (texts(queries)?, facet("by", by)?);
        Ok(py.detach(|| views::matrix(self.archive.engine(), &queries, by, &conditions))?)
    }

    fn batch(
        &self,
        py: Python<'_>,
        queries: &Bound<'_, PyAny>,
        totals: bool,
        limit: Option<usize>,
        sort: &str,
        filters: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Answer> {
        let conditions = Conditions::read(filters)?;
        let (queries, sort) = (texts(queries)?, order(sort)?);
        Ok(py.detach(|| match totals {
            true => views::totals(self.archive.engine(), &queries, &conditions),
            false => views::batch(self.archive.engine(), &queries, limit, sort, &conditions),
        })?)
    }

    fn explain(
        &self,
        py: Python<'_>,
        query: Text<'_>,
        filters: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<String> {
        let request = Conditions::uncounted(filters)?.request(&*query)?;
        Ok(py.detach(|| -> Result<String> {
            views::json(&self.archive.engine().interpret(&request)?)
        })?)
    }

    fn complete(&self, py: Python<'_>, text: Text<'_>, limit: usize) -> PyResult<Answer> {
        Ok(py.detach(|| {
            views::complete(
                self.place.searcher("complete", &self.archive)?,
                &text,
                limit,
            )
        })?)
    }

    fn restore_accents(&self, py: Python<'_>, text: Text<'_>) -> PyResult<String> {
        Ok(py.detach(|| -> Result<String> {
            Ok(self
                .place
                .searcher("restore_accents", &self.archive)?
                .restore_accents(&text)?)
        })?)
    }
}

/// The order of hits.
fn order(name: &str) -> Result<Sort> {
    pick(
        "sort",
        name,
        &[
            ("relevance", Sort::Relevance),
            ("date", Sort::Oldest),
            ("-date", Sort::Latest),
        ],
    )
}
