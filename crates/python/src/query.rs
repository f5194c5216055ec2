//! Queries with the keyword arguments that filter.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use timbao_query::plan::{Facet, Plan};
use timbao_query::{Accents, Filters, LowerOptions, Request};
use timbao_views::Count;

use crate::argument::Text;
use crate::errors::{Failure, Result};

/// Filters and options of a query.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conditions {
    filters: Filters,
    accents: Accents,
    /// The unit of counts.
    pub(crate) count: Count,
}

impl Conditions {
    /// Reads keyword arguments; `None` is as good as none. Years may be numbers, dates may be dates,
    /// and the values of a facet any collection.
    ///
    /// # Errors
    ///
    /// `TypeError` for another keyword, `ArgumentError` for an unknown way to compare accents or to
    /// count.
    pub(crate) fn read(keywords: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut conditions = Self::default();
        let Some(keywords) = keywords else {
            return Ok(conditions);
        };
        for (name, value) in keywords {
            let name: String = name.extract()?;
            if value.is_none() {
                continue;
            }
            let (values, is_list) = values(&value)?;
            let filters = &mut conditions.filters;
            let facet = Facet::stated().find(|facet| facet.name() == name);
            if let Some(facet) = facet {
                filters.facets.entry(facet).or_default().extend(values);
                continue;
            }
            let [value] = <[String; 1]>::try_from(values)
                .ok()
                .filter(|_| !is_list)
                .ok_or_else(|| {
                    PyTypeError::new_err(format!("{name} accepts one value, not a list"))
                })?;
            match name.as_str() {
                "after" => filters.after = Some(value),
                "before" => filters.before = Some(value),
                "date" => filters.date = Some(value),
                "accents" => conditions.accents = accents(&value)?,
                "count" => conditions.count = count(&value)?,
                name => return Err(unexpected(name)),
            }
        }
        Ok(conditions)
    }

    /// Reads keyword arguments of a method that counts nothing.
    ///
    /// # Errors
    ///
    /// The errors of [`read`](Self::read), and `TypeError` for a unit of counts.
    pub(crate) fn uncounted(keywords: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        if let Some(keywords) = keywords
            && keywords.contains("count")?
        {
            return Err(unexpected("count"));
        }
        Self::read(keywords)
    }

    /// Prepares a query.
    ///
    /// # Errors
    ///
    /// If a filter is invalid.
    pub(crate) fn request(&self, query: impl Into<String>) -> Result<Request> {
        let options = LowerOptions {
            accents: self.accents,
            ..LowerOptions::default()
        };
        Ok(Request::with(query, &self.filters, options)?)
    }

    /// A query of articles that are compared, without the filters.
    pub(crate) fn unfiltered(&self, query: impl Into<String>) -> Result<Request> {
        let conditions = Self {
            filters: Filters::default(),
            ..self.clone()
        };
        conditions.request(query)
    }

    /// The articles that the filters accept.
    ///
    /// # Errors
    ///
    /// If a filter is invalid.
    pub(crate) fn base(&self) -> Result<Plan> {
        Ok(self.request("")?.plan_or_everything())
    }
}

fn unexpected(name: &str) -> PyErr {
    PyTypeError::new_err(format!("unexpected keyword argument {name:?}"))
}

/// The values of a filter, and whether they were in a list or another collection.
fn values(value: &Bound<'_, PyAny>) -> PyResult<(Vec<String>, bool)> {
    if value.is_instance_of::<PyString>() {
        return Ok((vec![written(value)?], false));
    }
    match value.try_iter() {
        Ok(items) => {
            let values = items.map(|item| written(&item?));
            Ok((values.collect::<PyResult<_>>()?, true))
        }
        Err(_) => Ok((vec![written(value)?], false)),
    }
}

/// A value as text: of dates and of times only the day, so that those of pandas do too.
fn written(value: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(text) = value.extract::<Text<'_>>() {
        return Ok(text.to_owned());
    }
    if value.hasattr("isoformat")? {
        let time: String = value.call_method0("isoformat")?.extract()?;
        return Ok(time.get(..10).unwrap_or(&time).to_owned());
    }
    Ok(value.str()?.to_string_lossy().into_owned())
}

fn accents(name: &str) -> Result<Accents> {
    pick(
        "accents",
        name,
        &[
            ("auto", Accents::Auto),
            ("strict", Accents::Strict),
            ("loose", Accents::Loose),
        ],
    )
}

fn count(name: &str) -> Result<Count> {
    pick(
        "count",
        name,
        &[
            ("publications", Count::Publications),
            ("texts", Count::Texts),
        ],
    )
}

/// The choice with a name.
///
/// # Errors
///
/// If the name is unknown.
pub(crate) fn pick<T: Copy>(argument: &str, name: &str, choices: &[(&str, T)]) -> Result<T> {
    let found = choices.iter().find(|(choice, _)| *choice == name);
    found.map(|&(_, value)| value).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|&(choice, _)| choice).collect();
        let expected = names.join(", ");
        Failure::argument(format!(
            "{argument} must be one of {expected}, not {name:?}"
        ))
    })
}

/// A facet by name.
///
/// # Errors
///
/// If it is unknown.
pub(crate) fn facet(argument: &str, name: &str) -> Result<Facet> {
    let facets: Vec<(&str, Facet)> = Facet::ALL.iter().map(|f| (f.name(), *f)).collect();
    pick(argument, name, &facets)
}
