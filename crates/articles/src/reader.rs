//! Opens a file and cuts it into raw records, without parsing them.

use std::fmt;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use crate::discover::display;
use crate::encoding;
use crate::filesystem::{FileSystem, SystemFiles};
use crate::guarded::Guarded;
use crate::guess::{self, Archive, Kind};
use crate::problem::{Fault, ProblemKind};
use crate::record::{Origin, RecordBatch};
use crate::split::{self, Splitter, Start, Step};
use crate::stream::{self, Seekable, Stream};
use crate::unwind::caught;
use crate::{Article, Format, FoundFile, Limits, Problem, Repeats};

/// Opens a file to read its records.
///
/// # Errors
/// When the file cannot be opened: it vanished, or the system denies it. What
/// is wrong inside it is found while its records are read.
pub fn open(file: &FoundFile, limits: &Limits) -> Result<RecordReader, Problem> {
    open_on(&SystemFiles, file, limits)
}

/// Opens a file as [`open`] does, on another file system.
///
/// # Errors
/// As [`open`].
pub fn open_on(
    files: &dyn FileSystem,
    file: &FoundFile,
    limits: &Limits,
) -> Result<RecordReader, Problem> {
    let path: Arc<str> = display(&file.path).into();
    let handle = match files.open(&file.path).and_then(Guarded::new) {
        Ok(handle) => handle,
        Err(error) => {
            let fault = match error.kind() {
                std::io::ErrorKind::NotFound => Fault::new(
                    ProblemKind::Changed,
                    "vanished after it was listed; run again if it moved",
                ),
                _ => error.into(),
            };
            return Err(fault.at(&path, None).unread());
        }
    };
    let origin = Origin::of_file(Arc::clone(&path), file.relative.as_str().into());
    let stream: Stream = Box::new(handle.clone());
    let mut reader = RecordReader {
        path,
        limits: limits.clone(),
        stack: Vec::new(),
        entries: 0,
        pending: Vec::new(),
        file: Some(handle),
    };
    let name = file.relative.clone();
    reader.enter(&name, stream, origin);
    if reader.stack.is_empty() {
        reader.close();
    }
    Ok(reader)
}

/// Reads every article of a file or directory and hands it to `each`, problems
/// among them, in order.
pub fn read_all(path: impl AsRef<Path>, each: &mut dyn FnMut(Result<Article, Problem>)) {
    let limits = Limits::default();
    for file in crate::discover(&[path.as_ref().to_owned()], &crate::WalkOptions::default()) {
        let mut reader = match file.and_then(|file| open(&file, &limits)) {
            Ok(reader) => reader,
            Err(problem) => {
                each(Err(problem));
                continue;
            }
        };
        let mut batch = RecordBatch::new();
        let mut repeats = Repeats::default();
        while reader.next_batch(&mut batch) {
            for record in batch.records() {
                let mut problems = Vec::new();
                match record.parse() {
                    Ok(parsed) => {
                        problems = parsed.problems;
                        each(Ok(parsed.article));
                    }
                    Err(problem) => problems.push(problem),
                }
                problems.retain(|problem| !repeats.has(problem));
                problems.into_iter().for_each(|problem| each(Err(problem)));
            }
            for problem in batch.take_problems() {
                each(Err(problem));
            }
        }
    }
}

/// Cuts one file into raw records, batch by batch.
///
/// Cutting is cheap and sequential; parsing, in [`Record::parse`](crate::Record::parse),
/// is neither, so batches can be handed to other threads.
pub struct RecordReader {
    path: Arc<str>,
    limits: Limits,
    /// The streams being read: a file, an entry of it, an entry of that.
    stack: Vec<Level>,
    entries: u64,
    /// Problems met before there was a batch to put them in.
    pending: Vec<Problem>,
    /// The file, until it was read to its end.
    file: Option<Guarded>,
}

impl fmt::Debug for RecordReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordReader")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

struct Level {
    splitter: Box<dyn Splitter>,
    origin: Arc<Origin>,
}

impl RecordReader {
    /// Fills `batch` with the next records, about a megabyte of them, and with
    /// the problems met on the way. Returns `false`, and leaves the batch
    /// empty, when nothing is left.
    pub fn next_batch(&mut self, batch: &mut RecordBatch) -> bool {
        batch.clear();
        batch.extend_problems(self.pending.drain(..));
        while !batch.is_full() {
            let Some(level) = self.stack.last_mut() else {
                break;
            };
            let Level { splitter, origin } = level;
            let step = caught(|| splitter.step(&self.limits, &mut batch.filler(origin)));
            match step.and_then(|step| step) {
                Ok(Step::More) => {}
                Ok(Step::Done) => self.leave(),
                Ok(Step::Enter { name, stream }) => {
                    let origin = level.origin.entry(&name);
                    self.entries += 1;
                    if self.entries > self.limits.entries {
                        let fault = Fault::new(
                            ProblemKind::TooLarge,
                            format!(
                                "more than {} entries; the rest was not read",
                                self.limits.entries
                            ),
                        );
                        batch.extend_problems(Some(fault.at(&self.path, None).unread()));
                        self.stack.clear();
                        self.close();
                    } else {
                        self.enter(&name, stream, origin);
                    }
                }
                Err(fault) => {
                    let problem = fault.at(&self.path, level.origin.member(None));
                    batch.extend_problems(Some(problem.unread()));
                    self.leave();
                }
            }
            batch.extend_problems(self.pending.drain(..));
        }
        !batch.is_empty()
    }

    /// Goes into a stream: unpacks it, guesses its format, and puts whatever
    /// splits that on the stack.
    fn enter(&mut self, name: &str, stream: Stream, origin: Arc<Origin>) {
        let inside = Arc::clone(&origin);
        let entered = caught(|| self.splitter(name, stream, inside));
        match entered.unwrap_or_else(|fault| Err((fault, origin))) {
            Ok(level) => self.stack.push(level),
            Err((fault, origin)) => {
                let problem = fault.at(&self.path, origin.member(None));
                self.pending.push(problem.unread());
            }
        }
    }

    fn splitter(
        &self,
        name: &str,
        mut stream: Stream,
        origin: Arc<Origin>,
    ) -> Result<Level, (Fault, Arc<Origin>)> {
        let mut name = name;
        let mut depth = self.stack.len();
        loop {
            if depth >= self.limits.depth {
                let fault = Fault::new(
                    ProblemKind::TooDeep,
                    format!(
                        "packed more than {} times over; unpack it first",
                        self.limits.depth
                    ),
                );
                return Err((fault, origin));
            }
            let (head, ahead) = match stream::look_ahead(stream) {
                Ok(ahead) => ahead,
                Err(error) => return Err((error.into(), origin)),
            };
            match guess::guess(name, &head) {
                Kind::Packed(packing) => {
                    stream = match stream::unpack(packing, ahead, &self.limits) {
                        Ok(stream) => stream,
                        Err(error) => return Err((error.into(), origin)),
                    };
                    name = guess::unpacked_name(name);
                    depth += 1;
                }
                Kind::Archive(archive) => {
                    let splitter = match archive {
                        Archive::Tar => Ok(Box::new(split::Tar::new(ahead)) as Box<dyn Splitter>),
                        Archive::Zip => self.zip(ahead, depth),
                    };
                    return match splitter {
                        Ok(splitter) => Ok(Level { splitter, origin }),
                        Err(fault) => Err((fault, origin)),
                    };
                }
                Kind::Read(Format::Text) if is_fragment(name, &head) => {
                    let message = "not what its name says, or cut short; fetch or write it again";
                    return Err((Fault::malformed(message), origin));
                }
                Kind::Read(format) => {
                    let traits = format.traits();
                    let decoded = if traits.cut_as_utf8 {
                        encoding::to_utf8(&head, ahead)
                    } else {
                        Ok((ahead, encoding::UTF_8))
                    };
                    let (stream, encoding) = match decoded {
                        Ok(decoded) => decoded,
                        Err(fault) => return Err((fault, origin)),
                    };
                    let splitter = (traits.splitter)(Start {
                        format,
                        stream,
                        name,
                    });
                    return Ok(Level {
                        splitter,
                        origin: origin.in_encoding(encoding),
                    });
                }
                Kind::Empty if is_never_empty(name) => {
                    let message = "empty, which no file of its kind is; fetch or write it again";
                    return Err((Fault::malformed(message), origin));
                }
                Kind::Empty => {
                    return Err((Fault::new(ProblemKind::Empty, "the file is empty"), origin));
                }
                Kind::Unread(unread) => return Err((unread.fault(), origin)),
            }
        }
    }

    /// A zip archive is read from its end: a file is opened again, what comes
    /// out of another archive is held in memory.
    fn zip(&self, mut stream: Stream, depth: usize) -> Result<Box<dyn Splitter>, Fault> {
        let archive: Box<dyn Seekable> = match &self.file {
            Some(file) if depth == 0 => Box::new(file.clone()),
            _ => {
                let mut held = Vec::new();
                stream::read_whole(&mut stream, &mut held, self.limits.whole_bytes)?;
                Box::new(Cursor::new(held))
            }
        };
        Ok(Box::new(split::Zip::new(archive, &self.limits)?))
    }

    /// Leaves the current stream for the one that contains it.
    fn leave(&mut self) {
        self.stack.pop();
        if self.stack.is_empty() {
            self.close();
        }
    }

    /// Checks, at the end of the file, that it did not change under its reader.
    fn close(&mut self) {
        if let Some(Err(fault)) = self.file.take().map(|file| file.check()) {
            let problem = fault.at(&self.path, None);
            self.pending.push(problem.unread());
        }
    }
}

/// Whether a name is that of an archive or a compressed file, which are never
/// empty unless they were cut short.
fn is_never_empty(name: &str) -> bool {
    const EXTENSIONS: &[&str] = &[
        "bz2", "docx", "gz", "gzip", "lzma", "pdf", "tar", "tbz2", "tgz", "tlz", "txz", "tzst",
        "warc", "xz", "zip", "zst", "zstd",
    ];
    has_extension(name, EXTENSIONS)
}

/// Whether what looks like plain text is the rest of an archive or compressed
/// file that was cut within the bytes that it is recognised by.
fn is_fragment(name: &str, head: &[u8]) -> bool {
    has_extension(
        name,
        &["lzma", "tar", "tbz2", "tgz", "tlz", "txz", "tzst", "zip"],
    ) || head.len() < 6 && has_extension(name, &["bz2", "gz", "gzip", "xz", "zst", "zstd"])
}

fn has_extension(name: &str, known: &[&str]) -> bool {
    let extension = Path::new(name).extension().and_then(|e| e.to_str());
    extension.is_some_and(|e| known.iter().any(|known| e.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod panics {
    use crate::record::Filler;

    use super::*;

    /// Cuts one record, and then panics.
    struct Panics(bool);

    impl Splitter for Panics {
        fn step(&mut self, _: &Limits, batch: &mut Filler<'_>) -> Result<Step, Fault> {
            assert!(!self.0, "a defect");
            self.0 = true;
            batch.data().extend_from_slice(b"Tin\n\nMot hai ba.");
            let end = batch.data().len();
            batch.push(end - 16..end, Format::Text, None);
            Ok(Step::More)
        }
    }

    #[test]
    fn a_reader_that_panics_is_a_problem_and_ends_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.txt");
        std::fs::write(&path, "Tin\n\nMot hai ba.").unwrap();
        let found = crate::discover(&[path], &crate::WalkOptions::default());
        let file = found.into_iter().next().unwrap().unwrap();
        let mut reader = open(&file, &Limits::default()).unwrap();
        reader.stack[0].splitter = Box::new(Panics(false));
        let mut batch = RecordBatch::new();
        assert!(reader.next_batch(&mut batch));
        assert_eq!(batch.records().len(), 1);
        let problems = batch.take_problems();
        assert!(problems[0].message.contains("reader.rs:"), "{problems:?}");
        assert!(!reader.next_batch(&mut batch));
    }
}
