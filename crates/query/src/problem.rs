//! What in a query could not be read as it stands, and how it is shown.

use std::fmt::{self, Display, Formatter};
use std::mem::{Discriminant, discriminant};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::ast::Span;
use crate::date::DateError;
use crate::fields::Field;
use crate::{MAX_ALIKE, MAX_BYTES, MAX_DEPTH, MAX_DISTANCE, MAX_FUZZY, MAX_WORDS};

/// A place in a query that was read otherwise than as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// The bytes of the query it is about.
    pub span: Span,
}

/// What can be wrong with a query. None of it keeps the rest from being searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// A quotation mark opens and none closes; the quotation runs to the end.
    UnclosedQuote,
    /// A quotation mark that opens and closes nothing; it is left out.
    StrayQuote,
    /// A quotation without a word; it is left out.
    EmptyPhrase,
    /// A parenthesis that is never closed; it closes at the end.
    UnclosedGroup,
    /// A closing parenthesis too many; it is left out.
    UnopenedGroup,
    /// Parentheses with nothing between them; they are left out.
    EmptyGroup,
    /// Parentheses or NOT nest too deep; the inner ones are left out.
    TooDeep,
    /// The query is too long; the rest is left out.
    TooLong,
    /// The query has too many words; the rest is left out.
    TooManyWords,
    /// An operator lacks a side; it is left out.
    MissingOperand,
    /// The NEARs of one chain name several distances; the largest counts.
    NearDistances,
    /// A side of NEAR that has no position, such as `-word`; AND is searched instead.
    NearOperand,
    /// A name before a colon that is nearly a field's; it is read as text.
    UnknownField(Field),
    /// A field's name and a colon with nothing glued to it: it is read as text.
    DetachedField,
    /// A field's name and no value; it is left out.
    NoValue,
    /// A text field inside the value of another; the outer one counts.
    FieldInField,
    /// A value that is no date; the condition is left out.
    InvalidDate(DateError),
    /// A `*` outside quotation marks with no word before it; it is left out.
    StarAlone,
    /// A `*` at the beginning of a word or in it; it is left out.
    MisplacedStar,
    /// A gap before the first or behind the last word of a phrase; it is left out.
    GapAtEdge,
    /// A gap, slop or NEAR in the value of a metadata field; words in a row are searched.
    LoosePhraseInFacet,
    /// A slop, distance or gap that is too large; the largest is taken.
    DistanceTooLarge,
    /// An edit distance that is too large; the largest is taken.
    FuzzyTooLarge,
    /// `~` or `=` before a parenthesis; it is left out.
    AccentsOfGroup,
    /// Nothing but signs.
    NothingToFind,
}

impl Problem {
    /// What is wrong, as a sentence without its full stop.
    pub fn message(&self) -> String {
        use ProblemKind as K;
        match self.kind {
            K::UnclosedQuote => "this quotation mark is never closed".into(),
            K::StrayQuote => "this quotation mark has no other half".into(),
            K::EmptyPhrase => "there is no word between these quotation marks".into(),
            K::UnclosedGroup => "this parenthesis is never closed".into(),
            K::UnopenedGroup => "this parenthesis closes nothing".into(),
            K::EmptyGroup => "there is nothing between these parentheses".into(),
            K::TooDeep => format!("parentheses and NOT nest deeper than {MAX_DEPTH} levels"),
            K::TooLong => format!("the query is longer than {MAX_BYTES} bytes"),
            K::TooManyWords => format!("the query has more than {MAX_WORDS} words"),
            K::MissingOperand => "this operator lacks a side".into(),
            K::NearDistances => "one chain of NEAR has one distance".into(),
            K::NearOperand => "NEAR wants a word, a phrase or alternatives of these".into(),
            K::UnknownField(_) => "there is no field of this name".into(),
            K::DetachedField => "no value touches this colon, so it is plain text".into(),
            K::NoValue => "this field has no value".into(),
            K::FieldInField => "this field stands inside the value of another".into(),
            K::InvalidDate(error) => error.message().into(),
            K::StarAlone => "`*` has no word before it".into(),
            K::MisplacedStar => "`*` stands only at the end of a word".into(),
            K::GapAtEdge => "a gap needs a word on both sides".into(),
            K::LoosePhraseInFacet => "metadata is searched for words in a row only".into(),
            K::DistanceTooLarge => format!("no distance is larger than {MAX_DISTANCE} words"),
            K::FuzzyTooLarge => format!("a fuzzy word differs by {MAX_FUZZY} letters at most"),
            K::AccentsOfGroup => "`~` and `=` stand before a word or a phrase only".into(),
            K::NothingToFind => "there is no word to search for".into(),
        }
    }

    /// What was done instead, or what to type; as a sentence without its full stop.
    pub fn hint(&self) -> Option<String> {
        use ProblemKind as K;
        let hint = match self.kind {
            K::UnclosedQuote => "read as if it closed at the end of the query",
            K::StrayQuote | K::UnopenedGroup | K::EmptyGroup | K::MissingOperand => "left out",
            K::EmptyPhrase => "left out; write the words to be found in a row",
            K::UnclosedGroup => "read as if it closed at the end of the query",
            K::TooDeep => "the inner ones are left out",
            K::TooLong | K::TooManyWords => "the rest is left out",
            K::NearDistances => "the largest distance counts",
            K::NearOperand => "searched as AND",
            K::UnknownField(field) => {
                return Some(format!(
                    "searched as text; did you mean `{}:`?",
                    field.name()
                ));
            }
            K::DetachedField => "to search a field, write the value right after the colon",
            K::NoValue => "left out; write the value right after the colon",
            K::FieldInField => "the outer field counts",
            K::InvalidDate(DateError::Form) => {
                "left out; write 25/3/2026, 3/2026, 2026, 2026-03-25 or 2025-01..2026-03"
            }
            K::InvalidDate(DateError::NoYear) => "left out; add the year in four digits",
            K::InvalidDate(_) => "left out",
            K::StarAlone => "left out; between quotation marks, `*` stands for one word",
            K::MisplacedStar => "left out; `chuyển*` finds what begins with chuyển",
            K::GapAtEdge => "left out; write `\"tự * hóa\"`",
            K::LoosePhraseInFacet => "the words are searched in a row",
            K::DistanceTooLarge | K::FuzzyTooLarge => "the largest is taken",
            K::AccentsOfGroup => "left out; write it before each word",
            K::NothingToFind => return None,
        };
        Some(hint.to_owned())
    }

    /// Shows the problem under the query it was found in.
    ///
    /// The carets stand under the columns a terminal gives to the characters: a combining
    /// mark takes none, an ideograph two. What a terminal would obey instead of showing is
    /// replaced, and only the surroundings of a long query are shown.
    ///
    /// ```
    /// use timbao_query::parse;
    /// let query = "\"tự chuyển hóa\" AND";
    /// let shown = parse(query).problems[0].display(query).to_string();
    /// assert_eq!(shown, "\
    /// warning: this operator lacks a side
    ///   | \"tự chuyển hóa\" AND
    ///   |                 ^^^
    ///   = left out
    /// ");
    /// ```
    pub fn display<'p>(&'p self, query: &'p str) -> impl Display + 'p {
        Shown {
            problem: self,
            query,
        }
    }
}

/// How many columns of the query are shown at most before the place, and from there on.
const CONTEXT: (usize, usize) = (30, 60);

struct Shown<'p> {
    problem: &'p Problem,
    query: &'p str,
}

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let span = self.problem.span;
        let start = char_boundary(self.query, span.start);
        let end = char_boundary(self.query, span.end).max(start);
        let before = printable(Span::new(0, start).of(self.query));
        let culprit = printable(Span::new(start, end).of(self.query));
        let after = printable(Span::new(end, self.query.len()).of(self.query));
        let before = last_columns(&before, CONTEXT.0);
        let culprit = first_columns(&culprit, CONTEXT.1);
        let after = first_columns(&after, CONTEXT.1.saturating_sub(culprit.width()));

        writeln!(f, "warning: {}", self.problem.message())?;
        writeln!(f, "  | {before}{culprit}{after}")?;
        let (indent, carets) = (before.width(), culprit.width().max(1));
        writeln!(f, "  | {:indent$}{:^<carets$}", "", "")?;
        match self.problem.hint() {
            Some(hint) => writeln!(f, "  = {hint}"),
            None => Ok(()),
        }
    }
}

/// Puts problems in the order of the text and leaves out repetitions: the same one twice,
/// and what is too many of a kind.
pub(crate) fn tidy(problems: &mut Vec<Problem>) {
    problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
    problems.dedup();
    let mut told: Vec<(Discriminant<ProblemKind>, usize)> = Vec::new();
    problems.retain(|problem| {
        let kind = discriminant(&problem.kind);
        match told.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, times)) => {
                *times += 1;
                *times <= MAX_ALIKE
            }
            None => {
                told.push((kind, 1));
                true
            }
        }
    });
}

/// The text with a replacement for every character that a terminal would obey.
fn printable(text: &str) -> String {
    let is_obeyed = |c: char| {
        c.is_control() && !c.is_whitespace()
            || matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    text.chars()
        .map(|c| match c {
            _ if is_obeyed(c) => '\u{FFFD}',
            _ if c.is_whitespace() => ' ',
            _ => c,
        })
        .collect()
}

/// The end of a text, at most so many columns of it.
fn last_columns(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut width = 1;
    let kept = text.char_indices().rev().take_while(|(_, c)| {
        width += c.width().unwrap_or(0);
        width <= columns
    });
    let from = kept.last().map_or(text.len(), |(i, _)| i);
    // A mark without its letter would go to the ellipsis.
    let rest = text
        .get(from..)
        .unwrap_or_default()
        .trim_start_matches(|c: char| c.width() == Some(0));
    format!("…{rest}")
}

/// The beginning of a text, at most so many columns of it.
fn first_columns(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut width = 1;
    let mut kept: String = text
        .chars()
        .take_while(|c| {
            width += c.width().unwrap_or(0);
            width <= columns
        })
        .collect();
    kept.push('…');
    kept
}

fn char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}
