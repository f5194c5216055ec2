//! Matching words and phrases against the tokens of one article, for engines.
//!
//! An engine numbers the distinct slots of a plan in a [`SlotTable`], finds their [`Places`] among
//! the tokens of an article, and evaluates phrases ([`SpanPhrase`]) and NEAR ([`SpanNear`]) over
//! these. How tokens are stored, and which of them fill a slot, is the engine's matter.

mod keys;
mod near;
mod places;
mod sentences;
mod spans;

pub use keys::{Fits, Fuzzy, contains_phrase, fits_regex};
pub use near::SpanNear;
pub use places::{Place, Places, SlotNumber, SlotSet, SlotTable, position};
pub use sentences::{ends_sentence, may_end_sentence};
pub use spans::{Span, SpanPhrase, SpanStep, keep_first};
