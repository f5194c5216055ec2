//! Flipped bits in every kind of file: they are reported, and nothing panics
//! or is found that is not there.
//!
//! More of them: `TIMBAO_FLIPS=5000 cargo test --release -p timbao-index --test bits`.

mod newsroom;

use std::fs;
use std::panic::catch_unwind;

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
                assert!(
                    is_reported || is_harmless(&whole, &flipped, byte),
                    "it is not reported: {report:?}"
                );
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

/// Whether a flip only changed the number of the version of Tantivy that wrote
/// a file, which is beside its checksum and tells nothing about what is in it.
fn is_harmless(whole: &[u8], flipped: &[u8], byte: usize) -> bool {
    let version = b"{\"version\":{\"major\":";
    let begins = whole
        .windows(version.len())
        .rposition(|window| window == version);
    begins.is_some_and(|begins| byte > begins) && flipped[byte].is_ascii_digit()
}
