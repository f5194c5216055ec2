//! The cost of degenerate files: memory in proportion to their size, for any
//! content. The example `degenerate` searches for such files.

#[path = "support/degenerate.rs"]
#[allow(dead_code)]
mod degenerate;
#[path = "support/meter.rs"]
mod meter;

use std::fs;

use degenerate::Shape;
use meter::Meter;
use timbao_articles::{FoundFile, Limits, RecordBatch, open};

#[global_allocator]
static METER: Meter = Meter::new();

/// Bytes of memory that one more byte of a file may cost.
const PER_BYTE: usize = 32;
/// Bytes that come on top of that: limits that are not reached yet, and buffers that grow in steps.
const HELD_SLACK: usize = 2 << 20;
const TAKEN_SLACK: usize = 256 << 10;

/// Reads a file of this shape; returns the bytes held at most, and taken.
fn cost(name: &str, shape: &Shape, bytes: usize) -> (usize, usize) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, shape.file(name, bytes)).unwrap();
    METER.measure(|| {
        let mut reader = open(&FoundFile::new(&path).unwrap(), &Limits::default()).unwrap();
        let mut batch = RecordBatch::new();
        while reader.next_batch(&mut batch) {
            for record in batch.records() {
                let _ = record.parse();
            }
        }
    })
}

/// One test, since the meter counts for all threads.
///
/// A file is compared with one of a third of its size and with an empty one, so that small files
/// show how the cost grows.
#[test]
fn memory_is_in_proportion_to_the_file() {
    const BYTES: usize = 48 << 10;
    let mut wrong = Vec::new();
    for (name, shape) in degenerate::known() {
        let (_, empty_taken) = cost(name, &shape, 0);
        let (third_held, third_taken) = cost(name, &shape, BYTES / 3);
        let (held, taken) = cost(name, &shape, BYTES);
        let is_small = held <= third_held + BYTES * 2 / 3 * PER_BYTE + HELD_SLACK;
        // The other two thirds take twice as much as the first, and eight times as much where the
        // cost is quadratic.
        let first = third_taken.saturating_sub(empty_taken);
        let is_linear = taken <= third_taken + 4 * first + TAKEN_SLACK;
        if !is_small || !is_linear {
            wrong.push(format!(
                "{name} {shape:?}: {third_held} and {held} bytes held; \
                 {empty_taken}, {third_taken} and {taken} taken"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
