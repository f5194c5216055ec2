//! Abbreviations and their expansions, in both directions, from a table that
//! can be extended.
//!
//! An expansion is another way to write the query, to be searched for as well
//! and shown to the reader; the table never changes a query by itself. The
//! format of the table is TOML and documented at the head of the built-in one,
//! `data/abbreviations.toml`:
//!
//! ```
//! use timbao_tokenizer::abbreviations::Table;
//! let mut table = Table::builtin().clone();
//! table.extend(Table::parse(r#"entry = [
//!     { short = ["HTX"], long = ["hợp tác xã"] },
//! ]"#)?);
//! let found = table.find(&["HTX", "Đồng", "Sậy"]);
//! assert_eq!(found[0].forms[0].text, "hợp tác xã");
//! # Ok::<(), timbao_tokenizer::abbreviations::TableError>(())
//! ```

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;

use crate::keys::Keys;
use crate::scanner::scan;

static INSTALLED: OnceLock<Table> = OnceLock::new();

/// A table of abbreviations; [`Table::find`] is how it is used.
///
/// ```
/// use timbao_tokenizer::abbreviations::Table;
/// assert_eq!(Table::builtin().find(&["HĐND", "xã"])[0].forms[0].text, "Hội đồng nhân dân");
/// assert!(Table::default().find(&["HĐND", "xã"]).is_empty()); // one without entries
/// ```
#[derive(Clone, Debug, Default)]
pub struct Table {
    entries: Vec<Entry>,
    /// From the folded keys of a form, joined by spaces, to its places in `entries`.
    index: HashMap<String, Vec<(usize, usize)>>,
    /// The number of tokens of the longest form.
    longest: usize,
}

/// One way to write what an entry means.
///
/// ```
/// use timbao_tokenizer::abbreviations::{Role, Table};
/// let form = Table::builtin().find(&["HĐND"])[0].forms[0].clone();
/// assert_eq!((form.text.as_str(), form.role), ("Hội đồng nhân dân", Role::Long));
/// assert_eq!(form.folded, ["hoi", "dong", "nhan", "dan"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The form, as in the table.
    pub text: String,
    /// The exact keys of its tokens.
    pub exact: Vec<String>,
    /// The folded keys of its tokens.
    pub folded: Vec<String>,
    /// Whether it is an abbreviation or written out.
    pub role: Role,
}

/// The place of a [`Form`] in its entry.
///
/// ```
/// use timbao_tokenizer::abbreviations::{Role, Table};
/// let role = |words: &[&str]| Table::builtin().find(words).first().map(|found| found.role);
/// assert_eq!(role(&["TW"]), Some(Role::Short));
/// assert_eq!(role(&["TƯ"]), Some(Role::Capitals));
/// assert_eq!(role(&["tư"]), None); // four, or private
/// assert_eq!(role(&["Trung", "ương"]), Some(Role::Long));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// An abbreviation.
    Short,
    /// An abbreviation that counts only in capitals, typed or in a text.
    Capitals,
    /// Written out.
    Long,
    /// One of several names of the same thing, each of which is offered for every other.
    Same,
}

/// Words of a query for which the table has other forms.
///
/// ```
/// use timbao_tokenizer::abbreviations::{Role, Table};
/// let words = ["họp", "ủy", "ban", "nhân", "dân", "xã"];
/// let found = &Table::builtin().find(&words)[0];
/// assert_eq!(words[found.first..][..found.words].join(" "), "ủy ban nhân dân");
/// assert_eq!((found.role, found.forms[0].text.as_str()), (Role::Long, "UBND"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'t> {
    /// The index of the first word.
    pub first: usize,
    /// The number of words.
    pub words: usize,
    /// The role of the words: an abbreviation or an expansion.
    pub role: Role,
    /// The other ways to write them, the written-out ones first.
    pub forms: Vec<&'t Form>,
}

/// The error for an invalid table.
///
/// ```
/// use timbao_tokenizer::abbreviations::{Table, TableError};
/// let error = Table::parse(r#"entry = [{ short = ["-"], long = ["gạch nối"] }]"#).unwrap_err();
/// assert!(matches!(&error, TableError::Empty { entry: 1, form } if form == "-"));
/// assert_eq!(
///     error.to_string(),
///     "entry 1 of the table of abbreviations has a form without letters: \"-\"",
/// );
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// Not TOML of the documented form.
    #[error("the table of abbreviations is not valid: {0}")]
    Format(String),
    /// An entry lacks a short or a long form.
    #[error(
        "entry {entry} of the table of abbreviations needs at least one short and one long form, \
         or two forms under `same`"
    )]
    Incomplete {
        /// The number of the entry, from 1.
        entry: usize,
    },
    /// A form has no letter or digit in it.
    #[error("entry {entry} of the table of abbreviations has a form without letters: {form:?}")]
    Empty {
        /// The number of the entry, from 1.
        entry: usize,
        /// The form.
        form: String,
    },
}

impl Table {
    /// The table that comes with the crate.
    ///
    /// ```
    /// use timbao_tokenizer::abbreviations::Table;
    /// let found = Table::builtin().find(&["uy", "ban", "nhan", "dan", "tinh"]);
    /// assert_eq!((found[0].words, found[0].forms[0].text.as_str()), (4, "UBND"));
    /// ```
    pub fn builtin() -> &'static Table {
        static BUILTIN: LazyLock<Table> = LazyLock::new(|| {
            // A test checks that the built-in table is valid.
            Table::parse(include_str!("../data/abbreviations.toml")).unwrap_or_default()
        });
        &BUILTIN
    }

    /// The table of this process: the built-in one, unless another was [installed](Self::install).
    pub fn current() -> &'static Table {
        INSTALLED.get().unwrap_or_else(|| Table::builtin())
    }

    /// Makes a table the one that [`current`](Self::current) returns, once for the process.
    ///
    /// # Errors
    ///
    /// Returns the table if one was installed before.
    pub fn install(table: Table) -> Result<(), Table> {
        INSTALLED.set(table)
    }

    /// Reads a table.
    ///
    /// # Errors
    ///
    /// [`TableError`] says which entry is wrong and how.
    ///
    /// ```
    /// use timbao_tokenizer::abbreviations::Table;
    /// let error = Table::parse(r#"entry = [{ short = ["X"], long = [] }]"#).unwrap_err();
    /// assert!(error.to_string().starts_with("entry 1 of the table"));
    /// ```
    pub fn parse(toml: &str) -> Result<Table, TableError> {
        let file = toml::from_str::<File>(toml);
        let file = file.map_err(|error| TableError::Format(error.to_string()))?;
        let mut table = Table::default();
        for (i, line) in file.entry.into_iter().enumerate() {
            let entry = i + 1;
            let lacks_short = line.short.is_empty() && line.capitals.is_empty();
            let is_complete = if line.same.is_empty() {
                !line.long.is_empty() && !lacks_short
            } else {
                line.same.len() + line.short.len() + line.long.len() > 1
            };
            if !is_complete {
                return Err(TableError::Incomplete { entry });
            }
            let all = [
                (Role::Long, line.long),
                (Role::Short, line.short),
                (Role::Capitals, line.capitals),
                (Role::Same, line.same),
            ];
            let mut forms = Vec::new();
            for (role, texts) in all {
                for text in texts {
                    let form = Form::new(text, role);
                    if form.exact.is_empty() {
                        return Err(TableError::Empty {
                            entry,
                            form: form.text,
                        });
                    }
                    forms.push(form);
                }
            }
            table.add(Entry { forms });
        }
        Ok(table)
    }

    /// Adds the entries of `other` to this table.
    ///
    /// ```
    /// use timbao_tokenizer::abbreviations::Table;
    /// let mut table = Table::default();
    /// table.extend(Table::builtin().clone());
    /// assert!(!table.find(&["UBND"]).is_empty());
    /// ```
    pub fn extend(&mut self, other: Table) {
        for entry in other.entries {
            self.add(entry);
        }
    }

    /// Finds, from left to right and longest first, the words that have another form.
    ///
    /// `words` are tokens as typed, one element each ("TP", "HCM"). An accented word must
    /// have the form's exact key, an unaccented one its folded key. The forms of all entries
    /// that match are given, without the one that was typed.
    ///
    /// ```
    /// use timbao_tokenizer::abbreviations::Table;
    /// let table = Table::builtin();
    /// let forms = |words: &[&str]| {
    ///     let found = table.find(words);
    ///     found.into_iter().flat_map(|f| f.forms).map(|f| f.text.as_str()).collect::<Vec<_>>()
    /// };
    /// assert_eq!(forms(&["UBND"]), ["Ủy ban nhân dân"]);
    /// assert_eq!(forms(&["TƯ"]), ["Trung ương", "TW", "T.Ư"]);
    /// assert_eq!(forms(&["TW"]), ["Trung ương", "T.Ư", "TƯ"]);
    /// assert_eq!(forms(&["tư"]), [""; 0]); // another word
    /// ```
    pub fn find(&self, words: &[impl AsRef<str>]) -> Vec<Found<'_>> {
        let mut keys = Keys::new();
        let typed: Vec<Typed> = words
            .iter()
            .map(|w| Typed::new(w.as_ref(), &mut keys))
            .collect();
        let mut found = Vec::new();
        let mut first = 0;
        while first < typed.len() {
            let most = self.longest.min(typed.len() - first);
            let here = (1..=most).rev().find_map(|len| {
                let (role, forms) = self.forms_of(typed.get(first..first + len)?)?;
                Some(Found {
                    first,
                    words: len,
                    role,
                    forms,
                })
            });
            first += here.as_ref().map_or(1, |f| f.words);
            found.extend(here);
        }
        found
    }

    /// The exact role of these words, and their other forms, at least one.
    ///
    /// Two written-out forms of one entry may be different things with the same letters
    /// (BCT is Bộ Chính trị and Bộ Công Thương), so neither is offered for the other.
    fn forms_of(&self, typed: &[Typed]) -> Option<(Role, Vec<&Form>)> {
        let folded: Vec<&str> = typed.iter().map(|w| w.folded.as_str()).collect();
        let mut forms: Vec<&Form> = Vec::new();
        let mut role = None;
        for &(entry, matching) in self.index.get(&folded.join(" ")).into_iter().flatten() {
            let Some(entry) = self.entries.get(entry) else {
                continue;
            };
            let Some(typed) = entry
                .forms
                .get(matching)
                .filter(|form| form.is_typed_as(typed))
            else {
                continue;
            };
            let role = *role.get_or_insert(typed.role);
            for (i, form) in entry.forms.iter().enumerate() {
                let another = role == Role::Long && form.role == Role::Long;
                let offered = i != matching && !another;
                if offered && !forms.iter().any(|known| known.exact == form.exact) {
                    forms.push(form);
                }
            }
        }
        role.filter(|_| !forms.is_empty()).map(|role| (role, forms))
    }

    fn add(&mut self, entry: Entry) {
        let at = self.entries.len();
        for (i, form) in entry.forms.iter().enumerate() {
            self.longest = self.longest.max(form.folded.len());
            self.index
                .entry(form.folded.join(" "))
                .or_default()
                .push((at, i));
        }
        self.entries.push(entry);
    }
}

#[derive(Clone, Debug)]
struct Entry {
    forms: Vec<Form>,
}

impl Form {
    fn new(text: String, role: Role) -> Form {
        let mut keys = Keys::new();
        let (mut exact, mut folded) = (Vec::new(), Vec::new());
        for token in scan(&text) {
            keys.set(text.get(token.start..token.end).unwrap_or_default());
            exact.push(keys.exact().to_owned());
            folded.push(keys.folded().to_owned());
        }
        Form {
            text,
            exact,
            folded,
            role,
        }
    }

    fn is_typed_as(&self, typed: &[Typed]) -> bool {
        let capitals = self.role != Role::Capitals || typed.iter().all(|word| word.capitals);
        // An unaccented "tu" is not "TƯ", though "hdnd" is "HĐND".
        let strict = self.role == Role::Capitals;
        let same = |(word, exact): (&Typed, &String)| {
            word.exact == *exact || (!strict && word.exact == word.folded)
        };
        capitals && typed.iter().zip(&self.exact).all(same)
    }
}

/// A word of a query.
struct Typed {
    exact: String,
    folded: String,
    capitals: bool,
}

impl Typed {
    fn new(word: &str, keys: &mut Keys) -> Typed {
        keys.set(word);
        let capitals = !word.chars().any(char::is_lowercase);
        Typed {
            exact: keys.exact().to_owned(),
            folded: keys.folded().to_owned(),
            capitals,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    entry: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default)]
    short: Vec<String>,
    #[serde(default)]
    capitals: Vec<String>,
    #[serde(default)]
    long: Vec<String>,
    #[serde(default)]
    same: Vec<String>,
}
