//! The names of an index's files.

/// The file that marks a directory as an index, and contains its version.
pub(crate) const MARKER: &str = "timbao.json";
/// Prefix of the names of manifests.
pub(crate) const RECORD_PREFIX: &str = "seen-";
/// Hexadecimal digits of a segment's id, which the names of its files start
/// with.
const SEGMENT_ID: usize = 32;

/// The id of the segment of a file, by its name.
pub(crate) fn segment_of(name: &str) -> Option<&str> {
    let (id, _) = name.split_once('.')?;
    (id.len() == SEGMENT_ID && id.bytes().all(|b| b.is_ascii_hexdigit())).then_some(id)
}
