//! Changing one place of a tree.

use timbao_query::{Node, NodeKind};

/// The tree with something else at a place, or with nothing there; none if nothing is left. A
/// place is named by the numbers of the children on the way to it.
///
/// A list that is left with one part becomes that part.
pub(super) fn replaced(ast: &Node, place: &[usize], by: Option<Node>) -> Option<Node> {
    let Some((&child, rest)) = place.split_first() else {
        return by;
    };
    let changed = replaced(ast.children().get(child)?, rest, by);
    let mut node = ast.clone();
    match &mut node.kind {
        NodeKind::Sequence(nodes)
        | NodeKind::And(nodes)
        | NodeKind::Or(nodes)
        | NodeKind::Near {
            operands: nodes, ..
        } => {
            match (changed, nodes.get_mut(child)) {
                (Some(changed), Some(slot)) => *slot = changed,
                (None, Some(_)) => drop(nodes.remove(child)),
                (_, None) => return None,
            }
            if nodes.len() < 2 {
                return nodes.pop();
            }
        }
        NodeKind::Not(inner)
        | NodeKind::Excluded(inner)
        | NodeKind::Required(inner)
        | NodeKind::Group(inner)
        | NodeKind::Scoped { value: inner, .. } => **inner = changed?,
        NodeKind::Empty
        | NodeKind::Word(_)
        | NodeKind::Phrase(_)
        | NodeKind::Is { .. }
        | NodeKind::Id(_)
        | NodeKind::Date(_) => return None,
    }
    Some(node)
}

/// In parentheses, unless it is one thing anyway.
pub(super) fn grouped(node: Node) -> Node {
    match node.kind {
        NodeKind::Sequence(_)
        | NodeKind::And(_)
        | NodeKind::Or(_)
        | NodeKind::Not(_)
        | NodeKind::Near { .. } => {
            let span = node.span;
            Node::new(NodeKind::Group(Box::new(node)), span)
        }
        _ => node,
    }
}
