//! The state of each source: its articles, its last change, its problems.

use timbao_articles::changes::is_within;
use timbao_views::{SourceFile, SourceStatus, source_statuses};

use super::manifest::{FileEntry, Place};
use super::state::State;
use crate::error::{Error, Result};
use crate::store::Index;

/// The folders and archives of an index at the last update, in the order of their names; none for
/// an index that a writer filled.
///
/// # Errors
///
/// If the index is damaged.
pub fn status(index: &Index) -> Result<Vec<SourceStatus>> {
    let load = || index.of_latest_commit(|_| State::load(&index.engine, &index.storage));
    let state = match load() {
        Err(Error::OtherOwner { .. }) => return Ok(Vec::new()),
        loaded => loaded?,
    };
    let files = state.manifest.files.iter().map(|(path, file)| {
        let start = path.len().saturating_sub(file.relative as usize);
        let source = state
            .sources
            .iter()
            .find(|source| is_within(path, &source.path));
        SourceFile {
            path,
            relative: path.get(start..).unwrap_or(path),
            source: source.map(|source| source.path.as_str()),
            is_container: file.is_container(),
            articles: file.articles(),
            bytes: file.len,
            modified: file.modified,
            problems: &file.problems,
        }
    });
    Ok(source_statuses(files))
}

impl FileEntry {
    /// Whether the file has places inside it.
    fn is_container(&self) -> bool {
        self.members
            .iter()
            .any(|member| member.place != Place::Whole)
    }
}
