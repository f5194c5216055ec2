//! Plans and executes an update.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use timbao_articles::changes::{
    Action, ActionKind, Counts, FileChange, Phase, Progress, Reason, Sources, Vanished, is_within,
    vanished,
};
use timbao_articles::{Limits, Problem, ProblemKind};

use super::UpdateReport;
use super::carry::{Carrier, salvage};
use super::diff::{self, Diff, Wish};
use super::forget::forgotten;
use super::manifest::{FileEntry, Hash, Manifest, key};
use super::pipeline::{Outcome, Pipeline};
use super::relocate::relocate;
use super::sources::{Scope, Source};
use super::state::{Payload, State, remove_orphans};
use super::task::Done;
use super::{UpdateOptions, arrivals, merge};
use crate::arrivals::Journal;
use crate::error::{Error, Result};
use crate::store::{ArticleWriter, Index};

/// Bytes of new text below which one thread writes them.
const SMALL_UPDATE: u64 = 4 << 20;

/// The state an update starts from.
#[derive(Default)]
pub(super) struct Base {
    pub(super) state: State,
    /// Whether the manifest could not be read, so that all files must be.
    is_lost: bool,
    /// Whether the index may contain articles that are not in the manifest.
    is_partial: bool,
}

impl Base {
    /// The state of an index with these sources that must be rebuilt from them.
    pub(super) fn without_manifest(sources: Vec<Source>, dir: &Path) -> Self {
        Self {
            state: State {
                sources,
                manifest: Manifest::default(),
                arrivals: Journal::salvage(dir),
            },
            is_lost: true,
            is_partial: true,
        }
    }

    /// Loads the state. If all files are read again anyway, a damaged manifest
    /// is replaced by one of the articles found in the segments.
    pub(super) fn load(index: &Index, full: bool) -> Result<Self> {
        match State::load(&index.engine, &index.storage) {
            Ok(state) => Ok(Self {
                state,
                ..Self::default()
            }),
            Err(Error::Damaged { reason }) if full => match Payload::of(&index.engine) {
                Ok(Some(payload)) => {
                    let arrivals = Journal::salvage(index.dir());
                    if let Ok(manifest) = payload.manifest(&index.storage) {
                        let sources = payload.sources;
                        return Ok(Self {
                            state: State {
                                sources,
                                manifest,
                                arrivals,
                            },
                            ..Self::default()
                        });
                    }
                    let salvaged = salvage(index).unwrap_or_default();
                    Ok(Self {
                        state: State {
                            sources: payload.sources,
                            manifest: salvaged.0,
                            arrivals,
                        },
                        is_lost: true,
                        is_partial: !salvaged.1,
                    })
                }
                _ => Err(Error::Damaged { reason }),
            },
            Err(error) => Err(error),
        }
    }
}

/// The actions of an update.
pub(super) struct Plan {
    base: State,
    sources: Vec<Source>,
    /// The paths of the sources in scope.
    roots: BTreeSet<String>,
    diff: Diff,
    /// Whether new segments replace all present ones.
    rebuild: bool,
    /// Whether segments may be damaged.
    is_damaged: bool,
    /// See [`Base`].
    is_partial: bool,
    limits: u64,
    report: UpdateReport,
}

impl Plan {
    /// Compares files and manifest. With `rebuild`, none of the present
    /// segments is kept.
    pub(super) fn new(
        dir: &Path,
        base: Base,
        sources: &Sources,
        options: &UpdateOptions,
        rebuild: bool,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let start = Instant::now();
        progress.phase(Phase::Finding);
        let Base {
            state,
            is_lost,
            is_partial,
        } = base;
        let scope = scope_of(dir, sources, &state, is_lost, options)?;
        let found = diff::walk(&scope, dir, &options.files, &options.stop, progress);
        let interrupted = found.is_interrupted;
        let skipped = found.skipped.clone();
        let linked = found.linked.clone();
        let limits = fingerprint(&options.limits);
        let wish = Wish {
            full: options.full,
            limits,
        };
        let diff = match interrupted {
            true => Diff::none(&state.manifest),
            false => Diff::new(&state.manifest, found, &scope, wish),
        };
        if let (true, Some(problem)) = (options.strict, diff.problems.first()) {
            return Err(Error::Unreadable(problem.clone()));
        }
        let is_damaged = rebuild || is_lost;
        let rebuild = is_damaged || options.full && diff.unchanged.unchanged == 0;
        let report = UpdateReport {
            skipped,
            linked,
            interrupted,
            ..UpdateReport::default()
        };
        let roots = scope.roots.iter().chain(&scope.sources);
        let mut plan = Self {
            base: state,
            roots: roots.map(|source| source.path.clone()).collect(),
            sources: scope.sources,
            diff,
            rebuild,
            is_damaged,
            is_partial: is_partial && !options.allow_vanished,
            limits,
            report,
        };
        plan.report.elapsed.finding = start.elapsed();
        Ok(plan)
    }

    /// Plans to forget sources, or files and directories in them.
    pub(super) fn forgetting(base: Base, paths: &[PathBuf]) -> Result<Self> {
        let State {
            sources,
            manifest,
            arrivals,
        } = base.state;
        let before = sources.clone();
        let sources = forgotten(sources, &manifest, paths)?;
        let mut diff = Diff::default();
        for (path, seen) in &manifest.files {
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
        let limits = manifest.limits;
        let report = UpdateReport::default();
        let base = State {
            sources: before,
            manifest,
            arrivals,
        };
        Ok(Self {
            base,
            sources,
            roots: BTreeSet::new(),
            diff,
            rebuild: false,
            is_damaged: false,
            is_partial: false,
            limits,
            report,
        })
    }

    /// Describes the actions. Without `allow_vanished`, articles of unavailable
    /// files stay.
    pub(super) fn describe(mut self, allow_vanished: bool) -> UpdateReport {
        if !allow_vanished {
            self.report.vanished = self.vanished(&[]);
            let vanished = std::mem::take(&mut self.report.vanished);
            self.keep_gone(&vanished);
            self.report.vanished = vanished;
        }
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
        report.total_articles = base.manifest.articles();
        report.sources = sources.into_iter().map(|source| source.path).collect();
        report.problems = diff.problems;
        report.kept = diff.kept;
        report.actions = diff
            .jobs
            .into_iter()
            .map(|job| job.action)
            .chain(diff.gone)
            .collect();
        report.actions.sort_by(|a, b| a.path.cmp(&b.path));
        report
    }

    /// Executes the plan.
    pub(super) fn carry_out(
        mut self,
        index: &Index,
        options: &UpdateOptions,
        progress: &dyn Progress,
    ) -> Result<UpdateReport> {
        let start = Instant::now();
        for problem in &self.diff.problems {
            progress.problem(problem);
        }
        progress.phase(Phase::Reading {
            files: self.diff.jobs.len() as u64,
            bytes: self.diff.jobs.iter().map(|job| job.found.len).sum(),
        });
        let segments = match self.is_small() {
            true => 1,
            false => options.writer.threads,
        };
        let mut writer = index.unchecked_writer(options.writer, segments)?;
        if self.rebuild {
            writer.clear()?;
        }
        let jobs = self.diff.jobs.iter();
        let moves = jobs.filter(|job| job.from.is_some());
        let moves: Vec<Action> = moves.map(|job| job.action.clone()).collect();
        let read = match self.read(index, &writer, options, progress) {
            Ok(read) => read,
            Err(error) => return Err(writer.cause(error)),
        };
        self.report.interrupted |= read.interrupted;
        self.report.bytes = read.bytes;
        if !options.allow_vanished {
            self.report.vanished = self.vanished(&read.done);
        }
        if let (true, Some(vanished)) = (options.strict, self.report.vanished.first()) {
            return Err(Error::Vanished(vanished.clone()));
        }
        let mut state = self.next_state(read.next_number);
        self.settle(&mut state.manifest, read.done, moves, &writer)?;
        self.report.elapsed.reading = start.elapsed();
        self.report.sources = state.sources.iter().map(|s| s.path.clone()).collect();
        if self.rebuild && self.report.interrupted {
            // Half of a rebuilt index would have fewer articles than before.
            self.report.total_articles = self.base.manifest.articles();
            return Ok(self.report);
        }
        if self.rebuild {
            self.carry(&mut state.manifest, options.allow_vanished, index, &writer)?;
        }
        self.report.total_articles = state.manifest.articles();
        if state.sources != self.base.sources
            || state.manifest != self.base.manifest
            || self.rebuild
        {
            self.store(&mut state, index, &mut writer, options, progress)?;
        }
        match writer.finish() {
            Err(error) if self.report.unmerged.is_none() => Err(error),
            _ => Ok(self.report),
        }
    }

    /// Returns `true` if one thread writes all articles about as fast as several do. Each segment
    /// has a dictionary, and searches open them all, so a small update writes one.
    fn is_small(&self) -> bool {
        let new = self.diff.jobs.iter().map(|job| {
            let (before, now) = (job.old.len, job.found.len);
            match !job.rewrite && before <= now {
                true => now - before,
                false => now,
            }
        });
        new.sum::<u64>() < SMALL_UPDATE
    }

    /// The state after the update, with the manifest from before.
    fn next_state(&mut self, next_number: u64) -> State {
        let mut manifest = self.base.manifest.clone();
        if !self.report.interrupted {
            manifest.limits = self.limits;
        }
        manifest.next_number = next_number;
        State {
            sources: self.sources.clone(),
            manifest,
            arrivals: std::mem::take(&mut self.base.arrivals),
        }
    }

    /// Records arrivals and commits.
    fn store(
        &mut self,
        state: &mut State,
        index: &Index,
        writer: &mut ArticleWriter,
        options: &UpdateOptions,
        progress: &dyn Progress,
    ) -> Result<()> {
        let before = &self.base.manifest;
        arrivals::record(state, before, writer.take_written(), index, self.rebuild)?;
        commit(index, writer, state, options, &mut self.report, progress)
    }

    /// Takes the articles of moved files from the index, and reads the other
    /// files.
    fn read(
        &mut self,
        index: &Index,
        writer: &ArticleWriter,
        options: &UpdateOptions,
        progress: &dyn Progress,
    ) -> Result<Outcome> {
        // Number 0 marks articles that could not be parsed.
        let mut next_number = self.base.manifest.next_number.max(1);
        let (mut moved, mut jobs) = (Vec::new(), Vec::new());
        let has_moves = self.diff.jobs.iter().any(|job| job.from.is_some());
        let searcher = (has_moves && !options.full).then(|| index.searcher());
        let searcher = searcher.transpose()?;
        for job in std::mem::take(&mut self.diff.jobs) {
            let relocated = match &searcher {
                Some(searcher) => relocate(&job, searcher, writer, &mut next_number)?,
                None => None,
            };
            match relocated {
                Some(done) => moved.push(done),
                None => jobs.push(job),
            }
        }
        let pipeline = Pipeline {
            writer,
            files: &*options.files,
            limits: &options.limits,
            defaults: &options.defaults,
            progress,
            stop: &options.stop,
            strict: options.strict,
            threads: options.writer.threads.max(1),
        };
        let mut read = pipeline.run(jobs, next_number)?;
        read.done.extend(moved);
        Ok(read)
    }

    /// The files that seem to be unavailable, among the missing ones and those
    /// read.
    fn vanished(&self, done: &[Done]) -> Vec<Vanished> {
        let manifest = &self.base.manifest;
        let mut changes: BTreeMap<&str, FileChange> = BTreeMap::new();
        let elsewhere = elsewhere(manifest, done, self.diff.gone.iter().map(|a| &*a.path));
        let lost = |hashes: &mut dyn Iterator<Item = &Hash>| {
            hashes.filter(|hash| !elsewhere.contains(*hash)).count() as u64
        };
        for file in done {
            let old = manifest.files.get(file.from.as_ref().unwrap_or(&file.path));
            let before = match file.from {
                Some(_) => 0,
                None => old.map_or(0, FileEntry::articles),
            };
            let change = FileChange {
                before,
                after: file.seen.articles(),
                lost: lost(&mut file.lost.iter()),
                is_there: true,
            };
            changes.insert(&file.path, change);
            if let (Some(from), Some(old)) = (&file.from, old) {
                let before = old.articles();
                changes.entry(from).or_default().before += before;
            }
        }
        for job in &self.diff.jobs {
            // A dry run does not know the articles of a new file.
            let is_new = job.action.kind == ActionKind::Add;
            let change = FileChange {
                after: u64::from(is_new),
                ..FileChange::default()
            };
            if is_new {
                changes.insert(&job.path, change);
            }
        }
        for action in &self.diff.gone {
            let old = manifest.files.get(&action.path);
            let change = FileChange {
                before: action.articles,
                lost: lost(&mut old.iter().flat_map(|seen| seen.hashes())),
                ..FileChange::default()
            };
            changes.insert(&action.path, change);
        }
        let roots = self.roots.iter().map(String::as_str).collect();
        let known = manifest.files.iter();
        let known = known.map(|(path, seen)| (path.as_str(), seen.articles()));
        vanished(known, &changes, &roots)
    }

    /// Keeps the missing files that seem to be unavailable.
    fn keep_gone(&mut self, vanished: &[Vanished]) {
        let is_away = |path: &str| vanished.iter().any(|away| is_within(path, &away.path));
        for action in &self.diff.gone {
            if is_away(&action.path)
                && let Some(seen) = self.base.manifest.files.get(&action.path)
            {
                self.diff.unchanged.unchanged += 1;
                self.diff.unchanged_articles += seen.articles();
            }
        }
        self.diff.gone.retain(|action| !is_away(&action.path));
        let missing =
            |problem: &Problem| problem.kind == ProblemKind::NotFound && is_away(&problem.path);
        self.diff.problems.retain(|problem| !missing(problem));
    }

    /// Decides the outcome of each file, and updates the manifest.
    fn settle(
        &mut self,
        manifest: &mut Manifest,
        done: Vec<Done>,
        mut moves: Vec<Action>,
        writer: &ArticleWriter,
    ) -> Result<()> {
        let vanished = std::mem::take(&mut self.report.vanished);
        self.keep_gone(&vanished);
        let report = &mut self.report;
        report.articles.unchanged = self.diff.unchanged_articles;
        report.files.unchanged = self.diff.unchanged.unchanged;
        report.kept = self.diff.kept;
        report.problems = std::mem::take(&mut self.diff.problems);
        let first = self.base.manifest.next_number.max(1);
        let delete = |number: &u64| writer.delete(&key(*number));
        for file in done {
            report.problems.extend(file.seen.problems.iter().cloned());
            file.dropped.iter().for_each(delete);
            let old_path = file.from.as_ref().unwrap_or(&file.path);
            let old = self.base.manifest.files.get(old_path);
            let stays = !file.lost.is_empty() && vanished.iter().any(|away| file.is_part_of(away))
                // The former path identifies the origin of the articles.
                || file.from.is_some() && file.seen.kept;
            if let (true, Some(old)) = (stays, old) {
                let new = file.seen.numbers().filter(|n| *n >= first);
                new.for_each(|n| delete(&n));
                report.articles.unchanged += old.articles();
                report.files.unchanged += 1;
                if file.seen.kept {
                    report.kept += old.articles();
                }
                manifest.files.insert(old_path.clone(), old.unsettled());
                continue;
            }
            if file.seen.kept {
                report.kept += file.seen.numbers().filter(|n| *n < first).count() as u64;
            }
            if !self.rebuild {
                file.deleted.iter().for_each(delete);
            }
            *file.count_in(&mut report.files, old.is_some()) += 1;
            report.articles += file.articles;
            if let Some(from) = &file.from {
                manifest.files.remove(from);
            }
            manifest.files.insert(file.path, file.seen);
        }
        self.remove_gone(manifest, writer);
        moves.retain(|action| manifest.files.contains_key(&action.path));
        self.list_actions(moves);
        self.report.vanished = vanished;
        Ok(())
    }

    /// Lists what was done, with problems in a stable order.
    fn list_actions(&mut self, moves: Vec<Action>) {
        let report = &mut self.report;
        report.actions = moves;
        report.actions.append(&mut self.diff.gone);
        report.actions.sort_by(|a, b| a.path.cmp(&b.path));
        let place = |problem: &Problem| (problem.path.clone(), problem.member.clone());
        report.problems.sort_by_cached_key(place);
    }

    /// Removes the articles of files that are gone.
    fn remove_gone(&mut self, manifest: &mut Manifest, writer: &ArticleWriter) {
        for action in &self.diff.gone {
            if let Some(seen) = manifest.files.remove(&action.path) {
                if !self.rebuild {
                    seen.numbers()
                        .for_each(|number| writer.delete(&key(number)));
                }
                self.report.articles.removed += seen.articles();
                self.report.files.removed += 1;
            }
        }
    }

    /// Copies the articles that were not indexed again: those of files that are
    /// unreadable, seem to be unavailable, or are out of scope.
    ///
    /// # Errors
    ///
    /// [`Error::Irreplaceable`] if an article is in no intact segment; with
    /// `allow_vanished` it is removed.
    fn carry(
        &mut self,
        manifest: &mut Manifest,
        allow_vanished: bool,
        index: &Index,
        writer: &ArticleWriter,
    ) -> Result<()> {
        if self.is_partial {
            // Unreadable files may have articles that are missing from the
            // manifest.
            let mut problems = self.report.problems.iter();
            let unread = problems.find(|p| p.unread || p.kind.is_passing());
            if let Some(problem) = unread {
                return Err(Error::Irreplaceable {
                    path: problem.path.clone(),
                    reason: problem.message.clone(),
                });
            }
        }
        let first = self.base.manifest.next_number.max(1);
        let carrier = Carrier::new(index, self.is_damaged);
        for (path, seen) in &mut manifest.files {
            let mut lost = HashSet::new();
            for number in seen.numbers().filter(|number| *number < first) {
                match carrier.carry(path, number, writer) {
                    Err(Error::Irreplaceable { .. }) if allow_vanished => lost.insert(number),
                    other => other.map(|()| false)?,
                };
            }
            seen.members.retain(|member| !lost.contains(&member.number));
            seen.settled &= lost.is_empty();
            self.report.articles.removed += lost.len() as u64;
        }
        Ok(())
    }
}

/// The hashes of the articles that are new in their file: an article missing
/// elsewhere may have moved there.
fn elsewhere<'a>(
    manifest: &Manifest,
    done: &[Done],
    gone: impl Iterator<Item = &'a str>,
) -> HashSet<Hash> {
    let is_needed = gone.count() > 0 || done.iter().any(|file| !file.lost.is_empty());
    let mut hashes = HashSet::new();
    let first = manifest.next_number;
    for file in done.iter().filter(|_| is_needed) {
        let fresh = file.seen.members.iter().filter(|m| m.number >= first);
        hashes.extend(fresh.map(|member| member.hash));
    }
    hashes
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
    let payload = state.write(&index.engine, &index.storage)?;
    let before = index
        .engine
        .searchable_segment_ids()
        .map_err(Error::engine)?;
    let before = before.into_iter().collect();
    writer.commit_with(&payload)?;
    report.committed = true;
    report.elapsed.committing = start.elapsed();
    let start = Instant::now();
    progress.phase(Phase::Merging);
    let merged = merge::merge(index, writer, &before, options.writer.memory, &options.stop)
        // The manifest of the previous commit, which is no longer referred to.
        .and_then(|()| remove_orphans(&index.engine, &index.storage));
    match merged {
        Ok(_) => {}
        Err(error @ Error::Damaged { .. }) => return Err(error),
        // The commit stands, and the next update merges.
        Err(error) => {
            report.unmerged = Some(index.storage.cause(error).to_string());
            // On a full disk, a partial merge is in the way.
            let _ = remove_orphans(&index.engine, &index.storage);
        }
    }
    report.elapsed.merging = start.elapsed();
    Ok(())
}

/// The sources to read.
fn scope_of(
    dir: &Path,
    sources: &Sources,
    state: &State,
    is_lost: bool,
    options: &UpdateOptions,
) -> Result<Scope> {
    let scope = match sources {
        Sources::Paths(paths) => Scope::named(paths, &options.walk, state.sources.clone())?,
        Sources::Remembered if state.sources.is_empty() => {
            return Err(Error::NoSources { dir: dir.into() });
        }
        Sources::Remembered => Scope::remembered(state.sources.clone()),
    };
    scope.refuse_inside(dir)?;
    if is_lost && !scope.sources.iter().all(|source| scope.holds(&source.path)) {
        let reason = "the manifest is lost; read all sources again, not some".into();
        return Err(Error::Damaged { reason });
    }
    Ok(scope)
}

/// A fingerprint of the limits: other limits may read more.
fn fingerprint(limits: &Limits) -> u64 {
    let hash = blake3::hash(format!("{limits:?}").as_bytes());
    hash.as_bytes()
        .iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}
