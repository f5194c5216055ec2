//! When the next update begins.

use std::time::{Duration, Instant};

/// Maximum interval between two updates even of followed sources, as the system
/// may miss changes.
const SURE: Duration = Duration::from_secs(300);

/// Decides when to update.
#[derive(Debug)]
pub(super) struct Schedule {
    settle: Duration,
    within: Duration,
    /// Whether the system does not report the changes of some source.
    pub(super) polls: bool,
    /// The first and the last change that no update has seen yet.
    changes: Option<(Instant, Instant)>,
    /// When the last update began.
    updated: Instant,
    /// After a failure, when to try again.
    not_before: Option<Instant>,
}

impl Schedule {
    pub(super) fn new(settle: Duration, within: Duration) -> Self {
        Self {
            settle: settle.min(within),
            within,
            polls: false,
            changes: None,
            updated: Instant::now(),
            not_before: None,
        }
    }

    /// There were changes, between two moments.
    pub(super) fn heard(&mut self, first: Instant, last: Instant) {
        let (begin, _) = *self.changes.get_or_insert((first, last));
        self.changes = Some((begin.min(first), last));
    }

    /// An update has seen all changes up to its beginning.
    pub(super) fn updated(&mut self, begin: Instant) {
        self.updated = begin;
        self.changes = None;
        self.not_before = None;
    }

    /// An update failed, and the changes are still there.
    pub(super) fn failed(&mut self, now: Instant) {
        self.heard(now, now);
        self.not_before = Some(now + self.within);
    }

    /// When to update.
    pub(super) fn due(&self) -> Instant {
        let look = self.updated + if self.polls { self.within } else { SURE };
        let due = match self.changes {
            Some((first, last)) => look.min(last + self.settle).min(first + self.within),
            None => look,
        };
        self.not_before
            .map_or(due, |not_before| due.max(not_before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn schedule() -> (Schedule, Instant) {
        let schedule = Schedule::new(SECOND, 10 * SECOND);
        let start = schedule.updated;
        (schedule, start)
    }

    #[test]
    fn a_change_is_taken_when_it_has_settled() {
        let (mut schedule, start) = schedule();
        assert_eq!(schedule.due(), start + SURE);
        schedule.heard(start + 20 * SECOND, start + 20 * SECOND);
        assert_eq!(schedule.due(), start + 21 * SECOND);
        schedule.updated(start + 21 * SECOND);
        assert_eq!(schedule.due(), start + 21 * SECOND + SURE);
    }

    #[test]
    fn changes_without_end_are_taken_in_time() {
        let (mut schedule, start) = schedule();
        for second in 5..30 {
            schedule.heard(start + second * SECOND, start + second * SECOND);
        }
        assert_eq!(schedule.due(), start + 15 * SECOND);
    }

    #[test]
    fn what_is_not_told_is_looked_at_in_time() {
        let (mut schedule, start) = schedule();
        schedule.polls = true;
        assert_eq!(schedule.due(), start + 10 * SECOND);
    }

    #[test]
    fn a_failure_is_tried_again_later_and_its_changes_are_not_forgotten() {
        let (mut schedule, start) = schedule();
        schedule.heard(start, start);
        schedule.failed(start + SECOND);
        assert_eq!(schedule.due(), start + 11 * SECOND);
    }
}
