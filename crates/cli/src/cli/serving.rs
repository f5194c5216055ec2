//! Arguments of the server.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Serve the search page and the HTTP API
///
/// Everything is read-only. New commits of the index are taken up within a second or two, and
/// requests under way end with what they began with. SIGTERM or Ctrl-C ends the server when the
/// requests under way are answered. The log is one JSON object a line, on standard error.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao serve
  timbao serve --listen 127.0.0.1:9000 --index /srv/bao/.timbao
  timbao serve --listen 0.0.0.0:7878 --token-file /etc/timbao/token")]
pub(crate) struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one
    ///
    /// Beyond loopback a token is asked for, or --allow-everyone.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7878")]
    pub listen: SocketAddr,
    /// File with the token that every request has to show
    ///
    /// Programs send it as a bearer token, browsers as the password of basic authentication (any
    /// user name). The environment variable TIMBAO_TOKEN holds one as well.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub token_file: Option<PathBuf>,
    /// Answer everyone who can reach the address, without a token
    #[arg(long)]
    pub allow_everyone: bool,
    /// Another name that this server goes by, as behind a proxy; may be repeated
    ///
    /// Without a token, a server on a loopback address answers only to the names of that address,
    /// so that no web site can have a browser ask in its name.
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,
    /// Seconds that a search may take before it is cut off
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout: u64,
    /// Write queries to the log
    #[arg(long)]
    pub log_queries: bool,
}
