//! Articles by id or path.

use std::path::Path;

use crate::error::Result;

use super::{Address, Searcher};

impl Searcher {
    /// Finds the articles that a user names: those with an id, otherwise those at a path, with
    /// `#member` inside a container. A relative path starts at the current directory.
    ///
    /// # Errors
    ///
    /// If a file is damaged.
    pub fn find(&self, id_or_path: &str) -> Result<Vec<Address>> {
        let found = self.find_id(id_or_path)?;
        if !found.is_empty() {
            return Ok(found);
        }
        let (path, member) = match id_or_path.split_once('#') {
            Some((path, member)) => (path, Some(member)),
            None => (id_or_path, None),
        };
        let Ok(whole) = std::path::absolute(Path::new(path)) else {
            return Ok(Vec::new());
        };
        let whole = whole.canonicalize().unwrap_or(whole);
        let Some(whole) = whole.to_str() else {
            return Ok(Vec::new());
        };
        let wanted = member.map_or_else(|| whole.to_owned(), |member| format!("{whole}#{member}"));
        // The id of an article without one of its own is the end of its path.
        let starts = whole
            .char_indices()
            .filter(|(_, c)| std::path::is_separator(*c))
            .map(|(i, _)| i + 1);
        for start in starts {
            let end = wanted.get(start..).unwrap_or_default();
            let end = if cfg!(windows) {
                end.replace('\\', "/")
            } else {
                end.to_owned()
            };
            let mut at_path = Vec::new();
            for address in self.find_id(&end)? {
                if self.record(address)?.location() == wanted {
                    at_path.push(address);
                }
            }
            if !at_path.is_empty() {
                return Ok(at_path);
            }
        }
        Ok(Vec::new())
    }
}
