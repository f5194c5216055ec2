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

/// A file system to read from.
pub trait FileSystem: fmt::Debug + Send + Sync {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// Whatever the system reports.
    fn open(&self, path: &Path) -> io::Result<Box<dyn OpenFile>>;

    /// Returns the metadata of a file or folder; links are followed.
    ///
    /// # Errors
    /// Whatever the system reports.
    fn metadata(&self, path: &Path) -> io::Result<Metadata>;

    /// Lists all entries of a folder, in no order. A listing that fails midway is an error, never a
    /// shorter listing.
    ///
    /// # Errors
    /// Whatever the system reports.
    fn list(&self, folder: &Path) -> io::Result<Vec<FolderEntry>>;

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

/// An entry of a folder.
#[derive(Debug)]
pub struct FolderEntry {
    /// The name inside the folder.
    pub name: OsString,
    /// File, folder or link; links are not followed.
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

    fn list(&self, folder: &Path) -> io::Result<Vec<FolderEntry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            match entry.file_type() {
                Ok(file_type) => entries.push(FolderEntry {
                    name: entry.file_name(),
                    file_type,
                }),
                // Removed since the system listed it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(entries)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }
}

impl OpenFile for File {
    fn metadata(&self) -> io::Result<Metadata> {
        Self::metadata(self)
    }
}
