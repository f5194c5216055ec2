//! `timbao index`, `timbao reindex` and `timbao forget`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde::Serialize;
use timbao_articles::{Problem, WalkOptions};
use timbao_index::update::{
    Action, Counts, Sources, UpdateOptions, UpdateReport, Vanished, forget as forget_sources,
    update,
};
use timbao_index::{Error as IndexError, WriterOptions};

use crate::allocator;
use crate::cli::{ForgetArgs, IndexArgs, IndexingArgs, ReindexArgs, WritingArgs};
use crate::error::{Failure, Result, say, warn};
use crate::exit::Outcome;
use crate::output::json::write_line;
use crate::output::number::{bytes, count, counted, duration};
use crate::output::pager::Sink;
use crate::output::path::relative;
use crate::output::style::Role;
use timbao_views::json::VERSION;

use super::cluster;
use super::context::{Context, cluster_client};
use super::progress::interruptible;
use super::search;

/// Problems that are printed individually.
const TOLD: usize = 20;

/// A line of a report.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ReportLine<'a> {
    Problem(&'a Problem),
    Action(&'a Action),
    Vanished(&'a Vanished),
    Summary {
        version: u32,
        articles: Counts,
        files: Counts,
        problems: usize,
        kept: u64,
        skipped: &'a BTreeMap<String, u64>,
        bytes: u64,
        total_articles: u64,
        sources: &'a [String],
        committed: bool,
        interrupted: bool,
        seconds: f64,
    },
}

/// Indexes files and directories.
pub(crate) fn index(args: &IndexArgs, context: &Context) -> Result<Outcome> {
    let walk = WalkOptions {
        hidden: args.hidden,
        ..WalkOptions::default()
    };
    let sources = Sources::Paths(args.paths.clone());
    run(&sources, walk, &args.indexing, context)
}

/// Repeats the last run.
pub(crate) fn reindex(args: &ReindexArgs, context: &Context) -> Result<Outcome> {
    run(
        &Sources::Remembered,
        WalkOptions::default(),
        &args.indexing,
        context,
    )
}

/// Removes the articles of sources and forgets these.
pub(crate) fn forget(args: &ForgetArgs, context: &Context) -> Result<Outcome> {
    if let Some(client) = cluster_client(context)? {
        let report = cluster::forget(&client, args, context)?;
        summarize(&report, false, context);
        return Ok(Outcome::Found);
    }
    let report = interruptible(context, |progress, stop| {
        let options = update_options(&args.writing, context, stop);
        forget_sources(&context.settings.index, &args.paths, &options, progress)
    })?;
    summarize(&report, false, context);
    Ok(Outcome::Found)
}

fn run(
    sources: &Sources,
    walk: WalkOptions,
    args: &IndexingArgs,
    context: &Context,
) -> Result<Outcome> {
    let file = args.report.as_deref().map(ReportFile::open).transpose()?;
    let updated = match cluster_client(context)? {
        Some(client) => cluster::update(&client, sources, walk.hidden, args, context)?,
        None => local_update(sources, walk, args, context)?,
    };
    let report = match updated {
        Ok(report) => report,
        Err(error) => {
            if let Some(file) = file {
                file.write_refusal(&error)?;
            }
            return Err(error.into());
        }
    };
    tell_problems(&report, context);
    if args.dry_run {
        for action in &report.actions {
            let message = format!("{}: {}", relative(&action.path), action.reason);
            say(
                context.terminal.error_palette,
                Role::Label,
                &format!("would {}", action.kind),
                &message,
            );
        }
    }
    summarize(&report, args.dry_run, context);
    if let Some(file) = file {
        file.write(&report)?;
    }
    if report.interrupted {
        return Err(
            Failure::new("interrupted; the articles read so far are indexed")
                .hint("run `timbao reindex` to continue"),
        );
    }
    let outcome = match &args.search {
        Some(query) if !args.dry_run => search::plain(query, context)?,
        _ => Outcome::of(report.total_articles > 0 || args.dry_run),
    };
    check_vanished(&report.vanished)?;
    Ok(match report.is_incomplete() {
        true => Outcome::Incomplete,
        false => outcome,
    })
}

/// Updates an index in a directory.
fn local_update(
    sources: &Sources,
    walk: WalkOptions,
    args: &IndexingArgs,
    context: &Context,
) -> Result<Result<UpdateReport, IndexError>> {
    interruptible(context, |progress, stop| {
        let options = UpdateOptions {
            walk,
            full: args.full,
            dry_run: args.dry_run,
            allow_vanished: args.allow_vanished,
            strict: args.strict,
            ..update_options(&args.writing, context, stop)
        };
        let index = &context.settings.index;
        Ok::<_, IndexError>(update(index, sources, &options, progress))
    })
}

/// Fails when something seems to be away.
fn check_vanished(vanished: &[Vanished]) -> Result<()> {
    let Some((first, rest)) = vanished.split_first() else {
        return Ok(());
    };
    let message = match rest.len() {
        0 => format!("{}, so they stay", shown(first)),
        more => format!(
            "{}, so they stay; the same for {}",
            shown(first),
            counted(more as u64, "directory or file")
        ),
    };
    Err(Failure::new(message)
        .hint("mount its disk or restore it, and run `timbao reindex`")
        .hint("if it was deleted on purpose, repeat the command with --allow-vanished"))
}

/// The missing sources and files, with paths as a user writes them.
pub(super) fn shown(vanished: &Vanished) -> Vanished {
    Vanished {
        path: relative(&vanished.path),
        ..vanished.clone()
    }
}

/// The options of an update that is about to begin, from flags and settings.
pub(super) fn update_options(
    args: &WritingArgs,
    context: &Context,
    stop: Arc<AtomicBool>,
) -> UpdateOptions {
    allocator::return_large_blocks();
    let settings = &context.settings;
    let default = WriterOptions::default();
    UpdateOptions {
        writer: WriterOptions {
            threads: args
                .threads
                .or(settings.threads)
                .map_or(default.threads, usize::from),
            memory: usize::try_from(args.memory.unwrap_or(settings.memory).0).unwrap_or(usize::MAX),
        },
        wait_for_lock: Duration::from_secs(args.wait),
        defaults: settings.defaults.clone(),
        stop,
        ..UpdateOptions::default()
    }
}

/// Says what could not be read.
pub(super) fn tell_problems(report: &UpdateReport, context: &Context) {
    if let Some(reason) = &report.unmerged {
        let message = format!("{reason}; the index is up to date, and searches take longer");
        warn(context.terminal.error_palette, &message);
    }
    for problem in report.problems.iter().take(TOLD) {
        let message = format!("{}: {}", relative(&problem.place()), problem.message);
        warn(context.terminal.error_palette, &message);
    }
    let untold = report.problems.len().saturating_sub(TOLD);
    if untold > 0 {
        let message = format!(
            "{} more; --report FILE writes them all",
            counted(untold as u64, "problem")
        );
        say(context.terminal.error_palette, Role::Hint, "note", &message);
    }
}

/// Prints the result in one or two lines.
pub(super) fn summarize(report: &UpdateReport, is_dry_run: bool, context: &Context) {
    let palette = context.terminal.error_palette;
    if is_dry_run {
        let message = format!("{}; nothing was changed", plan_of(report.files));
        say(palette, Role::Title, "would", &message);
        return;
    }
    let counts = report.articles;
    let changes = [
        (counts.added, "new"),
        (counts.updated, "changed"),
        (counts.moved, "moved"),
        (counts.removed, "gone"),
        (counts.unchanged, "unchanged"),
    ];
    let mut parts: Vec<String> = changes
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{} {what}", count(*n)))
        .collect();
    if !report.problems.is_empty() {
        parts.push(counted(report.problems.len() as u64, "problem"));
    }
    let left_out: u64 = report.skipped.values().sum();
    if left_out > 0 {
        let reasons: Vec<&str> = report.skipped.keys().map(String::as_str).take(5).collect();
        parts.push(format!(
            "{} skipped ({})",
            counted(left_out, "file"),
            reasons.join(", ")
        ));
    }
    let articles = counted(report.total_articles, "article");
    let time = report.elapsed.total();
    let mut line = format!("{articles} in {}", context.settings.index.display());
    if !parts.is_empty() {
        line.push_str(&format!(" ({})", parts.join(", ")));
    }
    if context.terminal.shows_progress {
        line.push_str(&format!(" · {}", duration(time)));
        let reading = report.elapsed.reading.as_secs_f64();
        if report.bytes > 0 && reading > 0.0 {
            line.push_str(&format!(
                " · {} at {}/s",
                bytes(report.bytes),
                bytes((report.bytes as f64 / time.as_secs_f64()) as u64)
            ));
        }
    }
    say(palette, Role::Title, "index", &line);
}

/// The changes to files that an update would make.
fn plan_of(files: Counts) -> String {
    let changes = [
        (files.added, "add"),
        (files.updated, "update"),
        (files.moved, "move"),
        (files.removed, "remove"),
    ];
    let changes = changes.iter().filter(|(n, _)| *n > 0);
    let changes = changes.map(|(n, what)| format!("{what} {}", counted(*n, "file")));
    let changes: Vec<String> = changes.collect();
    match changes.as_slice() {
        [] => "do nothing".to_owned(),
        changes => changes.join(", "),
    }
}

/// The destination of a report.
enum ReportFile {
    Stdout,
    File {
        path: PathBuf,
        file: File,
        /// Whether there was none before.
        is_new: bool,
    },
}

impl ReportFile {
    /// Opens the file before the update, so that an unwritable one is rejected
    /// early. Its former content stays until the report is written.
    fn open(path: &Path) -> Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Stdout);
        }
        let is_new = !path.exists();
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|error| Failure::file(path, &error).hint("nothing was indexed"))?;
        Ok(Self::File {
            path: path.to_owned(),
            file,
            is_new,
        })
    }

    /// Writes each problem and each action on a line, then a summary.
    fn write(self, report: &UpdateReport) -> Result<()> {
        match self {
            Self::Stdout => {
                let mut out = Sink::stdout();
                write_lines(&mut out, report)?;
                Ok(out.flush()?)
            }
            Self::File { path, mut file, .. } => {
                let mut lines = Vec::new();
                write_lines(&mut lines, report)?;
                let mut write = || {
                    file.write_all(&lines)?;
                    let end = file.stream_position()?;
                    // A device has no length.
                    match file.metadata()?.is_file() {
                        true => file.set_len(end),
                        false => Ok(()),
                    }
                };
                write().map_err(|error| Failure::file(&path, &error))
            }
        }
    }

    /// Writes why nothing was done, if that is something to report.
    fn write_refusal(self, error: &IndexError) -> Result<()> {
        let mut report = UpdateReport::default();
        match error {
            IndexError::Unreadable(problem) => report.problems.push(problem.clone()),
            IndexError::Vanished(vanished) => report.vanished.push(vanished.clone()),
            _ => {
                if let Self::File { path, is_new, .. } = self
                    && is_new
                {
                    // An empty file in the way does no harm.
                    let _ = fs::remove_file(path);
                }
                return Ok(());
            }
        }
        self.write(&report)
    }
}

fn write_lines(out: &mut dyn Write, report: &UpdateReport) -> Result<()> {
    for problem in &report.problems {
        write_line(out, &ReportLine::Problem(problem))?;
    }
    for action in &report.actions {
        write_line(out, &ReportLine::Action(action))?;
    }
    for vanished in &report.vanished {
        write_line(out, &ReportLine::Vanished(vanished))?;
    }
    Ok(write_line(
        out,
        &ReportLine::Summary {
            version: VERSION,
            articles: report.articles,
            files: report.files,
            problems: report.problems.len(),
            kept: report.kept,
            skipped: &report.skipped,
            bytes: report.bytes,
            total_articles: report.total_articles,
            sources: &report.sources,
            committed: report.committed,
            interrupted: report.interrupted,
            seconds: report.elapsed.total().as_secs_f64(),
        },
    )?)
}
