//! Vietnamese text analysis for search.
//!
//! [`scan`] finds the tokens of a text, [`Keys`] gives each its exact and its folded key,
//! and [`write_out`] spells a key in the standard way.

pub mod abbreviations;
mod cache;
pub mod charset;
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

pub use cache::KeyCache;
pub use keys::{Keys, exact_key, fold, is_accented, write_out};
pub use scanner::{Gap, Kind, MAX_TOKEN_BYTES, Scanner, Token, scan};
pub use stream::{Emit, PARAGRAPH_GAP, VietnameseTokenStream, VietnameseTokenizer};
pub use syllable::is_syllable;
pub use wholes::{MAX_WHOLE_PARTS, Run, Whole, WholeKind, Wholes, wholes};
