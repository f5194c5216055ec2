//! Sources: the files and directories that are indexed.

use std::io;
use std::path::{Component, Path, PathBuf, is_separator};

use serde::{Deserialize, Serialize};
use timbao_articles::WalkOptions;
use timbao_articles::changes::is_within;

use crate::error::{Error, Result};

/// A file or directory whose articles are indexed, with its options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its absolute path. Symbolic links in it are kept; each update resolves
    /// them.
    pub path: String,
    /// See [`WalkOptions::hidden`].
    #[serde(default)]
    pub hidden: bool,
    /// See [`WalkOptions::follow_links`].
    #[serde(default = "yes")]
    pub follow_links: bool,
    /// See [`WalkOptions::any_extension`].
    #[serde(default)]
    pub any_extension: bool,
    /// Forgotten files and directories inside it, skipped until they are given
    /// explicitly again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forgotten: Vec<String>,
}

fn yes() -> bool {
    true
}

impl Source {
    /// Creates a source from an existing path.
    ///
    /// # Errors
    ///
    /// [`Error::NoSource`] if the path does not exist, and [`Error::Io`] if it
    /// cannot be reached or is not UTF-8.
    pub(crate) fn new(path: &Path, walk: &WalkOptions) -> Result<Self> {
        match std::fs::metadata(path) {
            Ok(_) => Self::at(&absolute(path)?, walk),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                Err(Error::NoSource { path: path.into() })
            }
            Err(e) => Err(Error::io(path)(e)),
        }
    }

    /// Creates a source from an absolute path, which may not exist.
    pub(crate) fn at(path: &Path, walk: &WalkOptions) -> Result<Self> {
        let text = path.to_str().ok_or_else(|| {
            let message = "the path of a source has to be UTF-8; name a directory above it";
            Error::io(path)(io::Error::new(io::ErrorKind::InvalidInput, message))
        })?;
        Ok(Self {
            path: text.to_owned(),
            hidden: walk.hidden,
            follow_links: walk.follow_links,
            any_extension: walk.any_extension,
            forgotten: Vec::new(),
        })
    }

    /// The options for walking it.
    pub(crate) fn walk(&self) -> WalkOptions {
        let forgotten = self.forgotten.iter().map(|path| (path.into(), FORGOTTEN));
        WalkOptions {
            hidden: self.hidden,
            follow_links: self.follow_links,
            any_extension: self.any_extension,
            except: forgotten.collect(),
        }
    }

    /// Returns `true` if a path is this source or inside it, and not forgotten.
    pub(crate) fn holds(&self, path: &str) -> bool {
        is_within(path, &self.path) && !self.has_forgotten(path)
    }

    fn has_forgotten(&self, path: &str) -> bool {
        self.forgotten
            .iter()
            .any(|directory| is_within(path, directory))
    }

    /// The path of the source without links, if it exists.
    pub(crate) fn real(&self) -> Option<PathBuf> {
        Path::new(&self.path).canonicalize().ok()
    }
}

/// The reason under which forgotten files are counted.
const FORGOTTEN: &str = "forgotten";

/// The absolute path, with symbolic links kept.
///
/// # Errors
///
/// If the working directory does not exist any more.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf> {
    let mut whole = PathBuf::new();
    for part in std::path::absolute(path)
        .map_err(Error::io(path))?
        .components()
    {
        if part == Component::ParentDir {
            // The parent of a link is that of its target.
            whole = whole.canonicalize().unwrap_or(whole);
            whole.pop();
        } else {
            whole.push(part);
        }
    }
    Ok(whole)
}

/// Number of bytes at the end of a path that are relative to its source. The
/// outermost of nested sources counts, so adding a directory of a source again
/// changes nothing.
pub(crate) fn relative_len(path: &str, sources: &[Source]) -> u32 {
    let outermost = sources
        .iter()
        .filter(|s| s.holds(path))
        .min_by_key(|s| s.path.len());
    let relative = match outermost {
        Some(source) if source.path.len() < path.len() => {
            path[source.path.len()..].trim_start_matches(is_separator)
        }
        _ => path.rsplit(is_separator).next().unwrap_or(path),
    };
    u32::try_from(relative.len()).unwrap_or(u32::MAX)
}

/// The end of a path that is relative to its source.
pub(crate) fn relative(path: &str, len: u32) -> String {
    let start = path.len().saturating_sub(len as usize);
    let relative = path.get(start..).unwrap_or(path);
    if cfg!(windows) {
        relative.replace('\\', "/")
    } else {
        relative.to_owned()
    }
}

/// The scope of an update.
#[derive(Debug)]
pub(crate) struct Scope {
    /// The roots to walk: the given paths and remembered sources inside them.
    pub(crate) roots: Vec<Source>,
    /// The sources to remember afterwards.
    pub(crate) sources: Vec<Source>,
}

impl Scope {
    /// All remembered sources.
    pub(crate) fn remembered(sources: Vec<Source>) -> Self {
        Self {
            roots: sources.clone(),
            sources,
        }
    }

    /// The given paths, added to the remembered sources.
    ///
    /// # Errors
    ///
    /// The errors of [`Source::new`], except for missing remembered sources,
    /// which the walk reports.
    pub(crate) fn named(
        paths: &[PathBuf],
        walk: &WalkOptions,
        mut sources: Vec<Source>,
    ) -> Result<Self> {
        let mut roots: Vec<Source> = Vec::new();
        for path in paths {
            let root = match Source::new(path, walk) {
                Err(Error::NoSource { path: missing }) => {
                    let absolute = absolute(path)?;
                    let known = absolute
                        .to_str()
                        .and_then(|p| sources.iter().find(|s| s.path == p));
                    known.cloned().ok_or(Error::NoSource { path: missing })?
                }
                other => other?,
            };
            let is_new = !roots.iter().any(|r| r.path == root.path);
            if is_new {
                roots.push(root);
            }
        }
        remember_again(&mut sources, &mut roots);
        let also: Vec<Source> = sources
            .iter()
            .filter(|source| !roots.iter().any(|root| root.path == source.path))
            .filter(|source| roots.iter().any(|root| reaches(root, source)))
            .cloned()
            .collect();
        roots.extend(also);
        for root in &roots {
            if let Some(source) = sources.iter_mut().find(|s| s.path == root.path) {
                *source = root.clone();
            } else if !sources.iter().any(|s| covers(s, root)) {
                sources.push(root.clone());
            }
        }
        Ok(Self { roots, sources })
    }

    /// Rejects roots inside the directory of the index.
    ///
    /// # Errors
    ///
    /// [`Error::InsideIndex`].
    pub(crate) fn refuse_inside(&self, index: &Path) -> Result<()> {
        let Ok(index) = index.canonicalize() else {
            return Ok(());
        };
        let is_inside = |root: &&Source| root.real().is_some_and(|root| root.starts_with(&index));
        match self.roots.iter().find(is_inside) {
            Some(root) => Err(Error::InsideIndex {
                path: (&root.path).into(),
                dir: index,
            }),
            None => Ok(()),
        }
    }

    /// Returns `true` if a path is in scope.
    pub(crate) fn holds(&self, path: &str) -> bool {
        self.roots.iter().any(|root| root.holds(path))
    }
}

/// Returns `true` if walking a root may reach files of another source: the
/// source is inside the root, or a link leads from one to the other.
fn reaches(root: &Source, source: &Source) -> bool {
    if is_within(&source.path, &root.path) {
        return true;
    }
    match (root.real(), source.real()) {
        (Some(root_real), Some(source_real)) => {
            !is_within(&root.path, &source.path)
                && (root_real.starts_with(&source_real) || source_real.starts_with(&root_real))
        }
        _ => false,
    }
}

/// Given paths are no longer forgotten; paths forgotten inside them still are.
fn remember_again(sources: &mut [Source], roots: &mut [Source]) {
    for source in &mut *sources {
        let is_named = |path: &String| roots.iter().any(|root| root.path == *path);
        source.forgotten.retain(|path| !is_named(path));
    }
    for root in roots {
        let inside = sources.iter().flat_map(|source| &source.forgotten);
        let inside = inside.filter(|path| is_within(path, &root.path));
        root.forgotten = inside.cloned().collect();
        root.forgotten.dedup();
    }
}

/// Returns `true` if walking a source finds all files of a directory inside it.
/// A file is never covered: given as a source it is read under any name.
fn covers(source: &Source, root: &Source) -> bool {
    let hidden = || {
        root.path[source.path.len()..]
            .split(is_separator)
            .any(|part| part.starts_with('.'))
    };
    source.holds(&root.path)
        && Path::new(&root.path).is_dir()
        && (source.hidden || !root.hidden && !hidden())
        && (source.any_extension || !root.any_extension)
        && (source.follow_links || !root.follow_links)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str) -> Source {
        Source::at(Path::new(path), &WalkOptions::default()).unwrap()
    }

    #[test]
    fn a_source_holds_what_is_inside_and_not_its_namesakes() {
        for (path, held) in [
            ("/a/b", true),
            ("/a/b/c.txt", true),
            ("/a/bc", false),
            ("/a", false),
        ] {
            assert_eq!(source("/a/b").holds(path), held, "{path}");
        }
        assert!(source("/").holds("/a"));
    }

    #[test]
    fn the_outermost_source_gives_the_relative_path() {
        for (sources, path, expected) in [
            (&["/a"][..], "/a/b/c.txt", "b/c.txt"),
            (&["/a/b", "/a"], "/a/b/c.txt", "b/c.txt"),
            (&["/a/b"], "/a/b/c.txt", "c.txt"),
            (&["/a/b/c.txt"], "/a/b/c.txt", "c.txt"),
            (&["/"], "/a/b/c.txt", "a/b/c.txt"),
            (&[], "/a/b/c.txt", "c.txt"),
        ] {
            let sources: Vec<_> = sources.iter().map(|s| source(s)).collect();
            assert_eq!(
                relative(path, relative_len(path, &sources)),
                expected,
                "{sources:?}"
            );
        }
    }

    #[test]
    fn a_folder_of_a_source_is_no_source_of_its_own_unless_it_is_hidden() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("open")).unwrap();
        std::fs::create_dir_all(root.join(".hidden")).unwrap();
        let walk = WalkOptions::default();
        let outer = Scope::named(std::slice::from_ref(&root), &walk, Vec::new())
            .unwrap()
            .sources;
        let open = Scope::named(&[root.join("open")], &walk, outer.clone()).unwrap();
        assert_eq!(open.sources, outer);
        let hidden = Scope::named(&[root.join(".hidden")], &walk, outer.clone()).unwrap();
        assert_eq!(hidden.sources.len(), 2);
        let both =
            Scope::named(std::slice::from_ref(&root), &walk, hidden.sources.clone()).unwrap();
        assert_eq!(both.roots.len(), 2, "sources inside are walked too");
    }

    #[test]
    fn a_path_that_is_not_there_is_refused_unless_it_was_a_source() {
        let dir = tempfile::tempdir().unwrap();
        let gone = dir.path().canonicalize().unwrap().join("gone");
        let walk = WalkOptions::default();
        let named = |sources| Scope::named(std::slice::from_ref(&gone), &walk, sources);
        assert!(matches!(named(Vec::new()), Err(Error::NoSource { .. })));
        assert!(named(vec![source(gone.to_str().unwrap())]).is_ok());
    }
}
