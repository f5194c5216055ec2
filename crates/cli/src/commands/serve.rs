//! `timbao serve`.

use std::io::Write;
use std::time::Duration;
use std::{env, fs, io};

use timbao_server::{Error, NamedIndex, Options, Token, serve};

use crate::cli::ServeArgs;
use crate::error::{Failure, Result};
use crate::exit::Outcome;

use super::context::{Context, cluster_client};
use super::follow::Followed;

/// The environment variable with the token.
const TOKEN: &str = "TIMBAO_TOKEN";

/// Serves until the process is stopped.
pub(crate) fn run(args: &ServeArgs, context: &Context) -> Result<Outcome> {
    let mut options = Options::new(&context.settings.index, args.listen);
    options.cluster = cluster_client(context)?;
    options.alerts = context.settings.alerts_directory();
    options.saves_searches = options.alerts.is_some();
    options.token = token(args)?;
    options.tokens = super::token::path(args.tokens.as_ref());
    options.allow_everyone = args.allow_everyone;
    options.hosts.clone_from(&args.host);
    options.origins.clone_from(&args.cors);
    options.limits.time = Duration::from_secs(args.timeout);
    options.log_queries = args.log_queries;
    options.show_paths = args.show_paths;
    options.more = args
        .more
        .iter()
        .map(|text| named(text))
        .collect::<Result<_>>()?;
    let searches = context.settings.searches.iter();
    options.searches = searches.map(|(search, _)| search.clone()).collect();
    let followed = Followed::new(args, context)?;
    options.updates = followed.as_ref().map(Followed::updates);
    let mut follower = None;
    serve(options, |address| {
        follower = followed.map(Followed::start);
        // Ignored: standard output may be closed.
        let _ = writeln!(io::stdout(), "http://{address}/");
        let _ = io::stdout().flush();
    })?;
    drop(follower);
    Ok(Outcome::Found)
}

/// An index with its name in the address.
fn named(text: &str) -> Result<NamedIndex> {
    let failed = |why: &str| {
        Failure::new(format!("--more {text}: {why}"))
            .hint("write a name and a directory, as in --more tapchi=tap-chi/.timbao")
    };
    let (name, dir) = text
        .split_once('=')
        .ok_or_else(|| failed("there is no ="))?;
    NamedIndex::new(name, dir).map_err(|error| failed(&error.to_string()))
}

/// The token of the file, else that of the environment.
fn token(args: &ServeArgs) -> Result<Option<Token>> {
    let (text, place) = match &args.token_file {
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
            (text, path.display().to_string())
        }
        None => match env::var(TOKEN) {
            Ok(text) if !text.is_empty() => (text, TOKEN.to_owned()),
            _ => return Ok(None),
        },
    };
    Token::new(&text)
        .map(Some)
        .map_err(|error| Failure::new(format!("{place}: {error}")))
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Index(error) => error.into(),
            Error::Cluster(error) => error.into(),
            Error::Tokens(error) => error.into(),
            Error::Open { .. } => Self::new(error.to_string()).hint(
                "require tokens with --tokens or --token-file, or allow all clients with --allow-everyone",
            ),
            _ => Self::new(error.to_string()),
        }
    }
}
