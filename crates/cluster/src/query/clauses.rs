//! Clauses of OpenSearch's query language, and whether they are exact.

use serde_json::{Value, json};
use timbao_query::plan::TextField;

/// A filter, and whether it accepts only what is wanted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    /// The query in the language of OpenSearch. It accepts every article that is wanted.
    pub(crate) json: Value,
    /// Whether it accepts no others.
    pub(crate) is_exact: bool,
}

/// The fields of the text.
pub(super) const FIELDS: [&str; 4] = ["t", "s", "b", "c"];
/// The field of all words of an article.
pub(super) const BAG: &str = "bag";
/// The field of the bigrams of folded keys.
pub(super) const PAIRS: &str = "pairs";
/// Maximum number of arrangements of a phrase or of NEAR that are asked for one by one.
pub(super) const MOST_ARRANGEMENTS: usize = 1024;
/// Maximum number of terms in the clauses of one phrase or NEAR, all fields together.
pub(super) const MOST_TERMS: usize = 12_000;

impl Query {
    pub(super) fn exact(json: Value) -> Self {
        Self {
            json,
            is_exact: true,
        }
    }

    pub(super) fn everything() -> Self {
        Self::exact(json!({ "match_all": {} }))
    }

    pub(super) fn nothing() -> Self {
        Self::exact(json!({ "match_none": {} }))
    }

    /// The same articles, of which not all are wanted.
    pub(super) fn inexact(self) -> Self {
        Self {
            is_exact: false,
            ..self
        }
    }

    pub(super) fn all(parts: Vec<Self>) -> Self {
        let is_exact = parts.iter().all(|part| part.is_exact);
        let mut json: Vec<Value> = parts.into_iter().map(|part| part.json).collect();
        let json = match json.len() {
            1 => json.remove(0),
            _ => json!({ "bool": { "filter": json } }),
        };
        Self { json, is_exact }
    }

    pub(super) fn any(parts: Vec<Self>) -> Self {
        if parts.is_empty() {
            return Self::nothing();
        }
        let is_exact = parts.iter().all(|part| part.is_exact);
        let json = any(parts.into_iter().map(|part| part.json));
        Self { json, is_exact }
    }
}

/// Any of some queries.
pub(super) fn any(parts: impl IntoIterator<Item = Value>) -> Value {
    let mut parts: Vec<Value> = parts.into_iter().collect();
    match parts.len() {
        1 => parts.remove(0),
        _ => json!({ "bool": { "should": parts, "minimum_should_match": 1 } }),
    }
}

/// Any of some terms in a field.
pub(super) fn terms(field: &str, terms: &[String]) -> Value {
    match terms {
        [term] => json!({ "term": { field: term } }),
        terms => json!({ "terms": { field: terms } }),
    }
}

/// The fields of a part of the text, or of all of it.
pub(super) fn fields(field: Option<TextField>) -> &'static [&'static str] {
    match field {
        None => &FIELDS,
        Some(TextField::Title) => &FIELDS[..1],
        Some(TextField::Summary) => &FIELDS[1..2],
        Some(TextField::Body) => &FIELDS[2..3],
        Some(TextField::Caption) => &FIELDS[3..],
    }
}
