//! Finds the files to read under the given roots.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::UNIX_EPOCH;

use crate::Problem;
use crate::filesystem::{FileSystem, FolderEntry, SystemFiles};
use crate::problem::{Fault, ProblemKind};

/// How directories are walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkOptions {
    /// Takes files and directories whose name begins with a dot. Default no.
    pub hidden: bool,
    /// Follows symbolic links below a root; a root that is a link is always
    /// followed. Default yes. Loops are reported, and of several links to a
    /// directory of the same root the first is followed, so that links cannot
    /// multiply a tree.
    pub follow_links: bool,
    /// Includes files that are not articles by their name, such as pictures and
    /// README files. Default no.
    pub any_extension: bool,
    /// Files and directories to skip with all that is in them, each with the reason
    /// to count it under in [`Discover::skipped`]. Roots are never skipped.
    pub except: Vec<(PathBuf, &'static str)>,
}

impl Default for WalkOptions {
    fn default() -> Self {
        Self {
            hidden: false,
            follow_links: true,
            any_extension: false,
            except: Vec::new(),
        }
    }
}

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// The root joined with the way to the file.
    pub path: PathBuf,
    /// The path without links, if it is another one.
    pub real: Option<PathBuf>,
    /// The path relative to its root, `/`-separated; the file name when the
    /// root is the file itself. Bytes that are not UTF-8 are written `\xHH`.
    pub relative: String,
    /// Number of the root it was found under, counted from 0.
    pub root: usize,
    /// Size in bytes when it was found.
    pub len: u64,
    /// Last change in nanoseconds since 1970, when the system reports it.
    pub modified: Option<u64>,
    /// The system's number of the file, device included; 0 when it has none.
    pub inode: u64,
}

impl FoundFile {
    /// Describes a file that is named directly.
    ///
    /// # Errors
    /// When there is no such file, or it is not a file.
    pub fn new(path: impl AsRef<Path>) -> Result<Self, Problem> {
        let path = path.as_ref();
        let fault = |fault: Fault| fault.at(&display(path), None);
        let metadata = std::fs::metadata(path).map_err(|error| fault(error.into()))?;
        if !metadata.is_file() {
            return Err(fault(not_a_file(&metadata)));
        }
        let name = path
            .file_name()
            .map_or_else(|| display(path), |name| display(Path::new(name)));
        Ok(Self::of(path.to_owned(), None, name, 0, &metadata))
    }

    fn of(
        path: PathBuf,
        real: Option<PathBuf>,
        relative: String,
        root: usize,
        metadata: &Metadata,
    ) -> Self {
        let modified = metadata
            .modified()
            .ok()
            .and_then(|time| u64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_nanos()).ok());
        Self {
            path,
            real,
            relative,
            root,
            len: metadata.len(),
            modified,
            inode: inode(metadata),
        }
    }
}

/// The number that the system knows a file by, device included.
#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    metadata.ino() ^ metadata.dev().rotate_left(40)
}

/// Other systems report no such number.
#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

/// Lists the files under `roots`, in order of the roots and then of their
/// names, whatever order the system lists them in.
///
/// A root may be a file. Hidden files and files that are not articles are
/// skipped and counted in [`Discover::skipped`]: by extension (pictures, sound,
/// video, fonts, programs, stylesheets, databases) or by name (README, LICENSE
/// and the like). A file given as a root is always included. Errors are
/// [`Problem`]s among the files.
pub fn discover(roots: &[PathBuf], options: &WalkOptions) -> Discover {
    discover_on(SystemFiles::shared(), roots, options)
}

/// Lists files as [`discover`] does, on another file system.
pub fn discover_on(
    files: Arc<dyn FileSystem>,
    roots: &[PathBuf],
    options: &WalkOptions,
) -> Discover {
    let mut roots: Vec<_> = roots.iter().cloned().enumerate().collect();
    roots.reverse();
    Discover {
        files,
        options: options.clone(),
        roots,
        root: 0,
        base: PathBuf::new(),
        open: Vec::new(),
        skipped: BTreeMap::new(),
        linked: BTreeSet::new(),
        walked: HashMap::new(),
        aliases: Vec::new(),
        stop: Arc::default(),
    }
}

/// The iterator returned by [`discover`].
#[derive(Debug)]
pub struct Discover {
    files: Arc<dyn FileSystem>,
    options: WalkOptions,
    /// Roots still to walk, the next one last.
    roots: Vec<(usize, PathBuf)>,
    /// The root that is walked.
    root: usize,
    base: PathBuf,
    /// Directories that are walked, each inside the one before.
    open: Vec<Directory>,
    skipped: BTreeMap<String, u64>,
    linked: BTreeSet<PathBuf>,
    /// The directories of the root so far, by their paths without links.
    walked: HashMap<PathBuf, PathBuf>,
    aliases: Vec<(PathBuf, PathBuf)>,
    stop: Arc<AtomicBool>,
}

/// A directory that is walked.
#[derive(Debug)]
struct Directory {
    path: PathBuf,
    /// The path without links.
    real: PathBuf,
    /// Whether a link below the root leads to it.
    is_linked: bool,
    /// Entries still to visit.
    entries: std::vec::IntoIter<FolderEntry>,
}

/// A file or directory that is visited.
struct Visited {
    path: PathBuf,
    real: PathBuf,
    is_linked: bool,
    /// `None` if the entry is not a link and has not been read yet.
    metadata: Option<Metadata>,
}

impl Discover {
    /// Numbers of files and directories skipped so far, by reason: an extension
    /// (`jpg`), a name (`readme`), `hidden` or a reason of
    /// [`WalkOptions::except`].
    pub fn skipped(&self) -> &BTreeMap<String, u64> {
        &self.skipped
    }

    /// The directories, without links in their paths, that are targets of links
    /// below the roots so far, and those of linked files.
    pub fn linked(&self) -> &BTreeSet<PathBuf> {
        &self.linked
    }

    /// The links to directories that were not followed because their target was
    /// walked before, each with the path it was walked under.
    pub fn aliases(&self) -> &[(PathBuf, PathBuf)] {
        &self.aliases
    }

    /// Ends the walk early when `stop` is set.
    #[must_use]
    pub fn until(mut self, stop: Arc<AtomicBool>) -> Self {
        self.stop = stop;
        self
    }

    fn skip(&mut self, reason: &str) {
        *self.skipped.entry(reason.to_owned()).or_default() += 1;
    }

    /// Begins to walk a root.
    fn enter_root(&mut self, index: usize, path: PathBuf) -> Option<Result<FoundFile, Problem>> {
        (self.root, self.base) = (index, path.clone());
        self.walked.clear();
        let looked_at = self
            .files
            .metadata(&path)
            .and_then(|metadata| Ok((self.files.canonicalize(&path)?, metadata)));
        match looked_at {
            Ok((real, metadata)) => self.take(Visited {
                path,
                real,
                is_linked: false,
                metadata: Some(metadata),
            }),
            Err(error) => Some(Err(Fault::from(error).at(&display(&path), None).unread())),
        }
    }

    /// Visits an entry of the innermost directory.
    fn visit(&mut self, entry: &FolderEntry) -> Option<Result<FoundFile, Problem>> {
        let directory = self.open.last()?;
        let path = directory.path.join(&entry.name);
        let mut visited = Visited {
            real: directory.real.join(&entry.name),
            is_linked: directory.is_linked,
            metadata: None,
            path,
        };
        if !self.options.hidden && is_hidden(&entry.name) {
            self.skip("hidden");
            return None;
        }
        if entry.file_type.is_symlink() {
            if !self.options.follow_links {
                return None;
            }
            match self.follow(&visited.path) {
                Ok((real, metadata)) => {
                    visited = Visited {
                        path: visited.path,
                        real,
                        is_linked: true,
                        metadata: Some(metadata),
                    };
                }
                Err(fault) => return Some(Err(fault.at(&display(&visited.path), None).unread())),
            }
        }
        let is_excepted =
            |(except, _): &&(PathBuf, _)| *except == visited.path || *except == visited.real;
        if let Some((_, reason)) = self.options.except.iter().find(is_excepted) {
            self.skip(reason);
            return None;
        }
        if visited.metadata.is_none() && !entry.file_type.is_dir() {
            if let Some(reason) = self.foreign(&visited.path) {
                self.skip(&reason);
                return None;
            }
            match self.files.metadata(&visited.path) {
                Ok(metadata) => visited.metadata = Some(metadata),
                Err(error) => {
                    let problem = vanished_or(&error).at(&display(&visited.path), None);
                    return Some(Err(problem.unread()));
                }
            }
        }
        self.take(visited)
    }

    /// Resolves a link.
    fn follow(&self, link: &Path) -> Result<(PathBuf, Metadata), Fault> {
        let metadata = self.files.metadata(link).map_err(|e| vanished_or(&e))?;
        let real = self.files.canonicalize(link).map_err(|e| vanished_or(&e))?;
        Ok((real, metadata))
    }

    fn foreign(&self, path: &Path) -> Option<String> {
        if self.options.any_extension {
            return None;
        }
        foreign(path)
    }

    /// Takes a file, or begins to walk a directory.
    fn take(&mut self, visited: Visited) -> Option<Result<FoundFile, Problem>> {
        let is_root = self.open.is_empty();
        let Some(metadata) = visited.metadata.as_ref().filter(|m| !m.is_dir()) else {
            return self.enter(visited, is_root).map(Err);
        };
        if !is_root && let Some(reason) = self.foreign(&visited.path) {
            self.skip(&reason);
            return None;
        }
        if !metadata.is_file() {
            return Some(Err(not_a_file(metadata).at(&display(&visited.path), None)));
        }
        if visited.is_linked
            && let Some(directory) = visited.real.parent()
        {
            self.linked.insert(directory.to_owned());
        }
        let relative = match visited.path.strip_prefix(&self.base) {
            Ok(rest) if rest.as_os_str().is_empty() => {
                let name = visited.path.file_name().unwrap_or(visited.path.as_os_str());
                display(Path::new(name))
            }
            Ok(rest) => display(rest),
            Err(_) => display(&visited.path),
        };
        let relative = if cfg!(windows) {
            relative.replace('\\', "/")
        } else {
            relative
        };
        let real = Some(visited.real).filter(|real| *real != visited.path);
        let found = FoundFile::of(visited.path, real, relative, self.root, metadata);
        Some(Ok(found))
    }

    /// Begins to walk a directory.
    fn enter(&mut self, directory: Visited, is_root: bool) -> Option<Problem> {
        if directory.is_linked {
            let ancestor = self.open.iter().find(|open| open.real == directory.real);
            if let Some(ancestor) = ancestor {
                let message = format!(
                    "a link back to {}; the loop was not followed",
                    display(&ancestor.path)
                );
                let fault = Fault::new(ProblemKind::Loop, message);
                return Some(fault.at(&display(&directory.path), None));
            }
            self.linked.insert(directory.real.clone());
            if let Some(path) = self.walked.get(&directory.real) {
                self.aliases.push((directory.path, path.clone()));
                return None;
            }
        }
        let mut entries = match self.files.list(&directory.path) {
            Ok(entries) => entries,
            Err(error) => {
                let fault = match is_root {
                    true => Fault::from(error),
                    false => vanished_or(&error),
                };
                return Some(fault.at(&display(&directory.path), None).unread());
            }
        };
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        self.walked
            .insert(directory.real.clone(), directory.path.clone());
        self.open.push(Directory {
            path: directory.path,
            real: directory.real,
            is_linked: directory.is_linked,
            entries: entries.into_iter(),
        });
        None
    }
}

impl Iterator for Discover {
    type Item = Result<FoundFile, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.stop.load(Ordering::Relaxed) {
            let found = match self.open.last_mut() {
                None => {
                    let (index, root) = self.roots.pop()?;
                    self.enter_root(index, root)
                }
                Some(directory) => match directory.entries.next() {
                    Some(entry) => self.visit(&entry),
                    None => {
                        self.open.pop();
                        None
                    }
                },
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

/// The fault of a file that its directory lists.
fn vanished_or(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::NotFound => Fault::new(
            ProblemKind::Changed,
            "vanished while its directory was listed, or is a broken link",
        ),
        _ => error.into(),
    }
}

/// Writes a path without loss: bytes that are not UTF-8 as `\xHH`.
pub fn display(path: impl AsRef<Path>) -> String {
    lossless(path.as_ref().as_os_str().as_encoded_bytes())
}

/// Writes bytes that should be UTF-8 without loss: those that are not as `\xHH`.
pub(crate) fn lossless(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().first() == Some(&b'.')
}

fn not_a_file(metadata: &Metadata) -> Fault {
    let message = if metadata.is_dir() {
        "is a directory, not a file"
    } else {
        "is neither a file nor a directory (a pipe, socket or device)"
    };
    Fault::new(ProblemKind::Unsupported, message)
}

/// The reason that a file is not an article by its name: its extension, or its
/// role in a directory (`readme`).
pub(crate) fn foreign(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    if ABOUT_FOLDERS.contains(&stem) {
        return Some(stem.to_owned());
    }
    let extension = Path::new(&name).extension()?.to_str()?;
    FOREIGN.contains(&extension).then(|| extension.to_owned())
}

/// Names, without extensions, of files about the directory they are in.
const ABOUT_FOLDERS: &[&str] = &[
    "changelog",
    "contributing",
    "copying",
    "licence",
    "license",
    "license-apache",
    "license-mit",
    "readme",
];

const FOREIGN: &[&str] = &[
    // Pictures.
    "avif",
    "bmp",
    "gif",
    "heic",
    "ico",
    "jpeg",
    "jpg",
    "png",
    "psd",
    "svg",
    "tif",
    "tiff",
    "webp",
    // Sound and video.
    "aac",
    "avi",
    "flac",
    "flv",
    "m3u8",
    "m4a",
    "m4v",
    "mkv",
    "mov",
    "mp3",
    "mp4",
    "mpeg",
    "mpg",
    "ogg",
    "opus",
    "ts",
    "wav",
    "webm",
    "wma",
    "wmv",
    // Files for the looks of web pages.
    "css",
    "eot",
    "js",
    "less",
    "map",
    "mjs",
    "otf",
    "scss",
    "ttf",
    "woff",
    "woff2",
    // Programs, libraries, disk images.
    "a",
    "apk",
    "bin",
    "class",
    "deb",
    "dll",
    "dmg",
    "exe",
    "img",
    "iso",
    "jar",
    "lib",
    "msi",
    "o",
    "pyc",
    "rpm",
    "so",
    "wasm",
    // Databases, indexes, locks, partial downloads.
    "bak",
    "crdownload",
    "db",
    "idx",
    "lock",
    "part",
    "sqlite",
    "sqlite3",
    "swp",
    "tmp",
];
