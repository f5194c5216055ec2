//! Views of an index for research: where a query's matches stand, how often
//! over time, and among which words.
//!
//! All of them count the same thing. A **match** is a place where a word or a
//! phrase of the query stands, in an article that satisfies the whole query.
//! Words that are typed side by side without quotation marks, which a search
//! takes for what somebody remembers of an article, are a phrase here: see
//! [`Plan::as_phrases`](timbao_query::plan::Plan::as_phrases). What stands under NOT is never a match, and a place that
//! two parts of a query match is one.

mod articles;
mod cite;
mod collation;
mod collocates;
mod columns;
mod fillers;
mod keywords;
mod kwic;
mod measures;
mod occurrences;
mod periods;
mod reprints;
mod similar;
mod trends;
mod units;

pub use cite::{Citation, CitedQuery, IndexState};
pub use collocates::{Collocate, CollocateOptions, CollocateSort, Collocates};
pub use columns::{GroupKey, SortKey};
pub use fillers::{Filler, Fillers, Gapped, NoGap};
pub use keywords::{Keyword, KeywordOptions, Keywords, Portion};
pub use kwic::{CharRange, Concordance, KwicGroup, KwicLine, KwicOptions, Sample};
pub use periods::{By, Period};
pub use reprints::{
    DiffKind, DiffPart, Reprint, ReprintGroup, ReprintGroups, ReprintHistory, UniqueFound,
    UniqueHit,
};
pub(crate) use reprints::{Groups, sketch};
pub use similar::{Similar, SimilarArticle, SimilarOptions, SimilarTerm};
pub use trends::{Count, Trend, TrendPoint, Trends, TrendsOptions, TrendsQuery};
