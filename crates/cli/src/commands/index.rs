//! `timbao index`, `timbao reindex` and `timbao forget`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use timbao_articles::WalkOptions;
use timbao_index::update::{
    Sources, UpdateOptions, UpdateReport, forget as forget_sources, update,
};
use timbao_index::{Error as IndexError, WriterOptions};

use crate::cli::{ForgetArgs, IndexArgs, IndexingArgs, ReindexArgs};
use crate::error::{Failure, Result, say, warn};
use crate::exit::Outcome;
use crate::output::json::write_pretty;
use crate::output::number::{bytes, count, counted, duration};
use crate::output::pager::Sink;
use crate::output::path::relative;
use crate::output::style::Role;
use timbao_index::output::json::VERSION;

use super::progress::ProgressLine;
use super::{Context, search};

/// Problems that are told one by one.
const TOLD: usize = 20;

/// What was done, in JSON.
#[derive(Serialize)]
struct ReportFile<'a> {
    version: u32,
    #[serde(flatten)]
    report: &'a UpdateReport,
}

/// Indexes files and folders.
pub(crate) fn index(args: &IndexArgs, context: &Context) -> Result<Outcome> {
    let walk = WalkOptions {
        hidden: args.hidden,
        ..WalkOptions::default()
    };
    run(
        &Sources::Paths(args.paths.clone()),
        walk,
        &args.indexing,
        context,
    )
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
    let report = watched(context, |progress, stop| {
        let options = UpdateOptions {
            stop,
            ..UpdateOptions::default()
        };
        match progress {
            Some(line) => forget_sources(&context.settings.index, &args.paths, &options, line),
            None => forget_sources(&context.settings.index, &args.paths, &options, &()),
        }
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
    let settings = &context.settings;
    let default = WriterOptions::default();
    let writer = WriterOptions {
        threads: args
            .threads
            .or(settings.threads)
            .map_or(default.threads, usize::from),
        memory: usize::try_from(args.memory.unwrap_or(settings.memory).0).unwrap_or(usize::MAX),
    };
    let report = watched(context, |progress, stop| {
        let options = UpdateOptions {
            writer,
            walk,
            full: args.full,
            dry_run: args.dry_run,
            allow_vanished: args.allow_vanished,
            strict: args.strict,
            stop,
            ..UpdateOptions::default()
        };
        match progress {
            Some(line) => update(&settings.index, sources, &options, line),
            None => update(&settings.index, sources, &options, &()),
        }
    })?;
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
    if let Some(path) = &args.report {
        write_report(path, &report)?;
    }
    if report.interrupted {
        return Err(Failure::new(
            "stopped before the end; what was read until then is in the index",
        )
        .hint("run `timbao reindex` to go on"));
    }
    match &args.search {
        Some(query) if !args.dry_run => search::plain(query, context),
        _ => Ok(Outcome::of(report.total_articles > 0 || args.dry_run)),
    }
}

/// Does some work with a progress line on a terminal; an interrupt from the keyboard stops it
/// in good order, a second one at once.
fn watched(
    context: &Context,
    work: impl FnOnce(Option<&ProgressLine>, Arc<AtomicBool>) -> Result<UpdateReport, IndexError>,
) -> Result<UpdateReport> {
    let stop = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&stop);
    // Without a handler an interrupt ends the process, and the index stays as it was.
    let _ = ctrlc::set_handler(move || {
        if heard.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
    });
    if !context.terminal.shows_progress {
        return Ok(work(None, stop)?);
    }
    let line = ProgressLine::new(context.terminal.columns.unwrap_or(80), Arc::clone(&stop));
    let report = work(Some(&line), stop);
    line.clear();
    Ok(report?)
}

/// The exit code that shells give a program ended by an interrupt.
const INTERRUPTED: i32 = 130;

/// Says in one or two lines what was done.
fn summarize(report: &UpdateReport, is_dry_run: bool, context: &Context) {
    let palette = context.terminal.error_palette;
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
            "{} left out ({})",
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
    if is_dry_run {
        let files = report.files;
        let would = [
            (files.added, "add"),
            (files.updated, "update"),
            (files.moved, "move"),
            (files.removed, "remove"),
        ];
        let would: Vec<String> = would
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| format!("{what} {}", counted(*n, "file")))
            .collect();
        let would = if would.is_empty() {
            "do nothing".to_owned()
        } else {
            would.join(", ")
        };
        say(
            palette,
            Role::Title,
            "would",
            &format!("{would}; nothing was changed"),
        );
        return;
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

fn write_report(path: &PathBuf, report: &UpdateReport) -> Result<()> {
    let file = ReportFile {
        version: VERSION,
        report,
    };
    if path == Path::new("-") {
        let mut out = Sink::stdout();
        write_pretty(&mut out, &file)?;
        return Ok(out.flush()?);
    }
    let mut json = Vec::new();
    write_pretty(&mut json, &file)?;
    fs::write(path, json).map_err(|error| Failure::file(path, &error))
}
