//! Runs searches on threads of their own, with limits for their number and their time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout_at;

use crate::options::Limits;
use crate::problem::Problem;
use crate::view::View;

/// Time that a search may run beyond its deadline.
const GRACE: Duration = Duration::from_millis(500);

/// Limits concurrent searches.
pub(crate) struct Work {
    turns: Arc<Semaphore>,
    exports: Arc<Semaphore>,
    export_time: Duration,
    waiting: AtomicUsize,
    queue: usize,
    time: Duration,
}

/// Counts a waiting search as long as this value lives.
struct Waiting<'w>(&'w AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Work {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(limits.work.max(1))),
            exports: Arc::new(Semaphore::new(limits.exports.max(1))),
            export_time: limits.export_time,
            waiting: AtomicUsize::new(0),
            queue: limits.queue,
            time: limits.time,
        }
    }

    /// Number of waiting searches.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Searches a view within the time limit.
    ///
    /// A slot is released when the work has ended, which may be after the
    /// response, so that the limit is never exceeded.
    ///
    /// # Errors
    ///
    /// If too many searches wait, if the time is over, and if `search` fails.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        view: &View,
        search: impl FnOnce(View) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let deadline = Instant::now() + self.time;
        if self.waiting.fetch_add(1, Ordering::Relaxed)
            >= self.queue + self.turns.available_permits()
        {
            drop(Waiting(&self.waiting));
            return Err(Problem::busy());
        }
        let waiting = Waiting(&self.waiting);
        let turn = timeout_at(deadline.into(), Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(Problem::busy());
        };
        drop(waiting);
        let searcher = view.until(deadline);
        let work = spawn_blocking(move || {
            let _turn = turn;
            search(searcher)
        });
        match timeout_at((deadline + GRACE).into(), work).await {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => Err(Problem::internal(error.to_string())),
            Err(_) => Err(Problem::too_slow()),
        }
    }

    /// Starts an export of a view on a thread of its own. It waits for a slot as long as a search
    /// may take.
    ///
    /// # Errors
    ///
    /// If too many exports run.
    pub(crate) async fn export(
        &self,
        view: &View,
        export: impl FnOnce(View) + Send + 'static,
    ) -> Result<(), Problem> {
        let waited = Instant::now() + self.time;
        let turn = timeout_at(waited.into(), Arc::clone(&self.exports).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(Problem::busy());
        };
        let searcher = view.until(Instant::now() + self.export_time);
        spawn_blocking(move || {
            let _turn = turn;
            export(searcher);
        });
        Ok(())
    }
}
