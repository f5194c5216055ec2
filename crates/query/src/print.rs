//! Writes a tree out as a query.

use std::fmt::{self, Display, Formatter, Write};

use crate::ast::{AccentMode, Filler, Form, Node, NodeKind, Phrase, PhrasePart, Scope, Word};
use crate::date::{DateCondition, Period};
use crate::fields::{Field, Names};
use crate::plan::Stated;

/// A query with the names of fields, and the dates, of a language.
#[derive(Debug, Clone, Copy)]
pub struct Written<'n> {
    node: &'n Node,
    names: Names,
}

impl Node {
    /// Prints the query for readers of a language. Parsing that returns the same tree, as it does
    /// for the standard form.
    ///
    /// ```
    /// use timbao_query::{Names, parse};
    /// let parsed = parse("section=\"Thời sự\" after:2026-03");
    /// assert_eq!(
    ///     parsed.ast.written(Names::Vietnamese).to_string(),
    ///     "chuyên_mục=\"Thời sự\" sau:03/2026",
    /// );
    /// ```
    pub fn written(&self, names: Names) -> Written<'_> {
        Written { node: self, names }
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.written(Names::English).fmt(f)
    }
}

impl Display for Written<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names = self.names;
        let inner = |node| Written { node, names };
        let joined =
            |f: &mut Formatter<'_>, nodes, between: &str| write_nodes(f, nodes, between, names);
        let field = |scope| Field::Scope(scope).name_in(names);
        match &self.node.kind {
            NodeKind::Empty => Ok(()),
            NodeKind::Word(word) => word.fmt(f),
            NodeKind::Phrase(phrase) => phrase.fmt(f),
            NodeKind::Sequence(nodes) => joined(f, nodes, " "),
            NodeKind::And(nodes) => joined(f, nodes, " AND "),
            NodeKind::Or(nodes) => joined(f, nodes, " OR "),
            NodeKind::Not(node) => write!(f, "NOT {}", inner(node)),
            NodeKind::Excluded(node) => write!(f, "-{}", inner(node)),
            NodeKind::Required(node) => write!(f, "+{}", inner(node)),
            NodeKind::Near {
                operands,
                reach,
                order,
            } => joined(f, operands, &format!(" {}/{reach} ", order.name())),
            NodeKind::AtLeast { count, value } => {
                write!(f, "ATLEAST/{count} {}", inner(value))
            }
            NodeKind::Has(Stated::Date) => write!(f, "{}:*", Field::Date.name_in(names)),
            NodeKind::Has(Stated::Facet(facet)) => write!(f, "{}:*", field(Scope::Facet(*facet))),
            NodeKind::Group(node) => write!(f, "({})", inner(node)),
            NodeKind::Scoped { scope, value } => write!(f, "{}:{}", field(*scope), inner(value)),
            NodeKind::Is { facet, value } => {
                write!(f, "{}=", field(Scope::Facet(*facet)))?;
                write_quoted(f, value)
            }
            NodeKind::Id(id) => write_id(f, id, names),
            NodeKind::Date(condition) => write_date(f, condition, names),
        }
    }
}

impl Display for DateCondition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_date(f, self, Names::English)
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

fn write_nodes(f: &mut Formatter<'_>, nodes: &[Node], between: &str, names: Names) -> fmt::Result {
    for (i, node) in nodes.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        node.written(names).fmt(f)?;
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
fn write_id(f: &mut Formatter<'_>, id: &str, names: Names) -> fmt::Result {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    write!(f, "{}:", Field::Id.name_in(names))?;
    if !id.is_empty() && id.chars().all(is_plain) {
        return f.write_str(id);
    }
    write_quoted(f, id)
}

fn write_date(f: &mut Formatter<'_>, condition: &DateCondition, names: Names) -> fmt::Result {
    let field = match condition {
        DateCondition::Within(_) | DateCondition::Between(..) => Field::Date,
        DateCondition::After(_) => Field::After,
        DateCondition::Before(_) => Field::Before,
    };
    write!(f, "{}:", field.name_in(names))?;
    match condition {
        DateCondition::Within(period)
        | DateCondition::After(period)
        | DateCondition::Before(period) => write_period(f, *period, names),
        DateCondition::Between(from, to) => {
            from.map_or(Ok(()), |from| write_period(f, from, names))?;
            f.write_str("..")?;
            to.map_or(Ok(()), |to| write_period(f, to, names))
        }
    }
}

fn write_period(f: &mut Formatter<'_>, period: Period, names: Names) -> fmt::Result {
    match (names, period.parts()) {
        (Names::Vietnamese, (year, Some(month), Some(day))) => {
            write!(f, "{day:02}/{month:02}/{year:04}")
        }
        (Names::Vietnamese, (year, Some(month), None)) => write!(f, "{month:02}/{year:04}"),
        _ => period.fmt(f),
    }
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
