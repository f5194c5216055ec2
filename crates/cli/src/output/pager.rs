//! Standard output, directly or through a pager.

use std::ffi::OsString;
use std::io::{self, BufWriter, Stdout, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};

use crate::config::paging;
use crate::error::warn;

use super::style::Palette;

/// The destination of output. Dropping it waits until the pager is left.
pub(crate) enum Sink {
    /// Standard output.
    Direct(BufWriter<Stdout>),
    /// A program that shows it page by page.
    Paged(Pager),
}

/// A running pager.
pub(crate) struct Pager {
    /// `None` once its input is closed.
    input: Option<BufWriter<ChildStdin>>,
    child: Child,
    /// The output so far, to be shown without the pager if that fails; `None` once it is longer
    /// than [`KEPT`].
    kept: Option<Vec<u8>>,
}

/// Bytes of output that are kept in case the pager fails. A pager that took in more than this has
/// shown some of it.
const KEPT: usize = 1 << 20;

impl Sink {
    /// Writes to standard output.
    pub(crate) fn stdout() -> Self {
        Self::Direct(BufWriter::with_capacity(1 << 16, io::stdout()))
    }

    /// Writes to a pager, or to standard output if it cannot be started.
    pub(crate) fn paged() -> Self {
        Pager::start().map_or_else(Self::stdout, Self::Paged)
    }

    /// Runs `write`; if the pager is gone because it failed, continues on standard output.
    fn or_directly<T>(&mut self, write: impl Fn(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
        let pager = match self {
            Self::Direct(out) => return write(out),
            Self::Paged(pager) => pager,
        };
        match write(pager) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                let Some(kept) = pager.end() else {
                    return Err(error);
                };
                *self = Self::stdout();
                self.write_all(&kept)?;
                self.or_directly(write)
            }
            other => other,
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.or_directly(|out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.or_directly(|out| out.flush())
    }
}

impl Write for Pager {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        let written = input.write(bytes)?;
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(&bytes[..written]);
            if kept.len() > KEPT {
                self.kept = None;
            }
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.input.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Pager {
    /// Starts the program that TIMBAO_PAGER or PAGER names, else `less`. Arguments are quoted as
    /// for a shell, but none is run. `cat` and an empty variable mean no pager.
    fn start() -> Option<Self> {
        let mut words = chosen()?.into_iter();
        let program = words.next().filter(|program| program != "cat")?;
        let mut command = Command::new(program);
        command.args(words).stdin(Stdio::piped());
        // Leave at once what fits on a screen, show colours, keep the screen's contents.
        if std::env::var_os("LESS").is_none() {
            command.env("LESS", "FRX");
        }
        if std::env::var_os("LESSCHARSET").is_none() {
            command.env("LESSCHARSET", "utf-8");
        }
        let mut child = command.spawn().ok()?;
        let input = child.stdin.take().map(BufWriter::new);
        Some(Self {
            input,
            child,
            kept: Some(Vec::new()),
        })
    }

    /// Closes the pager's input and waits until it is left. Returns the output that it failed to
    /// show; `None` if it did not fail.
    fn end(&mut self) -> Option<Vec<u8>> {
        drop(self.input.take()?);
        let status = self.child.wait().ok()?;
        let kept = self.kept.take();
        if status.success() || status.code().is_none() {
            return None;
        }
        warn(Palette::default(), &said(status, kept.is_some()));
        kept
    }
}

fn said(status: ExitStatus, is_kept: bool) -> String {
    let shown = match is_kept {
        true => "the output follows without it",
        false => "the rest of the output is lost; --no-pager shows all",
    };
    format!("the pager failed ({status}); {shown}")
}

/// The words of the pager's command line; `None` if there is none or it does not parse.
fn chosen() -> Option<Vec<String>> {
    let own = std::env::var_os("TIMBAO_PAGER").filter(|value| paging(value).is_none());
    let Some(command) = own.or_else(|| std::env::var_os("PAGER")) else {
        return Some(vec!["less".to_owned()]);
    };
    split(command).or_else(|| {
        let message =
            "the pager's command line has an unmatched quotation mark; the output follows without it";
        warn(Palette::default(), &message);
        None
    })
}

/// The words of a command line, which are quoted as for a POSIX shell.
fn split(command: OsString) -> Option<Vec<String>> {
    shlex::split(&command.into_string().ok()?)
}

impl Drop for Pager {
    fn drop(&mut self) {
        if let Some(kept) = self.end() {
            // A closed standard output is the reader's decision.
            let _ = io::stdout().write_all(&kept);
        }
    }
}
