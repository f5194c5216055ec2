//! Malicious files: each is reported by its kind, and its neighbours are still
//! read.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use timbao_articles::{
    Article, FoundFile, Limits, Problem, ProblemKind, RecordBatch, WalkOptions, discover, inspect,
    open, read_all,
};

/// Bounds small enough to test.
fn small() -> Limits {
    Limits {
        whole_bytes: 1 << 20,
        record_bytes: 64 << 10,
        depth: 3,
        entries: 50,
        ..Limits::default()
    }
}

fn read_with(path: &Path, limits: &Limits) -> (Vec<Article>, Vec<Problem>) {
    let mut reader = open(&FoundFile::new(path).unwrap(), limits).unwrap();
    let (mut articles, mut problems) = (Vec::new(), Vec::new());
    let mut batch = RecordBatch::new();
    while reader.next_batch(&mut batch) {
        for record in batch.records() {
            match record.parse() {
                Ok(parsed) => {
                    articles.push(parsed.article);
                    problems.extend(parsed.problems);
                }
                Err(problem) => problems.push(problem),
            }
        }
        problems.append(&mut batch.take_problems());
    }
    (articles, problems)
}

/// Reads a file of these bytes.
fn read(name: &str, bytes: &[u8]) -> (Vec<Article>, Vec<Problem>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, bytes).unwrap();
    read_with(&path, &small())
}

fn kinds(problems: &[Problem]) -> Vec<ProblemKind> {
    problems.iter().map(|problem| problem.kind).collect()
}

fn titles(articles: &[Article]) -> Vec<&str> {
    articles
        .iter()
        .filter_map(|article| article.title.as_deref())
        .collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        archive
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn tar_of(entries: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name);
        header.set_size(bytes.len() as u64);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_cksum();
        archive.extend_from_slice(header.as_bytes());
        archive.extend_from_slice(bytes);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

const ARTICLE: &[u8] = b"{\"title\":\"A\",\"body\":\"b\"}";

#[test]
fn objects_without_an_end_do_not_hide_the_lines_after_them() {
    let good = "{\n\"title\": \"Tin\",\n \"body\": \"Lúa.\"}\n";
    let flat = good.replace('\n', "") + "\n";
    for (text, expected) in [
        ("{\n".repeat(5000) + &flat, 1),
        ("{\n".repeat(3) + &flat + "{\n\n{\n" + &flat, 2),
        (flat.clone() + &"{\n".repeat(2000) + &flat, 2),
        // Objects over several lines, before and after.
        ("{\n".repeat(200_000) + good, 1),
        (good.to_owned() + "{\n{\n" + good + "}\n" + good, 3),
        ("[{\n".to_owned() + good + ",{\n" + good + "]", 2),
    ] {
        let (articles, problems) = read("a.jsonl", text.as_bytes());
        let start: String = text.chars().take(40).collect();
        assert_eq!(titles(&articles), vec!["Tin"; expected], "{start}");
        assert!(!problems.is_empty(), "{start}");
    }
}

#[test]
fn a_line_without_end_is_skipped_and_its_neighbours_are_read() {
    let long = "x".repeat(3 << 20);
    let lines =
        format!("{{\"title\":\"first\"}}\n{{\"title\":\"{long}\"}}\n{{\"title\":\"last\"}}\n");
    let (articles, problems) = read("a.jsonl", lines.as_bytes());
    assert_eq!(titles(&articles), ["first", "last"]);
    assert_eq!(kinds(&problems), [ProblemKind::TooLarge]);
    assert_eq!(problems[0].member.as_deref(), Some("2"));
    assert_eq!(articles[1].member.as_deref(), Some("3"));
}

#[test]
fn a_value_without_end_is_skipped_and_its_neighbours_are_read() {
    let long = "x".repeat(3 << 20);
    let array =
        format!("[{{\"title\":\"first\"}},{{\"title\":\"{long}\"}},{{\"title\":\"last\"}}]");
    let (articles, problems) = read("a.json", array.as_bytes());
    assert_eq!(titles(&articles), ["first", "last"]);
    assert_eq!(kinds(&problems), [ProblemKind::TooLarge]);
}

#[test]
fn a_cell_whose_quote_never_closes_is_bounded() {
    let table = format!("title,body\nfirst,a\nsecond,\"{}", "x,\n".repeat(1 << 20));
    let (articles, problems) = read("a.csv", table.as_bytes());
    assert_eq!(titles(&articles), ["first"]);
    assert_eq!(kinds(&problems), [ProblemKind::TooLarge]);
}

#[test]
fn an_element_without_end_is_bounded() {
    let feed = format!(
        "<rss><channel><item><title>first</title></item><item><title>{}",
        "x".repeat(3 << 20)
    );
    let (articles, problems) = read("a.rss", feed.as_bytes());
    assert_eq!(titles(&articles), ["first"]);
    assert_eq!(kinds(&problems), [ProblemKind::TooLarge]);
}

#[test]
fn compressed_bombs_are_stopped() {
    let mut zeros = zstd::stream::Encoder::new(Vec::new(), 19).unwrap();
    for _ in 0..64 {
        zeros.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let bomb = zeros.finish().unwrap();
    assert!(bomb.len() < 64 << 10);
    for name in ["a.jsonl.zst", "a.json.zst"] {
        let (articles, problems) = read(name, &bomb);
        assert!(articles.is_empty());
        assert_eq!(kinds(&problems).last(), Some(&ProblemKind::Bomb), "{name}");
    }
    let spaces = vec![b' '; 40 << 20];
    let twice = gzip(&gzip(&spaces));
    let (_, problems) = read("a.jsonl.gz", &twice);
    assert_eq!(kinds(&problems).last(), Some(&ProblemKind::Bomb));
    let (articles, problems) = read(
        "a.zip",
        &zip_of(&[("bomb.jsonl", &gzip(&spaces)), ("good.json", ARTICLE)]),
    );
    assert_eq!(titles(&articles), ["A"]);
    assert_eq!(kinds(&problems).last(), Some(&ProblemKind::Bomb));
}

#[test]
fn layers_without_end_are_stopped() {
    let mut packed = ARTICLE.to_vec();
    for _ in 0..8 {
        packed = gzip(&packed);
    }
    assert_eq!(kinds(&read("a.json.gz", &packed).1), [ProblemKind::TooDeep]);
    let mut archive = zip_of(&[("good.json", ARTICLE)]);
    for _ in 0..8 {
        archive = zip_of(&[("inner.zip", &archive), ("good.json", ARTICLE)]);
    }
    let (articles, problems) = read("a.zip", &archive);
    assert!(
        kinds(&problems)
            .iter()
            .all(|kind| *kind == ProblemKind::TooDeep)
            && !problems.is_empty()
    );
    assert_eq!(articles.len(), 2);
}

#[test]
fn archives_of_too_many_entries_are_stopped() {
    let entries: Vec<(String, &[u8])> = (0..80)
        .map(|number| (format!("{number}.json"), ARTICLE))
        .collect();
    let zipped: Vec<(&str, &[u8])> = entries
        .iter()
        .map(|(name, bytes)| (name.as_str(), *bytes))
        .collect();
    assert_eq!(
        kinds(&read("a.zip", &zip_of(&zipped)).1),
        [ProblemKind::TooLarge]
    );
    let tarred: Vec<(&[u8], &[u8])> = entries
        .iter()
        .map(|(name, bytes)| (name.as_bytes(), *bytes))
        .collect();
    let (articles, problems) = read("a.tar", &tar_of(&tarred));
    assert_eq!(
        (articles.len(), kinds(&problems)),
        (50, vec![ProblemKind::TooLarge])
    );
}

#[test]
fn names_that_climb_out_are_not_read() {
    let (articles, problems) = read(
        "a.zip",
        &zip_of(&[
            ("../up.json", ARTICLE),
            ("/etc/root.json", ARTICLE),
            ("in/good.json", ARTICLE),
        ]),
    );
    assert_eq!(articles.len(), 1);
    assert_eq!(articles[0].id, "a.zip#in/good.json");
    assert_eq!(
        kinds(&problems),
        [ProblemKind::UnsafePath, ProblemKind::UnsafePath]
    );
    let (articles, problems) = read(
        "a.tar",
        &tar_of(&[(b"x/../../up.json", ARTICLE), (b"./good.json", ARTICLE)]),
    );
    assert_eq!(articles[0].member.as_deref(), Some("good.json"));
    assert_eq!(kinds(&problems), [ProblemKind::UnsafePath]);
    assert_eq!(problems[0].member.as_deref(), Some("x/../../up.json"));
}

#[test]
fn names_that_are_not_utf_8_are_kept_without_loss() {
    let (articles, problems) = read("a.tar", &tar_of(&[(b"b\xe1o.json", ARTICLE)]));
    assert_eq!(articles[0].member.as_deref(), Some("b\\xE1o.json"));
    assert!(problems.is_empty());
}

#[test]
fn archives_inside_compression_and_each_other_are_read() {
    let tar = tar_of(&[
        (
            b"lines.jsonl",
            b"{\"title\":\"one\"}\n{\"title\":\"two\"}\n",
        ),
        (b"page.zip", &zip_of(&[("x.json", ARTICLE)])),
    ]);
    let (articles, problems) = read("a.tar.gz", &gzip(&tar));
    assert_eq!(problems, []);
    let ids: Vec<&str> = articles.iter().map(|article| article.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "a.tar.gz#lines.jsonl#1",
            "a.tar.gz#lines.jsonl#2",
            "a.tar.gz#page.zip#x.json"
        ]
    );
}

#[test]
fn files_cut_short_are_reported_and_their_start_is_read() {
    let lines: String = (0..5000)
        .map(|number| {
            format!(
                "{{\"title\":\"{number}\",\"body\":\"{}\"}}\n",
                number * 7919
            )
        })
        .collect();
    let packed = gzip(lines.as_bytes());
    let (articles, problems) = read("a.jsonl.gz", &packed[..packed.len() / 2]);
    assert!(articles.len() > 1000);
    assert_eq!(kinds(&problems), [ProblemKind::Malformed]);
    let tar = tar_of(&[(b"a.json", ARTICLE), (b"b.json", ARTICLE)]);
    let (articles, problems) = read("a.tar", &tar[..1024 + 512 + 10]);
    assert_eq!(articles.len(), 1);
    assert!(kinds(&problems).contains(&ProblemKind::Malformed));
    let zip = zip_of(&[("a.json", ARTICLE)]);
    assert_eq!(
        kinds(&read("a.zip", &zip[..zip.len() - 30]).1),
        [ProblemKind::Malformed]
    );
    assert_eq!(
        kinds(&read("a.json", b"[{\"title\":\"x\"},{\"ti").1),
        [ProblemKind::Malformed]
    );
    assert_eq!(
        kinds(&read("a.rss", b"<rss><channel><item><title>x</title>").1),
        [ProblemKind::Malformed]
    );
}

#[test]
fn a_damaged_entry_is_found_by_its_checksum() {
    let mut zip = zip_of(&[("a.txt", b"Ghe ch\xC3\xA0i neo"), ("b.json", ARTICLE)]);
    let at = zip.windows(4).position(|bytes| bytes == b"a.tx").unwrap() + 7;
    zip[at] ^= 0x40;
    let (articles, problems) = read("a.zip", &zip);
    assert_eq!(titles(&articles), ["A"]);
    assert_eq!(kinds(&problems), [ProblemKind::Malformed]);
}

#[test]
fn deep_nesting_does_not_overflow() {
    let deep = |open: &str, close: &str| open.repeat(200_000) + "x" + &close.repeat(200_000);
    for (name, text) in [
        (
            "a.json",
            format!("{{\"title\":\"t\",\"x\":{}}}", deep("[", "]")),
        ),
        ("a.html", deep("<div>", "</div>")),
        ("b.html", deep("<b><i>", "</i></b>")),
        (
            "a.rss",
            format!(
                "<rss><channel><item>{}</item></channel></rss>",
                deep("<a>", "</a>")
            ),
        ),
        ("a.xml", deep("<a>", "</a>")),
        ("a.md", deep("[", "](x)")),
        ("b.md", deep("> ", "")),
    ] {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(name), &text).unwrap();
        read_with(&directory.path().join(name), &Limits::default());
    }
}

#[test]
fn elements_nested_too_deep_are_reported_once() {
    let deep = "<b>".repeat(1000);
    let item = "<item><title>A</title></item>";
    for (xml, expected) in [
        (format!("<a>{deep}<item><title>B</title>"), &[][..]),
        (format!("<rss><channel>{item}<item>{deep}"), &["A"]),
    ] {
        let (articles, problems) = read("a.xml", xml.as_bytes());
        assert_eq!(titles(&articles), expected);
        assert_eq!(kinds(&problems), [ProblemKind::TooDeep]);
        assert!(
            problems[0].message.contains("deep at byte "),
            "{}",
            problems[0]
        );
    }
}

#[test]
fn parts_of_a_document_may_be_numbered() {
    let text = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let title = "<w:p><w:pPr><w:pStyle w:val=\"A1\"/></w:pPr><w:r><w:t>Mưa</w:t></w:r></w:p>";
    let main = format!("<w:document>{title}{}</w:document>", text("Lúa tốt."));
    let notes = format!(
        "<w:footnotes><w:footnote w:id=\"2\">{}</w:footnote></w:footnotes>",
        text("Theo xã.")
    );
    let styles =
        "<w:styles><w:style w:styleId=\"A1\"><w:name w:val=\"Title\"/></w:style></w:styles>";
    let document = zip_of(&[
        ("word/document2.xml", main.as_bytes()),
        ("word/footnotes2.xml", notes.as_bytes()),
        ("word/styles2.xml", styles.as_bytes()),
    ]);
    let (articles, problems) = read("a.docx", &document);
    assert_eq!((titles(&articles), problems.len()), (vec!["Mưa"], 0));
    assert_eq!(articles[0].body, "Lúa tốt.\nTheo xã.");
}

#[test]
fn bombs_in_documents_are_cut() {
    let whole = "<w:document><w:p><w:r><w:t>Tin</w:t></w:r></w:p></w:document>";
    let part = format!("{whole}{}", " ".repeat(40 << 20));
    let document = zip_of(&[("word/document.xml", part.as_bytes())]);
    assert!(document.len() < 256 << 10);
    let (articles, problems) = read("a.docx", &document);
    assert_eq!(articles.len(), 1);
    assert_eq!(kinds(&problems), [ProblemKind::Bomb]);
    assert!(
        problems[0].message.contains("was cut off"),
        "{}",
        problems[0]
    );
    // A part that no article is made of is not unpacked.
    let zeros = vec![b' '; 64 << 20];
    let document = zip_of(&[
        ("word/document.xml", whole.as_bytes()),
        ("word/media/a.png", &zeros),
    ]);
    let (articles, problems) = read("b.docx", &document);
    assert_eq!((articles.len(), problems.len()), (1, 0));
    // Documents in an archive are bounded together.
    let packed = zip_of(&[
        ("a.docx", &document),
        ("b.txt", &zeros),
        ("c.json", ARTICLE),
    ]);
    let (articles, problems) = read("a.zip", &packed);
    assert_eq!(titles(&articles).last(), Some(&"A"));
    assert!(!problems.is_empty());
}

#[test]
fn entities_do_not_expand() {
    let mut bomb = String::from("<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a0 \"ha\">");
    for level in 1..30 {
        let above = level - 1;
        bomb += &format!("<!ENTITY a{level} \"&a{above};&a{above};\">");
    }
    bomb += "]><rss><channel><item><title>&a29;</title></item></channel></rss>";
    let (articles, _) = read("a.rss", bomb.as_bytes());
    assert_eq!(titles(&articles), ["&a29;"]);
}

#[test]
fn known_formats_that_are_not_read_are_named() {
    for (name, bytes, expected) in [
        (
            "a.md",
            &b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"[..],
            "a Git LFS pointer",
        ),
        (
            "a.txt",
            b"-- MySQL dump 10.13\nINSERT INTO t VALUES (1);\n",
            "an SQL dump",
        ),
        (
            "a.json",
            br#"{"cells": [{"cell_type": "markdown", "source": "a"}]}"#,
            "a notebook",
        ),
        ("a.py", b"print('tin')\n", "a program"),
        ("a.tex", b"\\section{Tin}\n", "a TeX document"),
        ("a.txt", b"\\documentclass{article}\n", "a TeX document"),
        ("a.rst", b"Tin\n===\n", "reStructuredText"),
        ("a.log", b"started\n", "a log of a program"),
        (
            "a.txt",
            b"2026-03-25 08:00:00 [x] INFO: a\n2026-03-25 08:00:01 [x] ERROR: b\n[25/Mar/2026:08:00:02] \"GET / HTTP/1.1\" 200\n",
            "a log of a program",
        ),
        (
            "SHA1SUMS",
            b"da39a3ee5e6b4b0d3255bfef95601890afd80709  a.txt\n0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33  b.txt\n",
            "a list of checksums",
        ),
        ("a.db", b"SQLite format 3\0", "an SQLite database"),
    ] {
        let (articles, problems) = read(name, bytes);
        assert!(articles.is_empty(), "{name}");
        assert_eq!(kinds(&problems), [ProblemKind::Unsupported], "{name}");
        assert!(problems[0].message.starts_with(expected), "{}", problems[0]);
    }
}

#[test]
fn what_is_not_text_is_reported() {
    assert_eq!(
        kinds(&read("a.txt", b"\x7fELF\0\0\0\x01").1),
        [ProblemKind::Unsupported]
    );
    assert_eq!(kinds(&read("a.txt", b"").1), [ProblemKind::Empty]);
    assert_eq!(kinds(&read("a.txt", b" \n\t\n").1), [ProblemKind::Empty]);
    assert_eq!(
        kinds(&read("a.docx", &zip_of(&[("x", b"y")])).1),
        [ProblemKind::Malformed]
    );
    assert_eq!(
        kinds(&read("a.csv", b"1,2\n3,4\n").1),
        [ProblemKind::Malformed]
    );
    assert_eq!(
        kinds(&read("a.txt", b"BZh91AY&SY").1),
        [ProblemKind::Malformed]
    );
    #[cfg(feature = "pdf")]
    assert_eq!(
        kinds(&read("a.pdf", b"%PDF-1.7\nnothing here").1),
        [ProblemKind::Malformed]
    );
    let large = vec![b'a'; 2 << 20];
    assert_eq!(kinds(&read("a.txt", &large).1), [ProblemKind::TooLarge]);
}

#[test]
fn one_damaged_byte_costs_no_record() {
    let line = [
        "{\"title\":\"Bất\",\"body\":\"Byte h".as_bytes(),
        b"\xff",
        "ng ở giữa câu.\"}\n".as_bytes(),
    ]
    .concat();
    let (articles, _) = read("a.jsonl", &line);
    assert_eq!(titles(&articles), ["Bất"]);
}

#[test]
fn an_element_that_is_nested_too_deep_leaves_the_others() {
    let deep = |inner: &str| format!("{}{inner}{}", "<x>".repeat(300), "</x>".repeat(300));
    let text = format!(
        "<articles>{}<article><title>Hai</title>{}</article>\
         <article><title>Ba</title><body>Chợ họp.</body></article></articles>",
        deep("<article><title>Một</title></article>"),
        deep("Sâu."),
    );
    let (articles, problems) = read("a.xml", text.as_bytes());
    assert_eq!(articles.len(), 1);
    assert_eq!(articles[0].title.as_deref(), Some("Ba"));
    assert_eq!(
        kinds(&problems),
        [ProblemKind::TooDeep, ProblemKind::TooDeep]
    );
}

#[test]
fn roots_that_are_not_there_are_reported() {
    let mut problems = Vec::new();
    read_all(Path::new("no/such/directory"), &mut |article| {
        problems.extend(article.err())
    });
    assert_eq!(kinds(&problems), [ProblemKind::NotFound]);
    assert_eq!(
        inspect(Path::new("no/such/file"), &small(), 1)
            .unwrap_err()
            .kind,
        ProblemKind::NotFound
    );
}

#[cfg(unix)]
#[test]
fn folders_are_walked_in_order_past_loops_links_and_strange_names() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    fs::create_dir_all(root.join("b/deep")).unwrap();
    fs::create_dir_all(root.join(".hidden")).unwrap();
    for name in [
        "b/deep/z.txt",
        "b/a.txt",
        "a.txt",
        ".hidden/x.txt",
        "photo.JPG",
        "style.css",
        "b/deep/README.vi.md",
        "b/license-plates.txt",
    ] {
        fs::write(root.join(name), "x").unwrap();
    }
    fs::write(root.join(std::ffi::OsStr::from_bytes(b"c\xff.txt")), "x").unwrap();
    symlink(root, root.join("b/loop")).unwrap();
    symlink("nowhere", root.join("d.txt")).unwrap();
    symlink("a.txt", root.join("e.txt")).unwrap();
    let mut walk = discover(
        &[root.to_owned(), root.join("photo.JPG")],
        &WalkOptions::default(),
    );
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for file in walk.by_ref() {
        match file {
            Ok(file) => found.push((file.root, file.relative)),
            Err(problem) => problems.push(problem.kind),
        }
    }
    let names: Vec<(usize, &str)> = found
        .iter()
        .map(|(root, name)| (*root, name.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            (0, "a.txt"),
            (0, "b/a.txt"),
            (0, "b/deep/z.txt"),
            (0, "b/license-plates.txt"),
            (0, "c\\xFF.txt"),
            (0, "e.txt"),
            (1, "photo.JPG")
        ]
    );
    assert_eq!(problems, [ProblemKind::Loop, ProblemKind::Changed]);
    let skipped: Vec<(&str, u64)> = walk
        .skipped()
        .iter()
        .map(|(why, count)| (why.as_str(), *count))
        .collect();
    assert_eq!(
        skipped,
        [("css", 1), ("hidden", 1), ("jpg", 1), ("readme", 1)]
    );
}

/// Six directories that each contain ten links to the next one: a million paths.
#[cfg(unix)]
#[test]
fn links_cannot_multiply_a_tree() {
    let directory = tempfile::tempdir().unwrap();
    let path = |number: usize| directory.path().join(number.to_string());
    for number in 0..=6 {
        fs::create_dir(path(number)).unwrap();
    }
    for number in 0..6 {
        for link in 0..10 {
            let link = path(number).join(format!("{link}"));
            std::os::unix::fs::symlink(path(number + 1), link).unwrap();
        }
    }
    fs::write(path(6).join("a.txt"), ARTICLE).unwrap();
    let mut walk = discover(&[path(0)], &WalkOptions::default());
    let found: Vec<_> = walk.by_ref().map(|file| file.unwrap().relative).collect();
    assert_eq!(found, ["0/0/0/0/0/0/a.txt"]);
    assert_eq!(walk.aliases().len(), 6 * 9);
    // All of them under a path without links, and the root is linked to itself.
    let walk = discover(&[directory.path().to_owned()], &WalkOptions::default());
    let found: Vec<_> = walk.map(|file| file.unwrap().relative).collect();
    assert_eq!(found, ["0/0/0/0/0/0/0/a.txt", "6/a.txt"]);
}

#[test]
fn files_that_vanish_or_change_are_reported() {
    let directory = tempfile::tempdir().unwrap();
    let path: PathBuf = directory.path().join("a.jsonl");
    fs::write(&path, ARTICLE).unwrap();
    let found = FoundFile::new(&path).unwrap();
    let mut reader = open(&found, &small()).unwrap();
    // A file that only grew still begins with the same bytes.
    fs::write(&path, [ARTICLE, b"\n", ARTICLE].concat()).unwrap();
    let mut batch = RecordBatch::new();
    assert!(reader.next_batch(&mut batch));
    assert_eq!(kinds(batch.problems()), []);
    let mut reader = open(&FoundFile::new(&path).unwrap(), &small()).unwrap();
    fs::write(&path, [b"\n", ARTICLE].concat()).unwrap();
    assert!(reader.next_batch(&mut batch));
    assert!(batch.problems().iter().all(|problem| problem.unread));
    assert!(kinds(batch.problems()).contains(&ProblemKind::Changed));
    fs::remove_file(&path).unwrap();
    assert_eq!(
        open(&found, &small()).err().map(|problem| problem.kind),
        Some(ProblemKind::Changed)
    );
}

/// Mails inside each other: dropping them one inside the other would overflow the stack.
#[test]
fn mails_inside_each_other_are_attachments() {
    let nested = "Content-Type: message/rfc822\n\n".repeat(30_000);
    let mail = format!("Subject: Tin\nMIME-Version: 1.0\n{nested}");
    let (articles, problems) = read("a.eml", mail.as_bytes());
    assert_eq!(titles(&articles), ["Tin"], "{problems:?}");
}

/// Each value is compared with those before it.
#[test]
fn values_that_are_joined_are_bounded() {
    let many = |unit: &str| {
        let units = (0..2000).map(|n| unit.replace("{n}", &n.to_string()));
        units.collect::<String>()
    };
    let feed = format!(
        "<rss><channel><item><title>Tin</title>{}</item></channel></rss>",
        many("<category>Mục {n}</category>")
    );
    let (articles, _) = read("a.rss", feed.as_bytes());
    let section = articles[0].section.as_deref().unwrap();
    assert!(section.starts_with("Mục 0, Mục 1, "));
    assert!(section.len() < 5000, "{}", section.len());
}
