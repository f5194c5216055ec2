//! The text component: what a segment knows of its articles' text.
//!
//! One file beside Tantivy's own holds, for all articles of a segment, their
//! tokens in order ([`tokens`]), what of the text the tokens leave out
//! ([`residue`]), the dictionary of keys ([`dictionary`]), the postings of
//! keys ([`postings`]) and the positions of pairs ([`pairs`]). Positions run
//! through the whole segment: a phrase is an intersection of sorted numbers.

mod builder;
pub(crate) mod bytes;
mod dictionary;
pub(crate) mod elias_fano;
mod ids;
mod inversion;
mod layout;
pub(crate) mod pairs;
mod plugin;
pub(crate) mod postings;
mod preload;
mod residue;
pub(crate) mod score;
mod sections;
mod segment;
pub(crate) mod sketch;
pub(crate) mod tokens;
mod vocabulary;

pub(crate) use dictionary::{KeyInfo, ONLY_SPELLING};
pub(crate) use layout::FIELDS;
pub(crate) use plugin::TextPlugin;
pub(crate) use preload::Copies;
pub(crate) use segment::{ResidueBlock, TextSegment};
