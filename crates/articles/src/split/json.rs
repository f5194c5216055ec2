//! JSON: the objects of an array, of objects one after another, or of the
//! array an object wraps them in. They are told apart without being parsed.

use std::io::Read;
use std::ops::Range;

use super::{Splitter, Step};
use crate::problem::{Fault, ProblemKind};
use crate::record::Filler;
use crate::stream::Stream;
use crate::{Format, Limits};

/// How much is read at once, in bytes.
const READ: u64 = 256 << 10;

/// Keys under which an object wraps an array of articles.
const WRAPPERS: &[&[u8]] = &[
    b"articles",
    b"items",
    b"data",
    b"docs",
    b"documents",
    b"results",
    b"entries",
    b"news",
    b"posts",
    b"hits",
    b"records",
    b"rows",
];

pub(crate) struct Values {
    stream: Stream,
    buffer: Vec<u8>,
    scan: Scan,
    /// Elements seen so far.
    number: u64,
    /// The bound has been reported for the element being read.
    skipping: bool,
}

impl Values {
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
            scan: Scan::default(),
            number: 0,
            skipping: false,
        }
    }
}

impl Splitter for Values {
    fn step(&mut self, limits: &Limits, batch: &mut Filler<'_>) -> Result<Step, Fault> {
        let fresh = self.buffer.len();
        let read = self
            .stream
            .by_ref()
            .take(READ)
            .read_to_end(&mut self.buffer);
        let mut at = fresh;
        while let Some((element, next)) = self.scan.next(&self.buffer, at)? {
            at = next;
            self.number += 1;
            let bytes = self.buffer.get(element).unwrap_or_default();
            if std::mem::take(&mut self.skipping) {
                continue;
            }
            if bytes.len() > limits.record_bytes {
                batch.problem(too_large(limits), Some(self.number));
                continue;
            }
            let data = batch.data();
            let start = data.len();
            data.extend_from_slice(bytes);
            let end = data.len();
            // A single object is the file, not a member of it.
            let number = (!self.scan.single()).then_some(self.number);
            batch.push(start..end, Format::Json, number);
        }
        self.keep_open(limits, batch);
        match read {
            Err(error) => Err(error.into()),
            Ok(0) if self.scan.is_open() => Err(Fault::malformed(
                "cut short in the middle of a value; fetch or write the file again",
            )),
            Ok(0) => Ok(Step::Done),
            Ok(_) => Ok(Step::More),
        }
    }
}

impl Values {
    /// Keeps what has been read of an element that is not at its end.
    fn keep_open(&mut self, limits: &Limits, batch: &mut Filler<'_>) {
        let start = self.scan.start.unwrap_or(self.buffer.len());
        if self.buffer.len() - start > limits.record_bytes {
            if !self.skipping {
                batch.problem(too_large(limits), Some(self.number + 1));
                self.skipping = true;
            }
            self.buffer.clear();
            self.scan.start = Some(0);
        } else {
            self.buffer.drain(..start);
            if self.scan.start.is_some() {
                self.scan.start = Some(0);
            }
        }
        self.scan.key = None;
    }
}

fn too_large(limits: &Limits) -> Fault {
    let message = format!(
        "a value of more than {} bytes; split it, or raise the bound",
        limits.record_bytes
    );
    Fault::new(ProblemKind::TooLarge, message)
}

/// Where in the JSON the scan is, between any two bytes.
#[derive(Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Elements begin at this depth; it is known once the first bracket is.
    level: Option<usize>,
    /// Where the element being read begins.
    start: Option<usize>,
    /// Where the last string at the depth of a wrapper's keys began and ended.
    key: Option<Range<usize>>,
    string_start: usize,
    /// The array a wrapper held has ended; the rest of it is no article.
    unwrapped: bool,
    begun: bool,
}

impl Scan {
    fn single(&self) -> bool {
        self.level == Some(0)
    }

    fn is_open(&self) -> bool {
        self.depth > 0 || self.in_string
    }

    /// The next element that ends at or after `at`, and where to go on.
    fn next(
        &mut self,
        bytes: &[u8],
        mut at: usize,
    ) -> Result<Option<(Range<usize>, usize)>, Fault> {
        while let Some(&byte) = bytes.get(at) {
            if self.in_string {
                at = self.string(bytes, at);
                continue;
            }
            let here = at;
            at += 1;
            match byte {
                b'"' => {
                    self.in_string = true;
                    self.string_start = at;
                    self.begin(here)?;
                }
                b'{' | b'[' => {
                    if self.opens_wrapped(byte, bytes) {
                        self.level = Some(2);
                        self.start = None;
                        self.depth += 1;
                        continue;
                    }
                    if !self.begun && byte == b'[' {
                        self.level = Some(1);
                    }
                    self.begun = true;
                    if self.level.is_none() {
                        self.level = Some(0);
                    }
                    if self.level != Some(1) || self.depth > 0 {
                        self.begin(here)?;
                    }
                    self.depth += 1;
                }
                b'}' | b']' => {
                    let Some(depth) = self.depth.checked_sub(1) else {
                        return Err(Fault::malformed("a bracket closes that was never opened"));
                    };
                    self.depth = depth;
                    if self.level == Some(2) && depth == 1 {
                        self.unwrapped = true;
                    }
                    if Some(depth) == self.level
                        && !self.unwrapped
                        && let Some(start) = self.start.take()
                    {
                        return Ok(Some((start..at, at)));
                    }
                    if depth == 0 && self.level == Some(2) {
                        // Another wrapper may follow.
                        self.level = Some(0);
                        self.unwrapped = false;
                    }
                }
                b',' | b':' => {}
                byte if byte.is_ascii_whitespace() => {}
                _ => self.begin(here)?,
            }
        }
        Ok(None)
    }

    /// Notes where an element begins. What is no object or array has no
    /// brackets to end it and is passed over.
    fn begin(&mut self, at: usize) -> Result<(), Fault> {
        if !self.begun {
            return Err(Fault::malformed("neither a JSON object nor an array"));
        }
        if Some(self.depth) == self.level && self.start.is_none() && !self.unwrapped {
            self.start = Some(at);
        }
        Ok(())
    }

    /// Goes on inside a string to its end, or to the end of the bytes.
    fn string(&mut self, bytes: &[u8], mut at: usize) -> usize {
        if std::mem::take(&mut self.escaped) {
            at += 1;
        }
        while let Some(found) = bytes
            .get(at..)
            .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
        {
            at += found;
            if bytes.get(at) == Some(&b'"') {
                self.in_string = false;
                if self.depth == 1 && self.level == Some(0) {
                    self.key = Some(self.string_start..at);
                }
                return at + 1;
            }
            if at + 1 >= bytes.len() {
                self.escaped = true;
                return bytes.len();
            }
            at += 2;
        }
        bytes.len()
    }

    /// Tells whether this bracket opens the array of articles of a wrapper.
    fn opens_wrapped(&mut self, byte: u8, bytes: &[u8]) -> bool {
        let key = self.key.take().and_then(|range| bytes.get(range));
        byte == b'['
            && self.depth == 1
            && self.level == Some(0)
            && key.is_some_and(|key| WRAPPERS.contains(&key))
    }
}
