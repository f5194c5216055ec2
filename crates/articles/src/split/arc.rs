//! A web archive of the form before WARC (ARC 1 and 2, Internet Archive): the
//! pages in it. A page is handed on with its line as headers of WARC.

use std::io::{BufRead, BufReader, Read};

use super::splitter::{Splitter, Step};
use crate::parse::http;
use crate::problem::{Fault, ProblemKind};
use crate::record::Filler;
use crate::stream::Stream;
use crate::{Format, Limits};

/// Bytes of the line that begins a record.
const LONGEST_LINE: u64 = 64 << 10;

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

    /// Reads the line of the next record; `None` at the end.
    fn line(&mut self) -> Result<Option<String>, Fault> {
        let mut line = Vec::new();
        loop {
            line.clear();
            let mut bound = self.stream.by_ref().take(LONGEST_LINE);
            if bound.read_until(b'\n', &mut line)? == 0 {
                return Ok(None);
            }
            if !line.trim_ascii().is_empty() {
                return Ok(Some(
                    String::from_utf8_lossy(line.trim_ascii()).into_owned(),
                ));
            }
        }
    }
}

/// The address, kind and length that the line of a record states: in ARC 1
/// five values, in ARC 2 ten, the length last.
fn stated(line: &str) -> Option<(&str, &str, u64)> {
    let values: Vec<&str> = line.split(' ').collect();
    let length = values.last()?.parse().ok()?;
    (values.len() >= 5).then_some((*values.first()?, *values.get(3)?, length))
}

impl Splitter for Pages {
    fn step(&mut self, limits: &Limits, batch: &mut Filler<'_>) -> Result<Step, Fault> {
        let Some(line) = self.line()? else {
            return Ok(Step::Done);
        };
        self.number += 1;
        let Some((address, kind, length)) = stated(&line) else {
            return Err(Fault::malformed(format!(
                "record {} has no line of an ARC file; the rest was not read",
                self.number
            )));
        };
        let is_page = http::is_web(address) && length <= limits.whole_bytes;
        if !is_page {
            let mut record = self.stream.by_ref().take(length);
            let skipped = std::io::copy(&mut record, &mut std::io::sink())?;
            if http::is_web(address) {
                let message = format!("a page of more than {} bytes", limits.whole_bytes);
                batch.problem(
                    Fault::new(ProblemKind::TooLarge, message),
                    Some(self.number),
                );
            }
            return if skipped < length {
                Err(cut_short())
            } else {
                Ok(Step::More)
            };
        }
        let data = batch.data();
        let start = data.len();
        let head = format!("ARC/1.0\r\nWARC-Target-URI: {address}\r\nContent-Type: {kind}\r\n\r\n");
        data.extend_from_slice(head.as_bytes());
        let read = self.stream.by_ref().take(length).read_to_end(data);
        let record = data.get(start..).unwrap_or_default();
        let end = data.len();
        if !http::is_page(record) {
            data.truncate(start);
        } else {
            batch.push(start..end, Format::Arc, Some(self.number));
        }
        if (read? as u64) < length {
            return Err(cut_short());
        }
        Ok(Step::More)
    }
}

fn cut_short() -> Fault {
    Fault::malformed("cut short; fetch the archive again")
}
