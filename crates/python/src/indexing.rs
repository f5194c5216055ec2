//! Building and updating an index, with progress, until it is interrupted.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use pyo3::FromPyObject;
use pyo3::prelude::*;
use timbao_articles::WalkOptions;
use timbao_cluster::Address;
use timbao_index::WriterOptions;
use timbao_index::update::{Phase, Progress, Reading, Sources, UpdateOptions, update};

use crate::archive::needs_directory;
use crate::errors::{Failure, Result};
use crate::views::json;

/// Time between two looks at signals and progress.
const REST: Duration = Duration::from_millis(100);

/// Arguments of an update.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Arguments {
    path: PathBuf,
    /// `None` repeats the last update.
    paths: Option<Vec<PathBuf>>,
    full: bool,
    dry_run: bool,
    strict: bool,
    allow_vanished: bool,
    hidden: bool,
    threads: Option<usize>,
    memory: Option<usize>,
    wait: u64,
}

/// The progress so far.
#[derive(Debug, Default)]
struct Watched(Mutex<(Option<Phase>, u64, Reading)>);

impl Watched {
    fn change(&self, change: impl FnOnce(&mut (Option<Phase>, u64, Reading))) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Name of the phase, files found, articles and bytes read, and bytes to read.
    fn seen(&self) -> (&'static str, u64, u64, u64, u64) {
        let (phase, files, reading) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (name, all) = match phase {
            Some(Phase::Waiting(_)) => ("waiting", 0),
            Some(Phase::Finding) => ("finding", 0),
            Some(Phase::Reading { bytes, .. }) => ("reading", bytes),
            Some(Phase::Committing) => ("committing", 0),
            Some(Phase::Merging) => ("merging", 0),
            _ => ("starting", 0),
        };
        (name, files, reading.articles, reading.bytes, all)
    }
}

impl Progress for Watched {
    fn phase(&self, phase: Phase) {
        self.change(|state| state.0 = Some(phase));
    }

    fn found(&self, files: u64) {
        self.change(|state| state.1 = files);
    }

    fn read(&self, so_far: Reading) {
        self.change(|state| state.2 = so_far);
    }
}

/// Updates an index and returns the report as JSON. The progress is reported ten times a second by
/// calling `progress` with the name of the phase, files, articles, bytes, and bytes in all.
///
/// A signal or an exception of `progress` stops the update in good order; it is raised when the
/// articles read so far are in the index.
#[pyfunction]
pub(crate) fn index(
    py: Python<'_>,
    arguments: Arguments,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<String> {
    let stop = Arc::new(AtomicBool::new(false));
    let watched = Arc::new(Watched::default());
    let (sender, receiver) = channel();
    // Code without the interpreter may only use what threads can share.
    let receiver = Mutex::new(receiver);
    let worker = {
        let (stop, watched) = (Arc::clone(&stop), Arc::clone(&watched));
        thread::Builder::new().spawn(move || {
            // Whoever waits for the result is there until the end.
            let _ = sender.send(run(arguments, stop, &watched));
        })
    };
    worker.map_err(|error| Failure::internal(format!("no thread could be started: {error}")))?;
    let mut raised = None;
    let result = loop {
        let received = py.detach(|| {
            let receiver = receiver.lock().unwrap_or_else(PoisonError::into_inner);
            receiver.recv_timeout(REST)
        });
        match received {
            Ok(result) => break result,
            Err(RecvTimeoutError::Disconnected) => {
                break Err(Failure::internal("the update stopped unexpectedly"));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        let told = match (&raised, &progress) {
            (None, Some(progress)) => progress.call1(watched.seen()).map(drop),
            _ => Ok(()),
        };
        if let Err(error) = told.and_then(|()| py.check_signals()) {
            stop.store(true, Ordering::Relaxed);
            raised.get_or_insert(error);
        }
    };
    match raised {
        Some(error) => Err(error),
        None => Ok(result?),
    }
}

fn run(arguments: Arguments, stop: Arc<AtomicBool>, watched: &Watched) -> Result<String> {
    if let Some(address) = arguments.path.to_str().filter(|path| Address::is_one(path)) {
        return Err(needs_directory("timbao.index", &address));
    }
    let standard = WriterOptions::default();
    let options = UpdateOptions {
        writer: WriterOptions {
            threads: arguments.threads.unwrap_or(standard.threads),
            memory: arguments.memory.unwrap_or(standard.memory),
        },
        walk: WalkOptions {
            hidden: arguments.hidden,
            ..WalkOptions::default()
        },
        full: arguments.full,
        dry_run: arguments.dry_run,
        strict: arguments.strict,
        allow_vanished: arguments.allow_vanished,
        wait_for_lock: Duration::from_secs(arguments.wait),
        stop,
        ..UpdateOptions::default()
    };
    let sources = match arguments.paths {
        Some(paths) => Sources::Paths(paths),
        None => Sources::Remembered,
    };
    json(&update(&arguments.path, &sources, &options, watched)?)
}
