//! Vietnamese text analysis for search.
//!
//! [`scan`] finds the tokens of a text, [`Keys`] gives each its exact and its folded key,
//! and [`write_out`] spells a key in the standard way.

mod keys;
mod letters;
mod scanner;
mod syllable;

pub use keys::{Keys, exact_key, fold, write_out};
pub use scanner::{Gap, Kind, MAX_TOKEN_BYTES, Scanner, Token, scan};
pub use syllable::is_syllable;
