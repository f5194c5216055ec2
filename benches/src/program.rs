//! The `timbao` program, as a process.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::measure::{Latency, side_by_side};

/// At most this many phrases are searched for.
const PHRASES: usize = 30;

/// The time of `timbao search` for each of the first phrases, from start to exit.
///
/// # Errors
///
/// When a search cannot start or fails.
pub fn searches(program: &Path, index: &Path, phrases: &[String]) -> io::Result<Latency> {
    let phrases = &phrases[..phrases.len().min(PHRASES)];
    let mut failed = None;
    let mut search = |phrase: &String| {
        let run = Command::new(program)
            .args(["search", &format!("\"{phrase}\""), "--index"])
            .arg(index)
            .stdin(Stdio::null())
            .output();
        match run {
            Ok(output) if output.status.success() => {}
            Ok(output) => {
                failed = Some(String::from_utf8_lossy(&output.stderr).into_owned());
            }
            Err(error) => failed = Some(format!("{}: {error}", program.display())),
        }
    };
    let rows = side_by_side(phrases, 3, &mut [&mut search]);
    match (failed, rows.into_iter().next()) {
        (Some(message), _) => Err(io::Error::other(message)),
        (None, row) => Ok(row.unwrap_or_else(|| Latency::of(Vec::new()))),
    }
}
