//! Flipped bits in every kind of file: they are reported, and nothing panics
//! or is found that is not there.
//!
//! More of them: `TIMBAO_FLIPS=5000 cargo test --release -p timbao-index --test bits`.

mod newsroom;

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use newsroom::{Dice, Newsroom, files, hits, setting, text, try_hits, try_indexed};
use timbao_index::Error;
use timbao_index::maintain::verify;

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
            assert!(
                timbao_index::maintain::backup(&newsroom.index, &dir.path().join("b")).is_err()
            );
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
