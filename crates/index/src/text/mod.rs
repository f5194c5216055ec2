//! The text component: the text of a segment's articles.
//!
//! One file per segment, next to those of Tantivy. It contains the tokens of
//! all articles in order ([`tokens`]), the [`residue`], the [`dictionary`] of
//! keys, the [`postings`] of keys and the positions of bigrams ([`pairs`]).
//! Positions run through the whole segment, so that a phrase is an intersection
//! of sorted numbers.

mod builder;
pub(crate) mod bytes;
mod checked_sections;
mod dictionary;
pub(crate) mod elias_fano;
mod ids;
mod inversion;
mod layout;
mod merging;
mod packed;
pub(crate) mod pairs;
mod patterns;
mod plugin;
pub(crate) mod postings;
mod preload;
mod residue;
mod section;
mod section_view;
mod sections;
mod segment;
pub(crate) mod sketch;
mod source;
pub(crate) mod tokens;
mod vocabulary;
mod writing;

pub(crate) use checked_sections::Damage;
pub(crate) use dictionary::{KeyInfo, ONLY_SPELLING, Strings};
pub(crate) use layout::FIELDS;
pub(crate) use plugin::{MergeThreads, SketchFile, TextPlugin};
pub(crate) use preload::Copies;
pub(crate) use residue::{CaseForm, Word, Written};
pub(crate) use segment::{ResidueBlock, TextSegment};
pub(crate) use timbao_views::score;
