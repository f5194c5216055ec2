//! Writes a tree out as a query.

use std::fmt::{self, Display, Formatter, Write};

use crate::ast::{AccentMode, Filler, Form, Node, NodeKind, Phrase, PhrasePart, Scope, Word};
use crate::fields::Field;

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            NodeKind::Empty => Ok(()),
            NodeKind::Word(word) => word.fmt(f),
            NodeKind::Phrase(phrase) => phrase.fmt(f),
            NodeKind::Sequence(nodes) => join(f, nodes, " "),
            NodeKind::And(nodes) => join(f, nodes, " AND "),
            NodeKind::Or(nodes) => join(f, nodes, " OR "),
            NodeKind::Not(node) => write!(f, "NOT {node}"),
            NodeKind::Excluded(node) => write!(f, "-{node}"),
            NodeKind::Required(node) => write!(f, "+{node}"),
            NodeKind::Near {
                operands,
                reach,
                order,
            } => join(f, operands, &format!(" {}/{reach} ", order.name())),
            NodeKind::AtLeast { count, value } => write!(f, "ATLEAST/{count} {value}"),
            NodeKind::Has(stated) => write!(f, "{stated}:*"),
            NodeKind::Group(node) => write!(f, "({node})"),
            NodeKind::Scoped { scope, value } => {
                write!(f, "{}:{value}", Field::Scope(*scope).name())
            }
            NodeKind::Is { facet, value } => {
                write!(f, "{}=", Field::Scope(Scope::Facet(*facet)).name())?;
                write_quoted(f, value)
            }
            NodeKind::Id(id) => write_id(f, id),
            NodeKind::Date(condition) => condition.fmt(f),
        }
    }
}

impl Display for Word {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_accents(f, self.accents)?;
        let text = &self.text;
        match self.form {
            Form::Plain => f.write_str(text),
            Form::Prefix => write!(f, "{text}*"),
            Form::Suffix => write!(f, "*{text}"),
            Form::Infix => write!(f, "*{text}*"),
            Form::Fuzzy(distance) => write!(f, "{text}~{distance}"),
            Form::Regex => write!(f, "/{text}/"),
        }
    }
}

impl Display for Phrase {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_accents(f, self.accents)?;
        f.write_char('"')?;
        for (i, part) in self.parts.iter().enumerate() {
            if i > 0 {
                f.write_char(' ')?;
            }
            match part {
                PhrasePart::Word(word) => word.fmt(f)?,
                PhrasePart::Any(ways) => write_ways(f, ways)?,
                PhrasePart::Gap(Filler::One, _) => f.write_str("*")?,
                PhrasePart::Gap(Filler::Some, _) => f.write_str("**")?,
                PhrasePart::Gap(Filler::UpTo(most), _) => write!(f, "**{most}")?,
            }
        }
        f.write_char('"')?;
        if self.slop > 0 {
            write!(f, "~{}", self.slop)
        } else {
            Ok(())
        }
    }
}

impl Display for Scope {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(Field::Scope(*self).name())
    }
}

/// Writes alternatives of a phrase: `(cán bộ | đảng viên)`.
fn write_ways(f: &mut Formatter<'_>, ways: &[Vec<Word>]) -> fmt::Result {
    for (number, words) in ways.iter().enumerate() {
        f.write_str(if number == 0 { "(" } else { " | " })?;
        for (number, word) in words.iter().enumerate() {
            if number > 0 {
                f.write_char(' ')?;
            }
            word.fmt(f)?;
        }
    }
    f.write_char(')')
}

fn join(f: &mut Formatter<'_>, nodes: &[Node], between: &str) -> fmt::Result {
    for (i, node) in nodes.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        node.fmt(f)?;
    }
    Ok(())
}

fn write_accents(f: &mut Formatter<'_>, accents: Option<AccentMode>) -> fmt::Result {
    match accents {
        None => Ok(()),
        Some(AccentMode::Verbatim) => f.write_str("=="),
        Some(AccentMode::Exact) => f.write_char('='),
        Some(AccentMode::Loose) => f.write_char('~'),
    }
}

/// Writes an identifier, between quotation marks where needed.
fn write_id(f: &mut Formatter<'_>, id: &str) -> fmt::Result {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !id.is_empty() && id.chars().all(is_plain) {
        return write!(f, "id:{id}");
    }
    f.write_str("id:")?;
    write_quoted(f, id)
}

/// Writes a text between quotation marks that are not part of it.
fn write_quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    let marks = [('"', '"'), ('“', '”'), ('«', '»')];
    let kinds: [&[char]; 3] = [&['"', '＂'], &['“', '”', '„', '‟'], &['«', '»']];
    let fits = marks
        .iter()
        .zip(kinds)
        .find(|(_, kind)| !text.contains(*kind));
    let (open, close) = fits.map_or(('"', '"'), |(&marks, _)| marks);
    write!(f, "{open}{text}{close}")
}
