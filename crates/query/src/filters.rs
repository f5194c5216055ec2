//! Conditions that stand beside a query, as if they had been typed in it.

use crate::ast::{Node, NodeKind, Span};
use crate::date::{DateCondition, DateError, Period};
use crate::parse;

/// Conditions on metadata, each as it was given; all of them must hold.
///
/// A section, place, agency, author or publication is some words of it in a row or, behind
/// `=`, all of it: `Kinh tế` lets `Kinh tế - Xã hội` pass as well, `=Kinh tế` does not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Filters {
    /// Later than this day, month or year.
    pub after: Option<String>,
    /// Earlier than this day, month or year.
    pub before: Option<String>,
    /// Within this day, month, year or range.
    pub date: Option<String>,
    /// Section contains these words, or is what stands behind `=`.
    pub section: Option<String>,
    /// As `section`, for the place.
    pub place: Option<String>,
    /// As `section`, for the news agency.
    pub agency: Option<String>,
    /// As `section`, for the author.
    pub author: Option<String>,
    /// As `section`, for the publication.
    pub source: Option<String>,
}

/// Why a filter is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// The value of `after`, `before` or `date` is no date.
    #[error("{name} {text}: {}", .reason.message())]
    Date {
        /// The name of the filter.
        name: &'static str,
        /// Its value.
        text: String,
        /// Why it is none.
        reason: DateError,
    },
    /// There is no word in the value.
    #[error("{name}: there is no word in {text:?} to look for")]
    NoWord {
        /// The name of the filter.
        name: &'static str,
        /// Its value.
        text: String,
    },
}

impl FilterError {
    /// What to write instead.
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
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Puts the conditions side by side with a query: bare words stay bare words.
    ///
    /// # Errors
    ///
    /// When the value of a filter is no date or has no word.
    pub fn narrow(&self, query: Node) -> Result<Node, FilterError> {
        let nodes = self.nodes()?;
        if nodes.is_empty() {
            return Ok(query);
        }
        let span = query.span;
        let mut parts = match query.kind {
            NodeKind::Empty => Vec::new(),
            NodeKind::Sequence(parts) => parts,
            NodeKind::And(_) | NodeKind::Or(_) | NodeKind::Not(_) | NodeKind::Near { .. } => {
                vec![Node::new(NodeKind::Group(Box::new(query)), span)]
            }
            _ => vec![query],
        };
        parts.extend(nodes);
        Ok(match parts.len() {
            1 => parts.remove(0),
            _ => Node::new(NodeKind::Sequence(parts), span),
        })
    }

    fn nodes(&self) -> Result<Vec<Node>, FilterError> {
        let mut nodes = Vec::new();
        let mut date =
            |name, text: &Option<String>, read: fn(&str) -> Result<DateCondition, DateError>| {
                let Some(text) = text else { return Ok(()) };
                let condition = read(text.trim()).map_err(|reason| FilterError::Date {
                    name,
                    text: text.clone(),
                    reason,
                })?;
                nodes.push(Node::new(NodeKind::Date(condition), Span::default()));
                Ok(())
            };
        date("after", &self.after, |text| {
            Period::parse(text).map(DateCondition::After)
        })?;
        date("before", &self.before, |text| {
            Period::parse(text).map(DateCondition::Before)
        })?;
        date("date", &self.date, DateCondition::parse)?;
        for (name, words) in [
            ("section", &self.section),
            ("place", &self.place),
            ("agency", &self.agency),
            ("author", &self.author),
            ("source", &self.source),
        ] {
            let Some(words) = words else { continue };
            // Quotation marks would end the phrase that the words are put in.
            let plain: String = words
                .chars()
                .map(|c| if is_quote(c) { ' ' } else { c })
                .collect();
            let condition = match plain.trim().strip_prefix('=') {
                Some(whole) => format!("{name}=\"{whole}\""),
                None => format!("{name}:\"{plain}\""),
            };
            let condition = parse(&condition).ast.without_spans();
            match condition.kind {
                NodeKind::Scoped { .. } | NodeKind::Is { .. } => nodes.push(condition),
                _ => {
                    return Err(FilterError::NoWord {
                        name,
                        text: words.clone(),
                    });
                }
            }
        }
        Ok(nodes)
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '＂' | '“' | '”' | '„' | '‟' | '«' | '»')
}
