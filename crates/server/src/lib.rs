//! The search page and the HTTP API of Timbao, full-text search for Vietnamese news.
//!
//! There are two ways to serve an index:
//!
//! - [`serve`] and [`Server`] listen on an address of their own, with limits for slow clients, a
//!   token and a log, as `timbao serve` does;
//! - [`router`] returns an [`axum::Router`] that nests next to other routes of a program.
//!
//! Everything is read-only: requests neither change the index nor read other files. New commits
//! are noticed within a second, and requests that page through a list can name the view that they
//! began with. The API is described by `/api/v1/openapi.json`; its JSON is that of
//! `timbao search --format json`.
//!
//! # A server with a route of its own
//!
//! ```toml
//! [dependencies]
//! axum = "0.8"
//! timbao-index = "0.1"
//! timbao-server = "0.1"
//! tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }
//! ```
//!
//! ```no_run
//! use axum::Router;
//! use axum::routing::get;
//! use timbao_index::{CacheOptions, Index};
//! use timbao_server::Limits;
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let index = Index::open(".timbao")?.with_caches(CacheOptions::for_many_queries());
//!     let app = Router::new()
//!         .route("/", get(|| async { "the newsroom" }))
//!         .nest("/archive", timbao_server::router(index, Limits::default()));
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//!     println!("http://{}/archive", listener.local_addr()?);
//!     axum::serve(listener, app).await?;
//!     Ok(())
//! }
//! ```

// From the socket inwards: `connection` limits the resources of a client, `guard` logs requests
// and adds headers, `cors` serves other origins, `nest` relocates links, `negotiate` shows problems
// as pages to browsers, and `guard` checks the tokens of `access`. `conditional` answers with 304,
// `params` and `cursor` parse parameters, `work` limits time and concurrency, and `api` and `page`
// answer from a searcher.

// A library leaves standard output and standard error to the program.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod access;
mod api;
mod app;
mod assets;
mod conditional;
mod connection;
mod cors;
mod cursor;
mod feed;
mod guard;
mod log;
mod metrics;
mod negotiate;
mod nest;
mod options;
mod origin;
mod page;
mod params;
mod peer;
mod problem;
mod query;
mod rejected;
mod routes;
mod site;
mod updates;
mod view;
mod work;

use std::fmt;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use timbao_index::{CacheOptions, Index};
use tokio::net::TcpListener;

pub use access::{NamedToken, Rights, RightsError, TokenFile, TokenFileError};
pub use options::{Limits, NameError, NamedIndex, Options, Token, TokenError};
pub use origin::{Origin, OriginError};
pub use updates::Updates;

use access::Access;
use app::App;
use log::Log;
use view::Place;

/// Returns the routes of the page and the API for a program that serves others as well. They can
/// be [nested](Router::nest) below a path.
///
/// Authentication, the names of the host, and limits for connections are up to the program; of
/// `limits`, those of connections have no effect. Nothing is written to standard error. An index
/// that does not open is reported to clients, and tried again with the next request. Commits are
/// followed from the first request on, as long as the router lives.
pub fn router(index: Index, limits: Limits) -> Router {
    // Without a token, and with an address that any name may stand for, everyone is admitted.
    let everyone = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let options = Options {
        allow_everyone: true,
        limits,
        saves_searches: false,
        ..Options::new(index.dir(), everyone)
    };
    routes::router(Arc::new(App::new(
        Place::Index(Box::new(index)),
        options,
        Arc::new(Access::open()),
        Log::Off,
    )))
}

/// The error when a server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file of tokens cannot be read.
    #[error(transparent)]
    Tokens(#[from] TokenFileError),
    /// The index cannot be opened.
    #[error(transparent)]
    Index(#[from] timbao_index::Error),
    /// The index in a cluster cannot be opened.
    #[error(transparent)]
    Cluster(#[from] timbao_cluster::Error),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        source: std::io::Error,
    },
    /// Two indexes have the same name.
    #[error("two indexes have the name {name}")]
    SameName {
        /// The name.
        name: String,
    },
    /// The address is reachable from other machines, and a token is not required.
    #[error("{address} is reachable from other machines, and a token is not required")]
    Open {
        /// The address.
        address: SocketAddr,
    },
}

impl From<timbao_views::Error> for Error {
    fn from(error: timbao_views::Error) -> Self {
        match error.downcast::<timbao_cluster::Error>() {
            Ok(error) => Self::Cluster(error),
            Err(error) => Self::Index(error.into()),
        }
    }
}

/// A server that listens on an address.
pub struct Server {
    app: Arc<App>,
    /// The other indexes.
    others: Vec<Arc<App>>,
    listener: TcpListener,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address().ok())
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Opens the index and listens. Requests wait until [`run`](Self::run).
    ///
    /// # Errors
    ///
    /// When the index does not open, when the file of tokens is invalid, when the address is taken, and when it is not a loopback
    /// address although the options have no token and do not allow everyone.
    pub async fn open(options: Options) -> Result<Self, Error> {
        let address = options.listen;
        let has_tokens = options.token.is_some() || options.tokens.is_some();
        if !address.ip().is_loopback() && !has_tokens && !options.allow_everyone {
            return Err(Error::Open { address });
        }
        let place = match &options.cluster {
            Some(client) => Place::Cluster {
                client: Arc::clone(client),
                hides_paths: !options.show_paths,
            },
            None => {
                let caches = CacheOptions::for_many_queries();
                Place::Index(Box::new(Index::open(&options.index)?.with_caches(caches)))
            }
        };
        let access = Arc::new(Access::new(&options)?);
        let app = Arc::new(App::new(place, options, access, Log::Stderr));
        app.views()?;
        let mut others: Vec<Arc<App>> = Vec::new();
        for other in &app.options.more {
            if others
                .iter()
                .any(|app| app.name.as_deref() == Some(other.name()))
            {
                let name = other.name().to_owned();
                return Err(Error::SameName { name });
            }
            others.push(Arc::new(app.beside(other, Log::Stderr)?));
        }
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| Error::Listen { address, source })?;
        Ok(Self {
            app,
            others,
            listener,
        })
    }

    /// The address it listens on.
    ///
    /// # Errors
    ///
    /// If the system does not report it.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers requests until `stop` completes, then finishes those in flight.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        self.app.follow();
        self.others.iter().for_each(|other| other.follow());
        self.app.follow_tokens();
        connection::serve(self.listener, self.app, self.others, stop).await;
    }
}

/// Serves until SIGTERM or SIGINT, on a runtime of its own.
///
/// Calls `ready` with the address once the server listens.
///
/// # Errors
///
/// The errors of [`Server::open`].
pub fn serve(options: Options, ready: impl FnOnce(SocketAddr)) -> Result<(), Error> {
    let address = options.listen;
    let listen = |source| Error::Listen { address, source };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(
            (options.limits.work + options.limits.exports + 4) * (options.more.len() + 1),
        )
        .build()
        .map_err(listen)?;
    let grace = options.limits.shutdown;
    runtime.block_on(async {
        let stop = signal().map_err(listen)?;
        let server = Server::open(options).await?;
        ready(server.address().map_err(listen)?);
        server.run(stop).await;
        Ok::<_, Error>(())
    })?;
    runtime.shutdown_timeout(grace);
    Ok(())
}

/// Completes at the first signal to stop. Later signals have their default effect.
#[cfg(unix)]
fn signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        std::future::poll_fn(|context| {
            if terminate.poll_recv(context).is_ready() || interrupt.poll_recv(context).is_ready() {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
fn signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
