//! The runs of adjacent words of a tree.

use timbao_tokenizer::{Kind, scan};

use timbao_query::{Form, Node, NodeKind, PhrasePart, Word};

/// Calls `visit` with every run of words of the text: adjacent bare words, and words of a phrase
/// without a gap. Values of metadata fields are not text.
pub(super) fn each_row<'n>(node: &'n mut Node, visit: &mut dyn FnMut(Vec<&'n mut Word>)) {
    if node.is_filter() {
        return;
    }
    match node.kind {
        NodeKind::Word(ref mut word) => visit(vec![word]),
        NodeKind::Phrase(ref mut phrase) => {
            let mut row = Vec::new();
            for part in &mut phrase.parts {
                match part {
                    PhrasePart::Word(word) => row.push(word),
                    PhrasePart::Gap(..) => visit(std::mem::take(&mut row)),
                    PhrasePart::Any(ways) => {
                        visit(std::mem::take(&mut row));
                        ways.iter_mut()
                            .for_each(|way| visit(way.iter_mut().collect()));
                    }
                }
            }
            visit(row);
        }
        NodeKind::Sequence(ref mut nodes) => {
            let mut row = Vec::new();
            for node in nodes {
                if matches!(node.kind, NodeKind::Word(_)) {
                    if let NodeKind::Word(word) = &mut node.kind {
                        row.push(word);
                    }
                } else {
                    visit(std::mem::take(&mut row));
                    each_row(node, visit);
                }
            }
            visit(row);
        }
        _ => {
            let children = node.children_mut().iter_mut();
            children.for_each(|node| each_row(node, visit));
        }
    }
}

/// The rows of a tree as they are typed; `None` for a word that is not to be changed.
pub(super) fn rows(ast: &Node) -> Vec<Vec<Option<String>>> {
    let mut rows = Vec::new();
    each_row(&mut ast.clone(), &mut |row| {
        rows.push(
            row.into_iter()
                .map(|word| is_plain(word).then(|| word.text.clone()))
                .collect(),
        );
    });
    rows
}

/// The tree with other words at some places, each named by its row and its place there.
pub(super) fn with_words(ast: &Node, words: &[((usize, usize), String)]) -> Node {
    let mut changed = ast.clone();
    let mut number = 0;
    each_row(&mut changed, &mut |row| {
        for (at, word) in row.into_iter().enumerate() {
            if let Some((_, text)) = words.iter().find(|(place, _)| *place == (number, at)) {
                word.text.clone_from(text);
            }
        }
        number += 1;
    });
    changed
}

/// Returns `true` for words of letters without an operator; other words are never changed.
fn is_plain(word: &Word) -> bool {
    let mut tokens = scan(&word.text);
    let first = tokens.next();
    word.form == Form::Plain
        && word.accents.is_none()
        && first.is_some_and(|token| token.kind != Kind::Number)
        && tokens.next().is_none()
}

/// The stretches of a row whose words may be changed: where each begins, and its words.
pub(super) fn stretches(row: &[Option<String>]) -> Vec<(usize, Vec<&str>)> {
    let mut stretches: Vec<(usize, Vec<&str>)> = Vec::new();
    let mut is_open = false;
    for (at, word) in row.iter().enumerate() {
        match (word, stretches.last_mut()) {
            (Some(word), Some((_, words))) if is_open => words.push(word),
            (Some(word), _) => stretches.push((at, vec![word])),
            (None, _) => {}
        }
        is_open = word.is_some();
    }
    stretches
}
