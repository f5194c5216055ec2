//! The entry point of all targets: a file of these bytes, read to its end within the limits of
//! memory and time that hold for any file.

#[path = "../tests/support/meter.rs"]
mod meter;
mod packed;

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use timbao_articles::{FoundFile, Limits, RecordBatch, open};

pub use packed::packed;

#[global_allocator]
static METER: meter::Meter = meter::Meter::new();

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a directory for files"));

/// Bytes of memory that one byte of a file may cost, and those that any file may.
const MEMORY_PER_BYTE: usize = 32;
const MEMORY: usize = 12 << 20;
/// Bytes that a compressed file may hold beside its articles: so much text is unpacked before it is
/// compared with the size of the file, and a vector of it doubles.
const UNPACKED: usize = 32 << 20;

/// Processor time that a megabyte may take, and any file. A reader may take a second per megabyte;
/// with the counters of the fuzzer and overflow checks it takes about four times as long.
const TIME_PER_MEGABYTE: f64 = 4.0;
const TIME: f64 = 0.3;

/// Reads a file of this name.
///
/// # Panics
///
/// If the reader takes more memory or time than it may, or returns another article when the origin
/// of its fields is wanted.
pub fn read(name: &str, bytes: &[u8]) {
    let path = FOLDER.path().join(name);
    let file = packed(name, bytes);
    fs::write(&path, &file).expect("a file");
    let (mut read, started) = (0, processor_time());
    let (memory, _) = METER.measure(|| read = read_to_end(&path));
    let size = file.len().max(bytes.len()) + read;
    let is_packed = ["zip", "gz", "zst", "bz2", "xz"]
        .iter()
        .any(|ending| name.ends_with(ending));
    let unpacked = if is_packed { UNPACKED } else { 0 };
    let limit = MEMORY_PER_BYTE * size + MEMORY + unpacked;
    assert!(memory <= limit, "{memory} bytes held for {size} bytes");
    if let (Some(started), Some(ended)) = (started, processor_time()) {
        let time = (ended.saturating_sub(started)).as_secs_f64();
        let limit = TIME + TIME_PER_MEGABYTE * size as f64 / 1e6;
        assert!(time <= limit, "{time:.2} s for {size} bytes");
    }
}

/// Reads all articles; returns the bytes of their records.
fn read_to_end(path: &PathBuf) -> usize {
    let file = FoundFile::new(path).expect("the file is there");
    let mut reader = open(&file, &Limits::default()).expect("it can be opened");
    let mut batch = RecordBatch::new();
    let mut bytes = 0;
    while reader.next_batch(&mut batch) {
        bytes += batch.bytes();
        for record in batch.records() {
            let plain = record.parse().map(|parsed| parsed.article);
            let explained = record.parse_explained().map(|parsed| parsed.article);
            assert_eq!(plain, explained);
        }
    }
    bytes
}

/// The time that this thread has been on a processor, where Linux counts it.
fn processor_time() -> Option<Duration> {
    let counts = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = counts.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
