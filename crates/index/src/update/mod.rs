//! Keeps an index as its sources are: what is new is added, what changed is
//! replaced, what is gone is removed, and nothing else is touched.
//!
//! The record of what was seen (`record`) is written before the commit that
//! names it, so that the two cannot disagree; one update is one commit, and
//! readers see the state before it or after it.

mod diff;
mod merge;
mod pipeline;
mod progress;
mod record;
mod relocate;
mod report;
mod sources;
mod state;
mod task;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use timbao_articles::{FoundFile, Limits, WalkOptions};

use self::diff::{Diff, Found, Wish};
use self::pipeline::{Outcome, Pipeline};
pub use self::progress::{Phase, Progress, Reading};
pub(crate) use self::record::{Hash, Place, Record, hash_of, key};
use self::relocate::relocate;
pub use self::report::{Action, ActionKind, Counts, Elapsed, Reason, UpdateReport};
use self::sources::Scope;
pub use self::sources::Source;
use self::state::State;
pub(crate) use self::state::{Payload, RECORD_PREFIX, current_record};
use crate::durable::{Storage, remove_orphans};
use crate::error::{Error, Result};
use crate::store::{ArticleWriter, Index, WriterOptions};

/// What an update reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sources {
    /// These files and folders. They are remembered beside the sources that
    /// are remembered already, and articles from elsewhere stay as they are.
    Paths(Vec<PathBuf>),
    /// All that are remembered.
    Remembered,
}

/// How an update is done.
#[derive(Debug, Clone)]
pub struct UpdateOptions {
    /// Threads and memory for writing.
    pub writer: WriterOptions,
    /// How the named paths are walked; remembered with them.
    pub walk: WalkOptions,
    /// Bounds on what one file may cost.
    pub limits: Limits,
    /// Reads everything anew, changed or not.
    pub full: bool,
    /// Only tells what would be done.
    pub dry_run: bool,
    /// Removes the articles of a source that is gone.
    pub allow_vanished: bool,
    /// Fails at the first thing that cannot be read, and changes nothing.
    pub strict: bool,
    /// How long to wait for another process that writes.
    pub wait_for_lock: Duration,
    /// Stops the update when it is set. What was read until then is committed,
    /// and the next update goes on from there; only a full one is undone.
    pub stop: Arc<AtomicBool>,
}

impl Default for UpdateOptions {
    fn default() -> Self {
        Self {
            writer: WriterOptions::default(),
            walk: WalkOptions::default(),
            limits: Limits::default(),
            full: false,
            dry_run: false,
            allow_vanished: false,
            strict: false,
            wait_for_lock: Duration::from_secs(10),
            stop: Arc::default(),
        }
    }
}

/// Brings the index in `dir`, which is made if there is none, up to date with
/// its sources.
///
/// A file is read when its length or time differ from the record, and when it
/// was so fresh at the last time that they prove nothing; of a file that is
/// read, only the articles whose hash changed are indexed. What cannot be read
/// is in the report and does not stop the rest.
///
/// # Errors
///
/// [`Error::NoSource`] for a path where nothing is, [`Error::NoIndex`] and
/// [`Error::NoSources`] when there is nothing to repeat, [`Error::Vanished`]
/// when a source seems to be gone, [`Error::Unreadable`] with
/// [`UpdateOptions::strict`], [`Error::Busy`] when another process writes, and
/// whatever keeps the index from being written. The index is as it was then.
pub fn update(
    dir: &Path,
    sources: &Sources,
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<UpdateReport> {
    if options.dry_run {
        let base = match Index::open(dir) {
            Ok(index) => index.of_latest_commit(|_| Base::load(&index, options.full))?,
            Err(Error::NoIndex { .. }) if matches!(sources, Sources::Paths(_)) => Base::default(),
            Err(error) => return Err(error),
        };
        return Ok(Plan::new(dir, base, sources, options, progress)?.describe());
    }
    let old = Index::open(dir);
    let is_first = matches!(old, Err(Error::NoIndex { .. }));
    let storage = match sources {
        Sources::Paths(paths) => {
            // Wrong paths are refused before there is anything on disk.
            let known = old.and_then(|index| Base::load(&index, true));
            let known = known.map(|base| base.state.sources).unwrap_or_default();
            Scope::named(paths, &options.walk, known)?;
            Storage::create(dir)?
        }
        Sources::Remembered => old?.storage,
    };
    let report = update_on(storage.clone(), sources, options, progress);
    if report.is_err() && is_first {
        // A first run that failed leaves nothing behind.
        storage.discard();
    }
    report
}

/// As [`update`], on a storage.
pub(crate) fn update_on(
    storage: Storage,
    sources: &Sources,
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<UpdateReport> {
    let run = || {
        storage.lock(options.wait_for_lock)?;
        let index = Index::open_or_create_on(storage.clone())?;
        remove_orphans(&index.engine, &index.storage)?;
        let base = Base::load(&index, options.full)?;
        let plan = Plan::new(index.dir(), base, sources, options, progress)?;
        plan.carry_out(&index, options, progress)
    };
    run().map_err(|error| {
        let error = storage.cause(error);
        // On a full disk, what a failed run has written is in the way.
        let _ = clean_up(&storage);
        error
    })
}

/// Removes what a run has written that failed.
fn clean_up(storage: &Storage) -> Result<u64> {
    storage.lock(Duration::ZERO)?;
    let index = Index::open_on(storage.clone())?;
    let removed = remove_orphans(&index.engine, storage);
    storage.unlock();
    removed
}

/// The sources that an index remembers.
///
/// # Errors
///
/// When there is no index, or it is damaged.
pub fn sources(dir: &Path) -> Result<Vec<Source>> {
    Ok(Payload::of(&Index::open(dir)?.engine)?
        .map(|payload| payload.sources)
        .unwrap_or_default())
}

/// The files that there are under sources, by how their paths are written.
pub(crate) fn find(dir: &Path, sources: Vec<Source>) -> BTreeMap<String, FoundFile> {
    Found::walk(&Scope::remembered(sources), dir, &()).files
}

/// Forgets sources, and removes their articles; the files stay untouched. An
/// article that another source holds as well stays.
///
/// # Errors
///
/// [`Error::NoSource`] for a path that is no source, and as [`update`].
pub fn forget(
    dir: &Path,
    paths: &[PathBuf],
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<UpdateReport> {
    let mut index = Index::open(dir)?;
    if !options.dry_run {
        // What was opened before the lock may be stale.
        index.storage.lock(options.wait_for_lock)?;
        index = Index::open_on(index.storage)?;
        remove_orphans(&index.engine, &index.storage)?;
    }
    let plan = Plan::forgetting(Base::load(&index, false)?, paths)?;
    if options.dry_run {
        return Ok(plan.describe());
    }
    plan.carry_out(&index, options, progress)
        .map_err(|error| index.storage.cause(error))
}

/// The state an update starts from.
#[derive(Default)]
struct Base {
    state: State,
    /// Whether the record could not be read, and everything has to be.
    is_lost: bool,
}

impl Base {
    /// Loads the state; a record that is damaged is no error when everything
    /// is read anew anyway.
    fn load(index: &Index, full: bool) -> Result<Self> {
        match State::load(&index.engine, &index.storage) {
            Ok(state) => Ok(Self {
                state,
                is_lost: false,
            }),
            Err(Error::Damaged { reason }) if full => match Payload::of(&index.engine) {
                Ok(Some(payload)) => {
                    let state = State {
                        sources: payload.sources,
                        record: Record::default(),
                    };
                    Ok(Self {
                        state,
                        is_lost: true,
                    })
                }
                _ => Err(Error::Damaged { reason }),
            },
            Err(error) => Err(error),
        }
    }
}

/// What an update will do.
struct Plan {
    base: State,
    sources: Vec<Source>,
    diff: Diff,
    /// Whether all articles go before the first comes.
    clear: bool,
    limits: u64,
    report: UpdateReport,
}

impl Plan {
    fn new(
        dir: &Path,
        base: Base,
        sources: &Sources,
        options: &UpdateOptions,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let start = Instant::now();
        progress.phase(Phase::Finding);
        let Base { state, is_lost } = base;
        let mut scope = match sources {
            Sources::Paths(paths) => Scope::named(paths, &options.walk, state.sources.clone())?,
            Sources::Remembered if state.sources.is_empty() => {
                return Err(Error::NoSources { dir: dir.into() });
            }
            Sources::Remembered => Scope::remembered(state.sources.clone()),
        };
        if is_lost && !scope.sources.iter().all(|source| scope.holds(&source.path)) {
            let reason = "its record is lost; read all sources anew, not some".into();
            return Err(Error::Damaged { reason });
        }
        let found = Found::walk(&scope, dir, progress);
        let skipped = found.skipped.clone();
        let limits = fingerprint(&options.limits);
        let wish = Wish {
            full: options.full,
            allow_vanished: options.allow_vanished,
            limits,
        };
        let diff = Diff::new(&state.record, found, &mut scope, wish)?;
        if let (true, Some(problem)) = (options.strict, diff.problems.first()) {
            return Err(Error::Unreadable(problem.clone()));
        }
        let clear = is_lost || options.full && diff.unchanged.unchanged == 0;
        let report = UpdateReport {
            skipped,
            ..UpdateReport::default()
        };
        let mut plan = Self {
            base: state,
            sources: scope.sources,
            diff,
            clear,
            limits,
            report,
        };
        plan.report.elapsed.finding = start.elapsed();
        Ok(plan)
    }

    fn forgetting(base: Base, paths: &[PathBuf]) -> Result<Self> {
        let State {
            mut sources,
            record,
        } = base.state;
        let before = sources.clone();
        for path in paths {
            let path = path.canonicalize().or_else(|_| std::path::absolute(path));
            let path = path.map_err(Error::io(PathBuf::new()))?;
            let at = sources.iter().position(|s| Path::new(&s.path) == path);
            sources.remove(at.ok_or(Error::NoSource { path })?);
        }
        let mut diff = Diff::default();
        for (path, seen) in &record.files {
            if sources.iter().any(|source| source.holds(path)) {
                diff.unchanged.unchanged += 1;
                diff.unchanged_articles += seen.articles();
            } else {
                diff.gone.push(Action {
                    path: path.clone(),
                    kind: ActionKind::Remove,
                    reason: Reason::Forgotten,
                    articles: seen.articles(),
                });
            }
        }
        let limits = record.limits;
        let report = UpdateReport::default();
        let base = State {
            sources: before,
            record,
        };
        Ok(Self {
            base,
            sources,
            diff,
            clear: false,
            limits,
            report,
        })
    }

    /// What would be done.
    fn describe(self) -> UpdateReport {
        let Self {
            base,
            sources,
            diff,
            mut report,
            ..
        } = self;
        let jobs = || diff.jobs.iter().map(|job| &job.action);
        let count = |kind| jobs().filter(|a| a.kind == kind).count() as u64;
        report.files = Counts {
            added: count(ActionKind::Add),
            updated: count(ActionKind::Update),
            moved: count(ActionKind::Move),
            removed: diff.gone.len() as u64,
            unchanged: diff.unchanged.unchanged,
        };
        report.articles = Counts {
            unchanged: diff.unchanged_articles,
            removed: diff.gone.iter().map(|a| a.articles).sum(),
            moved: jobs()
                .filter(|a| a.kind == ActionKind::Move)
                .map(|a| a.articles)
                .sum(),
            ..Counts::default()
        };
        report.bytes = diff.jobs.iter().map(|job| job.found.len).sum();
        report.total_articles = base.record.articles();
        report.sources = sources.into_iter().map(|source| source.path).collect();
        report.problems = diff.problems;
        report.actions = diff
            .jobs
            .into_iter()
            .map(|job| job.action)
            .chain(diff.gone)
            .collect();
        report.actions.sort_by(|a, b| a.path.cmp(&b.path));
        report
    }

    fn carry_out(
        self,
        index: &Index,
        options: &UpdateOptions,
        progress: &dyn Progress,
    ) -> Result<UpdateReport> {
        let Self {
            base,
            sources,
            diff,
            clear,
            limits,
            mut report,
        } = self;
        let start = Instant::now();
        let mut state = State {
            sources,
            record: base.record.clone(),
        };
        state.record.limits = limits;
        for problem in &diff.problems {
            progress.problem(problem);
        }
        progress.phase(Phase::Reading {
            files: diff.jobs.len() as u64,
            bytes: diff.jobs.iter().map(|job| job.found.len).sum(),
        });
        let mut writer = index.writer(options.writer)?;
        if clear {
            writer.clear()?;
        }
        let mut moves: Vec<Action> = diff
            .jobs
            .iter()
            .filter(|job| job.from.is_some())
            .map(|job| job.action.clone())
            .collect();
        // 0 stands for what could not be parsed.
        let mut next_number = base.record.next_number.max(1);
        let (mut moved, mut jobs) = (Vec::new(), Vec::new());
        let has_moves = !options.full && !moves.is_empty();
        let searcher = has_moves.then(|| index.searcher()).transpose()?;
        for job in diff.jobs {
            let relocated = match &searcher {
                Some(searcher) => relocate(&job, searcher, &writer, &mut next_number),
                None => Ok(None),
            };
            match relocated {
                Ok(Some(done)) => moved.push(done),
                Ok(None) => jobs.push(job),
                Err(error) => return Err(writer.cause(error)),
            }
        }
        for number in moved.iter().flat_map(|done| &done.deleted) {
            writer.delete(&key(*number));
        }
        let pipeline = Pipeline {
            writer: &writer,
            limits: &options.limits,
            progress,
            stop: &options.stop,
            strict: options.strict,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        };
        let Outcome {
            done,
            next_number,
            interrupted,
            bytes,
        } = match pipeline.run(jobs, next_number) {
            Ok(outcome) => outcome,
            Err(error) => return Err(writer.cause(error)),
        };
        report.interrupted = interrupted;
        report.bytes = bytes;
        state.record.next_number = next_number;
        report.articles.unchanged = diff.unchanged_articles;
        report.files.unchanged = diff.unchanged.unchanged;
        report.problems = diff.problems;
        for file in moved.into_iter().chain(done) {
            let is_known = base.record.files.contains_key(&file.path);
            let same = file.articles.added + file.articles.updated + file.articles.removed == 0;
            let count = match () {
                () if file.from.is_some() => &mut report.files.moved,
                () if !is_known => &mut report.files.added,
                () if same => &mut report.files.unchanged,
                () => &mut report.files.updated,
            };
            *count += 1;
            report.articles.add(&file.articles);
            report.problems.extend(file.seen.problems.iter().cloned());
            if let Some(from) = &file.from {
                state.record.files.remove(from);
            }
            state.record.files.insert(file.path, file.seen);
        }
        for action in &diff.gone {
            if let Some(seen) = state.record.files.remove(&action.path) {
                if !clear {
                    seen.numbers()
                        .for_each(|number| writer.delete(&key(number)));
                }
                report.articles.removed += seen.articles();
                report.files.removed += 1;
            }
        }
        moves.retain(|action| state.record.files.contains_key(&action.path));
        report.actions = moves.into_iter().chain(diff.gone).collect();
        report.actions.sort_by(|a, b| a.path.cmp(&b.path));
        report
            .problems
            .sort_by(|a, b| (&a.path, &a.member).cmp(&(&b.path, &b.member)));
        report.sources = state
            .sources
            .iter()
            .map(|source| source.path.clone())
            .collect();
        report.elapsed.reading = start.elapsed();

        if clear && interrupted {
            // Half of a rebuilt index would be less than there was.
            report.total_articles = base.record.articles();
            return Ok(report);
        }
        report.total_articles = state.record.articles();
        if state != base || clear {
            commit(index, &mut writer, &state, options, &mut report, progress)?;
        }
        match writer.finish() {
            Err(error) if report.unmerged.is_none() => Err(error),
            _ => Ok(report),
        }
    }
}

fn commit(
    index: &Index,
    writer: &mut ArticleWriter,
    state: &State,
    options: &UpdateOptions,
    report: &mut UpdateReport,
    progress: &dyn Progress,
) -> Result<()> {
    let start = Instant::now();
    progress.phase(Phase::Committing);
    let payload = state.write(&index.storage)?;
    writer.commit(&payload)?;
    report.committed = true;
    report.elapsed.committing = start.elapsed();
    let start = Instant::now();
    progress.phase(Phase::Merging);
    let merged = merge::merge(index, writer, options.writer.memory)
        // The record of the commit before, which nothing names any more.
        .and_then(|()| remove_orphans(&index.engine, &index.storage));
    match merged {
        Ok(_) => {}
        Err(error @ Error::Damaged { .. }) => return Err(error),
        // What was committed stays, and the next update merges.
        Err(error) => {
            report.unmerged = Some(index.storage.cause(error).to_string());
            // On a full disk, what was merged in part is in the way.
            let _ = remove_orphans(&index.engine, &index.storage);
        }
    }
    report.elapsed.merging = start.elapsed();
    Ok(())
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.added += other.added;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.removed += other.removed;
        self.moved += other.moved;
    }
}

/// Stands for the limits: other limits may read what these could not.
fn fingerprint(limits: &Limits) -> u64 {
    let hash = blake3::hash(format!("{limits:?}").as_bytes());
    hash.as_bytes()
        .iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}
