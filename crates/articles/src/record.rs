//! Raw records: cheap to cut, parsed when and where one likes.

use std::ops::Range;
use std::sync::Arc;

use crate::encoding::UTF_8;
use crate::{Format, Problem};

/// Bytes of records in a full batch.
pub(crate) const BATCH_BYTES: usize = 1 << 20;

/// Records in a full batch, for files of very short ones.
const BATCH_RECORDS: usize = 16 << 10;

/// Raw records of one file, in order, and the problems met among them.
///
/// A batch is its own memory: it can be sent to another thread, and reused.
#[derive(Debug, Default)]
pub struct RecordBatch {
    data: Vec<u8>,
    cuts: Vec<Cut>,
    problems: Vec<Problem>,
}

#[derive(Debug)]
struct Cut {
    bytes: Range<usize>,
    format: Format,
    number: Option<u64>,
    origin: Arc<Origin>,
}

impl RecordBatch {
    /// Makes an empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// The records, in the order of the file.
    pub fn records(&self) -> impl ExactSizeIterator<Item = Record<'_>> {
        self.cuts.iter().map(|cut| Record {
            bytes: self.data.get(cut.bytes.clone()).unwrap_or_default(),
            format: cut.format,
            number: cut.number,
            origin: &cut.origin,
        })
    }

    /// The problems met while the records were cut.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Takes the problems out of the batch.
    pub fn take_problems(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.problems)
    }

    /// Returns `true` if there is neither a record nor a problem in it.
    pub fn is_empty(&self) -> bool {
        self.cuts.is_empty() && self.problems.is_empty()
    }

    /// Bytes of raw records in it.
    pub fn bytes(&self) -> usize {
        self.cuts.iter().map(|cut| cut.bytes.len()).sum()
    }

    pub(crate) fn clear(&mut self) {
        self.data.clear();
        self.cuts.clear();
        self.problems.clear();
        // One huge record must not keep its memory for the rest of the run.
        self.data.shrink_to(4 * BATCH_BYTES);
    }

    pub(crate) fn is_full(&self) -> bool {
        self.data.len() >= BATCH_BYTES || self.cuts.len() + self.problems.len() >= BATCH_RECORDS
    }

    pub(crate) fn extend_problems(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.problems.extend(problems);
    }

    pub(crate) fn filler<'a>(&'a mut self, origin: &'a Arc<Origin>) -> Filler<'a> {
        Filler {
            batch: self,
            origin,
        }
    }
}

/// Collects the records of a splitter.
pub(crate) struct Filler<'a> {
    batch: &'a mut RecordBatch,
    origin: &'a Arc<Origin>,
}

impl Filler<'_> {
    /// The bytes of the batch; records are ranges of it. A splitter may only
    /// append to it, or truncate the bytes it appended itself.
    pub fn data(&mut self) -> &mut Vec<u8> {
        &mut self.batch.data
    }

    /// Number of bytes that the batch has room for.
    pub fn room(&self) -> usize {
        BATCH_BYTES.saturating_sub(self.batch.data.len())
    }

    pub fn push(&mut self, bytes: Range<usize>, format: Format, number: Option<u64>) {
        let origin = Arc::clone(self.origin);
        self.batch.cuts.push(Cut {
            bytes,
            format,
            number,
            origin,
        });
    }

    /// Reports a problem of the entry `name` of the current stream.
    pub fn entry_problem(&mut self, problem: crate::problem::Fault, name: &str) {
        let problem = problem.at(&self.origin.path, self.origin.entry(name).member(None));
        self.batch.problems.push(problem.unread());
    }

    /// Reports a problem of the record `number`, or of the current stream.
    pub fn problem(&mut self, problem: crate::problem::Fault, number: Option<u64>) {
        let is_too_large = problem.kind == crate::ProblemKind::TooLarge;
        let problem = problem.at(&self.origin.path, self.origin.member(number));
        self.batch.problems.push(match is_too_large {
            true => problem.unread(),
            false => problem,
        });
    }
}

/// The origin of records: shared by all records of one file or entry.
#[derive(Debug)]
pub(crate) struct Origin {
    pub path: Arc<str>,
    pub relative: Arc<str>,
    /// The entry inside the file, `#`-separated when entries are nested.
    pub entry: Option<Box<str>>,
    /// The encoding its text was in before it was made UTF-8.
    pub encoding: &'static str,
}

impl Origin {
    pub fn of_file(path: Arc<str>, relative: Arc<str>) -> Arc<Self> {
        Arc::new(Self {
            path,
            relative,
            entry: None,
            encoding: UTF_8,
        })
    }

    /// The origin of the content of the entry `name` of this one.
    pub fn entry(&self, name: &str) -> Arc<Self> {
        let entry = match &self.entry {
            Some(outer) => format!("{outer}#{name}"),
            None => name.to_owned(),
        };
        Arc::new(Self {
            path: Arc::clone(&self.path),
            relative: Arc::clone(&self.relative),
            entry: Some(entry.into()),
            encoding: UTF_8,
        })
    }

    pub fn in_encoding(self: Arc<Self>, encoding: &'static str) -> Arc<Self> {
        if encoding == self.encoding {
            return self;
        }
        Arc::new(Self {
            path: Arc::clone(&self.path),
            relative: Arc::clone(&self.relative),
            entry: self.entry.clone(),
            encoding,
        })
    }

    pub fn member(&self, number: Option<u64>) -> Option<String> {
        match (&self.entry, number) {
            (None, None) => None,
            (Some(entry), None) => Some(entry.to_string()),
            (None, Some(number)) => Some(number.to_string()),
            (Some(entry), Some(number)) => Some(format!("{entry}#{number}")),
        }
    }
}

/// One raw record: the bytes of one article, not yet looked into.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    bytes: &'a [u8],
    format: Format,
    number: Option<u64>,
    origin: &'a Arc<Origin>,
}

impl<'a> Record<'a> {
    /// The bytes as in the file, unpacked.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The format of the record.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The file's path as it was given.
    pub fn path(&self) -> &'a str {
        &self.origin.path
    }

    /// The file's path relative to its root.
    pub fn relative(&self) -> &'a str {
        &self.origin.relative
    }

    /// The place inside the file, as in [`Article::member`](crate::Article::member).
    pub fn member(&self) -> Option<String> {
        self.origin.member(self.number)
    }

    /// A hash of all that the article is made of. Equal hashes mean equal
    /// articles, save for where they are.
    pub fn hash(&self) -> [u8; 32] {
        blake3::hash(self.bytes).into()
    }

    /// Whether the record is all of its file or entry.
    pub(crate) fn is_whole(&self) -> bool {
        self.number.is_none()
    }

    /// The encoding its file was in before the file was made UTF-8.
    pub(crate) fn encoding(&self) -> &'static str {
        self.origin.encoding
    }
}
