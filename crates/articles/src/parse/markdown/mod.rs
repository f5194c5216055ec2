//! Markdown: the text without its marks, the front matter as fields.

mod inline;
pub(super) mod lines;
mod templates;

use std::borrow::Cow;

use self::lines::heading;
use super::json::unpublished;
use super::{dateline, front_matter, text};
use crate::fields::{Draft, Field, field};
use crate::problem::Fault;
use crate::provenance::Trace;
use crate::tidy::{caption, composed, is_rule};
use crate::{Article, Caption, dates};

/// Added to the rank of fields in the text, compared with those in the front
/// matter.
const SHOWN: u8 = 100;

/// Parses Markdown; `name` is the file's path, which may contain a date.
///
/// # Errors
/// If the front matter says that the article is not published.
pub(crate) fn parse(text: &str, name: &str, trace: &mut Trace) -> Result<Article, Fault> {
    let text = composed(text);
    let (mut entries, rest) = front_matter::split(&text);
    let below = if entries.is_empty() {
        properties(rest)
    } else {
        None
    };
    let rest = match below {
        Some((properties, below)) => {
            entries = properties;
            Cow::Owned(below)
        }
        None => Cow::Borrowed(rest),
    };
    let mut draft = stated(entries, trace)?;
    let mut captions = Vec::new();
    let rest = templates::strip(&rest, &mut captions);
    let names = inline::Names::defined_in(&rest);
    let mut blocks = read(&rest, &names, &mut captions);
    take_title(&mut blocks, &mut draft, trace);
    take_date(&mut blocks, &mut draft, trace);
    if take_name(&mut blocks, &mut draft, trace) {
        take_date(&mut blocks, &mut draft, trace);
    }
    take_summary(&mut blocks, &mut draft, &mut captions, trace);
    // The line with the date may be below the summary.
    if draft.get(Field::Published).is_none() {
        take_date(&mut blocks, &mut draft, trace);
    }
    let last = blocks
        .last()
        .filter(|block| blocks.len() > 2 && block.text.contains(':'));
    if let Some(origin) = last.and_then(|block| text::origin(&block.text)) {
        origin.offer(SHOWN, &mut draft, trace);
        blocks.pop();
    }
    take_signature(&mut blocks, &mut draft, trace);
    let body = blocks
        .into_iter()
        .map(|block| block.text)
        .collect::<Vec<_>>()
        .join("\n");
    let dateline = body.lines().next().and_then(dateline::read);
    draft.offer(Field::Body, SHOWN, body, "text", trace);
    draft.offer_captions(captions, "pictures", trace);
    // Jekyll has the date in the name of the file.
    if draft.get(Field::Published).is_none()
        && let Some(date) = dates::in_path(name)
    {
        draft.offer(Field::Published, u8::MAX, date.to_string(), "path", trace);
    }
    let mut article = draft.finish();
    if let Some(dateline) = dateline {
        dateline::apply(dateline, &mut article, trace);
    }
    Ok(article)
}

/// The fields of the front matter.
fn stated(entries: Vec<front_matter::Entry>, trace: &mut Trace) -> Result<Draft, Fault> {
    let mut draft = Draft::default();
    for (key, value) in entries {
        let is_hidden = key == "published" && value == "false";
        let reason = is_hidden.then(|| "published is `false`".to_owned());
        if let Some(reason) = reason.or_else(|| unpublished(&key, &value)) {
            return Err(Fault::not_published(&reason));
        }
        if let Some((field, rank)) = field(&key).filter(|(field, _)| *field != Field::Body) {
            draft.offer(field, rank, value, &format!("front matter: {key}"), trace);
        }
    }
    Ok(draft)
}

/// Takes the first heading, which is the title or repeats it.
fn take_title(blocks: &mut Vec<Block>, draft: &mut Draft, trace: &mut Trace) {
    let Some(first) = blocks.first().filter(|block| block.heading) else {
        return;
    };
    let title = draft.get(Field::Title);
    let repeats = title.is_none_or(|title| title.trim() == first.text);
    let heading = first.text.clone();
    draft.offer(Field::Title, SHOWN, heading, "first heading", trace);
    if repeats {
        blocks.remove(0);
    }
}

/// Takes a first paragraph wholly in bold or italics: the summary, or the caption of the picture above.
fn take_summary(
    blocks: &mut Vec<Block>,
    draft: &mut Draft,
    captions: &mut Vec<Caption>,
    trace: &mut Trace,
) {
    if blocks.len() > 2 && blocks[0].emphasised && text::ends_with_credit(&blocks[0].text) {
        captions.push(caption(&blocks.remove(0).text));
    }
    let is_summary = blocks.len() > 1 && blocks[0].emphasised;
    if is_summary && draft.wants(Field::Summary, SHOWN) {
        let summary = blocks.remove(0).text;
        let from = "first paragraph, emphasised";
        draft.offer(Field::Summary, SHOWN, summary, from, trace);
    }
}

/// Takes labelled lines from below the title, which is the first heading; returns the rest.
fn properties(text: &str) -> Option<(Vec<front_matter::Entry>, String)> {
    let title = text.lines().find(|line| !line.trim().is_empty())?;
    heading(title)?;
    let (above, below) = text.split_once(title)?;
    // The summary may be between them, quoted or emphasised.
    let is_summary =
        |line: &&str| line.trim().is_empty() || line.starts_with('>') || is_emphasised(line.trim());
    let summary: usize = below
        .split_inclusive('\n')
        .take_while(is_summary)
        .map(str::len)
        .sum();
    let (summary, below) = below.split_at(summary);
    let (entries, below) = match front_matter::labelled(below, false) {
        Some(found) => found,
        None => front_matter::labelled(text.split_once(title)?.1, false)?,
    };
    Some((entries, format!("{above}{title}\n{summary}\n\n{below}")))
}

/// Takes the line under the title that has the date, and maybe the author.
fn take_date(blocks: &mut Vec<Block>, draft: &mut Draft, trace: &mut Trace) {
    let Some(first) = blocks
        .first()
        .filter(|block| !block.heading && blocks.len() > 2)
    else {
        return;
    };
    let Some(line) = text::date_line(&first.text) else {
        return;
    };
    let author = line.rest.first().map(|part| {
        let named = text::byline(part);
        text::without_label(named.as_deref().unwrap_or(part)).to_owned()
    });
    let is_known = author.as_deref().is_none_or(text::is_pen_name) && line.rest.len() <= 1;
    if !is_known {
        return;
    }
    let from = "date line";
    draft.offer(Field::Published, SHOWN, line.date.to_string(), from, trace);
    if let Some(author) = author {
        draft.offer(Field::Author, SHOWN, author, from, trace);
    }
    trace.dropped(&first.text);
    blocks.remove(0);
}

/// Takes the name under the title, if it is emphasised; returns whether it is.
fn take_name(blocks: &mut Vec<Block>, draft: &mut Draft, trace: &mut Trace) -> bool {
    let first = blocks.first().filter(|block| block.emphasised);
    let name = first.map(|block| text::byline(&block.text).unwrap_or_else(|| block.text.clone()));
    let Some(name) = name.filter(|name| blocks.len() > 2 && text::is_pen_name(name)) else {
        return false;
    };
    blocks.remove(0);
    draft.offer(Field::Author, SHOWN, name, "line under the title", trace);
    true
}

/// Takes the name below a text, which follows a paragraph and not other names.
fn take_signature(blocks: &mut Vec<Block>, draft: &mut Draft, trace: &mut Trace) {
    const PARAGRAPH: usize = 80;
    let [.., before, last] = blocks.as_slice() else {
        return;
    };
    let is_below_text = blocks.len() > 2 && before.text.len() >= PARAGRAPH && !last.heading;
    let Some(signed) = text::sign_off(&last.text).filter(|_| is_below_text) else {
        return;
    };
    let stated = draft.get(Field::Author).map(str::to_owned);
    let is_stated = |author: &str| {
        signed
            .author
            .as_deref()
            .is_some_and(|name| author.contains(name))
    };
    if stated.as_deref().is_some_and(|author| !is_stated(author)) {
        return;
    }
    blocks.pop();
    for (field, value) in [
        (Field::Author, signed.author),
        (Field::Agency, signed.agency),
    ] {
        if let Some(value) = value {
            draft.offer(field, SHOWN, value, "last line", trace);
        }
    }
}

/// Collects the blocks of a text.
struct Content<'c> {
    blocks: Vec<Block>,
    names: &'c inline::Names,
    captions: &'c mut Vec<Caption>,
}

/// A paragraph, heading, item or row.
#[derive(Default)]
struct Block {
    text: String,
    heading: bool,
    emphasised: bool,
}

fn read(text: &str, names: &inline::Names, captions: &mut Vec<Caption>) -> Vec<Block> {
    let mut content = Content {
        blocks: Vec::new(),
        names,
        captions,
    };
    let mut hidden: Option<&str> = None;
    let mut open: Vec<&str> = Vec::new();
    let mut fence: Option<&str> = None;
    for raw in text.lines() {
        let line = raw.trim();
        hidden = hidden.or_else(|| hides(line));
        if let Some(end) = hidden {
            content.close(&mut open);
            hidden = Some(end).filter(|end| !line.contains(end));
        } else if let Some(mark) = ["```", "~~~"]
            .into_iter()
            .find(|mark| line.starts_with(mark))
        {
            content.close(&mut open);
            fence = match fence {
                None => Some(mark),
                Some(known) if known == mark => None,
                known => known,
            };
        } else if fence.is_some() {
            content.push_plain(line);
        } else if line.is_empty() {
            content.close(&mut open);
        } else if open.len() == 1 && is_underline(line) {
            // Underlined with = or -: the line above is a heading.
            let heading = open.pop().unwrap_or_default();
            content.push(heading, true);
        } else if is_rule(line, "-*_")
            || is_definition(line)
            || is_import(line)
            || is_table_rule(line)
            || is_fence(line)
        {
            content.close(&mut open);
        } else if let Some(title) = admonition(line) {
            content.close(&mut open);
            content.push(title, false);
        } else if let Some(heading) = heading(line) {
            content.close(&mut open);
            content.push(heading, true);
        } else {
            let (line, item) = unmarked(line);
            if item {
                content.close(&mut open);
            }
            open.push(line);
            // Two blanks or a backslash at the end break the line.
            if raw.ends_with("  ") || raw.ends_with('\\') || line.ends_with('|') {
                content.close(&mut open);
            }
        }
    }
    content.close(&mut open);
    content.blocks
}

/// The end tag of a script or style sheet that a line begins.
fn hides(line: &str) -> Option<&'static str> {
    [("<script", "</script>"), ("<style", "</style>")]
        .iter()
        .find_map(|(start, end)| line.starts_with(start).then_some(*end))
}

impl Content<'_> {
    fn close(&mut self, open: &mut Vec<&str>) {
        if !open.is_empty() {
            let text = open.join(" ");
            open.clear();
            self.push(&text, false);
        }
    }

    fn push(&mut self, marked: &str, heading: bool) {
        let mut marked = marked.trim().trim_end_matches('\\');
        // Below a picture, its caption is in italics.
        if let Some((picture, below)) =
            below_picture(marked).filter(|(_, below)| is_emphasised(below))
        {
            let text = inline::read(below, self.names, self.captions);
            inline::read(picture, self.names, self.captions);
            self.captions.push(caption(&text));
            marked = "";
        }
        let emphasised = is_emphasised(marked);
        let text = inline::read(footnote(marked), self.names, self.captions);
        if !text.is_empty() {
            self.blocks.push(Block {
                text,
                heading,
                emphasised,
            });
        }
    }

    fn push_plain(&mut self, line: &str) {
        if !line.is_empty() {
            self.blocks.push(Block {
                text: line.to_owned(),
                ..Block::default()
            });
        }
    }
}

/// Returns `true` if a paragraph is wholly in bold or italics.
fn is_emphasised(marked: &str) -> bool {
    ["**", "__", "*", "_"].iter().any(|mark| {
        marked.len() > 2 * mark.len()
            && marked.starts_with(mark)
            && marked.ends_with(mark)
            && marked.matches(mark).count() == 2
    })
}

/// A picture on the first line of a paragraph, and the other lines.
fn below_picture(marked: &str) -> Option<(&str, &str)> {
    let target = marked.strip_prefix("![")?.find("](")? + "![](".len();
    let end = target + marked.get(target..)?.find(')')? + 1;
    let (picture, below) = marked.split_at_checked(end)?;
    Some((picture, below.trim()))
}

/// The text of a footnote, without its number: `[^1]: text`.
fn footnote(block: &str) -> &str {
    let text = block.strip_prefix("[^").and_then(|rest| {
        let (number, text) = rest.split_once("]:")?;
        (number.len() <= 40).then(|| text.trim_start())
    });
    text.unwrap_or(block)
}

fn is_underline(line: &str) -> bool {
    line.len() >= 2
        && ['=', '-']
            .iter()
            .any(|sign| line.chars().all(|letter| letter == *sign))
}

/// `[name]: https://…`
fn is_definition(line: &str) -> bool {
    line.starts_with('[')
        && line.split_once("]: ").is_some_and(|(_, target)| {
            ["http://", "https://", "/", "<", "#"]
                .iter()
                .any(|start| target.starts_with(start))
        })
}

/// A line of a program in MDX: `import Box from "./Box.astro";`.
fn is_import(line: &str) -> bool {
    let is_statement = line.starts_with("import ") || line.starts_with("export ");
    let line = line.trim_end_matches(';');
    is_statement && line.contains(" from ") && line.ends_with(['"', '\''])
}

/// The line around a box: `::: warning`.
fn is_fence(line: &str) -> bool {
    line.starts_with(":::")
}

/// The title of a box, which may be empty: `> [!NOTE]`, `!!! note "Lưu ý"`.
fn admonition(line: &str) -> Option<&str> {
    let quoted = line.trim_start_matches(['>', ' ']);
    if quoted.len() < line.len()
        && let Some((kind, title)) = quoted
            .strip_prefix("[!")
            .and_then(|rest| rest.split_once(']'))
        && kind
            .chars()
            .all(|letter| letter.is_ascii_alphabetic() || letter == '-')
    {
        return Some(title.trim_start_matches(['+', '-']).trim());
    }
    let rest = ["!!! ", "!!!+ ", "??? ", "???+ "].iter();
    let rest = rest.filter_map(|mark| line.strip_prefix(mark)).next()?;
    let (kind, title) = rest.split_once(' ').unwrap_or((rest, ""));
    let is_kind = kind.chars().all(|letter| letter.is_ascii_lowercase());
    let title = title.trim();
    let is_title = title.is_empty() || title.starts_with('"') && title.ends_with('"');
    (is_kind && is_title).then(|| title.trim_matches('"'))
}

fn is_table_rule(line: &str) -> bool {
    line.contains("--") && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// A line without the mark of a quotation or an item, and whether it begins an
/// item.
fn unmarked(line: &str) -> (&str, bool) {
    let line = line.trim_start_matches(['>', ' ']);
    if let Some(rest) = ["- ", "* ", "+ ", "-\t", "*\t", "+\t"]
        .iter()
        .find_map(|mark| line.strip_prefix(mark))
    {
        return (without_box(rest.trim_start()), true);
    }
    // A number keeps standing: "1." of a list is text as much as mark.
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let after = line.get(digits..).unwrap_or_default();
    let numbered =
        (1..=3).contains(&digits) && (after.starts_with(". ") || after.starts_with(") "));
    if numbered && let Some(rest) = line.get(digits + 2..) {
        let bare = without_box(rest.trim_start());
        // The number of a task is its mark.
        if bare.len() < rest.trim_start().len() {
            return (bare, true);
        }
    }
    (line, numbered)
}

/// An item without the box of a task: `[x] Sửa cầu`.
fn without_box(item: &str) -> &str {
    let boxes = ["[ ]", "[x]", "[X]", "[-]", "[/]"].iter();
    let mut rests = boxes.filter_map(|mark| item.strip_prefix(mark));
    match rests.next() {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start(),
        _ => item,
    }
}
