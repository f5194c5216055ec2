//! One file being read: its articles compared with those of the manifest.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use timbao_articles::changes::{Counts, Vanished, is_within};
use timbao_articles::{Format, FoundFile, Problem, ProblemKind, Record, Repeats};

use super::diff::Job;
use super::manifest::{FileEntry, Hash, Member, Place, hash_of};
use super::sync::lock;

/// Number of problems of a file that are kept, those aside that keep articles in the index. A file
/// of a megabyte can have half a million.
const MOST_PROBLEMS: usize = 1000;

/// A file that is being read.
pub(crate) struct Task {
    job: Job,
    /// The members of the manifest entry, by location and hash.
    order: Vec<u32>,
    /// Whether each member of the manifest entry was found again.
    met: Vec<AtomicBool>,
    /// Number of batches in flight, plus one for the reader.
    parts: AtomicUsize,
    /// Number of bytes reported as progress.
    told: AtomicU64,
    cut_short: AtomicBool,
    portable: AtomicBool,
    collected: Mutex<Collected>,
}

#[derive(Default)]
struct Collected {
    members: Vec<Member>,
    problems: Vec<Problem>,
    /// The first of those beyond [`MOST_PROBLEMS`], and their number.
    more: Option<(Problem, u64)>,
    repeats: Repeats,
    /// Numbers of articles indexed again.
    replaced: Vec<u64>,
}

/// The result of reading a file, to be applied if it counts.
pub(crate) struct Done {
    pub(crate) path: String,
    /// The former path of a moved file.
    pub(crate) from: Option<String>,
    /// The new manifest entry.
    pub(crate) seen: FileEntry,
    /// Numbers of articles to remove from the index.
    pub(crate) deleted: Vec<u64>,
    /// Numbers of articles that are written but discarded, because their part
    /// of the file was not read completely.
    pub(crate) dropped: Vec<u64>,
    /// Hashes of articles that are removed without replacement.
    pub(crate) lost: Vec<Hash>,
    pub(crate) articles: Counts,
}

impl Done {
    /// Returns `true` if the articles that this file lost belong to what has vanished.
    pub(super) fn is_part_of(&self, away: &Vanished) -> bool {
        let is_all = self.seen.articles() == 0 || away.path == self.path;
        is_all && is_within(&self.path, &away.path)
    }

    /// The count of files that this one belongs to.
    pub(super) fn count_in<'c>(&self, files: &'c mut Counts, was_known: bool) -> &'c mut u64 {
        let Counts {
            added,
            updated,
            removed,
            ..
        } = self.articles;
        match () {
            () if self.from.is_some() => &mut files.moved,
            () if !was_known => &mut files.added,
            () if added + updated + removed == 0 => &mut files.unchanged,
            () => &mut files.updated,
        }
    }
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

    /// Starts another part.
    pub(crate) fn begin(&self) {
        self.parts.fetch_add(1, Ordering::AcqRel);
    }

    /// Ends a part; returns `true` if it was the last one.
    pub(crate) fn end(&self) -> bool {
        self.parts.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// Marks the file as not read completely.
    pub(crate) fn cut_short(&self) {
        self.cut_short.store(true, Ordering::Relaxed);
    }

    /// Returns `true` if the file has reported the same problem before.
    pub(crate) fn repeats(&self, problem: &Problem) -> bool {
        lock(&self.collected).repeats.has(problem)
    }

    pub(crate) fn problem(&self, problem: Problem) {
        let mut collected = lock(&self.collected);
        let is_kept = problem.unread || problem.kind.is_passing();
        if is_kept || collected.problems.len() < MOST_PROBLEMS {
            return collected.problems.push(problem);
        }
        collected.more.get_or_insert((problem, 0)).1 += 1;
    }

    /// Counts bytes of raw records, at most the length of the file, and returns
    /// the number of new ones.
    pub(crate) fn count_bytes(&self, bytes: u64) -> u64 {
        let len = self.job.found.len;
        let add = |told: u64| Some(told.saturating_add(bytes).min(len));
        let told = self
            .told
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add)
            .unwrap_or(len);
        told.saturating_add(bytes).min(len) - told
    }

    /// Returns a new member if the article is not in the manifest or must be
    /// indexed again.
    pub(crate) fn look_at(&self, record: &Record<'_>) -> Option<Member> {
        if !is_portable(record.format()) {
            self.portable.store(false, Ordering::Relaxed);
        }
        let hash = hash_of(record);
        let place = Place::new(record.member().as_deref());
        match self.meet(&place, &hash) {
            // Articles that failed to parse are tried again, for their problem.
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

    /// Takes a member of the manifest entry that was not taken yet. In an
    /// archive with two entries of the same name, each takes its own.
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

    /// The result of the file, after its last part.
    pub(crate) fn finish(&self) -> Done {
        let Collected {
            members,
            mut problems,
            more,
            replaced,
            ..
        } = std::mem::take(&mut *lock(&self.collected));
        problems.extend(more.map(|(first, count)| Problem {
            member: None,
            message: format!("{count} more problems, from here on: {}", first.place()),
            ..first
        }));
        let unread = self.unread(&problems);
        let is_kept = |place: &Place| unread.iter().any(|member| place.is_in(member.as_deref()));
        let old = &self.job.old.members;
        let kept: Vec<&Member> = old.iter().filter(|m| is_kept(&m.place)).collect();
        let kept_numbers: HashSet<u64> = kept.iter().map(|m| m.number).collect();
        let known: HashSet<u64> = self.job.old.numbers().collect();
        let is_fresh = |m: &Member| m.number != 0 && !known.contains(&m.number);

        let (not_read, mut members): (Vec<Member>, Vec<Member>) =
            members.into_iter().partition(|m| is_kept(&m.place));
        let dropped = not_read.into_iter().filter(is_fresh).map(|m| m.number);
        let mut done = Done {
            path: self.job.path.clone(),
            from: self.job.from.clone(),
            seen: FileEntry::default(),
            deleted: replaced,
            dropped: dropped.collect(),
            lost: Vec::new(),
            articles: Counts::default(),
        };
        done.deleted.retain(|number| !kept_numbers.contains(number));
        self.count(&members, is_fresh, &mut done);
        self.compare(&mut members, is_kept, is_fresh, &mut done);
        let has_kept = kept.iter().any(|m| m.number != 0);
        done.articles.unchanged += kept.iter().filter(|m| m.number != 0).count() as u64;
        members.extend(kept.into_iter().cloned());
        members.sort_by(|a, b| a.place.cmp(&b.place).then(a.number.cmp(&b.number)));

        let is_whole = !problems.iter().any(|problem| problem.kind.is_passing())
            && !self.cut_short.load(Ordering::Relaxed);
        done.seen = FileEntry {
            portable: self.portable.load(Ordering::Relaxed),
            kept: has_kept,
            members,
            problems,
            ..self.job.seen.clone()
        };
        done.seen.settled &= is_whole;
        if (!is_whole || has_kept) && self.job.rewrite {
            // No path has this relative length: the next update writes all again.
            done.seen.relative = u32::MAX;
        }
        done
    }

    /// The entries of the file (`None` is all of it) that were not read
    /// completely and have articles in the index. Those stay as they are.
    fn unread(&self, problems: &[Problem]) -> Vec<Option<String>> {
        // A file that changed while being read may be inconsistent.
        if problems
            .iter()
            .any(|p| p.unread && p.kind == ProblemKind::Changed)
        {
            return vec![None];
        }
        let has_articles = |member: Option<&str>| {
            let mut old = self.job.old.members.iter();
            old.any(|m| m.number != 0 && m.place.is_in(member))
        };
        let unread = problems.iter().filter(|problem| problem.unread);
        let mut unread: Vec<_> = unread.map(|problem| problem.member.clone()).collect();
        unread.sort();
        unread.dedup();
        unread.retain(|member| has_articles(member.as_deref()));
        unread
    }

    /// Counts the new articles and those found again.
    fn count(&self, members: &[Member], is_fresh: impl Fn(&Member) -> bool, done: &mut Done) {
        let fresh = members.iter().filter(|m| is_fresh(m)).count() as u64;
        let parsed = members.iter().filter(|m| m.number != 0).count() as u64;
        let rewritten = done.deleted.len() as u64;
        done.articles.unchanged = parsed - fresh;
        match self.job.from {
            Some(_) => done.articles.moved = rewritten,
            None => done.articles.updated = rewritten,
        }
        done.articles.added = fresh.saturating_sub(rewritten);
    }

    /// Decides on the articles of the manifest that were not found again: a new
    /// article at the same location replaces one, and the others are deleted.
    fn compare(
        &self,
        members: &mut Vec<Member>,
        is_kept: impl Fn(&Place) -> bool,
        is_fresh: impl Fn(&Member) -> bool,
        done: &mut Done,
    ) {
        let is_cut_short = self.cut_short.load(Ordering::Relaxed);
        let mut places: HashMap<Place, u64> = HashMap::new();
        for member in members.iter().filter(|m| is_fresh(m)) {
            *places.entry(member.place.clone()).or_default() += 1;
        }
        let missed = self.job.old.members.iter().zip(&self.met);
        let missed = missed.filter(|(old, met)| {
            old.number != 0 && !met.load(Ordering::Relaxed) && !is_kept(&old.place)
        });
        for (old, _) in missed {
            match places.get_mut(&old.place).filter(|count| **count > 0) {
                Some(count) => {
                    *count -= 1;
                    done.deleted.push(old.number);
                    done.articles.updated += 1;
                    done.articles.added = done.articles.added.saturating_sub(1);
                }
                // The article may still exist; the next update decides.
                None if is_cut_short => {
                    members.push(old.clone());
                    done.articles.unchanged += 1;
                }
                None => {
                    done.deleted.push(old.number);
                    done.lost.push(old.hash);
                    done.articles.removed += 1;
                }
            }
        }
    }
}

/// Returns `true` if nothing of a file's path but its extension affects how it
/// is read. The path of a text may contain its date.
fn is_portable(format: Format) -> bool {
    matches!(
        format,
        Format::JsonLines | Format::Json | Format::Html | Format::Markdown
    )
}
