//! Differences between two publications, word by word.

use std::ops::Range;

use serde::Serialize;

/// Maximum number of edits; beyond, the text between the common start and the common end is one
/// difference.
const MOST_EDITS: usize = 3_000;
/// Words that are not worth omitting.
const KEPT: usize = 6;

/// A piece of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiffPart {
    /// Whether it is in both, or in one only.
    pub kind: DiffKind,
    /// The words, as the newer text spells them, or the older one if only that has them.
    pub text: String,
}

/// An unchanged piece without its middle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The first words; all of them if nothing is omitted.
    pub start: String,
    /// Number of omitted words.
    pub omitted: usize,
    /// The last words; empty if nothing is omitted.
    pub end: String,
}

impl DiffPart {
    /// The words of a piece next to its neighbours: at most `before` at its start and `after` at
    /// its end. A piece that is hardly longer is kept whole.
    pub fn excerpt(&self, before: usize, after: usize) -> Excerpt {
        let words: Vec<&str> = self.text.split_whitespace().collect();
        let joined = |range: Range<usize>| words.get(range).unwrap_or_default().join(" ");
        if words.len() <= before + after + KEPT {
            return Excerpt {
                start: joined(0..words.len()),
                omitted: 0,
                end: String::new(),
            };
        }
        Excerpt {
            start: joined(0..before),
            omitted: words.len() - before - after,
            end: joined(words.len() - after..words.len()),
        }
    }
}

/// The texts that have a piece of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DiffKind {
    /// In both texts.
    Same,
    /// In the older text only.
    Removed,
    /// In the newer text only.
    Added,
}

/// A run of words that both texts have, or that one has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) kind: DiffKind,
    /// Words of the older text, empty where something is added.
    pub(super) old: Range<usize>,
    /// Words of the newer text, empty where something is removed.
    pub(super) new: Range<usize>,
}

/// Compares two rows of words with the fewest edits (Myers 1986).
pub(super) fn diff<T: PartialEq>(old: &[T], new: &[T]) -> Vec<Run> {
    let prefix = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - prefix;
    let pairs = old.iter().rev().zip(new.iter().rev()).take(rest);
    let suffix = pairs.take_while(|(a, b)| a == b).count();
    let (old_end, new_end) = (old.len() - suffix, new.len() - suffix);
    let mut runs = Runs::default();
    runs.same(prefix);
    match edits(&old[prefix..old_end], &new[prefix..new_end]) {
        Some(edits) => edits.into_iter().for_each(|edit| match edit {
            DiffKind::Same => runs.same(1),
            DiffKind::Removed => runs.removed(1),
            DiffKind::Added => runs.added(1),
        }),
        None => {
            runs.removed(old_end - prefix);
            runs.added(new_end - prefix);
        }
    }
    runs.same(suffix);
    runs.list
}

/// The edits in order; `None` if there are too many.
fn edits<T: PartialEq>(old: &[T], new: &[T]) -> Option<Vec<DiffKind>> {
    let (n, m) = (old.len() as isize, new.len() as isize);
    let most = ((n + m) as usize).min(MOST_EDITS) as isize;
    // The reach of each diagonal, for each number of edits.
    let mut reach = vec![0isize; 2 * most as usize + 3];
    let at = |k: isize| (k + most + 1) as usize;
    let mut trace: Vec<Vec<isize>> = Vec::new();
    for d in 0..=most {
        trace.push(reach[at(-d)..=at(d)].to_vec());
        for k in (-d..=d).step_by(2) {
            let down = k == -d || (k != d && reach[at(k - 1)] < reach[at(k + 1)]);
            let mut x = if down {
                reach[at(k + 1)]
            } else {
                reach[at(k - 1)] + 1
            };
            let mut y = x - k;
            while x < n && y < m && old[x as usize] == new[y as usize] {
                (x, y) = (x + 1, y + 1);
            }
            reach[at(k)] = x;
            if x >= n && y >= m {
                return Some(backtrack(&trace, d, (n, m)));
            }
        }
    }
    None
}

fn backtrack(trace: &[Vec<isize>], d: isize, (n, m): (isize, isize)) -> Vec<DiffKind> {
    let (mut x, mut y) = (n, m);
    let mut edits = Vec::new();
    for d in (1..=d).rev() {
        // Reaches with d - 1 edits; `trace[d]` was kept before the d-th.
        let reach = |k: isize| {
            trace[d as usize]
                .get((k + d) as usize)
                .copied()
                .unwrap_or(0)
        };
        let k = x - y;
        let down = k == -d || (k != d && reach(k - 1) < reach(k + 1));
        let before = if down { k + 1 } else { k - 1 };
        let (px, py) = (reach(before), reach(before) - before);
        while x > px
            && y > py
            && x - y == k
            && (x, y) != (px + isize::from(!down), py + isize::from(down))
        {
            edits.push(DiffKind::Same);
            (x, y) = (x - 1, y - 1);
        }
        edits.push(if down {
            DiffKind::Added
        } else {
            DiffKind::Removed
        });
        (x, y) = (px, py);
    }
    edits.extend((0..x).map(|_| DiffKind::Same));
    edits.reverse();
    edits
}

/// Runs under construction; removals before additions between two common runs.
#[derive(Default)]
struct Runs {
    list: Vec<Run>,
    old: usize,
    new: usize,
}

impl Runs {
    fn same(&mut self, words: usize) {
        self.push(DiffKind::Same, words, words);
    }

    fn removed(&mut self, words: usize) {
        self.push(DiffKind::Removed, words, 0);
    }

    fn added(&mut self, words: usize) {
        self.push(DiffKind::Added, 0, words);
    }

    fn push(&mut self, kind: DiffKind, old: usize, new: usize) {
        if old + new == 0 {
            return;
        }
        let (old, new) = (self.old..self.old + old, self.new..self.new + new);
        (self.old, self.new) = (old.end, new.end);
        match self.list.last_mut() {
            Some(last) if last.kind == kind => {
                last.old.end = old.end;
                last.new.end = new.end;
            }
            _ => self.list.push(Run { kind, old, new }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DiffKind, diff};
    use proptest::prelude::*;

    fn shown(old: &str, new: &str) -> String {
        let (old, new): (Vec<&str>, Vec<&str>) = (
            old.split_whitespace().collect(),
            new.split_whitespace().collect(),
        );
        let runs = diff(&old, &new).into_iter().map(|run| match run.kind {
            DiffKind::Same => new[run.new].join(" "),
            DiffKind::Removed => format!("[-{}-]", old[run.old].join(" ")),
            DiffKind::Added => format!("[+{}+]", new[run.new].join(" ")),
        });
        runs.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn differences_are_the_fewest() {
        for (old, new, expected) in [
            ("", "", ""),
            ("a b c", "a b c", "a b c"),
            ("a b c", "a c", "a [-b-] c"),
            ("a c", "a b c", "a [+b+] c"),
            ("a b c d", "a x c d", "a [-b-] [+x+] c d"),
            ("", "a b", "[+a b+]"),
            ("a b", "", "[-a b-]"),
            (
                "a b c a b b a",
                "c b a b a c",
                "[-a b-] c [+b+] a b [-b-] a [+c+]",
            ),
        ] {
            assert_eq!(shown(old, new), expected, "{old} | {new}");
        }
    }

    proptest! {
        #[test]
        fn runs_rebuild_both_texts(
            old in proptest::collection::vec(0u8..6, 0..40),
            new in proptest::collection::vec(0u8..6, 0..40),
        ) {
            let (mut a, mut b, mut same) = (Vec::new(), Vec::new(), 0);
            for run in diff(&old, &new) {
                prop_assert_eq!(run.old.start, a.len());
                prop_assert_eq!(run.new.start, b.len());
                a.extend_from_slice(&old[run.old.clone()]);
                b.extend_from_slice(&new[run.new.clone()]);
                match run.kind {
                    DiffKind::Same => {
                        prop_assert_eq!(&old[run.old.clone()], &new[run.new]);
                        same += run.old.len();
                    }
                    DiffKind::Removed => prop_assert!(run.new.is_empty()),
                    DiffKind::Added => prop_assert!(run.old.is_empty()),
                }
            }
            prop_assert_eq!(same, longest_common(&old, &new));
            prop_assert_eq!((a, b), (old, new));
        }
    }

    /// The length of the longest common subsequence, by the table of all prefixes.
    fn longest_common(a: &[u8], b: &[u8]) -> usize {
        let mut row = vec![0; b.len() + 1];
        for x in a {
            let mut diagonal = 0;
            for (j, y) in b.iter().enumerate() {
                let above = row[j + 1];
                row[j + 1] = if x == y {
                    diagonal + 1
                } else {
                    above.max(row[j])
                };
                diagonal = above;
            }
        }
        row[b.len()]
    }
}
