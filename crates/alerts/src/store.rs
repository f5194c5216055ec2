//! The file of the searches that a server keeps.

use std::path::{Path, PathBuf};

use toml::Table;

use crate::files::{lock, read, replace};
use crate::saved::SavedSearch;
use crate::{Error, Result};

/// The first lines of the file.
const HEAD: &str = "# Saved searches of the search page, which `timbao alerts` runs as well.\n\
                    # The same entries can be in timbao.toml.\n";

/// The searches that were saved on the page of an index, in a file that people can read and edit.
#[derive(Debug, Clone)]
pub struct Store {
    path: PathBuf,
}

impl Store {
    /// Largest number of searches.
    pub const MOST: usize = 500;

    /// The searches in the [directory](crate::directory) of an index's alerts.
    pub fn of(dir: impl AsRef<Path>) -> Self {
        Self {
            path: dir.as_ref().join("searches.toml"),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The searches, by name; none if there is no file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or an entry is not a search.
    pub fn load(&self) -> Result<Vec<SavedSearch>> {
        let failed = |reason: String| Error {
            path: self.path.clone(),
            reason,
        };
        let Some(text) = read(&self.path)? else {
            return Ok(Vec::new());
        };
        let file: Table = text.parse().map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(1, |before| before.matches('\n').count() + 1);
            failed(format!("line {line}: {}", error.message()))
        })?;
        let searches = match file.get("searches") {
            None => return Ok(Vec::new()),
            Some(searches) => searches.as_table(),
        };
        let searches = searches.ok_or_else(|| failed("`searches` is not a table".to_owned()))?;
        let searches = searches.iter().map(|(name, value)| {
            SavedSearch::of_toml(name, value)
                .map_err(|error| failed(format!("searches.\"{name}\": {error}")))
        });
        searches.collect()
    }

    /// Adds a search, in place of one with the same name.
    ///
    /// # Errors
    ///
    /// If the search is invalid, there are too many, or the file cannot be written.
    pub fn save(&self, search: SavedSearch) -> Result<()> {
        search.check().map_err(|error| Error {
            path: self.path.clone(),
            reason: error.to_string(),
        })?;
        self.change(|searches| {
            searches.retain(|other| other.name != search.name);
            searches.push(search);
        })
    }

    /// Removes the search with a name; returns `true` if there was one.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or written.
    pub fn remove(&self, name: &str) -> Result<bool> {
        let mut was_there = false;
        self.change(|searches| {
            let before = searches.len();
            searches.retain(|search| search.name != name);
            was_there = searches.len() < before;
        })?;
        Ok(was_there)
    }

    fn change(&self, change: impl FnOnce(&mut Vec<SavedSearch>)) -> Result<()> {
        let _lock = lock(self.path.parent().unwrap_or(Path::new(".")))?;
        let mut searches = self.load()?;
        change(&mut searches);
        if searches.len() > Self::MOST {
            return Err(Error {
                path: self.path.clone(),
                reason: format!("more than {} searches", Self::MOST),
            });
        }
        searches.sort_by(|a, b| a.name.cmp(&b.name));
        let entries = searches.iter();
        let entries: Table = entries.map(|s| (s.name.clone(), s.to_toml())).collect();
        let file = Table::from_iter([("searches".to_owned(), entries.into())]);
        replace(&self.path, &format!("{HEAD}\n{file}"))
    }
}

#[cfg(test)]
mod tests {
    use timbao_query::Filters;
    use timbao_query::plan::Facet;

    use super::*;

    #[test]
    fn searches_are_kept_in_a_readable_file() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::of(dir.path().join("index"));
        assert_eq!(store.load().unwrap(), []);
        let flood = SavedSearch {
            filters: Filters::default().with(Facet::Place, "=Huế"),
            ..SavedSearch::new("Lụt ở \"Huế\"", "lụt")
        };
        store.save(flood.clone()).unwrap();
        store.save(SavedSearch::new("Đảng", "đảng")).unwrap();
        store.save(SavedSearch::new("Đảng", "==Đảng")).unwrap();
        let expected = [flood, SavedSearch::new("Đảng", "==Đảng")];
        assert_eq!(store.load().unwrap(), expected);
        let text = std::fs::read_to_string(store.path()).unwrap();
        assert!(text.contains("query = \"==Đảng\""), "{text}");
        assert!(store.remove("Đảng").unwrap());
        assert!(!store.remove("Đảng").unwrap());
        assert_eq!(store.load().unwrap().len(), 1);
        assert!(store.save(SavedSearch::new("", "lụt")).is_err());
    }

    #[test]
    fn a_file_with_an_error_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::of(dir.path().join("index"));
        store.save(SavedSearch::new("Đảng", "đảng")).unwrap();
        for text in [
            "[searches",
            "searches = 3",
            "[searches]\n'Đảng' = 3",
            "[searches]\nb = ''",
        ] {
            std::fs::write(store.path(), text).unwrap();
            assert!(store.save(SavedSearch::new("a", "lụt")).is_err());
            assert_eq!(std::fs::read_to_string(store.path()).unwrap(), text);
        }
    }
}
