//! Text in other encodings than UTF-8 reads as the same text in UTF-8.

use std::fs;
use std::path::Path;

use timbao_articles::{Article, FoundFile, Limits, RecordBatch, open};
use timbao_tokenizer::charset::{Charset, encode};

const LEGACY: [Charset; 4] = [
    Charset::Windows1258,
    Charset::Tcvn3,
    Charset::VniWindows,
    Charset::Viscii,
];

fn read(path: &Path) -> Vec<(Article, &'static str)> {
    let mut reader = open(&FoundFile::new(path).unwrap(), &Limits::default()).unwrap();
    let mut batch = RecordBatch::new();
    let mut read = Vec::new();
    while reader.next_batch(&mut batch) {
        assert_eq!(batch.problems(), []);
        read.extend(batch.records().map(|record| {
            let parsed = record.parse().unwrap();
            (parsed.article, parsed.encoding)
        }));
    }
    read
}

/// Writes `text` in every legacy encoding and reads it back.
fn check(name: &str, text: &str) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, text).unwrap();
    let expected = read(&path);
    assert!(!expected.is_empty());
    for charset in LEGACY {
        fs::write(&path, encode(text, charset).unwrap()).unwrap();
        let found = read(&path);
        assert_eq!(found.len(), expected.len(), "{name} in {charset}");
        for ((article, encoding), (same, _)) in found.iter().zip(&expected) {
            assert_eq!(
                (article, *encoding),
                (same, charset.name()),
                "{name} in {charset}"
            );
        }
    }
}

const BODY: &str = "Nước sông dâng chậm, người làng Đồng Mía gánh lúa lên gò cao. \
    Những chiếc thuyền nhỏ đưa trẻ đi học, đò đầy thì chờ chuyến sau.";

#[test]
fn plain_text() {
    check(
        "a.txt",
        &format!("Mùa nước nổi về sớm\nNgười làng không bị động.\n{BODY}\n"),
    );
}

#[test]
fn json_lines_tables_and_feeds() {
    let lines = format!("{{\"title\": \"Mùa nước nổi\", \"body\": \"{BODY}\"}}\n").repeat(40);
    check("a.jsonl", &lines);
    check(
        "a.csv",
        &format!(
            "title,body\n{}",
            format!("Mùa nước nổi,\"{BODY}\"\n").repeat(20)
        ),
    );
    check(
        "a.xml",
        &format!(
            "<rss><channel><item><title>Mùa nước nổi</title><description>{BODY}</description></item></channel></rss>"
        ),
    );
}

#[test]
fn a_declared_encoding_is_believed() {
    let page = format!(
        "<html><head><meta charset=\"windows-1258\"><title>Mùa nước nổi</title></head><body><article><p>{BODY}</p><p>{BODY} Hết.</p></article></body></html>"
    );
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.html");
    fs::write(&path, encode(&page, Charset::Windows1258).unwrap()).unwrap();
    let (article, encoding) = read(&path).remove(0);
    assert_eq!(encoding, "windows-1258");
    assert_eq!(article.body.lines().next(), Some(BODY));
}

#[test]
fn a_damaged_byte_of_utf_8_is_one_letter() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.json");
    let text = "{\"title\":\"Mở chợ nổi\",\"content\":\"Chợ # họp sáng.\"}";
    let bytes: Vec<u8> = text
        .bytes()
        .map(|byte| if byte == b'#' { 0xff } else { byte })
        .collect();
    fs::write(&path, bytes).unwrap();
    let found = read(&path);
    let (article, encoding) = found.first().unwrap();
    assert_eq!(article.title.as_deref(), Some("Mở chợ nổi"));
    assert_eq!(article.body, "Chợ \u{fffd} họp sáng.");
    assert_eq!(*encoding, "UTF-8");
}
