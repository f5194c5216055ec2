//! The cluster as an engine of programs.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Map, Value, json};
use timbao_articles::Article;
use timbao_query::plan::{Facet, Filter, Key, MAX_FUZZY, Plan, Side};
use timbao_query::{LowerOptions, Node, iso_day};
use timbao_tokenizer::fold;
use timbao_views::reprints::Groups;
use timbao_views::suggest::Advice;
use timbao_views::{
    ArticleId, Corpus, Count, Engine, FacetCounts, Facets, Fingerprints, FoundArticles, IndexState,
    Memo, Result as ViewResult, ScoreExplanation, ScoredArticle, SearchOptions, Sort, Stats,
    ViewId, facet_counts, facet_key,
};

use crate::admin::{self, words_alias};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::feed::WordKey;
use crate::lease;
use crate::query::{Lookup, counted, rank};
use crate::schema::{COLUMNS, LAYOUT, STORED, from_sum_digits, sum_fields};
use crate::state;

use super::counts::KeyCounts;
use super::known::KnownPlans;
use super::pages::{ARTICLES, IDS, Snapshot, hits, total};
use super::store::{Store, fetched};

/// Hits that one search returns, beyond which they are read page by page.
const WINDOW: usize = 10_000;
/// Values of facets that are read together.
const BUCKETS: usize = 2000;
/// Maximum number of articles of an archive for which other queries are suggested, and words are
/// counted exactly: this needs all of them.
const ADVISED: u64 = 20_000;

/// One state of an archive in a cluster, open for searching. Clones share what they have read.
#[derive(Clone)]
pub struct Archive {
    pub(super) store: Store,
    pub(super) view: ViewId,
    pub(super) size: Size,
    words: Arc<Mutex<FxHashMap<Key, Arc<Vec<WordKey>>>>>,
    pub(super) counts: Arc<OnceLock<KeyCounts>>,
    pub(super) groups: Arc<OnceLock<Groups>>,
    pub(super) memo: Arc<Memo>,
    pub(super) plans: Arc<KnownPlans>,
    state: Arc<OnceLock<IndexState>>,
    /// For the key of each source the last generation whose writes this state has, all of them.
    pub(super) settled: Arc<BTreeMap<String, u64>>,
}

/// Values of a facet as they are spelled, with their numbers of articles.
type Spellings = Vec<(String, u64)>;

/// The size of an archive.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Size {
    pub(super) articles: u64,
    pub(super) words: u64,
    first_day: Option<i32>,
    last_day: Option<i32>,
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Archive")
            .field("address", &self.store.snapshot.client().address())
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl Archive {
    /// Opens the present state of an archive; later updates do not change it.
    ///
    /// # Errors
    ///
    /// If there is no such index, it has another version, or the cluster fails. That its point in time
    /// is lost at once is an error if it happens twice.
    pub fn open(client: Arc<Client>) -> Result<Self> {
        admin::open(&client)?;
        let measure = || {
            let snapshot = Snapshot::open(Arc::clone(&client))?;
            let answer = Self::measured(&snapshot)?;
            Ok((snapshot, answer))
        };
        // If a copy that the first chose is on a node that is cut off, the client prefers others now.
        let (snapshot, answer) = match measure() {
            Err(Error::Expired { .. }) => measure(),
            measured => measured,
        }?;
        Ok(Self::of(snapshot, &answer))
    }

    /// Opens the present state of an archive with the record of the updates that it has completely, for
    /// what is new since a [mark](timbao_views::ArrivalLog::mark). Without it no arrival is complete,
    /// and none is new since a mark.
    ///
    /// # Errors
    ///
    /// Those of [`Archive::open`], and if a primary copy is on a node that is cut off.
    pub fn open_settled(client: Arc<Client>) -> Result<Self> {
        admin::open(&client)?;
        state::refresh(&client)?;
        // Before the state is opened: it has what was settled then.
        let settled = lease::settled(&client)?;
        let snapshot = Snapshot::open_primaries(client)?;
        let answer = Self::measured(&snapshot)?;
        Ok(Self {
            settled: Arc::new(settled),
            ..Self::of(snapshot, &answer)
        })
    }

    fn of(snapshot: Snapshot, answer: &Value) -> Self {
        let shards = answer.pointer("/_shards/total").and_then(Value::as_u64);
        let snapshot = snapshot.of_size(total(answer), shards.unwrap_or(u64::MAX));
        let store = Store::new(snapshot);
        let value = |name: &str| {
            answer
                .pointer(&format!("/aggregations/{name}/value"))?
                .as_f64()
        };
        let size = Size {
            articles: total(answer),
            words: value("words").unwrap_or(0.0) as u64,
            first_day: value("first").map(|day| day as i32),
            last_day: value("last").map(|day| day as i32),
        };
        Self {
            view: store.snapshot.view(),
            store,
            size,
            words: Arc::default(),
            counts: Arc::default(),
            groups: Arc::default(),
            memo: Arc::default(),
            plans: Arc::default(),
            state: Arc::default(),
            settled: Arc::default(),
        }
    }

    /// The numbers of articles and words of a point in time, and its first and last day.
    fn measured(snapshot: &Snapshot) -> Result<Value> {
        snapshot.search(json!({
            "size": 0,
            "track_total_hits": true,
            "aggs": {
                "words": { "sum": { "field": "words" } },
                "first": { "min": { "field": "day" } },
                "last": { "max": { "field": "day" } },
            },
        }))
    }

    /// The same state with a deadline. Searches still running then end with
    /// [`Error::OutOfTime`].
    #[must_use]
    pub fn until(&self, deadline: Instant) -> Self {
        let mut archive = self.clone();
        archive.store.snapshot = self.store.snapshot.until(deadline);
        archive
    }

    /// The id of the state. Only a [`Follower`](crate::Follower) gives the same state the same id.
    pub fn view(&self) -> ViewId {
        self.view
    }

    /// The same state without the directories of the machines that indexed it; see
    /// [`Article::public_path`].
    #[must_use]
    pub fn with_public_paths(mut self) -> Self {
        self.store.hides_paths = true;
        self
    }

    /// Number of articles.
    pub fn article_count(&self) -> u64 {
        self.size.articles
    }

    /// Whether an answer may take all articles: not those of a large archive, unless they are asked for.
    pub fn is_small(&self) -> bool {
        self.size.articles <= ADVISED
    }

    /// The first and the last day with an article, as days since 1970.
    pub fn days(&self) -> [Option<i32>; 2] {
        [self.size.first_day, self.size.last_day]
    }

    /// Calls `f` with every article that a query accepts and its score, in an order.
    fn each_match(
        &self,
        query: &Value,
        order: &Value,
        has_scores: bool,
        f: &mut dyn FnMut(ArticleId, f32),
    ) -> Result<()> {
        let body = json!({
            "query": query,
            "sort": order,
            "stored_fields": COLUMNS,
            "docvalue_fields": fetched(&[]),
            "track_scores": has_scores,
        });
        self.store.snapshot.pages(body, IDS, |hits| {
            for hit in hits {
                f(self.store.number(hit)?, score(hit));
            }
            Ok(true)
        })
    }

    /// The articles that match a plan.
    pub(super) fn matching(&self, plan: &Plan) -> Result<Vec<ArticleId>> {
        let mut found = Vec::new();
        let query = json!({ "bool": { "filter": [self.query(plan)?] } });
        let order = json!([{ "key": "asc" }]);
        self.each_match(&query, &order, false, &mut |article, _| found.push(article))?;
        found.sort_unstable();
        Ok(found)
    }

    fn find(&self, plan: &Plan, options: &SearchOptions) -> Result<FoundArticles> {
        let end = options.offset.saturating_add(options.limit);
        if options.sort == Sort::Relevance {
            // All in one request; they are kept.
            self.counts_of(&counted(plan))?;
        }
        let scored = self.scored(plan, self.query(plan)?, options)?;
        let order = order(options.sort);
        let is_one_page = end <= WINDOW;
        let with_text = is_one_page && options.limit <= ARTICLES;
        let first = self.store.snapshot.search(json!({
            "query": scored,
            "sort": order,
            "track_scores": options.sort == Sort::Relevance,
            "track_total_hits": true,
            "from": if is_one_page { options.offset } else { 0 },
            "size": if is_one_page { options.limit } else { 0 },
            "stored_fields": COLUMNS,
            "docvalue_fields": fetched(if with_text { &[STORED] } else { &[] }),
        }))?;
        let total = total(&first);
        let mut found = Vec::new();
        for hit in hits(&first) {
            let article = self.store.number(hit)?;
            if with_text {
                self.store.read(article, hit)?;
            }
            let score = score(hit);
            found.push(ScoredArticle { article, score });
        }
        if !is_one_page {
            let has_scores = options.sort == Sort::Relevance;
            self.each_match(&scored, &order, has_scores, &mut |article, score| {
                found.push(ScoredArticle { article, score });
            })?;
            found.truncate(end);
            found.drain(..options.offset.min(found.len()));
        }
        Ok(FoundArticles { total, hits: found })
    }

    /// A query with the scores that an order needs.
    fn scored(&self, plan: &Plan, query: Value, options: &SearchOptions) -> Result<Value> {
        let mut body = json!({ "filter": [query] });
        if options.sort == Sort::Relevance {
            body["should"] = json!(rank(plan, self)?);
            body["minimum_should_match"] = json!(0);
        }
        let body = json!({ "bool": body });
        let (Some(half_life), Some(newest)) = (options.recency_half_life, self.size.last_day)
        else {
            return Ok(body);
        };
        // The score doubles for the newest article; undated ones keep theirs.
        let decay = json!({ "day": {
            "origin": newest, "scale": half_life.max(f32::MIN_POSITIVE), "decay": 0.5
        } });
        Ok(json!({ "function_score": {
            "query": body,
            "functions": [
                { "weight": 1 },
                { "filter": { "exists": { "field": "day" } }, "exp": decay },
            ],
            "score_mode": "sum",
            "boost_mode": "multiply",
        } }))
    }

    /// The counts of all keys, from all articles.
    pub(super) fn counts(&self) -> Result<&KeyCounts> {
        if let Some(counts) = self.counts.get() {
            return Ok(counts);
        }
        let mut counts = KeyCounts::default();
        let all = self.matching(&Plan::Everything)?;
        self.store.each(&all, |_, article| {
            let vocabulary = self.store.vocabulary();
            let words = article.numbers().flatten();
            counts.add(words, |word| vocabulary.fold(word));
            Ok::<(), Error>(())
        })?;
        Ok(self.counts.get_or_init(|| counts))
    }

    /// The words of the vocabulary that a query finds.
    fn vocabulary(&self, query: Value) -> Result<Vec<WordKey>> {
        let client = self.store.snapshot.client();
        let path = format!(
            "{}/_search?allow_partial_search_results=false",
            words_alias(client.name())
        );
        let mut body = json!({ "query": query, "size": IDS, "sort": [{ "exact": "asc" }] });
        let mut words = Vec::new();
        loop {
            let answer = self.store.snapshot.search_present(&path, &body)?;
            let hits = hits(&answer);
            for hit in hits {
                let text = |name: &str| {
                    let source = hit.get("_source").and_then(|source| source.get(name));
                    source
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .to_owned()
                };
                words.push(WordKey {
                    exact: text("exact"),
                    folded: text("folded"),
                });
            }
            let last = hits.last().and_then(|hit| hit.get("sort"));
            match last {
                Some(last) if hits.len() == IDS => body["search_after"] = last.clone(),
                _ => break,
            }
        }
        Ok(words)
    }

    /// The total of a query, and for each facet the spellings of its values with their numbers.
    fn spellings(&self, query: &Value, facets: &[Facet]) -> Result<(u64, Vec<Spellings>)> {
        let aggregation = |facet: &Facet| {
            let terms = json!({ "field": facet.name(), "size": BUCKETS, "shard_size": BUCKETS });
            (facet.name().to_owned(), json!({ "terms": terms }))
        };
        let aggregations: Map<String, Value> = facets.iter().map(aggregation).collect();
        let answer = self.store.snapshot.search(json!({
            "query": query, "size": 0, "track_total_hits": true, "aggs": aggregations,
        }))?;
        let all = facets.iter().map(|&facet| {
            let terms = answer.pointer(&format!("/aggregations/{}", facet.name()));
            let others = terms.and_then(|terms| terms.get("sum_other_doc_count")?.as_u64());
            // Without others, no shard has omitted a value, and the numbers are exact.
            let mut found = match others {
                Some(0) => bucket_counts(terms, "/key"),
                _ => self.all_spellings(query, facet)?,
            };
            found.sort_unstable();
            Ok(found)
        });
        Ok((total(&answer), all.collect::<Result<_>>()?))
    }

    /// The spellings of the values of a facet that has many.
    fn all_spellings(&self, query: &Value, facet: Facet) -> Result<Spellings> {
        let mut composite = json!({
            "size": BUCKETS,
            "sources": [{ "value": { "terms": { "field": facet.name() } } }],
        });
        let mut found = Vec::new();
        loop {
            let answer = self.store.snapshot.search(json!({
                "query": query, "size": 0,
                "aggs": { "values": { "composite": composite } },
            }))?;
            let values = answer.pointer("/aggregations/values");
            let here = bucket_counts(values, "/key/value");
            let is_full = here.len() == BUCKETS;
            found.extend(here);
            match values.and_then(|values| values.get("after_key")) {
                Some(after) if is_full => composite["after"] = after.clone(),
                _ => return Ok(found),
            }
        }
    }

    /// The facets of some articles.
    fn facets_of_articles(&self, articles: &[ArticleId], facets: &[Facet]) -> Result<Facets> {
        let total = articles.len() as u64;
        let mut counted = Vec::new();
        for &facet in facets {
            let mut counts: FxHashMap<String, u64> = FxHashMap::default();
            if facet.is_period() {
                let length = if facet == Facet::Year { 4 } else { 7 };
                for day in self
                    .store
                    .known(articles, |known| known.day)?
                    .into_iter()
                    .flatten()
                {
                    let period = iso_day(day).get(..length).map(str::to_owned);
                    *counts.entry(period.unwrap_or_default()).or_default() += 1;
                }
            } else {
                for value in self.store.facet_values(facet, articles)?.into_values() {
                    *counts.entry(value).or_default() += 1;
                }
            }
            counted.push(counts_of(facet, total, counts.into_iter().collect()));
        }
        Ok(Facets {
            total,
            facets: counted,
        })
    }

    fn count_facets(&self, plan: &Plan, facets: &[Facet]) -> Result<Facets> {
        let query = self.query(plan)?;
        let (total, spellings) = self.spellings(&query, facets)?;
        let counted = facets.iter().zip(spellings);
        let facets = counted.map(|(&facet, spellings)| counts_of(facet, total, spellings));
        Ok(Facets {
            total,
            facets: facets.collect(),
        })
    }

    fn statistics(&self) -> Result<Stats> {
        let client = self.store.snapshot.client();
        let path = format!("{}/_stats/store,segments", client.name());
        let answer: Value = client.get(&path)?.ok()?.json()?;
        let number = |of: &str| {
            let number = answer.pointer(&format!("/_all/primaries/{of}"))?.as_u64();
            number.or(Some(0))
        };
        let (distinct_syllables, distinct_folded) = self.distinct()?;
        Ok(Stats {
            articles: self.size.articles,
            tokens: self.size.words,
            distinct_syllables,
            distinct_folded,
            bytes_on_disk: number("store/size_in_bytes").unwrap_or(0),
            segments: number("segments/count").unwrap_or(0) as usize,
            first_day: self.size.first_day,
            last_day: self.size.last_day,
            index_version: LAYOUT as u32,
            analyzer_version: timbao_tokenizer::ANALYZER_VERSION,
        })
    }

    /// The numbers of words and of folded keys. Those of a large archive include words of articles
    /// that were removed.
    fn distinct(&self) -> Result<(u64, u64)> {
        if self.is_small() {
            let counts = self.counts()?;
            return Ok((counts.distinct_words(), counts.distinct_folded()));
        }
        let path = format!(
            "{}/_search?allow_partial_search_results=false",
            words_alias(self.store.snapshot.client().name())
        );
        let mut composite = json!({
            "size": BUCKETS, "sources": [{ "folded": { "terms": { "field": "folded" } } }],
        });
        let mut folded = 0;
        loop {
            let answer = self.store.snapshot.search_present(
                &path,
                &json!({
                    "size": 0, "track_total_hits": true,
                    "aggs": { "keys": { "composite": composite } },
                }),
            )?;
            let keys = answer.pointer("/aggregations/keys");
            let buckets = keys.and_then(|keys| keys.get("buckets")?.as_array());
            let here = buckets.map_or(0, Vec::len);
            folded += here as u64;
            match keys.and_then(|keys| keys.get("after_key")) {
                Some(after) if here == BUCKETS => composite["after"] = after.clone(),
                _ => return Ok((total(&answer), folded)),
            }
        }
    }

    fn fingerprint(&self) -> Result<IndexState> {
        let sum = |field: String| {
            let sum = json!({ "sum": { "field": field } });
            (field, sum)
        };
        let sums: Map<String, Value> = sum_fields().map(sum).collect();
        let answer = self
            .store
            .snapshot
            .search(json!({ "size": 0, "aggs": sums }))?;
        let sums = sum_fields().map(|field| {
            let sum = answer.pointer(&format!("/aggregations/{field}/value"));
            sum.and_then(Value::as_f64).unwrap_or(0.0) as u64
        });
        let sums = from_sum_digits(&sums.collect::<Vec<u64>>());
        let Size {
            articles, words, ..
        } = self.size;
        let sums = Fingerprints::of_sums(sums, articles, words);
        let text = sums.text(timbao_tokenizer::ANALYZER_VERSION);
        let hex = blake3::hash(text.as_bytes()).to_hex();
        let state = hex.chars().take(16).collect();
        Ok(sums.state(state, timbao_tokenizer::ANALYZER_VERSION))
    }
}

/// The buckets of an aggregation, with the value at a path in each.
fn bucket_counts(aggregation: Option<&Value>, value: &str) -> Spellings {
    let buckets = aggregation.and_then(|found| found.get("buckets")?.as_array());
    let buckets = buckets.map(Vec::as_slice).unwrap_or_default().iter();
    let counted = buckets.map(|bucket| {
        let value = bucket.pointer(value).and_then(Value::as_str);
        let count = bucket.get("doc_count").and_then(Value::as_u64);
        (value.unwrap_or_default().to_owned(), count.unwrap_or(0))
    });
    counted.collect()
}

fn counts_of(facet: Facet, total: u64, spellings: Spellings) -> FacetCounts {
    let keyed: Vec<(String, String, u64)> = spellings
        .into_iter()
        .map(|(value, count)| match facet.is_period() {
            true => (value.clone(), value, count),
            false => (facet_key(&value), value, count),
        })
        .collect();
    let keyed = keyed.iter();
    let values = facet_counts(
        facet,
        keyed.map(|(key, value, n)| (key.as_str(), value.as_str(), *n)),
    );
    let known: u64 = values.iter().map(|value| value.articles).sum();
    FacetCounts {
        facet,
        values,
        unknown: total.saturating_sub(known),
    }
}

fn score(hit: &Value) -> f32 {
    let score = hit.get("_score").and_then(Value::as_f64);
    score.unwrap_or(0.0) as f32
}

/// The order of hits; the key of the document makes it complete.
fn order(sort: Sort) -> Value {
    match sort {
        Sort::Relevance => json!([{ "_score": "desc" }, { "tie": "asc" }, { "key": "asc" }]),
        Sort::Latest => json!([{ "tie": "asc" }, { "key": "asc" }]),
        Sort::Oldest => {
            json!([{ "day": { "order": "asc", "missing": "_last" } }, { "tie": "asc" }, { "key": "asc" }])
        }
    }
}

/// Words of the vocabulary among which are all that have a key.
fn words_query(key: &Key) -> Value {
    let pattern = |side: Side, part: &str| match side {
        Side::Start => json!({ "prefix": { "folded": part } }),
        Side::End => json!({ "wildcard": { "folded": format!("*{part}") } }),
        Side::Anywhere => json!({ "wildcard": { "folded": format!("*{part}*") } }),
    };
    match key {
        Key::Exact(key) => json!({ "term": { "exact": key.as_str() } }),
        Key::Folded(key) => json!({ "term": { "folded": key.as_str() } }),
        Key::Wildcard { part, side, .. } => pattern(*side, &fold(part)),
        Key::Fuzzy {
            key,
            distance,
            folded,
        } => {
            let field = if *folded { "folded" } else { "exact" };
            json!({ "fuzzy": { field: {
                "value": key.as_str(), "fuzziness": (*distance).min(MAX_FUZZY),
                "transpositions": false, "rewrite": "constant_score",
            } } })
        }
        // Two languages of regular expressions: every word is tried.
        Key::Regex { .. } => json!({ "match_all": {} }),
    }
}

impl Lookup for Archive {
    fn words(&self, key: &Key) -> Result<Vec<WordKey>> {
        let known = || self.words.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(words) = known().get(key) {
            return Ok(words.to_vec());
        }
        let words = self.vocabulary(words_query(key))?;
        known().insert(key.clone(), Arc::new(words.clone()));
        Ok(words)
    }

    fn prepare(&self, keys: &[Key]) -> Result<()> {
        let known = || self.words.lock().unwrap_or_else(PoisonError::into_inner);
        let folded = |key: &Key| match key {
            Key::Folded(folded) if !known().contains_key(key) => Some(folded.to_string()),
            _ => None,
        };
        let asked: FxHashSet<String> = keys.iter().filter_map(folded).collect();
        if asked.len() < 2 {
            return Ok(());
        }
        let words = self.vocabulary(json!({ "terms": { "folded": asked } }))?;
        let mut found: FxHashMap<String, Vec<WordKey>> = FxHashMap::default();
        found.extend(asked.into_iter().map(|folded| (folded, Vec::new())));
        for word in words {
            if let Some(words) = found.get_mut(&word.folded) {
                words.push(word);
            }
        }
        let found = found.into_iter();
        known().extend(found.map(|(folded, words)| (Key::Folded(folded.into()), Arc::new(words))));
        Ok(())
    }

    fn counts(&self, plans: &[Plan]) -> Result<Vec<u64>> {
        self.counts_of(plans)
    }

    fn articles(&self) -> Result<u64> {
        Ok(self.size.articles)
    }

    fn tokens(&self) -> Result<u64> {
        Ok(self.size.words)
    }
}

impl Engine for Archive {
    fn search(&self, plan: &Plan, options: &SearchOptions) -> ViewResult<FoundArticles> {
        Ok(self.find(plan, options)?)
    }

    fn facets_of(&self, plan: &Plan, facets: &[Facet], count: Count) -> ViewResult<Facets> {
        if count == Count::Publications {
            return Ok(self.count_facets(plan, facets)?);
        }
        let articles = count.articles(self, self.candidates(plan)?)?;
        Ok(self.facets_of_articles(&articles, facets)?)
    }

    fn find_id(&self, id: &str) -> ViewResult<Vec<ArticleId>> {
        let plan = Plan::Filter(Filter::Id(id.to_owned()));
        Ok(self.matching(&plan)?)
    }

    fn articles(&self, articles: &[ArticleId]) -> ViewResult<Vec<Article>> {
        let mut read = Vec::with_capacity(articles.len());
        self.store.each(articles, |_, article| {
            read.push(self.store.shown(article.article()));
            Ok::<(), Error>(())
        })?;
        Ok(read)
    }

    fn stats(&self) -> ViewResult<Stats> {
        Ok(self.statistics()?)
    }

    fn state(&self) -> ViewResult<IndexState> {
        if let Some(state) = self.state.get() {
            return Ok(state.clone());
        }
        let state = self.fingerprint()?;
        Ok(self.state.get_or_init(|| state).clone())
    }

    fn explain_scores(
        &self,
        _: &Plan,
        _: Option<f32>,
        _: &[ArticleId],
    ) -> ViewResult<Option<Vec<ScoreExplanation>>> {
        Ok(None)
    }

    fn advice(&self, ast: &Node, options: &LowerOptions<'_>, total: u64) -> ViewResult<Advice> {
        match self.is_small() {
            true => Advice::new(self, ast, options, total),
            false => Ok(Advice::default()),
        }
    }
}

impl From<Error> for timbao_views::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::OutOfTime => Self::Limit(Box::new(error)),
            _ => Self::Engine(Box::new(error)),
        }
    }
}
