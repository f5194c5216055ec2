//! Mail, and web pages saved as mail (MHTML).

use std::borrow::Cow;

use mail_parser::decoders::{base64, quoted_printable};
use mail_parser::{Encoding, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::forwarded::{self, Forwarded};
use super::{dateline, html, wrap};
use crate::encoding;
use crate::problem::{Fault, ProblemKind};
use crate::provenance::Trace;
use crate::recognise::counted;
use crate::tidy::{self, one_line};
use crate::{Article, Published};

/// Parses a web page saved as MHTML: its first page of HTML.
pub(crate) fn mhtml(
    bytes: &[u8],
    name: &str,
    trace: &mut Trace,
) -> Result<(Article, &'static str), Fault> {
    let message = message(bytes)?;
    let pages = || message.parts.iter().filter(|part| is_html(part));
    let page = pages().next();
    let (mut article, encoding) = match page {
        Some(page) => {
            let content = content(&message, page);
            let (content, encoding) = encoding::decode(&content, charset(page), trace)?;
            (html::parse(&content, trace)?, encoding)
        }
        None => return mail(bytes, name, trace),
    };
    if pages().count() > 1 {
        let more = pages().count() - 1;
        trace.note(|| format!("{more} frames of the page were skipped"));
    }
    if let (None, Some(subject)) = (&article.title, subject(&message)) {
        article.title = Some(subject);
        trace.field("title", "Subject");
    }
    if article.url.is_none() {
        let snapshot = message
            .header("Snapshot-Content-Location")
            .and_then(|v| v.as_text());
        let location = page.and_then(MessagePart::content_location);
        let from = if snapshot.is_some() {
            "Snapshot-Content-Location"
        } else {
            "Content-Location"
        };
        if let Some(url) = snapshot.or(location).filter(|url| url.starts_with("http")) {
            article.url = Some(url.trim().to_owned());
            trace.field("url", from);
        }
    }
    if article.published.is_none() {
        // When it was saved is not when it was published, but bounds it.
        if let Some(saved) = date(&message) {
            trace.note(|| format!("no date in the page; it was saved on {saved}"));
        }
    }
    Ok((article, encoding))
}

/// Parses a mail: its subject is the title, its sender the author.
pub(crate) fn mail(
    bytes: &[u8],
    _: &str,
    trace: &mut Trace,
) -> Result<(Article, &'static str), Fault> {
    let unquoted = without_envelope(bytes);
    let message = message(&unquoted)?;
    let mut article = Article::default();
    if let Some(subject) = subject(&message).map(|subject| bare_subject(&message, &subject)) {
        article.title = Some(subject);
        trace.field("title", "Subject");
    }
    // Some programs encode name and address as one word.
    let sender = message.from().and_then(|from| {
        let first = from.first()?;
        let written = first.name().or_else(|| first.address())?;
        let name = written.split_once('<').map_or(written, |(name, _)| name);
        let name = name.trim().trim_matches('"');
        // A mailing list adds its own name: "Lê Mẫu via Tin".
        let list = [" via ", " qua "].iter().find_map(|by| name.split_once(by));
        let name = list.map_or(name, |(name, _)| name.trim_matches('\''));
        (!name.trim().is_empty()).then_some(name)
    });
    if let Some(name) = sender.map(|name| one_line(tidy::composed(name.trim()).into_owned()))
        && !name.is_empty()
        && !name.contains('@')
    {
        article.author = Some(name);
        trace.field("author", "From");
    }
    if let Some(date) = date(&message) {
        article.published = Some(date);
        trace.field("published", "Date");
    }
    let (body, encoding) = body(&message, trace)?;
    article.body = body;
    take_forwarded(&mut article, trace);
    if article.body.is_empty() && article.title.is_none() {
        return Err(Fault::malformed("a mail without subject and text"));
    }
    if let Some(dateline) = article.body.lines().next().and_then(dateline::read) {
        dateline::apply(dateline, &mut article, trace);
    }
    report_attachments(&message, trace);
    Ok((article, encoding))
}

/// Takes the header of the mail that was forwarded off the top of a text: its sender and date are those
/// of the text.
fn take_forwarded(article: &mut Article, trace: &mut Trace) {
    let Some(header) = Forwarded::read(article.body.lines()) else {
        return;
    };
    if header.author.is_some() {
        article.author = header.author;
        trace.field("author", forwarded::FROM);
    }
    if header.published.is_some() {
        article.published = header.published;
        trace.field("published", forwarded::FROM);
    }
    let mut lines = article.body.lines();
    let dropped = lines.by_ref().take(header.lines);
    dropped.for_each(|line| trace.dropped(line));
    article.body = lines.collect::<Vec<_>>().join("\n");
}

/// Parses a mail without the mails inside it, which are attachments.
fn message(bytes: &[u8]) -> Result<Message<'_>, Fault> {
    let message = MessageParser::default().parse(bytes);
    let mut message =
        message.ok_or_else(|| Fault::malformed("headers of a mail are missing; save it again"))?;
    // One by one: dropping thousands of mails inside each other would overflow the stack.
    let mut inner = inner_messages(&mut message);
    while let Some(mut message) = inner.pop() {
        inner.extend(inner_messages(&mut message));
    }
    // Parts are decoded again, from their bytes: their text takes thrice the room of these.
    for part in &mut message.parts {
        match &mut part.body {
            PartType::Text(text) | PartType::Html(text) => *text = Cow::Borrowed(""),
            _ => {}
        }
    }
    Ok(message)
}

/// Takes the mails out of a mail.
fn inner_messages<'m>(message: &mut Message<'m>) -> Vec<Message<'m>> {
    let parts = message.parts.iter_mut();
    parts
        .filter(|part| matches!(part.body, PartType::Message(_)))
        .filter_map(|part| match std::mem::take(&mut part.body) {
            PartType::Message(inner) => Some(inner),
            _ => None,
        })
        .collect()
}

fn subject(message: &Message<'_>) -> Option<String> {
    let subject = one_line(tidy::composed(message.subject()?.trim()).into_owned());
    (!subject.is_empty()).then_some(subject)
}

/// A subject without what programs put before it: "Fwd:", and the name of a mailing list in brackets.
fn bare_subject(message: &Message<'_>, subject: &str) -> String {
    let list = message
        .header_raw("List-ID")
        .unwrap_or_default()
        .to_lowercase();
    let mut bare = subject.trim();
    loop {
        let unmarked = forwarded::without_mark(bare);
        let bracketed = bare.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let is_list = |name: &str| !name.is_empty() && list.contains(&name.to_lowercase());
        bare = match (unmarked, bracketed) {
            (Some(unmarked), _) => unmarked,
            (None, Some((name, rest))) if is_list(name) => rest.trim_start(),
            _ => break,
        };
    }
    if bare.is_empty() { subject } else { bare }.to_owned()
}

/// The text above a signature, which a line of two dashes and a blank begins, or above the line that
/// a phone adds.
fn without_signature<'t>(text: &'t str, trace: &mut Trace) -> &'t str {
    const MOST_LINES: usize = 12;
    const PHONES: &[&str] = &["Sent from my ", "Đã gửi từ ", "Được gửi từ ", "Gửi từ "];
    if let Some((above, last)) = text.trim_end().rsplit_once('\n')
        && PHONES.iter().any(|phone| last.starts_with(phone))
        && last.split_whitespace().count() <= 8
    {
        trace.dropped(last);
        return above;
    }
    if let Some((above, quoted)) = split_reply(text) {
        let lines = quoted.lines().filter(|line| !line.is_empty());
        lines.for_each(|line| trace.dropped(line));
        return above;
    }
    let at = text.rfind("\n-- ").or_else(|| text.rfind("\n--\n"));
    let Some(at) = at.filter(|at| *at > 0) else {
        return text;
    };
    let (above, signature) = text.split_at(at);
    let signature = signature.trim_start();
    let is_marked = signature
        .lines()
        .next()
        .is_some_and(|line| line.trim_end() == "--");
    if !is_marked || signature.lines().count() > MOST_LINES {
        return text;
    }
    signature
        .lines()
        .skip(1)
        .for_each(|line| trace.dropped(line));
    above
}

/// Splits off the mail that a text answers: a line such as "On … wrote:" with quoted lines below.
fn split_reply(text: &str) -> Option<(&str, &str)> {
    const ENDS: &[&str] = &[" wrote:", " đã viết:", " viết:"];
    let at = text.find("\n>")?;
    let (above, quoted) = text.split_at(at);
    let start = above.rfind("\n\n").or_else(|| above.rfind('\n'))?;
    let opening = above.get(start..)?.trim();
    let is_quoted = |line: &str| line.trim().is_empty() || line.starts_with('>');
    let is_reply = opening.len() <= 200
        && ENDS.iter().any(|end| opening.ends_with(end))
        && quoted.lines().all(is_quoted);
    is_reply.then(|| text.split_at(start))
}

fn date(message: &Message<'_>) -> Option<Published> {
    Published::parse(&message.date()?.to_rfc3339())
}

fn is_html(part: &MessagePart<'_>) -> bool {
    let kind = part.content_type();
    matches!(part.body, PartType::Html(_))
        || kind.is_some_and(|kind| {
            matches!(kind.subtype(), Some("html" | "xhtml+xml")) && !part.is_multipart()
        })
}

fn charset<'p>(part: &'p MessagePart<'_>) -> Option<&'p str> {
    part.content_type()?.attribute("charset")
}

/// Returns `true` if a blank at the end of a line says that the next continues it (RFC 3676).
fn flows(part: &MessagePart<'_>) -> bool {
    let format = part
        .content_type()
        .and_then(|kind| kind.attribute("format"));
    format.is_some_and(|format| format.eq_ignore_ascii_case("flowed"))
}

/// A text that flows, a paragraph a line.
fn unflowed(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for line in text.lines() {
        joined.push_str(line);
        if !line.ends_with(' ') {
            joined.push('\n');
        }
    }
    joined
}

/// The bytes of a part, before they are decoded to text.
fn content<'m>(message: &'m Message<'_>, part: &MessagePart<'_>) -> Cow<'m, [u8]> {
    let range = part.offset_body as usize..part.offset_end as usize;
    let raw = message.raw_message().get(range).unwrap_or_default();
    let decoded = match part.encoding {
        Encoding::None => None,
        Encoding::QuotedPrintable => quoted_printable::quoted_printable_decode(raw),
        Encoding::Base64 => base64::base64_decode(raw),
    };
    decoded.map_or(Cow::Borrowed(raw), Cow::Owned)
}

/// The text of a mail: its plain text where there is some, else its HTML.
fn body(message: &Message<'_>, trace: &mut Trace) -> Result<(String, &'static str), Fault> {
    let mut paragraphs = Vec::new();
    let mut used = encoding::UTF_8;
    let mut from = None;
    for part in message.text_bodies() {
        let bytes = content(message, part);
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let (decoded, encoding) = encoding::decode(&bytes, charset(part), trace)?;
        used = encoding;
        if is_html(part) {
            let text = html::fragment::fragment(&decoded).body;
            paragraphs.push(without_signature(&text, trace).to_owned());
            from = from.or(Some("HTML of the mail"));
        } else {
            let composed = tidy::composed(&decoded);
            let text = without_signature(&composed, trace);
            let joined = flows(part).then(|| unflowed(text));
            let lines = wrap::paragraphs(joined.as_deref().unwrap_or(text));
            paragraphs.extend(
                lines
                    .into_iter()
                    .map(|paragraph| paragraph.text.into_owned()),
            );
            from = Some("text of the mail");
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    if let Some(from) = from {
        trace.field("body", from);
    }
    Ok((paragraphs.join("\n"), used))
}

/// Attached documents are not read: each is reported.
fn report_attachments(message: &Message<'_>, trace: &mut Trace) {
    for part in message.attachments() {
        let kind = part.content_type();
        let main = kind.map_or("application", |kind| kind.ctype()).to_owned();
        let is_page_of_mail = is_html(part) && part.attachment_name().is_none();
        if matches!(&*main, "image" | "audio" | "video") || is_page_of_mail {
            continue;
        }
        let what = match part.attachment_name() {
            Some(name) => format!("attachment {name:?}"),
            None if part.is_message() => "attached mail".to_owned(),
            None => format!("attachment of type {main}"),
        };
        trace.fault(Fault::new(
            ProblemKind::LeftOut,
            format!("{what} was not read; save it as a file of its own"),
        ));
    }
}

/// A message of a mailbox without the line before it and without the signs
/// that keep its own lines from looking like that line.
fn without_envelope(bytes: &[u8]) -> Cow<'_, [u8]> {
    if let Some((length, message)) = counted(bytes) {
        return Cow::Borrowed(message.get(..length).unwrap_or(message));
    }
    if !bytes.starts_with(b"From ") {
        return Cow::Borrowed(bytes);
    }
    let mut message = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n').skip(1) {
        let unquoted = line.iter().skip_while(|byte| **byte == b'>');
        let quoted =
            line.first() == Some(&b'>') && unquoted.copied().take(5).eq(b"From ".iter().copied());
        message.extend_from_slice(&line[usize::from(quoted)..]);
    }
    Cow::Owned(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_has_subject_sender_and_date() {
        let mail = "Subject: =?utf-8?Q?L=C3=BAa_m=E1=BB=9Bi?=\r\nFrom: =?utf-8?Q?L=C3=B2_Phanh?= <p@ban.example>\r\n\
            Date: Tue, 5 May 2026 08:00:00 +0700\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBà con gặt lúa.\r\n\r\nMùa vui.\r\n";
        let (article, _) = super::mail(mail.as_bytes(), "", &mut Trace::off()).unwrap();
        assert_eq!(article.title.as_deref(), Some("Lúa mới"));
        assert_eq!(article.author.as_deref(), Some("Lò Phanh"));
        assert!(
            article
                .published
                .unwrap()
                .to_string()
                .starts_with("2026-05-05T08:00")
        );
        assert_eq!(article.body, "Bà con gặt lúa.\nMùa vui.");
    }

    #[test]
    fn attached_documents_are_reported() {
        let mail = "Subject: Tin\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nxem file\n\
            --x\nContent-Type: application/msword\nContent-Disposition: attachment; filename=tin.doc\n\nabc\n--x--\n";
        let mut trace = Trace::off();
        super::mail(mail.as_bytes(), "", &mut trace).unwrap();
        let (_, faults) = trace.finish();
        assert_eq!(faults.len(), 1);
        assert!(faults[0].message.contains("tin.doc"), "{faults:?}");
    }

    #[test]
    fn a_saved_page_keeps_the_charset_of_its_part() {
        let page = b"From: <Saved by Blink>\r\nSubject: x\r\nMIME-Version: 1.0\r\nSnapshot-Content-Location: https://bao.example/1\r\n\
            Content-Type: multipart/related; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
            <html><body><article><h1>B=E1=BA=A3n m=E1=BB=9Bi</h1><p>N=E1=BB=99i dung.</p></article></body></html>\r\n--b--\r\n";
        let (article, _) = mhtml(page, "", &mut Trace::off()).unwrap();
        assert_eq!(article.url.as_deref(), Some("https://bao.example/1"));
        assert!(article.body.contains("Nội dung."), "{article:?}");
    }
}
