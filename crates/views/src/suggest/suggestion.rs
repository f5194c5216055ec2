//! A suggested query.

use std::fmt;

use serde::Serialize;

/// An alternative query with its number of articles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The difference from the typed query.
    pub kind: SuggestionKind,
    /// The part of the query that is changed, as it is printed; empty where it is the whole.
    pub part: String,
    /// The query in its standard form, with the options of the typed query.
    pub query: String,
    /// Number of articles; never 0.
    pub articles: u64,
}

/// The kinds of differences from the typed query, the smallest change of meaning first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionKind {
    /// The words have accents.
    Accents,
    /// The words are what raw Telex stands for.
    Telex,
    /// The words are what raw VNI stands for.
    Vni,
    /// A word is spelled otherwise.
    Spelling,
    /// A word or phrase may have any accents.
    AnyAccents,
    /// The words of a phrase may be a little apart.
    Slop,
    /// The words of NEAR may be further apart.
    Further,
    /// A part in all fields instead of one.
    AnyField,
    /// Without a filter.
    WithoutFilter,
    /// Without a negation.
    WithoutNot,
    /// The words of a phrase, anywhere.
    Words,
    /// Without a word, a phrase or a group.
    WithoutPart,
    /// One of the words is enough.
    AnyWord,
}

/// Says how the suggestion differs, in a few words.
impl fmt::Display for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = &self.part;
        match self.kind {
            SuggestionKind::Accents => f.write_str("with accents"),
            SuggestionKind::Telex => f.write_str("read as Telex"),
            SuggestionKind::Vni => f.write_str("read as VNI"),
            SuggestionKind::Spelling => f.write_str("another spelling"),
            SuggestionKind::AnyAccents if part.is_empty() => f.write_str("any accents"),
            SuggestionKind::AnyAccents => write!(f, "any accents for {part}"),
            SuggestionKind::Slop => write!(f, "words of {part} a little apart"),
            SuggestionKind::Further => write!(f, "{part} further apart"),
            SuggestionKind::AnyField => write!(f, "{part} in any field"),
            SuggestionKind::Words => write!(f, "words of {part} anywhere"),
            SuggestionKind::AnyWord => write!(f, "any word of {part}"),
            SuggestionKind::WithoutFilter
            | SuggestionKind::WithoutNot
            | SuggestionKind::WithoutPart => write!(f, "without {part}"),
        }
    }
}
