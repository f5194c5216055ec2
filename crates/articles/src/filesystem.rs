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
        let listing = WalkDir::new(directory).min_depth(1).max_depth(1);
        complete(listing.into_iter().map(|entry| match entry {
            Ok(entry) => Ok((entry.file_name().to_owned(), Ok(entry.file_type()))),
            // The error of an entry names it; an error of the listing names nothing below it.
            Err(error) if error.depth() > 0 && error.path().is_some() => {
                Ok((OsString::new(), Err(io_error(error))))
            }
            Err(error) => Err(io_error(error)),
        }))
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }
}

/// The system's error. Loops, which are none of the system's, can occur only where links are followed.
fn io_error(error: walkdir::Error) -> io::Error {
    let other = || io::ErrorKind::Other.into();
    error.into_io_error().unwrap_or_else(other)
}

/// Collects a listing. Entries removed since the system listed them are skipped; any other error,
/// and any error of the listing itself, fails the listing.
fn complete(
    listing: impl Iterator<Item = io::Result<(OsString, io::Result<FileType>)>>,
) -> io::Result<Vec<FolderEntry>> {
    let mut entries = Vec::new();
    for entry in listing {
        match entry? {
            (name, Ok(file_type)) => entries.push(FolderEntry { name, file_type }),
            (_, Err(error)) if error.kind() == io::ErrorKind::NotFound => {}
            (_, Err(error)) => return Err(error),
        }
    }
    Ok(entries)
}

impl OpenFile for File {
    fn metadata(&self) -> io::Result<Metadata> {
        Self::metadata(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, file_type: io::Result<FileType>) -> (OsString, io::Result<FileType>) {
        (name.into(), file_type)
    }

    fn file() -> FileType {
        fs::metadata(file!())
            .or_else(|_| fs::metadata("src/lib.rs"))
            .unwrap()
            .file_type()
    }

    #[test]
    fn a_listing_that_fails_midway_is_an_error() {
        // ENOENT, EIO, ENOMEM, EACCES, ENFILE, EMFILE, ESTALE.
        for number in [2, 5, 12, 13, 23, 24, 116] {
            let error = || io::Error::from_raw_os_error(number);
            let listing = [
                Ok(entry("a", Ok(file()))),
                Err(error()),
                Ok(entry("b", Ok(file()))),
            ];
            let failed = complete(listing.into_iter()).unwrap_err();
            assert_eq!(failed.raw_os_error(), Some(number));
        }
    }

    #[test]
    fn only_an_entry_that_is_gone_is_skipped() {
        let listed = |kind: io::ErrorKind| {
            let listing = [Ok(entry("a", Ok(file()))), Ok(entry("b", Err(kind.into())))];
            complete(listing.into_iter())
        };
        assert_eq!(listed(io::ErrorKind::NotFound).unwrap().len(), 1);
        let denied = listed(io::ErrorKind::PermissionDenied).unwrap_err();
        assert_eq!(denied.kind(), io::ErrorKind::PermissionDenied);
    }
}
