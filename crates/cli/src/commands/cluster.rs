//! `timbao cluster`, and updates of an index in a cluster.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde::Serialize;
use timbao_cluster::ingest::{self, IngestOptions};
use timbao_cluster::{Client, ClusterStatus, Error as ClusterError, IndexCheck};
use timbao_index::Error as IndexError;
use timbao_index::WriterOptions;
use timbao_index::update::{Sources, UpdateReport};
use timbao_views::json::VERSION;

use crate::cli::{
    ForgetArgs, IndexingArgs, InitArgs, RebuildArgs, RecordFormat, StatusArgs, WritingArgs,
};
use crate::error::{Failure, Result, say};
use crate::exit::Outcome;
use crate::output::json::write_pretty;
use crate::output::number::{bytes, counted};
use crate::output::pager::Sink;
use crate::output::sanitize::escape;
use crate::output::style::Role;

use super::context::{Context, cluster_client};
use super::progress::interruptible;

/// The state of an index in a cluster, in JSON.
#[derive(Serialize)]
struct StatusAnswer<'a> {
    version: u32,
    #[serde(flatten)]
    status: &'a ClusterStatus,
}

/// The result of a check, in JSON.
#[derive(Serialize)]
struct CheckAnswer<'a> {
    version: u32,
    index: String,
    sound: bool,
    #[serde(flatten)]
    check: &'a IndexCheck,
}

/// Creates an index.
pub(super) fn init(args: &InitArgs, context: &Context) -> Result<Outcome> {
    let client = required(context)?;
    let description = timbao_cluster::create_with_shards(&client, args.shards)?;
    let message = format!(
        "{} is ready ({}, {} scores)",
        client.address(),
        description.articles,
        description.scoring.name()
    );
    say(
        context.terminal.error_palette,
        Role::Title,
        "index",
        &message,
    );
    Ok(Outcome::Found)
}

/// Shows the state of an index.
pub(super) fn status(args: &StatusArgs, context: &Context) -> Result<Outcome> {
    let status = timbao_cluster::status(&*required(context)?)?;
    let mut out = Sink::stdout();
    match args.format {
        RecordFormat::Json => {
            let answer = StatusAnswer {
                version: VERSION,
                status: &status,
            };
            write_pretty(&mut out, &answer)?;
        }
        RecordFormat::Text => write_status(&mut out, &status)?,
    }
    out.flush()?;
    Ok(Outcome::of(status.articles != Some(0)))
}

/// Feeds a new index from the stored articles.
pub(super) fn rebuild(args: &RebuildArgs, context: &Context) -> Result<Outcome> {
    let client = required(context)?;
    let articles = interruptible(context, |progress, stop| {
        let options = IngestOptions {
            wait: Duration::from_secs(args.wait),
            stop,
            ..IngestOptions::default()
        };
        timbao_cluster::rebuild(&client, args.shards, &options, progress)
    })?;
    let message = format!(
        "{} in {}, rebuilt",
        counted(articles, "article"),
        client.address()
    );
    say(
        context.terminal.error_palette,
        Role::Title,
        "index",
        &message,
    );
    Ok(Outcome::of(articles > 0))
}

/// Updates an index from files and directories. An error that is about the sources is the inner
/// one.
pub(super) fn update(
    client: &Arc<Client>,
    sources: &Sources,
    hidden: bool,
    args: &IndexingArgs,
    context: &Context,
) -> Result<Result<UpdateReport, IndexError>> {
    interruptible(context, |progress, stop| {
        let options = IngestOptions {
            hidden,
            full: args.full,
            dry_run: args.dry_run,
            allow_vanished: args.allow_vanished,
            strict: args.strict,
            ..options(&args.writing, context, stop)
        };
        let updated = ingest::update(client, sources, &options, progress);
        match updated {
            // These are reported like those of an index in a directory.
            Err(ClusterError::Unreadable(problem)) => Ok(Err(IndexError::Unreadable(problem))),
            Err(ClusterError::Vanished(away)) => Ok(Err(IndexError::Vanished(away))),
            other => other.map(Ok),
        }
    })
}

/// Forgets files and directories.
pub(super) fn forget(
    client: &Arc<Client>,
    args: &ForgetArgs,
    context: &Context,
) -> Result<UpdateReport> {
    interruptible(context, |progress, stop| {
        let options = options(&args.writing, context, stop);
        ingest::forget(client, &args.paths, &options, progress)
    })
}

/// Checks an index.
pub(super) fn verify(client: &Client, format: RecordFormat) -> Result<Outcome> {
    let check = timbao_cluster::verify(client)?;
    let is_sound = check.faults.is_empty();
    let mut out = Sink::stdout();
    match format {
        RecordFormat::Json => {
            let answer = CheckAnswer {
                version: VERSION,
                index: client.address().to_string(),
                sound: is_sound,
                check: &check,
            };
            write_pretty(&mut out, &answer)?;
        }
        RecordFormat::Text => {
            for fault in &check.faults {
                writeln!(out, "{}", escape(fault))?;
            }
            if is_sound {
                writeln!(
                    out,
                    "intact: {} in {}; all {} copies of shards are equal",
                    counted(check.articles, "article"),
                    counted(check.files, "file"),
                    check.copies.len()
                )?;
            }
        }
    }
    out.flush()?;
    match is_sound {
        true => Ok(Outcome::Found),
        false => Err(
            Failure::new(format!("the index at {} is not sound", client.address()))
                .hint("wait until the cluster is green and no process writes, and try again")
                .hint("if it stays so, `timbao reindex --full` writes all articles again"),
        ),
    }
}

fn required(context: &Context) -> Result<Arc<Client>> {
    cluster_client(context)?.ok_or_else(|| {
        let index = context.settings.index.display();
        Failure::new(format!(
            "{index} is not the address of an index in a cluster"
        ))
        .hint("name one: --index opensearch+https://HOST:9200,HOST:9200/NAME")
    })
}

/// The options of an update.
pub(super) fn options(
    args: &WritingArgs,
    context: &Context,
    stop: Arc<AtomicBool>,
) -> IngestOptions {
    let settings = &context.settings;
    let threads = args.threads.or(settings.threads);
    let defaults = settings.defaults.clone();
    IngestOptions {
        threads: threads.map_or(WriterOptions::default().threads, usize::from),
        wait: Duration::from_secs(args.wait),
        complete: Arc::new(move |article| {
            timbao_index::update::SourceDefaults::complete(&defaults, article);
        }),
        stop,
        ..IngestOptions::default()
    }
}

fn write_status(out: &mut dyn Write, status: &ClusterStatus) -> Result<()> {
    let analyzer = match status.is_readable {
        true => String::new(),
        false => ", which this program does not read; run `timbao cluster rebuild`".to_owned(),
    };
    let articles = match status.articles {
        Some(articles) => counted(articles, "article"),
        None => "articles are missing".to_owned(),
    };
    let size = format!("{articles}, {}", bytes(status.bytes));
    writeln!(out, "{}: {size}", status.address)?;
    writeln!(
        out,
        "cluster: {}, {}, OpenSearch {}",
        status.health,
        counted(status.nodes, "node"),
        status.opensearch
    )?;
    writeln!(
        out,
        "index: {}, {}, analysis version {}{analyzer}",
        status.index,
        counted(u64::from(status.shards), "shard"),
        status.analyzer_version
    )?;
    let scores = match status.scores {
        "scripted" => "as in a directory, by scripted similarity",
        _ => "BM25, because the cluster does not allow scripted similarity",
    };
    writeln!(out, "scores: {scores}")?;
    for source in &status.sources {
        writeln!(
            out,
            "source: {}: {} in {}, read by {}",
            escape(&source.path),
            counted(source.articles, "article"),
            counted(source.files, "file"),
            escape(&source.machine)
        )?;
    }
    for lease in &status.leases {
        let (subject, owner) = (escape(&lease.subject), escape(&lease.owner));
        writeln!(
            out,
            "writing: {subject}: {owner}; at most {} s more if it has failed",
            lease.seconds
        )?;
    }
    Ok(())
}
