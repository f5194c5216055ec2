//! Headlines that are pasted as they are, with marks that would be operators.
//!
//! A query without any other operator reads as a headline if it has four or more words with a
//! colon, a comma or the like between them, four or more words outside of quotation marks that
//! begin with a capital letter, or more words than people type. Quotation marks and dashes in it
//! are punctuation, since an article rarely repeats a quotation of its headline word by word.

use crate::ast::{Form, Node, NodeKind, Phrase, PhrasePart, Span};
use crate::lex::{is_quote, is_space};
use crate::problem::{Problem, ProblemKind};
use crate::words::word_node;

/// Fewer words are no headline.
const LEAST_WORDS: usize = 4;
/// More words than people type.
const MANY_WORDS: usize = 7;

/// Marks that end a part of a headline.
const MARKS: [char; 6] = [':', ',', ';', '?', '!', '…'];

/// What a query looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Look {
    /// Something to search for.
    Query,
    /// A headline without punctuation, to judge by its length.
    Long,
    /// A headline without punctuation, to judge by its first letter.
    Capital,
    /// A headline, to judge by its punctuation.
    Punctuated,
}

/// Reads quotation marks and dashes of a headline as punctuation; reports each.
pub(crate) fn read_headline(ast: Node, text: &str, problems: &mut Vec<Problem>) -> Node {
    let look = look_of(&ast, text);
    if look == Look::Query {
        return ast;
    }
    let NodeKind::Sequence(nodes) = ast.kind else {
        return ast;
    };
    let mut reader = Reader {
        look,
        is_first: true,
        after_word: false,
        problems,
    };
    Node::new(NodeKind::Sequence(reader.sequence(nodes)), ast.span)
}

fn look_of(ast: &Node, text: &str) -> Look {
    let NodeKind::Sequence(nodes) = &ast.kind else {
        return Look::Query;
    };
    let mut count = Count::default();
    if !nodes.iter().all(|node| count.add(node)) || count.unquoted == 0 {
        return Look::Query;
    }
    let words = count.unquoted + count.quoted;
    let is_capital = count
        .first
        .is_some_and(|span| span.of(text).starts_with(char::is_uppercase));
    if words >= LEAST_WORDS && has_marks(ast, text) {
        Look::Punctuated
    } else if count.unquoted >= LEAST_WORDS && is_capital {
        Look::Capital
    } else if count.unquoted >= MANY_WORDS {
        Look::Long
    } else {
        Look::Query
    }
}

/// Counts the words of a query that has no other operators than quotation marks, dashes and
/// parentheses.
#[derive(Default)]
struct Count {
    unquoted: usize,
    quoted: usize,
    first: Option<Span>,
}

impl Count {
    /// Adds the words of a part; `false` if it has an operator.
    fn add(&mut self, node: &Node) -> bool {
        match &node.kind {
            NodeKind::Word(word) => {
                self.unquoted += 1;
                self.first.get_or_insert(word.span);
                word.accents.is_none() && word.form == Form::Plain
            }
            NodeKind::Phrase(phrase) => {
                self.quoted += phrase.words().count();
                let first = phrase.words().next().map(|word| word.span);
                self.first = self.first.or(first);
                is_plain(phrase)
            }
            NodeKind::Excluded(inner) => match &inner.kind {
                NodeKind::Word(_) | NodeKind::Phrase(_) => self.add(inner),
                _ => false,
            },
            NodeKind::Group(_) | NodeKind::Sequence(_) => {
                node.children().iter().all(|node| self.add(node))
            }
            _ => false,
        }
    }
}

/// Returns `true` if one of [`MARKS`] follows a word or a quotation, or a dash stands alone.
fn has_marks(ast: &Node, text: &str) -> bool {
    let mut quoted = Vec::new();
    collect_quotations(ast, &mut quoted);
    let is_outside = |at: usize| {
        !quoted
            .iter()
            .any(|span| (span.start..span.end).contains(&at))
    };
    let mut before = ' ';
    let mut marks = text.char_indices().peekable();
    while let Some((at, c)) = marks.next() {
        let next = marks.peek().map_or(' ', |&(_, next)| next);
        let ends = is_space(next) || is_quote(next) || next == ')';
        let follows = before.is_alphanumeric() || is_quote(before) || before == ')';
        let is_dash = matches!(c, '-' | '–' | '—' | '|') && is_space(before) && is_space(next);
        if (is_dash || MARKS.contains(&c) && ends && follows) && is_outside(at) {
            return true;
        }
        before = c;
    }
    false
}

fn collect_quotations(node: &Node, into: &mut Vec<Span>) {
    match node.kind {
        NodeKind::Phrase(_) => into.push(node.span),
        _ => node
            .children()
            .iter()
            .for_each(|node| collect_quotations(node, into)),
    }
}

/// Returns `true` for a phrase of words alone, without gaps, alternatives, slop or operators.
fn is_plain(phrase: &Phrase) -> bool {
    let is_plain = |part: &PhrasePart| match part {
        PhrasePart::Word(word) => word.accents.is_none() && word.form == Form::Plain,
        PhrasePart::Gap(..) | PhrasePart::Any(_) => false,
    };
    phrase.slop == 0 && phrase.accents.is_none() && phrase.parts.iter().all(is_plain)
}

struct Reader<'p> {
    look: Look,
    /// Whether no part is before.
    is_first: bool,
    /// Whether the part before is a word.
    after_word: bool,
    problems: &'p mut Vec<Problem>,
}

impl Reader<'_> {
    fn sequence(&mut self, nodes: Vec<Node>) -> Vec<Node> {
        let mut read = Vec::with_capacity(nodes.len());
        let mut nodes = nodes.into_iter().peekable();
        while let Some(node) = nodes.next() {
            let before_word = nodes.peek().is_some_and(|next| !next.is_negative());
            match node.kind {
                NodeKind::Phrase(phrase) => {
                    self.report(ProblemKind::QuoteInHeadline, node.span);
                    read.extend(words(phrase));
                }
                NodeKind::Excluded(inner) if self.is_dash(&inner, before_word) => {
                    self.report(ProblemKind::DashInHeadline, node.span);
                    match inner.kind {
                        NodeKind::Phrase(phrase) => read.extend(words(phrase)),
                        _ => read.push(*inner),
                    }
                }
                NodeKind::Excluded(inner) => {
                    if self.look == Look::Punctuated {
                        self.report(ProblemKind::ExclusionInHeadline, node.span);
                    }
                    self.after_word = false;
                    self.is_first = false;
                    read.push(Node::new(NodeKind::Excluded(inner), node.span));
                    continue;
                }
                NodeKind::Group(inner) => {
                    let inner = self.group(*inner);
                    read.push(Node::new(NodeKind::Group(Box::new(inner)), node.span));
                }
                kind => read.push(Node::new(kind, node.span)),
            }
            self.after_word = true;
            self.is_first = false;
        }
        read
    }

    /// The value of a group.
    fn group(&mut self, node: Node) -> Node {
        let span = node.span;
        let nodes = match node.kind {
            NodeKind::Sequence(nodes) => nodes,
            kind => vec![Node::new(kind, span)],
        };
        let mut nodes = self.sequence(nodes);
        match nodes.len() {
            1 => nodes.remove(0),
            _ => Node::new(NodeKind::Sequence(nodes), span),
        }
    }

    /// Whether the dash of an exclusion joins words: before a number (S -300), or before a capital
    /// letter in the middle of a headline with punctuation or a first capital letter (Hà Nội -Hải
    /// Phòng: …). At the start of a headline it marks an item of a list.
    fn is_dash(&self, excluded: &Node, before_word: bool) -> bool {
        let (text, is_word) = match &excluded.kind {
            NodeKind::Word(word) => (Some(&word.text), true),
            NodeKind::Phrase(phrase) => (phrase.words().next().map(|word| &word.text), false),
            _ => return false,
        };
        let starts_with = |f: fn(char) -> bool| text.is_some_and(|text| text.starts_with(f));
        let is_number = starts_with(|c| c.is_ascii_digit());
        let is_name = starts_with(char::is_uppercase) && before_word;
        let is_item = self.is_first && (is_name || is_number && before_word);
        let is_written = self.look >= Look::Capital;
        is_item || self.after_word && is_word && (is_number || is_written && is_name)
    }

    fn report(&mut self, kind: ProblemKind, span: Span) {
        self.problems.push(Problem { kind, span });
    }
}

fn words(phrase: Phrase) -> impl Iterator<Item = Node> {
    phrase.parts.into_iter().filter_map(|part| match part {
        PhrasePart::Word(word) => Some(word_node(word)),
        PhrasePart::Gap(..) | PhrasePart::Any(_) => None,
    })
}
