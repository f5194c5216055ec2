//! Reprints are found, compared and folded.

mod newsroom;

use newsroom::{Dice, Newsroom};
use timbao_index::{Index, SearchOptions, Searcher};
use timbao_query::plan::Plan;
use timbao_query::{LowerOptions, lower, parse};
use timbao_views::reprints::DiffKind;
use timbao_views::{Count, TrendsOptions, TrendsQuery};

/// Words that look like syllables, from a seed.
fn text(seed: u64, words: usize) -> Vec<String> {
    const ONSETS: [&str; 12] = [
        "b", "ch", "đ", "kh", "l", "m", "ng", "nh", "ph", "t", "th", "v",
    ];
    const RHYMES: [&str; 12] = [
        "an", "ương", "iến", "ình", "ào", "ân", "ội", "ong", "ấp", "uốc", "ung", "ải",
    ];
    let mut dice = Dice::new(seed);
    (0..words)
        .map(|_| format!("{}{}", ONSETS[dice.roll(12)], RHYMES[dice.roll(12)]))
        .collect()
}

fn article(id: &str, date: &str, title: &str, source: &str, words: &[String]) -> String {
    let paragraphs: Vec<String> = words.chunks(40).map(|p| p.join(" ") + ".").collect();
    format!(
        "{}\n",
        serde_json::json!({
            "id": id, "title": title, "date": date, "source": source,
            "body": paragraphs.join("\n"),
        })
    )
}

fn searcher(newsroom: &Newsroom) -> Searcher {
    newsroom.update();
    newsroom.assert_sound();
    Index::open(&newsroom.index).unwrap().searcher().unwrap()
}

/// The ids of the publications of an article's text, in order.
fn history(searcher: &Searcher, id: &str) -> Vec<String> {
    let address = searcher.find_id(id).unwrap()[0];
    let history = searcher.reprints(address).unwrap();
    history.publications.into_iter().map(|p| p.id).collect()
}

/// Six publications of one text, a text of its own, and a short one.
fn write_story(newsroom: &Newsroom) {
    let story = text(1, 300);
    let with_agency: Vec<String> = [vec!["Hãng tin Sông Lam".to_owned()], story.clone()].concat();
    let mut edited = story.clone();
    edited[40] = "khác".into();
    edited.drain(100..110);
    let upper: Vec<String> = story.iter().map(|w| w.to_uppercase()).collect();
    let files = [
        (
            "b.jsonl",
            article("first", "2026-03-01T08:30", "Một", "A", &story),
        ),
        (
            "a.jsonl",
            article("later", "2026-03-02", "Hai", "B", &with_agency),
        ),
        (
            "c.jsonl",
            article("cut", "2026-03-01T09:00", "Ba", "C", &story[..120]),
        ),
        (
            "d.jsonl",
            article("edited", "2026-04-01", "Bốn", "A", &edited),
        ),
        (
            "e.jsonl",
            article("upper", "2026-03-01T08:45", "Năm", "B", &upper),
        ),
        ("f.jsonl", article("undated", "", "Sáu", "B", &story)),
        (
            "g.jsonl",
            article("other", "2026-03-01", "Bảy", "A", &text(2, 300)),
        ),
        (
            "h.jsonl",
            article("short", "2026-03-01", "Tám", "A", &story[..12]),
        ),
    ];
    for (name, json) in files {
        newsroom.write(name, &json);
    }
}

#[test]
fn publications_are_listed_in_order_of_time() {
    let dir = tempfile::tempdir().unwrap();
    let newsroom = Newsroom::at(dir.path());
    write_story(&newsroom);
    let searcher = searcher(&newsroom);
    let all = ["first", "upper", "cut", "later", "edited", "undated"];
    for id in all {
        assert_eq!(history(&searcher, id), all, "{id}");
    }
    assert_eq!(history(&searcher, "other"), ["other"]);
    assert_eq!(history(&searcher, "short"), ["short"]);
    let history = searcher
        .reprints(searcher.find_id("edited").unwrap()[0])
        .unwrap();
    let [first, upper, cut, later, edited, _] = &history.publications[..] else {
        panic!("six publications");
    };
    assert!(first.diff.is_empty());
    // The headline is another one.
    assert_eq!((upper.added, upper.removed, upper.shared), (1, 1, 1.0));
    assert_eq!((cut.removed, cut.shared), (181, 1.0));
    assert_eq!(later.added, 5);
    assert_eq!((edited.added, edited.removed), (2, 12));
    let removed: Vec<usize> = edited
        .diff
        .iter()
        .filter(|part| part.kind == DiffKind::Removed)
        .map(|part| part.text.split_whitespace().count())
        .collect();
    assert_eq!(removed, [1, 1, 10]);
}

#[test]
fn notices_are_one_text_if_they_are_equal() {
    let dir = tempfile::tempdir().unwrap();
    let newsroom = Newsroom::at(dir.path());
    let notice = text(5, 12);
    let mut changed = notice.clone();
    changed[6] = "khác".into();
    let files = [
        article("second", "2026-03-02", "Tạm DỪNG: xe buýt", "B", &notice),
        article("first", "2026-03-01", "Tạm dừng xe buýt", "A", &notice),
        article("changed", "2026-03-02", "Tạm dừng xe buýt", "C", &changed),
        article("other", "2026-03-02", "Tạm dừng tàu hỏa", "C", &notice),
        article("tiny", "2026-03-02", "Tạm dừng", "A", &notice[..4]),
        article("tiny too", "2026-03-02", "Tạm dừng", "B", &notice[..4]),
    ];
    newsroom.write("a.jsonl", &files.concat());
    let searcher = searcher(&newsroom);
    assert_eq!(history(&searcher, "first"), ["first", "second"]);
    assert_eq!(history(&searcher, "second"), ["first", "second"]);
    for alone in ["changed", "other", "tiny", "tiny too"] {
        assert_eq!(history(&searcher, alone), [alone]);
    }
}

#[test]
fn groups_follow_updates_and_merges() {
    let dir = tempfile::tempdir().unwrap();
    let newsroom = Newsroom::at(dir.path());
    let story = text(3, 200);
    newsroom.write("1.jsonl", &article("x1", "2026-01-05", "Một", "A", &story));
    let before = searcher(&newsroom);
    assert_eq!(history(&before, "x1"), ["x1"]);
    // An earlier publication arrives later, in a segment of its own or merged.
    newsroom.write("2.jsonl", &article("x0", "2026-01-02", "Hai", "A", &story));
    let after = searcher(&newsroom);
    assert_eq!(history(&after, "x1"), ["x0", "x1"]);
    for i in 3..9 {
        let other = text(40 + i, 100);
        newsroom.write(
            &format!("{i}.jsonl"),
            &article("n", "2026-01-02", "Tin", "A", &other),
        );
        newsroom.update();
    }
    assert_eq!(history(&searcher(&newsroom), "x0"), ["x0", "x1"]);
    std::fs::remove_file(newsroom.path("2.jsonl")).unwrap();
    assert_eq!(history(&searcher(&newsroom), "x1"), ["x1"]);
    // A view does not change.
    assert_eq!(history(&after, "x1"), ["x0", "x1"]);
}

#[test]
fn every_text_is_shown_and_counted_once() {
    let dir = tempfile::tempdir().unwrap();
    let newsroom = Newsroom::at(dir.path());
    write_story(&newsroom);
    let searcher = searcher(&newsroom);
    let options = SearchOptions::default();
    let found = searcher.search_unique(&Plan::Everything, &options).unwrap();
    assert_eq!((found.total, found.texts), (8, 3));
    let folded: Vec<(String, u64)> = found
        .hits
        .iter()
        .map(|h| (searcher.record(h.hit.address).unwrap().id, h.reprints))
        .filter(|(_, reprints)| *reprints > 0)
        .collect();
    assert_eq!(folded, [("first".to_owned(), 5)]);
    // The earliest of the matching copies.
    let plan = lower(&parse("source:B").ast, &LowerOptions::default()).plan;
    let found = searcher.search_unique(&plan, &options).unwrap();
    assert_eq!((found.total, found.texts), (3, 1));
    assert_eq!(
        searcher.record(found.hits[0].hit.address).unwrap().id,
        "upper"
    );
    let page = SearchOptions {
        offset: 2,
        limit: 5,
        ..options
    };
    let found = searcher.search_unique(&Plan::Everything, &page).unwrap();
    assert_eq!(found.hits.len(), 1);

    let query = TrendsQuery {
        name: "all".into(),
        plan: Plan::Everything,
    };
    let count = |count| {
        let options = TrendsOptions {
            count,
            ..TrendsOptions::default()
        };
        let trends = searcher
            .trends(std::slice::from_ref(&query), &Plan::Everything, &options)
            .unwrap();
        let points = &trends.series[0].points;
        (
            points.iter().map(|p| p.articles).collect::<Vec<_>>(),
            trends.series[0].total.of_articles,
        )
    };
    assert_eq!(count(Count::Publications), (vec![6, 1], 8));
    assert_eq!(count(Count::Texts), (vec![3], 3));
}
