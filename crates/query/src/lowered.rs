//! How a query may be lowered, and what comes of it.

use timbao_tokenizer::abbreviations::Table;

use crate::plan::{MinimumMatch, Plan};

use crate::ast::Span;
use crate::problem::Problem;

/// How a query is to be understood where it does not say.
#[derive(Debug, Clone)]
pub struct LowerOptions<'t> {
    /// How accents are compared where no operator says.
    pub accents: Accents,
    /// The number of bare words that must match.
    pub bare_words: BareWords,
    /// Maximum number of words that `**` matches.
    pub widest_gap: u32,
    /// The abbreviations that are expanded, and long forms that are abbreviated; `None` for no
    /// expansion.
    pub abbreviations: Option<&'t Table>,
    /// Whether that is done between quotation marks too.
    pub expand_phrases: bool,
}

/// How accents are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Accents {
    /// A query with any accent is accent-sensitive in every word, one without
    /// is insensitive in every word.
    #[default]
    Auto,
    /// Every word as typed.
    Strict,
    /// Any accents for every word.
    Loose,
}

/// The number of bare words that an article must contain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BareWords {
    /// [`minimum_match`] of them, or all of them next to an operator.
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
    /// The plan to execute.
    pub plan: Plan,
    /// How the accents of the query were read.
    pub reading: Reading,
    /// Every word of the query, parts of codes and dates singly, in the order typed.
    pub words: Vec<WordReading>,
    /// The expansions that are searched in addition.
    pub expansions: Vec<Expansion>,
    /// The parts that the plan cannot express.
    pub problems: Vec<Problem>,
}

/// The use of accents in the text of a query, without the values of metadata.
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
    /// Position in the query.
    pub span: Span,
    /// Whether its accents must agree.
    pub strict: bool,
}

/// An alternative to a word, and its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// The position of the word or words in the query.
    pub span: Span,
    /// The alternative.
    pub to: String,
    /// The reason.
    pub why: Why,
}

/// The reason for an alternative.
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

/// Returns how many of `n` bare words an article must contain (minimum should match): all of up to
/// three, or two in a question, which has words that its answer has not. Of more, because people
/// who remember many words remember some of them wrong, those that weigh 20 % of all, where rare
/// words weigh more.
///
/// ```
/// use timbao_query::minimum_match;
/// use timbao_query::plan::MinimumMatch;
/// assert_eq!(minimum_match(3, false), MinimumMatch::Count(3));
/// assert_eq!(minimum_match(4, false), MinimumMatch::Weight(20));
/// assert_eq!(minimum_match(3, true), MinimumMatch::Weight(20));
/// ```
pub fn minimum_match(n: usize, is_question: bool) -> MinimumMatch {
    if n <= if is_question { 2 } else { 3 } {
        MinimumMatch::Count(n)
    } else {
        MinimumMatch::Weight(20)
    }
}

impl Default for LowerOptions<'_> {
    fn default() -> Self {
        Self {
            accents: Accents::Auto,
            bare_words: BareWords::Remembered,
            widest_gap: 5,
            abbreviations: Some(Table::current()),
            expand_phrases: false,
        }
    }
}
