//! Writes what the fuzzer of a target begins with: `seeds FOLDER` fills `FOLDER/corpus/TARGET` with
//! the fixtures of the tests and with small degenerate files, and `FOLDER/dictionaries/TARGET` with
//! the pieces that the reader treats specially.

#[path = "../tests/support/degenerate.rs"]
#[allow(dead_code)]
mod degenerate;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use degenerate::{FORMATS, Shape};
// The counters of the fuzzer, with which all programs of this crate are built.
use libfuzzer_sys as _;

/// Targets with the names of the degenerate files and the endings of the fixtures they begin with.
const TARGETS: &[(&str, &[&str], &[&str])] = &[
    ("arc", &["a.arc"], &["arc"]),
    ("bzip2", &[], &[]),
    ("csv", &["a.csv"], &["csv"]),
    ("docx", &["a.docx"], &["docx"]),
    ("gzip", &["a.jsonl"], &["jsonl", "txt"]),
    ("html", &["a.html"], &["html"]),
    ("json", &["a.json"], &["json"]),
    ("lines", &["a.jsonl"], &["jsonl"]),
    ("mail", &["a.eml"], &["eml"]),
    ("mailbox", &["a.mbox"], &["mbox"]),
    ("markdown", &["a.md"], &["md"]),
    ("mhtml", &["a.mht"], &["mht"]),
    ("pdf", &["a.pdf"], &["pdf"]),
    ("rtf", &["a.rtf"], &["rtf"]),
    ("tar", &["a.html"], &["tar"]),
    ("text", &["a.txt", "viqr.txt", "mistaken.txt"], &["txt"]),
    ("tsv", &["a.tsv"], &["tsv"]),
    ("vertical", &["a.vert"], &["vert"]),
    ("warc", &["a.warc"], &["warc"]),
    ("xml", &["a.xml", "a.rss", "a.nitf", "wiki.xml"], &["xml", "rss", "atom"]),
    ("xz", &[], &[]),
    ("zip", &["a.zip"], &["zip"]),
    ("zstd", &["a.jsonl"], &["jsonl"]),
];

/// What a page of a PDF document consists of.
const PDF: &[&str] = &[
    "BT", "ET", "/F1 12 Tf", "/F2 9 Tf", "(Tin) Tj", "[(a) -250 (b)] TJ", "<0001> Tj", "1 0 0 1 50 700 Tm",
    "0 -14 Td", "T*", "q", "Q", "\n%%%", "beginbfchar", "<01> <1EA5>", "endbfchar", "beginbfrange",
    "<01> <09> <0061>", "endbfrange", "<01> <03> [<0061> <0062>]", "begincodespacerange", "<00> <FF>",
];

fn main() -> io::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or_default());
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
    for (target, files, endings) in TARGETS {
        let corpus = folder.join("corpus").join(target);
        fs::create_dir_all(&corpus)?;
        for fixture in fs::read_dir(&fixtures)? {
            let path = fixture?.path();
            if endings.iter().any(|ending| path.extension().is_some_and(|other| other == *ending)) {
                fs::copy(&path, corpus.join(path.file_name().unwrap_or_default()))?;
            }
        }
        let mut pieces: Vec<&str> = Vec::new();
        for format in FORMATS.iter().filter(|format| files.contains(&format.file)) {
            pieces.extend(format.openings.iter().chain(format.units));
            for (number, shape) in shapes(format.openings, format.units).enumerate() {
                let name = format!("{}-{number}", format.file);
                fs::write(corpus.join(name), shape)?;
            }
        }
        if *target == "pdf" {
            pieces.extend(PDF);
            fs::write(corpus.join("page"), PDF.join("\n"))?;
        }
        let dictionaries = folder.join("dictionaries");
        fs::create_dir_all(&dictionaries)?;
        fs::write(dictionaries.join(target), dictionary(&pieces))?;
    }
    Ok(())
}

/// A few small files of each opening: every unit once, and neighbours in turn.
fn shapes<'a>(openings: &'a [&str], units: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    openings.iter().flat_map(move |opening| {
        let all = format!("{opening}{}", numbered(&units.concat()));
        let pairs = units.windows(2).step_by(2);
        let pairs = pairs.map(move |pair| {
            let shape = Shape::new(opening, pair[0], pair[1]);
            let mut text = shape.opening.clone();
            for _ in 0..3 {
                text.push_str(&shape.first);
                text.push_str(&shape.second);
            }
            numbered(&text)
        });
        std::iter::once(all).chain(pairs)
    })
}

/// A text with numbers for the places of running ones.
fn numbered(text: &str) -> String {
    text.replace("{n}", "1").replace("{r}", "2")
}

/// A dictionary of libFuzzer.
fn dictionary(pieces: &[&str]) -> String {
    let mut text = String::new();
    for piece in pieces.iter().filter(|piece| !piece.is_empty() && piece.len() <= 60) {
        let escaped = piece.bytes().map(|byte| match byte {
            b'"' | b'\\' => format!("\\{}", byte as char),
            b' '..=b'~' => (byte as char).to_string(),
            _ => format!("\\x{byte:02x}"),
        });
        text.push_str(&format!("\"{}\"\n", escaped.collect::<String>()));
    }
    text
}
