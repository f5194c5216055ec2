//! Formats of documents: TEI, JATS, DocBook.

use super::tree::Element;
use crate::fields::Field;
use crate::parse::collect::Collector;
use crate::provenance::Trace;

/// A text of the Text Encoding Initiative.
pub(super) fn tei<'t>(root: Element<'t>, collector: &mut Collector<'t>, trace: &mut Trace) {
    let header = root.find("teiHeader").unwrap_or(root);
    let statement = header.find("titleStmt").unwrap_or(header);
    let titles = || {
        statement
            .elements()
            .filter(|element| element.name() == "title")
    };
    // That of the article, where the edition is of an issue.
    let analytic = header.at(&["sourceDesc", "analytic"]);
    let of_article = analytic.and_then(|analytic| analytic.find("title"));
    if let Some(title) = of_article {
        collector.offer(Field::Title, 0, title.line(), "analytic", trace);
    }
    let main = titles().find(|title| title.attribute("type") == Some("main"));
    if let Some(title) = main.or_else(|| titles().next()) {
        collector.offer(Field::Title, 1, title.line(), "titleStmt", trace);
    }
    for (part, from) in [(analytic, "analytic"), (Some(statement), "titleStmt")] {
        let authors = part.into_iter().flat_map(Element::elements);
        for author in authors.filter(|element| element.name() == "author") {
            let name = name_of_person(author.find("persName").unwrap_or(author));
            collector.join(Field::Author, 0, name.trim(), from, trace);
        }
    }
    // The edition is of a corpus; its source is the newspaper.
    let source = header.find("sourceDesc");
    let publication = header.find("publicationStmt");
    let article = titles().next().map(Element::line);
    let journal = source.and_then(|source| journal(source, article));
    if let Some(journal) = journal {
        collector.offer(Field::Source, 0, journal.line(), "sourceDesc", trace);
    }
    if let Some(publisher) = publication.and_then(|statement| statement.find("publisher")) {
        collector.offer(Field::Source, 1, publisher.line(), "publicationStmt", trace);
    }
    for (rank, part) in [source, publication].into_iter().flatten().enumerate() {
        if let Some(date) = part.find("date") {
            let when = date.attribute("when").map(str::to_owned);
            let when = when.unwrap_or_else(|| date.line());
            collector.offer(Field::Published, rank as u8, when, "date", trace);
        }
        let address = part
            .descendants()
            .find_map(|element| element.attribute("target"));
        if let Some(address) = address {
            collector.offer(Field::Url, 0, address.to_owned(), "ptr", trace);
        }
    }
    let terms = header
        .find("textClass")
        .into_iter()
        .flat_map(Element::descendants);
    for term in terms.filter(|term| term.attribute("type") == Some("categories")) {
        collector.join(Field::Section, 0, &term.line(), "textClass", trace);
    }
    if let Some(summary) = header.at(&["profileDesc", "abstract"]) {
        collector.offer(Field::Summary, 0, summary.line(), "abstract", trace);
    }
    around_body(root, collector, trace);
    let title = of_article.or_else(|| titles().next()).map(Element::line);
    tei_body(root, header, title, collector, trace);
}

/// The newspaper in the description of the source of a text; `article` is the title of the text.
fn journal(source: Element<'_>, article: Option<String>) -> Option<Element<'_>> {
    let titles = || {
        let inside = source.descendants();
        inside.filter(|element| element.name() == "title")
    };
    let is_journal = |title: &Element<'_>| matches!(title.attribute("level"), Some("j" | "s"));
    let is_other =
        |title: &Element<'_>| title.attribute("level").is_none() && Some(title.line()) != article;
    let journal = titles().find(is_journal);
    let journal = journal.or_else(|| source.find("publisher"));
    journal.or_else(|| titles().find(is_other))
}

/// Reads the text of TEI, without the title and the author that may head it.
fn tei_body<'t>(
    root: Element<'t>,
    header: Element<'t>,
    title: Option<String>,
    collector: &mut Collector<'t>,
    trace: &mut Trace,
) {
    if let Some(body) = root.at(&["text", "body"]) {
        // Trafilatura keeps the breaks of a page; other editions those of the print.
        let is_print = !header.descendants().any(|element| {
            let program = element.attribute("ident").unwrap_or_default();
            program.eq_ignore_ascii_case("trafilatura")
        });
        let text = body.text_of_edition(is_print, |element| {
            element.attribute("type") == Some("comments")
                || matches!(element.name(), "figure" | "fw")
        });
        // The headline and the author may head the text too.
        let byline = body.find("byline").map(Element::line);
        let mut text = text.as_str();
        for line in [title, byline.clone()].into_iter().flatten() {
            if let Some((first, rest)) = text.split_once('\n')
                && first == line
            {
                text = rest;
            }
        }
        let text = text.to_owned();
        collector.offer(
            Field::Author,
            1,
            byline.unwrap_or_default(),
            "byline",
            trace,
        );
        collector.offer(Field::Body, 0, text, "text/body", trace);
        captions(body, "figure", &["head", "figDesc"], collector, trace);
    }
}

/// Reads the summary in front of the body of TEI, and takes note of other text around it.
fn around_body<'t>(root: Element<'t>, collector: &mut Collector<'t>, trace: &mut Trace) {
    let front = root.at(&["text", "front"]);
    let is_summary = |part: &Element<'_>| {
        let kind = part.attribute("type").unwrap_or_default();
        matches!(kind, "abstract" | "summary" | "sapo" | "lead")
    };
    for part in front.into_iter().flat_map(Element::elements) {
        if is_summary(&part) {
            collector.offer(Field::Summary, 1, part.line(), "text/front", trace);
        } else {
            collector.unread("text/front", part.text(), false);
        }
    }
    if let Some(back) = root.at(&["text", "back"]) {
        collector.unread("text/back", back.text(), false);
    }
}

/// An article of the Journal Article Tag Suite.
pub(super) fn jats<'t>(root: Element<'t>, collector: &mut Collector<'t>, trace: &mut Trace) {
    let meta = root.find("article-meta").unwrap_or(root);
    const PATHS: &[(&[&str], Field)] = &[
        (&["title-group", "article-title"], Field::Title),
        (&["abstract"], Field::Summary),
        (&["article-categories", "subject"], Field::Section),
        (&["article-id"], Field::Id),
    ];
    for (path, field) in PATHS {
        if let Some(element) = meta.at(path) {
            let from = path.join("/");
            collector.offer(*field, 0, element.line(), from, trace);
        }
    }
    if let Some(journal) = root.at(&["journal-meta", "journal-title"]) {
        collector.offer(Field::Source, 0, journal.line(), "journal-title", trace);
    }
    let is_author = |element: &Element<'_>| {
        let role = element.attribute("contrib-type").unwrap_or("author");
        element.name() == "contrib" && role != "editor" && role != "translator"
    };
    for contributor in meta.descendants().filter(is_author) {
        let name = match contributor.find("name") {
            Some(name) => name_of_person(name),
            None => contributor
                .find("string-name")
                .or_else(|| contributor.find("collab"))
                .map(Element::line)
                .unwrap_or_default(),
        };
        collector.join(Field::Author, 0, name.trim(), "contrib", trace);
    }
    if let Some(date) = meta.find("pub-date") {
        let part = |part| date.find(part).map(Element::line);
        let stated = date.attribute("iso-8601-date").map(str::to_owned);
        let parts: Vec<String> = ["year", "month", "day"]
            .into_iter()
            .map_while(part)
            .collect();
        let stated = stated.unwrap_or_else(|| parts.join("-"));
        collector.offer(Field::Published, 0, stated, "pub-date", trace);
    }
    if let Some(body) = root.find("body") {
        let text = body.text_without(|element| element.name() == "fig");
        collector.offer(Field::Body, 0, text, "body", trace);
        captions(body, "fig", &["caption"], collector, trace);
    }
}

/// A name, the surname first as in Vietnamese.
fn name_of_person(name: Element<'_>) -> String {
    let Some(surname) = name.find("surname") else {
        return name.line();
    };
    let given = ["given-names", "firstname", "givenname", "forename"];
    let given = given.into_iter().find_map(|part| name.find(part));
    let given = given.map(Element::line).unwrap_or_default();
    format!("{} {given}", surname.line())
}

/// A record of the Metadata Object Description Schema: an article, and the newspaper that it is in.
pub(super) fn mods<'t>(root: Element<'t>, collector: &mut Collector<'t>, trace: &mut Trace) {
    let host = root.elements().find(|element| {
        element.name() == "relatedItem" && element.attribute("type") == Some("host")
    });
    let own = |path: &[&str]| {
        let (first, rest) = path.split_first()?;
        let found = root.elements().find(|element| element.name() == *first)?;
        if rest.is_empty() {
            Some(found)
        } else {
            found.at(rest)
        }
    };
    let of_host = |path: &[&str]| host.and_then(|host| host.at(path));
    for (field, rank, element) in [
        (Field::Title, 0, own(&["titleInfo", "title"])),
        (Field::Summary, 0, own(&["abstract"])),
        (Field::Published, 0, own(&["originInfo", "dateIssued"])),
        (Field::Published, 1, own(&["part", "date"])),
        (Field::Published, 2, of_host(&["part", "date"])),
        (Field::Published, 3, of_host(&["originInfo", "dateIssued"])),
        (Field::Source, 0, of_host(&["titleInfo", "title"])),
        (Field::Source, 1, own(&["originInfo", "publisher"])),
        (Field::Url, 0, own(&["location", "url"])),
    ] {
        if let Some(element) = element {
            collector.offer(field, rank, element.line(), element.name(), trace);
        }
    }
    for name in root.elements().filter(|element| element.name() == "name") {
        let role = name.find("roleTerm").map(Element::line).unwrap_or_default();
        if !matches!(
            role.as_str(),
            "" | "aut" | "author" | "Author" | "cre" | "creator"
        ) {
            continue;
        }
        let part = |kind| {
            let mut parts = name.elements().filter(|part| part.name() == "namePart");
            parts
                .find(|part| part.attribute("type") == kind)
                .map(Element::line)
        };
        let (family, given) = (part(Some("family")), part(Some("given")));
        let of_parts = || {
            [family, given]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" ")
        };
        let person = part(None).unwrap_or_else(of_parts);
        collector.join(Field::Author, 0, &person, "name", trace);
    }
}

/// Returns `true` for the elements that only an article of DocBook has.
pub(super) fn is_docbook(element: Element<'_>) -> bool {
    matches!(
        element.name(),
        "info" | "articleinfo" | "para" | "simpara" | "sect1"
    )
}

/// An article of DocBook.
pub(super) fn docbook<'t>(root: Element<'t>, collector: &mut Collector<'t>, trace: &mut Trace) {
    let info = root.find("info").or_else(|| root.find("articleinfo"));
    const NAMES: &[(&str, Field)] = &[
        ("title", Field::Title),
        ("pubdate", Field::Published),
        ("date", Field::Published),
        ("abstract", Field::Summary),
        ("publishername", Field::Source),
    ];
    for (rank, (name, field)) in NAMES.iter().enumerate() {
        if let Some(element) = info.unwrap_or(root).find(name) {
            collector.offer(*field, rank as u8, element.line(), *name, trace);
        }
    }
    if let Some(title) = root.elements().find(|element| element.name() == "title") {
        collector.offer(Field::Title, 9, title.line(), "title", trace);
    }
    for author in info.into_iter().flat_map(Element::descendants) {
        if author.name() == "author" {
            let name = name_of_person(author.find("personname").unwrap_or(author));
            collector.join(Field::Author, 0, name.trim(), "author", trace);
        }
    }
    // The title of the article is next to its text, those of sections in it.
    let parts = root.elements().filter(|element| {
        !matches!(
            element.name(),
            "info" | "articleinfo" | "title" | "subtitle"
        )
    });
    let text: Vec<String> = parts
        .map(Element::text)
        .filter(|text| !text.is_empty())
        .collect();
    collector.offer(Field::Body, 0, text.join("\n"), "article", trace);
}

fn captions<'t>(
    body: Element<'t>,
    figure: &str,
    names: &[&str],
    collector: &mut Collector<'t>,
    trace: &mut Trace,
) {
    let figures = body
        .descendants()
        .filter(|element| element.name() == figure);
    let shown = figures.filter_map(|figure| names.iter().find_map(|name| figure.find(name)));
    let captions = shown
        .map(|caption| crate::tidy::caption(&caption.line()))
        .filter(|caption| !caption.text.is_empty());
    collector
        .draft
        .add_captions(captions.collect(), figure, trace);
}
