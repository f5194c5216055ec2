//! Completions of the value of a metadata field.

use timbao_query::plan::{Facet, Plan};
use timbao_query::{Field, Scope, has_open_quote, is_quote};
use timbao_tokenizer::{Keys, fold, scan};

use crate::corpus::{Corpus, Result};
use crate::facets::FacetTable;

use super::row::Candidate;

/// What may stand between the colon of a field and a value: it is excluded, or has just these accents, or any.
const SIGNS: [char; 3] = ['-', '=', '~'];

/// A text whose end is the value of a metadata field.
pub(super) struct InField<'t> {
    facet: Facet,
    /// The text before the value, without its quotation mark.
    head: &'t str,
    /// The typed part of the value.
    value: &'t str,
}

impl<'t> InField<'t> {
    /// Reads a text; `None` if it ends elsewhere.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        // The value of an open quotation, or the last word.
        let start = match has_open_quote(text) {
            true => text.rfind(is_quote)?,
            false => {
                let word = after_last(text, |c| c.is_whitespace() || matches!(c, '(' | '|'));
                let typed = text.get(word..)?;
                let value = typed.find([':', '=']).map_or(0, |at| at + 1);
                let rest = typed.get(value..)?;
                word + typed.len() - rest.trim_start_matches(SIGNS).len()
            }
        };
        let head = text.get(..start)?;
        // A value, with or without signs, or one of several in parentheses.
        let group = open_group(head).map(|at| &head[..at]);
        let after_colon = |head: &'t str| head.trim_end_matches(SIGNS).strip_suffix(':');
        let in_group = |head: &'t str| head.strip_suffix('-').unwrap_or(head).strip_suffix(':');
        let name = group
            .and_then(in_group)
            .or_else(|| after_colon(head))
            .or_else(|| head.strip_suffix('='))?;
        let from = after_last(name, |c| c.is_whitespace() || "(+-".contains(c));
        match Field::named(name.get(from..)?)? {
            Field::Scope(Scope::Facet(facet)) => Some(Self {
                facet,
                head,
                value: text.get(start..)?.trim_start_matches(is_quote),
            }),
            _ => None,
        }
    }

    /// The values that the typed part may be the start of, or of one of their words; the most
    /// common first.
    pub(super) fn candidates(&self, corpus: &dyn Corpus, most: usize) -> Result<Vec<Candidate>> {
        let articles = corpus.candidates(&Plan::Everything)?;
        let table = FacetTable::read(corpus, self.facet, &articles)?;
        let mut counts = vec![0u64; table.names.len()];
        for &number in table.numbers.iter().flatten() {
            if let Some(count) = counts.get_mut(number as usize) {
                *count += 1;
            }
        }
        let mut values: Vec<(u64, &String)> = counts
            .into_iter()
            .zip(&table.names)
            .filter(|(_, name)| self.begins(name))
            .collect();
        values.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        values.truncate(most);
        let (head, start) = (self.head, self.head.len());
        let values = values.into_iter().map(|(_, value)| {
            let plain: String = value.chars().filter(|c| !is_quote(*c)).collect();
            (format!("{head}\"{plain}\""), start)
        });
        Ok(values.collect())
    }

    /// Whether the typed part is the start of a value or of one of its words. Without accents any
    /// will do.
    fn begins(&self, name: &str) -> bool {
        let mut keys = Keys::new();
        keys.set(self.value);
        let form = |text: &str| match keys.is_marked() {
            true => text.to_lowercase(),
            false => fold(text),
        };
        let typed = form(self.value.trim_start());
        let name = form(name);
        scan(&name).any(|token| {
            name.get(token.start..)
                .is_some_and(|rest| rest.starts_with(&typed))
        })
    }
}

/// The position after the last character of a kind, or the start of the text.
fn after_last(text: &str, is_it: impl Fn(char) -> bool) -> usize {
    let last = text.char_indices().rfind(|&(_, c)| is_it(c));
    last.map_or(0, |(at, c)| at + c.len_utf8())
}

/// The position of the last parenthesis that is open at the end of a text.
fn open_group(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    let mut is_quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if is_quote(c) => is_quoted = !is_quoted,
            '(' if !is_quoted => open.push(at),
            ')' if !is_quoted => {
                open.pop();
            }
            _ => {}
        }
    }
    open.pop()
}

#[cfg(test)]
mod tests {
    use super::InField;

    #[test]
    fn fields_are_recognised_at_the_end() {
        for (text, expected) in [
            ("mục:", Some(("mục:", ""))),
            ("lũ mục:kin", Some(("lũ mục:", "kin"))),
            ("lũ -mục:\"kinh t", Some(("lũ -mục:", "kinh t"))),
            ("báo=\"Báo S", Some(("báo=", "Báo S"))),
            ("báo:-n", Some(("báo:-", "n"))),
            ("mục:=k", Some(("mục:=", "k"))),
            ("mục:==k", Some(("mục:==", "k"))),
            ("mục:~k", Some(("mục:~", "k"))),
            ("mục:-=k", Some(("mục:-=", "k"))),
            ("-mục:=", Some(("-mục:=", ""))),
            ("mục:=\"Kinh t", Some(("mục:=", "Kinh t"))),
            ("mục:(=k", Some(("mục:(=", "k"))),
            ("mục:(a OR =\"Kinh t", Some(("mục:(a OR =", "Kinh t"))),
            ("mục=k", Some(("mục=", "k"))),
            ("mục==k", None),
            ("mục=-k", None),
            ("mục=(k", None),
            ("mục:=(k", None),
            ("=k", None),
            ("lũ báo:-\"Nhân D", Some(("lũ báo:-", "Nhân D"))),
            ("báo:(", Some(("báo:(", ""))),
            ("báo:(n", Some(("báo:(", "n"))),
            (
                "báo:(\"Tuổi Trẻ\" OR \"Nh",
                Some(("báo:(\"Tuổi Trẻ\" OR ", "Nh")),
            ),
            ("(lũ báo:n", Some(("(lũ báo:", "n"))),
            ("(lũ OR báo:(a|n", Some(("(lũ OR báo:(a|", "n"))),
            ("báo:(n) l", None),
            ("báo:\"(\" l", None),
            ("(lũ n", None),
            ("tít:(kinh t", None),
            ("tít:\"kinh t", None),
            ("mục:\"kinh tế\"", None),
            ("mục:\"kinh tế\" lũ", None),
            ("\"kinh t", None),
            ("ngày:2", None),
            ("", None),
        ] {
            let read = InField::read(text).map(|field| (field.head, field.value));
            assert_eq!(read, expected, "{text}");
        }
    }
}
