//! Updating an index from a directory that changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use timbao_articles::Problem;
use timbao_index::Error;
use timbao_index::update::{
    ActionKind, Counts, Phase, Progress, Reading, Sources, UpdateOptions, UpdateReport, forget,
    sources, update,
};

/// A directory of articles and an index of it.
struct Newsroom {
    _dir: tempfile::TempDir,
    news: PathBuf,
    index: PathBuf,
}

impl Newsroom {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let newsroom = Self {
            news: root.join("news"),
            index: root.join("index"),
            _dir: dir,
        };
        fs::create_dir(&newsroom.news).unwrap();
        for (name, text) in files {
            newsroom.write(name, text);
        }
        newsroom
    }

    fn path(&self, name: &str) -> PathBuf {
        self.news.join(name)
    }

    /// Writes a file and makes it old enough for its time to be trusted.
    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        self.age(name, 3600);
    }

    fn age(&self, name: &str, seconds: u64) {
        let time = std::time::SystemTime::now() - std::time::Duration::from_secs(seconds);
        fs::File::options()
            .write(true)
            .open(self.path(name))
            .unwrap()
            .set_modified(time)
            .unwrap();
    }

    fn update(&self) -> UpdateReport {
        self.update_with(&UpdateOptions::default()).unwrap()
    }

    fn update_with(&self, options: &UpdateOptions) -> timbao_index::Result<UpdateReport> {
        let sources = Sources::Paths(vec![self.news.clone()]);
        update(&self.index, &sources, options, &())
    }
}

fn line(headline: &str, text: &str) -> String {
    format!("{{\"headline\": \"{headline}\", \"text\": \"{text}\"}}\n")
}

fn counts(added: u64, updated: u64, unchanged: u64, removed: u64, moved: u64) -> Counts {
    Counts {
        added,
        updated,
        unchanged,
        removed,
        moved,
    }
}

#[test]
fn a_second_update_takes_only_what_is_new_changed_or_gone() {
    let newsroom = Newsroom::new(&[
        ("a.txt", "Khai hội\n\nSáng nay, hội đã khai mạc."),
        ("b.txt", "Bế mạc\n\nChiều nay, hội đã bế mạc."),
        ("sub/c.txt", "Mưa lớn\n\nĐêm qua mưa lớn ở Hòa Lạc."),
    ]);
    let report = newsroom.update();
    assert_eq!(
        (report.articles, report.committed),
        (counts(3, 0, 0, 0, 0), true)
    );

    let report = newsroom.update();
    assert_eq!(
        (report.articles, report.committed),
        (counts(0, 0, 3, 0, 0), false)
    );
    assert_eq!(report.bytes, 0, "nothing was read");

    newsroom.write("a.txt", "Khai hội\n\nSáng nay, hội đã khai mạc long trọng.");
    fs::remove_file(newsroom.path("b.txt")).unwrap();
    newsroom.write("d.txt", "Nắng\n\nHôm nay nắng.");
    let report = newsroom.update();
    assert_eq!(report.articles, counts(1, 1, 1, 1, 0));
    assert_eq!(
        (report.total_articles, report.files),
        (3, counts(1, 1, 1, 1, 0))
    );
    let gone: Vec<_> = report
        .actions
        .iter()
        .map(|a| (a.kind, a.path.as_str()))
        .collect();
    assert_eq!(
        gone,
        [(ActionKind::Remove, newsroom.path("b.txt").to_str().unwrap())]
    );
}

#[test]
fn of_a_container_only_changed_articles_are_indexed() {
    let lines = |texts: &[&str]| {
        texts
            .iter()
            .map(|t| line(t, "Tin trong ngày."))
            .collect::<String>()
    };
    let newsroom = Newsroom::new(&[("a.jsonl", &lines(&["một", "hai", "ba"]))]);
    assert_eq!(newsroom.update().articles, counts(3, 0, 0, 0, 0));
    newsroom.write("a.jsonl", &lines(&["một", "hai khác", "ba", "bốn"]));
    let report = newsroom.update();
    assert_eq!(report.articles, counts(1, 1, 2, 0, 0));
    newsroom.write("a.jsonl", &lines(&["một"]));
    assert_eq!(newsroom.update().articles, counts(0, 0, 1, 3, 0));
}

#[test]
fn of_an_archive_only_changed_articles_are_indexed() {
    let newsroom = Newsroom::new(&[]);
    let pack = |texts: &[&str]| {
        let packed = zstd::Encoder::new(Vec::new(), 3).unwrap();
        let mut archive = tar::Builder::new(packed);
        for (number, text) in texts.iter().enumerate() {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            let name = format!("tin/{number}.txt");
            archive
                .append_data(&mut header, name, text.as_bytes())
                .unwrap();
        }
        let bytes = archive.into_inner().unwrap().finish().unwrap();
        fs::write(newsroom.path("a.tar.zst"), bytes).unwrap();
        newsroom.age("a.tar.zst", 3600);
    };
    pack(&["Một\n\nTin.", "Hai\n\nTin.", "Ba\n\nTin."]);
    assert_eq!(newsroom.update().articles, counts(3, 0, 0, 0, 0));
    pack(&[
        "Một\n\nTin.",
        "Hai\n\nTin đã sửa.",
        "Ba\n\nTin.",
        "Bốn\n\nTin.",
    ]);
    assert_eq!(newsroom.update().articles, counts(1, 1, 2, 0, 0));
    pack(&["Một\n\nTin."]);
    assert_eq!(newsroom.update().articles, counts(0, 0, 1, 3, 0));
}

#[test]
fn the_same_article_at_two_places_is_two_articles() {
    let twice = line("một", "Tin.").repeat(2);
    let newsroom = Newsroom::new(&[("a.jsonl", &twice), ("b.jsonl", &twice)]);
    assert_eq!(newsroom.update().total_articles, 4);
    fs::remove_file(newsroom.path("b.jsonl")).unwrap();
    assert_eq!(newsroom.update().total_articles, 2);
}

#[test]
fn a_file_that_was_just_written_is_looked_at_again() {
    let newsroom = Newsroom::new(&[("a.txt", "Khai hội\n\nSáng nay.")]);
    newsroom.age("a.txt", 0);
    newsroom.update();
    let time = fs::metadata(newsroom.path("a.txt"))
        .unwrap()
        .modified()
        .unwrap();
    fs::write(newsroom.path("a.txt"), "Khai hội\n\nTrưa nay.").unwrap();
    let file = fs::File::options()
        .write(true)
        .open(newsroom.path("a.txt"))
        .unwrap();
    file.set_modified(time).unwrap();
    assert_eq!(fs::metadata(newsroom.path("a.txt")).unwrap().len(), 22);
    assert_eq!(
        newsroom.update().articles.updated,
        1,
        "same length, same time, other content"
    );
}

#[test]
fn a_file_of_another_length_with_the_same_time_is_read() {
    let newsroom = Newsroom::new(&[("a.txt", "Khai hội\n\nSáng nay.")]);
    newsroom.update();
    let time = fs::metadata(newsroom.path("a.txt"))
        .unwrap()
        .modified()
        .unwrap();
    fs::write(newsroom.path("a.txt"), "Khai hội\n\nSáng nay, và trưa nay.").unwrap();
    let file = fs::File::options()
        .write(true)
        .open(newsroom.path("a.txt"))
        .unwrap();
    file.set_modified(time).unwrap();
    assert_eq!(newsroom.update().articles.updated, 1);
}

#[test]
fn a_touched_file_is_read_and_not_indexed() {
    let newsroom = Newsroom::new(&[("a.txt", "Khai hội\n\nSáng nay.")]);
    newsroom.update();
    newsroom.age("a.txt", 60);
    let report = newsroom.update();
    assert_eq!(
        (report.articles, report.files),
        (counts(0, 0, 1, 0, 0), counts(0, 0, 1, 0, 0))
    );
    assert!(report.bytes > 0);
}

#[test]
fn problems_are_reported_each_time_and_do_not_stop_the_rest() {
    let newsroom = Newsroom::new(&[
        (
            "a.jsonl",
            &format!("{}not json\n{}", line("một", "Tin."), line("hai", "Tin.")),
        ),
        ("empty.txt", ""),
    ]);
    let first = newsroom.update();
    assert_eq!((first.total_articles, first.problems.len()), (2, 2));
    let second = newsroom.update();
    assert_eq!(second.problems, first.problems);
    assert!(!second.committed);

    let mut strict = UpdateOptions {
        strict: true,
        ..UpdateOptions::default()
    };
    assert!(matches!(
        newsroom.update_with(&strict),
        Err(Error::Unreadable(_))
    ));
    strict.full = true;
    assert!(matches!(
        newsroom.update_with(&strict),
        Err(Error::Unreadable(_))
    ));
    assert_eq!(newsroom.update().total_articles, 2);
}

#[test]
fn a_first_run_that_fails_leaves_nothing_behind() {
    let newsroom = Newsroom::new(&[("a.txt", "Một\n\nTin."), ("hỏng.json", "{")]);
    let strict = UpdateOptions {
        strict: true,
        ..UpdateOptions::default()
    };
    let refused = newsroom.update_with(&strict);
    assert!(matches!(refused, Err(Error::Unreadable(_))));
    assert!(!newsroom.index.exists());
    // Files that were in the directory before stay.
    fs::create_dir(&newsroom.index).unwrap();
    fs::write(newsroom.index.join("notes.txt"), "mine").unwrap();
    assert!(newsroom.update_with(&strict).is_err());
    let left: Vec<_> = fs::read_dir(&newsroom.index)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["notes.txt"]);
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf_8_and_links_in_a_circle_do_no_harm() {
    use std::os::unix::ffi::OsStrExt;

    let newsroom = Newsroom::new(&[("a.txt", "Một\n\nTin.")]);
    let name = std::ffi::OsStr::from_bytes(b"b\xff.txt");
    fs::write(newsroom.news.join(name), "Hai\n\nTin.").unwrap();
    std::os::unix::fs::symlink(&newsroom.news, newsroom.path("vòng")).unwrap();
    let first = newsroom.update();
    assert_eq!((first.total_articles, first.problems.len()), (2, 1));
    let report = timbao_index::maintain::verify(&newsroom.index, true).unwrap();
    assert_eq!((report.faults, report.source_files), (Vec::new(), 2));
    let moved = std::ffi::OsStr::from_bytes(b"c\xfe.txt");
    fs::rename(newsroom.news.join(name), newsroom.news.join(moved)).unwrap();
    let second = newsroom.update();
    assert_eq!((second.total_articles, second.files.unchanged), (2, 1));
    fs::remove_file(newsroom.news.join(moved)).unwrap();
    assert_eq!(newsroom.update().total_articles, 1);
}

#[test]
fn a_file_that_cannot_be_parsed_any_more_loses_its_article_and_says_so() {
    let newsroom = Newsroom::new(&[("a.jsonl", &line("một", "Tin.")), ("b.txt", "Hai\n\nTin.")]);
    newsroom.update();
    newsroom.write("a.jsonl", "not json at all\n");
    let report = newsroom.update();
    assert_eq!((report.articles.removed, report.problems.len()), (1, 1));
}

#[test]
fn sources_add_up_and_are_remembered() {
    let newsroom = Newsroom::new(&[("a/1.txt", "Một\n\nTin."), ("b/2.txt", "Hai\n\nTin.")]);
    let named = |name: &str| Sources::Paths(vec![newsroom.path(name)]);
    let options = UpdateOptions::default();
    update(&newsroom.index, &named("a"), &options, &()).unwrap();
    fs::remove_file(newsroom.path("a/1.txt")).unwrap();
    newsroom.write("a/3.txt", "Ba\n\nTin.");
    let report = update(&newsroom.index, &named("b"), &options, &()).unwrap();
    assert_eq!(report.total_articles, 2, "other files are not read");
    let remembered: Vec<_> = sources(&newsroom.index)
        .unwrap()
        .into_iter()
        .map(|s| s.path)
        .collect();
    let path = |name| newsroom.path(name).to_str().unwrap().to_owned();
    assert_eq!(remembered, [path("a"), path("b")]);

    let report = update(&newsroom.index, &Sources::Remembered, &options, &()).unwrap();
    assert_eq!(report.articles, counts(1, 0, 1, 1, 0));

    let report = forget(&newsroom.index, &[newsroom.path("a")], &options, &()).unwrap();
    assert_eq!(
        (report.articles, report.sources),
        (counts(0, 0, 1, 1, 0), vec![path("b")])
    );
    assert!(matches!(
        forget(&newsroom.index, &[newsroom.path("a")], &options, &()),
        Err(Error::NotIndexed { .. })
    ));
}

#[test]
fn a_folder_of_a_source_can_be_updated_alone() {
    let newsroom = Newsroom::new(&[("a/1.txt", "Một\n\nTin."), ("b/2.txt", "Hai\n\nTin.")]);
    newsroom.update();
    newsroom.write("a/1.txt", "Một\n\nTin khác hẳn.");
    newsroom.write("b/2.txt", "Hai\n\nTin khác hẳn.");
    let options = UpdateOptions::default();
    let part = Sources::Paths(vec![newsroom.path("a")]);
    let report = update(&newsroom.index, &part, &options, &()).unwrap();
    assert_eq!(
        (report.articles, report.sources.len()),
        (counts(0, 1, 1, 0, 0), 1)
    );
}

#[test]
fn the_index_is_no_source_of_itself() {
    let newsroom = Newsroom::new(&[("a.txt", "Một\n\nTin.")]);
    let index = newsroom.path("index");
    let named = Sources::Paths(vec![newsroom.news.clone()]);
    for _ in 0..2 {
        let report = update(&index, &named, &UpdateOptions::default(), &()).unwrap();
        assert_eq!((report.total_articles, report.problems.len()), (1, 0));
    }
}

#[test]
fn a_source_that_vanished_is_not_taken_for_deletions() {
    let newsroom = Newsroom::new(&[("a.txt", "Một\n\nTin."), ("b.txt", "Hai\n\nTin.")]);
    newsroom.update();
    let aside = newsroom.news.with_file_name("aside");
    fs::rename(&newsroom.news, &aside).unwrap();
    let remembered =
        |options: &UpdateOptions| update(&newsroom.index, &Sources::Remembered, options, &());
    let mut options = UpdateOptions::default();
    for full in [false, true] {
        options.full = full;
        let report = remembered(&options).unwrap();
        assert_eq!(report.articles, counts(0, 0, 2, 0, 0));
        let [away] = &report.vanished[..] else {
            panic!("{:?}", report.vanished);
        };
        assert_eq!((away.articles, away.had), (2, 2));
        assert!(report.problems.is_empty(), "{:?}", report.problems);
    }
    options.full = false;
    let strict = UpdateOptions {
        strict: true,
        ..UpdateOptions::default()
    };
    assert!(remembered(&strict).is_err());
    // The place where a disk is mounted.
    fs::create_dir(&newsroom.news).unwrap();
    assert_eq!(newsroom.update().vanished.len(), 1);
    fs::remove_dir(&newsroom.news).unwrap();
    fs::rename(&aside, &newsroom.news).unwrap();
    let report = remembered(&options).unwrap();
    assert_eq!(report.articles, counts(0, 0, 2, 0, 0));
    assert!(report.vanished.is_empty());

    fs::rename(&newsroom.news, &aside).unwrap();
    options.allow_vanished = true;
    let report = remembered(&options).unwrap();
    assert_eq!(report.articles, counts(0, 0, 0, 2, 0));
    assert_eq!(report.sources.len(), 1, "the source itself stays");
    options.allow_vanished = false;
    assert!(remembered(&options).unwrap().vanished.is_empty());
    fs::rename(&aside, &newsroom.news).unwrap();
    assert_eq!(remembered(&options).unwrap().total_articles, 2);
}

#[test]
fn each_source_folder_and_archive_is_guarded_on_its_own() {
    let many: String = (0..40).map(|n| line(&format!("tin {n}"), "Tin.")).collect();
    let newsroom = Newsroom::new(&[("b/1.txt", "Một\n\nTin."), ("c/d/many.jsonl", &many)]);
    for number in 0..30 {
        newsroom.write(&format!("a/{number}.txt"), &format!("Tin {number}\n\nTin."));
        newsroom.write(&format!("c/{number}.txt"), &format!("Tin {number}\n\nTin."));
    }
    newsroom.update();
    let away = newsroom.news.with_file_name("away");
    fs::rename(newsroom.path("a"), &away).unwrap();
    fs::remove_file(newsroom.path("c/1.txt")).unwrap();
    newsroom.write("c/d/many.jsonl", &line("tin 0", "Tin."));
    newsroom.write("b/2.txt", "Hai\n\nTin.");
    let options = UpdateOptions {
        dry_run: true,
        ..UpdateOptions::default()
    };
    let dry = newsroom.update_with(&options).unwrap();
    assert_eq!(dry.vanished.len(), 1, "{:?}", dry.vanished);
    let report = newsroom.update();
    let vanished: Vec<_> = report
        .vanished
        .iter()
        .map(|away| (PathBuf::from(&away.path), away.articles, away.had))
        .collect();
    assert_eq!(
        vanished,
        [
            (newsroom.path("a"), 30, 30),
            (newsroom.path("c/d/many.jsonl"), 39, 40)
        ]
    );
    assert_eq!(report.articles, counts(1, 0, 100, 1, 0));
    fs::rename(&away, newsroom.path("a")).unwrap();
    newsroom.write("c/d/many.jsonl", &many);
    let report = newsroom.update();
    assert_eq!(report.articles, counts(0, 0, 101, 0, 0));
    assert!(report.vanished.is_empty());
}

#[test]
fn the_last_file_of_a_source_can_go_if_it_held_no_article() {
    let newsroom = Newsroom::new(&[("a.txt", "")]);
    newsroom.update();
    fs::remove_file(newsroom.path("a.txt")).unwrap();
    let report = newsroom.update();
    assert_eq!((report.total_articles, report.vanished.len()), (0, 0));
}

#[test]
fn an_archive_that_is_cut_short_keeps_its_articles() {
    let newsroom = Newsroom::new(&[("b.txt", "Một\n\nTin.")]);
    let mut archive = tar::Builder::new(Vec::new());
    for number in 0..40 {
        let text = format!("Tin {number}\n\nTin trong ngày.");
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        let name = format!("tin/{number}.txt");
        archive
            .append_data(&mut header, name, text.as_bytes())
            .unwrap();
    }
    let tar = archive.into_inner().unwrap();
    let packed = zstd::encode_all(&tar[..], 3).unwrap();
    for (name, bytes) in [("a.tar", &tar), ("a.tar.zst", &packed)] {
        let path = newsroom.path(name);
        for end in [bytes.len() / 2 + 7, 300, 2, 0] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(newsroom.update().total_articles, 41, "{name}, {end}");
            fs::write(&path, &bytes[..end]).unwrap();
            newsroom.age(name, 3600);
            for full in [false, true, false] {
                let options = UpdateOptions {
                    full,
                    ..UpdateOptions::default()
                };
                let report = newsroom.update_with(&options).unwrap();
                let seen = (
                    report.total_articles,
                    report.kept,
                    report.problems.is_empty(),
                );
                assert_eq!(seen, (41, 40, false), "{name}, {end}, full: {full}");
                assert!(report.is_incomplete());
            }
        }
        fs::remove_file(&path).unwrap();
        let options = UpdateOptions {
            allow_vanished: true,
            ..UpdateOptions::default()
        };
        assert_eq!(newsroom.update_with(&options).unwrap().total_articles, 1);
    }
}

#[test]
fn what_is_forgotten_inside_a_source_stays_so_until_it_is_named() {
    let newsroom = Newsroom::new(&[
        ("a/1.txt", "Một\n\nTin."),
        ("a/2.txt", "Hai\n\nTin."),
        ("b/3.txt", "Ba\n\nTin."),
    ]);
    newsroom.update();
    let options = UpdateOptions::default();
    let forget = |name: &str| forget(&newsroom.index, &[newsroom.path(name)], &options, &());
    assert_eq!(forget("a/1.txt").unwrap().articles, counts(0, 0, 2, 1, 0));
    assert_eq!(forget("b").unwrap().total_articles, 1);
    newsroom.write("b/4.txt", "Bốn\n\nTin.");
    for full in [false, true] {
        let options = UpdateOptions {
            full,
            ..UpdateOptions::default()
        };
        let report = newsroom.update_with(&options).unwrap();
        assert_eq!((report.total_articles, report.skipped["forgotten"]), (1, 2));
    }
    let named = Sources::Paths(vec![newsroom.path("b")]);
    update(&newsroom.index, &named, &options, &()).unwrap();
    assert_eq!(newsroom.update().total_articles, 3);
    assert!(matches!(forget("c"), Err(Error::NoSource { .. })));
    let entry = forget("a/2.txt/entry.txt");
    assert!(matches!(entry, Err(Error::InsideFile { .. })), "{entry:?}");
    let outside = newsroom.news.with_file_name("outside");
    fs::create_dir(&outside).unwrap();
    let refused = timbao_index::update::forget(&newsroom.index, &[outside], &options, &());
    assert!(matches!(refused, Err(Error::NotIndexed { .. })));
}

#[cfg(unix)]
#[test]
fn a_source_that_is_a_link_stays_one() {
    use std::os::unix::fs::symlink;

    let newsroom = Newsroom::new(&[
        ("1/a.txt", "Một\n\nTin."),
        ("2/a.txt", "Một\n\nTin."),
        ("2/b.txt", "Hai\n\nTin."),
    ]);
    let link = newsroom.news.with_file_name("link");
    symlink(newsroom.path("1"), &link).unwrap();
    let options = UpdateOptions::default();
    let named = Sources::Paths(vec![link.clone()]);
    update(&newsroom.index, &named, &options, &()).unwrap();
    let names = || {
        let sources = sources(&newsroom.index).unwrap().into_iter();
        sources.map(|source| source.path).collect::<Vec<_>>()
    };
    assert_eq!(names(), [link.to_str().unwrap()]);
    fs::remove_file(&link).unwrap();
    symlink(newsroom.path("2"), &link).unwrap();
    let report = update(&newsroom.index, &Sources::Remembered, &options, &()).unwrap();
    assert_eq!(report.total_articles, 2);
    // A source given by both paths is indexed once.
    for paths in [vec![newsroom.path("2")], vec![link.clone()]] {
        let report = update(&newsroom.index, &Sources::Paths(paths), &options, &()).unwrap();
        assert_eq!(report.total_articles, 2);
    }
    assert_eq!(names().len(), 2);
    forget(&newsroom.index, &[newsroom.path("2")], &options, &()).unwrap();
    let report = update(&newsroom.index, &Sources::Remembered, &options, &()).unwrap();
    assert_eq!(report.total_articles, 2);
    let report = forget(&newsroom.index, &[link], &options, &()).unwrap();
    assert_eq!((report.total_articles, names().len()), (0, 0));
}

#[test]
fn a_source_in_the_folder_of_the_index_is_refused() {
    let newsroom = Newsroom::new(&[("a/1.txt", "Một\n\nTin.")]);
    let options = UpdateOptions::default();
    for index in [newsroom.path("a"), newsroom.news.clone()] {
        let named = Sources::Paths(vec![newsroom.path("a")]);
        let refused = update(&index, &named, &options, &());
        assert!(matches!(refused, Err(Error::InsideIndex { .. })));
        assert!(!index.join("timbao.json").exists());
    }
    let named = Sources::Paths(vec![newsroom.news.clone()]);
    let report = update(newsroom.path("index"), &named, &options, &()).unwrap();
    assert_eq!((report.total_articles, report.skipped["index"]), (1, 1));
}

#[test]
fn a_moved_file_keeps_its_article_under_its_new_path() {
    let newsroom = Newsroom::new(&[("a.txt", "Một\n\nTin."), ("b.jsonl", &line("hai", "Tin."))]);
    newsroom.update();
    fs::create_dir(newsroom.path("c")).unwrap();
    fs::rename(newsroom.path("a.txt"), newsroom.path("c/a.txt")).unwrap();
    fs::rename(newsroom.path("b.jsonl"), newsroom.path("c/d.jsonl")).unwrap();
    let report = newsroom.update();
    assert_eq!(
        (report.articles, report.files),
        (counts(0, 0, 0, 0, 2), counts(0, 0, 0, 0, 2))
    );
    assert!(
        report
            .actions
            .iter()
            .all(|action| action.kind == ActionKind::Move)
    );
    assert_eq!(
        report.bytes, 11,
        "only the text was read again: its path may contain its date"
    );
    assert_eq!(newsroom.update().articles, counts(0, 0, 2, 0, 0));
}

#[test]
fn a_dry_run_says_what_and_why_and_changes_nothing() {
    let newsroom = Newsroom::new(&[
        ("a.txt", "Một\n\nTin."),
        ("b.txt", "Hai\n\nTin."),
        ("c.txt", "Ba\n\nTin."),
    ]);
    let options = UpdateOptions {
        dry_run: true,
        ..UpdateOptions::default()
    };
    let report = newsroom.update_with(&options).unwrap();
    assert_eq!(report.files, counts(3, 0, 0, 0, 0));
    assert!(!newsroom.index.exists());

    newsroom.update();
    newsroom.write("a.txt", "Một\n\nTin khác.");
    fs::rename(newsroom.path("b.txt"), newsroom.path("d.txt")).unwrap();
    fs::remove_file(newsroom.path("c.txt")).unwrap();
    newsroom.write("e.txt", "Năm\n\nTin.");
    let report = newsroom.update_with(&options).unwrap();
    let said: Vec<String> = report
        .actions
        .iter()
        .map(|a| {
            format!(
                "{} {}: {}",
                a.kind,
                Path::new(&a.path).file_name().unwrap().display(),
                a.reason
            )
        })
        .map(|line| line.replace(newsroom.news.to_str().unwrap(), "news"))
        .collect();
    assert_eq!(
        said,
        [
            "update a.txt: had 11 bytes, has 17",
            "remove c.txt: no longer exists",
            "move d.txt: was at news/b.txt",
            "add e.txt: new",
        ]
    );
    assert_eq!(newsroom.update().articles, counts(1, 1, 0, 1, 1));
}

#[test]
fn what_cannot_be_repeated_or_found_is_refused() {
    let newsroom = Newsroom::new(&[]);
    let options = UpdateOptions::default();
    let remembered = update(&newsroom.index, &Sources::Remembered, &options, &());
    assert!(matches!(remembered, Err(Error::NoIndex { .. })));
    let typo = Sources::Paths(vec![newsroom.path("typo")]);
    assert!(matches!(
        update(&newsroom.index, &typo, &options, &()),
        Err(Error::NoSource { .. })
    ));
    assert!(!newsroom.index.exists(), "nothing is made for a wrong path");
}

#[test]
fn an_empty_folder_makes_an_empty_index() {
    let newsroom = Newsroom::new(&[]);
    let report = newsroom.update();
    assert_eq!((report.total_articles, report.sources.len()), (0, 1));
    newsroom.write("a.txt", "Một\n\nTin.");
    assert_eq!(newsroom.update().total_articles, 1);
}

#[test]
fn a_full_update_reads_everything_anew() {
    let newsroom = Newsroom::new(&[("a.txt", "Một\n\nTin."), ("b.txt", "Hai\n\nTin.")]);
    newsroom.update();
    let options = UpdateOptions {
        full: true,
        ..UpdateOptions::default()
    };
    for _ in 0..2 {
        let report = newsroom.update_with(&options).unwrap();
        assert_eq!((report.articles.updated, report.total_articles), (2, 2));
    }
    assert_eq!(newsroom.update().articles, counts(0, 0, 2, 0, 0));
}

#[cfg(unix)]
#[test]
fn what_the_system_denies_stays_as_it_was() {
    use std::os::unix::fs::PermissionsExt;
    let newsroom = Newsroom::new(&[("a/1.txt", "Một\n\nTin."), ("b/2.txt", "Hai\n\nTin.")]);
    newsroom.update();
    let deny =
        |mode| fs::set_permissions(newsroom.path("a"), fs::Permissions::from_mode(mode)).unwrap();
    deny(0o000);
    if fs::read_dir(newsroom.path("a")).is_ok() {
        return deny(0o755); // Nothing is denied to this user.
    }
    let report = newsroom.update();
    deny(0o755);
    assert_eq!((report.total_articles, report.problems.len()), (2, 1));
}

/// Stops the update after some articles.
struct StopAfter<'a> {
    articles: u64,
    stop: &'a AtomicBool,
    phases: Mutex<Vec<Phase>>,
}

impl Progress for StopAfter<'_> {
    fn phase(&self, phase: Phase) {
        self.phases.lock().unwrap().push(phase);
    }

    fn read(&self, so_far: Reading) {
        if so_far.articles >= self.articles {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    fn problem(&self, problem: &Problem) {
        panic!("{problem}");
    }
}

#[test]
fn a_stopped_update_keeps_what_it_has_and_the_next_goes_on() {
    let newsroom = Newsroom::new(&[]);
    for i in 0..300 {
        newsroom.write(&format!("{i}.txt"), &format!("Tin {i}\n\nTin số {i}."));
    }
    let options = UpdateOptions::default();
    let progress = StopAfter {
        articles: 20,
        stop: &options.stop,
        phases: Mutex::default(),
    };
    let named = Sources::Paths(vec![newsroom.news.clone()]);
    let report = update(&newsroom.index, &named, &options, &progress).unwrap();
    assert!(report.interrupted && report.committed);
    assert!(
        (20..300).contains(&report.total_articles),
        "{}",
        report.total_articles
    );
    assert!(matches!(
        progress.phases.lock().unwrap()[1],
        Phase::Reading { files: 300, .. }
    ));
    let rest = newsroom.update();
    assert_eq!(
        rest.articles,
        counts(300 - report.total_articles, 0, report.total_articles, 0, 0)
    );

    let full = UpdateOptions {
        full: true,
        ..UpdateOptions::default()
    };
    let progress = StopAfter {
        articles: 20,
        stop: &full.stop,
        phases: Mutex::default(),
    };
    let report = update(&newsroom.index, &named, &full, &progress).unwrap();
    assert!(report.interrupted && !report.committed);
    assert_eq!(
        newsroom.update().articles,
        counts(0, 0, 300, 0, 0),
        "a full update is all or nothing"
    );
}

/// A walk that is stopped has not found all files: nothing counts as deleted.
#[test]
fn an_update_stopped_while_it_finds_files_changes_nothing() {
    let newsroom = Newsroom::new(&[("1.txt", "Một\n\nMưa."), ("2.txt", "Hai\n\nNắng.")]);
    let stopped = UpdateOptions::default();
    stopped.stop.store(true, Ordering::Relaxed);
    let named = Sources::Paths(vec![newsroom.news.clone()]);
    let report = update(&newsroom.index, &named, &stopped, &()).unwrap();
    assert!(report.interrupted && report.total_articles == 0);
    // The source is remembered.
    let options = UpdateOptions::default();
    let report = update(&newsroom.index, &Sources::Remembered, &options, &()).unwrap();
    assert_eq!(report.articles, counts(2, 0, 0, 0, 0));
    fs::remove_file(newsroom.path("1.txt")).unwrap();
    newsroom.write("3.txt", "Ba\n\nGió.");
    for full in [false, true] {
        let stopped = UpdateOptions {
            full,
            ..stopped.clone()
        };
        for allow_vanished in [false, true] {
            let stopped = UpdateOptions {
                allow_vanished,
                ..stopped.clone()
            };
            let report = update(&newsroom.index, &named, &stopped, &()).unwrap();
            assert!(report.interrupted && !report.committed);
            assert_eq!(report.articles, counts(0, 0, 2, 0, 0));
            assert_eq!(report.total_articles, 2);
        }
    }
    assert_eq!(newsroom.update().articles, counts(1, 0, 1, 1, 0));
}

/// A line is known not to be an article; half a million of them are not worth their memory.
#[test]
fn of_the_problems_of_a_file_the_first_are_kept() {
    let lines = "{x}\n".repeat(3000) + "{\"title\": \"Mưa\"}\n";
    let newsroom = Newsroom::new(&[("1.jsonl", &lines)]);
    let report = newsroom.update();
    assert_eq!((report.total_articles, report.problems.len()), (1, 1001));
    let last = report
        .problems
        .iter()
        .find(|problem| problem.member.is_none());
    let message = &last.unwrap().message;
    assert!(
        message.starts_with("2000 more problems, from here on: "),
        "{message}"
    );
    assert!(message.ends_with("1.jsonl#1001"), "{message}");
}
