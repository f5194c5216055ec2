//! The reasons of errors in answers of OpenSearch, and answers that lack a part of the articles.
//!
//! OpenSearch answers with status 200 if some shards fail or have no copy. Such an answer would look
//! like one of an archive with fewer articles.

use serde::Deserialize;
use serde_json::Value;

/// The parts of an answer that say whether it is complete.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Head {
    #[serde(rename = "_shards")]
    shards: Shards,
    timed_out: bool,
    failures: Vec<Value>,
    /// The answers to the searches of one request.
    responses: Vec<Head>,
    /// Only answers to writes have it.
    result: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Shards {
    total: u64,
    successful: u64,
    failed: u64,
    failures: Vec<Value>,
}

/// The part that is missing from the answer to a request for a path; `None` if it is complete.
pub(crate) fn missing_part(path: &str, body: &[u8]) -> Option<String> {
    // Other JSON, such as a list, has no shards.
    let head: Head = serde_json::from_slice(body).ok()?;
    let last = path.rsplit('/').next().unwrap_or_default();
    let is_search = matches!(last, "_search" | "_msearch" | "_count" | "point_in_time");
    head.missing_part(is_search)
}

/// The reason in an error of OpenSearch: the type and the message of its root cause.
pub(crate) fn error_reason(error: &Value) -> Option<String> {
    if let Some(text) = error.as_str() {
        return Some(text.to_owned());
    }
    let root = error.pointer("/root_cause/0");
    let of = |error: &Value| {
        let kind = error.get("type")?.as_str()?;
        let reason = error.get("reason").and_then(Value::as_str).unwrap_or("");
        Some(format!("{kind}: {reason}"))
    };
    let caused = error.get("caused_by").and_then(of);
    let mut reason = root.and_then(of).or_else(|| of(error))?;
    if let Some(caused) = caused.filter(|caused| !reason.contains(caused.as_str())) {
        reason.push_str(&format!(" ({caused})"));
    }
    Some(reason)
}

impl Head {
    fn missing_part(&self, is_search: bool) -> Option<String> {
        // A write is acknowledged after the copies that failed have been removed from the cluster.
        if self.result.is_some() {
            return None;
        }
        let Shards {
            total,
            successful,
            failed,
            ..
        } = self.shards;
        if failed > 0 {
            return Some(self.with_reason(format!("{failed} of {total} shards failed")));
        }
        // Shards without a copy are not counted as failed. Other requests count copies, which
        // are missing while there are too few nodes.
        if is_search && successful < total {
            return Some(format!("only {successful} of {total} shards are available"));
        }
        if self.timed_out {
            return Some("it took longer than the cluster allows".to_owned());
        }
        if !self.failures.is_empty() {
            return Some(self.with_reason("it failed for some articles".to_owned()));
        }
        let mut parts = self.responses.iter();
        parts.find_map(|part| part.missing_part(is_search))
    }

    /// A message with the reason of the first failure.
    fn with_reason(&self, message: String) -> String {
        let first = self.shards.failures.iter().chain(&self.failures).next();
        let reason = first.and_then(|first| {
            let reason = first.get("reason").or_else(|| first.get("cause"));
            error_reason(reason?)
        });
        match reason {
            Some(reason) => format!("{message} ({reason})"),
            None => message,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reasons_are_those_of_the_root_cause() {
        for (error, expected) in [
            (json!("no handler found"), Some("no handler found")),
            (
                json!({"type": "search_phase", "reason": "all shards failed",
                    "root_cause": [{"type": "parsing", "reason": "unknown query"}]}),
                Some("parsing: unknown query"),
            ),
            (
                json!({"type": "mapper_parsing", "reason": "failed",
                    "caused_by": {"type": "illegal_argument", "reason": "too long"}}),
                Some("mapper_parsing: failed (illegal_argument: too long)"),
            ),
            (json!(null), None),
        ] {
            assert_eq!(error_reason(&error).as_deref(), expected);
        }
    }

    fn shards(total: u64, successful: u64, failed: u64) -> Value {
        json!({ "total": total, "successful": successful, "skipped": 0, "failed": failed })
    }

    #[test]
    fn searches_need_every_shard() {
        for path in [
            "bao/_search",
            "_search",
            "bao/_count",
            "bao/_search/point_in_time",
        ] {
            for (answer, expected) in [
                (json!({ "count": 3, "_shards": shards(3, 3, 0) }), None),
                (
                    json!({ "count": 3, "_shards": shards(3, 2, 0) }),
                    Some("only 2 of 3 shards are available"),
                ),
                (
                    json!({ "count": 3, "_shards": shards(3, 2, 1) }),
                    Some("1 of 3 shards failed"),
                ),
                (
                    json!({ "timed_out": true, "_shards": shards(3, 3, 0) }),
                    Some("it took longer than the cluster allows"),
                ),
            ] {
                let found = missing_part(path, answer.to_string().as_bytes());
                assert_eq!(found.as_deref(), expected, "{path} {answer}");
            }
        }
    }

    #[test]
    fn each_search_of_several_needs_every_shard() {
        let answer = |second: Value| {
            let first = json!({ "timed_out": false, "_shards": shards(3, 3, 0) });
            json!({ "responses": [first, second] }).to_string()
        };
        let of = |second: Value| missing_part("_msearch", answer(second).as_bytes());
        assert_eq!(of(json!({ "_shards": shards(3, 3, 0) })), None);
        // It is sent again alone.
        assert_eq!(
            of(json!({ "error": { "type": "busy" }, "status": 429 })),
            None
        );
        let found = of(json!({ "_shards": shards(3, 1, 0) }));
        assert_eq!(found.as_deref(), Some("only 1 of 3 shards are available"));
    }

    #[test]
    fn copies_may_be_missing_but_not_fail() {
        let reason = json!({ "type": "node_closed", "reason": "n2" });
        let mut failed = shards(6, 3, 1);
        failed["failures"] = json!([{ "shard": 0, "reason": reason }]);
        for path in ["bao/_refresh", "bao/_stats/store"] {
            let of = |shards: &Value| {
                let answer = json!({ "_shards": shards });
                missing_part(path, answer.to_string().as_bytes())
            };
            assert_eq!(of(&shards(6, 3, 0)), None);
            let expected = Some("1 of 6 shards failed (node_closed: n2)");
            assert_eq!(of(&failed).as_deref(), expected);
        }
    }

    #[test]
    fn requests_that_fail_for_some_articles_are_incomplete() {
        let cause = json!({ "type": "conflict", "reason": "newer" });
        let answer = json!({ "deleted": 3, "failures": [{ "id": "a", "cause": cause }] });
        let found = missing_part("bao/_delete_by_query", answer.to_string().as_bytes());
        let expected = Some("it failed for some articles (conflict: newer)");
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn acknowledged_writes_and_other_answers_are_complete() {
        for answer in [
            json!({ "result": "updated", "_shards": shards(2, 1, 1) }),
            json!({ "acknowledged": true }),
            json!([{ "node": "n1" }]),
            json!({ "failures": { "mappings": {} } }),
        ] {
            let found = missing_part("bao/_doc/a", answer.to_string().as_bytes());
            assert_eq!(found, None, "{answer}");
        }
    }
}
