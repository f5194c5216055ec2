//! Watching a directory that changes.

mod newsroom;

use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use newsroom::{Newsroom, indexed, options};
use timbao_index::Error;
use timbao_index::update::Sources;
use timbao_index::watch::{WatchEvent, WatchOptions, watch};

/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(30);

fn quick() -> WatchOptions {
    WatchOptions {
        update: options(),
        settle: Duration::from_millis(100),
        within: Duration::from_millis(500),
    }
}

#[test]
fn an_index_follows_its_folder_until_it_is_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let newsroom = Newsroom::at(dir.path());
    newsroom.write("a.txt", "Một\n\nTin thứ nhất.");
    let options = quick();
    let commits = AtomicU64::new(0);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let _stop = StopAtEnd(&options.update.stop);
        let watching = scope.spawn(|| {
            let sources = Sources::Paths(vec![newsroom.news.clone()]);
            watch(
                &newsroom.index,
                &sources,
                &options,
                &(),
                &mut |event| match event {
                    WatchEvent::Updated(report) => {
                        commits.fetch_add(u64::from(report.committed), Ordering::Relaxed);
                    }
                    WatchEvent::Failed(error) => failures.lock().unwrap().push(error.to_string()),
                    _ => {}
                },
            )
        });
        let wait = |what: &str| {
            let end = Instant::now() + PATIENCE;
            while indexed(&newsroom.index) != newsroom.written() {
                assert!(Instant::now() < end, "{what} was not seen");
                thread::sleep(Duration::from_millis(20));
            }
        };
        wait("the first file");
        for number in 0..50 {
            newsroom.write(&format!("sâu/hơn/{number}.txt"), "Hai\n\nTin thứ hai.");
        }
        wait("a new directory");
        newsroom.write("a.txt", "Một\n\nTin thứ nhất, đã sửa.");
        wait("a change");
        fs::rename(newsroom.path("sâu"), newsroom.path("nông")).unwrap();
        wait("a move");
        fs::remove_dir_all(newsroom.path("nông")).unwrap();
        wait("a removal");
        options.update.stop.store(true, Ordering::Relaxed);
        watching.join().unwrap().unwrap();
    });
    assert_eq!(failures.into_inner().unwrap(), [""; 0]);
    assert!(
        commits.into_inner() < 40,
        "files that arrive together are indexed together"
    );
    newsroom.assert_sound();
}

#[test]
fn a_source_that_vanished_is_told_and_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let newsroom = Newsroom::at(dir.path());
    newsroom.write("a.txt", "Một\n\nTin thứ nhất.");
    let mut options = quick();
    options.update.allow_vanished = false;
    let aside = dir.path().join("aside");
    let mut updates = 0;
    let sources = Sources::Paths(vec![newsroom.news.clone()]);
    let mut has_vanished = false;
    watch(
        &newsroom.index,
        &sources,
        &options,
        &(),
        &mut |event| match event {
            WatchEvent::Updated(report) if !report.vanished.is_empty() && !has_vanished => {
                has_vanished = true;
                assert_eq!(indexed(&newsroom.index).len(), 1);
                fs::rename(&aside, &newsroom.news).unwrap();
                newsroom.write("b.txt", "Hai\n\nTin thứ hai.");
            }
            WatchEvent::Updated(_) if updates == 0 => {
                updates += 1;
                fs::rename(&newsroom.news, &aside).unwrap();
            }
            WatchEvent::Updated(report) if report.total_articles == 2 => {
                options.update.stop.store(true, Ordering::Relaxed);
            }
            _ => {}
        },
    )
    .unwrap();
    assert!(has_vanished);
    assert_eq!(indexed(&newsroom.index), newsroom.written());
}

#[cfg(unix)]
#[test]
fn a_watch_goes_on_while_a_source_is_away_and_follows_links() {
    use std::os::unix::fs::symlink;

    let dir = tempfile::tempdir().unwrap();
    let newsroom = Newsroom::at(dir.path());
    newsroom.write("a.txt", "Một\n\nTin thứ nhất.");
    let root = dir.path().canonicalize().unwrap();
    let (other, link, target) = (root.join("khác"), root.join("nối"), root.join("đích"));
    for directory in [&other, &target] {
        fs::create_dir(directory).unwrap();
        fs::write(directory.join("x.txt"), "Hai\n\nTin thứ hai.").unwrap();
    }
    symlink("đích", &link).unwrap();
    symlink(target.join("x.txt"), newsroom.path("liên kết.txt")).unwrap();
    let mut options = quick();
    options.update.allow_vanished = false;
    thread::scope(|scope| {
        let _stop = StopAtEnd(&options.update.stop);
        let watching = scope.spawn(|| {
            let sources = [&newsroom.news, &other, &link].map(Clone::clone);
            let sources = Sources::Paths(sources.to_vec());
            watch(&newsroom.index, &sources, &options, &(), &mut |_| {})
        });
        let wait = |what: &str| {
            let end = Instant::now() + PATIENCE;
            while !indexed(&newsroom.index)
                .iter()
                .any(|a| a.title.as_deref() == Some(what))
            {
                assert!(Instant::now() < end, "{what} was not seen");
                thread::sleep(Duration::from_millis(20));
            }
        };
        wait("Hai");
        fs::rename(&other, root.join("vắng")).unwrap();
        newsroom.write("b.txt", "Ba\n\nTin thứ ba.");
        wait("Ba");
        let is_kept = |a: &timbao_articles::Article| a.path.ends_with("khác/x.txt");
        assert!(indexed(&newsroom.index).iter().any(is_kept));
        fs::write(target.join("x.txt"), "Bốn\n\nTin thứ tư.").unwrap();
        wait("Bốn");
        fs::remove_file(&link).unwrap();
        symlink("vắng", &link).unwrap();
        fs::write(root.join("vắng/y.txt"), "Năm\n\nTin thứ năm.").unwrap();
        wait("Năm");
        options.update.stop.store(true, Ordering::Relaxed);
        watching.join().unwrap().unwrap();
    });
    newsroom.assert_sound();
}

#[test]
fn what_cannot_be_updated_cannot_be_watched() {
    let dir = tempfile::tempdir().unwrap();
    let newsroom = Newsroom::at(dir.path());
    let watched = watch(
        &newsroom.index,
        &Sources::Remembered,
        &quick(),
        &(),
        &mut |_| {},
    );
    assert!(matches!(watched, Err(Error::NoIndex { .. })));
}

/// Ends the watch when the test fails, too.
struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
