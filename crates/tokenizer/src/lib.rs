//! Vietnamese text analysis for search, usable with Tantivy or alone.
//!
//! # Vietnamese in five minutes
//!
//! **Syllables.** Vietnamese has spaces between syllables, not between words: *tự do*
//! (freedom) is one word of two syllables. A syllable is an onset, a rhyme and a tone; the
//! language has a few thousand of them, and a thousand make up nine tenths of running text
//! (source 1). So the unit of search is the syllable, and words are searched for as phrases.
//!
//! **Letters.** Besides the Latin letters there are letters with *vowel marks* (ă â ê ô ơ ư)
//! and *đ*. Five *tone marks* (à á ả ã ạ) do not make other letters. A vowel may have both: ệ.
//! This ệ can be one character, three, or two in two ways; all must be found (source 2). đ is
//! not a d with a mark: it has no decomposition, and look-alikes that are typed for it, Ð
//! (Icelandic) and Ɖ (African).
//!
//! **The position of the tone mark** is a matter of style: *hóa* in most newspapers and *hoá*
//! in textbooks since 1984 (source 3) are the same word. A syllable has at most one tone, so
//! moving the tone to its end makes both equal. That is the [exact key](Keys):
//!
//! ```
//! use timbao_tokenizer::{exact_key, fold, write_out};
//! assert_eq!(exact_key("hoá"), exact_key("HÓA"));
//! assert_eq!(write_out(&exact_key("hoá")), "hóa"); // and back to standard spelling
//! assert_ne!(exact_key("hóa"), exact_key("hòa")); // another word
//! assert_eq!(fold("hoá"), fold("hòa")); // the same letters
//! ```
//!
//! The only conflict is *gịa* with *giạ*, and gịa is not a word. The rule applies to every word
//! with one run of vowels, so that misspellings (ngiệm) and names (Đắk, Kạn) are found, completed
//! and sorted like well-formed syllables ([`is_syllable`]); café and Élysée stay as they are.
//!
//! **Typing without accents** is common: *tu do* may mean tự do, tủ đồ or từ đó. The
//! [folded key](Keys::folded) finds them all; nine tenths of running syllables share theirs
//! with others. Typed accents are meant. An index therefore needs both keys: a query word with
//! accents uses the exact key, one without the folded key.
//!
//! ```
//! use timbao_tokenizer::{Keys, scan};
//! let text = "Hoà bình, tự do";
//! let mut keys = Keys::new();
//! for token in scan(text) {
//!     keys.set(&text[token.start..token.end]); // the author's spelling, marks and all
//!     println!("{}\t{}\t{}", token.position, keys.exact(), keys.folded());
//! }
//! ```
//!
//! **Numbers and codes.** The point groups (55.369) and the comma is decimal (3,5). Documents
//! are cited by codes such as 21-KL/TW or 168/2024/NĐ-CP. The scanner yields the parts of
//! these, and [`wholes`] the spans over them, with one key for all spellings of a number
//! or date.
//!
//! # Contents
//!
//! | to | use |
//! |---|---|
//! | find the tokens of a text | [`scan`], [`wholes`] |
//! | get their keys | [`Keys`], or [`KeyCache`] for a lot of text |
//! | index with Tantivy | [`VietnameseTokenizer`] |
//! | spell a key | [`write_out`] |
//! | read files of before Unicode | [`charset`] |
//! | find UBND by Ủy ban nhân dân | [`abbreviations`] |
//! | find kĩ by kỹ | [`variants`] |
//! | sort as a dictionary does | [`collation`] |
//! | read `tuwj do`, typed with the input method off | [`input_method`] |
//! | offer tự do for `tu do` | [`restore`] |
//!
//! # The rules of the scanner
//!
//! * A token is a run of letters and digits. Combining marks and the invisible U+00AD,
//!   U+200C, U+200D, U+2060, U+FEFF belong to the token around them; U+00A0 and U+200B
//!   separate. An ideograph is a token of its own. Offsets are bytes of the source.
//! * Positions count tokens, without holes. A [`Gap`] says how strong the separator before a
//!   token is. A line break is the end of a paragraph: text wrapped at a line width has to be
//!   unwrapped before.
//! * A sentence ends at `.`, `!`, `?` or `…` unless a small letter follows, or the word
//!   before is a title (TS., TP.), an initial or the number of a heading.
//! * Nothing panics, whatever the text; a run of letters is cut after [`MAX_TOKEN_BYTES`].
//!
//! # Sources
//!
//! 1. Counted on 143,816 newspaper articles. The structure of the syllable: Đoàn Thiện
//!    Thuật, *Ngữ âm tiếng Việt*, 1977.
//! 2. Unicode Standard Annex #15, *Unicode Normalization Forms*. The marks of windows-1258
//!    are half composed: the vowel mark in the letter, the tone after it.
//! 3. Ministry of Education, decision 240/QĐ of 5 March 1984 on spelling in textbooks; i and
//!    y: the rules for textbooks of 30 November 1980.
//! 4. VISCII and VIQR: RFC 1456. TCVN3: TCVN 5712:1993. windows-1258: the WHATWG encoding
//!    standard.

// A library leaves standard output and standard error to the program.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

pub mod abbreviations;
mod cache;
pub mod charset;
pub mod collation;
pub mod input_method;
mod keys;
mod letters;
pub mod restore;
mod scanner;
mod stream;
mod syllable;
pub mod variants;
mod wholes;
mod window;

pub use cache::{KeyCache, WordKeys};
pub use keys::{Keys, exact_key, fold, is_accented, is_syllable, write_out};
pub use letters::TONE_MARKS;
pub use scanner::{Gap, Kind, MAX_TOKEN_BYTES, Scanner, Token, scan};
pub use stream::{Emit, PARAGRAPH_GAP, VietnameseTokenStream, VietnameseTokenizer};
pub use wholes::{MAX_WHOLE_PARTS, Run, Whole, WholeKind, Wholes, wholes};

/// Version of the analysis, how text becomes keys. An index of another version has other keys.
pub const ANALYZER_VERSION: u32 = 2;

/// The README, so that its examples are run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
