//! Which paragraph of a document is its title, and which its summary.

use unicode_normalization::UnicodeNormalization;

use super::paragraphs::{Paragraph, Setting};
use crate::Article;
use crate::names;
use crate::parse::document::{Document, Role, is_telling};
use crate::parse::text;
use crate::provenance::Trace;
use crate::tidy;

/// Paragraphs from the top among which the title is looked for.
const HEADER: usize = 15;
/// Characters of a title, at most.
const LONGEST: usize = 300;

/// Makes an article of the paragraphs; `stated` is the title in the properties.
pub(super) fn article(
    mut paragraphs: Vec<Paragraph>,
    setting: Setting,
    stated: Option<String>,
    name: &str,
    trace: &mut Trace,
) -> Article {
    for paragraph in &mut paragraphs {
        paragraph.text = paragraph.text.nfc().collect();
    }
    let stated = stated
        .map(|title| title.nfc().collect::<String>())
        .filter(|title| is_telling(title));
    let found = stated
        .as_deref()
        .and_then(|stated| same_as(stated, &paragraphs))
        .or_else(|| largest(&paragraphs, setting))
        .or_else(|| bold(&paragraphs));
    let mut document = Document {
        reads_summary_by_place: false,
        ..Document::default()
    };
    let section = found.as_ref().and_then(|found| {
        let above = paragraphs[..found.start].iter();
        above
            .map(|above| above.text.clone())
            .find(|text| names::is_section(text))
    });
    let paper = found.as_ref().and_then(|found| {
        let mut above = paragraphs[..found.start].iter().map(|above| &above.text);
        above.find(|text| text::is_paper(text)).cloned()
    });
    let (author, summary) = found.as_ref().map_or((None, None), |found| {
        below_title(found.end, &paragraphs, setting)
    });
    if let (None, Some(stated)) = (&found, &stated) {
        document.push(stated, Role::Title);
    }
    for (at, paragraph) in paragraphs.iter().enumerate() {
        let is_taken = |line: &Option<String>| line.as_deref() == Some(&*paragraph.text);
        if is_taken(&section) || is_taken(&paper) {
            continue;
        }
        let role = match &found {
            Some(found) if found.contains(&at) => Role::Title,
            _ if summary == Some(at) => Role::Subtitle,
            _ if author == Some(at) => Role::Author,
            _ => Role::Text,
        };
        document.push(&paragraph.text, role);
    }
    let mut article = document.article(name, trace);
    if let (None, Some(section)) = (&article.section, section) {
        article.section = Some(section);
        trace.field("section", "line above the title");
    }
    if let (None, Some(paper)) = (&article.source, paper) {
        article.source = Some(paper);
        trace.field("source", "line above the title");
    }
    article
}

/// The places of the author and the summary below the title, of which the author may be above.
fn below_title(
    end: usize,
    paragraphs: &[Paragraph],
    setting: Setting,
) -> (Option<usize>, Option<usize>) {
    let is_summary = |at: usize| {
        let below = paragraphs.get(at);
        below.is_some_and(|below| is_summary(below, paragraphs, setting))
    };
    let is_name = |line: &Paragraph| text::is_pen_name(&line.text) && is_summary(end + 1);
    match paragraphs.get(end).is_some_and(is_name) {
        true => (Some(end), Some(end + 1)),
        false => (None, is_summary(end).then_some(end)),
    }
}

type Found = std::ops::Range<usize>;

/// The paragraphs that the stated title repeats, which may add the site's name.
fn same_as(stated: &str, paragraphs: &[Paragraph]) -> Option<Found> {
    let stated = letters(stated);
    for start in 0..paragraphs.len().min(HEADER) {
        let mut joined = String::new();
        for (at, paragraph) in paragraphs.iter().enumerate().skip(start).take(4) {
            joined.push_str(&letters(&paragraph.text));
            if joined == stated {
                return Some(start..at + 1);
            }
            if !stated.starts_with(&joined) {
                break;
            }
            // The rest of the stated title is the name of a site.
            let most = joined.chars().count() * 10 >= stated.chars().count() * 6;
            let next = paragraphs.get(at + 1).map(|next| letters(&next.text));
            let goes_on = next
                .is_some_and(|next| !next.is_empty() && stated[joined.len()..].starts_with(&next));
            if most && !goes_on && paragraph.text.split_whitespace().count() >= 3 {
                return Some(start..at + 1);
            }
        }
    }
    None
}

fn letters(text: &str) -> String {
    tidy::letters(&text.to_lowercase())
}

/// The paragraph in the largest letters on top.
fn largest(paragraphs: &[Paragraph], setting: Setting) -> Option<Found> {
    let first_page = paragraphs.first()?.page;
    let top = || {
        paragraphs
            .iter()
            .take(HEADER)
            .enumerate()
            .filter(|(_, paragraph)| paragraph.page == first_page && can_be_title(&paragraph.text))
    };
    let size = top()
        .map(|(_, paragraph)| paragraph.size)
        .fold(0.0, f32::max);
    if size < 1.15 * setting.size {
        return None;
    }
    let is_title = |paragraph: &Paragraph| paragraph.size > 0.95 * size;
    let (start, _) = top().find(|(_, paragraph)| is_title(paragraph))?;
    let run = paragraphs[start..]
        .iter()
        .take(4)
        .take_while(|paragraph| is_title(paragraph) && can_be_title(&paragraph.text));
    let mut end = start;
    let mut length = 0;
    for paragraph in run {
        length += paragraph.text.chars().count();
        if length > LONGEST {
            break;
        }
        end += 1;
    }
    Some(start..end.max(start + 1))
}

/// The first paragraph, if it alone is bold.
fn bold(paragraphs: &[Paragraph]) -> Option<Found> {
    let first = paragraphs.first()?;
    let others = || {
        paragraphs
            .iter()
            .skip(1)
            .map(|paragraph| paragraph.text.len())
    };
    let bold = paragraphs
        .iter()
        .skip(1)
        .filter(|paragraph| paragraph.is_bold);
    let bold: usize = bold.map(|paragraph| paragraph.text.len()).sum();
    let alone = bold * 2 < others().sum::<usize>();
    (first.is_bold && alone && can_be_title(&first.text)).then_some(0..1)
}

fn can_be_title(text: &str) -> bool {
    let words = text.split_whitespace().count();
    let lower = text.to_lowercase();
    let is_masthead = words <= 5
        && ["báo ", "tạp chí ", "bản tin ", "tập san "]
            .iter()
            .any(|kind| lower.starts_with(kind));
    words >= 2
        && text.chars().count() <= LONGEST
        && text.chars().filter(|c| c.is_alphabetic()).count() >= 4
        && !is_masthead
        && !names::is_section(text)
}

/// Returns `true` if the paragraph under the title is set apart from the text.
fn is_summary(paragraph: &Paragraph, all: &[Paragraph], setting: Setting) -> bool {
    let words = paragraph.text.split_whitespace().count();
    if !(8..=150).contains(&words) {
        return false;
    }
    let rest = all.iter().filter(|other| !std::ptr::eq(*other, paragraph));
    let (mut whole, mut bold, mut italic) = (0, 0, 0);
    for other in rest {
        whole += other.text.len();
        bold += if other.is_bold { other.text.len() } else { 0 };
        italic += if other.is_italic { other.text.len() } else { 0 };
    }
    paragraph.is_bold && bold * 2 < whole
        || paragraph.is_italic && italic * 2 < whole
        || paragraph.size > 1.08 * setting.size
}
