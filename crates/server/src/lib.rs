//! The search page and the HTTP API of Timbao.
//!
//! [`Server::open`] opens an index and takes an address, [`Server::run`] answers until it is
//! told to stop. Everything is read-only: no request changes the index or reaches the file
//! system. The API is described by the document served at `/api/v1/openapi.json`; its JSON is
//! that of the command line's `--format json`.
//!
//! The layers, from the socket inwards: `connection` bounds what a client may hold,
//! `guard` who may ask and what every answer carries, `params` what can be asked,
//! `work` how long it may take, and `api` and `page` answer from a `views::View`.

mod api;
mod app;
mod assets;
mod connection;
mod guard;
mod log;
mod metrics;
mod options;
mod page;
mod params;
mod problem;
mod query;
mod views;
mod work;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

pub use options::{Limits, Options, Token, TokenError};

use app::App;

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The index cannot be opened.
    #[error(transparent)]
    Index(#[from] timbao_index::Error),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others than this machine could reach the address, and nothing keeps them out.
    #[error("{address} can be reached from other machines, and no token is asked for")]
    Open {
        /// The address.
        address: SocketAddr,
    },
}

/// A server that listens.
pub struct Server {
    app: Arc<App>,
    listener: TcpListener,
}

impl Server {
    /// Opens the index and listens. Requests wait until [`run`](Self::run).
    ///
    /// # Errors
    ///
    /// When the index does not open, when the address is taken, and when it is not a loopback
    /// address although the options have no token and do not allow everyone.
    pub async fn open(options: Options) -> Result<Self, Error> {
        let address = options.listen;
        if !address.ip().is_loopback() && options.token.is_none() && !options.allow_everyone {
            return Err(Error::Open { address });
        }
        let app = Arc::new(App::open(options)?);
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| Error::Listen { address, source })?;
        Ok(Self { app, listener })
    }

    /// The address it listens on.
    ///
    /// # Errors
    ///
    /// What the system reports.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `stop` is over, then finishes the requests under way.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let refresh = tokio::spawn(Arc::clone(&self.app).refresh());
        connection::serve(self.listener, self.app, stop).await;
        refresh.abort();
    }
}

/// Serves until the process is told to end (SIGTERM or SIGINT), on a runtime of its own.
///
/// `ready` is called with the address once requests can come.
///
/// # Errors
///
/// As [`Server::open`].
pub fn serve(options: Options, ready: impl FnOnce(SocketAddr)) -> Result<(), Error> {
    let address = options.listen;
    let listen = |source| Error::Listen { address, source };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(options.limits.work + 4)
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

/// Waits for a signal to end. From the second on, signals end the process as they would have.
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
