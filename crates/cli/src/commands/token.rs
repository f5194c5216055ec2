//! `timbao token`.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;
use timbao_server::{NamedToken, TokenFile, TokenFileError};
use timbao_views::Cell;
use timbao_views::json::VERSION;

use crate::cli::{TokenAddArgs, TokenCommand, TokenFileArgs, TokenListArgs, TokenRevokeArgs};
use crate::error::{Failure, Result};
use crate::exit::Outcome;
use crate::output::json::write_pretty;
use crate::output::listing::{Listing, write_lines};
use crate::output::rows::Rows;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;

use super::context::Context;

/// The environment variable with the path of the file.
const FILE: &str = "TIMBAO_TOKENS";

/// Adds, lists or revokes tokens.
pub(crate) fn run(command: &TokenCommand, context: &Context) -> Result<Outcome> {
    match command {
        TokenCommand::Add(args) => add(args),
        TokenCommand::List(args) => list(args, context),
        TokenCommand::Revoke(args) => revoke(args),
    }
}

/// The file of tokens that a flag or the environment names.
pub(super) fn path(flag: Option<&PathBuf>) -> Option<PathBuf> {
    let variable = env::var_os(FILE).filter(|path| !path.is_empty());
    flag.cloned().or_else(|| variable.map(PathBuf::from))
}

/// Makes a token, and prints it alone on standard output.
fn add(args: &TokenAddArgs) -> Result<Outcome> {
    let mut file = TokenFile::read_or_new(&required(&args.file)?)?;
    let token = file.add(&args.name, args.rights)?;
    writeln!(io::stdout(), "{token}")?;
    Ok(Outcome::Found)
}

fn list(args: &TokenListArgs, context: &Context) -> Result<Outcome> {
    let file = TokenFile::read(&required(&args.file)?)?;
    let rows = file.tokens().iter().map(Row::new);
    let listed = Listed(rows.collect());
    context.list(args.list.format, &listed)?;
    Ok(Outcome::of(!listed.0.is_empty()))
}

fn revoke(args: &TokenRevokeArgs) -> Result<Outcome> {
    TokenFile::read(&required(&args.file)?)?.revoke(&args.name)?;
    Ok(Outcome::Found)
}

fn required(args: &TokenFileArgs) -> Result<PathBuf> {
    path(args.tokens.as_ref()).ok_or_else(|| {
        Failure::new("no file of tokens is named")
            .hint(format!("name it with --tokens FILE or {FILE}"))
    })
}

/// A token, without the token.
#[derive(Serialize)]
struct Row {
    name: String,
    rights: String,
    day: String,
}

impl Row {
    fn new(token: &NamedToken) -> Self {
        Self {
            name: token.name().to_owned(),
            rights: token.rights().to_string(),
            day: token.day().to_owned(),
        }
    }
}

/// All tokens, in JSON.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    tokens: &'a [Row],
}

struct Listed(Vec<Row>);

impl Listing for Listed {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let mut table = Table::new(&[("", Side::Left), ("", Side::Left), ("", Side::Left)]);
        for row in &self.0 {
            table.row([&row.name, &row.rights, &row.day]);
        }
        Ok(table.write(out, terminal)?)
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        let answer = Answer {
            version: VERSION,
            tokens: &self.0,
        };
        Ok(write_pretty(out, &answer)?)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, self.0.iter())
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        rows.header(&["name", "rights", "day"])?;
        for row in &self.0 {
            rows.row([&row.name, &row.rights, &row.day].map(|text| Cell::from(text.as_str())))?;
        }
        Ok(())
    }
}

impl From<TokenFileError> for Failure {
    fn from(error: TokenFileError) -> Self {
        match &error {
            TokenFileError::Io { path, source } => Self::file(path, source),
            TokenFileError::Line { .. } => Self::new(error.to_string())
                .hint("`timbao token add` and `timbao token revoke` write valid lines"),
            TokenFileError::Unknown(_) => {
                Self::new(error.to_string()).hint("`timbao token list` lists all names")
            }
            TokenFileError::Taken(name) => Self::new(error.to_string())
                .hint(format!("revoke it first: timbao token revoke {name}")),
            _ => Self::new(error.to_string()),
        }
    }
}
