//! A page of a MediaWiki dump, and the text of its markup.

use super::tree::Element;
use crate::Caption;
use crate::fields::Field;
use crate::parse::collect::Collector;
use crate::parse::tags;
use crate::provenance::Trace;
use crate::tidy::caption;

/// Reads a page: its last revision. Talk, templates and other pages of the
/// project are not articles, nor are redirections.
pub(super) fn page<'t>(page: Element<'t>, collector: &mut Collector<'t>, trace: &mut Trace) {
    let own = |name: &str| page.elements().find(|element| element.name() == name);
    let namespace = own("ns").map(Element::line).unwrap_or_default();
    if !matches!(namespace.as_str(), "" | "0") {
        return collector.exclude(format!("a page of namespace {namespace}"));
    }
    if own("redirect").is_some() {
        return collector.exclude("a redirection");
    }
    for (name, field) in [("title", Field::Title), ("id", Field::Id)] {
        if let Some(element) = own(name) {
            collector.offer(field, 0, element.line(), name, trace);
        }
    }
    let revisions = page
        .elements()
        .filter(|element| element.name() == "revision");
    let Some(revision) = revisions.last() else {
        return;
    };
    let model = revision
        .find("model")
        .map(Element::line)
        .unwrap_or_default();
    if !matches!(model.as_str(), "" | "wikitext") {
        return collector.exclude(format!("a page of the model `{model}`"));
    }
    // The time of the last revision is not the date of an article.
    let Some(source) = revision.find("text").map(Element::text) else {
        return;
    };
    if is_redirection(&source) {
        return collector.exclude("a redirection");
    }
    let (text, captions) = plain(&source);
    collector.offer(Field::Body, 0, text, "revision/text", trace);
    collector
        .draft
        .add_captions(captions, "files of the page", trace);
}

fn is_redirection(source: &str) -> bool {
    let start: String = source.trim_start().chars().take(9).collect();
    let start = start.to_lowercase();
    start.starts_with("#redirect") || start.starts_with("#đổi")
}

/// Takes the markup out of a text. Templates and tables are data and not text;
/// references, comments and the links to files go as well.
fn plain(source: &str) -> (String, Vec<Caption>) {
    let mut reader = Wikitext {
        rest: source,
        out: String::with_capacity(source.len()),
        captions: Vec::new(),
        is_broken: false,
    };
    reader.run();
    let mut lines = String::with_capacity(reader.out.len());
    // Levels and starts of the last headings without text under them.
    let mut headings: Vec<(usize, usize)> = Vec::new();
    for line in reader.out.lines() {
        let line = line.trim().trim_start_matches(['*', '#', ':', ';']).trim();
        let is_heading = line.starts_with("==");
        if is_heading {
            let level = line.len() - line.trim_start_matches('=').len();
            // Nothing is left under the headings of references and links.
            while let Some((above, start)) = headings.pop() {
                if above < level {
                    headings.push((above, start));
                    break;
                }
                lines.truncate(start);
            }
            headings.push((level, lines.len()));
        }
        let line = if is_heading {
            line.trim_matches('=').trim()
        } else {
            line
        };
        if !is_heading && !line.is_empty() {
            headings.clear();
        }
        if line.is_empty() || (line.starts_with("__") && line.ends_with("__")) {
            continue;
        }
        lines.push_str(line);
        lines.push('\n');
    }
    if let Some((_, start)) = headings.first() {
        lines.truncate(*start);
    }
    (tags::line(&lines).into_owned(), reader.captions)
}

struct Wikitext<'s> {
    rest: &'s str,
    out: String,
    captions: Vec<Caption>,
    /// A template or table never closes.
    is_broken: bool,
}

impl<'s> Wikitext<'s> {
    fn run(&mut self) {
        while let Some(at) = self.next_mark() {
            let (before, rest) = self.rest.split_at(at);
            self.out.push_str(before);
            self.rest = rest;
            if rest.starts_with("{{") && !self.is_broken {
                self.skip_nested("{{", "}}");
            } else if rest.starts_with("{|") && !self.is_broken {
                self.skip_nested("{|", "|}");
            } else if rest.starts_with("[[") {
                self.link();
            } else if rest.starts_with("[http") || rest.starts_with("[//") {
                self.external_link();
            } else if rest.starts_with("<!--") {
                self.skip_to("-->");
            } else if let Some(name) = HIDDEN
                .iter()
                .find(|name| rest.get(1..).is_some_and(|rest| rest.starts_with(**name)))
            {
                self.hidden(name);
            } else if rest.starts_with("''") {
                self.rest = rest.trim_start_matches('\'');
            } else {
                self.out.push_str(&rest[..1]);
                self.rest = &rest[1..];
            }
        }
        self.out.push_str(self.rest);
    }

    /// Skips the text between two marks that may be nested.
    fn skip_nested(&mut self, open: &str, close: &str) {
        let bytes = self.rest.as_bytes();
        let (mut depth, mut at) = (0_usize, 0);
        while at < bytes.len() {
            let rest = &bytes[at..];
            if rest.starts_with(open.as_bytes()) {
                depth += 1;
                at += 2;
            } else if rest.starts_with(close.as_bytes()) {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    break;
                }
            } else {
                at += 1;
            }
        }
        if depth == 0 {
            self.rest = self.rest.get(at..).unwrap_or_default();
        } else {
            // A mark that never closes is not one; others are not tried.
            self.is_broken = true;
        }
    }

    /// The start of the next mark that matters.
    fn next_mark(&self) -> Option<usize> {
        let mark = memchr::memchr3(b'{', b'[', b'<', self.rest.as_bytes());
        let before = self.rest.get(..mark.unwrap_or(self.rest.len()))?;
        before.find("''").or(mark)
    }

    fn skip_to(&mut self, end: &str) {
        self.rest = match self.rest.find(end) {
            Some(at) => &self.rest[at + end.len()..],
            None => "",
        };
    }

    /// Passes over an element whose text is not the article's.
    fn hidden(&mut self, name: &str) {
        let Some(end) = self.rest.find('>') else {
            self.out.push_str(self.rest);
            self.rest = "";
            return;
        };
        let is_empty = self.rest[..end].ends_with('/');
        self.rest = &self.rest[end + 1..];
        let close = format!("</{name}>");
        let reach = self.rest.as_bytes().get(..LONGEST_HIDDEN);
        let reach = reach.unwrap_or(self.rest.as_bytes());
        if let Some(end) = memchr::memmem::find(reach, close.as_bytes())
            && !is_empty
        {
            self.rest = &self.rest[end + close.len()..];
        }
    }

    /// `[[page|text]]`: pushes the text, or the caption of a file.
    fn link(&mut self) {
        let Some(length) = link_length(self.rest) else {
            self.out.push_str("[[");
            self.rest = &self.rest[2..];
            return;
        };
        let inner = &self.rest[2..length - 2];
        self.rest = &self.rest[length..];
        let target = inner.split('|').next().unwrap_or_default();
        let space = target.split(':').next().filter(|_| target.contains(':'));
        let space = space.unwrap_or_default().trim().to_lowercase();
        if FILES.contains(&space.as_str()) {
            let shown = last_part(inner);
            if shown != target && !is_layout(shown) {
                let (text, _) = plain(shown);
                let text = text.trim();
                if !text.is_empty() {
                    self.captions.push(caption(text));
                }
            }
        } else if !CATEGORIES.contains(&space.as_str()) {
            let shown = inner.split_once('|').map_or(target, |(_, text)| text);
            self.out.push_str(shown.trim_start_matches(':'));
        }
    }

    /// `[address text]`: the text.
    fn external_link(&mut self) {
        let end = self.rest.find([']', '\n']).unwrap_or(self.rest.len());
        let inner = &self.rest[1..end];
        if let Some((_, text)) = inner.split_once(' ') {
            self.out.push_str(text);
        }
        let end = end + usize::from(self.rest[end..].starts_with(']'));
        self.rest = &self.rest[end..];
    }
}

/// The bytes of a link, links in it included.
fn link_length(text: &str) -> Option<usize> {
    const LONGEST: usize = 2048;
    let bytes = text.as_bytes().get(..LONGEST).unwrap_or(text.as_bytes());
    let (mut depth, mut at) = (0_usize, 0);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"[[" => {
                depth += 1;
                at += 2;
            }
            b"]]" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
    None
}

/// The last part of a link to a file, links in it included.
fn last_part(inner: &str) -> &str {
    let mut depth = 0_i32;
    let mut start = 0;
    for (at, letter) in inner.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            '|' if depth == 0 => start = at + 1,
            _ => {}
        }
    }
    &inner[start..]
}

/// Words for the size and place of a picture.
fn is_layout(text: &str) -> bool {
    let text = text.trim();
    let is_size = text.ends_with("px") && text.len() < 12;
    is_size
        || matches!(
            text,
            "thumb"
                | "nhỏ"
                | "right"
                | "left"
                | "phải"
                | "trái"
                | "frame"
                | "giữa"
                | "center"
                | "upright"
        )
}

/// Elements whose text is not the article's.
const HIDDEN: &[&str] = &[
    "ref",
    "gallery",
    "math",
    "timeline",
    "syntaxhighlight",
    "source",
    "score",
];

/// The most bytes of such an element.
const LONGEST_HIDDEN: usize = 16 << 10;

const FILES: &[&str] = &["tập tin", "hình", "file", "image", "media"];

const CATEGORIES: &[&str] = &["thể loại", "category"];

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn markup_goes_and_text_stays() {
        for (source, expected) in [
            (
                "'''Sông Lam''' là [[huyện]] của [[tỉnh Hạ Du|Hạ Du]].",
                "Sông Lam là huyện của Hạ Du.\n",
            ),
            (
                "== Sông ==\n=== Bến ===\n== Cầu ==\nDài.\n== Xem thêm ==\n=== Ngoài ===\n",
                "Cầu\nDài.\n",
            ),
            (
                "{{Thông tin|a={{b}}}}Chữ<ref>x</ref> <ref name=a/>rồi.",
                "Chữ rồi.\n",
            ),
            (
                "== Lịch sử ==\n* Một\n: hai\n__TOC__",
                "Lịch sử\nMột\nhai\n",
            ),
            (
                "{| class=\"a\"\n| b\n|}\nSau bảng.[[Thể loại:Huyện]]",
                "Sau bảng.\n",
            ),
            (
                "[http://a.example Báo A] viết &nbsp;thế.<!-- ẩn -->",
                "Báo A viết \u{a0}thế.\n",
            ),
            ("{{không đóng", "{{không đóng\n"),
        ] {
            assert_eq!(plain(source).0, expected);
        }
        let (text, captions) = plain("[[Tập tin:a.jpg|nhỏ|Cầu [[Vàm]] mới]]Chữ.");
        assert_eq!(text, "Chữ.\n");
        assert_eq!(captions[0].text, "Cầu Vàm mới");
    }
}
