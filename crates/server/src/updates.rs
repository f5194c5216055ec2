//! Updates of the index by the program that serves it.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use timbao_index::update::{UpdateReport, Vanished};

use crate::log::{Log, Value};

/// The results of the updates of an index, for its status page and the log. The program that
/// updates the index reports them.
#[derive(Default)]
pub struct Updates {
    latest: Mutex<Latest>,
}

/// The latest results.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Latest {
    /// The time of the last successful update, in seconds since 1970.
    pub(crate) succeeded: Option<i64>,
    /// The time and the error of the last update, if it failed.
    pub(crate) failed: Option<(i64, String)>,
    /// What the last successful update did not find, and keeps the articles of.
    pub(crate) vanished: Vec<Vanished>,
}

impl fmt::Debug for Updates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Updates").finish_non_exhaustive()
    }
}

impl Updates {
    /// Reports that the index is up to date.
    pub fn succeeded(&self, report: &UpdateReport) {
        let latest = Latest {
            succeeded: Some(now()),
            failed: None,
            vanished: report.vanished.clone(),
        };
        let before = std::mem::replace(&mut *self.lock(), latest).vanished;
        if report.committed {
            let fields = [
                ("added", Value::Whole(report.articles.added)),
                ("updated", Value::Whole(report.articles.updated)),
                ("removed", Value::Whole(report.articles.removed)),
                ("problems", Value::Whole(report.problems.len() as u64)),
            ];
            Log::Stderr.info("update", &fields);
        }
        for away in report.vanished.iter().filter(|away| !before.contains(away)) {
            let reason = away.to_string();
            Log::Stderr.warn("source vanished", &[("reason", Value::Text(&reason))]);
        }
    }

    /// Reports that an update failed. The index is as it was.
    pub fn failed(&self, error: &dyn fmt::Display) {
        let reason = error.to_string();
        Log::Stderr.warn("update failed", &[("reason", Value::Text(&reason))]);
        self.lock().failed = Some((now(), reason));
    }

    pub(crate) fn latest(&self) -> Latest {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Latest> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_secs()).unwrap_or(i64::MAX)
}
