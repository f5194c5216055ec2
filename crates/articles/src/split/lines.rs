//! JSON Lines: a record a line.

use std::io::Read;

use memchr::memchr_iter;

use super::splitter::{Splitter, Step};
use crate::problem::{Fault, ProblemKind};
use crate::record::{BATCH_BYTES, Filler};
use crate::stream::Stream;
use crate::{Format, Limits};

/// The least that is read at once, in bytes.
const READ: usize = 64 << 10;

/// Bytes to split at once.
const PIECE: usize = 128 << 10;

pub(crate) struct Lines {
    stream: Stream,
    /// The start of a line whose end has not been read yet.
    carry: Vec<u8>,
    /// Lines read so far.
    number: u64,
    /// Inside a line that is too long: skipping to its end.
    skipping: bool,
}

impl Lines {
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            carry: Vec::new(),
            number: 0,
            skipping: false,
        }
    }

    fn line(&mut self, start: usize, end: usize, batch: &mut Filler<'_>, limits: &Limits) {
        self.number += 1;
        if std::mem::take(&mut self.skipping) {
            return;
        }
        let line = &batch.data()[start..end];
        let (from, to) = record(line);
        let is_skipped = from == to || is_bulk_action(&line[from..to]);
        if end - start > limits.record_bytes {
            batch.problem(too_long(limits), Some(self.number));
        } else if !is_skipped {
            batch.push(
                start + from..start + to,
                Format::JsonLines,
                Some(self.number),
            );
        }
    }
}

impl Splitter for Lines {
    fn step(&mut self, limits: &Limits, batch: &mut Filler<'_>) -> Result<Step, Fault> {
        // Little at once, as each line of it becomes a record, and as much again as is kept of a
        // long line.
        let piece = PIECE.max(self.carry.len());
        let room = batch.room().clamp(READ, BATCH_BYTES).min(piece);
        let data = batch.data();
        let mut start = data.len();
        data.append(&mut self.carry);
        let fresh = data.len();
        let read = self.stream.by_ref().take(room as u64).read_to_end(data);
        let end = data.len();

        let breaks: Vec<usize> = memchr_iter(b'\n', &data[fresh..])
            .map(|at| fresh + at)
            .collect();
        for at in breaks {
            self.line(start, at, batch, limits);
            start = at + 1;
        }
        match read {
            // The lines before a failure are kept, and the last one if it is whole.
            Err(error) => {
                let last = batch.data().get(start..end).unwrap_or_default();
                if !self.skipping
                    && last.trim_ascii_end().ends_with(b"}")
                    && serde_json::from_slice::<serde::de::IgnoredAny>(last).is_ok()
                {
                    self.line(start, end, batch, limits);
                    return Err(error.into());
                }
                batch.data().truncate(start);
                Err(error.into())
            }
            Ok(read) if read < room => {
                if start < end || self.skipping {
                    self.line(start, end, batch, limits);
                }
                Ok(Step::Done)
            }
            Ok(_) => {
                if !self.skipping && end - start > limits.record_bytes {
                    batch.problem(too_long(limits), Some(self.number + 1));
                    self.skipping = true;
                }
                if !self.skipping {
                    self.carry.extend_from_slice(&batch.data()[start..end]);
                }
                batch.data().truncate(start);
                Ok(Step::More)
            }
        }
    }
}

/// The range of the record in a line, without the brackets and commas of an array whose elements
/// have a line each. Comments and such brackets alone have no record.
fn record(line: &[u8]) -> (usize, usize) {
    let from = line.len() - line.trim_ascii_start().len();
    let mut to = from + line.trim_ascii().len();
    let text = &line[from..to];
    let is_comment = text.starts_with(b"//") || text.starts_with(b"#");
    if is_comment || matches!(text, b"" | b"[" | b"]" | b"," | b"];") {
        return (0, 0);
    }
    let is_first = text.starts_with(b"[{");
    if text.ends_with(b"},") || text.ends_with(b"}]") && !is_first {
        to -= 1;
    }
    // RFC 7464 puts a control character before each text.
    let is_in_array = is_first && line.get(to - 1) == Some(&b'}');
    (from + usize::from(is_in_array || text[0] == 0x1e), to)
}

/// Returns `true` if the first object continues on the next line. Brackets alone in their lines
/// that an object in one line follows are broken lines, not its beginning.
pub(super) fn spans_lines(head: &[u8]) -> bool {
    let lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let mut lines = lines.skip_while(|line| !line.starts_with(b"{")).peekable();
    if lines.peek().is_none_or(|first| *first != b"{") {
        return false;
    }
    let next = lines.find(|line| !matches!(*line, b"" | b"{"));
    let is_whole = |line: &[u8]| line.starts_with(b"{") && line.ends_with(b"}");
    !next.is_some_and(is_whole)
}

/// Returns `true` for the line above a document in the bulk format of Elasticsearch:
/// `{"index":{"_index":"news","_id":"1"}}`.
fn is_bulk_action(line: &[u8]) -> bool {
    const LONGEST: usize = 400;
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Target {
        #[serde(rename = "_index")]
        _index: Option<serde::de::IgnoredAny>,
        #[serde(rename = "_type")]
        _type: Option<serde::de::IgnoredAny>,
        #[serde(rename = "_id")]
        _id: Option<serde::de::IgnoredAny>,
        #[serde(rename = "routing")]
        _routing: Option<serde::de::IgnoredAny>,
    }
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Action {
        Index(#[allow(dead_code)] Target),
        Create(#[allow(dead_code)] Target),
    }
    let line = line.trim_ascii();
    line.len() <= LONGEST && line.ends_with(b"}}") && serde_json::from_slice::<Action>(line).is_ok()
}

fn too_long(limits: &Limits) -> Fault {
    let message = format!(
        "a line of more than {} bytes; put one article a line, or raise the bound",
        limits.record_bytes
    );
    Fault::new(ProblemKind::TooLarge, message)
}
