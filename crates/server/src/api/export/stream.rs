//! Responses that are sent while they are computed.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use hyper::body::Frame;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::app::App;
use crate::log::Value;
use crate::problem::Problem;
use crate::view::View;

use super::exported::failed;

/// Bytes of a part.
const PART: usize = 64 << 10;
/// Parts that wait for the client.
const PARTS: usize = 4;

/// Runs `write` on a thread of its own and returns the body that it writes.
///
/// # Errors
///
/// If too many exports run, and if `write` fails before the first part is complete. A later
/// failure breaks the body off, so that a client does not take it for complete.
pub(super) async fn run(
    app: &Arc<App>,
    view: &View,
    write: impl FnOnce(&View, &mut Parts) -> Result<(), Problem> + Send + 'static,
) -> Result<Body, Problem> {
    let (sender, mut receiver) = channel(PARTS);
    let mut out = Parts {
        sender: sender.clone(),
        part: Vec::new(),
    };
    let failing = Arc::clone(app);
    app.work
        .export(view, move |searcher| {
            let written = write(&searcher, &mut out);
            let written = written.and_then(|()| out.send().map_err(failed));
            if let Err(problem) = written {
                let gone = sender.is_closed();
                if let (false, Some(cause)) = (gone, &problem.more.cause) {
                    let fields = [("reason", Value::Text(cause))];
                    failing.log.warn("export failed", &fields);
                }
                // The client may be gone.
                let _ = sender.blocking_send(Err(problem));
            }
        })
        .await?;
    match receiver.recv().await {
        None => Ok(Body::empty()),
        Some(first) => Ok(Body::new(Stream {
            first: Some(first?),
            rest: receiver,
        })),
    }
}

/// Sends what is written in parts.
pub(super) struct Parts {
    sender: Sender<Result<Bytes, Problem>>,
    part: Vec<u8>,
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.extend_from_slice(bytes);
        if self.part.len() >= PART {
            self.send()?;
        }
        Ok(bytes.len())
    }

    /// Does nothing: what a writer flushes when it is dropped after a failure must not be sent.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Parts {
    fn send(&mut self) -> io::Result<()> {
        if self.part.is_empty() {
            return Ok(());
        }
        let part = Bytes::from(std::mem::take(&mut self.part));
        let sent = self.sender.blocking_send(Ok(part));
        sent.map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the client is gone"))
    }
}

/// The parts as a body.
struct Stream {
    first: Option<Bytes>,
    rest: Receiver<Result<Bytes, Problem>>,
}

impl hyper::body::Body for Stream {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        self.rest.poll_recv(context).map(|part| match part? {
            Ok(part) => Some(Ok(Frame::data(part))),
            Err(problem) => Some(Err(io::Error::other(problem.title))),
        })
    }
}
