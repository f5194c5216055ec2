//! Connections to nodes that end soon after a node has vanished.
//!
//! A node that loses its power or its network does not end its connections. Packets to it are lost, and
//! the operating system repeats them for a quarter of an hour. A limit for answers does not help, because
//! some take long. So a connection fails if the operating system of the node is silent, and during a long
//! wait the caller decides whether to go on.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use socket2::{SockRef, TcpKeepalive};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport, time,
};
use ureq::{Error, Timeout};

/// Decides whether a request waits longer for a node, by its host and port.
pub(crate) type Wait = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Connects to nodes.
pub(crate) struct NodeConnector {
    /// The time after which a node that acknowledges nothing has failed.
    pub silence: Duration,
    /// Called each time no answer has come for `silence`.
    pub wait: Wait,
    /// How often in a row `wait` decides against it until the request ends.
    pub doubts: usize,
}

/// A connection to a node.
pub(crate) struct NodeTransport {
    node: String,
    stream: TcpStream,
    buffers: LazyBuffers,
    silence: Duration,
    wait: Wait,
    doubts: usize,
}

/// The error of a request that no longer waits.
#[derive(Debug, thiserror::Error)]
#[error("a node of the cluster does not answer")]
struct GivenUp;

/// Whether a request ended because it should not wait longer.
pub(crate) fn is_given_up(error: &Error) -> bool {
    matches!(error, Error::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<GivenUp>()))
}

impl Connector for NodeConnector {
    type Out = NodeTransport;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<NodeTransport>, Error> {
        let stream = connect(details)?;
        stream.set_nodelay(true)?;
        bound_silence(&stream, self.silence)?;
        let config = details.config;
        let node = details.uri.authority().map(ToString::to_string);
        Ok(Some(NodeTransport {
            node: node.unwrap_or_default(),
            stream,
            buffers: LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size()),
            silence: self.silence,
            wait: Arc::clone(&self.wait),
            doubts: self.doubts,
        }))
    }
}

impl Transport for NodeTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = timeout.for_write();
        self.stream.set_write_timeout(Some(left(&timeout)?))?;
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        (&self.stream)
            .write_all(output)
            .map_err(|error| failure(error, &timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = timeout.for_read();
        let left = left(&timeout)?;
        let start = Instant::now();
        let mut doubts = 0;
        loop {
            let rest = left.saturating_sub(start.elapsed());
            if rest.is_zero() {
                return Err(Error::Timeout(timeout.reason));
            }
            self.stream.set_read_timeout(Some(rest.min(self.silence)))?;
            match (&self.stream).read(self.buffers.input_append_buf()) {
                Ok(read) => {
                    self.buffers.input_appended(read);
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_limit(&error) => {
                    let goes_on = start.elapsed() >= left || (self.wait)(&self.node);
                    doubts = if goes_on { 0 } else { doubts + 1 };
                    if doubts >= self.doubts {
                        return Err(io::Error::other(GivenUp).into());
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn is_open(&mut self) -> bool {
        // Between answers a node sends nothing but the end of the connection.
        let mut byte = [0];
        let is_set = self.stream.set_nonblocking(true).is_ok();
        let read = self.stream.peek(&mut byte);
        is_set
            && self.stream.set_nonblocking(false).is_ok()
            && read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }
}

impl fmt::Debug for NodeConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeConnector").finish_non_exhaustive()
    }
}

impl fmt::Debug for NodeTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeTransport")
            .field("node", &self.node)
            .finish_non_exhaustive()
    }
}

/// Connects to one of the addresses of a node.
fn connect(details: &ConnectionDetails<'_>) -> Result<TcpStream, Error> {
    let all = left(&details.timeout)?;
    let start = Instant::now();
    let mut last = io::Error::from(ErrorKind::AddrNotAvailable);
    // Earlier addresses get more time.
    let mut count = u32::try_from(details.addrs.len()).unwrap_or(u32::MAX);
    for address in &details.addrs {
        let rest = all.saturating_sub(start.elapsed());
        if rest.is_zero() {
            break;
        }
        let limit = if count > 1 { rest / 2 } else { rest };
        match TcpStream::connect_timeout(address, limit) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
        count -= 1;
    }
    Err(match last.kind() == ErrorKind::TimedOut {
        true => Error::Timeout(Timeout::Connect),
        false => last.into(),
    })
}

/// Ends a connection whose other side acknowledges nothing for this time.
fn bound_silence(stream: &TcpStream, silence: Duration) -> io::Result<()> {
    let socket = SockRef::from(stream);
    // While nothing is sent, for the time that an answer takes. Whole seconds, at least one.
    let pause = Duration::from_secs(silence.as_secs().max(1));
    let keepalive = TcpKeepalive::new().with_time(pause).with_interval(pause);
    socket.set_tcp_keepalive(&keepalive)?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    socket.set_tcp_user_timeout(Some(silence))?;
    Ok(())
}

/// The time that is left.
fn left(timeout: &NextTimeout) -> Result<Duration, Error> {
    match timeout.after {
        time::Duration::Exact(Duration::ZERO) => Err(Error::Timeout(timeout.reason)),
        time::Duration::Exact(left) => Ok(left),
        // Every request has a limit; the system does not take more.
        time::Duration::NotHappening => Ok(Duration::from_secs(3600)),
    }
}

fn failure(error: io::Error, timeout: &NextTimeout) -> Error {
    match is_limit(&error) {
        true => Error::Timeout(timeout.reason),
        false => error.into(),
    }
}

/// Whether the limit of a read or write has passed. Unix reports it as a call that would block, and
/// a silent node as one that timed out.
fn is_limit(error: &io::Error) -> bool {
    error.kind() == ErrorKind::WouldBlock || (cfg!(windows) && error.kind() == ErrorKind::TimedOut)
}
