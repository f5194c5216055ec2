//! Web pages: the fields that JSON-LD, `meta` elements and the page itself
//! state, and the text of the article.

mod attributes;
mod content;
mod dom;
pub(super) mod fragment;
mod json;
mod kind;
mod lead;
mod linked_data;
mod marks;
mod meta;
mod outline;
mod pictures;
mod rank;
mod shown;
mod site;
mod state;
mod stated;
mod text;
mod values;
mod xhtml;

use super::{boilerplate, dateline, fonts, text as plain, wrap::Paragraph};
use crate::fields::{Draft, Field};
use crate::problem::Fault;
use crate::provenance::Trace;
use crate::tidy::{caption, composed};
use crate::{Article, Published};
use dom::Dom;
use fragment::cut_fault;
use outline::Outline;
use values::same;

/// Parses a web page.
pub(crate) fn parse(html: &str, trace: &mut Trace) -> Result<Article, Fault> {
    let html = fonts::read(html, trace);
    let html = composed(&html);
    let dom = dom::parse(&xhtml::with_ends(&html));
    if let Some(fault) = cut_fault(&dom, html.len()) {
        trace.fault(fault);
    }
    let mut article = page(&dom, trace);
    if article.url.is_none() {
        article.url = saved_from(&html);
        if article.url.is_some() {
            trace.field(Field::Url.name(), "comment of the browser");
        }
    }
    Ok(article)
}

/// The address that browsers write into the pages they save.
fn saved_from(html: &str) -> Option<String> {
    const REACH: usize = 2048;
    let head = html.get(..html.floor_char_boundary(REACH))?;
    let after = |mark: &str| head.split_once(mark).map(|(_, rest)| rest);
    let of_chrome = || Some(after("saved from url=(")?.split_once(')')?.1);
    let of_single_file = || {
        after("Page saved with SingleFile")?
            .split_once("url:")
            .map(|(_, rest)| rest)
    };
    let address = of_chrome().or_else(of_single_file)?;
    values::web_address(address.split_whitespace().next()?)
}

fn page(dom: &Dom, trace: &mut Trace) -> Article {
    let outline = Outline::of(dom);
    let content = content::find(dom, &outline);
    let mut draft = Draft::default();
    let read = read_fields(dom, &outline, &content, &mut draft, trace);
    let is_list = read.is_list;
    if let Some(root) = content.roots.first().filter(|_| !is_list)
        && let Some(lead) = lead::read(dom, &outline, *root)
    {
        draft.offer(
            Field::Summary,
            rank::SHOWN,
            lead,
            "first paragraph, set off",
            trace,
        );
    }
    let mut text = text::Text::default();
    if !is_list {
        text::read_captions(dom, &outline, read.above, &mut text);
    }
    read_text(dom, &outline, &content.roots, read.title, &mut text, trace);
    if !is_list {
        offer_first_line(&read, &text, &mut draft, trace);
        lead::offer_line(&text, &mut draft, trace);
    }
    let lines = std::mem::take(&mut text.paragraphs);
    let mut paragraphs = article_lines(lines, &read, &mut text, &mut draft, trace);
    let from = if read.stated.complete(&mut paragraphs, trace) {
        "JSON-LD articleBody"
    } else if state::complete(dom, &read.titles, &mut paragraphs, &mut draft, trace) {
        "data of the page"
    } else {
        &content.from
    };
    if !is_list {
        take_sign_off(&mut paragraphs, &read.site, &mut draft, trace);
        for (field, value) in read.below {
            let from = "line below the text";
            draft.offer(field, rank::LINE, value, from, trace);
        }
    }
    let dateline = paragraphs
        .first()
        .and_then(|line| dateline::read(line))
        .or_else(|| draft.get(Field::Summary).and_then(dateline::read));
    draft.offer(Field::Body, 0, paragraphs.join("\n"), from, trace);
    draft.offer_captions(text.captions, "figures", trace);
    let mut article = draft.finish();
    part_place_from_summary(&mut article);
    if let Some(dateline) = dateline {
        dateline::apply(dateline, &mut article, trace);
    }
    article
}

/// Reads the text of the elements that are the article.
fn read_text(
    dom: &Dom,
    outline: &Outline,
    roots: &[dom::Id],
    title: Option<u32>,
    text: &mut text::Text,
    trace: &mut Trace,
) {
    let mut before: Option<std::ops::Range<usize>> = None;
    for root in roots {
        let start = text.paragraphs.len();
        text::read(dom, outline, *root, title, text);
        // Some pages have their text twice, for wide and for narrow screens.
        let repeats = |before: &std::ops::Range<usize>| {
            text.paragraphs.get(before.clone()) == text.paragraphs.get(start..)
        };
        match before.as_ref().is_some_and(repeats) {
            true => {
                text.paragraphs.truncate(start);
                text.set_off.truncate(start);
            }
            false => before = Some(start..text.paragraphs.len()),
        }
    }
    text.dropped.iter().for_each(|text| trace.dropped(text));
}

/// The kind of a page, and the text that it states as data.
struct Read {
    /// Whether the page is a list of articles and not one.
    is_list: bool,
    stated: stated::Stated,
    /// The titles in the head of the page.
    titles: Vec<String>,
    /// The position of the title, and those between it and the text.
    title: Option<u32>,
    above: (u32, u32),
    /// What lines with a label below the text name: author and source.
    below: Vec<(Field, String)>,
    site: site::Site,
}

/// Offers the fields that the page states outside of the text.
fn read_fields(
    dom: &Dom,
    outline: &Outline,
    content: &content::Content,
    draft: &mut Draft,
    trace: &mut Trace,
) -> Read {
    let head = meta::Head::of(dom);
    let mut site = site::Site::default();
    let names = head.site_names().chain(head.paper());
    names.for_each(|name| site.add_name(name));
    head.addresses()
        .for_each(|address| site.add_address(address));
    let data = linked_data::LinkedData::of(dom, trace);
    data.publishers().for_each(|name| site.add_name(&name));
    let mut page = shown::Page {
        dom,
        outline,
        site: &site,
        titles: head.titles(),
        stated: head.published(),
        text: span(dom, outline, &content.roots),
    };
    let article = data.article(&page.titles);
    page.stated = page
        .stated
        .or_else(|| Published::parse(&linked_data::property(article?, "datePublished")?));
    page.titles.extend(article.and_then(linked_data::headline));
    let is_list =
        article.is_none() && !content.is_article && head.is_article != Some(true) && page.is_list();
    if is_list {
        trace.note(|| "a list of articles, so it has no date, author or summary".to_owned());
    }
    if let Some(article) = article {
        data.offer_article(article, &site, draft, trace);
    }
    let title = page.offer_title(draft, trace);
    if !is_list {
        page.offer_others(title, draft, trace);
    }
    head.offer(is_list, &site, draft, trace);
    head.offer_title(draft, trace);
    data.offer_rest(&page.titles, is_list, draft, trace);
    if !is_list {
        page.offer_opening(title, draft, trace);
    }
    let start = page.text.0;
    Read {
        is_list,
        below: page.labelled(title),
        stated: article.map(stated::Stated::of).unwrap_or_default(),
        title,
        above: (title.unwrap_or(start), start),
        titles: page.titles,
        site,
    }
}

/// Offers the first line as the title if it is in bold, where no element is one and the head of the
/// page names the site or only begins the title, as Word does.
fn offer_first_line(read: &Read, text: &text::Text, draft: &mut Draft, trace: &mut Trace) {
    const WORDS: std::ops::RangeInclusive<usize> = 4..=40;
    let [first, _, _, ..] = text.paragraphs.as_slice() else {
        return;
    };
    let folded = crate::names::fold(first);
    let is_other = |head: &String| {
        head.split_whitespace().count() <= 3 || folded.starts_with(&crate::names::fold(head))
    };
    let is_headline = WORDS.contains(&first.split_whitespace().count())
        && text.set_off.first() == Some(&true)
        && text.set_off.contains(&false)
        && !first.ends_with(['.', ':', ';', ','])
        && plain::date_line(first).is_none();
    if read.title.is_none() && is_headline && read.titles.iter().all(is_other) {
        let from = "first line, set off";
        draft.offer(Field::Title, rank::LINKED + 1, first.clone(), from, trace);
    }
}

/// Positions at which the article's text begins and ends.
fn span(dom: &Dom, outline: &Outline, roots: &[dom::Id]) -> (u32, u32) {
    let start = roots.iter().map(|root| outline.position(*root)).min();
    let last = |root: &dom::Id| dom.after(*root, dom.root(), false);
    let end = match roots.iter().max_by_key(|root| outline.position(**root)) {
        Some(root) => last(root).map_or(u32::MAX, |id| outline.position(id)),
        None => u32::MAX,
    };
    (start.unwrap_or(0), end)
}

/// Paragraphs from the top among which title, summary, author and date may be
/// repeated.
const TOP: usize = 6;

/// The lines of the text that are the article's; the others go to captions and
/// fields.
fn article_lines(
    lines: Vec<String>,
    read: &Read,
    text: &mut text::Text,
    draft: &mut Draft,
    trace: &mut Trace,
) -> Vec<String> {
    let mut lines: Vec<Paragraph<'_>> = lines
        .into_iter()
        .map(|text| Paragraph {
            text: text.into(),
            block: 0,
        })
        .collect();
    take_rights(&lines, draft, trace);
    boilerplate::drop_in_page(&mut lines, trace);
    let known = |field| draft.get(field).map(str::to_owned);
    let repeated = [Field::Title, Field::Summary, Field::Author, Field::Section].map(known);
    let mut paragraphs = Vec::with_capacity(lines.len());
    for (at, line) in lines.into_iter().enumerate() {
        let line = line.text.into_owned();
        let shown = |field: &Option<String>| field.as_deref().is_some_and(|text| same(text, &line));
        let signs = || {
            let [_, _, author, _] = &repeated;
            // With the paper in brackets: "Lê Mẫu (Báo Sông Lam) -".
            let with_paper = |author: &String| {
                line.starts_with(author.as_str())
                    && line.len() <= author.len() + 60
                    && line.ends_with(['-', '–', ')'])
            };
            author.as_ref().is_some_and(with_paper)
                || author.is_some()
                    && plain::sign_off(&line).is_some_and(|signed| signed.author == *author)
        };
        if at < TOP && (repeated.iter().any(shown) || signs()) {
            continue;
        }
        if take_top_line(&line, at, read, draft, trace) {
            trace.dropped(&line);
        } else if plain::ends_with_credit(&line) {
            let shown = caption(&line);
            match shown.text.is_empty() {
                true => trace.dropped(&line),
                false => text.captions.push(shown),
            }
        } else {
            paragraphs.push(line);
        }
    }
    paragraphs
}

/// Offers the newspaper that has the rights to the text, by one of its last lines.
fn take_rights(lines: &[Paragraph<'_>], draft: &mut Draft, trace: &mut Trace) {
    const LAST: usize = 4;
    let mut last = lines.iter().rev().take(LAST);
    if let Some(paper) = last.find_map(|line| plain::rights(&line.text)) {
        let paper = paper.to_owned();
        draft.offer(Field::Source, rank::LINE, paper, "line of rights", trace);
    }
}

/// Offers the date and the author that one of the first lines names. Returns `true` if it does.
fn take_top_line(line: &str, at: usize, read: &Read, draft: &mut Draft, trace: &mut Trace) -> bool {
    const AUTHORS: usize = 4;
    let date = plain::date_line(line).filter(|date| {
        // "Thứ Bảy 4/7/2026: buổi đầu" is an entry of a list.
        let is_bare = at <= 2 || date.rest.is_empty() || !line.contains(": ");
        // The last line of a quoted message: "— Lê Mẫu (@mau) March 25, 2026".
        let is_message = line.contains("(@");
        at < TOP && is_bare && !read.is_list && !is_message
    });
    if let Some(date) = date {
        let value = date.date.to_string();
        draft.offer(Field::Published, rank::LINE, value, "date line", trace);
        if let Some((author, _)) = shown::author_of(line, &date, at <= 1, &read.site) {
            draft.offer(Field::Author, rank::LINE, author, "date line", trace);
        }
        return true;
    }
    let author = plain::byline(line).filter(|name| at < AUTHORS && plain::is_pen_name(name));
    let is_author = author.is_some();
    if let Some(author) = author {
        draft.offer(Field::Author, rank::LINE, author, "first lines", trace);
    }
    is_author
}

/// Removes the lines below the text that name who made it or where it is from, unless they
/// contradict the author of the page.
fn take_sign_off(
    paragraphs: &mut Vec<String>,
    site: &site::Site,
    draft: &mut Draft,
    trace: &mut Trace,
) {
    take_credits(paragraphs, draft, trace);
    if let Some(line) = paragraphs.pop_if(|line| site.signs(line)) {
        trace.dropped(&line);
    }
    if paragraphs.len() > 2
        && let Some(line) = paragraphs.last()
        && let Some(origin) = plain::origin(line)
    {
        origin.offer(rank::LINE, draft, trace);
        trace.dropped(line);
        paragraphs.pop();
    }
    let Some(line) = paragraphs.last().filter(|_| paragraphs.len() > 1) else {
        return;
    };
    if draft
        .get(Field::Author)
        .is_some_and(|author| author == line)
    {
        trace.dropped(line);
        paragraphs.pop();
        return;
    }
    let Some(signed) = plain::sign_off(line) else {
        return;
    };
    let letters = |text: &str| crate::names::fold(text).replace([' ', '.'], "");
    let agrees = match (draft.get(Field::Author), &signed.author) {
        (Some(known), Some(author)) => letters(known).contains(&letters(author)),
        _ => true,
    };
    if !agrees {
        return;
    }
    paragraphs.pop();
    if let Some(author) = signed.author {
        draft.offer(Field::Author, rank::LINE, author, "last line", trace);
    }
    if let Some(agency) = signed.agency {
        draft.offer(Field::Agency, rank::LINE, agency, "last line", trace);
    }
}

/// Removes the credits at the end of a long report: "Ảnh: Lê Mẫu", "Đồ họa: An Bình", "Ngày xuất
/// bản: 12/3/2026", two lines of them or more.
fn take_credits(paragraphs: &mut Vec<String>, draft: &mut Draft, trace: &mut Trace) {
    const LINES: usize = 2;
    let ends = paragraphs.iter().rev();
    let count = ends.take_while(|line| plain::is_credits(line)).count();
    if count < LINES || count >= paragraphs.len() {
        return;
    }
    for line in paragraphs.split_off(paragraphs.len() - count) {
        trace.dropped(&line);
        if let Some(author) = plain::byline(&line) {
            draft.offer(Field::Author, rank::LINE, author, "credits", trace);
        } else if let Some(date) = plain::date_line(&line) {
            let value = date.date.to_string();
            draft.offer(Field::Published, rank::LINE, value, "credits", trace);
        }
    }
}

/// A place that is set off by style alone runs into the summary.
fn part_place_from_summary(article: &mut Article) {
    if let (Some(place), Some(summary)) = (&article.place, &mut article.summary)
        && let Some(rest) = summary
            .strip_prefix(place.as_str())
            .filter(|rest| rest.starts_with(char::is_alphanumeric))
    {
        *summary = rest.to_owned();
    }
}
