//! The names of an index's files.

/// The file that says that a directory is an index, and of which version.
pub(crate) const MARKER: &str = "timbao.json";
/// The beginning of the names of records.
pub(crate) const RECORD_PREFIX: &str = "seen-";
/// Hexadecimal digits of a segment's id, which its files are named by.
const SEGMENT_ID: usize = 32;

/// The id of the segment that a file belongs to by its name.
pub(crate) fn segment_of(name: &str) -> Option<&str> {
    let (id, _) = name.split_once('.')?;
    (id.len() == SEGMENT_ID && id.bytes().all(|b| b.is_ascii_hexdigit())).then_some(id)
}
