//! Views of an index for research: where a query's matches stand, how often
//! over time, and among which words.
//!
//! All of them count the same thing. A **match** is a place where a word or a
//! phrase of the query stands, in an article that satisfies the whole query.
//! Words that are typed side by side without quotation marks, which a search
//! takes for what somebody remembers of an article, are a phrase here: see
//! [`as_phrases`]. What stands under NOT is never a match, and a place that
//! two parts of a query match is one.

mod articles;
mod collation;
mod columns;
mod fillers;
mod kwic;
mod occurrences;
mod periods;
mod reading;
mod reprints;
mod trends;

pub use columns::{GroupKey, SortKey};
pub use fillers::{Filler, Fillers, Gapped, NoGap};
pub use kwic::{CharRange, Concordance, KwicGroup, KwicLine, KwicOptions, Sample};
pub use periods::{By, Period};
pub use reading::as_phrases;
pub use reprints::{DiffKind, DiffPart, Reprint, ReprintHistory, UniqueFound, UniqueHit};
pub(crate) use reprints::{Groups, sketch};
pub use trends::{Count, Trend, TrendPoint, Trends, TrendsOptions, TrendsQuery};
