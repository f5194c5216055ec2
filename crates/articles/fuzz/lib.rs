//! The entry point of all targets: a file of these bytes, read to its end.

use std::fs;
use std::sync::LazyLock;

use timbao_articles::{FoundFile, Limits, RecordBatch, open};

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a directory for files"));

/// Reads a file of this name; whether its provenance is wanted or not, the
/// articles are the same.
pub fn read(name: &str, bytes: &[u8]) {
    let path = FOLDER.path().join(name);
    fs::write(&path, bytes).expect("a file");
    let file = FoundFile::new(&path).expect("the file is there");
    let mut reader = open(&file, &Limits::default()).expect("it can be opened");
    let mut batch = RecordBatch::new();
    while reader.next_batch(&mut batch) {
        for record in batch.records() {
            let plain = record.parse().map(|parsed| parsed.article);
            let explained = record.parse_explained().map(|parsed| parsed.article);
            assert_eq!(plain, explained);
        }
    }
}
