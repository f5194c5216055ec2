//! Ranking by words of which most must be there, and by their neighbourhood.
//!
//! The score of an article is the sum of what its words earn and of what the
//! pairs of neighbours in the query earn that are neighbours in the article,
//! each by BM25 (see [`crate::text::score`]); a pair counts [`PAIR_WEIGHT`]
//! times. Pairs are few and telling, so their lists are read first; once
//! enough articles are ahead by more than the rest can earn, the remaining
//! lists, which are long, are only asked about those (the "quit and continue"
//! of Moffat and Zobel, 1996, with bounds that keep the result exact).

use std::cell::RefCell;

use tantivy::fastfield::AliveBitSet;

use crate::error::Result;
use crate::plan::{Phrase, Plan};
use crate::text::TextSegment;
use crate::text::postings::{Postings, PostingsCursor};
use crate::text::score::{Saturation, rarity};

use super::boolean::{self, Scored};
use super::conjunction::{self, Conjunction};
use super::pair::PairSource;
use super::slots::{Group, SlotIds};
use super::top::{TopHits, TopScores};
use super::{Address, Searcher, lives};

/// What a pair earns, compared with a word of the same rarity.
pub(crate) const PAIR_WEIGHT: f32 = 0.6;

/// Bounds are sums in another order than scores; this much they may differ.
pub(crate) const ROUNDING: f32 = 1e-4;

/// A pair's list so many times longer than the articles asked about is skipped
/// through.
const LONGER: usize = 8;

/// Which articles count.
pub(crate) struct Allowed<'a> {
    pub(crate) alive: Option<&'a AliveBitSet>,
    /// Articles that pass the filters, by number; none for all.
    pub(crate) passing: Option<&'a [bool]>,
}

impl Allowed<'_> {
    /// Whether every article counts.
    fn has_all(&self) -> bool {
        self.alive.is_none() && self.passing.is_none()
    }

    /// Whether an article counts.
    #[inline]
    pub(crate) fn has(&self, article: u32) -> bool {
        lives(self.alive, article)
            && self
                .passing
                .is_none_or(|p| p.get(article as usize) == Some(&true))
    }
}

/// The articles that hold one of a slot's keys.
pub(crate) enum SlotArticles<'a> {
    /// As they lie in the file.
    One(Postings<'a>),
    /// Of several keys, merged.
    Many(Vec<(u32, u32)>),
}

/// Looks up the articles of a slot.
pub(crate) fn slot_articles<'a>(segment: &'a TextSegment, slot: &SlotIds) -> SlotArticles<'a> {
    let mut lists = Vec::new();
    for group in &slot.groups {
        match &group.only {
            None => lists.push(segment.postings(&segment.folded_info(group.folded))),
            Some(only) => lists.extend(
                only.iter()
                    .map(|s| segment.postings(&segment.exact_info(s.exact))),
            ),
        }
    }
    if let [only] = lists[..] {
        return SlotArticles::One(only);
    }
    let mut merged: Vec<(u32, u32)> = Vec::new();
    for list in lists {
        list.for_each(|article, frequency| merged.push((article, frequency)));
    }
    merged.sort_unstable();
    merged.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    SlotArticles::Many(merged)
}

impl<'a> SlotArticles<'a> {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::One(list) => list.len() as usize,
            Self::Many(list) => list.len(),
        }
    }

    /// Calls back with every article and its weighted frequency, in order.
    #[inline]
    pub(crate) fn for_each(&self, mut f: impl FnMut(u32, u32)) {
        match self {
            Self::One(list) => list.for_each(f),
            Self::Many(list) => list
                .iter()
                .for_each(|&(article, frequency)| f(article, frequency)),
        }
    }

    /// A reader that skips forward.
    pub(crate) fn cursor(&self) -> SlotCursor<'a, '_> {
        match self {
            Self::One(list) => SlotCursor::One(Box::new(list.cursor())),
            Self::Many(list) => SlotCursor::Many(list),
        }
    }
}

/// Moves forward through the articles of a slot.
pub(crate) enum SlotCursor<'a, 'l> {
    One(Box<PostingsCursor<'a>>),
    Many(&'l [(u32, u32)]),
}

impl SlotCursor<'_, '_> {
    /// The first article that is at least `article`, from here on.
    #[inline]
    pub(crate) fn seek(&mut self, article: u32) -> Option<u32> {
        match self {
            Self::One(cursor) => cursor.seek(article),
            Self::Many(list) => {
                let skip = list.partition_point(|&(a, _)| a < article);
                *list = &list[skip..];
                list.first().map(|&(a, _)| a)
            }
        }
    }

    /// The weighted frequency in the article the cursor is on.
    #[inline]
    pub(crate) fn frequency(&mut self) -> u32 {
        match self {
            Self::One(cursor) => cursor.frequency(),
            Self::Many(list) => list.first().map_or(0, |&(_, n)| n),
        }
    }
}

/// One contribution to scores in one segment.
pub(crate) struct List<'a> {
    pub(crate) source: Source<'a>,
    /// What a share is multiplied with.
    pub(crate) weight: f32,
    /// The most it can contribute.
    pub(crate) bound: f32,
    /// Whether it counts as an item found.
    is_item: bool,
}

#[allow(
    clippy::large_enum_variant,
    reason = "there are few, and each is used at once"
)]
pub(crate) enum Source<'a> {
    Slot(SlotArticles<'a>),
    Pair(PairSource<'a>),
    Scored(Scored),
}

/// Sums of scores by article, kept from search to search.
#[derive(Default)]
struct Sums {
    scores: Vec<f32>,
    items: Vec<u16>,
    /// The articles with a score, in any order, unless there are so many that
    /// going over all articles is quicker than keeping a list.
    touched: Vec<u32>,
    is_dense: bool,
}

/// So many times as many articles as are asked for are scored ahead of others.
const AHEAD: usize = 4;
/// Looking an article up costs as much as reading so many postings.
const LOOKS: usize = 8;
/// Sums are dense from one posting for so many articles on.
const DENSE: usize = 4;

impl Sums {
    /// Makes room for so many articles.
    fn prepare(&mut self, articles: usize) {
        self.scores.resize(articles, 0.0);
        self.items.resize(articles, 0);
        self.is_dense = false;
    }

    /// Gets ready for so many postings more.
    fn expect(&mut self, postings: usize) {
        if self.touched.len() + postings >= self.scores.len() / DENSE {
            self.is_dense = true;
            self.touched.clear();
        }
    }

    #[inline]
    fn add(&mut self, article: u32, score: f32, is_item: bool) {
        let (Some(sum), Some(items)) = (
            self.scores.get_mut(article as usize),
            self.items.get_mut(article as usize),
        ) else {
            return;
        };
        if !self.is_dense && *sum == 0.0 {
            self.touched.push(article);
        }
        *sum += score;
        *items = items.saturating_add(u16::from(is_item));
    }

    /// Calls back with every article that has a score of at least what `f`
    /// gave last; that never falls.
    #[inline]
    fn for_each_above(&self, mut least: f32, mut f: impl FnMut(u32, f32) -> f32) {
        least = least.max(f32::MIN_POSITIVE);
        if self.is_dense {
            for (chunk, scores) in self.scores.chunks(CHUNK).enumerate() {
                if !any_from(scores, least) {
                    continue;
                }
                for (i, &score) in scores.iter().enumerate() {
                    if score >= least {
                        least = f((chunk * CHUNK + i) as u32, score).max(least);
                    }
                }
            }
        } else {
            for &article in &self.touched {
                let score = self.scores[article as usize];
                if score >= least {
                    least = f(article, score).max(least);
                }
            }
        }
    }

    /// How many articles have a score of at least `least`.
    fn count_from(&self, least: f32) -> usize {
        if self.is_dense {
            self.scores.iter().filter(|&&score| score >= least).count()
        } else {
            let touched = self.touched.iter();
            touched
                .filter(|&&a| self.scores[a as usize] >= least)
                .count()
        }
    }

    /// Forgets articles with lower scores and lists the others, in order.
    fn keep_from(&mut self, least: f32) {
        let least = least.max(f32::MIN_POSITIVE);
        if self.is_dense {
            self.is_dense = false;
            let chunks = self.scores.chunks_mut(CHUNK);
            for (chunk, (scores, items)) in chunks.zip(self.items.chunks_mut(CHUNK)).enumerate() {
                if !any_from(scores, least) {
                    scores.fill(0.0);
                    items.fill(0);
                    continue;
                }
                for (i, (score, items)) in scores.iter_mut().zip(items).enumerate() {
                    if *score >= least {
                        self.touched.push((chunk * CHUNK + i) as u32);
                    } else {
                        (*score, *items) = (0.0, 0);
                    }
                }
            }
            return;
        }
        let (scores, items) = (&mut self.scores, &mut self.items);
        self.touched.retain(|&article| {
            let keep = scores[article as usize] >= least;
            if !keep {
                scores[article as usize] = 0.0;
                items[article as usize] = 0;
            }
            keep
        });
        self.touched.sort_unstable();
    }

    fn clear(&mut self) {
        if self.is_dense {
            self.scores.fill(0.0);
            self.items.fill(0);
        }
        for &article in &self.touched {
            self.scores[article as usize] = 0.0;
            self.items[article as usize] = 0;
        }
        self.touched.clear();
    }
}

/// Scores that are looked at together.
const CHUNK: usize = 32;

/// Whether a score is at least `least`. All are compared, many at a time.
#[inline]
fn any_from(scores: &[f32], least: f32) -> bool {
    scores.iter().map(|&s| u32::from(s >= least)).sum::<u32>() > 0
}

thread_local! {
    static SUMS: RefCell<Sums> = RefCell::default();
    static AHEAD_SUMS: RefCell<Sums> = RefCell::default();
}

/// A ranked query with its weights, which depend on all segments.
pub(crate) struct RankedQuery<'a> {
    items: &'a [Plan],
    required: usize,
    slots: Vec<Vec<Option<SlotIds>>>,
    pairs: Vec<Option<Phrase>>,
    scored: Vec<Option<Vec<Scored>>>,
}

impl<'a> RankedQuery<'a> {
    /// Looks the query up in all segments.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub(crate) fn new(searcher: &Searcher, items: &'a [Plan], required: usize) -> Result<Self> {
        let slots = searcher
            .segments
            .iter()
            .map(|view| {
                items
                    .iter()
                    .map(|item| {
                        searcher.deadline.check()?;
                        Ok(match item {
                            Plan::Word(slot) => Some(SlotIds::resolve(slot, &view.text)),
                            _ => None,
                        })
                    })
                    .collect()
            })
            .collect::<Result<_>>()?;
        let pairs = items
            .windows(2)
            .map(|pair| match pair {
                [Plan::Word(a), Plan::Word(b)] => Some(Phrase::exact([a.clone(), b.clone()])),
                _ => None,
            })
            .collect();
        let scored = items
            .iter()
            .map(|item| match item {
                Plan::Word(_) => Ok(None),
                other => boolean::evaluate(searcher, other, None).map(Some),
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            items,
            required: required.clamp(1, items.len().max(1)),
            slots,
            pairs,
            scored,
        })
    }

    fn lists<'s>(&mut self, searcher: &'s Searcher) -> Vec<Vec<List<'s>>> {
        let mut lists: Vec<Vec<List<'s>>> = Vec::with_capacity(searcher.segments.len());
        let mut item_articles = vec![0u64; self.items.len()];
        let mut pair_positions = vec![0u64; self.pairs.len()];
        let mut numbers: Vec<Vec<usize>> = Vec::new();
        for (s, view) in searcher.segments.iter().enumerate() {
            let segment = &view.text;
            let slots = &self.slots[s];
            let mut here = Vec::with_capacity(2 * self.items.len());
            let mut number = Vec::with_capacity(2 * self.items.len());
            for (i, slot) in slots.iter().enumerate() {
                let (source, bound) = match slot {
                    Some(slot) => {
                        let articles = slot_articles(segment, slot);
                        item_articles[i] += articles.len() as u64;
                        (Source::Slot(articles), slot_bound(searcher, segment, slot))
                    }
                    None => {
                        let scored = self.scored[i]
                            .as_mut()
                            .map(|all| std::mem::take(&mut all[s]));
                        let scored = scored.unwrap_or_default();
                        let bound = scored.scores.iter().copied().fold(0.0, f32::max);
                        (Source::Scored(scored), bound)
                    }
                };
                here.push(List {
                    source,
                    weight: 1.0,
                    bound,
                    is_item: true,
                });
                number.push(i);
            }
            for (i, phrase) in self.pairs.iter().enumerate() {
                let Some(phrase) = phrase else { continue };
                let (Some(a), Some(b)) = (&slots[i], &slots[i + 1]) else {
                    continue;
                };
                if searcher.deadline.has_passed() {
                    break;
                }
                if let Some(pair) = PairSource::new(segment, a, b, phrase) {
                    pair_positions[i] += pair.len() as u64;
                    here.push(List {
                        source: Source::Pair(pair),
                        weight: 1.0,
                        bound: 1.0,
                        is_item: false,
                    });
                    number.push(i);
                }
            }
            lists.push(here);
            numbers.push(number);
        }
        for (here, number) in lists.iter_mut().zip(&numbers) {
            for (list, &i) in here.iter_mut().zip(number) {
                list.weight = match list.source {
                    Source::Slot(_) => rarity(searcher.articles, item_articles[i]),
                    Source::Pair(_) => PAIR_WEIGHT * rarity(searcher.articles, pair_positions[i]),
                    Source::Scored(_) => 1.0,
                };
                list.bound *= list.weight;
            }
        }
        lists
    }

    /// Finds the best articles and, if asked, counts all.
    pub(crate) fn search(
        mut self,
        searcher: &Searcher,
        allowed: &[Allowed<'_>],
        top: &mut TopHits,
        k: usize,
        count: bool,
    ) -> Option<u64> {
        let lists = self.lists(searcher);
        let all = self.required == self.items.len();
        let mut total = 0;
        let mut counted = true;
        SUMS.with_borrow_mut(|sums| {
            for (s, here) in lists.into_iter().enumerate() {
                let run = SegmentRun {
                    segment: &searcher.segments[s].text,
                    number: s as u32,
                    saturation: &searcher.saturation,
                    allowed: &allowed[s],
                    required: self.required,
                    k,
                };
                sums.prepare(run.segment.articles() as usize);
                if all {
                    total += run.all(&here, sums, top);
                } else {
                    match run.most(here, sums, top, count) {
                        Some(n) => total += n,
                        None => counted = false,
                    }
                }
                sums.clear();
            }
        });
        counted.then_some(total)
    }

    /// Every article that holds enough of the items, with its score.
    pub(crate) fn evaluate(mut self, searcher: &Searcher) -> Vec<Scored> {
        let lists = self.lists(searcher);
        let required = self.required;
        SUMS.with_borrow_mut(|sums| {
            lists
                .into_iter()
                .zip(searcher.segments.iter())
                .map(|(here, view)| {
                    sums.prepare(view.text.articles() as usize);
                    for list in &here {
                        sums.expect(list.len());
                        list.add_all(&view.text, &searcher.saturation, sums);
                    }
                    let mut articles: Vec<u32> = Vec::new();
                    sums.for_each_above(0.0, |article, _| {
                        if usize::from(sums.items[article as usize]) >= required {
                            articles.push(article);
                        }
                        0.0
                    });
                    articles.sort_unstable();
                    let scores = articles.iter().map(|&a| sums.scores[a as usize]).collect();
                    sums.clear();
                    Scored { articles, scores }
                })
                .collect()
        })
    }
}

/// The largest share that any key of a slot has in an article.
fn slot_bound(searcher: &Searcher, segment: &TextSegment, slot: &SlotIds) -> f32 {
    let stretch = searcher.stretch(segment);
    match slot.single() {
        Some(Group {
            folded, only: None, ..
        }) => Saturation::bound(segment.folded_info(*folded).bound, stretch),
        Some(Group {
            only: Some(only), ..
        }) if only.len() == 1 => {
            Saturation::bound(segment.exact_info(only[0].exact).bound, stretch)
        }
        _ => 1.0,
    }
}

impl List<'_> {
    /// Adds what the list contributes to every article.
    fn add_all(&self, segment: &TextSegment, saturation: &Saturation, sums: &mut Sums) {
        let lengths = segment.lengths();
        let length = |article: u32| lengths.get(article as usize).copied().unwrap_or(0);
        match &self.source {
            Source::Slot(articles) => articles.for_each(|article, frequency| {
                let share = saturation.share(frequency, length(article));
                sums.add(article, self.weight * share, self.is_item);
            }),
            Source::Pair(pair) => pair.for_each(segment, |article, frequency| {
                let share = saturation.share(frequency, length(article));
                sums.add(article, self.weight * share, self.is_item);
            }),
            Source::Scored(scored) => {
                for (&article, &score) in scored.articles.iter().zip(&scored.scores) {
                    sums.add(
                        article,
                        self.weight * score.max(f32::MIN_POSITIVE),
                        self.is_item,
                    );
                }
            }
        }
    }

    /// Adds what the list contributes to the articles named, which are in
    /// order.
    fn add_to(
        &self,
        articles: &[u32],
        segment: &TextSegment,
        saturation: &Saturation,
        sums: &mut Sums,
    ) {
        let lengths = segment.lengths();
        let length = |article: u32| lengths.get(article as usize).copied().unwrap_or(0);
        match &self.source {
            Source::Slot(SlotArticles::One(postings)) if postings.bitmap().is_some() => {
                conjunction::for_each_held(postings, articles, |article, frequency| {
                    let share = saturation.share(frequency, length(article));
                    sums.add(article, self.weight * share, self.is_item);
                });
            }
            Source::Slot(list) => {
                let mut cursor = list.cursor();
                for &article in articles {
                    match cursor.seek(article) {
                        None => break,
                        Some(found) if found == article => {
                            let share = saturation.share(cursor.frequency(), length(article));
                            sums.add(article, self.weight * share, self.is_item);
                        }
                        Some(_) => {}
                    }
                }
            }
            Source::Pair(pair) => pair.add_to(segment, articles, |article, frequency| {
                let share = saturation.share(frequency, length(article));
                sums.add(article, self.weight * share, self.is_item);
            }),
            Source::Scored(scored) => {
                let mut rest = scored.articles.as_slice();
                for &article in articles {
                    rest = &rest[rest.partition_point(|&a| a < article)..];
                    if rest.first() == Some(&article) {
                        let score = scored.scores[scored.articles.len() - rest.len()];
                        sums.add(
                            article,
                            self.weight * score.max(f32::MIN_POSITIVE),
                            self.is_item,
                        );
                    }
                }
            }
        }
    }

    fn for_each_article(&self, mut f: impl FnMut(u32)) {
        match &self.source {
            Source::Slot(articles) => articles.for_each(|article, _| f(article)),
            Source::Scored(scored) => scored.articles.iter().for_each(|&article| f(article)),
            Source::Pair(_) => {}
        }
    }

    pub(crate) fn len(&self) -> usize {
        match &self.source {
            Source::Slot(articles) => articles.len(),
            Source::Pair(pair) => pair.len(),
            Source::Scored(scored) => scored.articles.len(),
        }
    }
}

/// A search of one segment.
struct SegmentRun<'a> {
    segment: &'a TextSegment,
    number: u32,
    saturation: &'a Saturation,
    allowed: &'a Allowed<'a>,
    required: usize,
    k: usize,
}

impl SegmentRun<'_> {
    fn push(&self, article: u32, score: f32, top: &mut TopHits) {
        let address = Address {
            segment: self.number,
            article,
        };
        top.push(score, address, || self.segment.tie(article));
    }

    /// Articles that hold all items.
    fn all(&self, lists: &[List<'_>], sums: &mut Sums, top: &mut TopHits) -> u64 {
        let (items, pairs): (Vec<_>, Vec<_>) = lists.iter().partition(|l| l.is_item);
        let items = Conjunction::new(&items, self.segment.lengths(), self.saturation);
        let mut articles = items.articles();
        if !self.allowed.has_all() {
            articles.retain(|&article| self.allowed.has(article));
        }
        let total = articles.len() as u64;
        for pair in pairs {
            if pair.len() / LONGER > articles.len() {
                pair.add_to(&articles, self.segment, self.saturation, sums);
            } else {
                pair.add_all(self.segment, self.saturation, sums);
            }
        }
        let earned = |&article: &u32| sums.scores.get(article as usize).copied();
        let mut scores = articles.iter().map(|a| earned(a).unwrap_or(0.0)).collect();
        items.score(&mut articles, &mut scores, self.k);
        for (article, score) in articles.into_iter().zip(scores) {
            self.push(article, score, top);
        }
        total
    }

    /// Articles that hold enough of the items.
    fn most(
        &self,
        mut lists: Vec<List<'_>>,
        sums: &mut Sums,
        top: &mut TopHits,
        count: bool,
    ) -> Option<u64> {
        lists.sort_by(|a, b| b.bound.total_cmp(&a.bound));
        let left_out = self.accumulate(&lists, sums);
        self.collect(sums, top);
        if !count {
            return None;
        }
        if left_out {
            sums.clear();
            for list in lists.iter().filter(|l| l.is_item) {
                sums.expect(list.len());
                list.for_each_article(|article| sums.add(article, 1.0, true));
            }
        }
        Some(self.count(sums))
    }

    fn has_enough(&self, sums: &Sums, article: u32) -> bool {
        usize::from(sums.items[article as usize]) >= self.required
    }

    fn count(&self, sums: &Sums) -> u64 {
        let counts = |article: u32| self.has_enough(sums, article) && self.allowed.has(article);
        let count = if sums.is_dense {
            let all = 0..sums.items.len() as u32;
            all.map(|article| usize::from(counts(article))).sum()
        } else {
            sums.touched.iter().filter(|&&a| counts(a)).count()
        };
        count as u64
    }

    fn collect(&self, sums: &Sums, top: &mut TopHits) {
        sums.for_each_above(top.threshold(), |article, score| {
            if self.has_enough(sums, article) && self.allowed.has(article) {
                self.push(article, score, top);
            }
            top.threshold()
        });
    }

    /// Sums the lists up; whether articles were left out that cannot be among
    /// the `k` best.
    fn accumulate(&self, lists: &[List<'_>], sums: &mut Sums) -> bool {
        let mut rest: f32 = lists.iter().map(|l| l.bound).sum();
        let mut left: usize = lists.iter().map(List::len).sum();
        let mut floor = f32::NEG_INFINITY;
        let mut closed = false;
        for (n, list) in lists.iter().enumerate() {
            rest = (rest - list.bound).max(0.0);
            left -= list.len();
            if closed {
                let articles = std::mem::take(&mut sums.touched);
                list.add_to(&articles, self.segment, self.saturation, sums);
                sums.touched = articles;
                floor = floor.max(self.kth_score(sums));
            } else {
                sums.expect(list.len());
                list.add_all(self.segment, self.saturation, sums);
                let ahead = LOOKS * AHEAD * self.k;
                if self.k == 0 || LOOKS * left <= sums.scores.len().max(ahead) {
                    continue;
                }
                floor = floor.max(self.look_ahead(sums, &lists[n + 1..]));
            }
            let least = floor - rest - ROUNDING;
            if closed || (least > 0.0 && LOOKS * sums.count_from(least) < left) {
                sums.keep_from(least);
                closed = true;
            }
        }
        closed
    }

    /// The score of the `k`th best article so far that has enough of the
    /// items, which the `k`th of all will have at least.
    fn kth_score(&self, sums: &Sums) -> f32 {
        let mut best = TopScores::new(self.k);
        sums.for_each_above(0.0, |article, score| {
            if self.has_enough(sums, article) && self.allowed.has(article) {
                best.add(score);
            }
            best.least
        });
        best.kth()
    }

    /// The same, after some articles that are ahead were scored to the end.
    fn look_ahead(&self, sums: &Sums, lists: &[List<'_>]) -> f32 {
        let mut best = TopScores::new(AHEAD * self.k);
        sums.for_each_above(0.0, |_, score| {
            best.add(score);
            best.least
        });
        let mut articles = Vec::new();
        sums.for_each_above(best.kth(), |article, score| {
            articles.push((article, score));
            0.0
        });
        articles.truncate(2 * AHEAD * self.k);
        articles.sort_unstable_by_key(|&(article, _)| article);
        AHEAD_SUMS.with_borrow_mut(|ahead| {
            ahead.prepare(sums.scores.len());
            for &(article, score) in &articles {
                ahead.add(article, score, false);
                ahead.items[article as usize] = sums.items[article as usize];
            }
            let articles: Vec<u32> = ahead.touched.clone();
            for list in lists {
                list.add_to(&articles, self.segment, self.saturation, ahead);
            }
            let kth = self.kth_score(ahead);
            ahead.clear();
            kth
        })
    }
}
