//! Clauses of OpenSearch's query language, and whether they are exact.

use serde_json::{Value, json};
use timbao_query::plan::TextField;

use crate::schema::{BODY, HEAD};

/// A filter in the language of OpenSearch, by how much it decides.
///
/// Articles that meet neither clause are not wanted; those that meet both are. Without clauses no
/// article is.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Query {
    /// Every article of this clause is wanted.
    pub(crate) certain: Option<Value>,
    /// Some articles of this clause may be wanted, which the local matchers have to check.
    pub(crate) unsure: Option<Value>,
}

/// The field of all words of an article.
pub(super) const BAG: &str = "bag";
/// The field of the bigrams of folded keys.
pub(super) const PAIRS: &str = "pairs";
/// Maximum number of arrangements of a phrase or of NEAR that are asked for one by one.
pub(super) const MOST_ARRANGEMENTS: usize = 1024;
/// Maximum number of terms of a query. The limit of the cluster is that of these and of the terms
/// that rank.
pub(super) const MOST_TERMS: usize = 12_000;

impl Query {
    /// The articles of a clause, and no others.
    pub(super) fn exact(json: Value) -> Self {
        Self {
            certain: Some(json),
            unsure: None,
        }
    }

    /// Articles of a clause, all of which have to be checked.
    pub(super) fn unsure(json: Value) -> Self {
        Self {
            certain: None,
            unsure: Some(json),
        }
    }

    pub(super) fn everything() -> Self {
        Self::exact(json!({ "match_all": {} }))
    }

    pub(super) fn nothing() -> Self {
        Self::default()
    }

    /// The articles that have to be checked.
    pub(crate) fn to_check(&self) -> Option<Value> {
        let unsure = self.unsure.clone()?;
        Some(match self.certain.clone() {
            Some(certain) => without(unsure, certain),
            None => unsure,
        })
    }

    /// The number of terms that the cluster is asked for at once, or more.
    pub(super) fn term_count(&self) -> usize {
        let certain = self.certain.as_ref().map_or(0, term_count);
        match &self.unsure {
            // What has to be checked is searched without what is certain.
            Some(unsure) => 2 * certain + term_count(unsure),
            None => certain,
        }
    }

    fn is_nothing(&self) -> bool {
        self.certain.is_none() && self.unsure.is_none()
    }

    /// All articles that may be wanted.
    pub(super) fn possible(self) -> Option<Value> {
        let clauses: Vec<Value> = self.certain.into_iter().chain(self.unsure).collect();
        (!clauses.is_empty()).then(|| any(clauses))
    }

    /// The same articles, none of which is certain.
    pub(super) fn inexact(self) -> Self {
        Self {
            certain: None,
            unsure: self.possible(),
        }
    }

    /// Articles that all parts want.
    pub(super) fn all(mut parts: Vec<Self>) -> Self {
        let everything = Self::everything();
        parts.retain(|part| *part != everything);
        if parts.is_empty() {
            return everything;
        }
        if parts.iter().any(Self::is_nothing) {
            return Self::nothing();
        }
        let certain: Option<Vec<Value>> = parts.iter().map(|part| part.certain.clone()).collect();
        let certain = certain.map(all);
        let unsure = match parts.iter().filter(|part| part.unsure.is_some()).count() {
            0 => None,
            // What this part decides is decided, as all others decide everything.
            1 => {
                let clauses = parts.into_iter();
                Some(all(clauses.filter_map(|part| part.unsure.or(part.certain))))
            }
            _ => {
                let possible = all(parts.into_iter().filter_map(Self::possible));
                Some(possible)
            }
        };
        Self { certain, unsure }
    }

    /// Articles that any part wants.
    pub(super) fn any(parts: Vec<Self>) -> Self {
        let (mut certain, mut unsure) = (Vec::new(), Vec::new());
        for part in parts {
            certain.extend(part.certain);
            unsure.extend(part.unsure);
        }
        let certain = (!certain.is_empty()).then(|| any(certain));
        let unsure = (!unsure.is_empty()).then(|| any(unsure));
        Self { certain, unsure }
    }

    /// Articles that parts want whose weights reach a sum.
    pub(super) fn enough(parts: Vec<(u16, Self)>, minimum: usize) -> Self {
        let sum: usize = parts.iter().map(|(weight, _)| usize::from(*weight)).sum();
        let is_equal = parts.iter().all(|(weight, _)| *weight == 1);
        if sum < minimum {
            return Self::nothing();
        }
        if is_equal && minimum <= 1 {
            return Self::any(parts.into_iter().map(|(_, part)| part).collect());
        }
        if sum == minimum {
            return Self::all(parts.into_iter().map(|(_, part)| part).collect());
        }
        let certain = parts.iter();
        let certain = certain.filter_map(|(weight, part)| Some((*weight, part.certain.clone()?)));
        let certain = enough(certain.collect(), minimum);
        if parts.iter().all(|(_, part)| part.unsure.is_none()) {
            return Self {
                certain,
                unsure: None,
            };
        }
        let possible = parts.into_iter();
        let possible = possible.filter_map(|(weight, part)| Some((weight, part.possible()?)));
        Self {
            unsure: enough(possible.collect(), minimum),
            certain,
        }
    }

    /// Articles that a part does not want.
    pub(super) fn not(part: Self) -> Self {
        let unsure = part.to_check();
        let certain = match part.possible() {
            Some(possible) => json!({ "bool": { "must_not": [possible] } }),
            None => json!({ "match_all": {} }),
        };
        Self {
            certain: Some(certain),
            unsure,
        }
    }
}

/// The number of terms in a clause, or more. The cluster counts a set of terms as one.
pub(super) fn term_count(clause: &Value) -> usize {
    match clause {
        Value::Object(parts) => {
            let parts = parts.iter();
            let count = |(name, part): (&String, &Value)| match name.as_str() {
                "terms" => 1,
                "intervals" => part
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(_, rule)| intervals(rule).1)
                    .sum(),
                _ => term_count(part),
            };
            parts.map(count).sum()
        }
        Value::Array(parts) => parts.iter().map(term_count).sum(),
        Value::String(text) => terms_in(text),
        _ => 0,
    }
}

/// The number of choices of a rule of intervals, and that of their terms: Lucene makes one source of
/// each combination of alternatives.
fn intervals(rule: &Value) -> (usize, usize) {
    let Some((kind, of)) = rule.as_object().and_then(|rule| rule.iter().next()) else {
        return (1, 1);
    };
    let parts = of.get("intervals").and_then(Value::as_array);
    let parts: Vec<_> = parts.into_iter().flatten().map(intervals).collect();
    match kind.as_str() {
        "match" => {
            let text = of.get("query").and_then(Value::as_str).unwrap_or_default();
            let choices = choices_in(text);
            (choices, choices.saturating_mul(text.split(' ').count()))
        }
        "any_of" => parts.iter().fold((0, 0), |(choices, terms), part| {
            (part.0.saturating_add(choices), part.1.saturating_add(terms))
        }),
        "all_of" => parts.iter().fold((1, 0), |(choices, terms), part| {
            let (before, after) = (part.0.saturating_mul(terms), part.1.saturating_mul(choices));
            (part.0.saturating_mul(choices), before.saturating_add(after))
        }),
        _ => (1, 1),
    }
}

/// The number of ways to choose one of the alternatives of each slot of a text.
pub(super) fn choices_in(text: &str) -> usize {
    let alternatives = text.split(' ').map(|slot| slot.split('|').count());
    alternatives.fold(1, usize::saturating_mul)
}

/// The number of terms in the text of a phrase, gaps included.
fn terms_in(text: &str) -> usize {
    text.split([' ', '|']).count()
}

/// Articles of clauses whose weights reach a sum; `None` if all weigh less.
fn enough(parts: Vec<(u16, Value)>, minimum: usize) -> Option<Value> {
    let sum: usize = parts.iter().map(|(weight, _)| usize::from(*weight)).sum();
    if sum < minimum {
        return None;
    }
    if parts.iter().all(|(weight, _)| *weight == 1) {
        let should: Vec<Value> = parts.into_iter().map(|(_, json)| json).collect();
        return Some(json!({ "bool": { "should": should, "minimum_should_match": minimum } }));
    }
    // Sums of such weights are exact in 32 bits of floating point.
    let weighed = parts
        .into_iter()
        .map(|(weight, json)| json!({ "constant_score": { "filter": json, "boost": weight } }));
    let weighed: Vec<Value> = weighed.collect();
    Some(json!({ "function_score": {
        "query": { "bool": { "should": weighed, "minimum_should_match": 1 } },
        "boost_mode": "multiply",
        "min_score": minimum,
    } }))
}

/// All of some queries, of which there is at least one.
pub(super) fn all(parts: impl IntoIterator<Item = Value>) -> Value {
    let mut parts: Vec<Value> = parts.into_iter().collect();
    match parts.len() {
        1 => parts.remove(0),
        _ => json!({ "bool": { "filter": parts } }),
    }
}

/// A query without the articles of another.
pub(crate) fn without(json: Value, other: Value) -> Value {
    json!({ "bool": { "filter": [json], "must_not": [other] } })
}

/// Any of some queries.
pub(crate) fn any(parts: impl IntoIterator<Item = Value>) -> Value {
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
        None => &[BODY, HEAD],
        Some(TextField::Title) => &["t"],
        Some(TextField::Summary) => &["s"],
        Some(TextField::Body) => &[BODY],
        Some(TextField::Caption) => &["c"],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Query, Value, json};

    /// A query of parts, and how an article answers them.
    #[derive(Debug, Clone)]
    enum Tree {
        /// The cluster is sure; whether the article is wanted.
        Sure(bool),
        /// The cluster is not sure; whether the article is wanted.
        Unsure(bool),
        Everything,
        Nothing,
        All(Vec<Tree>),
        Any(Vec<Tree>),
        Enough(Vec<(u16, Tree)>, usize),
        Not(Box<Tree>),
    }

    impl Tree {
        fn query(&self) -> Query {
            let queries = |parts: &[Self]| parts.iter().map(Self::query).collect();
            match self {
                Self::Sure(wanted) => Query::exact(json!({ "term": wanted })),
                Self::Unsure(_) => Query::unsure(json!({ "term": true })),
                Self::Everything => Query::everything(),
                Self::Nothing => Query::nothing(),
                Self::All(parts) => Query::all(queries(parts)),
                Self::Any(parts) => Query::any(queries(parts)),
                Self::Enough(parts, minimum) => {
                    let parts = parts.iter().map(|(weight, part)| (*weight, part.query()));
                    Query::enough(parts.collect(), *minimum)
                }
                Self::Not(part) => Query::not(part.query()),
            }
        }

        fn is_wanted(&self) -> bool {
            match self {
                Self::Sure(wanted) | Self::Unsure(wanted) => *wanted,
                Self::Everything => true,
                Self::Nothing => false,
                Self::All(parts) => parts.iter().all(Self::is_wanted),
                Self::Any(parts) => parts.iter().any(Self::is_wanted),
                Self::Enough(parts, minimum) => {
                    let wanted = parts.iter().filter(|(_, part)| part.is_wanted());
                    wanted
                        .map(|(weight, _)| usize::from(*weight))
                        .sum::<usize>()
                        >= *minimum
                }
                Self::Not(part) => !part.is_wanted(),
            }
        }

        fn is_sure(&self) -> bool {
            match self {
                Self::Unsure(_) => false,
                Self::Sure(_) | Self::Everything | Self::Nothing => true,
                Self::All(parts) | Self::Any(parts) => parts.iter().all(Self::is_sure),
                Self::Enough(parts, _) => parts.iter().all(|(_, part)| part.is_sure()),
                Self::Not(part) => part.is_sure(),
            }
        }
    }

    /// Whether the article is among those of a clause, by the rules of OpenSearch.
    fn accepts(clause: &Value) -> bool {
        let (kind, of) = clause.as_object().unwrap().iter().next().unwrap();
        let parts = |name: &str| of.get(name).and_then(Value::as_array).into_iter().flatten();
        match kind.as_str() {
            "term" => of == true,
            "match_all" => true,
            "bool" => {
                let met = parts("should").filter(|part| accepts(part)).count() as u64;
                let minimum = of.get("minimum_should_match").and_then(Value::as_u64);
                met >= minimum.unwrap_or(0)
                    && parts("filter").all(accepts)
                    && !parts("must_not").any(accepts)
            }
            "function_score" => {
                let weighed = of["query"]["bool"]["should"].as_array().unwrap().iter();
                let met = weighed.map(|part| &part["constant_score"]);
                let met = met.filter(|part| accepts(&part["filter"]));
                let sum: u64 = met.map(|part| part["boost"].as_u64().unwrap()).sum();
                sum > 0 && sum >= of["min_score"].as_u64().unwrap()
            }
            other => panic!("{other}"),
        }
    }

    fn trees() -> impl Strategy<Value = Tree> {
        let leaf = prop_oneof![
            4 => proptest::bool::ANY.prop_map(Tree::Sure),
            4 => proptest::bool::ANY.prop_map(Tree::Unsure),
            1 => Just(Tree::Everything),
            1 => Just(Tree::Nothing),
        ];
        leaf.prop_recursive(4, 24, 4, |tree| {
            let some = proptest::collection::vec(tree.clone(), 0..4);
            let weighed = proptest::collection::vec((1u16..4, tree.clone()), 1..5);
            prop_oneof![
                some.clone().prop_map(Tree::All),
                some.prop_map(Tree::Any),
                (weighed, 1usize..8).prop_map(|(parts, minimum)| Tree::Enough(parts, minimum)),
                tree.prop_map(|part| Tree::Not(Box::new(part))),
            ]
        })
    }

    proptest! {
        #[test]
        fn certain_articles_are_wanted_and_others_are_not(tree in trees()) {
            let query = tree.query();
            let is_certain = query.certain.as_ref().is_some_and(accepts);
            let is_unsure = query.to_check().as_ref().is_some_and(accepts);
            prop_assert!(!(is_certain && is_unsure));
            prop_assert!(!is_certain || tree.is_wanted());
            prop_assert!(is_certain || is_unsure || !tree.is_wanted());
            prop_assert!(!tree.is_sure() || query.unsure.is_none());
        }
    }

    /// A part that decides lets no other be checked.
    #[test]
    fn only_what_no_other_part_decides_is_checked() {
        let (yes, no, open) = (Tree::Sure(true), Tree::Sure(false), Tree::Unsure(true));
        let either = |first: &Tree| Tree::Any(vec![first.clone(), open.clone()]).query();
        let both = |first: &Tree| Tree::All(vec![first.clone(), open.clone()]).query();
        let checks = |query: Query| query.to_check().as_ref().is_some_and(accepts);
        assert!(!checks(either(&yes)) && checks(either(&no)));
        assert!(checks(both(&yes)) && !checks(both(&no)));
        assert!(!checks(Query::not(either(&yes))) && checks(Query::not(either(&no))));
    }
}
