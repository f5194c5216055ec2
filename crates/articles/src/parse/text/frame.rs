//! What programs put around a text that is copied from them: the head of a post, the head and foot of
//! a printed page, the header of a forwarded mail, labels on lines of their own.

use super::signature::{are_people, is_office, is_paper};
use super::{Paragraph, header};
use crate::parse::forwarded::{self, Forwarded};
use crate::provenance::Trace;
use crate::tidy::is_number;
use crate::{Article, Published};

/// Takes the frame off a text. Returns the fields that it states.
pub(super) fn take(paragraphs: &mut Vec<Paragraph<'_>>, trace: &mut Trace) -> Article {
    join_labels(paragraphs, trace);
    let mut stated = Article::default();
    if paragraphs.len() > 2 {
        take_post(paragraphs, &mut stated, trace);
        take_message(paragraphs, &mut stated, trace);
        take_print(paragraphs, &mut stated, trace);
        take_forwarded(paragraphs, &mut stated, trace);
    }
    stated
}

/// Joins a label that ends with a comma with the line below, as copies from the BBC divide them.
fn join_labels(paragraphs: &mut Vec<Paragraph<'_>>, trace: &mut Trace) {
    const LABELS: &[&str] = &[
        "Nguồn hình ảnh,",
        "Chụp lại hình ảnh,",
        "Image source,",
        "Image caption,",
    ];
    const AUTHOR: &str = "Tác giả,";
    const ROLE: &str = "Vai trò,";
    let is_label = |text: &str| {
        text.ends_with(',') && (LABELS.contains(&text) || [AUTHOR, ROLE].contains(&text))
    };
    if !paragraphs.iter().any(|paragraph| is_label(&paragraph.text)) {
        return;
    }
    let mut lines = std::mem::take(paragraphs).into_iter();
    while let Some(mut line) = lines.next() {
        if is_label(&line.text)
            && let Some(below) = lines.next()
        {
            line.text = match &*line.text {
                ROLE => {
                    trace.dropped(&below.text);
                    continue;
                }
                AUTHOR => format!("Tác giả: {}", below.text).into(),
                label => format!("{label} {}", below.text).into(),
            };
        }
        paragraphs.push(line);
    }
}

/// Takes the head of a post off: the name of the page or person, and the time.
fn take_post(paragraphs: &mut Vec<Paragraph<'_>>, stated: &mut Article, trace: &mut Trace) {
    const LONGEST_NAME: usize = 10;
    /// Lines below a post that may have the number of those who like it.
    const BELOW: usize = 8;
    let [name, time, ..] = paragraphs.as_slice() else {
        return;
    };
    let (name, time) = (name.text.clone(), time.text.clone());
    let is_name = name.split_whitespace().count() <= LONGEST_NAME && !header::is_sentence(&name);
    if !is_name || !is_time_of_post(&time) {
        return;
    }
    if is_paper(&name) {
        stated.source = Some(name.to_string());
        trace.field("source", "head of the post");
    } else if are_people(&name) || is_office(&name) {
        stated.author = Some(name.to_string());
        trace.field("author", "head of the post");
    } else {
        trace.dropped(&name);
    }
    stated.published = Published::parse(&time).filter(|date| date.day().is_some());
    if stated.published.is_some() {
        trace.field("published", "head of the post");
    }
    paragraphs.drain(..2);
    let below = paragraphs.len().saturating_sub(BELOW);
    let mut at = 0;
    paragraphs.retain(|line| {
        at += 1;
        let kept = at <= below || !is_count(&line.text);
        if !kept {
            trace.dropped(&line.text);
        }
        kept
    });
}

/// Takes the head of a message off: "[08:12, 05/04/2026] Lê Mẫu: …". Several of them are a conversation.
fn take_message(paragraphs: &mut Vec<Paragraph<'_>>, stated: &mut Article, trace: &mut Trace) {
    let Some((date, name, text)) = paragraphs.first().and_then(|line| message(&line.text)) else {
        return;
    };
    if { paragraphs.iter().skip(1) }.any(|line| message(&line.text).is_some()) {
        return;
    }
    stated.published = Some(date);
    trace.field("published", "head of the message");
    if are_people(name) {
        stated.author = Some(name.to_owned());
        trace.field("author", "head of the message");
    } else {
        trace.dropped(name);
    }
    let text = text.to_owned();
    match text.is_empty() {
        true => drop(paragraphs.remove(0)),
        false => paragraphs[0].text = text.into(),
    }
}

/// The time, the sender and the text of a message.
fn message(line: &str) -> Option<(Published, &str, &str)> {
    const LONGEST: usize = 48;
    let (time, rest) = line.strip_prefix('[')?.split_once(']')?;
    let is_time = time.len() <= LONGEST && time.contains(':') && time.contains('/');
    let date = Published::parse(time).filter(|date| is_time && date.year().is_some())?;
    let (name, text) = rest.split_once(':')?;
    let is_name = (1..=8).contains(&name.split_whitespace().count());
    is_name.then(|| (date, name.trim(), text.trim()))
}

/// Returns `true` for the time below the name on a post: "12 Tháng 3 lúc 09:15 ·", "5 giờ ·".
fn is_time_of_post(line: &str) -> bool {
    const LONGEST: usize = 48;
    if line.len() > LONGEST {
        return false;
    }
    let time = line.trim_end_matches(['·', ' ']);
    let is_past = time.starts_with("Hôm qua") || time.starts_with("Vừa xong");
    let is_dated = time.starts_with(|c: char| c.is_ascii_digit());
    let is_of_month = time.contains("háng") && time.contains(" lúc ");
    (is_past || is_dated) && (time.len() < line.len() || is_dated && is_of_month)
}

/// Returns `true` for a number and nothing else: "128", "1,2K".
fn is_count(line: &str) -> bool {
    let number = line.trim_end_matches(['K', 'N']);
    number.starts_with(|c: char| c.is_ascii_digit())
        && number
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
}

/// Takes the head and the foot of a printed page off: "01/12/2025, 14:20 Tên bài - Báo Sông Lam" and
/// "https://baosonglam.vn/tin.html 1/2". The day is that of the print.
fn take_print(paragraphs: &mut Vec<Paragraph<'_>>, stated: &mut Article, trace: &mut Trace) {
    /// Lines between the head and the title.
    const HEADER: usize = 8;
    let head = match paragraphs.first() {
        Some(first) if printed(&first.text).is_some() => first.text.to_string(),
        _ => return,
    };
    let title = printed(&head).unwrap_or_default();
    let (bare, paper) = match title.rsplit_once(" - ") {
        Some((bare, paper)) if is_paper(paper) => (bare, Some(paper)),
        _ => (title, None),
    };
    let below = paragraphs.iter().skip(1).take(HEADER);
    let is_title = |line: &Paragraph<'_>| line.text.contains(' ') && bare.starts_with(&*line.text);
    let has_title = { below }.any(is_title);
    if let Some(paper) = paper {
        stated.source = Some(paper.to_owned());
        trace.field("source", "head of the printed page");
    }
    paragraphs.retain(|line| {
        let foot = foot(&line.text);
        let dropped = foot.is_some() || line.text == head;
        if let (Some(address), None) = (foot, &stated.url) {
            stated.url = Some(address.to_owned());
            trace.field("url", "foot of the printed page");
        }
        if dropped {
            trace.dropped(&line.text);
        }
        !dropped
    });
    if !has_title {
        let text = bare.to_owned().into();
        paragraphs.insert(0, Paragraph { text, block: 0 });
    }
}

/// The title after the day and time of a print.
fn printed(line: &str) -> Option<&str> {
    let is_of_digits = |text: &str, sign: char, parts: usize| {
        text.split(sign).count() == parts && text.split(sign).all(is_number)
    };
    let (day, rest) = line.split_once(", ")?;
    let (time, title) = rest.split_once(' ')?;
    let halves = ["AM ", "PM ", "SA ", "CH "];
    let title = halves
        .iter()
        .find_map(|half| title.strip_prefix(half))
        .unwrap_or(title);
    let is_print = is_of_digits(day, '/', 3) && is_of_digits(time, ':', 2);
    (is_print && title.split_whitespace().count() > 2).then_some(title)
}

/// The address before the number of a printed page.
fn foot(line: &str) -> Option<&str> {
    let (address, page) = line.split_once(' ')?;
    let (number, of) = page.split_once('/')?;
    (address.starts_with("http") && is_number(number) && is_number(of)).then_some(address)
}

/// Takes the header of a forwarded mail off. Its subject is the title.
fn take_forwarded(paragraphs: &mut Vec<Paragraph<'_>>, stated: &mut Article, trace: &mut Trace) {
    let Some(header) = Forwarded::read(paragraphs.iter().map(|line| &*line.text)) else {
        return;
    };
    let lines = paragraphs.drain(..header.lines);
    lines.for_each(|line| trace.dropped(&line.text));
    if let Some(title) = header.subject {
        let text = title.into();
        paragraphs.insert(0, Paragraph { text, block: 0 });
    }
    stated.author = header.author;
    stated.published = header.published;
    for (field, is_stated) in [
        ("author", stated.author.is_some()),
        ("published", stated.published.is_some()),
    ] {
        if is_stated {
            trace.field(field, forwarded::FROM);
        }
    }
}
