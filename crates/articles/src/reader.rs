//! Opens a file and cuts it into raw records, without parsing them.

use std::fmt;
use std::fs::File;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use crate::discover::display;
use crate::encoding;
use crate::guess::{self, Archive, Kind};
use crate::problem::{Fault, ProblemKind};
use crate::record::{Origin, RecordBatch};
use crate::split::{self, Splitter, Start, Step};
use crate::stream::{self, Seekable, Stream};
use crate::{Article, FoundFile, Limits, Problem, Repeats};

/// Opens a file to read its records.
///
/// # Errors
/// When the file cannot be opened: it vanished, or the system denies it. What
/// is wrong inside it is found while its records are read.
pub fn open(file: &FoundFile, limits: &Limits) -> Result<RecordReader, Problem> {
    let path: Arc<str> = display(&file.path).into();
    let opened = File::open(&file.path).and_then(|handle| {
        let stamp = Stamp::of(&handle)?;
        Ok((
            Box::new(handle.try_clone()?) as Stream,
            Watch { handle, stamp },
        ))
    });
    let (stream, watch) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            let fault = match error.kind() {
                std::io::ErrorKind::NotFound => Fault::new(
                    ProblemKind::Changed,
                    "vanished after it was listed; run again if it moved",
                ),
                _ => error.into(),
            };
            return Err(fault.at(&path, None));
        }
    };
    let origin = Origin::of_file(Arc::clone(&path), file.relative.as_str().into());
    let mut reader = RecordReader {
        path,
        limits: limits.clone(),
        stack: Vec::new(),
        entries: 0,
        pending: None,
        watch: Some(watch),
    };
    let name = file.relative.clone();
    reader.enter(&name, stream, origin);
    Ok(reader)
}

/// Reads every article of a file or folder and hands it to `each`, problems
/// among them, in order.
pub fn read_all(path: &Path, each: &mut dyn FnMut(Result<Article, Problem>)) {
    let limits = Limits::default();
    for file in crate::discover(&[path.to_owned()], &crate::WalkOptions::default()) {
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
    /// What is being read: a file, an entry of it, an entry of that.
    stack: Vec<Level>,
    entries: u64,
    /// A problem met before there was a batch to put it in.
    pending: Option<Problem>,
    watch: Option<Watch>,
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
        batch.extend_problems(self.pending.take());
        while !batch.is_full() {
            let Some(level) = self.stack.last_mut() else {
                break;
            };
            match level
                .splitter
                .step(&self.limits, &mut batch.filler(&level.origin))
            {
                Ok(Step::More) => {}
                Ok(Step::Done) => self.leave(batch),
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
                        batch.extend_problems(Some(fault.at(&self.path, None)));
                        self.stack.clear();
                    } else {
                        self.enter(&name, stream, origin);
                        batch.extend_problems(self.pending.take());
                    }
                }
                Err(fault) => {
                    let problem = fault.at(&self.path, level.origin.member(None));
                    batch.extend_problems(Some(problem));
                    self.leave(batch);
                }
            }
        }
        !batch.is_empty()
    }

    /// Goes into a stream: unpacks it, guesses its format, and puts whatever
    /// splits that on the stack.
    fn enter(&mut self, name: &str, stream: Stream, origin: Arc<Origin>) {
        let entered = self.splitter(name, stream, origin);
        match entered {
            Ok(level) => self.stack.push(level),
            Err((fault, origin)) => self.pending = Some(fault.at(&self.path, origin.member(None))),
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
        let archive: Box<dyn Seekable> = match &self.watch {
            Some(watch) if depth == 0 => Box::new(watch.handle.try_clone()?),
            _ => {
                let mut held = Vec::new();
                stream::read_whole(&mut stream, &mut held, self.limits.whole_bytes)?;
                Box::new(Cursor::new(held))
            }
        };
        Ok(Box::new(split::Zip::new(archive, &self.limits)?))
    }

    /// Leaves what is being read for what it is inside of.
    fn leave(&mut self, batch: &mut RecordBatch) {
        self.stack.pop();
        if !self.stack.is_empty() {
            return;
        }
        if self.watch.take().is_some_and(|watch| watch.changed()) {
            let fault = Fault::new(
                ProblemKind::Changed,
                "changed while it was read, so what was read may be mixed; run again",
            );
            batch.extend_problems(Some(fault.at(&self.path, None)));
        }
    }
}

/// Notices when a file changes under its reader.
struct Watch {
    handle: File,
    stamp: Stamp,
}

#[derive(PartialEq, Eq)]
struct Stamp {
    len: u64,
    modified: Option<std::time::SystemTime>,
}

impl Stamp {
    fn of(handle: &File) -> std::io::Result<Self> {
        let metadata = handle.metadata()?;
        Ok(Self {
            len: metadata.len(),
            modified: metadata.modified().ok(),
        })
    }
}

impl Watch {
    fn changed(&self) -> bool {
        Stamp::of(&self.handle).is_ok_and(|now| now != self.stamp)
    }
}
