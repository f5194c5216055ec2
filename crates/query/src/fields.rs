//! The names of fields, as a reader of English or of Vietnamese types them.

use std::collections::HashMap;
use std::sync::LazyLock;

use timbao_tokenizer::{exact_key, fold};

use crate::plan::{Facet, TextField};

use crate::ast::Scope;

/// The names that are valid before a colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// A part of the text, or metadata: the value is a word, a phrase or a group.
    Scope(Scope),
    /// The identifier of an article.
    Id,
    /// Day of publication: a date or a range.
    Date,
    /// Later than a date.
    After,
    /// Earlier than a date.
    Before,
}

/// The names that fields are printed with. Each of them is valid in a query.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Names {
    /// Those of the standard form.
    #[default]
    English,
    /// Those that readers of Vietnamese know: `chuyên_mục` for `section`.
    Vietnamese,
}

const fn text(field: TextField) -> Field {
    Field::Scope(Scope::Text(field))
}

/// The names of the fields that are not metadata, the printed ones first: that of the standard form,
/// and that in Vietnamese. A Vietnamese name is valid with its accents or without any; `_` between
/// syllables is optional.
const NAMES: [(Field, &[&str]); 8] = [
    (text(TextField::Title), &["title", "tiêu_đề", "tít"]),
    (text(TextField::Summary), &["summary", "tóm_tắt", "sapo"]),
    (text(TextField::Body), &["body", "nội_dung", "thân_bài"]),
    (text(TextField::Caption), &["caption", "chú_thích"]),
    (Field::Id, &["id", "mã"]),
    (
        Field::Date,
        &["date", "ngày", "year", "năm", "month", "tháng"],
    ),
    (Field::After, &["after", "sau"]),
    (Field::Before, &["before", "trước"]),
];

/// Every field with each of its names.
fn names() -> impl Iterator<Item = (Field, &'static str)> {
    let fields = NAMES.into_iter();
    let fields = fields.flat_map(|(field, names)| names.iter().map(move |&name| (field, name)));
    let facets = Facet::stated().flat_map(|facet| {
        let names = std::iter::once(facet.name()).chain(facet.aliases().iter().copied());
        names.map(move |name| (Field::Scope(Scope::Facet(facet)), name))
    });
    fields.chain(facets)
}

/// Maximum length of a field name in bytes.
const LONGEST: usize = 48;

impl Field {
    /// The field of that name or alias, in any case.
    ///
    /// ```
    /// use timbao_query::Field;
    /// assert_eq!(Field::named("Tiêu_đề"), Field::named("title"));
    /// assert_eq!(Field::named("noi"), Field::named("place"));
    /// assert_eq!(Field::named("nói"), None); // another word than nơi
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        static FIELDS: LazyLock<HashMap<String, Field>> = LazyLock::new(|| {
            let keys = names().flat_map(|(field, name)| {
                let together = exact_key(&name.replace('_', ""));
                [key(name), key(&fold(name)), together].map(|key| (key, field))
            });
            keys.collect()
        });
        if name.len() > LONGEST {
            None
        } else {
            FIELDS.get(&key(name)).copied()
        }
    }

    /// The field whose name or alias differs from `name` by one slip: a letter missing, too
    /// many, wrong, or two exchanged. Short names are not guessed at.
    pub fn like(name: &str) -> Option<Self> {
        if name.len() > LONGEST {
            return None;
        }
        let typed: Vec<char> = fold(name).chars().filter(|&c| c != '_').collect();
        let near = |alias: &str| {
            // Four letters of a Vietnamese syllable are one slip from many others.
            let least = if alias.is_ascii() { 4 } else { 5 };
            let alias: Vec<char> = fold(alias).chars().filter(|&c| c != '_').collect();
            alias.len().min(typed.len()) >= least && is_one_slip(&typed, &alias)
        };
        names()
            .find(|(_, alias)| near(alias))
            .map(|(field, _)| field)
    }

    /// Returns `true` for names that plain text rarely has before a colon and a space: "Nguồn: …"
    /// is plain text, "title: …" is not.
    pub fn is_technical(name: &str) -> bool {
        name.contains('_') || names().any(|(field, _)| field.name() == name)
    }

    /// The name it is printed with for readers of a language.
    ///
    /// ```
    /// use timbao_query::{Field, Names};
    /// let field = Field::named("mục").unwrap();
    /// assert_eq!(field.name_in(Names::Vietnamese), "chuyên_mục");
    /// assert_eq!(field.name_in(Names::English), "section");
    /// ```
    pub fn name_in(self, names: Names) -> &'static str {
        let vietnamese = match (names, self) {
            (Names::English, _) => None,
            (Names::Vietnamese, Self::Scope(Scope::Facet(facet))) => facet.aliases().first(),
            (Names::Vietnamese, _) => {
                let mut known = NAMES.iter();
                let found = known.find(|(field, _)| *field == self);
                found.and_then(|(_, names)| names.get(1))
            }
        };
        vietnamese.copied().unwrap_or(self.name())
    }

    /// The name in the standard form of a query.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scope(Scope::Text(TextField::Title)) => "title",
            Self::Scope(Scope::Text(TextField::Summary)) => "summary",
            Self::Scope(Scope::Text(TextField::Body)) => "body",
            Self::Scope(Scope::Text(TextField::Caption)) => "caption",
            Self::Scope(Scope::Facet(facet)) => facet.name(),
            Self::Id => "id",
            Self::Date => "date",
            Self::After => "after",
            Self::Before => "before",
        }
    }
}

/// The name's exact spelling, whichever way the accents were encoded and placed, and
/// without the `_` between syllables.
fn key(name: &str) -> String {
    name.split('_').map(exact_key).collect()
}

/// Whether one insertion, deletion, replacement or exchange of neighbours makes `b` of `a`.
fn is_one_slip(a: &[char], b: &[char]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (short, long) = (
        short.get(same..).unwrap_or_default(),
        long.get(same..).unwrap_or_default(),
    );
    match (short, long) {
        ([], [_]) => true,
        ([a, b, s @ ..], [c, d, l @ ..]) if (a, b) == (d, c) && s == l => true,
        ([_, s @ ..], [_, l @ ..]) if s == l => true,
        (s, [_, l @ ..]) => s == l,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_answers_to_itself_and_without_accents() {
        for (field, alias) in names() {
            for typed in [
                field.name(),
                alias,
                &alias.to_uppercase(),
                &fold(alias),
                &fold(alias).replace('_', ""),
                &alias.replace('_', ""),
            ] {
                assert_eq!(Field::named(typed), Some(field), "{typed}");
            }
        }
    }

    #[test]
    fn slips_are_guessed_and_other_words_are_not() {
        for slip in [
            "titel", "tile", "tittle", "tieud", "sumary", "scource", "tacgi",
        ] {
            assert!(Field::like(slip).is_some(), "{slip}");
        }
        for word in ["http", "nang", "tin", "covid", "said", "ba", "nha", ""] {
            assert_eq!(Field::like(word), None, "{word}");
        }
    }
}
