//! Feeds as feed-rs reads them. A package of its own, since feed-rs enables features of the XML parser
//! that the readers of articles must not have.

use proptest::prelude::*;
use timbao_articles::Published;
use timbao_query::plan::TextField;
use timbao_views::{ShownHit, Snippet};

use timbao_alerts::{Feed, News};
use timbao_articles::Article;

fn news(title: &str, passage: &str) -> News {
    let article = Article {
        id: "2026/a.txt".to_owned(),
        title: Some(title.to_owned()),
        section: Some("Kinh tế & Xã hội".to_owned()),
        author: Some("An Bình".to_owned()),
        url: Some("https://bao.example/tin?a=1&b=2".to_owned()),
        published: Published::parse("25/3/2026 14:30"),
        ..Article::default()
    };
    let snippet = Snippet {
        field: TextField::Body,
        bytes: 0..passage.len(),
        text: passage.to_owned(),
        highlights: Vec::new(),
        starts_mid: true,
        ends_mid: true,
    };
    News {
        time: 1_764_342_000_000,
        key: 7,
        keys: vec![7],
        hit: ShownHit {
            rank: 1,
            score: 0.0,
            article,
            title_matches: Vec::new(),
            snippets: vec![snippet],
            explanation: None,
            reprints: Some(0),
        },
    }
}

fn feed(news: &[News]) -> String {
    let site = "http://127.0.0.1:7878";
    Feed::new(
        "lụt",
        format!("{site}/feed.atom?q=l"),
        format!("{site}/?q=l"),
    )
    .atom(news, |article| format!("{site}/article?id={}", article.id))
}

#[test]
fn a_feed_is_read_by_feed_rs() {
    let xml = feed(&[news("Lũ <lớn> & \"mưa\"", "nước dâng")]);
    let read = feed_rs::parser::parse(xml.as_bytes()).unwrap();
    assert_eq!(read.title.unwrap().content, "lụt");
    assert_eq!(
        read.updated.unwrap().to_rfc3339(),
        "2025-11-28T15:00:00+00:00"
    );
    assert_eq!(read.links.len(), 2);
    let entry = &read.entries[0];
    assert_eq!(entry.title.as_ref().unwrap().content, "Lũ <lớn> & \"mưa\"");
    assert_eq!(
        entry.published.unwrap().to_rfc3339(),
        "2026-03-25T07:30:00+00:00"
    );
    assert_eq!(
        entry.links[0].href,
        "http://127.0.0.1:7878/article?id=2026/a.txt"
    );
    assert_eq!(entry.links[1].href, "https://bao.example/tin?a=1&b=2");
    assert_eq!(entry.categories[0].term, "Kinh tế & Xã hội");
    assert_eq!(entry.authors[0].name.as_deref(), Some("An Bình"));
    assert_eq!(entry.summary.as_ref().unwrap().content, "…nước dâng…");
    assert!(entry.id.starts_with("urn:uuid:"), "{}", entry.id);
}

#[test]
fn a_feed_without_texts_is_valid() {
    let read = feed_rs::parser::parse(feed(&[]).as_bytes()).unwrap();
    assert!(read.entries.is_empty());
    assert_eq!(read.authors[0].name.as_deref(), Some("Timbao"));
}

proptest! {
    #[test]
    fn any_text_makes_a_feed(title in any::<String>(), passage in any::<String>()) {
        let read = feed_rs::parser::parse(feed(&[news(&title, &passage)]).as_bytes());
        prop_assert!(read.is_ok(), "{:?}", read.err());
        prop_assert_eq!(read.unwrap().entries.len(), 1);
    }
}
