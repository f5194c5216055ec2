//! Reading: files into records, records into articles, articles into the
//! index.
//!
//! A few threads cut files into batches of records, many parse them. Batches
//! wait until there is room for them, and each thread works only while it has a
//! turn, so that memory and cores stay within what the writer was allowed.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use timbao_articles::changes::{Progress, Reading};
use timbao_articles::{FileSystem, Limits, Problem, RecordBatch, open_on};

use super::diff::Job;
use super::manifest::key;
use super::options::SourceDefaults;
use super::sync::{into_inner, lock};
use super::task::{Done, Task};
use crate::error::{Error, Result};
use crate::resources::Permit;
use crate::store::ArticleWriter;

/// Threads that open and split files: while one waits for a disk, the other
/// continues.
const READERS: usize = 2;

/// Input of the reading phase.
pub(crate) struct Pipeline<'a> {
    pub(crate) writer: &'a ArticleWriter,
    /// The file system of the sources.
    pub(crate) files: &'a dyn FileSystem,
    pub(crate) limits: &'a Limits,
    /// Metadata of articles that do not state their own.
    pub(crate) defaults: &'a [SourceDefaults],
    pub(crate) progress: &'a dyn Progress,
    /// Stops before the next batch when it is set.
    pub(crate) stop: &'a AtomicBool,
    /// Stops at the first problem.
    pub(crate) strict: bool,
    /// Threads that parse.
    pub(crate) threads: usize,
}

/// Result of the reading phase.
pub(crate) struct Outcome {
    /// The files that were read, in no order.
    pub(crate) done: Vec<Done>,
    /// The number that the next article gets.
    pub(crate) next_number: u64,
    /// Whether it stopped before the end.
    pub(crate) interrupted: bool,
    /// Bytes of the files that were read.
    pub(crate) bytes: u64,
}

impl Pipeline<'_> {
    /// Reads the files of `jobs`; the first new article gets `next_number`.
    ///
    /// # Errors
    ///
    /// When an article cannot be written, or at the first problem if that is
    /// wanted. Nothing is to be committed then.
    pub(crate) fn run(&self, jobs: Vec<Job>, next_number: u64) -> Result<Outcome> {
        let run = Run {
            pipeline: self,
            next_number: AtomicU64::new(next_number),
            failure: Mutex::new(None),
            failed: AtomicBool::new(false),
            skipped: AtomicBool::new(false),
            done: Mutex::new(Vec::with_capacity(jobs.len())),
            so_far: Mutex::new(Reading::default()),
        };
        let jobs = Mutex::new(jobs.into_iter());
        let (sender, receiver) = sync_channel(2 * self.threads + READERS);
        let receiver = Mutex::new(receiver);
        thread::scope(|scope| {
            for _ in 0..READERS {
                let sender = sender.clone();
                scope.spawn(|| run.read(&jobs, sender));
            }
            for _ in 0..self.threads {
                scope.spawn(|| run.parse(&receiver));
            }
            drop(sender);
        });
        if let Some(error) = into_inner(run.failure) {
            return Err(error);
        }
        Ok(Outcome {
            done: into_inner(run.done),
            next_number: run.next_number.into_inner(),
            interrupted: run.skipped.into_inner(),
            bytes: into_inner(run.so_far).bytes,
        })
    }
}

struct Run<'a> {
    pipeline: &'a Pipeline<'a>,
    next_number: AtomicU64,
    failure: Mutex<Option<Error>>,
    failed: AtomicBool,
    /// Whether files were skipped because of an interruption.
    skipped: AtomicBool,
    done: Mutex<Vec<Done>>,
    so_far: Mutex<Reading>,
}

/// Records of a file on their way to a parser, and the room that they take.
type Parcel = (Arc<Task>, RecordBatch, Permit);

impl Run<'_> {
    fn read(&self, jobs: &Mutex<std::vec::IntoIter<Job>>, parcels: SyncSender<Parcel>) {
        loop {
            if self.stops() {
                let left = lock(jobs).next().is_some();
                if left {
                    self.skipped.store(true, Ordering::Relaxed);
                }
                return;
            }
            let Some(job) = lock(jobs).next() else { return };
            let task = Arc::new(Task::new(job));
            self.read_file(&task, &parcels);
            self.end(&task);
        }
    }

    fn read_file(&self, task: &Arc<Task>, parcels: &SyncSender<Parcel>) {
        let resources = self.pipeline.writer.resources();
        let mut turn = resources.turn();
        let mut reader = match open_on(self.pipeline.files, task.found(), self.pipeline.limits) {
            Ok(reader) => reader,
            Err(problem) => return self.problem(task, problem),
        };
        loop {
            let mut batch = RecordBatch::new();
            if !reader.next_batch(&mut batch) {
                return;
            }
            for problem in batch.take_problems() {
                self.problem(task, problem);
            }
            if self.stops() {
                return self.leave_out(task);
            }
            task.begin();
            let lengths = batch.records().map(|record| record.bytes().len());
            let longest = lengths.max().unwrap_or(0);
            let sent = turn.lend(|| {
                let room = resources.room_for_records(batch.bytes(), longest);
                parcels.send((Arc::clone(task), batch, room))
            });
            // Parsers only go when no reader is left.
            if sent.is_err() {
                task.cut_short();
                return self.end(task);
            }
        }
    }

    fn parse(&self, parcels: &Mutex<Receiver<Parcel>>) {
        loop {
            let parcel = lock(parcels).recv();
            let Ok((task, batch, _room)) = parcel else {
                return;
            };
            // After a failure nothing counts, and readers must not wait.
            if !self.failed.load(Ordering::Relaxed)
                && let Err(error) = self.index(&task, &batch)
            {
                self.fail(error);
            }
            self.end(&task);
        }
    }

    fn index(&self, task: &Task, batch: &RecordBatch) -> Result<()> {
        let mut articles = 0;
        let mut turn = self.pipeline.writer.resources().turn();
        for record in batch.records() {
            if self.stops() {
                self.leave_out(task);
                break;
            }
            let Some(mut found) = task.look_at(&record) else {
                articles += 1;
                continue;
            };
            match record.parse() {
                Ok(mut parsed) => {
                    SourceDefaults::complete(self.pipeline.defaults, &mut parsed.article);
                    articles += 1;
                    found.number = self.next_number.fetch_add(1, Ordering::Relaxed);
                    for problem in parsed.problems {
                        self.problem(task, problem);
                    }
                    let key = key(found.number);
                    let writer = self.pipeline.writer;
                    writer.add_new(&key, parsed.article, Some(&mut turn))?;
                }
                Err(problem) => self.problem(task, problem),
            }
            task.add(found);
        }
        let bytes = task.count_bytes(batch.bytes() as u64);
        self.report(|so_far| {
            so_far.articles += articles;
            so_far.bytes += bytes;
        });
        Ok(())
    }

    /// Ends a part of a task, and the task with its last part.
    fn end(&self, task: &Arc<Task>) {
        if !task.end() || self.failed.load(Ordering::Relaxed) {
            return;
        }
        let done = task.finish();
        let bytes = task.count_bytes(u64::MAX);
        lock(&self.done).push(done);
        self.report(|so_far| {
            so_far.files += 1;
            so_far.bytes += bytes;
        });
    }

    fn problem(&self, task: &Task, problem: Problem) {
        if task.repeats(&problem) {
            return;
        }
        self.pipeline.progress.problem(&problem);
        self.report(|so_far| so_far.problems += 1);
        if self.pipeline.strict {
            self.fail(Error::Unreadable(problem.clone()));
        }
        task.problem(problem);
    }

    fn report(&self, change: impl FnOnce(&mut Reading)) {
        let mut so_far = lock(&self.so_far);
        change(&mut so_far);
        self.pipeline.progress.read(*so_far);
    }

    /// Leaves out what was not read of a file, since the run stops.
    fn leave_out(&self, task: &Task) {
        task.cut_short();
        self.skipped.store(true, Ordering::Relaxed);
    }

    fn fail(&self, error: Error) {
        self.failed.store(true, Ordering::Relaxed);
        lock(&self.failure).get_or_insert(error);
    }

    fn stops(&self) -> bool {
        self.failed.load(Ordering::Relaxed) || self.pipeline.stop.load(Ordering::Relaxed)
    }
}
