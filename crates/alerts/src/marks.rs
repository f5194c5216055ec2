//! What each search has shown already.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use timbao_views::Mark;

use crate::files::{self, Lock, lock, read};
use crate::news::News;
use crate::{Error, Result};

/// The version of the file's layout.
const VERSION: u32 = 1;

/// Largest number of articles that are remembered for a search.
const MOST_SHOWN: usize = 100_000;

/// What the searches of an index have shown, in a file. No other process changes it meanwhile.
#[derive(Debug)]
pub struct Marks {
    path: PathBuf,
    file: File,
    _lock: Lock,
}

#[derive(Debug, Serialize, Deserialize)]
struct File {
    version: u32,
    searches: BTreeMap<String, SearchMark>,
}

/// What a search has shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchMark {
    /// The arrivals that were considered.
    mark: Mark,
    /// The keys of the articles that were shown, the latest last. They are not shown again if an
    /// index is restored from a backup and they arrive once more, or if a run ended before its mark
    /// was moved.
    #[serde(default)]
    shown: VecDeque<u64>,
}

impl SearchMark {
    /// A mark of a search that has considered some arrivals, and has shown none.
    pub fn after(mark: Mark) -> Self {
        Self {
            mark,
            shown: VecDeque::new(),
        }
    }

    /// The arrivals that were considered.
    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// The keys of the articles that were shown.
    pub fn shown(&self) -> HashSet<u64> {
        self.shown.iter().copied().collect()
    }

    /// Records a text that was shown.
    pub fn show(&mut self, news: &News) {
        self.shown.extend(&news.keys);
        let excess = self.shown.len().saturating_sub(MOST_SHOWN);
        self.shown.drain(..excess);
    }

    /// Records that more arrivals were considered.
    pub fn move_after(&mut self, mark: Mark) {
        self.mark.advance(mark);
    }
}

impl Marks {
    /// Opens the marks in the [directory](crate::directory) of an index's alerts, and waits for other
    /// processes that have them open.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or its directory cannot be written.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self> {
        let dir = dir.as_ref();
        let lock = lock(dir)?;
        let path = dir.join("marks.json");
        let failed = |reason: String| Error {
            path: path.clone(),
            reason,
        };
        let file = match read(&path)? {
            Some(text) => serde_json::from_str(&text).map_err(|e| failed(e.to_string()))?,
            None => File {
                version: VERSION,
                searches: BTreeMap::new(),
            },
        };
        if file.version != VERSION {
            return Err(failed(format!(
                "version {} is of another program",
                file.version
            )));
        }
        Ok(Self {
            path,
            file,
            _lock: lock,
        })
    }

    /// The mark of a search; `None` if it was never run.
    pub fn get(&self, name: &str) -> Option<&SearchMark> {
        self.file.searches.get(name)
    }

    /// Sets the mark of a search, and writes the file.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn set(&mut self, name: &str, mark: SearchMark) -> Result<()> {
        self.file.searches.insert(name.to_owned(), mark);
        // Plain data always serializes.
        let text = serde_json::to_string(&self.file).unwrap_or_default();
        files::replace(&self.path, &format!("{text}\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_both_engines_are_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let updates = BTreeMap::from([("a".to_owned(), 5)]);
        let all = [
            Mark::Commits(vec![3, 2]),
            Mark::Updates(updates),
            Mark::default(),
        ];
        for mark in all {
            let set = SearchMark::after(mark);
            Marks::open(dir.path())
                .unwrap()
                .set("lụt", set.clone())
                .unwrap();
            assert_eq!(Marks::open(dir.path()).unwrap().get("lụt"), Some(&set));
        }
        let text = std::fs::read_to_string(dir.path().join("marks.json")).unwrap();
        assert!(text.contains(r#""mark":[],"shown":[]"#), "{text}");
    }
}
