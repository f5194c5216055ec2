//! Keeps an index fresh while its sources change.
//!
//! The system reports that something changed (`signals`), and the update finds
//! the changes. Where the system reports nothing, as for directories of other
//! machines or unavailable sources, the sources are compared at regular
//! intervals.

mod schedule;
mod signals;

use std::path::Path;
use std::sync::atomic::Ordering;
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

/// An event of a watch.
#[derive(Debug)]
#[non_exhaustive]
pub enum WatchEvent<'a> {
    /// The index is up to date; perhaps nothing had changed.
    Updated(&'a UpdateReport),
    /// An update failed, and will be tried again.
    Failed(&'a Error),
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
    let stop = || options.update.stop.load(Ordering::Relaxed);
    let mut signals = Signals::new(dir);
    let mut schedule = Schedule::new(options.settle, options.within);
    let mut sources = sources.clone();
    let mut is_first = true;
    loop {
        let begin = Instant::now();
        signals.take();
        let mut linked = None;
        match update(dir, &sources, &options.update, progress) {
            Ok(report) => {
                schedule.updated(begin);
                tell(WatchEvent::Updated(&report));
                linked = Some(report.linked);
            }
            Err(error) if !is_first && passes(&error) => {
                schedule.failed(Instant::now());
                tell(WatchEvent::Failed(&error));
            }
            Err(error) => return Err(error),
        }
        is_first = false;
        sources = Sources::Remembered;
        let followed = signals.follow(&update::sources(dir)?, linked);
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

/// Whether the next time may be better.
fn passes(error: &Error) -> bool {
    matches!(
        error,
        Error::Busy { .. } | Error::Vanished(_) | Error::Unreadable(_) | Error::Io { .. }
    )
}
