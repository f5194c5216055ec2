//! Articles that an update would remove but that seem to be unavailable rather
//! than deleted.
//!
//! A disk that is not mounted, a truncated archive and a program that emptied
//! its files look like deletions. So an update counts the articles it would
//! remove of each source, of each directory in it and of each file of several
//! articles, and keeps the lost ones
//!
//! - if they are all: of a source always, of a directory or file that has two
//!   articles or more;
//! - if they are more than half: of a source from [`FEW_OF_SOURCE`] articles
//!   on, of a directory or file from [`FEW`] on.
//!
//! A file counts by itself only while it is there; one that is gone counts for
//! its directories, unless it is a source.
//!
//! Articles that are replaced, moved, or found elsewhere in the same update are
//! not lost. New articles at the same path make up for as many lost ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::is_separator;

use serde::Serialize;

/// A source, a directory in it or a file of several articles that is missing,
/// wholly or for the most part, for example because a disk is not mounted. Its
/// articles stay until it is back, is forgotten, or is allowed to vanish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vanished {
    /// The missing path.
    pub path: String,
    /// Number of articles that would be removed.
    pub articles: u64,
    /// Number of its articles in the index.
    pub had: u64,
}

impl fmt::Display for Vanished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            articles,
            had,
        } = self;
        write!(
            f,
            "{path} is gone, or most of it: {articles} of its {had} articles would be removed"
        )
    }
}

/// The effect of an update on one file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileChange {
    /// Articles of it in the index before.
    pub before: u64,
    /// Articles of it in the index afterwards.
    pub after: u64,
    /// Removed articles that were not found elsewhere.
    pub lost: u64,
    /// Whether the file is there.
    pub is_there: bool,
}

/// The outermost sources, directories and files that seem to be unavailable.
/// `sources` are the remembered ones and those in scope. Files of `known`, which
/// are paths with numbers of articles, stay as they are unless they are among
/// `changes`.
pub fn vanished<'a>(
    known: impl IntoIterator<Item = (&'a str, u64)>,
    changes: &BTreeMap<&str, FileChange>,
    sources: &BTreeSet<&str>,
) -> Vec<Vanished> {
    let mut units: BTreeMap<&str, FileChange> = BTreeMap::new();
    let gone = changes.iter().filter(|(_, change)| change.lost > 0);
    for (path, change) in gone {
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
    if units.is_empty() {
        return Vec::new();
    }
    let mut count = |path, before: u64, after: u64| {
        for directory in directories(path, sources) {
            if let Some(unit) = units.get_mut(directory) {
                unit.before += before;
                unit.after += after;
            }
        }
    };
    for (path, articles) in known {
        if !changes.contains_key(path) {
            count(path, articles, articles);
        }
    }
    for (path, change) in changes {
        count(path, change.before, change.after);
    }
    let mut away: Vec<Vanished> = Vec::new();
    // A directory comes before its contents.
    for (path, unit) in units {
        let is_inside = away.iter().any(|found| is_within(path, &found.path));
        let is_file = changes.contains_key(path);
        if !is_inside && is_away(unit, sources.contains(path), is_file) {
            away.push(Vanished {
                path: path.to_owned(),
                articles: unit.lost.min(unit.before),
                had: unit.before,
            });
        }
    }
    away
}

/// Returns `true` if a path equals a directory or is inside it.
pub fn is_within(path: &str, directory: &str) -> bool {
    match path.strip_prefix(directory) {
        Some("") => true,
        Some(rest) => rest.starts_with(is_separator) || directory.ends_with(is_separator),
        None => false,
    }
}

/// Fewer articles of a source can go, as long as others stay.
const FEW_OF_SOURCE: u64 = 3;
/// Fewer articles of a directory or a file can go, as long as others stay.
const FEW: u64 = 10;

fn is_away(unit: FileChange, is_source: bool, is_file: bool) -> bool {
    let lost = unit.lost.min(unit.before.saturating_sub(unit.after));
    let few = match is_source && !is_file {
        true => FEW_OF_SOURCE,
        false => FEW,
    };
    let is_all = lost == unit.before && (is_source || unit.before > 1);
    lost > 0 && (is_all || lost >= few && 2 * lost > unit.before)
}

/// The directories that a file is in, up to the outermost source.
fn directories<'p>(path: &'p str, sources: &BTreeSet<&str>) -> impl Iterator<Item = &'p str> {
    let outermost = sources.iter().filter(|source| is_within(path, source));
    let least = outermost.map(|source| source.len()).min();
    let least = least.unwrap_or(path.len());
    let ends = path.rmatch_indices(is_separator);
    // The directory of `/a` is `/`.
    ends.map(move |(at, _)| &path[..at.max(1)])
        .filter(move |directory| directory.len() >= least)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paths that seem unavailable after changes to files of `/s` and `/t`,
    /// each given with the number of articles it had, has and lost. A path with
    /// a leading minus is a deleted file.
    fn away(files: &[(&str, u64, u64, u64)]) -> Vec<String> {
        let mut known = Vec::new();
        let mut changes = BTreeMap::new();
        for (name, before, after, lost) in files {
            let path = name.trim_start_matches('-');
            if *before > 0 {
                known.push((path, *before));
            }
            if before != after || *lost > 0 {
                let change = FileChange {
                    before: *before,
                    after: *after,
                    lost: *lost,
                    is_there: path == *name,
                };
                changes.insert(path, change);
            }
        }
        let sources = BTreeSet::from(["/s", "/t"]);
        let away = vanished(known, &changes, &sources);
        away.into_iter().map(|vanished| vanished.path).collect()
    }

    #[test]
    fn a_few_deletions_are_none() {
        // Path, articles before, afterwards, lost.
        for files in [
            &[("-/s/a", 1, 0, 1), ("/s/b", 1, 1, 0), ("/s/c", 1, 1, 0)][..],
            &[("-/s/a", 1, 0, 1), ("-/s/b", 1, 0, 1), ("/s/c", 1, 1, 0)],
            // One article in a directory of its own.
            &[("-/s/d/a", 1, 0, 1), ("/s/b", 1, 1, 0)],
            &[
                ("-/s/d/a", 9, 0, 9),
                ("/s/d/b", 1, 1, 0),
                ("/s/b", 99, 99, 0),
            ],
            // Half of it, or a file of several articles.
            &[("-/s/a", 50, 0, 50), ("/s/b", 50, 50, 0)],
            // Moved, or found elsewhere.
            &[("-/s/a", 50, 0, 0), ("/s/b", 0, 50, 0)],
            // Others came in its place.
            &[("-/s/a", 50, 0, 50), ("/s/b", 0, 50, 0)],
            // Lines of a file.
            &[("/s/a", 4, 1, 3), ("/s/b", 9, 9, 0)],
            &[("/s/a", 100, 60, 40)],
            // Files without articles.
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
            (&[("/s", 3000, 1, 2999)], &["/s"]),
            (&[("-/s/a", 249, 0, 249), ("/s/b", 1, 1, 0)], &["/s"]),
            (&[("-/s/a", 3, 0, 3), ("/s/b", 2, 2, 0)], &["/s"]),
            (&[("-/s/a/b/c", 2, 0, 2), ("/s/b", 9, 9, 0)], &["/s/a"]),
            (
                &[
                    ("-/s/a/b/c", 700, 0, 700),
                    ("/s/a/d", 5, 5, 0),
                    ("/s/b", 900, 900, 0),
                ],
                &["/s/a"],
            ),
            // Files that were emptied or cut short.
            (&[("/s/a", 3000, 1, 2999), ("/s/b", 9, 9, 0)], &["/s/a"]),
            (&[("/s/a", 2, 0, 2), ("/s/b", 9, 9, 0)], &["/s/a"]),
            // Each source by itself.
            (&[("-/s/a", 5, 0, 5), ("/t/a", 5, 5, 0)], &["/s"]),
            (&[("-/s/a", 5, 0, 5), ("-/t/a", 5, 0, 5)], &["/s", "/t"]),
        ] {
            assert_eq!(away(files), expected, "{files:?}");
        }
    }
}
