//! The occurrences of one phrase in one article.
//!
//! A phrase is evaluated over the sorted places of its slots. Without slop one
//! sweep from the last slot to the first finds for each start the nearest end;
//! with slop one sweep over the shifted places of all slots finds the windows
//! that contain all of them. Both take time linear in the places of the slots,
//! but for slots that can share a token, whose places are matched within each
//! window.

use std::ops::Range;

use super::places::{Place, Places, SlotNumber, position};

/// The extent of an occurrence: its first place and the place after its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first place.
    pub start: Place,
    /// The place after the last.
    pub end: Place,
}

impl Span {
    /// The positions of its tokens.
    #[inline]
    pub fn positions(self) -> Range<usize> {
        position(self.start)..position(self.end)
    }
}

/// Sorts the positions of occurrences, each with the number of its word or phrase, and keeps equal ones
/// for the first number only.
pub fn keep_first(found: &mut Vec<(Range<usize>, u32)>) {
    found.sort_unstable_by_key(|(range, leaf)| (range.start, range.end, *leaf));
    found.dedup_by(|(range, _), (before, _)| range == before);
}

/// A phrase whose slots are numbers of a [`SlotTable`](super::places::SlotTable).
#[derive(Debug)]
pub struct SpanPhrase {
    /// The slots, each with the gap before it.
    pub steps: Vec<SpanStep>,
    /// Maximum total displacement of the slots.
    pub slop: u32,
    /// Two slots can be filled by one token, so that places have to be kept apart.
    pub shares_tokens: bool,
}

/// A slot and the number of tokens between the slot before and this one.
#[derive(Debug, Clone, Copy)]
pub struct SpanStep {
    /// Minimum number of tokens before it.
    pub gap_min: u32,
    /// Maximum number of tokens before it.
    pub gap_max: u32,
    /// The slot.
    pub slot: SlotNumber,
}

/// Maximum number of ends considered for each start where every occurrence counts.
const MOST_ENDS: usize = 256;
/// Maximum number of occurrences that the operands of one NEAR may have in one article; more count
/// as unlimited work. Bounds memory, as an occurrence takes about a hundred bytes.
pub(super) const MOST_SPANS: usize = 1 << 19;
/// Number of windows or comparisons between two calls of `spend`.
const CHECKED: usize = 256;
/// Work of a binary search in the places of a slot.
const SEARCHED: usize = 8;
/// Work of a phrase that does not occur.
const PREPARED: usize = 4;

impl SpanPhrase {
    /// The slots of its steps.
    pub fn slots(&self) -> impl Iterator<Item = SlotNumber> {
        self.steps.iter().map(|step| step.slot)
    }

    /// Appends the occurrences in order: for each start the one that ends first; with slop, one
    /// for each window that begins at a place of a slot.
    ///
    /// Ends early if `spend`, which is told the work since its last call, returns `true`.
    pub fn spans(&self, places: &Places, spend: &impl Fn(usize) -> bool, out: &mut Vec<Span>) {
        if self.slop > 0 {
            Sloppy::new(self, places).spans(spend, out);
        } else if let Some(nearest) = self.nearest_ends(places, spend, |_| {}) {
            out.extend(nearest);
        }
    }

    /// Appends all occurrences, for each start those with different ends as well: with gaps, the
    /// nearest `MOST_ENDS` of them. An occurrence may be appended more than once.
    pub fn all_spans(&self, places: &Places, spend: &impl Fn(usize) -> bool, out: &mut Vec<Span>) {
        let is_stiff = |step: &SpanStep| step.gap_min == step.gap_max;
        if self.slop > 0 && self.steps.len() > 1 {
            return Sloppy::new(self, places).all_spans(spend, out);
        }
        if self.steps.iter().skip(1).all(is_stiff) {
            return self.spans(places, spend, out);
        }
        // Few starts have an end, and a place without one would be followed step by step.
        let Some(nearest) = self.nearest_ends(places, spend, |_| {}) else {
            return;
        };
        let rest = self.steps.get(1..).unwrap_or_default();
        let (mut reached, mut next) = (Vec::new(), Vec::new());
        let mut work = 0;
        for Span { start, .. } in nearest {
            if work > CHECKED && spend(std::mem::take(&mut work)) || out.len() > MOST_SPANS {
                return;
            }
            reached.clear();
            reached.push(start);
            for step in rest {
                work += step.reach(places.of(step.slot), &reached, &mut next);
                std::mem::swap(&mut reached, &mut next);
            }
            let ends = reached.iter().map(|&last| Span {
                start,
                end: last + 1,
            });
            out.extend(ends);
        }
    }

    /// Calls back with the positions of all slots of each occurrence of a phrase without slop:
    /// for each start the one that ends first, each gap as wide as the later ones allow.
    pub fn for_each_path(
        &self,
        places: &Places,
        spend: &impl Fn(usize) -> bool,
        mut f: impl FnMut(&[usize]),
    ) {
        let mut behind: Vec<Vec<Span>> = Vec::new();
        let all = self.nearest_ends(places, spend, |spans| behind.push(spans.to_vec()));
        behind.reverse();
        let mut path = Vec::with_capacity(self.steps.len());
        for span in all.into_iter().flatten() {
            path.clear();
            path.push(position(span.start));
            let mut at = span.start;
            for (step, spans) in self.steps.iter().skip(1).zip(&behind) {
                let furthest = at + 1 + Place::from(step.gap_max);
                let in_reach = spans.partition_point(|s| s.start <= furthest);
                let in_time = spans.partition_point(|s| s.end <= span.end);
                let chosen = in_reach.min(in_time).checked_sub(1);
                let Some(next) = chosen.and_then(|chosen| spans.get(chosen)) else {
                    break;
                };
                at = next.start;
                path.push(position(at));
            }
            f(&path);
        }
    }

    /// For each start of the phrase its nearest end; `None` if a slot has no place that fits.
    /// Shows the same of the phrase without its first steps to `visit`, shortest rest first.
    ///
    /// The nearest end never decreases from one start to the next, so that the first place within
    /// reach leads to it.
    fn nearest_ends(
        &self,
        places: &Places,
        spend: &impl Fn(usize) -> bool,
        mut visit: impl FnMut(&[Span]),
    ) -> Option<Vec<Span>> {
        let (last, before) = self.steps.split_last()?;
        if spend(PREPARED + places.of(last.slot).len()) {
            return None;
        }
        let ends = places.of(last.slot).iter().map(|&place| Span {
            start: place,
            end: place + 1,
        });
        let mut spans: Vec<Span> = ends.collect();
        let mut gap = last;
        for step in before.iter().rev() {
            if spans.is_empty() || spend(places.of(step.slot).len()) {
                return None;
            }
            visit(&spans);
            let mut starts = Vec::with_capacity(spans.len());
            let mut at = 0;
            for &place in places.of(step.slot) {
                let nearest = place + 1 + Place::from(gap.gap_min);
                let furthest = place + 1 + Place::from(gap.gap_max);
                while spans.get(at).is_some_and(|span| span.start < nearest) {
                    at += 1;
                }
                match spans.get(at) {
                    None => break,
                    Some(span) if span.start <= furthest => starts.push(Span {
                        start: place,
                        end: span.end,
                    }),
                    Some(_) => {}
                }
            }
            spans = starts;
            gap = step;
        }
        Some(spans)
    }
}

impl SpanStep {
    /// The places of this step's slot that are within its gap after one of
    /// `reached`. Returns the work it took.
    fn reach(&self, list: &[Place], reached: &[Place], next: &mut Vec<Place>) -> usize {
        next.clear();
        let (least, most) = (Place::from(self.gap_min), Place::from(self.gap_max));
        let Some(&first) = reached.first() else {
            return 0;
        };
        let begin = list.partition_point(|&place| place < first + 1 + least);
        let mut from = reached.iter().copied().peekable();
        let mut work = SEARCHED + reached.len();
        for &place in list.get(begin..).unwrap_or_default() {
            work += 1;
            while from.next_if(|&before| before + 1 + most < place).is_some() {}
            match from.peek() {
                None => break,
                Some(&before) if before + 1 + least <= place => next.push(place),
                Some(_) => {}
            }
            if next.len() == MOST_ENDS {
                break;
            }
        }
        work
    }
}

/// A sweep for the occurrences of a phrase with slop.
///
/// The place of each slot is shifted back by the slot's place in the phrase as typed. The phrase
/// occurs where the shifted places of all slots differ by at most the slop.
struct Sloppy<'a> {
    slots: Vec<ShiftedSlot<'a>>,
    slop: i64,
    /// Places that several slots can fill, if there are any.
    matching: Option<Matching>,
}

struct ShiftedSlot<'a> {
    places: &'a [Place],
    /// Index of the first place within the window.
    next: usize,
    shift: i64,
}

impl ShiftedSlot<'_> {
    /// The first shifted place that is at least `low`.
    fn seek(&mut self, low: i64) -> Option<i64> {
        while let Some(&place) = self.places.get(self.next) {
            let shifted = place as i64 - self.shift;
            if shifted >= low {
                return Some(shifted);
            }
            self.next += 1;
        }
        None
    }
}

impl<'a> Sloppy<'a> {
    fn new(phrase: &SpanPhrase, places: &'a Places) -> Self {
        let mut shift = 0;
        let mut slots = Vec::with_capacity(phrase.steps.len());
        for (number, step) in phrase.steps.iter().enumerate() {
            if number > 0 {
                shift += 1 + i64::from(step.gap_min);
            }
            slots.push(ShiftedSlot {
                places: places.of(step.slot),
                next: 0,
                shift,
            });
        }
        let matching = phrase
            .shares_tokens
            .then(|| Matching::new(phrase.steps.len(), places.end()));
        Self {
            slots,
            slop: i64::from(phrase.slop),
            matching,
        }
    }

    fn spans(mut self, spend: &impl Fn(usize) -> bool, out: &mut Vec<Span>) {
        let mut low = Some(i64::MIN);
        let mut windows = 0;
        if spend(PREPARED + self.slots.len()) {
            return;
        }
        while let Some(from) = low {
            low = self.next_window(from, out);
            windows += 1;
            if windows == CHECKED {
                if spend(self.work(windows)) {
                    return;
                }
                windows = 0;
            }
        }
        spend(self.work(windows));
    }

    /// The work of windows: a comparison and a move for each slot, and the places that were
    /// visited to tell slots apart.
    fn work(&mut self, windows: usize) -> usize {
        let visits = self.matching.as_mut();
        let visits = visits.map_or(0, |matching| std::mem::take(&mut matching.visits));
        2 * windows * self.slots.len() + visits
    }

    /// Considers the next window whose shifted places begin at `low` or later. Returns where the
    /// one after it begins at the earliest; `None` after the last.
    fn next_window(&mut self, low: i64, out: &mut Vec<Span>) -> Option<i64> {
        let (least, most) = self.seek(low)?;
        if most - least > self.slop {
            // No window that begins earlier reaches the slot that is
            // furthest back.
            return Some(most - self.slop);
        }
        out.extend(self.window(least));
        Some(least + 1)
    }

    /// The least and the greatest of the first shifted places of all slots from `low` on.
    fn seek(&mut self, low: i64) -> Option<(i64, i64)> {
        let (mut least, mut most) = (i64::MAX, i64::MIN);
        for slot in &mut self.slots {
            let shifted = slot.seek(low)?;
            least = least.min(shifted);
            most = most.max(shifted);
        }
        Some((least, most))
    }

    /// Appends the extents of the occurrences in every window.
    fn all_spans(mut self, spend: &impl Fn(usize) -> bool, out: &mut Vec<Span>) {
        let mut extents = Extents::default();
        let mut low = i64::MIN;
        let mut work = PREPARED + self.slots.len();
        let mut most_spans = CHECKED;
        while let Some((least, most)) = self.seek(low) {
            work += 2 * self.slots.len();
            if most - least > self.slop {
                low = most - self.slop;
            } else {
                work += extents.append(&self.slots, least + self.slop, out);
                low = least + 1;
            }
            if out.len() > most_spans {
                // Windows overlap, and most extents are in several.
                out.sort_unstable();
                out.dedup();
                most_spans = 2 * out.len().max(CHECKED);
            }
            if work > CHECKED && spend(std::mem::take(&mut work)) || out.len() > MOST_SPANS {
                return;
            }
        }
        spend(work);
    }

    /// The occurrence whose shifted places begin at `low`.
    fn window(&mut self, low: i64) -> Option<Span> {
        let chosen: &mut dyn Iterator<Item = Place> = match &mut self.matching {
            None => &mut self
                .slots
                .iter()
                .filter_map(|s| s.places.get(s.next).copied()),
            Some(matching) => &mut matching
                .update(&self.slots, low, self.slop)?
                .iter()
                .copied(),
        };
        let (mut start, mut last) = (Place::MAX, 0);
        for place in chosen {
            start = start.min(place);
            last = last.max(place);
        }
        Some(Span {
            start,
            end: last + 1,
        })
    }
}

/// The extents of the occurrences in one window.
///
/// Two places are an extent if each slot has a place of its own from one to the other, and both
/// can be places of different slots: then one assignment does both (Mendelsohn and Dulmage 1958).
#[derive(Default)]
struct Extents {
    /// The places within the window with their slots, in order.
    filled: Vec<(Place, u32)>,
    /// By distinct place: where it begins in `filled`.
    starts: Vec<usize>,
    /// By slot: its place, as an index of `starts`.
    owned: Vec<Option<usize>>,
    /// By place: its slot.
    owners: Vec<Option<usize>>,
    /// By slot: the last search that visited it.
    visited: Vec<usize>,
    searches: usize,
    /// Number of slots visited.
    work: usize,
}

impl Extents {
    /// Appends the extents of all occurrences whose shifted places are at most `high`. Returns the
    /// work it took.
    fn append(&mut self, slots: &[ShiftedSlot<'_>], high: i64, out: &mut Vec<Span>) -> usize {
        self.fill(slots, high);
        let places = self.starts.len();
        // The places from `first` to `end` are assigned as far as possible.
        let mut end = 0;
        let mut missing = slots.len();
        for first in 0..places {
            if first > 0 && self.release(first - 1) {
                self.searches += 1;
                let has_other = (first..end).any(|p| self.owners[p].is_none() && self.assign(p));
                missing += usize::from(!has_other);
            }
            while missing > 0 && end < places {
                self.searches += 1;
                missing -= usize::from(self.assign(end));
                end += 1;
            }
            if missing > 0 {
                break;
            }
            self.work += places - end;
            let mine = self.slots_at(first);
            for last in end.saturating_sub(1).max(first + 1)..places {
                let others = self.slots_at(last);
                if mine.len() > 1 || others.len() > 1 || mine[0].1 != others[0].1 {
                    out.push(Span {
                        start: mine[0].0,
                        end: others[0].0 + 1,
                    });
                }
            }
        }
        std::mem::take(&mut self.work)
    }

    fn fill(&mut self, slots: &[ShiftedSlot<'_>], high: i64) {
        self.filled.clear();
        for (number, slot) in (0..).zip(slots) {
            let rest = slot.places.get(slot.next..).unwrap_or_default();
            let is_within = |place: &&Place| **place as i64 - slot.shift <= high;
            let within = rest.iter().take_while(is_within);
            self.filled.extend(within.map(|&place| (place, number)));
        }
        self.filled.sort_unstable();
        self.work = self.filled.len();
        self.starts.clear();
        let mut last = None;
        for (at, &(place, _)) in self.filled.iter().enumerate() {
            if last.replace(place) != Some(place) {
                self.starts.push(at);
            }
        }
        self.owned.clear();
        self.owned.resize(slots.len(), None);
        self.owners.clear();
        self.owners.resize(self.starts.len(), None);
        self.visited.resize(slots.len(), 0);
    }

    /// The slots that a place can fill, at least one.
    fn slots_at(&self, place: usize) -> &[(Place, u32)] {
        let end = self.starts.get(place + 1).copied();
        &self.filled[self.starts[place]..end.unwrap_or(self.filled.len())]
    }

    /// Takes a place from its slot; returns `false` if it has none.
    fn release(&mut self, place: usize) -> bool {
        let slot = self.owners[place].take();
        if let Some(slot) = slot {
            self.owned[slot] = None;
        }
        slot.is_some()
    }

    /// Gives a place to a slot without one, moving others if need be, by an augmenting path over
    /// slots that the current search has not visited.
    fn assign(&mut self, place: usize) -> bool {
        // Each slot on the way with the place that it would get.
        let mut path: Vec<(usize, usize)> = Vec::new();
        let mut branches = vec![(place, 0)];
        while let Some((from, next)) = branches.last_mut() {
            let from = *from;
            let tried = *next;
            *next += 1;
            let Some(&(_, slot)) = self.slots_at(from).get(tried) else {
                branches.pop();
                path.pop();
                continue;
            };
            let slot = slot as usize;
            self.work += 1;
            if std::mem::replace(&mut self.visited[slot], self.searches) == self.searches {
                continue;
            }
            path.push((slot, from));
            match self.owned[slot] {
                Some(moved) => branches.push((moved, 0)),
                None => {
                    for (slot, place) in path {
                        self.owned[slot] = Some(place);
                        self.owners[place] = Some(slot);
                    }
                    return true;
                }
            }
        }
        false
    }
}

/// Assigns each slot a place of its own, by augmenting paths (Berge; Kuhn).
/// Assignments are reused in the next window as far as they are within it.
struct Matching {
    /// By slot: its place, or [`UNMATCHED`].
    places: Vec<Place>,
    /// By position: the slot that has it plus one.
    owners: Vec<u32>,
    /// By position: the search that visited it last, and the slot that it came from.
    visited: Vec<(u32, u32)>,
    search: u32,
    /// Number of places visited since it was last taken.
    visits: usize,
}

const UNMATCHED: Place = Place::MAX;

impl Matching {
    fn new(slots: usize, positions: usize) -> Self {
        Self {
            places: vec![UNMATCHED; slots],
            owners: vec![0; positions],
            visited: vec![(0, 0); positions],
            search: 0,
            visits: 0,
        }
    }

    /// The places of all slots whose shifted places are from `low` to `low +
    /// slop`; `None` if not every slot has one of its own.
    fn update(&mut self, slots: &[ShiftedSlot<'_>], low: i64, slop: i64) -> Option<&[Place]> {
        for (place, slot) in self.places.iter_mut().zip(slots) {
            if *place != UNMATCHED && (*place as i64 - slot.shift) < low {
                self.owners[position(*place)] = 0;
                *place = UNMATCHED;
            }
        }
        for slot in 0..slots.len() {
            if self.places[slot] == UNMATCHED && !self.augment(slot, slots, low + slop) {
                return None;
            }
        }
        Some(&self.places)
    }

    /// Finds a place for a slot, moving others if need be; `high` is the end of the window.
    fn augment(&mut self, slot: usize, slots: &[ShiftedSlot<'_>], high: i64) -> bool {
        self.search += 1;
        let mut queue = vec![slot];
        let mut head = 0;
        while let Some(&from) = queue.get(head) {
            head += 1;
            let here = &slots[from];
            for &place in here.places.get(here.next..).unwrap_or_default() {
                if place as i64 - here.shift > high {
                    break;
                }
                self.visits += 1;
                let visit = &mut self.visited[position(place)];
                if visit.0 == self.search {
                    continue;
                }
                *visit = (self.search, from as u32);
                match self.owners[position(place)] {
                    0 => {
                        self.flip(place);
                        return true;
                    }
                    owner => queue.push(owner as usize - 1),
                }
            }
        }
        false
    }

    /// Assigns a free place to the slot it was visited from, that slot's place
    /// to the slot before, and so on.
    fn flip(&mut self, free: Place) {
        let mut place = free;
        loop {
            let slot = self.visited[position(place)].1;
            self.owners[position(place)] = slot + 1;
            let before = std::mem::replace(&mut self.places[slot as usize], place);
            if before == UNMATCHED {
                return;
            }
            place = before;
        }
    }
}
