//! Standard output, directly or through a pager.

use std::io::{self, BufWriter, Stdout, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

/// The destination of output. Dropping it waits for the pager to end.
pub(crate) enum Sink {
    /// To standard output.
    Direct(BufWriter<Stdout>),
    /// To a program that shows it page by page.
    Paged(Pager),
}

/// A running pager.
pub(crate) struct Pager {
    /// `None` after the end of the output was signalled.
    input: Option<BufWriter<ChildStdin>>,
    child: Child,
}

impl Sink {
    /// Writes to standard output.
    pub(crate) fn stdout() -> Self {
        Self::Direct(BufWriter::with_capacity(1 << 16, io::stdout()))
    }

    /// Writes to a pager, or to standard output if it cannot be started.
    pub(crate) fn paged() -> Self {
        Pager::start().map_or_else(Self::stdout, Self::Paged)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Direct(out) => out.write(bytes),
            Self::Paged(Pager {
                input: Some(input), ..
            }) => input.write(bytes),
            Self::Paged(_) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Direct(out) => out.flush(),
            Self::Paged(Pager {
                input: Some(input), ..
            }) => input.flush(),
            Self::Paged(_) => Ok(()),
        }
    }
}

impl Pager {
    /// Starts TIMBAO_PAGER, PAGER or `less`: a program and its arguments, separated by spaces,
    /// without a shell. `cat` or an empty value disables the pager.
    fn start() -> Option<Self> {
        let chosen = ["TIMBAO_PAGER", "PAGER"].iter().find_map(std::env::var_os);
        let chosen = match &chosen {
            Some(command) => command.to_str()?,
            None => "less",
        };
        let mut words = chosen.split_whitespace();
        let program = words.next().filter(|&program| program != "cat")?;
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
        Some(Self { input, child })
    }
}

impl Drop for Pager {
    fn drop(&mut self) {
        drop(self.input.take());
        // How the pager ended is its own business.
        let _ = self.child.wait();
    }
}
