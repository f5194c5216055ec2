//! The tree of a query as it was typed, before anything is decided about its meaning.

use crate::plan::{Facet, NearOrder, Reach, Stated, TextField};

use crate::date::DateCondition;

/// A range of bytes of the query.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset just after the last byte.
    pub end: usize,
}

/// A part of a query and its position.
///
/// `Display` prints the standard form of the query. Parsing that returns the same tree with other
/// spans, if it is not longer than [`MAX_BYTES`](crate::MAX_BYTES).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The kind of the part.
    pub kind: NodeKind,
    /// The bytes it was read from.
    pub span: Span,
}

/// The kinds of parts of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// Nothing to search for.
    Empty,
    /// A bare word, number or code.
    Word(Word),
    /// Words in quotation marks.
    Phrase(Phrase),
    /// Two or more parts side by side.
    Sequence(Vec<Node>),
    /// Two or more parts joined by `AND`.
    And(Vec<Node>),
    /// Two or more parts joined by `OR`.
    Or(Vec<Node>),
    /// `NOT` and what follows.
    Not(Box<Node>),
    /// `-` and the part it is glued to.
    Excluded(Box<Node>),
    /// `+` and the part it is glued to.
    Required(Box<Node>),
    /// Two or more parts joined by `NEAR/N`, `PRE/N` or `NOTNEAR/N`.
    Near {
        /// The operands: a phrase, a group, or all adjacent bare words next to the operator.
        operands: Vec<Node>,
        /// The N.
        reach: Reach,
        /// Which of the operators.
        order: NearOrder,
    },
    /// `ATLEAST/N` and the part after it.
    AtLeast {
        /// The N.
        count: u32,
        /// A word, a phrase, a group or a field.
        value: Box<Node>,
    },
    /// A part in parentheses.
    Group(Box<Node>),
    /// A field with a colon and its value: a word, a phrase or a group.
    Scoped {
        /// The field.
        scope: Scope,
        /// The value.
        value: Box<Node>,
    },
    /// The name of metadata, `=` and its whole value in quotation marks.
    Is {
        /// The facet.
        facet: Facet,
        /// The value.
        value: String,
    },
    /// `id:` and an identifier, to the letter.
    Id(String),
    /// `date:`, `after:` or `before:` and its value.
    Date(DateCondition),
    /// The name of metadata or `date`, a colon and `*`: there is a value.
    Has(Stated),
}

/// A bare word, or a word of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word as typed, without operators and surrounding punctuation; tokens that are
    /// joined (21-KL/TW, 25/3/2021) are one word. A bare word that would read as an
    /// operator is in lower case.
    pub text: String,
    /// How its accents are compared, when an operator said so.
    pub accents: Option<AccentMode>,
    /// The forms that match.
    pub form: Form,
    /// The bytes of `text`, without operators.
    pub span: Span,
}

/// Words in quotation marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// Words and gaps; the first and the last are words.
    pub parts: Vec<PhrasePart>,
    /// The N of `"…"~N`; 0 when there is none.
    pub slop: u32,
    /// How accents are compared, when an operator said so.
    pub accents: Option<AccentMode>,
}

/// A word of a phrase, or a gap in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhrasePart {
    /// A word.
    Word(Word),
    /// A gap that any words may fill.
    Gap(Filler, Span),
    /// Two or more alternatives of one or more words, in parentheses.
    Any(Vec<Vec<Word>>),
}

/// The number of words in a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filler {
    /// `*`: one word.
    One,
    /// `**`: some words, as many as is usual.
    Some,
    /// `**N`: from one word to N.
    UpTo(u32),
}

/// How the accents of a word are compared, by operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccentMode {
    /// `==`: as typed, and their case too.
    Verbatim,
    /// `=`: as typed.
    Exact,
    /// `~`: any accents.
    Loose,
}

/// The forms that match a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// The word itself.
    Plain,
    /// `word*`: anything that begins so.
    Prefix,
    /// `*word`: anything that ends so.
    Suffix,
    /// `*word*`: anything that has it inside.
    Infix,
    /// `word~N`: anything within N edits, 1 or 2.
    Fuzzy(u8),
    /// `/word/`: anything that the regular expression matches as a whole.
    Regex,
}

/// The target of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// A part of the text.
    Text(TextField),
    /// Metadata.
    Facet(Facet),
}

impl Span {
    /// The bytes from `start` up to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that contains both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// The part of `text` it covers; empty when it does not fit.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

impl Node {
    /// A node and its place.
    pub fn new(kind: NodeKind, span: Span) -> Self {
        Self { kind, span }
    }

    /// The same tree with every span zero, to compare trees of different texts.
    #[must_use]
    pub fn without_spans(mut self) -> Self {
        self.clear_spans();
        self
    }

    /// The parts it is made of.
    pub fn children(&self) -> &[Node] {
        match &self.kind {
            NodeKind::Empty
            | NodeKind::Word(_)
            | NodeKind::Phrase(_)
            | NodeKind::Is { .. }
            | NodeKind::Id(_)
            | NodeKind::Date(_)
            | NodeKind::Has(_) => &[],
            NodeKind::Sequence(nodes)
            | NodeKind::And(nodes)
            | NodeKind::Or(nodes)
            | NodeKind::Near {
                operands: nodes, ..
            } => nodes,
            NodeKind::Not(node)
            | NodeKind::Excluded(node)
            | NodeKind::Required(node)
            | NodeKind::Group(node)
            | NodeKind::AtLeast { value: node, .. }
            | NodeKind::Scoped { value: node, .. } => std::slice::from_ref(node),
        }
    }

    /// The mutable version of [`children`](Self::children).
    pub fn children_mut(&mut self) -> &mut [Node] {
        match &mut self.kind {
            NodeKind::Empty
            | NodeKind::Word(_)
            | NodeKind::Phrase(_)
            | NodeKind::Is { .. }
            | NodeKind::Id(_)
            | NodeKind::Date(_)
            | NodeKind::Has(_) => &mut [],
            NodeKind::Sequence(nodes)
            | NodeKind::And(nodes)
            | NodeKind::Or(nodes)
            | NodeKind::Near {
                operands: nodes, ..
            } => nodes,
            NodeKind::Not(node)
            | NodeKind::Excluded(node)
            | NodeKind::Required(node)
            | NodeKind::Group(node)
            | NodeKind::AtLeast { value: node, .. }
            | NodeKind::Scoped { value: node, .. } => std::slice::from_mut(node),
        }
    }

    /// Replaces each part it is made of, or removes the part where `f` returns `None`.
    ///
    /// `f` gets the number of the part in [`children`](Self::children). A list with a single
    /// remaining part becomes that part. Returns `None` if nothing remains.
    #[must_use]
    pub fn map_children(mut self, mut f: impl FnMut(usize, Node) -> Option<Node>) -> Option<Node> {
        match &mut self.kind {
            NodeKind::Sequence(nodes)
            | NodeKind::And(nodes)
            | NodeKind::Or(nodes)
            | NodeKind::Near {
                operands: nodes, ..
            } => {
                let parts = std::mem::take(nodes).into_iter().enumerate();
                nodes.extend(parts.filter_map(|(number, node)| f(number, node)));
                if nodes.len() < 2 {
                    return nodes.pop();
                }
            }
            NodeKind::Not(node)
            | NodeKind::Excluded(node)
            | NodeKind::Required(node)
            | NodeKind::Group(node)
            | NodeKind::AtLeast { value: node, .. }
            | NodeKind::Scoped { value: node, .. } => {
                let empty = Node::new(NodeKind::Empty, node.span);
                **node = f(0, std::mem::replace(node, empty))?;
            }
            NodeKind::Empty
            | NodeKind::Word(_)
            | NodeKind::Phrase(_)
            | NodeKind::Is { .. }
            | NodeKind::Id(_)
            | NodeKind::Date(_)
            | NodeKind::Has(_) => {}
        }
        Some(self)
    }

    /// Returns `true` if the node is `NOT x` or `-x`.
    pub fn is_negative(&self) -> bool {
        matches!(self.kind, NodeKind::Not(_) | NodeKind::Excluded(_))
    }

    /// Returns `true` if the node is a condition on metadata.
    pub fn is_filter(&self) -> bool {
        matches!(
            self.kind,
            NodeKind::Scoped {
                scope: Scope::Facet(_),
                ..
            } | NodeKind::Is { .. }
                | NodeKind::Id(_)
                | NodeKind::Date(_)
                | NodeKind::Has(_)
        )
    }

    /// Puts the node in parentheses, unless it is a single part anyway.
    #[must_use]
    pub fn grouped(self) -> Self {
        match self.kind {
            NodeKind::Sequence(_)
            | NodeKind::And(_)
            | NodeKind::Or(_)
            | NodeKind::Not(_)
            | NodeKind::AtLeast { .. }
            | NodeKind::Near { .. } => {
                let span = self.span;
                Self::new(NodeKind::Group(Box::new(self)), span)
            }
            _ => self,
        }
    }

    fn clear_spans(&mut self) {
        self.span = Span::default();
        match &mut self.kind {
            NodeKind::Word(word) => word.span = Span::default(),
            NodeKind::Phrase(phrase) => {
                for part in &mut phrase.parts {
                    match part {
                        PhrasePart::Word(word) => word.span = Span::default(),
                        PhrasePart::Gap(_, span) => *span = Span::default(),
                        PhrasePart::Any(ways) => {
                            let words = ways.iter_mut().flatten();
                            words.for_each(|word| word.span = Span::default());
                        }
                    }
                }
            }
            _ => {}
        }
        self.children_mut().iter_mut().for_each(Self::clear_spans);
    }
}

impl Phrase {
    /// The words, those of all alternatives among them, without the gaps.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.parts.iter().flat_map(|part| {
            let (word, ways) = match part {
                PhrasePart::Word(word) => (Some(word), &[][..]),
                PhrasePart::Gap(..) => (None, &[][..]),
                PhrasePart::Any(ways) => (None, ways.as_slice()),
            };
            word.into_iter().chain(ways.iter().flatten())
        })
    }

    /// The words as parts of their own that must all match, alternatives as one part in
    /// parentheses.
    pub fn conditions(&self, span: Span) -> Vec<Node> {
        let word = |word: &Word| {
            let mut word = word.clone();
            word.accents = word.accents.or(self.accents);
            let span = word.span;
            Node::new(NodeKind::Word(word), span)
        };
        let all = |words: &Vec<Word>| match words.as_slice() {
            [only] => word(only),
            words => Node::new(NodeKind::And(words.iter().map(word).collect()), span).grouped(),
        };
        let parts = self.parts.iter().filter_map(|part| match part {
            PhrasePart::Word(typed) => Some(word(typed)),
            PhrasePart::Gap(..) => None,
            PhrasePart::Any(ways) => {
                Some(Node::new(NodeKind::Or(ways.iter().map(all).collect()), span).grouped())
            }
        });
        parts.collect()
    }
}
