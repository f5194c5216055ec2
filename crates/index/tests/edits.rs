//! After any edits, an updated index equals one that is built from scratch.
//!
//! A thousand rounds: `TIMBAO_ROUNDS=1000 cargo test --release -p timbao-index --test edits`.

mod newsroom;

use newsroom::{Dice, Newsroom, edit, hits, options, setting};
use timbao_index::update::{Sources, update};

#[test]
fn an_updated_index_equals_one_built_from_scratch() {
    let seed = setting("TIMBAO_SEED", 1);
    let dir = tempfile::tempdir().unwrap();
    let newsroom = Newsroom::at(dir.path());
    let mut dice = Dice::new(seed);
    for round in 0..setting("TIMBAO_ROUNDS", 25) {
        let edits: Vec<_> = (0..1 + dice.roll(4))
            .map(|_| edit(&newsroom, &mut dice))
            .collect();
        let expected = newsroom.written();
        let report = newsroom.update();
        let at = || format!("seed {seed}, round {round}: {edits:?}");
        assert_eq!(newsroom.indexed(), expected, "{}", at());
        assert_eq!(report.total_articles, expected.len() as u64, "{}", at());
        newsroom.assert_sound();
        let scratch = tempfile::tempdir().unwrap();
        let sources = Sources::Paths(vec![newsroom.news.clone()]);
        update(scratch.path(), &sources, &options(), &()).unwrap();
        for word in ["hoi", "mua", "nang", "sang", "duong"] {
            let found = hits(&newsroom.index, word);
            assert_eq!(found, hits(scratch.path(), word), "{word}, {}", at());
        }
        let again = newsroom.update();
        let changes = again.articles.added + again.articles.updated + again.articles.removed;
        assert_eq!(changes, 0, "{}", at());
    }
}
