//! Tests of interrupts: one before each call that finds, opens or reads a source.
//!
//! All calls: `TIMBAO_STEP=1 cargo test --release -p timbao-index --lib interrupts`.

use std::fs;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::histories::{World, age, prepared};
use super::read_faults::{Faults, Flaky, Trouble};
use super::{Phase, Progress, Sources, UpdateOptions, UpdateReport, update_on};
use crate::durable::faults::{Disk, Fault};
use crate::maintain::verify;
use crate::newsroom::{files, options, setting};

/// The phase of a run, and the phase in which it was interrupted.
#[derive(Debug, Default)]
struct Stages {
    now: Mutex<Option<Phase>>,
    interrupted: Mutex<Option<Phase>>,
    stop: Arc<AtomicBool>,
}

impl Stages {
    fn interrupt(&self) {
        *self.interrupted.lock().unwrap() = *self.now.lock().unwrap();
        self.stop.store(true, Ordering::Relaxed);
    }

    fn interrupted_in(&self) -> Option<Phase> {
        *self.interrupted.lock().unwrap()
    }
}

impl Progress for Stages {
    fn phase(&self, phase: Phase) {
        *self.now.lock().unwrap() = Some(phase);
    }
}

/// Runs an update that is interrupted before this call. Returns the number of calls and the
/// phase of the interrupt, too.
fn interrupted(world: &World, first: u64) -> (UpdateReport, u64, Option<Phase>) {
    let stages = Arc::new(Stages::default());
    let interrupt = Arc::clone(&stages);
    let flaky = Flaky::new(Faults {
        first,
        count: 1,
        trouble: Trouble::Interrupt(Arc::new(move || interrupt.interrupt())),
    });
    let options = UpdateOptions {
        files: Arc::new(flaky.clone()),
        stop: Arc::clone(&stages.stop),
        ..options()
    };
    let storage = Disk::new(&world.index, Fault::From(u64::MAX)).storage();
    let report = update_on(storage, &Sources::Remembered, &options, &*stages).unwrap();
    (report, flaky.calls(), stages.interrupted_in())
}

/// An index whose files have another time than when they were indexed. With `edits`, one is gone
/// and another one is new; else they are only hashed.
fn touched(edits: bool) -> World {
    let world = prepared();
    let source = world.sources[0].clone();
    for path in files(&source) {
        age(&path, 5000);
    }
    if edits {
        fs::remove_file(source.join("0.txt")).unwrap();
        fs::write(source.join("moi.txt"), "Tin mới\n\nCầu Đồng Mơ thông xe.\n").unwrap();
    }
    world
}

#[test]
fn interrupts_of_a_walk_change_nothing_and_later_ones_lose_nothing() {
    let step = setting("TIMBAO_STEP", 3) as usize;
    for edits in [false, true] {
        let (_, calls, _) = interrupted(&touched(edits), u64::MAX - 1);
        let (mut walks, mut readings) = (0, 0);
        for first in (setting("TIMBAO_SEED", 0)..calls).step_by(step) {
            let mut world = touched(edits);
            let (report, made, phase) = interrupted(&world, first);
            let context = format!("edits: {edits}, call {first} of {calls}: {report:#?}");
            let after = world.indexed();
            match phase {
                Some(Phase::Finding) => {
                    walks += 1;
                    assert!(report.interrupted && made < calls, "{context}");
                    assert_eq!(after, world.before, "{context}");
                }
                _ => {
                    readings += 1;
                    let removed = |path: &str| edits && path.ends_with("/0.txt");
                    for (place, article) in &world.before {
                        let is_kept = after.get(place) == Some(article);
                        assert!(is_kept || removed(&place.0), "{place:?}: {context}");
                    }
                }
            }
            let faults = verify(&world.index, false).unwrap().faults;
            assert!(faults.is_empty(), "{context}\n{faults:?}");
            world.end(false);
        }
        assert!(walks > 0 && readings > 0, "{walks}, {readings} of {calls}");
    }
}
