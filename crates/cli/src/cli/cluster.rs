//! Arguments of the commands for indexes in a cluster.

use clap::{Args, Subcommand};

use super::values::RecordFormat;

/// The subcommands of `timbao cluster`.
#[derive(Debug, Subcommand)]
pub(crate) enum ClusterCommand {
    Init(InitArgs),
    Status(StatusArgs),
    Rebuild(RebuildArgs),
}

/// Create an index in a cluster
///
/// The index is named by --index, such as opensearch+https://a:9200,b:9200/bao. It has no articles
/// yet; `timbao index PATH` adds some.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao cluster init --index opensearch+http://localhost:9200/bao
  TIMBAO_INDEX=opensearch+https://a,b,c/bao timbao cluster init --cluster-auth matkhau.txt")]
pub(crate) struct InitArgs {
    /// Number of shards of articles
    #[arg(long, value_name = "N", default_value_t = timbao_cluster::SHARDS, value_parser = shards())]
    pub shards: u32,
}

/// Show the state of an index in a cluster
///
/// Prints the health of the cluster, the version of the analysis, how scores are computed, the
/// sources of all machines and the processes that are writing.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: RecordFormat,
}

/// Analyse the stored articles again, for a new version
///
/// Feeds a new index from the articles that are stored in the present one, and lets the name lead
/// to it when it is complete. Searches find the present index until then. No file is read, and
/// `timbao index` waits.
#[derive(Debug, Args)]
pub(crate) struct RebuildArgs {
    /// Seconds to wait for processes that write to the index
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub wait: u64,
    /// Number of shards of the new index [default: that of the present one]
    #[arg(long, value_name = "N", value_parser = shards())]
    pub shards: Option<u32>,
}

/// The numbers that OpenSearch accepts.
fn shards() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=1024)
}
