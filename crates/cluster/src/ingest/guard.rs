//! Articles that an update would remove but that seem to be unavailable rather
//! than deleted, by the rule of the local engine.
//!
//! Counted are the articles of each source, of each directory in it and of each
//! file that is still there. They are unavailable if all of them would go (of a
//! source always, of a directory or file that has two articles or more), or
//! more than half of them and at least [`FEW_OF_SOURCE`] or [`FEW`].

use std::collections::BTreeMap;

use super::report::Vanished;
use crate::state::is_within;

/// Fewer articles of a source can go, as long as others stay.
const FEW_OF_SOURCE: u64 = 3;
/// Fewer articles of a directory or a file can go, as long as others stay.
const FEW: u64 = 10;

/// The effect of an update on one file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// Articles of it in the index before.
    pub(super) before: u64,
    /// Articles of it in the index afterwards.
    pub(super) after: u64,
    /// Removed articles that were not found elsewhere.
    pub(super) lost: u64,
    /// Whether the file is there.
    pub(super) is_there: bool,
}

/// The outermost sources, directories and files that seem to be unavailable. `changes` has all
/// files of the sources, unchanged ones too.
pub(super) fn vanished(changes: &BTreeMap<&str, Change>, sources: &[&str]) -> Vec<Vanished> {
    let mut units: BTreeMap<&str, Change> = BTreeMap::new();
    for (path, change) in changes.iter().filter(|(_, change)| change.lost > 0) {
        if change.is_there || sources.contains(path) {
            units.insert(path, *change);
        }
        // Directories are away with whole files; a file that is shorter is not.
        if change.after == 0 {
            for directory in directories(path, sources) {
                units.entry(directory).or_default().lost += change.lost;
            }
        }
    }
    for (path, change) in changes {
        for directory in directories(path, sources) {
            if let Some(unit) = units.get_mut(directory) {
                unit.before += change.before;
                unit.after += change.after;
            }
        }
    }
    let mut away: Vec<Vanished> = Vec::new();
    // A directory comes before its contents.
    for (path, unit) in units {
        let is_inside = away.iter().any(|found| is_within(path, &found.path));
        let is_file = changes.contains_key(path);
        if !is_inside && is_away(unit, sources.contains(&path), is_file) {
            away.push(Vanished {
                path: path.to_owned(),
                articles: unit.lost.min(unit.before),
                had: unit.before,
            });
        }
    }
    away
}

fn is_away(unit: Change, is_source: bool, is_file: bool) -> bool {
    let lost = unit.lost.min(unit.before.saturating_sub(unit.after));
    let few = match is_source && !is_file {
        true => FEW_OF_SOURCE,
        false => FEW,
    };
    let is_all = lost == unit.before && (is_source || unit.before > 1);
    lost > 0 && (is_all || lost >= few && 2 * lost > unit.before)
}

/// The directories that a file is in, up to the outermost source.
fn directories<'p>(path: &'p str, sources: &[&str]) -> impl Iterator<Item = &'p str> {
    let outermost = sources.iter().filter(|source| is_within(path, source));
    let least = outermost.map(|source| source.len()).min();
    let least = least.unwrap_or(path.len());
    let ends = path.rmatch_indices(std::path::is_separator);
    // The directory of `/a` is `/`.
    ends.map(move |(at, _)| &path[..at.max(1)])
        .filter(move |directory| directory.len() >= least)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paths that seem unavailable after changes, each a path with the number of articles it
    /// had, has and lost. A path with a leading minus is a deleted file.
    fn away(files: &[(&str, u64, u64, u64)]) -> Vec<String> {
        let changes = files.iter().map(|&(name, before, after, lost)| {
            let path = name.trim_start_matches('-');
            let is_there = path == name;
            (
                path,
                Change {
                    before,
                    after,
                    lost,
                    is_there,
                },
            )
        });
        let away = vanished(&changes.collect(), &["/s", "/t"]);
        away.into_iter().map(|vanished| vanished.path).collect()
    }

    #[test]
    fn a_few_deletions_are_none() {
        for files in [
            &[("-/s/a", 1, 0, 1), ("/s/b", 1, 1, 0), ("/s/c", 1, 1, 0)][..],
            &[("-/s/d/a", 1, 0, 1), ("/s/b", 1, 1, 0)],
            &[("-/s/a", 50, 0, 50), ("/s/b", 50, 50, 0)],
            &[("-/s/a", 50, 0, 0), ("/s/b", 0, 50, 0)],
            &[("/s/a", 100, 60, 40)],
            &[("-/s/a", 0, 0, 0)],
        ] {
            assert_eq!(away(files), [""; 0], "{files:?}");
        }
    }

    #[test]
    fn most_of_a_source_a_folder_or_a_file_is_away() {
        for (files, expected) in [
            (&[("-/s/a", 1, 0, 1)][..], &["/s"][..]),
            (&[("-/s", 1, 0, 1)], &["/s"]),
            (&[("-/s/a", 3, 0, 3), ("/s/b", 2, 2, 0)], &["/s"]),
            (&[("-/s/a/b/c", 2, 0, 2), ("/s/b", 9, 9, 0)], &["/s/a"]),
            (&[("/s/a", 3000, 1, 2999), ("/s/b", 9, 9, 0)], &["/s/a"]),
            (&[("-/s/a", 5, 0, 5), ("-/t/a", 5, 0, 5)], &["/s", "/t"]),
        ] {
            assert_eq!(away(files), expected, "{files:?}");
        }
    }
}
