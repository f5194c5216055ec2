//! From tokens to the tree, by recursive descent.
//!
//! ```text
//! query    = or
//! or       = and { "OR" and }
//! and      = not { ["AND"] not }        AND may be left out before NOT
//! not      = "NOT" not | sequence
//! sequence = part { [ "NEAR/N" | "PRE/N" | "NOTNEAR/N" ] part }
//! part     = [ "-" | "+" | "ATLEAST/N" ] atom
//! atom     = [ field ":" ] [ "~" | "=" ] ( word | phrase ) | [ field ":" ] "(" or ")"
//!          | field ":" part | field "=" quotation
//! ```

use std::iter::Peekable;

use crate::ast::{AccentMode, Node, NodeKind, Scope, Span};
use crate::date::{DateCondition, DateError, Period};
use crate::fields::Field;
use crate::headline::read_headline;
use crate::lex::{Token, TokenKind, tokens};
use crate::plan::{NearOrder, Reach, Stated};
use crate::problem::{Problem, ProblemKind, tidy};
use crate::words::{Words, word_node};
use crate::{MAX_BYTES, MAX_DEPTH, MAX_NEAR};

/// A query that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The best reading of the query.
    pub ast: Node,
    /// The problems, in the order of the text, at most [`MAX_ALIKE`](crate::MAX_ALIKE) of a kind.
    pub problems: Vec<Problem>,
}

/// Reads a query; any text is one.
///
/// Time and memory are linear in the length of the text, of which only the first
/// [`MAX_BYTES`] bytes, the first [`MAX_WORDS`](crate::MAX_WORDS) words and [`MAX_DEPTH`]
/// levels are read.
///
/// ```
/// use timbao_query::parse;
/// let parsed = parse("\"tự chuyển hóa");
/// assert_eq!(parsed.ast.to_string(), "\"tự chuyển hóa\"");
/// assert_eq!(parsed.problems[0].span.start, 0);
/// ```
pub fn parse(query: &str) -> Parsed {
    let mut problems = Vec::new();
    let text = query
        .get(..floor_char_boundary(query, MAX_BYTES))
        .unwrap_or_default();
    if text.len() < query.len() {
        let span = Span::new(text.len(), query.len());
        problems.push(Problem {
            kind: ProblemKind::TooLong,
            span,
        });
    }
    let tokens = tokens(text, &mut problems);
    let words = Words::of(text);
    let mut parser = Parser {
        text,
        tokens: &tokens,
        next: 0,
        depth: 0,
        groups: 0,
        unread_groups: 0,
        words,
        problems,
    };
    let ast = parser
        .or()
        .unwrap_or(Node::new(NodeKind::Empty, Span::new(0, text.len())));
    let mut problems = parser.problems;
    if ast.kind == NodeKind::Empty && problems.is_empty() && !text.trim().is_empty() {
        problems.push(Problem {
            kind: ProblemKind::NothingToFind,
            span: Span::new(0, text.len()),
        });
    }
    // Where words are ignored, operators lose their operands: one problem is enough.
    let full = problems
        .iter()
        .find(|problem| problem.kind == ProblemKind::TooManyWords);
    if let Some(from) = full.map(|problem| problem.span.start) {
        problems.retain(|problem| problem.span.start <= from);
    }
    let ast = read_headline(ast, text, &mut problems);
    tidy(&mut problems);
    Parsed { ast, problems }
}

struct Parser<'q> {
    text: &'q str,
    tokens: &'q [Token],
    next: usize,
    depth: usize,
    /// Groups that are open.
    groups: usize,
    /// Opening parentheses that were skipped because they nest too deep.
    unread_groups: usize,
    words: Words<'q>,
    problems: Vec<Problem>,
}

/// A part of a sequence, or an operator before or between parts.
enum Element {
    Part(Node),
    AtLeast {
        count: u32,
        span: Span,
    },
    Near {
        reach: Reach,
        order: NearOrder,
        span: Span,
    },
}

impl Element {
    /// Returns `true` for a phrase, a group or a text field, which may follow ATLEAST.
    fn is_repeatable(&self) -> bool {
        matches!(self, Self::Part(node) if matches!(
            node.kind,
            NodeKind::Phrase(_) | NodeKind::Group(_) | NodeKind::Scoped { .. }
        ))
    }
}

impl Parser<'_> {
    fn or(&mut self) -> Option<Node> {
        self.joined(TokenKind::Or, NodeKind::Or, Self::and)
    }

    fn and(&mut self) -> Option<Node> {
        self.joined(TokenKind::And, NodeKind::And, Self::not)
    }

    /// Operands with an operator between them; an operator without an operand is ignored.
    fn joined(
        &mut self,
        operator: TokenKind,
        kind: fn(Vec<Node>) -> NodeKind,
        operand: fn(&mut Self) -> Option<Node>,
    ) -> Option<Node> {
        let mut operands: Vec<Node> = Vec::new();
        let mut before: Option<Span> = None;
        loop {
            let found = operand(self);
            let after = self
                .peek()
                .filter(|token| token.kind == operator)
                .map(|token| token.span);
            match found {
                Some(node) => operands.push(node),
                None => {
                    if let Some(span) = after.or(before) {
                        self.problem(ProblemKind::MissingOperand, span);
                    }
                }
            }
            if after.is_some() {
                before = after;
                self.next += 1;
            } else if operator == TokenKind::And && self.peek_kind() == Some(TokenKind::Not) {
                before = None;
            } else {
                break;
            }
        }
        collect(operands, kind)
    }

    fn not(&mut self) -> Option<Node> {
        let mut negations: Vec<Span> = Vec::new();
        while let Some(Token {
            kind: TokenKind::Not,
            span,
        }) = self.peek()
        {
            self.next += 1;
            if self.depth + negations.len() < MAX_DEPTH {
                negations.push(span);
            } else {
                self.too_deep(span);
            }
        }
        self.depth += negations.len();
        let operand = self.sequence();
        self.depth -= negations.len();
        let Some(mut node) = operand else {
            if let Some(&span) = negations.last() {
                self.problem(ProblemKind::MissingOperand, span);
            }
            return None;
        };
        for span in negations.into_iter().rev() {
            let span = span.to(node.span);
            node = Node::new(NodeKind::Not(Box::new(node)), span);
        }
        Some(node)
    }

    fn sequence(&mut self) -> Option<Node> {
        let mut elements: Vec<Element> = Vec::new();
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::And | TokenKind::Or | TokenKind::Not => break,
                TokenKind::Close if self.unread_groups > 0 => {
                    self.unread_groups -= 1;
                    self.next += 1;
                }
                TokenKind::Close if self.groups > 0 => break,
                TokenKind::Close => {
                    self.problem(ProblemKind::UnopenedGroup, token.span);
                    self.next += 1;
                }
                TokenKind::Near { reach, order } => {
                    elements.push(Element::Near {
                        reach,
                        order,
                        span: token.span,
                    });
                    self.next += 1;
                }
                TokenKind::AtLeast(count) => {
                    elements.push(Element::AtLeast {
                        count,
                        span: token.span,
                    });
                    self.next += 1;
                }
                TokenKind::Text | TokenKind::Regex { .. } => {
                    elements.extend(self.bare_words(None));
                }
                TokenKind::Accents(mode) if self.is_text(self.next + 1) => {
                    self.next += 1;
                    elements.extend(self.bare_words(Some(mode)));
                }
                _ => elements.extend(self.part().map(Element::Part)),
            }
        }
        let elements = self.bind_at_least(elements);
        let nodes = self.bind_near(elements);
        collect(nodes, NodeKind::Sequence)
    }

    /// Binds each `ATLEAST` to its operand: all bare words that follow, a phrase, a group or a
    /// text field.
    fn bind_at_least(&mut self, elements: Vec<Element>) -> Vec<Element> {
        let mut bound: Vec<Element> = Vec::new();
        let mut elements = elements.into_iter().peekable();
        while let Some(element) = elements.next() {
            let Element::AtLeast { count, span } = element else {
                bound.push(element);
                continue;
            };
            let mut words: Vec<Node> = Vec::new();
            while let Some(Element::Part(word)) =
                elements.next_if(|next| matches!(next, Element::Part(node) if is_word(node)))
            {
                words.push(word);
            }
            // Several words are a group like any other.
            if words.len() > 1 && self.depth >= MAX_DEPTH {
                self.too_deep(span);
                bound.extend(words.into_iter().map(Element::Part));
                continue;
            }
            let value = match collect(words, NodeKind::Sequence) {
                Some(node) => node.grouped(),
                None => match elements.next_if(|next| next.is_repeatable()) {
                    Some(Element::Part(node)) => node,
                    _ => {
                        self.problem(ProblemKind::MissingOperand, span);
                        continue;
                    }
                },
            };
            let span = span.to(value.span);
            let value = Box::new(value);
            let node = Node::new(NodeKind::AtLeast { count, value }, span);
            bound.push(Element::Part(node));
        }
        bound
    }

    /// The words of the text that is next, as parts of a sequence.
    fn bare_words(&mut self, accents: Option<AccentMode>) -> Vec<Element> {
        let Some(token) = self.peek() else {
            return Vec::new();
        };
        self.next += 1;
        let words = match token.kind {
            TokenKind::Regex { inner } => {
                let word = self.words.regex(inner, accents, &mut self.problems);
                word.into_iter().collect()
            }
            _ => self.words.chunk(token.span, accents, &mut self.problems),
        };
        words
            .into_iter()
            .map(|word| Element::Part(word_node(word)))
            .collect()
    }

    /// Binds each `NEAR` to its operands: the adjacent part, or all adjacent bare words.
    fn bind_near(&mut self, elements: Vec<Element>) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut elements = elements.into_iter().peekable();
        while let Some(element) = elements.next() {
            let (mut reach, order, span) = match element {
                Element::Part(node) => {
                    nodes.push(node);
                    continue;
                }
                Element::AtLeast { .. } => continue,
                Element::Near { reach, order, span } => (reach, order, span),
            };
            let bare = nodes.iter().rev().take_while(|node| is_word(node));
            let bare = bare.count().max(1);
            let left = nodes.split_off(nodes.len().saturating_sub(bare));
            let mut operands: Vec<Node> = collect(left, NodeKind::Sequence).into_iter().collect();
            let mut beyond: Vec<Node> = Vec::new();
            let mut operator = span;
            loop {
                match right_operand(&mut elements) {
                    Some(node) if operands.len() == MAX_NEAR => {
                        if beyond.is_empty() {
                            self.problem(ProblemKind::TooManyNear, operator);
                        }
                        beyond.push(required(node));
                    }
                    Some(node) if !operands.is_empty() => operands.push(node),
                    node => {
                        self.problem(ProblemKind::MissingOperand, operator);
                        operands.extend(node);
                    }
                }
                match elements.next_if(|element| matches!(element, Element::Near { .. })) {
                    Some(Element::Near {
                        reach: next,
                        order: next_order,
                        span,
                    }) => {
                        if (next, next_order) != (reach, order) {
                            self.problem(ProblemKind::NearDistances, span);
                        }
                        reach = reach.max(next);
                        operator = span;
                    }
                    _ => break,
                }
            }
            match operands.len() {
                0 | 1 => nodes.extend(operands.into_iter().flat_map(words_of)),
                _ => nodes.extend(collect(operands, |operands| NodeKind::Near {
                    operands,
                    reach,
                    order,
                })),
            }
            nodes.extend(beyond);
        }
        nodes
    }

    /// A part with its sign.
    fn part(&mut self) -> Option<Node> {
        let sign = self.peek()?;
        let wrap = match sign.kind {
            TokenKind::Exclude => NodeKind::Excluded,
            TokenKind::Require => NodeKind::Required,
            _ => return self.atom(),
        };
        self.next += 1;
        let node = self.atom()?;
        let span = sign.span.to(node.span);
        Some(Node::new(wrap(Box::new(node)), span))
    }

    fn atom(&mut self) -> Option<Node> {
        let Token { kind, span } = self.peek()?;
        let field = match kind {
            TokenKind::Field(field) => field,
            TokenKind::Is(facet) => {
                self.next += 1;
                let value = self.whole(span)?;
                let span = span.to(value);
                let value = value.of(self.text).trim().to_owned();
                return Some(Node::new(NodeKind::Is { facet, value }, span));
            }
            _ => return self.value(),
        };
        self.next += 1;
        match field {
            Field::Scope(scope) => self.scoped(scope, span),
            Field::Id => self.id(span),
            Field::Date | Field::After | Field::Before => self.date(field, span),
        }
    }

    fn scoped(&mut self, scope: Scope, name: Span) -> Option<Node> {
        if let Scope::Facet(facet) = scope
            && let Some(star) = self.any_value()
        {
            let stated = Node::new(NodeKind::Has(Stated::Facet(facet)), name.to(star));
            let has_room = self.words.has_room(1, name, &mut self.problems);
            return has_room.then_some(stated);
        }
        let before = self.problems.len();
        let value = match self.peek_kind() {
            Some(TokenKind::Field(_) | TokenKind::Exclude | TokenKind::Require) => {
                self.inner_part()
            }
            _ => self.value(),
        };
        let Some(value) = value else {
            if self.problems.len() == before {
                self.problem(ProblemKind::NoValue, name);
            }
            return None;
        };
        let span = name.to(value.span);
        Some(Node::new(
            NodeKind::Scoped {
                scope,
                value: Box::new(value),
            },
            span,
        ))
    }

    /// A field or a part with a sign as the value of a field: `a:b:c` is `a:(b:c)`, `a:-b` is `a:(-b)`.
    fn inner_part(&mut self) -> Option<Node> {
        if self.depth >= MAX_DEPTH {
            self.too_deep(self.peek()?.span);
            return None;
        }
        self.depth += 1;
        let part = self.part();
        self.depth -= 1;
        let part = part?;
        let span = part.span;
        Some(Node::new(NodeKind::Group(Box::new(part)), span))
    }

    fn id(&mut self, name: Span) -> Option<Node> {
        let id = self.whole(name)?;
        Some(Node::new(
            NodeKind::Id(id.of(self.text).trim().to_owned()),
            name.to(id),
        ))
    }

    /// A value that is taken to the letter, if it is not empty and there is room for it.
    fn whole(&mut self, name: Span) -> Option<Span> {
        match self.literal() {
            Some(span) if !span.of(self.text).trim().is_empty() => self
                .words
                .has_room(1, name, &mut self.problems)
                .then_some(span),
            _ => {
                self.problem(ProblemKind::NoValue, name);
                None
            }
        }
    }

    /// The `*` of a field that only has to have a value.
    fn any_value(&mut self) -> Option<Span> {
        let token = self.peek()?;
        let text = token.span.of(self.text);
        let is_star = text.trim_end_matches([',', ';', '!', '?', '.']) == "*";
        if token.kind != TokenKind::Text || !is_star {
            return None;
        }
        self.next += 1;
        Some(token.span)
    }

    fn date(&mut self, field: Field, name: Span) -> Option<Node> {
        if field == Field::Date
            && let Some(star) = self.any_value()
        {
            let has_room = self.words.has_room(1, name, &mut self.problems);
            return has_room.then(|| Node::new(NodeKind::Has(Stated::Date), name.to(star)));
        }
        let Some(span) = self.literal() else {
            self.problem(ProblemKind::InvalidDate(DateError::Form), name);
            return None;
        };
        let text = span
            .of(self.text)
            .trim()
            .trim_end_matches([',', ';', '!', '?']);
        let condition = match field {
            Field::After => Period::parse(text).map(DateCondition::After),
            Field::Before => Period::parse(text).map(DateCondition::Before),
            _ => DateCondition::parse(text),
        };
        match condition {
            Ok(condition) => self
                .words
                .has_room(1, name, &mut self.problems)
                .then(|| Node::new(NodeKind::Date(condition), name.to(span))),
            Err(error) => {
                self.problem(ProblemKind::InvalidDate(error), span);
                None
            }
        }
    }

    /// A chunk or a quotation, to the letter.
    fn literal(&mut self) -> Option<Span> {
        let token = self.peek()?;
        let span = match token.kind {
            TokenKind::Text => token.span,
            TokenKind::Quoted { inner, .. } => inner,
            _ => return None,
        };
        self.next += 1;
        Some(span)
    }

    /// A word, a phrase or a group.
    fn value(&mut self) -> Option<Node> {
        let mut token = self.peek()?;
        let mut accents: Option<AccentMode> = None;
        let start = token.span;
        if let TokenKind::Accents(mode) = token.kind {
            accents = Some(mode);
            self.next += 1;
            token = self.peek()?;
        }
        match token.kind {
            TokenKind::Open => self.group(token.span),
            TokenKind::Quoted { inner, slop } => {
                self.next += 1;
                let before = self.problems.len();
                let phrase = self.words.phrase(inner, slop, accents, &mut self.problems);
                if phrase.is_none() && self.problems.len() == before {
                    self.problem(ProblemKind::EmptyPhrase, token.span);
                }
                Some(Node::new(NodeKind::Phrase(phrase?), start.to(token.span)))
            }
            TokenKind::Regex { inner } => {
                self.next += 1;
                let word = self.words.regex(inner, accents, &mut self.problems)?;
                let span = start.to(token.span);
                Some(Node::new(NodeKind::Word(word), span))
            }
            TokenKind::Text => {
                self.next += 1;
                let mut words = self.words.chunk(token.span, accents, &mut self.problems);
                // Several words that belong to one operator are a group like any other.
                if words.len() > 1 && self.depth >= MAX_DEPTH {
                    self.too_deep(token.span);
                    words.truncate(1);
                }
                let node = collect(
                    words.into_iter().map(word_node).collect(),
                    NodeKind::Sequence,
                )?;
                if is_word(&node) {
                    return Some(Node::new(node.kind, start.to(node.span)));
                }
                Some(Node::new(
                    NodeKind::Group(Box::new(node)),
                    start.to(token.span),
                ))
            }
            _ => None,
        }
    }

    fn group(&mut self, open: Span) -> Option<Node> {
        self.next += 1;
        if self.depth >= MAX_DEPTH {
            self.too_deep(open);
            self.unread_groups += 1;
            return None;
        }
        self.depth += 1;
        self.groups += 1;
        let before = self.problems.len();
        let inner = self.or();
        self.groups -= 1;
        self.depth -= 1;
        let end = match self.peek() {
            Some(close) if close.kind == TokenKind::Close => {
                self.next += 1;
                close.span
            }
            _ => {
                self.problem(ProblemKind::UnclosedGroup, open);
                inner.as_ref().map_or(open, |node| node.span)
            }
        };
        if inner.is_none() && self.problems.len() == before {
            self.problem(ProblemKind::EmptyGroup, open.to(end));
        }
        Some(Node::new(NodeKind::Group(Box::new(inner?)), open.to(end)))
    }

    fn too_deep(&mut self, span: Span) {
        if !self
            .problems
            .iter()
            .any(|problem| problem.kind == ProblemKind::TooDeep)
        {
            self.problem(ProblemKind::TooDeep, span);
        }
    }

    fn is_text(&self, at: usize) -> bool {
        self.tokens
            .get(at)
            .is_some_and(|token| matches!(token.kind, TokenKind::Text | TokenKind::Regex { .. }))
    }

    fn peek(&self) -> Option<Token> {
        self.tokens.get(self.next).copied()
    }

    fn peek_kind(&self) -> Option<TokenKind> {
        self.peek().map(|token| token.kind)
    }

    fn problem(&mut self, kind: ProblemKind, span: Span) {
        self.problems.push(Problem { kind, span });
    }
}

/// No node, the node, or several of them as one.
fn collect(mut nodes: Vec<Node>, kind: impl FnOnce(Vec<Node>) -> NodeKind) -> Option<Node> {
    let span = nodes.first()?.span.to(nodes.last()?.span);
    if nodes.len() == 1 {
        nodes.pop()
    } else {
        Some(Node::new(kind(nodes), span))
    }
}

/// The part with a `+`, unless it has a sign already.
fn required(node: Node) -> Node {
    let span = node.span;
    let node = match node.kind {
        NodeKind::Excluded(_) | NodeKind::Required(_) => return node,
        NodeKind::Sequence(_) => Node::new(NodeKind::Group(Box::new(node)), span),
        _ => node,
    };
    Node::new(NodeKind::Required(Box::new(node)), span)
}

/// The operand after a `NEAR`: a part, or all bare words.
fn right_operand(elements: &mut Peekable<impl Iterator<Item = Element>>) -> Option<Node> {
    let mut right: Vec<Node> = Vec::new();
    while let Some(Element::Part(node)) = elements.next_if(|element| match element {
        Element::Part(node) => right.is_empty() || (is_word(node) && right.iter().all(is_word)),
        Element::Near { .. } | Element::AtLeast { .. } => false,
    }) {
        right.push(node);
    }
    collect(right, NodeKind::Sequence)
}

/// The nodes of a sequence, or the node.
fn words_of(node: Node) -> Vec<Node> {
    match node.kind {
        NodeKind::Sequence(words) => words,
        _ => vec![node],
    }
}

fn is_word(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Word(_))
}

/// The largest offset up to `most` at which a character begins.
fn floor_char_boundary(text: &str, most: usize) -> usize {
    let most = most.min(text.len());
    (0..=most)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}
