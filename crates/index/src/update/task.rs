//! One file while it is read: its articles against those of the record.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use timbao_articles::{Format, FoundFile, Problem, Record, Repeats};

use super::diff::{Job, inode, is_passing};
use super::record::{Hash, Member, Place, SeenFile, hash_of};
use super::report::Counts;
use super::sync::lock;

/// A file that is being read.
pub(crate) struct Task {
    job: Job,
    /// The members of the record, in order of place and hash.
    order: Vec<u32>,
    /// Which members of the record were met again.
    met: Vec<AtomicBool>,
    /// Batches under way, and the reading itself.
    parts: AtomicUsize,
    /// Bytes told to the progress.
    told: AtomicU64,
    cut_short: AtomicBool,
    portable: AtomicBool,
    collected: Mutex<Collected>,
}

#[derive(Default)]
struct Collected {
    members: Vec<Member>,
    problems: Vec<Problem>,
    repeats: Repeats,
    /// Numbers of articles that were written anew.
    replaced: Vec<u64>,
}

/// A file that was read.
pub(crate) struct Done {
    pub(crate) path: String,
    /// Where it was before, if it moved.
    pub(crate) from: Option<String>,
    pub(crate) seen: SeenFile,
    /// Numbers of articles that go.
    pub(crate) deleted: Vec<u64>,
    pub(crate) articles: Counts,
}

impl Task {
    pub(crate) fn new(job: Job) -> Self {
        let members = &job.old.members;
        let mut order: Vec<u32> = (0..members.len() as u32).collect();
        let by = |at: &u32| members.get(*at as usize).map(|m| (&m.place, &m.hash));
        order.sort_by(|a, b| by(a).cmp(&by(b)));
        Self {
            met: members.iter().map(|_| AtomicBool::new(false)).collect(),
            order,
            parts: AtomicUsize::new(1),
            told: AtomicU64::new(0),
            cut_short: AtomicBool::new(false),
            portable: AtomicBool::new(true),
            collected: Mutex::default(),
            job,
        }
    }

    pub(crate) fn found(&self) -> &FoundFile {
        &self.job.found
    }

    /// Another part begins.
    pub(crate) fn begin(&self) {
        self.parts.fetch_add(1, Ordering::AcqRel);
    }

    /// A part ended; tells whether it was the last one.
    pub(crate) fn end(&self) -> bool {
        self.parts.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// The rest of the file will not be read.
    pub(crate) fn cut_short(&self) {
        self.cut_short.store(true, Ordering::Relaxed);
    }

    /// Returns `true` if the file has reported the same problem before.
    pub(crate) fn repeats(&self, problem: &Problem) -> bool {
        lock(&self.collected).repeats.has(problem)
    }

    pub(crate) fn problem(&self, problem: Problem) {
        lock(&self.collected).problems.push(problem);
    }

    /// Counts bytes of records, no more than the file has; gives those that
    /// were not counted before.
    pub(crate) fn count_bytes(&self, bytes: u64) -> u64 {
        let len = self.job.found.len;
        let add = |told: u64| Some(told.saturating_add(bytes).min(len));
        let told = self
            .told
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add)
            .unwrap_or(len);
        told.saturating_add(bytes).min(len) - told
    }

    /// Looks whether the record has the article already; if not, or if it is
    /// to be written anew, gives what will be known of it once it is parsed.
    pub(crate) fn look_at(&self, record: &Record<'_>) -> Option<Member> {
        if !is_portable(record.format()) {
            self.portable.store(false, Ordering::Relaxed);
        }
        let hash = hash_of(record);
        let place = Place::new(record.member().as_deref());
        match self.meet(&place, &hash) {
            // What could not be parsed is tried again, for its problem.
            Some(old) if old.number != 0 && !self.job.rewrite => {
                lock(&self.collected).members.push(old.clone());
                None
            }
            Some(old) => {
                if old.number != 0 {
                    lock(&self.collected).replaced.push(old.number);
                }
                Some(Member {
                    place,
                    hash,
                    number: 0,
                })
            }
            None => Some(Member {
                place,
                hash,
                number: 0,
            }),
        }
    }

    /// Takes a member of the record that was not taken yet. Of archives with
    /// the same entry twice, each takes its own.
    fn meet(&self, place: &Place, hash: &Hash) -> Option<&Member> {
        let members = &self.job.old.members;
        let member = |at: u32| members.get(at as usize);
        let start = self
            .order
            .partition_point(|at| member(*at).is_some_and(|m| (&m.place, &m.hash) < (place, hash)));
        self.order
            .get(start..)?
            .iter()
            .map_while(|at| {
                let member = member(*at).filter(|m| m.place == *place && m.hash == *hash)?;
                Some((member, self.met.get(*at as usize)?))
            })
            .find(|(_, met)| !met.swap(true, Ordering::Relaxed))
            .map(|(member, _)| member)
    }

    pub(crate) fn add(&self, member: Member) {
        lock(&self.collected).members.push(member);
    }

    /// What came of the file, after its last part.
    pub(crate) fn finish(&self) -> Done {
        let Collected {
            mut members,
            problems,
            replaced,
            ..
        } = std::mem::take(&mut *lock(&self.collected));
        let failed = problems.iter().any(|problem| is_passing(problem.kind));
        let is_whole = !failed && !self.cut_short.load(Ordering::Relaxed);

        let known: std::collections::HashSet<u64> = self.job.old.numbers().collect();
        let (kept, fresh): (Vec<&Member>, Vec<&Member>) = members
            .iter()
            .filter(|m| m.number != 0)
            .partition(|m| known.contains(&m.number));
        let mut articles = Counts {
            unchanged: kept.len() as u64,
            ..Counts::default()
        };
        let rewritten = replaced.len() as u64;
        match self.job.from {
            Some(_) => articles.moved = rewritten,
            None => articles.updated = rewritten,
        }
        articles.added = (fresh.len() as u64).saturating_sub(rewritten);
        let mut places: HashMap<Place, u64> = HashMap::new();
        for member in fresh {
            *places.entry(member.place.clone()).or_default() += 1;
        }

        let mut deleted = replaced;
        let missed = self.job.old.members.iter().zip(&self.met);
        for (old, _) in missed.filter(|(_, met)| !met.load(Ordering::Relaxed)) {
            let new = places.get_mut(&old.place).filter(|count| **count > 0);
            let is_replaced = new.is_some();
            if let Some(count) = new {
                *count -= 1;
            }
            match (old.number, is_replaced, is_whole) {
                (0, _, _) => {}
                (number, true, _) => {
                    deleted.push(number);
                    articles.updated += 1;
                    articles.added = articles.added.saturating_sub(1);
                }
                (number, false, true) => {
                    deleted.push(number);
                    articles.removed += 1;
                }
                // It may still be there; the next time will tell.
                (_, false, false) => {
                    members.push(old.clone());
                    articles.unchanged += 1;
                }
            }
        }
        members.sort_by(|a, b| a.place.cmp(&b.place).then(a.number.cmp(&b.number)));
        let mut seen = SeenFile {
            inode: inode(&self.job.found.path),
            portable: self.portable.load(Ordering::Relaxed),
            members,
            problems,
            ..self.job.seen.clone()
        };
        seen.settled &= is_whole;
        if !is_whole && self.job.rewrite {
            // No file has it, so all is written anew the next time.
            seen.relative = u32::MAX;
        }
        Done {
            path: self.job.path.clone(),
            from: self.job.from.clone(),
            seen,
            deleted,
            articles,
        }
    }
}

/// Whether a file's path plays no part in how it is read, as long as it keeps
/// its extension. The path of a text may hold its date.
fn is_portable(format: Format) -> bool {
    matches!(
        format,
        Format::JsonLines | Format::Json | Format::Html | Format::Markdown
    )
}
