//! Problems of a query, and their display.

use std::fmt::{self, Display, Formatter};
use std::mem::{Discriminant, discriminant};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::ast::Span;
use crate::date::DateError;
use crate::fields::Field;
use crate::{
    MAX_ALIKE, MAX_ALTERNATIVES, MAX_BYTES, MAX_DEPTH, MAX_DISTANCE, MAX_FUZZY, MAX_NEAR,
    MAX_PATTERNS, MAX_SCANNED, MAX_WORDS,
};

/// A place in a query that was read otherwise than as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    /// The kind of the problem.
    pub kind: ProblemKind,
    /// The bytes of the query it is about.
    pub span: Span,
}

/// The kinds of problems. The rest of the query is searched in all cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// A quotation mark opens and none closes; the quotation runs to the end.
    UnclosedQuote,
    /// A quotation mark without a partner; ignored.
    StrayQuote,
    /// A quotation without a word; ignored.
    EmptyPhrase,
    /// A parenthesis that is never closed; it closes at the end.
    UnclosedGroup,
    /// A closing parenthesis without an opening one; ignored.
    UnopenedGroup,
    /// Parentheses around nothing; ignored.
    EmptyGroup,
    /// Parentheses or NOT nest too deep; the inner ones are ignored.
    TooDeep,
    /// The query is too long; the rest is ignored.
    TooLong,
    /// The query has too many words; the rest is ignored.
    TooManyWords,
    /// An operator is missing an operand; the operator is ignored.
    MissingOperand,
    /// The NEARs of one chain are of several kinds or name several distances; the first kind and
    /// the largest distance count.
    NearDistances,
    /// Alternatives in phrases that stand for too many phrases; the last ones are ignored.
    TooManyAlternatives,
    /// More than [`MAX_SCANNED`] phrases with gaps, slop or case, NEAR and ATLEAST; the rest is
    /// ignored.
    TooManyScanned,
    /// ATLEAST before a part without positions, such as `a AND b`; ATLEAST is ignored.
    AtLeastOperand,
    /// A regular expression that is invalid or too large; ignored.
    InvalidRegex,
    /// `==` before a word with `*`, `~N` or slashes; any case matches.
    CaseOfPattern,
    /// NEAR joins too many parts; those beyond are only required.
    TooManyNear,
    /// Too many words with `*` or `~N`; the others are read without.
    TooManyPatterns,
    /// A side of NEAR that has no position, such as `-word`; AND is searched instead.
    NearOperand,
    /// A name before a colon that is nearly a field's; it is read as text.
    UnknownField(Field),
    /// A field's name and a colon with nothing glued to it: it is read as text.
    DetachedField,
    /// A field without a value; ignored.
    NoValue,
    /// A text field inside the value of another; the outer one counts.
    FieldInField,
    /// An invalid date; the condition is ignored.
    InvalidDate(DateError),
    /// A `*` outside quotation marks without a word before it; ignored.
    StarAlone,
    /// A `*` at the start of a word or in it; ignored.
    MisplacedStar,
    /// A gap before the first or after the last word of a phrase; ignored.
    GapAtEdge,
    /// A gap, slop or NEAR in the value of a metadata field; searched as adjacent words.
    LoosePhraseInFacet,
    /// A slop, distance or gap that is too large; the maximum is used.
    DistanceTooLarge,
    /// An edit distance that is too large; the maximum is used.
    FuzzyTooLarge,
    /// `~` or `=` before a parenthesis; ignored.
    AccentsOfGroup,
    /// Quotation marks of a pasted headline; its words are searched like the others.
    QuoteInHeadline,
    /// A `-` of a pasted headline that does not exclude; its word is searched like the others.
    DashInHeadline,
    /// A `-` of a pasted headline that excludes.
    ExclusionInHeadline,
    /// Words that ask a question; an article need not contain them.
    Interrogative,
    /// Only punctuation.
    NothingToFind,
}

impl Problem {
    /// Describes the problem, in lower case and without a full stop.
    pub fn message(&self) -> String {
        use ProblemKind as K;
        match self.kind {
            K::UnclosedQuote => "unclosed quotation mark".into(),
            K::StrayQuote => "unmatched quotation mark".into(),
            K::EmptyPhrase => "no word between these quotation marks".into(),
            K::UnclosedGroup => "unclosed parenthesis".into(),
            K::UnopenedGroup => "unmatched parenthesis".into(),
            K::EmptyGroup => "empty parentheses".into(),
            K::TooDeep => format!("parentheses and NOT nest deeper than {MAX_DEPTH} levels"),
            K::TooLong => format!("the query is longer than {MAX_BYTES} bytes"),
            K::TooManyWords => format!("the query has more than {MAX_WORDS} words"),
            K::MissingOperand => "operator is missing an operand".into(),
            K::NearDistances => "different operators or distances in one chain of NEAR".into(),
            K::TooManyAlternatives => {
                format!("alternatives that make more than {MAX_ALTERNATIVES} phrases")
            }
            K::TooManyScanned => {
                format!("more than {MAX_SCANNED} phrases with gaps, slop or `==`, NEAR and ATLEAST")
            }
            K::AtLeastOperand => "ATLEAST requires words, phrases or alternatives of these".into(),
            K::InvalidRegex => "invalid regular expression".into(),
            K::CaseOfPattern => "`==` compares the case of whole words only".into(),
            K::TooManyNear => format!("NEAR joins at most {MAX_NEAR} parts"),
            K::TooManyPatterns => {
                format!("at most {MAX_PATTERNS} words of a query can have `*`, `~N` or slashes")
            }
            K::NearOperand => "NEAR requires words, phrases or alternatives of these".into(),
            K::UnknownField(_) => "unknown field".into(),
            K::DetachedField => "this colon is plain text, as no value follows directly".into(),
            K::NoValue => "field without a value".into(),
            K::FieldInField => "field within the value of another field".into(),
            K::InvalidDate(error) => error.message().into(),
            K::StarAlone => "`*` without a word before it".into(),
            K::MisplacedStar => "`*` is valid at the start or end of a word only".into(),
            K::GapAtEdge => "a gap needs a word on both sides".into(),
            K::LoosePhraseInFacet => "metadata fields match adjacent words only".into(),
            K::DistanceTooLarge => format!("the maximum distance is {MAX_DISTANCE} words"),
            K::FuzzyTooLarge => format!("the maximum edit distance is {MAX_FUZZY} letters"),
            K::AccentsOfGroup => {
                "`~`, `=` and `==` are valid before a word or a phrase only".into()
            }
            K::QuoteInHeadline => "these quotation marks are read as punctuation".into(),
            K::DashInHeadline => "this dash is read as punctuation".into(),
            K::ExclusionInHeadline => "articles with this word are excluded".into(),
            K::Interrogative => "these words are read as a question".into(),
            K::NothingToFind => "no word to search for".into(),
        }
    }

    /// The interpretation that was chosen, or the correct form; in lower case and without a full
    /// stop.
    pub fn hint(&self) -> Option<String> {
        use ProblemKind as K;
        let hint = match self.kind {
            K::UnclosedQuote => "read as if it closed at the end of the query",
            K::StrayQuote | K::UnopenedGroup | K::EmptyGroup | K::MissingOperand => "ignored",
            K::EmptyPhrase => "ignored; write the words of the phrase",
            K::UnclosedGroup => "read as if it closed at the end of the query",
            K::TooDeep => "the inner ones are ignored",
            K::TooLong | K::TooManyWords => "the rest is ignored",
            K::NearDistances => "the first operator and the largest distance count",
            K::TooManyAlternatives | K::TooManyScanned => "the last ones are ignored",
            K::AtLeastOperand => "searched without it",
            K::InvalidRegex => "ignored; write `/chuy[eê]n.*/`, without spaces",
            K::CaseOfPattern => "searched in any case",
            K::TooManyNear => "the others may be anywhere in the article",
            K::TooManyPatterns => "ignored in the other words",
            K::NearOperand => "searched as AND",
            K::UnknownField(field) => {
                return Some(format!(
                    "searched as text; did you mean `{}:`?",
                    field.name()
                ));
            }
            K::DetachedField => "to search a field, write the value right after the colon",
            K::NoValue => "ignored; write the value right after the colon",
            K::FieldInField => "the outer field counts",
            K::InvalidDate(DateError::Form) => {
                "ignored; write 25/3/2026, 3/2026, 2026, 2026-03-25 or 2025-01..2026-03"
            }
            K::InvalidDate(DateError::NoYear) => "ignored; add the year in four digits",
            K::InvalidDate(_) => "ignored",
            K::StarAlone => "ignored; between quotation marks, `*` matches one word",
            K::MisplacedStar => {
                "ignored; `chuyển*` finds words with the prefix chuyển, `*óa` those with the ending óa"
            }
            K::GapAtEdge => "ignored; write `\"tự * hóa\"`",
            K::LoosePhraseInFacet => "searched as adjacent words",
            K::DistanceTooLarge | K::FuzzyTooLarge => "the maximum is used",
            K::AccentsOfGroup => "ignored; write it before each word",
            K::QuoteInHeadline => "to require the phrase, write `+` directly before it",
            K::DashInHeadline => "to exclude articles with the word, write `NOT` before it",
            K::ExclusionInHeadline => "to search for the word, write a space after the dash",
            K::Interrogative => "articles need not contain them; `+` before a word requires it",
            K::NothingToFind => return None,
        };
        Some(hint.to_owned())
    }

    /// Shows the problem under the query it was found in.
    ///
    /// The carets follow the columns of a terminal: a combining mark has none, an ideograph two.
    /// Control characters are replaced, and long queries are shortened around the problem.
    ///
    /// ```
    /// use timbao_query::parse;
    /// let query = "\"tự chuyển hóa\" AND";
    /// let shown = parse(query).problems[0].display(query).to_string();
    /// assert_eq!(shown, "\
    /// warning: operator is missing an operand
    ///   | \"tự chuyển hóa\" AND
    ///   |                 ^^^
    ///   = ignored
    /// ");
    /// ```
    pub fn display<'p>(&'p self, query: &'p str) -> impl Display + 'p {
        Labelled {
            problem: self,
            query,
        }
    }

    /// Shows the problem as [`display`](Self::display) does, in other words and without the label
    /// `warning:`.
    pub fn display_as<'p>(
        &'p self,
        query: &'p str,
        message: &'p str,
        hint: Option<&'p str>,
    ) -> impl Display + 'p {
        Shown {
            span: self.span,
            query,
            message,
            hint,
        }
    }
}

/// Maximum columns of the query that are shown before the problem, and from its start.
const CONTEXT: (usize, usize) = (30, 60);

struct Labelled<'p> {
    problem: &'p Problem,
    query: &'p str,
}

impl Display for Labelled<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (message, hint) = (self.problem.message(), self.problem.hint());
        let shown = self
            .problem
            .display_as(self.query, &message, hint.as_deref());
        write!(f, "warning: {shown}")
    }
}

struct Shown<'p> {
    span: Span,
    query: &'p str,
    message: &'p str,
    hint: Option<&'p str>,
}

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let span = self.span;
        let start = char_boundary(self.query, span.start);
        let end = char_boundary(self.query, span.end).max(start);
        let before = printable(Span::new(0, start).of(self.query));
        let culprit = printable(Span::new(start, end).of(self.query));
        let after = printable(Span::new(end, self.query.len()).of(self.query));
        let before = last_columns(&before, CONTEXT.0);
        let culprit = first_columns(&culprit, CONTEXT.1);
        let after = first_columns(&after, CONTEXT.1.saturating_sub(culprit.width()));

        writeln!(f, "{}", self.message)?;
        writeln!(f, "  | {before}{culprit}{after}")?;
        let (indent, carets) = (before.width(), culprit.width().max(1));
        writeln!(f, "  | {:indent$}{:^<carets$}", "", "")?;
        match self.hint {
            Some(hint) => writeln!(f, "  = {hint}"),
            None => Ok(()),
        }
    }
}

/// Sorts problems by position and removes duplicates and excess problems of a kind.
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

/// The end of a text, at most `columns` wide.
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

/// The start of a text, at most `columns` wide.
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
