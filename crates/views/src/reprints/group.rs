//! Puts articles that publish the same text together.

use rustc_hash::FxHashMap;

use timbao_query::plan::Plan;
use timbao_tokenizer::{exact_key, scan};

use crate::corpus::{ArticleId, Corpus, Result, Sketches};

use super::groups::Groups;
use super::{LEAST_SHARED, LEAST_SHINGLES, MOST_LONGER};

/// Originals that share a sampled hash from which it counts as a set phrase.
const MOST_FIRSTS: usize = 64;
/// Minimum number of sampled hashes that candidates share.
const LEAST_SAMPLED: u32 = 2;
/// The share of the sampled hashes that candidates have in common. A sample of a dozen shows
/// 0.7 as less than this once in hundreds.
const LEAST_ESTIMATE: f64 = 0.35;

/// The groups of reprints of a corpus; they are found on the first call.
///
/// # Errors
///
/// If the engine fails.
pub fn groups(corpus: &dyn Corpus) -> Result<&Groups> {
    let cell = corpus.reprint_groups();
    if let Some(groups) = cell.get() {
        return Ok(groups);
    }
    let found = find(corpus)?;
    Ok(cell.get_or_init(|| found))
}

fn find(corpus: &dyn Corpus) -> Result<Groups> {
    let (articles, notices) = in_order_of_time(corpus)?;
    let finder = Finder::new(corpus, articles)?;
    let firsts = finder.run()?;
    let mut members: FxHashMap<u32, Vec<ArticleId>> = FxHashMap::default();
    for (number, &first) in (0..).zip(&firsts) {
        if first != number {
            members
                .entry(first)
                .or_insert_with(|| vec![finder.articles[first as usize]])
                .push(finder.articles[number as usize]);
        }
    }
    let mut order: Vec<u32> = members.keys().copied().collect();
    order.sort_unstable();
    let mut groups: Vec<Vec<ArticleId>> = order
        .iter()
        .filter_map(|first| members.remove(first))
        .collect();
    groups.extend(equal_notices(corpus, &notices)?);
    let by_article = (0..)
        .zip(&groups)
        .flat_map(|(number, group)| group.iter().map(move |&article| (article, number)))
        .collect();
    Ok(Groups { groups, by_article })
}

/// The articles in order of time: those that are long enough to be distinguished by a part of their
/// shingles, and notices, which have fewer.
fn in_order_of_time(corpus: &dyn Corpus) -> Result<(Vec<ArticleId>, Vec<ArticleId>)> {
    let all = corpus.candidates(&Plan::Everything)?;
    let sketches = corpus.sketches(&all)?;
    let times = corpus.times(&all)?;
    let minutes = corpus.minutes(&all)?;
    let mut order: Vec<_> = all
        .iter()
        .zip(times.iter().zip(minutes))
        .zip(sketches.shingles)
        .filter(|(_, shingles)| *shingles > 0)
        .map(|((&article, (time, minute)), shingles)| {
            let (day, hash) = time.order();
            // Articles without a time of day come first on their day.
            ((day, minute, hash), article, shingles as usize)
        })
        .collect();
    order.sort_unstable();
    let (long, short): (Vec<_>, Vec<_>) = order
        .into_iter()
        .partition(|(_, _, shingles)| *shingles >= LEAST_SHINGLES);
    let articles = |of: Vec<(_, ArticleId, usize)>| of.into_iter().map(|of| of.1).collect();
    Ok((articles(long), articles(short)))
}

/// The notices that have all shingles and the headline in common; each group in order of time. Without
/// the headline, texts that only refer to a film or a picture would be the same.
fn equal_notices(corpus: &dyn Corpus, notices: &[ArticleId]) -> Result<Vec<Vec<ArticleId>>> {
    // A sample has all hashes of a notice.
    let sketches = corpus.sketches(notices)?;
    let mut by_sample: FxHashMap<&[u32], u32> = FxHashMap::default();
    for number in 0..notices.len() {
        *by_sample.entry(sketches.sample(number)).or_default() += 1;
    }
    let is_shared = |number: usize| by_sample.get(sketches.sample(number)) > Some(&1);
    let notices = notices.iter().enumerate();
    let notices = notices.filter(|(number, _)| is_shared(*number));
    let notices: Vec<ArticleId> = notices.map(|(_, &article)| article).collect();
    corpus.check_deadline()?;
    let texts = corpus.shingles(&notices)?.into_iter();
    let titles = corpus.titles(&notices)?;
    let titles = titles.iter().map(|title| words(title));
    let mut groups: Vec<Vec<ArticleId>> = Vec::new();
    let mut by_text: FxHashMap<(Vec<u64>, Vec<String>), usize> = FxHashMap::default();
    for (article, text) in notices.into_iter().zip(texts.zip(titles)) {
        let number = *by_text.entry(text).or_insert(groups.len());
        match groups.get_mut(number) {
            Some(group) => group.push(article),
            None => groups.push(vec![article]),
        }
    }
    groups.retain(|group| group.len() > 1);
    Ok(groups)
}

/// The words of a headline as exact keys.
fn words(title: &str) -> Vec<String> {
    let words = scan(title).filter_map(|token| title.get(token.start..token.end));
    words.map(exact_key).collect()
}

/// Goes through the articles in order of time.
struct Finder<'s> {
    corpus: &'s dyn Corpus,
    /// Articles that are long enough, in order of time.
    articles: Vec<ArticleId>,
    /// The samples of these articles, in the same order.
    sketches: Sketches,
}

impl<'s> Finder<'s> {
    fn new(corpus: &'s dyn Corpus, articles: Vec<ArticleId>) -> Result<Self> {
        Ok(Self {
            corpus,
            sketches: corpus.sketches(&articles)?,
            articles,
        })
    }

    /// For each article, the first publication of its text.
    fn run(&self) -> Result<Vec<u32>> {
        let shared = self.shared_hashes();
        let mut firsts: Vec<u32> = (0..self.articles.len() as u32).collect();
        let mut holding: Vec<Vec<u32>> = vec![Vec::new(); shared.hashes];
        let mut counts: FxHashMap<u32, u32> = FxHashMap::default();
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
            match self.same(number, &candidates)? {
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

    /// The first of the candidates that has the same text as an article.
    fn same(&self, number: u32, candidates: &[u32]) -> Result<Option<u32>> {
        if candidates.is_empty() {
            return Ok(None);
        }
        self.corpus.check_deadline()?;
        let article = |number: u32| self.articles.get(number as usize).copied();
        let mut own = Vec::new();
        for (at, &first) in candidates.iter().enumerate() {
            // The first candidate is nearly always the same text.
            let wanted: Vec<ArticleId> = match at {
                0 => article(number).into_iter().chain(article(first)).collect(),
                _ => article(first).into_iter().collect(),
            };
            let mut read = self.corpus.shingles(&wanted)?;
            let other = read.pop().unwrap_or_default();
            if at == 0 {
                own = read.pop().unwrap_or_default();
            }
            if is_same(&own, &other) {
                return Ok(Some(first));
            }
        }
        Ok(None)
    }

    /// The sampled hashes that more than one article has, by numbers of their own.
    fn shared_hashes(&self) -> SharedHashes {
        let mut entries: Vec<(u32, u32)> = Vec::new();
        for number in 0..self.articles.len() {
            let sample = self.sketches.sample(number).iter();
            entries.extend(sample.map(|&hash| (hash, number as u32)));
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

    /// Returns `true` if this number of common hashes justifies a comparison.
    fn is_likely(&self, a: u32, b: u32, count: u32) -> bool {
        let (a, b) = (a as usize, b as usize);
        let shingles = |number: usize| self.sketches.shingles.get(number).copied().unwrap_or(0);
        let (short, long) = (shingles(a).min(shingles(b)), shingles(a).max(shingles(b)));
        if count < LEAST_SAMPLED || long as usize > short as usize * MOST_LONGER {
            return false;
        }
        let (a, b) = (self.sketches.sample(a), self.sketches.sample(b));
        // Both samples have all hashes up to the smaller of their largest.
        let (Some(last_a), Some(last_b)) = (a.last(), b.last()) else {
            return false;
        };
        let last = last_a.min(last_b);
        let comparable = |sample: &[u32]| sample.partition_point(|hash| hash <= last);
        let of = comparable(a).min(comparable(b)).max(1);
        f64::from(count) >= LEAST_ESTIMATE * of as f64
    }
}

/// Counts the hashes that two ascending lists share.
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
pub(crate) fn is_same(a: &[u64], b: &[u64]) -> bool {
    let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
    short >= LEAST_SHINGLES
        && long <= short * MOST_LONGER
        && common(a, b) as f64 >= LEAST_SHARED * short as f64
}

/// For each article its sampled hashes that other articles have too.
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
