//! What has to be said with a number so that somebody else can find it again.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use timbao_query::iso_day;

use crate::error::Result;
use crate::schema::ANALYZER_VERSION;
use crate::search::Searcher;

use super::reprints::mix;

/// What an index holds, in a name that changes with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndexState {
    /// Names the articles with all they say, and the analysis. It is the same for the same
    /// articles, in whatever order they were indexed, however they are spread over segments and
    /// wherever their files are.
    pub state: String,
    /// How many articles there are.
    pub articles: u64,
    /// How many tokens these have.
    pub tokens: u64,
    /// The version of the analysis: how text becomes keys.
    pub analyzer_version: String,
}

/// What is said with an answer so that it can be cited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Citation {
    /// The queries.
    pub queries: Vec<CitedQuery>,
    /// What was searched.
    #[serde(flatten)]
    pub index: IndexState,
    /// The program and its version.
    pub program: String,
    /// The day the answer is from, in Vietnam.
    pub date: String,
}

/// A query as it was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CitedQuery {
    /// In the query language, the filters of flags among it.
    pub query: String,
    /// The plan that was run.
    pub plan: String,
}

impl Citation {
    /// Cites an answer of today.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn new(searcher: &Searcher, queries: Vec<CitedQuery>) -> Result<Self> {
        const HOURS_AHEAD: u64 = 7;
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let seconds = now.map_or(0, |now| now.as_secs()) + HOURS_AHEAD * 3600;
        Ok(Self {
            queries,
            index: searcher.state()?,
            program: concat!("timbao ", env!("CARGO_PKG_VERSION")).to_owned(),
            date: iso_day(i32::try_from(seconds / 86_400).unwrap_or(0)),
        })
    }
}

impl Searcher {
    /// Names what the index holds.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn state(&self) -> Result<IndexState> {
        // A sum does not depend on the order; two of them make chance agreement unthinkable.
        let mut sums = [0u64; 2];
        let (mut articles, mut tokens) = (0u64, 0u64);
        for view in self.segments.iter() {
            let fingerprints = view.reader.fast_fields().u64("fingerprint")?;
            for article in view.reader.doc_ids_alive() {
                let fingerprint = fingerprints.first(article).unwrap_or(0);
                let mixed = mix(fingerprint);
                sums = [
                    sums[0].wrapping_add(mixed),
                    sums[1].wrapping_add(mix(!mixed)),
                ];
                articles += 1;
                tokens += u64::from(view.token_count(article));
            }
        }
        let text = format!("{ANALYZER_VERSION} {articles} {} {}", sums[0], sums[1]);
        let hex = blake3::hash(text.as_bytes()).to_hex();
        Ok(IndexState {
            state: hex.chars().take(16).collect(),
            articles,
            tokens,
            analyzer_version: ANALYZER_VERSION.to_string(),
        })
    }
}
