//! Reading: files into records, records into documents, documents into the
//! cluster.
//!
//! One thread cuts files into batches of records, several parse and analyse
//! them and send them. A file is done when all of its documents are
//! acknowledged.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use timbao_articles::changes::{Counts, Progress, Reading};
use timbao_articles::{Article, FileSystem, Limits, RecordBatch, open_on};

use super::former::Former;
use super::task::{Done, Task};
use crate::admin::words_alias;
use crate::arrivals::ArrivalRecord;
use crate::bulk::Bulk;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::feed::{Feed, Origin, WordKey};
use crate::lease::Lease;
use crate::state::source_key;

/// Documents are sent when they have this length together, in bytes.
const BULK_BYTES: usize = 4 << 20;
/// Length of the hash of an article, in bytes.
const HASH_BYTES: usize = 16;

/// Completes the metadata of an article.
pub(super) type Complete<'a> = &'a (dyn Fn(&mut Article) + Sync);

/// Input of the reading phase.
pub(super) struct Pipeline<'a> {
    pub(super) client: &'a Client,
    pub(super) leases: &'a HashMap<String, Lease>,
    pub(super) files: &'a dyn FileSystem,
    pub(super) limits: &'a Limits,
    pub(super) complete: Complete<'a>,
    pub(super) progress: &'a dyn Progress,
    pub(super) stop: &'a AtomicBool,
    /// Stops at the first problem.
    pub(super) strict: bool,
    /// Threads that parse and send.
    pub(super) threads: usize,
    /// Time for which rejected writes are repeated.
    pub(super) patience: Duration,
    /// The words that are known to be in the cluster.
    pub(super) words: &'a Mutex<HashSet<String>>,
    /// The articles of files that are gone, which may be found in others.
    pub(super) gone: &'a Former,
    /// The time at which new articles arrive, in milliseconds since 1970.
    pub(super) time: i64,
}

/// Records of a file on their way to a parser, each with its number among those at the same place.
type Parcel = (Arc<Task>, RecordBatch, Vec<u32>);

/// The documents that one thread has not sent yet.
#[derive(Default)]
struct Outbox {
    feed: Feed,
    bulk: Bulk,
    /// The task, the id and the place of each document.
    of: Vec<(Arc<Task>, String, Option<String>)>,
    /// A task for each part that ends with these documents.
    parts: Vec<Arc<Task>>,
}

struct Run<'a> {
    pipeline: &'a Pipeline<'a>,
    failure: Mutex<Option<Error>>,
    failed: AtomicBool,
    done: Mutex<Vec<Done>>,
    so_far: Mutex<Reading>,
}

impl Pipeline<'_> {
    /// Reads files and sends their articles; `on_done` gets each file that is done.
    ///
    /// # Errors
    ///
    /// If the cluster fails, or at the first problem if that is wanted.
    pub(super) fn run(&self, tasks: Vec<Task>, so_far: Reading) -> Result<(Vec<Done>, Reading)> {
        let run = Run {
            pipeline: self,
            failure: Mutex::new(None),
            failed: AtomicBool::new(false),
            done: Mutex::new(Vec::with_capacity(tasks.len())),
            so_far: Mutex::new(so_far),
        };
        let (sender, receiver) = sync_channel(self.threads);
        let receiver = Mutex::new(receiver);
        thread::scope(|scope| {
            for _ in 0..self.threads.max(1) {
                scope.spawn(|| run.work(&receiver));
            }
            run.read(tasks, &sender);
            drop(sender);
        });
        match into_inner(run.failure) {
            Some(error) => Err(error),
            None => Ok((into_inner(run.done), into_inner(run.so_far))),
        }
    }
}

impl Run<'_> {
    fn read(&self, tasks: Vec<Task>, parcels: &SyncSender<Parcel>) {
        for task in tasks {
            let task = Arc::new(task);
            if self.stops() {
                task.cut_short();
            } else {
                self.read_file(&task, parcels);
            }
            self.end(&task);
        }
    }

    fn read_file(&self, task: &Arc<Task>, parcels: &SyncSender<Parcel>) {
        let opened = open_on(self.pipeline.files, &task.job.found, self.pipeline.limits);
        let mut reader = match opened {
            Ok(reader) => reader,
            Err(problem) => return self.problem(task, problem),
        };
        // Entries of an archive may have the same name; lines differ.
        let mut named: HashMap<String, u32> = HashMap::new();
        loop {
            let mut batch = RecordBatch::new();
            if !reader.next_batch(&mut batch) {
                return;
            }
            for problem in batch.take_problems() {
                self.problem(task, problem);
            }
            if self.stops() {
                return task.cut_short();
            }
            let numbers = batch.records().map(|record| match record.member() {
                Some(member) if member.parse::<u64>().is_err() => {
                    let count = named.entry(member).or_default();
                    *count += 1;
                    *count - 1
                }
                _ => 0,
            });
            let numbers: Vec<u32> = numbers.collect();
            if task.was_read() {
                pass(task, &batch, &numbers);
            }
            task.begin();
            // Parsers only end when no reader is left.
            if parcels.send((Arc::clone(task), batch, numbers)).is_err() {
                task.cut_short();
                return;
            }
        }
    }

    fn work(&self, parcels: &Mutex<Receiver<Parcel>>) {
        let mut outbox = Outbox::default();
        loop {
            let parcel = lock(parcels).recv();
            let Ok((task, batch, numbers)) = parcel else {
                break;
            };
            if !self.failed.load(Ordering::Relaxed)
                && let Err(error) = self.take(&task, &batch, &numbers, &mut outbox)
            {
                self.fail(error);
            }
            outbox.parts.push(task);
            self.flush_if(outbox.bulk.bytes() >= BULK_BYTES, &mut outbox);
        }
        self.flush_if(true, &mut outbox);
    }

    /// Puts the articles of a batch into the outbox.
    fn take(
        &self,
        task: &Arc<Task>,
        batch: &RecordBatch,
        numbers: &[u32],
        outbox: &mut Outbox,
    ) -> Result<()> {
        let pipeline = self.pipeline;
        let generation = pipeline.generation(&task.job.source.path)?;
        let source = source_key(&task.job.source.path);
        let mut articles = 0;
        for (record, &nth) in batch.records().zip(numbers) {
            let member = record.member();
            let hash = record.hash();
            let hash = kept(&hash);
            let origin = Origin {
                path: &task.job.path,
                member: member.as_deref(),
                nth,
                hash,
            };
            articles += 1;
            task.found_at(member.as_deref());
            let (id, content) = (origin.id(), URL_SAFE_NO_PAD.encode(hash));
            if task.is_unchanged(&id, &content) {
                continue;
            }
            match record.parse() {
                Ok(mut parsed) => {
                    (pipeline.complete)(&mut parsed.article);
                    for problem in parsed.problems {
                        self.problem(task, problem);
                    }
                    let identity = parsed.article.identity();
                    let kept = task.arrival(&id, &content, identity);
                    let kept = kept.or_else(|| pipeline.gone.arrival(&content, identity));
                    let new = || ArrivalRecord::new(&source, generation, pipeline.time, identity);
                    let arrival = kept.cloned().unwrap_or_else(new);
                    let document = outbox.feed.document(&parsed.article, &origin, &arrival);
                    task.write(&document.id);
                    outbox.bulk.index(&document.id, generation, &document.json);
                    outbox.of.push((Arc::clone(task), document.id, member));
                }
                Err(problem) => self.problem(task, problem),
            }
            if outbox.bulk.bytes() >= BULK_BYTES {
                self.send(outbox)?;
            }
        }
        self.report(|so_far| {
            so_far.articles += articles;
            so_far.bytes += batch.bytes() as u64;
        });
        Ok(())
    }

    fn flush_if(&self, condition: bool, outbox: &mut Outbox) {
        let is_small = outbox.bulk.is_empty();
        if !condition && !is_small {
            return;
        }
        if !self.failed.load(Ordering::Relaxed)
            && let Err(error) = self.send(outbox)
        {
            self.fail(error);
        }
        for task in outbox.parts.drain(..) {
            self.end(&task);
        }
    }

    /// Sends the documents of an outbox, their words first.
    fn send(&self, outbox: &mut Outbox) -> Result<()> {
        let pipeline = self.pipeline;
        let words = outbox.feed.take_new_words();
        pipeline.send_words(&words)?;
        if outbox.bulk.is_empty() {
            return Ok(());
        }
        for lease in pipeline.leases.values() {
            lease.check()?;
        }
        let bulk = std::mem::take(&mut outbox.bulk);
        let of = std::mem::take(&mut outbox.of);
        let outcome = bulk.send(pipeline.client, pipeline.client.name(), pipeline.patience)?;
        if let Some((task, ..)) = outcome.outdated.first().and_then(|&index| of.get(index)) {
            return Err(Error::LostLease {
                source_path: task.job.source.path.clone(),
            });
        }
        for (index, reason) in outcome.rejected {
            if let Some((task, id, member)) = of.get(index) {
                task.reject(id, member.clone(), &reason);
            }
        }
        Ok(())
    }

    /// Ends a part of a task, and the task with its last part.
    fn end(&self, task: &Arc<Task>) {
        if !task.end() || self.failed.load(Ordering::Relaxed) {
            return;
        }
        let done = task.finish();
        self.report(|so_far| so_far.files += 1);
        lock(&self.done).push(done);
    }

    fn problem(&self, task: &Task, problem: timbao_articles::Problem) {
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

    fn fail(&self, error: Error) {
        self.failed.store(true, Ordering::Relaxed);
        lock(&self.failure).get_or_insert(error);
    }

    fn stops(&self) -> bool {
        self.failed.load(Ordering::Relaxed) || self.pipeline.stop.load(Ordering::Relaxed)
    }
}

/// Records the articles of a batch in the order of the file.
fn pass(task: &Task, batch: &RecordBatch, numbers: &[u32]) {
    for (record, &nth) in batch.records().zip(numbers) {
        let (member, hash) = (record.member(), record.hash());
        let origin = Origin {
            path: &task.job.path,
            member: member.as_deref(),
            nth,
            hash: kept(&hash),
        };
        task.pass(&origin.id(), &URL_SAFE_NO_PAD.encode(origin.hash));
    }
}

/// The part of a hash that documents have.
fn kept(hash: &[u8]) -> &[u8] {
    hash.get(..HASH_BYTES).unwrap_or_default()
}

impl Pipeline<'_> {
    /// The version of what is written of a source.
    fn generation(&self, source: &str) -> Result<u64> {
        let lease = self.leases.get(source).ok_or_else(|| Error::LostLease {
            source_path: source.to_owned(),
        })?;
        Ok(lease.generation())
    }

    /// Adds words to the vocabulary in the cluster.
    fn send_words(&self, words: &[WordKey]) -> Result<()> {
        let mut bulk = Bulk::default();
        let is_known = |word: &&WordKey| lock(self.words).contains(&word.exact);
        let new: Vec<&WordKey> = words.iter().filter(|word| !is_known(word)).collect();
        for word in &new {
            // Plain data of strings always serializes.
            bulk.create(&word.id(), &serde_json::to_vec(word).unwrap_or_default());
        }
        if bulk.is_empty() {
            return Ok(());
        }
        // Words that are there already are "outdated".
        bulk.send(self.client, &words_alias(self.client.name()), self.patience)?;
        // Only now, so that no article is sent before its words are acknowledged.
        lock(self.words).extend(new.into_iter().map(|word| word.exact.clone()));
        Ok(())
    }
}

/// The sum of the counts of some files.
pub(super) fn sum(done: &[Done]) -> Counts {
    let mut counts = Counts::default();
    done.iter().for_each(|done| counts += done.counts);
    counts
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}
