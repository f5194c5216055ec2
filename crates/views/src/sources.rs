//! The state of each source: its articles, its last change, its problems.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use timbao_articles::{Problem, ProblemKind, collection};
use timbao_query::iso_day;

use crate::cell::Cell;

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
    pub const COLUMNS: [&str; 8] = [
        "collection",
        "source",
        "articles",
        "files",
        "bytes",
        "date",
        "time",
        "problems",
    ];

    /// The row of a table of sources: the day and the time of the last change in Vietnam, and the number
    /// of problems.
    pub fn row(&self) -> [Cell<'_>; Self::COLUMNS.len()] {
        let [date, time] = Cell::date_and_time(self.changed_in_vietnam().as_deref());
        [
            Cell::from(&self.collection),
            Cell::optional(self.source.as_deref()),
            Cell::from(self.articles),
            Cell::from(self.files),
            Cell::from(self.bytes),
            date,
            time,
            Cell::from(self.problems.len()),
        ]
    }

    /// The last change to the minute in the time of Vietnam, such as `2026-03-25T15:30`.
    pub fn changed_in_vietnam(&self) -> Option<String> {
        let local = time_of(self.last_change? + 7 * 3600);
        local.get(..16).map(str::to_owned)
    }
}

/// A file whose articles are indexed.
#[derive(Debug, Clone, Copy)]
pub struct SourceFile<'a> {
    /// Its absolute path.
    pub path: &'a str,
    /// The end of the path that is below its source, `/`-separated.
    pub relative: &'a str,
    /// The path of its source; `None` if that is not remembered any more.
    pub source: Option<&'a str>,
    /// Whether it has articles at places inside it.
    pub is_container: bool,
    /// Number of its articles.
    pub articles: u64,
    /// Length in bytes.
    pub bytes: u64,
    /// Modification time in nanoseconds since 1970, if known.
    pub modified: Option<u64>,
    /// The read errors of the file.
    pub problems: &'a [Problem],
}

/// The folders and archives of some files, in the order of their names.
pub fn source_statuses<'a>(files: impl Iterator<Item = SourceFile<'a>>) -> Vec<SourceStatus> {
    let mut all: BTreeMap<String, SourceStatus> = BTreeMap::new();
    for file in files {
        let name = collection(file.path, file.relative, file.is_container);
        let entry = all.entry(name.clone()).or_insert_with(|| SourceStatus {
            collection: name,
            source: file.source.map(str::to_owned),
            ..SourceStatus::default()
        });
        entry.articles += file.articles;
        entry.files += 1;
        entry.bytes += file.bytes;
        let seconds = file.modified.map(|nanoseconds| nanoseconds / 1_000_000_000);
        entry.last_change = entry.last_change.max(seconds);
        let public = collection(file.path, file.relative, true);
        entry.problems.extend(
            file.problems
                .iter()
                .map(|problem| of_file(problem, &public)),
        );
    }
    all.into_values().collect()
}

fn of_file(problem: &Problem, path: &str) -> SourceProblem {
    SourceProblem {
        path: path.to_owned(),
        member: problem.member.clone(),
        kind: problem.kind,
        message: problem.message.clone(),
    }
}

fn time_of(seconds: u64) -> String {
    let day = i32::try_from(seconds / 86_400).unwrap_or(i32::MAX);
    let rest = seconds % 86_400;
    let (hours, minutes) = (rest / 3600, rest / 60 % 60);
    format!("{}T{hours:02}:{minutes:02}:{:02}", iso_day(day), rest % 60)
}

#[allow(clippy::ref_option, reason = "Serde asks for it.")]
fn iso<S: Serializer>(seconds: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    match seconds {
        Some(seconds) => serializer.serialize_some(&format!("{}Z", time_of(*seconds))),
        None => serializer.serialize_none(),
    }
}
