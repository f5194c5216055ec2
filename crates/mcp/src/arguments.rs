//! The arguments of a call.

use std::fmt;
use std::ops::RangeInclusive;

use rmcp::model::JsonObject;
use serde_json::Value;
use timbao_query::plan::Facet;
use timbao_query::{Accents, Filters, LowerOptions, Request};

/// Largest length of a text argument, in characters.
const TEXT: usize = 2_000;

/// The error for an invalid argument: which one, and what is valid.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Invalid {
    message: String,
    hint: Option<String>,
}

impl Invalid {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_error(f, &self.message, self.hint.as_deref())
    }
}

/// Writes an error and its hint as the command line does.
pub(crate) fn write_error(
    f: &mut fmt::Formatter<'_>,
    message: &str,
    hint: Option<&str>,
) -> fmt::Result {
    write!(f, "error: {message}")?;
    match hint {
        Some(hint) => write!(f, "\nhint: {hint}"),
        None => Ok(()),
    }
}

/// The arguments of a call that have not been taken yet.
#[derive(Debug)]
pub(crate) struct Arguments {
    values: JsonObject,
    /// The names that were asked for.
    known: Vec<&'static str>,
}

impl Arguments {
    pub(crate) fn new(values: JsonObject) -> Self {
        Self {
            values,
            known: Vec::new(),
        }
    }

    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.values.remove(name).filter(|value| !value.is_null())
    }

    /// A text.
    ///
    /// # Errors
    ///
    /// If it is not text, or too long.
    pub(crate) fn text(&mut self, name: &'static str) -> Result<Option<String>, Invalid> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => text(name, value).map(Some),
        }
    }

    /// A text that must be there.
    ///
    /// # Errors
    ///
    /// If it is missing, not text, or too long.
    pub(crate) fn required(&mut self, name: &'static str) -> Result<String, Invalid> {
        let missing = || Invalid::new(format!("{name} is missing"));
        self.text(name)?.ok_or_else(missing)
    }

    /// A list of texts.
    ///
    /// # Errors
    ///
    /// If it is not a list of 1 to `most` texts.
    pub(crate) fn texts(
        &mut self,
        name: &'static str,
        most: usize,
    ) -> Result<Vec<String>, Invalid> {
        match self.take(name) {
            Some(Value::Array(values)) if (1..=most).contains(&values.len()) => {
                values.into_iter().map(|value| text(name, value)).collect()
            }
            // One text is a list of one.
            Some(value @ Value::String(_)) => text(name, value).map(|text| vec![text]),
            _ => Err(Invalid::new(format!(
                "{name} must be a list of 1 to {most} texts"
            ))),
        }
    }

    /// A whole number within a range, or the default.
    ///
    /// # Errors
    ///
    /// If it is not a number in the range.
    pub(crate) fn number(
        &mut self,
        name: &'static str,
        range: RangeInclusive<u64>,
        default: u64,
    ) -> Result<u64, Invalid> {
        let Some(value) = self.take(name) else {
            return Ok(default);
        };
        // Some clients send 10.0, or the number as text.
        let number = match &value {
            Value::String(text) => text.trim().parse().ok(),
            value => value.as_u64().or_else(|| {
                value
                    .as_f64()
                    .filter(|n| n.fract() == 0.0 && *n >= 0.0)
                    .map(|n| n as u64)
            }),
        };
        number
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                let (least, most) = (range.start(), range.end());
                Invalid::new(format!(
                    "{name} must be a whole number from {least} to {most}"
                ))
            })
    }

    /// `true` or `false`, or the default.
    ///
    /// # Errors
    ///
    /// If it is neither.
    pub(crate) fn flag(&mut self, name: &'static str, default: bool) -> Result<bool, Invalid> {
        match self.take(name) {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(Invalid::new(format!("{name} must be true or false"))),
        }
    }

    /// One of several names, or the default.
    ///
    /// # Errors
    ///
    /// If it is not one of them.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        name: &'static str,
        choices: &[(&str, T)],
        default: T,
    ) -> Result<T, Invalid> {
        match self.text(name)? {
            None => Ok(default),
            Some(text) => pick(name, &text, choices),
        }
    }

    /// A query with its filters.
    ///
    /// # Errors
    ///
    /// If a filter is invalid, or there is nothing to search for.
    pub(crate) fn request(&mut self, query: String) -> Result<Request, Invalid> {
        let filters = self.filters()?;
        let accents = self.accents()?;
        let request = request(query, &filters, accents)?;
        if request.is_empty() {
            return Err(empty(&request));
        }
        Ok(request)
    }

    /// The filters.
    ///
    /// # Errors
    ///
    /// If one is not text.
    pub(crate) fn filters(&mut self) -> Result<Filters, Invalid> {
        let mut filters = Filters {
            after: self.text("after")?,
            before: self.text("before")?,
            date: self.text("date")?,
            ..Filters::default()
        };
        for facet in Facet::stated() {
            if let Some(value) = self.text(facet.name())? {
                filters.facets.entry(facet).or_default().push(value);
            }
        }
        Ok(filters)
    }

    /// How accents are compared.
    ///
    /// # Errors
    ///
    /// If the value is unknown.
    pub(crate) fn accents(&mut self) -> Result<Accents, Invalid> {
        let choices = [
            ("auto", Accents::Auto),
            ("strict", Accents::Strict),
            ("loose", Accents::Loose),
        ];
        self.choice("accents", &choices, Accents::Auto)
    }

    /// Checks that no other argument was given.
    ///
    /// # Errors
    ///
    /// If one was.
    pub(crate) fn finish(self) -> Result<(), Invalid> {
        match self.values.keys().next() {
            None => Ok(()),
            Some(name) => Err(Invalid::new(format!("unknown argument {name:?}"))
                .hint(format!("the arguments are {}", self.known.join(", ")))),
        }
    }
}

/// Prepares a query.
///
/// # Errors
///
/// If a filter is invalid.
pub(crate) fn request(
    query: String,
    filters: &Filters,
    accents: Accents,
) -> Result<Request, Invalid> {
    let options = LowerOptions {
        accents,
        ..LowerOptions::default()
    };
    Request::with(query, filters, options).map_err(|error| Invalid {
        hint: error.hint(),
        message: error.to_string(),
    })
}

/// The error for a query without words and conditions.
pub(crate) fn empty(request: &Request) -> Invalid {
    let problems = request.problems().iter().map(|problem| problem.message());
    let problems: Vec<String> = problems.collect();
    Invalid {
        message: "there is neither a word nor a condition to search for".to_owned(),
        hint: (!problems.is_empty()).then(|| problems.join("; ")),
    }
}

/// The choice with a name.
///
/// # Errors
///
/// If the name is unknown.
pub(crate) fn pick<T: Copy>(name: &str, text: &str, choices: &[(&str, T)]) -> Result<T, Invalid> {
    let found = choices.iter().find(|(choice, _)| *choice == text);
    found.map(|&(_, value)| value).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|&(choice, _)| choice).collect();
        Invalid::new(format!("{name} must be one of {}", names.join(", ")))
    })
}

fn text(name: &str, value: Value) -> Result<String, Invalid> {
    match value {
        Value::String(text) if text.chars().nth(TEXT).is_none() => Ok(text),
        Value::String(_) => Err(Invalid::new(format!(
            "{name} has more than {TEXT} characters"
        ))),
        // A year is often sent as a number.
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(Invalid::new(format!("{name} must be text"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn arguments(value: Value) -> Arguments {
        Arguments::new(value.as_object().cloned().unwrap_or_default())
    }

    #[test]
    fn errors_name_the_argument_and_what_is_valid() {
        let mut given = arguments(json!({"limit": 500, "query": ["a"], "sort": "size"}));
        let error = given.number("limit", 0..=50, 10).unwrap_err();
        assert_eq!(
            error.to_string(),
            "error: limit must be a whole number from 0 to 50"
        );
        let error = given.required("query").unwrap_err();
        assert_eq!(error.to_string(), "error: query must be text");
        let error = given
            .choice("sort", &[("date", 1), ("-date", 2)], 1)
            .unwrap_err();
        assert_eq!(error.to_string(), "error: sort must be one of date, -date");
        let error = given.required("id").unwrap_err();
        assert_eq!(error.to_string(), "error: id is missing");
    }

    #[test]
    fn unknown_arguments_are_errors_with_the_known_ones() {
        let mut given = arguments(json!({"query": "a", "limt": 3, "after": null}));
        assert_eq!(given.required("query").unwrap(), "a");
        assert_eq!(given.number("limit", 0..=50, 10), Ok(10));
        assert_eq!(given.text("after"), Ok(None));
        assert_eq!(
            given.finish().unwrap_err().to_string(),
            "error: unknown argument \"limt\"\nhint: the arguments are query, limit, after"
        );
    }

    #[test]
    fn numbers_of_careless_clients_are_read() {
        let mut given = arguments(json!({"a": 3.0, "b": "4", "c": 2.5, "d": -1, "after": 2025}));
        assert_eq!(given.number("a", 0..=9, 0), Ok(3));
        assert_eq!(given.number("b", 0..=9, 0), Ok(4));
        assert!(given.number("c", 0..=9, 0).is_err());
        assert!(given.number("d", 0..=9, 0).is_err());
        assert_eq!(given.text("after"), Ok(Some("2025".to_owned())));
    }
}
