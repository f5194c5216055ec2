//! Occurrences of words and phrases near each other in one article.
//!
//! Operands are near each other if they can be put in a chain, each once,
//! without overlaps, with at most the distance between neighbours. One sweep
//! from left to right finds for each occurrence the sets of operands of the
//! chains that end there, and one from right to left those of the chains that
//! start there. The occurrences within the distance that offer a set are
//! counted for each set. A sweep costs the number of occurrences times 2 ^
//! [`MAX_NEAR`](timbao_query::MAX_NEAR) at most.

use super::deadline::Deadline;
use super::places::{Place, Places};
use super::spans::{Span, SpanPhrase};

/// Words or phrases near each other whose slots are numbers of a slot table.
pub(crate) struct SpanNear {
    pub(crate) operands: Vec<SpanPhrase>,
    pub(crate) distance: u32,
}

/// An occurrence of an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    span: Span,
    operand: u8,
}

/// Number of occurrences between two checks of the deadline.
const CHECKED: usize = 4_096;

impl SpanNear {
    /// Appends the occurrences of operands that take part, in order. If several
    /// have the same start, the shortest is appended.
    ///
    /// Stops early once the deadline has passed.
    pub(crate) fn spans(&self, places: &Places, deadline: &Deadline, out: &mut Vec<Span>) {
        let mut members: Vec<Member> = Vec::new();
        let mut spans = Vec::new();
        for (operand, phrase) in (0..).zip(&self.operands) {
            spans.clear();
            phrase.all_spans(places, deadline, &mut spans);
            if spans.is_empty() {
                return;
            }
            members.extend(spans.iter().map(|&span| Member { span, operand }));
        }
        members.sort_unstable();
        if self.operands.len() <= 6 {
            self.chained::<1>(&members, deadline, out);
        } else {
            self.chained::<{ SETS / 64 }>(&members, deadline, out);
        }
    }

    /// Appends the members of whole chains. There are up to `WORDS` times 64
    /// sets of operands.
    fn chained<const WORDS: usize>(
        &self,
        members: &[Member],
        deadline: &Deadline,
        out: &mut Vec<Span>,
    ) {
        let chains = Chains::new(self.operands.len(), self.distance);
        let (Some(forward), Some(backward)) = (
            chains.sweep::<WORDS>(members, Direction::Forward, deadline),
            chains.sweep::<WORDS>(members, Direction::Backward, deadline),
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
}

impl Chains {
    fn new(operands: usize, distance: u32) -> Self {
        Self {
            sets: 1 << operands.min(timbao_query::MAX_NEAR),
            distance: distance.into(),
        }
    }

    /// For each occurrence the sets of operands, its own among them, of the chains that lead to
    /// it; `None` once the deadline has passed.
    fn sweep<const WORDS: usize>(
        &self,
        members: &[Member],
        direction: Direction,
        deadline: &Deadline,
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
        let (mut joined, mut left) = (0, 0);
        for (done, &number) in near.iter().enumerate() {
            if done % CHECKED == 0 && deadline.has_passed() {
                return None;
            }
            let at = edge(&members[number]);
            // Occurrences that end before this one starts are complete.
            while let Some(&joining) = far.get(joined)
                && is_before(other_edge(&members[joining]), at)
            {
                self.count(&sets[joining], |set| counts[set] += 1);
                joined += 1;
            }
            while left < joined && other_edge(&members[far[left]]).abs_diff(at) > self.distance {
                self.count(&sets[far[left]], |set| counts[set] -= 1);
                left += 1;
            }
            let own = 1usize << members[number].operand;
            let mut mine = [0; WORDS];
            insert(&mut mine, own);
            for (set, &count) in counts.iter().enumerate() {
                if count > 0 && set & own == 0 {
                    insert(&mut mine, set | own);
                }
            }
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

fn contains<const WORDS: usize>(sets: &Sets<WORDS>, set: usize) -> bool {
    sets[set / 64] >> (set % 64) & 1 == 1
}
