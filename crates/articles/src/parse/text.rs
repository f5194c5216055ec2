//! Plain text, as it is copied off a news page.
//!
//! Pages of news agencies share a layout: section, title, place, summary,
//! captions with their credit, a dateline, the body, the author. It is
//! recognised by its dateline, credits, section or date line; text without any
//! of them is first line, second line, rest.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::boilerplate;
use super::dateline::{self, Dateline, is_name, place_name};
use super::wrap::{self, Paragraph};
use crate::fields::caption;
use crate::names::{self, Marks};
use crate::provenance::Trace;
use crate::{Article, Caption, Published, dates};

/// Parses plain text; `name` is the file's path, which may hold a date.
pub(crate) fn parse(text: &str, name: &str, trace: &mut Trace) -> Article {
    let paragraphs = boilerplate::drop(wrap::paragraphs(&composed(text)), trace);
    let mut page = Page::new(paragraphs, name);
    if page.find_layout() {
        page.read_layout(trace)
    } else {
        page.read_lines(trace)
    }
}

/// How many paragraphs from the top a dateline may stand.
const HEADER: usize = 12;

struct Page<'a> {
    paragraphs: Vec<Paragraph>,
    /// The file's path.
    name: &'a str,
    captions: Vec<Caption>,
    /// The paragraph with the dateline.
    dateline: Option<(usize, Dateline)>,
    /// A line that is a full date.
    date_line: Option<(usize, Published)>,
}

impl<'a> Page<'a> {
    fn new(paragraphs: Vec<Paragraph>, name: &'a str) -> Self {
        Self {
            paragraphs,
            name,
            captions: Vec::new(),
            dateline: None,
            date_line: None,
        }
    }

    fn text(&self, at: usize) -> &str {
        self.paragraphs
            .get(at)
            .map_or("", |paragraph| paragraph.text.as_str())
    }

    /// Takes captions out and looks for the other signs of the layout.
    fn find_layout(&mut self) -> bool {
        let has_credits = self
            .paragraphs
            .iter()
            .skip(1)
            .any(|paragraph| is_credit(&paragraph.text));
        let top = || self.paragraphs.iter().take(HEADER).enumerate();
        let dated = top()
            .skip(1)
            .any(|(_, paragraph)| date_line(&paragraph.text).is_some());
        let wired = top().any(|(_, paragraph)| dateline::read(&paragraph.text).is_some());
        let sectioned = self.paragraphs.len() >= 3 && names::is_section(self.text(0));
        let signed = self.is_signed_page();
        if !(has_credits || dated || wired || sectioned || signed) {
            return false;
        }
        self.take_captions();
        let top = || self.paragraphs.iter().take(HEADER).enumerate();
        self.date_line = top()
            .skip(1)
            .find_map(|(at, p)| Some((at, date_line(&p.text)?)));
        self.dateline = top().find_map(|(at, p)| Some((at, dateline::read(&p.text)?)));
        true
    }

    /// A short line, a longer one under it, a sentence, and a name at the end.
    fn is_signed_page(&self) -> bool {
        let words = |at| self.text(at).split_whitespace().count();
        words(0) <= 4
            && words(1) >= 2 * words(0)
            && !is_sentence(self.text(1))
            && is_sentence(self.text(2))
            && self
                .last_line()
                .is_some_and(|line| sign_off(line).is_some())
    }

    /// Moves captions from the paragraphs to where they belong.
    fn take_captions(&mut self) {
        let mut kept: Vec<Paragraph> = Vec::with_capacity(self.paragraphs.len());
        for paragraph in std::mem::take(&mut self.paragraphs) {
            if is_credit(&paragraph.text) {
                // A credit by itself belongs to the line above it, which is
                // not the title.
                let mut text = String::new();
                if kept.len() >= 2
                    && kept
                        .last()
                        .is_some_and(|above| is_caption_of(above, &paragraph))
                {
                    text = kept.pop().map(|above| above.text).unwrap_or_default();
                }
                let credit = caption(&paragraph.text).credit;
                self.captions.push(Caption { text, credit });
            } else if ends_with_credit(&paragraph.text) && !kept.is_empty() {
                self.captions.push(caption(&paragraph.text));
            } else {
                kept.push(paragraph);
            }
        }
        self.paragraphs = kept;
    }

    /// Reads a text without layout. Its body is all the other lines; a name at
    /// the end is the author's and stays.
    fn read_lines(self, trace: &mut Trace) -> Article {
        let mut article = Article::default();
        if let Some(signed) = self.last_line().and_then(sign_off) {
            article.author = signed.author;
            article.agency = signed.agency;
            trace.field(
                if article.author.is_some() {
                    "author"
                } else {
                    "agency"
                },
                "last line",
            );
        }
        article.published = self.published("", trace);
        let mut lines = self
            .paragraphs
            .into_iter()
            .map(|paragraph| paragraph.text)
            .peekable();
        if lines.peek().is_some_and(|first| !is_running_text(first)) {
            trace.field("title", "first line");
            article.title = lines.next();
            if lines.peek().is_some() {
                trace.field("summary", "second line");
                article.summary = lines.next();
            }
        }
        article.body = lines.collect::<Vec<_>>().join("\n");
        if !article.body.is_empty() {
            trace.field("body", "the other lines");
        }
        article
    }

    /// The last line, when it can be a signature.
    fn last_line(&self) -> Option<&str> {
        let last = self.paragraphs.len().checked_sub(1)?;
        (last >= 2 && is_sentence(self.text(last - 1))).then(|| self.text(last))
    }

    /// Reads a text in the layout.
    fn read_layout(mut self, trace: &mut Trace) -> Article {
        let mut article = Article::default();
        self.read_sign_off(&mut article, trace);
        let body_at = self.body_start();
        let (header, body) = self.paragraphs.split_at(body_at.min(self.paragraphs.len()));
        let date_at = self.date_line.map(|(at, _)| at);
        let header: Vec<&str> = header
            .iter()
            .enumerate()
            .filter(|(at, _)| Some(*at) != date_at)
            .map(|(_, paragraph)| paragraph.text.as_str())
            .collect();
        let mut body: Vec<&str> = body
            .iter()
            .enumerate()
            .filter(|(at, _)| Some(*at + body_at) != date_at)
            .map(|(_, paragraph)| paragraph.text.as_str())
            .collect();
        let left = read_header(&header, &mut article, trace);
        for text in left.into_iter().rev() {
            body.insert(0, text);
        }
        article.body = body.join("\n");
        if !article.body.is_empty() {
            trace.field("body", "what follows the header");
        }
        if let Some((_, dateline)) = &self.dateline {
            article.agency = Some(dateline.agency.clone());
            trace.field("agency", "dateline");
            if let (None, Some(place)) = (&article.place, &dateline.place) {
                article.place = Some(place.clone());
                trace.field("place", "dateline");
            }
        }
        article.published = self.published(&article.body, trace);
        article.captions = self.captions;
        if !article.captions.is_empty() {
            trace.field("captions", "lines with a photo credit");
        }
        article
    }

    /// Where the body begins.
    fn body_start(&self) -> usize {
        if let Some((at, dateline)) = &self.dateline {
            let more = self.paragraphs.len() > at + 1;
            return if dateline.marks == Marks::Summary && more {
                at + 1
            } else {
                *at
            };
        }
        // Without a dateline the header is the short lines on top and the
        // summary after them.
        let title = usize::from(names::is_section(self.text(0)) || self.is_signed_page());
        let summary = (title + 1..self.paragraphs.len())
            .find(|at| is_sentence(self.text(*at)))
            .unwrap_or(self.paragraphs.len().min(2));
        let after_date = self.date_line.map_or(0, |(at, _)| at + 1);
        let start = (summary + 1).max(after_date);
        if start < self.paragraphs.len() {
            start
        } else {
            summary.min(self.paragraphs.len())
        }
    }

    /// Takes the author's name off the end of the text.
    fn read_sign_off(&mut self, article: &mut Article, trace: &mut Trace) {
        let last = self.paragraphs.len().saturating_sub(1);
        let first_of_body = self.dateline.as_ref().map_or(1, |(at, _)| *at);
        if last <= first_of_body {
            return;
        }
        let Some(signed) = sign_off(self.text(last)) else {
            return;
        };
        self.paragraphs.pop();
        if let Some(author) = signed.author {
            article.author = Some(author);
            trace.field("author", "last line");
        }
        if let Some(agency) = signed.agency {
            article.agency = Some(agency);
            trace.field("agency", "last line");
        }
    }

    /// The date of a line of its own, else of the dateline, with the year of
    /// the path when it names the same day or one soon after.
    fn published(&self, body: &str, trace: &mut Trace) -> Option<Published> {
        if let Some((_, date)) = self.date_line {
            trace.field("published", "date line");
            return Some(date);
        }
        let opening = || {
            let (date, part_of_day) = dates::opening(body)?;
            // "Ngày 2/9, …" may tell of any year's; "Sáng 2/9, …" is news.
            (part_of_day && date.year().is_none()).then_some(date)
        };
        let date = match &self.dateline {
            Some((_, dateline)) => dateline.published.or_else(opening),
            None => opening(),
        };
        let in_path = dates::in_path(self.name);
        let Some(date) = date else {
            trace.field(
                "published",
                if in_path.is_some() {
                    "path"
                } else {
                    return None;
                },
            );
            return in_path;
        };
        trace.field("published", "dateline");
        let near = in_path.and_then(|path| {
            let dated = date.with_year(path.year()?)?;
            let days = path.day_number()? - dated.day_number()?;
            (date.year().is_none() && (0..=7).contains(&days)).then_some(dated)
        });
        if near.is_some() {
            trace.field("published", "dateline, its year from the path");
        }
        near.or(Some(date))
    }
}

/// Sorts the lines above the body into fields; gives back what is none.
fn read_header<'a>(header: &[&'a str], article: &mut Article, trace: &mut Trace) -> Vec<&'a str> {
    let mut lines = header.iter().copied().peekable();
    let section = header
        .first()
        .filter(|first| is_section_line(first, header));
    if let Some(section) = section {
        article.section = Some(section.trim_end_matches([':', '>']).trim().to_owned());
        trace.field("section", "line above the title");
        lines.next();
    }
    if let Some(title) = lines.next() {
        article.title = Some(title.to_owned());
        trace.field(
            "title",
            if section.is_some() {
                "line under the section"
            } else {
                "first line"
            },
        );
    }
    let mut left = Vec::new();
    for line in lines {
        if let (None, Some(author)) = (&article.author, byline(line)) {
            article.author = Some(author);
            trace.field("author", "byline above the text");
        } else if let (None, true, Some(place)) =
            (&article.place, is_place_line(line), place_name(line))
        {
            article.place = Some(place);
            trace.field("place", "line under the title");
        } else if let (None, true) = (&article.author, is_person(line)) {
            article.author = Some(line.to_owned());
            trace.field("author", "line above the text");
        } else if article.author.as_deref() == Some(line) {
            // The author above and below the text.
        } else if article.summary.is_none() && left.is_empty() {
            article.summary = Some(line.to_owned());
            trace.field("summary", "line above the text");
        } else {
            left.push(line);
        }
    }
    left
}

fn is_section_line(line: &str, header: &[&str]) -> bool {
    let words = line.split_whitespace().count();
    if header.len() < 2 || is_sentence(line) || words > 8 {
        return false;
    }
    if names::is_section(line) {
        return true;
    }
    // A short line is a section when a longer one, the title, stands under it.
    let under = header
        .get(1)
        .map_or(0, |next| next.split_whitespace().count());
    let title_is_next = under > words && !header.get(1).is_some_and(|next| is_sentence(next));
    words <= 5 && title_is_next && (header.len() > 2 || under >= 6)
}

/// Tells whether a line is the name of a place rather than of a person.
fn is_place_line(line: &str) -> bool {
    names::is_province(line) || (is_name(line, 5) && !is_person(line))
}

fn is_person(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let family = words.next().is_some_and(names::is_family_name);
    family && is_name(line, 5) && !names::is_province(line) && (1..=4).contains(&words.count())
}

/// Tells whether a first line is no title: it is long and ends like a sentence.
fn is_running_text(line: &str) -> bool {
    line.chars().count() > 160 && line.ends_with(['.', '!', '?', '…', '”', '"', ':'])
}

/// Tells whether a line is a sentence: it ends like one, and is no short name.
fn is_sentence(line: &str) -> bool {
    line.ends_with(['.', '!', '?', '…', '”', '"']) && line.split_whitespace().count() > 5
        || line.chars().count() > 220
}

/// A date on a line of its own: "Thứ Tư, 25/3/2026 | 14:30 GMT+7".
pub(super) fn date_line(line: &str) -> Option<Published> {
    const OPENINGS: &[&str] = &[
        "thứ ",
        "chủ nhật",
        "ngày ",
        "cập nhật",
        "đăng ",
        "xuất bản",
        "ngày:",
    ];
    if line.chars().count() > 70 {
        return None;
    }
    let lower = line.to_lowercase();
    let opens = OPENINGS.iter().any(|opening| lower.starts_with(opening))
        || lower.starts_with(|c: char| c.is_ascii_digit());
    let words = lower
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| word.len() > 1)
        .count();
    let date = Published::parse(line)?;
    (opens && words <= 8 && date.year().is_some() && date.day().is_some()).then_some(date)
}

/// Tells whether a paragraph is nothing but a credit: "Ảnh: An Bình/TTXVN".
fn is_credit(text: &str) -> bool {
    let text = text.trim_start_matches(['(', '[', ' ']);
    let marked = [
        "Ảnh:",
        "Ảnh :",
        "ẢNH:",
        "Nguồn ảnh:",
        "Photo:",
        "Ảnh minh họa:",
        "Ảnh tư liệu:",
        "Video:",
    ]
    .iter()
    .any(|mark| text.starts_with(mark));
    marked && text.chars().count() <= 80
}

/// Tells whether a caption ends a paragraph with its credit.
pub(super) fn ends_with_credit(text: &str) -> bool {
    text.chars().count() <= 500
        && caption(text)
            .credit
            .is_some_and(|credit| !credit.contains(". "))
        && ["Ảnh:", "ảnh:", "ẢNH:", "Photo:"]
            .iter()
            .any(|mark| text.contains(mark))
        && dateline::read(text).is_none()
}

/// Tells whether the line above a credit is its caption.
fn is_caption_of(above: &Paragraph, credit: &Paragraph) -> bool {
    let length = above.text.chars().count();
    above.block == credit.block || (length <= 300 && dateline::read(&above.text).is_none())
}

/// Who signed a text.
pub(super) struct SignOff {
    pub author: Option<String>,
    pub agency: Option<String>,
}

/// Reads a last line that names the author: "An Bình", "Tin, ảnh: An Bình",
/// "An Bình (TTXVN)", "Theo TTXVN".
pub(super) fn sign_off(line: &str) -> Option<SignOff> {
    if let Some(source) = line
        .strip_prefix("Theo ")
        .or_else(|| line.strip_prefix("(Theo "))
    {
        let source = source.trim_end_matches([')', '.']);
        let (name, _) = names::agency(source)?;
        return (name == source).then(|| SignOff {
            author: None,
            agency: Some(name.to_owned()),
        });
    }
    let name = byline(line).unwrap_or_else(|| line.trim_end_matches(" thực hiện").to_owned());
    let (name, agency) = match split_agency(&name) {
        Some((person, agency)) => (person.to_owned(), Some(agency.to_owned())),
        None => (name, None),
    };
    let people = name
        .split([',', '–', ';'])
        .flat_map(|part| part.split(" và "))
        .flat_map(|part| part.split(" - "));
    let named = people.clone().count() <= 5
        && people
            .clone()
            .all(|person| is_name(untitled(person.trim()), 5));
    (named && name.chars().count() <= 80).then_some(SignOff {
        author: Some(name),
        agency,
    })
}

/// Splits the agency off a name that carries it: "An Bình/TTXVN", "An Bình
/// (TTXVN)".
pub(super) fn split_agency(name: &str) -> Option<(&str, &'static str)> {
    let (before, after) = name.rsplit_once(['/', '('])?;
    let after = after.trim_end_matches(')').trim();
    let (known, _) = names::agency(after).filter(|(known, _)| *known == after)?;
    Some((before.trim(), known))
}

/// A name without the rank before it.
fn untitled(name: &str) -> &str {
    const RANKS: &[&str] = &[
        "Thạc sĩ ",
        "Tiến sĩ ",
        "ThS ",
        "ThS. ",
        "TS ",
        "TS. ",
        "PGS ",
        "PGS. ",
        "GS ",
        "GS. ",
        "PGS.TS ",
        "PGS. TS ",
        "GS.TS ",
        "Luật sư ",
        "Nhà báo ",
        "Nhà văn ",
        "Bác sĩ ",
        "Đại tá ",
        "Trung tá ",
        "Thiếu tướng ",
        "Kỹ sư ",
        "Phóng viên ",
    ];
    RANKS
        .iter()
        .find_map(|rank| name.strip_prefix(rank))
        .unwrap_or(name)
}

/// A text in composed form (NFC), which names and marks are looked for in.
pub(super) fn composed(text: &str) -> Cow<'_, str> {
    // Nearly all text is of letters that cannot compose; looking every one up
    // in the tables of Unicode takes longer than reading the page.
    let plain = |letter: char| matches!(letter, '\0'..'\u{300}' | '\u{1e00}'..='\u{1eff}' | '\u{2002}'..='\u{20cf}');
    if text.chars().all(plain) || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// The name after "Tác giả:", "Bài, ảnh:", "Thực hiện:" and the like.
fn byline(line: &str) -> Option<String> {
    const LABELS: &[&str] = &[
        "tác giả",
        "bài",
        "bài và ảnh",
        "bài, ảnh",
        "tin",
        "tin, ảnh",
        "tin và ảnh",
        "tin, bài",
        "tin bài",
        "thực hiện",
        "tin, bài, ảnh",
        "tin bài, ảnh",
        "người viết",
        "phóng viên",
        "by",
    ];
    let (label, name) = line.split_once(':')?;
    let name = name.trim();
    let labelled = LABELS.contains(&label.trim().to_lowercase().as_str());
    (labelled && !name.is_empty() && name.chars().count() <= 80).then(|| name.to_owned())
}
