//! Reading all documents that match a query, at one point in time.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::Client;
use crate::error::{Error, Result};

/// Documents that are fetched together.
const PAGE: u32 = 2000;

/// Failures of a point in time in a row that are tolerated.
const MOST_FAILURES: u32 = 30;
/// The pause after such a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// Calls `each` with every hit of a search on an alias. `body` is the search without size, order
/// and point in time.
///
/// A point in time lives on certain nodes. When one of them fails, the search continues behind the
/// last hit in another point in time, which may have changes that were made since the first.
///
/// # Errors
///
/// If the cluster fails, and the errors of `each`.
pub(crate) fn scroll(
    client: &Client,
    alias: &str,
    body: &Value,
    each: &mut dyn FnMut(&Value) -> Result<()>,
) -> Result<()> {
    let mut after = Value::Null;
    let mut failures = 0;
    loop {
        let before = after.clone();
        match pages(client, alias, body, &mut after, each)? {
            None => return Ok(()),
            Some(_) if failures < MOST_FAILURES => thread::sleep(PAUSE),
            Some(error) => return Err(error),
        }
        failures = if after == before { failures + 1 } else { 0 };
    }
}

/// Reads the pages behind `after` in one point in time; returns its failure.
fn pages(
    client: &Client,
    alias: &str,
    body: &Value,
    after: &mut Value,
    each: &mut dyn FnMut(&Value) -> Result<()>,
) -> Result<Option<Error>> {
    // Replicas may lag behind a refresh.
    let parameters = "keep_alive=5m&preference=_primary&allow_partial_pit_creation=false";
    let path = format!("{alias}/_search/point_in_time?{parameters}");
    let opened = client.call("POST", &path)?;
    if opened.status >= 500 {
        return Ok(opened.ok().err());
    }
    let opened: Value = opened.ok()?.json()?;
    let mut pit = opened["pit_id"].clone();
    let result = loop {
        let mut body = body.clone();
        body["size"] = json!(PAGE);
        body["sort"] = json!([{ "key": "asc" }]);
        body["track_total_hits"] = json!(false);
        body["pit"] = json!({ "id": pit, "keep_alive": "5m" });
        if !after.is_null() {
            body["search_after"] = after.clone();
        }
        let path = "_search?allow_partial_search_results=false";
        let reply = client.send("POST", path, &body)?;
        if reply.status == 404 || reply.status >= 500 {
            break reply.ok().err();
        }
        let answer: Value = reply.ok()?.json()?;
        if let Some(id) = answer.get("pit_id") {
            pit = id.clone();
        }
        let hits = answer.pointer("/hits/hits").and_then(Value::as_array);
        let hits = hits.map(Vec::as_slice).unwrap_or_default();
        for hit in hits {
            each(hit)?;
            *after = hit["sort"].clone();
        }
        if hits.len() < PAGE as usize {
            break None;
        }
    };
    // It expires by itself if this fails.
    let _ = client.send(
        "DELETE",
        "_search/point_in_time",
        &json!({ "pit_id": [pit] }),
    );
    Ok(result)
}
