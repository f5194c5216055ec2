//! Keeps an index fresh while its sources change.
//!
//! The system reports that something changed (`signals`), and the update finds
//! the changes. Where the system reports nothing, as for directories of other
//! machines or unavailable sources, the sources are compared at regular
//! intervals.

mod schedule;
mod signals;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use self::schedule::Schedule;
use self::signals::Signals;
use crate::error::{Error, Result};
use crate::update::{self, Progress, Sources, UpdateOptions, UpdateReport, update};

/// How an index is kept fresh.
#[derive(Debug, Clone)]
pub struct WatchOptions {
    /// How each update is done. Its `stop` ends the watch.
    pub update: UpdateOptions,
    /// An update begins when nothing has changed for this long, so that files
    /// that arrive together are indexed together.
    pub settle: Duration,
    /// Maximum time between a change and the start of an update.
    pub within: Duration,
}

impl Default for WatchOptions {
    /// A second, and ten.
    fn default() -> Self {
        Self {
            update: UpdateOptions::default(),
            settle: Duration::from_secs(1),
            within: Duration::from_secs(10),
        }
    }
}

/// An index that is kept fresh, in a directory or elsewhere.
pub trait Watched {
    /// The error of an update.
    type Error;

    /// Brings the index up to date with its sources.
    ///
    /// # Errors
    ///
    /// If the update fails.
    fn update(
        &self,
        sources: &Sources,
        progress: &dyn Progress,
    ) -> Result<UpdateReport, Self::Error>;

    /// The paths of the sources that [`Sources::Remembered`] stands for.
    ///
    /// # Errors
    ///
    /// If they cannot be read.
    fn sources(&self) -> Result<Vec<String>, Self::Error>;

    /// Returns `true` if an update that failed may succeed the next time.
    fn is_passing(&self, error: &Self::Error) -> bool;
}

/// An index in a directory.
#[derive(Debug, Clone)]
pub struct Directory {
    /// The directory.
    pub path: PathBuf,
    /// The options of each update.
    pub options: UpdateOptions,
}

impl Watched for Directory {
    type Error = Error;

    fn update(&self, sources: &Sources, progress: &dyn Progress) -> Result<UpdateReport> {
        update(&self.path, sources, &self.options, progress)
    }

    fn sources(&self) -> Result<Vec<String>> {
        let sources = update::sources(&self.path)?.into_iter();
        Ok(sources.map(|source| source.path).collect())
    }

    fn is_passing(&self, error: &Error) -> bool {
        error.is_passing()
    }
}

/// When updates begin.
#[derive(Debug, Clone)]
pub struct WatchTimes {
    /// See [`WatchOptions::settle`].
    pub settle: Duration,
    /// See [`WatchOptions::within`].
    pub within: Duration,
    /// Ends the watch.
    pub stop: Arc<AtomicBool>,
}

impl WatchTimes {
    /// Updates begin within this time of a change, until `stop` is set.
    pub fn within(within: Duration, stop: Arc<AtomicBool>) -> Self {
        let settle = WatchOptions::default().settle;
        Self {
            settle,
            within,
            stop,
        }
    }
}

/// An event of a watch.
#[derive(Debug)]
#[non_exhaustive]
pub enum WatchEvent<'a, E = Error> {
    /// The index is up to date; perhaps nothing had changed.
    Updated(&'a UpdateReport),
    /// An update failed, and will be tried again.
    Failed(&'a E),
    /// The system does not report changes of a source, which is compared every
    /// [`within`](WatchOptions::within) instead.
    Polled {
        /// The source.
        path: &'a str,
        /// The message of the system.
        reason: &'a str,
    },
}

/// Interval between two checks of the clock.
const NAP: Duration = Duration::from_millis(50);

/// Updates an index now, and whenever its sources have changed, until it is
/// stopped.
///
/// Each update is one commit, so readers see the state before it or after it;
/// between updates others may write. What an update finds is at most as old as
/// [`WatchOptions::within`] and the update itself take.
///
/// # Errors
///
/// The errors of [`update()`], if the first one fails. Later on, temporary
/// errors such as a full disk or another writing process are reported and the
/// update is tried again; an index that is gone or damaged is an error. A
/// source that vanished is in the report of each update, and the other sources
/// are indexed.
pub fn watch(
    dir: &Path,
    sources: &Sources,
    options: &WatchOptions,
    progress: &dyn Progress,
    tell: &mut dyn FnMut(WatchEvent<'_>),
) -> Result<()> {
    let index = Directory {
        path: dir.to_owned(),
        options: options.update.clone(),
    };
    let times = WatchTimes {
        settle: options.settle,
        within: options.within,
        stop: Arc::clone(&options.update.stop),
    };
    watch_index(&index, Some(dir), sources, &times, progress, tell)
}

/// Updates an index of any kind as [`watch`] does. Changes in `except` do not count.
///
/// # Errors
///
/// The errors of the first update, and later those that do not pass by themselves.
pub fn watch_index<W: Watched>(
    index: &W,
    except: Option<&Path>,
    sources: &Sources,
    times: &WatchTimes,
    progress: &dyn Progress,
    tell: &mut dyn FnMut(WatchEvent<'_, W::Error>),
) -> Result<(), W::Error> {
    let stop = || times.stop.load(Ordering::Relaxed);
    let mut signals = Signals::new(except);
    let mut schedule = Schedule::new(times.settle, times.within);
    let mut sources = sources.clone();
    let mut known = None;
    loop {
        let begin = Instant::now();
        signals.take();
        let mut linked = None;
        match index.update(&sources, progress) {
            Ok(report) => {
                schedule.updated(begin);
                tell(WatchEvent::Updated(&report));
                linked = Some(report.linked);
            }
            Err(error) if known.is_some() && index.is_passing(&error) => {
                schedule.failed(Instant::now());
                tell(WatchEvent::Failed(&error));
            }
            Err(error) => return Err(error),
        }
        sources = Sources::Remembered;
        let paths = match (index.sources(), &known) {
            // Those of the last time, until the index can be read again.
            (Err(error), Some(paths)) if index.is_passing(&error) => Vec::clone(paths),
            (paths, _) => paths?,
        };
        let followed = signals.follow(&paths, linked);
        known = Some(paths);
        for (path, reason) in &followed.refused {
            tell(WatchEvent::Polled { path, reason });
        }
        schedule.polls = followed.polls;
        if followed.is_new {
            // The source may have changed before it was followed.
            schedule.heard(begin, Instant::now());
        }
        loop {
            if stop() {
                return Ok(());
            }
            if let Some((first, last)) = signals.take() {
                schedule.heard(first, last);
            }
            if Instant::now() >= schedule.due() {
                break;
            }
            thread::sleep(NAP);
        }
    }
}
