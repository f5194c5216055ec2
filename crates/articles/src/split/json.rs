//! JSON: the objects of an array, consecutive objects, or objects wrapped in
//! another one. Objects are separated without parsing. An object within the
//! limit for a whole file is searched for articles; of a larger one, the array
//! under a known key is streamed.

pub(super) mod unwrap;

use std::io::Read;
use std::ops::Range;

use super::splitter::{Splitter, Step};
use crate::problem::{Fault, ProblemKind};
use crate::record::Filler;
use crate::stream::{self, Stream};
use crate::{Format, Limits};

/// Bytes to read at once.
const READ: u64 = 256 << 10;

/// Keys under which an object wraps an array of articles, or another wrapper.
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
    b"response",
    b"result",
    b"content",
    b"nodes",
    b"list",
    b"value",
    b"db",
];

/// Elements of an array that are searched for articles; if these contain none,
/// the elements are the articles.
const LOOKED_THROUGH: u64 = 16;

pub(crate) struct Values {
    stream: Stream,
    buffer: Vec<u8>,
    /// Number of bytes of the buffer already searched.
    at: usize,
    scan: Scan,
    /// Elements seen so far.
    number: u64,
    /// The bound has been reported for the element being read.
    skipping: bool,
    /// The first object: a member of the file only if there is another one.
    held: Option<Vec<u8>>,
    /// Records that an object wraps, and how many of them were handed on.
    wrapped: Option<(unwrap::Records, usize)>,
    /// The names of the columns, if the file is an array of rows.
    columns: Option<Vec<String>>,
}

impl Values {
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
            at: 0,
            scan: Scan::default(),
            number: 0,
            skipping: false,
            held: None,
            wrapped: None,
            columns: None,
        }
    }

    /// Takes a value that is complete.
    fn element(&mut self, element: Range<usize>, limits: &Limits, batch: &mut Filler<'_>) {
        let bytes = self.buffer.get(element).unwrap_or_default();
        let stray = std::mem::take(&mut self.scan.stray);
        if stray > 0 {
            batch.problem(without_end(stray), Some(self.number + 1));
        }
        if std::mem::take(&mut self.skipping) {
            self.number += 1;
            return;
        }
        if bytes.starts_with(b"[") && self.number == 0 && self.columns.is_none() {
            self.columns = unwrap::columns(bytes);
            if self.columns.is_some() {
                return;
            }
        }
        if let Some(row) = self
            .columns
            .as_ref()
            .and_then(|names| unwrap::row(names, bytes))
        {
            self.number += 1;
            push(&row, Some(self.number), batch);
            return;
        }
        let may_wrap = self.scan.is_object() || self.number < LOOKED_THROUGH;
        let records = if may_wrap {
            unwrap::records(bytes)
        } else {
            None
        };
        if let Some(records) = records {
            self.release(batch);
            self.wrapped = Some((records, 0));
            return;
        }
        self.number += 1;
        if bytes.len() > limits.record_bytes {
            let number = (!self.scan.is_object() || self.number > 1).then_some(self.number);
            batch.problem(too_large(limits), number);
        } else if self.scan.is_object() && self.number == 1 {
            self.held = Some(bytes.to_vec());
        } else {
            let number = self.number;
            release(self.held.take(), Some(1), batch);
            push(bytes, Some(number), batch);
        }
    }

    /// Hands on the first object as one of several.
    fn release(&mut self, batch: &mut Filler<'_>) {
        release(self.held.take(), Some(1), batch);
    }

    /// Hands on the records of a wrapper, as many as there is room for.
    fn unwrap(&mut self, limits: &Limits, batch: &mut Filler<'_>) {
        let Some((records, done)) = &mut self.wrapped else {
            return;
        };
        while batch.room() > 0 {
            let Some(record) = records.get(*done) else {
                self.wrapped = None;
                return;
            };
            *done += 1;
            self.number += 1;
            if record.len() > limits.record_bytes {
                batch.problem(too_large(limits), Some(self.number));
            } else {
                push(record, Some(self.number), batch);
            }
        }
    }
}

fn release(held: Option<Vec<u8>>, number: Option<u64>, batch: &mut Filler<'_>) {
    if let Some(bytes) = held {
        push(&bytes, number, batch);
    }
}

/// Returns `true` for what phpMyAdmin says of its export between the tables.
fn is_of_export(bytes: &[u8]) -> bool {
    const REACH: usize = 60;
    let head = bytes.iter().take(REACH).filter(|byte| **byte != b' ');
    let head: Vec<u8> = head.copied().collect();
    let starts = [
        r#"{"type":"header","version":"#,
        r#"{"type":"database","name":"#,
    ];
    starts
        .iter()
        .any(|start| head.starts_with(start.as_bytes()))
}

fn push(bytes: &[u8], number: Option<u64>, batch: &mut Filler<'_>) {
    if is_of_export(bytes) {
        return;
    }
    let data = batch.data();
    let start = data.len();
    data.extend_from_slice(bytes);
    let end = data.len();
    batch.push(start..end, Format::Json, number);
}

impl Splitter for Values {
    fn step(&mut self, limits: &Limits, batch: &mut Filler<'_>) -> Result<Step, Fault> {
        if self.wrapped.is_some() {
            self.unwrap(limits, batch);
            return Ok(Step::More);
        }
        if let Some((element, next)) = self.scan.next(&self.buffer, self.at)? {
            self.at = next;
            self.element(element, limits, batch);
            return Ok(Step::More);
        }
        self.at = self.buffer.len();
        if !self.keep_open(limits, batch) {
            return Ok(Step::More);
        }
        let read = self
            .stream
            .by_ref()
            .take(READ)
            .read_to_end(&mut self.buffer);
        match read {
            Ok(0) if self.scan.is_open() => {
                self.release(batch);
                Err(Fault::malformed(
                    "cut short in the middle of a value; fetch or write the file again",
                ))
            }
            Ok(0) => {
                release(self.held.take(), None, batch);
                Ok(Step::Done)
            }
            Ok(_) => Ok(Step::More),
            // The bytes before the failure are searched first.
            Err(error) if self.buffer.len() > self.at => {
                self.stream = Box::new(stream::Failing::new(error));
                Ok(Step::More)
            }
            Err(error) => {
                self.release(batch);
                Err(error.into())
            }
        }
    }
}

impl Values {
    /// Keeps the bytes of an incomplete element. Returns `false` if it has to
    /// be searched again.
    fn keep_open(&mut self, limits: &Limits, batch: &mut Filler<'_>) -> bool {
        let start = self.scan.start.unwrap_or(self.at);
        let whole = self.scan.is_object() && !self.scan.streams;
        let most = match whole {
            true => usize::try_from(limits.whole_bytes).unwrap_or(usize::MAX),
            false => limits.record_bytes,
        };
        if self.at - start <= most {
            self.buffer.drain(..start);
            self.at -= start;
            self.scan.shift(start);
            return true;
        }
        if whole {
            self.buffer.drain(..start);
            self.at = 0;
            self.scan = Scan {
                streams: true,
                ..Scan::default()
            };
            return false;
        }
        if !self.skipping {
            batch.problem(too_large(limits), Some(self.number + 1));
            self.skipping = true;
        }
        let passed = self.at;
        self.buffer.clear();
        self.at = 0;
        self.scan.shift(passed);
        self.scan.start = Some(0);
        true
    }
}

fn without_end(objects: usize) -> Fault {
    let objects = match objects {
        1 => "an object".to_owned(),
        count => format!("{count} objects"),
    };
    Fault::malformed(format!(
        "skipped {objects} before it without content and end; write them again"
    ))
}

fn too_large(limits: &Limits) -> Fault {
    let message = format!(
        "a value of more than {} bytes; split it, or raise the bound",
        limits.record_bytes
    );
    Fault::new(ProblemKind::TooLarge, message)
}

/// Where in a comment the scan is. JSON has none, but people write them.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Comment {
    #[default]
    Outside,
    /// After a slash that may begin one.
    Slash,
    Line,
    Block,
    /// After an asterisk that may end one.
    Star,
}

/// The state of the scan between any two bytes.
#[derive(Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    /// The mark that ends the string.
    quote: u8,
    escaped: bool,
    comment: Comment,
    /// The last byte that is not a blank, outside of strings and comments.
    before: u8,
    /// Elements begin at this depth; it is known once the first bracket is.
    level: Option<usize>,
    /// Start of the current element.
    start: Option<usize>,
    /// Elements are those of the array under a wrapper's key, and not the
    /// whole object.
    streams: bool,
    /// Wrappers inside each other that are open, save for the outermost.
    wrappers: usize,
    /// Range of the last string at the depth of a wrapper's keys.
    key: Option<Range<usize>>,
    string_start: usize,
    /// The array of a wrapper has ended; the rest of the object is not an
    /// article.
    unwrapped: bool,
    begun: bool,
    /// Objects without content and end before the current one, and those of them whose brackets
    /// may still close.
    stray: usize,
    unclosed: usize,
}

impl Scan {
    /// Whether the value at hand is an object by itself.
    fn is_object(&self) -> bool {
        self.level == Some(0)
    }

    /// Follows bytes that were taken from the front of the buffer.
    fn shift(&mut self, bytes: usize) {
        self.start = self.start.map(|start| start.saturating_sub(bytes));
        self.key = self
            .key
            .take()
            .and_then(|key| Some(key.start.checked_sub(bytes)?..key.end.checked_sub(bytes)?));
        self.string_start = self.string_start.saturating_sub(bytes);
    }

    fn is_open(&self) -> bool {
        self.depth > 0 || self.in_string
    }

    /// The next element that ends at or after `at`, and the offset to continue
    /// at.
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
            if matches!(byte, b'/' | b'#') || self.comment != Comment::Outside {
                at = self.comment(bytes, here);
                continue;
            }
            let before = self.before;
            if !byte.is_ascii_whitespace() {
                self.before = byte;
            }
            match byte {
                b'"' => {
                    (self.in_string, self.quote) = (true, byte);
                    self.string_start = at;
                    self.begin(here)?;
                }
                // Programs write strings so. Elsewhere it is a letter of a broken one.
                b'\'' | b'`'
                    if self.begun && matches!(before, b'{' | b'[' | b',' | b':' | b'(') =>
                {
                    (self.in_string, self.quote) = (true, byte);
                    self.string_start = at;
                    self.begin(here)?;
                }
                b'{' | b'[' => {
                    if self.opens_wrapped(byte, bytes) {
                        self.depth += 1;
                        continue;
                    }
                    if byte == b'{' && before == b'{' && self.follows_stray(bytes, here) {
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
                    if byte == b'}' && self.depth == 0 && self.unclosed > 0 {
                        self.unclosed -= 1;
                        continue;
                    }
                    let Some(depth) = self.depth.checked_sub(1) else {
                        return Err(Fault::malformed("a bracket closes that was never opened"));
                    };
                    self.depth = depth;
                    self.wrappers = self.wrappers.min(depth.saturating_sub(1));
                    if self.level.is_some_and(|level| level > 1 && depth < level) {
                        self.unwrapped = true;
                    }
                    if Some(depth) == self.level
                        && !self.unwrapped
                        && let Some(start) = self.start.take()
                    {
                        return Ok(Some((start..at, at)));
                    }
                    if depth == 0 && self.level.is_some_and(|level| level > 1) {
                        // Another wrapper may follow.
                        self.level = Some(0);
                        self.unwrapped = false;
                    }
                }
                b',' | b':' => {}
                // A byte order mark, and what RFC 7464 puts before each text.
                0xef | 0xbb | 0xbf if !self.begun => {}
                0x1e => {}
                byte if byte.is_ascii_whitespace() => {}
                _ => self.begin(here)?,
            }
        }
        Ok(None)
    }

    /// Returns `true` if the object that opens here follows the bracket of another one in a line
    /// above, which is not JSON. The element starts here then, and the bracket is a stray one.
    fn follows_stray(&mut self, bytes: &[u8], here: usize) -> bool {
        let Some(start) = self.start.filter(|_| !self.streams && !self.unwrapped) else {
            return false;
        };
        let is_first = self.level.is_some_and(|level| self.depth == level + 1);
        let between = bytes.get(start..here).unwrap_or_default();
        if !is_first || between.first() != Some(&b'{') || !between.contains(&b'\n') {
            return false;
        }
        self.start = Some(here);
        self.stray += 1;
        self.unclosed += 1;
        true
    }

    /// Notes the start of an element. Values other than objects and arrays have
    /// no brackets to end them and are skipped.
    fn begin(&mut self, at: usize) -> Result<(), Fault> {
        if !self.begun {
            return Err(Fault::malformed("neither a JSON object nor an array"));
        }
        if Some(self.depth) == self.level && self.start.is_none() && !self.unwrapped {
            self.start = Some(at);
        }
        Ok(())
    }

    /// Continues in a comment, or where one may begin; returns where to go on.
    fn comment(&mut self, bytes: &[u8], at: usize) -> usize {
        let rest = bytes.get(at..).unwrap_or_default();
        let byte = rest.first().copied().unwrap_or_default();
        // After a colon, the slashes are those of an address in a broken string.
        let begins_line = self.before != b':';
        self.comment = match (self.comment, byte) {
            (Comment::Outside, b'/') => Comment::Slash,
            (Comment::Outside, b'#')
                if matches!(self.before, 0 | b'{' | b'[' | b',' | b'}' | b']') =>
            {
                Comment::Line
            }
            (Comment::Slash, b'/') if begins_line => Comment::Line,
            (Comment::Slash, b'*') => Comment::Block,
            (Comment::Slash, b'/') | (Comment::Outside, _) => {
                self.before = byte;
                Comment::Outside
            }
            // The byte after the slash is scanned as any other.
            (Comment::Slash, _) => {
                (self.comment, self.before) = (Comment::Outside, b'/');
                return at;
            }
            (Comment::Line, _) => match memchr::memchr(b'\n', rest) {
                Some(end) => {
                    self.comment = Comment::Outside;
                    return at + end;
                }
                None => return bytes.len(),
            },
            (Comment::Star, b'/') => Comment::Outside,
            (Comment::Star, b'*') => Comment::Star,
            (Comment::Block | Comment::Star, _) => match memchr::memchr(b'*', rest) {
                Some(star) => {
                    self.comment = Comment::Star;
                    return at + star + 1;
                }
                None => {
                    self.comment = Comment::Block;
                    return bytes.len();
                }
            },
        };
        at + 1
    }

    /// Continues inside a string to its end, or to the end of the bytes.
    fn string(&mut self, bytes: &[u8], mut at: usize) -> usize {
        if std::mem::take(&mut self.escaped) {
            at += 1;
        }
        while let Some(found) = bytes
            .get(at..)
            .and_then(|rest| memchr::memchr2(self.quote, b'\\', rest))
        {
            at += found;
            if bytes.get(at) == Some(&self.quote) {
                self.in_string = false;
                if self.streams && self.level == Some(0) && self.depth == self.wrappers + 1 {
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

    /// Returns `true` if this bracket opens the array of articles of a wrapper,
    /// or a wrapper inside it.
    fn opens_wrapped(&mut self, byte: u8, bytes: &[u8]) -> bool {
        let key = self.key.take().and_then(|range| bytes.get(range));
        let is_wrapped = self.streams
            && self.level == Some(0)
            && self.depth == self.wrappers + 1
            && key.is_some_and(|key| WRAPPERS.contains(&key));
        match byte {
            b'[' if is_wrapped => {
                self.level = Some(self.depth + 1);
                self.start = None;
            }
            _ if is_wrapped => self.wrappers += 1,
            _ => {}
        }
        is_wrapped
    }
}
