//! Arguments of the server.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use timbao_server::{Origin, Rights};

use super::ListArgs;

use super::indexing::WritingArgs;

/// Serve the search page and the HTTP API
///
/// Requests never write to the index. The server loads new commits within a second
/// or two; running requests keep the state they started with. SIGTERM or Ctrl-C
/// stops it after the running requests. The log is one JSON object per line, on
/// standard error.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao serve
  timbao serve --listen 127.0.0.1:9000 --index /srv/bao/.timbao
  timbao serve --watch bao/
  timbao serve --index bao/.timbao --more tapchi=tap-chi/.timbao
  timbao serve --listen 0.0.0.0:7878 --tokens /etc/timbao/tokens")]
pub(crate) struct ServeArgs {
    /// Files and directories of articles to follow with --watch [default: those of the last run]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath, requires = "watch")]
    pub paths: Vec<PathBuf>,
    /// Update the index as files change, as `timbao watch` does
    ///
    /// A failed update is reported in the log and on the status page, and tried again; the server
    /// goes on with the last commit.
    #[arg(long)]
    pub watch: bool,
    /// With --watch, start indexing a change within this many seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", requires = "watch")]
    pub within: NonZeroU32,
    #[command(flatten)]
    pub writing: WritingArgs,
    /// Address and port to listen on; port 0 takes a free one
    ///
    /// Addresses other than loopback require a token or --allow-everyone.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7878")]
    pub listen: SocketAddr,
    /// File with the token that every request must present
    ///
    /// Programs send it as a bearer token, browsers as the password of basic
    /// authentication (any user name). The environment variable TIMBAO_TOKEN
    /// can contain it instead.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub token_file: Option<PathBuf>,
    /// File of named tokens, one of which every request must present
    ///
    /// `timbao token` writes it; changes apply within two seconds. Readers log in on a page,
    /// programs send a bearer token. The log names who sent each request. The environment
    /// variable TIMBAO_TOKENS can name the file instead.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub tokens: Option<PathBuf>,
    /// Answer all clients that can reach the address, without a token
    #[arg(long)]
    pub allow_everyone: bool,
    /// Another host name of this server, for example that of a proxy; may be
    /// repeated
    ///
    /// Without a token, a server on a loopback address answers only requests
    /// for the names of that address, so that no web site can send requests
    /// through a browser.
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,
    #[allow(rustdoc::bare_urls, reason = "the help shows it as typed")]
    /// Let pages of this origin read the API, as in https://bao.example, or * for any; may be
    /// repeated
    #[arg(long, value_name = "ORIGIN")]
    pub cors: Vec<Origin>,
    /// Maximum seconds per search
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout: u64,
    /// Write queries to the log
    #[arg(long)]
    pub log_queries: bool,
    /// Show readers the directories of this machine: the full paths of files, and the sources
    ///
    /// By default, paths begin at the directory that was indexed.
    #[arg(long)]
    pub show_paths: bool,
    /// Serve another index too, below /kho/NAME; may be repeated
    ///
    /// Tokens, hosts and limits are the same for all.
    #[arg(long, value_name = "NAME=DIRECTORY")]
    pub more: Vec<String>,
}

/// Manage the tokens of readers
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    Add(TokenAddArgs),
    List(TokenListArgs),
    Revoke(TokenRevokeArgs),
}

/// The file of tokens.
#[derive(Debug, Args)]
pub(crate) struct TokenFileArgs {
    /// File of tokens [default: that of TIMBAO_TOKENS]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub tokens: Option<PathBuf>,
}

/// Make a token and print it
///
/// The file keeps only a hash, so that the token cannot be printed again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao token add lan --tokens /etc/timbao/tokens
  timbao token add thuc-tap --rights read --tokens /etc/timbao/tokens")]
pub(crate) struct TokenAddArgs {
    /// Name of the holder, which the log shows
    pub name: String,
    /// Rights: read (pages and the API), export (complete files)
    #[arg(long, value_name = "RIGHTS", default_value = "read,export")]
    pub rights: Rights,
    #[command(flatten)]
    pub file: TokenFileArgs,
}

/// List the names, rights and days of all tokens
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status: 0 there are tokens, 1 there are none, 2 an error.")]
pub(crate) struct TokenListArgs {
    #[command(flatten)]
    pub file: TokenFileArgs,
    #[command(flatten)]
    pub list: ListArgs,
}

/// Revoke a token
///
/// A running server notices it within two seconds, and ends the sessions of its holder.
#[derive(Debug, Args)]
pub(crate) struct TokenRevokeArgs {
    /// Name of the holder
    pub name: String,
    #[command(flatten)]
    pub file: TokenFileArgs,
}

/// Answer an assistant over the Model Context Protocol
///
/// An MCP client starts this command and speaks with it on standard input and output. The tools
/// search, read articles and count; all of them only read, and every answer names its articles and
/// the state of the index. New commits of the index are visible to the next call.
#[cfg(feature = "mcp")]
#[derive(Debug, Args)]
#[command(after_help = "\
Configuration of a client:
  {\"mcpServers\": {\"timbao\": {
    \"command\": \"timbao\", \"args\": [\"mcp\", \"--index\", \"/srv/bao/.timbao\"]}}}")]
pub(crate) struct McpArgs {}
