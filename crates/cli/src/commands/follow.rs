//! Keeps an index fresh while it is served.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use timbao_index::update::{Sources, UpdateOptions, update};
use timbao_index::watch::{WatchEvent, WatchOptions, watch};
use timbao_index::{Error, Index};
use timbao_server::Updates;

use crate::cli::ServeArgs;
use crate::error::Result;

use super::context::Context;
use super::index::update_options;
use super::progress::interruptible;

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
    index: std::path::PathBuf,
    sources: Sources,
    options: WatchOptions,
}

impl Followed {
    /// Prepares to follow; `None` without `--watch`. An index that does not exist is built first.
    pub(super) fn new(args: &ServeArgs, context: &Context) -> Result<Option<Self>> {
        if !args.watch {
            return Ok(None);
        }
        let index = context.settings.index.clone();
        let mut sources = match &args.paths[..] {
            [] => Sources::Remembered,
            paths => Sources::Paths(paths.to_vec()),
        };
        let of = |stop| update_options(&args.writing, context, stop);
        if matches!(
            (Index::open(&index), &sources),
            (Err(Error::NoIndex { .. }), Sources::Paths(_))
        ) {
            interruptible(context, |progress, stop| {
                update(&index, &sources, &of(stop), progress)
            })?;
            sources = Sources::Remembered;
        }
        let options = WatchOptions {
            update: UpdateOptions {
                ..of(Arc::default())
            },
            within: Duration::from_secs(args.within.get().into()),
            ..WatchOptions::default()
        };
        Ok(Some(Self {
            context: FollowContext {
                index,
                sources,
                options,
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
        let stop = Arc::clone(&self.context.options.update.stop);
        let thread = thread::Builder::new().name("watch".to_owned());
        // Without a thread the server would be of no use either, but its readers keep it.
        let thread = thread.spawn(move || self.follow()).ok();
        Follower { stop, thread }
    }

    /// Updates until it is stopped. After an error that ends a watch, another one begins.
    fn follow(self) {
        let Self { context, updates } = self;
        let stop = || context.options.update.stop.load(Ordering::Relaxed);
        let mut sources = context.sources;
        while !stop() {
            let mut is_updated = false;
            let mut tell = |event: WatchEvent<'_>| match event {
                WatchEvent::Updated(report) => {
                    is_updated = true;
                    updates.succeeded(report);
                }
                WatchEvent::Failed(error) => updates.failed(error),
                _ => {}
            };
            match watch(&context.index, &sources, &context.options, &(), &mut tell) {
                Ok(()) => return,
                Err(error) => updates.failed(&error),
            }
            if is_updated {
                sources = Sources::Remembered;
            }
            let again = Instant::now() + context.options.within;
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
