//! What is known of plans in one state of a cluster.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use crate::query::without;

/// Maximum number of plans whose checks are kept.
const MOST_PLANS: usize = 64;
/// Maximum number of plans whose counts are kept.
const MOST_COUNTS: usize = 10_000;

/// What is known of the plans of one state, by their JSON.
#[derive(Debug, Default)]
pub(super) struct KnownPlans {
    checked: Mutex<VecDeque<(String, Arc<Checked>)>>,
    counts: Mutex<FxHashMap<String, u64>>,
}

/// The ids of the documents that were checked.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// Those that match.
    pub(super) accepted: Vec<String>,
    /// Those that do not.
    pub(super) rejected: Vec<String>,
}

impl KnownPlans {
    /// The check of a plan.
    pub(super) fn checked(&self, plan: &str) -> Option<Arc<Checked>> {
        let checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, known) = checked.iter().find(|(known, _)| known == plan)?;
        Some(Arc::clone(known))
    }

    /// Keeps the check of a plan.
    pub(super) fn keep_checked(&self, plan: String, checked: Checked) -> Arc<Checked> {
        let kept = Arc::new(checked);
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if checked.len() >= MOST_PLANS {
            checked.pop_front();
        }
        checked.push_back((plan, Arc::clone(&kept)));
        kept
    }

    /// The number of articles that match a plan.
    pub(super) fn count(&self, plan: &str) -> Option<u64> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(plan).copied()
    }

    /// Keeps the number of articles that match a plan.
    pub(super) fn keep_count(&self, plan: String, count: u64) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST_COUNTS {
            counts.clear();
        }
        counts.insert(plan, count);
    }
}

impl Checked {
    /// The clause of the accepted articles, in the shorter way.
    pub(super) fn accepted(&self, unsure: Value) -> Option<Value> {
        let ids = |ids: &Vec<String>| json!({ "ids": { "values": ids } });
        match (self.accepted.len(), self.rejected.len()) {
            (0, _) => None,
            (_, 0) => Some(unsure),
            (accepted, rejected) if accepted <= rejected => Some(ids(&self.accepted)),
            _ => Some(without(unsure, ids(&self.rejected))),
        }
    }
}
