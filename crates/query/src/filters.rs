//! Conditions given next to a query, such as flags or form fields.

use std::collections::BTreeMap;

use crate::ast::{Node, NodeKind, Span};
use crate::date::{DateCondition, DateError, Period};
use crate::lex::is_quote;
use crate::parse;
use crate::plan::Facet;

/// Conditions on metadata as typed; all of them must match.
///
/// ```
/// use timbao_query::Filters;
/// use timbao_query::plan::Facet;
///
/// let filters = Filters {
///     after: Some("2025".into()),
///     ..Filters::default()
/// }
/// .with(Facet::Section, "xây dựng Đảng");
/// assert!(!filters.is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Filters {
    /// Later than this day, month or year.
    pub after: Option<String>,
    /// Earlier than this day, month or year.
    pub before: Option<String>,
    /// Within this day, month, year or range.
    pub date: Option<String>,
    /// Facets and the conditions on their values; an article has one of the accepted values and none
    /// of the excluded ones.
    ///
    /// A condition is adjacent words of the value or, after `=`, all of it: `Kinh tế` accepts
    /// `Kinh tế - Xã hội` as well, `=Kinh tế` does not. With `-` before it the values are excluded.
    /// `-*` accepts articles without a value, `*` excludes them. The value of a period is a date.
    pub facets: BTreeMap<Facet, Vec<String>>,
}

/// The error for an invalid filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// The value of `after`, `before`, `date` or a period is not a date.
    #[error("{name} {text}: {}", .reason.message())]
    Date {
        /// The name of the filter.
        name: &'static str,
        /// The value of the filter.
        text: String,
        /// The defect of the date.
        reason: DateError,
    },
    /// There is no word in the value.
    #[error("{name}: no word to search for in {text:?}")]
    NoWord {
        /// The name of the filter.
        name: &'static str,
        /// The value of the filter.
        text: String,
    },
}

impl FilterError {
    /// The name of the invalid filter.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Date { name, .. } | Self::NoWord { name, .. } => name,
        }
    }

    /// The forms that are valid instead.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Date { name, .. } => {
                let forms = if *name == "date" {
                    "2026 or 2025..3/2026"
                } else {
                    "or 2026"
                };
                Some(format!("write 25/3/2026, 2026-03-25, 3/2026, {forms}"))
            }
            Self::NoWord { .. } => None,
        }
    }
}

impl Filters {
    /// Adds a condition on a facet.
    ///
    /// ```
    /// use timbao_query::plan::Facet;
    /// use timbao_query::{Filters, Request};
    ///
    /// let filters = Filters::default()
    ///     .with(Facet::Place, "=Huế")
    ///     .with(Facet::Place, "Cần Thơ")
    ///     .with(Facet::Section, "-Thể thao");
    /// let request = Request::with("lụt", &filters, Default::default())?;
    /// assert_eq!(
    ///     request.ast().to_string(),
    ///     "lụt -section:\"Thể thao\" +(place=\"Huế\" OR place:\"Cần Thơ\")",
    /// );
    /// # Ok::<(), timbao_query::FilterError>(())
    /// ```
    #[must_use]
    pub fn with(mut self, facet: Facet, value: impl Into<String>) -> Self {
        self.facets.entry(facet).or_default().push(value.into());
        self
    }

    /// Returns `true` if there are no conditions.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds the conditions to a query; its bare words stay bare words.
    ///
    /// # Errors
    ///
    /// If the value of a filter is not a date or has no word.
    pub fn narrow(&self, query: Node) -> Result<Node, FilterError> {
        let nodes = self.nodes()?;
        if nodes.is_empty() {
            return Ok(query);
        }
        let span = query.span;
        let mut parts = match query.kind {
            NodeKind::Empty => Vec::new(),
            NodeKind::Sequence(parts) => parts,
            _ => vec![query.grouped()],
        };
        parts.extend(nodes);
        Ok(match parts.len() {
            1 => parts.remove(0),
            _ => Node::new(NodeKind::Sequence(parts), span),
        })
    }

    fn nodes(&self) -> Result<Vec<Node>, FilterError> {
        let mut nodes = Vec::new();
        for (name, text, read) in [
            ("after", &self.after, after as fn(&str) -> _),
            ("before", &self.before, before),
            ("date", &self.date, DateCondition::parse),
        ] {
            if let Some(text) = text {
                nodes.push(date(name, text, read)?);
            }
        }
        for (&facet, conditions) in &self.facets {
            nodes.extend(facet_nodes(facet, conditions)?);
        }
        Ok(nodes)
    }
}

/// The conditions on one facet: the excluded values, and the alternatives that are accepted.
fn facet_nodes(facet: Facet, conditions: &[String]) -> Result<Vec<Node>, FilterError> {
    let node = |kind| Node::new(kind, Span::default());
    let value = |text: &str| match facet.is_period() {
        true => date(facet.name(), text, DateCondition::parse),
        false => stated(facet.name(), text),
    };
    let mut nodes = Vec::new();
    let mut accepted = Vec::new();
    for condition in conditions {
        match condition.trim().strip_prefix('-') {
            Some("*") => accepted.push(node(NodeKind::Not(Box::new(any_value(facet))))),
            None if condition.trim() == "*" => nodes.push(any_value(facet)),
            None => accepted.push(value(condition)?),
            Some(excluded) => nodes.push(node(NodeKind::Excluded(Box::new(value(excluded)?)))),
        }
    }
    match accepted.len() {
        0 => {}
        1 => nodes.append(&mut accepted),
        _ => {
            let group = node(NodeKind::Group(Box::new(node(NodeKind::Or(accepted)))));
            nodes.push(node(NodeKind::Required(Box::new(group))));
        }
    }
    Ok(nodes)
}

/// The condition that there is a value.
fn any_value(facet: Facet) -> Node {
    let name = if facet.is_period() {
        "date"
    } else {
        facet.name()
    };
    parse(&format!("{name}:*")).ast.without_spans()
}

fn after(text: &str) -> Result<DateCondition, DateError> {
    Period::parse(text).map(DateCondition::After)
}

fn before(text: &str) -> Result<DateCondition, DateError> {
    Period::parse(text).map(DateCondition::Before)
}

/// The condition of a date filter.
fn date(
    name: &'static str,
    text: &str,
    read: fn(&str) -> Result<DateCondition, DateError>,
) -> Result<Node, FilterError> {
    let condition = read(text.trim()).map_err(|reason| FilterError::Date {
        name,
        text: text.to_owned(),
        reason,
    })?;
    Ok(Node::new(NodeKind::Date(condition), Span::default()))
}

/// The condition of a filter by metadata.
fn stated(name: &'static str, text: &str) -> Result<Node, FilterError> {
    // Quotation marks would end the phrase that the words are put in.
    let plain: String = text
        .chars()
        .map(|c| if is_quote(c) { ' ' } else { c })
        .collect();
    let condition = match plain.trim().strip_prefix('=') {
        Some(whole) => format!("{name}=\"{whole}\""),
        None => format!("{name}:\"{plain}\""),
    };
    let condition = parse(&condition).ast.without_spans();
    match condition.kind {
        NodeKind::Scoped { .. } | NodeKind::Is { .. } => Ok(condition),
        _ => Err(FilterError::NoWord {
            name,
            text: text.to_owned(),
        }),
    }
}
