//! The lines above the body: section, title, place, author, summary.

use super::date_line::DateLine;
use super::origin;
use super::signature::{
    byline, counts_authors, is_initials, is_paper, is_pen_name, is_person, without_label,
};
use crate::parse::dateline::{is_name, place_name};
use crate::provenance::Trace;
use crate::tidy::is_number;
use crate::{Article, names};

/// Assigns the lines above the body to fields; returns the other lines. `wired`
/// is `true` if the text has the dateline of an agency, whose pages name the
/// place on a separate line.
pub(super) fn read<'a>(
    header: &[&'a str],
    wired: bool,
    article: &mut Article,
    trace: &mut Trace,
) -> Vec<&'a str> {
    let header = without_paper(header, article, trace);
    let below = take_section(header, article, trace);
    let is_sectioned = below.len() < header.len();
    let mut below = below.to_vec();
    put_title_first(&mut below);
    let has_summary = below.iter().skip(2).any(|line| is_sentence(line));
    let mut lines = below.as_slice();
    if let Some((title, rest)) = take_title(lines) {
        article.title = Some(title);
        lines = rest;
        let from = ["first line", "line under the section"];
        trace.field("title", from[usize::from(is_sectioned)]);
    }
    let mut left = Vec::new();
    let mut series = None;
    for line in lines.iter().copied() {
        let above_summary = article.summary.is_none() && left.is_empty();
        if let Some(author) = byline(line) {
            add_byline(author, line, article, trace);
        } else if let (None, Some(section)) = (&article.section, section_of(line)) {
            article.section = Some(section.to_owned());
            trace.field("section", "line under the title");
        } else if counts_authors(line) || is_counted_label(line) {
            trace.dropped(line);
        } else if let (None, true, Some(place)) =
            (&article.place, is_place_line(line, wired), place_name(line))
        {
            article.place = Some(place);
            trace.field("place", "line under the title");
        } else if let (None, Some(source)) = (&article.source, labelled_source(line)) {
            article.source = Some(source);
            trace.field("source", "line above the text");
        } else if is_paper(line) && article.source.is_none() {
            article.source = Some(line.to_owned());
            trace.field("source", "line above the text");
        } else if is_author_line(line, article) {
            add_author(line, above_summary, article, trace);
        } else if above_summary && is_salutation(line) {
            left.push(line);
        } else if above_summary && is_mail_address(line) {
            trace.dropped(line);
        } else if above_summary
            && series.is_none()
            && (is_series(line) || has_summary && is_topic(line))
        {
            series = Some(line);
        } else if above_summary {
            article.summary = Some(line.to_owned());
            trace.field("summary", "line above the text");
        } else {
            left.push(line);
        }
    }
    series.into_iter().chain(left).collect()
}

/// Takes the section off the first line. Returns the lines below.
fn take_section<'h, 'a>(
    header: &'h [&'a str],
    article: &mut Article,
    trace: &mut Trace,
) -> &'h [&'a str] {
    let Some((section, below)) = header
        .split_first()
        .filter(|(first, _)| is_section_line(first, header))
    else {
        return header;
    };
    let section = last_of_dashed(section).unwrap_or(section);
    let is_step = |sign| CRUMBS.contains(&sign) && (!"/|".contains(sign) || is_crumbs(section));
    let last = section.rsplit(is_step).find(|part| !part.trim().is_empty());
    let last = last.unwrap_or(section).trim_end_matches(':').trim();
    article.section = Some(last.to_owned());
    trace.field("section", "line above the title");
    below
}

/// The title on the first line, or on several lines in capitals, and the lines below.
pub(super) fn take_title<'l, 'a>(lines: &'l [&'a str]) -> Option<(String, &'l [&'a str])> {
    const MOST: usize = 3;
    let (first, mut rest) = lines.split_first()?;
    let mut title = (*first).to_owned();
    for _ in 1..MOST {
        let Some((line, below)) = rest.split_first().filter(|(_, below)| !below.is_empty()) else {
            break;
        };
        if !continues(&title, line) {
            break;
        }
        title = format!("{title} {line}");
        rest = below;
    }
    Some((title, rest))
}

/// Moves the title above the summary that precedes it.
fn put_title_first(lines: &mut [&str]) {
    const SUMMARY: usize = 12;
    const TITLE: usize = 4;
    let [first, second, ..] = lines else { return };
    let words = |text: &str| text.split_whitespace().count();
    let is_summary = first.ends_with('.') && words(first) >= SUMMARY;
    let is_title = words(second) >= TITLE
        && words(second) < words(first)
        && !second.ends_with(['.', ':', ',']);
    if is_summary && is_title && !(is_pen_name(second) || byline(second).is_some()) {
        std::mem::swap(first, second);
    }
}

/// Returns `true` for the topic that a site shows between title and summary: "Hạn mặn năm nay".
fn is_topic(line: &str) -> bool {
    const MOST_WORDS: usize = 6;
    line.split_whitespace().count() <= MOST_WORDS
        && line.starts_with(char::is_uppercase)
        && line.ends_with(char::is_alphanumeric)
}

/// Returns `true` if a line is the next one of a headline in capitals.
fn continues(title: &str, line: &str) -> bool {
    const LONGEST: usize = 100;
    let is_capital = |text: &str| !text.contains(char::is_lowercase);
    let family = || line.split(' ').next().map(capitalised);
    let words = line.split_whitespace().count();
    line.len() <= LONGEST
        && words >= 2
        && is_capital(line)
        && is_capital(title)
        && title.split_whitespace().count() >= 2
        && line.starts_with(char::is_alphabetic)
        && !title.ends_with(['.', '!', '?', ':'])
        && !(line.ends_with('.') || line.contains(':'))
        && !(words <= 4 && family().is_some_and(|word| names::is_family_name(&word)))
        && !(names::is_section(line) || names::is_province(line) || is_paper(line))
}

/// Returns `true` for a line in capitals that no title begins with.
fn continues_phrase(line: &str) -> bool {
    const WORDS: &[&str] = &["CỦA ", "VỀ ", "TẠI ", "TRONG ", "Ở ", "VÀ ", "CHO ", "VỚI "];
    WORDS.iter().any(|word| line.starts_with(word))
}

/// A word in small letters but for the first one.
fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next();
    let rest = letters.flat_map(char::to_lowercase);
    first.into_iter().chain(rest).collect()
}

/// Returns `true` for the name of a part of a series: "Kỳ 1: Những ngọn đèn không tắt".
pub(super) fn is_series(line: &str) -> bool {
    const LONGEST: usize = 150;
    const PARTS: &[&str] = &["Kỳ ", "KỲ ", "Bài ", "BÀI ", "Phần ", "PHẦN ", "Tập "];
    let number = PARTS.iter().find_map(|part| line.strip_prefix(part));
    let number = number.and_then(|rest| rest.split([':', '.', '-', '–']).next());
    let numbers_part = |text: &str| {
        let is_roman = || text.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X'));
        let is_last = || text.to_lowercase().starts_with("cuối");
        is_number(text) || !text.is_empty() && (is_roman() || is_last())
    };
    line.len() <= LONGEST
        && !line.ends_with('.')
        && number.is_some_and(|text| numbers_part(text.trim()))
}

/// Returns `true` for the line that opens a letter: "Kính gửi Ban biên tập,".
pub(super) fn is_salutation(line: &str) -> bool {
    const LONGEST: usize = 120;
    const OPENINGS: &[&str] = &[
        "Kính gửi",
        "Kính thưa",
        "Thưa ",
        "Gửi ",
        "Thân gửi",
        "Bạn thân mến",
    ];
    const ENDS: &[&str] = &[
        "thân mến",
        "thân yêu",
        "kính mến",
        "quý mến",
        "yêu quý",
        "yêu mến",
    ];
    let bare = line.trim_end_matches([',', ':', '!', ' ']);
    line.len() <= LONGEST
        && (bare.len() < line.len() || line.starts_with("Kính gửi"))
        && (OPENINGS.iter().any(|opening| line.starts_with(opening))
            || ENDS.iter().any(|end| bare.ends_with(end)))
}

/// Returns `true` for "lemau@baosonglam.vn".
fn is_mail_address(line: &str) -> bool {
    let parts = line.split_once('@');
    !line.contains(' ') && parts.is_some_and(|(_, host)| host.contains('.'))
}

/// Assigns the author that a byline names. The text may be signed with initials.
fn add_byline(author: String, line: &str, article: &mut Article, trace: &mut Trace) {
    if article.author.as_deref().is_none_or(is_initials) {
        article.author = Some(author);
        trace.field("author", "byline above the text");
    } else {
        trace.dropped(line);
    }
}

/// The lines below the newspaper on top and below all but the last of several sections.
fn without_paper<'h, 'a>(
    header: &'h [&'a str],
    article: &mut Article,
    trace: &mut Trace,
) -> &'h [&'a str] {
    let mut header = header;
    if let Some(paper) = header
        .first()
        .filter(|line| header.len() > 1 && is_top_paper(line, header))
    {
        article.source = Some((*paper).to_owned());
        trace.field("source", "line above the title");
        header = &header[1..];
    }
    // The last of several, as in a breadcrumb.
    let is_section = |line: &&&str| names::is_section(line) || is_crumbs(line);
    let sections = header.iter().take_while(is_section);
    let below = header.get(sections.count().saturating_sub(1)..);
    below.filter(|below| below.len() > 1).unwrap_or(header)
}

/// Returns `true` if a newspaper is named on top, maybe without the word for it if its section is below.
fn is_top_paper(paper: &str, header: &[&str]) -> bool {
    let is_in_section = || {
        let section = header.get(1).is_some_and(|line| names::is_section(line));
        section && header.len() > 2 && names::is_newspaper(paper) && !names::is_section(paper)
    };
    is_paper(paper) || names::is_site(paper) || is_in_section()
}

/// Assigns the rest of a date line to the fields it fits.
pub(super) fn read_rest_of_date(
    line: &DateLine<'_>,
    text: &str,
    article: &mut Article,
    trace: &mut Trace,
) {
    // "Vĩnh An, ngày 5 tháng 6 năm 2026"
    let place = text.split_once(", ngày ").map(|(place, _)| place.trim());
    for part in &line.rest {
        let free = |field: &Option<String>| field.is_none();
        let author = article.author.as_deref().map(str::to_lowercase);
        let is_author = is_person(part) || author.is_some_and(|name| name == part.to_lowercase());
        let words = part.split_whitespace().count();
        let plain = !part.contains(|c: char| c.is_ascii_digit() || c == ':');
        let named = byline(part);
        let named = without_label(named.as_deref().unwrap_or(part));
        if free(&article.place)
            && (is_place_line(part, false) || place == Some(*part) && is_name(part, 4))
        {
            article.place = place_name(part);
            trace.field("place", "date line");
        } else if free(&article.section) && names::is_section(part) {
            article.section = Some((*part).to_owned());
            trace.field("section", "date line");
        } else if free(&article.source) && (is_paper(part) || names::paper(part).is_some()) {
            article.source = Some((*part).to_owned());
            trace.field("source", "date line");
        } else if names::agency(part).is_some_and(|(agency, _)| agency == *part) {
            article.agency.get_or_insert_with(|| (*part).to_owned());
            trace.field("agency", "date line");
        } else if free(&article.author) && is_pen_name(named) && !is_abbreviation(named) {
            article.author = Some(named.to_owned());
            trace.field("author", "date line");
        } else if free(&article.section)
            && plain
            && named == *part
            && (2..=6).contains(&words)
            && !(names::is_button(part) || names::is_counted(part) || is_author)
        {
            article.section = Some((*part).to_owned());
            trace.field("section", "date line");
        } else {
            trace.dropped(part);
        }
    }
}

/// Returns `true` for the abbreviation of a newspaper: "ĐTCK".
fn is_abbreviation(name: &str) -> bool {
    const PEOPLE: &[&str] = &["PV", "BTV", "CTV", "BBT"];
    let is_consonant = |c: char| c.is_uppercase() && !"AEIOUYĂÂÊÔƠƯ".contains(c);
    name.chars().count() >= 3 && name.chars().all(is_consonant) && !PEOPLE.contains(&name)
}

/// The section that a line names: "Chuyên mục Xây dựng Đảng".
fn section_of(line: &str) -> Option<&str> {
    let section = line.strip_prefix("Chuyên mục").unwrap_or(line);
    let section = section.trim_start_matches([':', ' ']);
    names::is_section(section).then_some(section)
}

/// Returns `true` for a label with a number: "Số chữ: 214".
fn is_counted_label(line: &str) -> bool {
    let short = |text: &str| text.split_whitespace().count() <= 3;
    let parts = line.split_once(':');
    parts.is_some_and(|(label, number)| {
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
        let number = number.trim();
        short(label) && !number.is_empty() && number.chars().all(is_number)
    })
}

/// The newspaper that a line with a label names: "Nguồn: Báo Sông Lam".
fn labelled_source(line: &str) -> Option<String> {
    origin::source(line).filter(|_| line.contains(':'))
}

/// Signs between the steps of a breadcrumb.
const CRUMBS: [char; 5] = ['>', '»', '›', '/', '|'];

/// Returns `true` for the first step of a breadcrumb.
fn is_home(step: &str) -> bool {
    let step = step.to_lowercase();
    matches!(step.as_str(), "trang chủ" | "trang nhất" | "home")
}

/// Returns `true` for a step between home and the page.
fn is_short_step(step: &str) -> bool {
    step.split_whitespace().count() <= 5 && !is_sentence(step)
}

/// The last step of a breadcrumb with dashes: "Trang chủ - Tin tức - Sự kiện".
fn last_of_dashed(line: &str) -> Option<&str> {
    let (home, steps) = line.split_once(" - ")?;
    let is_crumbs = is_home(home) && steps.split(" - ").all(is_short_step);
    is_crumbs.then(|| steps.rsplit(" - ").next().unwrap_or(steps))
}

/// Returns `true` for a breadcrumb: "Trang chủ > Thời sự > Chính trị".
pub(super) fn is_crumbs(line: &str) -> bool {
    if last_of_dashed(line).is_some() {
        return true;
    }
    let mut crumbs = line.split(CRUMBS).map(str::trim);
    // "Văn hóa/Xã hội" is one section.
    let is_from_home = crumbs.clone().next().is_some_and(is_home);
    (line.contains(['>', '»', '›']) || is_from_home)
        && line.contains(CRUMBS)
        && crumbs.all(|part| {
            part.is_empty()
                || is_home(part)
                || names::is_section(part)
                || is_from_home && is_short_step(part)
        })
}

/// Returns `true` for several known sections in a line: "Thời sự Chính trị Kinh tế Văn hóa".
pub(super) fn is_menu(line: &str) -> bool {
    const LEAST: usize = 3;
    const LONGEST: usize = 200;
    /// Words of a section.
    const WORDS: usize = 4;
    if line.len() > LONGEST {
        return false;
    }
    let words = line.split([' ', '|', '•', '·']);
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let mut rest = words.as_slice();
    let mut count = 0;
    while !rest.is_empty() {
        let mut parts = (1..=rest.len().min(WORDS))
            .rev()
            .map(|at| rest.split_at(at));
        let Some((_, below)) = parts.find(|(part, _)| names::is_section(&part.join(" "))) else {
            return false;
        };
        rest = below;
        count += 1;
    }
    count >= LEAST
}

fn is_section_line(line: &str, header: &[&str]) -> bool {
    let words = line.split_whitespace().count();
    if header.len() < 2 || is_sentence(line) {
        return false;
    }
    if is_crumbs(line) {
        return true;
    }
    if words > 8 {
        return false;
    }
    if names::is_section(line) {
        return true;
    }
    if header
        .get(1)
        .is_some_and(|next| continues(line, next) && continues_phrase(next))
    {
        return false;
    }
    // A short line is a section if a longer one, the title, is under it.
    let under = header
        .get(1)
        .map_or(0, |next| next.split_whitespace().count());
    let is_signed = header.get(1).is_some_and(|next| byline(next).is_some());
    let title_is_next =
        !is_signed && under > words && !header.get(1).is_some_and(|next| is_sentence(next));
    words <= 5 && title_is_next && (header.len() > 2 || under >= 6)
}

/// Returns `true` if a line is the name of a place rather than of a person.
fn is_place_line(line: &str, wired: bool) -> bool {
    const UNITS: &[&str] = &[
        "Tỉnh ",
        "Thành phố ",
        "TP ",
        "TP. ",
        "Huyện ",
        "Thị xã ",
        "Quận ",
        "Xã ",
        "Phường ",
    ];
    let named = |line: &str| is_name(line, 6) && !line.ends_with('.');
    names::is_province(line)
        || names::is_abroad(line)
        || (named(line) && UNITS.iter().any(|unit| line.starts_with(unit)))
        || (wired && named(line) && !is_person(line))
}

/// Returns `true` if a line above the text names its author. In a page whose
/// headline is in capitals, a line in capitals may belong to it.
fn is_author_line(line: &str, article: &Article) -> bool {
    let capitals = |text: &str| !text.contains(char::is_lowercase);
    let in_headline = capitals(line) && article.title.as_deref().is_some_and(capitals);
    is_person(line) || (is_pen_name(line) && !in_headline)
}

fn add_author(line: &str, above_summary: bool, article: &mut Article, trace: &mut Trace) {
    match &mut article.author {
        // The author above and below the text.
        Some(author) if author.contains(line) => {}
        // One of several.
        Some(author) if above_summary => {
            author.push_str(", ");
            author.push_str(line);
        }
        Some(_) => trace.dropped(line),
        None => {
            article.author = Some(line.to_owned());
            trace.field("author", "line above the text");
        }
    }
}

/// The author that the lines under a headline name, and their number.
pub(super) fn authors_under_title(lines: &[&str], title: &str) -> (Option<String>, usize) {
    let mut article = Article {
        title: Some(title.to_owned()),
        ..Article::default()
    };
    let mut trace = Trace::off();
    // "Tác giả: Lê Mẫu"
    if let Some(author) = lines
        .first()
        .and_then(|line| byline(line))
        .filter(|name| is_pen_name(name))
    {
        return (Some(author), 1);
    }
    let taken = lines
        .iter()
        .take_while(|line| counts_authors(line) || is_author_line(line, &article))
        .count();
    for line in lines
        .iter()
        .take(taken)
        .filter(|line| !counts_authors(line))
    {
        add_author(line, true, &mut article, &mut trace);
    }
    (article.author, taken)
}

/// Returns `true` if a line ends like a sentence and is not a short name.
pub(super) fn is_sentence(line: &str) -> bool {
    line.ends_with(['.', '!', '?', '…', '”', '"']) && line.split_whitespace().count() > 5
        || line.chars().count() > 220
}
