//! An index on a disk that fails.
//!
//! Every operation: `TIMBAO_STEP=1 cargo test -p timbao-index --lib durable`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use timbao_articles::Article;

use super::faults::{Disk, Fault};
use crate::error::{Error, Result};
use crate::maintain::verify;
use crate::newsroom::{Dice, Newsroom, indexed, options, setting};
use crate::update::{Sources, UpdateReport, update_on};

/// A newsroom whose directory has changed since it was indexed.
struct Changed {
    dir: tempfile::TempDir,
    newsroom: Newsroom,
    old: Vec<Article>,
    new: Vec<Article>,
}

impl Changed {
    /// A change from no index to an index, or from one with several segments to
    /// another.
    fn new(is_first: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let newsroom = Newsroom::at(dir.path());
        newsroom.write("a.txt", "Một\n\nTin thứ nhất.");
        newsroom.write("b.txt", "Hai\n\nTin thứ hai.");
        if is_first {
            fs::create_dir(&newsroom.index).unwrap();
        } else {
            newsroom.update();
        }
        let old = newsroom.indexed();
        newsroom.write("b.txt", "Hai\n\nTin thứ hai, đã sửa.");
        newsroom.write("c.txt", "Ba\n\nTin thứ ba.");
        let new = newsroom.written();
        Self {
            dir,
            newsroom,
            old,
            new,
        }
    }

    /// A copy of the index before the change, in another directory.
    fn copy(&self, name: &str) -> PathBuf {
        let to = self.dir.path().join(name);
        fs::create_dir(&to).unwrap();
        for entry in fs::read_dir(&self.newsroom.index).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
        to
    }

    fn update(&self, disk: &Disk) -> Result<UpdateReport> {
        let sources = Sources::Paths(vec![self.newsroom.news.clone()]);
        update_on(disk.storage(), &sources, &options(), &())
    }

    /// Checks that an index is in the old state or the new one, and that the
    /// next update results in the new one.
    #[track_caller]
    fn assert_recovers(&self, index: &Path, must_be_new: bool, at: &str) {
        let found = indexed(index);
        let is_new = found == self.new;
        assert!(
            is_new || !must_be_new && found == self.old,
            "{at}: {found:?}"
        );
        if index.join("timbao.json").exists() {
            let faults = verify(index, false).unwrap().faults;
            assert!(faults.is_empty(), "{at}: {faults:?}");
        }
        let sources = Sources::Paths(vec![self.newsroom.news.clone()]);
        crate::update::update(index, &sources, &options(), &()).unwrap();
        assert_eq!(indexed(index), self.new, "{at}");
        assert!(verify(index, false).unwrap().faults.is_empty(), "{at}");
        fs::remove_dir_all(index).unwrap();
    }
}

/// Numbers of the operations that fail, one after the other.
fn operations() -> impl Iterator<Item = u64> {
    let step = setting("TIMBAO_STEP", 7) as usize;
    (setting("TIMBAO_SEED", 1) % step as u64..).step_by(step)
}

#[test]
fn a_failed_operation_leaves_the_old_state_or_the_new() {
    for is_first in [true, false] {
        let changed = Changed::new(is_first);
        for number in operations() {
            let index = changed.copy("failed");
            let disk = Disk::new(&index, Fault::Once(number, ErrorKind::StorageFull));
            let result = changed.update(&disk);
            if !disk.has_failed() {
                assert!(number > 20, "the fault has to come sometimes");
                println!("first: {is_first}: no operation {number}");
                break;
            }
            if let Err(error) = &result {
                assert!(
                    matches!(error, Error::Io { source, .. } if source.kind() == ErrorKind::StorageFull),
                    "operation {number}: {error:?}"
                );
            }
            let at = format!("operation {number}, first: {is_first}: {result:?}");
            changed.assert_recovers(&index, result.is_ok(), &at);
        }
    }
}

#[test]
fn a_power_failure_leaves_the_old_state_or_the_new() {
    let mut dice = Dice::new(setting("TIMBAO_SEED", 1));
    for is_first in [true, false] {
        let changed = Changed::new(is_first);
        for number in operations() {
            let index = changed.copy("running");
            let disk = Disk::new(&index, Fault::From(number));
            let is_acknowledged = changed.update(&disk).is_ok();
            let is_last = !disk.has_failed();
            for time in 0..3 {
                let left = changed.dir.path().join("left");
                fs::create_dir(&left).unwrap();
                disk.lose_power(&mut dice, &left);
                let at = format!("operation {number}, time {time}, first: {is_first}");
                changed.assert_recovers(&left, is_acknowledged, &at);
            }
            fs::remove_dir_all(index).unwrap();
            if is_last {
                break;
            }
        }
    }
}
