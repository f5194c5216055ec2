//! Connections: their number, time limits for slow clients, and shutdown.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, Sleep, sleep, timeout};

use crate::app::App;
use crate::peer::Peer;
use crate::rejected::Client;
use crate::routes;

/// Largest size of the head of a request, in bytes.
const HEAD: usize = 16 * 1024;
/// Largest number of headers of a request.
const HEADERS: usize = 64;
/// Pause after a failure to accept a connection, for example when file descriptors run out.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts connections until `stop` completes, then waits for the requests in flight.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    others: Vec<Arc<App>>,
    stop: impl Future<Output = ()>,
) {
    let limits = app.options.limits;
    let places = Arc::new(Semaphore::new(limits.connections.max(1)));
    // Every connection has a receiver, so that the sender knows when the last one is closed.
    let (stopping, running) = watch::channel(false);
    let router = routes::all(Arc::clone(&app), &others);
    let mut stop = std::pin::pin!(stop);
    loop {
        let accept = async {
            // There is no way to close this semaphore.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            () = &mut stop => break,
            accepted = accept => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            sleep(PAUSE).await;
            continue;
        };
        // Answers are written whole; there is nothing to gain from waiting for more.
        let _ = stream.set_nodelay(true);
        let routes = TowerToHyperService::new(router.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer.ip()));
            routes.call(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.patience)
            .max_buf_size(HEAD)
            .max_headers(HEADERS)
            .serve_connection(TokioIo::new(Patient::new(stream, limits.patience)), service);
        let mut running = running.clone();
        let app = Arc::clone(&app);
        tokio::spawn(async move {
            let _place = place;
            let _connected = app.metrics.connect();
            let mut connection = std::pin::pin!(connection);
            tokio::select! {
                // Errors of a connection concern only its client.
                _ = connection.as_mut() => return,
                _ = running.wait_for(|&stopping| stopping) => {}
            }
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        });
    }
    drop(listener);
    drop(running);
    let _ = stopping.send(true);
    let _ = timeout(limits.shutdown, stopping.closed()).await;
}

/// A stream with a time limit for writes that make no progress, and with a reason for each rejected
/// request.
struct Patient {
    stream: TcpStream,
    patience: Duration,
    client: Client,
    /// The answer to a rejected request, and the number of its bytes that are sent.
    answer: Option<(Vec<u8>, usize)>,
    /// The end of the time limit of a pending write.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    fn new(stream: TcpStream, patience: Duration) -> Self {
        Self {
            stream,
            patience,
            client: Client::default(),
            answer: None,
            waiting: None,
        }
    }

    /// Sends the answer to a rejected request instead of these bytes; `None` if they reject none.
    fn send_answer(
        &mut self,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Option<Poll<io::Result<usize>>> {
        let pending = self.answer.take();
        let (answer, mut sent) = pending.or_else(|| Some((self.client.answer(bytes)?, 0)))?;
        while let Some(rest) = answer.get(sent..).filter(|rest| !rest.is_empty()) {
            match Pin::new(&mut self.stream).poll_write(context, rest) {
                Poll::Ready(Ok(0)) => {
                    return Some(Poll::Ready(Err(io::ErrorKind::WriteZero.into())));
                }
                Poll::Ready(Ok(more)) => sent += more,
                Poll::Pending => {
                    self.answer = Some((answer, sent));
                    return Some(Poll::Pending);
                }
                failed => return Some(failed),
            }
        }
        Some(Poll::Ready(Ok(bytes.len())))
    }

    /// Returns the result of a write, or an error if it was pending for too long.
    fn waited<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let patience = self.patience;
        let waiting = self
            .waiting
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + patience)));
        match waiting.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        this.client
            .sent(buffer.filled().get(before..).unwrap_or_default());
        read
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = match this.send_answer(context, bytes) {
            Some(written) => written,
            None => Pin::new(&mut this.stream).poll_write(context, bytes),
        };
        this.waited(context, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let first = bytes.iter().find(|part| !part.is_empty());
        let answered = first.and_then(|first| this.send_answer(context, first));
        let written = match answered {
            Some(written) => written,
            None => Pin::new(&mut this.stream).poll_write_vectored(context, bytes),
        };
        this.waited(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(context);
        this.waited(context, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
