//! Files whose records begin with a line of their own: mailboxes, corpora.

use std::io::{BufRead, BufReader, Read};

use super::splitter::{Splitter, Step};
use crate::problem::{Fault, ProblemKind};
use crate::record::Filler;
use crate::stream::Stream;
use crate::{Format, Limits};

/// Returns `true` if a line begins a record; also says whether the line before
/// is blank, as it is at the start of a file.
pub(crate) type Begins = fn(line: &[u8], after_blank: bool) -> bool;

pub(crate) struct Sections {
    format: Format,
    stream: BufReader<Stream>,
    begins: Begins,
    /// The first line of the next record.
    first: Vec<u8>,
    after_blank: bool,
    /// Records so far.
    number: u64,
}

impl Sections {
    pub fn new(format: Format, stream: Stream, begins: Begins) -> Self {
        Self {
            format,
            stream: BufReader::with_capacity(128 << 10, stream),
            begins,
            first: Vec::new(),
            after_blank: true,
            number: 0,
        }
    }
}

impl Splitter for Sections {
    fn step(&mut self, limits: &Limits, batch: &mut Filler<'_>) -> Result<Step, Fault> {
        let most = usize::try_from(limits.whole_bytes).unwrap_or(usize::MAX);
        let data = batch.data();
        let start = data.len();
        data.append(&mut self.first);
        let mut is_cut = false;
        let ended = loop {
            let line = data.len();
            // A longer line is read in pieces, none of which begins a record.
            let read = self.stream.by_ref().take(1 << 20).read_until(b'\n', data);
            if read.inspect_err(|_| data.truncate(start))? == 0 {
                break true;
            }
            let text = data.get(line..).unwrap_or_default();
            let begins = (self.begins)(text, self.after_blank);
            self.after_blank = text.trim_ascii().is_empty();
            if begins
                && !data
                    .get(start..line)
                    .unwrap_or_default()
                    .trim_ascii()
                    .is_empty()
            {
                self.first = data.split_off(line);
                break false;
            }
            if data.len() - start > most {
                data.truncate(line);
                is_cut = true;
            }
        };
        let end = batch.data().len();
        let blank = batch.data()[start..end].trim_ascii().is_empty();
        if !blank {
            self.number += 1;
            // A file of one record is that record.
            let number = (self.number > 1 || !ended).then_some(self.number);
            if is_cut {
                let message = format!("longer than {most} bytes; what follows was cut off");
                batch.problem(Fault::new(ProblemKind::TooLarge, message), number);
            }
            batch.push(start..end, self.format, number);
        }
        Ok(if ended { Step::Done } else { Step::More })
    }
}

/// The line between the messages of a mailbox.
pub(crate) fn begins_message(line: &[u8], after_blank: bool) -> bool {
    after_blank && line.starts_with(b"From ")
}

/// The line that begins a document in a corpus.
pub(crate) fn begins_document(line: &[u8], _: bool) -> bool {
    let tag = |name: &[u8]| {
        line.strip_prefix(b"<")
            .and_then(|line| line.strip_prefix(name))
            .is_some_and(|rest| matches!(rest.first(), Some(b' ' | b'>')))
    };
    tag(b"doc") || tag(b"text") || tag(b"article") || line.starts_with(b"# newdoc")
}
