//! Syllables, and the words of several syllables that a text is made of.
//!
//! Vietnamese has a space after every syllable, so words are not marked. An
//! n-gram of two to six syllables coheres if its parts are associated at every
//! split: the weakest split (after Silva & Lopes 1999) has a normalised mutual
//! information of at least [`COHESION`]. Each passage is segmented into the
//! n-grams with the largest total cohesion. An n-gram is a unit if segmentation
//! yields it in at least [`CHOSEN`] of its occurrences: so "diễn biến" is not a
//! unit in a text that only has "tự diễn biến".
//!
//! Two kinds of n-grams never cohere. The first kind crosses commas and rarely
//! occurs without: "phòng, chống" is "phòng chống" with a comma, and "Hà Nội,
//! Huế" is a list. The second kind has the maximum length and is nearly always
//! part of the same longer one, as it is a fragment of a formula.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::measures::normalised_information;
use crate::workers::{Workers, by_ranges, run_all};

/// Syllables of the longest words.
pub(crate) const LONGEST: usize = 6;
/// The least attraction between the two parts of a word.
pub(crate) const COHESION: f64 = 0.42;
/// The least share of its places in which a unit is one.
const CHOSEN: f64 = 0.3;
/// Minimum share of the occurrences of an n-gram without commas in it.
const WITHOUT_COMMAS: f64 = 0.1;
/// The least share of its places in which a row is a piece of one longer row.
const PIECE: f64 = 0.8;
/// Minimum number of places of n-grams that are worth a thread.
const LEAST_SHARE: usize = if cfg!(test) { 1 } else { 10_000 };
/// Minimum number of passages that are worth a thread.
const LEAST_PASSAGES: usize = if cfg!(test) { 1 } else { 1_000 };
/// Stands for a row that is not frequent enough, and among words for the end of a passage.
const NONE: u32 = u32::MAX;

/// A syllable or word, as numbers of its syllables.
pub(crate) type Unit = Box<[u32]>;

/// Passages of running text, as numbers of words.
#[derive(Default)]
pub(crate) struct Passages {
    /// The words, with [`NONE`] after each passage.
    words: Vec<u32>,
    /// By word: the number of words from there on before a comma or the end, at most one more than
    /// [`LONGEST`].
    plain_runs: Vec<u8>,
    /// The positions of words after a comma in the passage that is not ended yet.
    commas: Vec<usize>,
    passages: usize,
}

impl Passages {
    /// Adds a word to the passage that is not ended yet.
    #[inline]
    pub(crate) fn push(&mut self, word: u32) {
        self.words.push(word);
    }

    /// Marks a comma before the next word, if the passage continues.
    #[inline]
    pub(crate) fn comma(&mut self) {
        self.commas.push(self.words.len());
    }

    /// Ends the passage.
    #[inline]
    pub(crate) fn end(&mut self) {
        if self.words.last().is_some_and(|&last| last != NONE) {
            self.words.push(NONE);
            self.passages += 1;
            self.end_runs();
        }
        self.commas.clear();
    }

    /// Adds the runs of the passage that has ended.
    fn end_runs(&mut self) {
        let start = self.plain_runs.len();
        self.plain_runs.resize(self.words.len(), 0);
        let runs = self.plain_runs.get_mut(start..).unwrap_or_default();
        let mut commas = self.commas.iter().rev().copied().peekable();
        let mut next = 0;
        // The end of the passage is no word.
        for (at, run) in (start..self.words.len()).zip(runs).rev().skip(1) {
            while commas.next_if(|&comma| comma > at + 1).is_some() {}
            if commas.peek() == Some(&(at + 1)) {
                next = 0;
            }
            *run = (next + 1).min(LONGEST as u8 + 1);
            next = *run;
        }
    }

    /// Adds passages of other words, of which `numbers` has the numbers here. All passages are ended.
    pub(crate) fn append(&mut self, other: &Self, numbers: &[u32]) {
        self.plain_runs.extend_from_slice(&other.plain_runs);
        let number = |&word: &u32| numbers.get(word as usize).copied().unwrap_or(NONE);
        self.words.extend(other.words.iter().map(number));
        self.passages += other.passages;
    }

    fn ranges(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut start = 0;
        self.words
            .split(|&word| word == NONE)
            .take(self.passages)
            .map(move |passage| {
                let range = start..start + passage.len();
                start = range.end + 1;
                range
            })
    }

    /// The units with at least `least` occurrences, in the order of their words.
    pub(crate) fn units(&self, workers: &dyn Workers, least: u64) -> Vec<Unit> {
        let least = least.max(1);
        let levels = Levels::count(workers, self, least);
        let words = (self.words.len() - self.passages) as u64;
        let weights = levels.weights(workers, words, least);
        let chosen = levels.chosen(workers, self, &weights);
        let mut units: Vec<Unit> = Vec::new();
        for (size, (grams, chosen)) in levels.grams.iter().zip(&chosen).enumerate() {
            for (gram, &chosen) in grams.iter().zip(chosen) {
                if chosen > 0 && f64::from(chosen) >= CHOSEN * f64::from(gram.count) {
                    let at = gram.at as usize;
                    units.extend(self.words.get(at..at + size).map(Unit::from));
                }
            }
        }
        units.sort_unstable();
        units
    }
}

/// A row that is frequent.
#[derive(Clone, Copy)]
struct Gram {
    count: u32,
    /// Occurrences without a comma.
    plain: u32,
    /// Occurrences of the most frequent n-gram of one more word around it, if it has [`LONGEST`]
    /// words and they are at least [`PIECE`] of its own.
    within: u32,
    /// One of its places.
    at: u32,
}

impl Gram {
    /// A row at a place that is not counted yet.
    fn new(at: u32) -> Self {
        Self {
            count: 0,
            plain: 0,
            within: 0,
            at,
        }
    }
}

/// The rows of words that are frequent, up to one word more than [`LONGEST`].
struct Levels {
    /// By length and id.
    grams: Vec<Vec<Gram>>,
    /// By length and place: the id of the row that starts there.
    ids: Vec<Vec<u32>>,
    /// By length: the places of frequent n-grams, and their ids.
    placed: Vec<Vec<(u32, u32)>>,
}

impl Levels {
    fn count(workers: &dyn Workers, passages: &Passages, least: u64) -> Self {
        let mut levels = Self {
            grams: vec![Vec::new()],
            ids: vec![Vec::new()],
            placed: vec![Vec::new()],
        };
        levels.add_words(workers, &passages.words, least);
        for size in 2..=LONGEST + 1 {
            levels.add(workers, &passages.plain_runs, size, least);
        }
        levels
    }

    /// Adds the level of single words, whose numbers are dense.
    fn add_words(&mut self, workers: &dyn Workers, words: &[u32], least: u64) {
        let mut grams = Vec::new();
        let ids_of_words: Vec<u32> = word_counts(workers, words)
            .into_iter()
            .map(|gram| {
                if u64::from(gram.count) < least {
                    return NONE;
                }
                grams.push(Gram {
                    plain: gram.count,
                    ..gram
                });
                grams.len() as u32 - 1
            })
            .collect();
        let id_of = |&word: &u32| ids_of_words.get(word as usize).copied().unwrap_or(NONE);
        let ids: Vec<u32> = words.iter().map(id_of).collect();
        let mut placed: Vec<(u32, u32)> = (0..).zip(ids.iter().copied()).collect();
        keep(&mut placed, |&(_, id)| id != NONE);
        self.grams.push(grams);
        self.ids.push(ids);
        self.placed.push(placed);
    }

    /// Adds the level of n-grams of a size, after those of all smaller sizes.
    fn add(&mut self, workers: &dyn Workers, plain_runs: &[u8], size: usize, least: u64) {
        let (Some(parts), Some(places)) = (self.ids.last(), self.placed.last()) else {
            return;
        };
        let shares = workers.threads().min(places.len() / LEAST_SHARE).max(1);
        let mut keyed = by_ranges(workers, places, LEAST_SHARE, |places| {
            keyed(parts, places, shares)
        });
        let of_share = |share: usize| -> Vec<Vec<(u32, u64)>> {
            let keyed = keyed.iter_mut();
            keyed
                .filter_map(|keyed| Some(std::mem::take(keyed.get_mut(share)?)))
                .collect()
        };
        let keyed: Vec<_> = (0..shares).map(of_share).collect();
        let levels = keyed.into_iter();
        let levels = run_all(
            workers,
            levels.map(|keyed| move || Level::count(keyed, plain_runs, size, least)),
        );
        let mut ids = vec![NONE; parts.len()];
        let mut grams = Vec::new();
        for level in &levels {
            let first = grams.len() as u32;
            for &(at, id) in &level.placed {
                if let Some(of_place) = ids.get_mut(at as usize) {
                    *of_place = first + id;
                }
            }
            grams.extend_from_slice(&level.grams);
        }
        let mut placed = places.clone();
        for (at, id) in &mut placed {
            *id = ids.get(*at as usize).copied().unwrap_or(NONE);
        }
        keep(&mut placed, |&(_, id)| id != NONE);
        if let Some(parts) = self.grams.get_mut(size - 1).filter(|_| size > LONGEST) {
            for level in &levels {
                level.mark_pieces(parts);
            }
        }
        self.grams.push(grams);
        self.ids.push(ids);
        self.placed.push(placed);
    }

    #[inline]
    fn id(&self, size: usize, at: usize) -> u32 {
        let ids = self.ids.get(size).and_then(|ids| ids.get(at));
        ids.copied().unwrap_or(NONE)
    }

    /// By length and id, the weight of an n-gram in a segmentation; negative if it does not cohere.
    /// Those with fewer occurrences than `least` have no place.
    fn weights(&self, workers: &dyn Workers, all: u64, least: u64) -> Vec<Vec<f64>> {
        let count = |size: usize, at: usize| {
            let grams = self.grams.get(size)?;
            let gram = grams.get(self.id(size, at) as usize)?;
            Some(u64::from(gram.count))
        };
        let weigh = |size: usize, gram: &Gram| {
            let share = |part: u32| f64::from(part) / f64::from(gram.count.max(1));
            if u64::from(gram.count) < least
                || share(gram.plain) < WITHOUT_COMMAS
                || size == LONGEST && share(gram.within) >= PIECE
            {
                return -1.0;
            }
            let at = gram.at as usize;
            let cuts = (1..size).map(|cut| {
                let first = count(cut, at).unwrap_or(0);
                let second = count(size - cut, at + cut).unwrap_or(0);
                (first, second)
            });
            // The weakest cut is the one between the most frequent parts.
            let product =
                |&(first, second): &(u64, u64)| first.max(1) as f64 * second.max(1) as f64;
            let weakest = cuts.max_by(|a, b| product(a).total_cmp(&product(b)));
            let cohesion = weakest.map_or(1.0, |(first, second)| {
                normalised_information(u64::from(gram.count), first, second, all)
            });
            weight(size, cohesion.min(1.0))
        };
        let levels = self.grams.iter().take(LONGEST + 1).enumerate();
        levels
            .map(|(size, grams)| {
                let weights = by_ranges(workers, grams, LEAST_SHARE, |grams| {
                    let weights = grams.iter().map(|gram| weigh(size, gram));
                    weights.collect::<Vec<f64>>()
                });
                weights.concat()
            })
            .collect()
    }

    /// By length and id: in how many places the segmentation with the largest weights yields the
    /// n-gram.
    fn chosen(
        &self,
        workers: &dyn Workers,
        passages: &Passages,
        weights: &[Vec<f64>],
    ) -> Vec<Vec<u32>> {
        // By place: the sizes of n-grams that cohere, as bits. Most places have none.
        let mut cohering = vec![0u8; passages.words.len()];
        for (size, (placed, weights)) in self.placed.iter().zip(weights).enumerate().skip(2) {
            for &(at, id) in placed {
                let weight = weights.get(id as usize).copied().unwrap_or(0.0);
                if let Some(sizes) = cohering.get_mut(at as usize) {
                    *sizes |= u8::from(weight > 0.0) << size;
                }
            }
        }
        let ranges: Vec<Range<usize>> = passages.ranges().collect();
        let chosen = by_ranges(workers, &ranges, LEAST_PASSAGES, |passages| {
            self.chosen_in(passages, weights, &cohering)
        });
        let mut all: Vec<Vec<u32>> = weights.iter().map(|w| vec![0; w.len()]).collect();
        let of_sizes = |chosen: Vec<Vec<u32>>| chosen.into_iter().flatten();
        for chosen in chosen {
            for (all, chosen) in all.iter_mut().flatten().zip(of_sizes(chosen)) {
                *all += chosen;
            }
        }
        all
    }

    /// The numbers of [`chosen`](Self::chosen) in some passages; `cohering` are by place the sizes
    /// of n-grams that cohere.
    fn chosen_in(
        &self,
        passages: &[Range<usize>],
        weights: &[Vec<f64>],
        cohering: &[u8],
    ) -> Vec<Vec<u32>> {
        let mut chosen: Vec<Vec<u32>> = weights.iter().map(|w| vec![0; w.len()]).collect();
        let mut choose = |size: usize, place: usize| {
            let id = self.id(size, place) as usize;
            if let Some(places) = chosen.get_mut(size).and_then(|c| c.get_mut(id)) {
                *places += 1;
            }
        };
        let sizes_at = |place: usize| cohering.get(place).copied().unwrap_or(0);
        let mut segmenter = Segmenter::default();
        for passage in passages {
            let mut start = passage.start;
            while start < passage.end {
                let end = cluster(start, sizes_at);
                if end == start + 1 {
                    choose(1, start);
                } else {
                    let weight = |at: usize, size: usize| {
                        // None of this size or longer.
                        if sizes_at(start + at) >> size == 0 {
                            return None;
                        }
                        let id = self.id(size, start + at) as usize;
                        weights.get(size)?.get(id).copied()
                    };
                    for part in segmenter.segment(end - start, weight) {
                        choose(part.len(), start + part.start);
                    }
                }
                start = end;
            }
        }
        chosen
    }
}

/// The end of the shortest range from a place that no n-gram crosses; `sizes_at` has the sizes of
/// n-grams at a place, as bits.
fn cluster(start: usize, sizes_at: impl Fn(usize) -> u8) -> usize {
    let mut end = start + 1;
    let mut place = start;
    while place < end {
        let longest = sizes_at(place).checked_ilog2().unwrap_or(0);
        end = end.max(place + longest as usize);
        place += 1;
    }
    end
}

/// The counts of words by their numbers, each with one of its places.
fn word_counts(workers: &dyn Workers, words: &[u32]) -> Vec<Gram> {
    let known = words.iter().filter(|&&word| word != NONE).max();
    let none = vec![Gram::new(0); known.map_or(0, |&last| last as usize + 1)];
    let counted = by_ranges(workers, words, LEAST_SHARE, |words| {
        let mut counts = none.clone();
        for (at, &word) in (0..).zip(words) {
            if let Some(gram) = counts.get_mut(word as usize) {
                gram.count += 1;
                gram.at = at;
            }
        }
        (words.len() as u32, counts)
    });
    let mut all = none;
    let mut start = 0;
    for (len, counts) in counted {
        for (gram, here) in all
            .iter_mut()
            .zip(counts)
            .filter(|(_, here)| here.count > 0)
        {
            gram.count += here.count;
            gram.at = start + here.at;
        }
        start += len;
    }
    all
}

/// The frequent n-grams of a level whose keys are in one share of all.
struct Level {
    grams: Vec<Gram>,
    /// The places of frequent n-grams, and their ids.
    placed: Vec<(u32, u32)>,
    /// The keys of all n-grams that were counted, with their ids.
    known: Numbers,
}

impl Level {
    /// Counts n-grams of a size, given as their places and keys, by ranges of places.
    fn count(keyed: Vec<Vec<(u32, u64)>>, plain_runs: &[u8], size: usize, least: u64) -> Self {
        let joined = keyed.into_iter().reduce(|mut all, more| {
            all.extend(more);
            all
        });
        let mut keyed = joined.unwrap_or_default();
        // Most n-grams are rare. They are dropped by an upper bound of their frequency, so that
        // the table of the others is small.
        let mut bounds = FrequencyBounds::new(keyed.len());
        keyed.iter().for_each(|&(_, key)| bounds.add(key));
        let fewest = match size > LONGEST {
            true => (least as f64 * PIECE) as u64,
            false => least,
        };
        // Each loop has one kind of random access, so that the processor can do several at once.
        keep(&mut keyed, |&(_, key)| bounds.reaches(key, fewest));
        let mut known = Numbers::default();
        let numbered = keyed.iter().map(|&(_, key)| known.number(key));
        let numbered: Vec<u32> = numbered.collect();
        let mut grams = vec![Gram::new(0); known.len()];
        for (&(at, _), &id) in keyed.iter().zip(&numbered) {
            let run = plain_runs.get(at as usize).copied().unwrap_or(0);
            if let Some(gram) = grams.get_mut(id as usize) {
                gram.count += 1;
                gram.plain += u32::from(usize::from(run) >= size);
                gram.at = at;
            }
        }
        let mut placed: Vec<(u32, u32)> = Vec::with_capacity(keyed.len());
        placed.extend(keyed.iter().map(|&(at, _)| at).zip(numbered));
        let is_frequent = |id: u32| {
            let gram = grams.get(id as usize);
            gram.is_some_and(|gram| u64::from(gram.count) >= least)
        };
        keep(&mut placed, |&(_, id)| is_frequent(id));
        Self {
            grams,
            placed,
            known,
        }
    }

    /// Notes for the n-grams of the level below in which longer ones they are.
    fn mark_pieces(&self, below: &mut [Gram]) {
        for (key, id) in self.known.pairs() {
            let count = self.grams.get(id as usize).map_or(0, |gram| gram.count);
            for part in [key >> 32, key & u64::from(u32::MAX)] {
                if let Some(part) = below.get_mut(part as usize) {
                    part.within = part.within.max(count);
                }
            }
        }
    }
}

/// The places and keys of the n-grams whose two parts, which overlap but for a word at each end,
/// are frequent, by the share of the key: `parts` are the ids of parts by their places, of which
/// `places` have one.
fn keyed(parts: &[u32], places: &[(u32, u32)], shares: usize) -> Vec<Vec<(u32, u64)>> {
    let mut keyed = vec![Vec::with_capacity(places.len() / shares); shares];
    for &(at, first) in places {
        let last = parts.get(at as usize + 1).copied().unwrap_or(NONE);
        if last != NONE {
            let key = both(first, last);
            if let Some(share) = keyed.get_mut(share_of(key, shares)) {
                share.push((at, key));
            }
        }
    }
    keyed
}

/// The share of a key. Its bits of the hash are not those of [`FrequencyBounds`].
#[inline]
fn share_of(key: u64, shares: usize) -> usize {
    let hash = (spread(key) >> 8) & u64::from(u32::MAX);
    ((hash * shares as u64) >> 32) as usize
}

/// Keeps some elements in their order, without branches.
fn keep<T: Copy>(elements: &mut Vec<T>, is_kept: impl Fn(&T) -> bool) {
    let mut kept = 0;
    for at in 0..elements.len() {
        let element = elements[at];
        elements[kept] = element;
        kept += usize::from(is_kept(&element));
    }
    elements.truncate(kept);
}

/// Numbers keys in the order of their first use.
#[derive(Clone, Default)]
struct Numbers(FxHashMap<u64, u32>);

impl Numbers {
    #[inline]
    fn number(&mut self, key: u64) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(key).or_insert(next)
    }

    /// The number of a key that has one.
    #[inline]
    fn find(&self, key: u64) -> Option<u32> {
        self.0.get(&key).copied()
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    /// The keys with their numbers.
    fn pairs(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.0.iter().map(|(&key, &number)| (key, number))
    }
}

/// The weight of an n-gram with the cohesion of its weakest cut.
pub(crate) fn weight(size: usize, cohesion: f64) -> f64 {
    if size == 1 {
        0.0
    } else if cohesion < COHESION {
        -1.0
    } else {
        (size - 1) as f64 * cohesion
    }
}

/// Segments a passage of `len` words; see [`Segmenter::segment`].
pub(crate) fn segment(
    len: usize,
    weight: impl Fn(usize, usize) -> Option<f64>,
) -> Vec<Range<usize>> {
    Segmenter::default().segment(len, weight).to_vec()
}

/// Segments passages, with memory that is used for all of them.
#[derive(Default)]
struct Segmenter {
    /// By end: the best weight, and the size of the last n-gram.
    best: Vec<(f64, usize)>,
    parts: Vec<Range<usize>>,
}

impl Segmenter {
    /// Segments a passage of `len` words into the n-grams with the largest total weight; other words
    /// are n-grams of one. `weight` is called with a start and a size, and returns `None` if there is
    /// neither an n-gram of this size nor a longer one.
    fn segment(
        &mut self,
        len: usize,
        weight: impl Fn(usize, usize) -> Option<f64>,
    ) -> &[Range<usize>] {
        let Self { best, parts } = self;
        best.clear();
        best.resize(len + 1, (f64::NEG_INFINITY, 0));
        best[0] = (0.0, 0);
        for start in 0..len {
            let before = best[start].0;
            // Sizes that reach an end come in descending order, and of equals the smallest is taken.
            let mut offer = |size: usize, sum: f64| {
                if sum >= best[start + size].0 {
                    best[start + size] = (sum, size);
                }
            };
            offer(1, before);
            for size in 2..=LONGEST.min(len - start) {
                match weight(start, size) {
                    Some(weight) if weight > 0.0 => offer(size, before + weight),
                    Some(_) => {}
                    None => break,
                }
            }
        }
        parts.clear();
        let mut end = len;
        while end > 0 {
            let size = best[end].1;
            parts.push(end - size..end);
            end -= size;
        }
        parts.reverse();
        parts
    }
}

/// Fibonacci hashing: the upper bits depend on all bits of the key.
#[inline]
fn spread(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Upper bounds of the frequencies of keys: their counts by hash.
struct FrequencyBounds {
    counts: Vec<u8>,
    shift: u32,
}

impl FrequencyBounds {
    /// For this many keys, of which some are equal.
    fn new(keys: usize) -> Self {
        let size = keys.next_power_of_two().clamp(1 << 6, 1 << 21);
        Self {
            counts: vec![0; size],
            shift: 64 - size.ilog2(),
        }
    }

    #[inline]
    fn place(&self, key: u64) -> usize {
        (spread(key) >> self.shift) as usize
    }

    #[inline]
    fn add(&mut self, key: u64) {
        let place = self.place(key);
        if let Some(count) = self.counts.get_mut(place) {
            *count = count.saturating_add(1);
        }
    }

    /// Returns `false` if the key was added less often.
    #[inline]
    fn reaches(&self, key: u64, least: u64) -> bool {
        let count = self.counts.get(self.place(key)).copied().unwrap_or(u8::MAX);
        u64::from(count) >= least.min(u64::from(u8::MAX))
    }
}

/// Counts units in running text.
#[derive(Clone)]
pub(crate) struct Counter {
    /// By word: the node after it at the beginning of a unit, or [`ROOT`].
    first: Vec<u32>,
    /// The numbers of a node and a word are those of the next node, less one.
    next: Numbers,
    /// A bit for each hash of a node and a word with a next node. Most words have none, and these
    /// bits fit into the fastest memory.
    sieve: Vec<u64>,
    /// By node: its occurrences.
    counts: Vec<NodeCount>,
    /// By unit: the node after its last word.
    ends: Vec<u32>,
}

/// The occurrences of a node of a [`Counter`].
#[derive(Clone, Copy, Default)]
struct NodeCount {
    places: u64,
    articles: u32,
    /// The last of the articles.
    last: u32,
}

/// The node before the first word of a unit.
const ROOT: u32 = 0;

#[inline]
fn both(node: u32, word: u32) -> u64 {
    u64::from(node) << 32 | u64::from(word)
}

/// Bits of the sieve for each unit.
const SIEVE_BITS: usize = 16;

impl Counter {
    /// For some units, counted in their order.
    pub(crate) fn new(units: &[Unit], words_known: usize) -> Self {
        let bits = (units.len() * SIEVE_BITS)
            .clamp(64, 1 << 20)
            .next_power_of_two();
        let mut counter = Self {
            first: vec![ROOT; words_known],
            next: Numbers::default(),
            sieve: vec![0; bits / 64],
            counts: Vec::new(),
            ends: Vec::with_capacity(units.len()),
        };
        for unit in units {
            let mut node = ROOT;
            for &word in unit.iter() {
                let next = counter.next.number(both(node, word)) + 1;
                if node == ROOT {
                    let Some(first) = counter.first.get_mut(word as usize) else {
                        break;
                    };
                    *first = next;
                } else {
                    let (place, bit) = counter.bit(node, word);
                    if let Some(bits) = counter.sieve.get_mut(place) {
                        *bits |= bit;
                    }
                }
                node = next;
            }
            counter.ends.push(node);
        }
        let nodes = counter.next.len() + 1;
        counter.counts.resize(nodes, NodeCount::default());
        counter
    }

    /// The place of a bit of the sieve, and the bit.
    #[inline]
    fn bit(&self, node: u32, word: u32) -> (usize, u64) {
        let hash = spread(both(node, word)) >> 32;
        let bit = hash as usize & (self.sieve.len() * 64 - 1);
        (bit / 64, 1 << (bit % 64))
    }

    /// The node after a node and a word.
    #[inline]
    fn after(&self, node: u32, word: u32) -> Option<u32> {
        let (place, bit) = self.bit(node, word);
        let may_follow = self.sieve.get(place).is_some_and(|bits| bits & bit != 0);
        if may_follow {
            Some(self.next.find(both(node, word))? + 1)
        } else {
            None
        }
    }

    /// Counts the units of a run of words of an article, which is named by a number above 0.
    pub(crate) fn add(&mut self, run: &[u32], article: u32) {
        for (at, &first) in run.iter().enumerate() {
            let mut node = self.first.get(first as usize).copied().unwrap_or(ROOT);
            if node == ROOT {
                continue;
            }
            let mut rest = run.iter().skip(at + 1).take(LONGEST - 1);
            loop {
                if let Some(count) = self.counts.get_mut(node as usize) {
                    count.places += 1;
                    count.articles += u32::from(count.last != article);
                    count.last = article;
                }
                match rest.next().and_then(|&word| self.after(node, word)) {
                    Some(next) => node = next,
                    None => break,
                }
            }
        }
    }

    /// Adds the occurrences of the same units in other articles.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            count.places += more.places;
            count.articles += more.articles;
        }
    }

    /// The occurrences and articles of each unit.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.ends.iter().map(|&end| {
            let count = self.counts.get(end as usize).copied();
            let NodeCount {
                places, articles, ..
            } = count.unwrap_or_default();
            (places, u64::from(articles))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workers::tests::Divided;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn levels_and_counters_count_as_by_hand(
            runs in proptest::collection::vec(proptest::collection::vec(0u32..5, 0..30), 0..8),
            least in 1u64..4,
        ) {
            let mut passages = Passages::default();
            for run in &runs {
                run.iter().for_each(|&word| passages.push(word));
                passages.end();
            }
            let levels = Levels::count(&Divided(3), &passages, least);
            let count = |unit: &[u32]| {
                let windows = runs.iter().flat_map(|run| run.windows(unit.len()));
                windows.filter(|w| *w == unit).count() as u64
            };
            let mut units: Vec<Unit> = Vec::new();
            for size in 1..=LONGEST {
                for gram in &levels.grams[size] {
                    let unit = &passages.words[gram.at as usize..gram.at as usize + size];
                    prop_assert_eq!(u64::from(gram.count), count(unit));
                    units.push(unit.into());
                }
            }
            // Whatever is frequent is found.
            for run in &runs {
                for size in 1..=LONGEST {
                    for window in run.windows(size).filter(|w| count(w) >= least) {
                        prop_assert!(units.iter().any(|unit| **unit == *window));
                    }
                }
            }
            let mut counter = Counter::new(&units, 5);
            for (article, run) in (1..).zip(&runs) {
                counter.add(run, article);
            }
            for (unit, (places, articles)) in units.iter().zip(counter.counts()) {
                prop_assert_eq!(places, count(unit));
                let holding = runs.iter().filter(|run| {
                    run.windows(unit.len()).any(|w| w == &**unit)
                });
                prop_assert_eq!(articles, holding.count() as u64);
            }
        }

        #[test]
        fn divided_work_finds_the_same_units(
            runs in proptest::collection::vec(proptest::collection::vec(0u32..6, 0..40), 0..12),
            commas in proptest::collection::vec(0usize..40, 0..6),
            least in 1u64..4,
            cut in 0usize..12,
            threads in 2usize..5,
        ) {
            let passages_of = |runs: &[Vec<u32>], number: &dyn Fn(u32) -> u32| {
                let mut passages = Passages::default();
                for run in runs {
                    for (at, &word) in run.iter().enumerate() {
                        if commas.contains(&at) {
                            passages.comma();
                        }
                        passages.push(number(word));
                    }
                    passages.end();
                }
                passages
            };
            let all = passages_of(&runs, &|word| word);
            let units = all.units(&Divided(1), least);
            prop_assert_eq!(&all.units(&Divided(threads), least), &units);
            // Passages that others read number words in their own way.
            let (first, last) = runs.split_at(cut.min(runs.len()));
            let mut passages = passages_of(first, &|word| word);
            passages.append(&passages_of(last, &|word| 5 - word), &[5, 4, 3, 2, 1, 0]);
            prop_assert_eq!(passages.units(&Divided(threads), least), units);
            let mut counter = Counter::new(&all.units(&Divided(1), 1), 6);
            let mut parts = [counter.clone(), counter.clone()];
            for (article, run) in (1..).zip(&runs) {
                counter.add(run, article);
                parts[usize::from(article as usize > cut)].add(run, article);
            }
            let [mut merged, more] = parts;
            merged.merge(&more);
            prop_assert!(merged.counts().eq(counter.counts()));
        }

        #[test]
        fn longest_rows_know_the_longer_ones_that_they_are_pieces_of(
            runs in proptest::collection::vec(proptest::collection::vec(0u32..2, 0..60), 0..5),
            least in 1u64..12,
        ) {
            let mut passages = Passages::default();
            for run in &runs {
                run.iter().for_each(|&word| passages.push(word));
                passages.end();
            }
            let levels = Levels::count(&Divided(3), &passages, least);
            let count = |row: &[u32]| {
                let windows = runs.iter().flat_map(|run| run.windows(row.len()));
                windows.filter(|w| *w == row).count() as u64
            };
            for gram in levels.grams[LONGEST].iter().filter(|gram| u64::from(gram.count) >= least) {
                let row = &passages.words[gram.at as usize..gram.at as usize + LONGEST];
                let around = (0..2).flat_map(|word| {
                    [[&[word], row].concat(), [row, &[word]].concat()]
                });
                // Longer rows count if both of their parts are frequent.
                let around = around
                    .filter(|row| row.windows(LONGEST).all(|part| count(part) >= least));
                let within = around.map(|row| count(&row)).max().unwrap_or(0);
                let is_piece = |within: u64| within as f64 / f64::from(gram.count) >= PIECE;
                prop_assert_eq!(is_piece(u64::from(gram.within)), is_piece(within));
            }
        }

        #[test]
        fn passages_are_cut_so_as_to_weigh_most(
            weights in proptest::collection::vec(proptest::collection::vec(-1.0f64..2.0, LONGEST + 1), 0..9),
        ) {
            let weight = |at: usize, size: usize| weights.get(at)?.get(size).copied();
            let parts = segment(weights.len(), weight);
            let mut at = 0;
            let mut sum = 0.0;
            for part in parts {
                prop_assert_eq!(part.start, at);
                at = part.end;
                if part.len() > 1 {
                    sum += weights[part.start][part.len()];
                }
            }
            prop_assert_eq!(at, weights.len());
            prop_assert!((sum - best(&weights, 0)).abs() < 1e-9);
        }
    }

    /// The best weight of the words from `at` on, by trying everything.
    fn best(weights: &[Vec<f64>], at: usize) -> f64 {
        if at >= weights.len() {
            return 0.0;
        }
        let rest = best(weights, at + 1);
        (2..=LONGEST)
            .filter(|size| at + size <= weights.len())
            .map(|size| weights[at][size].max(f64::MIN) + best(weights, at + size))
            .fold(rest, f64::max)
    }

    #[test]
    fn words_are_found_in_running_text() {
        // 1 2 3 are always adjacent, 4 5 too, the others anywhere.
        let mut passages = Passages::default();
        let mut seed = 1u64;
        let mut other = || {
            seed = crate::hash::mix(seed);
            6 + (seed % 40) as u32
        };
        for _ in 0..300 {
            let mut words: Vec<u32> = (0..12).map(|_| other()).collect();
            words.splice(3..3, [1, 2, 3]);
            words.splice(10..10, [4, 5]);
            words.into_iter().for_each(|word| passages.push(word));
            passages.end();
        }
        let units = passages.units(&Divided(1), 5);
        let has = |unit: &[u32]| units.iter().any(|u| **u == *unit);
        assert!(has(&[1, 2, 3]) && has(&[4, 5]) && has(&[7]));
        assert!(!has(&[2, 3]) && !has(&[1]) && !has(&[5]));
        assert!(units.iter().all(|unit| unit.len() == 1 || unit[0] < 6));
    }

    #[test]
    fn commas_and_the_greatest_length_bound_words() {
        let mut passages = Passages::default();
        let mut seed = 1u64;
        let mut other = || {
            seed = crate::hash::mix(seed);
            20 + (seed % 40) as u32
        };
        for number in 0..300 {
            let mut text = |words: &[u32], comma_before: &[u32]| {
                for &word in words {
                    if comma_before.contains(&word) {
                        passages.comma();
                    }
                    passages.push(word);
                }
                for _ in 0..6 {
                    passages.push(other());
                }
            };
            // Now with a comma, now without; always with one; eight that are never apart.
            text(&[1, 2], if number % 4 == 0 { &[] } else { &[2] });
            text(&[3, 4], &[4]);
            text(&[10, 11, 12, 13, 14, 15, 16, 17], &[]);
            passages.end();
        }
        let units = passages.units(&Divided(1), 5);
        let has = |unit: &[u32]| units.iter().any(|u| **u == *unit);
        assert!(has(&[1, 2]) && !has(&[1]) && !has(&[2]));
        assert!(has(&[3]) && has(&[4]) && !has(&[3, 4]));
        assert!(units.iter().all(|unit| unit.len() < LONGEST));
    }
}
