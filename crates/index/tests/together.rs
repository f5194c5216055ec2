//! Two writers and many readers at once.
//!
//! For minutes: `TIMBAO_SECONDS=300 cargo test --release -p timbao-index --test together`.

mod newsroom;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use newsroom::{Newsroom, indexed, options, setting, try_indexed};
use timbao_index::maintain::{backup, restore, verify};
use timbao_index::update::{Sources, update};

/// Files of a writer. All are of one generation, in each commit.
const FILES: usize = 12;
const READERS: usize = 4;

#[test]
fn readers_see_whole_commits_while_two_write() {
    let dir = tempfile::tempdir().unwrap();
    let newsroom = Newsroom::at(dir.path());
    for writer in ["one", "two"] {
        write_generation(&newsroom, writer, 0);
    }
    newsroom.update();
    let size = size_of(&newsroom.index);
    let stop = AtomicBool::new(false);
    let generations = [AtomicU64::new(0), AtomicU64::new(0)];
    let (reads, most, backups) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for (writer, generation) in ["one", "two"].into_iter().zip(&generations) {
            let (newsroom, stop) = (&newsroom, &stop);
            scope.spawn(move || {
                let _guard = StopOnPanic(stop);
                while !stop.load(Ordering::Relaxed) {
                    let next = generation.load(Ordering::Relaxed) + 1;
                    write_generation(newsroom, writer, next);
                    let source = Sources::Paths(vec![newsroom.path(writer)]);
                    update(&newsroom.index, &source, &options(), &()).unwrap();
                    generation.store(next, Ordering::Relaxed);
                }
            });
        }
        for _ in 0..READERS {
            scope.spawn(|| {
                let _guard = StopOnPanic(&stop);
                let mut seen = BTreeMap::new();
                while !stop.load(Ordering::Relaxed) {
                    let least = generations.each_ref().map(|g| g.load(Ordering::Relaxed));
                    seen = assert_whole(&newsroom.index, &seen);
                    assert!(
                        seen["one"] >= least[0] && seen["two"] >= least[1],
                        "an acknowledged commit is not seen"
                    );
                    most.fetch_max(size_of(&newsroom.index), Ordering::Relaxed);
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        scope.spawn(|| {
            let _guard = StopOnPanic(&stop);
            let (file, copy) = (dir.path().join("backup"), dir.path().join("copy"));
            while !stop.load(Ordering::Relaxed) {
                backup(&newsroom.index, &file).unwrap();
                restore(&file, &copy, true).unwrap();
                assert_whole(&copy, &BTreeMap::new());
                let faults = verify(&newsroom.index, false).unwrap().faults;
                assert!(faults.is_empty(), "{faults:?}");
                backups.fetch_add(1, Ordering::Relaxed);
            }
        });
        let end = Instant::now() + Duration::from_secs(setting("TIMBAO_SECONDS", 3));
        while Instant::now() < end && !stop.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(20));
        }
        stop.store(true, Ordering::Relaxed);
    });
    newsroom.update();
    newsroom.assert_sound();
    assert_eq!(indexed(&newsroom.index), newsroom.written());
    let (most, last) = (most.into_inner(), size_of(&newsroom.index));
    println!(
        "{} and {} commits, {} reads, {} backups restored; size in bytes: {size} at first, \
         {most} at most, {last} at last",
        generations[0].load(Ordering::Relaxed),
        generations[1].load(Ordering::Relaxed),
        reads.into_inner(),
        backups.into_inner(),
    );
    // A commit, its merge, and files that a reader still uses.
    assert!(most < 20 * size && last < 5 * size);
}

/// Ends the test when a thread of it fails.
struct StopOnPanic<'a>(&'a AtomicBool);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

fn write_generation(newsroom: &Newsroom, writer: &str, generation: u64) {
    for number in 0..FILES {
        let text = format!("{writer} {generation}\n\nTin thứ {number}.");
        newsroom.write(&format!("{writer}/{number}.txt"), &text);
    }
}

/// Checks that all articles of a writer are of one generation, which is not
/// older than in `before`; returns the generations.
#[track_caller]
fn assert_whole<'a>(index: &Path, before: &BTreeMap<&'a str, u64>) -> BTreeMap<&'a str, u64> {
    let articles = try_indexed(index).unwrap();
    let mut seen = BTreeMap::new();
    for writer in ["one", "two"] {
        let own = articles.iter().filter_map(|article| {
            article
                .title
                .as_deref()?
                .strip_prefix(writer)?
                .trim()
                .parse()
                .ok()
        });
        let own: Vec<u64> = own.collect();
        assert_eq!(own.len(), FILES, "{articles:?}");
        assert!(
            own.iter().all(|generation| *generation == own[0]),
            "{own:?}"
        );
        assert!(before.get(writer).is_none_or(|before| *before <= own[0]));
        seen.insert(writer, own[0]);
    }
    seen
}

/// Bytes of all files in a directory.
fn size_of(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).unwrap();
    // Files are created and removed during the listing.
    let sizes = entries.filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()));
    sizes.sum()
}
