//! One file per command.

mod alerts;
mod analyze;
mod backup;
mod batch;
mod bench_latency;
mod bench_relevance;
mod bench_worst;
mod cite;
mod cluster;
mod collocates;
mod compare;
mod completions;
mod config;
mod context;
mod dispersion;
mod engine;
mod explain;
mod fillers;
mod follow;
mod index;
mod inspect;
mod keywords;
mod kwic;
mod man;
#[cfg(feature = "mcp")]
mod mcp;
mod progress;
mod queries;
mod query;
mod repair;
mod reprints;
mod restore;
mod search;
mod serve;
mod show;
mod similar;
mod sources;
mod stats;
mod suggestions;
mod token;
mod trends;
mod verify;
mod watch;
mod watched;
mod wordlist;

use crate::cli::{BenchCommand, ClusterCommand, Command, ConfigCommand};
use crate::error::Result;
use crate::exit::Outcome;

pub(crate) use context::Context;

/// Runs a command.
pub(crate) fn run(command: Command, context: &Context) -> Result<Outcome> {
    if let Some(name) = command.needs_directory() {
        context::require_directory(name, context)?;
    }
    match command {
        Command::Cluster(ClusterCommand::Init(args)) => cluster::init(&args, context),
        Command::Cluster(ClusterCommand::Status(args)) => cluster::status(&args, context),
        Command::Cluster(ClusterCommand::Rebuild(args)) => cluster::rebuild(&args, context),
        Command::Analyze(args) => analyze::run(&args, context),
        Command::Inspect(args) => inspect::run(&args, context),
        Command::Config(ConfigCommand::Show(args)) => config::show(&args, context),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
        Command::Index(args) => index::index(&args, context),
        Command::Reindex(args) => index::reindex(&args, context),
        Command::Forget(args) => index::forget(&args, context),
        Command::Watch(args) => watch::run(&args, context),
        Command::Sources(args) => sources::run(&args, context),
        Command::Verify(args) => verify::run(&args, context),
        Command::Repair(args) => repair::run(&args, context),
        Command::Backup(args) => backup::run(&args, context),
        Command::Restore(args) => restore::run(&args, context),
        Command::Search(args) => search::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Stats(args) => stats::run(&args, context),
        Command::Batch(args) => batch::run(&args, context),
        Command::Alerts(args) => alerts::run(&args, context),
        Command::Kwic(args) => kwic::run(&args, context),
        Command::Trends(args) => trends::run(&args, context),
        Command::Collocates(args) => collocates::run(&args, context),
        Command::Keywords(args) => keywords::run(&args, context),
        Command::WordList(args) => wordlist::run(&args, context),
        Command::Dispersion(args) => dispersion::run(&args, context),
        Command::Compare(args) => compare::run(&args, context),
        Command::Similar(args) => similar::run(&args, context),
        Command::Reprints(args) => reprints::run(&args, context),
        Command::Fillers(args) => fillers::run(&args, context),
        Command::Explain(args) => explain::run(&args, context),
        Command::Serve(args) => serve::run(&args, context),
        Command::Token(command) => token::run(&command, context),
        #[cfg(feature = "mcp")]
        Command::Mcp(args) => mcp::run(&args, context),
        Command::Bench(BenchCommand::Latency(args)) => bench_latency::run(&args, context),
        Command::Bench(BenchCommand::Relevance(args)) => bench_relevance::run(&args, context),
        Command::Bench(BenchCommand::Worst(args)) => bench_worst::run(&args, context),
    }
}
