//! The result of reading each fixture: every field with its origin, every
//! problem.

#[cfg(feature = "pdf")]
#[path = "support/pdf.rs"]
mod pdf;

use std::fmt::Write;
use std::path::Path;

use timbao_articles::{FoundFile, Limits, Parsed, RecordBatch, open};

/// Writes out how a file is read.
fn read(name: &str) -> String {
    let path = Path::new("tests/fixtures").join(name);
    let file = FoundFile::new(&path).unwrap();
    let mut reader = open(&file, &Limits::default()).unwrap();
    let mut batch = RecordBatch::new();
    let mut out = String::new();
    while reader.next_batch(&mut batch) {
        for record in batch.records() {
            match record.parse_explained() {
                Ok(parsed) => {
                    assert_eq!(record.parse().unwrap().article, parsed.article);
                    describe(&parsed, &mut out);
                }
                Err(problem) => writeln!(out, "! {problem} [{}]", problem.kind.name()).unwrap(),
            }
        }
        for problem in batch.problems() {
            writeln!(out, "! {problem} [{}]", problem.kind.name()).unwrap();
        }
    }
    out
}

fn describe(parsed: &Parsed, out: &mut String) {
    let provenance = parsed.provenance.as_ref().unwrap();
    let article = serde_json::to_value(&parsed.article).unwrap();
    let fields = article.as_object().unwrap();
    writeln!(
        out,
        "# {} ({}, {})",
        parsed.article.id, provenance.format, parsed.encoding
    )
    .unwrap();
    for (field, value) in fields
        .iter()
        .filter(|(field, _)| !matches!(field.as_str(), "id" | "path" | "member" | "collection"))
    {
        let from = provenance
            .fields
            .iter()
            .find(|origin| origin.field == field.as_str());
        let from = from.map_or_else(String::new, |origin| format!("   <- {}", origin.from));
        match value {
            serde_json::Value::String(text) if field == "body" => {
                writeln!(out, "{field}:{from}").unwrap();
                text.lines()
                    .for_each(|line| writeln!(out, "  | {line}").unwrap());
            }
            value => writeln!(out, "{field}: {value}{from}").unwrap(),
        }
    }
    provenance
        .dropped
        .iter()
        .for_each(|text| writeln!(out, "dropped: {text:?}").unwrap());
    provenance
        .notes
        .iter()
        .for_each(|note| writeln!(out, "note: {note}").unwrap());
    out.push('\n');
}

macro_rules! fixtures {
    ($($(#[$attribute:meta])* $test:ident: $file:literal,)*) => {
        $($(#[$attribute])* #[test]
        fn $test() {
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(stringify!($test), read($file));
            });
        })*
    };
}

fixtures! {
    agency_layout: "agency.txt",
    hard_wrapped_text: "wrapped.txt",
    text_without_layout: "no-layout.txt",
    online_paper_layout: "online.txt",
    place_before_agency: "place-first.txt",
    json_lines: "articles.jsonl",
    markdown_with_front_matter: "front.md",
    markdown_without_front_matter: "plain.md",
    news_site_page: "site.html",
    json_object_around_an_array: "dump.json",
    csv_with_semicolons: "table.csv",
    tab_separated: "table.tsv",
    rss_feed: "feed.rss",
    atom_feed: "feed.atom",
    xml_dump: "dump.xml",
    nitf: "wire.nitf.xml",
    newsml: "wire.newsml.xml",
    web_archive: "pages.warc",
    word_document: "word.docx",
    #[cfg(feature = "pdf")]
    pdf_document: "letter.pdf",
    #[cfg(feature = "pdf")]
    pdf_printed_by_a_browser: "browser.pdf",
    #[cfg(feature = "pdf")]
    pdf_with_columns: "columns.pdf",
    zip_packed_with_bzip2_and_lzma: "packed.zip",
    tar_with_a_name_twice: "twice.tar",
    utf_16_text: "utf16.txt",
    utf_16_json_lines: "utf16.jsonl",
    page_of_unknown_shape: "unknown-shape.html",
}

/// A file in small, and fields it reads as.
#[derive(serde::Deserialize)]
struct Case {
    why: String,
    file: String,
    text: String,
    #[serde(default)]
    want: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
    /// Texts of all captions; not compared if there are none.
    #[serde(default)]
    captions: Vec<String>,
}

impl Case {
    /// Returns what differs from the case.
    fn check(&self) -> Vec<String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(&self.file);
        std::fs::write(&path, &self.text).unwrap();
        let mut reader = open(&FoundFile::new(&path).unwrap(), &Limits::default()).unwrap();
        let mut batch = RecordBatch::new();
        assert!(reader.next_batch(&mut batch), "{}", self.why);
        let record = batch.records().next().unwrap();
        let article = record.parse().unwrap().article;
        let read = serde_json::to_value(&article).unwrap();
        let mut wrong = Vec::new();
        for (field, expected) in &self.want {
            let value = read
                .get(field)
                .and_then(|value| value.as_str())
                .unwrap_or_default();
            if value != expected {
                wrong.push(format!("{} {field}: {value:?}, not {expected:?}", self.why));
            }
        }
        let captions = article.captions.iter().map(|caption| &caption.text);
        if !self.captions.is_empty() && !captions.clone().eq(&self.captions) {
            let captions: Vec<&String> = captions.collect();
            wrong.push(format!("{} captions: {captions:?}", self.why));
        }
        let body = &article.body;
        for text in self.has.iter().filter(|text| !body.contains(text.as_str())) {
            wrong.push(format!("{} {text:?} is not in {body:?}", self.why));
        }
        for text in self
            .lacks
            .iter()
            .filter(|text| body.contains(text.as_str()))
        {
            wrong.push(format!("{} {text:?} is in {body:?}", self.why));
        }
        wrong
    }
}

/// Prints the share of values that are right; `cargo test --test fixtures -- --nocapture` shows it.
fn print_share(table: &str, values: usize, wrong: usize) {
    let right = values.saturating_sub(wrong);
    let share = 100.0 * right as f64 / values.max(1) as f64;
    println!("{table}: {right} of {values} values are right ({share:.1} %)");
}

#[test]
fn pages_read_as_the_table_says() {
    #[derive(serde::Deserialize)]
    struct Table {
        case: Vec<Case>,
    }
    let table: Table = toml::from_str(include_str!("pages.toml")).unwrap();
    let wrong: Vec<_> = table.case.iter().flat_map(Case::check).collect();
    let values = |case: &Case| case.want.len() + case.has.len() + case.lacks.len();
    print_share(
        "pages.toml",
        table.case.iter().map(values).sum(),
        wrong.len(),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Reads a file; returns its titles and the number of its problems.
fn titles(name: &str, bytes: &[u8]) -> (Vec<String>, usize) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let (mut titles, mut problems) = (Vec::new(), 0);
    timbao_articles::read_all(&path, &mut |read| match read {
        Ok(article) => titles.push(article.title.unwrap_or_default()),
        Err(_) => problems += 1,
    });
    (titles, problems)
}

#[test]
fn what_follows_a_compressed_text_costs_none_of_it() {
    let text = "{\"title\":\"Một\"}\n{\"title\":\"Hai\"}";
    let mut packed = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let both = ["Một", "Hai"].map(str::to_owned).to_vec();
    let with = |rest: &[u8]| titles("a.jsonl.bz2", &[&packed, rest].concat());
    assert_eq!(with(&[]), (both.clone(), 0));
    assert_eq!(with(&[0; 512]), (both.clone(), 0));
    assert_eq!(with(b"garbage"), (both.clone(), 1));
    let (twice, problems) = with(&packed);
    assert_eq!((twice, problems), (both, 1), "two texts share a line");
}

#[test]
fn older_compressions_are_read_as_well() {
    let text = "{\"title\":\"Một\"}";
    let expected = (vec!["Một".to_owned()], 0);
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
    let zlib = packed.finish().unwrap();
    assert_eq!(titles("a.jsonl.zz", &zlib), expected);
    // xz --format=lzma
    let lzma = b"\x5d\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00";
    assert_eq!(titles("a.jsonl.lzma", LZMA), expected);
    assert_eq!(titles("a.jsonl.lzma", lzma).1, 1, "cut short");
    assert_eq!(
        titles(
            "a.jsonl.br",
            b"\x0b\x08\x80{\"title\":\"M\xe1\xbb\x99t\"}\x03"
        ),
        expected
    );
}

/// `{"title":"Một"}`, packed with LZMA.
const LZMA: &[u8] = b"\x5d\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00\x3d\x88\x8a\x86\xd4\x54\xe9\xdd\x37\x78\xd5\x5b\x03\xa6\x81\xc6\xb4\x33\x1f\x85\x6e\xe1\xff\xff\x0b\x88\x00\x00";

#[test]
fn pages_of_a_web_archive_are_recognised_whatever_their_label() {
    let page = "<!-- x --><!doctype html><title>Bến đò</title><p>Đò sang sông từ bốn giờ sáng.</p>";
    for (address, kind, body, expected) in [
        ("a.html", "application/octet-stream", page, 1),
        ("a.html", "text/plain", page, 1),
        ("a.html", "text/html", "\u{89}PNG", 1),
        ("robots.txt", "text/plain", "User-agent: *", 0),
        ("a.bin", "application/octet-stream", "Đò sang sông.", 0),
    ] {
        let block = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n{body}");
        let archive = format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://b.example/{address}\r\n\
             Content-Type: application/http\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
            block.len()
        );
        let (titles, _) = titles("a.warc", archive.as_bytes());
        assert_eq!(titles.len(), expected, "{address} {kind}");
    }
}

/// Reads `text` as a file called `name`, and compares it with a case of the table.
fn check_case(case: &toml::Table) -> Result<(), String> {
    let of = |key: &str| {
        case.get(key)
            .and_then(toml::Value::as_str)
            .unwrap_or_default()
    };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(of("file"));
    std::fs::write(&path, of("text")).unwrap();
    let (mut articles, mut problems) = (Vec::new(), Vec::new());
    timbao_articles::read_all(&path, &mut |read| match read {
        Ok(article) => articles.push(serde_json::to_value(article).unwrap()),
        Err(problem) => problems.push(problem.message),
    });
    let list = |key: &str| {
        case.get(key)
            .and_then(toml::Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let (expected, reported) = (list("articles"), list("problems"));
    if articles.len() != expected.len() || problems.len() != reported.len() {
        return Err(format!("{articles:#?} {problems:#?}"));
    }
    for (article, expected) in articles.iter().zip(&expected) {
        for (field, value) in expected.as_table().unwrap() {
            let got = article
                .get(field)
                .and_then(|got| got.as_str())
                .unwrap_or_default();
            if Some(got) != value.as_str() {
                return Err(format!("{field}: got {got:?}, expected {value}"));
            }
        }
    }
    for (problem, start) in problems.iter().zip(&reported) {
        if !problem.starts_with(start.as_str().unwrap()) {
            return Err(format!("got {problem:?}, expected {start}"));
        }
    }
    Ok(())
}

#[test]
fn records_of_tools_are_read_as_the_table_has_it() {
    let table: toml::Table = include_str!("records.toml").parse().unwrap();
    let cases = table["case"].as_array().unwrap();
    let wrong: Vec<String> = cases
        .iter()
        .map(|case| case.as_table().unwrap())
        .filter_map(|case| Some(format!("{}: {}", case["name"], check_case(case).err()?)))
        .collect();
    // Of a case that is wrong, one value at least is.
    let values = |case: &toml::Value| {
        let articles = case["articles"].as_array().into_iter().flatten();
        let fields = articles
            .filter_map(toml::Value::as_table)
            .map(toml::Table::len);
        1 + fields.sum::<usize>()
    };
    print_share("records.toml", cases.iter().map(values).sum(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
