//! Occurrences of words and phrases near each other in one article.
//!
//! Operands are near each other if they can be put in a chain, each once,
//! without overlaps, with at most the distance between neighbours. One sweep
//! from left to right finds for each occurrence the sets of operands of the
//! chains that end there, and one from right to left those of the chains that
//! start there. The occurrences within the distance that offer a set are
//! counted for each set. A sweep costs the number of occurrences times 2 ^
//! [`MAX_NEAR`](timbao_query::MAX_NEAR) at most.

use timbao_query::plan::{NearOrder, Reach};

use super::places::{Place, Places};
use super::spans::{Span, SpanPhrase};

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

/// Number of occurrences between two calls of `stop`.
const CHECKED: usize = 4_096;

impl SpanNear {
    /// Appends the occurrences of operands that take part, in order. If several
    /// have the same start, the shortest is appended.
    ///
    /// Ends early if `stop` returns `true`.
    pub fn spans(&self, places: &Places, stop: &impl Fn() -> bool, out: &mut Vec<Span>) {
        let mut members: Vec<Member> = Vec::new();
        let mut spans = Vec::new();
        for (operand, phrases) in (0..).zip(&self.operands) {
            spans.clear();
            for phrase in phrases {
                phrase.all_spans(places, stop, &mut spans);
            }
            if self.reach == Reach::Sentence {
                within_sentences(places, &mut spans);
            }
            if spans.is_empty() && (self.order != NearOrder::Apart || operand == 0) {
                return;
            }
            members.extend(spans.iter().map(|&span| Member { span, operand }));
        }
        members.sort_unstable();
        members.dedup();
        if self.order == NearOrder::Apart {
            return self.apart(&members, stop, out);
        }
        self.keep_complete(&mut members);
        if self.operands.len() <= 6 {
            self.chained::<1>(&members, stop, out);
        } else {
            self.chained::<{ SETS / 64 }>(&members, stop, out);
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
    fn apart(&self, members: &[Member], stop: &impl Fn() -> bool, out: &mut Vec<Span>) {
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
            if done % CHECKED == 0 && stop() {
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
        stop: &impl Fn() -> bool,
        out: &mut Vec<Span>,
    ) {
        let chains = Chains {
            sets: 1 << self.operands.len().min(timbao_query::MAX_NEAR),
            distance: self.reach.words().into(),
            is_ordered: self.order == NearOrder::Typed,
        };
        let (Some(forward), Some(backward)) = (
            chains.sweep::<WORDS>(members, Direction::Forward, stop),
            chains.sweep::<WORDS>(members, Direction::Backward, stop),
        ) else {
            return;
        };
        let mut last: Option<Member> = None;
        for ((member, before), behind) in members.iter().zip(&forward).zip(&backward) {
            let is_known = last.is_some_and(|last| {
                last.operand == member.operand && last.span.start == member.span.start
            });
            if !is_known && chains.complete(member.operand, before, behind) {
                out.push(member.span);
                last = Some(*member);
            }
        }
    }
}

/// Keeps the spans within one sentence, with places by sentence.
fn within_sentences(places: &Places, spans: &mut Vec<Span>) {
    spans.retain_mut(|span| {
        let start = places.in_sentence(span.start);
        let last = places.in_sentence(span.end - 1);
        *span = Span {
            start,
            end: last + 1,
        };
        start >> 32 == last >> 32
    });
}

/// Sets of operands, a bit for each set; a set is a number with a bit for each operand.
type Sets<const WORDS: usize> = [u64; WORDS];

const SETS: usize = 1 << timbao_query::MAX_NEAR;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    Backward,
}

struct Chains {
    /// Number of sets of operands.
    sets: usize,
    distance: Place,
    /// Whether the operands of a chain must be in the order typed.
    is_ordered: bool,
}

impl Chains {
    /// Returns `true` if an operand may come after a set of others.
    fn may_follow(&self, set: usize, own: usize, direction: Direction) -> bool {
        let wanted = match direction {
            Direction::Forward => own - 1,
            Direction::Backward => (self.sets - 1) & !(own | (own - 1)),
        };
        set & own == 0 && (!self.is_ordered || set == wanted)
    }

    /// For each occurrence the sets of operands, its own among them, of the chains that lead to
    /// it; `None` if it was stopped.
    fn sweep<const WORDS: usize>(
        &self,
        members: &[Member],
        direction: Direction,
        stop: &impl Fn() -> bool,
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
        let mut sets = vec![[0; WORDS]; members.len()];
        let mut counts = vec![0u32; self.sets];
        // The sets that are counted.
        let mut active = [0; WORDS];
        let (mut joined, mut left) = (0, 0);
        for (done, &number) in near.iter().enumerate() {
            if done % CHECKED == 0 && stop() {
                return None;
            }
            let at = edge(&members[number]);
            // Occurrences that end before this one starts are complete.
            while let Some(&joining) = far.get(joined)
                && is_before(other_edge(&members[joining]), at)
            {
                self.count(&sets[joining], |set| {
                    counts[set] += 1;
                    insert(&mut active, set);
                });
                joined += 1;
            }
            while left < joined && other_edge(&members[far[left]]).abs_diff(at) > self.distance {
                self.count(&sets[far[left]], |set| {
                    counts[set] -= 1;
                    if counts[set] == 0 {
                        remove(&mut active, set);
                    }
                });
                left += 1;
            }
            let own = 1usize << members[number].operand;
            let mut mine = [0; WORDS];
            if self.may_follow(0, own, direction) {
                insert(&mut mine, own);
            }
            self.count(&active, |set| {
                if self.may_follow(set, own, direction) {
                    insert(&mut mine, set | own);
                }
            });
            sets[number] = mine;
        }
        Some(sets)
    }

    /// The occurrences by the edge that comes first in a direction, and by the other one.
    fn orders(members: &[Member], direction: Direction) -> (Vec<usize>, Vec<usize>) {
        let mut by_start: Vec<usize> = (0..members.len()).collect();
        let mut by_end = by_start.clone();
        by_end.sort_unstable_by_key(|&number| members[number].span.end);
        match direction {
            Direction::Forward => (by_start, by_end),
            Direction::Backward => {
                by_end.reverse();
                by_start.reverse();
                (by_end, by_start)
            }
        }
    }

    fn count<const WORDS: usize>(&self, sets: &Sets<WORDS>, mut f: impl FnMut(usize)) {
        for (word, &bits) in sets.iter().enumerate() {
            let mut bits = bits;
            while bits != 0 {
                f(word * 64 + bits.trailing_zeros() as usize);
                bits &= bits - 1;
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
        let (all, own) = (self.sets - 1, 1usize << operand);
        let mut complete = false;
        self.count(before, |set| {
            complete |= contains(behind, all & !set | own);
        });
        complete
    }
}

fn insert<const WORDS: usize>(sets: &mut Sets<WORDS>, set: usize) {
    sets[set / 64] |= 1 << (set % 64);
}

fn remove<const WORDS: usize>(sets: &mut Sets<WORDS>, set: usize) {
    sets[set / 64] &= !(1 << (set % 64));
}

fn contains<const WORDS: usize>(sets: &Sets<WORDS>, set: usize) -> bool {
    sets[set / 64] >> (set % 64) & 1 == 1
}
