//! Nothing that only the index has is lost: articles of a writer, of an unknown origin, and of
//! other versions; and directories that are no index are left as they are.

mod newsroom;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use newsroom::{Newsroom, files, options};
use tempfile::TempDir;
use timbao_articles::Article;
use timbao_index::maintain::{FaultKind, backup, repair, restore, verify};
use timbao_index::update::{Sources, UpdateOptions, forget, update};
use timbao_index::{Error, INDEX_VERSION, Index, MAX_KEY_BYTES, Owner, Result, WriterOptions};

fn article(id: &str) -> Article {
    Article {
        id: id.into(),
        title: Some(format!("Tin {id}")),
        body: "Mưa đầu mùa ở vùng cao.".into(),
        ..Article::default()
    }
}

/// An index of a writer, and a directory with files.
fn of_writer() -> (TempDir, Newsroom) {
    let dir = tempfile::tempdir().unwrap();
    let newsroom = Newsroom::at(dir.path());
    newsroom.write("a.txt", "Một\n\nTin thứ nhất.");
    newsroom.write("b.txt", "Hai\n\nTin thứ hai.");
    let index = Index::open_or_create(&newsroom.index).unwrap();
    let mut writer = index.writer(WriterOptions::default()).unwrap();
    for id in ["x", "y"] {
        writer.add(id, article(id)).unwrap();
    }
    writer.commit().unwrap();
    writer.finish().unwrap();
    (dir, newsroom)
}

fn of_update() -> (TempDir, Newsroom) {
    let dir = tempfile::tempdir().unwrap();
    let newsroom = Newsroom::at(dir.path());
    newsroom.write("a.txt", "Một\n\nTin thứ nhất.");
    newsroom.write("b.txt", "Hai\n\nTin thứ hai.");
    newsroom.update();
    (dir, newsroom)
}

/// The files of a directory with their bytes, except locks.
fn contents(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let is_lock = |path: &PathBuf| path.extension().is_some_and(|e| e == "lock");
    let all = files(dir).into_iter().filter(|path| !is_lock(path));
    all.map(|path| (path.clone(), fs::read(&path).unwrap()))
        .collect()
}

fn set_version(dir: &Path, version: &str) {
    let json = format!("{{\"timbao\":\"{version}\"}}");
    fs::write(dir.join("timbao.json"), json).unwrap();
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn component(dir: &Path, extension: &str) -> PathBuf {
    let mut all = files(dir).into_iter();
    all.find(|path| path.extension().is_some_and(|e| e == extension))
        .unwrap()
}

/// What may happen to an index.
type Harm = (&'static str, fn(&Path));

const HARMS: [Harm; 10] = [
    ("an earlier version", |dir| set_version(dir, "7")),
    ("a later version", |dir| set_version(dir, "999")),
    ("no version", |dir| {
        fs::remove_file(dir.join("timbao.json")).unwrap();
    }),
    ("an unreadable version", |dir| {
        fs::write(dir.join("timbao.json"), "x").unwrap();
    }),
    ("garbage in meta.json", |dir| {
        fs::write(dir.join("meta.json"), "x").unwrap();
    }),
    ("a flipped bit in meta.json", |dir| {
        flip(&dir.join("meta.json"));
    }),
    ("no meta.json", |dir| {
        fs::remove_file(dir.join("meta.json")).unwrap();
    }),
    ("no timbao.json and no meta.json", |dir| {
        fs::remove_file(dir.join("timbao.json")).unwrap();
        fs::remove_file(dir.join("meta.json")).unwrap();
    }),
    ("a flipped bit in .pos", |dir| flip(&component(dir, "pos"))),
    ("no .timbao", |dir| {
        fs::remove_file(component(dir, "timbao")).unwrap();
    }),
];

/// Each way to rebuild an index, by the library.
fn rebuild_every_way(newsroom: &Newsroom) -> Vec<(String, Result<()>)> {
    let paths = Sources::Paths(vec![newsroom.news.clone()]);
    let mut results = Vec::new();
    for allow_vanished in [false, true] {
        for full in [false, true] {
            for dry_run in [true, false] {
                let options = UpdateOptions {
                    full,
                    dry_run,
                    allow_vanished,
                    ..options()
                };
                for (name, sources) in [("paths", &paths), ("remembered", &Sources::Remembered)] {
                    results.push((
                        format!("update {name}, full {full}, dry {dry_run}, {allow_vanished}"),
                        update(&newsroom.index, sources, &options, &()).map(drop),
                    ));
                }
            }
        }
        let options = UpdateOptions {
            allow_vanished,
            ..options()
        };
        for given in [&[][..], std::slice::from_ref(&newsroom.news)] {
            results.push((
                format!("repair {given:?}, {allow_vanished}"),
                repair(&newsroom.index, given, &options, &()).map(drop),
            ));
        }
        let given = std::slice::from_ref(&newsroom.news);
        results.push((
            format!("forget, {allow_vanished}"),
            forget(&newsroom.index, given, &options, &()).map(drop),
        ));
    }
    results
}

/// Options that do not let anything vanish.
fn strict() -> UpdateOptions {
    UpdateOptions {
        allow_vanished: false,
        ..options()
    }
}

#[test]
fn an_index_of_a_writer_is_never_rebuilt_over() {
    for (harm, harmed) in HARMS {
        let (_dir, newsroom) = of_writer();
        harmed(&newsroom.index);
        let before = contents(&newsroom.index);
        for (way, result) in rebuild_every_way(&newsroom) {
            let at = format!("{harm}, {way}");
            let error = result.expect_err(&at);
            assert!(error.hint().is_some(), "{at}: {error}");
            if way.starts_with("repair") && harm != "a later version" {
                let is_known = matches!(
                    error,
                    Error::OtherOwner {
                        owner: Owner::Writer,
                        ..
                    } | Error::UnknownOrigin { .. }
                );
                assert!(is_known, "{at}: {error}");
            }
        }
        let _ = Index::open_or_create(&newsroom.index);
        assert_eq!(contents(&newsroom.index), before, "{harm}");
    }
}

#[test]
fn the_owner_is_known_while_meta_json_says_it() {
    for (harm, harmed) in [HARMS[0], HARMS[2], HARMS[3], HARMS[8], HARMS[9]] {
        let (_dir, newsroom) = of_writer();
        harmed(&newsroom.index);
        let sources = Sources::Paths(vec![newsroom.news.clone()]);
        let full = UpdateOptions {
            full: true,
            ..options()
        };
        for error in [
            update(&newsroom.index, &sources, &full, &()).unwrap_err(),
            repair(&newsroom.index, &[], &options(), &()).unwrap_err(),
        ] {
            let is_known = matches!(
                error,
                Error::OtherOwner {
                    owner: Owner::Writer,
                    ..
                }
            );
            assert!(is_known, "{harm}: {error}");
        }
        if let Err(error @ Error::OtherVersion { .. }) = Index::open(&newsroom.index) {
            assert!(!error.hint().unwrap().contains("reindex"), "{harm}");
        }
    }
}

/// The way out of every refusal of [`rebuild_every_way`].
#[test]
fn a_backup_replaces_an_index_after_any_harm() {
    let interrupted: Harm = ("an interrupted repair", |dir| {
        for name in ["meta.json", "timbao.json"] {
            let aside = dir.join(format!("{name}.damaged"));
            fs::rename(dir.join(name), aside).unwrap();
        }
    });
    for (harm, harmed) in HARMS.into_iter().chain([interrupted]) {
        let (dir, newsroom) = of_writer();
        let file = dir.path().join("b.timbao");
        backup(&newsroom.index, &file).unwrap();
        let before = contents(&newsroom.index);
        harmed(&newsroom.index);
        let refused = restore(&file, &newsroom.index, false);
        assert!(matches!(refused, Err(Error::Occupied { .. })), "{harm}");
        restore(&file, &newsroom.index, true).expect(harm);
        assert_eq!(contents(&newsroom.index), before, "{harm}");
        repair(&newsroom.index, &[], &options(), &()).unwrap();
        assert_eq!(contents(&newsroom.index), before, "{harm}");
    }
}

#[test]
fn a_writer_removes_what_a_killed_update_left() {
    let (_dir, newsroom) = of_update();
    let manifest = files(&newsroom.index).into_iter().find(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with("seen-")
    });
    let manifest = manifest.unwrap();
    let (_other, other) = of_writer();
    fs::remove_dir_all(&other.index).unwrap();
    let index = Index::open_or_create(&other.index).unwrap();
    // An update that was killed before its first commit.
    fs::copy(&manifest, other.index.join(manifest.file_name().unwrap())).unwrap();
    let mut writer = index.writer(WriterOptions::default()).unwrap();
    writer.add("x", article("x")).unwrap();
    writer.commit().unwrap();
    writer.finish().unwrap();
    fs::write(other.index.join("meta.json"), "x").unwrap();
    let given = std::slice::from_ref(&newsroom.news);
    let refused = repair(&other.index, given, &options(), &());
    assert!(
        matches!(refused, Err(Error::UnknownOrigin { .. })),
        "{refused:?}"
    );
}

#[test]
fn an_index_of_an_update_is_repaired_after_any_harm_but_a_later_version() {
    for (harm, harmed) in HARMS {
        let (_dir, newsroom) = of_update();
        let expected = newsroom.indexed();
        harmed(&newsroom.index);
        let before = contents(&newsroom.index);
        let given = std::slice::from_ref(&newsroom.news);
        let repaired = repair(&newsroom.index, given, &strict(), &());
        if harm == "a later version" {
            let error = repaired.unwrap_err();
            assert!(matches!(error, Error::OtherVersion { .. }), "{error}");
            assert!(error.hint().unwrap().contains("install"), "{error}");
            assert_eq!(contents(&newsroom.index), before);
            continue;
        }
        assert!(repaired.unwrap().rebuilt.is_some(), "{harm}");
        newsroom.assert_sound();
        assert_eq!(newsroom.indexed(), expected, "{harm}");
    }
}

#[test]
fn a_repair_with_too_few_sources_or_files_is_refused() {
    let unreadable: [Harm; 3] = [HARMS[4], HARMS[6], HARMS[0]];
    for (harm, harmed) in unreadable {
        let (dir, newsroom) = of_update();
        let more = dir.path().join("more");
        fs::create_dir(&more).unwrap();
        fs::write(more.join("c.txt"), "Ba\n\nTin thứ ba.").unwrap();
        let sources = Sources::Paths(vec![more.clone()]);
        update(&newsroom.index, &sources, &options(), &()).unwrap();
        harmed(&newsroom.index);
        let before = contents(&newsroom.index);
        let given = std::slice::from_ref(&newsroom.news);
        let refused = repair(&newsroom.index, given, &strict(), &());
        assert!(
            matches!(refused, Err(Error::Irreplaceable { .. })),
            "{harm}: {refused:?}"
        );
        let all = [newsroom.news.clone(), more];
        for name in ["a.txt", "b.txt"] {
            fs::remove_file(newsroom.path(name)).unwrap();
        }
        let refused = repair(&newsroom.index, &all, &strict(), &());
        assert!(
            matches!(refused, Err(Error::Vanished(_))),
            "{harm}: {refused:?}"
        );
        assert_eq!(contents(&newsroom.index), before, "{harm}");
        newsroom.write("a.txt", "Một\n\nTin thứ nhất.");
        newsroom.write("b.txt", "Hai\n\nTin thứ hai.");
        repair(&newsroom.index, &all, &strict(), &()).unwrap();
        assert_eq!(newsroom.indexed().len(), 3, "{harm}");
    }
}

#[test]
fn a_repair_that_was_killed_is_finished_by_the_next_only() {
    for names in [&["meta.json"][..], &["meta.json", "timbao.json"]] {
        for is_missing in [false, true] {
            let (_dir, newsroom) = of_update();
            let expected = newsroom.indexed();
            let saved = contents(&newsroom.index);
            // As `repair` leaves it: the commit is set aside, and perhaps an empty one is there.
            for name in names {
                let path = newsroom.index.join(name);
                let aside = newsroom.index.join(format!("{name}.damaged"));
                match is_missing {
                    true => {
                        fs::write(&aside, "").unwrap();
                        fs::remove_file(path).unwrap();
                    }
                    false => fs::rename(path, aside).unwrap(),
                }
            }
            if names.len() == 2 {
                let other = tempfile::tempdir().unwrap();
                Index::open_or_create(other.path()).unwrap();
                for name in names {
                    fs::copy(other.path().join(name), newsroom.index.join(name)).unwrap();
                }
            }
            let sources = Sources::Paths(vec![newsroom.news.clone()]);
            for result in [
                Index::open(&newsroom.index).map(drop),
                Index::open_or_create(&newsroom.index).map(drop),
                update(&newsroom.index, &sources, &options(), &()).map(drop),
            ] {
                assert!(matches!(result, Err(Error::Damaged { .. })), "{result:?}");
            }
            for (path, bytes) in &saved {
                let name = path.file_name().unwrap().to_str().unwrap();
                let is_commit = ["meta.json", "timbao.json"].contains(&name);
                assert!(
                    is_commit || fs::read(path).ok().as_ref() == Some(bytes),
                    "{name}"
                );
            }
            let given = std::slice::from_ref(&newsroom.news);
            repair(&newsroom.index, given, &options(), &()).unwrap();
            newsroom.assert_sound();
            assert_eq!(newsroom.indexed(), expected);
            let left = files(&newsroom.index).into_iter();
            let mut left = left.filter(|path| path.extension().is_some_and(|e| e == "damaged"));
            assert_eq!(left.next(), None);
        }
    }
}

#[test]
fn an_index_without_a_version_is_not_adopted() {
    let (_dir, newsroom) = of_update();
    let expected = newsroom.indexed();
    fs::remove_file(newsroom.index.join("timbao.json")).unwrap();
    let sources = Sources::Paths(vec![newsroom.news.clone()]);
    for result in [
        Index::open(&newsroom.index).map(drop),
        Index::open_or_create(&newsroom.index).map(drop),
        update(&newsroom.index, &sources, &options(), &()).map(drop),
    ] {
        let is_refused = matches!(
            &result,
            Err(Error::OtherVersion { found, .. }) if found == "unknown"
        );
        assert!(is_refused, "{result:?}");
    }
    let faults = verify(&newsroom.index, false).unwrap().faults;
    let faults: Vec<_> = faults.iter().map(|f| (f.file.as_str(), f.kind)).collect();
    assert_eq!(faults, [("timbao.json", FaultKind::OtherVersion)]);
    let full = UpdateOptions {
        full: true,
        ..options()
    };
    update(&newsroom.index, &Sources::Remembered, &full, &()).unwrap();
    newsroom.assert_sound();
    assert_eq!(newsroom.indexed(), expected);
}

#[test]
fn an_index_that_was_being_created_is_completed() {
    let dir = tempfile::tempdir().unwrap();
    Index::open_or_create(dir.path()).unwrap();
    fs::remove_file(dir.path().join("timbao.json")).unwrap();
    assert!(matches!(
        Index::open(dir.path()),
        Err(Error::NoIndex { .. })
    ));
    Index::open_or_create(dir.path()).unwrap();
    assert!(Index::open(dir.path()).is_ok());
}

#[test]
fn another_version_is_named_in_its_file() {
    for version in ["7".to_owned(), (INDEX_VERSION + 1).to_string()] {
        let (_dir, newsroom) = of_update();
        set_version(&newsroom.index, &version);
        let report = verify(&newsroom.index, false).unwrap();
        assert!(!report.is_sound());
        let fault = &report.faults[0];
        assert_eq!(
            (fault.file.as_str(), fault.kind, report.faults.len()),
            ("timbao.json", FaultKind::OtherVersion, 1)
        );
        assert!(
            fault.message.contains(&format!("version {version}")),
            "{fault}"
        );
    }
}

#[test]
fn an_index_of_another_program_is_named_and_left_alone() {
    let (_dir, newsroom) = of_update();
    let foreign = newsroom.index.with_file_name("foreign");
    fs::create_dir(&foreign).unwrap();
    let mut schema = tantivy::schema::Schema::builder();
    schema.add_text_field("x", tantivy::schema::TEXT);
    tantivy::Index::create_in_dir(&foreign, schema.build()).unwrap();
    let before = files(&foreign);
    let sources = Sources::Paths(vec![newsroom.news.clone()]);
    let given = std::slice::from_ref(&newsroom.news);
    for result in [
        Index::open(&foreign).map(drop),
        Index::open_or_create(&foreign).map(drop),
        update(&foreign, &sources, &options(), &()).map(drop),
        repair(&foreign, given, &options(), &()).map(drop),
        verify(&foreign, false).map(drop),
    ] {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::NotTimbao { .. }), "{error:?}");
        assert!(error.hint().is_some() && !error.is_passing());
    }
    assert_eq!(files(&foreign), before);
}

#[test]
fn a_file_is_not_an_index() {
    let (dir, newsroom) = of_update();
    let file = dir.path().join("file");
    fs::write(&file, "x").unwrap();
    let copy = dir.path().join("b.timbao");
    backup(&newsroom.index, &copy).unwrap();
    for place in [file.clone(), file.join("inside")] {
        let sources = Sources::Paths(vec![newsroom.news.clone()]);
        for (what, result) in [
            ("open", Index::open(&place).map(drop)),
            ("create", Index::open_or_create(&place).map(drop)),
            (
                "update",
                update(&place, &sources, &options(), &()).map(drop),
            ),
            ("verify", verify(&place, false).map(drop)),
            ("repair", repair(&place, &[], &options(), &()).map(drop)),
            ("restore", restore(&copy, &place, false).map(drop)),
            ("backup", backup(&newsroom.index, place.join("b")).map(drop)),
        ] {
            let error = result.expect_err(what);
            assert!(
                matches!(error, Error::NotADirectory { .. }),
                "{what}: {error:?}"
            );
            assert!(
                error.to_string().ends_with("file is not a directory"),
                "{error}"
            );
            assert!(error.hint().is_some() && !error.is_passing(), "{what}");
        }
    }
}

#[test]
fn missing_and_wrong_backups_are_named() {
    let (dir, newsroom) = of_update();
    let (missing, garbage) = (dir.path().join("missing"), dir.path().join("garbage"));
    fs::write(&garbage, "x").unwrap();
    let target = dir.path().join("target");
    for result in [
        restore(&missing, &target, false),
        backup(&newsroom.index, missing.join("b.timbao")),
    ] {
        let error = result.unwrap_err();
        assert!(
            matches!(&error, Error::NoSource { path } if *path == missing),
            "{error:?}"
        );
        assert!(error.hint().is_some() && !error.is_passing());
    }
    let error = restore(&garbage, &target, false).unwrap_err();
    assert!(
        matches!(&error, Error::BadBackup { path, .. } if *path == garbage),
        "{error:?}"
    );
    assert!(!error.hint().unwrap().contains("timbao repair"));
}

#[test]
fn the_second_writer_of_a_process_is_another_writer() {
    let (_dir, newsroom) = of_writer();
    let index = Index::open(&newsroom.index).unwrap();
    let _first = index.writer(WriterOptions::default()).unwrap();
    let error = index.writer(WriterOptions::default()).unwrap_err();
    assert!(matches!(error, Error::Busy { .. }) && error.is_passing());
    assert!(!error.to_string().contains("process"), "{error}");
    assert!(!error.hint().unwrap().contains("process"), "{error}");
}

#[test]
fn keys_are_unique_up_to_their_greatest_length() {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::open_or_create(dir.path()).unwrap();
    let longest = "k".repeat(MAX_KEY_BYTES);
    let mut writer = index.writer(WriterOptions::default()).unwrap();
    for id in ["a", "b"] {
        writer.add(&longest, article(id)).unwrap();
        writer.commit().unwrap();
    }
    assert_eq!(index.searcher().unwrap().article_count(), 1);
    let refused = writer.add(&format!("{longest}k"), article("c"));
    let bytes = MAX_KEY_BYTES + 1;
    assert!(matches!(refused, Err(Error::KeyTooLong { bytes: b }) if b == bytes));
    writer.delete(&format!("{longest}k"));
    writer.delete(&longest);
    writer.commit().unwrap();
    assert_eq!(index.searcher().unwrap().article_count(), 0);
}

#[test]
fn an_article_is_found_by_an_id_of_any_length() {
    let (_dir, newsroom) = of_update();
    let ids: Vec<String> = [
        MAX_KEY_BYTES - 1,
        MAX_KEY_BYTES,
        MAX_KEY_BYTES + 1,
        70_000,
        700_000,
    ]
    .into_iter()
    .map(|bytes| "i".repeat(bytes))
    .collect();
    let line = |id: &String| format!("{{\"id\":\"{id}\",\"title\":\"Tin\",\"body\":\"Mưa.\"}}\n");
    newsroom.write("dai.jsonl", &ids.iter().map(line).collect::<String>());
    newsroom.update();
    let of_update = Index::open(&newsroom.index).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let of_writer = Index::open_or_create(dir.path()).unwrap();
    let mut writer = of_writer.writer(WriterOptions::default()).unwrap();
    for (key, id) in ids.iter().enumerate() {
        writer.add(&key.to_string(), article(id)).unwrap();
    }
    writer.commit().unwrap();
    writer.finish().unwrap();
    for index in [of_update, of_writer] {
        let searcher = index.searcher().unwrap();
        for id in &ids {
            let found = searcher.find_id(id).unwrap();
            assert_eq!(found.len(), 1, "{} bytes", id.len());
            assert_eq!(searcher.record(found[0]).unwrap().id, *id);
        }
    }
}

#[test]
fn uncommitted_articles_are_discarded_and_an_empty_commit_is_the_writers() {
    let (_dir, newsroom) = of_writer();
    let index = Index::open(&newsroom.index).unwrap();
    let writer = index.writer(WriterOptions::default()).unwrap();
    writer.add("z", article("z")).unwrap();
    writer.finish().unwrap();
    assert_eq!(index.searcher().unwrap().article_count(), 2);

    let dir = tempfile::tempdir().unwrap();
    let index = Index::open_or_create(dir.path()).unwrap();
    let mut writer = index.writer(WriterOptions::default()).unwrap();
    writer.clear().unwrap();
    writer.commit().unwrap();
    writer.finish().unwrap();
    let sources = Sources::Paths(vec![newsroom.news.clone()]);
    let refused = update(dir.path(), &sources, &options(), &());
    assert!(
        matches!(refused, Err(Error::OtherOwner { .. })),
        "{refused:?}"
    );
}
