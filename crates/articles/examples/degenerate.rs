//! Searches for the files that cost most to read, and prints the bytes of their
//! text, the processor time and the memory: `degenerate [SHAPES] [SEED] [FORMAT]`
//! tries so many shapes of each format, or of the files whose names end with
//! FORMAT.

#[path = "../tests/support/degenerate.rs"]
mod degenerate;
#[path = "../tests/support/meter.rs"]
mod meter;

use std::path::Path;
use std::time::{Duration, Instant};

use degenerate::{FORMATS, Format, Shape};
use meter::Meter;
use timbao_articles::{FoundFile, Limits, RecordBatch, open};

#[global_allocator]
static METER: Meter = Meter::new();

/// Bytes of the files that are compared, and of those that are reported.
const SMALL: usize = 64 << 10;
const LARGE: usize = 1 << 20;

struct Cost {
    time: Duration,
    memory: usize,
    problems: usize,
}

fn main() {
    let argument = |at: usize| std::env::args().nth(at);
    let number = |at| argument(at).and_then(|text| text.parse().ok());
    let shapes: usize = number(1).unwrap_or(300);
    let mut random = Random(number(2).unwrap_or(1) as u64 | 1);
    let only = argument(3);
    let directory = std::env::temp_dir().join(format!("timbao-degenerate-{}", std::process::id()));
    if let Err(error) = std::fs::create_dir_all(&directory) {
        eprintln!("{}: {error}", directory.display());
        return;
    }
    println!(
        "{:11} {:>9} {:>9} {:>7} {:>8}  shape",
        "file", "bytes", "time ms", "B/byte", "problems"
    );
    let wanted = |file: &str| only.as_deref().is_none_or(|only| file.ends_with(only));
    for (file, shape) in degenerate::known() {
        if wanted(file) {
            report(&directory, file, &shape);
        }
    }
    for format in FORMATS.iter().filter(|format| wanted(format.file)) {
        for shape in search(&directory, format, shapes, &mut random) {
            report(&directory, format.file, &shape);
        }
    }
    let _ = std::fs::remove_dir_all(&directory);
}

/// The shape that takes longest and the one that takes most memory.
fn search(directory: &Path, format: &Format, shapes: usize, random: &mut Random) -> [Shape; 2] {
    let first = Shape::new(format.openings.first().unwrap_or(&""), "a", "a");
    let mut slowest = (Duration::ZERO, first.clone());
    let mut largest = (0, first);
    for at in 0..shapes {
        // Half of the shapes are drawn, half are changes of the worst.
        let shape = match at % 4 {
            0 | 2 => draw(format, random),
            1 => change(&slowest.1, format, random),
            _ => change(&largest.1, format, random),
        };
        let cost = cost(directory, format.file, &shape, SMALL);
        if cost.time > slowest.0 {
            slowest = (cost.time, shape.clone());
        }
        if cost.memory > largest.0 {
            largest = (cost.memory, shape);
        }
    }
    [slowest.1, largest.1]
}

fn draw(format: &Format, random: &mut Random) -> Shape {
    let opening = random.of(format.openings);
    let (first, second) = (unit(format, random), unit(format, random));
    Shape::new(opening, &first, &second)
}

fn change(shape: &Shape, format: &Format, random: &mut Random) -> Shape {
    let mut shape = shape.clone();
    match random.below(4) {
        0 => shape.opening = random.of(format.openings).to_owned(),
        1 => shape.first = unit(format, random),
        2 => shape.second = unit(format, random),
        _ => shape.first.push_str(random.of(format.units)),
    }
    shape
}

fn unit(format: &Format, random: &mut Random) -> String {
    let count = 1 + random.below(3);
    (0..count).map(|_| random.of(format.units)).collect()
}

fn cost(directory: &Path, file: &str, shape: &Shape, bytes: usize) -> Cost {
    let path = directory.join(file);
    let text = shape.file(file, bytes);
    let mut cost = Cost {
        time: Duration::ZERO,
        memory: 0,
        problems: 0,
    };
    if std::fs::write(&path, &text).is_err() {
        return cost;
    }
    let (started, before) = (Instant::now(), processor_time());
    (cost.memory, _) = METER.measure(|| cost.problems = read(&path));
    cost.time = match (before, processor_time()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => started.elapsed(),
    };
    cost
}

/// The time that this thread has been on a processor, where Linux counts it.
fn processor_time() -> Option<Duration> {
    let counts = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = counts.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// Reads a file; returns its number of problems.
fn read(path: &Path) -> usize {
    let limits = Limits::default();
    let opened = FoundFile::new(path).and_then(|file| open(&file, &limits));
    let Ok(mut reader) = opened else { return 1 };
    let mut batch = RecordBatch::new();
    let mut problems = 0;
    while reader.next_batch(&mut batch) {
        for record in batch.records() {
            problems += record.parse().map_or(1, |parsed| parsed.problems.len());
        }
        problems += batch.take_problems().len();
    }
    problems
}

fn report(directory: &Path, file: &str, shape: &Shape) {
    let cost = cost(directory, file, shape, LARGE);
    println!(
        "{file:11} {LARGE:>9} {:>9.0} {:>7.1} {:>8}  {:?} {:?} {:?}",
        cost.time.as_secs_f64() * 1e3,
        cost.memory as f64 / LARGE as f64,
        cost.problems,
        shape.opening,
        shape.first,
        shape.second,
    );
}

/// A generator of pseudo-random numbers (xorshift), so that a seed repeats a
/// search.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    fn of<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items.get(self.below(items.len())).unwrap_or(&"")
    }
}
