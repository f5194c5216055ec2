//! Flipped bits in every kind of file: they are reported, and nothing panics
//! or is found that is not there.
//!
//! More of them: `TIMBAO_FLIPS=5000 cargo test --release -p timbao-index --test bits`.

mod newsroom;

use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use newsroom::{Dice, Newsroom, files, hits, setting, text, try_hits, try_indexed};
use timbao_articles::Article;
use timbao_index::maintain::{backup, verify};
use timbao_index::{Error, Index, Result, SearchOptions, WriterOptions};
use timbao_query::{LowerOptions, lower, parse};
use timbao_views::{KwicOptions, SnippetOptions};

const WORDS: [&str; 3] = ["hoi", "mua", "duong"];

#[test]
fn a_flipped_bit_is_reported_and_misleads_nobody() {
    let seed = setting("TIMBAO_SEED", 1);
    let mut dice = Dice::new(seed);
    let dir = tempfile::tempdir().unwrap();
    let newsroom = Newsroom::at(dir.path());
    // Two segments, one of them with a deleted article.
    for number in 0..20 {
        newsroom.write(&format!("{number}.txt"), &text(&mut dice));
    }
    newsroom.update();
    newsroom.write("3.txt", &text(&mut dice));
    newsroom.update();
    let expected = newsroom.indexed();
    let found = WORDS.map(|word| hits(&newsroom.index, word));

    let (mut kinds, mut flips) = (Vec::new(), 0);
    for path in files(&newsroom.index) {
        let whole = fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        kinds.push(name.rsplit(['.', '-']).next().unwrap().to_owned());
        for _ in 0..setting("TIMBAO_FLIPS", 40).min(8 * whole.len() as u64) {
            flips += 1;
            let (byte, bit) = (dice.roll(whole.len()), dice.roll(8));
            let mut flipped = whole.clone();
            flipped[byte] ^= 1 << bit;
            fs::write(&path, &flipped).unwrap();
            let at = format!(
                "seed {seed}, {name}, byte {byte} of {}, bit {bit}",
                whole.len()
            );
            let checked = catch_unwind(|| {
                let report = verify(&newsroom.index, false);
                let is_reported = match &report {
                    Ok(report) => !report.is_sound(),
                    Err(error) => matches!(error, Error::OtherVersion { .. }),
                };
                assert!(is_reported, "it is not reported: {report:?}");
                if let Ok(articles) = try_indexed(&newsroom.index) {
                    assert_eq!(articles, expected);
                }
                for (word, found) in WORDS.iter().zip(&found) {
                    if let Ok(hits) = try_hits(&newsroom.index, word) {
                        assert_eq!(&hits, found);
                    }
                }
            });
            assert!(checked.is_ok(), "{at}");
        }
        fs::write(&path, &whole).unwrap();
    }
    for kind in [
        "timbao",
        "store",
        "idx",
        "term",
        "pos",
        "fast",
        "fieldnorm",
        "del",
        "json",
    ] {
        assert!(kinds.iter().any(|known| known == kind), "{kind}: {kinds:?}");
    }
    newsroom.assert_sound();
    println!("{flips} flips in {} files", kinds.len());
}

/// The components of an index: the files that are named by a segment.
fn components(dir: &Path) -> Vec<PathBuf> {
    let mut files = files(dir);
    files.retain(|path| {
        let stem = path.file_name().and_then(|name| name.to_str()).unwrap();
        stem.split('.').next().is_some_and(|id| id.len() == 32)
    });
    files
}

#[test]
fn a_component_of_another_index_or_segment_is_named() {
    let mut dice = Dice::new(setting("TIMBAO_SEED", 1));
    let dir = tempfile::tempdir().unwrap();
    let (own, other) = (dir.path().join("own"), dir.path().join("other"));
    let newsrooms = [&own, &other].map(|dir| {
        fs::create_dir(dir).unwrap();
        let newsroom = Newsroom::at(dir);
        for number in 0..20 {
            newsroom.write(&format!("{number}.txt"), &text(&mut dice));
        }
        newsroom.update();
        newsroom.write("3.txt", &text(&mut dice));
        newsroom.update();
        newsroom
    });
    let newsroom = &newsrooms[0];
    let expected = newsroom.indexed();
    let found = WORDS.map(|word| hits(&newsroom.index, word));
    let own = components(&newsroom.index);
    let mut kinds = Vec::new();
    for path in &own {
        let kind = path.extension().unwrap();
        let foreign = components(&newsrooms[1].index);
        let others = own.iter().chain(&foreign);
        for from in others.filter(|from| *from != path && from.extension() == Some(kind)) {
            kinds.push(kind.to_owned());
            let whole = fs::read(path).unwrap();
            fs::copy(from, path).unwrap();
            let report = verify(&newsroom.index, false).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap();
            let fault = report.faults.iter().find(|fault| fault.file == name);
            let fault = fault.unwrap_or_else(|| panic!("{name}: {:?}", report.faults));
            let original = from.file_name().unwrap().to_str().unwrap();
            assert!(fault.message.contains(original), "{fault}");
            if let Ok(articles) = try_indexed(&newsroom.index) {
                assert_eq!(articles, expected, "{name}");
            }
            for (word, found) in WORDS.iter().zip(&found) {
                if let Ok(hits) = try_hits(&newsroom.index, word) {
                    assert_eq!(&hits, found, "{name}, {word}");
                }
            }
            assert!(backup(&newsroom.index, dir.path().join("b")).is_err());
            fs::write(path, whole).unwrap();
        }
    }
    for kind in [
        "timbao",
        "sketch",
        "store",
        "idx",
        "term",
        "pos",
        "fast",
        "fieldnorm",
        "del",
    ] {
        assert!(kinds.iter().any(|known| known == kind), "{kind}: {kinds:?}");
    }
    newsroom.assert_sound();
}

/// The files of a commit: its own, the manifest and the journal of arrivals.
fn state(dir: &Path) -> Vec<PathBuf> {
    let mut files = files(dir);
    files.retain(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap();
        name == "meta.json"
            || ["seen-", "arrivals-"]
                .iter()
                .any(|kind| name.starts_with(kind))
    });
    files
}

/// Each file of a commit that is another index's, one of another kind, or that of the commit before.
#[test]
fn a_manifest_journal_or_commit_of_another_index_or_commit_is_named() {
    let mut dice = Dice::new(setting("TIMBAO_SEED", 1));
    let dir = tempfile::tempdir().unwrap();
    let (mut states, mut newsrooms) = (Vec::new(), Vec::new());
    for name in ["own", "other"] {
        let dir = dir.path().join(name);
        fs::create_dir(&dir).unwrap();
        let newsroom = Newsroom::at(&dir);
        for round in 0..2 {
            for number in 0..20 - 10 * round {
                newsroom.write(&format!("{number}.txt"), &text(&mut dice));
            }
            newsroom.update();
            let files = state(&newsroom.index);
            assert_eq!(files.len(), 3, "{files:?}");
            states.extend(
                files
                    .iter()
                    .map(|path| (name, round, fs::read(path).unwrap())),
            );
        }
        newsrooms.push(newsroom);
    }
    let newsroom = &newsrooms[0];
    let expected = newsroom.indexed();
    let found = WORDS.map(|word| hits(&newsroom.index, word));
    for path in state(&newsroom.index) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let whole = fs::read(&path).unwrap();
        for (from, round, bytes) in states.iter().filter(|(.., bytes)| *bytes != whole) {
            let at = format!("{name} from {from}, update {round}");
            fs::write(&path, bytes).unwrap();
            let report = verify(&newsroom.index, false).unwrap();
            let is_named = report.faults.iter().any(|fault| {
                fault.file == name || name == "meta.json" && fault.message.contains("missing")
            });
            assert!(is_named, "{at}: {:?}", report.faults);
            assert!(
                backup(&newsroom.index, dir.path().join("b")).is_err(),
                "{at}"
            );
            // The commit before is one that searches cannot tell from the last.
            let is_former = name == "meta.json" && *from == "own";
            let searches = if is_former { &WORDS[..0] } else { &WORDS[..] };
            if !is_former && let Ok(articles) = try_indexed(&newsroom.index) {
                assert_eq!(articles, expected, "{at}");
            }
            for (word, found) in searches.iter().zip(&found) {
                if let Ok(hits) = try_hits(&newsroom.index, word) {
                    assert_eq!(&hits, found, "{at}, {word}");
                }
            }
            fs::write(&path, &whole).unwrap();
        }
    }
    newsroom.assert_sound();
}

/// Components up to this size in bytes are checked when they are opened.
const EAGER: u64 = 1 << 20;

/// Builds an index whose text component is larger than those that are checked
/// when they are opened; returns its path. Random symbols, which are no words,
/// make it large.
fn large(dir: &Path, dice: &mut Dice) -> PathBuf {
    let index = Index::open_or_create(dir).unwrap();
    let options = WriterOptions {
        threads: 1,
        memory: 200_000_000,
    };
    let mut writer = index.writer(options).unwrap();
    for number in 0..40 {
        let symbols = (0..100_000).map(|_| char::from_u32(0x2200 + dice.roll(0x900) as u32));
        let symbols: String = symbols.map(Option::unwrap).collect();
        let article = Article {
            id: format!("bài-{number}"),
            title: Some(text(dice)),
            body: format!("{}\n\n{symbols}", text(dice)),
            ..Article::default()
        };
        writer.add(&number.to_string(), article).unwrap();
    }
    writer.commit().unwrap();
    writer.finish().unwrap();
    let mut components = components(dir).into_iter();
    components
        .find(|path| path.extension().is_some_and(|e| e == "timbao"))
        .unwrap()
}

/// The ranges of bytes of the sections of a text component, of the table of
/// them, and of Tantivy's footer with the seal.
fn parts(file: &[u8]) -> Vec<Range<usize>> {
    let number = |at: usize, len: usize| {
        let bytes = file[at..at + len].iter().rev();
        bytes.fold(0, |number, &byte| number << 8 | usize::from(byte))
    };
    let sealed = number(file.len() - 40, 8);
    let end = sealed - 8 - number(sealed - 8, 4);
    let count = number(end - 12, 4);
    let table = end - 12 - 16 * count;
    let section = |i: usize| {
        let start = number(table + 16 * i, 8);
        start..start + number(table + 16 * i + 8, 8)
    };
    let mut parts: Vec<Range<usize>> = (0..count).map(section).collect();
    parts.extend([table..end, end..file.len()]);
    parts
}

/// Answers to questions of several kinds, each in words or refused.
fn answers(dir: &Path) -> Result<Vec<Result<String>>> {
    let searcher = Index::open(dir)?.searcher()?;
    let mut all = Vec::new();
    for query in ["hoi", "mưa đường", "\"hoi mua\"", "hộii~1"] {
        let plan = lower(&parse(query).ast, &LowerOptions::default()).plan;
        let found = searcher.search(&plan, &SearchOptions::default());
        if let Some(hit) = found.as_ref().ok().and_then(|found| found.hits.first()) {
            let cut = SnippetOptions::default();
            let snippets = searcher.snippets(&plan, hit.address, &cut);
            all.push(snippets.map(|snippets| format!("{snippets:?}")));
        }
        all.push(found.map(|found| format!("{} {:?}", found.total, found.hits)));
        let lines = searcher.concordance(&plan, &KwicOptions::default());
        all.push(lines.map(|lines| lines.matches().to_string()));
    }
    for id in ["bài-0", "bài-39"] {
        let article = searcher.find_id(id).and_then(|found| {
            let article = searcher.article(*found.first().unwrap())?;
            Ok(format!("{:?} {}", article.title, article.body.len()))
        });
        all.push(article);
    }
    Ok(all)
}

/// Changes bytes of a file, calls `f` and restores them.
fn with_bytes(path: &Path, at: usize, change: impl Fn(&mut [u8]), len: usize, f: impl FnOnce()) {
    let mut file = fs::File::options().read(true).write(true).open(path);
    let file = file.as_mut().unwrap();
    let mut bytes = vec![0; len];
    file.seek(SeekFrom::Start(at as u64)).unwrap();
    file.read_exact(&mut bytes).unwrap();
    let mut changed = bytes.clone();
    change(&mut changed);
    for bytes in [(&changed, Some(f)), (&bytes, None)] {
        file.seek(SeekFrom::Start(at as u64)).unwrap();
        file.write_all(bytes.0).unwrap();
        if let Some(f) = bytes.1 {
            f();
        }
    }
}

#[test]
fn damage_in_any_part_of_a_large_file_is_refused_with_a_hint() {
    let seed = setting("TIMBAO_SEED", 1);
    let mut dice = Dice::new(seed);
    let dir = tempfile::tempdir().unwrap();
    let path = large(dir.path(), &mut dice);
    let whole = fs::read(&path).unwrap();
    assert!(whole.len() as u64 > EAGER, "{} bytes", whole.len());
    let parts = parts(&whole);
    assert_eq!(parts.len(), 24);
    let answers = || answers(dir.path());
    let expected: Vec<String> = answers().unwrap().into_iter().map(Result::unwrap).collect();

    let is_refused = |at: &str| {
        let assert_hint = |error: &Error| {
            assert!(matches!(error, Error::Damaged { .. }), "{at}: {error}");
            assert!(error.hint().is_some(), "{at}");
        };
        let report = verify(dir.path(), false).unwrap();
        assert!(!report.is_sound(), "{at}");
        let found = answers().map_err(|error| assert_hint(&error));
        let Ok(found) = found else { return true };
        let mut refused = 0;
        for (answer, expected) in found.iter().zip(&expected) {
            match answer {
                Ok(answer) => assert_eq!(answer, expected, "{at}"),
                Err(error) => {
                    assert_hint(error);
                    refused += 1;
                }
            }
        }
        refused > 0
    };
    let mut refused = 0;
    for (number, part) in parts.iter().enumerate() {
        let byte = part.start + dice.roll(part.len().max(1));
        let (at, bit) = (
            format!("seed {seed}, part {number}, byte {byte}"),
            dice.roll(8),
        );
        let flip = |bytes: &mut [u8]| bytes[0] ^= 1 << bit;
        with_bytes(&path, byte, flip, 1, || {
            refused += u32::from(is_refused(&at))
        });
        let block = byte / 4096 * 4096;
        let len = (whole.len() - block).min(4096);
        if whole[block..block + len].iter().any(|&byte| byte != 0) {
            with_bytes(
                &path,
                block,
                |bytes| bytes.fill(0),
                len,
                || {
                    refused += u32::from(is_refused(&format!("{at}, zeros")));
                },
            );
        }
    }
    assert!(refused >= 24, "{refused} of 48");
    assert!(fs::read(&path).unwrap() == whole, "all was restored");
    for part in &parts {
        let cut = part.start + dice.roll(part.len().max(1));
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_len(cut as u64).unwrap();
        drop(file);
        assert!(is_refused(&format!("seed {seed}, cut at {cut}")));
        fs::write(&path, &whole).unwrap();
    }
}
