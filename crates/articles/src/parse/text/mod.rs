//! Plain text, as copied from a news page.
//!
//! Pages of news agencies share a layout: section, title, place, summary,
//! captions with their credit, a dateline, the body, the author. A text has
//! the layout if it has a dateline, credit, section or date line; any other
//! text is a title, a summary and the body.

mod credits;
mod date_line;
mod frame;
mod header;
mod labels;
mod origin;
mod run_in;
mod signature;

use super::boilerplate;
use super::dateline::{self, Dateline};
use super::official::Official;
use super::wrap::{self, Paragraph};
use crate::names::{self, Marks};
use crate::provenance::Trace;
use crate::tidy::composed;
use crate::{Article, Caption, Published, dates};
pub(crate) use credits::is_credits;
use credits::{credited, is_caption_of, is_credit, labelled, own_caption, uncredited};
pub(super) use credits::{ends_with_credit, is_file_name};
pub(super) use date_line::{DateLine, read as date_line};
use header::{is_salutation, is_sentence};
use origin::Origin;
pub(crate) use origin::{read as origin, rights, source};
use signature::SignOff;
pub(crate) use signature::byline;
pub(super) use signature::is_paper;
use signature::{is_office, signed};
pub(super) use signature::{
    is_pen_name, is_person, sign_off, split_agency, without_label, without_note,
};

/// Parses plain text; `name` is the file's path, which may contain a date.
pub(crate) fn parse(text: &str, name: &str, trace: &mut Trace) -> Article {
    let text = composed(text);
    let mut paragraphs = wrap::paragraphs(&text);
    let framed = frame::take(&mut paragraphs, trace);
    boilerplate::drop(&mut paragraphs, trace);
    credits::take_below(&mut paragraphs, trace);
    let (labelled, count) = labels::read(&paragraphs, trace).unwrap_or_default();
    if labelled.title.is_some() {
        return labelled;
    }
    paragraphs.drain(..count);
    if let Some(official) = Official::of_paragraphs(&paragraphs) {
        return official.article(trace);
    }
    let address = Origin::take_address(&mut paragraphs, trace);
    let below = drop_below_signature(&mut paragraphs, trace);
    let origin = Origin::take(&mut paragraphs, trace);
    let noted = paragraphs
        .last()
        .map_or_else(Origin::default, |last| origin::noted(&last.text));
    let mut page = Page::new(paragraphs, name);
    let mut article = match page.find_layout(trace) {
        true => page.read_layout(trace),
        false => {
            page.take_credited_lines();
            page.read_lines(trace)
        }
    };
    article.url = address;
    take_run_in_date(&mut article, trace);
    let run_in = take_run_in_origin(&mut article, trace);
    take_run_in_signature(&mut article, trace);
    origin.apply(&mut article, trace);
    below.apply(&mut article, trace);
    run_in.apply(&mut article, trace);
    if article.author.is_some() {
        noted.apply(&mut article, trace);
    }
    if count > 0 {
        labels::apply(labelled, &mut article);
    }
    labels::apply(framed, &mut article);
    article
}

/// Drops what a site shows below a signature: a few short lines without a sentence. The first of them
/// may name the newspaper.
fn drop_below_signature(paragraphs: &mut Vec<Paragraph<'_>>, trace: &mut Trace) -> Origin {
    /// Lines below the signature, at most, and words of each.
    const MOST: usize = 6;
    const LONGEST: usize = 10;
    /// Lines of a text, at least.
    const LEAST: usize = 4;
    let is_tail = |line: &&Paragraph<'_>| {
        let text = &line.text;
        !text.ends_with(['.', '!', '?', ':', ';', ',', '…', '”', '"'])
            && text.split_whitespace().take(LONGEST + 1).count() <= LONGEST
    };
    let below = paragraphs.iter().rev().take(MOST + 2);
    let short = below.take_while(is_tail).count();
    let Some(signed) = paragraphs
        .len()
        .checked_sub(short)
        .filter(|at| *at >= LEAST)
    else {
        return Origin::default();
    };
    let above = &paragraphs[signed - 1].text;
    if !(2..=MOST + 1).contains(&short) || !is_end(above) {
        return Origin::default();
    }
    let name = &paragraphs[signed].text;
    let is_named = |line: &Paragraph<'_>| {
        signed_by(&line.text) || origin::read(&line.text).is_some() || is_credit(&line.text)
    };
    if !is_pen_name(name) || paragraphs[signed + 1..].iter().any(is_named) {
        return Origin::default();
    }
    let below = &paragraphs[signed + 1].text;
    let paper = is_paper(below).then(|| Origin::of_paper(below));
    let tail = paragraphs.drain(signed + 1..);
    tail.for_each(|line| trace.dropped(&line.text));
    paper.unwrap_or_default()
}

/// Returns `true` for a line that may be a signature, or names an office.
fn signed_by(line: &str) -> bool {
    signed(line).is_some() || is_office(line) || date_line(line).is_some()
}

/// Splits the last paragraph of a body by `split`, which returns the text before the split. Returns
/// the byte of the body at which that text ends, and the value that was split off.
fn split_last<T>(body: &str, split: fn(&str) -> Option<(&str, T)>) -> Option<(usize, T)> {
    let start = body.rfind('\n').map_or(0, |at| at + 1);
    let (text, taken) = split(body.get(start..)?)?;
    Some((start + text.len(), taken))
}

/// Takes the date off the end of the last paragraph, if the text has no other.
fn take_run_in_date(article: &mut Article, trace: &mut Trace) {
    if article.published.is_some() {
        return;
    }
    if let Some((end, date)) = split_last(&article.body, run_in::split_date) {
        article.published = Some(date);
        trace.field("published", "end of the text");
        article.body.truncate(end);
    }
}

/// Takes the name of the source off the end of the last paragraph.
fn take_run_in_origin(article: &mut Article, trace: &mut Trace) -> Origin {
    let Some((end, origin)) = split_last(&article.body, Origin::split) else {
        return Origin::default();
    };
    trace.dropped(article.body.get(end..).unwrap_or_default().trim());
    article.body.truncate(end);
    origin
}

/// Takes a signature off the end of the last paragraph, if a line of its own does not sign the text.
fn take_run_in_signature(article: &mut Article, trace: &mut Trace) {
    if article.author.is_some() {
        return;
    }
    let Some((end, signed)) = split_last(&article.body, run_in::split) else {
        return;
    };
    if let Some(author) = signed.author {
        article.author = Some(author);
        trace.field("author", "end of the text");
    }
    if let (None, Some(agency)) = (&article.agency, signed.agency) {
        article.agency = Some(agency);
        trace.field("agency", "end of the text");
    }
    article.body.truncate(end);
}

/// Number of paragraphs at the top searched for a dateline.
const HEADER: usize = 12;

/// Labels of numbers to call, as they are next to the day on top of a site.
const CONTACTS: [&str; 2] = ["hotline", "đường dây nóng"];

/// Signs that end a sentence.
const ENDS: [char; 5] = ['.', '!', '?', '…', ':'];

/// Characters of a headline among which the colon after the name that it quotes is.
const HEADLINE_NAME: usize = 24;

/// Characters of a second line, at most, that is a summary and not the text.
const LONGEST_SUMMARY: usize = 700;

struct Page<'a> {
    paragraphs: Vec<Paragraph<'a>>,
    /// The file's path.
    name: &'a str,
    captions: Vec<Caption>,
    /// The paragraph with the dateline.
    dateline: Option<(usize, Dateline)>,
    /// A line that is a full date.
    date_line: Option<(usize, Published)>,
    /// The date that was on the first line.
    date_on_top: Option<Published>,
    /// The newspaper that the first line names with its date.
    paper: Option<String>,
}

impl<'a> Page<'a> {
    fn new(paragraphs: Vec<Paragraph<'a>>, name: &'a str) -> Self {
        Self {
            paragraphs,
            name,
            captions: Vec::new(),
            dateline: None,
            date_line: None,
            date_on_top: None,
            paper: None,
        }
    }

    /// Takes the date and the newspaper off the top: a line that is the date, and maybe the newspaper,
    /// and nothing else, or the newspaper and its issue.
    fn take_date_on_top(&mut self) {
        if self.paragraphs.len() < 3 {
            return;
        }
        // An issue names the newspaper above it, even if it has no word for one.
        let is_named = is_paper(self.text(0)) || dateline::is_name(self.text(0), 6);
        if is_named && is_issue(self.text(1)) {
            self.date_on_top = Published::parse(self.text(1));
            self.paper = Some(self.text(0).to_owned());
            self.paragraphs.drain(..2);
            return;
        }
        if let Some(date) = self.date_of_site().map(|line| line.date) {
            self.date_on_top = Some(date);
            self.paper = Some(self.text(0).to_owned());
            self.paragraphs.drain(..2);
            return;
        }
        let Some(line) = date_line(self.text(0)) else {
            return;
        };
        let paper = match line.rest[..] {
            [] => None,
            [paper] if is_paper(paper) => Some(paper.to_owned()),
            _ => return,
        };
        (self.date_on_top, self.paper) = (Some(line.date), paper);
        self.paragraphs.remove(0);
    }

    /// The line of the day below the name of a site, where another date line is below it.
    fn date_of_site(&self) -> Option<DateLine<'_>> {
        const LEAST: usize = 5;
        let name = self.text(0);
        let is_online = name.ends_with(" Online") || name.ends_with(" ONLINE");
        let is_site = is_paper(name) || is_online && dateline::is_name(name, 6);
        if self.paragraphs.len() < LEAST || !is_site {
            return None;
        }
        let is_contact = |part: &&str| CONTACTS.contains(&part.to_lowercase().as_str());
        let line = date_line(self.text(1)).filter(|line| line.rest.iter().all(is_contact))?;
        let mut below = (2..self.paragraphs.len().min(HEADER)).map(|at| self.text(at));
        below.any(|line| date_line(line).is_some()).then_some(line)
    }

    /// Takes off a last line that is a date and nothing else, if there is no other.
    fn take_date_below(&mut self) {
        const LEAST: usize = 4;
        let last = self.paragraphs.len().saturating_sub(1);
        if last + 1 < LEAST || self.date_on_top.is_some() {
            return;
        }
        let line = date_line(self.text(last)).filter(|line| line.rest.is_empty());
        let is_first = self.find_date_line().is_none_or(|(at, _)| at == last);
        if let Some(line) = line.filter(|_| is_first) {
            self.date_on_top = Some(line.date);
            self.paragraphs.pop();
        }
    }

    /// Takes off the sections above the last one, if they are known, the date is below them and the
    /// title is below the date.
    fn take_outer_sections(&mut self) {
        const LONGEST: usize = 5;
        let words = |at| self.text(at).split_whitespace().count();
        if words(0) > LONGEST || !names::is_section(self.text(0)) {
            return;
        }
        let Some((date, _)) = self.find_date_line().filter(|(at, _)| *at >= 2) else {
            return;
        };
        let title = date + 1;
        let is_title = words(title) > LONGEST && !is_sentence(self.text(title));
        let are_short = (0..date).all(|at| words(at) <= LONGEST && !is_sentence(self.text(at)));
        if is_title && are_short && title + 1 < self.paragraphs.len() {
            self.paragraphs.drain(..date - 1);
        }
    }

    /// Drops the menu of a site above the section: "Tin nhanh", "Mới nhất".
    fn take_menu(&mut self, trace: &mut Trace) {
        // The day may be above it.
        if let Some(at) = (0..2).find(|at| header::is_menu(self.text(*at))) {
            trace.dropped(&self.paragraphs.remove(at).text);
        }
        let is_menu = |at: usize| names::is_tail_heading(self.text(at));
        let count = (0..HEADER).take_while(|at| is_menu(*at)).count();
        if count > 0 && names::is_section(self.text(count)) {
            let menu = self.paragraphs.drain(..count);
            menu.for_each(|line| trace.dropped(&line.text));
        }
    }

    /// Drops a list of other articles above this one: a heading such as "TIN MỚI" and its headlines.
    /// The title is right above the date.
    fn take_list_on_top(&mut self, trace: &mut Trace) {
        const LEAST: usize = 4;
        const LONGEST: usize = 30;
        if self.text(0).len() > LONGEST || !names::is_tail_heading(self.text(0)) {
            return;
        }
        let date = self.find_date_line().map(|(at, _)| at);
        let Some(date) = date.filter(|date| (LEAST..self.paragraphs.len()).contains(date)) else {
            return;
        };
        let is_headline =
            |at| !is_sentence(self.text(at)) && self.text(at).split_whitespace().count() >= LEAST;
        if (1..date).all(is_headline) {
            let list = self.paragraphs.drain(..date - 1);
            list.for_each(|line| trace.dropped(&line.text));
        }
    }

    fn text(&self, at: usize) -> &str {
        self.paragraphs
            .get(at)
            .map_or("", |paragraph| paragraph.text.as_ref())
    }

    /// Removes captions and finds the other marks of the layout.
    fn find_layout(&mut self, trace: &mut Trace) -> bool {
        self.take_menu(trace);
        self.take_date_on_top();
        self.take_date_below();
        self.take_outer_sections();
        self.take_list_on_top(trace);
        let has_credits = self
            .paragraphs
            .iter()
            .skip(1)
            .any(|paragraph| is_credit(&paragraph.text) || labelled(&paragraph.text).is_some());
        let top = || self.paragraphs.iter().take(HEADER).enumerate();
        let on_top = self.date_on_top.is_some() || self.paper.is_some();
        let dated = on_top || self.find_date_line().is_some();
        let wired = top().any(|(at, _)| self.dateline_at(at).is_some());
        let on_top = self.text(0);
        let sectioned =
            self.paragraphs.len() >= 3 && (names::is_section(on_top) || header::is_crumbs(on_top));
        let signed = self.is_signed_page();
        if !(has_credits || dated || wired || sectioned || signed) {
            return false;
        }
        self.take_captions();
        self.date_line = self.find_date_line();
        // "QĐND - Thứ Tư, 25/3/2026"
        let date = self.date_line.map(|(at, _)| at);
        let mut top = (0..HEADER).filter(|at| Some(*at) != date);
        self.dateline = top.find_map(|at| Some((at, self.dateline_at(at)?)));
        true
    }

    /// The first line on top with the date of the page. Several of them are a timetable.
    fn find_date_line(&self) -> Option<(usize, Published)> {
        const TIMETABLE: usize = 3;
        let mut lines = (1..self.paragraphs.len().min(HEADER))
            .filter_map(|at| Some((at, date_line(self.text(at))?)));
        let (at, first) = lines.next()?;
        let others = lines.filter(|(_, line)| !line.rest.is_empty()).count();
        (first.rest.is_empty() || others + 1 < TIMETABLE).then_some((at, first.date))
    }

    /// The dateline of a paragraph. A headline may begin with the name of an agency too:
    /// "Reuters: Giá gạo tăng".
    fn dateline_at(&self, at: usize) -> Option<Dateline> {
        let text = self.text(at);
        let is_headline = at == 0 && self.paragraphs.len() > 1 && !text.ends_with(ENDS);
        let quotes = text.chars().take(HEADLINE_NAME).any(|letter| letter == ':');
        match is_headline && quotes {
            true => None,
            false => dateline::read(text),
        }
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
        // The title, the summary and a paragraph, of which none is a caption at the end of a text.
        const SHORT: usize = 3;
        let is_text =
            |paragraph: &Paragraph<'_>| is_sentence(&paragraph.text) && !is_credit(&paragraph.text);
        let text_ends = self.paragraphs.iter().rposition(is_text).unwrap_or(0);
        let signature = self.paragraphs.last().map(|last| last.text.to_string());
        let credits = self.paragraphs.iter().filter(|line| is_credit(&line.text));
        let is_only = credits.count() == 1;
        let mut kept: Vec<Paragraph<'_>> = Vec::with_capacity(self.paragraphs.len());
        for (at, paragraph) in std::mem::take(&mut self.paragraphs).into_iter().enumerate() {
            if let Some(caption) = labelled(&paragraph.text) {
                add_labelled(&mut self.captions, caption);
            } else if let Some(text) = uncredited(&paragraph.text) {
                self.captions.push(Caption {
                    text: text.to_owned(),
                    credit: None,
                });
            } else if is_credit(&paragraph.text) {
                // A credit by itself belongs to the line above it, which is
                // not the title.
                let mut text = String::new();
                let own = own_caption(&paragraph.text);
                let is_signed = is_only && own.credit == signature;
                let is_short = at > text_ends && (kept.len() <= SHORT || is_signed);
                if kept.len() >= 2
                    && !(is_short && kept.last().is_some_and(|above| is_sentence(&above.text)))
                    && kept
                        .last()
                        .is_some_and(|above| is_caption_of(above, &paragraph))
                {
                    let above = kept.pop().map(|above| above.text.into_owned());
                    text = above.unwrap_or_default();
                }
                self.captions.push(Caption {
                    text: if text.is_empty() { own.text } else { text },
                    credit: own.credit,
                });
            } else if ends_with_credit(&paragraph.text) && !kept.is_empty() {
                self.captions.push(credited(&paragraph.text));
            } else {
                kept.push(paragraph);
            }
        }
        self.paragraphs = kept;
    }

    /// Moves short lines that end with a photo credit to the captions, in a text with enough others.
    fn take_credited_lines(&mut self) {
        const LONGEST: usize = 300;
        const LEAST: usize = 4;
        if self.paragraphs.len() < LEAST {
            return;
        }
        let mut paragraphs = std::mem::take(&mut self.paragraphs).into_iter();
        self.paragraphs.extend(paragraphs.by_ref().take(1));
        for paragraph in paragraphs {
            let is_short = paragraph.text.chars().count() <= LONGEST;
            if is_short && ends_with_credit(&paragraph.text) {
                self.captions.push(credited(&paragraph.text));
            } else {
                self.paragraphs.push(paragraph);
            }
        }
    }

    /// Reads a text without layout. Its body is all the other lines; a name at
    /// the end is the author's and stays.
    fn read_lines(mut self, trace: &mut Trace) -> Article {
        let mut article = Article {
            captions: std::mem::take(&mut self.captions),
            ..Article::default()
        };
        if !article.captions.is_empty() {
            trace.field("captions", "lines with a photo credit");
        }
        if let Some(signed) = self.last_line().and_then(signed).or_else(|| self.office()) {
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
        article.published = match (1..3).find_map(|at| placed_date(self.text(at))) {
            Some(date) => {
                trace.field("published", "dateline");
                Some(date)
            }
            None => self.published("", trace),
        };
        let is_verse = self.is_poem();
        let mut lines: Vec<&str> = self.paragraphs.iter().map(|p| p.text.as_ref()).collect();
        if article.author.is_some() || article.agency.is_some() {
            lines.pop();
        }
        let is_title = |line: &&&str| !(is_running_text(line) || is_salutation(line));
        let body = match lines.first().filter(is_title) {
            Some(_) => read_top(&lines, is_verse, &mut article, trace),
            None => lines,
        };
        article.body = body.join("\n");
        if !article.body.is_empty() {
            trace.field("body", "the other lines");
        }
        article
    }

    /// The last line, if it can be a signature.
    fn last_line(&self) -> Option<&str> {
        let last = self.paragraphs.len().checked_sub(1)?;
        let dated = || self.text(last - 1).contains(|c: char| c.is_ascii_digit());
        let top = self.first_verse();
        let is_poem = || self.is_verse(top..last) || dated() && self.is_verse(top..last - 1);
        let above = self.text(last.saturating_sub(1));
        let ends = || is_end(above) || is_closing(above) || is_poem();
        (last >= 2 && ends()).then(|| self.text(last))
    }

    /// Returns `true` for a poem, maybe with its author, place and date below.
    fn is_poem(&self) -> bool {
        let (top, last) = (self.first_verse(), self.paragraphs.len());
        (0..3).any(|below| self.is_verse(top..last.saturating_sub(below).max(top)))
    }

    /// The line that may be the first verse of a poem, below the title and a dedication in brackets.
    fn first_verse(&self) -> usize {
        1 + usize::from(self.text(1).starts_with('('))
    }

    /// Returns `true` if lines are the verses of a poem.
    fn is_verse(&self, lines: std::ops::Range<usize>) -> bool {
        const LEAST: usize = 4;
        const LONGEST: usize = 60;
        let is_verse = |at: usize| {
            let line = self.text(at);
            let words = line.split_whitespace().count();
            (LEAST..=9).contains(&words)
                && line.len() <= 2 * LONGEST
                && line.starts_with(char::is_uppercase)
                && !line.contains(|c: char| c.is_ascii_digit() || matches!(c, ':' | '/'))
                && !is_pen_name(line)
        };
        lines.len() >= LEAST && { lines }.all(is_verse)
    }

    /// The office that signs the text on its last line.
    fn office(&self) -> Option<SignOff> {
        let line = self.last_line()?;
        // "Tác giả: Văn phòng xã"
        let labelled = line.starts_with("Tác giả").then(|| byline(line)).flatten();
        let (line, _) = without_note(labelled.as_deref().unwrap_or(line));
        // "Lê Mẫu - Phòng Văn hóa và Thông tin"
        let signed = line.split_once(" - ").filter(|(name, _)| is_pen_name(name));
        if !is_office(signed.map_or(line, |(_, office)| office)) {
            return None;
        }
        Some(SignOff {
            author: Some(line.to_owned()),
            agency: None,
        })
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
            .map(|(_, paragraph)| paragraph.text.as_ref())
            .collect();
        let mut body: Vec<&str> = body
            .iter()
            .enumerate()
            .filter(|(at, _)| Some(*at + body_at) != date_at)
            .map(|(_, paragraph)| paragraph.text.as_ref())
            .collect();
        let wired = self
            .dateline
            .as_ref()
            .is_some_and(|(_, dateline)| dateline.marks == Marks::Body);
        let left = header::read(&header, wired, &mut article, trace);
        let date_text = date_at.map_or("", |at| self.text(at));
        if let Some(line) = date_line(date_text) {
            header::read_rest_of_date(&line, date_text, &mut article, trace);
        }
        if let (None, Some(paper)) = (&article.source, self.paper.take()) {
            article.source = Some(paper);
            trace.field("source", "date line");
        }
        take_author_line(&mut body, &mut article, trace);
        body.splice(0..0, left);
        article.body = body.join("\n");
        if !article.body.is_empty() {
            trace.field("body", "text after the header");
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

    /// The start of the body.
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
        let above = (0..self.paragraphs.len()).take_while(|at| {
            let line = self.text(*at);
            names::is_section(line)
                || header::is_crumbs(line)
                || *at == 0 && (is_paper(line) || names::is_site(line))
        });
        let title = above.count().max(usize::from(self.is_signed_page()));
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
        let Some(signed) = signed(self.text(last)).or_else(|| self.office()) else {
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
        if let Some(date) = self.date_line.map(|(_, date)| date).or(self.date_on_top) {
            trace.field("published", "date line");
            return Some(date);
        }
        let opening = || {
            let (date, part_of_day) = dates::opening(body)?;
            // "Ngày 2/9, …" may be a date of any year; "Sáng 2/9, …" is news.
            (part_of_day && date.year().is_none()).then_some(date)
        };
        let date = match &self.dateline {
            Some((_, dateline)) => dateline.published.or_else(opening),
            None => opening().or_else(|| placed_date(body)),
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

/// The date after the place at the beginning of a text: "Vĩnh An, ngày 3/3/2026 - Xã khai mạc …".
fn placed_date(body: &str) -> Option<Published> {
    const LONGEST: usize = 80;
    let head = body.get(..body.floor_char_boundary(LONGEST))?;
    let dashes = [" - ", " – ", " — "];
    let (opening, _) = dashes.iter().find_map(|dash| head.split_once(dash))?;
    let (place, day) = opening.split_once(", ")?;
    let line = date_line(day).filter(|line| line.rest.is_empty())?;
    dateline::place_name(place).map(|_| line.date)
}

/// Reads the title, and the author, the source and the summary below it, of a text without layout. Returns
/// the other lines.
fn read_top<'a>(
    lines: &[&'a str],
    is_verse: bool,
    article: &mut Article,
    trace: &mut Trace,
) -> Vec<&'a str> {
    let Some((title, mut rest)) = header::take_title(lines) else {
        return Vec::new();
    };
    trace.field("title", "first line");
    let (author, taken) = header::authors_under_title(rest, &title);
    if author.is_some() && rest.len() >= taken + 2 {
        article.author = author;
        trace.field("author", "line under the title");
        rest = rest.get(taken..).unwrap_or_default();
    }
    article.title = Some(title);
    if rest.len() > 2 && is_paper(rest[0]) {
        article.source = Some(rest[0].to_owned());
        trace.field("source", "line under the title");
        rest = &rest[1..];
    }
    let mut series = None;
    if rest.len() > 2 && header::is_series(rest[0]) {
        series = Some(rest[0]);
        rest = &rest[1..];
    }
    // Two lines are a headline and its text.
    if let Some((second, below)) = rest.split_first()
        && !below.is_empty()
        && second.chars().count() <= LONGEST_SUMMARY
        && !is_salutation(second)
        && !is_verse
    {
        article.summary = Some((*second).to_owned());
        trace.field("summary", "second line");
        rest = below;
    }
    series.into_iter().chain(rest.iter().copied()).collect()
}

/// Adds a caption, or its text to the credit above it.
fn add_labelled(captions: &mut Vec<Caption>, caption: Caption) {
    match captions.last_mut() {
        Some(above) if above.text.is_empty() && caption.credit.is_none() => {
            above.text = caption.text;
        }
        _ => captions.push(caption),
    }
}

/// Returns `true` for the issue of a newspaper: "Số 3127, thứ Tư 14-8-2024".
fn is_issue(line: &str) -> bool {
    const LONGEST: usize = 60;
    let number = ["Số ", "SỐ "]
        .iter()
        .find_map(|word| line.strip_prefix(word));
    let is_number = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    number.is_some_and(is_number) && line.chars().count() <= LONGEST
}

/// Takes the author between summary and text.
fn take_author_line(body: &mut Vec<&str>, article: &mut Article, trace: &mut Trace) {
    let is_author = |line: &str| match &article.author {
        Some(author) => author.to_lowercase() == line.to_lowercase(),
        None => is_person(line),
    };
    let Some(&line) = body.first().filter(|_| body.len() > 1) else {
        return;
    };
    // "Lê Mẫu/VOV-Tây Nguyên"
    let of_agency = split_agency(line).map(|(name, _)| name);
    let name = of_agency.unwrap_or(line);
    if !is_pen_name(name) || !(of_agency.is_some() || is_author(name)) {
        return;
    }
    if article.author.is_none() {
        article.author = Some(name.to_owned());
        trace.field("author", "line above the text");
    }
    body.remove(0);
}

/// Returns `true` for the words that close a letter: "Trân trọng,".
fn is_closing(line: &str) -> bool {
    const LONGEST: usize = 48;
    const CLOSINGS: &[&str] = &["Trân trọng", "Thân ái", "Kính thư", "Thân mến"];
    line.len() <= LONGEST && CLOSINGS.iter().any(|words| line.starts_with(words))
}

/// Returns `true` if a line can be the last of a text.
fn is_end(line: &str) -> bool {
    is_sentence(line) || line.ends_with(['.', '!', '?']) && line.split_whitespace().count() > 2
}

/// Returns `true` if a first line is not a title: it is long and ends like a sentence.
fn is_running_text(line: &str) -> bool {
    line.chars().count() > 160 && line.ends_with(['.', '!', '?', '…', '”', '"', ':'])
}
