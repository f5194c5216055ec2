//! Arrivals of articles that come, change, move and go.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use timbao_query::plan::Plan;
use timbao_views::{ArrivalLog, ArrivedText, Engine, Mark, Since, arrived_texts};

use super::Journal;
use super::journal::{Batch, Entry};
use crate::durable::commit;
use crate::maintain::{backup, repair, restore, verify};
use crate::newsroom::{Newsroom, options};
use crate::update::{UpdateOptions, forget};
use crate::{Index, Searcher};

const TEXTS: [(&str, &str); 3] = [
    (
        "a.txt",
        "Mưa đầu mùa\n\nChiều nay, mưa đầu mùa đã đến với vùng cao.",
    ),
    (
        "b.txt",
        "Hội nghị chi bộ\n\nSáng 3/2, chi bộ họp bàn công tác xây dựng Đảng.",
    ),
    (
        "c.txt",
        "Giá lúa\n\nGiá lúa hè thu tăng nhẹ so với tuần trước.",
    ),
];

/// Long enough to be recognised as a reprint.
const LONG: &str = "Lũ lớn trên sông Trà\n\n\
    Lũ trên các sông đang lên nhanh, nhiều nơi ở hạ lưu bị ngập sâu từ đêm qua. Chính quyền xã \
    Hải Lăng Đông đã đưa hơn hai trăm hộ dân đến nơi an toàn và dự trữ lương thực cho một tuần.\n\
    Ông Lê Văn Mít, trưởng thôn Bến Cát, cho biết nước lên cao nhất vào lúc ba giờ sáng, sau đó rút \
    chậm. Bà con mong được hỗ trợ giống lúa để kịp gieo sạ lại ngay sau khi nước rút.";

fn newsroom(texts: &[(&str, &str)]) -> (tempfile::TempDir, Newsroom) {
    let dir = tempfile::tempdir().unwrap();
    let newsroom = Newsroom::at(dir.path());
    for (name, text) in texts {
        newsroom.write(name, text);
    }
    newsroom.update();
    (dir, newsroom)
}

fn searcher(newsroom: &Newsroom) -> Searcher {
    Index::open(&newsroom.index).unwrap().searcher().unwrap()
}

fn mark(newsroom: &Newsroom) -> Mark {
    searcher(newsroom).mark().unwrap()
}

fn arrived(searcher: &Searcher, since: Since<'_>) -> Vec<ArrivedText> {
    arrived_texts(searcher, &Plan::Everything, since).unwrap()
}

/// The ids of the texts that are new since a mark.
fn new_since(newsroom: &Newsroom, mark: &Mark) -> Vec<String> {
    newsroom.assert_sound();
    let searcher = searcher(newsroom);
    let texts = arrived(&searcher, Since::Mark(mark));
    let articles: Vec<_> = texts.iter().map(|text| text.article).collect();
    let read = Engine::articles(&searcher, &articles).unwrap();
    let mut ids: Vec<String> = read.into_iter().map(|article| article.id).collect();
    ids.sort();
    ids
}

/// What happens to a newsroom of [`TEXTS`], and which texts are new then.
#[track_caller]
fn check(change: impl FnOnce(&Newsroom), expected: &[&str]) {
    let (_dir, newsroom) = newsroom(&TEXTS);
    let before = mark(&newsroom);
    change(&newsroom);
    newsroom.update();
    assert_eq!(new_since(&newsroom, &before), expected);
}

fn full() -> UpdateOptions {
    UpdateOptions {
        full: true,
        ..options()
    }
}

#[test]
fn all_articles_of_the_first_update_arrive_with_it() {
    let (_dir, newsroom) = newsroom(&TEXTS);
    assert_eq!(
        new_since(&newsroom, &Mark::default()),
        ["a.txt", "b.txt", "c.txt"]
    );
    assert!(new_since(&newsroom, &mark(&newsroom)).is_empty());
}

#[test]
fn a_new_file_is_new_once() {
    check(
        |newsroom| newsroom.write("d.txt", "Mất mùa\n\nTin thứ tư."),
        &["d.txt"],
    );
}

#[test]
fn an_edited_article_is_not_new() {
    let edited = "Mưa đầu mùa\n\nChiều nay, mưa đầu mùa đã đến với vùng cao và trung du.";
    check(|newsroom| newsroom.write("a.txt", edited), &[]);
}

#[test]
fn another_article_under_the_name_of_a_file_is_new() {
    let other = "Nắng nóng\n\nTừ ngày mai, nắng nóng trở lại ở đồng bằng.";
    check(|newsroom| newsroom.write("a.txt", other), &["a.txt"]);
}

#[test]
fn a_moved_file_is_not_new() {
    let moved = |newsroom: &Newsroom| {
        fs::create_dir(newsroom.path("2026")).unwrap();
        fs::rename(newsroom.path("a.txt"), newsroom.path("2026/moi.txt")).unwrap();
    };
    check(moved, &[]);
}

#[test]
fn a_file_that_another_disk_has_now_is_not_new() {
    let copied = |newsroom: &Newsroom| {
        newsroom.write("kho/a.txt", TEXTS[0].1);
        fs::remove_file(newsroom.path("a.txt")).unwrap();
    };
    check(copied, &[]);
}

#[test]
fn a_copy_of_an_article_is_a_reprint_of_it() {
    let (_dir, newsroom) = newsroom(&[("a.txt", LONG)]);
    let before = mark(&newsroom);
    newsroom.write("kho/a.txt", LONG);
    newsroom.update();
    assert_eq!(newsroom.indexed().len(), 2);
    assert!(new_since(&newsroom, &before).is_empty());
}

#[test]
fn copies_that_arrive_together_are_one_text() {
    let copies = |newsroom: &Newsroom| {
        newsroom.write("d.txt", LONG);
        newsroom.write("e.txt", LONG);
    };
    let (_dir, newsroom) = newsroom(&TEXTS);
    let before = mark(&newsroom);
    copies(&newsroom);
    newsroom.update();
    let searcher = searcher(&newsroom);
    let texts = arrived(&searcher, Since::Mark(&before));
    assert_eq!(texts.len(), 1);
    assert_eq!(texts[0].keys.len(), 2);
}

#[test]
fn articles_with_ids_keep_them_whatever_they_say() {
    let (_dir, newsroom) = newsroom(&[]);
    let line = |id: &str, title: &str| {
        format!("{{\"id\":\"{id}\",\"title\":\"{title}\",\"body\":\"Tin {id} {title}.\"}}\n")
    };
    newsroom.write("tin.jsonl", &(line("17", "Một") + &line("18", "Hai")));
    newsroom.update();
    let before = mark(&newsroom);
    newsroom.write(
        "tin.jsonl",
        &(line("19", "Ba") + &line("17", "Một, đã sửa tít") + &line("18", "Hai")),
    );
    newsroom.update();
    assert_eq!(new_since(&newsroom, &before), ["19"]);
}

#[test]
fn two_articles_with_the_same_id_both_arrive() {
    let (_dir, newsroom) = newsroom(&[]);
    let line = |title: &str, body: &str| {
        format!("{{\"id\":\"17\",\"title\":\"{title}\",\"body\":\"{body}\"}}\n")
    };
    let first = line("Một", "Chi bộ họp sáng nay.");
    newsroom.write("tin.jsonl", &first);
    newsroom.update();
    let before = mark(&newsroom);
    newsroom.write(
        "tin.jsonl",
        &(first + &line("Hai", "Giá lúa hè thu tăng nhẹ.")),
    );
    newsroom.update();
    assert_eq!(new_since(&newsroom, &before), ["17"]);
}

#[test]
fn lines_that_follow_others_in_a_file_that_starts_again_are_new() {
    let (_dir, newsroom) = newsroom(&[]);
    newsroom.write(
        "hom-nay.jsonl",
        "{\"title\":\"Một\",\"body\":\"Tin hôm nay.\"}\n",
    );
    newsroom.update();
    let before = mark(&newsroom);
    newsroom.write(
        "hom-nay.jsonl",
        "{\"title\":\"Hai\",\"body\":\"Chuyện khác hẳn.\"}\n",
    );
    newsroom.update();
    assert_eq!(new_since(&newsroom, &before), ["hom-nay.jsonl#1"]);
}

#[test]
fn a_full_update_makes_nothing_new_but_what_is() {
    let (_dir, newsroom) = newsroom(&TEXTS);
    let before = mark(&newsroom);
    newsroom.update_with(&full()).unwrap();
    assert!(new_since(&newsroom, &before).is_empty());
    newsroom.write("d.txt", "Mất mùa\n\nTin thứ tư.");
    fs::rename(newsroom.path("a.txt"), newsroom.path("z.txt")).unwrap();
    newsroom.update_with(&full()).unwrap();
    assert_eq!(new_since(&newsroom, &before), ["d.txt"]);
}

#[test]
fn a_forgotten_article_that_is_indexed_again_is_not_new() {
    let (_dir, newsroom) = newsroom(&TEXTS);
    let before = mark(&newsroom);
    let path = newsroom.path("b.txt");
    forget(
        &newsroom.index,
        std::slice::from_ref(&path),
        &options(),
        &(),
    )
    .unwrap();
    newsroom.assert_sound();
    let sources = crate::update::Sources::Paths(vec![path]);
    crate::update::update(&newsroom.index, &sources, &options(), &()).unwrap();
    assert_eq!(newsroom.indexed().len(), 3);
    assert!(new_since(&newsroom, &before).is_empty());
}

#[test]
fn after_a_restored_backup_nothing_is_missed() {
    let (dir, newsroom) = newsroom(&TEXTS);
    let file = dir.path().join("sao-luu");
    let at_backup = mark(&newsroom);
    backup(&newsroom.index, &file).unwrap();
    for name in ["d.txt", "e.txt", "f.txt"] {
        newsroom.write(
            name,
            &format!("Tin {name}\n\nChuyện của {name} xảy ra hôm qua."),
        );
        newsroom.update();
    }
    let last = mark(&newsroom);
    restore(&file, &newsroom.index, true).unwrap();
    // The index is older than the mark: whatever comes is new, as often as it comes.
    assert!(new_since(&newsroom, &last).is_empty());
    newsroom.write("g.txt", "Tin mới\n\nChuyện xảy ra sau đó.");
    newsroom.update();
    let expected = ["d.txt", "e.txt", "f.txt", "g.txt"];
    assert_eq!(new_since(&newsroom, &last), expected);
    assert_eq!(new_since(&newsroom, &at_backup), expected);
    assert!(new_since(&newsroom, &mark(&newsroom)).is_empty());
}

#[test]
fn keys_stay_the_same_in_a_restored_index() {
    let (dir, newsroom) = newsroom(&TEXTS);
    let file = dir.path().join("sao-luu");
    backup(&newsroom.index, &file).unwrap();
    newsroom.write("d.txt", "Mất mùa\n\nTin thứ tư.");
    newsroom.update();
    let keys = || {
        let texts = arrived(&searcher(&newsroom), Since::Ever);
        let mut keys: Vec<u64> = texts.into_iter().flat_map(|text| text.keys).collect();
        keys.sort_unstable();
        keys
    };
    let before = keys();
    restore(&file, &newsroom.index, true).unwrap();
    newsroom.update();
    assert_eq!(keys(), before);
}

/// Removes what an earlier program would not have written.
fn without_journal(index: &Path) {
    let path = index.join("meta.json");
    let (json, id) = commit::unseal(&fs::read(&path).unwrap()).unwrap();
    let mut meta: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let payload = meta["payload"].as_str().unwrap();
    let mut payload: serde_json::Value = serde_json::from_str(payload).unwrap();
    let journal = payload.as_object_mut().unwrap().remove("arrivals").unwrap();
    fs::remove_file(index.join(journal["name"].as_str().unwrap())).unwrap();
    meta["payload"] = payload.to_string().into();
    fs::write(&path, commit::seal(meta.to_string().as_bytes(), id)).unwrap();
}

#[test]
fn an_index_without_a_journal_begins_one_with_the_next_article() {
    for options in [options(), full()] {
        let (_dir, newsroom) = newsroom(&TEXTS);
        without_journal(&newsroom.index);
        newsroom.assert_sound();
        let before = mark(&newsroom);
        assert!(new_since(&newsroom, &before).is_empty());
        newsroom.write("d.txt", "Mất mùa\n\nTin thứ tư.");
        newsroom.write("a.txt", &format!("{} Trời trở lạnh.", TEXTS[0].1));
        newsroom.update_with(&options).unwrap();
        assert_eq!(new_since(&newsroom, &before), ["d.txt"]);
        assert_eq!(new_since(&newsroom, &Mark::default()), ["d.txt"]);
    }
}

#[test]
fn a_damaged_journal_is_reported_and_repaired() {
    let (_dir, newsroom) = newsroom(&TEXTS);
    let journal = fs::read_dir(&newsroom.index).unwrap().flatten();
    let mut journal =
        journal.filter(|file| file.file_name().to_str().unwrap().starts_with("arrivals-"));
    let path = journal.next().unwrap().path();
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&path, bytes).unwrap();
    // Searches do not need it.
    assert_eq!(newsroom.indexed().len(), 3);
    let error = searcher(&newsroom).arrivals().unwrap_err();
    assert!(error.to_string().contains("journal of arrivals"), "{error}");
    let faults = verify(&newsroom.index, false).unwrap().faults;
    assert_eq!(faults.len(), 1, "{faults:?}");
    newsroom.write("d.txt", "Mất mùa\n\nTin thứ tư.");
    assert!(newsroom.update_with(&options()).is_err());
    let before = Mark::default();
    repair(&newsroom.index, &[], &options(), &()).unwrap();
    assert_eq!(new_since(&newsroom, &before), ["d.txt"]);
}

#[test]
fn a_clock_that_is_set_back_changes_nothing_but_times() {
    let batch = |id: u64, time: i64| Batch {
        id,
        time,
        is_origin: false,
        entries: 1,
    };
    let entry = |number: u64| Entry {
        number,
        name: number,
        content: number,
        fingerprint: number,
        first_name: number,
    };
    let journal = Journal {
        batches: vec![batch(7, 5_000), batch(8, 1_000), batch(9, 3_000)],
        entries: (1..=3).map(entry).collect(),
    };
    let early = Journal {
        batches: journal.batches[..2].to_vec(),
        entries: journal.entries[..2].to_vec(),
    };
    let arrivals = super::Arrivals::new(journal, 0);
    assert_eq!([1, 2, 3].map(|number| arrivals.of(number).order), [1, 2, 3]);
    assert_eq!(arrivals.of(2).time, 1_000);
    assert_eq!(arrivals.before(&super::Arrivals::new(early, 0).mark()), 2);
    assert_eq!((arrivals.last(), arrivals.before_time(2_000)), (3_000, 0));
    assert_eq!(arrivals.before_time(6_000), 3);
}

fn entries() -> impl Strategy<Value = Entry> {
    any::<(u64, u64, u64, u64, Option<u64>)>().prop_map(
        |(number, name, content, fingerprint, first)| Entry {
            number,
            name,
            content,
            fingerprint,
            first_name: first.unwrap_or(name),
        },
    )
}

prop_compose! {
    fn journal()(
        batches in proptest::collection::vec(
            (any::<(u64, i64, bool)>(), proptest::collection::vec(entries(), 0..4)),
            0..5,
        ),
    ) -> Journal {
        let mut journal = Journal::default();
        for ((id, time, is_origin), entries) in batches {
            journal.batches.push(Batch { id, time, is_origin, entries: entries.len() as u64 });
            journal.entries.extend(entries);
        }
        journal
    }
}

proptest! {
    #[test]
    fn decoding_inverts_encoding(journal in journal()) {
        prop_assert_eq!(Journal::decode(&journal.encode()), Some(journal));
    }

    #[test]
    fn a_journal_cut_short_is_refused(journal in journal(), cut in any::<proptest::sample::Index>()) {
        let bytes = journal.encode();
        prop_assert_eq!(Journal::decode(&bytes[..cut.index(bytes.len())]), None);
    }

    #[test]
    fn damage_never_panics(journal in journal(), at in any::<proptest::sample::Index>(), flip in 1u8..) {
        let mut bytes = journal.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let _ = Journal::decode(&bytes);
    }

    /// However much a journal has grown, a mark finds the place it was made at, and in a history
    /// that parted from it no later place.
    #[test]
    fn marks_find_their_place(ids in proptest::collection::vec(1u64.., 1..200), at in any::<proptest::sample::Index>(), parted in any::<proptest::sample::Index>()) {
        let journal = |ids: &[u64]| {
            let batch = |&id: &u64| Batch { id, time: 0, is_origin: false, entries: 0 };
            let journal = Journal { batches: ids.iter().map(batch).collect(), entries: Vec::new() };
            super::Arrivals::new(journal, 0)
        };
        let distinct: Vec<u64> = (1..).zip(&ids).map(|(n, id)| n << 32 | id >> 32).collect();
        let at = at.index(distinct.len()) + 1;
        let mark = journal(&distinct[..at]).mark();
        prop_assert!(mark.len() < 24);
        prop_assert_eq!(journal(&distinct).before(&mark), at as u64);
        let parted = parted.index(at) + 1;
        let other: Vec<u64> = distinct[..parted].iter().copied().chain([1, 2, 3]).collect();
        prop_assert!(journal(&other).before(&mark) <= parted as u64);
        prop_assert!(parted + 7 < at || journal(&other).before(&mark) == parted as u64);
    }
}
