//! Finds the files to read under the given roots.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use walkdir::{DirEntry, WalkDir};

use crate::Problem;
use crate::problem::{Fault, ProblemKind};

/// How folders are walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkOptions {
    /// Takes files and folders whose name begins with a dot. Default no.
    pub hidden: bool,
    /// Follows symbolic links below a root; a root that is a link is always
    /// followed. Default yes. Loops are reported.
    pub follow_links: bool,
    /// Takes files whose name says they hold no article, such as pictures and
    /// README files. Default no.
    pub any_extension: bool,
}

impl Default for WalkOptions {
    fn default() -> Self {
        Self {
            hidden: false,
            follow_links: true,
            any_extension: false,
        }
    }
}

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// The root joined with the way to the file.
    pub path: PathBuf,
    /// The path relative to its root, `/`-separated; the file name when the
    /// root is the file itself. Bytes that are not UTF-8 are written `\xHH`.
    pub relative: String,
    /// Which of the roots it was found under, counted from 0.
    pub root: usize,
    /// Size in bytes when it was found.
    pub len: u64,
    /// Last change in nanoseconds since 1970, when the system tells.
    pub modified: Option<u64>,
}

impl FoundFile {
    /// Describes a file that is named directly.
    ///
    /// # Errors
    /// When there is no such file, or it is not a file.
    pub fn new(path: &Path) -> Result<Self, Problem> {
        let fault = |fault: Fault| fault.at(&display(path), None);
        let metadata = std::fs::metadata(path).map_err(|error| fault(error.into()))?;
        if !metadata.is_file() {
            return Err(fault(not_a_file(&metadata)));
        }
        let name = path
            .file_name()
            .map_or_else(|| display(path), |name| display(Path::new(name)));
        Ok(Self::of(path.to_owned(), name, 0, &metadata))
    }

    fn of(path: PathBuf, relative: String, root: usize, metadata: &Metadata) -> Self {
        let modified = metadata
            .modified()
            .ok()
            .and_then(|time| u64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_nanos()).ok());
        Self {
            path,
            relative,
            root,
            len: metadata.len(),
            modified,
        }
    }
}

/// Lists the files under `roots`, in order of the roots and then of their
/// names, whatever order the system lists them in.
///
/// A root may be a file. Hidden files and files that hold no article by their
/// extension (pictures, sound, video, fonts, programs, stylesheets, databases)
/// or are about their folder (README, LICENSE and the like, whatever their
/// extension) are left out and counted in [`Discover::skipped`]; a file named
/// as a root is always taken. What cannot be listed comes as a [`Problem`] among the
/// files.
pub fn discover(roots: &[PathBuf], options: &WalkOptions) -> Discover {
    let mut roots: Vec<_> = roots.iter().cloned().enumerate().collect();
    roots.reverse();
    Discover {
        options: options.clone(),
        roots,
        walk: None,
        skipped: BTreeMap::new(),
    }
}

/// The iterator behind [`discover`].
#[derive(Debug)]
pub struct Discover {
    options: WalkOptions,
    /// Roots still to walk, the next one last.
    roots: Vec<(usize, PathBuf)>,
    walk: Option<(usize, PathBuf, walkdir::IntoIter)>,
    skipped: BTreeMap<String, u64>,
}

impl Discover {
    /// How many files and folders were left out so far, by reason: an
    /// extension (`jpg`), a name (`readme`) or `hidden`.
    pub fn skipped(&self) -> &BTreeMap<String, u64> {
        &self.skipped
    }

    fn skip(&mut self, reason: String) {
        *self.skipped.entry(reason).or_default() += 1;
    }

    fn entry(
        &mut self,
        root: usize,
        base: &Path,
        entry: &DirEntry,
    ) -> Option<Result<FoundFile, Problem>> {
        let fault = |fault: Fault| Some(Err(fault.at(&display(entry.path()), None)));
        let is_root = entry.depth() == 0;
        let file_type = entry.file_type();
        if file_type.is_dir() || (file_type.is_symlink() && !self.options.follow_links && !is_root)
        {
            return None;
        }
        if !is_root
            && !self.options.any_extension
            && let Some(reason) = foreign(entry.path())
        {
            self.skip(reason);
            return None;
        }
        let metadata = match std::fs::metadata(entry.path()) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !is_root => {
                let message = "vanished while the folder was listed, or is a link to nothing";
                return fault(Fault::new(ProblemKind::Changed, message));
            }
            Err(error) => return fault(error.into()),
        };
        if !metadata.is_file() {
            return fault(not_a_file(&metadata));
        }
        let relative = match entry.path().strip_prefix(base) {
            Ok(rest) if rest.as_os_str().is_empty() => display(Path::new(entry.file_name())),
            Ok(rest) => display(rest),
            Err(_) => display(entry.path()),
        };
        let relative = if cfg!(windows) {
            relative.replace('\\', "/")
        } else {
            relative
        };
        Some(Ok(FoundFile::of(
            entry.path().to_owned(),
            relative,
            root,
            &metadata,
        )))
    }
}

impl Iterator for Discover {
    type Item = Result<FoundFile, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.walk.is_none() {
                let (index, root) = self.roots.pop()?;
                let walk = WalkDir::new(&root)
                    .follow_links(self.options.follow_links)
                    .sort_by_file_name()
                    .into_iter();
                self.walk = Some((index, root, walk));
            }
            let (index, base, mut walk) = self.walk.take()?;
            let Some(entry) = walk.next() else { continue };
            let found = match entry {
                Err(error) => Some(Err(walk_problem(&error, &base))),
                Ok(entry) if entry.depth() > 0 && !self.options.hidden && is_hidden(&entry) => {
                    if entry.file_type().is_dir() {
                        walk.skip_current_dir();
                    }
                    self.skip("hidden".to_owned());
                    None
                }
                Ok(entry) => self.entry(index, &base, &entry),
            };
            self.walk = Some((index, base, walk));
            if found.is_some() {
                return found;
            }
        }
    }
}

/// Writes a path without loss: bytes that are not UTF-8 as `\xHH`.
pub fn display(path: &Path) -> String {
    lossless(path.as_os_str().as_encoded_bytes())
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

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().first() == Some(&b'.')
}

fn not_a_file(metadata: &Metadata) -> Fault {
    let message = if metadata.is_dir() {
        "is a folder, not a file"
    } else {
        "is neither a file nor a folder (a pipe, socket or device)"
    };
    Fault::new(ProblemKind::Unsupported, message)
}

fn walk_problem(error: &walkdir::Error, base: &Path) -> Problem {
    let path = display(error.path().unwrap_or(base));
    if let Some(ancestor) = error.loop_ancestor() {
        let message = format!(
            "a link back to {}; the loop was not followed",
            display(ancestor)
        );
        return Fault::new(ProblemKind::Loop, message).at(&path, None);
    }
    let fault = match error.io_error() {
        // A link that leads nowhere, below a root that is there.
        Some(io) if io.kind() == std::io::ErrorKind::NotFound && error.depth() > 0 => Fault::new(
            ProblemKind::Changed,
            "vanished while the folder was listed, or is a link to nothing",
        ),
        Some(io) => std::io::Error::new(io.kind(), io.to_string()).into(),
        None => Fault::new(ProblemKind::Io, error.to_string()),
    };
    fault.at(&path, None)
}

/// Why a file holds no article, when its name says so: its extension, or what it is of a
/// folder (`readme`).
pub(crate) fn foreign(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    if ABOUT_FOLDERS.contains(&stem) {
        return Some(stem.to_owned());
    }
    let extension = Path::new(&name).extension()?.to_str()?;
    FOREIGN.contains(&extension).then(|| extension.to_owned())
}

/// Names, without extensions, of files about the folder they are in.
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
    // What pages are dressed with.
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
