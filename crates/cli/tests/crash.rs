//! Kills the program at random moments and checks the remaining state.
//!
//! By hand, with a seed of your own:
//! `TIMBAO_KILLS=1000 TIMBAO_SEED=7 cargo test --release -p timbao --test crash -- --nocapture`.
//! `TIMBAO_PROGRAM` names another program to kill than the one just built.

#[path = "../../index/tests/newsroom/mod.rs"]
mod newsroom;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use newsroom::{Dice, Newsroom, edit, files, indexed, options, setting};
use timbao_articles::Article;
use timbao_index::maintain::{repair, restore, verify};

#[test]
fn a_killed_program_leaves_the_acknowledged_state_or_the_next() {
    let seed = setting("TIMBAO_SEED", 1);
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::new(dir.path(), seed);
    let kills = setting("TIMBAO_KILLS", 20);
    while desk.kills() < kills {
        desk.round();
    }
    println!("seed {seed}: {} rounds, {:#?}", desk.rounds, desk.tally);
}

/// A command to run and kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Task {
    Index,
    Reindex,
    Rebuild,
    Repair,
    Backup,
    Restore,
}

/// How runs of a task ended.
#[derive(Debug, Default)]
struct Tally {
    /// Killed before the next state was there, and after.
    killed_before: u64,
    killed_after: u64,
    ended: u64,
}

/// A newsroom, its index, a backup of that, and their expected articles.
struct Desk {
    newsroom: Newsroom,
    backup: PathBuf,
    dice: Dice,
    /// The articles acknowledged as indexed.
    state: Vec<Article>,
    /// The articles of the backup, if there is one.
    kept: Option<Vec<Article>>,
    rounds: u64,
    /// Duration of the last complete run of each task.
    durations: BTreeMap<Task, Duration>,
    tally: BTreeMap<Task, Tally>,
    seed: u64,
}

impl Desk {
    fn new(dir: &Path, seed: u64) -> Self {
        let newsroom = Newsroom::at(dir);
        let mut dice = Dice::new(seed);
        for _ in 0..60 {
            edit(&newsroom, &mut dice);
        }
        Self {
            backup: dir.canonicalize().unwrap().join("backup.timbao"),
            newsroom,
            dice,
            state: Vec::new(),
            kept: None,
            rounds: 0,
            durations: BTreeMap::new(),
            tally: BTreeMap::new(),
            seed,
        }
    }

    fn kills(&self) -> u64 {
        let all = self.tally.values();
        all.map(|tally| tally.killed_before + tally.killed_after)
            .sum()
    }

    /// Runs a task, kills it, and checks the result.
    fn round(&mut self) {
        self.rounds += 1;
        let task = self.choose();
        if task == Task::Repair {
            return self.damage_and_repair();
        }
        let edits = match task {
            Task::Index | Task::Reindex | Task::Rebuild => 1 + self.dice.roll(6),
            _ => 0,
        };
        for _ in 0..edits {
            edit(&self.newsroom, &mut self.dice);
        }
        let next = match task {
            Task::Index | Task::Reindex | Task::Rebuild => self.newsroom.written(),
            Task::Restore => self.kept.clone().unwrap(),
            Task::Repair | Task::Backup => self.state.clone(),
        };
        let has_ended = self.run_and_kill(task);
        let at = format!("seed {}, round {}, {task:?}", self.seed, self.rounds);
        let left = indexed(&self.newsroom.index);
        let is_next = left == next;
        assert!(
            is_next || !has_ended && left == self.state,
            "{at}, ended: {has_ended}: {} articles of {} or {}",
            left.len(),
            self.state.len(),
            next.len()
        );
        let tally = self.tally.entry(task).or_default();
        match (has_ended, is_next) {
            (true, _) => tally.ended += 1,
            (false, true) => tally.killed_after += 1,
            (false, false) => tally.killed_before += 1,
        }
        self.check_index(&at);
        if has_ended {
            self.check_leftovers(task, &at);
        }
        match task {
            Task::Backup => self.check_backup(has_ended, &at),
            _ => self.state = left,
        }
        if self.dice.roll(2) == 0 {
            self.converge(&at);
        }
    }

    /// Flips a bit, and kills the repair; the next one ends it.
    fn damage_and_repair(&mut self) {
        let files = files(&self.newsroom.index);
        let path = self.dice.pick(&files).unwrap();
        let mut bytes = fs::read(path).unwrap();
        if bytes.is_empty() {
            return;
        }
        let at = format!("seed {}, round {}, {path:?}", self.seed, self.rounds);
        let byte = self.dice.roll(bytes.len());
        bytes[byte] ^= 1;
        fs::write(path, bytes).unwrap();
        let has_ended = self.run_and_kill(Task::Repair);
        let is_repaired = || verify(&self.newsroom.index, false).is_ok_and(|r| r.is_sound());
        let tally = self.tally.entry(Task::Repair).or_default();
        match (has_ended, is_repaired()) {
            (true, is_repaired) => {
                assert!(is_repaired, "{at}");
                tally.ended += 1;
            }
            (false, true) => tally.killed_after += 1,
            (false, false) => tally.killed_before += 1,
        }
        let output = self.start(Task::Repair).wait_with_output().unwrap();
        assert!(
            matches!(output.status.code(), Some(0 | 3)),
            "{at}: {output:?}"
        );
        self.converge(&at);
    }

    fn choose(&mut self) -> Task {
        let tasks = [
            (Task::Index, 4),
            (Task::Reindex, 4),
            (Task::Rebuild, 2),
            (Task::Repair, 2),
            (Task::Backup, 3),
            (Task::Restore, 2),
        ];
        let mut roll = self.dice.roll(tasks.iter().map(|(_, weight)| weight).sum());
        for (task, weight) in tasks {
            if roll < weight {
                let is_possible = match task {
                    Task::Index => true,
                    Task::Restore => self.kept.is_some() && !self.state.is_empty(),
                    _ => !self.state.is_empty(),
                };
                return if is_possible { task } else { Task::Index };
            }
            roll -= weight;
        }
        Task::Index
    }

    /// Starts a task and kills it at a random moment, unless it has ended by
    /// then; returns whether it ended, which must be successful.
    fn run_and_kill(&mut self, task: Task) -> bool {
        let usual = self.durations.get(&task).copied();
        // Runs that end are the short ones, so they are not representative.
        let patience = usual.map(|usual| usual.mul_f64(self.dice.roll(2000) as f64 / 1000.0));
        let begin = Instant::now();
        let mut child = self.start(task);
        if let Some(patience) = patience {
            while child.try_wait().unwrap().is_none() && begin.elapsed() < patience {
                thread::sleep(Duration::from_micros(500));
            }
            // Fails harmlessly if the task has ended.
            child.kill().unwrap();
        }
        let output = child.wait_with_output().unwrap();
        let has_ended = output.status.code().is_some();
        if has_ended {
            assert!(
                // 3: some of the files are broken.
                matches!(output.status.code(), Some(0 | 1 | 3)),
                "{task:?}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            self.durations.insert(task, begin.elapsed());
        }
        has_ended
    }

    fn start(&self, task: Task) -> Child {
        let built = || env!("CARGO_BIN_EXE_timbao").into();
        let mut command = Command::new(std::env::var_os("TIMBAO_PROGRAM").unwrap_or_else(built));
        command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .arg("--index")
            .arg(&self.newsroom.index);
        match task {
            Task::Index => command
                .arg("index")
                .arg("--allow-vanished")
                .arg(&self.newsroom.news),
            Task::Reindex => command.args(["reindex", "--allow-vanished"]),
            Task::Rebuild => command.args(["reindex", "--allow-vanished", "--full"]),
            Task::Repair => command.arg("repair").arg(&self.newsroom.news),
            Task::Backup => command.arg("backup").arg(&self.backup),
            Task::Restore => command.arg("restore").arg(&self.backup).arg("--overwrite"),
        };
        command.spawn().unwrap()
    }

    /// Checks that whatever there is has no faults.
    fn check_index(&self, at: &str) {
        if self.newsroom.index.join("timbao.json").exists() {
            let faults = verify(&self.newsroom.index, false).unwrap().faults;
            assert!(faults.is_empty(), "{at}: {faults:?}");
        }
    }

    /// Checks that the backup is the one before or the new one.
    fn check_backup(&mut self, has_ended: bool, at: &str) {
        let copy = self.backup.with_file_name("copy");
        assert!(self.backup.exists() || !has_ended && self.kept.is_none());
        if !self.backup.exists() {
            return;
        }
        restore(&self.backup, &copy, false).unwrap();
        let held = indexed(&copy);
        let is_new = held == self.state;
        assert!(
            is_new || !has_ended && self.kept.as_ref() == Some(&held),
            "{at}: the backup has {} articles",
            held.len()
        );
        self.kept = Some(held);
        fs::remove_dir_all(copy).unwrap();
    }

    /// Runs an update to its end: the index is as the files, and nothing of the
    /// killed runs is left in it.
    fn converge(&mut self, at: &str) {
        let begin = Instant::now();
        let output = self.start(Task::Index).wait_with_output().unwrap();
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 1 | 3)), "{at}: {output:?}");
        self.durations.insert(Task::Index, begin.elapsed());
        self.state = indexed(&self.newsroom.index);
        assert_eq!(self.state, self.newsroom.written(), "{at}");
        let repaired = repair(&self.newsroom.index, &[], &options(), &()).unwrap();
        assert!(repaired.faults.is_empty(), "{at}: {:?}", repaired.faults);
        assert_eq!(
            repaired.orphans,
            0,
            "{at}: {:?}",
            files(&self.newsroom.index)
        );
    }

    /// Checks that a run that ended removed what killed ones left.
    fn check_leftovers(&self, task: Task, at: &str) {
        let mark = match task {
            Task::Backup => ".unfinished-",
            Task::Restore => ".restoring-",
            _ => return,
        };
        for entry in fs::read_dir(self.backup.parent().unwrap()).unwrap() {
            let name = entry.unwrap().file_name();
            assert!(!name.to_string_lossy().contains(mark), "{at}: {name:?}");
        }
    }
}
