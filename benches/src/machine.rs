//! The circumstances of a run, recorded with its figures.

use std::path::Path;
use std::process::Command;
use std::{env, fs, thread};

use serde::Serialize;

/// Machine, commit and command of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Run {
    /// The program and its arguments, as typed, without the program's
    /// directory.
    pub command: String,
    /// The commit of the source tree, with `-dirty` when files differ from it.
    pub commit: Option<String>,
    /// Threads the machine runs at a time.
    pub cores: usize,
    /// The name of the processor, as reported by itself.
    pub cpu: Option<String>,
    /// Memory of the machine, in bytes.
    pub memory_bytes: Option<u64>,
    /// Operating system and architecture.
    pub platform: String,
    /// Whether the build is optimised; figures of one that is not mean nothing.
    pub optimized: bool,
}

impl Run {
    /// Describes this process.
    pub fn here() -> Self {
        let mut words = env::args();
        let program = words.next().unwrap_or_default();
        let program = Path::new(&program).file_stem().unwrap_or_default();
        let command = std::iter::once(program.to_string_lossy().into_owned())
            .chain(words)
            .collect::<Vec<_>>()
            .join(" ");
        Self {
            command,
            commit: commit(),
            cores: thread::available_parallelism().map_or(1, usize::from),
            cpu: value_of("/proc/cpuinfo", "model name"),
            memory_bytes: value_of("/proc/meminfo", "MemTotal").and_then(|value| {
                Some(1024 * value.split_whitespace().next()?.parse::<u64>().ok()?)
            }),
            platform: format!("{} {}", env::consts::OS, env::consts::ARCH),
            optimized: !cfg!(debug_assertions),
        }
    }

    /// One line for people.
    pub fn line(&self) -> String {
        format!(
            "`{}`, commit {}, {} cores, {}, {}{}",
            self.command,
            self.commit.as_deref().unwrap_or("unknown"),
            self.cores,
            self.cpu.as_deref().unwrap_or("unknown processor"),
            self.platform,
            if self.optimized {
                ""
            } else {
                ", NOT OPTIMISED"
            },
        )
    }
}

/// The value of a name in a file of `name: value` lines.
fn value_of(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}

fn commit() -> Option<String> {
    let done = Command::new("git")
        .args(["describe", "--always", "--dirty", "--exclude=*"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .ok()?;
    let text = String::from_utf8(done.stdout).ok()?;
    (done.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}
