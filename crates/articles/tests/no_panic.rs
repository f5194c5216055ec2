//! No bytes panic, whatever their name says they are.

use std::fs;
use std::sync::LazyLock;

use proptest::prelude::*;
use timbao_articles::{FoundFile, Limits, RecordBatch, open};

const NAMES: &[&str] = &[
    "a.txt", "a.jsonl", "a.json", "a.md", "a.html", "a.csv", "a.tsv", "a.xml", "a.rss", "a.warc",
    "a.docx", "a.zip", "a.tar", "a.gz", "a.zst", "a",
];

/// The fixtures, to begin from bytes that get far into a reader.
static SEEDS: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let files = fs::read_dir("tests/fixtures")
        .unwrap()
        .map(|entry| entry.unwrap());
    let mut seeds: Vec<_> = files
        .map(|file| {
            (
                file.file_name().into_string().unwrap(),
                fs::read(file.path()).unwrap(),
            )
        })
        .collect();
    seeds.sort();
    seeds
});

fn read(name: &str, bytes: &[u8]) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, bytes).unwrap();
    let mut reader = open(&FoundFile::new(&path).unwrap(), &Limits::default()).unwrap();
    let mut batch = RecordBatch::new();
    while reader.next_batch(&mut batch) {
        for record in batch.records() {
            let plain = record.parse().map(|parsed| parsed.article);
            let explained = record.parse_explained().map(|parsed| parsed.article);
            assert_eq!(plain, explained);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes(name in proptest::sample::select(NAMES), bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        read(name, &bytes);
    }

    #[test]
    fn any_text(name in proptest::sample::select(NAMES), text in "([<>&;/{}\\[\\]\":,\\\\\n #*_|=-]|\\PC|TTXVN- |Ảnh: |</?p>|&amp;|2026-01-02){0,80}") {
        read(name, text.as_bytes());
    }

    #[test]
    fn broken_fixtures(
        seed in any::<prop::sample::Index>(),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_usize..3), 1..6),
    ) {
        let (name, bytes) = seed.get(&SEEDS);
        let mut bytes = bytes.clone();
        for (at, byte, how) in cuts {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => bytes.truncate(at),
            }
        }
        read(name, &bytes);
    }
}
