//! Creating and describing the indexes in a cluster.

use serde::Deserialize;
use serde_json::{Value, json};
use timbao_tokenizer::ANALYZER_VERSION;

use crate::client::Client;
use crate::error::{Error, Result};
use crate::schema::{self, LAYOUT};

/// Clauses of a query that the cluster should allow: wide gaps and NEAR are enumerated.
const CLAUSES: u32 = 20_000;
/// Number of shards of an index of articles, unless stated.
pub const SHARDS: u32 = 3;

/// How the cluster computes scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scoring {
    /// By the formula of the local engine, in scripted similarities.
    Scripted,
    /// By BM25 with the same parameters, because the cluster does not allow scripts.
    Plain,
}

impl Scoring {
    /// The name in `_meta` and in `timbao cluster status`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scripted => "scripted",
            Self::Plain => "plain",
        }
    }
}

/// The indexes behind a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The index of articles that the alias leads to.
    pub articles: String,
    /// The index of words.
    pub words: String,
    /// Version of the analysis.
    pub analyzer: u64,
    /// Version of the fields.
    pub layout: u64,
    /// How scores are computed.
    pub scoring: Scoring,
}

/// The `_meta` of an index.
#[derive(Debug, Deserialize)]
struct Meta {
    layout: u64,
    #[serde(default)]
    analyzer: u64,
    #[serde(default)]
    scores: String,
}

/// The alias of the words of an index.
pub(crate) fn words_alias(name: &str) -> String {
    format!("{name}.words")
}

/// The alias of the sources, files and leases of an index.
pub(crate) fn state_alias(name: &str) -> String {
    format!("{name}.state")
}

/// Returns `true` if there is an index of this name.
///
/// # Errors
///
/// If the cluster fails.
pub fn exists(client: &Client) -> Result<bool> {
    let reply = client.get(&format!("_alias/{}", client.name()))?;
    match reply.status {
        404 => Ok(false),
        _ => reply.ok().map(|_| true),
    }
}

/// Describes the indexes behind a name, whatever their version.
///
/// # Errors
///
/// [`Error::NoIndex`] and [`Error::NotTimbao`].
pub(crate) fn describe(client: &Client) -> Result<Description> {
    let name = client.name();
    let (articles, meta) = meta_of(client, name)?;
    let (words, _) = meta_of(client, &words_alias(name))?;
    Ok(Description {
        articles,
        words,
        analyzer: meta.analyzer,
        layout: meta.layout,
        scoring: match meta.scores.as_str() {
            "plain" => Scoring::Plain,
            _ => Scoring::Scripted,
        },
    })
}

/// Describes the indexes behind a name, which must be of this version.
///
/// # Errors
///
/// [`Error::NoIndex`], [`Error::NotTimbao`] and [`Error::OtherVersion`].
pub fn open(client: &Client) -> Result<Description> {
    let description = describe(client)?;
    let expected = u64::from(ANALYZER_VERSION);
    for (what, found, expected) in [
        ("layout", description.layout, LAYOUT),
        ("analysis", description.analyzer, expected),
    ] {
        if found != expected {
            return Err(Error::OtherVersion {
                name: client.name().to_owned(),
                what,
                found,
                expected,
            });
        }
    }
    Ok(description)
}

/// Creates the indexes and their aliases, with [`SHARDS`] shards of articles.
///
/// # Errors
///
/// [`Error::Exists`] if the name is taken.
pub fn create(client: &Client) -> Result<Description> {
    create_with_shards(client, SHARDS)
}

/// Creates the indexes and their aliases, with a number of shards of articles, from 1 to 1,024.
///
/// # Errors
///
/// [`Error::Exists`] if the name is taken, and [`Error::Rejected`] for other numbers.
pub fn create_with_shards(client: &Client, shards: u32) -> Result<Description> {
    let name = client.name();
    if exists(client)? || client.get(name)?.status == 200 {
        return Err(Error::Exists {
            name: name.to_owned(),
        });
    }
    allow_clauses(client);
    let state = format!("{}.1", state_alias(name));
    make(client, &state, &schema::state())?;
    let words = format!("{}.1", words_alias(name));
    make(client, &words, &schema::words(ANALYZER_VERSION))?;
    let (articles, _) = make_articles(client, 1, shards)?;
    let aliases = [
        (name, articles.as_str()),
        (&words_alias(name), &words),
        (&state_alias(name), &state),
    ];
    point(client, &aliases)?;
    // Until each shard has its copy, the loss of a node could cost acknowledged articles. A cluster
    // that takes longer is waited for no further.
    client.get(&format!(
        "_cluster/health/{name}.*?wait_for_status=green&timeout=30s"
    ))?;
    open(client)
}

/// Creates an index of articles with a number, with scripted similarities if the cluster allows.
pub(crate) fn make_articles(
    client: &Client,
    number: u64,
    shards: u32,
) -> Result<(String, Scoring)> {
    let index = format!("{}.articles.{number}", client.name());
    let body = schema::articles(ANALYZER_VERSION, true, shards);
    match make(client, &index, &body) {
        Err(Error::Rejected { reason, .. }) if is_about_scripts(&reason) => {
            make(
                client,
                &index,
                &schema::articles(ANALYZER_VERSION, false, shards),
            )?;
            Ok((index, Scoring::Plain))
        }
        other => other.map(|()| (index, Scoring::Scripted)),
    }
}

/// The number of shards of an index.
pub(crate) fn shards_of(client: &Client, index: &str) -> Result<u32> {
    let reply = client
        .get(&format!("{index}/_settings/index.number_of_shards"))?
        .ok()?;
    let settings: Value = reply.json()?;
    let number = &settings[index]["settings"]["index"]["number_of_shards"];
    let number = number.as_str().and_then(|number| number.parse().ok());
    number.ok_or_else(|| Error::Foreign {
        node: reply.node().to_owned(),
        reason: format!("no number of shards of {index}"),
    })
}

/// Creates the index of words with a number.
pub(crate) fn make_words(client: &Client, number: u64) -> Result<String> {
    let index = format!("{}.{number}", words_alias(client.name()));
    make(client, &index, &schema::words(ANALYZER_VERSION))?;
    Ok(index)
}

/// Lets aliases lead to these indexes and to no others, in one step.
pub(crate) fn point(client: &Client, aliases: &[(&str, &str)]) -> Result<()> {
    let mut actions = Vec::new();
    for (alias, index) in aliases {
        let old = client.get(&format!("_alias/{alias}"))?;
        if old.status != 404 {
            let old: serde_json::Map<String, Value> = old.ok()?.json()?;
            for old in old.keys().filter(|old| old != index) {
                actions.push(json!({ "remove": { "index": old, "alias": alias } }));
            }
        }
        let add = json!({ "index": index, "alias": alias, "is_write_index": true });
        actions.push(json!({ "add": add }));
    }
    let body = json!({ "actions": actions });
    client.send("POST", "_aliases", &body)?.ok().map(drop)
}

/// Creates an index. One that a lost answer was about is taken for created.
fn make(client: &Client, index: &str, body: &Value) -> Result<()> {
    let reply = client.send("PUT", index, body)?;
    let is_there = reply.status == 400 && reply.reason().contains("resource_already_exists");
    match is_there {
        true => Ok(()),
        false => reply.ok().map(drop),
    }
}

/// The index behind an alias, and what its `_meta` says.
fn meta_of(client: &Client, alias: &str) -> Result<(String, Meta)> {
    let reply = client.get(&format!("{alias}/_mapping?local=true"))?;
    let name = client.name().to_owned();
    if reply.status == 404 {
        return Err(Error::NoIndex { name });
    }
    let mappings: serde_json::Map<String, Value> = reply.ok()?.json()?;
    let Some((index, mapping)) = mappings.into_iter().next() else {
        return Err(Error::NoIndex { name });
    };
    let meta = mapping.pointer("/mappings/_meta/timbao").cloned();
    let meta = meta.and_then(|meta| serde_json::from_value(meta).ok());
    meta.map(|meta| (index, meta))
        .ok_or(Error::NotTimbao { name })
}

/// Raises the limit of clauses, if this user may. Without it, some queries are refused by the
/// cluster, with a message.
fn allow_clauses(client: &Client) {
    let body = json!({ "persistent": { "indices.query.bool.max_clause_count": CLAUSES } });
    let _ = client.send("PUT", "_cluster/settings", &body);
}

fn is_about_scripts(reason: &str) -> bool {
    ["script", "painless", "similarity"]
        .iter()
        .any(|word| reason.contains(word))
}
