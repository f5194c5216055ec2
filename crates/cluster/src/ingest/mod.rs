//! Brings an index in a cluster up to date with its sources: adds new articles,
//! replaces changed ones, removes deleted ones, and touches nothing else.
//!
//! Articles are their own record of what was read: each document has the file,
//! the place and the hash that it came from, and the same id whenever it is read
//! again. A file's entry is written after its articles are acknowledged. So a
//! run that stops anywhere, or is killed, leaves a state that the next run
//! completes. Readers see articles as they arrive, not an update as a whole.

mod files;
mod former;
mod options;
mod read;
mod scope;
mod task;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
pub use timbao_articles::changes::{
    Action, ActionKind, Counts, Phase, Progress, Reading, Reason, Sources, UpdateReport, Vanished,
};
use timbao_articles::changes::{FileChange, is_within, vanished};

use self::files::{Diff, Job};
use self::former::{Former, Known};
pub use self::options::IngestOptions;
use self::read::Pipeline;
use self::scope::Scope;
use self::task::{Done, Task};
use crate::admin::{self, state_alias};
use crate::arrivals::{self, ArrivalRecord};
use crate::bulk::Bulk;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::feed::file_hash;
use crate::lease::{self, Lease, WHOLE_INDEX, check_free};
use crate::schema::COLUMNS;
use crate::scroll::scroll;
use crate::state::{self, FileEntry, Source, file_document, file_id};

/// Files whose articles are looked up together.
const CHUNK: usize = 500;
/// Deletions that are sent together.
const DELETIONS: usize = 5000;

/// Brings the index up to date with its sources.
///
/// # Errors
///
/// [`Error::NoSource`] for a path that does not exist, [`Error::NoSources`] if there is nothing to
/// repeat, [`Error::Busy`] if another process writes one of the sources, [`Error::LostLease`] if
/// another process took one over, [`Error::Unreadable`] and [`Error::Vanished`] with
/// [`IngestOptions::strict`], [`Error::OtherVersion`], and any error of the cluster. The next
/// update continues after an error.
pub fn update(
    client: &Arc<Client>,
    sources: &Sources,
    options: &IngestOptions,
    progress: &dyn Progress,
) -> Result<UpdateReport> {
    let start = Instant::now();
    admin::open(client)?;
    let scope = Scope::new(sources, options, state::sources(client)?, client.name())?;
    let update = Update::begin(client, scope, options, progress)?;
    let mut report = update.run(progress)?;
    report.elapsed.reading = start.elapsed();
    Ok(report)
}

/// Forgets sources, or files and directories in them, and removes their articles; the files are
/// not touched. A path forgotten inside a source is indexed again only when it is given to
/// [`update`] explicitly.
///
/// # Errors
///
/// [`Error::NoSource`] for a path that neither exists nor has indexed articles,
/// [`Error::NotIndexed`] for one in no source, and the errors of [`update`].
pub fn forget(
    client: &Arc<Client>,
    paths: &[PathBuf],
    options: &IngestOptions,
    progress: &dyn Progress,
) -> Result<UpdateReport> {
    let start = Instant::now();
    admin::open(client)?;
    let before = state::sources(client)?;
    let after = scope::forgotten(before.clone(), paths)?;
    let changed: Vec<&Source> = before
        .iter()
        .filter(|source| !after.contains(source))
        .collect();
    let leases = take_leases(
        client,
        changed.iter().map(|s| s.path.as_str()),
        options,
        progress,
    )?;
    let mut report = UpdateReport {
        sources: after.iter().map(|source| source.path.clone()).collect(),
        ..UpdateReport::default()
    };
    for source in changed {
        let now = after.iter().find(|other| other.path == source.path);
        let generation = generation(&leases, &source.path)?;
        for (path, entry) in state::files(client, source)? {
            if now.is_some_and(|now| now.holds(&path)) {
                report.articles.unchanged += entry.articles;
                report.files.unchanged += 1;
                continue;
            }
            report.actions.push(Action {
                path: path.clone(),
                kind: ActionKind::Remove,
                reason: Reason::Forgotten,
                articles: entry.articles,
            });
            report.articles.removed += entry.articles;
            report.files.removed += 1;
            remove_file(client, &path, generation, options.patience)?;
        }
        let mut bulk = Bulk::default();
        match now {
            Some(now) => put(&mut bulk, &now.key(), &now.document()),
            None => bulk.delete_any(&source.key()),
        }
        write_state(client, &bulk, options.patience)?;
    }
    finish(client)?;
    report.committed = is_changed(report.articles);
    report.total_articles = count(client, client.name())?;
    report.elapsed.reading = start.elapsed();
    Ok(report)
}

fn is_changed(articles: Counts) -> bool {
    articles.added + articles.updated + articles.removed > 0
}

/// An update that has its leases.
struct Update<'a> {
    client: &'a Arc<Client>,
    scope: Scope,
    options: &'a IngestOptions,
    leases: HashMap<String, Lease>,
    known: BTreeMap<String, FileEntry>,
}

impl<'a> Update<'a> {
    fn begin(
        client: &'a Arc<Client>,
        scope: Scope,
        options: &'a IngestOptions,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let paths = scope.roots.iter().map(|root| root.source.path.as_str());
        let absorbed = scope.absorbed.iter().map(|source| source.path.as_str());
        let leases = match options.dry_run {
            true => HashMap::new(),
            false => take_leases(client, paths.chain(absorbed), options, progress)?,
        };
        // Another process may have written until its lease was free.
        state::refresh(client)?;
        refresh_articles(client)?;
        let mut known = BTreeMap::new();
        let mut read: HashSet<&str> = HashSet::new();
        let sources = scope.roots.iter().map(|root| &root.source);
        for source in sources.chain(&scope.absorbed) {
            if read.insert(&source.path) {
                known.extend(state::files(client, source)?);
            }
        }
        Ok(Self {
            client,
            options,
            leases,
            known,
            scope,
        })
    }

    fn run(self, progress: &dyn Progress) -> Result<UpdateReport> {
        let options = self.options;
        let found = files::walk(
            &self.scope.roots,
            &self.scope.all,
            &options.files,
            &options.stop,
            progress,
        );
        let sources = self.scope.all.iter();
        let mut report = UpdateReport {
            skipped: found.skipped.clone(),
            linked: found.linked.clone(),
            interrupted: found.is_interrupted,
            sources: sources.map(|source| source.path.clone()).collect(),
            ..UpdateReport::default()
        };
        if report.interrupted {
            report.total_articles = count(self.client, self.client.name())?;
            return Ok(report);
        }
        let mut diff = Diff::new(
            &self.known,
            found,
            &self.scope.roots,
            &self.scope.all,
            options.full,
        );
        if let (true, Some(problem)) = (options.strict, diff.problems.first()) {
            return Err(Error::Unreadable(problem.clone()));
        }
        if options.dry_run {
            return self.describe(diff, report);
        }
        self.remember_sources()?;
        let jobs = std::mem::take(&mut diff.jobs);
        progress.phase(Phase::Reading {
            files: jobs.len() as u64,
            bytes: jobs.iter().map(|job| job.found.len).sum(),
        });
        let mut done = Vec::new();
        let mut so_far = Reading::default();
        let words = Mutex::default();
        let gone = self.gone(&diff, &jobs)?;
        let mut jobs = jobs.into_iter().peekable();
        while jobs.peek().is_some() {
            let chunk: Vec<Job> = jobs.by_ref().take(CHUNK).collect();
            let (some, read) = self.read(chunk, (&words, &gone), so_far, progress)?;
            done.extend(some);
            so_far = read;
            if options.stop.load(Ordering::Relaxed) {
                report.interrupted = jobs.peek().is_some() || done.iter().any(|d| !d.is_whole);
                break;
            }
        }
        report.bytes = so_far.bytes;
        self.settle(diff, done, &mut report)?;
        finish(self.client)?;
        self.leases.values().for_each(Lease::settle);
        report.committed = is_changed(report.articles);
        report.total_articles = count(self.client, self.client.name())?;
        Ok(report)
    }

    /// What would be done, without doing it.
    fn describe(&self, diff: Diff, mut report: UpdateReport) -> Result<UpdateReport> {
        if !self.options.allow_vanished {
            report.vanished = self.vanished(&diff, &[]);
        }
        let is_planned = |action: &Action| {
            action.kind != ActionKind::Remove || !is_in_any(&report.vanished, &action.path)
        };
        report.actions = diff.actions().into_iter().filter(is_planned).collect();
        let kind = |kind| {
            report
                .actions
                .iter()
                .filter(move |action| action.kind == kind)
        };
        report.files = Counts {
            added: kind(ActionKind::Add).count() as u64,
            updated: kind(ActionKind::Update).count() as u64,
            removed: kind(ActionKind::Remove).count() as u64,
            unchanged: diff.unchanged.len() as u64,
            moved: 0,
        };
        report.articles.removed = kind(ActionKind::Remove).map(|action| action.articles).sum();
        report.articles.unchanged = diff.unchanged.values().sum();
        report.problems = diff.problems;
        report.kept = diff.kept;
        report.total_articles = count(self.client, self.client.name())?;
        Ok(report)
    }

    /// Writes the documents of new sources, so that what follows belongs to one.
    fn remember_sources(&self) -> Result<()> {
        let mut bulk = Bulk::default();
        for root in &self.scope.roots {
            put(&mut bulk, &root.source.key(), &root.source.document());
        }
        write_state(self.client, &bulk, self.options.patience)
    }

    /// Reads some files and writes their articles, and the entries of files that lost none.
    fn read(
        &self,
        jobs: Vec<Job>,
        (words, gone): (&Mutex<HashSet<String>>, &Former),
        so_far: Reading,
        progress: &dyn Progress,
    ) -> Result<(Vec<Done>, Reading)> {
        let options = self.options;
        self.begin_files(&jobs)?;
        let read_before = jobs.iter().filter(|job| job.old.is_some());
        let mut known = HashMap::new();
        self.articles_of(
            read_before.map(|job| job.path.as_str()),
            &mut |file, id, article| {
                let former: &mut Former = known.entry(file).or_default();
                former.insert(id, article);
            },
        )?;
        let tasks = jobs.into_iter().map(|job| {
            let known = known.remove(&file_hash(&job.path)).unwrap_or_default();
            Task::new(job, known)
        });
        let pipeline = Pipeline {
            client: self.client,
            leases: &self.leases,
            files: &*options.files,
            limits: &options.limits,
            complete: &*options.complete,
            progress,
            stop: &options.stop,
            strict: options.strict,
            threads: options.threads,
            patience: options.patience,
            words,
            gone,
            time: i64::try_from(lease::now()).unwrap_or(i64::MAX),
        };
        let (done, read) = pipeline.run(tasks.collect(), so_far)?;
        let mut bulk = Bulk::default();
        for done in done
            .iter()
            .filter(|done| done.lost.is_empty() && done.is_whole)
        {
            let job = &done.task.job;
            put(
                &mut bulk,
                &file_id(&job.path),
                &file_document(&job.path, &job.source, &done.entry),
            );
        }
        write_state(self.client, &bulk, options.patience)?;
        Ok((done, read))
    }

    /// Writes an entry for each new file, so that its articles are removed with it even if this
    /// run does not get to its end.
    fn begin_files(&self, jobs: &[Job]) -> Result<()> {
        let mut bulk = Bulk::default();
        for job in jobs.iter().filter(|job| job.old.is_none()) {
            let begun = FileEntry {
                relative: job.entry.relative.clone(),
                ..FileEntry::default()
            };
            put(
                &mut bulk,
                &file_id(&job.path),
                &file_document(&job.path, &job.source, &begun),
            );
        }
        write_state(self.client, &bulk, self.options.patience)
    }

    /// The articles of files that are gone, if others are read in which they may be.
    fn gone(&self, diff: &Diff, jobs: &[Job]) -> Result<Former> {
        let mut gone = Former::default();
        if !jobs.is_empty() {
            let paths = diff.gone.iter().map(|(action, _)| action.path.as_str());
            self.articles_of(paths, &mut |_, id, article| gone.insert(id, article))?;
        }
        Ok(gone)
    }

    /// Calls `each` with the articles in the cluster of some files: the hash of the path, the id and
    /// the article.
    fn articles_of<'p>(
        &self,
        paths: impl Iterator<Item = &'p str>,
        each: &mut dyn FnMut(String, String, Known),
    ) -> Result<()> {
        let files: Vec<String> = paths.map(file_hash).collect();
        let fields = ["uid", "file", "hash", "place_in_file", "identity"];
        let fields: Vec<&str> = fields.into_iter().chain(arrivals::FIELDS).collect();
        for files in files.chunks(CHUNK) {
            let body = json!({
                "query": { "terms": { "file": files } },
                "stored_fields": COLUMNS,
                "docvalue_fields": fields,
            });
            scroll(self.client, self.client.name(), &body, &mut |hit| {
                let field = |name: &str| hit.pointer(&format!("/fields/{name}/0"));
                let text = |name: &str| field(name).and_then(Value::as_str).map(str::to_owned);
                let identity = field("identity").and_then(Value::as_i64).unwrap_or(0) as u64;
                let arrival = ArrivalRecord::of_hit(hit)
                    .unwrap_or_else(|| ArrivalRecord::before_all(0, identity));
                let origin = (text("hash").unwrap_or_default(), text("place_in_file"));
                each(
                    text("file").unwrap_or_default(),
                    text("uid").unwrap_or_default(),
                    Known::new(origin, identity, arrival),
                );
                Ok(())
            })?;
        }
        Ok(())
    }

    /// The files that seem to be unavailable, among the missing ones and those read.
    fn vanished(&self, diff: &Diff, done: &[Done]) -> Vec<Vanished> {
        let mut changes: BTreeMap<&str, FileChange> = BTreeMap::new();
        let mut change = |path, before, after, lost, is_there| {
            changes.insert(
                path,
                FileChange {
                    before,
                    after,
                    lost,
                    is_there,
                },
            );
        };
        for (path, &articles) in &diff.unchanged {
            change(path, articles, articles, 0, true);
        }
        for (path, articles) in diff.before() {
            // A dry run does not know the articles of a new file.
            change(path, articles, articles.max(1), 0, true);
        }
        for done in done {
            let job = &done.task.job;
            let lost = done.lost.len() as u64;
            change(
                &job.path,
                job.action.articles,
                done.entry.articles,
                lost,
                true,
            );
        }
        for (action, is_moved) in &diff.gone {
            let lost = if *is_moved { 0 } else { action.articles };
            change(&action.path, action.articles, 0, lost, false);
        }
        let roots = self.scope.roots.iter().map(|root| root.path.as_str());
        let all = self.scope.all.iter().map(|source| source.path.as_str());
        // All files of the sources are among the changes.
        vanished([], &changes, &roots.chain(all).collect())
    }

    /// Removes what is gone, and writes the entries of the files that lost articles.
    fn settle(&self, diff: Diff, done: Vec<Done>, report: &mut UpdateReport) -> Result<()> {
        let options = self.options;
        if !options.allow_vanished {
            report.vanished = self.vanished(&diff, &done);
        }
        if let (true, Some(vanished)) = (options.strict, report.vanished.first()) {
            return Err(Error::Vanished(vanished.clone()));
        }
        report.articles = read::sum(&done);
        report.articles.unchanged += diff.unchanged.values().sum::<u64>();
        report.files.unchanged = diff.unchanged.len() as u64;
        report.kept = diff.kept + done.iter().map(|done| done.kept).sum::<u64>();
        report.problems = diff.problems;
        let mut bulk = Bulk::default();
        for done in done {
            self.settle_file(done, report, &mut bulk)?;
        }
        for (action, _) in diff.gone {
            let Some(root) = self.scope.root_of(&action.path) else {
                continue;
            };
            if is_in_any(&report.vanished, &action.path) {
                report.articles.unchanged += action.articles;
                report.files.unchanged += 1;
                continue;
            }
            let generation = generation(&self.leases, &root.source.path)?;
            remove_file(self.client, &action.path, generation, options.patience)?;
            report.articles.removed += action.articles;
            report.files.removed += 1;
            report.actions.push(action);
        }
        for source in &self.scope.absorbed {
            bulk.delete_any(&source.key());
        }
        write_state(self.client, &bulk, options.patience)?;
        let away = std::mem::take(&mut report.vanished);
        report
            .actions
            .retain(|a| a.kind != ActionKind::Remove || !is_in_any(&away, &a.path));
        report.vanished = away;
        report
            .problems
            .sort_by_cached_key(|problem| (problem.path.clone(), problem.member.clone()));
        Ok(())
    }

    /// Removes the articles that are not in a file any more, and writes its entry.
    fn settle_file(&self, done: Done, report: &mut UpdateReport, bulk: &mut Bulk) -> Result<()> {
        let job = &done.task.job;
        report.problems.extend(done.entry.problems.iter().cloned());
        let lost = done.lost.len() as u64;
        let is_away = report.vanished.iter().any(|away| {
            is_within(&job.path, &away.path) && (done.entry.articles == 0 || away.path == job.path)
        });
        let mut entry = done.entry;
        if is_away && lost > 0 {
            entry.articles += lost;
            entry.settled = false;
            report.articles.unchanged += lost;
            report.files.unchanged += 1;
        } else {
            let generation = generation(&self.leases, &job.source.path)?;
            remove(self.client, &done.lost, generation, self.options.patience)?;
            report.articles.removed += lost;
            let counts = done.counts;
            match job.old {
                None => report.files.added += 1,
                Some(_) if counts.added + counts.updated + lost == 0 => report.files.unchanged += 1,
                Some(_) => report.files.updated += 1,
            }
        }
        put(
            bulk,
            &file_id(&job.path),
            &file_document(&job.path, &job.source, &entry),
        );
        Ok(())
    }
}

/// Takes the leases of some sources, in the order of their paths, unless the index is rebuilt.
fn take_leases<'s>(
    client: &Arc<Client>,
    paths: impl Iterator<Item = &'s str>,
    options: &IngestOptions,
    progress: &dyn Progress,
) -> Result<HashMap<String, Lease>> {
    let deadline = Instant::now() + options.wait;
    let mut paths: Vec<&str> = paths.collect();
    paths.sort_unstable();
    paths.dedup();
    let mut leases = HashMap::new();
    for path in paths {
        leases.insert(
            path.to_owned(),
            Lease::take(client, path, deadline, progress)?,
        );
    }
    // After taking them: a rebuild takes its lease before it looks for others.
    check_free(client, WHOLE_INDEX)?;
    Ok(leases)
}

fn generation(leases: &HashMap<String, Lease>, source: &str) -> Result<u64> {
    let lost = || Error::LostLease {
        source_path: source.to_owned(),
    };
    let lease = leases.get(source).ok_or_else(lost)?;
    lease.check()?;
    Ok(lease.generation())
}

fn is_in_any(vanished: &[Vanished], path: &str) -> bool {
    vanished.iter().any(|away| is_within(path, &away.path))
}

fn put(bulk: &mut Bulk, id: &str, document: &Value) {
    // A value always serializes.
    bulk.put(id, &serde_json::to_vec(document).unwrap_or_default());
}

/// Writes documents of the state.
fn write_state(client: &Client, bulk: &Bulk, patience: Duration) -> Result<()> {
    if bulk.is_empty() {
        return Ok(());
    }
    let outcome = bulk.send(client, &state_alias(client.name()), patience)?;
    match outcome.rejected.into_iter().next() {
        None => Ok(()),
        Some((_, reason)) => Err(Error::Rejected {
            status: 400,
            action: "the record of a file".to_owned(),
            reason,
        }),
    }
}

/// Removes the articles of a file, and then its entry.
fn remove_file(client: &Client, path: &str, generation: u64, patience: Duration) -> Result<()> {
    let body = json!({
        "query": { "term": { "file": file_hash(path) } },
        "stored_fields": COLUMNS,
        "docvalue_fields": ["uid"],
    });
    let mut ids = Vec::new();
    scroll(client, client.name(), &body, &mut |hit| {
        let id = hit.pointer("/fields/uid/0").and_then(Value::as_str);
        ids.extend(id.map(str::to_owned));
        Ok(())
    })?;
    remove(client, &ids, generation, patience)?;
    let mut bulk = Bulk::default();
    bulk.delete_any(&file_id(path));
    write_state(client, &bulk, patience)
}

/// Removes articles.
fn remove(client: &Client, ids: &[String], generation: u64, patience: Duration) -> Result<()> {
    for ids in ids.chunks(DELETIONS) {
        let mut bulk = Bulk::default();
        ids.iter().for_each(|id| bulk.delete(id, generation));
        bulk.send(client, client.name(), patience)?;
    }
    Ok(())
}

fn refresh_articles(client: &Client) -> Result<()> {
    client
        .call("POST", &format!("{}/_refresh", client.name()))?
        .ok()
        .map(drop)
}

/// Makes all writes visible to searches.
fn finish(client: &Client) -> Result<()> {
    refresh_articles(client)?;
    let words = admin::words_alias(client.name());
    client.call("POST", &format!("{words}/_refresh"))?.ok()?;
    state::refresh(client)
}

#[derive(Deserialize)]
struct Counted {
    count: u64,
}

/// The number of articles in an index, or behind an alias.
pub(crate) fn count(client: &Client, index: &str) -> Result<u64> {
    let path = format!("{index}/_count?preference=_primary");
    let answer: Counted = client.get(&path)?.ok()?.json()?;
    Ok(answer.count)
}
