//! The sources that an update reads.

use std::path::{Component, Path, PathBuf};

use timbao_articles::changes::{Sources, is_within};

use super::files::Root;
use super::options::IngestOptions;
use crate::error::{Error, Result};
use crate::state::Source;

/// The scope of an update.
#[derive(Debug)]
pub(super) struct Scope {
    /// The paths to walk.
    pub(super) roots: Vec<Root>,
    /// The sources of the index afterwards.
    pub(super) all: Vec<Source>,
    /// Sources that belong to a new, larger one from now on.
    pub(super) absorbed: Vec<Source>,
}

impl Scope {
    /// The scope of an update of an index with these sources.
    ///
    /// # Errors
    ///
    /// [`Error::NoSource`] and [`Error::NoSources`], and [`Error::Io`] if a path cannot be
    /// reached or is not UTF-8.
    pub(super) fn new(
        sources: &Sources,
        options: &IngestOptions,
        known: Vec<Source>,
        index: &str,
    ) -> Result<Self> {
        let IngestOptions {
            hidden, machine, ..
        } = options;
        let mut scope = Self {
            roots: Vec::new(),
            all: known,
            absorbed: Vec::new(),
        };
        match sources {
            Sources::Remembered => {
                let here = scope.all.iter().filter(|source| source.machine == *machine);
                scope.roots = here.map(whole).collect();
                if scope.roots.is_empty() {
                    return Err(Error::NoSources {
                        name: index.to_owned(),
                        machine: machine.clone(),
                    });
                }
            }
            Sources::Paths(paths) => {
                for path in paths {
                    scope.add(path, *hidden, machine)?;
                }
                // A source may have changed after its root was added.
                for root in &mut scope.roots {
                    if let Some(now) = scope.all.iter().find(|s| s.path == root.source.path) {
                        root.source = now.clone();
                    }
                }
            }
        }
        Ok(scope)
    }

    /// The root that a path belongs to.
    pub(super) fn root_of(&self, path: &str) -> Option<&Root> {
        let mut holding = self.roots.iter().filter(|root| is_within(path, &root.path));
        holding.next()
    }

    fn add(&mut self, given: &Path, hidden: bool, machine: &str) -> Result<()> {
        let path = text(&absolute(given)?)?;
        let is_known = self.all.iter().any(|source| source.path == path);
        if !is_known && !exists(given)? {
            return Err(Error::NoSource { path: given.into() });
        }
        if let Some(source) = self.covering(&path, hidden) {
            // It was forgotten if it is not held.
            source.forgotten.retain(|inner| !is_within(inner, &path));
            machine.clone_into(&mut source.machine);
            let source = source.clone();
            self.push(Root { path, source });
            return Ok(());
        }
        let source = match self.all.iter_mut().find(|source| source.path == path) {
            Some(source) => {
                source.hidden |= hidden;
                machine.clone_into(&mut source.machine);
                source.clone()
            }
            None => {
                let source = Source {
                    path,
                    hidden,
                    machine: machine.to_owned(),
                    forgotten: Vec::new(),
                };
                self.absorb(&source);
                self.all.push(source.clone());
                self.all.sort_by(|a, b| a.path.cmp(&b.path));
                source
            }
        };
        self.push(whole(&source));
        Ok(())
    }

    fn push(&mut self, root: Root) {
        if !self
            .roots
            .iter()
            .any(|other| is_within(&root.path, &other.path))
        {
            self.roots
                .retain(|other| !is_within(&other.path, &root.path));
            self.roots.push(root);
        }
    }

    /// The source whose walk finds a directory inside it. A file is a source of its own: it is
    /// read under any name.
    fn covering(&mut self, path: &str, hidden: bool) -> Option<&mut Source> {
        if !Path::new(path).is_dir() {
            return None;
        }
        let covers = |source: &&mut Source| covers(source, path, hidden);
        self.all.iter_mut().filter(|s| s.path != path).find(covers)
    }

    /// Takes over the sources inside a new one that its walk finds.
    fn absorb(&mut self, new: &Source) {
        let is_absorbed = |source: &mut Source| {
            let is_dir = Path::new(&source.path).is_dir();
            is_dir && covers(new, &source.path, source.hidden)
        };
        self.absorbed.extend(self.all.extract_if(.., is_absorbed));
        let absorbed = &self.absorbed;
        self.roots.retain(|root| {
            !absorbed
                .iter()
                .any(|source| source.path == root.source.path)
        });
    }
}

/// The sources that are left when paths are forgotten.
///
/// # Errors
///
/// [`Error::NoSource`] and [`Error::NotIndexed`].
pub(super) fn forgotten(mut sources: Vec<Source>, paths: &[PathBuf]) -> Result<Vec<Source>> {
    for given in paths {
        let path = text(&absolute(given)?)?;
        let before = sources.len();
        sources.retain(|source| !is_within(&source.path, &path));
        let mut is_found = sources.len() < before;
        for source in sources.iter_mut().filter(|source| source.holds(&path)) {
            source.forgotten.retain(|inner| !is_within(inner, &path));
            source.forgotten.push(path.clone());
            source.forgotten.sort();
            is_found = true;
        }
        if !is_found {
            return Err(match exists(given)? {
                true => Error::NotIndexed {
                    path: given.clone(),
                },
                false => Error::NoSource {
                    path: given.clone(),
                },
            });
        }
    }
    Ok(sources)
}

fn whole(source: &Source) -> Root {
    Root {
        path: source.path.clone(),
        source: source.clone(),
    }
}

fn covers(source: &Source, path: &str, hidden: bool) -> bool {
    let below = path.strip_prefix(source.path.as_str()).unwrap_or_default();
    let is_hidden = || {
        below
            .split(std::path::is_separator)
            .any(|part| part.starts_with('.'))
    };
    is_within(path, &source.path) && (source.hidden || !hidden && !is_hidden())
}

fn exists(path: &Path) -> Result<bool> {
    path.try_exists().map_err(|source| Error::Io {
        path: path.into(),
        source,
    })
}

fn text(path: &Path) -> Result<String> {
    path.to_str().map(str::to_owned).ok_or_else(|| Error::Io {
        path: path.into(),
        source: std::io::Error::new(
            std::io::ErrorKind::InvalidInput,
            "the path of a source has to be UTF-8; name a directory above it",
        ),
    })
}

/// The absolute path, with symbolic links kept.
fn absolute(path: &Path) -> Result<PathBuf> {
    let mut whole = PathBuf::new();
    let absolute = std::path::absolute(path).map_err(|source| Error::Io {
        path: path.into(),
        source,
    })?;
    for part in absolute.components() {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with `open/` and `.hidden/`, each with an article.
    fn tree() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        for name in ["open", ".hidden"] {
            std::fs::create_dir_all(root.join(name)).unwrap();
            std::fs::write(root.join(name).join("a.txt"), "a").unwrap();
        }
        (dir, root)
    }

    fn scope(paths: &[PathBuf], known: &[Source]) -> Scope {
        let sources = Sources::Paths(paths.to_vec());
        Scope::new(&sources, &IngestOptions::default(), known.to_vec(), "bao").unwrap()
    }

    fn paths(sources: &[Source]) -> Vec<&str> {
        sources.iter().map(|source| source.path.as_str()).collect()
    }

    #[test]
    fn a_directory_of_a_source_is_no_source_of_its_own_unless_it_is_hidden() {
        let (_dir, root) = tree();
        let outer = scope(std::slice::from_ref(&root), &[]);
        assert_eq!(outer.all.len(), 1);
        let open = scope(&[root.join("open")], &outer.all);
        assert_eq!(open.all, outer.all);
        assert_eq!(open.roots[0].path, root.join("open").to_str().unwrap());
        for inner in [".hidden", "open/a.txt"] {
            let inner = scope(&[root.join(inner)], &outer.all);
            assert_eq!(inner.all.len(), 2);
        }
    }

    #[test]
    fn a_new_source_absorbs_those_that_its_walk_finds() {
        let (_dir, root) = tree();
        let inner = scope(&[root.join("open"), root.join(".hidden")], &[]);
        let outer = scope(std::slice::from_ref(&root), &inner.all);
        assert_eq!(
            paths(&outer.absorbed),
            [root.join("open").to_str().unwrap()]
        );
        assert_eq!(outer.all.len(), 2);
        assert_eq!(outer.roots.len(), 1);
    }

    #[test]
    fn what_is_forgotten_in_a_source_comes_back_when_it_is_named() {
        let (_dir, root) = tree();
        let outer = scope(std::slice::from_ref(&root), &[]);
        let left = forgotten(outer.all.clone(), &[root.join("open")]).unwrap();
        assert!(!left[0].holds(root.join("open/a.txt").to_str().unwrap()));
        let again = scope(&[root.join("open")], &left);
        assert_eq!(again.all, outer.all);
        assert_eq!(again.roots[0].source, outer.all[0]);
        assert!(
            forgotten(outer.all.clone(), std::slice::from_ref(&root))
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn paths_that_are_not_there_are_rejected_unless_they_are_sources() {
        let (dir, root) = tree();
        let gone = root.join("gone");
        let sources = Sources::Paths(vec![gone.clone()]);
        let result = |known| Scope::new(&sources, &IngestOptions::default(), known, "bao");
        assert!(matches!(result(Vec::new()), Err(Error::NoSource { .. })));
        let known = Source {
            path: gone.to_str().unwrap().to_owned(),
            hidden: false,
            machine: String::new(),
            forgotten: Vec::new(),
        };
        assert!(result(vec![known.clone()]).is_ok());
        let none = Scope::new(
            &Sources::Remembered,
            &IngestOptions::default(),
            vec![known.clone()],
            "bao",
        );
        assert!(matches!(none, Err(Error::NoSources { .. })));
        let error = forgotten(vec![known], &[root, dir.path().join("no")]).map(drop);
        assert!(matches!(error, Err(Error::NoSource { .. })), "{error:?}");
    }
}
