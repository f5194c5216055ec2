//! The state of each source: its articles, its last change, its problems.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use timbao_articles::changes::is_within;
use timbao_articles::{Problem, ProblemKind, collection};
use timbao_query::iso_day;
use timbao_views::Cell;

use super::manifest::{FileEntry, Place};
use super::state::State;
use crate::error::{Error, Result};
use crate::store::Index;

/// A folder or archive that articles came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SourceStatus {
    /// Its name, as the facet `collection`.
    pub collection: String,
    /// The path of the indexed source that it is in; `None` if that is not remembered any more.
    pub source: Option<String>,
    /// Number of articles in the index.
    pub articles: u64,
    /// Number of files.
    pub files: u64,
    /// Bytes of these files.
    pub bytes: u64,
    /// The last modification of one of its files, in seconds since 1970, if known; in JSON it is
    /// written in ISO 8601.
    #[serde(serialize_with = "iso")]
    pub last_change: Option<u64>,
    /// What could not be read.
    pub problems: Vec<SourceProblem>,
}

/// A problem of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceProblem {
    /// The file, below the directory above the source.
    pub path: String,
    /// The place inside a container.
    pub member: Option<String>,
    /// The kind of problem.
    pub kind: ProblemKind,
    /// The defect and a hint.
    pub message: String,
}

impl SourceStatus {
    /// The columns of a table of sources.
    pub const COLUMNS: [&str; 7] = [
        "collection",
        "source",
        "articles",
        "files",
        "bytes",
        "last_change",
        "problems",
    ];

    /// The row of a table of sources; of the problems the number.
    pub fn row(&self) -> [Cell<'_>; Self::COLUMNS.len()] {
        [
            Cell::from(&self.collection),
            Cell::optional(self.source.as_deref()),
            Cell::from(self.articles),
            Cell::from(self.files),
            Cell::from(self.bytes),
            self.changed().map_or(Cell::Empty, Cell::from),
            Cell::from(self.problems.len()),
        ]
    }

    /// The last change in UTC, such as `2026-03-25T08:30:00Z`.
    pub fn changed(&self) -> Option<String> {
        self.last_change
            .map(|seconds| format!("{}Z", time_of(seconds)))
    }

    /// The last change to the minute in the time of Vietnam, such as `2026-03-25T15:30`.
    pub fn changed_in_vietnam(&self) -> Option<String> {
        let local = time_of(self.last_change? + 7 * 3600);
        local.get(..16).map(str::to_owned)
    }
}

fn time_of(seconds: u64) -> String {
    let day = i32::try_from(seconds / 86_400).unwrap_or(i32::MAX);
    let rest = seconds % 86_400;
    let (hours, minutes) = (rest / 3600, rest / 60 % 60);
    format!("{}T{hours:02}:{minutes:02}:{:02}", iso_day(day), rest % 60)
}

#[allow(clippy::ref_option, reason = "Serde asks for it.")]
fn iso<S: Serializer>(
    seconds: &Option<u64>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    match seconds {
        Some(seconds) => serializer.serialize_some(&format!("{}Z", time_of(*seconds))),
        None => serializer.serialize_none(),
    }
}

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
    let mut all: BTreeMap<String, SourceStatus> = BTreeMap::new();
    for (path, file) in &state.manifest.files {
        let start = path.len().saturating_sub(file.relative as usize);
        let relative = path.get(start..).unwrap_or(path);
        let name = collection(path, relative, file.is_container());
        let source = state
            .sources
            .iter()
            .find(|source| is_within(path, &source.path));
        let entry = all.entry(name.clone()).or_insert_with(|| SourceStatus {
            collection: name,
            source: source.map(|source| source.path.clone()),
            ..SourceStatus::default()
        });
        entry.articles += file.articles();
        entry.files += 1;
        entry.bytes += file.len;
        let seconds = file.modified.map(|nanoseconds| nanoseconds / 1_000_000_000);
        entry.last_change = entry.last_change.max(seconds);
        let public = collection(path, relative, true);
        entry.problems.extend(
            file.problems
                .iter()
                .map(|problem| of_file(problem, &public)),
        );
    }
    Ok(all.into_values().collect())
}

fn of_file(problem: &Problem, path: &str) -> SourceProblem {
    SourceProblem {
        path: path.to_owned(),
        member: problem.member.clone(),
        kind: problem.kind,
        message: problem.message.clone(),
    }
}

impl FileEntry {
    /// Whether the file has places inside it.
    fn is_container(&self) -> bool {
        self.members
            .iter()
            .any(|member| member.place != Place::Whole)
    }
}
