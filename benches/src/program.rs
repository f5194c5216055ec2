//! The `timbao` program, as a process.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::measure::{Latency, alone};

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
    let latency = alone(phrases, 3, |phrase| {
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
    });
    match failed {
        Some(message) => Err(io::Error::other(message)),
        None => Ok(latency),
    }
}
