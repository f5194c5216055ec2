//! Puts articles that publish the same text together.

use rustc_hash::FxHashMap;

use crate::error::Result;
use crate::search::{Searcher, SegmentView};

use super::sketch::{key_hash, shingles};
use super::{LEAST_SHARED, LEAST_SHINGLES, MOST_LONGER};
use crate::research::articles::time_order;

/// A hash that so many first publications have in their samples is of a set phrase.
const MOST_FIRSTS: usize = 64;
/// Candidates share so many sampled hashes.
const LEAST_SAMPLED: u32 = 2;
/// The share of the sampled hashes that candidates have in common. A sample of a dozen shows
/// 0.7 as less than this once in hundreds.
const LEAST_ESTIMATE: f64 = 0.35;

/// An article: its segment and its number there.
pub(crate) type Place = (u32, u32);

/// The groups of an index, those of one article left out.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    /// The members of each group in order of time.
    groups: Vec<Vec<Place>>,
    by_place: FxHashMap<Place, u32>,
}

impl Groups {
    /// Finds the groups of all articles that are not deleted.
    ///
    /// # Errors
    ///
    /// When a file is damaged, or there is no time left.
    pub(crate) fn find(searcher: &Searcher) -> Result<Self> {
        let finder = Finder::new(searcher)?;
        let firsts = finder.run()?;
        let mut members: FxHashMap<u32, Vec<Place>> = FxHashMap::default();
        for (number, &first) in (0..).zip(&firsts) {
            if first != number {
                members
                    .entry(first)
                    .or_insert_with(|| vec![finder.articles[first as usize].place])
                    .push(finder.articles[number as usize].place);
            }
        }
        let mut order: Vec<u32> = members.keys().copied().collect();
        order.sort_unstable();
        let groups: Vec<Vec<Place>> = order
            .iter()
            .filter_map(|first| members.remove(first))
            .collect();
        let by_place = (0..)
            .zip(&groups)
            .flat_map(|(number, group)| group.iter().map(move |&place| (place, number)))
            .collect();
        Ok(Self { groups, by_place })
    }

    /// The members of all groups, each group in order of time.
    pub(crate) fn all(&self) -> &[Vec<Place>] {
        &self.groups
    }

    /// The number of an article's group.
    pub(crate) fn number_of(&self, place: Place) -> Option<u32> {
        self.by_place.get(&place).copied()
    }

    /// The members of an article's group, in order of time; none if it has no reprint.
    pub(crate) fn of(&self, place: Place) -> &[Place] {
        self.number_of(place)
            .and_then(|number| self.groups.get(number as usize))
            .map_or(&[], Vec::as_slice)
    }
}

impl Searcher {
    /// The groups of reprints; they are found when they are asked for first.
    ///
    /// # Errors
    ///
    /// When there is no time left.
    pub(crate) fn groups(&self) -> Result<&Groups> {
        if let Some(groups) = self.groups.get() {
            return Ok(groups);
        }
        let found = Groups::find(self)?;
        Ok(self.groups.get_or_init(|| found))
    }
}

struct Entry {
    place: Place,
    shingles: usize,
}

/// Goes through the articles in order of time.
struct Finder<'s> {
    searcher: &'s Searcher,
    /// Articles long enough to be told apart, in order of time.
    articles: Vec<Entry>,
    /// By segment: the hashes of its keys.
    keys: Vec<Vec<u64>>,
}

impl<'s> Finder<'s> {
    fn new(searcher: &'s Searcher) -> Result<Self> {
        let mut articles = Vec::new();
        for (segment, view) in (0..).zip(searcher.segments.iter()) {
            let minutes = view.reader.fast_fields().u64("minute")?;
            for article in view.reader.doc_ids_alive() {
                let shingles = view.sketches.shingles(article);
                if shingles >= LEAST_SHINGLES {
                    let (day, hash) = time_order(view, article);
                    // Who does not tell the time comes first on its day.
                    let minute = minutes.first(article).unwrap_or(0);
                    articles.push(((day, minute, hash), (segment, article), shingles));
                }
            }
        }
        articles.sort_unstable();
        Ok(Self {
            searcher,
            articles: articles
                .into_iter()
                .map(|(_, place, shingles)| Entry { place, shingles })
                .collect(),
            keys: searcher.segments.iter().map(key_hashes).collect(),
        })
    }

    /// For each article, the first publication of its text.
    fn run(&self) -> Result<Vec<u32>> {
        let shared = self.shared_hashes();
        let mut firsts: Vec<u32> = (0..self.articles.len() as u32).collect();
        let mut holding: Vec<Vec<u32>> = vec![Vec::new(); shared.hashes];
        let mut counts: FxHashMap<u32, u32> = FxHashMap::default();
        let (mut own, mut other) = (Vec::new(), Vec::new());
        for number in 0..self.articles.len() as u32 {
            let hashes = shared.of(number);
            counts.clear();
            for &hash in hashes {
                let holding = &holding[hash as usize];
                if holding.len() <= MOST_FIRSTS {
                    for &first in holding {
                        *counts.entry(first).or_default() += 1;
                    }
                }
            }
            let mut candidates: Vec<u32> = counts
                .iter()
                .filter(|&(&first, &count)| self.is_likely(number, first, count))
                .map(|(&first, _)| first)
                .collect();
            candidates.sort_unstable();
            if !candidates.is_empty() {
                self.searcher.deadline.check()?;
                self.shingles(number, &mut own);
            }
            let same = candidates.into_iter().find(|&first| {
                self.shingles(first, &mut other);
                is_same(&own, &other)
            });
            match same {
                Some(first) => firsts[number as usize] = first,
                None => {
                    for &hash in hashes {
                        holding[hash as usize].push(number);
                    }
                }
            }
        }
        Ok(firsts)
    }

    /// The sampled hashes that more than one article has, by numbers of their own.
    fn shared_hashes(&self) -> SharedHashes {
        let mut entries: Vec<(u32, u32)> = Vec::new();
        for (number, article) in (0..).zip(&self.articles) {
            let view = &self.searcher.segments[article.place.0 as usize];
            entries.extend(view.sketches.sample(article.place.1).map(|h| (h, number)));
        }
        entries.sort_unstable();
        let mut hashes = 0;
        let mut by_article: Vec<(u32, u32)> = Vec::new();
        for same in entries.chunk_by(|a, b| a.0 == b.0) {
            if same.len() > 1 {
                by_article.extend(same.iter().map(|&(_, number)| (number, hashes)));
                hashes += 1;
            }
        }
        by_article.sort_unstable();
        let mut ends = Vec::with_capacity(self.articles.len());
        let mut at = 0;
        for number in 0..self.articles.len() as u32 {
            while by_article.get(at).is_some_and(|e| e.0 == number) {
                at += 1;
            }
            ends.push(at);
        }
        SharedHashes {
            hashes: hashes as usize,
            ends,
            list: by_article.into_iter().map(|(_, hash)| hash).collect(),
        }
    }

    /// Whether so many sampled hashes in common are enough to compare two articles.
    fn is_likely(&self, a: u32, b: u32, count: u32) -> bool {
        let (a, b) = (&self.articles[a as usize], &self.articles[b as usize]);
        let (short, long) = (a.shingles.min(b.shingles), a.shingles.max(b.shingles));
        if count < LEAST_SAMPLED || long > short * MOST_LONGER {
            return false;
        }
        let sample = |entry: &Entry| {
            let view = &self.searcher.segments[entry.place.0 as usize];
            view.sketches.sample(entry.place.1).collect::<Vec<u32>>()
        };
        let (a, b) = (sample(a), sample(b));
        // Both samples have all hashes up to the smaller of their largest.
        let (Some(last_a), Some(last_b)) = (a.last(), b.last()) else {
            return false;
        };
        let last = last_a.min(last_b);
        let comparable = |sample: &[u32]| sample.partition_point(|hash| hash <= last);
        let of = comparable(&a).min(comparable(&b)).max(1);
        f64::from(count) >= LEAST_ESTIMATE * of as f64
    }

    fn shingles(&self, number: u32, out: &mut Vec<u64>) {
        let (segment, article) = self.articles[number as usize].place;
        article_shingles(
            &self.searcher.segments[segment as usize],
            article,
            &self.keys[segment as usize],
            out,
        );
    }
}

/// The hashes of a segment's exact keys, by id.
pub(super) fn key_hashes(view: &SegmentView) -> Vec<u64> {
    (0..view.text.exact_keys())
        .map(|id| key_hash(view.text.exact_key(id)))
        .collect()
}

/// The hashes of all shingles of an article, in ascending order.
pub(super) fn article_shingles(view: &SegmentView, article: u32, keys: &[u64], out: &mut Vec<u64>) {
    let hash_of = |key: u32| keys.get(key as usize).copied().unwrap_or(0);
    shingles(view.text.tokens_of(article), hash_of, out);
}

/// How many hashes two ascending lists have in common.
pub(super) fn common(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                i += 1;
                j += 1;
            }
        }
    }
    common
}

/// Whether two texts are the same, by all their shingles.
fn is_same(a: &[u64], b: &[u64]) -> bool {
    let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
    short >= LEAST_SHINGLES
        && long <= short * MOST_LONGER
        && common(a, b) as f64 >= LEAST_SHARED * short as f64
}

/// Which of the hashes that several articles have in their samples each article has.
struct SharedHashes {
    hashes: usize,
    ends: Vec<usize>,
    list: Vec<u32>,
}

impl SharedHashes {
    fn of(&self, number: u32) -> &[u32] {
        let start = match number.checked_sub(1) {
            Some(before) => self.ends[before as usize],
            None => 0,
        };
        &self.list[start..self.ends[number as usize]]
    }
}
