//! Keeps an index fresh while it is served.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use timbao_index::update::Sources;
use timbao_index::watch::{WatchEvent, WatchTimes, Watched, watch_index};
use timbao_index::{Error, Index};
use timbao_server::Updates;

use crate::cli::ServeArgs;
use crate::error::{Failure, Result};

use super::context::Context;
use super::progress::interruptible;
use super::watched::{UpdateError, WatchedIndex};

/// Time that an update has to stop when the server ends. The next update continues from there, and
/// removes unfinished files.
const GRACE: Duration = Duration::from_secs(30);
/// Interval between two checks whether to stop.
const NAP: Duration = Duration::from_millis(50);

/// A watch on the sources of an index, on a thread of its own.
pub(super) struct Follower {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What a follower does.
pub(super) struct Followed {
    context: FollowContext,
    updates: Arc<Updates>,
}

struct FollowContext {
    index: WatchedIndex,
    sources: Sources,
    times: WatchTimes,
}

impl Followed {
    /// Prepares to follow; `None` without `--watch`. An index that does not exist is built first.
    pub(super) fn new(args: &ServeArgs, context: &Context) -> Result<Option<Self>> {
        if !args.watch {
            return Ok(None);
        }
        let mut sources = match &args.paths[..] {
            [] => Sources::Remembered,
            paths => Sources::Paths(paths.to_vec()),
        };
        let of = |stop| WatchedIndex::new(&args.writing, [false; 2], context, stop);
        let index = of(Arc::default())?;
        if let (WatchedIndex::Directory(index), Sources::Paths(_)) = (&index, &sources)
            && matches!(Index::open(&index.path), Err(Error::NoIndex { .. }))
        {
            interruptible(context, |progress, stop| {
                let first = of(stop)?;
                first.update(&sources, progress).map_err(Failure::from)
            })?;
            sources = Sources::Remembered;
        }
        let times = WatchTimes::within(Duration::from_secs(args.within.get().into()), index.stop());
        Ok(Some(Self {
            context: FollowContext {
                index,
                sources,
                times,
            },
            updates: Arc::default(),
        }))
    }

    /// The results of the updates.
    pub(super) fn updates(&self) -> Arc<Updates> {
        Arc::clone(&self.updates)
    }

    /// Begins to follow, until the follower is dropped.
    pub(super) fn start(self) -> Follower {
        let stop = Arc::clone(&self.context.times.stop);
        let thread = thread::Builder::new().name("watch".to_owned());
        // Without a thread the server would be of no use either, but its readers keep it.
        let thread = thread.spawn(move || self.follow()).ok();
        Follower { stop, thread }
    }

    /// Updates until it is stopped. After an error that ends a watch, another one begins.
    fn follow(self) {
        let Self { context, updates } = self;
        let stop = || context.times.stop.load(Ordering::Relaxed);
        let mut sources = context.sources;
        while !stop() {
            let mut is_updated = false;
            let mut tell = |event: WatchEvent<'_, UpdateError>| match event {
                WatchEvent::Updated(report) => {
                    is_updated = true;
                    updates.succeeded(report);
                }
                WatchEvent::Failed(error) => updates.failed(error),
                _ => {}
            };
            let (index, times) = (&context.index, &context.times);
            let except = index.own_directory();
            match watch_index(index, except, &sources, times, &(), &mut tell) {
                Ok(()) => return,
                Err(error) => updates.failed(&error),
            }
            if is_updated {
                sources = Sources::Remembered;
            }
            let again = Instant::now() + context.times.within;
            while !stop() && Instant::now() < again {
                thread::sleep(NAP);
            }
        }
    }
}

impl Drop for Follower {
    /// Stops the update under way, and waits for it.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let Some(thread) = self.thread.take() else {
            return;
        };
        let end = Instant::now() + GRACE;
        while !thread.is_finished() && Instant::now() < end {
            thread::sleep(NAP);
        }
        if thread.is_finished() {
            let _ = thread.join();
        }
    }
}
