//! A web archive (WARC 1.0 and 1.1, ISO 28500): the pages in it.

use std::io::{BufRead, BufReader, Read};

use super::splitter::{Splitter, Step};
use crate::parse::http;
use crate::problem::{Fault, ProblemKind};
use crate::record::Filler;
use crate::stream::Stream;
use crate::{Format, Limits};

/// Bytes of a record's header.
const LONGEST_HEADER: u64 = 64 << 10;

pub(crate) struct Pages {
    stream: BufReader<Stream>,
    /// Records read so far.
    number: u64,
}

impl Pages {
    pub fn new(stream: Stream) -> Self {
        Self {
            stream: BufReader::with_capacity(128 << 10, stream),
            number: 0,
        }
    }
}

impl Splitter for Pages {
    fn step(&mut self, limits: &Limits, batch: &mut Filler<'_>) -> Result<Step, Fault> {
        let start = batch.data().len();
        let end = self.record(limits, batch, start);
        if !matches!(end, Ok(Outcome::Page)) {
            batch.data().truncate(start);
        }
        match end? {
            Outcome::End => return Ok(Step::Done),
            Outcome::Page => {
                let end = batch.data().len();
                batch.push(start..end, Format::Warc, Some(self.number));
            }
            Outcome::TooLarge => {
                let message = format!(
                    "a page of more than {} bytes; raise the bound",
                    limits.whole_bytes
                );
                batch.problem(
                    Fault::new(ProblemKind::TooLarge, message),
                    Some(self.number),
                );
            }
            Outcome::Lost => {
                let message = "not a record of WARC; what precedes the next record was not read";
                batch.problem(Fault::malformed(message), Some(self.number));
            }
            Outcome::Other => {}
        }
        Ok(Step::More)
    }
}

enum Outcome {
    Page,
    /// A request, a picture, a redirection: nothing to read.
    Other,
    TooLarge,
    /// Bytes before a record that do not belong to one.
    Lost,
    End,
}

impl Pages {
    /// Reads a record, its header first, to the end of the batch.
    fn record(
        &mut self,
        limits: &Limits,
        batch: &mut Filler<'_>,
        start: usize,
    ) -> Result<Outcome, Fault> {
        if !self.header(batch.data())? {
            return Ok(Outcome::End);
        }
        self.number += 1;
        let header_end = batch.data().len();
        let head = batch.data().get(start..header_end).unwrap_or_default();
        let length: Option<u64> = http::header(head, "content-length")
            .and_then(|length| length.trim().parse().ok())
            .filter(|_| head.starts_with(b"WARC/"));
        let Some(length) = length else {
            return self.skip_to_next();
        };
        let kind = http::header(head, "warc-type")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let wanted = matches!(kind.as_str(), "response" | "resource" | "conversion");
        if !wanted || length > limits.whole_bytes {
            let skipped =
                std::io::copy(&mut self.stream.by_ref().take(length), &mut std::io::sink())?;
            if skipped < length {
                return Err(cut_short());
            }
            return Ok(if wanted {
                Outcome::TooLarge
            } else {
                Outcome::Other
            });
        }
        let read = self
            .stream
            .by_ref()
            .take(length)
            .read_to_end(batch.data())?;
        if (read as u64) < length {
            return Err(cut_short());
        }
        let record = batch.data().get(start..).unwrap_or_default();
        Ok(if http::is_page(record) {
            Outcome::Page
        } else {
            Outcome::Other
        })
    }

    /// Skips bytes that do not belong to a record, to the line before the next
    /// one.
    fn skip_to_next(&mut self) -> Result<Outcome, Fault> {
        let mut line = Vec::new();
        loop {
            if self.stream.fill_buf()?.starts_with(b"WARC/1.") {
                return Ok(Outcome::Lost);
            }
            line.clear();
            let mut bound = self.stream.by_ref().take(LONGEST_HEADER);
            if bound.read_until(b'\n', &mut line)? == 0 {
                let message = format!("record {} is damaged; the rest was not read", self.number);
                return Err(Fault::malformed(message));
            }
        }
    }

    /// Reads a header with the blank line that ends it; `false` at the end.
    fn header(&mut self, into: &mut Vec<u8>) -> Result<bool, Fault> {
        let mut bound = self.stream.by_ref().take(LONGEST_HEADER);
        let start = into.len();
        loop {
            let line = into.len();
            if bound.read_until(b'\n', into)? == 0 {
                return match into.get(start..).unwrap_or_default().trim_ascii() {
                    [] => Ok(false),
                    _ if bound.limit() == 0 => {
                        Err(Fault::malformed("the header of a record has no end"))
                    }
                    _ => Err(cut_short()),
                };
            }
            if into.get(line..).unwrap_or_default().trim_ascii().is_empty() {
                if line > start {
                    return Ok(true);
                }
                // Blank lines before a record part it from the last.
                into.truncate(start);
            }
        }
    }
}

fn cut_short() -> Fault {
    Fault::malformed("cut short; fetch the archive again")
}
