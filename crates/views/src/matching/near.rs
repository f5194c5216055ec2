//! Occurrences of words and phrases near each other in one article.
//!
//! Operands are near each other if they can be put in a chain, each once,
//! without overlaps, with at most the distance between neighbours. One sweep
//! from left to right finds for each occurrence the sets of operands of the
//! chains that end there, and one from right to left those of the chains that
//! start there. All sets of operands are the bits of a few words, so that a
//! sweep takes time linear in the occurrences.

use timbao_query::plan::{NearOrder, Reach};

use super::places::{Place, Places};
use super::spans::{MOST_SPANS, Span, SpanPhrase};

/// Words or phrases near each other whose slots are numbers of a slot table.
#[derive(Debug)]
pub struct SpanNear {
    /// The operands, each any of some phrases.
    pub operands: Vec<Vec<SpanPhrase>>,
    /// The distance between neighbouring operands.
    pub reach: Reach,
    /// The order of the operands.
    pub order: NearOrder,
}

/// An occurrence of an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    span: Span,
    operand: u8,
}

/// Number of occurrences between two calls of `spend`.
const CHECKED: usize = 4_096;
/// Work of an occurrence of an operand.
const WORK: usize = 4;

impl SpanNear {
    /// Appends the occurrences of operands that take part, in order. If several
    /// of an operand have the same start, the shortest of them is appended.
    ///
    /// Ends early if `spend`, which is told the work since its last call, returns `true`.
    pub fn spans(&self, places: &Places, spend: &impl Fn(usize) -> bool, out: &mut Vec<Span>) {
        let mut members: Vec<Member> = Vec::new();
        let mut spans = Vec::new();
        for (operand, phrases) in (0..).zip(&self.operands) {
            spans.clear();
            for phrase in phrases {
                phrase.all_spans(places, spend, &mut spans);
            }
            let is_too_much = members.len() + spans.len() > MOST_SPANS;
            if spend(if is_too_much {
                usize::MAX
            } else {
                WORK * spans.len()
            }) {
                return;
            }
            if self.reach == Reach::Sentence {
                by_sentence(places, &mut spans);
                // Without a part, one that crosses the end of a sentence is in all that it touches.
                if self.order != NearOrder::Apart {
                    spans.retain(|span| span.start >> 32 == (span.end - 1) >> 32);
                }
            }
            if spans.is_empty() && (self.order != NearOrder::Apart || operand == 0) {
                return;
            }
            members.extend(spans.iter().map(|&span| Member { span, operand }));
        }
        // Stable, as this merges the sorted lists of the operands.
        members.sort();
        members.dedup();
        if self.order == NearOrder::Apart {
            return self.apart(&members, spend, out);
        }
        self.keep_complete(&mut members);
        if self.operands.len() <= 6 {
            self.chained::<1>(&members, spend, out);
        } else {
            self.chained::<{ SETS / 64 }>(&members, spend, out);
        }
    }

    /// Keeps the members in paragraphs or sentences that have a member of every operand.
    fn keep_complete(&self, members: &mut Vec<Member>) {
        let all = (1u32 << self.operands.len()) - 1;
        let mut kept = 0;
        let mut start = 0;
        while let Some(first) = members.get(start) {
            let unit = first.span.start >> 32;
            let rest = members.get(start..).unwrap_or_default();
            let length = rest.partition_point(|member| member.span.start >> 32 == unit);
            let operands = rest.iter().take(length).map(|member| 1 << member.operand);
            if operands.fold(0, |some, operand: u32| some | operand) == all {
                members.copy_within(start..start + length, kept);
                kept += length;
            }
            start += length;
        }
        members.truncate(kept);
    }

    /// Appends the members of the first operand that have no member of another within reach.
    fn apart(&self, members: &[Member], spend: &impl Fn(usize) -> bool, out: &mut Vec<Span>) {
        let reach = Place::from(self.reach.words());
        // Starts of the other operands in order, with the furthest end so far.
        let mut others: Vec<Span> = Vec::new();
        for member in members.iter().filter(|member| member.operand > 0) {
            let before = others.last().map_or(0, |span| span.end);
            others.push(Span {
                start: member.span.start,
                end: before.max(member.span.end),
            });
        }
        let mut last = None;
        let mine = members.iter().filter(|member| member.operand == 0);
        for (done, Member { span, .. }) in mine.enumerate() {
            if done % CHECKED == 0 && spend(0) {
                return;
            }
            // Those that start before this one ends, or soon after.
            let until = others.partition_point(|o| o.start <= span.end.saturating_add(reach));
            let before = others.get(..until).and_then(<[_]>::last);
            let is_near = before.is_some_and(|o| o.end.saturating_add(reach) >= span.start);
            if !is_near && last != Some(span.start) {
                out.push(*span);
                last = Some(span.start);
            }
        }
    }

    /// Appends the members of whole chains. There are up to `WORDS` times 64
    /// sets of operands.
    fn chained<const WORDS: usize>(
        &self,
        members: &[Member],
        spend: &impl Fn(usize) -> bool,
        out: &mut Vec<Span>,
    ) {
        let chains = Chains {
            operands: self.operands.len().min(timbao_query::MAX_NEAR),
            distance: self.reach.words().into(),
            is_ordered: self.order == NearOrder::Typed,
        };
        let (Some(forward), Some(backward)) = (
            chains.sweep::<WORDS>(members, Direction::Forward, spend),
            chains.sweep::<WORDS>(members, Direction::Backward, spend),
        ) else {
            return;
        };
        // The start of the last member appended, by operand.
        let mut last = [None; timbao_query::MAX_NEAR];
        for ((member, before), behind) in members.iter().zip(&forward).zip(&backward) {
            let last = &mut last[usize::from(member.operand)];
            let start = Some(member.span.start);
            if *last != start && chains.complete(member.operand, before, behind) {
                out.push(member.span);
                *last = start;
            }
        }
    }
}

/// Numbers the places of spans by sentence instead of by paragraph.
fn by_sentence(places: &Places, spans: &mut [Span]) {
    for span in spans {
        *span = Span {
            start: places.in_sentence(span.start),
            end: places.in_sentence(span.end - 1) + 1,
        };
    }
}

/// Sets of operands, a bit for each set; a set is a number with a bit for each operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sets<const WORDS: usize>([u64; WORDS]);

const SETS: usize = 1 << timbao_query::MAX_NEAR;

/// For each of the first six operands, the numbers below 64 without its bit.
const WITHOUT: [u64; 6] = [
    0x5555_5555_5555_5555,
    0x3333_3333_3333_3333,
    0x0F0F_0F0F_0F0F_0F0F,
    0x00FF_00FF_00FF_00FF,
    0x0000_FFFF_0000_FFFF,
    0x0000_0000_FFFF_FFFF,
];

impl<const WORDS: usize> Sets<WORDS> {
    const NONE: Self = Self([0; WORDS]);

    /// The one set.
    fn of(set: usize) -> Self {
        let mut sets = Self::NONE;
        if let Some(word) = sets.0.get_mut(set / 64) {
            *word = 1 << (set % 64);
        }
        sets
    }

    /// The sets without an operand.
    fn without(operand: u8) -> Self {
        let mut sets = Self::NONE;
        for (number, word) in sets.0.iter_mut().enumerate() {
            *word = match WITHOUT.get(usize::from(operand)) {
                Some(&without) => without,
                None if number >> (operand - 6) & 1 == 0 => u64::MAX,
                None => 0,
            };
        }
        sets
    }

    fn or(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
        self
    }

    fn and(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= b);
        self
    }

    /// The sets with an operand in addition, which none of them contains.
    fn with(mut self, operand: u8) -> Self {
        match operand {
            0..6 => self.0.iter_mut().for_each(|word| *word <<= 1 << operand),
            // A set is a number; its operand is a whole number of words further.
            _ => {
                let words = 1 << (operand - 6);
                self.0.rotate_right(words % WORDS.max(1));
            }
        }
        self
    }

    /// The complements of the sets among a number of operands.
    fn complements(mut self, operands: usize) -> Self {
        self.0
            .iter_mut()
            .for_each(|word| *word = word.reverse_bits());
        if operands < 6 {
            self.0
                .iter_mut()
                .for_each(|word| *word >>= 64 - (1 << operands));
        } else {
            let used = (1 << (operands - 6)).min(WORDS);
            self.0.split_at_mut(used).0.reverse();
        }
        self
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    Backward,
}

struct Chains {
    operands: usize,
    distance: Place,
    /// Whether the operands of a chain must be in the order typed.
    is_ordered: bool,
}

impl Chains {
    /// The sets of others that an operand may come after.
    fn may_follow<const WORDS: usize>(&self, operand: u8, direction: Direction) -> Sets<WORDS> {
        if !self.is_ordered {
            return Sets::without(operand);
        }
        let (all, own) = ((1 << self.operands) - 1, 1 << operand);
        Sets::of(match direction {
            Direction::Forward => own - 1,
            Direction::Backward => all & !(own | (own - 1)),
        })
    }

    /// For each occurrence the sets of operands, its own among them, of the chains that lead to
    /// it; `None` if it was stopped.
    fn sweep<const WORDS: usize>(
        &self,
        members: &[Member],
        direction: Direction,
        spend: &impl Fn(usize) -> bool,
    ) -> Option<Vec<Sets<WORDS>>> {
        let (near, far) = Self::orders(members, direction);
        let edge = |member: &Member| match direction {
            Direction::Forward => member.span.start,
            Direction::Backward => member.span.end,
        };
        let other_edge = |member: &Member| match direction {
            Direction::Forward => member.span.end,
            Direction::Backward => member.span.start,
        };
        let is_before = |a: Place, b: Place| match direction {
            Direction::Forward => a <= b,
            Direction::Backward => a >= b,
        };
        let followed: Vec<Sets<WORDS>> = (0..timbao_query::MAX_NEAR as u8)
            .map(|operand| self.may_follow(operand, direction))
            .collect();
        let mut sets = vec![Sets::NONE; members.len()];
        let mut window = Window::new();
        let (mut joined, mut left) = (0, 0);
        for (done, &number) in near.iter().enumerate() {
            if done % CHECKED == 0 && spend(0) {
                return None;
            }
            let member = members[number as usize];
            let at = edge(&member);
            // Occurrences that end before this one starts are complete.
            while let Some(&joining) = far.get(joined)
                && is_before(other_edge(&members[joining as usize]), at)
            {
                window.push(sets[joining as usize]);
                joined += 1;
            }
            while left < joined
                && other_edge(&members[far[left] as usize]).abs_diff(at) > self.distance
            {
                let rest = far.get(left..joined).unwrap_or_default();
                window.pop(|number| sets[rest[number] as usize], rest.len());
                left += 1;
            }
            let before = window.any().or(&Sets::of(0));
            let allowed = &followed[usize::from(member.operand)];
            sets[number as usize] = before.and(allowed).with(member.operand);
        }
        Some(sets)
    }

    /// The occurrences by the edge that comes first in a direction, and by the other one.
    fn orders(members: &[Member], direction: Direction) -> (Vec<u32>, Vec<u32>) {
        let mut by_start: Vec<u32> = (0..members.len() as u32).collect();
        let mut by_end = by_start.clone();
        by_end.sort_by_key(|&number| members[number as usize].span.end);
        match direction {
            Direction::Forward => (by_start, by_end),
            Direction::Backward => {
                by_end.reverse();
                by_start.reverse();
                (by_end, by_start)
            }
        }
    }

    /// Returns `true` if a chain to an occurrence and one from it contain all
    /// operands together, each once.
    fn complete<const WORDS: usize>(
        &self,
        operand: u8,
        before: &Sets<WORDS>,
        behind: &Sets<WORDS>,
    ) -> bool {
        // The complements lack the operand itself, which both chains contain.
        let wanted = before.complements(self.operands).with(operand);
        wanted.and(behind) != Sets::NONE
    }
}

/// A queue of sets, and the union of all in it: two stacks, of which the front one has the union
/// from each element to the last of the stack.
struct Window<const WORDS: usize> {
    /// The last is the first of the queue.
    front: Vec<Sets<WORDS>>,
    back: Sets<WORDS>,
}

impl<const WORDS: usize> Window<WORDS> {
    fn new() -> Self {
        Self {
            front: Vec::new(),
            back: Sets::NONE,
        }
    }

    fn push(&mut self, sets: Sets<WORDS>) {
        self.back = self.back.or(&sets);
    }

    /// Removes the first; `get` returns those of the queue by number, of which there are `length`.
    fn pop(&mut self, get: impl Fn(usize) -> Sets<WORDS>, length: usize) {
        if self.front.is_empty() {
            let mut union = Sets::NONE;
            for number in (0..length).rev() {
                union = union.or(&get(number));
                self.front.push(union);
            }
            self.back = Sets::NONE;
        }
        self.front.pop();
    }

    /// The union of all.
    fn any(&self) -> Sets<WORDS> {
        self.front
            .last()
            .map_or(self.back, |front| front.or(&self.back))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Operands of one word each.
    fn near(operands: usize, distance: u32, order: NearOrder) -> SpanNear {
        SpanNear {
            operands: (0..operands).map(|_| Vec::new()).collect(),
            reach: Reach::Words(distance),
            order,
        }
    }

    /// Whether a chain of the members in `chosen` can be extended to all operands.
    fn extends(
        near: &SpanNear,
        members: &[Member],
        chosen: &mut Vec<Member>,
        part: Member,
    ) -> bool {
        if chosen.len() == near.operands.len() {
            return chosen.contains(&part);
        }
        members.iter().any(|&next| {
            let fits = match chosen.last() {
                None => near.order == NearOrder::Any || next.operand == 0,
                Some(last) => {
                    let distance = next.span.start.checked_sub(last.span.end);
                    let is_near = distance.is_some_and(|d| d <= near.reach.words().into());
                    let is_next = next.operand == last.operand + 1;
                    is_near && (near.order == NearOrder::Any || is_next)
                }
            };
            if !fits || chosen.iter().any(|other| other.operand == next.operand) {
                return false;
            }
            chosen.push(next);
            let found = extends(near, members, chosen, part);
            chosen.pop();
            found
        })
    }

    proptest! {
        #[test]
        fn the_members_are_those_of_a_chain(
            operands in 2usize..=8,
            spans in proptest::collection::vec((0u64..30, 1u64..4, 0u8..8), 1..14),
            distance in 0u32..8,
            is_ordered in any::<bool>(),
        ) {
            let order = if is_ordered { NearOrder::Typed } else { NearOrder::Any };
            let near = near(operands, distance, order);
            let member = |(start, length, operand): (u64, u64, u8)| Member {
                span: Span { start, end: start + length },
                operand: operand % operands as u8,
            };
            let mut members: Vec<Member> = spans.into_iter().map(member).collect();
            members.sort();
            members.dedup();
            let mut found = Vec::new();
            if operands <= 6 {
                near.chained::<1>(&members, &|_| false, &mut found);
            } else {
                near.chained::<4>(&members, &|_| false, &mut found);
            }
            let mut known = BTreeSet::new();
            let parts = members
                .iter()
                .filter(|&&member| extends(&near, &members, &mut Vec::new(), member))
                .filter(|member| known.insert((member.span.start, member.operand)));
            let expected: Vec<Span> = parts.map(|member| member.span).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
