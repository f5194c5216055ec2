//! Feeds, saved searches and the pages of a list.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use quick_xml::escape::unescape;
use timbao_alerts::SavedSearch;
use timbao_index::Error;
use timbao_index::update::{Sources, UpdateOptions, UpdateReport, Vanished, update};
use timbao_server::Updates;

use crate::support::{Answer, Site, article, read, write};

/// A server on an index of files.
fn site_of_files() -> (Site, PathBuf, PathBuf) {
    let mut dirs = (PathBuf::new(), PathBuf::new());
    let site = Site::with(|options| {
        let root = options.index.join("kho");
        dirs = (root.join("bao"), root.join("index"));
        std::fs::create_dir_all(&dirs.0).unwrap();
        index(&dirs.0, &dirs.1, "a.txt", "Lũ lớn\n\nLũ về trên sông Trà.");
        options.index.clone_from(&dirs.1);
    });
    (site, dirs.0, dirs.1)
}

fn index(bao: &Path, index: &Path, name: &str, text: &str) {
    std::fs::write(bao.join(name), text).unwrap();
    let sources = Sources::Paths(vec![bao.to_owned()]);
    update(index, &sources, &UpdateOptions::default(), &()).unwrap();
}

/// A feed as the tests compare it; `crates/alerts/readers` reads feeds with a feed reader.
#[derive(Debug, Default)]
struct Feed {
    title: String,
    updated: String,
    links: Vec<String>,
    entries: Vec<Feed>,
    id: String,
}

fn feed(answer: &Answer) -> Feed {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let kind = answer.header("content-type");
    assert_eq!(kind, Some("application/atom+xml; charset=utf-8"));
    let (head, _) = answer
        .body
        .split_once("<entry>")
        .unwrap_or((&answer.body, ""));
    let entries = answer.body.split("<entry>").skip(1);
    Feed {
        entries: entries.map(part).collect(),
        ..part(head)
    }
}

/// The elements of a feed or of an entry.
fn part(xml: &str) -> Feed {
    let text = |name: &str| {
        let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap_or_default();
        unescape(rest.split('<').next().unwrap_or_default())
            .unwrap()
            .into_owned()
    };
    let links = xml.split("href=\"").skip(1);
    let links = links.map(|rest| {
        unescape(rest.split('"').next().unwrap())
            .unwrap()
            .into_owned()
    });
    Feed {
        title: text("title"),
        updated: text("updated"),
        id: text("id"),
        links: links.collect(),
        entries: Vec::new(),
    }
}

#[test]
fn a_search_is_a_feed_of_what_arrived_last() {
    let (site, bao, dir) = site_of_files();
    let path = "/feed.atom?q=l%C5%A9&lang=vi";
    let first = feed(&site.get(path));
    assert_eq!(first.entries.len(), 1);
    assert_eq!(first.title, "Timbao: lũ");
    let own = format!("http://{}{path}", site.address);
    assert_eq!(first.links[0], own);

    // Published long ago, but it arrives now.
    index(
        &bao,
        &dir,
        "b.txt",
        "Lũ năm cũ\n\nNgày 2/9/1999, lũ về sớm.",
    );
    let begun = Instant::now();
    let second = loop {
        let read = feed(&site.get(path));
        if read.entries.len() == 2 {
            break read;
        }
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(second.entries[0].title, "Lũ năm cũ");
    assert_eq!(second.entries[1].id, first.entries[0].id);
    assert!(second.entries[0].updated >= second.entries[1].updated);
    assert_eq!(second.updated, second.entries[0].updated);

    let link = &second.entries[0].links[0];
    let address = format!("http://{}", site.address);
    let page = site.get(link.strip_prefix(&address).unwrap());
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<mark"), "{}", page.body);
}

#[test]
fn feeds_take_the_filters_of_searches() {
    let site = Site::new();
    let all = feed(&site.get("/feed.atom?q=h%E1%BB%8Dp")).entries.len();
    assert!(all > 1);
    let some = site.get("/feed.atom?q=h%E1%BB%8Dp&limit=1&after=2000");
    assert_eq!(feed(&some).entries.len(), 1);
    assert!(
        feed(&some).links[1].contains("from=2001-01-01"),
        "{}",
        some.body
    );
    for path in [
        "/feed.atom",
        "/feed.atom?q=",
        "/feed.atom?q=a&page=2",
        "/feed.atom?q=a&lang=fr",
    ] {
        assert_eq!(site.get(path).status, 400, "{path}");
    }
    let behind = site.get_with("/feed.atom?q=h%E1%BB%8Dp", "X-Forwarded-Proto: https\r\n");
    assert!(feed(&behind).links[0].starts_with("https://"));
}

/// Sends a form.
fn post(site: &Site, form: &str, headers: &str) -> Answer {
    let mut stream = site.connect();
    let request = format!(
        "POST /searches HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{headers}\r\n{form}",
        site.address,
        form.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    read(&mut stream)
}

#[test]
fn searches_are_saved_on_the_page() {
    let (site, ..) = site_of_files();
    let page = site.get("/?q=l%C5%A9&section=%3DTh%E1%BB%9Di+s%E1%BB%B1&from=2020");
    assert!(page.body.contains("action=\"/searches\""), "{}", page.body);
    assert!(
        page.body
            .contains("rel=\"alternate\" type=\"application/atom+xml\"")
    );
    let form =
        "name=L%C5%A9+%26+l%E1%BB%A5t&q=l%C5%A9&section=%3DTh%E1%BB%9Di+s%E1%BB%B1&date=2020..";
    let foreign = post(&site, form, "Origin: https://xau.example\r\n");
    assert_eq!(foreign.status, 403);
    assert!(foreign.body.contains("foreign-form"), "{}", foreign.body);
    assert!(site.get("/searches").body.contains("Chưa có mục nào"));
    let own = format!("Origin: http://{}\r\n", site.address);
    let saved = post(&site, form, &own);
    assert_eq!(saved.status, 303, "{}", saved.body);
    let list = site.get(&format!("/{}", saved.header("location").unwrap()));
    assert!(list.body.contains("Lũ &amp; lụt"), "{}", list.body);
    assert!(
        list.body
            .contains("/feed.atom?q=l%C5%A9&amp;date=2020..&amp;section=%3DTh"),
        "{}",
        list.body
    );
    for wrong in ["name=&q=a", "name=a&q=", "name=a", "name=a&q=l&after=mai"] {
        assert_eq!(post(&site, wrong, &own).status, 400, "{wrong}");
    }
    assert_eq!(
        post(&site, "remove=L%C5%A9+%26+l%E1%BB%A5t", &own).status,
        303
    );
    assert!(site.get("/searches").body.contains("Chưa có mục nào"));
}

#[test]
fn searches_of_the_configuration_are_listed_and_failed_updates_reported() {
    let updates = std::sync::Arc::new(Updates::default());
    let site = Site::with(|options| {
        options.searches = vec![SavedSearch::new("Cử tri", "\"cử tri\"")];
        options.saves_searches = false;
        options.updates = Some(std::sync::Arc::clone(&updates));
    });
    let list = site.get("/searches?lang=en").body;
    assert!(
        list.contains("Cử tri") && !list.contains("name=\"remove\""),
        "{list}"
    );
    assert!(
        !site
            .get("/?q=h%E1%BB%8Dp")
            .body
            .contains("action=\"/searches\"")
    );
    assert_eq!(post(&site, "name=a&q=a", "").status, 405);
    assert!(!site.get("/status").body.contains("bị lỗi"));
    updates.failed(&Error::NoIndex {
        dir: "/srv/bao/index".into(),
    });
    let status = site.get("/status").body;
    assert!(
        status.contains("bị lỗi") && !status.contains("/srv"),
        "{status}"
    );
    let away = Vanished {
        path: "/srv/bao/tin 2026".into(),
        articles: 1_200,
        had: 1_300,
    };
    updates.succeeded(&UpdateReport {
        vanished: vec![away],
        ..UpdateReport::default()
    });
    let status = site.get("/status").body;
    assert!(!status.contains("bị lỗi"), "{status}");
    assert!(
        status.contains("Không còn thấy tin 2026 hoặc") && status.contains("1.200 bài"),
        "{status}"
    );
    updates.succeeded(&UpdateReport::default());
    assert!(!site.get("/status").body.contains("Không còn thấy"));
}

#[test]
fn equal_notices_are_one_entry_of_a_feed() {
    let text = "Từ ngày mai xe buýt số 5 tạm dừng để sửa đường.";
    let notice = |id: &str, source: &str| {
        let mut notice = article(id, "Tạm dừng xe buýt", text, Some((2026, 12, 1)));
        notice.source = Some(source.to_owned());
        notice
    };
    let site = Site::holding(vec![notice("x", "Báo A"), notice("y", "Báo B")]);
    let feed = site.get("/feed.atom?q=bu%C3%BDt").body;
    assert_eq!(feed.matches("<entry>").count(), 1, "{feed}");
}

#[test]
fn a_link_to_a_page_outlives_its_view() {
    let many = (0..45).map(|n| {
        article(
            &format!("b{n}"),
            &format!("Bài {n}"),
            "Trận lụt lịch sử",
            None,
        )
    });
    let site = Site::with(|options| options.limits.views = 0);
    write(site.dir.path(), many);
    let begun = Instant::now();
    while site.get("/api/v1/search?q=l%E1%BB%8Bch").json()["total"] != 45 {
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(50));
    }
    for path in ["/?q=l%E1%BB%8Bch", "/kwic?q=l%E1%BB%8Bch"] {
        let gone = format!("{path}&page=2&view=00000000000000aa");
        let page = site.get(&gone);
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(
            page.body.contains("trang này thuộc danh sách mới"),
            "{path}: {}",
            page.body
        );
        if path.starts_with("/?") {
            assert!(page.body.contains(" 2 / 3"), "{}", page.body);
        }
        // Beyond the end is the last page.
        for number in ["4", "99999999999"] {
            let page = site.get(&format!("{path}&page={number}"));
            assert_eq!(page.status, 200, "{}", page.body);
            assert!(page.body.contains("lịch"), "{path} {number}");
        }
    }
    // The last page that can be shown has no next one.
    let site = Site::with(|options| options.limits.offset = 20);
    write(
        site.dir.path(),
        (0..65).map(|n| article(&format!("c{n}"), "", "Trận lụt lịch sử", None)),
    );
    let begun = Instant::now();
    while site.get("/api/v1/search?q=l%E1%BB%8Bch").json()["total"] != 65 {
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(site.get("/?q=l%E1%BB%8Bch").body.contains("rel=\"next\""));
    let last = site.get("/?q=l%E1%BB%8Bch&page=2").body;
    assert!(
        last.contains(" 2 / 4") && !last.contains("rel=\"next\""),
        "{last}"
    );
}

#[test]
fn an_article_has_the_matches_of_a_query() {
    let site = Site::holding(vec![article("lu", "Lũ ở Huế", "Sông Trà: lũ, lũ.", None)]);
    let answer = site.get("/api/v1/articles/lu?q=l%C5%A9").json();
    let matches = answer["matches"][0].as_array().unwrap();
    let shown: Vec<String> = matches
        .iter()
        .map(|m| {
            format!(
                "{} {}..{}",
                m["field"].as_str().unwrap(),
                m["start"],
                m["end"]
            )
        })
        .collect();
    assert_eq!(shown, ["title 0..2", "body 10..12", "body 14..16"]);
    assert_eq!(answer["range_unit"], "codepoints");
    assert!(
        site.get("/api/v1/articles/lu")
            .json()
            .get("matches")
            .is_none()
    );
    assert_eq!(site.get("/api/v1/articles/lu?q=").status, 400);
}
