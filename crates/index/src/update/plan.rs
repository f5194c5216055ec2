//! What an update will do, and doing it.

use std::path::{Path, PathBuf};
use std::time::Instant;

use timbao_articles::Limits;

use super::diff::{Diff, Found, Wish};
use super::pipeline::{Outcome, Pipeline};
use super::progress::{Phase, Progress};
use super::record::{Record, key};
use super::relocate::relocate;
use super::report::{Action, ActionKind, Counts, Reason, UpdateReport};
use super::sources::{Scope, Source};
use super::state::{Payload, State, remove_orphans};
use super::{Sources, UpdateOptions, merge};
use crate::error::{Error, Result};
use crate::store::{ArticleWriter, Index};

/// The state an update starts from.
#[derive(Default)]
pub(super) struct Base {
    pub(super) state: State,
    /// Whether the record could not be read, and everything has to be.
    is_lost: bool,
}

impl Base {
    /// The state of an index that has these sources and must be built from them.
    pub(super) fn without_record(sources: Vec<Source>) -> Self {
        Self {
            state: State {
                sources,
                record: Record::default(),
            },
            is_lost: true,
        }
    }

    /// Loads the state; a record that is damaged is no error when everything
    /// is read anew anyway.
    pub(super) fn load(index: &Index, full: bool) -> Result<Self> {
        match State::load(&index.engine, &index.storage) {
            Ok(state) => Ok(Self {
                state,
                is_lost: false,
            }),
            Err(Error::Damaged { reason }) if full => match Payload::of(&index.engine) {
                Ok(Some(payload)) => Ok(Self::without_record(payload.sources)),
                _ => Err(Error::Damaged { reason }),
            },
            Err(error) => Err(error),
        }
    }
}

/// What an update will do.
pub(super) struct Plan {
    base: State,
    sources: Vec<Source>,
    diff: Diff,
    /// Whether all articles go before the first comes.
    clear: bool,
    limits: u64,
    report: UpdateReport,
}

impl Plan {
    /// Finds out what has to be done.
    pub(super) fn new(
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

    /// Plans to forget sources.
    pub(super) fn forgetting(base: Base, paths: &[PathBuf]) -> Result<Self> {
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

    /// Tells what would be done.
    pub(super) fn describe(self) -> UpdateReport {
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

    /// Does it.
    pub(super) fn carry_out(
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
        let mut writer = index.unchecked_writer(options.writer)?;
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
    writer.commit_with(&payload)?;
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
