//! The file system that articles are read from.
//!
//! Everything that finds or reads files goes through [`FileSystem`], so that tests can make each
//! single call fail.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, FileType, Metadata};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

/// A file system to read from.
pub trait FileSystem: fmt::Debug + Send + Sync {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// Whatever the system reports.
    fn open(&self, path: &Path) -> io::Result<Box<dyn OpenFile>>;

    /// Returns the metadata of a file or directory; links are followed.
    ///
    /// # Errors
    /// Whatever the system reports.
    fn metadata(&self, path: &Path) -> io::Result<Metadata>;

    /// Lists all entries of a directory, in no order. A listing that fails midway is an error, never a
    /// shorter listing.
    ///
    /// # Errors
    /// Whatever the system reports.
    fn list(&self, directory: &Path) -> io::Result<Vec<FolderEntry>>;

    /// Returns the absolute path without links.
    ///
    /// # Errors
    /// Whatever the system reports.
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf>;
}

/// An open file.
pub trait OpenFile: Read + Seek + Send {
    /// Returns the metadata of the file as of now.
    ///
    /// # Errors
    /// Whatever the system reports.
    fn metadata(&self) -> io::Result<Metadata>;
}

/// An entry of a directory.
#[derive(Debug)]
pub struct FolderEntry {
    /// The name inside the directory.
    pub name: OsString,
    /// File, directory or link; links are not followed.
    pub file_type: FileType,
}

/// The file system of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemFiles;

impl SystemFiles {
    /// Returns the file system in the form that readers take.
    pub fn shared() -> Arc<dyn FileSystem> {
        Arc::new(Self)
    }
}

impl FileSystem for SystemFiles {
    fn open(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        Ok(Box::new(File::open(path)?))
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        fs::metadata(path)
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<FolderEntry>> {
        let mut entries = Vec::new();
        for entry in WalkDir::new(directory).min_depth(1).max_depth(1) {
            match entry {
                Ok(entry) => entries.push(FolderEntry {
                    name: entry.file_name().to_owned(),
                    file_type: entry.file_type(),
                }),
                // Removed since the system listed it.
                Err(error) if error.depth() > 0 && is_gone(&error) => {}
                // Loops can occur only where links are followed.
                Err(error) => {
                    let other = || io::ErrorKind::Other.into();
                    return Err(error.into_io_error().unwrap_or_else(other));
                }
            }
        }
        Ok(entries)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }
}

/// Returns `true` if there is nothing at a path.
fn is_gone(error: &walkdir::Error) -> bool {
    error
        .io_error()
        .is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

impl OpenFile for File {
    fn metadata(&self) -> io::Result<Metadata> {
        Self::metadata(self)
    }
}
