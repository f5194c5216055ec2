//! Verifying, repairing, backing up and restoring.

mod newsroom;

use std::fs;
use std::path::PathBuf;

use newsroom::{Newsroom, files, indexed, options};
use timbao_index::Error;
use timbao_index::maintain::{FaultKind, backup, repair, restore, verify};

fn small() -> (tempfile::TempDir, Newsroom) {
    let dir = tempfile::tempdir().unwrap();
    let newsroom = Newsroom::at(dir.path());
    newsroom.write("a.txt", "Một\n\nTin thứ nhất.");
    newsroom.write(
        "b.jsonl",
        "{\"headline\": \"Hai\", \"text\": \"Tin.\"}\n"
            .repeat(3)
            .as_str(),
    );
    newsroom.update();
    (dir, newsroom)
}

fn component(newsroom: &Newsroom, extension: &str) -> PathBuf {
    let mut all = files(&newsroom.index).into_iter();
    all.find(|path| path.extension().is_some_and(|e| e == extension))
        .unwrap()
}

#[test]
fn a_sound_index_verifies() {
    let (_dir, newsroom) = small();
    let report = verify(&newsroom.index, true).unwrap();
    assert!(
        report.is_sound() && report.faults.is_empty(),
        "{:#?}",
        report.faults
    );
    assert_eq!((report.articles, report.source_files), (4, 2));
    assert!(report.files >= 8 && report.bytes > 0);
}

#[test]
fn where_there_is_no_index_there_is_nothing_to_verify() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(
        verify(dir.path(), false),
        Err(Error::NoIndex { .. })
    ));
    assert!(matches!(
        backup(dir.path(), dir.path().join("b")),
        Err(Error::NoIndex { .. })
    ));
}

#[test]
fn a_source_that_changed_is_stale_whether_its_time_tells_or_not() {
    let (_dir, newsroom) = small();
    let time = fs::metadata(newsroom.path("a.txt"))
        .unwrap()
        .modified()
        .unwrap();
    fs::write(newsroom.path("a.txt"), "Một\n\nTin thứ nhấc.").unwrap();
    let file = fs::File::options()
        .write(true)
        .open(newsroom.path("a.txt"))
        .unwrap();
    file.set_modified(time).unwrap();
    fs::remove_file(newsroom.path("b.jsonl")).unwrap();
    newsroom.write("c.txt", "Ba\n\nTin mới.");
    let report = verify(&newsroom.index, true).unwrap();
    assert!(report.is_sound());
    let faults: Vec<_> = report
        .faults
        .iter()
        .map(|fault| (fault.kind, fault.message.as_str()))
        .collect();
    let expected = [
        "content changed, but neither length nor time",
        "deleted or unreadable",
        "not indexed yet",
    ];
    assert_eq!(faults, expected.map(|message| (FaultKind::Stale, message)));
}

#[test]
fn a_damaged_or_missing_file_is_named_and_repaired() {
    for extension in ["timbao", "idx", "store", "json"] {
        for is_missing in [false, true] {
            let (_dir, newsroom) = small();
            let before = newsroom.indexed();
            let path = match extension {
                "json" => newsroom.index.join("meta.json"),
                _ => component(&newsroom, extension),
            };
            if is_missing {
                fs::remove_file(&path).unwrap();
            } else {
                let mut bytes = fs::read(&path).unwrap();
                let middle = bytes.len() / 2;
                bytes[middle] ^= 4;
                fs::write(&path, bytes).unwrap();
            }
            let report = verify(&newsroom.index, false).unwrap();
            assert!(!report.is_sound(), "{extension}, missing: {is_missing}");
            let name = path.file_name().unwrap().to_str().unwrap();
            let named = report.faults.iter().any(|fault| fault.file == name);
            assert!(named, "{name}: {:?}", report.faults);

            let sources = [newsroom.news.clone()];
            let given = if extension == "json" {
                &sources[..]
            } else {
                &[]
            };
            let report = repair(&newsroom.index, given, &options(), &()).unwrap();
            assert!(!report.faults.is_empty() && report.rebuilt.is_some());
            newsroom.assert_sound();
            assert_eq!(newsroom.indexed(), before);
        }
    }
}

#[test]
fn a_damaged_index_is_not_rebuilt_without_its_sources() {
    let (_dir, newsroom) = small();
    fs::remove_file(component(&newsroom, "idx")).unwrap();
    fs::rename(&newsroom.news, newsroom.news.with_file_name("aside")).unwrap();
    let mut options = options();
    options.allow_vanished = false;
    let refused = repair(&newsroom.index, &[], &options, &());
    assert!(matches!(refused, Err(Error::NoSource { .. })));
}

#[test]
fn a_lost_record_is_noticed_and_rebuilt() {
    let (_dir, newsroom) = small();
    let mut all = files(&newsroom.index).into_iter();
    let is_record = |path: &PathBuf| {
        path.file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with("seen-")
    };
    fs::remove_file(all.find(is_record).unwrap()).unwrap();
    assert!(matches!(
        newsroom.update_with(&options()),
        Err(Error::Damaged { .. })
    ));
    assert_eq!(
        verify(&newsroom.index, false).unwrap().faults[0].kind,
        FaultKind::Missing
    );
    repair(&newsroom.index, &[], &options(), &()).unwrap();
    newsroom.assert_sound();
    assert_eq!(newsroom.indexed(), newsroom.written());
}

/// A newsroom whose small updates only wrote the changes of its manifest and journal.
fn grown() -> (tempfile::TempDir, Newsroom) {
    let dir = tempfile::tempdir().unwrap();
    let newsroom = Newsroom::at(dir.path());
    let line = |n: usize| format!("{{\"headline\": \"Bài {n}\", \"text\": \"Tin số {n}.\"}}\n");
    let mut lines: String = (0..1_500).map(line).collect();
    newsroom.write("a.jsonl", &lines);
    newsroom.update();
    for n in 1_500..1_504 {
        lines.push_str(&line(n));
        newsroom.write("a.jsonl", &lines);
        newsroom.update();
    }
    (dir, newsroom)
}

fn state_files(newsroom: &Newsroom) -> Vec<(String, u64)> {
    let named = files(&newsroom.index).into_iter().map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, path.metadata().unwrap().len())
    });
    let is_state = |name: &str| name.starts_with("seen-") || name.starts_with("arrivals-");
    named.filter(|(name, _)| is_state(name)).collect()
}

#[test]
fn small_updates_write_only_changes_of_manifest_and_journal() {
    let (dir, newsroom) = grown();
    newsroom.assert_sound();
    let found = state_files(&newsroom);
    let whole = found.iter().filter(|(_, len)| *len > 20_000).count();
    let small = found.iter().filter(|(_, len)| *len < 1_000).count();
    assert!(
        whole == 2 && small >= 2 && found.len() == whole + small,
        "{found:?}"
    );
    let (file, copy) = (dir.path().join("b.timbao"), dir.path().join("copy"));
    backup(&newsroom.index, &file).unwrap();
    restore(&file, &copy, false).unwrap();
    assert!(verify(&copy, false).unwrap().is_sound());
    assert_eq!(indexed(&copy), newsroom.written());
    // What is in the manifest is not indexed again.
    assert_eq!(newsroom.update().articles.added, 0);
}

#[test]
fn a_lost_file_that_changes_are_based_on_is_named_and_rebuilt() {
    let (dir, newsroom) = grown();
    let file = dir.path().join("b.timbao");
    backup(&newsroom.index, &file).unwrap();
    for (name, len) in state_files(&newsroom) {
        let path = newsroom.index.join(&name);
        for (kind, bytes) in [
            (FaultKind::Missing, None),
            (FaultKind::Damaged, Some(vec![0; len as usize])),
        ] {
            match &bytes {
                None => fs::remove_file(&path).unwrap(),
                Some(bytes) => fs::write(&path, bytes).unwrap(),
            }
            let faults = verify(&newsroom.index, false).unwrap().faults;
            let found: Vec<(&str, FaultKind)> = faults
                .iter()
                .map(|fault| (fault.file.as_str(), fault.kind))
                .collect();
            assert!(found.contains(&(&name, kind)), "{name}: {found:?}");
            repair(&newsroom.index, &[], &options(), &()).unwrap();
            newsroom.assert_sound();
            assert_eq!(newsroom.indexed(), newsroom.written());
            restore(&file, &newsroom.index, true).unwrap();
        }
    }
}

#[test]
fn what_a_killed_writer_left_is_removed() {
    let (_dir, newsroom) = small();
    let strays = ["0123456789abcdef0123456789abcdef.idx", ".tmp-1-2", "seen-0"];
    for stray in strays {
        fs::write(newsroom.index.join(stray), "x").unwrap();
    }
    fs::write(newsroom.index.join("notes.txt"), "mine").unwrap();
    let report = repair(&newsroom.index, &[], &options(), &()).unwrap();
    assert_eq!((report.orphans, report.faults.len()), (3, 0));
    assert!(
        newsroom.index.join("notes.txt").exists(),
        "other files stay"
    );
}

#[test]
fn a_backup_restores_what_it_was_taken_of() {
    let (dir, newsroom) = small();
    let file = dir.path().join("backup.timbao");
    let report = backup(&newsroom.index, &file).unwrap();
    assert_eq!(report.articles, 4);
    let before = newsroom.indexed();
    newsroom.write("c.txt", "Ba\n\nTin thứ ba.");
    newsroom.update();

    let elsewhere = dir.path().join("x/elsewhere");
    restore(&file, &elsewhere, false).unwrap();
    assert_eq!(indexed(&elsewhere), before);
    assert!(matches!(
        restore(&file, &elsewhere, false),
        Err(Error::Occupied { .. })
    ));
    assert!(matches!(
        restore(&file, &newsroom.news, true),
        Err(Error::Occupied { .. })
    ));

    fs::write(newsroom.index.join("notes.txt"), "mine").unwrap();
    restore(&file, &newsroom.index, true).unwrap();
    assert_eq!(newsroom.indexed(), before);
    assert!(
        newsroom.index.join("notes.txt").exists(),
        "other files stay"
    );
    assert_eq!(
        newsroom.update().articles.added,
        1,
        "the restored index can be updated"
    );
    backup(&newsroom.index, &file).unwrap();
    let left: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 4, "nothing unfinished stays: {left:?}");
}

#[test]
fn a_damaged_backup_is_refused_and_changes_nothing() {
    let (dir, newsroom) = small();
    let file = dir.path().join("backup.timbao");
    backup(&newsroom.index, &file).unwrap();
    let whole = fs::read(&file).unwrap();
    let target = dir.path().join("target");
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&file, &bytes).unwrap();
        assert!(
            matches!(restore(&file, &target, false), Err(Error::BadBackup { .. })),
            "byte {at}"
        );
        fs::write(&file, &whole[..at]).unwrap();
        assert!(
            matches!(restore(&file, &target, false), Err(Error::BadBackup { .. })),
            "cut at {at}"
        );
    }
    assert!(!target.exists());
}

#[test]
fn what_killed_backups_and_restores_left_is_removed_and_running_ones_stay() {
    let (dir, newsroom) = small();
    let file = dir.path().join("backup.timbao");
    let target = dir.path().join("target");
    let left = [1, 2].map(|pid| dir.path().join(format!("backup.timbao.unfinished-{pid}")));
    let other = dir.path().join("other.timbao.unfinished-1");
    // Files of the user, whose names are not those of runs.
    let notes = dir.path().join("backup.timbao.unfinished-notes");
    let own = dir.path().join("target.restoring-mine");
    for path in left.iter().chain([&other, &notes]) {
        fs::write(path, "half of a backup").unwrap();
    }
    let running = fs::File::open(&left[1]).unwrap();
    running.lock().unwrap();
    backup(&newsroom.index, &file).unwrap();
    assert_eq!(
        [&left[0], &left[1], &other].map(|path| path.exists()),
        [false, true, true],
        "another run's file is locked, or another backup's"
    );
    drop(running);
    backup(&newsroom.index, &file).unwrap();
    assert!(!left[1].exists() && notes.exists());

    restore(&file, &target, false).unwrap();
    restore(&file, &own, false).unwrap();
    let half = dir.path().join("target.restoring-1");
    fs::create_dir(&half).unwrap();
    fs::copy(target.join("meta.json"), half.join("meta.json")).unwrap();
    let exchanged = dir.path().join("target.restoring-2");
    fs::create_dir(&exchanged).unwrap();
    fs::copy(target.join("timbao.json"), exchanged.join("timbao.json")).unwrap();
    fs::write(exchanged.join("notes.txt"), "the user's").unwrap();
    restore(&file, &target, true).unwrap();
    assert!(!half.exists() && !exchanged.exists());
    assert_eq!(indexed(&own), newsroom.written());
    assert!(target.join("notes.txt").exists());
    assert_eq!(indexed(&target), newsroom.written());
}

/// Files of an index as faults of disks and hands leave them; `None` is missing.
fn mutations(whole: &[u8], foreign: &[u8]) -> Vec<(&'static str, Option<Vec<u8>>)> {
    let zeroed = |len: usize| {
        let mut bytes = whole.to_vec();
        bytes[..len.min(whole.len())].fill(0);
        bytes
    };
    let garbage = |len: usize| {
        (0..len)
            .map(|i| ((i * i) >> 3) as u8 ^ 0xa5)
            .collect::<Vec<u8>>()
    };
    vec![
        ("missing", None),
        ("empty", Some(Vec::new())),
        ("half", Some(whole[..whole.len() / 2].to_vec())),
        ("a byte short", Some(whole[..whole.len() - 1].to_vec())),
        ("a byte more", Some([whole, b"x"].concat())),
        ("zeros", Some(zeroed(whole.len()))),
        ("a block of zeros", Some(zeroed(4096))),
        ("garbage", Some(garbage(whole.len()))),
        ("more garbage", Some(garbage(whole.len() + 5000))),
        ("another index's", Some(foreign.to_vec())),
    ]
}

#[test]
fn damage_of_any_kind_is_reported_not_backed_up_and_repaired_or_refused() {
    let (dir, newsroom) = small();
    newsroom.write("a.txt", "Một\n\nTin thứ nhất, đã sửa.");
    newsroom.update();
    let (_other_dir, other) = small();
    other.write("a.txt", "Một\n\nTin khác.");
    other.update();
    let (file, saved) = (dir.path().join("backup.timbao"), dir.path().join("saved"));
    backup(&newsroom.index, &file).unwrap();
    restore(&file, &saved, false).unwrap();
    let expected = newsroom.written();
    for path in files(&saved) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let whole = fs::read(&path).unwrap();
        let kind = name.rsplit(['.', '-']).next().unwrap();
        let hashed = ["seen-", "arrivals-"]
            .into_iter()
            .find(|of| name.starts_with(of));
        let foreign = component_named(&other, |name| match hashed {
            Some(of) => name.starts_with(of),
            None => name.ends_with(kind),
        });
        if name.starts_with('.') || whole.is_empty() {
            continue;
        }
        for (what, bytes) in mutations(&whole, &fs::read(foreign).unwrap()) {
            let at = format!("{name}, {what}");
            if bytes.as_ref() == Some(&whole) {
                continue;
            }
            restore(&file, &newsroom.index, true).unwrap_or_else(|_| {
                fs::remove_dir_all(&newsroom.index).unwrap();
                restore(&file, &newsroom.index, false).unwrap()
            });
            let path = newsroom.index.join(name);
            match &bytes {
                Some(bytes) => fs::write(path, bytes).unwrap(),
                None => fs::remove_file(path).unwrap(),
            }
            let is_sound = verify(&newsroom.index, false).is_ok_and(|report| report.is_sound());
            assert!(!is_sound, "{at}");
            let copy = dir.path().join("copy.timbao");
            assert!(backup(&newsroom.index, &copy).is_err(), "{at}");
            assert!(!copy.exists(), "{at}");
            let sources = [newsroom.news.clone()];
            if repair(&newsroom.index, &sources, &options(), &()).is_ok() {
                assert!(verify(&newsroom.index, false).unwrap().is_sound(), "{at}");
                assert_eq!(indexed(&newsroom.index), expected, "{at}");
            }
        }
    }
}

fn component_named(newsroom: &Newsroom, is_wanted: impl Fn(&str) -> bool) -> PathBuf {
    let mut all = files(&newsroom.index).into_iter();
    all.find(|path| is_wanted(path.file_name().unwrap().to_str().unwrap()))
        .unwrap()
}

#[test]
fn a_damaged_index_is_not_backed_up() {
    let (dir, newsroom) = small();
    let path = component(&newsroom, "timbao");
    let mut bytes = fs::read(&path).unwrap();
    bytes[20] ^= 1;
    fs::write(&path, bytes).unwrap();
    let file = dir.path().join("backup.timbao");
    fs::write(&file, "an older backup").unwrap();
    assert!(matches!(
        backup(&newsroom.index, &file),
        Err(Error::Damaged { .. })
    ));
    assert_eq!(fs::read(&file).unwrap(), b"an older backup");
}

/// An earlier `meta.json` of the same index, put back alone: the segments that it names may all be
/// there still.
#[test]
fn an_earlier_meta_file_is_refused_or_right_and_repaired() {
    let changes: [(&str, fn(&Newsroom)); 3] = [
        ("add", |newsroom| {
            newsroom.write("c.txt", "Ba\n\nTin thứ ba.");
        }),
        ("replace", |newsroom| {
            newsroom.write("a.txt", "Một\n\nTin đã sửa.");
        }),
        ("remove", |newsroom| {
            fs::remove_file(newsroom.path("a.txt")).unwrap();
        }),
    ];
    for (name, change) in changes {
        let (_dir, newsroom) = small();
        let meta = newsroom.index.join("meta.json");
        let earlier = fs::read(&meta).unwrap();
        change(&newsroom);
        newsroom.update();
        let articles = indexed(&newsroom.index);
        fs::write(&meta, &earlier).unwrap();
        let searched = timbao_index::Index::open(&newsroom.index).and_then(|i| i.searcher());
        assert!(matches!(searched, Err(Error::Damaged { .. })), "{name}");
        assert!(
            !verify(&newsroom.index, false).unwrap().is_sound(),
            "{name}"
        );
        repair(&newsroom.index, &[], &options(), &()).unwrap();
        assert_eq!(indexed(&newsroom.index), articles, "{name}");
        newsroom.assert_sound();
    }
}
