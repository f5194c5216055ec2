//! The names of an index's files.

use tantivy::index::{SegmentComponent, SegmentMeta};

/// The file that marks a directory as an index, and contains its version.
pub(crate) const MARKER: &str = "timbao.json";
/// Prefix of the names of manifests.
pub(crate) const MANIFEST_PREFIX: &str = "seen-";
/// Prefix of the names of journals of arrivals.
pub(crate) const ARRIVALS_PREFIX: &str = "arrivals-";
/// Prefixes of the names of files that a commit's payload refers to.
pub(crate) const STATE_PREFIXES: [&str; 2] = [MANIFEST_PREFIX, ARRIVALS_PREFIX];
/// Hexadecimal digits of a segment's id, which the names of its files start
/// with.
const SEGMENT_ID: usize = 32;

/// The name under which a repair sets aside a file of a commit.
pub(crate) fn aside(name: &str) -> String {
    format!("{name}.damaged")
}

/// The id of the segment of a file, by its name.
pub(crate) fn segment_of(name: &str) -> Option<&str> {
    let (id, _) = name.split_once('.')?;
    (id.len() == SEGMENT_ID && id.bytes().all(|b| b.is_ascii_hexdigit())).then_some(id)
}

/// The extensions of the files that each segment has.
const EXTENSIONS: [&str; 8] = [
    "term",
    "idx",
    "pos",
    "fieldnorm",
    "fast",
    "store",
    "timbao",
    "sketch",
];

/// The names of the files of a segment.
pub(crate) fn files_of(segment: &SegmentMeta) -> Vec<String> {
    let id = segment.id().uuid_string();
    let mut names: Vec<String> = EXTENSIONS.iter().map(|ext| format!("{id}.{ext}")).collect();
    if segment.has_deletes() {
        let deletions = segment.relative_path(SegmentComponent::Delete);
        names.push(deletions.to_string_lossy().into_owned());
    }
    names
}
