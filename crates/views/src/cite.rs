//! Citations: the facts that make an answer reproducible.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use timbao_query::plan::Plan;
use timbao_query::{Names, Request, iso_day};

use crate::hash::mix;
use crate::language::{Language, fill};

/// A content fingerprint of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndexState {
    /// Names the articles with all they say, and the analysis. It is the same for the same
    /// articles, in whatever order they were indexed, however they are spread over segments and
    /// wherever their files are.
    pub state: String,
    /// Number of articles.
    pub articles: u64,
    /// Number of tokens.
    pub tokens: u64,
    /// The version of the analysis: how text becomes keys.
    pub analyzer_version: String,
}

/// Sums of the fingerprints of all articles of an index, in any order.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fingerprints {
    // Sums do not depend on the order; with two of them chance agreement is unthinkable.
    sums: [u64; 2],
    articles: u64,
    tokens: u64,
}

impl Fingerprints {
    /// The fingerprints of some articles, given the sums of their [summands](Self::summands), which
    /// wrap around, and their numbers.
    pub fn of_sums(sums: [u64; 2], articles: u64, tokens: u64) -> Self {
        Self {
            sums,
            articles,
            tokens,
        }
    }

    /// What an article with a fingerprint adds to the sums.
    pub fn summands(fingerprint: u64) -> [u64; 2] {
        let mixed = mix(fingerprint);
        [mixed, mix(!mixed)]
    }

    /// Adds an article with its fingerprint and its number of tokens.
    pub fn add(&mut self, fingerprint: u64, tokens: u32) {
        for (sum, summand) in self.sums.iter_mut().zip(Self::summands(fingerprint)) {
            *sum = sum.wrapping_add(summand);
        }
        self.articles += 1;
        self.tokens += u64::from(tokens);
    }

    /// The text whose hash names the state.
    pub fn text(&self, analyzer: u32) -> String {
        let [first, second] = self.sums;
        format!("{analyzer} {} {first} {second}", self.articles)
    }

    /// The state with that name.
    pub fn state(&self, name: String, analyzer: u32) -> IndexState {
        IndexState {
            state: name,
            articles: self.articles,
            tokens: self.tokens,
            analyzer_version: analyzer.to_string(),
        }
    }
}

/// The facts that make an answer citable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Citation {
    /// The queries.
    pub queries: Vec<CitedQuery>,
    /// The state of the index.
    #[serde(flatten)]
    pub index: IndexState,
    /// The program and its version.
    pub program: String,
    /// The day the answer is from, in Vietnam.
    pub date: String,
    /// The address of the answer, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// A query as it was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CitedQuery {
    /// In the query language, the filters of flags among it.
    pub query: String,
    /// The plan that was run.
    pub plan: String,
    #[serde(skip)]
    in_vietnamese: [String; 2],
}

impl CitedQuery {
    /// Cites a query, with its filters and its option for accents, and the plan that was run.
    pub fn new(request: &Request, plan: &Plan) -> Self {
        let (query, names) = (request.cited(), Names::Vietnamese);
        Self {
            query: query.to_string(),
            plan: plan.to_string(),
            in_vietnamese: [
                query.written(names).to_string(),
                plan.written(names).to_string(),
            ],
        }
    }

    /// The query for readers of a language.
    pub fn shown(&self, language: Language) -> &str {
        let [query, _] = self.written(language);
        match query {
            "" => language.words().whole_archive,
            query => query,
        }
    }

    /// The query and the plan for readers of a language, on one line.
    pub fn line(&self, language: Language) -> String {
        match self.written(language) {
            ["", _] => language.words().whole_archive.to_owned(),
            [query, plan] => fill(language.words().cite_query, &[&query, &plan]),
        }
    }

    fn written(&self, language: Language) -> [&str; 2] {
        match language.words().names {
            Names::English => [&self.query, &self.plan],
            Names::Vietnamese => self.in_vietnamese.each_ref().map(String::as_str),
        }
    }
}

impl Citation {
    /// Cites an answer of today, from an index in that state.
    pub fn new(index: IndexState, queries: Vec<CitedQuery>) -> Self {
        Self {
            queries,
            index,
            program: concat!("timbao ", env!("CARGO_PKG_VERSION")).to_owned(),
            date: iso_day(today()),
            link: None,
        }
    }

    /// The same citation with the address of the answer.
    #[must_use]
    pub fn with_link(self, link: String) -> Self {
        Self {
            link: Some(link),
            ..self
        }
    }
}

/// Today in Vietnam, in days since 1970-01-01.
pub fn today() -> i32 {
    const HOURS_AHEAD: u64 = 7;
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = now.map_or(0, |now| now.as_secs()) + HOURS_AHEAD * 3600;
    i32::try_from(seconds / 86_400).unwrap_or(0)
}
