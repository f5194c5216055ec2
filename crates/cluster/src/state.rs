//! The sources of an index and their files, as documents in the cluster.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use timbao_articles::changes::is_within;
use timbao_articles::{Problem, WalkOptions};
use timbao_views::{SourceFile, SourceStatus, source_statuses};

use crate::admin::{describe, state_alias};
use crate::client::Client;
use crate::error::Result;
use crate::feed::{file_hash, short_hash, sort_key};
use crate::scroll::scroll;

/// A file or directory whose articles are indexed, with its options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its absolute path. It identifies the source, on whatever machine it is read.
    pub path: String,
    /// See [`WalkOptions::hidden`].
    #[serde(default)]
    pub hidden: bool,
    /// The machine that read it last.
    #[serde(default)]
    pub machine: String,
    /// Forgotten files and directories inside it.
    #[serde(default)]
    pub forgotten: Vec<String>,
}

impl Source {
    /// Returns `true` if a path is this source or inside it, and not forgotten.
    pub(crate) fn holds(&self, path: &str) -> bool {
        let has_forgotten = || self.forgotten.iter().any(|inner| is_within(path, inner));
        is_within(path, &self.path) && !has_forgotten()
    }

    /// The options for walking it. Other sources inside it are walked by themselves.
    pub(crate) fn walk(&self, all: &[Self]) -> WalkOptions {
        let forgotten = self.forgotten.iter().map(|path| (path, "forgotten"));
        let inside = all.iter().map(|other| &other.path);
        let inside = inside.filter(|path| **path != self.path && is_within(path, &self.path));
        let inside = inside.map(|path| (path, "another source"));
        WalkOptions {
            hidden: self.hidden,
            except: forgotten
                .chain(inside)
                .map(|(path, reason)| (PathBuf::from(path), reason))
                .collect(),
            ..WalkOptions::default()
        }
    }

    pub(crate) fn key(&self) -> String {
        source_key(&self.path)
    }

    pub(crate) fn document(&self) -> Value {
        json!({
            "kind": "source", "key": sort_key(&self.key()), "path": self.path, "data": self,
        })
    }
}

/// The key of the source with a path.
pub(crate) fn source_key(path: &str) -> String {
    short_hash(&["source", path])
}

/// The name of this machine.
pub(crate) fn machine() -> String {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    match host.trim() {
        "" => std::env::var("COMPUTERNAME").unwrap_or_else(|_| "a machine".to_owned()),
        host => host.to_owned(),
    }
}

/// The path below the source that contains it, `/`-separated; of a source that is a file, its name.
pub(crate) fn relative(path: &str, sources: &[Source]) -> String {
    let holding = sources
        .iter()
        .filter(|source| is_within(path, &source.path));
    let outermost = holding.min_by_key(|source| source.path.len());
    let below = match outermost {
        Some(source) if source.path.len() < path.len() => path
            .get(source.path.len()..)
            .unwrap_or_default()
            .trim_start_matches(std::path::is_separator),
        _ => Path::new(path)
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or(path),
    };
    match cfg!(windows) {
        true => below.replace('\\', "/"),
        false => below.to_owned(),
    }
}

/// A file at the time of its last reading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Length in bytes.
    pub len: u64,
    /// Modification time in nanoseconds since 1970, if known.
    pub modified: Option<u64>,
    /// Inode number, 0 if unknown.
    #[serde(default)]
    pub inode: u64,
    /// Its path relative to its source.
    pub relative: String,
    /// Whether the same length and time imply the same content. They do not if the file was still
    /// being written, or was not read completely.
    #[serde(default)]
    pub settled: bool,
    /// Number of its articles in the index.
    #[serde(default)]
    pub articles: u64,
    /// Whether some articles are of an earlier version, because the file has not been read
    /// completely since.
    #[serde(default)]
    pub kept: bool,
    /// The read errors of the file.
    #[serde(default)]
    pub problems: Vec<Problem>,
    /// Whether it has articles at places inside it.
    #[serde(default)]
    pub container: bool,
}

/// The id of a file's document.
pub(crate) fn file_id(path: &str) -> String {
    file_hash(path)
}

/// The document of a file.
pub(crate) fn file_document(path: &str, source: &Source, entry: &FileEntry) -> Value {
    json!({
        "kind": "file", "key": sort_key(&file_id(path)), "source": source.key(), "path": path,
        "articles": entry.articles, "data": { "path": path, "entry": entry },
    })
}

#[derive(Deserialize)]
struct FileData {
    path: String,
    entry: FileEntry,
}

/// All sources, in the order of their paths.
///
/// # Errors
///
/// If the cluster fails.
pub fn sources(client: &Client) -> Result<Vec<Source>> {
    refresh(client)?;
    let mut sources: Vec<Source> = documents(client, &json!({ "term": { "kind": "source" } }))?;
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

/// The folders and archives of all machines that articles came from, at the last update of each.
///
/// # Errors
///
/// If there is no such index, or the cluster fails.
pub fn source_list(client: &Client) -> Result<Vec<SourceStatus>> {
    describe(client)?;
    let sources = sources(client)?;
    let mut files = Vec::new();
    for source in &sources {
        let here = self::files(client, source)?.into_iter();
        files.extend(here.map(|(path, entry)| (path, entry, &source.path)));
    }
    Ok(source_statuses(files.iter().map(
        |(path, entry, source)| SourceFile {
            path,
            relative: &entry.relative,
            source: Some(source),
            is_container: entry.container,
            articles: entry.articles,
            bytes: entry.len,
            modified: entry.modified,
            problems: &entry.problems,
        },
    )))
}

/// The files of a source, by path.
pub(crate) fn files(client: &Client, source: &Source) -> Result<BTreeMap<String, FileEntry>> {
    let query = json!({ "bool": { "filter": [
        { "term": { "kind": "file" } }, { "term": { "source": source.key() } },
    ] } });
    let files: Vec<FileData> = documents(client, &query)?;
    Ok(files
        .into_iter()
        .map(|file| (file.path, file.entry))
        .collect())
}

/// Makes writes to the state visible to searches.
pub(crate) fn refresh(client: &Client) -> Result<()> {
    let path = format!("{}/_refresh", state_alias(client.name()));
    client.call("POST", &path)?.ok().map(drop)
}

fn documents<T: DeserializeOwned>(client: &Client, query: &Value) -> Result<Vec<T>> {
    let mut found = Vec::new();
    let body = json!({ "query": query, "_source": ["data"] });
    scroll(client, &state_alias(client.name()), &body, &mut |hit| {
        let data = hit.pointer("/_source/data").cloned().unwrap_or_default();
        found.extend(serde_json::from_value(data).ok());
        Ok(())
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str) -> Source {
        Source {
            path: path.to_owned(),
            hidden: false,
            machine: String::new(),
            forgotten: vec![format!("{path}/old")],
        }
    }

    #[test]
    fn a_source_holds_what_is_inside_and_not_forgotten() {
        for (path, held) in [
            ("/a/b", true),
            ("/a/b/c.txt", true),
            ("/a/bc", false),
            ("/a", false),
            ("/a/b/old/c.txt", false),
            ("/a/b/older.txt", true),
        ] {
            assert_eq!(source("/a/b").holds(path), held, "{path}");
        }
    }

    #[test]
    fn the_outermost_source_gives_the_relative_path() {
        for (sources, path, expected) in [
            (&["/a"][..], "/a/b/c.txt", "b/c.txt"),
            (&["/a/b", "/a"], "/a/b/c.txt", "b/c.txt"),
            (&["/a/b/c.txt"], "/a/b/c.txt", "c.txt"),
            (&["/"], "/a/b/c.txt", "a/b/c.txt"),
            (&[], "/a/b/c.txt", "c.txt"),
        ] {
            let sources: Vec<_> = sources.iter().map(|s| source(s)).collect();
            assert_eq!(relative(path, &sources), expected, "{sources:?}");
        }
    }

    #[test]
    fn a_source_skips_sources_inside_it() {
        let all = [source("/a"), source("/a/b"), source("/ab")];
        let except = all[0].walk(&all).except;
        let paths: Vec<_> = except
            .iter()
            .map(|(path, _)| path.to_str().unwrap())
            .collect();
        assert_eq!(paths, ["/a/old", "/a/b"]);
    }
}
