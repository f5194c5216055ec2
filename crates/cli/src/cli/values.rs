//! Values that arguments and configuration keys take.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use timbao_query::plan::Facet;
use timbao_tokenizer::fold;
use timbao_views::language::Language;

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    #[default]
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

/// When to use a pager.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Paging {
    /// On a terminal
    #[default]
    Auto,
    /// Nowhere
    Never,
}

/// How the accents of a query are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Accents {
    /// Sensitive if the query has accents, insensitive otherwise
    #[default]
    Auto,
    /// Accent-sensitive
    Strict,
    /// Accent-insensitive
    Loose,
}

/// The order of hits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Order {
    /// Highest score first
    #[default]
    Relevance,
    /// Oldest first
    Date,
    /// Newest first
    #[value(name = "-date")]
    DateDescending,
}

/// Metadata that hits are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FacetName(pub Facet);

impl From<FacetName> for Facet {
    fn from(name: FacetName) -> Self {
        name.0
    }
}

impl ValueEnum for FacetName {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<FacetName>> =
            LazyLock::new(|| Facet::ALL.iter().copied().map(FacetName).collect());
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(possible(self.0))
    }
}

/// A facet that is not a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SplitName(pub Facet);

impl From<SplitName> for Facet {
    fn from(name: SplitName) -> Self {
        name.0
    }
}

impl ValueEnum for SplitName {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<SplitName>> =
            LazyLock::new(|| Facet::stated().map(SplitName).collect());
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(possible(self.0))
    }
}

/// A language of texts for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LanguageName(pub Language);

impl ValueEnum for LanguageName {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<LanguageName>> =
            LazyLock::new(|| Language::ALL.iter().copied().map(LanguageName).collect());
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.words().code))
    }
}

/// A facet by its name or an alias, with accents or without.
fn possible(facet: Facet) -> PossibleValue {
    let aliases = facet.aliases().iter();
    let aliases = aliases.flat_map(|&alias| [alias.to_owned(), fold(alias)]);
    PossibleValue::new(facet.name()).aliases(aliases)
}

/// Formats of commands that list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object
    Json,
    /// One JSON object per line
    Jsonl,
    /// Comma-separated values with a header line
    Csv,
    /// A workbook for Excel, with a sheet that cites query and index
    Xlsx,
}

/// Formats of commands that print one thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecordFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object
    Json,
}

/// Formats of commands that stream rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum RowFormat {
    /// Comma-separated values with a header line
    #[default]
    Csv,
    /// One JSON object per line
    Jsonl,
}

/// Reads a positive number of days.
pub(crate) fn days(text: &str) -> Result<f32, String> {
    let days = text
        .parse::<f32>()
        .ok()
        .filter(|days| days.is_finite() && *days > 0.0);
    days.ok_or_else(|| "expected a number of days above 0".to_owned())
}

/// An amount of memory in bytes, as in `512MB` or `1GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Memory(pub u64);

impl FromStr for Memory {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let digits = text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let unit = UNITS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(unit.trim()));
        match (number.parse::<u64>(), unit) {
            (Ok(number), Some((_, factor))) => number
                .checked_mul(*factor)
                .map(Self)
                .ok_or_else(|| "larger than any memory".to_owned()),
            _ => Err("expected a number and a unit, such as 512MB or 1GiB".to_owned()),
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS
            .iter()
            .skip(1)
            .rev()
            .find(|(_, factor)| self.0 >= *factor && self.0.is_multiple_of(*factor));
        match unit {
            Some((name, factor)) => write!(f, "{}{name}", self.0 / factor),
            None => write!(f, "{}", self.0),
        }
    }
}

/// Units of memory; a number alone is bytes.
const UNITS: [(&str, u64); 12] = [
    ("", 1),
    ("B", 1),
    ("K", 1_000),
    ("KB", 1_000),
    ("KiB", 1 << 10),
    ("M", 1_000_000),
    ("MB", 1_000_000),
    ("MiB", 1 << 20),
    ("G", 1_000_000_000),
    ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
    ("TB", 1_000_000_000_000),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_reads_what_it_writes() {
        let bytes = |text: &str| text.parse::<Memory>().map(|m| m.0).ok();
        assert_eq!(bytes("512MB"), Some(512_000_000));
        assert_eq!(bytes("1 gib"), Some(1 << 30));
        assert_eq!(bytes("1000"), Some(1000));
        for wrong in ["", "MB", "-1MB", "1.5GB", "1XB", "99999999999TB"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
        for memory in [0, 1, 999, 1_000, 1_024, 512_000_000, 1 << 30, 3 << 20] {
            assert_eq!(bytes(&Memory(memory).to_string()), Some(memory));
        }
    }
}
