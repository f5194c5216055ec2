//! The signs by which a format is recognised in its first bytes.

use crate::split::script::after_comments;

/// The start of a stream, as it is shown to the recogniser of each format.
pub(crate) struct Sight<'a> {
    /// The first bytes.
    pub head: &'a [u8],
    /// The first bytes without byte order mark and leading blanks.
    pub text: &'a [u8],
    /// The extension of its name, in lower case.
    pub extension: &'a str,
}

/// Strength of evidence for a format; the strongest evidence wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sign {
    Not,
    /// Read so if nothing speaks for another format.
    Fallback,
    /// Begins as this format often does.
    Looks,
    /// Has an extension of this format.
    Name,
    /// Begins as only this format does in good faith.
    Begins,
    /// The extension counts more than the first bytes.
    FirmName,
    /// Begins with bytes that only this format has.
    Magic,
}

impl<'a> Sight<'a> {
    pub fn new(head: &'a [u8], extension: &'a str) -> Self {
        let text = head.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(head);
        Self {
            head,
            text: text.trim_ascii_start(),
            extension,
        }
    }

    /// [`Sign::Magic`] if the stream begins with `mark`.
    pub fn begins(&self, mark: &[u8]) -> Sign {
        if self.head.starts_with(mark) {
            Sign::Magic
        } else {
            Sign::Not
        }
    }

    /// Returns `true` if `mark` occurs in the first bytes.
    pub fn has(&self, mark: &[u8]) -> bool {
        memchr::memmem::find(self.head, mark).is_some()
    }

    /// Returns `true` if the stream is a zip archive.
    pub fn is_zip(&self) -> bool {
        matches!(self.head, [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..])
    }
}

/// The sign of formats that are recognised by their name, or by their splitter.
pub(crate) fn nothing(_: &Sight<'_>) -> Sign {
    Sign::Not
}

pub(crate) fn json_lines(sight: &Sight<'_>) -> Sign {
    when(begins_object_lines(sight.text), Sign::Begins)
}

pub(crate) fn json(sight: &Sight<'_>) -> Sign {
    let begins = begins_json(after_comments(sight.text)) || begins_script(sight.text);
    when(begins, Sign::Looks)
}

pub(crate) fn markdown(sight: &Sight<'_>) -> Sign {
    let front_matter = sight.text.starts_with(b"---\n") || sight.text.starts_with(b"---\r\n");
    when(front_matter, Sign::Looks)
}

pub(crate) fn html(sight: &Sight<'_>) -> Sign {
    when(begins_html(sight.text), Sign::Begins)
}

pub(crate) fn xml(sight: &Sight<'_>) -> Sign {
    when(
        !begins_html(sight.text) && begins_xml(sight.text),
        Sign::Begins,
    )
}

/// Office documents are zip archives too.
pub(crate) fn docx(sight: &Sight<'_>) -> Sign {
    let parts = sight.has(b"[Content_Types].xml") && sight.has(b"word/");
    let is_docx = sight.is_zip() && (matches!(sight.extension, "docx" | "docm" | "dotx") || parts);
    when(is_docx, Sign::Magic)
}

/// PDF begins with its mark, after blanks or, under its name, anything short.
pub(crate) fn pdf(sight: &Sight<'_>) -> Sign {
    let start = sight.head.get(..1024).unwrap_or(sight.head);
    let named = sight.extension == "pdf" && memchr::memmem::find(start, b"%PDF-").is_some();
    when(named || sight.text.starts_with(b"%PDF-"), Sign::Magic)
}

/// A web page saved as one file: mail of several parts that belong together.
pub(crate) fn mhtml(sight: &Sight<'_>) -> Sign {
    let Some(head) = mail_head(sight.text) else {
        return Sign::Not;
    };
    let is_page = head.contains("multipart/related") || head.contains("saved by");
    when(is_page && head.contains("mime-version:"), Sign::Begins)
}

/// Mail: a block of headers with those that every mail has.
pub(crate) fn mail(sight: &Sight<'_>) -> Sign {
    let message = match sight.text.strip_prefix(b"From ") {
        Some(envelope) => {
            let end = memchr::memchr(b'\n', envelope).map_or(0, |at| at + 1);
            envelope.get(end..).unwrap_or_default()
        }
        None => counted(sight.text).map_or(sight.text, |(_, message)| message),
    };
    let Some(head) = mail_head(message) else {
        return Sign::Not;
    };
    let has = |name: &str| head.lines().any(|line| line.starts_with(name));
    let others = [
        "message-id:",
        "mime-version:",
        "received:",
        "to:",
        "content-type:",
        "return-path:",
    ];
    let is_mail =
        has("from:") && (has("date:") || has("subject:")) && others.iter().any(|name| has(name));
    let is_mail = is_mail || has("subject:") && has("mime-version:");
    when(is_mail, Sign::Begins)
}

/// A message of Apple Mail, which has its length on a line before it and a property list after it.
pub(crate) fn counted(bytes: &[u8]) -> Option<(usize, &[u8])> {
    const LONGEST: usize = 20;
    let end = bytes.iter().take(LONGEST).position(|byte| *byte == b'\n')?;
    let (line, message) = bytes.split_at_checked(end + 1)?;
    let length = std::str::from_utf8(line).ok()?.trim().parse().ok()?;
    Some((length, message))
}

/// The headers that a text begins with, in lower case; every line is one, or
/// continues one.
fn mail_head(text: &[u8]) -> Option<String> {
    let end = memchr::memmem::find(text, b"\n\n").into_iter();
    let end = end.chain(memchr::memmem::find(text, b"\r\n\r\n")).min();
    let head = text.get(..end.unwrap_or(text.len()))?;
    let is_header = |line: &[u8]| {
        let name = line.split(|byte| *byte == b':').next();
        let name = name.filter(|name| !name.is_empty() && name.len() < line.len());
        line.starts_with(b" ")
            || line.starts_with(b"\t")
            || name.is_some_and(|n| n.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-'))
    };
    let mut lines = head.split(|byte| *byte == b'\n').peekable();
    let mut count = 0;
    while let Some(line) = lines.next() {
        let is_last = lines.peek().is_none();
        // The last line may be cut.
        if is_last && (end.is_none() || line.is_empty()) {
            break;
        }
        if !is_header(line) {
            return None;
        }
        count += 1;
    }
    (count >= 2).then(|| String::from_utf8_lossy(head).to_lowercase())
}

/// A corpus with one token per line: tags on lines of their own, or columns
/// and blank lines between sentences.
pub(crate) fn vertical(sight: &Sight<'_>) -> Sign {
    let (mut tokens, mut columns, mut tags, mut gaps) = (0, 0, 0, 0);
    let mut lines = sight
        .text
        .split(|&byte| byte == b'\n')
        .enumerate()
        .peekable();
    while let Some((number, line)) = lines.next() {
        // The last one may be cut off.
        if lines.peek().is_none() && (line.is_empty() || number >= 40) {
            break;
        }
        let line = line.trim_ascii_end();
        let first = line.split(|&byte| byte == b'\t').next().unwrap_or_default();
        let has_columns = first.len() < line.len();
        if line.is_empty() {
            gaps += 1;
        } else if line.starts_with(b"# ") && tokens == 0 || line.starts_with(b"# text") {
        } else if line.starts_with(b"<") && line.ends_with(b">") && !has_columns {
            let marks = line.iter().take_while(|&&byte| matches!(byte, b'<' | b'/'));
            let name = &line[marks.count()..];
            let structures: [&[u8]; 8] = [
                b"s>", b"s ", b"p>", b"p ", b"doc", b"text", b"g/", b"article",
            ];
            // One line with tags and text is a page.
            if name.contains(&b'<') {
                return Sign::Not;
            }
            tags += usize::from(structures.iter().any(|tag| name.starts_with(tag)));
        } else if first.contains(&b' ') || first.is_empty() || first.len() > 80 {
            return Sign::Not;
        } else {
            tokens += 1;
            columns += usize::from(has_columns);
        }
    }
    let structured = tags >= 2 || gaps >= 1 && columns == tokens;
    when(tokens >= 5 && structured, Sign::Begins)
}

fn when(holds: bool, sign: Sign) -> Sign {
    if holds { sign } else { Sign::Not }
}

fn begins_json(text: &[u8]) -> bool {
    let Some((&first, rest)) = text.split_first() else {
        return false;
    };
    let next = rest.trim_ascii_start().first();
    match first {
        b'{' => matches!(next, Some(b'"' | b'\'')),
        b'[' => matches!(next, Some(b'{')),
        _ => false,
    }
}

/// Returns `true` for a call of a function or a variable with JSON in it.
fn begins_script(text: &[u8]) -> bool {
    const LONGEST: usize = 100;
    let text = after_comments(text);
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$. []\"'".contains(byte);
    let end = text.iter().position(|byte| !is_name(byte));
    let Some((name, rest)) = end.and_then(|end| text.split_at_checked(end)) else {
        return false;
    };
    let is_variable = [
        "var ",
        "let ",
        "const ",
        "window.",
        "window[",
        "self.",
        "module.exports",
    ]
    .iter()
    .any(|word| name.starts_with(word.as_bytes()));
    let has_json = |rest: &[u8]| {
        let value = rest.trim_ascii_start();
        begins_json(value) || value.starts_with(b"{") && is_variable
    };
    match rest.split_first() {
        _ if name.is_empty() || name.len() > LONGEST => false,
        Some((b'(', rest)) => !name.contains(&b' ') && has_json(rest),
        Some((b'=', rest)) => is_variable && has_json(rest),
        _ => false,
    }
}

/// Returns `true` if the first line is a complete object and another follows.
fn begins_object_lines(text: &[u8]) -> bool {
    let mut lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let whole = |line: &[u8]| line.starts_with(b"{\"") && line.ends_with(b"}");
    match (lines.next(), lines.next()) {
        (Some(first), Some(second)) => whole(first) && second.starts_with(b"{\""),
        _ => false,
    }
}

fn begins_html(text: &[u8]) -> bool {
    const DECLARATION: &[u8] = b"<!doctype html>";
    let start = text.get(..DECLARATION.len()).unwrap_or_default();
    if start.eq_ignore_ascii_case(DECLARATION) {
        return true;
    }
    match root_element(text) {
        Some(root) => ["html", "head", "body"]
            .iter()
            .any(|name| root.eq_ignore_ascii_case(name.as_bytes())),
        None => false,
    }
}

fn begins_xml(text: &[u8]) -> bool {
    const ROOTS: &[&[u8]] = &[
        b"rss",
        b"feed",
        b"rdf:RDF",
        b"nitf",
        b"newsItem",
        b"newsMessage",
        b"articles",
    ];
    root_element(text).is_some_and(|root| text.starts_with(b"<?xml") || ROOTS.contains(&root))
}

/// The name of the first element, after declarations and comments.
fn root_element(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    loop {
        rest = rest.trim_ascii_start().strip_prefix(b"<")?;
        let end = if rest.starts_with(b"!--") {
            memchr::memmem::find(rest, b"-->")? + 3
        } else if rest.starts_with(b"!") || rest.starts_with(b"?") {
            // The entities declared by a document type are in brackets.
            let close = memchr::memchr(b'>', rest)?;
            match memchr::memchr(b'[', rest).filter(|open| *open < close) {
                Some(_) => memchr::memmem::find(rest, b"]>")? + 2,
                None => close + 1,
            }
        } else {
            let end = rest
                .iter()
                .position(|byte| matches!(byte, b' ' | b'>' | b'/' | b'\t' | b'\r' | b'\n'))?;
            return rest
                .get(..end)
                .filter(|name| name.first().is_some_and(u8::is_ascii_alphabetic));
        };
        rest = rest.get(end..)?;
    }
}
