//! The query language: from typed text to a [`Plan`](plan::Plan).
//!
//! [`Request`] is a query with its filters, ready to run. It is made in two steps that are public
//! too. [`parse`] reads any text and never fails: it returns the best [`Node`] tree and the
//! [`Problem`]s on the way, each with a span. [`lower`] decides the meaning of the tree:
//! accent-sensitive words, abbreviations, the number of required words. Syntax and meaning are two
//! types, and neither knows an index.
//!
//! ```
//! use timbao_query::{LowerOptions, lower, parse};
//!
//! let parsed = parse("\"tự * hóa\" AND tít:đảng");
//! assert!(parsed.problems.is_empty());
//! assert_eq!(parsed.ast.to_string(), "\"tự * hóa\" AND title:đảng");
//! let lowered = lower(&parsed.ast, &LowerOptions::default());
//! assert_eq!(lowered.plan.to_string(), "all(\"=tự _ =hóa\", title(=đảng))");
//! ```

// A library leaves standard output and standard error to the program.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod alternatives;
mod as_phrases;
mod ast;
mod calendar;
mod date;
mod fields;
mod filters;
mod headline;
mod lex;
mod lower;
mod lowered;
mod parse;
mod pattern;
pub mod plan;
mod print;
mod print_plan;
mod problem;
mod question;
mod request;
mod shape;
mod slots;
mod words;

pub use ast::{AccentMode, Filler, Form, Node, NodeKind, Phrase, PhrasePart, Scope, Span, Word};
pub use calendar::iso_day;
pub use date::{DateCondition, DateError, Period};
pub use fields::{Field, Names};
pub use filters::{FilterError, Filters};
pub use lex::{has_open_quote, is_quote};
pub use lower::{lower, lower_within};
pub use lowered::{
    Accents, BareWords, Expansion, LowerOptions, Lowered, Reading, Why, WordReading, minimum_match,
};
pub use parse::{Parsed, parse};
pub use pattern::word_regex;
pub use print::Written;
pub use print_plan::WrittenPlan;
pub use problem::{Problem, ProblemKind};
pub use request::Request;

// Types of public fields.
pub use ecow::EcoString;
pub use smallvec::SmallVec;
pub use timbao_tokenizer::abbreviations;

/// Maximum length of a query in bytes; the rest is ignored, with a problem.
pub const MAX_BYTES: usize = 10_000;

/// The most words a query may have, parts of numbers and codes counted singly.
pub const MAX_WORDS: usize = 1_024;

/// How deep parentheses and `NOT` may nest.
pub const MAX_DEPTH: usize = 64;

/// The largest slop of a phrase, distance of `NEAR` and width of a gap, in words.
pub const MAX_DISTANCE: u32 = 100;

/// The distance of a `NEAR` that names none, in words.
pub const DEFAULT_NEAR: u32 = 10;

/// The most words, phrases or groups that `NEAR` can join.
pub const MAX_NEAR: usize = 8;

/// The most phrases that the alternatives within the phrases of a query may stand for.
pub const MAX_ALTERNATIVES: usize = 256;

/// Maximum number of phrases with gaps, slop or case, of NEAR and of ATLEAST, which are matched
/// against the text of articles; more are ignored.
pub const MAX_SCANNED: usize = 64;

/// The most words of a query that stand for more than one: with `*`, `~N` or slashes.
pub const MAX_PATTERNS: usize = 16;

/// The largest edit distance of a fuzzy word, in characters of its key.
pub const MAX_FUZZY: u8 = 2;

/// Maximum number of problems of one kind that are reported for a query.
pub const MAX_ALIKE: usize = 3;

/// The README, so that its example is compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
