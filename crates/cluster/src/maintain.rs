//! Status, verification and rebuilding of an index in a cluster.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use timbao_articles::Article;

use crate::admin::{
    describe, make_articles, make_words, open, point, shards_of, state_alias, words_alias,
};
use crate::arrivals::{self, ArrivalRecord};
use crate::bulk::Bulk;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::feed::{Feed, StoredOrigin, file_hash};
use crate::ingest::{IngestOptions, Phase, Progress, Reading, count};
use crate::lease::{self, Lease, WHOLE_INDEX};
use crate::packed::unpack;
use crate::schema::{COLUMNS_SINCE, STORED};
use crate::scroll::scroll;
use crate::state::{self, sources};

/// Documents are sent when they have this length together, in bytes.
const BULK_BYTES: usize = 4 << 20;
/// Time for which copies of shards may lag behind.
const LAG: Duration = Duration::from_secs(30);
/// Faults of one kind that are listed.
const MOST_FAULTS: usize = 20;

/// The state of an index in a cluster.
#[derive(Debug, Clone, Serialize)]
pub struct ClusterStatus {
    /// The address.
    pub address: String,
    /// Version of OpenSearch.
    pub opensearch: String,
    /// `green`, `yellow` (copies are missing) or `red` (articles are missing).
    pub health: String,
    /// Number of nodes.
    pub nodes: u64,
    /// The index of articles behind the name.
    pub index: String,
    /// Number of its shards.
    pub shards: u32,
    /// Version of the analysis that made it.
    pub analyzer_version: u64,
    /// Whether this program can read it.
    pub is_readable: bool,
    /// How scores are computed: `scripted`, as by the local engine, or `plain` BM25.
    pub scores: &'static str,
    /// Number of articles; `None` if some are missing at present.
    pub articles: Option<u64>,
    /// Bytes on disk, without copies.
    pub bytes: u64,
    /// The sources.
    pub sources: Vec<SourceCount>,
    /// The leases that are held.
    pub leases: Vec<HeldLease>,
}

/// A source with its numbers.
#[derive(Debug, Clone, Serialize)]
pub struct SourceCount {
    /// Its path.
    pub path: String,
    /// The machine that read it last.
    pub machine: String,
    /// Number of its files.
    pub files: u64,
    /// Number of its articles.
    pub articles: u64,
}

/// A lease that is held.
#[derive(Debug, Clone, Serialize)]
pub struct HeldLease {
    /// The source, or `the whole index` during a rebuild.
    pub subject: String,
    /// The machine and the process.
    pub owner: String,
    /// Seconds until it expires unless it is renewed.
    pub seconds: u64,
}

/// The result of a verification.
#[derive(Debug, Clone, Default, Serialize)]
pub struct IndexCheck {
    /// Number of articles in the index.
    pub articles: u64,
    /// Number of files.
    pub files: u64,
    /// The copies of all shards.
    pub copies: Vec<CopyCount>,
    /// The defects.
    pub faults: Vec<String>,
}

/// One copy of one shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopyCount {
    /// The index.
    pub index: String,
    /// The number of the shard.
    pub shard: String,
    /// The node.
    pub node: String,
    /// Number of documents.
    pub documents: u64,
    /// Sum of the tokens of its articles.
    pub tokens: u64,
}

/// Describes an index, whatever its version.
///
/// # Errors
///
/// [`Error::NoIndex`], [`Error::NotTimbao`] and any error of the cluster.
pub fn status(client: &Client) -> Result<ClusterStatus> {
    let description = describe(client)?;
    state::refresh(client)?;
    let root: Value = client.get("")?.ok()?.json()?;
    let health: Value = client.get("_cluster/health")?.ok()?.json()?;
    let index: Value = client
        .get(&format!("_cluster/health/{}", description.articles))?
        .ok()?
        .json()?;
    let path = format!("{}/_stats/store", description.articles);
    let stats: Value = client.get(&path)?.ok()?.json()?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let leases = lease::held(client)?.into_iter();
    let health_of_index = text(&index["status"]);
    // An operator looks at the state above all when shards have no copy, and would wait in vain.
    let articles = match health_of_index.as_str() {
        "red" => None,
        _ => Some(count(client, client.name())?),
    };
    Ok(ClusterStatus {
        address: client.address().to_string(),
        opensearch: text(&root["version"]["number"]),
        health: health_of_index,
        nodes: health["number_of_nodes"].as_u64().unwrap_or_default(),
        analyzer_version: description.analyzer,
        is_readable: open(client).is_ok(),
        scores: description.scoring.name(),
        shards: shards_of(client, &description.articles)?,
        index: description.articles,
        articles,
        bytes: stats["_all"]["primaries"]["store"]["size_in_bytes"]
            .as_u64()
            .unwrap_or_default(),
        sources: source_counts(client)?,
        leases: leases
            .map(|(subject, owner, seconds)| HeldLease {
                subject,
                owner,
                seconds,
            })
            .collect(),
    })
}

fn source_counts(client: &Client) -> Result<Vec<SourceCount>> {
    let mut counts = Vec::new();
    for source in sources(client)? {
        let files = state::files(client, &source)?;
        counts.push(SourceCount {
            files: files.len() as u64,
            articles: files.values().map(|entry| entry.articles).sum(),
            path: source.path,
            machine: source.machine,
        });
    }
    Ok(counts)
}

/// Verifies that all copies of all shards agree, and that the index has exactly the articles that
/// the record of its files says.
///
/// # Errors
///
/// [`Error::OtherVersion`] and any error of the cluster.
pub fn verify(client: &Client) -> Result<IndexCheck> {
    let description = open(client)?;
    for alias in [
        client.name(),
        &state_alias(client.name()),
        &words_alias(client.name()),
    ] {
        client.call("POST", &format!("{alias}/_refresh"))?.ok()?;
    }
    let mut check = IndexCheck::default();
    let start = Instant::now();
    loop {
        check.faults.clear();
        check.copies.clear();
        for index in [&description.articles, &description.words] {
            compare_copies(client, index, &mut check)?;
        }
        // Replicas get segments some time after a refresh.
        if check.faults.is_empty() || start.elapsed() > LAG {
            break;
        }
        thread::sleep(Duration::from_millis(500));
    }
    check.articles = count(client, client.name())?;
    compare_files(client, &mut check)?;
    Ok(check)
}

#[derive(Deserialize)]
struct ShardRow {
    index: String,
    shard: String,
    state: String,
    node: Option<String>,
    id: Option<String>,
}

fn compare_copies(client: &Client, index: &str, check: &mut IndexCheck) -> Result<()> {
    let path = format!("_cat/shards/{index}?format=json&h=index,shard,state,node,id");
    let rows: Vec<ShardRow> = client.get(&path)?.ok()?.json()?;
    let mut first: BTreeMap<String, CopyCount> = BTreeMap::new();
    for row in rows {
        let (Some(node), Some(id), "STARTED") = (row.node, row.id, row.state.as_str()) else {
            let fault = format!(
                "a copy of shard {} of {} is {}",
                row.shard, row.index, row.state
            );
            check.faults.push(fault.to_lowercase());
            continue;
        };
        let preference = format!("_shards:{}%7C_only_nodes:{id}", row.shard);
        let body = json!({
            "size": 0, "track_total_hits": true,
            "aggs": { "tokens": { "sum": { "field": "tokens" } } },
        });
        let path = format!("{index}/_search?preference={preference}");
        let answer: Value = client.send("POST", &path, &body)?.ok()?.json()?;
        let tokens = answer
            .pointer("/aggregations/tokens/value")
            .and_then(Value::as_f64);
        let copy = CopyCount {
            index: row.index,
            node,
            documents: answer
                .pointer("/hits/total/value")
                .and_then(Value::as_u64)
                .unwrap_or(0),
            // Sums of integers below 2^53 are exact.
            tokens: tokens.unwrap_or(0.0) as u64,
            shard: row.shard.clone(),
        };
        let other = first.entry(row.shard).or_insert_with(|| copy.clone());
        if (other.documents, other.tokens) != (copy.documents, copy.tokens) {
            check.faults.push(format!(
                "the copies of shard {} of {index} differ: {} documents on {}, {} on {}",
                copy.shard, other.documents, other.node, copy.documents, copy.node
            ));
        }
        check.copies.push(copy);
    }
    Ok(())
}

/// Compares the articles of each file with its entry.
fn compare_files(client: &Client, check: &mut IndexCheck) -> Result<()> {
    let mut recorded: BTreeMap<String, (String, u64)> = BTreeMap::new();
    for source in sources(client)? {
        for (path, entry) in state::files(client, &source)? {
            recorded.insert(file_hash(&path), (path, entry.articles));
        }
    }
    check.files = recorded.len() as u64;
    let mut present: BTreeMap<String, u64> = BTreeMap::new();
    let mut after = Value::Null;
    loop {
        let mut composite =
            json!({ "size": 5000, "sources": [{ "file": { "terms": { "field": "file" } } }] });
        if !after.is_null() {
            composite["after"] = after;
        }
        let body = json!({ "size": 0, "aggs": { "files": { "composite": composite } } });
        let path = format!("{}/_search?preference=_primary", client.name());
        let answer: Value = client.send("POST", &path, &body)?.ok()?.json()?;
        let buckets = answer
            .pointer("/aggregations/files/buckets")
            .and_then(Value::as_array);
        for bucket in buckets.into_iter().flatten() {
            let file = bucket["key"]["file"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            present.insert(file, bucket["doc_count"].as_u64().unwrap_or_default());
        }
        after = answer
            .pointer("/aggregations/files/after_key")
            .cloned()
            .unwrap_or_default();
        if after.is_null() {
            break;
        }
    }
    let mut faults = Vec::new();
    for (file, (path, expected)) in &recorded {
        let found = present.remove(file).unwrap_or_default();
        if found != *expected {
            faults.push(format!(
                "{path}: {found} articles in the index, {expected} were read"
            ));
        }
    }
    if !present.is_empty() {
        let articles: u64 = present.values().sum();
        faults.push(format!(
            "{articles} articles belong to no file that is indexed"
        ));
    }
    let more = faults.len().saturating_sub(MOST_FAULTS);
    faults.truncate(MOST_FAULTS);
    if more > 0 {
        faults.push(format!("{more} more files differ"));
    }
    check.faults.extend(faults);
    Ok(())
}

/// Feeds a new index from the stored articles of the present one, and lets the name lead to it. No
/// source is read. Searches find the present index until the new one is complete; updates wait.
/// The new index has this number of shards, or that of the present one. Returns the number of articles.
///
/// # Errors
///
/// [`Error::Busy`] if sources are being written, [`Error::Unfinished`] if articles would be
/// missing, and any error of the cluster. The present index is unchanged then.
pub fn rebuild(
    client: &Arc<Client>,
    shards: Option<u32>,
    options: &IngestOptions,
    progress: &dyn Progress,
) -> Result<u64> {
    let deadline = Instant::now() + options.wait;
    let mut leases = vec![Lease::take(client, WHOLE_INDEX, deadline, progress)?];
    for source in sources(client)? {
        leases.push(Lease::take(client, &source.path, deadline, progress)?);
    }
    let old = describe(client)?;
    let number = |index: &str| index.rsplit('.').next().and_then(|n| n.parse::<u64>().ok());
    let next = number(&old.articles)
        .max(number(&old.words))
        .unwrap_or_default()
        + 1;
    let name = client.name();
    // An unfinished rebuild may have left these.
    remove(client, &format!("{name}.articles.{next}"))?;
    remove(client, &format!("{}.{next}", words_alias(name)))?;
    let shards = shards.map_or_else(|| shards_of(client, &old.articles), Ok)?;
    let words = make_words(client, next)?;
    let (articles, _) = make_articles(client, next, shards)?;
    client.call("POST", &format!("{name}/_refresh"))?.ok()?;
    let expected = count(client, name)?;
    let mut copy = Copy {
        client,
        options,
        progress,
        leases: &leases,
        articles: &articles,
        words: &words,
        feed: Feed::new(),
        bulk: Bulk::default(),
        so_far: Reading::default(),
        time: i64::try_from(lease::now()).unwrap_or(i64::MAX),
    };
    progress.phase(Phase::Reading {
        files: expected,
        bytes: 0,
    });
    let kept = [STORED, "article", "file", "place_in_file", "hash"].into_iter();
    let kept: Vec<&str> = kept.chain(arrivals::FIELDS).collect();
    // Documents of older layouts have a source instead of columns.
    let place = match old.layout < COLUMNS_SINCE {
        true => "_source",
        false => "docvalue_fields",
    };
    let body = json!({ place: kept, "version": true });
    scroll(client, &old.articles, &body, &mut |hit| copy.add(hit))?;
    copy.send()?;
    for index in [&articles, &words] {
        client.call("POST", &format!("{index}/_refresh"))?.ok()?;
    }
    let found = count(client, &articles)?;
    if found != expected {
        return Err(Error::Unfinished {
            index: articles,
            found,
            expected,
        });
    }
    point(client, &[(name, &articles), (&words_alias(name), &words)])?;
    remove(client, &old.articles)?;
    remove(client, &old.words)?;
    Ok(found)
}

/// Removes an index, if it exists.
fn remove(client: &Client, index: &str) -> Result<()> {
    let path = format!("{index}?ignore_unavailable=true");
    client.call("DELETE", &path)?.ok()?;
    Ok(())
}

/// Articles on their way to a new index.
struct Copy<'a> {
    client: &'a Client,
    options: &'a IngestOptions,
    progress: &'a dyn Progress,
    leases: &'a [Lease],
    articles: &'a str,
    words: &'a str,
    feed: Feed,
    bulk: Bulk,
    so_far: Reading,
    /// The time of the rebuild, at which the articles of an index without arrivals arrive.
    time: i64,
}

impl Copy<'_> {
    /// Adds a stored article, under the version that it has.
    fn add(&mut self, hit: &Value) -> Result<()> {
        let id = hit["_id"].as_str().unwrap_or_default();
        let field = |name: &str| {
            let of_source = || hit.get("_source")?.get(name);
            let of_columns = || hit.get("fields")?.get(name)?.get(0);
            of_source().or_else(of_columns)
        };
        let text = |name: &str| field(name).and_then(Value::as_str);
        let article = match (text(STORED), field("article")) {
            (None, Some(article)) => Article::deserialize(article).map_err(io::Error::from),
            (stored, _) => unpack(stored.unwrap_or_default()),
        };
        let article = article.map_err(|error| Error::Damaged {
            document: id.to_owned(),
            reason: error.to_string(),
        })?;
        let origin = StoredOrigin {
            file: text("file").unwrap_or_default(),
            member: text("place_in_file"),
            hash: text("hash").unwrap_or_default(),
        };
        let arrival = ArrivalRecord::read(field);
        let arrival =
            arrival.unwrap_or_else(|| ArrivalRecord::before_all(self.time, article.identity()));
        let json = self.feed.json(id, &article, &origin, &arrival);
        let version = hit["_version"].as_u64().unwrap_or(1);
        self.bulk.index(id, version, &json);
        self.so_far.articles += 1;
        if self.bulk.bytes() >= BULK_BYTES {
            self.send()?;
        }
        Ok(())
    }

    fn send(&mut self) -> Result<()> {
        self.leases.iter().try_for_each(Lease::check)?;
        let patience = self.options.patience;
        let mut words = Bulk::default();
        for word in self.feed.take_new_words() {
            // Plain data of strings always serializes.
            words.create(&word.id(), &serde_json::to_vec(&word).unwrap_or_default());
        }
        for (bulk, index) in [(&words, self.words), (&self.bulk, self.articles)] {
            if !bulk.is_empty() {
                bulk.send_to_index(self.client, index, patience)?;
            }
        }
        self.bulk = Bulk::default();
        self.progress.read(self.so_far);
        Ok(())
    }
}
