//! How a query may be lowered, and what comes of it.

use timbao_tokenizer::abbreviations::Table;

use crate::plan::Plan;

use crate::ast::Span;
use crate::problem::Problem;

/// How a query is to be understood where it does not say.
#[derive(Debug, Clone)]
pub struct LowerOptions<'t> {
    /// How accents are compared where no operator says.
    pub accents: Accents,
    /// How many of the bare words must be there.
    pub bare_words: BareWords,
    /// How many words `**` stands for at most.
    pub widest_gap: u32,
    /// The abbreviations that are searched for written out, and the other way round; none
    /// for none.
    pub abbreviations: Option<&'t Table>,
    /// Whether that is done between quotation marks too.
    pub expand_phrases: bool,
}

/// How accents are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Accents {
    /// As they were typed: a query with any accent is strict in every word, one without
    /// is loose in every word.
    #[default]
    Auto,
    /// Every word as typed.
    Strict,
    /// Any accents for every word.
    Loose,
}

/// How many words of a row of bare words an article must hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BareWords {
    /// As many as [`minimum_match`] says, or all beside an operator.
    #[default]
    Remembered,
    /// All.
    All,
    /// One.
    Any,
}

/// A query, ready to run, and how it was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Lowered {
    /// What to search for.
    pub plan: Plan,
    /// How the accents of the query were read.
    pub reading: Reading,
    /// Every word of the query, parts of codes and dates singly, in the order typed.
    pub words: Vec<WordReading>,
    /// What is searched for beside what was typed.
    pub expansions: Vec<Expansion>,
    /// What the plan cannot do as asked.
    pub problems: Vec<Problem>,
}

/// Which words of a query's text bear accents; those of metadata fields do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Every word has accents.
    Accented,
    /// No word has accents.
    Unaccented,
    /// Some words have accents, some have none.
    Mixed,
}

/// How a word was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordReading {
    /// Where it stands in the query.
    pub span: Span,
    /// Whether its accents must agree.
    pub strict: bool,
}

/// Something that is searched for beside a word, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// Where the word or words stand in the query.
    pub span: Span,
    /// What is searched for too.
    pub to: String,
    /// Why.
    pub why: Why,
}

/// Why something is searched for that was not typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// An abbreviation is written out.
    WrittenOut,
    /// There is an abbreviation, or another one, for the words.
    Abbreviated,
    /// A syllable is written with i and with y.
    OtherVowel,
    /// A day or month is written with and without a leading zero.
    LeadingZero,
}

/// How many of `n` bare words an article must hold: all of up to three, else half of
/// them, rounded up, and three at least, because a person who remembers many words remembers some of them wrong.
///
/// ```
/// use timbao_query::minimum_match;
/// let required: Vec<usize> = (0..=10).map(minimum_match).collect();
/// assert_eq!(required, [0, 1, 2, 3, 3, 3, 3, 4, 4, 5, 5]);
/// ```
pub fn minimum_match(n: usize) -> usize {
    if n <= 3 { n } else { n.div_ceil(2).max(3) }
}

impl Default for LowerOptions<'_> {
    fn default() -> Self {
        Self {
            accents: Accents::Auto,
            bare_words: BareWords::Remembered,
            widest_gap: 5,
            abbreviations: Some(Table::builtin()),
            expand_phrases: false,
        }
    }
}
