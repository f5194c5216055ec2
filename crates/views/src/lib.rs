//! Views of a corpus: concordances, trends, collocates, keywords, fillers, word lists, dispersion,
//! comparisons, similar articles, reprints, suggestions and snippets, and these as JSON, tables and
//! charts.
//!
//! A view is a function over a [`Corpus`], the interface to an engine. Matches are the same in all
//! of them: a **match** is an occurrence of a word or phrase of the query, in an article that
//! satisfies the whole query. Views that count read bare words as a phrase: see
//! [`Request::view_plan`](timbao_query::Request::view_plan). Text under NOT is never a match,
//! and tokens that two parts of a query match are one.
//!
//! Nothing here opens a file, starts a thread, prints, or knows how articles are stored.
//!
//! ```
//! use timbao_views::chart::{ChartOptions, svg};
//! use timbao_views::{By, Corpus, Result, TrendsOptions, TrendsQuery, trends};
//! use timbao_query::Request;
//! use timbao_query::plan::Plan;
//!
//! /// Draws the frequency of a query by year.
//! fn chart(corpus: &dyn Corpus, query: &str) -> Result<String> {
//!     let request = Request::new(query);
//!     let query = TrendsQuery {
//!         name: request.text().to_owned(),
//!         plan: request.view_plan(),
//!     };
//!     let options = TrendsOptions {
//!         by: Some(By::Year),
//!         ..TrendsOptions::default()
//!     };
//!     let trends = trends(corpus, &[query], &Plan::Everything, &options)?;
//!     Ok(svg(&trends, &ChartOptions::default()))
//! }
//! ```

// A library leaves standard output and standard error to the program.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

// The docs of methods for engines name this crate as others do.
extern crate self as timbao_views;

mod arrivals;
mod article_id;
mod cell;
pub mod chart;
mod cite;
mod collocates;
mod columns;
mod compare;
mod corpus;
pub mod csv;
mod dispersion;
mod engine;
mod explain;
mod facets;
mod fillers;
pub mod hash;
mod interpretation;
pub mod json;
mod kept;
mod keywords;
mod kwic;
pub mod language;
mod lexicon;
mod matches;
pub mod matching;
mod measures;
mod memo;
mod ngrams;
mod periods;
pub mod reprints;
pub mod score;
mod search;
mod shown;
mod similar;
mod snippet;
mod sources;
mod stats;
pub mod suggest;
mod texts;
mod tie;
mod totals;
mod trends;
mod units;
mod view_id;
mod view_methods;
pub mod weights;
mod wordlist;
mod workers;

pub use arrivals::{
    Arrival, ArrivalLog, Arrived, ArrivedText, Mark, Novelty, Since, arrived_texts,
};
pub use cell::Cell;
pub use cite::{Citation, CitedQuery, Fingerprints, IndexState, today};
pub use collocates::{
    Collocate, CollocateOptions, CollocateSort, Collocates, collocates, compare_collocates,
};
pub use columns::{GroupKey, SortKey, UnknownKey};
pub use compare::{CompareOptions, ComparedQuery, Comparison, Overlap, compare_queries};
pub use corpus::{
    ArticleId, ArticleText, BigramVariants, Corpus, CorpusSize, Error, Extent, FIELD, FIELDS,
    FIRST_WORD, FacetColumn, Match, MatchedText, NgramCount, Occurrence, OnMatches, OnSeparators,
    OnText, OnTokens, PARAGRAPH, Result, Separator, Sketches, StepPositions, TEXT_FIELDS,
    TextRange, Time,
};
pub use ecow::EcoString;

pub use dispersion::{
    Dispersion, DispersionBy, DispersionOptions, DispersionPart, DispersionPosition,
    SLICES_OF_ARCHIVE, SLICES_OF_ARTICLE, dispersion, dispersion_in_article,
};
pub use engine::Engine;
pub use explain::{FieldFrequencies, ScoreExplanation, ScoreKind, ScorePart};
pub use facets::{
    FacetCount, FacetCounts, FacetMatrix, Facets, SpellingCount, facet_counts, facet_key,
    facet_value, shown_spelling,
};
pub use fillers::{Filler, Fillers, Gapped, NoGap, fillers, gapped_phrase};
pub use interpretation::{
    Interpretation, QueryExpansion, QueryTerm, QueryTree, QueryWord, TermKind, node_label,
};
pub use kept::{KeptViews, ReloadOptions};
pub use keywords::{Keyword, KeywordOptions, Keywords, Portion, keywords};
pub use kwic::{
    CharRange, Concordance, KwicArticle, KwicGroup, KwicLine, KwicOptions, KwicText, OnLines,
    Sample, concordance,
};
pub use lexicon::{Lexicon, LexiconPart};
pub use matches::MatchShape;
pub use memo::Memo;
pub use periods::{By, Period};
pub use search::{FoundArticles, FoundTexts, ScoredArticle, ScoredText, SearchOptions, Sort};
pub use shown::ShownHit;
pub use similar::{
    Similar, SimilarArticle, SimilarOptions, SimilarTerm, similar, similar_to_article,
};
pub use snippet::{Snippet, SnippetOptions, snippets};
pub use sources::{SourceFile, SourceProblem, SourceStatus, source_statuses};
pub use stats::Stats;
pub use texts::Count;
pub use tie::{split_tie_key, tie_key};
pub use trends::{
    MOST_AVERAGED, MOST_MONTHS, Trend, TrendAverage, TrendPoint, Trends, TrendsOptions,
    TrendsQuery, trends,
};
pub use view_id::ViewId;
pub use wordlist::{
    ListedUnit, MOST_SYLLABLES, Prefix, WordList, WordListOptions, WordListSort, word_list,
};
pub use workers::{Task, Workers, by_ranges};
