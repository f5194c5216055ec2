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

/// Bytes of memory that one byte of a file may cost, and what any file may.
const PER_BYTE: usize = 32;
const ANY: usize = 12 << 20;

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
#[test]
fn memory_is_in_proportion_to_the_file() {
    const BYTES: usize = 128 << 10;
    let mut wrong = Vec::new();
    for (name, shape) in degenerate::known() {
        let (half, half_taken) = cost(name, &shape, BYTES / 2);
        let (peak, taken) = cost(name, &shape, BYTES);
        let linear = taken <= half_taken * 3 + ANY;
        if peak > BYTES * PER_BYTE + ANY || !linear {
            wrong.push(format!(
                "{name} {shape:?}: {half} and {peak} bytes held, {half_taken} and {taken} taken"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
