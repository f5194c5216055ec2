//! Bulk requests: many writes in one request.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::error_reason;
use crate::client::Client;
use crate::error::{Error, Result};

/// The first pause before rejected writes are sent again.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause before rejected writes are sent again.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Writes that are sent together.
#[derive(Debug, Default)]
pub struct Bulk {
    lines: Vec<u8>,
    /// The end of each write in `lines`.
    ends: Vec<usize>,
}

/// The result of a bulk request.
#[derive(Debug, Default)]
pub struct BulkOutcome {
    /// Writes that the cluster acknowledged.
    pub done: u64,
    /// Indices of writes that met a newer version.
    pub outdated: Vec<usize>,
    /// Indices of writes that the cluster can never accept, with the reason.
    pub rejected: Vec<(usize, String)>,
}

#[derive(Deserialize)]
struct Answer {
    /// For each write its answer under the name of the operation.
    items: Vec<BTreeMap<String, Status>>,
}

#[derive(Deserialize)]
struct Status {
    status: u16,
    #[serde(default)]
    error: Value,
}

impl Bulk {
    /// Writes a document under a version; older versions of it are replaced, an equal one is
    /// written again.
    pub fn index(&mut self, id: &str, version: u64, document: &[u8]) {
        let action = json!({
            "index": { "_id": id, "version": version, "version_type": "external_gte" }
        });
        self.push(&action, Some(document));
    }

    /// Deletes a document unless it has a newer version.
    pub fn delete(&mut self, id: &str, version: u64) {
        let action = json!({
            "delete": { "_id": id, "version": version, "version_type": "external_gte" }
        });
        self.push(&action, None);
    }

    /// Writes a document if there is none with this id.
    pub fn create(&mut self, id: &str, document: &[u8]) {
        self.push(&json!({ "create": { "_id": id } }), Some(document));
    }

    /// Writes a document, whatever is there.
    pub(crate) fn put(&mut self, id: &str, document: &[u8]) {
        self.push(&json!({ "index": { "_id": id } }), Some(document));
    }

    /// Deletes a document, whatever its version.
    pub(crate) fn delete_any(&mut self, id: &str) {
        self.push(&json!({ "delete": { "_id": id } }), None);
    }

    /// Number of bytes.
    pub fn bytes(&self) -> usize {
        self.lines.len()
    }

    /// Number of writes.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns `true` if there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn push(&mut self, action: &Value, document: Option<&[u8]>) {
        // A value always serializes.
        self.lines
            .extend(serde_json::to_vec(action).unwrap_or_default());
        self.lines.push(b'\n');
        if let Some(document) = document {
            self.lines.extend_from_slice(document);
            self.lines.push(b'\n');
        }
        self.ends.push(self.lines.len());
    }

    /// The lines of one write.
    fn lines_of(&self, index: usize) -> &[u8] {
        let end_of = |index: usize| self.ends.get(index).copied().unwrap_or(0);
        let start = index.checked_sub(1).map_or(0, end_of);
        self.lines.get(start..end_of(index)).unwrap_or_default()
    }

    /// Sends the writes to an alias, until each is acknowledged or can never be. Writes that the
    /// cluster has no capacity for are repeated, those alone, for `patience`.
    ///
    /// # Errors
    ///
    /// [`Error::Overloaded`] or [`Error::DiskFull`] if the cluster still has no capacity, and the
    /// errors of [`Client::send`]. Some writes may have been made then.
    pub fn send(&self, client: &Client, alias: &str, patience: Duration) -> Result<BulkOutcome> {
        // Without an alias, OpenSearch would create an index with other mappings.
        self.send_to(
            client,
            &format!("{alias}/_bulk?require_alias=true"),
            patience,
        )
    }

    /// Sends the writes to an index that is no alias yet, like [`send`](Self::send).
    pub(crate) fn send_to_index(
        &self,
        client: &Client,
        index: &str,
        patience: Duration,
    ) -> Result<BulkOutcome> {
        self.send_to(client, &format!("{index}/_bulk"), patience)
    }

    fn send_to(&self, client: &Client, path: &str, patience: Duration) -> Result<BulkOutcome> {
        let mut outcome = BulkOutcome::default();
        let mut left: Vec<usize> = (0..self.len()).collect();
        let start = Instant::now();
        let mut pause = FIRST_PAUSE;
        while !left.is_empty() {
            let error = match self.attempt(client, path, &mut left, &mut outcome) {
                Ok(None) => break,
                Ok(Some(error))
                | Err(error @ (Error::Overloaded { .. } | Error::DiskFull { .. })) => error,
                Err(error) => return Err(error),
            };
            if start.elapsed() + pause > patience {
                return Err(error);
            }
            thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        outcome.outdated.sort_unstable();
        outcome.rejected.sort_unstable();
        Ok(outcome)
    }

    /// Sends the writes that are left; those that must be repeated stay in `left`, with the reason.
    fn attempt(
        &self,
        client: &Client,
        path: &str,
        left: &mut Vec<usize>,
        outcome: &mut BulkOutcome,
    ) -> Result<Option<Error>> {
        let some: Vec<u8>;
        let lines = if left.len() == self.len() {
            &self.lines
        } else {
            some = left
                .iter()
                .flat_map(|&i| self.lines_of(i))
                .copied()
                .collect();
            &some
        };
        let reply = client.post_lines(path, lines)?;
        if reply.status == 413 && left.len() > 1 {
            return self.halves(client, path, left, outcome);
        }
        if reply.status == 413 {
            let reason = "it is larger than the cluster accepts (http.max_content_length)";
            outcome
                .rejected
                .extend(left.drain(..).map(|i| (i, reason.to_owned())));
            return Ok(None);
        }
        let reply = reply.ok()?;
        let answer: Answer = reply.json()?;
        if answer.items.len() != left.len() {
            return Err(Error::Foreign {
                node: reply.node().to_owned(),
                reason: "_bulk answers another number of writes".to_owned(),
            });
        }
        self.sort_out(client, reply.node(), answer, left, outcome)
    }

    /// Sorts the writes by their results.
    fn sort_out(
        &self,
        client: &Client,
        node: &str,
        answer: Answer,
        left: &mut Vec<usize>,
        outcome: &mut BulkOutcome,
    ) -> Result<Option<Error>> {
        let mut again = Vec::new();
        let mut last = None;
        for (index, item) in std::mem::take(left).into_iter().zip(answer.items) {
            let Some(status) = item.into_values().next() else {
                continue;
            };
            let reason = error_reason(&status.error).unwrap_or_default();
            match status.status {
                // A document that should be deleted may not be there.
                200..=299 | 404 if reason.is_empty() => outcome.done += 1,
                409 => outcome.outdated.push(index),
                403 | 429 if is_full(&reason) => {
                    again.push(index);
                    last = Some(Error::DiskFull { reason });
                }
                status @ (429 | 500 | 502..=504) => {
                    again.push(index);
                    last = Some(Error::Overloaded {
                        node: node.to_owned(),
                        status,
                        reason,
                    });
                }
                404 => {
                    let name = client.name().to_owned();
                    return Err(Error::NoIndex { name });
                }
                _ => outcome.rejected.push((index, reason)),
            }
        }
        *left = again;
        Ok(last)
    }

    /// Sends a request that is too large in two parts.
    fn halves(
        &self,
        client: &Client,
        path: &str,
        left: &mut Vec<usize>,
        outcome: &mut BulkOutcome,
    ) -> Result<Option<Error>> {
        let mut second = left.split_off(left.len() / 2);
        let first = self.attempt(client, path, left, outcome)?;
        let result = self.attempt(client, path, &mut second, outcome);
        left.append(&mut second);
        Ok(result?.or(first))
    }
}

fn is_full(reason: &str) -> bool {
    reason.contains("flood-stage") || reason.contains("read-only-allow-delete")
}
