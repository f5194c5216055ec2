//! Updates of an index in a cluster. Without `TIMBAO_CLUSTER` these tests are skipped.

mod nodes;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use timbao_cluster::ingest::{
    IngestOptions, Phase, Progress, Reading, Reason, Sources, forget, update,
};
use timbao_cluster::{
    Archive, Bulk, Error, LAYOUT, SHARDS, Scoring, create, create_with_shards, open, rebuild,
    status,
};
use timbao_query::plan::Plan;
use timbao_views::{ArrivalLog, ArticleId, Engine, Mark, SearchOptions, Since, arrived_texts};

use nodes::{directory, index, options, write_articles};

#[test]
fn an_update_changes_only_what_changed() {
    let Some(nodes) = index("changes") else {
        return;
    };
    let (_dir, root) = directory();
    create(&nodes.client).unwrap();
    write_articles(&root.join("a.jsonl"), 0..40);
    write_articles(&root.join("b/b.jsonl"), 40..50);
    fs::write(
        root.join("c.txt"),
        "Tin làng Sông Trà\n\nSáng nay bà con sửa đường.\n",
    )
    .unwrap();
    let report = nodes.update(&root);
    assert_eq!((report.articles.added, report.total_articles), (51, 51));
    assert_eq!(report.files.added, 3);
    nodes.verify(51);

    let again = nodes.update(&root);
    assert_eq!((again.articles.added, again.articles.updated), (0, 0));
    assert_eq!(again.articles.unchanged, 51);

    // One more, one less, one changed.
    let text = fs::read_to_string(root.join("a.jsonl")).unwrap();
    let text = text.replacen("Sáng nay bà con 0", "Chiều nay bà con 0", 1);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.truncate(39);
    fs::write(root.join("a.jsonl"), format!("{}\n", lines.join("\n"))).unwrap();
    write_articles(&root.join("d.jsonl"), 50..51);
    fs::remove_file(root.join("c.txt")).unwrap();
    let report = nodes.update(&root);
    let counts = report.articles;
    assert_eq!(
        (counts.added, counts.updated, counts.removed),
        (1, 1, 2),
        "{report:?}"
    );
    assert_eq!(
        report
            .actions
            .iter()
            .filter(|a| a.reason == Reason::Gone)
            .count(),
        1
    );
    nodes.verify(50);
    let afternoon = json!({ "match_phrase": { "b": "chiêu\u{300}|chieu'chiêu\u{300} nay'" } });
    assert_eq!(nodes.count(&afternoon), 1);
}

#[test]
fn fields_answer_phrases_bags_bigrams_and_filters() {
    let Some(nodes) = index("fields") else { return };
    let (_dir, root) = directory();
    create(&nodes.client).unwrap();
    let lines = [
        r#"{"id":"1","title":"Tự do","text":"tu do\nhoà bình","section":"Đời sống","date":"2026"}"#,
        r#"{"id":"2","title":"Khác","text":"tự có do; hóa, bình","section":"đời sống"}"#,
    ];
    fs::write(root.join("a.jsonl"), lines.join("\n")).unwrap();
    nodes.update(&root);
    let grave = "hoa'hoa\u{300}";
    for (query, expected) in [
        // Texts have exact terms only.
        (json!({ "match_phrase": { "t": "tu do" } }), 0),
        (json!({ "match_phrase": { "t": "tu'tư\u{323} do'" } }), 1),
        (json!({ "match_phrase": { "b": "tu'tư\u{323} do'" } }), 0),
        (
            json!({ "match_phrase": { "b": "tu'|tu'tư\u{323} do'" } }),
            1,
        ),
        (json!({ "match_phrase": { "b": "tu'tư\u{323} _ do'" } }), 1),
        // A paragraph ends after do.
        (
            json!({ "match_phrase": { "b": format!("do' {grave}") } }),
            0,
        ),
        (json!({ "match_phrase": { "b": "do' hoa'hoa\u{301}" } }), 1),
        (
            json!({ "match_phrase": { "b": "do'|co'co\u{301} hoa'hoa\u{301}|do'" } }),
            1,
        ),
        (json!({ "match": { "bag": "hoa" } }), 2),
        (json!({ "match": { "bag": grave } }), 1),
        (json!({ "match": { "pairs": "tu·do" } }), 1),
        (json!({ "match": { "pairs": "do·hoa" } }), 1),
        (
            json!({ "term": { "section_key": "đơi\u{300} sông\u{301}" } }),
            2,
        ),
        (json!({ "term": { "section": "Đời sống" } }), 1),
        (
            json!({ "match_phrase": { "section_words": "doi song" } }),
            2,
        ),
        (
            json!({ "range": { "day": { "gte": 20454, "lte": 20454 } } }),
            1,
        ),
        (json!({ "term": { "month": "2026-01" } }), 1),
        (json!({ "exists": { "field": "day" } }), 1),
    ] {
        assert_eq!(nodes.count(&query), expected, "{query}");
    }
    assert_eq!(open(&nodes.client).unwrap().scoring, Scoring::Scripted);
}

#[test]
fn what_seems_to_be_away_stays() {
    let Some(nodes) = index("away") else { return };
    let (_dir, root) = directory();
    create(&nodes.client).unwrap();
    write_articles(&root.join("a/a.jsonl"), 0..30);
    write_articles(&root.join("b.jsonl"), 30..35);
    nodes.update(&root);
    fs::rename(root.join("a"), root.with_extension("away")).unwrap();
    let report = nodes.update(&root);
    assert_eq!(report.vanished.len(), 1, "{report:?}");
    assert_eq!(report.vanished[0].articles, 30);
    assert_eq!(report.total_articles, 35);
    let strict = IngestOptions {
        strict: true,
        ..options()
    };
    let error = nodes.try_update(&root, &strict).unwrap_err();
    assert!(matches!(error, Error::Vanished(_)), "{error}");
    let dry = IngestOptions {
        dry_run: true,
        allow_vanished: true,
        ..options()
    };
    let report = nodes.try_update(&root, &dry).unwrap();
    assert_eq!((report.articles.removed, report.total_articles), (30, 35));
    let allowed = IngestOptions {
        allow_vanished: true,
        ..options()
    };
    assert_eq!(nodes.try_update(&root, &allowed).unwrap().total_articles, 5);
    nodes.verify(5);
    let _ = fs::remove_dir_all(root.with_extension("away"));
}

#[test]
fn sources_can_be_forgotten_and_joined() {
    let Some(nodes) = index("forget") else { return };
    let (_dir, root) = directory();
    create(&nodes.client).unwrap();
    write_articles(&root.join("a/a.jsonl"), 0..10);
    write_articles(&root.join("b/b.jsonl"), 10..30);
    nodes.update(&root.join("a"));
    let report = nodes.update(&root);
    assert_eq!(report.sources, [root.to_str().unwrap()]);
    assert_eq!(report.total_articles, 30);
    nodes.verify(30);
    let report = forget(&nodes.client, &[root.join("a")], &options(), &()).unwrap();
    assert_eq!((report.articles.removed, report.total_articles), (10, 20));
    assert_eq!(
        nodes.update(&root).total_articles,
        20,
        "forgotten files stay forgotten"
    );
    assert_eq!(nodes.update(&root.join("a")).total_articles, 30);
    let report = forget(&nodes.client, std::slice::from_ref(&root), &options(), &()).unwrap();
    assert_eq!((report.total_articles, report.sources.len()), (0, 0));
    let error = update(&nodes.client, &Sources::Remembered, &options(), &()).unwrap_err();
    assert!(matches!(error, Error::NoSources { .. }), "{error}");
    nodes.verify(0);
}

#[test]
fn machines_write_different_sources_at_once() {
    let Some(nodes) = index("machines") else {
        return;
    };
    let (_dir, root) = directory();
    create(&nodes.client).unwrap();
    for n in 0..4 {
        write_articles(&root.join(format!("{n}/a.jsonl")), n * 100..n * 100 + 100);
    }
    thread::scope(|scope| {
        for n in 0..4 {
            let (nodes, root) = (&nodes, root.join(n.to_string()));
            scope.spawn(move || {
                let machine = format!("machine {n}");
                let options = IngestOptions {
                    machine,
                    ..options()
                };
                assert_eq!(
                    nodes.try_update(&root, &options).unwrap().articles.added,
                    100
                );
            });
        }
    });
    nodes.verify(400);
    let machine = "machine 2".to_owned();
    let again = IngestOptions {
        machine,
        ..options()
    };
    let report = update(&nodes.client, &Sources::Remembered, &again, &()).unwrap();
    assert_eq!(
        report.articles.unchanged, 100,
        "a machine repeats its own sources"
    );
}

/// The ids of the texts that are new since a mark, which is moved.
fn news(nodes: &nodes::Nodes, mark: &mut Mark) -> Vec<String> {
    let archive = Archive::open_settled(Arc::clone(&nodes.client)).unwrap();
    let texts = arrived_texts(&archive, &Plan::Everything, Since::Mark(mark)).unwrap();
    let articles: Vec<_> = texts.iter().map(|text| text.article).collect();
    let read = Engine::articles(&archive, &articles).unwrap();
    let mut ids: Vec<String> = read.into_iter().map(|article| article.id).collect();
    ids.sort();
    mark.advance(archive.mark().unwrap());
    ids
}

#[test]
fn an_article_is_new_once_whatever_becomes_of_it() {
    let Some(nodes) = index("arrivals") else {
        return;
    };
    let (_dir, root) = directory();
    create(&nodes.client).unwrap();
    let (first, second) = (root.join("a"), root.join("b"));
    write_articles(&first.join("a.jsonl"), 0..20);
    nodes.update(&first);
    let mut mark = Mark::default();
    assert_eq!(news(&nodes, &mut mark).len(), 20);
    let check = |mark: &mut Mark, expected: &[&str], what: &str| {
        assert_eq!(news(&nodes, mark), expected, "{what}");
    };
    check(&mut mark, &[], "nothing happened");
    write_articles(&second.join("b.jsonl"), 20..21);
    nodes.update(&second);
    check(&mut mark, &["20"], "another source");

    let full = IngestOptions {
        full: true,
        ..options()
    };
    nodes.try_update(&first, &full).unwrap();
    check(&mut mark, &[], "all is written again");
    let path = first.join("a.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let edited = text.replacen("Sáng nay bà con 3", "Chiều nay bà con 3", 1);
    // Every article is at another line, and one of them is edited.
    write_articles(&root.join("more.jsonl"), 30..31);
    let more = fs::read_to_string(root.join("more.jsonl")).unwrap();
    fs::write(&path, format!("{more}{edited}")).unwrap();
    assert_eq!(nodes.update(&first).articles.updated, 20);
    check(&mut mark, &["30"], "a line before the others");
    fs::rename(&path, first.join("c.jsonl")).unwrap();
    fs::rename(second.join("b.jsonl"), second.join("d.jsonl")).unwrap();
    nodes.update(&first);
    nodes.update(&second);
    check(&mut mark, &[], "files were moved");

    let keys = || {
        let archive = Archive::open_settled(Arc::clone(&nodes.client)).unwrap();
        let texts = arrived_texts(&archive, &Plan::Everything, Since::Ever).unwrap();
        let times = texts
            .iter()
            .map(|text| (text.arrival.time, text.keys.clone()));
        times.collect::<Vec<_>>()
    };
    let before = keys();
    rebuild(&nodes.client, None, &options(), &()).unwrap();
    assert_eq!(keys(), before);
    check(&mut mark, &[], "the index was rebuilt");
    nodes.verify(22);
}

/// Makes an index one of layout 2: articles have no arrivals, and are in the source of documents.
fn make_older(nodes: &nodes::Nodes) {
    let (client, name) = (&nodes.client, &nodes.name);
    let send = |method: &str, path: &str, body: &Value| -> Value {
        let reply = client.send(method, path, body).unwrap();
        reply.ok().unwrap().json().unwrap()
    };
    let archive = Archive::open_settled(Arc::clone(client)).unwrap();
    let all = archive.search(&Plan::Everything, &SearchOptions::default());
    let ids: Vec<ArticleId> = all.unwrap().hits.iter().map(|hit| hit.article).collect();
    let articles = archive.articles(&ids).unwrap();
    let columns = ["id", "uid", "file", "place_in_file", "hash", "key"];
    let all = json!({ "size": 100, "version": true, "docvalue_fields": columns });
    let found = send("POST", &format!("{name}/_search?preference=_primary"), &all);

    let older = format!("{name}.articles.0");
    let keyword = json!({ "type": "keyword" });
    let mapping = json!({
        "_meta": { "timbao": { "layout": 2, "analyzer": 1, "scores": "scripted" } },
        "dynamic": false,
        "properties": {
            "article": { "type": "object", "enabled": false },
            "key": { "type": "long" },
            "file": keyword, "place_in_file": keyword, "hash": keyword,
        },
    });
    send("PUT", &older, &json!({ "mappings": mapping }));
    let actions = json!({ "actions": [
        { "remove_index": { "index": format!("{name}.articles.1") } },
        { "add": { "index": older, "alias": name, "is_write_index": true } },
    ] });
    send("POST", "_aliases", &actions);
    let mut bulk = Bulk::default();
    for hit in found["hits"]["hits"].as_array().unwrap() {
        let column = |name: &str| hit["fields"][name][0].clone();
        let article = articles.iter().find(|article| column("id") == article.id);
        let mut document = json!({ "article": article.unwrap() });
        for name in ["key", "file", "place_in_file", "hash"] {
            document[name] = column(name);
        }
        let document = serde_json::to_vec(&document).unwrap();
        let version = hit["_version"].as_u64().unwrap();
        bulk.index(column("uid").as_str().unwrap(), version, &document);
    }
    let outcome = bulk.send(client, name, Duration::from_secs(60)).unwrap();
    assert_eq!(outcome.done, 5);
}

#[test]
fn articles_from_before_arrivals_were_recorded_are_never_new() {
    let Some(nodes) = index("earlier") else {
        return;
    };
    let (_dir, root) = directory();
    create(&nodes.client).unwrap();
    write_articles(&root.join("a.jsonl"), 0..5);
    nodes.update(&root);
    make_older(&nodes);
    let error = Archive::open_settled(Arc::clone(&nodes.client)).unwrap_err();
    assert!(error.hint().unwrap().contains("cluster rebuild"), "{error}");
    rebuild(&nodes.client, None, &options(), &()).unwrap();
    let mut mark = Mark::default();
    assert!(news(&nodes, &mut mark).is_empty());
    write_articles(&root.join("b.jsonl"), 5..6);
    fs::rename(root.join("a.jsonl"), root.join("c.jsonl")).unwrap();
    nodes.update(&root);
    assert_eq!(news(&nodes, &mut mark), ["5"]);
}

/// Holds an update when the articles of its first file are acknowledged, or ends it by a panic.
struct Acknowledged {
    is_there: AtomicBool,
    go: AtomicBool,
    panics: bool,
}

impl Acknowledged {
    fn new(panics: bool) -> Self {
        Self {
            is_there: AtomicBool::new(false),
            go: AtomicBool::new(false),
            panics,
        }
    }
}

impl Progress for Acknowledged {
    fn read(&self, so_far: Reading) {
        if so_far.files == 0 {
            return;
        }
        assert!(!self.panics, "the writer ends");
        self.is_there.store(true, Ordering::Relaxed);
        while !self.go.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn articles_of_an_update_are_new_when_it_has_ended() {
    let Some(nodes) = index("pending") else {
        return;
    };
    let (_dir, root) = directory();
    create(&nodes.client).unwrap();
    let (slow, fast) = (root.join("slow"), root.join("fast"));
    write_articles(&slow.join("a.jsonl"), 0..2);
    write_articles(&fast.join("b.jsonl"), 2..3);
    let mut mark = Mark::default();
    let hold = Acknowledged::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let sources = Sources::Paths(vec![slow.clone()]);
            update(&nodes.client, &sources, &options(), &hold).unwrap();
        });
        while !hold.is_there.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(20));
        }
        // It began earlier and ends later.
        nodes.update(&fast);
        assert_eq!(nodes.ids().len(), 3, "all are visible");
        assert_eq!(news(&nodes, &mut mark), ["2"]);
        hold.go.store(true, Ordering::Relaxed);
    });
    assert_eq!(news(&nodes, &mut mark), ["0", "1"]);
    assert!(news(&nodes, &mut mark).is_empty());
}

#[test]
fn articles_of_a_writer_that_ended_are_new_after_the_next_update() {
    let Some(nodes) = index("ended") else {
        return;
    };
    let (_dir, root) = directory();
    create(&nodes.client).unwrap();
    write_articles(&root.join("a.jsonl"), 0..2);
    let mut mark = Mark::default();
    thread::scope(|scope| {
        let ended = scope.spawn(|| {
            let sources = Sources::Paths(vec![root.clone()]);
            update(
                &nodes.client,
                &sources,
                &options(),
                &Acknowledged::new(true),
            )
        });
        assert!(ended.join().is_err());
    });
    assert!(news(&nodes, &mut mark).is_empty());
    assert_eq!(nodes.ids().len(), 2, "all are visible");
    assert_eq!(nodes.update(&root).articles.unchanged, 2);
    assert_eq!(news(&nodes, &mut mark), ["0", "1"]);
    assert!(news(&nodes, &mut mark).is_empty());
}

/// Holds an update when it has begun.
struct Hold {
    begun: AtomicBool,
    go: AtomicBool,
}

impl Progress for Hold {
    fn phase(&self, _phase: Phase) {
        self.begun.store(true, Ordering::Relaxed);
        while !self.go.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Whether a command has waited for an update, and the reports of its holder.
#[derive(Default)]
struct Waits(AtomicBool, Mutex<Vec<String>>);

impl Progress for Waits {
    fn phase(&self, phase: Phase) {
        if let Phase::Waiting(_) = phase {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    fn held(&self, source: &str, holder: &str, left: Duration) {
        assert!(left <= Duration::from_secs(35), "{left:?}");
        self.1.lock().unwrap().push(format!("{source} {holder}"));
    }
}

impl Waits {
    /// Fails unless the command waited and named this process, once.
    fn check(&self, root: &Path) {
        assert!(self.0.load(Ordering::Relaxed), "the wait is reported");
        let held = self.1.lock().unwrap();
        let [held] = &held[..] else {
            panic!("{held:?}")
        };
        assert!(held.starts_with(root.to_str().unwrap()), "{held}");
        assert!(held.ends_with(&std::process::id().to_string()), "{held}");
    }
}

#[test]
fn a_source_has_one_writer() {
    let Some(nodes) = index("lease") else { return };
    let (_dir, root) = directory();
    create(&nodes.client).unwrap();
    write_articles(&root.join("a.jsonl"), 0..10);
    let hold = Hold {
        begun: AtomicBool::new(false),
        go: AtomicBool::new(false),
    };
    let sources = Sources::Paths(vec![root.clone()]);
    // Longer than a busy cluster needs to read a lease: only a process that waits reports it.
    let waiting = IngestOptions {
        wait: Duration::from_secs(4),
        ..options()
    };
    thread::scope(|scope| {
        let first = scope.spawn(|| update(&nodes.client, &sources, &options(), &hold));
        while !hold.begun.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(20));
        }
        let waits = Waits::default();
        let error = update(&nodes.client, &sources, &waiting, &waits).unwrap_err();
        assert!(matches!(&error, Error::Busy { .. }), "{error}");
        waits.check(&root);
        assert!(
            error.to_string().contains("process") && error.hint().is_some(),
            "{error}"
        );
        let held = status(&nodes.client).unwrap().leases;
        assert_eq!(held[0].subject, root.to_str().unwrap());
        let waits = Waits::default();
        let error = rebuild(&nodes.client, None, &waiting, &waits).unwrap_err();
        assert!(matches!(error, Error::Busy { .. }), "{error}");
        waits.check(&root);
        let waits = Waits::default();
        let paths = std::slice::from_ref(&root);
        let error = forget(&nodes.client, paths, &waiting, &waits).unwrap_err();
        assert!(matches!(error, Error::Busy { .. }), "{error}");
        waits.check(&root);
        // Another machine takes over, as after an expiry.
        steal_leases(&nodes);
        hold.go.store(true, Ordering::Relaxed);
        let error = first.join().unwrap().unwrap_err();
        assert!(matches!(error, Error::LostLease { .. }), "{error}");
    });
    // The stolen lease has expired.
    assert_eq!(nodes.update(&root).total_articles, 10);
    nodes.verify(10);
    assert!(status(&nodes.client).unwrap().leases.is_empty());
}

/// Gives all leases to a machine that fails at once.
fn steal_leases(nodes: &nodes::Nodes) {
    let state = format!("{}.state", nodes.name);
    nodes
        .client
        .call("POST", &format!("{state}/_refresh"))
        .unwrap();
    let body = json!({ "query": { "term": { "kind": "lease" } } });
    let path = format!("{state}/_search");
    let found = nodes.client.send("POST", &path, &body).unwrap();
    let found: Value = found.json().unwrap();
    for hit in found["hits"]["hits"].as_array().unwrap() {
        let mut lease = hit["_source"].clone();
        lease["data"]["token"] = json!("other");
        lease["data"]["expires"] = json!(1);
        let generation = lease["data"]["generation"].as_u64().unwrap();
        lease["data"]["generation"] = json!(generation + 1000);
        let path = format!("{state}/_doc/{}", hit["_id"].as_str().unwrap());
        nodes
            .client
            .send("PUT", &path, &lease)
            .unwrap()
            .ok()
            .unwrap();
    }
    // The holder notices with its next renewal.
    thread::sleep(Duration::from_secs(10));
}

/// Stops an update after some articles.
struct StopAfter {
    articles: u64,
    stop: Arc<AtomicBool>,
}

impl Progress for StopAfter {
    fn read(&self, so_far: Reading) {
        if so_far.articles >= self.articles {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}

#[test]
fn an_interrupted_update_is_continued() {
    let Some(nodes) = index("interrupted") else {
        return;
    };
    let (_dir, root) = directory();
    create(&nodes.client).unwrap();
    for n in 0..20 {
        write_articles(&root.join(format!("{n}.jsonl")), n * 50..n * 50 + 50);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let progress = StopAfter {
        articles: 200,
        stop: Arc::clone(&stop),
    };
    let sources = Sources::Paths(vec![root.clone()]);
    let options = IngestOptions { stop, ..options() };
    let report = update(&nodes.client, &sources, &options, &progress).unwrap();
    assert!(
        report.interrupted && report.total_articles < 1000,
        "{report:?}"
    );
    let report = nodes.update(&root);
    assert_eq!(report.total_articles, 1000);
    assert!(report.articles.added < 1000, "{report:?}");
    nodes.verify(1000);
}

#[test]
fn another_analysis_is_refused_until_the_index_is_rebuilt() {
    let Some(nodes) = index("version") else {
        return;
    };
    let (_dir, root) = directory();
    create(&nodes.client).unwrap();
    assert!(matches!(create(&nodes.client), Err(Error::Exists { .. })));
    write_articles(&root.join("a.jsonl"), 0..100);
    nodes.update(&root);
    let before = nodes.ids();
    let meta =
        json!({ "_meta": { "timbao": { "layout": LAYOUT, "analyzer": 1, "scores": "scripted" } } });
    let path = format!("{}/_mapping", nodes.name);
    nodes
        .client
        .send("PUT", &path, &meta)
        .unwrap()
        .ok()
        .unwrap();
    let error = nodes.try_update(&root, &options()).unwrap_err();
    assert!(
        matches!(error, Error::OtherVersion { found: 1, .. }),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("cluster rebuild"));
    assert!(!status(&nodes.client).unwrap().is_readable);
    assert_eq!(rebuild(&nodes.client, None, &options(), &()).unwrap(), 100);
    let now = status(&nodes.client).unwrap();
    assert!(
        now.is_readable && now.index.ends_with(".articles.2"),
        "{now:?}"
    );
    assert_eq!(nodes.ids(), before);
    nodes.verify(100);
    assert_eq!(nodes.update(&root).articles.unchanged, 100);
}

#[test]
fn the_number_of_shards_is_set_and_changed_by_a_rebuild() {
    let Some(nodes) = index("shards") else { return };
    let (_dir, root) = directory();
    let shards = || status(&nodes.client).unwrap().shards;
    let error = create_with_shards(&nodes.client, 0).unwrap_err();
    assert!(matches!(error, Error::Rejected { .. }), "{error}");
    create_with_shards(&nodes.client, 2).unwrap();
    write_articles(&root.join("a.jsonl"), 0..100);
    nodes.update(&root);
    assert_eq!(shards(), 2);
    let before = nodes.ids();
    for (asked, expected) in [(None, 2), (Some(5), 5), (None, 5)] {
        let rebuilt = rebuild(&nodes.client, asked, &options(), &()).unwrap();
        assert_eq!((rebuilt, shards()), (100, expected));
        assert_eq!(nodes.ids(), before);
        nodes.verify(100);
    }
    let other = index("shards").unwrap();
    create(&other.client).unwrap();
    assert_eq!(status(&other.client).unwrap().shards, SHARDS);
}

#[test]
fn names_without_an_index_have_a_hint() {
    let Some(nodes) = index("none") else { return };
    let (_dir, root) = directory();
    let error = nodes.try_update(&root, &options()).unwrap_err();
    assert!(matches!(error, Error::NoIndex { .. }), "{error}");
    assert!(error.hint().unwrap().contains("cluster init"));
}

#[test]
fn a_full_disk_is_reported_and_the_update_continues_later() {
    let Some(nodes) = index("full") else { return };
    let (_dir, root) = directory();
    create(&nodes.client).unwrap();
    write_articles(&root.join("a.jsonl"), 0..10);
    nodes.set_full(&nodes.name, true);
    let short = IngestOptions {
        patience: Duration::from_secs(1),
        ..options()
    };
    let error = nodes.try_update(&root, &short).unwrap_err();
    assert!(matches!(error, Error::DiskFull { .. }), "{error:?}");
    nodes.set_full(&nodes.name, false);
    assert_eq!(nodes.update(&root).total_articles, 10);
    nodes.verify(10);
}
