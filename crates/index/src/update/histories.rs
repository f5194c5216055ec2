//! Random histories of an index: its sources change, cannot be read or are
//! away, runs are killed, and the index is damaged.
//!
//! The model is one page: the present content of the sources, as far as
//! readable, and the content of the index before the run. After each run
//!
//! 1. each article of the index is as its source is, or as it was;
//! 2. an article is missing only if its source was readable and no longer
//!    contains it as it was;
//! 3. `verify` finds nothing.
//!
//! At the end, an update without trouble makes the index equal its sources, and
//! one built from scratch.
//!
//! A million histories:
//! `TIMBAO_HISTORIES=1000000 cargo test --release -p timbao-index --lib histories -- --nocapture`.
//! `TIMBAO_SEED` sets the first seed; the seed of a history that fails is printed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use timbao_articles::{Article, read_all};

use super::read_faults::{ERRORS, Faults, Flaky, Trouble};
use super::{Sources, UpdateOptions, UpdateReport, update_on};
use crate::durable::faults::{Disk, Fault};
use crate::error::{Error, Result};
use crate::maintain::{repair, verify};
use crate::newsroom::{Dice, files, line, options, setting, text, try_indexed};

/// Articles by file and place in it.
pub(super) type Content = BTreeMap<(String, Option<String>), Article>;

/// Two sources, an index of them, and its expected content.
pub(super) struct World {
    dir: tempfile::TempDir,
    pub(super) sources: [PathBuf; 2],
    pub(super) index: PathBuf,
    dice: Dice,
    /// The content of the index after the last run.
    pub(super) before: Content,
    /// Archives that were cut short.
    damaged: BTreeSet<PathBuf>,
    log: Vec<String>,
}

impl World {
    fn new(seed: u64, place: Option<&Path>) -> Self {
        let dir = match place {
            Some(place) => tempfile::tempdir_in(place).unwrap(),
            None => tempfile::tempdir().unwrap(),
        };
        let root = dir.path().canonicalize().unwrap();
        let world = Self {
            sources: [root.join("news"), root.join("tin")],
            index: root.join("index"),
            dir,
            dice: Dice::new(seed),
            before: Content::new(),
            damaged: BTreeSet::new(),
            log: vec![format!("seed {seed}")],
        };
        for directory in world.sources.iter().chain([&world.index]) {
            fs::create_dir(directory).unwrap();
        }
        world
    }

    fn note(&mut self, what: impl Into<String>) {
        self.log.push(what.into());
    }

    /// The content of the sources, as far as it is readable.
    fn written(&self) -> Content {
        let mut content = Content::new();
        for source in self.sources.iter().filter(|source| source.exists()) {
            read_all(source, &mut |article| {
                if let Ok(article) = article {
                    content.insert((article.path.clone(), article.member.clone()), article);
                }
            });
        }
        content
    }

    pub(super) fn indexed(&self) -> Content {
        let articles = match try_indexed(&self.index) {
            Err(Error::NoIndex { .. }) => Vec::new(),
            other => other.unwrap_or_else(|error| panic!("{:#?}\n{error:?}", self.log)),
        };
        articles
            .into_iter()
            .map(|article| ((article.path.clone(), article.member.clone()), article))
            .collect()
    }

    fn source(&mut self) -> PathBuf {
        self.sources[self.dice.roll(2)].clone()
    }

    /// A file of a source, if there is one that is not damaged.
    fn some_file(&mut self) -> Option<PathBuf> {
        let source = self.source();
        let mut all = if source.exists() {
            files(&source)
        } else {
            Vec::new()
        };
        all.retain(|path| !self.damaged.contains(path));
        self.dice.pick(&all).cloned()
    }

    /// Changes the sources in one way, of many.
    fn edit(&mut self) {
        match (self.dice.roll(13), self.some_file()) {
            (0..=5, _) | (_, None) => self.write_file(),
            (6, Some(path)) => {
                self.note(format!("remove {path:?}"));
                fs::remove_file(path).unwrap();
            }
            (7, Some(path)) => {
                let to = path.with_file_name(format!(
                    "{}.{}",
                    self.dice.roll(9),
                    path.extension().unwrap().to_str().unwrap()
                ));
                self.note(format!("move {path:?} to {to:?}"));
                self.damaged.remove(&to);
                fs::rename(path, to).unwrap();
            }
            (8, _) => self.toggle(),
            (9 | 10, Some(path)) => self.damage(&path),
            (11, Some(path)) => {
                self.note(format!("empty {path:?}"));
                fs::write(&path, "").unwrap();
                if is_packed(&path) {
                    self.damaged.insert(path);
                }
            }
            (_, Some(path)) => {
                self.note(format!("touch {path:?}"));
                age(&path, 1000 + self.dice.roll(1000) as u64);
            }
        }
    }

    fn write_file(&mut self) {
        let source = self.source();
        if !source.exists() {
            return;
        }
        let directory = ["", "a/", "a/b/"][self.dice.roll(3)];
        let name = ["txt", "jsonl", "txt.gz", "jsonl.gz", "zip", "tar"][self.dice.roll(6)];
        let path = source.join(format!("{directory}{}.{name}", self.dice.roll(4)));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let content = content(name, &mut self.dice);
        self.note(format!("write {path:?}, {} bytes", content.len()));
        fs::write(&path, content).unwrap();
        age(&path, 3600);
        self.damaged.remove(&path);
    }

    /// Takes a directory away, or brings it back.
    fn toggle(&mut self) {
        let source = self.source();
        let path = match self.dice.roll(2) {
            0 => source.join("a"),
            _ => source,
        };
        let aside = path.with_extension("aside");
        let aside = self.dir.path().join(format!(
            "{}-{}",
            aside
                .parent()
                .unwrap()
                .file_name()
                .unwrap()
                .to_str()
                .unwrap(),
            aside.file_name().unwrap().to_str().unwrap()
        ));
        self.note(format!("take or bring back {path:?}"));
        match (path.exists(), aside.exists()) {
            (true, false) => fs::rename(path, aside).unwrap(),
            (false, true) if path.parent().unwrap().exists() => {
                fs::rename(aside, path).unwrap();
            }
            _ => {}
        }
    }

    /// Cuts an archive or a compressed file short.
    fn damage(&mut self, path: &Path) {
        let bytes = fs::read(path).unwrap();
        // A change in the middle of a run may have put a readable text there.
        let is_text = !bytes.contains(&0);
        if !is_packed(path) || bytes.len() < 2 || is_text {
            return;
        }
        let end = self.dice.roll(bytes.len() - 1);
        // A tar archive may end at the end of any entry.
        let end = match path.extension().is_some_and(|e| e == "tar") {
            true => end.min(511),
            false => end,
        };
        self.note(format!("cut {path:?} to {end} bytes"));
        fs::write(path, &bytes[..end]).unwrap();
        self.damaged.insert(path.to_owned());
    }

    /// Some trouble with reading, or none.
    fn trouble(&mut self) -> Option<Faults> {
        let first = self.dice.roll(60) as u64;
        let count = [1, 1, 3, 1000][self.dice.roll(4)];
        let trouble = match self.dice.roll(12) {
            0..=2 => return None,
            3 => Trouble::Short,
            4 => Trouble::Ended,
            5 => {
                let content = content("txt", &mut self.dice);
                Trouble::Change(Arc::new(move |path| fs::write(path, &content).unwrap()))
            }
            _ => Trouble::Error(ERRORS[self.dice.roll(ERRORS.len())].1),
        };
        let count = match trouble {
            Trouble::Change(_) => 1,
            _ => count,
        };
        Some(Faults {
            first,
            count,
            trouble,
        })
    }

    /// Runs an update or a repair, in trouble or killed.
    fn run(&mut self) {
        let faults = self.trouble();
        let flaky = faults.clone().map(Flaky::new);
        let mut options = UpdateOptions {
            full: self.dice.roll(3) == 0,
            allow_vanished: false,
            ..options()
        };
        if let Some(flaky) = &flaky {
            options.files = Arc::new(flaky.clone());
        }
        let kill = (self.dice.roll(4) == 0).then(|| self.dice.roll(60) as u64);
        let is_repair = !self.before.is_empty() && self.dice.roll(6) == 0;
        let then = self.written();
        self.note(format!(
            "run, full: {}, repair: {is_repair}, kill: {kill:?}, {faults:?}",
            options.full
        ));
        let result = match is_repair {
            true => self.damage_and_repair(&options),
            false => self.update(&options, kill).map(|_| ()),
        };
        self.note(format!("{result:?}"));
        // A change in the middle may have cut an archive short.
        if let Some(Faults {
            trouble: Trouble::Change(_),
            ..
        }) = faults
        {
            self.find_damaged();
        }
        let is_changed = flaky.is_some_and(|flaky| flaky.was_troubled());
        self.check(&then, is_changed);
    }

    pub(super) fn update(
        &self,
        options: &UpdateOptions,
        kill: Option<u64>,
    ) -> Result<UpdateReport> {
        let fault = kill.map_or(Fault::From(u64::MAX), Fault::From);
        let disk = Disk::new(&self.index, fault);
        let there: Vec<PathBuf> = self
            .sources
            .iter()
            .filter(|s| s.exists())
            .cloned()
            .collect();
        let sources = match self.before.is_empty() {
            true => Sources::Paths(there),
            false => Sources::Remembered,
        };
        update_on(disk.storage(), &sources, options, &())
    }

    /// Flips a bit of the index and repairs it; a repair that refuses leaves
    /// the damage to the next one, which has no trouble.
    fn damage_and_repair(&mut self, options: &UpdateOptions) -> Result<()> {
        let all = files(&self.index);
        let path = self.dice.pick(&all).unwrap().clone();
        let mut bytes = fs::read(&path).unwrap();
        if bytes.is_empty() {
            return Ok(());
        }
        let at = self.dice.roll(bytes.len());
        bytes[at] ^= 1 << self.dice.roll(8);
        self.note(format!("flip a bit of byte {at} of {path:?}"));
        fs::write(&path, bytes).unwrap();
        let there: Vec<PathBuf> = self.sources.to_vec();
        let repaired = repair(&self.index, &there, options, &());
        if let Ok(report) = repaired {
            self.note(format!("{:?}", report.faults));
            return Ok(());
        }
        self.note(format!("{repaired:?}"));
        for source in self.sources.clone() {
            fs::create_dir_all(source).unwrap();
        }
        let options = UpdateOptions {
            allow_vanished: true,
            ..self::options()
        };
        let report = repair(&self.index, &there, &options, &())?;
        self.note(format!("{:?}", report.faults));
        // With leave, whatever is away or damaged may go.
        self.before = self.indexed();
        Ok(())
    }

    /// Finds archives that a change in the middle of a run has damaged, or has
    /// replaced by something that is readable.
    fn find_damaged(&mut self) {
        for source in self.sources.clone().iter().filter(|s| s.exists()) {
            for path in files(source).into_iter().filter(|path| is_packed(path)) {
                let mut is_whole = true;
                read_all(&path, &mut |read| {
                    is_whole &= read.err().is_none_or(|problem| !problem.unread);
                });
                if !is_whole {
                    self.damaged.insert(path);
                } else if fs::metadata(&path).unwrap().len() > 0 {
                    self.damaged.remove(&path);
                }
            }
        }
    }

    /// Checks the index against the model: the content of the sources at the
    /// start of the run and now, and the former content of the index.
    fn check(&mut self, then: &Content, is_troubled: bool) {
        let now = self.written();
        let after = self.indexed();
        for (place, article) in &after {
            let known = [then.get(place), now.get(place), self.before.get(place)];
            assert!(
                known.contains(&Some(article)),
                "{:#?}\n{place:?} is of no state: {article:#?}",
                self.log
            );
        }
        for (place, article) in &self.before {
            let path = Path::new(&place.0);
            let is_damaged = self.damaged.contains(path) && path.exists();
            let was_there = now.get(place) == Some(article) && then.get(place) == Some(article);
            assert!(
                after.contains_key(place) || !is_damaged && !was_there,
                "{:#?}\n{place:?} is lost, troubled: {is_troubled}",
                self.log
            );
        }
        if self.index.join("timbao.json").exists() {
            let faults = verify(&self.index, false).unwrap().faults;
            assert!(faults.is_empty(), "{:#?}\n{faults:?}", self.log);
        }
        self.before = after;
    }

    /// Ends all trouble: the index equals its sources.
    pub(super) fn end(&mut self, compares: bool) {
        for path in std::mem::take(&mut self.damaged) {
            let _ = fs::remove_file(path);
        }
        for source in &self.sources {
            fs::create_dir_all(source).unwrap();
        }
        self.note("end");
        let sources = Sources::Paths(self.sources.to_vec());
        let storage = Disk::new(&self.index, Fault::From(u64::MAX)).storage();
        update_on(storage, &sources, &options(), &()).unwrap();
        let written = self.written();
        assert_eq!(self.indexed(), written, "{:#?}", self.log);
        let faults = verify(&self.index, false).unwrap().faults;
        assert!(faults.is_empty(), "{:#?}\n{faults:?}", self.log);
        if compares {
            let scratch = self.dir.path().join("scratch");
            fs::create_dir(&scratch).unwrap();
            super::update(&scratch, &sources, &options(), &()).unwrap();
            let words = ["hoi", "mua", "duong"];
            for word in words {
                let hits = crate::newsroom::hits(&self.index, word);
                let expected = crate::newsroom::hits(&scratch, word);
                assert_eq!(hits, expected, "{word}, {:#?}", self.log);
            }
        }
    }
}

fn is_packed(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str());
    extension.is_some_and(|e| ["gz", "zip", "tar"].contains(&e))
}

pub(super) fn age(path: &Path, seconds: u64) {
    let file = File::options().write(true).open(path).unwrap();
    let time = SystemTime::now() - Duration::from_secs(seconds);
    file.set_modified(time).unwrap();
}

/// Possible content of a file of a name.
fn content(name: &str, dice: &mut Dice) -> Vec<u8> {
    let article = |dice: &mut Dice| format!("{}\n\n{}", text(dice), text(dice));
    let lines = |dice: &mut Dice| {
        let count = 1 + dice.roll(4);
        (0..count).map(|_| line(dice) + "\n").collect::<String>()
    };
    match name {
        "txt" => article(dice).into_bytes(),
        "jsonl" => lines(dice).into_bytes(),
        "txt.gz" => gzip(&article(dice)),
        "jsonl.gz" => gzip(&lines(dice)),
        "zip" => {
            let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            for number in 0..1 + dice.roll(4) {
                let options = zip::write::SimpleFileOptions::default();
                zip.start_file(format!("tin/{number}.txt"), options)
                    .unwrap();
                zip.write_all(article(dice).as_bytes()).unwrap();
            }
            zip.finish().unwrap().into_inner()
        }
        _ => {
            let mut tar = tar::Builder::new(Vec::new());
            for number in 0..1 + dice.roll(4) {
                let text = article(dice);
                let mut header = tar::Header::new_gnu();
                header.set_size(text.len() as u64);
                let name = format!("tin/{number}.txt");
                tar.append_data(&mut header, name, text.as_bytes()).unwrap();
            }
            tar.into_inner().unwrap()
        }
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

#[test]
fn histories_end_with_the_sources() {
    let seed = setting("TIMBAO_SEED", 1);
    let count = setting("TIMBAO_HISTORIES", 1000);
    let (mut runs, mut edits) = (0_u64, 0_u64);
    for history in seed..seed + count {
        let mut world = World::new(history, memory());
        for _ in 0..1 + world.dice.roll(3) {
            for _ in 0..1 + world.dice.roll(5) {
                world.edit();
                edits += 1;
            }
            world.run();
            runs += 1;
        }
        world.end(history % 20 == 0);
    }
    println!("{count} histories from seed {seed}: {edits} edits, {runs} runs");
}

/// A directory in memory, if the system has one: these tests write many files.
fn memory() -> Option<&'static Path> {
    Some(Path::new("/dev/shm")).filter(|memory| memory.is_dir())
}

/// A directory with a file of each kind, and an index of it.
pub(super) fn prepared() -> World {
    let mut world = World::new(7, memory());
    let source = world.sources[0].clone();
    fs::create_dir_all(source.join("a/b")).unwrap();
    for (number, name) in ["txt", "jsonl", "txt.gz", "jsonl.gz", "zip", "tar"]
        .iter()
        .enumerate()
    {
        let directory = ["", "a", "a/b"][number % 3];
        let path = source.join(directory).join(format!("{number}.{name}"));
        fs::write(&path, content(name, &mut world.dice)).unwrap();
        age(&path, 3600);
    }
    #[cfg(unix)]
    link_elsewhere(&mut world);
    world.update(&options(), None).unwrap();
    world.before = world.indexed();
    world
}

/// Adds links to a directory and a file outside the sources.
#[cfg(unix)]
fn link_elsewhere(world: &mut World) {
    let elsewhere = world.dir.path().canonicalize().unwrap().join("elsewhere");
    fs::create_dir_all(elsewhere.join("kho")).unwrap();
    for name in ["kho/1.txt", "2.txt"] {
        let path = elsewhere.join(name);
        fs::write(&path, content("txt", &mut world.dice)).unwrap();
        age(&path, 3600);
    }
    let symlink = std::os::unix::fs::symlink::<PathBuf, PathBuf>;
    symlink(elsewhere.join("kho"), world.sources[0].join("kho")).unwrap();
    symlink(elsewhere.join("2.txt"), world.sources[0].join("tin.txt")).unwrap();
}

/// The number of calls of an update without trouble that reads all files.
fn calls(world: &World) -> u64 {
    for path in files(&world.sources[0]) {
        age(&path, 4000);
    }
    let flaky = Flaky::new(Faults {
        first: u64::MAX,
        count: 0,
        trouble: Trouble::Ended,
    });
    let options = UpdateOptions {
        files: Arc::new(flaky.clone()),
        ..options()
    };
    world.update(&options, None).unwrap();
    assert!(flaky.calls() > 60, "the calls must go through the layer");
    flaky.calls()
}

/// The first of several links to a directory is walked; the manifest may know
/// its articles by another.
#[cfg(unix)]
#[test]
fn no_call_that_fails_below_a_link_costs_what_another_link_found() {
    for first in (0..calls(&prepared())).step_by(2) {
        let mut world = prepared();
        let elsewhere = fs::canonicalize(world.sources[0].join("kho")).unwrap();
        let inner = elsewhere.join("trong");
        fs::create_dir_all(world.dir.path().join("inner")).unwrap();
        std::os::unix::fs::symlink(world.dir.path().join("inner"), &inner).unwrap();
        let article = world.dir.path().join("inner/3.txt");
        fs::write(&article, content("txt", &mut world.dice)).unwrap();
        world.update(&options(), None).unwrap();
        let texts = |world: &World| -> BTreeSet<String> {
            let indexed = world.indexed().into_values();
            indexed.map(|article| article.body).collect()
        };
        let before = texts(&world);
        std::os::unix::fs::symlink(elsewhere, world.sources[0].join("a/kho")).unwrap();
        let flaky = Flaky::new(Faults {
            first,
            count: 1,
            trouble: Trouble::Error(ERRORS[1].1),
        });
        let options = UpdateOptions {
            files: Arc::new(flaky.clone()),
            ..options()
        };
        let report = world.update(&options, None).unwrap();
        if flaky.was_troubled() {
            assert_eq!(texts(&world), before, "call {first}: {report:#?}");
        }
        world.end(false);
    }
}

/// Changes of a file while a run reads it.
const CHANGES: [(&str, fn(&Path)); 5] = [
    ("replace", |path| {
        fs::write(path, "Hội nghị\n\nMưa ở tỉnh Hòa Lạc.\n").unwrap()
    }),
    ("cut", |path| {
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    }),
    ("grow", |path| {
        let mut file = File::options().append(true).open(path).unwrap();
        file.write_all("\n\nCầu Đồng Mơ.\n".as_bytes()).unwrap();
    }),
    ("remove", |path| fs::remove_file(path).unwrap()),
    ("rename over", |path| {
        let other = path.with_extension("part");
        fs::write(&other, "Nắng\n\nĐường sông.\n").unwrap();
        fs::rename(other, path).unwrap();
    }),
];

#[test]
fn no_change_in_the_middle_mixes_two_states() {
    let step = setting("TIMBAO_STEP", 7);
    let calls = calls(&prepared());
    for (number, (name, change)) in CHANGES.into_iter().enumerate() {
        let first = (setting("TIMBAO_SEED", 1) + number as u64) % step;
        for first in (first..calls).step_by(step as usize) {
            let mut world = prepared();
            let then = world.written();
            for path in files(&world.sources[0]) {
                age(&path, 5000);
            }
            let flaky = Flaky::new(Faults {
                first,
                count: 1,
                trouble: Trouble::Change(Arc::new(change)),
            });
            let options = UpdateOptions {
                full: first % 2 == 0,
                allow_vanished: false,
                files: Arc::new(flaky.clone()),
                ..options()
            };
            world.note(format!("{name} at call {first}"));
            world.update(&options, None).unwrap();
            world.find_damaged();
            world.check(&then, true);
            world.end(false);
        }
    }
}

#[test]
fn no_call_that_fails_costs_an_article() {
    let mut world = prepared();
    let then = world.written();
    assert!(then.len() >= 6 && world.before == then);
    let step = setting("TIMBAO_STEP", 5);
    let calls = calls(&world);
    for full in [false, true] {
        let mut troubles: Vec<Trouble> = vec![Trouble::Short, Trouble::Ended];
        troubles.extend(ERRORS.map(|(_, number)| Trouble::Error(number)));
        for (number, trouble) in troubles.into_iter().enumerate() {
            let first = (setting("TIMBAO_SEED", 1) + number as u64) % step;
            for first in (first..calls).step_by(step as usize) {
                // Files that did not change are opened, too.
                for path in files(&world.sources[0]) {
                    age(&path, 5000 + world.dice.roll(1000) as u64);
                }
                let flaky = Flaky::new(Faults {
                    first,
                    count: 1,
                    trouble: trouble.clone(),
                });
                let options = UpdateOptions {
                    full,
                    allow_vanished: false,
                    files: Arc::new(flaky.clone()),
                    ..options()
                };
                world.log = vec![format!("full: {full}, call {first}: {trouble:?}")];
                let report = world.update(&options, None).unwrap();
                world.check(&then, true);
                assert_eq!(world.before, then, "{:?}", world.log);
                let is_reported = !report.problems.is_empty() || !report.vanished.is_empty();
                match trouble {
                    Trouble::Error(_) => {
                        assert_eq!(
                            is_reported,
                            flaky.was_troubled(),
                            "{:?}: {report:#?}",
                            world.log
                        );
                    }
                    Trouble::Short => assert!(!is_reported, "{:?}: {report:#?}", world.log),
                    // An early end is harmless at the end of a file.
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn a_repair_takes_over_what_cannot_be_read_or_refuses() {
    for is_segment in [false, true] {
        let world = prepared();
        let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
        let is_target = |path: &PathBuf| match is_segment {
            true => name(path).ends_with(".store"),
            false => name(path).starts_with("seen-"),
        };
        let path = files(&world.index).into_iter().find(is_target).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).unwrap();
        let flaky = Flaky::new(Faults {
            first: 12,
            count: 1000,
            trouble: Trouble::Error(ERRORS[1].1),
        });
        let options = UpdateOptions {
            allow_vanished: false,
            files: Arc::new(flaky),
            ..options()
        };
        let repaired = repair(&world.index, &[], &options, &());
        if is_segment {
            let refused = matches!(repaired, Err(Error::Irreplaceable { .. }));
            assert!(refused, "{repaired:?}");
            repair(&world.index, &[], &self::options(), &()).unwrap();
        } else {
            let rebuilt = repaired.unwrap().rebuilt.unwrap();
            assert!(rebuilt.kept > 0 && rebuilt.is_incomplete());
        }
        assert_eq!(world.indexed(), world.before);
        assert!(verify(&world.index, false).unwrap().faults.is_empty());
    }
}
