//! The tree of a query as views that count matches read it.

use timbao_tokenizer::abbreviations::Table;

use crate::alternatives;
use crate::ast::{Node, NodeKind, Phrase, PhrasePart, Scope, Word};
use crate::shape::collect_bare;

/// The tree with each run of bare words as a phrase. A single word becomes one where it would
/// stand for other forms of the table.
pub(crate) fn as_phrases(node: &Node, table: Option<&Table>) -> Node {
    let kind = match &node.kind {
        NodeKind::Word(word) => return run(&[word], table),
        NodeKind::Sequence(nodes) => {
            let mut parts = Vec::new();
            let mut words: Vec<&Word> = Vec::new();
            for node in nodes {
                // A part between words separates them.
                if !collect_bare(node, &mut words) {
                    parts.extend(flushed(&mut words, table));
                    parts.push(as_phrases(node, table));
                }
            }
            parts.extend(flushed(&mut words, table));
            match parts.len() {
                1 => return parts.remove(0),
                _ => NodeKind::Sequence(parts),
            }
        }
        // A value of metadata is a phrase anyway, and NEAR takes words as one.
        NodeKind::Scoped {
            scope: Scope::Facet(_),
            ..
        }
        | NodeKind::Near { .. } => return node.clone(),
        _ => {
            let mut node = node.clone();
            for child in node.children_mut() {
                *child = as_phrases(child, table);
            }
            return node;
        }
    };
    Node::new(kind, node.span)
}

/// The words that were collected, as a phrase.
fn flushed(words: &mut Vec<&Word>, table: Option<&Table>) -> Option<Node> {
    let words = std::mem::take(words);
    (!words.is_empty()).then(|| run(&words, table))
}

fn run(words: &[&Word], table: Option<&Table>) -> Node {
    let spans = words.iter().map(|word| word.span);
    let span = spans.reduce(|a, b| a.to(b)).unwrap_or_default();
    if let [word] = words
        && table.is_none_or(|table| alternatives::matches(words, true, table).is_empty())
    {
        return Node::new(NodeKind::Word((*word).clone()), span);
    }
    let parts = words.iter().map(|word| PhrasePart::Word((*word).clone()));
    let phrase = Phrase {
        parts: parts.collect(),
        slop: 0,
        accents: None,
    };
    Node::new(NodeKind::Phrase(phrase), span)
}

#[cfg(test)]
mod tests {
    use crate::Request;

    #[test]
    fn bare_words_side_by_side_are_a_phrase() {
        for (query, read) in [
            ("tự diễn biến", "\"=tự =diễn =biến\""),
            ("tự", "=tự"),
            ("tu dien -bien", "all(\"~tu ~dien\", not(~bien))"),
            ("tự AND diễn", "all(=tự, =diễn)"),
            ("\"tự diễn\" \"biến\"", "all(\"=tự =diễn\", =biến)"),
            ("title:(tự diễn)", "title(\"=tự =diễn\")"),
            ("*", "everything"),
            // Words on both sides of another part are two runs.
            (
                "đại hội \"nhân sự\" khóa mới",
                "all(\"=đại =hội\", \"=nhân =sự\", \"=khóa =mới\")",
            ),
            (
                "đại hội +bàn khóa mới",
                "all(\"=đại =hội\", =bàn, \"=khóa =mới\")",
            ),
            ("đại hội -bàn khóa", "all(\"=đại =hội\", not(=bàn), =khóa)"),
            ("đại (hội khóa) mới", "\"=đại =hội =khóa =mới\""),
            (
                "(đại hội OR khóa mới)",
                "any(\"=đại =hội\", \"=khóa =mới\")",
            ),
            // Accents are read as in the whole query.
            ("đại hội \"tu\" lo", "all(\"=đại =hội\", =tu, =lo)"),
            // Nothing stands for another form.
            ("UBND", "~ubnd"),
            ("UBND tỉnh", "\"=ubnd =tỉnh\""),
            ("ủy ban nhân dân", "\"=ủy =ban =nhân =dân\""),
            ("UBND OR HĐND", "any(=ubnd, =hđnd)"),
            ("tít:UBND", "title(~ubnd)"),
        ] {
            let request = Request::new(query);
            if !request.is_empty() {
                assert_eq!(request.view_plan().to_string(), read, "{query}");
            }
        }
    }
}
