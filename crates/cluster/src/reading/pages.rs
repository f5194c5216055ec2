//! Searches at one point in time.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::client::Client;
use crate::error::Result;

/// The time after which the cluster forgets a point in time that is not used.
const KEPT: &str = "10m";
/// Hits of a page without articles.
pub(crate) const IDS: usize = 5000;
/// Hits of a page with articles.
pub(crate) const ARTICLES: usize = 500;

/// A point in time of an index.
#[derive(Debug)]
pub(crate) struct Snapshot {
    client: Arc<Client>,
    /// The cluster may give a new id with every answer.
    id: Mutex<Value>,
}

impl Snapshot {
    /// Opens the present state of an index.
    pub(crate) fn open(client: Arc<Client>) -> Result<Self> {
        let path = format!("{}/_search/point_in_time?keep_alive={KEPT}", client.name());
        let opened: Value = client.call("POST", &path)?.ok()?.json()?;
        Ok(Self {
            id: Mutex::new(opened.get("pit_id").cloned().unwrap_or_default()),
            client,
        })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Runs a search; the answer is complete or an error.
    pub(crate) fn search(&self, mut body: Value) -> Result<Value> {
        {
            let id = self.id.lock().unwrap_or_else(PoisonError::into_inner);
            body["pit"] = json!({ "id": *id, "keep_alive": KEPT });
        }
        // Scores need the frequencies of all shards, not of each by itself.
        let search_type = match body["track_scores"] == true {
            true => "dfs_query_then_fetch",
            false => "query_then_fetch",
        };
        let path = format!("_search?allow_partial_search_results=false&search_type={search_type}");
        let answer: Value = self.client.send("POST", &path, &body)?.ok()?.json()?;
        if let Some(new) = answer.get("pit_id") {
            let mut id = self.id.lock().unwrap_or_else(PoisonError::into_inner);
            id.clone_from(new);
        }
        Ok(answer)
    }

    /// Runs a search for all of its hits, in its order, some at a time. `f` returns whether it wants
    /// more.
    pub(crate) fn pages(
        &self,
        mut body: Value,
        size: usize,
        mut f: impl FnMut(&[Value]) -> Result<bool>,
    ) -> Result<()> {
        body["size"] = json!(size);
        body["track_total_hits"] = json!(false);
        loop {
            let answer = self.search(body.clone())?;
            let hits = hits(&answer);
            if hits.is_empty() || !f(hits)? || hits.len() < size {
                return Ok(());
            }
            let last = hits.last().and_then(|hit| hit.get("sort"));
            body["search_after"] = last.cloned().unwrap_or_default();
        }
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        let id = self.id.get_mut().unwrap_or_else(PoisonError::into_inner);
        // It expires by itself if this fails.
        let body = json!({ "pit_id": [id.clone()] });
        let _ = self.client.send("DELETE", "_search/point_in_time", &body);
    }
}

/// The hits of an answer.
pub(crate) fn hits(answer: &Value) -> &[Value] {
    let hits = answer.pointer("/hits/hits").and_then(Value::as_array);
    hits.map(Vec::as_slice).unwrap_or_default()
}

/// The exact number of hits of an answer.
pub(crate) fn total(answer: &Value) -> u64 {
    let total = answer.pointer("/hits/total/value").and_then(Value::as_u64);
    total.unwrap_or(0)
}
