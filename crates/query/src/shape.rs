//! Properties of a tree that are known before it is lowered.

use timbao_tokenizer::{Keys, Kind, scan};

use crate::ast::{Node, NodeKind, Scope, Word};
use crate::lowered::Reading;

/// Determines the use of accents. The values of metadata count with `metadata` only, because a
/// filter does not show how the text was typed.
pub(crate) fn reading_of(node: &Node, metadata: bool) -> Reading {
    let (mut marked, mut bare) = (false, false);
    let mut keys = Keys::new();
    each_word(node, metadata, &mut |word| {
        for token in scan(&word.text).filter(|token| token.kind != Kind::Number) {
            keys.set(word.text.get(token.start..token.end).unwrap_or_default());
            marked |= keys.is_marked();
            bare |= !keys.is_marked();
        }
    });
    match (marked, bare) {
        (true, true) => Reading::Mixed,
        (true, false) => Reading::Accented,
        (false, _) => Reading::Unaccented,
    }
}

fn each_word(node: &Node, metadata: bool, visit: &mut dyn FnMut(&Word)) {
    match &node.kind {
        NodeKind::Scoped {
            scope: Scope::Facet(_),
            ..
        } if !metadata => {}
        NodeKind::Word(word) => visit(word),
        NodeKind::Phrase(phrase) => phrase.words().for_each(visit),
        _ => node
            .children()
            .iter()
            .for_each(|node| each_word(node, metadata, visit)),
    }
}

/// Collects the words of a part that consists of nothing else; false if it does not.
pub(crate) fn collect_bare<'n>(node: &'n Node, into: &mut Vec<&'n Word>) -> bool {
    fn is_bare(node: &Node) -> bool {
        match &node.kind {
            NodeKind::Word(_) => true,
            NodeKind::Group(_) | NodeKind::Sequence(_) => node.children().iter().all(is_bare),
            _ => false,
        }
    }
    let bare = is_bare(node);
    if bare {
        collect_words(node, into);
    }
    bare
}

fn collect_words<'n>(node: &'n Node, into: &mut Vec<&'n Word>) {
    match &node.kind {
        NodeKind::Word(word) => into.push(word),
        _ => node
            .children()
            .iter()
            .for_each(|node| collect_words(node, into)),
    }
}

/// Returns `true` for operands of NEAR that have positions: a word, a phrase, adjacent words, or
/// alternatives of these.
pub(crate) fn has_position(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Word(_) | NodeKind::Phrase(_) => true,
        NodeKind::Sequence(nodes) => nodes.iter().all(|node| collect_bare(node, &mut Vec::new())),
        NodeKind::Group(node) => has_position(node),
        NodeKind::Or(nodes) => nodes.iter().all(has_position),
        _ => false,
    }
}
