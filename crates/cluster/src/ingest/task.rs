//! One file being read: its articles compared with those in the cluster.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use timbao_articles::changes::Counts;
use timbao_articles::{Problem, ProblemKind, Repeats};

use super::files::Job;
use super::former::{Former, Known};
use crate::arrivals::ArrivalRecord;
use crate::state::FileEntry;

/// Number of problems of a file that are kept.
const MOST_PROBLEMS: usize = 1000;

/// A file that is being read.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) job: Job,
    former: Former,
    /// Number of parts that are read but not acknowledged, plus one for the reader.
    parts: AtomicUsize,
    cut_short: AtomicBool,
    collected: Mutex<Collected>,
}

#[derive(Debug, Default)]
struct Collected {
    counts: Counts,
    problems: Vec<Problem>,
    repeats: Repeats,
    /// Whether an article is at a place inside the file.
    has_members: bool,
}

/// The result of reading a file.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) task: Arc<Task>,
    /// The new entry.
    pub(super) entry: FileEntry,
    /// Ids of articles that are not in the file any more.
    pub(super) lost: Vec<String>,
    pub(super) counts: Counts,
    /// Number of articles that stay because their part of the file was not read.
    pub(super) kept: u64,
    /// Whether the file was read to its end.
    pub(super) is_whole: bool,
}

impl Task {
    /// Begins with the articles of the file that are in the cluster.
    pub(super) fn new(job: Job, former: Former) -> Self {
        Self {
            job,
            former,
            parts: AtomicUsize::new(1),
            cut_short: AtomicBool::new(false),
            collected: Mutex::default(),
        }
    }

    /// Begins another part.
    pub(super) fn begin(&self) {
        self.parts.fetch_add(1, Ordering::AcqRel);
    }

    /// Ends a part; returns `true` if it was the last one.
    pub(super) fn end(&self) -> bool {
        self.parts.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// Marks the file as not read to its end.
    pub(super) fn cut_short(&self) {
        self.cut_short.store(true, Ordering::Relaxed);
    }

    /// Whether articles of the file are in the cluster.
    pub(super) fn was_read(&self) -> bool {
        !self.former.articles.is_empty()
    }

    /// Records an article of the file before it is compared, in the order of the file.
    pub(super) fn pass(&self, id: &str, hash: &str) {
        if let Some(known) = self.former.articles.get(id)
            && known.hash == hash
        {
            known.bind();
        }
    }

    /// The arrival that an article keeps: its own if it is edited, or that of an article that was at
    /// another place of the file.
    pub(super) fn arrival(&self, id: &str, hash: &str, identity: u64) -> Option<&ArrivalRecord> {
        match self.former.articles.get(id) {
            Some(known) if known.identity == identity => {
                known.bind();
                Some(&known.arrival)
            }
            _ => self.former.arrival(hash, identity),
        }
    }

    /// Returns `true` if the article is in the cluster as it is, and counts it.
    pub(super) fn is_unchanged(&self, id: &str, hash: &str) -> bool {
        let known = self.former.articles.get(id);
        let same = known.filter(|known| known.hash == hash && !self.job.rewrite);
        if let Some(known) = same {
            known.is_met.store(true, Ordering::Relaxed);
            self.collected().counts.unchanged += 1;
        }
        same.is_some()
    }

    /// Records the place of an article in the file; `None` if the file is the article.
    pub(super) fn found_at(&self, member: Option<&str>) {
        self.collected().has_members |= member.is_some();
    }

    /// Counts an article that is written.
    pub(super) fn write(&self, id: &str) {
        match self.former.articles.get(id) {
            Some(known) => {
                known.is_met.store(true, Ordering::Relaxed);
                self.collected().counts.updated += 1;
            }
            None => self.collected().counts.added += 1,
        }
    }

    /// Counts an article that the cluster did not accept, and reports why.
    pub(super) fn reject(&self, id: &str, member: Option<String>, reason: &str) {
        let counts = &mut self.collected().counts;
        match self.former.articles.get(id) {
            Some(_) => {
                counts.updated -= 1;
                counts.unchanged += 1;
            }
            None => counts.added -= 1,
        }
        self.problem(Problem {
            path: self.job.path.clone(),
            member,
            kind: ProblemKind::Malformed,
            message: format!("the cluster rejects the article: {reason}"),
            unread: false,
        });
    }

    /// Records a problem, unless it repeats one.
    pub(super) fn problem(&self, problem: Problem) {
        let mut collected = self.collected();
        let is_new = !collected.repeats.has(&problem);
        let is_kept = problem.unread || problem.kind.is_passing();
        if is_new && (is_kept || collected.problems.len() < MOST_PROBLEMS) {
            collected.problems.push(problem);
        }
    }

    /// The result, when all parts have ended.
    pub(super) fn finish(self: &Arc<Self>) -> Done {
        let Collected {
            counts,
            problems,
            has_members,
            ..
        } = std::mem::take(&mut *self.collected());
        let is_cut_short = self.cut_short.load(Ordering::Relaxed);
        // A file that changed while it was read may be inconsistent.
        let has_changed = |p: &Problem| p.unread && p.kind == ProblemKind::Changed;
        let unread: Vec<Option<&str>> = match problems.iter().any(has_changed) {
            true => vec![None],
            false => {
                let unread = problems.iter().filter(|problem| problem.unread);
                unread.map(|problem| problem.member.as_deref()).collect()
            }
        };
        let is_kept = |known: &Known| {
            is_cut_short
                || unread
                    .iter()
                    .any(|part| is_in(known.member.as_deref(), *part))
        };
        let missed = self
            .former
            .articles
            .iter()
            .filter(|(_, known)| !known.is_met.load(Ordering::Relaxed));
        let (kept, lost): (Vec<_>, Vec<_>) = missed.partition(|(_, known)| is_kept(known));
        let is_whole = !is_cut_short && !problems.iter().any(|p| p.kind.is_passing());
        let container = has_members || kept.iter().any(|(_, known)| known.member.is_some());
        let kept = kept.len() as u64;
        let entry = FileEntry {
            settled: self.job.entry.settled && is_whole,
            articles: counts.added + counts.updated + counts.unchanged + kept,
            kept: kept > 0,
            container,
            ..self.job.entry.clone()
        };
        Done {
            lost: lost.into_iter().map(|(id, _)| id.clone()).collect(),
            entry: FileEntry { problems, ..entry },
            counts,
            kept,
            is_whole,
            task: Arc::clone(self),
        }
    }

    fn collected(&self) -> std::sync::MutexGuard<'_, Collected> {
        self.collected
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns `true` if a place in a file is a part or inside it. `None` is all of the file.
fn is_in(place: Option<&str>, part: Option<&str>) -> bool {
    let Some(part) = part else {
        return true;
    };
    match place.and_then(|place| place.strip_prefix(part)) {
        Some(rest) => rest.is_empty() || rest.starts_with('#'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_in;

    #[test]
    fn a_part_contains_its_articles_and_not_those_of_its_namesakes() {
        for (part, place, expected) in [
            (None, None, true),
            (None, Some("3"), true),
            (Some("a"), Some("a"), true),
            (Some("a"), Some("a#3"), true),
            (Some("a"), Some("ab"), false),
            (Some("3"), Some("31"), false),
            (Some("a"), None, false),
        ] {
            assert_eq!(is_in(place, part), expected, "{place:?} in {part:?}");
        }
    }
}
