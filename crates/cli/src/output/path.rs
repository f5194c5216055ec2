//! Paths as they are shown.

use std::path::Path;

/// A path relative to the working directory, if it is inside.
pub(crate) fn relative(path: &str) -> String {
    let here = std::env::current_dir()
        .ok()
        .and_then(|directory| directory.canonicalize().ok());
    here.and_then(|directory| Path::new(path).strip_prefix(directory).ok())
        .filter(|rest| !rest.as_os_str().is_empty())
        .map_or_else(|| path.to_owned(), |rest| rest.display().to_string())
}
