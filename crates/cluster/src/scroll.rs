//! Reading all documents that match a query, at one point in time.

use serde_json::{Value, json};

use crate::client::Client;
use crate::error::Result;

/// Documents that are fetched together.
const PAGE: u32 = 2000;

/// Calls `each` with every hit of a search on an alias. `body` is the search without size, order
/// and point in time.
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
    let path = format!("{alias}/_search/point_in_time?keep_alive=5m");
    let opened: Value = client.call("POST", &path)?.ok()?.json()?;
    let mut pit = opened["pit_id"].clone();
    let result = pages(client, &mut pit, body, each);
    // It expires by itself if this fails.
    let _ = client.send(
        "DELETE",
        "_search/point_in_time",
        &json!({ "pit_id": [pit] }),
    );
    result
}

fn pages(
    client: &Client,
    pit: &mut Value,
    body: &Value,
    each: &mut dyn FnMut(&Value) -> Result<()>,
) -> Result<()> {
    let mut after = Value::Null;
    loop {
        let mut body = body.clone();
        body["size"] = json!(PAGE);
        body["sort"] = json!([{ "key": "asc" }]);
        body["track_total_hits"] = json!(false);
        body["pit"] = json!({ "id": pit, "keep_alive": "5m" });
        if !after.is_null() {
            body["search_after"] = after.clone();
        }
        let answer: Value = client
            .send("POST", "_search?allow_partial_search_results=false", &body)?
            .ok()?
            .json()?;
        if let Some(id) = answer.get("pit_id") {
            *pit = id.clone();
        }
        let hits = answer.pointer("/hits/hits").and_then(Value::as_array);
        let hits = hits.map(Vec::as_slice).unwrap_or_default();
        for hit in hits {
            each(hit)?;
        }
        match hits.last() {
            Some(last) if hits.len() == PAGE as usize => after = last["sort"].clone(),
            _ => return Ok(()),
        }
    }
}
