//! Texts that arrived, with what is shown of them.

use std::collections::HashSet;

use serde::{Serialize, Serializer};
use timbao_articles::Article;
use timbao_query::plan::{Facet, Plan};
use timbao_views::{
    ArrivalLog, ArrivedText, Engine, Result, ScoredArticle, ShownHit, Since, arrived_texts,
    facet_value,
};

use crate::moment::utc;

/// A text that arrived.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    /// The time of its first arrival, in milliseconds since 1970.
    pub time: i64,
    /// The [key](timbao_views::Arrival::key) of the copy that arrived first.
    pub key: u64,
    /// The keys of all matching copies.
    pub keys: Vec<u64>,
    /// The earliest published of the matching copies, without a score.
    pub hit: ShownHit,
}

impl News {
    /// The time of its first arrival by RFC 3339.
    pub fn arrived_at(&self) -> String {
        utc(self.time)
    }

    /// Identifies the text for as long as the index, or a copy of it, exists: a UUID.
    pub fn uuid(&self) -> String {
        uuid(&self.key.to_le_bytes())
    }

    /// A passage that matches, with an ellipsis where it is cut; empty if there is none.
    pub fn passage(&self) -> String {
        let snippet = self.hit.snippets.first();
        snippet.map_or_else(String::new, |snippet| {
            let dots = |is_cut: bool| if is_cut { "…" } else { "" };
            let (before, after) = (dots(snippet.starts_mid), dots(snippet.ends_mid));
            format!("{before}{}{after}", snippet.text)
        })
    }

    /// The text in JSON, as news of a search.
    pub fn shape<'n>(&'n self, search: &'n str) -> impl Serialize + 'n {
        let article = &self.hit.article;
        Shape {
            search,
            arrived: self.arrived_at(),
            key: format!("{:016x}", self.key),
            id: &article.id,
            path: &article.path,
            member: article.member.as_deref(),
            title: article.title.as_deref(),
            date: article.published.map(|date| date.to_string()),
            facets: Facets(article),
            url: article.url.as_deref(),
            passage: self.passage(),
            reprints: self.hit.reprints.unwrap_or(0),
        }
    }
}

#[derive(Serialize)]
struct Shape<'n> {
    search: &'n str,
    arrived: String,
    key: String,
    id: &'n str,
    path: &'n str,
    member: Option<&'n str>,
    title: Option<&'n str>,
    date: Option<String>,
    #[serde(flatten)]
    facets: Facets<'n>,
    url: Option<&'n str>,
    passage: String,
    reprints: u64,
}

/// The values of an article for all facets that are not periods.
struct Facets<'n>(&'n Article);

impl Serialize for Facets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let value = |facet: Facet| (facet.name(), facet_value(self.0, facet));
        serializer.collect_map(Facet::stated().map(value))
    }
}

/// A UUID (version 8, RFC 9562) of some bytes.
pub(crate) fn uuid(bytes: &[u8]) -> String {
    let hash = blake3::hash(bytes);
    let mut id: [u8; 16] = hash.as_bytes().first_chunk().copied().unwrap_or_default();
    id[6] = id[6] & 0x0f | 0x80;
    id[8] = id[8] & 0x3f | 0x80;
    let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
    [
        part(0..8),
        part(8..12),
        part(12..16),
        part(16..20),
        part(20..32),
    ]
    .join("-")
}

/// The texts that match a plan, at most `most`, those that arrived last first.
///
/// # Errors
///
/// If the engine fails.
pub fn latest(log: &dyn ArrivalLog, plan: &Plan, most: usize) -> Result<Vec<News>> {
    let mut texts = arrived_texts(log, plan, Since::Ever)?;
    texts.truncate(most);
    read(log, plan, texts)
}

/// The texts that match a plan and were not shown yet, in the order in which they arrived: those
/// that arrived since then, without those of which a copy was shown.
///
/// # Errors
///
/// If the engine fails.
pub fn unseen(
    log: &dyn ArrivalLog,
    plan: &Plan,
    since: Since<'_>,
    shown: &HashSet<u64>,
) -> Result<Vec<News>> {
    let mut texts = arrived_texts(log, plan, since)?;
    texts.retain(|text| !text.keys.iter().any(|key| shown.contains(key)));
    texts.reverse();
    read(log, plan, texts)
}

fn read(engine: &dyn Engine, plan: &Plan, texts: Vec<ArrivedText>) -> Result<Vec<News>> {
    let hit = |text: &ArrivedText| ScoredArticle {
        article: text.article,
        score: 0.0,
    };
    let hits: Vec<ScoredArticle> = texts.iter().map(hit).collect();
    let shown = engine.shown(plan, &hits, 1, 1);
    let news = texts.into_iter().zip(shown).map(|(text, shown)| {
        let copies = text.keys.len() as u64;
        let hit = ShownHit {
            reprints: Some(copies.saturating_sub(1)),
            ..shown?
        };
        Ok(News {
            time: text.arrival.time,
            key: text.arrival.key,
            keys: text.keys,
            hit,
        })
    });
    news.collect()
}
