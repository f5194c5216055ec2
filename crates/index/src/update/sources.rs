//! Sources: the files and folders that an index is made of.

use std::io;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use timbao_articles::WalkOptions;

use crate::error::{Error, Result};

/// A file or folder whose articles are in the index, and how it is walked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its absolute path. Symbolic links in it stay links: where they lead is
    /// looked up by each update.
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
    /// Files and folders in it that were forgotten, and are not indexed again
    /// until they are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forgotten: Vec<String>,
}

fn yes() -> bool {
    true
}

impl Source {
    /// A source at a path that exists.
    ///
    /// # Errors
    ///
    /// [`Error::NoSource`] when there is nothing, and [`Error::Io`] when it
    /// cannot be reached or its path is not UTF-8.
    pub(crate) fn new(path: &Path, walk: &WalkOptions) -> Result<Self> {
        match std::fs::metadata(path) {
            Ok(_) => Self::at(&absolute(path)?, walk),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                Err(Error::NoSource { path: path.into() })
            }
            Err(e) => Err(Error::io(path)(e)),
        }
    }

    /// A source at an absolute path, whether there is anything or not.
    pub(crate) fn at(path: &Path, walk: &WalkOptions) -> Result<Self> {
        let text = path.to_str().ok_or_else(|| {
            let message = "the path of a source has to be UTF-8; name a folder above it";
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

    /// How it is walked.
    pub(crate) fn walk(&self) -> WalkOptions {
        let forgotten = self.forgotten.iter().map(|path| (path.into(), FORGOTTEN));
        WalkOptions {
            hidden: self.hidden,
            follow_links: self.follow_links,
            any_extension: self.any_extension,
            except: forgotten.collect(),
        }
    }

    /// Whether a path is this source or is in it, and was not forgotten.
    pub(crate) fn holds(&self, path: &str) -> bool {
        is_within(path, &self.path) && !self.has_forgotten(path)
    }

    fn has_forgotten(&self, path: &str) -> bool {
        self.forgotten.iter().any(|folder| is_within(path, folder))
    }

    /// The path of the source without links, if there is anything.
    pub(crate) fn real(&self) -> Option<PathBuf> {
        Path::new(&self.path).canonicalize().ok()
    }
}

/// The reason that forgotten files are counted under.
const FORGOTTEN: &str = "forgotten";

/// The absolute path of what is named, whose symbolic links stay.
///
/// # Errors
///
/// When the working folder is gone.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf> {
    let mut whole = PathBuf::new();
    for part in std::path::absolute(path)
        .map_err(Error::io(path))?
        .components()
    {
        if part == Component::ParentDir {
            // The folder above a link is the one above what it leads to.
            whole = whole.canonicalize().unwrap_or(whole);
            whole.pop();
        } else {
            whole.push(part);
        }
    }
    Ok(whole)
}

/// Whether a path is a folder or lies in it.
pub(crate) fn is_within(path: &str, folder: &str) -> bool {
    match path.strip_prefix(folder) {
        Some("") => true,
        Some(rest) => rest.starts_with(is_separator) || folder.ends_with(is_separator),
        None => false,
    }
}

fn is_separator(c: char) -> bool {
    std::path::is_separator(c)
}

/// How many bytes at the end of a path are relative to its source. Of sources
/// inside each other the outermost counts, so that naming a folder of a source
/// again changes nothing.
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

/// What an update looks at.
#[derive(Debug)]
pub(crate) struct Scope {
    /// What is walked: what was named, and remembered sources inside of it.
    pub(crate) roots: Vec<Source>,
    /// What is remembered afterwards.
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

    /// The named paths; sources add up.
    ///
    /// # Errors
    ///
    /// As [`Source::new`], save for remembered sources that are gone, which
    /// are found missing when they are walked.
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

    /// Refuses roots inside the folder of the index, none of whose files are
    /// read.
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

    /// Whether a path is looked at.
    pub(crate) fn holds(&self, path: &str) -> bool {
        self.roots.iter().any(|root| root.holds(path))
    }
}

/// Whether walking a root may reach files of another source: the source is
/// inside the root, or one of them leads into the other through a link.
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

/// Whatever is named is no longer forgotten; what is forgotten inside of it
/// stays so.
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

/// Whether walking a source finds all that walking a folder inside it finds.
/// A file is never covered: named as a source it is taken whatever its name.
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
        assert_eq!(both.roots.len(), 2, "what is inside is walked too");
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
