//! Changes at one place of a syntax tree.

use timbao_query::Node;

/// The tree with the part at `place` replaced, or removed for `None`; `None` if nothing remains.
///
/// A place is the path of child numbers from the root.
pub(super) fn replaced(ast: &Node, place: &[usize], by: Option<Node>) -> Option<Node> {
    let Some((&child, rest)) = place.split_first() else {
        return by;
    };
    ast.children().get(child)?;
    let mut by = by;
    ast.clone().map_children(|number, node| {
        if number == child {
            replaced(&node, rest, by.take())
        } else {
            Some(node)
        }
    })
}
