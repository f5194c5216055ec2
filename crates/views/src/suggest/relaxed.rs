//! Relaxed trees: one part is less strict, or omitted.

use timbao_query::plan::{NearOrder, Reach};
use timbao_query::{AccentMode, MAX_DISTANCE, Node, NodeKind, Phrase, PhrasePart, Word};

use super::edit::replaced;
use super::suggestion::SuggestionKind;

/// The slop that is tried.
const SLOP: u32 = 3;
/// Factor by which the distance of NEAR is widened.
const FURTHER: u32 = 5;
/// The most trees that are made of one; each is as large as it.
const MOST: usize = 256;

/// How a tree was relaxed, the part of it that was changed, and the tree that came of it.
type Relaxed = (SuggestionKind, String, Node);

/// Every tree that is one step less strict, in the order of [`SuggestionKind`].
pub(super) fn relaxed(ast: &Node) -> Vec<Relaxed> {
    let mut steps = Steps {
        ast,
        found: Vec::new(),
    };
    steps.visit(ast, &mut Vec::new());
    steps.everywhere();
    let mut found = steps.found;
    found.sort_by_key(|(kind, ..)| *kind);
    found
}

struct Steps<'n> {
    ast: &'n Node,
    found: Vec<Relaxed>,
}

impl Steps<'_> {
    fn put(&mut self, kind: SuggestionKind, part: &Node, place: &[usize], by: Option<Node>) {
        if self.found.len() < MOST
            && let Some(node) = replaced(self.ast, place, by)
        {
            self.found.push((kind, part.to_string(), node));
        }
    }

    /// Collects the steps at a node and below it.
    fn visit(&mut self, node: &Node, place: &mut Vec<usize>) {
        match &node.kind {
            _ if node.is_negative() => {
                self.put(SuggestionKind::WithoutNot, node, place, None);
                return;
            }
            _ if node.is_filter() => {
                self.put(SuggestionKind::WithoutFilter, node, place, None);
                return;
            }
            NodeKind::Word(_) => {
                self.put(SuggestionKind::AnyAccents, node, place, loosened(node));
            }
            NodeKind::Phrase(phrase) => self.phrase(node, phrase, place),
            NodeKind::Sequence(nodes) => {
                if let Some(words) = bare_words(nodes) {
                    let any = Node::new(NodeKind::Or(words), node.span);
                    let any = if place.is_empty() { any } else { any.grouped() };
                    self.put(SuggestionKind::AnyWord, node, place, Some(any));
                }
                self.without_each(nodes, place);
            }
            NodeKind::And(nodes) => self.without_each(nodes, place),
            NodeKind::AtLeast { value, .. } => {
                let value = (**value).clone();
                self.put(SuggestionKind::WithoutPart, node, place, Some(value));
            }
            NodeKind::Near {
                operands,
                reach,
                order,
            } => {
                self.near(node, operands, (*reach, *order), place);
                if *order == NearOrder::Apart {
                    return;
                }
                self.without_each(operands, place);
            }
            NodeKind::Scoped { value, .. } => {
                let anywhere = (**value).clone();
                self.put(SuggestionKind::AnyField, node, place, Some(anywhere));
                // The words of a phrase are often in one field, but not in a row.
                if let NodeKind::Phrase(phrase) = &value.kind
                    && phrase.words().nth(1).is_some()
                {
                    let words = grouped_below(words_of(phrase, value), place);
                    self.put(SuggestionKind::Words, node, place, Some(words));
                }
            }
            _ => {}
        }
        for (number, child) in node.children().iter().enumerate() {
            place.push(number);
            self.visit(child, place);
            place.pop();
        }
    }

    fn near(
        &mut self,
        node: &Node,
        operands: &[Node],
        (reach, order): (Reach, NearOrder),
        place: &[usize],
    ) {
        for (reach, order) in looser(reach, order) {
            let further = NodeKind::Near {
                operands: operands.to_vec(),
                reach,
                order,
            };
            let further = Node::new(further, node.span);
            self.put(SuggestionKind::Further, node, place, Some(further));
        }
        if order == NearOrder::Apart {
            let first = operands.first().cloned();
            self.put(SuggestionKind::WithoutNot, node, place, first);
            return;
        }
        let parts = operands.iter().cloned().map(Node::grouped).collect();
        let all = grouped_below(Node::new(NodeKind::And(parts), node.span), place);
        self.put(SuggestionKind::Words, node, place, Some(all));
    }

    fn phrase(&mut self, node: &Node, phrase: &Phrase, place: &[usize]) {
        self.put(SuggestionKind::AnyAccents, node, place, loosened(node));
        if phrase.words().nth(1).is_none() {
            return;
        }
        if phrase.slop < SLOP {
            let apart = NodeKind::Phrase(Phrase {
                slop: SLOP,
                ..phrase.clone()
            });
            let apart = Node::new(apart, node.span);
            self.put(SuggestionKind::Slop, node, place, Some(apart));
        }
        let words = grouped_below(words_of(phrase, node), place);
        self.put(SuggestionKind::Words, node, place, Some(words));
    }

    /// Omits each part that is neither a filter nor negative; other parts are omitted where they
    /// are visited. Some text must remain.
    fn without_each(&mut self, nodes: &[Node], place: &mut Vec<usize>) {
        for (number, node) in nodes.iter().enumerate() {
            if is_condition(node) || self.found.len() >= MOST {
                continue;
            }
            place.push(number);
            let rest = replaced(self.ast, place, None);
            place.pop();
            if let Some(rest) = rest.filter(asks_for_text) {
                self.found
                    .push((SuggestionKind::WithoutPart, node.to_string(), rest));
            }
        }
    }

    /// Omits all parts of a kind, if there are several.
    fn without_all(&mut self, kind: SuggestionKind, is_of_kind: impl Fn(&Node) -> bool) {
        let mut parts = Vec::new();
        let mut rest = Some(self.ast.clone());
        // From the end, so that the places before keep their numbers.
        for (number, node) in self.ast.children().iter().enumerate().rev() {
            if is_of_kind(node) {
                parts.insert(0, node.to_string());
                rest = rest.and_then(|ast| replaced(&ast, &[number], None));
            }
        }
        if let Some(rest) = rest.filter(|_| parts.len() > 1) {
            self.found.push((kind, parts.join(" "), rest));
        }
    }

    /// The steps that are taken at all places at once.
    fn everywhere(&mut self) {
        self.without_all(SuggestionKind::WithoutFilter, |node| {
            is_condition(node) && !node.is_negative()
        });
        self.without_all(SuggestionKind::WithoutNot, Node::is_negative);
        let mut loose = self.ast.clone();
        if loosen(&mut loose) > 1 {
            self.found
                .push((SuggestionKind::AnyAccents, String::new(), loose));
        }
    }
}

/// Less strict distances and orders of NEAR.
fn looser(reach: Reach, order: NearOrder) -> Vec<(Reach, NearOrder)> {
    let further = match reach {
        Reach::Words(words) if words < MAX_DISTANCE => Some(Reach::Words(
            words.saturating_mul(FURTHER).clamp(1, MAX_DISTANCE),
        )),
        Reach::Sentence => Some(Reach::Paragraph),
        Reach::Words(_) | Reach::Paragraph => None,
    };
    match order {
        NearOrder::Any => further.map(|reach| (reach, order)).into_iter().collect(),
        NearOrder::Typed => {
            let further = further.map(|reach| (reach, order));
            std::iter::once((reach, NearOrder::Any))
                .chain(further)
                .collect()
        }
        NearOrder::Apart => Vec::new(),
    }
}

/// The tree without its conditions; `None` if there are none, or nothing else.
pub(super) fn without_conditions(ast: &Node) -> Option<Node> {
    let mut rest = ast.clone();
    for (number, node) in ast.children().iter().enumerate().rev() {
        if is_condition(node) {
            rest = replaced(&rest, &[number], None)?;
        }
    }
    (rest != *ast && asks_for_text(&rest)).then_some(rest)
}

/// All words of a phrase, anywhere.
fn words_of(phrase: &Phrase, node: &Node) -> Node {
    let words = NodeKind::And(phrase.conditions(node.span));
    Node::new(words, node.span)
}

/// In parentheses, unless it is the whole query.
fn grouped_below(node: Node, place: &[usize]) -> Node {
    if place.is_empty() {
        node
    } else {
        node.grouped()
    }
}

/// Whether a part says yes or no without being searched for.
pub(super) fn is_condition(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Group(node) | NodeKind::Required(node) => is_condition(node),
        _ => node.is_filter() || node.is_negative(),
    }
}

/// Returns `true` if the tree searches text, not conditions alone.
fn asks_for_text(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Word(_) | NodeKind::Phrase(_) => true,
        _ => !is_condition(node) && node.children().iter().any(asks_for_text),
    }
}

fn bare_words(nodes: &[Node]) -> Option<Vec<Node>> {
    let is_word = |node: &Node| matches!(node.kind, NodeKind::Word(_));
    nodes.iter().all(is_word).then(|| nodes.to_vec())
}

fn loosened(node: &Node) -> Option<Node> {
    let mut node = node.clone();
    (loosen(&mut node) > 0).then_some(node)
}

/// Lets every word and phrase of a part have any accents; how many had not.
fn loosen(node: &mut Node) -> usize {
    if node.is_filter() || node.is_negative() {
        return 0;
    }
    match node.kind {
        NodeKind::Word(Word {
            ref mut accents, ..
        }) => loosen_one(accents),
        NodeKind::Phrase(ref mut phrase) => {
            for part in &mut phrase.parts {
                match part {
                    PhrasePart::Word(word) => word.accents = None,
                    PhrasePart::Any(ways) => {
                        ways.iter_mut()
                            .flatten()
                            .for_each(|word| word.accents = None);
                    }
                    PhrasePart::Gap(..) => {}
                }
            }
            loosen_one(&mut phrase.accents)
        }
        _ => node.children_mut().iter_mut().map(loosen).sum(),
    }
}

fn loosen_one(accents: &mut Option<AccentMode>) -> usize {
    let is_new = *accents != Some(AccentMode::Loose);
    *accents = Some(AccentMode::Loose);
    usize::from(is_new)
}
