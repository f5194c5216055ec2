//! Corpora with one token per line: the vertical form of corpus tools, and
//! CoNLL-U. Their tokens are joined to text again.

use super::{dateline, entity};
use crate::Article;
use crate::fields::{Draft, Field, field};
use crate::problem::Fault;
use crate::provenance::Trace;

/// Parses one document of a corpus.
pub(crate) fn parse(text: &str, trace: &mut Trace) -> Result<Article, Fault> {
    let mut reader = Reader::default();
    for line in text.lines() {
        reader.line(line.trim_end(), trace);
    }
    reader.end_sentence();
    reader.end_paragraph();
    let mut draft = reader.draft;
    if !reader.title.is_empty() {
        draft.offer(
            Field::Title,
            1,
            reader.title.join(" "),
            "title element",
            trace,
        );
    }
    let body = reader.paragraphs.join("\n");
    draft.offer(Field::Body, 0, body, "tokens", trace);
    let mut article = draft.finish();
    if let Some(dateline) = article.body.lines().next().and_then(dateline::read) {
        dateline::apply(dateline, &mut article, trace);
    }
    Ok(article)
}

#[derive(Default)]
struct Reader {
    draft: Draft,
    sentence: String,
    /// The sentence as it was before it was cut into tokens, if it is stated.
    stated: Option<String>,
    /// Sentences of the paragraph that is being read.
    sentences: Vec<String>,
    paragraphs: Vec<String>,
    title: Vec<String>,
    in_title: bool,
    /// The corpus marks paragraphs; otherwise each sentence is one.
    has_paragraphs: bool,
    /// No blank before the next token.
    glued: bool,
    quoted: bool,
    /// The last token that a token of several numbers stands for.
    covered: u32,
}

impl Reader {
    fn line(&mut self, line: &str, trace: &mut Trace) {
        if line.is_empty() {
            self.end_sentence();
        } else if let Some(comment) = line.strip_prefix("# ") {
            self.comment(comment, trace);
        } else if let Some(tag) = tag_of(line) {
            self.tag(tag, trace);
        } else {
            self.token(line);
        }
    }

    fn comment(&mut self, comment: &str, trace: &mut Trace) {
        let (key, value) = comment.split_once('=').unwrap_or((comment, ""));
        let (key, value) = (key.trim(), value.trim());
        match key {
            "text" => self.stated = Some(value.to_owned()),
            "sent_id" => {}
            _ if key.starts_with("newpar") => {
                self.end_sentence();
                self.end_paragraph();
                self.has_paragraphs = true;
            }
            _ if key.starts_with("newdoc") => {}
            _ => self.offer(key, value, "comment", trace),
        }
    }

    fn offer(&mut self, name: &str, value: &str, what: &str, trace: &mut Trace) {
        if let Some((field, rank)) = field(name).filter(|_| !value.is_empty()) {
            let from = format!("{what} {name}");
            self.draft
                .offer(field, rank, value.to_owned(), &from, trace);
        }
    }

    fn tag(&mut self, tag: &str, trace: &mut Trace) {
        let closing = tag.starts_with('/');
        let tag = tag.trim_start_matches('/').trim_end_matches('/').trim();
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        match name {
            "g" => self.glued = true,
            "s" => self.end_sentence(),
            "p" | "para" | "title" | "head" | "headline" | "h1" => {
                self.end_sentence();
                self.end_paragraph();
                self.has_paragraphs |= matches!(name, "p" | "para");
                let kind = attribute_list(attributes)
                    .into_iter()
                    .find(|(key, _)| key == "type");
                let is_title = |kind: &str| matches!(kind, "title" | "head" | "headline" | "h1");
                let titled = is_title(name) || kind.is_some_and(|(_, kind)| is_title(&kind));
                self.in_title = titled && !closing;
            }
            "doc" | "text" | "article" if !closing => {
                for (key, value) in attribute_list(attributes) {
                    self.offer(&key, &value, "attribute", trace);
                }
            }
            _ => {}
        }
    }

    fn token(&mut self, line: &str) {
        let mut columns = line.split('\t');
        let first = columns.next().unwrap_or_default();
        let is_number = first.starts_with(|c: char| c.is_ascii_digit())
            && first
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '-' | '.'));
        let mut token = first;
        if is_number && line.matches('\t').count() >= 3 {
            // CoNLL-U: empty nodes, and tokens that stand for several words.
            let (from, to) = first.split_once('-').unwrap_or((first, first));
            let number: u32 = from.parse().unwrap_or(0);
            if first.contains('.') || number <= self.covered && number > 1 {
                return;
            }
            self.covered = if first.contains('-') {
                to.parse().unwrap_or(0)
            } else {
                0
            };
            token = columns.next().unwrap_or_default();
        }
        let token = entity::decode(token);
        // Words of several syllables are one token.
        let token = if token.len() > 1 {
            token.replace('_', " ")
        } else {
            token.into_owned()
        };
        self.join(token.trim());
        self.glued |= line
            .rsplit('\t')
            .next()
            .is_some_and(|last| last.contains("SpaceAfter=No"));
    }

    /// Adds a token to the sentence, with a blank before it where one is due.
    fn join(&mut self, token: &str) {
        let closes = matches!(
            token,
            "." | "," | ";" | ":" | "!" | "?" | "…" | "..." | ")" | "]" | "”" | "’" | "%"
        ) || token == "\"" && self.quoted;
        if !(closes || self.glued || self.sentence.is_empty()) {
            self.sentence.push(' ');
        }
        self.sentence.push_str(token);
        self.glued = matches!(token, "(" | "[" | "“" | "‘") || token == "\"" && !self.quoted;
        if token == "\"" {
            self.quoted = !self.quoted;
        }
    }

    fn end_sentence(&mut self) {
        let sentence = std::mem::take(&mut self.sentence);
        let sentence = self.stated.take().unwrap_or(sentence);
        (self.glued, self.quoted, self.covered) = (false, false, 0);
        if sentence.is_empty() {
            return;
        }
        if self.in_title {
            self.title.push(sentence);
        } else {
            self.sentences.push(sentence);
        }
    }

    fn end_paragraph(&mut self) {
        let between = if self.has_paragraphs { " " } else { "\n" };
        let paragraph = std::mem::take(&mut self.sentences).join(between);
        if !paragraph.is_empty() {
            self.paragraphs.push(paragraph);
        }
    }
}

/// The inside of a line that is a tag.
fn tag_of(line: &str) -> Option<&str> {
    let inner = line.strip_prefix('<')?.strip_suffix('>')?;
    let name = inner.trim_start_matches('/');
    (name.starts_with(|c: char| c.is_ascii_alphabetic()) && !line.contains('\t')).then_some(inner)
}

/// The attributes of a tag, in order.
fn attribute_list(attributes: &str) -> Vec<(String, String)> {
    let mut list = Vec::new();
    let mut rest = attributes;
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            break;
        };
        let Some((value, after)) = after[1..].split_once(quote) else {
            break;
        };
        list.push((name.trim().to_owned(), entity::decode(value).into_owned()));
        rest = after;
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(corpus: &str, title: Option<&str>, body: &str) {
        let article = parse(corpus, &mut Trace::off()).unwrap();
        assert_eq!((article.title.as_deref(), &*article.body), (title, body));
    }

    #[test]
    fn tokens_become_text_again() {
        check(
            "<doc title=\"Lúa &amp; ngô\">\n<p>\n<s>\nBà_con\tN\ngặt\tV\nlúa\tN\n,\tP\n\"\tP\nvui\tA\n\"\tP\n.\tP\n</s>\n<s>\nHết\nrồi\n<g/>\n!\n</s>\n</p>\n</doc>",
            Some("Lúa & ngô"),
            "Bà con gặt lúa, \"vui\". Hết rồi!",
        );
    }

    #[test]
    fn conll_u_has_numbers_and_comments() {
        check(
            "# newdoc id = a\n# title = Tin\n# newpar\n1\tNhà\tnhà\tN\t_\t_\t0\t_\t_\tSpaceAfter=No\n2\t.\t.\tP\t_\t_\t1\t_\t_\t_\n\n# text = Câu hai.\n1\tCâu\t_\tN\n2\thai\t_\tN\n",
            Some("Tin"),
            "Nhà. Câu hai.",
        );
    }

    #[test]
    fn without_paragraphs_each_sentence_is_one() {
        check("<s>\nMột\tN\n</s>\n<s>\nHai\tN\n</s>\n", None, "Một\nHai");
    }
}
