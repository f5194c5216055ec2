//! The API as other programs use it: addresses, the writer, plans built by
//! hand, views that follow commits, and indexes without shared state.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use timbao_articles::{Article, Published};
use timbao_index::maintain::{backup, repair, restore, verify};
use timbao_index::update::{Sources, UpdateOptions, sources, update};
use timbao_index::{
    Address, CacheOptions, Error, Index, Owner, ReloadOptions, Reloader, SearchOptions, Searcher,
    Session, WriterOptions,
};
use timbao_query::plan::{Facet, Filter, Key, Phrase, Plan, Slot};
use timbao_query::{LowerOptions, Request, lower, parse};
use timbao_views::{Corpus, Engine, GroupKey, KwicOptions, SnippetOptions};

fn article(id: &str, body: &str) -> Article {
    Article {
        id: id.to_owned(),
        title: Some(format!("Tin {id}")),
        body: body.to_owned(),
        ..Article::default()
    }
}

/// Commits articles, their ids as keys.
fn commit(index: &Index, articles: impl IntoIterator<Item = Article>) {
    let mut writer = index.writer(WriterOptions::default()).unwrap();
    for article in articles {
        writer.add(&article.id.clone(), article).unwrap();
    }
    writer.commit().unwrap();
    writer.finish().unwrap();
}

fn index_of(articles: impl IntoIterator<Item = Article>) -> (TempDir, Index) {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::open_or_create(dir.path()).unwrap();
    commit(&index, articles);
    (dir, index)
}

fn found(searcher: &Searcher, plan: &Plan) -> Vec<(String, Address)> {
    let hits = searcher
        .search(plan, &SearchOptions::default())
        .unwrap()
        .hits;
    let id = |address| searcher.record(address).unwrap().id;
    hits.iter()
        .map(|hit| (id(hit.address), hit.address))
        .collect()
}

fn ids(searcher: &Searcher, plan: &Plan) -> Vec<String> {
    let mut ids: Vec<String> = found(searcher, plan)
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    ids.sort();
    ids
}

fn query(text: &str) -> Plan {
    lower(&parse(text).ast, &LowerOptions::default()).plan
}

/// Directory with one file, indexed by `update`.
fn updated() -> (TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let news = dir.path().join("news");
    fs::create_dir(&news).unwrap();
    fs::write(
        news.join("a.txt"),
        "Mùa gặt\n\nLúa đã chín vàng ngoài đồng.\n",
    )
    .unwrap();
    let index = dir.path().join("index");
    update(
        &index,
        &Sources::Paths(vec![news]),
        &UpdateOptions::default(),
        &(),
    )
    .unwrap();
    (dir, index)
}

#[test]
fn an_address_is_refused_by_every_other_view() {
    let (_dir, index) = index_of((1..=5).map(|n| article(&n.to_string(), "mưa xuân")));
    let before = index.searcher().unwrap();
    let (_, address) = found(&before, &query("mưa"))
        .into_iter()
        .find(|(id, _)| id == "4")
        .unwrap();
    let mut writer = index.writer(WriterOptions::default()).unwrap();
    writer.delete("1");
    writer.commit().unwrap();
    writer.merge_all().unwrap();
    writer.finish().unwrap();
    commit(&index, [article("6", "mưa xuân")]);
    let after = index.refresh(&before).unwrap().unwrap();
    let plan = query("mưa");
    let answers = |searcher: &Searcher| {
        [
            searcher.record(address).map(drop),
            searcher.article(address).map(drop),
            searcher.title(address).map(drop),
            searcher.matches(&plan, address).map(drop),
            searcher
                .snippets(&plan, address, &SnippetOptions::default())
                .map(drop),
            searcher.explain_scores(&plan, None, &[address]).map(drop),
            searcher.similar(address, &Default::default()).map(drop),
            searcher.reprints(address).map(drop),
        ]
    };
    for answer in answers(&after) {
        assert!(matches!(answer, Err(Error::OtherView)), "{answer:?}");
    }
    for answer in answers(&before) {
        assert!(answer.is_ok(), "{answer:?}");
    }
    // The same commit opened twice is one view, also in another process.
    let again = Index::open(index.dir()).unwrap().searcher().unwrap();
    assert_eq!(again.view(), after.view());
    assert_eq!(after.view().to_string().parse(), Ok(after.view()));
    let [same] = after.find_id("4").unwrap()[..] else {
        panic!("one article has the id")
    };
    assert_eq!(again.title(same).unwrap(), "Tin 4");
    assert_eq!(same.to_string().parse(), Ok(same));
    assert!("0.1".parse::<Address>().is_err());
    assert_eq!(again.find_key("4").unwrap(), Some(same));
}

#[test]
fn results_are_refused_by_every_other_view() {
    let (_dir, index) = index_of([article("0", "mưa to")]);
    let request = Request::new("mưa");
    let old = Session::open(index.dir()).unwrap();
    let found = old.search(&request).unwrap();
    let concordance = old.kwic(&request, &KwicOptions::default()).unwrap();
    let engine: &dyn Engine = old.searcher();
    let ids = engine.find_id("0").unwrap();
    let mut writer = index.writer(WriterOptions::default()).unwrap();
    writer.delete("0");
    writer.add("1", article("1", "nắng to")).unwrap();
    writer.commit().unwrap();
    writer.finish().unwrap();
    let (_other_dir, other) = index_of([article("2", "gió to")]);
    for new in [&index, &other] {
        let new = Session::open(new.dir()).unwrap();
        let engine: &dyn Engine = new.searcher();
        let keys = [GroupKey::Left(1)];
        let wrong = [
            new.show(&request, &found, 1).map(drop),
            new.lines(&concordance, 0..9).map(drop),
            concordance
                .groups(engine, &keys)
                .map(drop)
                .map_err(Error::from),
            engine.articles(&ids).map(drop).map_err(Error::from),
            new.searcher().records(&ids).map(drop).map_err(Error::from),
            engine
                .explain_scores(request.plan(), None, &ids)
                .map(drop)
                .map_err(Error::from),
        ];
        for (number, answer) in wrong.into_iter().enumerate() {
            assert!(
                matches!(answer, Err(Error::OtherView)),
                "{number}: {answer:?}"
            );
        }
    }
    // The same commit opened once more is the same view.
    let (_dir, index) = index_of([article("0", "mưa to"), article("1", "mưa nhỏ")]);
    let [first, again] = [(), ()].map(|()| Session::open(index.dir()).unwrap());
    let options = SearchOptions {
        limit: 1,
        offset: 1,
        ..SearchOptions::default()
    };
    let found = first.search_with(&request, &options).unwrap();
    let shown = again.show(&request, &found, 1).unwrap();
    assert_eq!(shown[0].rank, 2);
}

#[test]
fn an_added_article_replaces_the_one_with_its_key() {
    let (_dir, index) = index_of([article("a", "cũ"), article("b", "cũ")]);
    let mut writer = index.writer(WriterOptions::default()).unwrap();
    writer.add("a", article("a", "giữa")).unwrap();
    writer.add("a", article("a", "mới")).unwrap();
    writer.commit().unwrap();
    writer.add("b", article("b", "mới")).unwrap();
    writer.commit().unwrap();
    writer.finish().unwrap();
    let searcher = index.searcher().unwrap();
    assert_eq!(searcher.article_count(), 2);
    assert_eq!(ids(&searcher, &query("mới")), ["a", "b"]);
    assert_eq!(ids(&searcher, &query("cũ OR giữa")), [""; 0]);
}

#[test]
fn threads_that_add_under_one_key_leave_one_article() {
    let (_dir, index) = index_of([]);
    let mut writer = index.writer(WriterOptions::default()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let writer = &writer;
            scope.spawn(move || {
                for round in 0..50 {
                    let body = format!("lượt {thread} {round}");
                    writer.add("một", article("một", &body)).unwrap();
                }
            });
        }
    });
    writer.commit().unwrap();
    writer.finish().unwrap();
    assert_eq!(index.searcher().unwrap().article_count(), 1);
}

#[test]
fn an_index_of_a_writer_verifies_and_can_be_backed_up() {
    let (dir, index) = index_of([article("a", "mưa"), article("b", "nắng")]);
    let report = verify(index.dir(), true).unwrap();
    assert_eq!((report.faults.len(), report.articles), (0, 2));
    assert_eq!(sources(index.dir()).unwrap(), []);
    let repaired = repair(index.dir(), &[], &UpdateOptions::default(), &()).unwrap();
    assert!(repaired.rebuilt.is_none());
    let (file, copy) = (dir.path().join("b.timbao"), dir.path().join("copy"));
    backup(index.dir(), &file).unwrap();
    restore(&file, &copy, false).unwrap();
    let searcher = Index::open(&copy).unwrap().searcher().unwrap();
    assert_eq!(ids(&searcher, &query("nắng")), ["b"]);
}

#[test]
fn a_writer_and_updates_do_not_share_an_index() {
    let (_dir, index) = index_of([article("a", "mưa")]);
    let options = UpdateOptions::default();
    let news = tempfile::tempdir().unwrap();
    fs::write(news.path().join("a.txt"), "Nắng\n\nNắng lên.\n").unwrap();
    let paths = Sources::Paths(vec![news.path().to_owned()]);
    for (sources, full) in [
        (&Sources::Remembered, false),
        (&paths, false),
        (&paths, true),
    ] {
        let options = UpdateOptions {
            full,
            ..options.clone()
        };
        let refused = update(index.dir(), sources, &options, &()).unwrap_err();
        let owner = match &refused {
            Error::OtherOwner { owner, .. } => *owner,
            other => panic!("{other}"),
        };
        assert_eq!(owner, Owner::Writer);
        assert!(refused.hint().is_some());
    }
    assert_eq!(ids(&index.searcher().unwrap(), &query("mưa")), ["a"]);

    let (_dir, dir) = updated();
    let refused = Index::open(&dir).unwrap().writer(WriterOptions::default());
    assert!(matches!(
        refused,
        Err(Error::OtherOwner {
            owner: Owner::Update,
            ..
        })
    ));
    assert!(update(&dir, &Sources::Remembered, &options, &()).is_ok());
}

#[test]
fn a_slot_normalises_the_word_it_is_made_of() {
    let (_dir, index) = index_of([
        article("a", "tự diễn biến"),
        article("b", "tu dien bien"),
        article("c", "hoà bình"),
    ]);
    let searcher = index.searcher().unwrap();
    for (plan, expected) in [
        (Plan::Word(Slot::exact("diễn")), &["a"][..]),
        (Plan::Word(Slot::exact("die\u{302}\u{303}n")), &["a"]),
        (Plan::Word(Slot::exact("DIỄN")), &["a"]),
        (Plan::Word(Slot::exact("hòa")), &["c"]),
        (Plan::Word(Slot::folded("diễn")), &["a", "b"]),
        (Plan::Word(Slot::folded("Dien")), &["a", "b"]),
        (
            Plan::Phrase(Phrase::exact(["tự", "diễn", "biến"].map(Slot::exact))),
            &["a"],
        ),
    ] {
        assert_eq!(ids(&searcher, &plan), expected, "{plan}");
    }
}

#[test]
fn a_plan_can_be_made_of_a_text_and_of_any_distance() {
    let (_dir, index) = index_of([article("0", "Chống tự diễn biến"), article("1", "mưa to")]);
    let searcher = index.searcher().unwrap();
    let phrase = Plan::Phrase(Phrase::of("TỰ DIỄN"));
    assert_eq!(ids(&searcher, &phrase), ["0"]);
    let fuzzy = |distance| {
        let key = Key::Fuzzy {
            key: "biến".into(),
            distance,
            folded: false,
        };
        ids(&searcher, &Plan::Word(Slot::new(key)))
    };
    assert_eq!(fuzzy(9), fuzzy(2));
    assert_eq!(ids(&searcher, &Plan::And(Vec::new())), ["0", "1"]);
    assert!(ids(&searcher, &Plan::Or(Vec::new())).is_empty());
}

#[test]
fn an_exact_value_can_be_a_year_or_a_month() {
    let dated = |id: &str, year, month, day| Article {
        published: Published::new(year, month, day),
        section: Some("Xây dựng Đảng".to_owned()),
        ..article(id, "tin")
    };
    let (_dir, index) = index_of([
        dated("a", 2025, Some(3), Some(1)),
        dated("b", 2025, Some(12), Some(31)),
        dated("c", 2026, Some(3), Some(9)),
        article("d", "không ngày"),
    ]);
    let searcher = index.searcher().unwrap();
    for (facet, value, expected) in [
        (Facet::Year, "2025", &["a", "b"][..]),
        (Facet::Month, "2025-03", &["a"]),
        (Facet::Month, " 2026-03 ", &["c"]),
        (Facet::Month, "2025", &[]),
        (Facet::Year, "20", &[]),
        (Facet::Section, "XÂY DỰNG ĐẢNG", &["a", "b", "c"]),
    ] {
        let value = value.to_owned();
        let plan = Plan::Filter(Filter::Is { facet, value });
        assert_eq!(ids(&searcher, &plan), expected, "{plan}");
    }
    // Each value of a facet selects the articles that it counts.
    let facets = searcher
        .facets(&Plan::Everything, &[Facet::Year, Facet::Month])
        .unwrap();
    for counts in facets.facets {
        for value in counts.values {
            let facet = counts.facet;
            let plan = Plan::Filter(Filter::Is {
                facet,
                value: value.value,
            });
            assert_eq!(ids(&searcher, &plan).len() as u64, value.articles, "{plan}");
        }
    }
}

#[test]
fn a_refreshed_searcher_is_of_the_latest_commit() {
    let (_dir, index) = index_of([article("a", "mưa")]);
    let first = index.searcher().unwrap();
    assert!(index.refresh(&first).unwrap().is_none());
    commit(&index, [article("b", "mưa")]);
    let second = index.refresh(&first).unwrap().unwrap();
    assert_eq!(ids(&second, &query("mưa")), ["a", "b"]);
    assert_eq!(ids(&first, &query("mưa")), ["a"]);
    assert!(index.refresh(&second).unwrap().is_none());
    fs::remove_dir_all(index.dir()).unwrap();
    assert!(matches!(index.refresh(&second), Err(Error::NoIndex { .. })));
}

#[test]
fn a_reloader_keeps_replaced_views_for_a_while() {
    let (_dir, index) = index_of([article("0", "mưa")]);
    let options = ReloadOptions {
        keep: Duration::from_secs(3600),
        views: 2,
    };
    let reloader = Reloader::new(index.clone(), options).unwrap();
    let mut views = vec![reloader.latest().view()];
    for number in 1..=3 {
        assert!(reloader.reload().unwrap().is_none());
        commit(&index, [article(&number.to_string(), "mưa")]);
        let fresh = reloader.reload().unwrap().unwrap();
        assert_eq!(fresh.view(), reloader.latest().view());
        assert_eq!(fresh.article_count(), number + 1);
        views.push(fresh.view());
    }
    assert_eq!(reloader.kept(), 2);
    let count = |view| reloader.find(view).map(|searcher| searcher.article_count());
    let counts: Vec<_> = views.into_iter().map(count).collect();
    assert_eq!(counts, [None, Some(2), Some(3), Some(4)]);

    let passing = ReloadOptions {
        keep: Duration::ZERO,
        views: 2,
    };
    let reloader = Reloader::new(index.clone(), passing).unwrap();
    commit(&index, [article("4", "mưa")]);
    reloader.reload().unwrap().unwrap();
    assert_eq!(reloader.kept(), 0);
}

#[test]
fn a_reloader_keeps_its_view_while_the_index_does_not_open() {
    let (_dir, index) = index_of([article("a", "mưa")]);
    let reloader = Reloader::new(index.clone(), ReloadOptions::default()).unwrap();
    let meta = index.dir().join("meta.json");
    let whole = fs::read(&meta).unwrap();
    fs::write(&meta, "{").unwrap();
    assert!(reloader.reload().is_err());
    assert!(reloader.reload().is_err(), "it tries again");
    assert_eq!(reloader.latest().article_count(), 1);
    fs::write(&meta, whole).unwrap();
    assert!(reloader.reload().unwrap().is_none());
}

#[test]
fn two_indexes_do_not_share_their_caches() {
    let options = CacheOptions {
        impacts: 1 << 20,
        ..CacheOptions::for_many_queries()
    };
    let open = |words: [&str; 2]| {
        let (dir, index) = index_of((0..40).map(|n| article(&n.to_string(), words[n % 2])));
        let searcher = index.with_caches(options).searcher().unwrap();
        (dir, searcher)
    };
    let (_one, one) = open(["mưa nắng gió", "mưa"]);
    let (_two, two) = open(["gió mưa nắng", "nắng"]);
    for _ in 0..2 {
        for (searcher, word, total) in [
            (&one, "mưa", 40),
            (&two, "mưa", 20),
            (&one, "nắng", 20),
            (&two, "nắng", 40),
        ] {
            let plan = query(&format!("{word} OR gió"));
            let found = searcher.search(&plan, &SearchOptions::default()).unwrap();
            assert_eq!(found.total, total, "{word}");
        }
    }
}

#[test]
fn an_index_can_be_named_in_every_way_that_a_path_can() {
    let (dir, _) = index_of([article("a", "mưa")]);
    let path: &Path = dir.path();
    let text = path.to_str().unwrap();
    for opened in [
        Index::open(path),
        Index::open(text),
        Index::open(text),
        Index::open(path),
        Index::open(path.as_os_str()),
    ] {
        assert_eq!(opened.unwrap().dir(), path);
    }
}

/// Makes the index look as if another version had written it.
fn age(index: &Path) {
    fs::write(index.join("timbao.json"), "{\"timbao\":\"1\"}").unwrap();
}

#[test]
fn a_full_update_rebuilds_an_index_of_another_version() {
    let (dir, index) = updated();
    age(&index);
    fs::write(index.join("ghi-chu.txt"), "của người dùng").unwrap();
    fs::write(dir.path().join("news/b.txt"), "Mùa cấy\n\nMạ non xanh.\n").unwrap();
    let with = |full, dry_run| UpdateOptions {
        full,
        dry_run,
        ..UpdateOptions::default()
    };
    let remembered = |options| update(&index, &Sources::Remembered, &options, &());
    let refused = remembered(with(false, false)).unwrap_err();
    assert!(matches!(refused, Error::OtherVersion { .. }), "{refused}");
    assert!(refused.hint().unwrap().contains("reindex --full"));
    assert_eq!(remembered(with(true, true)).unwrap().files.added, 2);
    assert!(Index::open(&index).is_err(), "a dry run changes nothing");
    let report = remembered(with(true, false)).unwrap();
    assert!(report.committed);
    assert_eq!((report.total_articles, report.sources.len()), (2, 1));
    let searcher = Index::open(&index).unwrap().searcher().unwrap();
    assert_eq!(searcher.article_count(), 2);
    assert!(verify(&index, true).unwrap().faults.is_empty());
    assert!(index.join("ghi-chu.txt").exists(), "other files stay");
    let mut names: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["index", "news"], "nothing else is left");
}

#[test]
fn rebuilding_keeps_remembered_sources_beside_named_ones() {
    let (dir, index) = updated();
    age(&index);
    let more = dir.path().join("more.txt");
    fs::write(&more, "Mùa cấy\n\nMạ non xanh.\n").unwrap();
    let options = UpdateOptions {
        full: true,
        ..UpdateOptions::default()
    };
    let report = update(&index, &Sources::Paths(vec![more]), &options, &()).unwrap();
    assert_eq!((report.total_articles, report.sources.len()), (2, 2));
}

#[test]
fn a_rebuild_that_fails_leaves_the_old_index() {
    let (dir, index) = updated();
    age(&index);
    let names = |dir: &Path| -> Vec<_> {
        let mut names: Vec<_> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| !name.to_string_lossy().ends_with(".lock"))
            .collect();
        names.sort();
        names
    };
    let before = (names(&index), names(dir.path()));
    fs::rename(dir.path().join("news"), dir.path().join("gone")).unwrap();
    let options = UpdateOptions {
        full: true,
        ..UpdateOptions::default()
    };
    let failed = update(&index, &Sources::Remembered, &options, &());
    assert!(failed.is_err(), "{failed:?}");
    fs::rename(dir.path().join("gone"), dir.path().join("news")).unwrap();
    options
        .stop
        .store(true, std::sync::atomic::Ordering::Relaxed);
    let stopped = update(&index, &Sources::Remembered, &options, &()).unwrap();
    assert!(!stopped.committed);
    assert_eq!((names(&index), names(dir.path())), before);
    assert!(matches!(
        Index::open(&index),
        Err(Error::OtherVersion { .. })
    ));
}
